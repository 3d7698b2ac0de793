"""The attention functions against plain loops."""

from __future__ import annotations

import math

import torch

from s2edit_plugin.backbones import attention_math as am


def _plain_maps(query: torch.Tensor, key: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
    """Softmax attention written out, one number after the other."""
    rows, heads, positions, width = query.shape
    length = key.shape[2]
    maps = torch.zeros(rows, heads, positions, length)
    for b in range(rows):
        for h in range(heads):
            for n in range(positions):
                scores = []
                for c in range(length):
                    score = sum(
                        float(query[b, h, n, d]) * float(key[b, h, c, d]) for d in range(width)
                    ) / math.sqrt(width)
                    scores.append(score + (float(bias[b, 0, n, c]) if bias is not None else 0.0))
                top = max(scores)
                weights = [math.exp(s - top) for s in scores]
                for c in range(length):
                    maps[b, h, n, c] = weights[c] / sum(weights)
    return maps


def _random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_maps_equal_the_plain_reference() -> None:
    query, key = _random(2, 2, 4, 3), _random(2, 2, 5, 3, seed=1)
    assert torch.allclose(am.attention_maps(query, key), _plain_maps(query, key), atol=1e-6)


def test_token_bias_is_log_inside_and_forbids_outside() -> None:
    mask = torch.tensor([1.0, 0.5, 0.0, 0.25])
    bias = am.token_bias(mask, (1, 3), 5)
    assert bias[:, [0, 2, 4]].abs().sum() == 0
    assert torch.allclose(bias[[0, 1, 3]][:, 1], mask[[0, 1, 3]].log())
    assert torch.isneginf(bias[2, [1, 3]]).all()
    query, key = _random(1, 1, 4, 3), _random(1, 1, 5, 3, seed=1)
    maps = am.attention_maps(query, key, bias[None, None])
    assert torch.allclose(maps, _plain_maps(query, key, bias[None, None]), atol=1e-6)
    assert maps[0, 0, 2, [1, 3]].abs().sum() == 0
    # What the token loses outside its mask, the other words gain: rows still sum to one.
    assert torch.allclose(maps.sum(-1), torch.ones(1, 1, 4), atol=1e-6)


def test_multiplying_weakens_without_renormalising() -> None:
    mask = torch.tensor([1.0, 0.5, 0.0, 0.25])
    maps = am.attention_maps(_random(1, 1, 4, 3), _random(1, 1, 5, 3, seed=1))
    weakened = am.multiply_columns(maps, am.masked_columns(mask, (2,), 5)[None, None])
    assert torch.allclose(weakened[0, 0, :, 2], maps[0, 0, :, 2] * mask)
    assert torch.equal(weakened[..., [0, 1, 3, 4]], maps[..., [0, 1, 3, 4]])


def test_swapped_columns_equal_the_plain_reference() -> None:
    source, target = _random(2, 4, 5).softmax(-1), _random(2, 4, 5, seed=1).softmax(-1)
    mapper, alpha = torch.zeros(5, 5), torch.tensor([1.0, 1.0, 0.0, 1.0, 0.0])
    mapper[0, 0] = mapper[3, 1] = 1
    mapper[1, 3] = mapper[2, 3] = 0.5
    swapped = am.swap_columns(source, target, mapper, alpha)
    for h in range(2):
        for n in range(4):
            expected = [
                source[h, n, 0], source[h, n, 3], target[h, n, 2],
                (source[h, n, 1] + source[h, n, 2]) / 2, target[h, n, 4],
            ]  # fmt: skip
            assert torch.allclose(swapped[h, n], torch.stack(expected), atol=1e-6)


def test_reweighting_scales_single_columns() -> None:
    maps = _random(1, 2, 3).softmax(-1)
    assert torch.allclose(am.reweight(maps, torch.tensor([1.0, 3.0, 1.0]))[..., 1], 3 * maps[..., 1])
