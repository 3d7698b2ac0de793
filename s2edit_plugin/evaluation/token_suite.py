"""What a token holds by itself: words and token to a picture, in other attributes and places than the photo shows.

* holds: share of pictures that show the person; holds_cosine: median cosine to the photo
* obeys: share of asked attributes that are there
* clean: how far the pictures are from drawn portraits in the attribute judge's features, as a multiple of the same
  distance for the same words and noise without the token
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from s2edit_models.drawing import Scene, describe, render, split_seed

from s2edit_plugin.api import LearnSettings, OnProgress, Progress, prompts
from s2edit_plugin.api.progress import Stopwatch
from s2edit_plugin.evaluation.quality import asked_attributes
from s2edit_plugin.evaluation.report import header, headline
from s2edit_plugin.evaluation.statistics import interval
from s2edit_plugin.evaluation.suites import SIZE, Subject, portraits
from s2edit_plugin.evaluation.trials import TOKEN, Trials, channels_last, to_uint8
from s2edit_plugin.imaging.crop import fitted
from s2edit_plugin.method.conditioning import ActiveToken, build_condition
from s2edit_plugin.method.generate import noise_of, sample
from s2edit_plugin.perception.judges import AttributeJudge, IdentityJudge

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

__all__ = ["measure_person", "run"]

NOISES = 8
STEPS, GUIDANCE = 30, 5.0
_REAL = 200  # drawn portraits that "clean" compares with


@dataclass(frozen=True)
class PersonFigures:
    """Of one person, with or without the token: cosine of each picture to the photo (N,), whether it is the same person (N,),
    share of its asked attributes (N,), distance to drawn portraits (N,)."""

    cosines: np.ndarray
    same: np.ndarray
    obeyed: np.ndarray
    distance: np.ndarray


def run(
    identities: int, seed: int, on_progress: OnProgress, backbone: Backbone, learn: LearnSettings
) -> dict[str, Any]:
    """Figures of ``identities`` people, with the token (``s2edit``) and without (``no_token``)."""
    judges = AttributeJudge.load(), IdentityJudge.load()
    real = features(judges[0], np.stack([_other(seed, 900_000 + i)[1] for i in range(_REAL)]))
    subjects, started = portraits(identities, seed), time.monotonic()
    watch = Stopwatch(len(subjects))
    found: dict[str, list[PersonFigures]] = {"s2edit": [], "no_token": []}
    for done, subject in enumerate(subjects, start=1):
        tokens = Trials(backbone, subject, regions=False).token(learn)
        for name, active in (("s2edit", tokens), ("no_token", [])):
            found[name].append(measure_person(backbone, subject, active, judges, real, seed))
        on_progress(Progress("evaluating", done, len(subjects), None, watch.seconds_left(done)))
    without = float(np.mean([p.distance.mean() for p in found["no_token"]]))
    methods = {name: _figures(people, without) for name, people in found.items()}
    people = [s.index for s in subjects]
    differences = [
        float(a.obeyed.mean() - b.obeyed.mean())
        for a, b in zip(found["s2edit"], found["no_token"], strict=True)
    ]
    values = {
        **header("token", identities, seed, backbone, started),
        "methods": methods,
        "paired": {"no_token": {"obeys": [round(end, 4) for end in interval(people, differences)]}},
    }
    return {**values, "table": _table(values)}


def measure_person(
    backbone: Backbone,
    subject: Subject,
    tokens: list[ActiveToken],
    judges: tuple[AttributeJudge, IdentityJudge],
    real: np.ndarray,
    seed: int,
) -> PersonFigures:
    """Pictures of one person from `NOISES` noises, each with words of its own; the same words and noises with any token."""
    attributes, identity = judges
    scenes = [_other(seed, subject.index * NOISES + i, subject.noun)[0] for i in range(NOISES)]
    written = [describe(scene) for scene in scenes]
    if tokens:
        written = [prompts.insert_token(text, subject.noun, TOKEN) for text in written]
    with torch.no_grad():
        conditions = [build_condition(backbone, text, tokens) for text in written]
        noise = torch.cat([noise_of(backbone, 1000 * subject.index + i) for i in range(NOISES)])
        clean = sample(backbone, noise, conditions, STEPS, GUIDANCE, tokens)
        decoded = backbone.decode_latents(clean) / 2 + 0.5
    pictures = np.stack([to_uint8(fitted(channels_last(one), subject.picture.shape[:2])) for one in decoded])
    faces = identity.embed(np.concatenate([subject.picture[None], pictures]))
    cosines = faces[1:] @ faces[0]
    obeyed = []
    for shown, scene in zip(attributes.predict(pictures), scenes, strict=True):
        asked = {name: value for name, value in asked_attributes(scene).items() if name != "domain"}
        obeyed.append(np.mean([shown.get(name, ("",))[0] == value for name, value in asked.items()]))
    distances = np.linalg.norm(features(attributes, pictures)[:, None] - real[None], axis=2).min(axis=1)
    return PersonFigures(cosines, cosines >= identity.threshold, np.array(obeyed), distances)


def features(judge: AttributeJudge, pictures: np.ndarray) -> np.ndarray:
    """What the attribute judge sees in uint8 pictures (N, 128, 128, 3): (N, D) features."""
    with torch.no_grad():
        x = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
        return judge.network.eval().trunk(x).numpy()


def _other(seed: int, number: int, noun: str = "") -> tuple[Scene, np.ndarray]:
    """A scene of the test split with attributes and place of its own, and its picture; of somebody with this noun."""
    key = split_seed("test", 10_000 * (seed + 1) + 5_000 + number)
    scenes = (Scene.of(key + i, key, key) for i in range(64))
    scene = next(scene for scene in scenes if not noun or scene.identity.noun == noun)
    return scene, render(scene, SIZE).rgb


def _figures(people: list[PersonFigures], without: float) -> dict[str, float]:
    cosines = np.concatenate([p.cosines for p in people])
    return {
        "holds": round(float(np.concatenate([p.same for p in people]).mean()), 4),
        "holds_cosine": round(float(np.median(cosines)), 4),
        "obeys": round(float(np.concatenate([p.obeyed for p in people]).mean()), 4),
        "clean": round(float(np.mean([p.distance.mean() for p in people])) / max(without, 1e-9), 4),
    }


def _table(values: dict[str, Any]) -> str:
    bars = {"holds": ">= 0.80", "holds_cosine": ">= 0.75", "obeys": ">= 0.95", "clean": "<= 1.20"}
    lines = [
        f"{headline(values)}; {NOISES} pictures each, {STEPS} steps, guidance {GUIDANCE:g}",
        "",
        f"| method | {' | '.join(bars)} |",
        f"|---|{'---|' * len(bars)}",
    ]
    for name, row in values["methods"].items():
        lines.append(f"| {name} | {' | '.join(f'{row[figure]:.3f}' for figure in bars)} |")
    lines.append(f"| bar | {' | '.join(bars.values())} |")
    low, high = values["paired"]["no_token"]["obeys"]
    return "\n".join([*lines, "", f"obeys, with minus without the token: {low:+.3f} to {high:+.3f} (95 %)"])
