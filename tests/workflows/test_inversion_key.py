"""An inversion is found again only where everything that decides it is the same."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import ImageCms

from s2edit_plugin.api import EditSettings
from s2edit_plugin.backbones.loading import load_backbone
from s2edit_plugin.backbones.parameters import NoParameters
from s2edit_plugin.imaging.crop import Crop
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.method.conditioning import ActiveToken
from s2edit_plugin.workflows.inversion_key import inversion_key
from tests.fakes.tiny_model import write_tiny_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def case(folder: Path) -> dict[str, Any]:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    return {
        "backbone": load_backbone(folder, "cpu", "fp32"),
        "photo": Photo(pixels, None, "PNG"),
        "crop": Crop(0, 0, 40),
        "source_prompt": "a photo of a <anna/me> woman",
        "tokens": [_token("anna/me", _square(2)), _token("mia/lips", _square(8))],
        "settings": EditSettings(steps=3),
    }


def _square(left: int) -> torch.Tensor:
    mask = torch.zeros(32, 32)
    mask[4:12, left : left + 8] = 1
    return mask


def _token(name: str, mask: torch.Tensor, value: float = 1.0) -> ActiveToken:
    return ActiveToken(name, torch.full((1, 8), value), NoParameters(), mask)


def _wide_gamut() -> bytes:
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    # The red column of the matrix, twice as large: another space of colours.
    count = int.from_bytes(data[128:132], "big")
    for index in range(count):
        at = 132 + 12 * index
        if data[at : at + 4] == b"rXYZ":
            offset = int.from_bytes(data[at + 4 : at + 8], "big") + 8
            data[offset : offset + 4] = (int.from_bytes(data[offset : offset + 4], "big") * 2).to_bytes(
                4, "big"
            )
    return bytes(data)


def test_the_same_edit_has_the_same_key(case: dict[str, Any]) -> None:
    assert inversion_key(**case) == inversion_key(**case)


def test_a_moved_mask_of_equal_area_has_another_key(case: dict[str, Any]) -> None:
    first, second = case["tokens"]
    assert _square(2).sum() == _square(3).sum()
    subject_moved = [_token("anna/me", _square(3)), second]
    attribute_moved = [first, _token("mia/lips", _square(9))]
    keys = {inversion_key(**{**case, "tokens": tokens}) for tokens in (subject_moved, attribute_moved)}
    assert len(keys | {inversion_key(**case)}) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"source_prompt": "a photo of a <anna/me> person"},
        {"crop": Crop(1, 0, 40)},
        {"settings": EditSettings(steps=4)},
        {"settings": EditSettings(steps=3, inversion="ddim")},
        {"settings": EditSettings(steps=3, isolation=not EditSettings().isolation)},
        {"tokens": [_token("anna/me", _square(2), 0.5), _token("mia/lips", _square(8))]},
        {"tokens": [_token("mia/lips", _square(8)), _token("anna/me", _square(2))]},
        {"tokens": [_token("anna/me", _square(2))]},
    ],
    ids=str,
)
def test_what_decides_changes_the_key(case: dict[str, Any], change: dict[str, Any]) -> None:
    assert inversion_key(**{**case, **change}) != inversion_key(**case)


def test_the_same_numbers_in_another_colour_space_have_another_key(case: dict[str, Any]) -> None:
    photo = dataclasses.replace(case["photo"], icc=_wide_gamut())
    assert not photo.space.is_srgb
    assert inversion_key(**{**case, "photo": photo}) != inversion_key(**case)


@pytest.mark.parametrize("part", ["vae", "scheduler"])
def test_another_autoencoder_or_schedule_has_another_key(
    case: dict[str, Any], folder: Path, part: str
) -> None:
    before = inversion_key(**case)
    file = next(iter(sorted((folder / part).glob("*.json"))))
    file.write_text(file.read_text() + "\n")
    assert inversion_key(**case) != before


def test_what_the_edit_alone_uses_leaves_the_key(case: dict[str, Any]) -> None:
    settings = EditSettings(steps=3, guidance=3.0, strength=0.5, seed=7)
    assert inversion_key(**{**case, "settings": settings}) == inversion_key(**case)
    null_text = [
        inversion_key(**{**case, "settings": EditSettings(steps=3, inversion="null_text", guidance=g)})
        for g in (3.0, 4.0)
    ]
    assert null_text[0] != null_text[1]
