"""Glasses and hats."""

from __future__ import annotations

import numpy as np

from .person import Person, face_radius
from .shading import Array, Painter, bump, mix, ramp, scaled, tones

HAT_COLORS = {"red": (0.84, 0.07, 0.09), "blue": (0.10, 0.26, 0.82)}
_GLASSES = ("subject",)


def paint_glasses(painter: Painter, person: Person) -> None:
    """Frames with clear or dark lenses, their temples and their shadow; one frame shape per identity."""
    t, dark = person.t, person.a["glasses"] == "sunglasses"
    px, py = person.shift(2.4)
    half, gap, cy = t["half_width"], t["eye_gap"] + 0.4, t["eye_y"] + py + 0.6
    grow = 1.10 if dark else 1.0
    rx = min(gap * t["lens_w"], t["half_width"] - t["eye_gap"] + 2.0, 12.5) * grow
    rx = max(rx, t["eye_w"] + 1.6)
    rx = min(rx, gap - 1.0)
    ry = max(t["lens_h"], t["eye_h"] + 2.6) * grow
    line = t["frame_h"]
    window, x, y = painter.window(-half - 4.0, half + 4.0, cy - ry - 4.0, cy + ry + 7.0)
    xs = x - np.float32(px)
    fx = np.abs(xs)
    u = (fx - np.float32(gap)) * np.float32(1.0 / rx)
    v = (y - np.float32(cy)) * np.float32(1.0 / ry)
    u2, v2 = u * u, v * v
    # A squircle: round at 0, nearly rectangular at 1.
    r2 = u2 + v2 - np.float32(t["lens_square"]) * u2 * v2
    over = np.maximum(np.maximum(u2, v2) - 1.0, 0.0)
    radius = np.sqrt(np.maximum(r2, 0.0)) + over
    edge = (radius - 1.0) * np.float32(min(rx, ry))
    on_face = painter.cover((face_radius(t, x, y) - 1.0) * np.float32(half))

    shadow = _shifted_shadow(xs, y, gap, cy + 2.2, rx, ry, line, painter.light[0])
    painter.paint("glasses", window, shadow * on_face * np.float32(0.34), person.shade)
    if dark:
        lens = person.rgb("dark_lens")
        sky = ramp(v, 1.0, -1.0) * np.float32(0.16)
        streak = np.maximum(1.0 - np.abs(u * 0.9 + v * 0.7 + 0.35) * 4.0, 0.0) * np.float32(0.42)
        glass = [np.float32(lens[c]) + sky + streak for c in range(3)]
        painter.paint("glasses", window, painter.cover(edge), glass, _GLASSES, keep=("face",))
    else:
        streak = np.maximum(1.0 - np.abs(u * 0.9 + v * 0.7 + 0.45) * 3.5, 0.0) * np.float32(0.30)
        glaze = painter.cover(edge) * (np.float32(0.07) + streak)
        painter.paint("glasses", window, glaze, (0.90, 0.96, 1.0))
    ring = np.abs(edge - np.float32(line * 0.3)) - np.float32(line * 0.62)
    bridge_y = cy - ry * 0.28
    arc = y - np.float32(bridge_y) - xs * xs * np.float32(0.06)
    bridge = np.maximum(np.abs(arc) - np.float32(line * 0.6), fx - np.float32(gap - rx + 0.6))
    temple = np.maximum(
        np.abs(y - np.float32(cy - ry * 0.38)) - np.float32(line * 0.55),
        np.maximum(np.float32(gap + rx - 0.4) - fx, np.abs(x) - np.float32(half + 1.5)),
    )
    frame = np.minimum(np.minimum(ring, bridge), temple)
    color = mix(person.rgb("frame"), (0.05, 0.05, 0.06), 0.45 if dark else 0.0)
    v_tone = np.float32(0.75) - v * np.float32(0.18) + np.float32(0.10)
    tone = tones(scaled(color, 0.5), scaled(color, 1.25), v_tone)
    painter.paint("glasses", window, painter.cover(frame), tone, _GLASSES, keep=("face",))


def _shifted_shadow(
    xs: Array, y: Array, gap: float, cy: float, rx: float, ry: float, line: float, side: float
) -> Array:
    """Shadow of both rims, moved down and away from the light."""
    u = (np.abs(xs + np.float32(1.6 * side)) - np.float32(gap)) * np.float32(1.0 / rx)
    v = (y - np.float32(cy)) * np.float32(1.0 / ry)
    d = np.abs(np.sqrt(u * u + v * v) - 1.0) * np.float32(ry)
    return np.maximum(1.0 - d * np.float32(1.0 / (line + 1.2)), 0.0)


def paint_hat(painter: Painter, person: Person) -> None:
    """A knitted beanie or a hat with a brim, by identity, and its shadow on the forehead."""
    t = person.t
    color = HAT_COLORS[person.a["hat"]]
    half, line, top = t["half_width"] + t["hat_width"], t["hat_line"], t["hat_top"]
    brimmed = t["hat_brim"] > 0.5
    reach = half + (t["brim_wide"] if brimmed else 2.0) + 2.0
    window, x, y = painter.window(-reach, reach, top - 3.0, line + 16.0)
    lx = painter.light[0]
    u = x * np.float32(1.0 / half)

    # Shadow below the hat on forehead and hair.
    depth = 9.0 if brimmed else 4.5
    cast = ramp(y, line + depth, line - 1.0) * ramp(np.abs(u), 0.94, 0.82) * np.float32(0.55)
    painter.paint("hat", window, cast * painter.cover(np.float32(line - 8.0) - y), scaled(person.shade, 0.55))

    rise = (y - np.float32(line + 4.0)) * np.float32(1.0 / (line + 4.0 - top))
    if brimmed:
        dent = bump(x, y, 0.0, top - 1.0, 9.0, 5.0) * np.float32(3.0)
        u4 = u * u / (0.86 + 0.10 * rise)
        crown = (np.sqrt(np.sqrt(u4 * u4 + rise**4)) - 1.0) * np.float32(half * 0.9) + dent
    else:
        crown = (np.sqrt(u * u + rise * rise) - 1.0) * np.float32(half * 0.95)
    crown = np.maximum(crown, y - np.float32(line + 1.0) - u * u * 2.0)
    v = 0.72 + u * np.float32(0.30 * lx) - u * u * np.float32(0.30) - ramp(y, line - 14.0, line) * 0.12
    v = v + bump(u, y, 0.35 * lx, top + 10.0, 0.75, 14.0) * np.float32(0.25)
    if not brimmed:
        ribs = np.sin(u / np.sqrt(np.maximum(1.0 - np.minimum(rise, 0.0) ** 2, 0.06)) * np.float32(21.0))
        v = v + ribs * np.float32(0.075)
    dark, light = scaled(color, 0.34), scaled(color, 1.14)
    painter.paint("hat", window, painter.cover(crown), tones(dark, light, v), ("subject",))

    if brimmed:
        band = np.abs(y - np.float32(line - 4.5) - u * u * 2.0) - np.float32(3.0)
        ribbon = np.maximum(band, crown + 0.3)
        tone = (
            mix(scaled(color, 0.25), (0.08, 0.07, 0.07), 0.4) if t["hat_band"] < 0.7 else scaled(color, 0.45)
        )
        painter.paint("hat", window, painter.cover(ribbon), tone, ("subject",))
        w = half + t["brim_wide"]
        bu = x * np.float32(1.0 / w)
        centre = np.float32(line + 1.0) - bu * bu * np.float32(3.5)
        thick = np.float32(3.6) * np.sqrt(np.maximum(1.0 - bu * bu, 0.0))
        brim = np.maximum(np.abs(y - centre) - thick, (np.abs(bu) - 1.0) * np.float32(w))
        v = 0.85 + bu * np.float32(0.2 * lx) - ramp(y - centre, -1.0, 3.5) * np.float32(0.42)
    else:
        centre = np.float32(line - 1.5) + u * u * 2.0
        brim = np.maximum(np.abs(y - centre) - np.float32(5.2), (np.abs(u) - 1.03) * np.float32(half))
        # Rounded corners and ribs of the knitted cuff.
        brim = brim + np.maximum(np.abs(u) - 0.94, 0.0) * np.float32(14.0)
        v = 0.84 + u * np.float32(0.25 * lx) - u * u * np.float32(0.30)
        v = v + np.sin(u * np.float32(34.0)) * np.float32(0.09) - np.abs(y - centre) * np.float32(0.025)
    painter.paint("hat", window, painter.cover(brim), tones(dark, light, v), ("subject",))
