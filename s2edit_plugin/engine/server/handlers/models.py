"""Base models: the catalogue, licences, which one is in use."""

from __future__ import annotations

from s2edit_plugin.api import queries
from s2edit_plugin.base_models import licences, listing, store
from s2edit_plugin.engine.server.handlers.context import QueryContext

__all__ = ["accept_licence", "list_models", "remove_model", "use_model"]


def list_models(context: QueryContext, request: queries.ListModels) -> queries.ModelList:
    return listing.model_list(context.folder)


def accept_licence(context: QueryContext, request: queries.AcceptLicence) -> queries.Done:
    licences.accept(context.folder, request.name)
    context.changed("models")
    return queries.Done("The licence was accepted.")


def use_model(context: QueryContext, request: queries.UseModel) -> queries.Done:
    store.use(context.folder, request.name)
    context.changed("models", "settings")
    return queries.Done("The next job uses it.")


def remove_model(context: QueryContext, request: queries.RemoveModel) -> queries.Done:
    freed = store.remove(context.folder, request.name)
    context.changed("models", "settings")
    return queries.Done(f"{freed / 1e9:.1f} GB were freed.")
