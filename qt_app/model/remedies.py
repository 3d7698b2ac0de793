"""Maps terminal commands in the engine's hints to actions of the window."""

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
"""By a command's first words; entries with a verb take precedence."""


def remedy_of(hint: str) -> tuple[str, str]:
    """A hint without the clauses that name a command, and the id of the equivalent action; unchanged, and "", if there is none.

    Args:
        hint: in any language; commands are not translated.
    """
    kept, action = [], ""
    for clause in _CLAUSES.split(hint):
        command = _COMMAND.search(clause)
        found = _action_of(command) if command is not None else ""
        if command is not None and not found:
            return hint, ""  # a command without an action is kept in the text
        action = action or found
        if command is None:
            kept.append(clause)
    words = " ".join(kept).rstrip(";").strip()
    return (words + "." if words and words[-1] not in ".!?" else words), action


def _action_of(command: re.Match[str]) -> str:
    group, verb = command["group"], command["verb"] or ""
    return _ACTIONS.get((group, verb)) or _ACTIONS.get((group, ""), "")
