"""Resolves ``parameters="auto"``: the variant and settings that measured best for a kind of token and a base model's size.

Low-rank deltas of the whole U-Net preserve identity best (docs/DECISIONS.md, Method 30), but at the size of Stable Diffusion
1.5 their file takes megabytes. They are used where the file stays small; otherwise deltas of the token's own columns are.
The latter are also best for attributes: on another person the attribute's colour is closer (Method 33).
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
    """The settings with ``auto`` replaced by a variant; other settings and the number of steps stay the same.

    For the usual number of steps see `api.presets.usual_steps`.
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
    """Count of parameters of ``unet_lora`` in these layers."""
    return sum(rank * (layer.text * max(layer.kernel, 1) ** 2 + layer.inner) for layer in layers)
