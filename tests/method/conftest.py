"""Fixtures of the method's tests: a tiny random model and a picture's latents and mask."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fakes.tiny_model import write_tiny_model

if TYPE_CHECKING:
    import torch

    from s2edit_plugin.backbones.base import Backbone


@pytest.fixture(autouse=True, scope="module")
def in_one_thread(one_thread: None) -> None:
    """The models here are tiny."""


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a tiny random model; its five latent channels catch code that assumes four."""
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def backbone(tiny_folder: Path) -> Backbone:
    """The tiny model on the CPU in float32."""
    from s2edit_plugin.backbones.loading import load_backbone

    return load_backbone(tiny_folder, "cpu")


@pytest.fixture
def latents(backbone: Backbone) -> torch.Tensor:
    """Clean latents (1, C, s, s)."""
    import torch

    shape = (1, backbone.latent_channels, backbone.latent_side, backbone.latent_side)
    return torch.randn(shape, generator=torch.Generator().manual_seed(3))


@pytest.fixture
def mask(backbone: Backbone) -> torch.Tensor:
    """A subject that fills the middle of the crop, (S, S)."""
    import torch

    side = backbone.resolution
    mask = torch.zeros(side, side)
    mask[side // 4 : 3 * side // 4, side // 4 : 3 * side // 4] = 1
    return mask
