"""Calls about base models and networks. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass

from s2edit_plugin.api import Request
from s2edit_plugin.api.queries.done import Done

__all__ = ["AcceptLicence", "ListModels", "ModelInfo", "ModelList", "RemoveModel", "UseModel"]


@dataclass(frozen=True)
class ModelInfo:
    """A base model or network of the catalogue, or one that was imported.

    Attributes:
        kind: ``base`` (can learn and edit), ``mask``, ``face``, ``captioner``. family: ``sd1``, ``sd2``, ``sdxl`` ...
        installed, in_use: whether it is on the disk, and selected. size_bytes: on disk, or to download.
        memory_gb: memory needed for editing. hash_source: source of its hashes, in words.
    """

    name: str
    title: str
    kind: str = "base"
    family: str = ""
    installed: bool = False
    in_use: bool = False
    size_bytes: int = 0
    memory_gb: float = 0.0
    licence: str = ""
    licence_url: str = ""
    licence_text: str = ""
    licence_accepted: bool = False
    commercial_use: str = ""
    training_data: str = ""
    hash_source: str = ""
    path: str = ""
    note: str = ""


@dataclass(frozen=True)
class ModelList:
    """Models, the bundled one first. ``folder``: where they are kept; ``free_bytes`` on its disk."""

    models: tuple[ModelInfo, ...]
    folder: str = ""
    free_bytes: int = 0


@dataclass(frozen=True)
class ListModels(Request[ModelList]):
    """The catalogue and imported models."""


@dataclass(frozen=True)
class AcceptLicence(Request[Done]):
    """The user has read and accepts a model's licence; asked once."""

    name: str


@dataclass(frozen=True)
class UseModel(Request[Done]):
    """Choose the base model for learning and editing; "" is the bundled small one."""

    name: str


@dataclass(frozen=True)
class RemoveModel(Request[Done]):
    """Delete an installed model's files."""

    name: str
