"""What a token of another photo adds to an edit, less the part that points against what the edit's words change.

    D  = c(P*) - c(P)                           what the edit's words change
    d  = c(P*, [I]) - c(P*)                     what the token adds in the target
    d' = d - min(0, <d, D> / |D|^2) D           its part against the edit taken out
    target prediction = u + g (c(P*) - u) + g_I d'

c: what the model predicts under a prompt, u: without one, g and g_I: guidance scales of the words and of the token.
Source: ours; projecting conflicting directions is known of gradients (Yu et al. 2020, "Gradient Surgery").
"""

from __future__ import annotations

from typing import Literal

from torch import Tensor

__all__ = ["Measure", "without_opposition"]

Measure = Literal["plain", "picture", "position"]


def without_opposition(added: Tensor, change: Tensor, region: Tensor | None, measure: Measure) -> Tensor:
    """What a token adds, less its part against the edit.

    Args:
        added: d, (B, C, s, s). change: D, of the same shape.
        region: (1, 1, s, s) in [0, 1], where the edit may act; nothing is measured or taken out elsewhere. None: everywhere.
        measure: one product for the whole ``picture``, or one a ``position``; ``plain``: d as it is.

    Returns:
        d', (B, C, s, s).
    """
    if measure == "plain":
        return added
    change = change if region is None else change * (region > 0)
    axes = (1, 2, 3) if measure == "picture" else (1,)
    along = (added * change).sum(axes, keepdim=True)
    length = change.square().sum(axes, keepdim=True).clamp_min(1e-12)
    return added - (along / length).clamp(max=0) * change
