"""The method on every family: what must hold on the small model holds on Stable Diffusion 1, 2 and XL."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
import torch.nn.functional as F

from s2edit_plugin.api import EditSettings, LearnSettings
from s2edit_plugin.backbones.attention import (
    AttentionControl,
    EditControl,
    MapRecorder,
    RowToken,
    S2EditAttnProcessor,
)
from s2edit_plugin.backbones.layers import AttentionLayer
from s2edit_plugin.backbones.parameters import TokenParameters, create_parameters
from s2edit_plugin.method import losses, text
from s2edit_plugin.method.conditioning import ActiveToken, build_condition, row_tokens
from s2edit_plugin.method.edit import edit
from s2edit_plugin.method.invert import invert
from s2edit_plugin.method.learn import LearnedToken, LearnTask, initial_vectors, learn
from s2edit_plugin.method.recipes import resolved
from s2edit_plugin.method.region import attention_of, changed_region
from s2edit_plugin.tokens.file import TokenRecord, read_token, write_token
from s2edit_plugin.workflows.token_io import settings_record, to_active, to_tensors
from tests.fakes.tiny_model import write_tiny_sd2

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

NAME = "anna/me"
SOURCE = "a photo of a <anna/me> woman with brown hair"
TARGET = "a photo of a <anna/me> woman with red hair smiling"
SETTINGS = EditSettings(steps=4, guidance=3.0)


def _parameters(backbone: Backbone) -> TokenParameters:
    """Trained parameters with a strong effect."""
    parameters = create_parameters("kv_token", backbone.cross_layers())
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for value in parameters.parameters():
            value.copy_(torch.randn(value.shape, generator=generator) * 0.4)
    return parameters.requires_grad_(False)


def _token(backbone: Backbone, mask: torch.Tensor | None, seed: int = 4) -> ActiveToken:
    vectors = torch.randn(2, backbone.embedding_width, generator=torch.Generator().manual_seed(seed))
    return ActiveToken(NAME, vectors, _parameters(backbone), mask)


def _task(latents: torch.Tensor, mask: torch.Tensor) -> LearnTask:
    return LearnTask(NAME, SOURCE, latents, mask, "woman", ("smiling", "red hair"))


def _loss(backbone: Backbone, task: LearnTask, vectors: torch.Tensor, parameters: TokenParameters) -> float:
    """Masked diffusion loss under noise that no training saw."""
    plan = text.layout(task.prompt, backbone, {NAME: len(vectors)})
    schedule, rows = backbone.schedule, 16
    noise = torch.randn(rows, *task.latents.shape[1:], generator=torch.Generator().manual_seed(99))
    timesteps = schedule.at(torch.arange(rows) / rows)
    clean = task.latents.expand(rows, -1, -1, -1)
    control = AttentionControl([[RowToken(plan.tokens[NAME], task.mask, parameters)]] * rows)
    with torch.no_grad(), backbone.control(control):
        condition = text.encode(plan, backbone, {NAME: vectors})
        predicted = backbone.predict(
            schedule.add_noise(clean, noise, timesteps), timesteps, [condition] * rows
        )
    weight = F.adaptive_avg_pool2d(task.mask[None, None], task.latents.shape[-1])[0, 0]
    return float(losses.masked_diffusion_loss(schedule.target(clean, noise, timesteps), predicted, weight))


def test_learning_lowers_the_loss(backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor) -> None:
    settings = LearnSettings(
        steps_token=10, steps_joint=20, batch=2, lr_token=2e-2, lr_joint=2e-2, orthogonality="none"
    )
    task = _task(latents, mask)
    start = initial_vectors(backbone, "woman", settings.vectors, 0)
    before = _loss(backbone, task, start, create_parameters("none", []))
    token = learn(backbone, task, settings)
    assert _loss(backbone, task, token.vectors, token.parameters) < 0.99 * before


def test_a_token_survives_saving_and_loading(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor, tmp_path: Path
) -> None:
    settings = resolved(LearnSettings(steps_token=2, steps_joint=3, batch=2), backbone)
    learned = learn(backbone, _task(latents, mask), settings)
    tensors = to_tensors(learned)
    record = TokenRecord(
        kind="identity", person="anna", name="me", class_noun="woman", base_model=backbone.name,
        base_model_hash=backbone.fingerprint, settings=settings_record(settings), consent="yes",
    )  # fmt: skip
    write_token(tmp_path / "me.safetensors", record, tensors)
    loaded = to_active(read_token(tmp_path / "me.safetensors"), backbone, mask)
    assert loaded.vectors.shape == (settings.vectors, backbone.embedding_width)
    assert torch.equal(loaded.vectors, learned.vectors.half().float())
    ours = ActiveToken(NAME, learned.vectors, learned.parameters, mask)
    with_memory, with_file = (_predicted(backbone, latents, [token]) for token in (ours, loaded))
    without = _predicted(backbone, latents, [], SOURCE.replace("<anna/me> ", ""))
    assert (with_file - with_memory).abs().max() < 0.02 * (with_memory - without).abs().max()


@torch.no_grad()
def _predicted(
    backbone: Backbone, latents: torch.Tensor, tokens: list[ActiveToken], prompt: str = SOURCE
) -> torch.Tensor:
    condition = build_condition(backbone, prompt, tokens)
    with backbone.control(AttentionControl([row_tokens(condition.layout, tokens)])):
        return backbone.predict(latents, 500, [condition])


def test_the_token_is_kept_out_of_everything_but_its_columns(backbone: Backbone, family: str) -> None:
    one, other = (build_condition(backbone, SOURCE, [_token(backbone, None, seed)]) for seed in (0, 1))
    differs = (one.hidden != other.hidden).any(dim=1).nonzero().flatten().tolist()
    assert differs == list(one.layout.tokens[NAME])
    if family == "sdxl":
        assert one.pooled is not None
        assert other.pooled is not None
        assert torch.equal(one.pooled, other.pooled)
        # Both halves of the vectors arrive, each in its own encoder.
        columns = list(one.layout.tokens[NAME])
        assert (one.hidden[columns, :32] != other.hidden[columns, :32]).all()
        assert (one.hidden[columns, 32:] != other.hidden[columns, 32:]).all()


@torch.no_grad()
def test_a_token_masked_everywhere_does_nothing(backbone: Backbone, latents: torch.Tensor) -> None:
    nowhere = torch.zeros(backbone.resolution, backbone.resolution)
    one, other = (_predicted(backbone, latents, [_token(backbone, nowhere, seed)]) for seed in (0, 1))
    assert torch.equal(one, other)


@torch.no_grad()
def test_a_strict_mask_holds_bit_for_bit_at_every_layer(backbone: Backbone, mask: torch.Tensor) -> None:
    """Fed the same hidden states, a layer's output where M = 0 does not know whether the token is there."""
    token = _token(backbone, mask)
    condition = build_condition(backbone, SOURCE, [token])
    layers = [layer for layer in backbone.attention_layers() if layer.kind == "cross"]
    assert len(layers) == len(backbone.cross_layers()) > 0
    for layer in layers:
        module = backbone.unet.get_submodule(layer.name)  # type: ignore[attr-defined]
        hidden = torch.randn(1, layer.side**2, module.to_q.in_features)
        on, off = (
            S2EditAttnProcessor(
                layer.name,
                AttentionControl([[RowToken(condition.layout.tokens[NAME], inside, token.parameters)]]),
            )(module, hidden, condition.hidden[None])
            for inside in (mask, torch.zeros_like(mask))
        )
        outside = F.adaptive_avg_pool2d(mask[None, None], layer.side).flatten() == 0
        assert outside.any()
        assert not outside.all()
        assert torch.equal(on[0, outside], off[0, outside]), layer.name
        assert not torch.allclose(on[0, ~outside], off[0, ~outside]), layer.name


@torch.no_grad()
def test_controlled_attention_equals_a_plain_reference_at_every_layer(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor
) -> None:
    """Masks, deltas, replaced and reweighted maps and injected self-attention, as the U-Net really runs."""
    token = _token(backbone, mask)
    conditions = [build_condition(backbone, prompt, [token]) for prompt in (SOURCE, TARGET)]
    length = backbone.text_length
    mapper, alpha, weights = torch.eye(length), torch.ones(length), torch.ones(length)
    alpha[9:11], weights[8] = 0, 2.5
    mapper[:, 12] = 0
    mapper[[3, 7], 12] = 0.5
    pair = EditControl(0, 1, mapper, alpha, weights, self_side=backbone.self_side)
    rows = [row_tokens(condition.layout, [token]) for condition in conditions]
    seen: dict[str, tuple[torch.Tensor, torch.Tensor | None, torch.Tensor]] = {}

    def watch(name: str) -> Any:
        def hook(_: Any, inputs: Any, keywords: Any, output: torch.Tensor) -> None:
            seen[name] = (inputs[0], keywords.get("encoder_hidden_states"), output)

        return hook

    layers = backbone.attention_layers()
    handles = [
        backbone.unet.get_submodule(layer.name).register_forward_hook(watch(layer.name), with_kwargs=True)  # type: ignore[attr-defined]
        for layer in layers
    ]
    try:
        with backbone.control(AttentionControl(rows, "bias", pair)):
            backbone.predict(torch.cat([latents, latents * 0.9]), 500, conditions)
    finally:
        for handle in handles:
            handle.remove()
    assert set(seen) == {layer.name for layer in layers}
    for layer in layers:
        hidden, context, output = seen[layer.name]
        assert hidden.shape[1] == layer.side**2
        assert (context is None) == (layer.kind == "self")
        module = backbone.unet.get_submodule(layer.name)  # type: ignore[attr-defined]
        expected = _reference(module, layer, hidden, context, rows, pair)
        assert torch.allclose(output, expected, atol=1e-5), layer.name


def _reference(
    module: Any, layer: AttentionLayer, hidden: torch.Tensor, context: torch.Tensor | None,
    rows: list[list[RowToken]], pair: EditControl,
) -> torch.Tensor:  # fmt: skip
    """Attention written out with loops over rows, heads and columns."""
    source = hidden if context is None else context
    query, key, value = module.to_q(hidden), module.to_k(source).clone(), module.to_v(source).clone()
    width = query.shape[-1] // module.heads
    maps: list[list[torch.Tensor]] = []
    for row in range(2):
        bias = torch.zeros(layer.side**2, source.shape[1])
        if context is not None:
            (token,) = rows[row]
            assert token.parameters is not None
            assert token.mask is not None
            small = F.adaptive_avg_pool2d(token.mask[None, None], layer.side).flatten()
            for column in token.columns:
                deltas = token.parameters.delta(layer.name, context[row, [column]])
                assert deltas is not None
                key[row, column] += deltas[0][0]
                value[row, column] += deltas[1][0]
                bias[:, column] = small.log()
        heads = [slice(h * width, (h + 1) * width) for h in range(module.heads)]
        maps.append([(query[row, :, h] @ key[row, :, h].T / width**0.5 + bias).softmax(-1) for h in heads])
    if context is None:
        if layer.side <= pair.self_side:
            maps[1] = maps[0]
    else:
        assert pair.weights is not None
        for head in range(module.heads):
            own, given = maps[1][head].clone(), maps[0][head]
            for column in range(source.shape[1]):
                mixed = sum(pair.mapper[s, column] * given[:, s] for s in range(source.shape[1]))
                kept = (1 - pair.alpha[column]) * own[:, column]
                maps[1][head][:, column] = pair.weights[column] * (pair.alpha[column] * mixed + kept)
    out = [
        torch.cat([maps[row][h] @ value[row, :, h * width : (h + 1) * width] for h in range(module.heads)], dim=-1)
        for row in range(2)
    ]  # fmt: skip
    return module.to_out[0](torch.stack(out))


@pytest.mark.parametrize("inversion", ["direct", "ddim", "null_text"])
def test_an_unchanged_prompt_gives_the_inversion_back(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor, inversion: Any
) -> None:
    settings = EditSettings(steps=4, guidance=3.0, inversion=inversion)
    token = _token(backbone, mask)
    condition = build_condition(backbone, SOURCE, [token])
    inverted = invert(backbone, latents, condition, [token], settings)
    outcome = edit(backbone, inverted, condition, condition, [token], None, settings)
    assert float(outcome.change.abs().max()) < 1e-4
    if inversion == "direct":
        photo = (backbone.decode_latents(latents)[0] / 2 + 0.5).clamp(0, 1)
        assert torch.allclose(outcome.source, photo, atol=1e-5)


def test_a_model_that_starts_from_nothing_but_noise(tmp_path: Path) -> None:
    """Velocity with zero terminal signal: no step, loss or gradient divides by the signal that is not there."""
    from s2edit_plugin.backbones.loading import load_backbone

    folder = write_tiny_sd2(tmp_path / "zero", rescale_betas_zero_snr=True, timestep_spacing="trailing")
    backbone = load_backbone(folder, "cpu", "fp32")
    latents, mask = torch.randn(1, 6, 8, 8, generator=torch.Generator().manual_seed(3)), torch.ones(32, 32)
    assert backbone.schedule.timesteps(4)[0] == 999
    everything_noise = backbone.schedule.add_noise(latents, torch.ones_like(latents), torch.tensor([999]))
    assert torch.equal(everything_noise, torch.ones_like(latents))
    learned = learn(
        backbone,
        _task(latents, mask),
        LearnSettings(steps_token=2, steps_joint=2, batch=4, parameters="kv_token"),
    )
    assert all(math.isfinite(loss) for loss in learned.losses)
    token = ActiveToken(NAME, learned.vectors, learned.parameters, mask)
    source, target = (build_condition(backbone, prompt, [token]) for prompt in (SOURCE, TARGET))
    inverted = invert(backbone, latents, source, [token], SETTINGS)
    same = edit(backbone, inverted, source, source, [token], None, SETTINGS)
    assert float(same.change.abs().max()) < 1e-4
    assert bool(
        torch.isfinite(edit(backbone, inverted, source, target, [token], None, SETTINGS).target).all()
    )


def test_an_edit_changes_its_region_and_nothing_else(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor
) -> None:
    token = _token(backbone, mask)
    source, target = (build_condition(backbone, prompt, [token]) for prompt in (SOURCE, TARGET))
    inverted = invert(backbone, latents, source, [token], SETTINGS)
    region = changed_region(backbone, inverted, source, target, [token])
    assert region.shape == (backbone.latent_side, backbone.latent_side)
    assert region.sum() > 0
    heat = attention_of(backbone, latents, source, source.layout.tokens[NAME], [token])
    assert heat.shape == (backbone.map_side, backbone.map_side)
    assert heat[:, : backbone.map_side // 2].max() == 0
    outcome = edit(backbone, inverted, source, target, [token], mask, SETTINGS)
    assert outcome.change.abs().max() > 1e-3


def test_maps_are_recorded_where_the_family_looks_at_text(
    backbone: Backbone, family: str, latents: torch.Tensor
) -> None:
    recorder = MapRecorder(backbone.map_side, (0,))
    with torch.no_grad(), backbone.control(AttentionControl([[]], recorder=recorder)):
        backbone.predict(latents, 500, [build_condition(backbone, "a photo", [])])
    assert backbone.map_side == (4 if family == "sdxl" else 8)
    assert recorder.mean(0).shape == (backbone.map_side, backbone.map_side, backbone.text_length)
    assert torch.allclose(recorder.mean(0).sum(-1), torch.ones(()), atol=1e-5)


@pytest.mark.parametrize(("precision", "dtype"), [("bf16", torch.bfloat16), ("fp16", torch.float16)])
def test_half_precision_learns_and_edits(
    backbone: Backbone, family: str, family_folder: Any, latents: torch.Tensor, mask: torch.Tensor,
    precision: str, dtype: torch.dtype,
) -> None:  # fmt: skip
    from s2edit_plugin.backbones.loading import load_backbone

    half = load_backbone(family_folder(family), "cpu", precision)
    assert half.dtype == dtype or half.choice is None or half.choice.fell_back
    token = _token(backbone, mask)
    exact, rounded = (_predicted(model, latents, [token]) for model in (backbone, half))
    assert rounded.dtype == torch.float32
    assert float(F.cosine_similarity(exact.flatten(), rounded.flatten(), dim=0)) > 0.999
    vae = half.vae.dtype  # type: ignore[attr-defined]
    assert vae == (torch.float32 if (family, half.dtype) == ("sdxl", torch.float16) else half.dtype)

    settings = LearnSettings(steps_token=4, steps_joint=4, batch=2)
    one, other = (learn(model, _task(latents, mask), settings) for model in (backbone, half))
    assert _turned(one, other, backbone, settings) > 0.9
    source, target = (build_condition(half, prompt, [token]) for prompt in (SOURCE, TARGET))
    inverted = invert(half, latents, source, [token], SETTINGS)
    outcome = edit(half, inverted, source, target, [token], None, SETTINGS)
    assert outcome.target.dtype == torch.float32
    assert bool(torch.isfinite(outcome.target).all())


def _turned(one: LearnedToken, other: LearnedToken, backbone: Backbone, settings: LearnSettings) -> float:
    """Cosine between the ways that two runs of learning moved the token."""
    start = initial_vectors(backbone, "woman", settings.vectors, settings.seed)
    ways = [(token.vectors - start).flatten() for token in (one, other)]
    return float(F.cosine_similarity(*ways, dim=0))
