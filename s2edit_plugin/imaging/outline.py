"""The change of a part that keeps its outline, such as hair of another colour: near the edge it follows from the inside.

The model's square is coarse, so that near a part's edge its change is a mixture of the part's and of what lies beside it, and
halos or rims of the old colour would remain. Instead the change there is continued from inside the part: a local linear model
of the change on the picture, fitted where the window lies inside the outline (weights c), evaluated at the edge.

    m_x = <c x> / <c>                      x: the picture, y: the change, <>: mean over a window
    a   = (<c x y> / <c> - m_x m_y) / (<c x x> / <c> - m_x m_x + eps)
    y'  = m_y + a (x - m_x)

Source: the guided filter's model (He, Sun and Tang 2013) with weights; continuing it over the edge of a matte is ours.
"""

from __future__ import annotations

import numpy as np

__all__ = ["continued"]

_REACH = 3.5  # pixels of the model's square near an edge whose change is a mixture
_SCALES = 1, 2, 4  # windows, in reaches; a larger one only where a smaller one holds too little of the inside
_INSIDE = 0.9  # mean of the outline over a window from which its middle counts as inside
_ENOUGH = 0.05  # share of the inside in a window
_EPS = 1e-3  # a variance below this is noise
_FARTHEST = 0.25  # from the window's mean colour: pixels of the edge hold other colours too


def continued(change: np.ndarray, picture: np.ndarray, outline: np.ndarray, model: int) -> np.ndarray:
    """The change, within an outline that of the part alone.

    Args:
        change: float32 (m, m, 3), sRGB values after minus before. picture: (m, m, 3) in [0, 1], before.
        outline: (m, m) in [0, 1], the part's matte. model: side of the model's square in pixels.

    Returns:
        (m, m, 3); outside the outline, and where nothing certain is near, the change as it was.
    """
    reach = _REACH * len(change) / model
    inside = np.clip((_mean(outline, reach) - _INSIDE) / (1 - _INSIDE), 0, 1) * (outline > 0.5)
    weight = inside.astype(np.float32)[..., None]
    made, missing = np.zeros_like(change), np.ones_like(weight)
    for scale in _SCALES:
        share = _mean(weight, scale * reach)
        fitted = _linear(change, picture, weight, share, scale * reach)
        part = missing * np.clip(share / _ENOUGH, 0, 1)
        made += part * fitted
        missing -= part
    made += missing * change
    within = np.clip(4 * outline, 0, 1)[..., None]  # soft pixels of the edge take the part's change whole
    return np.asarray(change + within * (1 - weight) * (made - change), dtype=np.float32)


def _linear(
    change: np.ndarray, picture: np.ndarray, weight: np.ndarray, share: np.ndarray, radius: float
) -> np.ndarray:
    """y' of the module's text, (m, m, 3)."""
    share = np.maximum(share, 1e-6)
    colour, moved = _mean(picture * weight, radius) / share, _mean(change * weight, radius) / share
    together = _mean(picture * change * weight, radius) / share - colour * moved
    variance = np.maximum(_mean(picture * picture * weight, radius) / share - colour * colour, 0)
    slope = np.clip(together / (variance + _EPS), -1, 1)
    return np.asarray(moved + slope * np.clip(picture - colour, -_FARTHEST, _FARTHEST), dtype=np.float32)


def _mean(values: np.ndarray, radius: float) -> np.ndarray:
    """Means over windows of about a Gaussian of this deviation: two box filters."""
    from scipy import ndimage

    size = (2 * round(1.2 * radius) + 1,) * 2 + (1,) * (values.ndim - 2)
    once = ndimage.uniform_filter(values, size, mode="nearest")
    return np.asarray(ndimage.uniform_filter(once, size, mode="nearest"), dtype=np.float32)
