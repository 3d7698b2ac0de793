"""The automatic edit region, computed from the model's attention and predictions.

It is the product of the changed words' attention (Prompt-to-Prompt's LocalBlend) and the difference of the predictions under
the two prompts (Couairon et al. 2022, "DiffEdit"), both computed on the noised photo at several noise levels before the edit.
The edit blends and pastes by this fixed region. If the prompts' predictions differ by less than those of a paraphrase, the
region is empty.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from s2edit_plugin.api import OnProgress, Progress
from s2edit_plugin.backbones.attention import AttentionControl, MapRecorder
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.errors import PromptError
from s2edit_plugin.method import alignment, text
from s2edit_plugin.method.conditioning import ActiveToken, build_condition, row_tokens
from s2edit_plugin.method.invert import Inversion
from s2edit_plugin.perception.masks.refine import feather, grow

__all__ = ["FLOOR", "THRESHOLD", "attention_of", "changed_region", "soften"]

THRESHOLD = 0.25  # share of the product's maximum; chosen against the drawn regions, docs/DECISIONS.md
FLOOR = 0.9  # of a paraphrase's difference; of 23 edits of drawn pictures 22 have 1.8 to 14, one 0.99
_CLIPPED = 0.98  # quantile at which differences are clipped, against outliers
_STRONG = 0.99  # quantile at which differences are compared
_CHANGE_LEVELS = (0.35, 0.5, 0.65, 0.8)
_LEVELS = (0.35, 0.45, 0.55, 0.65)  # noise levels, as fractions from clean to noise


@torch.no_grad()
def changed_region(
    backbone: Backbone,
    inversion: Inversion,
    source: text.Condition,
    target: text.Condition,
    tokens: Sequence[ActiveToken],
    mask_mode: str = "bias",
    on_progress: OnProgress = lambda _: None,
    seed: int = 0,
) -> Tensor:
    """Binary region (s, s) float32 at the latent side; all zero if the prompts are equal or differ in wording only.

    Args:
        seed: of the noise.

    Raises:
        CancelledError: through ``on_progress``.
    """
    side = backbone.latent_side
    removed, added = alignment.changed_columns(source.layout, target.layout)
    nothing = torch.zeros(side, side, device=backbone.device)
    if not removed and not added:
        return nothing
    same = _paraphrased(backbone, source, tokens)
    conditions = [source, target, *([same] if same is not None else [])]
    rows = [row_tokens(condition.layout, tokens) for condition in conditions]
    recorder = MapRecorder(backbone.map_side, (0, 1))
    generator = torch.Generator().manual_seed(seed)
    clean = inversion.at(inversion.steps)
    difference, wording = nothing.clone(), nothing.clone()
    with backbone.control(AttentionControl(rows, mask_mode, None, recorder)):
        for done, level in enumerate(_CHANGE_LEVELS, start=1):
            timestep = backbone.schedule.at(torch.tensor([level], dtype=torch.float64)).to(clean.device)
            noise = torch.randn(clean.shape, generator=generator).to(clean.device)
            noisy = backbone.schedule.add_noise(clean, noise, timestep)
            predicted = backbone.predict(noisy.expand(len(rows), -1, -1, -1), timestep, conditions)
            difference += _clipped((predicted[1] - predicted[0]).abs().mean(dim=0))
            if same is not None:
                wording += _clipped((predicted[2] - predicted[0]).abs().mean(dim=0))
            on_progress(Progress("finding the region", done, len(_CHANGE_LEVELS)))
    if float(torch.quantile(difference, _STRONG)) < FLOOR * float(torch.quantile(wording, _STRONG)):
        return nothing
    maps = [
        recorder.mean(row)[..., list(columns)].sum(-1)
        for row, columns in ((0, removed), (1, added))
        if columns
    ]
    attention = sum(maps, torch.zeros_like(maps[0])) / len(maps)
    attention = F.interpolate(attention[None, None], (side, side), mode="bilinear", align_corners=False)[0, 0]
    smooth = F.avg_pool2d(F.pad(difference[None, None], (1, 1, 1, 1), mode="replicate"), 3, stride=1)[0, 0]
    return (_normalised(_normalised(attention) * _normalised(smooth)) > THRESHOLD).float()


def _paraphrased(
    backbone: Backbone, source: text.Condition, tokens: Sequence[ActiveToken]
) -> text.Condition | None:
    """A paraphrase of the source prompt; None if it has another number of columns, which alone changes predictions much."""
    prompt = source.layout.prompt
    other = prompt.replace("a photo of", "a picture showing", 1)
    try:
        same = build_condition(backbone, other, tokens, framing=source.framing)
    except PromptError:
        return None
    return same if other != prompt and same.layout.end == source.layout.end else None


def _clipped(difference: Tensor) -> Tensor:
    """The difference (s, s) clipped at a quantile."""
    return difference.clamp(max=float(torch.quantile(difference, _CLIPPED)))


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
    """Cross-attention map (side, side) in [0, 1] of text columns on a picture, mean over noise levels and layers.

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
    """Binary region (s, s) -> soft region (S, S) in [0, 1]: enlarged, dilated by half a latent cell, feathered."""
    enlarged = F.interpolate(cells[None, None].float(), (side, side), mode="bilinear", align_corners=False)[
        0, 0
    ]
    if not bool(enlarged.any()):
        return enlarged
    radius = max(1, side // cells.shape[0] // 2)
    grown = grow((enlarged > 0.5).float().cpu().numpy(), radius)
    return torch.from_numpy(feather(grown, radius)).float().to(cells.device)


def _normalised(values: Tensor) -> Tensor:
    """Scale to [0, 1]; neither signal is zero in the background."""
    low, high = values.min(), values.max()
    return (values - low) / (high - low).clamp_min(1e-8)
