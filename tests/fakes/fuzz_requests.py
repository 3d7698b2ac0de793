"""Hostile and broken requests to the engine, from a seed: valid calls and jobs that were mutated, and raw garbage.

    for data in fuzzed(seed=0, count=300, secret=secret, samples=samples): send(data)

The same generator serves the quick test in CI (hundreds) and the long one (`--all`: ten thousand).
"""

from __future__ import annotations

import copy
import dataclasses
import json
import random
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from s2edit_plugin.api import operations
from s2edit_plugin.engine.protocol import wire

__all__ = ["fuzzed", "valid_value"]

TEXTS = (
    *("", " ", "x", "anna/me", "anna/", "/me", "a/b/c", "a" * 300, "0", "NaN", "None"),
    *("small", "sd15", "auto", "face", "none", "click", "grabcut", "subject", "tokens", "history"),
    *("s2edit", "lora", "textual-inversion", "custom-diffusion", "word:", "word:hair"),
    *("../../etc/passwd", "..", ".", "/etc/passwd", "C:\\Windows", "CON", "nul.txt", "~nobody-here/x"),
    *("file:///etc/passwd", "http://127.0.0.1:9/", "<anna/me>", "<anna/me", "<<>>"),
    *("a photo of a <anna/me> woman", "anna\n/me", "\u202eanna", "\ufeff", "e\u0301/ü", "\U0001f600/x"),
    *("%s%n", "' OR 1=1 --", "$(id)", "\x1b[2J", "-rf"),
)
NUMBERS: tuple[Any, ...] = (
    *(0, 1, -1, 2, 7, 64, 1000, 10**6, 2**31, 2**63 - 1, 2**63, -(2**63), 10**30),
    *(0.0, -0.0, 0.5, 1.5, 1e-320, 1e308, -1e308),
)
RAW_JSON = (
    *("NaN", "Infinity", "-Infinity", "1e999", "[" * 2000, '{"a":' * 2000),
    *('"\\ud800"', '"\\u0000"', "01", "'x'", ""),
)


def valid_value(hint: Any, name: str, samples: Mapping[str, Any]) -> Any:
    """A plausible value of a type hint; ``samples``: values for fields of these names."""
    if name in samples:
        return samples[name]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is str:
        return "anna/me"
    if hint in (int, float, bool, bytes):
        return {int: 1, float: 0.5, bool: False, bytes: b"data"}[hint]
    if origin is typing.Literal:
        return arguments[0]
    if origin in (typing.Union, types.UnionType):
        return None
    if origin is tuple:
        return ()
    if hint is Any or origin is dict:
        return {}
    hints = typing.get_type_hints(hint)
    return hint(
        **{
            field.name: valid_value(hints[field.name], field.name, samples)
            for field in dataclasses.fields(hint)
            if field.name in samples
            or (field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING)
        }
    )


def fuzzed(seed: int, count: int, secret: str, samples: Mapping[str, Any]) -> Iterator[bytes]:
    """Raw requests as they go over the wire, the same for the same seed.

    Args:
        samples: values for fields, by name: a photo, names that are in the library, a file to import.
    """
    dice = random.Random(seed)
    kinds = [*operations.JOBS, *operations.JOBS, *operations.QUERIES]
    for _ in range(count):
        roll = dice.random()
        if roll < 0.08:
            yield _garbage(dice)
        elif roll < 0.2:
            yield _odd_request(dice, secret)
        else:
            kind = dice.choice(kinds)
            body = wire.encode(valid_value(kind, "", samples), inline=1 << 30)[0]
            for _ in range(dice.choice((0, 0, 1, 1, 2, 5))):
                body = _mutated(dice, body)
            yield _posted(dice, kind, body, secret)


def _posted(dice: random.Random, kind: type, body: Any, secret: str) -> bytes:
    if kind in operations.JOBS:
        number, keep = f"{dice.getrandbits(128):032x}", dice.random() < 0.3
        order = {"kind": kind.__name__, "request": body, "id": number, "keep": keep}
        if dice.random() < 0.2:
            order["priority"] = dice.choice(NUMBERS)
        if dice.random() < 0.1:
            order = _mutated(dice, order)
        path, body = "/v1/jobs", order
    else:
        path = f"/v1/call/{kind.__name__}"
    text = json.dumps(body, ensure_ascii=dice.random() < 0.5)
    if dice.random() < 0.06:
        text = _damaged(dice, text)
    return _request(dice, "POST", path, text.encode("utf-8", "surrogatepass"), secret)


def _request(dice: random.Random, method: str, path: str, body: bytes, secret: str) -> bytes:
    headers = {
        "Host": "127.0.0.1", "Authorization": f"Bearer {secret}", "X-S2Edit-Client": "f" * 32, "Connection": "close",
        "Content-Length": str(len(body)),
    }  # fmt: skip
    if dice.random() < 0.05:
        headers[dice.choice(list(headers))] = dice.choice(
            ("", "0", "-1", "9" * 40, "evil.example", "x" * 5000, "\xff")
        )
    if dice.random() < 0.03:
        del headers[dice.choice(list(headers))]
    if dice.random() < 0.03:
        headers["Origin"] = "http://evil.example"
    if dice.random() < 0.05 and body:
        headers.pop("Content-Length", None)
        headers["Transfer-Encoding"] = "chunked"
        cut = dice.randrange(len(body) + 1)
        pieces = [piece for piece in (body[:cut], body[cut:]) if piece]
        body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
        body += b"0\r\n\r\n" if dice.random() < 0.8 else b""
    head = f"{method} {path} HTTP/1.1\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in headers.items()
    )
    return head.encode("latin-1", "replace") + b"\r\n" + body


def _odd_request(dice: random.Random, secret: str) -> bytes:
    job, blob = f"{dice.getrandbits(128):032x}", f"{dice.getrandbits(256):064x}"
    word = "".join(dice.choice("abc/%.\\ü?#[]{}:@~ ") for _ in range(dice.randrange(20))).encode("utf-8")
    quoted = "".join(f"%{byte:02x}" for byte in word)
    path = dice.choice(
        (
            *("/", "/v1", "/v1/hello", "/v1/jobs", "/v1/call/", "//v1/hello", "/v1/hello?" + "a" * 3000),
            *(f"/v1/jobs/{job}", f"/v1/jobs/{job}/result", f"/v1/jobs/{job}/cancel", f"/v1/blobs/{blob}"),
            *(
                f"/v1/blobs/{quoted}",
                f"/v1/call/{quoted}",
                f"/v1/jobs/{quoted}/{quoted}",
                f"/v1/{quoted}",
                f"/{quoted}",
            ),
            *("/v1/events?since=x", "/v1/events?since=-1", "/v1/events?since=" + "9" * 50),
        )
    )
    method = dice.choice(("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "get"))
    body = dice.randbytes(dice.choice((0, 0, 1, 100, 70_000)))
    return _request(dice, method, path, body, secret)


def _garbage(dice: random.Random) -> bytes:
    data = dice.choice(
        (
            dice.randbytes(dice.randrange(1, 2000)),
            b"GET " + dice.randbytes(30) + b" HTTP/1.1\r\n\r\n",
            b"\r\n" * dice.randrange(1, 50),
            b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
            b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 3000 + b"\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + dice.randbytes(100),
            b"\x16\x03\x01" + dice.randbytes(200),
        )
    )
    return bytes(data)


def _damaged(dice: random.Random, text: str) -> str:
    at = dice.randrange(len(text) + 1)
    return dice.choice(
        (text[:at], text[:at] + dice.choice(RAW_JSON) + text[at:], text[:at] + text[at + 1 :], text * 2)
    )


def _mutated(dice: random.Random, tree: Any) -> Any:
    """A copy with one place changed: another value, a field more or less, nested where it was flat."""
    tree = copy.deepcopy(tree)
    places = list(_places(tree))
    if not places:
        return dice.choice((tree, [], {}, None, 1, "text"))
    parent, key = dice.choice(places)
    action = dice.random()
    if action < 0.12 and isinstance(parent, dict):
        del parent[key]
    elif action < 0.2 and isinstance(parent, dict):
        parent[dice.choice((*TEXTS, "photo", "settings", "$b64", "$blob"))] = _atom(dice)
    elif action < 0.26:
        parent[key] = [parent[key]] * dice.choice((1, 2, 200))
    elif action < 0.32:
        parent[key] = {dice.choice(("$b64", "$blob", "a", "")): parent[key]}
    elif action < 0.4 and isinstance(parent[key], str) and parent[key]:
        at = dice.randrange(len(parent[key]))
        parent[key] = parent[key][:at] + chr(dice.randrange(0x3000)) + parent[key][at + dice.randrange(3) :]
    else:
        parent[key] = _atom(dice)
    return tree


def _atom(dice: random.Random) -> Any:
    inline = {"$b64": dice.choice(("", "AAAA", "iVBORw0KGgo=", "?", "A"))}
    blob = {"$blob": dice.choice(("0" * 64, "", "../x", "F" * 64))}
    text = "".join(chr(dice.randrange(32, 0x2FFF)) for _ in range(dice.randrange(40)))
    nested = {"a": {"b": {"c": [1]}}}
    values = (None, True, False, [], {}, [None], [[]], nested, inline, blob, text)
    return dice.choice((dice.choice(TEXTS), dice.choice(NUMBERS), *values))


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield tree, key
        yield from _places(value)
