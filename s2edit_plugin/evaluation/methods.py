"""The methods the benchmark compares, on the same weights and the same automatic masks."""

from __future__ import annotations

from dataclasses import dataclass, field

from s2edit_plugin.api import EditSettings, LearnSettings
from s2edit_plugin.errors import UsageError

__all__ = ["METHODS", "Method", "choose_methods"]


@dataclass(frozen=True)
class Method:
    """A way to edit: what it is in words, how a token is learned (None: no token), and how the edit runs."""

    name: str
    words: str
    learn: LearnSettings | None
    edit: EditSettings = field(default_factory=EditSettings)


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("s2edit", "token, orthogonality, masks, direct inversion", LearnSettings()),
        Method("no_token", "the same edit without a token", None),
        Method("p2p_ddim", "Prompt-to-Prompt with DDIM inversion", None, EditSettings(inversion="ddim")),
    )
}


def choose_methods(names: tuple[str, ...]) -> list[Method]:
    """Methods by name; ``("all",)`` for every one. Raises UsageError for an unknown name."""
    if names == ("all",):
        return list(METHODS.values())
    unknown = [name for name in names if name not in METHODS]
    if unknown:
        raise UsageError(f"There is no method '{unknown[0]}'.", f"Choose from: {', '.join(METHODS)}.")
    return [METHODS[name] for name in names]
