"""The base models of the catalogue as they come from a hub: every file that is listed, and no other, makes a whole model.

The repositories hold tiny networks under the names the true ones have; their contents are other ones, so the catalogue's
hashes are left out here (`test_catalogue` looks at those).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin.base_models import catalogue, install, resolve
from s2edit_plugin.base_models.importing import import_model
from s2edit_plugin.base_models.single_file import convert
from s2edit_plugin.base_models.stream import Patience
from s2edit_plugin.errors import ModelError
from s2edit_plugin.storage.paths import DataFolder, models_package
from tests.fakes.hub_server import HubServer, running_hub
from tests.fakes.ldm_checkpoint import networks_of, tiny_configs, write_checkpoint
from tests.fakes.safety_checkers import add_safety_checker

MODELS = ("sd15", "sd21", "sd21-base", "sdxl")


@pytest.fixture
def real_hub(monkeypatch: pytest.MonkeyPatch, patience: Patience) -> Iterator[HubServer]:
    """A hub that the shipped catalogue's entries, without their hashes, are asked of."""
    find = catalogue.find_entry

    def without_hashes(name: str) -> catalogue.CatalogueEntry:
        entry = find(name)
        return dataclasses.replace(entry, files=tuple(dataclasses.replace(f, digest="") for f in entry.files))

    monkeypatch.setattr(install, "find_entry", without_hashes)
    with running_hub() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        monkeypatch.setenv("HF_TOKEN", "")
        yield server


def repository(tmp_path: Path, family: str, prediction: str) -> tuple[Path, dict[str, Any]]:
    """A tiny model laid out as on the hub, with half-precision variants and what is not asked for."""
    configs = tiny_configs(models_package() / "configs", tmp_path / "configs")
    networks = networks_of(configs, family)
    folder = tmp_path / "repository"
    file = write_checkpoint(tmp_path / "model.safetensors", networks, family)
    convert(file, folder, lambda n: None, configs=configs, prediction=prediction)
    for path in list(folder.rglob("*.safetensors")):
        path.with_name(path.name.replace(".safetensors", ".bin")).write_bytes(b"pickled")
        path.rename(path.with_name(path.name.replace(".safetensors", ".fp16.safetensors")))
    for tokenizer in folder.glob("tokenizer*"):
        (tokenizer / "special_tokens_map.json").write_text('{"unk_token": "<|endoftext|>"}')
    (folder / "README.md").write_text("A model.")
    return folder, networks


@pytest.mark.parametrize("name", MODELS)
def test_what_the_catalogue_lists_is_a_whole_model(
    name: str, real_hub: HubServer, folder: DataFolder, tmp_path: Path
) -> None:
    import diffusers
    import torch

    entry = catalogue.find_entry(name)
    source, networks = repository(tmp_path, entry.family, "v_prediction" if name == "sd21" else "epsilon")
    if name == "sd15":
        add_safety_checker(source)
    files = {
        path.relative_to(source).as_posix(): path.read_bytes() for path in source.rglob("*") if path.is_file()
    }
    real_hub.add_repository(entry.repository, files, entry.revision)

    install.install(folder, name, accept_licence=True)
    place = resolve(folder, name)
    assert not list(place.rglob("*.bin"))
    diffusers.utils.logging.disable_progress_bar()
    kind = (
        diffusers.StableDiffusionXLPipeline if entry.family == "sdxl" else diffusers.StableDiffusionPipeline
    )
    pipeline = kind.from_pretrained(str(place), local_files_only=True, use_safetensors=True)
    assert pipeline.scheduler.config.prediction_type == ("v_prediction" if name == "sd21" else "epsilon")
    assert (getattr(pipeline, "safety_checker", None) is not None) == (name == "sd15")
    for part, network in networks.items():
        loaded = getattr(pipeline, part).state_dict()
        assert all(torch.equal(loaded[key], tensor) for key, tensor in network.state_dict().items()), part

    # What was installed can be imported elsewhere, by who has no network.
    import_model(folder, place, "copy")
    assert (resolve(folder, "copy") / "safety_checker").is_dir() == (name == "sd15")


def test_a_pickled_safety_checker_is_left_out_and_said(tmp_path: Path, folder: DataFolder) -> None:
    source, _ = repository(tmp_path, "sd1", "epsilon")
    add_safety_checker(source)
    next((source / "safety_checker").glob("*.safetensors")).rename(
        source / "safety_checker" / "pytorch_model.bin"
    )
    done = import_model(folder, source, "mine")
    assert "safety checker is a pickled file and was left out" in done.sentence
    index = json.loads((resolve(folder, "mine") / "model_index.json").read_text())
    assert (index["safety_checker"], index["requires_safety_checker"]) == ([None, None], False)


def test_a_folder_of_the_users_with_a_pickled_network_is_not_opened(
    tmp_path: Path, folder: DataFolder
) -> None:
    source, _ = repository(tmp_path, "sd1", "epsilon")
    resolve(folder, str(source))
    next((source / "vae").glob("*.safetensors")).unlink()
    with pytest.raises(ModelError, match="vae as a pickled file only"):
        resolve(folder, str(source))
