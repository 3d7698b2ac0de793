"""The name an inversion is kept under: a hash of everything that decides it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from s2edit_plugin.api import EditSettings
from s2edit_plugin.imaging.colour import ColourSpace
from s2edit_plugin.imaging.crop import Crop
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.method.conditioning import ActiveToken
from s2edit_plugin.workflows.crops import photo_hash
from s2edit_plugin.workflows.inversion_cache import cache_key

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

__all__ = ["inversion_key"]

# The fingerprint of a model leaves these out, since tokens do not depend on them; latents and timesteps do.
_BESIDE_FINGERPRINT = ("vae", "scheduler")


def inversion_key(
    backbone: Backbone,
    photo: Photo,
    crop: Crop,
    source_prompt: str,
    tokens: Sequence[ActiveToken],
    settings: EditSettings,
) -> str:
    """The key of an inversion, and of the unconditional predictions on its trajectory.

    Args:
        source_prompt: with the tokens' references in it. tokens: with their masks on the crop, in the order of the edit.
    """
    return cache_key(
        photo=photo_hash(photo),
        colours=_colours(photo.space),
        crop=[crop.x, crop.y, crop.side],
        prompt=source_prompt,
        tokens=[_token(token) for token in tokens],
        model=[
            backbone.fingerprint,
            _files(backbone.path),
            backbone.device.type,
            str(backbone.dtype),
            backbone.resolution,
            backbone.zero_unconditional,
        ],
        settings=[settings.steps, settings.inversion, settings.mask_mode, settings.isolation],
        guidance=settings.guidance if settings.inversion == "null_text" else None,
    )


def _colours(space: ColourSpace) -> str:
    """Hash of a few converted colours: the same values in another colour space are another picture."""
    steps = np.linspace(0, 1, 6, dtype=np.float32)
    grid = np.stack(np.meshgrid(steps, steps, steps), axis=-1)
    return hashlib.sha256(np.ascontiguousarray(space.to_srgb(grid), dtype=np.float32).tobytes()).hexdigest()


def _token(token: ActiveToken) -> list[str]:
    """Name, content and place of a token. Not its id: a token file can be given another content under the same one."""
    parameters = token.parameters
    constraint = token.constraint
    rules = "" if constraint is None else f"{constraint.mode} {constraint.space}"
    held = [] if constraint is None else [constraint.attributes, constraint.mean]
    return [
        token.name,
        _tensors([("vectors", token.vectors), *sorted(parameters.named_tensors().items())]),
        f"{type(parameters).__name__} {parameters.whole_prompt}",
        _tensors([] if token.mask is None else [("mask", token.mask)]),
        rules,
        _tensors((str(place), value) for place, value in enumerate(held)),
    ]


def _tensors(named: Iterable[tuple[str, torch.Tensor]]) -> str:
    digest = hashlib.sha256()
    for name, value in named:
        digest.update(f"{name} {tuple(value.shape)} {value.dtype};".encode())
        digest.update(value.detach().float().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def _files(model: Path | None) -> list[list[str | int]]:
    """Names, sizes and times of the model's files that its fingerprint leaves out; none for a model without a folder."""
    if model is None:
        return []
    files = (file for part in _BESIDE_FINGERPRINT for file in sorted((model / part).glob("*")))
    return [
        [f"{file.parent.name}/{file.name}", (status := file.stat()).st_size, status.st_mtime_ns]
        for file in files
    ]
