"""``s2edit person``: list, rename, forget."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from s2edit_plugin.cli.output import Output, table
from s2edit_plugin.errors import CancelledError, UsageError
from s2edit_plugin.prompts import check_name

__all__ = ["register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands to the parser."""
    family = commands.add_parser(
        "person", parents=[common], help="the people you have tokens of", allow_abbrev=False
    )
    verbs = family.add_subparsers(dest="verb", metavar="VERB", required=True)
    listing = verbs.add_parser("list", parents=[common], help="everybody with tokens", allow_abbrev=False)
    listing.set_defaults(run=run_list)
    rename = verbs.add_parser(
        "rename", parents=[common], help="give a person another name", allow_abbrev=False
    )
    rename.add_argument("old", metavar="NAME")
    rename.add_argument("new", metavar="NEW-NAME")
    rename.set_defaults(run=run_rename)
    forget = verbs.add_parser(
        "forget", parents=[common], help="remove a person for good: tokens, trash, caches", allow_abbrev=False
    )
    forget.add_argument("person", metavar="NAME")
    forget.add_argument("--yes", action="store_true", help="do not ask")
    forget.set_defaults(run=run_forget)


def run_list(args: argparse.Namespace, output: Output) -> int:
    """``s2edit person list``."""
    from s2edit_plugin.library import Library

    library = Library()
    rows = [(person, len(library.list(person))) for person in library.people()]
    text = table(("person", "tokens"), rows) if rows else "There is nobody yet; `s2edit learn` makes a token."
    output.result({"people": [{"person": person, "tokens": count} for person, count in rows]}, text)
    return 0


def run_rename(args: argparse.Namespace, output: Output) -> int:
    """``s2edit person rename``."""
    from s2edit_plugin.library import Library

    moved = Library().rename_person(args.old, args.new)
    output.result({"person": args.new, "tokens": moved}, f"{args.old} is now {args.new} ({moved} tokens).")
    return 0


def run_forget(args: argparse.Namespace, output: Output) -> int:
    """``s2edit person forget``. It cannot be undone, so a terminal is asked once; scripts say ``--yes``.

    Raises:
        UsageError: nobody to ask and no ``--yes``. CancelledError: the answer was no.
    """
    from s2edit_plugin.library import Library

    person = check_name(args.person, "person's name")
    if not args.yes:
        if output.as_json or not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise UsageError("Forgetting a person cannot be undone.", "Add --yes to do it.")
        print(f"Remove everything of '{person}' for good? [y/N] ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise CancelledError()
    gone = Library().forget(person)
    text = (
        f"Forgot {person}: {gone.tokens} tokens, {gone.trashed} in the trash, {gone.other_files} other files."
    )
    values = {
        "person": person,
        "tokens": gone.tokens,
        "trashed": gone.trashed,
        "other_files": gone.other_files,
    }
    output.result(values, text)
    return 0
