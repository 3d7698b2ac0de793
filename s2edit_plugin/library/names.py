"""Valid names of people and tokens, and their file names.

The library must be portable: Windows has reserved device names, Windows and macOS treat "Anna" and "anna" as the same file,
macOS stores "ë" as two characters, and a file's name has at most 255 bytes.
"""

from __future__ import annotations

import unicodedata

from s2edit_plugin.api.prompts import TokenRef, check_name, parse_ref
from s2edit_plugin.errors import InputError, Sentence

__all__ = [
    "SUFFIX",
    "check_new",
    "key",
    "name_of_trashed",
    "possible",
    "reference",
    "trashed_at",
    "usable",
]

SUFFIX = ".safetensors"
MAX_BYTES = 180  # 255 without the suffix, the trash's time stamp and a temporary file's ending
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³")}
PERSON, TOKEN = "person's name", "token name"


def reference(full_name: str | TokenRef) -> TokenRef:
    """``person/name`` in its one spelling, safe to be a path.

    Raises:
        InputError: no valid name, or too long.
    """
    ref = parse_ref(full_name) if isinstance(full_name, str) else full_name
    return TokenRef(usable(ref.person, PERSON), usable(ref.name, TOKEN))


def usable(name: str, what: str) -> str:
    """A name in its one spelling that a file can have. Raises InputError."""
    normal = check_name(name, what)
    if len(normal.encode()) > MAX_BYTES:
        raise InputError(Sentence("The {} is too long for a file's name.", what), "Choose a shorter one.")
    return normal


def check_new(name: str, what: str) -> str:
    """A name for something new: usable, and no device of Windows. Raises InputError."""
    normal = usable(name, what)
    if normal.partition(".")[0].casefold() in _DEVICES:
        raise InputError(
            Sentence("'{}' cannot be a {}: Windows keeps it for a device.", normal, what), "Choose another."
        )
    return normal


def key(name: str) -> str:
    """Names with the same key are one file on some systems."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def possible(name: str, what: str) -> bool:
    """Whether a name found on disk is one that `reference` accepts, in its one spelling."""
    try:
        return usable(name, what) == name
    except InputError:
        return False


def name_of_trashed(stem: str) -> str:
    """Name of a token in the trash, whose file is ``<name>.<time>.safetensors``."""
    name, _, stamp = stem.rpartition(".")
    return name if name and stamp.isdigit() else stem


def trashed_at(stem: str) -> int:
    """When a token went to the trash, in nanoseconds since 1970; 0 if its file name has no time."""
    stamp = stem.rpartition(".")[2]
    return int(stamp) if stamp.isdecimal() and len(stamp) < 24 else 0
