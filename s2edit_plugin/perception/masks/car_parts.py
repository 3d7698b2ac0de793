"""Edit regions for words about a car in side view: a table of words to parts, located by the car's outline.

The counterpart of `word_regions` for cars. The paint is segmented by colour (`colour_segments`); parts that do not exist yet
(a stripe, a roof rack, light) are placed relative to ground, roof and both ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from s2edit_plugin.api import prompts

__all__ = ["car_places", "car_region"]

_INSIDE = 0.5
_NOUNS = frozenset(["car", "cars", "automobile", "sedan", "hatchback", "coupe", "van", "taxi", "vehicle"])
_PARTS: dict[str, frozenset[str]] = {
    "stripe": frozenset(["stripe", "stripes", "striped"]),
    "rack": frozenset(["rack", "racks", "luggage", "roofbox", "carrier"]),
    "lights": frozenset(["light", "lights", "headlight", "headlights", "lamp", "lamps", "headlamps"]),
    "wheels": frozenset(["wheel", "wheels", "tyre", "tyres", "tire", "tires", "rims", "hubcaps"]),
}
# Words that only describe a part further or connect parts.
_BESIDE = frozenset(
    [
        "roof",
        "racing",
        "on",
        "off",
        "lit",
        "lighted",
        "turned",
        "switched",
        "black",
        "white",
        "red",
        "blue",
        "green",
        "yellow",
    ]
)

# Of drawn cars, in half lengths: from the floor up to the belt line, and radii and places of lamps and wheels.
_BELT = 0.466
_STRIPE = (0.065, 0.2)  # below the belt line
_RACK = (0.23, 0.01)  # above the roof
_LAMP = 0.155  # below the belt line
_WHEEL = 0.62  # from the middle


def car_places(source: str, target: str) -> tuple[str, ...]:
    """Parts of a car changed by an edit; empty if the prompts name no car, or a changed word is not one of its parts."""
    before, after = prompts.words(source), prompts.words(target)
    if not _NOUNS & set(before):
        return ()
    mapping = prompts.align_words(source, target)
    gone = [word for i, word in enumerate(before) if i not in mapping]
    new = [word for word, partner in zip(after, mapping, strict=True) if partner is None]
    changed = [word for word in (*gone, *new) if prompts.is_telling(word)]
    places = {place for word in changed for place, names in _PARTS.items() if word in names}
    known = _BESIDE.union(*_PARTS.values())
    return tuple(sorted(places)) if places and all(word in known for word in changed) else ()


@dataclass(frozen=True)
class _Car:
    """Coordinates of a car, (H, W) in half lengths. u: from its middle towards the front; v: from the floor upwards."""

    subject: np.ndarray
    u: np.ndarray
    v: np.ndarray
    roof: float
    cabin: tuple[float, float]

    def belt(self) -> np.ndarray:
        """Distance below the belt line, in half lengths."""
        return np.asarray(_BELT - self.v)

    def disc(self, u: float, v: float, ru: float, rv: float) -> np.ndarray:
        return np.asarray(((self.u - u) / ru) ** 2 + ((self.v - v) / rv) ** 2 <= 1)


def _measured(rgb: np.ndarray, subject: np.ndarray) -> _Car | None:
    """Measure the outline; None if it is not a car in side view."""
    inside = subject >= _INSIDE
    if inside.sum() < 50:
        return None
    rows, columns = np.indices(inside.shape, dtype=np.float32)
    across = np.flatnonzero(inside.sum(axis=0) > 0.04 * inside.shape[0])
    if len(across) < 10:
        return None
    left, right = float(across[0]), float(across[-1])
    half, middle = (right - left) / 2, (right + left) / 2
    bottoms = np.array(
        [np.flatnonzero(inside[:, int(x)])[-1] if inside[:, int(x)].any() else np.nan for x in across]
    )
    halves = across < middle
    ground = [float(np.nanmax(bottoms[side])) for side in (halves, ~halves)]
    tilt = (ground[1] - ground[0]) / (2 * _WHEEL * half)
    level = rows - tilt * (columns - middle)
    floor = float(np.nanmedian(bottoms[np.abs(across - middle) < 0.25 * half])) + 1
    v, u = np.asarray((floor - level) / half), np.asarray((columns - middle) / half)
    widths = {
        y: float((inside & (np.abs(v - y) < 0.02)).any(axis=0).sum()) / (2 * half)
        for y in np.arange(0.4, 1.4, 0.02)
    }
    roofs = [y for y, width in widths.items() if width > 0.15]
    if not roofs:
        return None
    roof = float(max(roofs)) + 0.01
    top = u[inside & (v > roof - 0.1) & (v < roof - 0.02)]
    if not top.size:
        return None
    sign = _front(rgb, inside, u, v)
    ends = sorted((sign * float(np.quantile(top, 0.02)), sign * float(np.quantile(top, 0.98))))
    return _Car(inside, sign * u, v, roof, (ends[0], ends[1]))


def _front(rgb: np.ndarray, inside: np.ndarray, u: np.ndarray, v: np.ndarray) -> float:
    """1 if the car faces right, else -1: tail lamps are redder, head lamps are lighter."""
    height = np.abs(v - (_BELT - _LAMP)) < 0.12
    score = []
    for side in (-1, 1):
        lamp = rgb[inside & height & (side * u > 0.9)].astype(np.float32)
        paint = rgb[inside & height & (side * u > 0.6) & (side * u < 0.8)].astype(np.float32)
        if not lamp.size or not paint.size:
            return 1.0
        away = np.asarray(lamp - np.median(paint, axis=0))
        # Among colours unlike the paint: bright and grey in front, dark red at the rear.
        unlike = away[np.abs(away).max(axis=1) > 30]
        score.append(float((unlike[:, 1] + unlike[:, 2] - unlike[:, 0]).mean()) if unlike.size else 0.0)
    return 1.0 if score[1] >= score[0] else -1.0


def _stripe(car: _Car) -> np.ndarray:
    below = car.belt() + 0.024 * car.u**2
    band = (below > _STRIPE[0]) & (below < _STRIPE[1])
    return band & car.subject & ~_wheels(car)


def _rack(car: _Car) -> np.ndarray:
    above = car.v - car.roof
    return (
        (above < _RACK[0])
        & (above > _RACK[1])
        & (car.u > car.cabin[0] + 0.03)
        & (car.u < car.cabin[1] - 0.03)
    )


def _lights(car: _Car) -> np.ndarray:
    v = _BELT - _LAMP
    ahead = np.maximum(car.u - 0.96, 0)
    beam = (np.abs(v - 0.25 * ahead - car.v) < 0.7 * ahead + 0.06) & (car.u > 0.96) & (car.u < 1.45)
    return beam | car.disc(0.98, v, 0.22, 0.2) | car.disc(-0.98, v, 0.16, 0.16)


def _wheels(car: _Car) -> np.ndarray:
    return car.disc(_WHEEL, -0.03, 0.23, 0.23) | car.disc(-_WHEEL, -0.03, 0.23, 0.23)


_PLACED: dict[str, Callable[[_Car], np.ndarray]] = {
    "stripe": _stripe,
    "rack": _rack,
    "lights": _lights,
    "wheels": _wheels,
}


def car_region(places: tuple[str, ...], rgb: np.ndarray, subject: np.ndarray) -> np.ndarray | None:
    """Binary region (H, W) float32 of parts of a car, None if its outline is not recognised.

    Args:
        rgb: uint8 (H, W, 3). subject: (H, W) in [0, 1], the car.
    """
    car = _measured(rgb, subject) if places else None
    if car is None:
        return None
    return np.logical_or.reduce([_PLACED[place](car) for place in places]).astype(np.float32)
