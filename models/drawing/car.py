"""Draws a car seen from the side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .picture import Picture, Window
from .scene import Scene
from .shading import Array, Painter, bump, mix, ramp, scaled, tones

PAINTS: dict[str, tuple[float, float, float]] = {
    "red": (0.80, 0.06, 0.07),
    "blue": (0.10, 0.24, 0.76),
    "green": (0.08, 0.48, 0.18),
    "white": (0.92, 0.92, 0.93),
    "yellow": (0.96, 0.80, 0.08),
}
_SUBJECT = ("subject",)


def _box(x: Array, y: Array, x0: float, x1: float, y0: float, y1: float, r: float) -> Array:
    """Signed distance of a box with rounded corners."""
    dx = np.abs(x - np.float32((x0 + x1) / 2)) - np.float32(max((x1 - x0) / 2 - r, 0.0))
    dy = np.abs(y - np.float32((y0 + y1) / 2)) - np.float32(max((y1 - y0) / 2 - r, 0.0))
    ox, oy = np.maximum(dx, 0.0), np.maximum(dy, 0.0)
    return np.sqrt(ox * ox + oy * oy) + np.minimum(np.maximum(dx, dy), 0.0) - np.float32(r)


def _join(a: Array, b: Array, r: float) -> Array:
    """Union of two shapes with a fillet of about r."""
    h = np.maximum(np.float32(r) - np.abs(a - b), 0.0)
    return np.minimum(a, b) - h * h * np.float32(0.25 / r)


def _cabin(t: Mapping[str, float], x: Array, y: Array, inset: float) -> Array:
    """Signed distance of the cabin: a trapezium between roof and belt, `inset` units smaller."""
    rise = t["belt"] - t["roof"]
    s = (np.float32(t["belt"]) - y) * np.float32(1.0 / rise)
    left = np.float32(t["cabin_front"] + inset) + s * np.float32(t["slope_front"])
    right = np.float32(t["cabin_rear"] - inset) - s * np.float32(t["slope_rear"])
    side = np.maximum((left - x), (x - right)) * np.float32(0.88)
    return np.maximum(side, np.float32(t["roof"] + inset) - y + (x * x) * np.float32(0.0008))


@dataclass(frozen=True)
class _Side:
    """The car's own frame of coordinates: its nose on the left, whichever way the car faces in the picture.

    window: where the car can be. x, y: coordinates there. body: signed distance of hull and cabin. light: where it
    comes from along x, -1..1.
    """

    traits: Mapping[str, float]
    attributes: Mapping[str, str]
    window: Window
    x: Array
    y: Array
    body: Array
    light: float

    @property
    def across(self) -> Array:
        """Place along the car, -1 at its nose, 1 at its tail."""
        return self.x * np.float32(1.0 / self.traits["length"])


def draw_car(painter: Painter, scene: Scene) -> Picture:
    """Paints all layers of a car over the background, lowest first."""
    t, n = scene.identity.traits, scene.nuisance
    window, hx, y = painter.window(-82.0, 82.0, 22.0, 112.0)
    x = hx * np.float32(n.flip)
    axle = t["floor"] + 1.5
    side = _Side(t, scene.attributes, window, x, y, _body(t, x, y), painter.light[0] * n.flip)
    _road(painter, side, n.scene, axle + t["wheel_r"])
    if side.attributes["rack"] == "rack":
        _rack(painter, side)
    if t["antenna"] > 0.0:
        _antenna(painter, side)
    _paint(painter, side)
    if side.attributes["stripe"] == "stripe":
        _stripe(painter, side)
    _windows(painter, side)
    _lines(painter, side)
    _lamps(painter, side)
    for cx in (t["wheel_front"], t["wheel_rear"]):
        _wheel_arch(painter, side, cx, axle)
        _wheel(painter, t, cx, axle, n.flip)
    return painter.finish()


def _road(painter: Painter, side: _Side, scene: str, ground: float) -> None:
    """Road, and the car's shadow on it; they belong to the car's fixed parts."""
    tones = {"studio": (0.55, 0.55, 0.56), "beach": (0.80, 0.71, 0.55), "forest": (0.40, 0.34, 0.26)}
    all_window = (slice(0, painter.size), slice(0, painter.size))
    road = ramp(painter.hy, ground - 15.0, ground - 13.0)
    painter.paint("road", all_window, road, tones.get(scene, (0.32, 0.32, 0.34)))
    under = bump(side.x, side.y, 0.0, ground - 1.0, side.traits["length"] + 6.0, 7.0)
    painter.paint("ground_shadow", side.window, np.minimum(under * 1.3, 0.85), (0.05, 0.05, 0.06))


def _antenna(painter: Painter, side: _Side) -> None:
    t, y = side.traits, side.y
    foot, top = t["cabin_rear"] - t["slope_rear"] - 3.0, t["roof"]
    line = np.abs(side.x - np.float32(foot) + (y - np.float32(top)) * np.float32(t["antenna_lean"]))
    d = np.maximum(
        line - 0.5, np.abs(y - np.float32(top - t["antenna"] / 2)) - np.float32(t["antenna"] / 2 + 1)
    )
    painter.paint("antenna", side.window, painter.cover(d), (0.08, 0.08, 0.09), _SUBJECT)


def _body(t: Mapping[str, float], x: Array, y: Array) -> Array:
    """Signed distance of hull and cabin, joined with a fillet."""
    half, belt, floor = t["length"], t["belt"], t["floor"]
    drop = np.where(x < 0.0, np.float32(t["nose_drop"]), np.float32(t["tail_drop"]))
    u = x * np.float32(1.0 / half)
    shoulder = np.float32(belt) + drop * u * u
    hull = np.maximum(_box(x, y, -half, half, belt - 3.0, floor, t["round"]), (shoulder - y) * 0.98)
    body = _join(hull, _cabin(t, x, y, 0.0) + 0.0, 5.0)
    return np.maximum(body, y - np.float32(floor))


def _paint(painter: Painter, side: _Side) -> None:
    """The painted body: shading from belt to floor, the crease along the doors, and a band of gloss."""
    t, x, y, u = side.traits, side.x, side.y, side.across
    belt, floor = t["belt"], t["floor"]
    paint = scaled(PAINTS[side.attributes["paint"]], t["paint_level"])
    v = 0.80 - ramp(y, belt + 4.0, floor) * 0.42 + ramp(y, belt + 2.0, belt - 1.0) * 0.18
    v = v + u * np.float32(0.14 * side.light)
    v = v + bump(x * 0.0, y, 0.0, belt + 4.0, 1.0, 4.0) * np.float32(t["paint_gloss"] * 0.7)
    crease = y - np.float32(belt + t["crease"]) - u * u * 1.5
    v = v - np.maximum(1.0 - np.abs(crease), 0.0) * 0.16 + np.maximum(1.0 - np.abs(crease + 1.4), 0.0) * 0.12
    v = v + ramp(y, t["roof"] + 4.0, t["roof"]) * 0.25
    color = tones(scaled(paint, 0.30), scaled(paint, 1.10), v)
    gloss = bump(x, y, 18.0 * side.light, belt + 3.0, 30.0, 3.4) * np.float32(t["paint_gloss"])
    for c in range(3):
        color[c] += gloss
    painter.paint("paint", side.window, painter.cover(side.body), color, _SUBJECT)


def _stripe(painter: Painter, side: _Side) -> None:
    t, u = side.traits, side.across
    base = np.abs(side.y - np.float32(t["belt"] + t["stripe_y"]) - u * u * 1.2)
    h = t["stripe_h"]
    d = base - np.float32(h / 2)
    if t["stripe_double"] > 0.5:
        d = np.minimum(np.abs(base - np.float32(h * 0.55)) - np.float32(h * 0.32), d + 100.0)
    alpha = painter.cover(np.maximum(d, side.body + 0.4))
    painter.paint("stripe", side.window, alpha, (0.045, 0.045, 0.06), _SUBJECT)


def _windows(painter: Painter, side: _Side) -> None:
    t, x, y = side.traits, side.x, side.y
    glass = np.maximum(_cabin(t, x, y, t["window_inset"]), y - np.float32(t["belt"] - 0.5))
    front = t["cabin_front"] + t["slope_front"] * 0.5
    rear = t["cabin_rear"] - t["slope_rear"] * 0.5
    pillar = front + (rear - front) * t["pillar"]
    glass = np.maximum(glass + 0.8, np.float32(t["pillar_w"]) - np.abs(x - np.float32(pillar))) - 0.8
    if rear - pillar > 32.0:
        third = pillar + (rear - pillar) * 0.55
        glass = np.maximum(glass, np.float32(t["pillar_w"]) - np.abs(x - np.float32(third)))
    tint = t["window_tint"]
    streak = np.maximum(1.0 - np.abs(((x + y * 0.7) * np.float32(0.055) + 0.3) % 1.0 - 0.5) * 5.0, 0.0)
    v = (
        ramp(y, t["belt"], t["roof"]) * np.float32(0.35)
        + streak * np.float32(0.16 + 0.08 * side.light)
        + np.float32(tint)
    )
    painter.paint(
        "windows",
        side.window,
        painter.cover(glass),
        tones((0.05, 0.07, 0.09), (0.75, 0.86, 0.95), v),
        _SUBJECT,
    )


def _lines(painter: Painter, side: _Side) -> None:
    """Gaps of the doors, handles, sill and bumpers."""
    t, x, y, window, body = side.traits, side.x, side.y, side.window, side.body
    belt, floor = t["belt"], t["floor"]
    front = t["cabin_front"] + 2.0
    rear = t["cabin_rear"] - t["door_rear"] - 2.0
    pillar = t["cabin_front"] + t["slope_front"] * 0.5
    pillar += (t["cabin_rear"] - t["slope_rear"] * 0.5 - pillar) * t["pillar"]
    lines = np.full_like(x, 9.0)
    for lx in (front, pillar, rear):
        lines = np.minimum(lines, np.abs(x - np.float32(lx)))
    lines = np.maximum(
        lines - 0.35, np.maximum(np.float32(belt) - y, y - np.float32(floor - t["sill"] - 0.5))
    )
    painter.paint("lines", window, painter.cover(lines) * np.float32(0.6), (0.03, 0.03, 0.04))
    hy = belt + t["handle_y"]
    for hx in (pillar - 5.0, rear - 5.0):
        d = _box(x, y, hx - t["handle_w"], hx + 1.0, hy - 0.7, hy + 0.7, 0.6)
        painter.paint("lines", window, painter.cover(d), (0.20, 0.20, 0.22))
    sill = np.maximum(np.float32(floor - t["sill"]) - y, body)
    painter.paint("lines", window, painter.cover(sill), (0.08, 0.08, 0.09), _SUBJECT)
    edge = np.float32(t["length"] - 3.5) - np.abs(x)
    bumper = np.maximum(np.maximum(np.float32(floor - t["bumper"] - 2.0) - y, edge - 3.0), body - 0.8)
    tone = t["bumper_tone"]
    painter.paint("lines", window, painter.cover(bumper), (tone, tone, tone * 1.03), _SUBJECT)


def _lamps(painter: Painter, side: _Side) -> None:
    """Head lamp in front (left in the car's frame) and tail lamp; lit lamps glow."""
    t, x, y, window, body = side.traits, side.x, side.y, side.window, side.body
    half, belt = t["length"], t["belt"]
    cy = belt + t["nose_drop"] + t["lamp_h"] + 1.5
    lens = np.maximum(
        _box(x, y, -half - 3.0, -half + t["lamp_w"] * 1.6, cy - t["lamp_h"], cy + t["lamp_h"], 1.5), body
    )
    ty = belt + t["tail_drop"] + t["tail_h"] + 2.0
    tail = np.maximum(_box(x, y, half - 3.2, half + 3.0, ty - t["tail_h"], ty + t["tail_h"], 1.0), body)
    on = side.attributes["lights"] == "on"
    if on:
        # A cone of light ahead of the car, and a red halo behind it.
        ahead = np.maximum(-np.float32(half - 2.0) - x, 0.0)
        reach = np.abs(y - np.float32(cy) - ahead * 0.25) * np.float32(1.0) / (ahead * 0.75 + 3.5)
        beam = np.clip(1.0 - reach, 0.0, 1.0) * ramp(ahead, 26.0, 4.0) * (ahead > 0.0)
        painter.paint("lights", window, beam * np.float32(0.75), (1.0, 0.95, 0.62))
    painter.paint(
        "lights", window, painter.cover(lens), (1.0, 0.98, 0.78) if on else (0.55, 0.57, 0.60), _SUBJECT
    )
    painter.paint(
        "lights", window, painter.cover(tail), (1.0, 0.16, 0.10) if on else (0.38, 0.03, 0.04), _SUBJECT
    )
    if on:
        halo = bump(x, y, -half + 1.0, cy, 12.0, 11.0)
        painter.paint("lights", window, np.minimum(halo * 1.2, 0.95), (1.0, 0.97, 0.75))
        red = bump(x, y, half - 1.0, ty, 9.0, 9.0)
        painter.paint("lights", window, red * np.float32(0.75), (1.0, 0.20, 0.12))


def _wheel_arch(painter: Painter, side: _Side, cx: float, axle: float) -> None:
    arch = np.sqrt((side.x - np.float32(cx)) ** 2 + (side.y - np.float32(axle)) ** 2)
    d = np.maximum(
        arch - np.float32(side.traits["wheel_r"] + 2.2), side.y - np.float32(side.traits["floor"] + 0.5)
    )
    painter.paint("wheels", side.window, painter.cover(d), (0.03, 0.03, 0.035), _SUBJECT)


def _wheel(painter: Painter, t: Mapping[str, float], cx: float, cy: float, flip: int) -> None:
    radius = t["wheel_r"]
    window, hx, y = painter.window(
        cx * flip - radius - 1, cx * flip + radius + 1, cy - radius - 1, cy + radius + 1
    )
    u = hx * np.float32(flip) - np.float32(cx)
    v = y - np.float32(cy)
    r = np.sqrt(u * u + v * v)
    tyre = painter.cover(r - np.float32(radius))
    side = 0.10 + np.maximum(1.0 - np.abs(r - np.float32(radius * 0.86)) * 0.6, 0.0) * 0.08
    painter.paint("wheels", window, tyre, [side, side, side * 1.05], _SUBJECT)
    rim = radius * t["rim"]
    tone = t["hub_tone"]
    count = t["spokes"]
    shade = np.float32(tone) - v * np.float32(0.02)
    if count > 0.0:
        wave = np.cos(np.arctan2(v, u) * np.float32(count) + np.float32(t["spoke_phase"]))
        spoke = np.clip((wave - np.float32(t["spoke_width"])) * 2.2 + 0.5, 0.0, 1.0)
        spoke = np.maximum(spoke, painter.cover(r - np.float32(rim * 0.30)))
        spoke = np.maximum(spoke, painter.cover(np.float32(rim * 0.86) - r))
        shade = shade * (0.18 + 0.82 * spoke)
    else:
        shade = shade - np.maximum(1.0 - np.abs(r - np.float32(rim * 0.62)), 0.0) * 0.25
    hub = painter.cover(r - np.float32(rim * 0.16))
    shade = shade * (1.0 - 0.6 * hub)
    painter.paint(
        "wheels", window, painter.cover(r - np.float32(rim)), [shade, shade, shade * 1.02], _SUBJECT
    )


def _rack(painter: Painter, side: _Side) -> None:
    """Roof rails on feet; some identities carry a box on them."""
    t, x, y, window = side.traits, side.x, side.y, side.window
    left = t["cabin_front"] + t["slope_front"] + 2.0
    right = t["cabin_rear"] - t["slope_rear"] - 2.0
    roof, h, tone = t["roof"], t["rack_h"], t["rack_tone"]
    rail = _box(x, y, left, right, roof - h - 1.4, roof - h + 0.9, 0.8)
    feet = np.full_like(x, 9.0)
    count = int(t["rack_bars"])
    for i in range(count):
        fx = left + 2.0 + (right - left - 4.0) * i / max(count - 1, 1)
        feet = np.minimum(feet, _box(x, y, fx - 0.9, fx + 0.9, roof - h, roof + 3.0, 0.3))
    d = np.minimum(rail, feet)
    if t["rack_load"] > 0.35:
        wide = (right - left) * (0.30 + 0.25 * t["rack_load"])
        mid = (left + right) / 2
        box = _box(x, y, mid - wide, mid + wide, roof - h - 7.5, roof - h - 0.5, 2.5)
        v = 0.9 - (y - np.float32(roof - h - 7.5)) * np.float32(0.07)
        shell = mix((tone, tone, tone), (0.45, 0.33, 0.22), 0.4)
        painter.paint("rack", window, painter.cover(box), tones((0.02, 0.02, 0.02), shell, v), _SUBJECT)
    painter.paint("rack", window, painter.cover(d), (tone * 0.6, tone * 0.6, tone * 0.65), _SUBJECT)
