"""Names of tokens: the history refers to tokens by their ids, and takes their names from the library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from s2edit_plugin.errors import InputError, Sentence, TokenError, TokenNotFoundError

if TYPE_CHECKING:
    from s2edit_plugin.library import Library

__all__ = ["find_token", "new_names"]


def find_token(library: Library, token: str, called: str) -> str:
    """Today's name of the token with an id.

    Args:
        called: its last known name.

    Raises:
        TokenNotFoundError: it is in the trash, or not there any more.
    """
    try:
        if library.record(called).id == token:
            return called
        replaced = True
    except (TokenError, InputError):
        replaced = False
    for entry in library.list():
        if entry.record is not None and entry.record.id == token:
            return entry.full_name
    trashed = [entry for entry in library.trashed() if entry.record is not None and entry.record.id == token]
    what = "was replaced by another token of that name" if replaced else "was deleted"
    if not trashed:
        raise TokenNotFoundError(
            Sentence("The token {} of this result {} and is not in the trash.", called, what),
            "Import it from an export.",
        )
    restore = f"`s2edit tokens restore {trashed[-1].full_name}`"
    hint = (
        Sentence("Rename the new one, then {} brings the old one back.", restore)
        if replaced
        else Sentence("{} brings it back.", restore)
    )
    raise TokenNotFoundError(Sentence("The token {} of this result {}.", called, what), hint)


def new_names(library: Library, known: Mapping[str, str]) -> dict[str, str]:
    """Today's names of tokens that are not where they were: id -> ``person/name``."""
    lost = {token for token, name in known.items() if not _is_there(library, name)}
    if not lost:
        return {}
    current = {entry.record.id: entry.full_name for entry in library.list() if entry.record is not None}
    return {token: current[token] for token in lost & current.keys()}


def _is_there(library: Library, name: str) -> bool:
    try:
        return library.path(name).is_file()
    except (InputError, TokenError):
        return False
