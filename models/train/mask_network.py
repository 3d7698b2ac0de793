"""Trains the region mask network on drawn pictures and exports it to ONNX."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..drawing.dataset import draw, split_seed
from .common import STATE_DIR, drawing_processes, pick_device
from .judge_data import Autoencoder, Chunk, PictureStore, degrade, move, pack_masks, to_floats, unpack_masks
from .judge_networks import IMAGE_SIZE, MASKS_FOLDER, REGIONS, MaskNet
from .judge_training import forward, run_slice

__all__ = ["export", "mask_loss", "mean_iou", "region_iou", "train"]

_WEIGHTS = (1.0, 1.0, 1.0, 5.0, 5.0, 1.0)
"""Weight of each region's cross entropy: lips and eyes cover so few pixels that they would hardly count."""


def mask_loss(logits: Tensor, masks: Tensor) -> Tensor:
    """Cross entropy plus soft Dice of the regions that are there; logits and masks ``(B, 6, H, W)``."""
    weights = torch.tensor(_WEIGHTS, device=logits.device)[:, None, None]
    entropy = F.binary_cross_entropy_with_logits(logits, masks, weight=weights)
    chance = logits.sigmoid()
    area = masks.sum((2, 3))
    dice = 1.0 - (2.0 * (chance * masks).sum((2, 3)) + 1.0) / (chance.sum((2, 3)) + area + 1.0)
    present = (area > 0).float()
    return entropy + (dice * present).sum() / present.sum().clamp(min=1.0)


def region_iou(found: np.ndarray, packed: np.ndarray) -> np.ndarray:
    """Intersection over union of each region, NaN where the picture has no such region.

    found: booleans ``(B, 6, H, W)``. packed: mask bits ``(B, H, W)``. Returns ``(B, 6)``.
    """
    truth = unpack_masks(packed).numpy() > 0.5
    both = (found & truth).sum((2, 3)).astype(np.float64)
    either = (found | truth).sum((2, 3))
    return np.where(truth.any((2, 3)), both / np.maximum(either, 1), np.nan)


def mean_iou(scores: np.ndarray) -> np.ndarray:
    """Mean over pictures of `region_iou` ``(B, 6)`` to ``(6,)``; NaN for a region no picture has."""
    there = np.isfinite(scores)
    counts = there.sum(0)
    sums = np.where(there, scores, 0.0).sum(0)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _loss(network: nn.Module, chunks: Sequence[Chunk], step: int, batch: int, device: torch.device) -> Tensor:
    """Loss of the step's random batch, varied in colour, sharpness, size and place."""
    rng = np.random.default_rng([11, step])
    noise = torch.Generator(device).manual_seed(int(rng.integers(2**62)))
    rows, packed = [], []
    for _ in range(batch):
        chunk = chunks[int(rng.integers(len(chunks)))]
        i, picture = chunk.pick(rng, copied=bool(rng.random() < 0.3))
        rows.append(picture)
        packed.append(chunk.masks[i])
    x = degrade(to_floats(np.stack(rows), device), noise, colour=0.2)
    masks = unpack_masks(np.stack(packed), device)
    mirrored = torch.from_numpy(rng.random(batch) < 0.5).to(device)[:, None, None, None]
    x, masks = torch.where(mirrored, x.flip(3), x), torch.where(mirrored, masks.flip(3), masks)
    # Most of the batch keeps its size: there every edge pixel is exact.
    part = batch // 3
    moved, moved_masks = move(x[:part], noise, 0.75, 1.6, 0.25, masks[:part])
    assert moved_masks is not None
    logits = forward(network, torch.cat([moved, x[part:]])).float()
    return mask_loss(logits, torch.cat([moved_masks, masks[part:]]))


def export(network: MaskNet, path: Path) -> int:
    """Write `network` with sigmoids as ONNX (``picture`` like `MaskNet` to ``regions``); returns bytes."""

    class WithSigmoid(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, picture: Tensor) -> Tensor:
            return torch.sigmoid(self.network(picture))

    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with warnings.catch_warnings():
        # The exporter that needs no extra package warns that it is the older one.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            WithSigmoid().cpu().eval(),
            (torch.zeros(1, 3, IMAGE_SIZE, IMAGE_SIZE),),
            str(part),
            input_names=["picture"],
            output_names=["regions"],
            dynamic_axes={"picture": {0: "batch"}, "regions": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
    os.replace(part, path)
    return path.stat().st_size


def _validate(network: nn.Module, pictures: int, device: torch.device) -> dict[str, float]:
    """Mean IoU of each region on portraits of the validation split."""
    rgb: list[np.ndarray] = []
    packed: list[np.ndarray] = []
    index = 0
    while len(rgb) < pictures:
        picture, scene = draw(split_seed("validation", index), IMAGE_SIZE)
        index += 1
        if scene.domain == "portrait":
            rgb.append(picture.rgb)
            packed.append(pack_masks(picture))
    with torch.inference_mode():
        found = (network(to_floats(np.stack(rgb), device)) > 0).cpu().numpy()
    scores = mean_iou(region_iou(found, np.stack(packed)))
    return dict(zip(REGIONS, (round(float(score), 4) for score in scores), strict=True))


def train(
    minutes: float,
    state: Path = STATE_DIR / "judges",
    device: str = "auto",
    *,
    out: Path = MASKS_FOLDER,
    autoencoder: Path | None = None,
    chunks: int = 24,
    groups: int = 10,
    batch: int | None = None,
    width: int = 24,
    max_steps: int | None = None,
    validation: int = 64,
) -> dict[str, object]:
    """Train (on) the mask network for some minutes and export ``out/regions.onnx``.

    Args:
        minutes: wall-clock minutes of this slice, drawing pictures included.
        state: folder with pictures and checkpoint; a later call resumes from it.
        device: ``auto``, ``cpu`` or ``cuda``.
        autoencoder: AutoencoderKL folder; with it the network also sees copies of the stored pictures.
        chunks, groups: pictures drawn at most (groups * 96 a chunk of portraits).
        batch: pictures a step, default 16 on a CPU and 96 on a GPU.
        validation: portraits of the validation split the returned IoU is measured on.

    Returns:
        ``step``, ``loss``, ``seconds``, ``bytes`` and ``iou`` (region to mean IoU).
    """
    on = pick_device(device)
    store = PictureStore(state, groups=groups)
    now = time.monotonic()
    store.grow(chunks, now + minutes * 60 * 0.4, workers=drawing_processes())
    name = Autoencoder.name(autoencoder) if autoencoder is not None else ""
    if autoencoder is not None and name:
        store.add_copies(name, Autoencoder(autoencoder, on), chunks // 3, now + minutes * 60 * 0.6)
    loaded = store.chunks(name)
    left = minutes - (time.monotonic() - now) / 60
    network = MaskNet(width)
    size = batch or (16 if on.type == "cpu" else 96)
    result: dict[str, object] = dict(
        run_slice(
            network,
            lambda step: _loss(network, loaded, step, size, on),
            left,
            state / "regions.safetensors",
            2e-3,
            on,
            max_steps,
        )
    )
    result["iou"] = _validate(network, validation, on)
    result["bytes"] = export(network.cpu(), out / "regions.onnx")
    return result
