"""A batch on many GPUs or machines with Ray (the extra ``scale``): one actor per GPU, each with a model.

Ray places actors, transfers data and restarts actors that crashed. The state of the photos is in the ledger, which only the
process started by the user changes. If that process is killed, only photos in work are lost. At most `FLYING` photos per
actor are in work at a time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from s2edit_plugin import api
from s2edit_plugin.batch.entries import Entry, Stamp
from s2edit_plugin.batch.keys import Facts, hash_of
from s2edit_plugin.batch.recipe import Recipe
from s2edit_plugin.batch.result_files import Outcome
from s2edit_plugin.batch.runner import Batch, keep_leases
from s2edit_plugin.batch.worker import Made, PhotoWorker, Task, facts_of, token_names
from s2edit_plugin.engine.client.interface import Client
from s2edit_plugin.errors import EngineGoneError, ModelError, S2EditError, Sentence, UsageError
from s2edit_plugin.library import Library
from s2edit_plugin.storage.paths import DataFolder, write_atomic
from s2edit_plugin.storage.settings import Settings, change_settings, load_settings, models_folder

__all__ = ["LOCAL", "Cluster", "Setup", "open_local"]

LOCAL = "local"
FLYING = 2
"""Photos per actor: one in work, one queued."""
RETRIES = 2
LAND_SECONDS = 1.0
CLOSE_SECONDS = 20.0
_HOME = "s2edit-actor-"
_KEPT_AT_HOME = (
    "keep_history",
    "models_folder",
    "mirror",
    "engine_idle_minutes",
    "certificate",
    "certificate_key",
)
"""Settings that are not sent to actors: they concern this machine or its key."""

OpenClient = Callable[[Path, "Setup"], Client]


@dataclass(frozen=True)
class Setup:
    """Configuration of the actors, the same on every machine.

    Attributes:
        model, device: as on the command line, None: from the settings of its machine. settings: the user's, without those of
            this machine. threads: ``OMP_NUM_THREADS`` here, "" for unset; sums on a CPU depend on it.
    """

    recipe: Recipe
    beside: Path
    model: str | None = None
    device: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    threads: str = ""


def open_local(home: Path, setup: Setup) -> Client:
    """An engine inside the actor, with its own data folder and the models of its machine."""
    from s2edit_plugin.engine.server.local import LocalClient

    return LocalClient(home, model=setup.model, device=setup.device, previews=False)


class _Actor:
    """Runs in a process of the cluster; see `PhotoWorker`."""

    def __init__(self, setup: Setup, open_client: OpenClient) -> None:
        # Ray sets it to the actor's share of the CPU; torch reads it when it is loaded.
        if setup.threads:
            os.environ["OMP_NUM_THREADS"] = setup.threads
        else:
            os.environ.pop("OMP_NUM_THREADS", None)
        self._setup = setup
        _remove_homes_of_the_dead()
        self._home = Path(tempfile.mkdtemp(prefix=f"{_HOME}{os.getpid()}-"))
        self._folder = DataFolder(self._home)
        from s2edit_plugin.storage.paths import data_folder

        here = models_folder(data_folder())
        change_settings(self._folder, **setup.settings, keep_history=False, models_folder=str(here))
        self._client = open_client(self._folder.root, setup)
        self._worker: PhotoWorker | None = None

    def close(self) -> None:
        """End the engine and remove its data folder, with the tokens."""
        self._client.close()
        shutil.rmtree(self._home, ignore_errors=True)

    def open_model(self) -> dict[str, object] | api.OpenedModel:
        """Load the model; returns the error as JSON if that fails."""
        try:
            return self._client.run(api.OpenModel())
        except S2EditError as error:
            return error.to_json()

    def prepare(self, facts: Facts, tokens: Mapping[str, Any]) -> None:
        """Store tokens in the actor's library. Args: tokens: references to the files' bytes, by full name."""
        import ray

        library = Library(self._folder)
        for name, reference in tokens.items():
            path = library.path(name)
            if not path.exists():
                write_atomic(path, ray.get(reference), private=True)
        self._worker = PhotoWorker(self._client, self._setup.recipe, facts, self._setup.beside)

    def edit(self, task: Task, facts: Facts, tokens: Mapping[str, Any]) -> Made | dict[str, object]:
        """Edit a photo; returns the error as JSON if that fails. Facts and tokens: for an actor that was restarted."""
        try:
            if self._worker is None:
                opened = self._client.run(api.OpenModel())
                if opened.fingerprint != facts.fingerprint:
                    raise ModelError("The machines of the cluster have different base models.")
                self.prepare(facts, tokens)
            assert self._worker is not None
            return self._worker.edit(task)
        except S2EditError as error:
            return error.to_json()
        except Exception as error:
            logging.getLogger(__name__).exception("A photo failed unforeseen.")
            return S2EditError(
                Sentence("Something went wrong inside S2Edit ({}).", type(error).__name__)
            ).to_json()


@dataclass(frozen=True)
class _Flight:
    entry: Entry
    task: Task
    job: str
    stamp: Stamp | None
    actor: int


class Cluster:
    """Actors on a Ray cluster.

    Args:
        address: of a running cluster (``auto``, ``HOST:6379``, ``ray://HOST:10001``), or ``local``: one is started here.
        workers: how many actors; 0: one a GPU, one a CPU where there is no GPU. folder: the user's data folder.
        open_client: opens the engine of an actor.

    Raises:
        UsageError: Ray is not installed. EngineGoneError: the cluster cannot be reached.
    """

    def __init__(
        self,
        address: str,
        setup: Setup,
        folder: DataFolder,
        *,
        workers: int = 0,
        open_client: OpenClient = open_local,
    ) -> None:
        self._ray = _ray()
        settings = {
            name: value
            for name, value in dataclasses.asdict(load_settings(folder)).items()
            if name not in _KEPT_AT_HOME and value != getattr(Settings(), name)
        }
        self._setup = dataclasses.replace(
            setup, settings=settings, threads=os.environ.get("OMP_NUM_THREADS", "")
        )
        self._folder, self._open_client = folder, open_client
        self._flights: dict[Any, _Flight] = {}
        self._facts: Facts | None = None
        self._tokens: dict[str, Any] = {}
        with _converted_errors():
            _join(self._ray, address, workers)
            self._actors = self._start(workers)
        self._free = [FLYING] * len(self._actors)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the actors, and a cluster that was started here."""
        with contextlib.suppress(Exception):  # it may have ended already
            self._ray.get([actor.close.remote() for actor in self._actors], timeout=CLOSE_SECONDS)
        with contextlib.suppress(Exception):
            self._ray.shutdown()

    @property
    def size(self) -> int:
        """Number of actors."""
        return len(self._actors)

    def find_facts(self, client: Client) -> Facts:
        """Load the models and send the tokens, each once. Args: client: an engine with the user's library.

        Raises:
            ModelError: a machine cannot load the model, or has another one. TokenError: a token cannot be used.
        """
        recipe = self._setup.recipe
        with _converted_errors():
            opened = [
                _model(answer)
                for answer in self._ray.get([actor.open_model.remote() for actor in self._actors])
            ]
            if len({one.fingerprint for one in opened}) > 1:
                raise ModelError(
                    "The machines of the cluster have different base models.",
                    "Install the same one on each, or name one with --model.",
                )
            self._facts = facts_of(client, opened[0], recipe)
            named = token_names(recipe)
            # A table may name any token.
            names = self._facts.tokens if recipe.people.match and not recipe.people.tokens else named
            self._tokens = self._token_references(tuple(names))
            self._ray.get([actor.prepare.remote(self._facts, self._tokens) for actor in self._actors])
        return self._facts

    def run(self, batch: Batch, *, most: int | None = None) -> bool:
        """As `Batch.run`, on all actors."""
        batch.workers = self.size
        batch.wait = partial(self._land, batch)  # type: ignore[method-assign]
        try:
            with keep_leases(batch.ledger), _converted_errors():
                for entry in batch.turns(most):
                    outcome = batch.guarded(entry, partial(self._settled_or_sent, batch, entry))
                    if outcome is not None:
                        batch.note(outcome)
                    while not any(self._free):
                        self._land(batch, LAND_SECONDS)
                while self._flights:
                    self._land(batch, LAND_SECONDS)
        finally:
            for flight in self._flights.values():
                batch.let_go(flight.entry)
            self._flights.clear()
            self._free = [FLYING] * len(self._actors)
        return batch.is_over

    def _settled_or_sent(self, batch: Batch, entry: Entry) -> Outcome | None:
        settled = batch.files.settled(entry)
        if settled is None:
            self._send(batch, entry)
        return settled

    def _send(self, batch: Batch, entry: Entry) -> None:
        task, job, stamp = batch.files.task_of(entry)
        tokens = dict(self._tokens)
        if entry.row.tokens:
            tokens |= self._token_references(entry.row.tokens)
        actor = max(range(len(self._free)), key=lambda one: self._free[one])
        self._free[actor] -= 1
        reference = self._actors[actor].edit.remote(task, self._facts, tokens)
        self._flights[reference] = _Flight(entry, task, job, stamp, actor)

    def _land(self, batch: Batch, seconds: float) -> None:
        """Wait for edited photos and finish them."""
        batch.check_stop()
        ready, _ = self._ray.wait(list(self._flights), timeout=seconds) if self._flights else ((), ())
        if not self._flights:
            batch.stop.wait(seconds)
        for reference in ready:
            flight = self._flights.pop(reference)
            self._free[flight.actor] += 1
            outcome = batch.guarded(flight.entry, partial(self._finished, batch, flight, reference))
            if outcome is not None:
                batch.note(outcome)

    def _finished(self, batch: Batch, flight: _Flight, reference: Any) -> Outcome:
        try:
            answer = self._ray.get(reference)
        except self._ray.exceptions.RayActorError as error:
            if not any(node["Alive"] for node in self._ray.nodes()):
                raise  # the cluster is lost, not caused by the photo
            raise S2EditError(
                Sentence("The worker ended {} times while it had this photo.", RETRIES + 1),
                "Look at the photo; the next run tries it again.",
            ) from error
        if isinstance(answer, dict):
            raise S2EditError.from_json(answer)
        return batch.finish(flight.entry, flight.task, flight.job, flight.stamp, answer)

    def _start(self, workers: int) -> list[Any]:
        resources = self._ray.cluster_resources()
        gpus = int(resources.get("GPU", 0))
        needs = {"num_gpus": 1} if gpus else {"num_cpus": 1}
        count = workers or gpus or max(int(resources.get("CPU", 1)), 1)
        actor = self._ray.remote(max_restarts=-1, max_task_retries=RETRIES, **needs)(_Actor)
        return [actor.remote(self._setup, self._open_client) for _ in range(count)]

    def _token_references(self, names: tuple[str, ...]) -> dict[str, Any]:
        """References to the bytes of token files, put into Ray's store once by their content."""
        library = Library(self._folder)
        found = {}
        for name in names:
            data = library.path(name).read_bytes() if library.path(name).exists() else b""
            if data:
                found[name] = self._store(data)
        return found

    def _store(self, data: bytes) -> Any:
        known: dict[str, Any] = self.__dict__.setdefault("_stored", {})
        key = hash_of(data)
        if key not in known:
            known[key] = self._ray.put(data)
        return known[key]


def _remove_homes_of_the_dead() -> None:
    """Remove data folders of actors that were killed; they contain tokens."""
    import psutil

    for home in Path(tempfile.gettempdir()).glob(f"{_HOME}*"):
        pid = home.name.removeprefix(_HOME).partition("-")[0]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(home, ignore_errors=True)


def _ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise UsageError(
            "Ray is not installed.", "Install it: `pip install 's2edit-studio[scale]'`."
        ) from error
    return ray


def _join(ray: Any, address: str, workers: int) -> None:
    quiet: dict[str, Any] = {
        "log_to_driver": False,
        "logging_level": logging.ERROR,
        "ignore_reinit_error": True,
    }
    try:
        if address == LOCAL:
            # Explicit, because Ray would otherwise join a cluster running on this machine.
            ray.init(address="local", num_cpus=workers or None, include_dashboard=False, **quiet)
        else:
            ray.init(address=address, **quiet)
    except ValueError as error:
        detail = " ".join(str(error).split())[:160].rstrip(".")
        raise UsageError(
            Sentence("The Ray cluster '{}' cannot be joined: {}.", address, detail),
            "Use --ray local, auto or HOST:6379.",
        ) from error


def _model(answer: dict[str, object] | api.OpenedModel) -> api.OpenedModel:
    if isinstance(answer, dict):
        raise S2EditError.from_json(answer)
    return answer


@contextlib.contextmanager
def _converted_errors() -> Iterator[None]:
    """Convert Ray's errors to EngineGoneError: the cluster is lost; the same command continues on another one."""
    try:
        yield
    except S2EditError:
        raise
    except (ConnectionError, RuntimeError, OSError, TimeoutError) as error:
        raise EngineGoneError(
            Sentence("The Ray cluster cannot be reached any more ({}).", type(error).__name__),
            "Start it again; the same command goes on.",
        ) from error
    except Exception as error:
        if type(error).__module__.split(".")[0] != "ray":
            raise
        raise EngineGoneError(
            Sentence("The Ray cluster cannot be reached any more ({}).", type(error).__name__),
            "Start it again; the same command goes on.",
        ) from error
