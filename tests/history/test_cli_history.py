"""The commands on the journal."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin import api
from s2edit_plugin.cli import clients
from s2edit_plugin.cli.main import main
from s2edit_plugin.history import History
from s2edit_plugin.imaging.credentials.inspection import inspect_picture
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.imaging.provenance import NOTICE, Provenance
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.imaging.writing import encode_exactly, encode_photo
from s2edit_plugin.storage.settings import change_settings
from s2edit_plugin.workflows import studio
from tests.fakes.results import ANNA, LIPS, made, put, request

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command: exit code and JSON; with ``text=True`` both streams as text."""

    def call(*arguments: str, text: bool = False) -> tuple[int, Any]:
        code = main(["history", *arguments] if text else ["history", *arguments, "--json"])
        captured = capsys.readouterr()
        return code, captured.out + captured.err if text else json.loads(captured.out)

    return call


@pytest.fixture
def history(data_home: Path) -> History:
    return History()


def edited() -> bytes:
    """A result as the program writes it."""
    photo = Photo(np.full((20, 30, 3), 90, np.uint8), None, "PNG")
    return encode_photo(photo, provenance=Provenance("small"))


def test_an_empty_history_is_no_error(run: Run) -> None:
    assert run("list") == (0, {"entries": [], "total": 0, "next": ""})
    assert run("list", text=True) == (0, "There are no such results.\n")
    code, error = run("show", "last")
    assert (code, error["sentence"]) == (2, "There is no such result in the history.")


def test_list_shows_pages(run: Run, history: History) -> None:
    names = [put(history, number, tokens=(ANNA, LIPS)) for number in range(3)]
    code, page = run("list", "--limit", "2", "--person", "mia", "--search", "smiling")
    assert code == 0
    assert [entry["id"] for entry in page["entries"]] == names[:0:-1]
    assert run("list", "--before", page["next"])[1]["entries"][0]["id"] == names[0]
    shown = run("list", "--limit", "2", text=True)[1]
    assert "anna/me, mia/lips" in shown
    assert f"--before {names[1]}" in shown
    assert run("list", "--kind", "learn")[1]["total"] == 0
    assert run("list", "--since", "tomorrow")[0] == 2


def test_list_finds_the_results_of_a_photo(run: Run, history: History, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(b"the photo")
    put(history, 1)
    name = put(history, 2, photo=b"the photo")
    assert [entry["id"] for entry in run("list", "--photo", str(photo))[1]["entries"]] == [name]


def test_show_tells_everything_but_the_pictures(run: Run, history: History) -> None:
    name = put(history, 1, prompt="a <anna/me> woman smiling")
    code, values = run("show", name[-8:])
    assert code == 0
    assert values["request"]["prompt"] == "a <anna/me> woman smiling"
    assert values["token_ids"] == [ANNA.id]
    assert Path(values["picture"]).is_file()
    assert values["request"]["settings"]["steps"] == 30
    assert "steps=30" in run("show", "last", text=True)[1]


@pytest.mark.parametrize(
    ("suffix", "kind"), [(".png", "PNG"), (".jpg", "JPEG"), (".webp", "WEBP"), (".tif", "TIFF")]
)
def test_export_writes_what_the_file_may_say(
    run: Run, history: History, tmp_path: Path, suffix: str, kind: str
) -> None:
    history.record(request(1), made(1, picture=edited()))
    out = tmp_path / f"out{suffix}"
    code, values = run("export", "last", "--out", str(out))
    assert (code, values["out"]) == (0, str(out))
    with Image.open(out) as image:
        assert (image.format, image.size) == (kind, (30, 20))
    data = out.read_bytes()
    assert NOTICE.encode() in data
    assert b"anna" not in data
    assert sorted(path.name for path in tmp_path.iterdir()) == [out.name]


def test_export_writes_settings_beside_it_when_asked(run: Run, history: History, tmp_path: Path) -> None:
    history.record(request(1), made(1, picture=edited()))
    out = tmp_path / "out.png"
    values = run("export", "last", "--out", str(out), "--with-settings")[1]
    assert values["settings"] == f"{out}.json"
    written = json.loads(Path(values["settings"]).read_text())
    assert written["tokens"] == ["anna/me"]
    assert written["request"]["settings"]["seed"] == 0
    np.testing.assert_array_equal(read_photo(out.read_bytes()).pixels, read_photo(edited()).pixels)


def test_an_export_of_an_edit_of_an_edit_goes_back_to_the_photo(
    run: Run, history: History, tmp_path: Path
) -> None:
    """Its blocks, and the credentials that the photo came with."""
    stream = io.BytesIO()
    Image.new("RGB", (96, 64), (200, 30, 40)).save(stream, "JPEG", quality=90)
    camera = stream.getvalue()
    photo = read_photo(camera)
    pixels = photo.pixels.copy()
    pixels[:4, :4] = 9
    first = encode_exactly(photo, pixels, provenance=Provenance("small"))
    pixels[60:, 90:] = 200
    second = encode_exactly(read_photo(first), pixels, provenance=Provenance("small"))
    history.record(dataclasses.replace(request(1), photo=camera), made(1, picture=first))
    history.record(dataclasses.replace(request(2), photo=first), made(2, picture=second))
    out = tmp_path / "out.jpg"
    assert run("export", "last", "--out", str(out))[0] == 0
    written, before = read_photo(out.read_bytes()), photo.pixels
    np.testing.assert_array_equal(written.pixels[:, 32:64], before[:, 32:64])
    report = inspect_picture(out.read_bytes()).credentials
    assert report is not None
    assert sorted(report.chain[0].actions[1].areas) == [(0, 0, 4, 4), (90, 60, 6, 4)]


def test_delete_restore_star_and_note(run: Run, history: History) -> None:
    names = [put(history, number) for number in range(2)]
    assert run("delete", *names)[1]["ids"] == names
    assert run("list")[1]["total"] == 0
    assert run("list", "--trash")[1]["total"] == 2
    assert run("restore", names[0])[0] == 0
    assert run("star", "last")[1]["ids"] == [names[0]]
    assert run("note", "last", "for the book")[0] == 0
    (entry,) = run("list", "--starred", "--search", "book")[1]["entries"]
    assert (entry["id"], entry["starred"], entry["note"]) == (names[0], True, "for the book")
    run("star", "last", "--remove")
    assert run("list", "--starred")[1]["total"] == 0
    assert run("delete", "nothing")[0] == 2


def test_prune_takes_the_limit_of_the_settings(run: Run, history: History) -> None:
    names = [put(history, number) for number in range(4)]
    assert run("prune")[1]["removed"] == 0
    change_settings(history.folder, history_limit_gb=history.size_bytes() * 0.6e-9)
    assert run("prune")[1]["removed"] > 0
    assert run("list")[1]["entries"][0]["id"] == names[-1]
    code, values = run("prune", "--limit-gb", "0")
    assert (code, values["size_bytes"]) == (0, 0)
    assert run("prune", "--limit-gb", "-1")[0] == 2


@pytest.mark.parametrize("equal", [True, False])
def test_rerun_says_whether_it_is_the_same(
    run: Run, history: History, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, equal: bool
) -> None:
    name = history.record(request(1), made(1, picture=edited()))
    asked = []

    class FakeStudio:
        def __init__(self, home: Path, model: str | None, device: str) -> None:
            asked.append((model, device))

        def rerun(
            self, request: api.RerunResult, on_progress: api.OnProgress, on_note: api.OnNote
        ) -> api.RerunReport:
            on_progress(api.Progress("editing", 1, 1))
            return api.RerunReport(request.history_id, equal, 0.0 if equal else 3.0, edited(), "It is so.")

    monkeypatch.setattr(studio, "Studio", FakeStudio)
    out = tmp_path / "again.png"
    code, values = run("rerun", "last", "--out", str(out))
    assert (code, values["equal"], values["history_id"]) == (0 if equal else 1, equal, name)
    assert asked == [("", "auto")]  # the one in use made it
    with Image.open(io.BytesIO(out.read_bytes())) as image:
        assert image.size == (30, 20)
    assert run("rerun", name, text=True)[1].startswith("It is so.\n")


def test_rerun_takes_the_model_that_made_the_result(
    run: Run, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.record(request(1), made(1))
    asked = []

    def perform(args: Any, request_: api.RerunResult, output: object) -> api.RerunReport:
        asked.append((args.model, args.no_engine))
        return api.RerunReport(request_.history_id, True, 0.0, edited(), "It is so.")

    monkeypatch.setattr(clients, "perform", perform)
    change_settings(history.folder, model="another")  # not installed
    run("rerun", "last")
    run("rerun", "last", "--model", "mine", "--no-engine")
    assert asked == [("small", False), ("mine", True)]


def test_check_says_what_is_wrong(run: Run, history: History) -> None:
    assert run("check") == (0, {"checked": 0, "problems": []})
    name = put(history)
    assert run("check", text=True) == (0, "All is as it was written: 1 results.\n")
    (history.store.folders.of(name) / "region.png").unlink()
    problem = f"The result {name} has lost its region.png."
    assert run("check") == (1, {"checked": 1, "problems": [problem]})
    assert run("check", text=True) == (1, problem + "\n")


def test_what_was_put_right_is_told(run: Run, history: History) -> None:
    put(history)
    (history.store.root / "journal.sqlite").write_bytes(b"no database at all" * 500)
    assert "was damaged and was made anew from the 1 results" in run("list", text=True)[1]
    assert "damaged" not in run("list", text=True)[1]


def test_a_recipe_says_what_made_a_result(run: Run, history: History, tmp_path: Path) -> None:
    from s2edit_plugin.batch.recipe import read_recipe

    put(history, 0, tokens=(ANNA, LIPS))
    out = tmp_path / "r.toml"
    code, values = run("recipe", "last", "--out", str(out))
    assert (code, values["out"]) == (0, str(out))
    recipe, made_by = read_recipe(out), history.request(values["id"])
    assert (recipe.prompt, recipe.tokens, recipe.settings) == (
        made_by.prompt,
        made_by.tokens,
        made_by.settings,
    )
    code, error = run("recipe", "last", "--out", str(out))
    assert (code, error["sentence"]) == (2, f"{out} is there already.")
    assert run("recipe", "last", "--out", str(out), "--overwrite")[0] == 0
