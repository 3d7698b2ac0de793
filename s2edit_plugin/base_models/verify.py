"""Check of an installed model's hashes."""

from __future__ import annotations

from pathlib import Path

from s2edit_plugin.api import ModelReady, OnProgress
from s2edit_plugin.base_models.catalogue import load_catalogue
from s2edit_plugin.base_models.digests import file_digests
from s2edit_plugin.base_models.meter import Meter, silent
from s2edit_plugin.base_models.records import ModelRecord
from s2edit_plugin.base_models.store import record_of
from s2edit_plugin.errors import ModelError, Sentence
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import models_folder

__all__ = ["damages", "verify"]


def verify(folder: DataFolder, name: str, on_progress: OnProgress = silent) -> ModelReady:
    """Read every file of a model and compare its sha256 with the record.

    Raises:
        ModelError: it is not installed, or files are damaged or missing. CancelledError: by ``on_progress``.
    """
    record = record_of(folder, name)
    place = models_folder(folder) / name
    found = damages(place, record, on_progress)
    if found:
        first = "; ".join(found[:3])
        hint = Sentence("Run `s2edit models install {} --again` to fetch what is damaged.", name)
        if name not in load_catalogue():
            hint = Sentence("Run `s2edit models remove {}`, then import it again.", name)
        raise ModelError(
            Sentence("The model '{}' is damaged: {}{}.", name, first, " and more" if len(found) > 3 else ""),
            hint,
        )
    compared = sorted({file.checked for file in record.files if file.checked})
    sentence = f"{name}: {len(record.files)} files are as they came"
    sentence += f" (compared then with {', '.join(compared)})." if compared else "."
    return ModelReady(name, str(place), record.size, sentence)


def damages(place: Path, record: ModelRecord, on_progress: OnProgress = silent) -> list[str]:
    """A phrase for each damaged or missing file of a model. Raises CancelledError (by ``on_progress``)."""
    meter = Meter(f"checking {record.name}", record.size, on_progress)
    found = []
    for file in record.files:
        path = place / file.path
        try:
            size = path.stat().st_size
            if size != file.size:
                found.append(f"{file.path} has {size:,} bytes instead of {file.size:,}")
                meter.add(file.size)
            elif file_digests(path, ["sha256"], meter.add)["sha256"] != f"sha256:{file.sha256}":
                found.append(f"{file.path} has another content")
        except FileNotFoundError:
            found.append(f"{file.path} is missing")
        except OSError as error:
            found.append(f"{file.path} cannot be read ({error.strerror or type(error).__name__})")
    return found
