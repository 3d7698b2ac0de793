"""Deltas that act on the picture: in which rows, where, and by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from s2edit_plugin.backbones.attention import AttentionControl, RowToken
from s2edit_plugin.backbones.parameters import TokenParameters, create_parameters
from s2edit_plugin.method import text
from s2edit_plugin.method.conditioning import ActiveToken, build_condition, row_tokens
from s2edit_plugin.method.roles import for_the_edit, in_source_branch, resting

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

NAME = "anna/me"


def _parameters(backbone: Backbone, seed: int = 0) -> TokenParameters:
    parameters = create_parameters("unet_lora", backbone.layers_for("unet_lora"), 2, seed)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for value in parameters.parameters():
            value.copy_(0.3 * torch.randn(value.shape, generator=generator))
    return parameters.requires_grad_(False)  # type: ignore[return-value]


def _predict(backbone: Backbone, rows: list[list[RowToken]]) -> torch.Tensor:
    side = backbone.latent_side
    latents = torch.randn(1, backbone.latent_channels, side, side, generator=torch.Generator().manual_seed(5))
    condition = build_condition(backbone, "a photo of a woman", [])
    with torch.no_grad(), backbone.control(AttentionControl(rows)):
        return backbone.predict(latents.expand(len(rows), -1, -1, -1), 500.0, [condition] * len(rows))


def test_only_rows_with_the_token_change(backbone: Backbone) -> None:
    token = RowToken((), None, _parameters(backbone))
    plain = _predict(backbone, [[], [], []])
    found = _predict(backbone, [[], [token], []])
    torch.testing.assert_close(found[[0, 2]], plain[[0, 2]])
    assert float((found[1] - plain[1]).abs().max()) > 1e-3


def test_an_empty_mask_or_a_row_without_it_leaves_everything_as_it_is(backbone: Backbone) -> None:
    side, parameters = backbone.resolution, _parameters(backbone)
    plain = _predict(backbone, [[]])
    empty = _predict(backbone, [[RowToken((), torch.zeros(side, side), parameters)]])
    none = _predict(backbone, [[RowToken((), None, parameters, on_picture=False)]])
    torch.testing.assert_close(empty, plain)
    assert torch.equal(none, plain)


def test_the_change_is_larger_inside_the_mask(backbone: Backbone) -> None:
    side = backbone.resolution
    mask = torch.zeros(side, side)
    mask[:, : side // 2] = 1.0
    plain = _predict(backbone, [[]])
    change = (_predict(backbone, [[RowToken((), mask, _parameters(backbone))]]) - plain).abs()
    half = backbone.latent_side // 2
    assert float(change[..., :half].mean()) > 1.5 * float(change[..., half:].mean())


def test_two_tokens_add_up_each_in_its_own_mask(backbone: Backbone) -> None:
    side = backbone.resolution
    left = torch.zeros(side, side)
    left[:, : side // 2] = 1.0
    one = RowToken((), left, _parameters(backbone, 1))
    other = RowToken((), 1 - left, _parameters(backbone, 2))
    control = AttentionControl([[one, other]])
    deltas = control.picture_deltas(backbone.latent_side**2, torch.zeros(1))
    assert len(deltas) == 2
    torch.testing.assert_close(deltas[0].factors + deltas[1].factors, torch.ones(1, backbone.latent_side**2))
    assert control.picture_deltas(backbone.latent_side**2, torch.zeros(1)) is deltas


def test_rows_are_an_index_only_where_some_are_left_out(backbone: Backbone) -> None:
    token = RowToken((), None, _parameters(backbone))
    (some,) = AttentionControl([[], [token], [token]]).picture_deltas(16, torch.zeros(1))
    assert some.rows is not None
    assert some.rows.tolist() == [1, 2]
    (every,) = AttentionControl([[token], [token]]).picture_deltas(16, torch.zeros(1))
    assert every.rows is None


def test_deltas_act_where_the_prompt_names_the_token_and_in_the_twins(backbone: Backbone) -> None:
    token = ActiveToken(NAME, torch.zeros(1, backbone.embedding_width), _parameters(backbone))
    named = text.layout(f"a photo of a <{NAME}> woman", backbone, {NAME: 1})
    unnamed = text.layout("a photo of a woman", backbone, {NAME: 1})
    assert row_tokens(named, [token])[0].on_picture
    twin = row_tokens(named, [token], conditional=False)[0]
    assert twin.on_picture
    assert twin.columns == ()
    assert not row_tokens(unnamed, [token])[0].on_picture
    assert not row_tokens(unnamed, [token], conditional=False)[0].on_picture


def test_in_the_source_branch_a_token_of_another_photo_acts_outside_the_region_only(
    backbone: Backbone,
) -> None:
    side = backbone.resolution
    region = torch.zeros(side, side)
    region[:, : side // 2] = 1.0
    token = ActiveToken(NAME, torch.zeros(1, backbone.embedding_width), _parameters(backbone))
    source, target = "a photo of a <anna/me> woman in a hat", "a photo of a <anna/me> woman"

    def mask(here: set[str], where: torch.Tensor | None, after: str) -> torch.Tensor | None:
        return in_source_branch([token], here, where, source, after)[0].mask

    limited = mask(set(), region, target)
    assert limited is not None
    torch.testing.assert_close(limited, 1 - region)
    assert mask({NAME}, region, target) is None  # `for_the_edit` has said where it acts
    assert mask(set(), None, target) is None
    assert mask(set(), region, source) is None  # an unchanged prompt gives the photo back


def test_on_its_own_photo_a_token_of_the_whole_network_rests(backbone: Backbone) -> None:
    side = backbone.resolution
    region = torch.zeros(side, side)
    region[:, : side // 2] = 1.0
    token = ActiveToken(NAME, torch.zeros(1, backbone.embedding_width), _parameters(backbone))
    source, target = "a photo of a <anna/me> woman in a hat", "a photo of a <anna/me> woman"
    for inside in ("auto", "never"):
        (silent,) = resting([token], {NAME}, inside)
        assert silent.mask is not None
        assert float(silent.mask.abs().max()) == 0.0
        assert silent.parameters.kind == "none"
        for prompts in ((source, target), (target, source)):
            (acting,) = for_the_edit([silent], {NAME}, region, *prompts, inside)
            assert acting.mask is not None
            assert float(acting.mask.abs().max()) == 0.0
    assert resting([token], {NAME}, "always") == [token]
    assert resting([token], set()) == [token]
    assert for_the_edit([token], {NAME}, region, target, source, inside="always")[0].mask is None
    assert for_the_edit([token], set(), region, target, source)[0].mask is None


def test_deltas_of_a_tokens_own_columns_do_not_rest(backbone: Backbone) -> None:
    mask = torch.ones(backbone.resolution, backbone.resolution)
    columns = create_parameters("kv_token", backbone.cross_layers())
    token = ActiveToken(NAME, torch.zeros(1, backbone.embedding_width), columns, mask)
    assert resting([token], {NAME}) == [token]


def test_a_resting_token_predicts_what_the_prompt_without_it_does(backbone: Backbone) -> None:
    side = backbone.resolution
    vectors = torch.randn(2, backbone.embedding_width, generator=torch.Generator().manual_seed(1))
    latents = torch.randn(1, backbone.latent_channels, *[backbone.latent_side] * 2)

    def predicted(tokens: list[ActiveToken], prompt: str) -> torch.Tensor:
        condition = build_condition(backbone, prompt, tokens)
        with torch.no_grad(), backbone.control(AttentionControl([row_tokens(condition.layout, tokens)])):
            return backbone.predict(latents, 500.0, [condition])

    for mask in (None, torch.ones(side, side)):
        token = ActiveToken(NAME, vectors, _parameters(backbone), mask)
        wanted = predicted(resting([token], {NAME}), f"a photo of a <{NAME}> woman")
        # Its columns stay in the prompt, so whatever it holds must make no difference to the picture.
        other = ActiveToken(NAME, -3 * vectors, _parameters(backbone, 1), mask)
        torch.testing.assert_close(
            predicted(resting([other], {NAME}), f"a photo of a <{NAME}> woman"), wanted
        )
        assert float((predicted([token], f"a photo of a <{NAME}> woman") - wanted).abs().max()) > 1e-3
