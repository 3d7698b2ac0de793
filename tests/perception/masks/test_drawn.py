"""Which pictures are taken for drawn ones."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from skimage import data

from s2edit_plugin.perception.masks.drawn import drawn_regions, sure_regions
from s2edit_plugin.perception.masks.face import person_mask


def compressed(rgb: np.ndarray) -> np.ndarray:
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, "JPEG", quality=50)
    with Image.open(stream) as image:
        return np.asarray(image)


def test_drawn_pictures_are_drawn() -> None:
    from s2edit_models.drawing.dataset import draw, split_seed

    for index in range(8):
        rgb = draw(split_seed("test", 8000 + index), 192)[0].rgb
        assert sure_regions(rgb) is not None
        assert sure_regions(compressed(rgb)) is not None


@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee", "camera"])
def test_photographs_are_not(name: str) -> None:
    rgb = np.asarray(getattr(data, name)())
    rgb = rgb if rgb.ndim == 3 else np.repeat(rgb[..., None], 3, axis=2)
    assert sure_regions(rgb) is None
    assert drawn_regions(rgb, lambda: pytest.fail("asked for a face")) is None


@pytest.mark.parametrize("wall", [(255, 255, 255), (120, 140, 170)])
def test_a_portrait_before_a_plain_wall_is_not(wall: tuple[int, int, int]) -> None:
    person = person_mask(data.astronaut())[..., None]
    rgb = np.rint(data.astronaut() * person + np.array(wall) * (1 - person)).astype(np.uint8)
    for picture in (rgb, np.ascontiguousarray(rgb[:330, 70:400])):
        assert sure_regions(picture) is None
