"""The plug-in's connection to the engine: found, waited for, followed, cancelled, lost."""

from __future__ import annotations

import json
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gimp_bridge import engine_client as module
from gimp_bridge.engine_client import EngineClient, data_folder
from s2edit_plugin import __version__, api
from s2edit_plugin.api import queries
from s2edit_plugin.engine.client import discovery, launching
from s2edit_plugin.errors import (
    CancelledError,
    EngineError,
    EngineGoneError,
    EngineVersionError,
    PromptError,
)
from tests.fakes.engine_client import FakeClient
from tests.fakes.waiting import wait_until

EDIT = api.ApplyEdit(b"photo", ("anna/me",), "smiling")


class Leaving(FakeClient):
    """A client that cancels its job when it leaves, as an engine does."""

    def close(self) -> None:
        job = self.running
        if job is not None:
            self.control(job.id, "cancel")
        super().close()


@pytest.fixture
def engine() -> Iterator[FakeClient]:
    client = Leaving()
    yield client
    client.close()


def client_of(
    engine: FakeClient, idle: Callable[[], None] = lambda: None
) -> tuple[EngineClient, list[tuple[float, str]]]:
    shown: list[tuple[float, str]] = []
    client = EngineClient(lambda fraction, text, picture: shown.append((round(fraction, 2), text)), idle)
    client._connection = engine  # type: ignore[assignment]
    return client, shown


def meanwhile(act: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=act)
    thread.start()
    return thread


def test_a_job_is_followed_with_its_progress_on_its_part_of_the_bar(engine: FakeClient) -> None:
    client, shown = client_of(engine)

    def work() -> None:
        wait_until(lambda: engine.running is not None)
        for stage in ("inverting", "editing"):
            engine.step(5, total=10, stage=stage, seconds_left=20.0)
        wait_until(lambda: any("Editing, step 5" in text for _, text in shown))
        engine.finish()

    thread = meanwhile(work)
    result = client.run(EDIT, "Edit", (0.5, 1.0))
    thread.join()
    assert result.image
    assert (0.85, "Editing, step 5 of 10, about 20 seconds left") in shown
    assert [fraction for fraction, _ in shown] == sorted(fraction for fraction, _ in shown)


def test_while_the_model_is_loaded_that_is_said_and_the_bar_moves(
    engine: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, shown = client_of(engine)
    status = queries.EngineStatus("1", 1, model_loaded=False)
    asked = engine.call
    monkeypatch.setattr(
        engine, "call", lambda request: status if isinstance(request, queries.GetStatus) else asked(request)
    )

    def work() -> None:
        wait_until(lambda: shown.count((-1.0, "")) >= 3)
        engine.finish()

    thread = meanwhile(work)
    client.run(EDIT)
    thread.join()
    assert (-1.0, "Loading the model") in shown


def test_who_waits_hears_for_what(engine: FakeClient) -> None:
    client, shown = client_of(engine)
    engine.submit(EDIT, title="A long edit")

    def work() -> None:
        wait_until(lambda: any("Waiting" in text for _, text in shown))
        engine.finish()
        wait_until(lambda: engine.running is not None)
        engine.finish()

    thread = meanwhile(work)
    client.run(EDIT)
    thread.join()
    assert (-1.0, "Waiting for another job of the engine (A long edit)") in shown


def test_what_the_user_gives_up_is_cancelled(engine: FakeClient) -> None:
    def idle() -> None:
        if engine.running is not None:
            raise CancelledError()

    client, _ = client_of(engine, idle)
    with pytest.raises(CancelledError):
        client.run(EDIT)
    assert engine.running is None


def test_what_the_engine_refuses_is_raised_as_it_is(engine: FakeClient) -> None:
    client, _ = client_of(engine)

    def work() -> None:
        wait_until(lambda: engine.running is not None)
        engine.fail(PromptError("The class noun is missing.", "Write it."))

    thread = meanwhile(work)
    with pytest.raises(PromptError, match="class noun"):
        client.run(EDIT)
    thread.join()


def test_an_engine_that_dies_is_told_with_what_to_do(engine: FakeClient) -> None:
    client, _ = client_of(engine)

    def work() -> None:
        wait_until(lambda: engine.running is not None)
        engine.die()

    thread = meanwhile(work)
    with pytest.raises(EngineGoneError, match="Run the filter again"):
        client.run(EDIT)
    thread.join()
    engine.revive()


# ---------------------------------------------------------------------- finding it


def written(folder: Path, **program: object) -> Path:
    (folder / "engine").mkdir(parents=True, exist_ok=True)
    (folder / "engine" / discovery.PROGRAM_NAME).write_text(json.dumps(program))
    return folder


def test_what_is_wrong_is_said_before_anything_is_started(
    data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "connect", lambda **_: pytest.fail("started"))
    with pytest.raises(EngineError, match="was not found on this machine"):
        EngineClient().call(queries.GetStatus())
    written(data_home, command=["/nowhere/python"], version=__version__)
    with pytest.raises(EngineError, match="is not at /nowhere/python any more"):
        EngineClient().call(queries.GetStatus())
    written(data_home, command=[sys.executable], version="0.0.1")
    with pytest.raises(EngineVersionError, match=r"version 0\.0\.1, this plug-in is"):
        EngineClient().call(queries.GetStatus())


def test_a_flatpak_asks_the_user_to_start_the_program(
    data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLATPAK_ID", "org.gimp.GIMP")
    written(data_home, command=["/nowhere/python"], version=__version__)  # outside of what a sandbox sees
    with pytest.raises(EngineError, match="cannot be started from inside this sandbox") as caught:
        EngineClient().call(queries.GetStatus())
    assert caught.value.hint == "Start S2Edit Studio, then try again."
    with pytest.raises(EngineError, match="sandbox"):
        launching.start_window(data_home)


def test_the_data_folder_is_the_one_the_plugin_was_installed_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(discovery.HOME_VARIABLE)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    assert data_folder() == tmp_path / "share" / "s2edit-studio"
    copy = tmp_path / "plug-in" / "gimp_bridge"
    copy.mkdir(parents=True)
    shutil.copy(module.__file__, copy / "engine_client.py")
    (copy.parent / module.INSTALL_RECORD).write_text(json.dumps({"data_folder": str(tmp_path)}))
    monkeypatch.setattr(module, "__file__", str(copy / "engine_client.py"))
    assert data_folder() == tmp_path
    (copy.parent / module.INSTALL_RECORD).write_text(json.dumps({"data_folder": str(tmp_path / "gone")}))
    assert data_folder() == tmp_path / "share" / "s2edit-studio"


def test_a_window_is_opened_as_its_program_says_without_gimps_environment(
    data_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out = tmp_path / "environment"
    for name in ("PYTHONHOME", "LD_LIBRARY_PATH", "GI_TYPELIB_PATH"):
        monkeypatch.setenv(name, "/opt/gimp/lib")
    monkeypatch.setenv("PATH", "/opt/gimp/bin:/usr/bin:/bin")
    monkeypatch.setattr(launching, "_is_whole", lambda: False)
    written(
        data_home, command=["/bin/sh", "-c", f"env > {out}.new && mv {out}.new {out}"], version=__version__
    )
    launching.start_window(data_home)
    wait_until(out.exists)
    lines = dict(line.split("=", 1) for line in out.read_text().splitlines() if "=" in line)
    assert not {"PYTHONHOME", "LD_LIBRARY_PATH", "GI_TYPELIB_PATH"} & set(lines)
    assert lines["PATH"] == "/usr/bin:/bin"
    assert lines[discovery.HOME_VARIABLE] == str(data_home)


def test_the_last_words_of_a_process_are_its_last_line(tmp_path: Path) -> None:
    assert launching.last_words(tmp_path / "none") == ""
    (tmp_path / "log").write_text("one\ntwo\n\n")
    assert launching.last_words(tmp_path / "log") == "two"
