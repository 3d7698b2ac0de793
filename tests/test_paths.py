"""The data folder, the bundled model's place, and writing without half-written files."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin import paths
from s2edit_plugin.errors import ModelError, ResourceError


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
