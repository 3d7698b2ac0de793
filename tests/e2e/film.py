"""A short film of the real window doing one job: python -m tests.e2e.film docs/window.webp

The robot opens the sample portrait, finds and paints the hair, learns the person, edits and compares. A frame is kept where
something changed on the window; waiting is shortened, so the film says what happens and not how long it takes.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.fakes.offscreen import platform

os.environ["QT_QPA_PLATFORM"] = platform()

from PIL import Image
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QImage
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from tests.e2e.window_robot import PROMPT, Robot, button

SIZE = (960, 600)
EVERY, SHORTEST, LONGEST, END = (
    150,
    120,
    600,
    2500,
)  # milliseconds: a look at the window; a frame's time; the last one's
LIMIT = 3_000_000  # bytes


class Film:
    """Looks at a window again and again, and keeps what is new."""

    def __init__(self, robot: Robot) -> None:
        self._robot = robot
        self.frames: list[Image.Image] = []
        self.times: list[int] = []
        self._timer = QTimer()
        self._timer.timeout.connect(self._look)
        self._timer.start(EVERY)

    def _look(self) -> None:
        image = self._robot.window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        bits = image.constBits()
        assert bits is not None
        data = bytes(bits.asarray(image.sizeInBytes()))
        frame = Image.frombytes(
            "RGB", (image.width(), image.height()), data, "raw", "RGB", image.bytesPerLine()
        )
        frame = frame.resize(SIZE, Image.Resampling.LANCZOS)
        if self.frames and frame.tobytes() == self.frames[-1].tobytes():
            self.times[-1] = min(self.times[-1] + EVERY, LONGEST)
        else:
            self.frames.append(frame)
            self.times.append(SHORTEST)

    def save(self, path: Path) -> int:
        """Write an animated WebP, coarser until it fits; its bytes."""
        self._timer.stop()
        self.times[-1] = END
        for quality in (70, 50, 30, 15):
            self.frames[0].save(
                path,
                save_all=True,
                append_images=self.frames[1:],
                duration=self.times,
                loop=0,
                quality=quality,
                method=4,
            )
            if path.stat().st_size <= LIMIT:
                break
        return path.stat().st_size


def play(robot: Robot) -> None:
    """One job from the photo to the result."""
    window = robot.window
    robot.open_sample()
    robot.until("the engine is there", lambda: window.studio.link.state == "connected")
    region = robot.document.masks.layers["region"]
    robot.click(window.mask_panel.rows["region"].choose)
    robot.click(button(window.mask_panel, "mask.find-hair"))
    robot.until("the hair is found", lambda: region.touched)
    QTest.qWait(800)
    robot.start_learning("quick")
    robot.until("the token is learned", lambda: window.studio.learning.job is None)
    robot.until("it is in the prompt", lambda: "<anna/me>" in window.studio.editing.prompt)
    edit = window.edit_panel
    robot.write(edit.prompt, PROMPT)
    robot.choose(edit.region, "mask")
    robot.click(edit.main_button)
    robot.until("the photo is edited", lambda: robot.document.result)
    robot.keys(Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)  # without the masks' colours
    QTest.qWait(1000)
    robot.document.compare = "split"
    QTest.qWait(1500)
    robot.document.compare = "off"
    QTest.qWait(1000)


def main() -> int:
    """Make the film."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    file = parser.parse_args().file.absolute()
    application = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        os.environ["S2EDIT_HOME"] = folder
        robot = Robot(application, None, quick=False)
        robot.window.resize(1280, 800)
        film = Film(robot)
        play(robot)
        size = film.save(file)
        robot.close()
    print(f"{file.name}: {len(film.frames)} frames, {sum(film.times) / 1000:.0f} s, {size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
