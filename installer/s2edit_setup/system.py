"""What the program needs of the system: libraries below the wheels, the window's and the tests' packages."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

from s2edit_setup.speaking import SetupError, say
from s2edit_setup.store import Environment

__all__ = ["LOADING", "System"]

LINUX = platform.system() == "Linux"

# The program first: it keeps the libraries from sending anything.
LOADING = "import s2edit_plugin, s2edit_models, torch, onnxruntime, numpy, scipy, skimage"
LIBRARIES = ("libgl1", "libglib2.0-0", "libgomp1", "libstdc++6")
WINDOW = (
    "libegl1", "libgl1", "libdbus-1-3", "libfontconfig1", "libxkbcommon-x11-0", "libxcb-cursor0", "libxcb-icccm4",
    "libxcb-image0", "libxcb-keysyms1", "libxcb-render-util0", "libxcb-shape0", "libxcb-xinerama0", "fonts-dejavu-core",
)  # fmt: skip
TESTS = {
    "Xvfb": "xvfb",
    "xauth": "xauth",
    "desktop-file-validate": "desktop-file-utils",
    "appstreamcli": "appstream",
    "shellcheck": "shellcheck",
}
"""What only the tests need, by the program that shows whether it is there."""
FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")


class System:
    """The system's packages, installed where we may, else named.

    Attributes:
        log: where the chatter goes.
    """

    def __init__(self, log: Path) -> None:
        self.log = log
        self._updated = False

    def load_libraries(self, environment: Environment) -> None:
        """Load the wheels: a library of the system that is missing shows when they are loaded for the first time.

        Raises:
            SetupError: one is missing and cannot be had.
        """
        if self._runs(environment, LOADING):
            return
        if self._may_use_apt():
            say("  installing system libraries")
            if self._apt(*LIBRARIES) and self._runs(environment, LOADING):
                return
        said = self.log.read_text("utf-8", "replace").splitlines()[-5:]
        say("\n".join(said))
        cure = f", try: apt-get install {' '.join(LIBRARIES[:3])}" if LINUX else ""
        raise SetupError(
            f"The libraries do not load; a system library is missing{cure}. (The whole log: {self.log})"
        )

    def window_libraries(self, environment: Environment) -> None:
        """Have what Qt's window needs; without it the command line still works, so this never stops the set-up."""
        if self._window_opens(environment):
            return
        if self._may_use_apt():
            say("  installing the window's system libraries")
            if self._apt(*WINDOW) and self._window_opens(environment):
                return
        named = f" (Debian, Ubuntu: sudo apt-get install {' '.join(WINDOW)})" if LINUX else ""
        say(f"  The window may not open: system libraries are missing{named}.")

    def test_programs(self) -> None:
        """Have a screen without a monitor, and the checkers of what the desktop reads."""
        missing = [package for program, package in TESTS.items() if shutil.which(program) is None]
        if not missing or not LINUX:
            return
        if self._may_use_apt():
            say(f"  installing {', '.join(missing)} for the tests")
            # One by one where all together fail: a checker that is not to be had must not cost the screen.
            missing = (
                [] if self._apt(*missing) else [package for package in missing if not self._apt(package)]
            )
            if not missing:
                return
        say(f"  Some tests need more (Debian, Ubuntu: sudo apt-get install {' '.join(missing)}).")

    def _window_opens(self, environment: Environment) -> bool:
        if not self._runs(environment, "import PyQt6.QtWidgets"):
            return False
        if not LINUX:
            return True
        # Qt's wheels bring no font: without one every letter is a box.
        if not any(_has_fonts(Path(folder).expanduser()) for folder in FONTS):
            return False
        plugins = list(
            environment.path.glob("lib*/python*/site-packages/PyQt6/Qt6/plugins/platforms/libqxcb.so")
        )
        if not plugins or shutil.which("ldd") is None:
            return True
        said = subprocess.run(["ldd", str(plugins[0])], capture_output=True, text=True, check=False).stdout
        return "not found" not in said

    def _runs(self, environment: Environment, code: str) -> bool:
        return self._logged([str(environment.python), "-c", code])

    def _may_use_apt(self) -> bool:
        allowed = os.environ.get("S2EDIT_APT") != "no"
        return (
            allowed and LINUX and getattr(os, "geteuid", int)() == 0 and shutil.which("apt-get") is not None
        )

    def _apt(self, *packages: str) -> bool:
        if not self._updated:
            self._logged(["apt-get", "update"])
            self._updated = True
        return self._logged(["apt-get", "install", "-y", "--no-install-recommends", *packages])

    def _logged(self, command: list[str]) -> bool:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        with self.log.open("ab") as log:
            try:
                done = subprocess.run(
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, check=False
                )
            except OSError as error:
                log.write(f"{error}\n".encode())
                return False
        return done.returncode == 0


def _has_fonts(folder: Path) -> bool:
    return any(path.suffix in (".ttf", ".otf", ".ttc", ".otc") for path in folder.rglob("*"))
