"""Who of the library is on a photo: photographs by the installed networks, drawn people by the bundled judge."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin import api
from s2edit_plugin.errors import ModelError, UsageError
from s2edit_plugin.history import History
from s2edit_plugin.library import Library
from s2edit_plugin.perception.networks.installed import Networks
from s2edit_plugin.storage.paths import DataFolder, models_package
from s2edit_plugin.tokens.record import TokenRecord
from s2edit_plugin.workflows.recognising import recognise
from tests.fakes.networks import install_faces

HASH = "f" * 64
ANNA, BEN = (150, 120, 90), (60, 90, 200)


def photograph(
    *faces: tuple[int, int, tuple[int, int, int]], size: tuple[int, int] = (400, 640)
) -> np.ndarray:
    """A noisy picture in which the fake detector finds faces of a colour around red cells."""
    rgb = np.random.default_rng(0).integers(90, 130, (*size, 3), dtype=np.uint8)
    for x, y, hue in faces:
        rgb[y - 60 : y + 60, x - 48 : x + 48] = hue
        rgb[y - 16 : y + 16, x - 16 : x + 16] = (255, 0, 0)
    return rgb


def png(rgb: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def studio(data_home: Path) -> Any:
    folder = DataFolder(data_home)
    return SimpleNamespace(
        folder=folder, library=Library(folder), history=History(folder), networks=Networks(folder), features={},
        backbone=SimpleNamespace(fingerprint=HASH),
    )  # fmt: skip


def add(studio: Any, name: str, picture: np.ndarray | None, **changes: Any) -> None:
    person, _, token = name.partition("/")
    thumbnail = "" if picture is None else base64.b64encode(png(picture)).decode()
    record = TokenRecord("identity", person, token, "woman", "small", HASH, thumbnail=thumbnail)
    studio.library.add(record.replace(**changes), {"vectors": np.zeros((1, 4), np.float32)})


def ask(studio: Any, rgb: np.ndarray, *tokens: str) -> api.PeopleFound:
    return recognise(studio, api.RecognisePeople(png(rgb), tokens))


def test_each_face_is_told_by_its_number(studio: Any) -> None:
    install_faces(studio.folder)
    add(studio, "anna/me", photograph((150, 150, ANNA), size=(300, 300)))
    add(studio, "anna/older", photograph((150, 150, ANNA), size=(300, 300)))
    add(studio, "ben/me", photograph((150, 150, BEN), size=(300, 300)))
    add(studio, "nobody/me", None)
    add(studio, "car/red", photograph((150, 150, BEN), size=(300, 300)), kind="attribute")
    add(studio, "other/model", photograph((150, 150, BEN), size=(300, 300)), base_model_hash="0" * 64)
    found = ask(studio, photograph((120, 200, BEN), (460, 200, ANNA)))
    assert found.faces == 2
    assert {one.token.partition("/")[0] for one in found.people} == {"anna", "ben"}
    assert sorted(one.face for one in found.people) == [1, 2]
    assert all(one.cosine > 0.9 for one in found.people)
    assert found.notes == ("The token nobody/me has no picture with a face that could be compared.",)
    assert ask(studio, photograph((120, 200, BEN)), "anna/me").people == ()
    assert ask(studio, photograph()).faces == 0


def test_only_people_can_be_looked_for(studio: Any) -> None:
    install_faces(studio.folder)
    add(studio, "mia/lips", None, kind="attribute")
    with pytest.raises(UsageError, match="holds no person"):
        ask(studio, photograph((120, 200, ANNA)), "mia/lips")


def test_without_the_networks_it_is_said_what_to_install(studio: Any) -> None:
    with pytest.raises(ModelError, match="yunet and sface are not installed") as error:
        ask(studio, photograph((120, 200, ANNA)))
    assert "s2edit models install yunet" in error.value.hint


def test_drawn_people_are_told_by_the_judge(studio: Any) -> None:
    def sample(name: str) -> np.ndarray:
        with Image.open(models_package() / "samples" / f"{name}.png") as image:
            return np.asarray(image.convert("RGB"))

    def small(rgb: np.ndarray) -> np.ndarray:
        return np.asarray(Image.fromarray(rgb).resize((96, 96)))

    add(studio, "anna/me", small(sample("anna")))
    add(studio, "mia/me", small(sample("mia_makeup")))
    found = ask(studio, sample("anna_second"))
    assert [one.token for one in found.people] == ["anna/me"]
    assert (found.faces, found.compared_by) == (1, "identity judge")
