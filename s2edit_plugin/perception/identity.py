"""Identity score of an edit: similarity of the person before and after, shown with each result.

On photographs faces are detected by YuNet and compared by SFace, if they are installed. Drawn pictures like the small model's
training pictures are compared by the bundled identity judge.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np

from s2edit_plugin.errors import ImageError, ModelError, S2EditError, Sentence
from s2edit_plugin.imaging.crop import central_square
from s2edit_plugin.perception.masks.drawn import drawn_regions, sure_regions
from s2edit_plugin.perception.networks.installed import Networks
from s2edit_plugin.perception.networks.sface import SAME_PERSON, FaceRecogniser
from s2edit_plugin.perception.networks.yunet import Face, FaceDetector, largest, overlap

__all__ = ["IdentityScore", "compare", "face_networks", "identity_score", "is_drawn_portrait"]

_INSIDE = 0.5
_LEAST_OF_FACE = 0.2  # least share of a face's box inside the mask


@dataclass(frozen=True)
class IdentityScore:
    """Similarity of the people in two pictures.

    Attributes:
        cosine: -1..1, None if unknown. same: whether it counts as the same person, None if unknown.
        method: ``SFace`` or ``identity judge``, "" if unknown. sentence: the score in words, or why there is none.
    """

    cosine: float | None
    same: bool | None
    method: str
    sentence: str


def identity_score(
    before: np.ndarray, after: np.ndarray, networks: Networks, subject: np.ndarray | None = None
) -> IdentityScore:
    """`compare` for results of an edit: errors become a score without value, so that the result is never lost."""
    try:
        return compare(before, after, networks, subject)
    except S2EditError as error:
        return IdentityScore(None, None, "", str(error))
    except Exception as error:
        logging.getLogger(__name__).warning("The identity score failed.", exc_info=True)
        return IdentityScore(
            None, None, "", f"How alike the faces are cannot be told ({type(error).__name__})."
        )


def compare(
    before: np.ndarray, after: np.ndarray, networks: Networks, subject: np.ndarray | None = None
) -> IdentityScore:
    """Compare the people of two pictures.

    Args:
        before, after: uint8 (H, W, 3); of an edit both of one size.
        subject: (H, W) in [0, 1], selects a face if ``before`` shows several.

    Raises:
        ModelError: a network is not installed or damaged. ImageError: a picture shows no face.
    """
    drawn = sure_regions(before, ("face",))
    if drawn is not None and drawn_regions(after, lambda: None, names=()) is not None:
        return _by_judge(before, after, "portrait" if drawn["face"].max() >= _INSIDE else "car")
    found = face_networks(networks)
    if isinstance(found, ModelError):
        raise ModelError(Sentence("How alike the faces are cannot be told: {}", found.sentence), found.hint)
    return _by_faces(before, after, *found, subject)


def is_drawn_portrait(rgb: np.ndarray) -> bool:
    """Whether a picture, uint8 (H, W, 3), is a drawn portrait, which the bundled judge can compare."""
    drawn = sure_regions(rgb, ("face",))
    return drawn is not None and bool(drawn["face"].max() >= _INSIDE)


def face_networks(networks: Networks) -> tuple[FaceDetector, FaceRecogniser] | ModelError:
    """The networks that compare faces of photographs, or a ModelError (returned) that names the missing ones.

    Raises:
        ModelError: an installed one is damaged.
    """
    detector, recogniser = networks.face_detector(), networks.face_recogniser()
    if detector is not None and recogniser is not None:
        return detector, recogniser
    missing = [name for name, net in (("yunet", detector), ("sface", recogniser)) if net is None]
    return ModelError(
        Sentence("{} {} not installed.", " and ".join(missing), "is" if len(missing) == 1 else "are"),
        Sentence("Run {}.", " and ".join(f"`s2edit models install {name}`" for name in missing)),
    )


def _by_judge(before: np.ndarray, after: np.ndarray, domain: str) -> IdentityScore:
    from s2edit_plugin.perception.judges import IdentityJudge

    judge = IdentityJudge.load()
    cosine = judge.similarity(central_square(before), central_square(after))
    threshold = judge.threshold_for(domain)
    what = "person" if domain == "portrait" else "car"
    return _score(cosine, threshold, "identity judge", what)


def _by_faces(
    before: np.ndarray,
    after: np.ndarray,
    detector: FaceDetector,
    recogniser: FaceRecogniser,
    subject: np.ndarray | None,
) -> IdentityScore:
    first = _meant(detector.detect(before), subject)
    if first is None:
        raise ImageError("The picture before shows no face that could be compared.")
    found = detector.detect(after)
    there = [face for face in found if overlap(face, first) > 0] if before.shape == after.shape else []
    second = max(there, key=lambda face: overlap(face, first), default=largest(found))
    if second is None:
        raise ImageError("The picture after shows no face that could be compared.")
    cosine = float(recogniser.feature(before, first.landmarks) @ recogniser.feature(after, second.landmarks))
    return _score(cosine, SAME_PERSON, "SFace", "person")


def _meant(faces: list[Face], subject: np.ndarray | None) -> Face | None:
    """The face with the largest share inside the mask, or the largest face if the mask covers none."""
    if subject is not None:
        covered = [(_covered(face, subject), face) for face in faces]
        best = max(covered, key=lambda pair: pair[0], default=(0.0, None))
        if best[0] >= _LEAST_OF_FACE:
            return best[1]
    return largest(faces)


def _covered(face: Face, subject: np.ndarray) -> float:
    rows = slice(max(round(face.y), 0), max(round(face.y + face.height), 0))
    columns = slice(max(round(face.x), 0), max(round(face.x + face.width), 0))
    part = subject[rows, columns]
    return float((part >= _INSIDE).mean()) if part.size else 0.0


def _score(cosine: float, threshold: float, method: str, what: str) -> IdentityScore:
    cosine = float(np.clip(cosine, -1, 1))
    same = cosine >= threshold
    verdict = f"The same {what}" if same else f"Not clearly the same {what}"
    return IdentityScore(
        cosine, same, method, f"{verdict}: {cosine:.2f} of 1, the same from {threshold:.2f} on ({method})."
    )
