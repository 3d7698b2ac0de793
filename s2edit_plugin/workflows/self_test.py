"""A token's self-test: a few numbers for its effect on its model, measured after learning and compared in use.

A token that trained well can still fail where it is used: another precision overflows, another version of a library computes
differently, a layer ignores it. So learning stores the results of one fixed case, which can be measured again after loading:

    prompt   "a photo of a <token> <class noun>", and the same without the token
    latents  noise alone, from a seed, at one noise level
    values   text              the token's text features, projected on a fixed direction
             noise, projected  predicted noise with the token: its size, and its projection on a fixed direction
             effect, turned    the token's change to it: its size, and its projection on that direction

All values are dimensionless: divided by the size (root mean square) of the features or of the noise without the token.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from s2edit_plugin.api.prompts import insert_token
from s2edit_plugin.backbones.attention import AttentionControl
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.errors import NumericalError, S2EditError, Sentence
from s2edit_plugin.library import Library
from s2edit_plugin.method.conditioning import build_condition, row_tokens
from s2edit_plugin.tokens.file import Token, TokenRecord
from s2edit_plugin.workflows.token_io import to_active

__all__ = ["SelfTests", "attach", "measure", "verify", "verify_library"]

VERSION = 1
SEED = 0
VALUES = ("text", "noise", "projected", "effect", "turned")
# Most that a value may differ, in units of the noise. Measured on the small model: bfloat16 moves the values by up to 0.004,
# float16 by 0.002, another token of the same kind by 0.006 in `effect`, its key/value deltas alone by 0.02.
TOLERANCE = 0.003
TOLERANCE_HALF = 0.02


def attach(backbone: Backbone, record: TokenRecord, tensors: Mapping[str, Tensor]) -> TokenRecord:
    """The record of a token that has just been learned, with the self-test of what will be stored.

    Args:
        tensors: as `workflows.token_io.to_tensors` gave them.

    Raises:
        NumericalError: the token gives numbers that are not finite.
    """
    arrays: dict[str, np.ndarray] = {name: value.detach().cpu().numpy() for name, value in tensors.items()}
    measured = measure(backbone, Token(record, arrays))
    return record.replace(self_test=measured, dtype=measured["dtype"])


@torch.no_grad()
def measure(backbone: Backbone, token: Token) -> dict[str, Any]:
    """Measure the token's effect; see the module's docstring.

    Returns:
        ``{"version", "seed", "timestep", "dtype", "values": {name: float}}``, JSON values all of it.

    Raises:
        NumericalError: a number is not finite. WrongModelError, TokenDamagedError: as `workflows.token_io.to_active`.
    """
    values = _measure(backbone, token, SEED, backbone.schedule.train_steps // 2)
    backbone.stage = ""
    return values


def verify(backbone: Backbone, token: Token) -> str:
    """Measure again and compare with the stored values; "" if the effect is the same, or none are stored.

    Otherwise one sentence: learned on another model, damaged, numbers that are not finite, no effect, or another effect.
    """
    stored = token.record.self_test
    name = token.record.full_name
    if not stored:
        return ""
    expected = _stored_values(stored, backbone)
    if expected is None:
        return f"The self-test of {name} cannot be read."
    try:
        found = _measure(backbone, token, stored["seed"], stored["timestep"])
    except S2EditError as error:
        return error.sentence
    half = any(dtype != "float32" for dtype in (stored["dtype"], found["dtype"]))
    tolerance = TOLERANCE_HALF if half else TOLERANCE
    values: dict[str, float] = found["values"]
    worst = max(VALUES, key=lambda key: abs(values[key] - expected[key]))
    if abs(values[worst] - expected[worst]) <= tolerance:
        return ""
    if values["effect"] < 0.1 * expected["effect"]:
        return f"The token {name} has no effect here, though it had one where it was learned."
    return (
        f"The token {name} acts differently here than where it was learned "
        f"({worst} {values[worst]:.3f} instead of {expected[worst]:.3f})."
    )


@dataclass(frozen=True)
class SelfTests:
    """Result of testing a library. ``skipped``: of other models, or without stored values. ``problems``: name -> sentence."""

    passed: int
    skipped: int
    problems: dict[str, str]


def verify_library(backbone: Backbone, library: Library) -> SelfTests:
    """Verify every sound token of the library that was learned on this model."""
    passed = skipped = 0
    problems: dict[str, str] = {}
    for entry in library.list():
        record = entry.record
        if record is None or record.base_model_hash != backbone.fingerprint or not record.self_test:
            skipped += 1
            continue
        try:
            problem = verify(backbone, library.get(entry.full_name))
        except S2EditError as error:
            problem = error.sentence
        if problem:
            problems[entry.full_name] = problem
        else:
            passed += 1
    return SelfTests(passed, skipped, problems)


def _measure(backbone: Backbone, token: Token, seed: int, timestep: int) -> dict[str, Any]:
    record = token.record
    active = to_active(token, backbone, None)
    plain = f"a photo of a {record.class_noun}"
    prompt = insert_token(plain, record.class_noun, record.full_name)
    isolated = bool(record.settings.get("isolation", True))
    with_token = build_condition(backbone, prompt, [active], isolated)
    without = build_condition(backbone, plain, [])

    generator = torch.Generator().manual_seed(seed)
    shape = (1, backbone.latent_channels, backbone.latent_side, backbone.latent_side)
    noise, direction = (torch.randn(shape, generator=generator).to(backbone.device) for _ in range(2))
    text_direction = torch.randn(backbone.text_width, generator=generator).to(backbone.device)
    when = torch.full((2,), timestep, device=backbone.device)
    noisy = backbone.schedule.add_noise(torch.zeros_like(noise), noise, when[:1]).expand(2, -1, -1, -1)
    rows = [row_tokens(with_token.layout, [active]), []]
    with backbone.control(AttentionControl(rows, "none")):
        predicted = backbone.predict(noisy, when, [with_token, without]).float()
    changed = predicted[0] - predicted[1]
    features = with_token.hidden[list(with_token.layout.tokens[record.full_name])].float()
    unit = _size(predicted[1])
    values = {
        "text": _projection(features.mean(dim=0), text_direction) / _size(features),
        "noise": _size(predicted[0]) / unit,
        "projected": _projection(predicted[0], direction[0]) / unit,
        "effect": _size(changed) / unit,
        "turned": _projection(changed, direction[0]) / unit,
    }
    if not all(math.isfinite(value) for value in values.values()):
        raise NumericalError(
            Sentence(
                "The token {} gives numbers that are not finite in {}.", record.full_name, _dtype(backbone)
            ),
            "Use another precision, or learn it again with a smaller learning rate.",
        )
    return {
        "version": VERSION,
        "seed": seed,
        "timestep": timestep,
        "dtype": _dtype(backbone),
        "values": {key: round(value, 6) for key, value in values.items()},
    }


def _stored_values(stored: Mapping[str, Any], backbone: Backbone) -> dict[str, float] | None:
    """The stored values, None where they are not what `measure` gives: the record may come from anywhere."""
    values, seed, timestep = stored.get("values"), stored.get("seed"), stored.get("timestep")
    if not isinstance(values, dict) or not isinstance(stored.get("dtype"), str):
        return None
    if type(seed) is not int or not 0 <= seed < 2**63:
        return None
    if type(timestep) is not int or not 0 <= timestep < backbone.schedule.train_steps:
        return None
    if not all(type(values.get(name)) in (int, float) for name in VALUES):
        return None
    return {name: float(values[name]) for name in VALUES}


def _size(values: Tensor) -> float:
    return float(values.square().mean().sqrt())


def _projection(values: Tensor, direction: Tensor) -> float:
    """Projection on a random direction, of about the size of the values' root mean square."""
    return float((values * direction).sum() / direction.norm())


def _dtype(backbone: Backbone) -> str:
    return str(backbone.dtype).removeprefix("torch.")
