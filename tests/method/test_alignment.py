"""Columns of one prompt against those of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from s2edit_plugin import alignment, text
from s2edit_plugin.errors import PromptError

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone


def _plan(backbone: Backbone, prompt: str) -> text.Layout:
    return text.layout(prompt, backbone, {"anna/me": 2})


def test_equal_prompts_map_one_to_one(backbone: Backbone) -> None:
    plan = _plan(backbone, "a photo of a <anna/me> woman")
    mapper, alpha = alignment.map_columns(plan, plan)
    assert torch.equal(mapper, torch.eye(len(plan.ids)))
    assert alpha.min() == 1


def test_a_swapped_word_takes_the_old_words_maps(backbone: Backbone) -> None:
    source, target = _plan(backbone, "a woman with red hair"), _plan(backbone, "a woman with blonde hair")
    mapper, alpha = alignment.map_columns(source, target)
    assert alpha[4] == 1
    assert mapper[4, 4] == 1
    _, refined = alignment.map_columns(source, target, "refine")
    assert refined[4] == 0
    assert alignment.changed_columns(source, target) == ((4,), (4,))


def test_a_word_of_several_pieces_shares_its_maps(backbone: Backbone) -> None:
    source, target = _plan(backbone, "a zebra car"), _plan(backbone, "a red car")
    pieces = source.columns[1]
    assert len(pieces) > 1
    mapper, _ = alignment.map_columns(source, target)
    assert torch.allclose(mapper[list(pieces), 2], torch.full((len(pieces),), 1 / len(pieces)))
    assert torch.allclose(mapper[:, 2].sum(), torch.tensor(1.0))


def test_added_words_keep_their_own_maps(backbone: Backbone) -> None:
    source = _plan(backbone, "a photo of a <anna/me> woman")
    target = _plan(backbone, "a photo of a <anna/me> woman smiling with a hat")
    mapper, alpha = alignment.map_columns(source, target)
    assert alpha[: source.end].min() == 1
    assert alpha[source.end : target.end].max() == 0
    assert mapper[source.end, target.end] == 1
    assert alpha[target.end :].min() == 1
    removed, added = alignment.changed_columns(source, target)
    assert removed == ()
    assert added == (target.columns[6][0], target.columns[9][0])


def test_weights_name_words_of_the_prompt(backbone: Backbone) -> None:
    plan = _plan(backbone, "a woman with red hair")
    weights = alignment.column_weights(plan, {"red hair": 2.0})
    assert weights is not None
    assert weights.tolist()[:6] == [1, 1, 1, 1, 2, 2]
    assert alignment.column_weights(plan, {}) is None
    with pytest.raises(PromptError):
        alignment.column_weights(plan, {"blue": 2.0})
