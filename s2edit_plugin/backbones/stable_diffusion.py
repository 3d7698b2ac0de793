"""Stable Diffusion 1.x and every model of its layout (one CLIP text encoder, noise prediction), the small model included."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from s2edit_plugin.attention import AttentionControl
from s2edit_plugin.backbones.base import Backbone, Injection
from s2edit_plugin.backbones.conditions import Condition
from s2edit_plugin.backbones.layers import AttentionLayer, controlled, unet_layers
from s2edit_plugin.errors import ModelError, NumericalError
from s2edit_plugin.schedule import NoiseSchedule

__all__ = ["StableDiffusionBackbone", "fingerprint_folder"]


class StableDiffusionBackbone(Backbone):
    """Wraps the parts of a ``StableDiffusionPipeline``; the weights never train and never change."""

    def __init__(
        self, pipeline: Any, name: str, fingerprint: str, device: torch.device, dtype: torch.dtype
    ) -> None:
        """Args: pipeline: a loaded ``StableDiffusionPipeline``. Raises ModelError if it predicts anything but noise."""
        if pipeline.scheduler.config.prediction_type != "epsilon":
            raise ModelError(f"The model '{name}' does not predict noise, which this version needs.")
        self.name, self.fingerprint, self.device, self.dtype = name, fingerprint, device, dtype
        self.tokenizer = pipeline.tokenizer
        self.vae = pipeline.vae.to(device, dtype).eval().requires_grad_(False)
        self.unet = pipeline.unet.to(device, dtype).eval().requires_grad_(False)
        # The text encoder is small and tokens are learned through it: it stays in float32.
        self.text_encoder = pipeline.text_encoder.to(device, torch.float32).eval().requires_grad_(False)
        self.latent_side = int(self.unet.config.sample_size)
        self.latent_channels = int(self.unet.config.in_channels)
        self.resolution = self.latent_side * 2 ** (len(self.vae.config.block_out_channels) - 1)
        self.text_length = int(self.tokenizer.model_max_length)
        self.text_width = int(self.text_encoder.config.hidden_size)
        self.embedding_width = self.text_width
        self.start_id, self.end_id = int(self.tokenizer.bos_token_id), int(self.tokenizer.eos_token_id)
        self.pad_id = int(self.tokenizer.pad_token_id)
        config = pipeline.scheduler.config
        alphas = pipeline.scheduler.alphas_cumprod.float().cpu()
        final = 1.0 if config.get("set_alpha_to_one", True) else float(alphas[0])
        self.schedule = NoiseSchedule(alphas, final, int(config.get("steps_offset", 0)))
        self._layers = unet_layers(self.unet, self.latent_side, self.text_length)
        if device.type == "cpu":
            self.unet.to(memory_format=torch.channels_last)

    def encode_picture(self, picture: Tensor) -> Tensor:
        """See `Backbone.encode_picture`."""
        with torch.no_grad():
            mean = self.vae.encode(picture.to(self.device, self.dtype)).latent_dist.mode()
        shift = getattr(self.vae.config, "shift_factor", None) or 0.0
        return (mean.float() - shift) * self.vae.config.scaling_factor

    def decode_latents(self, latents: Tensor) -> Tensor:
        """See `Backbone.decode_latents`. Raises NumericalError where the decoder gives NaN."""
        shift = getattr(self.vae.config, "shift_factor", None) or 0.0
        with torch.no_grad():
            scaled = latents / self.vae.config.scaling_factor + shift
            picture = self.vae.decode(scaled.to(self.dtype)).sample.float()
        if not bool(torch.isfinite(picture).all()):
            raise NumericalError(
                "The picture came out with numbers that are not finite.", "Try another precision."
            )
        return picture

    def word_ids(self, word: str) -> list[int]:
        """See `Backbone.word_ids`."""
        return list(self.tokenizer(word, add_special_tokens=False).input_ids)

    def embedding_of(self, text: str) -> Tensor:
        """See `Backbone.embedding_of`."""
        ids = torch.tensor([i for word in text.split() for i in self.word_ids(word)], device=self.device)
        return self.text_encoder.get_input_embeddings().weight[ids].detach().float().clone()

    def encode_ids(
        self, ids: Tensor, injections: Sequence[Sequence[Injection]]
    ) -> tuple[Tensor, Tensor | None]:
        """See `Backbone.encode_ids`."""
        embedding = self.text_encoder.get_input_embeddings()
        handle = embedding.register_forward_hook(_injecting(injections)) if injections else None
        try:
            output = self.text_encoder(ids)
        finally:
            if handle is not None:
                handle.remove()
        return output.last_hidden_state, None

    def predict(self, latents: Tensor, timestep: float | Tensor, conditions: Sequence[Condition]) -> Tensor:
        """See `Backbone.predict`."""
        hidden = torch.stack([condition.hidden for condition in conditions]).to(self.dtype)
        return self.unet(latents.to(self.dtype), timestep, encoder_hidden_states=hidden).sample.float()

    def control(self, control: AttentionControl) -> AbstractContextManager[AttentionControl]:
        """See `Backbone.control`."""
        return controlled(self.unet, control)

    def attention_layers(self) -> list[AttentionLayer]:
        """See `Backbone.attention_layers`."""
        return self._layers

    def value_projection(self, layer: str) -> Tensor:
        """See `Backbone.value_projection`."""
        return self.unet.get_submodule(layer).to_v.weight


def _injecting(injections: Sequence[Sequence[Injection]]) -> Callable[[Any, Any, Tensor], Tensor]:
    def hook(_module: Any, _inputs: Any, embedded: Tensor) -> Tensor:
        embedded = embedded.clone()
        for row, items in enumerate(injections):
            for columns, vectors in items:
                embedded[row, list(columns)] = vectors.to(embedded.dtype)
        return embedded

    return hook


def fingerprint_folder(folder: Path) -> str:
    """Hash of a model folder's weights and text side: sha256 over U-Net, text encoder and tokenizer files, by name."""
    digest = hashlib.sha256()
    for part in ("unet", "text_encoder", "tokenizer"):
        for file in sorted((folder / part).glob("*")):
            if file.suffix in (".safetensors", ".json", ".txt"):
                digest.update(f"{part}/{file.name}".encode())
                with file.open("rb") as stream:
                    while chunk := stream.read(1 << 20):
                        digest.update(chunk)
    return digest.hexdigest()
