"""``s2edit eval --suite makeup``: the makeup of one person on another.

Pairs of drawn women. An attribute token is learned from the reference, inside the part that wears the makeup, and edits the
source, who wears none; the right answer is the source drawn with that makeup. Rivals: the words alone, with the colour's
name and without it, and the reference's colour statistics laid on the same part (Reinhard et al. 2001, in Lab). All change
the same region: the one that the words name on the source.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from s2edit_models.drawing import Scene, counterfactual, describe, edit_prompt, render, split_seed

from s2edit_plugin.api import EditSettings, LearnSettings
from s2edit_plugin.api.prompts import insert_token
from s2edit_plugin.evaluation.asked import Run
from s2edit_plugin.evaluation.benchmark import Plan, Result, compare, drawn_shown
from s2edit_plugin.evaluation.cost import metered
from s2edit_plugin.evaluation.figures import judged
from s2edit_plugin.evaluation.methods import Method, choose_methods
from s2edit_plugin.evaluation.suites import SIZE, Case, Shot, Subject, people
from s2edit_plugin.evaluation.trials import Outcome, Prepared, Trials, learned_token, to_uint8
from s2edit_plugin.imaging.crop import fitted
from s2edit_plugin.method.compose import with_attributes
from s2edit_plugin.method.conditioning import ActiveToken, build_condition
from s2edit_plugin.method.edit import edit
from s2edit_plugin.method.roles import EditTokens
from s2edit_plugin.perception.judges import AttributeJudge, IdentityJudge
from s2edit_plugin.perception.masks.regions import find_regions
from s2edit_plugin.workflows.edit_region import EditRegion, region_by_words

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

__all__ = ["METHODS", "Pair", "colour_statistics", "pairs", "run"]

TOKEN = "reference/makeup"
MAKEUP = (("lipstick", ("red", "pink", "purple")), ("eyeshadow", ("blue", "green")))

METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("s2edit", "ours: a token learned from the reference's makeup", LearnSettings()),
        Method(
            "columns", "the same with deltas of the token's own columns", LearnSettings(parameters="kv_token")
        ),
        Method("vectors", "the same with the embedding alone", LearnSettings(parameters="none")),
        Method("words", "the words alone, with the colour's name"),
        Method("plain_words", "the words alone, without the colour's name"),
        Method("colour_statistics", "mean and spread of the reference's colours laid on the same part"),
        Method("untouched", "the source as it is", shows="source"),
        Method("floor", "the autoencoder's copy of the source", shows="copy"),
        Method("ceiling", "the autoencoder's copy of the right answer", shows="answer"),
    )
}


@dataclass(frozen=True)
class Pair(Subject):
    """A source, and a reference who wears the makeup.

    Attributes:
        reference: uint8 (128, 128, 3). worn: what it shows in words. bare: the same without the makeup.
        thing: ``lipstick`` or ``eyeshadow``. colour: of it.
    """

    reference: np.ndarray
    worn: str
    bare: str
    thing: str
    colour: str


def pairs(count: int, seed: int) -> list[Pair]:
    """``count`` pairs of women of the test split, two of three with lipstick, the others with eyeshadow."""
    found = []
    for index, _, rng in people(count, seed):
        thing, colours = MAKEUP[index % 3 == 2]
        colour = str(rng.choice(colours))
        source = _woman(10_000 * (seed + 1) + 3_000 + 64 * index, {"hair_color": "brown"})
        reference = _woman(
            10_000 * (seed + 1) + 503_000 + 64 * index,
            {"hair_color": str(rng.choice(["black", "blonde", "red"])), thing: colour},
        )
        change = {thing: colour}
        case = Case(
            thing, edit_prompt(source, **change), change, counterfactual(source, SIZE, None, **change)
        )
        shot = Shot(case.answer.source.rgb, describe(source), (case,), False)
        bare = reference.with_attributes(**{thing: "none"})
        found.append(
            Pair(
                index,
                "woman",
                shot.picture,
                shot.prompt,
                (shot,),
                render(reference, SIZE).rgb,
                describe(reference),
                describe(bare),
                thing,
                colour,
            )
        )
    return found


def _woman(first: int, look: dict[str, str]) -> Scene:
    """The first woman of the test split from a number on."""
    keys = (split_seed("test", first + i) for i in range(64))
    return next(Scene.of(key, look, key) for key in keys if Scene.of(key, {}, key).identity.noun == "woman")


def run(asked: Run) -> dict[str, Any]:
    """Run the suite; ``identities`` are pairs."""
    judges = AttributeJudge.load(), IdentityJudge.load()
    methods = choose_methods(asked.methods, METHODS, asked.main)
    subjects = pairs(asked.identities, asked.seed)
    return compare(
        asked,
        Plan(
            subjects,
            methods,
            lambda pair: _Makeup(asked.backbone, pair, judges),
            drawn_shown,
            of="pairs of people never trained on",
        ),
    )


class _Makeup:
    """Makes and judges the transfer of one pair."""

    def __init__(self, backbone: Backbone, pair: Pair, judges: tuple[AttributeJudge, IdentityJudge]) -> None:
        self.backbone, self.pair, self.judges = backbone, pair, judges
        self.trials = Trials(backbone, pair)
        self.prepared = self.trials.prepared[0]
        self.case = pair.shots[0].cases[0].answered
        self.region = self.prepared.regions[0]
        self._tokens: dict[LearnSettings, ActiveToken] = {}

    def results(self, method: Method) -> Iterator[Result]:
        made = self._outcome(method)
        yield Result(self.case.kind, judged(made, *self.judges), (made.drawn, made.pasted, made.region))

    def _outcome(self, method: Method) -> Outcome:
        if method.name == "colour_statistics":
            return self._by_statistics()
        if method.learn is not None:
            return self._by_token(method)
        if method.name == "plain_words":
            prompt = self.case.prompt.replace(f"{self.pair.colour} {self.pair.thing}", self.pair.thing)
            made = self.trials.edited(self.prepared, replace(self.case, prompt=prompt), self.region, method)
            return replace(made, case=self.case)
        return next(self.trials.outcomes(method))

    def _by_token(self, method: Method) -> Outcome:
        assert method.learn is not None
        backbone, settings, prepared = self.backbone, EditSettings(), self.prepared
        side = (backbone.resolution,) * 2
        if method.learn not in self._tokens:
            prompt = insert_token(self.pair.worn, self.pair.thing, TOKEN)
            part = torch.from_numpy(fitted(_part(self.pair), side).clip(0, 1)).to(backbone.device)
            self._tokens[method.learn] = learned_token(
                backbone, self.pair.reference, prompt, self.pair.thing, part, method.learn, TOKEN
            )
        region = self.trials.on_model(self.region.soft)
        tokens = [replace(self._tokens[method.learn], mask=region)]
        before = self.pair.prompt
        after = with_attributes(before, [(TOKEN, self.pair.thing)])
        roles = EditTokens.of(tokens, frozenset(), settings, before, after)
        source, target = (build_condition(backbone, prompt, roles.tokens) for prompt in (before, after))
        inversion, shared = prepared.plain  # the source prompt names no token
        with metered(backbone) as spent:
            made = edit(
                backbone, inversion, source, target, roles.branches(region), self.region.cells, settings
            )
        return self.trials.pasted(prepared, self.case, self.region, method, made, spent, shared)

    def _by_statistics(self) -> Outcome:
        prepared, region = self.prepared, _soft(self.prepared, self.region)
        with metered(self.backbone) as spent:
            made = colour_statistics(prepared.shot.picture, region, self.pair.reference, _part(self.pair))
        return Outcome(
            self.pair, prepared.shot, self.case, "colour_statistics", made, made, region, spent, None
        )


def _part(pair: Pair) -> np.ndarray:
    """(H, W): where the reference wears the makeup; found by its words, else the lips or eyes."""
    found = region_by_words(pair.reference, pair.bare, pair.worn, None)
    if found is not None and found.area.any():
        return found.area.astype(np.float32)
    return find_regions(pair.reference)["lips" if pair.thing == "lipstick" else "eyes"]


def _soft(prepared: Prepared, region: EditRegion) -> np.ndarray:
    return fitted(region.soft.cpu().numpy(), prepared.picture.shape[:2]).clip(0, 1)


def colour_statistics(
    picture: np.ndarray, mask: np.ndarray, reference: np.ndarray, part: np.ndarray
) -> np.ndarray:
    """The picture with mean and standard deviation of a reference's colours inside a mask.

    Source: Reinhard et al. 2001, "Color Transfer between Images", in CIE Lab.

    Args:
        picture, reference: uint8 (H, W, 3). mask: (H, W) in [0, 1], on the picture. part: (H, W) in [0, 1], on the reference.
    """
    from skimage.color import lab2rgb, rgb2lab

    inside, there = mask > 0.5, part > 0.5
    if not inside.any() or not there.any():
        return picture
    lab, wanted = rgb2lab(picture / 255), rgb2lab(reference / 255)[there]
    own = lab[inside]
    spread = wanted.std(axis=0) / np.maximum(own.std(axis=0), 1e-3)
    moved = (lab - own.mean(axis=0)) * spread + wanted.mean(axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # colours beyond sRGB are cut off
        changed = lab2rgb(moved)
    before = picture.astype(np.float32) / 255
    return to_uint8(before + mask[..., None] * (changed - before))
