"""One photo of a batch: recognising the people on it, its edits in sequence, and the result file.

It sends the same requests as ``s2edit edit`` and writes results in the same way, so they are bit-identical.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.api.picture_formats import READ_SUFFIXES
from s2edit_plugin.api.prompt_syntax import read_prompt
from s2edit_plugin.api.prompts import parse_ref, references
from s2edit_plugin.api.regions import OF_A_PERSON
from s2edit_plugin.batch.entries import Pictures
from s2edit_plugin.batch.keys import Facts, edit_key, hash_of, with_row
from s2edit_plugin.batch.photos import Row
from s2edit_plugin.batch.recipe import CLASS, Recipe
from s2edit_plugin.engine.client.interface import Client
from s2edit_plugin.errors import (
    InputError,
    ModelError,
    S2EditError,
    Sentence,
    TokenNotFoundError,
    WrongModelError,
)
from s2edit_plugin.imaging.files import read_photo_file

__all__ = [
    "NOT_RECOGNISED",
    "Made",
    "PhotoWorker",
    "Task",
    "facts_of",
    "find_facts",
    "mask_files",
    "token_names",
]

NOT_RECOGNISED = "Nobody whom the recipe looks for was recognised on the photo."
THUMBNAIL_SIDE = 160
PERSON = "person"


@dataclass(frozen=True)
class Task:
    """A photo to edit.

    Attributes:
        data: its bytes. row: its values in the table. suffix: of the result's name.
        known: key of the existing result, "" for none. pictures: whether to make thumbnails.
    """

    data: bytes
    row: Row
    suffix: str
    known: str = ""
    pictures: bool = True


@dataclass(frozen=True)
class Made:
    """Result of a photo.

    Attributes:
        file: the encoded result, b"" if the existing result is up to date.
        exact: the same picture, lossless, for signing.
    """

    key: str
    file: bytes = b""
    exact: bytes = b""
    seconds: float = 0.0
    details: dict[str, Any] = field(default_factory=dict)
    pictures: Pictures | None = None


def find_facts(client: Client, recipe: Recipe, on_progress: api.OnProgress = lambda _: None) -> Facts:
    """Load the model and look the tokens up, before the first photo.

    Raises:
        TokenNotFoundError, WrongModelError: a token of the recipe cannot be used. ModelError: the model cannot.
    """
    return facts_of(client, client.run(api.OpenModel(), _reporting(on_progress)), recipe)


def facts_of(client: Client, opened: api.OpenedModel, recipe: Recipe) -> Facts:
    """`find_facts` for a model that is loaded, here or elsewhere. Raises TokenNotFoundError, WrongModelError."""
    infos = {info.name: info for info in client.call(queries.ListTokens()).tokens if not info.problem}
    for name in token_names(recipe):
        info = infos.get(name)
        if info is None:
            raise TokenNotFoundError(
                Sentence("The recipe needs the token {}, which is not in the library.", name),
                "`s2edit tokens list` shows what there is.",
            )
        if info.base_model_hash and info.base_model_hash != opened.fingerprint:
            raise WrongModelError(
                Sentence(
                    "The token {} was learned on the model {}, and {} is in use.",
                    name,
                    info.base_model,
                    opened.name,
                ),
                Sentence("Use --model {}, or learn the token on {}.", info.base_model, opened.name),
            )
    usable = {
        name: info
        for name, info in infos.items()
        if not info.base_model_hash or info.base_model_hash == opened.fingerprint
    }
    return Facts(
        opened.name,
        opened.fingerprint,
        {name: info.id for name, info in sorted(usable.items())},
        {name: info.class_noun for name, info in usable.items()},
    )


def token_names(recipe: Recipe) -> tuple[str, ...]:
    """Full names of the tokens that a recipe names."""
    return _with_references((*recipe.tokens, *recipe.people.tokens), recipe.prompt)


def mask_files(recipe: Recipe, beside: Path) -> dict[str, bytes]:
    """Bytes of the mask files that a recipe names, by field: ``mask``, ``subject``. Raises ImageError."""
    named = {"mask": recipe.mask, "subject": recipe.subject}
    return {
        name: read_photo_file(beside / value)
        for name, value in named.items()
        if PurePath(value).suffix.lower() in READ_SUFFIXES
    }


class PhotoWorker:
    """Edits photos with an engine.

    Args:
        beside: the recipe's folder, with its mask files.
    """

    def __init__(self, client: Client, recipe: Recipe, facts: Facts, beside: Path) -> None:
        self._client, self._recipe, self._facts, self._beside = client, recipe, facts, beside

    def edit(self, task: Task, on_progress: api.OnProgress = lambda _: None) -> Made:
        """Edit a photo.

        Args:
            on_progress: may raise `CancelledError` to stop within a step.

        Raises:
            S2EditError: it cannot be edited.
        """
        began = time.monotonic()
        recipe = with_row(self._recipe, task.row)
        edits, notes = self._edits(recipe, task.data, on_progress)
        key = edit_key(hash_of(task.data), edits, self._facts, task.suffix)
        if key == task.known:
            return Made(key)
        picture, results = task.data, []
        for edit in edits:
            result = self._client.run(dataclasses.replace(edit, photo=picture), _reporting(on_progress))
            picture = result.image
            results.append(result)
        self._check_model()
        file, left_out = _file(picture, task)
        details = _report_facts(edits, results, (*notes, *left_out))
        pictures = _pictures(task.data, file) if task.pictures else None
        return Made(key, file, picture, time.monotonic() - began, details, pictures)

    def _check_model(self) -> None:
        """Check that the model in the settings was not changed during the batch. Raises ModelError."""
        used = self._client.call(queries.GetStatus()).fingerprint
        if used and used != self._facts.fingerprint:
            raise ModelError(
                "The base model in use was changed while the batch ran.",
                Sentence("Use {} again, or name a model in the recipe.", self._facts.model),
            )

    def _edits(
        self, recipe: Recipe, data: bytes, on_progress: api.OnProgress
    ) -> tuple[tuple[api.ApplyEdit, ...], tuple[str, ...]]:
        masks = mask_files(recipe, self._beside)
        if not recipe.people.match:
            return (self._request(recipe, recipe.tokens, masks),), ()
        found = self._client.run(api.RecognisePeople(data, recipe.people.tokens), _reporting(on_progress))
        if found.people:
            return tuple(
                self._request(
                    _of_face(recipe, person.face, found.faces), (person.token, *recipe.tokens), masks
                )
                for person in found.people
            ), found.notes
        if recipe.people.unknown == "edit":
            return (self._request(recipe, recipe.tokens, masks),), (NOT_RECOGNISED, *found.notes)
        faces = f"It shows {found.faces} faces." if found.faces != 1 else "It shows one face."
        raise InputError(NOT_RECOGNISED, faces if found.faces else "No face was found on it.")

    def _request(self, recipe: Recipe, tokens: tuple[str, ...], masks: dict[str, bytes]) -> api.ApplyEdit:
        tokens = _with_references(tokens, recipe.prompt)
        noun = next((self._facts.nouns[name] for name in tokens if self._facts.nouns.get(name)), PERSON)
        source = recipe.source_prompt
        return api.ApplyEdit(
            photo=b"",
            tokens=tokens,
            prompt=recipe.prompt.replace(CLASS, noun),
            source_prompt=None if source is None else source.replace(CLASS, noun),
            subject="file" if "subject" in masks else recipe.subject,
            subject_mask=masks.get("subject"),
            region="file" if "mask" in masks else recipe.mask,
            region_mask=masks.get("mask"),
            settings=recipe.settings,
            embed_settings=recipe.embed_settings,
            in_history=False,
        )


def _with_references(tokens: tuple[str, ...], prompt: str) -> tuple[str, ...]:
    """The tokens and those that the prompt names as ``<person/name>``, as `s2edit edit` takes them."""
    named = [ref.full_name for ref in references(read_prompt(prompt).prompt)]
    return tuple(dict.fromkeys([*(parse_ref(name).full_name for name in tokens), *named]))


def _of_face(recipe: Recipe, number: int, faces: int) -> Recipe:
    """The recipe for one face of several: ``hair`` becomes ``hair:2``."""
    if faces < 2:
        return recipe

    def hers(method: str, unless: tuple[str, ...] = ()) -> str:
        return f"{method}:{number}" if method in OF_A_PERSON and method not in unless else method

    # The region `auto` comes from the prompt, inside the model's attention for the person.
    return dataclasses.replace(
        recipe, subject=hers(recipe.subject), mask=hers(recipe.mask, unless=("auto", "subject"))
    )


def _reporting(on_progress: api.OnProgress) -> Callable[[api.Event], None]:
    def on_event(event: api.Event) -> None:
        if event.kind == "progress" and event.job is not None and event.job.progress is not None:
            on_progress(event.job.progress)

    return on_event


def _file(picture: bytes, task: Task) -> tuple[bytes, tuple[str, ...]]:
    """The result as a file of its name's format, as `s2edit edit` writes it; and notes on data the format cannot store."""
    from s2edit_plugin.imaging.saving import encode_result
    from s2edit_plugin.imaging.writing import format_of_suffix

    notes: list[str] = []
    name = Path(f"result{task.suffix}")
    return encode_result(picture, format_of_suffix(name), original=task.data, notes=notes), tuple(notes)


def _report_facts(
    edits: tuple[api.ApplyEdit, ...], results: list[api.EditResult], notes: tuple[str, ...]
) -> dict[str, Any]:
    """Facts for the report."""
    unique_notes = dict.fromkeys((*notes, *(note for result in results for note in result.warnings)))
    return {
        "tokens": list(dict.fromkeys(name for edit in edits for name in edit.tokens)),
        "notes": list(unique_notes),
        "identity": [result.identity for result in results if result.identity is not None],
    }


def _pictures(before: bytes, after: bytes) -> Pictures | None:
    from s2edit_plugin.imaging.reading import read_photo
    from s2edit_plugin.imaging.thumbnail import thumbnail

    try:
        small = [thumbnail(read_photo(data), side=THUMBNAIL_SIDE) for data in (before, after)]
    except S2EditError:
        return None  # the photo must not fail because of the report
    return Pictures(*small)
