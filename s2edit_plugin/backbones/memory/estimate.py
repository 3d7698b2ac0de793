"""Estimate of the memory a job needs on the device, from the model's shape, the batch and the number format.

The estimate counts the weights and the tensors alive in a forward pass or training step, layer by layer, in elements of one
row of the batch; a test compares it with the measured bytes of all live tensors on models of several shapes. Workspace of
kernels is a surcharge (`scratch`), measured by ``tests/benchmarks/memory_calibration.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from s2edit_plugin.api import ApplyEdit, LearnToken, Request
from s2edit_plugin.backbones.device_memory import CONTEXT_BYTES
from s2edit_plugin.backbones.savings import NOTHING, Savings
from s2edit_plugin.backbones.shape import ModelShape, TextShape, UnetShape

__all__ = ["EDIT_ROWS", "Need", "Place", "forward_numbers", "job_need", "learning_numbers", "scratch"]

EDIT_ROWS = 4  # source, target, and their unconditional twins
REGION_ROWS = 2
CPU_BYTES = 50_000_000  # generated kernels and the allocator's cache


@dataclass(frozen=True)
class Place:
    """Device and number format of a job, as strings: estimates are requested before torch is loaded.

    Attributes:
        device: ``cpu``, ``cuda``, ``mps`` or ``xpu``. precision: ``fp32``, ``bf16`` or ``fp16``.
    """

    device: str = "cpu"
    precision: str = "fp32"

    @property
    def size(self) -> int:
        """Bytes of a number."""
        return 4 if self.precision == "fp32" else 2


@dataclass(frozen=True)
class Need:
    """Bytes a job needs on the device.

    Attributes:
        weights: of the model. stages: peak of each stage of the job, without the weights.
    """

    weights: int
    stages: dict[str, int]

    @property
    def peak(self) -> int:
        """Weights and the largest stage."""
        return self.weights + max(self.stages.values(), default=0)


def job_need(
    shape: ModelShape, request: Request[object], place: Place = Place(), savings: Savings = NOTHING
) -> Need:
    """Memory a job needs; only the weights for requests that do not run the base model."""
    size = 2 if savings.half else place.size
    shape = _shrunk(shape, savings.shrink)
    # MPS builds self-attention maps; the fused kernels of other devices do not.
    fused = place.device != "mps"
    text = sum(part.parameters for part in shape.text) * 4  # text encoders compute in float32
    vae_size = 4 if shape.vae.upcasts and place.precision == "fp16" else size
    weights = shape.unet.parameters * size + (
        0 if savings.offload else shape.vae.parameters * vae_size + text
    )
    weights += CPU_BYTES if place.device == "cpu" else CONTEXT_BYTES

    def forward(rows: int, columns: int = 0) -> int:
        return rows * forward_numbers(shape.unet, savings.attention, fused, columns, size) * size

    def gradient(rows: int) -> int:
        return rows * learning_numbers(shape.unet, savings.checkpointing, savings.attention, fused) * size

    stages = {"encode": 0 if savings.offload else _encode_numbers(shape, savings.tiles) * vae_size}
    if isinstance(request, LearnToken):
        settings = request.settings
        rows = min(settings.batch, savings.rows) if savings.rows else settings.batch
        words = 0 if savings.offload else sum(_text_numbers(part) for part in shape.text) * 4
        trained = _trained_numbers(shape.unet, settings.parameters, settings.rank)
        stages["learn"] = gradient(rows) + words + 16 * trained  # weight, gradient and Adam's two, float32
    elif isinstance(request, ApplyEdit):
        pair = min(EDIT_ROWS, max(2, savings.rows)) if savings.rows else EDIT_ROWS
        stages["invert"] = gradient(1) if request.settings.inversion == "null_text" else forward(1)
        columns = max((part.length for part in shape.text), default=0)
        stages["edit"] = max(forward(pair, columns), forward(REGION_ROWS, columns))
        stages["decode"] = 0 if savings.offload else _decode_numbers(shape, savings.tiles) * vae_size
    surcharge = scratch(place)
    return Need(weights, {name: int(surcharge * value) for name, value in stages.items()})


def scratch(place: Place) -> float:
    """Workspace of kernels and allocators as a factor of the tensors' bytes: large on the CPU, where oneDNN reorders inputs."""
    return 1.6 if place.device == "cpu" else 1.15


def forward_numbers(
    unet: UnetShape, attention: int = 0, fused: bool = True, columns: int = 0, size: int = 4
) -> int:
    """Elements alive at once in a forward pass of one row without gradient: skip connections and the widest layer.

    Args:
        attention: as in `Savings`. fused: whether self-attention computes without building its map. columns: of the prompt
            if cross-attention maps are built, else 0. size: bytes of an element; maps are always float32.
    """
    widest = 0
    for level in range(len(unet.channels)):
        skips = sum(_skips(unet, up_to) for up_to in range(level + 1))
        coming = _coming(unet, level)
        # A residual block: its input concatenated with a skip connection, three times.
        working = 4 * coming + 3 * unet.map_at(level)
        if unet.depths[level]:
            # The gated feed-forward: 8 widths, 4 activated, 4 multiplied, beside the residual connections.
            working = max(
                working,
                23 * unet.map_at(level),
                5 * unet.map_at(level) + _self_map(unet, level, fused, attention),
            )
            if columns:
                maps = unet.heads[level] * unet.side_at(level) ** 2 * columns * 4 // size
                working = max(working, 6 * unet.map_at(level) + 11 * maps // 4)
        widest = max(widest, skips + working)
    return widest


def learning_numbers(
    unet: UnetShape, checkpointing: bool = False, attention: int = 0, fused: bool = True
) -> int:
    """Elements alive at once in a training step of one row: those stored for the gradient, and the widest layer's own.

    The weights are frozen, so linear layers store no input; convolutions, norms, activations and attention do.
    """
    levels, kept, widest = len(unet.channels), 0, 0
    for level in range(levels):
        here, finer = unet.map_at(level), unet.map_at(level, max(0, level - 1))
        down = [(finer if block == 0 else here, here) for block in range(unet.layers)]
        up = (
            [(_coming(unet, level) + here, here)]
            + [(2 * here, here)] * (unet.layers - 1)
            + [(here + finer, here)]
        )
        blocks = down + up + ([(here, here)] * 2 if level == levels - 1 else [])
        transformers = [unet.depths[level]] * (2 * unet.layers + 1) if unet.depths[level] else []
        transformers += [unet.middle] if level == levels - 1 and unet.middle else []
        map_size = _self_map(unet, level, fused, 0)
        kept += here if level < levels - 1 else 0  # input of the down-sampling convolution
        # Input of the up-sampling convolution; of the last layers.
        kept += unet.map_at(level - 1, level) if level > 0 else 3 * here
        if checkpointing:
            kept += sum(coming for coming, _ in blocks) + sum((3 + depth) * here for depth in transformers)
            once = 31 * here + map_size if transformers else 5 * max(coming for coming, _ in blocks)
        else:
            kept += sum(3 * (coming + going) for coming, going in blocks)
            kept += sum((3 + 21 * depth) * here + depth * map_size for depth in transformers)
            once = 10 * here + map_size if transformers else 2 * max(coming for coming, _ in blocks)
        widest = max(widest, once)
    return kept + widest


def _coming(unet: UnetShape, level: int) -> int:
    """Elements of the feature map that enters a level from the coarser one."""
    return unet.map_at(level, min(level + 1, len(unet.channels) - 1))


def _skips(unet: UnetShape, level: int) -> int:
    """Elements of a level's skip connections: its input and each block's output."""
    return unet.map_at(level, max(0, level - 1)) + unet.layers * unet.map_at(level)


def _self_map(unet: UnetShape, level: int, fused: bool, attention: int) -> int:
    """Elements of the self-attention map if it is built, before and after softmax."""
    positions = unet.side_at(level) ** 2
    return 0 if fused else 2 * unet.heads[level] * positions * min(positions, attention or positions)


def _encode_numbers(shape: ModelShape, tiles: bool) -> int:
    whole = (3 + shape.vae.layers) * shape.vae.channels * shape.vae.side**2
    return whole // 3 if tiles else whole


def _decode_numbers(shape: ModelShape, tiles: bool) -> int:
    whole = 6 * shape.vae.channels * shape.vae.side**2
    return whole // 3 if tiles else 2 * whole  # source and target branch


def _text_numbers(text: TextShape) -> int:
    return (14 * text.layers + 12) * text.width * text.length


def _trained_numbers(unet: UnetShape, parameters: str, rank: int) -> int:
    """Count of token parameters (`backbones.parameters.create_parameters`) at this shape."""
    blocks = [(unet.channels[i], (2 * unet.layers + 1) * depth) for i, depth in enumerate(unet.depths)]
    blocks.append((unet.channels[-1], unet.middle))
    low_rank = parameters in ("auto", "kv_token", "kv_lora", "unet_lora")
    if parameters == "unet_lora":
        rank *= 8  # about: eight matrices a block where the keys and values are two, and convolutions
    per_width = (
        2 * rank if low_rank else {"kv_full": 2 * unet.text_width, "kv_vectors": 2, "none": 0}[parameters]
    )
    shared = 2 * rank * unet.text_width if low_rank else 0
    return sum(count * (width * per_width + shared) for width, count in blocks)


def _shrunk(shape: ModelShape, eighths: int) -> ModelShape:
    if not eighths:
        return shape
    sides = [side * (8 - eighths) // 8 for side in (shape.unet.side, shape.vae.side)]
    return replace(shape, unet=replace(shape.unet, side=sides[0]), vae=replace(shape.vae, side=sides[1]))
