"""Figures of edits of real photographs, for which large networks are needed: CLIP similarity and structure distance.

Both are optional: they are read from the cache where the Hugging Face libraries keep what was downloaded, and never fetched.

* CLIP similarity (Radford et al. 2021; as PIE-Bench has it): 100 times the cosine of a picture's and a prompt's features.
* structure distance (Tumanyan et al. 2022, "Splicing ViT Features"): mean squared difference of the self-similarities of the
  keys in the last layer of DINO ViT-B/8.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from s2edit_plugin.errors import ModelError
from s2edit_plugin.perception.networks.transformers_model import load

__all__ = ["CLIP", "DINO", "ClipScore", "StructureScore", "find_clip", "find_dino"]

CLIP, DINO = "openai/clip-vit-large-patch14", "facebook/dino-vitb8"
_CLIP_MEAN, _CLIP_SPREAD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
_MEAN, _SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class ClipScore:
    """CLIP with its tokenizer."""

    model: Any
    tokenizer: Any

    @torch.no_grad()
    def similarity(self, rgb: np.ndarray, prompt: str) -> float:
        """100 times the cosine of a picture, uint8 (H, W, 3), and a prompt."""
        side = int(self.model.config.vision_config.image_size)
        ids = self.tokenizer(
            prompt, return_tensors="pt", truncation=True, max_length=self.tokenizer.model_max_length
        ).input_ids
        made = self.model(input_ids=ids, pixel_values=_pixels(rgb, side, _CLIP_MEAN, _CLIP_SPREAD))
        one, other = (torch.nn.functional.normalize(v, dim=-1) for v in (made.image_embeds, made.text_embeds))
        return 100 * float((one * other).sum())


@dataclass(frozen=True)
class StructureScore:
    """DINO, of whose last layer the keys are read."""

    model: Any

    @torch.no_grad()
    def distance(self, one: np.ndarray, other: np.ndarray) -> float:
        """Structure distance of two pictures, uint8 (H, W, 3); 0 for equal ones."""
        a, b = (self._similarities(picture) for picture in (one, other))
        return float((a - b).square().mean())

    def _similarities(self, rgb: np.ndarray) -> Tensor:
        found: list[Tensor] = []
        keys = _last_keys(self.model)
        assert keys is not None
        hook = keys.register_forward_hook(lambda _module, _inputs, output: found.append(output))
        try:
            self.model(pixel_values=_pixels(rgb, int(self.model.config.image_size), _MEAN, _SPREAD))
        finally:
            hook.remove()
        rows = torch.nn.functional.normalize(found[-1][0].float(), dim=-1)
        return rows @ rows.T


def find_clip() -> ClipScore | None:
    """CLIP, None where it is not here or not as a safetensors file."""
    from transformers import CLIPModel, CLIPTokenizer

    folder = _cached(CLIP)
    if folder is None:
        return None
    try:
        model = load(CLIPModel, folder, "CLIP")
        return ClipScore(model, CLIPTokenizer.from_pretrained(str(folder), local_files_only=True))
    except (ModelError, OSError, ValueError, TypeError):
        return None


def find_dino() -> StructureScore | None:
    """DINO, None where it is not here or not as a safetensors file."""
    from transformers import ViTModel

    folder = _cached(DINO)
    if folder is None:
        return None
    try:
        model = load(ViTModel, folder, "DINO")
    except ModelError:
        return None
    return None if _last_keys(model) is None else StructureScore(model)


def _cached(name: str) -> Path | None:
    """The folder of a downloaded network, or None."""
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(name, "config.json")
    return Path(found).parent if isinstance(found, str) else None


def _last_keys(model: Any) -> torch.nn.Module | None:
    """The last layer's projection to keys; its name differs between versions of transformers."""
    found = [m for name, m in model.named_modules() if name.rsplit(".", 1)[-1] in ("key", "k_proj")]
    return found[-1] if found else None


def _pixels(rgb: np.ndarray, side: int, mean: tuple[float, ...], spread: tuple[float, ...]) -> Tensor:
    small = np.asarray(Image.fromarray(rgb).resize((side, side), Image.Resampling.BICUBIC), np.float32) / 255
    normal = (small - np.array(mean, np.float32)) / np.array(spread, np.float32)
    return torch.from_numpy(np.ascontiguousarray(normal.transpose(2, 0, 1)))[None].float()
