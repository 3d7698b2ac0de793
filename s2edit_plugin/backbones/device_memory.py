"""Memory of devices: free and total bytes, the size of models, recognising out-of-memory errors.

Does not import torch at module level: the engine uses it before a model is loaded.
"""

from __future__ import annotations

import errno
import gc
import json
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

__all__ = [
    "CONTEXT_BYTES",
    "SMALL",
    "count_parameters",
    "free_memory",
    "free_swap",
    "free_system_memory",
    "is_out_of_memory",
    "limit_memory",
    "release_memory",
    "total_memory",
]

_SIGNS = (
    "out of memory",  # CUDA, ROCm, XPU, MPS
    "not enough memory",  # CPU on Windows: "DefaultCPUAllocator: not enough memory: you tried to allocate"
    "can't allocate memory",  # CPU on Linux and macOS
    "cannot allocate memory",
    "alloc_failed",  # cuBLAS, cuDNN
    "bad allocation",
    "insufficient memory",
)
SMALL = 200_000_000  # parameters; smaller models are fast in 32 bits on every device
CONTEXT_BYTES = 500_000_000  # memory of a GPU's driver and libraries
_UNLIMITED = 1 << 60  # control groups without a limit report about 2^63
_HEADER_LIMIT = 100_000_000


def free_memory(device: torch.device) -> int:
    """Bytes that can still be allocated on a device; torch's unused cache counts as free."""
    import torch

    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return int(free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device))
    if device.type == "xpu":
        free, _ = torch.xpu.mem_get_info(device)
        return int(free + torch.xpu.memory_reserved(device) - torch.xpu.memory_allocated(device))
    if device.type == "mps":
        # Unified memory: the limits of the device and of the system both apply.
        held = torch.mps.driver_allocated_memory() - torch.mps.current_allocated_memory()
        left = torch.mps.recommended_max_memory() - torch.mps.current_allocated_memory()
        return int(max(0, min(left, free_system_memory() + held)))
    return free_system_memory()


def total_memory(device: torch.device) -> int:
    """All bytes of a device."""
    import torch

    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[1])
    if device.type == "xpu":
        return int(torch.xpu.mem_get_info(device)[1])
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory())
    import psutil

    limit, _ = _control_group()
    return int(min(psutil.virtual_memory().total, limit))


def free_swap() -> int:
    """Free bytes of the swap space."""
    import psutil

    return int(psutil.swap_memory().free)


def limit_memory(device: torch.device, gigabytes: float) -> None:
    """Limit torch to so many GB (10^9 bytes) of a GPU; 0: no limit. Without effect on the CPU."""
    import torch

    if device.type == "cuda":
        total = total_memory(device)
        share = min(1.0, gigabytes * 1e9 / total) if gigabytes > 0 else 1.0
        torch.cuda.set_per_process_memory_fraction(share, device)


def release_memory() -> None:
    """Release torch's unused cached memory on all devices; does nothing if torch is not loaded."""
    gc.collect()
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()
    if torch.xpu.is_available():
        torch.xpu.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception reports that memory ran out, on any device."""
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    return isinstance(error, RuntimeError) and any(sign in str(error).lower() for sign in _SIGNS)


def count_parameters(folder: Path) -> int:
    """Parameters of a model in the diffusers layout, from the headers of its files; 0 if none can be read.

    A part that exists in several variants (fp16 and fp32) counts once.
    """
    return sum(count_part(part) for part in sorted(folder.iterdir()) if part.is_dir())


def count_part(part: Path) -> int:
    """Parameters in the weights of one part of a model, e.g. its folder ``unet``."""
    variants: dict[str, int] = {}
    for file in filter(Path.is_file, sorted(part.glob("*.safetensors"))):
        variant = "fp16" if ".fp16" in file.name else "non_ema" if ".non_ema" in file.name else ""
        variants[variant] = variants.get(variant, 0) + _elements(file)
    return max(variants.values(), default=0)


def _elements(file: Path) -> int:
    try:
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            if length > _HEADER_LIMIT:
                return 0
            header = json.loads(stream.read(length))
        shapes = [entry["shape"] for name, entry in header.items() if name != "__metadata__"]
        return sum(_product(shape) for shape in shapes)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, struct.error):
        return 0  # loading reports damaged files


def _product(shape: list[int]) -> int:
    product = 1
    for size in shape:
        product *= int(size)
    return product


def free_system_memory() -> int:
    """Bytes of the computer's memory that can still be allocated, within the limit of a container."""
    import psutil

    limit, used = _control_group()
    return int(max(0, min(psutil.virtual_memory().available, limit - used)))


def _control_group() -> tuple[int, int]:
    """Limit and use of this process's control group on Linux (containers); no limit elsewhere."""
    for limit, used, cache in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "total_inactive_file"),
    ):
        root = Path("/sys/fs/cgroup")
        try:
            most = (root / limit).read_text().strip()
            if most == "max" or int(most) >= _UNLIMITED:
                continue
            statistics = (root / limit).parent / "memory.stat"
            fields = dict(line.split() for line in statistics.read_text().splitlines())
            # The kernel frees cached files when memory is needed.
            return int(most), int((root / used).read_text()) - int(fields.get(cache, 0))
        except (OSError, ValueError):
            continue
    return _UNLIMITED, 0
