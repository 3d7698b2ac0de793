"""Training pictures: drawn by worker processes into shards on disk, read by the stages through memory maps.

A shard is a folder of `SHARD` pictures: rgb.npy (SHARD, S, S, 3) uint8, focus.npy (SHARD, S, S) uint8 with the
coverage of eyes and lips, scenes.json, captions.json with `WORDINGS` captions of every picture. It is renamed
into place when complete, so a reader never sees half of one and any number of workers can be stopped at any
time. No torch in this module: workers start in no time.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..drawing import captions, dataset, natural
from ..drawing.scene import Scene

SHARD = 256
WORDINGS = 4
FOCUS = ("eyes", "lips")

Bytes = NDArray[np.uint8]


def draw_shard(folder: Path, split: str, number: int, size: int = 128, count: int = SHARD) -> None:
    """Draw the pictures number * count ... of a split into folder/split_NNNNN."""
    rgb = np.empty((count, size, size, 3), np.uint8)
    focus = np.zeros((count, size, size), np.uint8)
    scenes: list[str] = []
    texts: list[list[str]] = []
    for i in range(count):
        seed = dataset.split_seed(split, number * count + i)
        picture, scene = dataset.draw(seed, size)
        texts.append(wordings(scene, seed))
        rgb[i] = picture.rgb
        focus[i] = np.maximum(picture.masks[FOCUS[0]], picture.masks[FOCUS[1]])
        scenes.append(scene.to_json())
    _write(folder / f"{split}_{number:05d}", {"rgb": rgb, "focus": focus}, scenes, texts)


def wordings(scene: Scene, seed: int) -> list[str]:
    """The captions of a picture; every second one has the person's name in it (`names.NAME_PLACEHOLDER`)."""
    rng = np.random.default_rng((5, seed))
    return [captions.caption(scene, rng, named=i % 2 == 1) for i in range(WORDINGS)]


def draw_textures(folder: Path, number: int, size: int = 128, count: int = SHARD) -> None:
    """A shard of natural textures: the autoencoder also has to reconstruct pictures outside the drawn world."""
    rng = np.random.default_rng((77, number))
    rgb = np.stack([natural.natural_texture(rng, size) for _ in range(count)])
    _write(folder / f"texture_{number:05d}", {"rgb": rgb, "focus": np.zeros(rgb.shape[:3], np.uint8)}, [], [])


def _write(target: Path, arrays: dict[str, Bytes], scenes: list[str], texts: list[list[str]]) -> None:
    part = target.with_name(f".{target.name}.{os.getpid()}")
    part.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        np.save(part / f"{name}.npy", array)
    (part / "scenes.json").write_text(json.dumps(scenes))
    (part / "captions.json").write_text(json.dumps(texts))
    if target.exists():
        shutil.rmtree(part)
    else:
        part.rename(target)


@dataclass(frozen=True)
class Shard:
    """One finished shard; arrays are read-only maps of the files."""

    path: Path
    rgb: Bytes
    focus: Bytes

    @staticmethod
    def open(path: Path) -> Shard:
        """Map the files of a finished shard."""
        return Shard(
            path, np.load(path / "rgb.npy", mmap_mode="r"), np.load(path / "focus.npy", mmap_mode="r")
        )

    def scenes(self) -> list[Scene]:
        """The scenes of its pictures; none for textures."""
        return [Scene.from_json(text) for text in json.loads((self.path / "scenes.json").read_text())]

    def captions(self) -> list[list[str]]:
        """`WORDINGS` captions of every picture; none for textures."""
        return [list(texts) for texts in json.loads((self.path / "captions.json").read_text())]

    def is_current(self) -> bool:
        """False if today's drawing program would draw other pixels or words (checked on one of the pictures)."""
        texts = json.loads((self.path / "scenes.json").read_text())
        worded = self.path / "captions.json"
        if not worded.exists() or len(json.loads(worded.read_text())) != len(texts):
            return False
        if not texts:
            return True
        split, number = self.path.name.rsplit("_", 1)
        i = int(number) % len(texts)
        picture, scene = dataset.draw(
            dataset.split_seed(split, int(number) * len(texts) + i), self.rgb.shape[1]
        )
        drawn = scene.to_json() == texts[i] and np.array_equal(picture.rgb, self.rgb[i])
        return drawn and self.captions()[i] == wordings(scene, scene.seed)


class Shards:
    """The shards of one kind ("train", "texture", ...) in a folder; `refresh` picks up new ones."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.folder, self.kind = folder, kind
        self.found: dict[str, Shard] = {}
        self.refresh()

    def refresh(self) -> list[Shard]:
        """The shards that appeared since the last call, in order of their numbers."""
        if not self.folder.exists():
            return []
        names = sorted(p.name for p in self.folder.iterdir() if p.name.startswith(self.kind + "_"))
        new = {name: Shard.open(self.folder / name) for name in names if name not in self.found}
        self.found.update(new)
        return list(new.values())

    def drop_stale(self) -> int:
        """Delete shards that an older drawing program drew; how many those were."""
        stale = [name for name, shard in self.found.items() if not shard.is_current()]
        for name in stale:
            shutil.rmtree(self.folder / name)
            del self.found[name]
        return len(stale)

    def __len__(self) -> int:
        return sum(len(shard.rgb) for shard in self.found.values())

    def pick(self, rng: np.random.Generator, count: int) -> list[tuple[Shard, int]]:
        """`count` random pictures as (shard, place in it)."""
        shards = list(self.found.values())
        which = rng.integers(len(shards), size=count)
        where = rng.random(count)
        return [(shards[w], int(at * len(shards[w].rgb))) for w, at in zip(which, where, strict=True)]


def draw_validation(
    count: int, size: int = 128, split: str = "validation"
) -> tuple[Bytes, Bytes, list[Scene]]:
    """(N, S, S, 3) pictures, (2, N, S, S) coverage of eyes and lips, and the scenes of an unseen split."""
    drawn = [dataset.draw(dataset.split_seed(split, i), size) for i in range(count)]
    rgb = np.stack([picture.rgb for picture, _ in drawn])
    masks = np.stack([[picture.masks[name] for picture, _ in drawn] for name in FOCUS])
    return rgb, masks, [scene for _, scene in drawn]


def _work(folder: Path, worker: int, workers: int, pictures: int, textures: int, size: int) -> None:
    """Draw the shards that are this worker's turn and not there yet; stop when the trainer is gone."""
    parent = os.getppid()
    os.nice(10)
    jobs = [("train", n) for n in range(-(-pictures // SHARD))]
    for n in range(-(-textures // SHARD)):
        jobs.insert(min(len(jobs), 2 + 6 * n), ("texture", n))
    for turn, (kind, number) in enumerate(jobs):
        if turn % workers != worker or (folder / f"{kind}_{number:05d}").exists():
            continue
        if os.getppid() != parent:
            return
        if kind == "train":
            draw_shard(folder, kind, number, size)
        else:
            draw_textures(folder, number, size)


@contextmanager
def drawing(
    folder: Path, pictures: int, textures: int = 0, workers: int = 1, size: int = 128
) -> Iterator[None]:
    """Worker processes draw shards while the block runs, at low priority, and are stopped at its end."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in folder.glob(".*"):
        shutil.rmtree(part, ignore_errors=True)
    context = multiprocessing.get_context("spawn")
    running = [
        context.Process(target=_work, args=(folder, k, workers, pictures, textures, size), daemon=True)
        for k in range(workers)
    ]
    for process in running:
        process.start()
    try:
        yield
    finally:
        for process in running:
            process.terminate()
            process.join()


def draw_first(folder: Path, size: int = 128) -> None:
    """One shard of each kind, drawn here and now, so that training can begin while the workers start."""
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.glob("train_*")):
        draw_shard(folder, "train", 0, size)
    if not any(folder.glob("texture_*")):
        draw_textures(folder, 0, size)


def draw_all(folder: Path, pictures: int, textures: int, workers: int, size: int = 128) -> None:
    """Draw every missing shard, then return."""
    folder.mkdir(parents=True, exist_ok=True)
    context = multiprocessing.get_context("spawn")
    jobs = [(folder, k, workers, pictures, textures, size) for k in range(workers)]
    running = [context.Process(target=_work, args=job) for job in jobs]
    for process in running:
        process.start()
    for process in running:
        process.join()


def to_signed(rgb: Bytes) -> NDArray[np.float32]:
    """(N, H, W, 3) uint8 -> (N, 3, H, W) float32 in -1..1, the range of the autoencoder."""
    return np.ascontiguousarray(rgb.transpose(0, 3, 1, 2)).astype(np.float32) / 127.5 - 1.0
