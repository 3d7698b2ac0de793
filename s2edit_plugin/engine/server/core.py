"""The engine without its connections: queue, workers, answers. `LocalClient` holds one, the service puts one on the network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from s2edit_plugin.api.limits import check_texts
from s2edit_plugin.api.operations import QUERIES, operation_of
from s2edit_plugin.engine.server.dispatch import handler_of
from s2edit_plugin.engine.server.events import EventLog
from s2edit_plugin.engine.server.handlers.context import QueryContext
from s2edit_plugin.engine.server.job_queue import RESUME_DELAY, JobQueue
from s2edit_plugin.engine.server.studios import Make, StudioKeeper, make_studio
from s2edit_plugin.engine.server.worker import Handler, Worker, unforeseen
from s2edit_plugin.errors import S2EditError, Sentence, UsageError
from s2edit_plugin.storage.paths import DataFolder

__all__ = ["Engine"]


class Engine:
    """The engine without its network service. Thread-safe.

    Args:
        folder: the user's data. model, device: override the settings; None: as in the settings. make: creates a studio.
        resume_delay: see `job_queue.RESUME_DELAY`.

    Attributes:
        wants_previews: whether a client displays previews.
    """

    def __init__(
        self,
        folder: DataFolder,
        *,
        model: str | None = None,
        device: str | None = None,
        make: Make = make_studio,
        resume_delay: float = RESUME_DELAY,
    ) -> None:
        self.folder = folder
        self.events = EventLog()
        self.queue = JobQueue(self.events, resume_delay)
        self.keeper = StudioKeeper(folder, model, device, make)
        self.context = QueryContext(folder, self.events, self.queue, self.keeper)
        self.wants_previews: Callable[[], bool] = lambda: True
        self.context.on_forget.append(self.queue.forget)
        self._workers = (
            Worker("gpu", self.queue, self.events, self._handler, lambda: self.wants_previews()),
            Worker("disk", self.queue, self.events, self._handler),
        )

    def start(self) -> None:
        """Start the workers."""
        for worker in self._workers:
            worker.start()

    def stop(self, timeout: float) -> bool:
        """Cancel all jobs, learning with its checkpoint, and wait for the workers; whether they ended in time."""
        self.queue.close()
        ended = [worker.join(timeout) for worker in self._workers]
        return all(ended)

    def call(self, request: Any, client: str = "") -> Any:
        """Answer a query. ``client``: "" for one that cannot disconnect. Raises S2EditError only."""
        if type(request) not in QUERIES:
            raise UsageError(Sentence("{} is nothing the engine can be asked.", type(request).__name__))
        check_texts(request)
        operation = operation_of(request)
        try:
            handler = handler_of(operation)
            return (
                handler(self.context, request, client)
                if operation.needs_client
                else handler(self.context, request)
            )
        except S2EditError:
            raise
        except Exception as error:
            raise unforeseen(error) from None

    def leave(self, client: str) -> None:
        """Handle a lost client: cancel its jobs without ``keep``, release its images."""
        self.queue.leave(client)
        if self.context.image_transfers.leave(client):
            self.context.changed("handover")

    def _handler(self, request: Any) -> Handler:
        operation = operation_of(request)
        if operation.lane == "gpu":
            studio_method: Handler = getattr(self.keeper.current(), operation.handler)
            return studio_method
        on_disk = handler_of(operation)
        return lambda request, on_progress, on_note: on_disk(self.folder, request, on_progress)
