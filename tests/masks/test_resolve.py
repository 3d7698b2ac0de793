from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from skimage.data import astronaut

from s2edit_plugin.errors import MaskError, ModelError
from s2edit_plugin.masks import regions
from s2edit_plugin.masks.resolve import METHODS, search_mask


def find_mask(*arguments: Any, **named: Any) -> np.ndarray:
    """The mask alone."""
    return search_mask(*arguments, **named).mask


Regions = dict[str, np.ndarray]


def drawn_regions(certainty: float = 0.98, *, face: bool = True) -> Regions:
    """What the network says of a portrait: the subject in the lower two thirds, the face in its middle."""
    inside, outside = (1 + certainty) / 2, (1 - certainty) / 2
    found = {}
    boxes = {"subject": (100, 512, 60, 450), "face": (60, 180, 170, 280), "lips": (138, 158, 200, 246)}
    for name in ("subject", "face", "hair", "lips", "eyes", "skin"):
        mask = np.full((512, 512), outside, np.float32)
        if name in boxes and (face or name != "face"):
            top, bottom, left, right = boxes[name]
            mask[top:bottom, left:right] = inside
        found[name] = mask
    return found


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Callable[[Regions | Exception], None]:
    def install(answer: Regions | Exception) -> None:
        def find_regions(rgb: np.ndarray) -> Regions:
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(regions, "find_regions", find_regions)

    return install


def test_a_certain_network_is_believed(network: Callable[[Regions | Exception], None]) -> None:
    answer = drawn_regions()
    network(answer)
    np.testing.assert_array_equal(find_mask(astronaut(), "auto"), answer["subject"])
    np.testing.assert_array_equal(find_mask(astronaut(), "lips"), answer["lips"])


def test_a_region_the_network_does_not_see_is_an_error(
    network: Callable[[Regions | Exception], None],
) -> None:
    network(drawn_regions())
    with pytest.raises(MaskError, match="The search for hair found nothing"):
        find_mask(astronaut(), "hair")


@pytest.mark.parametrize(
    "answer",
    [
        ModelError("The network is missing."),
        drawn_regions(0.8),
        drawn_regions(0.94, face=False),
        {name: np.zeros((512, 512), np.float32) for name in drawn_regions()},
    ],
    ids=["missing", "hesitant", "overlooks the face", "sees nothing"],
)
def test_otherwise_the_photograph_is_looked_at(
    network: Callable[[Regions | Exception], None], answer: Regions | Exception
) -> None:
    network(answer)
    lips = find_mask(astronaut(), "lips")
    assert lips[138:158, 200:246].sum() > 0.9 * lips.sum()
    person = find_mask(astronaut(), "auto")
    assert person[130, 224] > 0.9
    assert person[20, 20] < 0.1


def test_without_face_and_network_the_middle_is_the_subject(
    network: Callable[[Regions | Exception], None],
) -> None:
    network(ModelError("The network is missing."))
    picture = np.full((120, 160, 3), (40, 60, 120), np.uint8)
    picture[40:100, 60:110] = (200, 180, 60)
    mask = find_mask(picture, "subject")
    assert mask[70, 85] > 0.9
    assert mask[10, 10] < 0.1
    with pytest.raises(MaskError, match="No face was found"):
        find_mask(picture, "eyes")


def test_a_word_asks_the_model() -> None:
    asked = []

    def attention(word: str) -> np.ndarray:
        asked.append(word)
        return np.eye(64, dtype=np.float32)

    picture = np.zeros((64, 64, 3), np.uint8)
    np.testing.assert_array_equal(find_mask(picture, "word: hair", attention), np.eye(64))
    assert asked == ["hair"]
    with pytest.raises(MaskError, match="comes from a model"):
        find_mask(picture, "word:hair")
    with pytest.raises(MaskError, match="lacks its word"):
        find_mask(picture, "word:", attention)
    with pytest.raises(MaskError, match="another size"):
        find_mask(np.zeros((32, 64, 3), np.uint8), "word:hair", attention)
    with pytest.raises(MaskError, match="found nothing"):
        find_mask(picture, "word:hair", lambda _: np.zeros((64, 64), np.float32))


def test_unknown_methods_are_refused_with_the_list() -> None:
    with pytest.raises(MaskError, match="There is no mask method 'magic'") as caught:
        find_mask(np.zeros((64, 64, 3), np.uint8), "magic")
    assert all(method in caught.value.hint for method in METHODS)
    with pytest.raises(MaskError):
        find_mask(np.zeros((64, 64, 3), np.uint8), "wordW")
