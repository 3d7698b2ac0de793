"""Devices on trial: what computes wrongly, not at all or with no memory left is not used, and the reason is said.

No GPU is needed: the list of GPUs and the kernels' answers are stand-ins, everything between them is real.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from s2edit_plugin.backbones import device as module
from s2edit_plugin.backbones.device import DeviceChoice, Gpu, choose, find_gpus, remedy, try_device
from s2edit_plugin.errors import UsageError
from s2edit_plugin.workflows import doctor

LARGE, TINY = 1_000_000_000, 1_000_000
FORMATS = (torch.float32, torch.float16, torch.bfloat16)
CARD = Gpu(torch.device("cuda", 0), "Card A", "CUDA", 8_000_000_000, True)
OTHER = Gpu(torch.device("cuda", 1), "Card B", "CUDA", 4_000_000_000, True)
MAC = Gpu(torch.device("mps"), "of this Mac", "MPS", 16_000_000_000, True)

SetGpus = Callable[..., None]
Answers = dict[str, torch.Tensor]


class Kernels:
    """The kernels' answers on GPUs: right ones, computed on the CPU, until `spoil` says otherwise."""

    def __init__(self) -> None:
        self.real = module._kernels
        self.spoiled: dict[tuple[torch.device, torch.dtype | None], Callable[[Answers], Answers]] = {}

    def spoil(
        self, gpu: Gpu, how: Callable[[Answers], Answers] | BaseException, dtype: torch.dtype | None = None
    ) -> None:
        def fail(_: Answers) -> Answers:
            assert isinstance(how, BaseException)
            raise how

        self.spoiled[gpu.device, dtype] = fail if isinstance(how, BaseException) else how

    def __call__(self, device: torch.device, dtype: torch.dtype) -> Answers:
        answers = self.real(torch.device("cpu"), dtype)
        spoil = self.spoiled.get((device, dtype), self.spoiled.get((device, None)))
        return spoil(answers) if spoil else answers


@pytest.fixture
def kernels(monkeypatch: pytest.MonkeyPatch) -> Kernels:
    fake = Kernels()
    monkeypatch.setattr(module, "_kernels", fake)
    monkeypatch.setattr(module, "is_faster_on_cpu", lambda dtype: False)
    return fake


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch) -> SetGpus:
    def listed(*found: Gpu, problem: str = "") -> None:
        ordered = sorted(found, key=lambda gpu: -gpu.free_bytes)
        monkeypatch.setattr(module, "find_gpus", lambda: (ordered, problem))

    return listed


def _nan(part: str) -> Callable[[Answers], Answers]:
    return lambda answers: answers | {part: answers[part] * float("nan")}


def _wrong(part: str) -> Callable[[Answers], Answers]:
    return lambda answers: answers | {part: answers[part].roll(1, -1)}


# ---------------------------------------------------------------------------- kernels


@pytest.mark.parametrize("dtype", FORMATS)
def test_this_machines_cpu_computes_rightly(dtype: torch.dtype) -> None:
    assert try_device(torch.device("cpu"), dtype) == ""


@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize("part", ["a convolution", "a matrix product", "an attention", "a gradient"])
def test_every_wrong_answer_is_noticed(kernels: Kernels, part: str, dtype: torch.dtype) -> None:
    kernels.spoil(CARD, _wrong(part))
    assert try_device(CARD.device, dtype) == f"{part} gave a wrong result"
    kernels.spoil(CARD, _nan(part))
    assert try_device(CARD.device, dtype) == f"{part} gave numbers that are not finite"
    kernels.spoil(CARD, lambda answers: answers | {part: answers[part] * 1.2})
    assert try_device(CARD.device, dtype) == f"{part} gave a wrong result"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RuntimeError("CUDA error: no kernel image is available for execution on the device\nmore"), "lacks its kernels"),
        (RuntimeError("The NVIDIA driver on your system is too old (found version 11040)."), "driver is too old"),
        (RuntimeError("CUDA driver version is insufficient for CUDA runtime version"), "driver is too old"),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 MiB"), "no memory is left"),
        (RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"), "no memory is left"),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"), "no memory is left"),
        (AssertionError("Torch not compiled with CUDA enabled"), "without support"),
        (NotImplementedError("attention: not implemented\non this device."), "not implemented on this device)"),
        (ZeroDivisionError(), "ZeroDivisionError"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)  # fmt: skip
def test_an_exception_becomes_a_reason_in_words(kernels: Kernels, error: BaseException, words: str) -> None:
    kernels.spoil(CARD, error)
    reason = try_device(CARD.device)
    assert words in reason
    assert "\n" not in reason


# ---------------------------------------------------------------------------- choosing


def test_a_gpu_that_computes_rightly_is_used_without_a_word(kernels: Kernels, gpus: SetGpus) -> None:
    gpus(CARD)
    choice = choose(parameters=LARGE)
    assert choice == DeviceChoice(CARD.device, torch.bfloat16, "Card A (CUDA)")
    assert (choice.describe(), choice.warnings) == ("Card A (CUDA), bf16", ())


def test_of_several_gpus_the_one_with_most_free_memory_is_used(kernels: Kernels, gpus: SetGpus) -> None:
    gpus(OTHER, CARD)
    assert choose().device == CARD.device
    gpus(OTHER, replace(CARD, free_bytes=1_000_000_000))
    assert choose().device == OTHER.device


def test_a_broken_gpu_makes_way_for_the_next_and_then_for_the_cpu(kernels: Kernels, gpus: SetGpus) -> None:
    gpus(CARD, OTHER)
    kernels.spoil(CARD, RuntimeError("no kernel image is available"))
    assert choose().device == OTHER.device
    kernels.spoil(OTHER, _wrong("an attention"))
    choice = choose()
    assert (choice.device.type, choice.fell_back) == ("cpu", True)
    assert choice.reason == (
        "The GPU Card A was not used because torch is installed in a build that lacks its kernels. "
        "The GPU Card B was not used because an attention gave a wrong result."
    )
    assert choice.warnings == (choice.reason,)
    assert remedy(choice) == "Install the build of torch that is made for this GPU."


def test_a_gpu_too_full_for_the_model_is_not_used(kernels: Kernels, gpus: SetGpus) -> None:
    gpus(replace(CARD, free_bytes=1_500_000_000))
    choice = choose(parameters=LARGE)
    assert choice.device.type == "cpu"
    assert choice.reason == "The GPU Card A was not used because only 1.5 GB of its memory are free."
    assert choose(parameters=TINY).device == CARD.device


def test_half_precision_that_gives_nan_is_left_for_the_next_format(kernels: Kernels, gpus: SetGpus) -> None:
    gpus(replace(CARD, bfloat16=False))
    kernels.spoil(CARD, _nan("a convolution"), torch.float16)
    choice = choose(parameters=LARGE)
    assert (choice.device, choice.dtype) == (CARD.device, torch.float32)
    assert choice.warnings == (
        "The format fp16 was not used on Card A because a convolution gave numbers that are not finite.",
    )


def test_a_machine_without_a_gpu_says_so_and_warns_of_nothing(kernels: Kernels, gpus: SetGpus) -> None:
    gpus()
    choice = choose()
    assert (choice.reason, choice.warnings, choice.fell_back) == ("No GPU was found.", (), False)
    gpus(problem="No GPU was used because its driver is too old for the installed torch.")
    assert choose().warnings == ("No GPU was used because its driver is too old for the installed torch.",)
    assert remedy(choose()) == "Update the driver of the GPU."


@pytest.mark.parametrize(
    ("gpu", "parameters", "dtype"),
    [
        (CARD, LARGE, torch.bfloat16),
        (CARD, 0, torch.bfloat16),
        (CARD, TINY, torch.float32),
        (replace(CARD, bfloat16=False), LARGE, torch.float16),
        (MAC, LARGE, torch.float32),
        (MAC, 4 * LARGE, torch.float16),
    ],
)
def test_the_format_fits_gpu_and_model(
    kernels: Kernels, gpus: SetGpus, gpu: Gpu, parameters: int, dtype: torch.dtype
) -> None:
    gpus(gpu)
    assert choose(parameters=parameters).dtype == dtype


@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
def test_a_wished_format_is_honoured_everywhere(kernels: Kernels, gpus: SetGpus, precision: str) -> None:
    gpus(CARD)
    for wanted in ("auto", "cuda", "cpu"):
        choice = choose(wanted, precision, TINY)
        assert choice.precision == precision
        assert choice.warnings == ()


def test_a_wished_format_that_fails_gives_way_to_fp32(kernels: Kernels, gpus: SetGpus) -> None:
    gpus(CARD)
    kernels.spoil(CARD, _nan("a gradient"), torch.float16)
    choice = choose("cuda", "fp16")
    assert choice.dtype == torch.float32
    assert "not finite" in choice.warnings[0]


def test_the_cpu_takes_bf16_only_where_it_is_faster_or_memory_is_short(
    kernels: Kernels, gpus: SetGpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpus()
    monkeypatch.setattr(module, "free_memory", lambda _: 64_000_000_000)
    assert choose("cpu", "auto", LARGE).dtype == torch.float32
    monkeypatch.setattr(module, "free_memory", lambda _: 6_000_000_000)
    short = choose("cpu", "auto", LARGE)
    assert (short.dtype, short.notes) == (
        torch.bfloat16,
        ("The format bf16 is used because memory is short for fp32.",),
    )
    monkeypatch.setattr(module, "free_memory", lambda _: 64_000_000_000)
    monkeypatch.setattr(module, "is_faster_on_cpu", lambda dtype: dtype == torch.bfloat16)
    assert choose("cpu", "auto", LARGE).dtype == torch.bfloat16
    assert choose("cpu", "auto", TINY).dtype == torch.float32
    assert choose("cpu", "fp16", TINY).notes == ("The format fp16 is not faster than fp32 on this CPU.",)


def test_what_is_faster_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = torch.get_num_threads()
    module.is_faster_on_cpu.cache_clear()
    pace = {torch.float32: 2.0, torch.bfloat16: 1.0, torch.float16: 1.9}
    monkeypatch.setattr(module, "_seconds", pace.__getitem__)
    assert module.is_faster_on_cpu(torch.bfloat16)
    assert not module.is_faster_on_cpu(torch.float16)
    module.is_faster_on_cpu.cache_clear()
    monkeypatch.undo()
    assert module._seconds(torch.float32) > 0
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize("wanted", ["nonsense", "cuda", "cuda:3", "mps", "xpu"])
def test_a_device_asked_for_by_name_works_or_is_refused(kernels: Kernels, gpus: SetGpus, wanted: str) -> None:
    gpus(replace(CARD, device=torch.device("cuda", 7)))
    kernels.spoil(replace(CARD, device=torch.device("cuda", 7)), RuntimeError("no kernel image is available"))
    with pytest.raises(UsageError, match=wanted) as caught:
        choose(wanted)
    assert caught.value.hint
    assert ("lacks its kernels" in caught.value.sentence) == (wanted == "cuda")


def test_a_gpu_asked_for_by_number_is_that_one(kernels: Kernels, gpus: SetGpus) -> None:
    gpus(CARD, OTHER)
    assert choose("cuda:1").device == OTHER.device
    assert choose("cuda").device == CARD.device
    with pytest.raises(UsageError, match="precision"):
        choose("cuda", "fp8")


# ---------------------------------------------------------------------------- what torch lists


class FakeCuda:
    """`torch.cuda` of a machine with two cards."""

    def __init__(self, free: tuple[int, ...] = (2, 6), error: Exception | None = None) -> None:
        self.free, self.error = free, error

    is_available = staticmethod(lambda: True)
    is_bf16_supported = staticmethod(lambda including_emulation=True: including_emulation)
    get_device_name = staticmethod(lambda device: f"Card {device.index}")
    memory_reserved = staticmethod(lambda device: 3 * 10**9)
    memory_allocated = staticmethod(lambda device: 10**9)

    def device(self, device: torch.device) -> warnings.catch_warnings:
        return warnings.catch_warnings()  # any context will do

    def device_count(self) -> int:
        return len(self.free)

    def mem_get_info(self, device: torch.device) -> tuple[int, int]:
        if self.error is not None and device.index == 0:
            raise self.error
        return self.free[device.index] * 10**9, 8 * 10**9


def test_gpus_are_listed_with_what_is_free_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "cuda", FakeCuda())
    found, problem = find_gpus()
    assert [(gpu.name, gpu.free_bytes, gpu.bfloat16) for gpu in found] == [
        ("Card 1", 8 * 10**9, False),
        ("Card 0", 4 * 10**9, False),
    ]
    assert problem == ""
    monkeypatch.setattr(torch.version, "hip", "6.4")
    assert {gpu.kind for gpu in find_gpus()[0]} == {"ROCm"}


def test_a_card_that_cannot_even_be_asked_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    error = torch.OutOfMemoryError("CUDA out of memory")
    monkeypatch.setattr(torch, "cuda", FakeCuda(error=error))
    found, problem = find_gpus()
    assert [gpu.name for gpu in found] == ["Card 1"]
    assert problem == "The GPU Card 0 was not used because no memory is left on it."


def test_an_old_driver_that_torch_only_warns_of_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_available() -> bool:
        warnings.warn("CUDA initialization: The NVIDIA driver on your system is too old", stacklevel=1)
        return False

    monkeypatch.setattr(torch, "cuda", SimpleNamespace(is_available=is_available))
    assert find_gpus() == (
        [],
        "No GPU was used because its driver is too old for the installed torch.",
    )


@pytest.mark.parametrize(
    ("there", "words"), [("/proc/driver/nvidia/version", "NVIDIA"), ("/dev/kfd", "AMD"), ("", "")]
)
def test_a_gpu_beside_a_build_for_the_cpu_is_not_passed_over_silently(
    monkeypatch: pytest.MonkeyPatch, there: str, words: str
) -> None:
    monkeypatch.setattr(torch.version, "cuda", None)
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.setattr(module.shutil, "which", lambda _: None)
    monkeypatch.setattr(module.platform, "system", lambda: "Linux")
    monkeypatch.setattr(Path, "exists", lambda path: str(path) == there)
    monkeypatch.setattr(torch, "cuda", SimpleNamespace(is_available=lambda: False))
    choice = choose()
    assert words in choice.reason
    assert choice.fell_back == bool(words)
    assert bool(remedy(choice)) == bool(words)


def test_a_mac_whose_gpu_torch_cannot_use_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(module.platform, "machine", lambda: "arm64")
    monkeypatch.setattr(torch.version, "cuda", "12.8")
    monkeypatch.setattr(torch, "cuda", SimpleNamespace(is_available=lambda: False))
    assert remedy(choose()) == "Update macOS."


# ---------------------------------------------------------------------------- shown


def test_doctor_says_device_format_reason_and_cure(kernels: Kernels, gpus: SetGpus) -> None:
    gpus(CARD)
    assert doctor.check_device().finding.endswith("on Card A (CUDA).")
    kernels.spoil(CARD, RuntimeError("no kernel image is available"))
    check = doctor.check_device()
    assert check.ok
    assert "CPU" in check.finding
    assert "The GPU Card A was not used because" in check.finding
    assert check.remedy == "Install the build of torch that is made for this GPU."
