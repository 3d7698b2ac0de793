"""Selection by clicks: with SAM if it is installed, else with simpler methods.

On drawn pictures the smallest region of the bundled network around the clicks is used. On photographs it is the area reached
from the clicks without crossing an edge, refined by GrabCut.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from s2edit_plugin.api import Click
from s2edit_plugin.errors import MaskError, ModelError, Sentence
from s2edit_plugin.imaging.crop import fitted
from s2edit_plugin.perception.masks.drawn import sure_regions
from s2edit_plugin.perception.masks.grabcut import (
    BACKGROUND,
    FOREGROUND,
    MAYBE_BACKGROUND,
    MAYBE_FOREGROUND,
    grabcut,
    small_copy,
)
from s2edit_plugin.perception.masks.refine import fit_to_picture
from s2edit_plugin.perception.networks.installed import Networks
from s2edit_plugin.perception.networks.sam import SegmentAnything

__all__ = ["Box", "ClickedMask", "click_mask"]

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

INSTALL_SAM = "`s2edit models install sam` brings the network that knows things by their shape."

_MOST_CLICKS = 64
_INSIDE = 0.5
_FITTING_SIDE = 1024
_WORKING_SIDE = 192
_SAM_RADIUS = 2
_SURE_BELOW = -4.0  # SAM's logit of certain background, whatever the picture's edges
_SEED = 0.012  # radius of a click, in longer sides
_REACH = 0.5  # reach of a click without edges, in longer sides
_MOST_REACHED = 0.8  # of the picture: GrabCut needs some background
_EVERYTHING = 0.92  # of the picture
# Path length added by a colour difference of one unit of Lab, in pixels of the small copy.
_EDGE_COSTS = (0.35, 0.1, 0.03)
_SMALL_SHARE = 0.004  # of the picture; if no more is reached (fur, leaves), the cost of edges is reduced
_FEWEST = 6


@dataclass(frozen=True)
class ClickedMask:
    """A mask float32 (H, W) in [0, 1], and a sentence about the method if a better one is not installed."""

    mask: np.ndarray
    note: str = ""


def click_mask(
    rgb: np.ndarray,
    points: Sequence[Click],
    box: Sequence[float] | None = None,
    networks: Networks | None = None,
) -> ClickedMask:
    """Select the object under the clicks.

    Args:
        rgb: uint8 (H, W, 3).
        points: clicks in pixels of the picture; at least one inside, unless there is a box.
        box: left, top, right, bottom of a rectangle around the object.
        networks: the installed ones, None: none.

    Raises:
        MaskError: clicks outside the picture, no click or box, or nothing to select.
    """
    rectangle = _checked_box(rgb, box)
    _check_points(rgb, points, rectangle)
    note = INSTALL_SAM
    try:
        sam = networks.sam() if networks is not None else None
        if sam is not None:
            return ClickedMask(_by_sam(sam, rgb, points, rectangle))
    except ModelError as error:
        logging.getLogger(__name__).warning("SAM was passed over: %s", error)
        note = str(error)
    drawn = sure_regions(rgb) if rectangle is None else None
    region = _smallest_around(drawn, points) if drawn is not None else None
    if region is not None:
        return ClickedMask(region)
    return ClickedMask(_by_colour(rgb, points, rectangle), f"Found by colour alone. {note}")


def _check_points(rgb: np.ndarray, points: Sequence[Click], box: Box | None) -> None:
    height, width = rgb.shape[:2]
    if box is None and not any(point.inside for point in points):
        raise MaskError("Nothing was clicked on.", "Click on what is meant, or draw a box around it.")
    if len(points) > _MOST_CLICKS:
        raise MaskError(
            Sentence("More than {} clicks say nothing new.", _MOST_CLICKS), "Begin anew, or paint the mask."
        )
    for point in points:
        if not (0 <= point.x < width and 0 <= point.y < height):
            raise MaskError(
                Sentence("The click at {}, {} lies beside the photo.", f"{point.x:g}", f"{point.y:g}"),
                Sentence("It has {} x {} pixels.", width, height),
            )


def _checked_box(rgb: np.ndarray, box: Sequence[float] | None) -> Box | None:
    if box is None:
        return None
    if len(box) != 4 or not np.isfinite(box).all():
        raise MaskError("A box is left, top, right and bottom.", "Draw it around what is meant.")
    height, width = rgb.shape[:2]
    left, right = sorted(min(max(x, 0.0), float(width)) for x in (box[0], box[2]))
    top, bottom = sorted(min(max(y, 0.0), float(height)) for y in (box[1], box[3]))
    if right - left < 1 or bottom - top < 1:
        raise MaskError("The box holds nothing of the photo.", "Draw it around what is meant.")
    return left, top, right, bottom


def _by_sam(sam: SegmentAnything, rgb: np.ndarray, points: Sequence[Click], box: Box | None) -> np.ndarray:
    clicked = sam.click(rgb, [(point.x, point.y, point.inside) for point in points], box)
    logits = clicked.logits
    coarse = np.clip(fitted(rgb, logits.shape) / np.float32(255), 0, 1)
    chance = (1 / (1 + np.exp(-np.clip(logits, -30, 30)))).astype(np.float32)
    if float(chance.max()) < _INSIDE:
        raise MaskError("Nothing was found where you clicked.", "Click on another place of it.")
    fine = small_copy(rgb, _FITTING_SIDE)
    mask = fit_to_picture(chance, coarse, fine, radius=_SAM_RADIUS)
    # The fit follows edges nearby, except in SAM's certain background.
    nowhere = fitted((logits < _SURE_BELOW).astype(np.float32), mask.shape) > 0.99
    return np.clip(fitted(np.where(nowhere, np.float32(0), mask), rgb.shape[:2]), 0, 1)


def _smallest_around(regions: dict[str, np.ndarray], points: Sequence[Click]) -> np.ndarray | None:
    """The smallest region with all inside clicks and no outside click, or None."""
    fitting = [
        mask
        for mask in regions.values()
        if all((mask[int(point.y), int(point.x)] >= _INSIDE) == point.inside for point in points)
    ]
    return min(fitting, key=lambda mask: float((mask >= _INSIDE).sum()), default=None)


def _by_colour(rgb: np.ndarray, points: Sequence[Click], box: Box | None) -> np.ndarray:
    from scipy import ndimage

    small = small_copy(rgb, _WORKING_SIDE)
    scale = (small.shape[0] / rgb.shape[0], small.shape[1] / rgb.shape[1])
    inside = _seeds(small.shape[:2], [point for point in points if point.inside], scale)
    outside = _seeds(small.shape[:2], [point for point in points if not point.inside], scale) & ~inside
    cut = np.zeros(small.shape[:2], dtype=bool)
    for edge_cost in _EDGE_COSTS if inside.any() else _EDGE_COSTS[:1]:
        cut = _cut(small, inside, outside, _within(small.shape[:2], box, scale), edge_cost)
        if cut.mean() >= _SMALL_SHARE:
            break
    if cut.sum() < _FEWEST:
        raise MaskError("Nothing was found where you clicked.", "Click on another place of it.")
    mask = ndimage.binary_fill_holes(cut) & ~outside
    fine = small_copy(rgb, _FITTING_SIDE)
    return np.clip(
        fitted(fit_to_picture(mask.astype(np.float32), small, fine, radius=3), rgb.shape[:2]), 0, 1
    )


def _within(shape: tuple[int, ...], box: Box | None, scale: tuple[float, float]) -> np.ndarray:
    """The inside of the box in the small copy, bool (h, w); all of it without a box."""
    if box is None:
        return np.ones(shape[:2], dtype=bool)
    within = np.zeros(shape[:2], dtype=bool)
    rows = slice(int(box[1] * scale[0]), int(np.ceil(box[3] * scale[0])))
    columns = slice(int(box[0] * scale[1]), int(np.ceil(box[2] * scale[1])))
    within[rows, columns] = True
    return within


def _cut(
    small: np.ndarray, inside: np.ndarray, outside: np.ndarray, within: np.ndarray, edge_cost: float
) -> np.ndarray:
    """GrabCut, initialised with the area reached inside the box; only parts with a click, if there are clicks."""
    from scipy import ndimage

    labels = np.full(within.shape, MAYBE_FOREGROUND, dtype=np.uint8)
    reach = within & ~outside
    if inside.any():
        reach &= _reached(small, inside, outside, edge_cost)
        labels[~reach] = MAYBE_BACKGROUND
    labels[~within | outside] = BACKGROUND
    labels[inside] = FOREGROUND
    cut = grabcut(small, labels)
    if not inside.any():
        return cut
    if cut.mean() > _EVERYTHING:
        cut = reach | inside  # not separable by colour
    parts, _ = ndimage.label(cut)
    own = np.unique(parts[inside & cut])
    return np.asarray(np.isin(parts, own[own > 0]))


def _seeds(shape: tuple[int, ...], points: Sequence[Click], scale: tuple[float, float]) -> np.ndarray:
    """Small discs around clicks, bool (h, w)."""
    rows, columns = np.indices(shape[:2])
    radius = max(_SEED * max(shape[:2]), 1.0)
    seeds = np.zeros(shape[:2], dtype=bool)
    for point in points:
        y, x = min(int(point.y * scale[0]), shape[0] - 1), min(int(point.x * scale[1]), shape[1] - 1)
        seeds |= np.hypot(rows - y, columns - x) <= radius
    return seeds


def _reached(small: np.ndarray, inside: np.ndarray, outside: np.ndarray, edge_cost: float) -> np.ndarray:
    """Pixels nearer to inside clicks than to outside ones, by path lengths that include colour differences."""
    from skimage.color import rgb2lab
    from skimage.filters import gaussian
    from skimage.graph import MCP_Geometric

    if min(small.shape[:2]) < 2:
        return np.ones(small.shape[:2], dtype=bool)
    lab = gaussian(rgb2lab(small), 0.7, channel_axis=2)
    down, across = np.gradient(lab, axis=(0, 1))
    steps = np.sqrt((down**2 + across**2).sum(axis=2))
    costs = 1 + edge_cost * steps**1.5
    near, _ = MCP_Geometric(costs).find_costs(np.argwhere(inside))
    reach = near < min(_REACH * max(small.shape[:2]), float(np.quantile(near, _MOST_REACHED)))
    if outside.any():
        far, _ = MCP_Geometric(costs).find_costs(np.argwhere(outside))
        reach &= near < far
    return np.asarray(reach)
