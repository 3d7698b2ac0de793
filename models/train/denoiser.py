"""The networks of the diffusion model: text encoder and U-Net, their sizes, and the noise schedule."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import DDIMScheduler, UNet2DConditionModel
from diffusers.models.attention_processor import Attention
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from ..drawing.names import NAME_PLACEHOLDER
from . import naming
from .tokenizer import LENGTH

STAGE = "diffusion"
SAMPLE = "a photo of a woman with long brown hair wearing glasses in a forest"
STREAM_GROWTH = 12.0  # of the text encoder's residual stream; weights that are beyond it are scaled back


@dataclass(frozen=True)
class Recipe:
    """Numbers of the stage; the defaults are for the real network, tests take smaller ones."""

    widths: tuple[int, ...] = (64, 128, 192)
    heads: tuple[int, ...] = (2, 4, 6)
    groups: int = 16
    latent_channels: int = 8
    latent_size: int = 16
    text_width: int = 192
    text_layers: int = 3
    text_heads: int = 6
    rate: float = 2e-3
    # Rate of the text encoder's matrices: faster, they drown the words in what they add.
    text_scale: float = 0.25
    table_scale: float = 0.5  # AdamW's rate (embeddings, norms, biases) as a share of Muon's
    batch: int = 64
    gpu_batch: int = 512
    no_caption: float = 0.1  # for classifier-free guidance
    words_alone: float = 0.4  # share of captions whose end-of-text and padding are hidden from the U-Net
    isolated: float = 0.6  # share of named captions whose other words do not see the name
    # On a name's embedding, as a share of its spread: neighbours mean nearly the same.
    name_noise: float = 0.1
    decay: float = 0.999  # of the average weights
    snr_limit: float = 5.0
    snr_floor: float = 0.25


def build_scheduler() -> DDIMScheduler:
    """The noise schedule of Stable Diffusion."""
    return DDIMScheduler(
        num_train_timesteps=1000,
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
        prediction_type="epsilon",
    )


@dataclass(frozen=True)
class Captions:
    """Captions of a batch.

    tokens: (N, 48) ids. traits: (N, `naming.WIDTH`) of the people, for the names in them; None where no caption
    has a name. isolated: (N,) bool, other words do not see the name. words_alone: (N,) bool, end-of-text and
    padding are hidden from the U-Net, so that the words themselves must say what they mean.
    """

    tokens: Tensor
    traits: Tensor | None = None
    isolated: Tensor | None = None
    words_alone: Tensor | None = None
    name_noise: Tensor | None = None


class Networks(nn.Module):
    """What this stage trains: captions' tokens -> text states -> noise in a latent."""

    def __init__(self, text_encoder: CLIPTextModel, unet: UNet2DConditionModel, placeholder: int) -> None:
        """Args: placeholder: id of the word that stands for a name."""
        super().__init__()
        self.text_encoder = text_encoder
        self.unet = unet.to(memory_format=torch.channels_last)
        self.namer = naming.Namer(text_encoder.config.hidden_size)
        self.placeholder, self.end = placeholder, text_encoder.config.eos_token_id

    def forward(self, noisy: Tensor, timesteps: Tensor, captions: Captions) -> Tensor:
        """(N, C, S, S) noisy latents, (N,) timesteps 0..999 -> the noise, (N, C, S, S)."""
        tokens = captions.tokens
        if captions.traits is None:
            states = self.text_encoder(tokens).last_hidden_state
        else:
            names = self.namer(captions.traits)
            if captions.name_noise is not None:
                names = names + captions.name_noise
            isolated = captions.isolated
            if isolated is None:
                isolated = torch.zeros(len(tokens), dtype=torch.bool, device=tokens.device)
            states = naming.text_states(self.text_encoder, tokens, self.placeholder, names, isolated)
        keep = None
        if captions.words_alone is not None:
            keep = ~((tokens == self.end) & captions.words_alone[:, None])
        return self.unet(noisy, timesteps, states, encoder_attention_mask=keep).sample


def build(recipe: Recipe, tokenizer: CLIPTokenizer) -> Networks:
    """Fresh networks; every residual branch of the U-Net starts at zero, so that signals pass from the start."""
    text = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=recipe.text_width,
            intermediate_size=4 * recipe.text_width,
            projection_dim=recipe.text_width,
            num_hidden_layers=recipe.text_layers,
            num_attention_heads=recipe.text_heads,
            max_position_embeddings=LENGTH,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    levels = len(recipe.widths)
    unet = UNet2DConditionModel(
        sample_size=recipe.latent_size,
        in_channels=recipe.latent_channels,
        out_channels=recipe.latent_channels,
        down_block_types=("CrossAttnDownBlock2D",) * levels,
        mid_block_type="UNetMidBlock2DCrossAttn",
        up_block_types=("CrossAttnUpBlock2D",) * levels,
        block_out_channels=recipe.widths,
        layers_per_block=1,
        cross_attention_dim=recipe.text_width,
        attention_head_dim=recipe.heads,  # diffusers calls the number of heads so
        norm_num_groups=recipe.groups,
    )
    with torch.no_grad():
        for name, parameter in unet.named_parameters():
            if ".conv2." in name or ".proj_out." in name or name.startswith("conv_out"):
                parameter.zero_()
    return Networks(text, unet, id_of_placeholder(tokenizer))


def id_of_placeholder(tokenizer: CLIPTokenizer) -> int:
    """Id of the word that stands for a name in training captions."""
    return int(tokenizer.convert_tokens_to_ids(f"{NAME_PLACEHOLDER}</w>"))


def released(folder: Path, tokenizer: CLIPTokenizer, recipe: Recipe) -> Networks:
    """The networks of a released folder, whose vocabulary may be an older one; names are learned anew."""
    networks = build(recipe, tokenizer)
    old = CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=torch.float32, use_safetensors=True)
    old_ids = CLIPTokenizer.from_pretrained(folder / "tokenizer").get_vocab()
    naming.adopt_vocabulary(networks.text_encoder, tokenizer, old, old_ids)
    growth = naming.stream_growth(
        networks.text_encoder,
        tokenise(tokenizer, [SAMPLE]),
    )
    if growth > STREAM_GROWTH:
        naming.let_words_through(networks.text_encoder, STREAM_GROWTH / growth)
    unet = UNet2DConditionModel.from_pretrained(folder / "unet", dtype=torch.float32, use_safetensors=True)
    return Networks(networks.text_encoder, unet, networks.placeholder)


class PlainAttention:
    """Attention as plain matrix products: PyTorch's fused kernel has a very slow backward pass on CPUs."""

    def __call__(
        self,
        attn: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        **_: Any,
    ) -> Tensor:
        """(N, P, C) places attend to themselves or to (N, T, D) text states; the result is (N, P, C)."""
        source = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        n, places = hidden_states.shape[:2]
        query, key, value = attn.to_q(hidden_states), attn.to_k(source), attn.to_v(source)
        width = query.shape[-1] // attn.heads

        def split(x: Tensor) -> Tensor:
            return x.view(n, -1, attn.heads, width).transpose(1, 2).reshape(n * attn.heads, -1, width)

        scores = torch.bmm(split(query * width**-0.5), split(key).transpose(1, 2))
        if attention_mask is not None:  # (N, 1, T), zero or very negative
            scores = scores + attention_mask.repeat_interleave(attn.heads, 0)
        mixed = torch.bmm(torch.softmax(scores, -1), split(value))
        return attn.to_out[0](mixed.view(n, attn.heads, places, width).transpose(1, 2).reshape(n, places, -1))


def timestep_chances(alphas: Tensor, limit: float, floor: float) -> Tensor:
    """How often to train each timestep, (1000,) summing to 1.

    In proportion to the min-SNR weight min(SNR, limit) / SNR: drawing the steps that count more often has the
    expected gradient of weighting the loss, with less noise. The floor keeps the nearly clean steps alive.
    """
    snr = alphas / (1.0 - alphas)
    weight = (snr.clamp_max(limit) / snr).clamp_min(floor)
    return weight / weight.sum()


def tokenise(tokenizer: CLIPTokenizer, texts: list[str]) -> Tensor:
    """(N, 48) token ids, padded with end-of-text as in Stable Diffusion."""
    return tokenizer(
        texts, padding="max_length", max_length=LENGTH, truncation=True, return_tensors="pt"
    ).input_ids


def add_noise(clean: Tensor, noise: Tensor, alphas: Tensor) -> Tensor:
    """Latents (N, C, S, S) at the noise levels whose cumulated alphas are (N,)."""
    a = alphas.view(-1, 1, 1, 1)
    return a.sqrt() * clean + (1.0 - a).sqrt() * noise
