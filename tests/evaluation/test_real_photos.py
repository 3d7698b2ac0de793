"""Suites on a user's own folders: PIE-Bench as it is downloaded, and photos of people; small folders made here."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin.api import EditSettings, LearnSettings
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.errors import ImageError, ModelError, UsageError
from s2edit_plugin.evaluation.asked import Run
from s2edit_plugin.evaluation.methods import Method
from s2edit_plugin.evaluation.registry import SUITES, check_data
from tests.fakes.tiny_model import write_tiny_model


@pytest.fixture(autouse=True, scope="module")
def in_one_thread(one_thread: None) -> None:
    """The model is tiny."""


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Backbone:
    from s2edit_plugin.backbones.loading import load_backbone

    folder = tmp_path_factory.mktemp("models") / "tiny"
    return load_backbone(write_tiny_model(folder, text_length=77), "cpu")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    from s2edit_plugin.evaluation import methods, photos_suite, pie_bench

    # Looking for a subject takes long on pictures that show none.
    for module in (photos_suite, pie_bench):
        whole = lambda rgb, *_, **__: SimpleNamespace(mask=np.ones(rgb.shape[:2], np.float32))  # noqa: E731
        monkeypatch.setattr(module, "search_mask", whole)
    learn = LearnSettings(steps_token=1, steps_joint=1, batch=1, parameters="kv_token")
    edit = EditSettings(steps=2)
    for name, learns in (("s2edit", learn), ("no_token", None)):
        monkeypatch.setitem(methods.METHODS, name, Method(name, "quick", learns, edit))


def _picture(seed: int, side: int = 64) -> np.ndarray:
    rough = np.random.default_rng(seed).integers(0, 255, (4, 4, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(rough).resize((side, side), Image.Resampling.BICUBIC))


@pytest.fixture
def pie(tmp_path: Path) -> Path:
    """Three entries: one in a subfolder, one whose picture is missing."""
    folder = tmp_path / "PIE"
    pictures = folder / "annotation_images"
    (pictures / "1_change").mkdir(parents=True)
    Image.fromarray(_picture(1, 512)).save(pictures / "a.png")
    Image.fromarray(_picture(2, 512)).save(pictures / "1_change" / "b.png")
    entry = {"original_prompt": "a photo of a [black] car", "editing_prompt": "a photo of a [red] car",
             "editing_instruction": "paint it", "blended_word": "car car"}  # fmt: skip
    entries = {
        "0": {**entry, "image_path": "a.png", "editing_type_id": "6", "mask": [0, 512 * 256]},
        "1": {**entry, "image_path": "1_change/b.png", "editing_type_id": "1", "mask": [0, 10, 512, 10]},
        "2": {**entry, "image_path": "gone.png", "editing_type_id": "1", "mask": []},
    }
    (folder / "mapping_file.json").write_text(json.dumps(entries))
    return folder


def test_masks_are_runs_of_a_picture_read_row_by_row() -> None:
    from s2edit_plugin.evaluation.pie_data import decode_mask

    mask = decode_mask([0, 10, 512, 10, 512 * 512 - 1, 50], (512, 512))
    assert mask.sum() == 21
    assert mask[0, :10].all()
    assert mask[1, :10].all()
    assert mask[-1, -1]
    assert not mask[2].any()
    half = decode_mask([0, 512 * 256], (64, 64))
    assert half[:32].all()
    assert not half[32:].any()
    with pytest.raises(ImageError, match="negative"):
        decode_mask([-5, 10], (512, 512))


def test_entries_are_read_and_brackets_taken_out(pie: Path) -> None:
    from s2edit_plugin.evaluation.pie_data import read_pie_bench

    entries, missing = read_pie_bench(pie, 10, 0)
    assert missing == 1
    one, other = (entry.read() for entry in entries)
    assert (one.source, one.target, one.edited) == ("a photo of a black car", "a photo of a red car", "red")
    assert (one.kind, other.kind) == ("change_color", "change_object")
    assert one.region.sum() == 512 * 256
    assert other.region.sum() == 20
    assert len(read_pie_bench(pie, 1, 0)[0]) == 1


def test_what_is_missing_is_said_in_a_sentence(pie: Path, tmp_path: Path) -> None:
    from s2edit_plugin.evaluation.pie_data import read_pie_bench

    with pytest.raises(UsageError, match=r"holds no mapping_file\.json"):
        read_pie_bench(tmp_path, 1, 0)
    (tmp_path / "mapping_file.json").write_text("[1]")
    with pytest.raises(UsageError, match="not PIE-Bench's list"):
        read_pie_bench(tmp_path, 1, 0)
    (tmp_path / "mapping_file.json").write_text("{")
    with pytest.raises(UsageError, match="cannot be read"):
        read_pie_bench(tmp_path, 1, 0)
    # A path that leads out of the folder is no picture of it.
    shutil.copy(pie / "annotation_images" / "a.png", tmp_path / "outside.png")
    for path in ("../outside.png", str(tmp_path / "outside.png"), ""):
        (tmp_path / "mapping_file.json").write_text(json.dumps({"0": {"image_path": path}}))
        with pytest.raises(UsageError, match="none of the pictures"):
            read_pie_bench(tmp_path, 1, 0)
    (tmp_path / "mapping_file.json").write_text(json.dumps({"0": {"image_path": "a.png"}}))
    (tmp_path / "annotation_images").mkdir()
    shutil.copy(pie / "annotation_images" / "a.png", tmp_path / "annotation_images")
    entries, _ = read_pie_bench(tmp_path, 1, 0)
    with pytest.raises(UsageError, match="lacks prompts or a mask"):
        entries[0].read()


def test_pie_bench_runs_and_says_what_it_left_out(
    pie: Path, tmp_path: Path, backbone: Backbone, quick: None
) -> None:
    from s2edit_plugin.evaluation import pie_bench

    asked = Run("pie-bench", ("s2edit", "no_token", "untouched", "floor"), 10, 0, lambda _: None, backbone,
                tmp_path / "out", data=pie)  # fmt: skip
    values = pie_bench.run(asked)
    assert values["identities"] == 2
    rows = values["methods"]
    assert rows["untouched"]["psnr_pasted"] == 99
    assert rows["untouched"]["mse_drawn"] == rows["untouched"]["levels_inside_drawn"] == 0
    assert rows["floor"]["psnr_drawn"] < 99
    assert rows["no_token"]["levels_inside_drawn"] > 0
    assert "clip_whole_pasted" not in rows["no_token"]
    assert "structure_pasted" not in rows["no_token"]
    for words in (
        "1 pictures that the list names",
        "CLIP similarity is left out",
        "Structure distance is left out",
    ):
        assert words in values["table"]


def test_clip_and_structure_where_they_are_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from transformers import CLIPConfig, CLIPModel, ViTConfig, ViTModel

    from s2edit_plugin.evaluation import scores

    torch.manual_seed(0)
    write_tiny_model(tmp_path / "tiny", text_length=32)
    text = {"vocab_size": 1000, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2,
            "max_position_embeddings": 32}  # fmt: skip
    vision = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2, "image_size": 32,
              "patch_size": 8}  # fmt: skip
    clip = tmp_path / "clip"
    CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=16)).save_pretrained(
        str(clip)
    )
    for file in (tmp_path / "tiny" / "tokenizer").iterdir():
        shutil.copy(file, clip)
    ViTModel(ViTConfig(**vision)).save_pretrained(str(tmp_path / "dino"))
    monkeypatch.setattr(scores, "CLIP", str(clip))
    monkeypatch.setattr(scores, "DINO", str(tmp_path / "dino"))
    found, structure = scores.find_clip(), scores.find_dino()
    assert found is not None
    assert structure is not None
    one, other = _picture(1), _picture(2)
    assert -100 <= found.similarity(one, "a photo") <= 100
    assert found.similarity(one, "a photo") != found.similarity(other, "a photo")
    assert structure.distance(one, one) == 0
    assert structure.distance(one, other) > 0
    (tmp_path / "dino" / "model.safetensors").unlink()
    assert scores.find_dino() is None
    monkeypatch.setattr(scores, "CLIP", "nobody/nothing")
    assert scores.find_clip() is None


class _Detector:
    def detect(self, rgb: np.ndarray) -> list[Any]:
        if rgb.max() == 0:
            return []
        return [SimpleNamespace(landmarks=(), score=1.0, x=0, y=0, width=len(rgb), height=len(rgb))]


class _Recogniser:
    def feature(self, rgb: np.ndarray, landmarks: Any) -> np.ndarray:
        small = np.asarray(Image.fromarray(rgb).resize((8, 8)), np.float32).ravel()
        small -= small.mean()
        return small / np.linalg.norm(small)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    folder = tmp_path / "people"
    (folder / "anna").mkdir(parents=True)
    Image.fromarray(_picture(1, 96)).save(folder / "anna" / "1.png")
    Image.fromarray(_picture(3, 96)).save(folder / "anna" / "2.jpg")
    Image.fromarray(_picture(2, 96)).save(folder / "ben.png")
    (folder / "notes.txt").write_text("no photo")
    (folder / "people.json").write_text(
        json.dumps({"anna": {"noun": "woman", "prompt": "a photo of a woman with brown hair"}})
    )
    return folder


def test_people_are_folders_or_files_and_may_be_described(people: Path) -> None:
    from s2edit_plugin.evaluation.photos_suite import read_people, target_prompt

    anna, ben = read_people(people, 10)
    assert (anna.name, anna.noun, len(anna.photos)) == ("anna", "woman", 2)
    assert (ben.noun, ben.prompt) == ("person", "a photo of a person")
    assert len(read_people(people, 1)) == 1
    assert target_prompt(anna.prompt, "blonde_hair") == "a photo of a woman with blonde hair"
    assert target_prompt(ben.prompt, "black_hair") == "a photo of a person with black hair"
    assert target_prompt(ben.prompt, "hat") == "a photo of a person in a red hat"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("{", "cannot be read"),
        ("[1]", "not a list of people"),
        ('{"carl": {"noun": "man"}}', "no photos"),
        ('{"ben": {"noun": "man", "prompt": "a photo of a person"}}', "does not contain the noun 'man'"),
    ],
)
def test_a_wrong_description_is_said_in_a_sentence(people: Path, told: str, words: str) -> None:
    from s2edit_plugin.evaluation.photos_suite import read_people

    (people / "people.json").write_text(told)
    with pytest.raises(UsageError, match=words):
        read_people(people, 10)


def test_an_empty_folder_and_missing_networks_are_said(
    tmp_path: Path, people: Path, backbone: Backbone
) -> None:
    from s2edit_plugin.evaluation import photos_suite

    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="holds no photos"):
        photos_suite.read_people(tmp_path / "empty", 1)
    with pytest.raises(ModelError, match="not installed: yunet and sface"):
        photos_suite.run(Run("photos", ("main",), 1, 0, lambda _: None, backbone, data=people))


def test_photos_are_judged_by_the_face_network(
    people: Path, tmp_path: Path, backbone: Backbone, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s2edit_plugin.evaluation import photos_suite

    judge = photos_suite.FacesJudge(_Detector(), _Recogniser())  # type: ignore[arg-type]
    monkeypatch.setattr(photos_suite.FacesJudge, "of", lambda _: judge)
    asked = Run("photos", ("s2edit", "no_token", "untouched"), 10, 0, lambda _: None, backbone, tmp_path / "out",
                quick=True, data=people)  # fmt: skip
    values = photos_suite.run(asked)
    assert values["identities"] == 2
    untouched, plain = values["methods"]["untouched"], values["methods"]["no_token"]
    assert set(plain["edits"]) == {
        f"{e}, {w} photo" for e in photos_suite.EDITS[:2] for w in ("own", "other")
    }
    # An editor that changes nothing keeps the person, and its row says that it changes nothing.
    assert untouched["edits"]["smiling, own photo"]["identity_pasted"] == 1
    assert untouched["edits"]["smiling, own photo"]["rank_pasted"] == 1
    assert untouched["levels_inside"] == 0
    assert untouched["psnr_outside_drawn"] == 99
    assert plain["levels_inside"] > 0
    assert "CLIP is not installed" in values["table"]
    assert (tmp_path / "out" / "eval.png").is_file()


def test_a_first_photo_without_a_face_is_named(
    people: Path, backbone: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s2edit_plugin.evaluation import photos_suite

    Image.fromarray(np.zeros((96, 96, 3), np.uint8)).save(people / "ben.png")
    judge = photos_suite.FacesJudge(_Detector(), _Recogniser())  # type: ignore[arg-type]
    monkeypatch.setattr(photos_suite.FacesJudge, "of", lambda _: judge)
    with pytest.raises(ImageError, match=r"No face is found on .*ben\.png"):
        photos_suite.run(Run("photos", ("untouched",), 9, 0, lambda _: None, backbone, data=people))


def test_the_folder_is_asked_for_where_it_is_needed(tmp_path: Path) -> None:
    for name, suite in SUITES.items():
        if suite.needs_data:
            check_data(name, tmp_path)
            with pytest.raises(UsageError, match="needs a folder"):
                check_data(name, None)
            with pytest.raises(UsageError, match="There is no folder"):
                check_data(name, tmp_path / "nowhere")
        else:
            check_data(name, None)
            with pytest.raises(UsageError, match="looks at no folder"):
                check_data(name, tmp_path)
    with pytest.raises(UsageError, match="landscapes"):
        check_data("landscapes", None)
