"""Forgetting somebody reaches the engine's memory, its log of events, every file, and programs that were not listening."""

from __future__ import annotations

import io
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from s2edit_plugin import api
from s2edit_plugin.api import Event, queries
from s2edit_plugin.cli.main import main
from s2edit_plugin.engine.client import discovery, launching
from s2edit_plugin.engine.client.remote import RemoteClient, connect
from s2edit_plugin.engine.server import service
from s2edit_plugin.errors import S2EditError
from s2edit_plugin.imaging.hashing import photo_hash
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.library import Library
from s2edit_plugin.storage import forgotten
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.tokens.runs import Run
from tests.engine.conftest import Running
from tests.fakes.tokens import TENSORS, make_record

SECRET = "quaggajoghurt"  # nothing contains it by chance


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def picture(colour: int = 90) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), (colour, 120, 200)).save(stream, "PNG")
    return stream.getvalue()


PHOTO, OTHER = picture(), picture(10)
EDIT = api.ApplyEdit(PHOTO, (f"{SECRET}/me",), f"a <{SECRET}/me> woman", settings=api.EditSettings(steps=5))


@pytest.fixture
def marks(data_home: Path) -> frozenset[str]:
    """The person is in the library, learned from `PHOTO`; the marks of their token."""
    hashed = photo_hash(read_photo(PHOTO))
    record = make_record(SECRET, "me", source_image_hash=hashed)
    Library(data_home).add(record, TENSORS)
    Library(data_home).add(make_record("bob", source_image_hash="cd" * 32), TENSORS)
    return frozenset((record.id, hashed))


def kept(running: Running) -> str:
    """All that the engine keeps of what happened, as text."""
    engine = running.service.engine
    jobs = [vars(job) for job in engine.queue._jobs.values()]
    return f"{list(engine.events._events)} {list(engine.events._logged)} {jobs} {list(running.service.blobs._blobs)}"


def test_the_engine_keeps_no_title_preview_note_or_result(
    running: Running, client: RemoteClient, marks: frozenset[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Event] = []
    client.subscribe(heard.append)
    client.run(EDIT, title=f"portrait of {SECRET}")
    running.studio.raises = S2EditError(f"{SECRET} cannot be drawn.")
    with pytest.raises(S2EditError):
        client.run(EDIT)
    events = running.service.engine.events
    events.publish(Event("preview", job=client.call(queries.ListJobs()).jobs[0], picture=b"her face"))
    monkeypatch.setattr("s2edit_plugin.engine.server.job_queue.FETCHED_WITHIN", 0.0)
    client.run(api.MakeMask(PHOTO))  # over: nobody can tell whom it showed
    assert SECRET in kept(running)
    assert "her face" in kept(running)
    number = events.number

    assert client.call(queries.ForgetPerson(SECRET)).sentence

    assert SECRET not in kept(running)
    assert "her face" not in kept(running)
    assert running.service.engine.queue.infos() == ()
    assert running.service.blobs.size == 0
    assert events.after(number - 3).missed, "who did not hear what is gone hears how everything is"
    wait_until(lambda: {"forgotten", "library", "history"} <= {event.kind for event in heard})


def test_jobs_with_the_person_or_their_photo_are_stopped_and_others_go_on(
    running: Running, client: RemoteClient, marks: frozenset[str]
) -> None:
    running.studio.hold()
    hers = client.submit(EDIT, title=f"portrait of {SECRET}")
    running.studio.allow(1)
    waiting = [
        client.submit(api.MakeMask(PHOTO), title=SECRET),  # no name in it, but her photo
        client.submit(api.ApplyEdit(OTHER, ("bob/me",), "smiling", settings=api.EditSettings(steps=2))),
        client.submit(api.MakeMask(OTHER)),
    ]
    client.call(queries.ForgetPerson(SECRET))
    running.studio.release()
    assert waiting[1].wait(10).image == OTHER
    assert waiting[2].wait(10).mask == OTHER
    wait_until(lambda: hers.id not in running.service.engine.queue._jobs)
    assert {info.id for info in client.call(queries.ListJobs()).jobs} == {waiting[1].id, waiting[2].id}
    assert SECRET not in kept(running)


def test_the_engine_ends_afterwards_when_nothing_runs(
    running: Running, client: RemoteClient, marks: frozenset[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the end of a process gives back for certain what its memory held."""
    monkeypatch.setattr(service, "RENEW_SECONDS", 0.0)
    running.studio.hold()
    job = client.submit(api.MakeMask(OTHER))
    client.call(queries.ForgetPerson(SECRET))
    time.sleep(0.3)
    assert not running.server.should_exit, "somebody else's work goes on"
    running.studio.release()
    assert job.wait(10).mask == OTHER
    wait_until(lambda: bool(running.server.should_exit))


def test_forgetting_nobody_ends_no_engine(
    running: Running, client: RemoteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "RENEW_SECONDS", 0.0)
    with pytest.raises(S2EditError, match="no person"):
        client.call(queries.ForgetPerson("nobody"))
    assert not running.service.is_to_be_renewed
    # As the command line says it, which has done it on the disk.
    with pytest.raises(S2EditError, match="no person"):
        client.call(queries.ForgetPerson("nobody", ("ab" * 32,)))
    assert running.service.is_to_be_renewed


def test_the_name_is_not_to_be_found_out_from_a_lock(data_home: Path) -> None:
    folder = DataFolder(data_home)
    seen = []
    for home in (folder, DataFolder(data_home / "other")):
        with Run(home, SECRET, "me").hold():
            (lock,) = [
                path
                for path in (home.checkpoints / ".locks").iterdir()
                if path.name not in ("salt", "salt.lock")
            ]
            seen.append(lock.name)
        assert not lock.exists(), "lock files do not pile up"
    assert seen[0] != seen[1], "another salt, another name"


# ---------------------------------------------------------------------- every file, and memory dumps


def traces(root: Path, marks: list[bytes]) -> list[str]:
    """Files that hold one of these, in their name or bytes."""
    return [
        f"{path.relative_to(root)}: {mark!r}"
        for path in root.rglob("*")
        for mark in marks
        if mark in os.fsencode(path.relative_to(root)) or (path.is_file() and mark in path.read_bytes())
    ]


def dumped(pid: int) -> Iterator[bytes]:
    """The memory of a process, as a debugger sees it: what can be written and was."""
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            first, last = (int(part, 16) for part in span.split("-"))
            if rights.startswith("rw"):
                try:
                    memory.seek(first)
                    yield memory.read(last - first)
                except (OSError, ValueError):
                    continue


def in_memory(pid: int, mark: bytes) -> bool:
    return any(mark in piece for piece in dumped(pid))


@pytest.fixture
def root(data_home: Path) -> Iterator[Path]:
    yield data_home
    endpoint = discovery.read_endpoint(data_home / "engine")
    if endpoint is not None and discovery.lock_state(data_home / "engine") == "held":
        os.kill(endpoint.pid, signal.SIGKILL)


@pytest.mark.skipif(
    not Path("/proc/self/mem").exists(), reason="reads another process's memory as Linux shows it"
)
@pytest.mark.parametrize("by_command_line", [pytest.param(False, marks=pytest.mark.slow), True])
def test_nothing_is_left_in_any_file_or_in_memory(
    root: Path, marks: frozenset[str], by_command_line: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    hers = [SECRET.encode(), b"scarf-of-the-lost", *(mark.encode() for mark in marks)]
    with connect(data_folder=root) as client:
        pid = client.endpoint.pid
        client.subscribe(lambda _: None)
        edit = api.ApplyEdit(b"no photo", (f"{SECRET}/me",), "scarf-of-the-lost")
        with pytest.raises(S2EditError):
            client.run(edit, title=f"portrait of {SECRET}")
        assert client.call(queries.ListTokens()).tokens
        for name in ("output.log", "window.log"):
            with (root / "engine" / name).open("a") as printed:
                print(f"Warning: something about {SECRET}", file=printed)
        try:
            assert in_memory(pid, SECRET.encode()), "this look at memory finds what is there"
        except PermissionError:
            pytest.skip("this system shows no memory of other processes")
        if by_command_line:
            assert main(["person", "forget", SECRET, "--yes"]) == 0
            capsys.readouterr()
        else:
            client.call(queries.ForgetPerson(SECRET))
        assert traces(root, hers) == []
        wait_until(lambda: not launching.is_alive(pid))
    with connect(data_folder=root) as client:
        client.call(queries.ListTokens())
        assert client.endpoint.pid != pid
        for mark in hers:
            assert not in_memory(client.endpoint.pid, mark)
    assert traces(root, hers) == []
    (notice, *_) = forgotten.notices(DataFolder(root))
    assert notice.concerns([SECRET])
