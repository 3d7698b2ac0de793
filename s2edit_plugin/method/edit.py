"""Stage 2b: edit an inverted photo by text.

    batch {source: P, target: P*}, token, parameters and masks on in both
    source branch: on the inverted trajectory (direct inversion adds the offset o_t that DDIM misses; a quarter of it where
                   other things are to be seen than in the photo, whose trace the offset is)
    target branch: cross-attention maps from the source (replace, refine), reweighted; self-attention injected
                   (neither where the edit only takes something away, little where it redraws shapes of a face);
                   latents outside the edit region from the source (local blend)
    change = decode(target) - decode(source)

Sources: Hertz et al. 2022 (Prompt-to-Prompt); Ju et al. 2023 (direct inversion). With ``offset="both"`` (ours) the offset is
added to the target branch as well. With both or none, whatever the share, an unchanged prompt follows the source branch step by
step, so it gives the photo back exactly, and an edit differs from the photo only by what the two prompts' guided predictions
differ in.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from s2edit_plugin.api import EditSettings, OnProgress, Progress, prompts
from s2edit_plugin.api.progress import Stopwatch
from s2edit_plugin.backbones.attention import AttentionControl, EditControl, RowToken
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.backbones.schedule import Schedule
from s2edit_plugin.errors import NumericalError
from s2edit_plugin.method import alignment, text
from s2edit_plugin.method.conditioning import ActiveToken, row_tokens
from s2edit_plugin.method.influence import without_opposition
from s2edit_plugin.method.invert import Inversion
from s2edit_plugin.method.roles import Branches
from s2edit_plugin.method.text import Condition
from s2edit_plugin.perception.masks.word_regions import redraws_shapes, replaces_content

__all__ = ["EditOutcome", "edit"]

TRACE = 0.25  # of the offset where other things are to be seen than in the photo
REDRAWN = 1 / 3  # of the steps with cross-attention control where shapes are redrawn
VARIANT_NOISE = 0.35  # share of fresh noise in the starting latents of variants (seed > 0)


@dataclass(frozen=True)
class EditOutcome:
    """What the edit made on the crop.

    Attributes:
        source, target: (3, S, S) float32 decoded branches in [0, 1].
        change: (3, S, S) float32, target minus source, in [-1, 1].
    """

    source: Tensor
    target: Tensor

    @property
    def change(self) -> Tensor:
        """Target minus source."""
        return self.target - self.source


@torch.no_grad()
def edit(
    backbone: Backbone,
    inversion: Inversion,
    source: Condition,
    target: Condition,
    tokens: Sequence[ActiveToken] | Branches,
    region: Tensor | None,
    settings: EditSettings,
    on_progress: OnProgress = lambda _: None,
    show: Callable[[Tensor], bytes] | None = None,
) -> EditOutcome:
    """Edit; see the module's text.

    Args:
        inversion: of the photo under ``source``. tokens: as they act in both branches, or in each.
        region: (S, S) or (s, s) in [0, 1], the edit region on the crop; None: the whole crop.
        show: makes a preview of the target branch's clean latents (1, C, s, s), as far as they can be told by then.

    Raises:
        NumericalError: a number is not finite. CancelledError: through ``on_progress``.
    """
    schedule, total = backbone.schedule, inversion.steps
    branches = tokens if isinstance(tokens, Branches) else Branches(list(tokens), list(tokens))
    editing = _Editing(backbone, inversion, (source, target), branches, region, settings)
    from_source = inversion.at(0)
    from_target = _starting_latents(from_source, editing.blend, settings.seed)
    watch = Stopwatch(total)
    for index, timestep in enumerate(schedule.timesteps(total)):
        to_source, to_target = editing.predictions(index, timestep, from_source, from_target)
        preview = None
        if show is not None:
            preview = partial(_preview, show, schedule, from_target, to_target, timestep)
        stepped = schedule.step(from_source, to_source, timestep, total)
        from_target = schedule.step(from_target, to_target, timestep, total)
        from_source = stepped
        if editing.share:
            from_source = torch.lerp(stepped, inversion.at(index + 1), editing.share)
            if settings.offset != "source":
                from_target = from_target + (from_source - stepped)
        if editing.blend is not None:
            from_target = from_source + editing.blend * (from_target - from_source)
        on_progress(Progress("editing", index + 1, total, None, watch.seconds_left(index + 1), preview))
    return _decoded(backbone, from_source, from_target)


def _decoded(backbone: Backbone, from_source: Tensor, from_target: Tensor) -> EditOutcome:
    if not bool(torch.isfinite(from_target).all()):
        raise NumericalError(
            "The edit gave a number that is not finite.", "Try a smaller guidance or another precision."
        )
    if torch.equal(from_target, from_source):
        same = _to_unit(backbone.decode_latents(from_source))[0]
        return EditOutcome(same, same)
    decoded = _to_unit(backbone.decode_latents(torch.cat([from_source, from_target])))
    return EditOutcome(decoded[0], decoded[1])


class _Editing:
    """The predictions of both branches, with attention control and guidance.

    Args:
        prompts_of: conditions of source and target. Others: as `edit`.
    """

    def __init__(
        self,
        backbone: Backbone,
        inversion: Inversion,
        prompts_of: tuple[Condition, Condition],
        branches: Branches,
        region: Tensor | None,
        settings: EditSettings,
    ) -> None:
        (source, target), at_source, tokens = prompts_of, branches.source, branches.target
        self.backbone, self.inversion, self.settings = backbone, inversion, settings
        self.source, self.target = source, target
        self.blend = _blend_mask(region, backbone.latent_side) if settings.local_blend else None
        self.empty = text.unconditional(backbone, source.framing)
        self.guided = settings.guidance != 1.0
        mapper, self.alpha = (
            t.to(backbone.device)
            for t in alignment.map_columns(source.layout, target.layout, settings.control)
        )
        weights = alignment.column_weights(target.layout, settings.weights)
        self.maps = EditControl(
            source=0,
            target=1,
            mapper=mapper,
            alpha=self.alpha,
            weights=None if weights is None else weights.to(backbone.device),
            self_side=backbone.self_side,
        )
        # The maps of what is to go would hold it: where words only go, the target's own maps act from the start.
        worded = source.layout.prompt, target.layout.prompt
        self.held = 0.0 if prompts.uncovers(*worded) else 1.0
        # Nor can glasses or a smile be drawn in full under the maps of a face without them.
        self.redrawn = settings.shapes == "redrawn" and redraws_shapes(*worded)
        self.share = 0.0 if inversion.method != "direct" or settings.offset == "none" else 1.0
        if self.share and settings.offset == "auto" and replaces_content(*worded):
            self.share = TRACE
        at_target = at_source if branches.apart else tokens
        self.rows = [row_tokens(source.layout, at_source), row_tokens(target.layout, at_target)]
        self.twins = [
            row_tokens(source.layout, at_source, conditional=False),
            row_tokens(target.layout, at_target, conditional=False),
        ]
        self.on_picture = any(token.parameters.on_picture for token in (*at_source, *at_target))
        self.acting: _Acting | None = None
        if branches.apart and settings.influence != "joint":
            alone = (self.rows[0], row_tokens(target.layout, tokens))
            own = _of_their_own(self.alpha, target, at_source, tokens)
            self.acting = _Acting(prompts_of, alone, own, settings.mask_mode)
        self._control: AttentionControl | None = None

    def predictions(
        self, index: int, timestep: float, from_source: Tensor, from_target: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The guided predictions of source and target, (1, C, s, s) each, at a step.

        Rows: source, target, and their unconditional twins. On the fixed trajectory of direct inversion the source's
        unconditional prediction never changes: it is made once, alone (`_source_null`).
        """
        settings = self.settings
        null = self._null(index)
        batch, conditions, rows = [from_source, from_target], [self.source, self.target], list(self.rows)
        source_null = self._source_null(index, timestep, from_source, null)
        if self.guided:
            batch += [from_target] if source_null is not None else [from_target, from_source]
            conditions += [null] * (len(batch) - 2)
            rows += [self.twins[1], self.twins[0]][: len(batch) - 2]
        maps = self._maps_at(index)
        with self.backbone.control(self._control_of(rows, maps)):
            predicted = self.backbone.predict(torch.cat(batch), timestep, conditions)
        to_source, to_target = predicted[0:1], predicted[1:2]
        words, change = to_target, to_target - to_source
        if self.guided:
            source_null = predicted[3:4] if source_null is None else source_null
            to_source = source_null + settings.guidance * (to_source - source_null)
            to_target = predicted[2:3] + settings.guidance * (to_target - predicted[2:3])
        if self.acting is not None and settings.influence != "joint":
            with_tokens = self.acting.predicted(self.backbone, from_source, from_target, timestep, maps)
            added = without_opposition(with_tokens - words, change, self.blend, settings.influence)
            to_target = to_target + settings.token_guidance * added
        # Strength 0 follows the source branch, 1 the target prompt's prediction.
        return to_source, to_source + settings.strength * (to_target - to_source)

    def _null(self, index: int) -> Condition:
        learned = self.inversion.null
        return self.empty if learned is None else replace(self.empty, hidden=learned[index])

    def _source_null(
        self, index: int, timestep: float, from_source: Tensor, null: Condition
    ) -> Tensor | None:
        """The source's unconditional prediction where it is the same for every edit of the photo, else None.

        It is made alone, so that an edit is the same to the last bit whether the inversion comes from the cache or not (a
        row's sums depend on how many rows there are). Deltas on the picture act in unconditional rows too, and not alike in
        every edit region: with them it is made anew.
        """
        if not self.guided or self.share != 1 or self.on_picture:
            return None
        if index not in self.inversion.uncond:
            with self.backbone.control(AttentionControl([self.twins[0]], self.settings.mask_mode)):
                self.inversion.uncond[index] = self.backbone.predict(from_source, timestep, [null])
        return self.inversion.uncond[index]

    def _maps_at(self, index: int) -> EditControl:
        steps, settings = self.held * self.inversion.steps, self.settings
        cross_steps = settings.cross_steps * (REDRAWN if self.redrawn else 1)
        return replace(
            self.maps,
            cross=settings.control != "none" and index < cross_steps * steps,
            self_attention=not self.redrawn and index < settings.self_steps * steps,
        )

    def _control_of(self, rows: list[list[RowToken]], maps: EditControl) -> AttentionControl:
        if self._control is None or len(self._control.rows) != len(rows):
            self._control = AttentionControl(rows, self.settings.mask_mode)
        self._control.edit = maps
        return self._control


@dataclass
class _Acting:
    """The target's prediction with tokens that act there alone, c(P*, [I]); it takes the source's maps as c(P*) does."""

    conditions: tuple[Condition, Condition]
    rows: tuple[list[RowToken], list[RowToken]]
    alpha: Tensor
    mask_mode: str
    controls: dict[int, AttentionControl] = field(default_factory=dict)

    def predicted(
        self, backbone: Backbone, from_source: Tensor, from_target: Tensor, timestep: float, pair: EditControl
    ) -> Tensor:
        """(1, C, s, s) for latents of that shape. ``pair``: the control of c(P*)."""
        # The source's row is needed for its maps only.
        first = 0 if pair.cross or pair.self_attention or pair.weights is not None else 1
        if first not in self.controls:
            self.controls[first] = AttentionControl(list(self.rows[first:]), self.mask_mode)
        control = self.controls[first]
        control.edit = replace(pair, alpha=self.alpha) if first == 0 else None
        with backbone.control(control):
            latents = torch.cat([from_source, from_target][first:])
            return backbone.predict(latents, timestep, self.conditions[first:])[-1:]


def _of_their_own(
    alpha: Tensor, target: Condition, at_source: Sequence[ActiveToken], tokens: Sequence[ActiveToken]
) -> Tensor:
    """``alpha`` of `EditControl` where columns of tokens that have no effect in the source branch keep their own maps."""
    alpha = alpha.clone()
    for before, token in zip(at_source, tokens, strict=True):
        if before is not token:
            alpha[list(target.layout.tokens.get(token.name, ()))] = 0
    return alpha


def _preview(
    show: Callable[[Tensor], bytes],
    schedule: Schedule,
    latents: Tensor,
    prediction: Tensor,
    timestep: float,
    check: Callable[[], None],
) -> bytes:
    """One decoding: there is nothing to interrupt."""
    return show(schedule.clean(latents, prediction, timestep))


def _to_unit(picture: Tensor) -> Tensor:
    return (picture / 2 + 0.5).clamp(0, 1)


def _blend_mask(region: Tensor | None, side: int) -> Tensor | None:
    """Region at the latent side, (1, 1, s, s): every latent cell the region touches, and its neighbours by half."""
    if region is None:
        return None
    cells = F.adaptive_max_pool2d(region[None, None].float(), side)
    return torch.maximum(cells, 0.5 * F.max_pool2d(cells, 3, stride=1, padding=1))


def _starting_latents(latents: Tensor, blend: Tensor | None, seed: int) -> Tensor:
    """The inverted noise; for variants (seed > 0) partly fresh noise of the same variance, inside the edit region."""
    if seed == 0:
        return latents
    generator = torch.Generator().manual_seed(seed)
    fresh = torch.randn(latents.shape, generator=generator).to(latents.device)
    mixed = math.sqrt(1 - VARIANT_NOISE**2) * latents + VARIANT_NOISE * fresh
    return mixed if blend is None else latents + blend * (mixed - latents)
