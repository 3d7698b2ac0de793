"""Nothing leaves the machine by itself: the one place where libraries are kept from phoning home. Standard library only.

Importing any module of this program runs `stay_offline` before a library can be imported, in every process: command line,
engine, window, doctor, set-up, tests, training. What the user asks to be fetched goes through `base_models.transfer` alone.
c2pa-python reads no variables: `imaging.credentials.library` hands it settings that forbid it every host.
"""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["CACHES", "VARIABLES", "keep_caches", "stay_offline"]

VARIABLES = {
    # onnxruntime 1.32 writes a device id and a database of events below the user's cache folder as soon as it is imported,
    # and looks up its maker's collector.
    "ORT_DISABLE_TELEMETRY": "1",
    # huggingface_hub tells versions and asks the hub for its list of agents, at most once a day.
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    # transformers and diffusers fetch what a folder lacks, code and kernels too, unless they may not.
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "USE_HUB_KERNELS": "NO",
    "DIFFUSERS_DISABLE_REMOTE_CODE": "true",
    "DIFFUSERS_TRUST_REMOTE_KERNELS": "false",
    # Qt sends nothing, but keeps compiled shaders and QML below the user's cache folder.
    "QT_DISABLE_SHADER_DISK_CACHE": "1",
    "QML_DISABLE_DISK_CACHE": "1",
}
"""Environment variables, and what they must be, whatever they were."""

CACHES = {
    "CUDA_CACHE_PATH": "cuda",
    "PYTORCH_KERNEL_CACHE_PATH": "torch",
    "TRITON_CACHE_DIR": "triton",
    "TORCHINDUCTOR_CACHE_DIR": "inductor",
    "MPLCONFIGDIR": "matplotlib",
}
"""Variables that name folders where libraries keep what they compiled, and the folders' names with us."""


def stay_offline() -> None:
    """Switch off what libraries send, fetch and write by themselves. They read these variables when they are imported."""
    os.environ.update(VARIABLES)


def keep_caches(folder: Path) -> None:
    """Let libraries keep what they compile in a folder of this program, unless the user chose another."""
    for variable, name in CACHES.items():
        os.environ.setdefault(variable, str(folder / name))
