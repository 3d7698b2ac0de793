"""The settings file: defaults, changes, and what a damaged file does."""

from __future__ import annotations

import dataclasses
import json
import threading
from pathlib import Path

import pytest

from s2edit_plugin.errors import UsageError
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import Settings, change_settings, load_settings, models_folder


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


def test_without_a_file_everything_has_its_default(folder: DataFolder) -> None:
    assert load_settings(folder) == Settings()
    assert models_folder(folder) == folder.models


def test_a_change_is_kept_and_the_rest_stays(folder: DataFolder) -> None:
    change_settings(folder, device="cpu")
    change_settings(folder, models_folder=str(folder.root / "elsewhere"), engine_idle_minutes=1)
    assert load_settings(folder) == Settings(
        device="cpu", models_folder=str(folder.root / "elsewhere"), engine_idle_minutes=1
    )
    assert models_folder(folder) == folder.root / "elsewhere"
    assert folder.settings.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"device": 3, "mode": 1}', "\udcff"])
def test_a_damaged_file_gives_defaults(folder: DataFolder, text: str) -> None:
    folder.root.mkdir()
    folder.settings.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert load_settings(folder) == Settings()


def test_what_is_sound_in_a_file_with_wrong_values_is_kept(folder: DataFolder) -> None:
    folder.root.mkdir()
    folder.settings.write_text(json.dumps({"device": "cpu", "precision": "fp3", "embed_settings": 1}))
    assert load_settings(folder) == Settings(device="cpu")


@pytest.mark.parametrize(
    "change",
    [{"devise": "cpu"}, {"device": 1}, {"precision": "int8"}, {"memory_limit_gb": -1}, {"keep_history": 1}],
)
def test_a_wrong_change_is_refused_and_nothing_is_written(
    folder: DataFolder, change: dict[str, object]
) -> None:
    with pytest.raises(UsageError):
        change_settings(folder, **change)
    assert not folder.settings.exists()


def test_changes_made_at_once_are_all_kept(folder: DataFolder) -> None:
    """Each is read, changed and written: without a lock the later of two would take the earlier one back."""
    changes: list[dict[str, object]] = [
        {"model": "mine"}, {"device": "cpu"}, {"precision": "fp32"}, {"mirror": "https://x.org"}, {"keep_history": False},
        {"embed_settings": True}, {"memory_limit_gb": 3.0}, {"safety_checker": False},
    ]  # fmt: skip
    for _ in range(5):
        folder.settings.unlink(missing_ok=True)
        barrier = threading.Barrier(len(changes))

        def change(values: dict[str, object], barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            change_settings(folder, **values)

        threads = [threading.Thread(target=change, args=(values,)) for values in changes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kept = dataclasses.asdict(load_settings(folder))
        assert all(kept[name] == value for values in changes for name, value in values.items())
