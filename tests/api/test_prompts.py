"""Prompts: references, the class noun, what changed, and which word came from where."""

from __future__ import annotations

import pytest

from s2edit_plugin.api.prompts import (
    Text,
    TokenRef,
    align_words,
    changed_words,
    check_name,
    insert_token,
    parse_ref,
    references,
    split,
    uncovers,
    words,
)
from s2edit_plugin.errors import InputError, PromptError


def test_split_keeps_every_character() -> None:
    prompt = "a  photo of <anna/me> and <Zoë-2/lip.stick>!"
    parts = split(prompt)

    assert parts == [
        Text("a  photo of "),
        TokenRef("anna", "me"),
        Text(" and "),
        TokenRef("Zoë-2", "lip.stick"),
        Text("!"),
    ]
    assert "".join(str(p) if isinstance(p, TokenRef) else p.text for p in parts) == prompt


def test_split_of_nothing_is_nothing() -> None:
    assert split("") == []


def test_decomposed_letters_name_the_same_token() -> None:
    assert references("<zoe\u0308/me>") == references("<zo\u00eb/me>")


@pytest.mark.parametrize("prompt", ["a <anna> woman", "<a/b/c>", "<../me>", "<a b/c>", "<>", "< a/b>"])
def test_brackets_around_something_else_are_refused(prompt: str) -> None:
    with pytest.raises(PromptError, match="no token"):
        split(prompt)


def test_a_lone_bracket_is_text() -> None:
    assert split("hair < 3 cm") == [Text("hair < 3 cm")]


@pytest.mark.parametrize(
    ("prompt", "noun", "expected"),
    [
        ("a photo of a woman", "woman", "a photo of a <anna/me> woman"),
        ("A Woman, smiling", "woman", "A <anna/me> Woman, smiling"),
        ("a womanly woman", "woman", "a womanly <anna/me> woman"),
        ("a sports  car", "sports car", "a <anna/me> sports  car"),
        ("a woman and a woman", "woman", "a <anna/me> woman and a woman"),
        ("a photo of <anna/me> man", "woman", "a photo of <anna/me> man"),
        ("a woman with <mia/lips> lips", "woman", "a <anna/me> woman with <mia/lips> lips"),
    ],
)
def test_insert_token(prompt: str, noun: str, expected: str) -> None:
    assert insert_token(prompt, noun, "anna/me") == expected
    assert insert_token(prompt, noun, TokenRef("anna", "me")) == expected


@pytest.mark.parametrize("noun", ["woman", "", " "])
def test_a_missing_class_noun_is_one_sentence(noun: str) -> None:
    with pytest.raises(PromptError, match="class noun"):
        insert_token("a photo of a man", noun, "anna/me")


def test_words_are_lower_case_but_references_are_not() -> None:
    assert words("A <Anna/Me> woman's well-kept hair, red!") == [
        "a", "<Anna/Me>", "woman's", "well-kept", "hair", ",", "red", "!",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "target", "removed", "added"),
    [
        ("a woman with black hair", "a woman with red hair", ["black"], ["red"]),
        ("a woman", "a smiling woman, with glasses", [], ["smiling", "glasses"]),
        ("a <a/b> woman", "a woman", [], []),
        ("a woman with a hat", "a woman", ["hat"], []),
        ("A Woman.", "a woman", [], []),
    ],
)
def test_changed_words(source: str, target: str, removed: list[str], added: list[str]) -> None:
    assert changed_words(source, target) == (removed, added)


@pytest.mark.parametrize(
    ("source", "target", "mapping"),
    [
        ("a woman with hair", "a woman with red hair", [0, 1, 2, None, 3]),
        ("black hair", "red hair", [None, 1]),
        ("a <a/b> woman", "a <a/b> woman smiling", [0, 1, 2, None]),
        ("", "red", [None]),
        ("a woman, smiling", "a woman", [0, 1]),
        ("a woman smiling", "smiling a woman", [2, 0, 1]),
    ],
)
def test_align_words(source: str, target: str, mapping: list[int | None]) -> None:
    assert align_words(source, target) == mapping


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("a woman in a red hat", "a woman", True),
        ("a woman wearing sunglasses and blush", "a woman wearing blush", True),
        ("a woman smiling", "a woman", True),
        ("a woman", "a woman without glasses", True),
        ("a woman with her eyes closed", "a woman with her eyes open", True),
        ("a woman with black hair", "a woman with red hair", False),
        ("a woman", "a woman wearing glasses", False),
        ("a woman smiling", "a smiling woman", False),
        ("a woman", "a woman", False),
    ],
)
def test_what_brings_the_persons_own_looks_to_light(source: str, target: str, expected: bool) -> None:
    assert uncovers(source, target) is expected


def test_replaced_words_stand_in_blocks_of_equal_length() -> None:
    assert align_words("black hair", "red hair", replaced=True) == [0, 1]
    assert align_words("black hair", "dark red hair", replaced=True) == [None, None, 1]
    assert align_words("a woman smiling", "smiling a man", replaced=True) == [2, 0, None]


def test_alignment_joins_equal_words_once() -> None:
    source, target = (
        "a photo of a woman with a red hat and a scarf",
        "a sketch of a woman with a hat and a red scarf",
    )
    mapping = align_words(source, target)
    joined = [(i, j) for j, i in enumerate(mapping) if i is not None]

    assert len({i for i, _ in joined}) == len(joined)
    assert mapping[10] == 7  # the red of the hat, which is the scarf's now
    assert all(words(source)[i] == words(target)[j] for i, j in joined)


@pytest.mark.parametrize("name", ["anna", "Zoë", "李娜", "a.b", "x-1_y", "7", "a" * 64])
def test_good_names(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "a\\b", ".hidden", "-rf", "a ", "a\n", "a" * 65, "a.", "a:b", "\0"]
)
def test_bad_names(name: str) -> None:
    with pytest.raises(InputError):
        check_name(name)


@pytest.mark.parametrize("ref", ["anna/me", "<anna/me>"])
def test_parse_ref(ref: str) -> None:
    assert parse_ref(ref) == TokenRef("anna", "me")
    assert parse_ref(ref).full_name == "anna/me"


@pytest.mark.parametrize("ref", ["anna", "anna/", "/me", "a/b/c", "../../etc/passwd", ""])
def test_parse_ref_refuses(ref: str) -> None:
    with pytest.raises(InputError):
        parse_ref(ref)
