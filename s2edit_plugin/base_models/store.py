"""Installed base models and networks: finding them by name, choosing and removing them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from s2edit_plugin.api import OnProgress
from s2edit_plugin.base_models.catalogue import BUNDLED, find_entry, load_catalogue
from s2edit_plugin.base_models.copying import size_in_words
from s2edit_plugin.base_models.meter import silent
from s2edit_plugin.base_models.placing import changing_models, check_model_name, discard, staging
from s2edit_plugin.base_models.records import ModelRecord, read_record, record_in, records_in
from s2edit_plugin.errors import ModelError, Sentence
from s2edit_plugin.storage.paths import DataFolder, bundled_model
from s2edit_plugin.storage.settings import change_settings, load_settings, models_folder

__all__ = ["PICKLED", "installed_models", "network_file", "record_of", "remove", "resolve", "use"]

PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
"""Suffixes of pickled weights, which can run arbitrary code when they are read."""


def resolve(folder: DataFolder, name: str) -> Path:
    """The folder of a base model.

    Args:
        name: "" or ``small`` for the bundled one, the name of an installed or imported model, or a folder in the diffusers
            layout.

    Raises:
        ModelError: it is not installed, unknown, or its folder is unusable.
    """
    if name in ("", BUNDLED):
        return bundled_model()
    root = models_folder(folder)
    if record_in(root, name) is not None:
        return root / name
    outside = _folder_at(name)
    if outside is not None:
        return _without_pickles(outside)
    if name in load_catalogue():
        raise _not_installed(name)
    raise ModelError(
        Sentence("There is no base model '{}'.", name[:200]),
        "`s2edit models list` shows what there is; a folder must hold a model_index.json.",
    )


def network_file(folder: DataFolder, name: str, file: str) -> Path:
    """One file of an installed network, e.g. ``("yunet", "face_detection_yunet_2023mar.onnx")``.

    Raises:
        ModelError: the network is not installed.
    """
    root = models_folder(folder)
    path = root / name / file
    if record_in(root, name) is None or not path.is_file():
        raise _not_installed(name)
    return path


def installed_models(folder: DataFolder) -> list[ModelRecord]:
    """Records of all installed and imported models, by name."""
    return records_in(models_folder(folder))


def record_of(folder: DataFolder, name: str) -> ModelRecord:
    """The record of one installed model.

    Raises:
        ModelError: it is not installed, or bundled.
    """
    if name == BUNDLED:
        raise ModelError(
            Sentence("The model '{}' comes with the program.", BUNDLED), "`s2edit doctor` checks it."
        )
    record = record_in(models_folder(folder), name)
    if record is None:
        raise _not_installed(name)
    return record


def use(folder: DataFolder, name: str) -> Path:
    """Choose the base model for learning and editing; returns its folder.

    Raises:
        ModelError: it is not installed, or not a base model.
    """
    place = resolve(folder, name)
    record = read_record(place)
    if record is not None and record.kind != "base":
        raise ModelError(
            Sentence("'{}' is no base model: it cannot learn and edit.", name), "Choose another one."
        )
    chosen = "" if name in ("", BUNDLED) else (name if record is not None else str(place.absolute()))
    change_settings(folder, model=chosen)
    return place


def remove(folder: DataFolder, name: str, on_progress: OnProgress = silent) -> int:
    """Delete an installed model and unfinished downloads of it; returns the bytes freed.

    If it was the chosen model, the bundled one is chosen.

    Raises:
        ModelError: it is not installed. ResourceError: a disk error.
    """
    name = check_model_name(name)
    with changing_models(folder, on_progress) as root:
        unfinished = staging(root, name)
        freed = sum(path.stat().st_size for path in unfinished.rglob("*") if path.is_file())
        if not unfinished.exists() or record_in(root, name) is not None:
            freed += record_of(folder, name).size
            discard(root, name)
        shutil.rmtree(unfinished, ignore_errors=True)
        if load_settings(folder).model == name:
            change_settings(folder, model="")
    return freed


def weight_files(folder: Path) -> Iterator[Path]:
    """Files in a model's folder that may hold weights."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in (".safetensors", ".onnx", *PICKLED):
            yield path


def _folder_at(name: str) -> Path | None:
    """The folder in the diffusers layout at a path, None if the name is not the path of one."""
    try:
        path = Path(name).expanduser()
        return path if (path / "model_index.json").is_file() else None
    except (OSError, ValueError, RuntimeError):  # too long, a null character, no home folder
        return None


def _without_pickles(folder: Path) -> Path:
    """Refuse a folder with parts whose weights are only pickled. Raises ModelError."""
    # A pickled safety checker is ignored when it is loaded.
    parts = (path for path in folder.iterdir() if path.is_dir() and path.name != "safety_checker")
    for component in sorted(parts):
        endings = {path.suffix.lower() for path in weight_files(component) if path.parent == component}
        if endings & set(PICKLED) and ".safetensors" not in endings:
            raise ModelError(
                Sentence(
                    "The model folder '{}' has its {} as a pickled file only.", folder.name, component.name
                ),
                "Pickle can run programs and is never read; get the model as .safetensors.",
            )
    return folder


def _not_installed(name: str) -> ModelError:
    if name in load_catalogue():
        size = size_in_words(find_entry(name).download_size)
        return ModelError(
            Sentence("The model '{}' is not installed.", name),
            Sentence("Run `s2edit models install {}` ({} to download).", name, size),
        )
    return ModelError(
        Sentence("There is no installed model '{}'.", name[:64]), "`s2edit models list` shows what there is."
    )
