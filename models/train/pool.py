"""Training pictures where the steps need them: mapped from disk for a CPU, gathered on the device for a GPU."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .data import Bytes, Shards, to_signed


class Pool:
    """Rows of one shape in one tensor on the device: what a step picks is gathered there and not in Python."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.rows: Tensor | None = None
        self.count = 0

    def append(self, rows: NDArray) -> None:
        """Take in rows (N, ...); all calls bring the same shape and type of row."""
        new = torch.from_numpy(np.array(rows))
        wanted = self.count + len(new)
        if self.rows is None or wanted > len(self.rows):
            # Growing by half copies every row a few times at most, and never needs much more than the rows.
            room = max(wanted, 3 * self.count // 2)
            grown = torch.empty((room, *new.shape[1:]), dtype=new.dtype, device=self.device)
            if self.rows is not None:
                grown[: self.count] = self.rows[: self.count]
            self.rows = grown
        self.rows[self.count : wanted] = new.to(self.device)
        self.count = wanted

    def __len__(self) -> int:
        return self.count

    def filled(self) -> Tensor:
        """The rows that are there, (N, ...); IndexError where there are none."""
        if self.rows is None:
            raise IndexError("an empty pool has no rows")
        return self.rows[: self.count]


class Source(Protocol):
    """Where random crops of the pictures of one kind come from."""

    def refresh(self) -> None:
        """Take in pictures that were drawn since the last call."""

    def __len__(self) -> int:
        """How many pictures there are."""

    def crops(
        self, rng: np.random.Generator, corners: NDArray[np.int64], mirrored: NDArray[np.bool_], crop: int
    ) -> tuple[Tensor, Tensor]:
        """Random pictures cut at corners (N, 2) as y, x and mirrored where (N,) says so.

        Returns pictures (N, 3, crop, crop) in -1..1 and focus (N, 1, crop, crop) in 0..1, on the device.
        """


class Mapped:
    """Crops cut from the memory maps of the shards: a CPU wants few of them and has no memory to waste."""

    def __init__(self, shards: Shards, device: torch.device) -> None:
        self.shards, self.device = shards, device

    def refresh(self) -> None:
        """See Source."""
        self.shards.refresh()

    def __len__(self) -> int:
        return len(self.shards)

    def crops(
        self, rng: np.random.Generator, corners: NDArray[np.int64], mirrored: NDArray[np.bool_], crop: int
    ) -> tuple[Tensor, Tensor]:
        """See Source."""
        rgb: list[Bytes] = []
        focus: list[Bytes] = []
        for (shard, i), (y, x), flip in zip(
            self.shards.pick(rng, len(corners)), corners, mirrored, strict=True
        ):
            step = -1 if flip else 1
            rgb.append(shard.rgb[i, y : y + crop, x : x + crop][:, ::step])
            focus.append(shard.focus[i, y : y + crop, x : x + crop][:, ::step])
        weights = torch.from_numpy(np.stack(focus).astype(np.float32) / 255.0)[:, None]
        return torch.from_numpy(to_signed(np.stack(rgb))).to(self.device), weights.to(self.device)


class Pooled:
    """The same crops gathered by the GPU from pictures in its own memory (64 KiB a picture of 128x128)."""

    def __init__(self, shards: Shards, device: torch.device) -> None:
        self.shards, self.device = shards, device
        self.rgb, self.focus = Pool(device), Pool(device)
        self.first: dict[str, int] = {}
        self.refresh()

    def refresh(self) -> None:
        """See Source."""
        self.shards.refresh()
        for name, shard in self.shards.found.items():
            if name not in self.first:
                self.first[name] = len(self.rgb)
                self.rgb.append(shard.rgb)
                self.focus.append(shard.focus)

    def __len__(self) -> int:
        return len(self.rgb)

    def crops(
        self, rng: np.random.Generator, corners: NDArray[np.int64], mirrored: NDArray[np.bool_], crop: int
    ) -> tuple[Tensor, Tensor]:
        """See Source."""
        places = [self.first[shard.path.name] + i for shard, i in self.shards.pick(rng, len(corners))]
        which = torch.tensor(places, device=self.device)[:, None, None]
        along = np.arange(crop)
        columns = np.where(mirrored[:, None], along[::-1], along) + corners[:, 1:]
        rows = torch.from_numpy(along + corners[:, :1]).to(self.device)[:, :, None]
        across = torch.from_numpy(columns).to(self.device)[:, None, :]
        rgb = self.rgb.filled()[which, rows, across].permute(0, 3, 1, 2)
        focus = self.focus.filled()[which, rows, across][:, None]
        return rgb.float() / 127.5 - 1.0, focus.float() / 255.0


def source_of(shards: Shards, device: torch.device) -> Source:
    """Pictures go to a GPU's memory, and stay on disk for a CPU."""
    return Mapped(shards, device) if device.type == "cpu" else Pooled(shards, device)
