"""Changes of the models' folder: locking it, putting finished models into it, deleting models.

<models folder>/sd15/...                 an installed model
<models folder>/.staging/sd15/...        an unfinished one; a single rename makes it visible
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import uuid
from collections.abc import Iterator
from pathlib import Path

from s2edit_plugin.api import OnProgress, Progress
from s2edit_plugin.base_models.meter import silent
from s2edit_plugin.base_models.records import is_model_name
from s2edit_plugin.errors import BusyError, ModelError, ResourceError, Sentence, UsageError
from s2edit_plugin.storage.disk import make_private, sync_folder, sync_tree
from s2edit_plugin.storage.locks import file_lock
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import models_folder

__all__ = [
    "WORKPLACES",
    "changing_models",
    "check_model_name",
    "discard",
    "place",
    "refuse_links",
    "staging",
    "sweep",
]

WORKPLACES = (".staging", ".moving")
"""Folders of unfinished models; their contents may be deleted."""
_REMOVED = re.compile(r"\.removed-[0-9a-f]{32}")
"""Names of folders that are being deleted."""


def check_model_name(name: str) -> str:
    """A valid model name in lower case.

    Raises:
        UsageError: it is not a valid folder name on every system.
    """
    lowered = name.strip().lower()
    if not is_model_name(lowered):
        raise UsageError(
            Sentence("'{}' cannot be a model's name.", name[:64]),
            "Use letters from a to z, digits, '-', '_' and '.', beginning with a letter or digit.",
        )
    return lowered


@contextlib.contextmanager
def changing_models(folder: DataFolder, on_progress: OnProgress = silent) -> Iterator[Path]:
    """Lock the models' folder while the context is open, waiting for other programs. Yields the folder.

    Raises:
        ResourceError: the lock cannot be made. ModelError: a link in it leads out of it, see `refuse_links`.
        Errors of ``on_progress`` are passed on.
    """
    with _locked(folder.root / "models.lock", on_progress):
        # Read after locking: another program may have moved it. Other data folders may share it, hence the second lock.
        root = models_folder(folder)
        with _locked(root / ".lock", on_progress):
            refuse_links(root)
            yield root


@contextlib.contextmanager
def _locked(path: Path, on_progress: OnProgress) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        while True:
            try:
                stack.enter_context(file_lock(path, timeout=0.25, what="the models' folder"))
                break
            except BusyError:
                on_progress(Progress("waiting for another program that changes the models", 0, 1))
        yield


def refuse_links(root: Path) -> None:
    """Refuse links in the folders of unfinished models, so that nothing outside the models' folder is deleted.

    Raises:
        ModelError: there is a link.
    """
    for name in WORKPLACES:
        place = root / name
        found = [place] if _is_link(place) else _links_below(place)
        if found:
            raise ModelError(
                Sentence("The models' folder holds a link where models are put together ({}).", found[0]),
                "Delete the link, then try again; nothing was changed.",
            )


def _links_below(place: Path) -> list[Path]:
    return [
        Path(folder) / name
        for folder, folders, files in os.walk(place)
        for name in (*folders, *files)
        if _is_link(Path(folder) / name)
    ]


def _is_link(path: Path) -> bool:
    if path.is_symlink():
        return True
    try:
        tag = getattr(path.lstat(), "st_reparse_tag", 0)  # a junction of Windows is a link too
    except OSError:
        return False
    return bool(tag) and tag == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None)


def staging(root: Path, name: str) -> Path:
    """The folder of an unfinished model; it is kept after an interruption."""
    return root / ".staging" / name


def place(root: Path, name: str, finished: Path) -> Path:
    """Move a finished folder with its record to the model ``name`` by one rename; a previous model of the name is deleted.

    Raises:
        ResourceError: a disk error. UsageError: an invalid name.
    """
    target = root / check_model_name(name)
    old = _name_to_delete(root)
    try:
        make_private(root)
        sync_tree(finished)  # weights reach the disk before the record, also in a power failure
        if target.exists():
            os.rename(target, old)
        os.rename(finished, target)
        sync_folder(root)
    except OSError as error:
        with contextlib.suppress(OSError):
            if old.exists() and not target.exists():
                os.rename(old, target)
        raise ResourceError(
            Sentence(
                "The model '{}' cannot be put into {} ({}).",
                name,
                root,
                error.strerror or type(error).__name__,
            ),
            "Make the folder writable, or choose another one with `s2edit models move`.",
        ) from error
    sweep(root)
    return target


def discard(root: Path, name: str) -> None:
    """Delete a model's folder, renamed first so that a partly deleted model is never visible.

    Args:
        name: of the model, a folder in ``root``.

    Raises:
        ResourceError: a disk error. UsageError: an invalid name.
    """
    target, hidden = root / check_model_name(name), _name_to_delete(root)
    try:
        os.rename(target, hidden)
    except OSError as error:
        raise ResourceError(
            Sentence("{} cannot be deleted ({}).", target, error.strerror or type(error).__name__),
            "Close programs that use it, then try again.",
        ) from error
    sweep(root)


def sweep(root: Path) -> None:
    """Delete the remains of interrupted removals."""
    for leftover in root.glob(".removed-*"):
        if not _REMOVED.fullmatch(leftover.name):
            continue  # of another program
        if _is_link(leftover):  # delete the link, not its target
            with contextlib.suppress(OSError):
                leftover.unlink()
        shutil.rmtree(leftover, ignore_errors=True)


def _name_to_delete(root: Path) -> Path:
    """A unique name for a folder to be deleted."""
    return root / f".removed-{uuid.uuid4().hex}"
