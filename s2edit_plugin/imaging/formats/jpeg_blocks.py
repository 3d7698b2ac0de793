"""A result as JPEG in which every block without a changed pixel keeps the photo's exact coefficients.

Blocks have 8 pixels a side, or 16 with subsampled chroma. The work is done by the child process `jpeg_child`, whose output is
verified.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from s2edit_plugin.imaging.formats.decoding import opened
from s2edit_plugin.imaging.formats.exif import laid_back, orientation_of
from s2edit_plugin.imaging.formats.jpeg_child import blocks_with
from s2edit_plugin.imaging.formats.jpeg_side import split_jpeg

__all__ = ["can_keep_blocks", "with_kept_blocks"]

MOST_PIXELS = 64_000_000  # beyond, the coefficients of all blocks would take gigabytes
_SECONDS = 120
_TILE = 32  # the largest block, with what colours of half size reach into its neighbours


def can_keep_blocks() -> bool:
    """Whether the library that reads coefficients is installed; it has no wheel for every machine."""
    return importlib.util.find_spec("jpeglib") is not None


def with_kept_blocks(original: bytes, before: np.ndarray, after: np.ndarray) -> tuple[bytes, int] | None:
    """The JPEG with the changed blocks compressed anew, without metadata, and its orientation.

    Args:
        original: the JPEG file. before, after: uint8 (H, W, 1..3), upright: what the file shows, and what it is to show.

    Returns:
        The file, its pixels lying as in the original, and the EXIF orientation they are looked at by; None where this JPEG
        cannot be changed so (arithmetic coding, RGB or CMYK inside, too large), or the library is not there.
    """
    if (
        not can_keep_blocks()
        or before.shape != after.shape
        or before.shape[0] * before.shape[1] > MOST_PIXELS
    ):
        return None
    bare, side, frame = split_jpeg(original)
    if frame is None or frame.bits != 8 or frame.channels not in (1, 3) or frame.lossless:
        return None
    orientation = orientation_of(side.exif)
    changed = laid_back((before != after).any(axis=2), orientation)
    pixels = laid_back(after, orientation)
    made = _changed_by_child(bare, pixels[..., 0] if frame.channels == 1 else pixels, changed)
    if made is None:
        return None
    result = split_jpeg(made)[0]
    if not _is_kept(bare, result, changed):
        logging.getLogger(__name__).warning("A JPEG's blocks could not be kept; it is compressed as a whole.")
        return None
    return result, orientation


def _changed_by_child(bare: bytes, pixels: np.ndarray, changed: np.ndarray) -> bytes | None:
    """What `jpeg_child` makes, None if it fails."""
    if not changed.any():
        return bare
    with tempfile.TemporaryDirectory(prefix="s2edit-jpeg-") as name:
        folder = Path(name)
        (folder / "original.jpg").write_bytes(bare)
        np.save(folder / "pixels.npy", np.ascontiguousarray(pixels), allow_pickle=False)
        np.save(folder / "changed.npy", np.ascontiguousarray(changed), allow_pickle=False)
        package = str(Path(__file__).resolve().parents[3])
        # jpeglib leaves copies of what it reads in the folder for temporary files: they go with this one.
        environment = os.environ | {"TMPDIR": name, "TEMP": name, "TMP": name, "PYTHONPATH": package}
        command = [sys.executable, "-m", "s2edit_plugin.imaging.formats.jpeg_child"]
        try:
            done = subprocess.run(
                command, cwd=name, env=environment, timeout=_SECONDS, check=False, capture_output=True
            )
            return (folder / "result.jpg").read_bytes() if done.returncode == 0 else None
        except (OSError, subprocess.SubprocessError):
            return None


def _is_kept(before: bytes, after: bytes, changed: np.ndarray) -> bool:
    """Whether both files show the same wherever no block near by was changed."""
    try:
        with opened(before, "JPEG") as one, opened(after, "JPEG") as other:
            first, second = np.asarray(one), np.asarray(other)
    except (OSError, ValueError, SyntaxError):
        return False
    if first.shape != second.shape:
        return False
    shape = (-(-changed.shape[0] // _TILE), -(-changed.shape[1] // _TILE))
    tiles = np.pad(blocks_with(changed, _TILE, _TILE, shape), 1)
    near = np.zeros(shape, dtype=bool)
    for down in range(3):
        for across in range(3):
            near |= tiles[down : down + shape[0], across : across + shape[1]]
    for row, column in np.argwhere(~near):
        place = np.s_[row * _TILE : (row + 1) * _TILE, column * _TILE : (column + 1) * _TILE]
        if not np.array_equal(first[place], second[place]):
            return False
    return True
