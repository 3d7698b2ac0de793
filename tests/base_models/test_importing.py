"""Folders in the diffusers layout: what is taken, what is refused and why; and moving everything to another disk."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin.api import Progress
from s2edit_plugin.base_models import copying, placing, resolve, store
from s2edit_plugin.base_models.importing import import_model
from s2edit_plugin.base_models.listing import model_info
from s2edit_plugin.base_models.records import read_record
from s2edit_plugin.base_models.verify import verify
from s2edit_plugin.errors import CancelledError, ModelError, ResourceError, UsageError
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import models_folder
from tests.fakes.tiny_model import write_tiny_model

Run = Callable[..., tuple[int, Any]]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("models") / "My Tiny (v1)")


@pytest.fixture
def source(original: Path, tmp_path: Path) -> Path:
    """A folder that a test may spoil."""
    return Path(shutil.copytree(original, tmp_path / "My Tiny (v1)"))


def weights(folder: Path, part: str = "unet") -> Path:
    return next((folder / part).glob("*.safetensors"))


def change(file: Path, **values: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


def test_a_folder_is_copied_and_loads(source: Path, folder: DataFolder) -> None:
    from s2edit_plugin.backbones.loading import load_backbone

    before = {path: path.read_bytes() for path in source.rglob("*") if path.is_file()}
    done = import_model(folder, source)
    assert done.name == "my-tiny-v1"
    place = resolve(folder, "my-tiny-v1")
    assert weights(place).read_bytes() == weights(source).read_bytes()
    assert weights(place).stat().st_ino != weights(source).stat().st_ino
    assert {path: path.read_bytes() for path in source.rglob("*") if path.is_file()} == before
    assert "as they came" in verify(folder, "my-tiny-v1").sentence
    info = model_info(folder, "my-tiny-v1")
    assert (info.installed, info.family, info.size_bytes) == (True, "small", done.size_bytes)
    assert load_backbone(place, "cpu").name == "my-tiny-v1"


def test_an_imported_model_can_be_imported_from_its_folder(source: Path, folder: DataFolder) -> None:
    import_model(folder, source, "one")
    import_model(folder, resolve(folder, "one"), "two")
    first, second = read_record(resolve(folder, "one")), read_record(resolve(folder, "two"))
    assert first is not None
    assert second is not None
    # Its own record is no part of the model.
    assert {f.path: f.sha256 for f in first.files} == {f.path: f.sha256 for f in second.files}


@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder"])
@pytest.mark.parametrize("ending", ["bin", "pt", "ckpt", "pth"])
def test_pickled_weights_are_refused_with_the_reason(
    source: Path, folder: DataFolder, part: str, ending: str
) -> None:
    weights(source, part).rename(source / part / f"weights.{ending}")
    with pytest.raises(ModelError, match="is a pickled file") as caught:
        import_model(folder, source)
    assert "can run programs" in caught.value.hint


@pytest.mark.parametrize("ending", ["ckpt", "bin", "pt", "pth", "pkl"])
def test_a_pickled_checkpoint_is_refused_without_reading_it(
    tmp_path: Path, folder: DataFolder, ending: str
) -> None:
    file = tmp_path / f"model.{ending}"
    file.write_bytes(b"cos\nsystem\n(S'touch /tmp/never'\ntR.")
    with pytest.raises(ModelError, match="pickled checkpoint") as caught:
        import_model(folder, file)
    assert "can run programs" in caught.value.hint


def test_pickled_files_beside_safetensors_are_left_out(source: Path, folder: DataFolder) -> None:
    (source / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"pickle")
    (source / "unet" / "modeling.py").write_text("import os")
    (source / "evil.py").write_text("import os")
    import_model(folder, source, "mine")
    names = {path.suffix for path in resolve(folder, "mine").rglob("*") if path.is_file()}
    assert names == {".json", ".txt", ".safetensors"}


def test_a_half_precision_variant_is_taken_where_there_is_nothing_else(
    source: Path, folder: DataFolder
) -> None:
    weights(source).rename(source / "unet" / "diffusion_pytorch_model.fp16.safetensors")
    weights(source, "text_encoder").rename(source / "text_encoder" / "model.fp16.safetensors")
    import_model(folder, source, "mine")
    place = resolve(folder, "mine")
    assert weights(place).name == "diffusion_pytorch_model.safetensors"
    assert weights(place, "text_encoder").name == "model.safetensors"


def test_of_two_variants_the_plain_one_is_taken(source: Path, folder: DataFolder) -> None:
    (source / "unet" / "diffusion_pytorch_model.fp16.safetensors").write_bytes(b"another")
    (source / "unet" / "diffusion_pytorch_model.non_ema.safetensors").write_bytes(b"another")
    import_model(folder, source, "mine")
    assert weights(resolve(folder, "mine")).read_bytes() == weights(source).read_bytes()


@pytest.mark.parametrize("variant", ["", "fp16"])
def test_weights_in_pieces_stay_in_pieces(source: Path, folder: DataFolder, variant: str) -> None:
    from diffusers import UNet2DConditionModel

    unet = UNet2DConditionModel.from_pretrained(str(source / "unet"))
    weights(source).unlink()
    unet.save_pretrained(str(source / "unet"), max_shard_size="100KB", variant=variant or None)
    assert len(list((source / "unet").glob("*.safetensors"))) > 2
    import_model(folder, source, "mine")
    place = resolve(folder, "mine")
    assert not list(place.rglob("*fp16*"))
    loaded = UNet2DConditionModel.from_pretrained(str(place / "unet"), local_files_only=True)
    assert all((a == b).all() for a, b in zip(unet.parameters(), loaded.parameters(), strict=True))


@pytest.mark.parametrize("name", ["../../../secret.safetensors", "other.safetensors", 3])
def test_an_index_that_names_other_files_is_refused(source: Path, folder: DataFolder, name: Any) -> None:
    from safetensors.torch import load_file, save_file

    tensors, file = load_file(weights(source)), weights(source)
    names = sorted(tensors)
    for number, half in enumerate((names[::2], names[1::2]), 1):
        save_file(
            {key: tensors[key] for key in half},
            source / "unet" / f"{file.stem}-0000{number}-of-00002.safetensors",
        )
    file.unlink()
    index = source / "unet" / f"{file.stem}.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": dict.fromkeys(names, name)}))
    with pytest.raises(ModelError, match="names files that are not there"):
        import_model(folder, source, "mine")


def test_pieces_without_their_index_are_refused(source: Path, folder: DataFolder) -> None:
    from diffusers import UNet2DConditionModel

    unet = UNet2DConditionModel.from_pretrained(str(source / "unet"))
    weights(source).unlink()
    unet.save_pretrained(str(source / "unet"), max_shard_size="100KB")
    next((source / "unet").glob("*.index.json")).unlink()
    with pytest.raises(ModelError, match="without their index"):
        import_model(folder, source)


@pytest.mark.parametrize(
    ("pipeline", "sentence"),
    [("FluxPipeline", "FluxPipeline"), ("StableDiffusionInpaintPipeline", "Inpaint"), ("", "''"), (3, "'3'")],
)
def test_an_unknown_pipeline_is_refused(
    source: Path, folder: DataFolder, pipeline: Any, sentence: str
) -> None:
    change(source / "model_index.json", _class_name=pipeline)
    with pytest.raises(ModelError, match=sentence):
        import_model(folder, source)


@pytest.mark.parametrize("entry", [["my_module", "MyUNet"], ["diffusers"], None, "x", [None, None]])
def test_a_part_of_another_class_is_refused(source: Path, folder: DataFolder, entry: Any) -> None:
    change(source / "model_index.json", unet=entry)
    with pytest.raises(ModelError, match="which this version does not know"):
        import_model(folder, source)


@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder", "tokenizer", "scheduler"])
def test_a_missing_part_is_named(source: Path, folder: DataFolder, part: str) -> None:
    shutil.rmtree(source / part)
    with pytest.raises(ModelError, match=f"has no {part}"):
        import_model(folder, source)


@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder"])
@pytest.mark.parametrize("kind", ["float8_e4m3fn", "float64"])
def test_numbers_that_cannot_be_used_are_refused_before_anything_is_copied(
    source: Path, folder: DataFolder, part: str, kind: str
) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    file = weights(source, part)
    tensors = load_file(file)
    last = sorted(name for name in tensors if "position_ids" not in name)[-1]
    save_file(tensors | {last: tensors[last].to(getattr(torch, kind))}, file)
    with pytest.raises(ModelError, match=f"The {part} in .* stores its numbers as F(8_E4M3|64)"):
        import_model(folder, source, "mine")
    assert not placing.staging(models_folder(folder), "mine").exists()


def test_harmless_tensors_beside_a_text_encoder_are_ignored_and_said(
    source: Path, folder: DataFolder
) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    from s2edit_plugin.backbones.loading import load_backbone

    file = weights(source, "text_encoder")
    save_file(load_file(file) | {"text_projection.weight": torch.zeros(4, 4, dtype=torch.float64)}, file)
    done = import_model(folder, source, "mine")
    assert "1 tensors that the model does not need were ignored" in done.sentence
    assert load_backbone(resolve(folder, "mine"), "cpu").name == "mine"


@pytest.mark.parametrize("part", ["unet", "scheduler"])
def test_a_configuration_of_absurd_size_is_refused(source: Path, folder: DataFolder, part: str) -> None:
    name = "scheduler_config.json" if part == "scheduler" else "config.json"
    change(source / part / name, num_train_timesteps=10**12)
    with pytest.raises(ModelError, match=f"The {part} in .* has a configuration that no model has"):
        import_model(folder, source, "mine")


def test_weights_that_do_not_fit_their_configuration_are_refused(source: Path, folder: DataFolder) -> None:
    change(source / "unet" / "config.json", cross_attention_dim=64)
    with pytest.raises(ModelError, match="have another shape"):
        import_model(folder, source)
    change(source / "unet" / "config.json", cross_attention_dim="wide")
    with pytest.raises(ModelError, match="cannot be built"):
        import_model(folder, source)


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-10], lambda b: b + b"x", lambda b: b"\xff" * 8 + b[8:], lambda b: b""]
)
def test_damaged_weights_are_refused(
    source: Path, folder: DataFolder, damage: Callable[[bytes], bytes]
) -> None:
    weights(source, "vae").write_bytes(damage(weights(source, "vae").read_bytes()))
    with pytest.raises(ModelError, match="damaged"):
        import_model(folder, source)
    assert store.installed_models(folder) == []


@pytest.mark.parametrize("file", ["model_index.json", "unet/config.json", "scheduler/scheduler_config.json"])
@pytest.mark.parametrize("text", ["", "[", "[1]", "[" * 100_000])
def test_damaged_small_files_are_one_sentence(source: Path, folder: DataFolder, file: str, text: str) -> None:
    (source / file).write_text(text)
    with pytest.raises(ModelError):
        import_model(folder, source)
    assert store.installed_models(folder) == []
    assert not placing.staging(models_folder(folder), "my-tiny-v1").exists()


def test_what_is_no_model_is_one_sentence(tmp_path: Path, folder: DataFolder) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    for path, sentence in (
        (tmp_path / "nosuch.safetensors", "There is no file or folder"),
        (tmp_path / "notes.txt", "no model that can be imported"),
        (tmp_path, "holds no model_index.json"),
    ):
        with pytest.raises(ModelError, match=sentence):
            import_model(folder, path)


def test_names_are_not_taken_twice(source: Path, folder: DataFolder) -> None:
    import_model(folder, source, "Mine")
    with pytest.raises(UsageError, match="There is a model 'mine' already"):
        import_model(folder, source, "mine")
    for name, sentence in (("sd15", "of the catalogue"), ("small", "of the catalogue"), ("a/b", "cannot be")):
        with pytest.raises(UsageError, match=sentence):
            import_model(folder, source, name)


def test_a_full_disk_is_said_before_copying(
    source: Path, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "free_bytes", lambda path: copying.MARGIN)
    with pytest.raises(ResourceError, match="needs"):
        import_model(folder, source)


# ---------------------------------------------------------------------- moving


@pytest.fixture
def moved(source: Path, folder: DataFolder) -> DataFolder:
    """A data folder with two models, one of them in use, and a part of a download."""
    import_model(folder, source, "one")
    import_model(folder, source, "two")
    store.use(folder, "two")
    part = placing.staging(models_folder(folder), "sd15") / "files" / "x.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"part")
    return folder


@pytest.fixture
def other_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the folders lay on two disks: nothing can be linked."""
    import os

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)


def check_moved(folder: DataFolder, target: Path, old: Path) -> None:
    assert models_folder(folder) == target
    assert [record.name for record in store.installed_models(folder)] == ["one", "two"]
    for name in ("one", "two"):
        assert "as they came" in verify(folder, name).sentence
    assert resolve(folder, "two") == target / "two"
    assert not old.exists()
    assert (placing.staging(target, "sd15") / "files" / "x.part").read_bytes() == b"part"
    assert sorted(path.name for path in target.iterdir()) == [".lock", ".staging", "one", "two"]


@pytest.mark.parametrize("disks", ["one", "two"])
def test_models_move_to_another_folder(
    moved: DataFolder, tmp_path: Path, disks: str, request: pytest.FixtureRequest
) -> None:
    from s2edit_plugin.base_models.moving import move

    if disks == "two":
        request.getfixturevalue("other_disk")
    old = models_folder(moved)
    done = move(moved, tmp_path / "big disk" / "models")
    check_moved(moved, tmp_path / "big disk" / "models", old)
    assert done.size_bytes > 0
    assert "2 came along" in done.sentence
    # And back to where they are by default.
    move(moved, old)
    assert models_folder(moved) == old == moved.models
    assert resolve(moved, "one") == old / "one"


@pytest.mark.usefixtures("other_disk")
def test_a_move_stopped_again_and_again_loses_nothing_and_arrives(moved: DataFolder, tmp_path: Path) -> None:
    from s2edit_plugin.base_models.moving import move

    old, target, stops = models_folder(moved), tmp_path / "elsewhere", 0
    while True:
        left = stops + 1

        def stop(progress: Progress) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise CancelledError()

        try:
            move(moved, target, stop)
            break
        except CancelledError:
            stops += 1
        assert models_folder(moved) == old
        assert [record.name for record in store.installed_models(moved)] == ["one", "two"]
        for name in ("one", "two"):
            verify(moved, name)
    assert stops > 10
    check_moved(moved, target, old)


def test_a_move_interrupted_after_the_switch_is_finished_by_the_next(
    moved: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s2edit_plugin.base_models import moving

    old, target = models_folder(moved), tmp_path / "elsewhere"

    def killed(data: DataFolder, place: Path) -> int:
        if place == target:
            raise KeyboardInterrupt
        return 0

    with monkeypatch.context() as patch:
        patch.setattr(moving, "_delete_old", killed)
        with pytest.raises(KeyboardInterrupt):
            moving.move(moved, target)
    assert models_folder(moved) == target
    verify(moved, "one")
    moving.move(moved, target)
    check_moved(moved, target, old)


def test_what_an_abandoned_move_brought_does_not_come_back(
    moved: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s2edit_plugin.base_models import moving

    def interrupted(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    target = tmp_path / "elsewhere"
    with monkeypatch.context() as patch:
        patch.setattr(moving, "change_settings", interrupted)
        with pytest.raises(KeyboardInterrupt):
            moving.move(moved, target)
    assert (target / "one").is_dir()
    store.remove(moved, "one")
    moving.move(moved, target)
    assert [record.name for record in store.installed_models(moved)] == ["two"]


def test_a_damaged_model_stops_the_move_and_nothing_is_deleted(moved: DataFolder, tmp_path: Path) -> None:
    from s2edit_plugin.base_models.moving import move

    old = models_folder(moved)
    weights(old / "two").write_bytes(b"x" * weights(old / "two").stat().st_size)
    with pytest.raises(ModelError, match="was not moved"):
        move(moved, tmp_path / "elsewhere")
    assert models_folder(moved) == old
    assert weights(old / "one").is_file()
    weights(old / "two").unlink()
    with pytest.raises(ModelError, match="a file of it is missing"):
        move(moved, tmp_path / "elsewhere")


def test_a_folder_with_other_things_is_not_filled(moved: DataFolder, tmp_path: Path) -> None:
    from s2edit_plugin.base_models.moving import move

    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "anna.jpg").touch()
    (tmp_path / "file").touch()
    old = models_folder(moved)
    for target, kind, sentence in (
        (tmp_path / "photos", UsageError, "holds other things"),
        (old / "deeper", UsageError, "cannot lie inside"),
        (old.parent, UsageError, "cannot lie inside"),
        (tmp_path / "file", ResourceError, "could not be written"),
    ):
        with pytest.raises(kind, match=sentence):
            move(moved, target)
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["anna.jpg"]
    assert models_folder(moved) == old


def test_a_small_disk_is_said_before_anything_is_copied(
    moved: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s2edit_plugin.base_models import moving

    monkeypatch.setattr(moving, "_same_disk", lambda root, target: False)
    monkeypatch.setattr(copying, "free_bytes", lambda path: copying.MARGIN)
    with pytest.raises(ResourceError, match="Moving the models needs"):
        moving.move(moved, tmp_path / "usb")


# ---------------------------------------------------------------------- as a user types it


def test_importing_and_moving_from_the_command_line(
    run: Run, source: Path, folder: DataFolder, tmp_path: Path
) -> None:
    code, values = run("models", "import", str(source))
    assert (code, values["name"]) == (0, "my-tiny-v1")
    assert run("models", "import", str(source), "--as", "mine", text=True)[0] == 0
    assert run("models", "use", "mine")[0] == 0
    code, values = run("models", "move", str(tmp_path / "disk"))
    assert (code, values["path"]) == (0, str(tmp_path / "disk"))
    assert (tmp_path / "disk" / "mine" / "unet").is_dir()
    assert run("models", "import", str(tmp_path / "nosuch.ckpt"))[1]["error"] == "ModelError"


def test_the_studio_uses_the_model_of_the_settings_or_the_one_that_is_named(
    source: Path, folder: DataFolder, data_home: Path
) -> None:
    from s2edit_plugin.workflows.studio import Studio

    import_model(folder, source, "mine")
    store.use(folder, "mine")
    assert Studio(data_home, device="cpu").backbone.name == "mine"
    store.use(folder, "small")
    assert Studio(data_home, model="mine", device="cpu").backbone.name == "mine"
    assert Studio(data_home, model=str(source), device="cpu").backbone.name == source.name
    with pytest.raises(ModelError, match="not installed"):
        _ = Studio(data_home, model="sdxl").backbone
