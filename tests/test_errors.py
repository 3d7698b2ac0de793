"""The exception tree: one sentence each, and exit codes."""

from __future__ import annotations

import ast
import copy
import json
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from s2edit_plugin import errors
from s2edit_plugin.errors import Sentence

TREE = [getattr(errors, name) for name in errors.__all__ if name != "Sentence"]
PLUGIN = Path(errors.__file__).parent


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


@pytest.mark.parametrize("kind", TREE)
def test_an_error_survives_the_way_through_json(kind: type[errors.S2EditError]) -> None:
    sent = kind("It broke.", "Mend it.")
    got = errors.S2EditError.from_json(json.loads(json.dumps(sent.to_json())))
    assert (type(got), got.sentence, got.hint) == (type(sent), sent.sentence, sent.hint)


@pytest.mark.parametrize("values", [{}, {"error": "Exception"}, {"error": "globals", "sentence": 3}])
def test_an_unknown_error_becomes_the_base_class(values: dict[str, object]) -> None:
    got = errors.S2EditError.from_json(values)
    assert type(got) is errors.S2EditError
    assert got.sentence


def test_a_sentence_keeps_its_template_and_what_stands_in_it() -> None:
    inner = Sentence("It is {} bytes long.", 3)
    sentence = Sentence("{} cannot be read: {} Braces {x} stay.", "{}\nanna.png", inner)
    assert sentence == "{}?anna.png cannot be read: It is 3 bytes long. Braces {x} stay."
    assert sentence.template == "{} cannot be read: {} Braces {x} stay."
    assert sentence.values == ("{}?anna.png", inner)
    for copied in (copy.deepcopy(sentence), pickle.loads(pickle.dumps(sentence))):
        assert (copied, copied.template, copied.values) == (sentence, sentence.template, sentence.values)
        assert copied.values[1].template == inner.template
    with pytest.raises(ValueError, match="2 values for 1 gaps"):
        Sentence("One {}.", 1, 2)


def test_an_error_takes_its_templates_through_json() -> None:
    error = errors.ImageError(
        Sentence("{} is damaged. {}", "a.png", Sentence("Byte {} is wrong.", 7)),
        Sentence("Save {} again.", "it"),
    )
    values = json.loads(json.dumps(error.to_json()))
    assert (values["sentence"], values["hint"]) == ("a.png is damaged. Byte 7 is wrong.", "Save it again.")
    assert values["templates"] == {
        "sentence": ["{} is damaged. {}", "a.png", ["Byte {} is wrong.", "7"]],
        "hint": ["Save {} again.", "it"],
    }
    again = errors.S2EditError.from_json(values)
    assert type(again) is errors.ImageError
    assert again.to_json() == error.to_json()


@pytest.mark.parametrize(
    "templates",
    [None, [], {"sentence": []}, {"sentence": 5}, {"sentence": ["One {}."]}, {"sentence": ["No gap.", "value"]},
     {"sentence": {"a": 1}}, {"hint": [[]]}],
)  # fmt: skip
def test_templates_that_make_no_sense_leave_the_plain_sentence(templates: object) -> None:
    values = {"error": "ImageError", "sentence": "Damaged.", "hint": "", "templates": templates}
    error = errors.S2EditError.from_json(values)
    assert error.sentence == "Damaged."
    assert str(error).isprintable()


def test_no_error_of_the_program_is_an_f_string_which_has_lost_its_template() -> None:
    found = []
    for path in sorted(PLUGIN.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and _is_ours(call):
                said = [*call.args, *(word.value for word in call.keywords)]
                found += [
                    f"{path.name}:{text.lineno}" for one in said for text in _texts(one) if _has_gaps(text)
                ]
            if (
                isinstance(call, ast.Call)
                and getattr(call.func, "id", "") == "Sentence"
                and path.name != "errors.py"
            ):
                template = call.args[0]
                found += (
                    [] if isinstance(template, ast.Constant) else [f"{path.name}:{call.lineno}: no literal"]
                )
    assert found == []


def _is_ours(call: ast.Call) -> bool:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    return name in {kind.__name__ for kind in TREE}


def _texts(node: ast.AST) -> Iterator[ast.JoinedStr]:
    """The f-strings that a value can be, not those that stand in it."""
    if isinstance(node, ast.JoinedStr):
        yield node
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _texts(value)


def _has_gaps(text: ast.JoinedStr) -> bool:
    return any(isinstance(part, ast.FormattedValue) for part in text.values)
