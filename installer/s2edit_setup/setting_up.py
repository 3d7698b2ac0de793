"""Finds an environment that is up to date, or makes one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from s2edit_setup import machine, proof
from s2edit_setup.locks import ROOT, Locks, locks_of
from s2edit_setup.packages import Packages, find_uv
from s2edit_setup.speaking import SetupError, say
from s2edit_setup.store import IN_USE, Environment, Store
from s2edit_setup.system import System

__all__ = ["SettingUp"]

ACCELERATOR = ".s2edit-accelerator"  # holds what the environment was made for
GONE = "The new environment was removed while it was being put in its place; run the same command again."


@dataclass
class SettingUp:
    """Sets up into a store.

    Attributes:
        store: of environments. source: what is installed, a checkout or a wheel; a checkout is installed in place where
        `editable`. A second process waits for the first.
        look: what finds the accelerator. prove: tries a new environment for an accelerator before it takes its place, raises
        SetupError where it does not work.
    """

    store: Store
    source: Path = ROOT
    editable: bool = True
    look: Callable[[], machine.Machine] = machine.look
    prove: Callable[[Environment, str], None] | None = None

    def set_up(self, group: str, *, fresh: bool = False) -> Environment:
        """An environment that is up to date, made now if there is none (or from nothing). Quick when there is one.

        Args:
            group: ``base``, or ``dev`` with the tools of the tests.

        Raises:
            SetupError: it failed; then nothing has changed.
        """
        found = None if fresh else self._current(group)
        if found is not None:
            if self.store.current() != found.path:
                self._put_in_place_if_free(found)
            return found
        self.store.open()
        try:
            found = None if fresh else self._current(group)
            if found is None:
                self.store.clear_leavings()
                found = self._make(group)
                if not found.hold():
                    raise SetupError(GONE)
            self.store.put_in_place(found)
        finally:
            self.store.close()
        return found

    def any(self) -> Environment | None:
        """What was set up before, though it is not up to date."""
        return next((one for one in self.store.environments() if one.hold()), None)

    def _current(self, group: str) -> Environment | None:
        wanted = os.environ.get(machine.WANTED, "")
        for environment in self.store.environments():
            made_for = accelerator_of(environment)
            if wanted and wanted != made_for:
                continue
            try:
                stamp = self._locks(made_for).stamp(group, environment.version(), made_for)
            except SetupError:  # made by an earlier version
                continue
            if environment.stamp(group) == stamp and environment.hold():
                return environment
        return None

    def _put_in_place_if_free(self, environment: Environment) -> None:
        try:
            if self.store.open(wait=False):
                self.store.put_in_place(environment)
        except SetupError:
            pass  # it works in place
        finally:
            self.store.close()

    def _locks(self, accelerator: str) -> Locks:
        return locks_of(machine.platform.system(), accelerator)

    def _make(self, group: str) -> Environment:
        """A new environment for the best accelerator that computes, from nothing."""
        say(f"Setting up S2Edit Studio in {self.store.link}; this takes a minute or more.")
        self.store.log.write_bytes(b"")
        wanted = os.environ.get(machine.WANTED, "")
        choice = machine.choose(self.look(), wanted)
        environment = self._install(choice, group)
        if choice.accelerator != "cpu":
            tried = proof.try_kernel(environment, choice.accelerator)
            if not tried.ok and not wanted and choice.accelerator != "mps":
                say(
                    f"  {choice.accelerator} does not compute here ({tried.finding}); the CPU's build is installed instead."
                )
                shutil.rmtree(environment.path)
                choice = machine.Choice("cpu", "cpu", tried.finding)
                environment = self._install(choice, group)
            say(f"  {choice.accelerator}: {tried.finding}")
        if self.prove is not None:
            self.prove(environment, choice.accelerator)
        self._finish(environment, choice, group)
        return environment

    def _install(self, choice: machine.Choice, group: str) -> Environment:
        locks = self._locks(choice.accelerator)
        place = self.store.new_place()
        uv = find_uv()
        self._make_empty(place, uv)
        environment = Environment(place)
        packages = Packages(environment.python, self.store.log, uv)
        packages.get_uv(locks)
        packages.libraries("libraries", locks.libraries)
        packages.computing(locks.computing, choice)
        if group == "dev":
            packages.libraries("test tools", locks.tools)
        packages.program(self.source, editable=self.editable)
        system = System(self.store.log)
        system.load_libraries(environment)
        if choice.accelerator == "cuda" and "onnxruntime-gpu" in locks.requirement("onnxruntime"):
            self._settle_onnxruntime(environment, packages, locks)
        system.window_libraries(environment)
        return environment

    def _settle_onnxruntime(self, environment: Environment, packages: Packages, locks: Locks) -> None:
        if proof.try_onnxruntime(environment):
            return
        say("  onnxruntime-gpu does not work with this driver; onnxruntime is installed instead")
        version = locks.requirement("onnxruntime").partition("==")[2]
        packages.replace("onnxruntime-gpu", f"onnxruntime=={version}")

    def _make_empty(self, place: Path, uv: list[str]) -> None:
        base = os.environ.get("S2EDIT_BASE_PYTHON") or sys.executable
        commands = [
            [base, "-m", "venv", str(place)],
            *([[*uv, "venv", "--python", base, str(place)]] if uv else []),
        ]
        for command in commands:
            with self.store.log.open("ab") as log:
                done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)
            if done.returncode == 0:
                return
            shutil.rmtree(place, ignore_errors=True)
        raise SetupError(f"The environment could not be made. (The whole log: {self.store.log})")

    def _finish(self, environment: Environment, choice: machine.Choice, group: str) -> None:
        try:
            (environment.path / IN_USE).touch()
            (environment.path / ACCELERATOR).write_text(choice.accelerator)
            locks, version = self._locks(choice.accelerator), environment.version()
            for name in dict.fromkeys((group, "base")):  # `base` last: it says that all is there
                environment.write_stamp(name, locks.stamp(name, version, choice.accelerator))
        except OSError as error:
            raise SetupError(f"The environment could not be finished ({error.strerror}).") from error


def accelerator_of(environment: Environment) -> str:
    """What an environment was made for; ``cpu`` where an earlier version made it."""
    try:
        return (environment.path / ACCELERATOR).read_text().strip()
    except OSError:
        return "cpu"
