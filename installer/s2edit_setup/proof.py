"""Proves an environment: a real kernel on the accelerator, onnxruntime on it, an edit with the small model."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from s2edit_setup.speaking import SetupError
from s2edit_setup.store import Environment

__all__ = ["Proof", "check_edit", "try_kernel", "try_onnxruntime"]

# A matrix product, a convolution, an attention and a gradient, compared with the CPU's: see backbones/device.
KERNEL = """
import json
from s2edit_plugin.backbones.device import choose
choice = choose("auto")
print(json.dumps({"device": choice.device.type, "name": choice.describe(), "reason": choice.reason}))
"""
# The bundled mask network, computed by the GPU's provider: it is listed also where CUDA's libraries do not load.
ONNX = """
import pathlib, s2edit_plugin, s2edit_models, torch, onnxruntime
model = next(pathlib.Path(s2edit_models.__file__).parent.glob("masks/**/*.onnx"))
session = onnxruntime.InferenceSession(str(model), providers=["CUDAExecutionProvider"])
assert session.get_providers()[0] == "CUDAExecutionProvider", session.get_providers()
"""
SAMPLE = "import pathlib, s2edit_models; print(pathlib.Path(s2edit_models.__file__).parent / 'samples' / 'anna.png')"
TORCH_TYPES = {"rocm": "cuda"}  # what torch calls an accelerator, where it is not our word
LONGEST = 300.0


@dataclass(frozen=True)
class Proof:
    """What was tried.

    Attributes:
        ok: whether it works. finding: on what, or why not.
    """

    ok: bool
    finding: str


def try_kernel(environment: Environment, accelerator: str) -> Proof:
    """Compute on the accelerator and compare with the CPU."""
    done = _run([str(environment.python), "-c", KERNEL])
    try:
        said = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        return Proof(False, _last_line(done.stderr) or "torch did not start")
    ok = said["device"] == TORCH_TYPES.get(accelerator, accelerator)
    return Proof(ok, said["name"] if ok else said["reason"] or f"torch computes on {said['name']}")


def try_onnxruntime(environment: Environment) -> bool:
    """Whether onnxruntime-gpu computes on the GPU here."""
    return _run([str(environment.python), "-c", ONNX]).returncode == 0


def check_edit(environment: Environment) -> str:
    """Edit the sample portrait with the small model, in a data folder of its own; gives what the program said.

    Raises:
        SetupError: it failed, or no picture came.
    """
    sample = _run([str(environment.python), "-c", SAMPLE]).stdout.strip()
    with tempfile.TemporaryDirectory(prefix="s2edit-proof-") as folder:
        result = Path(folder, "edited.png")
        done = _run(
            [str(environment.python), "-m", "s2edit_plugin", "edit", sample, "--mask", "hair", "--steps", "8",
             "--source-prompt", "a photo of a young woman with long brown hair in a forest",
             "--prompt", "a photo of a young woman with long blonde hair in a forest", "--out", str(result)],
            S2EDIT_HOME=str(Path(folder, "home")),
        )  # fmt: skip
        if done.returncode != 0 or not result.exists():
            raise SetupError(f"An edit with the small model failed: {_last_line(done.stderr)}")
        if result.read_bytes() == Path(sample).read_bytes():
            raise SetupError("An edit with the small model changed nothing.")
    return done.stdout.strip().splitlines()[0] if done.stdout.strip() else ""


def _run(command: list[str], **more: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, env={**os.environ, **more}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=LONGEST, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 1, "", str(error))


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""
