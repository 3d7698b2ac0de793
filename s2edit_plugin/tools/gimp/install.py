"""The plug-in's files in a GIMP profile: put there whole or not at all, compared, taken away."""

from __future__ import annotations

import ctypes
import importlib.util
import json
import os
import shutil
import stat
import tempfile
from pathlib import Path

import s2edit_plugin
from s2edit_plugin import __version__
from s2edit_plugin.engine.client.remote import STANDALONE
from s2edit_plugin.engine.server.program import write_program
from s2edit_plugin.errors import ResourceError, S2EditError, Sentence
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.tools.gimp.profiles import Profile

__all__ = ["NOTE", "files_of_plugin", "find_faults", "install", "is_installed", "uninstall"]

STARTED = "s2edit.py"
NOTE = "installed.json"
_PYTHON = "*.py"
AT_FDCWD, RENAME_EXCHANGE = -100, 2  # of Linux


def files_of_plugin() -> dict[str, bytes]:
    """Every file of the plug-in by its path in the plug-in's folder.

    Raises:
        S2EditError: this installation is incomplete.
    """
    spec = importlib.util.find_spec("gimp_bridge")
    if spec is None or not spec.submodule_search_locations:
        raise S2EditError(
            "The GIMP plug-in's files are missing from this installation.", "Install S2Edit Studio again."
        )
    bridge, package = Path(spec.submodule_search_locations[0]), Path(s2edit_plugin.__file__).parent
    found = {
        f"gimp_bridge/{path.relative_to(bridge).as_posix()}": path for path in sorted(bridge.rglob(_PYTHON))
    }
    found |= {f"s2edit_plugin/{name}": package / name for name in STANDALONE}
    found[STARTED] = found.pop(f"gimp_bridge/{STARTED}")
    try:
        return {name: path.read_bytes() for name, path in found.items()}
    except OSError as error:
        raise S2EditError(
            Sentence("A file of the plug-in cannot be read ({}: {}).", error.strerror, error.filename),
            "Install S2Edit Studio again.",
        ) from error


def install(profile: Profile, data: DataFolder) -> Path:
    """Put the plug-in into a profile in place of an older one; returns its folder.

    Args:
        data: the data folder whose engine it uses.

    Raises:
        ResourceError: the profile cannot be written to.
    """
    write_program(data)
    files = files_of_plugin()
    note = {"version": __version__, "data_folder": str(data.root.absolute())}
    files[NOTE] = json.dumps(note, indent=1).encode()
    target = profile.plugin
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # GIMP looks for a program named as its folder: a half-written folder of another name is nothing to it.
        with tempfile.TemporaryDirectory(prefix=".s2edit-", dir=target.parent) as temporary:
            fresh, old = Path(temporary, "new"), Path(temporary, "old")
            for name, content in files.items():
                place = fresh / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
            (fresh / STARTED).chmod(0o755)
            if not _exchange(fresh, target):
                _replace(fresh, target, old)
    except OSError as error:
        raise ResourceError(
            Sentence("The plug-in cannot be written to {} ({}).", target.parent, error.strerror),
            "Close GIMP, and see who may write to that folder.",
        ) from error
    return target


def _exchange(one: Path, other: Path) -> bool:
    """Give each of two folders the other's name in one step, where the system can; whether it did."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    return bool(rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0)


def _replace(fresh: Path, target: Path, old: Path) -> None:
    if os.path.lexists(target):
        os.replace(target, old)
    try:
        os.replace(fresh, target)
    except OSError:
        if os.path.lexists(old):
            os.replace(old, target)
        raise


def is_installed(profile: Profile) -> bool:
    """Whether anything of the plug-in is in a profile."""
    return os.path.lexists(profile.plugin)


def find_faults(profile: Profile, data: DataFolder) -> list[tuple[str, str]]:
    """What is wrong with the files in a profile: sentences and what to do about each; nothing if all is well."""
    again = "Run `s2edit gimp install`."
    if not is_installed(profile):
        return [("The plug-in is not installed here.", again)]
    folder = profile.plugin
    if not (folder / STARTED).is_file():
        return [(f"{STARTED} is missing in {folder}; GIMP looks for a file of the folder's name.", again)]
    faults = []
    if os.name != "nt" and not (folder / STARTED).stat().st_mode & stat.S_IXUSR:
        faults.append((f"{folder / STARTED} lacks the run bit; GIMP passes over it silently.", again))
    changed = [name for name, content in files_of_plugin().items() if _content(folder / name) != content]
    note = _note(folder)
    if changed:
        version = str(note.get("version", "unknown"))
        what = f"is version {version}, this program {__version__}" if version != __version__ else "differs"
        faults.append((f"The plug-in {what}: {len(changed)} of its files are not this program's.", again))
    elif note.get("data_folder") != str(data.root.absolute()):
        faults.append(
            (f"The plug-in uses the data folder {note.get('data_folder')}, this program {data.root}.", again)
        )
    return faults


def uninstall(profile: Profile) -> bool:
    """Take the plug-in out of a profile; whether it was there.

    Raises:
        ResourceError: it cannot be removed.
    """
    target = profile.plugin
    if not os.path.lexists(target):
        return False
    try:
        if target.is_symlink():
            target.unlink()
        else:
            shutil.rmtree(target)
    except OSError as error:
        raise ResourceError(
            Sentence("{} cannot be removed ({}).", target, error.strerror), "Close GIMP and try again."
        ) from error
    return True


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _note(folder: Path) -> dict[str, object]:
    try:
        values = json.loads(_content(folder / NOTE) or b"")
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}
