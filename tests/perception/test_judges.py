"""The judges as the program uses them, and the command that prints all figures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from s2edit_models.drawing.dataset import draw, split_seed
from s2edit_models.drawing.scene import Scene

from s2edit_plugin.errors import ImageError, ModelError, UsageError
from s2edit_plugin.evaluation import quality
from s2edit_plugin.perception.judges import AttributeJudge, IdentityJudge


def test_importing_is_cheap() -> None:
    code = (
        "import sys, s2edit_plugin.perception.judges, s2edit_plugin.evaluation.quality; "
        "assert not {'torch', 'diffusers', 'onnxruntime'} & set(sys.modules), 'imported too early'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("judge", [AttributeJudge, IdentityJudge])
def test_missing_and_damaged_judges(judge: type, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="missing"):
        judge.load(tmp_path / "none.safetensors")  # type: ignore[attr-defined]
    (tmp_path / "bad.safetensors").write_bytes(b"\0" * 40)
    with pytest.raises(ModelError, match="damaged"):
        judge.load(tmp_path / "bad.safetensors")  # type: ignore[attr-defined]


def test_attributes_of_unseen_pictures() -> None:
    judge = AttributeJudge.load()
    drawn = [draw(split_seed("test", 8000 + i)) for i in range(24)]
    right = []
    for found, (_, scene) in zip(judge.predict(np.stack([p.rgb for p, _ in drawn])), drawn, strict=True):
        assert found["domain"][0] == scene.domain
        assert set(scene.attributes) < set(found)
        right += [found[name][0] == value for name, value in scene.attributes.items()]
        assert all(0.0 <= probability <= 1.0 for _, probability in found.values())
    assert np.mean(right) > 0.9


def test_probability_follows_an_attribute() -> None:
    from s2edit_models.drawing.render import render

    judge = AttributeJudge.load()
    plain = Scene.of(split_seed("test", 9001), {}, split_seed("test", 9001))
    pictures = np.stack([render(scene).rgb for scene in (plain, plain.with_attributes(glasses="sunglasses"))])
    low, high = judge.probability(pictures, "glasses", "sunglasses")
    assert low < 0.2 < 0.8 < high
    with pytest.raises(UsageError):
        judge.probability(pictures, "glasses", "monocle")
    with pytest.raises(ImageError):
        judge.predict(pictures.astype(np.float32))


def test_identity_of_unseen_people() -> None:
    judge = IdentityJudge.load()
    from s2edit_models.train.judge_measures import verification_pairs

    pairs, same = verification_pairs("test", 12)
    points = judge.embed(pairs.reshape(-1, 128, 128, 3))
    assert points.shape == (48, 128)
    assert points.dtype == np.float32
    assert np.allclose(np.linalg.norm(points, axis=1), 1.0, atol=1e-4)
    decided = [judge.same(a, b) for a, b in pairs]
    assert np.mean(np.array(decided) == same) > 0.8
    a, b = pairs[0]
    assert judge.similarity(a, b) == pytest.approx(judge.similarity(b, a), abs=1e-4)


def test_asked_attributes_are_what_the_description_says() -> None:
    from s2edit_models.drawing.captions import attribute_words, describe

    for seed in range(30):
        _, scene = draw(split_seed("test", seed), 32)
        asked = quality.asked_attributes(scene)
        words = attribute_words(scene.domain)
        text = describe(scene)
        for name, value in asked.items():
            if name in words:
                assert words[name][value][0].split()[-1] in text.split(), (name, value, text)


def test_autoencoder_figures_of_known_errors() -> None:
    rgb = np.full((2, 8, 8, 3), 100, np.uint8)
    packed = np.zeros((2, 8, 8), np.uint8)
    packed[:, :2, :2] = 1 << 4
    figures = {figure.name: figure for figure in quality.autoencoder_figures(rgb, rgb + 10, packed)}
    expected = 20 * np.log10(255 / 10)
    assert figures["autoencoder.psnr"].value == pytest.approx(expected, abs=1e-6)
    assert figures["autoencoder.psnr.eyes"].value == pytest.approx(expected, abs=1e-6)
    assert np.isnan(figures["autoencoder.psnr.lips"].value)


def test_report_prints_figures_and_says_which_bar_is_missed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = [quality.Figure("a", 0.99, 0.97, 10), quality.Figure("b", 0.5, None, 10)]
    monkeypatch.setattr(quality, "measure", lambda *args: iter(figures))
    assert quality.main(["--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["passed"] is True
    figures.append(quality.Figure("c", 0.5, 0.97, 10))
    assert quality.main([]) == 1
    assert "MISSED" in capsys.readouterr().out


def test_report_without_models_explains_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(*_: object) -> None:
        raise ModelError("The judge is missing.", "Install it.")

    monkeypatch.setattr(quality, "measure", missing)
    assert quality.main([]) == 2
    assert "The judge is missing. Install it." in capsys.readouterr().err


def test_quick_report() -> None:
    figures = {figure.name: figure for figure in quality.measure(pictures=12, prompts=2, pairs=4)}
    for name in ("masks.iou.hair", "judge.drawn", "judge.copies", "autoencoder.psnr", "identity.drawn"):
        assert np.isfinite(figures[name].value), name
    assert 0.0 <= figures["text_to_image.asked"].value <= 1.0
