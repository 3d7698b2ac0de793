"""A hand on mouse and keyboard for the real window with a real engine; `test_window.py` starts it below Xvfb.

python -m tests.e2e.window_robot STORY [--shots FOLDER]     prints what it has seen, line by line; exit code 0 if all went well
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QPoint, QPointF, Qt, QTimer
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QMessageBox,
    QWidget,
)

import qt_app.model.learning
from qt_app.app import make_window
from qt_app.model.document import Document
from qt_app.model.masks import MaskLayer
from qt_app.ui.features import features_of
from qt_app.ui.main_window import MainWindow
from qt_app.ui.save_dialog import SaveDialog
from s2edit_plugin.api.presets import LearnPreset
from s2edit_plugin.engine.client.remote import RemoteClient

LEFT = Qt.MouseButton.LeftButton
SECONDS = 300.0  # many times what is needed: a machine may be busy
PROMPT = "a photo of a <anna/me> young woman with long blonde hair in a forest"
SOURCE = "a photo of a young woman with long brown hair in a forest"


class Robot:
    """Waits like a person, until something is to be seen, and then does the next thing.

    Args:
        shots: folder for pictures of the window on the way, None for none. quick: few steps, for a test.
        window: that is open already, None: it is opened.
    """

    def __init__(
        self, application: QApplication, shots: Path | None, quick: bool, window: MainWindow | None = None
    ) -> None:
        self.application, self.shots, self.quick = application, shots, quick
        if shots is not None:
            shots.mkdir(parents=True, exist_ok=True)
        if quick:
            qt_app.model.learning.LEARN_PRESETS = (
                LearnPreset("quick", 4, 4),
                LearnPreset("balanced", 150, 150),
            )  # type: ignore[assignment]
        if window is not None:
            self.window = window
            return
        self.window = make_window(application, "dark" if shots else "light")
        self.window.show()
        self.window.activateWindow()  # there is no window manager to do it
        features_of(self.window).saving.unsaved_guard.ask = lambda words: "leave"  # type: ignore[method-assign]  # stories end where they end
        self.until("the window is shown", lambda: self.window.isVisible() and self.window.isActiveWindow())

    # ------------------------------------------------------------------ hand and eye

    def until(self, what: str, condition: Callable[[], object]) -> None:
        """Wait for something to be so, and say it."""
        deadline = time.monotonic() + (SECONDS if self.quick else 4 * SECONDS)
        while not condition():
            QTest.qWait(10)
            if time.monotonic() > deadline:
                message = self.window.studio.messages.current
                raise TimeoutError(f"It never came to this: {what}. The window says: {message}")
        say(what)

    def click(self, widget: QWidget) -> None:
        """The left button on the middle of a control; on the mark of a box or choice."""
        if not widget.isVisible() or not widget.isEnabled():
            raise RuntimeError(f"{widget.accessibleName() or widget} cannot be clicked on")
        place = widget.rect().center()
        if isinstance(widget, QAbstractButton) and widget.isCheckable() and widget.width() > 60:
            place = QPoint(8, widget.height() // 2)
        QTest.mouseClick(widget, LEFT, pos=place)

    def click_offer(self) -> None:
        """The offer to go on with a run that was cut off, as soon as it can be seen. News of the engine make it anew."""
        offers = self.window.learn_panel.interrupted

        def offer() -> QWidget | None:
            item = offers.itemAt(0)
            widget = item.widget() if item is not None else None
            return widget if widget is not None and widget.isVisible() and widget.isEnabled() else None

        self.until("the offer can be seen", offer)
        widget = offer()
        assert widget is not None
        self.click(widget)

    def write(self, field: QWidget, text: str) -> None:
        """Put a text into a field in place of what is there, by keys."""
        self.click(field)
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(field, text)

    def choose(self, box: QComboBox, value: str) -> None:
        """Choose by keys: down from the top until it is there."""
        box.setFocus()
        QTest.keyClick(box, Qt.Key.Key_Home)
        for _ in range(box.count()):
            if box.currentData() == value:
                box.activated.emit(box.currentIndex())
                return
            QTest.keyClick(box, Qt.Key.Key_Down)
        raise RuntimeError(f"{value} is not offered")

    def keys(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """A key, where the canvas has the focus."""
        self.window.workspace.view.setFocus()
        QTest.keyClick(self.window.workspace.view, key, modifier)

    def stroke(self, *places: tuple[float, float]) -> None:
        """Draw with the button held, through places of the photo."""
        view = self.window.workspace.view
        viewport = view.viewport()
        assert viewport is not None
        points = [view.mapFromScene(QPointF(*place)) for place in places]
        QTest.mousePress(viewport, LEFT, pos=points[0])
        for point in points[1:]:
            self._drag(viewport, point)
        QTest.mouseRelease(viewport, LEFT, pos=points[-1])

    def _drag(self, viewport: QWidget, point: QPoint) -> None:
        from PyQt6.QtCore import QEvent
        from PyQt6.QtGui import QMouseEvent

        event = QMouseEvent(
            QEvent.Type.MouseMove, QPointF(point), QPointF(viewport.mapToGlobal(point)), Qt.MouseButton.NoButton, LEFT,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        self.application.sendEvent(viewport, event)

    def in_dialog(self, kind: type[QWidget], do: Callable[[QWidget], None]) -> None:
        """Do something in a dialog that is about to open."""

        def look() -> None:
            found = next(
                (w for w in self.application.topLevelWidgets() if isinstance(w, kind) and w.isVisible()), None
            )
            if found is None:
                QTimer.singleShot(50, look)
            else:
                do(found)

        QTimer.singleShot(50, look)

    def picture(self, name: str) -> None:
        """Keep what is to be seen."""
        if self.shots is not None:
            QTest.qWait(300)
            self.window.grab().save(str(self.shots / f"{name}.png"))

    @property
    def document(self) -> Document:
        """The open photo."""
        document = self.window.studio.documents.document
        if document is None:
            raise RuntimeError("no photo is open")
        return document

    @property
    def client(self) -> RemoteClient:
        """The window's connection."""
        client = self.window.studio.link._client
        if not isinstance(client, RemoteClient):
            raise RuntimeError("there is no engine")
        return client

    # ------------------------------------------------------------------ pieces of stories

    def open_sample(self) -> None:
        """The sample portrait, by the start page's button."""
        self.click(self.window.workspace.start.sample)
        self.until("the sample portrait is open", lambda: self.window.studio.documents.document)

    def start_learning(self, preset: str) -> None:
        """Fill the learn panel and press the button."""
        panel, learn = self.window.learn_panel, self.window.studio.learning
        self.window.show_panel("learn")
        self.write(panel.person, "anna")
        self.write(panel.noun, "woman")
        self.write(panel.prompt, SOURCE)
        self.choose(panel.preset, preset)
        self.click(panel.consent)
        if learn.problem:
            raise RuntimeError(learn.problem)
        self.click(panel.main_button)
        # A short run may be over before a step of it was heard.
        over: list[object] = []
        learn.learned.connect(over.append)
        self.until("learning is under way", lambda: robot_step(self) >= 2 or over)

    def save_and_reopen(self, document: Document) -> None:
        """Save the result as a TIFF by keys, and open that file."""
        result, place = document.result, Path.cwd() / "made"
        assert result is not None
        place.mkdir()
        self.keys(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        dialog = next(
            w for w in self.application.topLevelWidgets() if isinstance(w, SaveDialog) and w.isVisible()
        )
        self.choose(dialog.format, "TIFF")
        self.write(dialog.folder, str(place))
        self.write(dialog.name, "blonde.tiff")
        self.click(dialog.save)
        file = place / "blonde.tiff"
        self.until("the result is saved", lambda: file.is_file() and document.saved)

        def type_path(dialog: QWidget) -> None:
            # At once: where the machine is busy, a list of proposals would take some of the letters.
            field = dialog.findChild(QLineEdit, "fileNameEdit")
            assert field is not None
            field.setText(str(file))
            QTest.keyClick(field, Qt.Key.Key_Return)

        self.in_dialog(QFileDialog, type_path)
        self.keys(Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
        self.until("the file is open again", lambda: self.document is not document)
        if not (self.document.rgb == result.rgb).all():
            raise RuntimeError("the file holds other pixels than the result")
        say("the file holds every pixel of the result")

    def close(self) -> None:
        """Close the window and leave."""
        self.window.close()
        self.until("the window is closed", lambda: not self.window.isVisible())


def say(what: str) -> None:
    """One line for whoever watches."""
    print(f"{time.process_time():7.1f} {what}", flush=True)


# ---------------------------------------------------------------------- stories


def whole(robot: Robot) -> None:
    """Open, mask, paint, learn, edit, compare, undo."""
    window = robot.window
    robot.open_sample()
    robot.until("the engine is there", lambda: window.studio.link.state == "connected")
    costs = lambda: window.studio.estimates.learn.values()  # noqa: E731
    robot.until("every preset says its time and memory", lambda: len(costs()) >= 2)
    if not all(cost.seconds > 0 and cost.memory_bytes > 0 and cost.free_bytes > 0 for cost in costs()):
        raise RuntimeError(f"an estimate that says nothing: {list(costs())}")
    make_masks(robot)
    robot.start_learning("quick")
    robot.picture("learning")
    robot.until("the token is learned", lambda: window.studio.learning.job is None)
    robot.until("it is in the library", lambda: window.studio.library.token("anna/me"))
    robot.until("it is in the prompt", lambda: "<anna/me>" in window.studio.editing.prompt)
    edit_inside_the_mask(robot)
    compare(robot)
    look(robot, "hair")
    robot.save_and_reopen(robot.document)
    robot.close()


def make_masks(robot: Robot) -> None:
    """Find subject and hair, paint a stroke, undo it and do it again."""
    masks, panel = robot.document.masks, robot.window.mask_panel
    subject, region = masks.layers["subject"], masks.layers["region"]
    robot.click(panel.rows["subject"].choose)
    robot.click(button(panel, "mask.find-auto"))
    robot.until("the person is found", lambda: subject.touched)
    share = float((subject.pixels > 127).mean())
    if not 0.2 < share < 0.8:
        raise RuntimeError(f"the person fills {share:.0%}")
    robot.keys(Qt.Key.Key_X)
    robot.click(button(panel, "mask.find-hair"))
    robot.until("the hair is found", lambda: region.touched)
    robot.keys(Qt.Key.Key_B)
    for _ in range(2):
        robot.keys(Qt.Key.Key_BracketRight)
    before = int(region.pixels.astype(int).sum())
    robot.stroke((150, 300), (150, 350), (160, 400))
    if int(region.pixels.astype(int).sum()) <= before:
        raise RuntimeError("the brush painted nothing")
    say("the brush painted")
    undone(robot, region, before)
    robot.keys(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    robot.until("and done again", lambda: int(region.pixels.astype(int).sum()) > before)
    robot.picture("masks")


def edit_inside_the_mask(robot: Robot) -> None:
    """Edit the photo; nothing outside the region may change."""
    window, region = robot.window, robot.document.masks.layers["region"]
    edit = window.edit_panel
    robot.write(edit.prompt, PROMPT)
    robot.choose(edit.region, "mask")
    if robot.quick:
        robot.click(edit.more)
        QTest.qWait(50)
        window.studio.editing.steps = 6
    robot.click(edit.main_button)
    robot.until("the photo is edited", lambda: robot.document.result)
    result = robot.document.result
    assert result is not None
    outside = region.pixels == 0
    if not (result.rgb[outside] == robot.document.rgb[outside]).all():
        raise RuntimeError("pixels outside the edit region were changed")
    if (result.rgb == robot.document.rgb).all():
        raise RuntimeError("nothing was edited")
    say("nothing outside the mask was changed")


def compare(robot: Robot) -> None:
    """See photo and result side by side, and the photo while the key is held."""
    robot.keys(Qt.Key.Key_S)
    robot.until("photo and result are side by side", lambda: robot.document.compare == "split")
    robot.keys(Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    robot.picture("edited")
    QTest.keyPress(robot.window.workspace.view, Qt.Key.Key_Backslash)
    robot.until("the photo is shown while the key is held", lambda: robot.document.compare == "before")
    QTest.keyRelease(robot.window.workspace.view, Qt.Key.Key_Backslash)


def look(robot: Robot, word: str) -> None:
    """See where a word of the prompt looks, and take the colours away again."""
    bar, document = robot.window.workspace.bar, robot.document
    robot.write(bar.word.lineEdit() or bar.word, word)
    robot.click(bar.look)
    robot.until(f"one sees where {word} looks", lambda: document.heat is not None)
    if document.heat is None or int(document.heat.max()) < 200 or int(document.heat.min()) > 100:
        raise RuntimeError("the map shows nothing")
    robot.picture("attention")
    robot.click(bar.look)
    robot.until("the colours are gone", lambda: document.heat is None)


def undone(robot: Robot, region: MaskLayer, before: int) -> None:
    """The last stroke is taken back."""
    robot.keys(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    robot.until("the stroke is undone", lambda: int(region.pixels.astype(int).sum()) == before)


def killed(robot: Robot) -> None:
    """The engine is killed while it learns; the window starts it again and goes on with the run."""
    window = robot.window
    robot.open_sample()
    robot.until("the engine is there", lambda: window.studio.link.state == "connected")
    window.actions_by_id["mask.all"].trigger()
    robot.start_learning("balanced")
    first = robot.client.endpoint.pid
    os.kill(first, signal.SIGKILL)
    robot.until("the window says that the engine is gone", lambda: window.studio.link.state == "lost")
    robot.until("the engine is there again", lambda: window.studio.link.state == "connected")
    if robot.client.endpoint.pid == first:
        raise RuntimeError("it is the same engine")
    if not robot.document.masks.layer.pixels.all():
        raise RuntimeError("the mask was lost")
    robot.until("the run is offered again", lambda: window.studio.learning.resumable)
    window.show_panel("learn")
    robot.click_offer()
    robot.until("learning goes on", lambda: robot_step(robot) >= 2)
    robot.click(window.learn_panel.cancel)
    robot.until("learning is cancelled", lambda: window.studio.learning.job is None)
    robot.close()


def closed(robot: Robot) -> None:
    """The window is closed while a token is learned; learning goes on."""
    robot.open_sample()
    robot.until("the engine is there", lambda: robot.window.studio.link.state == "connected")
    robot.start_learning("balanced")
    robot.window.studio.masking.find("face")
    robot.in_dialog(QMessageBox, lambda box: QTest.keyClick(box, Qt.Key.Key_Return))
    robot.close()


def robot_step(robot: Robot) -> int:
    """How far learning is."""
    job = robot.window.studio.learning.job
    return job.progress.step if job is not None and job.progress is not None else 0


def button(panel: QWidget, name: str) -> QAbstractButton:
    """The button of an action in a panel."""
    from PyQt6.QtWidgets import QToolButton

    for found in panel.findChildren(QToolButton):
        action = found.defaultAction()
        if action is not None and action.objectName() == name:
            return found
    raise RuntimeError(f"there is no button for {name}")


STORIES = {"whole": whole, "killed": killed, "closed": closed}


def main() -> int:
    """Play one story."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("story", choices=STORIES)
    parser.add_argument("--shots", type=Path)
    parser.add_argument("--full", action="store_true", help="as many steps as a user would take")
    args = parser.parse_args()
    application = QApplication(sys.argv[:1])
    robot = Robot(application, args.shots, quick=not args.full)
    try:
        STORIES[args.story](robot)
    except Exception:
        robot.window.grab().save("trouble.png")
        robot.window.studio.learning.job = None
        robot.window.close()
        raise
    print(json.dumps({"platform": application.platformName()}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
