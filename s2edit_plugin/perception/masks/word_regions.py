"""Edit regions for words about a face: a table of words to places, located by the visible parts of the face.

"lipstick" is on the lips, "smiling" moves mouth, cheeks and eyes, a hat sits above the brows and over the head. Things that do
not exist yet (a hat, glasses) are placed by the face's proportions. Words outside the table have no region.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from s2edit_plugin.api import prompts
from s2edit_plugin.perception.masks.refine import grow, shrink

__all__ = [
    "PARTS",
    "kept_outlines",
    "needed_parts",
    "place_of",
    "places_of",
    "redraws_shapes",
    "replaces_content",
    "word_region",
]

PARTS = ("subject", "face", "hair", "lips", "eyes", "skin")
"""Masks that `word_region` can need."""

_INSIDE = 0.5
_EYES_TO_LIPS = 0.526  # of a face's width; 0.06 is the standard deviation over 25 drawn people
_SMALLEST_EYE, _RIM, _WORN = 0.06, 0.015, 0.03  # of a face's width
_EXACT_MARGIN = 0.0
_LOOK_AHEAD = 3  # words between an adjective and its noun


_KEPT: dict[str, tuple[str, tuple[str, ...]]] = {"hair": ("hair", ("brows",)), "lips": ("lips", ())}
"""Places whose change is one of colour: the part that keeps its outline, and places that change with it."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORN_THINGS = _words("glasses hat") | {"worn glasses"}
_SHAPES = _WORN_THINGS | _words("hairstyle fringe expression smile surprise mouth beard")
"""Places whose change is one of shape."""
_SMILES = _words("smile smiling smiles grin grinning laugh laughing happy")
_SURPRISES = _words("surprised surprise astonished shocked shouting screaming scared")
_NOUNS: dict[str, frozenset[str]] = {
    "hair": _words("hair haired hairstyle haircut curls ponytail braid braids bun dreadlocks afro mohawk highlights wig"),
    "fringe": _words("bangs fringe"),
    "expression": _SMILES | _SURPRISES | _words("expression look frown frowning sad angry crying neutral"),
    "lips": _words("lipstick lips lip gloss"),
    "mouth": _words("mouth teeth tongue"),
    "eyes": _words("eyes eye iris irises gaze eyelashes lashes mascara contacts"),
    "lids": _words("eyeshadow eyeliner eyelids"),
    "brows": _words("eyebrows eyebrow brows brow"),
    "glasses": _words("glasses sunglasses spectacles eyeglasses goggles monocle shades"),
    "hat": _words("hat cap beanie helmet crown hood turban headband headscarf tiara beret hats"),
    "beard": _words("beard bearded moustache mustache stubble goatee sideburns shaved shaven"),
    "cheeks": _words("blush cheeks cheek rouge"),
    "makeup": _words("makeup make-up foundation"),
    "age": _words("old young elderly aged older younger wrinkles wrinkled"),
    "face": _words("freckles skin tan tanned pale scar tattoo mole face"),
    "nose": _words("nose"),
    "background": _words("background studio beach forest city street room sky garden park snow"),
}  # fmt: skip
_ENDS_A_PHRASE = _words("in on at with without wearing of from near behind before under over by who that")
_AFTER_NOUNS = _words("open opened closed shut wide narrowed removed off")
_STYLES = _words(
    "short long curly straight wavy shaggy bald shoulder-length cropped bob pixie afro ponytail braid bun"
)
_FINER = {
    ("hair", "hairstyle"): _STYLES,
    ("expression", "smile"): _SMILES,
    ("expression", "surprise"): _SURPRISES,
}
"""Place and finer place: words of it."""


def places_of(source: str, target: str) -> tuple[str, ...]:
    """Places changed by an edit, in the order of `_NOUNS`; empty if a changed word has no known place.

    A changed adjective belongs to the next noun that has a place: "blonde" in "long blonde hair" to the hair.
    """
    found: set[str] = set()
    mapping = prompts.align_words(source, target)
    before, after = prompts.words(source), prompts.words(target)
    gone = [(before, i) for i in range(len(before)) if i not in mapping]
    new = [(after, j) for j, partner in enumerate(mapping) if partner is None]
    for written, at in (*gone, *new):
        if not prompts.is_telling(written[at]):
            continue
        place = _place(_phrase(written[at : at + 1 + _LOOK_AHEAD])) or (
            _place(written[max(at - _LOOK_AHEAD, 0) : at][::-1]) if written[at] in _AFTER_NOUNS else None
        )
        if place is None:
            return ()
        finer = (name for (within, name), words in _FINER.items() if within == place and written[at] in words)
        found.add("worn glasses" if place == "glasses" and written is before else next(finer, place))
    return tuple(sorted(found))


def redraws_shapes(source: str, target: str) -> bool:
    """Whether an edit changes shapes of a face and nothing else: a smile, glasses, a hat, another cut of hair."""
    places = places_of(source, target)
    if not places or not _SHAPES.issuperset(places):
        return False
    return not _WORN_THINGS.issuperset(places) or _names_things(source, target)


def replaces_content(source: str, target: str) -> bool:
    """Whether other things are to be seen than before: something worn comes off, or glasses or a hat are put on."""
    places = places_of(source, target)
    worn = bool(places) and _WORN_THINGS.issuperset(places) and _names_things(source, target)
    return worn or prompts.uncovers(source, target)


def _names_things(source: str, target: str) -> bool:
    """Whether glasses or a hat are among the changed words, and not their colour alone."""
    return any(
        place_of(word) in _WORN_THINGS for words in prompts.changed_words(source, target) for word in words
    )


def place_of(word: str) -> str | None:
    """The place of a word in lower case: ``hair``, ``lips``, ``background``, ...; None if unknown."""
    return next((place for place, nouns in _NOUNS.items() if word in nouns), None)


def _phrase(words: list[str]) -> list[str]:
    """The words up to the next preposition: "stripe in a city" is about the stripe."""
    end = next((i for i, word in enumerate(words) if i and word in _ENDS_A_PHRASE), len(words))
    return words[:end]


def _place(words: list[str]) -> str | None:
    """The place of the first word with a known one."""
    return next((place for word in words if (place := place_of(word)) is not None), None)


@dataclass(frozen=True)
class _Face:
    """Boolean parts and the measures of a face, in pixels; y grows downwards."""

    subject: np.ndarray
    face: np.ndarray
    hair: np.ndarray
    lips: np.ndarray
    eyes: np.ndarray
    skin: np.ndarray
    left: float
    right: float
    top: float
    bottom: float
    eye_y: float
    lip_y: float
    margin: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def down(self) -> float:
        """From eyes to lips."""
        return self.lip_y - self.eye_y

    def box(self, x0: float, x1: float, y0: float, y1: float) -> np.ndarray:
        """A rectangle, x in face widths from the left edge of the face, y in eyes-to-lips from the eyes."""
        y, x = np.indices(self.face.shape, dtype=np.float32)
        u, v = (x - self.left) / max(self.width, 1), (y - self.eye_y) / max(self.down, 1)
        return np.asarray((u >= x0) & (u <= x1) & (v >= y0) & (v <= y1))

    def oval(self, x: float, y: float, rx: float, ry: float) -> np.ndarray:
        """An ellipse about (x, y), in the units of `box`."""
        rows, columns = np.indices(self.face.shape, dtype=np.float32)
        u, v = (columns - self.left) / max(self.width, 1), (rows - self.eye_y) / max(self.down, 1)
        return np.asarray(((u - x) / rx) ** 2 + ((v - y) / ry) ** 2 <= 1)

    def near(self, part: np.ndarray, share: float) -> np.ndarray:
        """A part grown by a share of the face's width, less for exact parts."""
        return grow(part.astype(np.float32), self.margin * share * self.width) >= _INSIDE

    @property
    def mouth_x(self) -> float:
        """Middle of the mouth in face widths from the left."""
        columns = np.flatnonzero(self.lips.any(axis=0))
        return float((columns.mean() - self.left) / max(self.width, 1))


def _measured(parts: Mapping[str, np.ndarray], margin: float = 1.0) -> _Face | None:
    """Measure a face; None if eyes, lips or face are not visible."""
    nothing = np.zeros(parts["face"].shape, np.float32)
    masks = {name: parts.get(name, nothing) >= _INSIDE for name in PARTS}
    if not all(masks[name].any() for name in ("face", "lips")):
        return None
    rows, columns = np.flatnonzero(masks["face"].any(axis=1)), np.flatnonzero(masks["face"].any(axis=0))
    lip_y = float(np.flatnonzero(masks["lips"].any(axis=1)).mean())
    top, bottom = float(rows[0]), float(rows[-1])
    seen = masks["eyes"].any()
    # Eyes behind dark glasses are assumed half a face's width above the lips.
    behind = lip_y - _EYES_TO_LIPS * float(columns[-1] - columns[0])
    eye_y = float(np.flatnonzero(masks["eyes"].any(axis=1)).mean()) if seen else behind
    return _Face(
        **masks,
        left=float(columns[0]),
        right=float(columns[-1]),
        top=top,
        bottom=bottom,
        eye_y=eye_y,
        lip_y=lip_y,
        margin=margin,
    )


def _hair(f: _Face) -> np.ndarray:
    return f.near(f.hair, 0.06) | _brows(f)


def _hairstyle(f: _Face) -> np.ndarray:
    head = f.hair | f.face
    around = f.near(head, 0.12) & f.box(-0.5, 1.5, -3.0, 2.6)
    fall = f.box(-0.22, 0.1, -0.5, 2.4) | f.box(0.9, 1.22, -0.5, 2.4)
    inner = f.oval(0.5, 0.75, 0.42, 1.35)
    return (around | fall | f.hair) & ~inner


def _fringe(f: _Face) -> np.ndarray:
    return f.oval(0.5, -0.75, 0.5, 0.62) & ~f.near(f.eyes, 0.02)


def _lids(f: _Face) -> np.ndarray:
    """Above each visible eye, in widths of that eye, without its inner part. Behind glasses at the usual position."""
    from scipy import ndimage

    labels, _ = ndimage.label(f.eyes)
    rows, columns = np.indices(f.eyes.shape, dtype=np.float32)
    found = np.zeros_like(f.eyes)
    for spot in ndimage.find_objects(labels):
        width = spot[1].stop - spot[1].start
        if width < _SMALLEST_EYE * f.width:
            continue
        y, x = ((part.start + part.stop - 1) / 2 for part in spot)
        oval = ((columns - x) / (0.7 * width)) ** 2 + ((rows - y) / (0.6 * width)) ** 2 <= 1
        found |= oval & (rows <= y + 0.15 * width)
    if not found.any():
        usual = f.oval(0.25, -0.08, 0.17, 0.2) | f.oval(0.73, -0.08, 0.17, 0.2)
        return usual & f.box(0, 1, -0.4, 0.04)
    return found & (shrink(f.eyes.astype(np.float32), _RIM * f.width) < _INSIDE)


def _brows(f: _Face) -> np.ndarray:
    return f.box(0.1, 0.45, -0.52, -0.2) | f.box(0.55, 0.9, -0.52, -0.2)


def _mouth(f: _Face) -> np.ndarray:
    return f.near(f.lips, 0.04) | f.oval(f.mouth_x, 0.97, 0.24, 0.13) | f.oval(f.mouth_x, 1.13, 0.16, 0.27)


def _both(f: _Face, x: float, y: float, rx: float, ry: float) -> np.ndarray:
    """An ellipse on the left side and its mirror image on the right."""
    return f.oval(x, y, rx, ry) | f.oval(1 - x, y, rx, ry)


def _smile(f: _Face) -> np.ndarray:
    rows, columns = np.indices(f.face.shape, dtype=np.float32)
    v = (rows - f.eye_y) / max(f.down, 1)
    aside = np.abs((columns - f.left) / max(f.width, 1) - 0.51)
    folds = (np.abs(aside - 0.12 - 0.32 * (v - 0.5)) < 0.045) & (v > 0.5) & (v < 1.1)
    brows = f.box(0.1, 0.42, -0.47, -0.23) | f.box(0.58, 0.9, -0.47, -0.23)
    return _mouth(f) | folds | brows | _around_eyes(f)


def _surprise(f: _Face) -> np.ndarray:
    brows = f.box(0.1, 0.42, -0.62, -0.24) | f.box(0.58, 0.9, -0.62, -0.24)
    mouth = f.oval(f.mouth_x, 1.05, 0.21, 0.34) | f.oval(f.mouth_x, 1.57, 0.09, 0.12)
    return f.near(f.lips, 0.03) | mouth | brows | _around_eyes(f)


def _around_eyes(f: _Face) -> np.ndarray:
    return f.near(f.eyes, 0.03) | _both(f, 0.28, -0.07, 0.14, 0.19)


def _age(f: _Face) -> np.ndarray:
    forehead = f.box(0.19, 0.81, -0.75, -0.36)
    cheeks = _both(f, 0.2, 0.83, 0.17, 0.4) | _both(f, 0.3, 0.35, 0.13, 0.27)
    return (forehead | cheeks | _both(f, 0.07, 0.06, 0.08, 0.16)) & f.near(f.face, 0.0)


def _glasses(f: _Face) -> np.ndarray:
    lenses = f.oval(0.25, 0.05, 0.27, 0.42) | f.oval(0.75, 0.05, 0.27, 0.42)
    return lenses | f.box(-0.03, 1.03, -0.16, 0.06)


def _worn_glasses(f: _Face) -> np.ndarray:
    """What is neither skin nor hair where glasses sit: every pair has rims of its own."""
    from scipy import ndimage

    usual = _glasses(f)
    about = f.box(-0.3, 1.3, -0.5, 0.65) & f.subject & ~f.skin & ~f.hair
    labels, _ = ndimage.label(about)
    seen = np.isin(labels, np.unique(labels[usual & about])) & about
    return np.asarray(usual | (grow(seen.astype(np.float32), _WORN * f.width) >= _INSIDE))


def _hat(f: _Face) -> np.ndarray:
    above = f.box(-0.28, 1.28, -3.0, -0.55)
    return (above & f.near(f.hair | f.face, 0.2)) | f.oval(0.5, -1.0, 0.62, 0.75) & f.box(-0.5, 1.5, -3, -0.5)


def _beard(f: _Face) -> np.ndarray:
    lower = f.near(f.face, 0.05) & f.box(-0.2, 1.2, 0.6, 2.4) & ~f.oval(f.mouth_x, 1.0, 0.14, 0.12)
    sides = f.near(f.face, 0.04) & (f.box(-0.1, 0.14, 0.1, 1.0) | f.box(0.86, 1.1, 0.1, 1.0))
    return lower | sides


_USERS = {
    "subject": frozenset(["background", "worn glasses"]),
    "hair": frozenset(["hair", "hairstyle", "hat", "worn glasses"]),
    "skin": frozenset(["worn glasses"]),
}
"""Part: places that need it."""

_DRAWN_AT: dict[str, Callable[[_Face], np.ndarray]] = {
    "hair": _hair,
    "hairstyle": _hairstyle,
    "fringe": _fringe,
    "expression": lambda f: _smile(f) | _surprise(f),
    "smile": _smile,
    "surprise": _surprise,
    "lips": lambda f: f.near(f.lips, 0.045),
    "mouth": _mouth,
    "eyes": lambda f: f.near(f.eyes, 0.02),
    "lids": _lids,
    "brows": _brows,
    "glasses": _glasses,
    "worn glasses": _worn_glasses,
    "hat": _hat,
    "beard": _beard,
    "cheeks": lambda f: f.oval(0.2, 0.55, 0.2, 0.36) | f.oval(0.8, 0.55, 0.2, 0.36),
    "makeup": lambda f: f.near(f.face, 0.01),
    "age": _age,
    "face": lambda f: f.near(f.face, 0.01) & ~f.near(f.lips, 0.0),
    "nose": lambda f: f.oval(0.5, 0.5, 0.18, 0.36),
    "background": lambda f: ~f.subject,
}


def needed_parts(places: Iterable[str]) -> tuple[str, ...]:
    """The parts of `PARTS` needed to locate places; each takes time on a photograph."""
    more = {part for place in places for part, users in _USERS.items() if place in users}
    return tuple(part for part in PARTS if part in more or part in ("face", "lips", "eyes"))


def kept_outlines(places: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Parts whose outline a change at these places keeps, and the places where structure may change."""
    places = tuple(places)
    parts = tuple(_KEPT[place][0] for place in places if place in _KEPT)
    return parts, tuple(
        other for place in places for other in (_KEPT[place][1] if place in _KEPT else (place,))
    )


def word_region(
    places: Iterable[str], parts: Mapping[str, np.ndarray], exact: bool = False
) -> np.ndarray | None:
    """Binary region (H, W) float32 of places on a face; None without places or a visible face.

    Args:
        parts: masks (H, W) in [0, 1] of `needed_parts`.
        exact: whether the masks follow the picture's edges; the bundled network's coarse masks are grown more.
    """
    face = _measured(parts, _EXACT_MARGIN if exact else 1.0)
    found = [_DRAWN_AT[place](face) for place in places] if face is not None else []
    return np.logical_or.reduce(found).astype(np.float32) if found else None
