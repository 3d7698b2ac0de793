"""Description and control of a network's attention layers, and its layers with deltas on the picture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from torch import Tensor, nn

from s2edit_plugin.backbones.attention import AttentionControl, S2EditAttnProcessor
from s2edit_plugin.backbones.parameters import LayerShape

__all__ = ["AttentionLayer", "AttentionSwitch", "picture_layers", "unet_layers"]

# Not the text's keys and values, which a token changes at its own columns, nor what has no picture positions.
_ON_PICTURE = re.compile(
    r"attn1\.to_(q|k|v|out\.0)$|attn2\.to_(q|out\.0)$|\.ff\.net\.(0\.proj|2)$|\.proj_(in|out)$|resnets\.\d+\.conv[12]$"
)


@dataclass(frozen=True)
class AttentionLayer:
    """An attention layer. Its queries are picture positions.

    Attributes:
        name: of the module in the network.
        kind: ``cross``: its keys are text columns; ``self``: picture positions.
        width: of the input of its keys and values (D of the text features in a cross layer). inner: E, of the keys and
            values. heads: attention heads. side: of its square of picture positions, at the model's own picture size.
        text_keys: key columns that are text columns, in order.
    """

    name: str
    kind: Literal["cross", "self"]
    width: int
    inner: int
    heads: int
    side: int
    text_keys: range

    @property
    def shape(self) -> LayerShape:
        """The layer as described to token parameters."""
        return LayerShape(self.name, self.width, self.inner)


def unet_layers(unet: Any, side: int, text_length: int) -> list[AttentionLayer]:
    """The attention layers of a diffusers ``UNet2DConditionModel``, in the order of their names in it.

    Args:
        side: of the latents. text_length: L.
    """
    layers = []
    for processor in unet.attn_processors:
        name = processor.removesuffix(".processor")
        module, here = unet.get_submodule(name), _side_at(name, side, len(unet.config.block_out_channels))
        cross = name.endswith("attn2")
        text_keys = range(text_length if cross else 0)
        width, inner = module.to_k.in_features, module.to_k.out_features
        layers.append(
            AttentionLayer(name, "cross" if cross else "self", width, inner, module.heads, here, text_keys)
        )
    return layers


def _side_at(name: str, side: int, blocks: int) -> int:
    """Side of a layer's picture positions: every block except the last halves it, and the up blocks in reverse."""
    part, index = name.split(".")[:2]
    halvings = (
        {"down_blocks": int(index), "up_blocks": blocks - 1 - int(index)}[part]
        if index.isdigit()
        else blocks - 1
    )
    for _ in range(halvings):
        side = (side + 1) // 2
    return side


def picture_layers(unet: Any) -> list[LayerShape]:
    """Linear and convolution layers of a U-Net that see picture positions, in the order of their names in it."""
    found = []
    for name, module in unet.named_modules():
        if not _ON_PICTURE.search(name):
            continue
        if isinstance(module, nn.Conv2d):
            found.append(LayerShape(name, module.in_channels, module.out_channels, module.kernel_size[0]))
        else:
            found.append(LayerShape(name, module.in_features, module.out_features))
    return found


class AttentionSwitch:
    """Installs `S2EditAttnProcessor` in every attention layer of a U-Net; without a control diffusers' processors compute.

    Layers on picture positions get a hook that adds tokens' deltas.
    """

    def __init__(self, unet: Any) -> None:
        before = unet.attn_processors
        self._processors = {
            name: S2EditAttnProcessor(name.removesuffix(".processor"), None, plain)
            for name, plain in before.items()
        }
        unet.set_attn_processor(dict(self._processors))
        for layer in picture_layers(unet):
            unet.get_submodule(layer.name).register_forward_hook(partial(self._add_deltas, layer.name))
        self.control: AttentionControl | None = None

    @contextmanager
    def applied(self, control: AttentionControl) -> Iterator[AttentionControl]:
        """Apply a control to every layer while the context is open; the previous one is always restored."""
        before = self.control
        self._set(control)
        try:
            yield control
        finally:
            self._set(before)

    def _set(self, control: AttentionControl | None) -> None:
        self.control = control
        for processor in self._processors.values():
            processor.control = control

    def _add_deltas(
        self, name: str, _: nn.Module, inputs: tuple[Tensor, ...], output: Tensor
    ) -> Tensor | None:
        if self.control is None or not self.control.acts_on_picture:
            return None
        positions = output.shape[-2] * output.shape[-1] if output.ndim == 4 else output.shape[1]
        for deltas in self.control.picture_deltas(positions, output):
            output = deltas.added_to(output, name, inputs[0])
        return output
