"""Interpretation of a TIFF file's samples: read, converted with a note, or refused. docs/FORMATS.md has the table."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from s2edit_plugin.errors import ImageError, Sentence
from s2edit_plugin.imaging.colour import MAX_PROFILE
from s2edit_plugin.imaging.formats.decoding import as_samples, cmyk_to_srgb, opened
from s2edit_plugin.imaging.formats.lab import lab_to_srgb
from s2edit_plugin.imaging.formats.side_data import MAX_TEXT, MAX_XMP, SideData, exif_is_bounded
from s2edit_plugin.imaging.formats.tiff_directory import TiffDirectory, read_directories
from s2edit_plugin.imaging.formats.tiff_exif import exif_of_page
from s2edit_plugin.imaging.formats.tiff_pixels import PACKED_BYTES, read_samples, storage_of

__all__ = ["TiffPicture", "read_tiff"]

CheckSize = Callable[[int, int, str], None]

_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _CMYK, _YCBCR, _LAB, _ICC_LAB = 0, 1, 2, 3, 5, 6, 8, 9
_RESOURCES, _IPTC = 34377, 33723
_COLOURS = {
    _WHITE_IS_ZERO: 1, _BLACK_IS_ZERO: 1, _RGB: 3, _PALETTE: 1, _CMYK: 4, _YCBCR: 3, _LAB: 3, _ICC_LAB: 3,
}  # fmt: skip
_STRANGE_COLOURS = {
    4: "a transparency mask", 10: "ITU Lab", 32803: "a camera's raw data", 32844: "LogL", 32845: "LogLuv",
    34892: "a camera's raw data",
}  # fmt: skip
_FAX, _JPEG = (2, 3, 4), (6, 7)
_COMPRESSIONS = {34712: "JPEG 2000", 33003: "JPEG 2000", 33005: "JPEG 2000", 34892: "lossy JPEG", 34661: "JBIG",
                 34887: "LERC", 50001: "WebP", 50002: "JPEG XL", 52546: "JPEG XL", 32771: "CCITT words", 32809: "ThunderScan",
                 34676: "SGI log", 34677: "SGI log"}  # fmt: skip
_SIGNED, _FLOAT, _UNDEFINED = 2, 3, 4
_PREMULTIPLIED, _ALPHA = 1, 2
_MOST_CHANNELS = 16
_SAVE_PLAIN = "Save it as RGB with 8 or 16 bits a channel."
_REDUCED_OR_MASK = 5  # bits of NewSubfileType


@dataclass
class TiffPicture:
    """A TIFF file's picture.

    Attributes:
        samples: (H, W, 1..4), uint8 or uint16, as stored: grey or RGB, with alpha or not, not premultiplied.
        side: what the file says beside it; its EXIF block states the orientation.
        orientation: 1..8.
        converted: to sRGB, so that the file's profile does not fit any more.
        notes: what was converted or left out.
    """

    samples: np.ndarray
    side: SideData
    orientation: int
    converted: bool = False
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Layout:
    """What the tags say of the samples, checked."""

    size: tuple[int, int]
    channels: int
    bits: int
    meaning: int
    extras: tuple[int, ...]
    compression: int

    @property
    def colours(self) -> int:
        return _COLOURS[self.meaning]


def read_tiff(data: bytes, subject: str, check_size: CheckSize) -> TiffPicture:
    """Read the first whole picture of a TIFF or BigTIFF file.

    Args:
        data: the file. subject: what sentences call it.
        check_size: called with height, width and subject before any pixel is unpacked.

    Raises:
        ImageError: its samples are of a kind that is not read.
        ValueError, OSError, struct.error, zlib.error, KeyError: the file is damaged.
    """
    pages, whole = read_directories(data)
    pictures = [page for page in pages if not page.number(254, 0) & _REDUCED_OR_MASK] or pages
    page = pictures[0]
    height, width = page.number(257, 0), page.number(256, 0)
    check_size(height, width, subject)
    layout = _layout(page, (height, width), subject)
    side = _side(page, data)
    if not whole:
        side.left_out.add("other")
    picture = TiffPicture(np.empty(0), side, page.number(274, 1))
    if len(pictures) > 1:
        picture.notes.append(f"{subject} has {len(pictures)} pages; the first is used.")
    if layout.compression in PACKED_BYTES and layout.meaning != _YCBCR:
        stored = read_samples(data, storage_of(page, layout.size, layout.channels, layout.bits))
        _interpret(picture, stored, page, layout, subject)
    else:
        _by_pillow(picture, data, pages.index(page), page, layout, subject)
    return picture


def _refused(subject: str, what: str) -> ImageError:
    return ImageError(
        Sentence("{} is a TIFF file with {}, which is not read here.", subject, what), _SAVE_PLAIN
    )


def _layout(page: TiffDirectory, size: tuple[int, int], subject: str) -> _Layout:
    """What the tags say. Raises ImageError, which names what is not read."""
    channels, meaning, compression = page.number(277, 1), page.number(262, -1), page.number(259, 1)
    bits = _check_samples(page, subject)
    _check_colours(page, meaning, channels, subject)
    allowed = {_PALETTE: (1, 2, 4, 8), _CMYK: (8, 16), _YCBCR: (8,), _LAB: (8, 16), _ICC_LAB: (8, 16)}
    if bits not in allowed.get(meaning, (*range(1, 17), 32)):
        raise _refused(subject, f"{bits} bits a sample")
    extras = page.numbers(338)[: channels - _COLOURS[meaning]]
    extras += (0,) * (channels - _COLOURS[meaning] - len(extras))
    _check_compression(page, compression, bits, extras, subject)
    return _Layout(size, channels, bits, meaning, extras, compression)


def _check_samples(page: TiffDirectory, subject: str) -> int:
    """The bits of a sample. Raises ImageError where samples are no whole numbers of one depth."""
    depths, forms = set(page.numbers(258) or (1,)), set(page.numbers(339) or (1,))
    if forms & {_FLOAT}:
        raise _refused(subject, "floating-point samples")
    if forms & {_SIGNED}:
        raise _refused(subject, "signed samples")
    if not forms <= {1, _UNDEFINED}:
        raise _refused(subject, "complex samples")
    if len(depths) > 1:
        raise _refused(subject, "channels of different depths")
    return max(depths)


def _check_colours(page: TiffDirectory, meaning: int, channels: int, subject: str) -> None:
    if meaning in _STRANGE_COLOURS:
        raise _refused(subject, _STRANGE_COLOURS[meaning])
    if meaning not in _COLOURS:
        raise _refused(subject, "colours of an unknown kind")
    if not _COLOURS[meaning] <= channels <= _MOST_CHANNELS:
        raise _refused(subject, f"{channels} channels")
    if meaning == _CMYK and page.number(332, 1) != 1:
        raise _refused(subject, "inks that are not CMYK")


def _check_compression(
    page: TiffDirectory, compression: int, bits: int, extras: tuple[int, ...], subject: str
) -> None:
    if compression not in PACKED_BYTES:
        known = (compression in _FAX and bits == 1) or (compression in _JPEG and bits == 8)
        if not known:
            name = _COMPRESSIONS.get(compression, f"number {compression}")
            raise _refused(subject, f"{name} compression")
        if extras:
            raise _refused(subject, "further channels and JPEG compression")
    elif page.number(317, 1) not in (1, 2) or (page.number(317, 1) == 2 and bits not in (8, 16, 32)):
        raise _refused(subject, f"a predictor for {bits} bits")


def _side(page: TiffDirectory, data: bytes) -> SideData:
    side = SideData()
    if 34675 in page.tags:
        side.take_icc(page.raw(34675, MAX_PROFILE))
    if page.tags.get(700, (0, 0, 0))[1]:
        side.take_xmp(page.raw(700, MAX_XMP))
    for tag in (_RESOURCES, _IPTC):
        if side.photoshop is None and page.tags.get(tag, (0, 0, 0))[1]:
            try:
                side.photoshop = page.raw(tag, MAX_TEXT)
            except (struct.error, ValueError):
                side.left_out.add("other")
    across, down = page.ratio(282), page.ratio(283)
    per_inch = {2: 1.0, 3: 2.54}.get(page.number(296, 2))
    if across and down and per_inch:
        side.dpi = (across * per_inch, down * per_inch)
    exif, whole = exif_of_page(page) if exif_is_bounded(data) else (None, False)
    if exif is not None:
        side.take_exif(exif)
    if not whole:
        side.left_out.add("exif")
    return side


# ------------------------------------------------------------------ meaning


def _interpret(
    picture: TiffPicture, stored: np.ndarray, page: TiffDirectory, layout: _Layout, subject: str
) -> None:
    """Samples as stored to grey or RGB, with alpha or not, of 8 or 16 bits."""
    colours, alpha = stored[..., : layout.colours], _alpha(stored, layout)
    left = len(layout.extras) - (alpha is not None)
    if left:
        picture.notes.append(
            f"{subject} has {left} further channels that are no transparency; they were left out."
        )
    if layout.meaning == _PALETTE:
        colours = _looked_up(colours[..., 0], page, layout.bits)
    else:
        colours = _scaled(colours, layout.bits)
        if layout.bits not in (1, 2, 4, 8, 16):
            depth = 8 * colours.dtype.itemsize
            picture.notes.append(f"{subject} has {layout.bits} bits a channel; it was read with {depth}.")
    if alpha is not None:
        alpha = _scaled(alpha, layout.bits)
        if alpha.dtype != colours.dtype:  # a palette of 8 bits with alpha of fewer
            alpha = alpha.astype(colours.dtype)
        if _PREMULTIPLIED in layout.extras:
            colours = _divided(colours, alpha, white_is_zero=layout.meaning == _WHITE_IS_ZERO)
    colours = _as_rgb(picture, colours, layout, subject)
    picture.samples = colours if alpha is None else np.concatenate([colours, alpha], axis=-1)


def _alpha(stored: np.ndarray, layout: _Layout) -> np.ndarray | None:
    """The first extra channel that says it is one: of unspecified channels, such as a saved selection, none is."""
    for index, kind in enumerate(layout.extras):
        if kind in (_PREMULTIPLIED, _ALPHA):
            return stored[..., layout.colours + index, None]
    return None


def _scaled(samples: np.ndarray, bits: int) -> np.ndarray:
    """Samples of ``bits`` bits to the full range of uint8 (up to 8 bits) or uint16."""
    if bits in (8, 16):
        return np.ascontiguousarray(samples)
    white = 255 if bits < 8 else 65535
    most = 2**bits - 1
    if bits < 16:
        steps = (np.arange(most + 1, dtype=np.uint64) * white + most // 2) // most
        return steps.astype(np.uint8 if bits < 8 else np.uint16)[samples]
    result = np.empty(samples.shape, np.uint16)
    for row in range(len(samples)):
        result[row] = (samples[row].astype(np.uint64) * white + most // 2) // most
    return result


def _looked_up(indices: np.ndarray, page: TiffDirectory, bits: int) -> np.ndarray:
    """A palette's colours, uint8 (H, W, 3)."""
    colours = np.array(page.numbers(320), dtype=np.uint16)
    if colours.size != 3 << bits:
        raise ValueError("a palette of another size")
    # Its numbers have 16 bits; careless writers leave the upper eight empty.
    eight = colours >> 8 if colours.max(initial=0) > 255 else colours
    return eight.astype(np.uint8).reshape(3, -1).T[indices]


def _divided(colours: np.ndarray, alpha: np.ndarray, *, white_is_zero: bool) -> np.ndarray:
    """Colours that were multiplied with alpha, as they were before."""
    white = np.iinfo(colours.dtype).max
    result = np.empty_like(colours)
    for row in range(len(colours)):
        here = white - colours[row] if white_is_zero else colours[row]
        plain = np.rint(here * (white / np.maximum(alpha[row], 1).astype(np.float64))).clip(0, white)
        result[row] = (white - plain if white_is_zero else plain).astype(colours.dtype)
    return result


def _as_rgb(picture: TiffPicture, colours: np.ndarray, layout: _Layout, subject: str) -> np.ndarray:
    """Colours of every meaning as grey or RGB."""
    if layout.meaning == _WHITE_IS_ZERO:
        return np.iinfo(colours.dtype).max - colours
    if layout.meaning == _CMYK:
        ink = colours if colours.dtype == np.uint8 else ((colours.astype(np.uint32) * 255 + 32767) // 65535)
        picture.converted = True
        rgb = cmyk_to_srgb(ink.astype(np.uint8), picture.side.icc)
        picture.notes.append(f"{subject} is a CMYK picture; it was converted to sRGB.")
        return rgb if colours.dtype == np.uint8 else rgb.astype(np.uint16) * 257
    if layout.meaning in (_LAB, _ICC_LAB):
        picture.converted = True
        picture.notes.append(f"{subject} is a Lab picture; it was converted to sRGB.")
        return lab_to_srgb(colours, signed=layout.meaning == _LAB)
    return colours


# ------------------------------------------------------------------ JPEG, fax and YCbCr inside


def _by_pillow(
    picture: TiffPicture, data: bytes, number: int, page: TiffDirectory, layout: _Layout, subject: str
) -> None:
    with opened(_not_turned(data, page), "TIFF") as image:
        if number:
            image.seek(number)
        image.load()
        if image.size != layout.size[::-1]:
            raise ValueError("another size than its tags say")
        picture.samples, picture.converted = as_samples(image, picture.side.icc)
    if picture.converted:
        picture.notes.append(f"{subject} is a CMYK picture; it was converted to sRGB.")


def _not_turned(data: bytes, page: TiffDirectory) -> bytes:
    """The file with orientation 1: Pillow turns some pictures and not others."""
    if 274 not in page.tags:
        return data
    kind, _, at = page.tags[274]
    one = (1).to_bytes(2 if kind == 3 else 4, "little" if page.order == "<" else "big")
    return data[:at] + one + data[at + len(one) :]
