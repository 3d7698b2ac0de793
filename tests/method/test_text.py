"""Layout of prompts, injection of tokens, token isolation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from s2edit_plugin.errors import PromptError
from s2edit_plugin.method import text

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

PROMPT = "a photo of a <anna/me> woman with red hair"
PLAIN = "a photo of a woman with red hair"


def _vectors(count: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(count, 32, generator=torch.Generator().manual_seed(seed))


def test_layout_names_the_columns_of_words_and_tokens(backbone: Backbone) -> None:
    plan = text.layout(PROMPT, backbone, {"anna/me": 2})
    assert plan.tokens == {"anna/me": (5, 6)}
    assert text.word_columns(plan, "woman") == (7,)
    assert text.word_columns(plan, "red hair") == (9, 10)
    assert text.word_columns(plan, "<anna/me>") == (5, 6)
    assert plan.ids[0] == backbone.start_id
    assert plan.ids[plan.end] == backbone.end_id
    assert backbone.end_id not in plan.ids[: plan.end]
    assert len(plan.ids) == backbone.text_length


def test_the_end_of_text_id_is_the_highest_and_not_two(backbone: Backbone) -> None:
    assert backbone.end_id == backbone.text_encoders[0].config.vocab_size - 1  # type: ignore[attr-defined]
    assert backbone.end_id != 2


def test_too_long_and_unknown_tokens_are_refused(backbone: Backbone) -> None:
    with pytest.raises(PromptError, match="too long"):
        text.layout("a photo of a woman " * 5, backbone, {})
    with pytest.raises(PromptError, match="mia/me"):
        text.layout("a photo of a <mia/me> woman", backbone, {"anna/me": 1})


@torch.no_grad()
def test_a_plain_prompt_is_what_the_encoder_says(backbone: Backbone) -> None:
    plan = text.layout(PLAIN, backbone, {})
    condition = text.encode(plan, backbone, {})
    tokenizer, encoder = backbone.tokenizers[0], backbone.text_encoders[0]  # type: ignore[attr-defined]
    inputs = tokenizer(PLAIN, padding="max_length", max_length=backbone.text_length, return_tensors="pt")
    assert tuple(inputs.input_ids[0].tolist()) == plan.ids
    assert torch.allclose(condition.hidden, encoder(inputs.input_ids).last_hidden_state[0], atol=1e-6)


@torch.no_grad()
def test_injection_equals_an_embedding_table_that_has_the_vectors(backbone: Backbone) -> None:
    vectors = _vectors(1)
    plan = text.layout(PROMPT, backbone, {"anna/me": 1})
    condition = text.encode(plan, backbone, {"anna/me": vectors}, isolation=False)
    embedding = backbone.text_encoders[0].get_input_embeddings()  # type: ignore[attr-defined]
    spare = backbone.word_ids("yellow")[0]
    kept = embedding.weight[spare].clone()
    ids = list(plan.ids)
    ids[5] = spare
    try:
        embedding.weight[spare] = vectors[0]
        expected, _ = backbone.encode_ids(torch.tensor([ids]), [])
    finally:
        embedding.weight[spare] = kept
    assert torch.allclose(condition.hidden, expected[0], atol=1e-6)


@torch.no_grad()
def test_isolation_lets_no_other_column_know_the_token(backbone: Backbone) -> None:
    plan = text.layout(PROMPT, backbone, {"anna/me": 2})
    one, other = (text.encode(plan, backbone, {"anna/me": _vectors(2, seed)}).hidden for seed in (0, 1))
    differs = (one != other).any(dim=1).nonzero().flatten().tolist()
    assert differs == [5, 6]
    # Without isolation everything after the token carries it: the encoder is causal.
    leaking = [
        text.encode(plan, backbone, {"anna/me": _vectors(2, s)}, isolation=False).hidden for s in (0, 1)
    ]
    assert (leaking[0] != leaking[1]).any(dim=1).nonzero().flatten().tolist() == list(
        range(5, backbone.text_length)
    )


@torch.no_grad()
def test_isolated_columns_are_those_of_the_prompt_without_the_token(backbone: Backbone) -> None:
    plan = text.layout(PROMPT, backbone, {"anna/me": 2})
    hidden = text.encode(plan, backbone, {"anna/me": _vectors(2)}).hidden
    plain = text.encode(text.layout(PLAIN, backbone, {}), backbone, {}).hidden
    assert torch.allclose(hidden[:5], plain[:5], atol=1e-6)
    assert torch.allclose(hidden[7:], plain[5 : backbone.text_length - 2], atol=1e-6)


@torch.no_grad()
def test_two_tokens_do_not_see_each_other(backbone: Backbone) -> None:
    prompt = "a photo of a <anna/me> woman with <mia/lips> lipstick"
    plan = text.layout(prompt, backbone, {"anna/me": 1, "mia/lips": 2})
    both = [
        text.encode(plan, backbone, {"anna/me": _vectors(1, seed), "mia/lips": _vectors(2, 9)}).hidden
        for seed in (0, 1)
    ]
    differs = (both[0] != both[1]).any(dim=1).nonzero().flatten().tolist()
    assert differs == list(plan.tokens["anna/me"])


def test_gradients_reach_the_vectors(backbone: Backbone) -> None:
    vectors = _vectors(2).requires_grad_(True)
    plan = text.layout(PROMPT, backbone, {"anna/me": 2})
    text.encode(plan, backbone, {"anna/me": vectors}).hidden.sum().backward()
    assert vectors.grad is not None
    assert (vectors.grad.abs().sum(dim=1) > 0).all()


@torch.no_grad()
def test_the_vocabulary_is_never_changed(backbone: Backbone) -> None:
    embedding = backbone.text_encoders[0].get_input_embeddings()  # type: ignore[attr-defined]
    before = embedding.weight.clone()
    text.encode(text.layout(PROMPT, backbone, {"anna/me": 2}), backbone, {"anna/me": _vectors(2)})
    assert torch.equal(before, embedding.weight)
    assert not embedding._forward_hooks
