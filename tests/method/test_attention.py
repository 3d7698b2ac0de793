"""The attention processor: equal to diffusers without control, to a plain reference with it, strict outside the masks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from s2edit_plugin.backbones import attention_math as am
from s2edit_plugin.backbones.attention import (
    AttentionControl,
    EditControl,
    MapRecorder,
    RowToken,
    S2EditAttnProcessor,
)
from s2edit_plugin.backbones.parameters import create_parameters
from s2edit_plugin.method import text

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

LENGTH = 24


def _text(rows: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(rows, LENGTH, 32, generator=torch.Generator().manual_seed(seed))


def _conditions(rows: int) -> list[text.Condition]:
    plan = text.Layout("", (), (), {}, (), 1)
    return [text.Condition(hidden, None, plan) for hidden in _text(rows)]


def _noisy(backbone: Backbone, rows: int) -> torch.Tensor:
    shape = (rows, backbone.latent_channels, backbone.latent_side, backbone.latent_side)
    return torch.randn(shape, generator=torch.Generator().manual_seed(2))


def _trained(backbone: Backbone, kind: str) -> Any:
    parameters = create_parameters(kind, backbone.cross_layers())
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for value in parameters.parameters():
            value.copy_(torch.randn(value.shape, generator=generator) * 0.5)
    return parameters.requires_grad_(False)


@torch.no_grad()
def test_without_control_it_is_diffusers_own_attention(backbone: Backbone) -> None:
    plain = backbone.predict(_noisy(backbone, 2), 500, _conditions(2))
    with backbone.control(AttentionControl([[], []])):
        ours = backbone.predict(_noisy(backbone, 2), 500, _conditions(2))
    assert torch.allclose(plain, ours, atol=1e-5)
    # And the processors are put back.
    assert torch.equal(plain, backbone.predict(_noisy(backbone, 2), 500, _conditions(2)))


@torch.no_grad()
def test_recording_maps_changes_nothing(backbone: Backbone) -> None:
    recorder = MapRecorder(backbone.map_side, (0,))
    with backbone.control(AttentionControl([[]], recorder=recorder)):
        recorded = backbone.predict(_noisy(backbone, 1), 500, _conditions(1))
    assert torch.allclose(recorded, backbone.predict(_noisy(backbone, 1), 500, _conditions(1)), atol=1e-5)
    assert recorder.mean(0).shape == (backbone.map_side, backbone.map_side, LENGTH)
    assert torch.allclose(
        recorder.mean(0).sum(-1), torch.ones(backbone.map_side, backbone.map_side), atol=1e-5
    )


def _layer(backbone: Backbone, name: str) -> Any:
    return backbone.unet.get_submodule(name)  # type: ignore[attr-defined]


@torch.no_grad()
def test_a_strict_mask_holds_bit_for_bit_at_every_layer(backbone: Backbone) -> None:
    """Fed the same hidden states, a layer's output where M = 0 does not know whether the token is there."""
    columns = (4, 5)
    mask = torch.zeros(32, 32)
    mask[:, 18:] = 1
    for layer in backbone.cross_layers():
        module = _layer(backbone, layer.name)
        for side in (8, 4):
            hidden = torch.randn(1, side * side, module.to_q.in_features)
            context = _text(1)
            outputs = []
            for inside in (mask, torch.zeros_like(mask)):
                row = [RowToken(columns, inside, _trained(backbone, "kv_token"))]
                processor = S2EditAttnProcessor(layer.name, AttentionControl([row]))
                outputs.append(processor(module, hidden, context))
            outside = torch.nn.functional.adaptive_avg_pool2d(mask[None, None], side).flatten() == 0
            assert outside.any()
            assert not outside.all()
            assert torch.equal(outputs[0][0, outside], outputs[1][0, outside])
            assert not torch.allclose(outputs[0][0, ~outside], outputs[1][0, ~outside])


@torch.no_grad()
def test_an_edit_equals_the_plain_reference(backbone: Backbone) -> None:
    """Replace, reweight, token mask and deltas together, written out per row and head."""
    layer = backbone.cross_layers()[0]
    module = _layer(backbone, layer.name)
    hidden, context = torch.randn(2, 64, module.to_q.in_features), _text(2)
    mask = torch.rand(32, 32)
    parameters = _trained(backbone, "kv_token")
    mapper, alpha, weights = torch.eye(LENGTH), torch.ones(LENGTH), torch.ones(LENGTH)
    alpha[7:9], weights[8] = 0, 2.5
    mapper[:, 10] = 0
    mapper[[3, 6], 10] = 0.5
    rows = [[RowToken((2, 3), mask, parameters)], [RowToken((5,), None, parameters)]]
    edit = EditControl(0, 1, mapper, alpha, weights)
    ours = S2EditAttnProcessor(layer.name, AttentionControl(rows, edit=edit))(module, hidden, context)

    query, key, value = module.to_q(hidden), module.to_k(context), module.to_v(context)
    for row, columns in ((0, [2, 3]), (1, [5])):
        deltas = parameters.delta(layer.name, context[row, columns])
        assert deltas is not None
        key[row, columns] += deltas[0]
        value[row, columns] += deltas[1]
    split = [
        t.view(2, -1, module.heads, t.shape[-1] // module.heads).transpose(1, 2) for t in (query, key, value)
    ]
    scores = split[0] @ split[1].transpose(-1, -2) / split[0].shape[-1] ** 0.5
    small = torch.nn.functional.adaptive_avg_pool2d(mask[None, None], 8).flatten()
    scores[0, :, :, [2, 3]] += small.log()[None, :, None]
    maps = scores.softmax(-1)
    target = maps[1].clone()
    for column in range(LENGTH):
        if alpha[column]:
            target[..., column] = sum(mapper[s, column] * maps[0, ..., s] for s in range(LENGTH))
        target[..., column] *= weights[column]
    maps[1] = target
    expected = (maps @ split[2]).transpose(1, 2).flatten(2)
    assert torch.allclose(ours, module.to_out[0](expected), atol=1e-5)


@torch.no_grad()
def test_injected_self_attention_is_the_source_map_on_target_values(backbone: Backbone) -> None:
    name = backbone.cross_layers()[0].name.replace("attn2", "attn1")
    module = _layer(backbone, name)
    hidden = torch.randn(2, 16, module.to_q.in_features)
    edit = EditControl(0, 1, torch.eye(LENGTH), torch.ones(LENGTH), self_side=4)
    ours = S2EditAttnProcessor(name, AttentionControl([[], []], edit=edit))(module, hidden)
    query, key, value = (
        t.view(2, -1, module.heads, t.shape[-1] // module.heads).transpose(1, 2)
        for t in (module.to_q(hidden), module.to_k(hidden), module.to_v(hidden))
    )
    maps = am.attention_maps(query, key)
    maps[1] = maps[0]
    assert torch.allclose(ours, module.to_out[0]((maps @ value).transpose(1, 2).flatten(2)), atol=1e-5)
    # Layers above the limit keep their own.
    above = EditControl(0, 1, torch.eye(LENGTH), torch.ones(LENGTH), self_side=2)
    plain = S2EditAttnProcessor(name, AttentionControl([[], []]))(module, hidden)
    assert torch.equal(
        S2EditAttnProcessor(name, AttentionControl([[], []], edit=above))(module, hidden), plain
    )


@torch.no_grad()
def test_token_parameters_touch_their_columns_only_and_full_ones_all(backbone: Backbone) -> None:
    layer = backbone.cross_layers()[0]
    context = _text(1)
    key = torch.zeros(1, LENGTH, layer.inner)
    for kind, touched in (("kv_token", [4, 5]), ("kv_vectors", [4, 5]), ("kv_full", list(range(LENGTH)))):
        row = [RowToken((4, 5), None, _trained(backbone, kind))]
        control = AttentionControl([row])
        changed, _ = S2EditAttnProcessor(layer.name, control)._with_deltas(control, key, key.clone(), context)
        assert changed[0].abs().sum(-1).nonzero().flatten().tolist() == touched


@torch.no_grad()
def test_multiplying_masks_weakens_the_token(backbone: Backbone) -> None:
    row = [RowToken((4,), torch.zeros(32, 32))]
    recorders = []
    for mode in ("none", "multiply", "bias"):
        recorder = MapRecorder(backbone.map_side, (0,))
        with backbone.control(AttentionControl([row], mode, None, recorder)):
            backbone.predict(_noisy(backbone, 1), 500, _conditions(1))
        recorders.append(recorder.mean(0))
    free, multiplied, biased = recorders
    assert free[..., 4].min() > 0
    assert multiplied[..., 4].max() == 0
    assert biased[..., 4].max() == 0
    others = [c for c in range(LENGTH) if c != 4]
    assert multiplied[..., others].sum(-1).max() < 1
    assert torch.allclose(biased[..., others].sum(-1), torch.ones(8, 8), atol=1e-5)
