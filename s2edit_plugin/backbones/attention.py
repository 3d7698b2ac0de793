"""The attention processor: token masks, tokens' deltas, Prompt-to-Prompt control and recording of attention maps.

Every attention layer of the U-Net has an `S2EditAttnProcessor` that reads one shared `AttentionControl`, set for each batch.
The mathematics is in `attention_math`, the weights are in `parameters`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from s2edit_plugin.backbones import attention_math as am
from s2edit_plugin.backbones.parameters import TokenParameters

__all__ = [
    "AttentionControl",
    "EditControl",
    "MapRecorder",
    "PictureDeltas",
    "RowToken",
    "S2EditAttnProcessor",
]


@dataclass(frozen=True)
class RowToken:
    """One token in one row of the batch.

    Attributes:
        columns: text columns of the token; empty if the row's prompt does not name it (only whole-prompt parameters act).
        mask: (S, S) float32 in [0, 1], where the token may act, on the crop the model sees; None: everywhere.
        parameters: deltas, None where the token is its embedding alone.
        on_picture: whether parameters that act on the picture (`TokenParameters.on_picture`) act in this row.
    """

    columns: tuple[int, ...]
    mask: Tensor | None = None
    parameters: TokenParameters | None = None
    on_picture: bool = True


@dataclass(frozen=True)
class EditControl:
    """Prompt-to-Prompt control of a pair of rows.

    Attributes:
        source, target: rows of the batch.
        mapper: (L, L) and alpha: (L,), see `backbones.attention_math.swap_columns`.
        weights: (L,) factors for the target's columns, None for all ones.
        cross: whether cross-attention maps come from the source row. self_attention: the same for self-attention maps.
        self_side: largest picture side at which self-attention is injected (half the latent side).
    """

    source: int
    target: int
    mapper: Tensor
    alpha: Tensor
    weights: Tensor | None = None
    cross: bool = True
    self_attention: bool = True
    self_side: int = 32


@dataclass(frozen=True)
class PictureDeltas:
    """A token's deltas on the picture at layers of one size.

    Attributes:
        parameters: of the token. rows: (b,) int64, rows of the batch in which the deltas act; None: all.
        factors: (b, N) float32 in [0, 1], strength at each of N picture positions.
    """

    parameters: TokenParameters
    rows: Tensor | None
    factors: Tensor

    def added_to(self, output: Tensor, layer: str, inputs: Tensor) -> Tensor:
        """Add the deltas to a layer's output (B, N, E) or (B, E, H, W); unchanged if the layer has none."""
        added = self.parameters.change(layer, inputs if self.rows is None else inputs[self.rows])
        if added is None:
            return output
        weights = self.factors.to(added.dtype)
        weights = weights.view(-1, 1, *output.shape[2:]) if output.ndim == 4 else weights[..., None]
        added = (added * weights).to(output.dtype)
        return output + added if self.rows is None else output.index_add(0, self.rows, added)


@dataclass
class MapRecorder:
    """Sums cross-attention maps (mean over heads) of chosen rows at one picture side.

    Attributes:
        side: picture side of the layers to record. rows: rows of the batch.
        total: row -> (N, L) float32 sum over layers and steps. count: maps summed a row.
    """

    side: int
    rows: tuple[int, ...]
    total: dict[int, Tensor] = field(default_factory=dict)
    count: int = 0

    def add(self, maps: Tensor) -> None:
        """Add maps (B, H, N, L) of one layer."""
        for row in self.rows:
            mean = maps[row].mean(dim=0)
            self.total[row] = self.total[row] + mean if row in self.total else mean
        self.count += 1

    def mean(self, row: int) -> Tensor:
        """Mean map (side, side, L) of a row."""
        return (self.total[row] / max(self.count, 1)).view(self.side, self.side, -1)


class _PartRecorder(MapRecorder):
    """Records maps of a part of a batch into the recorder of the whole batch.

    ``place``: row of the batch -> row of the part.
    """

    def __init__(self, whole: MapRecorder, place: dict[int, int]) -> None:
        super().__init__(whole.side, tuple(row for row in whole.rows if row in place))
        self._whole, self._place = whole, place

    def add(self, maps: Tensor) -> None:
        """Add maps (b, H, N, L) of one layer and part."""
        total = self._whole.total
        for row in self.rows:
            mean = maps[self._place[row]].mean(dim=0)
            total[row] = total[row] + mean if row in total else mean
        if self._whole.rows[0] in self._place:  # count a layer once, not once for each part
            self._whole.count += 1


@dataclass
class AttentionControl:
    """State that controls the attention layers in the next forward passes.

    Attributes:
        rows: tokens of each row's prompt.
        mask_mode: ``bias``, ``multiply`` or ``none`` (``loss`` is applied by learning).
        edit: Prompt-to-Prompt pair, None outside editing. recorder: of attention maps, or None.
        positions: largest number of picture positions whose self-attention is computed at once, 0: all.
    """

    rows: list[list[RowToken]] = field(default_factory=list)
    mask_mode: str = "bias"
    edit: EditControl | None = None
    recorder: MapRecorder | None = None
    positions: int = 0
    _masks: dict[tuple[int, int, int], Tensor] = field(default_factory=dict)
    _stacked: dict[tuple[int, int], Tensor | None] = field(default_factory=dict)
    _parts: dict[tuple[int, ...], AttentionControl] = field(default_factory=dict)
    _on_picture: dict[int, list[PictureDeltas]] = field(default_factory=dict)

    def per_row(self, positions: int, length: int, like: Tensor) -> Tensor | None:
        """Bias or factors (B, 1, N, L) of the token masks at a layer with N positions; None without masks.

        Cached by size: a control's rows and mask mode never change.
        """
        key = (positions, length)
        if key not in self._stacked:
            self._stacked[key] = self._stack(positions, length, like)
        return self._stacked[key]

    def part(self, rows: Sequence[int]) -> AttentionControl:
        """The control of some rows of the batch, renumbered from 0; it records into the recorder of the whole batch."""
        key, place = tuple(rows), {row: index for index, row in enumerate(rows)}
        if key not in self._parts:
            # Rows and mask mode never change, so a part's resized masks are cached for all steps.
            self._parts[key] = AttentionControl(
                [self.rows[row] for row in rows], self.mask_mode, _masks=self._masks
            )
        part, edit = self._parts[key], self.edit
        part.edit = None
        if edit is not None and edit.source in place and edit.target in place:
            part.edit = replace(edit, source=place[edit.source], target=place[edit.target])
        part.recorder = None if self.recorder is None else _PartRecorder(self.recorder, place)
        part.positions = self.positions
        return part

    @cached_property
    def acts_on_picture(self) -> bool:
        """Whether any token has deltas that act on the picture."""
        return any(t.parameters is not None and t.parameters.on_picture for row in self.rows for t in row)

    def picture_deltas(self, positions: int, like: Tensor) -> list[PictureDeltas]:
        """Deltas that act on the picture at a layer with N positions; cached like `per_row`."""
        if positions not in self._on_picture:
            self._on_picture[positions] = self._find_picture_deltas(positions, like)
        return self._on_picture[positions]

    def _find_picture_deltas(self, positions: int, like: Tensor) -> list[PictureDeltas]:
        found: dict[int, tuple[TokenParameters, list[int], list[Tensor]]] = {}
        for index, row in enumerate(self.rows):
            for token in row:
                if token.parameters is None or not (token.parameters.on_picture and token.on_picture):
                    continue
                mask = None if self.mask_mode == "none" else token.mask
                everywhere = torch.ones(positions, device=like.device)
                factor = everywhere if mask is None else self._resized(mask, positions, like)
                _, rows, factors = found.setdefault(id(token.parameters), (token.parameters, [], []))
                rows.append(index)
                factors.append(factor)
        return [
            PictureDeltas(
                parameters,
                None if len(rows) == len(self.rows) else torch.tensor(rows, device=like.device),
                torch.stack(factors),
            )
            for parameters, rows, factors in found.values()
        ]

    def _stack(self, positions: int, length: int, like: Tensor) -> Tensor | None:
        if self.mask_mode == "none" or not any(
            t.mask is not None and t.columns for row in self.rows for t in row
        ):
            return None
        neutral = 1.0 if self.mask_mode == "multiply" else 0.0
        stacked = torch.full((len(self.rows), 1, positions, length), neutral, device=like.device)
        for index, row in enumerate(self.rows):
            for token in row:
                if token.mask is None or not token.columns:
                    continue
                mask = self._resized(token.mask, positions, like)
                if self.mask_mode == "multiply":
                    stacked[index, 0] *= am.masked_columns(mask, token.columns, length)
                else:
                    stacked[index, 0] += am.token_bias(mask, token.columns, length)
        return stacked

    def _resized(self, mask: Tensor, positions: int, like: Tensor) -> Tensor:
        # Area interpolation keeps small subjects above zero at the coarsest layers.
        key = (id(mask), positions, mask.data_ptr())
        if key not in self._masks:
            side = round(positions**0.5)
            resized = F.adaptive_avg_pool2d(mask[None, None].float(), side).view(-1)
            self._masks[key] = resized.to(like.device)
        return self._masks[key]


class S2EditAttnProcessor(nn.Module):
    """Attention of one layer under an `AttentionControl`.

    Attributes:
        control: of the next forward passes; None: the ``plain`` processor of diffusers computes.
    """

    def __init__(self, layer: str, control: AttentionControl | None, plain: Any = None) -> None:
        super().__init__()
        self.layer = layer
        self.control = control
        self.plain = plain

    def forward(
        self,
        attn: Any,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
    ) -> Tensor:
        """Hidden states (B, N, C) with text (B, L, D) for cross-attention or None for self-attention -> (B, N, C)."""
        control = self.control
        if control is None:
            return self.plain(attn, hidden_states, encoder_hidden_states, attention_mask, temb)
        is_cross = encoder_hidden_states is not None
        context = encoder_hidden_states if encoder_hidden_states is not None else hidden_states
        query, key, value = attn.to_q(hidden_states), attn.to_k(context), attn.to_v(context)
        if is_cross:
            key, value = self._with_deltas(control, key, value, context)
        query, key, value = (_heads(tensor, attn.heads) for tensor in (query, key, value))
        compute = self._cross if is_cross else self._self
        out = compute(control, query, key, value)
        out = out.transpose(1, 2).flatten(2).to(hidden_states.dtype)
        return attn.to_out[1](attn.to_out[0](out))

    def _with_deltas(
        self, control: AttentionControl, key: Tensor, value: Tensor, context: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Add the tokens' key/value deltas: to their own columns, or to all for whole-prompt parameters."""
        delta_key: Tensor | None = None
        delta_value: Tensor | None = None
        for index, row in enumerate(control.rows):
            for token in row:
                parameters = token.parameters
                if parameters is None or not (token.columns or parameters.whole_prompt):
                    continue
                columns = slice(None) if parameters.whole_prompt else _span(token.columns)
                deltas = parameters.delta(self.layer, context[index, columns])
                if deltas is None:
                    continue
                if delta_key is None or delta_value is None:
                    delta_key, delta_value = torch.zeros_like(key), torch.zeros_like(value)
                delta_key[index, columns] += deltas[0].to(key.dtype)
                delta_value[index, columns] += deltas[1].to(value.dtype)
        if delta_key is None or delta_value is None:
            return key, value
        return key + delta_key, value + delta_value

    @staticmethod
    def _cross(control: AttentionControl, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        positions, length = query.shape[2], key.shape[2]
        edit, recorder = control.edit, control.recorder
        records = recorder is not None and recorder.side**2 == positions
        masks = control.per_row(positions, length, query)
        if not records and edit is None and control.mask_mode != "multiply":
            return _attend(query, key, value, None if masks is None else masks.to(query.dtype))
        if control.mask_mode == "multiply":
            maps = am.attention_maps(query, key)
            maps = maps if masks is None else am.multiply_columns(maps, masks)
        else:
            maps = am.attention_maps(query, key, masks)
        if edit is not None:
            maps = _edited(maps, edit)
        if records and recorder is not None:
            recorder.add(maps)
        return torch.matmul(maps.to(value.dtype), value)

    @staticmethod
    def _self(control: AttentionControl, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        edit = control.edit
        if edit is not None and edit.self_attention and query.shape[2] <= edit.self_side**2:
            # The source's map times the target's values, computed without building the map.
            query, key = query.clone(), key.clone()
            query[edit.target], key[edit.target] = query[edit.source], key[edit.source]
        some = control.positions
        if not 0 < some < query.shape[2]:
            return _attend(query, key, value)
        # Queries are independent of each other, so slices of them give the same sums.
        slices = [_attend(part, key, value) for part in query.split(some, dim=2)]
        return torch.cat(slices, dim=2)


def _span(columns: tuple[int, ...]) -> slice | list[int]:
    """Columns as an index; a slice if they are adjacent, so that no index is copied to the GPU."""
    side_by_side = columns == tuple(range(columns[0], columns[0] + len(columns)))
    return slice(columns[0], columns[-1] + 1) if side_by_side else list(columns)


def _attend(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None = None) -> Tensor:
    """Softmax attention; by matrix products if gradients are needed on a CPU, where the fused kernel's backward is slow."""
    if not torch.is_grad_enabled() or query.device.type != "cpu":
        return F.scaled_dot_product_attention(query, key, value, bias)
    return torch.matmul(am.attention_maps(query, key, bias).to(value.dtype), value)


def _heads(tensor: Tensor, heads: int) -> Tensor:
    return tensor.unflatten(2, (heads, -1)).transpose(1, 2)


def _edited(maps: Tensor, edit: EditControl) -> Tensor:
    target = maps[edit.target]
    if edit.cross:
        target = am.swap_columns(maps[edit.source], target, edit.mapper, edit.alpha)
    if edit.weights is not None:
        target = am.reweight(target, edit.weights)
    maps = maps.clone()
    maps[edit.target] = target
    return maps
