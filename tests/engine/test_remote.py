"""Clients of an engine over the network: the same answers, errors and events as in one process, whatever breaks."""

from __future__ import annotations

import dataclasses
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from s2edit_plugin import api
from s2edit_plugin.api import Event, queries
from s2edit_plugin.engine.client import stream
from s2edit_plugin.engine.client.remote import RemoteClient
from s2edit_plugin.engine.protocol import wire
from s2edit_plugin.engine.server import client_registry, process
from s2edit_plugin.engine.server.blobs import BlobStore
from s2edit_plugin.errors import (
    CancelledError,
    EngineError,
    EngineGoneError,
    ImageError,
    ResourceError,
    UsageError,
)
from tests.engine.conftest import Running, start_engine

PHOTO = bytes(range(256)) * 1000
EDIT = api.ApplyEdit(PHOTO, ("anna/me",), "smiling", settings=api.EditSettings(steps=5))
LEARN = api.LearnToken(
    b"photo", "anna", "me", class_noun="woman", settings=api.LearnSettings(steps_token=20, steps_joint=20)
)
MASK = api.MakeMask(b"photo")


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_jobs_give_their_results(client: RemoteClient, running: Running) -> None:
    heard: list[Event] = []
    result = client.run(EDIT, heard.append)
    assert result.image == PHOTO
    assert result.target_prompt == "smiling"
    steps = [e.job.progress.step for e in heard if e.kind == "progress" and e.job and e.job.progress]
    assert steps == sorted(steps)
    assert steps[-1] == 5
    assert client.run(LEARN).steps == 40
    assert client.run(MASK).mask == b"photo"


def test_answers_do_not_wait_for_an_acknowledgement(running: Running) -> None:
    with RemoteClient(running.endpoint) as client:  # over the loopback; a Unix socket has none to wait for
        client.subscribe(lambda event: None)
        connections = list(running.server.server_state.connections)
        assert len(connections) == 2
        for connection in connections:
            own = connection.transport.get_extra_info("socket")
            assert own.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_clients_come_over_the_socket_and_over_the_loopback_where_it_is_hidden(
    client: RemoteClient, running: Running
) -> None:
    def families() -> set[int]:
        connections = list(running.server.server_state.connections)
        return {connection.transport.get_extra_info("socket").family for connection in connections}

    assert client.run(MASK).mask == b"photo"
    assert families() == {socket.AF_UNIX}
    (running.root / "engine" / running.endpoint.socket).unlink()
    with running.client() as other:
        assert other.run(MASK).mask == b"photo"
        assert families() == {socket.AF_UNIX, socket.AF_INET}


def test_calls_are_answered(client: RemoteClient) -> None:
    assert client.call(queries.GetStatus()).version
    changed = client.call(queries.ChangeSettings({"device": "cpu"})).values
    assert changed["device"] == "cpu"
    assert client.call(queries.GetSettings()).values == changed
    assert client.call(queries.ListModels()).models
    with pytest.raises(UsageError, match="setting"):
        client.call(queries.ChangeSettings({"devise": "cpu"}))
    with pytest.raises(UsageError):
        client.call(EDIT)
    with pytest.raises(UsageError):
        client.submit(queries.ListJobs())


def test_errors_of_jobs_arrive_as_they_were_raised(client: RemoteClient, running: Running) -> None:
    running.studio.raises = ImageError("This is no picture.", "Use another.")
    with pytest.raises(ImageError, match="no picture") as caught:
        client.run(EDIT)
    assert caught.value.hint == "Use another."
    with pytest.raises(EngineError, match="no such job"):
        client.attach("0" * 32)
    with pytest.raises(EngineError):
        client.job_info("../hello")


def test_a_photo_is_sent_once(
    client: RemoteClient, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    received: list[int] = []
    reserve = BlobStore.reserve
    monkeypatch.setattr(BlobStore, "reserve", lambda self, n: (received.append(n), reserve(self, n)))
    client.run(EDIT)
    client.run(dataclasses.replace(EDIT, prompt="with glasses"))
    with running.client() as other:
        other.run(EDIT)
    assert sum(received) == len(PHOTO)


def test_a_photo_that_was_dropped_is_sent_again(client: RemoteClient, running: Running) -> None:
    client.run(EDIT)
    running.service.blobs = None  # a store that forgets between the question and the order
    store = BlobStore()
    asked: list[str] = []

    class Forgetful(BlobStore):
        def has(self, name: str) -> bool:
            asked.append(name)
            return True

    running.service.blobs = store = Forgetful()
    assert client.run(EDIT).image == PHOTO
    assert asked
    assert store.size >= len(PHOTO)


def test_a_result_can_be_fetched_again_when_its_picture_was_dropped(
    client: RemoteClient, running: Running
) -> None:
    job = client.submit(EDIT)
    assert job.wait(10).image == PHOTO
    running.service.blobs = BlobStore(kept=0)
    assert client.fetch_result(job.id).image == PHOTO


def test_a_refused_picture_gives_the_engines_sentence(client: RemoteClient, running: Running) -> None:
    running.service.blobs = BlobStore(held=1000)
    with pytest.raises(ResourceError, match="too many pictures"):
        client.run(dataclasses.replace(EDIT, photo=bytes(30_000_000)))
    assert client.call(queries.GetStatus())


def test_jobs_are_controlled_and_other_clients_see_it(client: RemoteClient, running: Running) -> None:
    running.studio.hold()
    job = client.submit(LEARN, keep=True, title="A title")
    running.studio.allow(2)
    with running.client() as other:
        assert other.attach(job.id).info().title == "A title"
        other.control(job.id, "pause")
        running.studio.release()
        wait_until(lambda: job.info().state == "paused")
        running.studio.hold()
        job.resume()
        other.attach(job.id).cancel()
        running.studio.release()
        with pytest.raises(CancelledError):
            job.wait(10)
        assert [info.id for info in other.call(queries.ListJobs()).jobs] == [job.id]
        with pytest.raises(UsageError):
            other.control(job.id, "explode")


def test_three_clients_at_once(running: Running) -> None:
    clients = [running.client() for _ in range(3)]
    heard: list[list[Event]] = [[], [], []]
    results: dict[int, object] = {}

    def work(index: int) -> None:
        for number in range(5):
            prompt = f"{index} {number}"
            result = clients[index].run(dataclasses.replace(EDIT, prompt=prompt), heard[index].append)
            assert result.target_prompt == prompt
            clients[index].call(queries.ListJobs())
        results[index] = result

    threads = [threading.Thread(target=work, args=(index,)) for index in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(results) == 3
    assert clients[0].call(queries.GetStatus()).clients == 3
    for client, events in zip(clients, heard, strict=True):
        assert len({event.job.id for event in events if event.job}) == 5
        client.close()


def test_a_client_that_dies_takes_its_jobs_along_but_not_those_it_asked_to_keep(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.service.clients._grace = 0.1
    running.studio.hold()
    dying = running.client()
    lost, kept = dying.submit(EDIT), dying.submit(MASK, keep=True)
    dying._stream.close()  # the connections break; nobody says goodbye
    with running.client() as other:
        other.subscribe(lambda _: None)
        wait_until(lambda: running.service.clients.count == 1 and not running.service.clients._leaving)
        running.studio.release()
        with pytest.raises(CancelledError):
            other.attach(lost.id).wait(10)
        assert other.attach(kept.id).wait(10).coverage == 0.5
    dying.close()


def test_a_client_that_never_listens_is_given_up_too(running: Running) -> None:
    running.service.clients._grace = 0.05
    running.studio.hold()
    with running.client() as client:
        body = wire.plain(wire.Order("MakeMask", wire.plain(MASK), "a" * 32))
        client._transport.ask("POST", "/v1/jobs", body)
        wait_until(lambda: not running.service.clients._leaving)
        running.studio.release()
        wait_until(lambda: client.job_info("a" * 32).is_over)


def test_a_broken_stream_is_opened_again_and_nothing_is_missed(
    client: RemoteClient, running: Running
) -> None:
    heard: list[Event] = []
    client.subscribe(heard.append)
    running.studio.hold()
    job = client.submit(EDIT)
    running.studio.allow(1)
    lines = client._stream._lines
    assert lines is not None
    lines.close()
    running.studio.release()
    assert job.wait(10).image == PHOTO
    wait_until(lambda: bool(heard) and heard[-1].job is not None and heard[-1].job.is_over)
    assert [event.number for event in heard] == sorted({event.number for event in heard})
    assert running.service.clients.count == 1


def test_the_log_is_heard_by_who_asks_for_it(client: RemoteClient, running: Running) -> None:
    heard: list[Event] = []
    everything: list[Event] = []
    client.subscribe(heard.append)
    client.subscribe(everything.append, log=True)
    client.run(dataclasses.replace(EDIT, prompt="sunflowers"))
    wait_until(lambda: any("ApplyEdit" in event.text and "is done" in event.text for event in everything))
    records = [event.text for event in everything if event.kind == "log"]
    assert "".join(records).count("starts") == 1
    assert not [event for event in heard if event.kind == "log"]
    assert [event for event in everything if event.kind != "log"] == heard
    assert "sunflowers" not in "".join(records)
    assert all(record in client.call(queries.ReadLog()).text for record in records)


def test_who_missed_events_hears_how_everything_is(client: RemoteClient, running: Running) -> None:
    client.run(MASK)
    heard: list[Event] = []
    client._stream._since = 10**9  # as after a restart of the engine
    client.subscribe(heard.append)
    lines = client._stream._lines
    assert lines is not None
    lines.close()
    wait_until(lambda: {"state", "library", "history", "models", "settings"} <= {e.kind for e in heard})


def test_the_end_of_the_engine_is_heard_once_and_calls_raise(
    data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = start_engine(data_home, monkeypatch)
    client = running.client()
    heard: list[Event] = []
    client.subscribe(heard.append)
    running.studio.hold()
    job = client.submit(LEARN, keep=True)
    running.studio.allow(1)
    running.server.should_exit = True
    wait_until(lambda: bool(running.service.engine.queue._closed))
    running.end()
    wait_until(lambda: any(event.job is None for event in heard))
    assert [event.text for event in heard if event.job is None] == ["The engine has ended."]
    states = [event.job.state for event in heard if event.job and event.kind == "state"]
    assert states[-1] == "cancelled"
    for act in (job.info, lambda: client.submit(EDIT), lambda: client.call(queries.GetStatus())):
        with pytest.raises(EngineGoneError):
            act()
    client.close()


def test_waiting_ends_when_the_engine_ends(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running = start_engine(data_home, monkeypatch)
    with running.client() as client:
        running.studio.hold()
        job = client.submit(EDIT)
        caught: list[BaseException] = []

        def wait() -> None:
            try:
                job.wait(20)
            except (EngineGoneError, CancelledError) as error:
                caught.append(error)

        thread = threading.Thread(target=wait)
        thread.start()
        wait_until(lambda: len(client._listeners) == 1)
        running.server.should_exit = True
        wait_until(lambda: bool(running.service.engine.queue._closed))  # else the job is through before
        running.end()
        thread.join(10)
    assert len(caught) == 1


def test_an_idle_connection_that_the_engine_closed_is_replaced(
    client: RemoteClient, running: Running
) -> None:
    client.call(queries.GetStatus())
    ((_, connection),) = client._transport._idle
    connection.sock.shutdown(socket.SHUT_RDWR)
    assert client.call(queries.GetStatus()).pid


def test_a_closed_client_says_so(running: Running) -> None:
    client = running.client()
    client.subscribe(lambda _: None)
    client.close()
    client.close()
    with pytest.raises(EngineGoneError, match="closed"):
        client.call(queries.GetStatus())


def test_closing_a_client_ends_its_waiting(
    client: RemoteClient, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering, gate = threading.Event(), threading.Event()
    monkeypatch.setattr(
        running.service.engine, "call", lambda *_: (answering.set(), gate.wait(20)) and queries.JobList(())
    )
    caught: list[BaseException] = []

    def ask() -> None:
        try:
            client.call(queries.ListJobs())
        except EngineGoneError as error:
            caught.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    assert answering.wait(10)
    began = time.monotonic()
    client.close()
    thread.join(10)
    assert time.monotonic() - began < 8
    gate.set()
    assert len(caught) == 1


def test_what_a_listener_of_run_raises_cancels_the_job(client: RemoteClient, running: Running) -> None:
    def interrupt(event: Event) -> None:
        if event.kind == "progress":
            raise KeyboardInterrupt

    running.studio.hold()
    thread = threading.Thread(target=lambda: (running.studio.allow(1), running.studio.release()))
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        client.run(dataclasses.replace(LEARN, settings=api.LearnSettings(10_000, 10_000)), interrupt)
    thread.join()
    (job,) = client.call(queries.ListJobs()).jobs
    wait_until(lambda: client.job_info(job.id).state == "cancelled")


def test_the_end_of_a_client_that_never_comes_back_is_a_cancel_at_once(
    client: RemoteClient, running: Running
) -> None:
    running.service.clients._grace = 3600.0
    filter_of_gimp = RemoteClient(running.endpoint, running.root, patient=False)
    running.studio.hold()
    job = filter_of_gimp.submit(EDIT)
    running.studio.allow(1)
    filter_of_gimp.close()
    queued = running.service.engine.queue._jobs[job.id]
    wait_until(lambda: queued.requested_action == "cancel")
    running.studio.allow(1)
    wait_until(lambda: client.job_info(job.id).state == "cancelled")


def test_grace_is_long_enough_for_a_reconnect() -> None:
    assert client_registry.GRACE_SECONDS > stream.RETURN_SECONDS


def test_the_engine_tidies_up_once_in_a_while(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "FIRST_TIDY_SECONDS", 0.0)
    tidied: list[Path] = []
    monkeypatch.setattr(process, "tidy", lambda folder: tidied.append(folder.root))
    running = start_engine(data_home, monkeypatch)
    wait_until(lambda: bool(tidied))
    running.end()
    assert tidied == [data_home]
