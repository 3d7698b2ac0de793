"""Where models lie: names, folders, records, choosing, removing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from s2edit_plugin.base_models import copying, licences, placing, resolve, store
from s2edit_plugin.base_models.listing import model_info, model_list
from s2edit_plugin.base_models.records import RECORD_NAME, ModelRecord, read_record, write_record
from s2edit_plugin.errors import LicenceError, ModelError, ResourceError, UsageError
from s2edit_plugin.storage.paths import DataFolder, bundled_model
from s2edit_plugin.storage.settings import change_settings, load_settings, models_folder
from tests.fakes.installed_models import put_model


@pytest.mark.parametrize("name", ["", "small"])
def test_the_bundled_model_is_always_there(folder: DataFolder, name: str) -> None:
    assert resolve(folder, name) == bundled_model()


def test_an_installed_model_is_found_by_its_name(folder: DataFolder) -> None:
    assert resolve(folder, put_model(folder, "mine").name) == models_folder(folder) / "mine"


def test_a_folder_of_the_users_is_found_by_its_path(folder: DataFolder, tmp_path: Path) -> None:
    (tmp_path / "unet").mkdir()
    (tmp_path / "model_index.json").write_text("{}")
    (tmp_path / "unet" / "diffusion_pytorch_model.safetensors").touch()
    assert resolve(folder, str(tmp_path)) == tmp_path


@pytest.mark.parametrize("ending", ["bin", "ckpt", "pt"])
def test_a_folder_with_pickled_weights_alone_is_refused(
    folder: DataFolder, tmp_path: Path, ending: str
) -> None:
    (tmp_path / "unet").mkdir()
    (tmp_path / "model_index.json").write_text("{}")
    (tmp_path / "unet" / f"diffusion_pytorch_model.{ending}").touch()
    with pytest.raises(ModelError, match="pickled") as caught:
        resolve(folder, str(tmp_path))
    assert "can run programs" in caught.value.hint


def test_a_model_of_the_catalogue_that_is_not_here_says_how_to_get_it(folder: DataFolder) -> None:
    with pytest.raises(ModelError, match="not installed") as caught:
        resolve(folder, "sd15")
    assert "s2edit models install sd15 (2.7 GB" not in caught.value.hint
    assert "`s2edit models install sd15` (2.7 GB to download)" in caught.value.hint


@pytest.mark.parametrize("name", ["nosuch", "../library", "/", ".staging", "a" * 300])
def test_anything_else_is_one_sentence(folder: DataFolder, name: str) -> None:
    with pytest.raises(ModelError, match="There is no base model"):
        resolve(folder, name)


def test_a_folder_without_its_record_is_no_model(folder: DataFolder) -> None:
    (put_model(folder, "half") / RECORD_NAME).unlink()
    with pytest.raises(ModelError):
        resolve(folder, str(models_folder(folder) / "nosuch"))
    assert store.installed_models(folder) == []


@pytest.mark.parametrize(
    "change",
    [
        {"format_version": 9},
        {"files": [{"path": "../x", "size": 1, "sha256": "", "checked": ""}]},
        {"files": [{"path": "/etc/x", "size": 1, "sha256": "", "checked": ""}]},
        {"files": [{"path": "C:\\x", "size": 1, "sha256": "", "checked": ""}]},
        {"files": [{"path": "x", "size": "1", "sha256": "", "checked": ""}]},
        {"files": None},
        {"name": 3},
    ],
)
def test_a_record_that_cannot_be_understood_is_none(folder: DataFolder, change: dict[str, object]) -> None:
    place = put_model(folder, "mine")
    values = json.loads((place / RECORD_NAME).read_text())
    (place / RECORD_NAME).write_text(json.dumps(values | change))
    assert read_record(place) is None


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    record = ModelRecord("a", "A", "mask", "u2net", "MIT", "there", "hub")
    write_record(tmp_path, record)
    assert read_record(tmp_path) == record


@pytest.mark.parametrize("name", ["", "..", ".x", "a/b", "a\\b", "con", "nul.txt", "ä", "x" * 65, "a."])
def test_names_that_no_folder_can_have_are_refused(name: str) -> None:
    with pytest.raises(UsageError):
        placing.check_model_name(name)
    assert placing.check_model_name("My_Model-1.5") == "my_model-1.5"


def test_the_model_in_use_is_kept_in_the_settings(folder: DataFolder, tmp_path: Path) -> None:
    put_model(folder, "mine")
    store.use(folder, "mine")
    assert load_settings(folder).model == "mine"
    assert model_info(folder, "mine").in_use
    assert not model_info(folder, "small").in_use
    store.use(folder, "small")
    assert load_settings(folder).model == ""
    assert model_info(folder, "small").in_use


def test_a_mask_network_cannot_be_the_base_model(folder: DataFolder) -> None:
    put_model(folder, "u2net", "mask")
    with pytest.raises(ModelError, match="no base model"):
        store.use(folder, "u2net")
    assert load_settings(folder).model == ""


def test_what_is_removed_is_gone_and_no_longer_in_use(folder: DataFolder) -> None:
    size = store.record_of(folder, put_model(folder, "mine").name).size
    store.use(folder, "mine")
    assert store.remove(folder, "mine") == size
    assert [path.name for path in models_folder(folder).iterdir()] == [".lock"]
    assert load_settings(folder).model == ""
    with pytest.raises(ModelError, match="no installed model"):
        store.remove(folder, "mine")


def test_the_bundled_model_cannot_be_removed(folder: DataFolder) -> None:
    with pytest.raises(ModelError, match="comes with the program"):
        store.remove(folder, "small")
    assert bundled_model().is_dir()


def test_what_an_interrupted_removal_left_is_swept_by_the_next(folder: DataFolder) -> None:
    put_model(folder, "mine").rename(models_folder(folder) / f".removed-{1:032x}")
    put_model(folder, "other")
    assert [record.name for record in store.installed_models(folder)] == ["other"]
    store.remove(folder, "other")
    assert [path.name for path in models_folder(folder).iterdir()] == [".lock"]


def test_a_file_of_a_network(folder: DataFolder) -> None:
    put_model(folder, "yunet", "face")
    assert store.network_file(folder, "yunet", "model_index.json").is_file()
    for name, file in (("yunet", "nosuch.onnx"), ("sface", "x.onnx")):
        with pytest.raises(ModelError, match="not installed"):
            store.network_file(folder, name, file)


def test_a_full_disk_is_said_before_anything_begins(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "free_bytes", lambda path: 1_000_000_000)
    copying.require_space(models_folder(folder), 800_000_000, "The model")
    with pytest.raises(ResourceError, match=r"needs 1\.0 GB and only 1\.0 GB are free") as caught:
        copying.require_space(models_folder(folder), 900_000_001, "The model")
    assert "models move" in caught.value.hint


def test_the_free_space_of_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    assert copying.free_bytes(tmp_path / "a" / "b") > 0


def test_the_list_begins_with_the_bundled_model_and_ends_with_imports(folder: DataFolder) -> None:
    put_model(folder, "mine")
    put_model(folder, "sd15")
    listed = model_list(folder)
    assert listed.models[0].name == "small"
    assert listed.models[-1].name == "mine"
    assert listed.models[-1].commercial_use == "unclear"
    here = {info.name: info.size_bytes for info in listed.models if info.installed}
    assert set(here) == {"small", "sd15", "mine"}
    assert here["sd15"] == store.record_of(folder, "sd15").size
    assert listed.folder == str(folder.models)
    assert listed.free_bytes > 0


def test_models_are_listed_where_the_settings_keep_them(folder: DataFolder, tmp_path: Path) -> None:
    change_settings(folder, models_folder=str(tmp_path / "elsewhere"))
    put_model(folder, "mine")
    assert model_info(folder, "mine").path == str(tmp_path / "elsewhere" / "mine")


def test_a_licence_is_accepted_once(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    from s2edit_plugin.base_models.catalogue import find_entry

    entry = find_entry("sd15")
    assert not licences.accepted(folder, "sd15")
    with pytest.raises(LicenceError, match="CreativeML Open RAIL-M") as caught:
        licences.require_accepted(folder, entry)
    assert (caught.value.exit_code, entry.licence.url in caught.value.hint) == (2, True)

    licences.accept(folder, "sd15")
    licences.require_accepted(folder, entry)
    assert not licences.accepted(folder, "sdxl")
    assert folder.licences.stat().st_mode & 0o077 == 0


def test_a_licence_that_restricts_nothing_is_not_asked_for(folder: DataFolder) -> None:
    assert licences.accepted(folder, "yunet")
    licences.accept(folder, "yunet")
    assert not folder.licences.exists()


@pytest.mark.parametrize("text", ["", "[", "[1]", '{"sd15": 1}', '{"sd15": {"licence": "another"}}'])
def test_a_damaged_or_other_acceptance_asks_again(folder: DataFolder, text: str) -> None:
    folder.root.mkdir()
    folder.licences.write_text(text)
    assert not licences.accepted(folder, "sd15")
    licences.accept(folder, "sd15")
    assert licences.accepted(folder, "sd15")
