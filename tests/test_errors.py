"""The exception tree: one sentence each, and exit codes."""

from __future__ import annotations

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


def test_cancelled_needs_no_words() -> None:
    assert str(errors.CancelledError()) == "Cancelled."
