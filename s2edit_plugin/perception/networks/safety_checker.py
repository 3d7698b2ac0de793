"""The safety checker of a base model (Stable Diffusion 1.x has one): detects sexual content in pictures, through diffusers.

It compares CLIP's image embedding with 17 unpublished concepts, all of them sexual (Rando et al. 2022, arXiv 2210.04610).
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from s2edit_plugin.errors import ModelError, Sentence
from s2edit_plugin.perception.networks.installed import kept_open
from s2edit_plugin.perception.networks.preprocessing import read_preprocessing
from s2edit_plugin.perception.networks.transformers_model import load, weights_name

__all__ = ["SafetyChecker", "safety_checker"]

TITLE = "the base model's safety checker"


def safety_checker(model: Path) -> SafetyChecker | None:
    """The safety checker of a base model's folder; None if there is none, or only a pickled one.

    Raises:
        ModelError: it cannot be used.
    """
    for variant in (None, "fp16"):
        weights = model / "safety_checker" / weights_name(variant)
        if weights.is_file():
            opener = partial(SafetyChecker, model, variant)
            return kept_open("safety-checker", [weights], opener, large=True)
    return None


class SafetyChecker:
    """A checker from a model's folder in the diffusers layout.

    Raises:
        ModelError: files are missing or damaged.
    """

    def __init__(self, model: Path, variant: str | None = None) -> None:
        self._preprocessing = read_preprocessing(model / "feature_extractor", TITLE)
        from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker

        self._model = load(StableDiffusionSafetyChecker, model / "safety_checker", TITLE, variant)

    def objects(self, rgb: np.ndarray) -> bool:
        """Whether a picture, uint8 (H, W, 3), is classified as sexual; it is resized to a square, not cropped.

        Raises:
            ModelError: the network fails.
        """
        import torch
        from diffusers.pipelines.stable_diffusion import safety_checker as module

        # The checker blackens flagged pictures in place and logs a warning: it gets a dummy picture of one pixel.
        module.logger.setLevel("ERROR")
        try:
            with torch.inference_mode():
                _, found = self._model(
                    torch.from_numpy(self._preprocessing.apply(rgb)), np.zeros((1, 1, 1, 3))
                )
        except (RuntimeError, IndexError, ValueError) as error:
            raise ModelError(
                Sentence("{}{} cannot be run.", TITLE[:1].upper(), TITLE[1:]), "Install it again."
            ) from error
        return bool(found[0])
