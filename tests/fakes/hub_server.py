"""A model hub on this machine: repositories, a content network on another port, plain files, and scriptable faults.

It answers as huggingface.co does: ``/api/models/REPO/revision/REV?blobs=true`` lists files with sizes and hashes,
``/REPO/resolve/REV/PATH`` gives small files with their git hash as ETag and sends to the content network for large ones.
Loopback only.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

__all__ = ["Fault", "HubServer", "Seen", "running_hub"]

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = (".safetensors", ".onnx")


@dataclass
class Fault:
    """Something that goes wrong.

    Attributes:
        match: part of the path it happens to. times: how often, then never again.
        kind: ``cut`` the connection after ``after`` bytes; ``stall`` there, saying nothing more; ``silent`` from the start;
            ``slow`` from there on, a byte at a time; ``short``: end there as if it were all; ``wrong`` content, right size;
            ``longer`` than it should be; ``status`` (with ``headers``); ``redirect`` to ``location`` or to itself;
            ``whole``: ignore ranges; ``shifted``: answer another range; ``html``: a login page instead.
    """

    match: str
    kind: str
    times: int = 1
    after: int = 0
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    location: str = ""


@dataclass(frozen=True)
class Seen:
    """A request that came: which server, path and headers (lower case)."""

    server: str
    path: str
    headers: dict[str, str]


@dataclass
class _Repository:
    files: dict[str, bytes]
    commit: str
    token: str


class HubServer:
    """The hub and its content network. `running_hub` starts and stops it."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.seen: list[Seen] = []
        self._repositories: dict[str, _Repository] = {}
        self._plain: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self.released = threading.Event()
        self._servers = {name: _server(self, name) for name in ("hub", "cdn")}

    @property
    def endpoint(self) -> str:
        """The hub's address."""
        return self._address("hub")

    def add_repository(
        self, name: str, files: dict[str, bytes], commit: str = COMMIT, token: str = ""
    ) -> None:
        """A repository; with a ``token`` only who has it gets in."""
        self._repositories[name] = _Repository(files, commit, token)

    def add_file(self, name: str, content: bytes) -> str:
        """A plain file, like a release asset; returns its address, which sends to the content network."""
        self._plain[name] = content
        return f"{self.endpoint}/plain/{name}"

    def requests(self, part: str, server: str = "") -> list[Seen]:
        """Requests whose path holds ``part``."""
        with self._lock:
            return [seen for seen in self.seen if part in seen.path and server in ("", seen.server)]

    def close(self) -> None:
        """Stop both servers and everything they are waiting in."""
        self.released.set()
        for server in self._servers.values():
            server.shutdown()
            server.server_close()

    # ------------------------------------------------------------------ for the handlers

    def _address(self, server: str) -> str:
        host, port = self._servers[server].server_address[:2]
        return f"http://{host!s}:{port}"

    def note(self, seen: Seen) -> None:
        with self._lock:
            self.seen.append(seen)

    def fault_for(self, path: str) -> Fault | None:
        with self._lock:
            for fault in self.faults:
                if fault.times > 0 and fault.match in path:
                    fault.times -= 1
                    return fault
        return None

    def answer(self, server: str, path: str, authorization: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of a faultless answer."""
        path = unquote(urlsplit(path).path)
        if server == "cdn":
            content = self._content(path.removeprefix("/blob/"))
            return (200, {"ETag": '"cdn"'}, content) if content is not None else (404, {}, b"")
        if path.startswith("/plain/"):
            name = path.removeprefix("/plain/")
            found = self._plain.get(name)
            return (404, {}, b"") if found is None else (302, {"Location": self._blob(found)}, b"")
        listing = path.startswith("/api/models/")
        name, _, rest = (
            path.removeprefix("/api/models/")
            .removeprefix("/")
            .partition("/revision/" if listing else "/resolve/")
        )
        repository = self._repositories.get(name)
        if repository is None:
            return 404, {"X-Error-Code": "RepoNotFound"}, b""
        if repository.token and authorization != f"Bearer {repository.token}":
            return 401, {"X-Error-Message": "Invalid username or password."}, b""
        if listing:
            return self._listing(repository, rest)
        revision, _, file = rest.partition("/")
        return self._resolved(repository, revision, file)

    def _listing(self, repository: _Repository, revision: str) -> tuple[int, dict[str, str], bytes]:
        if revision not in ("main", repository.commit):
            return 404, {"X-Error-Code": "RevisionNotFound"}, b""
        siblings = [
            {"rfilename": path, "size": len(data), "blobId": git(data)}
            for path, data in repository.files.items()
        ]
        for item in siblings:
            if str(item["rfilename"]).endswith(LARGE):
                data = repository.files[str(item["rfilename"])]
                item["lfs"] = {
                    "sha256": hashlib.sha256(data).hexdigest(),
                    "size": len(data),
                    "pointerSize": 130,
                }  # type: ignore[assignment]
        return (
            200,
            {"Content-Type": "application/json"},
            json.dumps({"sha": repository.commit, "siblings": siblings}).encode(),
        )

    def _resolved(
        self, repository: _Repository, revision: str, file: str
    ) -> tuple[int, dict[str, str], bytes]:
        if revision not in ("main", repository.commit):
            return 404, {"X-Error-Code": "RevisionNotFound"}, b""
        data = repository.files.get(file)
        if data is None:
            return 404, {"X-Error-Code": "EntryNotFound"}, b""
        headers = {"X-Repo-Commit": repository.commit}
        if not file.endswith(LARGE):
            return 200, headers | {"ETag": f'"{git(data)}"'}, data
        sha256 = hashlib.sha256(data).hexdigest()
        linked = {
            "X-Linked-Etag": f'"{sha256}"',
            "X-Linked-Size": str(len(data)),
            "Location": self._blob(data),
        }
        return 302, headers | linked, b""

    def _blob(self, data: bytes) -> str:
        return f"{self._address('cdn')}/blob/{hashlib.sha256(data).hexdigest()}"

    def _content(self, sha256: str) -> bytes | None:
        everything = [
            *self._plain.values(),
            *(d for r in self._repositories.values() for d in r.files.values()),
        ]
        return next((data for data in everything if hashlib.sha256(data).hexdigest() == sha256), None)


@contextlib.contextmanager
def running_hub() -> Iterator[HubServer]:
    """A hub that runs while the block does."""
    hub = HubServer()
    threads = [
        threading.Thread(target=server.serve_forever, args=(0.02,)) for server in hub._servers.values()
    ]
    for thread in threads:
        thread.start()
    try:
        yield hub
    finally:
        hub.close()
        for thread in threads:
            thread.join(5)


def git(data: bytes) -> str:
    """The hash git gives a file's content."""
    return hashlib.sha1(f"blob {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what the tests do on purpose."""


def _server(hub: HubServer, name: str) -> ThreadingHTTPServer:
    class Handler(_Handler):
        server_name = name
        owner = hub

    return _Server(("127.0.0.1", 0), Handler)


class _Handler(BaseHTTPRequestHandler):
    server_name: str
    owner: HubServer

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.owner.note(Seen(self.server_name, self.path, headers))
        fault = self.owner.fault_for(self.path)
        status, answer, body = self.owner.answer(
            self.server_name, self.path, headers.get("authorization", "")
        )
        if fault is not None and self._failed(fault):
            return
        if fault is not None and fault.kind == "longer":
            body += b"more"
        if status == 200 and (range_ := headers.get("range", "")) and not (fault and fault.kind == "whole"):
            status, answer, body = self._ranged(range_, body, answer, fault)
        if fault is not None and fault.kind == "wrong":
            body = bytes([body[0] ^ 1]) + body[1:]
        self._send(status, answer, body, fault)

    def _failed(self, fault: Fault) -> bool:
        """Faults that need no content."""
        if fault.kind == "silent":
            self.owner.released.wait(30)
        elif fault.kind == "status":
            self._send(fault.status, fault.headers, b"", None)
        elif fault.kind == "redirect":
            self._send(302, {"Location": fault.location or self.path}, b"", None)
        elif fault.kind == "html":
            self._send(200, {"Content-Type": "text/html"}, b"<html>Please log in</html>", None)
        else:
            return False
        return True

    def _ranged(
        self, range_: str, body: bytes, headers: dict[str, str], fault: Fault | None
    ) -> tuple[int, dict[str, str], bytes]:
        start = int(range_.removeprefix("bytes=").removesuffix("-"))
        if start >= len(body):
            return 416, {"Content-Range": f"bytes */{len(body)}"}, b""
        if fault is not None and fault.kind == "shifted":
            start = 0
        told = {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}
        return 206, headers | told, body[start:]

    def _send(self, status: int, headers: dict[str, str], body: bytes, fault: Fault | None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        short = fault is not None and fault.kind == "short"
        if not short:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if fault is None or fault.kind not in ("cut", "stall", "slow", "short"):
            self.wfile.write(body)
            return
        self.wfile.write(body[: fault.after])
        self.wfile.flush()
        if fault.kind == "cut":
            self.connection.shutdown(socket.SHUT_RDWR)
        elif fault.kind == "stall":
            self.owner.released.wait(30)
        elif fault.kind == "slow":
            for byte in body[fault.after :]:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                if self.owner.released.wait(0.01):
                    return

    def log_message(self, *args: Any) -> None:
        """Nothing: the tests look at `HubServer.seen`."""
