"""Draws the sample pictures that come with the project, from identities of the test split: never trained on.

Run as ``python -m s2edit_models.drawing.samples FOLDER`` (the committed ones lie in ``models/samples``).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PIL import Image

from .captions import describe
from .dataset import split_seed
from .render import render
from .scene import Scene

SIDE = 512

_ANNA = split_seed("test", 45)
_MIA = split_seed("test", 60)
_HER_HAIR = {"hair_color": "brown", "hair_style": "long"}
SAMPLES: dict[str, Scene] = {
    "anna": Scene.of(_ANNA, _HER_HAIR, split_seed("test", 5)),
    "anna_second": Scene.of(_ANNA, _HER_HAIR, split_seed("test", 12)),
    "anna_sunglasses": Scene.of(_ANNA, {**_HER_HAIR, "glasses": "sunglasses"}, split_seed("test", 12)),
    "mia_makeup": Scene.of(
        _MIA,
        {
            "hair_color": "black",
            "hair_style": "short",
            "lipstick": "purple",
            "eyeshadow": "green",
            "blush": "blush",
        },
        split_seed("test", 8),
    ),
}
"""``anna`` is learned and edited, ``anna_second`` shows her again, ``anna_sunglasses`` is that picture with sunglasses on, and
``mia_makeup`` wears the makeup that is transferred."""


def write_samples(folder: Path) -> list[Path]:
    """Write every sample as PNG of 512x512, and ``captions.json`` with class noun and caption of each."""
    folder.mkdir(parents=True, exist_ok=True)
    written, captions = [], {}
    for name, scene in SAMPLES.items():
        path = folder / f"{name}.png"
        Image.fromarray(render(scene, SIDE).rgb).save(path, optimize=True)
        captions[name] = {"class_noun": scene.identity.noun, "caption": describe(scene)}
        written.append(path)
    (folder / "captions.json").write_text(json.dumps(captions, indent=2) + "\n")
    return written


if __name__ == "__main__":
    for target in write_samples(Path(sys.argv[1])):
        print(target)
