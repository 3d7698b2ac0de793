"""A data folder, the command line, and a hub on this machine with a catalogue of its own."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin.base_models import catalogue, install
from s2edit_plugin.base_models.stream import Patience
from s2edit_plugin.cli.main import main
from s2edit_plugin.storage.paths import DataFolder, data_folder
from tests.fakes.hub_server import COMMIT, HubServer, running_hub

WEIGHTS = random.Random(1).randbytes(700_000)
NETWORK = random.Random(2).randbytes(300_000)

CATALOGUE = """
[hash_sources]
hub = "the hub's own hashes"
source = "the source"
[licences.free]
title = "Free"
url = "https://example.org/free"
summary = "Everything is allowed."
[licences.strict]
title = "Strict"
url = "https://example.org/strict"
summary = "Nothing evil."
must_accept = true
[[models]]
name = "tiny"
title = "A tiny model"
kind = "base"
family = "sd1"
source = "hub"
repository = "somebody/re-po"
revision = "{commit}"
licence = "strict"
commercial_use = "yes"
training_data = "nothing"
memory_gb = 1
hash_source = "hub"
download_mb = 1
files = [
    {{ path = "model_index.json" }},
    {{ path = "unet/config.json" }},
    {{ path = "unet/diffusion_pytorch_model.safetensors", remote = "unet/diffusion_pytorch_model.fp16.safetensors" }},
]
[[models]]
name = "net"
title = "A network"
kind = "mask"
family = "u2net"
source = "url"
licence = "free"
commercial_use = "yes"
training_data = "nothing"
memory_gb = 1
hash_source = "source"
download_mb = 1
files = [{{ path = "net.onnx", remote = "{address}", md5 = "{md5}" }}]
"""


@pytest.fixture
def folder(data_home: Path) -> DataFolder:
    return data_folder()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any]]:
    """Run a command: its exit code and its JSON, or with ``text=True`` both streams as text."""

    def call(*arguments: str, text: bool = False) -> tuple[int, Any]:
        code = main([*arguments] if text else [*arguments, "--json"])
        captured = capsys.readouterr()
        return code, captured.out + captured.err if text else json.loads(captured.out)

    return call


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> Patience:
    """Too little patience for the internet, enough for this machine."""
    short = Patience(connect=5, silence=0.5, crawl=0.4, crawl_bytes=2000, tries=3, pause=0.01, tick=0.02)
    monkeypatch.setattr(install, "PATIENCE", short)
    return short


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patience: Patience) -> Iterator[HubServer]:
    """A hub with the model ``tiny`` and the plain file of ``net``, and a catalogue that knows them."""
    from huggingface_hub import constants

    for variable in (
        "HF_TOKEN",
        "HUGGING_FACE_HUB_TOKEN",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "all_proxy",
    ):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setenv(
        "HF_HUB_OFFLINE", "1"
    )  # as the command line sets it: a download that was asked for goes on
    with running_hub() as server:
        server.add_repository(
            "somebody/re-po",
            {
                "model_index.json": b'{"_class_name": "StableDiffusionPipeline"}',
                "unet/config.json": b"{}",
                "unet/diffusion_pytorch_model.fp16.safetensors": WEIGHTS,
                "unet/diffusion_pytorch_model.bin": b"pickled",
            },
        )
        address = server.add_file("net.onnx", NETWORK)
        md5 = hashlib.md5(NETWORK, usedforsecurity=False).hexdigest()
        file = tmp_path / "catalogue.toml"
        file.write_text(CATALOGUE.format(commit=COMMIT, address=address, md5=md5))
        monkeypatch.setattr(catalogue, "catalogue_file", lambda: file)
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        yield server
