"""Picture files for the tests of reading and writing, made by other programs' code than ours."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import tifffile
from PIL import Image, ImageCms

SRGB_ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def noise(height: int, width: int, channels: int = 3, dtype: type = np.uint8, seed: int = 0) -> np.ndarray:
    shape = (height, width, channels) if channels > 1 else (height, width)
    return np.random.default_rng(seed).integers(0, np.iinfo(dtype).max + 1, shape, dtype=dtype)


def soft(height: int, width: int, seed: int = 0) -> np.ndarray:
    """A smooth picture, uint8 (H, W, 3), that survives lossy formats."""
    coarse = Image.fromarray(noise(4, 5, seed=seed))
    return np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC))


def exif_block(orientation: int = 1, thumbnail: bytes = b"") -> bytes:
    """EXIF with Make, orientation and a user comment; with a thumbnail, hand-made, in a second directory."""
    if not thumbnail:
        exif = Image.Exif()
        exif[0x010F] = "Maker"
        exif[0x0112] = orientation
        exif[0x8769] = {0x9286: b"ASCII\0\0\0a comment"}
        return exif.tobytes()
    second = 8 + 2 + 12 + 4
    at = second + 2 + 24 + 4
    return b"".join(
        [
            b"Exif\0\0MM\0*" + struct.pack(">I", 8),
            struct.pack(">HHHIHHI", 1, 0x0112, 3, 1, orientation, 0, second),
            struct.pack(">HHHIIHHIII", 2, 0x0201, 4, 1, at, 0x0202, 4, 1, len(thumbnail), 0),
            thumbnail,
        ]
    )


def saved(pixels: np.ndarray, file_format: str, **options: object) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, file_format, **options)
    return file.getvalue()


def saved_tiff(pixels: np.ndarray, **options: object) -> bytes:
    file = BytesIO()
    tifffile.imwrite(file, pixels, **options)
    return file.getvalue()


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_header_only(width: int, height: int) -> bytes:
    """A PNG that promises a size and holds next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(bytes(1000)))
        + png_chunk(b"IEND", b"")
    )


def plain_png16(pixels: np.ndarray, *chunks: bytes) -> bytes:
    """A 16-bit PNG without filters, straight from the specification."""
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            png_chunk(b"IHDR", header),
            *chunks,
            png_chunk(b"IDAT", zlib.compress(rows)),
            png_chunk(b"IEND", b""),
        ]
    )


def psnr(one: np.ndarray, other: np.ndarray, white: float = 255) -> float:
    error = float(np.mean((one.astype(np.float64) - other) ** 2))
    return float("inf") if error == 0 else 10 * np.log10(white**2 / error)
