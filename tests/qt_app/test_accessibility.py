"""For everybody: names for screen readers, the keyboard alone, contrast, writing from right to left, icons at every scale."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QColor, QIcon
from PyQt6.QtWidgets import (
    QApplication,
    QProgressBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from qt_app.app import make_window
from qt_app.ui.icons import ICONS, icon
from qt_app.ui.main_window import MainWindow
from qt_app.ui.theme import CHIP, DARK, LIGHT, Colours, apply_theme, mixed
from s2edit_plugin.storage.paths import models_package
from tests.e2e.looking import controls, nameless
from tests.fakes.engine_client import FakeClient

THEMES = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, data_home: Path) -> Iterator[MainWindow]:
    """A window with an open photo, everything unfolded."""
    engine = FakeClient()
    engine.world.add_token("anna/me")
    window = make_window(qapp, "light", lambda: engine)
    window.resize(1280, 800)
    window.show()
    window.studio.documents.open_file(str(models_package() / "samples" / "anna.png"))
    qtbot.waitUntil(lambda: window.studio.documents.document is not None)
    window.edit_panel.more.setChecked(True)
    window.studio.editing.add_token("anna/me")
    yield window
    window.close()
    window.deleteLater()


def test_every_control_has_a_name_for_screen_readers(window: MainWindow) -> None:
    assert not nameless(window)
    assert len(controls(window)) > 80


def test_every_control_can_be_reached_by_tab(window: MainWindow) -> None:
    unreachable = [
        widget.accessibleName() or type(widget).__name__
        for widget in controls(window)
        if not isinstance(widget, QProgressBar) and not widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert not unreachable


def test_tab_goes_all_around_and_is_caught_nowhere(window: MainWindow) -> None:
    window.activateWindow()
    window.library_panel.search.setFocus()
    seen: list[QWidget] = []
    for _ in range(400):
        widget = QApplication.focusWidget()
        assert widget is not None
        if seen and widget is seen[0]:
            break
        assert widget not in seen, "the way of the Tab key goes in a circle beside the rest"
        seen.append(widget)
        window.focusNextChild()
    else:
        pytest.fail("Tab never came back")
    assert len(seen) > 40


def test_no_two_actions_share_a_shortcut_and_all_are_in_a_menu(window: MainWindow) -> None:
    actions = window.actions_by_id
    shortcuts = [actions.shortcut(name) for name in actions if actions.shortcut(name)]
    assert len(shortcuts) == len(set(shortcuts))
    assert len(shortcuts) > 35
    menus = [window.menus[name] for name in ("file", "edit", "mask", "view", "tokens", "help")]
    in_menus = {id(action) for menu in menus for action in menu.actions()}
    assert not [name for name in actions if id(actions[name]) not in in_menus]


def test_from_right_to_left_everything_changes_sides(window: MainWindow, qapp: QApplication) -> None:
    workspace = window.workspace
    assert workspace.tool_bar.x() < workspace.pages.x()
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        qapp.processEvents()
        assert workspace.tool_bar.x() > workspace.pages.x()
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def luminance(colour: str) -> float:
    parts = [value / 255 for value in QColor(colour).getRgb()[:3]]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast of WCAG 2.2, 1..21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@THEMES
def test_writing_has_the_contrast_of_wcag_aa(colours: Colours) -> None:
    grounds = (colours.window, colours.base, colours.raised)
    pairs = [(text, ground) for text in (colours.text, colours.dim) for ground in grounds]
    pairs += [
        (colours.accent, colours.window),
        (colours.accent, colours.base),
        (colours.on_accent, colours.accent),
    ]
    states = (colours.good, colours.warn, colours.bad)
    pairs += [(state, ground) for state in states for ground in (colours.window, colours.base)]
    for kind in (colours.accent, colours.attribute):
        pairs.append((kind, mixed(QColor(kind), QColor(colours.base), CHIP).name()))
    weak = [
        (one, other, round(contrast(one, other), 2)) for one, other in pairs if contrast(one, other) < 4.5
    ]
    assert not weak


@THEMES
def test_marks_that_are_no_writing_have_a_contrast_of_three(colours: Colours) -> None:
    for mark, ground in (
        (colours.accent, colours.raised), (colours.dim, colours.base), (colours.dim, colours.canvas),
        (colours.bad, colours.window), (colours.warn, colours.window),
    ):  # fmt: skip
        assert contrast(mark, ground) >= 3, (mark, ground)


def pixels(
    of: QIcon, side: int, mode: QIcon.Mode = QIcon.Mode.Normal, state: QIcon.State = QIcon.State.Off
) -> list[QColor]:
    image = of.pixmap(QSize(side, side), mode, state).toImage()
    return [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]


@pytest.mark.parametrize("name", sorted(ICONS))
def test_icons_are_drawn_in_the_themes_colour_at_every_scale(name: str, qapp: QApplication) -> None:
    for theme, colour in (("light", LIGHT.text), ("dark", DARK.text)):
        apply_theme(qapp, theme)
        for side in (16, 22, 64):
            inked = [ink for ink in pixels(icon(name), side) if ink.alpha() > 120]
            assert inked, "nothing was drawn"
            wanted = QColor(colour).getRgb()[:3]
            assert all(
                abs(a - b) <= 4 for ink in inked for a, b in zip(ink.getRgb()[:3], wanted, strict=True)
            )
        edge = icon(name).pixmap(QSize(64, 64)).toImage()
        border = [edge.pixelColor(x, y).alpha() for x in range(64) for y in (0, 63)]
        assert max(border) == 0, "it touches the edge"


def test_an_icon_shows_that_it_is_chosen_or_disabled(qapp: QApplication) -> None:
    apply_theme(qapp, "light")
    on = pixels(icon("brush"), 32, state=QIcon.State.On)
    assert {ink.name() for ink in on if ink.alpha() == 255} == {LIGHT.accent}
    off = pixels(icon("brush"), 32, QIcon.Mode.Disabled)
    assert 90 < max(ink.alpha() for ink in off) < 140
