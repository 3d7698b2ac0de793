"""Consent: an identity token of a person is made only with that person's agreement. Standard library only.

It is asked for once a person, and the answer is stored as a note in every identity token of theirs. At a terminal the note of
an earlier token is answer enough; a script or a program says each time that it has the consent, for nobody sees which
photos it hands in.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime

from s2edit_plugin.errors import ConsentError

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
        interactive: whether there is somebody to ask (False in the engine); None: standard input and error are a terminal.
        ask: asks and returns the answer; None: on the terminal.
        known: gives the note stored for a person, "" if there is none (`Library.consent_of`); asked only where there is
            somebody to ask, who then need not be.

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
        f"An identity token needs the consent of the person it shows ({person}).",
        "Add --yes-i-have-consent if you have it.",
    )


def consent_note(kind: str, given: bool, known: str = "") -> str:
    """What the token's record keeps about it, ``""`` where no consent is needed.

    Args:
        known: the note of an earlier token of the same person, which says when they were asked.
    """
    if kind != "identity" or not given:
        return ""
    return known or f"The user confirmed the person's consent on {datetime.now(UTC).date().isoformat()}."


def _ask(question: str) -> str:
    """Ask on standard error: standard output may be a pipe that waits for the result."""
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline()
