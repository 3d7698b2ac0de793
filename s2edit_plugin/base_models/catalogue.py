"""The catalogue of base models and networks, read from ``models/catalogue.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from s2edit_plugin.errors import ModelError, Sentence
from s2edit_plugin.storage.paths import models_package

__all__ = [
    "BUNDLED",
    "CatalogueEntry",
    "CatalogueFile",
    "Licence",
    "catalogue_file",
    "find_entry",
    "load_catalogue",
]

BUNDLED = "small"
"""Name of the model that comes with the program."""


@dataclass(frozen=True)
class Licence:
    """A licence.

    Attributes:
        id: its key in the catalogue. title, url: of its text.
        summary: of permissions and restrictions, in a few sentences; not a substitute for the text.
        must_accept: whether it restricts use, so that the user must accept it once.
    """

    id: str
    title: str
    url: str
    summary: str
    must_accept: bool = False


@dataclass(frozen=True)
class CatalogueFile:
    """One file of a model.

    Attributes:
        path: its place in the installed folder.
        remote: its path in the hub's repository, or the whole address.
        size: bytes, 0 if unknown. digest: ``sha256:...`` or ``md5:...``, "" to use the hub's.
    """

    path: str
    remote: str
    size: int = 0
    digest: str = ""


@dataclass(frozen=True)
class CatalogueEntry:
    """A model that can be installed.

    Attributes:
        kind: ``base`` (can learn and edit), ``mask``, ``face`` or ``captioner``.
        family: ``small``, ``sd1``, ``sd2``, ``sdxl``, or which network it is.
        source: ``bundled``, ``hub`` (a repository at a revision) or ``url`` (each file has its address).
        commercial_use: ``yes``, ``no`` or ``unclear``.
        memory_gb: approximate device memory, in GB (10^9 bytes).
        hash_source: origin of its hashes, in words.
        download_size: bytes, from the files' sizes or approximate.
    """

    name: str
    title: str
    kind: str
    family: str
    source: Literal["bundled", "hub", "url"]
    repository: str
    revision: str
    files: tuple[CatalogueFile, ...]
    licence: Licence
    commercial_use: str
    training_data: str
    memory_gb: float
    hash_source: str
    download_size: int
    note: str = ""


def catalogue_file() -> Path:
    """Path of the catalogue."""
    return models_package() / "catalogue.toml"


def load_catalogue() -> dict[str, CatalogueEntry]:
    """All entries by name, in the catalogue's order.

    Raises:
        ModelError: the file is missing or damaged.
    """
    return _read(catalogue_file())


def find_entry(name: str) -> CatalogueEntry:
    """An entry by its name.

    Raises:
        ModelError: there is none.
    """
    entries = load_catalogue()
    if name not in entries:
        raise ModelError(
            Sentence("There is no model '{}' in the catalogue.", name[:64]),
            Sentence("There are: {}. Files of your own: `s2edit models import PATH`.", ", ".join(entries)),
        )
    return entries[name]


@cache
def _read(path: Path) -> dict[str, CatalogueEntry]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        licences = {
            key: Licence(
                key, v["title"], v["url"], " ".join(v["summary"].split()), v.get("must_accept", False)
            )
            for key, v in values["licences"].items()
        }
        entries = [_entry(v, licences, values["hash_sources"]) for v in values["models"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            "The catalogue of base models is missing or damaged.",
            "Run `sh installer/run.sh repair` in the checkout.",
        ) from error
    return {entry.name: entry for entry in entries}


def _entry(
    values: dict[str, Any], licences: dict[str, Licence], hash_sources: dict[str, str]
) -> CatalogueEntry:
    files = tuple(
        CatalogueFile(v["path"], v.get("remote", v["path"]), v.get("bytes", 0), _digest(v))
        for v in values["files"]
    )
    whole = all(file.size for file in files)
    return CatalogueEntry(
        name=values["name"],
        title=values["title"],
        kind=values["kind"],
        family=values["family"],
        source=values["source"],
        repository=values.get("repository", ""),
        revision=values.get("revision", ""),
        files=files,
        licence=licences[values["licence"]],
        commercial_use=values["commercial_use"],
        training_data=values["training_data"],
        memory_gb=float(values["memory_gb"]),
        hash_source=hash_sources[values["hash_source"]],
        download_size=sum(file.size for file in files) if whole else int(values["download_mb"] * 1e6),
        note=values.get("note", ""),
    )


def _digest(values: dict[str, Any]) -> str:
    for kind in ("sha256", "md5"):
        if kind in values:
            return f"{kind}:{values[kind]}"
    return ""
