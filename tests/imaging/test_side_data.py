"""What lies beside the pixels: damaged parts are left out and named, the picture opens; colours stated in numbers are read."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageCms

from s2edit_plugin.errors import ImageError
from s2edit_plugin.imaging.formats.exif import load_exif
from s2edit_plugin.imaging.formats.icc import grey_profile, matrix_profile
from s2edit_plugin.imaging.formats.jpeg_side import split_jpeg
from s2edit_plugin.imaging.formats.png_side import split_png
from s2edit_plugin.imaging.formats.side_data import exif_is_bounded
from s2edit_plugin.imaging.reading import read_photo
from tests.fakes.fuzz_pictures import zeros_packed
from tests.imaging.picture_files import (
    SRGB_ICC,
    exif_block,
    noise,
    plain_png16,
    png_chunk,
    saved,
    saved_tiff,
    soft,
)  # fmt: skip

BARE_EXIF = exif_block(6)[6:]


def wrong_sum(kind: bytes, body: bytes) -> bytes:
    chunk = bytearray(png_chunk(kind, body))
    chunk[-1] ^= 1
    return bytes(chunk)


def with_chunks(png: bytes, *chunks: bytes, behind: bool = False) -> bytes:
    at = len(png) - 12 if behind else 33
    return png[:at] + b"".join(chunks) + png[at:]


LONG = zlib.compress(bytes(2_000_000))
DAMAGED = {
    "text sum": (wrong_sum(b"tEXt", b"Comment\0hello"), "texts"),
    "text without end": (png_chunk(b"tEXt", b"x" * 200), ""),
    "zTXt too long": (png_chunk(b"zTXt", b"Comment\0\0" + LONG), "texts"),
    "zTXt no zlib": (png_chunk(b"zTXt", b"Comment\0\0junk"), "texts"),
    "iTXt cut": (png_chunk(b"iTXt", b"Comment\0\1"), "texts"),
    "iTXt no utf-8": (png_chunk(b"iTXt", b"Comment\0\0\0\0\0\xff\xff"), "texts"),
    "xmp sum": (wrong_sum(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>"), "texts"),
    "profile sum": (wrong_sum(b"iCCP", b"p\0\0" + zlib.compress(SRGB_ICC)), "colour profile"),
    "profile too long": (png_chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(20_000_000))), "colour profile"),
    "profile no zlib": (png_chunk(b"iCCP", b"p\0\0junk"), "colour profile"),
    "profile empty": (png_chunk(b"iCCP", b""), "colour profile"),
    "profile of junk": (png_chunk(b"iCCP", b"p\0\0" + zlib.compress(b"junk" * 99)), "colour profile"),
    "exif sum": (wrong_sum(b"eXIf", BARE_EXIF), "EXIF"),
    "gamma": (wrong_sum(b"gAMA", struct.pack(">I", 45455)), "colour numbers"),
    "gamma of nothing": (png_chunk(b"gAMA", bytes(4)), ""),
    "gamma too short": (png_chunk(b"gAMA", b"\0"), ""),
    "time": (wrong_sum(b"tIME", bytes(7)), "parts"),
    "resolution": (png_chunk(b"pHYs", b"\0"), ""),
    "raw profile": (png_chunk(b"tEXt", b"Raw profile type exif\0\nexif\n 99\nzz"), "EXIF"),
}


@pytest.mark.parametrize("deep", [False, True], ids=["8 bits", "16 bits"])
@pytest.mark.parametrize("behind", [False, True], ids=["before", "behind"])
@pytest.mark.parametrize(("chunk", "named"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_side_chunk_leaves_a_png_readable(
    chunk: bytes, named: str, behind: bool, deep: bool
) -> None:
    pixels = noise(18, 21, 3, np.uint16 if deep else np.uint8)
    sound = plain_png16(pixels) if deep else saved(pixels, "PNG")
    photo = read_photo(with_chunks(sound, chunk, behind=behind))
    np.testing.assert_array_equal(photo.pixels, pixels)
    assert len(photo.notes) == bool(named)
    assert not named or (named in photo.notes[0] and "left out" in photo.notes[0])


def test_a_file_cut_off_behind_its_pixels_is_sound_and_one_cut_in_them_is_not() -> None:
    pixels = noise(18, 21)
    data = with_chunks(saved(pixels, "PNG"), png_chunk(b"tEXt", b"Comment\0" + b"x" * 300), behind=True)
    photo = read_photo(data[:-100])
    np.testing.assert_array_equal(photo.pixels, pixels)
    assert photo.notes == ("The photo has damaged parts beside its pixels, which were left out.",)
    with pytest.raises(ImageError, match="damaged or cut short"):
        read_photo(data[: len(saved(pixels, "PNG")) - 30])


def segment(kind: int, body: bytes) -> bytes:
    return b"\xff" + bytes([kind]) + struct.pack(">H", len(body) + 2) + body


@pytest.mark.parametrize(
    ("part", "named"),
    [
        (segment(0xE1, b"Exif\0\0"), "EXIF"),
        (segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff"), "EXIF"),
        (segment(0xE2, b"ICC_PROFILE\0\1\2" + SRGB_ICC), "colour profile"),
        (segment(0xE2, b"ICC_PROFILE\0\1\1junk"), "colour profile"),
        (segment(0xE2, b"ICC_PROFILE\0"), "colour profile"),
        (segment(0xE2, b"MPF\0junk"), "further pictures"),
        (segment(0xE0, b"JFIF\0"), ""),
        (segment(0xEE, b"Adobe"), ""),
        (segment(0xED, b"Photoshop 3.0\x008BIM\4\4\0\0\xff\xff\xff\xff"), ""),
        (segment(0xFE, b"\xff\xfe"), ""),
        (b"\xff\xff\xff" + segment(0xFE, b"x"), ""),
    ],
)
def test_a_damaged_segment_leaves_a_jpeg_readable(part: bytes, named: str) -> None:
    sound = saved(soft(20, 24), "JPEG")
    photo = read_photo(sound[:2] + part + sound[2:])
    np.testing.assert_array_equal(photo.pixels, read_photo(sound).pixels)
    assert len(photo.notes) == bool(named)
    assert not named or named in photo.notes[0]


def test_a_damaged_chunk_leaves_a_webp_readable() -> None:
    pixels = noise(20, 24, 4)
    sound = saved(
        pixels, "WEBP", lossless=True, exact=True, exif=exif_block(), icc_profile=SRGB_ICC, xmp=b"<x/>"
    )
    assert read_photo(sound).notes == ()
    for name, replaced, named in (
        (b"EXIF", b"junk", "EXIF"), (b"ICCP", b"junk" * 30, "colour profile"), (b"XMP ", b"\xff\xff\xff", ""),
    ):  # fmt: skip
        at = sound.index(name)
        data = sound[: at + 8] + replaced + sound[at + 8 + len(replaced) :]
        photo = read_photo(data)
        np.testing.assert_array_equal(photo.pixels, pixels[..., :3])
        np.testing.assert_array_equal(photo.alpha, pixels[..., 3])
        assert not named or named in photo.notes[0]
    cut = read_photo(sound[:-6])
    np.testing.assert_array_equal(cut.pixels, pixels[..., :3])
    assert cut.notes


def raw_profile(name: str, body: bytes) -> bytes:
    digits = body.hex()
    lines = "\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))
    return f"\n{name}\n{len(body):8}\n{lines}\n".encode()


@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0"])
@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt"])
@pytest.mark.parametrize("name", ["exif", "APP1"])
def test_exif_in_a_raw_profile_of_a_png_turns_the_photo(name: str, kind: bytes, prefix: bytes) -> None:
    text = raw_profile(name.lower(), prefix + BARE_EXIF)
    body = {
        b"tEXt": b"\0" + text,
        b"zTXt": b"\0\0" + zlib.compress(text),
        b"iTXt": b"\0\1\0\0\0" + zlib.compress(text),
    }[kind]
    pixels = noise(18, 24)
    chunk = png_chunk(kind, f"Raw profile type {name}".encode() + body)
    for behind in (False, True):
        photo = read_photo(with_chunks(saved(pixels, "PNG"), chunk, behind=behind))
        np.testing.assert_array_equal(photo.pixels, np.rot90(pixels, -1))
        assert photo.exif is not None
        assert load_exif(photo.exif)[0x010F] == "Maker"
        assert photo.notes == ()


def test_profiles_and_xmp_in_raw_profiles_are_read_and_no_texts() -> None:
    png = with_chunks(
        saved(noise(20, 20), "PNG"),
        png_chunk(b"zTXt", b"Raw profile type icc\0\0" + zlib.compress(raw_profile("icc", SRGB_ICC))),
        png_chunk(b"tEXt", b"Raw profile type xmp\0" + raw_profile("xmp", b"<x:xmpmeta/>")),
        png_chunk(b"tEXt", b"Raw profile type iptc\0" + raw_profile("iptc", b"8BIM...")),
        png_chunk(b"tEXt", b"Author\0M\xfcller"),
    )
    side = split_png(png)[1]
    assert (side.icc, side.xmp, side.photoshop) == (SRGB_ICC, b"<x:xmpmeta/>", b"8BIM...")
    assert side.texts == [("Author", "Müller")]


def test_a_profile_of_more_than_a_megabyte_is_kept() -> None:
    long = bytearray(SRGB_ICC + bytes(1_500_000))
    long[:4] = struct.pack(">I", len(long))
    photo = read_photo(
        with_chunks(saved(noise(20, 20), "PNG"), png_chunk(b"iCCP", b"p\0\0" + zlib.compress(long)))
    )
    assert photo.icc == bytes(long)
    assert photo.notes == ()


def test_what_a_jpeg_says_beside_its_pixels() -> None:
    parts = [SRGB_ICC[at : at + 900] for at in range(0, len(SRGB_ICC), 900)]
    count = len(parts)
    profile = [segment(0xE2, b"ICC_PROFILE\0" + bytes([n + 1, count]) + part) for n, part in enumerate(parts)]
    sound = saved(soft(20, 24), "JPEG", dpi=(300, 200))
    data = (
        sound[:2]
        + b"".join(reversed(profile))
        + segment(0xED, b"Photoshop 3.0\x008BIM")
        + segment(0xFE, b"hi")
    )
    bare, side, frame = split_jpeg(data + sound[2:])
    assert (side.icc, side.photoshop, side.texts, side.dpi) == (
        SRGB_ICC,
        b"8BIM",
        [("Comment", "hi")],
        (300, 200),
    )
    assert frame is not None
    assert (frame.bits, frame.channels, frame.lossless) == (8, 3, False)
    assert b"8BIM" not in bare
    assert b"JFIF" in bare


# ------------------------------------------------------------------ colours by numbers

P3 = [(0.680, 0.320), (0.265, 0.690), (0.150, 0.060)]
D65 = (0.3127, 0.3290)
SRGB_LIKE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def chrm(primaries: list[tuple[float, float]], white: tuple[float, float] = D65) -> bytes:
    return struct.pack(">8I", *(round(100_000 * value) for point in (white, *primaries) for value in point))


def gamma(value: float) -> bytes:
    return png_chunk(b"gAMA", struct.pack(">I", round(100_000 / value)))


def srgb_of(pixels: np.ndarray, icc: bytes) -> np.ndarray:
    """As littleCMS sees it."""
    own = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    transform = ImageCms.buildTransform(
        own, ImageCms.createProfile("sRGB"), "RGB", "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC
    )
    return np.asarray(ImageCms.applyTransform(Image.fromarray(pixels), transform))


WIDE = {
    "cICP P3": ([png_chunk(b"cICP", bytes([12, 13, 0, 1]))], matrix_profile(P3, D65, SRGB_LIKE)),
    "cHRM P3": ([gamma(2.2), png_chunk(b"cHRM", chrm(P3))], matrix_profile(P3, D65, SRGB_LIKE)),
    "cHRM P3, 1.8": (
        [gamma(1.8), png_chunk(b"cHRM", chrm(P3))],
        matrix_profile(P3, D65, (100_000 / 55_556,)),
    ),
    "gAMA alone": (
        [gamma(1.8)],
        matrix_profile([(0.64, 0.33), (0.3, 0.6), (0.15, 0.06)], D65, (100_000 / 55_556,)),
    ),
    "cICP before iCCP": (
        [png_chunk(b"iCCP", b"p\0\0" + zlib.compress(SRGB_ICC)), png_chunk(b"cICP", bytes([12, 13, 0, 1]))],
        matrix_profile(P3, D65, SRGB_LIKE),
    ),
    "iCCP before gAMA": ([gamma(1.0), png_chunk(b"iCCP", b"p\0\0" + zlib.compress(SRGB_ICC))], SRGB_ICC),
}


@pytest.mark.parametrize("deep", [False, True], ids=["8 bits", "16 bits"])
@pytest.mark.parametrize(("chunks", "icc"), WIDE.values(), ids=WIDE)
def test_colours_by_numbers_look_as_by_the_profile(chunks: list[bytes], icc: bytes, deep: bool) -> None:
    pixels = (noise(20, 20) // 2 + 60).astype(np.uint8)
    sound = plain_png16(pixels.astype(np.uint16) * 257) if deep else saved(pixels, "PNG")
    photo = read_photo(with_chunks(sound, *chunks))
    assert photo.icc == icc
    assert np.abs(photo.as_uint8_rgb().astype(int) - srgb_of(pixels, icc)).max() <= 2


def test_p3_by_numbers_is_display_p3() -> None:
    icc = read_photo(with_chunks(saved(noise(20, 20), "PNG"), png_chunk(b"cICP", bytes([12, 13, 0, 1])))).icc
    assert icc is not None
    tags = ImageCms.ImageCmsProfile(io.BytesIO(icc)).profile
    # The numbers that Apple's own profile has.
    np.testing.assert_allclose(tags.red_colorant[0], (0.51512, 0.24120, -0.00105), atol=2e-4)
    np.testing.assert_allclose(tags.green_colorant[0], (0.29198, 0.69225, 0.04189), atol=2e-4)
    np.testing.assert_allclose(tags.blue_colorant[0], (0.15710, 0.06657, 0.78407), atol=2e-4)


@pytest.mark.parametrize(
    "chunks",
    [
        [png_chunk(b"sRGB", b"\0"), gamma(1.0)],
        [gamma(2.2)],
        [gamma(2.2), png_chunk(b"cHRM", chrm([(0.64, 0.33), (0.3, 0.6), (0.15, 0.06)]))],
        [png_chunk(b"cICP", bytes([1, 13, 0, 1]))],
        [png_chunk(b"cHRM", chrm(P3))],  # without a gamma it says nothing that can be used
        [gamma(2.2), png_chunk(b"cHRM", chrm([(0.3, 0.3)] * 3))],
        [gamma(2.2), png_chunk(b"cHRM", bytes(32))],
    ],
)
def test_what_is_srgb_by_numbers_or_impossible_gets_no_profile(chunks: list[bytes]) -> None:
    photo = read_photo(with_chunks(saved(noise(20, 20), "PNG"), *chunks))
    assert photo.icc is None
    assert photo.notes == ()


def test_grey_pictures_with_a_gamma_get_a_grey_profile() -> None:
    photo = read_photo(with_chunks(saved(noise(20, 20, 1), "PNG"), gamma(1.0)))
    assert photo.icc == grey_profile((1.0,))
    assert ImageCms.ImageCmsProfile(io.BytesIO(photo.icc)).profile.xcolor_space.strip() == "GRAY"
    middle = read_photo(with_chunks(saved(np.full((20, 20), 55, np.uint8), "PNG"), gamma(1.0)))
    assert abs(int(middle.as_uint8_rgb()[0, 0, 0]) - 128) <= 1


def test_pictures_for_hdr_displays_are_refused_by_name_and_unknown_numbers_named() -> None:
    sound = saved(noise(20, 20), "PNG")
    for transfer in (16, 18):
        with pytest.raises(ImageError, match="high dynamic range"):
            read_photo(with_chunks(sound, png_chunk(b"cICP", bytes([9, transfer, 0, 1]))))
    photo = read_photo(with_chunks(sound, png_chunk(b"cICP", bytes([200, 13, 0, 1]))))
    assert "colour numbers" in photo.notes[0]


# ------------------------------------------------------------------ memory


def overlapping_exif(size: int) -> bytes:
    """A directory of 1,000 tags, each of which is the whole block."""
    head = b"II*\0\x08\0\0\0" + struct.pack("<H", 1000)
    entries = b"".join(struct.pack("<HHII", 0x9000 + n, 7, size - 12100, 12100) for n in range(1000))
    block = head + entries + bytes(4)
    return block + bytes(size - len(block))


MAKERS: dict[str, Callable[[bytes], bytes]] = {
    "png": lambda exif: with_chunks(saved(noise(20, 20), "PNG"), png_chunk(b"eXIf", exif)),
    "webp": lambda exif: saved(soft(20, 20), "WEBP", exif=exif),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_exif_whose_values_overlap_takes_no_more_memory_than_it_has(make: Callable[[bytes], bytes]) -> None:
    block = overlapping_exif(1_000_000)
    assert not exif_is_bounded(block)
    data = make(block)
    tracemalloc.start()
    try:
        photo = read_photo(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert photo.exif is None
    assert "EXIF" in photo.notes[0]
    assert peak < 6 * len(data)


def test_honest_exif_is_bounded() -> None:
    for block in (
        exif_block(3),
        exif_block(6, thumbnail=b"x" * 9000),
        saved_tiff(noise(40, 40)),
        b"",
        b"junk",
    ):
        assert exif_is_bounded(block)


def test_many_texts_that_unpack_to_much_are_left_out() -> None:
    chunks = [png_chunk(b"zTXt", b"C%d\0\0" % n + zeros_packed(1)) for n in range(200)]
    tracemalloc.start()
    try:
        photo = read_photo(with_chunks(saved(noise(20, 20), "PNG"), *chunks))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 40_000_000
    assert "texts" in photo.notes[0]
