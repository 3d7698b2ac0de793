"""Checkpoints of learning: everything a run needs to go on exactly where it stopped, as one safetensors file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from s2edit_plugin.parameters import TokenParameters
from s2edit_plugin.paths import write_atomic

__all__ = ["Checkpoint"]


class Checkpoint:
    """One file. ``identity``: what the run is about; a file of another run is ignored, not mixed in."""

    def __init__(self, path: Path, identity: str) -> None:
        self.path, self.identity = path, identity

    def save(
        self,
        step: int,
        vectors: Tensor,
        parameters: TokenParameters,
        optimizer: torch.optim.Optimizer,
        generator: torch.Generator,
        losses: list[float],
    ) -> None:
        """Write the state after ``step`` steps, atomically. Raises ResourceError where the disk refuses."""
        tensors = {"vectors": vectors.detach(), "generator": generator.get_state()}
        tensors |= {f"parameters.{name}": value for name, value in parameters.named_tensors().items()}
        for index, parameter in enumerate(_parameters(optimizer)):
            for key, value in optimizer.state.get(parameter, {}).items():
                tensors[f"optimizer.{index}.{key}"] = value
        record = {"step": step, "identity": self.identity, "losses": losses}
        data = safetensors.torch.save(
            {name: value.detach().cpu().contiguous() for name, value in tensors.items()},
            metadata={"checkpoint": json.dumps(record)},
        )
        write_atomic(self.path, data, private=True)

    def restore(
        self,
        vectors: Tensor,
        parameters: TokenParameters,
        optimizer: torch.optim.Optimizer,
        generator: torch.Generator,
        losses: list[float],
    ) -> int:
        """Fill the state in place and return the steps done; 0 where there is nothing usable to go on from."""
        loaded = self._read()
        if loaded is None:
            return 0
        record, tensors = loaded
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
        generator.set_state(tensors["generator"])
        losses[:] = record["losses"]
        return int(record["step"])

    def delete(self) -> None:
        """Remove the file, if it is there."""
        self.path.unlink(missing_ok=True)

    def _read(self) -> tuple[dict[str, Any], dict[str, Tensor]] | None:
        if not self.path.is_file():
            return None
        try:
            with safetensors.safe_open(self.path, framework="pt") as file:
                record = json.loads((file.metadata() or {}).get("checkpoint", "{}"))
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
        except (OSError, ValueError, safetensors.SafetensorError):
            return None
        return (record, tensors) if record.get("identity") == self.identity else None


def _parameters(optimizer: torch.optim.Optimizer) -> list[Tensor]:
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]
