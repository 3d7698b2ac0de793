"""The square the model sees, as tensors."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.backbones.conditions import Framing
from s2edit_plugin.imaging.crop import Crop, extract
from s2edit_plugin.imaging.hashing import photo_hash

__all__ = ["framing_of", "latents_of", "mask_on_crop", "photo_hash"]


def mask_on_crop(mask: np.ndarray, crop: Crop, backbone: Backbone) -> Tensor:
    """A mask (H, W) of the photo on the crop: float32 (S, S) in [0, 1]."""
    small = extract(mask, crop, backbone.resolution)
    return torch.from_numpy(np.ascontiguousarray(small.clip(0, 1))).to(backbone.device)


def latents_of(picture: np.ndarray, backbone: Backbone) -> Tensor:
    """Latents (1, C, s, s) of a picture (S, S, 3) in [0, 1]."""
    pixels = torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))[None]
    return backbone.encode_picture(pixels * 2 - 1)


def framing_of(crop: Crop) -> Framing:
    """The crop as a picture of its own: as sharp as its side in the photo's pixels allows, its subject not cut off."""
    return Framing((crop.side, crop.side))
