"""Requests that are let in and mean harm: names that lead elsewhere, pictures and files that are not what they claim to be.

Each is refused in one sentence, over the network as a client would send it; the engine goes on, and what lies beside its data
folder stays as it was.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin import api
from s2edit_plugin.api import Request, operations, queries
from s2edit_plugin.engine.client.remote import RemoteClient
from s2edit_plugin.engine.server.studios import make_studio
from s2edit_plugin.errors import S2EditError
from s2edit_plugin.library import Library
from s2edit_plugin.storage.paths import DataFolder
from tests.engine.conftest import Running, start_engine
from tests.fakes.pictures import mask_png, photo_png
from tests.fakes.png import png64
from tests.fakes.tokens import make_record

VECTORS = {"vectors": np.ones((2, 4), np.float16)}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A real engine; a token is in its library, and something precious lies around its data folder."""
    around = tmp_path_factory.mktemp("around")
    root = around / "data" / "s2edit"
    for place in (around, around / "data"):
        (place / "precious").mkdir(parents=True)
        (place / "precious" / "me.safetensors").write_text("precious")
    Library(DataFolder(root)).add(make_record("anna", "me"), VECTORS)
    with pytest.MonkeyPatch.context() as monkeypatch:
        engine = start_engine(root, monkeypatch, make=make_studio)
    engine.warm_up()
    yield engine
    engine.end()


@pytest.fixture
def client(running: Running) -> Iterator[RemoteClient]:
    """A client; afterwards nothing of the surroundings has changed, and nothing unforeseen has happened."""
    before = surroundings(running.root)
    with running.client() as client:
        yield client
        assert client.call(queries.GetStatus()).pid
        assert [token.name for token in client.call(queries.ListTokens()).tokens] == ["anna/me"]
    assert surroundings(running.root) == before
    assert "Unforeseen" not in (running.root / "engine" / "engine.log").read_text("utf-8")


def surroundings(root: Path) -> dict[str, str]:
    """Everything beside the data folder, up to what the fixture made."""
    around = root.parent.parent
    files = [path for path in around.rglob("*") if path.is_file() and not path.is_relative_to(root)]
    return {path.relative_to(around).as_posix(): path.read_text() for path in files}


def refusal(client: RemoteClient, request: Request[Any]) -> S2EditError:
    """What a call or job is refused with."""
    with pytest.raises(S2EditError) as caught:
        client.run(request) if type(request) in operations.JOBS else client.call(request)
    error = caught.value
    assert "\n" not in error.sentence
    assert len(error.sentence) < 600
    assert "inside S2Edit" not in error.sentence
    return error


# ---------------------------------------------------------------------- names

PLACES = (
    *(
        "..",
        "../precious",
        "../../precious",
        "..\\precious",
        "/etc",
        "~",
        ".",
        "a/../../precious",
        "C:\\x",
        "x" * 300,
    ),
    *("\u202eprecious", "a\x1b[2J", "nul", "pre\u0000cious", ".hidden", "-rf", "a\nb", ""),
)


def named(place: str) -> list[Request[Any]]:
    """Requests in which a place stands where a name belongs."""
    photo, mask = photo_png(), mask_png()
    learn = api.LearnToken(photo, place, "me", class_noun="woman", subject_mask=mask, consent=True)
    return [
        learn,
        api.LearnToken(photo, "anna", place, class_noun="woman", subject_mask=mask, consent=True),
        api.ApplyEdit(photo, (f"{place}/me",), "a photo of a woman"),
        queries.ShowToken(f"{place}/me"),
        queries.ChangeToken(f"{place}/me", notes="x"),
        queries.ChangeToken("anna/me", rename=f"{place}/me"),
        queries.DuplicateToken("anna/me", f"{place}/me"),
        queries.DeleteTokens((f"{place}/me",)),
        queries.RestoreToken(f"{place}/me"),
        queries.ExportToken(f"{place}/me"),
        queries.ExportPerson(place),
        queries.ChangePerson("anna", rename=place),
        queries.ChangePerson(place, notes="x"),
        queries.ForgetPerson(place),
        queries.DropResumable(place, "me"),
        queries.DropResumable("anna", place),
        queries.ShowHistory(place),
        queries.ChangeHistory((place,), delete=True),
        api.RerunResult(place),
        queries.RemoveModel(place),
        queries.AcceptLicence(place),
        api.InstallModel(place),
        api.VerifyModel(place),
        queries.UseModel(f"{place}/precious"),
    ]


@pytest.mark.parametrize("place", PLACES, ids=ascii)
def test_no_name_leads_out_of_the_library(place: str, client: RemoteClient, running: Running) -> None:
    for request in named(place):
        if place == "" and isinstance(request, queries.UseModel):
            continue
        refusal(client, request)
    assert set(client.call(queries.Thumbnails((f"{place}/me", place))).pictures) == set()


# ---------------------------------------------------------------------- pictures


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, packed: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def saved(kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.zeros((40, 40, 3), np.uint8)).save(stream, kind, **options)
    return stream.getvalue()


def hostile_pictures() -> dict[str, bytes]:
    jpeg, tiff = saved("JPEG"), saved("TIFF")
    return {
        "empty": b"",
        "text": b"no picture" * 100,
        "page": b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
        "huge claim": png_of(60_000, 60_000, zlib.compress(b"")),
        "largest claim": png_of(2**31 - 1, 2**31 - 1, zlib.compress(b"")),
        "no pixels": png_of(0, 40, zlib.compress(b"")),
        "text bomb": png_of(40, 40, b"")[:33]
        + chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(50_000_000), 9)),
        "profile bomb": png_of(40, 40, b"")[:33]
        + chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(50_000_000), 9)),
        "cut off": jpeg[: len(jpeg) // 2],
        "garbage inside": jpeg[:200] + b"\xff" * 400,
        "turned bytes": bytes(reversed(jpeg)),
        "huge jpeg": jpeg.replace(struct.pack(">HH", 40, 40), struct.pack(">HH", 65_500, 65_500), 1),
        "tiff to nowhere": tiff[:4] + struct.pack("<I", 2**31) + tiff[8:],
        "endless tiff": b"II*\0\x08\0\0\0" + b"\xff\xff" + bytes(100),
        "program": b"%!PS-Adobe-3.0\n(%pipe%id) (w) file\n",
        "pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj",
        "zip": b"PK\x03\x04" + bytes(60),
        "tiny": saved("PNG")[:40],
    }


@pytest.mark.parametrize("kind", hostile_pictures())
def test_a_hostile_picture_is_refused_wherever_it_comes(kind: str, client: RemoteClient) -> None:
    bad, good = hostile_pictures()[kind], photo_png()
    requests: list[Request[Any]] = [
        api.MakeMask(bad, "grabcut"),
        api.SuggestPrompt(bad),
        api.LearnToken(bad, "bob", "me", class_noun="man", consent=True),
        api.LearnToken(good, "bob", "me", class_noun="man", subject_mask=bad, consent=True),
        api.ApplyEdit(bad, ("anna/me",), "a photo of a woman"),
    ]
    for request in requests:
        assert type(refusal(client, request)).__name__ in ("ImageError", "MaskError", "UsageError"), request


# ---------------------------------------------------------------------- files


def tensors(table: Any, data: bytes = bytes(8), length: int | None = None) -> bytes:
    """A safetensors file with this header."""
    text = table if isinstance(table, bytes) else json.dumps(table).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def archive(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return stream.getvalue()


def hostile_files() -> dict[str, bytes]:
    whole = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    return {
        "empty": b"",
        "short": b"\1\0\0",
        "huge header": tensors({}, length=2**62),
        "longest header": tensors({}, length=2**64 - 1),
        "no json": tensors(b"{"),
        "a list": tensors([1]),
        "deep": tensors(b"[" * 100_000),
        "overlapping": tensors({"a": whole, "b": whole}),
        "beyond the end": tensors({"a": whole | {"data_offsets": [0, 800]}}),
        "before the start": tensors({"a": whole | {"data_offsets": [-8, 0]}}),
        "wrong shape": tensors({"a": whole | {"shape": [3]}}),
        "overflow": tensors({"a": whole | {"shape": [2**62, 2**62]}}),
        "wrong dtype": tensors({"a": whole | {"dtype": "F99"}}),
        "dtype of another kind": tensors({"a": whole | {"dtype": ["F32"]}}),
        "no numbers": tensors({"a": whole | {"data_offsets": [0.0, 8e0]}}),
        "cut off": tensors({"a": whole}, bytes(4)),
        "appended": tensors({"a": whole}, bytes(40)),
        "zip": archive(x=b"x"),
        "zip that leads out": archive(**{"../../precious/me.safetensors": b"x"}),
        "zip bomb": archive(**{"me.safetensors": bytes(200_000_000)}),
        "half a zip": archive(x=b"x" * 1000)[:-30],
    }


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return hostile_files()


@pytest.mark.parametrize("kind", hostile_files())
def test_a_hostile_file_is_refused(
    kind: str, files: dict[str, bytes], client: RemoteClient, tmp_path: Path
) -> None:
    for name in ("me.safetensors", "anna.s2edit", "../../precious/me.safetensors"):
        refusal(client, queries.ImportFile(files[kind], name, "bob/me", "man", "identity", consent=True))
    path = tmp_path / "model.safetensors"
    path.write_bytes(files[kind])
    assert type(refusal(client, api.ImportModel(str(path), "mine"))).__name__ == "ModelError"


@pytest.mark.parametrize(
    "changes",
    [
        {"person": "../../precious"},
        {"name": "../me"},
        {"thumbnail": png64()[:40]},
        {"subject_mask": "no base64"},
        {"class_noun": "x" * 100_000},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_token_whose_record_lies_is_refused(
    changes: dict[str, Any], client: RemoteClient, running: Running
) -> None:
    """As `export` made it, but for one field."""
    exported = client.call(queries.ExportToken("anna/me", private=True)).data
    (length,) = struct.unpack("<Q", exported[:8])
    header = json.loads(exported[8 : 8 + length])
    ((key, text),) = header["__metadata__"].items()
    header["__metadata__"][key] = json.dumps(json.loads(text) | {"id": "f" * 32} | changes)
    raw = json.dumps(header).encode()
    refusal(
        client,
        queries.ImportFile(struct.pack("<Q", len(raw)) + raw + exported[8 + length :], "me.safetensors"),
    )
