"""Operations of a job against torch's own count, and paces remembered from one start to the next."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from s2edit_plugin.api import ApplyEdit, EditSettings, LearnSettings, LearnToken, MakeMask
from s2edit_plugin.backbones.device_memory import free_system_memory
from s2edit_plugin.backbones.memory import expected_device, throughput
from s2edit_plugin.backbones.memory.estimate import Place
from s2edit_plugin.backbones.memory.expected_device import free_on, likely_computer
from s2edit_plugin.backbones.memory.operations import forward_operations, job_operations
from s2edit_plugin.backbones.memory.throughput import Computer, Paces
from s2edit_plugin.backbones.shape import shape_of, shape_of_folder
from s2edit_plugin.storage.paths import DataFolder, bundled_model, models_package

LEARN = LearnToken(b"", "anna", "me", settings=LearnSettings(steps_token=6, steps_joint=4, batch=2))
EDIT = ApplyEdit(b"", (), "", settings=EditSettings(steps=10))
HERE = Computer(Place(), "CPU, 2 threads", "abc")


@pytest.mark.parametrize("family", ["sd1", "sd2", "sdxl"])
def test_operations_are_those_torch_counts(family: str) -> None:
    from diffusers import UNet2DConditionModel
    from torch.utils.flop_counter import FlopCounterMode

    config = json.loads((models_package() / "configs" / family / "unet" / "config.json").read_text())
    vae = {"block_out_channels": [128, 256, 512, 512], "layers_per_block": 2}
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        unet = UNet2DConditionModel.from_config(config)
        side, told = unet.config.sample_size, {}
        if family == "sdxl":
            told = {"added_cond_kwargs": {"text_embeds": torch.zeros(1, 1280), "time_ids": torch.zeros(1, 6)}}
        text = torch.zeros(1, 77, config["cross_attention_dim"])
        unet(torch.zeros(1, 4, side, side), torch.tensor(5), encoder_hidden_states=text, **told)
    shape = shape_of({"unet": dict(unet.config), "vae": vae}, {"unet": 1, "vae": 1})
    assert forward_operations(shape.unet) == pytest.approx(counter.get_total_flops(), rel=0.01)


def test_a_longer_job_has_more_operations_and_what_is_done_already_none() -> None:
    shape = shape_of_folder(bundled_model())
    learn, edit = job_operations(shape, LEARN), job_operations(shape, EDIT)
    assert learn == pytest.approx(50 * forward_operations(shape.unet))
    assert job_operations(shape, LEARN, done=5) == pytest.approx(learn / 2)
    assert job_operations(shape, EDIT, inverted=True) < edit
    null_text = ApplyEdit(b"", (), "", settings=EditSettings(steps=10, inversion="null_text"))
    assert job_operations(shape, null_text) > 3 * edit
    assert job_operations(shape, MakeMask(b"")) == 0


def test_a_measured_pace_is_known_and_one_slow_job_does_not_make_it_the_rule(data_home: Path) -> None:
    folder = DataFolder(data_home)
    guess, known = Paces(folder).pace(HERE, LEARN)
    assert guess > 0
    assert not known
    Paces(folder).note(HERE, LEARN, 100.0, 1.0)
    assert Paces(folder).pace(HERE, LEARN) == (100.0, True)
    Paces(folder).note(HERE, LEARN, 100.0, 2.0)
    assert Paces(folder).pace(HERE, LEARN) == (75.0, True)
    assert Paces(folder).pace(HERE, EDIT) == (
        75.0,
        False,
    )  # the slowest on this device until its own is known
    assert Paces(folder).pace(Computer(Place("cuda", "fp16"), "Card A", "abc"), LEARN) == (1e13, False)
    assert Paces(folder).pace(Computer(Place("mps"), "", ""), LEARN) == (1e12, False)
    for operations, seconds in ((0.0, 1.0), (1.0, 0.0), (1.0, -1.0), (1.0, float("nan"))):
        Paces(folder).note(HERE, LEARN, operations, seconds)
    assert Paces(folder).pace(HERE, LEARN) == (75.0, True)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"cpu|fp32|CPU, 2 threads|abc|learn": "fast", "asked|||": [1]}', "[" * 9999]
)
def test_a_damaged_file_of_paces_counts_as_empty(data_home: Path, text: str) -> None:
    folder = DataFolder(data_home)
    folder.cache.mkdir(parents=True)
    (folder.cache / throughput.FILE).write_text(text)
    assert not Paces(folder).pace(HERE, LEARN)[1]
    assert Paces(folder).recall("", "", "") is None
    Paces(folder).note(HERE, LEARN, 100.0, 1.0)
    assert Paces(folder).pace(HERE, LEARN) == (100.0, True)


def test_a_file_of_paces_that_cannot_be_written_is_no_matter_and_never_grows_large(data_home: Path) -> None:
    folder = DataFolder(data_home)
    data_home.parent.mkdir(parents=True, exist_ok=True)
    data_home.write_text("no folder")
    Paces(folder).note(HERE, LEARN, 100.0, 1.0)
    data_home.unlink()
    for number in range(throughput.KEPT + 20):
        Paces(folder).remember(str(number), "auto", "auto", HERE)
    assert len(json.loads((folder.cache / throughput.FILE).read_text())) == throughput.KEPT


# ---------------------------------------------------------------------------- the computer, before torch is loaded


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Sets what the tool of NVIDIA's driver says."""

    def says(text: str, status: int = 0, build: str = "2.9.0") -> None:
        tool = tmp_path / "nvidia-smi"
        tool.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\nexit {status}\n")
        tool.chmod(0o755)
        monkeypatch.setattr(expected_device.shutil, "which", lambda _: str(tool))
        monkeypatch.setattr(expected_device.metadata, "version", lambda _: build)

    monkeypatch.setattr(expected_device.shutil, "which", lambda _: None)
    monkeypatch.setattr(expected_device.platform, "system", lambda: "Linux")
    return says


def test_a_model_is_expected_where_it_ran_the_last_time(data_home: Path, driver: Any) -> None:
    paces = Paces(DataFolder(data_home))
    paces.remember("sd15", "auto", "auto", Computer(Place("cuda", "bf16"), "Card A (CUDA)", "abc"))
    driver("Card B, 9000")
    assert likely_computer(paces, "sd15", "auto", "auto", 10**9) == Computer(
        Place("cuda", "bf16"), "Card A (CUDA)", "abc"
    )
    assert likely_computer(paces, "sd15", "cpu", "auto", 10**9).words == "CPU"


@pytest.mark.parametrize(
    ("says", "build", "device", "parameters", "expected"),
    [
        ("Card A, 4000\nCard, B, 9000", "2.9.0", "auto", 10**9, ("cuda", "fp16", "Card, B (CUDA)")),
        ("Card A, 4000", "2.9.0", "auto", 10**7, ("cuda", "fp32", "Card A (CUDA)")),
        ("Card A, 1000", "2.9.0", "auto", 10**9, ("cpu", "fp32", "CPU")),
        ("Card A, 1000", "2.9.0", "cuda:0", 10**9, ("cuda", "fp16", "Card A (CUDA)")),
        ("Card A, 9000", "2.9.0+cpu", "auto", 10**9, ("cpu", "fp32", "CPU")),
        ("No devices were found", "2.9.0", "auto", 10**9, ("cpu", "fp32", "CPU")),
        ("Card A, 9000", "2.9.0", "cpu", 10**9, ("cpu", "fp32", "CPU")),
        ("", "2.9.0", "mps", 10**9, ("mps", "fp16", "GPU")),
    ],
)
def test_the_drivers_tool_tells_of_a_gpu_that_was_never_used(
    data_home: Path, driver: Any, says: str, build: str, device: str, parameters: int, expected: tuple[str, str, str]
) -> None:  # fmt: skip
    driver(says, build=build)
    found = likely_computer(Paces(DataFolder(data_home)), "", device, "auto", parameters)
    assert (found.place.device, found.place.precision, found.words) == expected


def test_without_a_gpu_or_with_a_broken_driver_it_is_the_cpu(data_home: Path, driver: Any) -> None:
    paces = Paces(DataFolder(data_home))
    assert likely_computer(paces, "", "auto", "bf16", 10**9).place == Place("cpu", "bf16")
    driver("Card A, 9000", status=9)
    assert likely_computer(paces, "", "auto", "auto", 10**9).place == Place()
    assert free_on(Place("cuda")) == 0
    assert free_on(Place()) > 0


def test_a_mac_of_today_computes_on_its_gpu(
    data_home: Path, driver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expected_device.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(expected_device.platform, "machine", lambda: "arm64")
    found = likely_computer(Paces(DataFolder(data_home)), "", "auto", "auto", 10**9)
    assert found.place == Place("mps", "fp16")
    assert free_on(found.place) == pytest.approx(free_system_memory(), rel=0.2)
    assert free_on(Place("xpu")) == 0
