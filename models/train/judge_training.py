"""The loop that all judges and the mask network share: train for some minutes, save a state, resume later."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from .common import Slice, autocast, load_state, save_state, say

__all__ = ["forward", "run_slice", "write_weights"]


def forward(network: nn.Module, x: Tensor) -> Any:
    """``network(x)`` in bfloat16 arithmetic; losses and pictures need more precision than that."""
    with autocast(x.device):
        return network(x)


def run_slice(
    network: nn.Module,
    loss_of: Callable[[int], Tensor],
    minutes: float,
    checkpoint: Path,
    rate: float,
    device: torch.device,
    max_steps: int | None = None,
) -> dict[str, float]:
    """Train `network` for some minutes, starting from the checkpoint if there is one.

    Args:
        network: moved to `device`, trained in place, left in evaluation mode.
        loss_of: scalar loss of this network on the batch of the given step; the step seeds the batch.
        minutes: wall-clock length of this slice; at least one step is always taken.
        checkpoint: state file, replaced atomically every minute and at the end.
        rate: highest learning rate; it warms up, and falls at the end of the slice so that its weights are
            usable.
        max_steps: end the slice after so many steps (tests).

    Returns:
        ``step`` (total), ``loss`` (mean of the last 50 steps) and ``seconds`` (total).
    """
    network.to(device).train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=0.02, betas=(0.9, 0.98))
    step, seconds = _resume(checkpoint, network, optimizer)
    clock = Slice(minutes=max(minutes, 1e-3), steps=max_steps)
    losses: list[float] = []
    saved = time.monotonic()
    for taken in clock.ticks():
        for group in optimizer.param_groups:
            group["lr"] = rate * clock.rate(taken)
        loss = loss_of(step)
        step += 1
        if not math.isfinite(float(loss.detach())):
            continue
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimizer.step()
        losses.append(float(loss.detach()))
        if step % 50 == 0:
            say(checkpoint.stem, f"step {step} loss {_mean(losses[-50:]):.4f}")
        if time.monotonic() - saved > 60.0:
            _save(checkpoint, network, optimizer, step, seconds + 60.0 * clock.elapsed_minutes)
            saved = time.monotonic()
    total = seconds + 60.0 * clock.elapsed_minutes
    _save(checkpoint, network, optimizer, step, total)
    network.eval()
    return {"step": float(step), "loss": _mean(losses[-50:]), "seconds": round(total, 1)}


def _resume(checkpoint: Path, network: nn.Module, optimizer: torch.optim.Optimizer) -> tuple[int, float]:
    """Load a checkpoint, if there is one, into network and optimizer; its step and seconds, else zeros."""
    state = load_state(checkpoint)
    if state is None:
        return 0, 0.0
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"]), float(state["seconds"])


def _save(
    checkpoint: Path, network: nn.Module, optimizer: torch.optim.Optimizer, step: int, seconds: float
) -> None:
    values = {
        "network": network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "step": step,
        "seconds": seconds,
    }
    save_state(checkpoint, values)


def _mean(values: list[float]) -> float:
    """NaN of none."""
    return sum(values) / len(values) if values else float("nan")


def write_weights(network: nn.Module, path: Path, metadata: dict[str, str]) -> int:
    """Write fp16 weights as safetensors, whole or not at all; returns the file's size in bytes."""
    from safetensors.torch import save_file

    weights = {
        name: value.detach().to("cpu", torch.float16).contiguous()
        for name, value in network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    save_file(weights, str(part), metadata=metadata)
    # safetensors makes files that only their owner may read; released ones are readable by all users.
    part.chmod(0o644)
    os.replace(part, path)
    return path.stat().st_size
