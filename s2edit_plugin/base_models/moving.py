"""Moves the models' folder to another disk: copy, compare, change the setting, delete. Can be interrupted at any step.

The old folder stays in use until everything was copied and compared. Then the setting is changed and the old models are
deleted, by the next call if this one is interrupted. The record of models to delete is in the data folder (`journal`), never
in the new folder.
"""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from s2edit_plugin.api import ModelReady, OnProgress
from s2edit_plugin.base_models import copying, journal, placing, store
from s2edit_plugin.base_models.digests import file_digests
from s2edit_plugin.base_models.journal import MARK, Move
from s2edit_plugin.base_models.meter import Meter, silent
from s2edit_plugin.base_models.records import RECORD_NAME, ModelRecord, record_in, records_in
from s2edit_plugin.errors import ModelError, Sentence, UsageError
from s2edit_plugin.storage.locks import file_lock
from s2edit_plugin.storage.paths import DataFolder, disk_error
from s2edit_plugin.storage.settings import change_settings

__all__ = ["move"]


def move(folder: DataFolder, target: Path, on_progress: OnProgress = silent) -> ModelReady:
    """Move all models to another folder, which is used from then on.

    Args:
        target: an empty or new folder, or the target of an interrupted move.
        on_progress: may raise `errors.CancelledError`; the next call resumes.

    Raises:
        UsageError: the folder holds other files, or one folder is inside the other. ModelError: a model is damaged.
        ResourceError: the disk is full or refuses.
    """
    target = Path(target).expanduser().absolute()
    with placing.changing_models(folder, on_progress) as root:
        size = _delete_old(folder, root)  # remains of an interrupted earlier move
        if target != root:
            begun = _begin(folder, root, target)
            copied = _copy_all(root, target, on_progress)
            journal.keep(folder, begun.finished(copied))
            change_settings(folder, models_folder="" if target == folder.models else str(target))
            size = _delete_old(folder, target)
    count = len(store.installed_models(folder))
    return ModelReady("", str(target), size, f"Models are kept in {target} now; {count} came along.")


def _begin(folder: DataFolder, root: Path, target: Path) -> Move:
    """A new move to an empty folder, or the interrupted move of this data folder to it."""
    if _is_inside(target, root) or _is_inside(root, target):
        raise UsageError("A models' folder cannot lie inside the other.", "Choose a folder beside it.")
    try:
        target.mkdir(parents=True, exist_ok=True)
        half_written = set(target.glob(f".{MARK}.*.part"))
        names = {path.name for path in set(target.iterdir()) - half_written} - {".lock"}
        begun = journal.begun(folder, root, target)
        if begun is None and names - {MARK}:
            raise UsageError(
                Sentence("The folder {} holds other things.", target), "Name an empty or a new folder."
            )
        for path in half_written:
            path.unlink()
        if begun is None:
            begun = journal.begin(folder, root, target)
        else:
            placing.refuse_links(target)
            placing.sweep(target)
    except OSError as error:
        raise disk_error(target / MARK, error) from error
    return begun


def _is_inside(inner: Path, outer: Path) -> bool:
    return inner.resolve().is_relative_to(outer.resolve())


def _copy_all(root: Path, target: Path, on_progress: OnProgress) -> list[str]:
    records = records_in(root)
    total = sum(record.size for record in records)
    missing = sum(record.size for record in records if record_in(target, record.name) != record)
    if not _same_disk(root, target):
        copying.require_space(target, missing, "Moving the models")
    meter = Meter("moving models", total, on_progress)
    with file_lock(target / ".lock", what="the models' folder"):
        for stale in records_in(target):
            if stale not in records:  # copied by an interrupted move, and changed or removed since
                placing.discard(target, stale.name)
        for record in records:
            if record_in(target, record.name) == record:
                meter.add(record.size)
                continue
            _copy_model(root, target, record, meter)
        for unfinished in sorted((root / ".staging").rglob("*")):
            if unfinished.is_file():  # partial downloads, checked when they are complete
                with contextlib.suppress(OSError):
                    copying.link_or_copy(
                        unfinished, target / unfinished.relative_to(root), lambda _: meter.tick()
                    )
    return [record.name for record in records]


def _same_disk(root: Path, target: Path) -> bool:
    return root.exists() and root.stat().st_dev == target.stat().st_dev


def _copy_model(root: Path, target: Path, record: ModelRecord, meter: Meter) -> None:
    """Copy a model into the staging folder of the target, compare it with its record, and make it visible."""
    files = target / ".moving" / record.name
    try:
        wanted = {files / file.path for file in record.files}
        for older in [path for path in files.rglob("*") if path.is_file() and path not in wanted]:
            older.unlink()
        for file in record.files:
            copy = files / file.path
            if copy.is_file() and copy.stat().st_size == file.size:
                meter.add(file.size)
            else:
                copying.link_or_copy(root / record.name / file.path, copy, meter.add)
            if file_digests(copy, ["sha256"], lambda _: meter.tick())["sha256"] != f"sha256:{file.sha256}":
                copy.unlink()
                raise ModelError(
                    Sentence("The model '{}' was not moved: {} is damaged.", record.name, file.path),
                    Sentence("Run `s2edit models verify {}`; nothing was deleted.", record.name),
                )
        shutil.copyfile(root / record.name / RECORD_NAME, files / RECORD_NAME)
    except FileNotFoundError as error:
        raise ModelError(
            Sentence("The model '{}' was not moved: a file of it is missing.", record.name),
            Sentence("Run `s2edit models verify {}`; nothing was deleted.", record.name),
        ) from error
    except OSError as error:
        raise disk_error(files / RECORD_NAME, error) from error
    placing.place(target, record.name, files)


def _delete_old(folder: DataFolder, target: Path) -> int:
    """Delete the source models of a completed move to this folder; returns the bytes."""
    done = journal.finished(folder, target)
    if done is None or done.copied is None:
        return 0
    freed = 0
    old = done.source
    for record in records_in(old):
        if record.name in done.copied:
            placing.discard(old, record.name)
            freed += record.size
    placing.sweep(old)
    shutil.rmtree(old / ".staging", ignore_errors=True)
    shutil.rmtree(target / ".moving", ignore_errors=True)
    with contextlib.suppress(OSError):
        (old / ".lock").unlink(missing_ok=True)
        old.rmdir()  # fails if it holds other files
    journal.forget(folder, done)
    return freed
