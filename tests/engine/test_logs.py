"""The log holds what happened and where, not whom it was about."""

from __future__ import annotations

import ast
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from s2edit_plugin.engine.server import logs
from s2edit_plugin.errors import EngineError

PACKAGE = Path(logs.__file__).resolve().parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    handler = logs.open_log(tmp_path / "engine" / "engine.log")
    yield tmp_path / "engine" / "engine.log"
    logs.close_log(handler)


def test_an_exceptions_text_is_left_out_but_not_where_it_came_from(path: Path) -> None:
    try:
        try:
            {}["anna/me"]  # type: ignore[index]
        except KeyError as error:
            raise ValueError("anna's photo") from error
    except ValueError:
        logging.getLogger("s2edit_plugin.engine.server.worker").warning("It failed.", exc_info=True)
    text = path.read_text()
    assert "anna" not in text
    assert "test_logs.py" in text
    assert "ValueError\n" in text
    assert "KeyError" in text


def test_what_other_parts_say_is_told_without_what_was_put_into_it(path: Path) -> None:
    log = logging.getLogger("s2edit_plugin.workflows.resuming")
    log.info("%s", "Learning anna/me starts again.")
    log.info("Step %d of %s", 3, "anna")
    log.info("A plain sentence, 100 % of it.")
    text = path.read_text()
    assert "anna" not in text
    assert "Step 3 of <str>" in text
    assert "100 % of it" in text


def test_the_engines_own_words_are_told(path: Path) -> None:
    logging.getLogger("s2edit_plugin.engine.server.process").info("The engine runs on port %d.", 80)
    logging.getLogger("other.library").warning("anna")
    assert "The engine runs on port 80." in path.read_text()
    assert "anna" not in path.read_text()


def _logs(call: ast.Call) -> bool:
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr in ("debug", "info", "warning", "error", "exception", "critical")
        and "log" in ast.unparse(call.func.value).lower()
    )


def _is_constant(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant)


def test_no_message_of_the_program_is_put_together_before_it_is_logged() -> None:
    """Only what is given as an argument can be left out."""
    wrong = [
        f"{file.relative_to(PACKAGE)}:{call.lineno}"
        for file in sorted(PACKAGE.rglob("*.py"))
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call) and _logs(call) and not (call.args and _is_constant(call.args[0]))
    ]
    assert wrong == []


def test_the_file_is_the_users_alone_and_is_exchanged_when_it_is_large(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = logging.getLogger("s2edit_plugin.engine")
    monkeypatch.setattr(logging.getLogger("s2edit_plugin").handlers[-1], "maxBytes", 1000)
    for _ in range(30):
        log.info("A sentence of some length, so that the file becomes too large.")
    files = sorted(file.name for file in path.parent.iterdir())
    assert files == ["engine.log", "engine.log.1", "engine.log.2", "engine.log.3"]
    assert [file.name for file in path.parent.iterdir() if file.stat().st_mode & 0o077] == []
    assert all(file.stat().st_size <= 1000 for file in path.parent.iterdir())


def test_a_log_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineError, match="cannot be written"):
        logs.open_log(tmp_path / "file" / "engine.log")


def test_warnings_of_one_kind_are_few_and_the_next_ones_say_how_many_there_were() -> None:
    now, shown = [0.0], []
    spare = logs.RateLimit(most=2, seconds=60, clock=lambda: now[0])

    def warn(message: str, level: int = logging.WARNING) -> None:
        record = logging.LogRecord(
            "s2edit_plugin.engine.server.access_guard", level, "", 0, message, None, None
        )
        if spare.filter(record):
            shown.append(record.getMessage())

    for _ in range(10):
        warn("refused")
    warn("something else")
    warn("information", logging.INFO)
    now[0] = 61.0
    warn("refused")
    expected = ["refused", "refused", "something else", "information", "refused (8 more like this)"]
    assert shown == expected
