"""``s2edit history``: list, show, export, rerun, delete, restore, star, note, prune, check."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import hashlib
import json
from typing import TYPE_CHECKING, Any

from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.cli import clients
from s2edit_plugin.cli.files import read_photo, writable_target, write_result
from s2edit_plugin.cli.output import Output, table
from s2edit_plugin.cli.replacing import add_overwrite, check_outputs
from s2edit_plugin.errors import S2EditError, Sentence, UsageError

if TYPE_CHECKING:
    from s2edit_plugin.history import History, Record

__all__ = ["register"]

PAGE = 500  # results looked through at a time
WIDEST = 60  # characters of a prompt in a list


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands to the parser."""
    family = commands.add_parser(
        "history", parents=[common], help="every result, with all that made it", allow_abbrev=False
    )
    verbs = family.add_subparsers(dest="verb", metavar="VERB", required=True)

    def verb(name: str, summary: str, run: Any, *, ids: str = "ID") -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = verbs.add_parser(
            name, parents=[common], help=summary, allow_abbrev=False
        )
        if ids == "ID":
            parser.add_argument("id", metavar="ID", help="an id, a part of one, or last")
        elif ids:
            parser.add_argument("ids", metavar="ID", nargs="+", help="ids, parts of them, or last")
        parser.set_defaults(run=run)
        return parser

    _register_list(verb("list", "results, the newest first", run_list, ids=""))
    verb("show", "everything known about a result", run_show)
    export = verb("export", "write a result to a file", run_export)
    export.add_argument("--out", required=True, metavar="FILE", help="where to write the picture")
    export.add_argument(
        "--with-settings",
        action="store_true",
        help="write prompts, tokens and settings beside it, as FILE.json",
    )
    add_overwrite(export)
    recipe = verb("recipe", "write what made a result as a recipe for `s2edit batch`", run_recipe)
    recipe.add_argument("--out", required=True, metavar="FILE", help="a TOML file")
    add_overwrite(recipe)
    rerun = verb("rerun", "make a result again and compare; exit code 1 if it differs", run_rerun)
    rerun.add_argument("--out", metavar="FILE", help="where to write the new picture")
    add_overwrite(rerun)
    clients.add_options(rerun, model="the one that made it")
    verb("delete", "take results out of the list", run_delete, ids="IDS")
    verb("restore", "bring deleted results back", run_restore, ids="IDS")
    star = verb("star", "keep results whatever is pruned", run_star, ids="IDS")
    star.add_argument("--remove", action="store_true", help="take the star away")
    verb("note", "write a note on a result", run_note).add_argument("text", metavar="TEXT")
    prune = verb("prune", "remove the oldest results beyond a size", run_prune, ids="")
    prune.add_argument("--limit-gb", type=float, metavar="N", help="default: what the settings say")
    verb(
        "check",
        "hold every file against what was written down; exit code 1 if one differs",
        run_check,
        ids="",
    )


def _register_list(listing: argparse.ArgumentParser) -> None:
    add = listing.add_argument
    add("--search", default="", metavar="WORDS", help="words in prompts, names and notes")
    add("--person", default="", metavar="NAME", help="only with tokens of this person")
    add("--token", default="", metavar="PERSON/NAME", help="only with this token")
    add("--photo", metavar="FILE", help="only made from this photo")
    add("--since", default="", metavar="DATE", help="from this day on, e.g. 2026-11-25 (UTC)")
    add("--until", default="", metavar="DATE", help="up to this day")
    add("--starred", action="store_true", help="only with a star")
    add("--trash", action="store_true", help="the deleted ones")
    add("--kind", choices=("edit", "learn", "all"), default="edit", help="edits or learned tokens")
    add("--limit", type=int, default=50, metavar="N", help="entries a page (default: 50)")
    add("--before", default="", metavar="ID", help="go on after this entry")


def run_list(args: argparse.Namespace, output: Output) -> int:
    """``s2edit history list``."""
    history = _history(output, follow=True)
    request = queries.ListHistory(
        search=args.search,
        token=args.token,
        photo_hash=hashlib.sha256(read_photo(args.photo)).hexdigest() if args.photo else "",
        starred=args.starred,
        limit=args.limit,
        before=args.before,
        person=args.person,
        since=args.since,
        until=args.until,
        kind="" if args.kind == "all" else args.kind,
        trash=args.trash,
    )
    page = history.list(request)
    rows = [
        (
            entry.id,
            "*" if entry.starred else "",
            ", ".join(entry.tokens),
            _shortened(entry.prompt),
            f"{entry.seconds:.1f} s",
            _shortened(entry.note),
        )
        for entry in page.entries
    ]
    text = table(("result", "star", "tokens", "prompt", "took", "note"), rows)
    if page.next:
        text += f"\n{page.total} results; `s2edit history list --before {page.next}` shows older ones."
    output.result(dataclasses.asdict(page), text if rows else "There are no such results.")
    return 0


def run_show(args: argparse.Namespace, output: Output) -> int:
    """``s2edit history show``."""
    history = _history(output, follow=True)
    values = _described(history, history.find(args.id))
    width = max(len(key) for key in values)
    lines = [f"{key.replace('_', ' '):<{width}}  {_readable(value)}" for key, value in values.items()]
    output.result(values, "\n".join(lines))
    return 0


def run_export(args: argparse.Namespace, output: Output) -> int:
    """``s2edit history export``."""
    history = _history(output, follow=args.with_settings)
    name = history.find(args.id)
    out = writable_target(args.out)
    beside = out.with_name(f"{out.name}.json")
    check_outputs((out, beside if args.with_settings else None), (), overwrite=args.overwrite)
    for sentence in write_result(out, history.picture(name), _photo_of(history, name)):
        output.warning(sentence)
    values = {"id": name, "out": str(out)}
    if args.with_settings:
        from s2edit_plugin.storage.paths import write_atomic

        text = json.dumps(_described(history, name), ensure_ascii=False, indent=2) + "\n"
        write_atomic(beside, text.encode("utf-8", "replace"))
        values["settings"] = str(beside)
    output.result(values, f"Wrote {' and '.join(list(values.values())[1:])}.")
    return 0


def run_recipe(args: argparse.Namespace, output: Output) -> int:
    """``s2edit history recipe``."""
    from s2edit_plugin.batch.recipe import recipe_of, write_recipe

    history = _history(output, follow=True)
    name = history.find(args.id)
    out = writable_target(args.out, picture=False)
    check_outputs((out,), (), overwrite=args.overwrite)
    recipe, notes = recipe_of(history.request(name), _model_of(history.details(name)) or "")
    write_recipe(out, recipe)
    for note in notes:
        output.warning(note)
    values = {"id": name, "out": str(out), "warnings": list(notes)}
    output.result(values, f"Wrote {out}. Use it: s2edit batch {out} FOLDER")
    return 0


def _photo_of(history: History, name: str) -> bytes:
    """The original photo of a result; b"" if it was removed, or the result is a learned token.

    For a chain of edits it is the first one's photo: its file has the JPEG blocks and the credentials.
    """
    from s2edit_plugin.imaging.provenance import is_our_result

    photo = b""
    with contextlib.suppress(S2EditError):
        while True:
            photo = history.request(name).photo
            earlier = _result_of(history, photo, name) if is_our_result(photo) else ""
            if not earlier:
                break
            name = earlier
    return photo


def _result_of(history: History, picture: bytes, before: str) -> str:
    """The earlier result that has this picture, "" if there is none."""
    digest = hashlib.sha256(picture).hexdigest()
    while True:
        page = history.list(queries.ListHistory(before=before, limit=PAGE))
        for entry in page.entries:
            record = history.details(entry.id)
            if record.files.get(record.picture) == digest:
                return entry.id
        if not page.next:
            return ""
        before = page.next


def run_rerun(args: argparse.Namespace, output: Output) -> int:
    """``s2edit history rerun``: exit code 1 if a pixel differs."""
    history = _history(output)
    name = history.find(args.id)
    out = writable_target(args.out) if args.out else None
    check_outputs((out,), (), overwrite=args.overwrite)
    args.model = args.model or _model_of(history.details(name))
    report = clients.perform(args, api.RerunResult(name), output)
    if out is not None:
        write_result(out, report.image, _photo_of(history, name))
    output.result(dataclasses.asdict(report) | ({"out": str(out)} if out else {}), report.sentence)
    return 0 if report.equal else 1


def run_delete(args: argparse.Namespace, output: Output) -> int:
    """``s2edit history delete``."""
    return _change(args, output, delete=True)


def run_restore(args: argparse.Namespace, output: Output) -> int:
    """``s2edit history restore``."""
    return _change(args, output, restore=True)


def run_star(args: argparse.Namespace, output: Output) -> int:
    """``s2edit history star``."""
    return _change(args, output, starred=not args.remove)


def run_note(args: argparse.Namespace, output: Output) -> int:
    """``s2edit history note``."""
    args.ids = [args.id]
    return _change(args, output, note=args.text)


def run_prune(args: argparse.Namespace, output: Output) -> int:
    """``s2edit history prune``.

    Raises:
        UsageError: a limit below zero.
    """
    from s2edit_plugin.storage.paths import data_folder
    from s2edit_plugin.storage.settings import load_settings

    limit = load_settings(data_folder()).history_limit_gb if args.limit_gb is None else args.limit_gb
    if not 0 <= limit < 1e9:
        raise UsageError(
            Sentence("The history cannot be limited to {} GB.", limit), "Use a number from 0 on."
        )
    history = _history(output)
    done = history.prune(int(limit * 1e9))
    size = history.size_bytes()
    output.result(
        {"removed": done.count, "size_bytes": size}, f"{done.sentence} {size / 1e6:.0f} MB are left."
    )
    return 0


def run_check(args: argparse.Namespace, output: Output) -> int:
    """``s2edit history check``: exit code 1 if there is a problem."""
    from s2edit_plugin.history import History

    history = History()
    problems = history.check()
    total = sum(history.list(queries.ListHistory(kind="", trash=trash)).total for trash in (False, True))
    sound = f"All is as it was written: {total} results."
    output.result({"checked": total, "problems": problems}, "\n".join(problems) or sound)
    return 1 if problems else 0


def _change(args: argparse.Namespace, output: Output, **changes: Any) -> int:
    history = _history(output)
    ids = tuple(dict.fromkeys(history.find(text) for text in args.ids))
    done = history.change(queries.ChangeHistory(ids, **changes))
    output.result({"ids": list(ids), "sentence": done.sentence}, done.sentence)
    return 0


def _history(output: Output, *, follow: bool = False) -> History:
    """The history; with ``follow`` its names are looked up in the library first."""
    from s2edit_plugin.history import History

    history = History()
    if follow:
        from s2edit_plugin.library import Library

        history.follow(Library())
    else:
        history.list(queries.ListHistory(limit=1))
    for notice in history.notices:
        output.warning(notice)
    return history


def _model_of(record: Record) -> str | None:
    """The installed name of a result's model; None if it is the one in use, or unknown."""
    from s2edit_plugin.base_models import resolve
    from s2edit_plugin.storage.paths import data_folder
    from s2edit_plugin.storage.settings import load_settings

    folder, name = data_folder(), record.machine.model
    try:
        made_by = resolve(folder, name)
    except S2EditError:
        return None
    with contextlib.suppress(S2EditError):
        if resolve(folder, load_settings(folder).model) == made_by:
            return None
    return name


def _described(history: History, name: str) -> dict[str, Any]:
    """All data of a result, as JSON values, with the current names of tokens."""
    from s2edit_plugin.history.record import created_of, named

    record = history.details(name)
    names = list(history.token_names(record))
    request = {
        key: named(value, names) if isinstance(value, str) else value for key, value in record.request.items()
    }
    return {
        "id": name,
        "created": created_of(name),
        "kind": record.kind,
        "tokens": names,
        "token_ids": list(record.tokens),
        "source_prompt": named(record.source_prompt, names),
        "target_prompt": named(record.target_prompt, names),
        "request": request,
        "machine": dataclasses.asdict(record.machine),
        "version": record.version,
        "seconds": record.seconds,
        "identity": record.identity,
        "identity_note": record.identity_note,
        "warnings": list(record.warnings),
        "learned": record.learned,
        "starred": record.starred,
        "note": record.note,
        "deleted": record.deleted,
        "picture": str(history.store.folders.of(name) / record.picture),
    }


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= WIDEST else line[: WIDEST - 1] + "…"


def _readable(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={_readable(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
