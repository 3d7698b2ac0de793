"""Calls about tokens: listing, changing, files in and out, damage. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from s2edit_plugin.api import Request
from s2edit_plugin.api.queries.done import Done

__all__ = [
    "ChangeToken",
    "CheckLibrary",
    "DeleteTokens",
    "DuplicateToken",
    "ExportPerson",
    "ExportToken",
    "ExportedFile",
    "ImportFile",
    "Imported",
    "LibraryReport",
    "ListTokens",
    "Pictures",
    "RestoreToken",
    "ShowToken",
    "Thumbnails",
    "TokenDetails",
    "TokenInfo",
    "TokenList",
]


@dataclass(frozen=True)
class TokenInfo:
    """A token as lists show it.

    Attributes:
        name: ``person/name``. id: unchanged when the token is renamed.
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
    """All data of a token. ``thumbnail``, ``subject_mask``: encoded PNG, empty if there is none."""

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
    """Thumbnails of tokens (``person/name``) or of results of the history (``what="history"``, ids)."""

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
    """Imported tokens, and notes on them."""

    tokens: tuple[TokenInfo, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportFile(Request[Imported]):
    """Import a token file, a person's file or a textual-inversion embedding into the library.

    ``name``: ``person/name`` to import as. ``class_noun``, ``kind``, ``consent``: for embeddings, which lack them.
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
    """Result of checking the library: one sentence per problem, and the repairs."""

    checked: int
    problems: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckLibrary(Request[LibraryReport]):
    """Read every token; with ``repair`` mend what can be mended."""

    repair: bool = False
