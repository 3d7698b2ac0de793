"""Tokens and people as files: out of the library to a place the user chose, and into it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PyQt6.QtCore import pyqtSignal

from qt_app.engine import EngineLink
from qt_app.i18n.engine_words import spoken
from qt_app.model.messages import Messages
from qt_app.model.observable import Observable, Property
from qt_app.model.tasks import Background
from s2edit_plugin.api import queries
from s2edit_plugin.errors import ImageError, S2EditError, UsageError

__all__ = ["FORMATS", "ExportState", "ImportState"]

FORMATS = ("s2edit", "textual-inversion", "custom-diffusion", "lora")
MAX_FILE = 4_000_000_000


class ExportState(Observable):
    """What the export dialog shows.

    Signals: ``<name>_changed`` of each; exported(str): a file is there.

    Attributes:
        names: tokens to export. person: or everything of a person, "" for tokens. format: one of `FORMATS`.
        private: with thumbnail, mask and the photo's hash. approximate: vectors alone of a token that is more.
        rank: of a LoRA of whole matrices, 0 for exact. busy: how many files are still to come.
    """

    names_changed = pyqtSignal(object)
    person_changed = pyqtSignal(object)
    format_changed = pyqtSignal(object)
    private_changed = pyqtSignal(object)
    approximate_changed = pyqtSignal(object)
    rank_changed = pyqtSignal(object)
    busy_changed = pyqtSignal(object)
    exported = pyqtSignal(str)
    names = Property[tuple[str, ...]](())
    person = Property("")
    format = Property("s2edit")
    private = Property(False)
    approximate = Property(False)
    rank = Property(0)
    busy = Property(0)

    def __init__(self, link: EngineLink, background: Background, messages: Messages) -> None:
        super().__init__()
        self._link, self._background, self._messages = link, background, messages

    def prepare(self, names: Sequence[str] = (), person: str = "") -> None:
        """Begin anew with these tokens, or with a person."""
        self.names, self.person, self.private = tuple(names), person, False
        if person:
            self.format = "s2edit"

    @property
    def file_name(self) -> str:
        """What the file will be called if it is one; the engine may give another suffix."""
        return self.person if self.person else self.names[0].replace("/", "-") if self.names else ""

    def export(self, folder: str) -> None:
        """Write one file a token, or one for the person, into a folder. An existing file keeps its place, the new one gets a
        number."""
        if self.person:
            self._ask(queries.ExportPerson(self.person, self.private), Path(folder))
            return
        foreign = self.format != "s2edit"
        for name in self.names:
            request = queries.ExportToken(
                name,
                self.format,
                private=self.private and not foreign,
                approximate=self.approximate and foreign,
                rank=self.rank if self.format == "lora" else 0,
            )
            self._ask(request, Path(folder))

    def _ask(self, request: queries.ExportToken | queries.ExportPerson, folder: Path) -> None:
        self.busy += 1

        def got(file: queries.ExportedFile) -> None:
            self._background.run(
                lambda: _stored(folder, file), lambda path: self._done(path, file), self._failed
            )

        self._link.ask(request, got, self._failed)

    def _done(self, path: Path, file: queries.ExportedFile) -> None:
        self.busy -= 1
        self._messages.note(self.tr("Exported to {0}.").format(path), " ".join(file.notes))
        self.exported.emit(str(path))

    def _failed(self, error: S2EditError) -> None:
        self.busy -= 1
        self._messages.error(error)


class ImportState(Observable):
    """What the import dialog shows.

    Signals: ``<name>_changed`` of each; imported(tuple[str]): names of tokens that came in.

    Attributes:
        files: paths. name: ``person/name``, or a person, to import as; "" as the file says. class_noun, kind, consent: for
            embeddings of other programs, which do not say. replace: what has the name already goes to the trash.
        busy: files are being taken in.
    """

    files_changed = pyqtSignal(object)
    name_changed = pyqtSignal(object)
    class_noun_changed = pyqtSignal(object)
    kind_changed = pyqtSignal(object)
    consent_changed = pyqtSignal(object)
    replace_changed = pyqtSignal(object)
    busy_changed = pyqtSignal(object)
    imported = pyqtSignal(object)
    files = Property[tuple[str, ...]](())
    name = Property("")
    class_noun = Property("")
    kind = Property("identity")
    consent = Property(False)
    replace = Property(False)
    busy = Property(False)

    def __init__(self, link: EngineLink, background: Background, messages: Messages) -> None:
        super().__init__()
        self._link, self._background, self._messages = link, background, messages

    def prepare(self, files: Sequence[str] = ()) -> None:
        """Begin anew with these files."""
        self.files = tuple(dict.fromkeys(files))
        self.name = self.class_noun = ""
        self.consent = self.replace = False

    @property
    def problem(self) -> str:
        """Why nothing can be imported now, "" if it can."""
        if not self.files:
            return self.tr("Choose a file.")
        if len(self.files) > 1 and self.name.strip():
            return self.tr("Several files keep their own names.")
        return ""

    def start(self) -> None:
        """Take the files in, one after the other; those that are refused say why."""
        if not self.problem and not self.busy:
            self.busy = True
            self._next(self.files, ())

    def _next(self, files: tuple[str, ...], came: tuple[str, ...]) -> None:
        if not files:
            self.busy = False
            if came:
                self._messages.note(self.tr("%n token(s) imported.", n=len(came)), ", ".join(came))
                self.imported.emit(came)
            return
        path, rest = Path(files[0]), files[1:]

        def failed(error: S2EditError) -> None:
            self._messages.error(type(error)(f"{path.name}: {spoken(error.sentence)}", error.hint))
            self._next(rest, came)

        def got(answer: queries.Imported) -> None:
            for note in answer.notes:
                self._messages.note(note)
            self._next(rest, (*came, *(token.name for token in answer.tokens)))

        def read(data: bytes) -> None:
            request = queries.ImportFile(
                data,
                path.name,
                self.name.strip(),
                self.class_noun.strip(),
                self.kind,
                replace=self.replace,
                consent=self.consent,
            )
            self._link.ask(request, got, failed)

        self._background.run(lambda: _content(path), read, failed)


def _stored(folder: Path, file: queries.ExportedFile) -> Path:
    from s2edit_plugin.storage.paths import write_atomic

    wanted = folder / Path(file.file_name).name
    path, number = wanted, 1
    while path.exists():
        number += 1
        path = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
    write_atomic(path, file.data, private=True)  # a token is somebody's face
    return path


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE:
            raise UsageError(
                "The file is too large for a token.", "A base model is imported in the settings."
            )
        return path.read_bytes()
    except OSError as error:
        raise ImageError(f"It cannot be read ({error.strerror}).", "Check the file.") from error
