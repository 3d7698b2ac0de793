"""Where an edit belongs on the crop: by its words where they name parts of a seen face, else by the model's attention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from s2edit_plugin.api import OnProgress
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.imaging.crop import Crop, fitted
from s2edit_plugin.method.conditioning import ActiveToken
from s2edit_plugin.method.invert import Inversion
from s2edit_plugin.method.region import changed_region, soften
from s2edit_plugin.method.text import Condition
from s2edit_plugin.perception.masks.car_parts import car_places, car_region
from s2edit_plugin.perception.masks.colour_segments import colour_segment, coloured_thing
from s2edit_plugin.perception.masks.drawn import sure_regions
from s2edit_plugin.perception.masks.face_parts import face_parts
from s2edit_plugin.perception.masks.refine import feather, fit_to_picture, grow, overlap
from s2edit_plugin.perception.masks.word_regions import (
    kept_outlines,
    needed_parts,
    places_of,
    word_region,
)
from s2edit_plugin.perception.networks.installed import Networks

__all__ = [
    "LARGEST",
    "NOTHING_CHANGES",
    "EditRegion",
    "NamedRegion",
    "find_edit_region",
    "model_region",
    "named_region",
    "region_by_words",
]

# Of the crop's side; the second where the region follows the photo's own edges.
FEATHER, FINE_FEATHER = 0.012, 0.004

NOTHING_CHANGES = (
    "Nothing changes: the model sees no difference between the two prompts on this photo. "
    "Say the change in other words, or name what may change with a mask."
)
LARGEST = 512  # side of the crop in which parts are found
MATTE_SIDE = 256  # of the copy on which a matte is fitted
MATTE_RADIUS = 1 / 64  # of its longer side
BELIEVED = 0.6  # overlap of matte and part below which the matte is not used
BESIDE = 0.03  # of the side: what changes beside a part keeps this distance from it


@dataclass(frozen=True)
class EditRegion:
    """Attributes: soft: (F, F) float32 in [0, 1], the area to paste, in the resolution of the crop it was found on. cells:
    the same or coarser, the area the model may change. note: a sentence for the user, "" for none. outline: (F, F) in [0, 1],
    matte of parts that keep their outline, as `imaging.outline.continued` wants it; None: there are none."""

    soft: Tensor
    cells: Tensor
    note: str = ""
    outline: Tensor | None = None


@dataclass(frozen=True)
class NamedRegion:
    """Attributes: area: (H, W) of zeros and ones. edge: how far its edge is softened, in longer sides. outline: (H, W) in
    [0, 1], see `EditRegion`. rest: the area beside the outline."""

    area: np.ndarray
    edge: float
    outline: np.ndarray | None = None
    rest: np.ndarray | None = None


def fine_side(crop: Crop, backbone: Backbone) -> int:
    """Side of the crop in which parts are found: lips on a photograph are a few pixels in the model's square."""
    return max(backbone.resolution, min(crop.side, LARGEST))


def region_by_words(
    rgb: np.ndarray, source_prompt: str, target_prompt: str, networks: Networks | None
) -> NamedRegion | None:
    """The region that the changed words name on a picture, uint8 (H, W, 3); None where they name none."""
    places = places_of(source_prompt, target_prompt)
    if places:
        return _on_face(rgb, places, networks)
    on_car, thing = car_places(source_prompt, target_prompt), coloured_thing(source_prompt, target_prompt)
    drawn = sure_regions(rgb, ("subject",)) if on_car or thing else None
    if on_car and drawn is not None:
        on_it = car_region(on_car, rgb, drawn["subject"])
        return None if on_it is None else NamedRegion(on_it, FEATHER)
    if thing is not None:
        colour, goes = thing
        segment = colour_segment(rgb, colour, None if drawn is None else drawn["subject"], filled=goes)
        if segment is None or goes:
            return None if segment is None else NamedRegion(segment, FINE_FEATHER)
        return _recoloured(segment, FINE_FEATHER, rgb, segment, np.zeros_like(segment))
    return None


def _on_face(rgb: np.ndarray, places: tuple[str, ...], networks: Networks | None) -> NamedRegion | None:
    found = face_parts(rgb, needed_parts(places), networks)
    area = None if found is None else word_region(places, found.masks, found.exact)
    if found is None or area is None:
        return None
    edge = FINE_FEATHER if found.exact else FEATHER
    kept, others = kept_outlines(places)
    if not kept:
        return NamedRegion(area, edge)
    part = np.maximum.reduce([found.masks[name] for name in kept])
    rest = word_region(others, found.masks, found.exact)
    beside = np.zeros_like(area) if rest is None else rest * (grow(part, BESIDE * len(part)) < 0.5)
    return _recoloured(area, edge, rgb, part, beside)


def _recoloured(
    area: np.ndarray, edge: float, rgb: np.ndarray, part: np.ndarray, rest: np.ndarray
) -> NamedRegion:
    """A part that keeps its outline, pasted through its matte, if that looks right."""
    outline = _matte(part, rgb)
    return (
        NamedRegion(area, edge, outline, rest)
        if overlap(outline > 0.5, part > 0.5) >= BELIEVED
        else NamedRegion(area, edge)
    )


def _matte(part: np.ndarray, rgb: np.ndarray) -> np.ndarray:
    """A part's mask (H, W), its edge that of the picture, uint8 (H, W, 3)."""
    fine = rgb.astype(np.float32) / 255
    scale = min(1.0, MATTE_SIDE / max(part.shape))
    size = max(1, round(part.shape[0] * scale)), max(1, round(part.shape[1] * scale))
    small, coarse = fitted(part, size).clip(0, 1), fitted(fine, size).clip(0, 1)
    radius = max(1, round(MATTE_RADIUS * max(size)))
    return fit_to_picture(small, coarse, fine, radius, smoothness=1e-4)


def find_edit_region(
    backbone: Backbone,
    rgb: np.ndarray,
    inversion: Inversion,
    source: Condition,
    target: Condition,
    tokens: Sequence[ActiveToken] = (),
    mask_mode: str = "bias",
    networks: Networks | None = None,
    on_progress: OnProgress = lambda _: None,
) -> EditRegion:
    """Find the edit region on the crop.

    Args:
        rgb: the crop, uint8 (F, F, 3), at the model's resolution or finer.

    Raises:
        CancelledError: through ``on_progress``.
    """
    named = named_region(backbone, rgb, source.layout.prompt, target.layout.prompt, networks)
    return named or model_region(backbone, inversion, source, target, tokens, mask_mode, on_progress)


def named_region(
    backbone: Backbone, rgb: np.ndarray, source_prompt: str, target_prompt: str, networks: Networks | None
) -> EditRegion | None:
    """The region of the changed words on the crop, uint8 (F, F, 3); None if no word is found."""
    found = region_by_words(rgb, source_prompt, target_prompt, networks)
    if found is None or not found.area.any():
        return None
    on = backbone.device
    cells = torch.from_numpy(found.area).to(on)
    edge = found.edge * len(found.area)
    if found.outline is None or found.rest is None:
        return EditRegion(torch.from_numpy(feather(found.area, edge)).float().to(on), cells)
    outline = torch.from_numpy(found.outline).to(on)
    beside = torch.from_numpy(feather(found.rest, edge)).float().to(on)
    return EditRegion(torch.maximum(outline, beside), cells, outline=outline)


def model_region(
    backbone: Backbone,
    inversion: Inversion,
    source: Condition,
    target: Condition,
    tokens: Sequence[ActiveToken] = (),
    mask_mode: str = "bias",
    on_progress: OnProgress = lambda _: None,
) -> EditRegion:
    """The region from the model's attention. Raises CancelledError: through ``on_progress``."""
    cells = changed_region(backbone, inversion, source, target, tokens, mask_mode, on_progress)
    note = "" if bool(cells.any()) else NOTHING_CHANGES
    return EditRegion(soften(cells, backbone.resolution), cells, note)
