"""``s2edit eval --suite leakage``: what a token changes that it does not stand for.

Somebody's token beside somebody else's picture, in three ways; every figure compares an edit with the token at hand with the
same edit without any token.

* unnamed: the token is loaded, and the prompt does not name it. Nothing may change.
* half: the prompt names it, and its mask is the left half of the stranger. Outside the mask nothing should change, inside it
  should: a token that does nothing leaks nothing.
* whole: the prompt names it, and it may act on the whole subject: what of the background changes, and whether asked attributes
  are still obeyed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from s2edit_models.drawing import Scene, counterfactual, describe, edit_prompt, render

from s2edit_plugin.api import prompts
from s2edit_plugin.evaluation.asked import Run
from s2edit_plugin.evaluation.benchmark import Plan, Result, compare
from s2edit_plugin.evaluation.figures import Row
from s2edit_plugin.evaluation.methods import METHODS, Method, choose_methods
from s2edit_plugin.evaluation.metrics import psnr
from s2edit_plugin.evaluation.report import Column
from s2edit_plugin.evaluation.suites import HAIR_COLORS, SIZE, Case, Shot, Subject, people
from s2edit_plugin.evaluation.trials import TOKEN, Trials, channels_last, to_uint8
from s2edit_plugin.imaging.crop import fitted
from s2edit_plugin.method.conditioning import ActiveToken, build_condition
from s2edit_plugin.method.edit import EditOutcome, edit
from s2edit_plugin.method.invert import invert
from s2edit_plugin.perception.judges import AttributeJudge, IdentityJudge

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

__all__ = ["Strangers", "run", "strangers"]

COLUMNS: tuple[Column, ...] = (
    ("psnr_without", "PSNR to the edit without a token", "{:.1f}"),
    ("psnr_inside", "inside the token's mask", "{:.1f}"),
    ("psnr_outside", "outside it", "{:.1f}"),
    ("levels_inside", "levels of 255, inside", "{:.2f}"),
    ("levels_outside", "outside", "{:.2f}"),
    ("success", "present", "{:.0%}"),
    ("stays", "the stranger", "{:.0%}"),
    ("becomes", "taken for the token's person", "{:.0%}"),
)
PAIRED = ("psnr_outside", "levels_outside", "success", "stays")
NOTES = (
    "unnamed: the token is loaded and not named. half: named, its mask the left half of somebody else. whole: named, its mask "
    "all of somebody else. Drawn pictures, compared with the same edit without a token; 99 dB: not a bit differs.",
)


@dataclass(frozen=True)
class Strangers:
    """The token's person, and somebody else of the same noun whose picture is edited."""

    index: int
    person: Subject
    stranger: Subject


def strangers(count: int, seed: int) -> list[Strangers]:
    """``count`` people of the test split, each with a stranger of the same noun, whose hair gets another colour."""
    found = []
    everybody = people(8 * count, seed)
    for index in range(count):
        (_, key, rng), *others = everybody[8 * index : 8 * index + 8]
        color, new = (str(c) for c in rng.permutation(HAIR_COLORS)[:2])
        mine = Scene.of(key, {"hair_color": color}, key)
        noun = mine.identity.noun
        same = [other for _, other, _ in others if Scene.of(other, {}, other).identity.noun == noun]
        other = same[0] if same else others[0][1]
        theirs = Scene.of(other, {"hair_color": color}, other)
        change = {"hair_color": new}
        case = Case(
            "hair_color", edit_prompt(theirs, **change), change, counterfactual(theirs, SIZE, None, **change)
        )
        shot = Shot(case.answer.source.rgb, describe(theirs), (case,), False)
        person = Subject(index, noun, render(mine, SIZE).rgb, describe(mine), ())
        stranger = Subject(index, theirs.identity.noun, shot.picture, shot.prompt, (shot,))
        found.append(Strangers(index, person, stranger))
    return found


def run(asked: Run) -> dict[str, Any]:
    """Run the suite; the methods are those of the edits that learn a token."""
    learned = {
        name: method for name, method in METHODS.items() if method.learn is not None and not method.oracle
    }
    methods = choose_methods(asked.methods, learned, asked.main)
    judges = AttributeJudge.load(), IdentityJudge.load()
    return compare(
        asked,
        Plan(
            strangers(asked.identities, asked.seed),
            methods,
            lambda pair: _Leakage(asked.backbone, pair, judges),
            columns=COLUMNS,
            paired=PAIRED,
            joint="stays",
            of="people never trained on, each with a stranger",
            notes=NOTES,
        ),
    )


class _Leakage:
    def __init__(
        self, backbone: Backbone, pair: Strangers, judges: tuple[AttributeJudge, IdentityJudge]
    ) -> None:
        self.backbone, self.pair, self.judges = backbone, pair, judges
        self.person = Trials(backbone, pair.person, regions=False)
        self.trials = Trials(backbone, pair.stranger)
        self.prepared = self.trials.prepared[0]
        self.case = pair.stranger.shots[0].cases[0].answered

    def results(self, method: Method) -> Iterator[Result]:
        assert method.learn is not None
        (token,) = self.person.token(method.learn)
        subject = self.prepared.mask
        left = subject * (torch.arange(subject.shape[1], device=subject.device) < subject.shape[1] // 2)
        without = self._drawn(method, [], named=False)
        for kind, mask, named in (
            ("unnamed", subject, False),
            ("half", left, True),
            ("whole", subject, True),
        ):
            made = self._drawn(method, [replace(token, mask=mask)], named)
            yield Result(kind, self._row(made, without, mask.cpu().numpy()))

    def _drawn(self, method: Method, tokens: list[ActiveToken], named: bool) -> np.ndarray:
        """What the model draws for the stranger's edit, nothing kept outside the edit region."""
        settings = replace(method.edit, local_blend=False)
        noun = self.pair.stranger.noun
        texts = [self.prepared.shot.prompt, self.case.prompt]
        if named:
            texts = [prompts.insert_token(text, noun, TOKEN) for text in texts]
        source, target = (build_condition(self.backbone, t, tokens, settings.isolation) for t in texts)
        inversion = invert(self.backbone, self.prepared.latents, source, tokens, settings)
        made: EditOutcome = edit(self.backbone, inversion, source, target, tokens, None, settings)
        return to_uint8(fitted(channels_last(made.target), (SIZE, SIZE)))

    def _row(self, made: np.ndarray, without: np.ndarray, mask: np.ndarray) -> Row:
        attributes, identity = self.judges
        inside = fitted(mask, (SIZE, SIZE)) > 0.01
        difference = np.abs(made.astype(np.float32) - without)
        faces = identity.embed(np.stack([made, self.pair.stranger.picture, self.pair.person.picture]))
        shown = attributes.predict(made[None])[0]
        threshold = identity.threshold_for("portrait")
        return {
            "psnr_without": psnr(made, without),
            "psnr_inside": psnr(made, without, inside),
            "psnr_outside": psnr(made, without, ~inside),
            "levels_inside": float(difference[inside].mean()) if inside.any() else 0.0,
            "levels_outside": float(difference[~inside].mean()),
            "success": float(all(shown.get(k, ("",))[0] == v for k, v in self.case.changes.items())),
            "stays": float(faces[0] @ faces[1] >= threshold),
            "becomes": float(faces[0] @ faces[2] >= threshold),
        }
