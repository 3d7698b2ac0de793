"""Editing a photo, and making a result of the history again. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from s2edit_plugin.api.base import Request

__all__ = ["ApplyEdit", "EditResult", "EditSettings", "RerunReport", "RerunResult"]


@dataclass(frozen=True)
class EditSettings:
    """How a photo is inverted and edited.

    Attributes:
        steps: DDIM steps of inversion and of the edit.
        guidance: classifier-free guidance scale of the edit (1 = off).
        strength: 0 gives the photo back, 1 the full edit.
        inversion: ``direct`` (default), ``ddim`` (plain) or ``null_text``.
        offset: branches that direct inversion's offset is added to: ``both``; as published, the ``source`` alone; ``none``, as
            plain DDIM; ``auto``: both, a quarter of it where something worn comes off, or glasses or a hat are put on.
        control: ``auto`` (replace where the prompts have equally many words, else refine), ``replace``, ``refine``, ``none``.
        cross_steps: fraction of the steps in which cross-attention maps come from the source branch, 0..1; none where the
            target only takes something away.
        self_steps: the same for self-attention.
        shapes: ``redrawn``: where an edit changes shapes of a face and nothing else (a smile, glasses, a hat, a cut of hair),
            a third of ``cross_steps`` and none of ``self_steps``; ``kept``: as elsewhere.
        local_blend: keep latents of the source branch outside the edit region.
        inside: whether a token acts inside the edit region on the photo it was learned from: ``auto``, only if the edit
            uncovers the person's own looks (removes a hat or glasses); ``always``; ``never``. On other photos always.
        influence: how deltas of the whole U-Net act on another photo: ``joint``, in the predictions of both branches; or as
            a separate term inside the edit region of the target branch, ``plain``, or without the part opposed to the edit,
            measured over the ``picture`` or at each ``position`` (`method.influence`).
        token_guidance: scale of that term.
        weights: factor for the attention of words of the target prompt.
        mask_mode, isolation: as in `LearnSettings`.
        seed: seed of variants; the first variant of seed 0 uses no added noise.
    """

    steps: int = 30
    guidance: float = 3.5
    strength: float = 1.0
    inversion: Literal["direct", "ddim", "null_text"] = "direct"
    offset: Literal["auto", "both", "source", "none"] = "auto"
    control: Literal["auto", "replace", "refine", "none"] = "auto"
    cross_steps: float = 0.6
    self_steps: float = 0.4
    shapes: Literal["redrawn", "kept"] = "redrawn"
    local_blend: bool = True
    inside: Literal["auto", "always", "never"] = "auto"
    influence: Literal["joint", "plain", "picture", "position"] = "plain"
    token_guidance: float = 1.0
    weights: dict[str, float] = field(default_factory=dict)
    mask_mode: Literal["bias", "multiply", "none"] = "bias"
    isolation: bool = True
    seed: int = 0


@dataclass(frozen=True)
class ApplyEdit(Request["EditResult"]):
    """Edit a photo by text.

    Attributes:
        tokens: library names ``person/name``; the first is the subject's, the others compose (``--with``). Empty: an edit by
            words only.
        source_prompt: description of the photo; None: that of the first token if it was learned from this photo, else as
            ``auto``: a caption, limited to what the prompt keeps or replaces. Words that the user writes here and the prompt
            omits are removed from the photo; words of a caption are not.
        in_colour: the result of a grey photo is a colour picture, in sRGB; else it stays grey.
        source_suggested: ``source_prompt`` is a suggestion that the user has left as it was: it counts as seen, unless leaving
            something out is all that the prompt does.
        subject, subject_mask: where identity tokens act; ``auto``: the first token's stored mask if this is the photo it
            learned from, else found; ``region``: the region's mask serves as this one too. Where no subject is found, a region
            that is given serves. The mask may be a smaller one of the photo's proportions.
        region, region_mask: which pixels may change; ``auto``, ``subject``, ``none`` (the whole crop), ``face``, ``word:W``.
        embed_settings: write prompts, token names and settings into the result's file; None: as in the user's settings.
        with_layer: return `EditResult.layer` instead of ``image``, for programs with layer masks (GIMP).
        in_history: whether the result is recorded in the journal. False for a batch, whose many results would replace all
            other entries.
    """

    photo: bytes
    tokens: tuple[str, ...]
    prompt: str
    source_prompt: str | None = None
    subject: str = "auto"
    subject_mask: bytes | None = None
    region: str = "auto"
    region_mask: bytes | None = None
    settings: EditSettings = field(default_factory=EditSettings)
    embed_settings: bool | None = None
    with_layer: bool = False
    source_suggested: bool = False
    in_colour: bool = False
    in_history: bool = True


@dataclass(frozen=True)
class EditResult:
    """An edited photo as an encoded image of the photo's size and format, and where it differs.

    Attributes:
        identity: similarity of the faces before and after, cosine -1..1; None if unknown.
        identity_note: the same in words, or the reason why it is unknown.
        history_id: of the result in the history, "" if not recorded.
        layer: where it was asked for, the photo with the whole change in a box around ``region``: laid over the photo through
            ``region`` it gives ``image``, which is left empty then. A PNG of the photo's depth and colour space, without alpha,
            its rows neither filtered nor compressed, so that it can be read without an image library.
        layer_box: left, top, right, bottom of ``layer`` in the photo.
    """

    image: bytes
    region: bytes
    seconds: float
    inversion_cached: bool
    source_prompt: str
    target_prompt: str
    warnings: tuple[str, ...] = ()
    identity: float | None = None
    identity_note: str = ""
    history_id: str = ""
    layer: bytes = b""
    layer_box: tuple[int, ...] = ()


@dataclass(frozen=True)
class RerunResult(Request["RerunReport"]):
    """Make a result of the history again from its stored settings and compare."""

    history_id: str


@dataclass(frozen=True)
class RerunReport:
    """Result of reproducing an entry of the journal.

    Attributes:
        equal: every pixel is the same. max_difference: largest difference of a channel, 0..255.
        sentence: the same in words, with what may explain a difference.
    """

    history_id: str
    equal: bool
    max_difference: float
    image: bytes
    sentence: str = ""
