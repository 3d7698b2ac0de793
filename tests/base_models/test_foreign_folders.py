"""A models' folder that somebody else has prepared: whatever it says, nothing outside it is changed or waited for."""

from __future__ import annotations

import json
import os
import random
import shutil
import time
import tracemalloc
from pathlib import Path

import pytest

from s2edit_plugin.backbones.fingerprint import fingerprint_folder
from s2edit_plugin.backbones.folder import read_folder
from s2edit_plugin.base_models import install, moving, placing, store
from s2edit_plugin.base_models.importing import import_model
from s2edit_plugin.base_models.records import RECORD_NAME, InstalledFile, ModelRecord, record_in, write_record
from s2edit_plugin.base_models.verify import verify
from s2edit_plugin.errors import ModelError, UsageError
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import change_settings, models_folder
from tests.fakes.tiny_model import write_tiny_model


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A folder of the user's that a foreign folder would like to have deleted."""
    documents = tmp_path / "home" / "documents"
    (documents / "letters").mkdir(parents=True)
    (documents / "letters" / "anna.txt").write_text("dear Anna")
    return documents


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """An unpacked folder of models, from the internet."""
    foreign = tmp_path / "home" / "models"
    foreign.mkdir(parents=True)
    return foreign


def pack(folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_record(folder, ModelRecord(name, "A fine model"))


def unharmed(documents: Path) -> bool:
    return (documents / "letters" / "anna.txt").read_text() == "dear Anna"


@pytest.mark.parametrize("name", ["../documents", "../../home/documents", "ABSOLUTE", "documents"])
def test_a_record_cannot_name_what_a_move_deletes(
    folder: DataFolder, foreign: Path, documents: Path, name: str
) -> None:
    """The fault as reproduced: a mark in the folder, and a record whose name leads to the user's files."""
    name = str(documents) if name == "ABSOLUTE" else name
    pack(foreign / "pack", name)
    mark = {"from": str(foreign), "copied": [name], "move": "0" * 32}
    (foreign / ".moving.json").write_text(json.dumps(mark))
    with pytest.raises(UsageError, match="holds other things"):
        moving.move(folder, foreign)
    change_settings(folder, models_folder=str(foreign))
    moving.move(folder, foreign)
    moving.move(folder, folder.models)
    assert unharmed(documents)
    assert (foreign / "pack").is_dir(), (
        "no model of this name is known, so nothing was taken along or deleted"
    )


def test_a_mark_alone_cannot_name_the_old_folder(folder: DataFolder, foreign: Path, documents: Path) -> None:
    """Real models of the user's elsewhere must not be deleted because a folder says that they were copied."""
    other = documents / "models"
    pack(other / "sd15", "sd15")
    mark = {"from": str(other), "copied": ["sd15"], "move": "x", "source": str(other)}
    (foreign / ".moving.json").write_text(json.dumps(mark))
    change_settings(folder, models_folder=str(foreign))
    moving.move(folder, foreign)
    moving.move(folder, folder.models)
    assert record_in(other, "sd15") is not None


def test_another_folder_at_the_path_of_an_interrupted_move_is_not_filled(
    folder: DataFolder, foreign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another disk, mounted where the one was that a move had begun to fill."""
    pack(folder.models / "mine", "mine")

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(moving, "_copy_all", stopped)
        with pytest.raises(KeyboardInterrupt):
            moving.move(folder, foreign)
    pack(foreign / "theirs", "theirs")
    (foreign / ".moving.json").write_text(json.dumps({"move": "another"}))
    with pytest.raises(UsageError, match="holds other things"):
        moving.move(folder, foreign)
    assert record_in(foreign, "theirs") is not None
    assert record_in(models_folder(folder), "mine") is not None


@pytest.mark.parametrize("name", ["other", "MINE", "..", "con", ""])
def test_a_model_has_the_name_of_its_folder_or_is_none(folder: DataFolder, name: str) -> None:
    pack(folder.models / "mine", name)
    assert store.installed_models(folder) == []
    with pytest.raises(ModelError):
        store.resolve(folder, "mine")
    with pytest.raises(ModelError):
        store.record_of(folder, "mine")
    with pytest.raises(ModelError):
        store.network_file(folder, "mine", RECORD_NAME)


@pytest.mark.parametrize("name", ["../documents", "..", "/etc", "", "a/b"])
def test_nothing_is_placed_or_deleted_under_a_name_that_leads_elsewhere(
    foreign: Path, documents: Path, name: str
) -> None:
    (foreign / "new").mkdir()
    with pytest.raises(UsageError):
        placing.discard(foreign, name)
    with pytest.raises(UsageError):
        placing.place(foreign, name, foreign / "new")
    assert unharmed(documents)


@pytest.mark.parametrize("workplace", placing.WORKPLACES)
@pytest.mark.parametrize("depth", ["itself", "below"])
def test_links_where_models_are_put_together_stop_every_change(
    folder: DataFolder, foreign: Path, documents: Path, workplace: str, depth: str
) -> None:
    """What lies there is deleted in the ordinary course: importing "letters" would have deleted the user's letters."""
    link = foreign / workplace if depth == "itself" else foreign / workplace / "letters" / "files"
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(documents)
    change_settings(folder, models_folder=str(foreign))
    for attempt in (
        lambda: store.remove(folder, "letters"),
        lambda: install.install(folder, "yunet"),
        lambda: moving.move(folder, folder.models),
    ):
        with pytest.raises(ModelError, match="holds a link"):
            attempt()
    assert unharmed(documents)


def test_removing_a_model_that_is_a_link_removes_the_link(
    folder: DataFolder, foreign: Path, tmp_path: Path
) -> None:
    pack(tmp_path / "disk" / "mine", "mine")
    (foreign / "mine").symlink_to(tmp_path / "disk" / "mine")
    change_settings(folder, models_folder=str(foreign))
    store.remove(folder, "mine")
    assert record_in(tmp_path / "disk", "mine") is not None
    assert sorted(path.name for path in foreign.iterdir()) == [".lock"]


def test_sweeping_leaves_what_others_have_called_removed(foreign: Path) -> None:
    (foreign / ".removed-photos").mkdir()
    (foreign / f".removed-{7:032x}").mkdir()
    placing.sweep(foreign)
    assert [path.name for path in foreign.iterdir()] == [".removed-photos"]


def test_the_plan_of_a_download_cannot_name_what_is_deleted(
    folder: DataFolder, documents: Path, tmp_path: Path
) -> None:
    place = tmp_path / "home" / "staging"
    (place / "files").mkdir(parents=True)
    (place / "files" / "stray.bin").write_text("of an older plan")
    paths = ["../../documents/letters/anna.txt", str(documents / "letters" / "anna.txt")]
    (place / "plan.json").write_text(json.dumps({"digests": dict.fromkeys(paths, "sha256:0")}))
    install._adopt(place, install._Plan("", (), 0), tmp_path / "none", lambda _: None)
    assert unharmed(documents)
    assert not (place / "files" / "stray.bin").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("kind", ["pipe", "zeros", "large"])
def test_a_record_that_is_no_ordinary_file_is_not_waited_for(foreign: Path, kind: str) -> None:
    record = foreign / "mine" / RECORD_NAME
    record.parent.mkdir()
    if kind == "pipe":
        os.mkfifo(record)
    elif kind == "zeros":
        record.symlink_to("/dev/zero")
    else:
        record.write_bytes(b" " * 5_000_000 + b"{}")
    assert record_in(foreign, "mine") is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_among_the_files_of_a_model_is_named_not_waited_for(folder: DataFolder) -> None:
    place = folder.models / "mine"
    place.mkdir(parents=True)
    os.mkfifo(place / "model_index.json")
    write_record(place, ModelRecord("mine", "M", files=(InstalledFile("model_index.json", 0, "0" * 64),)))
    with pytest.raises(ModelError, match="cannot be read"):
        verify(folder, "mine")
    with pytest.raises(ModelError, match="There is no model in the folder"):
        read_folder(store.resolve(folder, "mine"))


def test_malformed_records_of_models_cost_neither_time_nor_memory(foreign: Path) -> None:
    """Records as anybody could write them: a model or none, soon, in memory that the file's size bounds."""
    place = foreign / "mine"
    pack(place, "mine")
    sound = json.loads((place / RECORD_NAME).read_text())
    chance = random.Random(11)
    odd: list[object] = [
        None, -1, 10**400, float("inf"), "", "../x", "mine/../..", "\ud800", "\0", "x" * 300_000, "1" * 300_000, [], {},
        [[]] * 50_000, [{"path": "a/" * 50_000, "size": 1, "sha256": "", "checked": ""}], {"a": "b"}, True,
        [{"path": "\\\\host\\share", "size": 1, "sha256": "", "checked": ""}],
    ]  # fmt: skip
    outcomes = set()
    for number in range(400):
        changes = {chance.choice([*sound, "more"]): chance.choice(odd) for _ in range(chance.randint(1, 3))}
        text = json.dumps(sound | changes).encode()
        if number % 4 == 0:
            text = text[: chance.randrange(len(text))] + chance.randbytes(3)
        if number % 40 == 1:
            text = b"[" * 200_000
        (place / RECORD_NAME).write_bytes(text)
        tracemalloc.start()
        began = time.process_time()
        found = record_in(foreign, "mine")
        assert time.process_time() - began < 2, number
        assert tracemalloc.get_traced_memory()[1] < 2_000_000 + 40 * len(text), number
        tracemalloc.stop()
        outcomes.add(found is None)
        if found is not None:
            assert found.name == "mine"
            assert all((place / file.path).is_relative_to(place) for file in found.files)
            assert not any({"..", ""} & set(file.path.split("/")) for file in found.files)
    assert outcomes == {True, False}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("theirs") / "tiny")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("kind", ["pipe", "zeros"])
@pytest.mark.parametrize("file", ["tokenizer/merges.txt", "unet/diffusion_pytorch_model.safetensors"])
def test_a_model_folder_with_pipes_and_devices_is_refused_not_waited_for(
    tiny: Path, folder: DataFolder, tmp_path: Path, kind: str, file: str
) -> None:
    """A link to /dev/zero would have filled the disk; a pipe held the engine."""
    theirs = shutil.copytree(tiny, tmp_path / "theirs")
    (theirs / file).unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(theirs / file)
    else:
        (theirs / file).symlink_to("/dev/zero")
    with pytest.raises(ModelError):
        import_model(folder, theirs)
    assert not (folder.models / "theirs").exists()
    assert not placing.staging(folder.models, "theirs").exists()
    if file.startswith("unet"):
        with pytest.raises(ModelError, match="the weights of its unet are missing"):
            read_folder(theirs)
        assert len(fingerprint_folder(theirs)) == 64
