"""The bundled sample pictures and what they show."""

from __future__ import annotations

import json
from dataclasses import dataclass

from s2edit_plugin.errors import ModelError, Sentence
from s2edit_plugin.storage.paths import models_package

__all__ = ["Sample", "sample"]


@dataclass(frozen=True)
class Sample:
    """A bundled picture: the encoded file, its caption, and the caption's noun."""

    picture: bytes
    caption: str
    class_noun: str

    @property
    def place(self) -> str:
        """The caption's last words, for example ``in a forest``."""
        return " ".join(self.caption.split()[-3:])


def sample(name: str) -> Sample:
    """One of ``anna``, ``anna_second``, ``anna_sunglasses``, ``mia_makeup``. Raises ModelError where it is missing."""
    folder = models_package() / "samples"
    try:
        facts = json.loads((folder / "captions.json").read_text(encoding="utf-8"))[name]
        return Sample((folder / f"{name}.png").read_bytes(), facts["caption"], facts["class_noun"])
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(
            Sentence("The sample picture '{}' is missing.", name), "Install the program again."
        ) from error
