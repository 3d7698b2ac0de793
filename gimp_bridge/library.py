"""The token library: listing, renaming, tagging, deleting and restoring tokens."""

from __future__ import annotations

from gimp_bridge.engine_client import EngineClient
from gimp_bridge.settings_parasite import TokenNames
from s2edit_plugin.api import queries
from s2edit_plugin.errors import UsageError

__all__ = ["change_library", "tokens_of"]


def tokens_of(engine: EngineClient, search: str = "") -> tuple[queries.TokenInfo, ...]:
    """The library's tokens, or those a search finds."""
    return engine.call(queries.ListTokens(search=search)).tokens


def change_library(engine: EngineClient, action: str, token: str, value: str) -> str:
    """Do one of `procedures.ACTIONS`; returns what the token is called now.

    Args:
        token: its id or name; to restore one, its name. value: the new name, or the tag.

    Raises:
        UsageError: something is missing. S2EditError: from the engine.
    """
    if action == "restore":
        if not token:
            raise UsageError("The token's name is missing.", "Say which one to restore: person/name.")
        return engine.call(queries.RestoreToken(token)).name
    name = TokenNames(tokens_of(engine)).find(token).name
    if action == "list":
        return name
    if action == "delete":
        engine.call(queries.DeleteTokens((name,)))
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
    return engine.call(change).name
