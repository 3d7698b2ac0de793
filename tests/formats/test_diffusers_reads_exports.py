"""What is exported is read by diffusers' own loaders and predicts the same noise there as it does here.

Here means without masks and without token isolation, which no other program has.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import safetensors.torch
import torch

from s2edit_plugin.backbones.attention import AttentionControl
from s2edit_plugin.formats.exporting import export_token
from s2edit_plugin.method.conditioning import build_condition, row_tokens
from s2edit_plugin.method.text import unconditional
from s2edit_plugin.workflows.token_io import to_active

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone
    from s2edit_plugin.formats.base_model import BaseModel
    from s2edit_plugin.tokens.file import Token
    from tests.formats.conftest import MakeToken

TIMESTEP = 400
# Two ways to the same sums in float32; the token's effect is a hundred times larger, see `_compare`.
TOLERANCE = 2e-4


FAMILIES = pytest.mark.parametrize("family", ["sd1", "sd2", "sdxl"], indirect=True)


def _latents(backbone: Backbone) -> torch.Tensor:
    shape = (2, backbone.latent_channels, backbone.latent_side, backbone.latent_side)
    return torch.randn(shape, generator=torch.Generator().manual_seed(5))


def _here(backbone: Backbone, token: Token | None) -> torch.Tensor:
    """Prediction for a prompt with the token (or without one) and for no prompt, as in guidance."""
    tokens = [to_active(token, backbone, None)] if token else []
    prompt = "a photo of a <anna/me> woman with red hair" if token else "a photo of a woman with red hair"
    condition, none = build_condition(backbone, prompt, tokens, isolation=False), unconditional(backbone)
    rows = [
        row_tokens(condition.layout, tokens, masked=False),
        row_tokens(condition.layout, tokens, masked=False, conditional=False),
    ]
    with torch.no_grad(), backbone.control(AttentionControl(rows, "none")):
        return backbone.predict(_latents(backbone), TIMESTEP, [condition, none])


@torch.no_grad()
def _there(pipeline: Any, backbone: Backbone) -> torch.Tensor:
    prompt = "a photo of a anna-me woman with red hair"
    encoded = pipeline.encode_prompt(
        prompt, device="cpu", num_images_per_prompt=1, do_classifier_free_guidance=True
    )
    told = {}
    if len(encoded) == 4:
        side = (backbone.resolution, backbone.resolution)
        projected = pipeline.text_encoder_2.config.projection_dim
        sizes = pipeline._get_add_time_ids(side, (0, 0), side, torch.float32, projected)
        told = {"added_cond_kwargs": {"text_embeds": torch.cat(encoded[2:]), "time_ids": sizes.repeat(2, 1)}}
    return pipeline.unet(_latents(backbone), TIMESTEP, torch.cat(encoded[:2]), **told).sample


def _compare(pipeline: Any, backbone: Backbone, token: Token) -> None:
    here = _here(backbone, token)
    assert (here - _there(pipeline, backbone)).abs().max() < TOLERANCE
    assert (here - _here(backbone, None)).abs().max() > 100 * TOLERANCE


def _export(token: Token, format: str, base: BaseModel, folder: Path, **options: Any) -> list[Path]:
    return export_token(token, format, "anna-me", base, **options).write(folder)


def _load_embedding(pipeline: Any, path: Path) -> None:
    if not hasattr(pipeline, "text_encoder_2"):
        pipeline.load_textual_inversion(str(path), token="anna-me", local_files_only=True)
        return
    vectors = safetensors.torch.load_file(path)
    for name, part in (("clip_l", ""), ("clip_g", "_2")):
        encoder, tokenizer = getattr(pipeline, f"text_encoder{part}"), getattr(pipeline, f"tokenizer{part}")
        pipeline.load_textual_inversion(vectors[name], "anna-me", text_encoder=encoder, tokenizer=tokenizer)
    # SDXL's configuration says 2, which makes transformers read the pooled feature at the highest id: that of a new word.
    pipeline.text_encoder_2.text_model.eos_token_id = pipeline.tokenizer_2.eos_token_id


@FAMILIES
def test_a_textual_inversion(
    pipeline: Any, backbone: Backbone, base: BaseModel, make_token: MakeToken, tmp_path: Path
) -> None:
    token = make_token("none", vectors=3)
    (embedding,) = _export(token, "textual-inversion", base, tmp_path)
    _load_embedding(pipeline, embedding)
    _compare(pipeline, backbone, token)


def test_a_textual_inversion_of_a_single_vector(
    pipeline: Any, backbone: Backbone, base: BaseModel, make_token: MakeToken, tmp_path: Path
) -> None:
    token = make_token("none", vectors=1)
    (embedding,) = _export(token, "textual-inversion", base, tmp_path)
    _load_embedding(pipeline, embedding)
    _compare(pipeline, backbone, token)


@FAMILIES
@pytest.mark.parametrize(("parameters", "rank"), [("kv_full", 2), ("kv_lora", 5)])
def test_custom_diffusion(
    pipeline: Any,
    backbone: Backbone,
    base: BaseModel,
    make_token: MakeToken,
    tmp_path: Path,
    parameters: str,
    rank: int,
) -> None:
    token = make_token(parameters, rank)
    embedding, matrices = _export(token, "custom-diffusion", base, tmp_path)
    _load_embedding(pipeline, embedding)
    # Without the pipeline, diffusers 0.42 reads the file and then sets nothing.
    pipeline.unet.load_attn_procs(str(matrices), local_files_only=True, _pipeline=pipeline)
    _compare(pipeline, backbone, token)


@FAMILIES
@pytest.mark.parametrize(("parameters", "rank"), [("kv_lora", 5), ("kv_full", 2)])
def test_a_lora(
    pipeline: Any,
    backbone: Backbone,
    base: BaseModel,
    make_token: MakeToken,
    tmp_path: Path,
    parameters: str,
    rank: int,
) -> None:
    token = make_token(parameters, rank)
    embedding, lora = _export(token, "lora", base, tmp_path)
    _load_embedding(pipeline, embedding)
    pipeline.load_lora_weights(str(lora), local_files_only=True)
    _compare(pipeline, backbone, token)


@pytest.mark.parametrize("rank", [4, 20])
def test_a_lora_of_a_smaller_rank_is_as_far_off_as_its_note_says(
    pipeline: Any, backbone: Backbone, base: BaseModel, make_token: MakeToken, tmp_path: Path, rank: int
) -> None:
    token = make_token("kv_full")
    exported = export_token(token, "lora", "anna-me", base, rank=rank)
    said = float(exported.notes[1].split()[-6])
    _, lora = (str(path) for path in exported.write(tmp_path))
    before = {name: w.detach().clone() for name, w in _matrices(pipeline)}
    pipeline.load_lora_weights(lora, local_files_only=True)
    pipeline.fuse_lora()
    missed = total = 0.0
    for name, weight in _matrices(pipeline):
        layer, _, projection = name.rpartition(".")
        stored = torch.from_numpy(
            token.tensors[f"parameters.{layer.replace('.', ':')}/{projection[-1]}_matrix"]
        ).double()
        missed += float((weight.double() - before[name].double() - stored).square().sum())
        total += float(stored.square().sum())
    assert 5 < said < 95  # rank 20 is the full rank of the narrow layers, but not of the wide ones
    assert abs(100 * (missed / total) ** 0.5 - said) < 0.06


def _matrices(pipeline: Any) -> list[tuple[str, torch.Tensor]]:
    """Key and value matrices of the cross-attention, with adapters or without."""
    names = [
        n.removesuffix(".processor") for n in pipeline.unet.attn_processors if n.endswith("attn2.processor")
    ]
    modules = [(f"{n}.to_{p}", pipeline.unet.get_submodule(f"{n}.to_{p}")) for n in names for p in "kv"]
    return [(name, getattr(module, "base_layer", module).weight) for name, module in modules]
