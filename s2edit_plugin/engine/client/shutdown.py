"""Ending an engine, one that hangs too. Standard library only."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from s2edit_plugin.engine.client import discovery, launching
from s2edit_plugin.engine.client.connections import NO_ANSWER
from s2edit_plugin.engine.client.discovery import Endpoint
from s2edit_plugin.engine.client.remote import RemoteClient
from s2edit_plugin.errors import EngineError, Sentence

__all__ = ["STOP_SECONDS", "end_engine", "end_hung", "has_ended"]

STOP_SECONDS = 70.0  # the last step of a job and its checkpoint
HUNG_SECONDS = 20.0  # without an answer for this time the engine hangs
TERM_SECONDS, KILL_SECONDS = 10.0, 5.0
PAUSE = 0.05


def end_engine(root: Path, *, force: bool = False, patience: float = STOP_SECONDS) -> Endpoint | None:
    """Ask the running engine, of any version, to end, and wait for the end of its process.

    An engine that does not answer is ended by signals. While its lock is held and the discovery file is unchanged, the
    process named there is the engine.

    Args:
        root: the data folder. force: end it by signals also where it answers but does not end. patience: seconds it may take.

    Returns:
        the engine that has ended, None: none ran.

    Raises:
        EngineError: it has not ended.
    """
    folder = root / "engine"
    endpoint = discovery.read_endpoint(folder)
    if discovery.lock_state(folder) == "free" or endpoint is None:
        return None
    with RemoteClient(endpoint, root) as client:
        answered = client.end_engine()
    if answered and _wait(lambda: has_ended(folder, endpoint), patience):
        return endpoint
    if (force or not answered) and _kill(folder, endpoint):
        return endpoint
    raise EngineError(
        Sentence("The engine (process {}) has not ended yet.", endpoint.pid),
        "Wait, or run `s2edit engine stop --force`.",
    )


def end_hung(root: Path) -> bool:
    """End an engine that does not answer; returns whether there was one.

    Args:
        root: the data folder.
    """
    folder = root / "engine"
    endpoint = discovery.read_endpoint(folder)
    if endpoint is None or discovery.lock_state(folder) != "held":
        return False
    with RemoteClient(endpoint, root) as client:
        try:
            client.hello(HUNG_SECONDS)
        except EngineError as error:
            return error.sentence == NO_ANSWER and _kill(folder, endpoint)
    return False


def has_ended(folder: Path, endpoint: Endpoint) -> bool:
    """Whether an engine's process has ended, not only released its lock, so that its memory is free."""
    if discovery.lock_state(folder) == "held" and discovery.read_endpoint(folder) in (None, endpoint):
        return False
    return endpoint.pid == os.getpid() or not launching.is_alive(endpoint.pid)


def _kill(folder: Path, endpoint: Endpoint) -> bool:
    """End it by signals; whether it has ended."""
    for number, seconds in ((signal.SIGTERM, TERM_SECONDS), (_KILL, KILL_SECONDS)):
        if has_ended(folder, endpoint):
            return True
        if endpoint.pid == os.getpid() or not _is_its_own(folder, endpoint):
            return False
        try:
            os.kill(endpoint.pid, number)
        except OSError:
            return has_ended(folder, endpoint)
        if _wait(lambda: has_ended(folder, endpoint), seconds):
            return True
    return False


_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def _is_its_own(folder: Path, endpoint: Endpoint) -> bool:
    """Whether this process is the engine, according to lock and discovery file; an ending engine has released them."""
    return discovery.lock_state(folder) != "free" and discovery.read_endpoint(folder) in (None, endpoint)


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(PAUSE)
    return True
