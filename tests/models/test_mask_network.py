"""The mask network: loss, overlap, export; and the released file's quality."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import torch
from s2edit_models.drawing.dataset import draw, split_seed
from s2edit_models.train import mask_network
from s2edit_models.train.judge_data import PictureStore, pack_masks
from s2edit_models.train.judge_networks import MASKS_FOLDER, REGIONS, MaskNet

RELEASED = MASKS_FOLDER / "regions.onnx"


def test_loss_falls_towards_the_right_masks() -> None:
    masks = torch.zeros(2, 6, 8, 8)
    masks[:, 0, 2:6, 2:6] = 1.0
    right, wrong = (masks * 2 - 1) * 9.0, (1 - masks * 2) * 9.0
    assert mask_network.mask_loss(right, masks) < 0.1 < mask_network.mask_loss(wrong, masks)


def test_overlap_counts_only_regions_that_are_there() -> None:
    picture, _ = draw(split_seed("validation", 0))
    packed = pack_masks(picture)[None]
    found = np.stack([picture.masks[name] >= 128 for name in REGIONS])[None]
    scores = mask_network.region_iou(found, packed)
    assert np.nanmin(scores) == 1.0
    assert np.isnan(mask_network.region_iou(found, np.zeros_like(packed))).all()
    shifted = mask_network.region_iou(np.roll(found, 8, axis=3), packed)
    assert np.nanmax(shifted) < 1.0


def test_training_resumes_and_exports(tmp_path: Path) -> None:
    state = tmp_path / "state"
    PictureStore(state, groups=1).grow(1)
    tiny = {"out": tmp_path / "out", "chunks": 1, "groups": 1, "batch": 4, "width": 4, "validation": 2}
    first = mask_network.train(1.0, state, "cpu", max_steps=2, **tiny)  # type: ignore[arg-type]
    second = mask_network.train(1.0, state, "cpu", max_steps=1, **tiny)  # type: ignore[arg-type]
    assert (first["step"], second["step"]) == (2.0, 3.0)
    assert set(second["iou"]) == set(REGIONS)  # type: ignore[call-overload]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["regions.onnx"]


def test_export_computes_what_the_network_does(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = MaskNet(4).eval()
    mask_network.export(network, tmp_path / "regions.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "regions.onnx"), providers=["CPUExecutionProvider"])
    x = torch.rand(2, 3, 128, 128)
    (found,) = session.run(None, {"picture": x.numpy()})
    with torch.no_grad():
        assert np.allclose(found, network(x).sigmoid().numpy(), atol=1e-4)


def test_released_network_is_small() -> None:
    assert RELEASED.stat().st_size <= 8 * 2**20
