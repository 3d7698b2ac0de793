"""Draws a portrait: body, head, skin and the order of all layers."""

from __future__ import annotations

import numpy as np

from . import accessories, features, hair
from .person import FACE_Y, Person, face_radius
from .picture import Picture, Window
from .scene import Scene
from .shading import Array, Color, Painter, bump, mix, ramp, scaled, tones


def draw_portrait(painter: Painter, scene: Scene) -> Picture:
    """Paints all layers of a portrait over the background, lowest first."""
    t = scene.identity.traits
    skin = (t["skin_r"], t["skin_g"], t["skin_b"])
    shade = scaled(skin, 0.50, 0.40, 0.39)
    person = Person(t, scene.attributes, scene.identity.noun, scene.nuisance, skin, shade)
    locks = hair.plan(painter, person)
    _clothes(painter, person)
    locks.paint_back(painter)
    _neck(painter, person)
    _ears(painter, person)
    window, x, y, radius = _face(painter, person)
    features.paint_makeup(painter, person)
    if person.a["age"] == "old":
        features.paint_age(painter, person, window, x, y, radius)
    features.paint_nose(painter, person)
    features.paint_eyes(painter, person)
    features.paint_brows(painter, person, locks.color)
    if person.a["beard"] == "beard":
        features.paint_beard(painter, person, locks.color)
    features.paint_mouth(painter, person)
    locks.paint_front(painter)
    if person.a["bangs"] == "bangs":
        locks.paint_bangs(painter)
    if person.a["glasses"] != "none":
        accessories.paint_glasses(painter, person)
    if person.a["hat"] != "none":
        accessories.paint_hat(painter, person)
    return painter.finish()


def _clothes(painter: Painter, person: Person) -> None:
    t, n = person.t, person.nuisance
    window, x, y = painter.body_window(100.0)
    half, neck = t["shoulder"], t["neck"]
    ax = np.abs(x)
    # Shoulders slope from the neck and round off at the arm.
    slope = np.maximum(ax - np.float32(neck), 0.0) * np.float32(1.0 / (half - neck))
    top = np.float32(107.0) + np.float32(9.0) * slope * slope + np.float32(3.0) * slope
    d = np.maximum(top - y, (ax - np.float32(half) - (y - 128.0) * np.float32(0.12)) * np.float32(0.9))
    cloth = (n.cloth_r, n.cloth_g, n.cloth_b)
    light = (x * np.float32(0.010 * painter.light[0]) + np.float32(0.82)) - slope * np.float32(0.22)
    v = light + np.zeros_like(y)
    if n.pattern:
        v = v + np.where(np.sin(y * np.float32(1.25)) > 0.2, np.float32(-0.20), np.float32(0.0))
    v = v - bump(x, y, 0.0, 106.0, neck + 10.0, 16.0) * np.float32(0.25)
    dark = scaled(cloth, 0.35)
    painter.paint("clothes", window, painter.cover(d), tones(dark, cloth, v), ("subject",))


def _neck(painter: Painter, person: Person) -> None:
    t, n = person.t, person.nuisance
    window, x, y = painter.body_window(80.0)
    # The neck leans after the rolled head.
    lean = np.clip(np.float32(106.0) - y, 0.0, 30.0) * np.float32(painter.sin)
    xs = x - lean
    ax = np.abs(xs)
    neck = t["neck"]
    flare = np.maximum(y - np.float32(100.0), 0.0)
    column = ax - np.float32(neck) - flare * flare * np.float32(0.02)
    depth = (4.0, 13.0, 8.0)[n.collar]
    if n.collar == 1:
        edge = np.sqrt(
            (ax * np.float32(1.0 / (neck + 7.0))) ** 2
            + (np.maximum(y - np.float32(106.0), 0.0) * np.float32(1.0 / depth)) ** 2
        )
        bottom = (edge - 1.0) * np.float32(depth)
    elif n.collar == 2:
        bottom = y - np.float32(108.0 + depth) + ax * np.float32(depth / (neck + 3.0))
    else:
        edge = np.sqrt(
            (ax * np.float32(1.0 / (neck + 3.0))) ** 2
            + (np.maximum(y - np.float32(106.0), 0.0) * np.float32(1.0 / depth)) ** 2
        )
        bottom = (edge - 1.0) * np.float32(depth)
    d = np.maximum(column, bottom)
    lx = painter.light[0]
    v = np.float32(0.74) - (ax * np.float32(1.0 / neck)) ** 2 * np.float32(0.28)
    v = v + xs * np.float32(0.30 * lx / neck)
    # The jaw's shadow on the neck.
    chin = np.float32(t["chin"])
    v = v - ramp(y, float(chin) + 11.0, float(chin) - 1.0) * np.float32(0.42)
    if n.collar != 1:
        v = v + bump(xs, y, 0.0, 107.0, 4.0, 9.0) * np.float32(0.10)
    painter.paint("neck", window, painter.cover(d), tones(person.shade, person.skin, v), ("subject", "skin"))
    if n.collar == 2:
        cloth = scaled((n.cloth_r, n.cloth_g, n.cloth_b), 1.12)
        inner = np.abs(bottom - 1.8) - np.float32(1.9)
        lapel = np.maximum(inner, np.maximum(ax - np.float32(neck + 6.0), np.float32(102.5) - y))
        painter.paint("clothes", window, painter.cover(lapel), cloth, ("subject",))


def _ears(painter: Painter, person: Person) -> None:
    t = person.t
    half, w, h, cy = t["half_width"], t["ear_w"], t["ear_h"], t["ear_y"]
    yaw = person.nuisance.yaw
    for side in (-1.0, 1.0):
        # The ear turned towards the viewer is wider.
        width = w * (1.0 - 0.3 * yaw * side)
        cx = side * (half - 0.8)
        window, x, y = painter.window(cx - width - 2, cx + width + 2, cy - h - 1, cy + h + 1)
        u = (x - np.float32(cx)) * np.float32(1.0 / width) - (y - np.float32(cy)) * np.float32(side * -0.02)
        v = (y - np.float32(cy)) * np.float32(1.0 / h)
        r = np.sqrt(u * u + v * v * (1.0 + 0.25 * v))
        inner = ramp(r, 0.72, 0.5) * np.float32(0.30)
        tone = np.float32(0.74 + 0.18 * painter.light[0] * side) - inner
        color = tones(scaled(person.shade, 1.08, 0.95, 0.95), person.skin, tone)
        alpha = painter.cover((r - 1.0) * np.float32(width))
        painter.paint("ears", window, alpha, color, ("subject", "skin"))


def _face(painter: Painter, person: Person) -> tuple[Window, Array, Array, Array]:
    """Skin of the face with its relief, freckles and moles; returns the window, its axes and radius."""
    t = person.t
    half, chin = t["half_width"], t["chin"]
    window, x, y = painter.window(-half - 1.5, half + 1.5, 16.0, chin + 1.5)
    radius = face_radius(t, x, y)
    alpha = painter.cover((radius - 1.0) * np.float32(half * 0.95))
    lx, ly, lz = painter.light
    px, py = person.shift(1.6)
    qx, qy = person.shift(3.4)
    # Slopes of the skin: a dome, with hills (and pits) whose slopes are added.
    sx = x * np.float32(0.78 / half) * (1.0 + 0.5 * radius * radius)
    sy = (y - np.float32(FACE_Y + 2.0)) * np.float32(0.62 / 40.0)
    eye_y, gap, nose_y = t["eye_y"] + py, t["eye_gap"], t["nose_y"] + qy
    fx = np.abs(x - np.float32(px))
    sign = np.sign(x - np.float32(px))
    wide = t["nose_w"]
    hills = (
        # mirrored, centre x, y, radius x, y, height
        (False, qx * 0.7, (eye_y + nose_y) * 0.5 - 1.0, t["nose_ridge_w"] + 2.0, 19.0, t["nose_ridge"]),
        (False, qx, nose_y - 2.5, wide + 1.5, 6.5, t["nose_tip"]),
        (True, wide - 0.6, nose_y - 1.0, 3.8, 4.2, 1.3),
        (True, gap, eye_y - 1.5, 10.5, 8.5, -1.7),
        (True, half * 0.56, t["cheek_height"], 13.0, 12.0, t["cheek"]),
        (False, px, chin - 7.5, 9.0, 7.5, t["chin_bump"]),
        (False, px, t["mouth_y"], 15.0, 9.5, 1.5),
        (True, gap * 0.9, eye_y - 10.5, 11.0, 6.5, 1.0 if person.noun == "woman" else 1.7),
    )
    for mirrored, cx, cy, rx, ry, height in hills:
        u = ((fx if mirrored else x) - np.float32(cx)) * np.float32(1.0 / rx)
        v = (y - np.float32(cy)) * np.float32(1.0 / ry)
        slope = np.maximum(1.0 - u * u - v * v, 0.0) * np.float32(4.0 * height)
        gx = slope * u * np.float32(1.0 / rx)
        sx += gx * sign if mirrored else gx
        sy += slope * v * np.float32(1.0 / ry)
    inv = 1.0 / np.sqrt(sx * sx + sy * sy + 1.0)
    facing = (sx * np.float32(lx) + sy * np.float32(ly) + np.float32(lz)) * inv
    v = np.maximum(facing, -0.2) * np.float32(0.62 * person.nuisance.strength) + np.float32(0.42)
    # Light reflected half way between the lamp and the viewer.
    shine = np.maximum((sx * np.float32(lx * 0.6) + sy * np.float32(ly * 0.6) + 1.0) * inv - 0.90, 0.0)
    phase = np.float32(t["texture_phase"])
    grain = np.sin(x * np.float32(1.9) + phase + np.sin(y * np.float32(1.3)) * 2.0) * np.sin(
        y * np.float32(2.1) + phase
    )
    v += grain * np.float32(t["texture"])
    np.minimum(v, 1.05, out=v)  # strong light must not bleach pale skin
    color = tones(person.shade, person.skin, v)
    color[0] += shine * np.float32(t["gloss"] * 3.0)
    color[1] += shine * np.float32(t["gloss"] * 3.0)
    color[2] += shine * np.float32(t["gloss"] * 2.8)
    if t["rosy"] > 0.0:
        rose = bump(fx, y, half * 0.55, 72.0, 13.0, 11.0) + bump(x, y, qx, nose_y - 3.0, 7.0, 7.0) * 0.7
        color[1] -= rose * np.float32(t["rosy"] * 0.35)
        color[2] -= rose * np.float32(t["rosy"] * 0.30)
    painter.paint("face", window, alpha, color, ("subject", "face", "skin"))
    _marks(painter, person, window, x, y, fx, alpha)
    return window, x, y, radius


def _marks(
    painter: Painter, person: Person, window: Window, x: Array, y: Array, fx: Array, inside: Array
) -> None:
    t = person.t
    dark = mix(person.shade, (0.10, 0.04, 0.03), 0.45)
    if t["freckles"] > 0.0:
        p = np.float32(t["texture_phase"])
        cells = np.sin(x * np.float32(1.55) + p + np.sin(y * np.float32(0.9) + p) * 1.4) * np.sin(
            y * np.float32(1.75) + p * 2.0 + np.sin(x * np.float32(0.8)) * 1.4
        )
        zone = bump(fx, y, t["half_width"] * 0.42, 70.0, 17.0, 12.0)
        spots = np.clip(cells * 3.0 - 1.2, 0.0, 1.0) * np.minimum(zone * 2.2, 1.0)
        tone = mix(person.shade, (0.62, 0.30, 0.12), 0.5)
        painter.paint("face", window, spots * inside * np.float32(t["freckles"]), tone)
    for i in range(int(t["moles"])):
        mx, my, r = t[f"mole{i}_x"], t[f"mole{i}_y"], t[f"mole{i}_r"]
        win, u, v = painter.window(mx - r - 1, mx + r + 1, my - r - 1, my + r + 1)
        d = np.sqrt((u - np.float32(mx)) ** 2 + (v - np.float32(my)) ** 2) - np.float32(r)
        # A mole never leaves the face: the cover of the face falls with the radius there.
        edge = painter.cover((face_radius(t, u, v) - 1.0) * np.float32(t["half_width"]))
        color: Color = dark
        painter.paint("face", win, painter.soft(d, 1.2) * edge * np.float32(0.9), color)
