"""Suggested source prompts.

Photographs are described by the captioner if it is installed, else not at all: the judge of drawn pictures described a cup of
coffee as "a young man with long red hair". Drawn pictures are described by that judge with the small model's vocabulary.
"""

from __future__ import annotations

import numpy as np
from s2edit_models.drawing import ATTRIBUTES, SCENES, Scene, describe, sample_identity
from s2edit_models.drawing.scene import valid_values

from s2edit_plugin.api import PromptSuggestion
from s2edit_plugin.imaging.crop import central_square
from s2edit_plugin.perception.captions import beginning_for, has_noun, plain_prompt, tidy
from s2edit_plugin.perception.masks.drawn import sure_regions
from s2edit_plugin.perception.networks.installed import Networks
from s2edit_plugin.perception.word_kinds import domain_of, opposed

__all__ = ["JUDGE", "suggest"]

JUDGE = "the drawn pictures' judge"
CAPTIONER = "the captioner BLIP"
UNKNOWN = (
    "Photographs are described by a captioner, which is not installed. "
    "Say yourself what the photo shows, or install it with `s2edit models install captioner`."
)
NOTHING = "a photo"
SURE = 0.6
_CALLED = {"portrait": "person", "car": "car"}
CERTAIN = 0.9  # probability of a domain that contradicts the class noun


def suggest(rgb: np.ndarray, networks: Networks, class_noun: str = "") -> PromptSuggestion:
    """A source prompt for a picture, uint8 (H, W, 3).

    Args:
        class_noun: a word that must be in it, "" for any. It selects the domain whose attributes are described.

    Raises:
        ModelError: the captioner is installed and damaged, or the judge is missing.
    """
    noun = class_noun.strip()
    captioner, drawn = networks.captioner(), sure_regions(rgb, ()) is not None
    if captioner is not None and not drawn:
        beginning = beginning_for(noun)
        return PromptSuggestion(tidy(f"{beginning} {captioner.describe(rgb, beginning)}", noun), CAPTIONER)
    if not drawn:
        return PromptSuggestion(plain_prompt(noun) if noun else NOTHING, JUDGE, UNKNOWN)
    asked = domain_of(noun)
    prompt, looks_like = _seen(rgb, asked, noun)
    if noun and not has_noun(prompt, noun):
        prompt = tidy(prompt, noun) if asked else plain_prompt(noun)
    note = f"The photo looks like a {looks_like}; '{noun}' is believed." if looks_like else ""
    return PromptSuggestion(prompt, JUDGE, note)


def _seen(rgb: np.ndarray, asked: str, named: str = "") -> tuple[str, str]:
    """The judge's description if the picture is of the requested domain ("" for any), and the name of its domain if that
    clearly contradicts both the request and the class noun."""
    from s2edit_plugin.perception.judges import AttributeJudge

    seen = AttributeJudge.load().predict(central_square(rgb), asked)[0]
    found, chance = seen["domain"]
    domain = asked or found
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
    if here in SCENES:
        words += describe(scene.with_attributes(scene=here)).split()[-3:]
    looks_like = _CALLED[found] if found != domain and chance >= CERTAIN else ""
    if not looks_like and opposed(noun, named.lower()) and seen["noun"][1] >= CERTAIN:
        looks_like = noun
    return " ".join(words), looks_like


def _anyone(noun: str, domain: str) -> Scene:
    """Any scene with this class noun; the grammar describes scenes, not single attributes."""
    seed = next((s for s in range(200) if sample_identity(s, domain).noun == noun), 0)
    return Scene.of(seed, {}, seed, domain)
