"""Edits in a real GIMP with a real engine: what is made, what stays as it was, what is remembered, what is refused."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from s2edit_plugin.api import queries
from tests.e2e.gimp.workplace import BLONDE, CAPTION, Workplace

SIDE = 512
NAME = "hair: brown → blonde"

SCRIPT = f"""
image = load(FOLDER + "/anna.png")
layer = image.get_layers()[0]
common = dict(token="anna/me", source_prompt={CAPTION!r}, steps=2)
image.select_ellipse(Gimp.ChannelOps.REPLACE, 120, 40, 250, 220)
Gimp.Selection.feather(image, 30)
keep("layer.before", native(layer))
keep("shown.before", shown(image))
keep("selection", read(image.get_selection(), "Y u8", (0, 0, {SIDE}, {SIDE})))
FACTS["edit"] = said(call("edit", image, [layer], prompt={BLONDE!r}, **common))
top = image.get_layers()[0]
FACTS["layers"] = [describe(one) for one in image.get_layers()]
keep("layer.after", native(layer))
keep("shown.after", shown(image))
keep("mask", read(top.get_mask(), "Y u8"))
keep("result", read(top, "R'G'B'A u8"))
keep("selection.after", read(image.get_selection(), "Y u8", (0, 0, {SIDE}, {SIDE})))

save(image, FOLDER + "/saved.xcf")
again = load(FOLDER + "/saved.xcf")
FACTS["reloaded"] = [describe(one) for one in again.get_layers()]
FACTS["again"] = said(call("edit-again", again, again.get_layers()[:1], seed=5, variants=2))
FACTS["variants"] = [describe(one) for one in again.get_layers()]
FACTS["in group"] = [describe(one) for one in again.get_layers()[0].get_children()]

Gimp.Selection.none(image)
smiling = "a photo of a <anna/me> woman smiling in a forest"
FACTS["without selection"] = said(call("edit", image, [layer], prompt=smiling, **common))
FACTS["found"] = describe(image.get_layers()[0])
keep("found.mask", read(image.get_layers()[0].get_mask(), "Y u8"))

lips = call("select", image, [layer], method="lips")
FACTS["transfer"] = said(call("transfer", image, [layer], attribute="mia/lips", **common))
FACTS["transferred"] = describe(image.get_layers()[0])

FACTS["count"] = len(image.get_layers())
FACTS["unknown token"] = said(call("edit", image, [layer], prompt="x", token="anna/nobody"))
FACTS["no prompt"] = said(call("edit", image, [layer], token="anna/me"))
FACTS["no noun"] = said(call("edit", image, [layer], token="anna/me", prompt="a dog", source_prompt="a dog", steps=1))
FACTS["no attribute"] = said(call("transfer", image, [layer], token="anna/me"))
FACTS["two layers"] = said(call("edit", image, image.get_layers()[:2], prompt="x", token="anna/me"))
FACTS["no layer"] = said(call("edit", image, [], prompt="x", token="anna/me"))
channel = Gimp.Channel.new(image, "channel", 512, 512, 50, Gegl.Color.new("red"))
image.insert_channel(channel, None, 0)
FACTS["channel chosen"] = said(call("edit", image, [channel], prompt="x", token="anna/me"))
answer = call("edit", image, [top.get_mask()], strength=0.0, prompt="a photo of a woman", **common)
FACTS["by mask"] = said(answer)
FACTS["below"] = image.get_layers()[image.get_item_position(answer["results"][0]) + 1].get_name()
FACTS["count"] += 1
FACTS["no channel"] = said(call("edit", image, [layer], prompt="x", token="anna/me", subject="channel:none"))
FACTS["no word"] = said(call("select", image, [layer], method="word"))
beside = Gimp.Layer.new(image, "beside", 64, 64, Gimp.ImageType.RGBA_IMAGE, 100, Gimp.LayerMode.NORMAL)
image.insert_layer(beside, None, 0)
beside.set_offsets(0, 0)
select(image, (300, 300, 50, 50))
FACTS["beside"] = said(call("edit", image, [beside], prompt="x", token="anna/me"))
fresh = load(FOLDER + "/anna.png")
FACTS["nothing kept"] = said(call("edit-again", fresh, fresh.get_layers()))
fresh.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 16, False, False, "")
FACTS["indexed"] = said(call("edit", fresh, fresh.get_layers(), prompt="x", token="anna/me"))
FACTS["untouched"] = [len(fresh.get_layers()), len(image.get_layers())]
"""


@pytest.fixture(scope="session")
def edited(workplace: Workplace, learned: dict[str, Any]) -> dict[str, Any]:
    return workplace.run(SCRIPT)


def plane(workplace: Workplace, name: str, channels: int = 1) -> np.ndarray:
    data = np.frombuffer(workplace.kept(name), np.uint8)
    return data.reshape(SIDE, SIDE, channels) if channels > 1 else data.reshape(SIDE, SIDE)


def test_the_result_is_a_layer_above_with_the_selection_as_its_mask(
    workplace: Workplace, edited: dict[str, Any]
) -> None:
    assert edited["edit"]["status"] == "success", edited["edit"]
    top, below = edited["layers"]
    assert (top["name"], top["size"], top["offsets"], top["mask"]) == (NAME, [SIDE, SIDE], [0, 0], True)
    assert below["name"] == "Background"
    selection, mask = plane(workplace, "selection"), plane(workplace, "mask")
    assert np.array_equal(mask, selection)
    assert ((selection > 0) & (selection < 255)).sum() > 1000  # its edge is soft
    assert np.array_equal(plane(workplace, "selection.after"), selection)


def test_pixels_outside_the_selection_are_unchanged_to_the_bit(
    workplace: Workplace, edited: dict[str, Any]
) -> None:
    before, after = plane(workplace, "shown.before", 4), plane(workplace, "shown.after", 4)
    selection = plane(workplace, "selection")
    assert np.array_equal(before[selection == 0], after[selection == 0])
    assert (before[selection == 255] != after[selection == 255]).any()
    assert workplace.kept("layer.before") == workplace.kept("layer.after")


def test_soft_edges_are_mixed_as_the_engine_mixes_them(workplace: Workplace, edited: dict[str, Any]) -> None:
    before, after = (plane(workplace, name, 4)[..., :3] for name in ("shown.before", "shown.after"))
    share = plane(workplace, "mask")[..., None] / 255
    mixed = before * (1 - share) + plane(workplace, "result", 4)[..., :3] * share
    assert np.abs(mixed - after).max() <= 2


def test_settings_are_kept_by_token_ids_without_names(workplace: Workplace, edited: dict[str, Any]) -> None:
    with workplace.client() as client:
        token = client.call(queries.ShowToken("anna/me")).info.id
    values = json.loads(edited["layers"][0]["settings"])
    assert (values["token"], values["prompt"], values["seed"]) == (token, BLONDE, 0)
    assert f"<{token}>" in values["source_prompt"]
    assert "anna" not in json.dumps(edited["layers"])
    found = edited["found"]
    assert token[:8] not in found["name"]
    assert "anna" not in json.dumps(found)


def test_editing_again_starts_from_what_an_xcf_file_kept(edited: dict[str, Any]) -> None:
    assert edited["reloaded"][0]["settings"] == edited["layers"][0]["settings"]
    assert edited["again"]["status"] == "success", edited["again"]
    group, result, source = edited["variants"]
    assert (group["name"], group["group"]) == (f"{NAME} #1", True)
    assert (result["name"], source["name"]) == (NAME, "Background")
    assert [child["name"] for child in edited["in group"]] == [f"{NAME} (1)", f"{NAME} (2)"]
    assert [json.loads(child["settings"])["seed"] for child in edited["in group"]] == [5, 6]
    assert all(child["mask"] for child in edited["in group"])


def test_without_a_selection_the_region_is_found(workplace: Workplace, edited: dict[str, Any]) -> None:
    assert edited["without selection"]["status"] == "success", edited["without selection"]
    mask = plane(workplace, "found.mask")
    assert 0 < (mask > 0).mean() < 1


def test_an_attribute_is_transferred(edited: dict[str, Any]) -> None:
    assert edited["transfer"]["status"] == "success", edited["transfer"]
    values = json.loads(edited["transferred"]["settings"])
    assert values["attribute"] != values["token"] != ""
    assert "mia" not in edited["transferred"]["settings"]


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("unknown token", "The token anna/nobody is not in your library."),
        ("no prompt", "The prompt is empty."),
        ("no noun", "class noun 'woman'"),
        ("no attribute", "No attribute's token was chosen."),
        ("two layers", "S2Edit works on one layer."),
        ("no layer", "S2Edit works on one layer."),
        ("channel chosen", "S2Edit works on layers."),
        ("no channel", "no channel named 'none'"),
        ("no word", "The word to look for is missing."),
        ("beside", "The selection does not touch the layer."),
        ("nothing kept", "This image holds no edit that could be repeated."),
        ("indexed", "This image has indexed colours."),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(
    edited: dict[str, Any], case: str, sentence: str
) -> None:
    assert edited[case]["status"] == "execution-error"
    assert sentence in edited[case]["message"]
    assert "Traceback" not in edited[case]["message"]


def test_a_mask_stands_for_its_layer(edited: dict[str, Any]) -> None:
    assert edited["by mask"]["status"] == "success", edited["by mask"]
    assert edited["below"] == NAME


def test_what_was_refused_has_changed_nothing(edited: dict[str, Any]) -> None:
    assert edited["untouched"] == [1, edited["count"] + 1]
