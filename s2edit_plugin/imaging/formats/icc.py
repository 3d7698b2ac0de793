"""ICC profiles made from what PNG says in numbers: cICP, cHRM and gAMA. (ICC.1:2022; ITU-T H.273 for cICP's numbers.)

A result is saved with the profile, so that the picture looks the same in whatever format it is saved.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

__all__ = ["HdrError", "grey_profile", "matrix_profile", "profile_of_cicp", "profile_of_gamma"]

Point = tuple[float, float]

_D65: Point = (0.3127, 0.3290)
_D50 = np.array([0.9642, 1.0, 0.8249])  # the white of ICC's connection space
_SRGB: tuple[Point, ...] = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
# H.273, table 2: red, green, blue and white.
_PRIMARIES: dict[int, tuple[Point, ...]] = {
    1: (*_SRGB, _D65),
    4: ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), (0.310, 0.316)),
    5: ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), _D65),
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),
    7: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),
}
_UNSPECIFIED, _PQ, _HLG = 2, 16, 18
# H.273, table 3, as the numbers of an ICC parametric curve: g, and a, b, c, d of form 3. Displays show pictures of video's
# curves (1, 6, 14, 15) as they show sRGB; so do browsers.
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_CURVES: dict[int, tuple[float, ...]] = {
    1: _SRGB_CURVE, 4: (2.2,), 5: (2.8,), 6: _SRGB_CURVE, 8: (1.0,), 13: _SRGB_CURVE, 14: _SRGB_CURVE, 15: _SRGB_CURVE,
}  # fmt: skip
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_NEAR_GAMMA, _NEAR_PLACE = 0.01, 0.002
_GAMMAS = (0.1, 10.0)


class HdrError(ValueError):
    """The picture is meant for a display of high dynamic range (PQ or HLG)."""


def profile_of_cicp(numbers: Sequence[int], *, grey: bool) -> bytes | None:
    """The profile of coding-independent code points: primaries, transfer, matrix, full range; None for sRGB.

    Raises:
        HdrError: the transfer is PQ or HLG.
        ValueError: other numbers than those of RGB pictures that are known here.
    """
    primaries, transfer, matrix, full = numbers[:4]
    if transfer in (_PQ, _HLG):
        raise HdrError("high dynamic range")
    if matrix not in (0, _UNSPECIFIED) or full != 1:
        raise ValueError("not RGB of full range")
    if primaries == _UNSPECIFIED and transfer == _UNSPECIFIED:
        return None
    if primaries not in _PRIMARIES or transfer not in _CURVES:
        raise ValueError("unknown primaries or transfer")
    places, curve = _PRIMARIES[primaries], _CURVES[transfer]
    if curve == _SRGB_CURVE and (grey or primaries == 1):
        return None
    return grey_profile(curve) if grey else matrix_profile(places[:3], places[3], curve)


def profile_of_gamma(gama: bytes, chrm: bytes | None, *, grey: bool) -> bytes | None:
    """The profile of a PNG's gAMA and cHRM chunks; None for what is sRGB but for rounding, or cannot be meant."""
    if len(gama) != 4 or not (gamma := struct.unpack(">I", gama)[0] / 100_000):
        return None
    if not _GAMMAS[0] <= 1 / gamma <= _GAMMAS[1]:
        return None
    places = [*_SRGB, _D65]
    if chrm is not None and len(chrm) == 32 and not grey:
        values = [value / 100_000 for value in struct.unpack(">8I", chrm)]
        found = list(zip(values[::2], values[1::2], strict=True))
        places = [*found[1:], found[0]]  # the white stands first there
    same_gamma = abs(gamma - 1 / 2.2) < _NEAR_GAMMA
    near = np.abs(np.subtract(places, [*_SRGB, _D65])).max() < _NEAR_PLACE
    if same_gamma and near:
        return None
    # What programs write as 1 / 2.2 is sRGB's curve.
    curve = _SRGB_CURVE if same_gamma else (1 / gamma,)
    if grey:
        return grey_profile(curve)
    try:
        return matrix_profile(places[:3], places[3], curve)
    except (ValueError, np.linalg.LinAlgError):
        return None


def grey_profile(curve: Sequence[float]) -> bytes:
    """A profile of one channel with a parametric curve: one number, or five of the form of sRGB's."""
    return _profile(b"GRAY", {b"kTRC": _curve(curve)})


def matrix_profile(primaries: Sequence[Point], white: Point, curve: Sequence[float]) -> bytes:
    """A profile of three primaries and a white, as x and y, with one curve for the three.

    Raises:
        ValueError, numpy.linalg.LinAlgError: they span no colour space.
    """
    if not all(0 <= x <= 1 and 0 < y <= 1 for x, y in (*primaries, white)):
        raise ValueError("impossible primaries")
    columns = np.stack([_xyz(point) for point in primaries], axis=1)
    scale = np.linalg.solve(columns, _xyz(white))
    cone = _BRADFORD @ _xyz(white)
    adapt = np.linalg.inv(_BRADFORD) @ np.diag(_BRADFORD @ _D50 / cone) @ _BRADFORD
    matrix = adapt @ columns @ np.diag(scale)
    if np.abs(matrix).max() > 4 or abs(np.linalg.det(matrix)) < 1e-4:
        raise ValueError("impossible primaries")
    tags = {b"%cXYZ" % name: _numbers(matrix[:, i]) for i, name in enumerate(b"rgb")}
    tags |= {b"%cTRC" % name: _curve(curve) for name in b"rgb"}
    return _profile(b"RGB ", tags | {b"chad": b"sf32" + bytes(4) + _fixed(adapt.reshape(-1))})


def _xyz(point: Point) -> np.ndarray:
    x, y = point
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _fixed(values: Sequence[float] | np.ndarray) -> bytes:
    return b"".join(struct.pack(">i", round(float(value) * 65536)) for value in values)


def _numbers(values: np.ndarray) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(values)


def _curve(curve: Sequence[float]) -> bytes:
    return b"para" + bytes(4) + struct.pack(">HH", 0 if len(curve) == 1 else 3, 0) + _fixed(curve)


def _text(text: str) -> bytes:
    body = text.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(body), 28) + body


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    """A display profile, version 4.3 (ICC.1:2022, 7 and 8.3)."""
    tags = {
        b"desc": _text("From the PNG's colour numbers"),
        b"cprt": _text("No copyright, use freely"),
        b"wtpt": _numbers(_D50),
    } | tags
    at = 132 + 12 * len(tags)
    table, bodies, places = struct.pack(">I", len(tags)), b"", dict[bytes, int]()
    for name, body in tags.items():
        padded = body + bytes(-len(body) % 4)
        if padded not in places:  # the three curves are one
            places[padded] = at + len(bodies)
            bodies += padded
        table += struct.pack(">4sII", name, places[padded], len(body))
    head = bytearray(128)
    head[8:12] = b"\4\x30\0\0"
    head[12:24] = b"mntr" + space + b"XYZ "
    head[24:36] = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    head[36:40] = b"acsp"
    head[68:80] = _fixed(_D50)
    data = bytes(head) + table + bodies
    return struct.pack(">I", len(data)) + data[4:]
