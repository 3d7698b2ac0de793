"""Tokens and libraries for tests that need no model."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2edit_plugin.library import Library
from s2edit_plugin.tokens.file import TokenRecord
from tests.fakes.png import png64

__all__ = ["PHOTO_HASH", "TENSORS", "make_record", "names", "snapshot"]

TENSORS = {"vectors": np.ones((2, 4), dtype=np.float16)}
PHOTO_HASH = "ab" * 32


def make_record(person: str = "anna", name: str = "me", **changes: Any) -> TokenRecord:
    """A record of an identity token with everything a learned one has."""
    record = TokenRecord(
        kind="identity", person=person, name=name, class_noun="woman", base_model="small", base_model_hash="00",
        thumbnail=png64(), subject_mask=png64(), source_image_hash=PHOTO_HASH, crop=(0, 0, 8, 8), consent="agreed",
    )  # fmt: skip
    return record.replace(**changes)


def names(entries: Any) -> list[str]:
    """Full names of listed tokens."""
    return [entry.full_name for entry in entries]


def snapshot(library: Library) -> dict[str, bytes]:
    """All files of library and trash but the hidden ones, by place."""
    root = library.folder.root
    places = (library.folder.library, library.folder.trash)
    files = [path for place in places for path in place.rglob("*") if path.is_file()]
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in files
        if not path.name.startswith(".")
    }
