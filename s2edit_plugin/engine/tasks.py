"""What each job does: requests of `api.JOBS` to functions. What is heavy is imported when a job runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from s2edit_plugin import api
from s2edit_plugin.api import EventKind, OnProgress
from s2edit_plugin.paths import DataFolder

if TYPE_CHECKING:
    from s2edit_plugin.studio import Studio

__all__ = ["CHANGES", "DISK_WORK", "GPU_WORK"]


def _learn(studio: Studio, request: api.LearnToken, on_progress: OnProgress) -> api.LearnResult:
    return studio.learn(request, on_progress)


def _edit(studio: Studio, request: api.ApplyEdit, on_progress: OnProgress) -> api.EditResult:
    return studio.edit(request, on_progress)


def _mask(studio: Studio, request: api.MakeMask, on_progress: OnProgress) -> api.MaskResult:
    return studio.mask(request)


def _suggest(studio: Studio, request: api.SuggestPrompt, on_progress: OnProgress) -> api.PromptSuggestion:
    return studio.suggest(request)


def _attention(studio: Studio, request: api.ShowAttention, on_progress: OnProgress) -> api.AttentionMap:
    return studio.show_attention(request)


GPU_WORK: dict[type, Callable[[Any, Any, OnProgress], Any]] = {
    api.LearnToken: _learn,
    api.ApplyEdit: _edit,
    api.MakeMask: _mask,
    api.SuggestPrompt: _suggest,
    api.ShowAttention: _attention,
}
"""Jobs of the gpu lane: called with the studio, the request and ``on_progress``."""

DISK_WORK: dict[type, Callable[[DataFolder, Any, OnProgress], Any]] = {}
"""Jobs of the disk lane: called with the data folder, the request and ``on_progress``."""

CHANGES: dict[type, tuple[EventKind, ...]] = {
    api.LearnToken: ("library",),
    api.ApplyEdit: ("history",),
    api.InstallModel: ("models",),
    api.ImportModel: ("models",),
    api.MoveModels: ("models", "settings"),
}
"""What a finished job changed for everybody."""
