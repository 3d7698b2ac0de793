"""Results are signed, and nothing else in them changes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from s2edit_plugin.cli.files import write_result
from s2edit_plugin.imaging.credentials.areas import MOST_AREAS, changed_areas
from s2edit_plugin.imaging.credentials.certificates import LocalChain
from s2edit_plugin.imaging.credentials.inspection import inspect_picture
from s2edit_plugin.imaging.credentials.signing import credentials_of, signed, signer, with_credentials
from s2edit_plugin.imaging.photo import FileFormat, Photo
from s2edit_plugin.imaging.provenance import Provenance
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.imaging.saving import encode_result
from s2edit_plugin.imaging.writing import encode_exactly
from s2edit_plugin.storage.paths import DataFolder, data_folder
from s2edit_plugin.storage.settings import change_settings

ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
PLACE = np.s_[8:24, 16:48]


def photo_file(format: str = "JPEG", seed: int = 0, **options: Any) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    pixels = np.kron(np.random.default_rng(seed).integers(0, 256, (12, 16, 3)), np.ones((5, 5, 1)))
    stream = io.BytesIO()
    with Image.fromarray(pixels.astype(np.uint8)) as image:
        image.save(stream, format, icc_profile=ICC, exif=exif, **options)
    return stream.getvalue()


def edited(photo: Photo) -> bytes:
    pixels = photo.pixels.copy()
    pixels[PLACE] = photo.white - pixels[PLACE]
    return encode_exactly(photo, pixels, provenance=Provenance("small"))


@pytest.fixture
def folder() -> DataFolder:
    return data_folder()


def is_the_same_but_for_the_signature(one: bytes, other: bytes) -> bool:
    first, second = read_photo(one), read_photo(other)
    said = ("exif", "xmp", "icc", "dpi", "photoshop", "texts", "jpeg")
    return np.array_equal(first.pixels, second.pixels) and all(
        getattr(first, name) == getattr(second, name) for name in said
    )


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_signed_file_is_the_same_picture_with_the_same_metadata(
    folder: DataFolder, format: FileFormat
) -> None:
    data = photo_file()
    result = edited(read_photo(data))
    unsigned = encode_result(result, format, original=data, lossless=True if format == "WEBP" else None)
    made, why = with_credentials(folder, unsigned, result, data)
    assert why == ""
    assert is_the_same_but_for_the_signature(made, unsigned)
    found = inspect_picture(made)
    assert found.by_ai
    assert found.credentials is not None
    assert (found.credentials.state, found.credentials.trusted) == ("intact", False)
    (link,) = found.credentials.chain
    opened, edit = link.actions
    assert opened.action == "c2pa.opened"
    assert (edit.action, edit.model) == ("c2pa.edited", "small")
    assert edit.source_type == "compositeWithTrainedAlgorithmicMedia"
    assert edit.areas == ((16.0, 8.0, 32.0, 16.0),)
    assert b"Maker" in (read_photo(made).exif or b"")


@pytest.mark.parametrize("kind", ["16-bit TIFF", "16-bit PNG", "alpha", "grey"])
def test_depth_alpha_and_grey_survive(folder: DataFolder, kind: str) -> None:
    rng = np.random.default_rng(3)
    depth = np.uint16 if "16" in kind else np.uint8
    pixels = rng.integers(0, np.iinfo(depth).max, (40, 60, 3)).astype(depth)
    alpha = pixels[..., 0] if kind in ("alpha", "16-bit TIFF") else None
    if kind == "grey":
        pixels = np.repeat(pixels[..., :1], 3, axis=2)
    photo = Photo(pixels, alpha, "TIFF" if kind == "16-bit TIFF" else "PNG", grey=kind == "grey", icc=None)
    result = edited(photo)
    made, why = with_credentials(folder, result, result, result)
    assert (why, made != result) == ("", True)
    got = read_photo(made)
    assert got.depth == photo.depth
    assert got.grey == photo.grey
    np.testing.assert_array_equal(got.pixels, read_photo(result).pixels)
    if alpha is not None:
        assert got.alpha is not None
        np.testing.assert_array_equal(got.alpha, alpha)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_an_edit_of_an_edited_file_keeps_the_chain_and_no_old_manifest(
    folder: DataFolder, format: FileFormat
) -> None:
    data = photo_file()
    once = encode_result(edited(read_photo(data)), format, original=data)
    first, _ = with_credentials(folder, once, edited(read_photo(data)), data)
    result = edited(read_photo(first))
    twice = encode_result(result, format, original=first)
    assert b"c2pa" not in twice  # the first one's signature is not carried along unsigned
    second, why = with_credentials(folder, twice, result, first)
    assert why == ""
    report = inspect_picture(second).credentials
    assert report is not None
    assert [link.relationship for link in report.chain] == ["", "parentOf"]
    assert [link.failures for link in report.chain] == [(), ()]


def test_no_small_picture_of_the_unedited_photo_is_in_the_file(folder: DataFolder) -> None:
    camera = with_thumbnails(folder, with_thumbnails(folder, photo_file()))
    assert small_pictures(camera) == 4
    result = edited(read_photo(camera))
    made, why = with_credentials(folder, encode_result(result, "JPEG", original=camera), result, camera)
    assert why == ""
    assert small_pictures(made) == 0
    report = inspect_picture(made).credentials
    assert report is not None
    assert report.state == "intact"
    assert len(report.chain) == 3  # what camera and editor signed is there, but for their pictures
    assert not any(link.failures or link.thumbnail for link in report.chain)


def test_a_photo_whose_credentials_do_not_hold_is_said_to_be_so(folder: DataFolder) -> None:
    data = photo_file("PNG")
    first, _ = with_credentials(folder, edited(read_photo(data)), edited(read_photo(data)), data)
    broken = first.replace(b"Maker", b"Faker")
    assert broken != first
    result = edited(read_photo(data))
    made, why = with_credentials(folder, result, result, broken)
    assert why == ""
    report = inspect_picture(made).credentials
    assert report is not None
    assert report.state == "intact"
    assert report.chain[1].failures


def test_what_cannot_be_read_of_the_photo_costs_no_signature(folder: DataFolder) -> None:
    data = photo_file("PNG")
    result = edited(read_photo(data))
    for photo in (b"no picture", data[: len(data) // 2], b""):
        made = signed(folder, result, photo, [(0, 0, 5, 5)])
        report = inspect_picture(made).credentials
        assert report is not None
        assert report.state == "intact"


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_changed_file_is_found_out(folder: DataFolder, format: FileFormat) -> None:
    data = photo_file()
    result = edited(read_photo(data))
    made, _ = with_credentials(folder, encode_result(result, format, original=data), result, data)
    for before, after in ((b"edited by AI<", b"taken by me.<"), (b"Maker", b"Faker")):
        assert before in made
        found = inspect_picture(made.replace(before, after))
        assert found.credentials is not None
        assert found.credentials.state == "changed"
        assert any("changed after it was signed" in sentence for sentence in found.sentences)


def test_masks_and_other_peoples_pictures_are_not_signed_and_a_switch_turns_it_off(
    folder: DataFolder,
) -> None:
    data = photo_file("PNG")
    assert with_credentials(folder, data, data) == (data, "")
    change_settings(folder, content_credentials=False)
    result = edited(read_photo(data))
    assert with_credentials(folder, result, result, data) == (result, "")
    assert not (folder.root / "credentials").exists()


def test_a_result_is_not_lost_to_its_signature(folder: DataFolder, tmp_path: Path) -> None:
    data = photo_file()
    result = edited(read_photo(data))
    change_settings(folder, certificate=str(tmp_path / "gone.pem"), certificate_key="gone.key")
    (note,) = write_result(tmp_path / "out.png", result, data)
    assert note.startswith("The file has no Content Credentials. ")
    assert "gone.pem cannot be read" in note
    assert (tmp_path / "out.png").read_bytes() == result


def test_the_users_own_certificate_signs(folder: DataFolder, tmp_path: Path) -> None:
    made = LocalChain(DataFolder(tmp_path / "other")).load()
    (tmp_path / "own.pem").write_bytes(made.chain)
    (tmp_path / "own.key").write_bytes(made.key)
    change_settings(folder, certificate=str(tmp_path / "own.pem"), certificate_key=str(tmp_path / "own.key"))
    assert signer(folder) == {"signer": made.name, "until": made.until.date().isoformat(), "own": True}
    data = photo_file("PNG")
    result = edited(read_photo(data))
    out, why = with_credentials(folder, result, result, data)
    assert why == ""
    assert credentials_of(out) is not None
    assert not (folder.root / "credentials").exists()


def test_neither_library_is_loaded_where_pictures_are_written() -> None:
    code = (
        "import sys, s2edit_plugin.imaging.credentials.inspection, s2edit_plugin.cli.main, s2edit_plugin.imaging.writing\n"
        "print([name for name in ('c2pa', 'cryptography', 'torch') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.replace("'", '"')) == []


def test_areas_are_tight_few_and_whole_where_sizes_differ() -> None:
    before = np.zeros((300, 700, 3), np.uint8)
    assert changed_areas(before, before) == []
    after = before.copy()
    after[10:20, 30:50, 1] = 1
    after[200:290, 600:690] = 9
    assert changed_areas(before, after) == [(600, 200, 690, 290), (30, 10, 50, 20)]
    for number in range(20):
        after[5 + (number % 2) * 100, 10 + 30 * number] = 1
    areas = changed_areas(before, after)
    assert len(areas) == MOST_AREAS
    changed = (before != after).any(axis=2)
    for left, top, right, bottom in areas:
        changed[top:bottom, left:right] = False
    assert not changed.any()
    assert changed_areas(before, after[:100]) == [(0, 0, 700, 100)]


def with_thumbnails(folder: DataFolder, data: bytes) -> bytes:
    """A photo as a camera signs it: with a small picture of itself."""
    import c2pa

    from s2edit_plugin.imaging.credentials.library import SETTINGS
    from s2edit_plugin.imaging.credentials.manifest import definition, parent

    key = LocalChain(folder).load()
    quiet = {**SETTINGS, "builder": {"thumbnail": {"enabled": True}}}
    made = definition("image/jpeg", "", "", "taken", (), when="2026-12-01T00:00:00Z")
    info = c2pa.C2paSignerInfo(key.algorithm.encode(), key.chain, key.key, None)
    out = io.BytesIO()
    with (
        c2pa.Context(c2pa.Settings.from_dict(quiet)) as context,
        c2pa.Signer.from_info(info) as signs,
        c2pa.Builder(json.dumps(made), context) as builder,
    ):
        builder.add_ingredient_from_stream(json.dumps(parent()), "image/jpeg", io.BytesIO(data))
        builder.sign(signs, "image/jpeg", io.BytesIO(data), out)
    return out.getvalue()


def small_pictures(data: bytes) -> int:
    """How many thumbnails a file's manifests hold, by the library's detailed report."""
    import c2pa

    from s2edit_plugin.imaging.credentials.library import SETTINGS
    from s2edit_plugin.imaging.credentials.manifest import thumbnails_of

    with (
        c2pa.Context(c2pa.Settings.from_dict(SETTINGS)) as context,
        c2pa.Reader("image/jpeg", io.BytesIO(data), context=context) as reader,
    ):
        return len(thumbnails_of(json.loads(reader.detailed_json())))
