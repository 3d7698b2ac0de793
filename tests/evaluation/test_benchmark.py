"""The counterfactual benchmark: its suite, its figures, and a small run on a tiny model with scripted judges."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from s2edit_plugin.errors import UsageError
from s2edit_plugin.evaluation.methods import METHODS, choose_methods
from s2edit_plugin.evaluation.metrics import overlap, psnr
from s2edit_plugin.evaluation.suites import portraits, suite
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


def test_the_suite_is_fixed_by_its_seed_and_asks_for_real_changes() -> None:
    first, again, other = portraits(3, 0), portraits(3, 0), portraits(3, 1)
    assert all(np.array_equal(a.picture, b.picture) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0].picture, other[0].picture)
    for subject in first:
        assert subject.noun in subject.prompt.split()
        kinds = [case.edit for case in subject.cases]
        assert kinds[:3] == ["hair_color", "expression", "glasses"]
        assert ("lipstick" in kinds) == (subject.noun == "woman")
        for case in subject.cases:
            assert case.prompt != subject.prompt
            assert case.answer.determined
            assert np.array_equal(case.answer.source.rgb, subject.picture)


def test_unknown_suites_and_methods_are_refused() -> None:
    with pytest.raises(UsageError, match="landscapes"):
        suite("landscapes", 1, 0)
    with pytest.raises(UsageError, match="magic"):
        choose_methods(("s2edit", "magic"))
    assert [m.name for m in choose_methods(("all",))] == list(METHODS)


@dataclass(frozen=True)
class _Attributes:
    """Sees blonde hair in every picture and nothing else."""

    def predict(self, rgb: np.ndarray) -> list[dict[str, tuple[str, float]]]:
        return [{"hair_color": ("blonde", 1.0), "expression": ("neutral", 1.0)}] * len(rgb)


@dataclass(frozen=True)
class _Identity:
    """Two pictures are alike as far as their pixels are."""

    threshold: float = 0.999

    def embed(self, rgb: np.ndarray) -> np.ndarray:
        flat = rgb.reshape(len(rgb), -1).astype(np.float32)
        return flat / np.linalg.norm(flat, axis=1, keepdims=True)


def test_a_run_gives_figures_for_every_method_and_edit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s2edit_plugin.api import EditSettings, LearnSettings
    from s2edit_plugin.backbones.loading import load_backbone
    from s2edit_plugin.evaluation import benchmark
    from s2edit_plugin.evaluation.methods import Method

    backbone = load_backbone(write_tiny_model(tmp_path / "tiny", text_length=48), "cpu")
    quick = EditSettings(steps=2)
    methods = [
        Method("with", "a token", LearnSettings(steps_token=1, steps_joint=1, batch=1), quick),
        Method("nothing", "strength 0", None, EditSettings(steps=2, strength=0.0)),
    ]
    monkeypatch.setattr(benchmark, "choose_methods", lambda _: methods)
    monkeypatch.setattr(benchmark.AttributeJudge, "load", _Attributes)
    monkeypatch.setattr(benchmark.IdentityJudge, "load", _Identity)
    monkeypatch.setattr(
        benchmark, "find_regions", lambda rgb: {"subject": np.ones(rgb.shape[:2], np.float32)}
    )
    values: dict[str, Any] = benchmark.run("portraits", ("all",), 1, 0, tmp_path, lambda _: None, backbone)
    nothing = values["methods"]["nothing"]
    # An editor that changes nothing is perfect in preservation and fails in success: both stand in the table.
    assert nothing["identity_pasted"] == 1
    assert nothing["psnr_outside_pasted"] > 60
    assert nothing["edits"]["expression"]["success_pasted"] == 0
    assert nothing["psnr_to_answer"] == pytest.approx(nothing["psnr_untouched"], abs=0.5)
    assert set(values["methods"]) == {"with", "nothing"}
    assert "| nothing | expression | 1 |" in values["table"]
    assert json.loads((tmp_path / "eval.json").read_text())["identities"] == 1
    assert (tmp_path / "eval.png").read_bytes().startswith(b"\x89PNG")
