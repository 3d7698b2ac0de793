"""Counts the bytes of all tensors alive at once: what a job's peak of memory is made of, exact and the same on every run."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter


class Allocations(TorchDispatchMode):
    """While active, every new storage counts until it is freed. ``live``, ``peak``: bytes now and at most.

    Not seen: what a kernel needs for itself inside (oneDNN's and cuDNN's scratch space).
    """

    def __init__(self) -> None:
        super().__init__()
        self.live = self.peak = 0
        self._known: weakref.WeakSet[Any] = weakref.WeakSet()

    def __torch_dispatch__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        for item in tree_iter((args, kwargs)):
            if isinstance(item, torch.Tensor):
                self._known.add(item.untyped_storage())  # there before us: not ours to count
        out = func(*args, **(kwargs or {}))
        for item in tree_iter(out):
            if isinstance(item, torch.Tensor) and item.untyped_storage() not in self._known:
                self._count(item.untyped_storage())
        return out

    def _count(self, storage: torch.UntypedStorage) -> None:
        size = storage.nbytes()
        self._known.add(storage)
        self.live += size
        self.peak = max(self.peak, self.live)
        weakref.finalize(storage, self._freed, size)

    def _freed(self, size: int) -> None:
        self.live -= size


def peak_of(job: Callable[[], Any]) -> int:
    """Most bytes alive at once that a job allocated."""
    with Allocations() as allocations:
        result = job()
    del result
    return allocations.peak
