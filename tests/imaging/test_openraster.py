"""OpenRaster files: what is in them, and that what is seen is the result, pixel by pixel."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree
import zipfile

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin.errors import ImageError
from s2edit_plugin.imaging.openraster import encode_openraster
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.imaging.provenance import NOTICE, Provenance
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.imaging.writing import encode_photo
from tests.imaging.picture_files import SRGB_ICC, exif_block, noise, plain_png16, saved

NAMES = ("Photo", "Result <1>", "Region")


def pair(data: bytes) -> tuple[Photo, Photo, np.ndarray]:
    """A photo, a result that differs in its middle only, and the region, soft at its edge."""
    photo = read_photo(data, "the photo")
    region = np.zeros(photo.size, np.uint8)
    region[5:14, 8:25] = 90
    region[7:12, 10:23] = 255
    pixels = photo.pixels.copy()
    pixels[region > 0] = pixels[region > 0] // 2
    result = read_photo(encode_photo(photo, pixels, provenance=Provenance("small")), "the result")
    return photo, result, region


def picture(file: zipfile.ZipFile, name: str) -> np.ndarray:
    with Image.open(io.BytesIO(file.read(name))) as image:
        return np.asarray(image)


def test_the_file_has_what_the_specification_asks_for() -> None:
    photo, result, region = pair(saved(noise(19, 33), "PNG", icc_profile=SRGB_ICC, dpi=(300, 300)))
    data = encode_openraster(photo, result, region, NAMES)
    assert data[30:54] == b"mimetypeimage/openraster"
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        first = file.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        stack = ElementTree.fromstring(file.read("stack.xml"))
        assert (stack.get("w"), stack.get("h"), stack.get("xres")) == ("33", "19", "300")
        layers = [(layer.get("name"), layer.get("visibility")) for layer in stack.iter("layer")]
        assert layers == [("Region", "hidden"), ("Result <1>", "visible"), ("Photo", "visible")]
        for layer in stack.iter("layer"):
            assert layer.get("src") in file.namelist()
        assert max(picture(file, "Thumbnails/thumbnail.png").shape) <= 256


def test_layers_put_over_each_other_are_the_result() -> None:
    photo, result, region = pair(saved(noise(19, 33), "PNG", icc_profile=SRGB_ICC, exif=exif_block()))
    with zipfile.ZipFile(io.BytesIO(encode_openraster(photo, result, region, NAMES))) as file:
        below, above = picture(file, "data/photo.png"), picture(file, "data/result.png")
        assert set(np.unique(above[..., 3])) == {0, 255}
        seen = np.where(above[..., 3:] == 255, above[..., :3], below)
        np.testing.assert_array_equal(seen, picture(file, "mergedimage.png"))
        np.testing.assert_array_equal(seen, result.pixels)
        np.testing.assert_array_equal(picture(file, "data/region.png"), region)
        merged = read_photo(file.read("mergedimage.png"), "merged")
        assert merged.icc == SRGB_ICC
        assert merged.exif
        assert NOTICE.encode() in (merged.xmp or b"")
        assert NOTICE.encode() not in (read_photo(file.read("data/photo.png"), "photo").xmp or b"")


def test_sixteen_bits_and_transparency_are_kept_and_a_missing_region_is_everything() -> None:
    photo, result, region = pair(plain_png16(noise(19, 33, 4, np.uint16)))
    with zipfile.ZipFile(io.BytesIO(encode_openraster(photo, result, region, NAMES))) as file:
        above = read_photo(file.read("data/result.png"), "result")
        assert above.depth == 16
        assert above.alpha is not None
        np.testing.assert_array_equal(above.alpha, np.where(region > 0, photo.alpha, 0))
    with zipfile.ZipFile(io.BytesIO(encode_openraster(photo, result, None, NAMES))) as file:
        assert "data/region.png" not in file.namelist()
        whole = read_photo(file.read("data/result.png"), "result")
        np.testing.assert_array_equal(whole.pixels, result.pixels)


def test_pictures_of_different_sizes_are_refused() -> None:
    photo, result, _ = pair(saved(noise(19, 33), "PNG"))
    other = read_photo(saved(noise(20, 33), "PNG"), "other")
    with pytest.raises(ImageError):
        encode_openraster(other, result, None, NAMES)
    with pytest.raises(ImageError):
        encode_openraster(photo, result, np.zeros((3, 3), np.uint8), NAMES)
