"""Editing, from request to picture: tokens, masks, crop, inversion (cached), edit, paste."""

from __future__ import annotations

import logging
import time
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch

from s2edit_plugin import api
from s2edit_plugin.api import safety
from s2edit_plugin.api.progress import WorkTime
from s2edit_plugin.backbones.memory.fallback import with_fallback
from s2edit_plugin.errors import S2EditError
from s2edit_plugin.imaging.crop import extract_photo, fitted, place_mask, window_of
from s2edit_plugin.imaging.detail import CropChange, crop_change, pasting_side
from s2edit_plugin.imaging.formats.plain_png import encode_plain_png
from s2edit_plugin.imaging.paste import paste_change
from s2edit_plugin.imaging.provenance import Provenance
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.imaging.writing import encode_exactly
from s2edit_plugin.method.conditioning import build_condition
from s2edit_plugin.method.edit import EditOutcome, edit
from s2edit_plugin.method.invert import Inversion, invert
from s2edit_plugin.method.roles import EditTokens
from s2edit_plugin.method.text import Condition
from s2edit_plugin.perception.masks.painted import encode_mask
from s2edit_plugin.storage.settings import load_settings
from s2edit_plugin.workflows.context import Context
from s2edit_plugin.workflows.crops import framing_of, latents_of, mask_on_crop
from s2edit_plugin.workflows.edit_region import EditRegion, fine_side, model_region, named_region
from s2edit_plugin.workflows.grey import about_grey, in_colour
from s2edit_plugin.workflows.inversion_cache import NO_PERSON, InversionCache
from s2edit_plugin.workflows.inversion_key import inversion_key
from s2edit_plugin.workflows.previews import EditPreview
from s2edit_plugin.workflows.recording import record_edit
from s2edit_plugin.workflows.scenes import Given, Prompts, Scene, prepare, source_and_target, understood

__all__ = ["Edited", "edit_crop", "gather", "make_edit", "run_edit"]

LAYER_MARGIN = 4  # a layer extends beyond its mask by a fourth of the mask's longer side


@dataclass(frozen=True)
class Edited:
    """The model's part of an edit. ``region``: (F, F) float32 in [0, 1] on the crop, soft. ``note``: of how it was found.
    ``outline``: see `EditRegion`."""

    outcome: EditOutcome
    region: np.ndarray
    inversion: Inversion
    cached: bool
    note: str = ""
    outline: np.ndarray | None = None


def run_edit(
    context: Context, request: api.ApplyEdit, on_progress: api.OnProgress, on_note: api.OnNote
) -> api.EditResult:
    """Edit a photo and write the result into the journal."""
    warm, work = context.is_loaded, WorkTime(on_progress)
    made = _edited(context, request, work, on_note)
    scene, pair = made.scene, made.pair
    # The added beginning is part of the prompt from here on.
    request = replace(
        request, prompt=f"{pair.before} {request.prompt}".strip(), source_suggested=pair.suggested
    )
    result = record_edit(
        context,
        request,
        scene.photo,
        made.pixels,
        scene.records,
        scene.made_from[0],
        made.result,
        scene.began,
    )
    if warm:  # else loading the model is in it
        context.note_photo(scene.photo.size, work.seconds - work.model_seconds)
    return replace(result, image=b"") if request.with_layer else result


def make_edit(
    context: Context, request: api.ApplyEdit, on_progress: api.OnProgress, on_note: api.OnNote
) -> api.EditResult:
    """The same without the journal."""
    return _edited(context, request, WorkTime(on_progress), on_note).result


@dataclass(frozen=True)
class _Made:
    """A result, its inputs, and its pixels (H, W, 3)."""

    result: api.EditResult
    scene: Scene
    pair: Prompts
    pixels: np.ndarray


def _edited(context: Context, request: api.ApplyEdit, work: WorkTime, on_note: api.OnNote) -> _Made:
    """The edit, with memory fallbacks."""
    request, read = understood(request)
    for note in read:
        on_note(note)
    given = gather(context, request)
    made, steps = with_fallback(
        context.backbone, request, lambda _: _edit_once(context, request, given, work), on_note
    )
    if not steps:
        context.note_pace(request, work.model_seconds, inverted=made.result.inversion_cached)
    warnings = (*read, *context.device_notes, *steps, *made.result.warnings)
    return replace(made, result=replace(made.result, warnings=warnings))


def _edit_once(context: Context, request: api.ApplyEdit, given: Given, work: WorkTime) -> _Made:
    started = time.monotonic()
    scene = prepare(context, request, given, work.on_progress)
    pair = source_and_target(context, request, scene)
    with work.model():
        edited = edit_crop(context, request, scene, pair, work.on_progress)
    height, width = scene.photo.size
    if scene.region is None:
        mask = place_mask(edited.region, scene.crop, (height, width))
    else:
        mask = scene.region
    before, after = (
        branch.permute(1, 2, 0).float().cpu().numpy()
        for branch in (edited.outcome.source, edited.outcome.target)
    )
    resolution = context.backbone.resolution
    seen, fine = (
        extract_photo(scene.photo, scene.crop, side)
        for side in (resolution, pasting_side(resolution, scene.crop.side))
    )
    change = crop_change(seen, before, after, fine, edited.outline)
    pixels = paste_change(scene.photo, change, scene.crop, mask)
    window = window_of(scene.crop, scene.photo.size)
    shown = scene.photo.as_uint8_rgb(window)
    made = replace(scene.photo, pixels=pixels).as_uint8_rgb(window)
    context.refuse_unsafe(made)
    # Analyses only the crop, which contains the person and is faster.
    likeness = context.identity(shown, made, scene.subject[window])
    layer, box = _layer(scene, change, mask) if request.with_layer else (b"", ())
    result = api.EditResult(
        image=encode_exactly(scene.photo, pixels, provenance=_provenance(context, request, scene, pair)),
        region=encode_mask(mask),
        seconds=time.monotonic() - started,
        inversion_cached=edited.cached,
        source_prompt=pair.source,
        target_prompt=pair.target,
        warnings=(
            *scene.photo.notes,
            *scene.notes,
            *pair.notes,
            *about_grey(scene.photo, request.prompt, pair.source),
            *([edited.note] if edited.note else []),
        ),
        identity=likeness.cosine,
        identity_note=likeness.sentence,
        layer=layer,
        layer_box=box,
    )
    return _Made(result, scene, pair, pixels)


def _layer(scene: Scene, change: CropChange, mask: np.ndarray) -> tuple[bytes, tuple[int, ...]]:
    """A part of the photo with the complete change, and its box: see `api.EditResult.layer`."""
    spans = [np.flatnonzero((mask > 0).any(axis=axis)) for axis in (1, 0)]
    # A margin around the mask lets users extend it; a full layer would be large for a small mask.
    margin = max(len(span) for span in spans) // LAYER_MARGIN
    (top, bottom), (left, right) = (
        (max(0, int(span[0]) - margin), min(length, int(span[-1]) + 1 + margin)) if len(span) else (0, 1)
        for span, length in zip(spans, mask.shape, strict=True)
    )
    whole = paste_change(scene.photo, change, scene.crop, np.ones(scene.photo.size, dtype=np.float32))
    part = whole[top:bottom, left:right, : 1 if scene.photo.grey else 3]
    return encode_plain_png(part), (left, top, right, bottom)


def _provenance(context: Context, request: api.ApplyEdit, scene: Scene, pair: Prompts) -> Provenance:
    """Metadata of the file: program and model; prompts, names and settings only if the user chose that."""
    embed = request.embed_settings
    if not (load_settings(context.folder).embed_settings if embed is None else embed):
        return Provenance(context.backbone.name)
    settings = {
        "prompt": pair.target,
        "source_prompt": pair.source,
        "tokens": [record.full_name for record in scene.records],
        "subject": "mask" if request.subject_mask is not None else request.subject,
        "region": "mask" if request.region_mask is not None else request.region,
        "settings": asdict(request.settings),
        "model_hash": context.backbone.fingerprint,
    }
    return Provenance(context.backbone.name, settings)


def gather(context: Context, request: api.ApplyEdit) -> Given:
    """Load the tokens and read the photo.

    Raises:
        ImageError, SafetyError, TokenError.
    """
    loaded = [context.library.get(name) for name in request.tokens]
    written = [request.prompt, request.source_prompt or "", *(token.record.class_noun for token in loaded)]
    # Without a token it is unknown whether the photo shows a person.
    person = not loaded or any(token.record.kind == "identity" for token in loaded)
    safety.check_prompts(written, person=person)
    photo = read_photo(request.photo)
    return Given(loaded, in_colour(photo) if request.in_colour else photo)


def edit_crop(
    context: Context, request: api.ApplyEdit, scene: Scene, pair: Prompts, on_progress: api.OnProgress
) -> Edited:
    """Run the model on the crop: invert (or take from the cache), find the region, edit."""
    backbone, settings = context.backbone, request.settings
    roles = EditTokens.of(scene.tokens, scene.learned_here, settings, pair.source, pair.target)
    source, target = (
        build_condition(backbone, prompt, roles.tokens, settings.isolation, framing_of(scene.crop))
        for prompt in (pair.source, pair.target)
    )
    automatic = scene.region is None and request.region != "none"
    # The region of the words is found, and shown, before the slow steps.
    found = _word_region(context, scene, source, target, on_progress) if automatic else None
    cache = InversionCache(context.folder.cache)
    key = inversion_key(backbone, scene.photo, scene.crop, pair.source, roles.base, settings)
    inversion = cache.load(_owner(scene), key, backbone.device)
    cached = inversion is not None
    if inversion is None:
        latents = latents_of(extract_photo(scene.photo, scene.crop, backbone.resolution), backbone)
        inversion = invert(backbone, latents, source, roles.base, settings, on_progress)
        _store(context, cache, scene, key, inversion)  # an edit that is cut short need not invert again
    complete = len(inversion.uncond) == inversion.steps
    if scene.region is not None:
        region = pasted = mask_on_crop(scene.region, scene.crop, backbone)
        # A mask at 45 % lays that much of the change over the photo; the change itself is made in full.
        blend: torch.Tensor | None = region / region.max().clamp_min(1e-6)
    elif not automatic:
        region = pasted = torch.ones(backbone.resolution, backbone.resolution)
        blend = None
    else:
        if found is None:
            found = model_region(
                backbone, inversion, source, target, roles.base, settings.mask_mode, on_progress
            )
            _tell(scene, found, on_progress)
        pasted, blend = found.soft, found.cells
        region = _on_model(pasted, backbone.resolution)
    show = EditPreview(backbone, scene.photo, scene.crop, region)
    branches = roles.branches(region, whole=blend is None)
    outcome = edit(backbone, inversion, source, target, branches, blend, settings, on_progress, show)
    if complete != (len(inversion.uncond) == inversion.steps):
        _store(context, cache, scene, key, inversion)
    note = "" if found is None else found.note
    outline = None if found is None or found.outline is None else found.outline.cpu().numpy()
    return Edited(outcome, pasted.cpu().numpy(), inversion, cached, note, outline)


def _word_region(
    context: Context, scene: Scene, source: Condition, target: Condition, on_progress: api.OnProgress
) -> EditRegion | None:
    """The region of the changed words, also reported as progress."""
    backbone = context.backbone
    crop = extract_photo(scene.photo, scene.crop, fine_side(scene.crop, backbone))
    rgb = np.rint(crop * 255).astype(np.uint8)
    found = named_region(backbone, rgb, source.layout.prompt, target.layout.prompt, context.networks)
    if found is not None:
        _tell(scene, found, on_progress)
    return found


def _tell(scene: Scene, found: EditRegion, on_progress: api.OnProgress) -> None:
    def picture() -> bytes:
        return encode_mask(place_mask(found.soft.cpu().numpy(), scene.crop, scene.photo.size))

    on_progress(api.Progress("finding the region", 1, 1, region=picture))


def _on_model(region: torch.Tensor, side: int) -> torch.Tensor:
    """A region (F, F) at the model's resolution, (side, side)."""
    if len(region) == side:
        return region
    small = fitted(region.cpu().numpy(), (side, side)).clip(0, 1)
    return torch.from_numpy(small).to(region.device)


def _owner(scene: Scene) -> str:
    """The person in whose cache folder an inversion is stored."""
    return scene.records[0].person if scene.records else NO_PERSON


def _store(context: Context, cache: InversionCache, scene: Scene, key: str, inversion: Inversion) -> None:
    # A full disk must not cost the user the edit that has just been computed.
    try:
        with context.library.held():
            # Latents decode to the face: they must not be stored after a person in them was forgotten.
            there = all(context.library.record(one.full_name).id == one.id for one in scene.records)
            if there and not context.history.forgotten_since(scene.made_from, scene.began):
                cache.store(_owner(scene), key, inversion, scene.made_from)
    except (S2EditError, OSError):
        logging.getLogger(__name__).info("The inversion could not be cached.", exc_info=True)
