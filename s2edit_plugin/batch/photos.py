"""Finding the photos of a batch: files, folders, glob patterns and CSV tables; and naming their results.

A generator throughout: a hundred thousand photos are never a list in memory.
"""

from __future__ import annotations

import csv
import dataclasses
import glob
import io
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from s2edit_plugin.api.picture_formats import READ_SUFFIXES, WRITE_SUFFIXES
from s2edit_plugin.errors import Sentence, UsageError

__all__ = [
    "LEDGER_FOLDER",
    "TABLE_SUFFIXES",
    "Found",
    "Passed",
    "Row",
    "find_photos",
    "result_name",
]

TABLE_SUFFIXES = frozenset((".csv", ".tsv"))
LEDGER_FOLDER = ".s2edit-batch"
"""Subfolder that marks a folder of results; the files in that folder are no photos to edit."""
MAX_TABLE = 256_000_000


@dataclass(frozen=True)
class Row:
    """Values of a table's line for its photo; None and empty values: as in the recipe. Fields as in `recipe.Recipe`.

    ``out``: file name of the result, relative to the folder of the results.
    """

    prompt: str = ""
    source_prompt: str | None = None
    tokens: tuple[str, ...] | None = None
    subject: str = ""
    mask: str = ""
    strength: float | None = None
    seed: int | None = None
    out: str = ""

    def to_text(self) -> str:
        """The row as JSON, "" if it is empty; the form in the ledger."""
        said = {
            key: value for key, value in dataclasses.asdict(self).items() if value != getattr(_EMPTY, key)
        }
        return json.dumps(said, sort_keys=True, ensure_ascii=True) if said else ""

    @staticmethod
    def from_text(text: str) -> Row:
        """The row that `to_text` wrote."""
        values: dict[str, Any] = json.loads(text) if text else {}
        if values.get("tokens") is not None:
            values["tokens"] = tuple(values["tokens"])
        return Row(**values)


_EMPTY = Row()


@dataclass(frozen=True)
class Found:
    """A photo to edit. ``source``: absolute path. ``place``: relative path of the result, its suffix not final."""

    source: Path
    place: PurePath
    row: Row = _EMPTY


@dataclass
class Passed:
    """Counts of what a search passed over: other files, subfolders that were not requested, folders of results."""

    others: int = 0
    folders: int = 0
    results: int = 0

    def sentences(self) -> tuple[str, ...]:
        """Sentences for the user."""
        said = []
        if self.others:
            said.append(f"Files that are no photos were passed over: {self.others}.")
        if self.folders:
            said.append(f"Folders inside were not looked into: {self.folders}; with --recursive they are.")
        if self.results:
            said.append(f"Folders with results of batches were passed over: {self.results}.")
        return tuple(said)


def find_photos(
    names: Sequence[str], results: Path, passed: Passed, *, recursive: bool = False
) -> Iterator[Found]:
    """The photos that were named, each once, folders by name.

    Args:
        names: files, folders, patterns with ``*``, ``?`` or ``[``, and tables (``.csv``, ``.tsv``).
        results: the folder of the results, which is never searched. passed: counts what was passed over.
        recursive: include subfolders.

    Raises:
        UsageError: a file does not exist, or a table cannot be read.
    """
    seen: set[tuple[bytes, str]] = set()
    for name in names:
        for found in _named(name, results, passed, recursive):
            key = (os.fsencode(found.source), found.row.to_text())
            if key not in seen:
                seen.add(key)
                yield found


def result_name(place: PurePath) -> PurePath:
    """The name of a result: the photo's, or ``.png`` where its format is only read."""
    return place if place.suffix.lower() in WRITE_SUFFIXES else place.with_name(f"{place.name}.png")


def _named(name: str, results: Path, passed: Passed, recursive: bool) -> Iterator[Found]:
    path = Path(name).expanduser()
    if os.path.lexists(path):  # an existing file, even if its name contains a bracket
        if path.is_dir():
            yield from _in_folder(path.absolute(), results, passed, recursive)
        elif path.suffix.lower() in TABLE_SUFFIXES:
            yield from _in_table(path)
        else:
            yield Found(path.absolute(), PurePath(path.name))
        return
    if not glob.has_magic(name):
        raise UsageError(
            Sentence("There is no file or folder {}.", name), "Name photos, folders, patterns or a CSV table."
        )
    matches = sorted(glob.iglob(str(path), recursive=True))
    if not matches:
        raise UsageError(Sentence("No file fits {}.", name), "Quote the pattern and check it.")
    base = _fixed_part(path)
    for match in matches:
        one = Path(match).absolute()
        if one.is_dir() or one.suffix.lower() not in READ_SUFFIXES or _is_inside(one, results):
            passed.others += not one.is_dir()
            continue
        yield Found(one, PurePath(os.path.relpath(one, base)))


def _fixed_part(pattern: Path) -> Path:
    """The folder before the first part with a wildcard."""
    fixed = Path(pattern.anchor)
    for part in pattern.parts[len(pattern.anchor and [pattern.anchor]) : -1]:
        if glob.has_magic(part):
            break
        fixed /= part
    return fixed.absolute()


def _in_folder(folder: Path, results: Path, passed: Passed, recursive: bool) -> Iterator[Found]:
    def unreadable(error: OSError) -> None:
        raise UsageError(
            Sentence("The folder {} cannot be read ({}).", error.filename, error.strerror),
            "Check its permissions.",
        ) from error

    for place, below, files in os.walk(folder, onerror=unreadable):
        here = Path(place)
        if LEDGER_FOLDER in below and here != folder:
            passed.results += 1
            below.clear()
            continue
        below[:] = sorted(
            name for name in below if not name.startswith(".") and not _is_same(here / name, results)
        )
        for name in sorted(files):
            if name.startswith("."):
                continue  # hidden files of the system and temporary files
            if PurePath(name).suffix.lower() in READ_SUFFIXES:
                yield Found(here / name, PurePath(os.path.relpath(here / name, folder)))
            else:
                passed.others += 1
        if not recursive:
            passed.folders += len(below)
            return


def _is_same(one: Path, other: Path) -> bool:
    return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))


def _is_inside(path: Path, folder: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


# ---------------------------------------------------------------------- tables

_COLUMNS = {
    "photo": "photo", "file": "photo", "prompt": "prompt", "source_prompt": "source_prompt", "source prompt": "source_prompt",
    "token": "tokens", "tokens": "tokens", "subject": "subject", "mask": "mask", "strength": "strength", "seed": "seed",
    "out": "out", "result": "out",
}  # fmt: skip


def _in_table(path: Path) -> Iterator[Found]:
    """The photos of a CSV table: a column ``photo``, and any that are fields of `Row`."""
    reader = csv.reader(io.StringIO(_text_of(path), newline=""), _dialect(path, _text_of(path)))
    try:
        headings = [_COLUMNS.get(name.strip().lower(), "") for name in next(reader, [])]
        if "photo" not in headings:
            raise UsageError(
                Sentence("The table {} has no column 'photo'.", path),
                "Its first line names the columns: photo, prompt, tokens, mask, out, ...",
            )
        for line in reader:
            values = {
                heading: cell.strip()
                for heading, cell in zip(headings, line, strict=False)
                if heading and cell.strip()
            }
            if values.get("photo"):
                yield _of_line(path, reader.line_num, values)
    except csv.Error as error:
        raise UsageError(
            Sentence("The table {} cannot be read: {}.", path, error), "Save it as CSV in UTF-8."
        ) from error


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_TABLE:
            raise UsageError(Sentence("The table {} is too large.", path), "Split it.")
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(Sentence("The table {} cannot be read ({}).", path, error.strerror)) from error
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UsageError(Sentence("The table {} is no text.", path), "Save it as CSV in UTF-8.")


def _dialect(path: Path, text: str) -> type[csv.Dialect]:
    """The most frequent of comma, semicolon and tab in the first line."""
    first = text.partition("\n")[0]
    separator = "\t" if path.suffix.lower() == ".tsv" else max(",;\t", key=first.count)

    class Table(csv.excel):
        delimiter = separator
        strict = True

    return Table


def _of_line(path: Path, number: int, values: dict[str, str]) -> Found:
    source = Path(values["photo"]).expanduser()
    if not source.is_absolute():
        source = path.absolute().parent / source
    row = Row(
        prompt=values.get("prompt", ""),
        source_prompt=values.get("source_prompt"),
        tokens=_names(values["tokens"]) if "tokens" in values else None,
        subject=values.get("subject", ""),
        mask=_mask_file(path, values.get("mask", "")),
        strength=_number(path, number, values, "strength", float),
        seed=_number(path, number, values, "seed", int),
        out=values.get("out", ""),
    )
    place = PurePath(row.out) if row.out else PurePath(source.name)
    if place.is_absolute() or ".." in place.parts:
        raise UsageError(
            Sentence("Line {} of {} would write outside the folder of the results.", number, path),
            "Give 'out' a name inside it.",
        )
    return Found(source, place, row)


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.replace(";", " ").replace(",", " ").split())


def _mask_file(table: Path, mask: str) -> str:
    """Absolute path of a mask file beside the table; a method is returned unchanged."""
    beside = table.absolute().parent / mask
    return str(beside) if PurePath(mask).suffix.lower() in READ_SUFFIXES and beside.exists() else mask


def _number(path: Path, number: int, values: dict[str, str], name: str, kind: Any) -> Any:
    if name not in values:
        return None
    try:
        return kind(values[name].replace(",", ".") if kind is float else values[name])
    except ValueError:
        raise UsageError(
            Sentence("Line {} of {}: '{}' is no number for {}.", number, path, values[name], name),
            "Correct the table.",
        ) from None
