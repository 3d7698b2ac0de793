"""Pictures on their way from GIMP to the window and back."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gimp_bridge import png
from s2edit_plugin import api, calls
from s2edit_plugin.api import Event
from s2edit_plugin.calls import Handover, TakenPicture
from s2edit_plugin.engine.handovers import PATIENCE_SECONDS, Handovers
from s2edit_plugin.engine.local import LocalClient
from s2edit_plugin.errors import EngineError, ImageError
from tests.fakes.fake_studio import FakeStudio
from tests.fakes.pictures import mask_png, photo_png


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_picture_is_taken_by_one_window_and_comes_back_once() -> None:
    handovers = Handovers()
    first, second = (handovers.offer(TakenPicture("", photo, b"", "")) for photo in (b"1", b"2"))
    assert (first.state, first.id != second.id) == ("waiting", True)
    assert [handovers.take().photo for _ in range(3)] == [b"1", b"2", b""]
    assert handovers.ask(first.id).state == "taken"
    handovers.give_back(Handover(first.id, "returned", b"layer", b"mask"))
    assert handovers.ask(first.id).layer == b"layer"
    with pytest.raises(EngineError, match="Nobody waits"):
        handovers.ask(first.id)
    assert handovers.ask(second.id).state == "taken"


def test_a_picture_that_nobody_asks_about_is_forgotten() -> None:
    clock = Clock()
    handovers = Handovers(clock)
    left, asked = (handovers.offer(TakenPicture("", b"photo")).id for _ in range(2))
    clock.now += PATIENCE_SECONDS - 1
    handovers.ask(asked)
    clock.now += 2
    assert handovers.take().id == asked
    assert handovers.take().id == ""
    with pytest.raises(EngineError, match="Nobody waits"):
        handovers.give_back(Handover(left, "closed"))


@pytest.fixture
def client(data_home: Path) -> Iterator[LocalClient]:
    with LocalClient(make=FakeStudio().make, linger=0.0) as client:
        yield client


def edited(photo: bytes, mode: str = "RGB") -> bytes:
    with Image.open(io.BytesIO(photo)) as image:
        pixels = np.array(image.convert(mode))
    pixels[30:40, 50:60] = 255 - pixels[30:40, 50:60]
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def test_a_result_comes_back_as_a_layer_over_what_differs_and_its_region(client: LocalClient) -> None:
    heard: list[Event] = []
    client.subscribe(heard.append)
    photo = photo_png()
    offered = client.call(calls.HandOver(photo, mask_png(), "a picture"))
    taken = client.call(calls.TakeHandover())
    assert (taken.id, taken.photo, taken.selection, taken.title) == (
        offered.id,
        photo,
        mask_png(),
        "a picture",
    )
    asked = api.ApplyEdit(photo, ("anna/me",), "smiling", region_mask=mask_png())
    client.call(calls.GiveBack(taken.id, edited(photo), mask_png(box=(10, 10, 20, 20)), asked))
    back = client.call(calls.AskHandover(offered.id))
    assert back.edit == api.ApplyEdit(b"", ("anna/me",), "smiling")
    with Image.open(io.BytesIO(edited(photo))) as image:
        assert png.decode(back.layer).data == np.asarray(image).tobytes()
    with Image.open(io.BytesIO(back.mask)) as image:
        mask = np.asarray(image)
    expected = np.zeros((90, 120), np.uint8)
    expected[30:40, 50:60] = expected[10:20, 10:20] = 255
    assert np.array_equal(mask, expected)
    assert [event.kind for event in heard].count("handover") == 3


def test_a_grey_picture_comes_back_grey(client: LocalClient) -> None:
    grey = edited(photo_png(), "L")
    offered = client.call(calls.HandOver(grey))
    client.call(calls.TakeHandover())
    client.call(calls.GiveBack(offered.id, edited(grey, "L")))
    assert png.decode(client.call(calls.AskHandover(offered.id)).layer).channels == 1


def test_a_picture_that_was_closed_ends_the_waiting(client: LocalClient) -> None:
    offered = client.call(calls.HandOver(photo_png()))
    client.call(calls.TakeHandover())
    client.call(calls.GiveBack(offered.id))
    assert client.call(calls.AskHandover(offered.id)) == Handover(offered.id, "closed")


def test_a_result_of_another_picture_is_refused(client: LocalClient) -> None:
    offered = client.call(calls.HandOver(photo_png()))
    client.call(calls.TakeHandover())
    with pytest.raises(ImageError, match="another size"):
        client.call(calls.GiveBack(offered.id, photo_png(60, 60)))
    assert client.call(calls.AskHandover(offered.id)).state == "taken"


def test_forgetting_a_person_takes_the_pictures_along(client: LocalClient) -> None:
    offered = client.call(calls.HandOver(photo_png()))
    with pytest.raises(Exception, match="nobody"):
        client.call(calls.ForgetPerson("nobody"))
    with pytest.raises(EngineError, match="Nobody waits"):
        client.call(calls.AskHandover(offered.id))
