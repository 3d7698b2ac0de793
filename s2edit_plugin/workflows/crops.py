"""The square the model sees, as tensors."""

from __future__ import annotations

import hashlib

import numpy as np
import torch
from torch import Tensor

from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.imaging.crop import Crop, extract
from s2edit_plugin.imaging.photo import Photo

__all__ = ["latents_of", "mask_on_crop", "photo_hash", "picture_on_crop"]


def picture_on_crop(photo: Photo, crop: Crop, side: int) -> np.ndarray:
    """The photo's crop at the model's resolution: float32 (side, side, 3) in [0, 1], sRGB."""
    return extract(photo.as_float_rgb(), crop, side)


def mask_on_crop(mask: np.ndarray, crop: Crop, backbone: Backbone) -> Tensor:
    """A mask (H, W) of the photo on the crop: float32 (S, S) in [0, 1]."""
    small = extract(mask[..., None].astype(np.float32), crop, backbone.resolution)[..., 0]
    return torch.from_numpy(np.ascontiguousarray(small.clip(0, 1))).to(backbone.device)


def latents_of(picture: np.ndarray, backbone: Backbone) -> Tensor:
    """Latents (1, C, s, s) of a picture (S, S, 3) in [0, 1]."""
    pixels = torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))[None]
    return backbone.encode_picture(pixels * 2 - 1)


def photo_hash(photo: Photo) -> str:
    """sha256 of a photo's pixels, shape and depth, in hex."""
    digest = hashlib.sha256(f"{photo.pixels.shape}{photo.pixels.dtype}".encode())
    digest.update(np.ascontiguousarray(photo.pixels).data)
    return digest.hexdigest()
