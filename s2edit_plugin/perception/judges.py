"""Judges of drawn pictures: classifiers of attributes and of identity. torch is imported on first use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from s2edit_plugin.errors import ImageError, ModelError, Sentence, UsageError

if TYPE_CHECKING:
    from s2edit_models.train.judge_networks import AttributeNet, IdentityNet

__all__ = ["AttributeJudge", "IdentityJudge"]

_SIDE = 128


def _batch(rgb: np.ndarray) -> np.ndarray:
    """uint8 ``(B, H, W, 3)`` or ``(H, W, 3)`` to uint8 ``(B, 128, 128, 3)``; ImageError for anything else."""
    rgb = np.asarray(rgb)
    if rgb.ndim == 3:
        rgb = rgb[None]
    if rgb.ndim != 4 or rgb.shape[3] != 3 or rgb.dtype != np.uint8 or 0 in rgb.shape:
        raise ImageError("Judges look at RGB pictures with 8 bits a channel.")
    if rgb.shape[1:3] == (_SIDE, _SIDE):
        return rgb
    return np.stack(
        [np.asarray(Image.fromarray(p).resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)) for p in rgb]
    )


def _file(name: str, path: Path | None) -> Path:
    from s2edit_models.train.judge_networks import JUDGES_FOLDER

    file = path or JUDGES_FOLDER / name
    if not file.is_file():
        raise ModelError(
            Sentence("The judge {} is missing.", file.name),
            "Install the program again, or train it with: python -m s2edit_models.train judges",
        )
    return file


@dataclass(frozen=True)
class AttributeJudge:
    """Classifies the attribute values of pictures."""

    network: AttributeNet

    @classmethod
    def load(cls, path: Path | None = None) -> AttributeJudge:
        """The bundled judge, or the one at `path`; ModelError if it is missing or damaged."""
        from s2edit_models.train.judge_networks import load_attribute_net

        file = _file("attributes.safetensors", path)
        try:
            return cls(load_attribute_net(file)[0])
        except Exception as error:  # safetensors' own error derives from Exception alone
            raise ModelError(Sentence("The judge {} is damaged.", file.name), str(error)) from error

    def probabilities(self, rgb: np.ndarray) -> list[np.ndarray]:
        """Probabilities ``(B, values)`` of every head in the order of ``network.heads``."""
        from s2edit_models.train.judge_measures import predict_all

        return predict_all(self.network, _batch(rgb))

    def predict(self, rgb: np.ndarray, domain: str = "") -> list[dict[str, tuple[str, float]]]:
        """For each picture the likeliest value of every attribute of its domain, with its probability.

        Args:
            rgb: uint8 ``(B, H, W, 3)`` or one picture ``(H, W, 3)``. domain: of the attributes, "" for the likeliest.

        Returns:
            Attributes by name, with the keys ``domain``, ``scene`` and, for portraits, ``noun``.
        """
        chances = self.probabilities(rgb)
        result = []
        for i in range(len(chances[0])):
            found: dict[str, tuple[str, float]] = {}
            for head, chance in zip(self.network.heads, chances, strict=True):
                if head.domain in ("", domain or found.get("domain", ("", 0.0))[0]):
                    best = int(chance[i].argmax())
                    found[head.name] = (head.values[best], float(chance[i, best]))
            result.append(found)
        return result

    def probability(self, rgb: np.ndarray, name: str, value: str) -> np.ndarray:
        """Probability 0..1 ``(B,)`` that the pictures show this value; UsageError if it is unknown."""
        chances = self.probabilities(rgb)
        for head, chance in zip(self.network.heads, chances, strict=True):
            if head.name == name and value in head.values:
                return chance[:, head.values.index(value)].astype(np.float32)
        raise UsageError(
            Sentence("The judge knows no attribute {} with a value {}.", repr(name), repr(value))
        )


@dataclass(frozen=True)
class IdentityJudge:
    """Compares the people (or cars) of pictures.

    threshold: cosine similarity with equal rates of both kinds of error on unseen people.
    """

    network: IdentityNet
    threshold: float
    metadata: Mapping[str, str]

    @classmethod
    def load(cls, path: Path | None = None) -> IdentityJudge:
        """The bundled judge, or the one at `path`; ModelError if it is missing or damaged."""
        from s2edit_models.train.judge_networks import load_identity_net

        file = _file("identity.safetensors", path)
        try:
            network, metadata = load_identity_net(file)
            return cls(network, float(metadata["threshold"]), metadata)
        except Exception as error:  # safetensors' own error derives from Exception alone
            raise ModelError(Sentence("The judge {} is damaged.", file.name), str(error)) from error

    def threshold_for(self, domain: str) -> float:
        """The threshold for ``portrait`` or ``car`` pictures."""
        return float(self.metadata.get(f"{domain}_threshold", self.threshold))

    def embed(self, rgb: np.ndarray) -> np.ndarray:
        """uint8 pictures ``(B, H, W, 3)`` to float32 unit vectors ``(B, 128)``."""
        from s2edit_models.train.judge_measures import embed_all

        return embed_all(self.network, _batch(rgb))

    def similarity(self, a: np.ndarray, b: np.ndarray) -> float:
        """Cosine similarity -1..1 of two pictures, uint8 ``(H, W, 3)`` each."""
        return float(self.embed(a)[0] @ self.embed(b)[0])

    def same(self, a: np.ndarray, b: np.ndarray, domain: str = "portrait") -> bool:
        """Whether two pictures show one person (or car), at the domain's stored threshold."""
        return self.similarity(a, b) >= self.threshold_for(domain)
