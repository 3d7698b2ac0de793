"""The identity score: faces of photographs by the installed networks, drawn people by the bundled judge, else a reason."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin.cli.main import main
from s2edit_plugin.errors import ImageError, ModelError
from s2edit_plugin.perception.identity import compare, identity_score
from s2edit_plugin.perception.networks.installed import Networks
from s2edit_plugin.perception.networks.sface import SAME_PERSON
from s2edit_plugin.storage.paths import DataFolder, models_package
from tests.fakes.networks import install_faces

LEFT, RIGHT = (120, 200), (460, 200)  # where two faces are in the picture below: columns and rows


@pytest.fixture
def networks(data_home: Path) -> Networks:
    folder = DataFolder(data_home)
    install_faces(folder)
    return Networks(folder)


def photograph(
    *faces: tuple[int, int], seed: int = 0, hue: tuple[int, int, int] = (150, 120, 90)
) -> np.ndarray:
    """A noisy picture in which the fake detector finds faces of a colour around red cells."""
    rng = np.random.default_rng(seed)
    rgb = rng.integers(90, 130, (400, 640, 3), dtype=np.uint8)
    for x, y in faces:
        rgb[y - 60 : y + 60, x - 48 : x + 48] = hue
        rgb[y - 16 : y + 16, x - 16 : x + 16] = (255, 0, 0)
    return rgb


def mask(x: int, y: int) -> np.ndarray:
    inside = np.zeros((400, 640), np.float32)
    inside[y - 80 : y + 80, x - 60 : x + 60] = 1
    return inside


def changed(rgb: np.ndarray, x: int, y: int) -> np.ndarray:
    """The face at a place has another colour."""
    other = rgb.copy()
    other[y - 60 : y + 60, x - 48 : x + 48] = (60, 90, 200)
    other[y - 16 : y + 16, x - 16 : x + 16] = (255, 0, 0)
    return other


def sample(name: str) -> np.ndarray:
    with Image.open(models_package() / "samples" / f"{name}.png") as image:
        return np.asarray(image.convert("RGB"))


def png(rgb: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, "PNG")
    return stream.getvalue()


def test_an_untouched_face_is_the_same_person(networks: Networks) -> None:
    rgb = photograph(LEFT)
    score = compare(rgb, rgb, networks)
    assert score.cosine == pytest.approx(1, abs=1e-5)
    assert score.same is True
    assert score.method == "SFace"
    assert score.sentence == "The same person: 1.00 of 1, the same from 0.36 on (SFace)."


def test_a_changed_face_scores_less(networks: Networks) -> None:
    rgb = photograph(LEFT)
    score = compare(rgb, changed(rgb, *LEFT), networks)
    assert score.cosine is not None
    assert score.cosine < SAME_PERSON
    assert score.same is False
    assert score.sentence.startswith("Not clearly the same person: ")


def test_in_a_group_the_subjects_face_counts(networks: Networks) -> None:
    rgb = photograph(LEFT, RIGHT)
    after = changed(rgb, *RIGHT)
    assert compare(rgb, after, networks, mask(*LEFT)).same is True
    assert compare(rgb, after, networks, mask(*RIGHT)).same is False


def test_without_a_face_there_is_a_reason_instead_of_a_score(networks: Networks) -> None:
    with pytest.raises(ImageError, match="before shows no face"):
        compare(photograph(), photograph(LEFT), networks)
    score = identity_score(photograph(LEFT), photograph(), networks)
    assert (score.cosine, score.same, score.method) == (None, None, "")
    assert score.sentence == "The picture after shows no face that could be compared."


def test_without_networks_the_sentence_says_what_to_install(data_home: Path) -> None:
    networks = Networks(DataFolder(data_home))
    with pytest.raises(ModelError, match="yunet and sface are not installed"):
        compare(photograph(LEFT), photograph(LEFT), networks)
    install_faces(DataFolder(data_home))
    (data_home / "models" / "sface" / "face_recognition_sface_2021dec.onnx").unlink()
    score = identity_score(photograph(LEFT), photograph(LEFT), networks)
    assert score.cosine is None
    assert "sface is not installed. Run `s2edit models install sface`." in score.sentence


def test_a_damaged_network_is_said_and_never_raised(networks: Networks, data_home: Path) -> None:
    (data_home / "models" / "yunet" / "face_detection_yunet_2023mar.onnx").write_bytes(b"no network")
    score = identity_score(photograph(LEFT), photograph(LEFT), networks)
    assert score.cosine is None
    assert score.sentence.startswith("The face detector YuNet cannot be opened.")


def test_what_nobody_foresaw_is_said_too(networks: Networks) -> None:
    score = identity_score(photograph(LEFT), np.zeros((0, 0, 3), np.uint8), networks)
    assert score.cosine is None
    assert score.sentence.startswith("How alike the faces are cannot be told (")


def test_drawn_people_are_compared_by_the_bundled_judge(networks: Networks) -> None:
    anna, again, mia = sample("anna"), sample("anna_second"), sample("mia_makeup")
    same, other = compare(anna, again, networks), compare(anna, mia, networks)
    assert same.method == other.method == "identity judge"
    assert same.same is True
    assert same.cosine is not None
    assert other.cosine is not None
    assert same.cosine > other.cosine


def test_the_command_prints_the_sentence_or_json(
    networks: Networks, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "first.png", tmp_path / "second.png"
    first.write_bytes(png(photograph(LEFT)))
    second.write_bytes(png(changed(photograph(LEFT), *LEFT)))
    assert main(["identity", str(first), str(first)]) == 0
    assert capsys.readouterr().out.startswith("The same person: 1.00 of 1")
    assert main(["identity", str(first), str(second), "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["same"] is False
    assert values["method"] == "SFace"
    second.write_bytes(png(photograph()))
    assert main(["identity", str(first), str(second)]) == 1
    assert "shows no face" in capsys.readouterr().err
