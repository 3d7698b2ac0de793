"""What a token holds by itself, measured on a tiny model with scripted judges."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from s2edit_plugin.api import LearnSettings
from s2edit_plugin.evaluation import token_suite, trials
from tests.fakes.tiny_model import write_tiny_model


class _Network(torch.nn.Module):
    def trunk(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean(dim=(2, 3))


@dataclass(frozen=True)
class _Attributes:
    network: Any = field(default_factory=_Network)

    def predict(self, rgb: np.ndarray) -> list[dict[str, tuple[str, float]]]:
        return [{"noun": ("woman", 1.0)}] * len(rgb)


@dataclass(frozen=True)
class _Identity:
    threshold: float = 2.0  # nobody is the same person

    def embed(self, rgb: np.ndarray) -> np.ndarray:
        flat = rgb.reshape(len(rgb), -1).astype(np.float32)
        return flat / np.linalg.norm(flat, axis=1, keepdims=True)


def test_figures_of_a_token_and_of_the_same_words_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s2edit_plugin.backbones.loading import load_backbone

    backbone = load_backbone(write_tiny_model(tmp_path / "tiny", text_length=48), "cpu")
    monkeypatch.setattr(token_suite.AttributeJudge, "load", _Attributes)
    monkeypatch.setattr(token_suite.IdentityJudge, "load", _Identity)
    monkeypatch.setattr(token_suite, "STEPS", 2)
    monkeypatch.setattr(token_suite, "_REAL", 4)
    # The tiny model spells words out and has no room for whole descriptions.
    monkeypatch.setattr(token_suite, "describe", lambda scene: f"a {scene.identity.noun}")
    monkeypatch.setattr(trials, "find_regions", lambda rgb: {"subject": np.ones(rgb.shape[:2], np.float32)})
    learn = LearnSettings(steps_token=1, steps_joint=1, batch=1)
    values = token_suite.run(1, 0, lambda _: None, backbone, learn)
    ours, plain = values["methods"]["s2edit"], values["methods"]["no_token"]
    assert set(ours) == {"holds", "holds_cosine", "obeys", "clean"}
    assert ours["holds"] == plain["holds"] == 0
    assert 0 < ours["obeys"] < 1
    assert plain["clean"] == 1
    assert ours["clean"] > 0
    assert ours["holds_cosine"] != plain["holds_cosine"]  # the token draws another picture
    assert "| bar |" in values["table"]


def test_features_are_the_judges(tmp_path: Path) -> None:
    judge: Any = SimpleNamespace(network=_Network())
    pictures = np.full((2, 128, 128, 3), 51, np.uint8)
    assert np.allclose(token_suite.features(judge, pictures), 0.2)
