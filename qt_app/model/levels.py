"""A picture at full, half, quarter ... size in the screen's own format, made off the window's thread when it is read."""

from __future__ import annotations

import numpy as np

__all__ = ["screen_levels"]

SMALLEST = 512


def screen_levels(rgb: np.ndarray) -> tuple[np.ndarray, ...]:
    """The levels of a picture, each half the one before (the mean of 2 x 2 pixels), down to about 512 pixels.

    Args:
        rgb: uint8 (H, W, 3) in sRGB.

    Returns:
        uint8 (h, w, 4): blue, green, red, 255 - 32 bits a pixel, drawn without conversion.
    """
    packed = np.empty((*rgb.shape[:2], 4), np.uint8)
    packed[..., 0], packed[..., 1], packed[..., 2] = rgb[..., 2], rgb[..., 1], rgb[..., 0]
    packed[..., 3] = 255
    levels = [packed]
    if max(packed.shape[:2]) > SMALLEST:
        from PIL import Image

        # RGBX: four channels that mean nothing in particular.
        size = (packed.shape[1], packed.shape[0])
        current = Image.frombuffer("RGBX", size, packed, "raw", "RGBX", 0, 1)  # type: ignore[arg-type]
        while max(current.size) > SMALLEST:
            current = current.reduce(2)
            levels.append(np.array(current))
    return tuple(levels)
