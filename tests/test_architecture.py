"""The structure: who may import what at import time, and what the packaging lists. import-linter checks the arrows."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from s2edit_plugin.engine.client.remote import STANDALONE

if TYPE_CHECKING:
    from grimp import ImportGraph

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "s2edit_plugin"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
HEAVY = ("torch", "diffusers", "transformers", "PyQt6", "rembg", "onnxruntime")
SOURCES = sorted(
    path
    for folder in ("s2edit_plugin", "models", "qt_app", "gimp_bridge")
    for path in (ROOT / folder).rglob("*.py")
)


def top_level_imports(path: Path) -> set[str]:
    """Full names of the modules a file imports anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
    return names


LIGHT = (
    "__init__", "errors", "storage/offline", "storage/disk", "tokens/consent",
    *("/".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in sorted((PACKAGE / "api").rglob("*.py"))),
    *(name.removesuffix(".py") for name in STANDALONE),
)  # fmt: skip


@pytest.mark.parametrize("module", sorted(set(LIGHT)))
def test_the_light_modules_need_the_standard_library_alone(module: str) -> None:
    own = {f"s2edit_plugin.{name.replace('/', '.')}".removesuffix(".__init__") for name in LIGHT}
    imports = top_level_imports(PACKAGE / f"{module}.py") - own
    assert {name.split(".")[0] for name in imports} <= sys.stdlib_module_names


@pytest.mark.parametrize(
    "module", ["s2edit_plugin.api", "s2edit_plugin.library", "qt_app", "gimp_bridge", "s2edit_models"]
)
def test_importing_it_loads_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_packaging_lists_every_package() -> None:
    listed = set(PROJECT["tool"]["setuptools"]["packages"])
    found = set()
    for path in SOURCES:
        if path.name == "__init__.py":
            parts = list(path.parent.relative_to(ROOT).parts)
            found.add(".".join(["s2edit_models" if parts[0] == "models" else parts[0], *parts[1:]]))
    assert listed == found


def test_every_folder_with_modules_is_a_package() -> None:
    assert [path for path in SOURCES if not (path.parent / "__init__.py").exists()] == []


def test_nothing_imports_the_models_by_their_folder() -> None:
    """Installed, the folder ``models/`` is the package ``s2edit_models``; the generic name exists only in the checkout."""
    wrong = [
        path for path in SOURCES if any(name.split(".")[0] == "models" for name in top_level_imports(path))
    ]
    assert wrong == []


def test_exactly_one_onnxruntime_can_come_of_each_extra() -> None:
    def runtimes(requirements: list[str]) -> list[str]:
        return [line for line in requirements if line.startswith("onnxruntime")]

    extras = PROJECT["project"]["optional-dependencies"]
    assert runtimes(PROJECT["project"]["dependencies"]) == []
    assert [len(runtimes(extras[name])) for name in ("cpu", "gpu")] == [1, 1]
    assert all(runtimes(extras[name]) == [] for name in extras if name not in ("cpu", "gpu"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_all_names_what_is_there(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    defined: set[str] = set()
    exported: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            defined.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            defined.update(alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            defined.update(n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name))
            if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
                exported = ast.literal_eval(node.value) if node.value else []
    assert set(exported) <= defined
    assert len(exported) == len(set(exported))


def test_the_wheel_holds_every_file_that_is_no_code() -> None:
    """What package-data leaves out would be missing after `pipx install`, and nowhere else."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tool = PROJECT["tool"]["setuptools"]
    folders = {"s2edit_models": "models"} | {
        name: name for name in tool["package-data"] if name != "s2edit_models"
    }
    globs = {folder: tool["package-data"].get(package, []) for package, folder in folders.items()}
    held = {path for folder, every in globs.items() for one in every for path in (ROOT / folder).glob(one)}
    packages = {"s2edit_plugin", "models", "qt_app", "gimp_bridge"}
    for name in listed.splitlines():
        path = ROOT / name
        if path.parts[len(ROOT.parts)] in packages and path.suffix not in (".py", ".md") and path.exists():
            assert path in held, f"{name} is not in the wheel"


def test_no_cycle_of_imports_between_files() -> None:
    """Also between files of one package, and counting imports for type checking and inside functions."""
    from grimp import build_graph

    packages = ("s2edit_plugin", "s2edit_models", "qt_app", "gimp_bridge")
    graph = build_graph(*packages, include_external_packages=False, exclude_type_checking_imports=False)
    cycles = {tuple(sorted(found)) for module in graph.modules if len(found := _cycle(graph, module)) > 1}
    assert cycles == set()


def _cycle(graph: ImportGraph, module: str) -> set[str]:
    """The modules that a module imports, at whatever distance, and that import it."""
    return graph.find_downstream_modules(module) & graph.find_upstream_modules(module) | {module}


def tracked_texts() -> list[Path]:
    """Tracked files that are no pictures or weights."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    suffixes = {
        ".py",
        ".md",
        ".toml",
        ".json",
        ".sh",
        ".ps1",
        ".iss",
        ".ts",
        ".txt",
        ".lock",
        ".command",
        ".svg",
        ".html",
        "",
    }
    return [
        ROOT / name
        for name in listed.splitlines()
        if Path(name).suffix in suffixes and (ROOT / name).is_file()
    ]


def test_no_file_holds_the_marks_of_a_merge() -> None:
    marks = tuple(f"{sign * 7} ".encode() for sign in "<>|")
    marked = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked_texts()
        for number, line in enumerate(path.read_bytes().splitlines(), 1)
        if line.startswith(marks)
    ]
    assert marked == []


LONGEST_FUNCTION = 60
LONG_FUNCTIONS = {
    # A text of rules of style, one after the other.
    "qt_app/ui/theme.py _style_sheet",
}
"""Functions that may be longer, and why."""


def test_functions_fit_on_a_screen() -> None:
    """Complexity and statements are ruff's to count (C901, PLR0915)."""
    long = {
        f"{path.relative_to(ROOT).as_posix()} {node.name}"
        for path in [*SOURCES, *(ROOT / "installer").rglob("*.py")]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    }
    assert long - LONG_FUNCTIONS == set()
