"""Masks as picture files: painted by the user, or kept beside a token."""

from __future__ import annotations

from io import BytesIO

import numpy as np

from s2edit_plugin.errors import ImageError, MaskError
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.imaging.stamp import stamped

__all__ = ["encode_mask", "read_mask"]

_INSIDE = 0.5
_PAINT = "Paint what belongs to it in white on black."


def read_mask(
    data: bytes, size: tuple[int, int], name: str = "the mask", *, reduced: bool = False
) -> np.ndarray:
    """Read a mask from an image file.

    Where the file has an alpha channel that is used, that is the mask: people paint on a transparent layer, in any
    colour. Else it is the brightest channel, so that red paint on black counts like white.

    Args:
        data: PNG, JPEG, WebP or TIFF.
        size: height and width of the photo.
        name: what error messages call it.
        reduced: whether it may be a smaller copy of the same proportions, which is enlarged.

    Returns:
        float32 (H, W) in [0, 1].

    Raises:
        MaskError: no picture, another size than the photo, or nothing in it.
    """
    try:
        photo = read_photo(data, name)
    except ImageError as error:
        raise MaskError(error.sentence, error.hint) from error
    if photo.size != size and not (reduced and _is_reduced(photo.size, size)):
        raise MaskError(
            f"{name[:1].upper() + name[1:]} has {photo.size[1]} x {photo.size[0]} pixels but the photo has "
            f"{size[1]} x {size[0]}.",
            "Save the mask at the size of the photo.",
        )
    painted = photo.pixels.max(axis=2)
    if photo.alpha is not None and photo.alpha.min() < photo.white:
        painted = photo.alpha
    mask = painted.astype(np.float32) / np.float32(photo.white)
    if mask.max() < _INSIDE:
        raise MaskError(f"{name[:1].upper() + name[1:]} is empty.", _PAINT)
    return mask if photo.size == size else _enlarged(mask, size)


def _is_reduced(small: tuple[int, int], size: tuple[int, int]) -> bool:
    """Whether a size is a smaller one of the same proportions, as exactly as whole pixels allow."""
    apart = abs(small[0] * size[1] - small[1] * size[0])
    return small[0] <= size[0] and small[1] <= size[1] and apart <= 2 * max(size)


def _enlarged(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    from PIL import Image

    with Image.fromarray(mask) as image:
        return np.clip(np.asarray(image.resize(size[::-1], Image.Resampling.BILINEAR)), 0, 1)


def encode_mask(mask: np.ndarray) -> bytes:
    """A mask, float (H, W) in [0, 1], as an 8-bit grey PNG that says that nobody has touched it."""
    from PIL import Image

    file = BytesIO()
    with Image.fromarray(np.rint(np.clip(mask, 0, 1) * 255).astype(np.uint8)) as image:
        image.save(file, "PNG")
    return stamped(file.getvalue())
