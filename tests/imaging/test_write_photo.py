from __future__ import annotations

import dataclasses
import errno
import io
import os
import stat
import struct
import time
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from s2edit_plugin.errors import ImageError, ResourceError
from s2edit_plugin.imaging.formats.exif import load_exif
from s2edit_plugin.imaging.photo import FileFormat, Photo
from s2edit_plugin.imaging.provenance import DIGITAL_SOURCE_TYPE, Provenance, xmp_packet
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.imaging.writing import encode_photo, format_of_suffix
from s2edit_plugin.storage.paths import write_atomic
from tests.imaging.picture_files import (
    SRGB_ICC,
    exif_block,
    noise,
    plain_png16,
    png_chunk,
    psnr,
    saved,
    saved_tiff,
    soft,
)


def photos() -> dict[str, bytes]:
    """One file of every kind that is kept exactly, with profile and EXIF."""
    kept = {"icc_profile": SRGB_ICC, "exif": exif_block(6), "dpi": (300, 300)}
    in_png16 = (png_chunk(b"eXIf", exif_block(6)[6:]), png_chunk(b"iCCP", b"x\0\0" + zlib.compress(SRGB_ICC)))
    tags = {"iccprofile": SRGB_ICC, "resolution": (300, 300), "resolutionunit": 2, "metadata": None}
    make = [(0x010F, 2, 6, "Maker", True), (0x0112, 3, 1, 6, True)]
    tagged = Image.Exif()
    tagged[0x010F], tagged[0x0112] = "Maker", 6
    return {
        "png": saved(noise(19, 33), "PNG", **kept),
        "png alpha": saved(noise(19, 33, 4), "PNG", **kept),
        "png grey": saved(noise(19, 33, 1), "PNG", exif=exif_block(6)),
        "png grey alpha": saved(noise(19, 33, 2), "PNG", exif=exif_block(6)),
        "png 16": plain_png16(noise(19, 33, 3, np.uint16), *in_png16),
        "png 16 alpha": plain_png16(noise(19, 33, 4, np.uint16), *in_png16),
        "png 16 grey": plain_png16(noise(19, 33, 1, np.uint16)[..., None], in_png16[0]),
        "webp": saved(
            noise(19, 33, 4), "WEBP", lossless=True, exact=True, icc_profile=SRGB_ICC, exif=exif_block(6)
        ),
        "tiff": saved(noise(19, 33), "TIFF", **kept),
        "tiff alpha": saved(noise(19, 33, 4), "TIFF", **kept),
        "tiff lzw": saved(
            noise(19, 33), "TIFF", compression="tiff_lzw", tiffinfo=tagged, icc_profile=SRGB_ICC
        ),
        "tiff 16": saved_tiff(noise(19, 33, 3, np.uint16), photometric="rgb", extratags=make, **tags),
        "tiff 16 grey": saved_tiff(
            noise(19, 33, 1, np.uint16), photometric="minisblack", extratags=make, metadata=None
        ),
    }


@pytest.mark.parametrize("kind", list(photos()))
def test_a_round_trip_keeps_everything(kind: str) -> None:
    photo = read_photo(photos()[kind])
    again = read_photo(encode_photo(photo))
    np.testing.assert_array_equal(again.pixels, photo.pixels)
    if photo.alpha is None:
        assert again.alpha is None
    else:
        np.testing.assert_array_equal(again.alpha, photo.alpha)
    assert (again.format, again.depth, again.grey, again.size) == (
        photo.format,
        photo.depth,
        photo.grey,
        (33, 19),
    )
    assert again.icc == photo.icc
    assert photo.exif is not None
    assert again.exif is not None
    before, after = load_exif(photo.exif), load_exif(again.exif)
    assert after[0x0112] == 1
    assert after[0x010F] == before[0x010F] == "Maker"
    assert after.get_ifd(0x8769) == before.get_ifd(0x8769)
    if photo.dpi:
        assert again.dpi == pytest.approx(photo.dpi, abs=0.1)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_other_programs_read_our_tiff(channels: int, dtype: type) -> None:
    pixels = noise(150, 21, channels, dtype).reshape(150, 21, channels)
    grey = channels < 3
    photo = Photo(
        np.repeat(pixels[..., :1], 3, axis=2) if grey else pixels[..., :3],
        pixels[..., -1] if channels in (2, 4) else None,
        "TIFF",
        grey=grey,
        dpi=(72, 72),
    )
    data = encode_photo(photo, provenance=Provenance("small"))
    with tifffile.TiffFile(BytesIO(data)) as file:
        np.testing.assert_array_equal(file.asarray().reshape(pixels.shape), pixels)
        assert DIGITAL_SOURCE_TYPE.encode() in file.pages[0].tags["XMP"].value
    if dtype is np.uint8:
        with Image.open(BytesIO(data)) as image:
            np.testing.assert_array_equal(np.asarray(image).reshape(pixels.shape), pixels)


@pytest.mark.parametrize(("quality", "subsampling"), [(60, 2), (85, 2), (95, 0)])
def test_jpeg_is_compressed_like_the_original(quality: int, subsampling: int) -> None:
    data = saved(
        soft(120, 90),
        "JPEG",
        quality=quality,
        subsampling=subsampling,
        icc_profile=SRGB_ICC,
        exif=exif_block(),
    )
    photo = read_photo(data)
    again = read_photo(encode_photo(photo))
    assert again.jpeg == photo.jpeg
    assert (again.icc, again.format, again.grey) == (SRGB_ICC, "JPEG", False)
    assert psnr(again.pixels, photo.pixels) > 42
    assert load_exif(again.exif or b"")[0x010F] == "Maker"


def test_very_coarse_jpegs_can_be_saved_too() -> None:
    photo = read_photo(saved(soft(40, 40), "JPEG", quality=3))
    assert read_photo(encode_photo(photo)).size == (40, 40)


def test_lossy_webp_stays_lossy() -> None:
    photo = read_photo(saved(soft(40, 40), "WEBP", quality=80))
    assert not photo.lossless
    again = read_photo(encode_photo(photo))
    assert not again.lossless
    assert psnr(again.pixels, photo.pixels) > 38


@pytest.mark.parametrize("kind", ["png 16 alpha", "tiff 16", "webp", "png grey alpha"])
@pytest.mark.parametrize("target", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_every_format_can_be_saved_as_every_other(kind: str, target: str) -> None:
    photo = read_photo(photos()[kind])
    again = read_photo(encode_photo(photo, format=target))
    assert again.format == target
    assert again.size == photo.size
    assert again.depth == (photo.depth if target in ("PNG", "TIFF") else 8)
    assert (again.alpha is not None) == (photo.alpha is not None and target != "JPEG")
    assert again.icc == photo.icc
    if target in ("PNG", "TIFF"):
        np.testing.assert_array_equal(again.pixels, photo.pixels)


def test_transparency_becomes_white_in_jpeg() -> None:
    photo = Photo(np.zeros((32, 32, 3), np.uint8), np.zeros((32, 32), np.uint8), "PNG")
    assert read_photo(encode_photo(photo, format="JPEG")).pixels.min() > 250


def test_new_jpegs_have_full_colour_resolution() -> None:
    photo = read_photo(encode_photo(Photo(soft(32, 32), None, "PNG"), format="JPEG"))
    assert photo.jpeg is not None
    assert photo.jpeg.subsampling == 0


def test_pictures_too_large_for_a_format_are_refused() -> None:
    wide = Photo(np.zeros((16, 17000, 3), np.uint8), None, "PNG")
    with pytest.raises(ImageError, match="WEBP file has at most 16383 pixels"):
        encode_photo(wide, format="WEBP")


@pytest.mark.parametrize("kind", ["png", "png 16", "webp", "tiff", "tiff 16"])
def test_files_say_that_they_were_edited_by_ai(kind: str) -> None:
    photo = read_photo(photos()[kind])
    again = read_photo(encode_photo(photo, provenance=Provenance("small portraits")))
    assert again.xmp is not None
    words = again.xmp.decode()
    assert DIGITAL_SOURCE_TYPE in words
    assert "S2Edit Studio" in words
    assert "small portraits" in words
    assert "edited by AI" in words
    assert "settings" not in words


def test_jpeg_says_it_too_and_nothing_is_said_unasked() -> None:
    photo = read_photo(saved(soft(32, 32), "JPEG"))
    assert DIGITAL_SOURCE_TYPE.encode() in encode_photo(photo, provenance=Provenance("m"))
    assert read_photo(encode_photo(photo)).xmp is None


def test_settings_are_embedded_only_when_handed_over() -> None:
    packet = xmp_packet(Provenance("m", {"prompt": 'a <anna/face> & \x00 "smile"'})).decode()
    assert "&lt;anna/face&gt; &amp;" in packet
    from xml.dom import minidom

    assert minidom.parseString(packet.encode())


def test_the_photographers_xmp_is_kept_and_ours_replaced() -> None:
    theirs = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="Camera 1" '
        b'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:rights>Jo</dc:rights></rdf:Description></rdf:RDF></x:xmpmeta>'
    )
    once = xmp_packet(Provenance("first"), theirs)
    twice = xmp_packet(Provenance("second"), once)
    assert b"<dc:rights>Jo</dc:rights>" in twice
    assert b"Camera 1" not in twice
    assert b"first" not in twice
    assert twice.count(b"<xmp:CreatorTool>") == 1
    for strange in (b"no xml", b"\xff\xfe", theirs + theirs):
        assert b"Jo" not in xmp_packet(Provenance("m"), strange)


@pytest.mark.parametrize("endian", ["<", ">"])
def test_exif_of_either_byte_order_comes_whole_into_a_tiff_file(endian: str) -> None:
    exif = Image.Exif()
    exif.endian = endian
    exif[0x010F], exif[0x9C9B] = "Maker", b"T\0i\0"
    exif[0x8769] = {
        0x829A: IFDRational(1, 250),
        0x927C: b"II\1\2\3\4" * 9,
        0x9003: "2026:01:02 03:04:05",
        0xA002: 4000,
    }
    exif[0x8825] = {1: "N", 2: (IFDRational(48), IFDRational(8), IFDRational(30, 7))}
    block = exif.tobytes()
    source = load_exif(block)
    photo = read_photo(saved(soft(32, 40), "JPEG", exif=block, dpi=(300, 300)))
    with Image.open(io.BytesIO(encode_photo(photo, format="TIFF"))) as image:
        kept = image.getexif()
        assert kept[0x010F] == "Maker"
        assert kept[0x9C9B] == b"T\0i\0"
        assert dict(kept.get_ifd(0x8769)) == dict(source.get_ifd(0x8769))
        assert dict(kept.get_ifd(0x8825)) == dict(source.get_ifd(0x8825))
        np.testing.assert_array_equal(np.asarray(image), photo.pixels)
        assert image.info["dpi"] == (300, 300)
    again = read_photo(encode_photo(photo, format="TIFF"))
    assert again.exif is not None
    assert b"II\1\2\3\4" * 9 in again.exif


def test_a_value_that_no_library_writes_costs_no_saved_picture() -> None:
    """An unsigned number that Pillow takes for a signed one, found by fuzzing, and a block that cannot be walked."""
    entry = struct.pack("<HHIi", 0x0213, 9, 1, -5) + struct.pack("<HHIi", 0x0214, 4, 1, -1)
    for exif in (
        b"II*\0\x08\0\0\0\2\0" + entry + bytes(4),
        b"II*\0\x08\0\0\0\xff\xff" + entry,
        b"II*\0\xff\xff\xff\xff",
        b"MM\0*\0\0\0\x08\0\1\x87\x69\0\4\0\0\0\1\xff\xff\xff\xff" + bytes(4),
    ):
        photo = dataclasses.replace(read_photo(saved(noise(20, 20), "PNG")), exif=exif, dpi=(1e8, 0.1))
        data = encode_photo(photo, format="TIFF")
        np.testing.assert_array_equal(read_photo(data).pixels, photo.pixels)


ENDLESS = {
    "tag": b"<xmp:CreatorTool ",
    "element": b"<xmp:CreatorTool>",
    "attribute": b' xmp:CreatorTool="',
    "attribute in a tag": b"<a xmp:CreatorTool  ",
    "empty elements": b"<xmp:CreatorTool/>x",
    "elements": b"<xmp:CreatorTool></xmp:CreatorTool>x",
    "brackets": b"<",
}


@pytest.mark.parametrize("piece", ENDLESS.values(), ids=ENDLESS)
def test_foreign_xmp_takes_time_in_proportion_to_its_length(piece: bytes) -> None:
    start, end = b"<x:xmpmeta><rdf:RDF><rdf:Description", b"</rdf:RDF></x:xmpmeta>"
    for opened in (b"", b">"):
        started = time.process_time()
        xmp_packet(Provenance("m"), start + opened + piece * (1_000_000 // len(piece)) + end)
        assert time.process_time() - started < 1.5


@pytest.mark.parametrize(
    "theirs",
    [
        b"<rdf:Description xmp:CreatorTool='Camera 1' dc:x=\"y>z\"/>",
        b'<rdf:Description\n  xmp:CreatorTool = "Camera 1"\n  dc:x="y>z"></rdf:Description>',
        b'<rdf:Description dc:x="y>z"><xmp:CreatorTool>Camera 1</xmp:CreatorTool></rdf:Description>',
        b"<rdf:Description dc:x=\"y>z\"><xmp:CreatorTool xml:lang='de'>Camera 1</xmp:CreatorTool></rdf:Description>",
        b'<rdf:Description dc:x="y>z"><s2edit:notice/><xmp:CreatorTool/></rdf:Description>',
    ],
)
def test_our_properties_are_replaced_however_they_are_written(theirs: bytes) -> None:
    packet = xmp_packet(Provenance("m"), b"<x:xmpmeta><rdf:RDF>" + theirs + b"</rdf:RDF></x:xmpmeta>")
    assert b"Camera 1" not in packet
    assert packet.count(b"CreatorTool") == 2
    assert packet.count(b"s2edit:notice") == 2
    assert b'dc:x="y>z"' in packet


def test_suffixes() -> None:
    assert format_of_suffix("a/b.JPG") == "JPEG"
    assert format_of_suffix(Path("x.tif")) == "TIFF"
    with pytest.raises(ImageError, match=r"x\.bmp does not end in a known picture suffix"):
        format_of_suffix("x.bmp")


def test_atomic_writing(tmp_path: Path) -> None:
    path = tmp_path / "result.png"
    write_atomic(path, b"one")
    write_atomic(path, b"two")
    assert path.read_bytes() == b"two"
    assert os.listdir(tmp_path) == ["result.png"]
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask


def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "result.png"
    path.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ResourceError, match="disk is full"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["result.png"]


def test_places_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(ResourceError, match="could not be written"):
        write_atomic(tmp_path / "folder.png", b"x")
    assert os.listdir(tmp_path) == ["folder.png"]


@pytest.mark.parametrize("format", ["JPEG", "WEBP"])
def test_a_quality_that_is_asked_for_decides_over_the_photos_own(format: FileFormat) -> None:
    photo = read_photo(saved(soft(90, 120), "JPEG", quality=60), "photo")
    sizes = [len(encode_photo(photo, format=format, quality=quality)) for quality in (20, 60, 95)]
    assert sizes == sorted(sizes)
    assert sizes[2] > 2 * sizes[0]
    exact = read_photo(saved(noise(19, 33), "WEBP", lossless=True), "photo")
    assert exact.lossless
    assert not read_photo(encode_photo(exact, quality=50), "photo").lossless
