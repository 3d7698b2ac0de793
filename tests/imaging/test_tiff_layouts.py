"""Every sample layout of TIFF against a second reader: read right, converted, or refused by name (docs/FORMATS.md)."""

from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms
from PyQt6.QtGui import QImage

from s2edit_plugin.errors import ImageError
from s2edit_plugin.imaging.colour import MAX_PROFILE
from s2edit_plugin.imaging.formats.side_data import MAX_XMP
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.imaging.reading import read_photo
from tests.imaging.picture_files import SRGB_ICC, noise, saved, saved_tiff, soft
from tests.imaging.tiff_files import (
    BLACK_IS_ZERO,
    CMYK,
    DEFLATE,
    ICC_LAB,
    LAB,
    LZW,
    PACKBITS,
    PALETTE,
    PLAIN,
    RGB,
    WHITE_IS_ZERO,
    YCBCR,
    ZSTD,
    tiff_file,
)  # fmt: skip

SIZE = (19, 21)
UNSPECIFIED, PREMULTIPLIED, ALPHA = 0, 1, 2
DEPTHS = (1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 32)
EXTRAS = ((), (UNSPECIFIED,), (ALPHA,), (PREMULTIPLIED,), (UNSPECIFIED, ALPHA), (ALPHA, UNSPECIFIED))


def stored(bits: int, channels: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2**bits, (*SIZE, channels), dtype=np.int64)


def scaled(values: np.ndarray, bits: int) -> np.ndarray:
    """What a sample means, to the nearest of the depth it is read with."""
    white = 255 if bits <= 8 else 65535
    return np.floor(values * white / (2**bits - 1) + 0.5).astype(np.int64)


def expected(
    samples: np.ndarray, bits: int, meaning: int, extras: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray | None]:
    colours = 3 if meaning == RGB else 1
    white = 255 if bits <= 8 else 65535
    colour = scaled(samples[..., :colours], bits)
    known = [kind in (ALPHA, PREMULTIPLIED) for kind in extras]
    alpha = None
    if any(known):
        place = known.index(True)
        alpha = scaled(samples[..., colours + place], bits)
        if extras[place] == PREMULTIPLIED:
            share = np.maximum(alpha, 1)[..., None]
            if meaning == WHITE_IS_ZERO:
                colour = white - np.rint(np.minimum((white - colour) * (white / share), white)).astype(
                    np.int64
                )
            else:
                colour = np.rint(np.minimum(colour * (white / share), white)).astype(np.int64)
    if meaning == WHITE_IS_ZERO:
        colour = white - colour
    return np.broadcast_to(colour, (*SIZE, 3)), alpha


def storages() -> itertools.cycle[dict[str, object]]:
    """Ways to lie in a file, one after the other: all of them meet all meanings and depths."""
    ways = [
        {"order": order, "planar": planar, "tile": tile, "compression": compression, "big": big}
        for order, planar, tile, compression, big in itertools.product(
            "<>", (False, True), (0, 16), (PLAIN, DEFLATE, LZW, PACKBITS, ZSTD), (False, True)
        )
    ]
    np.random.default_rng(0).shuffle(ways)  # type: ignore[arg-type]
    return itertools.cycle(ways)


def test_every_layout_of_grey_and_rgb_is_read_as_it_is_meant() -> None:
    ways = storages()
    for number, (meaning, bits, extras) in enumerate(
        itertools.product((WHITE_IS_ZERO, BLACK_IS_ZERO, RGB), DEPTHS, EXTRAS)
    ):
        channels = (3 if meaning == RGB else 1) + len(extras)
        samples = stored(bits, channels, number)
        for _ in range(2):
            way = next(ways)
            predictor = bits in (8, 16, 32) and way["compression"] in (DEFLATE, LZW) and number % 2 == 0
            reversed_bits = number % 3 == 0
            data = tiff_file(
                samples, bits, meaning, extras=extras, predictor=predictor, reversed_bits=reversed_bits, **way
            )  # type: ignore[arg-type]
            name = (meaning, bits, extras, way, predictor, reversed_bits)
            photo = read_photo(data)
            pixels, alpha = expected(samples, bits, meaning, extras)
            assert photo.depth == (8 if bits <= 8 else 16), name
            assert photo.grey == (meaning != RGB), name
            assert np.array_equal(photo.pixels, pixels), name
            assert (photo.alpha is None) == (alpha is None), name
            assert alpha is None or np.array_equal(photo.alpha, alpha), name
            assert photo.notes == notes(bits, extras), name


def notes(bits: int, extras: tuple[int, ...]) -> tuple[str, ...]:
    found = []
    if UNSPECIFIED in extras:
        found.append("The photo has 1 further channels that are no transparency; they were left out.")
    if bits not in (1, 2, 4, 8, 16):
        found.append(f"The photo has {bits} bits a channel; it was read with {8 if bits < 8 else 16}.")
    return tuple(found)


@pytest.mark.parametrize(
    ("meaning", "bits"),
    [(WHITE_IS_ZERO, 1), (BLACK_IS_ZERO, 1), *itertools.product((WHITE_IS_ZERO, BLACK_IS_ZERO, RGB), (8, 16, 32))]
)  # fmt: skip
def test_the_second_reader_takes_the_same_samples_from_the_tests_files(meaning: int, bits: int) -> None:
    """tifffile: the files of the table say what the table thinks."""
    for order, planar, tile, big in itertools.product("<>", (False, True), (0, 16), (False, True)):
        samples = stored(bits, 3 if meaning == RGB else 1)
        data = tiff_file(
            samples, bits, meaning, order=order, planar=planar, tile=tile, compression=DEFLATE, big=big
        )
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            other = file.pages[0].asarray()
        other = np.moveaxis(other, 0, -1) if planar and meaning == RGB else other
        np.testing.assert_array_equal(other.reshape(samples.shape), samples)


@pytest.mark.parametrize("bits", [2, 4])
def test_pillow_takes_the_same_few_bits(bits: int) -> None:
    samples = stored(bits, 1)
    with Image.open(io.BytesIO(tiff_file(samples, bits, BLACK_IS_ZERO))) as image:
        np.testing.assert_array_equal(np.asarray(image), scaled(samples[..., 0], bits))


def test_the_second_reader_takes_the_same_12_bits() -> None:
    samples = stored(12, 1)
    with Image.open(io.BytesIO(tiff_file(samples, 12, BLACK_IS_ZERO, rows=SIZE[0]))) as image:
        np.testing.assert_array_equal(np.asarray(image), samples[..., 0])


def by_qt(data: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Colour (H, W, 3) and alpha (H, W) of 16 bits, by libtiff and Qt."""
    image = QImage.fromData(data).convertToFormat(QImage.Format.Format_RGBA64)
    raw = np.frombuffer(image.constBits().asstring(image.sizeInBytes()), np.uint16)
    pixels = (
        raw.reshape(image.height(), -1)[:, : 4 * image.width()]
        .reshape(image.height(), -1, 4)
        .astype(np.int64)
    )
    return pixels[..., :3], pixels[..., 3]


def in_16_bits(photo: Photo) -> tuple[np.ndarray, np.ndarray]:
    scale = 1 if photo.depth == 16 else 257
    alpha = np.full(photo.size, photo.white) if photo.alpha is None else photo.alpha
    return photo.pixels.astype(np.int64) * scale, alpha.astype(np.int64) * scale


@pytest.mark.parametrize(
    ("meaning", "bits", "extras"),
    [
        *itertools.product((WHITE_IS_ZERO, BLACK_IS_ZERO), (1, 8), [()]),  # Qt reads no grey with alpha
        (BLACK_IS_ZERO, 16, ()),
        *itertools.product((RGB,), (8, 16), [(), (ALPHA,), (PREMULTIPLIED,)]),
    ],
)
def test_a_second_reader_sees_the_same_colours(meaning: int, bits: int, extras: tuple[int, ...]) -> None:
    samples = stored(bits, (3 if meaning == RGB else 1) + len(extras))
    if extras:
        samples[..., 3] |= 1 << (
            bits - 1
        )  # where nearly nothing is left Qt, which multiplies, rounds otherwise
    if extras == (PREMULTIPLIED,):
        samples[..., :3] = samples[..., :3] * samples[..., 3:] // (2**bits - 1)
    data = tiff_file(samples, bits, meaning, extras=extras, compression=LZW)
    photo = read_photo(data)
    colour, alpha = by_qt(data)
    own, own_alpha = in_16_bits(photo)
    np.testing.assert_array_equal(own_alpha, alpha)
    assert np.abs(own - colour).max() <= (4 if bits == 16 else 258 * 2 if extras else 0)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_palettes(bits: int) -> None:
    palette = np.random.default_rng(bits).integers(0, 256, (3, 2**bits))
    indices = stored(bits, 1)
    for step in (257, 256):
        entry = {320: (3, tuple((palette * step).reshape(-1).tolist()))}
        photo = read_photo(tiff_file(indices, bits, PALETTE, more=entry))
        np.testing.assert_array_equal(photo.pixels, palette.T[indices[..., 0]])
        assert not photo.grey
    data = tiff_file(indices, bits, PALETTE, more={320: (3, tuple((palette * 257).reshape(-1).tolist()))})
    if bits in (1, 8):  # of Qt
        np.testing.assert_array_equal(read_photo(data).pixels * np.int64(257), by_qt(data)[0])
    careless = tiff_file(indices, bits, PALETTE, more={320: (3, tuple(palette.reshape(-1).tolist()))})
    np.testing.assert_array_equal(read_photo(careless).pixels, palette.T[indices[..., 0]])


@pytest.mark.parametrize("bits", [8, 16])
def test_lab_is_converted_as_littlecms_does(bits: int) -> None:
    lab = np.stack([noise(*SIZE, 1, seed=n).astype(int) for n in range(3)], axis=-1)
    lab[..., 0] = 100 + lab[..., 0] // 4
    lab[..., 1:] = (lab[..., 1:] - 128) // 8
    transform = ImageCms.buildTransform(
        ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB"
    )
    theirs = ImageCms.applyTransform(Image.fromarray((lab % 256).astype(np.uint8), "LAB"), transform)
    wide = bits == 16
    for meaning in (LAB, ICC_LAB):
        if meaning == LAB:
            samples = (lab * ((257, 256, 256) if wide else (1, 1, 1))) % 2**bits
        else:
            samples = (lab + (0, 128, 128)) * ((256, 256, 256) if wide else (1, 1, 1))
        photo = read_photo(tiff_file(samples, bits, meaning, compression=LZW))
        assert photo.depth == bits
        assert photo.notes == ("The photo is a Lab picture; it was converted to sRGB.",)
        apart = np.abs(in_16_bits(photo)[0] / 257 - np.asarray(theirs))
        assert apart.mean() < 0.5
        assert apart.max() < 4  # littleCMS works with tables of 8 bits here


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("extras", [(), (ALPHA,), (UNSPECIFIED,)])
def test_cmyk_is_converted_as_qt_does(bits: int, extras: tuple[int, ...]) -> None:
    ink = np.asarray(Image.fromarray(soft(*SIZE)).convert("CMYK")).astype(np.int64)
    more = np.full((*SIZE, len(extras)), 77)
    samples = np.concatenate([ink, more], axis=-1) * (257 if bits == 16 else 1)
    photo = read_photo(tiff_file(samples, bits, CMYK, extras=extras, compression=DEFLATE))
    assert photo.notes[-1] == "The photo is a CMYK picture; it was converted to sRGB."
    assert (photo.depth, photo.icc) == (bits, None)
    assert (photo.alpha is not None) == (extras == (ALPHA,))
    other = by_qt(tiff_file(ink, 8, CMYK))[0]
    assert np.abs(in_16_bits(photo)[0] - other).max() <= 2 * 257


@pytest.mark.parametrize("kind", ["jpeg", "group3", "group4", "tiff_ccitt"])
def test_what_libtiff_decodes_is_read_as_pillow_reads_it(kind: str) -> None:
    for mode in ("L", "RGB") if kind == "jpeg" else ("1",):
        image = Image.fromarray(soft(*SIZE)).convert(mode)
        file = io.BytesIO()
        image.save(file, "TIFF", compression=kind)
        photo = read_photo(file.getvalue())
        with Image.open(file) as other:
            np.testing.assert_array_equal(photo.pixels, np.asarray(other.convert("RGB")))
        assert photo.notes == ()


def test_ycbcr_without_jpeg_is_read_as_qt_reads_it() -> None:
    ycc = np.asarray(Image.fromarray(soft(*SIZE)).convert("YCbCr"))
    data = tiff_file(ycc, 8, YCBCR, more={530: (3, (1, 1))})
    assert np.abs(in_16_bits(read_photo(data))[0] - by_qt(data)[0]).max() <= 2 * 257


def refused(data: bytes, words: str) -> None:
    with pytest.raises(ImageError, match=words) as caught:
        read_photo(data)
    assert caught.value.hint
    assert caught.value.sentence.count(". ") == 0


def test_what_is_not_read_is_refused_by_name() -> None:
    grey, rgb = stored(8, 1), stored(8, 3)
    refused(saved_tiff(noise(20, 20).astype(np.float32), photometric="rgb"), "floating-point samples")
    refused(
        saved_tiff(noise(20, 20, 1).astype(np.float16), photometric="minisblack"), "floating-point samples"
    )
    refused(
        saved_tiff(noise(20, 20, 1).astype(np.float64), photometric="minisblack"), "floating-point samples"
    )
    for dtype in (np.int8, np.int16, np.int32):
        refused(saved_tiff(noise(20, 20, 1).astype(dtype), photometric="minisblack"), "signed samples")
    refused(saved_tiff(noise(20, 20, 1).astype(np.complex64), photometric="minisblack"), "complex samples")
    refused(tiff_file(rgb, 8, RGB, more={258: (3, (8, 16, 8))}), "channels of different depths")
    refused(tiff_file(grey, 8, 4), "a transparency mask")
    refused(tiff_file(grey, 8, 32803), "a camera's raw data")
    refused(tiff_file(rgb, 8, 34892), "a camera's raw data")
    refused(tiff_file(grey, 8, 32844), "LogL")
    refused(tiff_file(rgb, 8, 10), "ITU Lab")
    refused(tiff_file(rgb, 8, 77), "colours of an unknown kind")
    refused(tiff_file(grey, 8, RGB), "1 channels")
    refused(tiff_file(stored(8, 30), 8, RGB), "30 channels")
    refused(tiff_file(stored(8, 4), 8, CMYK, more={332: (3, (2,))}), "inks that are not CMYK")
    refused(tiff_file(stored(16, 1), 16, PALETTE), "16 bits a sample")
    refused(tiff_file(grey, 8, BLACK_IS_ZERO, more={258: (3, (24,))}), "24 bits a sample")
    refused(tiff_file(grey, 8, BLACK_IS_ZERO, more={259: (3, (34712,))}), "JPEG 2000 compression")
    refused(tiff_file(grey, 8, BLACK_IS_ZERO, more={259: (3, (50001,))}), "WebP compression")
    refused(tiff_file(grey, 8, BLACK_IS_ZERO, more={259: (3, (4711,))}), "number 4711 compression")
    refused(tiff_file(stored(12, 1), 12, BLACK_IS_ZERO, more={317: (3, (2,))}), "a predictor for 12 bits")
    refused(tiff_file(grey, 8, BLACK_IS_ZERO, more={317: (3, (3,))}), "a predictor for 8 bits")
    refused(tiff_file(stored(12, 1), 12, BLACK_IS_ZERO, more={259: (3, (7,))}), "number 7 compression")


def test_16_bit_pictures_of_photoshop_with_a_saved_selection_stay_opaque() -> None:
    pixels = noise(*SIZE, 4, np.uint16)
    for planar in ("contig", "separate"):
        stack = np.moveaxis(pixels, -1, 0) if planar == "separate" else pixels
        data = saved_tiff(stack, photometric="rgb", planarconfig=planar, extrasamples=["unspecified"])
        photo = read_photo(data)
        np.testing.assert_array_equal(photo.pixels, pixels[..., :3])
        assert photo.alpha is None


def test_the_first_whole_page_is_used_and_small_copies_are_none() -> None:
    small, large = noise(20, 20), noise(40, 44)
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(small, photometric="rgb", subfiletype=1)
        writer.write(large, photometric="rgb")
    photo = read_photo(file.getvalue())
    np.testing.assert_array_equal(photo.pixels, large)
    assert photo.notes == ()


def test_bigtiff_keeps_what_it_says_and_is_turned() -> None:
    pixels = noise(18, 27, 3, np.uint16)
    for order in "<>":
        data = tiff_file(
            pixels, 16, RGB, big=True, order=order, compression=LZW,
            more={274: (3, (6,)), 271: (2, tuple(b"Maker\0")), 282: (5, (300, 1)), 283: (5, (300, 1)),
                  700: (1, tuple(b"<x/>"))},
        )  # fmt: skip
        photo = read_photo(data)
        np.testing.assert_array_equal(photo.pixels, np.rot90(pixels, -1))
        assert (photo.dpi, photo.xmp, photo.format) == ((300, 300), b"<x/>", "TIFF")
        assert photo.exif is not None
        assert b"Maker" in photo.exif
    assert read_photo(saved(noise(20, 20), "TIFF", big_tiff=True)).size == (20, 20)


def test_a_chain_of_pages_that_is_broken_leaves_the_first_readable() -> None:
    data = bytearray(saved(noise(20, 20), "TIFF"))
    at = int.from_bytes(data[4:8], "little")
    link = at + 2 + 12 * int.from_bytes(data[at : at + 2], "little")
    data[link : link + 4] = (len(data) + 1000).to_bytes(4, "little")
    assert read_photo(bytes(data)).notes == (
        "The photo has damaged parts beside its pixels, which were left out.",
    )


@pytest.mark.parametrize(
    ("tag", "length", "named"), [(34675, MAX_PROFILE, "colour profile"), (700, MAX_XMP, "XMP")]
)
def test_profiles_and_xmp_of_a_tiff_file_have_a_limit(tag: int, length: int, named: str) -> None:
    body = tuple((SRGB_ICC + bytes(length + 1 - len(SRGB_ICC))) if tag == 34675 else bytes(length + 1))
    photo = read_photo(tiff_file(stored(8, 3), 8, RGB, more={tag: (7, body)}))
    assert (photo.icc, photo.xmp) == (None, None)
    assert named in photo.notes[0]
    assert "left out" in photo.notes[0]
