"""Splits PNG files into pixels and metadata. (PNG specification, third edition.)"""

from __future__ import annotations

import binascii
import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from s2edit_plugin.imaging.formats.icc import HdrError, profile_of_cicp, profile_of_gamma
from s2edit_plugin.imaging.formats.side_data import (
    MAX_EXIF,
    MAX_PROFILE,
    MAX_TEXT,
    MAX_XMP,
    SideData,
    inflated,
)
from s2edit_plugin.imaging.png_chunks import SIGNATURE, chunk_spans, png_chunk

__all__ = ["split_png"]

_PIXELS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_END = png_chunk(b"IEND", b"")
_XMP = "XML:com.adobe.xmp"
_RAW = re.compile(r"Raw profile type (exif|app1|xmp|iptc|8bim|icc|icm)", re.IGNORECASE)
_MAX_TEXTS = 8 << 20  # bytes of all texts of a file together
_TEXTS = 1000
_METRE = 0.0254


class _Chunk(NamedTuple):
    kind: bytes
    body: bytes
    whole: memoryview
    sound: bool


def split_png(data: bytes) -> tuple[bytes, SideData]:
    """The PNG file without metadata, and the metadata.

    Raises:
        HdrError: the picture is of high dynamic range.
        ValueError, struct.error: the file's structure is damaged.
    """
    side = SideData()
    kept: list[bytes | memoryview] = [SIGNATURE]
    last = b""
    colour: dict[bytes, bytes] = {}
    texts = 0
    for chunk in _chunks(data):
        if chunk.kind == b"tRNS" and not (chunk.sound and _is_transparency(chunk, data[25:26])):
            side.left_out.add("other")
        elif chunk.kind in _PIXELS:
            kept.append(chunk.whole)
            last = chunk.kind if chunk.sound else b""
        elif not chunk.kind[:1].islower():
            raise ValueError("unknown critical chunk")
        elif chunk.kind in (b"tEXt", b"zTXt", b"iTXt"):
            texts += 1
            full = sum(len(text) for _, text in side.texts) > _MAX_TEXTS
            if chunk.sound and not full and texts <= _TEXTS:
                _take_text(side, chunk)
            else:
                side.left_out.add("text")
        elif chunk.kind in (b"iCCP", b"cICP", b"gAMA", b"cHRM", b"sRGB"):
            if chunk.sound:
                colour.setdefault(chunk.kind, chunk.body)
            else:
                side.left_out.add("profile" if chunk.kind == b"iCCP" else "colour")
        elif chunk.kind == b"eXIf":
            side.take_exif(chunk.body if chunk.sound else None)
        elif chunk.sound:
            _take_number(side, chunk)
        else:
            side.left_out.add("other")
    if last == b"IDAT":  # cut off after the pixels
        side.left_out.add("other")
        kept.append(_END)
    _take_colour(side, colour, grey=len(data) > 25 and data[25] in (0, 4))
    return b"".join(kept), side


def _chunks(data: bytes) -> Iterator[_Chunk]:
    """Every chunk up to IEND; of a file that is cut off the chunks it has, the decoder reports missing pixels."""
    view = memoryview(data)
    for kind, start, stop in chunk_spans(data):
        at, end = start - 8, stop + 4
        whole = view[at:end]
        needed = kind in _PIXELS and kind != b"tRNS"
        if end > len(data):
            if needed:
                yield _Chunk(kind, b"", whole, False)
            return
        # The decoder checks the checksums of the chunks it needs; IDAT is not copied here.
        body = b"" if needed else bytes(view[start:stop])
        sound = needed or zlib.crc32(view[at + 4 : stop]) == int.from_bytes(view[stop:end])
        yield _Chunk(kind, body, whole, sound)


def _is_transparency(chunk: _Chunk, colour_type: bytes) -> bool:
    """Whether a tRNS chunk has the right length for the colour type."""
    lengths = {b"\0": (2,), b"\2": (6,), b"\3": range(1, 257)}
    return len(chunk.body) in lengths.get(colour_type, ())


def _take_number(side: SideData, chunk: _Chunk) -> None:
    if chunk.kind == b"pHYs" and len(chunk.body) == 9:
        across, down, unit = struct.unpack(">IIB", chunk.body)
        if unit == 1 and across and down:
            side.dpi = (across * _METRE, down * _METRE)
    elif chunk.kind == b"acTL" and len(chunk.body) == 8:
        side.frames = struct.unpack_from(">I", chunk.body)[0]


def _take_text(side: SideData, chunk: _Chunk) -> None:
    keyword, text = _text(chunk)
    if keyword == _XMP:
        side.take_xmp(None if text is None else text.encode())
        return
    raw = _RAW.fullmatch(keyword)
    if raw is not None:
        _take_raw_profile(side, raw[1].lower(), text)
    elif text is None or len(text) > MAX_TEXT:
        side.left_out.add("text")
    else:
        side.texts.append((keyword, text))


def _text(chunk: _Chunk) -> tuple[str, str | None]:
    """Keyword and text of a tEXt, zTXt or iTXt chunk; None as text if it is damaged or too large decompressed."""
    name, _, rest = chunk.body.partition(b"\0")
    keyword = name[:80].decode("latin-1")
    most = 2 * MAX_EXIF if _RAW.fullmatch(keyword) else MAX_XMP if keyword == _XMP else MAX_TEXT
    if chunk.kind == b"tEXt":
        return keyword, rest.decode("latin-1")
    if chunk.kind == b"zTXt":
        plain = inflated(rest[1:], most) if rest[:1] == b"\0" else None
        return keyword, None if plain is None else plain.decode("latin-1")
    packed = rest[:1] == b"\1"
    parts = rest[2:].split(b"\0", 2)
    if len(parts) != 3 or (packed and rest[1:2] != b"\0"):
        return keyword, None
    body = inflated(parts[2], most) if packed else parts[2]
    try:
        return keyword, None if body is None else body.decode()
    except UnicodeDecodeError:
        return keyword, None


def _take_raw_profile(side: SideData, name: str, text: str | None) -> None:
    """A raw profile of ImageMagick: name, length and hexadecimal digits, separated by line ends."""
    words = (text or "").split(None, 2)
    try:
        body = binascii.unhexlify("".join(words[2].split()))
        whole = len(words) == 3 and len(body) == int(words[1])
    except (ValueError, IndexError):
        whole, body = False, b""
    if name in ("exif", "app1") and not body.startswith(b"http:"):
        if side.exif is None:
            side.take_exif(body if whole else None)
    elif name in ("xmp", "app1"):
        if side.xmp is None:
            side.take_xmp(body.rpartition(b"xap/1.0/\0")[2] if whole else None)
    elif name in ("icc", "icm"):
        if side.icc is None:
            side.take_icc(body if whole else None)
    elif whole:
        side.photoshop = body
    else:
        side.left_out.add("other")


def _take_colour(side: SideData, colour: dict[bytes, bytes], *, grey: bool) -> None:
    """The colour profile by precedence: cICP, iCCP, sRGB, then cHRM with gAMA (specification, 4.3).

    Numbers are converted to a profile, so that results in every format keep them.
    """
    own, side.icc = side.icc, None
    if b"cICP" in colour:
        try:
            side.icc = profile_of_cicp(colour[b"cICP"], grey=grey)
            return
        except HdrError:
            raise
        except ValueError:
            side.left_out.add("colour")
    if b"iCCP" in colour:
        rest = colour[b"iCCP"].partition(b"\0")[2]
        side.take_icc(inflated(rest[1:], MAX_PROFILE) if rest[:1] == b"\0" else None)
        if side.icc is not None:
            return
    if own is not None:
        side.icc = own
    elif b"sRGB" not in colour and b"gAMA" in colour:
        side.icc = profile_of_gamma(colour[b"gAMA"], colour.get(b"cHRM"), grey=grey)
