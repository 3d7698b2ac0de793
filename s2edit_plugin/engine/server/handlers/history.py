"""The history: lists, details, changes, pruning."""

from __future__ import annotations

from s2edit_plugin.api import queries
from s2edit_plugin.engine.server.handlers.context import QueryContext
from s2edit_plugin.errors import Sentence, UsageError

__all__ = ["change_history", "list_history", "prune_history", "show_history"]

MAX_IDS = 10_000


def list_history(context: QueryContext, request: queries.ListHistory) -> queries.HistoryPage:
    if not request.before:
        # Tokens may have been renamed by another process; pages after the first belong to the same listing.
        context.follow_names()
    return context.history.list(request)


def show_history(context: QueryContext, request: queries.ShowHistory) -> queries.HistoryDetails:
    return context.history.show(request.id)


def change_history(context: QueryContext, request: queries.ChangeHistory) -> queries.Done:
    if len(request.ids) > MAX_IDS:
        raise UsageError(Sentence("At most {} results are changed at a time.", MAX_IDS))
    try:
        return context.history.change(request)
    finally:
        context.changed("history")  # the disk may fill up after the first of several


def prune_history(context: QueryContext, request: queries.PruneHistory) -> queries.Done:
    if request.limit_bytes < 0:
        raise UsageError("The history cannot be smaller than nothing.", "Give a number from 0 on.")
    try:
        return context.history.prune(request.limit_bytes)
    finally:
        context.changed("history")
