"""Safety checkers as Stable Diffusion 1.5 has one: the true class at small width, random weights, thresholds to choose."""

from __future__ import annotations

import json
from pathlib import Path

SIDE = 32


def add_safety_checker(folder: Path, *, objects: bool | None = None, variant: str | None = "fp16") -> None:
    """Put a checker into a model's folder.

    Args:
        objects: whether it objects to everything or to nothing; None: to about half of all pictures.
        variant: as `save_pretrained` has it.
    """
    import torch
    from diffusers.pipelines.stable_diffusion import StableDiffusionSafetyChecker
    from transformers import CLIPConfig
    from transformers.utils import logging

    logging.disable_progress_bar()
    torch.manual_seed(3)
    small = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    vision = small | {"image_size": SIDE, "patch_size": 16, "projection_dim": 16}
    checker = StableDiffusionSafetyChecker(
        CLIPConfig(vision_config=vision, text_config=small, projection_dim=16)
    )
    with torch.no_grad():
        for parameter in checker.vision_model.parameters():
            parameter.mul_(8)  # so that pictures differ for it
        checker.concept_embeds.copy_(torch.randn_like(checker.concept_embeds))
        checker.special_care_embeds.copy_(torch.randn_like(checker.special_care_embeds))
        # Cosines beyond -1 are always exceeded, beyond 1 never.
        checker.concept_embeds_weights.fill_({True: -2.0, False: 2.0, None: 0.35}[objects])
        checker.special_care_embeds_weights.fill_(2.0)
    checker.save_pretrained(str(folder / "safety_checker"), variant=variant)
    (folder / "feature_extractor").mkdir()
    (folder / "feature_extractor" / "preprocessor_config.json").write_text(json.dumps(PREPROCESSING))
    index = json.loads((folder / "model_index.json").read_text())
    index |= {
        "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
        "feature_extractor": ["transformers", "CLIPImageProcessor"],
        "requires_safety_checker": True,
    }
    (folder / "model_index.json").write_text(json.dumps(index))


# The file that Stable Diffusion 1.5 comes with, but for the size.
PREPROCESSING = {
    "crop_size": SIDE,
    "do_center_crop": True,
    "do_convert_rgb": True,
    "do_normalize": True,
    "do_resize": True,
    "feature_extractor_type": "CLIPFeatureExtractor",
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
    "resample": 3,
    "size": SIDE,
}
