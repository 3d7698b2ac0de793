from __future__ import annotations

import struct
import tracemalloc

import numpy as np
import pytest
from PIL import Image, ImageCms

from s2edit_plugin.imaging.colour import MAX_PROFILE, colour_space
from s2edit_plugin.imaging.crop import Crop
from s2edit_plugin.imaging.detail import CropChange
from s2edit_plugin.imaging.paste import paste_change
from s2edit_plugin.imaging.photo import Photo
from tests.imaging.picture_files import SRGB_ICC, noise

# Columns of XYZ under D50: Display P3 and Adobe RGB (1998).
P3 = [(0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)]
ADOBE = [(0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)]


def s15(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


SRGB_CURVE = (
    b"para" + bytes(4) + struct.pack(">HH", 3, 0) + s15(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
)
GAMMA_22 = b"curv" + bytes(4) + struct.pack(">IH", 1, round(2.2 * 256))


def profile(columns: list[tuple[float, float, float]] | None, curve: bytes) -> bytes:
    """A small matrix profile, or a grey one without columns."""
    curve += bytes(-len(curve) % 4)
    tags = {b"wtpt": b"XYZ " + bytes(4) + s15(0.9642, 1, 0.8249)}
    if columns is None:
        tags[b"kTRC"] = curve
    else:
        for name, column in zip(b"rgb", columns, strict=True):
            tags[bytes([name]) + b"XYZ"] = b"XYZ " + bytes(4) + s15(*column)
            tags[bytes([name]) + b"TRC"] = curve
    at = 132 + 12 * len(tags)
    table, bodies = struct.pack(">I", len(tags)), b""
    for name, body in tags.items():
        table += name + struct.pack(">II", at + len(bodies), len(body))
        bodies += body
    space = b"GRAY" if columns is None else b"RGB "
    head = bytearray(128)
    head[8:12] = b"\2\x40\0\0"
    head[12:24] = b"mntr" + space + b"XYZ "
    head[36:40] = b"acsp"
    head[68:80] = s15(0.9642, 1, 0.8249)
    data = bytes(head) + table + bodies
    return struct.pack(">I", len(data)) + data[4:]


@pytest.mark.parametrize("icc", [None, SRGB_ICC, b"", b"junk" * 50, b"RGB " * 40])
def test_srgb_and_unreadable_profiles_change_nothing(icc: bytes | None) -> None:
    assert colour_space(icc).is_srgb


@pytest.mark.parametrize("columns", [P3, ADOBE])
@pytest.mark.parametrize("curve", [SRGB_CURVE, GAMMA_22])
def test_matrix_profiles_agree_with_littlecms(
    columns: list[tuple[float, float, float]], curve: bytes
) -> None:
    import io

    icc = profile(columns, curve)
    space = colour_space(icc)
    assert not space.is_srgb
    muted = (noise(40, 40) // 3 + 80).astype(np.uint8)
    transform = ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(icc)), ImageCms.createProfile("sRGB"), "RGB", "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )  # fmt: skip
    theirs = np.asarray(ImageCms.applyTransform(Image.fromarray(muted), transform))
    ours = space.to_srgb(muted.astype(np.float32) / 255) * 255
    assert np.abs(np.clip(ours, 0, 255) - theirs).max() < 1.6
    back = space.from_srgb(ours / 255) * 255
    assert np.abs(back - muted).max() < 0.01


@pytest.mark.parametrize("icc", [profile(P3, SRGB_CURVE), profile(ADOBE, GAMMA_22), profile(None, GAMMA_22)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_in_other_spaces_what_does_not_change_keeps_its_bits(icc: bytes, dtype: type) -> None:
    photo = Photo(noise(60, 60, 3, dtype), None, "PNG", icc=icc)
    change = np.zeros((60, 60, 3), np.float32)
    mask = np.ones((60, 60), np.float32)
    np.testing.assert_array_equal(paste_change(photo, CropChange(change), Crop(0, 0, 60), mask), photo.pixels)
    change[20:30, 20:30] = 0.2
    result = paste_change(photo, CropChange(change), Crop(0, 0, 60), mask)
    still = np.ones((60, 60), bool)
    still[20:30, 20:30] = False
    np.testing.assert_array_equal(result[still], photo.pixels[still])
    assert (result[~still] != photo.pixels[~still]).any()


def test_a_change_means_the_same_colour_in_every_space() -> None:
    """A wide-gamut photo after the change looks, in sRGB, as the sRGB photo does."""
    icc = profile(P3, SRGB_CURVE)
    photo = Photo((noise(40, 40, 3, np.uint16) // 4 + 20000).astype(np.uint16), None, "PNG", icc=icc)
    change = np.full((40, 40, 3), 0.1, np.float32)
    result = paste_change(photo, CropChange(change), Crop(0, 0, 40), np.ones((40, 40), np.float32))
    before = photo.as_float_rgb()
    after = Photo(result, None, "PNG", icc=icc).as_float_rgb()
    inside = (before > 0.01) & (before < 0.88)
    assert np.abs((after - before)[inside.all(axis=2)] - 0.1).max() < 1e-3


def test_table_profiles_go_through_littlecms() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert colour_space(lab).is_srgb  # no RGB: left alone


def overlapping(size: int, curve: bytes) -> bytes:
    """A matrix profile whose 256 tags all reach from their places to the end of the file."""
    icc = bytearray(profile(P3, curve))
    (count,) = struct.unpack_from(">I", icc, 128)
    entries = [struct.unpack_from(">4sII", icc, 132 + 12 * index) for index in range(count)]
    shift = 12 * (256 - count)
    table = struct.pack(">I", 256)
    for name, offset, _ in entries:
        table += struct.pack(">4sII", name, offset + shift, size - offset - shift)
    for index in range(256 - count):
        table += struct.pack(">4sII", b"%04d" % index, 3300, size - 3300)
    body = bytes(icc[132 + 12 * count :])
    data = bytes(icc[:128]) + table + body
    data += bytes(size - len(data))
    return struct.pack(">I", size) + data[4:]


@pytest.mark.parametrize("curve", [GAMMA_22, SRGB_CURVE, b"curv" + bytes(4) + struct.pack(">I", 499_000)])
def test_tags_that_overlap_take_no_more_memory_than_the_profile(curve: bytes) -> None:
    icc = overlapping(1_000_000, curve)
    assert colour_space(profile(P3, GAMMA_22)) is not None  # what is loaded once
    tracemalloc.start()
    try:
        space = colour_space(icc)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2_500_000
    if len(curve) != 12:
        np.testing.assert_array_equal(
            space.to_srgb(noise(8, 8) / np.float32(255)),
            colour_space(profile(P3, curve)).to_srgb(noise(8, 8) / np.float32(255)),
        )


def test_a_profile_of_gigantic_size_is_not_looked_at() -> None:
    assert colour_space(overlapping(MAX_PROFILE + 1, GAMMA_22)).is_srgb
    assert not colour_space(overlapping(MAX_PROFILE, GAMMA_22)).is_srgb
