"""Paths of the data folder, and atomic writing of files.

All user data is in one folder: ``$S2EDIT_HOME``, or the platform's data folder. The bundled model is in the installed package
``s2edit_models`` (the folder ``models/`` of the checkout).
"""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from s2edit_plugin.errors import ModelError, ResourceError, Sentence
from s2edit_plugin.storage.disk import make_private, sync_folder

__all__ = [
    "MAX_JSON",
    "DataFolder",
    "atomic_file",
    "bundled_model",
    "data_folder",
    "disk_error",
    "models_package",
    "read_limited",
    "write_atomic",
]

APP_NAME = "s2edit-studio"
HOME_VARIABLE = "S2EDIT_HOME"
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class DataFolder:
    """The user's data folder and its subfolders, which are created at the first write.

    In each subfolder the files of one person are below a folder with the person's name, so ``Library.forget`` can remove
    them.
    """

    root: Path

    @property
    def library(self) -> Path:
        """Token files: ``library/<person>/<name>.safetensors``."""
        return self.root / "library"

    @property
    def trash(self) -> Path:
        """Deleted tokens: ``trash/<person>/<name>.<id>.safetensors``."""
        return self.root / "trash"

    @property
    def quarantine(self) -> Path:
        """Damaged files that could not be repaired: ``quarantine/<person>/``; they are never read."""
        return self.root / "quarantine"

    @property
    def cache(self) -> Path:
        """Latents and inversions that can be computed again."""
        return self.root / "cache"

    @property
    def compiled(self) -> Path:
        """Compile caches of libraries; may be deleted."""
        return self.root / "compiled"

    @property
    def checkpoints(self) -> Path:
        """States of interrupted learning runs."""
        return self.root / "checkpoints"

    @property
    def results(self) -> Path:
        """Pictures written without a place of their own."""
        return self.root / "results"

    @property
    def history(self) -> Path:
        """The history of results: its database and pictures."""
        return self.root / "history"

    @property
    def sessions(self) -> Path:
        """Unsaved work of open windows, see `s2edit_plugin.storage.sessions`."""
        return self.root / "sessions"

    @property
    def models(self) -> Path:
        """Downloaded and imported base models, unless the settings name another folder."""
        return self.root / "models"

    @property
    def licences(self) -> Path:
        """Which models' licences the user has accepted."""
        return self.root / "licences.json"

    @property
    def engine(self) -> Path:
        """The running engine's discovery file, its lock and its log."""
        return self.root / "engine"

    @property
    def settings(self) -> Path:
        """The user's settings, see `s2edit_plugin.storage.settings`."""
        return self.root / "settings.json"


def data_folder(home: Path | None = None) -> DataFolder:
    """The data folder: ``home`` if given, else ``$S2EDIT_HOME``, else the platform's folder for user data."""
    if home is not None:
        return DataFolder(Path(home).expanduser().absolute())
    from_environment = os.environ.get(HOME_VARIABLE)
    if from_environment:
        return DataFolder(Path(from_environment).expanduser().absolute())
    import platformdirs

    return DataFolder(platformdirs.user_data_path(APP_NAME, appauthor=False))


def models_package() -> Path:
    """Folder of the package ``s2edit_models``: installed, or ``models/`` beside this package in a bare checkout.

    Found without importing the package, whose other modules need torch.

    Raises:
        ModelError: neither is there.
    """
    spec = importlib.util.find_spec("s2edit_models")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    folders.append(str(Path(__file__).resolve().parents[2] / "models"))
    for folder in folders:
        if Path(folder).is_dir():
            return Path(folder)
    raise ModelError(
        "The bundled models are not installed.",
        "Run `sh installer/run.sh repair` in the checkout.",
    )


def bundled_model(name: str = "small") -> Path:
    """Folder of the bundled base model in the diffusers layout.

    Raises:
        ModelError: the folder or its ``model_index.json`` is missing.
    """
    folder = models_package() / name
    if not (folder / "model_index.json").is_file():
        raise ModelError(
            Sentence("The bundled model '{}' is missing or incomplete.", name),
            "Run `sh installer/run.sh doctor` in the checkout to see what is broken.",
        )
    return folder


MAX_JSON = 16 * 1024 * 1024
"""Most bytes of a JSON file in a model's folder."""


def read_limited(path: Path, limit: int) -> bytes:
    """The content of an untrusted file, which must be a regular file of at most ``limit`` bytes.

    Raises:
        OSError: it is not there, larger, or a device or pipe, which would never end.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags)
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "no ordinary file", str(path))
    with os.fdopen(handle, "rb") as stream:
        data = stream.read(min(limit, status.st_size) + 1)  # allocates this size even for a small file
    if len(data) > limit:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return data


def write_atomic(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write ``data`` to ``path`` so that readers see either the old file or the complete new one, also after a crash.

    Args:
        path: target; its folder is created.
        private: mode 0600, and 0700 for new folders; otherwise as the umask sets.

    Raises:
        ResourceError: disk full, folder not writable or any other failure of the disk.
    """
    with atomic_file(path, private=private) as stream:
        stream.write(data)


@contextlib.contextmanager
def atomic_file(path: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """A stream for a file that is too large for memory; renamed to ``path`` if the block ends without an exception.

    Args, Raises: as `write_atomic`. After an exception the old file is unchanged and the temporary file is removed.
    """
    path = Path(path)
    temporary = ""
    try:
        if private:
            make_private(path.parent)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
        # The system applies the umask itself: asking for it means changing it for all threads for a moment.
        name = str(path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}.part"))
        handle = os.open(name, _NEW, 0o600 if private else 0o666)
        temporary = name
        with os.fdopen(handle, "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        raise disk_error(path, error) from error
    finally:
        # Removes the temporary file after a failure; after os.replace it no longer exists.
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def disk_error(path: Path, error: OSError) -> ResourceError:
    """The sentence for a failed write."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ResourceError(
            Sentence("The disk is full: {} was not written.", path), "Free some space and try again."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ResourceError(
            Sentence("The folder {} cannot be written to.", path.parent), "Choose another folder."
        )
    reason = error.strerror or type(error).__name__
    return ResourceError(
        Sentence("{} could not be written ({}).", path, reason), "Choose another folder or file name."
    )
