"""Export of tokens and people to files, and import from files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PyQt6.QtCore import pyqtSignal

from qt_app.engine import EngineLink
from qt_app.i18n.engine_translation import translated
from qt_app.model.background import Background
from qt_app.model.messages import Messages
from qt_app.observable import Observable, Property
from s2edit_plugin.api import queries
from s2edit_plugin.errors import ImageError, S2EditError, UsageError

__all__ = ["FORMATS", "ExportState", "ImportState"]

FORMATS = ("s2edit", "textual-inversion", "custom-diffusion", "lora")
MAX_FILE = 4_000_000_000


class ExportState(Observable):
    """What the export dialog shows.

    Attributes:
        names: tokens to export. person: export this person's data instead, "" for tokens. format: one of `FORMATS`.
        private: with thumbnail, mask and the photo's hash. approximate: of a token with weights, the vectors alone.
        rank: of a LoRA of whole matrices, 0 for exact. busy: number of files not written yet.
    """

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
        """Reset for these tokens, or for a person."""
        self.names, self.person, self.private = tuple(names), person, False
        if person:
            self.format = "s2edit"

    def export(self, folder: str) -> None:
        """Write one file for each token, or one for the person, into a folder. If a file exists, the new one gets a number."""
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

    def _failed(self, error: S2EditError) -> None:
        self.busy -= 1
        self._messages.error(error)


class ImportState(Observable):
    """What the import dialog shows.

    Signals: imported(tuple[str]): names of imported tokens.

    Attributes:
        files: paths. name: ``person/name``, or a person, to import as; "" for the file's own. class_noun, kind, consent: for
            embeddings of other programs, which lack them. replace: move an existing token of the name to the trash.
        busy: files are being imported.
    """

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
        """Reset for these files."""
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
        """Import the files, one after the other; a message is shown for each that fails."""
        if not self.problem and not self.busy:
            self.busy = True
            self._next(self.files, ())

    def _next(self, files: tuple[str, ...], imported: tuple[str, ...]) -> None:
        if not files:
            self.busy = False
            if imported:
                self._messages.note(self.tr("%n token(s) imported.", n=len(imported)), ", ".join(imported))
                self.imported.emit(imported)
            return
        path, rest = Path(files[0]), files[1:]

        def failed(error: S2EditError) -> None:
            self._messages.error(type(error)(f"{path.name}: {translated(error.sentence)}", error.hint))
            self._next(rest, imported)

        def got(answer: queries.Imported) -> None:
            for note in answer.notes:
                self._messages.note(note)
            self._next(rest, (*imported, *(token.name for token in answer.tokens)))

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
    write_atomic(path, file.data, private=True)  # a token is biometric data
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
