"""The methods the benchmark compares, on the same weights and the same automatic masks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from s2edit_plugin.api import EditSettings, LearnSettings
from s2edit_plugin.errors import UsageError

__all__ = ["METHODS", "Method", "choose_methods"]


@dataclass(frozen=True)
class Method:
    """A row of the table.

    Attributes:
        words: what it is. learn: how its token is learned, None: no token. edit: how the edit runs.
        shows: ``edit``; or without any edit the ``source`` as it is, the autoencoder's ``copy`` of it, or the autoencoder's
            copy of the right ``answer``.
        oracle: edits inside the true region instead of the one found.
    """

    name: str
    words: str
    learn: LearnSettings | None = None
    edit: EditSettings = field(default_factory=EditSettings)
    shows: Literal["edit", "source", "copy", "answer"] = "edit"
    oracle: bool = False


_OURS = LearnSettings()
_PLAIN = replace(
    _OURS, parameters="none", orthogonality="none", mask_mode="none", masked_loss=False, isolation=False
)

METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("s2edit", "ours, with all defaults", _OURS),
        Method("no_token", "the same edit without a token"),
        # Other ways to edit, without a token.
        Method("p2p_ddim", "Prompt-to-Prompt with DDIM inversion", None, EditSettings(inversion="ddim")),
        Method("p2p_null", "Prompt-to-Prompt with null-text inversion", None, EditSettings(inversion="null_text")),
        Method("p2p_direct", "Prompt-to-Prompt with direct inversion as published", None, EditSettings(offset="source")),
        # Other ways to learn, each with our edit.
        Method(
            "textual_inversion",
            "Textual Inversion: the embedding alone",
            replace(_PLAIN, vectors=1),
            EditSettings(isolation=False, mask_mode="none"),
        ),
        Method(
            "custom_diffusion",
            "Custom Diffusion: embedding and key/value matrices",
            replace(_PLAIN, parameters="kv_full", lr_joint=1e-4),
            EditSettings(isolation=False, mask_mode="none"),
        ),
        # What each part of ours is for.
        Method("ours_unconstrained", "ours without the orthogonality constraint", replace(_OURS, orthogonality="none")),
        Method(
            "ours_unmasked", "ours without masks for the token",
            replace(_OURS, mask_mode="none", masked_loss=False), EditSettings(mask_mode="none"),
        ),
        Method("ours_mixed", "ours without token isolation", replace(_OURS, isolation=False), EditSettings(isolation=False)),
        Method("ours_vectors", "ours with the embedding alone", replace(_OURS, parameters="none")),
        Method("ours_inside", "ours, the token acting inside the edit region too", _OURS, EditSettings(inside="always")),
        Method("ours_oracle", "ours inside the true region", _OURS, oracle=True),
        # What could be had at least and at most.
        Method("untouched", "the source as it is", shows="source"),
        Method("floor", "the autoencoder's copy of the source", shows="copy"),
        Method("ceiling", "the autoencoder's copy of the right answer", shows="answer"),
    )
}  # fmt: skip

MAIN = ("s2edit", "no_token", "p2p_ddim", "floor", "ceiling")
"""What ``--methods main`` compares."""


def choose_methods(names: tuple[str, ...]) -> list[Method]:
    """Methods by name; ``all`` for every one, ``main`` for those of the README. Raises UsageError for an unknown name."""
    chosen: list[str] = []
    for name in names:
        chosen += METHODS if name == "all" else MAIN if name == "main" else [name]
    unknown = [name for name in chosen if name not in METHODS]
    if unknown:
        raise UsageError(f"There is no method '{unknown[0]}'.", f"Choose from: {', '.join(METHODS)}.")
    return [METHODS[name] for name in dict.fromkeys(chosen)]
