"""Ways to bring the model's small square into the photo: ours, and what others do. All get the same pictures and mask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from s2edit_plugin.imaging.crop import Crop, extract_photo, fitted
from s2edit_plugin.imaging.detail import CropChange, crop_change, pasting_side
from s2edit_plugin.imaging.paste import paste_change
from s2edit_plugin.imaging.photo import Photo

__all__ = ["BASELINE", "OURS", "WAYS", "Decoded"]

OURS, BASELINE = "s2edit", "enlarged_change"


@dataclass(frozen=True, eq=False)
class Decoded:
    """What is pasted.

    Attributes:
        photo: uint8 (s, s, 3). seen: float32 (m, m, 3) in [0, 1], as the model saw it. before, after: the two decoded
            branches, the same shape. mask: float32 (s, s).
    """

    photo: np.ndarray
    seen: np.ndarray
    before: np.ndarray
    after: np.ndarray
    mask: np.ndarray


def _ours(d: Decoded) -> np.ndarray:
    side = pasting_side(len(d.seen), len(d.photo))
    fine = extract_photo(Photo(d.photo, None, "PNG"), Crop(0, 0, len(d.photo)), side)
    return _pasted(d, crop_change(d.seen, d.before, d.after, fine))


def _enlarged_change(d: Decoded) -> np.ndarray:
    """The change enlarged and added, as it was before `imaging.detail`."""
    return _pasted(d, CropChange(d.after - d.before))


def _pasted(d: Decoded, change: CropChange) -> np.ndarray:
    side = len(d.photo)
    return paste_change(Photo(d.photo, None, "PNG"), change, Crop(0, 0, side), d.mask)


def _target(d: Decoded) -> np.ndarray:
    """The decoded target, enlarged, laid over the photo."""
    return _laid_over(d, _enlarged(d, d.after))


def _target_detail(d: Decoded) -> np.ndarray:
    """The target with all that the photo has beyond what the model saw."""
    return _laid_over(d, _enlarged(d, d.after) + _floats(d.photo) - _enlarged(d, d.seen))


def _poisson(d: Decoded) -> np.ndarray:
    """The target's gradients inside the mask, the photo's colours at its edge (Perez 2003).

    The correction is harmonic inside, so it is solved on the model's grid and enlarged.
    """
    inside = fitted(d.mask, d.seen.shape[:2]) > 0.5
    return _laid_over(d, _enlarged(d, d.after) + _enlarged(d, _harmonic(d.seen - d.after, inside)))


def _laplacian(d: Decoded) -> np.ndarray:
    """Photo and target joined band by band, each under a mask as soft as the band is coarse (Burt and Adelson 1983)."""
    one, other = _bands(_floats(d.photo)), _bands(_enlarged(d, d.after))
    share, joined = d.mask[..., None], np.zeros((1, 1, 3), np.float32)
    shares = [share]
    while len(shares) < len(one):
        shares.append(_halved(shares[-1]))
    for mine, theirs, weight in reversed(list(zip(one, other, shares, strict=True))):
        joined = fitted(joined, mine.shape[:2]) + mine + weight * (theirs - mine)
    # A blend of this kind reaches beyond the mask; no more than that is allowed to change.
    return np.where(share > 0, _bytes(joined), d.photo)


WAYS: dict[str, Callable[[Decoded], np.ndarray]] = {
    OURS: _ours,
    BASELINE: _enlarged_change,
    "target": _target,
    "target_detail": _target_detail,
    "poisson": _poisson,
    "laplacian": _laplacian,
}
"""Name to a function that gives uint8 (s, s, 3)."""


def _enlarged(d: Decoded, picture: np.ndarray) -> np.ndarray:
    return fitted(picture, d.photo.shape[:2])


def _laid_over(d: Decoded, picture: np.ndarray) -> np.ndarray:
    photo = _floats(d.photo)
    return _bytes(photo + d.mask[..., None] * (picture - photo))


def _floats(photo: np.ndarray) -> np.ndarray:
    return photo.astype(np.float32) / 255


def _bytes(picture: np.ndarray) -> np.ndarray:
    return np.rint(picture.clip(0, 1) * 255).astype(np.uint8)


def _halved(picture: np.ndarray) -> np.ndarray:
    return fitted(picture, (-(-picture.shape[0] // 2), -(-picture.shape[1] // 2)))


def _bands(picture: np.ndarray) -> list[np.ndarray]:
    """A Laplacian pyramid, the finest band first."""
    bands = []
    while min(picture.shape[:2]) > 8:
        small = _halved(picture)
        bands.append(picture - fitted(small, picture.shape[:2]))
        picture = small
    return [*bands, picture]


def _harmonic(values: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """``values`` (m, m, 3) outside, and smoothly continued from there where ``inside`` (m, m)."""
    from scipy import sparse
    from scipy.sparse.linalg import splu

    rows, columns = inside.shape
    if not inside.any() or inside.all():
        return np.zeros_like(values)
    number = np.full(inside.shape, -1)
    number[inside] = np.arange(inside.sum())
    y, x = np.nonzero(inside)
    matrix = sparse.lil_matrix((len(y), len(y)))
    right, degree = np.zeros((len(y), values.shape[2])), np.zeros(len(y))
    for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        near_y, near_x = y + dy, x + dx
        there = (near_y >= 0) & (near_y < rows) & (near_x >= 0) & (near_x < columns)
        degree += there
        me, near = np.flatnonzero(there), number[near_y[there], near_x[there]]
        matrix[me[near >= 0], near[near >= 0]] = -1
        edge = near < 0
        np.add.at(right, me[edge], values[near_y[there][edge], near_x[there][edge]])
    matrix.setdiag(degree)
    made = values.copy()
    made[inside] = splu(matrix.tocsc()).solve(right)
    return made
