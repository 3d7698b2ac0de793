"""How well a small square comes back into a photo: cases, rivals and figures, with a blur in the autoencoder's place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from s2edit_plugin.errors import UsageError
from s2edit_plugin.evaluation import paste_cases, paste_suite, registry
from s2edit_plugin.evaluation.paste_cases import DRAWN, PasteCase, drawn, drawn_at, photographs
from s2edit_plugin.evaluation.paste_rivals import BASELINE, OURS, WAYS, Decoded, _harmonic


class _Blur:
    """As much of a backbone as the suite needs: what is finer than two pixels is lost."""

    name = "blur"
    device = torch.device("cpu")

    def encode_picture(self, pixels: torch.Tensor) -> torch.Tensor:
        return functional.avg_pool2d(pixels, 2)

    def decode_latents(self, latents: torch.Tensor) -> torch.Tensor:
        return functional.interpolate(latents, scale_factor=2, mode="bilinear")


def test_photo_and_answer_are_equal_outside_the_region() -> None:
    cases = [*(drawn_at(kind, 0, 64, 5) for kind in DRAWN), *photographs()]
    assert len(cases) == len(DRAWN) + 12
    for case in cases:
        assert case.photo.shape == case.answer.shape == (case.side, case.side, 3)
        assert 0 < case.region.mean() < 0.9, case.kind
        np.testing.assert_array_equal(case.photo[~case.region], case.answer[~case.region])
        assert (case.photo[case.region] != case.answer[case.region]).any(), case.kind


def test_every_kind_comes_at_every_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paste_cases, "SIZES", (32, 48, 64))
    cases = list(drawn(8, 1))
    assert len(cases) == 40
    assert {(case.kind, case.side) for case in cases} == {(k, s) for k in DRAWN for s in (32, 48, 64)}
    assert [case.person for case in cases[:6]] == [0] * 5 + [1]


def _case(error: int = 0) -> tuple[np.ndarray, PasteCase]:
    rng = np.random.default_rng(0)
    answer = rng.integers(60, 180, (200, 200, 3), dtype=np.uint8)
    region = np.zeros((200, 200), bool)
    region[60:140, 50:150] = True
    made = answer.copy()
    made[region] += np.uint8(error)
    return made, PasteCase("kind", 0, answer, answer, region)


def test_figures_of_the_answer_itself_and_of_a_visible_step() -> None:
    perfect = paste_suite.figures(*_case())
    assert perfect == {"psnr": 99.0, "ssim": pytest.approx(1), "ring": 99.0, "step": 0.0}
    off = paste_suite.figures(*_case(10))
    assert off["step"] == pytest.approx(10, abs=0.01)
    assert off["psnr"] == pytest.approx(20 * np.log10(255 / 10), abs=0.01)
    assert off["ring"] == pytest.approx(
        off["psnr"] + 10 * np.log10(2), abs=0.3
    )  # half of the ring is outside


def test_the_harmonic_correction_continues_what_is_outside() -> None:
    down, across = np.mgrid[:20, :24].astype(float)
    plane = np.stack([down + 2 * across, down * across, across**2 - down**2], axis=2)  # all harmonic
    inside = np.zeros((20, 24), bool)
    inside[4:15, 3:20] = True
    broken = plane.copy()
    broken[inside] = 7
    np.testing.assert_allclose(_harmonic(broken, inside), plane, atol=1e-6)


@pytest.mark.parametrize("name", WAYS)
def test_every_way_leaves_what_is_outside_the_mask(name: str) -> None:
    rng = np.random.default_rng(1)
    photo = rng.integers(0, 256, (96, 96, 3), dtype=np.uint8)
    seen, before, after = (rng.random((32, 32, 3)).astype(np.float32) for _ in range(3))
    mask = np.zeros((96, 96), np.float32)
    mask[20:70, 30:80] = 1
    made = WAYS[name](Decoded(photo, seen, before, after, mask))
    np.testing.assert_array_equal(made[mask == 0], photo[mask == 0])
    assert (made[mask == 1] != photo[mask == 1]).mean() > 0.5


def _run(monkeypatch: pytest.MonkeyPatch, out: Path | None, methods: tuple[str, ...]) -> dict[str, Any]:
    monkeypatch.setattr(paste_cases, "SIZES", (64, 96, 128))
    monkeypatch.setattr(paste_suite, "MODEL_SIDES", (32, 64))
    monkeypatch.setattr(paste_suite, "photographs", lambda: iter(list(photographs())[:1]))
    return registry.run("paste", methods, 1, 3, out, lambda _: None, _Blur(), quick=True)  # type: ignore[arg-type]


def test_a_run_gives_figures_and_bars_for_every_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = _run(monkeypatch, tmp_path, ("all",))
    assert json.loads((tmp_path / "eval.json").read_bytes()) == values
    assert (values["suite"], values["seed"], values["identities"]) == ("paste", 3, 1)
    assert list(values["methods"]) == list(WAYS)
    ours = values["methods"][OURS]
    assert ours["edits_made"] == 6
    assert set(paste_suite.FIGURES) < set(ours)
    assert set(ours["edits"]) == {*list(DRAWN)[:5], "photo_recolour"}
    assert set(values["paired"]) == set(WAYS) - {OURS}
    gain = ours["psnr"] - values["methods"][BASELINE]["psnr"]
    assert values["bars"]["psnr"]["reached"] == pytest.approx(gain, abs=1e-4)
    low, high = values["paired"][BASELINE]["psnr"]
    assert low <= gain <= high
    assert "PSNR on average" in values["table"]


def test_named_ways_stand_beside_ours_and_the_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(_run(monkeypatch, None, ("poisson",))["methods"]) == [OURS, BASELINE, "poisson"]
    with pytest.raises(UsageError, match="no method 'ddim'"):
        _run(monkeypatch, None, ("ddim",))
