"""``s2edit tokens export --format`` and embeddings in ``s2edit tokens import``: the files of other programs."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from s2edit_plugin.cli.output import Output
from s2edit_plugin.errors import InputError, Sentence, UsageError

__all__ = [
    "add_export_options",
    "add_import_options",
    "is_asked_for",
    "is_embedding",
    "run_export",
    "run_import",
]

FORMATS = ("s2edit", "textual-inversion", "custom-diffusion", "lora")
SUFFIX = ".safetensors"
HEAD = 5 * 1024 * 1024  # bytes that identify the file type


def add_export_options(parser: argparse.ArgumentParser) -> None:
    """The options of ``tokens export`` that other programs' formats have."""
    add = parser.add_argument
    add(
        "--format",
        choices=FORMATS,
        default="s2edit",
        help="s2edit, or what other programs read (default: s2edit)",
    )
    add(
        "--approximate",
        action="store_true",
        help="textual-inversion: leave out what an embedding cannot hold",
    )
    add("--rank", type=int, metavar="N", help="lora of whole matrices: keep this rank (default: all of it)")
    add(
        "--model",
        metavar="NAME",
        help="custom-diffusion: base model of the token (default: the one it names)",
    )


def add_import_options(parser: argparse.ArgumentParser) -> None:
    """The options of ``tokens import`` that embeddings need: they have no record."""
    add = parser.add_argument
    add(
        "--class", dest="class_noun", default="", metavar="NOUN", help="embeddings: what it shows, e.g. woman"
    )
    add(
        "--kind", choices=("identity", "attribute"), default="identity", help="embeddings (default: identity)"
    )
    add("--model", metavar="NAME", help="embeddings: base model it was made for (default: the one in use)")


def is_asked_for(args: argparse.Namespace) -> bool:
    """Whether ``tokens export`` was asked for another program's format. Raises UsageError for options that do not fit."""
    from s2edit_plugin.formats.exporting import check_options

    check_options(args.format, private=args.private, approximate=args.approximate, rank=args.rank)
    return bool(args.format != "s2edit")


def run_export(args: argparse.Namespace, output: Output) -> int:
    """``s2edit tokens export --format textual-inversion|custom-diffusion|lora``."""
    from s2edit_plugin.formats import exchange
    from s2edit_plugin.library import Library

    folder, stem = _target(args.out)
    exported = exchange.run_export(
        Library(),
        args.token,
        args.format,
        stem,
        model=args.model,
        approximate=args.approximate,
        rank=args.rank,
    )
    paths = [str(path) for path in exported.write(folder, overwrite=args.overwrite)]
    for note in exported.notes:
        output.warning(note)
    values = {"token": args.token, "format": args.format, "out": paths, "notes": list(exported.notes)}
    output.result(values, "\n".join(f"Wrote {path}." for path in paths))
    return 0


def is_embedding(file: Path) -> bool:
    """Whether a file to import is no token of this program. Raises InputError: a pickle."""
    from s2edit_plugin.formats.importing import is_token_file

    if not file.is_file():  # missing, or a pipe that would block: the library reports it
        return False
    try:
        with file.open("rb") as stream:
            return not is_token_file(stream.read(HEAD), file.name)
    except OSError:
        return False


def run_import(args: argparse.Namespace, file: Path, output: Output, with_consent: Callable[..., Any]) -> int:
    """``s2edit tokens import`` of an embedding. Args: with_consent: asks for consent if needed."""
    from s2edit_plugin.formats import exchange
    from s2edit_plugin.formats.importing import MAX_FILE
    from s2edit_plugin.library import Library

    if file.stat().st_size > MAX_FILE:
        raise InputError(
            Sentence("{} is far too large for an embedding.", file.name),
            "Models come in by `s2edit models import`.",
        )
    data, library = file.read_bytes(), Library()

    def take_in(consent: bool) -> Path:
        return exchange.run_import(
            library, data, file.name, args.name or "", args.class_noun, args.kind,
            model=args.model, consent=consent, replace=args.replace,
        )  # fmt: skip

    path: Path = with_consent(args, take_in)
    name = f"{path.parent.name}/{path.stem}"
    model = library.record(name).base_model
    values = {"token": name, "path": str(path), "format": "textual-inversion", "base_model": model}
    output.result(values, f"Imported {name}, an embedding for the model '{model}'.")
    return 0


def _target(out: str) -> tuple[Path, str]:
    """The folder and the name without ending of what ``--out`` names; "" for the token's own.

    Raises:
        UsageError: no folder there, or another ending than ``.safetensors``.
    """
    path = Path(out).expanduser()
    if path.is_dir():
        return path, ""
    if path.suffix.lower() != SUFFIX:
        raise UsageError(
            Sentence("Other programs read files whose names end with {}.", SUFFIX),
            "Name one, or a folder, with --out.",
        )
    if not path.absolute().parent.is_dir():
        raise UsageError(
            Sentence("There is no folder {}.", path.absolute().parent), "Create it, or choose another --out."
        )
    return path.absolute().parent, path.stem
