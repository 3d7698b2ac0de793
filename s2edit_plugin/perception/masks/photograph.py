"""Segments a photograph with the best installed methods: its face, the regions of the face, the subject.

Faces come from YuNet, else the cascade; regions from the face parser, else proportion and colour (`face`); the subject from
rembg's networks, the best first, else GrabCut. Damaged networks and implausible results are skipped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

import numpy as np
from PIL import Image

from s2edit_plugin.api.regions import PHOTO_REGIONS
from s2edit_plugin.errors import MaskError, ModelError, Sentence
from s2edit_plugin.imaging.crop import fitted
from s2edit_plugin.perception.masks import face, parsed, sessions
from s2edit_plugin.perception.masks.face import FaceBox
from s2edit_plugin.perception.masks.found import FoundMask
from s2edit_plugin.perception.masks.grabcut import grabcut_subject, small_copy
from s2edit_plugin.perception.masks.refine import fit_to_picture
from s2edit_plugin.perception.networks.installed import FACE_PARSER, Networks, kept_open
from s2edit_plugin.perception.networks.rembg_files import local_files
from s2edit_plugin.perception.networks.yunet import Face

__all__ = ["Photograph", "box_of", "is_plausible_subject"]

# The best first, with the side of each network's input.
_SUBJECT_NETWORKS = {
    "birefnet-portrait": 1024,
    "birefnet-general": 1024,
    "birefnet-general-lite": 1024,
    "u2net_human_seg": 320,
    "isnet-general-use": 1024,
    "u2net": 320,
    "silueta": 320,
    "u2netp": 320,
}
_PEOPLE_ONLY = ("birefnet-portrait", "u2net_human_seg")
BY_COLOUR = (
    "Not sure that this is the subject: it was found by colour alone. Look at the mask before you use it."
)
DOUBTFUL_PERSON = "Not sure that this is all of the person. Look at the mask before you use it."

_LONGEST = 1024
_INSIDE = 0.5
_SUBJECT_SHARE = (0.003, 0.985)
_LEAST_CERTAIN = 0.8
_LEAST_OF_FACE = 0.6
_FIT_RADIUS = 4

# Proportions of the cascade's box, which the regions by proportion are made for.
_EYES_APART, _EYES_TO_MOUTH = 0.46, 0.49
_BETWEEN_EYES = (0.51, 0.35)
_NARROWEST = 0.7  # least width by the eyes' distance, which is too small for faces turned aside


class Photograph:
    """A photograph with the methods for its segmentation.

    Args:
        rgb: uint8 (H, W, 3). networks: the installed ones, or None. number: of the selected face, the largest is 1.
    """

    def __init__(self, rgb: np.ndarray, networks: Networks | None, number: int = 1) -> None:
        self.rgb, self.networks, self.number = rgb, networks, number

    @cached_property
    def faces(self) -> list[Face]:
        """Faces detected by YuNet; empty if it is not installed."""
        detector = self._try(lambda networks: networks.face_detector())
        return self._try(lambda _: detector.detect(self.rgb)) or [] if detector else []

    @cached_property
    def boxes(self) -> list[FaceBox]:
        """All faces by descending size."""
        by_size = sorted(self.faces, key=lambda found: -found.width * found.height)
        return [box_of(found) for found in by_size] or face.find_faces(self.rgb)

    @cached_property
    def box(self) -> FaceBox | None:
        """The selected face; None without faces. Raises MaskError: the number is larger than the number of faces."""
        if len(self.boxes) >= self.number:
            return self.boxes[self.number - 1]
        if self.number > 1:
            raise MaskError(
                Sentence("There is no face {} in the photo: {} were found.", self.number, len(self.boxes)),
                face.NO_FACE,
            )
        return None

    @property
    def sure_box(self) -> FaceBox | None:
        """The selected face if it is reliable, else None."""
        return self.box if self.box is not None and self.box.sure else None

    def has_better(self, region: str) -> bool:
        """Whether a network for photographs is installed that finds this region."""
        if self.networks is None:
            return False
        if region == "subject":
            return any(local_files(name, self.networks.folder) for name in _SUBJECT_NETWORKS)
        return self.networks.has(*FACE_PARSER) is not None

    def regions(self, names: tuple[str, ...]) -> dict[str, np.ndarray]:
        """Regions of the face, float32 (H, W) in [0, 1]; all zero where one is not to be seen.

        Args:
            names: of `api.regions.PHOTO_REGIONS`, and ``glasses`` and ``hat``, which need the face parser.

        Raises:
            MaskError: no face, or a region needs the face parser and it is not installed.
        """
        if self.box is None:
            raise MaskError("No face was found in the photo.", face.NO_FACE)
        by_parser = self._parsed(names, self.box)
        if by_parser is not None:
            return by_parser
        beyond = [name for name in names if name not in PHOTO_REGIONS]
        if beyond:
            raise MaskError(
                Sentence(
                    "Finding {} needs the face parser, which is not installed or does not see this face.",
                    beyond[0],
                ),
                Sentence(
                    "Run `s2edit models install face-parser`, paint the mask, or use word:{}.", beyond[0]
                ),
            )
        return face.face_regions(self.rgb, names, self.box)

    def subject(self) -> FoundMask:
        """The photo's subject: the person with the selected face, or the object in the middle.

        Raises:
            MaskError: no subject was found.
        """
        box = self.sure_box
        for name, side in _SUBJECT_NETWORKS.items():
            if self.networks is None or not local_files(name, self.networks.folder):
                continue
            if name in _PEOPLE_ONLY and box is None:
                continue
            mask = self._try(partial(self._by_session, name=name, side=side))
            if mask is not None and is_plausible_subject(mask, box):
                return FoundMask(self._of_one_person(mask))
        person = None if box is None else self._around(box)
        return person or FoundMask(grabcut_subject(self.rgb), (BY_COLOUR,), sure=False)

    def _around(self, box: FaceBox) -> FoundMask | None:
        """The person around a face, None if none was found."""
        try:
            mask = face.person_mask(self.rgb, box)
        except MaskError:
            return None
        if is_plausible_subject(mask, box):
            return FoundMask(mask)
        return FoundMask(mask, (DOUBTFUL_PERSON,), sure=False)

    def _parsed(self, names: tuple[str, ...], box: FaceBox) -> dict[str, np.ndarray] | None:
        parser = self._try(lambda networks: networks.face_parser())
        if parser is None:
            return None
        return self._try(lambda _: parsed.parsed_regions(self.rgb, names, box, parser.parse))

    def _by_session(self, networks: Networks, name: str, side: int) -> np.ndarray:
        files = local_files(name, networks.folder)
        session = kept_open(
            name, files, lambda: sessions.open_session(name, folder=networks.folder), large=True
        )
        fine = small_copy(self.rgb, _LONGEST)
        picture = Image.fromarray(np.rint(fine * 255).astype(np.uint8))
        # rembg normalises masks to 0..255; for a constant mask this divides by zero.
        with np.errstate(invalid="ignore", divide="ignore"):
            (answer,) = session.predict(picture)[:1]
        mask = np.asarray(answer.convert("L"), dtype=np.float32) / np.float32(255)
        if side < _LONGEST:
            coarse = small_copy(self.rgb, side)
            mask = fit_to_picture(np.clip(fitted(mask, coarse.shape[:2]), 0, 1), coarse, fine, _FIT_RADIUS)
        return np.clip(fitted(mask, self.rgb.shape[:2]), 0, 1)

    def _of_one_person(self, mask: np.ndarray) -> np.ndarray:
        """The part of the mask connected to the selected face, without other people of a group."""
        if len(self.boxes) < 2 or self.box is None:
            return mask
        from scipy import ndimage

        labels, _ = ndimage.label(mask >= _INSIDE)
        rows, columns = _core(self.box, mask.shape)
        here = np.bincount(labels[rows, columns].ravel(), minlength=2)
        here[0] = 0
        if not here.any():
            return mask
        own = labels == here.argmax()
        nearest = ndimage.distance_transform_edt(labels == 0, return_distances=False, return_indices=True)
        return np.where(own[tuple(nearest)], mask, np.float32(0))

    def _try(self, ask: Callable[[Networks], Any]) -> Any:
        """Result of a network; None if it is not installed or fails, so that the next method is tried."""
        if self.networks is None:
            return None
        try:
            return ask(self.networks)
        except (ModelError, ImportError, RuntimeError, ValueError, OSError) as error:
            logging.getLogger(__name__).warning("A network was passed over: %s", error)
            return None


def box_of(found: Face) -> FaceBox:
    """A face of YuNet as a box of the cascade's kind, from the hairline to the lower lip."""
    right_eye, left_eye, _, right_corner, left_corner = (np.array(point) for point in found.landmarks)
    eyes, mouth = (right_eye + left_eye) / 2, (right_corner + left_corner) / 2
    height = max(float(np.hypot(*(mouth - eyes))) / _EYES_TO_MOUTH, 1.0)
    width = max(float(np.hypot(*(left_eye - right_eye))) / _EYES_APART, _NARROWEST * height)
    return FaceBox(
        float(eyes[0]) - _BETWEEN_EYES[0] * width,
        float(eyes[1]) - _BETWEEN_EYES[1] * height,
        width,
        height,
        found.score,
    )


def is_plausible_subject(mask: np.ndarray, box: FaceBox | None) -> bool:
    """Whether a mask (H, W) is a plausible subject: neither empty nor full, with decided values, and with the face inside."""
    share = float((mask >= _INSIDE).mean())
    if (
        not _SUBJECT_SHARE[0] < share < _SUBJECT_SHARE[1]
        or float(np.abs(2 * mask - 1).mean()) < _LEAST_CERTAIN
    ):
        return False
    if box is None:
        return True
    core = mask[_core(box, mask.shape)]
    return not core.size or float((core >= _INSIDE).mean()) >= _LEAST_OF_FACE


def _core(box: FaceBox, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Rows and columns of the centre of a face."""
    top, bottom = box.y + 0.2 * box.height, box.y + 0.8 * box.height
    left, right = box.x + 0.2 * box.width, box.x + 0.8 * box.width
    return (
        slice(min(max(round(top), 0), shape[0]), min(max(round(bottom), 0), shape[0])),
        slice(min(max(round(left), 0), shape[1]), min(max(round(right), 0), shape[1])),
    )
