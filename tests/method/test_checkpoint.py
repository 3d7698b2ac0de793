"""Checkpoints: when they are written, and that nothing but the run's own sound state is ever taken up."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors
import safetensors.torch
import torch

from s2edit_plugin.backbones.parameters import LayerShape, create_parameters
from s2edit_plugin.errors import CancelledError, ResourceError
from s2edit_plugin.method import checkpoint as module
from s2edit_plugin.method.checkpoint import Checkpoint

FACTS = {"photo": "abc", "prompt": "a photo", "base model": "f"}


class State:
    """A run's state after some steps of Adam, or before the first."""

    def __init__(self, steps: int = 0, kind: str = "kv_token", seed: int = 0) -> None:
        self.generator = torch.Generator().manual_seed(seed)
        self.vectors = torch.zeros(2, 6).requires_grad_(True)
        self.parameters = create_parameters(kind, [LayerShape("a.attn2", 6, 4)], 2)
        groups = [
            {"params": [self.vectors], "lr": 0.1},
            {"params": list(self.parameters.parameters()) or [torch.zeros(1)], "lr": 0.2},
        ]
        self.optimizer = torch.optim.Adam(groups)
        self.losses: list[float] = []
        for _ in range(steps):
            self.step()

    def step(self) -> None:
        target = torch.randn(2, 6, generator=self.generator)
        deltas = self.parameters.delta("a.attn2", self.vectors)
        loss = (self.vectors - target).square().sum() + sum(d.square().sum() + d.sum() for d in deltas or ())
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.losses.append(float(loss.detach()))

    def parts(self) -> tuple[Any, ...]:
        return self.vectors, self.parameters, self.optimizer, self.generator, self.losses

    def numbers(self) -> list[torch.Tensor]:
        moments = [state[key] for state in self.optimizer.state.values() for key in sorted(state)]
        named = self.parameters.named_tensors().values()
        return [
            self.vectors.detach(),
            *named,
            *moments,
            self.generator.get_state(),
            torch.tensor(self.losses),
        ]


def _same(one: State, other: State) -> bool:
    pairs = zip(one.numbers(), other.numbers(), strict=True)
    return all(a.shape == b.shape and torch.equal(a, b) for a, b in pairs)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "anna" / "me.safetensors"


def _saved(path: Path, state: State) -> Path:
    assert Checkpoint(path, FACTS, 9, "anna/me").save(len(state.losses), *state.parts())
    return path


@pytest.mark.parametrize("kind", ["none", "kv_token", "kv_vectors", "kv_full", "kv_lora"])
def test_a_run_goes_on_number_by_number(path: Path, kind: str) -> None:
    whole = State(7, kind)
    _saved(path, State(4, kind))
    resumed = State(0, kind, seed=5)
    checkpoint = Checkpoint(path, FACTS)
    assert checkpoint.restore(*resumed.parts()) == checkpoint.resumed_at == 4
    for _ in range(3):
        resumed.step()
    assert _same(resumed, whole)
    assert path.stat().st_mode & 0o777 == 0o600


def test_without_a_file_nothing_is_said(path: Path) -> None:
    notes: list[str] = []
    assert Checkpoint(path, FACTS, on_note=notes.append).restore(*State().parts()) == 0
    assert notes == []


def _refused(path: Path, facts: dict[str, str] = FACTS, state: State | None = None) -> str:
    """The note of a file that is not taken up; nothing of the state has changed."""
    fresh, untouched = state or State(2, seed=5), State(2, seed=5)
    notes: list[str] = []
    assert Checkpoint(path, facts, 9, "anna/me", notes.append).restore(*fresh.parts()) == 0
    assert state or _same(fresh, untouched)
    (note,) = notes
    assert note.startswith("Learning anna/me starts at the beginning: ")
    return note


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"prompt": "another"}, "had another prompt."),
        ({"photo": "x", "base model": "y"}, "had another photo and another base model."),
        ({"subject": "new"}, "had another subject."),
    ],
)
def test_a_run_about_something_else_says_what(path: Path, changes: dict[str, str], words: str) -> None:
    assert words in _refused(_saved(path, State(4)), FACTS | changes)


def test_a_run_with_more_facts_is_another_one(path: Path) -> None:
    assert "another purpose" in _refused(_saved(path, State(4)), {"photo": "abc"})


def test_every_kind_of_damage_is_one_sentence(path: Path) -> None:
    whole = _saved(path, State(4)).read_bytes()
    for number in range(0, len(whole), 61):
        broken = bytearray(whole)
        broken[number] ^= 0x10
        for data in (bytes(broken), whole[:number]):
            path.write_bytes(data)
            assert "damaged" in (note := _refused(path)) or "another" in note
    path.write_bytes(whole)
    assert Checkpoint(path, FACTS).restore(*State().parts()) == 4


def _rewritten(path: Path, change: Callable[[dict[str, Any], dict[str, torch.Tensor]], None]) -> Path:
    with safetensors.safe_open(path, framework="pt") as file:
        record = json.loads(file.metadata()["checkpoint"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
    change(record, tensors)
    if "crc" in record:
        record["crc"] = module._checksum(tensors)
    safetensors.torch.save_file(tensors, path, metadata={"checkpoint": json.dumps(record)})
    return path


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r, t: r.update(version=1), "another version"),
        (lambda r, t: r["groups"][0].update(betas=[0.5, 0.9]), "another version"),
        (lambda r, t: t.pop("vectors"), "damaged"),
        (lambda r, t: t.update(vectors=torch.zeros(3, 6)), "damaged"),
        (lambda r, t: t.update(vectors=t["vectors"] * float("nan")), "damaged"),
        (lambda r, t: t.pop("generator"), "damaged"),
        (lambda r, t: t.update(generator=torch.zeros(3, dtype=torch.uint8)), "damaged"),
        (lambda r, t: t.update({"optimizer.1.exp_avg": torch.zeros(1)}), "damaged"),
        (lambda r, t: r.update(step=3), "damaged"),
        (lambda r, t: r.update(step="x"), "damaged"),
        (lambda r, t: r.update(facts=None), "damaged"),
        (lambda r, t: r.clear(), "damaged"),
    ],
)
def test_what_does_not_fit_is_not_taken_up(path: Path, change: Any, words: str) -> None:
    assert words in _refused(_rewritten(_saved(path, State(4)), change))


def test_a_state_of_other_parameters_is_not_taken_up(path: Path) -> None:
    _saved(path, State(4, "kv_full"))
    assert "damaged" in _refused(path)


def test_it_is_written_after_a_while_or_some_steps_and_never_too_often(path: Path) -> None:
    now = 100.0
    checkpoint = Checkpoint(path, FACTS, clock=lambda: now)
    assert not checkpoint.due(1)
    assert checkpoint.due(50)
    now += 19
    assert not checkpoint.due(3)
    now += 1
    assert checkpoint.due(3)
    state = State(3)
    assert checkpoint.save(3, *state.parts())
    assert not checkpoint.due(52)
    assert checkpoint.due(53)
    now += 20
    assert checkpoint.due(4)


def test_slow_disks_are_asked_less_often(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0

    def slow(*_: object, **__: object) -> None:
        nonlocal now
        now += 3.0

    monkeypatch.setattr(module, "write_atomic", slow)
    checkpoint = Checkpoint(path, FACTS, clock=lambda: now)
    checkpoint.save(1, *State(1).parts())
    now += 59
    assert not checkpoint.due(1000)
    now += 2
    assert checkpoint.due(2)


def test_a_full_disk_is_told_once_and_costs_nothing_else(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes: list[str] = []
    checkpoint = Checkpoint(path, FACTS, 9, "anna/me", notes.append)
    assert checkpoint.save(2, *State(2).parts())

    def full(*_: object, **__: object) -> None:
        raise ResourceError("The disk is full: x was not written.")

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_atomic", full)
        assert not checkpoint.save(3, *State(3).parts())
        assert not checkpoint.save(4, *State(4).parts())
    assert notes == ["The state of learning anna/me could not be kept. The disk is full: x was not written."]
    assert Checkpoint(path, FACTS).restore(*State().parts()) == 2
    assert checkpoint.save(5, *State(5).parts())
    assert Checkpoint(path, FACTS).restore(*State().parts()) == 5


def test_nothing_is_written_for_somebody_who_was_forgotten(path: Path) -> None:
    def forgotten() -> None:
        raise CancelledError("gone")

    with pytest.raises(CancelledError):
        Checkpoint(path, FACTS, before_save=forgotten).save(1, *State(1).parts())
    assert not path.parent.exists()
