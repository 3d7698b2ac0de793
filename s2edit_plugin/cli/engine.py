"""``s2edit engine``: run it here, start it in the background, show its state, end it."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import faulthandler
import logging
import queue
import sys
from typing import Any

from s2edit_plugin.api import Event, queries
from s2edit_plugin.cli.output import Output
from s2edit_plugin.errors import EngineGoneError, UsageError
from s2edit_plugin.storage.paths import data_folder

__all__ = ["register"]

LEVELS = {"info": logging.INFO, "debug": logging.DEBUG}


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands to the parser."""
    family = commands.add_parser(
        "engine",
        parents=[common],
        help="the process that computes for the window and GIMP",
        description="Without a verb the engine runs here, in the foreground.",
        allow_abbrev=False,
    )
    family.set_defaults(run=run_here, log_level="info")
    verbs = family.add_subparsers(dest="verb", metavar="VERB")

    def verb(name: str, summary: str, run: Any) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = verbs.add_parser(
            name, parents=[common], help=summary, allow_abbrev=False
        )
        parser.set_defaults(run=run)
        return parser

    here = verb("run", "run it in the foreground", run_here)
    here.add_argument("--log-level", choices=sorted(LEVELS), default="info", help="default: info")
    verb("start", "start it in the background, if it is not running", run_start)
    verb("status", "what it does", run_status)
    stop = verb("stop", "end it; learning goes on later with --resume", run_stop)
    stop.add_argument("--force", action="store_true", help="if it does not end by itself, end its process")
    log = verb("log", "what it did; without secrets, prompts or names of people", run_log)
    log.add_argument(
        "--lines", type=int, default=50, metavar="N", help="how many of the newest lines (default: 50)"
    )
    log.add_argument(
        "--follow", action="store_true", help="go on with what is written from now on, until Ctrl-C"
    )


def run_here(args: argparse.Namespace, output: Output) -> int:
    """``s2edit engine run``."""
    from s2edit_plugin.engine.client.discovery import Endpoint
    from s2edit_plugin.engine.server.process import run_engine

    def ready(endpoint: Endpoint) -> None:
        values = {"running": True, "pid": endpoint.pid, "port": endpoint.port, "version": endpoint.version}
        text = f"The engine runs as process {endpoint.pid} on port {endpoint.port}; Ctrl-C ends it."
        output.result(values, text)
        sys.stdout.flush()

    with contextlib.suppress(OSError, ValueError):  # standard error may be no file
        faulthandler.enable()
    if not run_engine(data_folder(), level=LEVELS[args.log_level], on_ready=ready):
        output.result({"running": True, "already": True}, "An engine is running already.")
    return 0


def run_start(args: argparse.Namespace, output: Output) -> int:
    """``s2edit engine start``."""
    from s2edit_plugin.engine.client.remote import connect

    with connect(data_folder=data_folder().root) as client:
        _show(client.call(queries.GetStatus()), output)
    return 0


def run_status(args: argparse.Namespace, output: Output) -> int:
    """``s2edit engine status``."""
    from s2edit_plugin.engine.client.remote import connect

    try:
        with connect(start=False, data_folder=data_folder().root, wait=5.0) as client:
            _show(client.call(queries.GetStatus()), output)
    except EngineGoneError:
        output.result({"running": False}, "The engine is not running; it starts when something needs it.")
    return 0


def run_stop(args: argparse.Namespace, output: Output) -> int:
    """``s2edit engine stop``: returns when the process has gone. Ends an engine of another version too, and one that hangs.

    Raises:
        EngineError: it did not end.
    """
    from s2edit_plugin.engine.client.shutdown import end_engine

    ended = end_engine(data_folder().root, force=args.force)
    if ended is None:
        output.result({"running": False}, "The engine is not running.")
    else:
        output.result({"running": False, "pid": ended.pid}, "The engine has ended.")
    return 0


def run_log(args: argparse.Namespace, output: Output) -> int:
    """``s2edit engine log``: read from its file; followed over the engine's event stream.

    Raises:
        UsageError: no or too many lines, or ``--follow`` with ``--json``. EngineGoneError: none runs that could be followed.
    """
    from s2edit_plugin.engine.server.handlers.machine import newest_lines

    if not args.follow:
        text = newest_lines(data_folder(), args.lines)
        output.result({"text": text}, text or "The engine has written nothing yet.")
        return 0
    if output.as_json:
        raise UsageError("--follow does not end, and --json gives one object.", "Leave one of them out.")
    from s2edit_plugin.engine.client.remote import connect

    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    with connect(start=False, data_folder=data_folder().root, wait=5.0) as client:
        client.subscribe(events.put, log=True)
        text = client.call(queries.ReadLog(args.lines)).text
        output.result({"text": text}, text)
        with contextlib.suppress(KeyboardInterrupt):
            _follow(events, text, output)
    return 0


def _follow(events: queue.SimpleQueue[Event], shown: str, output: Output) -> None:
    """Print new lines until the engine ends."""
    while True:
        event = events.get()
        if event.kind == "state" and event.job is None:
            return
        if event.kind == "log" and event.text not in shown:
            output.result({"text": event.text}, event.text)
            sys.stdout.flush()


def _show(status: queries.EngineStatus, output: Output) -> None:
    from s2edit_plugin.engine.server.handlers.machine import LOG_NAME

    log = data_folder(None).engine / LOG_NAME
    lines = [
        f"The engine {status.version} runs as process {status.pid} since {status.uptime / 60:.0f} minutes.",
        f"model    {status.model}, {'loaded' if status.model_loaded else 'not loaded yet'}",
        f"device   {status.device or 'not chosen yet'} {status.precision}".rstrip(),
        f"memory   {status.memory_bytes / 1e6:.0f} MB",
        f"clients  {status.clients}",
        f"jobs     {status.jobs_running} running, {status.jobs_queued} waiting",
        f"log      {log}",
    ]
    if status.device_note:
        lines.insert(3, f"         {status.device_note}")
    output.result({"running": True, "log": str(log)} | dataclasses.asdict(status), "\n".join(lines))
