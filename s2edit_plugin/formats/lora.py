"""LoRA files: low-rank deltas B A of the U-Net's key and value matrices, under the key names of kohya's scripts.

    lora_unet_<layer with _ for .>_to_k.lora_down.weight   A  (r, D)
    lora_unet_<...>_to_k.lora_up.weight                    B  (E, r)
    lora_unet_<...>_to_k.alpha                             scalar; the delta is B A alpha / r, so alpha = r here

diffusers' ``load_lora_weights``, AUTOMATIC1111, ComfyUI and InvokeAI read them. A LoRA acts on every word of the prompt, so
only such parameters can be exported. Source: Hu et al. 2022, "LoRA: Low-Rank Adaptation of Large Language Models".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import safetensors.numpy

__all__ = ["LoraFile", "of_factors", "of_matrices"]


@dataclass(frozen=True)
class LoraFile:
    """A LoRA file's bytes, and the relative error of its deltas: 0 exact, 1 all lost."""

    data: bytes
    error: float = 0.0


def of_factors(
    factors: Mapping[tuple[str, str], tuple[np.ndarray, np.ndarray]], alpha: float | None = None
) -> LoraFile:
    """The exact file of low-rank deltas.

    Args:
        factors: (layer, ``k`` or ``v``) -> A (r, D) and B (E, r). alpha: of every layer; None: its rank.
    """
    tensors: dict[str, np.ndarray] = {}
    for (layer, part), (down, up) in factors.items():
        name = f"lora_unet_{layer.replace('.', '_')}_to_{part}"
        tensors[f"{name}.lora_down.weight"] = np.ascontiguousarray(down)
        tensors[f"{name}.lora_up.weight"] = np.ascontiguousarray(up)
        tensors[f"{name}.alpha"] = np.array(alpha or len(down), dtype=np.float32)
    return LoraFile(safetensors.numpy.save(tensors, metadata={"format": "pt"}))


def of_matrices(deltas: Mapping[tuple[str, str], np.ndarray], rank: int | None = None) -> LoraFile:
    """The file of whole-matrix deltas.

    Args:
        deltas: (layer, ``k`` or ``v``) -> (E, D).
        rank: keep the largest singular values only, the best approximation of this rank (Eckart and Young 1936), in fp16;
            None, or the full rank: exact, one factor being the delta and the other a multiple of the identity.
    """
    ranks = {place: min(*delta.shape, rank or max(delta.shape)) for place, delta in deltas.items()}
    # diffusers 0.42 confuses alphas that differ between layers. If ranks differ, alpha is one and the factors are scaled by r.
    alpha = None if len(set(ranks.values())) == 1 else 1.0
    factors: dict[tuple[str, str], tuple[np.ndarray, np.ndarray]] = {}
    missed = total = 0.0
    for place, delta in deltas.items():
        scale = 1.0 if alpha is None else ranks[place] / alpha
        down, up = (
            _exact(delta, scale)
            if ranks[place] == min(delta.shape)
            else _truncated(delta, ranks[place], scale)
        )
        factors[place] = down, up
        exact = delta.astype(np.float64)
        missed += float(((up.astype(np.float64) @ down.astype(np.float64) / scale - exact) ** 2).sum())
        total += float((exact**2).sum())
    return LoraFile(of_factors(factors, alpha).data, (missed / total) ** 0.5 if total else 0.0)


def _exact(delta: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray]:
    # Ranks are integers below 2048, which fp16 represents exactly.
    one = (scale * np.eye(min(delta.shape))).astype(delta.dtype)
    return (delta, one) if delta.shape[0] <= delta.shape[1] else (one, delta)


def _truncated(delta: np.ndarray, rank: int, scale: float) -> tuple[np.ndarray, np.ndarray]:
    left, values, right = np.linalg.svd(delta.astype(np.float64), full_matrices=False)
    # The singular values are split between the factors, so that both stay in the range of fp16.
    root = np.sqrt(scale * values[:rank])
    return (root[:, None] * right[:rank]).astype(np.float16), (left[:, :rank] * root).astype(np.float16)
