"""What is left to Ray and what is not, with a stand-in for it: the true one is in `test_ray`, which takes minutes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from s2edit_plugin.batch.keys import Facts
from s2edit_plugin.batch.ledger import Ledger
from s2edit_plugin.batch.photos import Passed, find_photos
from s2edit_plugin.batch.ray_cluster import FLYING, Cluster, Setup
from s2edit_plugin.batch.recipe import Recipe
from s2edit_plugin.batch.result_files import Job
from s2edit_plugin.batch.runner import Batch
from s2edit_plugin.engine.server.local import LocalClient
from s2edit_plugin.errors import EngineGoneError, MaskError, ModelError, UsageError
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.library import Library
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import change_settings
from s2edit_plugin.tokens.record import TokenRecord
from tests.fakes.batch_studio import TurningStudio, photo
from tests.fakes.fake_ray import FakeRay, RayActorError

PHOTOS = 12
RECIPE = Recipe("a photo", tokens=("anna/me",))


class Place:
    """A folder of photos, a library with one token, and actors that turn colours over."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.photos, self.results, self.home = folder / "photos", folder / "results", DataFolder(home)
        self.photos.mkdir()
        for number in range(PHOTOS):
            (self.photos / f"{number:02}.png").write_bytes(photo(number + 10))
        record = TokenRecord("identity", "anna", "me", "woman", "turning", "f" * 64)
        Library(self.home).add(record, {"vectors": np.zeros((1, 4), np.float32)})
        self.studios: list[TurningStudio] = []
        self.homes: list[Path] = []
        self.clients: list[LocalClient] = []

    def open(self, home: Path, setup: Any) -> LocalClient:
        self.homes.append(home)
        self.studios.append(TurningStudio())
        studio = self.studios[-1]
        self.clients.append(LocalClient(home, make=lambda *_: studio))  # type: ignore[arg-type, return-value]
        return self.clients[-1]

    def cluster(self, **more: Any) -> Cluster:
        return Cluster("local", Setup(RECIPE, self.photos), self.home, open_client=self.open, **more)

    def facts(self, cluster: Cluster) -> Facts:
        with LocalClient(self.home.root, make=lambda *_: TurningStudio()) as client:  # type: ignore[arg-type, return-value]
            return cluster.find_facts(client)

    def batch(self, facts: Facts) -> Batch:
        ledger = Ledger(self.results)
        total = ledger.enlist(find_photos([str(self.photos)], self.results, Passed()))
        return Batch(Job(RECIPE, facts, self.photos), ledger, total)

    def are_right(self) -> bool:
        pairs = [(path, self.results / path.name) for path in self.photos.glob("*.png")]
        pixels = [[read_photo(path.read_bytes()).as_uint8_rgb() for path in pair] for pair in pairs]
        return all((255 - before == after).all() for before, after in pixels)


@pytest.fixture
def ray(monkeypatch: pytest.MonkeyPatch) -> FakeRay:
    fake = FakeRay()
    monkeypatch.setitem(sys.modules, "ray", fake)
    return fake


@pytest.fixture
def place(tmp_path: Path, data_home: Path) -> Iterator[Place]:
    one = Place(tmp_path, data_home)
    yield one
    for client in one.clients:
        client.close()


def over(batch: Batch) -> None:
    batch.ledger.leave()
    batch.ledger.close()


def test_every_photo_once_with_few_on_their_way_and_tokens_sent_once(ray: FakeRay, place: Place) -> None:
    with place.cluster() as cluster:
        batch = place.batch(place.facts(cluster))
        assert not cluster.run(batch, most=3)
        assert (batch.done, batch.edited) == (3, 3)
        assert cluster.run(batch)
        assert (batch.done, batch.failed, batch.edited) == (PHOTOS, 0, PHOTOS)
        token = Library(place.home).path("anna/me").read_bytes()
        assert all(Library(DataFolder(home)).path("anna/me").read_bytes() == token for home in place.homes)
    over(batch)
    assert place.are_right()
    assert cluster.size == 2
    assert ray.most == FLYING * 2
    assert min(len(studio.requests) for studio in place.studios) >= PHOTOS / 3
    assert ray.stored == [token]  # once, for both actors and all photos
    assert not any(home.exists() for home in place.homes)  # nothing of the token stays


def test_one_actor_a_gpu_where_there_are_some(
    ray: FakeRay, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeRay(gpus=3, cpus=64)
    monkeypatch.setitem(sys.modules, "ray", fake)
    with place.cluster() as cluster:
        assert cluster.size == 3
        assert fake.joined[0]["address"] == "local"  # not whichever cluster runs here already
    assert fake.options["num_gpus"] == 1
    assert fake.options["max_restarts"] == -1


def test_settings_travel_but_for_those_about_this_machine(
    ray: FakeRay, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s2edit_plugin.storage.settings import load_settings

    change_settings(place.home, safety_checker=False, precision="fp32", certificate="/my/key.pem")
    with place.cluster(workers=1):
        there = load_settings(DataFolder(place.homes[0]))
    assert (there.safety_checker, there.precision, there.keep_history) == (False, "fp32", False)
    assert there.certificate == ""


def test_failures_are_the_photos_own(ray: FakeRay, place: Place) -> None:
    with place.cluster(workers=1) as cluster:
        batch = place.batch(place.facts(cluster))
        place.studios[0].fail = MaskError("Nothing was found.", "Paint it.")
        cluster.run(batch, most=2)
        place.studios[0].fail = None
        cluster.run(batch)
    assert (batch.done, batch.failed) == (PHOTOS - 2, 2)
    errors = [entry.error for entry in batch.ledger.each() if entry.error]
    assert errors[0] == {"error": "MaskError", "sentence": "Nothing was found.", "hint": "Paint it."}
    over(batch)


def test_a_photo_that_ends_its_worker_again_and_again_is_given_up(ray: FakeRay, place: Place) -> None:
    def die(method: str) -> None:
        ray.on_get = lambda method: None
        raise RayActorError("it died")

    ray.on_get = die
    with place.cluster() as cluster:
        batch = place.batch(place.facts(cluster))
        assert cluster.run(batch)
    assert (batch.done, batch.failed) == (PHOTOS - 1, 1)
    over(batch)


def test_a_cluster_that_goes_costs_what_was_in_the_air(ray: FakeRay, place: Place) -> None:
    calls: list[str] = []

    def go(method: str) -> None:
        calls.append(method)
        if len(calls) == 5:
            ray.alive = False
            raise RayActorError("the node died")

    ray.on_get = go
    with place.cluster() as cluster:
        batch = place.batch(place.facts(cluster))
        with pytest.raises(EngineGoneError, match="cannot be reached any more"):
            cluster.run(batch)
    assert (batch.done, batch.failed) == (4, 0)
    assert not [entry for entry in batch.ledger.each() if entry.state == "leased"]
    ray.on_get, ray.alive = lambda method: None, True
    with place.cluster() as cluster:
        place.facts(cluster)
        assert cluster.run(batch)
    assert (batch.done, batch.failed) == (PHOTOS, 0)
    assert place.are_right()
    over(batch)


def test_machines_with_different_models_do_not_begin(ray: FakeRay, place: Place) -> None:
    from s2edit_plugin.api import OpenedModel

    with place.cluster() as cluster:
        place.studios[1].open_model = lambda *_: OpenedModel("other", "0" * 64)  # type: ignore[method-assign]
        with pytest.raises(ModelError, match="different base models"):
            place.facts(cluster)


def test_without_ray_it_is_said_how_to_get_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match="Ray is not installed") as error:
        place.cluster()
    assert "scale" in error.value.hint


def test_an_address_that_is_none_is_said(ray: FakeRay, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**options: Any) -> None:
        raise ValueError("no such address")

    monkeypatch.setattr(ray, "init", refuse)
    with pytest.raises(UsageError, match="'local' cannot be joined: no such address"):
        place.cluster()
