"""The counterfactual benchmark: its suite, its figures, and a small run on a tiny model with scripted judges."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from s2edit_models.drawing.counterfactual import counterfactual

from s2edit_plugin.errors import UsageError
from s2edit_plugin.evaluation.methods import MAIN, METHODS, choose_methods
from s2edit_plugin.evaluation.metrics import psnr
from s2edit_plugin.evaluation.statistics import interval, mcnemar
from s2edit_plugin.evaluation.suites import SUITES, other_photo, portraits, suite
from s2edit_plugin.perception.masks.refine import overlap
from tests.fakes.tiny_model import write_tiny_model


def test_psnr_and_overlap_by_hand() -> None:
    one = np.zeros((4, 4, 3), np.uint8)
    other = one.copy()
    other[0, 0] = 255
    where = np.zeros((4, 4), bool)
    where[0, :2] = True
    assert psnr(one, one) == 99
    assert psnr(one, other, where) == pytest.approx(10 * np.log10(2))
    assert psnr(one, other, ~where) == 99
    assert np.isnan(psnr(one, other, np.zeros((4, 4), bool)))
    assert overlap(where, where) == 1
    assert overlap(where, np.roll(where, 1, axis=1)) == pytest.approx(1 / 3)
    assert overlap(~where, where) == 0


@pytest.mark.parametrize("name", list(SUITES))
def test_a_suite_is_fixed_by_its_seed_and_asks_for_real_changes(name: str) -> None:
    first, again, other = suite(name, 1, 0)[0], suite(name, 1, 0)[0], suite(name, 1, 1)[0]
    assert np.array_equal(first.picture, again.picture)
    assert not np.array_equal(first.picture, other.picture)
    for shot in first.shots:
        assert first.noun in shot.prompt.split()
        assert np.array_equal(shot.picture, first.picture) == shot.learned
        for case in shot.cases:
            assert case.prompt != shot.prompt
            assert np.array_equal(case.answer.source.rgb, shot.picture)
            assert not np.array_equal(case.answer.target.rgb, shot.picture)
            assert all(case.shown[key] == value for key, value in case.changes.items())


def test_three_people_meet_every_kind_of_edit_but_those_of_the_other_noun() -> None:
    kinds = {case.kind for subject in portraits(6, 3) for shot in subject.shots for case in shot.cases}
    assert len(kinds) >= 12
    assert {"hair_color", "smile", "glasses_on", "glasses_off", "hat_on", "hat_off", "age", "two"} <= kinds


def test_what_the_learned_picture_shows_is_known_on_the_other_one() -> None:
    subject = other_photo(1, 2)[0]
    by_kind = {case.kind: case.answer for shot in subject.shots for case in shot.cases}
    off = by_kind["sunglasses_off"]
    alone = counterfactual(off.source_scene, 128, glasses="none")
    assert off.settled.sum() > alone.settled.sum()
    assert off.determined


def test_unknown_suites_and_methods_are_refused() -> None:
    with pytest.raises(UsageError, match="landscapes"):
        suite("landscapes", 1, 0)
    with pytest.raises(UsageError, match="magic"):
        choose_methods(("s2edit", "magic"))
    assert [m.name for m in choose_methods(("all",))] == list(METHODS)
    assert [m.name for m in choose_methods(("main", "s2edit"))] == list(MAIN)


def test_intervals_by_hand() -> None:
    # One person decides everything: drawing people again gives all or nothing of her.
    low, high = interval([0, 0, 0, 1], [1.0, 1.0, 1.0, 0.0])
    assert (low, high) == (0.0, 1.0)
    assert interval([0, 1, 2], [0.5, 0.5, 0.5]) == (0.5, 0.5)
    assert all(np.isnan(end) for end in interval([0], [float("nan")]))
    assert mcnemar([True] * 6, [False] * 6) == pytest.approx(2 * 0.5**6)
    assert mcnemar([True, False], [True, False]) == 1.0


@dataclass(frozen=True)
class _Attributes:
    """Sees blonde hair in every picture and nothing else."""

    def predict(self, rgb: np.ndarray) -> list[dict[str, tuple[str, float]]]:
        return [
            {"hair_color": ("blonde", 1.0), "expression": ("neutral", 1.0), "bangs": ("none", 1.0)}
        ] * len(rgb)


@dataclass(frozen=True)
class _Identity:
    """Two pictures are alike as far as their pixels are."""

    threshold: float = 0.999

    def threshold_for(self, domain: str) -> float:
        return self.threshold

    def embed(self, rgb: np.ndarray) -> np.ndarray:
        flat = rgb.reshape(len(rgb), -1).astype(np.float32)
        return flat / np.linalg.norm(flat, axis=1, keepdims=True)


def test_a_run_gives_figures_for_every_method_and_edit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s2edit_plugin.api import EditSettings, LearnSettings
    from s2edit_plugin.backbones.loading import load_backbone
    from s2edit_plugin.evaluation import benchmark, registry, trials
    from s2edit_plugin.evaluation.methods import Method

    backbone = load_backbone(write_tiny_model(tmp_path / "tiny", text_length=48), "cpu")
    quick = EditSettings(steps=2)
    methods = [
        Method("s2edit", "a token", LearnSettings(steps_token=1, steps_joint=1, batch=1), quick),
        Method("nothing", "strength 0", None, EditSettings(steps=2, strength=0.0)),
        Method("oracle", "the true region", None, quick, oracle=True),
        Method("untouched", "the source", shows="source"),
        Method("ceiling", "copy of the answer", shows="answer"),
    ]
    monkeypatch.setattr(benchmark, "choose_methods", lambda _: methods)
    monkeypatch.setattr(benchmark.AttributeJudge, "load", _Attributes)
    monkeypatch.setattr(benchmark.IdentityJudge, "load", _Identity)
    monkeypatch.setattr(trials, "find_regions", lambda rgb: {"subject": np.ones(rgb.shape[:2], np.float32)})
    values: dict[str, Any] = registry.run("portraits", ("all",), 1, 0, tmp_path, lambda _: None, backbone)
    nothing, untouched = values["methods"]["nothing"], values["methods"]["untouched"]
    # An editor that changes nothing is perfect in preservation and fails in success: both stand in the table.
    assert nothing["identity_pasted"] == untouched["identity_pasted"] == 1
    assert nothing["psnr_outside_pasted"] > 60
    assert nothing["edits"]["smile"]["success_pasted"] == 0
    assert nothing["joint_pasted"] == 0
    assert nothing["psnr_to_answer"] == pytest.approx(untouched["psnr_to_answer"], abs=0.5)
    assert values["methods"]["oracle"]["region_overlap"] > 0.8 > nothing["region_overlap"]
    assert set(values["paired"]) == {"nothing", "oracle", "untouched", "ceiling"}
    low, high = values["paired"]["nothing"]["identity_pasted"]
    assert low <= high <= 0
    assert "| nothing | smile | 1 |" in values["table"]
    assert json.loads((tmp_path / "eval.json").read_text())["identities"] == 1
    assert (tmp_path / "eval.png").read_bytes().startswith(b"\x89PNG")
    assert not list(tmp_path.glob(".judged*"))


def test_a_run_that_was_cut_off_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from s2edit_plugin.backbones.loading import load_backbone
    from s2edit_plugin.errors import CancelledError
    from s2edit_plugin.evaluation import benchmark, registry, trials
    from s2edit_plugin.evaluation.methods import Method

    backbone = load_backbone(write_tiny_model(tmp_path / "tiny", text_length=48), "cpu")
    monkeypatch.setattr(
        benchmark, "choose_methods", lambda _: [Method("untouched", "the source", shows="source")]
    )
    monkeypatch.setattr(benchmark, "SHOWN_PEOPLE", 0)
    monkeypatch.setattr(benchmark.AttributeJudge, "load", _Attributes)
    monkeypatch.setattr(benchmark.IdentityJudge, "load", _Identity)
    monkeypatch.setattr(trials, "find_regions", lambda rgb: {"subject": np.ones(rgb.shape[:2], np.float32)})
    made: list[int] = []
    edits = trials.Trials.outcomes

    def counted(self: trials.Trials, method: Method) -> Any:
        made.append(self.subject.index)
        return edits(self, method)

    monkeypatch.setattr(trials.Trials, "outcomes", counted)

    def stop(progress: Any) -> None:
        if progress.step == 1:
            raise CancelledError

    def run(out: Path, on_progress: Any) -> dict[str, Any]:
        return registry.run("objects", ("untouched",), 2, 0, out, on_progress, backbone)

    with pytest.raises(CancelledError):
        run(tmp_path / "run", stop)
    resumed = run(tmp_path / "run", lambda _: None)
    assert made == [0, 1]
    whole = run(tmp_path / "other", lambda _: None)
    assert resumed["methods"] == whole["methods"]
