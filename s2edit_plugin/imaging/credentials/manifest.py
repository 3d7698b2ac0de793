"""What a result's Content Credentials say: a photo was opened, and edited by AI in these places. Standard library only.

No name, no prompt, no setting, no file name and no thumbnail. See C2PA 2.x, "Actions" and "Regions of interest".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from s2edit_plugin import __version__

__all__ = ["PARENT", "definition", "parent", "thumbnails_of"]

PARENT = "photo"
_ACTIONS = "c2pa.actions.v2"
_PROGRAM = {"name": "S2Edit Studio", "version": __version__}
_MODEL = "s2edit.model"


def definition(
    mime: str,
    model: str,
    source_type: str,
    notice: str,
    areas: Iterable[Sequence[int]],
    *,
    when: str,
    redact: Sequence[str] = (),
) -> dict[str, Any]:
    """A manifest as c2pa's builder takes it.

    Args:
        mime: of the result. model: name of the base model. source_type: address of IPTC's word. notice: the words for people.
        areas: left, top, right, bottom in pixels. when: RFC 3339. redact: addresses of assertions in the parent's
            manifests that are taken out.
    """
    edited = {
        "action": "c2pa.edited",
        "when": when,
        "softwareAgent": _PROGRAM,
        "digitalSourceType": source_type,
        "description": notice,
        "parameters": {_MODEL: model},
        "changes": [{"region": [_rectangle(area)], "description": notice} for area in areas],
    }
    if not edited["changes"]:
        del edited["changes"]
    opened = {"action": "c2pa.opened", "when": when, "parameters": {"ingredientIds": [PARENT]}}
    removed = [
        {"action": "c2pa.redacted", "reason": "c2pa.PII.present", "parameters": {"redacted": address}}
        for address in redact
    ]
    made: dict[str, Any] = {
        "claim_generator_info": [_PROGRAM],
        "title": notice,
        "format": mime,
        "assertions": [{"label": _ACTIONS, "data": {"actions": [opened, edited, *removed]}}],
    }
    return made | ({"redactions": list(redact)} if redact else {})


def parent() -> dict[str, str]:
    """What was opened, as an ingredient. Its file's name is nobody's business."""
    return {"title": PARENT, "relationship": "parentOf", "label": PARENT}


def thumbnails_of(detailed: dict[str, Any]) -> list[str]:
    """Addresses of the thumbnails in a manifest store, by the reader's detailed report: they show the unedited photo."""
    return [
        f"self#jumbf=/c2pa/{label}/c2pa.assertions/{name}"
        for label, manifest in detailed.get("manifests", {}).items()
        for name in manifest.get("assertion_store", {})
        if "c2pa.thumbnail" in name
    ]


def _rectangle(area: Sequence[int]) -> dict[str, Any]:
    left, top, right, bottom = area
    return {
        "type": "spatial",
        "shape": {
            "type": "rectangle",
            "unit": "pixel",
            "origin": {"x": left, "y": top},
            "width": right - left,
            "height": bottom - top,
        },
    }
