"""Suite ``region``: photographs with exact masks, and the figures of regions on a tiny model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from s2edit_plugin.api import EditSettings
from s2edit_plugin.evaluation import region_photos, region_suite
from s2edit_plugin.evaluation.region_suite import RegionCase
from tests.fakes.tiny_model import write_tiny_model


@pytest.fixture(scope="module")
def photos() -> dict[str, region_photos.PhotoCase]:
    return {case.kind: case for case in region_photos.photographs(1, 5)}


def test_every_kind_of_photograph_has_a_region_and_two_prompts(
    photos: dict[str, region_photos.PhotoCase],
) -> None:
    assert {"photo_hair", "photo_lips", "person_smile", "car_paint", "ball_off", "drink"} <= set(photos)
    for case in photos.values():
        assert case.picture.dtype == np.uint8
        assert case.picture.shape == (*case.region.shape, 3)
        assert 0.0005 < case.region.mean() < 0.3
        assert case.prompt != case.target


def test_a_ball_is_where_its_mask_says(photos: dict[str, region_photos.PhotoCase]) -> None:
    case = photos["ball_paint"]
    colour = case.prompt.split()[-2]
    inside = case.picture[case.region].mean(axis=0) - case.picture[~case.region].mean(axis=0)
    wanted = np.array(region_photos._BALLS[colour])
    assert inside[wanted.argmax()] == inside.max()


def test_other_seeds_give_other_photographs_and_the_same_seed_the_same() -> None:
    one, again, other = (next(iter(region_photos.photographs(1, seed))).picture for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert one.shape != other.shape or not np.array_equal(one, other)


def test_figures_of_one_region() -> None:
    truth = np.zeros((10, 10), bool)
    truth[:, :4] = True
    found = np.zeros((10, 10), bool)
    found[:, 2:6] = True
    assert region_suite._compared(found, truth) == {"iou": 20 / 60, "recall": 0.5, "precision": 0.5}
    nothing = region_suite._compared(np.zeros((10, 10), bool), truth)
    assert nothing == {"iou": 0.0, "recall": 0.0, "precision": 0.0}


def test_a_run_tells_kinds_groups_and_the_share_of_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s2edit_plugin.backbones.loading import load_backbone

    backbone = load_backbone(write_tiny_model(tmp_path / "tiny", text_length=48), "cpu")
    picture = np.full((64, 64, 3), 90, np.uint8)
    picture[20:40, 20:40] = (200, 20, 20)
    region = np.zeros((64, 64), bool)
    region[20:40, 20:40] = True
    case = RegionCase("unknown", "ball", 0, picture, "a red ball", "a blue ball", region)
    known = RegionCase("objects", "thing", 1, picture, "a ball", "a dragon", region)
    monkeypatch.setattr(region_suite, "cases_of", lambda identities, seed: iter([[case], [known]]))
    monkeypatch.setattr(region_suite, "SETTINGS", EditSettings(steps=2))
    alone = region_suite.run(1, 0, lambda _: None, backbone, ["s2edit"])
    assert set(alone["methods"]) == {"s2edit"}
    assert alone["paired"] == {}
    assert "| s2edit | unknown | ball |" in alone["table"]
    monkeypatch.setattr(region_suite, "cases_of", lambda identities, seed: iter([[case], [known]]))
    values = region_suite.run(1, 0, lambda _: None, backbone)
    ours, model = values["methods"]["s2edit"], values["methods"]["model"]
    assert (
        ours["groups"]["unknown"]["edits"]["ball"]["iou"] > 0.8
    )  # by its colour; the tiny model knows nothing
    assert ours["edits_made"] == 1  # what nobody knows counts for itself
    assert ours["recall"] == model["recall"]
    assert ours["time_share"] > 0
    assert "| s2edit | unknown | ball | 1 |" in values["table"]
