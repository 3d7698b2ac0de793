"""Repeated kills of the engine at random times: afterwards all files can be read and no confirmed token is lost."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from s2edit_plugin.api import OnProgress, Progress
from s2edit_plugin.engine.client.interface import Client
from s2edit_plugin.engine.client.remote import RemoteClient, connect
from s2edit_plugin.errors import S2EditError
from s2edit_plugin.tools.soak.actions import Ledger, Player
from s2edit_plugin.tools.soak.inspection import inspect

__all__ = ["KillReport", "run_kills"]

LONGEST = 2.5  # seconds of work before a kill
CLIENTS = 2
WARM_SECONDS = 60.0  # timeout for starting the engine and loading its libraries


@dataclass
class KillReport:
    """Results. ``problems``: sentences, empty for a pass. ``during``: actions at the time of a kill."""

    kills: int
    seconds: float
    actions: dict[str, int]
    problems: list[str]
    promised: int
    during: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Figures as JSON values."""
        return {
            "kills": self.kills,
            "seconds": round(self.seconds, 1),
            "actions": self.actions,
            "problems": self.problems,
            "tokens_promised": self.promised,
            "killed_during": self.during,
        }


def run_kills(
    folder: Path, kills: int, *, seed: int = 0, steps: int = 4, on_progress: OnProgress = lambda _: None
) -> KillReport:
    """Repeat: start an engine, let clients work, kill -9 it at a random time, check the folder.

    Raises:
        S2EditError: an engine cannot be started.
    """
    chance, ledger, started = random.Random(seed), Ledger(), time.monotonic()
    problems: list[str] = []
    during: Counter[str] = Counter()
    for number in range(kills):
        killed_while = _one(folder, ledger, chance, seed + 10 * number, steps)
        during.update(killed_while or ["nothing"])
        problems += [f"after kill {number + 1}: {problem}" for problem in inspect(folder, ledger.promised)]
        passed = time.monotonic() - started
        on_progress(Progress("kills", number + 1, kills, None, passed / (number + 1) * (kills - number - 1)))
    problems += ledger.unexpected
    return KillReport(
        kills, time.monotonic() - started, dict(ledger.done), problems, len(ledger.promised), dict(during)
    )


def _one(folder: Path, ledger: Ledger, chance: random.Random, seed: int, steps: int) -> list[str]:
    """One kill; returns the actions of its clients at that time."""
    first = connect(data_folder=folder, wait=WARM_SECONDS)
    others = [connect(data_folder=folder, start=False, wait=WARM_SECONDS) for _ in range(CLIENTS - 1)]
    clients: list[RemoteClient] = [first, *others]
    players = [Player(client, ledger, seed + number, steps) for number, client in enumerate(clients)]
    # Without warm-up the engine would be killed while it loads torch.
    players[0].warm_up()
    doing: list[str] = [""] * len(players)
    threads = [
        threading.Thread(target=_play_until_gone, args=(player, doing, number), name=f"kill soak {number}")
        for number, player in enumerate(players)
    ]
    for thread in threads:
        thread.start()
    time.sleep(chance.uniform(0.0, LONGEST))
    now = [action for action in doing if action]
    os.kill(first.endpoint.pid, signal.SIGKILL)
    for thread in threads:
        thread.join()
    for client in clients:
        _close(client)
    return now


def _play_until_gone(player: Player, doing: list[str], number: int) -> None:
    with contextlib.suppress(S2EditError):
        while True:
            doing[number] = player.choose()
            player.play()


def _close(client: Client) -> None:
    with contextlib.suppress(S2EditError):
        client.close()
