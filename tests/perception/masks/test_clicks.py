"""Click to select: by SAM if it is installed, by the bundled network on drawn pictures, by colour otherwise."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from s2edit_plugin.api import Click, MakeMask
from s2edit_plugin.errors import MaskError, UsageError
from s2edit_plugin.perception.masks import clicks, drawn
from s2edit_plugin.perception.masks.clicks import INSTALL_SAM, click_mask
from s2edit_plugin.perception.masks.regions import find_regions
from s2edit_plugin.perception.networks.installed import Networks, release
from s2edit_plugin.storage.paths import DataFolder, models_package
from s2edit_plugin.workflows.studio import Studio
from tests.fakes.networks import record_network, write_sam


@pytest.fixture(autouse=True)
def photographs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flat pictures look drawn; here they stand for photographs."""
    monkeypatch.setattr(clicks, "sure_regions", lambda rgb: None)


@pytest.fixture
def networks(data_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Networks:
    for name in ("U2NET_HOME", "REMBG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    release()
    return Networks(DataFolder(data_home))


def install_sam(home: Path) -> None:
    write_sam(home / "models" / "sam")
    record_network(DataFolder(home), "sam", "mask")


def sample(name: str) -> np.ndarray:
    with Image.open(models_package() / "samples" / f"{name}.png") as image:
        return np.asarray(image.convert("RGB"))


def at(*places: tuple[int, int]) -> list[Click]:
    return [Click(x, y) for x, y in places]


def disc(height: int, width: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A red disc on a noisy wall, and where it is."""
    rows, columns = np.indices((height, width))
    truth = np.hypot((rows - 0.4 * height) / height, (columns - 0.6 * width) / width) < 0.2
    noise = np.random.default_rng(seed).normal(0, 6, (height, width, 3))
    rgb = np.where(truth[..., None], (210, 50, 50), (60, 110, 90)) + noise
    return np.clip(rgb, 0, 255).astype(np.uint8), truth


def iou(mask: np.ndarray, truth: np.ndarray) -> float:
    inside = mask >= 0.5
    return float((inside & truth).sum() / (inside | truth).sum())


def holds(mask: np.ndarray, inside: Sequence[tuple[int, int]], outside: Sequence[tuple[int, int]]) -> bool:
    return all(mask[y, x] > 0.5 for x, y in inside) and all(mask[y, x] < 0.5 for x, y in outside)


@pytest.mark.parametrize("size", [(300, 400), (1800, 1200), (3000, 4000)])
def test_sam_selects_with_the_edges_of_the_photo(
    networks: Networks, data_home: Path, size: tuple[int, int]
) -> None:
    install_sam(data_home)
    rgb, truth = disc(*size)
    found = click_mask(rgb, at((round(size[1] * 0.6), round(size[0] * 0.4))), networks=networks)
    assert found.note == ""
    assert found.mask.shape == size
    assert found.mask.dtype == np.float32
    # The stand-in sees cells of a 64th; the photo's edges make it better than that.
    assert iou(found.mask, truth) > 0.95


def test_a_click_on_nothing_for_sam_is_an_error(networks: Networks, data_home: Path) -> None:
    install_sam(data_home)
    with pytest.raises(MaskError, match="Nothing was found where you clicked"):
        click_mask(disc(90, 120)[0], [Click(72, 36, inside=False)], (10, 10, 80, 80), networks)


def test_a_damaged_sam_gives_way_to_colour_and_the_note_says_so(networks: Networks, data_home: Path) -> None:
    install_sam(data_home)
    (data_home / "models" / "sam" / "sam_vit_b_01ec64.decoder.onnx").write_bytes(b"no network")
    rgb, truth = disc(200, 300)
    found = click_mask(rgb, at((180, 80)), networks=networks)
    assert "SAM's decoder cannot be opened" in found.note
    assert iou(found.mask, truth) > 0.95


def test_without_sam_colour_selects_and_the_note_says_what_would_be_better(networks: Networks) -> None:
    rgb, truth = disc(240, 320)
    found = click_mask(rgb, at((192, 96)), networks=networks)
    assert found.note == f"Found by colour alone. {INSTALL_SAM}"
    assert iou(found.mask, truth) > 0.97


@pytest.mark.parametrize(
    ("name", "places", "inside", "outside"),
    [
        ("astronaut", at((130, 370)), [(100, 420), (150, 300)], [(224, 130), (400, 60), (20, 60)]),
        ("astronaut", at((224, 130)), [(210, 110), (240, 140)], [(130, 370), (350, 100), (20, 60)]),
        ("coffee", at((330, 120)), [(300, 100), (340, 150)], [(50, 100), (560, 350)]),
        ("camera", at((200, 250)), [(130, 300), (190, 130)], [(450, 60), (400, 480)]),
        ("chelsea", at((230, 100)), [(150, 130), (200, 170)], [(430, 60), (400, 200)]),
    ],
)
def test_colour_selects_things_on_photographs(
    name: str, places: list[Click], inside: list[tuple[int, int]], outside: list[tuple[int, int]]
) -> None:
    rgb = np.asarray(getattr(data, name)())
    rgb = rgb if rgb.ndim == 3 else np.repeat(rgb[..., None], 3, axis=2)
    assert holds(click_mask(rgb, places).mask, inside, outside)


def test_further_clicks_add_and_take_away() -> None:
    rgb = data.astronaut()
    suit = at((130, 370))
    both = click_mask(rgb, [*suit, *at((224, 130))]).mask
    assert holds(both, [(130, 370), (224, 130)], [(400, 60)])
    less = click_mask(rgb, [*suit, *at((224, 130)), Click(215, 135, inside=False)]).mask
    assert less[135, 215] < 0.5
    assert less[370, 130] > 0.5


def test_a_box_bounds_what_is_found() -> None:
    rgb, truth = disc(240, 320)
    rgb = np.hstack([rgb, rgb])
    both = np.hstack([truth, np.zeros_like(truth)])
    found = click_mask(rgb, [], (260, 180, 110, 20)).mask
    assert iou(found, both) > 0.95


def test_clicks_that_leave_no_background_still_select_something() -> None:
    mask = click_mask(data.chelsea(), at((150, 200), (350, 80))).mask
    assert 0.1 < float((mask >= 0.5).mean()) < 0.95


def test_on_drawn_pictures_the_smallest_region_around_the_clicks_is_meant(
    networks: Networks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clicks, "sure_regions", drawn.sure_regions)
    anna = sample("anna")
    regions = find_regions(anna)
    places = {name: np.argwhere(regions[name] > 0.9).mean(axis=0).astype(int) for name in ("lips", "face")}
    y, x = places["lips"]
    lips = click_mask(anna, at((x, y)), networks=networks)
    np.testing.assert_array_equal(lips.mask, regions["lips"])
    assert lips.note == ""
    rows, columns = np.nonzero((regions["hair"] > 0.9) & (regions["face"] < 0.1))
    hair = click_mask(anna, at((columns[len(columns) // 2], rows[len(rows) // 2])), networks=networks)
    np.testing.assert_array_equal(hair.mask, regions["hair"])
    person = click_mask(anna, [*at((x, y)), *at((columns[0], rows[0]))], networks=networks)
    np.testing.assert_array_equal(person.mask, regions["subject"])


@pytest.mark.parametrize(
    ("points", "box", "words"),
    [
        ([], None, "Nothing was clicked on"),
        ([Click(5, 5, inside=False)], None, "Nothing was clicked on"),
        ([Click(120, 5)], None, "lies beside the photo"),
        ([Click(5, -1)], None, "lies beside the photo"),
        ([Click(float("nan"), 5)], None, "lies beside the photo"),
        ([Click(5, 5)] * 65, None, "More than 64 clicks"),
        ([Click(5, 5)], (1, 2, 3), "A box is left, top, right and bottom"),
        ([Click(5, 5)], (1, 2, float("inf"), 3), "A box is left, top, right and bottom"),
        ([], (500, 500, 600, 600), "The box holds nothing"),
    ],
)
def test_clicks_that_say_nothing_are_refused(
    points: list[Click], box: tuple[float, ...] | None, words: str
) -> None:
    with pytest.raises(MaskError, match=words) as caught:
        click_mask(disc(90, 120)[0], points, box)
    assert caught.value.hint


@pytest.mark.parametrize("colour", [0, 128, 255])
def test_a_plain_picture_neither_fails_nor_warns(colour: int) -> None:
    plain = np.full((60, 80, 3), colour, np.uint8)
    mask = click_mask(plain, at((40, 30))).mask
    assert mask.shape == (60, 80)
    assert mask[30, 40] > 0.5
    assert click_mask(np.full((1, 50, 3), colour, np.uint8), at((9, 0))).mask.shape == (1, 50)


def test_the_studio_takes_clicks_and_refines_what_they_find(data_home: Path) -> None:
    rgb, truth = disc(240, 320)
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, "PNG")
    photo = stream.getvalue()
    studio = Studio(data_home)
    request = MakeMask(photo, "click", points=(Click(192, 96),))
    result = studio.mask(request)
    assert result.method == "click"
    assert result.coverage == pytest.approx(truth.mean(), abs=0.01)
    assert result.note.startswith("Found by colour alone")
    inverted = studio.mask(MakeMask(photo, "click", points=(Click(192, 96),), invert=True))
    assert inverted.coverage == pytest.approx(1 - result.coverage)
    boxed = studio.mask(MakeMask(photo, "click", box=(100, 10, 300, 200)))
    assert boxed.coverage == pytest.approx(truth.mean(), abs=0.01)
    with pytest.raises(UsageError, match="Clicks go with the method 'click'"):
        studio.mask(MakeMask(photo, "face", points=(Click(192, 96),)))
    with pytest.raises(MaskError, match="Nothing was clicked on"):
        studio.mask(MakeMask(photo, "click"))
