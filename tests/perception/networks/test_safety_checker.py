"""The base model's safety checker: what diffusers' own class says, from the files as they are spread."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin.errors import ModelError
from s2edit_plugin.perception.networks.installed import release
from s2edit_plugin.perception.networks.safety_checker import SafetyChecker, safety_checker
from tests.fakes.safety_checkers import PREPROCESSING, SIDE, add_safety_checker


@pytest.fixture(autouse=True)
def closed() -> None:
    release()


def folder_with(tmp_path: Path, **options: object) -> Path:
    (tmp_path / "model_index.json").write_text("{}")
    add_safety_checker(tmp_path, **options)  # type: ignore[arg-type]
    return tmp_path


def pictures() -> list[np.ndarray]:
    chance = np.random.default_rng(0)
    found = []
    for index in range(16):
        small = chance.integers(0, 256, (2 + index, 3, 3), dtype=np.uint8)
        found.append(np.asarray(Image.fromarray(small).resize((70, 70), Image.Resampling.BICUBIC)))
    return found


def reference(folder: Path) -> list[bool]:
    """What the class says to the pictures as CLIP's processor prepares them (Radford et al. 2021)."""
    import torch
    from diffusers.pipelines.stable_diffusion import StableDiffusionSafetyChecker

    checker = StableDiffusionSafetyChecker.from_pretrained(str(folder / "safety_checker"), variant="fp16")
    mean, std = np.array(PREPROCESSING["image_mean"]), np.array(PREPROCESSING["image_std"])
    said = []
    for picture in pictures():
        small = Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        values = (np.asarray(small) / 255 - mean) / std
        pixels = torch.from_numpy(values.transpose(2, 0, 1)[None]).float()
        said.append(bool(checker.eval()(pixels, np.zeros((1, 4, 4, 3)))[1][0]))
    return said


def test_it_says_what_the_class_says(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    checker = safety_checker(folder)
    assert checker is not None
    said = [checker.objects(picture) for picture in pictures()]
    assert said == reference(folder)
    assert 0 < sum(said) < len(said)
    assert safety_checker(folder) is checker  # stays open


@pytest.mark.parametrize("variant", ["fp16", None])
def test_half_and_full_precision_files_are_found(tmp_path: Path, variant: str | None) -> None:
    for objects in (True, False):
        (tmp_path / str(objects)).mkdir()
        checker = safety_checker(folder_with(tmp_path / str(objects), objects=objects, variant=variant))
        assert checker is not None
        assert checker.objects(pictures()[0]) is objects


def test_the_names_of_older_files_are_read(tmp_path: Path) -> None:
    """Stable Diffusion 1.5's file has names that transformers has shortened since."""
    from safetensors.torch import load_file, save_file

    folder = folder_with(tmp_path, variant=None)
    expected = [SafetyChecker(folder).objects(picture) for picture in pictures()]
    path = folder / "safety_checker" / "model.safetensors"
    tensors = load_file(path)
    renamed = {
        "vision_model.vision_model." + name.removeprefix("vision_model.").removeprefix("vision_model.")
        if name.startswith("vision_model.")
        else name: tensor
        for name, tensor in tensors.items()
    }
    assert renamed.keys() != tensors.keys()
    save_file(renamed, path, {"format": "pt"})
    assert [SafetyChecker(folder).objects(picture) for picture in pictures()] == expected


def test_models_without_a_checker_or_with_a_pickled_one_have_none(tmp_path: Path) -> None:
    assert safety_checker(tmp_path) is None
    (tmp_path / "safety_checker").mkdir()
    (tmp_path / "safety_checker" / "pytorch_model.bin").write_bytes(b"\x80\x04pickle")
    assert safety_checker(tmp_path) is None


def test_a_damaged_one_is_said_and_not_passed_over(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, variant=None)
    config = folder / "feature_extractor" / "preprocessor_config.json"
    kept = config.read_text()
    for text in ("{", json.dumps(PREPROCESSING | {"size": -1})):
        config.write_text(text)
        with pytest.raises(ModelError, match="safety checker is missing or not understood"):
            safety_checker(folder)
    config.write_text(kept)
    weights = folder / "safety_checker" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(ModelError, match="safety checker cannot be loaded"):
        safety_checker(folder)
