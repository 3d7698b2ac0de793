"""Networks that judge pictures: attribute heads, identity embedding and region masks.

All of them read ``(B, 3, 128, 128)`` float pictures in 0..1 and are small enough to train on two CPU cores.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..drawing.scene import ATTRIBUTES, DOMAINS, SCENES

__all__ = [
    "HEADS",
    "IMAGE_SIZE",
    "JUDGES_FOLDER",
    "MASKS_FOLDER",
    "REGIONS",
    "AttributeNet",
    "Head",
    "IdentityNet",
    "MaskNet",
    "load_attribute_net",
    "load_identity_net",
]

IMAGE_SIZE = 128
REGIONS: tuple[str, ...] = ("subject", "face", "hair", "lips", "eyes", "skin")
_ROOT = Path(__file__).resolve().parents[1]
JUDGES_FOLDER = _ROOT / "judges"
MASKS_FOLDER = _ROOT / "masks"


@dataclass(frozen=True)
class Head:
    """One question the attribute network answers.

    domain: domain the question makes sense in, "" for every domain. name: attribute. values: its possible
    answers.
    """

    domain: str
    name: str
    values: tuple[str, ...]


def _heads() -> tuple[Head, ...]:
    """Domain, scene and noun first, then every attribute of every domain."""
    heads = [
        Head("", "domain", DOMAINS),
        Head("", "scene", SCENES),
        Head("portrait", "noun", ("woman", "man")),
    ]
    for domain, attributes in ATTRIBUTES.items():
        heads += [Head(domain, name, tuple(values)) for name, values in attributes.items()]
    return tuple(heads)


HEADS: tuple[Head, ...] = _heads()


def _conv(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """3x3 convolution without bias, batch norm, ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class _Residual(nn.Module):
    """Two 3x3 convolutions around a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _conv(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.second(self.first(x)))


class _Trunk(nn.Module):
    """Pictures to feature vectors ``(B, features)``.

    The last feature map is squeezed and flattened, not averaged: where something is (eyes, lips, hairline)
    is what both judges look at, and averaging would throw it away.
    """

    def __init__(self, width: int, features: int) -> None:
        super().__init__()
        # Every 2x2 block of pixels becomes 12 channels: the full detail at a quarter of the cost.
        self.stem = _conv(12, width)
        self.body = nn.Sequential(
            _conv(width, 2 * width, 2),
            _Residual(2 * width),
            _conv(2 * width, 4 * width, 2),
            _Residual(4 * width),
            _conv(4 * width, 6 * width, 2),
            _Residual(6 * width),
        )
        self.squeeze = nn.Sequential(
            nn.Conv2d(6 * width, 24, 1, bias=False), nn.BatchNorm2d(24), nn.ReLU(inplace=True)
        )
        cells = (IMAGE_SIZE // 16) ** 2
        self.out = nn.Sequential(
            nn.Flatten(),
            nn.Linear(24 * cells, features, bias=False),
            nn.BatchNorm1d(features),
            nn.ReLU(inplace=True),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = F.pixel_unshuffle(x * 2.0 - 1.0, 2).contiguous(memory_format=torch.channels_last)
        return self.out(self.squeeze(self.body(self.stem(x))).contiguous())


class AttributeNet(nn.Module):
    """One linear head for each question over a shared trunk.

    Args:
        heads: the questions, default `HEADS`.
        width: channels of the first layer.
    """

    def __init__(self, heads: Sequence[Head] = HEADS, width: int = 24) -> None:
        super().__init__()
        self.heads, self.width = tuple(heads), width
        self.trunk = _Trunk(width, 256)
        self.classify = nn.Linear(256, sum(len(head.values) for head in self.heads))

    def forward(self, x: Tensor) -> list[Tensor]:
        """Pictures ``(B, 3, 128, 128)`` in 0..1 to one tensor of logits ``(B, values)`` for each head."""
        return list(self.classify(self.trunk(x)).split([len(head.values) for head in self.heads], dim=1))

    def config(self) -> dict[str, str]:
        """What `load_attribute_net` needs to rebuild this network, as safetensors metadata."""
        heads = [[head.domain, head.name, list(head.values)] for head in self.heads]
        return {"kind": "attributes", "heads": json.dumps(heads), "width": str(self.width)}


class IdentityNet(nn.Module):
    """Pictures to points on a sphere: the same person's pictures lie close together.

    Args:
        width: channels of the first layer.
        dimensions: length of an embedding.
    """

    def __init__(self, width: int = 24, dimensions: int = 128) -> None:
        super().__init__()
        self.width, self.dimensions = width, dimensions
        self.trunk = _Trunk(width, 256)
        self.embed = nn.Linear(256, dimensions)

    def forward(self, x: Tensor) -> Tensor:
        """Pictures ``(B, 3, 128, 128)`` in 0..1 to unit vectors ``(B, dimensions)``."""
        return F.normalize(self.embed(self.trunk(x)).float(), dim=1)

    def config(self) -> dict[str, str]:
        """What `load_identity_net` needs to rebuild this network, as safetensors metadata."""
        return {"kind": "identity", "width": str(self.width), "dimensions": str(self.dimensions)}


class MaskNet(nn.Module):
    """Small U-Net with one output channel for each of `REGIONS`.

    It works at half resolution and finer and spreads its last channels over 2x2 pixels, so edges are as
    sharp as the picture although no layer runs at full resolution.
    """

    def __init__(self, width: int = 24) -> None:
        super().__init__()
        self.width = width
        widths = (width, 2 * width, 4 * width, 5 * width)
        self.stem = nn.Sequential(_conv(12, width), _conv(width, width))
        self.down = nn.ModuleList(nn.Sequential(_conv(a, b, 2), _Residual(b)) for a, b in pairwise(widths))
        pairs = list(zip(widths[1:], widths[:-1], strict=True))[::-1]
        self.narrow = nn.ModuleList(nn.Conv2d(a, b, 1) for a, b in pairs)
        self.merge = nn.ModuleList(_conv(b, b) for _, b in pairs)
        self.out = nn.Conv2d(width, 4 * len(REGIONS), 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Pictures ``(B, 3, 128, 128)`` in 0..1 to logits ``(B, 6, 128, 128)``."""
        x = self.stem(F.pixel_unshuffle(x * 2.0 - 1.0, 2))
        levels = [x]
        for down in self.down:
            levels.append(down(levels[-1]))
        x = levels.pop()
        for narrow, merge in zip(self.narrow, self.merge, strict=True):
            x = merge(levels.pop() + F.interpolate(narrow(x), scale_factor=2.0, mode="nearest"))
        return F.pixel_shuffle(self.out(x), 2)


def _metadata(path: Path, kind: str) -> Mapping[str, str]:
    """Metadata of a safetensors file; ValueError if it is not of this kind."""
    from safetensors import safe_open

    with safe_open(str(path), framework="pt") as file:
        metadata = file.metadata() or {}
    if metadata.get("kind") != kind:
        raise ValueError(f"{path.name} holds no {kind} judge")
    return metadata


def _fill(network: nn.Module, path: Path) -> None:
    """Load fp16 weights of `path` into a float32 network and freeze it for inference."""
    from safetensors.torch import load_file

    weights = {name: value.float() for name, value in load_file(str(path)).items()}
    missing, unexpected = network.load_state_dict(weights, strict=False)
    if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
        raise ValueError(f"{path.name} does not fit its network")
    network.eval().requires_grad_(False)


def load_attribute_net(path: Path) -> tuple[AttributeNet, Mapping[str, str]]:
    """The released attribute network and its metadata.

    Raises OSError or ValueError (safetensors errors included) where the file is missing, cut or of another
    kind.
    """
    metadata = _metadata(path, "attributes")
    heads = [Head(domain, name, tuple(values)) for domain, name, values in json.loads(metadata["heads"])]
    network = AttributeNet(heads, int(metadata["width"]))
    _fill(network, path)
    return network, metadata


def load_identity_net(path: Path) -> tuple[IdentityNet, Mapping[str, str]]:
    """The released identity network and its metadata (``threshold``, figures); raises as above."""
    metadata = _metadata(path, "identity")
    network = IdentityNet(int(metadata["width"]), int(metadata["dimensions"]))
    _fill(network, path)
    return network, metadata
