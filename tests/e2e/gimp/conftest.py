"""A real GIMP 3 in a Debian trixie chroot, with a real engine on this machine. `make_chroot.sh` says what it takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin import __version__
from s2edit_plugin.engine.client import discovery
from s2edit_plugin.engine.client.remote import RemoteClient, connect
from s2edit_plugin.storage.paths import models_package
from tests.e2e.gimp.hosted import Hosted
from tests.e2e.gimp.workplace import CAPTION, HERE, START_SECONDS, Workplace
from tests.e2e.screen import xvfb
from tests.fakes.waiting import wait_until


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """The shared folder, with the sample pictures in it; no engine yet, no plug-in yet."""
    if os.geteuid() != 0:
        pytest.skip("a chroot takes root")
    done = subprocess.run(
        ["sh", str(HERE / "make_chroot.sh")], stdout=subprocess.PIPE, text=True, check=False
    )
    assert done.returncode == 0, "the chroot with GIMP 3 could not be made; see what it printed"
    folder = tmp_path_factory.mktemp("gimp")
    place = Workplace(Path(done.stdout.strip()), folder)
    for name in ("home", "profile", "cache"):
        (folder / name).mkdir()
    for name in ("anna.png", "mia_makeup.png"):
        (folder / name).write_bytes((models_package() / "samples" / name).read_bytes())
    place.program("gimp-console", "gimp-console-3.0")
    yield place
    place.close()


@pytest.fixture(scope="session")
def installed(workplace: Workplace) -> dict[str, Any]:
    """The plug-in put into GIMP by the command; what the command said."""
    environment = os.environ | {"S2EDIT_HOME": str(workplace.data), "GIMP3_DIRECTORY": str(workplace.profile)}
    words = [
        sys.executable,
        "-m",
        "s2edit_plugin",
        "gimp",
        "install",
        "--gimp",
        str(workplace.console),
        "--json",
    ]
    done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    assert done.stdout, done.stderr
    values: dict[str, Any] = json.loads(done.stdout)
    return values | {"exit": done.returncode}


@pytest.fixture(scope="session")
def learned(workplace: Workplace, installed: dict[str, Any]) -> dict[str, Any]:
    """Two tokens learned from GIMP in few steps: a person's, and a makeup's from selected lips; and what is refused."""
    workplace.start_engine()
    return workplace.run(
        f"""
image = load(FOLDER + "/anna.png")
layer = image.get_layers()[0]
asked = dict(person="anna", name="me", class_noun="woman", prompt={CAPTION!r}, steps=2)
FACTS["without consent"] = said(call("learn", image, [layer], **asked))
answer = call("learn", image, [layer], consent=True, **asked)
FACTS["person"] = said(answer) | {{"token": answer["results"]}}
other = load(FOLDER + "/mia_makeup.png")
lips = call("select", other, other.get_layers(), method="lips")
FACTS["select"] = said(lips) | {{"coverage": lips["results"]}}
made = call("learn", other, other.get_layers(), person="mia", name="lips", kind="attribute", class_noun="lipstick",
    prompt="a photo of a young woman with short black hair wearing lipstick", subject="selection", steps=2)
FACTS["attribute"] = said(made) | {{"token": made["results"]}}
FACTS["layers"] = len(image.get_layers())
"""
    )


@dataclass
class Quick:
    """A GIMP whose engine has no model, see `quick_engine`."""

    place: Workplace

    @property
    def data(self) -> Path:
        return self.place.folder / "quick"

    def begin(self, code: str, screen: bool = False) -> subprocess.Popen[str]:
        """As `Workplace.begin`."""
        home = f"S2EDIT_HOME={self.data}"
        program = (
            self.place.with_screen(home)
            if screen
            else str(self.place.program("gimp-quick", "gimp-console-3.0", home))
        )
        return self.place.begin(code, screen, program)

    def run(self, code: str, screen: bool = False) -> dict[str, Any]:
        """As `Workplace.run`."""
        return self.place.end(self.begin(code, screen))

    def client(self) -> RemoteClient:
        """A client of the engine."""
        return connect(start=False, data_folder=self.data, wait=START_SECONDS)


@pytest.fixture(scope="session")
def quick(workplace: Workplace, installed: dict[str, Any]) -> Iterator[Quick]:
    """A GIMP with an engine that answers in a moment, and a library of two tokens."""
    made = Quick(workplace)
    (made.data / "engine").mkdir(parents=True)
    program = {"command": ["/bin/false"], "version": __version__}
    (made.data / "engine" / discovery.PROGRAM_NAME).write_text(json.dumps(program))
    words = [sys.executable, "-m", "tests.e2e.gimp.quick_engine", str(made.data)]
    environment = os.environ | {"S2EDIT_HOME": str(made.data)}
    engine = subprocess.Popen(words, cwd=HERE.parent.parent.parent, env=environment)
    try:
        wait_until(lambda: discovery.read_endpoint(made.data / "engine") is not None, START_SECONDS)
        yield made
    finally:
        engine.terminate()
        engine.wait()


@pytest.fixture(scope="session")
def hosted(workplace: Workplace, learned: dict[str, Any]) -> Iterator[Hosted]:
    """A GIMP that can start engine and window, with a screen for the window; no engine yet."""
    with xvfb() as screen:
        hosted = Hosted(workplace, screen)
        try:
            hosted.prepare()
            yield hosted
        finally:
            hosted.close()
