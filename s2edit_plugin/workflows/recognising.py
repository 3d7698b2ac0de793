"""Face recognition: compares the faces of a photo with those of the library's identity tokens.

On photographs faces are found by YuNet and compared by SFace, if installed; on drawn pictures like the small model's training
data, the bundled identity judge compares. A token's face comes from the photo it was learned from, if the history still has
it, else from the token's thumbnail. Features are kept only in the engine's memory.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.errors import ModelError, S2EditError, Sentence, UsageError
from s2edit_plugin.imaging.crop import central_square
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.perception.identity import face_networks, is_drawn_portrait
from s2edit_plugin.perception.networks.sface import SAME_PERSON
from s2edit_plugin.perception.networks.yunet import largest
from s2edit_plugin.tokens.record import TokenRecord
from s2edit_plugin.workflows.context import Context

if TYPE_CHECKING:
    from s2edit_plugin.perception.judges import IdentityJudge

__all__ = ["recognise"]

Feature = Callable[[np.ndarray], "np.ndarray | None"]
"""The unit vector of the face of a token's picture, uint8 (H, W, 3); None if no face is found."""


def recognise(context: Context, request: api.RecognisePeople) -> api.PeopleFound:
    """Compare the faces of a photo with the library's.

    Raises:
        ImageError, ModelError, TokenError, UsageError (a named token is no identity token).
    """
    records = _candidates(context, request.tokens)
    rgb = read_photo(request.photo).as_uint8_rgb()
    if is_drawn_portrait(rgb):
        return _by_judge(context, rgb, records)
    return _by_faces(context, rgb, records)


def _candidates(context: Context, names: Sequence[str]) -> list[TokenRecord]:
    if names:
        records = [context.library.record(name) for name in dict.fromkeys(names)]
        for record in records:
            if record.kind != "identity":
                raise UsageError(
                    Sentence("{} holds no person: it cannot be recognised by its face.", record.full_name),
                    "Name identity tokens.",
                )
        return records
    fingerprint = context.backbone.fingerprint
    listed = [(entry.full_name, entry.record) for entry in context.library.list() if entry.record is not None]
    return [
        context.library.record(name)  # lists come without pictures
        for name, record in listed
        if record.kind == "identity" and record.base_model_hash == fingerprint
    ]


def _by_judge(context: Context, rgb: np.ndarray, records: Sequence[TokenRecord]) -> api.PeopleFound:
    from s2edit_plugin.perception.judges import IdentityJudge

    judge = IdentityJudge.load()

    known, notes = _known(context, "judge", records, lambda picture: _judge_features(judge, picture))
    here = _judge_features(judge, rgb)
    people = _matches([here], known, judge.threshold_for("portrait"))
    return api.PeopleFound(people, 1, "identity judge", notes)


def _judge_features(judge: IdentityJudge, rgb: np.ndarray) -> np.ndarray:
    return np.asarray(judge.embed(central_square(rgb))[0], dtype=np.float32)


def _by_faces(context: Context, rgb: np.ndarray, records: Sequence[TokenRecord]) -> api.PeopleFound:
    networks = face_networks(context.networks)
    if isinstance(networks, ModelError):
        raise ModelError("People cannot be recognised by their faces: " + networks.sentence, networks.hint)
    detector, recogniser = networks

    def feature(picture: np.ndarray) -> np.ndarray | None:
        face = largest(detector.detect(picture))
        return None if face is None else recogniser.feature(picture, face.landmarks)

    # In the order of `masks.photograph`, which defines their numbers.
    faces = sorted(detector.detect(rgb), key=lambda face: -face.width * face.height)
    if not faces:
        return api.PeopleFound((), 0, "SFace")
    known, notes = _known(context, "SFace", records, feature)
    here = [recogniser.feature(rgb, face.landmarks) for face in faces]
    return api.PeopleFound(_matches(here, known, SAME_PERSON), len(faces), "SFace", notes)


def _known(
    context: Context, method: str, records: Iterable[TokenRecord], feature: Feature
) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Features by full name, and a sentence about each token without one."""
    known, notes = {}, []
    for record in records:
        key = (method, record.id)
        if key not in context.features:
            try:
                picture = _portrait(context, record)
                context.features[key] = None if picture is None else feature(picture)
            except S2EditError:
                context.features[key] = None
        found = context.features[key]
        if found is None:
            notes.append(f"The token {record.full_name} has no picture with a face that could be compared.")
        else:
            known[record.full_name] = found
    return known, tuple(notes)


def _portrait(context: Context, record: TokenRecord) -> np.ndarray | None:
    """The picture a token was learned from, uint8 (H, W, 3): the subject's part of the photo, else the thumbnail."""
    try:
        page = context.history.list(queries.ListHistory(token=record.full_name, kind="learn", limit=20))
        for entry in page.entries:
            if record.id in context.history.details(entry.id).tokens:
                rgb = read_photo(context.history.learned(entry.id).photo).as_uint8_rgb()
                left, top, right, bottom = record.crop or (0, 0, rgb.shape[1], rgb.shape[0])
                return rgb[max(top, 0) : bottom, max(left, 0) : right]
    except S2EditError:
        pass  # pruned, or damaged: the token itself has a small picture
    if not record.thumbnail_png:
        return None
    with Image.open(io.BytesIO(record.thumbnail_png)) as image:
        return np.asarray(image.convert("RGB"))


def _matches(
    faces: Sequence[np.ndarray], known: dict[str, np.ndarray], threshold: float
) -> tuple[api.PersonFound, ...]:
    """Matches of faces and people, the most similar first; each person once, even with several tokens."""
    pairs = [
        (float(face @ feature), number, name)
        for number, face in enumerate(faces, start=1)
        for name, feature in known.items()
    ]
    found: list[api.PersonFound] = []
    taken: set[object] = set()
    for cosine, number, name in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        person = name.partition("/")[0]
        if cosine >= threshold and number not in taken and person not in taken:
            taken |= {number, person}
            found.append(api.PersonFound(name, number, min(cosine, 1.0)))
    return tuple(sorted(found, key=lambda one: one.face))
