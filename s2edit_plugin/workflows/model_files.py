"""Jobs on models' files: install, import, verify, move. Modules are imported when a job runs."""

from __future__ import annotations

from pathlib import Path

from s2edit_plugin import api
from s2edit_plugin.api import OnProgress
from s2edit_plugin.errors import Sentence, UsageError
from s2edit_plugin.storage.paths import DataFolder

__all__ = ["import_model", "install_model", "move_models", "verify_model"]


def install_model(folder: DataFolder, request: api.InstallModel, on_progress: OnProgress) -> api.ModelReady:
    """Download a model of the catalogue; see `base_models.install.install`."""
    from s2edit_plugin.base_models.install import install

    return install(folder, request.name, on_progress, accept_licence=request.accept_licence)


def import_model(folder: DataFolder, request: api.ImportModel, on_progress: OnProgress) -> api.ModelReady:
    """Import a model of this machine; see `base_models.importing.import_model`."""
    from s2edit_plugin.base_models import importing

    return importing.import_model(folder, _absolute(request.path), request.name, on_progress)


def verify_model(folder: DataFolder, request: api.VerifyModel, on_progress: OnProgress) -> api.ModelReady:
    """Read an installed model again and compare its hashes; see `base_models.verify.verify`."""
    from s2edit_plugin.base_models.verify import verify

    return verify(folder, request.name, on_progress)


def move_models(folder: DataFolder, request: api.MoveModels, on_progress: OnProgress) -> api.ModelReady:
    """Move the folder of all models; see `base_models.moving.move`."""
    from s2edit_plugin.base_models.moving import move

    return move(folder, _absolute(request.folder), on_progress)


def _absolute(path: str) -> Path:
    """A path of the client's; a relative one would mean another place in this process."""
    try:
        found = Path(path).expanduser()
    except RuntimeError:  # ~ with an unknown user
        found = Path(path)
    if not found.is_absolute():
        raise UsageError(Sentence("'{}' is no whole path.", path[:200]), "Name it from the root on.")
    return found
