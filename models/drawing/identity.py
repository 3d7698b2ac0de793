"""Samples what makes one person or one car recognisable.

All lengths are in units of 1/128 of the picture's side (a "unit" is a pixel at 128x128).
"""

from __future__ import annotations

import math

from .streams import Draws

SKIN_TONES: tuple[tuple[float, float, float], ...] = (
    (0.95, 0.81, 0.73),
    (0.94, 0.76, 0.63),
    (0.90, 0.71, 0.54),
    (0.82, 0.61, 0.43),
    (0.69, 0.47, 0.31),
    (0.55, 0.35, 0.23),
    (0.42, 0.26, 0.17),
    (0.32, 0.195, 0.135),
)
EYE_COLORS: tuple[tuple[float, float, float], ...] = (
    (0.40, 0.20, 0.07),
    (0.20, 0.50, 0.92),
    (0.22, 0.62, 0.28),
    (0.58, 0.64, 0.70),
)
FRAME_COLORS: tuple[tuple[float, float, float], ...] = (
    (0.06, 0.06, 0.07),
    (0.42, 0.22, 0.09),
    (0.78, 0.60, 0.25),
    (0.62, 0.64, 0.68),
    (0.50, 0.07, 0.14),
    (0.10, 0.16, 0.42),
)

BRIGHT_FRAMES: tuple[tuple[float, float, float], ...] = (
    (0.95, 0.76, 0.30),
    (0.86, 0.88, 0.92),
    (0.92, 0.90, 0.80),
    (0.88, 0.22, 0.26),
    (0.30, 0.55, 0.95),
)

Traits = dict[str, float]


def _rgb(traits: Traits, name: str, color: tuple[float, float, float]) -> None:
    for channel, value in zip("rgb", color, strict=True):
        traits[f"{name}_{channel}"] = float(min(max(value, 0.0), 1.0))


def portrait_traits(seed: int) -> tuple[str, Traits]:
    """Class noun ("woman" or "man") and traits of person `seed`; every part has its own random stream."""
    noun = "woman" if Draws(seed, "noun").chance(0.5) else "man"
    man = noun == "man"
    t: Traits = {}
    _sample_skull(seed, t, man)
    _sample_skin(seed, t)
    _sample_eyes(seed, t, man)
    _sample_brows(seed, t, man)
    _sample_nose(seed, t)
    _sample_mouth(seed, t)
    _sample_ears(seed, t)
    _sample_marks(seed, t)
    _sample_hair(seed, t, man)
    _sample_bangs(seed, t)
    _sample_beard(seed, t)
    _sample_glasses(seed, t)
    _sample_hat(seed, t)
    _sample_makeup(seed, t)
    _sample_expression(seed, t)
    _sample_age(seed, t)
    return noun, t


def _sample_skull(seed: int, t: Traits, man: bool) -> None:
    """Width of the face, chin, jaw, cheeks, neck and shoulders."""
    d = Draws(seed, "skull")
    t["half_width"] = d.u(25.0, 33.5)
    t["chin"] = d.u(96.5, 102.5)
    # The exponent of the lower face: 1.7 is a pointed chin, 3.4 a square jaw.
    t["jaw"] = d.u(2.0, 3.4) if man else d.u(1.7, 2.7)
    t["taper"] = d.u(0.0, 0.14) if man else d.u(0.02, 0.20)
    t["cheek_height"] = d.u(67.0, 74.0)
    t["cheek"] = d.u(1.2, 3.0)
    t["chin_bump"] = d.u(0.6, 2.4)
    t["chin_cleft"] = d.u(0.4, 0.9) if d.chance(0.35 if man else 0.12) else 0.0
    t["neck"] = d.u(15.5, 19.5) if man else d.u(11.5, 14.5)
    t["shoulder"] = d.u(50.0, 60.0) if man else d.u(40.0, 50.0)


def _sample_skin(seed: int, t: Traits) -> None:
    """Colour and texture of the skin."""
    d = Draws(seed, "skin")
    tone = SKIN_TONES[d.pick(len(SKIN_TONES))]
    level, warm = d.u(0.95, 1.03), d.u(-0.03, 0.03)
    _rgb(t, "skin", (tone[0] * level + warm * 0.5, tone[1] * level, tone[2] * level - warm))
    t["gloss"] = d.u(0.05, 0.22)
    t["texture"] = d.u(0.004, 0.02)
    t["texture_phase"] = d.u(0.0, 6.28)
    t["rosy"] = d.u(0.0, 0.16)


def _sample_eyes(seed: int, t: Traits, man: bool) -> None:
    """Place, shape and colour of the eyes; needs the skull."""
    d = Draws(seed, "eyes")
    t["eye_y"] = d.u(55.5, 59.5)
    t["eye_gap"] = t["half_width"] * d.u(0.43, 0.53)
    t["eye_w"] = min(d.u(5.9, 8.0), t["half_width"] - t["eye_gap"] - 3.5)
    t["eye_h"] = d.u(2.7, 4.9)
    t["eye_slant"] = d.u(-0.16, 0.20)
    t["eye_low"] = d.u(0.45, 0.75)
    t["lid"] = d.u(1.6, 3.6)
    t["lash"] = d.u(0.9, 1.3) if man else d.u(1.2, 2.0)
    t["iris"] = d.u(3.1, 4.1)
    color = EYE_COLORS[d.pick(len(EYE_COLORS))]
    level = d.u(0.85, 1.12)
    _rgb(t, "iris", (color[0] * level, color[1] * level, color[2] * level))


def _sample_brows(seed: int, t: Traits, man: bool) -> None:
    """Place and shape of the brows; needs the eyes."""
    d = Draws(seed, "brows")
    t["brow_y"] = d.u(8.6, 12.2)
    t["brow_w"] = d.u(7.5, 10.0)
    t["brow_h"] = d.u(1.5, 3.4) if man else d.u(0.9, 2.5)
    t["brow_angle"] = d.u(-0.24, 0.12)
    t["brow_arch"] = d.u(0.3, 3.4)
    t["brow_gap"] = d.u(-0.8, 1.6)
    # No brow reaches the other.
    t["brow_w"] = min(t["brow_w"], t["eye_gap"] + t["brow_gap"] - 2.2)


def _sample_nose(seed: int, t: Traits) -> None:
    """Place and shape of the nose."""
    d = Draws(seed, "nose")
    t["nose_y"] = d.u(71.5, 77.0)
    t["nose_w"] = d.u(3.6, 7.6)
    t["nose_ridge"] = d.u(1.2, 2.8)
    t["nose_ridge_w"] = d.u(3.6, 5.6)
    t["nose_tip"] = d.u(1.5, 3.4)
    t["nose_drop"] = d.u(-1.4, 1.8)


def _sample_mouth(seed: int, t: Traits) -> None:
    """Place and shape of the mouth; needs skull and nose."""
    d = Draws(seed, "mouth")
    t["mouth_y"] = t["nose_y"] + 0.45 * (t["chin"] - t["nose_y"]) + d.u(-2.0, 1.2)
    t["mouth_w"] = d.u(9.2, 14.2)
    t["lip_up"] = d.u(2.0, 4.2)
    t["lip_low"] = d.u(2.8, 5.4)
    t["cupid"] = d.u(0.1, 0.6)
    t["mouth_curve"] = d.u(-0.9, 1.2)
    t["lip_tint"] = d.u(0.10, 0.34)


def _sample_ears(seed: int, t: Traits) -> None:
    """Place and shape of the ears."""
    d = Draws(seed, "ears")
    t["ear_w"] = d.u(3.5, 6.6)
    t["ear_h"] = d.u(7.5, 11.0)
    t["ear_y"] = d.u(60.0, 65.0)


def _sample_marks(seed: int, t: Traits) -> None:
    """Moles and freckles; needs the skull."""
    d = Draws(seed, "marks")
    t["moles"] = float((0, 0, 1, 1, 2, 3)[d.pick(6)])
    spots = ((-0.55, 72.0), (0.58, 74.0), (-0.42, 88.0), (0.4, 90.0), (0.62, 65.0), (-0.3, 80.0), (0.3, 44.0))
    first = d.pick(len(spots))
    for i in range(3):
        x, y = spots[(first + 3 * i) % len(spots)]
        t[f"mole{i}_x"] = x * t["half_width"] + d.u(-1.5, 1.5)
        t[f"mole{i}_y"] = y + d.u(-1.5, 1.5)
        t[f"mole{i}_r"] = d.u(0.95, 1.6)
    t["freckles"] = d.u(0.45, 0.8) if d.chance(0.2) else 0.0


def _sample_hair(seed: int, t: Traits, man: bool) -> None:
    """Hairline, parting and texture of the hair, and its outline in each of the three styles."""
    d = Draws(seed, "hair")
    t["hair_phase"] = d.u(0.0, 6.28)
    t["hair_phase2"] = d.u(0.0, 6.28)
    t["hair_part"] = d.u(-1.0, 1.0)
    t["hair_line"] = d.u(28.5, 36.0)
    t["hair_square"] = d.u(0.0, 0.9)
    t["hair_strands"] = d.u(0.8, 1.3)
    t["hair_tint"] = d.u(-1.0, 1.0)
    t["short_top"] = d.u(1.5, 6.5)
    t["short_side"] = d.u(1.5, 4.0) if man else d.u(3.5, 7.0)
    t["short_end"] = d.u(52.0, 62.0) if man else d.u(64.0, 88.0)
    t["long_top"] = d.u(2.0, 6.0)
    t["long_side"] = d.u(4.0, 8.5)
    t["long_flare"] = d.u(0.0, 0.16)
    t["long_end"] = d.u(106.0, 124.0)
    t["long_wave"] = d.u(0.0, 2.2)
    t["curl_top"] = d.u(5.0, 8.5)
    t["curl_side"] = d.u(9.0, 14.0)
    t["curl_end"] = d.u(72.0, 84.0) if man else d.u(84.0, 104.0)
    t["curl_size"] = d.u(0.75, 1.2)


def _sample_bangs(seed: int, t: Traits) -> None:
    """Shape of the fringe."""
    d = Draws(seed, "bangs")
    t["bangs_end"] = d.u(44.0, 49.0)
    t["bangs_curve"] = d.u(-3.0, 4.0)
    t["bangs_lean"] = d.u(-5.0, 5.0)
    t["bangs_phase"] = d.u(0.0, 6.28)


def _sample_beard(seed: int, t: Traits) -> None:
    """Length, density and outline of the beard."""
    d = Draws(seed, "beard")
    t["beard_long"] = d.u(1.0, 8.0)
    t["beard_cheek"] = d.u(66.0, 74.0)
    t["beard_dense"] = d.u(0.85, 0.97)
    t["beard_phase"] = d.u(0.0, 6.28)


def _sample_glasses(seed: int, t: Traits) -> None:
    """Shape of the lenses, colour of frame and dark lenses; needs the skin."""
    d = Draws(seed, "glasses")
    t["lens_w"] = d.u(0.80, 0.94)
    t["lens_h"] = d.u(6.3, 8.8)
    t["lens_square"] = d.u(0.0, 0.97)
    t["frame_h"] = d.u(1.15, 2.1)
    # Frames must show on the skin: dark skin wears the bright ones.
    frame = FRAME_COLORS[d.pick(len(FRAME_COLORS))]
    pale = BRIGHT_FRAMES[d.pick(len(BRIGHT_FRAMES))]
    _rgb(t, "frame", frame if t["skin_g"] > 0.5 else pale)
    _rgb(t, "dark_lens", ((0.07, 0.07, 0.08), (0.16, 0.09, 0.05), (0.05, 0.09, 0.12))[d.pick(3)])


def _sample_hat(seed: int, t: Traits) -> None:
    """Shape and shade of the hat."""
    d = Draws(seed, "hat")
    t["hat_brim"] = 1.0 if d.chance(0.5) else 0.0
    t["hat_width"] = d.u(4.5, 7.5)
    t["hat_top"] = d.u(4.0, 9.0)
    t["hat_line"] = d.u(32.0, 36.0)
    t["brim_wide"] = d.u(12.0, 20.0)
    t["hat_band"] = d.u(0.0, 1.0)
    t["hat_shade"] = d.u(-0.05, 0.05)


def _sample_makeup(seed: int, t: Traits) -> None:
    """Place and size of blush and eyeshadow."""
    d = Draws(seed, "makeup")
    t["blush_x"] = d.u(0.52, 0.64)
    t["blush_r"] = d.u(9.0, 11.5)
    t["shadow_h"] = d.u(7.5, 9.5)


def _sample_expression(seed: int, t: Traits) -> None:
    """How wide a smile and a gasp are."""
    d = Draws(seed, "expression")
    t["smile_wide"] = d.u(1.15, 1.40)
    t["smile_open"] = d.u(1.0, 2.4)
    t["smile_curve"] = d.u(2.8, 4.6)
    t["gasp_w"] = d.u(0.50, 0.66)
    t["gasp_h"] = d.u(4.2, 6.4)
    t["gasp_brow"] = d.u(3.2, 4.8)


def _sample_age(seed: int, t: Traits) -> None:
    """Number and depth of the wrinkles."""
    d = Draws(seed, "age")
    t["old_lines"] = float(2 + d.pick(3))
    t["old_phase"] = d.u(0.0, 6.28)
    t["old_depth"] = d.u(0.8, 1.1)
    t["old_bags"] = d.u(0.7, 1.1)


def car_traits(seed: int) -> tuple[str, Traits]:
    """Class noun ("car") and traits of car `seed`; every part has its own random stream."""
    t: Traits = {}
    _sample_car_body(seed, t)
    _sample_car_wheels(seed, t)
    _sample_car_windows(seed, t)
    _sample_car_details(seed, t)
    _sample_car_rack(seed, t)
    _sample_car_stripe(seed, t)
    _sample_car_paint(seed, t)
    return "car", t


def _sample_car_body(seed: int, t: Traits) -> None:
    """Proportions of the body and the cabin."""
    d = Draws(seed, "body")
    kind = d.pick(4)
    # sedan, van, hatch, pickup: ranges overlap, so shapes are a continuum with four centres.
    front = ((-24.0, -15.0), (-40.0, -32.0), (-24.0, -15.0), (-24.0, -18.0))[kind]
    rear = ((24.0, 34.0), (46.0, 50.0), (38.0, 48.0), (12.0, 18.0))[kind]
    slope_r = ((12.0, 18.0), (0.5, 4.0), (4.0, 12.0), (1.0, 4.0))[kind]
    t["length"] = d.u(49.0, 54.0)
    t["belt"] = d.u(64.0, 68.0)
    t["floor"] = d.u(88.0, 92.0)
    t["roof"] = d.u(34.0, 41.0) if kind == 1 else d.u(42.0, 49.0)
    t["cabin_front"] = d.u(*front)
    t["cabin_rear"] = d.u(*rear)
    t["slope_front"] = d.u(6.0, 11.0) if kind in (1, 3) else d.u(10.0, 18.0)
    t["slope_rear"] = d.u(*slope_r)
    # A roof has room for a rack.
    slopes = t["slope_front"] + t["slope_rear"]
    fit = min(1.0, (t["cabin_rear"] - t["cabin_front"] - 20.0) / slopes)
    t["slope_front"], t["slope_rear"] = t["slope_front"] * fit, t["slope_rear"] * fit
    t["nose_drop"] = d.u(0.5, 6.5)
    t["tail_drop"] = d.u(0.0, 4.0)
    t["round"] = d.u(3.0, 8.0)


def _sample_car_wheels(seed: int, t: Traits) -> None:
    """Size, place and spokes of the wheels."""
    d = Draws(seed, "wheels")
    t["wheel_r"] = d.u(9.5, 13.0)
    t["wheel_front"] = d.u(-35.0, -30.0)
    t["wheel_rear"] = d.u(29.0, 35.0)
    t["rim"] = d.u(0.56, 0.74)
    t["spokes"] = float((0, 4, 5, 6, 8, 10)[d.pick(6)])
    t["spoke_width"] = d.u(-0.35, 0.45)
    t["hub_tone"] = d.u(0.45, 0.9)
    t["spoke_phase"] = d.u(0.0, 6.28)


def _sample_car_windows(seed: int, t: Traits) -> None:
    """Inset, pillars and tint of the windows."""
    d = Draws(seed, "windows")
    t["window_inset"] = d.u(2.2, 4.0)
    t["pillar"] = d.u(0.35, 0.65)
    t["pillar_w"] = d.u(1.0, 2.4)
    t["window_tint"] = d.u(0.10, 0.42)


def _sample_car_details(seed: int, t: Traits) -> None:
    """Doors, handles, crease, bumper, lamps and sill."""
    d = Draws(seed, "details")
    t["door_rear"] = d.u(0.0, 6.0)
    t["handle_y"] = d.u(3.0, 6.0)
    t["handle_w"] = d.u(2.0, 4.2)
    t["crease"] = d.u(8.0, 14.0)
    t["bumper"] = d.u(3.5, 7.5)
    t["bumper_tone"] = (0.16, 0.32, 0.75)[d.pick(3)]
    t["lamp_w"] = d.u(2.6, 5.5)
    t["lamp_h"] = d.u(2.0, 4.4)
    t["tail_h"] = d.u(2.2, 6.5)
    t["sill"] = d.u(1.5, 3.6)


def _sample_car_rack(seed: int, t: Traits) -> None:
    """Shape and load of the roof rack."""
    d = Draws(seed, "rack")
    t["rack_bars"] = float(2 + d.pick(3))
    t["rack_h"] = d.u(3.6, 5.2)
    t["rack_load"] = d.u(0.0, 1.0)
    t["rack_tone"] = d.u(0.10, 0.35)


def _sample_car_stripe(seed: int, t: Traits) -> None:
    """Place, height and number of the stripes."""
    d = Draws(seed, "stripe")
    t["stripe_y"] = d.u(4.0, 9.0)
    t["stripe_h"] = d.u(2.4, 4.2)
    t["stripe_double"] = float(d.pick(2))


def _sample_car_paint(seed: int, t: Traits) -> None:
    """Brightness and gloss of the paint; the antenna."""
    d = Draws(seed, "paint")
    t["paint_level"] = d.u(0.9, 1.06)
    t["paint_gloss"] = d.u(0.25, 0.6)
    # Facing left or right belongs to the nuisance; a car's own asymmetry is its antenna.
    t["antenna"] = d.u(4.0, 9.0) if d.chance(0.4) else 0.0
    t["antenna_lean"] = math.tan(d.u(0.1, 0.6))
