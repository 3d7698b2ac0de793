"""CIE L*a*b* to sRGB. (TIFF 6.0, section 23; ICC.1:2022, 6.3.4; white D50 as in ICC profiles and Photoshop.)"""

from __future__ import annotations

import numpy as np

from s2edit_plugin.imaging.colour import linear_srgb_of_xyz, srgb_encode

__all__ = ["lab_to_srgb"]

_D50 = np.array([0.9642, 1.0, 0.8249])
_BEND = 6 / 29


def lab_to_srgb(samples: np.ndarray, *, signed: bool) -> np.ndarray:
    """Lab as stored in TIFF files, uint8 or uint16 (H, W, 3), as sRGB of the same depth; colours beyond sRGB are clipped.

    Args:
        samples: L*, a*, b*.
        signed: a* and b* are two's complements (CIELab, 8), else they have an offset as in ICC profiles (9).
    """
    result = np.empty_like(samples)
    white = np.iinfo(samples.dtype).max
    for row in range(len(samples)):
        linear = linear_srgb_of_xyz(_xyz(_numbers(samples[row], signed)))
        result[row] = np.rint(np.clip(srgb_encode(linear), 0, 1) * white).astype(samples.dtype)
    return result


def _numbers(stored: np.ndarray, signed: bool) -> np.ndarray:
    """L* in 0..100, a* and b* in about -128..128."""
    wide = stored.dtype == np.uint16
    step = 256.0 if wide else 1.0
    lightness = stored[..., :1].astype(np.float64)
    if signed:
        lightness = lightness * (100 / (65535 if wide else 255))
        rest = stored[..., 1:].view(np.int16 if wide else np.int8).astype(np.float64) / step
    else:
        lightness = lightness * (100 / (65280 if wide else 255))
        rest = stored[..., 1:].astype(np.float64) / step - 128
    return np.concatenate([lightness, rest], axis=-1)


def _xyz(lab: np.ndarray) -> np.ndarray:
    middle = (lab[..., 0] + 16) / 116
    bent = np.stack([middle + lab[..., 1] / 500, middle, middle - lab[..., 2] / 200], axis=-1)
    return np.where(bent > _BEND, bent**3, 3 * _BEND**2 * (bent - 4 / 29)) * _D50
