"""Reading masks from picture files, with different conventions of painting, and writing them.

Users paint on black, on a transparent layer in any colour, at 45 % opacity; they save as JPEG, whose black is inexact; they
cut out a subject, or erase a hole in a copy of the photo. The convention is recognised from the file's contents, and a note
reports ambiguous cases.
"""

from __future__ import annotations

from io import BytesIO

import numpy as np

from s2edit_plugin.errors import ImageError, MaskError, Sentence
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.imaging.stamp import stamped
from s2edit_plugin.perception.masks.found import FoundMask

__all__ = ["encode_mask", "read_mask", "read_painted", "read_subject_mask"]

_PAINT = "Paint what belongs to it in white on black."

_NOISE = 8 / 255  # deviation of black in JPEG files
_DARKEST_BLACK = 0.1  # a background lighter than this is a soft mask
_FAR_MORE = 3.0  # faint pixels for one of the next darker greys: a soft edge has fewer
_TELLING = 0.001  # share of the pixels; less may be a slip
_TWO_TONED = 0.6  # share of what is visible that is black or white, in a mask in black and white
_PICTURE_SPREAD = 0.04  # standard deviation of brightness or of a colour, from which paint is a picture
_NEARLY_ALL = 0.9
_FULL = 0.98
_SAMPLE = 1 << 20  # pixels that statistics look at


def read_mask(
    data: bytes, size: tuple[int, int], name: str = "the mask", *, reduced: bool = False
) -> np.ndarray:
    """`read_painted` without its notes."""
    return read_painted(data, size, name, reduced=reduced).mask


def read_painted(
    data: bytes, size: tuple[int, int], name: str = "the mask", *, reduced: bool = False
) -> FoundMask:
    """Read a mask from an image file.

    The mask is the brightest channel, so that red paint on black counts like white; the alpha channel for paint of one colour
    on a transparent layer or a subject cut out; the transparent area for a hole in a picture. Soft masks stay soft, but values
    within noise of black or white are snapped.

    Args:
        data: an image file.
        size: height and width of the photo.
        name: of the mask in messages.
        reduced: accept a smaller copy of the same proportions, which is enlarged.

    Raises:
        MaskError: not a picture, another size than the photo, or empty.
    """
    painted = _read(data, size, name, reduced=reduced)
    return FoundMask(painted.mask, (*painted.notes, *_about_amount(painted.mask, _called(name))))


def read_subject_mask(data: bytes, size: tuple[int, int], name: str = "the subject mask") -> FoundMask:
    """A mask of a subject's position, scaled to a maximum of 1. Arguments as `read_painted`."""
    painted = _read(data, size, name, reduced=True)
    return FoundMask(painted.mask / max(float(painted.mask.max()), 1e-6), painted.notes)


def _called(name: str) -> str:
    return f"{name[:1].upper()}{name[1:]}"


def _read(data: bytes, size: tuple[int, int], name: str, *, reduced: bool) -> FoundMask:
    try:
        photo = read_photo(data, name)
    except ImageError as error:
        raise MaskError(error.sentence, error.hint) from error
    called = _called(name)
    if photo.size != size and not (reduced and _is_reduced(photo.size, size)):
        raise MaskError(
            Sentence(
                "{} has {} x {} pixels but the photo has {} x {}.",
                called,
                photo.size[1],
                photo.size[0],
                size[1],
                size[0],
            ),
            "Save the mask at the size of the photo.",
        )
    painted, notes = _meant(photo, called)
    mask = _without_noise(painted)
    if not mask.any():
        raise MaskError(Sentence("{} is empty.", called), _PAINT)
    return FoundMask(mask if photo.size == size else _enlarged(mask, size), tuple(notes))


# ---------------------------------------------------------------------- conventions of painting


def _meant(photo: Photo, called: str) -> tuple[np.ndarray, list[str]]:
    """The mask in a file, float32 (H, W) in [0, 1], and notes about it."""
    bright = photo.pixels.max(axis=2).astype(np.float32) / np.float32(photo.white)
    if photo.alpha is None:
        return bright, _about_colours(photo, called)
    alpha = photo.alpha.astype(np.float32) / np.float32(photo.white)
    if float((alpha < 1 - _NOISE).mean()) < _TELLING:
        return bright, _about_colours(photo, called)
    sample = _sample(photo.pixels).astype(np.float32) / np.float32(photo.white)
    visible = sample[_sample(alpha) >= 0.5]
    if _is_black_and_white(visible):
        return bright * alpha, []
    if not _is_picture(visible):
        return alpha, []
    if _is_transparent_around(alpha):
        return alpha, [
            f"{called} is a picture cut out: what is visible of it is the mask. Where the rest is meant, invert it."
        ]
    return 1 - alpha, [
        f"{called} is a picture with a hole: the hole is the mask. Where the rest is meant, invert it."
    ]


def _sample(plane: np.ndarray) -> np.ndarray:
    """A regular sample of a plane (H, W, ...), at most about a million pixels."""
    step = max(1, int(np.sqrt(plane.shape[0] * plane.shape[1] / _SAMPLE)))
    return plane[step // 2 :: step, step // 2 :: step]


def _is_black_and_white(visible: np.ndarray) -> bool:
    """Whether colours (n, 3) are those of a black-and-white mask."""
    if not len(visible):
        return False
    lightest, darkest = visible.max(axis=1), visible.min(axis=1)
    black, white = lightest < 0.1, darkest > 0.9
    both = min(float(black.mean()), float(white.mean()))
    return both >= _TELLING and float((black | white).mean()) >= _TWO_TONED


def _is_picture(visible: np.ndarray) -> bool:
    """Whether colours (n, 3) are those of a picture rather than of paint."""
    return len(visible) > 1 and float(visible.std(axis=0).max()) >= _PICTURE_SPREAD


def _is_transparent_around(alpha: np.ndarray) -> bool:
    """Whether most of the outer edge is transparent, as around a cut-out subject."""
    edge = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    return float((edge < 0.5).mean()) >= 0.5


def _about_colours(photo: Photo, called: str) -> list[str]:
    """A warning that a mask looks like a photo."""
    sample = _sample(photo.pixels).astype(np.float32) / np.float32(photo.white)
    colourful = float((sample.max(axis=2) - sample.min(axis=2) > 0.06).mean()) > 0.2
    if not (colourful and _is_picture(sample.reshape(-1, 3)) and float(sample.min(axis=2).std()) > 0.02):
        return []
    middle = sample.max(axis=2)
    if float(((middle > 0.1) & (middle < 0.9)).mean()) < 0.5:
        return []
    return [f"{called} looks like a photo: how bright it is counts as how much belongs to the mask."]


def _without_noise(mask: np.ndarray) -> np.ndarray:
    """Snap nearly black and nearly white values; soft edges and gradients stay unchanged."""
    faint = max(_NOISE, _background(mask) + _NOISE / 2)
    result = mask.astype(np.float32, copy=True)
    if _is_noise(mask, faint):
        result[mask <= faint] = 0
    if _is_noise(1 - mask, _NOISE):
        result[mask >= 1 - _NOISE] = 1
    return result


def _background(mask: np.ndarray) -> float:
    """The level of an inexact black background, 0 without one."""
    darkest = float(mask.min())
    if not 0 < darkest <= _DARKEST_BLACK:
        return 0.0
    return darkest if float((mask <= darkest + _NOISE / 2).mean()) >= 0.2 else 0.0


def _is_noise(mask: np.ndarray, faint: float) -> bool:
    """Whether there are far more faint pixels, relative to the next greys, than in a soft edge."""
    found = int(((mask > 0) & (mask <= faint)).sum())
    following = int(((mask > faint) & (mask <= 3 * faint)).sum())
    return found > _FAR_MORE * following


def _about_amount(mask: np.ndarray, called: str) -> list[str]:
    """Notes about masks that cover nearly nothing or nearly everything."""
    strongest, covered = float(mask.max()), float((mask >= 0.5).mean())
    if strongest < _FULL:
        percent = round(100 * strongest)
        return [
            f"{called} is at most {percent} % white: where it is, that much of the change is laid over the photo."
        ]
    if covered >= _NEARLY_ALL and not mask.all():
        return [f"{called} holds {100 * covered:.0f} % of the photo. Where the rest is meant, invert it."]
    return []


def _is_reduced(small: tuple[int, int], size: tuple[int, int]) -> bool:
    """Whether a size is smaller with the same proportions, up to rounding to pixels."""
    apart = abs(small[0] * size[1] - small[1] * size[0])
    return small[0] <= size[0] and small[1] <= size[1] and apart <= 2 * max(size)


def _enlarged(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    from PIL import Image

    with Image.fromarray(mask) as image:
        return np.clip(np.asarray(image.resize(size[::-1], Image.Resampling.BILINEAR)), 0, 1)


def encode_mask(mask: np.ndarray) -> bytes:
    """A mask, float (H, W) in [0, 1], as an 8-bit grey PNG with a stamp (`imaging.stamp`)."""
    from PIL import Image

    file = BytesIO()
    with Image.fromarray(np.rint(np.clip(mask, 0, 1) * 255).astype(np.uint8)) as image:
        image.save(file, "PNG")
    return stamped(file.getvalue())
