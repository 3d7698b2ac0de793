"""People and tokens: lists, details, changes, files in and out, runs that were cut off."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from s2edit_plugin import calls
from s2edit_plugin.engine.handlers.context import Context
from s2edit_plugin.engine.handlers.fingerprint import Usable
from s2edit_plugin.errors import InputError, TokenError, UsageError
from s2edit_plugin.library import Entry, is_person_file
from s2edit_plugin.prompts import parse_ref
from s2edit_plugin.runs import discard_run, resumable
from s2edit_plugin.tokenfile import TokenRecord

__all__ = ["HANDLERS"]

MAX_THUMBNAILS = 2000
TOKEN_HEAD = 5 << 20  # bytes that tell what a file is


# ---------------------------------------------------------------------- reading


def _list(context: Context, request: calls.ListTokens) -> calls.TokenList:
    library = context.library
    person = request.person or None
    if request.trash:
        entries = library.search(request.search, person, trash=True)
    else:
        entries = library.search(request.search, person)
    usable = Usable(context)
    return calls.TokenList(tuple(_info(entry, usable) for entry in entries))


def _info(entry: Entry, usable: Usable) -> calls.TokenInfo:
    if entry.record is None:
        return calls.TokenInfo(
            entry.full_name,
            entry.person,
            size_bytes=entry.size_bytes,
            usable=False,
            problem=entry.problem or "The file is damaged.",
        )
    return _info_of(entry.record, entry.size_bytes, usable, entry.full_name, entry.problem)


def _info_of(
    record: TokenRecord, size: int, usable: Usable, full_name: str = "", problem: str = ""
) -> calls.TokenInfo:
    name = full_name or record.full_name
    return calls.TokenInfo(
        name=name,
        person=name.partition("/")[0],
        id=record.id,
        kind=record.kind,
        class_noun=record.class_noun,
        base_model=record.base_model,
        base_model_hash=record.base_model_hash,
        source_prompt=record.source_prompt,
        attribute_words=tuple(record.attribute_words),
        tags=tuple(record.tags),
        notes=record.notes,
        consent=record.consent,
        created=record.created,
        size_bytes=size,
        steps=record.steps,
        seed=record.seed,
        loss=record.loss,
        orthogonality=record.orthogonality,
        usable=not problem and usable(record),
        problem=problem,
    )


def _known(context: Context, name: str) -> calls.TokenInfo:
    """A token as lists show it."""
    path = context.library.path(name)
    return _info_of(context.library.record(name), path.stat().st_size, Usable(context))


def _named(context: Context, path: Path) -> calls.TokenInfo:
    return _known(context, f"{path.parent.name}/{path.stem}")


def _show(context: Context, request: calls.ShowToken) -> calls.TokenDetails:
    record, path = context.library.record(request.name), context.library.path(request.name)
    return calls.TokenDetails(
        info=_info_of(record, path.stat().st_size, Usable(context)),
        settings=dict(record.settings),
        thumbnail=record.thumbnail_png,
        subject_mask=record.subject_mask_png,
        path=str(path),
    )


def _thumbnails(context: Context, request: calls.Thumbnails) -> calls.Pictures:
    if len(request.names) > MAX_THUMBNAILS:
        raise UsageError(f"At most {MAX_THUMBNAILS} pictures are given at a time.")
    if request.what == "history":
        return calls.Pictures(context.history.thumbnails(request.names))
    if request.what != "tokens":
        raise UsageError("Thumbnails are of tokens or history.")
    pictures = {}
    for name in request.names:
        try:
            picture = context.library.thumbnail(name)
        except (TokenError, InputError):
            continue  # gone, damaged, or no name at all: it has none
        if picture:
            pictures[name] = picture
    return calls.Pictures(pictures)


def _people(context: Context, request: calls.ListPeople) -> calls.PeopleList:
    return calls.PeopleList(
        tuple(
            calls.PersonInfo(person.name, person.tokens, person.notes, person.thumbnail_of, person.consent)
            for person in context.library.overview()
            if person.tokens
        )
    )


# ---------------------------------------------------------------------- changing


def _change(context: Context, request: calls.ChangeToken) -> calls.TokenInfo:
    library, name = context.library, parse_ref(request.name).full_name
    try:
        if request.add_tags or request.remove_tags:
            library.tag(name, request.add_tags, request.remove_tags)
        if request.notes is not None:
            library.annotate(name, request.notes)
        if request.rename is not None:
            path = library.rename(name, request.rename)
            name = f"{path.parent.name}/{path.stem}"
            context.follow_names()
        return _known(context, name)
    finally:
        context.changed("library")  # a change that was refused may come after one that was made


def _delete(context: Context, request: calls.DeleteTokens) -> calls.Done:
    names = tuple(dict.fromkeys(parse_ref(name).full_name for name in request.names))
    missing = [name for name in names if not context.library.path(name).is_file()]
    if missing:
        context.library.record(missing[0])  # says who is there
    try:
        for name in names:
            context.library.delete(name)
    finally:
        context.changed("library")
    return calls.Done(f"{_tokens(len(names))} in the trash.", len(names))


def _restore(context: Context, request: calls.RestoreToken) -> calls.TokenInfo:
    path = context.library.restore(request.name)
    context.changed("library")
    return _named(context, path)


def _duplicate(context: Context, request: calls.DuplicateToken) -> calls.TokenInfo:
    path = context.library.duplicate(request.name, request.new_name)
    context.changed("library")
    return _named(context, path)


def _change_person(context: Context, request: calls.ChangePerson) -> calls.Done:
    library, person, moved = context.library, request.person, 0
    try:
        if request.notes is not None:
            library.annotate_person(person, request.notes)
        if request.rename is not None:
            moved = context.rename_person(person, request.rename)
    finally:
        context.changed("library")
    if request.rename is not None:
        return calls.Done(f"{person} is now {request.rename}.", moved)
    return calls.Done("The notes were changed." if request.notes is not None else "")


def _forget(context: Context, request: calls.ForgetPerson) -> calls.Done:
    gone = context.forget(request.person, request.marks)
    others = gone.trashed + gone.other_files + gone.elsewhere
    sentence = f"Forgot {gone.person}: {_tokens(gone.tokens)} and {others} other things are gone for good."
    if gone.kept:
        sentence += f" Kept, because filed under somebody else: {', '.join(gone.kept[:5])}."
    return calls.Done(sentence, gone.tokens)


def _check(context: Context, request: calls.CheckLibrary) -> calls.LibraryReport:
    report = context.library.examine(repair=request.repair)
    if request.repair:
        context.changed("library")
    return calls.LibraryReport(
        report.checked,
        tuple(str(finding) for finding in report.open),
        tuple(str(finding) for finding in report.findings if finding.done),
    )


# ---------------------------------------------------------------------- files in and out


def _export(context: Context, request: calls.ExportToken) -> calls.ExportedFile:
    from s2edit_plugin.formats.exchange import run_export
    from s2edit_plugin.formats.exporting import check_options

    rank = request.rank or None
    check_options(request.format, private=request.private, approximate=request.approximate, rank=rank)
    if request.format == "s2edit":
        return calls.ExportedFile(*context.library.export_bytes(request.name, private=request.private))
    exported = run_export(
        context.library, request.name, request.format, approximate=request.approximate, rank=rank
    )
    if len(exported.files) == 1:
        ((name, data),) = exported.files.items()
        return calls.ExportedFile(name, data, exported.notes)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in exported.files.items():
            archive.writestr(name, data)
    stem = request.name.replace("/", "-")
    return calls.ExportedFile(f"{stem}-{request.format}.zip", packed.getvalue(), exported.notes)


def _export_person(context: Context, request: calls.ExportPerson) -> calls.ExportedFile:
    return calls.ExportedFile(*context.library.export_person_bytes(request.person, private=request.private))


def _import(context: Context, request: calls.ImportFile) -> calls.Imported:
    from s2edit_plugin.formats.importing import UNNAMED, is_token_file

    if is_person_file(request.data):
        imported = _import_person(context, request)
    elif is_token_file(request.data[:TOKEN_HEAD], request.file_name or UNNAMED):
        ref = parse_ref(request.name) if request.name else None
        path = context.library.import_(
            request.data,
            ref.person if ref else None,
            ref.name if ref else None,
            replace=request.replace,
            consent=request.consent,
        )
        imported = calls.Imported((_named(context, path),))
    else:
        imported = _import_embedding(context, request)
    context.changed("library")
    return imported


def _import_person(context: Context, request: calls.ImportFile) -> calls.Imported:
    came = context.library.import_person(
        request.data,
        request.name or None,
        on_clash="replace" if request.replace else "refuse",
        consent=request.consent,
    )
    notes = [f"{old} is called {new} here." for old, new in came.renamed.items()]
    notes += [f"The {name} that was here is in the trash." for name in came.replaced]
    return calls.Imported(tuple(_known(context, name) for name in came.tokens), tuple(notes))


def _import_embedding(context: Context, request: calls.ImportFile) -> calls.Imported:
    from s2edit_plugin.formats.exchange import run_import
    from s2edit_plugin.formats.importing import UNNAMED

    path = run_import(
        context.library,
        request.data,
        request.file_name or UNNAMED,
        request.name,
        request.class_noun,
        request.kind or "identity",
        consent=request.consent,
        replace=request.replace,
    )
    return calls.Imported(
        (_named(context, path),), ("An embedding holds vectors alone, no mask and no thumbnail.",)
    )


# ---------------------------------------------------------------------- runs that were cut off


def _resumable(context: Context, request: calls.ListResumable) -> calls.ResumableList:
    return calls.ResumableList(tuple(resumable(context.folder)))


def _drop(context: Context, request: calls.DropResumable) -> calls.Done:
    if not discard_run(context.folder, request.person, request.token):
        raise UsageError(f"There is nothing to resume for {request.person}/{request.token}.")
    return calls.Done("The run was given up.")


def _tokens(count: int) -> str:
    return "one token" if count == 1 else f"{count} tokens"


HANDLERS: dict[type, Callable[[Context, Any], Any]] = {
    calls.ListTokens: _list,
    calls.ShowToken: _show,
    calls.Thumbnails: _thumbnails,
    calls.ChangeToken: _change,
    calls.DeleteTokens: _delete,
    calls.RestoreToken: _restore,
    calls.DuplicateToken: _duplicate,
    calls.ExportToken: _export,
    calls.ExportPerson: _export_person,
    calls.ImportFile: _import,
    calls.CheckLibrary: _check,
    calls.ListPeople: _people,
    calls.ChangePerson: _change_person,
    calls.ForgetPerson: _forget,
    calls.ListResumable: _resumable,
    calls.DropResumable: _drop,
}
