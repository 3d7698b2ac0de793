"""SAM (Kirillov et al. 2023, arXiv 2304.02643): segmentation by clicks.

Uses the two ONNX files offered by rembg (ViT-B, exported by samexporter), with preprocessing and postprocessing as in the
paper's code. rembg fits every photo into 1024x684, which loses half of the pixels of a portrait, resizes without averaging and
joins all masks. It needs that size because the exported decoder crops its large masks to the aspect ratio of the picture it
was exported with. The small masks (256x256) used here are not affected.
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
# Subtracted by the encoder, so that padding with it is SAM's zero padding.
MEAN_COLOUR = (123.675, 116.28, 103.53)
LARGE_MASKS = (684.0, 1024.0)  # size of the unused large masks, as rembg requests it

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
    """SAM's result for clicks.

    Attributes:
        logits: float32 (h, w) over the whole photo, its longer side 256; above zero is inside.
        overlap: SAM's estimate of its intersection over union, 0..1.
    """

    logits: np.ndarray
    overlap: float


class SegmentAnything:
    """SAM's encoder and decoder. The slow encoder runs once for each photo.

    Raises:
        ModelError: a file is missing, damaged or of another network.
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
        """Segment the object under the clicks.

        Args:
            rgb: uint8 (H, W, 3).
            points: x and y in pixels of the picture, and whether the point is inside the object.
            box: left, top, right, bottom around it, in pixels.

        Raises:
            MaskError: neither a point nor a box. ModelError: the networks fail.
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
        """The picture's embedding (1, 256, 64, 64), cached."""
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
    """Height and width scaled to a longer side of 1024."""
    scale = SIDE / max(height, width)
    return max(int(height * scale + 0.5), 1), max(int(width * scale + 0.5), 1)


def prompts(
    points: Sequence[tuple[float, float, bool]], box: Box | None, scale: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Inputs of the decoder for clicks: positions (n, 2) in the fitted picture and labels (n,), both float32.

    A box is given by its two corners; without one, a last padding point is added.
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
    """Index of the decoder's mask to use: the first of four for several prompts; for a single prompt one of the others
    (whole, part, subpart), as SAM's ``select_masks`` does."""
    if len(overlaps) == 1:
        return 0
    score = overlaps.astype(np.float64).copy()
    score[0] += (prompt_count - 2.5) * 1000
    return int(score.argmax())


def _without_padding(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The photo's part of SAM's square (256, 256)."""
    height, width = (side * SMALL / SIDE for side in size)
    target = (max(round(width), 1), max(round(height), 1))
    picture = Image.fromarray(np.ascontiguousarray(mask, dtype=np.float32))
    return np.asarray(picture.resize(target, Image.Resampling.BILINEAR, box=(0, 0, width, height)))
