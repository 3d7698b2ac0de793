"""Learning, from request to token file: crop, encode, learn, store."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, replace

import numpy as np

from s2edit_plugin import api
from s2edit_plugin.api import prompts, safety
from s2edit_plugin.api.limits import check_learn_settings, check_texts
from s2edit_plugin.api.progress import WorkTime
from s2edit_plugin.api.prompt_syntax import clean, read_prompt
from s2edit_plugin.api.prompts import TokenRef
from s2edit_plugin.backbones.memory.fallback import with_fallback
from s2edit_plugin.errors import MaskError, NumericalError, PromptError
from s2edit_plugin.imaging.crop import Crop, extract_photo, subject_crop
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.method.learn import LearnedToken, LearnTask, learn
from s2edit_plugin.method.orthogonality import default_attribute_words
from s2edit_plugin.method.recipes import resolved
from s2edit_plugin.perception import captions
from s2edit_plugin.perception.masks.painted import encode_mask, read_subject_mask
from s2edit_plugin.tokens.consent import consent_note, require_consent
from s2edit_plugin.tokens.file import TokenRecord
from s2edit_plugin.tokens.runs import Run
from s2edit_plugin.workflows.context import Context
from s2edit_plugin.workflows.crops import copies_on, framing_of, latents_of, mask_on_crop, photo_hash
from s2edit_plugin.workflows.previews import LearnPreview
from s2edit_plugin.workflows.recording import record_learning
from s2edit_plugin.workflows.resuming import Attempt, begin, facts_of
from s2edit_plugin.workflows.self_test import attach
from s2edit_plugin.workflows.token_io import settings_record, to_tensors

__all__ = ["run_learning"]

THUMBNAIL_SIDE = 96


def run_learning(
    context: Context, request: api.LearnToken, on_progress: api.OnProgress, on_note: api.OnNote
) -> api.LearnResult:
    """Learn a token from one photo and store it in the library, or resume an interrupted run.

    Args:
        on_note: receives each of `LearnResult.warnings` immediately.

    Raises:
        InputError (a name that cannot be used), ImageError, MaskError, PromptError, SafetyError, ConsentError,
        CancelledError, NumericalError, ResourceError (BusyError: the token is being learned elsewhere).
    """
    request, reference, read = _checked(context, request)
    photo = read_photo(request.photo)
    notes: dict[str, None] = {}  # each sentence once, in order

    def note(sentence: str) -> None:
        if sentence not in notes:
            notes[sentence] = None
            on_note(sentence)

    for sentence in (*photo.notes, *read):
        note(sentence)
    run = Run(context.folder, reference.person, reference.name)

    def job(again: bool) -> api.LearnResult:
        repeated = replace(request, resume=request.resume or (again and run.checkpoint.exists()))
        masks = _masks(context, repeated, photo, note)
        inputs = _training_input(context, repeated, reference, photo, *masks)
        with run.hold():
            attempt = begin(run, repeated, _facts(context, inputs), context.model, on_note)
            show = LearnPreview(context.backbone, inputs.task, inputs.settings.isolation)
            try:
                learned = learn(
                    context.backbone, inputs.task, inputs.settings, work.on_progress, attempt.checkpoint, show
                )
            except NumericalError:
                attempt.finish()  # the same would come out again
                raise
            return _stored(context, inputs, learned, attempt)

    work = WorkTime(on_progress)
    result, steps = with_fallback(context.backbone, request, job, on_note)
    if not steps:
        context.note_pace(request, work.seconds, done=result.resumed_at)
    return replace(result, warnings=(*notes, *context.device_notes, *steps, *result.warnings))


def _checked(context: Context, request: api.LearnToken) -> tuple[api.LearnToken, TokenRef, tuple[str, ...]]:
    """The request with normalised texts, the token's name, and notes on the texts."""
    reference = prompts.parse_ref(f"{request.person}/{request.token}")
    check_texts(request)
    read = read_prompt(request.prompt or "")  # weights in a prompt have no effect on learning
    words = tuple(clean(word) for word in request.attribute_words)
    request = replace(
        request, prompt=read.prompt or None, class_noun=clean(request.class_noun), attribute_words=words
    )
    check_learn_settings(request.settings)
    if not request.class_noun.strip():
        raise PromptError("The class noun is missing.", "Say what the photo shows, e.g. --class woman.")
    safety.check_prompts(
        (request.prompt or "", request.class_noun, *words), person=request.kind == "identity"
    )
    context.library.check_new(reference)
    require_consent(request.kind, request.person, request.consent, interactive=False)
    return request, reference, read.notes


def _masks(
    context: Context, request: api.LearnToken, photo: Photo, on_note: api.OnNote
) -> tuple[np.ndarray, np.ndarray]:
    """Masks of the token's area and of the subject around it: (H, W) float32 in [0, 1]."""
    if request.subject_mask is None:
        found = context.search_mask(photo, request.subject)
    else:
        found = read_subject_mask(request.subject_mask, photo.size)
    for sentence in found.notes:
        on_note(sentence)
    if request.kind != "attribute":
        return found.mask, found.mask
    try:  # an attribute belongs to a part (lips, face), but the model needs the surroundings too
        return found.mask, np.maximum(context.search_mask(photo, "auto").mask, found.mask)
    except MaskError:
        return found.mask, found.mask


@dataclass(frozen=True)
class _TrainingInput:
    """Input of learning. ``picture``: (S, S, 3) float32 in [0, 1], the crop. ``plain``: the prompt without the token."""

    request: api.LearnToken
    reference: TokenRef
    settings: api.LearnSettings
    plain: str
    crop: Crop
    picture: np.ndarray
    acts_in: np.ndarray
    source_hash: str
    task: LearnTask


def _training_input(
    context: Context,
    request: api.LearnToken,
    reference: TokenRef,
    photo: Photo,
    acts_in: np.ndarray,
    sees: np.ndarray,
) -> _TrainingInput:
    noun = request.class_noun.strip().lower()
    plain = request.prompt or f"a photo of a {noun}"
    words = request.attribute_words or default_attribute_words(noun)
    backbone = context.backbone
    settings = resolved(request.settings, backbone, request.kind)
    crop = subject_crop(sees, acts_in)
    picture = extract_photo(photo, crop, backbone.resolution)
    said = _caption(context, picture, noun) if _is_described(request, settings) else plain
    mask = mask_on_crop(acts_in, crop, backbone)
    task = LearnTask(
        reference.full_name,
        prompts.insert_token(said, noun, reference),
        latents_of(picture, backbone),
        mask,
        noun,
        tuple(words),
        framing_of(crop),
        copies_on(picture, mask, settings, backbone),
    )
    return _TrainingInput(
        request, reference, settings, plain, crop, picture, acts_in, photo_hash(photo), task
    )


def _facts(context: Context, inputs: _TrainingInput) -> dict[str, str]:
    task = inputs.task
    return facts_of(
        inputs.request,
        inputs.reference,
        task.prompt,
        task.attribute_words,
        context.backbone,
        inputs.source_hash,
        inputs.acts_in,
        inputs.crop,
    )


def _stored(
    context: Context, inputs: _TrainingInput, learned: LearnedToken, attempt: Attempt
) -> api.LearnResult:
    """Store the token and record the run."""
    record, tensors = _record(context, inputs, learned, attempt.id), to_tensors(learned)
    attempt.require_kept()
    stored = context.library.add(attach(context.backbone, record, tensors), tensors)
    attempt.finish()
    result = api.LearnResult(
        name=inputs.reference.full_name,
        path=str(stored),
        size_bytes=stored.stat().st_size,
        loss_first=learned.loss_first,
        loss_last=learned.loss_last,
        orthogonality=learned.orthogonality,
        seconds=attempt.seconds,
        steps=len(learned.losses),
        resumed_at=attempt.checkpoint.resumed_at,
        warnings=tuple(attempt.notes),
    )
    record_learning(context, inputs.request, record, result, attempt.began)
    return result


def _record(context: Context, inputs: _TrainingInput, learned: LearnedToken, token_id: str) -> TokenRecord:
    request, settings, person = inputs.request, inputs.settings, inputs.reference.person
    return TokenRecord(
        id=token_id,
        kind=request.kind,
        person=person,
        name=inputs.reference.name,
        class_noun=inputs.task.class_noun,
        base_model=context.backbone.name,
        base_model_hash=context.backbone.fingerprint,
        source_prompt=inputs.plain,
        attribute_words=inputs.task.attribute_words,
        settings=settings_record(settings),
        seed=settings.seed,
        steps=settings.steps_token + settings.steps_joint,
        loss=learned.loss_last,
        orthogonality=learned.orthogonality,
        source_image_hash=inputs.source_hash,
        region="file" if request.subject_mask is not None else request.subject,
        consent=consent_note(request.kind, request.consent, context.library.consent_of(person)),
        thumbnail=_png64(inputs.picture),
        subject_mask=base64.b64encode(encode_mask(inputs.task.mask.cpu().numpy())).decode(),
        crop=_box(inputs.crop),
    )


def _is_described(request: api.LearnToken, settings: api.LearnSettings) -> bool:
    """Whether the training prompt describes the rest of the photo, so that the token does not learn it."""
    return request.prompt is None and request.kind == "identity" and settings.wordings > 1


def _caption(context: Context, picture: np.ndarray, noun: str) -> str:
    """Caption of the crop (S, S, 3) in [0, 1]; the noun only if the caption is unreliable or has another noun."""
    rgb = np.rint(picture.clip(0, 1) * 255).astype(np.uint8)
    seen = context.describe(rgb, noun).prompt if context.can_describe(rgb) else ""
    return seen if captions.has_noun(seen, noun) else captions.plain_prompt(noun)


def _box(crop: Crop) -> tuple[int, int, int, int]:
    return crop.x, crop.y, crop.x + crop.side, crop.y + crop.side


def _png64(picture: np.ndarray) -> str:
    from PIL import Image

    stream = io.BytesIO()
    image = Image.fromarray(np.rint(picture.clip(0, 1) * 255).astype(np.uint8))
    image.resize((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()
