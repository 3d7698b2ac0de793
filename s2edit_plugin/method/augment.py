"""Augmentation of the training photo: small random shifts, scalings, rotations and changes of brightness.

With a single photo the token would also learn the subject's position and lighting; augmented copies prevent that.
Source: standard augmentation; for learning from one photo e.g. Avrahami et al. 2023 (Break-A-Scene).
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["copies_of"]

# Shares of the side, degrees, factor, share of the brightness.
SHIFT, TURN, LARGEST, LIGHT = 0.055, 6.0, 1.15, 0.1


def copies_of(picture: Tensor, mask: Tensor, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """``count`` augmented copies of a picture, with their masks.

    Args:
        picture: (3, S, S) float32 in [0, 1]. mask: (S, S) float32 in [0, 1].

    Returns:
        (count, 3, S, S) and (count, S, S), in the same ranges. The first copies do not depend on the count.

    Raises:
        ValueError: ``count`` is below 1.
    """
    if count < 1:
        raise ValueError(f"there are 1 or more copies, not {count}")
    generator = torch.Generator().manual_seed(seed)
    draws = torch.rand(count, 5, generator=generator) * 2 - 1
    pictures, masks = [], []
    for turn, size, right, down, light in draws.tolist():
        angle, factor = math.radians(TURN * turn), LARGEST**size
        cosine, sine = math.cos(angle) / factor, math.sin(angle) / factor
        matrix = torch.tensor(
            [[[cosine, sine, 2 * SHIFT * right], [-sine, cosine, 2 * SHIFT * down]]], device=picture.device
        )
        grid = F.affine_grid(matrix, [1, 3, *mask.shape], align_corners=False)
        moved = F.grid_sample(
            picture[None], grid, mode="bicubic", padding_mode="reflection", align_corners=False
        )
        pictures.append((moved[0] * (1 + LIGHT * light)).clamp(0, 1))
        masks.append(F.grid_sample(mask[None, None], grid, align_corners=False)[0, 0].clamp(0, 1))
    return torch.stack(pictures), torch.stack(masks)
