"""``s2edit person``: list, rename, note, export, import, forget."""

from __future__ import annotations

import argparse
import contextlib
from typing import Any

from s2edit_plugin.api.prompts import check_name
from s2edit_plugin.cli.output import Output, table
from s2edit_plugin.cli.token_files import CONSENT_HELP, export_target, given_file, with_consent
from s2edit_plugin.cli.tokens import note_text
from s2edit_plugin.errors import S2EditError

__all__ = ["register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands to the parser."""
    family = commands.add_parser(
        "person", parents=[common], help="the people you have tokens of", allow_abbrev=False
    )
    verbs = family.add_subparsers(dest="verb", metavar="VERB", required=True)

    def verb(name: str, summary: str, run: Any) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = verbs.add_parser(
            name, parents=[common], help=summary, description=f"{summary}.", allow_abbrev=False
        )
        parser.set_defaults(run=run)
        return parser

    verb("list", "everybody with tokens", run_list)
    rename = verb("rename", "give a person another name", run_rename)
    rename.add_argument("old", metavar="NAME")
    rename.add_argument("new", metavar="NEW-NAME")
    note = verb("note", "show or change your notes on a person", run_note)
    note.add_argument("person", metavar="NAME")
    note.add_argument("text", nargs="?", metavar="TEXT", help="the new notes; without, they are shown")
    note.add_argument("--clear", action="store_true", help="remove the notes")
    export = verb("export", "write all tokens of a person to one file", run_export)
    export.add_argument("person", metavar="NAME")
    export.add_argument("--out", required=True, metavar="FILE", help="file or folder to write to")
    export.add_argument(
        "--private", action="store_true", help="with thumbnails, masks, hashes, tags and notes"
    )
    export.add_argument("--overwrite", action="store_true")
    import_ = verb("import", "take a person's file into the library", run_import)
    import_.add_argument("file", metavar="FILE")
    import_.add_argument("--as", dest="name", metavar="NAME", help="under another person's name")
    import_.add_argument(
        "--on-clash",
        choices=("refuse", "rename", "replace"),
        default="refuse",
        help="where there is a token of a name already: take nothing in, give what comes another name, "
        "or put what is there into the trash (default: refuse)",
    )
    import_.add_argument("--yes-i-have-consent", action="store_true", help=CONSENT_HELP)
    forget = verb("forget", "remove a person for good: tokens, trash, notes, caches", run_forget)
    forget.add_argument("person", metavar="NAME")
    forget.add_argument("--yes", action="store_true", help="do not ask")


def run_list(args: argparse.Namespace, output: Output) -> int:
    """``s2edit person list``."""
    from s2edit_plugin.library import Library

    people = Library().overview()
    rows = [(p.name, p.tokens, p.trashed, "yes" if p.consent else "", _first_line(p.notes)) for p in people]
    headings = ("person", "tokens", "deleted", "consent", "notes")
    text = table(headings, rows) if rows else "There is nobody yet; `s2edit learn` makes a token."
    values = [
        {
            "person": person.name,
            "tokens": person.tokens,
            "trashed": person.trashed,
            "notes": person.notes,
            "consent": person.consent,
            "thumbnail_of": person.thumbnail_of,
        }
        for person in people
    ]
    output.result({"people": values}, text)
    return 0


def run_rename(args: argparse.Namespace, output: Output) -> int:
    """``s2edit person rename``."""
    from s2edit_plugin.storage.paths import data_folder
    from s2edit_plugin.workflows.people import rename_person

    moved = rename_person(data_folder(), args.old, args.new)
    output.result({"person": args.new, "tokens": moved}, f"{args.old} is now {args.new} ({moved} tokens).")
    return 0


def run_note(args: argparse.Namespace, output: Output) -> int:
    """``s2edit person note``. Raises UsageError where both a text and ``--clear`` are given."""
    from s2edit_plugin.library import Library

    text = note_text(args)
    library = Library()
    notes = library.person_notes(args.person) if text is None else library.annotate_person(args.person, text)
    output.result({"person": args.person, "notes": notes}, notes or f"{args.person}: no notes.")
    return 0


def run_export(args: argparse.Namespace, output: Output) -> int:
    """``s2edit person export``."""
    from s2edit_plugin.library import Library

    target = export_target(args.out)
    path = Library().export_person(args.person, target, private=args.private, overwrite=args.overwrite)
    output.result({"person": args.person, "out": str(path), "private": args.private}, f"Wrote {path}.")
    return 0


def run_import(args: argparse.Namespace, output: Output) -> int:
    """``s2edit person import``: all of the file's tokens or none."""
    from s2edit_plugin.library import Library

    file = given_file(args.file)
    came = with_consent(
        args,
        lambda given: Library().import_person(file, args.name, on_clash=args.on_clash, consent=given),
    )
    values = {
        "person": came.person,
        "tokens": list(came.tokens),
        "renamed": came.renamed,
        "replaced": list(came.replaced),
    }
    lines = [f"Imported {len(came.tokens)} tokens of {came.person}: {', '.join(came.tokens)}."]
    lines += [f"{old} is called {new} here." for old, new in came.renamed.items()]
    lines += [f"The {name} that was here is in the trash." for name in came.replaced]
    output.result(values, "\n".join(lines))
    return 0


def run_forget(args: argparse.Namespace, output: Output) -> int:
    """``s2edit person forget``. Irreversible, so it asks once at a terminal; scripts use ``--yes``.

    Raises:
        UsageError: not interactive and no ``--yes``. CancelledError: the answer was no.
    """
    from s2edit_plugin.storage.paths import data_folder
    from s2edit_plugin.workflows.people import forget_person

    person = check_name(args.person, "person's name")
    if not args.yes:
        output.confirm(f"Remove everything of '{person}' for good?", "Forgetting a person cannot be undone.")
    gone, marks = forget_person(data_folder(), person)
    _forget_in_engine(person, marks)
    text = (
        f"Forgot {person}: {gone.tokens} tokens, {gone.trashed} in the trash, {gone.elsewhere} results of the history, "
        f"{gone.other_files} other files."
    )
    for name in gone.kept:
        text += f"\n{name} is a copy, or comes from the same photo, and was kept: it is filed under somebody else."
    values = {
        "person": person,
        "tokens": gone.tokens,
        "trashed": gone.trashed,
        "other_files": gone.other_files,
        "elsewhere": gone.elsewhere,
        "kept": list(gone.kept),
    }
    output.result(values, text)
    return 0


def _forget_in_engine(person: str, marks: frozenset[str]) -> None:
    """A running engine has pictures in its memory, too, and jobs that wait."""
    from s2edit_plugin.api.queries import ForgetPerson
    from s2edit_plugin.engine.client.remote import connect
    from s2edit_plugin.engine.server.local import ATTACH_SECONDS

    # No engine runs, or it finds no data on the disk, which it reports after removing data from its memory.
    with contextlib.suppress(S2EditError), connect(start=False, wait=ATTACH_SECONDS) as client:
        client.call(ForgetPerson(person, tuple(sorted(marks))))


def _first_line(notes: str) -> str:
    line, _, rest = notes.partition("\n")
    return line[:60] + (" …" if rest or len(line) > 60 else "")
