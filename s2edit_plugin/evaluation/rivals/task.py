"""What every rival is given and gives back, and the predictions they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.method import text
from s2edit_plugin.method.edit import EditOutcome
from s2edit_plugin.method.text import Condition

__all__ = ["Rival", "Task", "guided", "outcome"]


@dataclass(frozen=True)
class Task:
    """One edit.

    Attributes:
        latents: (1, C, s, s) of the picture. source, target: conditions of the two prompts.
        cells: edit region on the picture, (F, F) in [0, 1], for methods that take one; None: the whole picture.
        seed: of the noise, where a method draws some.
    """

    latents: Tensor
    source: Condition
    target: Condition
    cells: Tensor | None = None
    seed: int = 0


class Rival(Protocol):
    """A published method; its fields are its settings, the published ones by default."""

    def edit(self, backbone: Backbone, task: Task) -> EditOutcome:
        """Edit a picture. Deterministic for a seed."""
        ...


def guided(
    backbone: Backbone, latents: Tensor, timestep: float, condition: Condition, guidance: float
) -> Tensor:
    """Prediction (1, C, s, s) under classifier-free guidance (Ho and Salimans 2022); one row less at guidance 1."""
    if guidance == 1:
        return backbone.predict(latents, timestep, [condition])
    empty = text.unconditional(backbone, condition.framing)
    without, with_text = backbone.predict(torch.cat([latents, latents]), timestep, [empty, condition]).chunk(
        2
    )
    return without + guidance * (with_text - without)


def outcome(backbone: Backbone, source: Tensor, target: Tensor) -> EditOutcome:
    """Both branches decoded, from clean latents (1, C, s, s)."""
    if torch.equal(source, target):
        (same,) = _decoded(backbone, [source])
        return EditOutcome(same, same)
    one, other = _decoded(backbone, [source, target])
    return EditOutcome(one, other)


def _decoded(backbone: Backbone, latents: Sequence[Tensor]) -> Sequence[Tensor]:
    pictures = backbone.decode_latents(torch.cat(list(latents))) / 2 + 0.5
    return list(pictures.clamp(0, 1))
