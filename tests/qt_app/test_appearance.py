"""What looked poor once: marks that hardly showed, chips that were no chips, fields that did not line up."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from PyQt6.QtCore import QPoint, QPointF, QRect, QSize, Qt, QTimer
from PyQt6.QtGui import QColor, QImage
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QStyleOptionButton,
    QStyleOptionComplex,
    QWidget,
    QWizard,
)
from pytestqt.qtbot import QtBot

from qt_app.ui.features import features_of
from qt_app.ui.formatting import brief
from qt_app.ui.prompt_edit import PromptEdit
from qt_app.ui.theme import DARK, LIGHT, Colours, apply_theme
from tests.e2e.looking import cut_off
from tests.e2e.scenes import Scene

THEMES = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])


def inks(widget: QWidget, place: QRect | None = None) -> set[str]:
    """Every colour of a widget, or of a part of it."""
    image: QImage = widget.grab(place if place is not None else widget.rect()).toImage()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


@pytest.fixture
def scene(qapp: QApplication) -> Iterator[Scene]:
    scene = Scene(qapp, "light", (1280, 800))
    yield scene
    scene.close()


def use(qapp: QApplication, colours: Colours) -> None:
    apply_theme(qapp, "light" if colours is LIGHT else "dark")


@THEMES
@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
def test_a_box_that_is_ticked_is_filled_with_the_accent(
    kind: type[QCheckBox] | type[QRadioButton], colours: Colours, qapp: QApplication, qtbot: QtBot
) -> None:
    use(qapp, colours)
    box = kind()
    qtbot.addWidget(box)
    box.resize(box.sizeHint().expandedTo(QSize(24, 20)))
    assert colours.accent not in inks(box)
    assert colours.base in inks(box)
    box.setChecked(True)
    assert {colours.accent, colours.on_accent} <= inks(box)


@THEMES
def test_every_field_has_the_same_edge_and_height(colours: Colours, scene: Scene, qapp: QApplication) -> None:
    use(qapp, colours)
    scene.unfolded()
    for _ in range(20):
        qapp.processEvents()
    panel = scene.window.edit_panel
    fields = [*panel.findChildren(QComboBox), *panel.findChildren(QAbstractSpinBox)]
    assert len(fields) > 8
    for field in fields:
        assert colours.line in inks(field), (type(field).__name__, field.accessibleName())
        assert 22 <= field.height() <= 24, (type(field).__name__, field.accessibleName(), field.height())


def test_fields_below_each_other_begin_and_end_at_one_line(scene: Scene, qapp: QApplication) -> None:
    scene.unfolded()
    for _ in range(20):
        qapp.processEvents()
    panel = scene.window.edit_panel
    inner = panel.widget()
    assert inner is not None

    def edges(widget: QWidget) -> tuple[int, int]:
        left = widget.mapTo(inner, QPoint(0, 0)).x()
        return left, left + widget.width()

    steps = next(w for w in panel.findChildren(QAbstractSpinBox) if w.accessibleName() == "Steps")
    strength = panel.strength
    assert edges(panel.variants) == edges(panel.seed) == edges(strength) == edges(panel.region)
    assert edges(steps) == edges(strength.number)


@pytest.mark.parametrize("which", ["edit", "learn"])
def test_the_button_of_a_panel_is_in_sight_wherever_it_is_scrolled_to(
    which: str, scene: Scene, qapp: QApplication
) -> None:
    scene.unfolded()
    panel = scene.window.edit_panel if which == "edit" else scene.window.learn_panel
    scene.window.show_panel(which)
    bar = panel.area.verticalScrollBar()
    assert bar is not None
    for at in (bar.minimum(), bar.maximum()):
        bar.setValue(at)
        qapp.processEvents()
        corner = panel.main_button.mapTo(panel, QPoint(0, 0))
        assert panel.rect().contains(QRect(corner, panel.main_button.size()))


@pytest.fixture
def prompt(qapp: QApplication, qtbot: QtBot) -> PromptEdit:
    apply_theme(qapp, "light")
    field = PromptEdit(4)
    qtbot.addWidget(field)
    field.resize(700, 90)
    field.set_tokens({"anna/me": "identity", "mia/lips": "attribute"})
    field.setPlainText("a <anna/me> woman wearing <mia/lips> lipstick, not <nobody/here>")
    field.show()
    QTest.qWaitForWindowExposed(field)
    return field


def test_tokens_in_a_prompt_are_chips_in_the_colour_of_their_kind(prompt: PromptEdit) -> None:
    chips = prompt.chips()
    assert [kind for _, kind in chips] == ["identity", "attribute"]
    viewport = prompt.viewport()
    assert viewport is not None
    for (place, _), colour in zip(chips, (LIGHT.accent, LIGHT.attribute), strict=True):
        found = inks(viewport, place.toAlignedRect())
        assert colour in found
        assert LIGHT.text not in found, "the brackets show"


def test_a_chip_is_deleted_whole_and_a_selection_as_ever(prompt: PromptEdit) -> None:
    cursor = prompt.textCursor()
    cursor.setPosition(len("a <anna/me>"))
    prompt.setTextCursor(cursor)
    QTest.keyClick(prompt, Qt.Key.Key_Backspace)
    assert prompt.toPlainText() == "a  woman wearing <mia/lips> lipstick, not <nobody/here>"
    cursor = prompt.textCursor()
    cursor.setPosition(len("a  woman wearing "))
    prompt.setTextCursor(cursor)
    QTest.keyClick(prompt, Qt.Key.Key_Delete)
    assert prompt.toPlainText() == "a  woman wearing  lipstick, not <nobody/here>"
    prompt.moveCursor(prompt.textCursor().MoveOperation.End)
    QTest.keyClick(prompt, Qt.Key.Key_Backspace)
    assert prompt.toPlainText().endswith("<nobody/here"), "what is no token is text"


def test_tokens_stay_chips_while_the_library_is_searched(scene: Scene) -> None:
    scene.attention()
    panel = scene.window.edit_panel
    assert [kind for _, kind in panel.prompt.chips()] == ["identity", "attribute"]
    scene.studio.library.search = "mia"
    scene.until(lambda: len(scene.studio.library.tokens) == 1)
    assert [kind for _, kind in panel.prompt.chips()] == ["identity", "attribute"]


@pytest.mark.parametrize(
    ("prompt", "short"),
    [
        ("a photo of a <anna/me> young woman smiling", "young woman smiling"),
        ("A portrait of an old man", "old man"),
        ("Photo of <anna/me>", "Photo of <anna/me>"),
        ("two cats", "two cats"),
        ("", ""),
    ],
)
def test_narrow_lists_show_of_a_prompt_what_others_have_not(prompt: str, short: str) -> None:
    assert brief(prompt) == short


def test_jobs_that_are_over_take_one_line(scene: Scene, qapp: QApplication) -> None:
    scene.split()
    for _ in range(20):
        qapp.processEvents()
    over = [
        row
        for row in scene.window.jobs_panel.rows.values()
        if row.item.info is not None and row.item.info.is_over
    ]
    assert over
    for row in over:
        assert not row.bar.isVisible()
        assert not row.preview.isVisible()
        assert row.end.text() == "done"
        assert row.height() < 2.2 * QLineEdit().fontMetrics().height()


def test_the_line_of_state_shows_how_the_engine_is(scene: Scene) -> None:
    for state, colour in (("connected", LIGHT.good), ("lost", LIGHT.warn), ("failed", LIGHT.bad)):
        scene.window._show_engine(state)
        assert scene.window.engine_mark.palette().color(scene.window.engine_mark.foregroundRole()) == QColor(
            colour
        )


def test_the_line_between_photo_and_result_has_a_grip_as_large_at_every_zoom(
    scene: Scene, qapp: QApplication
) -> None:
    scene.split()
    view, document = scene.window.workspace.view, scene.studio.documents.document
    assert document is not None
    height, width = document.rgb.shape[:2]
    widths = []
    for zoom in (0.5, 1.0):
        view.set_zoom(zoom)
        for _ in range(5):
            qapp.processEvents()
        grip = view.mapFromScene(QPointF(document.split * width, 0.9 * height))
        viewport = view.viewport()
        assert viewport is not None
        row = viewport.grab(QRect(grip.x() - 20, grip.y() - 7, 40, 1)).toImage()
        widths.append(sum(row.pixelColor(x, 0) == QColor("white") for x in range(row.width())))
    assert widths[0] > 6
    assert abs(widths[0] - widths[1]) <= 1


def test_buttons_that_are_chips_have_round_ends_however_little_room_there_is(
    scene: Scene, qapp: QApplication
) -> None:
    scene.unfolded()
    for _ in range(20):
        qapp.processEvents()
    inner = scene.window.edit_panel.widget()
    assert inner is not None
    for chip in scene.window.edit_panel.presets.values():
        assert chip.height() >= chip.sizeHint().height()
        picture = inner.grab(chip.geometry()).toImage()
        assert picture.pixelColor(1, 1) == QColor(LIGHT.window), "its corner is filled"
        assert picture.pixelColor(chip.width() // 2, 1) != QColor(LIGHT.window)


def test_a_panels_button_follows_its_fields_and_a_tall_window_shows_everything(qapp: QApplication) -> None:
    scene = Scene(qapp, "light", (2560, 1440))
    try:
        scene.split()
        for _ in range(20):
            qapp.processEvents()
        panel = scene.window.edit_panel
        assert panel.more.isChecked()
        bar = panel.area.verticalScrollBar()
        assert bar is not None
        assert bar.maximum() == 0
        below = panel.main_button.mapTo(panel, QPoint(0, 0)).y() - panel.area.height()
        assert below < 120, "the button is far from what it starts"
        masks = scene.window.mask_panel.area.verticalScrollBar()
        assert masks is not None
        assert masks.maximum() == 0
    finally:
        scene.close()


@THEMES
def test_questions_have_room_for_their_answers(colours: Colours, scene: Scene, qapp: QApplication) -> None:
    use(qapp, colours)
    seen: list[tuple[str, bool]] = []

    def look() -> None:
        box = scene.window.findChild(QMessageBox)
        assert box is not None
        seen.extend((button.text(), cut_off(button)) for button in box.buttons())
        box.reject()

    QTimer.singleShot(0, look)
    scene.window.ask_about_learning()
    assert len(seen) == 3
    assert not [text for text, cut in seen if cut]


@THEMES
def test_the_way_on_through_the_first_steps_is_marked(
    colours: Colours, scene: Scene, qapp: QApplication
) -> None:
    use(qapp, colours)
    scene.wizard()
    qapp.processEvents()
    wizard = scene.shown
    assert isinstance(wizard, QWizard)
    following = wizard.button(QWizard.WizardButton.NextButton)
    assert following is not None
    assert colours.accent in inks(following)


@pytest.mark.parametrize("kind", [QSpinBox, QComboBox, QCheckBox, QPushButton])
def test_drawing_keeps_no_object_for_what_lies_on_qts_stack(
    kind: type[QWidget], qapp: QApplication, qtbot: QtBot
) -> None:
    """Kept, it would be taken for whatever Qt has at that address next: the window crashed of it."""
    use(qapp, LIGHT)
    widget = kind()
    qtbot.addWidget(widget)

    def options() -> list[object]:
        # By their true type: some library's object pretends to be of another, and imports it when it is asked.
        kinds = (QStyleOptionComplex, QStyleOptionButton)
        return [one for one in gc.get_objects() if issubclass(type(one), kinds)]

    before = {id(one) for one in options()}
    widget.grab()
    assert not [type(one).__name__ for one in options() if id(one) not in before]


def test_a_list_without_anything_says_so_in_its_place(scene: Scene, qapp: QApplication) -> None:
    history = features_of(scene.window).history.panel
    scene.window.docks["history"].raise_()
    scene.until(lambda: history.empty.isVisible())
    viewport = history.list.viewport()
    assert viewport is not None
    assert history.empty.parentWidget() is viewport
    middle = history.empty.mapTo(viewport, history.empty.rect().center())
    assert (middle - viewport.rect().center()).manhattanLength() < 6
