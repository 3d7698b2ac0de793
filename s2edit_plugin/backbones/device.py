"""Choice of device and number format, with a test of the device and the reasons in words.

A GPU that torch lists may still fail: the build may lack its kernels, the driver may be too old, half precision may give NaN
(GeForce 16xx). So a matrix product, a convolution, an attention and a gradient are computed on it in the format that will be
used and compared with the CPU's results.
"""

from __future__ import annotations

import functools
import platform
import shutil
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from s2edit_plugin.backbones.device_memory import CONTEXT_BYTES, SMALL, free_memory, is_out_of_memory
from s2edit_plugin.errors import Sentence, UsageError

__all__ = [
    "DeviceChoice",
    "Gpu",
    "choose",
    "find_gpus",
    "in_words",
    "is_faster_on_cpu",
    "remedy",
    "try_device",
    "without_gpu",
]

PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
NAMES = {dtype: name for name, dtype in PRECISIONS.items()}
WORTH_IT = 1.2  # least speed-up by a 16-bit format on the CPU
NO_MEMORY = "no memory is left on it"


@dataclass(frozen=True)
class _Fault:
    """A known failure of GPUs: a part of its message, the reason in words, the remedy."""

    signs: tuple[str, ...]
    reason: str
    cure: str


_BUILD = "Install the build of torch that is made for this GPU."
_FAULTS = (
    _Fault(
        ("no kernel image", "not compatible with the current pytorch", "invalid device function"),
        "torch is installed in a build that lacks its kernels",
        _BUILD,
    ),
    _Fault(
        ("driver on your system is too old", "driver version is insufficient"),
        "its driver is too old for the installed torch",
        "Update the driver of the GPU.",
    ),
    _Fault(
        ("not compiled with", "not linked with"),
        "torch is installed in a build without support for it",
        _BUILD,
    ),
    _Fault(("invalid device ordinal",), "there is no device of this number", "Use --device auto."),
    _Fault((), "torch is installed for the CPU alone", _BUILD),
    _Fault((), "macOS or torch is too old for it", "Update macOS."),
    _Fault((), NO_MEMORY, "Close other programs that use the GPU."),
)


@dataclass(frozen=True)
class Gpu:
    """A GPU that torch lists.

    Attributes:
        name: of the product. kind: ``CUDA``, ``ROCm``, ``MPS`` or ``XPU``. free_bytes: free memory now.
        bfloat16: whether it supports bf16 natively, not by emulation.
    """

    device: torch.device
    name: str
    kind: str
    free_bytes: int
    bfloat16: bool


@dataclass(frozen=True)
class DeviceChoice:
    """Device and number format of a model.

    Attributes:
        name: of the device, in words. reason: a sentence, why it is not a GPU; "" if it is one.
        notes: sentences about other deviations from the request, e.g. of the number format.
        fell_back: whether a device that exists or was requested could not be used.
    """

    device: torch.device
    dtype: torch.dtype
    name: str
    reason: str = ""
    notes: tuple[str, ...] = ()
    fell_back: bool = False

    @property
    def precision(self) -> str:
        """Name of the number format: ``fp32``, ``bf16`` or ``fp16``."""
        return NAMES[self.dtype]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about the device for results; empty unless something fell back."""
        return (*((self.reason,) if self.reason else ()), *self.notes) if self.fell_back else ()

    def describe(self) -> str:
        """Device and number format in words."""
        return f"{self.name}, {self.precision}"


def choose(wanted: str = "auto", precision: str = "auto", parameters: int = 0) -> DeviceChoice:
    """Choose the GPU with most free memory that passes the test, else the CPU.

    Args:
        wanted: ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``, ``xpu``. precision: ``auto``, ``fp32``, ``bf16``, ``fp16``.
        parameters: of the model that will be loaded, 0: unknown, treated as large.

    Raises:
        UsageError: a device requested by name cannot be used, or no such device or precision exists.
    """
    if precision != "auto" and precision not in PRECISIONS:
        raise UsageError(
            Sentence("'{}' is no precision.", precision), Sentence("Use auto, {}.", ", ".join(PRECISIONS))
        )
    if wanted == "auto":
        return _best(precision, parameters)
    try:
        device = torch.device(wanted)
    except RuntimeError as error:
        raise UsageError(Sentence("'{}' is no device.", wanted), "Use auto, cpu, cuda or mps.") from error
    if device.type == "cpu":
        return _cpu(precision, parameters)
    return _named(wanted, device, precision, parameters)


def _best(precision: str, parameters: int) -> DeviceChoice:
    gpus, problem = find_gpus()
    refused = []
    for gpu in gpus:
        if parameters and gpu.free_bytes < 2 * parameters + CONTEXT_BYTES:
            refused.append((gpu, f"only {gpu.free_bytes / 1e9:.1f} GB of its memory are free"))
            continue
        choice = _tried(gpu, precision, parameters)
        if isinstance(choice, DeviceChoice):
            return choice
        refused.append((gpu, choice))
    reasons = [f"The GPU {gpu.name} was not used because {why}." for gpu, why in refused]
    reasons += [problem] if problem else []
    reason = " ".join(reasons) or "No GPU was found."
    return _cpu(precision, parameters, reason, fell_back=bool(reasons))


def without_gpu(choice: DeviceChoice, precision: str, parameters: int) -> DeviceChoice:
    """The CPU instead of a GPU without room for the model."""
    gpu = choice.name.rpartition(" (")[0] or choice.name
    reason = f"The GPU {gpu} was not used because the model does not fit into its free memory."
    return _cpu(precision, parameters, reason, fell_back=True)


def _named(wanted: str, device: torch.device, precision: str, parameters: int) -> DeviceChoice:
    gpus, problem = find_gpus()
    fitting = [gpu for gpu in gpus if gpu.device.type == device.type]
    if device.index is not None:
        fitting = [gpu for gpu in fitting if (gpu.device.index or 0) == device.index]
    for gpu in fitting:
        choice = _tried(gpu, precision, parameters)
        if isinstance(choice, DeviceChoice):
            return choice
        problem = f"{choice[:1].upper()}{choice[1:]}."
    raise UsageError(
        Sentence("The device '{}' cannot be used. {}", wanted, problem or "There is none."),
        "Use --device auto or cpu.",
    )


def _tried(gpu: Gpu, precision: str, parameters: int) -> DeviceChoice | str:
    """The choice of this GPU with the first number format that works, or the reason why none does."""
    formats = _gpu_formats(gpu, parameters) if precision == "auto" else (PRECISIONS[precision], torch.float32)
    notes: list[str] = []
    reason = ""
    for dtype in dict.fromkeys(formats):
        reason = try_device(gpu.device, dtype)
        if not reason:
            return DeviceChoice(
                gpu.device, dtype, f"{gpu.name} ({gpu.kind})", "", tuple(notes), fell_back=bool(notes)
            )
        notes.append(f"The format {NAMES[dtype]} was not used on {gpu.name} because {reason}.")
    return reason


def _gpu_formats(gpu: Gpu, parameters: int) -> tuple[torch.dtype, ...]:
    """Number formats by preference."""
    full, half = torch.float32, torch.float16
    if 0 < parameters < SMALL:
        return (full,)
    if gpu.kind == "MPS":
        # 32-bit numbers if they leave two thirds of the memory for the job and the system.
        roomy = 0 < 4 * parameters <= gpu.free_bytes / 3
        return (full,) if roomy else (half, torch.bfloat16, full)
    return (torch.bfloat16, half, full) if gpu.bfloat16 else (half, full)


def _cpu(precision: str, parameters: int, reason: str = "", fell_back: bool = False) -> DeviceChoice:
    device, notes = torch.device("cpu"), []
    dtype = torch.float32
    if precision != "auto":
        dtype = PRECISIONS[precision]
        failed = try_device(device, dtype)
        if failed:
            notes.append(f"The format {precision} was not used on the CPU because {failed}.")
            dtype, fell_back = torch.float32, True
        elif dtype != torch.float32 and not is_faster_on_cpu(dtype):
            notes.append(f"The format {precision} is not faster than fp32 on this CPU.")
    elif not 0 < parameters < SMALL and not try_device(device, torch.bfloat16):
        short = parameters and 4 * parameters > free_memory(device) / 2
        if is_faster_on_cpu(torch.bfloat16):
            dtype = torch.bfloat16
        elif short:
            dtype = torch.bfloat16
            notes.append("The format bf16 is used because memory is short for fp32.")
    count = torch.get_num_threads()
    name = f"CPU, {count} thread{'' if count == 1 else 's'}"
    return DeviceChoice(device, dtype, name, reason, tuple(notes), fell_back)


def find_gpus() -> tuple[list[Gpu], str]:
    """The GPUs torch lists, most free memory first, and a sentence on why a GPU is not listed, or ""."""
    gpus: list[Gpu] = []
    problems: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        # For an old driver torch only warns and reports that there is no GPU.
        warnings.simplefilter("always")
        there = torch.cuda.is_available()
    if there:
        kind = "ROCm" if torch.version.hip else "CUDA"
        for index in range(torch.cuda.device_count()):
            _add(gpus, problems, torch.device("cuda", index), kind)
    elif caught:
        problems.append(f"No GPU was used because {in_words(RuntimeError(str(caught[-1].message)))}.")
    if torch.backends.mps.is_available():
        _add(gpus, problems, torch.device("mps"), "MPS")
    if torch.xpu.is_available():
        for index in range(torch.xpu.device_count()):
            _add(gpus, problems, torch.device("xpu", index), "XPU")
    if not gpus and not problems:
        problems += [problem] if (problem := _wrong_build()) else []
    return sorted(gpus, key=lambda gpu: -gpu.free_bytes), " ".join(problems)


def _add(gpus: list[Gpu], problems: list[str], device: torch.device, kind: str) -> None:
    name = f"{kind} device {device.index or 0}"
    try:
        if device.type == "cuda":
            name = torch.cuda.get_device_name(device)
            with torch.cuda.device(device):
                native = torch.cuda.is_bf16_supported(including_emulation=False)
        elif device.type == "xpu":
            name, native = torch.xpu.get_device_name(device), torch.xpu.is_bf16_supported()
        else:
            name, native = "of this Mac", True
        gpus.append(Gpu(device, name, kind, free_memory(device), native))
    except (RuntimeError, AssertionError) as error:
        problems.append(f"The GPU {name} was not used because {in_words(error)}.")


def _wrong_build() -> str:
    """A sentence if a GPU's driver is installed but torch was built without support for it, else ""."""
    if torch.version.cuda is None and torch.version.hip is None:
        nvidia = Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi")
        if nvidia or Path("/dev/kfd").exists():
            maker = "NVIDIA" if nvidia else "AMD"
            return f"The GPU of {maker} was not used because torch is installed for the CPU alone."
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        return "The GPU of this Mac was not used because macOS or torch is too old for it."
    return ""


def try_device(device: torch.device, dtype: torch.dtype = torch.float32) -> str:
    """Test a device in a number format: "" if its results are right, else the reason in words.

    A matrix product, a convolution with group norm, an attention, and the gradient of all of them.
    """
    try:
        found = _kernels(device, dtype)
    except Exception as error:
        return in_words(error)
    tolerance = {torch.float32: 5e-3, torch.float16: 2e-2, torch.bfloat16: 8e-2}[dtype]
    for part, right in _right_answers().items():
        if not bool(torch.isfinite(found[part]).all()):
            return f"{part} gave numbers that are not finite"
        if float((found[part] - right).abs().max()) > tolerance * float(right.abs().max()):
            return f"{part} gave a wrong result"
    return ""


def _kernels(device: torch.device, dtype: torch.dtype) -> dict[str, Tensor]:
    """Results of the test computations, float64 on the CPU."""
    generator = torch.Generator().manual_seed(0)

    def fresh(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64).to(device, dtype)

    picture, kernel, matrix = fresh(2, 8, 16, 16), fresh(32, 8, 3, 3) / 8, fresh(32, 96) / 6
    kernel.requires_grad_(True)
    drawn = F.silu(F.group_norm(F.conv2d(picture, kernel, padding=1), 4))
    product = drawn.flatten(2).transpose(1, 2) @ matrix
    query, key, value = (t.unflatten(2, (2, 16)).transpose(1, 2) for t in product.chunk(3, dim=2))
    attended = F.scaled_dot_product_attention(query, key, value)
    (gradient,) = torch.autograd.grad((attended * product[:, None, :, :16]).sum() / 64, kernel)
    parts = {
        "a convolution": drawn,
        "a matrix product": product,
        "an attention": attended,
        "a gradient": gradient,
    }
    return {name: tensor.detach().to("cpu").double() for name, tensor in parts.items()}


@functools.cache
def _right_answers() -> dict[str, Tensor]:
    return _kernels(torch.device("cpu"), torch.float64)


def in_words(error: BaseException) -> str:
    """The reason why a device failed, as a clause after "because"."""
    text = " ".join(str(error).split())
    if is_out_of_memory(error):
        return NO_MEMORY
    for fault in _FAULTS:
        if any(sign in text.lower() for sign in fault.signs):
            return fault.reason
    return f"it failed ({text[:160].rstrip('. ') or type(error).__name__})"


def remedy(choice: DeviceChoice) -> str:
    """Advice on how to get the GPU used; "" if nothing fell back or no remedy is known."""
    said = " ".join(choice.warnings)
    return next((fault.cure for fault in _FAULTS if fault.reason in said), "")


@functools.cache
def is_faster_on_cpu(dtype: torch.dtype) -> bool:
    """Whether convolutions and matrix products on the CPU are clearly faster in a 16-bit format; measured in about 0.2 s."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # least disturbed by other programs
    try:
        return _seconds(torch.float32) > WORTH_IT * _seconds(dtype)
    finally:
        torch.set_num_threads(threads)


def _seconds(dtype: torch.dtype) -> float:
    picture = torch.ones(1, 128, 32, 32, dtype=dtype).to(memory_format=torch.channels_last)
    kernel, matrix = torch.ones(128, 128, 3, 3, dtype=dtype), torch.ones(384, 384, dtype=dtype) / 384
    best = float("inf")
    with torch.no_grad():
        for _ in range(6):  # the first warms up
            started = time.perf_counter()
            F.conv2d(picture, kernel, padding=1)
            matrix = matrix @ matrix
            best = min(best, time.perf_counter() - started)
    return best


@functools.cache
def multiplies_bfloat16() -> bool:
    """Whether the CPU has instructions for bfloat16 (AVX512-BF16 or AMX); without them it is slower than float32.

    Unlike the measurement of `is_faster_on_cpu` the result does not depend on the machine's load, so that learning is
    reproducible, also when it resumes from a checkpoint.
    """
    known = [
        getattr(torch.cpu, name, None) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    ]
    return any(check is not None and bool(check()) for check in known)
