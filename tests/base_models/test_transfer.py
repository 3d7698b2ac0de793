"""One file from a server that does what servers do: cuts, stalls, lies, redirects. No network but this machine's own."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest

from s2edit_plugin.api import Progress
from s2edit_plugin.base_models.hub import address_refusal
from s2edit_plugin.base_models.meter import Meter
from s2edit_plugin.base_models.stream import Patience, open_client
from s2edit_plugin.base_models.transfer import Wanted, fetch, part_of
from s2edit_plugin.errors import CancelledError, DownloadError, ResourceError
from tests.fakes.hub_server import Fault, HubServer

CONTENT = bytes(range(256)) * 2000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Download:
    """One file of the server and everything that is asked of `fetch`."""

    def __init__(self, hub: HubServer, patience: Patience, target: Path) -> None:
        self.hub, self.patience, self.target = hub, patience, target
        self.url = hub.add_file("file.onnx", CONTENT)
        self.progress: list[Progress] = []
        self.stop_after = len(CONTENT) * 10

    def __call__(self, size: int = len(CONTENT), digest: str = f"sha256:{SHA256}") -> bytes:
        def on_progress(progress: Progress) -> None:
            self.progress.append(progress)
            if progress.step >= self.stop_after:
                raise CancelledError()

        have = part_of(self.target).stat().st_size if part_of(self.target).exists() else 0
        meter = Meter("downloading", len(CONTENT), on_progress, have)
        wanted = Wanted(
            "file.onnx", self.url, size, digest, address_refusal, {"Authorization": "Bearer secret"}
        )
        with open_client(self.patience) as client:
            fetch(client, wanted, self.target, meter, self.patience)
        return self.target.read_bytes()

    def fail(self, *faults: Fault) -> None:
        self.hub.faults = list(faults)

    @property
    def ranges(self) -> list[str]:
        """Ranges asked of the content network, "" for the whole."""
        return [seen.headers.get("range", "") for seen in self.hub.requests("/blob/", "cdn")]


@pytest.fixture
def download(hub: HubServer, patience: Patience, tmp_path: Path) -> Download:
    return Download(hub, patience, tmp_path / "deep" / "file.onnx")


def test_a_file_arrives_and_is_counted(download: Download) -> None:
    assert download() == CONTENT
    assert not part_of(download.target).exists()
    steps = [progress.step for progress in download.progress]
    assert steps == sorted(steps)
    last = download.progress[-1]
    assert (last.step, last.total, last.unit, last.seconds_left) == (len(CONTENT), len(CONTENT), "bytes", 0.0)


def test_a_cut_download_goes_on_where_it_stopped(download: Download) -> None:
    download.fail(Fault("/blob/", "cut", times=4, after=100_000))
    assert download() == CONTENT
    # Each try brings new bytes, so four cuts are not too many although three failures in a row would be.
    assert download.ranges == ["", *(f"bytes={n}-" for n in (100_000, 200_000, 300_000, 400_000))]


def test_what_an_earlier_run_brought_is_not_fetched_again(download: Download) -> None:
    download.fail(Fault("/blob/", "cut", after=200_000), Fault("/blob/", "silent", times=9))
    with pytest.raises(DownloadError):
        download()
    assert part_of(download.target).read_bytes() == CONTENT[:200_000]
    download.fail()
    assert download() == CONTENT
    assert download.ranges[-1] == "bytes=200000-"
    assert min(progress.step for progress in download.progress[-2:]) >= 200_000


def test_a_cut_that_never_brings_anything_is_given_up(download: Download) -> None:
    download.fail(Fault("/blob/", "cut", times=99, after=0))
    with pytest.raises(DownloadError, match=r"The connection to 127\.0\.0\.1 was cut") as caught:
        download()
    assert "goes on where it stopped" in caught.value.hint
    assert len(download.ranges) == download.patience.tries


def test_a_truncated_answer_is_completed(download: Download) -> None:
    download.fail(Fault("/blob/", "short", after=5000))
    assert download() == CONTENT
    assert download.ranges == ["", "bytes=5000-"]


@pytest.mark.parametrize("kind", ["stall", "silent"])
def test_silence_is_not_waited_for_forever(download: Download, kind: str) -> None:
    download.fail(Fault("/blob/", kind, after=3000))
    assert download() == CONTENT
    download.target.unlink()
    download.fail(Fault("/blob/", kind, times=99))
    with pytest.raises(DownloadError, match="has stopped answering"):
        download()


def test_a_crawling_connection_counts_as_stuck(download: Download) -> None:
    download.fail(Fault("/blob/", "slow", after=50_000))
    assert download() == CONTENT
    first, second = download.ranges
    assert first == ""
    assert 50_000 <= int(second.removeprefix("bytes=").removesuffix("-")) < 60_000


def test_a_wrong_content_is_thrown_away_and_fetched_once_more(download: Download) -> None:
    download.fail(Fault("/blob/", "wrong"))
    assert download() == CONTENT
    assert download.ranges == ["", ""]


def test_a_wrong_content_twice_is_an_error_and_leaves_nothing(download: Download) -> None:
    download.fail(Fault("/blob/", "wrong", times=2))
    with pytest.raises(DownloadError, match="wrong content twice"):
        download()
    assert list(download.target.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("html", "a web page"), ("longer", "512,004 bytes instead of 512,000"), ("shifted", "another part")],
)
def test_something_else_than_the_file_costs_nothing_of_what_is_here(
    download: Download, kind: str, reason: str
) -> None:
    download.fail(Fault("/blob/", "cut", after=100_000), Fault("/blob/", kind, times=99))
    with pytest.raises(DownloadError, match=reason):
        download()
    assert part_of(download.target).read_bytes() == CONTENT[:100_000]
    download.fail(Fault("/blob/", kind))
    assert download() == CONTENT
    assert download.ranges[-1] == "bytes=100000-"


def test_a_file_of_unknown_size_is_checked_by_its_hash_alone(download: Download) -> None:
    assert download(size=0) == CONTENT
    download.target.unlink()
    download.fail(Fault("/blob/", "wrong", times=9))
    with pytest.raises(DownloadError, match="sha256 is not"):
        download(size=0)


def test_a_server_without_ranges_starts_from_the_beginning(download: Download) -> None:
    download.fail(Fault("/blob/", "cut", after=100_000), Fault("/blob/", "whole"))
    assert download() == CONTENT
    assert download.progress[-1].step == len(CONTENT)


@pytest.mark.parametrize("damage", [b"x" * 70_000, CONTENT + b"more", b"y" * len(CONTENT)])
def test_a_part_of_something_else_is_replaced(download: Download, damage: bytes) -> None:
    part_of(download.target).parent.mkdir()
    part_of(download.target).write_bytes(damage)
    assert download() == CONTENT
    assert download.progress[-1].step == len(CONTENT)


def test_a_part_longer_than_an_unknown_file_is_replaced(download: Download) -> None:
    part_of(download.target).parent.mkdir()
    part_of(download.target).write_bytes(CONTENT + b"more")
    assert download(size=0) == CONTENT


@pytest.mark.parametrize("status", [500, 502, 503, 429, 408])
def test_a_busy_server_is_asked_again(download: Download, status: int) -> None:
    download.fail(Fault("/blob/", "status", times=2, status=status))
    assert download() == CONTENT


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (500, "out of order"),
        (429, "too many requests"),
        (404, "does not have the file"),
        (403, "does not give"),
        (418, "refused"),
    ],
)
def test_a_refusal_is_one_sentence(download: Download, status: int, sentence: str) -> None:
    download.fail(Fault("/blob/", "status", times=99, status=status))
    with pytest.raises(DownloadError, match=sentence) as caught:
        download()
    assert caught.value.hint


def test_a_server_that_wants_a_short_pause_gets_it(download: Download) -> None:
    download.fail(Fault("/blob/", "status", status=429, headers={"Retry-After": "1"}))
    assert download() == CONTENT


def test_a_server_that_wants_an_hour_is_given_up(download: Download) -> None:
    download.fail(Fault("/blob/", "status", status=429, headers={"Retry-After": "3600"}))
    with pytest.raises(DownloadError, match="wants a pause"):
        download()


def test_redirects_in_a_circle_end(download: Download) -> None:
    download.fail(Fault("", "redirect", times=99))
    with pytest.raises(DownloadError, match="without end"):
        download()


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://x"])
def test_a_redirect_to_another_scheme_is_refused(download: Download, location: str) -> None:
    download.fail(Fault("/plain/", "redirect", location=location))
    with pytest.raises(DownloadError, match="not secure"):
        download()


def test_a_secure_address_never_leads_to_an_insecure_one() -> None:
    from s2edit_plugin.base_models.transfer import _headers_for

    token = {"Authorization": "Bearer secret"}
    with pytest.raises(DownloadError, match="not secure"):
        _headers_for("https://a.org/x", "http://a.org/x", token)
    assert _headers_for("https://a.org/x", "https://a.org/y", token) == token
    assert _headers_for("https://a.org/x", "https://b.org/y", {**token, "Accept": "x"}) == {"Accept": "x"}


def test_the_access_token_stays_with_its_host(download: Download) -> None:
    download()
    assert download.hub.requests("/plain/")[0].headers["authorization"] == "Bearer secret"
    assert "authorization" not in download.hub.requests("/blob/")[0].headers


def test_nobody_listening_is_one_sentence(download: Download, tmp_path: Path) -> None:
    download.url = "http://127.0.0.1:9/file.onnx"
    with pytest.raises(DownloadError, match=r"127\.0\.0\.1 cannot be reached") as caught:
        download()
    assert "mirror" in caught.value.hint


@pytest.mark.parametrize("url", ["http://", "no address", "http://[::1", "file:///etc/passwd"])
def test_what_is_no_address_is_one_sentence(download: Download, url: str) -> None:
    download.url = url
    with pytest.raises(DownloadError):
        download()


@pytest.mark.parametrize("kind", ["stall", "silent", "slow"])
def test_it_can_be_stopped_while_nothing_comes(download: Download, kind: str, patience: Patience) -> None:
    download.patience = Patience(silence=60, crawl=60, tick=0.02)
    download.fail(Fault("/blob/", kind, after=100_000))
    timer = threading.Timer(0.3, lambda: setattr(download, "stop_after", 0))
    timer.start()
    with pytest.raises(CancelledError):
        download()
    timer.join()
    assert threading.active_count() < 40  # the leaked-thread check of conftest sees to the rest
    download.patience, download.stop_after = patience, len(CONTENT) * 10
    download.fail()
    assert download() == CONTENT


def test_stopped_in_the_middle_it_goes_on_there(download: Download) -> None:
    download.stop_after = 250_000
    with pytest.raises(CancelledError):
        download()
    have = part_of(download.target).stat().st_size
    assert have >= 250_000
    download.stop_after = len(CONTENT) * 10
    assert download() == CONTENT
    assert have == len(CONTENT) or download.ranges[-1] == f"bytes={have}-"


def test_a_folder_that_cannot_be_written_to_is_one_sentence(download: Download) -> None:
    download.target.parent.write_text("a file")
    with pytest.raises(ResourceError):
        download()
