"""Requests and results as JSON: everything that can travel comes back equal, everything else is refused in one sentence."""

from __future__ import annotations

import base64
import dataclasses
import json
import types
import typing
from typing import Any

import pytest

from s2edit_plugin import api
from s2edit_plugin.api import operations, queries
from s2edit_plugin.engine.protocol import wire
from s2edit_plugin.errors import ImageError, S2EditError, Sentence, UsageError

KINDS = sorted(
    {
        *operations.JOBS,
        *operations.JOBS.values(),
        *operations.QUERIES,
        *operations.QUERIES.values(),
        api.Event,
        api.JobInfo,
    },
    key=lambda kind: kind.__name__,
)


def filled(hint: Any, depth: int = 0) -> Any:
    """A value of a type hint in which nothing has its default."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    simple: dict[Any, Any] = {
        str: "grüß <anna/me> 漢",
        int: 7,
        float: 0.25,
        bool: True,
        bytes: b"\x00\xffpicture",
    }
    if hint in simple:
        return simple[hint]
    if hint is Any:
        return {"deep": [1, 2.5, None, True, "text"]}
    if origin is typing.Literal:
        return arguments[-1]
    if origin in (typing.Union, types.UnionType):
        return filled(next(argument for argument in arguments if argument is not type(None)), depth)
    if origin is tuple:
        return (filled(arguments[0], depth), filled(arguments[0], depth))
    if origin is dict:
        return {"key": filled(arguments[1], depth)}
    hints = typing.get_type_hints(hint)
    fields = [field for field in dataclasses.fields(hint) if field.metadata.get("wire", True)]
    return hint(**{field.name: filled(hints[field.name], depth + 1) for field in fields})


def there_and_back(value: Any, inline: int = wire.INLINE_BYTES) -> Any:
    encoded, blobs = wire.encode(value, inline)
    return wire.decode(type(value), wire.parse(wire.dump(encoded)), blobs.__getitem__)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("inline", [0, wire.INLINE_BYTES])
def test_every_request_and_result_travels(kind: type, inline: int) -> None:
    value = filled(kind)
    assert there_and_back(value, inline) == value


def test_every_class_of_the_contract_has_its_own_name() -> None:
    names = [kind.__name__ for kind in (*operations.JOBS, *operations.QUERIES)]
    assert len(set(names)) == len(names)
    assert set(wire.JOBS_BY_NAME) | set(wire.QUERIES_BY_NAME) == set(names)


def test_large_pictures_travel_beside_the_json_and_equal_ones_once() -> None:
    photo = bytes(200_000)
    request = api.ApplyEdit(photo, ("anna/me",), "smiling", subject_mask=photo, region_mask=b"small")
    encoded, blobs = wire.encode(request)
    assert blobs == {wire.hash_of(photo): photo}
    assert len(wire.dump(encoded)) < 2000
    assert wire.decode(api.ApplyEdit, encoded, blobs.__getitem__) == request


def test_all_missing_pictures_are_named_at_once() -> None:
    encoded, blobs = wire.encode(api.ApplyEdit(b"a", (), "", subject_mask=b"b"), inline=0)

    def find(name: str) -> bytes:
        raise wire.MissingBlobError((name,))

    with pytest.raises(wire.MissingBlobError) as caught:
        wire.decode(api.ApplyEdit, encoded, find)
    assert set(caught.value.missing) == set(blobs)


def test_a_preview_stays_at_home_and_does_not_count_for_equality() -> None:
    progress = api.Progress("editing", 1, 2, preview=lambda check: b"picture")
    assert there_and_back(progress) == progress == api.Progress("editing", 1, 2)
    assert "preview" not in wire.plain(progress)


def test_a_whole_number_is_a_number() -> None:
    assert wire.decode(api.EditSettings, {"guidance": 5}).guidance == 5.0


def test_characters_no_file_can_hold_are_replaced_when_sent() -> None:
    assert wire.plain(queries.Done("a\0b\ud800c")) == {"sentence": "a\ufffdb\ufffdc", "count": 1}


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": [value]}
    return value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (queries.ListTokens, []),
        (queries.ListTokens, None),
        (queries.ListTokens, "text"),
        (queries.ListTokens, {"persons": "anna"}),
        (queries.ListTokens, {"person\n\x1b[31m": 1}),
        (queries.ListTokens, {"person": 3}),
        (queries.ListTokens, {"person": None}),
        (queries.ListTokens, {"trash": 1}),
        (queries.ListTokens, {"trash": "true"}),
        (queries.ListTokens, {"person": "x" * (wire.MAX_TEXT + 1)}),
        (queries.ListTokens, {"person": "a\0b"}),
        (queries.ListTokens, {"person": "\ud800"}),
        (queries.ShowToken, {}),
        (queries.DeleteTokens, {"names": "anna/me"}),
        (queries.DeleteTokens, {"names": [1]}),
        (queries.DeleteTokens, {"names": ["a"] * (wire.MAX_ITEMS + 1)}),
        (queries.ListHistory, {"limit": 1.5}),
        (queries.ListHistory, {"limit": True}),
        (queries.ListHistory, {"limit": 10**30}),
        (api.EditSettings, {"guidance": "5"}),
        (api.EditSettings, {"guidance": float("nan")}),
        (api.EditSettings, {"guidance": float("inf")}),
        (api.EditSettings, {"guidance": 10**400}),
        (api.EditSettings, {"inversion": "magic"}),
        (api.EditSettings, {"inversion": ["direct"]}),
        (api.EditSettings, {"weights": {"red": "1"}}),
        (api.EditSettings, {"weights": []}),
        (api.MakeMask, {"photo": "cGhvdG8="}),
        (api.MakeMask, {"photo": None}),
        (api.MakeMask, {"photo": {"$b64": "?"}}),
        (api.MakeMask, {"photo": {"$b64": "ä"}}),
        (api.MakeMask, {"photo": {"$b64": "", "$blob": ""}}),
        (api.MakeMask, {"photo": {"$blob": "../../etc/passwd"}}),
        (api.MakeMask, {"photo": {"$blob": "A" * 64}}),
        (api.MakeMask, {"photo": {"$blob": "a" * 64 + "\n"}}),
        (api.MakeMask, {"photo": {}}),
        (api.LearnToken, {"photo": {"$b64": ""}, "person": "a", "token": "b", "settings": 3}),
        (queries.ChangeSettings, {"changes": _nested(20)}),
        (queries.ChangeSettings, {"changes": {"a\0": 1}}),
        (queries.ChangeSettings, {"changes": {"a": float("nan")}}),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(kind: type, value: Any) -> None:
    with pytest.raises(UsageError) as caught:
        wire.decode(kind, value)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"NaN",
        b'{"a": Infinity}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"1" * 5000,
        b"\x00",
    ],
    ids=lambda text: repr(text[:8]),
)
def test_what_is_not_json_is_refused(text: bytes) -> None:
    with pytest.raises(UsageError):
        wire.parse(text)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_are_not_finite_are_not_sent(value: float) -> None:
    with pytest.raises(UsageError):
        wire.encode(api.Progress("learning", 1, 2, loss=value))
    with pytest.raises(UsageError):
        wire.dump({"loss": value})


def test_what_has_no_form_in_json_is_not_sent() -> None:
    with pytest.raises(UsageError):
        wire.encode(queries.SettingsValues({"folder": object()}))


def test_inline_bytes_are_plain_base64() -> None:
    encoded, blobs = wire.encode(api.MakeMask(b"photo"))
    assert encoded["photo"] == {"$b64": base64.b64encode(b"photo").decode()}
    assert blobs == {}
    assert json.loads(wire.dump(encoded)) == encoded


def test_a_failed_jobs_error_keeps_its_templates() -> None:
    error = ImageError(
        Sentence("{} is damaged: {}", "a.png", Sentence("Byte {} is wrong.", 7)), "Save it again."
    )
    info = api.JobInfo("1", "ApplyEdit", "Edit", "failed", 20, error=error.to_json())
    read = wire.decode(api.JobInfo, wire.parse(wire.dump(wire.plain(info))))
    assert read == info
    sentence = S2EditError.from_json(read.error).sentence
    assert isinstance(sentence, Sentence)
    assert (sentence, sentence.template) == (error.sentence, "{} is damaged: {}")
