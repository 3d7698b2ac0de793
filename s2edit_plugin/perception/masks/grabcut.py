"""GrabCut (Rother, Kolmogorov, Blake 2004): foreground from background by colour models and a minimum cut.

Uses scipy's maximum flow, which solves the required ten thousands of pixels within a second. OpenCV's masks measure equal, and
it would add 150 MB for this one function. The cut is computed on a small copy and fitted to the edges of the large picture.
"""

from __future__ import annotations

import numpy as np

from s2edit_plugin.errors import MaskError
from s2edit_plugin.imaging.crop import fitted
from s2edit_plugin.perception.masks.refine import fill_holes, fit_to_picture, largest_component

__all__ = [
    "BACKGROUND",
    "FOREGROUND",
    "MAYBE_BACKGROUND",
    "MAYBE_FOREGROUND",
    "grabcut",
    "grabcut_subject",
    "small_copy",
]

BACKGROUND, FOREGROUND, MAYBE_BACKGROUND, MAYBE_FOREGROUND = range(4)

_WORKING_SIDE = 176
_FITTING_SIDE = 1024
_LONG = 2.0  # aspect ratio from which the small copy has a given area instead of a given longer side
_COMPONENTS = 5
_SMOOTHNESS = 50.0
_CAPACITY_SCALE = 64  # scipy's maximum flow needs integers
_CERTAIN = 1_000_000
_NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))
_FEWEST_PIXELS = 20


def grabcut_subject(rgb: np.ndarray, border: float = 0.08) -> np.ndarray:
    """Segment the object in the middle of a picture without a network.

    Args:
        rgb: uint8 (H, W, 3).
        border: width of the frame assumed to be background, as a fraction of each side; none at the lower edge, where people
            are cut off.

    Returns:
        float32 (H, W) in [0, 1].

    Raises:
        MaskError: nothing differs from the border.
    """
    longer, shorter = max(rgb.shape[:2]), min(rgb.shape[:2])
    small = small_copy(rgb, round(_WORKING_SIDE * max(1.0, longer / shorter / _LONG) ** 0.5))
    height, width = small.shape[:2]
    labels = np.full((height, width), BACKGROUND, dtype=np.uint8)
    top, left = max(1, round(border * height)), max(1, round(border * width))
    labels[top:, left : width - left] = MAYBE_FOREGROUND
    return to_full_size(grabcut(small, labels), small, rgb, "in the middle of the photo")


def small_copy(rgb: np.ndarray, longest: int) -> np.ndarray:
    """A picture, uint8 (H, W, 3), as float32 in [0, 1] with no side longer than ``longest``, averaged over areas."""
    height, width = rgb.shape[:2]
    scale = min(1.0, longest / max(height, width))
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    return np.clip(fitted(rgb, size) / np.float32(255), 0, 1)


def to_full_size(inside: np.ndarray, small: np.ndarray, rgb: np.ndarray, where: str) -> np.ndarray:
    """A cut (h, w) of a small copy as a mask (H, W) of the picture: its largest part, without holes, edges fitted.

    Raises:
        MaskError: the cut is (nearly) empty; ``where`` names the place in the message.
    """
    if inside.sum() < _FEWEST_PIXELS:
        raise MaskError(f"No subject was found {where}.", "Paint the mask, or choose another way to find it.")
    mask = fill_holes(largest_component(inside.astype(np.float32)))
    fine = small_copy(rgb, _FITTING_SIDE)
    fitting = fit_to_picture(mask, small, fine)
    return np.clip(fitted(fitting, rgb.shape[:2]), 0, 1)


def grabcut(picture: np.ndarray, labels: np.ndarray, rounds: int = 4) -> np.ndarray:
    """Segment the foreground by GrabCut.

    Args:
        picture: float32 (h, w, 3) in [0, 1]; time grows slightly faster than the number of pixels.
        labels: uint8 (h, w) of `BACKGROUND` and `FOREGROUND`, which are fixed, and of `MAYBE_BACKGROUND` and
            `MAYBE_FOREGROUND`, the initial segmentation.
        rounds: iterations of colour models and cut.

    Returns:
        bool (h, w); the initial segmentation if one side has too few pixels for a colour model.
    """
    colours = picture.reshape(-1, 3).astype(np.float64) * 255
    kinds = labels.ravel()
    inside = (kinds == FOREGROUND) | (kinds == MAYBE_FOREGROUND)
    edges = _edges(picture.astype(np.float64) * 255)
    for _ in range(rounds):
        if min(inside.sum(), (~inside).sum()) < _FEWEST_PIXELS:
            break
        gain = _cost(colours, colours[~inside]) - _cost(colours, colours[inside])
        gain[kinds == FOREGROUND] = _CERTAIN
        gain[kinds == BACKGROUND] = -_CERTAIN
        before, inside = inside, _minimum_cut(gain, *edges)
        if (before == inside).all():
            break
    return inside.reshape(labels.shape)


def _cost(colours: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """Negative log-likelihood (n,) of colours in a Gaussian mixture fitted to a sample (m, 3)."""
    from scipy.special import logsumexp

    nearest = _clusters(sample)
    likelihoods = []
    for component in range(_COMPONENTS):
        members = sample[nearest == component]
        if len(members) < 4:
            continue
        covariance = np.cov(members, rowvar=False) + np.eye(3)
        away = colours - members.mean(axis=0)
        distance = np.einsum("ni,ij,nj->n", away, np.linalg.inv(covariance), away)
        weight = np.log(len(members) / len(sample)) - 0.5 * np.linalg.slogdet(covariance)[1]
        likelihoods.append(weight - 0.5 * distance)
    return np.asarray(-logsumexp(likelihoods, axis=0))


def _clusters(sample: np.ndarray, rounds: int = 8) -> np.ndarray:
    """Index of the k-means cluster of each colour (m, 3). Initialised with colours at equal steps of brightness."""
    order = np.argsort(sample.sum(axis=1), kind="stable")
    centres = sample[order[np.linspace(0, len(sample) - 1, 2 * _COMPONENTS + 1).astype(int)[1::2]]]
    for _ in range(rounds):
        nearest = ((sample[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
        counts = np.bincount(nearest, minlength=_COMPONENTS)
        sums = np.stack([np.bincount(nearest, sample[:, c], minlength=_COMPONENTS) for c in range(3)], axis=1)
        centres = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centres)
    return nearest


def _edges(colours: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of neighbouring pixels, from and to (n,), and the cost of a cut between them (n,), lower at edges."""
    height, width = colours.shape[:2]
    index = np.arange(height * width, dtype=np.int32).reshape(height, width)
    starts, ends, differences, lengths = [], [], [], []
    for down, right in _NEIGHBOURS:
        here = (slice(0, height - down), slice(max(0, -right), width - max(0, right)))
        there = (slice(down, height), slice(max(0, right), width + min(0, right)))
        starts.append(index[here].ravel())
        ends.append(index[there].ravel())
        differences.append(((colours[here] - colours[there]) ** 2).sum(axis=2).ravel())
        lengths.append(np.full(starts[-1].size, np.hypot(down, right)))
    difference = np.concatenate(differences)
    beta = 1 / max(2 * difference.mean(), 1e-6)
    return (
        np.concatenate(starts),
        np.concatenate(ends),
        _SMOOTHNESS / np.concatenate(lengths) * np.exp(-beta * difference),
    )


def _minimum_cut(gain: np.ndarray, starts: np.ndarray, ends: np.ndarray, costs: np.ndarray) -> np.ndarray:
    """Foreground pixels, bool (n,), with the largest gain minus the cost of the edges cut."""
    from scipy.sparse import coo_array, csr_array
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    count = gain.size
    source, sink = count, count + 1
    terminal = np.minimum(np.abs(gain) * _CAPACITY_SCALE, _CERTAIN * _CAPACITY_SCALE).astype(np.int32)
    likely, unlikely = np.flatnonzero(gain > 0), np.flatnonzero(gain <= 0)
    links = (costs * _CAPACITY_SCALE).astype(np.int32) + 1
    tails = np.concatenate([starts, ends, np.full(likely.size, source), unlikely])
    heads = np.concatenate([ends, starts, likely, np.full(unlikely.size, sink)])
    capacities = np.concatenate([links, links, terminal[likely], terminal[unlikely]])
    shape = (count + 2, count + 2)
    graph = csr_array(coo_array((capacities, (tails.astype(np.int32), heads.astype(np.int32))), shape=shape))
    residual = graph - maximum_flow(graph, source, sink).flow
    residual.eliminate_zeros()
    reached = breadth_first_order(residual, source, return_predecessors=False)
    inside = np.zeros(count + 2, dtype=bool)
    inside[reached] = True
    return inside[:count]
