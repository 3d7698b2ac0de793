"""The doctor: checks the program's requirements on this machine and suggests remedies."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from s2edit_plugin import __version__
from s2edit_plugin.errors import S2EditError
from s2edit_plugin.storage.paths import DataFolder, bundled_model, data_folder

__all__ = ["Check", "examine", "examine_apart", "onnxruntime_distributions"]

REPAIR = "Run `sh installer/run.sh repair` in the checkout."
PACKAGES = (
    "torch",
    "diffusers",
    "transformers",
    "safetensors",
    "numpy",
    "pillow",
    "scipy",
    "scikit-image",
    "rembg",
    "cryptography",
)
WITHOUT_DEPS = ("open_clip_torch", "jpeglib")
"""Package that installers add without its dependencies; a wheel cannot declare that, and the program works without it."""
MIN_FREE = 1_000_000_000
LONGEST = 110.0  # seconds; a driver may hang


@dataclass(frozen=True)
class Check:
    """One thing that was tried.

    Attributes:
        name: the subject of the check.
        ok: whether it works.
        finding: the finding, in a few words.
        remedy: what to do, "" for nothing. With ``ok`` it is optional advice.
    """

    name: str
    ok: bool
    finding: str
    remedy: str = ""

    def to_json(self) -> dict[str, object]:
        """The check as JSON values."""
        return asdict(self)


def examine() -> list[Check]:
    """Run every check; one that fails unforeseen is a broken check, never an exception."""
    checks: list[tuple[str, Callable[[], Check]]] = [
        ("Python", check_python),
        ("packages", check_packages),
        ("onnxruntime", check_onnxruntime),
        ("device", check_device),
        ("bundled model", check_model),
        ("networks", check_networks),
        ("data folder", check_data_folder),
        ("credentials", check_credentials),
        ("free disk", check_disk),
    ]
    return [_guarded(name, check) for name, check in checks]


def examine_apart(folder: DataFolder) -> list[Check]:
    """`examine` in a separate process; if that crashes or hangs, the check has failed.

    For programs that compute: while a network is built, torch's and diffusers' classes are changed for the whole process, and
    networks built by another thread at that time have no weights.
    """
    command = [sys.executable, "-m", "s2edit_plugin", "doctor", "--json"]
    environ = os.environ | {"S2EDIT_HOME": str(folder.root)}
    remedy = "Run `s2edit doctor` in a terminal to see more."
    try:
        done = subprocess.run(
            command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST, check=False
        )
        return [Check(**check) for check in json.loads(done.stdout)["checks"]]
    except subprocess.TimeoutExpired:
        return [Check("doctor", False, f"not ready after {LONGEST:.0f} s", remedy)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [Check("doctor", False, f"it broke off ({type(error).__name__})", remedy)]


def check_python() -> Check:
    """Python 3.11 or newer."""
    found = f"{platform.python_version()} ({sys.executable})"
    ok = sys.version_info >= (3, 11)
    return Check("Python", ok, found, "" if ok else "Install Python 3.11 or newer and set up again.")


def check_packages() -> Check:
    """Check that all libraries are installed; reports their versions."""
    found, missing = [f"s2edit {__version__}"], []
    for name in PACKAGES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        return Check("packages", False, f"missing: {', '.join(missing)}", REPAIR)
    absent = [name for name in WITHOUT_DEPS if not _has(name)]
    # Single checkpoint files need CLIP's vocabulary; without jpeglib, which is optional, JPEGs are recompressed.
    wanted = f"`python -m pip install --no-deps {absent[0]}` brings {absent[0]}." if absent else ""
    return Check("packages", True, ", ".join(found), wanted)


def _has(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def onnxruntime_distributions(names: Iterable[str] | None = None) -> list[str]:
    """The installed distributions that bring the module ``onnxruntime``; two would overwrite each other's files."""
    if names is None:
        names = (dist.metadata["Name"] or "" for dist in importlib.metadata.distributions())
    lowered = {name.lower().replace("_", "-") for name in names}
    return sorted(name for name in lowered if name == "onnxruntime" or name.startswith("onnxruntime-"))


def check_onnxruntime() -> Check:
    """Exactly one ONNX Runtime distribution is installed, and it loads."""
    found = onnxruntime_distributions()
    if len(found) != 1:
        uninstall = f"python -m pip uninstall {' '.join(found)}" if found else ""
        remedy = f"Remove all (`{uninstall}`), then install one." if found else REPAIR
        return Check("onnxruntime", False, f"installed: {', '.join(found) or 'none'}", remedy)
    import onnxruntime

    providers = ", ".join(onnxruntime.get_available_providers())
    return Check("onnxruntime", True, f"{found[0]} {onnxruntime.__version__}, providers: {providers}")


def check_device() -> Check:
    """Check that the selected device computes correctly; explains why it is not a GPU."""
    import torch

    from s2edit_plugin.backbones.device import choose, remedy
    from s2edit_plugin.storage.settings import load_settings

    settings = load_settings(data_folder())
    choice = choose(settings.device, settings.precision)
    finding = " ".join((f"torch {torch.__version__} on {choice.name}.", choice.reason, *choice.notes)).strip()
    return Check("device", True, finding, remedy(choice))


def check_model() -> Check:
    """The bundled model is there and its U-Net loads."""
    folder = bundled_model()
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    from diffusers import UNet2DConditionModel
    from diffusers.utils import logging

    logging.disable_progress_bar()  # one for the two files of the weights, on standard error
    unet = UNet2DConditionModel.from_pretrained(
        folder, subfolder="unet", local_files_only=True, use_safetensors=True
    )
    count = sum(parameter.numel() for parameter in unet.parameters())
    return Check(
        "bundled model", True, f"{folder.name}, {size / 1e6:.1f} MB, U-Net of {count / 1e6:.1f}M parameters"
    )


def check_networks() -> Check:
    """The networks for photographs that are installed can be opened. Without any, the program does with less."""
    from s2edit_plugin.perception.networks.installed import Networks

    found = Networks().examine()
    broken = {name: problem for name, problem in found.items() if problem}
    if broken:
        name, problem = next(iter(broken.items()))
        remedy = f"Run `s2edit models verify {name}`, or remove it and install it again."
        return Check("networks", False, f"{', '.join(broken)} cannot be used: {problem}", remedy)
    if not found:
        wanted = "`s2edit models install yunet` and `sface` bring the identity score of photographs; see `s2edit models list`."
        return Check("networks", True, "none for photographs is installed", wanted)
    return Check("networks", True, f"{', '.join(found)} can be used")


def check_data_folder() -> Check:
    """A file can be written below the data folder, without leaving anything behind."""
    root = data_folder().root
    existing = _nearest_existing(root)
    try:
        with tempfile.NamedTemporaryFile(dir=existing, prefix=".s2edit-doctor-") as stream:
            stream.write(b"x")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        remedy = "Make it writable, or set S2EDIT_HOME to another folder."
        return Check("data folder", False, f"{root} cannot be written to ({reason})", remedy)
    return Check("data folder", True, str(root))


def check_credentials() -> Check:
    """Results can be signed, with this machine's certificate or the user's own."""
    from s2edit_plugin.imaging.credentials.signing import is_possible, signer
    from s2edit_plugin.storage.settings import load_settings

    folder = data_folder()
    if not is_possible():
        return Check("credentials", True, "results are not signed: the library has no build for this system")
    if not load_settings(folder).content_credentials:
        return Check("credentials", True, "results are not signed: the setting content_credentials is off")
    try:
        found = signer(folder)
    except S2EditError as error:
        return Check("credentials", False, error.sentence, error.hint or REPAIR)
    whose = "your own certificate" if found["own"] else "made on this machine; viewers show an unknown signer"
    return Check("credentials", True, f"signed by {found['signer']} until {found['until']} ({whose})")


def check_disk() -> Check:
    """Check that at least 1 GB is free for the data folder."""
    free = shutil.disk_usage(_nearest_existing(data_folder().root)).free
    ok = free >= MIN_FREE
    return Check("free disk", ok, f"{free / 1e9:.1f} GB", "" if ok else "Free at least 1 GB.")


def _nearest_existing(path: Path) -> Path:
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _guarded(name: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except S2EditError as error:
        return Check(name, False, error.sentence, error.hint or REPAIR)
    except Exception as error:  # any exception is the finding
        detail = " ".join(str(error).split())[:160]
        return Check(name, False, f"{type(error).__name__}: {detail}", REPAIR)
