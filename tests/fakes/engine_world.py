"""What a `FakeClient` answers from: people, tokens, a history, models and settings, all in memory."""

from __future__ import annotations

import dataclasses
import hashlib
import struct
import zlib
from collections.abc import Callable, Iterable
from typing import Any

from s2edit_plugin import __version__, api
from s2edit_plugin.api import queries
from s2edit_plugin.errors import TokenNotFoundError, UsageError
from s2edit_plugin.storage.settings import Settings

__all__ = ["FakeWorld", "grey_picture", "picture_size"]

DAY = "2026-01-01T00:00:00Z"
MODELS = (
    queries.ModelInfo("small", "The bundled small model", family="sd1", installed=True, in_use=True, licence="GPL-3.0"),
    queries.ModelInfo("sd15", "Stable Diffusion 1.5", family="sd1", size_bytes=2_700_000_000, memory_gb=4.0,
                    licence="CreativeML Open RAIL-M", licence_text="You agree to use it responsibly."),
)  # fmt: skip


class FakeWorld:
    """The state of a fake engine. ``changed``: called with the name of what changed for everybody."""

    def __init__(self, changed: Callable[[api.EventKind], None]) -> None:
        self._changed, self._results = changed, 0
        self.tokens: dict[str, queries.TokenDetails] = {}
        self.trash: dict[str, queries.TokenDetails] = {}
        self.notes: dict[str, str] = {}
        self.history: dict[str, queries.HistoryDetails] = {}
        self.deleted_results: dict[str, queries.HistoryDetails] = {}
        self.models = {model.name: model for model in MODELS}
        self.settings: dict[str, Any] = dataclasses.asdict(Settings())
        self.resumable: list[queries.Resumable] = []
        self.handed: list[queries.TakenPicture] = []  # wait for a window
        self.handovers = 0
        self.log = ""
        self._answers: dict[type, Callable[[Any], Any]] = {
            queries.ListTokens: self._list_tokens,
            queries.ShowToken: lambda request: self._token(request.name),
            queries.Thumbnails: self._thumbnails,
            queries.ChangeToken: self._change_token,
            queries.DeleteTokens: self._delete,
            queries.RestoreToken: self._restore,
            queries.DuplicateToken: self._duplicate,
            queries.ExportToken: self._export,
            queries.ExportPerson: self._export_person,
            queries.ImportFile: self._import,
            queries.CheckLibrary: lambda _: queries.LibraryReport(len(self.tokens)),
            queries.ListPeople: self._people,
            queries.ChangePerson: self._change_person,
            queries.ForgetPerson: self._forget,
            queries.ListResumable: lambda _: queries.ResumableList(tuple(self.resumable)),
            queries.DropResumable: self._drop_resumable,
            queries.ListHistory: self._list_history,
            queries.ShowHistory: lambda request: self._result(request.id),
            queries.ChangeHistory: self._change_history,
            queries.PruneHistory: lambda _: queries.Done("Nothing was dropped.", 0),
            queries.ListModels: lambda _: queries.ModelList(tuple(self.models.values()), "/models", 10**11),
            queries.AcceptLicence: lambda request: self._change_model(request.name, licence_accepted=True),
            queries.UseModel: self._use_model,
            queries.RemoveModel: lambda request: self._change_model(request.name, installed=False),
            queries.GetSettings: lambda _: queries.SettingsValues(dict(self.settings)),
            queries.ChangeSettings: self._change_settings,
            queries.GetStatus: lambda _: queries.EngineStatus(__version__, 1, device="cpu", model="small"),
            queries.EstimateJob: lambda _: api.Estimate(30.0, 10**9, 10**10, True, "cpu"),
            queries.Diagnose: lambda _: queries.Diagnosis((queries.CheckInfo("Python", True, "3.11"),)),
            queries.ReadLog: lambda _: queries.LogText(self.log),
            queries.HandOver: self._hand_over,
            queries.AskHandover: lambda request: queries.Handover(request.id, "taken"),
            queries.TakeHandover: lambda _: self.handed.pop(0) if self.handed else queries.TakenPicture(),
            queries.GiveBack: lambda _: queries.Done("The picture was given back."),
        }

    def answer(self, request: Any) -> Any:
        """Answer a call as an engine with this state would. Raises UsageError for what is no call."""
        if type(request) not in self._answers:
            raise UsageError(f"{type(request).__name__} is no call.")
        return self._answers[type(request)](request)

    # ------------------------------------------------------------------ filling it

    def add_token(self, name: str, thumbnail: bytes = b"", subject_mask: bytes = b"", **info: Any) -> None:
        """Put a token into the library; ``info``: fields of `queries.TokenInfo`."""
        person = name.partition("/")[0]
        values: dict[str, Any] = {
            "id": f"id-{name}",
            "class_noun": "woman",
            "created": DAY,
            "size_bytes": 100_000,
        } | info
        details = queries.TokenDetails(
            queries.TokenInfo(name, person, **values),
            {},
            thumbnail,
            subject_mask,
            f"/library/{name}.safetensors",
        )
        self.tokens[name] = details
        self._changed("library")

    def add_result(self, request: api.ApplyEdit, image: bytes, region: bytes = b"", **entry: Any) -> str:
        """Put a result into the history and return its id; ``entry``: fields of `queries.HistoryEntry`."""
        self._results += 1
        name = f"result-{self._results}"
        values: dict[str, Any] = {
            "created": DAY,
            "prompt": request.prompt,
            "tokens": request.tokens,
            "model": "small",
            "photo_hash": hashlib.sha256(request.photo).hexdigest(),
        }
        self.history[name] = queries.HistoryDetails(
            queries.HistoryEntry(id=name, **(values | entry)), request, image, region
        )
        self._changed("history")
        return name

    def finish(self, request: Any) -> Any:
        """What a job gives, with what it changes in the world."""
        match request:
            case api.LearnToken():
                name = f"{request.person}/{request.token}"
                shown = request.prompt or f"a photo of a {request.class_noun}"
                self.add_token(name, kind=request.kind, class_noun=request.class_noun, source_prompt=shown)
                steps = request.settings.steps_token + request.settings.steps_joint
                return api.LearnResult(
                    name, f"/library/{name}.safetensors", 100_000, 0.5, 0.1, 0.05, 1.0, steps
                )
            case api.ApplyEdit():
                region = request.region_mask or grey_picture(*picture_size(request.photo))
                made = api.EditResult(
                    request.photo, region, 1.0, False, request.source_prompt or "a photo", request.prompt,
                )  # fmt: skip
                made = dataclasses.replace(made, history_id=self.add_result(request, request.photo, region))
                box = (0, 0, *picture_size(request.photo))
                alone = dataclasses.replace(made, image=b"", layer=request.photo, layer_box=box)
                return alone if request.with_layer else made
            case api.MakeMask():
                return api.MaskResult(grey_picture(*picture_size(request.photo)), request.method, 0.25)
            case api.SuggestPrompt():
                return api.PromptSuggestion("a photo of a woman with brown hair", "fake")
            case api.ShowAttention():
                return api.AttentionMap(grey_picture(*picture_size(request.photo)), request.word)
            case api.RecognisePeople():
                return api.PeopleFound((), 0)
            case api.OpenModel():
                return api.OpenedModel("small", "fake", "cpu")
            case api.RerunResult():
                image = self._result(request.history_id).image
                return api.RerunReport(request.history_id, True, 0.0, image, "Every pixel is the same.")
            case api.InstallModel() | api.ImportModel() | api.VerifyModel():
                name = request.name or "imported"
                known = self.models.get(name, queries.ModelInfo(name, name))
                self.models[name] = dataclasses.replace(known, installed=True)
                self._changed("models")
                return api.ModelReady(name, f"/models/{name}", known.size_bytes, "It is there and whole.")
            case api.MoveModels():
                return api.ModelReady("", request.folder, 0, "The models were moved.")
        raise UsageError(f"{type(request).__name__} is no job.")

    # ------------------------------------------------------------------ the library

    def _token(self, name: str) -> queries.TokenDetails:
        if name not in self.tokens:
            raise TokenNotFoundError(f"There is no token {name}.")
        return self.tokens[name]

    def _store(self, name: str, details: queries.TokenDetails) -> queries.TokenInfo:
        if name in self.tokens:
            raise UsageError(f"There is a token {name} already.")
        info = dataclasses.replace(details.info, name=name, person=name.partition("/")[0])
        self.tokens[name] = dataclasses.replace(details, info=info)
        return info

    def _list_tokens(self, request: queries.ListTokens) -> queries.TokenList:
        found = []
        for name, details in sorted((self.trash if request.trash else self.tokens).items()):
            info = details.info
            words = " ".join((name, info.class_noun, *info.tags, info.notes, info.source_prompt)).lower()
            wanted = all(word in words for word in request.search.lower().split())
            if wanted and request.person in ("", info.person):
                found.append(info)
        return queries.TokenList(tuple(found))

    def _thumbnails(self, request: queries.Thumbnails) -> queries.Pictures:
        found = {}
        for name in request.names:
            if request.what == "history" and name in self.history:
                found[name] = self.history[name].image
            elif request.what == "tokens" and name in self.tokens and self.tokens[name].thumbnail:
                found[name] = self.tokens[name].thumbnail
        return queries.Pictures(found)

    def _change_token(self, request: queries.ChangeToken) -> queries.TokenInfo:
        details = self._token(request.name)
        info = details.info
        tags = [tag for tag in (*info.tags, *request.add_tags) if tag not in request.remove_tags]
        notes = info.notes if request.notes is None else request.notes
        info = dataclasses.replace(info, tags=tuple(dict.fromkeys(tags)), notes=notes)
        details = self.tokens[request.name] = dataclasses.replace(details, info=info)
        if request.rename is not None:
            name = request.rename if "/" in request.rename else f"{info.person}/{request.rename}"
            info = self._store(name, details)
            del self.tokens[request.name]
        self._changed("library")
        return info

    def _delete(self, request: queries.DeleteTokens) -> queries.Done:
        for name in request.names:
            self.trash[name] = self._token(name)
            del self.tokens[name]
        self._changed("library")
        return queries.Done("They are in the trash.", len(request.names))

    def _restore(self, request: queries.RestoreToken) -> queries.TokenInfo:
        if request.name not in self.trash:
            raise TokenNotFoundError(f"There is no token {request.name} in the trash.")
        info = self._store(request.name, self.trash[request.name])
        del self.trash[request.name]
        self._changed("library")
        return info

    def _duplicate(self, request: queries.DuplicateToken) -> queries.TokenInfo:
        info = self._store(request.new_name, self._token(request.name))
        self._changed("library")
        return info

    def _drop_resumable(self, request: queries.DropResumable) -> queries.Done:
        kept = [run for run in self.resumable if (run.person, run.token) != (request.person, request.token)]
        count, self.resumable[:] = len(self.resumable) - len(kept), kept
        return queries.Done("The run is given up." if count else "There was no such run.", count)

    def _export(self, request: queries.ExportToken) -> queries.ExportedFile:
        self._token(request.name)
        return queries.ExportedFile(f"{request.name.replace('/', '-')}.safetensors", b"token")

    def _export_person(self, request: queries.ExportPerson) -> queries.ExportedFile:
        return queries.ExportedFile(f"{request.person}.zip", b"person")

    def _import(self, request: queries.ImportFile) -> queries.Imported:
        name = request.name or "imported/token"
        if not request.data:
            raise UsageError("The file is empty.")
        self.add_token(name)
        return queries.Imported((self.tokens[name].info,))

    def _people(self, _: Any) -> queries.PeopleList:
        people: dict[str, list[queries.TokenDetails]] = {}
        for details in self.tokens.values():
            people.setdefault(details.info.person, []).append(details)
        return queries.PeopleList(
            tuple(
                queries.PersonInfo(
                    person,
                    len(theirs),
                    self.notes.get(person, ""),
                    next((token.info.name for token in theirs if token.thumbnail), ""),
                )
                for person, theirs in sorted(people.items())
            )
        )

    def _change_person(self, request: queries.ChangePerson) -> queries.Done:
        person = request.person
        if request.notes is not None:
            self.notes[person] = request.notes
        if request.rename is not None:
            for name in self._names_of(person):
                self._store(f"{request.rename}/{name.partition('/')[2]}", self.tokens.pop(name))
        self._changed("library")
        return queries.Done(f"{person} was changed.")

    def _forget(self, request: queries.ForgetPerson) -> queries.Done:
        for place in (self.tokens, self.trash):
            for name in self._names_of(request.person, place):
                del place[name]
        theirs = f"{request.person}/"
        for results in (self.history, self.deleted_results):
            for key, details in list(results.items()):
                if any(name.startswith(theirs) for name in details.entry.tokens):
                    del results[key]
        self._changed("library")
        self._changed("history")
        return queries.Done(f"{request.person} was forgotten.")

    def _names_of(self, person: str, place: Iterable[str] | None = None) -> list[str]:
        names = self.tokens if place is None else place
        return [name for name in names if name.partition("/")[0] == person]

    # ------------------------------------------------------------------ history, models, settings

    def _result(self, name: str) -> queries.HistoryDetails:
        for results in (self.history, self.deleted_results):
            if name in results:
                return results[name]
        raise UsageError("There is no such result in the history.")

    def _list_history(self, request: queries.ListHistory) -> queries.HistoryPage:
        results = self.deleted_results if request.trash else self.history
        entries = [results[name].entry for name in sorted(results, key=_number, reverse=True)]
        for word in request.search.lower().split():
            entries = [entry for entry in entries if word in _searched(entry)]
        if request.kind:
            entries = [entry for entry in entries if entry.kind == request.kind]
        if request.person:
            theirs = f"{request.person}/"
            entries = [entry for entry in entries if any(name.startswith(theirs) for name in entry.tokens)]
        if request.token:
            entries = [entry for entry in entries if request.token in entry.tokens]
        if request.photo_hash:
            entries = [entry for entry in entries if request.photo_hash == entry.photo_hash]
        if request.starred:
            entries = [entry for entry in entries if entry.starred]
        ids = [entry.id for entry in entries]
        first = ids.index(request.before) + 1 if request.before in ids else 0
        page = tuple(entries[first : first + request.limit])
        more = first + len(page) < len(entries)
        return queries.HistoryPage(page, len(entries), page[-1].id if page and more else "")

    def _change_history(self, request: queries.ChangeHistory) -> queries.Done:
        for name in request.ids:
            details = self._result(name)
            entry = details.entry
            if request.starred is not None:
                entry = dataclasses.replace(entry, starred=request.starred)
            if request.note is not None:
                entry = dataclasses.replace(entry, note=request.note)
            there = self.deleted_results if name in self.deleted_results else self.history
            del there[name]
            if request.delete:
                there = self.deleted_results
            elif request.restore:
                there = self.history
            there[name] = dataclasses.replace(details, entry=entry)
        self._changed("history")
        return queries.Done("", len(request.ids))

    def _hand_over(self, request: queries.HandOver) -> queries.Handover:
        self.handovers += 1
        name = f"handed{self.handovers - 1}"
        self.handed.append(queries.TakenPicture(name, request.photo, request.selection, request.title))
        self._changed("handover")
        return queries.Handover(name, "waiting")

    def _change_model(self, name: str, **changes: Any) -> queries.Done:
        if name not in self.models:
            raise UsageError(f"There is no model {name}.")
        self.models[name] = dataclasses.replace(self.models[name], **changes)
        self._changed("models")
        return queries.Done()

    def _use_model(self, request: queries.UseModel) -> queries.Done:
        for name, model in self.models.items():
            self.models[name] = dataclasses.replace(model, in_use=name == (request.name or "small"))
        self.settings["model"] = request.name
        self._changed("models")
        self._changed("settings")
        return queries.Done()

    def _change_settings(self, request: queries.ChangeSettings) -> queries.SettingsValues:
        unknown = set(request.changes) - set(self.settings)
        if unknown:
            raise UsageError(f"There is no setting '{min(unknown)}'.")
        self.settings |= request.changes
        self._changed("settings")
        return queries.SettingsValues(dict(self.settings))


def _number(name: str) -> int:
    """Results in the order they were made in."""
    return int(name.rpartition("-")[2])


def _searched(entry: queries.HistoryEntry) -> str:
    return " ".join((entry.prompt, entry.source_prompt, entry.note, *entry.tokens)).lower()


def picture_size(photo: bytes) -> tuple[int, int]:
    """Width and height of a PNG or JPEG, 64 x 64 for anything else."""
    if photo.startswith(b"\x89PNG") and len(photo) >= 24:
        width, height = struct.unpack(">II", photo[16:24])
        return int(width), int(height)
    at = 2
    while photo.startswith(b"\xff\xd8") and at + 9 < len(photo) and photo[at] == 0xFF:
        marker, length = photo[at + 1], struct.unpack(">H", photo[at + 2 : at + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", photo[at + 5 : at + 9])
            return int(width), int(height)
        at += 2 + length
    return 64, 64


def grey_picture(width: int, height: int) -> bytes:
    """An 8-bit grey PNG: white in the middle half, black around it."""
    band = bytes(width // 4) + b"\xff" * (width - 2 * (width // 4)) + bytes(width // 4)
    rows = bytearray()
    for y in range(height):
        rows += b"\0" + (band if height // 4 <= y < height - height // 4 else bytes(width))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(rows), 1))
        + chunk(b"IEND", b"")
    )
