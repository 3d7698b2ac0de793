"""Calls: what an engine answers at once - library, journal, base models, settings, its own state. Standard library only.

Work that takes a model or minutes is a job, see `s2edit_plugin.api`. The GIMP bridge carries a copy of this file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from s2edit_plugin.api import ApplyEdit, Estimate, JobInfo, LearnToken, Request

__all__ = [
    "CALLS",
    "AcceptLicence",
    "AskHandover",
    "ChangeHistory",
    "ChangePerson",
    "ChangeSettings",
    "ChangeToken",
    "CheckInfo",
    "CheckLibrary",
    "DeleteTokens",
    "Diagnose",
    "Diagnosis",
    "Done",
    "DropResumable",
    "DuplicateToken",
    "EngineStatus",
    "EstimateJob",
    "ExportPerson",
    "ExportToken",
    "ExportedFile",
    "ForgetPerson",
    "GetSettings",
    "GetStatus",
    "GiveBack",
    "HandOver",
    "Handover",
    "HandoverState",
    "HistoryDetails",
    "HistoryEntry",
    "HistoryPage",
    "ImportFile",
    "Imported",
    "JobList",
    "LibraryReport",
    "ListHistory",
    "ListJobs",
    "ListModels",
    "ListPeople",
    "ListResumable",
    "ListTokens",
    "LogText",
    "ModelInfo",
    "ModelList",
    "PeopleList",
    "PersonInfo",
    "Pictures",
    "PruneHistory",
    "ReadLog",
    "RemoveModel",
    "RestoreToken",
    "Resumable",
    "ResumableList",
    "SettingsValues",
    "ShowHistory",
    "ShowToken",
    "TakeHandover",
    "TakenPicture",
    "Thumbnails",
    "TokenDetails",
    "TokenInfo",
    "TokenList",
    "UseModel",
]


@dataclass(frozen=True)
class Done:
    """It was done. ``sentence``: what, in words. ``count``: of how many things."""

    sentence: str = ""
    count: int = 1


# ---------------------------------------------------------------------- the library


@dataclass(frozen=True)
class TokenInfo:
    """A token as lists show it.

    Attributes:
        name: ``person/name``. id: never changes, whatever the token is called.
        usable: whether it was learned on the base model in use. problem: a sentence where its file is damaged.
        created: ISO 8601, UTC. loss, orthogonality: reached at the end of learning.
    """

    name: str
    person: str
    id: str = ""
    kind: str = "identity"
    class_noun: str = ""
    base_model: str = ""
    base_model_hash: str = ""
    source_prompt: str = ""
    attribute_words: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    notes: str = ""
    consent: str = ""
    created: str = ""
    size_bytes: int = 0
    steps: int = 0
    seed: int = 0
    loss: float = 0.0
    orthogonality: float = 0.0
    usable: bool = True
    problem: str = ""


@dataclass(frozen=True)
class TokenList:
    """Tokens, sorted by name."""

    tokens: tuple[TokenInfo, ...]


@dataclass(frozen=True)
class ListTokens(Request[TokenList]):
    """All tokens, or one person's, or those a search finds (words in name, class noun, tags, notes, prompt)."""

    person: str = ""
    search: str = ""
    trash: bool = False


@dataclass(frozen=True)
class TokenDetails:
    """Everything known about a token. ``thumbnail``, ``subject_mask``: encoded PNG, empty if there is none."""

    info: TokenInfo
    settings: dict[str, Any] = field(default_factory=dict)
    thumbnail: bytes = b""
    subject_mask: bytes = b""
    path: str = ""


@dataclass(frozen=True)
class ShowToken(Request[TokenDetails]):
    """Everything about one token."""

    name: str


@dataclass(frozen=True)
class Pictures:
    """Small encoded pictures by name or id; what has none is left out."""

    pictures: dict[str, bytes]


@dataclass(frozen=True)
class Thumbnails(Request[Pictures]):
    """Thumbnails of tokens (``person/name``) or of results of the journal (``what="history"``, ids)."""

    names: tuple[str, ...]
    what: str = "tokens"


@dataclass(frozen=True)
class ChangeToken(Request[TokenInfo]):
    """Rename (``NAME`` or ``PERSON/NAME``), tag, annotate a token; None and empty leave as it is."""

    name: str
    rename: str | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    notes: str | None = None


@dataclass(frozen=True)
class DeleteTokens(Request[Done]):
    """Move tokens to the trash."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class RestoreToken(Request[TokenInfo]):
    """Bring back the token of this name that was deleted last."""

    name: str


@dataclass(frozen=True)
class DuplicateToken(Request[TokenInfo]):
    """A copy of a token under another name."""

    name: str
    new_name: str


@dataclass(frozen=True)
class ExportedFile:
    """A file to be saved by the caller."""

    file_name: str
    data: bytes
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExportToken(Request[ExportedFile]):
    """A token as a file: ``format`` is ``s2edit``, ``textual-inversion``, ``custom-diffusion`` or ``lora``.

    ``private``: with thumbnail, mask and the photo's hash. ``approximate``: the vectors of a token that is more than its
    vectors. ``rank``: of a ``lora`` of whole matrices, 0: exact. Formats of two files come as one ``.zip``.
    """

    name: str
    format: str = "s2edit"
    private: bool = False
    approximate: bool = False
    rank: int = 0


@dataclass(frozen=True)
class ExportPerson(Request[ExportedFile]):
    """All tokens of a person as one file."""

    person: str
    private: bool = False


@dataclass(frozen=True)
class Imported:
    """What came in, and what to know about it."""

    tokens: tuple[TokenInfo, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportFile(Request[Imported]):
    """Take a token file, a person's file or a textual-inversion embedding into the library.

    ``name``: ``person/name`` to import as. ``class_noun``, ``kind``, ``consent``: for embeddings, which do not say.
    """

    data: bytes
    file_name: str = ""
    name: str = ""
    class_noun: str = ""
    kind: str = ""
    replace: bool = False
    consent: bool = False


@dataclass(frozen=True)
class LibraryReport:
    """What checking the library found, one sentence a problem, and what was mended."""

    checked: int
    problems: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckLibrary(Request[LibraryReport]):
    """Read every token; with ``repair`` mend what can be mended."""

    repair: bool = False


@dataclass(frozen=True)
class PersonInfo:
    """A person of the library. ``thumbnail_of``: name of the token whose thumbnail stands for them, or ""."""

    name: str
    tokens: int
    notes: str = ""
    thumbnail_of: str = ""
    consent: str = ""


@dataclass(frozen=True)
class PeopleList:
    """People, sorted by name."""

    people: tuple[PersonInfo, ...]


@dataclass(frozen=True)
class ListPeople(Request[PeopleList]):
    """Everybody with tokens."""


@dataclass(frozen=True)
class ChangePerson(Request[Done]):
    """Rename or annotate a person; None leaves as it is."""

    person: str
    rename: str | None = None
    notes: str | None = None


@dataclass(frozen=True)
class ForgetPerson(Request[Done]):
    """Remove a person for good: tokens, trash, journal, thumbnails, caches, checkpoints."""

    person: str


@dataclass(frozen=True)
class Resumable:
    """A learning run that stopped and can go on from its checkpoint. ``stopped``: ISO 8601, UTC."""

    person: str
    token: str
    step: int
    total: int
    stopped: str
    request: LearnToken


@dataclass(frozen=True)
class ResumableList:
    """Runs that can go on, the newest first."""

    runs: tuple[Resumable, ...]


@dataclass(frozen=True)
class ListResumable(Request[ResumableList]):
    """Learning runs that were cut off."""


@dataclass(frozen=True)
class DropResumable(Request[Done]):
    """Give up a learning run that was cut off: its state and its request with the photo are removed."""

    person: str
    token: str


# ---------------------------------------------------------------------- the journal


@dataclass(frozen=True)
class HistoryEntry:
    """A result as lists show it.

    Attributes:
        created: ISO 8601, UTC. photo_hash: of the source photo's bytes. kind: ``edit``, or ``learn`` for a learned token.
    """

    id: str
    created: str
    prompt: str
    source_prompt: str = ""
    tokens: tuple[str, ...] = ()
    model: str = ""
    photo_hash: str = ""
    seconds: float = 0.0
    identity: float | None = None
    starred: bool = False
    note: str = ""
    kind: str = "edit"


@dataclass(frozen=True)
class HistoryPage:
    """Entries, the newest first. ``next``: what to give as ``before`` for older ones, "" at the end."""

    entries: tuple[HistoryEntry, ...]
    total: int
    next: str = ""


@dataclass(frozen=True)
class ListHistory(Request[HistoryPage]):
    """Results of the journal.

    Attributes:
        search: words in prompts, tokens and notes. person: whose tokens took part. since, until: days, ``2026-11-25``.
        kind: ``edit``, ``learn`` or "" for both. trash: the deleted ones instead.
    """

    search: str = ""
    token: str = ""
    photo_hash: str = ""
    starred: bool = False
    limit: int = 100
    before: str = ""
    person: str = ""
    since: str = ""
    until: str = ""
    kind: str = "edit"
    trash: bool = False


@dataclass(frozen=True)
class HistoryDetails:
    """A result with everything needed to show it, compare it and make it again."""

    entry: HistoryEntry
    request: ApplyEdit
    image: bytes
    region: bytes = b""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShowHistory(Request[HistoryDetails]):
    """One result of the journal, picture and source photo included."""

    id: str


@dataclass(frozen=True)
class ChangeHistory(Request[Done]):
    """Star, annotate, delete or restore results; None leaves as it is."""

    ids: tuple[str, ...]
    starred: bool | None = None
    note: str | None = None
    delete: bool = False
    restore: bool = False


@dataclass(frozen=True)
class PruneHistory(Request[Done]):
    """Drop the oldest results beyond a size in bytes; starred ones stay."""

    limit_bytes: int


# ---------------------------------------------------------------------- base models


@dataclass(frozen=True)
class ModelInfo:
    """A base model or network of the catalogue, or one that was imported.

    Attributes:
        kind: ``base`` (can learn and edit), ``mask``, ``face``, ``captioner``. family: ``sd1``, ``sd2``, ``sdxl`` ...
        installed, in_use: whether it is here, and chosen. size_bytes: on disk, or to download.
        memory_gb: what editing needs of the device. hash_source: where its hashes come from, in words.
    """

    name: str
    title: str
    kind: str = "base"
    family: str = ""
    installed: bool = False
    in_use: bool = False
    size_bytes: int = 0
    memory_gb: float = 0.0
    licence: str = ""
    licence_url: str = ""
    licence_text: str = ""
    licence_accepted: bool = False
    commercial_use: str = ""
    training_data: str = ""
    hash_source: str = ""
    path: str = ""
    note: str = ""


@dataclass(frozen=True)
class ModelList:
    """Models, the bundled one first. ``folder``: where they are kept; ``free_bytes`` on its disk."""

    models: tuple[ModelInfo, ...]
    folder: str = ""
    free_bytes: int = 0


@dataclass(frozen=True)
class ListModels(Request[ModelList]):
    """The catalogue and what was imported."""


@dataclass(frozen=True)
class AcceptLicence(Request[Done]):
    """The user has read and accepts a model's licence; asked once."""

    name: str


@dataclass(frozen=True)
class UseModel(Request[Done]):
    """Choose the base model for learning and editing; "" is the bundled small one."""

    name: str


@dataclass(frozen=True)
class RemoveModel(Request[Done]):
    """Delete an installed model's files."""

    name: str


# ---------------------------------------------------------------------- the engine itself


@dataclass(frozen=True)
class SettingsValues:
    """All settings by name, see `s2edit_plugin.settings.Settings`."""

    values: dict[str, Any]


@dataclass(frozen=True)
class GetSettings(Request[SettingsValues]):
    """The settings."""


@dataclass(frozen=True)
class ChangeSettings(Request[SettingsValues]):
    """Change some settings; model, device and precision take effect with the next job."""

    changes: dict[str, Any]


@dataclass(frozen=True)
class EngineStatus:
    """The engine's state.

    Attributes:
        version: of the program. pid: of the engine's process. uptime: seconds.
        device: where it computes, in words, "" before the model is loaded. device_note: why not on the GPU, "" if so.
        model: base model in use. model_loaded: whether it is in memory. fingerprint: hash of its weights, "" before.
        memory_bytes: of the process. clients: connected ones.
    """

    version: str
    pid: int
    uptime: float = 0.0
    device: str = ""
    device_note: str = ""
    precision: str = ""
    model: str = ""
    model_loaded: bool = False
    fingerprint: str = ""
    memory_bytes: int = 0
    clients: int = 0
    jobs_running: int = 0
    jobs_queued: int = 0
    data_folder: str = ""


@dataclass(frozen=True)
class GetStatus(Request[EngineStatus]):
    """How the engine is."""


@dataclass(frozen=True)
class JobList:
    """Jobs, in the order they run, those that are over last."""

    jobs: tuple[JobInfo, ...]


@dataclass(frozen=True)
class ListJobs(Request[JobList]):
    """The queue, and what was done lately."""


@dataclass(frozen=True)
class EstimateJob(Request[Estimate]):
    """What a job would cost in time and memory. The photo may be left empty: the model sees a crop of one size anyway."""

    learn: LearnToken | None = None
    edit: ApplyEdit | None = None


@dataclass(frozen=True)
class CheckInfo:
    """One thing that doctor tried."""

    name: str
    ok: bool
    finding: str
    remedy: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """What doctor found."""

    checks: tuple[CheckInfo, ...]


@dataclass(frozen=True)
class Diagnose(Request[Diagnosis]):
    """Examine this machine and the installation."""


@dataclass(frozen=True)
class LogText:
    """The newest lines of the engine's log."""

    text: str


@dataclass(frozen=True)
class ReadLog(Request[LogText]):
    """The engine's log; it holds no secrets, prompts or names of people."""

    lines: int = 200


# ---------------------------------------------------------------------- from GIMP to the window and back

HandoverState = Literal["waiting", "taken", "returned", "closed"]


@dataclass(frozen=True)
class Handover:
    """How it stands with a picture that was handed over.

    Attributes:
        state: ``waiting`` for a window, ``taken`` by one, ``returned`` with a result, or ``closed`` there without one.
        layer: the result as a plain PNG of the picture's size, depth and colour space, as `api.EditResult.layer`.
        mask: where it may be laid over the picture, a grey PNG.
        edit: what was asked for last, without its pictures; None where it is not known.
    """

    id: str
    state: HandoverState
    layer: bytes = b""
    mask: bytes = b""
    edit: ApplyEdit | None = None


@dataclass(frozen=True)
class HandOver(Request[Handover]):
    """Give a picture to the window, or to the next one that is opened.

    It is kept as long as `AskHandover` is called every few seconds.

    Attributes:
        selection: a grey PNG of the picture's size, empty where nothing is selected. title: what the picture is called.
    """

    photo: bytes
    selection: bytes = b""
    title: str = ""


@dataclass(frozen=True)
class AskHandover(Request[Handover]):
    """How it stands with a picture that was handed over; a result, or its end, is told once."""

    id: str


@dataclass(frozen=True)
class TakenPicture:
    """A picture that was handed over, see `HandOver`; ``id`` is "" where none waits."""

    id: str = ""
    photo: bytes = b""
    selection: bytes = b""
    title: str = ""


@dataclass(frozen=True)
class TakeHandover(Request[TakenPicture]):
    """Take the oldest picture that waits for a window. The event ``handover`` says when there may be one."""


@dataclass(frozen=True)
class GiveBack(Request[Done]):
    """Give a result of a picture that was taken back to where it came from; without ``image``: it was closed.

    Attributes:
        image: the edited picture as an encoded file. region: where it was edited, a grey PNG. edit: what was asked for.
    """

    id: str
    image: bytes = b""
    region: bytes = b""
    edit: ApplyEdit | None = None


CALLS: dict[type, type] = {
    ListTokens: TokenList,
    ShowToken: TokenDetails,
    Thumbnails: Pictures,
    ChangeToken: TokenInfo,
    DeleteTokens: Done,
    RestoreToken: TokenInfo,
    DuplicateToken: TokenInfo,
    ExportToken: ExportedFile,
    ExportPerson: ExportedFile,
    ImportFile: Imported,
    CheckLibrary: LibraryReport,
    ListPeople: PeopleList,
    ChangePerson: Done,
    ForgetPerson: Done,
    ListResumable: ResumableList,
    DropResumable: Done,
    ListHistory: HistoryPage,
    ShowHistory: HistoryDetails,
    ChangeHistory: Done,
    PruneHistory: Done,
    ListModels: ModelList,
    AcceptLicence: Done,
    UseModel: Done,
    RemoveModel: Done,
    GetSettings: SettingsValues,
    ChangeSettings: SettingsValues,
    GetStatus: EngineStatus,
    ListJobs: JobList,
    EstimateJob: Estimate,
    Diagnose: Diagnosis,
    ReadLog: LogText,
    HandOver: Handover,
    AskHandover: Handover,
    TakeHandover: TakenPicture,
    GiveBack: Done,
}
"""Every call, and what it gives."""
