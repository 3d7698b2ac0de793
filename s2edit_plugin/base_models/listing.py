"""The list of all models: catalogue, installed and imported models."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from s2edit_plugin.api.queries import ModelInfo, ModelList
from s2edit_plugin.base_models.catalogue import BUNDLED, CatalogueEntry, load_catalogue
from s2edit_plugin.base_models.copying import free_bytes
from s2edit_plugin.base_models.licences import accepted
from s2edit_plugin.base_models.records import ModelRecord
from s2edit_plugin.base_models.store import installed_models
from s2edit_plugin.errors import ModelError, Sentence
from s2edit_plugin.storage.paths import DataFolder, bundled_model
from s2edit_plugin.storage.settings import load_settings, models_folder

__all__ = ["model_info", "model_list"]


def model_list(folder: DataFolder) -> ModelList:
    """The bundled model, the catalogue, then imported models.

    Raises:
        ModelError: the catalogue is damaged.
    """
    catalogue = load_catalogue()
    here = {record.name: record for record in installed_models(folder)}
    root, in_use = models_folder(folder), load_settings(folder).model or BUNDLED
    known = [_of_catalogue(folder, root, entry, here.get(entry.name)) for entry in catalogue.values()]
    imported = [_of_import(root, record) for name, record in here.items() if name not in catalogue]
    models = [dataclasses.replace(info, in_use=info.name == in_use) for info in [*known, *imported]]
    models.sort(key=lambda info: info.name != BUNDLED)
    return ModelList(tuple(models), str(root), free_bytes(root))


def model_info(folder: DataFolder, name: str) -> ModelInfo:
    """One model of the list.

    Raises:
        ModelError: there is none of this name.
    """
    for info in model_list(folder).models:
        if info.name == name:
            return info
    raise ModelError(
        Sentence("There is no model '{}'.", name[:64]), "`s2edit models list` shows what there is."
    )


def _of_catalogue(
    folder: DataFolder, root: Path, entry: CatalogueEntry, record: ModelRecord | None
) -> ModelInfo:
    path, size = "", entry.download_size
    if entry.source == "bundled":
        path, size = _bundled()
    elif record is not None:
        path, size = str(root / entry.name), record.size
    return ModelInfo(
        name=entry.name,
        title=entry.title,
        kind=entry.kind,
        family=entry.family,
        installed=bool(path),
        size_bytes=size,
        memory_gb=entry.memory_gb,
        licence=entry.licence.title,
        licence_url=entry.licence.url,
        licence_text=entry.licence.summary,
        licence_accepted=accepted(folder, entry.name),
        commercial_use=entry.commercial_use,
        training_data=entry.training_data,
        hash_source=(record.hash_source if record else "") or entry.hash_source,
        path=path,
        note=entry.note,
    )


def _of_import(root: Path, record: ModelRecord) -> ModelInfo:
    return ModelInfo(
        name=record.name,
        title=record.title,
        kind=record.kind,
        family=record.family,
        installed=True,
        size_bytes=record.size,
        licence=record.licence,
        licence_accepted=True,
        commercial_use="unclear",
        hash_source=record.hash_source,
        path=str(root / record.name),
        note=f"Imported from {record.origin}; you know its licence.",
    )


def _bundled() -> tuple[str, int]:
    try:
        path = bundled_model()
    except ModelError:
        return "", 0  # the list still shows the other models; `doctor` reports the error
    return str(path), sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
