"""``s2edit eval``: the counterfactual benchmark."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from s2edit_plugin.cli.output import Output
from s2edit_plugin.cli.replacing import add_overwrite, check_replaceable
from s2edit_plugin.errors import UsageError

__all__ = ["register"]

QUICK = 4


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "eval", parents=[common], help="the counterfactual benchmark", allow_abbrev=False
    )
    parser.add_argument(
        "--suite",
        default="portraits",
        metavar="NAME",
        help="portraits (default), other-photo, objects: edits; token: what a token holds by itself; "
        "paste: how the model's square comes back into a photo; "
        "region: automatic edit regions against the true ones",
    )
    parser.add_argument(
        "--methods",
        default="main",
        metavar="M,M",
        help="methods, separated by commas; main (default): ours, its plain rivals, floor and ceiling; all: everything",
    )
    parser.add_argument("--quick", action="store_true", help=f"at most {QUICK} people, for a first look")
    parser.add_argument("--identities", type=_count, default=20, metavar="N", help="default: 20")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--out", metavar="DIR", help="folder for pictures and the figures as JSON")
    add_overwrite(parser)
    parser.set_defaults(run=run_eval)


def run_eval(args: argparse.Namespace, output: Output) -> int:
    """``s2edit eval``."""
    from s2edit_plugin.evaluation import benchmark

    methods = tuple(name.strip() for name in args.methods.split(",") if name.strip())
    if not methods:
        raise UsageError("No method was named.", "Use --methods all.")
    out = Path(args.out).expanduser() if args.out else None
    if out is not None and out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file.", "Name a folder with --out.")
    if out is not None:
        for name in benchmark.FILES:
            check_replaceable(out / name, overwrite=args.overwrite, figures=True)
    with output.progress() as on_progress:
        people = min(args.identities, QUICK) if args.quick else args.identities
        values = benchmark.run(args.suite, methods, people, args.seed, out, on_progress, quick=args.quick)
    text = values.get("table") or json.dumps(values, ensure_ascii=False, indent=2, default=str)
    output.result(values, str(text))
    return 0


def _count(text: str) -> int:
    value = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= value <= 10_000:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 1 to 10000")
    return value
