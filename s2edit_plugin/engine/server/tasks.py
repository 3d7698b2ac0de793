"""What each job does: requests of `api.JOBS` to functions. What is heavy is imported when a job runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s2edit_plugin import api
from s2edit_plugin.api import EventKind, OnNote, OnProgress
from s2edit_plugin.errors import UsageError
from s2edit_plugin.storage.paths import DataFolder

if TYPE_CHECKING:
    from s2edit_plugin.workflows.studio import Studio

__all__ = ["CHANGES", "DISK_WORK", "GPU_WORK"]


def _learn(studio: Studio, request: api.LearnToken, on_progress: OnProgress, on_note: OnNote) -> Any:
    return studio.learn(request, on_progress, on_note)


def _edit(studio: Studio, request: api.ApplyEdit, on_progress: OnProgress, on_note: OnNote) -> Any:
    return studio.edit(request, on_progress, on_note)


def _mask(studio: Studio, request: api.MakeMask, on_progress: OnProgress, on_note: OnNote) -> Any:
    return studio.mask(request, on_progress)


def _suggest(studio: Studio, request: api.SuggestPrompt, on_progress: OnProgress, on_note: OnNote) -> Any:
    return studio.suggest(request)


def _attention(studio: Studio, request: api.ShowAttention, on_progress: OnProgress, on_note: OnNote) -> Any:
    return studio.show_attention(request, on_progress)


def _recognise(studio: Studio, request: api.RecognisePeople, on_progress: OnProgress, on_note: OnNote) -> Any:
    return studio.recognise(request)


def _open(studio: Studio, request: api.OpenModel, on_progress: OnProgress, on_note: OnNote) -> Any:
    return studio.open_model()


def _rerun(studio: Studio, request: api.RerunResult, on_progress: OnProgress, on_note: OnNote) -> Any:
    return studio.rerun(request, on_progress, on_note)


def _install(folder: DataFolder, request: api.InstallModel, on_progress: OnProgress) -> api.ModelReady:
    from s2edit_plugin.base_models.install import install

    return install(folder, request.name, on_progress, accept_licence=request.accept_licence)


def _import(folder: DataFolder, request: api.ImportModel, on_progress: OnProgress) -> api.ModelReady:
    from s2edit_plugin.base_models.importing import import_model

    return import_model(folder, _absolute(request.path), request.name, on_progress)


def _verify(folder: DataFolder, request: api.VerifyModel, on_progress: OnProgress) -> api.ModelReady:
    from s2edit_plugin.base_models.verify import verify

    return verify(folder, request.name, on_progress)


def _move(folder: DataFolder, request: api.MoveModels, on_progress: OnProgress) -> api.ModelReady:
    from s2edit_plugin.base_models.moving import move

    return move(folder, _absolute(request.folder), on_progress)


def _absolute(path: str) -> Path:
    """A path of the client's; a relative one would mean another place in this process."""
    try:
        found = Path(path).expanduser()
    except RuntimeError:  # ~somebody who is not there
        found = Path(path)
    if not found.is_absolute():
        raise UsageError(f"'{path[:200]}' is no whole path.", "Name it from the root on.")
    return found


GPU_WORK: dict[type, Callable[[Any, Any, OnProgress, OnNote], Any]] = {
    api.LearnToken: _learn,
    api.ApplyEdit: _edit,
    api.MakeMask: _mask,
    api.SuggestPrompt: _suggest,
    api.ShowAttention: _attention,
    api.RecognisePeople: _recognise,
    api.OpenModel: _open,
    api.RerunResult: _rerun,
}
"""Jobs of the gpu lane: called with the studio, the request, ``on_progress`` and ``on_note``."""

DISK_WORK: dict[type, Callable[[DataFolder, Any, OnProgress], Any]] = {
    api.InstallModel: _install,
    api.ImportModel: _import,
    api.VerifyModel: _verify,
    api.MoveModels: _move,
}
"""Jobs of the disk lane: called with the data folder, the request and ``on_progress``."""

CHANGES: dict[type, tuple[EventKind, ...]] = {
    api.LearnToken: ("library", "history"),
    api.ApplyEdit: ("history",),
    api.InstallModel: ("models",),
    api.ImportModel: ("models",),
    api.MoveModels: ("models", "settings"),
}
"""What a finished job changed for everybody."""
