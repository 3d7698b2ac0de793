"""The face parser: a true SegFormer at small width answers as transformers itself would, and wrong ones are refused."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path

import numpy as np
import pytest

from s2edit_plugin.errors import ModelError
from s2edit_plugin.perception.networks.face_parser import PARTS, FaceParser
from tests.fakes.transformers_networks import FACE_LABELS, write_captioner, write_face_parser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_face_parser(tmp_path_factory.mktemp("networks") / "face-parser")


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def picture(side: int = 200) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)


def change(path: Path, **changes: object) -> None:
    values = json.loads(path.read_text())
    path.write_text(json.dumps(values | changes))


@pytest.mark.parametrize("side", [64, 200, 512])
def test_the_answer_is_that_of_transformers(folder: Path, side: int) -> None:
    import torch
    from transformers import SegformerForSemanticSegmentation
    from transformers.models.segformer.image_processing_pil_segformer import SegformerImageProcessorPil

    rgb = picture(side)
    processor = SegformerImageProcessorPil.from_pretrained(str(folder))
    model = SegformerForSemanticSegmentation.from_pretrained(str(folder)).eval()
    with torch.inference_mode():
        logits = model(**processor(rgb, return_tensors="pt")).logits[0]
    chances = logits.softmax(dim=0).numpy()
    found = FaceParser(folder).parse(rgb)
    assert set(found) == set(PARTS)
    np.testing.assert_allclose(found["hair"], chances[13], atol=1e-5)
    np.testing.assert_allclose(found["lips"], chances[11] + chances[12], atol=1e-5)
    np.testing.assert_allclose(found["eyes"], chances[4] + chances[5], atol=1e-5)
    np.testing.assert_allclose(found["glasses"], chances[3], atol=1e-5)
    np.testing.assert_allclose(sum(found.values()), np.ones_like(chances[0]), atol=1e-5)


def test_other_spellings_and_orders_of_the_labels_mean_the_same(tmp_path: Path, folder: Path) -> None:
    spelled = {
        "l_lip": "Lower Lip",
        "u_lip": "upper-lip",
        "eye_g": "eyeglasses",
        "cloth": "clothes",
        "l_eye": "left_eye",
    }
    labels = tuple(spelled.get(label, label) for label in FACE_LABELS)
    other = write_face_parser(tmp_path / "other", labels)
    one, two = FaceParser(folder).parse(picture()), FaceParser(other).parse(picture())
    for part in PARTS:
        np.testing.assert_array_equal(one[part], two[part])


def test_a_network_with_other_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not parts of a face: 'tree' is none"):
        FaceParser(write_face_parser(tmp_path / "trees", ("tree", "car")))
    with pytest.raises(ModelError, match="not parts of a face: some are missing"):
        FaceParser(write_face_parser(tmp_path / "few", ("background", "skin", "hair")))


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors", "preprocessor_config.json"])
def test_a_missing_file_is_said(copy: Path, missing: str) -> None:
    (copy / missing).unlink()
    with pytest.raises(
        ModelError, match=missing if missing != "config.json" else "cannot be loaded"
    ) as caught:
        FaceParser(copy)
    assert "\n" not in str(caught.value)


def test_pickled_weights_are_not_read(copy: Path) -> None:
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"model\.safetensors of the face parser is missing"):
        FaceParser(copy)


def test_damaged_weights_are_refused(copy: Path, caplog: pytest.LogCaptureFixture) -> None:
    weights = copy / "model.safetensors"
    whole = weights.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"\xff" * 200, b""):
        weights.write_bytes(damaged)
        with pytest.raises(ModelError, match="The face parser cannot be loaded"):
            FaceParser(copy)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_weights_of_another_network_are_refused(copy: Path, tmp_path: Path) -> None:
    blip = write_captioner(tmp_path / "blip")
    shutil.copy(blip / "model.safetensors", copy / "model.safetensors")
    with pytest.raises(ModelError, match=r"lacks a part of its weights|cannot be loaded"):
        FaceParser(copy)


@pytest.mark.parametrize(
    "changes",
    [
        {"size": "large"},
        {"size": {"height": -3, "width": 5}},
        {"size": 10**9},
        {"image_std": [0, 0, 0]},
        {"image_mean": [1, 2]},
        {"resample": 77},
    ],
    ids=str,
)
def test_preprocessing_that_cannot_be_done_is_refused(copy: Path, changes: dict[str, object]) -> None:
    change(copy / "preprocessor_config.json", **changes)
    with pytest.raises(ModelError, match="missing or not understood"):
        FaceParser(copy)


@pytest.mark.parametrize("size", [64, {"shortest_edge": 64}, {"height": 64, "width": 64}])
def test_every_way_to_write_the_size_is_read(folder: Path, copy: Path, size: object) -> None:
    change(copy / "preprocessor_config.json", size=size)
    one, other = FaceParser(folder).parse(picture()), FaceParser(copy).parse(picture())
    np.testing.assert_array_equal(one["hair"], other["hair"])
