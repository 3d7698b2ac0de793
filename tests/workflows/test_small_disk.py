"""Learning and editing through the engine with all data on a disk that has ever a little more room: a token that does not fit
is refused in one sentence, a picture is given all the same and says that the journal does not have it, nothing is lost or
half-written, and what fits is kept.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.engine.server.local import LocalClient
from s2edit_plugin.engine.server.studios import make_studio
from s2edit_plugin.errors import ResourceError
from s2edit_plugin.library import Library
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import change_settings
from s2edit_plugin.tools.soak.inspection import inspect
from tests.fakes.pictures import mask_png, photo_png
from tests.fakes.small_disk import small_disk
from tests.fakes.tiny_model import write_tiny_model

pytestmark = pytest.mark.usefixtures("one_thread")

PAGE = 4096
LEARN = api.LearnToken(
    photo_png(), "anna", "me", class_noun="woman", subject_mask=mask_png(), consent=True,
    settings=api.LearnSettings(steps_token=1, steps_joint=1, batch=1),
)  # fmt: skip
EDIT = api.ApplyEdit(
    photo_png(), ("anna/me",), "a photo of a woman smiling", source_prompt="a photo of a woman", subject_mask=mask_png(),
    settings=api.EditSettings(steps=1),
)  # fmt: skip


def half_written(home: Path) -> list[str]:
    """Files that a write which was cut off has left."""
    kept = {"library-index.sqlite3-journal", "index.sqlite3-journal"}  # SQLite's own, which it takes care of
    return [
        str(path.relative_to(home))
        for path in home.rglob("*")
        if path.is_file()
        and path.name not in kept
        and (".new" in path.name or path.suffix in {".part", ".tmp"})
    ]


@pytest.fixture
def rooms(request: pytest.FixtureRequest) -> list[int]:
    """Bytes that are left on the disk; with --all a page more each time."""
    if request.config.getoption("--all"):
        return [page * PAGE for page in range(80)]
    return [pages * PAGE for pages in (0, 1, 2, 3, 5, 8, 12, 16, 24, 40, 64)]


def test_a_disk_that_is_full_at_every_write_of_a_job(rooms: list[int], tmp_path: Path) -> None:
    model = write_tiny_model(tmp_path / "model")
    with small_disk(tmp_path / "disk", 16 * 2**20) as disk:
        home = disk.folder / "home"
        change_settings(DataFolder(home), model=str(model), device="cpu")
        refused: list[str] = []
        learned, noted, kept = 0, 0, 0
        with LocalClient(home, make=make_studio, resume_delay=0.0) as client:
            client.run(LEARN)
            for number, room in enumerate(rooms):
                promised = {entry.record.id for entry in Library(home).list() if entry.record}
                with disk.leave(room):
                    try:
                        client.run(replace(LEARN, token=f"t{number}"))
                        learned += 1
                    except ResourceError as error:
                        refused.append(error.sentence)
                assert inspect(home, promised) == [], room
                assert half_written(home) == [], room
                with disk.leave(room):
                    result = client.run(replace(EDIT, settings=replace(EDIT.settings, seed=number)))
                assert result.image
                kept += bool(result.history_id)
                noted += any("history" in warning for warning in result.warnings)
                assert inspect(home, promised) == [], room
                assert half_written(home) == [], room
            client.run(replace(LEARN, token="last"))
            client.run(EDIT)
            names = [token.name for token in client.call(queries.ListTokens()).tokens]
            assert {"anna/me", "anna/last"} <= set(names)
            assert len(names) == learned + 2
            assert len(client.call(queries.ListHistory()).entries) == kept + 1
        assert len(refused) >= 2
        assert all(sentence.startswith("The disk is full") for sentence in refused), refused
        assert learned >= 1
        assert noted >= 2
        assert kept >= 1
        assert noted + kept == len(rooms)
