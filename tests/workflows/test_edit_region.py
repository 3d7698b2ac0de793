"""The edit region of words on a drawn face: what keeps its outline is pasted through a matte."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from s2edit_models.drawing import Scene, counterfactual, split_seed
from s2edit_models.drawing.captions import describe, edit_prompt

from s2edit_plugin.perception.masks.refine import overlap
from s2edit_plugin.workflows import edit_region as module
from s2edit_plugin.workflows.edit_region import EditRegion, named_region

SIDE = 256
BACKBONE: Any = SimpleNamespace(device="cpu")
SCENE = Scene.of(split_seed("test", 45), {"hair_color": "brown", "hair_style": "long"}, 3)


def _found(**changes: str) -> tuple[EditRegion, np.ndarray]:
    """The region of an edit, and the true one (H, W) bool."""
    answer = counterfactual(SCENE, SIDE, **changes)
    region = named_region(BACKBONE, answer.source.rgb, describe(SCENE), edit_prompt(SCENE, **changes), None)
    assert region is not None
    return region, answer.region


@pytest.mark.parametrize("changes", [{"hair_color": "blonde"}, {"lipstick": "red"}], ids=["hair", "lips"])
def test_a_change_of_colour_is_pasted_through_a_matte(
    changes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    region, true = _found(**changes)
    assert region.outline is not None
    matte, soft = region.outline.numpy(), region.soft.numpy()
    assert (soft >= matte).all()
    monkeypatch.setattr(module, "BELIEVED", 1.1)  # none is
    grown, _ = _found(**changes)
    assert grown.outline is None
    assert overlap(soft > 0.5, true) > overlap(grown.soft.numpy() > 0.5, true)
    assert np.array_equal(region.cells.numpy(), grown.cells.numpy())  # the model may draw as widely as before


def test_a_change_of_shape_has_no_outline() -> None:
    for changes in ({"hair_style": "short"}, {"expression": "smiling"}, {"hat": "red"}):
        region, _ = _found(**changes)
        assert region.outline is None, changes


def test_both_at_once_have_the_outline_and_the_other_area() -> None:
    both, _ = _found(hair_color="blonde", expression="smiling")
    hair, _ = _found(hair_color="blonde")
    smile, _ = _found(expression="smiling")
    assert both.outline is not None
    assert hair.outline is not None
    assert np.array_equal(both.outline.numpy(), hair.outline.numpy())
    mouth = (smile.soft.numpy() > 0.9) & (hair.soft.numpy() < 0.01)
    assert mouth.sum() > 200
    assert both.soft.numpy()[mouth].mean() > 0.9


def test_a_coloured_thing_of_another_colour_keeps_its_outline() -> None:
    rows, columns = np.indices((SIDE, SIDE), dtype=np.float32)
    ball = np.clip(60.5 - np.hypot(rows - 128, columns - 128), 0, 1)[..., None]
    picture = (ball * np.array([200, 20, 30]) + (1 - ball) * np.array([120, 130, 140])).astype(np.uint8)
    region = named_region(BACKBONE, picture, "a photo of a red ball", "a photo of a blue ball", None)
    assert region is not None
    assert region.outline is not None
    assert np.abs(region.soft.numpy() - ball[..., 0]).mean() < 0.01
    gone = named_region(BACKBONE, picture, "a photo of a table with a red ball", "a photo of a table", None)
    assert gone is not None
    assert gone.outline is None
