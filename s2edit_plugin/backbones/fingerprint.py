"""The fingerprint of a model's weights, stored in tokens and in the keys of cached inversions."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from s2edit_plugin.errors import ResourceError
from s2edit_plugin.storage.paths import MAX_JSON, read_limited, write_atomic

__all__ = ["fingerprint_folder", "is_quick"]

PARTS = ("unet", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2")
# Hashing a large model takes as long as loading it, so its hash is stored beside it with each file's size, times and inode.
# The author of an archive could forge the stored hash and modification times, but not inodes and change times.
KEPT = ".s2edit-fingerprint.json"
KEEP_FROM = 500_000_000  # bytes; hashes of smaller models are not stored
_memory: dict[Path, tuple[list[list[Any]], str]] = {}


def fingerprint_folder(folder: Path) -> str:
    """Hash of a model folder's weights and text side: sha256 over U-Net, text encoder and tokenizer files, by name."""
    files, state = _state(folder)
    memorized = _memory.get(folder)
    if memorized is not None and memorized[0] == state:
        return memorized[1]
    large = _is_large(state)
    if large and (known := _kept(folder, state)):
        return known
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.parent.name}/{file.name}".encode())
        with file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    if large:
        _keep(folder, state, digest.hexdigest())
    _memory[folder] = (state, digest.hexdigest())
    return digest.hexdigest()


def is_quick(folder: Path) -> bool:
    """Whether `fingerprint_folder` is fast: the model is small, or its hash is stored."""
    try:
        _, state = _state(folder)
    except OSError:
        return False
    return not _is_large(state) or bool(_kept(folder, state))


def _state(folder: Path) -> tuple[list[Path], list[list[Any]]]:
    """The files to hash, and their sizes, times and inodes, by which changes are detected."""
    files = [
        file
        for part in PARTS
        for file in sorted((folder / part).glob("*"))
        if file.suffix in (".safetensors", ".json", ".txt") and file.is_file()
    ]
    return files, [[f"{file.parent.name}/{file.name}", *_size_and_times(file)] for file in files]


def _is_large(state: list[list[Any]]) -> bool:
    return sum(size for _, size, *_ in state) >= KEEP_FROM


def _size_and_times(file: Path) -> tuple[int, ...]:
    status = file.stat()
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _kept(folder: Path, state: list[list[Any]]) -> str:
    """The stored hash if no file has changed since, else ""."""
    try:
        values = json.loads(read_limited(folder / KEPT, MAX_JSON))
        return str(values["fingerprint"]) if values["files"] == state else ""
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""


def _keep(folder: Path, state: list[list[Any]], fingerprint: str) -> None:
    text = json.dumps({"fingerprint": fingerprint, "files": state}, indent=1)
    try:
        write_atomic(folder / KEPT, text.encode())
    except ResourceError:
        return  # read-only folder or full disk: the model is hashed again next time
