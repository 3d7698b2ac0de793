"""What is said of a mask by a word: the most attention lies somewhere in any picture."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.storage.paths import models_package
from s2edit_plugin.workflows import word_masks

SMALL = models_package() / "small"
BLOB, SPECKS = np.zeros((64, 64), np.float32), np.zeros((64, 64), np.float32)
BLOB[20:40, 20:40] = 1
SPECKS[8::16, 8::16] = 1


@pytest.fixture
def word_mask(monkeypatch: pytest.MonkeyPatch) -> Any:
    def found(attention: np.ndarray, rgb: np.ndarray, model: Path) -> Any:
        monkeypatch.setattr(word_masks, "attention_picture", lambda *_, **__: attention)
        backbone: Any = SimpleNamespace(path=model)
        return word_masks.word_mask(backbone, Photo(rgb, None, "PNG"), "a hat")

    return found


def test_a_photograph_is_nothing_the_bundled_model_knows(word_mask: Any) -> None:
    found = word_mask(BLOB, astronaut(), SMALL)
    assert not found.sure
    assert found.notes == (
        "Not sure that this is 'a hat': the bundled model knows drawn pictures, no photographs. "
        "Look at the mask before you use it.",
    )
    assert word_mask(BLOB, astronaut(), Path("another")).notes == ()


def test_a_drawn_picture_is(word_mask: Any) -> None:
    with Image.open(models_package() / "samples" / "anna.png") as image:
        drawn = np.asarray(image.convert("RGB"))
    found = word_mask(BLOB, drawn, SMALL)
    assert (found.sure, found.notes) == (True, ())
    assert found.mask[30 * 8, 30 * 8] == 1


def test_scattered_specks_are_found_by_chance(word_mask: Any) -> None:
    found = word_mask(SPECKS, astronaut(), Path("another"))
    assert not found.sure
    assert found.notes[0].startswith("Not sure that this is 'a hat': it was found in 16 places.")
