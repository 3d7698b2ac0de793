"""The real window with a hand on its mouse and keyboard, as the GIMP of the tests opens it.

The shared folder's file ``stories`` says what the hand does, a line a window; what GIMP should get back lies beside it then.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QMessageBox, QWidget

from qt_app import app
from qt_app.ui.main_window import MainWindow
from tests.e2e.window_robot import PROMPT, SOURCE, Robot, say

FOLDER = Path(os.environ.get("S2EDIT_TEST_FOLDER", "."))
BOTH = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def taken(robot: Robot) -> None:
    """A picture of GIMP's is open, with the selection as the edit region."""
    studio = robot.window.studio
    robot.until("a picture of GIMP's is here", lambda: studio.gimp_transfer.current)
    region = robot.document.masks.layers["region"]
    robot.until("the selection is the edit region", lambda: region.touched)
    robot.until("the token is in the library", lambda: studio.library.token("anna/me"))


def edited(robot: Robot, name: str, seed: int) -> None:
    """Edit it in the region; the result lies in the shared folder too."""
    studio, panel = robot.window.studio, robot.window.edit_panel
    robot.write(panel.prompt, PROMPT)
    robot.choose(panel.region, "mask")
    studio.editing.source_prompt, studio.editing.steps, studio.editing.seed = SOURCE, 2, seed
    robot.click(panel.main_button)
    robot.until("the picture is edited", lambda: robot.document.result)
    result = robot.document.result
    assert result is not None
    (FOLDER / name).write_bytes(result.output.image)


def sent_back(robot: Robot) -> None:
    """File > Send back to GIMP, by its keys."""
    robot.keys(Qt.Key.Key_G, BOTH)
    robot.until("it is sent back", lambda: not robot.window.studio.gimp_transfer.current)


def send_and_hold(robot: Robot) -> None:
    """Send a result back; hold the next picture with one, until somebody kills the window."""
    taken(robot)
    edited(robot, "sent.png", 3)
    sent_back(robot)
    taken(robot)
    edited(robot, "held.png", 4)
    session = robot.window.studio.session
    robot.until("unsaved work is on the disk", lambda: not (session._dirty or session._writing))
    (FOLDER / "holding").write_text(str(os.getpid()))


def recover_and_close(robot: Robot) -> None:
    """Open again what the window that was killed had open, send it back; close the window with the next picture."""
    robot.in_dialog(QMessageBox, open_again)
    taken(robot)
    robot.until("the result is there again", lambda: robot.document.result)
    sent_back(robot)
    taken(robot)
    robot.close()


def open_again(box: QWidget) -> None:
    """The window's question after a crash."""
    QTest.keyClick(box, Qt.Key.Key_Return)


def hold(robot: Robot) -> None:
    """Hold a picture until somebody kills the window."""
    taken(robot)
    (FOLDER / "holding").write_text(str(os.getpid()))


STORIES = {one.__name__: one for one in (send_and_hold, recover_and_close, hold)}


def act(window: MainWindow) -> None:
    """Play the next story. A window in which it fails ends, which GIMP then sees."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    try:
        name, *others = (FOLDER / "stories").read_text().splitlines()
        (FOLDER / "stories").write_text("\n".join(others))
        say(name)
        with open(FOLDER / "windows", "a") as file:
            print(os.getpid(), file=file)
        STORIES[name](Robot(application, None, True, window))
    except BaseException:
        window.grab().save(str(FOLDER / "trouble.png"))
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


def main() -> int:
    """Be the program without a command, with the hand."""
    begin = app.begin

    def begin_and_act(window: MainWindow, photo: str | None) -> None:
        begin(window, photo)
        QTimer.singleShot(0, lambda: act(window))

    app.begin = begin_and_act
    return app.main([])


if __name__ == "__main__":
    sys.exit(main())
