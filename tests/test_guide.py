"""The user guide: its commands are commands, its examples run, each finding of the doctor has its entry."""

from __future__ import annotations

import ast
import inspect
import re
import shlex
import shutil
from pathlib import Path

import pytest

from s2edit_plugin.backbones.device import _FAULTS
from s2edit_plugin.batch.recipe import read_recipe
from s2edit_plugin.cli.main import build_parser, main
from s2edit_plugin.imaging.credentials.inspection import inspect_picture
from s2edit_plugin.workflows import doctor

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs" / "guide"
PAGES = sorted(GUIDE.glob("*.md"))
SAMPLES = ROOT / "models" / "samples"
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


def blocks(page: Path, *languages: str) -> list[str]:
    found = _BLOCK.findall(page.read_text(encoding="utf-8"))
    return [text for language, text in found if language in languages]


def commands(page: Path, *languages: str) -> list[list[str]]:
    """The commands of a page's blocks, as arguments behind ``s2edit``."""
    found = []
    for text in blocks(page, *languages):
        for line in text.replace("\\\n", " ").splitlines():
            name, *arguments = shlex.split(line, comments=True) or [""]
            if name:
                assert name == "s2edit", line
                found.append(arguments)
    return found


def in_line(page: Path) -> list[list[str]]:
    """Commands within sentences; words in capitals stand for something."""
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    return [shlex.split(found)[1:] for found in re.findall(r"`(s2edit [^`]+)`", text)]


@pytest.mark.parametrize("page", [*PAGES, ROOT / "docs" / "responsible-use.md"], ids=lambda page: page.stem)
def test_every_command_is_one_that_the_program_has(page: Path) -> None:
    parser = build_parser()
    for arguments in [*commands(page, "sh", "console"), *in_line(page)]:
        if arguments != ["COMMAND"]:
            parser.parse_args(arguments)  # raises UsageError


@pytest.mark.parametrize("page", [*PAGES, ROOT / "docs" / "responsible-use.md"], ids=lambda page: page.stem)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_every_page_stands_in_the_table() -> None:
    listed = set(_LINK.findall((GUIDE / "README.md").read_text(encoding="utf-8")))
    assert {page.name for page in PAGES} - {"README.md"} <= listed


def test_each_finding_of_the_doctor_has_its_entry() -> None:
    page = (GUIDE / "trouble.md").read_text(encoding="utf-8")
    entries = dict(re.findall(r"^### ([^\n]+)\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL))
    tree = ast.parse(inspect.getsource(doctor))
    asked = {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Check" and node.args
        if isinstance(node.args[0], ast.Constant)
    }
    assert asked == set(entries)
    for name in asked:
        assert len(entries[name].split()) > 5, name
    plain = page.replace("`", "")
    for text in [*sentences(tree), *(fault.cure for fault in _FAULTS), *(f.reason for f in _FAULTS)]:
        for piece in re.split(r"\{\}|\s{2,}", text.replace("`", "")):
            assert piece.strip(" .,;:") in plain, text


def sentences(tree: ast.AST) -> list[str]:
    """What the doctor says to do, its gaps as ``{}``."""
    found = []
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in docstrings:
            continue
        if isinstance(node, ast.JoinedStr):
            text = "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if re.match(r"(Run|Remove|Install|Free|Make|Use) .*\.$", text) and "\n" not in text:
            found.append(text)
    return found


def test_the_recipe_is_one(tmp_path: Path) -> None:
    (text,) = blocks(GUIDE / "batch.md", "toml")
    (tmp_path / "red.toml").write_text(text)
    assert read_recipe(tmp_path / "red.toml").mask == "hair"


@pytest.fixture
def practice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for picture in SAMPLES.glob("*.png"):
        shutil.copy(picture, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_python_example_runs(
    practice: Path, one_thread: None, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = blocks(GUIDE / "python.md", "python")
    quick = code.replace(
        "consent=True,", "consent=True, settings=api.LearnSettings(steps_token=1, steps_joint=1),"
    ).replace("EditSettings(seed=1)", "EditSettings(seed=1, steps=2)")
    assert quick.count("steps") == 3
    exec(compile(quick, "python.md", "exec"), {})
    assert capsys.readouterr().out.endswith("It says that it was edited by AI.\n")
    report = inspect_picture((practice / "blonde.jpg").read_bytes()).credentials
    assert report is not None
    assert report.state == "intact"


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page_do_what_it_says(page: Path, practice: Path) -> None:
    code = (GUIDE / "practice.py").read_text(encoding="utf-8")
    exec(compile(code, "practice.py", "exec"), {"__name__": "__main__"})
    for recipe in blocks(page, "toml"):
        (practice / "red.toml").write_text(recipe.replace("steps = 30", "steps = 2"))
    for arguments in commands(page, "sh"):
        quick = ["--steps", "2"] if arguments[0] in ("learn", "edit") else []
        assert main([*arguments, *quick]) == 0, arguments
