"""Previews of running jobs: small pictures of the intermediate result."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.backbones.parameters import TokenParameters
from s2edit_plugin.imaging.crop import Crop
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.method.conditioning import ActiveToken, build_condition
from s2edit_plugin.method.generate import noise_of, sample
from s2edit_plugin.method.learn import LearnTask

__all__ = ["EditPreview", "LearnPreview"]

LONGEST_SIDE = 512
QUALITY = 85
SAMPLE_STEPS = 12


class EditPreview:
    """A thumbnail of the photo with the intermediate edit in its region.

    Args:
        crop: the square for the model. region: (S, S) float32 in [0, 1], the edit region on the crop.
    """

    def __init__(self, backbone: Backbone, photo: Photo, crop: Crop, region: Tensor) -> None:
        self._backbone, self._photo, self._crop, self._region = backbone, photo, crop, region
        self._every = max(1, -(-max(photo.size) // LONGEST_SIDE))
        self._small: Image.Image | None = None

    def __call__(self, clean: Tensor) -> bytes:
        """A JPEG for the target branch's clean latents (1, C, s, s)."""
        if self._small is None:
            rows = self._photo.pixels[:: self._every, :: self._every]
            self._small = Image.fromarray(replace(self._photo, pixels=rows, alpha=None).as_uint8_rgb())
        side = max(1, round(self._crop.side / self._every))
        place = (round(self._crop.x / self._every), round(self._crop.y / self._every))
        edited = _picture(self._backbone, clean).resize((side, side), Image.Resampling.BILINEAR)
        mask = Image.fromarray((self._region.cpu().numpy().clip(0, 1) * 255).astype(np.uint8))
        shown = self._small.copy()
        shown.paste(edited, place, mask.resize((side, side), Image.Resampling.BILINEAR))
        return _jpeg(shown)


class LearnPreview:
    """A sample for the source prompt with the current token, always from the same noise."""

    def __init__(self, backbone: Backbone, task: LearnTask, isolation: bool) -> None:
        self._backbone, self._task, self._isolation = backbone, task, isolation

    def __call__(self, vectors: Tensor, parameters: TokenParameters, check: Callable[[], None]) -> bytes:
        """A JPEG for the token's vectors (n, W) and parameters; ``check`` is called after every step."""
        task, backbone = self._task, self._backbone
        token = ActiveToken(task.name, vectors.detach(), parameters, task.mask.to(backbone.device))
        condition = build_condition(backbone, task.prompt, [token], self._isolation, task.framing)
        latents = sample(
            backbone, noise_of(backbone, 0), [condition], SAMPLE_STEPS, tokens=[token], on_step=check
        )
        return _jpeg(_picture(backbone, latents))


@torch.no_grad()
def _picture(backbone: Backbone, latents: Tensor) -> Image.Image:
    pixels = (backbone.decode_latents(latents)[0] / 2 + 0.5).clamp(0, 1)
    return Image.fromarray((pixels.permute(1, 2, 0).float().cpu().numpy() * 255).astype(np.uint8))


def _jpeg(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=QUALITY)
    return stream.getvalue()
