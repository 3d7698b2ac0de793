"""Base models: the catalogue, licences, which one is in use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from s2edit_plugin import calls
from s2edit_plugin.base_models import licences, listing, store
from s2edit_plugin.engine.handlers.context import Context

__all__ = ["HANDLERS"]


def _list(context: Context, request: calls.ListModels) -> calls.ModelList:
    return listing.model_list(context.folder)


def _accept(context: Context, request: calls.AcceptLicence) -> calls.Done:
    licences.accept(context.folder, request.name)
    context.changed("models")
    return calls.Done("The licence was accepted.")


def _use(context: Context, request: calls.UseModel) -> calls.Done:
    store.use(context.folder, request.name)
    context.changed("models", "settings")
    return calls.Done("The next job uses it.")


def _remove(context: Context, request: calls.RemoveModel) -> calls.Done:
    freed = store.remove(context.folder, request.name)
    context.changed("models", "settings")
    return calls.Done(f"{freed / 1e9:.1f} GB were freed.")


HANDLERS: dict[type, Callable[[Context, Any], Any]] = {
    calls.ListModels: _list,
    calls.AcceptLicence: _accept,
    calls.UseModel: _use,
    calls.RemoveModel: _remove,
}
