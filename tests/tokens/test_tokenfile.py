"""The token file: what goes in comes out, and nothing damaged gets in."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import os
import stat
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from s2edit_plugin.errors import (
    InputError,
    NumericalError,
    TokenDamagedError,
    TokenNotFoundError,
    TokenTooNewError,
    WrongModelError,
)
from s2edit_plugin.tokens import record as tokenrecord
from s2edit_plugin.tokens.file import (
    TokenRecord,
    check_model,
    parse_token,
    read_record,
    read_token,
    stored_format,
    token_bytes,
    write_token,
)
from tests.fakes.png import png64
from tests.fakes.version_1 import VERSION_1_SHA256, version_1_bytes, version_1_record

TENSORS = {
    "vectors": np.arange(8, dtype=np.float16).reshape(2, 4),
    "kv": np.full((3, 2), 0.5, dtype=np.float32),
}


def make_record(**changes: Any) -> TokenRecord:
    record = TokenRecord(
        kind="identity",
        person="zoë",
        name="me",
        class_noun="woman",
        base_model="small",
        base_model_hash="0123abcd",
        source_prompt="a photo of a woman",
        attribute_words=("smiling", "red"),
        settings={"rank": 2, "parameters": "kv_token"},
        loss=0.25,
        crop=(-3, 0, 128, 131),
        thumbnail=png64(),
    )
    return record.replace(**changes)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "me.safetensors"
    write_token(path, make_record(), TENSORS)
    return path


def damage_header(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Rewrite the header with ``change`` applied, the data left as it is."""
    raw = path.read_bytes()
    length = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + length])
    change(header)
    new = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(new)) + new + raw[8 + length :])


def damage_record(path: Path, **changes: Any) -> None:
    def change(header: dict[str, Any]) -> None:
        record = json.loads(header["__metadata__"]["s2edit_token"]) | changes
        header["__metadata__"]["s2edit_token"] = json.dumps(record)

    damage_header(path, change)


def test_round_trip(tmp_path: Path) -> None:
    record = make_record()
    write_token(tmp_path / "t.safetensors", record, TENSORS)
    token = read_token(tmp_path / "t.safetensors")

    assert token.record == record == read_record(tmp_path / "t.safetensors")
    assert {name: array.dtype for name, array in token.tensors.items()} == {
        "vectors": np.float16,
        "kv": np.float32,
    }
    assert all(np.array_equal(token.tensors[name], TENSORS[name]) for name in TENSORS)


def test_the_file_is_private_and_the_same_every_time(tmp_path: Path) -> None:
    record = make_record()
    for name in ("a", "b"):
        write_token(tmp_path / name, record, TENSORS)

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def test_pictures_are_decoded() -> None:
    assert make_record().thumbnail_png.startswith(b"\x89PNG")
    assert make_record().subject_mask_png == b""


def test_torch_tensors_are_taken_as_they_are(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    tensors = {
        "half": torch.ones(2, dtype=torch.float16, requires_grad=True),
        "brain": torch.ones(2, dtype=torch.bfloat16),
    }
    write_token(tmp_path / "t", make_record(), tensors)

    read = read_token(tmp_path / "t").tensors
    assert read["half"].dtype == np.float16
    assert read["brain"].dtype == np.float32


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_neither_written_nor_read(
    file: Path, tmp_path: Path, value: float
) -> None:
    with pytest.raises(NumericalError, match="not finite"):
        write_token(tmp_path / "new", make_record(), {"vectors": np.array([value], dtype=np.float32)})
    assert not (tmp_path / "new").exists()

    raw = bytearray(file.read_bytes())
    raw[-4:] = (
        struct.pack("<f", value) if raw[-4:] == struct.pack("<f", 0.5) else struct.pack("<ee", value, value)
    )
    file.write_bytes(raw)
    with pytest.raises(TokenDamagedError, match="not finite"):
        read_token(file)


def test_a_loss_that_is_not_finite_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(NumericalError):
        write_token(tmp_path / "new", make_record(loss=float("nan")), TENSORS)


def test_a_token_without_tensors_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        write_token(tmp_path / "new", make_record(), {})


def test_every_truncation_is_found(file: Path) -> None:
    raw = file.read_bytes()
    for length in [*range(0, len(raw) - 16, 7), *range(len(raw) - 16, len(raw))]:
        file.write_bytes(raw[:length])
        with pytest.raises(TokenDamagedError):
            read_record(file)


def test_appended_bytes_are_found(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(TokenDamagedError):
        read_record(file)


@pytest.mark.parametrize("length", [0, 1, 2**20 * 5, 2**63, 2**64 - 1])
def test_a_wild_header_length_is_refused_without_reading_it(file: Path, length: int) -> None:
    file.write_bytes(struct.pack("<Q", length) + file.read_bytes()[8:])
    with pytest.raises(TokenDamagedError):
        read_record(file)


def test_random_damage_never_escapes_as_another_exception(file: Path) -> None:
    raw = file.read_bytes()
    generator = np.random.default_rng(0)
    for _ in range(300):
        changed = bytearray(raw)
        for position in generator.integers(0, len(raw), 3):
            changed[position] = generator.integers(0, 256)
        file.write_bytes(changed)
        with contextlib.suppress(TokenDamagedError):  # a changed number or word may well be sound
            read_token(file)


@pytest.mark.parametrize(
    "change",
    [
        lambda h: h["kv"].update(dtype="I64"),
        lambda h: h["kv"].update(dtype="F64"),
        lambda h: h["kv"].update(shape=[3, -2]),
        lambda h: h["kv"].update(shape="x"),
        lambda h: h["kv"].update(data_offsets=[4, 28]),
        lambda h: h["kv"].update(data_offsets=[0]),
        lambda h: h.update(kv=None),
        lambda h: h.pop("kv"),
        lambda h: h.pop("__metadata__"),
        lambda h: h.update(__metadata__={"s2edit_token": "[]"}),
        lambda h: h.update(__metadata__={"s2edit_token": "{"}),
        lambda h: h.update(__metadata__={"s2edit_token": '{"format_version": NaN}'}),
        lambda h: h.update(__metadata__={"s2edit_token": '{"format_version": 1e999}'}),
        lambda h: h.update(__metadata__={"s2edit_token": '{"format_version": 1, "format_version": 1}'}),
        lambda h: h.update(empty={"dtype": "F16", "shape": [0, 2**62], "data_offsets": [0, 0]}),
    ],
)
def test_malformed_headers_are_refused(file: Path, change: Callable[[dict[str, Any]], object]) -> None:
    damage_header(file, change)
    with pytest.raises(TokenDamagedError):
        read_token(file)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "recipe"},
        {"person": 3},
        {"seed": True},
        {"seed": 1.5},
        {"settings": []},
        {"attribute_words": "red"},
        {"crop": [1, 2, 3]},
        {"crop": [1, 2, 3, "4"]},
        {"thumbnail": "§§"},
        {"thumbnail": "abc"},
        {"format_version": None},
        {"format_version": "1"},
        {"format_version": -1},
        {"seed": 2**63},
        {"notes": "\ud800"},
        {"settings": {"a": {"b": [[[[[[[0]]]]]]]}}},
        {"self_test": "sound"},
        {"thumbnail": png64(5000, 5000, pixels=b"")},
    ],
)
def test_records_of_wrong_types_are_refused(file: Path, changes: dict[str, Any]) -> None:
    damage_record(file, **changes)
    with pytest.raises(TokenDamagedError):
        read_record(file)


def test_a_newer_format_says_what_to_do(file: Path) -> None:
    damage_record(file, format_version=tokenrecord.FORMAT_VERSION + 1)
    with pytest.raises(TokenTooNewError, match="newer version") as caught:
        read_record(file)
    assert "Update" in caught.value.hint


def test_fields_of_later_minor_versions_are_ignored(file: Path) -> None:
    damage_record(file, mood="sunny")
    assert read_record(file) == make_record(id=read_record(file).id, created=read_record(file).created)


def test_older_formats_are_migrated_one_version_at_a_time(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokenrecord, "FORMAT_VERSION", 4)
    monkeypatch.setattr(
        tokenrecord,
        "_MIGRATIONS",
        {2: lambda r: r | {"region": "one"}, 3: lambda r: r | {"region": r["region"] + " two"}},
    )
    record = read_record(file)
    assert (record.region, record.format_version) == ("one two", 4)


def test_every_older_format_has_its_migration() -> None:
    assert set(tokenrecord._MIGRATIONS) == set(range(1, tokenrecord.FORMAT_VERSION))


def test_a_file_of_version_1_is_read_with_what_it_knew(tmp_path: Path) -> None:
    assert hashlib.sha256(version_1_bytes()).hexdigest() == VERSION_1_SHA256, "as version 1 wrote it"
    path = tmp_path / "old.safetensors"
    path.write_bytes(version_1_bytes())
    token = read_token(path)

    assert stored_format(path) == 1
    known = {name: value for name, value in token.record.to_json().items() if name in version_1_record()}
    assert json.loads(json.dumps(known)) == version_1_record() | {"format_version": 2}
    assert (token.record.notes, token.record.dtype, token.record.self_test) == ("", "", {})
    assert token.tensors["vectors"].tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]

    write_token(path, token.record, token.tensors)
    assert stored_format(path) == 2
    again = read_token(path)
    assert again.record == token.record
    assert all(np.array_equal(again.tensors[name], token.tensors[name]) for name in token.tensors)


def test_version_1_knew_no_fields_of_version_2(tmp_path: Path) -> None:
    path = tmp_path / "old.safetensors"
    path.write_bytes(version_1_bytes(notes=5, self_test="x"))  # it kept what it did not know out of the way
    assert (read_record(path).notes, read_record(path).self_test) == ("", {})


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(TokenNotFoundError):
        read_token(tmp_path / "none")


def test_a_folder_or_a_pipe_is_no_token(tmp_path: Path) -> None:
    with pytest.raises(TokenDamagedError, match="no ordinary file"):
        read_record(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(TokenDamagedError, match="no ordinary file"):
            read_token(tmp_path / "pipe")


def test_a_token_travels_through_memory(file: Path) -> None:
    token = parse_token(file.read_bytes(), "me")
    assert token.record == read_record(file)
    assert token_bytes(token.record, token.tensors) == file.read_bytes()
    with pytest.raises(TokenDamagedError, match="The token file letter is damaged"):
        parse_token(b"x", "letter")


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (base64.b64encode(b"GIF89a").decode(), "no PNG"),
        (png64(cut=20), "cut off"),
        (png64(flip=45), "cut off or changed"),
        (png64(8, 8, pixels=bytes(10_000_000)), "cut off or changed"),
        (png64(8, 8, pixels=b"abc"), "cut off or changed"),
        (png64(8, 8, pixels=b"\xff" * 72), "unknown kind"),
        (png64(depth=3), "unknown kind"),
        (png64(interlace=1), "unknown kind"),
    ],
)
def test_pictures_are_looked_at_before_anybody_draws_them(file: Path, picture: str, words: str) -> None:
    damage_record(file, subject_mask=picture)
    read_record(file)  # a listing does not look so closely
    with pytest.raises(TokenDamagedError, match=f"subject mask is .*{words}"):
        read_token(file)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_every_kind_are_sound(file: Path, mode: str) -> None:
    from PIL import Image

    stream = io.BytesIO()
    Image.new(mode, (37, 5)).save(stream, "PNG")
    damage_record(file, thumbnail=base64.b64encode(stream.getvalue()).decode())
    assert read_token(file).record.thumbnail_png == stream.getvalue()


def test_tokens_belong_to_their_model() -> None:
    check_model(make_record(), "small", "0123abcd")
    with pytest.raises(WrongModelError, match="another version"):
        check_model(make_record(), "small", "ffff")
    with pytest.raises(WrongModelError, match="not on 'sd15'"):
        check_model(make_record(), "sd15", "ffff")


def test_reading_needs_no_torch(file: Path) -> None:
    code = f"import sys; from s2edit_plugin.tokens.file import read_token as r; r({str(file)!r}); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
