"""An HTTP response that is read by a thread, so that the caller can cancel at any time.

A blocking read of a socket can be interrupted by another thread that shuts the socket down. So a thread reads, and the caller
receives its data, or a tick while there is none.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from s2edit_plugin.errors import DownloadError, Sentence

if TYPE_CHECKING:
    import httpx2

__all__ = ["Answer", "Interrupted", "Patience", "open_client"]

_AHEAD = 64  # pieces, of at most 64 KB, buffered for the disk


@dataclass(frozen=True)
class Patience:
    """Timeouts in seconds, and retries.

    Attributes:
        connect: for a connection. silence: for the next byte.
        crawl, crawl_bytes: a connection with fewer bytes than this in that time counts as stalled.
        tries: most failures in a row without a new byte between them.
        pause, longest_pause: before the second try, doubled for each further one.
        tick: interval at which the caller can cancel.
    """

    connect: float = 15.0
    silence: float = 30.0
    crawl: float = 60.0
    crawl_bytes: int = 30_000
    tries: int = 5
    pause: float = 1.0
    longest_pause: float = 30.0
    tick: float = 0.25


class Interrupted(Exception):  # noqa: N818 - not an error yet: the next attempt may succeed
    """The connection failed or was lost. ``error``: shown to the user if all attempts fail."""

    def __init__(self, error: DownloadError, wait: float = 0.0) -> None:
        super().__init__(str(error))
        self.error, self.wait = error, wait


def open_client(patience: Patience) -> httpx2.Client:
    """A client for one installation. Proxies and certificates come from the environment, redirects are followed by hand."""
    import httpx2

    timeout = httpx2.Timeout(
        connect=patience.connect, read=patience.silence, write=patience.connect, pool=None
    )
    # A new connection for each request: pooled ones do not reveal their socket, see `Answer`.
    return httpx2.Client(
        follow_redirects=False, timeout=timeout, limits=httpx2.Limits(max_keepalive_connections=0)
    )


class Answer:
    """A GET request and its response, as a context manager.

    Attributes:
        status: HTTP status. headers: by name, any case.

    Raises (on entering and while reading):
        Interrupted: no connection, a lost one, or a timeout.
        DownloadError: a permanent error. Errors of ``tick`` are passed on.
    """

    status: int
    headers: Mapping[str, str]

    def __init__(
        self,
        client: httpx2.Client,
        url: str,
        headers: Mapping[str, str],
        patience: Patience,
        tick: Callable[[], None],
    ) -> None:
        self._client, self._url, self._request_headers = client, url, dict(headers)
        self._patience, self._tick = patience, tick
        self._pieces: queue.Queue[Any] = queue.Queue(_AHEAD)
        self._stop = threading.Event()
        self._socket: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="s2edit-download", daemon=True)

    def __enter__(self) -> Answer:
        self._thread.start()
        try:
            self.status, self.headers = self._next()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._close()

    def chunks(self) -> Iterator[bytes]:
        """The body in pieces as they arrive."""
        began, received = time.monotonic(), 0
        while (piece := self._next()) is not None:
            yield piece
            received += len(piece)
            waited = time.monotonic() - began
            if waited >= self._patience.crawl:
                if received < self._patience.crawl_bytes:
                    raise Interrupted(self._stuck())
                began, received = time.monotonic(), 0

    def read(self, limit: int) -> bytes:
        """The whole body of a small response.

        Raises:
            DownloadError: it is larger than ``limit`` bytes.
        """
        body = b""
        for piece in self.chunks():
            body += piece
            if len(body) > limit:
                raise DownloadError(Sentence("{} answered with far more than was asked for.", self._host()))
        return body

    # ------------------------------------------------------------------ the caller's side

    def _next(self) -> Any:
        """The next item from the thread; calls ``tick`` while waiting."""
        while True:
            try:
                item = self._pieces.get(timeout=self._patience.tick)
            except queue.Empty:
                self._tick()
                continue
            if isinstance(item, Exception):
                raise self._translated(item) from item
            return item

    def _close(self) -> None:
        self._stop.set()
        self._wake()
        self._thread.join(2.0)  # at worst it waits for a DNS lookup; it is a daemon and ends by itself

    def _wake(self) -> None:
        if self._socket is not None and self._thread.is_alive():
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _translated(self, error: Exception) -> Exception:
        import httpx2

        host = self._host()
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return DownloadError(
                Sentence("{} cannot prove that it is {}: its certificate is not valid.", host, host),
                "A proxy or virus scanner may stand between; SSL_CERT_FILE names its certificate.",
            )
        if isinstance(error, httpx2.TimeoutException):
            return Interrupted(self._stuck())
        if isinstance(error, httpx2.InvalidURL | httpx2.UnsupportedProtocol | httpx2.LocalProtocolError):
            return DownloadError(
                Sentence("'{}' is no address that can be downloaded from.", self._url[:200]),
                "Check the mirror in the settings.",
            )
        if isinstance(error, httpx2.ConnectError | httpx2.ProxyError):
            return Interrupted(
                DownloadError(
                    Sentence("{} cannot be reached.", host),
                    "Check the network. Behind a firewall, set a mirror (HF_ENDPOINT) or bring the files: "
                    "`s2edit models install NAME --from FOLDER`.",
                )
            )
        return Interrupted(
            DownloadError(
                Sentence("The connection to {} was cut.", host),
                "Run the same command again; it goes on where it stopped.",
            )
        )

    def _stuck(self) -> DownloadError:
        return DownloadError(
            Sentence("{} has stopped answering.", self._host()),
            "Run the same command again later; it goes on where it stopped.",
        )

    def _host(self) -> str:
        import httpx2

        with contextlib.suppress(httpx2.InvalidURL):
            return httpx2.URL(self._url).host or self._url[:80]
        return self._url[:80]

    # ------------------------------------------------------------------ the thread's side

    def _run(self) -> None:
        try:
            with self._client.stream(
                "GET", self._url, headers=self._request_headers, extensions={"trace": self._trace}
            ) as response:
                self._put((response.status_code, response.headers))
                for piece in response.iter_raw():  # as it comes: a piece size would lose what waits at a cut
                    self._put(piece)
                    if self._stop.is_set():
                        return
            self._put(None)
        except Exception as error:  # raised in the caller's thread
            self._put(error)

    def _put(self, item: Any) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(queue.Full):
                self._pieces.put(item, timeout=0.1)
                return

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Store the socket when it is connected (an event of httpcore), so that it can be shut down."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
            if self._stop.is_set():
                self._wake()
