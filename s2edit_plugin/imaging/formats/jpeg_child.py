"""A process of its own that replaces blocks of a JPEG: ``python -m s2edit_plugin.imaging.formats.jpeg_child`` in a folder.

jpeglib gives access to libjpeg's coefficients, but libjpeg may end the process on a damaged file, hence the child. It reads
``original.jpg`` and ``pixels.npy`` (uint8, (H, W) or (H, W, 3), as the JPEG stores them) with ``changed.npy`` (bool (H, W)),
and writes ``result.jpg``: the original, blocks that hold a changed pixel compressed anew.
"""

from __future__ import annotations

import sys

import numpy as np

__all__ = ["block_coefficients", "blocks_with", "main"]

# JFIF 1.02: how libjpeg makes brightness and colour of RGB.
_TO_YCC = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])
_N = np.arange(8)
_DCT = np.sqrt(0.25) * np.cos((2 * _N[None, :] + 1) * _N[:, None] * np.pi / 16)
_DCT[0] = np.sqrt(0.125)
"""The orthonormal DCT-II of eight samples: ``_DCT @ block @ _DCT.T`` is what ITU-T T.81 (A.3.3) defines."""


def blocks_with(changed: np.ndarray, rows: int, columns: int, shape: tuple[int, int]) -> np.ndarray:
    """Which blocks of a component hold a changed pixel: bool (shape).

    Args:
        changed: bool (H, W). rows, columns: pixels of the picture that a block covers. shape: blocks down and across.
    """
    height, width = shape[0] * rows, shape[1] * columns
    padded = np.zeros((height, width), dtype=bool)
    part = changed[:height, :width]
    padded[: part.shape[0], : part.shape[1]] = part
    tiles = padded.reshape(shape[0], rows, shape[1], columns)
    return np.asarray(tiles.any(axis=(1, 3)))


def block_coefficients(
    pixels: np.ndarray, component: int, places: np.ndarray, rows: int, columns: int, table: np.ndarray
) -> np.ndarray:
    """Quantized coefficients (n, 8, 8) of some blocks.

    Args:
        pixels: uint8 (H, W) or (H, W, 3). component: 0 brightness, 1 and 2 colour. places: (n, 2) row and column of blocks.
        rows, columns: pixels that a block covers. table: (8, 8) quantization.
    """
    height, width = pixels.shape[:2]
    # Pixels beyond the border repeat it, as libjpeg has it.
    down = np.minimum(places[:, :1] * rows + np.arange(rows), height - 1)
    across = np.minimum(places[:, 1:] * columns + np.arange(columns), width - 1)
    parts = pixels[down[:, :, None], across[:, None, :]].astype(np.float64)
    if parts.ndim == 4:
        parts = parts @ _TO_YCC[component]
    centred = parts - 128.0 if component == 0 else parts
    samples = centred.reshape(len(places), 8, rows // 8, 8, columns // 8).mean(axis=(2, 4))
    return np.rint(_DCT @ samples @ _DCT.T / table).astype(np.int16)


def main() -> int:
    """Replace the blocks; 3: this JPEG is of a kind that cannot be had without loss."""
    import jpeglib

    pixels, changed = (np.load(f"{name}.npy", allow_pickle=False) for name in ("pixels", "changed"))
    jpeg = jpeglib.read_dct("original.jpg")
    jpeg.load()
    parts = [jpeg.Y] if jpeg.Cb is None else [jpeg.Y, jpeg.Cb, jpeg.Cr]
    # libjpeg's numbers: 1 grey, 3 brightness and colour. Others (RGB, CMYK) are written by few programs.
    space = 1 if len(parts) == 1 else 3
    if jpeg.K is not None or int(jpeg.jpeg_color_space.value) != space or (pixels.ndim == 3) != (space == 3):
        return 3
    factors = np.asarray(jpeg.samp_factor)[: len(parts)]
    most = factors.max(axis=0)
    for component, (part, factor) in enumerate(zip(parts, factors, strict=True)):
        if (most % factor).any() or len(parts) == 1:
            if len(parts) > 1:
                return 3
            factor = most  # a grey JPEG has one component, whatever its factor says
        rows, columns = (int(8 * m // f) for m, f in zip(most, factor, strict=True))
        places = np.argwhere(blocks_with(changed, rows, columns, part.shape[:2]))
        table = np.asarray(jpeg.qt[int(jpeg.quant_tbl_no[component])], dtype=np.float64)
        for start in range(0, len(places), 1 << 14):
            some = places[start : start + (1 << 14)]
            part[some[:, 0], some[:, 1]] = block_coefficients(pixels, component, some, rows, columns, table)
    jpeg.write_dct("result.jpg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
