"""What the engine says, in the window's language. It speaks English alone; its sentences are known from its sources, with gaps.

``engine_<language>.ts`` has them (context ``engine``): ``The model '{0}' is not installed.`` What is in no file stays English.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

from qt_app.i18n.messages import read_ts

__all__ = ["spoken", "use_folder"]

_GAP = re.compile(r"\{(\d)\}")
_BETWEEN = re.compile(r"(?<=[.?:])(\s+)(?=[A-Z'`<])")


class _Words:
    """Finds the sentence a text was made from. Patterns are compiled when a text begins and ends as they do: most never are."""

    def __init__(self, sentences: dict[str, str]) -> None:
        self._whole = {source: form for source, form in sentences.items() if not _GAP.search(source)}
        gapped = [source for source in sentences if source not in self._whole]
        # The most words first: of two that fit it says more.
        gapped.sort(key=lambda source: len(_GAP.sub("", source)), reverse=True)
        self._gapped = [
            (source[: source.index("{")], source[source.rindex("}") + 1 :], source, sentences[source])
            for source in gapped
        ]

    def of(self, text: str) -> str:
        """A text in the other language: as a whole, else sentence by sentence."""
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
                    said = [self.of(value) if " " in value else value for value in found]
                    return _GAP.sub(lambda gap, values=said: values[int(gap[1])], form)  # type: ignore[misc]
        return None


def _values(source: str, text: str) -> list[str] | None:
    """What stands in the gaps of a sentence, each as short as can be, at least a character; None where it is another sentence.

    Each part is looked for once, behind the one before: an earlier place leaves more for the rest, so no other need be
    tried, and a long text with many a part in it takes no longer than another.
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
_words: _Words | None = None


def use_folder(folder: Path, language: str) -> None:
    """Speak a language from now on; its file is read when something is said first."""
    global _file, _words
    _file, _words = folder / f"engine_{language}.ts", None


def spoken(text: str) -> str:
    """An error's sentence, a hint, a note of the engine's, in the window's language."""
    global _words
    if not text or _file is None:
        return text
    if _words is None:
        _words = _Words(_sentences(_file))
    return _words.of(text)


def _sentences(path: Path) -> dict[str, str]:
    try:
        read = read_ts(path) if path.exists() else {}
    except (OSError, ValueError) as error:
        logging.getLogger(__name__).warning("the engine's texts cannot be read: %s", error)
        read = {}
    return {
        message.source: message.forms[0] for message in read.values() if message.forms and message.forms[0]
    }
