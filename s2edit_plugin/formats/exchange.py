"""Export and import of library tokens as files of other programs. No model is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from s2edit_plugin.api.prompts import parse_ref
from s2edit_plugin.errors import ModelError, Sentence, UsageError
from s2edit_plugin.formats.base_model import BaseModel
from s2edit_plugin.formats.exporting import Exported, check_options, export_token
from s2edit_plugin.formats.importing import EmbeddingFacts, embedding_token, read_embedding

if TYPE_CHECKING:
    from s2edit_plugin.library import Library

__all__ = ["run_export", "run_import"]


def run_export(
    library: Library,
    name: str,
    format: str,
    stem: str = "",
    *,
    model: str | None = None,
    private: bool = False,
    approximate: bool = False,
    rank: int | None = None,
) -> Exported:
    """A token of the library as files; see `formats.exporting.export_token`.

    Args:
        stem: name of the files without ending, "": ``person-name``.
        model: name or folder of the token's base model, None: the one named by the token, else the chosen one.

    Raises:
        UsageError, TokenError, InputError; ModelError if a base model is needed and not installed.
    """
    check_options(format, private=private, approximate=approximate, rank=rank)
    token = library.get(name)
    stem = stem or f"{token.record.person}-{token.record.name}"
    base = _base_model(library, model, token.record.base_model)
    return export_token(
        token, format, stem, base, private=private, approximate=approximate, rank=rank
    )  # fmt: skip


def run_import(
    library: Library,
    data: bytes,
    label: str,
    name: str,
    class_noun: str,
    kind: str = "identity",
    *,
    model: str | None = None,
    consent: bool = False,
    replace: bool = False,
) -> Path:
    """Import an embedding into the library; returns the token's path.

    Args:
        label: name of the file in messages. name: ``person/name``.
        model: name or folder of its base model, None: the chosen one.

    Raises:
        UsageError: name, class noun or kind missing. InputError, TokenDamagedError: not an embedding for the model.
        ConsentError: an identity token without consent. ModelError: the base model is not installed.
    """
    vectors = read_embedding(data, label)
    if not name:
        raise UsageError("An embedding does not say whose it is.", "Name it, e.g. --as anna/me.")
    if kind not in ("identity", "attribute"):
        raise UsageError(Sentence("'{}' is no kind of token.", kind[:40]), "Use identity or attribute.")
    ref = parse_ref(name)
    facts = EmbeddingFacts(ref.person, ref.name, class_noun, kind, consent)  # type: ignore[arg-type]
    token = embedding_token(vectors, label, BaseModel.named(library.folder, model), facts)
    return library.add(token.record, token.tensors, replace=replace)


def _base_model(library: Library, chosen: str | None, recorded: str) -> BaseModel | None:
    if chosen is not None:
        return BaseModel.named(library.folder, chosen)
    for name in (recorded, None):
        try:
            return BaseModel.named(library.folder, name)
        except ModelError:
            continue
    return None
