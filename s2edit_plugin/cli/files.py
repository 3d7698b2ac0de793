"""Reading the files named on the command line, and writing results."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from s2edit_plugin.api.picture_formats import WRITE_SUFFIXES
from s2edit_plugin.api.regions import EDIT_REGIONS, EDIT_SUBJECTS, OF_A_PERSON
from s2edit_plugin.errors import ImageError, InputError, MaskError, ResourceError, Sentence, UsageError
from s2edit_plugin.storage.paths import disk_error, write_atomic

__all__ = [
    "NO_FILES",
    "Files",
    "MaskChoice",
    "mask_choice",
    "read_photo",
    "still_in_history",
    "writable_target",
    "write_picture",
    "write_result",
]

_NUMBERED = re.compile(rf"(?:{'|'.join(OF_A_PERSON)}):[1-9][0-9]?")
"""Number of a face on a photo of several people: ``face:2``."""


@dataclass(frozen=True)
class MaskChoice:
    """A mask as the user named it: a method, or the bytes of a picture of it."""

    method: str
    picture: bytes | None = None


@dataclass(frozen=True)
class Files:
    """File names of a job's pictures: a job has only bytes, so its errors say "the photo" and "the mask"."""

    photo: str
    mask: str = ""
    subject: str = ""

    def named(self, error: InputError) -> InputError:
        """The same error with the file's name; unchanged where it is about no picture, or no file was named."""
        if not self.photo or not isinstance(error, ImageError | MaskError):
            return error
        called = {
            "The subject mask ": self.subject,
            "The mask ": self.mask or self.subject,
            "The photo ": self.photo,
        }
        for beginning, name in called.items():
            if name and error.sentence.startswith(beginning):
                return type(error)(f"{name} {error.sentence.removeprefix(beginning)}", error.hint)
        return type(error)(f"{self.photo}: {error.sentence}", error.hint)


NO_FILES = Files("")


def read_photo(name: str) -> bytes:
    """The bytes of a photo. Raises ImageError: no such file, a folder, empty, or not readable."""
    from s2edit_plugin.imaging.files import read_photo_file

    return read_photo_file(name)


def mask_choice(value: str, allowed: tuple[str, ...]) -> MaskChoice:
    """Parse ``auto``, ``word:hair`` or a file name.

    Raises:
        MaskError: neither a known method nor a file.
    """
    if value in allowed or (_NUMBERED.fullmatch(value) and value.partition(":")[0] in allowed):
        return MaskChoice(value)
    if value.startswith("word:"):
        if not value.removeprefix("word:").strip():
            raise MaskError("A mask by word needs a word.", "Write it as word:hair.")
        return MaskChoice(value)
    if value in {*EDIT_REGIONS, *EDIT_SUBJECTS}:
        raise MaskError(Sentence("The mask '{}' is not possible here.", value), _hint(allowed))
    if not Path(value).expanduser().is_file():
        raise MaskError(
            Sentence("There is no mask file {}, and no method of this name.", value), _hint(allowed)
        )
    return MaskChoice("file", read_photo(value))


def _hint(allowed: tuple[str, ...]) -> str:
    return f"Use {', '.join(allowed)}, word:WORD or the name of a picture file."


def writable_target(name: str, *, picture: bool = True) -> Path:
    """A file that can be written, checked before minutes of work.

    Raises:
        UsageError: a folder, in a folder that is not there, or a format that cannot be written. ResourceError: the folder
        takes no file.
    """
    path = Path(name).expanduser()
    if path.is_dir():
        raise UsageError(Sentence("{} is a folder.", name), "Name the file to write with --out.")
    if not path.absolute().parent.is_dir():
        raise UsageError(
            Sentence("There is no folder {}.", path.absolute().parent), "Create it, or choose another --out."
        )
    if picture and path.suffix.lower() not in WRITE_SUFFIXES:
        raise UsageError(
            Sentence("'{}' is no picture format that can be written.", path.suffix or path.name),
            Sentence("End the name of --out with {}.", ", ".join(WRITE_SUFFIXES)),
        )
    try:
        tempfile.TemporaryFile(dir=path.absolute().parent).close()
    except OSError as error:
        raise disk_error(path, error) from error
    return path


@contextlib.contextmanager
def still_in_history(result: str) -> Iterator[None]:
    """Write a result; if that fails, the error names its id. Args: result: its id in the history, "" for none."""
    try:
        yield
    except (ResourceError, ImageError) as error:
        if not result:
            raise
        hint = (
            f"The result is in the history: `s2edit history export {result} --out FILE` writes it elsewhere."
        )
        raise type(error)(error.sentence, hint) from error


def write_picture(path: Path, data: bytes) -> None:
    """Write an encoded picture, converted to the format of the file's name; metadata is kept.

    Raises:
        ResourceError: the disk refused. ImageError: the picture cannot be held by the format.
    """
    from s2edit_plugin.imaging.saving import encode_result
    from s2edit_plugin.imaging.writing import format_of_suffix

    write_atomic(path, encode_result(data, format_of_suffix(path)))


def write_result(path: Path, data: bytes, original: bytes = b"") -> list[str]:
    """Write an edited photo in the format of the file's name, with Content Credentials.

    Args:
        original: the photo that was edited: unchanged blocks of a JPEG are kept, and the credentials name it.

    Returns:
        Sentences about data the format cannot store, and about missing credentials.

    Raises:
        ResourceError: the disk refused. ImageError: the picture cannot be held by the format.
    """
    from s2edit_plugin.imaging.credentials.signing import with_credentials
    from s2edit_plugin.imaging.saving import encode_result
    from s2edit_plugin.imaging.writing import format_of_suffix
    from s2edit_plugin.storage.paths import data_folder

    notes: list[str] = []
    made = encode_result(data, format_of_suffix(path), original=original, notes=notes)
    signed, unsigned = with_credentials(data_folder(), made, data, original)
    write_atomic(path, signed)
    return [*notes, unsigned] if unsigned else notes
