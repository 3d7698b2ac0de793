"""SAM: pictures prepared and masks read as the paper's own code does; clicks, boxes, one encoding a photo."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin.errors import MaskError, ModelError
from s2edit_plugin.perception.networks.onnx_network import OnnxNetwork
from s2edit_plugin.perception.networks.sam import KEPT, SegmentAnything, choose, fitted_size, prompts
from tests.fakes.networks import write_red_mask, write_sam, write_yunet

Runs = list[tuple[str, Mapping[str, np.ndarray]]]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_sam(tmp_path_factory.mktemp("sam"))


@pytest.fixture
def sam(files: list[Path]) -> SegmentAnything:
    return SegmentAnything(*files)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    """What the networks were given, as it happens."""
    seen: Runs = []
    run: Callable[..., list[np.ndarray]] = OnnxNetwork.run

    def watched(
        self: OnnxNetwork, outputs: Sequence[str], feeds: Mapping[str, np.ndarray]
    ) -> list[np.ndarray]:
        seen.append((self.title, feeds))
        return run(self, outputs, feeds)

    monkeypatch.setattr(OnnxNetwork, "run", watched)
    return seen


def two_things(height: int, width: int) -> np.ndarray:
    """A green wall with a red thing in the upper left and a blue one in the lower right."""
    rgb = np.full((height, width, 3), (40, 120, 60), np.uint8)
    rgb[height // 8 : height // 2, width // 8 : width // 2] = (220, 40, 40)
    rgb[height * 5 // 8 : height * 7 // 8, width * 5 // 8 : width * 7 // 8] = (40, 40, 220)
    return rgb


@pytest.mark.parametrize("size", [(684, 1024), (1024, 500), (300, 400), (3000, 2000), (90, 1800)])
def test_what_was_clicked_on_is_found_at_every_size_and_proportion(
    sam: SegmentAnything, size: tuple[int, int]
) -> None:
    height, width = size
    clicked = sam.click(two_things(height, width), [(width * 0.3, height * 0.3, True)])
    logits = clicked.logits
    assert max(logits.shape) == 256
    assert abs(logits.shape[0] / logits.shape[1] - height / width) < 0.02 * max(1, height / width)
    rows, columns = np.indices(logits.shape)
    y, x = (rows + 0.5) / logits.shape[0], (columns + 0.5) / logits.shape[1]
    truth = (y > 1 / 8) & (y < 1 / 2) & (x > 1 / 8) & (x < 1 / 2)
    inside = logits > 0
    cells = 64 * min(size) / max(size)  # the stand-in's grid is coarse
    assert (inside & truth).sum() / (inside | truth).sum() > 1 - 4 / (0.375 * cells + 4)
    assert clicked.overlap == pytest.approx(0.9)


def test_the_picture_reaches_the_encoder_as_sams_own_code_prepares_it(
    sam: SegmentAnything, runs: Runs
) -> None:
    from transformers.models.sam.image_processing_pil_sam import SamImageProcessorPil

    small = np.random.default_rng(0).integers(0, 256, (30, 20, 3), dtype=np.uint8)
    rgb = np.asarray(Image.fromarray(small).resize((800, 1200), Image.Resampling.BICUBIC))
    sam.click(rgb, [(5, 5, True)])
    square = runs[0][1]["input_image"]
    assert square.shape == (1024, 1024, 3)
    normalised = (square - np.array([123.675, 116.28, 103.53])) / np.array([58.395, 57.12, 57.375])
    expected = SamImageProcessorPil()(rgb, return_tensors="np")["pixel_values"][0].transpose(1, 2, 0)
    np.testing.assert_allclose(normalised, expected, atol=1e-3)


def test_masks_come_back_as_sams_own_code_brings_them(sam: SegmentAnything) -> None:
    """Small masks to 1024, the padding cut off, to the photo: by torch, as ``postprocess_masks`` does."""
    import torch
    import torch.nn.functional as F

    from s2edit_plugin.perception.networks.sam import _without_padding

    size = fitted_size(1500, 900)
    low = np.random.default_rng(0).normal(size=(8, 8)).astype(np.float32)
    low = np.asarray(Image.fromarray(low).resize((256, 256), Image.Resampling.BICUBIC))
    large = F.interpolate(torch.from_numpy(low.copy())[None, None], (1024, 1024), mode="bilinear")
    expected = F.interpolate(large[..., : size[0], : size[1]], (1500, 900), mode="bilinear")[0, 0].numpy() > 0
    ours = Image.fromarray(_without_padding(low, size)).resize((900, 1500), Image.Resampling.BILINEAR)
    assert (np.asarray(ours) > 0).mean() == pytest.approx(expected.mean(), abs=0.003)
    assert ((np.asarray(ours) > 0) != expected).mean() < 0.01


def test_clicks_and_boxes_are_scaled_and_labelled() -> None:
    places, labels = prompts([(100, 50, True), (20, 10, False)], None, (0.5, 0.25))
    np.testing.assert_allclose(places, [(50, 12.5), (10, 2.5), (0, 0)])
    np.testing.assert_array_equal(labels, [1, 0, -1])
    # A box takes the place of the point that is none; its corners are put in order.
    places, labels = prompts([(100, 50, True)], (80, 60, 20, 30), (1, 1))
    np.testing.assert_allclose(places, [(100, 50), (20, 30), (80, 60)])
    np.testing.assert_array_equal(labels, [1, 2, 3])


def test_a_click_outside_takes_away_what_is_like_it(sam: SegmentAnything) -> None:
    rgb = two_things(512, 512)
    both = sam.click(rgb, [(150, 150, True), (400, 400, True)]).logits > 0
    one = sam.click(rgb, [(150, 150, True), (400, 400, True), (410, 410, False)]).logits > 0
    assert both[75, 75]
    assert both[200, 200]
    assert one[75, 75]
    assert not one[200, 200]


def test_the_second_click_does_not_read_the_picture_again(sam: SegmentAnything, runs: Runs) -> None:
    rgb = two_things(300, 400)
    for x in (100, 120, 140):
        sam.click(rgb, [(x, 100, True)])
    assert [title for title, _ in runs] == ["SAM's encoder", *["SAM's decoder"] * 3]
    other = rgb.copy()
    other[0, 0] = 255
    sam.click(other, [(100, 100, True)])
    sam.click(rgb, [(100, 100, True)])
    assert [title for title, _ in runs].count("SAM's encoder") == 2
    for step in range(KEPT):
        other[0, 1] = step
        sam.click(other, [(100, 100, True)])
    sam.click(rgb, [(100, 100, True)])
    assert [title for title, _ in runs].count("SAM's encoder") == 2 + KEPT + 1


def test_of_several_masks_the_one_is_taken_that_sams_own_code_takes(tmp_path: Path) -> None:
    four = SegmentAnything(*write_sam(tmp_path, masks=4))
    # One click: the best of whole, part and subpart. Many: the first, which is made for many.
    assert four.click(two_things(300, 400), [(100, 100, True)]).overlap == pytest.approx(0.93)
    many = [(100.0, 100.0, True), (110.0, 110.0, True), (350.0, 250.0, False)]
    assert four.click(two_things(300, 400), many).overlap == pytest.approx(0.9)
    assert choose(np.array([0.99, 0.5, 0.7, 0.6]), 2) == 2
    assert choose(np.array([0.1, 0.5, 0.7, 0.6]), 3) == 0
    assert choose(np.array([0.1]), 2) == 0


def test_without_clicks_there_is_nothing_to_find(sam: SegmentAnything) -> None:
    with pytest.raises(MaskError, match="Nothing was clicked on"):
        sam.click(two_things(64, 64), [])


def test_other_networks_are_refused(files: list[Path], tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"SAM's encoder has other inputs"):
        SegmentAnything(write_yunet(tmp_path / "yunet.onnx"), files[1])
    with pytest.raises(ModelError, match=r"SAM's decoder has other inputs"):
        SegmentAnything(files[0], write_red_mask(tmp_path / "mask.onnx", 64))
    (tmp_path / "cut.onnx").write_bytes(files[0].read_bytes()[:400])
    with pytest.raises(ModelError, match=r"SAM's encoder cannot be opened") as caught:
        SegmentAnything(tmp_path / "cut.onnx", files[1])
    assert "s2edit models install sam" in caught.value.hint
