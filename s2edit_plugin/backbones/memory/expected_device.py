"""The expected device of a model before torch is loaded: the one used last, or from the output of the driver's tool."""

from __future__ import annotations

import platform
import shutil
import subprocess
from importlib import metadata

from s2edit_plugin.backbones.device_memory import CONTEXT_BYTES, SMALL, free_system_memory
from s2edit_plugin.backbones.memory.estimate import Place
from s2edit_plugin.backbones.memory.throughput import Computer, Paces

__all__ = ["free_on", "likely_computer"]

SECONDS = 3.0  # timeout of the driver's tool
_QUERY = ("--query-gpu=name,memory.free", "--format=csv,noheader,nounits")


def likely_computer(paces: Paces, model: str, device: str, precision: str, parameters: int) -> Computer:
    """The expected device for a model.

    Args:
        model, device, precision: as in the settings. parameters: of the model.
    """
    known = paces.recall(model, device, precision)
    if known is not None:
        return known
    kind = device.partition(":")[0]
    if kind in ("auto", "cuda"):
        name, free = _nvidia()
        if name and (kind == "cuda" or free >= 2 * parameters + CONTEXT_BYTES):
            return Computer(Place("cuda", _format(precision, parameters)), f"{name} (CUDA)")
        if kind == "auto" and platform.system() == "Darwin" and platform.machine() == "arm64":
            kind = "mps"
    if kind in ("cuda", "mps", "xpu"):
        return Computer(Place(kind, _format(precision, parameters)), "GPU")
    return Computer(Place("cpu", "fp32" if precision == "auto" else precision), "CPU")


def free_on(place: Place) -> int:
    """Free bytes of a device, without torch; 0 if unknown."""
    if place.device == "cuda":
        return _nvidia()[1]
    return 0 if place.device == "xpu" else free_system_memory()


def _format(precision: str, parameters: int) -> str:
    if precision != "auto":
        return precision
    return "fp32" if 0 < parameters < SMALL else "fp16"


def _nvidia() -> tuple[str, int]:
    """Name and free bytes of the NVIDIA GPU with most free memory; "" and 0 without one or if torch cannot use it."""
    tool = shutil.which("nvidia-smi")
    if tool is None or _for_the_cpu_alone():
        return "", 0
    try:
        done = subprocess.run([tool, *_QUERY], capture_output=True, text=True, timeout=SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return "", 0
    found = []
    for line in done.stdout.splitlines():
        name, _, free = line.rpartition(",")
        if free.strip().isdigit():
            found.append((int(free) << 20, name.strip()))
    free_bytes, best = max(found, default=(0, ""))
    return best, free_bytes


def _for_the_cpu_alone() -> bool:
    """Whether the installed torch is a build without GPU support, by its version."""
    try:
        return metadata.version("torch").endswith("+cpu")
    except metadata.PackageNotFoundError:
        return False
