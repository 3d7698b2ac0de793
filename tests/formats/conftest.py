"""A tiny random model, tokens of every kind of parameters on it, and the same model in diffusers' own pipeline."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.tiny_model import TINY_FAMILIES

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone
    from s2edit_plugin.formats.base_model import BaseModel
    from s2edit_plugin.tokens.file import Token

MakeToken = Callable[..., "Token"]


@pytest.fixture(scope="session", params=["sd1"])
def family(request: pytest.FixtureRequest) -> str:
    """The family of base models; a test may ask for others with ``indirect``."""
    return str(request.param)


@pytest.fixture(scope="session")
def tiny_folder(family: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return TINY_FAMILIES[family](tmp_path_factory.mktemp("models") / family)


@pytest.fixture(scope="session")
def backbone(tiny_folder: Path) -> Backbone:
    from s2edit_plugin.backbones.loading import load_backbone

    return load_backbone(tiny_folder, "cpu", "fp32")


@pytest.fixture
def base(tiny_folder: Path) -> BaseModel:
    """The same model by its folder."""
    from s2edit_plugin.formats.base_model import BaseModel

    return BaseModel(tiny_folder)


@pytest.fixture(scope="session")
def clean_pipeline(tiny_folder: Path) -> Any:
    from diffusers import DiffusionPipeline

    return DiffusionPipeline.from_pretrained(str(tiny_folder), local_files_only=True)


@pytest.fixture
def pipeline(clean_pipeline: Any) -> Any:
    """Fresh for every test: what is loaded into it stays in it."""
    return copy.deepcopy(clean_pipeline)


@pytest.fixture(scope="session")
def make_token(backbone: Backbone) -> MakeToken:
    """``make_token(parameters, rank=2, vectors=2, **settings)``: a token whose parameters have a strong effect."""

    def make(parameters: str, rank: int = 2, vectors: int = 2, **settings: Any) -> Token:
        import torch

        from s2edit_plugin.api import LearnSettings
        from s2edit_plugin.backbones.parameters import create_parameters
        from s2edit_plugin.method.learn import LearnedToken
        from s2edit_plugin.tokens.file import Token, TokenRecord
        from s2edit_plugin.workflows.token_io import settings_record, to_tensors

        generator = torch.Generator().manual_seed(1)
        chosen = LearnSettings(parameters=parameters, rank=rank, vectors=vectors, **settings)  # type: ignore[arg-type]
        trained = create_parameters(parameters, backbone.cross_layers(), rank)
        with torch.no_grad():
            for value in trained.parameters():
                value.copy_(0.3 * torch.randn(value.shape, generator=generator))
        learned = LearnedToken(
            "anna/me", torch.randn(vectors, backbone.embedding_width, generator=generator), trained
        )
        record = TokenRecord(
            kind="identity", person="anna", name="me", class_noun="woman", base_model=backbone.name,
            base_model_hash=backbone.fingerprint, settings=settings_record(chosen), source_image_hash="5" * 64,
            consent="yes", tags=("secret-tag",), notes="secret note",
        )  # fmt: skip
        return Token(record, {name: value.numpy() for name, value in to_tensors(learned).items()})

    return make
