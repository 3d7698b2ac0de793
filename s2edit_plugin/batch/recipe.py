"""A recipe: how every photo of a batch is edited. A TOML file that people can read and change.

format = 1
prompt = "a photo of a {class} with blonde hair"    # {class}: the class noun of the photo's token
tokens = ["anna/me"]
mask = "hair"

[people]              # instead of `tokens`, or beside attributes in it: the token is chosen by face recognition
match = true

[settings]
steps = 30
"""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from s2edit_plugin.api import ApplyEdit, EditSettings
from s2edit_plugin.api.limits import check_edit_settings, check_texts
from s2edit_plugin.api.prompts import parse_ref
from s2edit_plugin.engine.protocol.wire import decode
from s2edit_plugin.errors import PromptError, S2EditError, Sentence, UsageError
from s2edit_plugin.storage.paths import write_atomic

__all__ = [
    "CLASS",
    "FORMAT_VERSION",
    "SUFFIX",
    "People",
    "Recipe",
    "read_recipe",
    "recipe_of",
    "recipe_text",
    "write_recipe",
]

FORMAT_VERSION = 1
SUFFIX = ".toml"
MAX_BYTES = 1_000_000
CLASS = "{class}"
_HEAD = (
    "# A recipe of S2Edit Studio: `s2edit batch THIS_FILE FOLDER` edits every photo of a folder so.\n"
    "# {class} in a prompt is the class noun of the token (woman, man, car).\n"
)


@dataclass(frozen=True)
class People:
    """Choice of tokens by face recognition.

    Attributes:
        match: whether faces are compared with the library's tokens; each recognised person is edited in turn.
        tokens: tokens to recognise; empty: all identity tokens of the model in use.
        unknown: for a photo without a recognised person: skip it, or edit it without a person's token.
    """

    match: bool = False
    tokens: tuple[str, ...] = ()
    unknown: Literal["skip", "edit"] = "skip"


@dataclass(frozen=True)
class Recipe:
    """The edit of every photo; fields as in `api.ApplyEdit`.

    Attributes:
        tokens: with ``people.match`` these are added to each recognised person's token.
        source_prompt: None: the token's own on its own photo, else as ``auto``: a caption of each photo.
        mask, subject: a method, or the name of a picture file beside the recipe, for photos with the same framing.
        model: base model, "": the one in use.
    """

    prompt: str
    source_prompt: str | None = None
    tokens: tuple[str, ...] = ()
    subject: str = "auto"
    mask: str = "auto"
    embed_settings: bool | None = None
    model: str = ""
    people: People = field(default_factory=People)
    settings: EditSettings = field(default_factory=EditSettings)


def read_recipe(path: Path) -> Recipe:
    """The recipe of a file.

    Raises:
        UsageError: no such file, no TOML, an unknown field or a wrong value; the sentence names the file.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(
                Sentence("{} is too large for a recipe.", path), "Name a TOML file that the window saved."
            )
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise UsageError(
            Sentence("The recipe {} cannot be read ({}).", path, reason),
            "Name a TOML file, for example recipe.toml.",
        ) from error
    try:
        return _checked(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            Sentence("The recipe {} is no valid TOML: {}.", path, str(error).rstrip(".")), _HINT
        ) from error
    except S2EditError as error:
        raise UsageError(
            Sentence("The recipe {} cannot be used: {}", path, error.sentence), error.hint or _HINT
        ) from error


_HINT = 'The least that a recipe needs is a line like: prompt = "a photo of a woman with blonde hair".'


def _checked(values: Mapping[str, Any]) -> Recipe:
    version = values.get("format", FORMAT_VERSION)
    if not isinstance(version, int) or version < 1:
        raise UsageError("'format' must be 1.")
    if version > FORMAT_VERSION:
        raise UsageError("It was written by a newer version of this program.", "Update to use it.")
    recipe = decode(Recipe, {name: value for name, value in values.items() if name != "format"})
    if not recipe.prompt.strip():
        raise PromptError("The prompt is empty.", "Say what the photos should show.")
    for name in (*recipe.tokens, *recipe.people.tokens):
        parse_ref(name)
    check_texts(recipe)
    check_edit_settings(recipe.settings)
    return recipe


def recipe_of(request: ApplyEdit, model: str = "") -> tuple[Recipe, tuple[str, ...]]:
    """The recipe that applies an edit to other photos, and notes on what cannot be applied to them.

    Args:
        model: the base model that made it.
    """
    notes = []
    mask, subject = request.region, request.subject
    if request.region_mask is not None:
        mask = "auto"
        notes.append("The painted mask fits its own photo alone: the recipe finds the region on each photo.")
    if request.subject_mask is not None:
        subject = "auto"
        notes.append("The painted subject fits its own photo alone: the recipe finds it on each photo.")
    recipe = Recipe(
        prompt=request.prompt,
        # A caption of one photo does not apply to others.
        source_prompt=None if request.source_suggested else request.source_prompt,
        tokens=request.tokens,
        subject=subject,
        mask=mask,
        embed_settings=request.embed_settings,
        model=model,
        settings=request.settings,
    )
    return recipe, tuple(notes)


def recipe_text(recipe: Recipe) -> str:
    """The TOML of a recipe. Default values are omitted, except steps and seed."""
    lines = [_HEAD, f"format = {FORMAT_VERSION}"]
    lines += _table(recipe, Recipe(""), always=("prompt",), without=("people", "settings"))
    if recipe.people != People():
        lines += ["", "[people]", *_table(recipe.people, People())]
    settings = recipe.settings
    lines += ["", "[settings]"]
    lines += _table(settings, EditSettings(), always=("steps", "seed"), without=("weights",))
    if settings.weights:
        lines += ["", "[settings.weights]"]
        lines += [f"{_toml(word)} = {_toml(factor)}" for word, factor in settings.weights.items()]
    return "\n".join(lines) + "\n"


def write_recipe(path: Path, recipe: Recipe) -> None:
    """Write a recipe, atomically. Raises ResourceError."""
    write_atomic(path, recipe_text(recipe).encode())


def _table(
    values: Any, defaults: Any, always: tuple[str, ...] = (), without: tuple[str, ...] = ()
) -> list[str]:
    rows = []
    for one in dataclasses.fields(values):
        value = getattr(values, one.name)
        if one.name not in without and (one.name in always or value != getattr(defaults, one.name)):
            rows.append(f"{one.name} = {_toml(value)}")
    return rows


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # TOML's basic strings are JSON's, but for DEL.
        return json.dumps(_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value), ensure_ascii=False).replace(
            "\x7f", "\\u007f"
        )
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return repr(value)


_SURROGATE = re.compile("[\ud800-\udfff]")
