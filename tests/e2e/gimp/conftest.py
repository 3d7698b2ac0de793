"""A real GIMP 3 in a Debian trixie chroot, with a real engine on this machine. `make_chroot.sh` says what it takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin.paths import models_package
from tests.e2e.gimp.hosted import Hosted
from tests.e2e.gimp.workplace import CAPTION, HERE, Workplace
from tests.e2e.screen import xvfb


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
