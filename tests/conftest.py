"""What holds for every test: a data folder of its own, no leaked thread, no unexpected error in the log.

Nothing here imports torch: the tests that need no model must start at once.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import s2edit_plugin  # noqa: F401 (before any library: it keeps them from sending and fetching anything)

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import Scheduling

# Before anything loads torch: the same number of threads gives the same sums everywhere.
os.environ.setdefault("OMP_NUM_THREADS", "2")

# tqdm keeps one watchdog thread for the whole process.
LASTING_THREADS = ("tqdm_monitor", "TMonitor")
GRACE_SECONDS = 2.0


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="run the slow tests too")


FILE_BUDGET = 600.0  # seconds; several times what the slowest file needs on two cores
SLOWEST_FILES = 15
_spent: dict[str, float] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up what each file takes, fixtures included."""
    _spent[report.location[0]] = _spent.get(report.location[0], 0.0) + report.duration


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the slowest files, before pytest's closing line."""
    slowest = sorted(_spent.items(), key=lambda entry: -entry[1])[:SLOWEST_FILES]
    if len(_spent) > SLOWEST_FILES:
        terminalreporter.write_line(
            "slowest files, seconds: " + ", ".join(f"{name} {spent:.0f}" for name, spent in slowest)
        )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A file beyond its budget fails the run, unless the long tests were asked for."""
    late = {name: spent for name, spent in _spent.items() if spent > FILE_BUDGET}
    if late and not session.config.getoption("--all"):
        print(f"\nbeyond the budget of {FILE_BUDGET:.0f} s a file: {late}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Slow tests only with ``--all``, and then last; those of the whole program late: a broken fast one shows early.

    Several processes take those of the whole program first, the real GIMP's before all: the longest pieces, which would end in
    one process alone.
    """
    skip = pytest.mark.skip(reason="slow; runs with --all")
    for item in items:
        if item.get_closest_marker("slow") and not config.getoption("--all"):
            item.add_marker(skip)
    shared = hasattr(config, "workerinput")

    def place(item: pytest.Item) -> tuple[bool, int]:
        slow = item.get_closest_marker("slow") is not None
        whole = "e2e" in item.path.parts
        return slow, -(whole + (whole and "gimp" in item.path.parts)) if shared else whole

    items.sort(key=place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """See `tests.scheduling`; groups by markers (``--dist loadgroup``) have no effect with pytest 9.2 and xdist 3.8."""
    from tests.scheduling import ByFile

    return ByFile(config, log)


@pytest.fixture(autouse=True)
def data_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The test's own data folder; the user's is never touched."""
    home = tmp_path_factory.mktemp("home") / "s2edit"
    monkeypatch.setenv("S2EDIT_HOME", str(home))
    return home


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Tiny tensors in one thread: two that wait for each other take ten times as long where other programs run too."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def no_leaked_thread() -> Iterator[None]:
    """Every thread a test starts has ended with it."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + GRACE_SECONDS
    leaked = _new_threads(before)
    while leaked and time.monotonic() < deadline:
        leaked[0].join(0.05)
        leaked = _new_threads(before)
    assert not leaked, f"threads still running: {leaked}"


def _new_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    return [
        thread
        for thread in threading.enumerate()
        if thread not in before
        and type(thread).__name__ not in LASTING_THREADS
        and thread.name not in LASTING_THREADS
    ]


@pytest.fixture(autouse=True)
def no_logged_error(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """An error in the log fails the test; one that expects it calls ``caplog.clear()``."""
    yield
    errors = [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not errors, f"logged: {errors}"
