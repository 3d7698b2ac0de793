"""SAM (Kirillov et al. 2023, arXiv 2304.02643): the thing that was clicked on.

Reads the pair of ONNX files that rembg offers (ViT-B, made by samexporter), but prepares pictures and reads answers as the
paper's own code does, not as rembg does: rembg fits every photo into 1024x684, so that an upright portrait has less than half
the pixels it could have, samples it without averaging, and joins all masks. Its odd size answers a fault of the exported
decoder, which cuts its large masks at the proportion of the picture it was exported with. The small masks (256x256), which are
used here, have no such fault.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from s2edit_plugin.errors import MaskError
from s2edit_plugin.perception.networks.onnx_network import OnnxNetwork

__all__ = ["Clicked", "SegmentAnything"]

SIDE = 1024
SMALL = 256
KEPT = 4  # encodings, 4 MB each
MEAN_COLOUR = (
    123.675,
    116.28,
    103.53,
)  # the encoder subtracts it: beside the photo this is SAM's padding with zeros
LARGE_MASKS = (684.0, 1024.0)  # not used; what rembg asks for, so that the file is known to answer it

_DECODER_INPUTS = (
    "image_embeddings",
    "point_coords",
    "point_labels",
    "mask_input",
    "has_mask_input",
    "orig_im_size",
)
_ANSWERS = ("low_res_masks", "iou_predictions")
_NO_POINT, _OUTSIDE, _INSIDE, _TOP_LEFT, _BOTTOM_RIGHT = -1.0, 0.0, 1.0, 2.0, 3.0

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Clicked:
    """What SAM makes of clicks.

    Attributes:
        logits: float32 (h, w) over the whole photo, its longer side 256; above zero is inside.
        overlap: what SAM expects of its own intersection over union, 0..1.
    """

    logits: np.ndarray
    overlap: float


class SegmentAnything:
    """SAM's two networks. The slow one runs once a photo.

    Raises:
        ModelError: a file is missing, damaged or another network's.
    """

    def __init__(self, encoder: Path, decoder: Path) -> None:
        self._encoder = OnnxNetwork(encoder, "SAM's encoder", "sam")
        self._decoder = OnnxNetwork(decoder, "SAM's decoder", "sam")
        shapes = list(self._encoder.inputs.values())
        if len(shapes) != 1 or len(shapes[0]) != 3 or shapes[0][2] != 3:
            raise self._encoder.error("has other inputs and outputs than expected")
        (self._picture,) = self._encoder.inputs
        self._decoder.require(_DECODER_INPUTS, _ANSWERS)
        self._encodings: OrderedDict[str, np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    def click(
        self, rgb: np.ndarray, points: Sequence[tuple[float, float, bool]], box: Box | None = None
    ) -> Clicked:
        """What was clicked on.

        Args:
            rgb: uint8 (H, W, 3).
            points: x and y in pixels of the picture, and whether the place belongs to what is meant.
            box: left, top, right, bottom around it, in pixels.

        Raises:
            MaskError: there is neither a point nor a box. ModelError: the networks fail.
        """
        if not points and box is None:
            raise MaskError("Nothing was clicked on.", "Click on what is meant, or draw a box around it.")
        height, width = rgb.shape[:2]
        size = fitted_size(height, width)
        coordinates, labels = prompts(points, box, (size[1] / width, size[0] / height))
        feeds = {
            "image_embeddings": self._encoding(rgb, size),
            "point_coords": coordinates[None],
            "point_labels": labels[None],
            "mask_input": np.zeros((1, 1, SMALL, SMALL), dtype=np.float32),
            "has_mask_input": np.zeros(1, dtype=np.float32),
            "orig_im_size": np.array(LARGE_MASKS, dtype=np.float32),
        }
        masks, overlaps = self._decoder.run(_ANSWERS, feeds)
        if masks.ndim != 4 or masks.shape[2:] != (SMALL, SMALL) or overlaps.size != masks.shape[1]:
            raise self._decoder.error("answers in another layout than expected")
        best = choose(overlaps.reshape(-1), len(labels))
        inside = _without_padding(masks[0, best], size)
        return Clicked(inside, float(np.clip(overlaps.reshape(-1)[best], 0, 1)))

    def _encoding(self, rgb: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """The picture as the decoder wants it, (1, 256, 64, 64); computed at the first click."""
        pixels = np.ascontiguousarray(rgb)
        key = hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()
        with self._lock:
            if key not in self._encodings:
                small = Image.fromarray(pixels).resize((size[1], size[0]), Image.Resampling.BILINEAR)
                square = np.full((SIDE, SIDE, 3), MEAN_COLOUR, dtype=np.float32)
                square[: size[0], : size[1]] = np.asarray(small)
                self._encodings[key] = self._encoder.run(self._encoder.outputs[:1], {self._picture: square})[
                    0
                ]
                while len(self._encodings) > KEPT:
                    self._encodings.popitem(last=False)
            self._encodings.move_to_end(key)
            return self._encodings[key]


def fitted_size(height: int, width: int) -> tuple[int, int]:
    """Height and width with the longer side at 1024."""
    scale = SIDE / max(height, width)
    return max(int(height * scale + 0.5), 1), max(int(width * scale + 0.5), 1)


def prompts(
    points: Sequence[tuple[float, float, bool]], box: Box | None, scale: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Clicks as the decoder wants them: places (n, 2) in the fitted picture and labels (n,), both float32.

    A box is its two corners; without one, the decoder wants a last place that is none.
    """
    places = [(x, y) for x, y, _ in points]
    labels = [_INSIDE if inside else _OUTSIDE for _, _, inside in points]
    if box is not None:
        left, right = sorted((box[0], box[2]))
        top, bottom = sorted((box[1], box[3]))
        places += [(left, top), (right, bottom)]
        labels += [_TOP_LEFT, _BOTTOM_RIGHT]
    else:
        places.append((0.0, 0.0))
        labels.append(_NO_POINT)
    return np.array(places, dtype=np.float32) * np.array(scale, dtype=np.float32), np.array(
        labels, dtype=np.float32
    )


def choose(overlaps: np.ndarray, prompt_count: int) -> int:
    """Which of the decoder's masks to take. The first of four is for many prompts, the others are whole, part and subpart
    for a single one, as SAM's own ``select_masks`` has it."""
    if len(overlaps) == 1:
        return 0
    score = overlaps.astype(np.float64).copy()
    score[0] += (prompt_count - 2.5) * 1000
    return int(score.argmax())


def _without_padding(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The part of SAM's square (256, 256) that is the photo, with the photo's proportion."""
    height, width = (side * SMALL / SIDE for side in size)
    target = (max(round(width), 1), max(round(height), 1))
    picture = Image.fromarray(np.ascontiguousarray(mask, dtype=np.float32))
    return np.asarray(picture.resize(target, Image.Resampling.BILINEAR, box=(0, 0, width, height)))
