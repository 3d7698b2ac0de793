"""Faces on photographs without a network: detection by scikit-image's bundled cascade, segmentation by GrabCut.

The regions of a face are found by the proportions of the cascade's box and by colour: lips are redder than the skin, eyes
differ from skin, hair surrounds it. All computations use a square frame of fixed size around the face, so that thresholds do
not depend on the photo's size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from s2edit_plugin.api.regions import PHOTO_REGIONS
from s2edit_plugin.errors import MaskError
from s2edit_plugin.imaging.crop import Crop, extract, fitted, place_mask
from s2edit_plugin.perception.masks.grabcut import (
    BACKGROUND,
    FOREGROUND,
    MAYBE_BACKGROUND,
    MAYBE_FOREGROUND,
    grabcut,
    small_copy,
    to_full_size,
)
from s2edit_plugin.perception.masks.refine import fill_holes, fit_to_picture, largest_component

Point = tuple[float, float]

__all__ = [
    "NO_FACE",
    "FaceBox",
    "face_regions",
    "find_face",
    "find_faces",
    "person_mask",
]


_DETECTION_SIDES = (320, 640)
_SQUEEZES = (0.7, 0.85, 1.0, 1.2)
_SMALLEST_FACE = 30  # pixels in the copy searched; smaller detections are mostly wrong
_STRIP = 4.0  # longer sides for one shorter, from which a picture is searched in a copy of a certain height
_STRIP_HEIGHT, _STRIP_LENGTH = 160, 6400
_BODY_SIDE = 176
_FRAME = 320  # pixels of the frame around the face
_FRAME_PER_BOX = 2.5  # the frame is this many times the cascade's box, which leaves room for hair
_FINE_FRAME = 1024
_FACE_CORE = ((0.5, 0.6), (0.36, 0.42))  # centre and radii, in boxes: face on every photo
_FIT_RADIUS = {"face": 4, "hair": 6, "lips": 2, "eyes": 2, "skin": 3}
_LEAST_REDDER = 2.0  # in units of Lab
SURE = 0.5  # confidence of a face
NO_FACE = "Paint the mask, or choose another method such as grabcut."


@dataclass(frozen=True)
class FaceBox:
    """The rectangle of a detected face, from the hairline to the lower lip.

    Attributes:
        x: first column.
        y: first row.
        width: columns.
        height: rows; differs from the width if the photo was stretched.
        confidence: 0..1.
    """

    x: float
    y: float
    width: float
    height: float
    confidence: float = 1.0

    @property
    def sure(self) -> bool:
        """Whether it is reliable. Single detections of the cascade are mostly wrong: cats, curtains, half a face."""
        return self.confidence >= SURE

    def scaled(self, across: float, down: float) -> FaceBox:
        """The same face in a picture of another size."""
        return replace(
            self, x=self.x * across, y=self.y * down, width=self.width * across, height=self.height * down
        )


@lru_cache(maxsize=1)
def _cascade() -> Any:
    from skimage.data import lbp_frontal_face_cascade_filename
    from skimage.feature import Cascade

    return Cascade(lbp_frontal_face_cascade_filename())


def find_face(rgb: np.ndarray) -> FaceBox | None:
    """The first of `find_faces`, or None."""
    found = find_faces(rgb)
    return found[0] if found else None


def find_faces(rgb: np.ndarray) -> list[FaceBox]:
    """Frontal faces of a picture, uint8 (H, W, 3), by descending size; without a sure one, the best candidate.

    The cascade searches small copies of several widths: faces are detected in several of them, also in stretched photos, and
    false positives mostly in one.
    """
    doubtful: list[FaceBox] = []
    for copy in _copies(rgb):
        findings = [box for squeeze in _SQUEEZES for box in _detect(copy, squeeze)]
        faces = [face.scaled(rgb.shape[1], rgb.shape[0]) for face in _grouped(findings)]
        sure = [face for face in faces if face.sure]
        if sure:
            return sorted(sure, key=lambda face: -face.width * face.height)
        doubtful = doubtful or faces[:1]
    return doubtful


def _copies(rgb: np.ndarray) -> Iterator[np.ndarray]:
    """The copies to search, the smallest first; for panoramas a single one with visible faces."""
    longer, shorter = max(rgb.shape[:2]), min(rgb.shape[:2])
    if longer > _STRIP * shorter:
        yield small_copy(rgb, min(_STRIP_LENGTH, max(1, longer * _STRIP_HEIGHT // shorter)))
        return
    for side in _DETECTION_SIDES:
        yield small_copy(rgb, side)
        if longer <= side:
            return


def _grouped(findings: list[FaceBox]) -> list[FaceBox]:
    """One box for all detections of a face, most frequent first; the confidence is the frequency."""
    left, faces = list(findings), list[FaceBox]()
    while left:
        groups = [[other for other in left if _same_face(box, other)] for box in left]
        best = max(groups, key=lambda group: (len(group), max(box.width for box in group)))
        x, y, width, height = np.mean(
            [(box.x, box.y, box.width, box.height) for box in best], axis=0
        ).tolist()
        face = FaceBox(x, y, width, height, min(1.0, len(best) / len(_SQUEEZES)))
        if not any(_overlap(face, other) for other in faces):
            faces.append(face)
        left = [box for box in left if box not in best]
    return faces


def _overlap(one: FaceBox, other: FaceBox) -> bool:
    """Whether the centre of one box lies in the other."""
    x, y = one.x + one.width / 2, one.y + one.height / 2
    return other.x < x < other.x + other.width and other.y < y < other.y + other.height


def _detect(copy: np.ndarray, squeeze: float) -> list[FaceBox]:
    """Faces in a small copy, float (h, w, 3), made narrower or wider. Boxes are in fractions of the picture."""
    size = (copy.shape[0], round(copy.shape[1] * squeeze))
    if min(size) < _SMALLEST_FACE:
        return []
    small = np.rint(np.clip(fitted(copy, size), 0, 1) * 255).astype(np.uint8)
    found = _cascade().detect_multi_scale(
        img=small,
        scale_factor=1.2,
        step_ratio=1,
        min_size=(_SMALLEST_FACE, _SMALLEST_FACE),
        max_size=(min(size), min(size)),
    )
    boxes = [FaceBox(box["c"], box["r"], box["width"], box["height"]) for box in found]
    return [box.scaled(1 / size[1], 1 / size[0]) for box in boxes]


def _same_face(one: FaceBox, other: FaceBox) -> bool:
    apart = np.hypot(
        (one.x - other.x + (one.width - other.width) / 2) / one.width,
        (one.y - other.y + (one.height - other.height) / 2) / one.height,
    )
    return bool(apart < 0.35 and 0.5 < one.height / other.height < 2)


def _needed_face(rgb: np.ndarray, box: FaceBox | None) -> FaceBox:
    box = box or find_face(rgb)
    if box is None:
        raise MaskError("No face was found in the photo.", NO_FACE)
    return box


def person_mask(rgb: np.ndarray, box: FaceBox | None = None) -> np.ndarray:
    """Head and body of the person whose face is largest, by GrabCut. Arguments and errors as `face_regions`; float32 (H, W)."""
    box = _needed_face(rgb, box)
    small = small_copy(rgb, _BODY_SIDE)
    height, width = small.shape[:2]
    across, down = _in_boxes((height, width), box.scaled(width / rgb.shape[1], height / rgb.shape[0]))
    beside = np.abs(across - 0.5)
    labels = np.full(small.shape[:2], MAYBE_BACKGROUND, dtype=np.uint8)
    labels[_ellipse(across, down, (0.5, 0.5), (0.85, 0.95))] = MAYBE_FOREGROUND
    labels[(down > 1.2) & (beside < 0.45 + 0.9 * np.clip(down - 1.2, 0, 1))] = MAYBE_FOREGROUND
    labels[(down > 1.2) & (down < 2.2) & (beside < 0.3)] = FOREGROUND
    labels[_ellipse(across, down, *_FACE_CORE)] = FOREGROUND
    labels[(down < -0.75) | ((down < 1.0) & (beside > 1.5)) | (beside > 2.1)] = BACKGROUND
    return to_full_size(grabcut(small, labels), small, rgb, "around the face")


def face_regions(
    rgb: np.ndarray, regions: tuple[str, ...] = PHOTO_REGIONS, box: FaceBox | None = None
) -> dict[str, np.ndarray]:
    """Regions of the face on a photograph, by proportion and colour.

    Args:
        rgb: uint8 (H, W, 3).
        regions: of `PHOTO_REGIONS`.
        box: from `find_face`; None: it is detected.

    Returns:
        float32 (H, W) in [0, 1] for each region; all zero for regions that are not visible.

    Raises:
        MaskError: no face was found.
    """
    box = _needed_face(rgb, box)
    side = max(round(max(box.width, box.height) * _FRAME_PER_BOX), 8)
    crop = Crop(round(box.x + (box.width - side) / 2), round(box.y + (box.height - side) / 2), side)
    picture = _frame_of(rgb, crop, _FRAME)
    # No finer than the photo or than visible.
    fine = _frame_of(rgb, crop, min(max(side, _FRAME), _FINE_FRAME))
    scale = _FRAME / side
    parts = _Parts(
        picture, FaceBox(box.x - crop.x, box.y - crop.y, box.width, box.height).scaled(scale, scale)
    )
    shape = (rgb.shape[0], rgb.shape[1])
    found = {}
    for name in regions:
        mask = fit_to_picture(
            getattr(parts, name)().astype(np.float32), picture, fine, radius=_FIT_RADIUS[name]
        )
        found[name] = place_mask(mask, crop, shape)
    return found


def _frame_of(rgb: np.ndarray, crop: Crop, size: int) -> np.ndarray:
    return np.clip(extract(rgb, crop, size) / np.float32(255), 0, 1)


def _in_boxes(shape: tuple[int, int], box: FaceBox) -> tuple[np.ndarray, np.ndarray]:
    """Pixel coordinates (h, w) to the right and down, in units of the box: 0..1 inside it. The chin is at about 1.15."""
    rows, columns = np.indices(shape)
    return (columns + 0.5 - box.x) / box.width, (rows + 0.5 - box.y) / box.height


def _ellipse(across: np.ndarray, down: np.ndarray, centre: Point, radii: Point) -> np.ndarray:
    return np.asarray(((across - centre[0]) / radii[0]) ** 2 + ((down - centre[1]) / radii[1]) ** 2 <= 1)


class _Parts:
    """The regions in the frame, each bool (_FRAME, _FRAME)."""

    def __init__(self, picture: np.ndarray, box: FaceBox) -> None:
        from skimage.color import rgb2lab

        self.picture = picture
        self.across, self.down = _in_boxes((_FRAME, _FRAME), box)
        self.lightness, self.redness, self.yellowness = np.moveaxis(rgb2lab(picture), -1, 0)
        core = self.ellipse(*_FACE_CORE)
        # The median of the face's middle is the skin colour.
        self.skin_tone = [
            float(np.median(plane[core])) for plane in (self.lightness, self.redness, self.yellowness)
        ]

    def ellipse(self, centre: Point, radii: Point) -> np.ndarray:
        return _ellipse(self.across, self.down, centre, radii)

    def window(self, left: float, right: float, top: float, bottom: float) -> np.ndarray:
        return (self.across > left) & (self.across < right) & (self.down > top) & (self.down < bottom)

    @cached_property
    def _face(self) -> np.ndarray:
        labels = np.full((_FRAME, _FRAME), BACKGROUND, dtype=np.uint8)
        labels[self.ellipse((0.5, 0.52), (0.68, 0.7))] = MAYBE_BACKGROUND
        labels[self.ellipse((0.5, 0.58), (0.5, 0.6))] = MAYBE_FOREGROUND
        labels[self.ellipse(*_FACE_CORE)] = FOREGROUND
        return self._cut(labels)

    def _cut(self, labels: np.ndarray) -> np.ndarray:
        """GrabCut at half the frame's size, four times as fast."""
        half = grabcut(fitted(self.picture, (_FRAME // 2, _FRAME // 2)), labels[::2, ::2])
        return half.repeat(2, axis=0).repeat(2, axis=1)

    def face(self) -> np.ndarray:
        return np.asarray(fill_holes(largest_component(self._face.astype(np.float32))) > 0)

    def lips(self) -> np.ndarray:
        """The reddest pixels in the area of the mouth, without teeth."""
        from scipy import ndimage

        usual = self.ellipse((0.5, 0.84), (0.24, 0.09))
        near = self.window(0.15, 0.85, 0.64, 1.04)
        prior = np.exp(-(((self.across - 0.5) / 0.3) ** 2) - ((self.down - 0.84) / 0.13) ** 2)
        score = np.where(near, ndimage.gaussian_filter(self.redness - self.skin_tone[1], 1.0) * prior, 0)
        threshold = max(0.36 * float(np.percentile(score[near], 99)), _LEAST_REDDER)
        found = ndimage.binary_closing(score > threshold, iterations=1)
        found = _without_specks(found, 0.2)
        # A grey photo, or a mouth no redder than the cheeks: an ellipse at the usual position.
        return found if found.sum() > 0.15 * usual.sum() else usual

    def eyes(self) -> np.ndarray:
        """An ellipse around the darkest point on each side."""
        from scipy import ndimage

        darkness = ndimage.gaussian_filter(np.clip(self.skin_tone[0] - self.lightness, 0, None), 2.5)
        eyes = np.zeros((_FRAME, _FRAME), dtype=bool)
        for usual in (0.28, 0.74):
            prior = np.exp(-(((self.across - usual) / 0.13) ** 2) - ((self.down - 0.35) / 0.07) ** 2)
            place = np.unravel_index((darkness * prior + 1e-6 * prior).argmax(), darkness.shape)
            eyes |= self.ellipse((float(self.across[place]), float(self.down[place])), (0.13, 0.065))
        return eyes

    def hair(self) -> np.ndarray:
        """GrabCut between a strip above the face and the face together with the picture's edge."""
        face = self.face()
        labels = np.full((_FRAME, _FRAME), MAYBE_BACKGROUND, dtype=np.uint8)
        labels[self.ellipse((0.5, 0.4), (0.85, 0.8))] = MAYBE_FOREGROUND
        labels[self.window(0.3, 0.7, -0.16, -0.02) & ~face] = FOREGROUND
        labels[(self.down < -0.6) | (np.abs(self.across - 0.5) > 1.1)] = BACKGROUND
        labels[face | self.window(0.05, 0.95, 0.95, 2.0)] = BACKGROUND
        return _without_specks(self._cut(labels), 0.1)

    def skin(self) -> np.ndarray:
        """The face without lips and eyes, and skin colour below the chin."""
        from scipy import ndimage

        away = [
            np.abs(plane - tone)
            for plane, tone in zip(
                (self.lightness, self.redness, self.yellowness), self.skin_tone, strict=True
            )
        ]
        neck = self.window(0.0, 1.0, 1.0, 1.6) & (away[0] < 30) & (away[1] < 9) & (away[2] < 12)
        face = self.face()
        mouth = ndimage.binary_closing(self.lips(), iterations=10)  # with the teeth
        return (face | _without_specks(neck, 0.5)) & ~mouth & ~self.eyes()


def _without_specks(inside: np.ndarray, share: float) -> np.ndarray:
    """Drop the connected parts smaller than a share of the largest."""
    from scipy import ndimage

    labels, _ = ndimage.label(inside)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return np.asarray((sizes >= max(share * sizes.max(), 1))[labels])
