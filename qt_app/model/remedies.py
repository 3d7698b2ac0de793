"""What the engine's hints tell people at a terminal to type, as what can be pressed in the window instead."""

from __future__ import annotations

import re

__all__ = ["remedy_of"]

_COMMAND = re.compile(r"`?\bs2edit (?P<group>[a-z]+)(?: (?P<verb>[a-z]+))?[^`.;]*`?")
_CLAUSES = re.compile(r"(?<=[.;])\s+")
_ACTIONS = {
    ("models", ""): "tokens.models",
    ("settings", ""): "edit.settings",
    ("doctor", ""): "help.diagnostics",
    ("engine", "status"): "help.diagnostics",
    ("engine", "log"): "help.diagnostics",
    ("engine", ""): "engine.restart",
    ("tokens", "import"): "tokens.import",
    ("tokens", "list"): "panel.search",
    ("learn", ""): "panel.learn",
}
"""By a command's first words; those with a verb go before those without."""


def remedy_of(hint: str) -> tuple[str, str]:
    """A hint without the clauses that name a command, and the id of the action that does it; as it is, and "", where none does.

    Args:
        hint: in whatever language; commands stand in it as they are typed.
    """
    kept, action = [], ""
    for clause in _CLAUSES.split(hint):
        command = _COMMAND.search(clause)
        found = _action_of(command) if command is not None else ""
        if command is not None and not found:
            return hint, ""  # what cannot be pressed must still be read
        action = action or found
        if command is None:
            kept.append(clause)
    words = " ".join(kept).rstrip(";").strip()
    return (words + "." if words and words[-1] not in ".!?" else words), action


def _action_of(command: re.Match[str]) -> str:
    group, verb = command["group"], command["verb"] or ""
    return _ACTIONS.get((group, verb)) or _ACTIONS.get((group, ""), "")
