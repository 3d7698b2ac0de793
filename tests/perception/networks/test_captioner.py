"""The captioner: a true BLIP at small width says what transformers lets it say, and wrong files are refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from s2edit_plugin.errors import ModelError
from s2edit_plugin.perception.networks.captioner import BEAMS, MOST_TOKENS, Captioner
from tests.fakes.transformers_networks import CAPTION_WORDS, write_captioner, write_face_parser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_captioner(tmp_path_factory.mktemp("networks") / "captioner")


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def picture(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (60, 90, 3), dtype=np.uint8)


@pytest.mark.parametrize("beginning", ["", "a photo of a"])
def test_it_says_what_transformers_lets_it_say(folder: Path, beginning: str) -> None:
    import torch
    from transformers import BertTokenizer, BlipForConditionalGeneration, BlipProcessor
    from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil

    processor = BlipProcessor(
        BlipImageProcessorPil.from_pretrained(str(folder)), BertTokenizer.from_pretrained(str(folder))
    )
    model = BlipForConditionalGeneration.from_pretrained(str(folder)).eval()
    inputs = processor(picture(), text=beginning or None, return_tensors="pt")
    with torch.inference_mode():
        ids = model.generate(**inputs, num_beams=BEAMS, max_new_tokens=MOST_TOKENS, do_sample=False)
    expected = processor.decode(ids[0], skip_special_tokens=True)
    said = Captioner(folder).describe(picture(), beginning)
    assert f"{beginning} {said}".strip() == " ".join(expected.split())
    assert said
    assert set(said.split()) <= set(CAPTION_WORDS)


def test_it_looks_at_the_picture(folder: Path) -> None:
    captioner = Captioner(folder)
    pictures = [picture() // (divisor + 1) for divisor in range(6)]
    assert len({captioner.describe(rgb) for rgb in pictures}) > 1


@pytest.mark.parametrize(
    "missing", ["model.safetensors", "preprocessor_config.json", "config.json", "tokenizer"]
)
def test_a_missing_file_is_said(copy: Path, missing: str) -> None:
    for path in copy.iterdir():
        if path.name == missing or (missing == "tokenizer" and path.name in ("tokenizer.json", "vocab.txt")):
            path.unlink()
    with pytest.raises(ModelError, match=r"missing|cannot be loaded") as caught:
        Captioner(copy)
    assert "\n" not in str(caught.value)


def test_damaged_files_are_refused(copy: Path, tmp_path: Path) -> None:
    (copy / "tokenizer.json").write_text("{]")
    with pytest.raises(ModelError, match="vocabulary of the captioner is damaged"):
        Captioner(copy)
    parser = write_face_parser(tmp_path / "parser")
    shutil.copy(parser / "model.safetensors", copy / "model.safetensors")
    with pytest.raises(ModelError, match=r"lacks a part of its weights|cannot be loaded"):
        Captioner(copy)
