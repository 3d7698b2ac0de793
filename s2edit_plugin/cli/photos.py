"""The commands that make something of photos: ``demo``, ``learn``, ``edit``."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s2edit_plugin import api
from s2edit_plugin.api.limits import check_learn_settings, default_rank
from s2edit_plugin.api.presets import usual_steps
from s2edit_plugin.api.prompt_syntax import read_prompt
from s2edit_plugin.api.prompts import check_name, parse_ref, references
from s2edit_plugin.api.regions import EDIT_REGIONS, EDIT_SUBJECTS, SUBJECTS
from s2edit_plugin.cli.clients import add_options, perform
from s2edit_plugin.cli.edit_settings import COUNT, add_edit_settings, edit_settings
from s2edit_plugin.cli.files import (
    Files,
    mask_choice,
    read_photo,
    still_in_history,
    writable_target,
    write_picture,
    write_result,
)
from s2edit_plugin.cli.interrupted import kept_request
from s2edit_plugin.cli.output import Output
from s2edit_plugin.cli.replacing import add_overwrite, check_outputs, check_replaceable
from s2edit_plugin.errors import Sentence, UsageError
from s2edit_plugin.tokens.consent import require_consent

if TYPE_CHECKING:
    from s2edit_plugin.workflows.studio import Studio

__all__ = ["register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands to the parser."""
    machine = argparse.ArgumentParser(add_help=False, parents=[common], allow_abbrev=False)
    add_options(machine)
    _register_demo(commands, machine)
    _register_learn(commands, machine)
    _register_edit(commands, machine)


def _register_demo(commands: Any, machine: argparse.ArgumentParser) -> None:
    demo = commands.add_parser(
        "demo",
        parents=[machine],
        help="learn the bundled portrait, edit it, write a picture sheet",
        allow_abbrev=False,
    )
    demo.add_argument(
        "--out", default="demo-output", metavar="DIR", help="folder to write to (default: demo-output)"
    )
    add_overwrite(demo)
    demo.set_defaults(run=run_demo)


def _register_learn(commands: Any, machine: argparse.ArgumentParser) -> None:
    defaults = api.LearnSettings()
    learn = commands.add_parser(
        "learn", parents=[machine], help="learn a token from one photo", allow_abbrev=False
    )
    add = learn.add_argument
    add("photo", nargs="?", metavar="PHOTO", help="may be left out with --resume")
    add("--person", required=True, metavar="NAME", help="whose token it is")
    add("--token", required=True, metavar="NAME", help="name of the token")
    add(
        "--kind",
        choices=("identity", "attribute"),
        default="identity",
        help="what it holds (default: identity)",
    )
    add(
        "--class", dest="class_noun", default="", metavar="NOUN", help="class noun, e.g. woman, car, lipstick"
    )
    add(
        "--subject",
        default="auto",
        help=f"where it is: {', '.join(SUBJECTS)}, word:WORD or a mask file (default: auto)",
    )
    add("--prompt", metavar="TEXT", help='source prompt without the token (default: "a photo of a NOUN")')
    add(
        "--attribute-words",
        default="",
        metavar="W,W",
        help="words to stay orthogonal to (default: the model's list)",
    )
    usual = [sum(usual_steps(kind)) for kind in ("identity", "attribute")]
    add(
        "--steps",
        type=COUNT,
        metavar="N",
        help=f"optimizer steps (default: {usual[0]}, for an attribute {usual[1]})",
    )
    add("--vectors", type=COUNT, default=defaults.vectors, metavar="N", help="embedding vectors, 1 to 8")
    add(
        "--parameters",
        choices=("auto", "none", "kv_token", "kv_vectors", "kv_full", "kv_lora", "unet_lora"),
        default=defaults.parameters,
        help="what trains beside the embedding (default: auto, what suits kind and model); kv_lora can be exported as a LoRA",
    )
    add(
        "--rank",
        type=COUNT,
        metavar="N",
        help="of kv_token, 1 or 2 (default: 2), or kv_lora and unet_lora, 1 to 64 (default: 8)",
    )
    add("--orthogonality", choices=("soft", "project", "none"), default=defaults.orthogonality)
    add("--seed", type=int, default=defaults.seed, metavar="N")
    add("--resume", action="store_true", help="go on where an interrupted run stopped")
    add("--yes-i-have-consent", action="store_true", help="the person in the photo agrees")
    learn.set_defaults(run=run_learn, defaults={a.dest: a.default for a in learn._actions})


def _register_edit(commands: Any, machine: argparse.ArgumentParser) -> None:
    defaults = api.EditSettings()
    edit = commands.add_parser("edit", parents=[machine], help="edit a photo by text", allow_abbrev=False)
    add = edit.add_argument
    add("photo", metavar="PHOTO")
    add(
        "--token",
        metavar="PERSON/NAME",
        help="the subject's token; without one the words alone change the photo",
    )
    add(
        "--with",
        dest="others",
        action="append",
        default=[],
        metavar="PERSON/NAME",
        help="another token to compose",
    )
    add("--prompt", required=True, metavar="TEXT", help="what the photo should show")
    add(
        "--source-prompt",
        metavar="TEXT|auto",
        help="what it shows now (default: the token's on its own photo, else auto: a caption)",
    )
    add(
        "--subject",
        default="auto",
        help=f"where the token acts: {', '.join(SUBJECTS)}, region (the same as --mask), word:WORD or a mask file "
        "(default: auto)",
    )
    add(
        "--in-colour", action="store_true", help="give a grey photo colours; without it the result stays grey"
    )
    add(
        "--mask", default="auto", help=f"what may change: {', '.join(EDIT_REGIONS)}, word:WORD or a mask file"
    )
    add_edit_settings(add, defaults)
    add("--seed", type=int, default=defaults.seed, metavar="N", help="variants: 0, 1, 2, ...")
    add("--out", required=True, metavar="FILE", help="where to write the edited photo")
    add(
        "--show-region",
        "--region-out",
        dest="region_out",
        metavar="FILE",
        help="where to write the region that was found or given: a grey PNG of the photo's size",
    )
    add(
        "--embed-settings",
        action="store_true",
        default=None,
        help="write prompts, token names and settings into the file (default: only that it was edited by AI)",
    )
    add_overwrite(edit)
    edit.set_defaults(run=run_edit)


def run_demo(args: argparse.Namespace, output: Output) -> int:
    """``s2edit demo``."""
    from s2edit_plugin.tools import demo

    out = Path(args.out).expanduser()
    if out.exists() and not out.is_dir():
        raise UsageError(Sentence("{} is a file.", out), "Name a folder with --out.")
    for path in demo.outputs(out):
        check_replaceable(path, overwrite=args.overwrite)
    with output.progress() as on_progress:
        values = demo.run(out, on_progress, _studio(args))
    output.result(
        values, f"The demo is in {out.absolute()}; look at {values.get('sheet', 'its pictures')} first."
    )
    return 0


def run_learn(args: argparse.Namespace, output: Output) -> int:
    """``s2edit learn``. Everything that can be refused is refused before the heavy libraries load."""
    person, name = check_name(args.person, "person's name"), check_name(args.token, "token name")
    if args.photo is None:
        request = kept_request(args, person, name)
    else:
        request = _learn_request(args, person, name)
    result = perform(args, request, output, Files(args.photo or "", subject=args.subject))
    since = f" from step {result.resumed_at} on" if result.resumed_at else ""
    text = (
        f"Learned {result.name}{since} in {result.seconds:.0f} s: loss {result.loss_first:.4f} -> {result.loss_last:.4f}, "
        f"orthogonality {result.orthogonality:.3f}, {result.size_bytes / 1024:.0f} KB.\n"
        f'Use it: s2edit edit {args.photo or "PHOTO"} --token {result.name} --prompt "..." --out edited.png'
    )
    output.result(dataclasses.asdict(result), text)
    return 0


def run_edit(args: argparse.Namespace, output: Output) -> int:
    """``s2edit edit``."""
    named = [parse_ref(ref).full_name for ref in [*([args.token] if args.token else []), *args.others]]
    tokens = tuple(
        dict.fromkeys([*named, *(ref.full_name for ref in references(read_prompt(args.prompt).prompt))])
    )
    out = writable_target(args.out)
    region_out = writable_target(args.region_out) if args.region_out else None
    check_outputs((out, region_out), (args.photo, args.subject, args.mask), overwrite=args.overwrite)
    photo = read_photo(args.photo)
    subject, region = mask_choice(args.subject, EDIT_SUBJECTS), mask_choice(args.mask, EDIT_REGIONS)
    request = api.ApplyEdit(
        photo=photo,
        tokens=tokens,
        prompt=args.prompt,
        source_prompt=args.source_prompt,
        subject=subject.method,
        subject_mask=subject.picture,
        region=region.method,
        region_mask=region.picture,
        settings=edit_settings(args),
        embed_settings=args.embed_settings,
        in_colour=args.in_colour,
    )
    files = Files(args.photo, mask=args.mask, subject=args.subject)
    result = perform(args, request, output, files)
    with still_in_history(result.history_id):
        left_out = write_result(out, result.image, photo)
        if region_out is not None:
            write_picture(region_out, result.region)
    values = dataclasses.asdict(result) | {"out": str(out), "tokens": list(tokens), "seed": args.seed}
    values["warnings"] = [*values["warnings"], *left_out]
    for sentence in left_out:
        output.warning(sentence)
    note = f"\n{result.identity_note}" if result.identity_note else ""
    output.result(values, f"Wrote {out} ({result.seconds:.1f} s).{note}")
    return 0


def _known_consent(person: str) -> str:
    from s2edit_plugin.library import Library

    return Library().consent_of(person)


def _studio(args: argparse.Namespace) -> Studio:
    """The studio; importing it loads torch, which is why it happens here."""
    from s2edit_plugin.storage.paths import data_folder
    from s2edit_plugin.storage.settings import load_settings
    from s2edit_plugin.workflows.studio import Studio

    return Studio(model=args.model, device=args.device or load_settings(data_folder()).device)


def _learn_request(args: argparse.Namespace, person: str, name: str) -> api.LearnToken:
    settings = _learn_settings(args)
    check_learn_settings(settings)
    photo = read_photo(args.photo)
    subject = mask_choice(args.subject, SUBJECTS)
    consent = require_consent(args.kind, person, args.yes_i_have_consent, known=_known_consent)
    return api.LearnToken(
        photo=photo,
        person=person,
        token=name,
        kind=args.kind,
        class_noun=args.class_noun.strip(),
        subject=subject.method,
        subject_mask=subject.picture,
        prompt=args.prompt,
        attribute_words=tuple(word.strip() for word in args.attribute_words.split(",") if word.strip()),
        settings=settings,
        resume=args.resume,
        consent=consent,
    )


def _learn_settings(args: argparse.Namespace) -> api.LearnSettings:
    if args.rank and args.parameters == "auto":
        raise UsageError(
            "A rank needs to know of what it is.", "Name the variant with --parameters, e.g. kv_lora."
        )
    alone, joint = usual_steps(args.kind)
    settings = api.LearnSettings(
        steps_token=alone,
        steps_joint=joint,
        vectors=args.vectors,
        parameters=args.parameters,
        rank=args.rank or default_rank(args.parameters),
        orthogonality=args.orthogonality,
        seed=args.seed,
    )
    if args.steps is None:
        return settings
    # The embedding alone first, then together with the parameters, in the proportion of the defaults.
    alone = round(args.steps * alone / (alone + joint))
    return dataclasses.replace(settings, steps_token=alone, steps_joint=args.steps - alone)
