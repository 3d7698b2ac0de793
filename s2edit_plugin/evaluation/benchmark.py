"""The counterfactual benchmark, ``s2edit eval``.

For every person: learn the token where the method has one, make every edit, and ask the judges, before pasting (what the model
drew) as well as after (what the user gets). The edit region is found once per edit, by the plain model without any token, and
is the same for all methods. Success stands beside preservation: an editor that changes nothing wins every preservation metric.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from s2edit_plugin import prompts
from s2edit_plugin.api import EditSettings, OnProgress, Progress
from s2edit_plugin.conditioning import ActiveToken, build_condition
from s2edit_plugin.constraint import default_attribute_words
from s2edit_plugin.contact_sheet import Cell, contact_sheet
from s2edit_plugin.edit import edit
from s2edit_plugin.evaluation.judges import AttributeJudge, IdentityJudge
from s2edit_plugin.evaluation.methods import Method, choose_methods
from s2edit_plugin.evaluation.metrics import overlap, psnr
from s2edit_plugin.evaluation.suites import Case, Subject, suite
from s2edit_plugin.imaging.crop import fitted
from s2edit_plugin.invert import invert
from s2edit_plugin.learn import LearnTask, learn
from s2edit_plugin.masks.regions import find_regions
from s2edit_plugin.paths import write_atomic
from s2edit_plugin.progress import Stopwatch
from s2edit_plugin.region import changed_region, soften
from s2edit_plugin.workflows.crops import latents_of

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

__all__ = ["FILES", "run"]

FILES = ("eval.json", "eval.png")
"""What `run` writes into its folder."""

TOKEN = "subject/me"


@dataclass(frozen=True)
class Outcome:
    """One edit by one method.

    Attributes:
        drawn: what the model drew, before pasting. pasted: what the user gets; both uint8 (128, 128, 3).
        region: (128, 128) float32 edit region.
    """

    subject: Subject
    case: Case
    method: str
    drawn: np.ndarray
    pasted: np.ndarray
    region: np.ndarray


def run(
    suite_name: str,
    methods: tuple[str, ...],
    identities: int,
    seed: int,
    out: Path | None,
    on_progress: OnProgress,
    backbone: Backbone | None = None,
) -> dict[str, Any]:
    """Run the benchmark.

    Args:
        out: folder for ``eval.json`` and ``eval.png`` (the first people), None: nowhere.
        backbone: None: the bundled small model.

    Returns:
        JSON values: for every method figures over all edits and for every kind of edit, and ``table`` as text.

    Raises:
        UsageError: unknown suite or method. ModelError: model or judges missing.
    """
    from s2edit_plugin.backbones.loading import load_backbone

    chosen = choose_methods(methods)
    subjects = suite(suite_name, identities, seed)
    model = backbone or load_backbone()
    judges = AttributeJudge.load(), IdentityJudge.load()
    started = time.monotonic()
    watch = Stopwatch(len(subjects))
    outcomes: list[Outcome] = []
    for done, subject in enumerate(subjects, start=1):
        outcomes += _edits_of(model, subject, chosen)
        on_progress(Progress("evaluating", done, len(subjects), None, watch.seconds_left(done)))
    figures = {m.name: _figures([o for o in outcomes if o.method == m.name], *judges) for m in chosen}
    values = {
        "suite": suite_name,
        "identities": identities,
        "seed": seed,
        "model": model.name,
        "seconds": round(time.monotonic() - started, 1),
        "methods": figures,
    }
    values["table"] = _table(values, chosen)
    if out is not None:
        import json

        write_atomic(out / FILES[0], json.dumps(values, indent=2).encode())
        write_atomic(out / FILES[1], _sheet(outcomes, chosen))
    return values


def _edits_of(backbone: Backbone, subject: Subject, methods: list[Method]) -> list[Outcome]:
    picture = subject.picture.astype(np.float32) / 255
    size = (backbone.resolution, backbone.resolution)
    latents = latents_of(fitted(picture, size).clip(0, 1), backbone)
    mask = torch.from_numpy(fitted(find_regions(subject.picture)["subject"], size)).to(backbone.device)
    regions = _regions(backbone, latents, subject)
    outcomes = []
    for method in methods:
        tokens = _tokens(backbone, subject, method, latents, mask)
        source_prompt = _with_token(subject.prompt, subject, tokens)
        source = build_condition(backbone, source_prompt, tokens, method.edit.isolation)
        inversion = invert(backbone, latents, source, tokens, method.edit)
        for case, cells in zip(subject.cases, regions, strict=True):
            target_prompt = _with_token(case.prompt, subject, tokens)
            target = build_condition(backbone, target_prompt, tokens, method.edit.isolation)
            made = edit(backbone, inversion, source, target, tokens, cells, method.edit)
            region = fitted(soften(cells, backbone.resolution).cpu().numpy(), picture.shape[:2]).clip(0, 1)
            change = fitted(_channels_last(made.change), picture.shape[:2]) * region[..., None]
            outcomes.append(
                Outcome(
                    subject,
                    case,
                    method.name,
                    _to_uint8(fitted(_channels_last(made.target), picture.shape[:2])),
                    _to_uint8(picture + change),
                    region,
                )
            )
    return outcomes


def _regions(backbone: Backbone, latents: torch.Tensor, subject: Subject) -> list[torch.Tensor]:
    settings = EditSettings()
    source = build_condition(backbone, subject.prompt, [])
    inversion = invert(backbone, latents, source, [], settings)
    targets = [build_condition(backbone, case.prompt, []) for case in subject.cases]
    return [changed_region(backbone, inversion, source, target, []) for target in targets]


def _tokens(
    backbone: Backbone, subject: Subject, method: Method, latents: torch.Tensor, mask: torch.Tensor
) -> list[ActiveToken]:
    if method.learn is None:
        return []
    prompt = prompts.insert_token(subject.prompt, subject.noun, TOKEN)
    task = LearnTask(TOKEN, prompt, latents, mask, subject.noun, default_attribute_words(subject.noun))
    learned = learn(backbone, task, method.learn)
    return [ActiveToken(TOKEN, learned.vectors, learned.parameters, mask)]


def _with_token(prompt: str, subject: Subject, tokens: list[ActiveToken]) -> str:
    return prompts.insert_token(prompt, subject.noun, TOKEN) if tokens else prompt


def _figures(outcomes: list[Outcome], attributes: AttributeJudge, identity: IdentityJudge) -> dict[str, Any]:
    """Figures over all outcomes of a method, and under ``edits`` for each kind of edit."""
    rows = [_judged(outcome, attributes, identity) for outcome in outcomes]
    values: dict[str, Any] = _means(rows)
    kinds = dict.fromkeys(outcome.case.edit for outcome in outcomes)
    values["edits"] = {
        kind: _means([row for row, o in zip(rows, outcomes, strict=True) if o.case.edit == kind])
        for kind in kinds
    }
    return values


def _judged(outcome: Outcome, attributes: AttributeJudge, identity: IdentityJudge) -> dict[str, float]:
    case, source = outcome.case, outcome.subject.picture
    row: dict[str, float] = {}
    faces = identity.embed(np.stack([source, outcome.drawn, outcome.pasted]))
    shown = attributes.predict(np.stack([outcome.drawn, outcome.pasted]))
    for index, name in enumerate(("drawn", "pasted")):
        row[f"success_{name}"] = float(shown[index].get(case.edit, ("", 0.0))[0] == case.value)
        similarity = float((faces[0] * faces[index + 1]).sum())
        row[f"identity_{name}"] = float(similarity >= identity.threshold)
        row[f"similarity_{name}"] = similarity
    truth = case.answer.region
    row["psnr_outside_drawn"] = psnr(outcome.drawn, source, ~truth)
    row["psnr_outside_pasted"] = psnr(outcome.pasted, source, ~truth)
    row["region_overlap"] = overlap(outcome.region > 0.5, truth)
    if case.answer.determined:
        row["psnr_to_answer"] = psnr(outcome.pasted, case.answer.target.rgb, truth)
        row["psnr_untouched"] = psnr(source, case.answer.target.rgb, truth)
    return row


def _means(rows: list[dict[str, float]]) -> dict[str, float]:
    keys = dict.fromkeys(key for row in rows for key in row)
    means = {}
    for key in keys:
        found = [row[key] for row in rows if key in row and not math.isnan(row[key])]
        means[key] = round(sum(found) / len(found), 4) if found else float("nan")
    return {"edits_made": float(len(rows)), **means}


_COLUMNS = (
    ("success_drawn", "present, drawn", "{:.0%}"),
    ("success_pasted", "present, pasted", "{:.0%}"),
    ("identity_drawn", "same person, drawn", "{:.0%}"),
    ("identity_pasted", "same person, pasted", "{:.0%}"),
    ("psnr_outside_drawn", "PSNR outside, drawn", "{:.1f}"),
    ("psnr_outside_pasted", "PSNR outside, pasted", "{:.1f}"),
    ("psnr_to_answer", "PSNR to answer", "{:.1f}"),
    ("region_overlap", "region IoU", "{:.2f}"),
)


def _table(values: dict[str, Any], methods: list[Method]) -> str:
    lines = [
        f"{values['identities']} people never trained on, suite {values['suite']}, model {values['model']}, "
        f"{values['seconds']:.0f} s",
        "",
        "| method | edit | n | " + " | ".join(title for _, title, _ in _COLUMNS) + " |",
        "|---|---|---|" + "---|" * len(_COLUMNS),
    ]
    for method in methods:
        figures = values["methods"][method.name]
        for kind, row in (("all", figures), *figures["edits"].items()):
            cells = [pattern.format(row[key]) if key in row else "-" for key, _, pattern in _COLUMNS]
            lines.append(f"| {method.name} | {kind} | {row['edits_made']:.0f} | {' | '.join(cells)} |")
    lines += ["", *(f"{method.name}: {method.words}" for method in methods)]
    return "\n".join(lines)


def _sheet(outcomes: list[Outcome], methods: list[Method]) -> bytes:
    """Source, right answer, and every method's result, one edit a row, for the first three people."""
    cells = []
    for subject in dict.fromkeys(o.subject.index for o in outcomes if o.subject.index < 3):
        for case in dict.fromkeys(o.case.edit for o in outcomes if o.subject.index == subject):
            row = {o.method: o for o in outcomes if o.subject.index == subject and o.case.edit == case}
            first = next(iter(row.values()))
            cells += [
                Cell("source", first.subject.picture),
                Cell(f"answer: {first.case.value}", first.case.answer.target.rgb),
                Cell("region", np.repeat((first.region * 255).astype(np.uint8)[..., None], 3, axis=2)),
            ]
            for method in methods:
                cells += [Cell(f"{method.name} drawn", row[method.name].drawn)]
                cells += [Cell(f"{method.name} pasted", row[method.name].pasted)]
    return contact_sheet(cells, columns=3 + 2 * len(methods), side=128)


def _channels_last(picture: torch.Tensor) -> np.ndarray:
    return picture.permute(1, 2, 0).cpu().numpy()


def _to_uint8(picture: np.ndarray) -> np.ndarray:
    return np.rint(picture.clip(0, 1) * 255).astype(np.uint8)
