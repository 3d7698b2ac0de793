"""Locations of rembg's network files, installed by this program or by rembg. Does not import rembg."""

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
"""Files of rembg networks that run locally and have permissive licences (Apache 2.0, MIT)."""


def homes(name: str, folder: DataFolder | None = None) -> list[Path]:
    """Possible folders of a network: this program's, then rembg's in its new and its old flat layout."""
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
    """The files of a network of `LOCAL_NETWORKS` if one folder has all of them, else []."""
    for home in homes(name, folder):
        paths = [home / file for file in LOCAL_NETWORKS[name]]
        if all(path.is_file() for path in paths):
            return paths
    return []
