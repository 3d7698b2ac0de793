"""Saving the shown result: format, quality, path, and what the format cannot store."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qt_app.i18n.engine_translation import translated
from qt_app.model.background import Background
from qt_app.model.decoding import decoded_mask
from qt_app.model.document import Document, Documents, Result
from qt_app.model.messages import Messages
from qt_app.model.preferences import Preferences
from qt_app.observable import Observable, Property, follow
from s2edit_plugin.api import EditResult
from s2edit_plugin.api.picture_formats import FORMATS as PICTURE_FORMATS
from s2edit_plugin.api.picture_formats import OTHER_SUFFIXES, WRITE_SUFFIXES
from s2edit_plugin.errors import S2EditError
from s2edit_plugin.storage.paths import DataFolder, write_atomic

if TYPE_CHECKING:
    from s2edit_plugin.imaging.photo import FileFormat, Photo

__all__ = ["FORMATS", "SUFFIXES", "SaveOptions", "SaveState", "encoded"]

SUFFIXES = {known.name: known.suffixes[0] for known in PICTURE_FORMATS if known.written} | {"ORA": ".ora"}
FORMATS = tuple(SUFFIXES)
_ALIASES = WRITE_SUFFIXES | {".ora": "ORA"}


@dataclass(frozen=True)
class SaveOptions:
    """How a result is written.

    Attributes:
        format: one of `FORMATS`; ``ORA`` is OpenRaster. quality: 1..100 of JPEG and WebP; None: as the engine wrote it if the
            format is the photo's own, else 95. lossless: WebP without loss.
    """

    format: str
    quality: int | None = None
    lossless: bool = False


class SaveState(Observable):
    """What the save dialog shows.

    Attributes:
        format: one of `FORMATS`. own_quality: JPEG and WebP keep the photo's quality. quality: 1..100, otherwise. lossless: for
            WebP. folder, name: of the file, the name with its suffix. busy: a file is being written.
    """

    format = Property("PNG")
    own_quality = Property(True)
    quality = Property(95)
    lossless = Property(False)
    folder = Property("")
    name = Property("")
    busy = Property(False)

    def __init__(
        self, folder: DataFolder, documents: Documents, preferences: Preferences, background: Background,
        messages: Messages,
    ) -> None:  # fmt: skip
        super().__init__()
        self._folder, self._documents, self._preferences = folder, documents, preferences
        self._background, self._messages = background, messages
        follow(self, ("format",), self._set_suffix, now=False)
        follow(self, ("name",), self._set_format, now=False)

    # ------------------------------------------------------------------ the choices

    @property
    def document(self) -> Document | None:
        """The open photo."""
        return self._documents.document

    @property
    def path(self) -> Path:
        """Path of the file: the name may contain folders, and gets the format's suffix if it has none."""
        path = Path(self.folder or ".").expanduser() / Path(self.name.strip()).expanduser()
        named = path.name and path.suffix.lower() not in _ALIASES.keys() | OTHER_SUFFIXES
        return path.with_name(path.name + SUFFIXES[self.format]) if named else path

    @property
    def options(self) -> SaveOptions:
        """How the file will be written."""
        quality = None if self.own_quality or self.lossless else self.quality
        lossy = self.format == "JPEG" or (self.format == "WEBP" and not self.lossless)
        return SaveOptions(
            self.format, quality if lossy else None, self.lossless if self.format == "WEBP" else False
        )

    @property
    def problem(self) -> str:
        """Why nothing can be saved now, "" if it can."""
        if self.document is None or self.document.result is None:
            return self.tr("Show a result first.")
        name, path = self.name.strip(), self.path
        if not Path(name).name or name.endswith(("/", os.sep)) or path.is_dir():
            return self.tr("Give the file a name.")
        if path.suffix.lower() in OTHER_SUFFIXES:
            return self.tr("{0} files are not written. Choose one of the formats below.").format(path.suffix)
        if not path.parent.is_dir():
            return self.tr("The folder {0} is not there.").format(path.parent)
        return ""

    @property
    def exists(self) -> bool:
        """Whether a file of this name is there already."""
        return self.path.exists()

    @property
    def notes(self) -> list[str]:
        """Remarks on what the chosen format does to the picture."""
        document = self.document
        if document is None:
            return []
        from s2edit_plugin.imaging.formats.jpeg_blocks import can_keep_blocks

        photo, notes, own = document.photo, [], self.original_format
        if self.format == "ORA":
            notes.append(self.tr("Photo and result as layers; GIMP, Krita and others open it."))
        if self.format in ("JPEG", "WEBP") and photo.depth == 16:
            notes.append(self.tr("This format keeps 8 of the photo's 16 bits."))
        if self.format == "JPEG" and photo.alpha is not None:
            notes.append(self.tr("Transparent places become white."))
        if self.format in ("PNG", "TIFF", "ORA") or self.options.lossless:
            notes.append(self.tr("Nothing outside the edit changes."))
        elif self.format == "JPEG" and own == "JPEG" and self.own_quality and can_keep_blocks():
            notes.append(
                self.tr(
                    "Blocks of 8 or 16 pixels that the edit does not touch stay as they are in the photo."
                )
            )
        else:
            notes.append(
                self.tr(
                    "Compressing changes pixels outside the edit too, at quality 95 by 1 of 255 on average, at 80 by up to 4; "
                    "PNG and TIFF keep them."
                )
            )
        kept = [name for name, there in (("ICC", photo.icc), ("EXIF", photo.exif)) if there]
        if kept:
            notes.append(self.tr("{0} of the photo are kept.").format(" + ".join(kept)))
        if self.format != "ORA":
            from s2edit_plugin.imaging.saving import left_out

            notes += [translated(note) for note in left_out(photo, self.format)]  # type: ignore[arg-type]
        notes.append(self.tr("The file says that it was edited by AI."))
        return notes

    @property
    def original_format(self) -> str:
        """The format of the photo's own file, "" if it is none of `FORMATS`."""
        from s2edit_plugin.imaging.reading import format_of

        return (format_of(self.document.original) or "") if self.document else ""

    @property
    def replaces_photo(self) -> bool:
        """Whether the file is the photo itself."""
        document = self.document
        try:
            return document is not None and bool(document.path) and self.path.samefile(document.path)
        except OSError:
            return False

    # ------------------------------------------------------------------ doing

    def prepare(self) -> None:
        """Set suitable values for the open photo: the last format and folder, an unused name."""
        document, preferences = self.document, self._preferences
        if document is None:
            return
        own = self.original_format
        wanted = preferences.save_format or own
        self.format = wanted if wanted in FORMATS else "PNG"
        self.quality = preferences.save_quality
        self.own_quality = own == self.format
        self.lossless = self.format == "WEBP" and document.photo.format == "WEBP" and document.photo.lossless
        last = preferences.save_folder
        own = str(Path(document.path).parent) if document.path else str(Path.home())
        self.folder = last if last and Path(last).is_dir() else own
        self.name = self._free_name(Path(document.name).stem)

    def choose(self, path: str) -> None:
        """Set folder, name and, by its suffix, format from a path."""
        chosen = Path(path)
        self.folder, self.name = str(chosen.parent), chosen.name
        if chosen.suffix.lower() not in OTHER_SUFFIXES:
            self._set_suffix()

    def split(self) -> None:
        """Move the folders of a name that is a path to the folder field."""
        if Path(self.name.strip()).name != self.name.strip() and not self.problem:
            self.choose(str(self.path))

    def save(self) -> None:
        """Write the shown result in the background; an existing file is replaced."""
        document = self.document
        if self.problem or document is None or document.result is None:
            return
        result, options, path, photo = document.result, self.options, self.path, document.photo
        names, original = (self.tr("Photo"), self.tr("Result"), self.tr("Edit region")), document.original

        def write() -> str:
            from s2edit_plugin.imaging.credentials.signing import with_credentials

            data = encoded(photo, result.output, options, names, original)
            signed, unsigned = with_credentials(self._folder, data, result.output.image, original)
            write_atomic(path, signed)
            return unsigned

        self.busy = True
        self._background.run(
            write, lambda unsigned: self._done(document, result, path, unsigned), self._failed
        )

    # ------------------------------------------------------------------ inside

    def _done(self, document: Document, result: Result, path: Path, unsigned: str) -> None:
        self.busy = False
        preferences = self._preferences
        preferences.save_folder, preferences.save_format = str(path.parent), self.format
        preferences.save_quality = self.quality
        preferences.save()
        document.mark_saved(result)
        self._messages.note(self.tr("Saved as {0}.").format(path))
        if unsigned:
            self._messages.note(translated(unsigned))

    def _failed(self, error: S2EditError) -> None:
        self.busy = False
        self._messages.error(error)

    def _set_format(self) -> None:
        """The format follows the name's suffix."""
        self.format = _ALIASES.get(Path(self.name.strip()).suffix.lower(), self.format)

    def _set_suffix(self) -> None:
        """The name's suffix follows the format."""
        path, suffix = Path(self.name), SUFFIXES[self.format]
        if not self.name.strip() or _ALIASES.get(path.suffix.lower()) == self.format:
            return
        stem = path.stem if path.suffix.lower() in _ALIASES.keys() | OTHER_SUFFIXES else path.name
        self.name = str(path.with_name(f"{stem}{suffix}"))

    def _free_name(self, stem: str) -> str:
        stem = self.tr("{0}-edited").format(stem.removesuffix(self.tr("{0}-edited").format("")) or "photo")
        suffix, folder, number = SUFFIXES[self.format], Path(self.folder), 1
        name = f"{stem}{suffix}"
        while (folder / name).exists() and number < 1000:
            number += 1
            name = f"{stem}-{number}{suffix}"
        return name


def encoded(
    photo: Photo, made: EditResult, options: SaveOptions, names: tuple[str, str, str], original: bytes = b""
) -> bytes:
    """A result as a file.

    Args:
        photo: what was edited. names: of the layers of an OpenRaster file: photo, result, edit region.
        camera: the photo's own file: a JPEG keeps its blocks where nothing changed.

    Raises:
        ImageError: the format cannot hold a picture of this size. ResourceError: not enough memory.
    """
    from s2edit_plugin.imaging.openraster import encode_openraster
    from s2edit_plugin.imaging.reading import read_photo
    from s2edit_plugin.imaging.saving import encode_result

    if options.format == "ORA":
        result = read_photo(made.image, "the result")
        region = decoded_mask(made.region, result.size, "the edit region") if made.region else None
        return encode_openraster(photo, result, region, names)
    chosen: FileFormat = options.format  # type: ignore[assignment]
    lossless = options.lossless if chosen == "WEBP" else None
    return encode_result(made.image, chosen, original=original, quality=options.quality, lossless=lossless)
