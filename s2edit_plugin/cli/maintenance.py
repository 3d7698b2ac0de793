"""``s2edit doctor``."""

from __future__ import annotations

import argparse
from typing import Any

from s2edit_plugin.cli.output import Output

__all__ = ["register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands to the parser."""
    doctor = commands.add_parser(
        "doctor", parents=[common], help="check that everything works", allow_abbrev=False
    )
    doctor.set_defaults(run=run_doctor)


def run_doctor(args: argparse.Namespace, output: Output) -> int:
    """``s2edit doctor``: exit code 1 if something is broken."""
    from s2edit_plugin.workflows.doctor import examine

    checks = examine()
    broken = [check for check in checks if not check.ok]
    lines = [f"{'ok    ' if c.ok else 'BROKEN'}  {c.name}: {c.finding}" for c in checks]
    lines += [f"        to do: {c.remedy}" for c in checks if c.remedy]
    lines.append("Everything works." if not broken else f"{len(broken)} of {len(checks)} checks failed.")
    values = {"ok": not broken, "checks": [check.to_json() for check in checks]}
    output.result(values, "\n".join(lines))
    return 1 if broken else 0
