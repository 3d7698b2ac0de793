"""A suggested source prompt: what the attribute judge sees, in the words the small model was trained on.

It knows drawn pictures. On a photograph it says no more than it is sure of; full-size models get a captioner of their own.
"""

from __future__ import annotations

import numpy as np
from s2edit_models.drawing import ATTRIBUTES, SCENES, Scene, describe, sample_identity
from s2edit_models.drawing.scene import valid_values

__all__ = ["suggest_prompt"]

SURE = 0.6


def suggest_prompt(rgb: np.ndarray) -> str:
    """Source prompt for a picture uint8 (H, W, 3), e.g. ``"a photo of a young woman with long brown hair"``.

    Raises:
        ModelError: the attribute judge is missing.
    """
    from s2edit_plugin.evaluation.judges import AttributeJudge

    seen = AttributeJudge.load().predict(_square(rgb))[0]
    domain = seen["domain"][0]
    noun = seen["noun"][0] if "noun" in seen else domain
    scene = _anyone(noun, domain)
    sure = {name: value for name, (value, chance) in seen.items() if chance >= SURE}
    for name in ATTRIBUTES[domain]:
        if sure.get(name) in valid_values(scene.identity, name):
            scene = scene.with_attributes(**{name: sure[name]})
    prompt = describe(scene)
    place = describe(scene.with_attributes(scene=SCENES[0])).split()[-3:]
    here = sure.get("scene")
    words = prompt.split()[: -len(place)]
    return " ".join(
        [*words, *describe(scene.with_attributes(scene=here)).split()[-3:]] if here in SCENES else words
    )


def _anyone(noun: str, domain: str) -> Scene:
    """Some scene with this class noun: the grammar describes scenes, not bare attributes."""
    seed = next((s for s in range(200) if sample_identity(s, domain).noun == noun), 0)
    return Scene.of(seed, {}, seed, domain)


def _square(rgb: np.ndarray) -> np.ndarray:
    height, width = rgb.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return rgb[top : top + side, left : left + side]
