"""``s2edit eval --suite photos --data DIR``: the table on the user's own photos of people, with SFace as the judge.

    DIR/NAME/first.jpg, second.jpg, ...     a folder a person; or DIR/NAME.jpg, one photo each
    DIR/people.json                         {NAME: {"noun": "woman", "prompt": "a photo of a woman with brown hair"}}, optional

The token is learned from a person's first photo (by file name). That one and the second are edited. Nobody knows what the
results should look like: the person must stay herself, outside the region nothing may change, inside something should.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from s2edit_plugin.api.prompts import words
from s2edit_plugin.errors import ImageError, MaskError, ModelError, Sentence, UsageError
from s2edit_plugin.evaluation.asked import Run
from s2edit_plugin.evaluation.benchmark import Plan, Result, compare
from s2edit_plugin.evaluation.figures import Row, cost_of
from s2edit_plugin.evaluation.methods import Method, choose_methods
from s2edit_plugin.evaluation.metrics import psnr, ssim
from s2edit_plugin.evaluation.pie_bench import real_methods, subject_mask
from s2edit_plugin.evaluation.report import Column, Shown
from s2edit_plugin.evaluation.scores import ClipScore, find_clip
from s2edit_plugin.evaluation.suites import AskedEdit, Shot, Subject
from s2edit_plugin.evaluation.trials import Outcome, Trials
from s2edit_plugin.imaging.crop import extract_photo, subject_crop
from s2edit_plugin.imaging.files import read_photo_file
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.perception.masks.resolve import search_mask
from s2edit_plugin.perception.networks.installed import Networks
from s2edit_plugin.perception.networks.sface import SAME_PERSON, FaceRecogniser
from s2edit_plugin.perception.networks.yunet import FaceDetector, largest
from s2edit_plugin.storage.paths import MAX_JSON, read_limited

__all__ = ["EDITS", "FacesJudge", "Person", "read_people", "run"]

PEOPLE = "people.json"
PHOTOS = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".heic", ".heif")
EDITS = ("smiling", "blonde_hair", "black_hair", "glasses", "hat")
QUICK_EDITS = 2
_SHOTS = 2
_MOST_SIDE = 1024
_HAIR = re.compile(r"\b[\w-]+ hair\b")

COLUMNS: tuple[Column, ...] = (
    ("similarity_drawn", "cosine to the first photo, drawn", "{:.3f}"),
    ("similarity_pasted", "pasted", "{:.3f}"),
    ("identity_drawn", "same person, drawn", "{:.0%}"),
    ("identity_pasted", "same person, pasted", "{:.0%}"),
    ("own_pasted", "cosine to the photo edited", "{:.3f}"),
    ("rank_pasted", "rank among the people", "{:.1f}"),
    ("levels_inside", "change inside, levels", "{:.1f}"),
    ("psnr_outside_drawn", "PSNR outside, drawn", "{:.1f}"),
    ("psnr_outside_pasted", "PSNR outside, pasted", "{:.1f}"),
    ("ssim_outside_drawn", "SSIM outside, drawn", "{:.3f}"),
    ("clip_gain", "CLIP, towards the prompt", "{:+.2f}"),
    ("seconds", "s", "{:.1f}"),
    ("forwards", "forwards", "{:.0f}"),
    ("memory", "MB", "{:.0f}"),
)
PAIRED = (
    "similarity_drawn",
    "similarity_pasted",
    "identity_pasted",
    "levels_inside",
    "psnr_outside_drawn",
    "clip_gain",
)


@dataclass(frozen=True)
class Person:
    """A person of the folder: her photos, her class noun, and what the photos show."""

    index: int
    name: str
    photos: tuple[Path, ...]
    noun: str
    prompt: str


@dataclass(frozen=True)
class FacesJudge:
    """YuNet finds the face, SFace compares it."""

    detector: FaceDetector
    recogniser: FaceRecogniser

    @classmethod
    def of(cls, networks: Networks) -> FacesJudge:
        """The installed networks. Raises ModelError where one of them is not installed."""
        detector, recogniser = networks.face_detector(), networks.face_recogniser()
        if detector is None or recogniser is None:
            missing = [name for name, net in (("yunet", detector), ("sface", recogniser)) if net is None]
            raise ModelError(
                Sentence(
                    "The suite photos compares faces with networks that are not installed: {}.",
                    " and ".join(missing),
                ),
                Sentence("Run {}.", " and ".join(f"`s2edit models install {name}`" for name in missing)),
            )
        return cls(detector, recogniser)

    def feature(self, rgb: np.ndarray) -> np.ndarray | None:
        """Unit vector of the largest face on a picture, uint8 (H, W, 3); None where there is no face."""
        face = largest(self.detector.detect(rgb))
        return None if face is None else self.recogniser.feature(rgb, face.landmarks)


def read_people(folder: Path, count: int) -> list[Person]:
    """At most ``count`` people of a folder, in the order of their names.

    Raises:
        UsageError: there are no photos in it, or its ``people.json`` is not as it should be.
    """
    described = _descriptions(folder / PEOPLE)
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.is_file() and p.suffix.lower() in PHOTOS)
            if inside:
                found[path.name] = inside
        elif path.suffix.lower() in PHOTOS:
            found[path.stem] = [path]
    if not found:
        raise UsageError(
            Sentence("{} holds no photos.", folder),
            "Put photos of each person into a folder of their own inside it.",
        )
    unknown = [name for name in described if name not in found]
    if unknown:
        raise UsageError(
            Sentence("{} names '{}', of whom there are no photos in {}.", PEOPLE, unknown[0], folder)
        )
    people = []
    for index, (name, photos) in enumerate(list(found.items())[:count]):
        facts = described.get(name, {})
        noun = facts.get("noun", "person")
        prompt = facts.get("prompt", f"a photo of a {noun}")
        if noun not in words(prompt):
            raise UsageError(
                Sentence("The prompt of '{}' in {} does not contain the noun '{}'.", name, PEOPLE, noun)
            )
        people.append(Person(index, name, tuple(photos[:_SHOTS]), noun, prompt))
    return people


def _descriptions(file: Path) -> dict[str, dict[str, str]]:
    if not file.is_file():
        return {}
    try:
        values = json.loads(read_limited(file, MAX_JSON))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(
            Sentence("{} cannot be read.", file), "It must be JSON: names with a noun and a prompt."
        ) from error
    good = isinstance(values, dict) and all(
        isinstance(facts, dict) and all(isinstance(value, str) for value in facts.values())
        for facts in values.values()
    )
    if not good:
        raise UsageError(
            Sentence("{} is not a list of people.", file), 'Write {"NAME": {"noun": "...", "prompt": "..."}}.'
        )
    return dict(values)


def target_prompt(prompt: str, edit: str) -> str:
    """What a photo is asked to show. What is said of the hair is replaced, all else is added."""
    if edit.endswith("_hair"):
        hair = edit.replace("_", " ")
        return _HAIR.sub(hair, prompt) if _HAIR.search(prompt) else f"{prompt} with {hair}"
    added = {"smiling": "smiling", "glasses": "wearing glasses", "hat": "in a red hat"}[edit]
    return f"{prompt} {added}"


def run(asked: Run) -> dict[str, Any]:
    """Run the suite.

    Raises:
        UsageError: no photos. ModelError: YuNet or SFace is not installed. ImageError: a first photo shows no face.
    """
    assert asked.data is not None
    networks = Networks()
    judge, clip = FacesJudge.of(networks), find_clip()
    people = read_people(asked.data, asked.identities)
    edits = EDITS[:QUICK_EDITS] if asked.quick else EDITS
    pictures = {
        person.index: [_square(photo, networks, asked) for photo in person.photos] for person in people
    }
    faces = {person.index: _first_face(judge, person, pictures[person.index][0]) for person in people}
    notes = [
        f"Same person: cosine of SFace from {SAME_PERSON} on. Whether an edit is there is for the eye to tell"
    ]
    notes[0] += "." if clip is None else ", or for CLIP (target minus source prompt, after minus before)."
    if clip is None:
        notes.append("CLIP is not installed: nothing tells how near the results are to the prompts.")
    return compare(
        replace(asked, identities=len(people)),
        Plan(
            people,
            choose_methods(asked.methods, real_methods(), asked.main),
            lambda person: _Photos(
                asked, person, pictures[person.index], faces, judge, clip, networks, edits
            ),
            lambda person: [
                Shown(f"{edit} {n}", picture)
                for n, picture in enumerate(pictures[person.index], start=1)
                for edit in edits
            ],
            COLUMNS,
            PAIRED,
            "identity_pasted",
            "people of the folder",
            tuple(notes),
            (
                people,
                [photo.stat().st_mtime_ns for person in people for photo in person.photos],
                clip is None,
            ),
        ),
    )


def _square(file: Path, networks: Networks, asked: Run) -> np.ndarray:
    """What the model sees of a photo, at up to four times its resolution: uint8 (S, S, 3)."""
    photo = read_photo(read_photo_file(file), str(file))
    try:
        mask = search_mask(photo.as_uint8_rgb(), "auto", networks=networks).mask
        crop = subject_crop(mask)
    except MaskError:
        crop = subject_crop(np.ones(photo.size, np.float32), margin=0)
    side = max(asked.backbone.resolution, min(crop.side, 4 * asked.backbone.resolution, _MOST_SIDE))
    return np.rint(extract_photo(photo, crop, side) * 255).astype(np.uint8)


def _first_face(judge: FacesJudge, person: Person, picture: np.ndarray) -> np.ndarray:
    face = judge.feature(picture)
    if face is None:
        raise ImageError(
            Sentence("No face is found on {}.", person.photos[0]), "Leave it out, or use another first photo."
        )
    return face


class _Photos:
    def __init__(
        self,
        asked: Run,
        person: Person,
        pictures: list[np.ndarray],
        faces: dict[int, np.ndarray],
        judge: FacesJudge,
        clip: ClipScore | None,
        networks: Networks,
        edits: tuple[str, ...],
    ) -> None:
        self.person, self.faces, self.judge, self.clip = person, faces, judge, clip
        wanted = tuple(AskedEdit(edit, target_prompt(person.prompt, edit)) for edit in edits)
        shots = tuple(Shot(p, person.prompt, wanted, place == 0) for place, p in enumerate(pictures))
        subject = Subject(person.index, person.noun, pictures[0], person.prompt, shots)
        self.trials = Trials(asked.backbone, subject, mask_of=subject_mask(networks), networks=networks)

    def results(self, method: Method) -> Iterator[Result]:
        for made in self.trials.outcomes(method):
            place = "own" if made.shot.learned else "other"
            kind = f"{made.case.kind}, {place} photo"
            yield Result(kind, self._row(made), (made.drawn, made.pasted, made.region))

    def _row(self, made: Outcome) -> Row:
        before, inside = made.shot.picture, made.region > 0.5
        mine = self.faces[self.person.index]
        others = np.array([face for index, face in self.faces.items() if index != self.person.index])
        own = self.judge.feature(before)
        row: Row = {}
        for name, picture in (("drawn", made.drawn), ("pasted", made.pasted)):
            face = self.judge.feature(picture)
            row[f"found_{name}"] = float(face is not None)
            row[f"identity_{name}"] = float(face is not None and float(face @ mine) >= SAME_PERSON)
            if face is not None:
                row[f"similarity_{name}"] = float(face @ mine)
                if own is not None:
                    row[f"own_{name}"] = float(face @ own)
                if len(others):
                    row[f"rank_{name}"] = 1.0 + float((others @ face >= face @ mine).sum())
            row[f"psnr_outside_{name}"] = psnr(picture, before, made.region <= 0)
            row[f"ssim_outside_{name}"] = ssim(picture, before, made.region <= 0)
        changed = np.abs(made.pasted.astype(np.float32) - before)
        row["levels_inside"] = float(changed[inside].mean()) if inside.any() else 0.0
        if self.clip is not None:
            source, target = made.shot.prompt, made.case.prompt
            towards = [
                self.clip.similarity(picture, target) - self.clip.similarity(picture, source)
                for picture in (made.pasted, before)
            ]
            row["clip_gain"] = towards[0] - towards[1]
        return row | cost_of(made)
