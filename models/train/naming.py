"""Names while the text encoder learns: the embedding of a person's name is a function of what makes the person.

Real text encoders know thousands of names, each from many pictures. Here every drawn person can be named: a small network
maps the traits to the embedding that stands where the caption says `names.NAME_PLACEHOLDER`. So each sample teaches what names
mean, and no name has to be met a hundred times. A release keeps no such network: the words of `names.PERSON_NAMES` get
the embeddings of their people, as a vocabulary learned in the ordinary way would hold them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import CLIPTextModel, CLIPTokenizer

from ..drawing import dataset
from ..drawing.names import CAR_NAMES, NAME_PLACEHOLDER, PERSON_NAMES
from ..drawing.scene import DOMAINS, Identity, sample_identity

WIDTH = 128
"""Numbers a trait vector has: the domain's place, the noun, the traits in order of their names, zeros."""
SCALE = 0.06  # standard deviation of the embeddings of words that the text encoder knows well
_SAMPLES = 512


@lru_cache(maxsize=len(DOMAINS))
def _statistics(domain: str) -> tuple[tuple[str, ...], NDArray[np.float32], NDArray[np.float32]]:
    """Names of the traits, their means and standard deviations over many identities."""
    people = [sample_identity(dataset.split_seed("validation", i), domain).traits for i in range(_SAMPLES)]
    names = tuple(sorted(people[0]))
    values = np.array([[t[name] for name in names] for t in people], np.float32)
    return names, values.mean(0), values.std(0).clip(1e-6)


def trait_vector(identity: Identity) -> NDArray[np.float32]:
    """(WIDTH,) standardised traits of one identity."""
    names, mean, spread = _statistics(identity.domain)
    vector = np.zeros(WIDTH, np.float32)
    vector[0] = float(DOMAINS.index(identity.domain))
    vector[1] = 1.0 if identity.noun == "man" else -1.0
    vector[2 : 2 + len(names)] = (np.array([identity.traits[n] for n in names], np.float32) - mean) / spread
    return vector


def _network(width: int, hidden: int) -> nn.Sequential:
    last = nn.Linear(hidden, width)
    nn.init.normal_(last.weight, std=hidden**-0.5)
    return nn.Sequential(
        nn.Linear(WIDTH, hidden),
        nn.GELU(),
        nn.Linear(hidden, hidden),
        nn.GELU(),
        nn.LayerNorm(hidden),  # so that the embeddings begin with the spread of a word's
        last,
    )


class Namer(nn.Module):
    """Trait vectors (N, WIDTH) -> embeddings of names (N, width), with a network for each domain."""

    def __init__(self, width: int, hidden: int = 384) -> None:
        super().__init__()
        self.domains = nn.ModuleList(_network(width, hidden) for _ in DOMAINS)

    def forward(self, traits: Tensor) -> Tensor:
        """See the class."""
        which = traits[:, :1].round()
        vectors = [torch.where(which == i, network(traits), 0.0) for i, network in enumerate(self.domains)]
        return SCALE * torch.stack(vectors).sum(0)


def isolation_bias(name_columns: Tensor, isolated: Tensor) -> Tensor:
    """Causal attention bias (N, 1, L, L) in which other columns do not see the name where `isolated` (N,) says so.

    name_columns: (N, L) bool. This is what the editor's token isolation shows the text encoder.
    """
    length = name_columns.shape[1]
    causal = torch.ones(length, length, dtype=torch.bool, device=name_columns.device).tril()
    itself = torch.eye(length, dtype=torch.bool, device=name_columns.device)
    hidden = (name_columns & isolated[:, None])[:, None, :] & ~itself
    bias = torch.zeros(len(name_columns), length, length, device=name_columns.device)
    return bias.masked_fill(~(causal & ~hidden), torch.finfo(torch.float32).min)[:, None]


def text_states(
    text_encoder: CLIPTextModel, tokens: Tensor, placeholder: int, names: Tensor, isolated: Tensor
) -> Tensor:
    """Text states (N, L, W) of captions (N, L) whose id `placeholder` is the name with embedding names (N, W).

    isolated: (N,) bool, see `isolation_bias`.
    """
    embeddings = text_encoder.embeddings
    here = tokens == placeholder
    words = torch.where(here[..., None], names[:, None].to(torch.float32), embeddings.token_embedding(tokens))
    positions = embeddings.position_embedding.weight[: tokens.shape[1]]
    bias = isolation_bias(here, isolated)
    states = (words + positions).float()
    for layer in text_encoder.encoder.layers:
        states = layer(states, bias.to(states.dtype))
    return text_encoder.final_layer_norm(states)


@torch.no_grad()
def write_names(text_encoder: CLIPTextModel, tokenizer: CLIPTokenizer, namer: Namer) -> None:
    """Put every name's embedding into the vocabulary, and their mean at `names.NAME_PLACEHOLDER`."""
    table = text_encoder.get_input_embeddings().weight
    people = _embeddings(namer, PERSON_NAMES, "portrait")
    for words, vectors in (
        (PERSON_NAMES, people),
        (CAR_NAMES, _embeddings(namer, CAR_NAMES, "car")),
        ((NAME_PLACEHOLDER,), people.mean(0, keepdim=True)),
    ):
        table[tokenizer.convert_tokens_to_ids([f"{word}</w>" for word in words])] = vectors.to(table)


def _embeddings(namer: Namer, words: Iterable[str], domain: str) -> Tensor:
    people = [sample_identity(dataset.split_seed("train", i), domain) for i, _ in enumerate(words)]
    device = next(namer.parameters()).device
    return namer(torch.from_numpy(np.stack([trait_vector(p) for p in people])).to(device))


@torch.no_grad()
def adopt_vocabulary(
    text_encoder: CLIPTextModel, tokenizer: CLIPTokenizer, old: CLIPTextModel, old_ids: dict[str, int]
) -> None:
    """Copy a text encoder that knows another vocabulary; tokens that it does not know keep their start values."""
    values = old.state_dict()
    key = next(name for name in values if name.endswith("token_embedding.weight"))
    table = text_encoder.state_dict()[key].clone()
    for token, index in tokenizer.get_vocab().items():
        if token in old_ids:
            table[index] = values[key][old_ids[token]]
    text_encoder.load_state_dict({**values, key: table})


@torch.no_grad()
def let_words_through(text_encoder: CLIPTextModel, share: float) -> None:
    """Scale what the layers add to the residual stream by `share`, so that a word's own embedding counts next to it.

    Measured on the first weights: embeddings of norm 0.9 went into a stream of norm 40 after the first layer and 350 after
    the last, so the columns of early words all came out as one vector. Layer norms make the scale of the whole irrelevant.
    """
    for layer in text_encoder.encoder.layers:
        for linear in (layer.self_attn.out_proj, layer.mlp.fc2):
            linear.weight.mul_(share)
            linear.bias.mul_(share)


@torch.no_grad()
def stream_growth(text_encoder: CLIPTextModel, tokens: Tensor) -> float:
    """Norm of the residual stream behind the last layer as a multiple of the embeddings' norm, mean over (N, L) ids."""
    states = first = text_encoder.embeddings(tokens)
    bias = isolation_bias(
        torch.zeros_like(tokens, dtype=torch.bool), torch.zeros(len(tokens), dtype=torch.bool)
    )
    for layer in text_encoder.encoder.layers:
        states = layer(states, bias.to(states))
    return float(states.norm(dim=-1).mean() / first.norm(dim=-1).mean())
