"""Every sample layout of PNG against a second reader, Qt's libpng: colour, depth, interlacing, transparency by a colour."""

from __future__ import annotations

import itertools
import struct
import zlib

import numpy as np
import pytest
from PyQt6.QtGui import QImage

from s2edit_plugin.imaging.formats import png16
from s2edit_plugin.imaging.reading import read_photo
from tests.imaging.picture_files import png_chunk

SIZE = (19, 21)
GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGB_ALPHA: 4}
DEPTHS = {
    GREY: (1, 2, 4, 8, 16),
    RGB: (8, 16),
    PALETTE: (1, 2, 4, 8),
    GREY_ALPHA: (8, 16),
    RGB_ALPHA: (8, 16),
}
LAYOUTS = [
    (colour, bits, interlaced, clear)
    for colour in CHANNELS
    for bits, interlaced, clear in itertools.product(DEPTHS[colour], (False, True), (False, True))
    if not clear or colour in (GREY, RGB, PALETTE)
]


def png_file(samples: np.ndarray, colour: int, bits: int, interlaced: bool, *chunks: bytes) -> bytes:
    """Samples (H, W, C), unfiltered."""
    height, width, _ = samples.shape
    rows = b""
    for x, y, dx, dy in png16._ADAM7 if interlaced else ((0, 0, 1, 1),):
        part = samples[y::dy, x::dx]
        if part.size:
            flat = part.reshape(len(part), -1)
            digits = (flat[..., None] >> np.arange(bits - 1, -1, -1) & 1).astype(np.uint8)
            packed = np.packbits(digits.reshape(len(part), -1), axis=1)
            rows += b"".join(b"\0" + row.tobytes() for row in packed)
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlaced)
    parts = (
        png_chunk(b"IHDR", header),
        *chunks,
        png_chunk(b"IDAT", zlib.compress(rows)),
        png_chunk(b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def by_qt(data: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Colour (H, W, 3) and alpha (H, W) of 16 bits."""
    image = QImage.fromData(data).convertToFormat(QImage.Format.Format_RGBA64)
    raw = np.frombuffer(image.constBits().asstring(image.sizeInBytes()), np.uint16)
    pixels = raw.reshape(image.height(), -1)[:, : 4 * image.width()].reshape(*SIZE, 4)
    return pixels[..., :3], pixels[..., 3]


@pytest.mark.parametrize(("colour", "bits", "interlaced", "clear"), LAYOUTS)
def test_every_layout_is_read_as_a_second_reader_reads_it(
    colour: int, bits: int, interlaced: bool, clear: bool
) -> None:
    random = np.random.default_rng(bits)
    samples = random.integers(0, 2**bits, (*SIZE, CHANNELS[colour]), dtype=np.int64)
    chunks = []
    if colour == PALETTE:
        chunks.append(png_chunk(b"PLTE", random.integers(0, 256, 3 * 2**bits, dtype=np.uint8).tobytes()))
    if clear:
        samples[3:7, 4:9] = samples[0, 0]
        body = random.integers(0, 256, 2**bits - 1, dtype=np.uint8).tobytes()
        if colour != PALETTE:
            body = samples[0, 0].astype(">u2").tobytes()
        chunks.append(png_chunk(b"tRNS", body))
    data = png_file(samples, colour, bits, interlaced, *chunks)
    photo = read_photo(data)
    assert photo.depth == (16 if bits == 16 else 8)
    assert photo.grey == (colour in (GREY, GREY_ALPHA))
    assert photo.notes == ()
    assert (photo.alpha is not None) == (clear or colour in (GREY_ALPHA, RGB_ALPHA))
    scale = 1 if bits == 16 else 257
    pixels, alpha = by_qt(data)
    if (colour, bits, clear) == (RGB, 16, True):  # which Qt reads wrong: by the specification instead
        pixels, alpha = samples, (samples != samples[0, 0]).any(axis=2) * 65535
    if photo.alpha is not None:
        np.testing.assert_array_equal(photo.alpha.astype(np.int64) * scale, alpha)
        assert photo.alpha.min() < photo.white
    seen = alpha > 0  # what is clear Qt makes black now and then
    np.testing.assert_array_equal(photo.pixels.astype(np.int64)[seen] * scale, pixels[seen])


@pytest.mark.parametrize("bits", [8, 16])
def test_a_damaged_transparency_is_left_out(bits: int) -> None:
    samples = np.random.default_rng(0).integers(0, 2**bits, (*SIZE, 3), dtype=np.int64)
    wrong_sum = bytearray(png_chunk(b"tRNS", bytes(6)))
    wrong_sum[-1] ^= 1
    for chunk in (png_chunk(b"tRNS", b"\0"), bytes(wrong_sum)):
        photo = read_photo(png_file(samples, RGB, bits, False, chunk))
        np.testing.assert_array_equal(photo.pixels, samples)
        assert photo.alpha is None
        assert photo.notes == ("The photo has damaged parts beside its pixels, which were left out.",)
