"""Hashes that identify an edit: of the photo's bytes, the tokens, the settings and the model."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from s2edit_plugin.api import ApplyEdit, EditSettings
from s2edit_plugin.batch.photos import Row
from s2edit_plugin.batch.recipe import Recipe

__all__ = ["Facts", "edit_key", "hash_of", "job_hash", "with_row"]


@dataclass(frozen=True)
class Facts:
    """Model and tokens in the engine at the start of a batch.

    Attributes:
        model, fingerprint: the base model and the hash of its weights.
        tokens: ids of the usable tokens, by full name. nouns: their class nouns.
    """

    model: str
    fingerprint: str
    tokens: Mapping[str, str]
    nouns: Mapping[str, str]


def hash_of(data: bytes) -> str:
    """sha256 in hex."""
    return hashlib.sha256(data).hexdigest()


def with_row(recipe: Recipe, row: Row) -> Recipe:
    """The recipe for one line of a table."""
    settings: EditSettings = recipe.settings
    if row.strength is not None:
        settings = dataclasses.replace(settings, strength=row.strength)
    if row.seed is not None:
        settings = dataclasses.replace(settings, seed=row.seed)
    people = recipe.people
    if row.tokens is not None:  # the table names the tokens of the photo
        people = dataclasses.replace(people, match=False)
    return dataclasses.replace(
        recipe,
        prompt=row.prompt or recipe.prompt,
        source_prompt=recipe.source_prompt if row.source_prompt is None else row.source_prompt,
        tokens=recipe.tokens if row.tokens is None else row.tokens,
        subject=row.subject or recipe.subject,
        mask=row.mask or recipe.mask,
        people=people,
        settings=settings,
    )


def job_hash(recipe: Recipe, facts: Facts, suffix: str, masks: Mapping[str, str]) -> str:
    """Hash of the request for one photo; needs no analysis of the photo.

    Args:
        recipe: with the photo's row in it. suffix: of the result's name. masks: hashes of mask files by field.
    """
    if recipe.people.match and not recipe.people.tokens:
        names = tuple(facts.tokens)
    else:
        names = (*recipe.tokens, *recipe.people.tokens)
    ids = {name: facts.tokens.get(name, "") for name in names}
    return _hash(
        recipe=dataclasses.asdict(recipe),
        tokens=ids,
        model=facts.fingerprint,
        suffix=suffix,
        masks=dict(masks),
    )


def edit_key(photo: str, edits: tuple[ApplyEdit, ...], facts: Facts, suffix: str) -> str:
    """Hash of the edits of one photo: its bytes, tokens, settings and model. Args: edits: in order, without the photo."""
    done = []
    for edit in edits:
        values = dataclasses.asdict(edit)
        for name, value in values.items():
            if isinstance(value, bytes):
                values[name] = hash_of(value)
        done.append(values | {"tokens": [facts.tokens.get(name, name) for name in edit.tokens]})
    return _hash(photo=photo, edits=done, model=facts.fingerprint, suffix=suffix)


def _hash(**parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
