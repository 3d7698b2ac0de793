"""``s2edit bench``: how fast learning and editing are, against the bare model."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from s2edit_plugin.cli.output import Output, table
from s2edit_plugin.cli.replacing import add_overwrite, check_replaceable
from s2edit_plugin.errors import Sentence, UsageError

__all__ = ["register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "bench",
        parents=[common],
        help="how fast learning and editing are here",
        description="Runs learning, a first edit of a photo and a second one, each in turn with the bare model that makes "
        "as many predictions. The ratio says what everything beside the model costs. The user's library is never touched.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--model", default="", metavar="NAME", help="base model (default: the one in use)")
    add("--random", default="", metavar="SHAPE", help="a model of this shape with random weights: sd1, sd2")
    add("--steps", type=int, default=0, metavar="N", help="of inversion and edit (default: as usual)")
    add("--learn-steps", type=int, default=20, metavar="N", help="of learning (default: 20)")
    add("--rounds", type=int, default=3, metavar="N", help="default: 3; the median counts")
    add("--device", default="auto", metavar="NAME", help="auto, cpu, cuda or mps (default: auto)")
    add("--precision", default="auto", metavar="NAME", help="auto, fp32, bf16 or fp16 (default: auto)")
    add("--out", metavar="FILE", help="write the figures as JSON")
    add_overwrite(parser)
    parser.set_defaults(run=run_bench)


def run_bench(args: argparse.Namespace, output: Output) -> int:
    """``s2edit bench``."""
    if not 0 <= args.steps <= 500 or not 2 <= args.learn_steps <= 10_000 or not 1 <= args.rounds <= 100:
        raise UsageError("These numbers make no benchmark.", "See `s2edit bench --help`.")
    if args.model and args.random:
        raise UsageError("A model has a name or a shape.", "Leave --model or --random out.")
    out = Path(args.out).expanduser() if args.out else None
    if out is not None and out.is_dir():
        raise UsageError(Sentence("{} is a folder.", out), "Name a file with --out.")
    if out is not None:
        check_replaceable(out, overwrite=args.overwrite, figures=True)
    from s2edit_plugin import api
    from s2edit_plugin.storage.paths import write_atomic
    from s2edit_plugin.tools import bench

    token = max(1, round(args.learn_steps * 0.4))
    plan = bench.Plan(
        args.steps or api.EditSettings.steps, token, max(1, args.learn_steps - token), args.rounds
    )
    backbone = _backbone(args)
    with output.progress() as on_progress:
        values = bench.run(backbone, plan, on_progress)
    if out is not None:
        write_atomic(out, json.dumps(values, ensure_ascii=False, indent=2).encode())
    output.result(values, _text(values))
    return 0


def _backbone(args: argparse.Namespace) -> Any:
    if args.random:
        from s2edit_plugin.backbones.random_weights import random_backbone

        return random_backbone(args.random, args.device, args.precision)
    from s2edit_plugin.backbones.loading import load_backbone
    from s2edit_plugin.base_models import resolve
    from s2edit_plugin.storage.paths import data_folder
    from s2edit_plugin.storage.settings import load_settings

    folder = data_folder(None)
    return load_backbone(
        resolve(folder, args.model or load_settings(folder).model), args.device, args.precision
    )


def _text(values: dict[str, Any]) -> str:
    rows = [
        [
            job,
            found["seconds"],
            sum(kind["count"] * kind["rows"] for kind in found["predictions"]),
            found["bare"],
            found["ratio"],
            found["goal"],
        ]
        for job, found in values["jobs"].items()
    ]
    again = values["again"]
    lines = [
        f"{values['model']} on {values['device']} ({values['precision']}), {values['plan']['steps']} steps an edit",
        "",
        table(["job", "seconds", "rows predicted", "bare model", "ratio", "goal"], rows),
        "",
        f"The second edit of a photo takes {again['part']:.2f} of the first one's time (goal: {again['goal']}).",
    ]
    if values["memory_gb"] is not None:
        lines.append(f"Most memory on the device: {values['memory_gb']:.1f} GB.")
    return "\n".join(lines)
