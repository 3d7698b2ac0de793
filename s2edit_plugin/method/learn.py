"""Stage 1: learn a person (or an attribute) from ONE picture into a token.

    z = VAE(x), encoded once;  e_I starts at the embedding of the class noun
    phase A  train e_I alone
    phase B  train e_I and the parameters (which: `parameters`)
    L = |(eps - eps_hat) * M|^2  +  lambda * L_orth  (+ attention-to-mask loss)      eps: whatever the model predicts
    the attention of [I] is limited to M in every cross-attention layer

Source: S2Edit (arXiv 2507.04584) as far as it is known; figures of its ancestors and what is ours: docs/DECISIONS.md.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from s2edit_plugin.api import LearnSettings, OnProgress, Progress
from s2edit_plugin.api.progress import Stopwatch
from s2edit_plugin.backbones.attention import AttentionControl, MapRecorder, RowToken
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.backbones.conditions import SizeConditioning
from s2edit_plugin.backbones.parameters import TokenParameters, create_parameters
from s2edit_plugin.errors import CancelledError, NumericalError
from s2edit_plugin.method import losses, text
from s2edit_plugin.method.checkpoint import Checkpoint
from s2edit_plugin.method.orthogonality import Constraint
from s2edit_plugin.method.prompt_variants import variants_of
from s2edit_plugin.method.recipes import resolved

__all__ = ["LearnTask", "LearnedToken", "initial_vectors", "learn"]


@dataclass(frozen=True)
class LearnTask:
    """What is learned.

    Attributes:
        name: full token name ``person/name``. prompt: source prompt with the token's reference in it.
        latents: (1, C, s, s) of the crop. mask: (S, S) float32 in [0, 1] of the subject on the crop.
        class_noun: the noun the token stands before. attribute_words: words to stay orthogonal to.
        framing: how the crop was cut from its photo.
        copies: latents (N, C, s, s) and masks (N, S, S) of changed copies of the crop (`method.augment.copies_of`), which are
            learned from beside it; None: the crop alone.
    """

    name: str
    prompt: str
    latents: Tensor
    mask: Tensor
    class_noun: str
    attribute_words: tuple[str, ...] = ()
    framing: SizeConditioning | None = None
    copies: tuple[Tensor, Tensor] | None = None


@dataclass(frozen=True)
class _Copy:
    """The photo or a copy of it in the learning loop: latents (B, C, s, s), mask (S, S), mask at the latent side."""

    clean: Tensor
    mask: Tensor
    latent_mask: Tensor


@dataclass(frozen=True)
class _Wording:
    """A form of the learning prompt: its layout, and its features without the token where tokens are isolated."""

    plan: text.Layout
    plain: tuple[Tensor, Tensor | None] | None


@dataclass
class LearnedToken:
    """What learning made.

    Attributes:
        vectors: (n, W) float32 embedding vectors. parameters: what was trained beside them.
        losses: diffusion loss of every step. orthogonality: L_orth at the end. seconds: time taken by this run.
    """

    name: str
    vectors: Tensor
    parameters: TokenParameters
    losses: list[float] = field(default_factory=list)
    orthogonality: float = 0.0
    seconds: float = 0.0

    @property
    def loss_first(self) -> float:
        """Mean loss of the first tenth of the steps."""
        return _mean(self.losses[: max(1, len(self.losses) // 10)])

    @property
    def loss_last(self) -> float:
        """Mean loss of the last tenth of the steps."""
        return _mean(self.losses[-max(1, len(self.losses) // 10) :])


def initial_vectors(backbone: Backbone, class_noun: str, count: int, seed: int) -> Tensor:
    """Start vectors (n, W): the class noun's mean embedding, slightly apart from each other so that they can part."""
    mean = backbone.embedding_of(class_noun).mean(dim=0)
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(count, mean.shape[0], generator=generator).to(mean.device)
    return mean + 0.05 * mean.std() * noise


def learn(
    backbone: Backbone,
    task: LearnTask,
    settings: LearnSettings,
    on_progress: OnProgress = lambda _: None,
    checkpoint: Checkpoint | None = None,
    show: Callable[[Tensor, TokenParameters, Callable[[], None]], bytes] | None = None,
) -> LearnedToken:
    """Learn a token; see the module's text.

    Args:
        show: makes a preview from the token's vectors and parameters as they are by then; see `api.Preview`.
        on_progress: called after every step; raising `CancelledError` stops there, with a checkpoint written.
        checkpoint: where to save to, and, if it holds something, to go on from: the token comes out bit-equal to that of
            an uninterrupted run on the CPU.

    Raises:
        CancelledError: through ``on_progress``. NumericalError: the loss is not finite.
    """
    started = time.monotonic()
    settings = resolved(settings, backbone)
    total = settings.steps_token + settings.steps_joint
    training = _Training(backbone, task, settings)
    token = LearnedToken(task.name, training.vectors, training.parameters)
    first = checkpoint.restore(*training.state, token.losses) if checkpoint else 0
    watch = Stopwatch(total, first)
    preview = None if show is None else partial(show, training.vectors, training.parameters)

    for step in range(first, total):
        training.set_rates(step)
        sample = training.draw()
        condition = training.condition(sample.wording)
        # The text side is run once a step and the U-Net once a part: gradients meet at the condition's features.
        leaf = _detached(condition)
        training.optimizer.zero_grad(set_to_none=True)
        loss = training.denoise(sample, leaf)
        penalty = training.penalty(condition)
        if not math.isfinite(loss + float(penalty.detach())):
            raise NumericalError("Learning gave a number that is not finite.", "Try a smaller learning rate.")
        _send_back(condition, leaf, penalty * training.scale)
        training.step()
        token.losses.append(loss)

        done = step + 1
        mean, left = _mean(token.losses[-20:]), watch.seconds_left(done)
        try:
            on_progress(Progress("learning", done, total, mean, left, preview))
        except CancelledError:
            if checkpoint:
                checkpoint.save(done, *training.state, token.losses)
            raise
        if checkpoint and done < total and checkpoint.due(done):
            checkpoint.save(done, *training.state, token.losses)

    token.orthogonality = training.orthogonality()
    token.vectors = training.vectors.detach()
    training.parameters.requires_grad_(False)
    token.seconds = time.monotonic() - started
    backbone.stage = ""
    return token


@dataclass(frozen=True)
class _Sample:
    """What one step looks at: a copy of the photo under a wording, with noise (B, C, s, s) at timesteps (B,)."""

    copy: _Copy
    wording: _Wording
    control: AttentionControl
    noise: Tensor
    timesteps: Tensor


class _Training:
    """What trains and what it is trained on. Everything random comes from one generator, so that a run can be resumed."""

    def __init__(self, backbone: Backbone, task: LearnTask, settings: LearnSettings) -> None:
        self.backbone, self.task, self.settings = backbone, task, settings
        self.generator = torch.Generator().manual_seed(settings.seed)
        vectors = initial_vectors(backbone, task.class_noun, settings.vectors, settings.seed)
        self.vectors = vectors.requires_grad_(True)
        layers = backbone.layers_for(settings.parameters)
        self.parameters = create_parameters(settings.parameters, layers, settings.rank, settings.seed)
        self.parameters.to(backbone.device)
        self.joint = list(self.parameters.parameters())
        self.optimizer = torch.optim.Adam(
            [
                {"params": [self.vectors], "lr": settings.lr_token},
                {"params": self.joint or [self.vectors.new_zeros(1)], "lr": 0.0},
            ]
        )
        self.constraint = Constraint(
            backbone,
            task.attribute_words,
            task.class_noun,
            settings.orthogonality,
            settings.orthogonality_space,
        )
        self.copies = _copies(task, settings.batch, backbone)
        self.wordings = _wordings(task, settings, backbone)
        self.parts = _parts(settings, backbone)
        self.scale = _gradient_scale(backbone, self.copies[0].clean)
        self._controls: dict[tuple[int, int], AttentionControl] = {}

    @property
    def state(self) -> tuple[Tensor, TokenParameters, torch.optim.Optimizer, torch.Generator]:
        """What a checkpoint holds beside the losses."""
        return self.vectors, self.parameters, self.optimizer, self.generator

    def set_rates(self, step: int) -> None:
        """Phase A trains the embedding alone; in phase B it slows down and the parameters join."""
        joined = step >= self.settings.steps_token
        self.optimizer.param_groups[0]["lr"] = self.settings.lr_token * (0.3 if joined else 1.0)
        self.optimizer.param_groups[1]["lr"] = (
            self.settings.lr_joint * _rate(self.settings, step) if joined else 0.0
        )

    def draw(self) -> _Sample:
        """A copy, a wording, noise and noise levels."""
        which, worded = _pick(len(self.copies), self.generator), _pick(len(self.wordings), self.generator)
        copy, wording = self.copies[which], self.wordings[worded]
        if (which, worded) not in self._controls:
            acts_in = copy.mask if self.settings.mask_mode != "none" else None
            row = RowToken(wording.plan.tokens[self.task.name], acts_in, self.parameters)
            rows = [[row]] * self.settings.batch
            self._controls[which, worded] = AttentionControl(rows, _processor_mode(self.settings))
        shape = (self.settings.batch, *self.task.latents.shape[1:])
        noise = torch.randn(*shape, generator=self.generator).to(self.backbone.device)
        levels = _spread(self.settings.batch, self.generator)
        timesteps = self.backbone.schedule.at(levels).to(self.backbone.device)
        return _Sample(copy, wording, self._controls[which, worded], noise, timesteps)

    def condition(self, wording: _Wording) -> text.Condition:
        """c(P, [I]): the prompt's features with the token as it is now, under the constraint."""
        named = {self.task.name: self.vectors}
        condition = text.encode(
            wording.plan, self.backbone, named, self.settings.isolation, self.task.framing, wording.plain
        )
        return self.constraint.project_condition(condition, self.task.name)

    def denoise(self, sample: _Sample, leaf: text.Condition) -> float:
        """The diffusion loss inside the mask; its gradients are left at ``leaf`` and at the parameters."""
        backbone, settings, control, copy = self.backbone, self.settings, sample.control, sample.copy
        noisy = backbone.schedule.add_noise(copy.clean, sample.noise, sample.timesteps)
        wanted = backbone.schedule.target(copy.clean, sample.noise, sample.timesteps)
        value = 0.0
        for rows in self.parts:
            recorder = control.recorder = _recorder(settings, backbone)
            # The way back runs under the control too: what was not kept for it is computed again.
            whole = control if len(self.parts) == 1 else control.part(rows)
            with backbone.control(whole), backbone.fast_learning(settings.parameters):
                predicted = backbone.predict(noisy[rows], sample.timesteps[rows], [leaf] * len(rows))
                loss = losses.masked_diffusion_loss(
                    wanted[rows], predicted, copy.latent_mask if settings.masked_loss else None
                )
                share = len(rows) / settings.batch
                value += float(loss.detach()) * share
                objective = loss * share
                if recorder is not None:
                    objective = objective + self._attention_loss(recorder, sample)
                (objective * self.scale).backward()
        return value

    def _attention_loss(self, recorder: MapRecorder, sample: _Sample) -> Tensor:
        columns = list(sample.wording.plan.tokens[self.task.name])
        maps = torch.stack([recorder.mean(row)[..., columns].mean(-1) for row in recorder.rows]).mean(0)
        inside = F.adaptive_avg_pool2d(sample.copy.mask[None, None].float(), recorder.side)[0, 0]
        weight = self.settings.attention_loss_weight or 0.01
        return weight * losses.attention_to_mask_loss(maps.flatten(), inside.flatten())

    def penalty(self, condition: text.Condition) -> Tensor:
        """The weighted L_orth of the soft constraint, 0 for the others."""
        if self.settings.orthogonality != "soft":
            return torch.zeros((), device=self.backbone.device)
        penalty = self.constraint.loss(self.vectors, condition, self.task.name, self.parameters)
        return self.settings.orthogonality_weight * penalty

    def step(self) -> None:
        """One step of the optimizer; a hard constraint is restored after it."""
        if self.scale != 1:
            for gradient in (p.grad for p in (self.vectors, *self.joint) if p.grad is not None):
                gradient /= self.scale
        self.optimizer.step()
        with torch.no_grad():
            self.vectors.copy_(self.constraint.project_vectors(self.vectors))

    @torch.no_grad()
    def orthogonality(self) -> float:
        """L_orth of the token as it is now, under the whole prompt."""
        wording = _Wording(self.wordings[0].plan, None)
        return float(self.constraint.measure(self.vectors, self.condition(wording), self.task.name))


def _copies(task: LearnTask, batch: int, backbone: Backbone) -> list[_Copy]:
    """The crop itself first, then its changed copies."""
    latents, masks = task.latents, task.mask[None]
    if task.copies is not None:
        latents = torch.cat([latents, task.copies[0].to(latents)])
        masks = torch.cat([masks, task.copies[1].to(masks)])
    side, found = task.latents.shape[-1], []
    for one, mask in zip(latents, masks.to(backbone.device), strict=True):
        small = F.adaptive_avg_pool2d(mask[None, None].float(), side)[0, 0]
        found.append(_Copy(one.expand(batch, -1, -1, -1), mask, small))
    return found


def _wordings(task: LearnTask, settings: LearnSettings, backbone: Backbone) -> list[_Wording]:
    found = []
    for prompt in dict.fromkeys(variants_of(task.prompt, settings.wordings, settings.seed)):
        plan = text.layout(prompt, backbone, {task.name: settings.vectors})
        found.append(_Wording(plan, text.without_tokens(plan, backbone) if settings.isolation else None))
    return found


def _pick(count: int, generator: torch.Generator) -> int:
    # Nothing is drawn where there is no choice, so that what else is drawn stays the same.
    return int(torch.randint(count, (), generator=generator)) if count > 1 else 0


def _rate(settings: LearnSettings, step: int) -> float:
    """Factor on the learning rate of the parameters at a step of phase B."""
    if settings.rate == "constant":
        return 1.0
    done = (step - settings.steps_token) / max(1, settings.steps_joint)
    return min(1.0, (step - settings.steps_token + 1) / 10) * (1 - 0.9 * done)


def _spread(batch: int, generator: torch.Generator) -> Tensor:
    # One noise level from each of `batch` equal slices: less noise in a small batch's loss than independent draws.
    return (torch.arange(batch) + torch.rand(batch, generator=generator)) / batch


def _gradient_scale(backbone: Backbone, clean: Tensor) -> float:
    # A mean over all latents makes gradients so small that float16 rounds them to zero on their way through the U-Net. This
    # power of two lifts those of the prediction to about 1/32, twelve binary orders from either end of float16's range.
    return 2.0 ** round(math.log2(max(1.0, clean.numel() / 64))) if backbone.dtype == torch.float16 else 1.0


def _parts(settings: LearnSettings, backbone: Backbone) -> list[list[int]]:
    """Rows of the batch that go through the U-Net together. The attention loss looks at the mean map of all rows at once."""
    rows = list(range(settings.batch))
    most = 0 if _recorder(settings, backbone) is not None else backbone.savings.rows
    return [rows[start : start + most] for start in rows[::most]] if most else [rows]


def _detached(condition: text.Condition) -> text.Condition:
    """The condition as a leaf: the U-Net's gradients gather there, whatever number of parts they come in."""
    pooled = condition.pooled
    if pooled is not None:
        pooled = pooled.detach().requires_grad_(pooled.requires_grad)
    return replace(condition, hidden=condition.hidden.detach().requires_grad_(True), pooled=pooled)


def _send_back(condition: text.Condition, leaf: text.Condition, penalty: Tensor) -> None:
    """Send the gathered gradients on to the token, together with those of the penalty."""
    roots, gradients = [penalty], [torch.ones_like(penalty)]
    for feature, gathered in ((condition.hidden, leaf.hidden), (condition.pooled, leaf.pooled)):
        if (
            feature is not None
            and gathered is not None
            and gathered.grad is not None
            and feature.requires_grad
        ):
            roots.append(feature)
            gradients.append(gathered.grad)
    reached = [
        (root, gradient) for root, gradient in zip(roots, gradients, strict=True) if root.requires_grad
    ]
    torch.autograd.backward([root for root, _ in reached], [gradient for _, gradient in reached])


def _processor_mode(settings: LearnSettings) -> str:
    return settings.mask_mode if settings.mask_mode in ("bias", "multiply") else "none"


def _recorder(settings: LearnSettings, backbone: Backbone) -> MapRecorder | None:
    if settings.mask_mode == "loss" or settings.attention_loss_weight > 0:
        return MapRecorder(backbone.map_side, tuple(range(settings.batch)))
    return None


def _mean(values: list[float]) -> float:
    return sum(values) / max(1, len(values))
