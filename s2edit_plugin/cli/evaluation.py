"""``s2edit eval``: the counterfactual benchmark."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from s2edit_plugin.cli.numbers import whole_number
from s2edit_plugin.cli.output import Output
from s2edit_plugin.cli.replacing import add_overwrite, check_replaceable
from s2edit_plugin.errors import Sentence, UsageError
from s2edit_plugin.evaluation.asked import FILES
from s2edit_plugin.evaluation.registry import SUITES, check_data, run
from s2edit_plugin.tokens.consent import require_consent

__all__ = ["register"]

QUICK, PEOPLE, MOST = 4, 20, 10_000


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "eval", parents=[common], help="the counterfactual benchmark", allow_abbrev=False
    )
    parser.add_argument(
        "--suite",
        default="portraits",
        metavar="NAME",
        help="; ".join(f"{name}: {suite.words}" for name, suite in SUITES.items()) + " (default: portraits)",
    )
    parser.add_argument(
        "--methods",
        default="main",
        metavar="M,M",
        help="methods, separated by commas; main (default): the suite's own choice, mostly ours, its plain rivals, "
        "floor and ceiling; all: everything",
    )
    parser.add_argument("--quick", action="store_true", help=f"at most {QUICK} people, for a first look")
    parser.add_argument(
        "--identities",
        type=whole_number(MOST),
        metavar="N",
        help=f"people (default: {PEOPLE}); of pie-bench pictures, of photos people (default: all)",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument(
        "--data", metavar="DIR", help="folder of pictures, for the suites pie-bench and photos"
    )
    parser.add_argument(
        "--model",
        default="",
        metavar="NAME",
        help="base model (default: the bundled one; for pie-bench and photos the one in use)",
    )
    parser.add_argument(
        "--yes-i-have-consent",
        action="store_true",
        help="the people in the photos agree; asked for by the suite photos, which learns their likeness",
    )
    parser.add_argument("--out", metavar="DIR", help="folder for pictures and the figures as JSON")
    add_overwrite(parser)
    parser.set_defaults(run=run_eval)


def run_eval(args: argparse.Namespace, output: Output) -> int:
    """``s2edit eval``."""
    methods = tuple(name.strip() for name in args.methods.split(",") if name.strip())
    if not methods:
        raise UsageError("No method was named.", "Use --methods all.")
    data = Path(args.data).expanduser() if args.data else None
    check_data(args.suite, data)
    if args.suite == "photos":
        require_consent("identity", "everybody in the folder", args.yes_i_have_consent)
    out = Path(args.out).expanduser() if args.out else None
    if out is not None and out.exists() and not out.is_dir():
        raise UsageError(Sentence("{} is a file.", out), "Name a folder with --out.")
    if out is not None:
        for name in FILES:
            check_replaceable(out / name, overwrite=args.overwrite, figures=True)
    more: dict[str, Any] = {}
    if data is not None:
        more["data"] = data
    if data is not None or args.model:
        more["backbone"] = _backbone(args.model)
    with output.progress() as on_progress:
        people = args.identities or (PEOPLE if data is None else MOST)
        people = min(people, QUICK) if args.quick else people
        values = run(args.suite, methods, people, args.seed, out, on_progress, quick=args.quick, **more)
    text = values.get("table") or json.dumps(values, ensure_ascii=False, indent=2, default=str)
    output.result(values, str(text))
    return 0


def _backbone(name: str) -> Any:
    """An installed model by name, "" for the one in use."""
    from s2edit_plugin.backbones.loading import load_backbone
    from s2edit_plugin.base_models import resolve
    from s2edit_plugin.storage.paths import data_folder
    from s2edit_plugin.storage.settings import load_settings

    folder = data_folder(None)
    return load_backbone(resolve(folder, name or load_settings(folder).model))
