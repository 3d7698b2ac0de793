"""What the engine says is German in a German window: errors, hints and notes, whatever is filled into them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from qt_app.i18n import engine_translation
from qt_app.i18n.engine_sentences import sentences_of
from qt_app.i18n.engine_translation import translated, use_folder
from qt_app.i18n.loading import FOLDER
from qt_app.i18n.messages import read_ts
from qt_app.i18n.update import ENGINE
from qt_app.model.messages import Messages
from qt_app.ui.formatting import estimate_in_words
from s2edit_plugin.api import Estimate
from s2edit_plugin.base_models.catalogue import load_catalogue
from s2edit_plugin.errors import ModelError, S2EditError, Sentence

MOST = 0.95
"""So much of what the engine says is translated at any time. Its sentences change with it; `qt_app.i18n.update` catches up."""


@pytest.fixture
def german() -> Iterator[None]:
    """The engine's words are German, and nothing else."""
    before = engine_translation._file
    use_folder(FOLDER, "de")
    yield
    engine_translation._file, engine_translation._templates = before, None


def test_nearly_all_the_engine_says_is_translated_and_every_gap_is_one_of_the_sentences() -> None:
    there = read_ts(FOLDER / "engine_de.ts")
    wanted = sentences_of(ENGINE)
    done = [message for message in wanted if message.key in there and there[message.key].is_finished("de")]
    assert len(done) >= MOST * len(wanted), "run python -m qt_app.i18n.update and translate what it names"
    assert len(wanted) > 600
    for message in there.values():
        for form in message.forms:
            gaps, known = set(re.findall(r"\{\d\}", form)), set(re.findall(r"\{\d\}", message.source))
            assert gaps <= known, message.source
            assert form == form.strip()
            assert form.endswith((".", "?")) or not message.source.endswith((".", "?")), message.source
            assert re.findall("`[^`]*`", message.source) == [] or "`" in form, message.source


@pytest.mark.parametrize(
    ("english", "german_text"),
    [
        ("The engine has ended.", "Die Engine hat geendet."),
        ("The model 'sd15' is not installed.", "Das Modell „sd15“ ist nicht installiert."),
        (
            "Run `s2edit models install sd15` (2.7 GB to download).",
            "Führen Sie `s2edit models install sd15` aus (2.7 GB zum Herunterladen).",
        ),
        (
            "The same person: 0.89 of 1, the same from 0.36 on (SFace).",
            "Dieselbe Person: 0.89 von 1, dieselbe ab 0.36 (SFace).",
        ),
        (  # of two that fit, the one that says more
            "The model 'x' is damaged: its configuration makes no sense.",
            "Das Modell „x“ ist beschädigt: Seine Konfiguration ergibt keinen Sinn.",
        ),
        (  # two sentences in one text
            "Memory is short: it will be done in smaller pieces, which takes longer. "
            "The time is a cautious guess until one has run here.",
            "Der Speicher ist knapp: Es wird in kleineren Stücken gerechnet, was länger dauert. "
            "Die Zeit ist vorsichtig geschätzt, bis hier einer gelaufen ist.",
        ),
        ("Braces {0} in a name stay.", "Braces {0} in a name stay."),
        ("There is no person '{1} {0}'.", "Es gibt keine Person „{1} {0}“."),
        ("Nobody knows this sentence.", "Nobody knows this sentence."),
        ("", ""),
    ],
)
def test_sentences_are_found_again_with_what_was_filled_in(
    german: None, english: str, german_text: str
) -> None:
    assert translated(english) == german_text


def test_errors_notes_and_estimates_are_said_in_german(german: None) -> None:
    messages = Messages()
    messages.error(ModelError("There is no model 'x'.", "`s2edit models list` shows what there is."))
    assert messages.current is not None
    assert messages.current.sentence == "Es gibt kein Modell „x“."
    assert messages.current.hint == "`s2edit models list` zeigt, was es gibt."
    messages.note("Every pixel is the same.")
    assert messages.current.sentence == "Jedes Pixel ist gleich."
    words = estimate_in_words(
        Estimate(9, 0, 0, True, "CPU", "The time is a cautious guess until one has run here.")
    )
    assert words.endswith("bis hier einer gelaufen ist.")


def test_an_error_is_translated_by_its_own_template_whatever_stands_in_it(german: None) -> None:
    """By its words alone it would be taken for another sentence, or cut in the wrong place."""
    messages = Messages()
    name = "is damaged: its configuration makes no sense' is not installed."
    sent = ModelError(Sentence("The model '{}' is not installed.", name)).to_json()
    messages.error(S2EditError.from_json(sent))
    assert messages.current is not None
    assert messages.current.sentence == f"Das Modell „{name}“ ist nicht installiert."
    said = Sentence(
        "The setting '{}' must be one of {}.", "x", Sentence("There is no person '{}'.", "A. B. Is")
    )
    assert translated(said) == "Die Einstellung „x“ muss eines von Es gibt keine Person „A. B. Is“. sein."


def test_without_a_file_or_with_a_damaged_one_the_engine_speaks_english(
    german: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    use_folder(tmp_path, "de")
    assert translated("The engine has ended.") == "The engine has ended."
    (tmp_path / "engine_de.ts").write_text("<TS")
    use_folder(tmp_path, "de")
    assert translated("The engine has ended.") == "The engine has ended."
    assert "cannot be read" in caplog.text


def test_of_the_sources_docstrings_logs_and_statements_are_no_sentences(tmp_path: Path) -> None:
    (tmp_path / "cli").mkdir()
    (tmp_path / "cli" / "main.py").write_text("print('Only the terminal says this.')")
    (tmp_path / "a.py").write_text(
        '"""A module of some kind."""\n'
        "def f(x, log):\n"
        '    """What it does, in words."""\n'
        '    log.warning("This is for the log.")\n'
        '    run("DELETE FROM results WHERE id = ?")\n'
        "    raise Wrong(f'The file {x!r} is {x + 1} bytes '\n"
        "                'too long.', hint='Use a shorter one.', kind='no sentence')\n"
    )
    found = [message.source for message in sentences_of(tmp_path) if message.places]
    assert found == ["The file {0} is {1} bytes too long.", "Use a shorter one."]
    assert issubclass(ModelError, S2EditError)


def test_what_the_catalogue_says_of_models_is_translated(german: None) -> None:
    notes = {model.note for model in load_catalogue().values() if model.note}
    assert len(notes) > 4
    assert not {translated(note) for note in notes} & notes
    assert translated("U2-Net: the main subject") == "U2-Net: das Hauptmotiv"
