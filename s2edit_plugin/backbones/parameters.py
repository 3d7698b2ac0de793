"""Token parameters trained beside the embedding: deltas of cross-attention keys and values, or of the whole U-Net.

The variants share one interface:

* ``kv_token``: low-rank deltas that act on the token's own columns only. The base model stays untouched and tokens
  compose without merging weights. Rank <= 2 is enough, since a delta only ever multiplies the token's few features.
* ``kv_vectors``: a learned key and value vector a layer, added to the token's columns.
* ``kv_full``: deltas of the whole key/value matrices, acting on every column (Custom Diffusion, Kumari et al. 2023).
* ``kv_lora``: low-rank deltas of the key/value matrices, acting on every column (LoRA, Hu et al. 2022), as in the LoRA files
  of other programs.
* ``unet_lora``: low-rank deltas of the whole U-Net (attention, feed-forward and convolution layers, but not the text's keys and
  values), acting at the picture positions inside the token's mask (DreamBooth with LoRA, Ruiz et al. 2023, limited to a mask).
* ``none``: the embedding alone (Textual Inversion, Gal et al. 2022).

All deltas start at zero, so that an untrained token does not change the model.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from s2edit_plugin.api.limits import MAX_RANK

__all__ = ["LayerShape", "NoParameters", "TokenParameters", "create_parameters", "load_parameters"]


@dataclass(frozen=True)
class LayerShape:
    """A layer with deltas: its name in the U-Net, text width D (input) and inner width E (keys and values).

    For ``unet_lora`` any linear or convolution layer: widths of input and output; kernel: side of a convolution's, 0: linear.
    """

    name: str
    text: int
    inner: int
    kernel: int = 0


class TokenParameters(nn.Module, ABC):
    """Base of the variants.

    ``whole_prompt``: deltas act on every column instead of the token's own. ``on_picture``: deltas act on picture positions.
    """

    kind = "none"
    whole_prompt = False
    on_picture = False

    @abstractmethod
    def delta(self, layer: str, features: Tensor) -> tuple[Tensor, Tensor] | None:
        """Key and value deltas (n, E) for text features (n, D) at a layer, None if the layer has none."""

    def change(self, layer: str, inputs: Tensor) -> Tensor | None:
        """The term added to the output of a layer on the picture for its inputs, None if the layer has no delta."""
        return None

    def named_tensors(self) -> dict[str, Tensor]:
        """Tensors to store, detached, by name ``<layer>/<part>``."""
        return {name.replace("|", "/"): value.detach() for name, value in self._items()}

    def _items(self) -> Iterator[tuple[str, Tensor]]:
        for name, value in self.named_parameters():
            yield name.split(".", 1)[1], value


class NoParameters(TokenParameters):
    """The embedding alone."""

    def delta(self, layer: str, features: Tensor) -> None:
        """No layer has a delta."""
        return None


def _key(layer: str, part: str) -> str:
    return f"{layer.replace('.', ':')}|{part}"


class LowRankColumns(TokenParameters):
    """``kv_token``: dK = (f A_k^T) B_k^T, dV alike, for the token's own columns; A (r, D) random, B (E, r) zero."""

    kind = "kv_token"

    def __init__(self, layers: list[LayerShape], rank: int, seed: int) -> None:
        super().__init__()
        if not 1 <= rank <= MAX_RANK[self.kind]:
            raise ValueError(f"{self.kind} has a rank of 1 to {MAX_RANK[self.kind]}, not {rank}")
        generator = torch.Generator().manual_seed(seed)
        self.weights = nn.ParameterDict()
        for layer in layers:
            for part in ("k", "v"):
                down = torch.randn(rank, layer.text, generator=generator) * layer.text**-0.5
                self.weights[_key(layer.name, f"{part}_down")] = nn.Parameter(down)
                self.weights[_key(layer.name, f"{part}_up")] = nn.Parameter(torch.zeros(layer.inner, rank))

    def delta(self, layer: str, features: Tensor) -> tuple[Tensor, Tensor] | None:
        """See `TokenParameters.delta`."""
        if _key(layer, "k_down") not in self.weights:
            return None
        rows = features.float()
        keys, values = (
            (rows @ self.weights[_key(layer, f"{part}_down")].T) @ self.weights[_key(layer, f"{part}_up")].T
            for part in ("k", "v")
        )
        return keys, values


class LowRankMatrices(LowRankColumns):
    """``kv_lora``: the same low-rank deltas for every column of the prompt."""

    kind = "kv_lora"
    whole_prompt = True


class LowRankNetwork(TokenParameters):
    """``unet_lora``: dy = B (A x) in every layer on the picture; in a convolution A has its kernel and B is 1 x 1."""

    kind = "unet_lora"
    on_picture = True

    def __init__(self, layers: list[LayerShape], rank: int, seed: int) -> None:
        super().__init__()
        if not 1 <= rank <= MAX_RANK[self.kind]:
            raise ValueError(f"{self.kind} has a rank of 1 to {MAX_RANK[self.kind]}, not {rank}")
        generator = torch.Generator().manual_seed(seed)
        self.weights = nn.ParameterDict()
        for layer in layers:
            side = (layer.kernel, layer.kernel) if layer.kernel else ()
            down = torch.randn(rank, layer.text, *side, generator=generator)
            scale = (layer.text * max(layer.kernel, 1) ** 2) ** -0.5
            self.weights[_key(layer.name, "down")] = nn.Parameter(down * scale)
            self.weights[_key(layer.name, "up")] = nn.Parameter(torch.zeros(layer.inner, rank))

    def delta(self, layer: str, features: Tensor) -> None:
        """No deltas of the text's keys and values."""
        return None

    def change(self, layer: str, inputs: Tensor) -> Tensor | None:
        """Inputs (B, N, C) or (B, C, H, W) -> (B, N, E) or (B, E, H, W); see `TokenParameters.change`."""
        if _key(layer, "down") not in self.weights:
            return None
        down, up = (self.weights[_key(layer, part)].to(inputs.dtype) for part in ("down", "up"))
        if down.ndim == 2:
            return (inputs @ down.T) @ up.T
        low = F.conv2d(inputs, down, padding=down.shape[-1] // 2)
        return F.conv2d(low, up[..., None, None])


class ColumnVectors(TokenParameters):
    """``kv_vectors``: one learned vector a layer added to the token's keys, one to its values."""

    kind = "kv_vectors"

    def __init__(self, layers: list[LayerShape]) -> None:
        super().__init__()
        self.weights = nn.ParameterDict()
        for layer in layers:
            for part in ("k", "v"):
                self.weights[_key(layer.name, f"{part}_vector")] = nn.Parameter(torch.zeros(layer.inner))

    def delta(self, layer: str, features: Tensor) -> tuple[Tensor, Tensor] | None:
        """See `TokenParameters.delta`."""
        if _key(layer, "k_vector") not in self.weights:
            return None
        keys, values = (
            self.weights[_key(layer, f"{part}_vector")].expand(len(features), -1) for part in ("k", "v")
        )
        return keys, values


class WholeMatrices(TokenParameters):
    """``kv_full``: dK = f dW_k^T and dV = f dW_v^T for every column of the prompt."""

    kind = "kv_full"
    whole_prompt = True

    def __init__(self, layers: list[LayerShape]) -> None:
        super().__init__()
        self.weights = nn.ParameterDict()
        for layer in layers:
            for part in ("k", "v"):
                self.weights[_key(layer.name, f"{part}_matrix")] = nn.Parameter(
                    torch.zeros(layer.inner, layer.text)
                )

    def delta(self, layer: str, features: Tensor) -> tuple[Tensor, Tensor] | None:
        """See `TokenParameters.delta`."""
        if _key(layer, "k_matrix") not in self.weights:
            return None
        rows = features.float()
        keys, values = (rows @ self.weights[_key(layer, f"{part}_matrix")].T for part in ("k", "v"))
        return keys, values


def create_parameters(kind: str, layers: list[LayerShape], rank: int = 2, seed: int = 0) -> TokenParameters:
    """New parameters of a variant (``none``, ``kv_token``, ``kv_vectors``, ``kv_full``, ``kv_lora``, ``unet_lora``).

    Args:
        layers: `Backbone.layers_for` this kind.

    Raises:
        ValueError: no such variant, or an invalid rank.
    """
    if kind == "kv_token":
        return LowRankColumns(layers, rank, seed)
    if kind == "kv_lora":
        return LowRankMatrices(layers, rank, seed)
    if kind == "unet_lora":
        return LowRankNetwork(layers, rank, seed)
    if kind == "kv_vectors":
        return ColumnVectors(layers)
    if kind == "kv_full":
        return WholeMatrices(layers)
    if kind == "none":
        return NoParameters()
    raise ValueError(f"unknown parameters {kind!r}")


def load_parameters(
    kind: str, layers: list[LayerShape], rank: int, tensors: Mapping[str, Tensor]
) -> TokenParameters:
    """Parameters from stored tensors (`TokenParameters.named_tensors`).

    Raises:
        KeyError: a tensor is missing. ValueError: a tensor has the wrong shape.
    """
    parameters = create_parameters(kind, layers, rank)
    with torch.no_grad():
        for name, value in parameters._items():
            stored = tensors[name.replace("|", "/")]
            if stored.shape != value.shape:
                raise ValueError(f"{name} has shape {tuple(stored.shape)}, expected {tuple(value.shape)}")
            value.copy_(stored.to(value.dtype))
    parameters.requires_grad_(False)
    return parameters
