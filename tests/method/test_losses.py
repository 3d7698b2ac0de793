"""The losses against their definitions."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from s2edit_plugin.method import losses


def _random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_masked_loss_ignores_what_lies_outside() -> None:
    noise, predicted = _random(2, 3, 4, 4), _random(2, 3, 4, 4, seed=1)
    mask = torch.zeros(4, 4)
    mask[:, :2] = 1
    expected = F.mse_loss(noise[..., :2], predicted[..., :2])
    assert torch.allclose(losses.masked_diffusion_loss(noise, predicted, mask), expected)
    predicted[..., 2:] += 100
    assert torch.allclose(losses.masked_diffusion_loss(noise, predicted, mask), expected)
    assert torch.allclose(losses.masked_diffusion_loss(noise, predicted, None), F.mse_loss(noise, predicted))


def test_orthogonality_is_the_squared_cosine_of_centred_features() -> None:
    mean = torch.tensor([5.0, 5.0, 5.0])
    attributes = mean + torch.tensor([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
    parallel, diagonal, free = (mean + torch.tensor(v) for v in ([3.0, 0, 0], [1.0, 1.0, 0], [0, 0, 1.0]))
    assert torch.allclose(losses.orthogonality_loss(parallel[None], attributes, mean), torch.tensor(0.5))
    assert torch.allclose(losses.orthogonality_loss(diagonal[None], attributes, mean), torch.tensor(0.5))
    assert losses.orthogonality_loss(free[None], attributes, mean) < 1e-12


def test_projection_leaves_nothing_along_the_attributes() -> None:
    mean, attributes, feature = _random(8), _random(3, 8, seed=1), _random(2, 8, seed=2)
    projected = losses.orthogonal_complement(feature, attributes, mean)
    assert losses.orthogonality_loss(projected, attributes, mean) < 1e-10
    again = losses.orthogonal_complement(projected, attributes, mean)
    assert torch.allclose(projected, again, atol=1e-5)
    # What is orthogonal already stays.
    assert torch.allclose(losses.orthogonal_complement(feature, attributes[:0], mean), feature)


def test_attention_loss_is_least_where_the_map_is_the_mask() -> None:
    mask = torch.tensor([0.0, 1.0, 1.0, 0.0])
    assert losses.attention_to_mask_loss(mask * 0.2, mask) == 0
    assert losses.attention_to_mask_loss(1 - mask, mask) == 1
