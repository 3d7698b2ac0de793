"""Custom Diffusion files: the U-Net's cross-attention key and value matrices, whole, as diffusers keeps them.

    <layer>.processor.to_k_custom_diffusion.weight    W_k + dW_k  (E, D)
    <layer>.processor.to_v_custom_diffusion.weight    W_v + dW_v  (E, D)
    <self-attention layer>.processor                  an empty tensor: this layer keeps its own weights

diffusers' ``load_attn_procs`` wants every attention layer named. It writes the empty ones as empty dictionaries, which only
pickle can hold; an empty tensor means the same to it. Source: Kumari et al. 2023, "Multi-Concept Customization of
Text-to-Image Diffusion".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import safetensors.numpy

from s2edit_plugin.errors import InputError

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

__all__ = ["of_deltas"]


def of_deltas(deltas: Mapping[tuple[str, str], np.ndarray], backbone: Backbone) -> bytes:
    """The file of a token's deltas added to its base model's matrices, in float32.

    Args:
        deltas: (layer, ``k`` or ``v``) -> (E, D).

    Raises:
        InputError: the base model has no U-Net.
    """
    unet: Any = getattr(backbone, "unet", None)
    if unet is None:
        raise InputError(
            f"The model '{backbone.name}' has no U-Net, the only kind that Custom Diffusion files are for."
        )
    tensors: dict[str, np.ndarray] = {}
    for processor in unet.attn_processors:
        layer = processor.removesuffix(".processor")
        if (layer, "k") not in deltas:
            tensors[processor] = np.zeros(0, dtype=np.float32)
            continue
        module = unet.get_submodule(layer)
        for part, matrix in (("k", module.to_k.weight), ("v", module.to_v.weight)):
            whole = matrix.detach().float().cpu().numpy() + deltas[layer, part].astype(np.float32)
            tensors[f"{processor}.to_{part}_custom_diffusion.weight"] = whole
    return safetensors.numpy.save(tensors, metadata={"format": "pt"})
