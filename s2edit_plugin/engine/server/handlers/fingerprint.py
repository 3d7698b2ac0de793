"""Whether a token belongs to the base model in use, without loading the model."""

from __future__ import annotations

from s2edit_plugin.backbones.fingerprint import fingerprint_folder, is_quick
from s2edit_plugin.base_models import resolve
from s2edit_plugin.engine.server.handlers.context import QueryContext
from s2edit_plugin.errors import S2EditError
from s2edit_plugin.storage.settings import load_settings
from s2edit_plugin.tokens.file import TokenRecord

__all__ = ["Usable"]


class Usable:
    """Identifies tokens of the model in use; created for every call, because the settings may change.

    A large model is hashed when it is first loaded. Until then its tokens are identified by its name.
    """

    def __init__(self, context: QueryContext) -> None:
        chosen = load_settings(context.folder).model
        try:
            folder = resolve(context.folder, chosen)
        except S2EditError:
            self._name, self._hash = chosen, ""
            return
        self._name, self._hash = folder.name, fingerprint_folder(folder) if is_quick(folder) else ""

    def __call__(self, record: TokenRecord) -> bool:
        """Whether the token of this record was learned on the model in use."""
        if self._hash:
            return record.base_model_hash == self._hash
        return record.base_model == self._name
