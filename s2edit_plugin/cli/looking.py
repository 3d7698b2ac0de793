"""Commands that analyse photos: ``mask``, ``caption``, ``identity``."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from s2edit_plugin import api
from s2edit_plugin.api.regions import MASK_FINDERS
from s2edit_plugin.cli.clients import add_options, perform
from s2edit_plugin.cli.files import Files, mask_choice, read_photo, writable_target, write_picture
from s2edit_plugin.cli.output import Output
from s2edit_plugin.cli.replacing import add_overwrite, check_outputs
from s2edit_plugin.errors import Sentence, UsageError

__all__ = ["register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands to the parser."""
    machine = argparse.ArgumentParser(add_help=False, parents=[common], allow_abbrev=False)
    add_options(machine)
    _register_mask(commands, machine)
    caption = commands.add_parser(
        "caption", parents=[machine], help="suggest a source prompt", allow_abbrev=False
    )
    caption.add_argument("photo", metavar="PHOTO")
    caption.add_argument(
        "--class", dest="class_noun", default="", metavar="NOUN", help="a word that must be in it, e.g. woman"
    )
    caption.set_defaults(run=run_caption)
    identity = commands.add_parser(
        "identity",
        parents=[common],
        help="how alike the faces of two pictures are",
        description="Compare the faces of two pictures, by YuNet and SFace; drawn pictures by the bundled judge.",
        allow_abbrev=False,
    )
    identity.add_argument("first", metavar="PHOTO")
    identity.add_argument("second", metavar="PHOTO")
    identity.set_defaults(run=run_identity)


def _register_mask(commands: Any, machine: argparse.ArgumentParser) -> None:
    mask = commands.add_parser("mask", parents=[machine], help="find a mask in a photo", allow_abbrev=False)
    add = mask.add_argument
    add("photo", metavar="PHOTO")
    add("--method", default="auto", help=f"{', '.join(MASK_FINDERS)} or word:WORD (default: auto)")
    places: dict[str, Any] = {"action": "append", "default": [], "type": _place, "metavar": "X,Y"}
    add("--click", help="a place on what is meant, in pixels; may be repeated", **places)
    add("--click-outside", help="a place on what is not meant; may be repeated", **places)
    add("--box", type=_box, default=(), metavar="X,Y,X,Y", help="two corners of a box around what is meant")
    add("--fill-holes", action="store_true", help="close what the mask encloses")
    add("--grow", type=float, default=0.0, metavar="PX", help="widen by pixels; negative: shrink")
    add("--feather", type=float, default=0.0, metavar="PX", help="soften the edge over pixels")
    add("--invert", action="store_true", help="everything else instead")
    add("--out", required=True, metavar="FILE", help="where to write the mask")
    add_overwrite(mask)
    mask.set_defaults(run=run_mask)


def run_mask(args: argparse.Namespace, output: Output) -> int:
    """``s2edit mask``."""
    out = writable_target(args.out)
    check_outputs((out,), (args.photo,), overwrite=args.overwrite)
    photo = read_photo(args.photo)
    method = mask_choice(args.method, MASK_FINDERS)
    if method.picture is not None:
        raise UsageError(
            "--method takes the name of a method, not a file.",
            Sentence("Use {} or word:WORD.", ", ".join(MASK_FINDERS)),
        )
    inside = [api.Click(x, y) for x, y in args.click]
    outside = [api.Click(x, y, inside=False) for x, y in args.click_outside]
    clicked = bool(inside or outside or args.box)
    request = api.MakeMask(
        photo=photo,
        method="click" if clicked and method.method == "auto" else method.method,
        fill_holes=args.fill_holes,
        grow=args.grow,
        feather=args.feather,
        invert=args.invert,
        points=(*inside, *outside),
        box=args.box,
    )
    result = perform(args, request, output, Files(args.photo))
    write_picture(out, result.mask)
    notes = (*result.photo_notes, *((result.note,) if result.note else ()))
    for sentence in notes:
        output.warning(sentence)
    values = {"out": str(out), "method": result.method, "coverage": result.coverage, "note": " ".join(notes)}
    output.result(values, f"Wrote {out}: {100 * result.coverage:.1f} % of the photo ({result.method}).")
    return 0


def run_caption(args: argparse.Namespace, output: Output) -> int:
    """``s2edit caption``."""
    request = api.SuggestPrompt(read_photo(args.photo), args.class_noun)
    found = perform(args, request, output, Files(args.photo))
    if found.note:
        output.warning(found.note)
    output.result({"caption": found.prompt, "seen_by": found.seen_by, "note": found.note}, found.prompt)
    return 0


def run_identity(args: argparse.Namespace, output: Output) -> int:
    """``s2edit identity``."""
    files = [read_photo(name) for name in (args.first, args.second)]
    from s2edit_plugin.imaging.reading import read_photo as decoded
    from s2edit_plugin.perception.identity import compare
    from s2edit_plugin.perception.networks.installed import Networks

    named = zip(files, (args.first, args.second), strict=True)
    first, second = (decoded(data, name).as_uint8_rgb() for data, name in named)
    score = compare(first, second, Networks())
    output.result(dataclasses.asdict(score), score.sentence)
    return 0


def _place(text: str) -> tuple[float, ...]:
    return _numbers(text, 2)


def _box(text: str) -> tuple[float, ...]:
    return _numbers(text, 4)


def _numbers(text: str, count: int) -> tuple[float, ...]:
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    if len(values) != count or not all(abs(value) < 1e6 for value in values):
        raise argparse.ArgumentTypeError(f"'{text}' is not {count} numbers with commas between them")
    return values
