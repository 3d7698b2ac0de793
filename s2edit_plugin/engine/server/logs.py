"""The engine's log file: without secrets, prompts or names of people.

Only the engine's own messages are safe. Messages of other modules may contain names (``Learning anna/me starts again``), and
so may the text of an exception (``KeyError: 'anna/me'``). Of such messages the log has the format string without its
arguments, of exceptions the class and traceback.
"""

from __future__ import annotations

import contextlib
import copy
import logging
import os
import time
import traceback
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from s2edit_plugin.errors import EngineError, Sentence
from s2edit_plugin.storage.disk import make_private

__all__ = ["LOGGERS", "CleanFormatter", "RateLimit", "close_log", "open_log", "forwarded"]

LOGGERS = ("s2edit_plugin", "uvicorn.error")
OWN = ("s2edit_plugin.engine", "uvicorn.error")
MAX_BYTES, BACKUPS = 1_000_000, 3
MAX_FRAMES = 30
MAX_KINDS = 1000  # of warnings that are counted


class CleanFormatter(logging.Formatter):
    """Formats exceptions without their text, and messages of other modules without their arguments."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """One record as the file holds it."""
        record = copy.copy(record)
        record.exc_text = None  # another handler may have written it down in full
        if not record.name.startswith(OWN):
            record.msg, record.args = _without_values(record), None
        return super().format(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 (logging's name)
        """Class and frames of an exception and of what caused it."""
        lines: list[str] = []
        error = ei[1]
        while error is not None and len(lines) < 10 * MAX_FRAMES:
            frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
            lines.extend(f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
            lines.append(type(error).__name__)
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(lines)


def _without_values(record: logging.LogRecord) -> str:
    """The message with kinds of things in the place of things; numbers stay."""
    arguments = record.args if isinstance(record.args, tuple) else ()
    kinds = tuple(
        value if isinstance(value, int | float) else f"<{type(value).__name__}>" for value in arguments
    )
    try:
        return str(record.msg) % kinds if kinds else str(record.msg)
    except (TypeError, ValueError):
        return str(record.msg)


class RateLimit(logging.Filter):
    """Limits the rate of warnings of one kind; the next one after a pause has the number of omitted ones.

    Args:
        most: of one kind within ``seconds``. clock: monotonic; tests have one of their own.
    """

    def __init__(
        self, most: int = 5, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._most, self._seconds, self._clock = most, seconds, clock
        self._kinds: dict[
            tuple[str, str], list[float]
        ] = {}  # when the minute began, shown in it, left out since

    def filter(self, record: logging.LogRecord) -> bool:
        """Called by logging."""
        if record.levelno < logging.WARNING or record.exc_info:
            return True
        now = self._clock()
        if len(self._kinds) > MAX_KINDS:
            self._kinds.clear()
        kind = self._kinds.setdefault((record.name, str(record.msg)), [now, 0.0, 0.0])
        if now - kind[0] > self._seconds:
            left_out = int(kind[2])
            kind[:] = [now, 0.0, 0.0]
            if left_out and not hasattr(record, "left_out"):  # already added by another handler
                record.left_out, record.msg = left_out, f"{record.msg} ({left_out} more like this)"
        if kind[1] >= self._most:
            kind[2] += 1
            return False
        kind[1] += 1
        return True


class Forwarder(logging.Handler):
    """Passes every record to the subscribers of the engine's log.

    Args:
        forward: called from any thread with the record as in the file.
    """

    def __init__(self, forward: Callable[[str], object]) -> None:
        super().__init__()
        self._forward = forward
        self.setFormatter(CleanFormatter())
        self.addFilter(RateLimit())

    def emit(self, record: logging.LogRecord) -> None:
        """Called by logging."""
        try:
            self._forward(self.format(record))
        except Exception:
            self.handleError(record)


class PrivateRotatingFile(RotatingFileHandler):
    """A rotating log file readable by the user alone."""

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        return os.fdopen(os.open(self.baseFilename, flags, 0o600), "a", encoding="utf-8")


def open_log(path: Path, level: int = logging.INFO) -> logging.Handler:
    """Write the engine's and the server's messages to a file; `close_log` takes what this returns.

    Raises:
        EngineError: the file cannot be written.
    """
    try:
        make_private(path.parent)
        handler = PrivateRotatingFile(path, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8")
    except OSError as error:
        raise EngineError(
            Sentence(
                "The engine's log {} cannot be written ({}).", path, error.strerror or type(error).__name__
            ),
            "Make its folder writable.",
        ) from error
    handler.setFormatter(CleanFormatter())
    handler.addFilter(RateLimit())
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(level)
        logger.addHandler(handler)
    return handler


@contextlib.contextmanager
def forwarded(forward: Callable[[str], object]) -> Iterator[None]:
    """In the block, pass every record to ``forward`` too."""
    forwarder = Forwarder(forward)
    for name in LOGGERS:
        logging.getLogger(name).addHandler(forwarder)
    try:
        yield
    finally:
        for name in LOGGERS:
            logging.getLogger(name).removeHandler(forwarder)


def close_log(handler: logging.Handler) -> None:
    """Undo `open_log`."""
    for name in LOGGERS:
        logging.getLogger(name).removeHandler(handler)
        logging.getLogger(name).setLevel(logging.NOTSET)
    handler.close()
