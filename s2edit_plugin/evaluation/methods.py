"""The methods the benchmark compares, on the same weights and the same automatic masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from s2edit_plugin.api import EditSettings, LearnSettings
from s2edit_plugin.errors import Sentence, UsageError
from s2edit_plugin.evaluation.rivals.diffedit import DiffEdit
from s2edit_plugin.evaluation.rivals.dreambooth import DreamBooth
from s2edit_plugin.evaluation.rivals.edit_friendly import EditFriendly
from s2edit_plugin.evaluation.rivals.infedit import InfEdit
from s2edit_plugin.evaluation.rivals.ledits import LEDITS
from s2edit_plugin.evaluation.rivals.masactrl import MasaCtrl
from s2edit_plugin.evaluation.rivals.plug_and_play import PlugAndPlay
from s2edit_plugin.evaluation.rivals.prompt_to_prompt import PromptToPrompt
from s2edit_plugin.evaluation.rivals.sdedit import SDEdit
from s2edit_plugin.evaluation.rivals.task import Rival

__all__ = ["METHODS", "Method", "choose_methods"]


@dataclass(frozen=True)
class Method:
    """A row of the table.

    Attributes:
        words: what it is. learn: how its token is learned, None: no token. edit: how the edit runs.
        shows: ``edit``; or without any edit the ``source`` as it is, the autoencoder's ``copy`` of it, or the autoencoder's
            copy of the right ``answer``.
        oracle: edits inside the true region instead of the one found.
        rival: a procedure of its own (`rivals`) in place of our edit. tuned: learns weights of the U-Net in place of a token.
    """

    name: str
    words: str
    learn: LearnSettings | None = None
    edit: EditSettings = field(default_factory=EditSettings)
    shows: Literal["edit", "source", "copy", "answer"] = "edit"
    oracle: bool = False
    rival: Rival | None = None
    tuned: DreamBooth | None = None


_OURS = LearnSettings()
_PLAIN = replace(
    _OURS, parameters="none", orthogonality="none", mask_mode="none", masked_loss=False, isolation=False
)

_P2P = EditSettings(shapes="kept")  # attention control as published, whatever the edit

METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("s2edit", "ours, with all defaults", _OURS),
        Method("no_token", "the same edit without a token"),
        # Other ways to edit, without a token.
        Method("p2p_ddim", "Prompt-to-Prompt with DDIM inversion", None, replace(_P2P, inversion="ddim")),
        Method("p2p_redrawn", "the same, shapes redrawn as ours", None, EditSettings(inversion="ddim")),
        Method("p2p_null", "Prompt-to-Prompt with null-text inversion", None, replace(_P2P, inversion="null_text")),
        Method("p2p_direct", "Prompt-to-Prompt with direct inversion as published", None, replace(_P2P, offset="source")),
        # Published methods with their published settings.
        Method("sdedit", "SDEdit", rival=SDEdit()),
        Method("null_text", "null-text inversion and Prompt-to-Prompt, published settings", rival=PromptToPrompt()),
        Method("edit_friendly", "edit-friendly DDPM inversion", rival=EditFriendly()),
        Method("masactrl", "MasaCtrl", rival=MasaCtrl()),
        Method("plug_and_play", "Plug-and-Play", rival=PlugAndPlay()),
        Method("diffedit", "DiffEdit", rival=DiffEdit()),
        Method("infedit", "InfEdit (virtual inversion)", rival=InfEdit()),
        Method("ledits", "LEDITS++", rival=LEDITS()),
        # Other ways to learn, each with our edit, or with Prompt-to-Prompt.
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
        Method(
            "dreambooth", "DreamBooth and Prompt-to-Prompt with DDIM inversion", None, replace(_P2P, inversion="ddim"),
            tuned=DreamBooth(),
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
        Method("ours_joint", "ours, a token of another photo in both branches", _OURS, EditSettings(influence="joint")),
        Method("ours_term_picture", "the term less what points against the edit", _OURS, EditSettings(influence="picture")),
        Method("ours_term_position", "the same, measured at each position", _OURS, EditSettings(influence="position")),
        Method("ours_kept", "ours, shapes kept as colours are", _OURS, _P2P),
        Method("ours_offset", "ours, all of direct inversion's offset in every edit", _OURS, EditSettings(offset="both")),
        Method("ours_oracle", "ours inside the true region", _OURS, oracle=True),
        # What could be had at least and at most.
        Method("untouched", "the source as it is", shows="source"),
        Method("floor", "the autoencoder's copy of the source", shows="copy"),
        Method("ceiling", "the autoencoder's copy of the right answer", shows="answer"),
    )
}  # fmt: skip

MAIN = ("s2edit", "no_token", "p2p_ddim", "floor", "ceiling")
"""What ``--methods main`` compares."""


def choose_methods(
    names: Sequence[str], methods: Mapping[str, Method] = METHODS, main: Sequence[str] = MAIN
) -> list[Method]:
    """Methods by name; ``all`` for every one, ``main`` for a suite's defaults. Raises UsageError for an unknown name."""
    chosen: list[str] = []
    for name in names:
        chosen += methods if name == "all" else main if name == "main" else [name]
    unknown = [name for name in chosen if name not in methods]
    if unknown:
        raise UsageError(
            Sentence("There is no method '{}'.", unknown[0]), Sentence("Choose from: {}.", ", ".join(methods))
        )
    return [methods[name] for name in dict.fromkeys(chosen)]
