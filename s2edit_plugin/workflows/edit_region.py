"""Where an edit belongs on the crop: by its words where they name parts of a seen face, else by the model's attention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from s2edit_plugin.api import OnProgress
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.conditioning import ActiveToken
from s2edit_plugin.invert import Inversion
from s2edit_plugin.masks.face_parts import face_parts
from s2edit_plugin.masks.refine import feather
from s2edit_plugin.masks.word_regions import places_of, word_region
from s2edit_plugin.networks.installed import Networks
from s2edit_plugin.region import changed_region, soften
from s2edit_plugin.text import Condition

__all__ = ["EditRegion", "find_edit_region", "region_by_words"]

FEATHER = 0.012  # of the crop's side


@dataclass(frozen=True)
class EditRegion:
    """Attributes: soft: (S, S) float32 in [0, 1], what is pasted. cells: (S, S) or (s, s), what the model may change."""

    soft: Tensor
    cells: Tensor


def region_by_words(
    rgb: np.ndarray, source_prompt: str, target_prompt: str, networks: Networks | None
) -> np.ndarray | None:
    """Region (H, W) of zeros and ones that the changed words name on a picture, uint8 (H, W, 3); None where they name none."""
    places = places_of(source_prompt, target_prompt)
    parts = face_parts(rgb, networks) if places else None
    return None if parts is None else word_region(places, parts)


def find_edit_region(
    backbone: Backbone,
    rgb: np.ndarray,
    inversion: Inversion,
    source: Condition,
    target: Condition,
    tokens: Sequence[ActiveToken] = (),
    mask_mode: str = "bias",
    networks: Networks | None = None,
    on_progress: OnProgress = lambda _: None,
) -> EditRegion:
    """Find the edit region on the crop.

    Args:
        rgb: the crop, uint8 (S, S, 3) at the model's resolution.

    Raises:
        CancelledError: through ``on_progress``.
    """
    named = region_by_words(rgb, source.layout.prompt, target.layout.prompt, networks)
    if named is not None and named.any():
        soft = torch.from_numpy(feather(named, FEATHER * len(named))).float()
        return EditRegion(soft.to(backbone.device), torch.from_numpy(named).to(backbone.device))
    cells = changed_region(backbone, inversion, source, target, tokens, mask_mode, on_progress)
    return EditRegion(soften(cells, backbone.resolution), cells)
