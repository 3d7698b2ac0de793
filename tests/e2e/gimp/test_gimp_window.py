"""A layer of a real GIMP goes to the window and comes back; the token library is seen and changed from GIMP."""

from __future__ import annotations

import io
import json
import time
from typing import Any

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.engine.client.remote import RemoteClient
from tests.e2e.gimp.workplace import BLONDE, CAPTION, Workplace

PATIENCE = 120.0
SIDE = 512

SCRIPT = """
image = load(FOLDER + "/anna.png")
layer = image.get_layers()[0]
image.set_file(Gio.File.new_for_path(FOLDER + "/anna.xcf"))
image.resize(600, 560, 50, 30)
select(image, (170, 60, 200, 150), 20)
keep("open.before", shown(image))
FACTS["open"] = said(call("open", image, [layer], open_window=False))
FACTS["made"] = [describe(one) for one in image.get_layers()]
keep("open.mask", read(image.get_layers()[0].get_mask(), "Y u8"))
keep("open.result", read(image.get_layers()[0], "R'G'B' u8"))
keep("open.after", shown(image))
FACTS["closed"] = said(call("open", image, [layer], open_window=False))
FACTS["nobody"] = said(call("open", image, [layer], open_window=False, seconds=1.0))
FACTS["layers"] = len(image.get_layers())

def tokens(**values):
    answer = call("tokens", image, [layer], **values)
    return said(answer) | {"tokens": list(answer["results"][0]) if answer["results"] else []}

FACTS["list"] = tokens()
FACTS["search"] = tokens(search="lipstick")
FACTS["rename"] = tokens(action="rename", token="mia/lips", value="mouth")
FACTS["tag"] = tokens(action="tag", token="mia/mouth", value="holiday")
FACTS["delete"] = tokens(action="delete", token="mia/mouth")
FACTS["fewer"] = tokens()
FACTS["restore"] = tokens(action="restore", token="mia/mouth")
FACTS["back"] = tokens(action="rename", token="mia/mouth", value="lips")
FACTS["no name"] = tokens(action="rename", token="mia/lips")
FACTS["unknown"] = tokens(action="delete", token="mia/nothing")
"""


def taken(client: RemoteClient) -> queries.TakenPicture:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        picture = client.call(queries.TakeHandover())
        if picture.id:
            return picture
        time.sleep(0.05)
    raise AssertionError("GIMP handed nothing over")


@pytest.fixture(scope="session")
def handed(workplace: Workplace, learned: dict[str, Any]) -> dict[str, Any]:
    """What GIMP got while this machine was the window."""
    gimp = workplace.begin(SCRIPT)
    facts: dict[str, Any] = {}
    with workplace.client() as client:
        client.subscribe(lambda _: None)  # a window that hears nothing is taken for gone
        picture = taken(client)
        facts["picture"] = picture
        asked = api.ApplyEdit(
            picture.photo, ("anna/me",), BLONDE, CAPTION, region_mask=picture.selection,
            settings=api.EditSettings(steps=2, seed=3),
        )  # fmt: skip
        made = client.run(asked)
        facts["made here"] = made
        client.call(queries.GiveBack(picture.id, made.image, made.region, asked))
        client.call(queries.GiveBack(taken(client).id))
        return facts | workplace.end(gimp)


def test_the_window_gets_picture_selection_and_name(workplace: Workplace, handed: dict[str, Any]) -> None:
    picture = handed["picture"]
    with Image.open(io.BytesIO(picture.photo)) as photo, Image.open(workplace.folder / "anna.png") as anna:
        assert np.array_equal(np.asarray(photo), np.asarray(anna.convert("RGB")))
    with Image.open(io.BytesIO(picture.selection)) as selection:
        mask = np.asarray(selection)
    assert mask.shape == (SIDE, SIDE)
    assert (mask[100, 220], mask[400, 220]) == (255, 0)
    assert ((mask > 0) & (mask < 255)).any()
    assert picture.title == "anna.xcf"


def test_what_comes_back_is_a_layer_that_shows_the_windows_result(
    workplace: Workplace, handed: dict[str, Any]
) -> None:
    assert handed["open"]["status"] == "success", handed["open"]
    top, below = handed["made"]
    assert (top["name"], top["offsets"], top["size"], top["mask"]) == (
        "hair: brown → blonde",
        [50, 30],
        [SIDE, SIDE],
        True,
    )
    assert below["name"] == "anna.png" or below["offsets"] == [50, 30]
    before, after = (
        np.frombuffer(workplace.kept(f"open.{when}"), np.uint8).reshape(560, 600, 4)
        for when in ("before", "after")
    )
    with Image.open(io.BytesIO(handed["made here"].image)) as image:
        result = np.asarray(image.convert("RGB"))
    expected = before.copy()
    expected[30 : 30 + SIDE, 50 : 50 + SIDE, :3] = result
    assert np.array_equal(after, expected)
    assert not np.array_equal(after, before)


def test_what_came_back_can_be_edited_again(workplace: Workplace, handed: dict[str, Any]) -> None:
    values = json.loads(handed["made"][0]["settings"])
    with workplace.client() as client:
        token = client.call(queries.ShowToken("anna/me")).info.id
    assert (values["token"], values["prompt"], values["seed"], values["steps"]) == (token, BLONDE, 3, 2)
    assert "anna" not in json.dumps(values)


def test_a_picture_closed_in_the_window_is_given_up_and_one_taken_by_nobody_is_a_sentence(
    handed: dict[str, Any],
) -> None:
    assert handed["closed"]["status"] == "cancel"
    assert "No result came back" in handed["nobody"]["message"]
    assert handed["layers"] == 2


def test_the_library_is_seen_and_changed_from_gimp(handed: dict[str, Any]) -> None:
    found = {
        name: facts["tokens"]
        for name, facts in handed.items()
        if isinstance(facts, dict) and "tokens" in facts
    }
    assert found["list"] == ["anna/me", "mia/lips"]
    assert found["search"] == found["back"] == ["mia/lips"]
    assert found["rename"] == found["tag"] == found["delete"] == found["restore"] == ["mia/mouth"]
    assert found["fewer"] == ["anna/me"]
    assert "new name is missing" in handed["no name"]["message"]
    assert "mia/nothing is not in your library" in handed["unknown"]["message"]
