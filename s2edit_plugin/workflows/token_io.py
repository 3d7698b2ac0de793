"""Between a learned token in memory and its file in the library."""

from __future__ import annotations

from dataclasses import asdict

import torch

from s2edit_plugin.api import LearnSettings
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.backbones.parameters import load_parameters
from s2edit_plugin.errors import Sentence, TokenDamagedError
from s2edit_plugin.method.conditioning import ActiveToken
from s2edit_plugin.method.learn import LearnedToken
from s2edit_plugin.method.orthogonality import Constraint
from s2edit_plugin.tokens.file import PARAMETERS, Token, check_model

__all__ = ["settings_record", "to_active", "to_tensors"]

VECTORS = "vectors"
PREFIX = PARAMETERS


def settings_record(settings: LearnSettings) -> dict[str, object]:
    """Learning settings as JSON values."""
    return asdict(settings)


def to_tensors(learned: LearnedToken) -> dict[str, torch.Tensor]:
    """Stored tensors: vectors and parameters, fp16."""
    tensors = {VECTORS: learned.vectors.half().cpu()}
    named = learned.parameters.named_tensors()
    return tensors | {PREFIX + name: value.half().cpu() for name, value in named.items()}


def to_active(token: Token, backbone: Backbone, mask: torch.Tensor | None) -> ActiveToken:
    """A stored token ready for use on a backbone.

    Args:
        mask: (S, S) in [0, 1], where it may act on the crop; None: everywhere.

    Raises:
        WrongModelError: learned on another model. TokenDamagedError: tensors missing or of wrong shape.
    """
    record = token.record
    check_model(record, backbone.name, backbone.fingerprint)
    tensors = {name: torch.from_numpy(array.copy()).float() for name, array in token.tensors.items()}
    try:
        kind, rank = str(record.settings.get("parameters", "none")), int(record.settings.get("rank", 2))
        vectors = tensors[VECTORS].to(backbone.device)
        stored = {
            name.removeprefix(PREFIX): value for name, value in tensors.items() if name.startswith(PREFIX)
        }
        parameters = load_parameters(kind, backbone.layers_for(kind), rank, stored).to(backbone.device)
        if vectors.ndim != 2 or vectors.shape[1] != backbone.embedding_width:
            raise ValueError("vectors of another width")
    except (KeyError, TypeError, ValueError) as error:
        raise TokenDamagedError(
            Sentence("The token {} is damaged: its parameters do not fit the model.", record.full_name),
            "Learn it again.",
        ) from error
    constraint = None
    if record.settings.get("orthogonality") == "project":
        space = str(record.settings.get("orthogonality_space", "encoder"))
        constraint = Constraint(backbone, record.attribute_words, record.class_noun, "project", space)
    return ActiveToken(record.full_name, vectors, parameters, mask, constraint)
