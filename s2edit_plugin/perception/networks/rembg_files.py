"""Where the files of rembg's networks are: installed by this program, or by rembg itself. Imports no rembg."""

from __future__ import annotations

import os
from pathlib import Path

from s2edit_plugin.storage.paths import DataFolder, data_folder
from s2edit_plugin.storage.settings import models_folder

__all__ = ["LOCAL_NETWORKS", "homes", "local_files"]

LOCAL_NETWORKS: dict[str, tuple[str, ...]] = {
    "birefnet-general": ("birefnet-general.onnx",),
    "birefnet-general-lite": ("birefnet-general-lite.onnx",),
    "birefnet-portrait": ("birefnet-portrait.onnx",),
    "isnet-general-use": ("isnet-general-use.onnx",),
    "sam": ("sam_vit_b_01ec64.encoder.onnx", "sam_vit_b_01ec64.decoder.onnx"),
    "silueta": ("silueta.onnx",),
    "u2net": ("u2net.onnx",),
    "u2net_human_seg": ("u2net_human_seg.onnx",),
    "u2netp": ("u2netp.onnx",),
}
"""rembg networks that run on this machine under terms that allow any use (Apache 2.0, MIT); their files."""


def homes(name: str, folder: DataFolder | None = None) -> list[Path]:
    """Folders a network may lie in: this program's, then rembg's, in its new layout and its old flat one."""
    xdg = os.environ.get("XDG_DATA_HOME", "")
    legacy = os.environ.get("U2NET_HOME") or (f"{xdg}/.u2net" if xdg else "~/.u2net")
    home = (
        os.environ.get("U2NET_HOME")
        or os.environ.get("REMBG_HOME")
        or (f"{xdg}/rembg" if xdg else "~/.rembg")
    )
    own = models_folder(folder or data_folder()) / name
    return [own, Path(home).expanduser() / "models" / name, Path(legacy).expanduser()]


def local_files(name: str, folder: DataFolder | None = None) -> list[Path]:
    """The files of a network of `LOCAL_NETWORKS` where all of them lie in one folder, else []."""
    for home in homes(name, folder):
        paths = [home / file for file in LOCAL_NETWORKS[name]]
        if all(path.is_file() for path in paths):
            return paths
    return []
