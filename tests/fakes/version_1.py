"""A token file byte for byte as format version 1 was written, made without today's code."""

from __future__ import annotations

import json
import struct
from typing import Any

__all__ = ["VERSION_1_SHA256", "version_1_bytes", "version_1_record"]

VERSION_1_SHA256 = "9f57eda1101fae580763eb03085eb844c2d2deaf1ef16f1f1ddfe18a66938cf8"
"""Of ``version_1_bytes()``, taken from a file that version 1 itself wrote."""


def version_1_record(**changes: Any) -> dict[str, Any]:
    """All fields of a record of format 1, as JSON values."""
    return {
        "attribute_words": ["smiling", "red"],
        "base_model": "small",
        "base_model_hash": "ab" * 32,
        "class_noun": "woman",
        "consent": "The user confirmed the person's consent on 2026-01-02.",
        "created": "2026-01-02T03:04:05+00:00",
        "crop": [-3, 0, 128, 131],
        "format_version": 1,
        "id": "11111111-2222-3333-4444-555555555555",
        "kind": "identity",
        "loss": 0.25,
        "name": "me",
        "orthogonality": 0.125,
        "person": "anna",
        "region": "auto",
        "seed": 3,
        "settings": {"parameters": "kv_token", "rank": 2},
        "source_image_hash": "cd" * 32,
        "source_prompt": "a photo of a woman",
        "steps": 160,
        "subject_mask": "",
        "tags": ["work"],
        "thumbnail": "",
    } | changes


def version_1_bytes(**changes: Any) -> bytes:
    """The file: vectors 0..7 as (2, 4) fp16 and one fp32 parameter (3, 2) of 0.5."""
    record = json.dumps(version_1_record(**changes), ensure_ascii=True, sort_keys=True)
    header = {
        "__metadata__": {"s2edit_token": record},
        "parameters.a/k_down": {"dtype": "F32", "shape": [3, 2], "data_offsets": [0, 24]},
        "vectors": {"dtype": "F16", "shape": [2, 4], "data_offsets": [24, 40]},
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return (
        struct.pack("<Q", len(text)) + text + struct.pack("<6f", *[0.5] * 6) + struct.pack("<8e", *range(8))
    )
