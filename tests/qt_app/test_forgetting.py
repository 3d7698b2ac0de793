"""An open window when somebody is forgotten: by itself, by another program, or while it slept. Nothing of them comes back."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from qt_app.engine import EngineLink
from qt_app.model import session as sessions
from qt_app.model.studio import StudioState
from s2edit_plugin import api
from s2edit_plugin.api import Event
from s2edit_plugin.imaging.hashing import photo_hash
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.storage import forgotten
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.sessions import forget_in_sessions
from tests.fakes.engine_client import FakeClient

SECRET = "quaggajoghurt"


def picture(colour: int = 90) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (60, 40), (colour, 120, 200)).save(stream, "PNG")
    return stream.getvalue()


PHOTO, OTHER = picture(), picture(10)
MARKS = (photo_hash(read_photo(PHOTO)), "0b1ce5b4-3b0e-4a57-8a77-2f2ab6f5a001")


@pytest.fixture
def folder(data_home: Path) -> DataFolder:
    return DataFolder(data_home)


@pytest.fixture
def studio(folder: DataFolder, engine: FakeClient, qtbot: QtBot) -> Iterator[StudioState]:
    state = StudioState(EngineLink(lambda: engine), folder.root)
    state.link.start()
    qtbot.waitUntil(lambda: state.link.state == "connected")
    yield state
    state.close()


def opened(studio: StudioState, data: bytes, qtbot: QtBot, path: str = "") -> None:
    studio.documents.open_bytes(data, path=path)
    qtbot.waitUntil(lambda: studio.documents.document is not None and studio.documents.document.data == data)


def fill(studio: StudioState) -> None:
    """The panels are about two people."""
    studio.editing.tokens = (f"{SECRET}/me", "bob/me")
    studio.editing.prompt = f"a <{SECRET}/me> woman"
    studio.editing.source_prompt = "a woman"
    studio.editing.weights = {f"<{SECRET}/me>": 2.0, "woman": 1.5}
    studio.learning.person, studio.learning.prompt = SECRET, "a woman in a scarf"


def written(studio: StudioState, qtbot: QtBot) -> None:
    studio.session._dirty = True
    studio.session.write()
    qtbot.waitUntil(lambda: not studio.session._writing and studio.background.is_idle)


def traces(root: Path, *marks: str) -> list[str]:
    return [
        str(path.relative_to(root))
        for path in root.rglob("*")
        if path.is_file() and any(mark.encode() in path.read_bytes() for mark in marks)
    ]


def forget(folder: DataFolder) -> None:
    """As any program does it on the disk."""
    forgotten.announce(folder, SECRET, MARKS)
    forget_in_sessions(folder, SECRET, frozenset(MARKS))


def test_panels_lists_and_messages_hold_nothing_and_others_stay(
    studio: StudioState, engine: FakeClient, folder: DataFolder, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "holiday.png").write_bytes(PHOTO)
    (tmp_path / "other.png").write_bytes(OTHER)
    recent = [str(tmp_path / name) for name in ("holiday.png", "other.png", f"{SECRET}-2.png", "gone.png")]
    studio.preferences.recent = tuple(recent)
    opened(studio, OTHER, qtbot)
    document = studio.documents.document
    assert document is not None
    fill(studio)
    for tokens in ((f"{SECRET}/me",), ("bob/me",)):
        made = engine.world.add_result(api.ApplyEdit(OTHER, tokens, "b"), picture(50))
        studio.history.load_into(document, [*(r.output.history_id for r in document.results), made], 0)
        qtbot.waitUntil(lambda: bool(document.results) and studio.background.is_idle)
    studio.messages.note(f"Learned {SECRET}/me.")
    studio.messages.note("Something else.")
    written(studio, qtbot)
    assert traces(folder.root, SECRET)

    forget(folder)
    engine.tell(Event("forgotten"))
    qtbot.waitUntil(lambda: studio.editing.prompt == "" and studio.background.is_idle)

    assert studio.editing.tokens == ("bob/me",)
    assert (studio.editing.source_prompt, studio.editing.weights) == ("a woman", {"woman": 1.5})
    assert (studio.learning.person, studio.learning.prompt) == ("", "")
    assert studio.documents.document is document, "it shows somebody else"
    assert {result.request.tokens for result in document.results} <= {("bob/me",)}
    assert studio.preferences.recent == (recent[1], recent[3])
    assert [message.sentence for message in studio.messages.log] == ["Something else."]
    written(studio, qtbot)
    assert traces(folder.root, SECRET, *MARKS, "scarf", "holiday") == []
    assert traces(folder.root, "bob/me"), "the session itself is kept on"


def test_their_photo_is_closed(
    studio: StudioState, engine: FakeClient, folder: DataFolder, qtbot: QtBot
) -> None:
    opened(studio, PHOTO, qtbot)
    written(studio, qtbot)
    assert traces(folder.root, MARKS[0]), "a session says what photo it shows, so that forgetting finds it"
    assert forget_in_sessions(folder, SECRET, frozenset(MARKS)) == 1
    written(studio, qtbot)
    forget(folder)
    engine.tell(Event("forgotten"))
    qtbot.waitUntil(lambda: studio.documents.document is None)
    assert "forgotten" in studio.messages.log[-1].sentence
    written(studio, qtbot)
    assert traces(folder.root / "sessions", *MARKS, "PNG") == []


def test_a_window_that_did_not_hear_of_it_writes_nothing_back(
    studio: StudioState, folder: DataFolder, qtbot: QtBot
) -> None:
    """As one that slept, or a program that forgets without an engine: no event comes."""
    opened(studio, OTHER, qtbot)
    fill(studio)
    forget(folder)
    written(studio, qtbot)
    assert traces(folder.root, SECRET) == []
    qtbot.waitUntil(lambda: studio.editing.prompt == "", timeout=5000)


def test_forgetting_while_the_session_is_written_leaves_nothing(
    studio: StudioState, folder: DataFolder, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(studio, OTHER, qtbot)
    fill(studio)
    write = sessions._written

    def slowly(*arguments: object) -> object:
        forget(folder)  # between the look before and the writing
        monkeypatch.setattr(sessions, "_written", write)
        return write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(sessions, "_written", slowly)
    written(studio, qtbot)
    assert traces(folder.root, SECRET) == []


def test_what_is_learned_again_on_purpose_stays(
    studio: StudioState, engine: FakeClient, folder: DataFolder, qtbot: QtBot
) -> None:
    forget(folder)
    engine.tell(Event("forgotten"))
    qtbot.waitUntil(lambda: studio.session.seen == forgotten.stamp(folder))
    opened(studio, OTHER, qtbot)
    fill(studio)
    forgotten.announce(folder, "somebody else", ())
    engine.tell(Event("forgotten"))
    qtbot.waitUntil(lambda: studio.session.seen == forgotten.stamp(folder))
    assert studio.learning.person == SECRET
