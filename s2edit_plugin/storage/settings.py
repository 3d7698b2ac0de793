"""The user's settings: one JSON file in the data folder, shared by command line, engine and window.

A setting that is missing, unknown or of a wrong type falls back to its default: a damaged file never stops the program.
"""

from __future__ import annotations

import dataclasses
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from s2edit_plugin.errors import Sentence, UsageError
from s2edit_plugin.storage.locks import file_lock
from s2edit_plugin.storage.paths import DataFolder, write_atomic

__all__ = ["Settings", "change_settings", "load_settings", "models_folder"]

_CHOICES = {"precision": ("auto", "fp32", "bf16", "fp16")}


@dataclass(frozen=True)
class Settings:
    """The user's settings.

    Attributes:
        model: base model in use, a name of the catalogue or of an imported model; "" is the bundled small one.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``. precision: ``auto``, ``fp32``, ``bf16`` or ``fp16``.
        memory_limit_gb: most memory a job may take on the device, in GB (10^9 bytes); 0: what is free.
        models_folder: where base models are kept; "": inside the data folder.
        mirror: address of a mirror of the model hub (``HF_ENDPOINT``); "": the hub itself.
        engine_idle_minutes: minutes after its last client has gone until the engine ends.
        history_limit_gb: size beyond which the history drops its oldest pictures, in GB.
        keep_history: whether results are recorded in the journal.
        embed_settings: whether result files carry prompt, token names and settings.
        safety_checker: whether a base model's safety checker runs on results.
        content_credentials: whether files of results are signed (C2PA).
        certificate, certificate_key: the user's own certificate chain and its private key, PEM files; "": this machine's own,
            which is made when it is first needed.
    """

    model: str = ""
    device: str = "auto"
    precision: str = "auto"
    memory_limit_gb: float = 0.0
    models_folder: str = ""
    mirror: str = ""
    engine_idle_minutes: float = 10.0
    history_limit_gb: float = 5.0
    keep_history: bool = True
    embed_settings: bool = False
    safety_checker: bool = True
    content_credentials: bool = True
    certificate: str = ""
    certificate_key: str = ""


def load_settings(folder: DataFolder) -> Settings:
    """The settings of a data folder; defaults where the file is missing or damaged."""
    try:
        values = json.loads(folder.settings.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError):
        logging.getLogger(__name__).warning("The settings file is damaged; defaults are used.")
        return Settings()
    if not isinstance(values, dict):
        return Settings()
    return Settings(**{name: value for name, value in values.items() if _problem(name, value) == ""})


def change_settings(folder: DataFolder, **changes: Any) -> Settings:
    """Change some settings and write the file, atomically.

    Raises:
        UsageError: an unknown setting, or a value of a wrong type. ResourceError: the disk refused.
        BusyError: another process is changing them all the time.
    """
    for name, value in changes.items():
        problem = _problem(name, value)
        if problem:
            raise UsageError(problem, Sentence("Settings are: {}.", ", ".join(_fields())))
    # Window, command line and engine may change settings at the same time, so read and write under a lock.
    with file_lock(folder.root / "settings.lock", what="the settings"):
        changed = dataclasses.replace(load_settings(folder), **changes)
        text = json.dumps(dataclasses.asdict(changed), indent=2, ensure_ascii=False) + "\n"
        write_atomic(folder.settings, text.encode(), private=True)
    return changed


def models_folder(folder: DataFolder) -> Path:
    """Where base models are kept: the folder the settings name, else ``models`` in the data folder."""
    chosen = load_settings(folder).models_folder
    return Path(chosen).expanduser().absolute() if chosen else folder.models


def _fields() -> dict[str, Any]:
    return {field.name: field.default for field in dataclasses.fields(Settings)}


def _problem(name: str, value: Any) -> str:
    """Problem of a value, "" if it is valid."""
    fields = _fields()
    if name not in fields:
        return Sentence("There is no setting '{}'.", name[:40])
    default = fields[name]
    if isinstance(default, bool):
        right = isinstance(value, bool)
    elif isinstance(default, float):
        right = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9
    else:
        right = isinstance(value, str)
    if not right:
        return Sentence("The setting '{}' cannot be {}.", name, repr(str(value)[:40]))
    if name in _CHOICES and value not in _CHOICES[name]:
        return Sentence("The setting '{}' must be one of {}.", name, ", ".join(_CHOICES[name]))
    return ""
