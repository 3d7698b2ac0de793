"""Which accelerator this machine has, and which build of torch it wants.

What was found (`Machine`) and what follows from it (`choose`) are apart, so that every machine can be tried in a test. The
choice is only where to begin: after the installation a real kernel decides (`s2edit_setup.proof`).
"""

from __future__ import annotations

import ctypes.util
import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from s2edit_setup.speaking import SetupError

__all__ = ["ACCELERATORS", "Choice", "Machine", "choose", "look"]

WANTED = "S2EDIT_ACCELERATOR"
ACCELERATORS = {
    "Linux": ("cpu", "cuda", "rocm", "xpu"),
    "Darwin": ("mps",),
    "Windows": ("cpu", "cuda", "xpu"),
}
"""What there are locks for, by system."""
# The oldest driver of NVIDIA that runs a build of torch, newest build first: CUDA's own tables of compatibility.
CUDA_BUILDS = ((580, "cu130"), (525, "cu126"))
LOOK_SECONDS = 20.0  # a driver that hangs must not hang the set-up


@dataclass(frozen=True)
class Machine:
    """What matters for the choice.

    Attributes:
        system: as `platform.system` calls it. architecture: as `platform.machine` calls it.
        nvidia: version of NVIDIA's driver, "" for none that answers. amd: a GPU with a ROCm kernel driver.
        intel: a GPU of Intel's with its compute library.
    """

    system: str
    architecture: str
    nvidia: str = ""
    amd: bool = False
    intel: bool = False


@dataclass(frozen=True)
class Choice:
    """Which lock to install.

    Attributes:
        accelerator: ``cpu``, ``cuda``, ``rocm``, ``xpu`` or ``mps``.
        backend: what uv calls the build of torch, "" for the index's own.
        reason: why, in words.
    """

    accelerator: str
    backend: str
    reason: str


def choose(machine: Machine, wanted: str = "") -> Choice:
    """What to install on a machine.

    Args:
        wanted: an accelerator by name, "" for the one that was found.

    Raises:
        SetupError: there is no build of torch for this machine, or none of this name.
    """
    known = ACCELERATORS.get(machine.system)
    if known is None:
        raise SetupError(f"S2Edit Studio runs on Linux, macOS and Windows, not on {machine.system}.")
    if machine.system == "Darwin" and machine.architecture != "arm64":
        raise SetupError(
            "There is no torch for Macs with Intel processors any more; S2Edit Studio needs Apple silicon."
        )
    if wanted and wanted not in known:
        raise SetupError(f"'{wanted}' is no accelerator here; {WANTED} may be: {', '.join(known)}.")
    return _of(wanted, machine, "asked for") if wanted else _found(machine)


def _found(machine: Machine) -> Choice:
    if machine.system == "Darwin":
        return _of("mps", machine, "Apple silicon")
    if machine.nvidia:
        if _cuda_build(machine.nvidia):
            return _of("cuda", machine, f"NVIDIA, driver {machine.nvidia}")
        oldest = CUDA_BUILDS[-1][0]
        return _of(
            "cpu", machine, f"NVIDIA's driver {machine.nvidia} is too old, {oldest} or newer is needed"
        )
    if machine.amd and machine.system == "Linux":
        return _of("rocm", machine, "AMD, ROCm")
    if machine.intel:
        return _of("xpu", machine, "Intel GPU")
    return _of("cpu", machine, "no GPU that torch can use was found")


def _of(accelerator: str, machine: Machine, reason: str) -> Choice:
    backend = {"cpu": "cpu", "rocm": "rocm7.2", "xpu": "xpu", "mps": ""}.get(accelerator)
    if backend is None:
        backend = _cuda_build(machine.nvidia) or CUDA_BUILDS[0][1]
    return Choice(accelerator, backend, reason)


def _cuda_build(driver: str) -> str:
    major = int((re.match(r"\d+", driver) or ["0"])[0])
    return next((build for oldest, build in CUDA_BUILDS if major >= oldest), "")


# ---------------------------------------------------------------------- looking


def look() -> Machine:
    """Look at this machine. Takes up to some seconds where there is a GPU."""
    system = platform.system()
    intel = (
        _has_intel_windows() if system == "Windows" else _has_intel_linux() if system == "Linux" else False
    )
    return Machine(system, platform.machine(), _nvidia_driver(), _has_rocm(), intel)


def _nvidia_driver() -> str:
    """Version of the driver, from its own tool: that one fails too where module and library do not match."""
    query = ["--query-gpu=driver_version", "--format=csv,noheader"]
    for tool in ("nvidia-smi", os.path.join(os.environ.get("SYSTEMROOT", ""), "System32", "nvidia-smi.exe")):
        if shutil.which(tool):
            found = re.match(r"\d+(\.\d+)+", _output([tool, *query]))
            return found[0] if found else ""
    return ""


def _has_rocm(sysfs: Path = Path("/sys/class/kfd/kfd/topology/nodes")) -> bool:
    """Whether AMD's kernel driver lists a GPU; the nodes of processors have no target version."""
    for properties in sysfs.glob("*/properties"):
        try:
            found = re.search(r"^gfx_target_version (\d+)", properties.read_text(), re.MULTILINE)
        except OSError:
            continue
        if found and int(found[1]) > 0:
            return True
    return False


def _has_intel_linux(sysfs: Path = Path("/sys/class/drm")) -> bool:
    """Whether a card of Intel's is there and Level Zero, which computes on it."""
    vendors = []
    for path in sysfs.glob("card*/device/vendor"):
        try:
            vendors.append(path.read_text().strip())
        except OSError:
            continue
    return "0x8086" in vendors and ctypes.util.find_library("ze_intel_gpu") is not None


def _has_intel_windows() -> bool:
    """Whether a card is called Arc; older graphics of Intel's cannot compute for torch."""
    command = "(Get-CimInstance Win32_VideoController).Name"
    return "Arc" in _output(["powershell", "-NoProfile", "-NonInteractive", "-Command", command])


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=LOOK_SECONDS,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
