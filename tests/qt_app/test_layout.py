"""Every state of the window at the smallest size it is made for: nothing is cut off, nothing is blank."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QAbstractButton, QApplication, QLabel, QToolButton, QWidget

from qt_app.i18n.loading import LANGUAGES
from tests.e2e.screenshots import STATES, Scene

SMALLEST = (1280, 800)


def cut_off(widget: QWidget) -> bool:
    """Whether a text does not fit into its place, or its place lies beyond its panel's edge."""
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.heightForWidth(widget.width()) > widget.height() + 1
    icon_only = (
        isinstance(widget, QToolButton) and widget.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
    )
    if (
        isinstance(widget, (QLabel, QAbstractButton))
        and widget.text()
        and not (icon_only and not widget.icon().isNull())
    ):
        needed = widget.fontMetrics().horizontalAdvance(widget.text().replace("&", ""))
        if needed > widget.width():
            return True
    parent = widget.parentWidget()
    if parent is None:
        return False
    left = widget.mapTo(parent, QPoint(0, 0)).x()
    return left < 0 or left + widget.width() > parent.width() + 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_no_text_is_cut_off_and_nothing_is_blank(
    state: str, language: str, qapp: QApplication, tmp_path: Path
) -> None:
    scene = Scene(qapp, "light", SMALLEST, language)
    try:
        getattr(scene, state)()
        for _ in range(20):
            qapp.processEvents()
        texts = [
            w
            for w in scene.window.findChildren(QWidget)
            if isinstance(w, (QLabel, QAbstractButton)) and w.isVisible()
        ]
        cut = [(type(w).__name__, w.text(), w.toolTip(), w.width()) for w in texts if cut_off(w)]
        assert not cut
        assert len(texts) > 30
        picture = scene.window.grab().toImage()
        places = [(x, y) for x in range(0, SMALLEST[0], 7) for y in range(0, SMALLEST[1], 7)]
        assert len({picture.pixel(*place) for place in places}) > 50
    finally:
        scene.close()
