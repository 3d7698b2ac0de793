"""YuNet (Wu, Peng, Yu 2023, doi 10.1007/s11633-023-1423-y): face detection with five landmarks.

Uses the files of OpenCV's model zoo, ``face_detection_yunet_2023mar.onnx`` (always 640x640) and later ones of any input size,
and decodes their outputs as OpenCV's FaceDetectorYN does. By onnxruntime, as all networks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from s2edit_plugin.errors import ModelError
from s2edit_plugin.perception.networks.onnx_network import OnnxNetwork

__all__ = ["Face", "FaceDetector", "decode", "largest", "without_overlaps"]

STRIDES = (8, 16, 32)
LEAST_SCORE = 0.7
MOST_OVERLAP = 0.3
CANVAS = 640
CLOSE_UP = 320  # side for large faces: the training data had faces up to 300 pixels
_PARTS = ("cls", "obj", "bbox", "kps")
_OLD_OUTPUTS = {"loc", "conf", "iou"}
_LARGEST_EXPONENT = 8.0
_MOST_FACES = 200


@dataclass(frozen=True)
class Face:
    """A detected face, in pixels of the picture. It may reach beyond the picture's edge.

    Attributes:
        x, y, width, height: the rectangle around it, from forehead to chin.
        score: confidence, 0..1.
        landmarks: (5, 2), x and y of the person's right eye, left eye, tip of the nose, right and left corner of the mouth.
    """

    x: float
    y: float
    width: float
    height: float
    score: float
    landmarks: tuple[tuple[float, float], ...]

    def moved(self, scale_x: float, scale_y: float, x: float = 0.0, y: float = 0.0) -> Face:
        """The face after scaling, then translating the picture."""
        return Face(
            self.x * scale_x + x,
            self.y * scale_y + y,
            self.width * scale_x,
            self.height * scale_y,
            self.score,
            tuple((px * scale_x + x, py * scale_y + y) for px, py in self.landmarks),
        )


class FaceDetector:
    """YuNet from a file of OpenCV's model zoo.

    Raises:
        ModelError: the file is missing, damaged, another network's, or of YuNet's older layout.
    """

    def __init__(self, path: Path) -> None:
        self._network = OnnxNetwork(path, "the face detector YuNet", "yunet")
        if set(self._network.outputs) >= _OLD_OUTPUTS:
            raise ModelError(
                "This file is an older YuNet (2022), whose answers have another layout.",
                "Use face_detection_yunet_2023mar.onnx: `s2edit models install yunet`.",
            )
        self._outputs = [f"{part}_{stride}" for part in _PARTS for stride in STRIDES]
        if len(self._network.inputs) != 1:
            raise self._network.error("has other inputs and outputs than expected")
        ((self._input, shape),) = self._network.inputs.items()
        self._network.require([self._input], self._outputs)
        self._fixed = _fixed_size(shape)

    def detect(self, rgb: np.ndarray, least_score: float = LEAST_SCORE) -> list[Face]:
        """Faces of a picture, by descending score.

        The picture is searched with its longer side at 640 pixels; if no face is found, also reduced (for close-ups) and in
        overlapping quarters (for small faces).

        Args:
            rgb: uint8 (H, W, 3).
            least_score: faces of a lower score are left out.

        Raises:
            ModelError: the outputs are not those of YuNet.
        """
        height, width = rgb.shape[:2]
        for longest in (CANVAS, CLOSE_UP):
            faces = self._look(rgb, longest, least_score)
            if faces or max(height, width) <= CLOSE_UP:
                return faces
        if max(height, width) <= CANVAS:
            return []
        found: list[Face] = []
        for top in (0, height - -(-height * 5 // 8)):
            for left in (0, width - -(-width * 5 // 8)):
                part = rgb[top : top + -(-height * 5 // 8), left : left + -(-width * 5 // 8)]
                found += [face.moved(1, 1, left, top) for face in self._look(part, CANVAS, least_score)]
        return without_overlaps(found)

    def _look(self, rgb: np.ndarray, longest: int, least_score: float) -> list[Face]:
        height, width = rgb.shape[:2]
        scale = min(1.0, longest / max(height, width))
        if self._fixed:
            scale = min(scale, self._fixed[0] / height, self._fixed[1] / width)
        small_height, small_width = max(round(height * scale), 1), max(round(width * scale), 1)
        small = Image.fromarray(np.ascontiguousarray(rgb))
        if scale < 1:
            small = small.resize((small_width, small_height), Image.Resampling.BILINEAR)
        rows, columns = self._fixed or (_multiple_of_32(small_height), _multiple_of_32(small_width))
        canvas = np.zeros((rows, columns, 3), dtype=np.float32)
        canvas[:small_height, :small_width] = np.asarray(small)[..., ::-1]  # blue first, as OpenCV has it
        answers = self._network.run(self._outputs, {self._input: canvas.transpose(2, 0, 1)[None]})
        named = dict(zip(self._outputs, answers, strict=True))
        found = []
        for stride in STRIDES:
            cells = (rows // stride) * (columns // stride)
            parts = [named[f"{part}_{stride}"].reshape(-1) for part in _PARTS]
            if [part.size for part in parts] != [cells, cells, 4 * cells, 10 * cells]:
                raise self._network.error("answers in another layout than expected")
            found += decode(parts[0], parts[1], parts[2], parts[3], columns // stride, stride, least_score)
        return [face.moved(width / small_width, height / small_height) for face in without_overlaps(found)]


def decode(
    classes: np.ndarray,
    objects: np.ndarray,
    boxes: np.ndarray,
    landmarks: np.ndarray,
    columns: int,
    stride: int,
    least_score: float,
) -> list[Face]:
    """Faces of one of YuNet's three grids, with cells in row-major order.

    Args:
        classes, objects: (cells,); the score is the root of their product.
        boxes: (4 cells,), centre relative to the cell and logarithm of the size, in strides.
        landmarks: (10 cells,), relative to the cell, in strides.
        columns: cells in a row. stride: pixels between cells.
    """
    score = np.sqrt(np.clip(classes, 0, 1) * np.clip(objects, 0, 1))
    cells = np.flatnonzero(score >= least_score)
    corner = np.stack([cells % columns, cells // columns], axis=1)
    box = boxes.reshape(-1, 4)[cells]
    centre = (corner + box[:, :2]) * stride
    size = np.exp(np.minimum(box[:, 2:], _LARGEST_EXPONENT)) * stride
    points = (landmarks.reshape(-1, 5, 2)[cells] + corner[:, None]) * stride
    found = []
    for cell, middle, sides, marks in zip(
        cells, centre.tolist(), size.tolist(), points.tolist(), strict=True
    ):
        (x, y), (width, height) = middle, sides
        place = tuple((across, down) for across, down in marks)
        found.append(Face(x - width / 2, y - height / 2, width, height, float(score[cell]), place))
    return found


def without_overlaps(faces: Sequence[Face], most_overlap: float = MOST_OVERLAP) -> list[Face]:
    """Non-maximum suppression: faces by descending score, without those that overlap a better one (intersection over union)."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.score):
        if all(overlap(face, other) <= most_overlap for other in kept):
            kept.append(face)
            if len(kept) == _MOST_FACES:
                break
    return kept


def overlap(one: Face, other: Face) -> float:
    """Intersection over union of two faces' rectangles."""
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    both = max(across, 0.0) * max(down, 0.0)
    return both / max(one.width * one.height + other.width * other.height - both, 1e-9)


def largest(faces: Sequence[Face]) -> Face | None:
    """The largest face, None without faces."""
    return max(faces, key=lambda face: face.width * face.height * face.score, default=None)


def _fixed_size(shape: tuple[object, ...]) -> tuple[int, int] | None:
    """Fixed rows and columns of the input; None: any multiple of 32."""
    rows, columns = shape[2:4] if len(shape) == 4 else (None, None)
    if isinstance(rows, int) and isinstance(columns, int) and rows > 0 and columns > 0:
        return rows, columns
    return None


def _multiple_of_32(length: int) -> int:
    return -(-length // 32) * 32
