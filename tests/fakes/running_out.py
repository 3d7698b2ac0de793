"""Memory that runs out where a test wants it: at chosen calls of the networks, of the way back, of the optimizer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch

MESSAGES = (
    "CUDA out of memory. Tried to allocate 20.00 MiB.",
    "MPS backend out of memory (MPS allocated: 8.5 GB, other allocations: 1 GB, max allowed: 9 GB).",
    "[enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.",
)


class RunningOut:
    """Counts the calls of one place and raises at some of them.

    Attributes:
        calls: so far. raised: how often it raised.
    """

    def __init__(self, at: Callable[[int], bool]) -> None:
        self.at, self.calls, self.raised = at, 0, 0

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, which now and then finds no memory."""

        def call(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            if self.at(self.calls):
                self.raised += 1
                message = MESSAGES[self.raised % len(MESSAGES)]
                raise torch.OutOfMemoryError(message) if "CUDA" in message else RuntimeError(message)
            return function(*args, **kwargs)

        return call


@contextmanager
def running_out(backbone: Any, place: str, at: Callable[[int], bool]) -> Iterator[RunningOut]:
    """Let memory run out at some calls, counted from 1, of ``encode``, ``text``, ``predict``, ``decode``, ``backward`` or
    ``optimizer``.
    """
    owner, name = {
        "encode": (backbone.vae, "encode"),
        "text": (backbone.text_encoders[-1], "forward"),
        "predict": (backbone.unet, "forward"),
        "decode": (backbone.vae, "decode"),
        "backward": (torch.autograd, "backward"),
        "optimizer": (torch.optim.Adam, "step"),
    }[place]
    counter = RunningOut(at)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, counter.around(getattr(owner, name)))
        yield counter
