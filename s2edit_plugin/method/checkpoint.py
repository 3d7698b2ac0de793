"""Checkpoints of learning: one safetensors file from which an interrupted run resumes exactly.

It holds the token's vectors and parameters in float32, Adam's moments and settings, the state of the random generator, the
losses, and the *facts* that identify the run. A damaged checkpoint, one of another version or with other facts is not used:
the run starts from the beginning and a note gives the reason.
"""

from __future__ import annotations

import json
import logging
import time
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from s2edit_plugin.backbones.parameters import TokenParameters
from s2edit_plugin.errors import ResourceError
from s2edit_plugin.storage.paths import write_atomic
from s2edit_plugin.tokens.runs import CHECKPOINT_KEY

__all__ = ["Checkpoint"]

VERSION = 2
EVERY_SECONDS = 20.0
EVERY_STEPS = 50
COST_SHARE = 0.05  # largest share of the time for writing; large states on a slow disk are written less often

log = logging.getLogger(__name__)


def _silent(_: str) -> None:
    """Ignore a note."""


class Checkpoint:
    """A checkpoint file.

    Args:
        facts: identify the run, description for the user -> value; a file with other facts is not used.
        total: steps of the whole run. name: of the run in notes.
        on_note: called with a sentence if the file was not used or could not be written.
        before_save: called before a file is written; may raise to stop the run.
        clock: monotonic seconds.

    Attributes:
        resumed_at: the step from which `restore` resumed, 0 if it did not.
    """

    def __init__(
        self,
        path: Path,
        facts: Mapping[str, str],
        total: int = 0,
        name: str = "the token",
        on_note: Callable[[str], None] = _silent,
        before_save: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path, self.facts, self.total, self.name = path, dict(facts), total, name
        self._on_note, self._before_save, self._clock = on_note, before_save, clock
        self._written, self._step, self._cost = clock(), 0, 0.0
        self._failed = False
        self.resumed_at = 0

    def due(self, step: int) -> bool:
        """Whether to write now: after 20 seconds or 50 steps, limited so that writing takes a small share of the time."""
        waited = self._clock() - self._written
        if waited < self._cost / COST_SHARE:
            return False
        return waited >= EVERY_SECONDS or step - self._step >= EVERY_STEPS

    def save(
        self,
        step: int,
        vectors: Tensor,
        parameters: TokenParameters,
        optimizer: torch.optim.Optimizer,
        generator: torch.Generator,
        losses: list[float],
    ) -> bool:
        """Write the state after ``step`` steps atomically; returns whether it was written.

        A disk error is noted once and does not stop the run.
        """
        self._before_save()
        started = self._clock()
        tensors = {
            "vectors": vectors,
            "generator": generator.get_state(),
            "losses": torch.tensor(losses, dtype=torch.float64),
        }
        tensors |= {f"parameters.{name}": value for name, value in parameters.named_tensors().items()}
        for index, parameter in enumerate(_parameters(optimizer)):
            for key, value in optimizer.state.get(parameter, {}).items():
                tensors[f"optimizer.{index}.{key}"] = value
        plain = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
        record = {
            "version": VERSION,
            "step": step,
            "total": self.total,
            "saved": datetime.now(UTC).isoformat(timespec="seconds"),
            "facts": self.facts,
            "groups": _settings_of(optimizer),
            "crc": _checksum(plain),
        }
        try:
            data = safetensors.torch.save(plain, metadata={CHECKPOINT_KEY: json.dumps(record)})
            write_atomic(self.path, data, private=True)
        except ResourceError as error:
            if not self._failed:
                self._on_note(f"The state of learning {self.name} could not be kept. {error.sentence}")
            self._failed = True
        else:
            self._failed = False
        self._written, self._step = self._clock(), step
        self._cost = self._written - started
        return not self._failed

    def restore(
        self,
        vectors: Tensor,
        parameters: TokenParameters,
        optimizer: torch.optim.Optimizer,
        generator: torch.Generator,
        losses: list[float],
    ) -> int:
        """Fill the state in place and return the steps done; 0 without a usable file, the state then stays unchanged."""
        self._written = self._clock()
        if not self.path.exists():
            return 0
        try:
            record, tensors = self._read()
            why = self._difference(record, optimizer)
            if not why:
                _check(record, tensors, vectors, parameters, optimizer)
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            RuntimeError,
            safetensors.SafetensorError,
        ):
            log.info("A checkpoint cannot be used.", exc_info=True)
            why = "what was kept of the interrupted run is damaged"
        if why:
            self._on_note(f"Learning {self.name} starts at the beginning: {why}.")
            return 0
        _fill(tensors, vectors, parameters, optimizer)
        generator.set_state(tensors["generator"])
        losses[:] = tensors["losses"].tolist()
        self._step = self.resumed_at = int(record["step"])
        return self._step

    def delete(self) -> None:
        """Remove the file, if it is there."""
        self.path.unlink(missing_ok=True)

    def _read(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        with safetensors.safe_open(self.path, framework="pt") as file:
            record = json.loads((file.metadata() or {})[CHECKPOINT_KEY])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
        if record["version"] == VERSION and record["crc"] != _checksum(tensors):
            raise ValueError("the checksum is wrong")
        return record, tensors

    def _difference(self, record: dict[str, Any], optimizer: torch.optim.Optimizer) -> str:
        """Why a valid file belongs to another run, "" if it belongs to this one."""
        if record["version"] != VERSION or record["groups"] != _settings_of(optimizer):
            return "the interrupted run is of another version of this program"
        other = [fact for fact, value in self.facts.items() if record["facts"].get(fact) != value]
        if not other and record["facts"] == self.facts:
            return ""
        return f"the interrupted run had another {' and another '.join(other or ['purpose'])}"


def _check(
    record: dict[str, Any],
    tensors: dict[str, Tensor],
    vectors: Tensor,
    parameters: TokenParameters,
    optimizer: torch.optim.Optimizer,
) -> None:
    """Check that all tensors exist, have the right shape and are finite. Raises ValueError, KeyError, RuntimeError."""
    shapes = {"vectors": vectors.shape} | {
        f"parameters.{name}": value.shape for name, value in parameters.named_tensors().items()
    }
    for index, parameter in enumerate(_parameters(optimizer)):
        names = [name for name in tensors if name.startswith(f"optimizer.{index}.")]
        shapes |= {n: torch.Size() if n.endswith(".step") else parameter.shape for n in names}
    for name, shape in shapes.items():
        if tensors[name].shape != shape or not bool(torch.isfinite(tensors[name]).all()):
            raise ValueError(f"{name} does not fit")
    if tensors["losses"].shape != (int(record["step"]),):
        raise ValueError("steps and losses do not fit")
    torch.Generator().set_state(tensors["generator"])


def _fill(
    tensors: dict[str, Tensor], vectors: Tensor, parameters: TokenParameters, optimizer: torch.optim.Optimizer
) -> None:
    with torch.no_grad():
        vectors.copy_(tensors["vectors"])
        for name, value in parameters.named_tensors().items():
            value.copy_(tensors[f"parameters.{name}"])
    for index, parameter in enumerate(_parameters(optimizer)):
        prefix = f"optimizer.{index}."
        state = {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
        if state:
            # Adam keeps its step counter on the CPU whatever the parameter's device.
            optimizer.state[parameter] = {
                k: v if k == "step" else v.to(parameter.device) for k, v in state.items()
            }


def _parameters(optimizer: torch.optim.Optimizer) -> list[Tensor]:
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]


def _settings_of(optimizer: torch.optim.Optimizer) -> list[dict[str, Any]]:
    """The groups' settings as JSON values, without learning rates, which follow from the step."""
    groups = [
        {k: v for k, v in group.items() if k not in ("params", "lr")} for group in optimizer.param_groups
    ]
    return json.loads(json.dumps(groups, default=str))  # type: ignore[no-any-return]


def _checksum(tensors: Mapping[str, Tensor]) -> int:
    value = 0
    for name in sorted(tensors):
        value = zlib.crc32(tensors[name].numpy().tobytes(), zlib.crc32(name.encode(), value))
    return value
