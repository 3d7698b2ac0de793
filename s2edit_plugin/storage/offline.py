"""Keeps libraries offline: no telemetry, update checks or downloads by themselves. Standard library only.

Importing any module of this program runs `stay_offline` before a library can be imported, in every process: command line,
engine, window, doctor, set-up, tests, training. Downloads the user requests go through `base_models.transfer` only.
c2pa-python reads no variables: `imaging.credentials.library` passes settings that block all hosts.
"""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["CACHES", "VARIABLES", "keep_caches", "stay_offline"]

VARIABLES = {
    # onnxruntime 1.32 writes a device id and a database of events below the user's cache folder as soon as it is imported,
    # and resolves the host name of a telemetry server.
    "ORT_DISABLE_TELEMETRY": "1",
    # huggingface_hub sends versions and requests a list of agents, at most once a day.
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    # transformers and diffusers download missing files, including code and kernels, unless forbidden.
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "USE_HUB_KERNELS": "NO",
    "DIFFUSERS_DISABLE_REMOTE_CODE": "true",
    "DIFFUSERS_TRUST_REMOTE_KERNELS": "false",
    # Qt sends nothing, but keeps compiled shaders and QML below the user's cache folder.
    "QT_DISABLE_SHADER_DISK_CACHE": "1",
    "QML_DISABLE_DISK_CACHE": "1",
}
"""Environment variables and the values that are set, replacing existing ones."""

CACHES = {
    "CUDA_CACHE_PATH": "cuda",
    "PYTORCH_KERNEL_CACHE_PATH": "torch",
    "TRITON_CACHE_DIR": "triton",
    "TORCHINDUCTOR_CACHE_DIR": "inductor",
    "MPLCONFIGDIR": "matplotlib",
}
"""Variables for the compile caches of libraries, and the names of our cache folders."""


def stay_offline() -> None:
    """Switch off what libraries send, fetch and write by themselves. They read these variables when they are imported."""
    os.environ.update(VARIABLES)


def keep_caches(folder: Path) -> None:
    """Put the compile caches of libraries below ``folder``, unless the user set other folders."""
    for variable, name in CACHES.items():
        os.environ.setdefault(variable, str(folder / name))
