"""Learning, from request to token file: crop, encode, learn, store."""

from __future__ import annotations

import base64
import io
import time
from typing import TYPE_CHECKING

import numpy as np

from s2edit_plugin import api
from s2edit_plugin.api import prompts
from s2edit_plugin.api.prompts import TokenRef
from s2edit_plugin.errors import NumericalError
from s2edit_plugin.imaging.crop import Crop, extract_photo, subject_crop
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.method.learn import LearnTask, learn
from s2edit_plugin.method.orthogonality import default_attribute_words
from s2edit_plugin.method.recipes import resolved
from s2edit_plugin.perception import captions
from s2edit_plugin.perception.masks.painted import encode_mask
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.tokens.consent import consent_note
from s2edit_plugin.tokens.file import TokenRecord
from s2edit_plugin.tokens.runs import Run
from s2edit_plugin.workflows.crops import copies_on, framing_of, latents_of, mask_on_crop, photo_hash
from s2edit_plugin.workflows.previews import LearnPreview
from s2edit_plugin.workflows.recording import record_learning
from s2edit_plugin.workflows.resuming import begin, facts_of
from s2edit_plugin.workflows.self_test import attach
from s2edit_plugin.workflows.token_io import settings_record, to_tensors

if TYPE_CHECKING:
    from s2edit_plugin.workflows.studio import Studio

__all__ = ["can_go_on", "run_learning"]

THUMBNAIL_SIDE = 96


def run_learning(
    studio: Studio,
    request: api.LearnToken,
    reference: TokenRef,
    photo: Photo,
    acts_in: np.ndarray,
    sees: np.ndarray,
    on_progress: api.OnProgress,
    on_note: api.OnNote,
) -> api.LearnResult:
    """Learn and store one token, or go on with the run that was cut off.

    Args:
        acts_in: (H, W) float32 in [0, 1], where the token acts and learns.
        sees: (H, W) float32 in [0, 1], what the model sees around it: the subject.

    Raises:
        PromptError, CancelledError, NumericalError, ResourceError (BusyError: the token is being learned elsewhere).
    """
    run = Run(studio.folder, reference.person, reference.name)
    with run.hold():
        return _learn_and_store(studio, request, reference, photo, acts_in, sees, on_progress, on_note, run)


def can_go_on(folder: DataFolder, reference: TokenRef) -> bool:
    """Whether a run of this token left a state to go on from."""
    return Run(folder, reference.person, reference.name).checkpoint.exists()


def _learn_and_store(
    studio: Studio,
    request: api.LearnToken,
    reference: TokenRef,
    photo: Photo,
    acts_in: np.ndarray,
    sees: np.ndarray,
    on_progress: api.OnProgress,
    on_note: api.OnNote,
    run: Run,
) -> api.LearnResult:
    started, began = time.monotonic(), time.time()
    noun = request.class_noun.strip().lower()
    plain = request.prompt or f"a photo of a {noun}"
    words = request.attribute_words or default_attribute_words(noun)
    backbone = studio.backbone
    settings = resolved(request.settings, backbone)

    crop = subject_crop(sees, acts_in)
    picture = extract_photo(photo, crop, backbone.resolution)
    said = _seen(studio, picture, noun) if _is_described(request, settings) else plain
    prompt = prompts.insert_token(said, noun, reference)
    mask = mask_on_crop(acts_in, crop, backbone)
    latents, framing = latents_of(picture, backbone), framing_of(crop)
    copies = copies_on(picture, mask, settings, backbone)
    task = LearnTask(reference.full_name, prompt, latents, mask, noun, tuple(words), framing, copies)
    source_hash = photo_hash(photo)
    facts = facts_of(request, reference, prompt, tuple(words), backbone, source_hash, acts_in, crop)
    attempt = begin(run, request, facts, studio.model, on_note)
    try:
        show = LearnPreview(backbone, task, settings.isolation)
        learned = learn(backbone, task, settings, on_progress, attempt.checkpoint, show)
    except NumericalError:
        attempt.finish()  # the same would come out again
        raise

    record = TokenRecord(
        id=attempt.id,
        kind=request.kind,
        person=reference.person,
        name=reference.name,
        class_noun=noun,
        base_model=backbone.name,
        base_model_hash=backbone.fingerprint,
        source_prompt=plain,
        attribute_words=tuple(words),
        settings=settings_record(settings),
        seed=settings.seed,
        steps=settings.steps_token + settings.steps_joint,
        loss=learned.loss_last,
        orthogonality=learned.orthogonality,
        source_image_hash=source_hash,
        region="file" if request.subject_mask is not None else request.subject,
        consent=consent_note(request.kind, request.consent, studio.library.consent_of(reference.person)),
        thumbnail=_png64(picture),
        subject_mask=base64.b64encode(encode_mask(mask.cpu().numpy())).decode(),
        crop=_box(crop),
    )
    tensors = to_tensors(learned)
    attempt.require_kept()
    stored = studio.library.add(attach(backbone, record, tensors), tensors)
    attempt.finish()
    result = api.LearnResult(
        name=reference.full_name,
        path=str(stored),
        size_bytes=stored.stat().st_size,
        loss_first=learned.loss_first,
        loss_last=learned.loss_last,
        orthogonality=learned.orthogonality,
        seconds=time.monotonic() - started,
        steps=len(learned.losses),
        resumed_at=attempt.checkpoint.resumed_at,
        warnings=tuple(attempt.notes),
    )
    record_learning(studio, request, record, result, began)
    return result


def _is_described(request: api.LearnToken, settings: api.LearnSettings) -> bool:
    """Whether what the photo shows beside the person is to be said while the token learns, so that it need not hold that."""
    return request.prompt is None and request.kind == "identity" and settings.wordings > 1


def _seen(studio: Studio, picture: np.ndarray, noun: str) -> str:
    """What can be said of the crop (S, S, 3) in [0, 1]; the noun alone where nothing can be believed or it says another."""
    rgb = np.rint(picture.clip(0, 1) * 255).astype(np.uint8)
    seen = studio.describe(rgb, noun).prompt if studio.can_describe(rgb) else ""
    return seen if captions.has_noun(seen, noun) else captions.plain_prompt(noun)


def _box(crop: Crop) -> tuple[int, int, int, int]:
    return crop.x, crop.y, crop.x + crop.side, crop.y + crop.side


def _png64(picture: np.ndarray) -> str:
    from PIL import Image

    stream = io.BytesIO()
    image = Image.fromarray(np.rint(picture.clip(0, 1) * 255).astype(np.uint8))
    image.resize((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()
