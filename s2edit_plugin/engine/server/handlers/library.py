"""People and tokens: lists, details, changes, files in and out, runs that were cut off."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from s2edit_plugin.api import queries
from s2edit_plugin.api.prompts import parse_ref
from s2edit_plugin.engine.server.handlers.context import QueryContext
from s2edit_plugin.engine.server.handlers.fingerprint import Usable
from s2edit_plugin.errors import InputError, Sentence, TokenError, UsageError
from s2edit_plugin.library import Entry, is_person_file
from s2edit_plugin.tokens.file import TokenRecord
from s2edit_plugin.tokens.runs import discard_run, resumable

__all__ = [
    "change_person",
    "change_token",
    "check_library",
    "delete_tokens",
    "drop_resumable",
    "duplicate_token",
    "export_person",
    "export_token",
    "forget_person",
    "import_file",
    "list_people",
    "list_resumable",
    "list_tokens",
    "restore_token",
    "show_token",
    "thumbnails",
]

MAX_THUMBNAILS = 2000
TOKEN_HEAD = 5 << 20  # bytes that identify the file type


# ---------------------------------------------------------------------- reading


def list_tokens(context: QueryContext, request: queries.ListTokens) -> queries.TokenList:
    library = context.library
    person = request.person or None
    if request.trash:
        entries = library.search(request.search, person, trash=True)
    else:
        entries = library.search(request.search, person)
    usable = Usable(context)
    return queries.TokenList(tuple(_info(entry, usable) for entry in entries))


def _info(entry: Entry, usable: Usable) -> queries.TokenInfo:
    if entry.record is None:
        return queries.TokenInfo(
            entry.full_name,
            entry.person,
            size_bytes=entry.size_bytes,
            usable=False,
            problem=entry.problem or "The file is damaged.",
        )
    return _info_of(entry.record, entry.size_bytes, usable, entry.full_name, entry.problem)


def _info_of(
    record: TokenRecord, size: int, usable: Usable, full_name: str = "", problem: str = ""
) -> queries.TokenInfo:
    name = full_name or record.full_name
    return queries.TokenInfo(
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


def _token_info(context: QueryContext, name: str) -> queries.TokenInfo:
    """A token as lists show it."""
    path = context.library.path(name)
    return _info_of(context.library.record(name), path.stat().st_size, Usable(context))


def _token_info_at(context: QueryContext, path: Path) -> queries.TokenInfo:
    return _token_info(context, f"{path.parent.name}/{path.stem}")


def show_token(context: QueryContext, request: queries.ShowToken) -> queries.TokenDetails:
    record, path = context.library.record(request.name), context.library.path(request.name)
    return queries.TokenDetails(
        info=_info_of(record, path.stat().st_size, Usable(context)),
        settings=dict(record.settings),
        thumbnail=record.thumbnail_png,
        subject_mask=record.subject_mask_png,
        path=str(path),
    )


def thumbnails(context: QueryContext, request: queries.Thumbnails) -> queries.Pictures:
    if len(request.names) > MAX_THUMBNAILS:
        raise UsageError(Sentence("At most {} pictures are given at a time.", MAX_THUMBNAILS))
    if request.what == "history":
        return queries.Pictures(context.history.thumbnails(request.names))
    if request.what != "tokens":
        raise UsageError("Thumbnails are of tokens or history.")
    pictures = {}
    for name in request.names:
        try:
            picture = context.library.thumbnail(name)
        except (TokenError, InputError):
            continue  # missing, damaged or invalid: no thumbnail
        if picture:
            pictures[name] = picture
    return queries.Pictures(pictures)


def list_people(context: QueryContext, request: queries.ListPeople) -> queries.PeopleList:
    return queries.PeopleList(
        tuple(
            queries.PersonInfo(person.name, person.tokens, person.notes, person.thumbnail_of, person.consent)
            for person in context.library.overview()
            if person.tokens
        )
    )


# ---------------------------------------------------------------------- changing


def change_token(context: QueryContext, request: queries.ChangeToken) -> queries.TokenInfo:
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
        return _token_info(context, name)
    finally:
        context.changed("library")  # a change that was refused may come after one that was made


def delete_tokens(context: QueryContext, request: queries.DeleteTokens) -> queries.Done:
    names = tuple(dict.fromkeys(parse_ref(name).full_name for name in request.names))
    missing = [name for name in names if not context.library.path(name).is_file()]
    if missing:
        context.library.record(missing[0])  # says who is there
    try:
        for name in names:
            context.library.delete(name)
    finally:
        context.changed("library")
    return queries.Done(f"{_tokens(len(names))} in the trash.", len(names))


def restore_token(context: QueryContext, request: queries.RestoreToken) -> queries.TokenInfo:
    path = context.library.restore(request.name)
    context.changed("library")
    return _token_info_at(context, path)


def duplicate_token(context: QueryContext, request: queries.DuplicateToken) -> queries.TokenInfo:
    path = context.library.duplicate(request.name, request.new_name)
    context.changed("library")
    return _token_info_at(context, path)


def change_person(context: QueryContext, request: queries.ChangePerson) -> queries.Done:
    library, person, moved = context.library, request.person, 0
    try:
        if request.notes is not None:
            library.annotate_person(person, request.notes)
        if request.rename is not None:
            moved = context.rename_person(person, request.rename)
    finally:
        context.changed("library")
    if request.rename is not None:
        return queries.Done(f"{person} is now {request.rename}.", moved)
    return queries.Done("The notes were changed." if request.notes is not None else "")


def forget_person(context: QueryContext, request: queries.ForgetPerson) -> queries.Done:
    gone = context.forget(request.person, request.marks)
    others = gone.trashed + gone.other_files + gone.elsewhere
    sentence = f"Forgot {gone.person}: {_tokens(gone.tokens)} and {others} other things are gone for good."
    if gone.kept:
        sentence += f" Kept, because filed under somebody else: {', '.join(gone.kept[:5])}."
    return queries.Done(sentence, gone.tokens)


def check_library(context: QueryContext, request: queries.CheckLibrary) -> queries.LibraryReport:
    report = context.library.examine(repair=request.repair)
    if request.repair:
        context.changed("library")
    return queries.LibraryReport(
        report.checked,
        tuple(str(finding) for finding in report.open),
        tuple(str(finding) for finding in report.findings if finding.done),
    )


# ---------------------------------------------------------------------- files in and out


def export_token(context: QueryContext, request: queries.ExportToken) -> queries.ExportedFile:
    from s2edit_plugin.formats.exchange import run_export
    from s2edit_plugin.formats.exporting import check_options

    rank = request.rank or None
    check_options(request.format, private=request.private, approximate=request.approximate, rank=rank)
    if request.format == "s2edit":
        return queries.ExportedFile(*context.library.export_bytes(request.name, private=request.private))
    exported = run_export(
        context.library, request.name, request.format, approximate=request.approximate, rank=rank
    )
    if len(exported.files) == 1:
        ((name, data),) = exported.files.items()
        return queries.ExportedFile(name, data, exported.notes)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in exported.files.items():
            archive.writestr(name, data)
    stem = request.name.replace("/", "-")
    return queries.ExportedFile(f"{stem}-{request.format}.zip", packed.getvalue(), exported.notes)


def export_person(context: QueryContext, request: queries.ExportPerson) -> queries.ExportedFile:
    return queries.ExportedFile(*context.library.export_person_bytes(request.person, private=request.private))


def import_file(context: QueryContext, request: queries.ImportFile) -> queries.Imported:
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
        imported = queries.Imported((_token_info_at(context, path),))
    else:
        imported = _import_embedding(context, request)
    context.changed("library")
    return imported


def _import_person(context: QueryContext, request: queries.ImportFile) -> queries.Imported:
    came = context.library.import_person(
        request.data,
        request.name or None,
        on_clash="replace" if request.replace else "refuse",
        consent=request.consent,
    )
    notes = [f"{old} is called {new} here." for old, new in came.renamed.items()]
    notes += [f"The {name} that was here is in the trash." for name in came.replaced]
    return queries.Imported(tuple(_token_info(context, name) for name in came.tokens), tuple(notes))


def _import_embedding(context: QueryContext, request: queries.ImportFile) -> queries.Imported:
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
    return queries.Imported(
        (_token_info_at(context, path),), ("An embedding holds vectors alone, no mask and no thumbnail.",)
    )


# ---------------------------------------------------------------------- runs that were cut off


def list_resumable(context: QueryContext, request: queries.ListResumable) -> queries.ResumableList:
    return queries.ResumableList(tuple(resumable(context.folder)))


def drop_resumable(context: QueryContext, request: queries.DropResumable) -> queries.Done:
    if not discard_run(context.folder, request.person, request.token):
        raise UsageError(Sentence("There is nothing to resume for {}/{}.", request.person, request.token))
    return queries.Done("The run was given up.")


def _tokens(count: int) -> str:
    return "one token" if count == 1 else f"{count} tokens"
