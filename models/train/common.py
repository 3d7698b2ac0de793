"""What every training stage shares: device, clock, average weights and files that are never half written."""

from __future__ import annotations

import ctypes
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

TRAIN_DIR = Path(__file__).resolve().parent
STATE_DIR = TRAIN_DIR / "state"
RELEASE_DIR = TRAIN_DIR.parent / "small"

# Options of glibc's mallopt, in the order that /usr/include/malloc.h gives them.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4


def keep_freed_memory() -> None:
    """Let glibc reuse the memory of freed tensors instead of handing it back to the kernel.

    Every activation of a step is freed and wanted again a moment later; without this, page faults cost about
    15 % of a training step on a CPU. Does nothing where the C library has no mallopt.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_MAX, 0)
        mallopt(_TRIM_THRESHOLD, 2**31 - 1)
        mallopt(_TOP_PAD, 64 * 2**20)


def pick_device(name: str = "auto") -> torch.device:
    """`auto` is the GPU if there is one, else the CPU; on a CPU also sets up memory and threads."""
    device = torch.device(("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else name)
    if device.type == "cpu":
        keep_freed_memory()
    else:
        torch.backends.cuda.matmul.allow_tf32 = True
        torch.backends.cudnn.benchmark = True
    return device


def drawing_processes() -> int:
    """How many processes may draw pictures while one trains."""
    return max(1, (os.cpu_count() or 2) - 1)


def autocast(device: torch.device, enabled: bool = True) -> torch.autocast:
    """bfloat16 arithmetic on float32 weights: as fast as bfloat16 weights here, and safe to accumulate in."""
    return torch.autocast(device.type, torch.bfloat16, enabled=enabled)


def stream(seed: int, *where: int) -> np.random.Generator:
    """Random numbers of one place in the training (step, sample, ...): resuming needs no saved generator."""
    return np.random.default_rng((seed, *where))


def torch_stream(seed: int, *where: int, device: torch.device | str = "cpu") -> torch.Generator:
    """Like `stream`, for torch."""
    return torch.Generator(device).manual_seed(int(stream(seed, *where).integers(2**62)))


def say(stage: str, text: str) -> None:
    """One line of log with the time of day."""
    print(f"{time.strftime('%H:%M:%S')} {stage}: {text}", flush=True)


@dataclass
class Slice:
    """How long one call trains: until `minutes` are over or `steps` are done, whichever is given.

    warmup: steps over which a fresh optimizer's rate rises. cooldown: share of the slice, at its end, over which
    the rate falls linearly to a twentieth (averages out the noise of the last steps).
    """

    minutes: float | None = None
    steps: int | None = None
    warmup: int = 60
    cooldown: float = 0.45

    def __post_init__(self) -> None:
        self.started = time.monotonic()
        self.done = 0

    @property
    def progress(self) -> float:
        """0 at the start, 1 or more at the end."""
        parts = [0.0]
        if self.minutes is not None:
            parts.append((time.monotonic() - self.started) / max(self.minutes * 60.0, 1e-9))
        if self.steps is not None:
            parts.append(self.done / max(self.steps, 1))
        return max(parts)

    @property
    def elapsed_minutes(self) -> float:
        """Minutes since the slice began."""
        return (time.monotonic() - self.started) / 60.0

    def rate(self, optimizer_steps: int) -> float:
        """Factor 0..1 on the learning rate; optimizer_steps counts since the optimizer was fresh."""
        rise = min(1.0, (optimizer_steps + 1) / max(self.warmup, 1))
        fall = 1.0 if self.cooldown <= 0 else min(1.0, (1.0 - self.progress) / self.cooldown)
        return rise * max(fall, 0.05)

    def ticks(self) -> Iterator[int]:
        """Counts the steps of this slice until it is over."""
        while self.progress < 1.0:
            yield self.done
            self.done += 1


class Average:
    """Exponential moving average of a module's parameters, in float32 on the module's device."""

    def __init__(self, module: nn.Module, decay: float = 0.999) -> None:
        self.decay = decay
        self.count = 0
        self.values = {name: p.detach().clone() for name, p in module.named_parameters()}

    @torch.no_grad()
    def update(self, module: nn.Module) -> None:
        """The decay rises with the count, so that the random start is soon forgotten."""
        self.count += 1
        decay = min(self.decay, self.count / (self.count + 9.0))
        now = [p.detach() for _, p in module.named_parameters()]
        torch._foreach_lerp_(list(self.values.values()), now, 1.0 - decay)

    @contextmanager
    def in_place_of(self, module: nn.Module) -> Iterator[None]:
        """The module holds the average inside the block and its own weights again after it."""
        own = {name: p.detach().clone() for name, p in module.named_parameters()}
        self._write(module, self.values)
        try:
            yield
        finally:
            self._write(module, own)

    @staticmethod
    @torch.no_grad()
    def _write(module: nn.Module, values: dict[str, Tensor]) -> None:
        for name, parameter in module.named_parameters():
            parameter.copy_(values[name])

    def state_dict(self) -> dict[str, Any]:
        """What load_state_dict takes."""
        return {"count": self.count, "values": self.values}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a saved average."""
        self.count = state["count"]
        for name, value in state["values"].items():
            self.values[name].copy_(value)


class LossMeter:
    """Moving mean of a loss. It stays on the loss's device until it is read: reading makes the CPU wait for the GPU."""

    def __init__(self) -> None:
        self._mean: Tensor | None = None

    def update(self, loss: Tensor) -> None:
        """Take in the loss of one step, a scalar."""
        loss = loss.detach()
        self._mean = loss if self._mean is None else self._mean.lerp(loss, 0.02)

    @property
    def value(self) -> float:
        """The mean, NaN before the first step."""
        return float("nan") if self._mean is None else float(self._mean)


def save_json(path: Path, value: Any) -> None:
    """Write JSON to a temporary file next to the path and rename it: a reader sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(json.dumps(value, indent=1) + "\n")
    part.replace(path)


def load_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file, {} where there is no such file."""
    return dict(json.loads(path.read_text())) if path.exists() else {}


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Write tensors and plain values (numbers, text, lists, dictionaries) as safetensors, atomically."""
    tensors: dict[str, Tensor] = {}
    layout = json.dumps(_taken_apart(state, tensors))
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    save_file(tensors, str(part), metadata={_LAYOUT: layout})
    part.replace(path)


def load_state(path: Path) -> dict[str, Any] | None:
    """What save_state wrote, on the CPU; None where there is nothing."""
    if not path.exists():
        return None
    with safe_open(str(path), "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
        layout = json.loads(file.metadata()[_LAYOUT])
    return dict(_put_together(layout, tensors))


# JSON: a tensor is {"tensor": its name}, a dictionary {"items": pairs}, as keys may be numbers.
_LAYOUT = "layout"


def _taken_apart(value: Any, tensors: dict[str, Tensor]) -> Any:
    if isinstance(value, Tensor):
        name = str(len(tensors))
        tensors[name] = value.detach().to("cpu", copy=True).contiguous()
        return {"tensor": name}
    if isinstance(value, dict):
        return {"items": [[key, _taken_apart(item, tensors)] for key, item in value.items()]}
    if isinstance(value, list | tuple):
        return [_taken_apart(item, tensors) for item in value]
    return value


def _put_together(layout: Any, tensors: dict[str, Tensor]) -> Any:
    if isinstance(layout, list):
        return [_put_together(item, tensors) for item in layout]
    if not isinstance(layout, dict):
        return layout
    if "tensor" in layout:
        return tensors[layout["tensor"]]
    return {key: _put_together(item, tensors) for key, item in layout["items"]}


def parameter_count(module: nn.Module) -> int:
    """How many numbers the module learns."""
    return sum(p.numel() for p in module.parameters())
