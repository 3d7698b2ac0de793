from __future__ import annotations

import time
from functools import cache

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut, chelsea

from s2edit_plugin.api.regions import PHOTO_REGIONS
from s2edit_plugin.errors import MaskError
from s2edit_plugin.perception.masks.face import (
    FaceBox,
    face_regions,
    find_face,
    find_faces,
    person_mask,
)
from s2edit_plugin.perception.masks.grabcut import (
    BACKGROUND,
    FOREGROUND,
    MAYBE_FOREGROUND,
    grabcut,
    grabcut_subject,
)

# Where things are on scikit-image's astronaut, read off the picture by eye: top, bottom, left, right.
FACE = (76, 180, 180, 270)
LIPS = (138, 158, 200, 246)
EYES = (91, 108, 190, 260)
SIZE = 512


@cache
def regions() -> dict[str, np.ndarray]:
    return face_regions(astronaut())


def share_inside(mask: np.ndarray, box: tuple[int, int, int, int], grow: int = 0) -> float:
    """Which part of a mask lies in a box given in pixels of the original."""
    down, across = mask.shape[0] / SIZE, mask.shape[1] / SIZE
    top, bottom, left, right = box
    rows = slice(int((top - grow) * down), int((bottom + grow) * down))
    columns = slice(int((left - grow) * across), int((right + grow) * across))
    return float(mask[rows, columns].sum() / mask.sum())


def test_the_face_is_found() -> None:
    box = find_face(astronaut())
    assert box is not None
    assert abs(box.x + box.width / 2 - 224) < 12
    assert 60 < box.y < 90
    assert 75 < box.width < 125


@pytest.mark.parametrize("squeeze", [(512, 384), (400, 512), (300, 300), (700, 700)])
def test_the_face_is_found_on_other_sizes_and_stretched(squeeze: tuple[int, int]) -> None:
    width, height = squeeze
    picture = np.asarray(Image.fromarray(astronaut()).resize(squeeze))
    box = find_face(picture)
    assert box is not None
    assert abs((box.x + box.width / 2) / width - 224 / SIZE) < 0.03
    assert abs((box.y + box.height / 2) / height - 118 / SIZE) < 0.05


def test_the_face_mask_is_the_face() -> None:
    mask = regions()["face"]
    assert mask.shape == (SIZE, SIZE)
    assert mask.dtype == np.float32
    assert share_inside(mask, FACE, grow=8) > 0.95
    top, bottom, left, right = FACE
    middle = mask[top + 25 : bottom - 15, left + 20 : right - 20]
    assert middle.mean() > 0.95


def test_the_lips_are_the_lips() -> None:
    mask = regions()["lips"]
    assert share_inside(mask, LIPS, grow=2) > 0.95
    top, bottom, left, right = LIPS
    assert mask[top:bottom, left:right].mean() > 0.25
    rgb = astronaut().astype(float)
    redness = rgb[..., 0] - rgb[..., 1]
    around = regions()["skin"]
    assert np.average(redness, weights=mask) > np.average(redness, weights=around) + 10


def test_the_eyes_are_the_eyes() -> None:
    mask = regions()["eyes"]
    assert share_inside(mask, EYES, grow=6) > 0.95
    assert mask[101, 202] > 0.9
    assert mask[103, 247] > 0.9
    assert mask[101, 224] < 0.1


def test_hair_and_skin_are_apart() -> None:
    hair, skin = regions()["hair"], regions()["skin"]
    assert hair[55, 224] > 0.9
    assert hair[110, 165] > 0.9
    assert skin[120, 224] > 0.9
    assert np.minimum(hair, skin).sum() < 0.1 * skin.sum()


def test_the_person_reaches_from_hair_to_suit() -> None:
    mask = person_mask(astronaut())
    for row, column in ((55, 224), (130, 224), (330, 150), (400, 100)):
        assert mask[row, column] > 0.9
    for row, column in ((20, 20), (100, 350), (200, 480), (6, 224)):
        assert mask[row, column] < 0.1
    assert 0.25 < mask.mean() < 0.55


def test_a_photo_of_4000_x_3000_takes_seconds() -> None:
    large = np.asarray(Image.fromarray(astronaut()).resize((4000, 3000), Image.Resampling.BICUBIC))
    started = time.process_time()
    found = face_regions(large, ("face", "lips"))
    assert time.process_time() - started < 5
    assert found["face"].shape == (3000, 4000)
    assert share_inside(found["face"], FACE, grow=10) > 0.95
    assert share_inside(found["lips"], LIPS, grow=3) > 0.95


def test_a_grey_photo_has_lips_where_mouths_are() -> None:
    grey = np.repeat(astronaut().mean(axis=2).astype(np.uint8)[..., None], 3, axis=2)
    lips = face_regions(grey, ("lips",))["lips"]
    assert share_inside(lips, LIPS, grow=10) > 0.8


def test_where_there_is_no_face() -> None:
    plain = np.full((200, 300, 3), 128, np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    for picture in (plain, noise):
        assert find_face(picture) is None
        with pytest.raises(MaskError, match="No face was found") as caught:
            face_regions(picture, ("face",))
        assert caught.value.hint


@pytest.mark.parametrize("box", [FaceBox(-30, -30, 60, 60), FaceBox(150, 20, 90, 90), FaceBox(0, 0, 5, 5)])
def test_boxes_over_the_border_are_harmless(box: FaceBox) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (100, 200, 3), dtype=np.uint8)
    for mask in face_regions(picture, PHOTO_REGIONS, box).values():
        assert mask.shape == (100, 200)
        assert 0 <= mask.min() <= mask.max() <= 1


def two_colours() -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.indices((80, 100))
    truth = np.hypot(rows - 40, columns - 50) < 25
    noise = np.random.default_rng(0).normal(0, 0.08, (80, 100, 3))
    picture = np.where(truth[..., None], [0.7, 0.4, 0.3], [0.3, 0.4, 0.6]) + noise
    return np.clip(picture, 0, 1).astype(np.float32), truth


def test_grabcut_separates_two_noisy_colours() -> None:
    picture, truth = two_colours()
    labels = np.full(truth.shape, BACKGROUND, np.uint8)
    labels[8:72, 15:85] = MAYBE_FOREGROUND
    found = grabcut(picture, labels)
    assert (found & truth).sum() / (found | truth).sum() > 0.97


def test_grabcut_keeps_what_is_certain() -> None:
    picture, truth = two_colours()
    labels = np.full(truth.shape, MAYBE_FOREGROUND, np.uint8)
    labels[:, :10] = BACKGROUND
    labels[:5, 40:60] = FOREGROUND
    found = grabcut(picture, labels)
    assert not found[:, :10].any()
    assert found[:5, 40:60].all()


def test_grabcut_of_a_plain_picture_neither_fails_nor_warns() -> None:
    for labels in (np.zeros((30, 30), np.uint8), np.full((30, 30), MAYBE_FOREGROUND, np.uint8)):
        assert grabcut(np.full((30, 30, 3), 0.5, np.float32), labels).shape == (30, 30)


def test_the_subject_in_the_middle() -> None:
    picture, truth = two_colours()
    mask = grabcut_subject(np.rint(picture * 255).astype(np.uint8)) > 0.5
    assert (mask & truth).sum() / (mask | truth).sum() > 0.95


def test_no_subject_in_the_middle() -> None:
    with pytest.raises(MaskError, match="No subject was found"):
        grabcut_subject(np.full((16, 16, 3), 9, np.uint8), border=0.49)


def test_several_faces_come_by_their_size() -> None:
    """Two people beside each other, the right one nearer; each found with confidence."""
    photo = astronaut()
    small = np.asarray(Image.fromarray(photo).resize((340, 340)))
    group = np.full((512, 852, 3), 128, np.uint8)
    group[86:426, :340] = small
    group[:, 340:] = photo
    first, second = find_faces(group)
    assert abs(first.x + first.width / 2 - (340 + 224)) < 16
    assert abs(second.x + second.width / 2 - 224 * 340 / 512) < 16
    assert first.sure
    assert second.sure


@pytest.mark.parametrize("name", ["half a face", "a cat"])
def test_what_is_found_once_is_not_sure(name: str) -> None:
    picture = chelsea() if name == "a cat" else np.ascontiguousarray(astronaut()[:, 225:])
    assert not any(box.sure for box in find_faces(picture))


def test_a_face_in_a_panorama() -> None:
    """20,000 x 500: searched at a height at which faces can be seen, in the time of a photo."""
    panorama = np.full((500, 20_000, 3), (90, 120, 160), np.uint8)
    panorama[:, 11_000:11_500] = np.asarray(Image.fromarray(astronaut()[:330, 70:400]).resize((500, 500)))
    started = time.process_time()
    (box,) = find_faces(panorama)
    assert time.process_time() - started < 20
    assert abs(box.x + box.width / 2 - (11_000 + (224 - 70) * 500 / 330)) < 40
