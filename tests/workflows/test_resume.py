"""Learning that was cut off goes on and ends in the same token: cancelled, failed, killed at any moment, disk full."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from s2edit_plugin import api
from s2edit_plugin.errors import BusyError, CancelledError, NumericalError, ResourceError
from s2edit_plugin.library import Library
from s2edit_plugin.method import checkpoint
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.tokens.file import Token, read_token
from s2edit_plugin.tokens.runs import resumable
from tests.fakes.pictures import mask_png, photo_png
from tests.fakes.tiny_model import write_tiny_model

if TYPE_CHECKING:
    from s2edit_plugin.workflows.studio import Studio

ROOT = Path(__file__).resolve().parents[2]
SHORT = api.LearnSettings(steps_token=3, steps_joint=3, batch=1)
REQUEST = api.LearnToken(
    photo_png(), "anna", "me", class_noun="woman", subject_mask=mask_png(), settings=SHORT, consent=True
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def loaded(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    from s2edit_plugin.workflows.studio import Studio

    return Studio(tmp_path_factory.mktemp("home"), str(model), "cpu")


@pytest.fixture
def studio(loaded: Studio, tmp_path: Path) -> Studio:
    return loaded.with_home(tmp_path / "home")


@pytest.fixture(scope="module")
def whole(loaded: Studio, tmp_path_factory: pytest.TempPathFactory) -> Token:
    """The token of a run that nothing disturbed."""
    result = loaded.with_home(tmp_path_factory.mktemp("home")).learn(REQUEST)
    return read_token(Path(result.path))


def _cut_off(studio: Studio, request: api.LearnToken = REQUEST, at: int = 4) -> None:
    def stop(progress: api.Progress) -> None:
        if progress.step == at:
            raise CancelledError

    with pytest.raises(CancelledError):
        studio.learn(request, stop)


def _assert_same(token: Token, other: Token) -> None:
    """Every number and every word, but when it was made and which of the runs it was."""
    assert token.record.replace(created="", id="") == other.record.replace(created="", id="")
    assert list(token.tensors) == list(other.tensors)
    assert all(np.array_equal(array, other.tensors[name]) for name, array in token.tensors.items())


def _left(studio: Studio) -> list[Path]:
    """Files of runs; an empty lock says nothing of anybody."""
    return [p for p in studio.folder.checkpoints.rglob("*") if p.is_file() and p.parent.name != ".locks"]


def test_a_run_that_was_cut_off_is_offered_and_ends_in_the_same_token(studio: Studio, whole: Token) -> None:
    _cut_off(studio)
    (run,) = resumable(studio.folder)
    assert (run.person, run.token, run.step, run.total) == ("anna", "me", 4, 6)
    assert run.request == replace(REQUEST, resume=True)
    result = studio.learn(run.request)
    assert (result.resumed_at, result.warnings, result.steps) == (4, (), 6)
    _assert_same(studio.library.get("anna/me"), whole)
    assert resumable(studio.folder) == []
    assert _left(studio) == []


def test_the_id_stays_the_same_in_every_attempt(studio: Studio) -> None:
    _cut_off(studio, at=2)
    _cut_off(studio, replace(REQUEST, resume=True), at=3)
    from s2edit_plugin.tokens.runs import Run

    kept = Run(studio.folder, "anna", "me").kept()
    assert kept is not None
    studio.learn(replace(REQUEST, resume=True))
    assert studio.library.record("anna/me").id == kept.id


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"settings": replace(SHORT, seed=1)}, "another choice of settings"),
        ({"photo": photo_png(seed=1)}, "another photo"),
        ({"subject_mask": mask_png(box=(20, 15, 80, 74))}, "another subject"),
        ({"prompt": "a photo of a woman smiling"}, "another prompt"),
        ({"attribute_words": ("hat",)}, "another list of attribute words"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_changed_settings_start_anew_and_say_so(
    studio: Studio, changes: dict[str, object], words: str
) -> None:
    request = replace(REQUEST, **changes, resume=True)  # type: ignore[arg-type]
    _cut_off(studio)
    told: list[str] = []
    result = studio.learn(request, on_note=told.append)
    assert tuple(told) == result.warnings
    assert words in told[0]
    assert (len(told), result.resumed_at) == (1, 0)
    fresh = studio.library.get("anna/me")
    studio.learn(replace(request, resume=False))
    _assert_same(fresh, studio.library.get("anna/me"))


def test_with_nothing_to_resume_it_says_so_and_starts(studio: Studio, whole: Token) -> None:
    result = studio.learn(replace(REQUEST, resume=True))
    assert result.warnings == (
        "There is nothing to resume for anna/me, so learning starts at the beginning.",
    )
    _assert_same(studio.library.get("anna/me"), whole)


def test_without_resume_the_old_run_is_dropped(studio: Studio, whole: Token) -> None:
    _cut_off(studio, replace(REQUEST, settings=replace(SHORT, seed=9)))
    result = studio.learn(REQUEST)
    assert (result.resumed_at, result.warnings) == (0, ())
    _assert_same(studio.library.get("anna/me"), whole)


def test_a_damaged_state_costs_the_state_alone(studio: Studio, whole: Token) -> None:
    _cut_off(studio)
    (path,) = studio.folder.checkpoints.rglob("*.safetensors")
    path.write_bytes(path.read_bytes()[:-100])
    result = studio.learn(replace(REQUEST, resume=True))
    assert "is damaged" in result.warnings[0]
    _assert_same(studio.library.get("anna/me"), whole)


def test_a_renamed_person_goes_on_under_the_new_name(studio: Studio, whole: Token) -> None:
    studio.library.add(whole.record.replace(name="other"), whole.tensors)
    _cut_off(studio, replace(REQUEST, prompt="a photo of a <anna/me> woman"))
    studio.library.rename_person("anna", "zoe")
    (run,) = resumable(studio.folder)
    result = studio.learn(run.request)
    assert (result.name, result.resumed_at) == ("zoe/me", 4)
    token = studio.library.get("zoe/me")
    assert all(np.array_equal(array, whole.tensors[name]) for name, array in token.tensors.items())


def test_forgetting_somebody_ends_the_run_and_leaves_nothing(studio: Studio, whole: Token) -> None:
    studio.library.add(whole.record.replace(name="other"), whole.tensors)

    def forget(progress: api.Progress) -> None:
        if progress.step == 3:
            studio.library.forget("anna")

    with pytest.raises(CancelledError, match="forgotten"):
        studio.learn(REQUEST, forget)
    assert _left(studio) == []
    assert studio.library.people() == []
    _cut_off(studio)
    studio.library.forget("anna")
    assert _left(studio) == []


def test_numbers_that_are_not_finite_are_not_offered_again(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s2edit_plugin.method import losses

    _cut_off(studio)
    plain = losses.masked_diffusion_loss
    monkeypatch.setattr(losses, "masked_diffusion_loss", lambda *args: plain(*args) * float("nan"))
    with pytest.raises(NumericalError):
        studio.learn(replace(REQUEST, resume=True))
    assert _left(studio) == []


def test_a_full_disk_does_not_end_learning(
    studio: Studio, whole: Token, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s2edit_plugin.tokens import runs

    def full(path: Path, *_: object, **__: object) -> None:
        raise ResourceError(f"The disk is full: {path.name} was not written.")

    monkeypatch.setattr(checkpoint, "EVERY_STEPS", 1)
    monkeypatch.setattr(checkpoint, "write_atomic", full)
    monkeypatch.setattr(runs, "write_atomic", full)
    result = studio.learn(REQUEST)
    assert len(result.warnings) == 2
    assert all("The disk is full" in warning for warning in result.warnings)
    _assert_same(studio.library.get("anna/me"), whole)


def test_one_token_is_learned_by_one_process_at_a_time(studio: Studio) -> None:
    seen: list[BaseException] = []

    def again() -> None:
        try:
            studio.learn(REQUEST)
        except BusyError as error:
            seen.append(error)

    def meanwhile(progress: api.Progress) -> None:
        if progress.step == 2:
            thread = threading.Thread(target=again)
            thread.start()
            thread.join()

    assert studio.learn(REQUEST, meanwhile).steps == 6
    assert len(seen) == 1


class Server:
    """`tests.fakes.learning_process`, and its children, one at a time."""

    SETTINGS = json.dumps({"steps_token": 8, "steps_joint": 12, "batch": 1})

    def __init__(self, model: Path, folder: Path) -> None:
        command = [sys.executable, "-m", "tests.fakes.learning_process", str(model)]
        environment = os.environ | {"OMP_NUM_THREADS": "1", "S2EDIT_HOME": str(folder)}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            cwd=folder, env=environment | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
        )  # fmt: skip
        assert self.next() == "ready"

    def next(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def learn(self, home: Path, kill_after: float | None = None) -> tuple[list[str], float]:
        """Learn until it has ended or is killed; what it said, and the seconds it took from its first word."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{home} {self.SETTINGS}\n")
        self.process.stdin.flush()
        said = [self.next()]
        while not said[-1].startswith("pid"):
            said.append(self.next())
        started = time.monotonic()
        killer = None
        if kill_after is not None:
            killer = threading.Timer(kill_after, os.kill, (int(said[-1].split()[1]), signal.SIGKILL))
            killer.start()
        while not said[-1].startswith("ended"):
            said.append(self.next())
        if killer is not None:
            killer.cancel()
            killer.join()
        return said, time.monotonic() - started

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(10)


@pytest.fixture(scope="module")
def server(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(model, tmp_path_factory.mktemp("server"))
    yield server
    server.close()


def test_a_run_killed_at_any_moment_ends_in_the_same_token(
    server: Server, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    said, seconds = server.learn(tmp_path / "whole")
    assert "done" in said
    expected = read_token(tmp_path / "whole" / "library" / "anna" / "me.safetensors")
    moments, resumed = random.Random(0), 0
    for number in range(40 if request.config.getoption("--all") else 3):
        home, kills = tmp_path / str(number), 0
        while kills < 2:
            said, _ = server.learn(home, kill_after=moments.uniform(0, seconds))
            folder = DataFolder(home)
            assert Library(folder).check() == []
            if "done" in said:
                break
            kills += 1
            for run in resumable(folder):
                assert 0 <= run.step <= 20
                resumed += run.step > 0
        if "done" not in said:
            said, _ = server.learn(home)
        assert "done" in said
        _assert_same(read_token(home / "library" / "anna" / "me.safetensors"), expected)
        assert resumable(folder) == []
        # Killed between the token's storing and its last word, it was learned again: the first one is in the trash.
        kept = {"library", "history", "trash"}
        left = {
            path.parent.name
            for path in home.rglob("*")
            if path.is_file() and not kept & set(path.relative_to(home).parts)
        }
        assert left <= {".locks", "cache"}
    assert resumed > 0
