"""A program that draws captioned portraits and cars and can change one attribute at a time."""

from .captions import GRAMMAR_WORDS, attribute_words, caption, describe, edit_prompt
from .counterfactual import Counterfactual, counterfactual
from .dataset import draw, split_seed
from .natural import natural_texture
from .picture import Picture
from .render import render
from .scene import (
    ATTRIBUTES,
    DOMAINS,
    SCENES,
    Identity,
    Nuisance,
    Scene,
    sample_attributes,
    sample_identity,
    sample_nuisance,
    sample_scene,
    valid_values,
)

__all__ = [
    "ATTRIBUTES",
    "DOMAINS",
    "GRAMMAR_WORDS",
    "SCENES",
    "Counterfactual",
    "Identity",
    "Nuisance",
    "Picture",
    "Scene",
    "attribute_words",
    "caption",
    "counterfactual",
    "describe",
    "draw",
    "edit_prompt",
    "natural_texture",
    "render",
    "sample_attributes",
    "sample_identity",
    "sample_nuisance",
    "sample_scene",
    "split_seed",
    "valid_values",
]
