"""The change at the photo's resolution, from a square in which the model cannot show the photo's fine detail.

    photo + up(after) - up(before) + lost * (photo - up(before)) + gained * (photo - up(seen))

* A local linear model of the change on what was there (`_gains`) tells what becomes of detail. Where hair gets a lighter
  colour, its strands grow lighter in proportion (gained > 0). Where something else takes its place, the change cancels what
  was there (lost = -1), and so it does with the detail: no old fringe shows through a hat. What the autoencoder lost of
  the photo is such detail too. Where the change has little to do with what was there, detail is left alone.
* The autoencoder blurs, and so does enlarging. How both decodes are sharpened is fitted on the decoded source, whose sharp
  original is at hand (`_sharpening`): on the crop as the model saw it where structure stays, on the finer crop where it is
  new; the local correlation of the decodes mixes the two (`_kept`).

All this is done at up to four times the model's resolution; what is finer still follows by the same local linear model, while
pasting. A guided filter's model (He, Sun and Tang 2013), fitted at low resolution (He and Sun 2015); that only detail is
scaled by it, and the change itself kept as it is, is ours. What was compared: docs/DECISIONS.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from s2edit_plugin.imaging.crop import fitted
from s2edit_plugin.imaging.outline import continued

__all__ = ["CropChange", "crop_change", "pasting_side"]

_EPS = 1e-4  # a variance below this is noise
_LOST, _GAINED = (
    2,
    1,
)  # radius of windows in pixels: replaced structure needs larger ones than a change of colour
_UNRELATED = 0.3  # squared correlation of change and picture at which about half of a gain is believed
_CHANCE = 0.1  # squared correlation that noise reaches in so small a window
_KEPT = 0.6, 0.95  # correlations of the decodes at which structure begins to count as kept, and is
_BLURS = 0.5, 1.0, 2.0  # pixels of the model's square
_FINER, _LARGEST = 4, 1024
_LUMA = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)


@dataclass(frozen=True)
class CropChange:
    """The change on the crop, all float32 (m, m, 3).

    Attributes:
        change: sRGB values after minus before, -1..1. gain: factor of the photo's finer detail, -1..1.
        seen: the crop at this size, 0..1; what the photo has beyond it is its finer detail.
    """

    change: np.ndarray
    gain: np.ndarray | None = None
    seen: np.ndarray | None = None


def pasting_side(model: int, crop: int) -> int:
    """Side of the finer crop that `crop_change` wants, for a model's square and a crop of this many pixels."""
    return max(model, min(crop, _FINER * model, _LARGEST))


def crop_change(
    seen: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
    fine: np.ndarray | None = None,
    outline: np.ndarray | None = None,
) -> CropChange:
    """The change at the size of ``fine``. All zero where the two decoded branches are equal.

    Args:
        seen: the crop as the model saw it, float32 (s, s, 3) in [0, 1]. before, after: the two decoded branches.
        fine: the crop at a larger size (m, m, 3), None: the same as ``seen``.
        outline: (F, F) in [0, 1], matte of parts that keep their outline (`outline.continued`).
    """
    if np.array_equal(before, after):
        return CropChange(np.zeros_like(before))
    own = seen if fine is None else fine
    change = _finer(own, seen, before, after)
    if outline is not None:
        change = continued(change, own, fitted(outline, own.shape[:2]).clip(0, 1), len(seen))
    lost, gained = _gains(own, change)
    return CropChange(change, lost + gained, own)


def _finer(fine: np.ndarray, seen: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The change with what becomes of detail, at the size of ``fine``."""
    size = fine.shape[:2]

    def up(values: np.ndarray) -> np.ndarray:
        return values if values.shape[:2] == size else fitted(values, size)

    restored, enlarged = _sharpening(before, seen), _sharpening(before, fine)
    one, other = restored(before), restored(after)
    lost, gained = (np.clip(up(gain), -1, 1) for gain in _gains(one, other - one))
    kept = np.clip(up(_kept(one, other)[..., None]), 0, 1)

    def changed(source: np.ndarray, target: np.ndarray) -> np.ndarray:
        return target - source + lost * (fine - source)

    new = changed(up(enlarged(before)), up(enlarged(after)))
    old = changed(up(one), up(other))
    return np.asarray(new + kept * (old - new) + gained * (fine - up(seen)), dtype=np.float32)


def _gains(picture: np.ndarray, change: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the change does to detail: -1..0, where it is lost, and 0..1, where it is gained; each float32 (h, w, 3)."""
    negative, positive = (_slope(picture, change, radius) for radius in (_LOST, _GAINED))
    return np.clip(negative, -1, 0), np.clip(positive, 0, 1)


def _slope(picture: np.ndarray, change: np.ndarray, radius: int) -> np.ndarray:
    """How the change depends on the picture in windows, each channel by itself, smaller where it hardly does."""
    mean, moved = _mean(picture, radius), _mean(change, radius)
    covariance = _mean(picture * change, radius) - mean * moved
    variance = np.maximum(_mean(picture * picture, radius) - mean * mean, 0) + _EPS
    spread = np.maximum(_mean(change * change, radius) - moved * moved, 0) + _EPS / 4
    related = np.maximum(covariance * covariance / (variance * spread) - _CHANCE, 0) / (1 - _CHANCE)
    believed = related * (1 + _UNRELATED) / (related + _UNRELATED)
    return _mean(covariance / variance * believed, radius)


def _kept(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """(h, w): 1 where both show the same structure, 0 where they differ; flat in both counts as the same."""
    one, other = before @ _LUMA, after @ _LUMA
    mean, moved = _mean(one, 2), _mean(other, 2)
    variances = [np.maximum(_mean(x * x, 2) - m * m, 0) + _EPS for x, m in ((one, mean), (other, moved))]
    correlation = (_mean(one * other, 2) - mean * moved + _EPS) / np.sqrt(variances[0] * variances[1])
    share = np.clip((correlation - _KEPT[0]) / (_KEPT[1] - _KEPT[0]), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), dtype=np.float32)


def _sharpening(decoded: np.ndarray, original: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """The sharpening that brings a decoded picture, enlarged, nearest to its original by least squares.

    It adds what three blurs take away, each times a factor: too few numbers to learn the picture itself.
    """
    size = original.shape[:2]
    columns = [fitted(decoded - blurred, size).ravel() for blurred in _blurs(decoded)]
    wanted = (original - fitted(decoded, size)).ravel()
    products = np.array([[float(np.dot(one, other)) for other in columns] for one in columns])
    answers = np.array([float(np.dot(one, wanted)) for one in columns])
    factors = np.linalg.solve(products + 1e-6 * len(wanted) * np.eye(len(columns)), answers)

    def sharpened(picture: np.ndarray) -> np.ndarray:
        parts = [
            np.float32(factor) * (picture - blurred)
            for factor, blurred in zip(factors, _blurs(picture), strict=True)
        ]
        return np.asarray(picture + sum(parts), dtype=np.float32)

    return sharpened


def _blurs(picture: np.ndarray) -> list[np.ndarray]:
    from scipy import ndimage

    return [ndimage.gaussian_filter(picture, (blur, blur, 0), mode="nearest", truncate=3) for blur in _BLURS]


def _mean(values: np.ndarray, radius: int) -> np.ndarray:
    from scipy import ndimage

    size = (2 * radius + 1,) * 2 + (1,) * (values.ndim - 2)
    return np.asarray(ndimage.uniform_filter(values, size, mode="nearest"), dtype=np.float32)
