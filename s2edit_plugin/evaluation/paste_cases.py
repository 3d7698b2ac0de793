"""What the suite ``paste`` asks for: photos of known size, the exact answer to an edit, and where the two differ.

Drawn people come from the drawing program at 512, 1024 and 2048 pixels. Photographs come with scikit-image; what is done
to them is arithmetic, so that the answer is exact there too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from math import cos, pi, sin
from pathlib import Path

import numpy as np
from s2edit_models.drawing import Scene, counterfactual, split_seed
from s2edit_models.drawing.scene import valid_values

__all__ = ["DRAWN", "SIZES", "PasteCase", "drawn", "drawn_at", "photographs"]

SIZES = (512, 1024, 2048)
EDITS_A_PERSON = 5

Look = dict[str, str]

DRAWN: dict[str, tuple[Look, Look]] = {
    "hair_blonde": ({}, {"hair_color": "blonde"}),
    "hair_black": ({}, {"hair_color": "black"}),
    "smile": ({}, {"expression": "smiling"}),
    "glasses_on": ({}, {"glasses": "glasses"}),
    "glasses_off": ({"glasses": "sunglasses"}, {"glasses": "none"}),
    "hat_on": ({}, {"hat": "red"}),
    "hat_off": ({"hat": "blue"}, {"hat": "none"}),
    "hair_longer": ({"hair_style": "short"}, {"hair_style": "long"}),
    "hair_shorter": ({"hair_style": "long"}, {"hair_style": "short"}),
    "age": ({}, {"age": "old"}),
    "beard_on": ({}, {"beard": "beard"}),
    "lipstick": ({}, {"lipstick": "red"}),
    "fringe_off": ({"bangs": "bangs"}, {"bangs": "none"}),
}
"""Kinds of edits of drawn people: what they look like before, and what changes."""


@dataclass(frozen=True, eq=False)
class PasteCase:
    """A photo, the exact answer, and where they differ.

    Attributes:
        kind: what kind of edit it is. person: number of the person or photograph.
        photo, answer: uint8 (s, s, 3), the crop at the photo's own size. region: (s, s) bool.
    """

    kind: str
    person: int
    photo: np.ndarray
    answer: np.ndarray
    region: np.ndarray

    @property
    def side(self) -> int:
        """Pixels of the photo along a side."""
        return len(self.photo)


def drawn(people: int, seed: int) -> Iterator[PasteCase]:
    """Five edits a person. Kinds follow each other, and each round of them is drawn at the next size."""
    kinds = list(DRAWN)
    for number in range(people * EDITS_A_PERSON):
        kind, size = kinds[number % len(kinds)], SIZES[number // len(kinds) % len(SIZES)]
        yield drawn_at(kind, number // EDITS_A_PERSON, size, seed)


def drawn_at(kind: str, person: int, size: int, seed: int) -> PasteCase:
    """One edit of a drawn person: the first, from a number on, who can look like that."""
    look, change = DRAWN[kind]
    keys = (split_seed("test", 10_000 * (seed + 1) + 7_000 + 50 * person + i) for i in islice(count(), 50))
    wanted = {**look, **change}
    for key in keys:
        scene = Scene.of(key, {"hair_color": "brown"}, key)
        if all(value in valid_values(scene.identity, name) for name, value in wanted.items()):
            break
    style = {"hair_style": ("short", "long", "curly")[person % 3]}
    made = counterfactual(scene.with_attributes(**{**style, **look}), size, None, **change)
    return PasteCase(kind, person, made.source.rgb, made.target.rgb, made.region)


def photographs() -> Iterator[PasteCase]:
    """Four edits of each of the three photographs; none where scikit-image has them not with it."""
    import skimage

    folder = Path(skimage.__file__).parent / "data"
    for number, (name, box, edits) in enumerate(_PHOTOGRAPHS):
        file = folder / f"{name}.png"
        if not file.is_file():
            continue
        photo = _read(file)[box]
        for kind, make in edits:
            before, after = make(photo.astype(np.float32) / 255)
            one, other = (np.rint(p.clip(0, 1) * 255).astype(np.uint8) for p in (before, after))
            yield PasteCase(f"photo_{kind}", 1000 + number, one, other, (one != other).any(axis=2))


def _read(file: Path) -> np.ndarray:
    from PIL import Image

    with Image.open(file) as picture:
        return np.asarray(picture.convert("RGB"))


Pair = tuple[np.ndarray, np.ndarray]
Make = Callable[[np.ndarray], Pair]
Points = tuple[tuple[float, float], ...]


def _recolour(
    outline: Points, lo: float, hi: float, colour: tuple[float, float, float], without: Points = ()
) -> Make:
    """Another colour with the old shading, inside an outline where the picture is redder than ``lo``..``hi``."""

    def make(photo: np.ndarray) -> Pair:
        red = photo[..., 0] - photo[..., 2]
        inside = _polygon(photo, outline) * (1 - (_polygon(photo, without) if without else 0))
        share = (inside * ((red - lo) / (hi - lo)).clip(0, 1))[..., None]
        light = photo.max(axis=2, keepdims=True)
        return photo, photo + share * (light * np.array(colour, np.float32) - photo)

    return make


def _relit(x: float, y: float, radius: float, light: tuple[float, float, float]) -> Make:
    """Light of a colour from one side on a round part of the picture."""

    def make(photo: np.ndarray) -> Pair:
        down, across = np.mgrid[: len(photo), : photo.shape[1]].astype(np.float32)
        distance = np.hypot(across - x, down - y) / radius
        share = (1 - distance**2).clip(0, 1) * (0.5 + 0.5 * (across - x) / radius).clip(0, 1)
        return photo, photo * (1 + share[..., None] * (np.array(light, np.float32) - 1))

    return make


def _ball(x: float, y: float, radius: float, colour: tuple[float, float, float], taken: bool = False) -> Make:
    """A shaded ball put into the picture, with a shadow beside it; or taken out."""

    def make(photo: np.ndarray) -> Pair:
        fine = 4  # samples a pixel, for a smooth edge
        down, across = np.mgrid[: len(photo) * fine, : photo.shape[1] * fine].astype(np.float32) / fine
        u, v = (across - x) / radius, (down - y) / radius
        inside = (u * u + v * v < 1).astype(np.float32)
        height = np.sqrt((1 - u * u - v * v).clip(0))
        light = 0.25 + 0.75 * ((height * 0.7 - 0.5 * u - 0.5 * v).clip(0))
        shine = (height * 0.75 - 0.48 * u - 0.48 * v).clip(0) ** 40
        dark = 1 - 0.5 * np.exp(-2.5 * np.square(np.hypot(u - 0.35, v - 0.35)))
        planes = [light * part + shine for part in colour]
        ball, shadow = np.stack([_coarse(inside * p, fine) for p in planes], axis=2), _coarse(dark, fine)
        share = _coarse(inside, fine)[..., None]
        made = photo * shadow[..., None] * (1 - share) + ball
        return (made, photo) if taken else (photo, made)

    return make


def _coarse(plane: np.ndarray, fine: int) -> np.ndarray:
    rows, columns = plane.shape[0] // fine, plane.shape[1] // fine
    return np.asarray(plane.reshape(rows, fine, columns, fine).mean(axis=(1, 3)), dtype=np.float32)


def _polygon(photo: np.ndarray, outline: Points) -> np.ndarray:
    """Coverage (h, w) float32 of a polygon, its edge a pixel soft."""
    from PIL import Image, ImageDraw

    fine = 4
    with Image.new("L", (photo.shape[1] * fine, photo.shape[0] * fine)) as canvas:
        ImageDraw.Draw(canvas).polygon([(x * fine, y * fine) for x, y in outline], fill=255)
        return _coarse(np.asarray(canvas, dtype=np.float32) / 255, fine)


_HAIR: Points = (
    (178, 122), (160, 112), (150, 75), (168, 25), (210, 10), (262, 12), (298, 45), (306, 85), (297, 112),
    (276, 128), (270, 100), (262, 78), (225, 70), (200, 84), (187, 82), (184, 105),
)  # fmt: skip
_SUIT: Points = ((110, 205), (40, 260), (20, 470), (120, 511), (280, 511), (290, 400), (360, 340), (350, 260), (300, 235),
                 (255, 300), (180, 270))  # fmt: skip
_EYE: Points = ((134, 100), (150, 87), (180, 85), (205, 105), (207, 135), (190, 148), (165, 145), (145, 128))
_WHOLE = (slice(None), slice(None))


def _oval(x: float, y: float, rx: float, ry: float) -> Points:
    return tuple((x + rx * cos(a * pi / 60), y + ry * sin(a * pi / 60)) for a in range(120))


_SAUCER, _RIM = _oval(219, 215, 205, 175), _oval(233, 112, 122, 97)

_PHOTOGRAPHS: tuple[tuple[str, tuple[slice, slice], tuple[tuple[str, Make], ...]], ...] = (
    (
        "astronaut",
        _WHOLE,
        (
            ("recolour", _recolour(_HAIR, 0.04, 0.12, (0.75, 0.25, 0.1))),
            ("recolour", _recolour(_SUIT, 0.25, 0.45, (0.2, 0.45, 0.9))),
            ("relight", _relit(235, 120, 120, (1.7, 1.5, 1.2))),
            ("thing_on", _ball(230, 340, 60, (0.2, 0.7, 0.3))),
        ),
    ),
    (
        "coffee",
        (slice(None), slice(60, 460)),
        (
            ("recolour", _recolour(_SAUCER, 0.15, 0.35, (0.15, 0.5, 0.25), _RIM)),
            ("relight", _relit(200, 220, 150, (0.5, 0.6, 0.9))),
            ("thing_on", _ball(330, 290, 55, (0.95, 0.8, 0.2))),
            ("thing_off", _ball(110, 300, 50, (0.2, 0.3, 0.9), taken=True)),
        ),
    ),
    (
        "chelsea",
        (slice(None), slice(60, 360)),
        (
            ("recolour", _recolour(tuple((x - 60, y) for x, y in _EYE), 0.1, 0.2, (0.2, 0.6, 0.9))),
            ("relight", _relit(140, 150, 110, (0.6, 0.7, 1.1))),
            ("thing_on", _ball(60, 230, 45, (0.9, 0.2, 0.3))),
            ("thing_off", _ball(215, 215, 40, (0.9, 0.9, 0.3), taken=True)),
        ),
    ),
)  # fmt: skip
