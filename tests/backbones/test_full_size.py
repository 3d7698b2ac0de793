"""The true shapes of Stable Diffusion 1.5, 2.1 and XL, on torch's meta device: nothing is computed, nothing takes memory."""

from __future__ import annotations

import json
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from s2edit_plugin.api import LearnSettings
from s2edit_plugin.backbones.layers import AttentionLayer, picture_layers, unet_layers
from s2edit_plugin.backbones.parameters import create_parameters
from s2edit_plugin.method.learn import LearnedToken
from s2edit_plugin.method.recipes import resolved
from s2edit_plugin.storage.paths import models_package
from s2edit_plugin.workflows.token_io import to_tensors


def _config(family: str, part: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(
        (models_package() / "configs" / family / part / "config.json").read_text()
    )
    return values


@cache
def _unet(family: str) -> Any:
    from diffusers import UNet2DConditionModel

    config = _config(family, "unet")
    if family == "sd2":
        # The configuration is that of the 512 pixel variants, version 2.1 works at 768.
        config["sample_size"] = 96
    with torch.device("meta"):
        return UNet2DConditionModel.from_config(config)


def _layers(family: str) -> list[AttentionLayer]:
    return unet_layers(_unet(family), _unet(family).config.sample_size, 77)


@pytest.mark.parametrize(
    ("family", "count", "sides", "width"),
    [
        ("sd1", 16, {64: 5, 32: 5, 16: 5, 8: 1}, 768),
        ("sd2", 16, {96: 5, 48: 5, 24: 5, 12: 1}, 1024),
        ("sdxl", 70, {64: 10, 32: 60}, 2048),
    ],
)
def test_the_layers_are_those_of_the_real_model(
    family: str, count: int, sides: dict[int, int], width: int
) -> None:
    cross = [layer for layer in _layers(family) if layer.kind == "cross"]
    own = [layer for layer in _layers(family) if layer.kind == "self"]
    assert len(cross) == len(own) == count
    assert {side: sum(layer.side == side for layer in cross) for side in sides} == sides
    assert {layer.width for layer in cross} == {width}
    assert {layer.text_keys for layer in cross} == {range(77)}
    assert not any(layer.text_keys for layer in own)


@pytest.mark.parametrize(("family", "most"), [("sd1", 200), ("sd2", 230), ("sdxl", 1800)])
def test_the_default_token_stays_small(family: str, most: int) -> None:
    """Its tensors as they are stored, in kilobytes of 1024 bytes."""
    settings = resolved(
        LearnSettings(), SimpleNamespace(picture_layers=lambda: picture_layers(_unet(family)))
    )  # type: ignore[arg-type]
    encoders = ["text_encoder", "text_encoder_2"] if family == "sdxl" else ["text_encoder"]
    width = sum(_config(family, encoder)["hidden_size"] for encoder in encoders)
    shapes = [layer.shape for layer in _layers(family) if layer.text_keys]
    parameters = create_parameters(settings.parameters, shapes, settings.rank)
    token = LearnedToken("anna/me", torch.zeros(settings.vectors, width), parameters)
    assert sum(tensor.nbytes for tensor in to_tensors(token).values()) <= most * 1024
