"""The estimate of memory against the bytes of all tensors really alive at once, on models of two shapes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

from s2edit_plugin.api import ApplyEdit, EditSettings, LearnSettings, LearnToken, MakeMask
from s2edit_plugin.backbones.memory.estimate import CPU_BYTES, Place, job_need, scratch
from s2edit_plugin.backbones.parameters import create_parameters
from s2edit_plugin.backbones.savings import NOTHING, Savings
from s2edit_plugin.backbones.shape import ModelShape, shape_of, shape_of_folder
from s2edit_plugin.method.conditioning import ActiveToken, build_condition
from s2edit_plugin.method.edit import edit
from s2edit_plugin.method.invert import Inversion, invert
from s2edit_plugin.method.learn import LearnTask, learn
from s2edit_plugin.storage.paths import bundled_model
from tests.fakes.allocations import peak_of
from tests.fakes.tiny_model import TINY_FAMILIES

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

CPU = Place()
PROMPT = "a photo of a <anna/me> woman with brown hair"
EDIT = ApplyEdit(b"", (), "", settings=EditSettings(steps=1))
SD15: dict[str, dict[str, Any]] = {
    "unet": {
        "block_out_channels": [320, 640, 1280, 1280], "layers_per_block": 2, "sample_size": 64,
        "cross_attention_dim": 768, "attention_head_dim": 8, "mid_block_type": "UNetMidBlock2DCrossAttn",
        "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
    },
    "vae": {"block_out_channels": [128, 256, 512, 512], "layers_per_block": 2},
    "text_encoder": {"num_hidden_layers": 12, "hidden_size": 768, "max_position_embeddings": 77},
}  # fmt: skip
SDXL: dict[str, dict[str, Any]] = {
    "unet": {
        "block_out_channels": [320, 640, 1280], "layers_per_block": 2, "sample_size": 128,
        "cross_attention_dim": 2048, "attention_head_dim": [5, 10, 20], "transformer_layers_per_block": [1, 2, 10],
        "mid_block_type": "UNetMidBlock2DCrossAttn",
        "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    },
    "vae": {"block_out_channels": [128, 256, 512, 512], "layers_per_block": 2},
    "text_encoder": {"num_hidden_layers": 12, "hidden_size": 768, "max_position_embeddings": 77},
    "text_encoder_2": {"num_hidden_layers": 32, "hidden_size": 1280, "max_position_embeddings": 77},
}  # fmt: skip


def _sd15() -> ModelShape:
    return shape_of(SD15, {"unet": 859_520_964, "vae": 83_653_863, "text_encoder": 123_060_480})


def _sdxl() -> ModelShape:
    counts = {"unet": 2_567_463_684, "vae": 83_653_863, "text_encoder": 123_060_480}
    return shape_of(SDXL, counts | {"text_encoder_2": 694_659_840})


@dataclass
class Bench:
    """A model, its shape, and what the method needs to run on it."""

    backbone: Backbone
    shape: ModelShape
    latents: torch.Tensor
    mask: torch.Tensor
    tiny: bool

    def agrees(self, estimated: float, measured: float) -> bool:
        """Within about a tenth; tiny models hold about as much in small change as in feature maps."""
        low, high = (0.8, 1.5) if self.tiny else (0.9, 1.15)
        return low * measured <= estimated <= high * measured

    def token(self) -> ActiveToken:
        parameters = create_parameters("kv_token", self.backbone.cross_layers()).requires_grad_(False)
        return ActiveToken("anna/me", torch.randn(2, self.backbone.embedding_width), parameters, self.mask)

    def estimated(self, request: Any, stage: str) -> float:
        return job_need(self.shape, request, CPU).stages[stage] / scratch(CPU)


@pytest.fixture(scope="module", params=["small", *TINY_FAMILIES])
def bench(request: pytest.FixtureRequest, family_folder: Callable[[str], Path]) -> Bench:
    from s2edit_plugin.backbones.loading import load_backbone

    folder = bundled_model() if request.param == "small" else family_folder(request.param)
    backbone = load_backbone(folder, "cpu", "fp32")
    side, size = backbone.latent_side, backbone.resolution
    mask = torch.zeros(size, size)
    mask[size // 4 : size // 2, size // 4 : size // 2] = 1
    latents = torch.randn(1, backbone.latent_channels, side, side)
    return Bench(backbone, shape_of_folder(folder), latents, mask, request.param != "small")


@pytest.mark.parametrize("batch", [1, 4])
@pytest.mark.parametrize("parameters", ["kv_token", "kv_full"])
def test_learning_needs_what_was_estimated(bench: Bench, batch: int, parameters: Any) -> None:
    settings = LearnSettings(steps_token=1, steps_joint=1, batch=batch, parameters=parameters)
    task = LearnTask("anna/me", PROMPT, bench.latents, bench.mask, "woman", ("smiling", "red hair"))
    measured = peak_of(lambda: learn(bench.backbone, task, settings))
    estimated = bench.estimated(LearnToken(b"", "anna", "me", settings=settings), "learn")
    assert bench.agrees(estimated, measured), (estimated, measured)


@pytest.mark.parametrize("inversion", ["direct", "null_text"])
def test_inverting_needs_what_was_estimated(bench: Bench, inversion: Any) -> None:
    settings, token = replace(EDIT.settings, inversion=inversion), bench.token()
    source = build_condition(bench.backbone, PROMPT, [token])
    measured = peak_of(lambda: invert(bench.backbone, bench.latents, source, [token], settings))
    estimated = bench.estimated(replace(EDIT, settings=settings), "invert")
    assert bench.agrees(estimated, measured), (estimated, measured)


def test_editing_encoding_and_decoding_need_what_was_estimated(bench: Bench) -> None:
    token, backbone = bench.token(), bench.backbone
    source, target = (build_condition(backbone, p, [token]) for p in (PROMPT, f"{PROMPT} smiling"))
    trajectory = Inversion("direct", bench.latents.repeat(2, 1, 1, 1))
    measured = {
        "edit": peak_of(lambda: edit(backbone, trajectory, source, target, [token], None, EDIT.settings)),
        "decode": peak_of(lambda: backbone.decode_latents(bench.latents.repeat(2, 1, 1, 1))),
        "encode": peak_of(lambda: backbone.encode_picture(torch.zeros(1, 3, backbone.resolution, backbone.resolution))),
    }  # fmt: skip
    estimated = {stage: bench.estimated(EDIT, stage) for stage in measured}
    estimated["edit"] = max(estimated["edit"], estimated["decode"])
    for stage, found in measured.items():
        assert bench.agrees(estimated[stage], found), (stage, estimated[stage], found)


def test_weights_are_counted_in_their_number_format(bench: Bench) -> None:
    backbone: Any = bench.backbone
    unet, vae = (sum(p.numel() for p in part.parameters()) for part in (backbone.unet, backbone.vae))
    text = sum(p.numel() for encoder in backbone.text_encoders for p in encoder.parameters())
    assert bench.shape.parameters == unet + vae + text
    assert job_need(bench.shape, EDIT, CPU).weights == 4 * (unet + vae + text) + CPU_BYTES
    assert (
        job_need(bench.shape, EDIT, Place("cpu", "bf16")).weights == 2 * (unet + vae) + 4 * text + CPU_BYTES
    )
    assert job_need(bench.shape, MakeMask(b""), CPU).stages.keys() == {"encode"}


@pytest.mark.parametrize("parameters", ["none", "kv_token", "kv_vectors", "kv_full", "kv_lora"])
def test_what_trains_is_counted(bench: Bench, parameters: Any) -> None:
    from s2edit_plugin.backbones.memory.estimate import _trained_numbers

    built = create_parameters(parameters, bench.backbone.cross_layers(), rank=2)
    assert _trained_numbers(bench.shape.unet, parameters, 2) == sum(p.numel() for p in built.parameters())


@pytest.mark.parametrize("shape", [_sd15(), _sdxl()], ids=["sd15", "sdxl"])
def test_every_way_to_save_needs_less_where_it_helps(shape: ModelShape) -> None:
    cuda, mps = Place("cuda"), Place("mps")
    learning = LearnToken(b"", "anna", "me")
    null_text = replace(EDIT, settings=EditSettings(inversion="null_text"))

    def need(request: Any, savings: Savings = NOTHING, device: Place = cuda) -> dict[str, int]:
        found = job_need(shape, request, device, savings)
        return found.stages | {"weights": found.weights}

    for request, stage, savings in (
        (learning, "learn", Savings(rows=2)),
        (learning, "learn", Savings(checkpointing=True)),
        (learning, "learn", Savings(half=True)),
        (learning, "learn", Savings(shrink=2)),
        (learning, "encode", Savings(tiles=True)),
        (learning, "weights", Savings(offload=True)),
        (null_text, "invert", Savings(checkpointing=True)),
        (EDIT, "edit", Savings(rows=2)),
        (EDIT, "decode", Savings(tiles=True)),
        (EDIT, "decode", Savings(offload=True)),
        (EDIT, "weights", Savings(half=True)),
    ):
        assert need(request, savings)[stage] < need(request)[stage], (stage, savings)
    assert need(EDIT, Savings(rows=2))["edit"] == pytest.approx(need(EDIT)["edit"] / 2, rel=0.01)
    # MPS builds self-attention maps: slices help there.
    assert need(EDIT, Savings(attention=1024), mps)["edit"] < need(EDIT, device=mps)["edit"]
    assert need(EDIT, device=mps)["edit"] > need(EDIT)["edit"]


def test_the_figures_at_stable_diffusions_shape_are_credible() -> None:
    """Known figures: a 512x512 picture takes 3 to 4 GB in half precision on a GPU, weights of 2.1 GB included."""
    gpu = Place("cuda", "bf16")
    editing = job_need(_sd15(), EDIT, gpu)
    assert 2.2e9 < editing.weights < 3.1e9
    assert 3e9 < editing.peak < 4.2e9
    learning = job_need(_sd15(), LearnToken(b"", "anna", "me"), gpu)
    spared = job_need(_sd15(), LearnToken(b"", "anna", "me"), gpu, Savings(rows=1))
    assert spared.peak < 4.5e9 < learning.peak < 8e9
