"""Pixels of files that Pillow decodes, as plain samples: grey or RGB, with or without alpha, 8 bits.

Each format is opened by its own reader, so that a hostile file reaches no other parser of Pillow, and Pillow's process-wide
size limit does not apply.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from s2edit_plugin.imaging.formats.exif import load_exif
from s2edit_plugin.imaging.formats.icc import HdrError, profile_of_cicp
from s2edit_plugin.imaging.formats.kinds import Kind
from s2edit_plugin.imaging.formats.side_data import SideData, exif_is_bounded

if TYPE_CHECKING:
    from PIL import Image

__all__ = [
    "MissingPluginError",
    "UnusualPixelsError",
    "as_samples",
    "check_headers",
    "cmyk_to_srgb",
    "dpi_of_exif",
    "opened",
    "side_of",
]

_MAX_HEADERS = 64  # TIFF structures inside an AVIF or HEIC file; honest ones have one or two


class UnusualPixelsError(ValueError):
    """The pixels are of an unsupported kind, which is the message."""


class MissingPluginError(ImportError):
    """The plug-in for this kind of file is not installed."""


def opened(data: bytes, kind: Kind) -> Image.Image:
    """A file opened by the reader of its kind, nothing decoded yet.

    Raises:
        MissingPluginError: HEIC, and its plug-in is not installed.
    """
    stream = io.BytesIO(data)
    if kind == "HEIC":
        try:
            from pi_heif.as_plugin import HeifImageFile
        except ImportError as error:
            raise MissingPluginError("pi_heif") from error
        return HeifImageFile(stream)
    from PIL import (
        AvifImagePlugin,
        BmpImagePlugin,
        GifImagePlugin,
        JpegImagePlugin,
        PngImagePlugin,
        TiffImagePlugin,
        WebPImagePlugin,
    )  # fmt: skip

    readers: dict[str, Callable[[io.BytesIO], Image.Image]] = {
        "JPEG": JpegImagePlugin.JpegImageFile,  # phones' multi-picture files open as their first picture
        "PNG": PngImagePlugin.PngImageFile,
        "WEBP": WebPImagePlugin.WebPImageFile,
        "TIFF": TiffImagePlugin.TiffImageFile,
        "GIF": GifImagePlugin.GifImageFile,
        "BMP": BmpImagePlugin.BmpImageFile,
        "AVIF": AvifImagePlugin.AvifImageFile,
    }
    return readers[kind](stream)


def check_headers(data: bytes) -> None:
    """Refuse files in which a TIFF structure unpacks to much more than it has; some readers walk it when they open.

    Raises:
        ValueError: there is one.
    """
    found = 0
    for mark in (b"II*\0", b"MM\0*"):
        at = data.find(mark)
        while at >= 0:
            found += 1
            if found > _MAX_HEADERS or not exif_is_bounded(data[at:]):
                raise ValueError("overlapping EXIF")
            at = data.find(mark, at + 1)


def side_of(image: Image.Image, data: bytes) -> SideData:
    """What Pillow's readers of GIF, BMP, AVIF and HEIC found beside the pixels.

    Raises:
        HdrError: the samples are not what an ordinary display shows.
    """
    side = SideData()
    info = image.info
    if info.get("exif"):
        side.take_exif(info["exif"])
    if info.get("xmp"):
        side.take_xmp(info["xmp"] if isinstance(info["xmp"], bytes) else info["xmp"].encode())
    if info.get("icc_profile"):
        side.take_icc(info["icc_profile"])
    elif data[4:8] == b"ftyp":
        # Colours by numbers, as in a PNG's cICP: primaries, transfer, matrix of 16 bits each.
        at = data.find(b"colrnclx")
        if 0 <= at <= len(data) - 15:
            try:
                side.icc = profile_of_cicp(
                    (data[at + 9], data[at + 11], 0, 1), grey=image.mode in ("L", "LA")
                )
            except HdrError:
                raise
            except ValueError:
                side.left_out.add("colour")
    if info.get("dpi"):
        side.dpi = tuple(float(value) for value in info["dpi"])  # type: ignore[assignment]
    side.frames = 2 if getattr(image, "is_animated", False) else 1
    if "comment" in info:
        comment = info["comment"]
        side.texts.append(
            ("Comment", comment.decode("utf-8", "replace") if isinstance(comment, bytes) else str(comment))
        )
    return side


def as_samples(image: Image.Image, icc: bytes | None) -> tuple[np.ndarray, bool]:
    """Pillow's picture as uint8 (H, W, C), C = 1..4, and whether its colours were converted to sRGB.

    Raises:
        UnusualPixelsError: its pixels are of a kind that is not read.
    """
    if image.mode == "CMYK":
        return cmyk_to_srgb(np.asarray(image), icc), True
    if image.mode in ("LAB", "HSV", "I", "F") or image.mode.startswith("I;"):
        raise UnusualPixelsError(image.mode)
    if image.mode in ("P", "PA"):
        image = image.convert("RGBA" if image.mode == "PA" or "transparency" in image.info else "RGB")
    elif "transparency" in image.info and image.mode in ("1", "L", "RGB"):
        image = image.convert("RGBA" if image.mode == "RGB" else "LA")
    elif image.mode not in ("L", "LA", "RGB", "RGBA"):
        image = image.convert({"1": "L", "La": "LA", "RGBa": "RGBA"}.get(image.mode, "RGB"))
    samples = np.asarray(image)
    return (samples[..., None] if samples.ndim == 2 else samples), False


def cmyk_to_srgb(samples: np.ndarray, icc: bytes | None) -> np.ndarray:
    """Ink, uint8 (H, W, 4), 255 for full ink, as sRGB (H, W, 3): by the file's profile, else by subtraction."""
    from PIL import Image, ImageCms

    if icc is not None and icc[16:20] == b"CMYK":
        try:
            own, srgb = ImageCms.ImageCmsProfile(io.BytesIO(icc)), ImageCms.createProfile("sRGB")
            transform = ImageCms.buildTransform(
                own, srgb, "CMYK", "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC
            )
            with Image.fromarray(samples, "CMYK") as image:
                return np.asarray(ImageCms.applyTransform(image, transform))
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    white = 255 - samples.astype(np.uint16)
    return ((white[..., :3] * white[..., 3:] + 127) // 255).astype(np.uint8)


def dpi_of_exif(exif: bytes | None) -> tuple[float, float] | None:
    """The resolution an EXIF block states, where the file itself states none."""
    if not exif:
        return None
    try:
        block = load_exif(exif)
        across, down = float(block[282]), float(block[283])
        per_inch = {2: 1.0, 3: 2.54}.get(block.get(296, 2))
    except (KeyError, TypeError, ValueError, ArithmeticError, SyntaxError, OSError, Warning):
        return None
    if per_inch is None or not 0 < min(across, down) <= max(across, down) < 1e6:
        return None
    return across * per_inch, down * per_inch
