"""Translates the engine's sentences, which are in English.

``engine_<language>.ts`` has their templates, extracted from the engine's sources (context ``engine``): ``The model '{0}' is not
installed.`` An error's sentence and hint carry their template with them. Notes are plain text, also those that a history has
kept for years: their template is found by its words. Other sentences stay English.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from pathlib import Path

from qt_app.i18n.messages import read_ts
from s2edit_plugin.errors import Sentence

__all__ = ["numbered", "translated", "use_folder"]

_GAP = re.compile(r"\{(\d)\}")
_BETWEEN = re.compile(r"(?<=[.?:])(\s+)(?=[A-Z'`<])")


class _Templates:
    """Finds the template that a text was made from."""

    def __init__(self, sentences: dict[str, str]) -> None:
        self._forms = sentences
        self._whole = {source: form for source, form in sentences.items() if not _GAP.search(source)}
        gapped = [source for source in sentences if source not in self._whole]
        # The longest first: of two matching templates, it is the more specific.
        gapped.sort(key=lambda source: len(_GAP.sub("", source)), reverse=True)
        self._gapped = [
            (source[: source.index("{")], source[source.rindex("}") + 1 :], source, sentences[source])
            for source in gapped
        ]

    def translate(self, text: str) -> str:
        """The translation of a text: by its own template, else as a whole, else sentence by sentence."""
        if isinstance(text, Sentence) and (form := self._forms.get(numbered(text.template))):
            # Values are names and numbers, which nothing is found in; what is a sentence says so.
            return _filled(
                form,
                [
                    self.translate(v) if isinstance(v, Sentence) else self._whole.get(v, v)
                    for v in text.values
                ],
            )
        whole = self._one(text)
        if whole is not None:
            return whole
        parts = _BETWEEN.split(text)
        if len(parts) == 1:
            return text
        return "".join(self._one(part) or part for part in parts)

    def _one(self, text: str) -> str | None:
        if text in self._whole:
            return self._whole[text]
        for begin, end, source, form in self._gapped:
            if text.startswith(begin) and text.endswith(end):
                found = _values(source, text)
                if found is not None:
                    return _filled(
                        form, [self.translate(value) if " " in value else value for value in found]
                    )
        return None


def _filled(form: str, values: Sequence[str]) -> str:
    return _GAP.sub(lambda gap: values[int(gap[1])], form)


def numbered(template: str) -> str:
    """The template of a `Sentence` as translators see it: ``{}`` as ``{0}``, ``{1}``, ..."""
    first, *parts = template.split("{}")
    return first + "".join(f"{{{number}}}{part}" for number, part in enumerate(parts))


def _values(source: str, text: str) -> list[str] | None:
    """The values in the gaps of a template, each as short as possible, at least one character; None: the text does not match.

    Each part of the template is searched once, after the one before. The first match leaves the most text for the rest, so no
    backtracking is needed, and the time is linear in the length of the text.
    """
    begin, *middle, end = _GAP.split(source)[::2]  # text, number, text, number, ..., text
    position, last = len(begin), len(text) - len(end)
    if not text.startswith(begin) or not text.endswith(end):
        return None
    values = []
    for part in middle:
        found = text.find(part, position + 1, last)
        if found < 0:
            return None
        values.append(text[position:found])
        position = found + len(part)
    return [*values, text[position:last]] if position < last else None


_file: Path | None = None
_templates: _Templates | None = None


def use_folder(folder: Path, language: str) -> None:
    """Set the language; its file is read when the first sentence is translated."""
    global _file, _templates
    _file, _templates = folder / f"engine_{language}.ts", None


def translated(text: str) -> str:
    """The translation of an error's sentence, a hint or a note of the engine."""
    global _templates
    if not text or _file is None:
        return text
    if _templates is None:
        _templates = _Templates(_sentences(_file))
    return _templates.translate(text)


def _sentences(path: Path) -> dict[str, str]:
    try:
        read = read_ts(path) if path.exists() else {}
    except (OSError, ValueError) as error:
        logging.getLogger(__name__).warning("the engine's texts cannot be read: %s", error)
        read = {}
    return {
        message.source: message.forms[0] for message in read.values() if message.forms and message.forms[0]
    }
