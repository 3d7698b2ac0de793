"""Pictures with labels laid out on one sheet."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from s2edit_plugin.imaging.stamp import stamped

__all__ = ["Cell", "contact_sheet"]

LABEL_HEIGHT = 22
GAP = 6
BACKGROUND = (24, 24, 27)
INK = (228, 228, 231)


@dataclass(frozen=True)
class Cell:
    """One picture of a sheet: uint8 (H, W, 3) and what is written above it."""

    label: str
    picture: np.ndarray


def contact_sheet(cells: list[Cell], columns: int, side: int) -> bytes:
    """Lay cells out row by row, every picture fitted into a square of ``side`` pixels; returns a PNG."""
    rows = -(-len(cells) // columns)
    sheet = Image.new(
        "RGB", (columns * (side + GAP) + GAP, rows * (side + LABEL_HEIGHT + GAP) + GAP), BACKGROUND
    )
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for index, cell in enumerate(cells):
        left = GAP + index % columns * (side + GAP)
        top = GAP + index // columns * (side + LABEL_HEIGHT + GAP)
        image = Image.fromarray(cell.picture)
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
        if max(image.size) < side:
            scale = side / max(image.size)
            size = (round(image.width * scale), round(image.height * scale))
            image = image.resize(size, Image.Resampling.BICUBIC)
        draw.text((left + 2, top + 2), cell.label, INK, font)
        sheet.paste(image, (left + (side - image.width) // 2, top + LABEL_HEIGHT))
    stream = io.BytesIO()
    sheet.save(stream, "PNG")
    return stamped(stream.getvalue())
