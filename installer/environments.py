"""Environments of run.sh beside each other: copied, swapped in and cleared away. Runs with the standard library alone.

    python environments.py copy OLD NEW        a copy of an environment that runs from its own folder
    python environments.py swap NEW LINK STORE make LINK lead to NEW, then remove what nobody uses any more

Who uses an environment holds a shared lock on its IN_USE file: run.sh, and every program (`s2edit_plugin.engine.discovery`).
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
from pathlib import Path

IN_USE = ".s2edit-in-use"
KEPT = ("lib", "lib64", "include", "share", "bin", "pyvenv.cfg")
LONGEST_SHEBANG = 127  # bytes that Linux reads


def copy(old: Path, new: Path) -> None:
    """Copy an environment by hard links (pip replaces files, it never writes into them), its own paths changed."""
    old = old.resolve()
    new.mkdir(parents=True, exist_ok=True)
    for name in KEPT:
        source, target = old / name, new / name
        if source.is_symlink():
            target.symlink_to(os.readlink(source))
        elif source.is_dir():
            shutil.copytree(source, target, symlinks=True, copy_function=_link)
        elif source.exists():
            shutil.copy2(source, target)
    for path in [new / "pyvenv.cfg", *(new / "bin").iterdir()]:
        if path.is_file() and not path.is_symlink():
            _rename_inside(path, str(old).encode(), str(new).encode())


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # another file system, or one without links
        shutil.copy2(source, target, follow_symlinks=False)


def _rename_inside(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    if b"\0" in data or old not in data:
        return
    changed = re.sub(re.escape(old) + rb"(?![\w.-])", lambda _: new, data)
    first, _, rest = changed.partition(b"\n")
    if first.startswith(b"#!" + new) and len(first) > LONGEST_SHEBANG:
        changed = b"#!/bin/sh\n'''exec' \"" + first[2:] + b'" "$0" "$@"\n\' \'\'\'\n' + rest
    mode = path.stat().st_mode
    path.unlink()  # the old environment has the same file
    path.write_bytes(changed)
    path.chmod(mode)


def swap(new: Path, link: Path, store: Path) -> None:
    """Make the link lead to the new environment in one step, and clear away."""
    if not link.is_symlink() and link.is_dir():
        # The environment of an earlier version of run.sh, which held no lock; or a folder that cannot be moved.
        if _runs_from(link):
            return
        try:
            os.rename(link, store / f"old-{os.getpid()}")
        except OSError:
            return  # run.sh finds the new one in the store
    fresh = store / f"link-{os.getpid()}"
    fresh.symlink_to(os.path.relpath(new, link.parent))
    os.replace(fresh, link)
    clear(store, new)


def clear(store: Path, keep: Path) -> None:
    """Remove every environment of the store but one, unless somebody uses it."""
    for folder in store.iterdir():
        if folder.is_symlink() or not folder.is_dir() or folder.name == keep.name or _runs_from(folder):
            continue
        with _alone(folder) as alone:
            if alone:
                # Under another name first: whoever comes now must not take what is half gone.
                gone = store / f"gone-{os.getpid()}-{folder.name}"
                os.rename(folder, gone)
                shutil.rmtree(gone, ignore_errors=True)


@contextlib.contextmanager
def _alone(folder: Path):  # type: ignore[no-untyped-def]
    """Hold an environment's lock for us alone while the block runs; whether we could."""
    try:
        import fcntl
    except ImportError:
        yield False
        return
    path = folder / IN_USE
    if not path.exists():
        yield True
        return
    with path.open() as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def _runs_from(folder: Path) -> bool:
    """Whether a process was started from an environment, as far as the system tells."""
    starts = tuple(f"{path}/bin/" for path in {folder.absolute(), folder.resolve()})
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            program = os.fsdecode(process.joinpath("cmdline").read_bytes().partition(b"\0")[0])
            started = os.path.join(os.readlink(process / "cwd"), program)
            if process.name != str(os.getpid()) and started.startswith(starts):
                return True
    return False


if __name__ == "__main__":
    {"copy": copy, "swap": swap}[sys.argv[1]](*map(Path, sys.argv[2:]))
