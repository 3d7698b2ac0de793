"""Previews of a real (tiny) model: pictures of the right kind, which change nothing of the result."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin import api
from tests.fakes.tiny_model import write_tiny_model

if TYPE_CHECKING:
    from s2edit_plugin.workflows.studio import Studio

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    from s2edit_plugin.workflows.studio import Studio

    model = write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")
    studio = Studio(tmp_path_factory.mktemp("home"), str(model), "cpu")
    assert studio.backbone.resolution == 32
    return studio


def png(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, "PNG")
    return stream.getvalue()


def pictures(heard: list[bytes]) -> Callable[[api.Progress], None]:
    def on_progress(progress: api.Progress) -> None:
        if progress.preview is not None:
            heard.append(progress.preview(lambda: None))

    return on_progress


@pytest.mark.parametrize("size", [(300, 200), (1400, 900)])
@pytest.mark.parametrize("region", ["painted", "auto", "none"])
def test_previews_show_the_whole_photo_and_change_nothing(
    loaded: Studio, tmp_path: Path, size: tuple[int, int], region: str
) -> None:
    height, width = size
    coarse = Image.fromarray(np.random.default_rng(0).integers(40, 200, (6, 4, 3), dtype=np.uint8))
    pixels = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC))
    mask = np.zeros((height, width), np.uint8)
    mask[height // 4 : height // 2, width // 4 : width // 2] = 255
    learn = api.LearnToken(
        png(pixels), "anna", "me", "identity", "woman", subject_mask=png(mask), consent=True,
        settings=api.LearnSettings(steps_token=2, steps_joint=2, batch=1),
    )  # fmt: skip
    edit = api.ApplyEdit(
        png(pixels), ("anna/me",), "a photo of a woman smiling", subject_mask=png(mask),
        region_mask=png(mask) if region == "painted" else None, region="auto" if region == "painted" else region,
        settings=api.EditSettings(steps=3),
    )  # fmt: skip
    plain, watched = loaded.with_home(tmp_path / "plain"), loaded.with_home(tmp_path / "watched")
    heard: list[bytes] = []
    assert plain.learn(learn).loss_last == watched.learn(learn, pictures(heard)).loss_last
    assert len(heard) == 4
    with Image.open(io.BytesIO(heard[-1])) as picture:
        assert (picture.format, picture.size) == ("JPEG", (32, 32))
    tokens = [studio.library.get("anna/me").tensors for studio in (plain, watched)]
    assert all(np.array_equal(tokens[0][name], tokens[1][name]) for name in tokens[0])

    heard.clear()
    assert plain.edit(edit).image == watched.edit(edit, pictures(heard)).image
    assert len(heard) == 3
    with Image.open(io.BytesIO(heard[-1])) as picture:
        assert picture.format == "JPEG"
        assert max(picture.size) <= 512
        assert abs(picture.width / picture.height - width / height) < 0.01
        small = np.asarray(picture, dtype=float)
    every = -(-height // small.shape[0])
    difference = np.abs(small - pixels[::every, ::every].astype(float)).mean(axis=2)
    assert difference[: len(small) // 8].mean() < 4  # outside the crop it is the photo


def test_the_found_region_is_shown_before_the_photo_is_inverted_or_edited(
    loaded: Studio, tmp_path: Path
) -> None:
    pixels = np.full((96, 128, 3), 120, np.uint8)
    pixels[20:60, 70:110] = (220, 30, 20)
    edit = api.ApplyEdit(
        png(pixels), (), "a blue ball", "a red ball", settings=api.EditSettings(steps=2)
    )  # fmt: skip
    stages: list[str] = []
    shown: list[bytes] = []

    def on_progress(progress: api.Progress) -> None:
        stages.append(progress.stage)
        if progress.region is not None:
            shown.append(progress.region())

    result = loaded.with_home(tmp_path / "home").edit(edit, on_progress)
    assert len(shown) == 1
    assert stages.index("finding the region") < stages.index("inverting") < stages.index("editing")
    with Image.open(io.BytesIO(shown[0])) as picture, Image.open(io.BytesIO(result.region)) as used:
        assert (picture.mode, picture.size) == ("L", (128, 96))
        mask = np.asarray(picture)
        assert np.array_equal(mask, np.asarray(used))
    assert mask[30:50, 80:100].min() > 200
    assert mask[:, :60].max() == 0
