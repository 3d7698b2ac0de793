"""Inner features of a face: make-up, wrinkles, nose, eyes, brows, beard and mouth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .person import Person, face_radius
from .picture import Window
from .shading import Array, Painter, bump, mix, ramp, scaled, tones

LIPSTICK = {"red": (0.80, 0.03, 0.08), "pink": (1.0, 0.36, 0.68), "purple": (0.43, 0.07, 0.58)}
EYESHADOW = {"blue": (0.16, 0.34, 0.95), "green": (0.08, 0.66, 0.36)}
_FACE = ("subject", "face")


def paint_makeup(painter: Painter, person: Person) -> None:
    """Blush and eyeshadow: glazes that lie on the skin below the eyes and brows."""
    t = person.t
    px, py = person.shift(1.8)
    half = t["half_width"]
    if person.a["blush"] == "blush":
        cy, r = t["cheek_height"] + 2.0, t["blush_r"]
        reach = half * t["blush_x"] + r
        window, x, y = painter.window(px - reach, px + reach, cy - r, cy + r)
        alpha = bump(np.abs(x - np.float32(px)), y, half * t["blush_x"], cy, r, r * 0.85)
        alpha = alpha * np.float32(0.74)
        alpha = alpha * painter.cover((face_radius(t, x, y) - 1.0) * np.float32(half))
        painter.paint(
            "blush", window, alpha, mix((0.93, 0.20, 0.28), scaled(person.skin, 1.0, 0.45, 0.5), 0.40)
        )
    tint = EYESHADOW.get(person.a["eyeshadow"])
    if tint is not None:
        gap, w, h, cy = t["eye_gap"], t["eye_w"], t["shadow_h"], t["eye_y"] + py
        reach = gap + w + 4.0
        window, x, y = painter.window(px - reach, px + reach, cy - h - 3.0, cy + 2.0)
        u = (np.abs(x - np.float32(px)) - np.float32(gap + 0.8)) * np.float32(1.0 / (w + 2.6))
        v = (y - np.float32(cy + 1.0)) * np.float32(1.0 / (h + 1.5))
        alpha = np.clip((1.0 - u * u - v * v) * 2.6, 0.0, 0.90) * painter.soft(y - np.float32(cy + 0.4), 1.6)
        painter.paint("eyeshadow", window, alpha, tint)


def _line(d: Array, width: float) -> Array:
    """Relief of a wrinkle: 1 in its groove, a little negative on its lit rim below."""
    u = d * np.float32(1.0 / width)
    groove = np.maximum(1.0 - u * u, 0.0)
    w = u - np.float32(1.7)
    return groove - np.maximum(1.0 - w * w, 0.0) * np.float32(0.45)


def paint_age(painter: Painter, person: Person, window: Window, x: Array, y: Array, radius: Array) -> None:
    """Wrinkles, eye bags and folds of an old person, as dark grooves with lit rims."""
    t = person.t
    px, py = person.shift(2.0)
    half, gap, eye_y = t["half_width"], t["eye_gap"], t["eye_y"] + py
    xs = x - np.float32(px)
    fx = np.abs(xs)
    p = np.float32(t["old_phase"])
    relief = np.zeros_like(x)
    # Forehead lines.
    for i in range(int(t["old_lines"])):
        cy = eye_y - 15.5 - 4.2 * i
        curve = np.sin(xs * np.float32(0.22) + p + i * 1.3) * 0.7 + xs * xs * np.float32(0.004)
        relief += _line(y - np.float32(cy) - curve, 1.15) * ramp(fx, half * 0.66, half * 0.40) * 0.8
    # Frown lines between the brows.
    frown = np.maximum(1.0 - np.abs(fx - np.float32(2.4)), 0.0)
    relief += frown * np.clip(1.0 - np.abs(y - np.float32(eye_y - 9.0)) * 0.22, 0.0, 1.0) * 0.8
    # Crow's feet fan out from the outer corner of the eye.
    u = fx - np.float32(gap + t["eye_w"] + 0.6)
    fan = np.clip(u * 0.8, 0.0, 1.0) * ramp(u, 8.0, 4.5)
    for slope in (-0.55, -0.05, 0.5):
        relief += _line(y - np.float32(eye_y + slope) - u * np.float32(slope), 0.9) * fan * 0.7
    # Bags under the eyes.
    e = (fx - np.float32(gap)) * np.float32(1.0 / (t["eye_w"] + 0.8))
    arch = np.maximum(1.0 - e * e, 0.0)
    for depth, strength in ((5.2, 0.9), (8.2, 0.8)):
        d = y - np.float32(eye_y + 1.0) - arch * np.float32(depth)
        relief += _line(d, 1.3) * np.minimum(arch * 2.0, 1.0) * np.float32(strength * t["old_bags"])
    # Nasolabial folds from the nose to beside the mouth, then marionette lines to the jaw.
    top, bottom = t["nose_y"] - 3.5 + py, t["mouth_y"] + 3.0 + py
    s = np.clip((y - np.float32(top)) * np.float32(1.0 / (bottom - top)), 0.0, 1.0)
    path = np.float32(t["nose_w"] + 1.6) + s * (1.35 - 0.35 * s) * np.float32(
        t["mouth_w"] + 3.4 - t["nose_w"] - 1.6
    )
    ends = painter.soft(np.float32(top) - y, 3.0) * painter.soft(y - np.float32(bottom + 1.0), 4.0)
    relief += _line((fx - path) * 0.8, 1.35) * ends
    path = np.float32(t["mouth_w"] + 2.2) + (y - np.float32(bottom)) * 0.12
    ends = painter.soft(np.float32(bottom + 1.0) - y, 2.0) * painter.soft(
        y - np.float32(t["chin"] - 5.0), 4.0
    )
    relief += _line(fx - path, 1.0) * ends * 0.38
    # Hollow cheeks.
    hollow = bump(fx, y, half * 0.72, 82.0, 8.0, 12.0) * np.float32(0.35)
    alpha = np.clip(relief * np.float32(0.75 * t["old_depth"]) + hollow, -0.5, 0.82)
    groove = mix(scaled(person.shade, 0.85), person.skin, 0.12)
    rim = mix(person.skin, (1.0, 0.95, 0.9), 0.35)
    color = [np.where(alpha > 0.0, np.float32(groove[c]), np.float32(rim[c])) for c in range(3)]
    inside = painter.cover((radius - 0.99) * np.float32(half))
    painter.paint("age", window, np.abs(alpha) * inside, color)


def paint_nose(painter: Painter, person: Person) -> None:
    """Nostrils, wings and the shadow under the tip; the ridge is part of the face's relief."""
    t = person.t
    qx, qy = person.shift(3.4)
    w, cy = t["nose_w"], t["nose_y"] + qy
    side = painter.light[0]
    window, x, y = painter.window(qx - w - 6, qx + w + 6, cy - 13, cy + 6)
    u = x - np.float32(qx)
    fx = np.abs(u)
    # Cast shadow under the nose, away from the light.
    cast = bump(x, y, qx - 2.2 * side, cy + 2.2, w + 2.5, 3.6) * np.float32(0.55)
    flank = bump(u * np.float32(-1.0 if side > 0 else 1.0), y, w * 0.75, cy - 5.0, 3.6, 9.0)
    cast = cast + flank * np.float32(0.15 + 0.35 * abs(side))
    painter.paint("nose", window, np.minimum(cast, 0.75), person.shade)
    wing_r = np.sqrt((fx - np.float32(w - 1.6)) ** 2 + ((y - np.float32(cy - 1.2)) * 0.85) ** 2)
    wing = np.maximum(1.0 - np.abs(wing_r - np.float32(2.9)), 0.0) * ramp(fx, w - 1.4, w + 0.2)
    drop = np.float32(t["nose_drop"])
    base = np.abs(y - np.float32(cy + 1.1) - drop * ramp(fx, w, 0.0)) * np.float32(0.8)
    base = np.maximum(1.0 - base, 0.0) * ramp(fx, w - 1.0, w - 3.0) * np.float32(0.55)
    dark = mix(person.shade, (0.12, 0.03, 0.02), 0.35)
    painter.paint("nose", window, np.maximum(wing * np.float32(0.6), base), dark)
    hole = bump(fx, y, w * 0.52, cy + 0.5, w * 0.30 + 0.7, 1.7)
    painter.paint("nose", window, np.minimum(hole * 2.2, 0.92), scaled(dark, 0.55))


@dataclass(frozen=True)
class _Eyes:
    """Both eyes in one mirrored window: fields over it.

    sign: -1 left, 1 right of the nose. u: along an eye, -1 at its inner and 1 at its outer corner. v: down from its
    axis. lid, rim: where the upper and the lower lid are on it. profile: how open the eye is, 1 in its middle.
    up, low: how far the lids open, in units. dark: colour of creases.
    """

    window: Window
    sign: Array
    u: Array
    v: Array
    lid: Array
    rim: Array
    profile: Array
    up: float
    low: float
    dark: tuple[float, float, float]

    @staticmethod
    def of(painter: Painter, person: Person) -> _Eyes:
        """Those of the person, as far open as the expression says."""
        t, mood = person.t, person.a["expression"]
        px, py = person.shift(1.8)
        gap, w, cy = t["eye_gap"], t["eye_w"], t["eye_y"] + py
        up = t["eye_h"] * {"neutral": 1.0, "smiling": 0.92, "surprised": 1.22}[mood] + (
            0.8 if mood == "surprised" else 0.0
        )
        low = t["eye_h"] * t["eye_low"] * {"neutral": 1.0, "smiling": 0.62, "surprised": 1.25}[mood]
        reach = gap + w + 3.0
        window, x, y = painter.window(px - reach, px + reach, cy - 12.0, cy + 7.5)
        xs = x - np.float32(px)
        u = (np.abs(xs) - np.float32(gap)) * np.float32(1.0 / w)
        v = y - np.float32(cy) + u * np.float32(t["eye_slant"] * w)
        profile = np.maximum(1.0 - u * u, 0.0)
        # The upper lid peaks towards the nose, the lower lid towards the temple.
        lid = -np.float32(up) * profile * (1.0 - 0.18 * u)
        rim = np.float32(low) * profile * (1.0 + 0.22 * u)
        dark = mix(person.shade, (0.10, 0.04, 0.03), 0.35)
        return _Eyes(window, np.sign(xs), u, v, lid, rim, profile, up, low, dark)


def paint_eyes(painter: Painter, person: Person) -> None:
    """Both eyes: sclera, iris, pupil, glint, lashes, lid crease."""
    eyes = _Eyes.of(painter, person)
    # Soft socket shadow and crease, part of the eye because they follow its lids.
    crease = eyes.v - eyes.lid + np.float32(person.t["lid"])
    fold = np.maximum(1.0 - np.abs(crease) * np.float32(0.8), 0.0) * np.minimum(eyes.profile * 2.0, 1.0)
    painter.paint("eyes", eyes.window, fold * np.float32(0.62), eyes.dark)
    _paint_eyeballs(painter, person, eyes)
    _paint_lashes(painter, person, eyes)


def _paint_eyeballs(painter: Painter, person: Person, eyes: _Eyes) -> None:
    """Sclera, iris, pupil and glint between the lids."""
    t, u, v, lid = person.t, eyes.u, eyes.v, eyes.lid
    w = t["eye_w"]
    ends = np.maximum(np.abs(u) - 1.0, 0.0) * np.float32(w)
    d = np.maximum(lid - v, v - eyes.rim) * np.float32(0.86) + ends
    # Sclera, shaded by the upper lid.
    white = np.clip(0.70 + (v - lid) * np.float32(0.13), 0.0, 1.0) - np.abs(u) ** 3 * np.float32(0.2)
    eye = tones((0.45, 0.38, 0.38), (0.98, 0.97, 0.96), white)
    ix = (u * np.float32(w) - np.float32(0.15)) - eyes.sign * np.float32(person.nuisance.yaw * 0.3)
    iy = v + np.float32(eyes.up - eyes.low) * np.float32(0.32)
    r = np.sqrt(ix * ix + iy * iy)
    size = t["iris"]
    disc = painter.cover(r - np.float32(size))
    color = person.rgb("iris")
    glow = np.clip(0.62 + iy * np.float32(0.16) - ramp(r, size * 0.72, size) * 0.45, 0.0, 1.15)
    glow = glow * (0.72 + np.minimum((v - lid) * np.float32(0.16), 0.33))
    pupil = painter.cover(r - np.float32(size * 0.43))
    gx, gy = 1.3 * painter.light[0], -1.2
    glint = painter.cover(
        np.sqrt((ix * eyes.sign - np.float32(gx)) ** 2 + (iy - np.float32(gy)) ** 2) - np.float32(0.95)
    )
    for c in range(3):
        iris = glow * np.float32(color[c] * 1.5) * (1.0 - pupil) + pupil * np.float32(0.03)
        eye[c] = (eye[c] * (1.0 - disc) + iris * disc) * (1.0 - glint) + glint
    labels = _FACE if person.a["glasses"] == "sunglasses" else (*_FACE, "eyes")
    painter.paint("eyes", eyes.window, painter.cover(d), eye, labels)


def _paint_lashes(painter: Painter, person: Person, eyes: _Eyes) -> None:
    """Lashes thicken outwards; women's continue past the corner."""
    u, v, lid = eyes.u, eyes.v, eyes.lid
    thick = np.float32(person.t["lash"]) * (0.75 + 0.35 * u)
    wing = 0.22 if person.noun == "woman" else 0.02
    band = np.abs(v - lid + thick * 0.35) - thick * np.float32(0.62)
    beyond = np.maximum(np.abs(u) - np.float32(1.0 + wing), 0.0) * np.float32(person.t["eye_w"])
    lash = painter.cover(band * 0.9 + beyond)
    lash = lash * ramp(u, 1.0 + wing, 0.9 + wing) * ramp(u, -1.06, -0.96)
    painter.paint("eyes", eyes.window, lash * np.float32(0.95), (0.07, 0.045, 0.045), _FACE, keep=("eyes",))
    lower = np.maximum(1.0 - np.abs(v - eyes.rim - 0.2) * np.float32(1.1), 0.0)
    lower = lower * np.minimum(eyes.profile * 1.6, 1.0)
    painter.paint("eyes", eyes.window, lower * np.float32(0.42), eyes.dark)


def paint_brows(painter: Painter, person: Person, hair: tuple[float, float, float]) -> None:
    """Brows in a darker tone of the hair colour; surprise lifts them."""
    t, mood = person.t, person.a["expression"]
    px, py = person.shift(1.6)
    lift = {"neutral": 0.0, "smiling": 0.6, "surprised": t["gasp_brow"]}[mood]
    w, h = t["brow_w"], t["brow_h"]
    cx, cy = t["eye_gap"] + 0.8 + t["brow_gap"], t["eye_y"] + py - t["brow_y"] - lift
    reach = cx + w + 2.0
    window, x, y = painter.window(px - reach, px + reach, cy - 8.0, cy + 6.0)
    u = (np.abs(x - np.float32(px)) - np.float32(cx)) * np.float32(1.0 / w)
    arch = t["brow_arch"] + (1.6 if mood == "surprised" else 0.0)
    peak = u - np.float32(0.25)
    line = y - np.float32(cy + 0.3 * arch) + u * np.float32(t["brow_angle"] * w)
    line = line + np.float32(arch) * (np.maximum(1.0 - peak * peak * 0.9, -0.6))
    # Thick at the nose, thin at the temple.
    thick = np.float32(h) * np.clip(0.98 - 0.42 * (u + 0.3), 0.25, 1.0)
    d = np.abs(line) - thick + np.maximum(np.abs(u) - 0.95, 0.0) * np.float32(w)
    hairs = 0.80 + 0.20 * np.sin((x + line * 1.4) * np.float32(3.1) + np.float32(t["hair_phase"]))
    alpha = painter.soft(d, 1.3) * np.float32(0.92) * hairs
    painter.paint("brows", window, alpha, mix(scaled(hair, 0.48), scaled(person.shade, 0.5), 0.25), _FACE)


def paint_beard(painter: Painter, person: Person, hair: tuple[float, float, float]) -> None:
    """A full beard from the sideburns round the mouth to below the chin, with a moustache."""
    t = person.t
    px, py = person.shift(1.8)
    half, chin, mouth = t["half_width"], t["chin"], t["mouth_y"] + py
    window, x, y = painter.window(-half - 3.0, half + 3.0, 54.0, chin + t["beard_long"] + 3.0)
    xs = x - np.float32(px)
    fx = np.abs(x) * np.float32(1.0 / half)
    # The beard grows over the jaw: the face's outline, moved outwards below the cheeks.
    grow = ramp(y, 64.0, 96.0)
    jaw = face_radius(t, x, y - grow * np.float32(t["beard_long"]))
    p = np.float32(t["beard_phase"])
    rough = np.sin(x * np.float32(1.9) + p + np.sin(y * np.float32(0.7) + p) * 1.5)
    outer = (jaw - 1.0) * np.float32(half) - grow * 1.2 - rough * np.float32(0.5)
    # Cheek line: high at the ears, low beside the mouth, rising again into the moustache.
    line = np.float32(t["beard_cheek"] + 9.0) - fx**4 * np.float32(26.0)
    line = np.minimum(line, np.float32(mouth + 2.0) + np.zeros_like(line))
    lip = (np.abs(xs) * np.float32(1.0 / (t["mouth_w"] + 4.5))) ** 2
    stache = np.float32(mouth - t["lip_up"] - 4.2) + lip * 4.0 + np.maximum(lip - 1.0, 0.0) * 30.0
    top = np.minimum(line, stache)
    alpha = painter.soft(outer, 1.6) * painter.soft(top - y + rough * 0.7, 3.0)
    # The lips stay free.
    m = (np.abs(xs) * np.float32(1.0 / (t["mouth_w"] + 1.0))) ** 2
    n = ((y - np.float32(mouth + 1.0)) * np.float32(1.0 / (t["lip_low"] + 2.0))) ** 2
    alpha = alpha * ramp(m + n, 0.7, 1.25) * np.float32(t["beard_dense"])
    curls = np.sin(x * np.float32(2.3) + p + np.sin(y * np.float32(0.9)) * 1.8) * np.sin(
        y * np.float32(1.5) + p * 1.7 + np.sin(x * np.float32(1.1)) * 1.6
    )
    v = np.float32(0.50) + curls * np.float32(0.24) + xs * np.float32(0.22 * painter.light[0] / half)
    v = v - grow * np.float32(0.18)
    painter.paint("beard", window, alpha, tones(scaled(hair, 0.35), scaled(hair, 1.0), v), _FACE)


def paint_mouth(painter: Painter, person: Person) -> None:
    """Lips with an opening: closed, a smile with teeth, or a round gasp."""
    t, mood = person.t, person.a["expression"]
    px, py = person.shift(2.2)
    cy, w = t["mouth_y"] + py, t["mouth_w"]
    curve, gap, power = t["mouth_curve"], 0.0, 1.0
    upper, lower = t["lip_up"], t["lip_low"]
    if mood == "smiling":
        w, curve, gap = w * t["smile_wide"], t["smile_curve"], t["smile_open"]
        upper, lower = upper * 0.85, lower * 0.85
    elif mood == "surprised":
        w, curve, gap, power, cy = w * t["gasp_w"] + 1.0, 0.0, t["gasp_h"], 0.55, cy + 1.2
    window, x, y = painter.window(px - w - 6, px + w + 6, cy - gap - upper - 7, cy + gap + lower + 7)
    u = (x - np.float32(px)) * np.float32(1.0 / w)
    u2 = u * u
    base = np.maximum(1.0 - u2, 0.0)
    swell = base if power == 1.0 else np.power(base, np.float32(power))
    ends = np.maximum(np.abs(u) - 1.0, 0.0) * np.float32(w)
    v = y - np.float32(cy) + (u2 - 0.35) * np.float32(curve)
    if mood != "surprised":
        _folds(painter, person, mood)
    bow = 1.0 - np.float32(0.55 * t["cupid"]) * np.maximum(1.0 - np.abs(u) * 4.5, 0.0)
    open_up = -np.float32(gap * (0.35 if mood == "smiling" else 1.0)) * swell
    open_low = np.float32(gap * (1.65 if mood == "smiling" else 1.0)) * swell
    top = open_up - np.float32(upper) * swell * bow * (1.0 if mood == "surprised" else 1.15)
    bottom = open_low + np.float32(lower) * swell
    d = np.maximum(top - v, v - bottom) * np.float32(0.9) + ends
    alpha = painter.cover(d)

    stick = LIPSTICK.get(person.a["lipstick"])
    natural = mix(person.skin, (0.74, 0.30, 0.29), 0.30 + t["lip_tint"])
    lips = stick or scaled(natural, 0.93, 0.88, 0.9)
    # The upper lip faces down and is darker; the lower lip catches the light.
    mid = np.asarray((v - open_low) * np.float32(1.0 / lower), np.float32)
    tone = np.where(v < open_low, np.float32(0.72), 1.02 - np.abs(mid - 0.42) * np.float32(0.42))
    tone = tone + u * np.float32(0.07 * painter.light[0])
    color = [tone * np.float32(lips[c]) for c in range(3)]
    shine = bump(u, mid, 0.15 * painter.light[0], 0.42, 0.62, 0.36) * np.float32(0.34 if stick else 0.14)
    inner = painter.cover(np.maximum(open_up - v, v - open_low) + ends)
    teeth = painter.cover(
        v - open_up * 0.1 - np.float32(gap * (1.15 if mood == "smiling" else -0.45)) * swell
    )
    gaps = 1.0 - 0.12 * np.maximum(1.0 - np.abs((np.abs(u) * np.float32(w)) % 3.4 - 1.7) * 2.0, 0.0)
    for c, (dark, ivory) in enumerate(zip((0.25, 0.05, 0.06), (0.97, 0.95, 0.91), strict=True)):
        color[c] += shine
        if gap > 0.0:
            hole = (teeth * gaps) * np.float32(ivory) + (1.0 - teeth) * np.float32(dark)
            color[c] = color[c] * (1.0 - inner) + hole * inner
    painter.paint("mouth", window, alpha, color, ("subject", "face", "lips"))
    if gap == 0.0:
        seam = np.maximum(1.0 - np.abs(v) * np.float32(1.15), 0.0) * np.minimum(base * 4.0, 1.0)
        painter.paint("mouth", window, seam * np.float32(0.75), scaled(lips, 0.36, 0.28, 0.30))
    below = bump(x, y, px, cy + gap * 1.65 + lower * 1.0 + 2.6, w * 0.6, 2.4) * np.float32(0.35)
    painter.paint("mouth", window, below * (1.0 - alpha), person.shade)


def _folds(painter: Painter, person: Person, mood: str) -> None:
    """The folds beside a smile, lighter than those of age."""
    if mood != "smiling":
        return
    t = person.t
    px, py = person.shift(2.0)
    top, bottom = t["nose_y"] - 2.0 + py, t["mouth_y"] + 2.5 + py
    reach = t["mouth_w"] * t["smile_wide"] + 6.0
    window, x, y = painter.window(px - reach, px + reach, top - 3, bottom + 3)
    s = np.clip((y - np.float32(top)) * np.float32(1.0 / (bottom - top)), 0.0, 1.0)
    start, stop = t["nose_w"] + 2.0, t["mouth_w"] * t["smile_wide"] + 2.8
    path = np.float32(start) + np.sqrt(s) * np.float32(stop - start)
    fade = painter.soft(np.float32(top) - y, 3.0) * painter.soft(y - np.float32(bottom), 3.0)
    fold = np.maximum(1.0 - np.abs(np.abs(x - np.float32(px)) - path) * 0.62, 0.0) * fade
    painter.paint("folds", window, fold * np.float32(0.5), person.shade)
