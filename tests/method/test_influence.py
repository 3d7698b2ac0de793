"""What a token of another photo adds to an edit: its part against the edit taken out, and where it acts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from s2edit_plugin.api import EditSettings
from s2edit_plugin.backbones.parameters import create_parameters
from s2edit_plugin.method.conditioning import ActiveToken, build_condition
from s2edit_plugin.method.edit import edit
from s2edit_plugin.method.influence import without_opposition
from s2edit_plugin.method.invert import invert
from s2edit_plugin.method.roles import Branches, EditTokens, without_influence
from s2edit_plugin.tools.bench import counted

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

NAME = "anna/me"
SETTINGS = EditSettings(steps=4, guidance=3.0, influence="plain")
SOURCE = "a photo of a <anna/me> woman with brown hair"
TARGET = "a photo of a <anna/me> woman with red hair smiling"


def _reference(added: torch.Tensor, change: torch.Tensor) -> torch.Tensor:
    """The formula for two vectors, number by number."""
    product = sum(float(a) * float(b) for a, b in zip(added, change, strict=True))
    length = sum(float(b) ** 2 for b in change)
    return added - min(0.0, product / length) * change


def _pair() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(2)
    added, change = torch.randn(2, 1, 3, 4, 4, generator=generator)
    return added - 0.3 * change, change


def test_over_the_picture_the_part_against_the_edit_goes() -> None:
    added, change = _pair()
    wanted = _reference(added.flatten(), change.flatten()).view_as(added)
    found = without_opposition(added, change, None, "picture")
    torch.testing.assert_close(found, wanted)
    assert float((added * change).sum()) < 0
    assert abs(float((found * change).sum())) < 1e-4


def test_at_each_position_its_own_part_goes() -> None:
    added, change = _pair()
    found = without_opposition(added, change, None, "position")
    products = (added * change).sum(1)
    assert float(products.min()) < 0 < float(products.max())
    for y in range(4):
        for x in range(4):
            torch.testing.assert_close(found[0, :, y, x], _reference(added[0, :, y, x], change[0, :, y, x]))


def test_what_goes_with_the_edit_or_is_asked_for_whole_stays() -> None:
    added, change = _pair()
    along = added + 2 * change
    assert torch.equal(without_opposition(along, change, None, "picture"), along)
    assert torch.equal(without_opposition(added, change, None, "plain"), added)
    assert torch.equal(without_opposition(added, torch.zeros_like(change), None, "position"), added)


@pytest.mark.parametrize("measure", ["picture", "position"])
def test_nothing_is_measured_outside_the_region(measure: Any) -> None:
    added, change = _pair()
    region = torch.zeros(1, 1, 4, 4)
    region[..., :2] = 1.0
    found = without_opposition(added, change, region, measure)
    assert torch.equal(found[..., 2:], added[..., 2:])
    changed = torch.cat([change[..., :2], -7 * change[..., 2:]], dim=-1)
    assert torch.equal(without_opposition(added, changed, region, measure), found)


def _token(backbone: Backbone, scale: float, mask: torch.Tensor | None = None) -> ActiveToken:
    generator = torch.Generator().manual_seed(4)
    parameters = create_parameters("unet_lora", backbone.layers_for("unet_lora"), 2)
    with torch.no_grad():
        for value in parameters.parameters():
            value.copy_(scale * torch.randn(value.shape, generator=generator))
    vectors = torch.randn(2, backbone.embedding_width, generator=generator)
    return ActiveToken(NAME, vectors, parameters.requires_grad_(False), mask)


def _branches(
    token: ActiveToken, region: torch.Tensor, here: frozenset[str] = frozenset(), **settings: Any
) -> Branches:
    chosen = replace(SETTINGS, **settings)
    return EditTokens.of([token], here, chosen, SOURCE, TARGET).branches(region)


def test_a_token_of_another_photo_acts_in_the_target_inside_the_region_alone(
    backbone: Backbone, mask: torch.Tensor
) -> None:
    region = torch.zeros(backbone.resolution, backbone.resolution)
    region[:, : backbone.resolution // 2] = 1.0
    found = _branches(_token(backbone, 0.3, mask), region)
    assert found.apart
    assert found.source[0].parameters.kind == "none"
    assert found.source[0].mask is not None
    assert float(found.source[0].mask.max()) == 0
    assert found.target[0].mask is not None
    torch.testing.assert_close(found.target[0].mask, mask * region)
    assert not _branches(_token(backbone, 0.3, mask), region, influence="joint").apart
    assert not _branches(_token(backbone, 0.3, mask), region, mask_mode="none").apart
    assert not _branches(_token(backbone, 0.3, mask), region, frozenset({NAME})).apart


def test_an_unchanged_prompt_keeps_the_token_in_both_branches(backbone: Backbone) -> None:
    token = _token(backbone, 0.3)
    assert without_influence([token], set(), SETTINGS, SOURCE, SOURCE) == [token]


def _edited(
    backbone: Backbone, latents: torch.Tensor, token: ActiveToken, target: str = TARGET, **settings: Any
) -> tuple[torch.Tensor, dict[tuple[int, bool], int]]:
    chosen = replace(SETTINGS, **settings)
    region = torch.ones(backbone.resolution, backbone.resolution)
    roles = EditTokens.of([token], set(), chosen, SOURCE, target)
    before, after = (build_condition(backbone, prompt, roles.tokens) for prompt in (SOURCE, target))
    inversion = invert(backbone, latents, before, roles.base, chosen)
    branches = roles.branches(region)
    edit(backbone, inversion, before, after, branches, region, chosen)
    with counted(backbone) as counts:
        outcome = edit(backbone, inversion, before, after, branches, region, chosen)
    return outcome.target, dict(counts)


@pytest.mark.parametrize("measure", ["plain", "picture", "position"])
def test_the_term_is_what_the_token_adds(backbone: Backbone, latents: torch.Tensor, measure: Any) -> None:
    nothing = _token(backbone, 0.0, torch.zeros(backbone.resolution, backbone.resolution))
    without, _ = _edited(backbone, latents, nothing, influence=measure)
    strong = _token(backbone, 0.3)
    with_token, _ = _edited(backbone, latents, strong, influence=measure)
    off, _ = _edited(backbone, latents, strong, influence=measure, token_guidance=0.0)
    assert float((with_token - without).abs().max()) > 1e-3
    torch.testing.assert_close(off, without, atol=1e-5, rtol=1e-4)


def test_it_costs_one_more_row_a_step_and_the_sources_where_it_gives_its_maps(
    backbone: Backbone, latents: torch.Tensor
) -> None:
    token = _token(backbone, 0.3)
    _, counts = _edited(backbone, latents, token, cross_steps=0.5, self_steps=0.5)
    assert counts == {(3, False): 4, (2, False): 2, (1, False): 2}
    _, joint = _edited(backbone, latents, token, influence="joint")
    assert joint == {(4, False): 4}
