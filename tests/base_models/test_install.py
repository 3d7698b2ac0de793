"""Installing: the hub's listing, licences, disk space, several at once, repair; and what a user is told when it fails."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin.api import Progress
from s2edit_plugin.base_models import catalogue, copying, licences, placing, resolve, store
from s2edit_plugin.base_models import hub as hub_module
from s2edit_plugin.base_models.install import install
from s2edit_plugin.base_models.records import read_record
from s2edit_plugin.base_models.stream import Patience
from s2edit_plugin.base_models.verify import verify
from s2edit_plugin.errors import (
    CancelledError,
    DownloadError,
    LicenceError,
    ModelError,
    ResourceError,
    UsageError,
)
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import change_settings, models_folder
from tests.fakes.hub_server import COMMIT, Fault, HubServer

Run = Callable[..., tuple[int, Any]]
WEIGHTS = "unet/diffusion_pytorch_model.safetensors"
NETWORK = random.Random(2).randbytes(300_000)  # as in conftest


@pytest.fixture
def ready(folder: DataFolder, hub: HubServer) -> DataFolder:
    """A data folder in which the licence of ``tiny`` is accepted."""
    licences.accept(folder, "tiny")
    return folder


def staged(folder: DataFolder, name: str = "tiny") -> list[str]:
    files = placing.staging(models_folder(folder), name) / "files"
    return sorted(path.relative_to(files).as_posix() for path in files.rglob("*") if path.is_file())


def test_a_model_of_the_hub_is_installed_with_a_record_of_what_was_checked(ready: DataFolder) -> None:
    done = install(ready, "tiny")
    place = resolve(ready, "tiny")
    record = read_record(place)

    assert (done.name, done.path, done.size_bytes) == ("tiny", str(place), record.size if record else 0)
    assert record is not None
    assert record.origin == f"somebody/re-po@{COMMIT}"
    assert {file.path: file.checked for file in record.files} == {
        "model_index.json": "git of the hub",
        "unet/config.json": "git of the hub",
        WEIGHTS: "sha256 of the hub",
    }
    for file in record.files:
        assert hashlib.sha256((place / file.path).read_bytes()).hexdigest() == file.sha256
    # Nothing is left beside it, and nothing that was not asked for came.
    assert sorted(path.name for path in models_folder(ready).iterdir()) in (
        ["tiny"],
        [".lock", ".staging", "tiny"],
    )
    assert not list(place.rglob("*.bin"))
    assert not placing.staging(models_folder(ready), "tiny").exists()


def test_a_network_by_its_address_is_compared_with_the_catalogue(folder: DataFolder, hub: HubServer) -> None:
    install(folder, "net")
    path = store.network_file(folder, "net", "net.onnx")
    record = read_record(path.parent)
    assert record is not None
    assert record.files[0].checked == "md5 of the catalogue"
    assert record.hash_source == "the source"


def test_what_is_here_already_is_not_asked_for(ready: DataFolder, hub: HubServer) -> None:
    install(ready, "tiny")
    before = len(hub.seen)
    assert "here already" in install(ready, "tiny").sentence
    assert len(hub.seen) == before


def test_the_bundled_model_needs_no_installation(folder: DataFolder) -> None:
    assert "comes with the program" in install(folder, "small").sentence


def test_without_its_licence_nothing_is_downloaded(folder: DataFolder, hub: HubServer) -> None:
    with pytest.raises(LicenceError):
        install(folder, "tiny")
    assert hub.seen == []
    install(folder, "tiny", accept_licence=True)
    assert licences.accepted(folder, "tiny")


def test_progress_counts_the_bytes_of_all_files(ready: DataFolder) -> None:
    reports: list[Progress] = []
    size = install(ready, "tiny", reports.append).size_bytes
    downloading = [report for report in reports if report.stage == "downloading tiny"]
    assert (downloading[-1].step, downloading[-1].total, downloading[-1].unit) == (size, size, "bytes")
    assert [r.step for r in downloading] == sorted(r.step for r in downloading)


@pytest.mark.parametrize("at", [0, 1, 300_000])
def test_a_cancelled_installation_is_not_visible_and_goes_on(
    ready: DataFolder, hub: HubServer, at: int
) -> None:
    def stop(progress: Progress) -> None:
        if progress.stage == "downloading tiny" and progress.step >= at:
            raise CancelledError()

    hub.faults = [Fault("/blob/", "stall", after=400_000)]
    with pytest.raises(CancelledError):
        install(ready, "tiny", stop)
    assert store.installed_models(ready) == []
    with pytest.raises(ModelError):
        resolve(ready, "tiny")
    kept = [path for path in staged(ready) if path.endswith(".safetensors.part")]
    assert bool(kept) == (at > 1)
    hub.faults = []
    install(ready, "tiny")
    assert resolve(ready, "tiny").is_dir()
    assert any("range" in seen.headers for seen in hub.requests("/blob/")) == bool(kept)


def test_a_killed_installation_is_not_visible_and_goes_on(
    ready: DataFolder, hub: HubServer, tmp_path: Path
) -> None:
    hub.faults = [Fault("/blob/", "stall", times=1, after=400_000)]
    code = (
        "import sys; from pathlib import Path; from s2edit_plugin.base_models import catalogue, install;"
        "from s2edit_plugin.storage.paths import data_folder;"
        "catalogue.catalogue_file = lambda: Path(sys.argv[1]);"
        "install.install(data_folder(), 'tiny', lambda p: print(p.step, flush=True))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(catalogue.catalogue_file())], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    while int(process.stdout.readline() or 10**9) < 400_000:
        pass
    process.kill()
    process.communicate()

    assert store.installed_models(ready) == []
    assert staged(ready)[-1] == f"{WEIGHTS}.part"
    install(ready, "tiny")
    assert verify(ready, "tiny").name == "tiny"
    assert hub.requests("/blob/", "cdn")[-1].headers["range"].startswith("bytes=4")


def test_parts_of_another_revision_are_not_used(ready: DataFolder, hub: HubServer) -> None:
    hub.faults = [Fault("/blob/", "cut", after=300_000), Fault("/blob/", "status", times=9, status=404)]
    with pytest.raises(DownloadError):
        install(ready, "tiny")
    other = bytes(500_000)
    hub.faults = []
    hub.add_repository(
        "somebody/re-po",
        {
            "model_index.json": b"[]",
            "unet/config.json": b"{}",
            "unet/diffusion_pytorch_model.fp16.safetensors": other,
        },
    )
    install(ready, "tiny")
    assert (resolve(ready, "tiny") / WEIGHTS).read_bytes() == other
    assert (resolve(ready, "tiny") / "model_index.json").read_bytes() == b"[]"
    assert "range" not in hub.requests("/blob/")[-1].headers


def test_damaged_files_are_found_and_fetched_again(ready: DataFolder, hub: HubServer) -> None:
    install(ready, "tiny")
    place = resolve(ready, "tiny")
    data = (place / WEIGHTS).read_bytes()
    (place / WEIGHTS).write_bytes(data[:1000] + b"\0" + data[1001:])
    (place / "unet" / "config.json").unlink()
    with pytest.raises(ModelError) as caught:
        verify(ready, "tiny")
    assert "unet/config.json is missing; unet/diffusion_pytorch_model.safetensors has another content" in str(
        caught.value
    )
    assert "--again" in caught.value.hint

    hub.seen.clear()
    install(ready, "tiny", again=True)
    assert "as they came" in verify(ready, "tiny").sentence
    assert len(hub.requests("/blob/")) == 1
    assert hub.requests("model_index.json") == []


def test_a_cut_off_file_is_found(ready: DataFolder) -> None:
    install(ready, "tiny")
    path = resolve(ready, "tiny") / WEIGHTS
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ModelError, match="699,999 bytes instead of 700,000"):
        verify(ready, "tiny")


def test_two_at_once_download_once(ready: DataFolder, hub: HubServer) -> None:
    waited: list[str] = []
    hub.faults = [Fault("model_index.json", "slow", after=0)]
    threads = [
        threading.Thread(target=lambda: install(ready, "tiny", lambda p: waited.append(p.stage)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert resolve(ready, "tiny").is_dir()
    assert len(hub.requests("/blob/")) == 1
    assert any("waiting for another program" in stage for stage in waited)


def test_too_little_space_is_said_before_the_download(
    ready: DataFolder, hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "free_bytes", lambda path: copying.MARGIN + 600_000)
    with pytest.raises(ResourceError, match="The model 'tiny' needs"):
        install(ready, "tiny")
    assert hub.requests("/blob/") == []


def test_a_mirror_in_the_settings_goes_before_the_environment(
    ready: DataFolder, hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    change_settings(ready, mirror=hub.endpoint + "/")
    install(ready, "tiny")
    change_settings(ready, mirror="nonsense")
    with pytest.raises(UsageError, match="no address of a mirror"):
        install(ready, "tiny", again=True)


def test_a_mirror_that_others_could_change_on_the_way_is_refused(
    ready: DataFolder, hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gives the files and the hashes they are compared with."""
    monkeypatch.setenv("HF_ENDPOINT", "http://mirror.example.org")
    with pytest.raises(UsageError, match="is not secure"):
        install(ready, "tiny")
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    hub.faults = [Fault("", "redirect", 9, location="http://mirror.example.org/x")]
    with pytest.raises(DownloadError, match="is not secure"):
        install(ready, "tiny")


def test_a_mirror_is_not_shown_the_hubs_token(
    ready: DataFolder, hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    install(ready, "tiny")
    assert hub.requests("")
    assert all("authorization" not in seen.headers for seen in hub.requests(""))
    monkeypatch.setenv("S2EDIT_MIRROR_TOKEN", "for the mirror")
    install(ready, "tiny", again=True)
    assert any(seen.headers.get("authorization") == "Bearer for the mirror" for seen in hub.requests(""))
    assert not any("hf_secret" in str(seen.headers) for seen in hub.requests(""))


def test_a_token_of_the_environment_opens_a_gated_model_and_is_never_told(
    ready: DataFolder, hub: HubServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hub_module, "DEFAULT_ENDPOINT", hub.endpoint)
    files = {
        "model_index.json": b"{}",
        "unet/config.json": b"{}",
        "unet/diffusion_pytorch_model.fp16.safetensors": b"x" * 99,
    }
    hub.add_repository("somebody/re-po", files, token="hf_secret")
    with pytest.raises(DownloadError, match="without an access token") as caught:
        install(ready, "tiny")
    assert "HF_TOKEN" in caught.value.hint

    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    with pytest.raises(DownloadError, match="did not accept the access token"):
        install(ready, "tiny")
    with caplog.at_level(logging.DEBUG):
        monkeypatch.setenv("HF_TOKEN", "hf_secret")
        install(ready, "tiny")
    assert "hf_secret" not in caplog.text
    assert all("authorization" not in seen.headers for seen in hub.requests("/blob/", "cdn"))


@pytest.mark.parametrize(
    ("fault", "sentence", "hint"),
    [
        (
            Fault("", "status", 99, status=403, headers={"X-Error-Code": "GatedRepo"}),
            "accepted its terms",
            "Log in at",
        ),
        (
            Fault("", "status", 99, status=404, headers={"X-Error-Code": "RepoNotFound"}),
            "does not have",
            "import",
        ),
        (
            Fault("", "status", 99, status=404, headers={"X-Error-Code": "RevisionNotFound"}),
            "revision",
            "import",
        ),
        (Fault("", "status", 99, status=401), "without an access token", "S2EDIT_MIRROR_TOKEN"),
        (Fault("", "status", 99, status=429), "too many requests", "mirror"),
        (Fault("", "status", 99, status=503), "out of order", "mirror"),
        (Fault("", "status", 99, status=418), "HTTP 418", "mirror"),
        (Fault("/api/", "html", 99), "not answer like a model hub", "login"),
        (Fault("/api/", "silent", 99), "has stopped answering", "later"),
        (Fault("/api/", "redirect", 99), "without end", "mirror"),
        (Fault("/api/", "cut", 99, after=10), "was cut", "again"),
    ],
)
def test_what_a_hub_refuses_is_one_sentence(
    ready: DataFolder, hub: HubServer, fault: Fault, sentence: str, hint: str
) -> None:
    hub.faults = [fault]
    with pytest.raises(DownloadError, match=sentence) as caught:
        install(ready, "tiny")
    assert hint in caught.value.hint
    assert store.installed_models(ready) == []


def test_a_file_that_is_gone_from_the_repository_is_one_sentence(ready: DataFolder, hub: HubServer) -> None:
    hub.add_repository("somebody/re-po", {"model_index.json": b"{}", "unet/config.json": b"{}"})
    with pytest.raises(DownloadError, match=r"has no unet/diffusion_pytorch_model\.fp16\.safetensors"):
        install(ready, "tiny")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"sha": 1, "siblings": [1]}',
        b'{"siblings": [{"rfilename": "x", "size": "y", "blobId": "z"}]}',
    ],
)
def test_a_listing_that_is_none_is_one_sentence(
    ready: DataFolder, hub: HubServer, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "answer", lambda *args: (200, {}, body))
    with pytest.raises(DownloadError, match="does not answer like a model hub"):
        install(ready, "tiny")


def test_a_hub_without_a_network_is_one_sentence(ready: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(DownloadError, match="cannot be reached") as caught:
        install(ready, "tiny")
    assert "mirror" in caught.value.hint


@pytest.mark.parametrize("damage", ["same size", "shorter"])
def test_a_file_of_an_earlier_try_is_compared_before_it_counts_as_checked(
    ready: DataFolder, hub: HubServer, damage: str
) -> None:
    """A power cut, or anybody, may have changed it since; it was recorded as compared with a hash that it does not have."""
    hub.faults = [Fault("/blob/", "status", times=9, status=404)]
    with contextlib.suppress(DownloadError):
        install(ready, "tiny")
    files = placing.staging(models_folder(ready), "tiny") / "files"
    early = list(files.rglob("*.json"))
    assert len(early) == 2
    for path in early:
        path.write_bytes(b"x" * (path.stat().st_size - (damage == "shorter")))
    hub.faults = []
    install(ready, "tiny")
    verify(ready, "tiny")
    assert (models_folder(ready) / "tiny" / "unet" / "config.json").read_bytes() == b"{}"


def test_everything_is_on_the_disk_before_a_model_becomes_visible(
    ready: DataFolder, hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it a power cut leaves a record that says "checked" beside empty files."""
    synced: set[str] = set()
    real, rename = os.fsync, os.rename

    def fsync(handle: int) -> None:
        real(handle)
        synced.add(os.readlink(f"/proc/self/fd/{handle}"))

    def renamed(source: Path, target: Path) -> None:
        if Path(target).name == "tiny":
            inside = {str(path) for path in (Path(source), *Path(source).rglob("*"))}
            assert inside <= synced, inside - synced
            synced.add("visible")
        rename(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "rename", renamed)
    install(ready, "tiny")
    assert "visible" in synced
    assert str(models_folder(ready)) in synced


def test_what_was_downloaded_of_an_unfinished_model_can_be_removed(ready: DataFolder, hub: HubServer) -> None:
    hub.faults = [Fault("/blob/", "cut", after=300_000), Fault("/blob/", "status", times=9, status=404)]
    with pytest.raises(DownloadError):
        install(ready, "tiny")
    assert store.remove(ready, "tiny") > 300_000
    assert not placing.staging(models_folder(ready), "tiny").exists()


def test_a_full_disk_in_the_middle_is_one_sentence_and_keeps_what_came(
    ready: DataFolder, hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.open

    class Small:
        """A disk with 300 kB."""

        def __init__(self, stream: Any) -> None:
            self.stream = stream

        def __enter__(self) -> Small:
            return self

        def __exit__(self, *error: object) -> None:
            self.stream.close()

        def __getattr__(self, name: str) -> Any:
            return getattr(self.stream, name)

        def write(self, data: bytes) -> int:
            if self.stream.tell() + len(data) > 300_000:
                raise OSError(errno.ENOSPC, "No space left on device")
            return int(self.stream.write(data))

    def opened(path: Path, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        stream = real(path, mode, *args, **kwargs)
        return Small(stream) if path.suffix == ".part" and mode in ("wb", "r+b") else stream

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(ResourceError, match="The disk is full"):
        install(ready, "tiny")
    assert store.installed_models(ready) == []
    monkeypatch.setattr(Path, "open", real)
    install(ready, "tiny")
    assert hub.requests("/blob/")[-1].headers["range"].startswith("bytes=2")


# ---------------------------------------------------------------------- files brought by hand


def test_files_brought_by_hand_are_compared_and_taken(
    folder: DataFolder, hub: HubServer, tmp_path: Path
) -> None:
    (tmp_path / "usb").mkdir()
    (tmp_path / "usb" / "net.onnx").write_bytes(NETWORK)
    done = install(folder, "net", files_from=tmp_path / "usb")
    assert "all compared" in done.sentence
    record = read_record(Path(done.path))
    assert record is not None
    assert (record.origin, record.files[0].checked) == ("the folder usb", "md5 of the catalogue")
    assert (tmp_path / "usb" / "net.onnx").read_bytes() == NETWORK
    assert hub.seen == []


def test_a_wrong_or_missing_file_brought_by_hand_is_refused(
    folder: DataFolder, hub: HubServer, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=r"no net\.onnx") as caught:
        install(folder, "net", files_from=tmp_path)
    assert "http://127.0.0.1" in caught.value.hint
    (tmp_path / "net.onnx").write_bytes(b"another")
    with pytest.raises(ModelError, match="its md5 is another one"):
        install(folder, "net", files_from=tmp_path)
    assert store.installed_models(folder) == []


def test_files_without_a_hash_in_the_catalogue_say_so(
    ready: DataFolder, hub: HubServer, tmp_path: Path
) -> None:
    (tmp_path / "unet").mkdir()
    (tmp_path / "model_index.json").write_text("{}")
    (tmp_path / "unet" / "config.json").write_text("{}")
    (tmp_path / "unet" / "diffusion_pytorch_model.fp16.safetensors").write_bytes(
        b"weights"
    )  # as the hub calls it
    done = install(ready, "tiny", files_from=tmp_path)
    assert "0 compared with a hash" in done.sentence
    assert "were not compared" in done.sentence
    assert (resolve(ready, "tiny") / WEIGHTS).read_bytes() == b"weights"
    assert "as they came." in verify(ready, "tiny").sentence


# ---------------------------------------------------------------------- as a user types it


def test_installing_from_the_command_line(
    run: Run, folder: DataFolder, hub: HubServer, patience: Patience, tmp_path: Path
) -> None:
    code, error = run("models", "install", "tiny")
    assert (code, error["error"]) == (2, "LicenceError")
    assert "https://example.org/strict" in error["hint"]

    code, text = run("models", "install", "tiny", "--accept-licence", text=True)
    assert code == 0
    assert "downloading tiny: 100 % of 0.7 MB" in text
    assert "Installed tiny: 3 files" in text
    assert "licence of tiny: Strict" in text
    code, values = run("models", "install", "net")
    assert (code, values["name"], values["size_bytes"]) == (0, "net", 300_000)
    assert run("models", "verify")[1] == {"checked": ["net", "tiny"], "damaged": []}

    (models_folder(folder) / "net" / "net.onnx").write_bytes(b"damaged")
    code, values = run("models", "verify")
    assert (code, [item["model"] for item in values["damaged"]]) == (1, ["net"])
    assert run("models", "install", "net", "--again")[0] == 0
    assert run("models", "verify", "net", text=True)[0] == 0
    assert run("models", "install", "nosuch")[1]["error"] == "ModelError"
    shutil.move(models_folder(folder) / "net", tmp_path / "usb")
    assert run("models", "install", "net", "--from", str(tmp_path / "usb"))[0] == 0


def test_the_licence_is_asked_for_on_a_terminal(
    run: Run, folder: DataFolder, hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal:
        answer = "no\n"

        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return self.answer

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("s2edit_plugin.cli.models.sys.stderr.isatty", lambda: True, raising=False)
    code, text = run("models", "install", "tiny", text=True)
    assert code == 130
    assert "Nothing evil." in text
    assert not licences.accepted(folder, "tiny")
    Terminal.answer = "y\n"
    assert run("models", "install", "tiny", text=True)[0] == 0
    assert licences.accepted(folder, "tiny")
