"""The mathematics of controlled attention: pure functions on attention maps, independent of any model.

Shapes: B rows of a batch, H heads, N picture positions (side * side), L text columns.
Source: Hertz et al. 2022, "Prompt-to-Prompt Image Editing" (replace, refine, reweight); the mask bias is an addition.
"""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = [
    "attention_maps",
    "masked_columns",
    "multiply_columns",
    "reweight",
    "swap_columns",
    "token_bias",
]


def attention_maps(query: Tensor, key: Tensor, bias: Tensor | None = None) -> Tensor:
    """Softmax attention maps, computed in float32 whatever the model's dtype.

    Args:
        query: (B, H, N, D). key: (B, H, L, D). bias: broadcastable to (B, H, N, L), added before softmax.

    Returns:
        (B, H, N, L) float32, rows sum to 1.
    """
    scores = torch.matmul(query.float(), key.float().transpose(-1, -2)) * query.shape[-1] ** -0.5
    if bias is not None:
        scores = scores + bias.float()
    return scores.softmax(dim=-1)


def token_bias(mask: Tensor, columns: tuple[int, ...], length: int) -> Tensor:
    """Additive bias that limits text columns to a mask: log M inside, minus infinity where M = 0.

    With minus infinity (not log(M + eps)) the columns' weight outside the mask is exactly zero.

    Args:
        mask: (N,) in [0, 1]. columns: the token's text columns. length: L.

    Returns:
        (N, L) float32, zero in all other columns.
    """
    bias = mask.new_zeros((mask.shape[0], length), dtype=torch.float32)
    bias[:, list(columns)] = mask.float().clamp(0, 1).log().unsqueeze(-1)
    return bias


def masked_columns(mask: Tensor, columns: tuple[int, ...], length: int) -> Tensor:
    """Factors for `multiply_columns`: the mask in the token's columns, one elsewhere. Returns (N, L) float32."""
    factor = mask.new_ones((mask.shape[0], length), dtype=torch.float32)
    factor[:, list(columns)] = mask.float().unsqueeze(-1)
    return factor


def multiply_columns(maps: Tensor, factor: Tensor) -> Tensor:
    """Multiply maps (B, H, N, L) after softmax by factors (B, 1, N, L), without renormalising."""
    return maps * factor


def swap_columns(source: Tensor, target: Tensor, mapper: Tensor, alpha: Tensor) -> Tensor:
    """Prompt-to-Prompt replace and refine in one form: target columns take the maps of the source columns aligned with them.

    Args:
        source, target: maps (..., N, L).
        mapper: (L, L), ``mapper[s, t]`` the share of source column s in target column t.
        alpha: (L,), 1 where a target column takes source maps, 0 where it keeps its own.
    """
    return (source @ mapper) * alpha + target * (1 - alpha)


def reweight(maps: Tensor, weights: Tensor) -> Tensor:
    """Scale columns of maps (..., N, L) by weights (L,), without renormalising (as Prompt-to-Prompt does)."""
    return maps * weights
