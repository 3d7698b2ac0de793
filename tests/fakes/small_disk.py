"""A disk of its own that is soon full: a small tmpfs where the test may mount one, else a limit on the size of files."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

FILLER = "filler"


class SmallDisk:
    """A folder on a small disk. ``leave`` decides how much room there is."""

    def __init__(self, folder: Path, size: int, mounted: bool) -> None:
        self.folder, self.size, self.mounted = folder, size, mounted

    @contextlib.contextmanager
    def leave(self, room: int) -> Iterator[None]:
        """Leave so many bytes free while the block runs."""
        if not self.mounted:
            with _files_no_larger_than(room):
                yield
            return
        filler = self.folder / FILLER
        free = os.statvfs(self.folder).f_bavail * os.statvfs(self.folder).f_frsize
        with open(filler, "wb", buffering=0) as stream:
            for _ in range(max(0, free - room) // 4096):
                stream.write(bytes(4096))
        try:
            yield
        finally:
            filler.unlink()


@contextlib.contextmanager
def small_disk(folder: Path, size: int) -> Iterator[SmallDisk]:
    """A disk of ``size`` bytes at a folder that is made."""
    folder.mkdir(parents=True)
    mounted = False
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield SmallDisk(folder, size, mounted)
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


@contextlib.contextmanager
def _files_no_larger_than(size: int) -> Iterator[None]:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
