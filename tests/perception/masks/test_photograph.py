"""Photographs searched with installed networks: the parser's regions, rembg's subjects, and what happens where they fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from s2edit_plugin.errors import MaskError, ModelError
from s2edit_plugin.perception.masks import photograph, regions
from s2edit_plugin.perception.masks.face import FaceBox, find_face
from s2edit_plugin.perception.masks.parsed import PARSED_REGIONS, framed, parsed_regions
from s2edit_plugin.perception.masks.photograph import Photograph, box_of, is_plausible_subject
from s2edit_plugin.perception.masks.resolve import search_mask
from s2edit_plugin.perception.networks.face_parser import PARTS
from s2edit_plugin.perception.networks.installed import Networks, release
from s2edit_plugin.perception.networks.yunet import Face
from s2edit_plugin.storage.paths import DataFolder
from tests.fakes.networks import record_network, write_red_mask, write_yunet
from tests.fakes.transformers_networks import write_face_parser


def find_mask(*arguments: Any, **named: Any) -> np.ndarray:
    """The mask alone."""
    return search_mask(*arguments, **named).mask


# A face of flat colours: every part has one of its own, so that a stand-in for the parser can tell them apart.
COLOURS = {
    "background": (70, 90, 70),
    "hair": (90, 50, 30),
    "skin": (230, 180, 150),
    "neck": (215, 165, 135),
    "clothes": (40, 60, 160),
    "eyes": (40, 160, 160),
    "lips": (200, 40, 70),
    "glasses": (10, 10, 10),
    "hat": (160, 160, 40),
}
BOX = FaceBox(250, 150, 140, 150)  # as the cascade would have it: its eyes at 0.35 down, its mouth at 0.84


def ellipse(shape: tuple[int, int], x: float, y: float, width: float, height: float) -> np.ndarray:
    rows, columns = np.indices(shape)
    return np.asarray(((columns - x) / width) ** 2 + ((rows - y) / height) ** 2 <= 1)


def flat_face(
    *, glasses: bool = False, hat: bool = False, neighbour: bool = False
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """A picture uint8 (600, 640, 3), and where its parts are."""
    shape = (600, 640)
    parts = np.zeros(shape, int)
    names = list(COLOURS)

    def paint(name: str, where: np.ndarray) -> None:
        parts[where] = names.index(name)

    middle = BOX.x + 0.51 * BOX.width
    long_hair = ellipse(shape, middle, 190, 105, 120)
    long_hair[190:520, round(middle) - 100 : round(middle) + 100] = True
    paint("hair", long_hair)
    if neighbour:
        paint("hair", ellipse(shape, 40, 200, 36, 80))
    paint("neck", ellipse(shape, middle, 350, 35, 60))
    rows, columns = np.indices(shape)
    paint("clothes", (rows > 390) & (np.abs(columns - middle) < 180) & ~long_hair)
    paint("skin", ellipse(shape, middle, 240, 68, 92))
    if hat:
        paint("hat", (rows > 60) & (rows < 165) & (np.abs(columns - middle) < 110))
    for side in (0.28, 0.74):
        paint("eyes", ellipse(shape, BOX.x + side * BOX.width, BOX.y + 0.35 * BOX.height, 15, 8))
    if glasses:
        for side in (0.28, 0.74):
            paint("glasses", ellipse(shape, BOX.x + side * BOX.width, BOX.y + 0.35 * BOX.height, 28, 22))
    paint("lips", ellipse(shape, middle, BOX.y + 0.84 * BOX.height, 26, 11))
    rgb = np.array([COLOURS[name] for name in names], np.uint8)[parts]
    return rgb, {name: parts == n for n, name in enumerate(names)}


def parse(rgb: np.ndarray) -> dict[str, np.ndarray]:
    """What a perfect parser would say of a flat face: at a quarter of 512, soft at the edges."""
    small = np.asarray(Image.fromarray(rgb).resize((128, 128), Image.Resampling.BOX), dtype=float)
    away = {name: ((small - colour) ** 2).sum(axis=2) for name, colour in COLOURS.items()}
    weights = {name: np.exp(-distance / 400) + 1e-9 for name, distance in away.items()}
    total = sum(weights.values())
    return {
        part: (weights[part] / total if part in weights else 0 * total).astype(np.float32) for part in PARTS
    }


def iou(mask: np.ndarray, truth: np.ndarray) -> float:
    inside = mask >= 0.5
    return float((inside & truth).sum() / (inside | truth).sum())


def the(found: dict[str, np.ndarray] | None) -> dict[str, np.ndarray]:
    assert found is not None
    return found


def test_the_frame_is_that_of_celeba_hq() -> None:
    """The side is four eye distances or 3.6 times eyes to mouth; the middle a tenth of the latter below the eyes."""
    crop = framed(BOX)
    down = 0.49 * BOX.height
    assert crop.side == round(max(4 * 0.46 * BOX.width, 3.6 * down))
    assert crop.x + crop.side / 2 == pytest.approx(BOX.x + 0.51 * BOX.width, abs=1)
    assert crop.y + crop.side / 2 == pytest.approx(BOX.y + 0.35 * BOX.height + 0.1 * down, abs=1)
    assert framed(BOX, 2).side == pytest.approx(2 * crop.side, abs=1)


@pytest.mark.parametrize("scale", [1, 3])
def test_every_region_is_where_it_is(scale: int) -> None:
    rgb, truth = flat_face(hat=True)
    rgb = rgb.repeat(scale, axis=0).repeat(scale, axis=1)
    box = BOX.scaled(scale, scale)
    found = the(parsed_regions(rgb, tuple(PARSED_REGIONS), box, parse))
    wanted = {
        "face": truth["skin"] | truth["eyes"] | truth["lips"],
        "hair": truth["hair"],
        "lips": truth["lips"],
        "eyes": truth["eyes"],
        "skin": truth["skin"] | truth["neck"],
        "hat": truth["hat"],
    }
    scores = {}
    for name, where in wanted.items():
        assert found[name].shape == rgb.shape[:2]
        assert found[name].dtype == np.float32
        assert 0 <= found[name].min() <= found[name].max() <= 1
        scores[name] = iou(found[name], where.repeat(scale, axis=0).repeat(scale, axis=1))
    assert min(scores.values()) > 0.9, scores
    assert not found["glasses"].any()


def test_long_hair_is_followed_beyond_the_frame_but_not_to_the_neighbour() -> None:
    rgb, truth = flat_face(neighbour=True)
    near = framed(BOX)
    assert truth["hair"][near.y + near.side + 20 :].any()
    hair = the(parsed_regions(rgb, ("hair",), BOX, parse))["hair"]
    assert hair[510, 250] > 0.9
    assert hair[200, 40] == 0


def test_eyes_behind_glasses_are_where_eyes_are() -> None:
    rgb, truth = flat_face(glasses=True)
    found = the(parsed_regions(rgb, ("eyes", "glasses"), BOX, parse))
    assert iou(found["glasses"], truth["glasses"]) > 0.9
    inside = found["eyes"] >= 0.5
    assert inside.any()
    assert (inside & truth["glasses"]).sum() > 0.7 * inside.sum()


def test_where_the_parser_sees_no_face_it_is_not_believed() -> None:
    rgb, _ = flat_face()
    assert parsed_regions(rgb, ("face",), FaceBox(10, 420, 140, 150), parse) is None


@pytest.mark.parametrize("box", [FaceBox(-60, -60, 100, 110), FaceBox(600, 560, 90, 90), FaceBox(3, 3, 4, 4)])
def test_frames_over_the_border_are_harmless(box: FaceBox) -> None:
    rgb, _ = flat_face()
    all_face = {part: np.zeros((16, 16), np.float32) for part in PARTS}
    all_face["skin"][:, 4:] = 1
    all_face["hair"][:, :4] = 1
    for mask in the(parsed_regions(rgb, tuple(PARSED_REGIONS), box, lambda _: all_face)).values():
        assert mask.shape == rgb.shape[:2]
        assert 0 <= mask.min() <= mask.max() <= 1


def test_yunets_face_as_the_cascade_would_have_found_it() -> None:
    box = find_face(astronaut())
    assert box is not None
    # Read off the picture by eye.
    landmarks = ((203.0, 101.0), (247.0, 103.0), (226.0, 124.0), (206.0, 147.0), (243.0, 146.0))
    found = box_of(Face(175, 60, 100, 130, 0.9, landmarks))
    assert abs(found.x + found.width / 2 - box.x - box.width / 2) < 0.1 * box.width
    assert abs(found.y + found.height / 2 - box.y - box.height / 2) < 0.12 * box.height
    assert 0.8 < found.width / box.width < 1.25
    assert 0.8 < found.height / box.height < 1.25
    aside = box_of(Face(175, 60, 100, 130, 0.9, tuple((225 + (x - 225) / 10, y) for x, y in landmarks)))
    assert aside.width == pytest.approx(0.7 * aside.height)


# ---------------------------------------------------------------------- installed networks


def no_regions(rgb: np.ndarray) -> dict[str, np.ndarray]:
    raise ModelError("The network for drawn pictures is missing.")


@pytest.fixture
def home(data_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("U2NET_HOME", "REMBG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    # Flat pictures look drawn; here they stand for photographs.
    monkeypatch.setattr(regions, "find_regions", no_regions)
    release()
    return data_home


def put_subject_network(home: Path, name: str, side: int, *, blue: bool = False) -> Path:
    return write_red_mask(home / "models" / name / f"{name}.onnx", side, blue=blue)


def red_thing(where: tuple[int, int, int, int] = (60, 340, 150, 420)) -> np.ndarray:
    """A photograph of something red that is not in the middle."""
    rng = np.random.default_rng(0)
    rgb = rng.integers(90, 140, (400, 600, 3), dtype=np.uint8)
    top, bottom, left, right = where
    rgb[top:bottom, left:right] = (250, 20, 20)
    return rgb


@pytest.mark.parametrize(("name", "side"), [("u2net", 320), ("isnet-general-use", 1024), ("u2netp", 320)])
def test_the_subject_comes_from_an_installed_network(home: Path, name: str, side: int) -> None:
    rgb = red_thing()
    put_subject_network(home, name, side)
    mask = find_mask(rgb, "auto", networks=Networks(DataFolder(home)))
    truth = np.zeros(rgb.shape[:2], bool)
    truth[60:340, 150:420] = True
    assert iou(mask, truth) > 0.97


def test_the_best_network_is_asked_first_and_one_for_people_only_where_there_is_a_face(home: Path) -> None:
    rgb = red_thing()
    rgb[50:350, 450:590] = (20, 20, 250)
    put_subject_network(home, "u2net", 320)
    put_subject_network(home, "isnet-general-use", 1024, blue=True)
    put_subject_network(home, "u2net_human_seg", 320)
    mask = find_mask(rgb, "auto", networks=Networks(DataFolder(home)))
    assert mask[200, 520] > 0.9
    assert mask[200, 300] < 0.1


def test_damaged_and_implausible_networks_are_passed_over(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rgb = red_thing()
    put_subject_network(home, "birefnet-general", 1024).write_bytes(b"no network")
    put_subject_network(home, "birefnet-general-lite", 1024, blue=True)  # sees nothing: the same everywhere
    put_subject_network(home, "u2netp", 320)
    mask = find_mask(rgb, "auto", networks=Networks(DataFolder(home)))
    assert mask[200, 300] > 0.9
    assert mask[20, 20] < 0.1
    assert "passed over" in caplog.text


def test_without_a_network_that_works_grabcut_finds_the_middle(home: Path) -> None:
    put_subject_network(home, "u2netp", 320).write_bytes(b"no network")
    mask = find_mask(red_thing((100, 300, 200, 400)), "auto", networks=Networks(DataFolder(home)))
    assert mask[200, 300] > 0.9
    assert mask[20, 20] < 0.1


def test_of_a_group_the_person_with_the_largest_face_is_the_subject(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rgb = red_thing((40, 400, 40, 260))
    rgb[80:400, 360:560] = (250, 20, 20)
    write_yunet(home / "models" / "yunet" / "face_detection_yunet_2023mar.onnx")
    record_network(DataFolder(home), "yunet")
    put_subject_network(home, "u2net", 320)
    photo = Photograph(rgb, Networks(DataFolder(home)))
    landmarks = ((0.0, 0.0),) * 5
    monkeypatch.setattr(
        Photograph, "faces", [Face(380, 100, 160, 160, 1.0, landmarks), Face(90, 100, 90, 90, 1.0, landmarks)]
    )
    monkeypatch.setattr(Photograph, "box", FaceBox(380, 100, 160, 160))
    mask = photo.subject().mask
    assert mask[250, 460] > 0.9
    assert mask[250, 150] < 0.1


def test_what_can_be_a_subject() -> None:
    box = FaceBox(40, 20, 20, 20)
    person = np.zeros((100, 100), np.float32)
    person[15:, 30:70] = 1
    assert is_plausible_subject(person, None)
    assert is_plausible_subject(person, box)
    assert not is_plausible_subject(person, FaceBox(75, 20, 20, 20))
    assert is_plausible_subject(person, FaceBox(300, 300, 20, 20))
    assert not is_plausible_subject(np.zeros((100, 100), np.float32), None)
    assert not is_plausible_subject(np.ones((100, 100), np.float32), None)
    assert not is_plausible_subject(np.clip(person * 0.2 + 0.4, 0, 1), None)


def test_a_detector_that_is_installed_finds_the_face(home: Path) -> None:
    rgb = np.full((480, 640, 3), 110, np.uint8)
    rgb[160:192, 320:352] = (255, 0, 0)
    assert Photograph(rgb, None).box is None
    write_yunet(home / "models" / "yunet" / "face_detection_yunet_2023mar.onnx")
    record_network(DataFolder(home), "yunet")
    box = Photograph(rgb, Networks(DataFolder(home))).box
    assert box is not None
    assert abs(box.x + box.width / 2 - 336) < 16
    (home / "models" / "yunet" / "face_detection_yunet_2023mar.onnx").write_bytes(b"no network")
    assert Photograph(rgb, Networks(DataFolder(home))).box is None


def test_regions_come_from_the_parser_if_it_is_installed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rgb, truth = flat_face(glasses=True)
    write_face_parser(home / "models" / "face-parser")
    record_network(DataFolder(home), "face-parser")
    networks = Networks(DataFolder(home))
    parser = networks.face_parser()
    assert parser is not None
    monkeypatch.setattr(type(parser), "parse", lambda _, picture: parse(picture))
    monkeypatch.setattr(photograph.face, "find_face", lambda _: BOX)
    assert iou(find_mask(rgb, "glasses", networks=networks), truth["glasses"]) > 0.9
    assert iou(find_mask(rgb, "hair", networks=networks), truth["hair"]) > 0.9
    with pytest.raises(MaskError, match="The search for hat found nothing"):
        find_mask(rgb, "hat", networks=networks)


@pytest.mark.parametrize("state", ["random", "damaged"])
def test_a_parser_that_sees_no_face_or_is_damaged_gives_way_to_proportion_and_colour(
    home: Path, state: str
) -> None:
    write_face_parser(home / "models" / "face-parser")
    if state == "damaged":
        (home / "models" / "face-parser" / "config.json").write_text("{")
    record_network(DataFolder(home), "face-parser")
    lips = find_mask(astronaut(), "lips", networks=Networks(DataFolder(home)))
    assert lips[138:158, 200:246].sum() > 0.9 * lips.sum()
    with pytest.raises(MaskError, match="needs the face parser") as caught:
        find_mask(astronaut(), "glasses", networks=Networks(DataFolder(home)))
    assert "word:glasses" in caught.value.hint


def test_what_only_the_parser_knows_is_said_for_drawn_pictures_too(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = {
        name: np.zeros((512, 512), np.float32) for name in ("subject", "face", "hair", "lips", "eyes", "skin")
    }
    drawn["subject"][100:400] = 1
    monkeypatch.setattr(regions, "find_regions", lambda rgb: drawn)
    with pytest.raises(MaskError, match="Finding hat needs the face parser"):
        find_mask(astronaut(), "hat")


def test_where_better_is_installed_a_wavering_network_for_drawn_pictures_is_not_believed(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rgb = red_thing()
    wavering = np.full(rgb.shape[:2], 0.0175, np.float32)
    wavering[300:] = 0.9825
    monkeypatch.setattr(
        regions, "find_regions", lambda rgb: dict.fromkeys(("subject", "face", "hair"), wavering)
    )
    np.testing.assert_array_equal(find_mask(rgb, "auto", networks=Networks(DataFolder(home))), wavering)
    put_subject_network(home, "u2netp", 320)
    assert find_mask(rgb, "auto", networks=Networks(DataFolder(home)))[200, 300] > 0.9
