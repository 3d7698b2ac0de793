"""Checks configurations of networks from untrusted models, whose values could exhaust memory. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from s2edit_plugin.errors import ModelError, Sentence

__all__ = ["check_config", "fewest_parameters"]

# Several times what the largest published models have.
_MOST = {
    "num_hidden_layers": 128, "num_layers": 128, "num_attention_heads": 512, "hidden_size": 32_768,
    "intermediate_size": 131_072, "vocab_size": 1_000_000, "max_position_embeddings": 100_000,
    "block_out_channels": 16_384, "layers_per_block": 16, "transformer_layers_per_block": 64,
    "reverse_transformer_layers_per_block": 64, "attention_head_dim": 4096, "cross_attention_dim": 32_768,
    "norm_num_groups": 1024, "sample_size": 16_384, "in_channels": 1024, "out_channels": 1024, "latent_channels": 1024,
    "projection_dim": 32_768, "image_size": 16_384, "patch_size": 1024, "num_channels": 64,
    "num_train_timesteps": 100_000, "addition_time_embed_dim": 16_384, "projection_class_embeddings_input_dim": 131_072,
}  # fmt: skip
_MOST_OF_OTHERS = 1_000_000
_MOST_BLOCKS = 16
_BLOCKS = (
    "block_out_channels",
    "down_block_types",
    "up_block_types",
    "layers_per_block",
    "transformer_layers_per_block",
)
_MOST_VALUES = 10_000  # in all; a schedule of a thousand steps may be written out
_MOST_TEXT = 4000


def check_config(values: Mapping[str, Any], what: str) -> None:
    """Refuse an invalid or unsupported configuration.

    Args:
        values: a ``config.json`` of diffusers or transformers. what: the network in messages, capitalised.

    Raises:
        ModelError: a number out of bounds, too many values, quantised weights, or external code.
    """
    if values.get("quantization_config"):
        raise ModelError(
            Sentence("{} is quantised, which is not supported.", what), "Get the plain fp16 or fp32 model."
        )
    if values.get("auto_map"):
        raise ModelError(
            Sentence("{} brings a program of its own, which is never run.", what), "Get another copy."
        )
    kernel = values.get("attn_implementation") or values.get("_attn_implementation")
    if isinstance(kernel, Mapping) or "/" in str(kernel or ""):
        raise ModelError(
            Sentence("{} wants a program from a hub, which is never fetched.", what), "Get another copy."
        )
    for name in _BLOCKS:
        if isinstance(values.get(name), list | tuple) and len(values[name]) > _MOST_BLOCKS:
            raise _absurd(what, name, f"{len(values[name]):,} blocks")
    _check(values, "", what, [0], depth=0)


def fewest_parameters(values: Mapping[str, Any]) -> int:
    """Lower bound of the parameters of a network with a checked configuration; a file with fewer belongs to another one.

    Counts the main matrices of CLIP's text encoder, or the convolutions at the widest level of a U-Net or autoencoder.
    """
    if "block_out_channels" in values:
        layers, widest = values.get("layers_per_block", 1), max(values["block_out_channels"])
        return 9 * int(min(layers) if isinstance(layers, list) else layers) * int(widest) ** 2
    width, inner = int(values.get("hidden_size", 0)), int(values.get("intermediate_size", 0))
    layers = int(values.get("num_hidden_layers", 0))
    return int(values.get("vocab_size", 0)) * width + layers * (4 * width**2 + 2 * width * inner)


def _check(value: Any, name: str, what: str, count: list[int], depth: int) -> None:
    """Check a value recursively. Args: name: the nearest key above. count: values so far, a list of one element."""
    count[0] += 1
    if count[0] > _MOST_VALUES or depth > 8:
        raise _absurd(what, name, "too many values")
    if isinstance(value, Mapping):
        for key, item in value.items():
            _check(item, str(key)[:64], what, count, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item, name, what, count, depth + 1)
    elif isinstance(value, str):
        if len(value) > _MOST_TEXT:
            raise _absurd(what, name, f"{len(value):,} characters")
    elif isinstance(value, int | float) and not abs(value) <= _MOST.get(name, _MOST_OF_OTHERS):
        raise _absurd(what, name, f"{value:.3g}" if abs(value) < 1e300 else "a number without end")


def _absurd(what: str, name: str, value: str) -> ModelError:
    return ModelError(
        Sentence("{} has a configuration that no model has: {}, {}.", what, name or "in all", value),
        "Get the model again.",
    )
