"""Custom Diffusion files: the U-Net's full cross-attention key and value matrices in diffusers' format.

    <layer>.processor.to_k_custom_diffusion.weight    W_k + dW_k  (E, D)
    <layer>.processor.to_v_custom_diffusion.weight    W_v + dW_v  (E, D)
    <self-attention layer>.processor                  an empty tensor: this layer keeps its own weights

diffusers' ``load_attn_procs`` requires every attention layer. It writes unchanged ones as empty dictionaries, which only
pickle can store; it reads an empty tensor as the same. Source: Kumari et al. 2023, "Multi-Concept Customization of
Text-to-Image Diffusion".
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import safetensors.numpy

from s2edit_plugin.formats.base_model import BaseModel

__all__ = ["of_deltas"]


def of_deltas(deltas: Mapping[tuple[str, str], np.ndarray], model: BaseModel) -> bytes:
    """The file of a token's deltas added to its base model's matrices, in float32.

    Args:
        deltas: (layer, ``k`` or ``v``) -> (E, D).

    Raises:
        ModelError: the model cannot be read. ValueError: a delta has another shape than its matrix.
    """
    tensors: dict[str, np.ndarray] = {}
    touched = {layer for layer, _ in deltas}
    for layer in model.attention_layers():
        if layer not in touched:
            tensors[f"{layer}.processor"] = np.zeros(0, dtype=np.float32)
    for (layer, part), matrix in model.matrices(deltas).items():
        delta = deltas[layer, part].astype(np.float32)
        if delta.shape != matrix.shape:
            raise ValueError(f"{layer} has another shape")
        tensors[f"{layer}.processor.to_{part}_custom_diffusion.weight"] = matrix + delta
    return safetensors.numpy.save(tensors, metadata={"format": "pt"})
