"""Recipes: what is written is read again, and what is wrong in one is said with its file's name."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from s2edit_plugin import api
from s2edit_plugin.batch.keys import with_row
from s2edit_plugin.batch.photos import Row
from s2edit_plugin.batch.recipe import People, Recipe, read_recipe, recipe_of, recipe_text, write_recipe
from s2edit_plugin.errors import UsageError

FULL = Recipe(
    prompt='a "photo" of a \\ {class}\nwith blönde\x7f hair',
    source_prompt="auto",
    tokens=("anna/me", "mia/lips"),
    subject="face",
    mask="word:hair",
    embed_settings=True,
    model="sd15",
    people=People(True, ("ben/me",), "edit"),
    settings=api.EditSettings(steps=7, strength=0.5, guidance=2, weights={"red hair": 1.5, "größe": 0.1}),
)


@pytest.mark.parametrize("recipe", [FULL, Recipe("a photo")])
def test_what_is_written_is_read_again(tmp_path: Path, recipe: Recipe) -> None:
    write_recipe(tmp_path / "r.toml", recipe)
    assert read_recipe(tmp_path / "r.toml") == recipe


def test_defaults_are_left_out_so_that_people_can_read_it() -> None:
    text = recipe_text(Recipe("a photo", mask="hair"))
    assert tomllib.loads(text) == {
        "format": 1, "prompt": "a photo", "mask": "hair", "settings": {"steps": 30, "seed": 0},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "lacks the field 'prompt'"),
        ("prompt = ''", "The prompt is empty"),
        ("prompt = 3", "must be text"),
        ("prompt = 'x'\nmsak = 'hair'", "has no field 'msak'"),
        ("prompt = 'x'\n[settings]\nsteps = 0", "An edit takes 1 to"),
        ("prompt = 'x'\n[settings]\nsteps = 'ten'", "must be a whole number"),
        ("prompt = 'x'\n[people]\nunknown = 'guess'", "must be one of skip, edit"),
        ("prompt = 'x'\ntokens = ['anna']", "'anna' is no token name"),
        ("prompt = 'x", "is no valid TOML"),
        ("format = 2\nprompt = 'x'", "newer version"),
        (b"\xff\xfe\x00", "it is no text"),
    ],
)
def test_what_is_wrong_is_said_with_the_files_name(tmp_path: Path, text: str | bytes, said: str) -> None:
    path = tmp_path / "my recipe.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UsageError, match=said) as error:
        read_recipe(path)
    assert "my recipe.toml" in error.value.sentence


def test_a_recipe_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_recipe(tmp_path / "none.toml")


def test_a_results_recipe_says_what_does_not_carry_over() -> None:
    request = api.ApplyEdit(
        b"photo", ("anna/me",), "smiling", region="file", region_mask=b"m", settings=api.EditSettings(seed=3)
    )
    recipe, notes = recipe_of(request, "sd15")
    assert recipe == Recipe("smiling", tokens=("anna/me",), model="sd15", settings=api.EditSettings(seed=3))
    assert len(notes) == 1
    assert "painted mask" in notes[0]
    assert recipe_of(api.ApplyEdit(b"", (), "smiling", region="hair"))[1] == ()
    seen = api.ApplyEdit(b"", (), "smiling", source_prompt="a man", source_suggested=True)
    assert recipe_of(seen)[0].source_prompt is None


def test_a_line_of_a_table_goes_before_the_recipe() -> None:
    row = Row(prompt="red", tokens=(), strength=0.25, seed=4, mask="lips")
    changed = with_row(FULL, row)
    assert (changed.prompt, changed.tokens, changed.mask) == ("red", (), "lips")
    assert (changed.settings.strength, changed.settings.seed, changed.settings.steps) == (0.25, 4, 7)
    assert not changed.people.match  # the table says who it is
    assert Row.from_text(row.to_text()) == row
    assert with_row(FULL, Row()) == FULL
