"""Learning a token. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from s2edit_plugin.api.base import Request, TokenKind

__all__ = ["LearnResult", "LearnSettings", "LearnToken"]


@dataclass(frozen=True)
class LearnSettings:
    """How a token is learned. Every choice is a field, so that variants can be compared.

    Attributes:
        steps_token: phase A, optimizer steps on the token embedding alone.
        steps_joint: phase B, steps on the embedding and the parameters.
        lr_token: learning rate of the embedding.
        lr_joint: learning rate of the parameters.
        batch: noise levels drawn a step.
        vectors: embedding vectors the token has, 1..8.
        parameters: what is trained besides the embedding: ``auto`` the variant for the kind of token and the base model's
            size, with the best measured numbers for it (`method.recipes.resolved`); ``none``; ``kv_token`` low-rank
            key/value deltas on the token's own columns; ``kv_vectors`` a learned key and value vector a layer; ``kv_full``
            the key/value matrices of all cross-attention layers for all columns (Custom Diffusion); ``kv_lora`` low-rank
            deltas of these matrices, which other programs read as a LoRA; ``unet_lora`` low-rank deltas of the whole U-Net
            inside the token's mask.
        rank: rank of ``kv_token``, 1..2, or of ``kv_lora`` and ``unet_lora``, 1..64.
        orthogonality: ``soft`` penalty, ``project`` onto the complement of the attribute words, or ``none``.
        orthogonality_space: feature that is constrained: ``encoder`` output at the token, ``embedding``, ``pooled``.
        orthogonality_weight: lambda_orth.
        mask_mode: ``bias`` log-mask added before softmax, ``multiply`` after softmax, ``loss`` on the maps, ``none``.
        isolation: encode twice so that only the token's columns depend on it.
        masked_loss: weigh the diffusion loss by the subject mask.
        attention_loss_weight: weight of the attention-to-mask loss (Break-A-Scene), 0 = off.
        copies: the photo and so many less one changed copies of it (shift, scale, turn, light) are learned from, 1..64.
        wordings: forms of the prompt that are learned under, clauses left out, 1..64.
        rate: ``constant``, or ``falling`` to a tenth of ``lr_joint`` in phase B.
        seed: seed of noise and timesteps.
    """

    steps_token: int = 60
    steps_joint: int = 100
    lr_token: float = 5e-3
    lr_joint: float = 2e-3
    batch: int = 4
    vectors: int = 2
    parameters: Literal["auto", "none", "kv_token", "kv_vectors", "kv_full", "kv_lora", "unet_lora"] = "auto"
    rank: int = 2
    orthogonality: Literal["soft", "project", "none"] = "soft"
    orthogonality_space: Literal["encoder", "embedding", "pooled"] = "encoder"
    orthogonality_weight: float = 0.1
    mask_mode: Literal["bias", "multiply", "loss", "none"] = "bias"
    isolation: bool = True
    masked_loss: bool = True
    attention_loss_weight: float = 0.0
    copies: int = 1
    wordings: int = 1
    rate: Literal["constant", "falling"] = "constant"
    seed: int = 0


@dataclass(frozen=True)
class LearnToken(Request["LearnResult"]):
    """Learn a token from one photo.

    Attributes:
        photo: an encoded image file.
        subject_mask: an encoded grey image of the photo's size or, smaller, of its proportions; None: found by ``subject``.
        subject: ``auto``, ``face``, ``word:W`` or ``grabcut``.
        prompt: source prompt without the token, None: ``"a photo of a <class_noun>"``.
        attribute_words: words the token is kept orthogonal to; empty: the base model's list.
        resume: continue from the checkpoint of an interrupted run.
    """

    photo: bytes
    person: str
    token: str
    kind: TokenKind = "identity"
    class_noun: str = ""
    subject: str = "auto"
    subject_mask: bytes | None = None
    prompt: str | None = None
    attribute_words: tuple[str, ...] = ()
    settings: LearnSettings = field(default_factory=LearnSettings)
    resume: bool = False
    consent: bool = False


@dataclass(frozen=True)
class LearnResult:
    """Result of learning: the token's place in the library and its quality.

    ``resumed_at``: step at which an interrupted run was resumed, 0 for a new run.
    """

    name: str
    path: str
    size_bytes: int
    loss_first: float
    loss_last: float
    orthogonality: float
    seconds: float
    steps: int
    resumed_at: int = 0
    warnings: tuple[str, ...] = ()
