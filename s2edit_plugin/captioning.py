"""A suggested source prompt: what a picture shows.

Photographs are described by the captioner, where it is installed. Drawn pictures are seen by the attribute judge, in the words
the small model was trained on; on a photograph it says no more than it is sure of.
"""

from __future__ import annotations

import numpy as np
from s2edit_models.drawing import ATTRIBUTES, SCENES, Scene, describe, sample_identity
from s2edit_models.drawing.scene import valid_values

from s2edit_plugin.api import PromptSuggestion
from s2edit_plugin.captions import beginning_for, has_noun, plain_prompt, tidy
from s2edit_plugin.imaging.crop import central_square
from s2edit_plugin.masks.drawn import sure_regions
from s2edit_plugin.networks.installed import Networks

__all__ = ["JUDGE", "suggest", "suggest_prompt"]

JUDGE = "the drawn pictures' judge"
CAPTIONER = "the captioner BLIP"
SURE = 0.6


def suggest(rgb: np.ndarray, networks: Networks, class_noun: str = "") -> PromptSuggestion:
    """A source prompt for a picture, uint8 (H, W, 3).

    Args:
        class_noun: a word that must be in it, "" for any.

    Raises:
        ModelError: the captioner is installed and damaged, or the judge is missing.
    """
    noun = class_noun.strip()
    captioner = networks.captioner()
    if captioner is not None and sure_regions(rgb, ()) is None:
        beginning = beginning_for(noun)
        return PromptSuggestion(tidy(f"{beginning} {captioner.describe(rgb, beginning)}", noun), CAPTIONER)
    prompt = suggest_prompt(rgb)
    if noun and not has_noun(prompt, noun):
        prompt = plain_prompt(noun)
    return PromptSuggestion(prompt, JUDGE)


def suggest_prompt(rgb: np.ndarray) -> str:
    """What the attribute judge sees in a picture uint8 (H, W, 3), e.g. ``"a photo of a young woman with long brown hair"``.

    Raises:
        ModelError: the attribute judge is missing.
    """
    from s2edit_plugin.evaluation.judges import AttributeJudge

    seen = AttributeJudge.load().predict(central_square(rgb))[0]
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
