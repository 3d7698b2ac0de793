"""Stable Diffusion 1.x, 2.x and models of the same layout (one CLIP text encoder and a U-Net), including the small model.

SD2.x differs in its configuration only: a wider text encoder without its last layer, padding by ``!`` instead of the
end-of-text id, and a U-Net that predicts the velocity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from s2edit_plugin.backbones.attention import AttentionControl
from s2edit_plugin.backbones.base import Backbone, Injection
from s2edit_plugin.backbones.conditions import Condition
from s2edit_plugin.backbones.device import multiplies_bfloat16
from s2edit_plugin.backbones.layers import AttentionLayer, AttentionSwitch, picture_layers, unet_layers
from s2edit_plugin.backbones.offloading import Offloading, pieces
from s2edit_plugin.backbones.parameters import LayerShape
from s2edit_plugin.backbones.savings import Savings
from s2edit_plugin.backbones.schedule import NoiseSchedule
from s2edit_plugin.errors import ModelError, NumericalError, Sentence

__all__ = ["Parts", "StableDiffusionBackbone", "noise_schedule", "pad_id", "run_text_encoder"]


@dataclass(frozen=True)
class Parts:
    """A loaded model in parts.

    Attributes:
        tokenizers, text_encoders: one each, or two each for SDXL. scheduler: its configuration.
        zero_unconditional: see `Backbone`.
    """

    unet: Any
    vae: Any
    tokenizers: Sequence[Any]
    text_encoders: Sequence[Any]
    scheduler: Mapping[str, Any]
    zero_unconditional: bool = False


class StableDiffusionBackbone(Backbone):
    """Wraps the parts of a model; the weights are frozen."""

    upcasts_vae = False  # whether the autoencoder's setting ``force_upcast`` is used
    # Reads ``unet`` or ``vae`` from the disk again in its original format.
    reload: Callable[[str], Any] | None = None

    def __init__(
        self, parts: Parts, name: str, fingerprint: str, device: torch.device, dtype: torch.dtype
    ) -> None:
        """Raises ModelError if the noise schedule is of an unknown kind."""
        self.name, self.fingerprint, self.device, self.dtype = name, fingerprint, device, dtype
        self.schedule = noise_schedule(parts.scheduler, name)
        self.zero_unconditional = parts.zero_unconditional
        self.unet = parts.unet.to(device, dtype).eval().requires_grad_(False)
        upcast = self.upcasts_vae and dtype == torch.float16 and bool(parts.vae.config.force_upcast)
        self.vae = parts.vae.to(device, torch.float32 if upcast else dtype).eval().requires_grad_(False)
        # Tokens are learned through the text encoders: they stay in float32.
        self.text_encoders = [
            encoder.to(device, torch.float32).eval().requires_grad_(False) for encoder in parts.text_encoders
        ]
        self.tokenizers = list(parts.tokenizers)
        self.latent_side = int(self.unet.config.sample_size)
        self.latent_channels = int(self.unet.config.in_channels)
        self.resolution = self.latent_side * 2 ** (len(self.vae.config.block_out_channels) - 1)
        self.text_length = min(
            *(int(tokenizer.model_max_length) for tokenizer in self.tokenizers),
            *(int(encoder.config.max_position_embeddings) for encoder in self.text_encoders),
        )
        self.text_width = sum(int(encoder.config.hidden_size) for encoder in self.text_encoders)
        self.embedding_width = self.text_width
        first = self.tokenizers[0]
        self.start_id, self.end_id = int(first.bos_token_id), int(first.eos_token_id)
        self.pad_id = pad_id(first)
        self._attention = AttentionSwitch(self.unet)
        self.resized()
        if device.type == "cpu":
            self.unet.to(memory_format=torch.channels_last)
        self._offloading = Offloading(self)

    def resized(self) -> None:
        """Update what depends on ``latent_side`` and ``resolution``."""
        self._layers = unet_layers(self.unet, self.latent_side, self.text_length)

    def supported(self, wanted: Savings) -> Savings:
        """See `Backbone.supported`."""
        return self._offloading.supported(wanted)

    def apply_savings(self, savings: Savings) -> None:
        """See `Backbone.apply_savings`."""
        self.stage = "load"
        self._offloading.apply(savings)
        self.stage = ""

    def encode_picture(self, picture: Tensor) -> Tensor:
        """See `Backbone.encode_picture`."""
        self.stage = "encode"
        with torch.no_grad():
            mean = self.vae.encode(picture.to(self.vae.device, self.vae.dtype)).latent_dist.mode()
        self.stage = ""
        return (mean.to(self.device).float() - self._vae_shift) * self.vae.config.scaling_factor

    def decode_latents(self, latents: Tensor) -> Tensor:
        """See `Backbone.decode_latents`. Raises NumericalError if the decoder's output has NaN."""
        self.stage = "decode"
        with torch.no_grad():
            scaled = latents / self.vae.config.scaling_factor + self._vae_shift
            picture = self.vae.decode(scaled.to(self.vae.device, self.vae.dtype)).sample
            picture = picture.to(self.device).float()
        self.stage = ""
        if not bool(torch.isfinite(picture).all()):
            raise NumericalError(
                "The picture came out with numbers that are not finite.", "Try another precision."
            )
        return picture

    @property
    def _vae_shift(self) -> float:
        return float(getattr(self.vae.config, "shift_factor", None) or 0.0)

    def word_ids(self, word: str) -> list[int]:
        """See `Backbone.word_ids`."""
        return list(self.tokenizers[0](word, add_special_tokens=False).input_ids)

    def embedding_of(self, text: str) -> Tensor:
        """See `Backbone.embedding_of`."""
        ids = [i for word in text.split() for i in self.word_ids(word)]
        tables = [encoder.get_input_embeddings().weight for encoder in self.text_encoders]
        return torch.cat([table[ids].detach().float() for table in tables], dim=-1).to(self.device)

    def encode_ids(
        self, ids: Tensor, injections: Sequence[Sequence[Injection]]
    ) -> tuple[Tensor, Tensor | None]:
        """See `Backbone.encode_ids`."""
        self.stage = "text"
        return run_text_encoder(self.text_encoders[0], ids, injections).last_hidden_state.to(
            self.device
        ), None

    def predict(self, latents: Tensor, timestep: float | Tensor, conditions: Sequence[Condition]) -> Tensor:
        """See `Backbone.predict`."""
        self.stage = "predict"
        whole = self._attention.control
        edit = whole.edit if whole is not None else None
        pair = None if edit is None else (edit.source, edit.target)
        # Callers that need gradients split their batches themselves: each part needs its own backward pass.
        parts = pieces(len(conditions), 0 if torch.is_grad_enabled() else self.savings.rows, pair)
        if len(parts) == 1:
            return self._predict(latents, timestep, conditions)
        found: dict[int, Tensor] = {}
        for rows in parts:
            # One timestep for all rows, or one for each.
            several = isinstance(timestep, Tensor) and timestep.numel() > 1
            times = timestep[rows] if isinstance(timestep, Tensor) and several else timestep
            with nullcontext() if whole is None else self._attention.applied(whole.part(rows)):
                predicted = self._predict(latents[rows], times, [conditions[row] for row in rows])
            found |= dict(zip(rows, predicted, strict=True))
        return torch.stack([found[row] for row in range(len(conditions))])

    def _predict(self, latents: Tensor, timestep: float | Tensor, conditions: Sequence[Condition]) -> Tensor:
        hidden = torch.stack([condition.hidden for condition in conditions]).to(self.dtype)
        extra = self._extra_conditioning(conditions)
        return self.unet(
            latents.to(self.dtype), timestep, encoder_hidden_states=hidden, **extra
        ).sample.float()

    def _extra_conditioning(self, conditions: Sequence[Condition]) -> dict[str, Any]:
        """Arguments of the U-Net for conditioning beside the text features."""
        return {}

    def control(self, control: AttentionControl) -> AbstractContextManager[AttentionControl]:
        """See `Backbone.control`."""
        control.positions = self.savings.attention
        return self._attention.applied(control)

    def fast_learning(self, parameters: str) -> AbstractContextManager[Any]:
        """See `Backbone.fast_learning`."""
        plain = self.device.type != "cpu" or self.dtype != torch.float32 or not multiplies_bfloat16()
        return nullcontext() if plain or parameters != "unet_lora" else torch.autocast("cpu", torch.bfloat16)

    def picture_layers(self) -> list[LayerShape]:
        """See `Backbone.picture_layers`."""
        return picture_layers(self.unet)

    def attention_layers(self) -> list[AttentionLayer]:
        """See `Backbone.attention_layers`."""
        return self._layers

    def value_projection(self, layer: str) -> Tensor:
        """See `Backbone.value_projection`."""
        return self.unet.get_submodule(layer).to_v.weight


def run_text_encoder(
    encoder: Any, ids: Tensor, injections: Sequence[Sequence[Injection]], **arguments: Any
) -> Any:
    """Output of a CLIP text encoder for ids (B, L) with injected embedding vectors; the vocabulary is not changed."""
    handle = (
        encoder.get_input_embeddings().register_forward_hook(_injecting(injections)) if injections else None
    )
    try:
        return encoder(ids.to(encoder.device), **arguments)
    finally:
        if handle is not None:
            handle.remove()


def _injecting(injections: Sequence[Sequence[Injection]]) -> Callable[[Any, Any, Tensor], Tensor]:
    def hook(_module: Any, _inputs: Any, embedded: Tensor) -> Tensor:
        embedded = embedded.clone()
        for row, items in enumerate(injections):
            for columns, vectors in items:
                embedded[row, list(columns)] = vectors.to(embedded)
        return embedded

    return hook


def pad_id(tokenizer: Any) -> int:
    """A tokenizer's padding id, or its end-of-text id if it has none."""
    found = tokenizer.pad_token_id
    return int(tokenizer.eos_token_id if found is None else found)


def noise_schedule(config: Mapping[str, Any], name: str) -> NoiseSchedule:
    """The noise schedule of a model, from the configuration of its diffusers scheduler.

    Args:
        config: scheduler_config.json. name: of the model, for messages.

    Raises:
        ModelError: not a diffusion schedule (a flow, or EDM's), or an invalid one.
    """
    from diffusers import DDIMScheduler

    kind = str(config.get("_class_name", "unknown"))[:60]
    prediction = config.get("prediction_type", "epsilon")
    unknown = ModelError(
        Sentence("The model '{}' has a noise schedule ({}) that S2Edit Studio does not know.", name, kind)
    )
    if "beta_schedule" not in config and config.get("trained_betas") is None:
        raise unknown
    if prediction not in ("epsilon", "sample", "v_prediction"):
        raise ModelError(
            Sentence("The model '{}' predicts '{}', which is not known.", name, str(prediction)[:60])
        )
    try:
        scheduler = DDIMScheduler.from_config(dict(config), clip_sample=False)
        schedule = NoiseSchedule(
            alphas_cumprod=scheduler.alphas_cumprod.float().cpu(),
            final_alpha=float(scheduler.final_alpha_cumprod),
            offset=int(scheduler.config.steps_offset),
            prediction=prediction,
            spacing=scheduler.config.timestep_spacing,
        )
        if schedule.spacing not in ("leading", "trailing", "linspace"):
            raise unknown
        first = schedule.timesteps(1)[0]
    except (TypeError, ValueError, NotImplementedError, RuntimeError) as error:
        raise unknown from error
    if prediction == "epsilon" and float(schedule.alphas_cumprod[first]) == 0:
        raise ModelError(
            Sentence("The model '{}' predicts noise but starts where there is nothing else to see.", name)
        )
    if prediction == "sample":
        # There is no noise to predict at a level without noise, so inversion starts at the first level with some.
        return replace(schedule, final_alpha=float(schedule.alphas_cumprod[0]))
    return schedule
