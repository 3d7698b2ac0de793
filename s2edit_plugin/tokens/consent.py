"""Consent: an identity token of a person is made only with that person's agreement. Standard library only.

The user is asked once per person; the answer is stored as a note in all identity tokens of that person. At a terminal the
note of an earlier token is sufficient. Scripts and programs must confirm consent each time, since no user sees their photos.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime

from s2edit_plugin.errors import ConsentError, Sentence

__all__ = ["consent_note", "require_consent"]

QUESTION = "Does the person shown ({person}) agree to having their likeness learned and edited? [y/N] "


def require_consent(
    kind: str,
    person: str,
    given: bool,
    *,
    interactive: bool | None = None,
    ask: Callable[[str], str] | None = None,
    known: Callable[[str], str] | None = None,
) -> bool:
    """Whether consent was given, by flag or by answering once; attribute tokens (a lipstick, a hat) need none.

    Args:
        given: the flag ``--yes-i-have-consent``.
        interactive: whether a user can be asked (False in the engine); None: if standard input and error are terminals.
        ask: asks a question and returns the answer; None: on the terminal.
        known: returns the note stored for a person, "" if none (`Library.consent_of`); used only if interactive, to skip the
            question.

    Raises:
        ConsentError: an identity token without consent (exit code 2).
    """
    if kind != "identity" or given:
        return given
    if interactive is None:
        interactive = sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
    if interactive and known is not None and known(person):
        return True
    if interactive and (ask or _ask)(QUESTION.format(person=person)).strip().lower() in ("y", "yes"):
        return True
    raise ConsentError(
        Sentence("An identity token needs the consent of the person it shows ({}).", person),
        "Add --yes-i-have-consent if you have it.",
    )


def consent_note(kind: str, given: bool, known: str = "") -> str:
    """The consent note for the token's record, ``""`` if no consent is needed.

    Args:
        known: the note of an earlier token of the same person, with the date.
    """
    if kind != "identity" or not given:
        return ""
    return known or f"The user confirmed the person's consent on {datetime.now(UTC).date().isoformat()}."


def _ask(question: str) -> str:
    """Ask on standard error: standard output may be a pipe for the result."""
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline()
