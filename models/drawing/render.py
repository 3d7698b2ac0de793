"""Renders a scene."""

from __future__ import annotations

from .background import paint_background
from .car import draw_car
from .picture import Picture
from .portrait import draw_portrait
from .scene import Scene
from .shading import Painter


def render(scene: Scene, size: int = 128) -> Picture:
    """Draws a scene as a Picture of `size` x `size` pixels (size >= 16).

    The composition does not depend on the size; the sensor noise has the scale of one pixel.
    """
    if size < 16:
        raise ValueError(f"size must be at least 16, not {size}")
    car = scene.domain == "car"
    painter = Painter(size, scene.nuisance, roll=scene.nuisance.roll * 0.3 if car else None)
    paint_background(painter)
    return draw_car(painter, scene) if car else draw_portrait(painter, scene)
