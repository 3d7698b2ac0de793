"""The program installed for a user: its folder, a command, the menu entry, GIMP's plug-in; put right, renewed, removed.

    python installer/s2edit_setup application install|repair|update|uninstall

The folder holds ``environment`` (see `s2edit_setup.store`) and ``source``, a copy of the checkout, which may then be removed. A
new environment takes its place only when it has computed a kernel and an edit; what was there before serves until then.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from s2edit_setup import machine, proof
from s2edit_setup.locks import ROOT, locks_of
from s2edit_setup.setting_up import SettingUp
from s2edit_setup.speaking import SetupError, say
from s2edit_setup.store import Environment, Store

__all__ = ["Application", "build_parser", "default_prefix", "run"]

MARK = ".s2edit-application"
ORIGIN = "origin.txt"  # in the folder: the checkout that it was installed from
NOT_COPIED = (
    *(".git", ".venv*", "__pycache__", "*.pyc", ".*_cache", ".cache", "*.egg-info", "build", "dist"),
    *("demo-output", "state", "typing", "tests"),
)
NO_LIBRARY = "its data folder could not be found; it is kept"


def default_prefix(system: str, home: Path, environ: Mapping[str, str]) -> Path:
    """Where the program is installed by default."""
    if system == "Windows":
        local = environ.get("LOCALAPPDATA")
        return (
            (Path(local) if local else home / "AppData" / "Local") / "Programs" / "S2Edit Studio" / "program"
        )
    if system == "Darwin":
        return home / "Library" / "Application Support" / "s2edit-studio-program"
    return home / ".local" / "opt" / "s2edit-studio"


def build_parser() -> argparse.ArgumentParser:
    """The arguments of the installers' scripts."""
    parser = argparse.ArgumentParser(prog="install", description="Install S2Edit Studio for this user.")
    parser.add_argument(
        "command", nargs="?", default="install", choices=("install", "repair", "update", "uninstall")
    )
    parser.add_argument("--prefix", type=Path, metavar="DIR", help="the program's folder")
    parser.add_argument(
        "--from", dest="source", type=Path, metavar="DIR", help="update: the newer version's folder"
    )
    parser.add_argument("--no-menu", action="store_true", help="without a menu entry")
    parser.add_argument("--no-gimp", action="store_true", help="without GIMP's plug-in")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    data = parser.add_mutually_exclusive_group()
    data.add_argument(
        "--keep-data", action="store_true", help="uninstall: keep tokens, results and models, unasked"
    )
    data.add_argument("--delete-data", action="store_true", help="uninstall: delete them, unasked")
    return parser


def run(arguments: Sequence[str]) -> int:
    """Run one command; its exit code.

    Raises:
        SetupError: it failed.
    """
    args = build_parser().parse_args(arguments)
    prefix = args.prefix or default_prefix(platform.system(), Path.home(), os.environ)
    application = Application(Path(os.path.abspath(prefix)), not args.no_menu, not args.no_gimp)
    if args.dry_run:
        application.describe(args.command)
    elif args.command == "uninstall":
        keep = True if args.keep_data else False if args.delete_data else None
        application.uninstall(keep)
    elif args.command == "update":
        return application.update(args.source, arguments)
    else:
        application.install(repair=args.command == "repair")
    return 0


@dataclass
class Application:
    """An installed program.

    Attributes:
        prefix: its folder. menu, gimp: whether it has a menu entry and GIMP's plug-in. look: what finds the accelerator.
        ask: asks the user a yes-or-no question; no where the session is not interactive.
    """

    prefix: Path
    menu: bool = True
    gimp: bool = True
    look: Callable[[], machine.Machine] = machine.look
    ask: Callable[[str], bool] | None = None

    @property
    def store(self) -> Store:
        """Its environments."""
        return Store(self.prefix / "environment")

    @property
    def source(self) -> Path:
        """Its copy of the checkout."""
        return self.prefix / "source"

    @property
    def _link(self) -> Path:
        if os.name == "nt":
            return self.prefix / "s2edit.cmd"
        return Path.home() / ".local" / "bin" / "s2edit"

    def describe(self, command: str) -> None:
        """Say what a command would do."""
        if command == "uninstall":
            say(
                f"Would remove {self.prefix}, {self._link}, the menu entry and GIMP's plug-in, and ask about tokens."
            )
            return
        choice = machine.choose(self.look(), os.environ.get(machine.WANTED, ""))
        locks = locks_of(platform.system(), choice.accelerator)
        say(f"Would install into {self.prefix}")
        say(
            f"  for {choice.accelerator} ({choice.reason}), from {locks.libraries.name} and {locks.computing.name}"
        )
        say(f"  the command {self._link}")
        say(f"  {'a' if self.menu else 'no'} menu entry, GIMP's plug-in: {'yes' if self.gimp else 'no'}")

    def install(self, *, repair: bool = False) -> None:
        """Install, or install again from nothing; what is there serves until that is done.

        Raises:
            SetupError: it failed; then what was there is as it was.
        """
        self._claim(repair)
        source = self._copy_source()
        setting_up = SettingUp(self.store, source, editable=False, look=self.look, prove=self._prove)
        environment = setting_up.set_up("base", fresh=True)
        if source != self.source:
            self._put_source_in_place(source)
        self._make_command(environment)
        self._tell_desktop(environment)
        say(f"S2Edit Studio is installed in {self.prefix}; the menu has it, the command is {self._link}.")

    def update(self, newer: Path | None, arguments: Sequence[str]) -> int:
        """Install a newer version: of a folder, of the checkout it came from, or the one that this runs from.

        Raises:
            SetupError: nothing is installed, or no newer version is there.
        """
        self._check_installed()
        if newer is None and self.source.resolve() != ROOT:
            newer = ROOT
        newer = newer or self._origin()
        if (newer / ".git").exists():
            say(f"  fetching the newest version into {newer}")
            if subprocess.run(
                ["git", "-C", str(newer), "pull", "--ff-only", "--quiet"], check=False
            ).returncode:
                say("  it could not be fetched; the present version is installed")
        # With that version's own set-up: it knows what it needs.
        rest = [
            f"--prefix={self.prefix}",
            *(word for word in arguments if word in ("--no-menu", "--no-gimp")),
        ]
        command = [sys.executable, str(newer / "installer" / "s2edit_setup"), "application", "install", *rest]
        return subprocess.run(command, check=False).returncode

    def uninstall(self, keep_data: bool | None) -> None:
        """Remove the program; tokens, results and models only where the user says so.

        Args:
            keep_data: None: ask.

        Raises:
            SetupError: nothing is installed there.
        """
        self._check_installed()
        environment = next(iter(self.store.environments()), None)
        data = None
        if environment is not None:
            for words in (["engine", "stop"], ["gimp", "uninstall"], ["desktop", "uninstall"]):
                _quietly(environment, words)
            data = _data_folder(environment)
        if self._is_our_link():
            self._link.unlink()
        shutil.rmtree(self.prefix, ignore_errors=True)
        say(f"S2Edit Studio was removed from {self.prefix}.")
        if self.prefix.exists():
            say("  Some files are in use and stay; close its windows and remove the folder.")
        self._settle_data(data, keep_data)

    # ------------------------------------------------------------------ installing

    def _claim(self, repair: bool) -> None:
        if repair:
            self._check_installed()
        elif self.prefix.exists() and any(self.prefix.iterdir()) and not (self.prefix / MARK).exists():
            raise SetupError(f"{self.prefix} holds other things; choose an empty or new folder.")
        self.prefix.mkdir(parents=True, exist_ok=True)
        (self.prefix / MARK).touch()

    def _check_installed(self) -> None:
        if not (self.prefix / MARK).exists():
            raise SetupError(f"S2Edit Studio is not installed in {self.prefix}.")

    def _copy_source(self) -> Path:
        """A copy of the running checkout next to the installed one; or the installed one, where this runs from it."""
        if self.source.resolve() == ROOT:
            return self.source
        fresh = self.prefix / "source.next"
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(ROOT, fresh, symlinks=True, ignore=shutil.ignore_patterns(*NOT_COPIED))
        return fresh

    def _put_source_in_place(self, fresh: Path) -> None:
        old = self.prefix / "source.old"
        shutil.rmtree(old, ignore_errors=True)
        if self.source.exists():
            os.rename(self.source, old)
        os.rename(fresh, self.source)
        shutil.rmtree(old, ignore_errors=True)
        (self.prefix / ORIGIN).write_text(str(ROOT), encoding="utf-8")

    def _prove(self, environment: Environment, accelerator: str) -> None:
        say("  trying a computation and an edit")
        tried = proof.try_kernel(environment, accelerator)
        if not tried.ok:
            raise SetupError(f"torch does not compute on {accelerator} here: {tried.finding}")
        proof.check_edit(environment)
        say(f"  it works: {tried.finding}")

    def _make_command(self, environment: Environment) -> None:
        if os.name == "nt":
            program = environment.program("s2edit")
            self._link.write_text(f'@"{program}" %*\r\n', encoding="utf-8")
            return
        if os.path.lexists(self._link) and not self._is_our_link():
            say(f"  {self._link} is another program and stays; the command is {self.store.link}/bin/s2edit")
            return
        self._link.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._link.with_name(f".s2edit-{os.getpid()}")
        fresh.symlink_to(self.store.link / "bin" / "s2edit")
        os.replace(fresh, self._link)

    def _is_our_link(self) -> bool:
        link = self._link
        return link.is_symlink() and os.readlink(link) == str(self.store.link / "bin" / "s2edit")

    def _tell_desktop(self, environment: Environment) -> None:
        if self.menu and not _quietly(environment, ["desktop", "install"]):
            say("  The menu entry could not be made; see `s2edit desktop install`.")
        if self.gimp and not _quietly(environment, ["gimp", "install"]):
            say("  GIMP 3 has no plug-in yet; `s2edit gimp install` puts it in, or says what is missing.")

    def _origin(self) -> Path:
        try:
            origin = Path((self.prefix / ORIGIN).read_text(encoding="utf-8"))
        except OSError:
            origin = self.prefix / "nowhere"
        if not (origin / "installer" / "s2edit_setup").exists():
            raise SetupError(
                "The folder that it was installed from is gone; name the newer version's by --from DIR."
            )
        return origin

    # ------------------------------------------------------------------ removing

    def _settle_data(self, data: Path | None, keep: bool | None) -> None:
        if data is None:
            say(f"  Tokens, results and models: {NO_LIBRARY}.")
            return
        if not data.exists():
            return
        tokens = len(list((data / "library").glob("*/*.safetensors")))
        if keep is None:
            question = f"Delete tokens ({tokens}), results and models in {data} too? They cannot be brought back. [y/N] "
            keep = not (self.ask or _ask)(question)
        if keep:
            say(f"  Tokens ({tokens}), results and models stay in {data}.")
        else:
            shutil.rmtree(data, ignore_errors=True)
            say(f"  {data} was deleted.")


def _ask(question: str) -> bool:
    if not sys.stdin.isatty():
        return False
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes", "j", "ja")


def _quietly(environment: Environment, words: Sequence[str]) -> bool:
    """Run a command of the installed program, without its chatter."""
    command = [str(environment.program("s2edit")), *words]
    try:
        done = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=300, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _data_folder(environment: Environment) -> Path | None:
    code = "from s2edit_plugin.storage.paths import data_folder; print(data_folder().root)"
    done = subprocess.run([str(environment.python), "-c", code], capture_output=True, text=True, check=False)
    said = done.stdout.strip()
    return Path(said) if done.returncode == 0 and os.path.isabs(said) else None
