"""What a call from GIMP adds to the engine's own time: ``python -m tests.benchmarks.gimp``. Needs root, for the chroot.

A layer of 24 megapixels with a portrait on it and a small selection is edited from a real GIMP, in turn with an empty Python
plug-in that does nothing. Added is the time of the call less what its jobs took in the engine and less the empty call.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.storage.paths import models_package
from tests.e2e.gimp.workplace import BLONDE, CAPTION, HERE, Workplace

BOUND = 0.3
EMPTY = """#!/usr/bin/env python3
import sys
import gi

for name, version in (("Gimp", "3.0"), ("Gegl", "0.4"), ("Babl", "0.1"), ("GdkPixbuf", "2.0")):
    gi.require_version(name, version)
from gi.repository import Babl, GdkPixbuf, Gegl, Gimp, GLib


class Empty(Gimp.PlugIn):
    def do_query_procedures(self):
        return ["plug-in-s2edit-empty"]

    def do_set_i18n(self, name):
        return False

    def do_create_procedure(self, name):
        made = Gimp.ImageProcedure.new(self, name, Gimp.PDBProcType.PLUGIN, run, None)
        made.set_image_types("*")
        return made


def run(procedure, run_mode, image, drawables, config, data):
    Gegl.init(None)
    return procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, GLib.Error())


Gimp.main(Empty.__gtype__, sys.argv)
"""
SCRIPT = """
image = load(FOLDER + "/anna.png")
layer = image.get_layers()[0]
image.scale(1400, 1400)
image.resize(6000, 4000, 2300, 900)
layer.resize_to_image_size()
image.select_rectangle(Gimp.ChannelOps.REPLACE, 2900, 1100, 220, 160)
Gimp.Selection.feather(image, 30)
FACTS["calls"], FACTS["empty"] = [], []
for number in range(ROUNDS + 1):
    FACTS["empty"].append(said(call("empty", image, [layer])))
    started = time.time()
    answer = call("edit", image, [layer], token="anna/me", prompt=BLONDE, source_prompt=CAPTION, steps=2, seed=number)
    FACTS["calls"].append(said(answer) | {"started": started, "ended": time.time()})
    image.remove_layer(answer["results"][0])
"""


def prepared(folder: Path) -> Workplace:
    """A GIMP with both plug-ins, an engine, and a token."""
    done = subprocess.run(["sh", str(HERE / "make_chroot.sh")], stdout=subprocess.PIPE, text=True, check=True)
    place = Workplace(Path(done.stdout.strip()), folder)
    for name in ("home", "profile", "cache"):
        (folder / name).mkdir()
    (folder / "anna.png").write_bytes((models_package() / "samples" / "anna.png").read_bytes())
    console = place.program("gimp-console", "gimp-console-3.0")
    environment = os.environ | {"S2EDIT_HOME": str(place.data), "GIMP3_DIRECTORY": str(place.profile)}
    words = [sys.executable, "-m", "s2edit_plugin", "gimp", "install", "--gimp", str(console)]
    subprocess.run(words, env=environment, check=True, stdout=sys.stderr)
    empty = place.profile / "plug-ins" / "s2edit-empty" / "s2edit-empty.py"
    empty.parent.mkdir()
    empty.write_text(EMPTY)
    empty.chmod(0o755)
    place.start_engine()
    with place.client() as client:
        settings = api.LearnSettings(steps_token=1, steps_joint=1)
        photo = (folder / "anna.png").read_bytes()
        client.run(
            api.LearnToken(
                photo, "anna", "me", class_noun="woman", prompt=CAPTION, settings=settings, consent=True
            )
        )
    return place


def measured(place: Workplace, rounds: int) -> dict[str, Any]:
    """Medians in seconds; the first round, in which the engine loads what it needs, is left out."""
    values = f"ROUNDS, BLONDE, CAPTION = {rounds}, {BLONDE!r}, {CAPTION!r}\n"
    with place.client() as client:
        client.subscribe(lambda _: None)
        facts = place.run(values + SCRIPT)
        jobs = client.call(queries.ListJobs()).jobs
    wrong = [one for one in (*facts["calls"], *facts["empty"]) if one["status"] != "success"]
    assert not wrong, wrong
    engine = [
        sum(job.ended - job.started for job in jobs if one["started"] <= job.created <= one["ended"])
        for one in facts["calls"][1:]
    ]
    whole = [one["seconds"] for one in facts["calls"][1:]]
    empty = [one["seconds"] for one in facts["empty"][1:]]
    added = [a - b - c for a, b, c in zip(whole, engine, empty, strict=True)]
    names = {"call": whole, "engine": engine, "empty plug-in": empty, "added": added}
    return {name: round(statistics.median(numbers), 3) for name, numbers in names.items()} | {
        "all added": [round(number, 3) for number in added],
        "load": round(os.getloadavg()[0], 1),
    }


def main() -> int:
    """Measure and say whether the bound holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="s2edit-gimp-") as name:
        place = None
        try:
            place = prepared(Path(name))
            found = measured(place, args.rounds)
        finally:
            if place is not None:
                place.close()
                time.sleep(0.5)
    print(json.dumps(found | {"bound": BOUND}))
    return 0 if found["added"] < BOUND else 1


if __name__ == "__main__":
    raise SystemExit(main())
