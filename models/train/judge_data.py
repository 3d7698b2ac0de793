"""Pictures that the judges and the mask network learn from: drawn once, kept, varied while training.

A chunk holds groups of 16 people (every fourth chunk: cars). All people of a group wear the same
attributes in their k-th pictures and have a similar (in every second group: the same) skin colour, so that
only the person tells them apart; light, pose, background and clothes differ in every picture.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..drawing.dataset import draw, split_seed
from ..drawing.picture import Picture
from ..drawing.render import render
from ..drawing.scene import (
    DOMAINS,
    Identity,
    Scene,
    sample_attributes,
    sample_identity,
    sample_nuisance,
    valid_values,
)
from .common import autocast
from .judge_networks import HEADS, IMAGE_SIZE, REGIONS

__all__ = [
    "Autoencoder",
    "Chunk",
    "PictureStore",
    "degrade",
    "labels_of",
    "move",
    "pack_masks",
    "random_group",
    "to_floats",
    "traits_of",
    "unpack_masks",
    "with_skin_of",
]

_CPU = torch.device("cpu")
PEOPLE = 16
PICTURES = 6
COPY_EVERY = 13
"""Copying takes ten times as long as drawing, and few are enough; 13 has no factor in common with `PICTURES`."""
_COLUMNS = ("rgb", "masks", "labels", "people", "traits")
_SKIN = ("skin_r", "skin_g", "skin_b")


def labels_of(scene: Scene) -> np.ndarray:
    """Index of the right answer for each of `HEADS` as int8, -1 where the question makes no sense."""
    labels = np.full(len(HEADS), -1, dtype=np.int8)
    facts = {
        **scene.attributes,
        "domain": scene.domain,
        "scene": scene.nuisance.scene,
        "noun": scene.identity.noun,
    }
    for i, head in enumerate(HEADS):
        if head.domain in ("", scene.domain):
            labels[i] = head.values.index(facts[head.name])
    return labels


def pack_masks(picture: Picture) -> np.ndarray:
    """The six region masks of a picture as bits of one uint8 ``(H, W)``."""
    packed = np.zeros(picture.rgb.shape[:2], dtype=np.uint8)
    for bit, name in enumerate(REGIONS):
        if name in picture.masks:
            packed |= (np.asarray(picture.masks[name]) >= 128).astype(np.uint8) << bit
    return packed


def unpack_masks(packed: np.ndarray, device: torch.device = _CPU) -> Tensor:
    """Bits ``(B, H, W)`` to floats 0 or 1 ``(B, 6, H, W)`` on the device."""
    bits = torch.from_numpy(np.ascontiguousarray(packed)).to(device)[:, None]
    shifts = torch.arange(len(REGIONS), dtype=torch.uint8, device=device)[None, :, None, None]
    return ((bits >> shifts) & 1).float()


def to_floats(rgb: np.ndarray, device: torch.device = _CPU) -> Tensor:
    """uint8 ``(B, H, W, 3)`` to floats 0..1 ``(B, 3, H, W)`` on the device, where they are made from the bytes."""
    return torch.from_numpy(np.ascontiguousarray(rgb)).to(device).permute(0, 3, 1, 2).float().div_(255.0)


def random_group(
    rng: np.random.Generator,
    split: str,
    first: int,
    same_skin: bool,
    domain: str = "portrait",
    count: int = PEOPLE,
) -> list[Identity]:
    """Up to `count` identities that are easily mistaken for one another.

    Portraits: one noun and similar skin, taken from ``4 * count`` people of the split from number `first`
    on; with `same_skin` all get the very same skin colour. Cars: any `count` of them.
    """
    wanted = 4 * count if domain == "portrait" else count
    pool = [sample_identity(split_seed(split, first + i), domain) for i in range(wanted)]
    if domain != "portrait":
        return pool
    noun = ("woman", "man")[int(rng.integers(2))]
    pool = sorted((p for p in pool if p.noun == noun), key=lambda p: sum(p.traits[c] for c in _SKIN))
    start = int(rng.integers(max(len(pool) - count, 0) + 1))
    people = pool[start : start + count]
    return [with_skin_of(person, people[0]) for person in people] if same_skin else people


def with_skin_of(person: Identity, other: Identity) -> Identity:
    """`person` with the skin colour of `other`: still another person, but no longer distinguished by colour."""
    return replace(
        person, traits={**person.traits, **{c: other.traits[c] for c in _SKIN if c in other.traits}}
    )


def _shared_attributes(rng: np.random.Generator, person: Identity) -> dict[str, str]:
    """Attributes: half of the time uniform over the values, else as the drawing program samples them."""
    values = sample_attributes(int(rng.integers(2**31)), person)
    if rng.random() < 0.5:
        return values
    return {name: str(rng.choice(valid_values(person, name))) for name in values}


def _group_scenes(
    rng: np.random.Generator, split: str, first: int, domain: str
) -> Iterator[tuple[int, Scene]]:
    """Scenes of one group with the person's number, person after person."""
    people = random_group(rng, split, first, bool(rng.random() < 0.5), domain)
    looks = [_shared_attributes(rng, people[0]) for _ in range(PICTURES)]
    for number, person in enumerate(people):
        for look in looks:
            yield number, Scene(person, dict(look), sample_nuisance(int(rng.integers(2**31))))


@cache
def _trait_scale(domain: str) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Names of a domain's traits, sorted, with mean and deviation over 300 identities."""
    sample = [sample_identity(split_seed("judge_train", i), domain).traits for i in range(300)]
    names = sorted(sample[0])
    table = np.array([[traits[name] for name in names] for traits in sample])
    return names, table.mean(0), np.maximum(table.std(0), 1e-3)


def traits_of(identity: Identity) -> np.ndarray:
    """Standardised traits of an identity, float16 ``(traits of all domains,)``; NaN for those of other domains."""
    parts = []
    for domain in DOMAINS:
        names, mean, deviation = _trait_scale(domain)
        if domain == identity.domain:
            parts.append((np.array([identity.traits[name] for name in names]) - mean) / deviation)
        else:
            parts.append(np.full(len(names), np.nan))
    return np.concatenate(parts).astype(np.float16)


@dataclass(frozen=True)
class Chunk:
    """One stored chunk, arrays mapped from disk.

    rgb: uint8 ``(N, 128, 128, 3)``. masks: packed bits ``(N, 128, 128)``. labels: int8 ``(N, heads)``.
    people: int32 ``(N, 2)``, number of the group in the chunk and of the person (or car) in the group.
    traits: float16 ``(N, traits)`` as `traits_of` gives them.
    copies: autoencoder copies of every `COPY_EVERY`-th picture, None where there are none.
    """

    rgb: np.ndarray
    masks: np.ndarray
    labels: np.ndarray
    people: np.ndarray
    traits: np.ndarray
    copies: np.ndarray | None

    def pick(self, rng: np.random.Generator, copied: bool) -> tuple[int, np.ndarray]:
        """Number of a random picture and the picture ``(128, 128, 3)``, or its copy if `copied` and there are any."""
        if copied and self.copies is not None:
            i = int(rng.integers(len(self.copies)))
            return i * COPY_EVERY, self.copies[i]
        i = int(rng.integers(len(self.rgb)))
        return i, self.rgb[i]

    def copy_of(self, i: int) -> np.ndarray:
        """The copy of picture `i` if there is one, else the picture."""
        return (
            self.copies[i // COPY_EVERY] if self.copies is not None and i % COPY_EVERY == 0 else self.rgb[i]
        )


class PictureStore:
    """Chunks of drawn pictures below a folder; what another drawing program drew is thrown away.

    Args:
        folder: state folder, made on demand.
        split: split of `split_seed` the pictures belong to.
        groups: groups of people in a chunk of portraits, twice as many as in one of cars.
    """

    def __init__(self, folder: Path, split: str = "judge_train", groups: int = 10) -> None:
        self.split, self.groups = split, groups
        self.folder = folder / f"pictures-{split}-{_fingerprint()}"
        for other in folder.glob(f"pictures-{split}-*"):
            if other != self.folder:
                shutil.rmtree(other, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)

    def paths(self) -> list[Path]:
        """Folders of the complete chunks in order."""
        return sorted(path for path in self.folder.glob("chunk-*") if not path.name.endswith(".part"))

    def chunks(self, copies: str = "") -> list[Chunk]:
        """All complete chunks, with autoencoder copies of this name where they exist."""
        result = []
        for path in self.paths():
            rgb, masks, labels, people, traits = (
                np.load(path / f"{name}.npy", mmap_mode="r") for name in _COLUMNS
            )
            copy = path / f"copies-{copies}.npy"
            copied = np.load(copy, mmap_mode="r") if copies and copy.exists() else None
            result.append(Chunk(rgb, masks, labels, people, traits, copied))
        return result

    def grow(self, count: int, deadline: float = float("inf"), workers: int = 1) -> int:
        """Draw until there are `count` chunks or the clock passes `deadline`, but at least one chunk.

        workers: processes that draw at the same time, one chunk each.
        """
        while (have := len(self.paths())) < count and (not have or time.monotonic() < deadline):
            turn = range(have, min(count, have + workers))
            if len(turn) == 1:
                self._draw_chunk(have)
            else:
                with multiprocessing.get_context("spawn").Pool(len(turn)) as pool:
                    pool.map(self._draw_chunk, turn, chunksize=1)
        return len(self.paths())

    def add_copies(
        self, name: str, autoencoder: Autoencoder, limit: int, deadline: float = float("inf")
    ) -> int:
        """Store autoencoder copies of some pictures of up to `limit` chunks; older copies of another name are removed."""
        done = 0
        for path in self.paths()[:limit]:
            target = path / f"copies-{name}.npy"
            if not target.exists():
                if time.monotonic() >= deadline:
                    break
                rgb = np.load(path / "rgb.npy", mmap_mode="r")
                chosen = np.array(rgb[::COPY_EVERY])
                batches = [autoencoder(chosen[i : i + 16]) for i in range(0, len(chosen), 16)]
                part = path / "copies.part.npy"
                np.save(part, np.concatenate(batches))
                os.replace(part, target)
            for other in path.glob("copies-*.npy"):
                if other != target:
                    other.unlink()
            done += 1
        return done

    def _draw_chunk(self, index: int) -> None:
        rng = np.random.default_rng([17, index])
        rows: list[tuple[np.ndarray, ...]] = []
        domain = "car" if index % 4 == 3 else "portrait"
        for group in range(max(self.groups // 2, 1) if domain == "car" else self.groups):
            first = 4 * PEOPLE * (index * self.groups + group)
            for person, scene in _group_scenes(rng, self.split, first, domain):
                picture = render(scene, IMAGE_SIZE)
                who = np.array((group, person), dtype=np.int32)
                rows.append(
                    (picture.rgb, pack_masks(picture), labels_of(scene), who, traits_of(scene.identity))
                )
        part = self.folder / f"chunk-{index:04d}.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for column, name in enumerate(_COLUMNS):
            np.save(part / f"{name}.npy", np.stack([row[column] for row in rows]))
        # A chunk appears whole or not at all, so an interrupted run leaves nothing half drawn.
        os.replace(part, part.with_suffix(""))


def _fingerprint() -> str:
    """Eight hex digits that change when the drawing program draws anything else."""
    digest = hashlib.sha256()
    for index in range(6):
        picture, scene = draw(split_seed("judge_train", index), IMAGE_SIZE)
        digest.update(picture.rgb.tobytes() + pack_masks(picture).tobytes() + labels_of(scene).tobytes())
    return digest.hexdigest()[:8]


class Autoencoder:
    """Encodes and decodes pictures with the model's own autoencoder (the mean of the posterior).

    Args:
        folder: a diffusers AutoencoderKL folder.
    """

    def __init__(self, folder: Path, device: torch.device = _CPU) -> None:
        from diffusers import AutoencoderKL

        self.device = device
        self.network = (
            AutoencoderKL.from_pretrained(folder, use_safetensors=True)
            .float()
            .eval()
            .requires_grad_(False)
            .to(device)
        )

    @staticmethod
    def name(folder: Path) -> str:
        """Eight hex digits of the weights in `folder`, "" if there are none."""
        files = sorted(folder.glob("*.safetensors"))
        return hashlib.sha256(files[0].read_bytes()).hexdigest()[:8] if files else ""

    def __call__(self, rgb: np.ndarray) -> np.ndarray:
        """uint8 pictures ``(B, H, W, 3)`` to their copies of the same shape and type."""
        with torch.inference_mode(), autocast(self.device):
            x = (to_floats(rgb) * 2.0 - 1.0).to(self.device)
            y = self.network.decode(self.network.encode(x).latent_dist.mean).sample
            y = ((y.float() + 1.0) * 127.5).round().clamp(0, 255).to(torch.uint8)
        return y.permute(0, 2, 3, 1).cpu().numpy()


def _per_picture(x: Tensor, low: float, high: float, rng: torch.Generator, channels: int = 1) -> Tensor:
    values = torch.empty(x.shape[0], channels, 1, 1, device=rng.device)
    return values.uniform_(low, high, generator=rng).to(x.device)


def degrade(x: Tensor, rng: torch.Generator, colour: float = 0.04) -> Tensor:
    """Pictures 0..1 ``(B, 3, H, W)`` with mild blur, noise and colour shift, as copying and resizing cause.

    Args:
        colour: largest relative change of a colour channel; colours are answers, so judges want this small.
    """
    kernel = torch.tensor([0.25, 0.5, 0.25], device=x.device)
    kernel = (kernel[:, None] * kernel[None, :]).expand(3, 1, 3, 3)
    blurred = F.conv2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), kernel, groups=3)
    # About half stay sharp; negative weights sharpen a little.
    x = x + (blurred - x) * _per_picture(x, -0.3, 0.8, rng)
    coarse = F.interpolate(F.avg_pool2d(x, 2), scale_factor=2.0, mode="bilinear")
    # More than half and thin lines (wrinkles, eyeshadow) would be gone, as they are not in autoencoder copies.
    x = x + (coarse - x) * _per_picture(x, -0.6, 0.5, rng).clamp(min=0.0)
    noise = torch.empty(x.shape, device=rng.device).normal_(generator=rng).to(x.device)
    x = x + noise * _per_picture(x, 0.0, 0.03, rng)
    gain = 1.0 + _per_picture(x, -colour, colour, rng, 3) + _per_picture(x, -colour, colour, rng)
    return (x * gain + _per_picture(x, -colour / 2, colour / 2, rng)).clamp(0.0, 1.0)


def move(
    x: Tensor, rng: torch.Generator, low: float, high: float, offset: float, masks: Tensor | None = None
) -> tuple[Tensor, Tensor | None]:
    """Scale by `low`..`high`, stretch a little, shift by up to `offset` (1 = half a picture), edges repeated.

    `masks` ``(B, C, H, W)`` move along and stay 0 or 1.
    """
    count, where = x.shape[0], rng.device
    scale = torch.empty(count, 1, device=where).uniform_(low, high, generator=rng)
    stretch = torch.empty(count, 1, device=where).uniform_(0.95, 1.05, generator=rng)
    shift = torch.empty(count, 2, device=where).uniform_(-offset, offset, generator=rng)
    theta = torch.zeros(count, 2, 3, device=where)
    theta[:, 0, 0:1], theta[:, 1, 1:2], theta[:, :, 2] = scale * stretch, scale / stretch, shift
    grid = F.affine_grid(theta.to(x.device), list(x.shape), align_corners=False)
    moved = F.grid_sample(x, grid, mode="bilinear", padding_mode="border", align_corners=False)
    if masks is None:
        return moved, None
    moved_masks = F.grid_sample(masks, grid, mode="bilinear", padding_mode="border", align_corners=False)
    return moved, (moved_masks >= 0.5).float()
