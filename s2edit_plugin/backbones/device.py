"""Which device and number format to compute in."""

from __future__ import annotations

import torch

from s2edit_plugin.errors import UsageError

__all__ = ["choose_device", "choose_dtype", "try_device"]


def try_device(device: torch.device) -> str:
    """Run a real kernel on a device: "" if it gave the right answer, else the reason in words."""
    try:
        left = torch.arange(16.0, device=device).view(4, 4)
        if float((left @ left).sum()) != 3920.0:
            return "a test computation gave a wrong result"
    except Exception as error:
        return str(error).splitlines()[0] if str(error) else type(error).__name__
    return ""


def choose_device(wanted: str = "auto") -> torch.device:
    """The device to use: CUDA or MPS where a real kernel runs there, else the CPU.

    Raises:
        UsageError: a device was asked for by name and does not work.
    """
    if wanted != "auto":
        try:
            device = torch.device(wanted)
        except RuntimeError as error:
            raise UsageError(f"'{wanted}' is no device.", "Use auto, cpu, cuda or mps.") from error
        reason = try_device(device)
        if reason:
            raise UsageError(f"The device '{wanted}' cannot be used: {reason}.", "Use --device auto or cpu.")
        return device
    for name, there in (("cuda", torch.cuda.is_available()), ("mps", torch.backends.mps.is_available())):
        if there and not try_device(torch.device(name)):
            return torch.device(name)
    return torch.device("cpu")


def choose_dtype(device: torch.device) -> torch.dtype:
    """float32 on the CPU (exact, and the small model is quick), bfloat16 where a GPU has it, else float16."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return torch.float32
