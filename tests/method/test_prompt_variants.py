"""Forms of a learning prompt with clauses left out."""

from __future__ import annotations

import itertools

import pytest

from s2edit_plugin.api import prompts
from s2edit_plugin.method.prompt_variants import variants_of

LONG = "a photo of a <a/me> woman with long red hair and bangs smiling wearing glasses and red lipstick in a city"


def test_the_first_form_is_the_prompt() -> None:
    assert variants_of(LONG, 1, 0) == [LONG]
    assert variants_of(LONG, 5, 0)[0] == LONG


def test_head_and_token_stay_in_every_form() -> None:
    forms = variants_of(LONG, 30, 0)
    assert all(form.startswith("a photo of a <a/me> woman") for form in forms)
    assert len(set(forms)) > 10


def test_every_clause_is_left_out_by_some_and_kept_by_others() -> None:
    forms = variants_of(LONG, 40, 1)
    for clause in ("long red hair", "bangs", "smiling", "glasses", "red lipstick", "in a city"):
        kept = [clause in form for form in forms]
        assert any(kept)
        assert not all(kept), clause


def test_what_is_kept_keeps_its_opening_word() -> None:
    for form in variants_of(LONG, 40, 2):
        words = prompts.words(form)
        for before, word in itertools.pairwise(words):
            assert (before, word) != ("and", "and")
        assert words[-1] not in ("with", "wearing", "and", "in")
        if "bangs" in words:
            assert words[words.index("bangs") - 1] in ("with", "and")
        if "glasses" in words:
            assert words[words.index("glasses") - 1] == "wearing"


def test_a_token_in_a_clause_is_never_left_out() -> None:
    forms = variants_of("a photo of a woman wearing <mia/lips> lipstick in a city", 20, 0)
    assert all("wearing <mia/lips> lipstick" in form for form in forms)
    assert len(set(forms)) == 2


@pytest.mark.parametrize("prompt", ["a photo of a <a/me> car", "<a/me>", ""])
def test_a_prompt_without_clauses_has_one_form(prompt: str) -> None:
    assert len(set(variants_of(prompt, 6, 0))) == 1
