"""From a folder on disk to a backbone."""

from __future__ import annotations

import logging
from pathlib import Path

from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.errors import ModelError
from s2edit_plugin.paths import bundled_model

__all__ = ["load_backbone"]


def load_backbone(folder: Path | None = None, device: str = "auto", precision: str = "auto") -> Backbone:
    """Load a model in the diffusers folder layout; None: the bundled small model.

    Args:
        device, precision: as in `settings.Settings`; what became of them is the backbone's ``choice``.

    Raises:
        ModelError: the folder is missing, incomplete, or of a kind that is not supported.
        UsageError: the device does not work.
    """
    from diffusers import StableDiffusionPipeline
    from diffusers.utils import logging as diffusers_logging

    from s2edit_plugin.backbones.device import choose
    from s2edit_plugin.backbones.memory import count_parameters
    from s2edit_plugin.backbones.stable_diffusion import StableDiffusionBackbone, fingerprint_folder

    path = folder or bundled_model()
    if not (path / "model_index.json").is_file():
        raise ModelError(
            f"There is no model in the folder '{path.name}'.", "A model folder holds a model_index.json."
        )
    logging.getLogger("transformers").setLevel(logging.ERROR)
    diffusers_logging.disable_progress_bar()
    diffusers_logging.set_verbosity_error()
    choice = choose(device, precision, count_parameters(path))
    try:
        pipeline = StableDiffusionPipeline.from_pretrained(
            str(path),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
            local_files_only=True,
        )
    except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(
            f"The model in '{path.name}' cannot be loaded: {reason}", "Run 's2edit doctor'."
        ) from error
    name = "small" if folder is None else path.name
    backbone = StableDiffusionBackbone(pipeline, name, fingerprint_folder(path), choice.device, choice.dtype)
    backbone.choice = choice
    return backbone
