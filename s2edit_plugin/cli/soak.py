"""``s2edit soak``: the long proofs - mixed jobs without growing memory, kill -9 without loss - in a folder of their own."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from s2edit_plugin.cli.output import Output
from s2edit_plugin.cli.replacing import add_overwrite, check_replaceable
from s2edit_plugin.errors import UsageError

__all__ = ["register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "soak",
        parents=[common],
        help="endurance: mixed jobs of several clients, and kills",
        description="Works in a data folder of its own; the user's library is never touched.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--minutes", type=float, default=2.0, metavar="N", help="of mixed jobs (default: 2; 0: none)")
    add("--kills", type=int, default=0, metavar="N", help="kill -9 the engine this often (default: 0)")
    add("--clients", type=int, default=3, metavar="N", help="at once (default: 3)")
    add(
        "--steps",
        type=int,
        default=4,
        metavar="N",
        help="of each edit and of both halves of learning (default: 4)",
    )
    add("--seed", type=int, default=0, metavar="N")
    add("--model", default="", metavar="NAME", help="base model (default: the bundled small model)")
    add("--data", metavar="DIR", help="data folder to use and keep (default: a temporary one)")
    add("--out", metavar="FILE", help="write the figures as JSON, every sample of memory included")
    add_overwrite(parser)
    parser.set_defaults(run=run_soak)


def run_soak(args: argparse.Namespace, output: Output) -> int:
    """``s2edit soak``: exit code 1 if anything was lost, unexpected, or grew."""
    if args.minutes < 0 or args.kills < 0 or not 1 <= args.clients <= 32 or not 1 <= args.steps <= 100:
        raise UsageError("These numbers make no soak.", "See `s2edit soak --help`.")
    if args.out:
        check_replaceable(Path(args.out).expanduser(), overwrite=args.overwrite, figures=True)
    if args.data:
        return _soak(args, output, Path(args.data).expanduser().absolute())
    with tempfile.TemporaryDirectory(prefix="s2edit-soak-") as folder:
        return _soak(args, output, Path(folder))


def _soak(args: argparse.Namespace, output: Output, folder: Path) -> int:
    from s2edit_plugin.engine.client.remote import connect
    from s2edit_plugin.storage.paths import DataFolder, write_atomic
    from s2edit_plugin.storage.settings import change_settings
    from s2edit_plugin.tools.soak.kills import run_kills
    from s2edit_plugin.tools.soak.mixed import run_mixed

    change_settings(DataFolder(folder), model=args.model, history_limit_gb=0.2)
    values: dict[str, Any] = {}
    samples: list[Any] = []
    problems: list[str] = []
    with output.progress() as on_progress:
        if args.minutes:
            mixed = run_mixed(
                lambda: connect(data_folder=folder, wait=60), folder, 60 * args.minutes, clients=args.clients,
                seed=args.seed, steps=args.steps, on_progress=on_progress,
            )  # fmt: skip
            values["mixed"], samples = mixed.to_json(), [list(sample) for sample in mixed.memory]
            problems += mixed.problems
        if args.kills:
            killed = run_kills(folder, args.kills, seed=args.seed, steps=args.steps, on_progress=on_progress)
            values["kills"] = killed.to_json()
            problems += killed.problems
    _end_engine(folder)
    values["ok"] = not problems
    if args.out:
        text = json.dumps(values | {"memory": samples}, indent=2)
        write_atomic(Path(args.out).expanduser(), text.encode())
    output.result(values, json.dumps(values, indent=2))
    return 1 if problems else 0


def _end_engine(folder: Path) -> None:
    from s2edit_plugin.engine.client.remote import connect
    from s2edit_plugin.errors import EngineError

    try:
        with connect(start=False, data_folder=folder) as client:
            client.end_engine()
    except EngineError:
        return  # it ended already
