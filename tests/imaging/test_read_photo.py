from __future__ import annotations

import struct
import time
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps
from PyQt6.QtGui import QImage

from s2edit_plugin.errors import ImageError
from s2edit_plugin.imaging.files import read_photo_file
from s2edit_plugin.imaging.formats import png16
from s2edit_plugin.imaging.formats.exif import load_exif
from s2edit_plugin.imaging.formats.png16 import decode_png16, encode_png16
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.imaging.writing import encode_photo
from tests.imaging.picture_files import (
    SRGB_ICC,
    exif_block,
    noise,
    plain_png16,
    png_chunk,
    png_header_only,
    saved,
    saved_tiff,
    soft,
)
from tests.imaging.rare_files import JPEG_12_BITS, JPEG_LS, JPEG_XL, LOSSLESS_JPEG


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "TIFF"])
def test_lossless_files_give_their_exact_pixels(file_format: str, channels: int) -> None:
    pixels = noise(19, 33, channels)
    options = {"lossless": True, "exact": True} if file_format == "WEBP" else {}
    photo = read_photo(saved(pixels, file_format, **options))
    assert (photo.format, photo.depth, photo.size, photo.grey) == (file_format, 8, (19, 33), False)
    assert photo.lossless
    np.testing.assert_array_equal(photo.pixels, pixels[..., :3])
    if channels == 4:
        np.testing.assert_array_equal(photo.alpha, pixels[..., 3])
    else:
        assert photo.alpha is None


def test_jpeg_keeps_how_it_was_compressed() -> None:
    photo = read_photo(saved(soft(40, 30), "JPEG", quality=83, subsampling=2))
    assert photo.format == "JPEG"
    assert not photo.lossless
    assert photo.jpeg is not None
    assert photo.jpeg.subsampling == 2
    assert len(photo.jpeg.quantization) == 2


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "TIFF"])
def test_grey_files_are_read_as_three_equal_channels(file_format: str) -> None:
    photo = read_photo(saved(soft(20, 24)[..., 0], file_format))
    assert photo.grey
    assert photo.pixels.shape == (20, 24, 3)
    assert (photo.pixels == photo.pixels[..., :1]).all()


def test_palettes_and_bilevel_pictures_become_plain_ones() -> None:
    palette = Image.fromarray(soft(20, 20)).quantize(16)
    data = saved(np.asarray(palette.convert("RGB")), "PNG")
    np.testing.assert_array_equal(read_photo(data).pixels, np.asarray(palette.convert("RGB")))
    bilevel = noise(20, 20, 1) > 127
    np.testing.assert_array_equal(read_photo(saved(bilevel, "PNG")).pixels[..., 0], bilevel * np.uint8(255))


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_16_bit_png_keeps_all_its_bits(channels: int) -> None:
    pixels = noise(17, 23, channels, np.uint16).reshape(17, 23, channels)
    photo = read_photo(plain_png16(pixels))
    assert (photo.depth, photo.grey) == (16, channels <= 2)
    np.testing.assert_array_equal(
        photo.pixels[..., : min(channels, 3) if channels > 2 else 1][..., 0], pixels[..., 0]
    )
    assert (photo.alpha is not None) == (channels in (2, 4))


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_16_bit_png_written_with_filters_is_read_back(channels: int) -> None:
    smooth = np.linspace(0, 60000, 40).astype(np.uint16)
    pixels = np.repeat((smooth[:, None] // 2 + smooth[None, :] // 3)[..., None], channels, axis=2)
    pixels = pixels + noise(40, 40, channels, np.uint16).reshape(40, 40, channels) % 300
    data = encode_png16(pixels)
    np.testing.assert_array_equal(decode_png16(data), pixels)
    # Pillow agrees about the upper eight bits, or all sixteen where it has them.
    with Image.open(BytesIO(data)) as image:
        other = np.asarray(image)
    np.testing.assert_array_equal(other, pixels[..., 0] if channels == 1 else pixels >> 8)


def test_interlaced_16_bit_png() -> None:
    pixels = noise(21, 18, 3, np.uint16)
    rows = b""
    for x, y, dx, dy in png16._ADAM7:
        rows += b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels[y::dy, x::dx])
    header = struct.pack(">IIBBBBB", 18, 21, 16, 2, 0, 0, 1)
    data = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header)
    data += png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")
    np.testing.assert_array_equal(read_photo(data).pixels, pixels)


@pytest.mark.parametrize("options", [{}, {"compression": "zlib", "predictor": True}, {"byteorder": ">"}])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_16_bit_tiff_keeps_all_its_bits(channels: int, options: dict[str, object]) -> None:
    pixels = noise(20, 31, channels, np.uint16)
    extra = {"extrasamples": ["unassalpha"]} if channels == 4 else {}
    kind = "minisblack" if channels == 1 else "rgb"
    photo = read_photo(saved_tiff(pixels, photometric=kind, **extra, **options))
    assert (photo.format, photo.depth, photo.grey) == ("TIFF", 16, channels == 1)
    if channels == 1:
        np.testing.assert_array_equal(photo.pixels[..., 1], pixels)
    else:
        np.testing.assert_array_equal(photo.pixels, pixels[..., :3])
    if channels == 4:
        np.testing.assert_array_equal(photo.alpha, pixels[..., 3])


def test_planar_16_bit_tiff() -> None:
    pixels = noise(20, 31, 3, np.uint16)
    data = saved_tiff(np.moveaxis(pixels, -1, 0), photometric="rgb", planarconfig="separate")
    np.testing.assert_array_equal(read_photo(data).pixels, pixels)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "TIFF"])
def test_every_orientation_is_turned_upright_and_reset(file_format: str, orientation: int) -> None:
    pixels = noise(18, 27)
    options = {"lossless": True} if file_format == "WEBP" else {}
    data = saved(pixels, file_format, exif=exif_block(orientation), **options)
    tagged = Image.fromarray(pixels)
    tagged.getexif()[0x0112] = orientation
    photo = read_photo(data)
    np.testing.assert_array_equal(photo.pixels, np.asarray(ImageOps.exif_transpose(tagged)))
    assert photo.exif is not None
    exif = load_exif(photo.exif)
    assert exif[0x0112] == 1
    assert exif[0x010F] == "Maker"
    assert exif.get_ifd(0x8769)[0x9286] == b"ASCII\0\0\0a comment"


def test_oriented_jpeg_and_16_bit_png() -> None:
    data = saved(soft(20, 40), "JPEG", exif=exif_block(6))
    assert read_photo(data).size == (40, 20)
    pixels = noise(17, 29, 3, np.uint16)
    photo = read_photo(plain_png16(pixels, png_chunk(b"eXIf", exif_block(3)[6:])))
    np.testing.assert_array_equal(photo.pixels, pixels[::-1, ::-1])


def test_a_thumbnail_of_the_unedited_picture_is_not_kept() -> None:
    photo = read_photo(saved(soft(20, 20), "JPEG", exif=exif_block(6, thumbnail=b"the old face" * 5)))
    assert photo.exif is not None
    assert b"old face" not in photo.exif
    assert load_exif(photo.exif)[0x0112] == 1


def test_malformed_exif_does_not_keep_a_photo_from_being_read() -> None:
    for broken in (
        b"Exif\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + bytes(20),
    ):
        assert read_photo(saved(soft(20, 20), "PNG", exif=broken)).size == (20, 20)


def test_profile_and_resolution_are_read() -> None:
    photo = read_photo(saved(soft(20, 20), "PNG", icc_profile=SRGB_ICC, dpi=(300, 300)))
    assert photo.icc == SRGB_ICC
    assert photo.dpi == pytest.approx((300, 300), abs=0.1)


def test_float_rgb_of_a_window_is_the_window_of_float_rgb() -> None:
    photo = read_photo(saved(noise(20, 30), "PNG"))
    window = (slice(3, 9), slice(5, 30))
    np.testing.assert_array_equal(photo.as_float_rgb(window), photo.as_float_rgb()[window])
    assert photo.as_float_rgb().dtype == np.float32
    np.testing.assert_array_equal(photo.as_uint8_rgb(), photo.pixels)


def test_uint8_of_a_16_bit_photo() -> None:
    photo = Photo(np.full((16, 16, 3), 65535, np.uint16), None, "PNG")
    assert (photo.as_uint8_rgb() == 255).all()


def test_animations_give_their_first_picture_and_a_note(tmp_path: Path) -> None:
    frames = [Image.fromarray(noise(20, 20, seed=seed)) for seed in range(3)]
    for suffix in ("webp", "png", "tiff"):
        path = tmp_path / f"a.{suffix}"
        options = {"lossless": True} if suffix == "webp" else {}
        frames[0].save(path, save_all=True, append_images=frames[1:], **options)
        photo = read_photo(read_photo_file(path), str(path))
        np.testing.assert_array_equal(photo.pixels, np.asarray(frames[0]))
        assert len(photo.notes) == 1


def refused(data: bytes, words: str) -> None:
    started = time.process_time()
    with pytest.raises(ImageError, match=words) as caught:
        read_photo(data)
    assert time.process_time() - started < 1
    assert caught.value.sentence.endswith(".")
    assert caught.value.sentence.count(". ") == 0
    assert caught.value.hint


def test_bombs_are_refused_from_their_header() -> None:
    refused(png_header_only(60000, 60000), "60000 x 60000 pixels, more than the 200 megapixels")
    jpeg = bytearray(saved(soft(32, 32), "JPEG"))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = b"\xea\x60\xea\x60"
    refused(bytes(jpeg), "60000 x 60000")
    tiff = saved_tiff(noise(20, 20), photometric="rgb")
    big = tiff.replace(b"\0\1\4\0\1\0\0\0\x14\0\0\0", b"\0\1\4\0\1\0\0\0\x60\xea\0\0", 1)
    big = big.replace(b"\1\1\4\0\1\0\0\0\x14\0\0\0", b"\1\1\4\0\1\0\0\0\x60\xea\0\0", 1)
    refused(big, "60000 x 60000")


def test_tiny_pictures_are_refused() -> None:
    refused(saved(noise(1, 1), "PNG"), "only 1 x 1 pixels")
    refused(saved(noise(200, 15), "PNG"), "only 15 x 200 pixels")
    assert read_photo(saved(noise(16, 16), "PNG")).size == (16, 16)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP", "TIFF"])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_truncated_files_are_refused(file_format: str, share: float) -> None:
    data = saved(noise(64, 64), file_format)
    refused(data[: int(len(data) * share)], "damaged or cut short|cannot|not a picture")


@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_truncated_16_bit_files_are_refused(share: float) -> None:
    pixels = noise(64, 64, 3, np.uint16)
    for data in (plain_png16(pixels), saved_tiff(pixels, photometric="rgb"), encode_png16(pixels)):
        refused(data[: int(len(data) * share)], "damaged or cut short")


def test_what_is_no_picture_is_refused() -> None:
    for data in (b"", b"hello", bytes(1000), b"BM" + bytes(10)):
        refused(data, "not a picture that can be read")
    refused(b"GIF89a" + bytes(50), "only 0 x 0 pixels|damaged")


STRANGERS = {
    "PDF": b"%PDF-1.4",
    "JPEG XL": JPEG_XL,
    "Photoshop": b"8BPS\0\1",
    "GIMP": b"gimp xcf v011",
    "camera raw": b"II*\0\x10\0\0\0CR\2\0",
    "OpenEXR": b"v/1\1\2",
    "film": b"\0\0\0\x20ftypisom\0\0\2\0isomiso2",
    "SVG": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg">',
    "web page": b"<!DOCTYPE html><html>",
    "Netpbm": b"P6\n20 20 255\n",
    "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n",
}


@pytest.mark.parametrize("kind", STRANGERS)
def test_files_that_are_not_read_are_named_as_what_they_are(kind: str) -> None:
    refused(STRANGERS[kind] + bytes(100), f"file of the kind {kind}, which is not read here")


def gradient() -> np.ndarray:
    """What the files of `rare_files` show."""
    y, x = np.mgrid[:24, :20]
    return np.stack([x * 12, y * 10, (x + y) * 5], axis=-1)


def test_gif_and_bmp_are_read_and_results_are_said_to_be_png() -> None:
    palette = Image.fromarray(soft(20, 24)).quantize(16)
    expected = np.asarray(palette.convert("RGB"))
    for kind in ("GIF", "BMP"):
        file = BytesIO()
        palette.save(file, kind)
        photo = read_photo(file.getvalue())
        np.testing.assert_array_equal(photo.pixels, expected)
        assert (photo.format, photo.lossless) == ("PNG", True)
        assert photo.notes == (f"The photo is a {kind} file; results are saved as PNG.",)
    file = BytesIO()
    palette.save(file, "GIF", save_all=True, append_images=[palette.rotate(90)], transparency=3)
    photo = read_photo(file.getvalue())
    assert photo.alpha is not None
    np.testing.assert_array_equal(photo.alpha == 0, np.asarray(palette) == 3)
    assert photo.notes[1] == "The photo is animated; its first picture is used."
    refused(
        b"BM" + struct.pack("<IHHIIiiHHIIiiII", 0, 0, 0, 54, 40, 60000, 60000, 1, 24, 0, 0, 0, 0, 0, 0),
        "60000 x",
    )


def test_avif_is_read_with_its_exif_and_colours() -> None:
    pixels = gradient().astype(np.uint8)
    photo = read_photo(saved(pixels, "AVIF", quality=100, exif=exif_block(6), icc_profile=SRGB_ICC))
    assert (photo.format, photo.lossless, photo.icc) == ("PNG", False, SRGB_ICC)
    assert photo.pixels.shape == (20, 24, 3)
    assert np.abs(photo.pixels - np.rot90(pixels, -1).astype(int)).max() < 8
    assert photo.exif is not None
    assert load_exif(photo.exif)[0x010F] == "Maker"


def test_lossless_jpeg_is_read_and_can_be_saved_and_other_forms_are_named() -> None:
    photo = read_photo(LOSSLESS_JPEG)
    np.testing.assert_array_equal(photo.pixels, gradient())
    assert (photo.lossless, photo.jpeg) == (True, None)
    assert "lossless JPEG" in photo.notes[0]
    assert np.abs(read_photo(encode_photo(photo)).pixels - gradient()).max() < 12
    np.testing.assert_array_equal(read_photo(encode_photo(photo, format="PNG")).pixels, gradient())
    refused(JPEG_12_BITS, "JPEG of 1 channels with 12 bits, which is not read")
    refused(JPEG_LS, "JPEG-LS, which is not read")


def test_damaged_bytes_never_escape_as_other_errors(caplog: pytest.LogCaptureFixture) -> None:
    rng = np.random.default_rng(1)
    for data in (
        saved(noise(24, 24), "PNG", exif=exif_block()),
        saved(soft(24, 24), "JPEG", exif=exif_block()),
        saved(noise(24, 24), "TIFF"),
        saved(soft(24, 24), "WEBP"),
        saved_tiff(noise(24, 24, 3, np.uint16), photometric="rgb"),
        plain_png16(noise(24, 24, 3, np.uint16)),
    ):
        for _ in range(40):
            broken = bytearray(data)
            for place in rng.integers(0, min(len(data), 400), 4):
                broken[place] = rng.integers(0, 256)
            try:
                read_photo(bytes(broken))
            except ImageError as error:
                assert error.sentence  # noqa: PT017 - most of these are still readable
    caplog.clear()  # Pillow logs some of the damage that it raises


def test_unusual_pictures_are_refused_in_words() -> None:
    refused(saved_tiff(noise(20, 20).astype(np.float32), photometric="rgb"), "floating-point")


@pytest.mark.parametrize("profile", [False, True])
def test_cmyk_jpegs_are_converted_to_srgb_as_another_reader_does(profile: bool) -> None:
    ink = Image.fromarray(soft(20, 24)).convert("CMYK")
    file = BytesIO()
    ink.save(
        file, "JPEG", quality=100, icc_profile=SRGB_ICC if profile else None
    )  # a profile of another space
    photo = read_photo(file.getvalue())
    assert photo.notes == ("The photo is a CMYK picture; it was converted to sRGB.",)
    assert (photo.icc, photo.grey, photo.jpeg) == (None, False, None)
    qt = QImage.fromData(file.getvalue()).convertToFormat(QImage.Format.Format_RGB888)
    other = np.frombuffer(qt.constBits().asstring(qt.sizeInBytes()), np.uint8).reshape(20, -1)[:, :72]
    assert np.abs(photo.pixels.astype(int) - other.reshape(20, 24, 3)).max() <= 4


def test_paths_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="There is no file"):
        read_photo_file(tmp_path / "none.png")
    with pytest.raises(ImageError, match="is a folder"):
        read_photo_file(tmp_path)
    for device in ("/dev/null", "/dev/zero"):  # the second never ends
        with pytest.raises(ImageError, match="is a device"):
            read_photo_file(device)
    empty = tmp_path / "empty.png"
    empty.touch()
    with pytest.raises(ImageError, match="is empty"):
        read_photo_file(empty)
