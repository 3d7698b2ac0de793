"""Jobs and their results: dataclasses that hold everything a job needs. Standard library only.

Pictures and masks travel as encoded image files (``bytes``), never as paths: the same request runs in the caller's
process (command line) or is sent to the engine. What an engine answers at once (library, journal, settings) is in
`s2edit_plugin.api.queries`. The GIMP bridge carries copies of both files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

__all__ = [
    "JOBS",
    "ApplyEdit",
    "AttentionMap",
    "Click",
    "EditResult",
    "EditSettings",
    "Estimate",
    "Event",
    "EventKind",
    "ImportModel",
    "InstallModel",
    "JobInfo",
    "JobState",
    "LearnResult",
    "LearnSettings",
    "LearnToken",
    "MakeMask",
    "MaskResult",
    "ModelReady",
    "MoveModels",
    "REGION",
    "OnNote",
    "OnProgress",
    "OpenModel",
    "OpenedModel",
    "PeopleFound",
    "PersonFound",
    "Preview",
    "Progress",
    "PromptSuggestion",
    "RecognisePeople",
    "Request",
    "RerunReport",
    "RerunResult",
    "ShowAttention",
    "SuggestPrompt",
    "TokenKind",
    "VerifyModel",
]

R = TypeVar("R", covariant=True)


class Request(Generic[R]):
    """Base of everything an engine can be asked for; ``R`` is what comes back."""


TokenKind = Literal["identity", "attribute"]

Preview = Callable[[Callable[[], None]], bytes]
"""Makes a small encoded picture. What it is given is called between its steps and may raise `errors.CancelledError`."""


@dataclass(frozen=True)
class Progress:
    """One report of a running job.

    Attributes:
        stage: plain words, e.g. ``"learning"``, ``"inverting"``, ``"editing"``.
        step: steps done in this stage, 0..total.
        total: steps of this stage.
        loss: training loss where there is one.
        seconds_left: estimate for this stage, None while unknown.
        preview: gives a picture of how the result looks so far; takes time, so whoever wants one calls it, and only before
            it returns from ``on_progress``. Never sent anywhere.
        region: gives the edit region that was found, a grey PNG of the photo's size; as ``preview``.
        unit: what is counted, ``steps`` or ``bytes``.
    """

    stage: str
    step: int
    total: int
    loss: float | None = None
    seconds_left: float | None = None
    preview: Preview | None = field(default=None, repr=False, compare=False, metadata={"wire": False})
    unit: str = "steps"
    region: Callable[[], bytes] | None = field(
        default=None, repr=False, compare=False, metadata={"wire": False}
    )


OnNote = Callable[[str], None]
"""Called with a sentence for the user that comes up while a job runs, e.g. that it starts at the beginning."""

OnProgress = Callable[[Progress], None]
"""Called after every step. It may raise `errors.CancelledError` to stop the job within that step."""


@dataclass(frozen=True)
class LearnSettings:
    """How a token is learned. Every choice of METHOD.md is a field, so that variants can be compared.

    Attributes:
        steps_token: phase A, optimizer steps on the token embedding alone.
        steps_joint: phase B, steps on the embedding and the key/value parameters.
        lr_token: learning rate of the embedding.
        lr_joint: learning rate of the key/value parameters.
        batch: noise levels drawn a step.
        vectors: embedding vectors the token has, 1..8.
        parameters: what trains beside the embedding: ``auto`` the variant that suits the base model's size, with the numbers
            that measured best for it (`method.recipes.resolved`); ``none``; ``kv_token`` low-rank key/value deltas on the
            token's own columns; ``kv_vectors`` a learned key and value vector a layer; ``kv_full`` the key/value matrices of all
            cross-attention layers for all columns (Custom Diffusion); ``kv_lora`` low-rank deltas of these matrices, which
            other programs read as a LoRA; ``unet_lora`` low-rank deltas of the whole U-Net inside the token's mask.
        rank: rank of ``kv_token``, 1..2, or of ``kv_lora`` and ``unet_lora``, 1..64.
        orthogonality: ``soft`` penalty, ``project`` onto the complement of the attribute words, or ``none``.
        orthogonality_space: feature the constraint looks at: ``encoder`` output at the token, ``embedding``, ``pooled``.
        orthogonality_weight: lambda_orth.
        mask_mode: ``bias`` log-mask added before softmax, ``multiply`` after softmax, ``loss`` on the maps, ``none``.
        isolation: encode twice so that only the token's own columns carry it.
        masked_loss: weigh the diffusion loss by the subject mask.
        attention_loss_weight: weight of the attention-to-mask loss (Break-A-Scene), 0 = off.
        copies: the photo and so many less one changed copies of it (shift, scale, turn, light) are learned from, 1..64.
        wordings: forms of the prompt that are learned under, clauses left out, 1..64.
        rate: ``constant``, or ``falling`` to a tenth of ``lr_joint`` in phase B.
        seed: seed of noise and timesteps.
    """

    steps_token: int = 60
    steps_joint: int = 100
    lr_token: float = 5e-3
    lr_joint: float = 2e-3
    batch: int = 4
    vectors: int = 2
    parameters: Literal["auto", "none", "kv_token", "kv_vectors", "kv_full", "kv_lora", "unet_lora"] = "auto"
    rank: int = 2
    orthogonality: Literal["soft", "project", "none"] = "soft"
    orthogonality_space: Literal["encoder", "embedding", "pooled"] = "encoder"
    orthogonality_weight: float = 0.1
    mask_mode: Literal["bias", "multiply", "loss", "none"] = "bias"
    isolation: bool = True
    masked_loss: bool = True
    attention_loss_weight: float = 0.0
    copies: int = 1
    wordings: int = 1
    rate: Literal["constant", "falling"] = "constant"
    seed: int = 0


@dataclass(frozen=True)
class LearnToken(Request["LearnResult"]):
    """Learn a token from one photo.

    Attributes:
        photo: an encoded image file.
        subject_mask: an encoded grey image of the photo's size or, smaller, of its proportions; None: found by ``subject``.
        subject: ``auto``, ``face``, ``word:W`` or ``grabcut``.
        prompt: source prompt without the token, None: ``"a photo of a <class_noun>"``.
        attribute_words: words the token is kept orthogonal to; empty: the base model's own list.
        resume: go on from the checkpoint an interrupted run left.
    """

    photo: bytes
    person: str
    token: str
    kind: TokenKind = "identity"
    class_noun: str = ""
    subject: str = "auto"
    subject_mask: bytes | None = None
    prompt: str | None = None
    attribute_words: tuple[str, ...] = ()
    settings: LearnSettings = field(default_factory=LearnSettings)
    resume: bool = False
    consent: bool = False


@dataclass(frozen=True)
class EditSettings:
    """How a photo is inverted and edited.

    Attributes:
        steps: DDIM steps of inversion and of the edit.
        guidance: classifier-free guidance scale of the edit (1 = off).
        strength: 0 gives the photo back, 1 the full edit.
        inversion: ``direct`` (default), ``ddim`` (plain) or ``null_text``.
        offset: branches that direct inversion's offset is added to: ``both`` or, as published, the ``source`` alone.
        control: ``auto`` (replace where the prompts have equally many words, else refine), ``replace``, ``refine``, ``none``.
        cross_steps: fraction of the steps in which cross-attention maps come from the source branch, 0..1; none where the
            target only takes something away.
        self_steps: the same for self-attention.
        local_blend: keep latents of the source branch outside the edit region.
        inside: whether a token acts inside the edit region on the photo it was learned from: ``auto``, only where the edit
            brings the person's own looks to light (a hat or glasses taken off); ``always``; ``never``. On other photos always.
        weights: factor for the attention of words of the target prompt.
        mask_mode, isolation: as in `LearnSettings`.
        seed: seed of variants; the first variant of seed 0 uses no added noise.
    """

    steps: int = 30
    guidance: float = 3.5
    strength: float = 1.0
    inversion: Literal["direct", "ddim", "null_text"] = "direct"
    offset: Literal["both", "source"] = "both"
    control: Literal["auto", "replace", "refine", "none"] = "auto"
    cross_steps: float = 0.6
    self_steps: float = 0.4
    local_blend: bool = True
    inside: Literal["auto", "always", "never"] = "auto"
    weights: dict[str, float] = field(default_factory=dict)
    mask_mode: Literal["bias", "multiply", "none"] = "bias"
    isolation: bool = True
    seed: int = 0


@dataclass(frozen=True)
class ApplyEdit(Request["EditResult"]):
    """Edit a photo by text.

    Attributes:
        tokens: library names ``person/name``; the first is the subject's, the others compose (``--with``). Empty: the words
            alone change the photo.
        source_prompt: what the photo shows; None: the first token's own where it learned from this photo, else as ``auto``:
            what can be seen on it, as far as the prompt keeps or replaces it. To leave something out that the user has written
            here is to take it away; what was only seen stays.
        in_colour: the result of a grey photo is a colour picture, in sRGB; else it stays grey.
        source_suggested: ``source_prompt`` is a suggestion that the user has left as it was: it counts as seen, unless leaving
            something out is all that the prompt does.
        subject, subject_mask: where identity tokens act; ``auto``: the first token's stored mask if this is the photo it
            learned from, else found; ``region``: the region's mask serves as this one too. Where no subject is found, a region
            that is given serves. The mask may be a smaller one of the photo's proportions.
        region, region_mask: which pixels may change; ``auto``, ``subject``, ``none`` (the whole crop), ``face``, ``word:W``.
        embed_settings: write prompts, token names and settings into the result's file; None: as the user's settings say.
        with_layer: give `EditResult.layer` in place of ``image``, for programs that have masks of their own (GIMP).
        in_history: whether the result goes into the journal. A batch writes files and keeps a ledger of its own: a thousand
            results would push everything else out of the journal.
    """

    photo: bytes
    tokens: tuple[str, ...]
    prompt: str
    source_prompt: str | None = None
    subject: str = "auto"
    subject_mask: bytes | None = None
    region: str = "auto"
    region_mask: bytes | None = None
    settings: EditSettings = field(default_factory=EditSettings)
    embed_settings: bool | None = None
    with_layer: bool = False
    source_suggested: bool = False
    in_colour: bool = False
    in_history: bool = True


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
            ``click``. On a photo of several people a number says whose, by the size of the face: ``face:2``, ``auto:2``.
        grow: pixels to widen by; negative numbers shrink. feather: pixels over which the edge is softened.
        points: for ``click``: what was clicked on, at least one inside or a box.
        box: for ``click``: left, top, right, bottom of a rectangle around what is meant; empty: none.
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
class LearnResult:
    """What learning made: where the token lies and how it went.

    ``resumed_at``: step at which an interrupted run was taken up, 0 for a run from the beginning.
    """

    name: str
    path: str
    size_bytes: int
    loss_first: float
    loss_last: float
    orthogonality: float
    seconds: float
    steps: int
    resumed_at: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class EditResult:
    """An edited photo as an encoded image of the photo's size and format, and where it differs.

    Attributes:
        identity: how alike the faces before and after are, cosine -1..1; None where it could not be told.
        identity_note: the same in words, or why it could not be told.
        history_id: of the result in the journal, "" where it is not kept there.
        layer: where it was asked for, the photo with the whole change in a box around ``region``: laid over the photo through
            ``region`` it gives ``image``, which is left empty then. A PNG of the photo's depth and colour space, without alpha,
            its rows neither filtered nor compressed, so that it can be read without an image library.
        layer_box: left, top, right, bottom of ``layer`` in the photo.
    """

    image: bytes
    region: bytes
    seconds: float
    inversion_cached: bool
    source_prompt: str
    target_prompt: str
    warnings: tuple[str, ...] = ()
    identity: float | None = None
    identity_note: str = ""
    history_id: str = ""
    layer: bytes = b""
    layer_box: tuple[int, ...] = ()


@dataclass(frozen=True)
class MaskResult:
    """A mask as an 8-bit grey PNG of the photo's size.

    Attributes:
        note: what the user should know of how it was found. sure: False where it is doubtful; the note says so.
        others: methods that find what could have been meant as well, e.g. ``face:2`` on a group photo.
        photo_notes: what the user should know of how the photo was read.
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
    """Suggest a source prompt: what the photo shows. ``class_noun``: a word it must contain, "" for any."""

    photo: bytes
    class_noun: str = ""


@dataclass(frozen=True)
class PromptSuggestion:
    """A source prompt, what saw it (``drawn pictures' judge``, the captioner's name), and what the user should know of it."""

    prompt: str
    seen_by: str = ""
    note: str = ""


@dataclass(frozen=True)
class ShowAttention(Request["AttentionMap"]):
    """Where a word or token of a prompt looks on a photo.

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
    """Somebody who was recognised.

    Attributes:
        token: ``person/name``. face: which face, by size, as in the mask method ``face:2``; the largest is 1.
        cosine: how alike the faces are, -1..1.
    """

    token: str
    face: int
    cosine: float


@dataclass(frozen=True)
class PeopleFound:
    """Who was recognised on a photo, the largest face first; each face and each person at most once.

    Attributes:
        faces: how many faces the photo shows. compared_by: ``SFace`` or ``identity judge``.
        notes: sentences, for example about tokens without a face to compare with.
    """

    people: tuple[PersonFound, ...]
    faces: int
    compared_by: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenModel(Request["OpenedModel"]):
    """Load the base model in use, if it is not loaded yet: what many edits begin with."""


@dataclass(frozen=True)
class OpenedModel:
    """A base model that is loaded. ``fingerprint``: hash of its weights. ``device``: where it computes."""

    name: str
    fingerprint: str
    device: str = ""


@dataclass(frozen=True)
class RerunResult(Request["RerunReport"]):
    """Make a result of the journal again from its stored settings and compare."""

    history_id: str


@dataclass(frozen=True)
class RerunReport:
    """What making a result again gave.

    Attributes:
        equal: every pixel is the same. max_difference: largest difference of a channel, 0..255.
        sentence: the same in words, with what may explain a difference.
    """

    history_id: str
    equal: bool
    max_difference: float
    image: bytes
    sentence: str = ""


@dataclass(frozen=True)
class InstallModel(Request["ModelReady"]):
    """Download a base model of the catalogue; its licence must have been accepted or be accepted with this."""

    name: str
    accept_licence: bool = False


@dataclass(frozen=True)
class ImportModel(Request["ModelReady"]):
    """Take in a diffusers folder or a single ``.safetensors`` file that lies on this machine.

    A path, unlike pictures: models have gigabytes, and the engine runs as the same user on the same machine.
    """

    path: str
    name: str = ""


@dataclass(frozen=True)
class VerifyModel(Request["ModelReady"]):
    """Read every file of an installed model and compare hashes."""

    name: str


@dataclass(frozen=True)
class MoveModels(Request["ModelReady"]):
    """Move the models' folder, to another disk for example."""

    folder: str


@dataclass(frozen=True)
class ModelReady:
    """A model that is there and whole. ``sentence``: what was done and checked, in words."""

    name: str
    path: str
    size_bytes: int
    sentence: str = ""


@dataclass(frozen=True)
class Estimate:
    """What a job will cost, said before it starts.

    Attributes:
        seconds: expected duration, 0 while unknown. memory_bytes: peak on the device, weights included.
        free_bytes: free there now. fits: whether it fits without stepping down.
        device: where it will run, in words. note: what the user should know, "" if nothing.
    """

    seconds: float
    memory_bytes: int
    free_bytes: int
    fits: bool
    device: str = ""
    note: str = ""


REGION = "region"
"""Text of the preview that shows where an edit may change the photo."""

JobState = Literal["queued", "running", "paused", "done", "failed", "cancelled"]
EventKind = Literal[
    "state",
    "progress",
    "preview",
    "note",
    "log",
    "library",
    "history",
    "models",
    "settings",
    "handover",
    "forgotten",
]


@dataclass(frozen=True)
class JobInfo:
    """A job as the queue shows it.

    Attributes:
        id: unique in the engine. kind: class name of the request. title: plain words, e.g. ``"Learn anna/me"``.
        priority: smaller numbers go first. keep: whether it goes on when its client has gone.
        progress: newest report, None before the first. error: class name, sentence and hint of a failed job, empty
            otherwise. created, started, ended: seconds since 1970, 0 while not.
        resumable: whether a stopped job can go on from a checkpoint.
    """

    id: str
    kind: str
    title: str
    state: JobState
    priority: int
    keep: bool = False
    progress: Progress | None = None
    error: dict[str, str] = field(default_factory=dict)
    created: float = 0.0
    started: float = 0.0
    ended: float = 0.0
    resumable: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ("done", "failed", "cancelled")


@dataclass(frozen=True)
class Event:
    """One thing that happened in the engine.

    Attributes:
        kind: ``state`` (``job`` changed its state), ``progress``, ``preview`` (``picture`` holds a small encoded picture; with
            the text `REGION` the edit region that was found, a grey PNG of the photo's size, before the long part begins),
            ``note`` (``text`` for the user, e.g. that less memory is used now), ``log`` (``text``: a record of the engine's
            log, heard by who asks for it), or the name of what changed for everybody: ``library``, ``history``, ``models``,
            ``settings``, ``handover``.
        number: rises by one with every event of an engine.
        job: the job as it is now, None for events without one.
    """

    kind: EventKind
    number: int = 0
    job: JobInfo | None = None
    picture: bytes = b""
    text: str = ""


JOBS: dict[type, type] = {
    LearnToken: LearnResult,
    ApplyEdit: EditResult,
    MakeMask: MaskResult,
    SuggestPrompt: PromptSuggestion,
    ShowAttention: AttentionMap,
    RecognisePeople: PeopleFound,
    OpenModel: OpenedModel,
    RerunResult: RerunReport,
    InstallModel: ModelReady,
    ImportModel: ModelReady,
    VerifyModel: ModelReady,
    MoveModels: ModelReady,
}
"""Every job, and what it gives."""
