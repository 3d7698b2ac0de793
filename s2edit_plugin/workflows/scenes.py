"""The scene of an edit: masks of the subject and of the edit region, the crop for the model, and the two prompts.

A token acts in the subject. Without a token, or if no subject is found, the surroundings of the edit region are used.
"""

from __future__ import annotations

import io
import re
import time
from dataclasses import dataclass, field, replace

import numpy as np

from s2edit_plugin import api
from s2edit_plugin.api import prompts
from s2edit_plugin.api.prompt_syntax import read_prompt
from s2edit_plugin.errors import MaskError, PromptError, S2EditError, Sentence, UsageError
from s2edit_plugin.imaging.crop import Crop, place_mask, subject_crop, window_of
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.method import compose
from s2edit_plugin.method.conditioning import ActiveToken
from s2edit_plugin.method.text import layout
from s2edit_plugin.perception import captions
from s2edit_plugin.perception.masks.found import FoundMask
from s2edit_plugin.perception.masks.painted import read_painted, read_subject_mask
from s2edit_plugin.tokens.file import Token, TokenRecord
from s2edit_plugin.workflows.context import Context
from s2edit_plugin.workflows.crops import mask_on_crop, photo_hash
from s2edit_plugin.workflows.phrases import noun_of
from s2edit_plugin.workflows.suggested import NOTHING, Suggested, fit_to_target
from s2edit_plugin.workflows.token_io import to_active

__all__ = ["Given", "Prompts", "Scene", "prepare", "source_and_target", "understood"]

REGION_AS_SUBJECT = "region"
SUBJECT_MARGIN = 0.25
REGION_MARGIN = 0.5  # the model also needs the surroundings of a region
TOUCHING = 0.05  # of the region; less of the subject in it is chance

SERVES_AS_SUBJECT = "No subject was found in the photo: what is around the mask is used instead."
KEPT = (
    "What the prompt says nothing of stays as it is: {0}. "
    'To take something away, write "without" it, or write the source prompt yourself.'
)
COMMAND = (
    "The prompt reads like a command, and is taken as a description. "
    'Say what the photo should show in the end, such as "a photo of a woman with red hair".'
)
_COMMAND = re.compile(
    r"(?:please\s+)?(?:(?:add|remove|delete)\s+\w|(?:make|turn|change|give|put|replace|take|dye|swap|let)\s+"
    r"(?:the|an?|her|his|him|it|its|their|them|my|me|this|that|all|some|everything)\b)",
    re.IGNORECASE,
)
WHOLE_PHOTO = "No subject was found for certain: the whole photo is used."
LONGEST_WHOLE = 2.5  # aspect ratio; in a longer photo the model would see hardly any detail


@dataclass(frozen=True)
class Given:
    """Input of an edit before any model is used. ``began``: start time, seconds since 1970."""

    tokens: list[Token]
    photo: Photo
    began: float = field(default_factory=time.time)


@dataclass(frozen=True)
class Prompts:
    """Source and target prompt with the tokens' references in them.

    Attributes:
        before: words added before the target, "" for none. notes: sentences for the user. suggested: whether the source
        prompt is a caption.
    """

    source: str
    target: str
    before: str = ""
    notes: tuple[str, ...] = ()
    suggested: bool = False


@dataclass(frozen=True)
class Scene:
    """All data on the photo before the model runs.

    Attributes:
        crop: the square for the model. subject: (H, W) area of identity tokens. region: (H, W) the edit region given or
            found without the model; None: ``auto``, found from the model, or ``none``, the whole crop.
        notes: sentences for the user on how subject and region were found.
        began: start time of the edit, seconds since 1970.
    """

    photo: Photo
    records: tuple[TokenRecord, ...]
    tokens: tuple[ActiveToken, ...]
    crop: Crop
    subject: np.ndarray
    region: np.ndarray | None
    notes: tuple[str, ...] = ()
    began: float = field(default_factory=time.time)

    @property
    def learned_here(self) -> frozenset[str]:
        """Full names of the identity tokens that were learned from this very photo."""
        here = photo_hash(self.photo)
        return frozenset(
            record.full_name
            for record in self.records
            if record.kind == "identity" and record.source_image_hash == here
        )

    @property
    def made_from(self) -> tuple[str, ...]:
        """Sources of derived data: the photo's hash and the ids of all tokens."""
        return (photo_hash(self.photo), *(record.id for record in self.records))


@dataclass
class _Search:
    """Finds masks on the photo of an edit and collects notes on them."""

    context: Context
    photo: Photo
    on_progress: api.OnProgress
    notes: list[str] = field(default_factory=list)
    sure: bool = True

    def find(self, method: str) -> np.ndarray:
        """The mask (H, W) of a method. Raises MaskError."""
        return self.taken(self.context.search_mask(self.photo, method, self.on_progress))

    def taken(self, found: FoundMask) -> np.ndarray:
        """A mask that was found, or came with the request."""
        for sentence in found.notes:
            self.note(sentence)
        self.sure = found.sure
        return found.mask

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)


def prepare(context: Context, request: api.ApplyEdit, given: Given, on_progress: api.OnProgress) -> Scene:
    """Find the masks, choose the crop, bring the tokens onto it.

    Raises:
        MaskError, TokenError, UsageError, CancelledError.
    """
    loaded, photo = given.tokens, given.photo
    search = _Search(context, photo, on_progress)
    records = tuple(token.record for token in loaded)
    region: np.ndarray | None
    if request.region == "subject" and request.region_mask is None:
        subject, margin = _subject(request, photo, records, search), SUBJECT_MARGIN
        region = subject
    else:
        region = _region(request, photo, search)
        subject, margin = _subject_beside(request, photo, records, region, search)
    crop = subject_crop(subject, region, margin)
    tokens = []
    for index, token in enumerate(loaded):
        whole = index == 0 or token.record.kind == "identity"
        mask = subject if whole else _part(token, subject, search)
        tokens.append(to_active(token, context.backbone, mask_on_crop(mask, crop, context.backbone)))
    return Scene(photo, records, tuple(tokens), crop, subject, region, tuple(search.notes), given.began)


def _subject_beside(
    request: api.ApplyEdit,
    photo: Photo,
    records: tuple[TokenRecord, ...],
    region: np.ndarray | None,
    search: _Search,
) -> tuple[np.ndarray, float]:
    """The subject's mask and the margin around it; the region is used if there is no subject."""
    if request.subject_mask is None and request.subject == REGION_AS_SUBJECT:
        if region is None:
            raise UsageError(
                "The mask is to be the subject too, but there is no mask.", "Paint or name one with --mask."
            )
        return _as_subject(region), REGION_MARGIN
    before = list(search.notes)
    try:
        subject = _subject(request, photo, records, search)
    except MaskError:
        if request.subject_mask is not None:
            raise
        if region is not None:
            if records:
                search.note(SERVES_AS_SUBJECT)
            return _as_subject(region), REGION_MARGIN
        if records:
            raise
        search.note(WHOLE_PHOTO)
        return np.ones(photo.size, dtype=np.float32), 0.0
    if records or request.subject_mask is not None or request.subject != "auto":
        return subject, SUBJECT_MARGIN
    # Without a token the subject only limits regions and selects the crop.
    if region is not None:
        if search.sure and _overlap(subject, region):
            return subject, SUBJECT_MARGIN
        search.notes[:] = before
        return _as_subject(region), REGION_MARGIN
    if search.sure or max(photo.size) > LONGEST_WHOLE * min(photo.size):
        return subject, SUBJECT_MARGIN
    search.notes[:] = [*before, WHOLE_PHOTO]
    return np.ones(photo.size, dtype=np.float32), 0.0


def _as_subject(region: np.ndarray) -> np.ndarray:
    """A region as a subject mask: the strongest part certainly belongs to it."""
    return np.clip(region / max(float(region.max()), 1e-6), 0, 1, dtype=np.float32)


def _overlap(subject: np.ndarray, region: np.ndarray) -> bool:
    inside = region >= 0.5 * float(region.max())
    return float((subject[inside] >= 0.5).mean()) >= TOUCHING


def _subject(
    request: api.ApplyEdit, photo: Photo, records: tuple[TokenRecord, ...], search: _Search
) -> np.ndarray:
    """Where the identity acts: given, else the first token's stored mask if this is its photo, else found."""
    if request.subject_mask is not None:
        return search.taken(read_subject_mask(request.subject_mask, photo.size))
    if request.subject == "auto" and records:
        stored = _stored_mask(records[0], photo)
        if stored is not None:
            return stored
    return search.find("auto" if request.subject == REGION_AS_SUBJECT else request.subject)


def _stored_mask(record: TokenRecord, photo: Photo) -> np.ndarray | None:
    """The mask that a token learned under, where this is the photo it learned from."""
    if not (record.subject_mask and record.crop and record.source_image_hash == photo_hash(photo)):
        return None
    from PIL import Image

    with Image.open(io.BytesIO(record.subject_mask_png)) as image:
        stored = np.asarray(image.convert("L"), dtype=np.float32) / 255
    left, top, right, _ = record.crop
    return place_mask(stored, Crop(x=left, y=top, side=right - left), photo.size)


def _region(request: api.ApplyEdit, photo: Photo, search: _Search) -> np.ndarray | None:
    """The edit region where it is given or found without the model, None for ``auto`` and ``none``."""
    if request.region_mask is not None:
        return search.taken(read_painted(request.region_mask, photo.size))
    if request.region in ("auto", "none"):
        return None
    found = search.find(request.region)
    if float(found.max()) < 0.5:
        raise MaskError(
            Sentence("Nothing was found for the mask '{}' in this photo.", request.region),
            "Paint the mask instead.",
        )
    return found


def _part(token: Token, subject: np.ndarray, search: _Search) -> np.ndarray:
    """The part of this photo in which an attribute token acts; the whole subject where it is not to be seen."""
    method = compose.region_of(token.record.region)
    if method == "subject":
        return subject
    try:
        found = search.find(method)
    except MaskError:
        found = np.zeros_like(subject)
    if float(found.max()) >= 0.5:
        return found
    search.note(
        f"The search for {method} found nothing: the token {token.record.full_name} acts in the whole subject."
    )
    return subject


# ---------------------------------------------------------------------- prompts


def understood(request: api.ApplyEdit) -> tuple[api.ApplyEdit, tuple[str, ...]]:
    """The request with normalised prompts and the weights written in them, and notes on that.

    Raises:
        PromptError: the prompt is empty after that.
    """
    target, source = read_prompt(request.prompt), read_prompt(request.source_prompt or "")
    if not target.prompt:
        raise PromptError("The prompt is empty.", "Say what the photo should show.")
    settings = request.settings
    said = dict.fromkeys(
        (*target.notes, *source.notes, target.about_weights, _instruction_note(target.prompt))
    )
    plain = replace(
        request,
        prompt=target.prompt,
        source_prompt=source.prompt or None,
        settings=replace(settings, weights={**target.weights, **settings.weights}),
    )
    return plain, tuple(note for note in said if note)


def _instruction_note(prompt: str) -> str:
    """A note if the prompt is an instruction ("make her hair red") instead of a description, "" otherwise."""
    return COMMAND if _COMMAND.match(prompt) else ""


def source_and_target(context: Context, request: api.ApplyEdit, scene: Scene) -> Prompts:
    """Complete the prompts: source prompt suggested where none is given, references put before the class noun.

    Raises:
        PromptError: the class noun is missing, or the target has nothing new compared with the caption.
    """
    named = _named(request, scene)
    plain = request.source_prompt
    if plain is None and scene.records:
        first = scene.records[0]
        same_photo = bool(first.source_image_hash) and first.source_image_hash == photo_hash(scene.photo)
        plain = first.source_prompt if same_photo else None
    suggested = plain is None or plain == "auto" or request.source_suggested
    fitted = _suggested(context, request, scene, named) if suggested else Suggested(plain or "")
    wanted = f"{fitted.before} {request.prompt}".strip()
    source, target = (_with_token(prompt, named) for prompt in (fitted.source, wanted))
    brought = [(record.full_name, record.class_noun) for record in scene.records if record is not named]
    pair = Prompts(source, compose.with_attributes(target, brought), fitted.before, fitted.notes, suggested)
    if (
        fitted.left_out
        and not request.settings.seed
        and prompts.words(pair.source) == prompts.words(pair.target)
    ):
        raise PromptError(
            Sentence(
                'The prompt asks for nothing but what the photo seems to show already: "{}".', fitted.source
            ),
            "Say what should be different, or give a source prompt that says what is there now.",
        )
    return pair


def _named(request: api.ApplyEdit, scene: Scene) -> TokenRecord | None:
    """The token that both prompts name: the first, but for an attribute that is only brought to the photo."""
    first = scene.records[0] if scene.records else None
    if first is None or first.kind == "identity" or captions.has_noun(request.prompt, first.class_noun):
        return first
    return None


def _with_token(prompt: str, record: TokenRecord | None) -> str:
    return prompts.insert_token(prompt, record.class_noun, record.full_name) if record else prompt


def _suggested(
    context: Context, request: api.ApplyEdit, scene: Scene, named: TokenRecord | None
) -> Suggested:
    """Caption of the crop, limited to the target's topics and the text encoder's length; at least the class noun."""
    noun = named.class_noun if named else ""
    shown = (request.source_prompt or "") if request.source_suggested else ""
    notes: tuple[str, ...] = ()
    suggestion = shown
    if not shown:
        suggestion, notes = _caption(context, scene, noun or noun_of(request.prompt))
    fitted = fit_to_target(suggestion, request.prompt, noun)
    if shown and fitted.left_out:
        if prompts.words(fitted.source) == prompts.words(f"{fitted.before} {request.prompt}"):
            return Suggested(shown)  # leaving something out is all that the prompt does
        notes = (KEPT.format(", ".join(fitted.left_out)),)
    source = fitted.source
    if noun and not captions.has_noun(source, noun):
        source = captions.plain_prompt(noun) if source == NOTHING else f"{source} with {noun}"
    return replace(fitted, source=_with_room(context, scene, source, named), notes=(*notes, *fitted.notes))


def _caption(context: Context, scene: Scene, noun: str) -> tuple[str, tuple[str, ...]]:
    """Caption of the crop, "" for none, and notes on it."""
    seen = scene.photo.as_uint8_rgb(window_of(scene.crop, scene.photo.size))
    try:
        if not context.can_describe(seen):
            return "", ()
        found = context.describe(seen, noun)
    except S2EditError:
        return "", ()
    return found.prompt, (found.note,) if found.note else ()


def _with_room(context: Context, scene: Scene, source: str, named: TokenRecord | None) -> str:
    """As much of a source prompt as the text encoder takes, at least the class noun."""
    vectors = {token.name: len(token.vectors) for token in scene.tokens}
    for count in range(len(source.split()), 0, -1):
        shortened = captions.shorter(source, count)
        try:
            layout(_with_token(shortened, named), context.backbone, vectors)
        except PromptError:
            continue
        return shortened
    return captions.plain_prompt(named.class_noun) if named else NOTHING
