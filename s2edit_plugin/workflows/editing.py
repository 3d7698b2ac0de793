"""Editing, from request to picture: tokens, masks, crop, inversion (cached), edit, paste."""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch

from s2edit_plugin import api, captions, compose, prompts, safety
from s2edit_plugin.cache import InversionCache
from s2edit_plugin.conditioning import ActiveToken, build_condition
from s2edit_plugin.edit import EditOutcome, edit
from s2edit_plugin.errors import MaskError, PromptError, S2EditError, UsageError
from s2edit_plugin.imaging.crop import Crop, extract_photo, place_mask, subject_crop, window_of
from s2edit_plugin.imaging.paste import paste_change
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.imaging.plain_png import encode_plain_png
from s2edit_plugin.imaging.provenance import Provenance
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.imaging.writing import encode_photo
from s2edit_plugin.invert import Inversion, invert
from s2edit_plugin.masks.painted import encode_mask, read_mask
from s2edit_plugin.progress import WorkTime
from s2edit_plugin.region import changed_region, soften
from s2edit_plugin.settings import load_settings
from s2edit_plugin.text import layout
from s2edit_plugin.token_store import to_active
from s2edit_plugin.tokenfile import Token, TokenRecord
from s2edit_plugin.workflows.crops import framing_of, latents_of, mask_on_crop, photo_hash
from s2edit_plugin.workflows.inversion_key import inversion_key
from s2edit_plugin.workflows.previews import EditPreview
from s2edit_plugin.workflows.recording import record_edit

if TYPE_CHECKING:
    from s2edit_plugin.studio import Studio

__all__ = [
    "Edited",
    "Given",
    "Prompts",
    "Scene",
    "edit_crop",
    "gather",
    "make_edit",
    "prepare",
    "run_edit",
    "source_and_target",
]

LAYER_MARGIN = 4  # a layer goes on by a fourth of its mask's longer side


@dataclass(frozen=True)
class Given:
    """What an edit is made of, before any model is asked. ``began``: when it was read, seconds since 1970."""

    tokens: list[Token]
    photo: Photo
    began: float = field(default_factory=time.time)


@dataclass(frozen=True)
class Prompts:
    """Source and target prompt with the tokens' references in them."""

    source: str
    target: str


@dataclass(frozen=True)
class Scene:
    """All that is known of the photo before the model runs.

    Attributes:
        crop: the square the model sees. subject: (H, W) where identity tokens act. region: (H, W) the edit region given or
            found without the model; None: ``auto``, found from the model, or ``none``, the whole crop.
        began: when the edit began, seconds since 1970.
    """

    photo: Photo
    records: tuple[TokenRecord, ...]
    tokens: tuple[ActiveToken, ...]
    crop: Crop
    subject: np.ndarray
    region: np.ndarray | None
    began: float = field(default_factory=time.time)

    @property
    def made_from(self) -> tuple[str, ...]:
        """What derived data says of its origin: the photo's hash and the ids of all tokens."""
        return (photo_hash(self.photo), *(record.id for record in self.records))


@dataclass(frozen=True)
class Edited:
    """The model's part of an edit. ``region``: (S, S) float32 in [0, 1] on the crop, soft."""

    outcome: EditOutcome
    region: np.ndarray
    inversion: Inversion
    cached: bool


def run_edit(
    studio: Studio, request: api.ApplyEdit, on_progress: api.OnProgress, on_note: api.OnNote
) -> api.EditResult:
    """Edit a photo and write the result into the journal; see `Studio.edit`."""
    result, scene, pixels = _edited(studio, request, on_progress, on_note)
    result = record_edit(
        studio, request, scene.photo, pixels, scene.records, scene.made_from[0], result, scene.began
    )
    return replace(result, image=b"") if request.with_layer else result


def make_edit(
    studio: Studio, request: api.ApplyEdit, on_progress: api.OnProgress, on_note: api.OnNote
) -> api.EditResult:
    """The same without the journal."""
    return _edited(studio, request, on_progress, on_note)[0]


def _edited(
    studio: Studio, request: api.ApplyEdit, on_progress: api.OnProgress, on_note: api.OnNote
) -> tuple[api.EditResult, Scene, np.ndarray]:
    """The result, what it was made from, and its pixels (H, W, 3); with less memory where there is too little."""
    given, work = gather(studio, request), WorkTime(on_progress)
    (result, scene, pixels), warnings = studio.with_ladder(
        request, lambda _: _edit_once(studio, request, given, work.on_progress), on_note
    )
    studio.note_pace(request, work.seconds, inverted=result.inversion_cached)
    return replace(result, warnings=(*warnings, *result.warnings)), scene, pixels


def _edit_once(
    studio: Studio, request: api.ApplyEdit, given: Given, on_progress: api.OnProgress
) -> tuple[api.EditResult, Scene, np.ndarray]:
    started = time.monotonic()
    scene = prepare(studio, request, given, on_progress)
    pair = source_and_target(studio, request, scene)
    edited = edit_crop(studio, request, scene, pair, on_progress)
    height, width = scene.photo.size
    if scene.region is None:
        mask = place_mask(edited.region, scene.crop, (height, width))
    else:
        mask = scene.region
    change = edited.outcome.change.permute(1, 2, 0).cpu().numpy()
    pixels = paste_change(scene.photo, change, scene.crop, mask)
    window = window_of(scene.crop, scene.photo.size)
    before = scene.photo.as_uint8_rgb(window)
    after = replace(scene.photo, pixels=pixels).as_uint8_rgb(window)
    studio.refuse_unsafe(after)
    # Looks at the crop alone: there she is, and it costs less.
    likeness = studio.identity(before, after, scene.subject[window])
    layer, box = _layer(scene, change, mask) if request.with_layer else (b"", ())
    result = api.EditResult(
        image=encode_photo(scene.photo, pixels, provenance=_provenance(studio, request, scene, pair)),
        region=encode_mask(mask),
        seconds=time.monotonic() - started,
        inversion_cached=edited.cached,
        source_prompt=pair.source,
        target_prompt=pair.target,
        warnings=scene.photo.notes,
        identity=likeness.cosine,
        identity_note=likeness.sentence,
        layer=layer,
        layer_box=box,
    )
    return result, scene, pixels


def _layer(scene: Scene, change: np.ndarray, mask: np.ndarray) -> tuple[bytes, tuple[int, ...]]:
    """The photo with the whole change around a mask, and its box: see `api.EditResult.layer`."""
    spans = [np.flatnonzero((mask > 0).any(axis=axis)) for axis in (1, 0)]
    # Beside the mask there is some of it to be painted in; not all, which would be large for a small mask.
    margin = max(len(span) for span in spans) // LAYER_MARGIN
    (top, bottom), (left, right) = (
        (max(0, int(span[0]) - margin), min(length, int(span[-1]) + 1 + margin)) if len(span) else (0, 1)
        for span, length in zip(spans, mask.shape, strict=True)
    )
    whole = paste_change(scene.photo, change, scene.crop, np.ones(scene.photo.size, dtype=np.float32))
    part = whole[top:bottom, left:right, : 1 if scene.photo.grey else 3]
    return encode_plain_png(part), (left, top, right, bottom)


def _provenance(studio: Studio, request: api.ApplyEdit, scene: Scene, pair: Prompts) -> Provenance:
    """What the file says: program and model; prompts, names and settings only where the user wants that."""
    embed = request.embed_settings
    if not (load_settings(studio.folder).embed_settings if embed is None else embed):
        return Provenance(studio.backbone.name)
    settings = {
        "prompt": pair.target,
        "source_prompt": pair.source,
        "tokens": [record.full_name for record in scene.records],
        "subject": "mask" if request.subject_mask is not None else request.subject,
        "region": "mask" if request.region_mask is not None else request.region,
        "settings": asdict(request.settings),
        "model_hash": studio.backbone.fingerprint,
    }
    return Provenance(studio.backbone.name, settings)


def gather(studio: Studio, request: api.ApplyEdit) -> Given:
    """Load the tokens and read the photo.

    Raises:
        ImageError, SafetyError, TokenError, UsageError.
    """
    if not request.tokens:
        raise UsageError("An edit needs a token.", "Name one with --token PERSON/NAME.")
    loaded = [studio.library.get(name) for name in request.tokens]
    written = [request.prompt, request.source_prompt or "", *(token.record.class_noun for token in loaded)]
    safety.check_prompts(written, person=any(token.record.kind == "identity" for token in loaded))
    return Given(loaded, read_photo(request.photo))


def prepare(studio: Studio, request: api.ApplyEdit, given: Given, on_progress: api.OnProgress) -> Scene:
    """Find the masks, choose the crop, bring the tokens onto it.

    Raises:
        MaskError, TokenError, CancelledError.
    """
    loaded, photo = given.tokens, given.photo
    find = partial(studio.find_mask, photo, on_progress=on_progress)
    subject = _subject(request, photo, loaded[0].record, find)
    region = _region(request, photo, subject, find)
    crop = subject_crop(subject, region)
    tokens = []
    for index, token in enumerate(loaded):
        whole = index == 0 or token.record.kind == "identity"
        mask = subject if whole else _part(token, subject, find)
        tokens.append(to_active(token, studio.backbone, mask_on_crop(mask, crop, studio.backbone)))
    records = tuple(token.record for token in loaded)
    return Scene(photo, records, tuple(tokens), crop, subject, region, given.began)


def source_and_target(studio: Studio, request: api.ApplyEdit, scene: Scene) -> Prompts:
    """Complete the prompts: source prompt suggested where none is given, references put before the class noun.

    Raises:
        PromptError: the class noun is missing.
    """
    first = scene.records[0]
    plain = request.source_prompt
    if plain is None or plain == "auto":
        same_photo = bool(first.source_image_hash) and first.source_image_hash == photo_hash(scene.photo)
        plain = first.source_prompt if same_photo else _suggested(studio, request, scene)
    source = prompts.insert_token(plain, first.class_noun, first.full_name)
    target = prompts.insert_token(request.prompt, first.class_noun, first.full_name)
    others = [(record.full_name, record.class_noun) for record in scene.records[1:]]
    return Prompts(source, compose.with_attributes(target, others))


def edit_crop(
    studio: Studio, request: api.ApplyEdit, scene: Scene, pair: Prompts, on_progress: api.OnProgress
) -> Edited:
    """Run the model on the crop: invert (or take from the cache), find the region, edit."""
    backbone, settings = studio.backbone, request.settings
    source, target = (
        build_condition(backbone, prompt, scene.tokens, settings.isolation, framing_of(scene.crop))
        for prompt in (pair.source, pair.target)
    )
    cache = InversionCache(studio.folder.cache)
    person = scene.records[0].person
    key = inversion_key(backbone, scene.photo, scene.crop, pair.source, scene.tokens, settings)
    inversion = cache.load(person, key, backbone.device)
    cached = inversion is not None
    if inversion is None:
        latents = latents_of(extract_photo(scene.photo, scene.crop, backbone.resolution), backbone)
        inversion = invert(backbone, latents, source, scene.tokens, settings, on_progress)
        _store(studio, cache, scene, key, inversion)  # an edit that is cut short need not invert again
    complete = len(inversion.uncond) == inversion.steps
    if scene.region is not None:
        region = mask_on_crop(scene.region, scene.crop, backbone)
        blend: torch.Tensor | None = region
    elif request.region == "none":
        region = torch.ones(backbone.resolution, backbone.resolution)
        blend = None
    else:
        cells = changed_region(
            backbone, inversion, source, target, scene.tokens, settings.mask_mode, on_progress
        )
        region = soften(cells, backbone.resolution)
        blend = cells
    show = EditPreview(backbone, scene.photo, scene.crop, region)
    outcome = edit(backbone, inversion, source, target, scene.tokens, blend, settings, on_progress, show)
    if complete != (len(inversion.uncond) == inversion.steps):
        _store(studio, cache, scene, key, inversion)
    return Edited(outcome, region.cpu().numpy(), inversion, cached)


def _store(studio: Studio, cache: InversionCache, scene: Scene, key: str, inversion: Inversion) -> None:
    # A full disk must not cost the user the edit that has just been computed.
    try:
        with studio.library.held():
            # Latents decode to the face: they must not come after somebody who has part in them was forgotten.
            there = all(studio.library.record(one.full_name).id == one.id for one in scene.records)
            if there and not studio.history.forgotten_since(scene.made_from, scene.began):
                cache.store(scene.records[0].person, key, inversion, scene.made_from)
    except S2EditError:
        logging.getLogger(__name__).info("The inversion could not be cached.", exc_info=True)


FindMask = Callable[[str], np.ndarray]
"""The mask (H, W) of a method on the photo of the edit."""


def _subject(request: api.ApplyEdit, photo: Photo, record: TokenRecord, find: FindMask) -> np.ndarray:
    """Where the identity acts: given, else the token's stored mask if this is its photo, else found."""
    if request.subject_mask is not None:
        return read_mask(request.subject_mask, photo.size, reduced=True)
    if (
        request.subject == "auto"
        and record.subject_mask
        and record.crop
        and record.source_image_hash == photo_hash(photo)
    ):
        from PIL import Image

        with Image.open(io.BytesIO(record.subject_mask_png)) as image:
            stored = np.asarray(image.convert("L"), dtype=np.float32) / 255
        left, top, right, _ = record.crop
        return place_mask(stored, Crop(x=left, y=top, side=right - left), photo.size)
    return find(request.subject)


def _region(request: api.ApplyEdit, photo: Photo, subject: np.ndarray, find: FindMask) -> np.ndarray | None:
    if request.region_mask is not None:
        return read_mask(request.region_mask, photo.size)
    if request.region in ("auto", "none"):
        return None
    if request.region == "subject":
        return subject
    found = find(request.region)
    if float(found.max()) < 0.5:
        raise MaskError(
            f"Nothing was found for the mask '{request.region}' in this photo.", "Paint the mask instead."
        )
    return found


def _part(token: Token, subject: np.ndarray, find: FindMask) -> np.ndarray:
    """The part of this photo in which an attribute token acts."""
    method = compose.region_of(token.record.region)
    if method == "subject":
        return subject
    found = find(method)
    return found if float(found.max()) >= 0.5 else subject


def _suggested(studio: Studio, request: api.ApplyEdit, scene: Scene) -> str:
    """What the photo shows, as far as the text encoder has room for it; at least the class noun."""
    first = scene.records[0]
    vectors = {token.name: len(token.vectors) for token in scene.tokens}
    try:
        suggestion = studio.caption(request.photo, first.class_noun)
    except S2EditError:
        suggestion = ""
    for count in range(len(suggestion.split()), 0, -1):
        shortened = captions.shorter(suggestion, count)
        try:
            layout(
                prompts.insert_token(shortened, first.class_noun, first.full_name), studio.backbone, vectors
            )
        except PromptError:
            continue
        return shortened
    return captions.plain_prompt(first.class_noun)
