"""Where installed models lie, by name. A model is a folder with a record; what is being made lies in ``.staging``.

<models folder>/sd15/...                 an installed model
<models folder>/.staging/sd15/...        one on its way; it becomes visible by a single rename
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import stat
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from s2edit_plugin.api import OnProgress, Progress
from s2edit_plugin.base_models.catalogue import BUNDLED, find_entry, load_catalogue
from s2edit_plugin.base_models.meter import silent
from s2edit_plugin.base_models.records import ModelRecord, is_model_name, read_record, record_in, records_in
from s2edit_plugin.errors import BusyError, ModelError, ResourceError, UsageError
from s2edit_plugin.storage.disk import make_private, sync_folder, sync_tree
from s2edit_plugin.storage.locks import file_lock
from s2edit_plugin.storage.paths import DataFolder, bundled_model
from s2edit_plugin.storage.settings import change_settings, load_settings, models_folder

__all__ = [
    "changing_models",
    "check_model_name",
    "copy_file",
    "discard",
    "free_bytes",
    "installed_models",
    "link_or_copy",
    "network_file",
    "place",
    "record_of",
    "refuse_links",
    "remove",
    "require_space",
    "resolve",
    "staging",
    "sweep",
    "use",
]

MARGIN = 100_000_000
"""Bytes that must stay free on the disk beside what a model needs."""

_REMOVED = re.compile(r"\.removed-[0-9a-f]{32}")
"""Names of folders that are being deleted."""
WORKPLACES = (".staging", ".moving")
"""Folders in which models are put together; what lies in them may be deleted."""
_PIECE = 4 * 1024 * 1024


def check_model_name(name: str) -> str:
    """A model's name as it is stored, lower case.

    Raises:
        UsageError: it cannot be a folder's name on every system.
    """
    lowered = name.strip().lower()
    if not is_model_name(lowered):
        raise UsageError(
            f"'{name[:64]}' cannot be a model's name.",
            "Use letters from a to z, digits, '-', '_' and '.', beginning with a letter or digit.",
        )
    return lowered


def resolve(folder: DataFolder, name: str) -> Path:
    """The folder of a base model, by what the user calls it.

    Args:
        name: "" or ``small`` for the bundled one, the name of an installed or imported model, or a folder in the diffusers
            layout.

    Raises:
        ModelError: it is not installed, not known, or its folder is unusable.
    """
    if name in ("", BUNDLED):
        return bundled_model()
    root = models_folder(folder)
    if record_in(root, name) is not None:
        return root / name
    outside = _outside(name)
    if outside is not None:
        return _checked_folder(outside)
    if name in load_catalogue():
        raise _not_installed(name)
    raise ModelError(
        f"There is no base model '{name[:200]}'.",
        "`s2edit models list` shows what there is; a folder must hold a model_index.json.",
    )


def network_file(folder: DataFolder, name: str, file: str) -> Path:
    """One file of an installed network, e.g. ``("yunet", "face_detection_yunet_2023mar.onnx")``.

    Raises:
        ModelError: the network is not installed.
    """
    root = models_folder(folder)
    path = root / name / file
    if record_in(root, name) is None or not path.is_file():
        raise _not_installed(name)
    return path


def installed_models(folder: DataFolder) -> list[ModelRecord]:
    """Records of all installed and imported models, by name."""
    return records_in(models_folder(folder))


def record_of(folder: DataFolder, name: str) -> ModelRecord:
    """The record of one installed model.

    Raises:
        ModelError: it is not installed, or bundled.
    """
    if name == BUNDLED:
        raise ModelError(f"The model '{BUNDLED}' comes with the program.", "`s2edit doctor` checks it.")
    record = record_in(models_folder(folder), name)
    if record is None:
        raise _not_installed(name)
    return record


def use(folder: DataFolder, name: str) -> Path:
    """Choose the base model for learning and editing; returns its folder.

    Raises:
        ModelError: it is not here, or cannot learn and edit.
    """
    place = resolve(folder, name)
    record = read_record(place)
    if record is not None and record.kind != "base":
        raise ModelError(f"'{name}' is no base model: it cannot learn and edit.", "Choose another one.")
    chosen = "" if name in ("", BUNDLED) else (name if record is not None else str(place.absolute()))
    change_settings(folder, model=chosen)
    return place


def remove(folder: DataFolder, name: str, on_progress: OnProgress = silent) -> int:
    """Delete an installed model, and what was downloaded of an unfinished one; returns the bytes freed.

    A model that is in use gives way to the bundled one.

    Raises:
        ModelError: nothing of it is here. ResourceError: the disk refused.
    """
    name = check_model_name(name)
    with changing_models(folder, on_progress) as root:
        unfinished = staging(root, name)
        freed = sum(path.stat().st_size for path in unfinished.rglob("*") if path.is_file())
        if not unfinished.exists() or record_in(root, name) is not None:
            freed += record_of(folder, name).size
            discard(root, name)
        shutil.rmtree(unfinished, ignore_errors=True)
        if load_settings(folder).model == name:
            change_settings(folder, model="")
    return freed


@contextlib.contextmanager
def changing_models(folder: DataFolder, on_progress: OnProgress = silent) -> Iterator[Path]:
    """Hold the models' folder while the block changes it; waits for others. Yields the folder.

    Raises:
        ResourceError: the lock cannot be made. ModelError: a link in it leads out of it, see `refuse_links`.
        And whatever ``on_progress`` raises while it waits.
    """
    with _waiting(folder.root / "models.lock", on_progress):
        # Looked up only now: whoever was waited for may have moved it. Another data folder may share it: a second lock.
        root = models_folder(folder)
        with _waiting(root / ".lock", on_progress):
            refuse_links(root)
            yield root


def refuse_links(root: Path) -> None:
    """Stop where the folders in which models are put together are links or hold some: what is deleted there must be there.

    Raises:
        ModelError: there is a link.
    """
    for name in WORKPLACES:
        place = root / name
        found = [place] if _is_link(place) else _links_below(place)
        if found:
            raise ModelError(
                f"The models' folder holds a link where models are put together ({found[0]}).",
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
        tag = getattr(path.lstat(), "st_reparse_tag", 0)  # Windows: a junction leads elsewhere too
    except OSError:
        return False
    return bool(tag) and tag == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None)


@contextlib.contextmanager
def _waiting(path: Path, on_progress: OnProgress) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        while True:
            try:
                stack.enter_context(file_lock(path, timeout=0.25, what="the models' folder"))
                break
            except BusyError:
                on_progress(Progress("waiting for another program that changes the models", 0, 1))
        yield


def staging(root: Path, name: str) -> Path:
    """The folder in which a model is put together; it survives interruptions."""
    return root / ".staging" / name


def link_or_copy(source: Path, target: Path, on_bytes: Callable[[int], None]) -> bool:
    """The same file at another place: at once on the same disk, else by copying. Returns whether it was copied.

    Args:
        on_bytes: told how many bytes are done; it may raise to stop, and the unfinished copy is deleted.

    Raises:
        OSError: the disk refused.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        os.link(source, target)
        on_bytes(target.stat().st_size)
        return False
    copy_file(source, target, on_bytes)
    return True


def copy_file(source: Path, target: Path, on_bytes: Callable[[int], None]) -> None:
    """A copy of its own, on the disk when this returns; arguments and errors as `link_or_copy`."""
    if not source.is_file() and source.exists():  # a device or pipe: copying it would never end
        raise OSError(errno.EINVAL, "no ordinary file", str(source))
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with source.open("rb") as reader, target.open("wb") as writer:
            while piece := reader.read(_PIECE):
                writer.write(piece)
                on_bytes(len(piece))
            writer.flush()
            os.fsync(writer.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            target.unlink()
        raise


def place(root: Path, name: str, finished: Path) -> Path:
    """Make a finished folder with its record the model ``name``, in one rename; an older one of the name goes.

    Raises:
        ResourceError: the disk refused. UsageError: no folder can have the name.
    """
    target = root / check_model_name(name)
    old = _hidden(root)
    try:
        make_private(root)
        sync_tree(
            finished
        )  # a power cut must not leave a model whose record is there and whose weights are not
        if target.exists():
            os.rename(target, old)
        os.rename(finished, target)
        sync_folder(root)
    except OSError as error:
        with contextlib.suppress(OSError):
            if old.exists() and not target.exists():
                os.rename(old, target)
        raise ResourceError(
            f"The model '{name}' cannot be put into {root} ({error.strerror or type(error).__name__}).",
            "Make the folder writable, or choose another one with `s2edit models move`.",
        ) from error
    sweep(root)
    return target


def sweep(root: Path) -> None:
    """Delete what an interrupted removal left behind."""
    for leftover in root.glob(".removed-*"):
        if not _REMOVED.fullmatch(leftover.name):
            continue  # somebody else's
        if _is_link(leftover):  # a model that lay elsewhere: what it leads to stays
            with contextlib.suppress(OSError):
                leftover.unlink()
        shutil.rmtree(leftover, ignore_errors=True)


def _hidden(root: Path) -> Path:
    """A new name for a folder that is about to be deleted."""
    return root / f".removed-{uuid.uuid4().hex}"


def free_bytes(path: Path) -> int:
    """Bytes free on the disk on which a folder is or would be."""
    path = path.absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    return shutil.disk_usage(path).free


def require_space(root: Path, needed: int, what: str) -> None:
    """Stop before the disk is full.

    Raises:
        ResourceError: less than ``needed`` bytes and a margin are free.
    """
    free = free_bytes(root)
    if needed + MARGIN > free:
        raise ResourceError(
            f"{what} needs {_gb(needed + MARGIN)} and only {_gb(free)} are free where models are kept ({root}).",
            "Free some space, remove a model, or `s2edit models move FOLDER` to another disk.",
        )


def weight_files(folder: Path) -> Iterator[Path]:
    """Files that may hold weights anywhere in a model's folder."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in (".safetensors", ".onnx", *PICKLED):
            yield path


PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
"""Endings of weights that are pickled: reading them can run any program that somebody put inside."""


def _outside(name: str) -> Path | None:
    """A folder of the user's in the diffusers layout, if the name is one's."""
    try:
        path = Path(name).expanduser()
        return path if (path / "model_index.json").is_file() else None
    except (OSError, ValueError, RuntimeError):  # too long, a zero inside, no home
        return None


def _checked_folder(folder: Path) -> Path:
    """A folder of the user's: it must not bring the loader to read pickled weights."""
    # A safety checker that is not safetensors is not read, see `backbones.loading`.
    parts = (path for path in folder.iterdir() if path.is_dir() and path.name != "safety_checker")
    for component in sorted(parts):
        endings = {path.suffix.lower() for path in weight_files(component) if path.parent == component}
        if endings & set(PICKLED) and ".safetensors" not in endings:
            raise ModelError(
                f"The model folder '{folder.name}' has its {component.name} as a pickled file only.",
                "Pickle can run programs and is never read; get the model as .safetensors.",
            )
    return folder


def discard(root: Path, name: str) -> None:
    """Delete a model's folder so that it is gone at once: a half-deleted model is never visible.

    Args:
        name: of the model, a folder in ``root``.

    Raises:
        ResourceError: the disk refused. UsageError: no folder can have the name.
    """
    target, hidden = root / check_model_name(name), _hidden(root)
    try:
        os.rename(target, hidden)
    except OSError as error:
        raise ResourceError(
            f"{target} cannot be deleted ({error.strerror or type(error).__name__}).",
            "Close programs that use it, then try again.",
        ) from error
    sweep(root)


def _not_installed(name: str) -> ModelError:
    if name in load_catalogue():
        size = _gb(find_entry(name).download_size)
        return ModelError(
            f"The model '{name}' is not installed.",
            f"Run `s2edit models install {name}` ({size} to download).",
        )
    return ModelError(
        f"There is no installed model '{name[:64]}'.", "`s2edit models list` shows what there is."
    )


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"
