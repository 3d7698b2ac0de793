"""Stable Diffusion XL: two text encoders, a pooled feature, and size conditioning.

Differences from Stable Diffusion 1 and 2 (Podell et al. 2023, "SDXL", section 2):

* The text features are those of CLIP-L and OpenCLIP bigG concatenated, each from its penultimate layer, before the final
  layer norm. A token has embedding vectors for both: (n, W1 + W2), split when they are injected.
* The pooled feature is bigG's projected feature at the end-of-text id. It acts on every pixel, so token isolation computes it
  without the token.
* The U-Net is conditioned on original size, crop and target size (`conditions.SizeConditioning`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from s2edit_plugin.backbones.base import Injection
from s2edit_plugin.backbones.conditions import Condition, SizeConditioning
from s2edit_plugin.backbones.stable_diffusion import Parts, StableDiffusionBackbone, pad_id, run_text_encoder
from s2edit_plugin.errors import ModelError, Sentence

__all__ = ["StableDiffusionXLBackbone"]


class StableDiffusionXLBackbone(StableDiffusionBackbone):
    """Wraps the parts of a ``StableDiffusionXLPipeline``."""

    upcasts_vae = True  # SDXL's autoencoder overflows in float16

    def __init__(
        self, parts: Parts, name: str, fingerprint: str, device: torch.device, dtype: torch.dtype
    ) -> None:
        """Raises ModelError if the tokenizers have different vocabularies, and as `StableDiffusionBackbone` does."""
        super().__init__(parts, name, fingerprint, device, dtype)
        first, second = self.tokenizers
        if first.get_vocab() != second.get_vocab():
            raise ModelError(
                Sentence("The two tokenizers of the model '{}' do not share a vocabulary.", name)
            )
        self._second_pad = pad_id(second)
        self._first_width = int(self.text_encoders[0].config.hidden_size)

    def encode_ids(
        self, ids: Tensor, injections: Sequence[Sequence[Injection]]
    ) -> tuple[Tensor, Tensor | None]:
        """See `Backbone.encode_ids`."""
        self.stage = "text"
        split, (clip, big) = self._first_width, self.text_encoders
        first = [[(columns, vectors[:, :split]) for columns, vectors in row] for row in injections]
        second = [[(columns, vectors[:, split:]) for columns, vectors in row] for row in injections]
        left = run_text_encoder(clip, ids, first, output_hidden_states=True)
        right = run_text_encoder(big, self._padded_for_second(ids), second, output_hidden_states=True)
        hidden = torch.cat([left.hidden_states[-2], right.hidden_states[-2]], dim=-1)
        return hidden.to(self.device), right.text_embeds.to(self.device)

    def resized(self) -> None:
        """See `StableDiffusionBackbone.resized`."""
        super().resized()
        self._sizes: dict[SizeConditioning | None, Tensor] = {}

    def _padded_for_second(self, ids: Tensor) -> Tensor:
        """The same ids with the second tokenizer's padding after the first end-of-text id."""
        ends = (ids == self.end_id).int()
        behind = ends.cumsum(dim=1) - ends > 0
        return ids.masked_fill(behind, self._second_pad)

    def _extra_conditioning(self, conditions: Sequence[Condition]) -> dict[str, Any]:
        pooled = [condition.pooled for condition in conditions if condition.pooled is not None]
        sizes = [self._size_of(condition.framing) for condition in conditions]
        return {
            "added_cond_kwargs": {
                "text_embeds": torch.stack(pooled).to(self.dtype),
                "time_ids": torch.stack(sizes),
            }
        }

    def _size_of(self, framing: SizeConditioning | None) -> Tensor:
        """Original height and width, top, left, target height and width: (6,) float32, cached."""
        if framing not in self._sizes:
            square = (self.resolution, self.resolution)
            size = framing or SizeConditioning(square)
            numbers = (*size.original, *size.corner, *square)
            self._sizes[framing] = torch.tensor(numbers, dtype=torch.float32, device=self.device)
        return self._sizes[framing]
