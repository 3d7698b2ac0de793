"""The procedures: names, menu entries, arguments and results, as scripts and GIMP's menu see them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gi.repository import Gimp, GObject

from gimp_bridge import ranges
from gimp_bridge.ranges import LIMITS

__all__ = ["ACTIONS", "PROCEDURES", "ProcedureSpec"]

Add = Callable[[Gimp.Procedure], None]
WRITE = GObject.ParamFlags.READWRITE
# Names of people are not kept in GIMP's own files of last values.
PRIVATE = GObject.ParamFlags(int(WRITE) | Gimp.PARAM_DONT_SERIALIZE)

ACTIONS = {
    "list": "List the tokens",
    "rename": "Rename a token",
    "tag": "Give a token a tag",
    "untag": "Take a tag from a token",
    "delete": "Delete a token; it can be restored",
    "restore": "Restore a token that was deleted",
}


@dataclass(frozen=True)
class ProcedureSpec:
    """A procedure.

    Attributes:
        run: ``module:function`` in this package, loaded when it is called. without_image: whether it can be called without.
    """

    label: str
    blurb: str
    help: str
    run: str
    arguments: tuple[Add, ...] = ()
    results: tuple[Add, ...] = ()
    without_image: bool = False

    def load(self) -> Callable[..., list[tuple[Any, Any]]]:
        """The function: (procedure, run_mode, image, drawables, config) -> types and values of the results."""
        module, _, function = self.run.partition(":")
        loaded: Callable[..., list[tuple[Any, Any]]] = getattr(
            importlib.import_module(f"gimp_bridge.{module}"), function
        )
        return loaded


def _text(name: str, nick: str, blurb: str, default: str = "", flags: Any = WRITE) -> Add:
    return lambda procedure: procedure.add_string_argument(name, nick, blurb, default, flags)


def _limited(name: str, nick: str, blurb: str, default: float) -> Add:
    """A number of `EditValues`."""
    low, high = LIMITS[name]
    if isinstance(default, int):
        return _whole(name, nick, blurb, int(low), int(high), default)
    return _number(name, nick, blurb, low, high, default)


def _whole(name: str, nick: str, blurb: str, low: int, high: int, default: int) -> Add:
    return lambda procedure: procedure.add_int_argument(name, nick, blurb, low, high, default, WRITE)


def _number(name: str, nick: str, blurb: str, low: float, high: float, default: float) -> Add:
    return lambda procedure: procedure.add_double_argument(name, nick, blurb, low, high, default, WRITE)


def _choice(name: str, nick: str, blurb: str, default: str, choices: dict[str, str]) -> Add:
    def add(procedure: Gimp.Procedure) -> None:
        made = Gimp.Choice.new()
        for number, (word, label) in enumerate(choices.items()):
            made.add(word, number, label, "")
        procedure.add_choice_argument(name, nick, blurb, made, default, WRITE)

    return add


def _layer(procedure: Gimp.Procedure) -> None:
    procedure.add_layer_return_value("layer", "Layer", "The result, several in a layer group", True, WRITE)


TOKEN = _text(
    "token", "_Token", "The person's token: its id, or person/name; none: the words alone change the picture"
)
ATTRIBUTE = _text("attribute", "_Attribute", "The attribute's token: its id, or person/name")
PROMPT = _text("prompt", "_Prompt", "What the picture should show")
SOURCE = _text(
    "source-prompt", "_Now it shows", "What the picture shows now; empty: the engine says what it sees"
)
SUBJECT = _text(
    "subject",
    "Su_bject",
    "Where the token acts: auto, selection, face, hair, lips, word:WORD, or channel:NAME for a channel of the image",
    "auto",
)
REGION = _text(
    "region",
    "Regi_on",
    "What may change: auto (the selection, else it is found), selection, subject, face, hair, lips, word:WORD, or none for "
    "everything",
    "auto",
)
STRENGTH = _limited("strength", "Stren_gth", "0 gives the picture back, 1 is the full edit", 1.0)
GUIDANCE = _limited("guidance", "G_uidance", "How closely the prompt is followed", ranges.GUIDANCE)
SEED = _limited("seed", "See_d", "Variants begin with this number", 0)
VARIANTS = _limited(
    "variants", "How _many", "How many results; several come as a layer group, the first one shown", 1
)
STEPS = _limited("steps", "St_eps", "Steps of the edit, 0 for the usual number", 0)
HOW = (SUBJECT, REGION, STRENGTH, GUIDANCE, SEED, VARIANTS, STEPS)

PROCEDURES = {
    "plug-in-s2edit-edit": ProcedureSpec(
        "_Edit with tokens…",
        "Edit a layer by text and keep the person",
        "The selection says which pixels may change, with its soft edges; without one the region is found. "
        "The result is a new layer with a mask.",
        "handlers:run_edit",
        (TOKEN, PROMPT, SOURCE, *HOW),
        (_layer,),
    ),
    "plug-in-s2edit-edit-again": ProcedureSpec(
        "Edit _again…",
        "Repeat an edit with other settings",
        "Starts from the settings that are kept in the chosen layer, else in the image. Arguments left at their defaults are "
        "as they were then.",
        "handlers:run_edit_again",
        (TOKEN, ATTRIBUTE, PROMPT, SOURCE, *HOW),
        (_layer,),
    ),
    "plug-in-s2edit-transfer": ProcedureSpec(
        "Trans_fer attribute…",
        "Bring a learned attribute, a makeup for example, to a person",
        "As editing with tokens, with an attribute's token in addition to the person's. With an empty prompt the rest of the "
        "picture stays.",
        "handlers:run_transfer",
        (TOKEN, ATTRIBUTE, PROMPT, SOURCE, *HOW),
        (_layer,),
    ),
    "plug-in-s2edit-learn": ProcedureSpec(
        "_Learn token…",
        "Learn a person or an attribute from this layer",
        "The token is kept in your library. Learning a person needs the person's consent.",
        "handlers:run_learn",
        (
            _text("person", "_Person", "Whose token it is", "", PRIVATE),
            _text("name", "_Name", "What the token is called", "", PRIVATE),
            _choice(
                "kind",
                "_Kind",
                "What is learned",
                "identity",
                {"identity": "A person", "attribute": "An attribute"},
            ),
            _text("class-noun", "Class n_oun", "What it is in a word: woman, man, lipstick"),
            _text(
                "prompt",
                "Now _it shows",
                "What the picture shows; it must contain the class noun",
                "",
                PRIVATE,
            ),
            _text(
                "subject",
                "S_ubject",
                "What is learned: auto, face, hair, lips, word:WORD, selection, or channel:NAME",
                "auto",
            ),
            _whole("steps", "S_teps", "Steps of learning, 0 for the usual number", 0, 100_000, 0),
            _whole("seed", "See_d", "Seed of the noise", 0, 2**31 - 1, 0),
            lambda procedure: procedure.add_boolean_argument(
                "consent", "The person in the picture _agrees", "Needed to learn a person", False, PRIVATE
            ),
            lambda procedure: procedure.add_boolean_argument(
                "replace", "Replace a token of the same name", "It goes to the trash", False, PRIVATE
            ),
            lambda procedure: procedure.add_boolean_argument(
                "resume",
                "Resume where it stopped",
                "If learning of this token was stopped before",
                False,
                PRIVATE,
            ),
        ),
        (
            lambda procedure: procedure.add_string_return_value(
                "token", "Token", "The token's name in the library", "", WRITE
            ),
        ),
    ),
    "plug-in-s2edit-select": ProcedureSpec(
        "_Select subject…",
        "Find a person or a part of one and select it",
        "A word is looked for with the attention of the base model.",
        "handlers:run_select",
        (
            _choice(
                "method",
                "_What",
                "What is selected",
                "person",
                {
                    "person": "Person",
                    "face": "Face",
                    "hair": "Hair",
                    "lips": "Lips",
                    "eyes": "Eyes",
                    "skin": "Skin",
                    "glasses": "Glasses",
                    "hat": "Hat",
                    "word": "A word",
                },
            ),
            _text("word", "W_ord", "The word to look for"),
            _choice(
                "operation",
                "_Existing selection",
                "What happens to the selection there is",
                "replace",
                {
                    "replace": "Replace it",
                    "add": "Add to it",
                    "subtract": "Subtract from it",
                    "intersect": "Intersect with it",
                },
            ),
            _number("grow", "_Grow", "Pixels to widen by; negative numbers shrink", -500.0, 500.0, 0.0),
            _number("feather", "_Feather", "Pixels over which the edge is softened", 0.0, 500.0, 0.0),
        ),
        (
            lambda procedure: procedure.add_double_return_value(
                "coverage", "Coverage", "Part of the layer that was found, 0 to 1", 0.0, 1.0, 0.0, WRITE
            ),
        ),
    ),
    "plug-in-s2edit-open": ProcedureSpec(
        "_Open in S²Edit",
        "Edit a layer in S²Edit Studio's window",
        "Layer and selection go to the window, which is opened where none is. What is sent back comes as a new layer "
        "with a mask.",
        "handlers:run_open",
        (
            _number(
                "seconds", "_Wait", "Seconds to wait for the result, 0 for as long as it takes", 0.0, 1e6, 0.0
            ),
            lambda procedure: procedure.add_boolean_argument(
                "open-window", "_Open the window", "Open the window where none is", True, WRITE
            ),
        ),
        (_layer,),
    ),
    "plug-in-s2edit-tokens": ProcedureSpec(
        "To_ken library…",
        "See, rename, tag, delete and restore tokens",
        "Without a dialog it gives names of tokens: those that a search finds, or the one that was changed.",
        "handlers:run_tokens",
        (
            _choice("action", "_What", "What is done", "list", ACTIONS),
            _text("token", "_Token", "The token: its id, or person/name", "", PRIVATE),
            _text("value", "_New name or tag", "The new name, or the tag", "", PRIVATE),
            _text("search", "_Search", "Words to search for", "", PRIVATE),
        ),
        (
            lambda procedure: procedure.add_string_array_return_value(
                "tokens", "Tokens", "Names of tokens", WRITE
            ),
        ),
        without_image=True,
    ),
}
