"""A result as an OpenRaster file: the photo, above it the result inside the edit region, above it the hidden region.

GIMP, Krita, MyPaint and others open it. The format has no layer masks, so the result's layer is masked by its transparency; the
region is added as a grey layer that can be converted to a mask. See https://www.openraster.org (version 0.0.3).
"""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import quoteattr

import numpy as np

from s2edit_plugin.errors import ImageError
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.imaging.writing import encode_photo

__all__ = ["encode_openraster"]

MIME = b"image/openraster"
VERSION = "0.0.3"
THUMBNAIL = 256  # longest side, by the specification
_DATE = (1980, 1, 1, 0, 0, 0)  # the same file for the same pictures


def encode_openraster(
    photo: Photo, result: Photo, region: np.ndarray | None, names: tuple[str, str, str]
) -> bytes:
    """Photo and result as one file of layers.

    The result's layer is opaque wherever the region is not zero: its soft edge is in the result's pixels already. So every
    program shows exactly the result's pixels, independent of its blending.

    Args:
        photo: what was edited. result: of the same size; its profile, EXIF and XMP, which says that it was edited, go into
            its pictures. region: uint8 (H, W), what may differ; None: everything.
        names: of the layers: photo, result, region.

    Raises:
        ImageError: the pictures differ in size. ResourceError: not enough memory.
    """
    if photo.size != result.size or (region is not None and region.shape != photo.size):
        raise ImageError("The photo and its result have different sizes.", "Open the result's own photo.")
    layers = [("data/photo.png", names[0], encode_photo(photo, format="PNG"), True)]
    layers.insert(0, ("data/result.png", names[1], _masked(result, region), True))
    if region is not None:
        layers.insert(0, ("data/region.png", names[2], _grey(region), False))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        # First and uncompressed, as the format requires for file type detection.
        _add(file, "mimetype", MIME, zipfile.ZIP_STORED)
        _add(file, "stack.xml", _stack(result, layers), zipfile.ZIP_DEFLATED)
        for path, _, data, _ in layers:
            _add(file, path, data, zipfile.ZIP_STORED)
        _add(file, "mergedimage.png", encode_photo(result, format="PNG"), zipfile.ZIP_STORED)
        _add(file, "Thumbnails/thumbnail.png", _small(result), zipfile.ZIP_STORED)
    return stream.getvalue()


def _add(file: zipfile.ZipFile, name: str, data: bytes, how: int) -> None:
    file.writestr(zipfile.ZipInfo(name, _DATE), data, how)


def _stack(result: Photo, layers: list[tuple[str, str, bytes, bool]]) -> bytes:
    height, width = result.size
    across, down = (round(value) for value in result.dpi or (72, 72))
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<image version="{VERSION}" w="{width}" h="{height}" xres="{across}" yres="{down}">',
        "  <stack>",
    ]
    for path, name, _, shown in layers:  # the first is on top
        visible = "visible" if shown else "hidden"
        lines.append(
            f'    <layer name={quoteattr(name)} src="{path}" x="0" y="0" opacity="1.0" visibility="{visible}" '
            'composite-op="svg:src-over"/>'
        )
    return "\n".join([*lines, "  </stack>", "</image>", ""]).encode()


def _masked(result: Photo, region: np.ndarray | None) -> bytes:
    if region is None:
        return encode_photo(result, format="PNG")
    there = region > 0
    own = result.alpha if result.alpha is not None else result.white
    return encode_photo(result, alpha=np.where(there, own, 0).astype(result.pixels.dtype), format="PNG")


def _grey(region: np.ndarray) -> bytes:
    from PIL import Image

    stream = io.BytesIO()
    with Image.fromarray(region) as image:
        image.save(stream, "PNG", compress_level=4)
    return stream.getvalue()


def _small(result: Photo) -> bytes:
    from PIL import Image

    step = max(1, max(result.size) // (4 * THUMBNAIL))
    pixels = np.ascontiguousarray(result.as_uint8_rgb((slice(None, None, step), slice(None, None, step))))
    stream = io.BytesIO()
    with Image.fromarray(pixels) as image:
        image.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
        image.save(stream, "PNG")
    return stream.getvalue()
