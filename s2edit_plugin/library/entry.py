"""Results of the library's methods."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from s2edit_plugin.tokens.file import TokenRecord

__all__ = ["Entry", "Finding", "Forgotten", "Imported", "Person", "Report", "folded", "matches"]


@dataclass(frozen=True)
class Entry:
    """One token file of the library.

    Attributes:
        record: without its pictures, which `Library.record` and `Library.thumbnail` read; None where it is damaged.
        problem: a sentence if it is damaged.
        has_thumbnail: whether it has a thumbnail.
    """

    person: str
    name: str
    path: Path
    size_bytes: int
    record: TokenRecord | None
    problem: str = ""
    has_thumbnail: bool = False

    @property
    def full_name(self) -> str:
        """``person/name``."""
        return f"{self.person}/{self.name}"

    @cached_property
    def searched(self) -> str:
        """The folded text for searching: names, class noun, kind, tags, notes, source prompt."""
        parts = [self.person, self.name]
        if self.record is not None:
            record = self.record
            parts += [record.class_noun, record.kind, *record.tags, record.notes, record.source_prompt]
        return folded("\n".join(parts))


@dataclass(frozen=True)
class Person:
    """A person of the library.

    Attributes:
        tokens, trashed: number of token files in the library and in the trash.
        notes: the user's notes.
        consent: the consent note of an identity token, "" if there is none.
        thumbnail_of: name of the token whose thumbnail represents the person, "" if none has one.
    """

    name: str
    tokens: int
    trashed: int = 0
    notes: str = ""
    consent: str = ""
    thumbnail_of: str = ""


@dataclass(frozen=True)
class Imported:
    """Imported tokens: full names. ``renamed``: name in the file -> name here."""

    person: str
    tokens: tuple[str, ...]
    renamed: dict[str, str] = field(default_factory=dict)
    replaced: tuple[str, ...] = ()


@dataclass(frozen=True)
class Forgotten:
    """Result of `Library.forget`.

    Attributes:
        tokens, trashed, other_files: files removed from library, trash and quarantine, and elsewhere in the data folder.
        elsewhere: number of items removed by other parts (the history).
        kept: tokens of other people that came from the same photo or are copies; they are not removed.
    """

    person: str
    tokens: int
    trashed: int
    other_files: int
    elsewhere: int = 0
    kept: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One thing that checking the library found.

    Attributes:
        kind: a word for programs: ``damaged``, ``misnamed``, ``old-format``, ``leftover``, ``mode``, ``twice``, ``link``,
            ``name``, ``notes``, ``interrupted``, ``unreadable``, ``newer``, ``foreign``.
        place: the file or folder, relative to the data folder.
        sentence: the problem.
        done: the repair, "" for none.
        damage: whether data is lost or at risk; otherwise it is a remark.
        token: ``person/name``, "" where it is about no token.
    """

    kind: str
    place: str
    sentence: str
    done: str = ""
    damage: bool = True
    token: str = ""

    def __str__(self) -> str:
        return f"{self.sentence} {self.done}".strip()


@dataclass(frozen=True)
class Report:
    """Result of checking the library. ``checked``: number of token files."""

    checked: int
    findings: tuple[Finding, ...] = ()

    @property
    def open(self) -> tuple[Finding, ...]:
        """Damage that was not repaired."""
        return tuple(finding for finding in self.findings if finding.damage and not finding.done)


def folded(text: str) -> str:
    """Text as searches compare it: lower case, without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def matches(entry: Entry, words: Iterable[str], extra: str = "") -> bool:
    """Whether all words occur in the searchable text of a token. Args: words, extra: already `folded`."""
    return all(word in entry.searched or word in extra for word in words)
