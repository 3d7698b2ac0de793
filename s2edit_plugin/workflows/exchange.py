"""Tokens to and from the files of other programs, with the base model they belong to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from s2edit_plugin.base_models import resolve
from s2edit_plugin.errors import ModelError, UsageError
from s2edit_plugin.formats.exporting import Exported, check_options, export_token
from s2edit_plugin.formats.importing import (
    BaseModel,
    EmbeddingFacts,
    embedding_token,
    read_embedding,
    text_widths,
)
from s2edit_plugin.prompts import parse_ref

if TYPE_CHECKING:
    from s2edit_plugin.studio import Studio
    from s2edit_plugin.tokenfile import TokenRecord

__all__ = ["model_of", "run_export", "run_import"]


def run_export(
    studio: Studio,
    name: str,
    format: str,
    stem: str = "",
    *,
    private: bool = False,
    approximate: bool = False,
    rank: int | None = None,
) -> Exported:
    """A token of the library as files; see `formats.exporting.export_token`.

    Args:
        stem: name of the files without ending, "": ``person-name``.

    Raises:
        UsageError, TokenError, InputError; ModelError where a base model is needed and not here.
    """
    check_options(format, private=private, approximate=approximate, rank=rank)
    token = studio.library.get(name)
    return export_token(
        token,
        format,
        stem or f"{token.record.person}-{token.record.name}",
        lambda: studio.backbone,
        lambda: _widths(studio, token.record, token.tensors["vectors"].shape[-1]),
        private=private,
        approximate=approximate,
        rank=rank,
    )


def run_import(
    studio: Studio,
    data: bytes,
    label: str,
    name: str,
    class_noun: str,
    kind: str = "identity",
    *,
    consent: bool = False,
    replace: bool = False,
) -> Path:
    """Take an embedding into the library, for the studio's base model; returns where the token lies.

    Args:
        label: name of the file, for errors. name: ``person/name``.

    Raises:
        UsageError: name, class noun or kind missing. InputError, TokenDamagedError: no embedding that fits the model.
        ConsentError: an identity token without consent. ModelError: the base model is not here.
    """
    vectors = read_embedding(data, label)
    if not name:
        raise UsageError("An embedding does not say whose it is.", "Name it, e.g. --as anna/me.")
    if kind not in ("identity", "attribute"):
        raise UsageError(f"'{kind[:40]}' is no kind of token.", "Use identity or attribute.")
    ref = parse_ref(name)
    facts = EmbeddingFacts(ref.person, ref.name, class_noun, kind, consent)  # type: ignore[arg-type]
    model = BaseModel.of_folder(resolve(studio.folder, studio.model))
    token = embedding_token(vectors, label, model, facts)
    return studio.library.add(token.record, token.tensors, replace=replace)


def model_of(studio: Studio, name: str) -> str | None:
    """The base model a token of the library names, if it is here; None: whatever is in use."""
    model = studio.library.record(name).base_model
    try:
        resolve(studio.folder, model)
    except ModelError:
        return None
    return model


def _widths(studio: Studio, record: TokenRecord, total: int) -> tuple[int, ...]:
    """Widths of the text encoders of a token's base model, () where it is not here."""
    for model in (record.base_model, studio.model):
        try:
            widths = text_widths(resolve(studio.folder, model))
        except ModelError:
            continue
        if sum(widths) == total:
            return widths
    return ()
