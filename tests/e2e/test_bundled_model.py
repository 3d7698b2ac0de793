"""The bundled model end to end, through the command line: the demo, drawn portraits, a real photograph."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin.api import LearnSettings, Progress
from s2edit_plugin.cli.main import main
from s2edit_plugin.storage.paths import models_package

SAMPLES = models_package() / "samples"
WORDS = "a photo of a woman smiling"  # what the photograph shows, in words the small model knows
CAPTION = "a photo of a young woman with long brown hair in a forest"


def _s2edit(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    """Run a command with --json; it must succeed."""
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert isinstance(values, dict)
    return values


def _learn(capsys: pytest.CaptureFixture[str], photo: Path, *more: str, steps: int = 12) -> dict[str, object]:
    return _s2edit(
        capsys, "learn", str(photo), "--person", "anna", "--token", "me", "--class", "woman", "--steps", str(steps),
        "--yes-i-have-consent", *more,
    )  # fmt: skip


def _rgb(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(np.float64)


def _psnr(one: np.ndarray, other: np.ndarray) -> float:
    mean = np.square(one - other).mean()
    return 99.0 if mean == 0 else float(10 * np.log10(255**2 / mean))


def test_a_portrait_is_learned_and_edited_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo, out, same = SAMPLES / "anna.png", tmp_path / "blonde.png", tmp_path / "same.png"
    _learn(capsys, photo, "--prompt", CAPTION)
    target = CAPTION.replace("brown", "blonde")
    _s2edit(
        capsys,
        "edit",
        str(photo),
        "--token",
        "anna/me",
        "--prompt",
        target,
        "--mask",
        "hair",
        "--out",
        str(out),
    )
    hair = tmp_path / "hair.png"
    _s2edit(capsys, "mask", str(photo), "--method", "hair", "--out", str(hair))
    before, after = _rgb(photo), _rgb(out)
    region = np.asarray(Image.open(hair)) > 200
    outside = np.asarray(Image.open(hair)) == 0
    assert np.array_equal(before[outside], after[outside])
    # Blonde is lighter than brown; in the middle of the hair the change must be seen.
    assert after[region].mean() > before[region].mean() + 10
    _s2edit(
        capsys,
        "edit",
        str(photo),
        "--token",
        "anna/me",
        "--prompt",
        CAPTION,
        "--mask",
        "none",
        "--out",
        str(same),
    )
    assert _psnr(before, _rgb(same)) >= 50


def test_masks_of_the_bundled_portrait(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    areas = {}
    for method in ("auto", "face", "hair", "lips", "eyes"):
        path = tmp_path / f"{method}.png"
        _s2edit(capsys, "mask", str(SAMPLES / "anna.png"), "--method", method, "--out", str(path))
        mask = np.asarray(Image.open(path))
        assert mask.shape == (512, 512)
        areas[method] = float((mask > 127).mean())
    assert areas["auto"] > areas["hair"] > areas["lips"] > 0.002
    assert areas["auto"] > areas["face"] > areas["eyes"] > 0.002


def test_a_caption_is_suggested(capsys: pytest.CaptureFixture[str]) -> None:
    caption = str(_s2edit(capsys, "caption", str(SAMPLES / "anna.png"))["caption"])
    assert "woman" in caption
    assert "brown" in caption


def test_the_demo_writes_its_sheet(tmp_path: Path) -> None:
    from s2edit_plugin.tools import demo
    from s2edit_plugin.workflows.studio import Studio

    seen: list[Progress] = []
    values = demo.run(tmp_path / "out", seen.append, Studio(), LearnSettings(steps_token=3, steps_joint=3))
    files = {name: Path(path) for name, path in values["files"].items()}
    edits = [path for name, path in files.items() if name.startswith("edit_")]
    assert len(edits) >= 6
    assert "makeup_transfer" in files
    source = _rgb(files["source"])
    assert all(not np.array_equal(_rgb(path), source) for path in edits)
    with Image.open(values["sheet"]) as sheet:
        assert sheet.width > 1000
    assert {p.stage for p in seen} >= {"learning", "inverting", "editing"}


@pytest.fixture(scope="module")
def astronaut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real photograph that comes with scikit-image."""
    from skimage import data

    path = tmp_path_factory.mktemp("photo") / "astronaut.png"
    Image.fromarray(data.astronaut()).save(path)
    return path


@pytest.mark.parametrize("size", [(512, 512), (4000, 3000)])
def test_a_real_photograph(
    astronaut: Path, size: tuple[int, int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo, out, same = tmp_path / "photo.png", tmp_path / "lips.png", tmp_path / "same.png"
    with Image.open(astronaut) as image:
        image.resize(size, Image.Resampling.BICUBIC).save(photo, compress_level=1)
    _learn(capsys, photo, "--subject", "face", steps=6)
    lips = tmp_path / "mask.png"
    _s2edit(capsys, "mask", str(photo), "--method", "lips", "--out", str(lips))
    arguments = [
        "edit",
        str(photo),
        "--token",
        "anna/me",
        "--subject",
        "face",
        "--source-prompt",
        WORDS,
    ]
    _s2edit(
        capsys,
        *arguments,
        "--prompt",
        f"{WORDS} wearing red lipstick",
        "--mask",
        "lips",
        # What the small model has never seen needs a firmer hand than its own pictures.
        *("--guidance", "7.5", "--cross-steps", "0.2", "--self-steps", "0.2"),
        "--out",
        str(out),
    )
    before, after, mask = _rgb(photo), _rgb(out), np.asarray(Image.open(lips))
    assert before.shape == after.shape
    assert np.array_equal(before[mask == 0], after[mask == 0])
    # The lips' colour moves to red: more red against green and blue, and nothing breaks out of the picture's range.
    redness = [p[mask > 200][:, 0].mean() - p[mask > 200][:, 1:].mean() for p in (before, after)]
    assert redness[1] > redness[0] + 5
    _s2edit(capsys, *arguments, "--prompt", WORDS, "--mask", "none", "--out", str(same))
    assert _psnr(before, _rgb(same)) >= 50
