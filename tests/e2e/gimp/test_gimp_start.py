"""A real GIMP with no engine starts one, which lives on and has nothing of GIMP's about it; another where it was killed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin.api import queries
from tests.e2e.gimp.hosted import FOREIGN, Hosted
from tests.e2e.gimp.workplace import BLONDE, CAPTION

SCRIPT = f"""
import signal
import sys

image = load(FOLDER + "/anna.png")
layer = image.get_layers()[0]
select(image, (170, 60, 200, 150), 20)
ENDPOINT = os.environ["S2EDIT_HOME"] + "/engine/engine.json"

def engine():
    with open(ENDPOINT) as file:
        pid = json.load(file)["pid"]
    with open(f"/proc/{{pid}}/environ") as file:
        return pid, dict(line.split("=", 1) for line in file.read().split("\\0") if line)

def edited(steps):
    answer = call("edit", image, [layer], token="anna/me", prompt={BLONDE!r}, source_prompt={CAPTION!r}, steps=steps)
    return said(answer) | {{"engine": engine(), "layers": len(image.get_layers())}}

FACTS["own environment"] = dict(os.environ)
FACTS["engine before"] = os.path.exists(ENDPOINT)
FACTS["first"] = edited(2)
FACTS["second"] = edited(3)
os.kill(engine()[0], signal.SIGKILL)
FACTS["third"] = said(call("select", image, [layer], method="lips")) | {{"engine": engine()}}

# What GIMP's bar shows cannot be read in a batch run: the plug-in's own connection, in GIMP's Python.
os.kill(engine()[0], signal.SIGKILL)
sys.path.insert(0, os.environ["GIMP3_DIRECTORY"] + "/plug-ins/s2edit")
from gimp_bridge.engine_client import EngineClient
from s2edit_plugin.api import queries

FACTS["told"] = []
for _ in range(2):
    told = []
    with EngineClient(lambda fraction, text, picture: told.append(text) if text else None) as client:
        client.call(queries.ListTokens())
    FACTS["told"].append(told)
FACTS["last"] = engine()
"""


@pytest.fixture(scope="session")
def started(hosted: Hosted) -> dict[str, Any]:
    hosted.end_engine()
    gimp = hosted.place.begin(SCRIPT, console=hosted.console)
    return hosted.place.end(gimp)


def test_gimp_starts_an_engine_and_edits(started: dict[str, Any]) -> None:
    assert not started["engine before"]
    assert started["first"]["status"] == "success", started["first"]
    assert started["first"]["layers"] == 2
    assert started["told"] == [["Starting the engine"], []]


def test_the_engine_is_a_process_of_its_own_that_outlives_the_filter_and_gimp(
    hosted: Hosted, started: dict[str, Any]
) -> None:
    pid = started["last"][0]
    with hosted.client() as client:
        assert client.endpoint.pid == pid
        assert "anna/me" in [token.name for token in client.call(queries.ListTokens()).tokens]
    parent = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1]
    assert "gimp" not in Path(f"/proc/{parent}/cmdline").read_text()


def test_the_engine_has_nothing_of_gimps_in_its_environment(hosted: Hosted, started: dict[str, Any]) -> None:
    gimps, engines = started["own environment"], started["first"]["engine"][1]
    assert set(FOREIGN) <= set(gimps)
    assert not set(FOREIGN) & set(engines)
    assert not [name for name in engines if name.startswith(("GIMP", "GEGL", "BABL", "PYTHON", "LD_", "GI_"))]
    assert engines["S2EDIT_HOME"] == str(hosted.data)
    assert "gimp" not in engines["PATH"].lower()


def test_the_next_call_uses_the_same_engine(started: dict[str, Any]) -> None:
    assert started["second"]["status"] == "success", started["second"]
    assert started["second"]["engine"] == started["first"]["engine"]


def test_an_engine_that_was_killed_is_started_again_by_the_next_call(started: dict[str, Any]) -> None:
    assert started["third"]["status"] == "success", started["third"]
    assert started["second"]["layers"] == 3
    assert len({started[name]["engine"][0] for name in ("second", "third")} | {started["last"][0]}) == 3
