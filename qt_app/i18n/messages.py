"""Files of Qt Linguist (``.ts``) in memory: read, written. Standard library only."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

__all__ = ["FORMS", "Key", "Message", "read_ts", "write_ts"]

FORMS = {"en": 2, "de": 2}
"""Number of plural forms of a language."""

Key = tuple[str, str]
"""Context (the class that uses the text) and source text."""


@dataclass(frozen=True)
class Message:
    """One text.

    Attributes:
        numerus: has plural forms (``%n``). forms: translations, one if there are no plural forms.
        places: ``file:line``, relative to ``qt_app``.
    """

    context: str
    source: str
    numerus: bool = False
    forms: tuple[str, ...] = ()
    places: tuple[str, ...] = field(default=(), compare=False)

    @property
    def key(self) -> Key:
        """Context and source text."""
        return self.context, self.source

    def is_finished(self, language: str) -> bool:
        """Whether all plural forms are translated."""
        wanted = FORMS.get(language, 2) if self.numerus else 1
        return len(self.forms) == wanted and all(form.strip() for form in self.forms)


def read_ts(path: Path) -> dict[Key, Message]:
    """The messages of a file, finished or not. Raises OSError; ValueError: not a .ts file."""
    found = {}
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        raise ValueError(f"{path} is no file of Qt Linguist ({error})") from error
    for context in root.iter("context"):
        name = context.findtext("name", "")
        for element in context.iter("message"):
            translation = element.find("translation")
            numerus = element.get("numerus") == "yes"
            forms: tuple[str, ...] = ()
            if translation is not None and translation.get("type") not in (
                "unfinished",
                "vanished",
                "obsolete",
            ):
                counted = [form.text or "" for form in translation.iter("numerusform")]
                forms = tuple(counted) if numerus else (translation.text or "",)
            message = Message(name, element.findtext("source", ""), numerus, forms)
            found[message.key] = message
    return found


def write_ts(path: Path, language: str, messages: list[Message]) -> None:
    """Write a file as Qt Linguist does, sorted by context and place, so that diffs are small."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        "<!DOCTYPE TS>",
        f'<TS version="2.1" language={quoteattr(language)}>',
    ]
    contexts: dict[str, list[Message]] = {}
    for message in messages:
        contexts.setdefault(message.context, []).append(message)
    for name, ones in sorted(contexts.items()):
        lines += ["<context>", f"    <name>{escape(name)}</name>"]
        for message in ones:
            lines += _lines(message, language)
        lines.append("</context>")
    path.write_text("\n".join([*lines, "</TS>", ""]), encoding="utf-8")


def _lines(message: Message, language: str) -> list[str]:
    lines = ['    <message numerus="yes">' if message.numerus else "    <message>"]
    lines += [f"        <location filename={quoteattr(f'../{place}')}/>" for place in message.places]
    lines.append(f"        <source>{escape(message.source)}</source>")
    unfinished = "" if message.is_finished(language) else ' type="unfinished"'
    if message.numerus:
        forms = message.forms or ("",) * FORMS.get(language, 2)
        lines.append(f"        <translation{unfinished}>")
        lines += [f"            <numerusform>{escape(form)}</numerusform>" for form in forms]
        lines.append("        </translation>")
    else:
        text = escape(message.forms[0]) if message.forms else ""
        lines.append(f"        <translation{unfinished}>{text}</translation>")
    return [*lines, "    </message>"]
