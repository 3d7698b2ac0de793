"""The real GIMP with its window: the dialog is opened from the menu, filled in, its button pressed; the layer is there."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.e2e.gimp.workplace import BLONDE, CAPTION, Workplace

SCRIPT = f"""
image = load(FOLDER + "/anna.png")

def remember(**settings):
    kept = list(json.dumps(dict(settings, format=1)).encode())
    image.attach_parasite(Gimp.Parasite.new("s2edit-settings", Gimp.PARASITE_PERSISTENT, kept))

remember(steps=2)
image.select_ellipse(Gimp.ChannelOps.REPLACE, 80, 30, 330, 420)
Gimp.Selection.feather(image, 30)
Gimp.Display.new(image)
main = prepared_window("512x512")

from_menu(main, "e")
dialog = window_named("Edit with tokens")
xdo("windowmove", "--sync", dialog, 60, 60)
type_into(dialog, "alt+p", {BLONDE!r})
type_into(dialog, "alt+n", {CAPTION!r})
time.sleep(1)
screenshot("dialog.png")
press(dialog, "alt+i")
until(lambda: len(image.get_layers()) == 2)
until(lambda: not xdo("search", "--onlyvisible", "--name", "Edit with tokens"))
time.sleep(1)
FACTS["made"] = [describe(one) for one in image.get_layers()]
screenshot("result.png")

press(main, "ctrl+z")
until(lambda: len(image.get_layers()) == 1)
FACTS["selection stays"] = not Gimp.Selection.is_empty(image)
press(main, "ctrl+y")
until(lambda: len(image.get_layers()) == 2)

# Begun again, with the values that the image remembers, and given up in the middle.
remember(steps=500, prompt={BLONDE!r}, source_prompt={CAPTION!r})
from_menu(main, "e")
dialog = window_named("Edit with tokens")
time.sleep(1)
press(dialog, "alt+i")
wait_for(FOLDER + "/job seen")
screenshot("working.png")
press(dialog, "Escape")
until(lambda: not xdo("search", "--onlyvisible", "--name", "Edit with tokens"))
FACTS["given up"] = len(image.get_layers())

from_menu(main, "k")
library = window_named("Token library")
time.sleep(1)
screenshot("library.png")
press(library, "Escape")
FACTS["lives"] = image.is_valid()
"""


@pytest.fixture(scope="session")
def pressed(workplace: Workplace, learned: dict[str, Any]) -> dict[str, Any]:
    gimp = workplace.begin(SCRIPT, screen=True)
    with workplace.client() as client:
        from tests.e2e.gimp.test_gimp_engine import ENDLESS, watched

        job = watched(
            client,
            lambda one: one.state == "running" and one.progress is not None and one.progress.total == ENDLESS,
        )
        (workplace.folder / "job seen").touch()
        over = watched(client, lambda one: one.id == job.id and one.is_over)
    return workplace.end(gimp) | {"job": over.state}


def test_the_button_makes_a_layer(pressed: dict[str, Any]) -> None:
    top, below = pressed["made"]
    assert (top["name"], top["mask"], top["size"]) == ("hair: brown → blonde", True, [512, 512])
    assert below["name"] == "Background"
    values = json.loads(top["settings"])
    assert (values["prompt"], values["steps"]) == (BLONDE, 2)


def test_an_edit_is_one_step_of_undo(pressed: dict[str, Any]) -> None:
    assert pressed["selection stays"]


def test_giving_up_in_the_dialog_stops_the_job_and_changes_nothing(pressed: dict[str, Any]) -> None:
    assert pressed["job"] == "cancelled"
    assert pressed["given up"] == 2
    assert pressed["lives"]


def test_the_dialog_and_the_result_can_be_seen(workplace: Workplace, pressed: dict[str, Any]) -> None:
    shots = []
    for name in ("dialog", "result"):
        with Image.open(workplace.folder / f"{name}.png") as image:
            shots.append(np.asarray(image.convert("RGB")).astype(int))
    changed = np.abs(shots[0] - shots[1]).sum(axis=2) > 30
    assert changed[100:700, 60:440].mean() > 0.3  # where the dialog was
    assert changed[220:700, 500:800].mean() > 0.02  # the face, edited
