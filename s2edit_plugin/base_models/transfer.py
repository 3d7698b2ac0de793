"""Download of a file: resumable, with retries and a check of its hash.

Partial content is kept in a ``.part`` file beside the target for the next attempt, also after a crash. The target is created
only after its hash was checked.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from s2edit_plugin.base_models.digests import file_digests
from s2edit_plugin.base_models.meter import Meter
from s2edit_plugin.base_models.stream import Answer, Interrupted, Patience
from s2edit_plugin.errors import DownloadError, Sentence
from s2edit_plugin.storage.disk import sync_folder
from s2edit_plugin.storage.paths import disk_error

if TYPE_CHECKING:
    import httpx2

__all__ = ["PART", "Refusal", "Wanted", "fetch", "is_secure", "open_answer", "part_of", "persist"]

PART = ".part"
"""Suffix of partial files."""
_MAX_REDIRECTS = 8
_REDIRECTS = (301, 302, 303, 307, 308)
_ANOTHER = "Try another mirror."
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
_LONGEST_WAIT = 120.0  # longest accepted Retry-After of a server, seconds

Refusal = Callable[[int, Mapping[str, str], str], DownloadError]
"""Converts status, headers and address to the error shown to the user."""


@dataclass(frozen=True)
class Wanted:
    """A file to download.

    Attributes:
        name: as shown. url, headers: of the request; the headers are sent to no other host.
        size: bytes, 0 if unknown. digest: ``kind:hex``, "" if unknown.
        refusal: converts HTTP errors.
    """

    name: str
    url: str
    size: int
    digest: str
    refusal: Refusal
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class _WrongContentError(Exception):
    """The content has a wrong size or hash."""


def part_of(target: Path) -> Path:
    """Path of a target's partial file."""
    return target.with_name(target.name + PART)


def fetch(
    client: httpx2.Client, wanted: Wanted, target: Path, meter: Meter, patience: Patience
) -> dict[str, str]:
    """Download one file, or the rest of it, and check it.

    Args:
        meter: counts its bytes, with those of an earlier attempt as done. Errors of its ``on_progress`` stop the download;
            the partial file is kept.

    Returns:
        The digests of the file by kind (`digests.file_digests`), always with ``sha256``.

    Raises:
        DownloadError: incomplete, or wrong content twice. ResourceError: a disk error.
    """
    part = part_of(target)
    with _disk_errors(target):
        part.parent.mkdir(parents=True, exist_ok=True)
    for last in (False, True):
        try:
            persist(
                patience,
                meter.tick,
                lambda: _receive(client, wanted, part, meter, patience),
                lambda: _size(part),
            )
            digests = _check(wanted, part, meter)
        except _WrongContentError as wrong:
            # The partial file may be outdated, or damaged by a crash: download it again.
            meter.add(-_size(part))
            part.unlink(missing_ok=True)
            if last:
                raise DownloadError(
                    Sentence(
                        "{} arrived with a wrong content twice ({}); it was thrown away.", wanted.name, wrong
                    ),
                    "Something between here and the server changes it; try another network or mirror.",
                ) from wrong
        else:
            with _disk_errors(target):
                os.replace(part, target)
                sync_folder(target.parent)
            return digests
    raise AssertionError("unreachable")


def persist(
    patience: Patience, tick: Callable[[], None], attempt: Callable[[], None], gained: Callable[[], int]
) -> None:
    """Retry until an attempt succeeds; an attempt that increases ``gained`` resets the count of failures.

    Raises:
        DownloadError: too many failures. Errors of ``tick`` are passed on.
    """
    failures = 0
    while True:
        before = gained()
        try:
            attempt()
            return
        except Interrupted as interruption:
            failures = 1 if gained() > before else failures + 1
            if failures >= patience.tries or interruption.wait > _LONGEST_WAIT:
                raise interruption.error from interruption
            pause = min(patience.pause * 2 ** (failures - 1), patience.longest_pause)
            _sleep(max(pause, interruption.wait), patience.tick, tick)


@contextmanager
def open_answer(
    client: httpx2.Client,
    url: str,
    headers: Mapping[str, str],
    refusal: Refusal,
    patience: Patience,
    tick: Callable[[], None],
) -> Iterator[Answer]:
    """The response to a GET, after redirects; its status is below 300, or 416 (range not satisfiable).

    Raises:
        Interrupted: a temporary error of the server (429, 5xx) or of the connection.
        DownloadError: another HTTP error, too many redirects, or a redirect to an insecure address.
    """
    headers = {"Accept-Encoding": "identity", **headers}
    if not is_secure(url):
        raise DownloadError(Sentence("{} is not asked without https.", urlsplit(url).hostname), _ANOTHER)
    for _ in range(_MAX_REDIRECTS):
        with Answer(client, url, headers, patience, tick) as answer:
            if answer.status not in _REDIRECTS:
                if answer.status == 429 or answer.status == 408 or answer.status >= 500:
                    raise Interrupted(
                        refusal(answer.status, answer.headers, url), _retry_after(answer.headers)
                    )
                if answer.status >= 300 and answer.status != 416:
                    raise refusal(answer.status, answer.headers, url)
                yield answer
                return
            location = urljoin(url, answer.headers.get("location", ""))
        headers = _headers_for(url, location, headers)
        url = location
    raise DownloadError(
        Sentence("{} sends from one address to the next without end.", urlsplit(url).hostname),
        "Try again later, or set another mirror (HF_ENDPOINT).",
    )


def is_secure(url: str) -> bool:
    """Whether an address is protected in transit: https, or this machine.

    File and hash may come from the same server, so that the hash alone proves nothing.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise DownloadError(Sentence("{} is no address.", repr(url)), _ANOTHER) from error
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE)


def _headers_for(url: str, location: str, headers: Mapping[str, str]) -> dict[str, str]:
    """Headers for a redirect: an access token is not sent to other hosts."""
    before, after = urlsplit(url), urlsplit(location)
    if not is_secure(location) or (before.scheme == "https" and after.scheme != "https"):
        raise DownloadError(Sentence("{} sends to an address that is not secure.", before.hostname), _ANOTHER)
    if (before.scheme, before.netloc) == (after.scheme, after.netloc):
        return dict(headers)
    return {name: value for name, value in headers.items() if name.lower() not in ("authorization", "cookie")}


def _receive(client: httpx2.Client, wanted: Wanted, part: Path, meter: Meter, patience: Patience) -> None:
    """Download the rest of a partial file."""
    have = _size(part)
    if wanted.size and have == wanted.size:
        return
    if wanted.size and have > wanted.size:
        raise _WrongContentError("it is too long")
    headers = {**wanted.headers, **({"Range": f"bytes={have}-"} if have else {})}
    with open_answer(client, wanted.url, headers, wanted.refusal, patience, meter.tick) as answer:
        if answer.status == 416:
            raise _WrongContentError("the server has less of it than came before")
        start = have if answer.status == 206 else 0
        total = _announced(answer, wanted, start)
        if have and not start:
            meter.add(-have)  # the server does not support ranges: start again
        _write(answer, part, start, wanted.size or total, meter)
    if (expected := wanted.size or total) and _size(part) < expected:
        host = urlsplit(wanted.url).hostname
        raise Interrupted(
            DownloadError(
                Sentence("{} sent only a part of {}.", host, wanted.name), "Run the same command again."
            )
        )


def _announced(answer: Answer, wanted: Wanted, start: int) -> int:
    """Size of the whole file according to the server, 0 if unknown.

    Raises:
        Interrupted: the response does not match the file; the partial file is kept.
    """
    if answer.headers.get("content-type", "").startswith("text/html"):
        raise _something_else(wanted, "a web page")
    if answer.status == 206:
        span, _, length = answer.headers.get("content-range", "").removeprefix("bytes ").partition("/")
        if span.partition("-")[0].strip() != str(start):
            raise _something_else(wanted, "another part of it")
    else:
        length = "" if "content-encoding" in answer.headers else answer.headers.get("content-length", "")
    total = int(length) if length.isdigit() else 0
    if wanted.size and total and total != wanted.size:
        raise _something_else(wanted, f"{total:,} bytes instead of {wanted.size:,}")
    return total


def _something_else(wanted: Wanted, what: str) -> Interrupted:
    return Interrupted(
        DownloadError(
            Sentence("{} sent something else than {}: {}.", urlsplit(wanted.url).hostname, wanted.name, what),
            "See whether this network wants a login first, or try another mirror (HF_ENDPOINT).",
        )
    )


def _write(answer: Answer, part: Path, start: int, most: int, meter: Meter) -> None:
    with _disk_errors(part):
        stream = part.open("r+b" if start else "wb")
    with stream:
        stream.seek(start)
        position = start
        try:
            for piece in answer.chunks():
                with _disk_errors(part):
                    stream.write(piece)
                position += len(piece)
                meter.add(len(piece))
                if most and position > most:
                    raise _WrongContentError("it is too long")
        finally:
            # Also after errors: the next attempt resumes from here.
            with _disk_errors(part):
                stream.flush()
                os.fsync(stream.fileno())


def _check(wanted: Wanted, part: Path, meter: Meter) -> dict[str, str]:
    """Digests of a complete partial file, compared with the expected ones."""
    kind, _, _ = wanted.digest.partition(":")
    with _disk_errors(part):
        digests = file_digests(part, {"sha256", kind or "sha256"}, lambda _: meter.tick())
    if kind and digests[kind] != wanted.digest:
        raise _WrongContentError(f"its {kind} is not the one it must have")
    return digests


def _retry_after(headers: Mapping[str, str]) -> float:
    value = headers.get("retry-after", "").strip()
    return float(value) if value.isdigit() else 0.0


def _sleep(seconds: float, interval: float, tick: Callable[[], None]) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        tick()
        time.sleep(min(left, interval))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


@contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    """Convert OSError to a ResourceError."""
    try:
        yield
    except OSError as error:
        raise disk_error(path, error) from error
