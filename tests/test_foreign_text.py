"""Text from others: every scan takes time in proportion to its length, and what is longer than anybody writes is refused.

A regular expression holds Python's interpreter while it runs: one that goes back and forth would stop the whole engine.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from qt_app.i18n.engine_translation import _Templates
from qt_app.ui.formatting import brief
from s2edit_plugin import api
from s2edit_plugin.api import limits, operations, prompts, queries, safety
from s2edit_plugin.api.presets import EDIT_PRESETS, apply_preset
from s2edit_plugin.engine.server.core import Engine
from s2edit_plugin.errors import InputError, S2EditError, TokenDamagedError, UsageError
from s2edit_plugin.perception import captions
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.tokens.file import METADATA_KEY, Token, parse_token, token_bytes
from s2edit_plugin.tokens.record import TokenRecord, parse_json
from tests.fakes.tokens import make_record

LONG = 30_000  # characters; a tenth of the class noun that stopped the engine
MOST_SECONDS = 1.5  # of this process, not by the clock; a quadratic scan takes many times as long
PIECES = (
    "1", "1$", "a", "a ", "1 ", "_", "é", " ", "\t", "<", "<a", "<a/", "<a/b>", "-a", "a'", "a-", ".", ",", "$", "@1", "no ",
    "remove all ", "take off her ", "without any ", "nude ", "same ", "see through ", "1 year ", "a a and ", "in a ", "(", "\\",
    "photo of a ", "The model '", "ＡＢ", "\u0301", "\u200b",
)  # fmt: skip
SENTENCES = {
    "The model '{0}' is not installed.": "x {0}",
    "{0} is no {1}, {2} and {3} of {4}.": "{4}{3}{2}{1}{0}",
    "'{0}' in {1} of {2}, at {3}": "{3}{2}{1}{0}",
}
SCANS: dict[str, Callable[[str], object]] = {
    "refusing prompts": lambda text: safety.check_prompts([text], person=True),
    "split": prompts.split,
    "words": prompts.words,
    "references": prompts.references,
    "insert_token, prompt": lambda text: prompts.insert_token(text, "woman", "anna/me"),
    "insert_token, noun": lambda text: prompts.insert_token("a photo of a woman", text, "anna/me"),
    "check_name": prompts.check_name,
    "parse_ref": prompts.parse_ref,
    "names_noun": lambda text: captions.plain_prompt(text),
    "presets": lambda text: [apply_preset(text, preset, "woman") for preset in EDIT_PRESETS],
    "brief": brief,
    "translation": _Templates(SENTENCES).translate,
}


def seconds(work: Callable[[], object]) -> float:
    """Processor time of something that may refuse."""
    start = time.process_time()
    with contextlib.suppress(S2EditError):
        work()
    return time.process_time() - start


@pytest.mark.parametrize("name", SCANS)
def test_every_scan_is_linear(name: str) -> None:
    for piece in PIECES:
        for end in ("!", "<"):
            text = (piece * (LONG // len(piece)))[:LONG] + end
            assert seconds(lambda text=text: SCANS[name](text)) < MOST_SECONDS, (piece, end)


@pytest.mark.parametrize("piece", PIECES)
def test_prompts_of_the_longest_length_are_compared_soon(piece: str) -> None:
    one = (piece * limits.MAX_PROMPT)[: limits.MAX_PROMPT]
    for other in (one[1:], "x " + one, one[::-1], (piece + "b ") * (limits.MAX_PROMPT // (len(piece) + 2))):
        assert seconds(lambda other=other: prompts.changed_words(one, other)) < MOST_SECONDS
        assert seconds(lambda other=other: prompts.align_words(other, one)) < MOST_SECONDS


def test_endless_prompts_keep_the_words_they_share_at_both_ends() -> None:
    one, other = "a b " + "x " * 400 + "c d", "a b " + "y " * 500 + "c d"
    removed, added = prompts.changed_words(one, other)
    assert (set(removed), set(added)) == ({"x"}, {"y"})
    assert prompts.align_words(one, other) == [0, 1, *([None] * 500), 402, 403]
    assert prompts.align_words("a " * 400, "a " * 500) == [*range(400), *([None] * 100)]


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("n4ked woman", True),
        ("$3xy woman", True),
        ("1999", False),
        ("a n u d 3 woman", True),
        ("33 1 05", False),
    ],
)
def test_disguised_words_are_still_found(text: str, refused: bool) -> None:
    assert safety.is_sexual(text) == refused


# ---------------------------------------------------------------------- tokens

TOO_LONG = {
    "class_noun": "1" * LONG,
    "source_prompt": "a " * LONG,
    "notes": "n" * 20_001,
    "consent": "c" * 3000,
    "base_model": "m" * 300,
    "region": "word:" + "w" * 300,
    "tags": ("t",) * 2000,
    "attribute_words": ("a" * 101,),
}


@pytest.mark.parametrize("field", TOO_LONG)
def test_a_token_with_a_text_nobody_writes_is_neither_read_nor_written(field: str) -> None:
    token = Token(make_record(), {"vectors": np.ones((1, 8), np.float16)})
    with pytest.raises(InputError, match="cannot be saved: its"):
        token_bytes(token.record.replace(**{field: TOO_LONG[field]}), token.tensors)
    # As somebody else's program would write it.
    values = dataclasses.asdict(token.record) | {field: TOO_LONG[field]}
    data = safetensors.numpy.save(token.tensors, metadata={METADATA_KEY: json.dumps(values)})
    start = time.process_time()
    with pytest.raises(TokenDamagedError, match=f"its {field.replace('_', ' ')} (is|are)"):
        parse_token(data, "theirs.safetensors")
    assert time.process_time() - start < MOST_SECONDS


def test_the_longest_texts_that_are_allowed_come_back() -> None:
    token = Token(make_record(), {"vectors": np.ones((1, 8), np.float16)})
    record: TokenRecord = token.record.replace(
        class_noun="n" * limits.MAX_NOUN, source_prompt="p" * limits.MAX_PROMPT, notes="," * limits.MAX_NOTES
    )
    assert parse_token(token_bytes(record, token.tensors), "mine").record == record


@pytest.mark.parametrize("value", ["[" + "[]," * 1_300_000 + "[]]", "[" + '{"":0},' * 500_000 + "[]]"])
def test_a_header_of_many_small_values_takes_no_more_memory_than_its_size_allows(value: str) -> None:
    data = f'{{"a": {value}}}'.encode()
    tracemalloc.start()
    try:
        with pytest.raises(TokenDamagedError, match="malformed"):
            parse_json("theirs", data)
        assert tracemalloc.get_traced_memory()[1] < 3 * len(data)
    finally:
        tracemalloc.stop()


# ---------------------------------------------------------------------- requests


@pytest.mark.parametrize(
    "request_",
    [
        api.ApplyEdit(b"", ("anna/me",), "1" * LONG),
        api.ApplyEdit(b"", ("anna/me",), "p", source_prompt="1" * LONG),
        api.ApplyEdit(b"", ("a" * LONG,), "p"),
        api.LearnToken(b"", "anna", "me", class_noun="1" * LONG),
        api.LearnToken(b"", "anna", "me", class_noun="woman", attribute_words=("1",) * 5000),
        api.SuggestPrompt(b"", "1" * LONG),
        queries.ChangeToken("anna/me", notes="n" * LONG),
        queries.ChangeToken("anna/me", add_tags=("n" * LONG,)),
    ],
    ids=lambda request: type(request).__name__,
)
def test_a_request_with_a_text_nobody_writes_is_refused_before_anything_looks_at_it(
    request_: object, data_home: Path
) -> None:
    engine = Engine(DataFolder(data_home))
    ask = engine.queue.add if type(request_) in operations.JOBS else engine.call
    start = time.process_time()
    with pytest.raises(UsageError, match=r"longer than|more than"):
        ask(request_)
    assert time.process_time() - start < MOST_SECONDS


def test_bytes_that_are_no_text_are_refused_before_anything_is_computed(data_home: Path) -> None:
    engine = Engine(DataFolder(data_home))
    for request in (
        api.LearnToken(b"p", "anna", "me", prompt="a \udcff"),
        queries.ChangeToken("anna/me", notes="\udcff"),
    ):
        ask = engine.queue.add if type(request) in operations.JOBS else engine.call
        with pytest.raises(UsageError, match="no text"):
            ask(request)
