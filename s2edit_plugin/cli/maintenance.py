"""``s2edit doctor`` and ``s2edit models``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from s2edit_plugin.cli.output import Output, table
from s2edit_plugin.errors import ModelError
from s2edit_plugin.paths import models_package

__all__ = ["register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands to the parser."""
    models = commands.add_parser("models", parents=[common], help="the base models", allow_abbrev=False)
    verbs = models.add_subparsers(dest="verb", metavar="VERB", required=True)
    listing = verbs.add_parser(
        "list", parents=[common], help="the base models that are here", allow_abbrev=False
    )
    listing.set_defaults(run=run_models)
    doctor = commands.add_parser(
        "doctor", parents=[common], help="check that everything works", allow_abbrev=False
    )
    doctor.set_defaults(run=run_doctor)


def run_models(args: argparse.Namespace, output: Output) -> int:
    """``s2edit models list``: every folder in the diffusers layout that comes with the program.

    Raises:
        ModelError: the models package is not installed.
    """
    folders = sorted(index.parent for index in models_package().glob("*/model_index.json"))
    models = [_model_values(folder) for folder in folders]
    rows = [(m["name"], m["pipeline"], f"{m['size_bytes'] / 1e6:.1f} MB", m["path"]) for m in models]
    text = table(("model", "pipeline", "size", "folder"), rows) if rows else "There are no base models."
    output.result({"models": models}, text)
    return 0


def run_doctor(args: argparse.Namespace, output: Output) -> int:
    """``s2edit doctor``: exit code 1 if something is broken."""
    from s2edit_plugin.doctor import examine

    checks = examine()
    broken = [check for check in checks if not check.ok]
    lines = [f"{'ok    ' if c.ok else 'BROKEN'}  {c.name}: {c.finding}" for c in checks]
    lines += [f"        to do: {c.remedy}" for c in checks if c.remedy]
    lines.append("Everything works." if not broken else f"{len(broken)} of {len(checks)} checks failed.")
    values = {"ok": not broken, "checks": [check.to_json() for check in checks]}
    output.result(values, "\n".join(lines))
    return 1 if broken else 0


def _model_values(folder: Path) -> dict[str, Any]:
    try:
        pipeline = json.loads((folder / "model_index.json").read_text(encoding="utf-8")).get(
            "_class_name", ""
        )
    except (ValueError, AttributeError, OSError) as error:
        raise ModelError(f"The base model '{folder.name}' has a damaged model_index.json.") from error
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return {
        "name": folder.name,
        "pipeline": pipeline,
        "size_bytes": size,
        "path": str(folder),
        "bundled": True,
    }
