"""The shape of a base model for estimates of memory and time, read from its configuration files without loading it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from s2edit_plugin.backbones.device_memory import count_part
from s2edit_plugin.storage.paths import MAX_JSON, read_limited

__all__ = ["ModelShape", "TextShape", "UnetShape", "VaeShape", "shape_of", "shape_of_folder"]

TEXT_PARTS = ("text_encoder", "text_encoder_2")


@dataclass(frozen=True)
class UnetShape:
    """The U-Net.

    Attributes:
        parameters: their count. channels: of each level, finest first. layers: residual blocks of a down level.
        side: of the latents. depths: transformer blocks of a transformer at each level, 0: no attention.
        heads: attention heads of each level. middle: transformer blocks of the middle, 0: none. text_width: D.
    """

    parameters: int
    channels: tuple[int, ...]
    layers: int
    side: int
    depths: tuple[int, ...]
    heads: tuple[int, ...]
    middle: int
    text_width: int

    def side_at(self, level: int) -> int:
        """Picture side of the feature maps of a level."""
        return max(1, self.side >> level)

    def map_at(self, level: int, channels_of: int | None = None) -> int:
        """Elements of one row's feature map at a level, with the level's own channels or those of another level."""
        return self.channels[level if channels_of is None else channels_of] * self.side_at(level) ** 2


@dataclass(frozen=True)
class VaeShape:
    """The autoencoder.

    Attributes:
        parameters: their count. channels: of the finest level. layers: residual blocks a level. side: of the picture.
        upcasts: whether it computes in float32 if the model computes in float16 (SDXL's overflows).
    """

    parameters: int
    channels: int
    layers: int
    side: int
    upcasts: bool = False


@dataclass(frozen=True)
class TextShape:
    """A text encoder: count of parameters, layers, width, columns."""

    parameters: int
    layers: int
    width: int
    length: int


@dataclass(frozen=True)
class ModelShape:
    """A base model."""

    unet: UnetShape
    vae: VaeShape
    text: tuple[TextShape, ...]

    @property
    def parameters(self) -> int:
        """All parameters."""
        return self.unet.parameters + self.vae.parameters + sum(part.parameters for part in self.text)


def shape_of_folder(folder: Path) -> ModelShape:
    """Shape of a model in the diffusers layout.

    Raises:
        OSError, ValueError, KeyError, TypeError: a configuration is missing or damaged.
    """
    parts = ["unet", "vae", *(p for p in TEXT_PARTS if (folder / p / "config.json").is_file())]
    configs = {p: json.loads(read_limited(folder / p / "config.json", MAX_JSON)) for p in parts}
    return shape_of(configs, {part: count_part(folder / part) for part in parts})


def shape_of(configs: Mapping[str, Mapping[str, Any]], parameters: Mapping[str, int]) -> ModelShape:
    """Shape from the configurations of diffusers and transformers and the counts of parameters, by part."""
    unet, vae = configs["unet"], configs["vae"]
    channels = tuple(int(c) for c in unet["block_out_channels"])
    depths = _each(unet.get("transformer_layers_per_block") or 1, len(channels))
    attends = ["Attn" in kind for kind in unet["down_block_types"]]
    side = int(unet["sample_size"])
    return ModelShape(
        UnetShape(
            parameters=parameters["unet"],
            channels=channels,
            layers=_each(unet["layers_per_block"], len(channels))[0],
            side=side,
            depths=tuple(depth if there else 0 for depth, there in zip(depths, attends, strict=True)),
            heads=_each(unet.get("num_attention_heads") or unet["attention_head_dim"], len(channels)),
            middle=depths[-1] if "CrossAttn" in str(unet.get("mid_block_type", "")) else 0,
            text_width=int(unet["cross_attention_dim"]),
        ),
        VaeShape(
            parameters=parameters["vae"],
            channels=int(vae["block_out_channels"][0]),
            layers=int(vae["layers_per_block"]),
            side=side * 2 ** (len(vae["block_out_channels"]) - 1),
            upcasts=bool(vae.get("force_upcast")) and "text_encoder_2" in configs,
        ),
        tuple(
            TextShape(
                parameters=parameters[part],
                layers=int(configs[part]["num_hidden_layers"]),
                width=int(configs[part]["hidden_size"]),
                length=int(configs[part].get("max_position_embeddings", 77)),
            )
            for part in TEXT_PARTS
            if part in configs
        ),
    )


def _each(value: Any, levels: int) -> tuple[int, ...]:
    if isinstance(value, list | tuple):
        return tuple(int(item) for item in value)
    return (int(value),) * levels
