"""``s2edit tokens``: list, show, rename, tag, delete, restore, export, import, check."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s2edit_plugin.cli.files import writable_target
from s2edit_plugin.cli.output import Output, table
from s2edit_plugin.errors import UsageError
from s2edit_plugin.prompts import parse_ref

if TYPE_CHECKING:
    from s2edit_plugin.library import Entry, Library
    from s2edit_plugin.tokenfile import TokenRecord

__all__ = ["register"]

PICTURES = ("thumbnail", "subject_mask")  # base64 that nobody reads on a terminal


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands to the parser."""
    family = commands.add_parser(
        "tokens", parents=[common], help="the tokens you have learned", allow_abbrev=False
    )
    verbs = family.add_subparsers(dest="verb", metavar="VERB", required=True)

    def verb(name: str, summary: str, run: Any, *, token: bool = True) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = verbs.add_parser(
            name, parents=[common], help=summary, allow_abbrev=False
        )
        if token:
            parser.add_argument("token", metavar="PERSON/NAME")
        parser.set_defaults(run=run)
        return parser

    listing = verb("list", "all tokens", run_list, token=False)
    listing.add_argument("--person", metavar="NAME", help="only this person's")
    listing.add_argument("--trash", action="store_true", help="the deleted ones")
    verb("show", "everything known about a token", run_show)
    verb("rename", "give a token another name", run_rename).add_argument("new", metavar="NAME|PERSON/NAME")
    tag = verb("tag", "add and remove tags", run_tag)
    tag.add_argument("tags", nargs="*", metavar="TAG", help="tags to add")
    tag.add_argument("--remove", action="append", default=[], metavar="TAG")
    verb("delete", "move a token to the trash", run_delete)
    verb("restore", "bring a deleted token back", run_restore)
    export = verb("export", "write a token to a file for somebody else", run_export)
    export.add_argument("--out", required=True, metavar="FILE", help="file or folder to write to")
    export.add_argument("--private", action="store_true", help="with thumbnail, mask and the photo's hash")
    export.add_argument("--overwrite", action="store_true")
    import_ = verb("import", "take a token file into the library", run_import, token=False)
    import_.add_argument("file", metavar="FILE")
    import_.add_argument("--as", dest="name", metavar="PERSON/NAME", help="under another name")
    import_.add_argument("--replace", action="store_true", help="a token of this name goes to the trash")
    verb("check", "read every token file and report damage", run_check, token=False)


def run_list(args: argparse.Namespace, output: Output) -> int:
    """``s2edit tokens list``."""
    library = _library()
    entries = library.trashed(args.person) if args.trash else library.list(args.person)
    rows = [
        (
            e.full_name,
            r.kind,
            r.class_noun,
            r.base_model,
            f"{e.size_bytes / 1024:.0f} KB",
            r.created[:10],
            _tags(r),
        )
        if (r := e.record)
        else (e.full_name, "damaged", "", "", f"{e.size_bytes / 1024:.0f} KB", "", "")
        for e in entries
    ]
    headings = ("token", "kind", "class", "model", "size", "learned", "tags")
    empty = "The trash is empty." if args.trash else "There are no tokens yet; `s2edit learn` makes one."
    output.result({"tokens": [_entry_values(e) for e in entries]}, table(headings, rows) if rows else empty)
    return 0


def run_show(args: argparse.Namespace, output: Output) -> int:
    """``s2edit tokens show``."""
    library = _library()
    record = library.record(args.token)
    path = library.path(args.token)
    values = _record_values(record) | {"path": str(path), "size_bytes": path.stat().st_size}
    width = max(len(key) for key in values)
    lines = [f"{key.replace('_', ' '):<{width}}  {_readable(value)}" for key, value in values.items()]
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
    output.result(
        {"token": record.full_name, "tags": list(record.tags)}, f"{record.full_name}: {_tags(record)}"
    )
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


def run_export(args: argparse.Namespace, output: Output) -> int:
    """``s2edit tokens export``."""
    target = Path(args.out).expanduser()
    if not target.is_dir():
        target = writable_target(args.out, picture=False)
    path = _library().export(args.token, target, private=args.private, overwrite=args.overwrite)
    output.result({"token": args.token, "out": str(path), "private": args.private}, f"Wrote {path}.")
    return 0


def run_import(args: argparse.Namespace, output: Output) -> int:
    """``s2edit tokens import``."""
    file = Path(args.file).expanduser()
    if file.is_dir():
        raise UsageError(f"{file} is a folder.", "Name a token file.")
    ref = parse_ref(args.name) if args.name else None
    person, name = (ref.person, ref.name) if ref else (None, None)
    path = _library().import_(file, person, name, replace=args.replace)
    full_name = f"{path.parent.name}/{path.stem}"
    output.result({"token": full_name, "path": str(path)}, f"Imported {full_name}.")
    return 0


def run_check(args: argparse.Namespace, output: Output) -> int:
    """``s2edit tokens check``: exit code 1 if something is damaged."""
    library = _library()
    damaged, count = library.check(), len(library.list()) + len(library.trashed())
    values = {"checked": count, "damaged": [_entry_values(entry) for entry in damaged]}
    lines = [f"{entry.path}: {entry.problem}" for entry in damaged]
    output.result(values, "\n".join([*lines, f"{count} token files checked, {len(damaged)} damaged."]))
    return 1 if damaged else 0


def _library() -> Library:
    from s2edit_plugin.library import Library

    return Library()


def _entry_values(entry: Entry) -> dict[str, Any]:
    values: dict[str, Any] = {
        "token": entry.full_name,
        "path": str(entry.path),
        "size_bytes": entry.size_bytes,
    }
    if entry.record is not None:
        values |= _record_values(entry.record)
    return values | ({"problem": entry.problem} if entry.problem else {})


def _record_values(record: TokenRecord) -> dict[str, Any]:
    values = record.to_json()
    return {
        key: (f"{len(value)} characters of base64" if key in PICTURES and value else value)
        for key, value in values.items()
    }


def _tags(record: TokenRecord) -> str:
    return ", ".join(record.tags)


def _readable(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={item}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
