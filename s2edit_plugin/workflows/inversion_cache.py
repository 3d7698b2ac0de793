"""Inversions on disk, so that the second edit of a photo does not invert it again.

Keyed by photo, tokens with their masks, source prompt, crop and model (`workflows.inversion_key`), never by the edit region.
They decode to the photo, so they are private files below the person's folder and are removed when the person is forgotten.
Each file lists its sources (the photo's hash, all tokens' ids), so it is removed when any person in it is forgotten.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch

from s2edit_plugin.library import MADE_FROM
from s2edit_plugin.method.invert import Inversion
from s2edit_plugin.storage.paths import write_atomic

__all__ = ["NO_PERSON", "InversionCache", "cache_key"]

VERSION = 4  # increased when the same key would give another inversion
LIMIT_BYTES = 512 * 1024 * 1024
NO_PERSON = "-"
"""The folder of edits without a token; no person can be called so."""


def cache_key(**parts: Any) -> str:
    """Hash of everything an inversion depends on; values must be JSON."""
    known = json.dumps({"version": VERSION, **parts}, sort_keys=True)
    return hashlib.sha256(known.encode()).hexdigest()[:32]


class InversionCache:
    """Files ``<root>/<person>/inversion-<key>.safetensors``; the longest unused go first beyond the size limit."""

    def __init__(self, root: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self._root, self._limit = root, limit_bytes

    def load(self, person: str, key: str, device: str | torch.device = "cpu") -> Inversion | None:
        """The inversion, on a device, or None where it is not there or cannot be read."""
        path = self._path(person, key)
        try:
            with safetensors.safe_open(path, framework="pt") as file:
                tensors = {name: file.get_tensor(name).to(device) for name in file.keys()}  # noqa: SIM118 (no mapping)
                method = (file.metadata() or {})["method"]
            inversion = Inversion(method, tensors["latents"], tensors.get("null"))
        except (OSError, KeyError, ValueError, safetensors.SafetensorError):
            return None
        if "uncond" in tensors:
            inversion.uncond = {i: noise[None] for i, noise in enumerate(tensors["uncond"])}
        with contextlib.suppress(OSError):  # another process may have removed it, or the disk is read-only
            os.utime(path)
        return inversion

    def store(self, person: str, key: str, inversion: Inversion, made_from: Iterable[str]) -> None:
        """Write an inversion, then delete the longest unused files beyond the limit.

        Args:
            made_from: the hash of the photo's pixels and the ids of all tokens that took part.

        Raises:
            ResourceError: the disk refused.
        """
        tensors = {"latents": inversion.latents}
        if inversion.null is not None:
            tensors["null"] = inversion.null
        if len(inversion.uncond) == inversion.steps:
            tensors["uncond"] = torch.cat([inversion.uncond[i] for i in range(inversion.steps)])
        data = safetensors.torch.save(
            {name: value.detach().cpu().contiguous() for name, value in tensors.items()},
            metadata={"method": inversion.method, MADE_FROM: " ".join(made_from)},
        )
        write_atomic(self._path(person, key), data, private=True)
        self._prune()

    def _path(self, person: str, key: str) -> Path:
        return self._root / person / f"inversion-{key}.safetensors"

    def _prune(self) -> None:
        files = []
        for path in self._root.glob("*/inversion-*.safetensors"):
            with contextlib.suppress(OSError):  # another process prunes too
                files.append((path.stat(), path))
        total = sum(stat.st_size for stat, _ in files)
        for stat, path in sorted(files, key=lambda item: item[0].st_mtime):
            if total <= self._limit:
                return
            with contextlib.suppress(OSError):
                path.unlink()
            total -= stat.st_size
