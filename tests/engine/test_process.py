"""Real engine processes: one whoever starts them, found again after a crash, ended when nobody needs them."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin import api
from s2edit_plugin.api import Event, queries
from s2edit_plugin.cli.main import main
from s2edit_plugin.engine.client import discovery, launching, remote, shutdown
from s2edit_plugin.engine.client.discovery import Lock
from s2edit_plugin.engine.client.remote import RemoteClient, connect
from s2edit_plugin.engine.server.local import LocalClient, connect_or_local
from s2edit_plugin.errors import EngineError, EngineGoneError, EngineVersionError, S2EditError
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import change_settings
from tests.fakes.tiny_model import write_tiny_model


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def root(data_home: Path) -> Iterator[Path]:
    """The test's data folder; whatever engine is left in it is ended."""
    yield data_home
    endpoint = discovery.read_endpoint(data_home / "engine")
    if endpoint is not None and discovery.lock_state(data_home / "engine") == "held":
        os.kill(endpoint.pid, signal.SIGKILL)
    wait_until(lambda: discovery.lock_state(data_home / "engine") == "free")


def lives(root: Path) -> bool:
    return discovery.lock_state(root / "engine") == "held"


CONNECT = """
import sys
from pathlib import Path
from typing import Any
from s2edit_plugin.engine.client.remote import connect
sys.stdin.readline()
with connect(data_folder=Path({root!r}), wait=60) as client:
    print(client.hello()["pid"], flush=True)
    sys.stdin.readline()
"""


@pytest.mark.parametrize("count", [2, 8])
def test_several_programs_that_start_at_once_get_one_engine(root: Path, count: int) -> None:
    code = CONNECT.format(root=str(root))
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(count)
    ]
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    pids = {program.stdout.readline() for program in programs if program.stdout}
    for program in programs:
        program.communicate("done\n", timeout=20)
    assert len(pids) == 1
    assert pids != {""}
    log = (root / "engine" / "engine.log").read_text()
    assert log.count("runs as process") == 1


def test_two_engines_that_start_at_once_leave_one(root: Path) -> None:
    words = [sys.executable, "-m", "s2edit_plugin", "engine", "--json"]
    engines = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    over: list[int] = []

    def enough() -> bool:
        over[:] = [engine.returncode for engine in engines if engine.poll() is not None]
        return len(over) == 2

    wait_until(enough)
    assert over == [0, 0]
    with connect(start=False) as client:
        client.end_engine()
    said = [json.loads(engine.communicate(timeout=20)[0]) for engine in engines]
    assert sorted(values.get("already", False) for values in said) == [False, True, True]


def test_a_killed_engine_is_noticed_and_replaced(root: Path) -> None:
    first = connect(data_folder=root)
    heard: list[Event] = []
    first.subscribe(heard.append)
    os.kill(first.endpoint.pid, signal.SIGKILL)
    wait_until(lambda: bool(heard))
    assert [event.text for event in heard] == ["The engine ended unexpectedly."]
    with pytest.raises(EngineGoneError):
        first.call(queries.GetStatus())
    first.close()
    assert discovery.read_endpoint(root / "engine") == first.endpoint  # stale, and seen through:
    with pytest.raises(EngineGoneError, match="not running"):
        connect(start=False, data_folder=root)
    with connect(data_folder=root) as second:
        assert second.endpoint.pid != first.endpoint.pid
        assert second.endpoint.secret != first.endpoint.secret


def test_a_file_that_names_a_living_process_and_an_open_port_is_still_stale(root: Path) -> None:
    """As after a crash, when pid and port were given to others."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as other:
        stale = discovery.Endpoint(other.getsockname()[1], os.getpid(), "s" * 43, "0.1.0")
        (root / "engine").mkdir(parents=True)
        (root / "engine" / "engine.json").write_bytes(stale.to_bytes())
        with connect(data_folder=root) as client:
            assert client.endpoint.pid != os.getpid()
        other.setblocking(False)
        with pytest.raises(BlockingIOError):
            other.accept()  # nobody even asked there


def test_a_port_that_accepts_and_says_nothing_does_not_hold_anybody_up(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where an engine hangs, or starts while the file of the one before still names another program's port."""
    import socket

    monkeypatch.setattr(remote, "HELLO_SECONDS", 0.05)
    lock = Lock(root / "engine" / "engine.lock")
    assert lock.acquire()
    with socket.create_server(("127.0.0.1", 0)) as other:
        stale = discovery.Endpoint(other.getsockname()[1], os.getpid(), "s" * 43, "0.1.0")
        (root / "engine" / "engine.json").write_bytes(stale.to_bytes())
        with pytest.raises(EngineError, match="does not answer"):
            connect(data_folder=root, wait=0.3)
        lock.release()
        with connect(data_folder=root, wait=60) as client:
            assert client.endpoint.pid != os.getpid()


def test_an_engine_that_does_not_answer_is_one_sentence(root: Path) -> None:
    lock = Lock(root / "engine" / "engine.lock")
    assert lock.acquire()
    try:
        with pytest.raises(EngineError, match="does not answer"):
            connect(data_folder=root, wait=0.3)
    finally:
        lock.release()


def test_an_engine_nobody_needs_ends_and_one_with_a_client_stays(root: Path) -> None:
    change_settings(DataFolder(root), engine_idle_minutes=0)
    with connect(data_folder=root) as client:
        client.subscribe(lambda _: None)
        time.sleep(1.5)
        assert client.call(queries.GetStatus()).clients == 1
    wait_until(lambda: not lives(root))
    assert discovery.read_endpoint(root / "engine") is None
    assert "nobody needs it" in (root / "engine" / "engine.log").read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(root: Path, number: signal.Signals) -> None:
    engine = subprocess.Popen(
        [sys.executable, "-m", "s2edit_plugin", "engine", "run"], stdout=subprocess.PIPE, text=True
    )
    assert engine.stdout is not None
    assert "runs as process" in engine.stdout.readline()
    client = connect(start=False, data_folder=root)
    heard: list[Event] = []
    client.subscribe(heard.append)
    engine.send_signal(number)
    assert engine.wait(20) == 0
    engine.stdout.close()
    wait_until(lambda: bool(heard))
    assert heard[-1].text == "The engine has ended."
    client.close()
    assert discovery.read_endpoint(root / "engine") is None
    assert "Traceback" not in (root / "engine" / "engine.log").read_text()


def test_an_idle_engine_of_another_version_is_replaced_and_a_busy_one_is_not(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = connect(data_folder=root)
    monkeypatch.setattr(remote, "__version__", "0.2.0")
    old.subscribe(lambda _: None)
    with pytest.raises(EngineVersionError, match=r"0\.2\.0") as caught:
        connect(data_folder=root)
    assert "stop" in caught.value.hint
    with connect_or_local(root) as other:
        assert isinstance(other, LocalClient)
    old.close()
    started: list[list[str]] = []
    start = launching.start_process

    def record(*arguments: object) -> int:
        started.append(["engine"])
        monkeypatch.setattr(remote, "__version__", "0.1.0")  # the newer program starts a newer engine
        return start(root)

    monkeypatch.setattr(launching, "start_process", record)
    with RemoteClient(old.endpoint) as asking:
        wait_until(lambda: bool(asking.hello()["idle"]))
    with connect(data_folder=root) as new:
        assert new.endpoint.pid != old.endpoint.pid
    assert started


def test_the_command_line_starts_shows_and_ends_it(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["engine", "status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"running": False}
    assert main(["engine", "stop"]) == 0
    assert "not running" in capsys.readouterr().out
    assert main(["engine", "start", "--json"]) == 0
    started = json.loads(capsys.readouterr().out)
    assert started["running"]
    assert "secret" not in json.dumps(started)
    assert main(["engine", "status"]) == 0
    assert f"process {started['pid']}" in capsys.readouterr().out
    assert main(["engine"]) == 0
    assert "already" in capsys.readouterr().out
    assert main(["engine", "stop", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pid"] == started["pid"]
    assert not lives(root)


def test_when_it_is_said_to_have_ended_its_process_has(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The lock is let go of before the interpreter has ended, which takes a while with a model loaded."""
    with connect(data_folder=root) as client:
        pid = client.endpoint.pid
    looked: list[bool] = []
    is_alive = launching.is_alive

    def slowly(number: int) -> bool:
        looked.append(is_alive(number))
        return looked[-1] or len(looked) < 5

    monkeypatch.setattr(launching, "is_alive", slowly)
    assert main(["engine", "stop"]) == 0
    assert "has ended" in capsys.readouterr().out
    assert len(looked) >= 5
    assert not is_alive(pid)


def test_one_that_hangs_is_ended_too(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "END_SECONDS", 0.2)
    monkeypatch.setattr(shutdown, "TERM_SECONDS", 0.2)
    with connect(data_folder=root) as client:
        pid = client.endpoint.pid
    os.kill(pid, signal.SIGSTOP)
    ended = shutdown.end_engine(root)
    assert ended is not None
    assert ended.pid == pid
    assert not launching.is_alive(pid)
    assert shutdown.end_engine(root) is None


def test_the_watchdog_ends_one_that_hangs_and_no_other(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutdown, "HUNG_SECONDS", 0.3)
    monkeypatch.setattr(shutdown, "TERM_SECONDS", 0.2)
    assert not shutdown.end_hung(root)
    with connect(data_folder=root) as client:
        pid = client.endpoint.pid
        monkeypatch.setattr(shutdown, "HUNG_SECONDS", 10.0)
        assert not shutdown.end_hung(root)
        assert client.call(queries.GetStatus()).pid == pid
        monkeypatch.setattr(shutdown, "HUNG_SECONDS", 0.3)
        os.kill(pid, signal.SIGSTOP)
        assert shutdown.end_hung(root)
    assert not launching.is_alive(pid)
    with connect(data_folder=root) as client:
        assert client.endpoint.pid != pid


def test_its_log_is_shown_and_followed_until_it_ends(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["engine", "log"]) == 0
    assert "nothing yet" in capsys.readouterr().out
    assert main(["engine", "log", "--follow"]) == 1
    assert "not running" in capsys.readouterr().err
    assert main(["engine", "log", "--follow", "--json"]) == 2
    capsys.readouterr()
    with connect(data_folder=root) as client:
        follower = subprocess.Popen(
            [sys.executable, "-m", "s2edit_plugin", "engine", "log", "--follow"],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert follower.stdout is not None
        while "runs as process" not in follower.stdout.readline():
            assert follower.poll() is None
        with pytest.raises(S2EditError):
            client.run(api.MakeMask(b"no photo"))
        client.end_engine()
        shown = follower.communicate(timeout=30)[0]
    assert follower.returncode == 0
    assert shown.count("MakeMask") == 2
    assert "The engine ends: asked to." in shown
    assert main(["engine", "log", "--json", "--lines", "3"]) == 0
    assert json.loads(capsys.readouterr().out)["text"].count("\n") == 2


# ---------------------------------------------------------------------- with a model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


def png(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, "PNG")
    return stream.getvalue()


def test_learning_survives_the_end_of_the_engine_and_edits_go_before_it(root: Path, model: Path) -> None:
    change_settings(DataFolder(root), model=str(model), device="cpu")
    photo = png(np.random.default_rng(0).integers(0, 255, (120, 90, 3), dtype=np.uint8))
    mask = np.zeros((120, 90), np.uint8)
    mask[20:90, 15:70] = 255
    learn = api.LearnToken(
        photo, "anna", "me", "identity", "woman", subject_mask=png(mask), consent=True,
        settings=api.LearnSettings(steps_token=2, steps_joint=2, batch=1),
    )  # fmt: skip
    long = api.LearnToken(
        photo, "anna", "long", "identity", "woman", subject_mask=png(mask), consent=True,
        settings=api.LearnSettings(steps_token=10, steps_joint=10_000, batch=1),
    )  # fmt: skip
    edit = api.ApplyEdit(
        photo, ("anna/me",), "a photo of a woman smiling", subject_mask=png(mask), region_mask=png(mask),
        settings=api.EditSettings(steps=3),
    )  # fmt: skip
    with connect(data_folder=root) as client:
        assert client.run(learn).name == "anna/me"
        learning = client.submit(long, keep=True)
        reached = threading.Event()

        def listen(event: Event) -> None:
            if (
                event.job
                and event.job.id == learning.id
                and event.job.progress
                and event.job.progress.step >= 3
            ):
                reached.set()

        client.subscribe(listen)
        assert reached.wait(60)
        result = client.run(edit)
        with Image.open(io.BytesIO(result.image)) as image:
            assert image.size == (90, 120)
        before = learning.info()
        assert before.state in ("queued", "running")
        assert before.progress is not None
        reached.clear()
        wait_until(lambda: learning.info().state == "running")
        assert reached.wait(20)
        after = learning.info().progress
        assert after is not None
        assert after.step >= before.progress.step
        os.kill(client.endpoint.pid, signal.SIGTERM)
        wait_until(lambda: not lives(root))
    assert list((root / "checkpoints").rglob("*.safetensors"))
    assert "Traceback" not in (root / "engine" / "engine.log").read_text()


def test_the_command_line_uses_the_engine_and_gives_what_it_gives_alone(
    root: Path,
    model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    change_settings(DataFolder(root), model=str(model), device="cpu")
    photo, mask = tmp_path / "photo.png", tmp_path / "mask.png"
    photo.write_bytes(png(np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)))
    area = np.zeros((64, 64), np.uint8)
    area[16:48, 16:48] = 255
    mask.write_bytes(png(area))
    learn = (
        "learn", str(photo), "--person", "anna", "--class", "woman", "--subject", str(mask), "--steps", "3",
        "--yes-i-have-consent", "--json", "--token",
    )  # fmt: skip
    edit = (
        "edit", str(photo), "--token", "anna/me", "--prompt", "a photo of a woman smiling", "--steps", "3",
        "--mask", str(mask), "--json", "--out",
    )  # fmt: skip

    def run(*arguments: str) -> dict[str, Any]:
        assert main(arguments) == 0
        values: dict[str, Any] = json.loads(capsys.readouterr().out)
        return values

    def apart(*arguments: str) -> dict[str, Any]:
        """Computed in a process of its own: what other tests left in this one (threads, rounding) changes last bits."""
        done = subprocess.run(
            [sys.executable, "-m", "s2edit_plugin", *arguments], stdout=subprocess.PIPE, check=True
        )
        values: dict[str, Any] = json.loads(done.stdout)
        return values

    alone = apart(*learn, "me")
    edited = apart(*edit, str(tmp_path / "alone.png"))
    with connect(data_folder=root) as client:
        there = run(*learn, "you")
        assert there["loss_last"] == alone["loss_last"]
        edited_there = run(*edit, str(tmp_path / "there.png"))
        assert set(edited_there) == set(edited)
        ran = [job.kind for job in client.call(queries.ListJobs()).jobs]
        assert ran == ["ApplyEdit", "LearnToken"]
        apart(*edit, str(tmp_path / "here.png"), "--no-engine")
        run(*edit, str(tmp_path / "other.png"), "--device", "cpu:0")
        assert len(client.call(queries.ListJobs()).jobs) == 2
    # Pixels: each file is signed anew, at its own time.
    pictures = [np.asarray(Image.open(tmp_path / name)) for name in ("alone.png", "there.png", "here.png")]
    assert (pictures[0] == pictures[1]).all()
    assert (pictures[0] == pictures[2]).all()
