"""What is kept of a learning run, without any model: requests, lists, locks, and what a killed run leaves behind."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from s2edit_plugin.api import LearnSettings, LearnToken
from s2edit_plugin.errors import BusyError, CancelledError
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.tokens.file import TokenRecord, write_token
from s2edit_plugin.tokens.runs import Kept, Run, discard_run, find_run, resumable

REQUEST = LearnToken(
    b"a photo", "anna", "me", "attribute", "lipstick", subject="word:lips", subject_mask=b"a mask",
    prompt="a <anna/me> lipstick", attribute_words=("red", "blue"), settings=LearnSettings(seed=4, lr_token=0.1),
)  # fmt: skip
KEPT = Kept(REQUEST, "some-id", "sd15", {"photo": "abc"}, 160)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "home")


@pytest.fixture
def run(folder: DataFolder) -> Run:
    run = Run(folder, "anna", "me")
    run.keep(KEPT)
    return run


def test_a_request_comes_back_with_its_pictures(folder: DataFolder, run: Run) -> None:
    assert Run(folder, "anna", "me").kept() == KEPT
    assert run.request.stat().st_mode & 0o777 == 0o600
    run.keep(replace(KEPT, request=replace(REQUEST, subject_mask=None, prompt=None)))
    again = run.kept()
    assert again is not None
    assert (again.request.subject_mask, again.request.prompt) == (None, None)


def test_the_list_tells_what_can_go_on(folder: DataFolder, run: Run) -> None:
    other = Run(folder, "bea", "hat.red")
    other.keep(replace(KEPT, request=replace(REQUEST, person="bea", token="hat.red")))
    os.utime(run.request, (1e9, 1e9))
    first, second = resumable(folder)
    assert (first.person, first.token) == ("bea", "hat.red")
    assert (second.person, second.token, second.step, second.total) == ("anna", "me", 0, 160)
    assert second.stopped == "2001-09-09T01:46:40+00:00"
    assert second.request == replace(REQUEST, resume=True)
    assert find_run(folder, "anna", "me") == second
    assert find_run(folder, "anna", "other") is None


def test_a_renamed_person_takes_the_run_along(folder: DataFolder, run: Run) -> None:
    os.replace(folder.checkpoints / "anna", folder.checkpoints / "zoe")
    (found,) = resumable(folder)
    assert (found.person, found.request.person) == ("zoe", "zoe")
    assert found.request.prompt == "a <zoe/me> lipstick"


def test_a_run_that_somebody_is_at_is_not_offered(folder: DataFolder, run: Run) -> None:
    def look() -> None:
        seen.append(resumable(folder))
        for ask in (find_run, discard_run):
            try:
                ask(folder, "anna", "me")
            except BusyError as error:
                seen.append(error.sentence)

    seen: list[object] = []
    with run.hold() as first:
        assert first
        assert resumable(folder) == []
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    busy = "The token anna/me is being learned by another process."
    assert seen == [[], busy, busy]
    assert len(resumable(folder)) == 1


def test_a_process_that_was_killed_holds_nothing(folder: DataFolder, run: Run) -> None:
    code = (
        "import sys, os, signal; from pathlib import Path; from s2edit_plugin.storage.paths import DataFolder; "
        "from s2edit_plugin.tokens.runs import Run\n"
        "with Run(DataFolder(Path(sys.argv[1])), 'anna', 'me').hold(): os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder.root)], check=False)
    assert done.returncode == -9
    assert len(resumable(folder)) == 1


def test_half_written_files_of_a_killed_run_go_with_the_next_one(folder: DataFolder, run: Run) -> None:
    ours = [run.request.with_name(f".{name}.abcd_123.part") for name in ("me.request", "me.safetensors")]
    others = [
        run.request.with_name(name) for name in (".me.tree.request.abcd_123.part", ".me.request.part", "x")
    ]
    for path in (*ours, *others):
        path.write_bytes(b"half")
    with run.hold():
        assert not any(path.exists() for path in ours)
    assert all(path.exists() for path in others)


def test_giving_up_a_run_leaves_nothing(folder: DataFolder, run: Run) -> None:
    run.checkpoint.write_bytes(b"x")
    assert discard_run(folder, "anna", "me")
    assert not discard_run(folder, "anna", "me")
    left = [path for path in folder.root.rglob("*") if path.is_file()]
    assert all(path.parent.name == ".locks" for path in left)
    assert not any("anna" in str(path.relative_to(folder.root)) for path in left)
    assert resumable(folder) == []


def test_a_damaged_request_is_left_out(folder: DataFolder, run: Run) -> None:
    whole = run.request.read_bytes()
    for number in range(0, len(whole), 7):
        broken = bytearray(whole)
        broken[number] ^= 0x55
        for data in (whole[:number], bytes(broken)):
            run.request.write_bytes(data)
            kept = run.kept()
            # Spaces that pad the header and words of the request may change unseen; pictures may not.
            assert kept is None or (kept.request.photo, kept.request.subject_mask) == (b"a photo", b"a mask")
    run.request.write_bytes(b"")
    assert resumable(folder) == []


def test_a_token_that_is_stored_already_is_not_offered(folder: DataFolder, run: Run) -> None:
    record = TokenRecord("identity", "anna", "me", "woman", "small", "f" * 64, id="another")
    path = folder.library / "anna" / "me.safetensors"
    import numpy as np

    write_token(path, record, {"vectors": np.ones((1, 4), np.float32)})
    assert len(resumable(folder)) == 1
    write_token(path, record.replace(id="some-id"), {"vectors": np.ones((1, 4), np.float32)})
    assert resumable(folder) == []
    assert not run.request.exists()


def test_a_run_whose_person_was_forgotten_stops(folder: DataFolder, run: Run) -> None:
    run.require_kept()
    run.request.unlink()
    with pytest.raises(CancelledError, match="renamed or forgotten"):
        run.require_kept()
    Run(folder, "anna", "never-kept").require_kept()


def test_foreign_files_beside_the_runs_are_nobodys_business(folder: DataFolder, run: Run) -> None:
    (folder.checkpoints / "anna" / "no name!.request").write_bytes(b"x")
    (folder.checkpoints / "loose.request").write_bytes(b"x")
    assert [found.token for found in resumable(folder)] == ["me"]


def test_listing_loads_nothing_heavy() -> None:
    code = "import sys, s2edit_plugin.tokens.runs; print([n for n in ('torch', 'transformers') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
