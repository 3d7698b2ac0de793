"""Extracts the engine's sentences from its sources, with ``{0}``, ``{1}`` for inserted values. Only for the update."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from qt_app.i18n.engine_translation import numbered
from qt_app.i18n.messages import Message

__all__ = ["CONTEXT", "sentences_of"]

CONTEXT = "engine"
CATALOGUE = "models/catalogue.toml"
TERMINAL_ONLY = (
    "cli",
    "evaluation",
    "soak",
    "gimp",
    "demo.py",
    "contact_sheet.py",
    "fake.py",
    "fake_world.py",
)
"""Files and folders whose sentences never reach the window."""
LOGS = frozenset(("debug", "info", "warning", "error", "exception", "log"))
FEWEST_WORDS = 2
PHRASES = (
    "The same person",
    "Not clearly the same person",
    "The same subject",
    "Not clearly the same subject",
    "The mask",
    "The subject mask",
)
"""Values of gaps that the engine composes itself."""


def sentences_of(root: Path) -> list[Message]:
    """All sentences in the engine's sources: errors, hints, notes; without docstrings and log messages."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(root.rglob("*.py")):
        place = path.relative_to(root)
        if not any(part in TERMINAL_ONLY for part in place.parts):
            for text in _sentences(ast.parse(path.read_text(encoding="utf-8"))):
                found[text] = tuple(dict.fromkeys((*found.get(text, ()), place.as_posix())))
    found |= dict.fromkeys(PHRASES, ()) | dict.fromkeys(_of_catalogue(root.parent / CATALOGUE), (CATALOGUE,))
    return [Message(CONTEXT, text, places=places) for text, places in found.items()]


def _of_catalogue(path: Path) -> Iterator[str]:
    """The texts of the model catalogue, as the engine sends them."""
    if not path.is_file():  # sources without a catalogue
        return
    catalogue = tomllib.loads(path.read_text(encoding="utf-8"))
    for licence in catalogue["licences"].values():
        yield " ".join(licence["summary"].split())
    for model in catalogue["models"]:
        yield from (text for key in ("title", "training_data", "note") if (text := model.get(key, "")))


def _sentences(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOGS:
        return
    text = _template(node)
    if text is not None:
        if _is_sentence(text):
            yield text
        if not isinstance(node, ast.Call):  # the values of a sentence can be sentences
            return
    for child in ast.iter_child_nodes(node):
        yield from _sentences(child)


def _is_sentence(text: str) -> bool:
    """Whether a text begins and ends like a sentence and has words besides its gaps; SQL statements are excluded."""
    words = re.sub(r"\{\d\}", " ", text)
    return (
        text.endswith((".", "?"))
        and not re.match(r"[a-z\s(]|(SELECT|UPDATE|DELETE|INSERT) ", text)
        and len(re.findall(r"[^\W\d_]{2,}", words)) >= FEWEST_WORDS
        and len(text.split()) >= FEWEST_WORDS
        and not re.search(r"\{[^\d]|[=<] \?", text)
    )


def _template(node: ast.AST) -> str | None:
    """A text with numbered gaps; None: the node is no text."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) and node.value else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Sentence":
        template = _template(node.args[0])
        return None if template is None else numbered(template)
    if not isinstance(node, ast.JoinedStr):
        return None
    text, gaps = "", 0
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value)
        else:
            text += f"{{{gaps}}}"
            gaps += 1
    return text
