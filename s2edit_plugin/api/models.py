"""Base models as jobs: loading, installing, importing, checking, moving. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass

from s2edit_plugin.api.base import Request

__all__ = [
    "ImportModel",
    "InstallModel",
    "ModelReady",
    "MoveModels",
    "OpenModel",
    "OpenedModel",
    "VerifyModel",
]


@dataclass(frozen=True)
class OpenModel(Request["OpenedModel"]):
    """Load the base model in use, if it is not loaded yet."""


@dataclass(frozen=True)
class OpenedModel:
    """A base model that is loaded. ``fingerprint``: hash of its weights. ``device``: where it computes."""

    name: str
    fingerprint: str
    device: str = ""


@dataclass(frozen=True)
class InstallModel(Request["ModelReady"]):
    """Download a base model of the catalogue; its licence must have been accepted or be accepted with this."""

    name: str
    accept_licence: bool = False


@dataclass(frozen=True)
class ImportModel(Request["ModelReady"]):
    """Import a diffusers folder or a single ``.safetensors`` file of this machine.

    A path, unlike pictures: models have gigabytes, and the engine runs as the same user on the same machine.
    """

    path: str
    name: str = ""


@dataclass(frozen=True)
class VerifyModel(Request["ModelReady"]):
    """Read every file of an installed model and compare hashes."""

    name: str


@dataclass(frozen=True)
class MoveModels(Request["ModelReady"]):
    """Move the models' folder, to another disk for example."""

    folder: str


@dataclass(frozen=True)
class ModelReady:
    """An installed, complete model. ``sentence``: the actions and checks, in words."""

    name: str
    path: str
    size_bytes: int
    sentence: str = ""
