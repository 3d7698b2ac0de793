"""Reading photos: JPEG, PNG, WebP and TIFF, 8 or 16 bits, with everything that is kept when they are saved again.

Each format is opened by its own reader, chosen by the file's first bytes: no other parser of Pillow can be reached by a
hostile file, and Pillow's process-wide limit on sizes, which warns where we refuse, is not in play.
"""

from __future__ import annotations

import re
import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from s2edit_plugin.errors import ImageError, ResourceError
from s2edit_plugin.imaging.exif import as_stored, clean_exif, exif_of_tiff, orientation_of, upright
from s2edit_plugin.imaging.photo import FileFormat, JpegTables, Photo
from s2edit_plugin.imaging.png16 import SIGNATURE, decode_png16, is_png16
from s2edit_plugin.imaging.tiff import UnusualTiffError, read_tiff16, read_tiff_header

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["MAX_PIXELS", "MIN_SIDE", "Photo", "format_of", "read_photo", "read_photo_file"]

MAX_PIXELS = 200_000_000
MIN_SIDE = 16
MAX_PASSES = 200  # of a JPEG; progressive ones have about ten, and each pass goes over every pixel
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_NEXT_MARKER = re.compile(
    rb"\xff[^\x00\xd0-\xd7\xff]"
)  # in the pixels a zero follows each 0xff, or a restart
_READABLE = "Use a JPEG, PNG, WebP or TIFF file."

# What Pillow, tifffile and numpy raise on files that end early or contradict themselves. Warning: Pillow warns about
# some of it, and warnings may be turned into errors.
_DAMAGE = (
    OSError, SyntaxError, ValueError, struct.error, zlib.error, EOFError, LookupError, TypeError, ArithmeticError,
    AttributeError, AssertionError, SystemError, Warning,
)  # fmt: skip


def read_photo_file(path: str | Path) -> Photo:
    """Read a photo from a file. See `read_photo`.

    Raises:
        ImageError: there is no such file, it is a folder, it may not be read, or it is no usable picture.
    """
    path = Path(path)
    if not path.exists():
        raise ImageError(f"There is no file {path}.", "Check the path.")
    if not path.is_file():
        kind = "a folder" if path.is_dir() else "not an ordinary file"
        raise ImageError(f"{path} is {kind}, not a picture.", _READABLE)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ImageError(f"{path} cannot be read: {error.strerror}.") from error
    return read_photo(data, str(path))


def read_photo(data: bytes, name: str = "the photo") -> Photo:
    """Read a photo from the bytes of a file, upright.

    Args:
        data: a JPEG, PNG, WebP or TIFF file.
        name: what error messages call it.

    Raises:
        ImageError: no picture, damaged, too small, too large, or of a kind that is not read (CMYK, floating point).
        ResourceError: not enough memory.
    """
    from PIL import Image

    subject = name[:1].upper() + name[1:]
    file_format = format_of(data)
    if file_format is None:
        raise ImageError(f"{subject} is not a picture that can be read.", _READABLE)
    try:
        return (
            _read_tiff(data, subject)
            if file_format == "TIFF"
            else _read_with_pillow(data, file_format, subject)
        )
    except UnusualTiffError as error:
        raise ImageError(
            f"{subject} {error}.", "Save it as RGB with 8 or 16 bits, uncompressed or deflated."
        ) from error
    except Image.DecompressionBombError as error:
        # Pillow looks at WebP files before we can.
        raise ImageError(
            f"{subject} has too many pixels for a WebP file.", "Make it smaller, or save it as PNG or TIFF."
        ) from error
    except MemoryError as error:
        raise ResourceError(
            f"There is not enough memory to open {name}.", "Use a smaller picture."
        ) from error
    except _DAMAGE as error:
        raise ImageError(f"{subject} is damaged or cut short.", "Save or copy it again.") from error


def format_of(data: bytes) -> FileFormat | None:
    """The format of an encoded picture by its first bytes, None if it is none that is read."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(SIGNATURE):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[:4] in (b"II*\0", b"MM\0*"):
        return "TIFF"
    return None


def _check_size(height: int, width: int, subject: str) -> None:
    """Decided from the header, before any pixel is unpacked."""
    if height * width > MAX_PIXELS:
        raise ImageError(
            f"{subject} has {width} x {height} pixels, more than the {MAX_PIXELS // 10**6} megapixels that are allowed.",
            "Make it smaller first.",
        )
    if min(height, width) < MIN_SIDE:
        raise ImageError(
            f"{subject} has only {width} x {height} pixels.", f"At least {MIN_SIDE} x {MIN_SIDE} are needed."
        )


def _opened(data: bytes, file_format: FileFormat) -> Image.Image:
    from PIL import JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

    if file_format == "JPEG":
        # Phones' multi-picture JPEGs open as their first picture.
        return JpegImagePlugin.JpegImageFile(BytesIO(data))
    if file_format == "PNG":
        return PngImagePlugin.PngImageFile(BytesIO(data))
    if file_format == "WEBP":
        return WebPImagePlugin.WebPImageFile(BytesIO(data))
    return TiffImagePlugin.TiffImageFile(BytesIO(data))


def _read_with_pillow(data: bytes, file_format: FileFormat, subject: str) -> Photo:
    with _opened(data, file_format) as image:
        _check_size(image.height, image.width, subject)
        if file_format == "JPEG" and _passes(data) > MAX_PASSES:
            raise ImageError(
                f"{subject} is a JPEG of more than {MAX_PASSES} passes.", "Save it again in another program."
            )
        image.load()  # before anything is looked at: PNG keeps EXIF and XMP behind the pixels
        exif = image.info.get("exif")
        stored = decode_png16(data) if is_png16(data) else _samples(image, subject)
        pixels, alpha, grey = _split(upright(stored, orientation_of(exif)))
        notes: tuple[str, ...] = ()
        if getattr(image, "n_frames", 1) > 1:
            notes = (f"{subject} is animated; its first picture is used.",)
        return Photo(
            pixels,
            alpha,
            file_format,
            grey=grey,
            icc=image.info.get("icc_profile") or None,
            exif=clean_exif(exif),
            xmp=_as_bytes(image.info.get("xmp")),
            dpi=_dpi(image),
            jpeg=_jpeg_tables(image) if file_format == "JPEG" else None,
            lossless=file_format == "PNG" or (file_format == "WEBP" and _is_lossless_webp(data)),
            notes=notes,
        )


def _read_tiff(data: bytes, subject: str) -> Photo:
    header = read_tiff_header(data)
    _check_size(*header.size, subject)
    if header.bits == 16:
        stored = read_tiff16(data)
    else:
        with _opened(as_stored(data), "TIFF") as image:
            image.load()
            stored = _samples(image, subject)
    pixels, alpha, grey = _split(upright(stored, header.orientation))
    notes = (f"{subject} has {header.pages} pages; the first is used.",) if header.pages > 1 else ()
    exif = clean_exif(exif_of_tiff(data))
    return Photo(
        pixels, alpha, "TIFF", grey, header.icc, exif, _as_bytes(header.xmp), header.dpi, notes=notes
    )


def _samples(image: Image.Image, subject: str) -> np.ndarray:
    """Pillow's picture as uint8 (H, W, C), C = 1..4."""
    if image.mode in ("CMYK", "LAB", "HSV", "I", "F"):
        raise ImageError(
            f"{subject} is a {image.mode} picture, which is not supported.", "Convert it to RGB first."
        )
    if image.mode in ("P", "PA"):
        image = image.convert("RGBA" if image.mode == "PA" or "transparency" in image.info else "RGB")
    elif "transparency" in image.info and image.mode in ("1", "L", "RGB"):
        image = image.convert("RGBA" if image.mode == "RGB" else "LA")
    elif image.mode not in ("L", "LA", "RGB", "RGBA"):
        image = image.convert({"1": "L", "La": "LA", "RGBa": "RGBA"}.get(image.mode, "RGB"))
    samples = np.asarray(image)
    return samples[..., None] if samples.ndim == 2 else samples


def _split(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray | None, bool]:
    """Samples (H, W, 1..4) as colour (H, W, 3), alpha (H, W) or None, and whether the colour is grey."""
    channels = samples.shape[2]
    grey = channels <= 2
    pixels = np.repeat(samples[..., :1], 3, axis=2) if grey else np.ascontiguousarray(samples[..., :3])
    alpha = np.ascontiguousarray(samples[..., -1]) if channels in (2, 4) else None
    return pixels, alpha, grey


def _dpi(image: Image.Image) -> tuple[float, float] | None:
    dpi = image.info.get("dpi")
    try:
        return (float(dpi[0]), float(dpi[1])) if dpi and min(dpi) > 0 else None
    except (TypeError, ValueError, ZeroDivisionError):
        return None


def _jpeg_tables(image: Image.Image) -> JpegTables:
    from PIL import JpegImagePlugin

    tables = image.quantization  # type: ignore[attr-defined]
    ordered = tuple(tuple(int(v) for v in tables[key]) for key in sorted(tables))
    return JpegTables(ordered, JpegImagePlugin.get_sampling(image))


def _passes(data: bytes) -> int:
    """How many scans a JPEG has, of its first picture: phones put others, and films, behind it."""
    at, count = 2, 0
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != _END_OF_IMAGE:
        kind, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        at += 2 + length
        if kind == _START_OF_SCAN:
            count += 1
            marker = _NEXT_MARKER.search(data, at)
            at = len(data) if marker is None else marker.start()
    return count


def _is_lossless_webp(data: bytes) -> bool:
    at = 12
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind in (b"VP8 ", b"VP8L"):
            return bool(kind == b"VP8L")
        at += 8 + length + length % 2
    return False


def _as_bytes(value: bytes | str | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value or None
