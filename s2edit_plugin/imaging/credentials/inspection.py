"""Everything that a picture's file says about its making, and whether its signature holds; files of other programs too.

XMP (IPTC's words for AI, our own), EXIF's program, texts that image generators leave, Content Credentials. Nothing is fetched,
and no pixel is decoded. All of it are claims: only a signature that holds says that the file is as somebody signed it.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from s2edit_plugin.errors import ImageError, S2EditError, Sentence
from s2edit_plugin.imaging.credentials.report import Action, Link, Report, report
from s2edit_plugin.imaging.credentials.signing import READABLE, credentials_of
from s2edit_plugin.imaging.credentials.statements import packet_in, statements
from s2edit_plugin.imaging.formats.kinds import kind_of, unread_format
from s2edit_plugin.imaging.formats.side_data import SideData

__all__ = ["Inspection", "inspect_picture"]

_BY_AI = ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic")
_GENERATORS = {
    "parameters": "Stable Diffusion WebUI",
    "prompt": "ComfyUI",
    "workflow": "ComfyUI",
    "invokeai_metadata": "InvokeAI",
    "invokeai_graph": "InvokeAI",
    "sd-metadata": "InvokeAI",
    "dream": "InvokeAI",
    "generation_data": "an image generator",
}
"""Texts of a PNG, in lower case, and the programs that leave them."""
_EXIF_IFD, _USER_COMMENT, _SOFTWARE, _MAKE, _MODEL = 0x8769, 0x9286, 0x0131, 0x010F, 0x0110
_EXCERPT = 200
_OPENED = ("c2pa.opened", "c2pa.redacted")


@dataclass(frozen=True)
class Inspection:
    """What a file says.

    Attributes:
        format: its kind. size: width and height, empty where the header cannot be read.
        by_ai: whether something in it says that AI made or changed it; that nothing does proves nothing.
        statements: what XMP says, by name: ``digital_source_type`` (address or word of IPTC's), ``ai_system``, ...
        program: what wrote it, by XMP, else EXIF. camera: by EXIF. model: base model of a result of ours.
        settings: prompt, names and settings of a result of ours, where they were embedded.
        generator: (program, text) of what an image generator left.
        credentials: Content Credentials; None: there are none. credentials_problem: why they cannot be read.
        sentences: all of it for people, a sentence each.
    """

    format: str
    size: tuple[int, ...] = ()
    by_ai: bool = False
    statements: dict[str, str] = field(default_factory=dict)
    program: str = ""
    camera: str = ""
    model: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    generator: tuple[str, str] = ("", "")
    credentials: Report | None = None
    credentials_problem: str = ""
    sentences: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        return asdict(self)


def inspect_picture(data: bytes, name: str = "The file") -> Inspection:
    """What a picture's file says about its making.

    Args:
        data: the file's bytes. name: what errors call it.

    Raises:
        ImageError: it is no picture of a kind that is known.
    """
    kind = kind_of(data)
    other = unread_format(data) if kind is None else None
    if kind is None and other is None:
        raise ImageError(Sentence("{} is not a picture that can be read.", name), "Name a picture file.")
    side, size = _beside(data, kind)
    said = statements(side.xmp or packet_in(data))
    software, camera, comment = _of_exif(side.exif)
    found, problem = _credentials(data)
    settings = _settings(said.pop("settings", ""))
    generator = _generator(side, comment)
    made = Inspection(
        format=str(kind or (other.name if other else "")),
        size=size,
        by_ai=_by_ai(said, found, generator),
        statements=said,
        program=said.get("creator_tool", "") or software,
        camera=camera,
        model=said.get("ai_system", "").partition(", ")[2],
        settings=settings,
        generator=generator,
        credentials=found,
        credentials_problem=problem,
    )
    return Inspection(**{**vars(made), "sentences": tuple(map(_in_one_line, _sentences(made)))})


# ------------------------------------------------------------------ reading


def _beside(data: bytes, kind: str | None) -> tuple[SideData, tuple[int, ...]]:
    """What stands beside the pixels, and the size; as much as can be read of a damaged file."""
    from s2edit_plugin.imaging.formats.decoding import opened, side_of
    from s2edit_plugin.imaging.formats.jpeg_side import split_jpeg
    from s2edit_plugin.imaging.formats.png_side import split_png
    from s2edit_plugin.imaging.formats.webp_side import split_webp

    side, bare = SideData(), data
    size: tuple[int, ...] = ()
    # Parsers and Pillow raise what they like at damaged files: what they say then is not there.
    with contextlib.suppress(Exception):
        if kind == "JPEG":
            bare, side, _ = split_jpeg(data)
        elif kind == "PNG":
            bare, side = split_png(data)
        elif kind == "WEBP":
            bare, side, _ = split_webp(data)
        elif kind == "TIFF":
            side = _beside_tiff(data)
    if kind is not None:
        with contextlib.suppress(Exception), opened(bare, kind) as image:  # type: ignore[arg-type]
            size = (image.width, image.height)
            if kind not in ("JPEG", "PNG", "WEBP", "TIFF"):
                side = side_of(image, data)
    return side, size


def _beside_tiff(data: bytes) -> SideData:
    from s2edit_plugin.imaging.formats.side_data import MAX_XMP
    from s2edit_plugin.imaging.formats.tiff_directory import read_directories
    from s2edit_plugin.imaging.formats.tiff_exif import exif_of_page

    page, side = read_directories(data)[0][0], SideData()
    if page.tags.get(700, (0, 0, 0))[1]:
        side.take_xmp(page.raw(700, MAX_XMP))
    exif, _ = exif_of_page(page)
    if exif is not None:
        side.take_exif(exif)
    return side


def _of_exif(block: bytes | None) -> tuple[str, str, str]:
    """Program, camera and comment of an EXIF block."""
    from s2edit_plugin.imaging.formats.exif import EXIF_PREFIX, load_exif

    if not block:
        return "", "", ""
    with contextlib.suppress(Exception):
        exif = load_exif(block.removeprefix(EXIF_PREFIX))
        camera = " ".join(part for part in (_plain(exif.get(_MAKE)), _plain(exif.get(_MODEL))) if part)
        comment = exif.get_ifd(_EXIF_IFD).get(_USER_COMMENT)
        return _plain(exif.get(_SOFTWARE)), camera, _comment(comment)
    return "", "", ""


def _plain(value: object) -> str:
    return " ".join(value.replace("\0", " ").split())[:_EXCERPT] if isinstance(value, str) else ""


def _comment(value: object) -> str:
    """EXIF's comment of the user: eight bytes that name its coding, then text."""
    if not isinstance(value, bytes):
        return ""
    coding, text = value[:8], value[8 : 1 << 16]
    if coding.startswith(b"UNICODE"):
        # The standard does not say which order of bytes; programs write either.
        order = "utf-16-be" if text[:1] == b"\0" else "utf-16-le"
        return text.decode(order, "ignore")
    return text.decode("utf-8", "ignore")


def _credentials(data: bytes) -> tuple[Report | None, str]:
    # Every manifest lies in a box of this name; a file without it needs no other process.
    if kind_of(data) not in READABLE or b"jumb" not in data:
        return None, ""
    try:
        found = credentials_of(data)
    except S2EditError as error:
        return None, error.sentence
    return (report(found) if found else None), ""


def _settings(text: str) -> dict[str, Any]:
    with contextlib.suppress(ValueError, RecursionError):
        values = json.loads(text)
        if isinstance(values, dict):
            return values
    return {}


def _generator(side: SideData, comment: str) -> tuple[str, str]:
    """What an image generator left, and which."""
    for keyword, text in side.texts:
        if keyword.lower() in _GENERATORS:
            return _GENERATORS[keyword.lower()], text
    if "Steps: " in comment and "Sampler: " in comment:
        return _GENERATORS["parameters"], comment
    return "", ""


def _by_ai(said: dict[str, str], found: Report | None, generator: tuple[str, str]) -> bool:
    kinds = [said.get("digital_source_type", "").rsplit("/", 1)[-1]]
    kinds += [action.source_type for link in (found.chain if found else ()) for action in link.actions]
    return bool(generator[0] or "ai_system" in said or any(kind in _BY_AI for kind in kinds))


# ------------------------------------------------------------------ saying


def _sentences(made: Inspection) -> Iterator[str]:
    claims = list(_claims(made))
    yield from claims or ["It says nothing about how it was made, which proves nothing."]
    yield from _about_credentials(made)


def _in_one_line(sentence: str) -> str:
    """Without what would break the line, move a terminal's cursor or turn the direction of writing: files may hold anything."""
    return "".join(letter if letter.isprintable() or letter == "\xa0" else "?" for letter in sentence)


def _claims(made: Inspection) -> Iterator[str]:
    said = made.statements
    if "digital_source_type" in said:
        yield _source(said["digital_source_type"].rsplit("/", 1)[-1])
    elif made.by_ai and made.generator[0]:
        yield "It holds what an image generator leaves, so AI made or changed it."
    if made.program:
        yield f"The program was {made.program}."
    if made.model:
        yield f"The base model was {made.model}."
    elif "ai_system" in said:
        yield f"The AI system was {said['ai_system'].rstrip('.')}."
    if made.camera:
        yield f"The camera was {made.camera}."
    if made.settings:
        yield f"Prompt, names and settings are embedded: {json.dumps(made.settings, ensure_ascii=False)}."
    if "ai_prompt" in said:
        yield f"The prompt was: {_short(said['ai_prompt'])}."
    if made.generator[0]:
        yield f"{made.generator[0]} left its settings: {_short(made.generator[1])}."


def _source(kind: str) -> str:
    known = {
        "compositeWithTrainedAlgorithmicMedia": "It says that it was edited by AI.",
        "trainedAlgorithmicMedia": "It says that it was made by AI.",
        "compositeSynthetic": "It says that parts of it were made by AI.",
        "algorithmicMedia": "It says that it was made by a program without AI.",
        "algorithmicallyEnhanced": "It says that a program enhanced it.",
        "digitalCapture": "It says that a camera took it.",
        "humanEdits": "It says that a person edited it.",
        "composite": "It says that it was put together from several pictures.",
    }
    return known.get(kind, f"It says of its source: {kind[:_EXCERPT]}.")


def _about_credentials(made: Inspection) -> Iterator[str]:
    found, elsewhere = made.credentials, made.statements.get("provenance", "")
    if made.credentials_problem:
        yield "Its Content Credentials cannot be read."
        yield made.credentials_problem
    elif found is None:
        yield "It has no Content Credentials."
        if "://" in elsewhere:
            yield f"Such are said to be kept at {_short(elsewhere)}; nothing is fetched."
    else:
        yield _state(found)
        for index, link in enumerate(found.chain):
            yield from _of_link(link, index == 0, found.trusted)


def _state(found: Report) -> str:
    if found.state == "changed":
        return "It was changed after it was signed: its Content Credentials do not hold."
    if found.state == "invalid":
        return f"Its Content Credentials do not hold: {', '.join(found.failures) or 'for a reason unknown'}."
    return "It is as it was signed: its Content Credentials hold."


def _of_link(link: Link, first: bool, trusted: bool) -> Iterator[str]:
    name = link.signer or link.issuer or "nobody named"
    if first and trusted:
        yield f"The signer is {name}."
    elif first:
        yield f"The signer calls itself {name}; it is on no list of trusted ones, and viewers show it as unknown."
    elif link.relationship == "parentOf":
        yield f"Before that the picture was signed by {name}."
    else:
        yield f"A part of it was signed by {name}."
    if link.failures and not first:
        yield f"What that one says does not hold: {', '.join(link.failures)}."
    if link.thumbnail:
        yield "It holds a small picture of how it was then."
    for action in link.actions:
        if action.action not in _OPENED:
            yield _of_action(action, link)


def _of_action(action: Action, link: Link) -> str:
    parts = [
        action.description or action.action.removeprefix("c2pa."),
        action.when.replace("T", " ").replace("Z", " UTC"),
        action.software or link.program,
        f"model {action.model}" if action.model else "",
        _places(action),
    ]
    return f"Signed as done: {', '.join(part for part in parts if part)}."


def _places(action: Action) -> str:
    unit = "%" if action.unit == "percent" else "pixels"
    places = [f"{w:g} x {h:g} {unit} at {x:g}, {y:g}" for x, y, w, h in action.areas]
    return "; ".join(places)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return (line if len(line) <= _EXCERPT else line[: _EXCERPT - 1] + "…").rstrip(".")
