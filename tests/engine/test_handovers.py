"""Pictures on their way from GIMP to the window and back."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gimp_bridge import png
from s2edit_plugin import api
from s2edit_plugin.api import Event, queries
from s2edit_plugin.api.queries import Handover, TakenPicture
from s2edit_plugin.engine.server.image_transfer import PATIENCE_SECONDS, ImageTransfers
from s2edit_plugin.engine.server.local import LocalClient
from s2edit_plugin.errors import EngineError, ImageError
from tests.engine.conftest import Running
from tests.engine.test_remote import wait_until
from tests.fakes.fake_studio import FakeStudio
from tests.fakes.pictures import mask_png, photo_png


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_picture_is_taken_by_one_window_and_comes_back_once() -> None:
    image_transfers = ImageTransfers()
    first, second = (image_transfers.offer(TakenPicture("", photo, b"", "")) for photo in (b"1", b"2"))
    assert (first.state, first.id != second.id) == ("waiting", True)
    assert [image_transfers.take().photo for _ in range(3)] == [b"1", b"2", b""]
    assert image_transfers.ask(first.id).state == "taken"
    image_transfers.give_back(Handover(first.id, "returned", b"layer", b"mask"))
    assert image_transfers.ask(first.id).layer == b"layer"
    with pytest.raises(EngineError, match="Nobody waits"):
        image_transfers.ask(first.id)
    assert image_transfers.ask(second.id).state == "taken"


def test_a_picture_that_nobody_asks_about_is_forgotten() -> None:
    clock = Clock()
    image_transfers = ImageTransfers(clock)
    left, asked = (image_transfers.offer(TakenPicture("", b"photo")).id for _ in range(2))
    clock.now += PATIENCE_SECONDS - 1
    image_transfers.ask(asked)
    clock.now += 2
    assert image_transfers.take().id == asked
    assert image_transfers.take().id == ""
    with pytest.raises(EngineError, match="Nobody waits"):
        image_transfers.give_back(Handover(left, "closed"))


def test_a_picture_whose_window_has_gone_waits_for_the_next_one() -> None:
    image_transfers = ImageTransfers()
    first, second = (image_transfers.offer(TakenPicture("", photo), "gimp").id for photo in (b"1", b"2"))
    assert image_transfers.take("window").id == first
    assert not image_transfers.leave("another")
    assert image_transfers.ask(first).state == "taken"
    assert image_transfers.leave("window")
    assert image_transfers.ask(first).state == "waiting"
    assert not image_transfers.leave("window")
    assert [image_transfers.take("next").id for _ in range(2)] == [first, second]


def test_what_has_come_back_stays_when_its_window_goes() -> None:
    image_transfers = ImageTransfers()
    returned, closed = (image_transfers.offer(TakenPicture("", b"photo"), "gimp").id for _ in range(2))
    for _ in range(2):
        image_transfers.take("window")
    image_transfers.give_back(Handover(returned, "returned", b"layer"), "window")
    image_transfers.give_back(Handover(closed, "closed"), "window")
    assert not image_transfers.leave("window")
    with pytest.raises(EngineError, match="Nobody waits"):  # closed at the same moment
        image_transfers.give_back(Handover(returned, "closed"), "window")
    assert (image_transfers.ask(returned).state, image_transfers.ask(closed).state) == ("returned", "closed")


def test_only_who_has_a_picture_can_close_it_but_any_result_counts() -> None:
    image_transfers = ImageTransfers()
    name = image_transfers.offer(TakenPicture("", b"photo"), "gimp").id
    image_transfers.take("window")
    image_transfers.leave("window")  # its connection broke; it lives
    with pytest.raises(EngineError, match="Nobody waits"):
        image_transfers.give_back(Handover(name, "closed"), "window")
    image_transfers.take("another")
    with pytest.raises(EngineError, match="Nobody waits"):
        image_transfers.give_back(Handover(name, "closed"), "window")
    image_transfers.give_back(Handover(name, "returned", b"layer"), "window")
    assert image_transfers.ask(name).layer == b"layer"


def test_no_window_gets_a_picture_that_gimp_has_given_up() -> None:
    image_transfers = ImageTransfers()
    name = image_transfers.offer(TakenPicture("", b"photo"), "gimp").id
    assert not image_transfers.leave("gimp")
    assert image_transfers.take("window").id == ""
    image_transfers.ask(name)  # only its connection broke
    assert image_transfers.take("window").id == name


def test_the_engine_notices_that_a_window_has_gone(running: Running) -> None:
    running.service.clients._grace = 0.1
    heard: list[Event] = []
    with running.client() as gimp:
        gimp.subscribe(heard.append)
        offered = gimp.call(queries.HandOver(photo_png()))
        for listens in (True, False):  # one that never listened may be gone already
            with running.client() as window:
                if listens:
                    window.subscribe(lambda _: None)
                assert window.call(queries.TakeHandover()).id == offered.id
                window._stream.close()  # killed: nobody says goodbye
                wait_until(lambda: gimp.call(queries.AskHandover(offered.id)).state == "waiting")
        # Offered once, and twice it waits again: that is what other windows look for.
        wait_until(lambda: [event.kind for event in heard].count("handover") >= 3)


def test_a_window_that_is_closed_says_so_at_once(running: Running) -> None:
    with running.client() as gimp:
        offered = gimp.call(queries.HandOver(photo_png()))
        with running.client() as window:
            window.subscribe(lambda _: None)
            window.call(queries.TakeHandover())
            window.call(queries.GiveBack(offered.id))
        assert gimp.call(queries.AskHandover(offered.id)).state == "closed"


@pytest.fixture
def client(data_home: Path) -> Iterator[LocalClient]:
    with LocalClient(make=FakeStudio().make, resume_delay=0.0) as client:
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
    offered = client.call(queries.HandOver(photo, mask_png(), "a picture"))
    taken = client.call(queries.TakeHandover())
    assert (taken.id, taken.photo, taken.selection, taken.title) == (
        offered.id,
        photo,
        mask_png(),
        "a picture",
    )
    asked = api.ApplyEdit(photo, ("anna/me",), "smiling", region_mask=mask_png())
    client.call(queries.GiveBack(taken.id, edited(photo), mask_png(box=(10, 10, 20, 20)), asked))
    back = client.call(queries.AskHandover(offered.id))
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
    offered = client.call(queries.HandOver(grey))
    client.call(queries.TakeHandover())
    client.call(queries.GiveBack(offered.id, edited(grey, "L")))
    assert png.decode(client.call(queries.AskHandover(offered.id)).layer).channels == 1


def test_a_picture_that_was_closed_ends_the_waiting(client: LocalClient) -> None:
    offered = client.call(queries.HandOver(photo_png()))
    client.call(queries.TakeHandover())
    client.call(queries.GiveBack(offered.id))
    assert client.call(queries.AskHandover(offered.id)) == Handover(offered.id, "closed")


def test_a_result_of_another_picture_is_refused(client: LocalClient) -> None:
    offered = client.call(queries.HandOver(photo_png()))
    client.call(queries.TakeHandover())
    with pytest.raises(ImageError, match="another size"):
        client.call(queries.GiveBack(offered.id, photo_png(60, 60)))
    assert client.call(queries.AskHandover(offered.id)).state == "taken"


def test_forgetting_a_person_takes_the_pictures_along(client: LocalClient) -> None:
    offered = client.call(queries.HandOver(photo_png()))
    with pytest.raises(Exception, match="nobody"):
        client.call(queries.ForgetPerson("nobody"))
    with pytest.raises(EngineError, match="Nobody waits"):
        client.call(queries.AskHandover(offered.id))
