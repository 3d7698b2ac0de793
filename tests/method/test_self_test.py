"""The token's self-test: the same on every measurement, and it notices what spoils a token."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from s2edit_plugin.errors import NumericalError, TokenDamagedError, WrongModelError
from s2edit_plugin.tokens.file import Token, TokenRecord, parse_token, token_bytes

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

KINDS = ["kv_token", "kv_vectors", "kv_full", "none"]


def make_token(backbone: Backbone, kind: str = "kv_token", seed: int = 0, **record: Any) -> Token:
    """A token with random parameters, as strong as a learned one, without a self-test."""
    import torch

    from s2edit_plugin.backbones.parameters import create_parameters
    from s2edit_plugin.method.learn import LearnedToken
    from s2edit_plugin.workflows.token_io import to_tensors

    generator = torch.Generator().manual_seed(seed)
    parameters = create_parameters(kind, backbone.cross_layers(), 2, seed)
    with torch.no_grad():
        for value in parameters.parameters():
            value += 0.3 * torch.randn(value.shape, generator=generator)
    vectors = torch.randn(2, backbone.embedding_width, generator=generator)
    tensors = to_tensors(LearnedToken("anna/me", vectors, parameters))
    made = TokenRecord(
        kind="identity", person="anna", name="me", class_noun="woman", base_model=backbone.name,
        base_model_hash=backbone.fingerprint, settings={"parameters": kind, "rank": 2},
    )  # fmt: skip
    return Token(made.replace(**record), {name: value.numpy() for name, value in tensors.items()})


def with_self_test(backbone: Backbone, token: Token) -> Token:
    import torch

    from s2edit_plugin.workflows.self_test import attach

    tensors = {name: torch.from_numpy(array) for name, array in token.tensors.items()}
    return Token(attach(backbone, token.record, tensors), token.tensors)


@pytest.mark.parametrize("kind", KINDS)
def test_a_stored_token_passes_its_own_test(backbone: Backbone, kind: str) -> None:
    from s2edit_plugin.workflows.self_test import measure, verify

    token = with_self_test(backbone, make_token(backbone, kind))
    assert token.record.dtype == "float32"
    assert token.record.self_test["values"]["effect"] > 0.01
    stored = parse_token(token_bytes(token.record, token.tensors), "me")
    assert stored.record.self_test == json.loads(json.dumps(measure(backbone, stored)))
    assert verify(backbone, stored) == ""


def test_another_name_does_not_change_it(backbone: Backbone) -> None:
    from s2edit_plugin.workflows.self_test import verify

    token = with_self_test(backbone, make_token(backbone))
    assert verify(backbone, Token(token.record.replace(person="eva", name="x"), token.tensors)) == ""


def test_it_notices_other_tensors(backbone: Backbone) -> None:
    from s2edit_plugin.workflows.self_test import verify

    token = with_self_test(backbone, make_token(backbone))
    other = Token(token.record, make_token(backbone, seed=1).tensors)
    assert "acts differently here" in verify(backbone, other)


def test_it_notices_a_model_that_does_not_obey(backbone: Backbone, monkeypatch: pytest.MonkeyPatch) -> None:
    from s2edit_plugin.workflows import self_test

    token = with_self_test(backbone, make_token(backbone))

    def deaf(latents: Any, timestep: Any, conditions: Any) -> Any:
        return type(backbone).predict(backbone, latents, timestep, [conditions[1]] * 2)

    monkeypatch.setattr(self_test, "row_tokens", lambda *_: [])
    monkeypatch.setattr(backbone, "predict", deaf, raising=False)
    assert "has no effect here" in self_test.verify(backbone, token)


def test_numbers_that_are_not_finite_are_said(backbone: Backbone, monkeypatch: pytest.MonkeyPatch) -> None:
    from s2edit_plugin.workflows.self_test import measure, verify

    token = with_self_test(backbone, make_token(backbone))

    def overflow(latents: Any, *_: Any) -> Any:
        return latents * float("nan")

    monkeypatch.setattr(backbone, "predict", overflow, raising=False)
    with pytest.raises(NumericalError, match="not finite in float32"):
        measure(backbone, token)
    assert "not finite" in verify(backbone, token)


def test_the_wrong_model_and_damage_are_said(backbone: Backbone) -> None:
    from s2edit_plugin.workflows.self_test import measure, verify

    token = with_self_test(backbone, make_token(backbone))
    foreign = Token(token.record.replace(base_model="sd15", base_model_hash="ff"), token.tensors)
    with pytest.raises(WrongModelError):
        measure(backbone, foreign)
    assert "learned on the model 'sd15'" in verify(backbone, foreign)
    half = Token(token.record, {"vectors": token.tensors["vectors"]})
    with pytest.raises(TokenDamagedError):
        measure(backbone, half)
    assert "damaged" in verify(backbone, half)


def test_a_token_without_self_test_passes(backbone: Backbone) -> None:
    from s2edit_plugin.workflows.self_test import verify

    assert verify(backbone, make_token(backbone)) == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"values": []},
        {"values": {"text": 1.0}},
        {"seed": "0"},
        {"seed": -1},
        {"timestep": 10**9},
        {"dtype": 3},
    ],
)
def test_a_self_test_from_elsewhere_cannot_do_harm(backbone: Backbone, changes: dict[str, Any]) -> None:
    from s2edit_plugin.workflows.self_test import verify

    token = with_self_test(backbone, make_token(backbone))
    spoiled = Token(token.record.replace(self_test=token.record.self_test | changes), token.tensors)
    assert "cannot be read" in verify(backbone, spoiled)


def test_half_precision_is_given_its_latitude(backbone: Backbone) -> None:
    from s2edit_plugin.workflows.self_test import verify

    token = with_self_test(backbone, make_token(backbone))
    values = {name: value + 0.01 for name, value in token.record.self_test["values"].items()}
    moved = token.record.self_test | {"values": values}
    assert "differently" in verify(backbone, Token(token.record.replace(self_test=moved), token.tensors))
    moved |= {"dtype": "bfloat16"}
    assert verify(backbone, Token(token.record.replace(self_test=moved), token.tensors)) == ""


def test_the_same_numbers_come_out_whatever_the_array_type(backbone: Backbone) -> None:
    from s2edit_plugin.workflows.self_test import measure

    token = make_token(backbone)
    wide = Token(token.record, {name: array.astype(np.float32) for name, array in token.tensors.items()})
    assert measure(backbone, token) == measure(backbone, wide)


def test_a_whole_library_is_tested(backbone: Backbone, tmp_path: Path) -> None:
    from s2edit_plugin.library import Library
    from s2edit_plugin.workflows.self_test import verify_library

    library = Library(tmp_path)
    good = with_self_test(backbone, make_token(backbone))
    bad = make_token(backbone, seed=1)
    library.add(good.record, good.tensors)
    library.add(good.record.replace(name="spoiled"), bad.tensors)
    library.add(bad.record.replace(name="never_measured"), bad.tensors)
    library.add(good.record.replace(name="foreign", base_model_hash="ff"), good.tensors)
    library.add(good.record.replace(name="cut"), good.tensors)
    library.list()
    path = library.path("anna/cut")
    path.write_bytes(path.read_bytes()[:-2] + b"\xff\xff")

    result = verify_library(backbone, library)
    assert (result.passed, result.skipped) == (1, 2)
    assert set(result.problems) == {"anna/spoiled", "anna/cut"}
    assert "acts differently" in result.problems["anna/spoiled"]
    assert "not finite" in result.problems["anna/cut"]
