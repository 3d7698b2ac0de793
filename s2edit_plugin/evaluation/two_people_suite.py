"""``s2edit eval --suite two-people``: two people in one picture, a token and a mask each, and no bleeding.

The picture's left half shows one person, its right half another, both in other light and pose than the photos that their
tokens were learned from. What one of them is asked to become must not show on the other, and both stay who they are. The
masks are the halves' own people, as a user paints them; the region is the true one. Everything is drawn without keeping the
latents outside the region, or bleeding could not be seen: "drawn" tells what the masks of the tokens are worth, "pasted" what
the user gets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from s2edit_models.drawing import Scene, counterfactual, describe, render
from s2edit_models.drawing.counterfactual import Counterfactual

from s2edit_plugin.api import EditSettings, LearnSettings
from s2edit_plugin.evaluation.asked import Run
from s2edit_plugin.evaluation.benchmark import Plan, Result, compare
from s2edit_plugin.evaluation.cost import Cost, metered
from s2edit_plugin.evaluation.figures import Row
from s2edit_plugin.evaluation.kept import Pictures
from s2edit_plugin.evaluation.methods import Method, choose_methods
from s2edit_plugin.evaluation.metrics import psnr
from s2edit_plugin.evaluation.report import Column, Shown
from s2edit_plugin.evaluation.suites import SIZE, Subject, people
from s2edit_plugin.evaluation.trials import Trials, channels_last, to_uint8
from s2edit_plugin.imaging.crop import fitted
from s2edit_plugin.imaging.detail import crop_change
from s2edit_plugin.method.conditioning import ActiveToken, build_condition
from s2edit_plugin.method.edit import edit
from s2edit_plugin.method.invert import Inversion, invert
from s2edit_plugin.method.roles import EditTokens
from s2edit_plugin.perception.judges import AttributeJudge, IdentityJudge
from s2edit_plugin.perception.masks.regions import find_regions
from s2edit_plugin.workflows.crops import latents_of

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

__all__ = ["METHODS", "Duo", "duos", "run"]

NAMES = ("left/me", "right/me")
HALF, QUARTER = SIZE // 2, SIZE // 4
HAIR = ("black", "brown", "blonde", "red")

METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("s2edit", "ours: a token and a mask each", LearnSettings()),
        Method("shared_masks", "both tokens act on both people", LearnSettings()),
        Method("unmasked", "both tokens act everywhere", LearnSettings(), EditSettings(mask_mode="none")),
        Method("no_token", "the same edit without tokens"),
        Method("untouched", "the source as it is", shows="source"),
        Method("floor", "the autoencoder's copy of the source", shows="copy"),
        Method("ceiling", "the autoencoder's copy of the right answer", shows="answer"),
    )
}
COLUMNS: tuple[Column, ...] = (
    ("success_drawn", "present, drawn", "{:.0%}"),
    ("success_pasted", "present, pasted", "{:.0%}"),
    ("identity_drawn", "both the same people, drawn", "{:.0%}"),
    ("identity_pasted", "both the same people, pasted", "{:.0%}"),
    ("joint_pasted", "all of it, pasted", "{:.0%}"),
    ("bleeds_drawn", "on the other too, drawn", "{:.0%}"),
    ("bleeds_pasted", "on the other too, pasted", "{:.0%}"),
    ("taken_for_drawn", "taken for the other, drawn", "{:.0%}"),
    ("similarity_drawn", "cosine to the photos, drawn", "{:.3f}"),
    ("psnr_outside_drawn", "PSNR outside, drawn", "{:.1f}"),
    ("psnr_to_answer", "PSNR to answer", "{:.1f}"),
    ("seconds", "s", "{:.1f}"),
)
PAIRED = (
    "success_drawn",
    "identity_drawn",
    "bleeds_drawn",
    "similarity_drawn",
    "joint_pasted",
    "psnr_to_answer",
)


@dataclass(frozen=True)
class _Wanted:
    """An edit of a duo: kind, the two clauses of the target prompt, and each person's answer and changes."""

    kind: str
    clauses: tuple[str, str]
    changes: tuple[dict[str, str], dict[str, str]]
    answers: tuple[Counterfactual, Counterfactual]


@dataclass(frozen=True)
class Duo:
    """Two people: as subjects with the photos that tokens are learned from, and as they stand in the picture.

    Attributes:
        scenes: of the picture's two halves. clauses: of its prompt. wanted: edits of it.
    """

    index: int
    people: tuple[Subject, Subject]
    scenes: tuple[Scene, Scene]
    clauses: tuple[str, str]
    wanted: tuple[_Wanted, ...]

    @property
    def picture(self) -> np.ndarray:
        """uint8 (128, 128, 3)."""
        return side_by_side(*(render(scene, SIZE).rgb for scene in self.scenes))


def side_by_side(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The middle columns of two pictures (128, 128, ...) side by side."""
    return np.concatenate([picture[:, QUARTER : QUARTER + HALF] for picture in (left, right)], axis=1)


def apart(picture: np.ndarray, place: int, portrait: np.ndarray) -> np.ndarray:
    """A half of a picture (128, 128, 3), put back into the middle of that person's own portrait: judges know portraits."""
    whole = portrait.copy()
    whole[:, QUARTER : QUARTER + HALF] = picture[:, place * HALF : (place + 1) * HALF]
    return whole


def duos(count: int, seed: int) -> list[Duo]:
    """``count`` pairs of people of the test split; each asks for a change of the left one, of the right one, and of both."""
    found = []
    everybody = people(2 * count, seed)
    for index in range(count):
        (_, one, rng), (_, other, _) = everybody[2 * index : 2 * index + 2]
        colours = [str(c) for c in rng.permutation(HAIR)[:3]]
        styles = [str(rng.choice(["short", "long"])) for _ in range(2)]
        subjects, scenes = [], []
        for place, key in enumerate((one, other)):
            look = {"hair_color": colours[place], "hair_style": styles[place]}
            photo, scene = Scene.of(key, look, key), Scene.of(key, look, key ^ (3 << 40))
            noun = photo.identity.noun
            subjects.append(Subject(2 * index + place, noun, render(photo, SIZE).rgb, describe(photo), ()))
            scenes.append(scene)
        dyed, smiles = {"hair_color": colours[2]}, {"expression": "smiling"}
        pair = (scenes[0], scenes[1])
        wanted = tuple(
            _wanted(kind, pair, changes)
            for kind, changes in (
                ("left_hair", (dyed, {})),
                ("right_smile", ({}, smiles)),
                ("hair_and_smile", (dyed, smiles)),
            )
        )
        clauses = _clause(scenes[0]), _clause(scenes[1])
        found.append(Duo(index, (subjects[0], subjects[1]), pair, clauses, wanted))
    return found


def _wanted(
    kind: str, scenes: tuple[Scene, Scene], changes: tuple[dict[str, str], dict[str, str]]
) -> _Wanted:
    one, other = (counterfactual(s, SIZE, None, **c) for s, c in zip(scenes, changes, strict=True))
    return _Wanted(kind, (_clause(one.target_scene), _clause(other.target_scene)), changes, (one, other))


def _clause(scene: Scene) -> str:
    look = scene.attributes
    smile = " smiling" if look["expression"] == "smiling" else ""
    return f"{scene.identity.noun} with {look['hair_style']} {look['hair_color']} hair{smile}"


def _prompt(clauses: tuple[str, str], named: bool) -> str:
    one, other = (f"<{name}> {c}" if named else c for name, c in zip(NAMES, clauses, strict=True))
    return f"a photo of a {one} and a {other}"


def run(asked: Run) -> dict[str, Any]:
    """Run the suite; ``identities`` are pairs."""
    judges = AttributeJudge.load(), IdentityJudge.load()
    methods = choose_methods(asked.methods, METHODS, asked.main)
    return compare(
        asked,
        Plan(
            duos(asked.identities, asked.seed),
            methods,
            lambda duo: _Duo(asked.backbone, duo, judges),
            _shown,
            COLUMNS,
            PAIRED,
            of="pairs of people never trained on",
        ),
    )


def _shown(duo: Duo) -> list[Shown]:
    return [
        Shown(w.kind, duo.picture, side_by_side(*(answer.target.rgb for answer in w.answers)))
        for w in duo.wanted
    ]


class _Duo:
    """Makes and judges the edits of one picture."""

    def __init__(self, backbone: Backbone, duo: Duo, judges: tuple[AttributeJudge, IdentityJudge]) -> None:
        self.backbone, self.duo, self.judges = backbone, duo, judges
        self.portraits = [render(scene, SIZE).rgb for scene in duo.scenes]
        self.side = (backbone.resolution,) * 2
        self.seen = fitted(duo.picture.astype(np.float32) / 255, self.side).clip(0, 1)
        self._people = [Trials(backbone, subject, regions=False) for subject in duo.people]
        masks = side_by_side(*(find_regions(portrait)["subject"] for portrait in self.portraits))
        left = np.arange(SIZE) < HALF
        self.masks = [torch.from_numpy(fitted(masks * half, self.side)).clamp(0, 1) for half in (left, ~left)]
        self._inversions: dict[object, tuple[Inversion, Cost]] = {}

    def results(self, method: Method) -> Iterator[Result]:
        for wanted in self.duo.wanted:
            (drawn, pasted, region), cost = self._pictures(wanted, method)
            row = self._judged(wanted, drawn, pasted) | cost
            yield Result(wanted.kind, row, (drawn, pasted, region))

    def _pictures(self, wanted: _Wanted, method: Method) -> tuple[Pictures, Row]:
        picture = self.duo.picture
        region = side_by_side(*(answer.region.astype(np.float32) for answer in wanted.answers))
        if method.shows != "edit":
            if method.shows == "answer":
                picture = side_by_side(*(answer.target.rgb for answer in wanted.answers))
            if method.shows != "source":
                seen = fitted(picture.astype(np.float32) / 255, self.side).clip(0, 1)
                decoded = self.backbone.decode_latents(latents_of(seen, self.backbone))[0] / 2 + 0.5
                picture = to_uint8(fitted(channels_last(decoded), (SIZE, SIZE)))
            return (picture, picture, region), {}
        settings = replace(method.edit, local_blend=False)
        tokens = self._tokens(method)
        before, after = (_prompt(c, bool(tokens)) for c in (self.duo.clauses, wanted.clauses))
        roles = EditTokens.of(tokens, frozenset(), settings, before, after)
        source, target = (build_condition(self.backbone, prompt, roles.tokens) for prompt in (before, after))
        key = method.name if tokens else ""
        if key not in self._inversions:
            with metered(self.backbone) as cost:
                made = invert(
                    self.backbone, latents_of(self.seen, self.backbone), source, roles.base, settings
                )
            self._inversions[key] = made, cost
        inversion, shared = self._inversions[key]
        where = torch.from_numpy(fitted(region, self.side).clip(0, 1)).to(self.backbone.device)
        with metered(self.backbone) as cost:
            outcome = edit(self.backbone, inversion, source, target, roles.branches(where), where, settings)
        changed = crop_change(self.seen, channels_last(outcome.source), channels_last(outcome.target))
        change = fitted(changed.change, (SIZE, SIZE)) * region[..., None]
        drawn = to_uint8(fitted(channels_last(outcome.target), (SIZE, SIZE)))
        pasted = to_uint8(picture.astype(np.float32) / 255 + change)
        spent: Row = {
            "seconds": cost.seconds,
            "forwards": float(cost.forwards + shared.forwards),
            "memory": max(cost.memory, shared.memory),
        }
        return (drawn, pasted, region), spent

    def _tokens(self, method: Method) -> list[ActiveToken]:
        if method.learn is None:
            return []
        both = self.masks[0] + self.masks[1]
        masks = [both, both] if method.name == "shared_masks" else self.masks
        found = []
        for person, name, mask in zip(self._people, NAMES, masks, strict=True):
            (token,) = person.token(method.learn)
            found.append(replace(token, name=name, mask=mask.to(self.backbone.device)))
        return found

    def _judged(self, wanted: _Wanted, drawn: np.ndarray, pasted: np.ndarray) -> Row:
        attributes, identity = self.judges
        photos = identity.embed(np.stack([subject.picture for subject in self.duo.people]))
        outside = ~side_by_side(*(answer.region for answer in wanted.answers))
        row: Row = {}
        for name, picture in (("drawn", drawn), ("pasted", pasted)):
            halves = np.stack([apart(picture, place, self.portraits[place]) for place in (0, 1)])
            cosines = identity.embed(halves) @ photos.T
            shown = [{k: v for k, (v, _) in found.items()} for found in attributes.predict(halves)]
            own, others = np.diag(cosines), np.diag(cosines[:, ::-1])
            asked = [shown[p].get(k) == v for p in (0, 1) for k, v in wanted.changes[p].items()]
            bled = [
                shown[1 - p].get(k) == v
                for p in (0, 1)
                for k, v in wanted.changes[p].items()
                if k not in wanted.changes[1 - p]
            ]
            row[f"success_{name}"] = float(all(asked))
            row[f"identity_{name}"] = float((own >= identity.threshold_for("portrait")).all())
            row[f"joint_{name}"] = row[f"success_{name}"] * row[f"identity_{name}"] * float(not any(bled))
            row[f"bleeds_{name}"] = float(np.mean(bled))
            row[f"similarity_{name}"] = float(own.mean())
            row[f"taken_for_{name}"] = float((others > own).mean())
            row[f"psnr_outside_{name}"] = psnr(picture, self.duo.picture, outside)
        settled = side_by_side(*(answer.settled for answer in wanted.answers))
        if settled.any():
            answer = side_by_side(*(answer.target.rgb for answer in wanted.answers))
            row["psnr_to_answer"] = psnr(pasted, answer, settled)
        return row
