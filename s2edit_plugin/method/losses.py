"""Losses of the learning stage, as pure functions.

Sources: masked diffusion loss and attention loss after Avrahami et al. 2023, "Break-A-Scene"; the orthogonality constraint
after the abstract of S2Edit (arXiv 2507.04584); centring and the per-layer form are additions (docs/DECISIONS.md).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = [
    "attention_to_mask_loss",
    "masked_diffusion_loss",
    "orthogonal_complement",
    "orthogonality_loss",
]


def masked_diffusion_loss(noise: Tensor, predicted: Tensor, mask: Tensor | None) -> Tensor:
    """Mean of ``|(eps - eps_hat) * M|^2`` over the masked positions.

    Args:
        noise, predicted: (B, C, H, W). mask: (H, W) in [0, 1] at the latent side, or None for the whole picture.

    Returns:
        scalar, float32.
    """
    squared = (noise.float() - predicted.float()).square()
    if mask is None:
        return squared.mean()
    weight = mask.float().square()  # |x M|^2 weighs by M^2
    return (squared * weight).sum() / (weight.sum() * squared.shape[0] * squared.shape[1]).clamp_min(1e-6)


def orthogonality_loss(feature: Tensor, attributes: Tensor, mean: Tensor) -> Tensor:
    """Mean squared cosine between the token's centred features and the attributes' centred features.

    ``L_orth = mean_k cos(f([I]) - mu, f(a_k) - mu)^2``. Raw text features share a large common part, hence the centring.

    Args:
        feature: (n, D) of the token's n vectors. attributes: (K, D). mean: (D,), mean feature of plain prompts.

    Returns:
        scalar in [0, 1], float32; 0 without attributes.
    """
    if attributes.shape[0] == 0:
        return feature.float().sum() * 0
    ours = F.normalize(feature.float() - mean.float(), dim=-1)
    theirs = F.normalize(attributes.float() - mean.float(), dim=-1)
    return (ours @ theirs.T).square().mean()


def orthogonal_complement(feature: Tensor, attributes: Tensor, mean: Tensor) -> Tensor:
    """Project centred features (n, D) onto the complement of span{f(a_k) - mu}: the hard form of the constraint.

    Directions with less than a hundredth of the largest singular value are ignored: they are noise of the attribute list, and
    removing them would reduce the token's capacity.
    """
    if attributes.shape[0] == 0:
        return feature
    centred = (attributes - mean).float()
    _, singular, directions = torch.linalg.svd(centred, full_matrices=False)
    basis = directions[singular > 0.01 * singular[0]]
    ours = (feature - mean).float()
    return (ours - (ours @ basis.T) @ basis + mean.float()).to(feature.dtype)


def attention_to_mask_loss(maps: Tensor, mask: Tensor) -> Tensor:
    """Break-A-Scene's attention loss: maps divided by their maximum, mean squared error to the mask.

    Args:
        maps: (N,) mean over layers, heads and the token's columns at a quarter of the latent side. mask: (N,) in [0, 1].
    """
    return F.mse_loss(maps.float() / maps.max().clamp_min(1e-6), mask.float())
