"""Where an edit belongs: the edit region found from the model itself.

The attention of the changed words (Prompt-to-Prompt's LocalBlend) joined with the difference of what is predicted under the
two prompts (Couairon et al. 2022, "DiffEdit"), both read at some noise levels of the photo's own inversion. Reading them from
the inversion instead of during the edit gives one fixed region, which the edit then blends and pastes by.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from s2edit_plugin import alignment, text
from s2edit_plugin.api import OnProgress, Progress
from s2edit_plugin.attention import AttentionControl, MapRecorder
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.conditioning import ActiveToken, row_tokens
from s2edit_plugin.invert import Inversion
from s2edit_plugin.masks.refine import feather, grow

__all__ = ["ATTENTION_THRESHOLD", "NOISE_THRESHOLD", "attention_of", "changed_region", "soften"]

ATTENTION_THRESHOLD = 0.5  # share of the maximum; chosen against the drawn regions, docs/DECISIONS.md
NOISE_THRESHOLD = 0.4
_LEVELS = (0.35, 0.45, 0.55, 0.65)  # noise levels to read at, as fractions of the way from clean to noise


@torch.no_grad()
def changed_region(
    backbone: Backbone,
    inversion: Inversion,
    source: text.Condition,
    target: text.Condition,
    tokens: Sequence[ActiveToken],
    mask_mode: str = "bias",
    on_progress: OnProgress = lambda _: None,
) -> Tensor:
    """Region (s, s) float32 of zeros and ones at the latent side; all zero where the prompts do not differ.

    Raises:
        CancelledError: through ``on_progress``.
    """
    side = backbone.latent_side
    removed, added = alignment.changed_columns(source.layout, target.layout)
    if not removed and not added:
        return torch.zeros(side, side, device=backbone.device)
    rows = [row_tokens(source.layout, tokens), row_tokens(target.layout, tokens)]
    recorder = MapRecorder(backbone.map_side, (0, 1))
    difference = torch.zeros(side, side, device=backbone.device)
    with backbone.control(AttentionControl(rows, mask_mode, None, recorder)):
        indices = _indices(inversion.steps)
        for done, index in enumerate(indices, start=1):
            timestep = backbone.schedule.timesteps(inversion.steps)[index]
            latents = inversion.at(index).expand(2, -1, -1, -1)
            predicted = backbone.predict(latents, timestep, [source, target])
            difference += (predicted[1] - predicted[0]).abs().mean(dim=0)
            on_progress(Progress("finding the region", done, len(indices)))
    maps = [
        recorder.mean(row)[..., list(columns)].sum(-1)
        for row, columns in ((0, removed), (1, added))
        if columns
    ]
    attention = sum((_normalised(m) for m in maps), torch.zeros_like(maps[0])) / len(maps)
    attention = F.interpolate(attention[None, None], (side, side), mode="bilinear", align_corners=False)[0, 0]
    smooth = F.avg_pool2d(F.pad(difference[None, None], (1, 1, 1, 1), mode="replicate"), 3, stride=1)[0, 0]
    found = (_normalised(attention) > ATTENTION_THRESHOLD) | (_normalised(smooth) > NOISE_THRESHOLD)
    return found.float()


@torch.no_grad()
def attention_of(
    backbone: Backbone,
    latents: Tensor,
    condition: text.Condition,
    columns: tuple[int, ...],
    tokens: Sequence[ActiveToken] = (),
    mask_mode: str = "bias",
    seed: int = 0,
    on_progress: OnProgress = lambda _: None,
) -> Tensor:
    """Cross-attention map (side, side) in [0, 1] of some columns on a picture, mean over noise levels and layers.

    Args:
        latents: (1, C, s, s) clean latents. columns: of the word or token, in the condition's layout.

    Raises:
        CancelledError: through ``on_progress``.
    """
    recorder = MapRecorder(backbone.map_side, (0,))
    generator = torch.Generator().manual_seed(seed)
    with backbone.control(
        AttentionControl([row_tokens(condition.layout, tokens)], mask_mode, None, recorder)
    ):
        for done, level in enumerate(_LEVELS, start=1):
            timestep = backbone.schedule.at(torch.tensor([level], dtype=torch.float64)).to(latents.device)
            noise = torch.randn(latents.shape, generator=generator).to(latents.device)
            backbone.predict(backbone.schedule.add_noise(latents, noise, timestep), timestep, [condition])
            on_progress(Progress("looking", done, len(_LEVELS)))
    return _normalised(recorder.mean(0)[..., list(columns)].mean(-1))


def soften(cells: Tensor, side: int) -> Tensor:
    """Region of latent cells (s, s) -> soft region (S, S) in [0, 1]: enlarged, grown by half a cell, feathered."""
    enlarged = F.interpolate(cells[None, None].float(), (side, side), mode="bilinear", align_corners=False)[
        0, 0
    ]
    if not bool(enlarged.any()):
        return enlarged
    radius = max(1, side // cells.shape[0] // 2)
    grown = grow((enlarged > 0.5).float().cpu().numpy(), radius)
    return torch.from_numpy(feather(grown, radius)).float().to(cells.device)


def _indices(steps: int) -> list[int]:
    return sorted({min(steps - 1, max(0, round((1 - level) * steps))) for level in _LEVELS})


def _normalised(values: Tensor) -> Tensor:
    """Stretch to [0, 1]: the background's level is not zero in either signal."""
    low, high = values.min(), values.max()
    return (values - low) / (high - low).clamp_min(1e-8)
