"""Hundreds of hostile requests (ten thousand with ``--all``): no crash, no stray file, and it still answers."""

from __future__ import annotations

import contextlib
import io
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.engine.server import access_guard, service
from s2edit_plugin.engine.server.studios import make_studio
from s2edit_plugin.library import Library
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import change_settings
from s2edit_plugin.workflows import doctor
from tests.engine.conftest import Running, start_engine
from tests.fakes.fuzz_requests import fuzzed
from tests.fakes.tiny_model import write_tiny_model

CI, ALL = 300, 10_000
KNOWN = {
    "library", "trash", "quarantine", "cache", "checkpoints", "results", "history", "models", "engine", "settings.json",
    "licences.json", "models.lock", "models-move.json", "settings.lock", "forgotten.json",
    ".library", ".lock", ".locks",
}  # fmt: skip


def png(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def engine(
    data_home: Path, model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Running]:
    """A real engine with a tiny model, in an empty working folder."""
    change_settings(DataFolder(data_home), model=str(model), device="cpu", mirror="http://127.0.0.1:9")
    monkeypatch.setattr(
        doctor, "examine_apart", lambda folder: []
    )  # a process each time, and nothing to attack
    monkeypatch.setattr(service, "RENEW_SECONDS", 1e9)  # it is to live on after somebody was forgotten
    monkeypatch.setattr(
        access_guard, "HEAD_SECONDS", 0.3
    )  # requests that do not end would take most of the time
    monkeypatch.setattr(access_guard, "GAP_SECONDS", 0.3)
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    running = start_engine(data_home, monkeypatch, make=make_studio)
    yield running
    running.end()


def samples_for(running: Running) -> dict[str, Any]:
    """Values that make most requests valid: a photo, a mask, a token that is there, a file to import."""
    photo = png(np.random.default_rng(0).integers(0, 255, (48, 40, 3), dtype=np.uint8))
    area = np.zeros((48, 40), np.uint8)
    area[12:36, 10:30] = 255
    learn = api.LearnToken(
        photo, "anna", "me", "identity", "woman", subject_mask=png(area), consent=True,
        settings=api.LearnSettings(steps_token=1, steps_joint=1, batch=1),
    )  # fmt: skip
    with running.client() as client:
        client.run(learn)
        exported = client.call(queries.ExportToken("anna/me")).data
    return {
        "photo": photo, "subject_mask": png(area), "region_mask": png(area), "data": exported,
        "file_name": "anna.safetensors", "name": "anna/me", "names": ("anna/me",), "tokens": ("anna/me",),
        "person": "anna", "token": "new", "class_noun": "woman", "new_name": "anna/copy",
        "prompt": "a photo of a woman smiling", "source_prompt": "a photo of a woman", "word": "smiling",
        "path": str(running.root / "no model"), "folder": str(running.root / "models"),
        "limit_bytes": 10**9, "changes": {"history_limit_gb": 5.0}, "settings": None, "steps": 2,
        "steps_token": 1, "steps_joint": 1, "batch": 1, "consent": True,
    }  # fmt: skip


def send(port: int, data: bytes) -> bytes:
    """Send a request, read some of the answer; what an event stream says is not waited for."""
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(data)
        answer = b""
        with contextlib.suppress(OSError):
            while len(answer) < 200_000 and (piece := connection.recv(65536)):
                answer += piece
                if b"text/event-stream" in answer:
                    break
        return answer


def attack(running: Running, seed: int, count: int, samples: dict[str, Any]) -> dict[int, int]:
    """Send fuzzed requests; how often which status came (0: none)."""
    statuses: dict[int, int] = {}
    for data in fuzzed(seed, count, running.endpoint.secret, samples):
        answer = send(running.endpoint.port, data)
        status = int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else 0
        statuses[status] = statuses.get(status, 0) + 1
    return statuses


def finish_jobs(running: Running, seconds: float) -> None:
    """Cancel what is left and wait until the workers are free."""
    queue = running.service.engine.queue
    end = time.monotonic() + seconds
    while any(not info.is_over for info in queue.infos()):
        for info in queue.infos():
            queue.control(info.id, "cancel")
        assert time.monotonic() < end, [info for info in queue.infos() if not info.is_over]
        time.sleep(0.02)


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def run_attack(engine: Running, count: int, threads: int) -> None:
    samples = samples_for(engine)
    outside = files_below(Path.cwd())
    per_thread = [count // threads + (index < count % threads) for index in range(threads)]
    found: list[dict[int, int]] = []

    def work(index: int) -> None:
        found.append(attack(engine, 1000 + index, per_thread[index], samples))

    workers = [threading.Thread(target=work, args=(index,)) for index in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    statuses = {status: sum(one.get(status, 0) for one in found) for one in found for status in one}
    assert len(found) == threads
    assert sum(statuses.values()) == count
    assert statuses.get(500, 0) == 0, statuses
    assert {200, 400, 404} <= set(statuses), statuses
    finish_jobs(engine, 120)
    check_afterwards(engine, outside)


def check_afterwards(engine: Running, outside: set[str]) -> None:
    """It answers, works, has logged nothing unforeseen, and has left nothing where it does not belong."""
    with engine.client() as client:
        assert client.call(queries.GetStatus()).jobs_running == 0
        image = np.full((60, 60, 3), 90, np.uint8)
        image[15:45, 15:45] = (200, 30, 30)
        assert client.run(api.MakeMask(png(image), "grabcut")).mask
        assert client.call(queries.CheckLibrary()).problems == ()
    log = (engine.root / "engine" / "engine.log").read_text("utf-8")
    assert "Unforeseen" not in log, log[log.index("Unforeseen") - 200 :][:3000]
    assert "A preview failed" not in log
    assert engine.endpoint.secret not in log
    assert files_below(Path.cwd()) == outside
    assert {path.name for path in engine.root.iterdir()} <= KNOWN, sorted(os.listdir(engine.root))
    assert [name for name in files_below(engine.root) if name.endswith(".part")] == []
    assert Library(DataFolder(engine.root)).check() == []
    assert engine.service.blobs.size < 1 << 30


def test_hundreds_of_hostile_requests(engine: Running) -> None:
    run_attack(engine, CI, 1)


@pytest.mark.slow
def test_ten_thousand_hostile_requests_from_three_sides(engine: Running) -> None:
    run_attack(engine, ALL, 3)


def test_the_generator_gives_the_same_requests_for_the_same_seed() -> None:
    samples = {"photo": b"photo", "changes": {}}
    assert list(fuzzed(7, 50, "s", samples)) == list(fuzzed(7, 50, "s", samples))
    assert list(fuzzed(7, 50, "s", samples)) != list(fuzzed(8, 50, "s", samples))
