"""No text from elsewhere is taken for mark-up: labels are made in one place only, and a window full of it shows it as it is."""

from __future__ import annotations

import ast
import dataclasses
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QTextDocumentFragment
from PyQt6.QtWidgets import (
    QApplication,
    QLabel,
    QListWidget,
    QMessageBox,
    QTableWidget,
    QTreeWidget,
    QTreeWidgetItemIterator,
    QWidget,
)
from pytestqt.qtbot import QtBot

import qt_app
from qt_app.ui import plain_text
from qt_app.ui.features import features_of
from qt_app.ui.plain_text import Link, LinkLabel, confirmed, plain_label, question_box, set_tip
from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.errors import ImageError
from tests.e2e import scenes

SOURCES = Path(qt_app.__file__).parent
HOME = "plain_text.py"
MADE = frozenset(
    ("QLabel", "QFormLayout", "QMessageBox", "QErrorMessage", "QTextEdit", "QTextBrowser", "QInputDialog", "QProgressDialog",
     "QSplashScreen", "QGraphicsTextItem", "QStaticText", "QMessageBox.warning", "QMessageBox.information",
     "QMessageBox.question", "QMessageBox.critical", "QMessageBox.about", "QInputDialog.getText", "QInputDialog.getItem",
     "QInputDialog.getInt", "QInputDialog.getDouble", "QInputDialog.getMultiLineText", "QToolTip.showText",
     "QWhatsThis.showText")
)  # fmt: skip
"""What shows a text that Qt may take for HTML."""
CALLED = frozenset(
    ("setToolTip", "setStatusTip", "setWhatsThis", "setTextFormat", "setHtml", "insertHtml", "appendHtml", "setMarkdown",
     "setTabToolTip", "setTabWhatsThis", "setLabelText", "setInformativeText", "setItemToolTip")
)  # fmt: skip
NAMED = frozenset(("ToolTipRole", "WhatsThisRole", "StatusTipRole", "RichText", "AutoText", "MarkdownText"))
MARKUP = '<img src="/dev/zero"> <b>&lt;b&gt;</b>'


def breaches(source: str) -> list[str]:
    """What of a source makes a label, a tooltip or a message box by itself, with its line."""
    found = []
    for node in ast.walk(ast.parse(source)):
        names: set[str] = set()
        if isinstance(node, ast.Call):
            names = {ast.unparse(node.func)} & MADE
            names |= {node.func.attr} & CALLED if isinstance(node.func, ast.Attribute) else set()
        elif isinstance(node, ast.ClassDef):
            names = {ast.unparse(base) for base in node.bases} & MADE
        elif isinstance(node, ast.Attribute):
            names = {node.attr} & NAMED
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("PyQt6"):
            names = {alias.name for alias in node.names if alias.asname}
        found += [f"{getattr(node, 'lineno', 0)}: {name}" for name in sorted(names)]
    return found


@pytest.mark.parametrize(
    "source",
    [
        "QLabel(name)", "class Big(QLabel): pass", "box = QMessageBox(self)", "QMessageBox.warning(self, a, b)",
        "item.setToolTip(0, name)", "model.setData(index, name, Qt.ItemDataRole.ToolTipRole)", "form = QFormLayout()",
        "QInputDialog.getText(self, a, b)", "field.appendHtml(text)", "from PyQt6.QtWidgets import QLabel as Text",
        "label.setTextFormat(Qt.TextFormat.AutoText)", "QToolTip.showText(place, name)",
    ],
)  # fmt: skip
def test_a_label_made_elsewhere_is_found(source: str) -> None:
    assert breaches(source)


def test_labels_tooltips_and_message_boxes_are_made_in_one_place() -> None:
    found = {
        path.relative_to(SOURCES).as_posix(): lines
        for path in sorted(SOURCES.rglob("*.py"))
        if path.name != HOME and (lines := breaches(path.read_text(encoding="utf-8")))
    }
    assert not found, "use qt_app.ui.plain_text"
    assert breaches((SOURCES / "ui" / HOME).read_text(encoding="utf-8"))  # it looks at what there is


def test_a_tooltip_shows_what_looks_like_markup_and_leaves_other_text_alone(qtbot: QtBot) -> None:
    label = plain_label()
    qtbot.addWidget(label)
    for text in (MARKUP, "<b>c</b>", "a\n<b>c</b>", "&lt;b&gt;", "<p>two\nlines"):
        set_tip(label, text)
        tip = label.toolTip()
        assert (
            QTextDocumentFragment.fromHtml(tip).toPlainText() == text
            if Qt.mightBeRichText(tip)
            else tip == text
        )
    set_tip(label, "a < b & c")
    assert label.toolTip() == "a < b & c"


def test_links_lead_to_pages_of_the_web_only_and_their_words_are_text(qtbot: QtBot) -> None:
    label = LinkLabel(
        ("See {0}, says {1}.", Link('https://example.org/?a="b', "<b>it</b>"), MARKUP + "{0}"),
        (Link("file:///etc/passwd", "there"),),
    )
    qtbot.addWidget(label)
    assert label.text().count("<a ") == 1
    assert 'href="https://example.org/?a=&quot;b"' in label.text()
    assert not [word for word in ("file:", "<img", "<b>") if word in label.text()]
    assert label.text().endswith("<br>there")
    assert "{0}" in label.text()  # a gap in what fills a gap is text


def test_boxes_that_ask_show_text_as_it_is(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    box = question_box(parent, "Title", MARKUP, MARKUP)
    shown = [label for label in box.findChildren(QLabel) if label.text()]
    assert [label.text() for label in shown] == [MARKUP, MARKUP]
    assert {label.textFormat() for label in shown} == {Qt.TextFormat.PlainText}
    asked: list[str] = []

    def warning(*args: Any) -> QMessageBox.StandardButton:
        asked.append(args[2])
        return QMessageBox.StandardButton.Yes

    monkeypatch.setattr(plain_text.QMessageBox, "warning", warning)
    assert confirmed(parent, "Title", MARKUP)
    assert "<img" not in asked[0]
    assert "&lt;img" in asked[0]


# ---------------------------------------------------------------------- a window full of it


class Hostile(scenes.Scene):
    """A window on an engine and with files whose names, notes, models and errors look like mark-up."""

    def _fill(self) -> None:
        super()._fill()
        world = self.engine.world
        for name in list(world.tokens):
            details = world.tokens[name]
            info = dataclasses.replace(
                details.info, notes=MARKUP, source_prompt=MARKUP, class_noun=MARKUP, tags=(MARKUP,), base_model=MARKUP,
                consent=MARKUP, attribute_words=(MARKUP,), problem=MARKUP,
            )  # fmt: skip
            world.tokens[name] = dataclasses.replace(
                details, info=info, settings={MARKUP: MARKUP}, path=MARKUP
            )
        world.models = {
            model.name: dataclasses.replace(
                model, title=MARKUP, licence=MARKUP, licence_text=MARKUP, note=MARKUP, path=MARKUP, training_data=MARKUP
            )
            for model in scenes.MODELS
        }  # fmt: skip
        self.engine.answers[queries.Diagnose] = lambda _: queries.Diagnosis(
            (queries.CheckInfo(MARKUP, False, MARKUP, MARKUP),)
        )

    def messages(self) -> None:
        """An error, a result in the history, and an edit that runs."""
        self.engine.world.add_result(
            api.ApplyEdit(b"", ("anna/me",), MARKUP), b"", created=MARKUP, note=MARKUP, model=MARKUP
        )
        self.studio.editing.prompt = MARKUP
        self.studio.editing.start()
        self.until(lambda: self.engine.running is not None)
        self.studio.messages.error(ImageError(MARKUP, MARKUP))


def shown_tips(root: QWidget) -> list[str]:
    """Tooltips of widgets, actions and items."""
    tips = [widget.toolTip() for widget in root.findChildren(QWidget)]
    tips += [action.toolTip() for action in root.findChildren(QAction)]

    for listed in root.findChildren(QListWidget):
        tips += [item.toolTip() for row in range(listed.count()) if (item := listed.item(row)) is not None]
    for tree in root.findChildren(QTreeWidget):
        items = QTreeWidgetItemIterator(tree)
        while (item := items.value()) is not None:
            tips += [item.toolTip(column) for column in range(tree.columnCount())]
            items += 1
    for table in root.findChildren(QTableWidget):
        cells = [
            table.item(row, column)
            for row in range(table.rowCount())
            for column in range(table.columnCount())
        ]
        tips += [cell.toolTip() for cell in cells if cell is not None]
    return [tip for tip in tips if tip]


def test_a_window_full_of_markup_shows_it_as_text(
    qapp: QApplication, tmp_path: Path, english_again: None, qtbot: QtBot
) -> None:
    scene = Hostile(qapp, "light", (1280, 800))
    try:
        photo = tmp_path / "<img src=x>&.png"
        photo.write_bytes((scenes.SAMPLES / "anna.png").read_bytes())
        scene.studio.preferences.recent = (str(photo),)
        scene.window.show()
        scene.history()
        for dialog in ("models", "diagnostics", "token", "exporting", "importing"):
            getattr(scene, dialog)()
            qapp.processEvents()
        features_of(scene.window).saving.save()
        scene.messages()
        scene.wizard_model()
        labels = scene.window.findChildren(QLabel)
        free = [
            label.text()
            for label in labels
            if label.textFormat() != Qt.TextFormat.PlainText
            and not isinstance(label, LinkLabel)
            and not label.objectName().startswith("qt_")
        ]
        assert not [text for text in free if text], "labels that take mark-up"
        assert sum(MARKUP in label.text() for label in labels) > 8, "the test shows too little"
        assert all("<img" not in label.text() for label in labels if isinstance(label, LinkLabel))
        tips = shown_tips(scene.window)
        assert sum("&lt;img" in tip for tip in tips) > 3, "the test shows too little"
        assert not [tip for tip in tips if Qt.mightBeRichText(tip) and "<img" in tip]
    finally:
        scene.close()
