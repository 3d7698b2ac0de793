"""Programs that take the engine's place, and connections that break: nobody gets a secret or a photo, nothing is done twice."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from s2edit_plugin import api
from s2edit_plugin.api import operations, queries
from s2edit_plugin.engine.client import stream
from s2edit_plugin.engine.client.discovery import SOCKET_NAME, Endpoint
from s2edit_plugin.engine.client.remote import RemoteClient
from s2edit_plugin.engine.protocol import handshake
from s2edit_plugin.errors import EngineError, EngineGoneError
from tests.engine.conftest import Running

SECRET = "the-secret-of-an-engine-that-crashed"
PHOTO = b"a photo of somebody " * 5000

Answers = Callable[[bytes], bytes]


class Impostor:
    """Listens where an engine was, keeps what it hears, and answers as it likes."""

    def __init__(self, answer: Answers, path: Path | None = None) -> None:
        family = socket.AF_INET if path is None else socket.AF_UNIX
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self._listener.bind(("127.0.0.1", 0) if path is None else str(path))
        self._listener.listen(16)
        self.port = self._listener.getsockname()[1] if path is None else 1
        self.heard = b""
        self._answer = answer
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.settimeout(5)
                while piece := connection.recv(1 << 20):
                    self.heard += piece
                    connection.sendall(self._answer(piece))

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)


def said(values: object, status: str = "200 OK") -> bytes:
    body = json.dumps(values).encode()
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status.encode(), len(body), body)


def yes(heard: bytes) -> bytes:
    """What an engine without a handshake might say to anything."""
    return said({"version": "0.1.0", "pid": 1, "event": 0, "idle": True, "kind": "Done", "result": {}})


def guessed(heard: bytes) -> bytes:
    """The right form, and a proof without the secret."""
    return said({"nonce": "0" * 32, "proof": "0" * 64})


def echoed(heard: bytes) -> bytes:
    """The client's own nonce, as if it proved something."""
    nonce = heard.partition(b"nonce=")[2][:32].decode()
    return said({"nonce": nonce, "proof": handshake.proof("another secret", "engine", nonce, nonce)})


ANSWERS: list[Answers] = [
    yes, guessed, echoed,
    lambda heard: said([], "401 Unauthorized"),
    lambda heard: said({"sentence": "Type your password."}, "500 Oh"),
    lambda heard: said(["nonce"]),
    lambda heard: b"HTTP/1.1 200 OK\r\n\r\n" + b"{" * 9000,
    lambda heard: b"SSH-2.0-x\r\n",
]  # fmt: skip


@pytest.fixture(params=["loopback", "socket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    """Where the impostor listens: a socket's path, None for a port."""
    (tmp_path / "engine").mkdir()
    return tmp_path / "engine" / SOCKET_NAME if request.param == "socket" else None


@contextlib.contextmanager
def attached(answer: Answers, place: Path | None) -> Iterator[tuple[Impostor, RemoteClient]]:
    impostor = Impostor(answer, place)
    endpoint = Endpoint(impostor.port, 1, SECRET, "0.1.0", socket=SOCKET_NAME if place else "")
    try:
        with RemoteClient(endpoint, place.parent.parent if place else None) as client:
            yield impostor, client
    finally:
        impostor.close()


@pytest.mark.parametrize("answer", ANSWERS, ids=range(len(ANSWERS)))
def test_an_impostor_gets_neither_the_secret_nor_a_photo(
    answer: Answers, place: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "RETURN_SECONDS", 0.1)
    with attached(answer, place) as (impostor, client):
        with pytest.raises(EngineGoneError) as caught:
            client.submit(api.MakeMask(PHOTO))
        assert "password" not in str(caught.value)
        with pytest.raises(EngineGoneError):
            client.call(queries.ForgetPerson("annabel"))
        assert client.end_engine()  # there is none
    assert b"/v1/prove" in impostor.heard
    for private in (SECRET.encode(), SECRET[:12].encode(), b"a photo of somebody", b"annabel", b"Bearer"):
        assert private not in impostor.heard


def test_a_client_whose_engine_crashed_tells_the_next_program_on_its_port_nothing(running: Running) -> None:
    """The client stays as it is, only the place of the engine is another program's now."""
    with RemoteClient(running.endpoint) as client:
        assert client.call(queries.GetStatus()).version
        impostor = Impostor(yes)
        try:
            client._transport._drop_idle()
            client._transport._endpoint = Endpoint(impostor.port, 1, running.endpoint.secret, "0.1.0")
            with pytest.raises(EngineGoneError):
                client.call(queries.ListTokens())
        finally:
            impostor.close()
    assert running.endpoint.secret.encode() not in impostor.heard


def test_the_secret_is_on_no_wire(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a client does, over both kinds of connections."""
    sent: list[bytes] = []
    plain = socket.socket.sendall

    def listening(self: socket.socket, data: bytes, *flags: int) -> None:
        sent.append(bytes(data))
        plain(self, data, *flags)

    monkeypatch.setattr(socket.socket, "sendall", listening)
    for root in (running.root, None):
        with RemoteClient(running.endpoint, root) as client:
            client.run(api.MakeMask(PHOTO))
            client.call(queries.ListTokens())
    wire = b"".join(sent)
    assert PHOTO in wire
    assert b"/v1/events" in wire
    assert running.endpoint.secret.encode() not in wire


# ---------------------------------------------------------------------- connections that break


class Counted:
    """Counts what reaches the engine, and breaks the connection of an answer."""

    def __init__(self, running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        self.breaks = 0
        answer = running.service._answer

        def counted(kind: type, body: bytes, client: str) -> object:
            self.asked.append(kind.__name__)
            answered = answer(kind, body, client)
            if self.breaks > 0:
                self.breaks -= 1
                for connection in list(running.server.server_state.connections):
                    running.service.loop_of_test.call_soon_threadsafe(connection.transport.abort)
                threading.Event().wait(0.1)
            return answered

        monkeypatch.setattr(running.service, "_answer", counted)
        loops = [connection.loop for connection in running.server.server_state.connections]
        monkeypatch.setattr(running.service, "loop_of_test", loops[0], raising=False)


def test_what_changes_something_is_sent_once_whatever_breaks(
    client: RemoteClient, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.call(queries.GetStatus())
    counted = Counted(running, monkeypatch)
    counted.breaks = 1
    with pytest.raises(EngineGoneError, match="before it answered") as caught:
        client.call(queries.ChangeSettings({"device": "cpu"}))
    assert "whether it was done" in caught.value.hint
    assert counted.asked == ["ChangeSettings"]
    assert client.call(queries.GetSettings()).values["device"] == "cpu", "it was done, and the client goes on"


def test_a_question_is_asked_again_on_one_new_connection(
    client: RemoteClient, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = [threading.Thread(target=lambda: client.call(queries.Diagnose())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(client._transport._idle) > 1, "several connections of the pool will be dead at once"
    counted = Counted(running, monkeypatch)
    counted.breaks = 1
    assert client.call(queries.GetSettings()).values
    assert counted.asked == ["GetSettings", "GetSettings"]
    counted.breaks = 5
    with pytest.raises(EngineError):
        client.call(queries.GetSettings())
    assert len(counted.asked) == 4


def test_reading_calls_are_those_that_change_nothing() -> None:
    assert any(operations.OPERATIONS[kind].read_only for kind in operations.QUERIES)
    changing = {kind.__name__ for kind in operations.QUERIES if not operations.OPERATIONS[kind].read_only}
    assert changing == {
        "ChangeToken", "DeleteTokens", "RestoreToken", "DuplicateToken", "ImportFile", "CheckLibrary", "ChangePerson",
        "ForgetPerson", "DropResumable", "ChangeHistory", "PruneHistory", "AcceptLicence", "UseModel", "RemoveModel",
        "ChangeSettings", "HandOver", "AskHandover", "TakeHandover", "GiveBack",
    }  # fmt: skip
