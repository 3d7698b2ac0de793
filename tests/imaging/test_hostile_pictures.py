"""Files made to harm: each is refused in one sentence or read, in little memory, and nothing is computed for long."""

from __future__ import annotations

import functools
import io
import logging
import os
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin.errors import ImageError
from s2edit_plugin.imaging.colour import colour_space
from s2edit_plugin.imaging.provenance import NOTICE, Provenance, xmp_packet
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.imaging.writing import encode_photo
from tests.fakes.fuzz_pictures import (
    malformed_picture,
    malformed_profile,
    malformed_xmp,
    table_profile,
    zeros_packed,
)  # fmt: skip
from tests.fakes.measuring import Measured
from tests.imaging.picture_files import noise, png_chunk, saved, saved_tiff, soft

ROOT = Path(__file__).resolve().parents[2]
BOMB = 600  # megabytes
SECONDS, MEGABYTES = 2.0, 100.0  # for a file of a few kilobytes
BATCH = 20  # are measured together: looking at the memory takes longer than one of them
ROOM = 300  # megabytes of memory a bomb may be looked at with


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    return 20_000 if request.config.getoption("--all") else 600


def test_malformed_pictures_are_read_or_refused_in_one_sentence_in_little_time_and_memory(
    count: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    read = 0
    for number in range(count):
        data = malformed_picture(number)
        with Measured() as done:
            try:
                photo = read_photo(data)
            except ImageError as error:
                sentence = error.sentence
                assert sentence[-1:] == "." and ". " not in sentence, number  # noqa: PT018 - some are still readable
            else:
                assert photo.pixels.shape[2] == 3, number
                assert photo.pixels.shape[:2] == photo.size, number
                read += 1
        assert done.seconds < SECONDS, number
        assert done.megabytes < MEGABYTES, number
    assert 0 < read < count


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # about tags that it leaves out
def test_what_is_read_of_malformed_pictures_can_be_shown_and_saved_in_every_format(count: int) -> None:
    saved_ones = 0
    for number in range(count // 2):
        with Measured() as done:
            try:
                photo = read_photo(malformed_picture(number))
            except ImageError:
                continue
            photo.as_uint8_rgb()
            for kind in ("PNG", "JPEG", "WEBP", "TIFF"):
                assert (
                    read_photo(encode_photo(photo, format=kind, provenance=Provenance("m"))).size
                    == photo.size
                )
            saved_ones += 1
        assert done.seconds < SECONDS, number
        assert done.megabytes < MEGABYTES, number
    assert saved_ones


def test_malformed_colour_profiles_are_used_or_not_in_little_time_and_memory(count: int) -> None:
    grid = np.random.default_rng(0).random((8, 8, 3)).astype(np.float32)
    assert not colour_space(table_profile()).is_srgb
    used = 0
    for number in range(0, count // 3, BATCH):
        with Measured() as done:
            for one in range(number, number + BATCH):
                space = colour_space(malformed_profile(one))
                used += not space.is_srgb
                for values in (space.to_srgb(grid), space.from_srgb(grid)):
                    assert np.isfinite(values).all(), one
        assert done.seconds < SECONDS, number
        assert done.megabytes < MEGABYTES, number
    assert 0 < used < count


def test_malformed_xmp_is_merged_in_little_time_and_memory(count: int) -> None:
    for number in range(0, count // 2, BATCH):
        with Measured() as done:
            for one in range(number, number + BATCH):
                assert NOTICE.encode() in xmp_packet(Provenance("m"), malformed_xmp(one)), one
        assert done.seconds < SECONDS, number
        assert done.megabytes < MEGABYTES, number


@pytest.mark.parametrize("side", [4_000, 14_000])
def test_a_few_bytes_that_promise_many_pixels_take_no_memory(side: int) -> None:
    """Each format's header, and nearly nothing behind it."""
    for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF"):
        tiny = io.BytesIO()
        Image.new("L", (32, 32)).save(tiny, kind)
        data = bytearray(tiny.getvalue())
        here = {"PNG": (16, ">II"), "GIF": (6, "<HH"), "BMP": (18, "<ii")}
        if kind == "JPEG":
            struct.pack_into(">HH", data, data.index(b"\xff\xc0") + 5, side, side)
        elif kind == "TIFF":
            for tag in (256, 257):
                struct.pack_into("<I", data, data.index(struct.pack("<HHII", tag, 4, 1, 32)) + 8, side)
        else:
            struct.pack_into(here[kind][1], data, here[kind][0], side, side)
        if kind == "PNG":
            data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
        with Measured() as done, pytest.raises(ImageError, match="damaged or cut short"):
            read_photo(bytes(data))
        assert done.megabytes < 32, kind


def png(*chunks: bytes, depth: int = 8, pixels: bytes | None = None) -> bytes:
    rows = zlib.compress(bytes((1 + 32 * 3 * depth // 8) * 32)) if pixels is None else pixels
    header = struct.pack(">IIBBBBB", 32, 32, depth, 2, 0, 0, 0)
    parts = (png_chunk(b"IHDR", header), *chunks, png_chunk(b"IDAT", rows), png_chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def tiff(bits: int, strip: bytes, *more: tuple[int, int, int], side: int = 20) -> bytes:
    """A grey TIFF of one deflated strip, or of other tags: number, kind (3: 16 bits, 4: 32 bits), value."""
    tags = {
        256: (3, side),
        257: (3, side),
        258: (3, bits),
        259: (3, 8),
        262: (3, 1),
        273: (4, 8),
        277: (3, 1),
    }
    tags |= {278: (3, side), 279: (4, len(strip))} | {number: (kind, value) for number, kind, value in more}
    strip += bytes(len(strip) % 2)
    body = b"".join(
        struct.pack("<HHI", number, kind, 1)
        + (struct.pack("<HH", value, 0) if kind == 3 else struct.pack("<I", value))
        for number, (kind, value) in sorted(tags.items())
    )
    start = struct.pack("<I", 8 + len(strip))
    return b"II*\0" + start + strip + struct.pack("<H", len(tags)) + body + bytes(4)


@functools.cache
def bombs() -> dict[str, bytes]:
    packed = zeros_packed(BOMB)
    tiles = ((322, 4, 60_000), (323, 4, 60_000), (324, 4, 8), (325, 4, 20))
    return {
        "png": png(pixels=packed),
        "png16": png(depth=16, pixels=packed),
        "png text": png(png_chunk(b"zTXt", b"Comment\0\0" + packed)),
        "png texts": png(*[png_chunk(b"zTXt", b"C%d\0\0" % n + zeros_packed(1)) for n in range(BOMB)]),
        "png xmp": png(png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + packed)),
        "png profile": png(png_chunk(b"iCCP", b"p\0\0" + packed)),
        "png16 profile": png(png_chunk(b"iCCP", b"p\0\0" + packed), depth=16),
        "tiff": tiff(8, packed),
        "tiff16": tiff(16, packed),
        "tiff16 tiles": tiff(16, zlib.compress(bytes(20)), *tiles),
    }


CHILD = """
import resource, sys
from pathlib import Path
from s2edit_plugin.errors import ImageError
from s2edit_plugin.imaging.reading import read_photo
data, warm, room = Path(sys.argv[1]).read_bytes(), sys.argv[2:-1], int(sys.argv[-1])
for name in warm:
    read_photo(Path(name).read_bytes())
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (room << 20), -1))
try:
    read_photo(data)
except ImageError as error:
    print(error.sentence)
else:
    print("read")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited as Linux does it")
@pytest.mark.parametrize("name", bombs())
def test_bombs_go_off_in_a_small_room(name: str, tmp_path: Path) -> None:
    (tmp_path / "bomb").write_bytes(bombs()[name])
    sound = {"png": saved(noise(20, 20), "PNG"), "tiff": saved_tiff(noise(20, 20, 1, np.uint16))}
    for file, data in sound.items():
        (tmp_path / file).write_bytes(data)
    warm = [str(tmp_path / file) for file in sound]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path / "bomb"), *warm, str(ROOM)],
        capture_output=True, text=True, check=False, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout in ("read\n", "The photo is damaged or cut short.\n")


def test_a_jpeg_of_endless_passes_is_refused_and_films_behind_one_are_none() -> None:
    data = saved(soft(32, 32), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    started = time.process_time()
    with pytest.raises(ImageError, match="JPEG of more than 200 passes"):
        read_photo(data[:-2] + last * 100_000 + b"\xff\xd9")
    assert time.process_time() - started < 5
    assert read_photo(data + last * 300).size == (32, 32)


def test_a_webp_beyond_pillows_own_limit_is_refused_in_words() -> None:
    file = io.BytesIO()
    Image.new("RGB", (32, 32)).save(file, "WEBP", lossless=True)
    data = bytearray(file.getvalue())
    start = data.index(b"VP8L") + 9
    data[start : start + 4] = struct.pack("<I", (12_000 - 1) << 14 | (15_000 - 1))
    with pytest.raises(ImageError, match="too many pixels for a WebP file"):
        read_photo(bytes(data))
