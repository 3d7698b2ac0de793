"""Operations of a job: those of the U-Net, counted layer by layer. Divided by a throughput they give seconds.

Does not import torch: estimates are requested before it is loaded.
"""

from __future__ import annotations

from s2edit_plugin.api import ApplyEdit, LearnToken, Request
from s2edit_plugin.backbones.memory.estimate import EDIT_ROWS, REGION_ROWS
from s2edit_plugin.backbones.shape import ModelShape, UnetShape

__all__ = ["forward_operations", "job_operations"]

# Cost of a backward pass in forward passes: the weights are frozen, so only gradients of activations are computed.
WAY_BACK = 1.5
NULL_TEXT_INNER = 10  # optimizer steps for each step of null-text inversion, as in `invert`
REGION_LEVELS = 4  # noise levels at which the edit region is computed
# Encoding once and decoding twice, in forward passes of the U-Net; SD1.5: 1.1 + 2 * 2.5 of 0.8 TFLOP.
PICTURE_ROWS = 9


def job_operations(
    shape: ModelShape, request: Request[object], *, done: int = 0, inverted: bool = False
) -> float:
    """Operations (a multiplication and an addition are two) of a job on the base model; 0 for other jobs.

    Args:
        done: training steps already done by an interrupted run. inverted: whether the inversion of an edit is cached.
    """
    row = forward_operations(shape.unet)
    if isinstance(request, LearnToken):
        settings = request.settings
        steps = max(0, settings.steps_token + settings.steps_joint - done)
        return row * steps * settings.batch * (1 + WAY_BACK)
    if isinstance(request, ApplyEdit):
        steps = request.settings.steps
        inverting = 1.0
        if request.settings.inversion == "null_text":
            inverting += 2 + NULL_TEXT_INNER * (1 + WAY_BACK)
        rows = steps * EDIT_ROWS + REGION_LEVELS * REGION_ROWS + PICTURE_ROWS
        return row * (rows + (0 if inverted else steps * inverting))
    return 0.0


def forward_operations(unet: UnetShape) -> float:
    """Operations of a forward pass of one row."""
    last = len(unet.channels) - 1
    total = 2.0 * 9 * unet.side**2 * 8 * unet.channels[0]  # the first and the last convolution
    for level, here in enumerate(unet.channels):
        positions = unet.side_at(level) ** 2
        finer = unet.channels[max(0, level - 1)]
        coming = unet.channels[min(level + 1, last)]
        inputs = [finer, *[here] * (unet.layers - 1)]  # on the way down
        inputs += [coming + here, *[2 * here] * (unet.layers - 1), here + finer]  # and up
        transformers = (2 * unet.layers + 1) * [unet.depths[level]] if unet.depths[level] else []
        if level == last:
            inputs += [here, here]
            transformers += [unet.middle] if unet.middle else []
        else:
            total += 2 * 9 * here * here * positions / 4  # going down
            total += 2 * 9 * coming * coming * positions  # coming up
        total += sum(_residual(width, here, positions) for width in inputs)
        total += sum(_transformer(depth, here, positions, unet.text_width) for depth in transformers)
    return total


def _residual(width: int, here: int, positions: int) -> float:
    skip = 0 if width == here else width * here
    return 2.0 * positions * (9 * width * here + 9 * here * here + skip)


def _transformer(depth: int, width: int, positions: int, text_width: int, columns: int = 77) -> float:
    # Self-attention, cross-attention, the gated feed-forward.
    linear = positions * width * width * (4 + 2 + 12)
    attention = 2 * positions * (positions + columns) * width
    text = 2 * columns * text_width * width
    return 2.0 * (depth * (linear + attention + text) + 2 * positions * width * width)
