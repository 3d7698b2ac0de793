"""``python -m qt_app.i18n.update``: adds new and changed texts of the sources to the .ts files and removes obsolete ones.

It reads ``self.tr("…")`` (``tr("…")`` as an alias), ``translate("context", "…")``, and ``n=`` for plural forms.
A text that is not a literal there, such as an f-string, cannot be translated and is an error.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from qt_app.i18n.engine_sentences import sentences_of
from qt_app.i18n.loading import FOLDER, LANGUAGES
from qt_app.i18n.messages import Key, Message, read_ts, write_ts

__all__ = ["main", "texts_of", "updated"]

ROOT = FOLDER.parent
ENGINE = ROOT.parent / "s2edit_plugin"


def texts_of(root: Path = ROOT) -> list[Message]:
    """All translatable texts of the sources, by file and line.

    Raises:
        ValueError: a text is not a literal.
    """
    found: dict[Key, Message] = {}
    for path in sorted(root.rglob("*.py")):
        place = path.relative_to(root).as_posix()
        for message in _Reader(place).read(path.read_text(encoding="utf-8")):
            known = found.get(message.key)
            if known is None:
                found[message.key] = message
            else:
                places = tuple(dict.fromkeys(known.places + message.places))
                found[message.key] = Message(*known.key, known.numerus or message.numerus, (), places)
    return list(found.values())


def updated(texts: list[Message], old: dict[Key, Message], language: str) -> list[Message]:
    """The texts with their existing translations; English has only those with plural forms."""
    known = {message.source: message for message in old.values() if message.is_finished(language)}
    new = []
    for text in texts:
        if language == "en" and not text.numerus:
            continue
        # The translation of the same text in another context is the best guess.
        same = old.get(text.key) or known.get(text.source)
        forms = same.forms if same is not None and same.numerus == text.numerus else ()
        new.append(Message(text.context, text.source, text.numerus, forms, text.places))
    return new


def main() -> int:
    """Update every file and print the untranslated texts; returns the exit code."""
    texts, engine = texts_of(), sentences_of(ENGINE)
    untranslated = 0
    for language in LANGUAGES:
        untranslated += _update(FOLDER / f"s2edit_{language}.ts", texts, language)
        if language != "en":
            untranslated += _update(FOLDER / f"engine_{language}.ts", engine, language)
    return 1 if untranslated else 0


def _update(path: Path, texts: list[Message], language: str) -> int:
    """Write the texts to a file; returns how many are not translated."""
    new = updated(texts, read_ts(path) if path.exists() else {}, language)
    write_ts(path, language, new)
    untranslated = [message for message in new if not message.is_finished(language)]
    for message in untranslated:
        print(f"{language}: {message.context}: {message.source}")
    return len(untranslated)


class _Reader(ast.NodeVisitor):
    """Collects the texts of one file."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._classes: list[str] = []
        self._found: list[Message] = []

    def read(self, source: str) -> Iterator[Message]:
        """The texts of a file's source."""
        self.visit(ast.parse(source))
        yield from self._found

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """The class is the context of the texts in it."""
        self._classes.append(node.name)
        self.generic_visit(node)
        self._classes.pop()

    def visit_Call(self, node: ast.Call) -> None:
        """Collect the text of a translating call."""
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        numerus = any(keyword.arg == "n" for keyword in node.keywords)
        if name == "tr" and node.args and self._classes:
            self._collect(self._classes[-1], node.args[0], numerus)
        elif name == "translate" and len(node.args) == 2 and isinstance(node.args[0], ast.Constant):
            self._collect(str(node.args[0].value), node.args[1], numerus)
        self.generic_visit(node)

    def _collect(self, context: str, text: ast.expr, numerus: bool) -> None:
        if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
            raise ValueError(f"{self._place}:{text.lineno}: a text must be written out to be translated")
        self._found.append(Message(context, text.value, numerus, (), (self._place,)))


if __name__ == "__main__":
    sys.exit(main())
