"""Mixed jobs of several clients: no unexpected errors, and no growth of memory."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from s2edit_plugin.api import OnProgress, Progress, queries
from s2edit_plugin.engine.client.interface import Client
from s2edit_plugin.errors import CancelledError, S2EditError
from s2edit_plugin.tools.soak.actions import Ledger, Player
from s2edit_plugin.tools.soak.inspection import inspect

__all__ = ["MixedReport", "growth_per_hour", "run_mixed"]

SAMPLE_SECONDS = 1.0
WARM_UP = 0.25  # share of the time in which models load and caches fill
ALLOWED_GROWTH = 0.10  # of the memory after warming up, or ALLOWED_BYTES if that is more
ALLOWED_BYTES = 64 * 1024 * 1024

Connect = Callable[[], Client]


@dataclass
class MixedReport:
    """Results.

    Attributes:
        actions: successful actions by kind. refused: expected errors by kind.
        problems: sentences, empty for a pass. memory: (seconds, bytes) of the engine's process.
    """

    seconds: float
    actions: dict[str, int]
    refused: dict[str, int]
    problems: list[str]
    memory_after_warm_up: int = 0
    memory_at_end: int = 0
    growth_per_hour: float = 0.0
    memory: list[tuple[float, int]] = field(default_factory=list, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Figures as JSON values."""
        return {
            "seconds": round(self.seconds, 1),
            "actions": self.actions,
            "refused": self.refused,
            "problems": self.problems,
            "memory_after_warm_up": self.memory_after_warm_up,
            "memory_at_end": self.memory_at_end,
            "growth_per_hour": round(self.growth_per_hour),
        }


def run_mixed(
    connect: Connect,
    folder: Path,
    seconds: float,
    *,
    clients: int = 3,
    seed: int = 0,
    steps: int = 4,
    on_progress: OnProgress = lambda _: None,
) -> MixedReport:
    """Let several clients perform random actions.

    Args:
        connect: returns a new client of the engine. folder: its data folder, checked at the end.

    Raises:
        CancelledError: through ``on_progress``; the clients stop.
    """
    ledger, stop, started = Ledger(), threading.Event(), time.monotonic()
    opened = [connect() for _ in range(clients + 1)]
    threads = [
        threading.Thread(
            target=_play, args=(client, ledger, stop, seed + number, steps), name=f"soak {number}"
        )
        for number, client in enumerate(opened[:-1])
    ]
    for thread in threads:
        thread.start()
    memory: list[tuple[float, int]] = []
    try:
        while (now := time.monotonic() - started) < seconds and any(thread.is_alive() for thread in threads):
            memory.append((now, opened[-1].call(queries.GetStatus()).memory_bytes))
            on_progress(Progress("mixed jobs", round(now), round(seconds), None, seconds - now))
            stop.wait(SAMPLE_SECONDS)
    except S2EditError as error:
        if isinstance(error, CancelledError):
            raise
        ledger.unexpected.append(f"status: {error}")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        for client in opened:
            client.close()
    first, last, per_hour = growth_per_hour(memory)
    problems = [*ledger.unexpected, *inspect(folder, ledger.promised)]
    if last - first > max(ALLOWED_GROWTH * first, ALLOWED_BYTES):
        problems.append(f"Memory grew from {first / 1e6:.0f} to {last / 1e6:.0f} MB.")
    return MixedReport(
        time.monotonic() - started,
        dict(ledger.done),
        dict(ledger.refused),
        problems,
        first,
        last,
        per_hour,
        memory,
    )


def growth_per_hour(memory: list[tuple[float, int]]) -> tuple[int, int, float]:
    """Memory after warming up, memory at the end (medians of a quarter each) and the growth between them in bytes an hour."""
    if len(memory) < 4:
        return 0, 0, 0.0
    end = memory[-1][0]
    quarters = [
        [bytes_ for at, bytes_ in memory if low * end <= at <= high * end]
        for low, high in ((WARM_UP, 2 * WARM_UP), (1 - WARM_UP, 1.0))
    ]
    if not all(quarters):
        return 0, 0, 0.0
    first, last = (int(statistics.median(quarter)) for quarter in quarters)
    hours = (1 - 2 * WARM_UP + WARM_UP / 2) * end / 3600
    return first, last, (last - first) / hours if hours else 0.0


def _play(client: Client, ledger: Ledger, stop: threading.Event, seed: int, steps: int) -> None:
    player = Player(client, ledger, seed, steps, everything_first=True)
    while not stop.is_set():
        try:
            player.play()
        except S2EditError as error:  # the engine has ended
            if not stop.is_set():
                ledger.unexpected.append(f"client {seed}: {error}")
            return
        except TimeoutError as error:
            ledger.unexpected.append(f"client {seed} waited too long: {error}")
            return
