"""`s2edit batch` from end to end with a studio that turns colours over: killed, resumed, full disk, odd names, report."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin.api import PeopleFound, PersonFound
from s2edit_plugin.cli import clients
from s2edit_plugin.cli.main import main
from s2edit_plugin.errors import ModelError
from s2edit_plugin.imaging.reading import read_photo
from tests.fakes import batch_studio
from tests.fakes.batch_studio import DIARY, SECONDS, TurningStudio, photo, png
from tests.fakes.small_disk import small_disk

Call = Callable[..., tuple[int, str, str]]
NAMES = ("a b.png", "größe.png", "line\nbreak.png", "no-photo.jpg", "nothing.png", "z.PNG")


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> TurningStudio:
    monkeypatch.setattr(clients, "open_client", clients.open_client)
    fake = TurningStudio()
    batch_studio.use(fake)
    return fake


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "my photos"
    place.mkdir()
    for number, name in enumerate(NAMES):
        (place / name).write_bytes(photo(number + 10))
    (place / "no-photo.jpg").write_bytes(b"not a picture")
    (place / "nothing.png").write_bytes(png(np.full((24, 24, 3), 7, np.uint8)))
    (tmp_path / "hair.toml").write_text('prompt = "a photo with red hair"\nmask = "hair"\n')
    return place


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(["batch", "hair.toml", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def turned(source: Path, result: Path) -> bool:
    before, after = (read_photo(path.read_bytes()).as_uint8_rgb() for path in (source, result))
    return bool((255 - before == after).all())


def test_a_folder_twice(run: Call, studio: TurningStudio, folder: Path) -> None:
    results = folder / "results"  # among the photos
    code, out, err = run(str(folder), "--out", str(results), "--json")
    done = json.loads(out)
    assert (code, done["total"], done["edited"], done["failed"]) == (1, 6, 4, 2)
    assert err == ""
    assert [one["photo"] for one in done["failures"]] == [str(folder / name) for name in NAMES[3:5]]
    assert "not a picture" in done["failures"][0]["sentence"]
    assert "found nothing" in done["failures"][1]["sentence"]
    assert all(turned(folder / name, results / name) for name in (*NAMES[:3], "z.PNG"))
    assert {request.region for request in studio.requests} == {"hair"}
    assert not any(request.in_history for request in studio.requests)
    before = {path: path.read_bytes() for path in results.glob("*.[pP][nN][gG]")}
    asked = len(studio.requests)
    code, out, _ = run(str(folder), "--out", str(results), "--recursive")
    assert code == 1
    assert "0 of 6 photos were edited, 4 were there already, 2 could not be done" in out
    assert len(studio.requests) == asked + 2  # what had failed was tried again
    assert {path: path.read_bytes() for path in before} == before


def test_the_report_shows_all_by_itself(run: Call, studio: TurningStudio, folder: Path) -> None:
    code, _, err = run(str(folder))
    assert code == 1
    assert "no-photo.jpg: The photo is not a picture" in err
    page = (folder.parent / "hair-results" / "report.html").read_text()
    assert "4 of 6 photos are done" in page
    assert page.count('src="data:image/jpeg;base64,') == 8
    assert set(re.findall(r'(?:src|href)="(?!data:)([^"]+)"', page)) == {
        "a%20b.png", "gr%C3%B6%C3%9Fe.png", "line%0Abreak.png", "z.PNG",
    }  # fmt: skip
    assert "<script" not in page
    assert "prompt = &quot;a photo with red hair&quot;" in page
    assert "Paint the mask." in page


def test_names_that_are_html_stay_names(run: Call, studio: TurningStudio, folder: Path) -> None:
    (folder / "<img src=x onerror=alert(1)>.png").write_bytes(photo(99))
    run(str(folder / "<img src=x onerror=alert(1)>.png"))
    page = (folder.parent / "hair-results" / "report.html").read_text()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_the_preview_is_the_first_three(run: Call, studio: TurningStudio, folder: Path) -> None:
    code, out, _ = run(str(folder), "--preview")
    assert code == 0
    assert "3 of 6 photos were edited" in out
    assert "3 are left" in out
    assert len(studio.requests) == 3
    run(str(folder))
    assert len(studio.requests) == 6


def test_a_table_with_prompts_of_its_own(run: Call, studio: TurningStudio, folder: Path) -> None:
    table = folder.parent / "list.csv"
    table.write_text(
        "photo,prompt,seed,out\nmy photos/a b.png,smiling,4,one.png\nmy photos/z.PNG,,,sub/two.jpg\n"
    )
    assert run(str(table))[0] == 0
    first, second = studio.requests
    assert (first.prompt, first.settings.seed) == ("smiling", 4)
    assert (second.prompt, second.settings.seed) == ("a photo with red hair", 0)
    results = folder.parent / "hair-results"
    assert turned(folder / "a b.png", results / "one.png")
    assert (results / "sub" / "two.jpg").read_bytes().startswith(b"\xff\xd8")


def test_people_are_matched_and_edited_in_turn(run: Call, studio: TurningStudio, folder: Path) -> None:
    (folder.parent / "hair.toml").write_text(
        'prompt = "a photo of a {class} with red hair"\nmask = "hair"\n[people]\nmatch = true\n'
    )
    studio.found = PeopleFound((PersonFound("anna/me", 1, 0.9), PersonFound("ben/me", 3, 0.5)), 3, "SFace")
    assert run(str(folder / "z.PNG"))[0] == 0
    first, second = studio.requests
    assert (first.tokens, first.subject, first.region) == (("anna/me",), "auto:1", "hair:1")
    assert (second.tokens, second.subject, second.region) == (("ben/me",), "auto:3", "hair:3")
    assert second.photo != first.photo  # the second goes on from the first one's result
    studio.found = PeopleFound((), 2, "SFace")
    code, out, _ = run(str(folder / "a b.png"), "--json")
    assert code == 1
    assert (
        json.loads(out)["failures"][0]["sentence"]
        == "Nobody whom the recipe looks for was recognised on the photo."
    )
    assert json.loads(out)["failures"][0]["hint"] == "It shows 2 faces."


def test_a_model_that_cannot_be_used_stops_it_with_one_sentence(
    run: Call, studio: TurningStudio, folder: Path
) -> None:
    studio.fail = ModelError("The model is damaged.", "Install it again.")
    code, _, err = run(str(folder))
    assert code == 1
    assert "The model is damaged." in err
    assert len(studio.requests) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere",), "There is no file or folder nowhere"),
        (("empty",), "No photos were found"),
        (("hair.toml",), "1 of 1|could not be done"),
        (("my photos", "--out", "hair.toml"), "is a file"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    run: Call, studio: TurningStudio, folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    (folder.parent / "empty").mkdir()
    code, out, err = run(*arguments)
    assert code != 0
    assert re.search(said, out + err)
    assert "Traceback" not in err


def test_a_token_that_is_not_there_is_said_before_any_photo(
    run: Call, studio: TurningStudio, folder: Path
) -> None:
    (folder.parent / "hair.toml").write_text('prompt = "smiling"\ntokens = ["anna/me"]\n')
    code, _, err = run(str(folder))
    assert code == 1
    assert "The recipe needs the token anna/me" in err
    assert studio.requests == []


def test_a_full_disk_is_one_sentence_and_the_rest_follows(
    run: Call, studio: TurningStudio, folder: Path, tmp_path: Path
) -> None:
    for number in range(20):
        (folder / f"more {number}.png").write_bytes(photo(number + 100, side=300))
    rng = np.random.default_rng(0)
    noise = png(rng.integers(0, 255, (200, 200, 3), dtype=np.uint8))  # 120 KB that no format makes smaller
    (folder / "noise.png").write_bytes(noise)
    with small_disk(tmp_path / "disk", 1_500_000) as disk:
        if not disk.mounted:
            pytest.skip("no disk can be mounted here")
        results = disk.folder / "results"
        assert run(str(folder / "a b.png"), "--out", str(results))[0] == 0
        with disk.leave(60_000):
            code, _, err = run(str(folder), "--out", str(results))
        assert code == 1
        assert "disk is full" in err
        assert list(results.glob(".*.part")) == []
        code, out, _ = run(str(folder), "--out", str(results), "--json")
        done = json.loads(out)
        assert (done["total"], done["done"], done["failed"]) == (27, 25, 2)
        assert turned(folder / "noise.png", results / "noise.png")


def test_a_killed_batch_goes_on_where_it_was(tmp_path: Path, folder: Path) -> None:
    for number in range(14):
        (folder / f"more {number}.png").write_bytes(photo(number + 100))
    command = [sys.executable, "-m", "tests.fakes.batch_studio", "batch", "hair.toml", str(folder), "--json"]
    diary, results = tmp_path / "diary", tmp_path / "hair-results"
    environment = os.environ | {SECONDS: "0.2", DIARY: str(diary), "PYTHONPATH": os.getcwd()}
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    end = time.monotonic() + 100
    while len(list(results.glob("*.png"))) < 5 and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    there = {path.name: path.stat().st_mtime_ns for path in results.glob("*.png")}
    assert 5 <= len(there) < 18
    edits = len(diary.read_text().split())
    done = subprocess.run(
        command, cwd=tmp_path, env=environment | {SECONDS: "0"}, capture_output=True, text=True, check=False
    )
    values = json.loads(done.stdout)
    assert (values["total"], values["done"], values["failed"]) == (20, 18, 2)
    assert {name: (results / name).stat().st_mtime_ns for name in there} == there
    assert len(diary.read_text().split()) - edits <= 20 - len(there)
    assert all(turned(folder / path.name, path) for path in [*results.glob("*.png"), *results.glob("*.PNG")])


def test_ctrl_c_pauses(tmp_path: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "tests.fakes.batch_studio", "batch", "hair.toml", str(folder)]
    results = tmp_path / "hair-results"
    environment = os.environ | {SECONDS: "2", DIARY: str(tmp_path / "diary"), "PYTHONPATH": os.getcwd()}
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    end = time.monotonic() + 100
    while not list(results.glob("*.png")) and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert re.search(r"Paused: \d of 6 photos are done\.\n +The same command goes on\.", err)
    assert "Traceback" not in err
    assert "Paused" in (results / "report.html").read_text()


def test_metadata_and_provenance_are_those_of_a_single_edit(
    run: Call, studio: TurningStudio, folder: Path, tmp_path: Path
) -> None:
    """The command line's `edit` writes the same bytes, a JPEG's own blocks and EXIF with them."""
    exif = Image.Exif()
    exif[0x010E] = "A description."
    Image.new("RGB", (64, 48), (200, 30, 40)).save(folder / "camera.jpg", exif=exif, quality=90)
    assert run(str(folder / "camera.jpg"))[0] == 0
    single = tmp_path / "single.jpg"
    code = main(
        [
            "edit",
            str(folder / "camera.jpg"),
            "--prompt",
            "a photo with red hair",
            "--mask",
            "hair",
            "--out",
            str(single),
        ]
    )
    assert code == 0
    assert (tmp_path / "hair-results" / "camera.jpg").read_bytes() == single.read_bytes()
    of_batch, of_edit = studio.requests
    assert of_batch == dataclasses.replace(of_edit, in_history=False)
