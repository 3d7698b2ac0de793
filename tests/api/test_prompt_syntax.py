"""Prompts as people type and paste them."""

from __future__ import annotations

import time

import pytest

from s2edit_plugin.api.prompt_syntax import clean, read_prompt

BLOCK = "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1234, Size: 512x512, Model: x"


@pytest.mark.parametrize(
    ("text", "prompt", "weights"),
    [
        ("a (blonde:1.4) woman", "a blonde woman", {"blonde": 1.4}),
        ("a (blonde: 0.5) woman", "a blonde woman", {"blonde": 0.5}),
        ("a (blonde hair:1.4)", "a blonde hair", {"blonde": 1.4, "hair": 1.4}),
        ("a ((blonde)) [smiling] woman", "a blonde smiling woman", {"blonde": 1.21, "smiling": 0.9091}),
        ("((blonde:1.5) hair:2)", "blonde hair", {"blonde": 3.0, "hair": 2.0}),
        ("a woman with blonde++ hair", "a woman with blonde hair", {"blonde": 1.21}),
        ("(blonde)1.3 hair, (red)--", "blonde hair, red", {"blonde": 1.3, "red": 0.8264}),
        ("a (<anna/me>:1.2) woman", "a <anna/me> woman", {"<anna/me>": 1.2}),
        ("(a woman with a hat:1.3)", "a woman with a hat", {"woman": 1.3, "hat": 1.3}),
        (r"a \(plain\) word", "a plain word", {}),
        ("a (blonde woman", "a blonde woman", {}),
        ("smile :-) and a] cat", "smile:- and a cat", {}),
        ("a [dog:cat:0.5] and a [red|green] hat", "a cat and a red hat", {}),
        ("a woman BREAK a hat", "a woman, a hat", {}),
        ("three steps: wood, stone: grey", "three steps: wood, stone: grey", {}),
        ("an 8-bit well-made 50% off, C++ + Rust", "an 8-bit well-made 50% off, C + Rust", {}),
    ],
)
def test_weights_are_read_as_weights(text: str, prompt: str, weights: dict[str, float]) -> None:
    read = read_prompt(text)
    assert (read.prompt, read.weights) == (prompt, weights)
    assert read.about_weights.startswith("Read as weights of words: " if weights else "")
    again = read_prompt(read.prompt)  # as it comes back from the history
    assert (again.prompt, again.weights) == (prompt, {})


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        (
            f"a cat\nNegative prompt: dog, (ugly:1.3)\n{BLOCK}",
            "The negative prompt and the settings pasted with the prompt are left out.",
        ),
        (f"a cat\n{BLOCK}", "The settings pasted with the prompt are left out."),
        ("a cat. negative prompt : dog", "The negative prompt pasted with the prompt is left out."),
    ],
)
def test_a_pasted_block_is_left_out_and_that_is_said(text: str, left_out: str) -> None:
    read = read_prompt(text)
    assert read.prompt.rstrip(".") == "a cat"
    assert read.weights == {}
    assert read.notes == (left_out,)


def test_loras_are_left_out_and_that_is_said() -> None:
    read = read_prompt("a <lora:add_detail:0.8> <anna/me> woman")
    assert read.prompt == "a <anna/me> woman"
    assert read.notes == ("LoRAs and the like in a prompt are left out.",)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a wo\u200bman\ufeff with\u00a0red\u2028hair\u00ad", "a woman with red hair"),
        ("a \u202ewoman\u202c\u2066 smiling\u2069", "a woman smiling"),
        ("a\ttab\x00and\r\nlines", "a tab and lines"),
        ("“a woman’s” ‘hat’ – red", "\"a woman's\" 'hat' - red"),
        ("ｂｌｏｎｄｅ　ｗｏｍａｎ，　２０", "blonde woman, 20"),
        ("٢٠ १२ years", "20 12 years"),
        ("a <anna/me> ｗｏｍａｎ", "a <anna/me> woman"),
        ("＜anna／me＞ woman", "<anna/me> woman"),
        ("<Ａnna/me> stays", "<Ａnna/me> stays"),
        ("blond ❤️ hair \u3164", "blond ❤ hair"),
        ("mädchen ß ñ 日本", "mädchen ß ñ 日本"),
    ],
)
def test_what_is_not_seen_goes_and_what_looks_like_ascii_is(text: str, plain: str) -> None:
    assert clean(text) == plain
    assert read_prompt(text).prompt == plain


@pytest.mark.parametrize("text", ["(" * 9999, "(a" * 3000 + ")" * 3000, "a+" * 9999, "\u200b" * 50_000, "<" * 50_000,
                                  "steps: " * 5000, "negative prompt" * 3000, "[a" * 3000 + "]" * 3000])  # fmt: skip
def test_hostile_text_takes_no_time(text: str) -> None:
    began = time.process_time()
    read_prompt(text)
    assert time.process_time() - began < 1
