"""What a photo says beside its pixels: kept, brought up to date, or named as lost."""

from __future__ import annotations

import io
import platform
import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin.imaging.formats.exif import (
    clean_exif,
    load_exif,
    orientation_of,
    signed_exif,
    with_orientation,
)
from s2edit_plugin.imaging.formats.jpeg_writing import LARGEST_EXIF
from s2edit_plugin.imaging.formats.photoshop import clean_resources
from s2edit_plugin.imaging.photo import FileFormat, Photo
from s2edit_plugin.imaging.provenance import NOTICE, PROGRAM, Provenance
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.imaging.saving import encode_result, left_out
from s2edit_plugin.imaging.writing import encode_exactly, encode_photo
from s2edit_plugin.imaging.xmp_truth import truthful_xmp
from tests.imaging.picture_files import exif_block, png_chunk, saved, soft

THEN = saved(soft(16, 24, seed=9), "JPEG")  # a thumbnail of the face as it was
IPTC = b"\x1c\x02\x78\x00\x07caption\x1c\x02\x50\x00\x02Jo"


def resource(number: int, body: bytes) -> bytes:
    return b"8BIM" + struct.pack(">HHI", number, 0, len(body)) + body + bytes(len(body) % 2)


def segment(kind: int, body: bytes) -> bytes:
    return bytes([0xFF, kind]) + struct.pack(">H", len(body) + 2) + body


def with_parts(jpeg: bytes, *parts: bytes) -> bytes:
    return jpeg[:2] + b"".join(parts) + jpeg[2:]


def camera_exif(padding: int = 0, orientation: int = 6, link: int | None = None) -> bytes:
    """A block as cameras write it: size, software, a maker's note with a preview in it, and a thumbnail's directory."""
    note = b"MAKER\0" + bytes(6) + THEN + b"\1" * padding
    first, entries = 8, 4
    exif_at = first + 2 + 12 * entries + 4
    note_at = exif_at + 2 + 12 * 3 + 4
    software_at = note_at + len(note)
    return b"".join(
        [
            b"II*\0" + struct.pack("<I", first),
            struct.pack("<H", entries),
            struct.pack("<HHI4s", 0x0100, 3, 1, struct.pack("<H", 301)),
            struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0),
            struct.pack("<HHII", 0x0131, 2, 8, software_at),
            struct.pack("<HHII", 0x8769, 4, 1, exif_at),
            struct.pack("<I", 0 if link is None else link),
            struct.pack("<H", 3),
            struct.pack("<HHII", 0x927C, 7, len(note), note_at),
            struct.pack("<HHII", 0xA002, 4, 1, 301),
            struct.pack("<HHII", 0xA003, 4, 1, 203),
            struct.pack("<I", 0),
            note,
            b"Cam 1.0\0",
        ]
    )


def made(photo: Photo) -> bytes:
    pixels = photo.pixels.copy()
    pixels[:8, :8] = 255 - pixels[:8, :8]
    return encode_exactly(photo, pixels, provenance=Provenance("m"))


# ------------------------------------------------------------------ EXIF


@pytest.mark.parametrize("size", [65_499, 65_500, 65_520, 65_527])
def test_exif_up_to_the_last_byte_that_a_jpeg_holds_is_kept(size: int) -> None:
    exif = camera_exif()
    exif = camera_exif(padding=size - len(exif))
    assert len(exif) == size <= LARGEST_EXIF
    data = with_parts(saved(soft(203, 301), "JPEG"), segment(0xE1, b"Exif\0\0" + exif))
    photo = read_photo(data)
    again = read_photo(encode_result(made(photo), "JPEG", original=data))
    assert again.exif is not None
    assert load_exif(again.exif).get_ifd(0x8769)[0x927C].startswith(b"MAKER")
    assert b"Cam 1.0" in again.exif or PROGRAM.encode() in again.exif


def test_what_is_larger_than_a_jpeg_holds_is_named() -> None:
    photo = Photo(soft(20, 20), None, "PNG", exif=camera_exif(padding=LARGEST_EXIF))
    result = encode_photo(photo, provenance=Provenance("m"))
    assert (read_photo(result).exif or b"").count(b"\1") > 60_000
    notes: list[str] = []
    assert read_photo(encode_result(result, "JPEG", notes=notes)).exif is None
    assert any("EXIF" in note and "too large" in note for note in notes)
    assert left_out(photo, "TIFF") == ()


@pytest.mark.parametrize("link", [3, 60_000, 0xFFFFFFFF])
def test_a_bad_link_to_the_next_directory_takes_nothing_with_it(link: int) -> None:
    cleaned = clean_exif(camera_exif(link=link))
    assert cleaned is not None
    exif = load_exif(cleaned)
    assert (exif[0x0131], exif[0x0112]) == ("Cam 1.0", 1)
    assert exif.get_ifd(0x8769)[0x927C].startswith(b"MAKER")


def test_no_picture_of_the_face_as_it_was_stays() -> None:
    block = exif_block(6, THEN)
    for raw in (block, camera_exif()):
        assert b"\xff\xd8\xff" in raw
        cleaned = clean_exif(raw)
        assert cleaned is not None
        assert b"\xff\xd8\xff" not in cleaned
    assert b"MAKER" in (clean_exif(camera_exif()) or b"")


def test_orientation_size_and_software_are_brought_up_to_date() -> None:
    cleaned = clean_exif(camera_exif())
    signed = signed_exif(cleaned, PROGRAM, (301, 203))  # height and width of the upright photo
    assert signed is not None
    exif = load_exif(signed)
    assert (exif[0x0131], exif[0x0112], exif[0x0100]) == (PROGRAM, 1, 203)
    below = exif.get_ifd(0x8769)
    assert (below[0xA002], below[0xA003]) == (203, 301)
    note = load_exif(cleaned or b"").get_ifd(0x8769)[0x927C]
    assert below[0x927C] == note
    assert signed.index(note) == (cleaned or b"").index(note)  # where its own offsets look for it
    assert signed_exif(signed, PROGRAM, (301, 203)) == signed
    turned = with_orientation(signed, 6, (203, 301))
    assert orientation_of(turned) == 6
    assert load_exif(turned or b"").get_ifd(0x8769)[0xA002] == 301
    assert signed_exif(None, PROGRAM, (1, 1)) is None


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_results_name_the_program_in_every_format(format: FileFormat) -> None:
    photo = Photo(soft(301, 203), None, "PNG", exif=clean_exif(camera_exif()))
    again = read_photo(encode_photo(photo, format=format, provenance=Provenance("m")))
    exif = load_exif(again.exif or b"")
    assert exif[0x0131] == PROGRAM
    assert exif.get_ifd(0x8769)[0x927C].startswith(b"MAKER")


def test_damaged_exif_never_raises() -> None:
    rng = np.random.default_rng(0)
    whole = camera_exif()
    for _ in range(300):
        block = bytearray(whole[: rng.integers(1, 200) if rng.random() < 0.3 else None])
        for place in rng.integers(0, min(len(block), 120), 3):
            block[place] = rng.integers(0, 256)
        cleaned = clean_exif(bytes(block))
        signed_exif(cleaned, PROGRAM, (20, 20))
        with_orientation(cleaned, 6, (20, 20))


# ------------------------------------------------------------------ XMP

XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" tiff:Orientation="6" exif:PixelXDimension="301" GCamera:MotionPhoto="1" '
    'hdrgm:Version="1.0" xmp:Rating="4"><tiff:ImageLength>203</tiff:ImageLength>'
    "<xmp:Thumbnails><rdf:Alt><rdf:li><xmpGImg:image>AAAA</xmpGImg:image></rdf:li></rdf:Alt></xmp:Thumbnails>"
    '<Container:Directory><rdf:Seq><rdf:li><Container:Item Item:Mime="video/mp4"/></rdf:li></rdf:Seq></Container:Directory>'
    "<dc:rights>Jo</dc:rights></rdf:Description></rdf:RDF></x:xmpmeta>"
)


def test_xmp_says_nothing_that_the_edit_made_false() -> None:
    packet, lost = truthful_xmp(XMP.encode(), (301, 203))
    text = (packet or b"").decode()
    assert lost == {"motion", "gain map"}
    for gone in ("Thumbnails", "AAAA", "MotionPhoto", "Container", "video", "hdrgm"):
        assert gone not in text
    assert 'tiff:Orientation="1"' in text
    assert 'exif:PixelXDimension="203"' in text
    assert "<tiff:ImageLength>301<" in text
    assert 'xmp:Rating="4"' in text
    assert "<dc:rights>Jo</dc:rights>" in text
    from xml.dom import minidom

    declared = text.replace(
        "<x:xmpmeta ", "<x:xmpmeta " + "".join(f'xmlns:{p}="{p}" ' for p in ("tiff", "exif", "xmp", "dc"))
    )
    assert minidom.parseString(declared)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32-le", "utf-32-be", "utf-32"])
def test_xmp_in_other_encodings_is_read_and_kept_in_utf8(encoding: str) -> None:
    plain = truthful_xmp(XMP.encode(), (301, 203))
    declared = '<?xml version="1.0" encoding="UTF-16"?>' + XMP
    assert truthful_xmp(XMP.encode(encoding), (301, 203)) == plain
    assert truthful_xmp(declared.encode(encoding), (301, 203)) == plain
    assert truthful_xmp(XMP.encode(encoding)[:-3], (301, 203))[1] == {"xmp"}
    assert truthful_xmp(b"\xff\xfe<\xd8", (1, 1)) == (None, {"xmp"})


def test_xmp_without_an_end_is_left_out_and_hostile_xmp_takes_no_time() -> None:
    assert truthful_xmp(XMP.replace("</xmp:Thumbnails>", "").encode(), (1, 1)) == (None, {"xmp"})
    began = time.monotonic()
    for piece in ("<xmp:Thumbnails ", "<a GCamera:x ", " GCamera:" + "a" * 90, 'tiff:Orientation="'):
        truthful_xmp((piece * (1_000_000 // len(piece))).encode(), (1, 1))
    assert time.monotonic() - began < 20  # quadratic, it would take hours


@pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"), reason="jpeglib has no wheel for this machine"
)
def test_a_jpeg_that_keeps_its_blocks_keeps_its_orientation_everywhere() -> None:
    xmp = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP.encode())
    data = with_parts(saved(soft(203, 301), "JPEG"), segment(0xE1, b"Exif\0\0" + camera_exif()), xmp)
    photo = read_photo(data)
    assert photo.size == (301, 203)
    assert b'tiff:Orientation="1"' in (photo.xmp or b"")
    assert any("motion photo" in note for note in photo.notes)
    written = encode_result(made(photo), "JPEG", original=data)
    assert b'tiff:Orientation="6"' in written
    assert b'exif:PixelXDimension="301"' in written
    with Image.open(io.BytesIO(written)) as image:
        assert (image.size, image.getexif()[0x0112]) == ((301, 203), 6)
    assert read_photo(written).size == (301, 203)


# ------------------------------------------------------------------ IPTC, comments, texts


def test_iptc_and_comments_go_from_jpeg_to_jpeg_through_the_kept_result() -> None:
    resources = resource(0x0404, IPTC) + resource(0x040C, THEN) + resource(0x03ED, bytes(16))
    data = with_parts(
        saved(soft(40, 50), "JPEG"), segment(0xED, b"Photoshop 3.0\0" + resources), segment(0xFE, b"from Jo")
    )
    photo = read_photo(data)
    assert photo.photoshop == resource(0x0404, IPTC) + resource(0x03ED, bytes(16))
    kept = read_photo(made(photo))
    assert (kept.photoshop, kept.texts) == (photo.photoshop, (("Comment", "from Jo"),))
    written = encode_result(made(photo), "JPEG", original=data)
    again = read_photo(written)
    assert (again.photoshop, again.texts) == (photo.photoshop, photo.texts)
    assert THEN[:40] not in written[20:]
    from PIL import IptcImagePlugin

    with Image.open(io.BytesIO(written)) as image:
        assert (IptcImagePlugin.getiptcinfo(image) or {})[(2, 120)] == b"caption"
    tiff = read_photo(encode_photo(photo, format="TIFF"))
    assert tiff.photoshop == photo.photoshop
    assert any("IPTC" in note for note in left_out(photo, "WEBP"))
    assert any("comments" in note for note in left_out(photo, "TIFF"))


def test_large_resources_are_cut_into_segments() -> None:
    body = bytes(range(256)) * 600
    photo = Photo(soft(20, 20), None, "JPEG", photoshop=resource(0x0404, body))
    assert read_photo(encode_photo(photo)).photoshop == photo.photoshop


@pytest.mark.parametrize("cut", [3, 11, 20, 40])
def test_damaged_resources_are_kept_as_far_as_they_go(cut: int) -> None:
    whole = resource(0x0404, IPTC) + resource(0x0405, b"more to come")
    assert clean_resources(whole[:cut]) in (None, resource(0x0404, IPTC))
    assert clean_resources(IPTC) == resource(0x0404, IPTC)
    assert clean_resources(b"") is None


def test_a_pngs_texts_are_kept_and_what_other_formats_lose_is_named() -> None:
    texts = [png_chunk(b"tEXt", b"Title\0A face"), png_chunk(b"zTXt", b"Author\0\0" + zlib.compress(b"Jo"))]
    texts += [png_chunk(b"iTXt", b"Description\0\0\0\0\0" + "Überall".encode())]
    data = saved(soft(20, 30), "PNG")
    data = data[:33] + b"".join(texts) + data[33:]
    photo = read_photo(data)
    kept = read_photo(made(photo))
    assert dict(kept.texts) == {"Title": "A face", "Author": "Jo", "Description": "Überall"}
    with Image.open(io.BytesIO(made(photo))) as image:
        image.load()
        assert image.info["Description"] == "Überall"
    for format in ("JPEG", "TIFF", "WEBP"):
        assert any("texts" in note for note in left_out(photo, format))  # type: ignore[arg-type]
    assert left_out(photo, "PNG") == ()


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (segment(0xE2, b"MPF\0" + bytes(20)), "further pictures"),
        (segment(0xE2, b"urn:iso:std:iso:ts:21496:-1\0"), "gain map"),
        (segment(0xEB, b"JP" + bytes(30)), "Content Credentials"),
        (segment(0xE4, b"FLIR\0" + bytes(30)), "camera or program"),
    ],
)
def test_what_results_do_not_keep_is_named(part: bytes, said: str) -> None:
    plain = saved(soft(20, 30), "JPEG")
    assert read_photo(plain).notes == ()
    assert any(said in note for note in read_photo(with_parts(plain, part)).notes)


def test_a_film_behind_a_photo_is_named() -> None:
    film = bytes(4) + b"ftypmp42" + bytes(40)
    assert any("film" in note for note in read_photo(saved(soft(20, 30), "JPEG") + film).notes)


def test_the_notice_stays_where_the_photographers_xmp_does_not_fit() -> None:
    long = XMP.replace("<dc:rights>Jo", "<dc:rights>" + "J" * 70_000)
    photo = Photo(soft(20, 20), None, "PNG", xmp=long.encode())
    result = encode_photo(photo, provenance=Provenance("m"))
    notes: list[str] = []
    again = read_photo(encode_result(result, "JPEG", notes=notes))
    assert NOTICE.encode() in (again.xmp or b"")
    assert any("XMP" in note for note in notes)
