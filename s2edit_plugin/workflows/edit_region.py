"""Where an edit belongs on the crop: by its words where they name parts of a seen face, else by the model's attention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from s2edit_plugin.api import OnProgress
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.imaging.crop import Crop
from s2edit_plugin.method.conditioning import ActiveToken
from s2edit_plugin.method.invert import Inversion
from s2edit_plugin.method.region import changed_region, soften
from s2edit_plugin.method.text import Condition
from s2edit_plugin.perception.masks.car_parts import car_places, car_region
from s2edit_plugin.perception.masks.colour_segments import colour_segment, coloured_thing
from s2edit_plugin.perception.masks.drawn import sure_regions
from s2edit_plugin.perception.masks.face_parts import face_parts
from s2edit_plugin.perception.masks.refine import feather
from s2edit_plugin.perception.masks.word_regions import needed_parts, places_of, word_region
from s2edit_plugin.perception.networks.installed import Networks

__all__ = [
    "LARGEST",
    "NOTHING_CHANGES",
    "EditRegion",
    "find_edit_region",
    "model_region",
    "named_region",
    "region_by_words",
]

FEATHER, FINE_FEATHER = (
    0.012,
    0.004,
)  # of the crop's side; the second where the region follows the photo's own edges


NOTHING_CHANGES = (
    "Nothing changes: the model sees no difference between the two prompts on this photo. "
    "Say the change in other words, or name what may change with a mask."
)
LARGEST = 512  # side of the crop in which parts are found


@dataclass(frozen=True)
class EditRegion:
    """Attributes: soft: (F, F) float32 in [0, 1], the area to paste, in the resolution of the crop it was found on. cells:
    the same or coarser, the area the model may change. note: a sentence for the user, "" for none."""

    soft: Tensor
    cells: Tensor
    note: str = ""


def fine_side(crop: Crop, backbone: Backbone) -> int:
    """Side of the crop in which parts are found: lips on a photograph are a few pixels in the model's square."""
    return max(backbone.resolution, min(crop.side, LARGEST))


def region_by_words(
    rgb: np.ndarray, source_prompt: str, target_prompt: str, networks: Networks | None
) -> tuple[np.ndarray, float] | None:
    """Region (H, W) of zeros and ones that the changed words name on a picture, uint8 (H, W, 3), and how far its edge is
    softened, in longer sides; None where they name none."""
    places = places_of(source_prompt, target_prompt)
    if places:
        found = face_parts(rgb, needed_parts(places), networks)
        named = None if found is None else word_region(places, found.masks, found.exact)
        return None if found is None or named is None else (named, FINE_FEATHER if found.exact else FEATHER)
    on_car, thing = car_places(source_prompt, target_prompt), coloured_thing(source_prompt, target_prompt)
    drawn = sure_regions(rgb, ("subject",)) if on_car or thing else None
    if on_car and drawn is not None:
        on_it = car_region(on_car, rgb, drawn["subject"])
        return None if on_it is None else (on_it, FEATHER)
    if thing is not None:
        colour, goes = thing
        segment = colour_segment(rgb, colour, None if drawn is None else drawn["subject"], filled=goes)
        return None if segment is None else (segment, FINE_FEATHER)
    return None


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
    if found is None or not found[0].any():
        return None
    named, edge = found
    soft = torch.from_numpy(feather(named, edge * len(named))).float()
    return EditRegion(soft.to(backbone.device), torch.from_numpy(named).to(backbone.device))


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
