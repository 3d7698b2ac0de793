"""Base models: the catalogue, licences, which one is in use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from s2edit_plugin.api import queries
from s2edit_plugin.base_models import licences, listing, store
from s2edit_plugin.engine.server.handlers.context import Context

__all__ = ["HANDLERS"]


def _list(context: Context, request: queries.ListModels) -> queries.ModelList:
    return listing.model_list(context.folder)


def _accept(context: Context, request: queries.AcceptLicence) -> queries.Done:
    licences.accept(context.folder, request.name)
    context.changed("models")
    return queries.Done("The licence was accepted.")


def _use(context: Context, request: queries.UseModel) -> queries.Done:
    store.use(context.folder, request.name)
    context.changed("models", "settings")
    return queries.Done("The next job uses it.")


def _remove(context: Context, request: queries.RemoveModel) -> queries.Done:
    freed = store.remove(context.folder, request.name)
    context.changed("models", "settings")
    return queries.Done(f"{freed / 1e9:.1f} GB were freed.")


HANDLERS: dict[type, Callable[[Context, Any], Any]] = {
    queries.ListModels: _list,
    queries.AcceptLicence: _accept,
    queries.UseModel: _use,
    queries.RemoveModel: _remove,
}
