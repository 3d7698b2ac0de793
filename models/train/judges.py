"""Trains the two judges: what a picture shows (attributes) and whom it shows (identity).

Both see drawn pictures and, once the autoencoder is there, its copies, so that they judge the model's own
pictures by what they show and not by how they were made.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .common import STATE_DIR, drawing_processes, load_state, pick_device
from .judge_data import (
    Autoencoder,
    Chunk,
    PictureStore,
    degrade,
    move,
    to_floats,
)
from .judge_measures import (
    accuracy,
    embed_all,
    equal_error,
    labelled_pictures,
    predict_all,
    verification_pairs,
)
from .judge_networks import JUDGES_FOLDER, AttributeNet, IdentityNet
from .judge_training import forward, run_slice, write_weights

__all__ = [
    "attribute_loss",
    "contrastive_loss",
    "train",
    "train_attributes",
    "train_identity",
    "trait_loss",
]


def attribute_loss(logits: Sequence[Tensor], labels: Tensor) -> Tensor:
    """Sum over heads of the mean cross entropy; labels ``(B, heads)``, -1 where a question makes no sense."""
    total = logits[0].new_zeros(())
    for i, scores in enumerate(logits):
        valid = (labels[:, i] >= 0).sum().clamp(min=1)
        total = total + F.cross_entropy(scores, labels[:, i], ignore_index=-1, reduction="sum") / valid
    return total


def contrastive_loss(embeddings: Tensor, people: Tensor, temperature: float = 0.1) -> Tensor:
    """Supervised contrastive loss: pictures of one person attract, all others repel.

    embeddings: unit vectors ``(B, D)``. people: integers ``(B,)``, every person at least twice.
    """
    similar = embeddings @ embeddings.T / temperature
    itself = torch.eye(len(people), dtype=torch.bool, device=people.device)
    similar = similar.masked_fill(itself, -1e4)
    log_chance = similar - similar.logsumexp(1, keepdim=True)
    same = (people[:, None] == people[None, :]) & ~itself
    return -((log_chance * same).sum(1) / same.sum(1).clamp(min=1)).mean()


def _attribute_step(
    network: nn.Module, chunks: Sequence[Chunk], step: int, batch: int, device: torch.device
) -> Tensor:
    """Loss of the step's random batch; a quarter of it copies where there are any."""
    rng = np.random.default_rng([12, step])
    noise = torch.Generator(device).manual_seed(int(rng.integers(2**62)))
    with_copies = [chunk for chunk in chunks if chunk.copies is not None]
    rows, labels = [], []
    for k in range(batch):
        copied = bool(with_copies) and k % 4 == 0
        pool = with_copies if copied else chunks
        chunk = pool[int(rng.integers(len(pool)))]
        i, picture = chunk.pick(rng, copied)
        rows.append(picture)
        labels.append(chunk.labels[i])
    x, _ = move(degrade(to_floats(np.stack(rows), device), noise), noise, 0.93, 1.07, 0.05)
    return attribute_loss(
        [scores.float() for scores in forward(network, x)],
        torch.from_numpy(np.stack(labels)).long().to(device),
    )


class _Tutored(nn.Module):
    """The identity network with a second head that names the traits a person was drawn from.

    Telling people apart gives one hint a pair of pictures, naming traits a hundred hints a picture: with both the network
    learns in a fraction of the time. The head is left behind in training.
    """

    def __init__(self, network: IdentityNet, traits: int) -> None:
        super().__init__()
        self.network = network
        self.traits = nn.Linear(network.embed.in_features, traits)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Pictures to embeddings ``(B, dimensions)`` and traits ``(B, traits)``."""
        features = self.network.trunk(x)
        return F.normalize(self.network.embed(features).float(), dim=1), self.traits(features).float()


def trait_loss(found: Tensor, traits: Tensor) -> Tensor:
    """Smooth error of standardised traits ``(B, traits)``; NaN marks what a picture's domain does not have."""
    known = torch.isfinite(traits)
    error = F.smooth_l1_loss(found, torch.where(known, traits, found.detach()), reduction="none", beta=0.5)
    return (error * known).sum() / known.sum().clamp(min=1)


def _identity_step(
    network: nn.Module,
    chunks: Sequence[Chunk],
    step: int,
    groups: int,
    people: int,
    pictures: int,
    device: torch.device,
) -> Tensor:
    """Loss of a batch of `groups` groups, `people` of each with `pictures` each: full of hard negatives."""
    rng = np.random.default_rng([13, step])
    noise = torch.Generator(device).manual_seed(int(rng.integers(2**62)))
    rows, numbers, traits = [], [], []
    for part in range(groups):
        chunk = chunks[int(rng.integers(len(chunks)))]
        group = int(rng.integers(int(chunk.people[:, 0].max()) + 1))
        members = np.flatnonzero(chunk.people[:, 0] == group)
        names = np.unique(chunk.people[members, 1])
        for number in rng.choice(names, min(people, len(names)), replace=False):
            own = members[chunk.people[members, 1] == number]
            for i in rng.choice(own, min(pictures, len(own)), replace=False):
                rows.append(chunk.copy_of(int(i)))
                numbers.append(part * 1000 + int(number))
                traits.append(chunk.traits[i])
    x, _ = move(degrade(to_floats(np.stack(rows), device), noise), noise, 0.95, 1.05, 0.04)
    embedded, named = forward(network, x)
    target = torch.from_numpy(np.stack(traits).astype(np.float32)).to(device)
    return contrastive_loss(embedded, torch.tensor(numbers, device=device)) + 3.0 * trait_loss(named, target)


def _store(
    state: Path,
    minutes: float,
    chunks: int,
    groups: int,
    autoencoder: Path | None,
    copies: int,
    device: torch.device,
) -> list[Chunk]:
    """Pictures to train on, drawn and copied within at most 60 % of the slice."""
    now = time.monotonic()
    store = PictureStore(state, groups=groups)
    store.grow(chunks, now + minutes * 60 * 0.4, workers=drawing_processes())
    name = Autoencoder.name(autoencoder) if autoencoder is not None else ""
    if autoencoder is not None and name:
        store.add_copies(name, Autoencoder(autoencoder, device), copies, now + minutes * 60 * 0.6)
    return store.chunks(name)


def _copies(rgb: np.ndarray, autoencoder: Path | None, device: torch.device) -> np.ndarray | None:
    """Autoencoder copies of `rgb`, None without an autoencoder."""
    if autoencoder is None or not Autoencoder.name(autoencoder):
        return None
    copy = Autoencoder(autoencoder, device)
    return np.concatenate([copy(rgb[i : i + 16]) for i in range(0, len(rgb), 16)])


def _start_from_attributes(network: IdentityNet, attributes: Path, own: Path) -> None:
    """Give a fresh identity network the trunk of the attribute judge: it has learned to see faces already."""
    saved = load_state(attributes)
    if own.exists() or saved is None:
        return
    trunk = {name[6:]: value for name, value in saved["network"].items() if name.startswith("trunk.")}
    expected = network.trunk.state_dict()
    if all(trunk[name].shape == value.shape for name, value in expected.items()):
        network.trunk.load_state_dict(trunk)


def train_attributes(
    minutes: float,
    state: Path,
    device: str = "auto",
    *,
    out: Path = JUDGES_FOLDER,
    autoencoder: Path | None = None,
    chunks: int = 24,
    groups: int = 10,
    batch: int | None = None,
    width: int = 24,
    max_steps: int | None = None,
    validation: int = 300,
) -> dict[str, object]:
    """Train (on) the attribute judge and write ``out/attributes.safetensors``.

    Args:
        minutes: wall-clock minutes of this slice, drawing pictures included.
        state: folder with pictures and checkpoint; a later call resumes from it.
        device: ``auto``, ``cpu`` or ``cuda``.
        autoencoder: AutoencoderKL folder; with it a quarter of what the judge sees are copies.
        chunks, groups: pictures drawn at most (``groups * 96`` a chunk).
        batch: pictures a step, default 32 on a CPU and 128 on a GPU.
        validation: pictures of the validation split the returned accuracy is measured on.

    Returns:
        ``step``, ``loss``, ``seconds``, ``bytes``, ``accuracy`` and, with an autoencoder,
        ``accuracy_copies``.
    """
    on = pick_device(device)
    begin = time.monotonic()
    loaded = _store(state, minutes, chunks, groups, autoencoder, chunks // 2, on)
    left = minutes - (time.monotonic() - begin) / 60
    network = AttributeNet(width=width)
    size = batch or (32 if on.type == "cpu" else 128)
    figures = run_slice(
        network,
        lambda step: _attribute_step(network, loaded, step, size, on),
        left,
        state / "attributes.safetensors",
        2e-3,
        on,
        max_steps,
    )
    result: dict[str, object] = dict(figures)
    rgb, labels = labelled_pictures("validation", validation)
    for key, pictures in (("accuracy", rgb), ("accuracy_copies", _copies(rgb[:100], autoencoder, on))):
        if pictures is not None:
            scores = accuracy(predict_all(network, pictures), labels[: len(pictures)], network.heads)
            result[key] = {"mean": float(np.mean(list(scores.values()))), **scores}
    metadata = {**network.config(), "figures": json.dumps(result)}
    result["bytes"] = write_weights(network, out / "attributes.safetensors", metadata)
    return result


def train_identity(
    minutes: float,
    state: Path,
    device: str = "auto",
    *,
    out: Path = JUDGES_FOLDER,
    autoencoder: Path | None = None,
    chunks: int = 24,
    groups: int = 10,
    people: int = 12,
    pictures: int = 3,
    width: int = 24,
    max_steps: int | None = None,
    validation: int = 200,
) -> dict[str, object]:
    """Train (on) the identity judge and write ``out/identity.safetensors`` with its threshold at equal error.

    Arguments as in `train_attributes`; a batch holds `people` people of two groups each (eight on a GPU), `pictures` of
    everyone; `validation` is the number of genuine and of impostor pairs of the validation split.

    Returns:
        ``step``, ``loss``, ``seconds``, ``bytes``, ``threshold``, ``accuracy`` and the same for ``car``.
    """
    on = pick_device(device)
    begin = time.monotonic()
    loaded = _store(state, minutes, chunks, groups, autoencoder, chunks // 2, on)
    left = minutes - (time.monotonic() - begin) / 60
    network = IdentityNet(width)
    _start_from_attributes(network, state / "attributes.safetensors", state / "identity.safetensors")
    tutored = _Tutored(network, loaded[0].traits.shape[1])
    at_once = 2 if on.type == "cpu" else 8
    figures = run_slice(
        tutored,
        lambda step: _identity_step(tutored, loaded, step, at_once, people, pictures, on),
        left,
        state / "identity.safetensors",
        2e-3,
        on,
        max_steps,
    )
    result: dict[str, object] = dict(figures)
    metadata = network.config()
    for domain in ("portrait", "car"):
        pairs, same = verification_pairs(
            "validation", validation if domain == "portrait" else validation // 2, domain
        )
        points = embed_all(network, pairs.reshape(-1, *pairs.shape[2:])).reshape(len(pairs), 2, -1)
        alike, known = (points[:, 0] * points[:, 1]).sum(1), same
        # Photos are compared with what the model made of them, so one threshold serves drawn pictures and copies.
        some = np.flatnonzero(np.arange(len(pairs)) % (len(pairs) // 2) < 40)
        copied = _copies(pairs[some, 1], autoencoder, on)
        if copied is not None:
            alike = np.concatenate([alike, (points[some, 0] * embed_all(network, copied)).sum(1)])
            known = np.concatenate([known, same[some]])
        threshold, right = equal_error(alike[known], alike[~known])
        prefix = "" if domain == "portrait" else "car_"
        result |= {f"{prefix}threshold": threshold, f"{prefix}accuracy": right}
        metadata |= {f"{prefix}threshold": f"{threshold:.6f}", f"{prefix}accuracy": f"{right:.4f}"}
    result["bytes"] = write_weights(network, out / "identity.safetensors", metadata)
    return result


def train(
    minutes: float, state: Path = STATE_DIR / "judges", device: str = "auto", chunks: int = 24
) -> dict[str, object]:
    """Train both judges for `minutes` in all (attributes 40 %, identity 60 %), on copies too if possible.

    chunks: pictures drawn at most, as in `train_attributes`.

    Returns:
        ``attributes`` and ``identity``, the results of `train_attributes` and `train_identity`.
    """
    folder = JUDGES_FOLDER.parent / "small" / "vae"
    autoencoder = folder if folder.is_dir() else None
    return {
        "attributes": train_attributes(minutes * 0.4, state, device, autoencoder=autoencoder, chunks=chunks),
        "identity": train_identity(minutes * 0.6, state, device, autoencoder=autoencoder, chunks=chunks),
    }
