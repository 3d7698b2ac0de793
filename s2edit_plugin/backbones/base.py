"""The interface of base models.

Algorithms use a backbone's latents, text features, predictions and layer descriptions and never a diffusers pipeline. The
interface does not fix the number of latent channels, the latent side, the prompt's length, the kind of prediction or the
number of text encoders.

    words       `Backbone.encode_ids`        columns of a prompt -> features; a token's vectors are injected at its columns
    condition   `conditions.Condition`       everything a prediction depends on beside latents and timestep, one a row
    schedule    `schedule.Schedule`          adding noise, the training target, denoising step and its inverse
    attention   `layers.AttentionLayer`      each layer's name, kind, size, and which key columns are text

A transformer (FLUX.2, Z-Image, Qwen-Image) would need a third kind of layer, whose keys are text columns and picture positions
in one sequence; its schedule is a `schedule.FlowSchedule`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from s2edit_plugin.backbones.attention import AttentionControl
from s2edit_plugin.backbones.conditions import Condition
from s2edit_plugin.backbones.device import DeviceChoice
from s2edit_plugin.backbones.layers import AttentionLayer
from s2edit_plugin.backbones.parameters import LayerShape
from s2edit_plugin.backbones.savings import NOTHING, Savings
from s2edit_plugin.backbones.schedule import Schedule
from s2edit_plugin.backbones.shape import ModelShape

__all__ = ["Backbone", "Injection"]

Injection = tuple[tuple[int, ...], Tensor]
"""Columns of a row and the embedding vectors (n, W) injected there."""


class Backbone(ABC):
    """A latent text-to-image diffusion model.

    Attributes:
        name: as shown to users and stored in tokens. fingerprint: hash of its weights.
        device, dtype: where and in what it computes.
        resolution: side of the square picture it works on, pixels. latent_side, latent_channels: of its latents.
        text_length: columns L of a prompt, start and end included. text_width: D of the text features.
        embedding_width: W of the token embeddings; with two text encoders both widths, one after the other.
        start_id, end_id, pad_id: special vocabulary ids.
        zero_unconditional: whether "no prompt" is zeros instead of the empty prompt's features.
        schedule: its noise schedule. choice: the reasons for device and number format, None if set directly. path: its folder.
        shape: for memory estimates, None if unknown. savings: the current ones, see `apply_savings`.
        stage: the last operation: ``load``, ``encode``, ``text``, ``predict``, ``decode``; "" between jobs.
        memory_limit: most bytes a job may take on the device, weights included; 0: all that is free.
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
    zero_unconditional: bool = False
    schedule: Schedule
    choice: DeviceChoice | None = None
    shape: ModelShape | None = None
    savings: Savings = NOTHING
    stage: str = ""
    memory_limit: int = 0
    path: Path | None = None

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
            ids: (B, L). injections: for each row the vectors that replace its ids' embeddings; [] for none at all.

        Returns:
            hidden (B, L, D) and pooled (B, P), the latter None for models without one; pooled is taken at the true
            end-of-text position.
        """

    @abstractmethod
    def predict(self, latents: Tensor, timestep: float | Tensor, conditions: Sequence[Condition]) -> Tensor:
        """The model's prediction for noisy latents: noise, velocity or flow, as interpreted by its `schedule`.

        Args:
            latents: (B, C, s, s). timestep: one for all rows, or (B,). conditions: one a row.

        Returns:
            (B, C, s, s) float32, differentiable in the conditions' features.
        """

    @abstractmethod
    def control(self, control: AttentionControl) -> AbstractContextManager[AttentionControl]:
        """Apply a control to the attention layers while the context is open."""

    @abstractmethod
    def attention_layers(self) -> list[AttentionLayer]:
        """All attention layers, always in the same order."""

    def cross_layers(self) -> list[LayerShape]:
        """The layers with text columns as keys: tokens and their key/value deltas act there."""
        return [layer.shape for layer in self.attention_layers() if layer.text_keys]

    def fast_learning(self, parameters: str) -> AbstractContextManager[Any]:
        """Number format of the U-Net while deltas of all its layers are learned: bfloat16 on CPUs with instructions for it."""
        return nullcontext()

    def picture_layers(self) -> list[LayerShape]:
        """The layers on which deltas on the picture act; empty for backbones without such deltas."""
        return []

    def layers_for(self, parameters: str) -> list[LayerShape]:
        """The layers on which a variant of token parameters acts (`backbones.parameters.create_parameters`)."""
        return self.picture_layers() if parameters == "unet_lora" else self.cross_layers()

    @abstractmethod
    def value_projection(self, layer: str) -> Tensor:
        """Value matrix W_v (E, D) for text columns in a layer, the model's own and in its number format."""

    def supported(self, wanted: Savings) -> Savings:
        """The wanted savings as far as this backbone supports them."""
        return NOTHING

    def apply_savings(self, savings: Savings) -> None:  # noqa: B027 (a backbone without savings does nothing)
        """Apply savings from now on; `NOTHING` restores everything bit for bit.

        If it raises, memory ran out meanwhile; a second call resumes.
        """

    @property
    def map_side(self) -> int:
        """Picture side of the attention maps that are read.

        The target is a quarter of the latent side (16 of 64, as in Prompt-to-Prompt), at least 16: smaller maps have too few
        cells to outline anything. Of the sides of cross-attention layers it is the smallest that is not below the target,
        else the largest (SDXL has no such layer at the latents' own side).
        """
        sides = {layer.side for layer in self.attention_layers() if layer.text_keys}
        fitting = [side for side in sides if side >= max(self.latent_side // 4, 16)]
        return min(fitting, default=max(sides))

    @property
    def self_side(self) -> int:
        """Largest side at which self-attention is injected: half the latent side (32 of 64)."""
        return self.latent_side // 2
