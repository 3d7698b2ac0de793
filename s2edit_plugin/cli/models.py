"""``s2edit models``: list, show, install, import, verify, remove, use, move."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s2edit_plugin.cli.output import Output, table
from s2edit_plugin.errors import CancelledError, ModelError, UsageError
from s2edit_plugin.storage.paths import MAX_JSON, read_limited

if TYPE_CHECKING:
    from s2edit_plugin.api.queries import ModelInfo
    from s2edit_plugin.base_models.catalogue import CatalogueEntry
    from s2edit_plugin.storage.paths import DataFolder

__all__ = ["register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands to the parser."""
    family = commands.add_parser(
        "models", parents=[common], help="the base models and networks", allow_abbrev=False
    )
    verbs = family.add_subparsers(dest="verb", metavar="VERB", required=True)

    def verb(name: str, summary: str, run: Any) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = verbs.add_parser(
            name, parents=[common], help=summary, description=summary, allow_abbrev=False
        )
        parser.set_defaults(run=run)
        return parser

    listing = verb("list", "what is here and what can be installed", run_list)
    listing.add_argument("--installed", action="store_true", help="only what is here")
    install = verb(
        "install", "download a model of the catalogue; broken off, it goes on where it stopped", run_install
    )
    install.add_argument("name", metavar="NAME")
    install.add_argument("--accept-licence", action="store_true", help="you have read and accept its licence")
    install.add_argument("--again", action="store_true", help="check what is here and fetch what is damaged")
    install.add_argument(
        "--from", dest="files", metavar="FOLDER", help="its files lie there; nothing is downloaded"
    )
    importing = verb(
        "import",
        "take in a diffusers folder or a .safetensors checkpoint of yours, without network",
        run_import,
    )
    importing.add_argument("path", metavar="PATH")
    importing.add_argument(
        "--as", dest="name", metavar="NAME", default="", help="its name (default: the file's)"
    )
    importing.add_argument(
        "--prediction",
        default="auto",
        metavar="KIND",
        help="of 2.x models: auto (default), epsilon or v_prediction",
    )
    verify = verb("verify", "read installed models again and compare their hashes", run_verify)
    verify.add_argument("names", metavar="NAME", nargs="*", help="default: all that are installed")
    verb("show", "everything known about a model", run_show).add_argument("name", metavar="NAME")
    use = verb("use", "the base model for learning and editing from now on", run_use)
    use.add_argument(
        "name", metavar="NAME", help="an installed model, 'small' for the bundled one, or a folder"
    )
    remove = verb("remove", "delete an installed model's files", run_remove)
    remove.add_argument("name", metavar="NAME")
    remove.add_argument("--yes", action="store_true", help="do not ask")
    move = verb("move", "keep models in another folder, on another disk for example", run_move)
    move.add_argument("folder", metavar="FOLDER", help="an empty or new folder")


def run_list(args: argparse.Namespace, output: Output) -> int:
    """``s2edit models list``."""
    from s2edit_plugin.base_models.listing import model_list

    models = model_list(_folder())
    shown = [info for info in models.models if info.installed or not args.installed]
    rows = [
        (
            f"{'*' if info.in_use else ' '} {info.name}",
            info.kind,
            "here" if info.installed else "",
            _size(info.size_bytes),
            f"{info.memory_gb:g} GB" if info.memory_gb else "",
            info.commercial_use,
            info.title,
        )
        for info in shown
    ]
    headings = ("  model", "kind", "", "size", "memory", "commercial", "")
    closing = f"\nIn {models.folder}, {_size(models.free_bytes)} free. `s2edit models show NAME` tells more."
    values = {
        "models": [_values(info) for info in shown],
        "folder": models.folder,
        "free_bytes": models.free_bytes,
    }
    output.result(values, table(headings, rows) + closing)
    return 0


def run_show(args: argparse.Namespace, output: Output) -> int:
    """``s2edit models show``."""
    from s2edit_plugin.base_models.catalogue import load_catalogue
    from s2edit_plugin.base_models.listing import model_info
    from s2edit_plugin.base_models.records import read_record

    info = model_info(_folder(), args.name)
    values = _values(info)
    record = read_record(Path(info.path)) if info.path else None
    entry = load_catalogue().get(info.name)
    if record is not None:
        values |= {"origin": record.origin, "installed_at": record.installed}
        values["files"] = [dataclasses.asdict(file) for file in record.files]
    elif entry is not None:
        values["origin"] = _origin(entry)
        values["files"] = [dataclasses.asdict(file) for file in entry.files]
    lines = [
        (key.replace("_", " "), value) for key, value in values.items() if key not in ("files", "size_bytes")
    ]
    lines.insert(2, ("size", _size(info.size_bytes)))
    width = max(len(key) for key, _ in lines)
    text = [
        textwrap.fill(
            f"{key:<{width}}  {value}", 110, subsequent_indent=" " * (width + 2), break_on_hyphens=False
        )
        for key, value in lines
        if value not in ("", None)
    ]
    output.result(values, "\n".join(text))
    return 0


def run_install(args: argparse.Namespace, output: Output) -> int:
    """``s2edit models install``. The licence is shown, and a terminal is asked once whether it is accepted.

    Raises:
        LicenceError: not interactive and no ``--accept-licence``. CancelledError: the answer was no.
    """
    from s2edit_plugin.base_models import licences
    from s2edit_plugin.base_models.catalogue import find_entry
    from s2edit_plugin.base_models.install import install

    folder, entry = _folder(), find_entry(args.name)
    accept = args.accept_licence
    if not licences.accepted(folder, entry.name) and not accept:
        if output.as_json or not (sys.stdin.isatty() and sys.stderr.isatty()):
            licences.require_accepted(folder, entry)
        print(
            f"{entry.title}: {entry.licence.title}\n{entry.licence.summary}\n{entry.licence.url}",
            file=sys.stderr,
        )
        if not _confirmed(output, "Do you accept this licence?", "", ""):
            raise CancelledError("Not installed: its licence was not accepted.")
        accept = True
    output.warning(f"licence of {entry.name}: {entry.licence.title}, {entry.licence.url}")
    with output.progress() as on_progress:
        files = Path(args.files) if args.files else None
        ready = install(
            folder, entry.name, on_progress, accept_licence=accept, again=args.again, files_from=files
        )
    output.result(dataclasses.asdict(ready), ready.sentence)
    return 0


def run_import(args: argparse.Namespace, output: Output) -> int:
    """``s2edit models import``."""
    from s2edit_plugin.base_models.importing import import_model

    with output.progress() as on_progress:
        ready = import_model(_folder(), Path(args.path), args.name, on_progress, prediction=args.prediction)
    output.result(dataclasses.asdict(ready), ready.sentence)
    return 0


def run_move(args: argparse.Namespace, output: Output) -> int:
    """``s2edit models move``."""
    from s2edit_plugin.base_models.moving import move

    with output.progress() as on_progress:
        ready = move(_folder(), Path(args.folder), on_progress)
    output.result(dataclasses.asdict(ready), ready.sentence)
    return 0


def run_verify(args: argparse.Namespace, output: Output) -> int:
    """``s2edit models verify``: exit code 1 if something is damaged."""
    from s2edit_plugin.base_models.store import installed_models
    from s2edit_plugin.base_models.verify import verify

    folder = _folder()
    names = args.names or [record.name for record in installed_models(folder)]
    sentences, damaged = [], []
    with output.progress() as on_progress:
        for name in names:
            try:
                sentences.append(verify(folder, name, on_progress).sentence)
            except ModelError as error:
                damaged.append(error.to_json() | {"model": name})
                sentences.append(str(error))
    values = {"checked": names, "damaged": damaged}
    output.result(
        values,
        "\n".join(sentences) if names else "No models are installed; the bundled one is checked by doctor.",
    )
    return 1 if damaged else 0


def run_use(args: argparse.Namespace, output: Output) -> int:
    """``s2edit models use``."""
    from s2edit_plugin.base_models.store import use

    path = use(_folder(), args.name)
    output.result(
        {"model": args.name, "path": str(path)}, f"Learning and editing use {args.name} from now on."
    )
    return 0


def run_remove(args: argparse.Namespace, output: Output) -> int:
    """``s2edit models remove``. Asks once at a terminal; scripts use ``--yes``.

    Raises:
        UsageError: not interactive and no ``--yes``. CancelledError: the answer was no.
    """
    from s2edit_plugin.base_models.store import remove

    folder = _folder()
    question = f"Delete the files of the model '{args.name}'?"
    if not args.yes and not _confirmed(
        output, question, "Deleting a model must be confirmed.", "Add --yes to do it."
    ):
        raise CancelledError()
    freed = remove(folder, args.name)
    output.result(
        {"model": args.name, "freed_bytes": freed}, f"Deleted {args.name}; {_size(freed)} are free again."
    )
    return 0


def _folder() -> DataFolder:
    from s2edit_plugin.storage.paths import data_folder

    return data_folder()


def _confirmed(output: Output, question: str, sentence: str, hint: str) -> bool:
    """Whether the user at a terminal confirmed.

    Raises:
        UsageError: not interactive.
    """
    if output.as_json or not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(sentence, hint)
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _values(info: ModelInfo) -> dict[str, Any]:
    from s2edit_plugin.base_models.catalogue import BUNDLED

    values = dataclasses.asdict(info)
    return values | {"pipeline": _pipeline(info), "bundled": info.name == BUNDLED}


def _pipeline(info: ModelInfo) -> str:
    """The pipeline's class of an installed base model, "" for others and if its index cannot be read."""
    try:
        index = json.loads(read_limited(Path(info.path) / "model_index.json", MAX_JSON))
        return str(index.get("_class_name", "")) if info.path else ""
    except (OSError, ValueError, AttributeError, RecursionError):
        return ""


def _origin(entry: CatalogueEntry) -> str:
    if entry.source == "hub":
        return f"{entry.repository}@{entry.revision}"
    return ", ".join(file.remote for file in entry.files)


def _size(size: int) -> str:
    return f"{size / 1e9:.2f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"
