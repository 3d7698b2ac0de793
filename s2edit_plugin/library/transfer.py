"""One token out of the library and into it."""

from __future__ import annotations

from pathlib import Path

from s2edit_plugin.api.prompts import TokenRef
from s2edit_plugin.errors import ConsentError, InputError, Sentence
from s2edit_plugin.library.changes import with_unique_id
from s2edit_plugin.library.intent import changing
from s2edit_plugin.library.names import SUFFIX, reference
from s2edit_plugin.library.store import Store, named_by_place
from s2edit_plugin.storage.paths import write_atomic
from s2edit_plugin.tokens.consent import consent_note
from s2edit_plugin.tokens.file import Token, TokenRecord, parse_token, read_token, token_bytes, write_token

__all__ = ["export", "export_bytes", "import_token", "read_given", "with_consent"]


def export_bytes(store: Store, full_name: str, private: bool) -> tuple[str, bytes]:
    """An exported token: file name and bytes; see `Library.export_bytes`."""
    path = store.existing(full_name)
    token = read_token(path)
    record = named_by_place(token.record, path)
    data = token_bytes(record if private else record.without_private(), token.tensors)
    return f"{record.person}-{record.name}{SUFFIX}", data


def export(store: Store, full_name: str, out: Path, private: bool, overwrite: bool) -> Path:
    """Write a token to a file; see `Library.export`."""
    name, data = export_bytes(store, full_name, private)
    if out.is_dir():
        out = out / name
    if out.exists() and not overwrite:
        raise InputError(Sentence("{} exists already.", out), "Choose another file name, or add --overwrite.")
    write_atomic(out, data, private=True)
    return out


def import_token(
    store: Store, file: Path | bytes, person: str | None, name: str | None, replace: bool, consent: bool
) -> Path:
    """Import a token; see `Library.import_`."""
    token = read_given(file)
    record = token.record.replace(person=person or token.record.person, name=name or token.record.name)
    reference(TokenRef(record.person, record.name))
    record = with_consent(record, consent)
    with changing(store):
        ref = TokenRef(record.person, record.name)
        path = store.path(ref)
        path = store.new_path(ref, instead_of=path if replace else None)
        if path.exists():
            store.to_trash(path, keep=True)
        write_token(path, with_unique_id(store, named_by_place(record, path), path), token.tensors)
    return path


def read_given(file: Path | bytes, label: str = "handed in") -> Token:
    """A token file from disk or memory. Raises TokenNotFoundError, TokenDamagedError."""
    return parse_token(file, label) if isinstance(file, bytes) else read_token(file)


def with_consent(record: TokenRecord, given: bool) -> TokenRecord:
    """The record with its consent note; for an identity token without one the user must confirm consent.

    Raises:
        ConsentError: neither is there.
    """
    if record.kind != "identity" or record.consent:
        return record
    if not given:
        raise ConsentError(
            Sentence("The identity token {} carries no consent of the person it shows.", record.full_name),
            "Add --yes-i-have-consent if you have it.",
        )
    return record.replace(consent=consent_note(record.kind, given))
