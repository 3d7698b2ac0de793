"""No dead code: every function, class, method, constant and private attribute is used by the program, not by tests alone.

Names are compared, not meanings: a name that is used anywhere counts, so an entry of `CALLED_FROM_OUTSIDE` is seldom needed.
"""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("s2edit_plugin", "models", "qt_app", "gimp_bridge", "installer")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))

CALLED_FROM_OUTSIDE = {
    # GIMP
    "do_query_procedures", "do_set_i18n", "do_create_procedure",
    # uvicorn and asyncio: the HTTP protocol and the server
    "startup", "on_tick", "capture_signals", "connection_made", "data_received", "connection_lost", "send_400_response",
    # logging.Formatter, ast.NodeVisitor
    "formatException", "visit_ClassDef", "visit_Call",
    # rembg asks a session for its model
    "download_models",
    # an optimizer's argument list is torch's
    "closure",
}  # fmt: skip
KEPT = {
    "FlowSchedule": "the second meaning of a schedule; tests hold the algorithms to both, until a transformer comes",
    "has_more": "goes with the window's own changes",
    "FakeClient": "the engine of tests, and of the window's tests",
    "_data": "keeps the bytes alive from which Qt reads its texts",
    "fail": "of FakeClient", "die": "of FakeClient", "revive": "of FakeClient",
}  # fmt: skip
"""What the program does not use, and why it is here."""

_QUALIFIED = re.compile(r"[A-Za-z_][\w.]*(:[A-Za-z_]\w*)?")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Definition:
    """A name that is defined in a file. ``own``: uses within its own definition. ``is_private``: used in its file only."""

    file: Path
    line: int
    name: str
    own: int
    is_private: bool


Uses = dict[str, list[int]]
"""The lines in which each name is used."""


def uses(tree: ast.Module) -> Uses:
    """Imports and ``__all__`` are no use of a name; strings like ``module:function`` are."""
    found: Uses = defaultdict(list)
    exports = {id(part) for node in tree.body if _is_export(node) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in exports:
            continue
        if isinstance(node, ast.Name):
            found[node.id].append(node.lineno)
        elif isinstance(node, ast.Attribute):
            found[node.attr].append(node.lineno)
        elif isinstance(node, ast.keyword) and node.arg:
            found[node.arg].append(node.value.lineno)
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and _QUALIFIED.fullmatch(node.value)
        ):
            for part in re.split("[.:]", node.value):
                found[part].append(node.lineno)
    return found


def _is_export(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
    )


def definitions(file: Path, tree: ast.Module, within: Uses) -> Iterator[Definition]:
    """Functions, classes, methods and constants of a file, and the private attributes that its methods set."""
    yield from _in_body(file, tree.body, within, of_class=False)
    stored: dict[str, list[int]] = defaultdict(list)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr.startswith("_"):
            stored[node.attr].append(node.lineno)
    for name, lines in stored.items():
        yield Definition(file, lines[0], name, len(lines), is_private=False)


def _in_body(file: Path, body: list[ast.stmt], within: Uses, of_class: bool) -> Iterator[Definition]:
    for node in body:
        names = []
        if isinstance(node, Function | ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.Assign | ast.AnnAssign) and not of_class:
            # Of several in a tuple, numbered like an enumeration, some may stay unused.
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
        for name in names:
            own = sum(node.lineno <= line <= (node.end_lineno or 0) for line in within.get(name, ()))
            yield Definition(file, node.lineno, name, own, _private(name, of_class))
        if isinstance(node, ast.ClassDef):
            yield from _in_body(file, node.body, within, of_class=True)
        elif isinstance(node, ast.If | ast.Try):
            yield from _in_body(file, node.body, within, of_class)


def _private(name: str, of_class: bool) -> bool:
    """A method may be private and called by a base class in another file."""
    return name.startswith("_") and not of_class


def is_qt_handler(definition: Definition) -> bool:
    """Qt's virtual functions keep their names; ours have underscores."""
    return "qt_app" in definition.file.parts and re.fullmatch("[a-z]+[A-Z]\\w*", definition.name) is not None


def dead(files: list[Path]) -> list[Definition]:
    """Definitions that nothing in the files uses."""
    trees = {file: ast.parse(file.read_text(encoding="utf-8")) for file in files}
    within = {file: uses(tree) for file, tree in trees.items()}
    everywhere: Counter[str] = Counter()
    for found in within.values():
        everywhere.update({name: len(lines) for name, lines in found.items()})
    return [
        one
        for file, tree in trees.items()
        for one in definitions(file, tree, within[file])
        if (len(within[file].get(one.name, ())) if one.is_private else everywhere[one.name]) <= one.own
        and not one.name.startswith("__")
        and not is_qt_handler(one)
    ]


def test_nothing_is_dead() -> None:
    unused = [one for one in dead(FILES) if one.name not in CALLED_FROM_OUTSIDE | KEPT.keys()]
    assert [f"{one.file.relative_to(ROOT)}:{one.line} {one.name}" for one in unused] == []


def test_dead_code_is_found(tmp_path: Path) -> None:
    """Of each kind one that is used and one that is not."""
    file, other = tmp_path / "one.py", tmp_path / "other.py"
    file.write_text(
        '__all__ = ["used", "unused"]\nUSED = 1\nUNUSED = 2\n_elsewhere = 3\n'
        "def used(): return USED\n"
        "def unused(): return unused()\n"
        "class Used:\n    def __init__(self): self._kept, self._lost = 1, 2\n"
        "    def method(self): return self._kept\n    def idle(self): pass\n"
        "class Unused: pass\n"
        "def by_name(): pass\n"
    )
    other.write_text(
        "from one import unused\nused(); Used().method()\n_elsewhere = 4\nprint(_elsewhere, 'one:by_name')\n"
    )
    found = {one.name for one in dead([file, other])}
    assert found == {"UNUSED", "_elsewhere", "unused", "Unused", "idle", "_lost"}
