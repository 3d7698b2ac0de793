"""The orthogonality constraint: keep a token's feature orthogonal to the attributes that edits will change.

It applies in a selectable space (`api.LearnSettings.orthogonality_space`): the token's embedding, the text encoder's output
at the token, or the pooled feature. Learned key/value deltas bypass the text feature, so with them the constraint also
applies to the values: the centred value of the token's column against W_v f(a_k), in every cross-attention layer.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.backbones.parameters import TokenParameters
from s2edit_plugin.method import losses, text

__all__ = ["Constraint", "default_attribute_words"]

_PORTRAIT = (
    "black hair", "brown hair", "blonde hair", "red hair", "grey hair", "long hair", "curly hair", "bangs", "smiling",
    "surprised", "glasses", "sunglasses", "beard", "red lipstick", "pink lipstick", "blue eyeshadow", "blush", "hat", "old",
)  # fmt: skip
_THING = ("red", "blue", "green", "white", "yellow", "black")
_PEOPLE = frozenset({"woman", "man", "person", "girl", "boy", "face", "lady", "people"})


def default_attribute_words(class_noun: str) -> tuple[str, ...]:
    """Attribute words of the constraint for a class of subjects, used if the user names none."""
    return _PORTRAIT if class_noun.lower() in _PEOPLE else _THING


class Constraint:
    """Orthogonality of one token to a list of attribute words on one backbone."""

    def __init__(
        self, backbone: Backbone, words: tuple[str, ...], class_noun: str, mode: str, space: str
    ) -> None:
        """Args: mode: ``soft``, ``project``, ``none``. space: ``encoder``, ``embedding``, ``pooled``."""
        self.mode, self.space, self._backbone = mode, space, backbone
        with torch.no_grad():
            everything = [*words, class_noun, "person", "picture"]
            self.encoded = text.plain_features(backbone, everything).float()
            if space == "embedding":
                ours = torch.stack([backbone.embedding_of(phrase).mean(dim=0) for phrase in everything])
            else:
                ours = text.plain_features(backbone, everything, pooled=space == "pooled").float()
        self.attributes, self.mean = ours[: len(words)], ours.mean(dim=0)
        self.encoded_attributes, self.encoded_mean = self.encoded[: len(words)], self.encoded.mean(dim=0)
        # (layer, W_v, W_v f(a_k), W_v mu): constant during learning. W_v is the model's own tensor, not a copy.
        self._layers: list[tuple[str, Tensor, Tensor, Tensor]] = []
        if mode == "soft" and space == "encoder":
            for layer in backbone.cross_layers():
                matrix = backbone.value_projection(layer.name)
                theirs, mean = (_values(f, matrix) for f in (self.encoded_attributes, self.encoded_mean))
                self._layers.append((layer.name, matrix, theirs, mean))

    def feature(self, vectors: Tensor, condition: text.Condition, name: str) -> Tensor:
        """The token's feature (n, D) in the chosen space."""
        if self.space == "embedding":
            return vectors
        if self.space == "pooled":
            # The condition's own pooled feature leaves the token out (isolation); the constraint needs it with the token.
            seen = text.encode(condition.layout, self._backbone, {name: vectors}, isolation=False)
            return (seen.pooled if seen.pooled is not None else seen.hidden[seen.layout.end])[None]
        return condition.hidden[list(condition.layout.tokens[name])]

    def measure(self, vectors: Tensor, condition: text.Condition, name: str) -> Tensor:
        """L_orth in the chosen space, scalar in [0, 1]."""
        return losses.orthogonality_loss(self.feature(vectors, condition, name), self.attributes, self.mean)

    def loss(
        self, vectors: Tensor, condition: text.Condition, name: str, parameters: TokenParameters
    ) -> Tensor:
        """Soft penalty: L_orth in the chosen space plus its mean over the layers that have deltas."""
        total = self.measure(vectors, condition, name)
        if self.space == "encoder" and parameters.kind in ("kv_token", "kv_vectors"):
            total = total + self._per_layer(condition.hidden[list(condition.layout.tokens[name])], parameters)
        return total

    def _per_layer(self, features: Tensor, parameters: TokenParameters) -> Tensor:
        terms = []
        for layer, matrix, theirs, mean in self._layers:
            deltas = parameters.delta(layer, features)
            if deltas is not None:
                ours = _values(features, matrix) + deltas[1]
                terms.append(losses.orthogonality_loss(ours, theirs, mean))
        return torch.stack(terms).mean()

    def project_vectors(self, vectors: Tensor) -> Tensor:
        """Hard form in embedding space: vectors (n, W) projected; unchanged in other spaces and modes."""
        if self.mode == "project" and self.space == "embedding":
            return losses.orthogonal_complement(vectors, self.attributes, self.mean)
        return vectors

    def project_condition(self, condition: text.Condition, name: str) -> text.Condition:
        """Hard form at the encoder's output: the token's columns projected; unchanged in other spaces and modes."""
        columns = list(condition.layout.tokens.get(name, ()))
        if self.mode != "project" or self.space == "embedding" or not columns:
            return condition
        projected = losses.orthogonal_complement(
            condition.hidden[columns], self.encoded_attributes, self.encoded_mean
        )
        hidden = condition.hidden.clone()
        hidden[columns] = projected
        return replace(condition, hidden=hidden)


def _values(features: Tensor, matrix: Tensor) -> Tensor:
    """Values (..., E) float32 of text features (..., D), computed in the model's number format."""
    return (features.to(matrix.dtype) @ matrix.T).float()
