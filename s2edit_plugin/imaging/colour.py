"""Between a photo's own colour space, named by its ICC profile, and sRGB, which the models see.

Nearly all RGB and grey profiles of photos are matrices with tone curves. These are computed here in floating point, in
both directions and beyond 0..1, because Pillow's colour management has 8 bits. Table profiles go through it all the same.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

import numpy as np

__all__ = ["MAX_PROFILE", "ColourSpace", "colour_space", "linear_srgb_of_xyz", "srgb_encode"]

MAX_PROFILE = 8 << 20  # bytes; those of printing presses have two or three million

Curve = Callable[[np.ndarray], np.ndarray]

# Linear sRGB to XYZ under D50, the white of ICC's connection space (Bradford-adapted; Lindbloom).
_SRGB_TO_XYZ = np.array(
    [[0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169], [0.0139322, 0.0971045, 0.7141733]]
)
_CURVE_SAMPLES = 16385
_MOST_TAGS = 256
_LONGEST_TAG = 12 + 2 * 65536  # bytes: a tone curve with a number for each of its 16 bits
_NEAR_SRGB = 0.004  # one step of 8 bits: profiles that name themselves sRGB round their numbers differently


class ColourSpace(Protocol):
    """Values are float32 (..., 3), 0..1 in the photo's own space; sRGB values outside 0..1 are colours beyond its gamut."""

    is_srgb: bool

    def to_srgb(self, values: np.ndarray) -> np.ndarray:
        """Own values as sRGB."""
        ...

    def from_srgb(self, values: np.ndarray) -> np.ndarray:
        """SRGB values as own, clipped to 0..1."""
        ...


class _Srgb:
    is_srgb = True

    def to_srgb(self, values: np.ndarray) -> np.ndarray:
        return values

    def from_srgb(self, values: np.ndarray) -> np.ndarray:
        return values


class _Matrix:
    """Three sampled tone curves and a matrix to linear sRGB.

    Raises:
        ValueError, numpy.linalg.LinAlgError: they are no colour space.
    """

    is_srgb = False

    def __init__(self, matrix: np.ndarray, curves: list[Curve]) -> None:
        self._matrix = matrix
        self._inverse = np.linalg.inv(matrix)
        self._axis = np.linspace(0.0, 1.0, _CURVE_SAMPLES)
        with np.errstate(all="ignore"):
            self._curves = [np.maximum.accumulate(curve(self._axis)) for curve in curves]
        if not all(np.isfinite(curve).all() for curve in self._curves):
            raise ValueError("a tone curve without end")

    def to_srgb(self, values: np.ndarray) -> np.ndarray:
        linear = np.stack([np.interp(values[..., i], self._axis, self._curves[i]) for i in range(3)], axis=-1)
        return srgb_encode(linear @ self._matrix.T).astype(np.float32)

    def from_srgb(self, values: np.ndarray) -> np.ndarray:
        linear = _srgb_decode(values.astype(np.float64)) @ self._inverse.T
        own = [np.interp(linear[..., i], self._curves[i], self._axis) for i in range(3)]
        return np.stack(own, axis=-1).astype(np.float32)


class _Tables:
    """A profile with look-up tables, through littleCMS at 8 bits."""

    is_srgb = False

    def __init__(self, icc: bytes) -> None:
        from PIL import ImageCms

        own, srgb = ImageCms.ImageCmsProfile(io.BytesIO(icc)), ImageCms.createProfile("sRGB")
        self._forward = ImageCms.buildTransform(own, srgb, "RGB", "RGB")
        self._backward = ImageCms.buildTransform(srgb, own, "RGB", "RGB")

    def to_srgb(self, values: np.ndarray) -> np.ndarray:
        return _through(self._forward, values)

    def from_srgb(self, values: np.ndarray) -> np.ndarray:
        return _through(self._backward, values)


def _through(transform: Any, values: np.ndarray) -> np.ndarray:
    from PIL import Image, ImageCms

    flat = np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8).reshape(1, -1, 3)
    changed = ImageCms.applyTransform(Image.fromarray(flat), transform)
    return (np.asarray(changed, dtype=np.float32) / np.float32(255)).reshape(values.shape)


@lru_cache(maxsize=8)
def colour_space(icc: bytes | None) -> ColourSpace:
    """The colour space an ICC profile names; sRGB where there is none, or it cannot be read or used for RGB or grey."""
    if icc is None or len(icc) > MAX_PROFILE:
        return _Srgb()
    try:
        matrix = _read_matrix_profile(icc)
    except (struct.error, KeyError, ValueError, np.linalg.LinAlgError):
        matrix = None
    if matrix is not None:
        return _Srgb() if _is_srgb(matrix) else matrix
    if icc[16:20] != b"RGB ":
        return _Srgb()
    from PIL import ImageCms

    try:
        return _Tables(icc)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return _Srgb()


def _read_matrix_profile(icc: bytes) -> _Matrix | None:
    # Where the tags are, and no copies of them: they may overlap, so that copies are larger than the profile.
    places = {}
    for index in range(min(struct.unpack_from(">I", icc, 128)[0], _MOST_TAGS)):
        signature, offset, length = struct.unpack_from(">4sII", icc, 132 + 12 * index)
        places[signature] = (offset, offset + min(length, _LONGEST_TAG))

    def tag(name: bytes) -> bytes:
        start, end = places[name]
        return icc[start:end]

    if icc[16:20] == b"GRAY":
        return _Matrix(np.eye(3), [_read_curve(tag(b"kTRC"))] * 3)
    # A profile with tables wants them used before its matrix; the matrix is then only an approximation.
    if icc[16:20] != b"RGB " or icc[20:24] != b"XYZ " or b"A2B0" in places:
        return None
    columns = [np.array(struct.unpack_from(">3i", tag(c + b"XYZ"), 8)) / 65536 for c in (b"r", b"g", b"b")]
    matrix = np.linalg.inv(_SRGB_TO_XYZ) @ np.stack(columns, axis=1)
    return _Matrix(matrix, [_read_curve(tag(c + b"TRC")) for c in (b"r", b"g", b"b")])


def _read_curve(tag: bytes) -> Curve:
    """A ``curv`` or ``para`` tag (ICC.1:2022, 10.6 and 10.18) as a function from 0..1 to 0..1."""
    if tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        if count == 0:
            return lambda x: x
        samples = np.frombuffer(tag, dtype=">u2", count=count, offset=12).astype(np.float64)
        if count == 1:
            return lambda x: x ** (samples[0] / 256)
        return lambda x: np.interp(x, np.linspace(0, 1, count), samples / 65535)
    if tag[:4] != b"para":
        raise ValueError("unknown tone curve")
    (form,) = struct.unpack_from(">H", tag, 8)
    count = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}[form]
    values = [v / 65536 for v in struct.unpack_from(f">{count}i", tag, 12)]
    if form == 0:
        return lambda x: x ** values[0]
    g, a, b = values[:3]
    # The curve is (a x + b)^g + e from d upwards and c x + f below; the shorter forms leave some of these out.
    c = d = e = f = 0.0
    if form in (1, 2):
        d = -b / a if a else 0.0
        e = f = values[3] if form == 2 else 0.0
    else:
        c, d = values[3:5]
        e, f = values[5:7] if form == 4 else (0.0, 0.0)
    return lambda x: np.where(x >= d, np.maximum(a * x + b, 0) ** g + e, c * x + f)


def _is_srgb(space: _Matrix) -> bool:
    steps = np.linspace(0, 1, 6, dtype=np.float32)
    grid = np.stack(np.meshgrid(steps, steps, steps), axis=-1)
    return bool(np.abs(space.to_srgb(grid) - grid).max() < _NEAR_SRGB)


def linear_srgb_of_xyz(xyz: np.ndarray) -> np.ndarray:
    """XYZ under D50, (..., 3), as linear sRGB; not clipped."""
    return np.asarray(xyz @ np.linalg.inv(_SRGB_TO_XYZ).T)


def srgb_encode(linear: np.ndarray) -> np.ndarray:
    """Linear values with sRGB's curve, mirrored below zero."""
    size = np.abs(linear)
    bent = 1.055 * np.maximum(size, 0.0031308) ** (1 / 2.4) - 0.055
    return np.asarray(np.copysign(np.where(size <= 0.0031308, 12.92 * size, bent), linear))


def _srgb_decode(values: np.ndarray) -> np.ndarray:
    size = np.abs(values)
    return np.copysign(np.where(size <= 0.04045, size / 12.92, ((size + 0.055) / 1.055) ** 2.4), values)
