"""The token library: what is there, and its tokens renamed, tagged, deleted and brought back."""

from __future__ import annotations

from gimp_bridge.link import Link
from gimp_bridge.memory import Names
from s2edit_plugin.api import queries
from s2edit_plugin.errors import UsageError

__all__ = ["change_library", "tokens_of"]


def tokens_of(link: Link, search: str = "") -> tuple[queries.TokenInfo, ...]:
    """The library's tokens, or those a search finds."""
    return link.call(queries.ListTokens(search=search)).tokens


def change_library(link: Link, action: str, token: str, value: str) -> str:
    """Do one of `procedures.ACTIONS`; returns what the token is called now.

    Args:
        token: its id or name; to restore one, its name. value: the new name, or the tag.

    Raises:
        UsageError: something is missing. S2EditError: what the engine says.
    """
    if action == "restore":
        if not token:
            raise UsageError("The token's name is missing.", "Say which one to restore: person/name.")
        return link.call(queries.RestoreToken(token)).name
    name = Names(tokens_of(link)).find(token).name
    if action == "list":
        return name
    if action == "delete":
        link.call(queries.DeleteTokens((name,)))
        return name
    if not value:
        what = "new name" if action == "rename" else "tag"
        raise UsageError(f"The {what} is missing.", "Say it.")
    tags = (value,)
    change = {
        "rename": queries.ChangeToken(name, rename=value),
        "tag": queries.ChangeToken(name, add_tags=tags),
        "untag": queries.ChangeToken(name, remove_tags=tags),
    }[action]
    return link.call(change).name
