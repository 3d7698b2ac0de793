"""A photo in memory with its metadata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from s2edit_plugin.imaging.colour import ColourSpace, colour_space

__all__ = ["FileFormat", "JpegTables", "Photo", "Window"]

FileFormat = Literal["JPEG", "PNG", "WEBP", "TIFF"]
Window = tuple[slice, slice]
"""Rows and columns of a picture."""
BAND = 256  # rows converted at a time, to save memory: colours are computed in floats


@dataclass(frozen=True)
class JpegTables:
    """Compression parameters of a JPEG, reused for results.

    Attributes:
        quantization: 64 numbers for each table, in Pillow's zigzag order.
        subsampling: 0 for 4:4:4, 1 for 4:2:2, 2 for 4:2:0; -1 for others.
    """

    quantization: tuple[tuple[int, ...], ...]
    subsampling: int


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo, upright.

    Attributes:
        pixels: (H, W, 3) uint8 or uint16 in the file's own colour space; a grey photo has three equal channels.
        alpha: (H, W) of the same depth, not premultiplied; None where the file has none.
        format: the file's format.
        grey: the file has one colour channel, and is saved with one.
        icc: the colour profile.
        exif: the EXIF block without ``Exif\\0\\0``; its orientation is 1 and its thumbnail is gone.
        xmp: the XMP packet.
        dpi: resolution, horizontal and vertical.
        photoshop: Photoshop's image resources, where IPTC lies, without thumbnails.
        texts: a PNG's texts and a JPEG's comments, as (keyword, text).
        jpeg: how it was compressed, for JPEG.
        lossless: the file holds its pixels exactly.
        notes: sentences for the user, e.g. that an animation's first picture is used.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None
    format: FileFormat
    grey: bool = False
    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    photoshop: bytes | None = None
    texts: tuple[tuple[str, str], ...] = ()
    jpeg: JpegTables | None = None
    lossless: bool = True
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.pixels.shape[0], self.pixels.shape[1]

    @property
    def depth(self) -> Literal[8, 16]:
        """Bits a channel."""
        return 16 if self.pixels.dtype == np.uint16 else 8

    @property
    def white(self) -> int:
        """The largest value of a channel: 255 or 65535."""
        return 65535 if self.depth == 16 else 255

    @property
    def space(self) -> ColourSpace:
        """The file's colour space."""
        return colour_space(self.icc)

    def as_float_rgb(self, window: Window | None = None) -> np.ndarray:
        """The photo, or a window of it, as the models see it: float32 (h, w, 3), sRGB values in [0, 1]."""
        own = self.pixels if window is None else self.pixels[window]
        made = np.empty(own.shape, np.float32)
        for top in range(0, len(own), BAND):
            made[top : top + BAND] = self._floats(own[top : top + BAND])
        return made

    def as_float_plane(self, channel: int, window: Window) -> np.ndarray:
        """One channel of what `as_float_rgb` gives of a photo in sRGB, float32 (h, w), with a third of the memory."""
        own = self.pixels[window][..., channel].astype(np.float32)
        own /= np.float32(self.white)
        return np.clip(own, 0, 1, out=own)

    def as_uint8_rgb(self, window: Window | None = None) -> np.ndarray:
        """The photo, or a window of it, in sRGB at 8 bits, (h, w, 3), as finding masks needs it."""
        own = self.pixels if window is None else self.pixels[window]
        if self.depth == 8 and self.space.is_srgb:
            return own
        made = np.empty(own.shape, np.uint8)
        for top in range(0, len(own), BAND):
            made[top : top + BAND] = np.rint(self._floats(own[top : top + BAND]) * 255)
        return made

    def _floats(self, own: np.ndarray) -> np.ndarray:
        return np.clip(self.space.to_srgb(own.astype(np.float32) / np.float32(self.white)), 0, 1)
