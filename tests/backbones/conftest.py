"""Fixtures of the backbones' tests: every family of base models as a tiny random model, ours and diffusers' own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.tiny_model import TINY_FAMILIES, write_tiny_model

if TYPE_CHECKING:
    import torch

    from s2edit_plugin.backbones.base import Backbone


@pytest.fixture(autouse=True, scope="module")
def in_one_thread(one_thread: None) -> None:
    """The models here are tiny."""


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a tiny random model."""
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def family_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Folder of a tiny random model of a family, written once."""
    root = tmp_path_factory.mktemp("families")

    def folder(family: str) -> Path:
        path = root / family
        return path if path.is_dir() else TINY_FAMILIES[family](path)

    return folder


@pytest.fixture(scope="session", params=list(TINY_FAMILIES))
def family(request: pytest.FixtureRequest) -> str:
    """Each family in turn."""
    return str(request.param)


@pytest.fixture(scope="session")
def backbone(family: str, family_folder: Callable[[str], Path]) -> Backbone:
    """A tiny model of the family on the CPU in float32."""
    from s2edit_plugin.backbones.loading import load_backbone

    return load_backbone(family_folder(family), "cpu", "fp32")


@pytest.fixture(scope="session")
def pipeline(family: str, family_folder: Callable[[str], Path]) -> Any:
    """The same model as diffusers' own pipeline."""
    from diffusers import DiffusionPipeline

    own = DiffusionPipeline.from_pretrained(str(family_folder(family)), local_files_only=True)
    own.set_progress_bar_config(disable=True)
    return own


@pytest.fixture
def latents(backbone: Backbone) -> torch.Tensor:
    """Clean latents (1, C, s, s)."""
    import torch

    shape = (1, backbone.latent_channels, backbone.latent_side, backbone.latent_side)
    return torch.randn(shape, generator=torch.Generator().manual_seed(3))


@pytest.fixture
def mask(backbone: Backbone) -> torch.Tensor:
    """A subject on the right of the crop, (S, S): the coarsest layers' left cells lie outside."""
    import torch

    side = backbone.resolution
    mask = torch.zeros(side, side)
    mask[:, 9 * side // 16 :] = 1
    return mask
