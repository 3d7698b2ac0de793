"""A run over a ledger with an editor that only turns bytes over: everything exactly once, whatever happens between."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from s2edit_plugin.api import OnProgress, Progress
from s2edit_plugin.batch import result_files
from s2edit_plugin.batch.entries import Entry
from s2edit_plugin.batch.keys import Facts, hash_of
from s2edit_plugin.batch.ledger import Ledger
from s2edit_plugin.batch.photos import Passed, find_photos
from s2edit_plugin.batch.recipe import Recipe
from s2edit_plugin.batch.result_files import Job, Outcome
from s2edit_plugin.batch.runner import Batch, State
from s2edit_plugin.batch.worker import Made, Task
from s2edit_plugin.errors import CancelledError, MaskError, ModelError, ResourceError

FACTS = Facts("fake", "f" * 64, {"anna/me": "id-1"}, {"anna/me": "woman"})
RECIPE = Recipe("a photo", tokens=("anna/me",))


@dataclass
class Turning:
    """Reverses bytes. ``fails``: by content; ``before``: called before an edit."""

    fails: dict[bytes, BaseException] = field(default_factory=dict)
    done: list[bytes] = field(default_factory=list)
    keys: str = ""

    def edit(self, task: Task, on_progress: OnProgress) -> Made:
        key = hash_of(self.keys.encode() + task.data)
        if key == task.known:
            return Made(key)
        on_progress(Progress("editing", 1, 2))
        if task.data in self.fails:
            raise self.fails[task.data]
        self.done.append(task.data)
        return Made(
            key,
            task.data[::-1] + self.keys.encode(),
            b"exact",
            0.5,
            {"tokens": ["anna/me"], "notes": ["A note."]},
        )


class Place:
    """A folder of photos with its results."""

    def __init__(self, folder: Path, count: int = 6) -> None:
        self.photos, self.results = folder / "photos", folder / "results"
        self.photos.mkdir()
        for number in range(count):
            (self.photos / f"{number}.png").write_bytes(f"photo {number}".encode())
        self.outcomes: list[Outcome] = []
        self.states: list[State] = []

    def batch(self, recipe: Recipe = RECIPE, facts: Facts = FACTS, **job: bool) -> Batch:
        """A run; close its ledger with `over`."""
        ledger = Ledger(self.results)
        total = ledger.enlist(find_photos([str(self.photos)], self.results, Passed()))
        return Batch(
            Job(recipe, facts, self.photos, **job), ledger, total,
            on_state=self.states.append, on_outcome=self.outcomes.append,
        )  # fmt: skip

    def run(self, editor: Turning, recipe: Recipe = RECIPE, facts: Facts = FACTS, **job: bool) -> Batch:
        batch = self.batch(recipe, facts, **job)
        try:
            assert batch.run(editor)
        finally:
            over(batch)
        return batch

    def are_right(self, keys: bytes = b"") -> bool:
        made = {path.name: path.read_bytes() for path in self.results.glob("*.png")}
        return made == {path.name: path.read_bytes()[::-1] + keys for path in self.photos.glob("*.png")}


def over(batch: Batch) -> None:
    batch.ledger.leave()
    batch.ledger.close()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_every_photo_once_and_the_second_run_does_nothing(place: Place) -> None:
    editor = Turning()
    batch = place.run(editor)
    assert (batch.done, batch.failed, batch.skipped, batch.edited) == (6, 0, 0, 6)
    assert place.are_right()
    assert place.states[-1].done == place.states[-1].total == 6
    assert any(state.seconds_left for state in place.states)
    again = place.run(editor)
    assert (again.done, again.skipped, again.edited) == (6, 6, 0)
    assert len(editor.done) == 6


def test_the_first_three_come_before_the_rest(place: Place) -> None:
    editor, batch = Turning(), place.batch()
    assert not batch.run(editor, most=3)
    assert editor.done == [b"photo 0", b"photo 1", b"photo 2"]
    assert batch.run(editor)
    assert len(editor.done) == 6
    over(batch)


def test_failures_are_told_and_tried_again_by_the_next_run(place: Place) -> None:
    error = MaskError("Nothing was found.", "Paint it.")
    batch = place.run(Turning({b"photo 2": error}))
    assert (batch.done, batch.failed) == (5, 1)
    (failed,) = [one.entry for one in place.outcomes if one.entry.state == "failed"]
    assert failed.error == error.to_json()
    assert not (place.results / "2.png").exists()
    editor = Turning()
    place.run(editor)
    assert editor.done == [b"photo 2"]
    assert place.are_right()


@pytest.mark.parametrize("error", [ModelError("No model."), CancelledError(), KeyboardInterrupt()])
def test_what_no_photo_is_to_blame_for_stops_the_run_which_can_go_on(
    place: Place, error: BaseException
) -> None:
    editor, batch = Turning({b"photo 2": error}), place.batch()
    with pytest.raises(type(error)):
        batch.run(editor)
    assert (batch.done, batch.failed) == (2, 0)
    editor.fails.clear()
    assert batch.run(editor)
    assert place.are_right()
    assert sorted(editor.done) == sorted(set(editor.done))
    over(batch)


def test_too_little_memory_for_one_photo_is_that_photos_failure(place: Place) -> None:
    batch = place.run(Turning({b"photo 2": ResourceError("There was not enough memory.")}))
    assert (batch.done, batch.failed) == (5, 1)


def test_stopping_takes_effect_within_a_step(place: Place) -> None:
    stop = threading.Event()
    batch = place.batch()
    batch.stop = stop
    batch.on_state = lambda state: stop.set() if state.done == 2 else None
    editor = Turning()
    with pytest.raises(CancelledError, match="paused"):
        batch.run(editor)
    assert batch.done == 2
    stop.clear()
    batch.on_state = place.states.append
    assert batch.run(editor)
    assert place.are_right()
    over(batch)


def test_a_full_disk_stops_with_its_sentence_and_nothing_half_written(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise ResourceError("The disk is full.")

    batch = place.batch()
    monkeypatch.setattr(result_files, "write_atomic", full)
    with pytest.raises(ResourceError, match="disk is full"):
        batch.run(Turning())
    monkeypatch.undo()
    assert list(place.results.glob("*.png")) == []
    assert batch.run(Turning())
    assert place.are_right()
    over(batch)


def test_a_crash_after_the_rename_costs_no_second_edit(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    batch, editor = place.batch(), Turning()
    monkeypatch.setattr(Ledger, "done", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    monkeypatch.setattr(Ledger, "give_back", lambda *_: None)
    with pytest.raises(KeyboardInterrupt):
        batch.run(editor)
    monkeypatch.undo()
    over(batch)
    assert editor.done == [b"photo 0"]
    place.run(editor)
    assert editor.done.count(b"photo 0") == 1
    assert place.are_right()


def test_a_crash_before_the_rename_does_not_count_as_done(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = Turning()
    place.run(editor)
    # Another recipe: what is there is of the first one.
    other = Recipe("another photo", tokens=("anna/me",))
    editor.keys = "other"
    batch = place.batch(other)
    monkeypatch.setattr(result_files, "write_atomic", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    monkeypatch.setattr(result_files, "is_ours", lambda path: True)
    with pytest.raises(KeyboardInterrupt):
        batch.run(editor)
    monkeypatch.undo()
    over(batch)
    monkeypatch.setattr(result_files, "is_ours", lambda path: True)
    before = len(editor.done)
    place.run(editor, other)
    assert len(editor.done) - before == 6


def test_a_photo_that_ends_the_program_again_and_again_is_given_up(place: Place) -> None:
    for _ in range(result_files.MAX_CRASHES):
        dying = Ledger(place.results, lease_seconds=-1.0)
        dying.enlist(find_photos([str(place.photos / "1.png")], place.results, Passed()))
        ((_, entry),) = dying.wanted()
        assert dying.take(entry)
        dying.close()
    editor = Turning()
    batch = place.run(editor)
    assert (batch.done, batch.failed) == (5, 1)
    assert b"photo 1" not in editor.done
    place.run(editor)
    assert place.are_right()


def test_the_same_photo_twice_is_edited_once(place: Place) -> None:
    (place.photos / "copy of 1.png").write_bytes(b"photo 1")
    editor = Turning()
    batch = place.run(editor)
    assert (batch.done, batch.edited, len(editor.done)) == (7, 6, 6)
    assert place.are_right()


def test_a_changed_photo_and_a_changed_recipe_are_done_anew(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = Turning()
    place.run(editor)
    monkeypatch.setattr(result_files, "is_ours", lambda path: True)
    (place.photos / "3.png").write_bytes(b"another photo")
    place.run(editor)
    assert editor.done[6:] == [b"another photo"]
    assert place.are_right()
    editor.keys = "other"
    place.run(editor, Recipe("smiling", tokens=("anna/me",)))
    assert len(editor.done) == 13


def test_a_new_token_in_the_library_makes_nothing_anew_where_the_same_people_are_found(place: Place) -> None:
    from s2edit_plugin.batch.recipe import People

    recipe = Recipe("a photo", people=People(True))
    editor = Turning()
    place.run(editor, recipe)
    more = Facts("fake", "f" * 64, {"anna/me": "id-1", "ben/me": "id-2"}, {})
    batch = place.run(editor, recipe, more)
    assert (batch.done, batch.skipped, len(editor.done)) == (6, 6, 6)


def test_a_touched_photo_is_no_other_photo(place: Place) -> None:
    editor = Turning()
    place.run(editor)
    (place.photos / "3.png").touch()
    assert place.run(editor).skipped == 6
    assert len(editor.done) == 6


def test_a_deleted_result_is_made_again_and_one_worked_on_is_left_alone(place: Place) -> None:
    editor = Turning()
    place.run(editor)
    (place.results / "1.png").unlink()
    (place.results / "2.png").write_bytes(b"retouched by hand")
    batch = place.run(editor)
    assert (batch.done, batch.skipped, len(editor.done)) == (6, 5, 7)
    assert (place.results / "2.png").read_bytes() == b"retouched by hand"
    assert [one.notes for one in place.outcomes[6:] if one.notes] == [[result_files.CHANGED_BY_HAND]]
    # Another recipe would destroy that work.
    editor.keys = "other"
    other = Recipe("smiling", tokens=("anna/me",))
    batch = place.run(editor, other)
    assert (place.results / "2.png").read_bytes() == b"retouched by hand"
    assert batch.failed == 1
    place.run(editor, other, overwrite=True)
    assert place.are_right(b"other")


def test_a_file_that_was_in_the_way_from_the_beginning_is_not_overwritten(place: Place) -> None:
    place.results.mkdir()
    (place.results / "4.png").write_bytes(b"my own picture")
    batch = place.run(Turning())
    assert batch.failed == 1
    assert (place.results / "4.png").read_bytes() == b"my own picture"
    place.run(Turning(), overwrite=True)
    assert place.are_right()


def test_results_never_go_over_the_photos_themselves(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.results = place.photos
    editor = Turning()
    batch = place.batch(overwrite=True)
    batch.run(editor)
    assert (batch.failed, editor.done) == (6, [])
    assert (place.photos / "1.png").read_bytes() == b"photo 1"
    over(batch)


def test_two_processes_share_the_work(place: Place) -> None:
    """Two runs over the same list: each photo is done by one of them, and both end when all is done."""
    place_of = [Place.__new__(Place), Place.__new__(Place)]
    editors = [Turning(), Turning()]
    batches = []
    for one in place_of:
        one.photos, one.results, one.outcomes, one.states = place.photos, place.results, [], []
        batches.append(one.batch())
    threads = [
        threading.Thread(target=batch.run, args=(editor,))
        for batch, editor in zip(batches, editors, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert place.are_right()
    assert sorted(editors[0].done + editors[1].done) == [f"photo {number}".encode() for number in range(6)]
    assert [batch.done for batch in batches] == [6, 6]
    for batch in batches:
        over(batch)


def test_a_photo_that_another_process_finishes_before_it_is_taken_is_done(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = place.batch(), place.batch()
    take = second.ledger.take
    others = iter([Turning()])

    def late(entry: Entry) -> Entry | None:
        for other in others:  # between reading the list and taking its first photo
            first.run(other)
        return take(entry)

    monkeypatch.setattr(second.ledger, "take", late)
    editor = Turning()
    second.run(editor)
    assert (second.done, second.failed, second.skipped, editor.done) == (6, 0, 6, [])
    assert place.are_right()
    for batch in (first, second):
        over(batch)


def test_a_photo_that_has_gone_is_a_failure_of_its_own(place: Place) -> None:
    batch = place.batch()
    (place.photos / "3.png").unlink()
    assert batch.run(Turning())
    assert (batch.done, batch.failed) == (5, 1)
    over(batch)


def test_an_error_nobody_foresaw_leaves_no_lease(place: Place) -> None:
    batch = place.batch()
    with pytest.raises(ZeroDivisionError):
        batch.run(Turning({b"photo 0": ZeroDivisionError()}))
    assert all(entry.state == "waiting" for entry in batch.ledger.each())
    over(batch)


def test_files_are_signed_where_they_are_written(place: Place) -> None:
    given: list[tuple[bytes, bytes, bytes]] = []

    def sign(file: bytes, exact: bytes, photo: bytes) -> tuple[bytes, str]:
        given.append((file, exact, photo))
        return file + b"signed", "It is not trusted."

    batch = place.batch()
    batch.files = result_files.ResultFiles(Job(RECIPE, FACTS, place.photos, sign=sign), batch.ledger)
    assert batch.run(Turning())
    over(batch)
    assert given[0] == (b"0 otohp", b"exact", b"photo 0")
    assert place.are_right(b"signed")
    assert (place.outcomes[0].entry.details or {})["notes"] == ["A note.", "It is not trusted."]
    assert place.run(Turning()).skipped == 6  # what is signed is as it was written
