"""``s2edit tokens`` export, import and check."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from s2edit_plugin.api.prompts import parse_ref
from s2edit_plugin.cli import foreign
from s2edit_plugin.cli.files import writable_target
from s2edit_plugin.cli.output import Output
from s2edit_plugin.errors import ConsentError, Sentence, UsageError
from s2edit_plugin.tokens.consent import require_consent

if TYPE_CHECKING:
    from s2edit_plugin.library import Finding

__all__ = ["CONSENT_HELP", "export_target", "given_file", "register", "with_consent"]

CONSENT_HELP = "the person shown agrees; needed where an identity token does not say so itself"
T = TypeVar("T")


def register(verb: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands to the family ``tokens``."""
    export = verb("export", "write a token to a file for somebody else", run_export)
    export.add_argument("--out", required=True, metavar="FILE", help="file or folder to write to")
    export.add_argument(
        "--private", action="store_true", help="with thumbnail, mask, the photo's hash, tags and notes"
    )
    export.add_argument("--overwrite", action="store_true")
    foreign.add_export_options(export)
    import_ = verb("import", "take a token file or an embedding into the library", run_import, token=False)
    import_.add_argument("file", metavar="FILE")
    import_.add_argument("--as", dest="name", metavar="PERSON/NAME", help="under another name")
    import_.add_argument("--replace", action="store_true", help="a token of this name goes to the trash")
    import_.add_argument("--yes-i-have-consent", action="store_true", help=CONSENT_HELP)
    foreign.add_import_options(import_)
    check = verb("check", "read every token file and report damage", run_check, token=False)
    check.add_argument("--repair", action="store_true", help="mend what can be mended; nothing is lost")
    check.add_argument(
        "--self-test", action="store_true", help="also try each token on the model, and compare"
    )
    check.add_argument(
        "--model", metavar="NAME", help="base model of the self-test (default: the one in use)"
    )
    check.add_argument("--device", default="auto", metavar="NAME", help="auto, cpu, cuda or mps")


def run_export(args: argparse.Namespace, output: Output) -> int:
    """``s2edit tokens export``."""
    from s2edit_plugin.library import Library

    if foreign.is_asked_for(args):
        return foreign.run_export(args, output)
    target = export_target(args.out)
    path = Library().export(args.token, target, private=args.private, overwrite=args.overwrite)
    output.result({"token": args.token, "out": str(path), "private": args.private}, f"Wrote {path}.")
    return 0


def run_import(args: argparse.Namespace, output: Output) -> int:
    """``s2edit tokens import``."""
    from s2edit_plugin.library import Library, is_person_file

    file = given_file(args.file)
    if is_person_file(file):
        raise UsageError(
            Sentence("{} holds a whole person.", file), Sentence("Use `s2edit person import {}`.", file)
        )
    if foreign.is_embedding(file):
        return foreign.run_import(args, file, output, with_consent)
    ref = parse_ref(args.name) if args.name else None
    person, name = (ref.person, ref.name) if ref else (None, None)
    path = with_consent(
        args, lambda given: Library().import_(file, person, name, replace=args.replace, consent=given)
    )
    full_name = f"{path.parent.name}/{path.stem}"
    output.result({"token": full_name, "path": str(path)}, f"Imported {full_name}.")
    return 0


def run_check(args: argparse.Namespace, output: Output) -> int:
    """``s2edit tokens check``: exit code 1 if something is damaged and was not repaired, or fails its self-test."""
    from s2edit_plugin.library import Library

    library = Library()
    report = library.examine(repair=args.repair)
    mended = [finding for finding in report.findings if finding.done]
    values: dict[str, Any] = {
        "checked": report.checked,
        "damaged": [_finding_values(finding) for finding in report.open],
        "repaired": len(mended),
        "findings": [_finding_values(finding) for finding in report.findings],
    }
    lines = [str(finding) for finding in report.findings]
    summary = f"{report.checked} token files checked, {len(report.open)} damaged"
    lines.append(f"{summary}, {len(mended)} things repaired." if args.repair else f"{summary}.")
    if not args.repair and any(finding.kind != "foreign" for finding in report.findings):
        lines.append("`s2edit tokens check --repair` mends what can be mended.")
    failed = False
    if args.self_test:
        values["self_test"], more = _self_test(args, library)
        lines += more
        failed = bool(values["self_test"]["problems"])
    output.result(values, "\n".join(lines))
    return 1 if report.open or failed else 0


def _self_test(args: argparse.Namespace, library: Any) -> tuple[dict[str, Any], list[str]]:
    from s2edit_plugin.workflows.self_test import verify_library
    from s2edit_plugin.workflows.studio import Studio

    backbone = Studio(None, args.model, args.device).backbone
    result = verify_library(backbone, library)
    values = {
        "model": backbone.name,
        "passed": result.passed,
        "skipped": result.skipped,
        "problems": result.problems,
    }
    summary = (
        f"{result.passed} tokens passed their self-test on '{backbone.name}', {len(result.problems)} did not, "
        f"{result.skipped} were skipped (another model, or never measured)."
    )
    return values, [*result.problems.values(), summary]


def export_target(name: str) -> Path:
    """The file or folder to export to. Raises UsageError."""
    target = Path(name).expanduser()
    return target if target.is_dir() else writable_target(name, picture=False)


def given_file(name: str) -> Path:
    """The file to import. Raises UsageError: a folder."""
    file = Path(name).expanduser()
    if file.is_dir():
        raise UsageError(Sentence("{} is a folder.", file), "Name a file.")
    return file


def with_consent(args: argparse.Namespace, do: Callable[[bool], T]) -> T:
    """Do something that may need consent; at a terminal the question is asked when it turns out to be needed.

    Raises:
        ConsentError: needed, not given by the flag, and not interactive or refused.
    """
    try:
        return do(args.yes_i_have_consent)
    except ConsentError as refusal:
        try:
            require_consent("identity", "in the file", False)
        except ConsentError:
            raise refusal from None
    return do(True)


def _finding_values(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "token": finding.token,
        "place": finding.place,
        "sentence": finding.sentence,
        "done": finding.done,
        "damage": finding.damage,
    }
