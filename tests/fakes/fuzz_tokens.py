"""Malformed token files and person's files, from a seed: what a broken disk, a careless program or an attacker makes.

Plain seeded random: the same number gives the same file, so a failure can be looked at again.
"""

from __future__ import annotations

import io
import json
import math
import random
import struct
import warnings
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np

from s2edit_plugin.tokens.file import token_bytes
from tests.fakes.png import png64
from tests.fakes.tokens import make_record
from tests.fakes.version_1 import version_1_bytes

__all__ = ["malformed_person", "malformed_token"]

WORDS = (
    "",
    "..",
    "../../x",
    "/etc/passwd",
    "a\0b",
    "\ud800",
    "\x1b[2J",
    "é" * 90,
    "con",
    "x" * 5000,
    "𠀀" * 64,
    "<a/b>",
    "1" * 300_000,
    "a " * 100_000,
    "<" * 100_000,
)
NUMBERS = (-1, 0, 1, 2, 3, 7, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1, -(2**63) - 1, 10**40)
TENSORS = {
    "vectors": np.linspace(-1, 1, 8).astype(np.float16).reshape(2, 4),
    "parameters.a/k_down": np.full((2, 4), 0.5, np.float32),
}


def sound(chance: random.Random) -> bytes:
    """A sound token file to start from."""
    if chance.random() < 0.2:
        return version_1_bytes()
    return token_bytes(make_record(f"p{chance.randrange(4)}", f"t{chance.randrange(9)}"), TENSORS)


def split(raw: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and data of a sound file."""
    length = struct.unpack("<Q", raw[:8])[0]
    return json.loads(raw[8 : 8 + length]), raw[8 + length :]


def join(header: Any, data: bytes, length: int | None = None) -> bytes:
    """A file of a header (JSON values, or bytes) and data. Args: length: what the file claims of its header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode("utf-8", "surrogatepass")
    return struct.pack("<Q", (len(text) if length is None else length) % 2**64) + text + data


# ---------------------------------------------------------------------- bytes


def flip(raw: bytes, chance: random.Random) -> bytes:
    changed = bytearray(raw)
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(raw: bytes, chance: random.Random) -> bytes:
    return raw[: chance.randrange(len(raw))]


def append(raw: bytes, chance: random.Random) -> bytes:
    return raw + chance.randbytes(chance.choice((1, 8, 5000)))


def take_out(raw: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(raw))
    return raw[:start] + raw[start + chance.randrange(1, 200) :]


def put_in(raw: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(raw))
    return raw[:start] + chance.randbytes(chance.randrange(1, 200)) + raw[start:]


def noise(raw: bytes, chance: random.Random) -> bytes:
    return chance.randbytes(chance.randrange(5000))


def wild_length(raw: bytes, chance: random.Random) -> bytes:
    header, data = split(raw)
    return join(header, data, chance.choice((*NUMBERS, chance.randrange(10_000))))


# ---------------------------------------------------------------------- the header


def deep(raw: bytes, chance: random.Random) -> bytes:
    _, data = split(raw)
    opening = chance.choice((b"[", b'{"a":'))
    return join(b'{"__metadata__": ' + opening * chance.choice((100, 3000, 500_000)), data)


def no_json(raw: bytes, chance: random.Random) -> bytes:
    header, data = split(raw)
    text = json.dumps(header).encode()
    bad = chance.choice(
        (b"", b"null", b"[]", b"3", b'"x"', b"{}", text[:-1], text + b"}", b"\xff\xfe" + text, b"\0" * 50)
    )
    return join(bad, data)


def key_twice(raw: bytes, chance: random.Random) -> bytes:
    header, data = split(raw)
    name = chance.choice([name for name in header if name != "__metadata__"])
    text = json.dumps(header)[:-1] + f", {json.dumps(name)}: {json.dumps(header[name])}}}"
    return join(text.encode(), data)


def table(raw: bytes, chance: random.Random) -> bytes:
    """Wrong types, shapes and offsets."""
    header, data = split(raw)
    name = chance.choice([name for name in header if name != "__metadata__"])
    entry = header[name]
    changes: list[Callable[[], object]] = [
        lambda: entry.update(
            dtype=chance.choice(("F64", "I8", "BF16", "F8_E4M3", "", 3, None, ["F16"], "x" * 999))
        ),
        lambda: entry.update(shape=[chance.choice(NUMBERS) for _ in range(chance.randrange(6))]),
        lambda: entry.update(
            shape=chance.choice((None, 3, "24", {}, [[]], [2.5], [True], [-8], [0, 2**62], [1] * 5000))
        ),
        lambda: entry.update(data_offsets=[chance.choice(NUMBERS), chance.choice(NUMBERS)]),
        lambda: entry.update(
            data_offsets=chance.choice((None, [], [0], [0, 1, 2], "01", {}, [1.5, 2], [math.nan, 0]))
        ),
        lambda: header.update({name: chance.choice((None, 3, [], {}, "x"))}),
        lambda: header.pop(name),
        lambda: header.update({"more": dict(entry)}),
        lambda: header.update({"empty": {"dtype": "F16", "shape": [0], "data_offsets": [0, 0]}}),
        lambda: header.update({chance.choice(WORDS): header.pop(name)}),
        lambda: header.update({f"n{i}": dict(entry) for i in range(2000)}),
    ]
    chance.choice(changes)()
    return join(header, data)


def metadata(raw: bytes, chance: random.Random) -> bytes:
    header, data = split(raw)
    tokens = (3, "", "[]", "{", "{" * 900, '{"format_version": 2}')
    header["__metadata__"] = chance.choice(
        (None, 3, [], {}, "x", {"other": "x"}, *({"s2edit_token": text} for text in tokens))
    )
    return join(header, data)


def not_finite(raw: bytes, chance: random.Random) -> bytes:
    header, data = split(raw)
    value = chance.choice((math.nan, math.inf, -math.inf))
    packed = struct.pack("<e", value) if chance.random() < 0.5 else struct.pack("<f", value)
    start = chance.randrange(len(data) - 4)
    start -= start % len(packed)
    return join(header, data[:start] + packed + data[start + len(packed) :])


# ---------------------------------------------------------------------- the record


def record(raw: bytes, chance: random.Random) -> bytes:
    """One field is missing, or of a wrong type, or wild."""
    header, data = split(raw)
    values = json.loads(header["__metadata__"]["s2edit_token"])
    wild: tuple[Any, ...] = (
        None, 3, -1, 2.5, True, [], {}, [None], [[]], {"a": [[[[[[[[[[1]]]]]]]]]]}, 10**30, math.nan, math.inf, 1e300,
        [1, 2, 3, 4], ["a"] * 3000, {"k": "\ud800"}, *WORDS,
    )  # fmt: skip
    for _ in range(chance.choice((1, 1, 1, 3))):
        field = chance.choice([*values, "more", "format_version", "settings", "self_test"])
        if chance.random() < 0.15:
            values.pop(field, None)
        else:
            values[field] = chance.choice(wild)
    text = json.dumps(values)
    if chance.random() < 0.1:
        text = text.replace("0.0", "1e999")
    header["__metadata__"]["s2edit_token"] = text
    return join(header, data)


def picture(raw: bytes, chance: random.Random) -> bytes:
    """Pictures that are none, claim to be huge, or unpack to much more than they hold."""
    header, data = split(raw)
    values = json.loads(header["__metadata__"]["s2edit_token"])
    pictures: list[Callable[[], str]] = [
        lambda: png64(60_000, 60_000, pixels=b""),
        lambda: png64(4096, 4096, pixels=b"\0"),
        lambda: png64(8, 8, pixels=bytes(chance.choice((71, 73, 3_000_000)))),
        lambda: png64(0, 0),
        lambda: png64(cut=chance.randrange(1, 60)),
        lambda: png64(flip=chance.randrange(60)),
        lambda: png64(depth=chance.randrange(1, 17), pixels=b"x" * 72),
        lambda: "====",
        lambda: "A" * chance.randrange(2_000_000),
        lambda: "iVBORw0KGgo" * 99,
        lambda: "\u00e9\u00e9\u00e9\u00e9",
    ]
    values[chance.choice(("thumbnail", "subject_mask"))] = chance.choice(pictures)()
    header["__metadata__"]["s2edit_token"] = json.dumps(values)
    return join(header, data)


def newer(raw: bytes, chance: random.Random) -> bytes:
    header, data = split(raw)
    values = json.loads(header["__metadata__"]["s2edit_token"])
    values["format_version"] = chance.choice((3, 99, 2**62, 0, -5, "2", None, 1.0))
    header["__metadata__"]["s2edit_token"] = json.dumps(values)
    return join(header, data)


TOKENS = (
    flip, flip, cut, append, take_out, put_in, noise, wild_length, deep, no_json, key_twice, table, table, table, metadata,
    not_finite, record, record, record, record, picture, picture, newer,
)  # fmt: skip


def malformed_token(number: int) -> bytes:
    """The n-th malformed token file. A few turn out to be sound: a changed word may well be a word."""
    chance = random.Random(number)
    return chance.choice(TOKENS)(sound(chance), chance)


# ---------------------------------------------------------------------- people


def malformed_person(number: int) -> bytes:
    """The n-th malformed person's file: a zip of tokens that something is wrong with."""
    chance = random.Random(f"person {number}")
    members = {"person.json": json.dumps({"s2edit_person": 1, "person": "anna", "notes": "x"}).encode()}
    for name in ("a", "b", "c"):
        members[f"tokens/{name}.safetensors"] = sound(chance)
    kind = chance.randrange(6)
    if kind == 0:
        members[f"tokens/{chance.choice('abc')}.safetensors"] = malformed_token(number)
    elif kind == 1:
        bad = chance.choice((*WORDS[:-3], "a/b", "A", "..", ".", "C:", "a\\b", "nul"))
        members[
            chance.choice(("{}", "tokens/{}.safetensors", "tokens/{}", "../{}", "/{}")).format(bad) or "x"
        ] = sound(chance)
    elif kind == 2:
        described = {
            "s2edit_person": chance.choice((1, 1, 2, "1", None)),
            "person": chance.choice((*WORDS, 3, None)),
        }
        broken = (b"", b"{", b"[]", b"null", b"[" * 9000, b" " * 2_000_000)
        members["person.json"] = chance.choice((*broken, *[json.dumps(described).encode()] * 6))
    raw = _zipped(members, chance, entries=kind == 3)
    return chance.choice((flip, cut, append, take_out, put_in, wild_end))(raw, chance) if kind >= 4 else raw


def wild_end(raw: bytes, chance: random.Random) -> bytes:
    """Numbers of the zip's last record changed."""
    changed = bytearray(raw)
    start = len(raw) - 22 + chance.choice((4, 6, 8, 10, 12, 14, 16, 18, 20))
    changed[start : start + 2] = struct.pack("<H", chance.choice((0, 1, 7, 0xFFFF, chance.randrange(65536))))
    return bytes(changed)


def _zipped(members: dict[str, bytes], chance: random.Random, *, entries: bool) -> bytes:
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w") as archive:
        warnings.simplefilter("ignore")  # a name twice
        for name, data in members.items():
            info = zipfile.ZipInfo(name.encode("utf-8", "replace").decode())
            archive.writestr(info, data, chance.choice((0, 8)) if entries else 0)
        if entries:
            info = chance.choice(archive.infolist())
            narrow, wide = (
                ("flag_bits", "compress_type"),
                ("external_attr", "CRC", "header_offset", "file_size", "compress_size"),
            )
            field = chance.choice((*narrow, *wide))
            value = chance.choice((0, 1, 8, 12, 99, 0x800, 0x2000, 2**31))
            setattr(info, field, value % 2**16 if field in narrow else value)
    return stream.getvalue()
