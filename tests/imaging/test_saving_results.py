"""Results are kept to the last bit until they are saved; a JPEG costs something once, and nothing where nothing changed."""

from __future__ import annotations

import io
import platform
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin.cli.files import write_result
from s2edit_plugin.imaging.formats import jpeg_blocks
from s2edit_plugin.imaging.formats.exif import laid_back, upright
from s2edit_plugin.imaging.formats.jpeg_blocks import can_keep_blocks, with_kept_blocks
from s2edit_plugin.imaging.formats.png8 import encode_png8
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.imaging.provenance import NOTICE, Provenance
from s2edit_plugin.imaging.reading import format_of, read_photo
from s2edit_plugin.imaging.saving import encode_result
from s2edit_plugin.imaging.writing import encode_exactly
from tests.imaging.picture_files import exif_block, noise, psnr, saved, soft

BOX = np.s_[60:90, 40:100]
on_x86 = pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"), reason="jpeglib has no wheel for this machine"
)


def jpeg(height: int = 203, width: int = 301, orientation: int = 1, **options: object) -> bytes:
    picture = np.clip(soft(height, width).astype(int) + noise(height, width) // 16, 0, 255).astype(np.uint8)
    return saved(picture, "JPEG", **({"quality": 80, "exif": exif_block(orientation)} | options))


def edited(photo: Photo) -> np.ndarray:
    pixels = photo.pixels.copy()
    pixels[BOX] = 255 - pixels[BOX]
    return pixels


@pytest.mark.parametrize("shape", [(16, 16, 3), (257, 33, 4), (513, 17, 2), (256, 40, 1)])
def test_other_programs_read_our_png(shape: tuple[int, int, int]) -> None:
    pixels = noise(*shape[:2], channels=shape[2]).reshape(shape)
    pixels[: shape[0] // 2] //= 64  # flat parts too
    with Image.open(io.BytesIO(encode_png8(pixels))) as image:
        np.testing.assert_array_equal(np.asarray(image).reshape(shape), pixels)


@pytest.mark.parametrize("source", ["JPEG", "WEBP"])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_a_lossy_photo_saved_without_loss_is_the_same_outside_the_edit(
    tmp_path: Path, source: str, suffix: str
) -> None:
    data = saved(soft(120, 130), source, quality=75)
    photo = read_photo(data)
    pixels = edited(photo)
    result = encode_exactly(photo, pixels, provenance=Provenance("m"))
    write_result(tmp_path / f"out{suffix}", result, data)
    got = read_photo((tmp_path / f"out{suffix}").read_bytes()).pixels
    np.testing.assert_array_equal(got, pixels)
    # What was edited is edited again, and saved at the end: still no bit is lost.
    second = read_photo(encode_exactly(read_photo(result), pixels, provenance=Provenance("m")))
    np.testing.assert_array_equal(second.pixels, pixels)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_what_holds_its_pixels_exactly_keeps_its_format(kind: str) -> None:
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    photo = read_photo(saved(noise(40, 30), kind, **options))
    result = encode_exactly(photo, photo.pixels, provenance=Provenance("m"))
    assert format_of(result) == kind
    np.testing.assert_array_equal(read_photo(result).pixels, photo.pixels)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pixels_laid_back_are_as_stored(orientation: int) -> None:
    stored = noise(5, 7)
    np.testing.assert_array_equal(laid_back(upright(stored, orientation), orientation), stored)


KINDS = {
    "4:2:0": {"subsampling": 2},
    "4:2:2": {"subsampling": 1},
    "4:4:4": {"subsampling": 0, "quality": 95},
    "progressive": {"progressive": True},
    "coarse": {"quality": 10},
    "turned": {"orientation": 6},
    "mirrored": {"orientation": 5},
}


@on_x86
@pytest.mark.parametrize("kind", list(KINDS))
def test_blocks_without_a_changed_pixel_are_the_photos_own(kind: str) -> None:
    assert can_keep_blocks()
    data = jpeg(**KINDS[kind])  # type: ignore[arg-type]
    photo = read_photo(data)
    pixels = edited(photo)
    result = encode_exactly(photo, pixels, provenance=Provenance("m"))
    written = encode_result(result, "JPEG", original=data)
    got = read_photo(written)
    differs = (got.pixels != photo.pixels).any(axis=2)
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    # A block of 16 pixels, and what half-sized colours reach into the next one.
    assert rows[0] > 60 - 18
    assert rows[-1] < 90 + 18
    assert columns[0] > 40 - 18
    assert columns[-1] < 100 + 18
    assert psnr(got.pixels[BOX], pixels[BOX]) > (18 if kind == "coarse" else 26)
    assert psnr(got.pixels[BOX], pixels[BOX]) > psnr(got.pixels[BOX], photo.pixels[BOX]) + 5
    assert got.jpeg == photo.jpeg
    assert NOTICE.encode() in written
    assert b"Maker" in (got.exif or b"")
    assert len(written) < 1.3 * len(data) + 4000


@on_x86
def test_a_result_without_a_change_is_the_photo(tmp_path: Path) -> None:
    data = jpeg()
    photo = read_photo(data)
    result = encode_exactly(photo, photo.pixels, provenance=Provenance("m"))
    got = read_photo(encode_result(result, "JPEG", original=data))
    np.testing.assert_array_equal(got.pixels, photo.pixels)


@on_x86
def test_a_grey_jpeg_keeps_its_blocks() -> None:
    data = saved(soft(100, 110)[..., 0], "JPEG", quality=70)
    photo = read_photo(data)
    pixels = edited(photo)
    written = encode_result(encode_exactly(photo, pixels, provenance=Provenance("m")), "JPEG", original=data)
    got = read_photo(written)
    assert got.grey
    assert not (got.pixels != photo.pixels)[:48].any()
    assert psnr(got.pixels[BOX], pixels[BOX]) > 28


def test_what_cannot_keep_its_blocks_is_compressed_like_the_original(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = jpeg()
    photo = read_photo(data)
    pixels = edited(photo)
    result = encode_exactly(photo, pixels, provenance=Provenance("m"))
    assert with_kept_blocks(data, photo.pixels, pixels[:-1]) is None  # of another size
    monkeypatch.setattr(jpeg_blocks, "can_keep_blocks", lambda: False)
    got = read_photo(encode_result(result, "JPEG", original=data))
    assert got.jpeg == photo.jpeg
    assert psnr(got.pixels, pixels) > 30


def test_a_child_that_fails_or_lies_costs_nothing_but_the_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    data = jpeg()
    photo = read_photo(data)
    pixels = edited(photo)
    monkeypatch.setattr(jpeg_blocks, "_changed_by_child", lambda *_: None)
    assert with_kept_blocks(data, photo.pixels, pixels) is None
    other = saved(255 - photo.pixels, "JPEG", quality=80)
    monkeypatch.setattr(jpeg_blocks, "_changed_by_child", lambda *_: other)
    assert with_kept_blocks(data, photo.pixels, pixels) is None


@on_x86
def test_nothing_of_the_photo_stays_in_the_folder_for_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    data = jpeg()
    photo = read_photo(data)
    assert with_kept_blocks(data, photo.pixels, edited(photo)) is not None
    assert list(tmp_path.iterdir()) == []
