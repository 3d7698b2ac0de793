"""What an edit costs: seconds, rows that went through the U-Net, and memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil
import torch

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

__all__ = ["Cost", "metered"]

_EVERY = 0.02  # seconds between two looks at the process's memory


@dataclass
class Cost:
    """What a piece of work took.

    Attributes:
        seconds: wall clock. forwards: rows predicted by the U-Net (a guided step of one picture is two).
        memory: most megabytes: allocated on the device where it is a GPU, else resident of the whole process.
    """

    seconds: float = 0.0
    forwards: int = 0
    memory: float = 0.0


@contextmanager
def metered(backbone: Backbone) -> Iterator[Cost]:
    """Measure what is done inside; the cost is complete when the block has ended."""
    cost, network = Cost(), getattr(backbone, "unet", None)

    def count(_module: Any, inputs: tuple[Any, ...], named: dict[str, Any]) -> None:
        cost.forwards += len(inputs[0] if inputs else named["sample"])

    hook = None if network is None else network.register_forward_pre_hook(count, with_kwargs=True)
    began = time.monotonic()
    try:
        with _peak(backbone.device, cost):
            yield cost
    finally:
        cost.seconds = time.monotonic() - began
        if hook is not None:
            hook.remove()


@contextmanager
def _peak(device: torch.device, cost: Cost) -> Iterator[None]:
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        yield
        torch.cuda.synchronize(device)
        cost.memory = torch.cuda.max_memory_allocated(device) / 1e6
        return
    process, done = psutil.Process(), threading.Event()

    def look() -> None:
        while True:
            cost.memory = max(cost.memory, process.memory_info().rss / 1e6)
            if done.wait(_EVERY):
                return

    watcher = threading.Thread(target=look, name="memory-watch", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
