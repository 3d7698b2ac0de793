"""Writes the pictures that the guide works with, ``car.png`` and ``group.png``, into the current folder.

They are drawn by the program that also drew the small model's training pictures, so that the small model can edit them.
What they show is printed.
"""

from __future__ import annotations

import numpy as np
from PIL import Image
from s2edit_models.drawing import Scene
from s2edit_models.drawing.captions import describe
from s2edit_models.drawing.dataset import split_seed
from s2edit_models.drawing.render import render
from s2edit_models.drawing.samples import SAMPLES
from s2edit_models.drawing.scene import sample_scene

SIDE = 512


def main() -> None:
    """Draw both pictures."""
    car = _red_car()
    Image.fromarray(render(car, SIDE).rgb).save("car.png")
    people = [SAMPLES["anna"], SAMPLES["mia_makeup"]]
    Image.fromarray(np.hstack([render(scene, SIDE).rgb for scene in people])).save("group.png")
    print(f"car.png    {describe(car)}")
    print(f"group.png  left: {describe(people[0])}; right: {describe(people[1])}")


def _red_car() -> Scene:
    """The first red car of the pictures that were never trained on."""
    cars = (sample_scene(split_seed("test", number), "car") for number in range(1000))
    return next(scene for scene in cars if "a red" in describe(scene))


if __name__ == "__main__":
    main()
