"""Memory of a device: what is free, what running out looks like, how large a model is."""

from __future__ import annotations

import errno
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from s2edit_plugin.backbones import device_memory as module
from s2edit_plugin.backbones.device_memory import (
    count_parameters,
    free_memory,
    is_out_of_memory,
    limit_memory,
    release_memory,
    total_memory,
)

CPU = torch.device("cpu")
GB = 10**9


def test_a_real_allocation_beyond_all_memory_is_recognised() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert is_out_of_memory(caught.value)
    with pytest.raises(MemoryError) as of_numpy:
        np.empty(1 << 62, np.uint8)
    assert is_out_of_memory(of_numpy.value)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 1.00 GiB."),
        RuntimeError("MPS backend out of memory (MPS allocated: 8.5 GB). Tried to allocate 1 GB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:118] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED"),
        RuntimeError("HIP error: out of memory"),
        MemoryError(),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
    ],
    ids=str,
)
def test_every_form_of_running_out_is_recognised(error: BaseException) -> None:
    assert is_out_of_memory(error)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("mat1 and mat2 shapes cannot be multiplied"),
        ValueError("out of memory"),
        OSError(errno.ENOSPC, "No space left on device"),
        KeyError("memory"),
    ],
    ids=str,
)
def test_other_errors_are_not_taken_for_it(error: BaseException) -> None:
    assert not is_out_of_memory(error)


def test_the_computers_memory_is_known() -> None:
    assert 0 < free_memory(CPU) <= total_memory(CPU)
    release_memory()


def test_a_containers_limit_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "/sys/fs/cgroup/memory.max": f"{6 * GB}\n",
        "/sys/fs/cgroup/memory.current": f"{5 * GB}\n",
        "/sys/fs/cgroup/memory.stat": f"anon 1\ninactive_file {2 * GB}\n",
    }

    def read(path: Path, *_: object, **__: object) -> str:
        if str(path) not in files:
            raise FileNotFoundError(path)
        return files[str(path)]

    import psutil

    machine = SimpleNamespace(available=50 * GB, total=64 * GB)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: machine)
    monkeypatch.setattr(Path, "read_text", read)
    assert (free_memory(CPU), total_memory(CPU)) == (3 * GB, 6 * GB)
    files["/sys/fs/cgroup/memory.max"] = "max\n"
    assert (free_memory(CPU), total_memory(CPU)) == (50 * GB, 64 * GB)


def test_memory_torch_holds_unused_counts_as_free(monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[float] = []
    cuda = SimpleNamespace(
        mem_get_info=lambda _: (2 * GB, 8 * GB), memory_reserved=lambda _: 5 * GB, memory_allocated=lambda _: 4 * GB,
        set_per_process_memory_fraction=lambda share, _: limits.append(share), empty_cache=lambda: limits.append(-1),
        is_available=lambda: True,
    )  # fmt: skip
    monkeypatch.setattr(torch, "cuda", cuda)
    device = torch.device("cuda", 0)
    assert (free_memory(device), total_memory(device)) == (3 * GB, 8 * GB)
    limit_memory(device, 2.0)
    limit_memory(device, 0.0)
    release_memory()
    assert limits == [0.25, 1.0, -1]


def test_a_mac_shares_its_memory_with_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    mps = SimpleNamespace(
        driver_allocated_memory=lambda: 3 * GB, current_allocated_memory=lambda: 2 * GB,
        recommended_max_memory=lambda: 12 * GB, empty_cache=lambda: None,
    )  # fmt: skip
    monkeypatch.setattr(torch, "mps", mps)
    monkeypatch.setattr(module, "free_system_memory", lambda: 4 * GB)
    assert free_memory(torch.device("mps")) == 5 * GB
    monkeypatch.setattr(module, "free_system_memory", lambda: 40 * GB)
    assert free_memory(torch.device("mps")) == 10 * GB


def test_parameters_are_counted_from_the_headers_alone(tiny_folder: Path, tmp_path: Path) -> None:
    from s2edit_plugin.backbones.loading import load_backbone

    backbone = load_backbone(tiny_folder, "cpu")
    parts = (backbone.unet, backbone.vae, *backbone.text_encoders)  # type: ignore[attr-defined]
    assert count_parameters(tiny_folder) == sum(p.numel() for part in parts for p in part.parameters())
    assert backbone.choice is not None
    assert backbone.choice.precision == "fp32"

    import safetensors.numpy

    (tmp_path / "unet").mkdir()
    for name in ("model.safetensors", "model.fp16.safetensors"):
        safetensors.numpy.save_file({"weight": np.zeros((3, 5), np.float16)}, tmp_path / "unet" / name)
    assert count_parameters(tmp_path) == 15
    for damaged in (b"", b"\xff" * 20, b"\x02" + b"\0" * 7 + b"[]"):
        (tmp_path / "unet" / "model.safetensors").write_bytes(damaged)
        assert count_parameters(tmp_path) == 15
