"""Inversion and editing: what must be exact is exact."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
import torch

from s2edit_plugin.api import EditSettings, Progress
from s2edit_plugin.backbones.parameters import create_parameters
from s2edit_plugin.errors import CancelledError, PromptError
from s2edit_plugin.method.conditioning import ActiveToken, build_condition
from s2edit_plugin.method.edit import EditOutcome, edit
from s2edit_plugin.method.invert import Inversion, invert
from s2edit_plugin.method.region import attention_of, changed_region

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

SETTINGS = EditSettings(steps=5, guidance=3.0)
SOURCE = "a photo of a <anna/me> woman with brown hair"
TARGET = "a photo of a <anna/me> woman with red hair smiling"


def _token(backbone: Backbone, mask: torch.Tensor | None, kind: str = "kv_token") -> ActiveToken:
    generator = torch.Generator().manual_seed(4)
    parameters = create_parameters(kind, backbone.cross_layers())
    with torch.no_grad():
        for value in parameters.parameters():
            value.copy_(torch.randn(value.shape, generator=generator) * 0.2)
    vectors = torch.randn(2, backbone.embedding_width, generator=generator)
    return ActiveToken("anna/me", vectors, parameters.requires_grad_(False), mask)


def _edit(
    backbone: Backbone, latents: torch.Tensor, token: ActiveToken, source: str, target: str, settings: EditSettings,
    region: torch.Tensor | None = None, inversion: Inversion | None = None,
) -> tuple[EditOutcome, Inversion]:  # fmt: skip
    before = build_condition(backbone, source, [token], settings.isolation)
    after = build_condition(backbone, target, [token], settings.isolation)
    inversion = inversion or invert(backbone, latents, before, [token], settings)
    return edit(backbone, inversion, before, after, [token], region, settings), inversion


def _psnr(change: torch.Tensor) -> float:
    return float(-10 * change.square().mean().clamp_min(1e-20).log10())


@pytest.mark.parametrize("inversion", ["direct", "ddim", "null_text"])
@pytest.mark.parametrize("kind", ["kv_token", "kv_full"])
def test_an_unchanged_prompt_gives_the_inversion_back(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor, inversion: Any, kind: str
) -> None:
    settings = replace(SETTINGS, inversion=inversion)
    outcome, _ = _edit(backbone, latents, _token(backbone, mask, kind), SOURCE, SOURCE, settings)
    assert _psnr(outcome.change) >= 80


def test_direct_inversion_gives_the_photo_itself_back(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor
) -> None:
    outcome, inversion = _edit(backbone, latents, _token(backbone, mask), SOURCE, SOURCE, SETTINGS)
    assert torch.equal(inversion.at(SETTINGS.steps), latents)
    photo = (backbone.decode_latents(latents)[0] / 2 + 0.5).clamp(0, 1)
    assert torch.allclose(outcome.source, photo, atol=1e-5)


@pytest.mark.parametrize("inversion", ["direct", "ddim"])
def test_strength_goes_from_the_photo_to_the_edit(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor, inversion: Any
) -> None:
    settings = replace(SETTINGS, inversion=inversion)
    changes = [
        _edit(backbone, latents, _token(backbone, mask), SOURCE, TARGET, replace(settings, strength=s))[
            0
        ].change
        for s in (0.0, 0.5, 1.0)
    ]
    assert _psnr(changes[0]) >= 80
    assert changes[1].abs().mean() > changes[0].abs().mean()
    assert changes[2].abs().mean() > changes[1].abs().mean()


def test_latents_outside_the_region_stay_those_of_the_photo(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    region = torch.zeros(32, 32)
    region[:8, :8] = 1
    seen: list[torch.Tensor] = []
    decode = backbone.decode_latents
    monkeypatch.setattr(backbone, "decode_latents", lambda z: (seen.append(z), decode(z))[1])
    _edit(backbone, latents, _token(backbone, mask), SOURCE, TARGET, SETTINGS, region)
    source, target = seen[-1]
    assert torch.equal(source[:, 3:, 3:], target[:, 3:, 3:])
    assert not torch.allclose(source[:, :2, :2], target[:, :2, :2])


def test_a_second_edit_of_the_photo_equals_the_first(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor
) -> None:
    token = _token(backbone, mask)
    first, inversion = _edit(backbone, latents, token, SOURCE, TARGET, SETTINGS)
    assert len(inversion.uncond) == SETTINGS.steps
    second, _ = _edit(backbone, latents, token, SOURCE, TARGET, SETTINGS, inversion=inversion)
    # Another batch size rounds differently; a random model enlarges that.
    assert _psnr(first.target - second.target) >= 60


def test_the_token_reaches_the_picture_through_its_mask_only_if_there_is_one(
    backbone: Backbone, latents: torch.Tensor
) -> None:
    everywhere, nowhere = _token(backbone, None), _token(backbone, torch.zeros(32, 32))
    other = ActiveToken("anna/me", torch.randn(2, 32), everywhere.parameters, torch.zeros(32, 32))
    one = _edit(backbone, latents, nowhere, SOURCE, TARGET, SETTINGS)[0].target
    assert torch.allclose(one, _edit(backbone, latents, other, SOURCE, TARGET, SETTINGS)[0].target, atol=1e-6)
    assert not torch.allclose(
        one, _edit(backbone, latents, everywhere, SOURCE, TARGET, SETTINGS)[0].target, atol=1e-4
    )


def test_control_weights_and_variants_matter(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor
) -> None:
    token = _token(backbone, mask)
    plain, inversion = _edit(backbone, latents, token, SOURCE, TARGET, SETTINGS)
    for change in (
        {"control": "none"},
        {"self_steps": 0.0},
        {"weights": {"smiling": 3.0}},
        {"seed": 1},
        {"offset": "source"},
    ):
        settings = replace(SETTINGS, **change)  # type: ignore[arg-type]
        other, _ = _edit(backbone, latents, token, SOURCE, TARGET, settings, inversion=inversion)
        assert not torch.allclose(plain.target, other.target, atol=1e-4), change
    with pytest.raises(PromptError, match="weighted word"):
        _edit(backbone, latents, token, SOURCE, TARGET, replace(SETTINGS, weights={"zebra": 2.0}))
    with pytest.raises(PromptError, match="equally many"):
        _edit(backbone, latents, token, SOURCE, TARGET, replace(SETTINGS, control="replace"))


def test_shapes_are_redrawn_under_less_control_and_colours_are_not(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor
) -> None:
    """A smile: a third of the steps with cross-attention control, no injected self-attention; hair's colour as asked for."""
    token = _token(backbone, mask)
    settings = replace(SETTINGS, steps=6, cross_steps=1.0, self_steps=0.5)
    for target, same in (
        (SOURCE + " smiling", False),
        (SOURCE.replace("brown", "red"), True),
    ):
        redrawn, inversion = _edit(backbone, latents, token, SOURCE, target, settings)
        kept, _ = _edit(
            backbone, latents, token, SOURCE, target, replace(settings, shapes="kept"), inversion=inversion
        )
        less = replace(settings, shapes="kept", cross_steps=1 / 3, self_steps=0.0)
        third, _ = _edit(backbone, latents, token, SOURCE, target, less, inversion=inversion)
        assert torch.equal(redrawn.target, kept.target) == same, target
        assert torch.equal(redrawn.target, third.target) != same, target


def test_a_quarter_of_the_offset_acts_where_other_things_are_to_be_seen(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The offset is what DDIM misses of the photo: of the hat that comes off too."""
    token = _token(backbone, mask)
    hat = SOURCE + " wearing a hat"
    for source, target, loose in (
        (hat, SOURCE, True),
        (SOURCE, SOURCE + " wearing glasses", True),
        (SOURCE, SOURCE + " smiling", False),
        (SOURCE, SOURCE.replace("brown", "red"), False),
    ):
        auto, inversion = _edit(backbone, latents, token, source, target, SETTINGS)
        assert bool(inversion.uncond) != loose  # kept for the next edit where the trajectory is fixed
        both, _ = _edit(
            backbone, latents, token, source, target, replace(SETTINGS, offset="both"), inversion=inversion
        )
        assert torch.equal(auto.change, both.change) != loose, target
    ddim, _ = _edit(backbone, latents, token, hat, SOURCE, replace(SETTINGS, inversion="ddim"))
    quarter, _ = _edit(backbone, latents, token, hat, SOURCE, SETTINGS)
    none, _ = _edit(backbone, latents, token, hat, SOURCE, replace(SETTINGS, offset="none"))
    both, _ = _edit(backbone, latents, token, hat, SOURCE, replace(SETTINGS, offset="both"))
    assert torch.equal(ddim.change, none.change)
    assert not torch.equal(quarter.change, none.change)
    for share, same in ((0.0, none), (1.0, both)):
        monkeypatch.setattr("s2edit_plugin.method.edit.TRACE", share)
        made, _ = _edit(backbone, latents, token, hat, SOURCE, SETTINGS)
        assert torch.equal(made.change, same.change), share


def test_null_text_stays_on_the_inverted_trajectory_better_than_ddim(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor
) -> None:
    token = _token(backbone, mask)
    distances = {}
    for method in ("ddim", "null_text"):
        settings = replace(SETTINGS, inversion=method, guidance=6.0)  # type: ignore[arg-type]
        outcome, inversion = _edit(backbone, latents, token, SOURCE, SOURCE, settings)
        photo = (backbone.decode_latents(latents)[0] / 2 + 0.5).clamp(0, 1)
        distances[method] = float((outcome.source - photo).abs().mean())
        if inversion.null is not None:
            # Each step keeps the embedding that was found for it.
            assert all(not torch.equal(one, other) for one, other in pairwise(inversion.null))
    assert distances["null_text"] < distances["ddim"]


def test_cancelling_stops_within_the_step(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor
) -> None:
    steps: list[int] = []

    def stop(progress: Progress) -> None:
        steps.append(progress.step)
        if progress.step == 2:
            raise CancelledError

    token = _token(backbone, mask)
    source = build_condition(backbone, SOURCE, [token])
    with pytest.raises(CancelledError):
        invert(backbone, latents, source, [token], SETTINGS, stop)
    assert steps == [1, 2]


def test_the_region_is_empty_without_a_change_and_found_with_one(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor
) -> None:
    token = _token(backbone, mask)
    source, target = (build_condition(backbone, p, [token]) for p in (SOURCE, TARGET))
    inversion = invert(backbone, latents, source, [token], SETTINGS)
    assert changed_region(backbone, inversion, source, source, [token]).sum() == 0
    region = changed_region(backbone, inversion, source, target, [token])
    assert region.shape == (8, 8)
    assert set(region.unique().tolist()) <= {0.0, 1.0}
    assert region.sum() > 0


def test_the_attention_of_a_masked_token_lies_in_its_mask(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor
) -> None:
    token = _token(backbone, mask)
    condition = build_condition(backbone, SOURCE, [token])
    heat = attention_of(backbone, latents, condition, condition.layout.tokens["anna/me"], [token])
    assert heat.shape == (backbone.map_side, backbone.map_side)
    assert heat.max() == 1
    assert heat[0].max() == 0
