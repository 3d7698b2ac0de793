from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from skimage.data import astronaut

from s2edit_plugin.api.regions import MASK_METHODS
from s2edit_plugin.errors import MaskError, ModelError
from s2edit_plugin.perception.masks import face, regions
from s2edit_plugin.perception.masks.found import FoundMask
from s2edit_plugin.perception.masks.resolve import search_mask


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

    def attention(word: str) -> FoundMask:
        asked.append(word)
        return FoundMask(np.eye(64, dtype=np.float32), ("Not sure.",), sure=False)

    picture = np.zeros((64, 64, 3), np.uint8)
    np.testing.assert_array_equal(find_mask(picture, "word: hair", attention), np.eye(64))
    assert asked == ["hair"]
    doubtful = search_mask(picture, "word:hair", attention)
    assert (doubtful.sure, doubtful.notes) == (False, ("Not sure.",))
    with pytest.raises(MaskError, match="comes from a model"):
        find_mask(picture, "word:hair")
    with pytest.raises(MaskError, match="lacks its word"):
        find_mask(picture, "word:", attention)
    with pytest.raises(MaskError, match="another size"):
        find_mask(np.zeros((32, 64, 3), np.uint8), "word:hair", attention)
    with pytest.raises(MaskError, match="found nothing"):
        find_mask(picture, "word:hair", lambda _: FoundMask(np.zeros((64, 64), np.float32)))


def test_unknown_methods_are_refused_with_the_list() -> None:
    with pytest.raises(MaskError, match="There is no mask method 'magic'") as caught:
        find_mask(np.zeros((64, 64, 3), np.uint8), "magic")
    assert all(method in caught.value.hint for method in MASK_METHODS)
    with pytest.raises(MaskError):
        find_mask(np.zeros((64, 64, 3), np.uint8), "wordW")


# ---------------------------------------------------------------------- how sure it is


SKY = {name: np.full((512, 512), 0.001, np.float32) for name in drawn_regions()}


def faces_of(monkeypatch: pytest.MonkeyPatch, *boxes: face.FaceBox) -> None:
    monkeypatch.setattr(face, "find_faces", lambda rgb: list(boxes))


LARGE, SMALL = face.FaceBox(176, 70, 100, 100), face.FaceBox(20, 20, 60, 60, 0.75)


def test_of_a_group_the_largest_is_taken_and_the_others_are_offered(
    network: Callable[[Regions | Exception], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    network(ModelError("The network is missing."))
    faces_of(monkeypatch, LARGE, SMALL)
    found = search_mask(astronaut(), "face")
    assert found.sure
    assert found.notes == (
        "The photo shows 2 faces, and the largest was taken. The others are found as face:2.",
    )
    assert found.others == ("face:2",)
    assert found.mask[120, 224] > 0.9
    chosen = search_mask(astronaut(), "face:2")
    assert (chosen.notes, chosen.others) == ((), ())
    assert chosen.mask[50, 50] > 0.9
    assert chosen.mask[120, 224] == 0
    assert search_mask(astronaut(), "lips").others == ("lips:2",)
    assert search_mask(astronaut(), "face:1").notes == ()
    with pytest.raises(MaskError, match="no face 3 in the photo: 2 were found"):
        search_mask(astronaut(), "face:3")
    for wrong in ("face:0", "face:x", "grabcut:2", "face:"):
        with pytest.raises(MaskError, match="There is no mask method"):
            search_mask(astronaut(), wrong)


def test_a_doubtful_face_is_called_one_and_makes_no_person(
    network: Callable[[Regions | Exception], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    network(ModelError("The network is missing."))
    faces_of(monkeypatch, face.FaceBox(10, 10, 20, 20, 0.25))
    photo = np.ascontiguousarray(astronaut()[::4, ::4])
    found = search_mask(photo, "face")
    assert not found.sure
    assert found.notes == ("Not sure that this is a face. Look at the mask before you use it.",)
    subject, by_colour = search_mask(photo, "auto"), search_mask(photo, "grabcut")
    np.testing.assert_array_equal(subject.mask, by_colour.mask)
    assert not subject.sure
    assert subject.notes[0].startswith("Not sure that this is the subject: it was found by colour alone.")


def test_where_nobody_stands_out_around_a_face_the_middle_is_the_subject(
    network: Callable[[Regions | Exception], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(*_: object) -> np.ndarray:
        raise MaskError("No subject was found around the face.")

    network(ModelError("The network is missing."))
    faces_of(monkeypatch, LARGE)
    monkeypatch.setattr(face, "person_mask", nobody)
    picture = np.full((60, 80, 3), (40, 60, 120), np.uint8)
    picture[20:50, 30:55] = (200, 180, 60)
    found = search_mask(picture, "auto")
    assert found.mask[35, 42] > 0.9
    assert not found.sure


def test_a_network_that_is_sure_of_the_sky_alone_is_not_believed(
    network: Callable[[Regions | Exception], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A moon, a rocket: nothing around them is anybody for certain, and where they are the network wavers."""
    wavering = {**SKY, "subject": SKY["subject"].copy()}
    wavering["subject"][200:340, 200:340] = 0.7
    network(wavering)
    faces_of(monkeypatch)
    found = search_mask(astronaut(), "auto")
    assert not found.sure
    assert "found by colour alone" in found.notes[0]


def test_of_a_large_picture_a_reduced_copy_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A panorama of 20,000 x 500 was padded to a square of 400 megapixels, six masks of it made, and nothing found."""
    seen = []

    def find_regions(rgb: np.ndarray) -> Regions:
        seen.append(rgb.shape)
        inside = np.zeros(rgb.shape[:2], np.float32)
        inside[:, 200:320] = 1
        return dict.fromkeys(drawn_regions(), inside)

    monkeypatch.setattr(regions, "find_regions", find_regions)
    mask = find_mask(np.zeros((50, 2000, 3), np.uint8), "auto")
    assert seen == [(13, 512, 3)]
    assert mask.shape == (50, 2000)
    assert mask[25, 1000] == 1
    assert mask[25, 500] == 0
