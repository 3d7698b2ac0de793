"""Results as a test puts them into a history: small, quick to make, each different."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from s2edit_plugin import api
from s2edit_plugin.history import History, Machine, Made, TokenUsed

ANNA = TokenUsed("aaaaaaaa-0000-4000-8000-000000000001", "anna/me")
LIPS = TokenUsed("bbbbbbbb-0000-4000-8000-000000000002", "mia/lips", "attribute")
BEN = TokenUsed("cccccccc-0000-4000-8000-000000000003", "ben/me")


def picture(number: int, size: int = 400) -> bytes:
    """Bytes that stand for a picture; the history does not look inside."""
    seed = hashlib.sha256(str(number).encode()).digest()
    return (b"\x89PNG" + seed * (size // 32 + 1))[:size]


def request(number: int = 0, **changes: Any) -> api.ApplyEdit:
    """An edit of anna's photo."""
    asked = api.ApplyEdit(
        picture(1000 + number % 5), ("anna/me",), f"a photo of a woman smiling, number {number}",
        region_mask=picture(2000 + number % 3, 200),
    )  # fmt: skip
    return replace(asked, **changes)


def made(number: int = 0, **changes: Any) -> Made:
    """A result on its way into the journal."""
    result = Made(
        picture(number), ".png", picture(3000 + number, 100), picture(4000 + number, 60), (ANNA,),
        Machine("small", "f" * 64, "cpu", "float32", 2), "a photo of a woman", pixels="9" * 64, seconds=1.5,
    )  # fmt: skip
    return replace(result, **changes)


def pixels_of(photo: bytes) -> str:
    """What stands for the hash of a photo's pixels."""
    return hashlib.sha256(b"pixels" + photo).hexdigest()


def put(history: History, number: int = 0, *, tokens: tuple[TokenUsed, ...] = (ANNA,), **changes: Any) -> str:
    """Put an edit into a history; changes: of the request."""
    asked = request(number, tokens=tuple(token.name for token in tokens), **changes)
    source = f"a photo of a <{tokens[0].name}> woman"
    result = made(number, tokens=tokens, pixels=pixels_of(asked.photo), source_prompt=source)
    return history.record(asked, result)
