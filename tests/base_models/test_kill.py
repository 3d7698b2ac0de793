"""kill -9 at random moments of installing and moving: no model is ever half there, and the work arrives in the end."""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from s2edit_plugin.base_models import catalogue, licences, store
from s2edit_plugin.base_models.verify import verify
from s2edit_plugin.errors import ModelError
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import models_folder
from tests.fakes.hub_server import HubServer

# Installs, moves away and back, and removes, for ever. Copying instead of linking, so that a move takes its time.
CHILD = """
import os, sys
from pathlib import Path
from s2edit_plugin.base_models import catalogue, install, moving, store
from s2edit_plugin.storage.paths import data_folder
catalogue.catalogue_file = lambda: Path(sys.argv[1])
def refuse(*args, **kwargs):
    raise OSError(18, "Invalid cross-device link")
os.link = refuse
folder, other = data_folder(), Path(sys.argv[2])
print("ready", flush=True)
while True:
    install.install(folder, "tiny", again=True)
    install.install(folder, "net")
    moving.move(folder, other)
    moving.move(folder, folder.models)
    store.remove(folder, "tiny")
    store.remove(folder, "net")
"""


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    return 150 if request.config.getoption("--all") else 6


def test_no_kill_leaves_half_a_model(kills: int, hub: HubServer, folder: DataFolder, tmp_path: Path) -> None:
    licences.accept(folder, "tiny")
    chance, other, seen = random.Random(7), tmp_path / "other disk", 0
    command = [sys.executable, "-c", CHILD, str(catalogue.catalogue_file()), str(other)]
    for _ in range(kills):
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0.0, 0.7))
            child.kill()
            assert child.wait() == -9, (
                f"{child.stderr and child.stderr.read()} {sorted(folder.models.glob('*'))}"
            )
        assert models_folder(folder) in (folder.models, other)
        for record in store.installed_models(folder):
            verify(folder, record.name)  # raises where a file is missing or cut off
            seen += 1
    # In the end everything can be installed, moved and removed as if nothing had happened.
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(ModelError):
                if models_folder(folder) == other and verify(folder, "tiny"):
                    break
            time.sleep(0.02)
        else:
            pytest.fail("the models never arrived")
        child.kill()
    assert kills < 20 or seen > 10
