"""Every state of the window at the smallest size it is made for, and its dialogs: nothing is cut off, blank, without a name."""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget

from qt_app.i18n.loading import LANGUAGES
from tests.e2e.looking import cut_off, nameless
from tests.e2e.scenes import DIALOGS, STATES, Scene

SMALLEST = (1280, 800)
CLOSES = ("Close", "Schließen")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES + DIALOGS)
def test_no_text_is_cut_off_nothing_is_blank_and_every_control_has_a_name(
    state: str, language: str, qapp: QApplication, english_again: None
) -> None:
    scene = Scene(qapp, "light", SMALLEST, language)
    try:
        getattr(scene, state)()
        for _ in range(20):
            qapp.processEvents()
        texts = [
            w
            for w in scene.shown.findChildren(QWidget)
            if isinstance(w, (QLabel, QAbstractButton, QComboBox, QLineEdit)) and w.isVisible()
        ]
        assert (scene.window.width(), scene.window.height()) == SMALLEST, "it needs more room than there is"
        assert not nameless(scene.shown)
        cut = [
            (type(w).__name__, getattr(w, "text", str)(), w.accessibleName(), w.width())
            for w in texts
            if cut_off(w)
        ]
        assert not cut
        pressed = [b for b in scene.shown.findChildren(QPushButton) if b.isDefault() and b.isVisible()]
        assert all(b.property("primary") or b.text().strip("&") in CLOSES for b in pressed), (
            "Return presses it"
        )
        assert len(pressed) <= 1
        assert len(texts) > (30 if state in STATES else 2)
        picture = scene.shown.grab().toImage()
        places = [(x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7)]
        assert len({picture.pixel(*place) for place in places}) > (50 if state in STATES else 8)
    finally:
        scene.close()
