"""Learning: the loss falls, every variant runs, an interrupted run ends in the same token."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from s2edit_plugin.api import LearnSettings, Progress
from s2edit_plugin.errors import CancelledError, NumericalError
from s2edit_plugin.method.checkpoint import Checkpoint
from s2edit_plugin.method.learn import LearnedToken, LearnTask, learn
from s2edit_plugin.workflows.crops import copies_on

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

SHORT = LearnSettings(steps_token=4, steps_joint=4, batch=2)


def _task(latents: torch.Tensor, mask: torch.Tensor) -> LearnTask:
    prompt = "a photo of a <anna/me> woman with brown hair"
    return LearnTask("anna/me", prompt, latents, mask, "woman", ("smiling", "red hair"))


def _equal(one: LearnedToken, other: LearnedToken) -> bool:
    pairs = zip(
        one.parameters.named_tensors().values(), other.parameters.named_tensors().values(), strict=True
    )
    return torch.equal(one.vectors, other.vectors) and all(torch.equal(a, b) for a, b in pairs)


def test_learning_lowers_the_loss(backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor) -> None:
    settings = LearnSettings(
        steps_token=15, steps_joint=25, batch=2, lr_token=2e-2, lr_joint=2e-2, orthogonality="none"
    )
    token = learn(backbone, _task(latents, mask), settings)
    # The same noise and timesteps before and after: a random model's loss is mostly noise otherwise.
    still = replace(settings, steps_token=8, steps_joint=0, lr_token=0.0)
    before = learn(backbone, _task(latents, mask), still).losses
    frozen = _Frozen(token)
    after = frozen.losses_on(backbone, _task(latents, mask), still)
    assert sum(after) < 0.99 * sum(before)


def test_the_crop_is_learned_from_and_each_of_its_copies(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = torch.cat([latents + 1, latents + 2]), torch.stack([mask, mask])
    seen: list[torch.Tensor] = []
    kind = type(backbone.schedule)
    add_noise = kind.add_noise

    def noted(schedule: Any, clean: torch.Tensor, *others: torch.Tensor) -> torch.Tensor:
        seen.append(clean[0])
        return add_noise(schedule, clean, *others)

    monkeypatch.setattr(kind, "add_noise", noted)
    task = replace(_task(latents, mask), copies=copies)
    learn(backbone, task, replace(SHORT, parameters="none", steps_token=24, steps_joint=0))
    kinds = [latents[0], *copies[0]]
    counts = [sum(torch.equal(clean, kind) for clean in seen) for kind in kinds]
    assert sum(counts) == len(seen) == 24
    assert min(counts) > 0


def test_only_changed_copies_are_encoded(backbone: Backbone, monkeypatch: pytest.MonkeyPatch) -> None:
    side = backbone.resolution
    picture = np.random.default_rng(0).random((side, side, 3), dtype=np.float32)
    encoded: list[torch.Tensor] = []
    encode = backbone.encode_picture

    def noted(pixels: torch.Tensor) -> torch.Tensor:
        encoded.append(pixels)
        return encode(pixels)

    monkeypatch.setattr(backbone, "encode_picture", noted)
    assert copies_on(picture, torch.ones(side, side), LearnSettings(copies=1), backbone) is None
    found = copies_on(picture, torch.ones(side, side), LearnSettings(copies=4), backbone)
    assert found is not None
    assert len(found[0]) == len(found[1]) == len(encoded) == 3
    photo = torch.from_numpy(picture.transpose(2, 0, 1).copy())[None] * 2 - 1
    assert not any(torch.allclose(pixels, photo, atol=1e-3) for pixels in encoded)


class _Frozen:
    """Measures a learned token under the noise of another run."""

    def __init__(self, token: LearnedToken) -> None:
        self.token = token

    def losses_on(self, backbone: Backbone, task: LearnTask, settings: LearnSettings) -> list[float]:
        import s2edit_plugin.method.learn as module

        token, start, create = self.token, module.initial_vectors, module.create_parameters
        module.initial_vectors = lambda *_: token.vectors.clone()  # type: ignore[assignment]
        module.create_parameters = lambda *_: token.parameters  # type: ignore[assignment]
        try:
            return learn(backbone, task, settings).losses
        finally:
            module.initial_vectors, module.create_parameters = start, create


@pytest.mark.parametrize(
    "variant",
    [
        {"parameters": "none"},
        {"parameters": "kv_vectors"},
        {"parameters": "kv_full", "mask_mode": "multiply"},
        {"parameters": "kv_lora", "rank": 3},
        {"mask_mode": "loss", "isolation": False},
        {"mask_mode": "none", "masked_loss": False, "attention_loss_weight": 0.01},
        {"orthogonality_space": "embedding"},
        {"orthogonality_space": "pooled", "vectors": 1, "rank": 1},
        {"orthogonality": "none", "vectors": 4},
    ],
    ids=str,
)
def test_every_variant_learns(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor, variant: dict[str, Any]
) -> None:
    settings = replace(SHORT, **variant)
    token = learn(backbone, _task(latents, mask), settings)
    assert token.vectors.shape == (settings.vectors, 32)
    assert len(token.losses) == 8
    tensors = token.parameters.named_tensors()
    assert bool(tensors) == (settings.parameters != "none")
    # Phase B has moved the parameters away from their zero delta.
    ups = [value for name, value in tensors.items() if not name.endswith("_down")]
    assert all(value.abs().max() > 0 for value in ups)


@pytest.mark.parametrize("space", ["encoder", "embedding"])
def test_a_hard_projection_leaves_nothing_along_the_attributes(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor, space: Any
) -> None:
    settings = replace(SHORT, orthogonality="project", orthogonality_space=space)
    assert learn(backbone, _task(latents, mask), settings).orthogonality < 1e-8


def test_the_soft_penalty_keeps_the_token_clear(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor
) -> None:
    settings = replace(SHORT, steps_token=15, steps_joint=0, orthogonality_weight=50.0, lr_token=0.02)
    free = learn(backbone, _task(latents, mask), replace(settings, orthogonality="none"))
    kept = learn(backbone, _task(latents, mask), settings)
    assert kept.orthogonality < 0.7 * free.orthogonality


@pytest.mark.parametrize("space", ["encoder", "embedding", "pooled"])
def test_the_penalty_reaches_the_token_in_every_space(backbone: Backbone, space: str) -> None:
    from s2edit_plugin.backbones.parameters import create_parameters
    from s2edit_plugin.method import text
    from s2edit_plugin.method.orthogonality import Constraint

    vectors = torch.randn(2, 32, generator=torch.Generator().manual_seed(0)).requires_grad_(True)
    constraint = Constraint(backbone, ("smiling", "red hair"), "woman", "soft", space)
    plan = text.layout("a photo of a <anna/me> woman", backbone, {"anna/me": 2})
    condition = text.encode(plan, backbone, {"anna/me": vectors})
    constraint.loss(vectors, condition, "anna/me", create_parameters("none", [])).backward()
    assert vectors.grad is not None
    assert (vectors.grad.abs().sum(dim=1) > 0).all()


def test_the_subject_mask_weighs_the_loss(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    import s2edit_plugin.method.losses as module

    seen: list[torch.Tensor | None] = []
    plain = module.masked_diffusion_loss
    monkeypatch.setattr(module, "masked_diffusion_loss", lambda a, b, m: (seen.append(m), plain(a, b, m))[1])
    one = replace(SHORT, steps_token=1, steps_joint=0)
    learn(backbone, _task(latents, mask), one)
    learn(backbone, _task(latents, mask), replace(one, masked_loss=False))
    assert seen[0] is not None
    assert torch.equal(seen[0], mask[::4, ::4])
    assert seen[1] is None


@pytest.mark.parametrize("stop_at", [2, 6])
def test_a_cancelled_run_goes_on_to_the_same_token(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor, tmp_path: Path, stop_at: int
) -> None:
    whole = learn(backbone, _task(latents, mask), SHORT)

    def stop(progress: Progress) -> None:
        if progress.step == stop_at:
            raise CancelledError

    checkpoint = Checkpoint(tmp_path / "run.safetensors", {"photo": "one"})
    with pytest.raises(CancelledError):
        learn(backbone, _task(latents, mask), SHORT, stop, checkpoint)
    resumed = learn(
        backbone, _task(latents, mask), SHORT, checkpoint=Checkpoint(checkpoint.path, {"photo": "one"})
    )
    assert _equal(whole, resumed)
    assert resumed.losses == whole.losses


def test_a_checkpoint_of_another_run_is_not_mixed_in(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor, tmp_path: Path
) -> None:
    path = tmp_path / "run.safetensors"

    def stop(progress: Progress) -> None:
        if progress.step == 3:
            raise CancelledError

    with pytest.raises(CancelledError):
        learn(backbone, _task(latents, mask), SHORT, stop, Checkpoint(path, {"photo": "one"}))
    fresh = learn(backbone, _task(latents, mask), SHORT, checkpoint=Checkpoint(path, {"photo": "another"}))
    assert _equal(fresh, learn(backbone, _task(latents, mask), SHORT))
    path.write_bytes(path.read_bytes()[:100])
    assert _equal(
        fresh, learn(backbone, _task(latents, mask), SHORT, checkpoint=Checkpoint(path, {"photo": "one"}))
    )


def test_progress_tells_loss_and_time_left(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor
) -> None:
    seen: list[Progress] = []
    learn(backbone, _task(latents, mask), SHORT, seen.append)
    assert [p.step for p in seen] == list(range(1, 9))
    assert all(p.total == 8 and p.loss is not None and p.seconds_left is not None for p in seen)
    assert seen[-1].seconds_left == 0


def test_numbers_that_are_not_finite_stop_the_run(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor
) -> None:
    with pytest.raises(NumericalError):
        learn(backbone, _task(latents * float("nan"), mask), SHORT)


def test_the_base_model_is_left_untouched(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor
) -> None:
    unet = backbone.unet  # type: ignore[attr-defined]
    before = {name: value.clone() for name, value in unet.state_dict().items()}
    learn(backbone, _task(latents, mask), replace(SHORT, parameters="kv_full"))
    assert all(torch.equal(before[name], value) for name, value in unet.state_dict().items())
