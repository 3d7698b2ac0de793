"""A real GIMP opens the real window, gets its results, and is not left waiting when the window crashes or is closed."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import time
from typing import Any

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin.engine.client import discovery, launching
from tests.e2e.gimp.hosted import Hosted
from tests.e2e.gimp.test_gimp_engine import plugin_processes

PATIENCE = 120.0
SIDE, LEFT, TOP, WIDTH, HEIGHT = 512, 50, 30, 600, 560

SCRIPT = f"""
image = load(FOLDER + "/anna.png")
layer = image.get_layers()[0]
image.resize({WIDTH}, {HEIGHT}, {LEFT}, {TOP})
select(image, (170, 60, 200, 150), 20)
keep("joined.selection", read(image.get_selection(), "Y u8"))
keep("joined.before", shown(image))

def opened(name):
    before = [one.get_id() for one in image.get_layers()]
    FACTS[name] = said(call("open", image, [layer]))
    made = [one for one in image.get_layers() if one.get_id() not in before]
    FACTS[name]["made"] = [describe(one) for one in made]
    keep("joined." + name, shown(image))
    for one in made:
        one.set_visible(False)

opened("sent")
opened("recovered")
opened("closed")
opened("crashed twice")
FACTS["unchanged"] = shown(image) == open(FOLDER + "/joined.before", "rb").read()
"""


KILLED = """
image = load(FOLDER + "/anna.png")
select(image, (170, 60, 200, 150))
call("open", image, image.get_layers())
"""


def holding(hosted: Hosted, gimp: subprocess.Popen[str]) -> int:
    """The process of the window, once it says that it holds a picture."""
    file, end = hosted.place.folder / "holding", time.monotonic() + PATIENCE
    while not (file.exists() and file.read_text()):
        said = launching.last_words(hosted.data / "engine" / discovery.WINDOW_OUTPUT_NAME)
        assert gimp.poll() is None, f"GIMP has ended; the window said: {said}"
        assert time.monotonic() < end, f"no window holds a picture; it said: {said}"
        time.sleep(0.05)
    pid = int(file.read_text())
    file.unlink()
    return pid


@pytest.fixture(scope="session")
def joined(hosted: Hosted) -> dict[str, Any]:
    """What GIMP got of four pictures: two results, one over a crash, a window that was closed, and one that crashed twice."""
    hosted.tell("send_and_hold", "recover_and_close", "hold", "hold")
    gimp = hosted.place.begin(SCRIPT, console=hosted.console)
    for _ in range(3):
        os.kill(holding(hosted, gimp), signal.SIGKILL)
    return hosted.place.end(gimp)


def picture(hosted: Hosted, name: str) -> np.ndarray:
    """The image as GIMP showed it."""
    return np.frombuffer(hosted.place.kept(f"joined.{name}"), np.uint8).reshape(HEIGHT, WIDTH, 4)


@pytest.mark.parametrize(("name", "file"), [("sent", "sent.png"), ("recovered", "held.png")])
def test_the_windows_result_is_a_layer_in_its_place(
    hosted: Hosted, joined: dict[str, Any], name: str, file: str
) -> None:
    assert joined[name]["status"] == "success", joined[name]
    (made,) = joined[name]["made"]
    assert (made["offsets"], made["size"], made["mask"]) == ([LEFT, TOP], [SIDE, SIDE], True)
    assert json.loads(made["settings"])["seed"] == (3 if name == "sent" else 4)
    before, after = picture(hosted, "before"), picture(hosted, name)
    with Image.open(io.BytesIO(hosted.place.kept(file))) as image:
        result = np.asarray(image.convert("RGB"))
    expected = before.copy()
    expected[TOP : TOP + SIDE, LEFT : LEFT + SIDE, :3] = result
    assert np.array_equal(after, expected)
    selected = np.frombuffer(hosted.place.kept("joined.selection"), np.uint8).reshape(HEIGHT, WIDTH) > 0
    assert np.array_equal(after[~selected], before[~selected])
    assert not np.array_equal(after[selected], before[selected])


def test_closing_the_window_is_giving_up_and_no_error(joined: dict[str, Any]) -> None:
    assert joined["closed"]["status"] == "cancel"
    assert not joined["closed"]["made"]


def test_a_picture_that_windows_crash_of_is_given_up_with_a_sentence(joined: dict[str, Any]) -> None:
    assert joined["crashed twice"]["status"] == "execution-error"
    assert "window ended without a result" in joined["crashed twice"]["message"]
    assert not joined["crashed twice"]["made"]
    assert joined["unchanged"]


def test_a_filter_whose_gimp_was_killed_does_not_wait_on(hosted: Hosted) -> None:
    hosted.tell("hold")
    gimp = hosted.place.begin(KILLED, console=hosted.console)
    window = holding(hosted, gimp)
    assert plugin_processes(hosted.place)
    gimp.kill()
    gimp.communicate(timeout=PATIENCE)  # until nobody is there who could write
    hosted.place.running.remove(gimp)
    os.kill(window, signal.SIGKILL)
    assert not plugin_processes(hosted.place)
