"""The data folder, the bundled model's place, and writing without half-written files."""

from __future__ import annotations

import errno
import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin.errors import ModelError, ResourceError
from s2edit_plugin.storage import paths
from s2edit_plugin.storage.disk import make_private
from s2edit_plugin.storage.locks import file_lock


def test_home_variable_names_the_data_folder(data_home: Path) -> None:
    folder = paths.data_folder()

    assert folder.root == data_home
    assert {
        p.parent for p in (folder.library, folder.trash, folder.cache, folder.checkpoints, folder.results)
    } == {data_home}
    assert not data_home.exists(), "asking creates nothing"


def test_a_given_home_wins(tmp_path: Path) -> None:
    assert paths.data_folder(tmp_path).root == tmp_path


def test_without_the_variable_the_platform_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("S2EDIT_HOME")
    assert paths.data_folder().root.name == "s2edit-studio"


def test_the_models_package_is_found() -> None:
    assert (paths.models_package() / "__init__.py").is_file()


def test_a_missing_model_is_one_sentence() -> None:
    with pytest.raises(ModelError, match="'nosuch' is missing"):
        paths.bundled_model("nosuch")


def test_write_atomic_creates_folders_and_replaces(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "x.bin"
    paths.write_atomic(target, b"one")
    paths.write_atomic(target, b"two")

    assert target.read_bytes() == b"two"
    assert [p.name for p in target.parent.iterdir()] == ["x.bin"]


@pytest.mark.parametrize(("private", "mode"), [(True, 0o600), (False, 0o644)])
def test_write_atomic_mode(tmp_path: Path, private: bool, mode: int) -> None:
    previous = os.umask(0o022)
    try:
        paths.write_atomic(tmp_path / "x", b"", private=private)
    finally:
        os.umask(previous)
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == mode


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_no_folder_of_private_data_depends_on_the_umask(tmp_path: Path, umask: int) -> None:
    """Not the last one alone: whoever may write into one above can put another in its place."""
    data = tmp_path / "share" / "s2edit-studio"
    previous = os.umask(umask)
    try:
        paths.write_atomic(data / "library" / "anna" / "me.safetensors", b"", private=True)
        with file_lock(data / "deep" / "er" / "x.lock"):
            pass
        make_private(data / "cache" / "a" / "b")
    finally:
        os.umask(previous)
    folders = [data.parent, data, *(path for path in data.rglob("*") if path.is_dir())]
    assert len(folders) == 9
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


def test_folders_made_by_several_threads_at_once_are_there_once(tmp_path: Path) -> None:
    errors: list[Exception] = []

    def make() -> None:
        try:
            make_private(tmp_path / "a" / "b" / "c" / "d")
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert (tmp_path / "a" / "b" / "c" / "d").is_dir()


def test_writing_never_changes_the_umask_of_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It belongs to all threads: another one's file would have been readable by everybody, or by nobody."""

    def umask(mask: int) -> int:
        raise AssertionError("the umask was changed")

    monkeypatch.setattr(os, "umask", umask)
    paths.write_atomic(tmp_path / "a", b"", private=False)
    paths.write_atomic(tmp_path / "b", b"", private=True)


def test_a_rename_is_on_the_disk_when_the_write_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    real_sync, real_replace = os.fsync, os.replace

    def fsync(handle: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        real_sync(handle)

    def replace(source: Any, target: Any) -> None:
        steps.append("rename")
        real_replace(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    paths.write_atomic(tmp_path / "x", b"1", private=True)
    assert steps == ["file", "rename", "folder"]


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "large"])
def test_reading_what_others_put_there_waits_for_nothing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"x" * 11)
    with pytest.raises(OSError, match=r"x"):
        paths.read_limited(path, 10)
    (tmp_path / "y").write_bytes(b"x" * 10)
    assert paths.read_limited(tmp_path / "y", 10) == b"x" * 10


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EACCES, "cannot be written to"), (errno.EIO, "could not")],
)
def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    target = tmp_path / "x"
    target.write_bytes(b"old")

    def fail(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ResourceError, match=words):
        paths.write_atomic(target, b"new")

    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_a_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResourceError):
        paths.write_atomic(tmp_path / "file" / "x", b"")


def test_a_token_that_the_window_exports_is_for_the_user_alone(tmp_path: Path) -> None:
    from qt_app.model.import_export import _stored
    from s2edit_plugin.api.queries import ExportedFile

    previous = os.umask(0o000)
    try:
        path = _stored(tmp_path, ExportedFile("../anna-me.safetensors", b"a face"))
    finally:
        os.umask(previous)
    assert path == tmp_path / "anna-me.safetensors"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
