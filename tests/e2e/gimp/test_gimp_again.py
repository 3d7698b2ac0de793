"""Edits upon edits in a real GIMP: of a result, of what results hide, of layers that shine through; none that nobody sees."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from tests.e2e.gimp.conftest import Quick
from tests.e2e.gimp.workplace import BLONDE, CAPTION

SIDE = 192
UMLAUT = "a photo of a young woman with grüne Haare – 緑の髪"

NAME = "hair: brown → blonde"
SCRIPT = f"""
NAME = {NAME!r}
image = load(FOLDER + "/anna.png")
image.scale({SIDE}, {SIDE})
save(image, FOLDER + "/smaller.png")
common = dict(token="anna/me", source_prompt={CAPTION!r}, steps=2)
SMILE = {CAPTION!r}.replace("in a forest", "smiling in a forest")

def fresh():
    image = load(FOLDER + "/smaller.png")
    return image, image.get_layers()[0]

def background(image):
    below = Gimp.Layer.new(image, "below", {SIDE}, {SIDE}, Gimp.ImageType.RGB_IMAGE, 100, Gimp.LayerMode.NORMAL)
    image.insert_layer(below, None, len(image.get_layers()))
    write(below, "R'G'B' u8", bytes(value % 256 for value in range(0, {SIDE * SIDE * 3} * 7, 7)))

def keep_shown(name, image):
    keep(name, read(Gimp.Layer.new_from_visible(image, image, "shown"), "R'G'B'A u8"))

# A second edit of what GIMP chose: the result of the first one.
image, layer = fresh()
image.select_rectangle(Gimp.ChannelOps.REPLACE, 20, 10, 100, 90)
FACTS["first"] = said(call("edit", image, [layer], prompt={BLONDE!r}, **common))
keep_shown("twice.first", image)
chosen = image.get_selected_layers()
FACTS["chosen"] = [one.get_name() for one in chosen]
image.select_rectangle(Gimp.ChannelOps.REPLACE, 70, 60, 100, 110)
keep("twice.selection", read(image.get_selection(), "Y u8", (0, 0, {SIDE}, {SIDE})))
FACTS["second"] = said(call("edit", image, chosen, prompt=SMILE, **common))
keep_shown("twice.second", image)
FACTS["second layers"] = [describe(one) for one in image.get_layers()]
image.remove_layer(image.get_layers()[0])
FACTS["unchanged"] = said(call("edit", image, chosen, strength=0.0, prompt=SMILE, **common))
keep_shown("twice.unchanged", image)
image.remove_layer(image.get_layers()[0])
# Of the layer itself, which the first result hides.
FACTS["of the hidden"] = said(call("edit", image, [layer], prompt=SMILE, **common))
FACTS["of the hidden layers"] = [one.get_name() for one in image.get_layers()]
image.remove_layer(image.get_layers()[0])
again = call("edit-again", image, chosen, seed=3)
FACTS["again"] = said(again)
FACTS["again layers"] = [[one.get_name(), one.get_visible()] for one in image.get_layers()]
for one in image.get_layers()[:2]:
    one.set_visible(one.get_name() != NAME)
Gimp.Selection.none(image)
variants = call("edit", image, [layer], prompt=SMILE, variants=2, **common)
FACTS["variants"] = said(variants)
FACTS["variants seen"] = [one.get_visible() for one in variants["results"][0].get_children()]
chosen = [variants["results"][0].get_children()[0]]
FACTS["of a variant"] = said(call("edit", image, chosen, prompt={BLONDE!r}, **common))
FACTS["of a variant layers"] = [one.get_name() for one in image.get_layers()]

# What lies above hides everything.
image, layer = fresh()
cover = Gimp.Layer.new(image, "cover", {SIDE}, {SIDE}, Gimp.ImageType.RGB_IMAGE, 100, Gimp.LayerMode.NORMAL)
image.insert_layer(cover, None, 0)
FACTS["covered"] = said(call("edit", image, [layer], prompt={BLONDE!r}, **common))
cover.set_visible(False)
layer.set_visible(False)
FACTS["hidden"] = said(call("edit", image, [layer], prompt={BLONDE!r}, **common))

# Any prompt is kept; whatever others keep in an image stops nothing.
image, layer = fresh()
for junk in (b'{{"format": 1, "variants": 0}}', b"\\xff\\xfe" * 40):
    image.attach_parasite(Gimp.Parasite.new("s2edit-settings", 1, [value - 256 * (value > 127) for value in junk]))
    FACTS["junk again"] = said(call("edit-again", image, [layer]))
FACTS["umlaut"] = said(call("edit", image, [layer], prompt={UMLAUT!r}, **common))
FACTS["umlaut kept"] = describe(image.get_layers()[0])["settings"]

# By words alone; without a selection that is asked for; with a token that was deleted.
Gimp.Selection.none(image)
FACTS["words"] = said(call("edit", image, [layer], prompt={BLONDE!r}, source_prompt={CAPTION!r}, steps=2))
FACTS["words kept"] = describe(image.get_layers()[0])["settings"]
FACTS["no selection"] = [said(call("edit", image, [layer], prompt={BLONDE!r}, **common, **{{where: "selection"}}))
    for where in ("region", "subject")]
FACTS["deleted"] = said(call("edit", image, [layer], prompt="a <99999999-2222-3333-4444-555555555555> woman", **common))
image.select_rectangle(Gimp.ChannelOps.REPLACE, 20, 20, 90, 90)
asked = dict(common, subject="selection", region="none")
FACTS["selection as subject"] = said(call("edit", image, [layer], prompt=SMILE, **asked))
FACTS["nothing said"] = said(call("edit", image, [layer], prompt={CAPTION!r}, **common, strength=0.001))

# A token of the same name.
person = dict(person="anna", name="me", class_noun="woman", consent=True, steps=2)
FACTS["learn"] = said(call("learn", image, [layer], **person))
FACTS["learn replacing"] = said(call("learn", image, [layer], replace=True, **person))

# Selecting leaves the layer that was chosen.
image.set_selected_layers([layer])
call("select", image, [layer], method="face")
FACTS["still chosen"] = [one.get_name() for one in image.get_selected_layers()]

def half_transparent(image, layer):
    layer.add_alpha()
    rows = read(layer, "R'G'B' u8")
    both = bytearray(4 * {SIDE * SIDE})
    for channel in range(3):
        both[channel::4] = rows[channel::3]
    both[3::4] = bytes(x * 255 // {SIDE - 1} for x in range({SIDE})) * {SIDE}
    write(layer, "R'G'B'A u8", bytes(both))

def grey_mask(image, layer):
    layer.add_alpha()
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(mask)
    write(mask, "Y' u8", bytes(y * 255 // {SIDE - 1} for y in range({SIDE}) for _ in range({SIDE})))

def effects(image, layer):
    blur = Gimp.DrawableFilter.new(layer, "gegl:gaussian-blur", "blur")
    layer.append_filter(blur)
    invert = Gimp.DrawableFilter.new(layer, "gegl:invert-gamma", "invert")
    layer.append_filter(invert)

def all_of_it(image, layer):
    half_transparent(image, layer)
    grey_mask(image, layer)
    layer.set_opacity(60)
    layer.set_mode(Gimp.LayerMode.SCREEN)
    effects(image, layer)

for kind, change in dict(alpha=half_transparent, mask=grey_mask, all=all_of_it).items():
    image, layer = fresh()
    background(image)
    change(image, layer)
    Gimp.Selection.none(image)
    image.select_ellipse(Gimp.ChannelOps.REPLACE, 30, 20, 120, 140)
    Gimp.Selection.feather(image, 12)
    keep(kind + ".selection", read(image.get_selection(), "Y u8", (0, 0, {SIDE}, {SIDE})))
    keep_shown(kind + ".before", image)
    FACTS[kind + " same"] = said(call("edit", image, [layer], strength=0.0, prompt={BLONDE!r}, **common))
    keep_shown(kind + ".same", image)
    made = call("edit", image, image.get_selected_layers(), prompt={BLONDE!r}, **common)
    FACTS[kind] = said(made)
    FACTS[kind + " layers"] = [describe(one) for one in image.get_layers()]
    keep_shown(kind + ".after", image)
    FACTS[kind + " second"] = said(call("edit", image, image.get_selected_layers(), strength=0.0, prompt=SMILE, **common))
    keep_shown(kind + ".second", image)
"""


@pytest.fixture(scope="session")
def again(quick: Quick) -> dict[str, Any]:
    return quick.run(SCRIPT)


def shown(quick: Quick, name: str) -> np.ndarray:
    return np.frombuffer(quick.place.kept(name), np.uint8).reshape(SIDE, SIDE, 4).astype(int)


def selected(quick: Quick, name: str) -> np.ndarray:
    return np.frombuffer(quick.place.kept(name), np.uint8).reshape(SIDE, SIDE)


def good(facts: dict[str, Any], name: str) -> None:
    assert facts[name]["status"] == "success", facts[name]


def test_a_second_edit_of_the_result_is_seen(quick: Quick, again: dict[str, Any]) -> None:
    good(again, "first")
    assert again["chosen"] == [NAME]
    good(again, "second")
    before, after = shown(quick, "twice.first"), shown(quick, "twice.second")
    inside = selected(quick, "twice.selection") == 255
    changed = (before != after).any(axis=2)
    assert not changed[~inside].any()
    assert changed[inside].mean() > 0.3
    # Also where the first edit had changed nothing.
    assert changed[110:165, 125:165].mean() > 0.3
    assert [one["name"] for one in again["second layers"]][1:] == [NAME, "Background"]


def test_the_second_edit_begins_from_what_is_seen(quick: Quick, again: dict[str, Any]) -> None:
    good(again, "unchanged")
    before, same = shown(quick, "twice.first"), shown(quick, "twice.unchanged")
    assert np.abs(before - same).max() <= 1


def test_an_edit_of_the_layer_below_lies_above_its_earlier_result(again: dict[str, Any]) -> None:
    good(again, "of the hidden")
    assert again["of the hidden layers"][1:] == [NAME, "Background"]


def test_an_edit_done_again_takes_the_place_of_the_one_before(again: dict[str, Any]) -> None:
    good(again, "again")
    assert [visible for _, visible in again["again layers"]] == [True, False, True]


def test_of_several_variants_one_is_seen_and_can_be_edited(again: dict[str, Any]) -> None:
    good(again, "variants")
    assert again["variants seen"] == [True, False]
    good(again, "of a variant")


def test_a_change_that_nobody_sees_is_no_success(again: dict[str, Any]) -> None:
    assert again["covered"]["status"] == again["hidden"]["status"] == "execution-error"
    assert "layers above hide it" in again["covered"]["message"]
    assert "The layer is hidden." in again["hidden"]["message"]


def test_any_prompt_is_kept_and_whatever_an_image_keeps_stops_no_edit(again: dict[str, Any]) -> None:
    assert "no edit that could be repeated" in again["junk again"]["message"]
    good(again, "umlaut")
    assert json.loads(again["umlaut kept"])["prompt"] == UMLAUT


def test_words_alone_change_a_picture(again: dict[str, Any]) -> None:
    good(again, "words")
    assert json.loads(again["words kept"])["token"] == ""


def test_what_is_asked_for_must_be_there(again: dict[str, Any]) -> None:
    for facts in again["no selection"]:
        assert facts["status"] == "execution-error"
        assert "Nothing is selected." in facts["message"]
    good(again, "selection as subject")
    assert "A token of this edit is no longer in your library." in again["deleted"]["message"]
    assert "99999999" not in again["deleted"]["message"]


def test_an_edit_that_changes_nothing_visible_is_no_success(again: dict[str, Any]) -> None:
    assert again["nothing said"]["status"] == "execution-error"
    assert "changed nothing that can be seen" in again["nothing said"]["message"]


def test_a_token_is_replaced_by_who_says_so_alone(again: dict[str, Any]) -> None:
    assert "has a token anna/me already" in again["learn"]["message"]
    good(again, "learn replacing")


def test_selecting_leaves_the_active_layer(again: dict[str, Any]) -> None:
    assert again["still chosen"] == ["Background"]


@pytest.mark.parametrize("kind", ["alpha", "mask", "all"])
def test_what_shines_through_or_mixes_looks_as_it_did(quick: Quick, again: dict[str, Any], kind: str) -> None:
    good(again, f"{kind} same")
    good(again, kind)
    good(again, f"{kind} second")
    before, same, after, second = (
        shown(quick, f"{kind}.{when}") for when in ("before", "same", "after", "second")
    )
    outside = selected(quick, f"{kind}.selection") == 0
    assert np.abs(before - same).max() <= 3
    assert np.abs(before - after)[outside].max() <= 3
    assert np.abs(after - second).max() <= 3
    assert (np.abs(before - after)[~outside] > 3).any()
