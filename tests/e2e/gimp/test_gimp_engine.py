"""A real GIMP whose engine is stopped, killed, busy, of another version, or not there: GIMP lives and says one sentence."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin import __version__, api
from s2edit_plugin.api import JobInfo, queries
from s2edit_plugin.engine.client import discovery
from s2edit_plugin.engine.client.remote import RemoteClient
from tests.e2e.gimp.workplace import BLONDE, CAPTION, Workplace

PATIENCE = 120.0
ENDLESS = 500  # the most that the procedure takes
ASKED = f"token='anna/me', prompt={BLONDE!r}, source_prompt={CAPTION!r}"

BROKEN = f"""
image = load(FOLDER + "/anna.png")
layer = image.get_layers()[0]

# The user cancels: GIMP kills the plug-in.
FACTS["cancelled"] = said(call("edit", image, [layer], {ASKED}, steps={ENDLESS}))
FACTS["after cancel"] = len(image.get_layers())
open(FOLDER + "/cancelled", "w").close()

# Another program keeps the engine busy.
wait_for(FOLDER + "/busy")
FACTS["busy"] = said(call("select", image, [layer], method="lips"))
open(FOLDER + "/was busy", "w").close()

wait_for(FOLDER + "/other model")
FACTS["model missing"] = said(call("edit", image, [layer], {ASKED}, steps=2))
open(FOLDER + "/model asked for", "w").close()

# The engine is killed in the middle.
wait_for(FOLDER + "/own model")
FACTS["killed"] = said(call("edit", image, [layer], {ASKED}, steps={ENDLESS}))
FACTS["after kill"] = len(image.get_layers())
Gimp.Selection.all(image)
FACTS["lives"] = not Gimp.Selection.is_empty(image)
"""


def watched(client: RemoteClient, good: Callable[[JobInfo], bool]) -> JobInfo:
    """The first job of the queue that is as wanted."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for job in client.call(queries.ListJobs()).jobs:
            if good(job):
                return job
        time.sleep(0.05)
    raise AssertionError("no such job")


def under_way(job: JobInfo) -> bool:
    return job.state == "running" and job.progress is not None and job.progress.total == ENDLESS


def wait_for(path: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < end, path
        time.sleep(0.02)


def plugin_processes(workplace: Workplace) -> list[int]:
    """Processes of the plug-in, from this machine's side."""
    wanted = str(workplace.profile / "plug-ins" / "s2edit" / "s2edit.py").encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if wanted in words[:2]:
                found.append(int(folder.name))
    return found


@pytest.fixture(scope="session")
def broken(workplace: Workplace, learned: dict[str, Any]) -> dict[str, Any]:
    """What GIMP saw while this machine did the damage, and what became of the jobs."""
    facts: dict[str, Any] = {}
    gimp = workplace.begin(BROKEN)
    photo = (workplace.folder / "anna.png").read_bytes()
    with workplace.client() as client:
        client.subscribe(lambda _: None)
        job = watched(client, under_way)
        for pid in plugin_processes(workplace):
            os.kill(pid, signal.SIGKILL)
        before = client.job_info(job.id).progress
        stopped = watched(client, lambda one: one.id == job.id and one.is_over)
        facts["stopped"] = (stopped.state, before, stopped.progress)
        wait_for(workplace.folder / "cancelled")

        long = api.ApplyEdit(photo, ("anna/me",), BLONDE, CAPTION, settings=api.EditSettings(steps=ENDLESS))
        blocking = client.submit(long, title="A long edit")
        watched(client, under_way)
        (workplace.folder / "busy").touch()
        queued = watched(client, lambda one: one.kind == "MakeMask" and one.state == "queued")
        facts["waited"] = queued.title
        blocking.cancel()
        wait_for(workplace.folder / "was busy")

        client.call(queries.ChangeSettings({"model": "sd15"}))
        (workplace.folder / "other model").touch()
        wait_for(workplace.folder / "model asked for")
        client.call(queries.ChangeSettings({"model": ""}))
        (workplace.folder / "own model").touch()
        watched(client, lambda one: one.id not in (job.id, blocking.id) and under_way(one))
        workplace.kill_engine()
    facts |= workplace.end(gimp)
    workplace.start_engine()
    return facts


def test_a_cancel_in_gimp_stops_the_engines_job_within_a_step(broken: dict[str, Any]) -> None:
    state, before, after = broken["stopped"]
    assert state == "cancelled"
    # The engine hears of it while a step runs, which is finished; a second one may have begun before GIMP's process was gone.
    assert after.step - before.step <= 3
    assert broken["cancelled"]["status"] != "success"
    assert broken["after cancel"] == 1


def test_gimp_waits_for_a_busy_engine(broken: dict[str, Any]) -> None:
    assert broken["waited"] == "Find a selection"
    assert broken["busy"]["status"] == "success", broken["busy"]


def test_a_missing_model_is_told_in_a_sentence(broken: dict[str, Any]) -> None:
    assert broken["model missing"]["status"] == "execution-error"
    assert "sd15" in broken["model missing"]["message"]
    assert "Traceback" not in broken["model missing"]["message"]


def test_gimp_lives_when_the_engine_is_killed_and_says_what_to_do(broken: dict[str, Any]) -> None:
    assert broken["killed"]["status"] == "execution-error"
    assert "engine" in broken["killed"]["message"]
    assert "Run the filter again; a new engine is started." in broken["killed"]["message"]
    assert broken["after kill"] == 1
    assert broken["lives"]


# ---------------------------------------------------------------------- no engine that could be used

REFUSED = """
import json
NOTE = os.environ["GIMP3_DIRECTORY"] + "/plug-ins/s2edit/installed.json"
with open(NOTE) as file:
    before = file.read()
image = load(FOLDER + "/anna.png")
try:
    for case in CASES:
        with open(NOTE, "w") as file:
            json.dump({"version": "", "data_folder": FOLDER + "/data " + case}, file)
        FACTS[case] = said(call("select", image, image.get_layers(), method="lips"))
finally:
    with open(NOTE, "w") as file:
        file.write(before)
"""


def program(command: list[str], version: str = __version__) -> dict[str, Any]:
    return {"command": command, "version": version}


CASES: dict[str, tuple[dict[str, Any] | None, str]] = {
    "not installed": (None, "S2Edit Studio was not found on this machine."),
    "moved": (program(["/nowhere/python"]), "S2Edit Studio is not at /nowhere/python any more."),
    "other version": (
        program(["/bin/true"], "0.0.9"),
        f"S2Edit Studio is version 0.0.9, this plug-in is {__version__}.",
    ),
    "broken": (
        program(["/bin/sh", "-c", "echo No module named torch >&2; exit 1"]),
        "The engine could not be started. It said: No module named torch",
    ),
}


@pytest.fixture(scope="session")
def refused(workplace: Workplace, learned: dict[str, Any]) -> dict[str, Any]:
    for case, (values, _) in CASES.items():
        folder = workplace.folder / f"data {case}" / "engine"
        folder.mkdir(parents=True)
        if values is not None:
            (folder / discovery.PROGRAM_NAME).write_text(json.dumps(values))
    return workplace.run(f"CASES = {list(CASES)!r}\n{REFUSED}")


@pytest.mark.parametrize("case", CASES)
def test_an_engine_that_cannot_be_used_is_one_sentence(refused: dict[str, Any], case: str) -> None:
    assert refused[case]["status"] == "execution-error"
    assert CASES[case][1] in refused[case]["message"]
    assert "Traceback" not in refused[case]["message"]
