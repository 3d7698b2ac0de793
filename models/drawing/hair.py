"""Hair: back, front and bangs in three styles; a hat presses the crown flat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .person import FACE_Y, Person
from .picture import Window
from .shading import Array, Painter, bump, mix, ramp, scaled, tones

HAIR_COLORS: dict[str, tuple[float, float, float]] = {
    "black": (0.105, 0.09, 0.10),
    "brown": (0.38, 0.215, 0.11),
    "blonde": (0.88, 0.71, 0.41),
    "red": (0.70, 0.21, 0.06),
    "grey": (0.70, 0.70, 0.72),
}
_SKULL_TOP = 15.0
_CENTRE = 50.0


@dataclass
class Locks:
    """Planned hair of one person: fields over one window of the head's frame.

    window: where the hair can be. x, y: the head's frame there. outer: signed distance of the whole mass.
    hole: signed distance of the opening for the face. value: brightness, about 0..1. grain: texture, about -1..1.
    press: 0..1, what a hat leaves of the hair; the crown is where it is below 1.
    """

    person: Person
    color: tuple[float, float, float]
    window: Window
    x: Array
    y: Array
    outer: Array
    hole: Array
    grain: Array
    value: Array
    press: Array

    def _paint(self, painter: Painter, name: str, alpha: Array, v: Array) -> None:
        dark, light = hair_tones(self.color)
        color = tones(dark, light, v)
        labels = ("subject", "hair")
        none = np.float32(0.0)
        # Two layers of disjoint pixels: a hat changes the crown's, not the other's.
        crown = self.press < 1.0
        pressed = alpha if self.person.a["hat"] == "none" else alpha * self.press
        painter.paint(f"{name}_crown", self.window, np.where(crown, pressed, none), color, labels)
        painter.paint(name, self.window, np.where(crown, none, alpha), color, labels)

    def paint_back(self, painter: Painter) -> None:
        """The mass behind neck and ears, in shadow near the neck."""
        shadow = bump(self.x, self.y, 0.0, 92.0, 34.0, 40.0) * np.float32(0.45)
        self._paint(painter, "hair_back", painter.cover(self.outer), self.value * 0.9 - shadow)

    def paint_front(self, painter: Painter) -> None:
        """What frames the face, with its shadow on the skin."""
        t, style = self.person.t, self.person.a["hair_style"]
        hole = self.hole + self.grain * np.float32(0.9 if style != "curly" else 1.6)
        if style == "short":
            end = t["short_end"]
            edge = self.y - np.float32(end) + self.grain * 1.2
            mass = np.maximum(self.outer, edge)
        else:
            mass = self.outer
        inside = painter.cover(mass)
        shade = painter.soft(-self.hole - 3.0, 7.0) * ramp(self.y, 92.0, 80.0) * np.float32(0.42)
        half = t["half_width"]
        # Only on the face: shadows on the background would be wrong.
        skin = np.sqrt((self.x * np.float32(1.0 / half)) ** 2 + ((self.y - 62.0) * np.float32(1 / 40.0)) ** 2)
        shade = shade * ramp(skin, 0.98, 0.93)
        if style == "short":
            shade = shade * ramp(self.y, t["short_end"] + 4.0, t["short_end"] - 4.0)
        # The shadow is split like the hair, for a hat casts its own.
        crown = self.press < 1.0
        painter.paint(
            "hair_front_crown", self.window, np.where(crown, shade, np.float32(0.0)), self.person.shade
        )
        painter.paint("hair_front", self.window, np.where(crown, np.float32(0.0), shade), self.person.shade)
        depth = np.clip(-self.hole * np.float32(-0.05), -0.1, 0.0)
        self._paint(painter, "hair_front", inside * painter.cover(-hole), self.value + depth)

    def paint_bangs(self, painter: Painter) -> None:
        """A fringe from the hairline to just above the eyes, with a toothed lower edge."""
        t = self.person.t
        half, end = t["half_width"], t["bangs_end"]
        window, x, y = painter.window(-half - 1.0, half + 1.0, 20.0, end + 9.0)
        p = np.float32(t["bangs_phase"])
        u = x * np.float32(1.0 / half)
        run = (y - np.float32(20.0)) * np.float32(1.0 / 28.0)
        strand = u * (1.25 - 0.30 * run) - run * np.float32(t["bangs_lean"] * 0.03)
        k = np.float32(t["hair_strands"])
        grain = np.sin(strand * (19.0 * k) + p) * 0.5 + np.sin(strand * (41.0 * k) + p * 2.0) * 0.5
        if self.person.a["hair_style"] == "curly":
            grain = curls(x, y, u, t)[1]
        # Fringe ends in a curve that falls towards the temples, toothed by strands.
        low = np.float32(end) + (u * u - 0.3) * np.float32(t["bangs_curve"] + 3.0) + grain * 1.5
        roof = np.sqrt(u * u + ((y - np.float32(62.0)) * np.float32(1.0 / 45.0)) ** 2)
        d = np.maximum(y - low, (roof - 1.0) * np.float32(half))
        cast = painter.soft(d - 2.0, 5.0) * painter.cover((roof - 0.97) * np.float32(half)) * np.float32(0.45)
        painter.paint("bangs", window, cast * ramp(y, 30.0, 36.0), self.person.shade)
        v = 0.56 + grain * np.float32(0.17) + u * np.float32(0.16 * painter.light[0])
        v = (
            v
            + bump(x, y, 0.0, 36.0, half * 1.3, 5.5) * np.float32(0.22)
            - ramp(y, end - 6.0, end + 4.0) * 0.2
        )
        dark, light = hair_tones(self.color)
        painter.paint("bangs", window, painter.cover(d), tones(dark, light, v), ("subject", "hair"))


def hair_tones(
    color: tuple[float, float, float],
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Shadow and highlight of a hair colour."""
    peak = max(color)
    # Never so bright that a channel clips: blonde would turn green.
    light = scaled(color, min(1.38, 0.98 / peak))
    return scaled(color, 0.42, 0.36, 0.31), mix(light, (1.0, 0.95, 0.87), 0.14)


def curls(x: Array, y: Array, across: Array, t: Mapping[str, float]) -> tuple[Array, Array]:
    """Texture of curly hair: the hills of a warped lattice, and rings about them like rolled locks."""
    p, q = np.float32(t["hair_phase"]), np.float32(t["hair_phase2"])
    s = np.float32(0.40 / t["curl_size"])
    hills = np.sin(x * s + p + np.sin(y * (s * 0.7) + q) * 1.3) + np.sin(
        y * s + q + np.sin(x * (s * 0.9) + p) * 1.5
    )
    return hills, np.sin(hills * np.float32(3.6) + across * 2.0) * 0.65 + hills * np.float32(0.28)


@dataclass(frozen=True)
class _Outline:
    """Size of the hair's mass in one style.

    crest, end: its highest and lowest point in the head's frame. side: how far it stands out beside the face.
    half: its half width.
    """

    style: str
    noun: str
    crest: float
    side: float
    end: float
    half: float

    @staticmethod
    def of(person: Person) -> _Outline:
        """That of the person's style."""
        t, style = person.t, person.a["hair_style"]
        if style == "short":
            top, side, end = t["short_top"], t["short_side"], t["short_end"] + 2.0
        elif style == "long":
            top, side, end = t["long_top"], t["long_side"], t["long_end"]
        else:
            top, side, end = t["curl_top"], t["curl_side"], t["curl_end"]
        return _Outline(style, person.noun, _SKULL_TOP - top, side, end, t["half_width"] + side)


@dataclass(frozen=True)
class _Texture:
    """Strands of the hair's mass: fields over its window.

    xs: place across, -1..1 inside. above: height over the widest place, -1 at the crest. radius: 1 on the outline.
    fine: single strands, 0 for curls. grain: texture, about -1..1. rough: how uneven it makes the outline.
    """

    xs: Array
    above: Array
    radius: Array
    fine: Array | float
    grain: Array
    rough: Array


def plan(painter: Painter, person: Person) -> Locks:
    """Works out the hair's fields for the person's style and colour."""
    t, outline = person.t, _Outline.of(person)
    tint = t["hair_tint"]
    color = scaled(
        HAIR_COLORS[person.a["hair_color"]], 1.0 + 0.08 * tint, 1.0 + 0.04 * tint, 1.0 - 0.05 * tint
    )
    half = t["half_width"]
    reach = outline.half + (22.0 * t["long_flare"] + 8.0 if outline.style == "long" else 4.0)
    window, x, y = painter.window(-reach, reach, outline.crest - 3.0, outline.end + 8.0)
    yaw = np.float32(person.nuisance.yaw * -1.2)
    x = x - yaw
    texture = _texture(t, outline, x, y)
    outer = _mass(outline, texture, y)
    value = _brightness(painter, outline, texture)
    hole = _hole(t, outline.style, outline.noun, x + yaw, y)
    line = t["hat_line"] - 3.0
    swell = np.maximum(np.abs(x) - np.float32(half + t["hat_width"] - 1.0), 0.0)
    press = np.asarray(np.clip((y - np.float32(line) - swell * 0.9) * 0.7, 0.0, 1.0), np.float32)
    return Locks(
        person, color, window, x, y, outer, hole, texture.grain, np.asarray(value, np.float32), press
    )


def _texture(t: Mapping[str, float], outline: _Outline, x: Array, y: Array) -> _Texture:
    """Flowing strands, or curls, in coordinates that follow the mass."""
    style = outline.style
    p, q = np.float32(t["hair_phase"]), np.float32(t["hair_phase2"])
    k = t["hair_strands"]
    above = np.minimum(y - np.float32(_CENTRE), 0.0) * np.float32(1.0 / (_CENTRE - outline.crest))
    below = np.maximum(y - np.float32(_CENTRE), 0.0)
    width = np.float32(outline.half)
    wave: Array | float = 0.0
    if style == "long":
        wave = np.sin(below * np.float32(0.16) + p) * np.float32(t["long_wave"])
        width = width + below * np.float32(t["long_flare"]) + wave
    elif style == "short":
        # Cropped hair hugs the head towards its end.
        tuck = 0.06 if outline.noun == "man" else 0.0
        width = width - below * np.float32(tuck)
    xs = x / width
    span2 = np.maximum(1.0 - above * above, 0.03)
    part = np.float32(t["hair_part"] * 0.42) * above * above
    across = (xs - part) / np.sqrt(span2)
    fine: Array | float = 0.0
    if style == "curly":
        hills, grain = curls(x, y, across, t)
        rough = hills * np.float32(1.3) + grain * np.float32(0.5)
    else:
        flow = across + np.sin(y * np.float32(0.09) + q) * np.float32(0.03) - np.float32(0.012) * wave
        fine = np.sin(flow * np.float32(27.0 * k) + p + np.sin(flow * np.float32(9.0 * k) + q) * 1.5)
        grain = fine * 0.55 + np.sin(flow * np.float32(61.0 * k) + q) * 0.45
        rough = grain * np.float32(0.5)
    return _Texture(xs, above, np.sqrt(xs * xs + above * above), fine, grain, rough)


def _mass(outline: _Outline, texture: _Texture, y: Array) -> Array:
    """Signed distance of the whole mass, with rounded ends."""
    xs, end = texture.xs, outline.end
    outer = (texture.radius - 1.0) * np.float32(outline.half)
    if outline.style == "curly":
        fall = y - np.float32(end) + np.maximum(np.abs(xs) - 0.35, 0.0) ** 2 * np.float32(60.0)
    else:
        rounded = np.maximum(np.abs(xs) - 0.55, 0.0) ** 2 * np.float32(24.0)
        fall = y - np.float32(end) - texture.grain * 1.6 + rounded
    return np.maximum(outer, fall) + texture.rough


def _brightness(painter: Painter, outline: _Outline, texture: _Texture) -> Array:
    """About 0..1: strands, the light's side, and a band of gloss that follows the crown of smooth hair."""
    curly, xs = outline.style == "curly", texture.xs
    value: Array = np.float32(0.55) + texture.grain * np.float32(0.27 if curly else 0.19)
    value += xs * np.float32(0.20 * painter.light[0]) - np.maximum(np.abs(xs) - 0.7, 0.0) * 0.5
    if not curly:
        arc = texture.radius - np.float32(0.80 + 0.03 * painter.light[1])
        band: Array = np.maximum(1.0 - arc * arc * np.float32(70.0), 0.0) * (texture.above < -0.25)
        value += band * (0.7 + 0.3 * texture.fine) * np.float32(0.26)
    return value


def _hole(traits: Mapping[str, float], style: str, noun: str, x: Array, y: Array) -> Array:
    """Signed distance of the opening for the face: squircle above, open below."""
    half = traits["half_width"]
    wide = half * (0.955 if style == "short" and noun == "man" else 0.90 if style == "short" else 0.87)
    up = np.minimum(y - np.float32(FACE_Y), 0.0) * np.float32(1.0 / (FACE_Y - traits["hair_line"]))
    width = np.float32(wide) - np.maximum(y - np.float32(86.0), 0.0) * np.float32(0.10)
    lean = np.float32(traits["hair_part"] * 3.0) * up * up
    u = (x + lean) / width
    u2, v2 = u * u, up * up
    radius = np.sqrt(np.maximum(u2 + v2 - np.float32(traits["hair_square"] * 0.75) * u2 * v2, 1e-4))
    return (radius - 1.0) * np.float32(wide)
