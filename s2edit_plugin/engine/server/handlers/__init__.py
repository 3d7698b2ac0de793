"""Answers to `api.queries.CALLS`, a file a family. They run on whatever thread asks and never wait for the gpu thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from s2edit_plugin.engine.server.handlers import estimates, handover, history, library, machine, models
from s2edit_plugin.engine.server.handlers.context import Context

__all__ = ["CLIENT_HANDLERS", "HANDLERS", "Context"]

HANDLERS: dict[type, Callable[[Context, Any], Any]] = {
    **library.HANDLERS,
    **history.HANDLERS,
    **models.HANDLERS,
    **machine.HANDLERS,
    **estimates.HANDLERS,
}
"""By class of the call: a function of the context and the request."""

CLIENT_HANDLERS: dict[type, Callable[[Context, Any, str], Any]] = handover.CLIENT_HANDLERS
"""Those for which it matters who asks: a function of the context, the request and the client."""
