"""As much of Ray as `batch.ray_cluster` uses, in this process: an actor's call is made when its answer is fetched."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any


class RayActorError(Exception):
    """An actor has gone; as in Ray, of a module called so."""


RayActorError.__module__ = "ray.exceptions"


class FakeRay:
    """Attributes: most: calls that were on their way at once. stored: what was put. alive: whether the cluster is there."""

    def __init__(self, gpus: int = 0, cpus: int = 2) -> None:
        self.exceptions = SimpleNamespace(RayActorError=RayActorError)
        self.stored: list[Any] = []
        self.joined: list[dict[str, Any]] = []
        self.options: dict[str, Any] = {}
        self.actors: list[Any] = []
        self.flying: list[Any] = []
        self.most = 0
        self.alive = True
        self.on_get: Callable[[str], None] = lambda method: None
        self._resources = {"GPU": gpus, "CPU": cpus}

    def init(self, **options: Any) -> None:
        self.joined.append(options)

    def shutdown(self) -> None:
        self.joined.clear()

    def cluster_resources(self) -> dict[str, float]:
        return {name: float(count) for name, count in self._resources.items()}

    def nodes(self) -> list[dict[str, Any]]:
        return [{"Alive": self.alive}]

    def put(self, value: Any) -> Any:
        self.stored.append(value)
        return _Reference("put", lambda: value)

    def remote(self, **options: Any) -> Callable[[type], Any]:
        self.options = options

        def wrap(kind: type) -> Any:
            def make(*arguments: Any) -> Any:
                self.actors.append(_Handle(self, kind(*arguments)))
                return self.actors[-1]

            return SimpleNamespace(remote=make)

        return wrap

    def get(self, references: Any, timeout: float | None = None) -> Any:
        if isinstance(references, list):
            return [self.get(one) for one in references]
        if references in self.flying:
            self.flying.remove(references)
            self.on_get(references.method)
        return references.call()

    def wait(self, references: list[Any], timeout: float) -> tuple[list[Any], list[Any]]:
        return references[:1], references[1:]


class _Reference:
    def __init__(self, method: str, call: Callable[[], Any]) -> None:
        self.method, self.call = method, call


class _Handle:
    def __init__(self, ray: FakeRay, actor: Any) -> None:
        self._ray, self.actor = ray, actor

    def __getattr__(self, method: str) -> Any:
        def call(*arguments: Any) -> _Reference:
            reference = _Reference(method, lambda: getattr(self.actor, method)(*arguments))
            if method == "edit":
                self._ray.flying.append(reference)
                self._ray.most = max(self._ray.most, len(self._ray.flying))
            return reference

        return SimpleNamespace(remote=call)
