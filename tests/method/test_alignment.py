"""Columns of one prompt against those of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from s2edit_plugin.backbones import attention_math
from s2edit_plugin.errors import PromptError
from s2edit_plugin.method import alignment, text

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


def test_a_word_of_several_pieces_gives_all_its_mass(backbone: Backbone) -> None:
    many, one = _plan(backbone, "a zebra car"), _plan(backbone, "a red car")
    pieces = list(many.columns[1])
    assert len(pieces) > 1
    mapper, _ = alignment.map_columns(many, one)
    assert mapper[pieces, 2].tolist() == [1.0] * len(pieces)
    back, _ = alignment.map_columns(one, many)
    assert torch.allclose(back[2, pieces], torch.full((len(pieces),), 1 / len(pieces)))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a red car", "a zebra car"),
        ("a zebra car", "a red car"),
        ("a photo of a woman with long brown hair", "a woman"),
        ("a woman", "a photo of a woman with long brown hair"),
        ("a woman with red hair smiling", "a smiling woman with red hair"),
    ],
)
def test_no_source_column_is_counted_twice(backbone: Backbone, before: str, after: str) -> None:
    source, target = _plan(backbone, before), _plan(backbone, after)
    mapper, alpha = alignment.map_columns(source, target)
    given = mapper.sum(dim=1)
    assert bool(((given - 1).abs() < 1e-6).logical_or(given == 0).all())
    assert given[source.end :].tolist() == [1.0] * (len(source.ids) - source.end)
    # With every word a partner, swapped maps still sum to one at each position.
    maps = torch.rand(5, len(source.ids)).softmax(-1)
    same, everything = alignment.map_columns(source, source)
    swapped = attention_math.swap_columns(maps, torch.rand(5, len(source.ids)), same, everything)
    assert torch.allclose(swapped.sum(-1), torch.ones(5))
    assert bool((mapper[:, alpha == 0] == 0).all())


def test_a_word_that_moved_takes_its_own_maps(backbone: Backbone) -> None:
    source = _plan(backbone, "a woman with red hair smiling")
    target = _plan(backbone, "a smiling woman with red hair")
    mapper, alpha = alignment.map_columns(source, target)
    for word in ("smiling", "woman", "with", "red", "hair"):
        ours = source.columns[source.words.index(word)]
        theirs = target.columns[target.words.index(word)]
        assert mapper[list(ours), list(theirs)].tolist() == [1.0] * len(ours)
        assert alpha[list(theirs)].min() == 1


def test_only_blocks_of_equal_length_are_replaced(backbone: Backbone) -> None:
    source = _plan(backbone, "a woman with red hair in a city")
    target = _plan(backbone, "a woman with very long hair in a forest")
    _, alpha = alignment.map_columns(source, target)
    words = {
        word: alpha[list(span)].tolist() for word, span in zip(target.words, target.columns, strict=True)
    }
    assert set(words["very"] + words["long"]) == {0.0}  # two words for one: they keep their own maps
    assert set(words["forest"]) == {1.0}  # one word for one


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
