"""The engine's log file: what happened, without secrets, prompts or names of people.

Messages are ours, so they can be kept clean; an exception's text is not (``KeyError: 'anna/me'``), so of exceptions the log
holds their class and where they came from.
"""

from __future__ import annotations

import logging
import os
import traceback
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from s2edit_plugin.errors import EngineError

__all__ = ["LOGGERS", "CleanFormatter", "close_log", "open_log"]

LOGGERS = ("s2edit_plugin", "uvicorn.error")
MAX_BYTES, BACKUPS = 1_000_000, 3
MAX_FRAMES = 30


class CleanFormatter(logging.Formatter):
    """Formats exceptions without their text."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")

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
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = PrivateRotatingFile(path, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8")
    except OSError as error:
        raise EngineError(
            f"The engine's log {path} cannot be written ({error.strerror or type(error).__name__}).",
            "Make its folder writable.",
        ) from error
    handler.setFormatter(CleanFormatter())
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(level)
        logger.addHandler(handler)
    return handler


def close_log(handler: logging.Handler) -> None:
    """Undo `open_log`."""
    for name in LOGGERS:
        logging.getLogger(name).removeHandler(handler)
        logging.getLogger(name).setLevel(logging.NOTSET)
    handler.close()
