"""The window's languages: German is complete, what stands in braces survives, Qt reads what we make, updates lose nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import QCoreApplication, QLocale, QObject, QTranslator
from PyQt6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from qt_app.app import make_window
from qt_app.i18n import loading
from qt_app.i18n.compiling import compiled
from qt_app.i18n.loading import FOLDER, LANGUAGES, chosen_language, install_language
from qt_app.i18n.messages import Message, read_ts, write_ts
from qt_app.i18n.update import ROOT, main, texts_of, updated
from qt_app.ui.features import features_of
from qt_app.ui.formatting import stage_in_words, title_in_words
from qt_app.ui.main_window import MainWindow
from s2edit_plugin import api
from s2edit_plugin.api import operations
from tests.fakes.engine_client import FakeClient


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_sources_is_translated(language: str) -> None:
    """If this fails: ``python -m qt_app.i18n.update`` takes new texts in, Qt Linguist (or an editor) translates them."""
    there = read_ts(FOLDER / f"s2edit_{language}.ts")
    wanted = updated(texts_of(), there, language)
    assert [message.key for message in wanted if not message.is_finished(language)] == []
    assert set(there) == {message.key for message in wanted}, "texts that are gone are still in the file"


def test_what_is_filled_in_and_what_is_pressed_survives_translation() -> None:
    strange = []
    for message in read_ts(FOLDER / "s2edit_de.ts").values():
        for form in message.forms:
            strange += [
                (message.source, form, pattern)
                for pattern in (r"\{\d\}", "%n", r"&(?! )", r"</?a\b", "…$", r"\n")
                if len(re.findall(pattern, form)) != len(re.findall(pattern, message.source))
            ]
            if message.source[:1].isspace() != form[:1].isspace() or form != form.rstrip():
                strange.append((message.source, form, "space"))
    assert strange == []


def stages() -> set[str]:
    """What jobs of the engine say that they do, names filled in."""
    found = set()
    for path in (ROOT.parent / "s2edit_plugin").rglob("*.py"):
        if not {"evaluation", "soak", "bench.py", "fake.py"} & set(path.parts):
            text = path.read_text(encoding="utf-8")
            found |= set(re.findall(r'\b(?:Progress|Meter)\(\s*f?"([^"]+)"', text))
    return {re.sub(r"\{[^{}]+\}", "sd15", stage) for stage in found}


def test_what_jobs_do_and_are_called_is_german_whoever_began_them(
    qapp: QApplication, english_again: None
) -> None:
    install_language(qapp, "de")
    assert len(stages()) > 9
    assert [stage for stage in stages() if stage_in_words(stage) == stage] == []
    jobs = (
        api.LearnToken(b"", "anna", "me"), api.ApplyEdit(b"", ("anna/me",), "x"), api.ApplyEdit(b"", (), "x"),
        api.MakeMask(b""), api.SuggestPrompt(b""), api.ShowAttention(b"", "hair"), api.RerunResult("x"),
        api.RecognisePeople(b""), api.OpenModel(),
        api.InstallModel("sd15"), api.ImportModel("/x"), api.VerifyModel("sd15"), api.MoveModels("/x"),
    )  # fmt: skip
    assert {type(job) for job in jobs} == set(operations.JOBS)
    titles = [operations.operation_of(job).title(job) for job in jobs]
    assert [title for title in titles if title_in_words(title) == title] == []
    assert title_in_words("a photo of a woman") == "a photo of a woman"
    assert all(
        name in title_in_words(operations.operation_of(jobs[0]).title(jobs[0])) for name in ("anna/me",)
    )


def test_nobody_inherits_a_text() -> None:
    """PyQt looks a text up under the class of the object, the update under the class where it stands: they must be one."""
    owners, heirs = {message.context for message in texts_of()}, []
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
                heirs += [(node.name, base) for base in bases & owners]
    assert heirs == []


def test_qt_reads_the_messages_with_their_plurals(qapp: QApplication) -> None:
    messages = [
        Message("Window", "Open", forms=("Öffnen",)),
        Message("Door", "Open", forms=("Aufmachen",)),
        Message("Window", "%n file(s)", True, ("%n Datei", "%n Dateien")),
        Message("Window", "unfinished"),
        Message("Window", "", forms=("empty",)),
        *(Message("Many", f"text {number}" * 9, forms=(f"Text {number}",)) for number in range(300)),
    ]
    translator = QTranslator()
    data = compiled(messages, "de")
    assert translator.loadFromData(data)
    assert translator.language() == "de"
    assert translator.translate("Window", "Open") == "Öffnen"
    assert translator.translate("Door", "Open") == "Aufmachen"
    assert not translator.translate("Wall", "Open")
    assert not translator.translate("Window", "unfinished")
    for number in range(300):
        assert translator.translate("Many", f"text {number}" * 9) == f"Text {number}"
    qapp.installTranslator(translator)
    counted = [QCoreApplication.translate("Window", "%n file(s)", n=count) for count in (0, 1, 2)]
    qapp.removeTranslator(translator)
    assert counted == ["0 Dateien", "1 Datei", "2 Dateien"]


def test_an_update_keeps_translations_and_drops_what_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "s2edit_de.ts"
    old = [
        Message("A", 'One & <two> "three"', forms=("Eins & <zwei> „drei“",), places=("ui/a.py",)),
        Message("A", "gone", forms=("weg",)),
        Message("A", "%n thing(s)", True, ("%n Ding", "%n Dinge")),
    ]
    write_ts(path, "de", old)
    read = read_ts(path)
    assert list(read.values()) == old
    texts = [
        Message("A", 'One & <two> "three"'),
        Message("A", "%n thing(s)", True),
        Message("B", 'One & <two> "three"'),  # in another place: the same translation
        Message("B", "new"),
    ]
    new = updated(texts, read, "de")
    assert [message.forms for message in new] == [old[0].forms, old[2].forms, old[0].forms, ()]
    write_ts(path, "de", new)
    assert 'type="unfinished"' in path.read_text()
    assert not read_ts(path)["B", "new"].is_finished("de")
    assert [message.source for message in updated(texts, {}, "en")] == ["%n thing(s)"]


def test_texts_that_are_not_written_out_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('class A:\n    def f(self, x):\n        self.tr(f"{x}")\n')
    with pytest.raises(ValueError, match=r"a\.py:3"):
        texts_of(tmp_path)


def test_the_command_says_what_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("qt_app.i18n.update.FOLDER", tmp_path)
    monkeypatch.setattr("qt_app.i18n.update.ENGINE", tmp_path / "engine")  # a test of its own looks at that
    assert main() == 1
    assert "de: MainWindow: Library" in capsys.readouterr().out
    for path in FOLDER.glob("*.ts"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert main() == 0
    for language in LANGUAGES:  # the files that are there are as the command writes them
        name = f"s2edit_{language}.ts"
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()


@pytest.fixture
def german(
    qtbot: QtBot, qapp: QApplication, data_home: Path, engine: FakeClient, english_again: None
) -> Iterator[MainWindow]:
    engine.world.add_token("anna/me")
    window = make_window(qapp, "light", lambda: engine, language="de")
    window.show()
    qtbot.waitUntil(lambda: bool(window.studio.library.tokens))
    yield window
    window.close()
    window.deleteLater()


def test_the_whole_window_is_german_qts_own_buttons_too(german: MainWindow) -> None:
    bar = german.menuBar()
    assert bar is not None
    titles = [action.text() for action in bar.actions()]
    assert titles == ["&Datei", "&Bearbeiten", "&Maske", "&Ansicht", "&Token", "&Hilfe"]
    assert german.docks["history"].windowTitle() == "Verlauf"
    german.studio.learning.start()
    assert german.studio.messages.current is not None
    assert german.studio.messages.current.sentence == "Öffnen Sie zuerst ein Foto."
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    button = box.button(QDialogButtonBox.StandardButton.Cancel)
    assert button is not None
    assert button.text() == "Abbrechen"
    assert QLocale().toString(1.5, "f", 1) == "1,5"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_opens_two_menus_or_two_of_their_entries(
    language: str, qtbot: QtBot, qapp: QApplication, data_home: Path, english_again: None
) -> None:
    window = make_window(qapp, "light", FakeClient, language=language)
    bar = window.menuBar()
    assert bar is not None
    menus = {
        "bar": bar,
        **{name: window.menus[name] for name in ("file", "edit", "mask", "view", "tokens", "help")},
    }
    twice = []
    for name, menu in menus.items():
        letters = [re.search("&(.)", action.text()) for action in menu.actions()]
        pressed = [found.group(1).lower() for found in letters if found]
        twice += [(name, letter) for letter in set(pressed) if pressed.count(letter) > 1]
    window.close()
    window.deleteLater()
    assert twice == []


def test_dialogs_are_german_too(german: MainWindow) -> None:
    features = features_of(german)
    for dialog in (
        features.settings.show(),
        features.help.show_diagnostics(),
        features.help.show_about(),
        features.help.show_wizard(),
    ):
        assert dialog.windowTitle() in ("Einstellungen", "Diagnose", "Über S²Edit Studio", "Erste Schritte")
        dialog.close()


def test_the_language_is_the_users_else_the_desktops_else_english(monkeypatch: pytest.MonkeyPatch) -> None:
    class System:
        def __init__(self, *names: str) -> None:
            self.names = list(names)

        def uiLanguages(self) -> list[str]:
            return self.names

    for names, wanted in ((["de-AT", "de"], "de"), (["fr-FR", "de"], "de"), (["fr"], "en"), ([], "en")):
        monkeypatch.setattr(loading.QLocale, "system", lambda one=names: System(*one))
        assert chosen_language("") == wanted
        assert chosen_language("en") == "en"
        assert chosen_language("xx") == wanted


def test_a_damaged_file_costs_its_language_alone(
    qapp: QApplication,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    english_again: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Window(QObject):
        def text(self) -> str:
            return self.tr("Library")

    monkeypatch.setattr(loading, "FOLDER", tmp_path)
    (tmp_path / "s2edit_de.ts").write_text("<TS")
    assert install_language(qapp, "de") == "de"
    assert "cannot be read" in caplog.text
    assert Window().text() == "Library"
