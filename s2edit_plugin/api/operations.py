"""The table of operations: requests, results and handlers of an engine. Standard library only.

A job (lane ``gpu`` or ``disk``) waits in the queue for its lane's thread; a query is answered directly on the calling thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from s2edit_plugin import api
from s2edit_plugin.api import EventKind, queries

__all__ = ["JOBS", "OPERATIONS", "QUERIES", "Lane", "Operation", "operation_of"]

Lane = Literal["gpu", "disk", "query"]

INTERACTIVE, EDIT, RERUN, LEARNING, MODELS = 10, 20, 30, 40, 50
"""Priorities of jobs, lower first: interactive jobs precede jobs that take minutes."""


@dataclass(frozen=True)
class Operation:
    """One thing an engine can be asked.

    Attributes:
        request, result: classes of `api` or `api.queries`; their names are their names on the wire.
        handler: lane ``gpu``: the method of `workflows.studio.Studio`, called with the request, ``on_progress`` and
            ``on_note``; lane ``disk``: the function of `workflows.model_files`, called with the data folder, the request
            and ``on_progress``; queries: ``module.function`` of `engine.server.handlers`, called with its context and the
            request, and with the client's name where ``needs_client``.
        title: a job in plain words, of its request.
        priority: of a job in its lane, lower first.
        changes: data that a finished job changed for all clients.
        read_only: a query without side effects, which may be repeated after a broken connection.
        needs_client: whether a query's answer depends on the client that asks.
    """

    request: type
    result: type
    lane: Lane
    handler: str
    title: Callable[[Any], str] = lambda request: type(request).__name__
    priority: int = INTERACTIVE
    changes: tuple[EventKind, ...] = ()
    read_only: bool = False
    needs_client: bool = False


def _edit_title(request: api.ApplyEdit) -> str:
    return f"Edit with {', '.join(request.tokens)}" if request.tokens else "Edit by text"


def _read(request: type, result: type, handler: str) -> Operation:
    return Operation(request, result, "query", handler, read_only=True)


def _change(request: type, result: type, handler: str) -> Operation:
    return Operation(request, result, "query", handler)


def _transfer(request: type, result: type, handler: str) -> Operation:
    return Operation(request, result, "query", handler, needs_client=True)


_GPU = (
    Operation(api.LearnToken, api.LearnResult, "gpu", "learn",
              lambda r: f"Learn {r.person}/{r.token}", LEARNING, ("library", "history")),
    Operation(api.ApplyEdit, api.EditResult, "gpu", "edit", _edit_title, EDIT, ("history",)),
    Operation(api.MakeMask, api.MaskResult, "gpu", "mask", lambda r: "Find a mask"),
    Operation(api.SuggestPrompt, api.PromptSuggestion, "gpu", "suggest", lambda r: "Suggest a prompt"),
    Operation(api.ShowAttention, api.AttentionMap, "gpu", "show_attention", lambda r: f"Show where '{r.word}' looks"),
    Operation(api.RecognisePeople, api.PeopleFound, "gpu", "recognise", lambda r: "Recognise people"),
    Operation(api.OpenModel, api.OpenedModel, "gpu", "open_model", lambda r: "Load the model"),
    Operation(api.RerunResult, api.RerunReport, "gpu", "rerun", lambda r: "Make a result again", RERUN),
)  # fmt: skip
_DISK = (
    Operation(api.InstallModel, api.ModelReady, "disk", "install_model",
              lambda r: f"Download {r.name}", MODELS, ("models",)),
    Operation(api.ImportModel, api.ModelReady, "disk", "import_model",
              lambda r: f"Import {r.name or 'a model'}", MODELS, ("models",)),
    Operation(api.VerifyModel, api.ModelReady, "disk", "verify_model", lambda r: f"Check {r.name}", MODELS),
    Operation(api.MoveModels, api.ModelReady, "disk", "move_models",
              lambda r: "Move the models", MODELS, ("models", "settings")),
)  # fmt: skip
_QUERIES = (
    _read(queries.ListTokens, queries.TokenList, "library.list_tokens"),
    _read(queries.ShowToken, queries.TokenDetails, "library.show_token"),
    _read(queries.Thumbnails, queries.Pictures, "library.thumbnails"),
    _change(queries.ChangeToken, queries.TokenInfo, "library.change_token"),
    _change(queries.DeleteTokens, queries.Done, "library.delete_tokens"),
    _change(queries.RestoreToken, queries.TokenInfo, "library.restore_token"),
    _change(queries.DuplicateToken, queries.TokenInfo, "library.duplicate_token"),
    _read(queries.ExportToken, queries.ExportedFile, "library.export_token"),
    _read(queries.ExportPerson, queries.ExportedFile, "library.export_person"),
    _change(queries.ImportFile, queries.Imported, "library.import_file"),
    _change(queries.CheckLibrary, queries.LibraryReport, "library.check_library"),
    _read(queries.ListPeople, queries.PeopleList, "library.list_people"),
    _change(queries.ChangePerson, queries.Done, "library.change_person"),
    _change(queries.ForgetPerson, queries.Done, "library.forget_person"),
    _read(queries.ListResumable, queries.ResumableList, "library.list_resumable"),
    _change(queries.DropResumable, queries.Done, "library.drop_resumable"),
    _read(queries.ListHistory, queries.HistoryPage, "history.list_history"),
    _read(queries.ShowHistory, queries.HistoryDetails, "history.show_history"),
    _change(queries.ChangeHistory, queries.Done, "history.change_history"),
    _change(queries.PruneHistory, queries.Done, "history.prune_history"),
    _read(queries.ListModels, queries.ModelList, "models.list_models"),
    _change(queries.AcceptLicence, queries.Done, "models.accept_licence"),
    _change(queries.UseModel, queries.Done, "models.use_model"),
    _change(queries.RemoveModel, queries.Done, "models.remove_model"),
    _read(queries.GetSettings, queries.SettingsValues, "machine.get_settings"),
    _change(queries.ChangeSettings, queries.SettingsValues, "machine.change_settings"),
    _read(queries.GetStatus, queries.EngineStatus, "machine.get_status"),
    _read(queries.ListJobs, queries.JobList, "machine.list_jobs"),
    _read(queries.EstimateJob, api.Estimate, "estimates.estimate_job"),
    _read(queries.Diagnose, queries.Diagnosis, "machine.diagnose"),
    _read(queries.ReadLog, queries.LogText, "machine.read_log"),
    _transfer(queries.HandOver, queries.Handover, "handover.hand_over"),
    _transfer(queries.AskHandover, queries.Handover, "handover.ask_handover"),
    _transfer(queries.TakeHandover, queries.TakenPicture, "handover.take_handover"),
    _transfer(queries.GiveBack, queries.Done, "handover.give_back"),
)

OPERATIONS: dict[type, Operation] = {operation.request: operation for operation in (*_GPU, *_DISK, *_QUERIES)}
"""By class of the request."""

JOBS: dict[type, type] = {operation.request: operation.result for operation in (*_GPU, *_DISK)}
"""All jobs and the types of their results."""

QUERIES: dict[type, type] = {operation.request: operation.result for operation in _QUERIES}
"""All queries and the types of their results."""


def operation_of(request: object) -> Operation:
    """The operation of a request. Raises KeyError if there is none."""
    return OPERATIONS[type(request)]
