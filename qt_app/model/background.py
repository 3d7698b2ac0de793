"""Runs work on threads and delivers the result on the GUI thread: reading and writing files, flood fills, scaling."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from PyQt6.QtCore import QObject, pyqtSignal

from s2edit_plugin.errors import ResourceError, S2EditError

__all__ = ["Background"]

R = TypeVar("R")


class Background(QObject):
    """A small thread pool. Work must not touch widgets or models; its result goes to ``then`` on the GUI thread."""

    _delivered = pyqtSignal(object)

    def __init__(self, on_error: Callable[[S2EditError], None]) -> None:
        super().__init__()
        self._on_error = on_error
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="background")
        self._closed = False
        self._pending = 0
        self._delivered.connect(lambda work: work())

    @property
    def is_idle(self) -> bool:
        """Whether every result was delivered."""
        return self._pending == 0

    def run(
        self,
        work: Callable[[], R],
        then: Callable[[R], None] = lambda _: None,
        failed: Callable[[S2EditError], None] | None = None,
    ) -> None:
        """Do ``work`` on a thread; its S2EditError goes to ``failed``, by default to the error box."""
        if not self._closed:
            self._pending += 1
            self._pool.submit(self._work, work, then, failed or self._on_error)

    def close(self) -> None:
        """Wait for running work; its results are dropped."""
        self._closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _work(
        self, work: Callable[[], Any], then: Callable[[Any], None], failed: Callable[[S2EditError], None]
    ) -> None:
        try:
            answer = work()
        except S2EditError as error:
            self._deliver(partial(failed, error))
        except MemoryError:
            self._deliver(partial(failed, ResourceError("There was not enough memory for this picture.")))
        except Exception as error:
            logging.getLogger(__name__).exception("Work in the background failed unexpectedly.")
            detail = " ".join(str(error).split())[:160]
            self._deliver(
                partial(
                    failed,
                    S2EditError(f"Something went wrong in the window ({type(error).__name__}: {detail})."),
                )
            )
        else:
            self._deliver(partial(then, answer))

    def _deliver(self, work: Callable[[], None]) -> None:
        def deliver() -> None:
            self._pending -= 1
            if not self._closed:  # it may have been closed while this call was queued
                work()

        if not self._closed:
            self._delivered.emit(deliver)
