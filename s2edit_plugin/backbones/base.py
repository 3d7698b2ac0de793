"""The interface every base model stands behind.

An algorithm asks a backbone for latents, text features and noise predictions, and for the names of what it wants to touch;
it never looks at a pipeline. What is fixed nowhere: the number of latent channels, the latent side, the prompt's length.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager

import torch
from torch import Tensor

from s2edit_plugin.attention import AttentionControl
from s2edit_plugin.backbones.device import DeviceChoice
from s2edit_plugin.parameters import LayerShape
from s2edit_plugin.schedule import NoiseSchedule

__all__ = ["Backbone", "Injection"]

Injection = tuple[tuple[int, ...], Tensor]
"""Columns of a row and the embedding vectors (n, W) that stand there."""


class Backbone(ABC):
    """A latent text-to-image diffusion model.

    Attributes:
        name: as shown to users and stored in tokens. fingerprint: hash of its weights.
        device, dtype: where and in what it computes.
        resolution: side of the square picture it works on, pixels. latent_side, latent_channels: of its latents.
        text_length: columns L of a prompt, start and end included. text_width: D of the text features.
        embedding_width: W of the token embeddings. start_id, end_id, pad_id: special vocabulary ids.
        schedule: its noise schedule. choice: why this device and number format, None where nobody chose.
    """

    name: str
    fingerprint: str
    device: torch.device
    dtype: torch.dtype
    resolution: int
    latent_side: int
    latent_channels: int
    text_length: int
    text_width: int
    embedding_width: int
    start_id: int
    end_id: int
    pad_id: int
    schedule: NoiseSchedule
    choice: DeviceChoice | None = None

    @abstractmethod
    def encode_picture(self, picture: Tensor) -> Tensor:
        """Picture (B, 3, S, S) in [-1, 1] -> scaled latents (B, C, s, s), the posterior's mean."""

    @abstractmethod
    def decode_latents(self, latents: Tensor) -> Tensor:
        """Scaled latents (B, C, s, s) -> picture (B, 3, S, S), about [-1, 1], float32."""

    @abstractmethod
    def word_ids(self, word: str) -> list[int]:
        """Vocabulary ids of one word, without special ids."""

    @abstractmethod
    def embedding_of(self, text: str) -> Tensor:
        """Embedding vectors (n, W) of a text's ids, float32, detached."""

    @abstractmethod
    def encode_ids(
        self, ids: Tensor, injections: Sequence[Sequence[Injection]]
    ) -> tuple[Tensor, Tensor | None]:
        """Run the text encoder.

        Args:
            ids: (B, L). injections: for each row what stands in place of its ids' embeddings; [] for none at all.

        Returns:
            hidden (B, L, D) and pooled (B, P), the latter None for models that use none; pooled is taken at the true
            end-of-text position.
        """

    @abstractmethod
    def predict_noise(
        self, latents: Tensor, timestep: int | Tensor, hidden: Tensor, pooled: Tensor | None = None
    ) -> Tensor:
        """Predicted noise (B, C, s, s) for latents (B, C, s, s) at timestep(s) under text (B, L, D)."""

    @abstractmethod
    def control(self, control: AttentionControl) -> AbstractContextManager[AttentionControl]:
        """Let the attention layers obey a control for a while."""

    @abstractmethod
    def cross_layers(self) -> list[LayerShape]:
        """The cross-attention layers."""

    @abstractmethod
    def value_projection(self, layer: str) -> Tensor:
        """Value matrix W_v (E, D) of a cross-attention layer."""

    @property
    def map_side(self) -> int:
        """Picture side at which attention maps are read.

        A quarter of the latent side (16 of 64, as in Prompt-to-Prompt), but never below 16: on small latents a quarter
        holds too few cells to outline anything.
        """
        return min(self.latent_side, max(self.latent_side // 4, 16))

    @property
    def self_side(self) -> int:
        """Largest side at which self-attention is injected: half the latent side (32 of 64)."""
        return self.latent_side // 2
