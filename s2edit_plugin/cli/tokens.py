"""``s2edit tokens``: list, show, rename, tag, note, duplicate, delete, restore, empty-trash; files in `cli.token_files`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from s2edit_plugin.cli import token_files
from s2edit_plugin.cli.output import Output, table
from s2edit_plugin.errors import UsageError

if TYPE_CHECKING:
    from s2edit_plugin.library import Entry, Library
    from s2edit_plugin.tokens.file import TokenRecord

__all__ = ["register"]

PICTURES = ("thumbnail", "subject_mask")  # base64 is useless on a terminal


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands to the parser."""
    family = commands.add_parser(
        "tokens", parents=[common], help="the tokens you have learned", allow_abbrev=False
    )
    verbs = family.add_subparsers(dest="verb", metavar="VERB", required=True)

    def verb(name: str, summary: str, run: Any, *, token: bool = True) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = verbs.add_parser(
            name, parents=[common], help=summary, description=f"{summary}.", allow_abbrev=False
        )
        if token:
            parser.add_argument("token", metavar="PERSON/NAME")
        parser.set_defaults(run=run)
        return parser

    listing = verb("list", "all tokens", run_list, token=False)
    listing.add_argument("--person", metavar="NAME", help="only this person's")
    listing.add_argument(
        "--search",
        default="",
        metavar="WORDS",
        help="only those in which every word occurs: in names, class, tags, notes or prompt",
    )
    listing.add_argument("--trash", action="store_true", help="the deleted ones")
    verb("show", "everything known about a token", run_show)
    verb("rename", "give a token another name", run_rename).add_argument("new", metavar="NAME|PERSON/NAME")
    tag = verb("tag", "add and remove tags", run_tag)
    tag.add_argument("tags", nargs="*", metavar="TAG", help="tags to add")
    tag.add_argument("--remove", action="append", default=[], metavar="TAG")
    note = verb("note", "show or change your notes on a token", run_note)
    note.add_argument("text", nargs="?", metavar="TEXT", help="the new notes; without, they are shown")
    note.add_argument("--clear", action="store_true", help="remove the notes")
    duplicate = verb("duplicate", "copy a token under another name", run_duplicate)
    duplicate.add_argument("new", nargs="?", default="", metavar="NAME|PERSON/NAME")
    verb("delete", "move a token to the trash", run_delete)
    verb("restore", "bring a deleted token back", run_restore)
    empty = verb("empty-trash", "remove deleted tokens for good", run_empty_trash, token=False)
    empty.add_argument("--person", metavar="NAME", help="only this person's")
    empty.add_argument(
        "--older-than", type=_days, default=0.0, metavar="DAYS", help="only those deleted that long ago"
    )
    empty.add_argument("--yes", action="store_true", help="do not ask")
    token_files.register(verb)


def run_list(args: argparse.Namespace, output: Output) -> int:
    """``s2edit tokens list``."""
    entries = _library().search(args.search, args.person, trash=args.trash)
    headings = ("token", "kind", "class", "model", "size", "learned", "tags")
    rows = [_row(entry) for entry in entries]
    empty = "There are no tokens yet; `s2edit learn` makes one."
    if args.trash:
        empty = "The trash is empty."
    if args.search.strip() or args.person:
        empty = "There is no such token."
    output.result({"tokens": [_entry_values(e) for e in entries]}, table(headings, rows) if rows else empty)
    return 0


def run_show(args: argparse.Namespace, output: Output) -> int:
    """``s2edit tokens show``."""
    library = _library()
    record = library.record(args.token)
    path = library.path(args.token)
    values = _record_values(record) | {"path": str(path), "size_bytes": path.stat().st_size}
    width = max(len(key) for key in values)
    lines = [f"{key.replace('_', ' '):<{width}}  {_readable(value, width)}" for key, value in values.items()]
    output.result(values, "\n".join(lines))
    return 0


def run_rename(args: argparse.Namespace, output: Output) -> int:
    """``s2edit tokens rename``."""
    path = _library().rename(args.token, args.new)
    name = f"{path.parent.name}/{path.stem}"
    output.result({"token": name, "path": str(path)}, f"{args.token} is now {name}.")
    return 0


def run_tag(args: argparse.Namespace, output: Output) -> int:
    """``s2edit tokens tag``."""
    record = _library().tag(args.token, tuple(args.tags), tuple(args.remove))
    values = {"token": record.full_name, "tags": list(record.tags)}
    output.result(values, f"{record.full_name}: {', '.join(record.tags)}")
    return 0


def run_note(args: argparse.Namespace, output: Output) -> int:
    """``s2edit tokens note``. Raises UsageError where both a text and ``--clear`` are given."""
    text = note_text(args)
    library = _library()
    record = library.record(args.token) if text is None else library.annotate(args.token, text)
    output.result(
        {"token": record.full_name, "notes": record.notes}, record.notes or f"{record.full_name}: no notes."
    )
    return 0


def note_text(args: argparse.Namespace) -> str | None:
    """The notes that are to be written, None where they are only to be shown. Raises UsageError."""
    if args.clear and args.text is not None:
        raise UsageError("Notes were given that are to be removed.", "Leave the text or --clear away.")
    return "" if args.clear else args.text


def run_duplicate(args: argparse.Namespace, output: Output) -> int:
    """``s2edit tokens duplicate``."""
    path = _library().duplicate(args.token, args.new)
    name = f"{path.parent.name}/{path.stem}"
    output.result({"token": name, "path": str(path)}, f"{name} is a copy of {args.token}.")
    return 0


def run_delete(args: argparse.Namespace, output: Output) -> int:
    """``s2edit tokens delete``."""
    path = _library().delete(args.token)
    text = f"{args.token} is in the trash; `s2edit tokens restore {args.token}` brings it back."
    output.result({"token": args.token, "trash": str(path)}, text)
    return 0


def run_restore(args: argparse.Namespace, output: Output) -> int:
    """``s2edit tokens restore``."""
    path = _library().restore(args.token)
    output.result({"token": args.token, "path": str(path)}, f"{args.token} is back.")
    return 0


def run_empty_trash(args: argparse.Namespace, output: Output) -> int:
    """``s2edit tokens empty-trash``. Irreversible, so it asks once at a terminal; scripts use ``--yes``.

    Raises:
        UsageError: not interactive and no ``--yes``. CancelledError: the answer was no.
    """
    if not args.yes:
        whose = f" of {args.person}" if args.person else ""
        output.confirm(f"Remove the deleted tokens{whose} for good?", "Emptying the trash cannot be undone.")
    count = _library().empty_trash(args.person, older_than_days=args.older_than)
    output.result({"removed": count}, f"{count} deleted tokens were removed for good.")
    return 0


def _library() -> Library:
    from s2edit_plugin.library import Library

    return Library()


def _row(entry: Entry) -> tuple[str, ...]:
    size = f"{entry.size_bytes / 1024:.0f} KB"
    if (r := entry.record) is None:
        return (entry.full_name, "damaged", "", "", size, "", "")
    tags = ", ".join(r.tags)
    return (entry.full_name, r.kind, r.class_noun, r.base_model, size, r.created[:10], tags)


def _entry_values(entry: Entry) -> dict[str, Any]:
    values: dict[str, Any] = {
        "token": entry.full_name,
        "path": str(entry.path),
        "size_bytes": entry.size_bytes,
        "has_thumbnail": entry.has_thumbnail,
    }
    if entry.record is not None:
        values |= {key: value for key, value in entry.record.to_json().items() if key not in PICTURES}
    return values | ({"problem": entry.problem} if entry.problem else {})


def _record_values(record: TokenRecord) -> dict[str, Any]:
    values = record.to_json()
    return {
        key: (f"{len(value)} characters of base64" if key in PICTURES and value else value)
        for key, value in values.items()
    }


def _readable(value: Any, indent: int) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={item}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value).replace("\n", "\n" + " " * (indent + 2))


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = -1.0
    if not 0 <= days < 1e6:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of days")
    return days
