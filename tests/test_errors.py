"""The exception tree: one sentence each, and exit codes."""

from __future__ import annotations

import json

import pytest

from s2edit_plugin import errors

TREE = [getattr(errors, name) for name in errors.__all__]


@pytest.mark.parametrize("kind", TREE)
def test_every_error_carries_its_sentence_and_hint(kind: type[errors.S2EditError]) -> None:
    error = kind("The photo is gone.", "Look elsewhere.")

    assert str(error) == "The photo is gone. Look elsewhere."
    assert error.to_json() == {
        "error": kind.__name__,
        "sentence": "The photo is gone.",
        "hint": "Look elsewhere.",
    }


@pytest.mark.parametrize("kind", TREE)
def test_every_error_is_in_the_tree_and_documented(kind: type[errors.S2EditError]) -> None:
    assert issubclass(kind, errors.S2EditError)
    assert kind.__doc__
    assert kind.__name__ in (errors.__doc__ or "")


def test_all_names_the_whole_tree() -> None:
    defined = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and value.__module__ == errors.__name__
    }
    assert defined == set(errors.__all__)


@pytest.mark.parametrize(
    ("kind", "code"),
    [(errors.ImageError, 1), (errors.UsageError, 2), (errors.ConsentError, 2), (errors.CancelledError, 130)],
)
def test_exit_codes(kind: type[errors.S2EditError], code: int) -> None:
    assert kind("Stop.").exit_code == code


def test_a_sentence_stays_one_line_whatever_it_quotes() -> None:
    error = errors.InputError("'a\nb\x1b[2J\u202ec\x00é 1\u00a0GB' is no name.", "Choose\nanother.")
    assert error.sentence == "'a?b?[2J?c?é 1\u00a0GB' is no name."
    assert str(error) == f"{error.sentence} Choose\nanother."


def test_cancelled_needs_no_words() -> None:
    assert str(errors.CancelledError()) == "Cancelled."


@pytest.mark.parametrize("name", errors.__all__)
def test_an_error_survives_the_way_through_json(name: str) -> None:
    sent = getattr(errors, name)("It broke.", "Mend it.")
    got = errors.S2EditError.from_json(json.loads(json.dumps(sent.to_json())))
    assert (type(got), got.sentence, got.hint) == (type(sent), sent.sentence, sent.hint)


@pytest.mark.parametrize("values", [{}, {"error": "Exception"}, {"error": "globals", "sentence": 3}])
def test_an_unknown_error_becomes_the_base_class(values: dict[str, object]) -> None:
    got = errors.S2EditError.from_json(values)
    assert type(got) is errors.S2EditError
    assert got.sentence
