"""Key/value parameters and the token file they are stored in."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import torch

from s2edit_plugin.api import LearnSettings
from s2edit_plugin.api.presets import LEARN_PRESETS, usual_steps
from s2edit_plugin.backbones.layers import picture_layers
from s2edit_plugin.backbones.parameters import LayerShape, create_parameters, load_parameters
from s2edit_plugin.errors import TokenDamagedError, WrongModelError
from s2edit_plugin.method.learn import LearnedToken
from s2edit_plugin.method.recipes import LARGEST_FILE, picture_numbers, resolved
from s2edit_plugin.tokens.file import Token, TokenRecord
from s2edit_plugin.workflows.token_io import settings_record, to_active, to_tensors

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

KINDS = ["none", "kv_token", "kv_vectors", "kv_full", "kv_lora"]
# The sixteen cross-attention layers of Stable Diffusion 1.5.
SD15 = [
    LayerShape(f"layer.{n}.attn2", 768, width)
    for n, width in enumerate(
        [320] * 2 + [640] * 2 + [1280] * 2 + [1280] + [1280] * 3 + [640] * 3 + [320] * 3
    )
]


@pytest.mark.parametrize("kind", KINDS)
def test_untrained_parameters_do_nothing(backbone: Backbone, kind: str) -> None:
    parameters = create_parameters(kind, backbone.cross_layers())
    for layer in backbone.cross_layers():
        deltas = parameters.delta(layer.name, torch.randn(2, layer.text))
        assert (deltas is None) == (kind == "none")
        if deltas is not None:
            assert deltas[0].shape == deltas[1].shape == (2, layer.inner)
            assert deltas[0].abs().max() == deltas[1].abs().max() == 0


@pytest.mark.parametrize("kind", KINDS)
def test_stored_parameters_come_back(backbone: Backbone, kind: str) -> None:
    layers = backbone.cross_layers()
    parameters = create_parameters(kind, layers)
    with torch.no_grad():
        for value in parameters.parameters():
            value.normal_()
    loaded = load_parameters(kind, layers, 2, parameters.named_tensors())
    features = torch.randn(3, 32)
    for layer in layers:
        ours, theirs = parameters.delta(layer.name, features), loaded.delta(layer.name, features)
        assert (ours is None) == (theirs is None)
        if ours is not None and theirs is not None:
            assert torch.equal(ours[0], theirs[0])
            assert torch.equal(ours[1], theirs[1])


def test_deltas_on_the_picture_start_at_nothing_and_come_back(backbone: Backbone) -> None:
    layers = backbone.layers_for("unet_lora")
    assert any(layer.kernel for layer in layers)
    assert any(not layer.kernel for layer in layers)
    parameters = create_parameters("unet_lora", layers, rank=3)
    inputs = {
        layer.name: torch.randn(2, layer.text, 8, 8) if layer.kernel else torch.randn(2, 64, layer.text)
        for layer in layers
    }
    for name, value in inputs.items():
        change = parameters.change(name, value)
        assert change is not None
        assert float(change.detach().abs().max()) == 0.0
    with torch.no_grad():
        for value in parameters.parameters():
            value.normal_()
    loaded = load_parameters("unet_lora", layers, 3, parameters.named_tensors())
    for layer in layers:
        ours, theirs = (p.change(layer.name, inputs[layer.name]) for p in (parameters, loaded))
        assert ours is not None
        assert theirs is not None
        assert ours.shape[1 if layer.kernel else -1] == layer.inner
        assert torch.equal(ours, theirs)


def test_a_delta_on_the_picture_is_that_of_its_matrix(backbone: Backbone) -> None:
    """Beside the plain reference: the layer itself with B A added to its weight."""
    layers = backbone.layers_for("unet_lora")
    parameters = create_parameters("unet_lora", layers, rank=2)
    with torch.no_grad():
        for value in parameters.parameters():
            value.normal_()
    named = parameters.named_tensors()
    for layer in [next(one for one in layers if one.kernel == kernel) for kernel in (0, 3)]:
        key = layer.name.replace(".", ":")
        down, up = named[f"{key}/down"], named[f"{key}/up"]
        matrix = (up @ down.flatten(1)).view(layer.inner, *down.shape[1:])
        if layer.kernel:
            inputs = torch.randn(1, layer.text, 6, 6)
            wanted = torch.nn.functional.conv2d(inputs, matrix, padding=layer.kernel // 2)
        else:
            inputs = torch.randn(1, 6, layer.text)
            wanted = inputs @ matrix.T
        found = parameters.change(layer.name, inputs)
        assert found is not None
        torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-3)


def test_the_default_token_is_small_at_the_shape_of_stable_diffusion() -> None:
    from diffusers import UNet2DConditionModel

    with torch.device("meta"):
        unet = UNet2DConditionModel(cross_attention_dim=768)
    settings = resolved(LearnSettings(), SimpleNamespace(picture_layers=lambda: picture_layers(unet)))  # type: ignore[arg-type]
    parameters = create_parameters(settings.parameters, SD15, settings.rank)
    numbers = sum(value.numel() for value in parameters.named_tensors().values()) + settings.vectors * 768
    assert numbers * 2 <= 200 * 1024


def test_a_small_model_learns_deltas_of_the_whole_network(backbone: Backbone) -> None:
    settings = LearnSettings()
    found = resolved(settings, backbone)
    assert found.parameters == "unet_lora"
    assert found.steps_token + found.steps_joint == settings.steps_token + settings.steps_joint
    layers = backbone.layers_for(found.parameters)
    parameters = create_parameters(found.parameters, layers, found.rank)
    numbers = sum(value.numel() for value in parameters.named_tensors().values())
    assert numbers == picture_numbers(layers, found.rank)
    assert 2 * numbers <= LARGEST_FILE
    assert resolved(found, backbone) is found


def test_an_attribute_learns_deltas_of_its_own_columns(backbone: Backbone) -> None:
    settings = LearnSettings(steps_token=3, steps_joint=5)
    found = resolved(settings, backbone, "attribute")
    assert found == replace(settings, parameters="kv_token")
    named = replace(settings, parameters="unet_lora", rank=4)
    assert resolved(named, backbone, "attribute") is named


def test_where_nobody_says_how_many_an_identity_takes_the_default_steps_and_an_attribute_half_as_many() -> (
    None
):
    settings = LearnSettings()
    assert usual_steps("identity") == (settings.steps_token, settings.steps_joint)
    assert usual_steps("attribute") == (settings.steps_token // 2, settings.steps_joint // 2)
    for preset in LEARN_PRESETS:
        assert sum(preset.steps_for("identity")) == 2 * sum(preset.steps_for("attribute"))


def test_rank_is_that_of_the_features_it_multiplies(backbone: Backbone) -> None:
    parameters = create_parameters("kv_token", backbone.cross_layers(), rank=1)
    with torch.no_grad():
        for value in parameters.parameters():
            value.normal_()
    deltas = parameters.delta(backbone.cross_layers()[0].name, torch.randn(4, 32))
    assert deltas is not None
    assert int(torch.linalg.matrix_rank(deltas[0])) == 1


def _token(backbone: Backbone) -> Token:
    parameters = create_parameters("kv_token", backbone.cross_layers())
    learned = LearnedToken("anna/me", torch.randn(2, 32), parameters)
    record = TokenRecord(
        kind="identity", person="anna", name="me", class_noun="woman", base_model=backbone.name,
        base_model_hash=backbone.fingerprint, settings=settings_record(LearnSettings(parameters="kv_token")),
    )  # fmt: skip
    return Token(record, {name: value.numpy() for name, value in to_tensors(learned).items()})


def test_a_stored_token_is_ready_for_use(backbone: Backbone) -> None:
    token = _token(backbone)
    active = to_active(token, backbone, None)
    assert torch.equal(active.vectors, torch.from_numpy(token.tensors["vectors"]).float())
    assert active.parameters.kind == "kv_token"
    assert active.constraint is None


def test_tokens_of_another_model_or_shape_are_refused(backbone: Backbone) -> None:
    token = _token(backbone)
    with pytest.raises(WrongModelError):
        to_active(replace(token, record=token.record.replace(base_model_hash="other")), backbone, None)
    cut = {name: array for name, array in token.tensors.items() if "k_up" not in name}
    with pytest.raises(TokenDamagedError):
        to_active(replace(token, tensors=cut), backbone, None)
    wide = {**token.tensors, "vectors": torch.zeros(2, 7).numpy()}
    with pytest.raises(TokenDamagedError):
        to_active(replace(token, tensors=wide), backbone, None)
