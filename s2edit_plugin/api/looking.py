"""Looking at a photo: masks, suggested prompts, attention, people. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass

from s2edit_plugin.api.base import Request

__all__ = [
    "AttentionMap",
    "Click",
    "MakeMask",
    "MaskResult",
    "PeopleFound",
    "PersonFound",
    "PromptSuggestion",
    "RecognisePeople",
    "ShowAttention",
    "SuggestPrompt",
]


@dataclass(frozen=True)
class Click:
    """A place the user clicked on, in pixels of the upright photo. ``inside``: it belongs to the mask, else it does not."""

    x: float
    y: float
    inside: bool = True


@dataclass(frozen=True)
class MakeMask(Request["MaskResult"]):
    """Find a mask, then refine it: fill holes, grow, feather, invert, in this order.

    Attributes:
        method: ``auto``, ``face``, ``hair``, ``lips``, ``eyes``, ``skin``, ``glasses``, ``hat``, ``word:W``, ``grabcut`` or
            ``click``. On a photo of several people a number selects one, by the size of the face: ``face:2``, ``auto:2``.
        grow: pixels to widen by; negative numbers shrink. feather: pixels over which the edge is softened.
        points: for ``click``: the clicked points; at least one inside, or a box.
        box: for ``click``: left, top, right, bottom of a rectangle around the object; empty: none.
    """

    photo: bytes
    method: str = "auto"
    fill_holes: bool = False
    grow: float = 0.0
    feather: float = 0.0
    invert: bool = False
    points: tuple[Click, ...] = ()
    box: tuple[float, ...] = ()


@dataclass(frozen=True)
class MaskResult:
    """A mask as an 8-bit grey PNG of the photo's size.

    Attributes:
        note: a sentence for the user on how it was found. sure: False if it is doubtful, with a note.
        others: methods for alternative objects, e.g. ``face:2`` on a group photo.
        photo_notes: sentences for the user about reading the photo.
    """

    mask: bytes
    method: str
    coverage: float
    note: str = ""
    sure: bool = True
    others: tuple[str, ...] = ()
    photo_notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SuggestPrompt(Request["PromptSuggestion"]):
    """Suggest a source prompt: a caption of the photo. ``class_noun``: a word it must contain, "" for any."""

    photo: bytes
    class_noun: str = ""


@dataclass(frozen=True)
class PromptSuggestion:
    """A source prompt, the network that made it (``drawn pictures' judge`` or the captioner's name), and notes for the user."""

    prompt: str
    seen_by: str = ""
    note: str = ""


@dataclass(frozen=True)
class ShowAttention(Request["AttentionMap"]):
    """Attention map of a word or token of a prompt on a photo.

    Attributes:
        word: a word of the prompt, or a reference ``<person/name>``.
        prompt: prompt with references; "": the token's own source prompt, or ``"a photo of a person with <word>"``.
        tokens: library names that the prompt refers to.
        subject_mask: where identity tokens act, None: found.
    """

    photo: bytes
    word: str
    prompt: str = ""
    tokens: tuple[str, ...] = ()
    subject_mask: bytes | None = None


@dataclass(frozen=True)
class AttentionMap:
    """Attention as an 8-bit grey PNG of the photo's size, white where it is strongest."""

    heat: bytes
    word: str


@dataclass(frozen=True)
class RecognisePeople(Request["PeopleFound"]):
    """Compare the faces of a photo with those that the library's identity tokens were learned from.

    Attributes:
        tokens: library names to compare with; empty: all identity tokens of the base model in use.
    """

    photo: bytes
    tokens: tuple[str, ...] = ()


@dataclass(frozen=True)
class PersonFound:
    """A recognised person.

    Attributes:
        token: ``person/name``. face: number of the face by size, as in the mask method ``face:2``; the largest is 1.
        cosine: similarity of the faces, cosine -1..1.
    """

    token: str
    face: int
    cosine: float


@dataclass(frozen=True)
class PeopleFound:
    """Recognised people of a photo, the largest face first; each face and each person at most once.

    Attributes:
        faces: how many faces the photo shows. compared_by: ``SFace`` or ``identity judge``.
        notes: sentences, for example about tokens without a face to compare with.
    """

    people: tuple[PersonFound, ...]
    faces: int
    compared_by: str = ""
    notes: tuple[str, ...] = ()
