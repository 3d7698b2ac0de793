"""Every dialog in the real GIMP's window, by keys: Select, Learn, Transfer, Edit again, Suggest, the token library."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from PIL import Image

from s2edit_plugin.api import queries
from tests.e2e.gimp.conftest import Quick
from tests.e2e.gimp.test_gimp_engine import watched
from tests.e2e.gimp.workplace import BLONDE, CAPTION

SCRIPT = f"""
CAPTION, BLONDE = {CAPTION!r}, {BLONDE!r}
image = load(FOLDER + "/anna.png")
kept = list(json.dumps(dict(steps=2, format=1)).encode())
image.attach_parasite(Gimp.Parasite.new("s2edit-settings", Gimp.PARASITE_PERSISTENT, kept))
Gimp.Display.new(image)
main = prepared_window("512x512")


def opened(letter, title):
    from_menu(main, letter)
    dialog = window_named(title)
    time.sleep(0.5)
    return dialog


def gone(title):
    until(lambda: not visible(title))


def selected():
    mask = read(image.get_selection(), "Y u8")
    return sum(value > 127 for value in mask) / len(mask)


def tokens(**values):
    return list(call("tokens", image, image.get_layers()[:1], **values)["results"][0])


# Select subject, with what the dialog says at first, then with a choice.
dialog = opened("s", "Select subject")
screenshot("select.png")
press(dialog, "alt+t")
until(lambda: not Gimp.Selection.is_empty(image))
FACTS["person"] = selected()
press(main, "ctrl+z")
until(lambda: Gimp.Selection.is_empty(image))
dialog = opened("s", "Select subject")
press(dialog, "alt+w", "Down", "alt+t")
until(lambda: not Gimp.Selection.is_empty(image))
FACTS["face"] = selected()
Gimp.Selection.none(image)

def answered(name, *keys):
    box = window_named("^S²Edit$")
    time.sleep(0.5)
    screenshot(name)
    press(box, *keys)


# Learn: first without the consent, by Enter in a field; then stopped, gone on with, and learned anew under the same name.
dialog = opened("l", "Learn token")
type_into(dialog, "alt+p", "nora")
type_into(dialog, "alt+n", "me")
type_into(dialog, "alt+o", "woman")
press(dialog, "Return")
answered("refused.png", "Return")
gone("^S²Edit$")
FACTS["without consent"] = tokens()
type_into(dialog, "alt+i", CAPTION)
press(dialog, "alt+v", "alt+a")
type_into(dialog, "alt+t", "2")
screenshot("learn.png")
press(dialog, "alt+e")
answered("learned.png", "Return")
gone("Learn token")
FACTS["learned"] = tokens()
dialog = opened("l", "Learn token")
type_into(dialog, "alt+p", "nora")
type_into(dialog, "alt+n", "me")
type_into(dialog, "alt+o", "woman")
press(dialog, "alt+a", "alt+e")
answered("replace.png", "Escape")
gone("^S²Edit$")
press(dialog, "Escape")
gone("Learn token")

# A makeup onto a person; what the picture shows now stays.
dialog = opened("f", "Transfer attribute")
type_into(dialog, "alt+n", CAPTION)
screenshot("transfer.png")
press(dialog, "alt+i")
until(lambda: len(image.get_layers()) == 2)
gone("Transfer attribute")
FACTS["transfer"] = describe(image.get_layers()[0])

# Again, from what is kept in the result, with another prompt.
image.set_selected_layers([image.get_layers()[0]])
dialog = opened("a", "Edit with tokens|Transfer attribute")
screenshot("again.png")
type_into(dialog, "alt+p", BLONDE)
press(dialog, "alt+i")
until(lambda: len(image.get_layers()) == 3)
gone("Edit with tokens|Transfer attribute")
FACTS["again"] = describe(image.get_layers()[0])

# What the engine sees, and a ready-made edit; Enter begins it.
for layer in image.get_layers()[:2]:
    image.remove_layer(layer)
image.attach_parasite(Gimp.Parasite.new("s2edit-settings", Gimp.PARASITE_PERSISTENT, kept))
dialog = opened("e", "Edit with tokens")
press(dialog, "alt+w")
wait_for(FOLDER + "/suggested")
time.sleep(1)
press(dialog, "alt+y", "Down")
screenshot("suggested.png")
press(dialog, "alt+p", "Return")
until(lambda: len(image.get_layers()) == 2)
gone("Edit with tokens")
FACTS["suggested"] = describe(image.get_layers()[0])

# Another image begins with the last values of all.
other = load(FOLDER + "/mia_makeup.png")
Gimp.Display.new(other)
Gimp.displays_flush()
time.sleep(2)
dialog = opened("e", "Edit with tokens")
press(dialog, "alt+p", "ctrl+a")
xdo("type", "--delay", "20", "a photo of a <nn")
press(dialog, "BackSpace")
screenshot("last.png")
press(dialog, "Tab")
xdo("type", "--delay", "5", "woman")
press(dialog, "alt+i")
until(lambda: len(other.get_layers()) == 2)
gone("Edit with tokens")
FACTS["last"] = describe(other.get_layers()[0])

# The library.
library = opened("k", "Token library")
press(library, "alt+k", "Right", "Right")
press(library, "alt+t")
type_into(window_named("A tag for the token"), "alt+x", "holiday")
xdo("key", "Return")
gone("A tag for the token")
FACTS["tagged"] = tokens(search="holiday")
press(library, "alt+r")
type_into(window_named("The token's new name"), "alt+x", "nora/portrait")
xdo("key", "Return")
gone("The token's new name")
FACTS["renamed"] = tokens()
screenshot("tokens.png")
press(library, "alt+d")
until(lambda: len(tokens()) == 2)
press(library, "alt+u")
until(lambda: len(tokens()) == 3)
FACTS["restored"] = tokens()
press(library, "alt+d")
until(lambda: len(tokens()) == 2)
FACTS["deleted"] = tokens()
press(library, "alt+c")
gone("Token library")

# The layer is deleted while it is edited.
kept = list(json.dumps(dict(steps=150, format=1, prompt=BLONDE, source_prompt=CAPTION)).encode())
other.attach_parasite(Gimp.Parasite.new("s2edit-settings", Gimp.PARASITE_PERSISTENT, kept))
dialog = opened("e", "Edit with tokens")
press(dialog, "alt+i")
time.sleep(1)
for layer in other.get_layers():
    other.remove_layer(layer)
answered("deleted.png", "Return")
gone("^S²Edit$")
press(dialog, "Escape")
gone("Edit with tokens")
FACTS["after deleting"] = len(other.get_layers())
"""


@pytest.fixture(scope="session")
def typed(quick: Quick) -> dict[str, Any]:
    """What all the dialogs did."""
    gimp = quick.begin(SCRIPT, screen=True)
    with quick.client() as client:
        watched(client, lambda job: job.kind == "SuggestPrompt" and job.is_over)
        (quick.place.folder / "suggested").touch()
        return quick.place.end(gimp)


def test_a_subject_is_selected(typed: dict[str, Any]) -> None:
    assert 0.2 < typed["person"] < 0.9
    assert 0.02 < typed["face"] < typed["person"] / 2


def test_learning_asks_for_consent_and_keeps_what_was_typed(typed: dict[str, Any]) -> None:
    assert typed["without consent"] == ["anna/me", "mia/lips"]
    assert typed["learned"] == ["anna/me", "mia/lips", "nora/me"]


def test_an_attribute_is_transferred(quick: Quick, typed: dict[str, Any]) -> None:
    values = json.loads(typed["transfer"]["settings"])
    with quick.client() as client:
        ids = {info.name: info.id for info in client.call(queries.ListTokens()).tokens}
    assert (values["token"], values["attribute"]) == (ids["anna/me"], ids["mia/lips"])
    assert (values["prompt"], values["steps"]) == (CAPTION, 2)
    assert (values["source_prompt"], typed["transfer"]["name"]) == (CAPTION, "+ lipstick")


def test_an_edit_begins_again_with_its_values(typed: dict[str, Any]) -> None:
    before, values = (json.loads(typed[name]["settings"]) for name in ("transfer", "again"))
    assert typed["again"]["name"] == "hair: brown → blonde, + lipstick"
    assert values == before | {"prompt": BLONDE}


def test_the_engine_suggests_what_the_picture_shows_and_a_ready_made_edit_changes_it(
    typed: dict[str, Any],
) -> None:
    values = json.loads(typed["suggested"]["settings"])
    assert values["source_prompt"] == CAPTION
    assert values["prompt"] == CAPTION.replace(" in a forest", " smiling in a forest")
    assert typed["suggested"]["name"] == "+ smiling"


def test_a_new_image_begins_with_the_last_values_and_a_reference_is_completed(typed: dict[str, Any]) -> None:
    before, values = (json.loads(typed[name]["settings"]) for name in ("suggested", "last"))
    assert values | {"layer": 0, "prompt": ""} == before | {"layer": 0, "prompt": ""}
    assert re.fullmatch(r"a photo of a <[0-9a-f-]{36}> woman", values["prompt"])


def test_a_layer_that_was_deleted_meanwhile_gets_no_result(typed: dict[str, Any]) -> None:
    assert typed["after deleting"] == 0


def test_the_librarys_tokens_are_tagged_renamed_deleted_and_brought_back(typed: dict[str, Any]) -> None:
    assert typed["tagged"] == ["nora/me"]
    assert typed["renamed"] == typed["restored"] == ["anna/me", "mia/lips", "nora/portrait"]
    assert typed["deleted"] == ["anna/me", "mia/lips"]


def test_every_dialog_can_be_seen(quick: Quick, typed: dict[str, Any]) -> None:
    for name in (
        "select",
        "refused",
        "learn",
        "learned",
        "replace",
        "transfer",
        "again",
        "suggested",
        "last",
        "tokens",
    ):
        with Image.open(quick.place.folder / f"{name}.png") as image:
            colours = image.convert("RGB").resize((350, 225)).getcolors(100_000)
        assert len(colours or []) > 500, name
