"""``s2edit gimp``: install the plug-in into GIMP, diagnose it, remove it."""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING, Any

from s2edit_plugin.cli.output import Output
from s2edit_plugin.errors import S2EditError
from s2edit_plugin.storage.paths import data_folder

if TYPE_CHECKING:
    from s2edit_plugin.tools.gimp.profiles import Profile

__all__ = ["register"]

INSTALL_HINT = "Install GIMP 3.0 or later; on Debian 13: apt install gimp gir1.2-gimp-3.0. An older GIMP has other plug-ins."


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands to the parser."""
    family = commands.add_parser("gimp", parents=[common], help="the GIMP 3 plug-in", allow_abbrev=False)
    verbs = family.add_subparsers(dest="verb", metavar="VERB", required=True)

    def verb(name: str, summary: str, run: Any) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = verbs.add_parser(
            name, parents=[common], help=summary, description=f"{summary}.", allow_abbrev=False
        )
        parser.set_defaults(run=run)
        return parser

    for name, summary, run in (
        ("install", "put the plug-in into every GIMP 3 and ask GIMP whether it is there", run_install),
        ("doctor", "find out why GIMP does not show it", run_doctor),
    ):
        verb(name, summary, run).add_argument(
            "--gimp",
            default="",
            metavar="COMMAND",
            help="the gimp-console to ask (default: those that are found)",
        )
    verb("uninstall", "take the plug-in out of every GIMP", run_uninstall)


def run_install(args: argparse.Namespace, output: Output) -> int:
    """``s2edit gimp install``: exit code 1 if GIMP does not list the plug-in afterwards."""
    from s2edit_plugin.tools.gimp.install import install

    profiles = _profiles(args)
    for profile in profiles:
        install(profile, data_folder())
    return _report([_examined(profile, files=False) for profile in profiles], output, "installed")


def run_doctor(args: argparse.Namespace, output: Output) -> int:
    """``s2edit gimp doctor``: exit code 1 if there is a problem."""
    return _report([_examined(profile) for profile in _profiles(args)], output, "there and whole")


def run_uninstall(args: argparse.Namespace, output: Output) -> int:
    """``s2edit gimp uninstall``."""
    from s2edit_plugin.tools.gimp.install import uninstall
    from s2edit_plugin.tools.gimp.profiles import find_profiles

    removed = [profile.title for profile in find_profiles() if uninstall(profile)]
    text = "\n".join(f"Removed from {title}." for title in removed) or "The plug-in was in no GIMP."
    output.result({"removed": removed}, text)
    return 0


def _profiles(args: argparse.Namespace) -> list[Profile]:
    from s2edit_plugin.tools.gimp.profiles import find_profiles

    found = find_profiles(console=shlex.split(args.gimp))
    if not found:
        raise S2EditError("No GIMP 3 was found on this machine.", INSTALL_HINT)
    return found


def _examined(profile: Profile, *, files: bool = True) -> dict[str, Any]:
    """Report on one GIMP: problems of the files, else the state according to GIMP."""
    from s2edit_plugin.tools.gimp.install import find_faults
    from s2edit_plugin.tools.gimp.verify import verify

    values: dict[str, Any] = {"gimp": profile.title, "folder": str(profile.plugin)}
    faults = find_faults(profile, data_folder()) if files else []
    if faults:
        return values | {"ok": False, "finding": " ".join(f for f, _ in faults), "remedy": faults[0][1]}
    verdict = verify(profile)
    return values | {"ok": verdict.ok, "finding": verdict.sentence, "remedy": verdict.remedy}


def _report(checks: list[dict[str, Any]], output: Output, good: str) -> int:
    lines = []
    for check in checks:
        lines.append(f"{'ok    ' if check['ok'] else 'BROKEN'}  {check['gimp']}: {check['finding']}")
        if check["remedy"]:
            lines.append(f"        to do: {check['remedy']}")
    broken = sum(not check["ok"] for check in checks)
    lines.append(
        f"The plug-in is {good}. Restart GIMP if it is running; the menu is Filters > S²Edit."
        if not broken
        else f"{broken} of {len(checks)} could not be brought in order."
    )
    output.result({"ok": not broken, "checks": checks}, "\n".join(lines))
    return 1 if broken else 0
