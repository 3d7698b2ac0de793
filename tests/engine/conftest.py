"""An engine on the network, on a thread of the test, with a studio whose steps the test controls."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin.engine.client.discovery import Endpoint
from s2edit_plugin.engine.client.remote import RemoteClient
from s2edit_plugin.engine.server import process
from s2edit_plugin.engine.server.studios import Make
from s2edit_plugin.storage.paths import DataFolder
from tests.fakes.fake_studio import FakeStudio


@dataclass
class Running:
    """An engine that runs on a thread."""

    endpoint: Endpoint
    root: Path
    studio: FakeStudio
    server: Any
    thread: threading.Thread

    @property
    def service(self) -> Any:
        return self.server._service

    def client(self) -> RemoteClient:
        return RemoteClient(self.endpoint, self.root)

    def warm_up(self) -> None:
        """Start every thread it may ever have, so that none seems to be leaked by a test."""
        list(self.service._pool.map(lambda _: time.sleep(0.05), range(8)))

    def end(self) -> None:
        self.studio.release()
        self.server.should_exit = True
        self.thread.join(20)
        assert not self.thread.is_alive()


def start_engine(
    root: Path, monkeypatch: pytest.MonkeyPatch, level: int = logging.INFO, make: Make | None = None
) -> Running:
    """Be an engine on a thread of this process; ``make`` None: with a fake studio."""
    studio, ready, servers = FakeStudio(), threading.Event(), []
    endpoints: list[Endpoint] = []

    class Watched(process.Server):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            servers.append(self)

    monkeypatch.setattr(process, "Server", Watched)

    def on_ready(endpoint: Endpoint) -> None:
        endpoints.append(endpoint)
        ready.set()

    thread = threading.Thread(
        target=process.run_engine,
        args=(DataFolder(root),),
        kwargs={"on_ready": on_ready, "make": make or studio.make, "level": level},
    )
    thread.start()
    assert ready.wait(20)
    return Running(endpoints[0], root, studio, servers[0], thread)


@pytest.fixture
def running(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """An engine of the test's data folder."""
    engine = start_engine(data_home, monkeypatch)
    yield engine
    engine.end()


@pytest.fixture
def client(running: Running) -> Iterator[RemoteClient]:
    """A client of it."""
    with running.client() as client:
        yield client
