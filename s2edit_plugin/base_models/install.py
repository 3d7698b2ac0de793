"""Installation of a model of the catalogue: download, check, put into place.

.staging/NAME/plan.json     commit and hashes of the files below
.staging/NAME/files/...     complete and partial files
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
from s2edit_plugin.base_models import copying, placing, store
from s2edit_plugin.base_models.catalogue import CatalogueEntry, CatalogueFile, find_entry
from s2edit_plugin.base_models.digests import file_digests
from s2edit_plugin.base_models.hub import Hub, address_refusal
from s2edit_plugin.base_models.licences import accept, require_accepted
from s2edit_plugin.base_models.meter import Meter, silent
from s2edit_plugin.base_models.records import InstalledFile, ModelRecord, record_in, write_record
from s2edit_plugin.base_models.stream import Patience, open_client
from s2edit_plugin.base_models.transfer import PART, Wanted, fetch, part_of
from s2edit_plugin.errors import DownloadError, ModelError, Sentence
from s2edit_plugin.storage.paths import DataFolder, disk_error, read_limited, write_atomic

if TYPE_CHECKING:
    import httpx2

__all__ = ["install"]

PATIENCE = Patience()
_MAX_PLAN = 4 * 1024 * 1024


@dataclass(frozen=True)
class _Plan:
    """The files to download, with their origin."""

    origin: str
    files: tuple[tuple[CatalogueFile, Wanted, str], ...]
    """With the reference of each content check, in words."""
    size: int


def install(
    folder: DataFolder,
    name: str,
    on_progress: OnProgress = silent,
    *,
    accept_licence: bool = False,
    again: bool = False,
    files_from: Path | None = None,
    patience: Patience | None = None,
) -> ModelReady:
    """Download a model of the catalogue; a repeated call resumes an interrupted download.

    Args:
        on_progress: called with bytes and remaining seconds; may raise `errors.CancelledError`.
        accept_licence: the user accepts its licence.
        again: check an installed model, and download damaged and missing files.
        files_from: a folder with files downloaded manually, used instead of the network.
        patience: timeouts and retries.

    Raises:
        ModelError: not in the catalogue, or a manually downloaded file is missing or wrong.
        LicenceError: its licence was not accepted. DownloadError: see `transfer.fetch`; partial files are kept.
        ResourceError: the disk is full or refuses.
    """
    entry = find_entry(name)
    if entry.source == "bundled":
        path = store.resolve(folder, name)
        return ModelReady(name, str(path), 0, f"The model '{name}' comes with the program.")
    if accept_licence:
        accept(folder, name)
    require_accepted(folder, entry)
    with placing.changing_models(folder, on_progress) as root:
        record = record_in(root, name)
        if record is not None and not again:
            return ModelReady(name, str(root / name), record.size, f"The model '{name}' is here already.")
        if files_from is not None:
            record = _take_files(root, entry, Path(files_from).expanduser(), on_progress)
        else:
            record = _download(folder, root, entry, on_progress, patience or PATIENCE)
    compared = sum(bool(file.checked) for file in record.files)
    which = "all" if compared == len(record.files) else str(compared)
    sentence = (
        f"Installed {name}: {len(record.files)} files, {which} compared with a hash ({record.hash_source})."
    )
    return ModelReady(name, str(root / name), record.size, sentence)


def _download(
    folder: DataFolder, root: Path, entry: CatalogueEntry, on_progress: OnProgress, patience: Patience
) -> ModelRecord:
    place = placing.staging(root, entry.name)
    files = place / "files"
    with open_client(patience) as client:
        plan = _plan(folder, client, entry, on_progress, patience)
        _adopt(place, plan, root / entry.name, on_progress)
        there = sum(_there(files / file.path) for file, _, _ in plan.files)
        copying.require_space(root, plan.size - there, f"The model '{entry.name}'")
        meter = Meter(f"downloading {entry.name}", plan.size, on_progress, there)
        installed = [
            _fetched(client, file, wanted, checked, files, meter, patience)
            for file, wanted, checked in plan.files
        ]
    return _finish(root, entry, place, plan.origin, entry.hash_source, installed)


def _take_files(root: Path, entry: CatalogueEntry, source: Path, on_progress: OnProgress) -> ModelRecord:
    """Copy manually downloaded files, and check those with a hash in the catalogue."""
    found = {file.path: _brought(source, file) for file in entry.files}
    size = sum(path.stat().st_size for path in found.values())
    copying.require_space(root, size, f"The model '{entry.name}'")
    place = placing.staging(root, entry.name)
    meter = Meter(f"copying {entry.name}", size, on_progress)
    installed = []
    for file in entry.files:
        target = place / "files" / file.path
        kind = file.digest.partition(":")[0]
        try:
            copying.copy_file(found[file.path], target, meter.add)
            digests = file_digests(target, {"sha256", kind or "sha256"}, lambda _: meter.tick())
        except OSError as error:
            raise disk_error(target, error) from error
        if kind and digests[kind] != file.digest:
            target.unlink()
            raise ModelError(
                Sentence(
                    "{} is not the file the catalogue means: its {} is another one.",
                    found[file.path].name,
                    kind,
                ),
                Sentence("Get it again from {}.", file.remote if entry.source == "url" else entry.repository),
            )
        checked = f"{kind} of the catalogue" if kind else ""
        sha256 = digests["sha256"].removeprefix("sha256:")
        installed.append(InstalledFile(file.path, target.stat().st_size, sha256, checked))
    whole = all(file.checked for file in installed)
    hash_source = (
        entry.hash_source
        if whole
        else "brought by hand; files without a hash in the catalogue were not compared"
    )
    return _finish(root, entry, place, f"the folder {source.name}", hash_source, installed)


def _brought(source: Path, file: CatalogueFile) -> Path:
    """A file in a folder of the user, by its path, its path on the hub, or its name."""
    names = (file.path, file.remote, file.remote.rsplit("/", 1)[-1], file.path.rsplit("/", 1)[-1])
    for name in names if "/" not in file.path else names[:2]:
        if "://" not in name and (source / name).is_file():
            return source / name
    raise ModelError(
        Sentence("There is no {} in {}.", file.path, source), Sentence("Get it from {}.", file.remote)
    )


def _finish(
    root: Path,
    entry: CatalogueEntry,
    place: Path,
    origin: str,
    hash_source: str,
    installed: list[InstalledFile],
) -> ModelRecord:
    """Write the record and make the model visible."""
    record = ModelRecord(
        name=entry.name,
        title=entry.title,
        kind=entry.kind,
        family=entry.family,
        licence=entry.licence.title,
        origin=origin,
        hash_source=hash_source,
        files=tuple(installed),
    )
    write_record(place / "files", record)
    placing.place(root, entry.name, place / "files")
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
    """The plan from the hub at the catalogue's revision. The catalogue's hashes take precedence over the hub's."""
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
                Sentence("{} has no {} any more.", entry.repository, file.remote),
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
    """Keep files of an earlier attempt with the same plan; reuse undamaged installed files."""
    digests = {file.path: wanted.digest for file, wanted, _ in plan.files}
    before = _stored_plan(place)
    files = place / "files"
    for file in sorted(files.rglob("*")):
        path = file.relative_to(files).as_posix().removesuffix(PART)
        if not file.is_dir() and not (digests.get(path) and before.get(path) == digests[path]):
            file.unlink()
    write_atomic(place / "plan.json", json.dumps({"digests": digests}).encode())
    meter = Meter("checking what is here", plan.size, on_progress)
    for path, digest in digests.items():
        source, kind = installed / path, digest.partition(":")[0]
        if source.is_file() and not (files / path).exists():
            try:
                if file_digests(source, [kind], meter.add)[kind] == digest:
                    copying.link_or_copy(source, files / path, lambda _: meter.tick())
            except OSError as error:
                raise disk_error(files / path, error) from error


def _stored_plan(place: Path) -> dict[str, str]:
    try:
        digests = json.loads(read_limited(place / "plan.json", _MAX_PLAN))["digests"]
        return {str(path): str(digest) for path, digest in digests.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
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
    """A file from an earlier attempt or from the network."""
    target = files / file.path
    kind = wanted.digest.partition(":")[0]
    digests: dict[str, str] = {}
    if target.is_file():
        digests = file_digests(target, {"sha256", kind or "sha256"}, lambda _: meter.tick())
        if kind and digests[kind] != wanted.digest:  # damaged since, e.g. by a power failure
            meter.add(-target.stat().st_size)
            target.unlink()
            digests = {}
    if not digests:
        digests = fetch(client, wanted, target, meter, patience)
    return InstalledFile(file.path, target.stat().st_size, digests["sha256"].partition(":")[2], checked)


def _there(target: Path) -> int:
    for path in (target, part_of(target)):
        with contextlib.suppress(OSError):
            return os.stat(path).st_size
    return 0
