"""Photographs in which the region of an edit is known to the pixel, made from scikit-image's.

A part is recoloured through a mask (hair and lips of a portrait, a drink), or something is put in: a drawn person or car, of
which the program knows what an edit changes, or a ball. Then sharpness, noise and JPEG of a camera are laid over everything.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from s2edit_models.drawing import Scene, counterfactual, describe, edit_prompt, split_seed

__all__ = ["PhotoCase", "photographs"]

Points = tuple[tuple[float, float], ...]

# Drawn by hand over `skimage.data.astronaut`, in its pixels.
_HAIR: Points = (
    (170, 119), (160, 109), (155, 98), (154, 85), (153, 70), (156, 59), (165, 48), (175, 41), (189, 35), (193, 29),
    (200, 24), (210, 20), (222, 18), (230, 15), (240, 16), (252, 20), (265, 25), (278, 32), (287, 41), (293, 51),
    (297, 62), (300, 75), (301, 88), (298, 99), (293, 110), (287, 118), (280, 124), (273, 130), (271, 122), (269, 105),
    (269, 90), (265, 89), (255, 87), (245, 84), (235, 82), (222, 80), (210, 80), (200, 80), (195, 77), (188, 72),
    (186, 78), (184, 90), (182, 104), (180, 114), (178, 120),
)  # fmt: skip
_LIPS: Points = (
    (204, 140), (212, 139), (222, 141), (228, 140), (238, 139), (247, 139), (246, 142), (238, 150), (228, 153),
    (220, 154), (211, 149),
)  # fmt: skip
_TEETH: Points = ((207, 141), (220, 143), (233, 142), (243, 142), (236, 147), (222, 149.5), (212, 147))
# Over `skimage.data.coffee`: the drink in the cup.
_DRINK: Points = (
    (205, 146), (222, 113), (240, 103), (270, 97), (300, 95), (330, 101), (350, 115), (364, 135), (369, 160),
    (352, 178), (330, 188), (300, 193), (270, 192), (240, 184), (220, 170),
)  # fmt: skip

# Factor of the lightness, and a and b of Lab.
_DYES = {
    "red": (0.8, 38, 28),
    "black": (0.3, 1, 2),
    "brown": (0.6, 9, 18),
    "blonde": (1.05, 4, 38),
    "grey": (1.0, 0, 0),
}
_LIPSTICKS = {"red": (0.8, 50, 22), "purple": (0.6, 35, -25)}
_DRINKS = {"green": (0.9, -28, 35), "red": (0.7, 50, 30), "blue": (0.6, 5, -40)}
_BALLS = {
    "red": (0.85, 0.1, 0.1),
    "blue": (0.12, 0.25, 0.8),
    "green": (0.1, 0.6, 0.2),
    "yellow": (0.95, 0.85, 0.1),
}

_SIDE = 512
_DRAWN = 384  # side of the drawn square that is put into a photograph


@dataclass(frozen=True)
class PhotoCase:
    """One edit of one photograph.

    Attributes:
        kind: what kind of edit. picture: uint8 (H, W, 3). prompt, target: source and target prompt.
        region: (H, W) bool, what the edit changes. known: of a part that a bundled network finds on such a picture.
    """

    kind: str
    picture: np.ndarray
    prompt: str
    target: str
    region: np.ndarray
    known: bool


def photographs(count: int, seed: int) -> Iterator[PhotoCase]:
    """``count`` photographs of each kind; different seeds give other colours, things, places, light and noise."""
    for kind, make in _KINDS.items():
        for index in range(count):
            rng = np.random.default_rng([seed, index, sum(kind.encode())])
            yield make(kind, rng)


def _recoloured_face(kind: str, rng: np.random.Generator) -> PhotoCase:
    lips = kind == "photo_lips"
    picture, (mask,) = _varied(
        _photo("astronaut"), [_polygon(_LIPS, _TEETH) if lips else _polygon(_HAIR)], rng
    )
    old, new = _two(_LIPSTICKS if lips else _DYES, rng)
    worn = "wearing {} lipstick" if lips else "with {} hair"
    made = _recolour(picture, mask, *(_LIPSTICKS if lips else _DYES)[old])
    prompts = [f"a photo of a woman {worn.format(name)}" for name in (old, new)]
    return PhotoCase(kind, _camera(made, rng), prompts[0], prompts[1], mask > 0.5, known=True)


def _drink(kind: str, rng: np.random.Generator) -> PhotoCase:
    picture, (mask,) = _varied(_photo("coffee"), [_polygon(_DRINK, size=(400, 600))], rng)
    old, new = _two(_DRINKS, rng)
    made = _camera(_recolour(picture, mask, *_DRINKS[old]), rng)
    prompts = [f"a photo of a cup of {name} tea" for name in (old, new)]
    return PhotoCase(kind, made, prompts[0], prompts[1], mask > 0.5, known=False)


def _ball(kind: str, rng: np.random.Generator) -> PhotoCase:
    """A shaded ball: recoloured, or taken away."""
    picture = _background(rng)
    height, width = picture.shape[:2]
    radius = float(rng.uniform(0.1, 0.18)) * min(height, width)
    x, y = (float(rng.uniform(1.3 * radius, length - 1.3 * radius)) for length in (width, height))
    rows, columns = np.indices((height, width), dtype=np.float32)
    u, v = (columns - x) / radius, (rows - y) / radius
    mask = np.clip((1 - np.hypot(u, v)) * radius + 0.5, 0, 1)
    light = np.clip(0.55 - 0.45 * u - 0.5 * v, 0.15, 1.2)[..., None]
    old, new = _two(_BALLS, rng)
    shaded = light * np.array(_BALLS[old], np.float32) + 0.5 * np.clip(light - 1, 0, 1)
    made = picture * (1 - mask[..., None]) + np.clip(shaded, 0, 1) * mask[..., None]
    target = f"a photo of a {new} ball" if kind == "ball_paint" else "a photo"
    return PhotoCase(kind, _camera(made, rng), f"a photo of a {old} ball", target, mask > 0.5, known=False)


def _put_in(kind: str, rng: np.random.Generator) -> PhotoCase:
    """A drawn person or car in front of a photograph; ``busy_...``: of a sharp one, cats' faces among them, which no bundled
    network can tell from the person."""
    from scipy import ndimage

    key = split_seed("test", int(rng.integers(1 << 40)))
    car, busy = kind.endswith("car_paint"), kind.startswith("busy")
    if car:
        old, new = _two(("red", "blue", "green", "white"), rng)
        scene, changes = Scene.of(key, {"paint": old}, key, "car"), {"paint": new}
    else:
        old, new = _two(("black", "brown", "blonde", "red", "grey"), rng)
        scene = Scene.of(key, {"hair_color": old}, key)
        changes = _LOOKS[kind.removeprefix("busy_")] or {"hair_color": new}
    answer = counterfactual(scene, _DRAWN, None, **changes)
    alpha = answer.source.masks["subject"].astype(np.float32)[..., None] / 255
    drawn = answer.source.rgb.astype(np.float32) / 255
    whole = answer.source.masks["subject"] > 127
    picture = _background(rng)
    if not busy:  # out of focus, as behind most portraits
        picture = ndimage.gaussian_filter(picture, (sigma := float(rng.uniform(5, 14)), sigma, 0))
    top = picture.shape[0] - _DRAWN  # a person is cut off by the picture's edge below
    left = int(rng.integers(0, picture.shape[1] - _DRAWN + 1))
    window = (slice(top, top + _DRAWN), slice(left, left + _DRAWN))
    picture[window] = picture[window] * (1 - alpha) + drawn * alpha
    region = np.zeros(picture.shape[:2], dtype=bool)
    region[window] = answer.region & (whole | (answer.target.masks["subject"] > 127))
    place = f" in {'an' if scene.nuisance.scene[0] in 'aeiou' else 'a'} {scene.nuisance.scene}"
    source, target = (_without(text, place) for text in (describe(scene), edit_prompt(scene, **changes)))
    return PhotoCase(kind, _camera(picture, rng), source, target, region, known=not busy)


def _without(prompt: str, place: str) -> str:
    """The prompt without its scene, which is not there: a photograph is."""
    return prompt.replace(place, "").replace(place.replace(" in ", " on "), "")


_LOOKS: dict[str, dict[str, str]] = {
    "person_hair": {},
    "person_smile": {"expression": "smiling"},
    "person_glasses": {"glasses": "glasses"},
    "person_hat": {"hat": "red"},
}
_KINDS: dict[str, Callable[[str, np.random.Generator], PhotoCase]] = {
    "photo_hair": _recoloured_face,
    "photo_lips": _recoloured_face,
    **dict.fromkeys(_LOOKS, _put_in),
    "car_paint": _put_in,
    "busy_person_hair": _put_in,
    "busy_person_glasses": _put_in,
    "busy_car_paint": _put_in,
    "ball_paint": _ball,
    "ball_off": _ball,
    "drink": _drink,
}


def _two(names: object, rng: np.random.Generator) -> tuple[str, str]:
    one, other = rng.choice(list(names), 2, replace=False)  # type: ignore[call-overload]
    return str(one), str(other)


def _photo(name: str) -> np.ndarray:
    """A photograph of scikit-image, float32 (H, W, 3) in [0, 1]; these lie in its package."""
    from skimage import data

    return np.asarray(getattr(data, name)(), dtype=np.float32)[..., :3] / 255


def _background(rng: np.random.Generator) -> np.ndarray:
    """A piece of a photograph, (512, 512, 3)."""
    photo = _photo(str(rng.choice(["coffee", "chelsea", "rocket"])))
    side = int(rng.integers(int(0.7 * min(photo.shape[:2])), min(photo.shape[:2]) + 1))
    top, left = (int(rng.integers(0, length - side + 1)) for length in photo.shape[:2])
    return np.stack(
        [
            _resized(photo[top : top + side, left : left + side, channel], (_SIDE, _SIDE))
            for channel in range(3)
        ],
        2,
    )


def _resized(plane: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    with Image.fromarray(np.ascontiguousarray(plane, dtype=np.float32)) as image:
        return np.asarray(image.resize((size[1], size[0]), Image.Resampling.BICUBIC)).clip(0, 1)


def _polygon(outline: Points, hole: Points = (), size: tuple[int, int] = (512, 512)) -> np.ndarray:
    """Mask (H, W) float32 in [0, 1] with an edge of one pixel."""
    times = 4
    with Image.new("L", (size[1] * times, size[0] * times)) as image:
        draw = ImageDraw.Draw(image)
        for points, value in ((outline, 255), (hole, 0)):
            if points:
                draw.polygon([((x + 0.5) * times, (y + 0.5) * times) for x, y in points], fill=value)
        return np.asarray(image.resize((size[1], size[0]), Image.Resampling.BOX), dtype=np.float32) / 255


def _varied(
    picture: np.ndarray, masks: list[np.ndarray], rng: np.random.Generator
) -> tuple[np.ndarray, list[np.ndarray]]:
    """A piece of a photograph at another size and light, perhaps seen in a mirror, and its masks with it."""
    height, width = picture.shape[:2]
    share = float(rng.uniform(0.85, 1.0))
    size = int(height * share), int(width * share)
    # What the masks show lies above the middle, or in it: there nothing is cut off.
    top, left = (
        int(rng.integers(0, 1 + (height - size[0]) // 8)),
        int(rng.integers(0, 1 + (width - size[1]) // 2)),
    )
    scale = float(rng.uniform(0.8, 1.3))
    shape = int(size[0] * scale), int(size[1] * scale)
    flip = bool(rng.integers(2))
    levels = rng.uniform(0.85, 1.1, size=3) if rng.integers(2) else np.full(3, rng.uniform(0.7, 1.1))

    def taken(plane: np.ndarray) -> np.ndarray:
        part = _resized(plane[top : top + size[0], left : left + size[1]], shape)
        return part[:, ::-1] if flip else part

    planes = [taken(picture[..., channel]) * np.float32(levels[channel]) for channel in range(3)]
    return np.stack(planes, axis=2).clip(0, 1), [taken(mask) for mask in masks]


def _recolour(picture: np.ndarray, mask: np.ndarray, level: float, a: float, b: float) -> np.ndarray:
    """Lightness scaled, colour replaced, through a mask."""
    from skimage.color import lab2rgb, rgb2lab

    lab = rgb2lab(picture)
    lab[..., 0] *= level
    # Colours of dark and very light pixels are weaker, and beyond sRGB there is nothing.
    strength = np.minimum(1, np.minimum(lab[..., 0], 110 - lab[..., 0]).clip(0) / 40)
    lab[..., 1], lab[..., 2] = a * strength, b * strength
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        dyed = lab2rgb(lab)
    return np.asarray(picture * (1 - mask[..., None]) + dyed * mask[..., None])


def _camera(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Optics, sensor and JPEG: a little blur, noise, compression; uint8."""
    from scipy import ndimage

    soft = ndimage.gaussian_filter(picture, (0.6, 0.6, 0))
    noisy = soft + rng.normal(0, rng.uniform(0.004, 0.012), size=picture.shape)
    pixels = np.rint(noisy.clip(0, 1) * 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="JPEG", quality=int(rng.integers(85, 97)))
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB"))
