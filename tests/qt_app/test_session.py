"""Autosave and what is offered after a crash: photo, masks, panels, results; and that nothing stays after a quiet end."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from qt_app.app import make_window
from qt_app.engine import EngineLink
from qt_app.model.crashed_session import CrashedSession
from qt_app.model.document import Document
from qt_app.model.studio import StudioState
from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.errors import ResourceError
from tests.fakes.engine_client import FakeClient

SIZE = (60, 40)


def picture(colour: tuple[int, int, int] = (200, 120, 90)) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", SIZE, colour).save(stream, "PNG")
    return stream.getvalue()


def crash(studio: StudioState) -> None:
    """End as a process that is killed: nothing is tidied up, but the operating system lets go of its locks."""
    studio.link.close()
    studio.background.close()
    studio.session._closed = True
    studio.session._lock.close()
    studio.session._locked = False


@pytest.fixture
def studios(data_home: Path, qtbot: QtBot) -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as stack:
        yield stack


def start(studios: contextlib.ExitStack, engine: FakeClient, home: Path, qtbot: QtBot) -> StudioState:
    state = StudioState(EngineLink(lambda: engine), home)
    studios.callback(state.close)
    state.link.start()
    qtbot.waitUntil(lambda: state.link.state == "connected")
    return state


def opened(studio: StudioState, qtbot: QtBot, path: Path | None = None) -> Document:
    if path is None:
        studio.documents.open_bytes(picture())
    else:
        studio.documents.open_file(str(path))
    qtbot.waitUntil(lambda: studio.documents.document is not None)
    assert studio.documents.document is not None
    return studio.documents.document


def kept(studio: StudioState, qtbot: QtBot) -> Path:
    """Have the session written now; its folder."""
    session = studio.session
    session.write()
    qtbot.waitUntil(lambda: not session._writing and not session._dirty)
    return session._own


def offered(studio: StudioState, qtbot: QtBot) -> CrashedSession:
    studio.session.look()
    qtbot.waitUntil(lambda: studio.session.offered is not None)
    assert studio.session.offered is not None
    return studio.session.offered


@pytest.mark.parametrize("pasted", [True, False])
def test_after_a_crash_photo_masks_panels_and_results_come_back(
    studios: contextlib.ExitStack,
    engine: FakeClient,
    data_home: Path,
    tmp_path: Path,
    qtbot: QtBot,
    pasted: bool,
) -> None:
    path = tmp_path / "anna.png"
    path.write_bytes(picture())
    first = start(studios, engine, data_home, qtbot)
    document = opened(first, qtbot, None if pasted else path)
    mask = np.zeros(SIZE[::-1], np.uint8)
    mask[3:9, 5:20] = 200
    document.masks.replace("region", mask, "painted")
    edit = first.editing
    edit.prompt, edit.strength, edit.weights, edit.tokens = (
        "a smiling woman",
        0.25,
        {"smiling": 2.0},
        ("anna/me",),
    )
    first.learning.person, first.learning.consent = "bea", True
    ids = [
        engine.world.add_result(api.ApplyEdit(picture(), ("anna/me",), "b"), picture((0, 9, n)))
        for n in (1, 2)
    ]
    first.history.load_into(document, (ids[0], "gone", ids[1]), 0)
    qtbot.waitUntil(lambda: len(document.results) == 2 and document.shown == 0)
    kept(first, qtbot)
    crash(first)

    second = start(studios, engine, data_home, qtbot)
    left = offered(second, qtbot)
    assert left.name == ("Pasted picture" if pasted else "anna.png")
    assert (left.results, list(left.masks)) == (tuple(ids), ["region"])
    second.session.restore()
    qtbot.waitUntil(
        lambda: second.documents.document is not None and len(second.documents.document.results) == 2
    )
    again = second.documents.document
    assert again is not None
    qtbot.waitUntil(lambda: again.shown == 0)
    assert again.data == picture()
    assert again.path == ("" if pasted else str(path))
    np.testing.assert_array_equal(again.masks.layers["region"].pixels, mask)
    assert not again.masks.layers["subject"].touched
    edit = second.editing
    assert (edit.prompt, edit.strength, edit.weights) == ("a smiling woman", 0.25, {"smiling": 2.0})
    assert edit.tokens == ("anna/me",)
    assert second.learning.person == "bea"
    assert not second.learning.consent
    # The old session goes once the new one holds all of it.
    qtbot.waitUntil(lambda: not left.folder.exists())
    record = json.loads((second.session._own / "session.json").read_text())
    assert record["results"] == ids
    assert list(record["masks"]) == ["region"]


def test_changes_are_written_by_themselves_and_old_masks_are_cleared_away(
    studios: contextlib.ExitStack, engine: FakeClient, data_home: Path, qtbot: QtBot
) -> None:
    studio = start(studios, engine, data_home, qtbot)
    studio.session._soon.setInterval(10)
    document = opened(studio, qtbot)
    own = studio.session._own
    qtbot.waitUntil(lambda: (own / "session.json").exists())
    for value in (100, 200):
        document.masks.replace("subject", np.full(SIZE[::-1], value, np.uint8), "painted")
        qtbot.waitUntil(lambda one=value: stored(own) == one)
    qtbot.waitUntil(lambda: len(list(own.glob("subject-*.png"))) == 1)
    document.masks.active = "subject"
    document.masks.clear("cleared")
    qtbot.waitUntil(lambda: not list(own.glob("subject-*.png")))
    studio.documents.document = None
    qtbot.waitUntil(lambda: [path.name for path in own.iterdir()] == ["lock"])


def stored(own: Path) -> int:
    """The value the subject's mask on disk has, -1 while there is none."""
    name = json.loads((own / "session.json").read_text())["masks"].get("subject")
    if name is None or not (own / name).exists():
        return -1
    with Image.open(own / name) as image:
        return int(np.asarray(image)[0, 0])


def test_after_a_quiet_end_nothing_stays_and_an_open_window_is_nobodys_to_offer(
    studios: contextlib.ExitStack, engine: FakeClient, data_home: Path, qtbot: QtBot
) -> None:
    first = start(studios, engine, data_home, qtbot)
    opened(first, qtbot)
    own = kept(first, qtbot)
    second = start(studios, engine, data_home, qtbot)
    heard: list[object] = []
    second.background.run(lambda: None, heard.append)
    second.session.look()
    qtbot.waitUntil(lambda: bool(heard) and second.background.is_idle)
    assert second.session.offered is None
    first.close()
    assert not own.exists()


def test_one_lost_session_is_offered_by_one_window(
    studios: contextlib.ExitStack, engine: FakeClient, data_home: Path, qtbot: QtBot
) -> None:
    first = start(studios, engine, data_home, qtbot)
    opened(first, qtbot)
    own = kept(first, qtbot)
    crash(first)
    second, third = (start(studios, engine, data_home, qtbot) for _ in range(2))
    offered(second, qtbot)
    heard: list[object] = []
    third.session.look()
    third.background.run(lambda: None, heard.append)
    qtbot.waitUntil(lambda: bool(heard) and third.background.is_idle)
    assert third.session.offered is None
    second.session.later()  # now it may be the other one's
    offered(third, qtbot)
    assert own.exists()
    third.session.discard()
    qtbot.waitUntil(lambda: not own.exists())


def test_a_photo_that_is_another_one_now_is_said_and_the_masks_stay(
    studios: contextlib.ExitStack, engine: FakeClient, data_home: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "anna.png"
    path.write_bytes(picture())
    first = start(studios, engine, data_home, qtbot)
    opened(first, qtbot, path)
    kept(first, qtbot)
    crash(first)
    path.write_bytes(picture((1, 2, 3)))
    second = start(studios, engine, data_home, qtbot)
    left = offered(second, qtbot)
    second.session.restore()
    qtbot.waitUntil(lambda: second.messages.current is not None)
    assert second.messages.current is not None
    assert "another picture" in second.messages.current.sentence
    assert left.folder.exists()
    path.unlink()
    offered(second, qtbot)
    second.session.restore()
    qtbot.waitUntil(
        lambda: "not there" in (second.messages.current.sentence if second.messages.current else "")
    )


@pytest.mark.parametrize("text", ["", "[]", "{", '{"version": 1}', '{"version": 99}'])
def test_a_damaged_session_is_cleared_away(
    studios: contextlib.ExitStack, engine: FakeClient, data_home: Path, qtbot: QtBot, text: str
) -> None:
    studio = start(studios, engine, data_home, qtbot)
    folder = data_home / "sessions" / "1-abc"
    folder.mkdir(parents=True)
    (folder / "session.json").write_text(text)
    studio.session.look()
    qtbot.waitUntil(lambda: not folder.exists())
    assert studio.session.offered is None


def test_panel_values_of_a_wrong_kind_are_left_out(
    studios: contextlib.ExitStack, engine: FakeClient, data_home: Path, qtbot: QtBot
) -> None:
    first = start(studios, engine, data_home, qtbot)
    opened(first, qtbot)
    own = kept(first, qtbot)
    crash(first)
    record = json.loads((own / "session.json").read_text())
    record["panels"] = {
        "edit": {"prompt": 3, "steps": "many", "strength": 0, "weights": {"a": "b"}},
        "learn": [],
    }
    record["panels"]["learn"] = {"person": None}
    (own / "session.json").write_text(json.dumps(record))
    second = start(studios, engine, data_home, qtbot)
    offered(second, qtbot)
    second.session.restore()
    qtbot.waitUntil(lambda: second.documents.document is not None)
    assert (second.editing.prompt, second.editing.strength, second.editing.weights) == ("", 0.0, {})
    assert second.editing.steps == api.EditSettings.steps


def test_a_full_disk_is_said_once_and_tried_again(
    studios: contextlib.ExitStack,
    engine: FakeClient,
    data_home: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object, **__: object) -> None:
        raise ResourceError("The disk is full.")

    studio = start(studios, engine, data_home, qtbot)
    opened(studio, qtbot)
    monkeypatch.setattr("qt_app.model.session.write_atomic", full)
    for _ in range(2):
        studio.session.write()
        qtbot.waitUntil(lambda: not studio.session._writing)
    notes = [message for message in studio.messages.log if "crash" in message.sentence]
    assert len(notes) == 1
    monkeypatch.undo()
    assert (kept(studio, qtbot) / "session.json").exists()


@pytest.mark.parametrize("button", ["Open again", "Discard", "Later"])
def test_the_window_asks_what_is_to_become_of_it(
    studios: contextlib.ExitStack,
    engine: FakeClient,
    data_home: Path,
    qtbot: QtBot,
    qapp: QApplication,
    button: str,
) -> None:
    first = start(studios, engine, data_home, qtbot)
    document = opened(first, qtbot)
    document.masks.replace("region", np.full(SIZE[::-1], 9, np.uint8), "painted")
    own = kept(first, qtbot)
    crash(first)
    window = make_window(qapp, "light", lambda: engine)
    window.show()
    qtbot.waitUntil(lambda: bool(window.findChildren(QMessageBox)))
    (box,) = window.findChildren(QMessageBox)
    assert "1 painted mask" in box.informativeText()
    next(one for one in box.buttons() if one.text() == button).click()
    if button == "Open again":
        qtbot.waitUntil(lambda: window.studio.documents.document is not None)
    qtbot.waitUntil(lambda: own.exists() == (button == "Later"))
    window.close()
    window.deleteLater()


# ---------------------------------------------------------------------- what came from GIMP


def handed_over(engine: FakeClient, studio: StudioState, qtbot: QtBot) -> queries.TakenPicture:
    """A picture of GIMP that the window has taken and painted a mask for, as the engine knows it."""
    offered = engine.call(queries.HandOver(picture(), b"", "holiday.xcf"))
    waiting = queries.TakenPicture(offered.id, picture(), b"", "holiday.xcf")
    qtbot.waitUntil(lambda: studio.gimp_transfer.current == waiting.id)
    document = studio.documents.document
    assert document is not None
    document.masks.replace("region", np.full(SIZE[::-1], 200, np.uint8), "painted")
    kept(studio, qtbot)
    return waiting


def gave_back(engine: FakeClient) -> list[queries.GiveBack]:
    return [request for request in engine.asked if isinstance(request, queries.GiveBack)]


@pytest.mark.parametrize("first_to_come", ["engine", "session", "neither"])
def test_after_a_crash_gimps_picture_comes_back_with_what_was_made_of_it(
    studios: contextlib.ExitStack, engine: FakeClient, data_home: Path, qtbot: QtBot, first_to_come: str
) -> None:
    first = start(studios, engine, data_home, qtbot)
    waiting = handed_over(engine, first, qtbot)
    crash(first)
    engine.world.handed.append(waiting)  # the engine has seen that the window is gone

    second = StudioState(EngineLink(lambda: engine), data_home)
    studios.callback(second.close)
    assert offered(second, qtbot).origin == waiting.id
    if first_to_come != "session":
        second.link.start()
    if first_to_come == "engine":
        qtbot.waitUntil(lambda: second.gimp_transfer.current == waiting.id)
    second.session.restore()

    def is_restored() -> bool:
        opened = second.documents.document
        return opened is not None and bool((opened.masks.layers["region"].pixels == 200).all())

    qtbot.waitUntil(is_restored)
    if first_to_come == "session":
        second.link.start()
    qtbot.waitUntil(lambda: second.gimp_transfer.current == waiting.id and second.background.is_idle)
    document = second.documents.document
    assert document is not None
    assert (document.masks.layers["region"].pixels == 200).all()
    assert not engine.world.handed
    assert not gave_back(engine)


def test_the_same_picture_handed_over_anew_is_a_new_one(
    studios: contextlib.ExitStack, engine: FakeClient, data_home: Path, qtbot: QtBot
) -> None:
    studio = start(studios, engine, data_home, qtbot)
    before = handed_over(engine, studio, qtbot)
    engine.call(queries.HandOver(picture(), b"", "holiday.xcf"))
    qtbot.waitUntil(lambda: studio.gimp_transfer.current not in ("", before.id))
    document = studio.documents.document
    assert document is not None
    assert not document.masks.layers["region"].touched
    qtbot.waitUntil(lambda: [request.id for request in gave_back(engine)] == [before.id])


def test_a_picture_that_comes_again_because_the_connection_broke_stays_as_it_is(
    studios: contextlib.ExitStack, engine: FakeClient, data_home: Path, qtbot: QtBot
) -> None:
    studio = start(studios, engine, data_home, qtbot)
    waiting = handed_over(engine, studio, qtbot)
    document = studio.documents.document
    engine.world.handed.append(waiting)
    engine.world._changed("handover")
    qtbot.waitUntil(lambda: not engine.world.handed)
    engine.call(queries.HandOver(picture((1, 2, 3)), b"", "next"))  # still looked for afterwards
    qtbot.waitUntil(lambda: studio.gimp_transfer.current not in ("", waiting.id))
    assert document is not None
    qtbot.waitUntil(lambda: [request.id for request in gave_back(engine)] == [waiting.id])
