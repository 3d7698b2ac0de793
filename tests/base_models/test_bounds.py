"""Configurations from anywhere: what no model has is refused before a network is built, what models have is let pass."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin.backbones.folder import read_folder
from s2edit_plugin.backbones.loading import load_backbone
from s2edit_plugin.base_models.bounds import check_config, fewest_parameters
from s2edit_plugin.base_models.weights import shapes_of
from s2edit_plugin.errors import ModelError
from s2edit_plugin.perception.networks import transformers_model
from s2edit_plugin.storage.paths import bundled_model, models_package
from tests.fakes.tiny_model import write_tiny_model

CONFIGS = sorted(models_package().glob("configs/*/*/*config.json")) + sorted(
    bundled_model().glob("*/config.json")
)
NETWORKS = [path for path in CONFIGS if path.parent.name in ("unet", "vae", "text_encoder", "text_encoder_2")]


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: "-".join(path.parts[-3:-1]))
def test_the_configurations_of_published_models_pass(path: Path) -> None:
    if path.name != "tokenizer_config.json":
        check_config(json.loads(path.read_text()), "It")


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: "-".join(path.parts[-3:-1]))
def test_no_network_has_fewer_parameters_than_the_bound(path: Path) -> None:
    values = json.loads(path.read_text())
    kind = values.get("_class_name") or values["architectures"][0]
    count = 0
    for shape in shapes_of(kind, values).values():
        size = 1
        for side in shape:
            size *= side
        count += size
    assert 0 < fewest_parameters(values) <= count


ABSURD: dict[str, dict[str, Any]] = {
    "layers": {"num_hidden_layers": 10**9},
    "width": {"hidden_size": 10**7},
    "words": {"vocab_size": 10**12},
    "channels": {"block_out_channels": [320, 10**6]},
    "blocks": {"block_out_channels": [32] * 1000, "down_block_types": ["DownBlock2D"] * 1000},
    "depth": {"transformer_layers_per_block": [1, 1, 10**6]},
    "depth in a list": {"transformer_layers_per_block": [[1, 10**6]]},
    "anything": {"whatever": -(10**10)},
    "no number": {"dropout": float("nan")},
    "without end": {"dropout": float("inf")},
    "digits": {"hidden_size": 10**400},
    "nested": {"text_config": {"num_hidden_layers": 10**9}},
    "values": {"list": [0] * 20_000},
    "text": {"name": "x" * 5000},
    "quantised": {"quantization_config": {"quant_method": "bitsandbytes"}},
    "code": {"auto_map": {"AutoModel": "theirs.Model"}},
    "kernel": {"attn_implementation": "somebody/kernel"},
    "kernels": {"_attn_implementation": {"": "eager"}},
}


@pytest.mark.parametrize("name", ABSURD)
def test_what_no_model_has_is_refused_at_once(name: str) -> None:
    start = time.process_time()
    with pytest.raises(ModelError, match=r"^The text encoder ") as caught:
        check_config(ABSURD[name], "The text encoder")
    assert time.process_time() - start < 0.5
    assert len(caught.value.sentence) < 200


def test_many_levels_are_no_endless_recursion() -> None:
    values: dict[str, Any] = {}
    for _ in range(900):
        values = {"a": values}
    with pytest.raises(ModelError, match="too many values"):
        check_config(values, "It")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_tiny_model(tmp_path / "theirs")


def change(model: Path, part: str, **values: Any) -> None:
    name = "scheduler_config.json" if part == "scheduler" else "config.json"
    path = model / part / name
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


@pytest.mark.parametrize(
    ("part", "values"),
    [
        ("text_encoder", {"num_hidden_layers": 10**8}),
        ("unet", {"layers_per_block": 10**8}),
        ("vae", {"block_out_channels": [10**7]}),
        ("scheduler", {"num_train_timesteps": 10**11}),
        ("unet", {"quantization_config": {"quant_method": "x"}}),
    ],
)
def test_a_folder_of_absurd_size_is_refused_before_a_network_is_built(
    model: Path, part: str, values: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    change(model, part, **values)
    with pytest.raises(ModelError, match=f"The {part} of the model 'theirs'"):
        read_folder(model)
    with pytest.raises(ModelError, match=f"The {part} of the model 'theirs'"):
        load_backbone(model, "cpu")


@pytest.mark.parametrize(
    ("part", "values"),
    [("text_encoder", {"vocab_size": 900_000}), ("vae", {"block_out_channels": [8192, 8192]})],
)
def test_a_network_that_its_file_cannot_fill_is_not_made_up_in_memory(
    model: Path, part: str, values: dict[str, Any]
) -> None:
    change(model, part, **values)
    with pytest.raises(ModelError, match=r"smaller than its configuration says|damaged"):
        load_backbone(model, "cpu")


def test_other_networks_are_looked_at_too(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"vision_config": {"num_hidden_layers": 10**9}}))
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(ModelError, match="The checker has a configuration that no model has"):
        transformers_model.load(None, tmp_path, "the checker")
    (tmp_path / "config.json").unlink()
    with pytest.raises(ModelError, match="The checker cannot be loaded"):
        transformers_model.load(None, tmp_path, "the checker")
    shutil.rmtree(tmp_path)
