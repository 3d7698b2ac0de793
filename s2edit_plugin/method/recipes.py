"""What ``parameters="auto"`` learns: the variant and numbers that measured best for a kind of token and a base model's size.

Low-rank deltas of the whole U-Net hold a person best (docs/DECISIONS.md, Method 30), but at the shape of Stable Diffusion 1.5
their file takes megabytes. They are learned where the file stays small; elsewhere deltas of the token's own columns are.
These also hold an attribute best: brought to another person, its colour comes out truer (Method 33).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from s2edit_plugin.api import LearnSettings, TokenKind

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone
    from s2edit_plugin.backbones.parameters import LayerShape

__all__ = ["LARGEST_FILE", "picture_numbers", "resolved"]

LARGEST_FILE = 1_000_000  # bytes of float16 deltas
RANK, RATE, COPIES, WORDINGS = 4, 6e-3, 12, 12


def resolved(settings: LearnSettings, backbone: Backbone, kind: TokenKind = "identity") -> LearnSettings:
    """The settings with ``auto`` made one of the variants; others as they are. The number of steps stays the same.

    How many steps a kind of token usually takes, `api.presets.usual_steps` says.
    """
    if settings.parameters != "auto":
        return settings
    layers = backbone.picture_layers()
    if kind == "attribute" or not layers or 2 * picture_numbers(layers, RANK) > LARGEST_FILE:
        return replace(settings, parameters="kv_token")
    return replace(
        settings,
        parameters="unet_lora",
        rank=RANK,
        steps_token=0,
        steps_joint=settings.steps_token + settings.steps_joint,
        lr_joint=RATE,
        rate="falling",
        copies=COPIES,
        wordings=WORDINGS,
    )


def picture_numbers(layers: list[LayerShape], rank: int) -> int:
    """How many numbers ``unet_lora`` has in these layers."""
    return sum(rank * (layer.text * max(layer.kernel, 1) ** 2 + layer.inner) for layer in layers)
