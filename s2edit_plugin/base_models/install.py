"""Installing a model of the catalogue: download, check, put in place.

.staging/NAME/plan.json     which commit and which hashes the files below belong to
.staging/NAME/files/...     complete files, and parts of such
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from s2edit_plugin.api import ModelReady, OnProgress, Progress
from s2edit_plugin.base_models import store
from s2edit_plugin.base_models.catalogue import CatalogueEntry, CatalogueFile, find_entry
from s2edit_plugin.base_models.digests import file_digests
from s2edit_plugin.base_models.hub import Hub, address_refusal
from s2edit_plugin.base_models.licences import accept, require_accepted
from s2edit_plugin.base_models.meter import Meter, silent
from s2edit_plugin.base_models.records import InstalledFile, ModelRecord, read_record, write_record
from s2edit_plugin.base_models.stream import Patience, open_client
from s2edit_plugin.base_models.transfer import Wanted, fetch, part_of
from s2edit_plugin.errors import DownloadError
from s2edit_plugin.paths import DataFolder, disk_error, write_atomic

if TYPE_CHECKING:
    import httpx2

__all__ = ["install"]

PATIENCE = Patience()


@dataclass(frozen=True)
class _Plan:
    """What is to come: the files, where from, and how it is told."""

    origin: str
    files: tuple[tuple[CatalogueFile, Wanted, str], ...]
    """Each with what its content is compared with, in words."""
    size: int


def install(
    folder: DataFolder,
    name: str,
    on_progress: OnProgress = silent,
    *,
    accept_licence: bool = False,
    again: bool = False,
    patience: Patience | None = None,
) -> ModelReady:
    """Download a model of the catalogue. Stopped or broken off, it goes on where it stopped when called again.

    Args:
        on_progress: told about bytes and seconds left; it may raise `errors.CancelledError` at any moment.
        accept_licence: the user accepts its licence with this.
        again: although it is here: read it, and fetch what is damaged or missing.
        patience: with the server.

    Raises:
        ModelError: the catalogue does not have it. LicenceError: its licence was not accepted.
        DownloadError: see `transfer.fetch`; what came stays for the next call. ResourceError: the disk is full or refuses.
    """
    entry = find_entry(name)
    if entry.source == "bundled":
        path = store.resolve(folder, name)
        return ModelReady(name, str(path), 0, f"The model '{name}' comes with the program.")
    if accept_licence:
        accept(folder, name)
    require_accepted(folder, entry)
    with store.changing_models(folder, on_progress) as root:
        record = read_record(root / name)
        if record is not None and not again:
            return ModelReady(name, str(root / name), record.size, f"The model '{name}' is here already.")
        record = _download(folder, root, entry, on_progress, patience or PATIENCE)
    sentence = (
        f"Installed {name}: {len(record.files)} files, all compared with their hashes ({record.hash_source})."
    )
    return ModelReady(name, str(root / name), record.size, sentence)


def _download(
    folder: DataFolder, root: Path, entry: CatalogueEntry, on_progress: OnProgress, patience: Patience
) -> ModelRecord:
    place = store.staging(root, entry.name)
    files = place / "files"
    with open_client(patience) as client:
        plan = _plan(folder, client, entry, on_progress, patience)
        _adopt(place, plan, root / entry.name, on_progress)
        there = sum(_there(files / file.path) for file, _, _ in plan.files)
        store.require_space(root, plan.size - there, f"The model '{entry.name}'")
        meter = Meter(f"downloading {entry.name}", plan.size, on_progress, there)
        installed = [
            _fetched(client, file, wanted, checked, files, meter, patience)
            for file, wanted, checked in plan.files
        ]
    record = ModelRecord(
        entry.name,
        entry.title,
        entry.kind,
        entry.family,
        entry.licence.title,
        plan.origin,
        entry.hash_source,
        files=tuple(installed),
    )
    write_record(files, record)
    store.place(root, entry.name, files)
    shutil.rmtree(place, ignore_errors=True)
    return record


def _plan(
    folder: DataFolder,
    client: httpx2.Client,
    entry: CatalogueEntry,
    on_progress: OnProgress,
    patience: Patience,
) -> _Plan:
    """Addresses, sizes and hashes of all files."""
    if entry.source == "hub":
        return _plan_of_hub(folder, client, entry, on_progress, patience)
    rows = []
    for file in entry.files:
        wanted = Wanted(file.path, file.remote, file.size, file.digest, address_refusal)
        rows.append((file, wanted, f"{file.digest.partition(':')[0]} of the catalogue"))
    return _Plan(", ".join(file.remote for file in entry.files), tuple(rows), entry.download_size)


def _plan_of_hub(
    folder: DataFolder,
    client: httpx2.Client,
    entry: CatalogueEntry,
    on_progress: OnProgress,
    patience: Patience,
) -> _Plan:
    """What the hub has of it at the catalogue's revision. The catalogue's hash goes before the hub's."""
    hub = Hub.of(folder)

    def tick() -> None:
        on_progress(Progress(f"asking for {entry.name}", 0, 1))

    snapshot = hub.snapshot(client, entry.repository, entry.revision, patience, tick)
    refusal, headers = hub.refusal(entry.repository), hub.headers
    rows = []
    for file in entry.files:
        there = snapshot.files.get(file.remote)
        if there is None:
            raise DownloadError(
                f"{entry.repository} has no {file.remote} any more.",
                "Update S2Edit Studio, or import the model from files.",
            )
        url = hub.file_url(entry.repository, snapshot.commit, file.remote)
        digest = file.digest or there.digest
        source = "catalogue" if file.digest else "hub"
        wanted = Wanted(file.remote, url, there.size, digest, refusal, headers)
        rows.append((file, wanted, f"{digest.partition(':')[0]} of the {source}"))
    size = sum(wanted.size for _, wanted, _ in rows)
    return _Plan(f"{entry.repository}@{snapshot.commit}", tuple(rows), size)


def _adopt(place: Path, plan: _Plan, installed: Path, on_progress: OnProgress) -> None:
    """Keep what an earlier try brought, where it belongs to the same contents; take over what is installed and sound."""
    digests = {file.path: wanted.digest for file, wanted, _ in plan.files}
    before = _stored_plan(place)
    files = place / "files"
    for path in set(before) | set(digests):
        if not digests.get(path) or before.get(path) != digests[path]:
            (files / path).unlink(missing_ok=True)
            part_of(files / path).unlink(missing_ok=True)
    write_atomic(place / "plan.json", json.dumps({"digests": digests}).encode())
    meter = Meter("checking what is here", plan.size, on_progress)
    for path, digest in digests.items():
        source, kind = installed / path, digest.partition(":")[0]
        if source.is_file() and not (files / path).exists():
            try:
                if file_digests(source, [kind], meter.add)[kind] == digest:
                    store.link_or_copy(source, files / path, lambda _: meter.tick())
            except OSError as error:
                raise disk_error(files / path, error) from error


def _stored_plan(place: Path) -> dict[str, str]:
    try:
        digests = json.loads((place / "plan.json").read_text(encoding="utf-8"))["digests"]
        return {str(path): str(digest) for path, digest in digests.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _fetched(
    client: httpx2.Client,
    file: CatalogueFile,
    wanted: Wanted,
    checked: str,
    files: Path,
    meter: Meter,
    patience: Patience,
) -> InstalledFile:
    """One file, from an earlier try or from the network."""
    target = files / file.path
    if target.is_file():
        digests = file_digests(target, ["sha256"], lambda _: meter.tick())
    else:
        digests = fetch(client, wanted, target, meter, patience)
    return InstalledFile(file.path, target.stat().st_size, digests["sha256"].partition(":")[2], checked)


def _there(target: Path) -> int:
    for path in (target, part_of(target)):
        with contextlib.suppress(OSError):
            return os.stat(path).st_size
    return 0
