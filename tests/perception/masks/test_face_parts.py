"""Where the parts of a face come from."""

from __future__ import annotations

import numpy as np
import pytest
from s2edit_models.drawing import Scene, render, split_seed

from s2edit_plugin.perception.masks import face_parts as module
from s2edit_plugin.perception.masks.face import FaceBox
from s2edit_plugin.perception.masks.face_parts import face_parts


class _Photograph:
    """A photograph on which the cascade found something, with some confidence."""

    confidence = 1.0

    def __init__(self, rgb: np.ndarray, networks: object) -> None:
        self.shape = rgb.shape[:2]
        self.box = FaceBox(10, 10, 20, 20, self.confidence)

    def has_better(self, region: str) -> bool:
        return False

    def regions(self, names: tuple[str, ...]) -> dict[str, np.ndarray]:
        return {name: np.ones(self.shape, np.float32) for name in names}


def test_a_drawn_face_has_the_bundled_networks_parts() -> None:
    found = face_parts(render(Scene.of(split_seed("test", 3), {}, 3), 128).rgb, ("face", "lips"), None)
    assert found is not None
    assert not found.exact
    assert found.masks["lips"].max() > 0.5


@pytest.mark.parametrize(("confidence", "certain"), [(1.0, True), (0.5, False)])
def test_a_photographed_face_must_be_certain(
    monkeypatch: pytest.MonkeyPatch, confidence: float, certain: bool
) -> None:
    monkeypatch.setattr(_Photograph, "confidence", confidence)
    monkeypatch.setattr(module, "Photograph", _Photograph)
    monkeypatch.setattr(module, "drawn_regions", lambda *_, **__: None)
    found = face_parts(np.zeros((40, 40, 3), np.uint8), ("face", "eyes"), None)
    assert (found is not None) == certain
    assert found is None or (found.exact and set(found.masks) == {"face", "eyes"})
