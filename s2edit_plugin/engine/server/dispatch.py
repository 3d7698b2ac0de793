"""Maps requests to handler functions, by the table of operations. Heavy modules are imported when a job runs."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

from s2edit_plugin.api.operations import Operation

__all__ = ["handler_of"]

_PLACES = {"disk": "s2edit_plugin.workflows.model_files.", "query": "s2edit_plugin.engine.server.handlers."}


@functools.cache
def handler_of(operation: Operation) -> Callable[..., Any]:
    """The function of an operation of the lane ``disk`` or ``query``; see `Operation.handler`."""
    module, _, name = f"{_PLACES[operation.lane]}{operation.handler}".rpartition(".")
    handler: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return handler
