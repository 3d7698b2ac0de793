"""The square for the model, as tensors."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from s2edit_plugin.api import LearnSettings
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.backbones.conditions import SizeConditioning
from s2edit_plugin.imaging.crop import Crop, extract
from s2edit_plugin.imaging.hashing import photo_hash
from s2edit_plugin.method.augment import copies_of

__all__ = ["copies_on", "framing_of", "latents_of", "mask_on_crop", "photo_hash"]


def mask_on_crop(mask: np.ndarray, crop: Crop, backbone: Backbone) -> Tensor:
    """A mask (H, W) of the photo on the crop: float32 (S, S) in [0, 1]."""
    small = extract(mask, crop, backbone.resolution)
    return torch.from_numpy(np.ascontiguousarray(small.clip(0, 1))).to(backbone.device)


def latents_of(picture: np.ndarray, backbone: Backbone) -> Tensor:
    """Latents (1, C, s, s) of a picture (S, S, 3) in [0, 1]."""
    pixels = torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))[None]
    return backbone.encode_picture(pixels * 2 - 1)


def copies_on(
    picture: np.ndarray, mask: Tensor, settings: LearnSettings, backbone: Backbone
) -> tuple[Tensor, Tensor] | None:
    """Latents (N, C, s, s) and masks (N, S, S) of the augmented copies of a crop (S, S, 3). None if ``copies`` in the
    settings is 1, which counts the crop itself.
    """
    if settings.copies <= 1:
        return None
    pixels = torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1))).float()
    pictures, masks = copies_of(pixels, mask.cpu().float(), settings.copies - 1, settings.seed)
    latents = torch.cat([backbone.encode_picture(one[None] * 2 - 1) for one in pictures])
    return latents, masks


def framing_of(crop: Crop) -> SizeConditioning:
    """The crop as a separate picture, in the resolution of the photo, with the whole subject."""
    return SizeConditioning((crop.side, crop.side))
