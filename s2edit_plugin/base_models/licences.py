"""Accepted licences of models, stored in the data folder."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from s2edit_plugin.base_models.catalogue import CatalogueEntry, find_entry
from s2edit_plugin.errors import LicenceError, Sentence
from s2edit_plugin.storage.locks import file_lock
from s2edit_plugin.storage.paths import DataFolder, write_atomic

__all__ = ["accept", "accepted", "require_accepted"]


def accepted(folder: DataFolder, name: str) -> bool:
    """Whether a model of the catalogue may be installed: its licence has no restrictions or was accepted.

    Raises:
        ModelError: the catalogue has no such model.
    """
    licence = find_entry(name).licence
    # By model and licence: a changed licence must be accepted again.
    return not licence.must_accept or _stored(folder).get(name, {}).get("licence") == licence.id


def accept(folder: DataFolder, name: str) -> None:
    """Store that the user accepts a model's licence.

    Raises:
        ModelError: the catalogue has no such model. ResourceError: a disk error.
    """
    licence = find_entry(name).licence
    if accepted(folder, name):
        return
    when = datetime.now(UTC).isoformat(timespec="seconds")
    with file_lock(folder.root / "settings.lock", what="the settings"):
        values = _stored(folder) | {name: {"licence": licence.id, "url": licence.url, "accepted": when}}
        text = json.dumps(values, indent=2, ensure_ascii=False) + "\n"
        write_atomic(folder.licences, text.encode(), private=True)


def require_accepted(folder: DataFolder, entry: CatalogueEntry) -> None:
    """Check that a model's licence was accepted.

    Raises:
        LicenceError: it was not.
    """
    if not accepted(folder, entry.name):
        raise LicenceError(
            Sentence("The licence of '{}' ({}) has not been accepted yet.", entry.name, entry.licence.title),
            Sentence("Read it at {}, then add --accept-licence.", entry.licence.url),
        )


def _stored(folder: DataFolder) -> dict[str, dict[str, str]]:
    try:
        values = json.loads(folder.licences.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # nothing accepted: the user is asked again
    if not isinstance(values, dict):
        return {}
    return {name: value for name, value in values.items() if isinstance(value, dict)}
