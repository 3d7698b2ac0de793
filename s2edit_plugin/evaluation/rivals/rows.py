"""Features of one row of a batch put in the place of another's, at chosen modules of the U-Net."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.errors import ModelError, Sentence

__all__ = ["rows_copied", "self_attention_layers", "unet_of"]


def unet_of(backbone: Backbone) -> nn.Module:
    """The U-Net of a backbone. Raises ModelError where it has none (transformers)."""
    network = getattr(backbone, "unet", None)
    if not isinstance(network, nn.Module):
        raise ModelError(Sentence("The model '{}' has no U-Net, which this method works on.", backbone.name))
    return network


def self_attention_layers(backbone: Backbone) -> list[str]:
    """Names of the self-attention layers in the order in which a picture passes them."""
    part = {"down_blocks": 0, "mid_block": 1, "up_blocks": 2}
    names = [layer.name for layer in backbone.attention_layers() if layer.kind == "self"]
    return sorted(names, key=lambda name: part[name.split(".")[0]])  # stable: within a part they are in order


@contextmanager
def rows_copied(backbone: Backbone, modules: Sequence[str], rows: Mapping[int, int]) -> Iterator[None]:
    """While the block runs, the outputs of modules, (B, ...), have the row ``rows[b]`` in the place of row ``b``."""
    network = unet_of(backbone)

    def copied(_module: nn.Module, _inputs: Any, output: Tensor) -> Tensor:
        changed = output.clone()
        for row, other in rows.items():
            changed[row] = output[other]
        return changed

    hooks = [network.get_submodule(name).register_forward_hook(copied) for name in modules]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
