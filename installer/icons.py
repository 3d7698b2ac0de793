"""Draw the program's icon in every size, from the one drawing that is there.

    python installer/icons.py       write PNG, ICO and ICNS next to s2edit_plugin/tools/desktop/icons/s2edit-studio.svg

Small sizes are drawn from a middle of the picture, where a whole portrait would be a smear. Needs PyQt6 and Pillow.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "s2edit_plugin" / "tools" / "desktop" / "icons"
NAME = "s2edit-studio"
SIZES = (16, 22, 24, 32, 48, 64, 96, 128, 192, 256, 512)
CLOSE = 32  # up to this many pixels the face fills the icon
CLOSE_BOX = (22.0, 22.0, 84.0, 84.0)  # x, y, width and height of the drawing's 128


def main() -> int:
    """Draw everything."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PIL import Image
    from PyQt6.QtWidgets import QApplication

    application = QApplication(sys.argv[:1])
    for size in SIZES:
        (FOLDER / f"{NAME}-{size}.png").write_bytes(draw(size))
    pictures = {
        size: Image.open(io.BytesIO(draw(size))) for size in (16, 24, 32, 48, 64, 128, 256, 512, 1024)
    }
    ico = [pictures[size] for size in (16, 24, 32, 48, 64, 128)]
    pictures[256].save(
        FOLDER / f"{NAME}.ico", append_images=ico, sizes=[(p.width, p.width) for p in [*ico, pictures[256]]]
    )
    pictures[1024].save(
        FOLDER / f"{NAME}.icns", append_images=[pictures[size] for size in (32, 64, 128, 256, 512)]
    )
    application.quit()
    return 0


def draw(size: int) -> bytes:
    """The icon as PNG, ``size`` pixels wide and high."""
    from PyQt6.QtCore import QBuffer, QIODevice, QRectF, Qt
    from PyQt6.QtGui import QImage, QPainter, QPainterPath
    from PyQt6.QtSvg import QSvgRenderer

    scale = 4  # drawn larger and made smaller: cleaner than Qt's own antialiasing of thin strokes
    image = QImage(size * scale, size * scale, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer = QSvgRenderer(str(FOLDER / f"{NAME}.svg"))
    if size <= CLOSE:
        whole = float(size * scale)
        frame = QPainterPath()
        frame.addRoundedRect(QRectF(0, 0, whole, whole), whole / 5, whole / 5)
        painter.setClipPath(frame)
        renderer.setViewBox(QRectF(*CLOSE_BOX))
    renderer.render(painter)
    painter.end()
    small = image.scaled(size, size, transformMode=Qt.TransformationMode.SmoothTransformation)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    small.save(buffer, "PNG")
    return bytes(buffer.data().data())


if __name__ == "__main__":
    sys.exit(main())
