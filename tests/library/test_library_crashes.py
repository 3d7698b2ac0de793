"""Processes that change one library at once, and are killed at any moment: no token is lost, none is half-written."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin.errors import ResourceError
from s2edit_plugin.library import Library
from s2edit_plugin.tokens.file import read_token
from tests.fakes.tokens import TENSORS, make_record

ROOT = Path(__file__).resolve().parent.parent.parent
KILLS = 6  # with --all: 200


@pytest.fixture
def stocked(tmp_path: Path) -> Library:
    library = Library(tmp_path / "home")
    for number in range(5):
        person = ("anna", "bob")[number % 2]
        library.add(make_record(person, f"t{number}", seed=number), TENSORS)
    return library


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Killing a process needs no flushed disk, which takes most of the time here."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def start(library: Library, seed: int, changes: int | None = None) -> subprocess.Popen[str]:
    """A worker that has begun."""
    command = [sys.executable, "-m", "tests.fakes.library_worker", str(library.folder.root), str(seed)]
    command += [] if changes is None else [str(changes)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


def ids(library: Library) -> set[str]:
    entries = [*library.list(), *library.trashed()]
    return {entry.record.id for entry in entries if entry.record is not None}


def examine(library: Library, expected: set[str]) -> None:
    """What must hold after any crash, at once and after the next change."""
    assert library.check() == [], "a damaged token"
    live = Counter(entry.record.id for entry in library.list() if entry.record is not None)
    # A change that was written down and not made yet can hold tokens back; it is finished by the next change.
    report = library.examine(repair=True)
    assert report.open == ()
    assert expected <= ids(library), "a lost token"
    assert [token for token, count in live.items() if count > 1] == [], "a token twice"
    again = library.examine()
    assert again.findings == ()
    folder = library.folder
    assert not (folder.quarantine.exists() and list(folder.quarantine.rglob("*.*")))
    left = [p.name for p in folder.library.rglob(".*") if p.name != ".lock"]
    left += [p.name for p in folder.trash.rglob(".*")]
    assert left == []
    for entry in library.list():
        token = read_token(entry.path)
        assert token.record.full_name == entry.full_name
        assert token.tensors["vectors"].tobytes() == TENSORS["vectors"].tobytes()


def test_killed_at_any_moment_no_token_is_lost(stocked: Library, request: pytest.FixtureRequest) -> None:
    kills = 200 if request.config.getoption("--all") else KILLS
    chance = random.Random(0)
    for number in range(kills):
        expected = ids(stocked)
        with start(stocked, number) as process:
            time.sleep(chance.random() * 0.25)
            process.send_signal(signal.SIGKILL)
            assert process.stderr is not None
            assert process.stderr.read() == ""
        # Ids never go: what was there before is somewhere now.
        examine(stocked, expected)


def test_two_processes_change_one_library_at_once_and_one_is_killed(stocked: Library) -> None:
    expected = ids(stocked)
    first, second, third = start(stocked, 1, 40), start(stocked, 2, 40), start(stocked, 3)
    time.sleep(0.3)
    third.kill()
    errors = [process.communicate()[1] for process in (first, second, third)]
    assert errors == ["", "", ""]
    assert (first.returncode, second.returncode) == (0, 0)
    examine(stocked, expected)


# ---------------------------------------------------------------------- every single moment

STEPS = ("replace", "link", "unlink", "rmdir", "mkdir", "fsync", "open")
Change = Callable[[Library, Path], object]
CHANGES: dict[str, Change] = {
    "rename": lambda library, out: library.rename("anna/t0", "portrait"),
    "rename to somebody else": lambda library, out: library.rename("anna/t0", "zoe/t0"),
    "tag": lambda library, out: library.tag("anna/t0", ("x",)),
    "delete": lambda library, out: library.delete("anna/t0"),
    "delete the last": lambda library, out: library.delete("solo/t9"),
    "restore": lambda library, out: library.restore("gone/t8"),
    "restore beside its copy": lambda library, out: library.restore("twin/t7"),
    "duplicate": lambda library, out: library.duplicate("anna/t0"),
    "learn again": lambda library, out: library.add(make_record("anna", "t0", seed=77), TENSORS),
    "import": lambda library, out: library.import_(out / "token", "zoe", "new"),
    "import over": lambda library, out: library.import_(out / "token", "bob", "t1", replace=True),
    "rename a person": lambda library, out: library.rename_person("anna", "zoe"),
    "import a person": lambda library, out: library.import_person(out / "person", "zoe"),
    "import a person over": lambda library, out: library.import_person(out / "person", on_clash="replace"),
    "import a person beside": lambda library, out: library.import_person(out / "person", on_clash="rename"),
    "notes": lambda library, out: library.annotate_person("anna", "y" * 5000),
}  # fmt: skip


def state(library: Library) -> list[Any]:
    """What the user sees of the library."""
    listed = [
        (e.full_name, e.record.seed, e.record.tags) if e.record else (e.full_name, e.problem)
        for e in library.list()
    ]
    return [
        sorted(map(str, listed)),
        {person.name: person.notes for person in library.overview() if person.notes},
    ]


def steps(request: pytest.FixtureRequest, first: int) -> range:
    """Steps at which something happens: every second one (the two tests share them), with --all every one."""
    return range(1, 1000) if request.config.getoption("--all") else range(first, 1000, 2)


def prepare(library: Library, out: Path) -> None:
    """What the changes below want to find."""
    library.add(make_record("gone", "t8", seed=8), TENSORS)
    library.add(make_record("solo", "t9", seed=9), TENSORS)
    library.delete("gone/t8")
    library.add(make_record("twin", "t7", seed=7), TENSORS)
    library.export("twin/t7", out / "twin", private=True)
    library.delete("twin/t7")
    library.import_(out / "twin", "copy", "t7")
    library.annotate_person("anna", "sister")
    library.export("bob/t1", out / "token", private=True)
    library.export_person("anna", out / "person", private=True)
    for token in ("bob/t1", "anna/t0", "anna/t2"):
        library.tag(token, ("since",))


def die_at(step: int, change: Change, library: Library, out: Path) -> bool:
    """Make a change in a process that ends without any cleaning up before its n-th step on the disk; whether it did."""
    child = os.fork()
    if child == 0:
        taken = 0

        def dying(real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*args: Any, **kwargs: Any) -> Any:
                nonlocal taken
                taken += 1
                if taken == step:
                    os._exit(9)
                return real(*args, **kwargs)

            return call

        try:
            for name in STEPS:
                setattr(os, name, dying(getattr(os, name)))
            change(library, out)
            os._exit(0)
        except BaseException:
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 9), "the change failed"
    return code == 9


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_happens_whole_or_not_at_all(
    stocked: Library, tmp_path: Path, name: str, request: pytest.FixtureRequest
) -> None:
    change = CHANGES[name]
    prepare(stocked, tmp_path)
    before, expected = state(stocked), ids(stocked)
    done = Library(tmp_path / "done")
    shutil.copytree(stocked.folder.root, done.folder.root)
    change(done, tmp_path)
    after = state(done)

    seen = set()
    for step in steps(request, 1):
        trial = Library(tmp_path / f"trial{step}")
        shutil.copytree(stocked.folder.root, trial.folder.root)
        died = die_at(step, change, trial, tmp_path)
        assert trial.check() == [], f"step {step}"
        examine(trial, expected)
        found = state(trial)
        assert found in (before, after), f"step {step}"
        seen.add(found == after)
        shutil.rmtree(trial.folder.root)
        if not died:
            break
    assert found == after
    assert step > 4
    assert seen == {True, False}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forgetting_that_was_cut_off_is_finished_by_forgetting_again(
    stocked: Library, tmp_path: Path
) -> None:
    stocked.annotate_person("anna", "sister")
    stocked.delete("anna/t0")
    (stocked.folder.cache / "deep").mkdir(parents=True)
    (stocked.folder.cache / "deep" / "x.bin").write_bytes(stocked.record("anna/t2").id.encode())
    step = 1
    while True:
        trial = Library(tmp_path / f"trial{step}")
        shutil.copytree(stocked.folder.root, trial.folder.root)
        died = die_at(step, lambda library, out: library.forget("anna"), trial, tmp_path)
        trial.annotate("bob/t1", "the next change finishes what was begun")
        if trial.overview()[0].name == "anna":  # it had not begun yet
            trial.forget("anna")
        assert [person.name for person in trial.overview()] == ["bob"]
        left = [path for path in trial.folder.root.rglob("*") if "anna" in path.parts or path.name == "x.bin"]
        assert left == []
        shutil.rmtree(trial.folder.root)
        if not died:
            break
        step += 1
    assert step > 8


@pytest.mark.parametrize("name", CHANGES)
def test_a_full_disk_at_any_step_is_one_sentence_and_leaves_all_or_nothing(
    stocked: Library,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    request: pytest.FixtureRequest,
) -> None:
    change = CHANGES[name]
    prepare(stocked, tmp_path)
    before, expected = state(stocked), ids(stocked)
    done = Library(tmp_path / "done")
    shutil.copytree(stocked.folder.root, done.folder.root)
    change(done, tmp_path)
    after = state(done)
    for step in steps(request, 2):
        trial = Library(tmp_path / f"trial{step}")
        shutil.copytree(stocked.folder.root, trial.folder.root)
        taken = 0

        def full(real: Callable[..., Any], step: int = step) -> Callable[..., Any]:
            def counted(*args: Any, **kwargs: Any) -> Any:
                nonlocal taken
                taken += 1
                if taken == step:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                return real(*args, **kwargs)

            return counted

        with monkeypatch.context() as patched:
            for call in ("replace", "link", "mkdir", "fsync", "open"):
                patched.setattr(os, call, full(getattr(os, call)))
            with contextlib.suppress(ResourceError):
                change(trial, tmp_path)
        examine(trial, expected)
        assert state(trial) in (before, after), f"step {step}"
        shutil.rmtree(trial.folder.root)
        if taken < step:
            break
    assert step > 3
