"""HEIC files, what telephones save, through pi-heif."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from s2edit_plugin.errors import ImageError
from s2edit_plugin.imaging.formats.exif import load_exif
from s2edit_plugin.imaging.formats.icc import matrix_profile
from s2edit_plugin.imaging.reading import read_photo
from tests.imaging.rare_files import HEIC


def test_heic_is_read_with_its_exif_and_results_are_said_to_be_png() -> None:
    photo = read_photo(HEIC)
    y, x = np.mgrid[:24, :20]
    assert np.abs(photo.pixels - np.stack([x * 12, y * 10, (x + y) * 5], axis=-1)).max() < 12
    assert (photo.format, photo.lossless, photo.icc) == ("PNG", False, None)
    assert photo.notes == ("The photo is a HEIC file; results are saved as PNG.",)
    assert photo.exif is not None
    exif = load_exif(photo.exif)
    assert exif[0x010F] == "Maker"
    assert exif[0x0112] == 1  # HEIC turns by its own boxes; the EXIF's 6 does not count (ISO 23008-12)


def test_colours_by_numbers_count_in_heic_too() -> None:
    at = HEIC.index(b"colrnclx") + 8
    p3 = read_photo(HEIC[:at] + bytes([0, 12]) + HEIC[at + 2 :])
    srgb_curve = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    primaries = [(0.680, 0.320), (0.265, 0.690), (0.150, 0.060)]
    assert p3.icc == matrix_profile(primaries, (0.3127, 0.3290), srgb_curve)
    with pytest.raises(ImageError, match="high dynamic range"):
        read_photo(HEIC[:at] + bytes([0, 9, 0, 16]) + HEIC[at + 4 :])


def test_damaged_heic_is_refused_in_one_sentence() -> None:
    for data in (HEIC[:400], HEIC[:-100], HEIC[:300] + bytes(200) + HEIC[500:]):
        with pytest.raises(ImageError, match="damaged or cut short"):
            read_photo(data)


def test_without_the_library_the_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pi_heif", "pi_heif.as_plugin"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImageError, match="is a HEIC file, and what reads them is not installed") as caught:
        read_photo(HEIC)
    assert "JPEG" in (caught.value.hint or "")
