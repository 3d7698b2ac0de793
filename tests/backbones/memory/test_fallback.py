"""Doing with less: the same answers from smaller pieces, everything taken back to the bit, the right step at the right time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from s2edit_plugin.api import ApplyEdit, EditSettings, LearnSettings, LearnToken
from s2edit_plugin.backbones.attention import AttentionControl, EditControl, MapRecorder
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.backbones.conditions import Condition
from s2edit_plugin.backbones.memory import fallback as module
from s2edit_plugin.backbones.memory.estimate import Place, job_need
from s2edit_plugin.backbones.memory.fallback import STEPS_DOWN, plan_for, planned, with_fallback
from s2edit_plugin.backbones.offloading import pieces
from s2edit_plugin.backbones.parameters import create_parameters
from s2edit_plugin.backbones.savings import NOTHING, Savings
from s2edit_plugin.errors import CancelledError, ModelError, ResourceError
from s2edit_plugin.method.conditioning import ActiveToken, build_condition, row_tokens
from s2edit_plugin.method.invert import invert
from s2edit_plugin.method.learn import LearnTask, learn
from s2edit_plugin.method.text import unconditional

CPU, GPU = torch.device("cpu"), torch.device("cuda")
SOURCE = "a photo of a <anna/me> woman with brown hair"
EDIT, LEARN = ApplyEdit(b"", (), ""), LearnToken(b"", "anna", "me")
one_family = pytest.mark.parametrize(
    "family", ["sd1"], scope="session"
)  # memory fallbacks know nothing of families


@pytest.fixture
def spare(backbone: Backbone) -> Iterator[Callable[[Savings], None]]:
    """Let the backbone spare something until the test ends."""
    yield backbone.apply_savings
    backbone.apply_savings(NOTHING)


def _token(backbone: Backbone, mask: torch.Tensor) -> ActiveToken:
    generator = torch.Generator().manual_seed(4)
    parameters = create_parameters("kv_token", backbone.cross_layers())
    with torch.no_grad():
        for value in parameters.parameters():
            value.copy_(torch.randn(value.shape, generator=generator) * 0.2)
    vectors = torch.randn(2, backbone.embedding_width, generator=generator)
    return ActiveToken("anna/me", vectors, parameters.requires_grad_(False), mask)


def _edit_batch(backbone: Backbone, mask: torch.Tensor) -> tuple[AttentionControl, list[Condition]]:
    """Source, target and their unconditional twins under Prompt-to-Prompt, maps of rows 1 and 2 recorded."""
    token = _token(backbone, mask)
    conditions = [build_condition(backbone, p, [token]) for p in (SOURCE, f"{SOURCE} smiling")]
    rows = [row_tokens(c.layout, [token]) for c in conditions] + [
        row_tokens(c.layout, [token], conditional=False) for c in conditions
    ]
    mapper = torch.eye(backbone.text_length).roll(1, 0)
    alpha = (torch.arange(backbone.text_length) % 3 > 0).float()
    pair = EditControl(0, 1, mapper, alpha, alpha * 2, self_side=backbone.self_side)
    recorder = MapRecorder(backbone.map_side, (1, 2))
    return AttentionControl(rows, "bias", pair, recorder), [*conditions, *[unconditional(backbone)] * 2]


# ---------------------------------------------------------------------------- the same from smaller pieces


@pytest.mark.parametrize(
    ("batch", "most", "pair", "expected"),
    [
        (4, 0, (0, 1), [[0, 1, 2, 3]]),
        (4, 4, (0, 1), [[0, 1, 2, 3]]),
        (4, 3, (0, 1), [[0, 1, 2], [3]]),
        (4, 2, (0, 1), [[0, 1], [2, 3]]),
        (4, 1, (0, 1), [[0, 1], [2], [3]]),
        (4, 1, (3, 1), [[1, 3], [0], [2]]),
        (3, 1, None, [[0], [1], [2]]),
        (5, 2, None, [[0, 1], [2, 3], [4]]),
        (1, 1, None, [[0]]),
    ],
)
def test_a_pair_stays_together_in_every_split(
    batch: int, most: int, pair: tuple[int, int] | None, expected: list[list[int]]
) -> None:
    assert pieces(batch, most, pair) == expected


@pytest.mark.parametrize(
    "savings", [Savings(rows=2), Savings(rows=1), Savings(attention=5), Savings(rows=1, attention=7)]
)
def test_an_edits_batch_in_pieces_predicts_the_same_and_records_the_same(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor, spare: Callable[[Savings], None], savings: Savings
) -> None:  # fmt: skip
    batch = torch.cat([latents, latents * 0.9, latents * 1.1, latents])

    def predicted() -> tuple[torch.Tensor, MapRecorder]:
        control, conditions = _edit_batch(backbone, mask)
        with torch.no_grad(), backbone.control(control):
            for _ in range(2):
                found = backbone.predict(batch, torch.tensor([400, 400, 300, 200]), conditions)
        assert control.recorder is not None
        return found, control.recorder

    whole, recorded = predicted()
    spare(savings)
    split, recorded_split = predicted()
    assert torch.allclose(whole, split, atol=1e-5)
    for row in (1, 2):
        assert torch.allclose(recorded.mean(row), recorded_split.mean(row), atol=1e-6)
    assert recorded.count == recorded_split.count > 0


@pytest.mark.parametrize(
    ("mask_mode", "parameters"), [("bias", "kv_token"), ("loss", "kv_token"), ("bias", "unet_lora")]
)
@pytest.mark.parametrize(
    "savings", [Savings(rows=2), Savings(rows=1), Savings(checkpointing=True), Savings(rows=1, checkpointing=True, attention=9)]
)  # fmt: skip
def test_learning_in_pieces_learns_the_same_token(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor, spare: Callable[[Savings], None], savings: Savings,
    mask_mode: Any, parameters: Any, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("s2edit_plugin.backbones.stable_diffusion.multiplies_bfloat16", lambda: False)
    task = LearnTask("anna/me", SOURCE, latents, mask, "woman", ("smiling", "red hair"))
    settings = LearnSettings(
        steps_token=2, steps_joint=2, batch=3, mask_mode=mask_mode, parameters=parameters
    )
    whole = learn(backbone, task, settings)
    spare(savings)
    split = learn(backbone, task, settings)
    # Adam's first steps are as long as the learning rate whatever the gradient: rounding shows, a wrong gradient more.
    assert torch.allclose(whole.vectors, split.vectors, atol=1e-4)
    assert split.losses == pytest.approx(whole.losses, rel=1e-4)


def test_learning_in_pieces_keeps_less(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor, spare: Callable[[Savings], None]
) -> None:
    from tests.fakes.allocations import peak_of

    task = LearnTask("anna/me", SOURCE, latents, mask, "woman", ())
    settings = LearnSettings(steps_token=1, steps_joint=0, batch=4, parameters="kv_token")
    peaks = {}
    for savings in (NOTHING, Savings(rows=2), Savings(rows=1), Savings(rows=1, checkpointing=True)):
        spare(savings)
        peaks[savings] = peak_of(lambda: learn(backbone, task, settings))
    found = list(peaks.values())
    assert found == sorted(found, reverse=True)
    assert found[1] < 0.7 * found[0]
    assert found[3] < 0.8 * found[2]


def test_null_text_optimization_finds_the_same_with_checkpoints(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor, spare: Callable[[Savings], None]
) -> None:
    settings, token = EditSettings(steps=2, inversion="null_text"), _token(backbone, mask)
    source = build_condition(backbone, SOURCE, [token])
    whole = invert(backbone, latents, source, [token], settings)
    spare(Savings(checkpointing=True))
    again = invert(backbone, latents, source, [token], settings)
    assert whole.null is not None
    assert again.null is not None
    assert torch.allclose(whole.null, again.null, atol=1e-4)


def test_tiles_draw_nearly_the_same_picture(
    backbone: Backbone, latents: torch.Tensor, spare: Callable[[Savings], None]
) -> None:
    picture = backbone.decode_latents(torch.cat([latents, latents * 0.5]))
    spare(Savings(tiles=True))
    tiled = backbone.decode_latents(torch.cat([latents, latents * 0.5]))
    assert tiled.shape == picture.shape
    assert not torch.equal(tiled, picture)
    # Random weights look far around themselves, and each tile is normalized by itself: alike, not equal.
    alike = torch.corrcoef(torch.stack([picture.flatten(), tiled.flatten()]))[0, 1]
    assert float(alike) > 0.5
    assert backbone.encode_picture(picture).shape == (2, *latents.shape[1:])


# ---------------------------------------------------------------------------- taken back to the bit


EVERYTHING = Savings(rows=1, checkpointing=True, attention=4, tiles=True, half=True, shrink=4)


def test_everything_spared_is_taken_back_to_the_bit(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor
) -> None:
    _, conditions = _edit_batch(backbone, mask)

    def answers() -> list[torch.Tensor]:
        with torch.no_grad():
            predicted = backbone.predict(latents, 400, conditions[:1])
        picture = backbone.decode_latents(latents)
        return [predicted, picture, backbone.encode_picture(picture)]

    before, size = answers(), (backbone.dtype, backbone.latent_side, backbone.resolution)
    layers = backbone.attention_layers()
    assert backbone.supported(EVERYTHING) == EVERYTHING
    backbone.apply_savings(EVERYTHING)
    assert (backbone.dtype, backbone.latent_side, backbone.resolution) == (torch.bfloat16, 4, 16)
    assert max(layer.side for layer in backbone.attention_layers()) < max(layer.side for layer in layers)
    small = backbone.encode_picture(torch.zeros(1, 3, 16, 16))
    with torch.no_grad():
        assert backbone.predict(small, 400, conditions[:1]).shape == small.shape
    backbone.apply_savings(NOTHING)
    assert (backbone.dtype, backbone.latent_side, backbone.resolution) == size
    assert backbone.attention_layers() == layers
    assert all(torch.equal(a, b) for a, b in zip(before, answers(), strict=True))


def test_offloaded_parts_compute_elsewhere_and_come_back(
    backbone: Backbone, latents: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the CPU there is no elsewhere, so the savings leave it out; what would move is watched instead."""
    assert backbone.supported(Savings(offload=True)) == NOTHING
    moved: list[tuple[str, Any]] = []
    texts: list[Any] = backbone.text_encoders  # type: ignore[attr-defined]
    for name, network in [("vae", backbone.vae), *(("text", encoder) for encoder in texts)]:  # type: ignore[attr-defined]
        monkeypatch.setattr(network, "to", lambda *place, name=name: moved.append((name, place)))
    offloading = backbone._offloading  # type: ignore[attr-defined]
    own = dict(offloading._own)
    offloading._own = {part: (GPU, dtype) for part, (_, dtype) in own.items()}
    offloading._now = dict(offloading._own)
    try:
        assert offloading.supported(Savings(offload=True)) == Savings(offload=True)
        backbone.apply_savings(Savings(offload=True))
        assert moved == [("vae", (CPU, torch.float32)), *[("text", (CPU, torch.float32))] * len(texts)]
        moved.clear()
        backbone.apply_savings(NOTHING)
        assert sorted(moved) == [
            *[("text", (GPU, torch.float32))] * len(texts),
            ("vae", (GPU, torch.float32)),
        ]
    finally:
        offloading._own, offloading._now = own, dict(own)


def test_a_conversion_that_ran_out_of_memory_halfway_is_finished_next_time(
    backbone: Backbone, latents: torch.Tensor, mask: torch.Tensor
) -> None:
    _, conditions = _edit_batch(backbone, mask)
    with torch.no_grad():
        before = backbone.predict(latents, 400, conditions[:1])
    unet: Any = backbone.unet  # type: ignore[attr-defined]
    real, given = backbone.reload, next(iter(unet.children()))  # type: ignore[attr-defined]
    backbone.apply_savings(Savings(half=True))
    with pytest.MonkeyPatch.context() as patch:

        def fail(*_: Any) -> Any:
            given.to(torch.float32)  # some of it has arrived already
            raise torch.OutOfMemoryError("CUDA out of memory")

        patch.setattr(unet, "to", fail)
        with pytest.raises(torch.OutOfMemoryError):
            backbone.apply_savings(NOTHING)
    backbone.apply_savings(NOTHING)
    assert backbone.reload is real  # type: ignore[attr-defined]
    with torch.no_grad():
        assert torch.equal(before, backbone.predict(latents, 400, conditions[:1]))


def test_what_a_backbone_cannot_spare_is_left_out(
    backbone: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    levels = len(backbone.unet.config.block_out_channels)  # type: ignore[attr-defined]
    fits = backbone.supported(Savings(shrink=2)).shrink
    assert fits == (2 if levels == 2 else 0)  # three quarters of 8 can be halved once, not twice
    monkeypatch.setattr(backbone, "reload", None)
    assert backbone.supported(EVERYTHING) == replace(EVERYTHING, half=False)
    monkeypatch.undo()
    monkeypatch.setattr("s2edit_plugin.backbones.offloading.try_device", lambda *_: "it computes wrongly")
    assert not backbone.supported(EVERYTHING).half


# ---------------------------------------------------------------------------- planning


def _need(backbone: Backbone, request: Any, savings: Savings = NOTHING) -> int:
    assert backbone.shape is not None
    return job_need(backbone.shape, request, Place(), savings).peak


def test_a_job_that_fits_starts_without_savings(backbone: Backbone) -> None:
    assert backbone.shape is not None
    plan = plan_for(backbone.shape, EDIT, Place(), 10**12)
    assert (plan.savings, plan.steps_down, plan.fits, plan.need) == (NOTHING, (), True, plan.whole)


@pytest.mark.parametrize("request_", [EDIT, LEARN], ids=["edit", "learn"])
def test_a_job_that_does_not_fit_starts_with_the_first_steps_that_fit(
    backbone: Backbone, request_: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert backbone.shape is not None
    whole = _need(backbone, request_)
    monkeypatch.setattr(
        module, "MARGIN", 0.999
    )  # what a tiny model can spare is little beside the program itself
    plan = plan_for(backbone.shape, request_, Place(), whole, backbone.supported)
    assert plan.fits
    assert plan.steps_down
    assert plan.need <= 0.999 * plan.free < plan.whole
    assert plan.savings.rows or plan.savings.tiles


def test_only_exact_steps_are_taken_in_advance_where_a_full_memory_is_told(backbone: Backbone) -> None:
    assert backbone.shape is not None
    on_gpu = plan_for(backbone.shape, LEARN, Place("cuda"), 1)
    on_cpu = plan_for(backbone.shape, LEARN, Place(), 1)
    assert not on_gpu.fits
    assert all(step.exact for step in on_gpu.steps_down)
    assert {"half", "shrink"} <= {step.field for step in on_cpu.steps_down}
    assert [step.value for step in on_cpu.steps_down if step.field == "rows"] == [1]


def test_a_limit_of_the_settings_counts_as_what_is_free(
    backbone: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "free_memory", lambda _: 10**12)
    plan = planned(backbone, LEARN)
    assert plan is not None
    assert plan.fits
    assert not plan.steps_down
    monkeypatch.setattr(backbone, "memory_limit", _need(backbone, LEARN) - 1000)
    limited = planned(backbone, LEARN)
    assert limited is not None
    assert limited.steps_down
    monkeypatch.setattr(backbone, "shape", None)
    assert planned(backbone, LEARN) is None


# ---------------------------------------------------------------------------- stepping down


class Script:
    """A job that runs out of memory in given stages, one a run, and then succeeds."""

    def __init__(self, backbone: Backbone, *stages: str) -> None:
        self.backbone, self.stages, self.runs = backbone, list(stages), []  # type: ignore[var-annotated]

    def __call__(self, again: bool) -> str:
        self.runs.append((again, self.backbone.savings))
        if self.stages:
            self.backbone.stage = self.stages.pop(0)
            raise torch.OutOfMemoryError("CUDA out of memory")
        return "done"


def _run(script: Script, request: Any) -> list[str]:
    notes: list[str] = []
    result = with_fallback(script.backbone, request, script, notes.append)
    assert result == ("done", tuple(notes))
    assert script.backbone.savings == NOTHING
    assert script.backbone.stage == ""
    return notes


@one_family
def test_each_stage_takes_the_steps_that_help_there(backbone: Backbone) -> None:
    script = Script(backbone, "predict", "predict", "predict", "predict")
    notes = _run(script, LEARN)
    assert script.runs == [
        (False, NOTHING),
        (True, Savings(rows=2)),
        (True, Savings(rows=1)),
        (True, Savings(rows=1, attention=1024)),
        (True, Savings(rows=1, attention=1024, checkpointing=True)),
    ]
    assert notes == [step.note for step in STEPS_DOWN if step.field in ("rows", "attention", "checkpointing")]
    script = Script(backbone, "decode", "decode", "text")
    assert len(_run(script, EDIT)) == 3
    assert script.runs[1][1] == Savings(tiles=True)
    assert script.runs[2][1] == Savings(tiles=True, half=True)
    assert script.runs[3][1].shrink > 0


@one_family
def test_an_edit_trains_nothing_unless_it_optimizes_the_null_text(backbone: Backbone) -> None:
    stages = ("predict",) * 4
    script = Script(backbone, *stages)
    _run(script, EDIT)
    assert not any(savings.checkpointing for _, savings in script.runs)
    script = Script(backbone, *stages)
    _run(script, replace(EDIT, settings=EditSettings(inversion="null_text")))
    assert script.runs[-1][1].checkpointing


@one_family
@pytest.mark.parametrize("stage", ["load", "encode", "text", "predict", "decode"])
def test_when_nothing_helps_it_is_said_in_one_sentence(backbone: Backbone, stage: str) -> None:
    script = Script(backbone, *[stage] * 20)
    with pytest.raises(ResourceError, match="nothing that saves memory was enough") as caught:
        with_fallback(backbone, LEARN, script)
    assert caught.value.hint
    assert caught.value.__context__ is None
    assert backbone.savings == NOTHING
    assert len(script.runs) == len({savings for _, savings in script.runs})


@one_family
def test_memory_that_runs_out_outside_the_model_is_not_blamed_on_it(backbone: Backbone) -> None:
    def job(again: bool) -> None:
        raise MemoryError

    with pytest.raises(ResourceError, match="photo"):
        with_fallback(backbone, EDIT, job)


@one_family
@pytest.mark.parametrize("error", [CancelledError(), ModelError("Broken."), ZeroDivisionError()], ids=repr)
def test_other_errors_pass_and_leave_no_savings(backbone: Backbone, error: Exception) -> None:
    script = Script(backbone, "predict")

    def job(again: bool) -> str:
        if again:
            raise error
        return script(again)

    with pytest.raises(type(error)):
        with_fallback(backbone, EDIT, job)
    assert backbone.savings == NOTHING


@one_family
def test_a_plan_that_saves_is_said_before_the_job(
    backbone: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script(backbone)
    monkeypatch.setattr(backbone, "memory_limit", int(0.999 * _need(backbone, LEARN)))
    notes = _run(script, LEARN)
    assert notes
    assert script.runs[0][1] != NOTHING


@one_family
def test_a_computer_without_room_even_with_all_steps_does_not_begin(
    backbone: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script(backbone)
    monkeypatch.setattr(backbone, "memory_limit", 1000)
    monkeypatch.setattr(module, "free_swap", lambda: 1000)
    with pytest.raises(ResourceError, match="GB of memory"):
        with_fallback(backbone, LEARN, script)
    assert script.runs == []


@one_family
def test_a_model_that_cannot_be_restored_does_not_cost_the_result(
    backbone: Backbone, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    apply_savings = backbone.apply_savings
    for error in (ModelError("Its folder is gone."), torch.OutOfMemoryError("CUDA out of memory")):
        script = Script(backbone, "predict")

        def fail(savings: Savings, error: Exception = error, script: Script = script) -> None:
            if savings == NOTHING and script.runs:
                raise error
            apply_savings(savings)

        monkeypatch.setattr(backbone, "apply_savings", fail)
        assert with_fallback(backbone, EDIT, script)[0] == "done"
    assert "gone" in caplog.text
    assert "too short" in caplog.text


def test_a_model_that_does_not_fit_into_the_gpu_is_loaded_for_the_cpu(
    family_folder: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from s2edit_plugin.backbones import device, loading
    from s2edit_plugin.backbones.stable_diffusion import StableDiffusionBackbone

    real = StableDiffusionBackbone.__init__

    def full(
        self: Any, parts: Any, name: str, fingerprint: str, where: torch.device, dtype: torch.dtype
    ) -> None:
        if where.type == "cuda" or dtype == torch.float16:
            raise torch.OutOfMemoryError("CUDA out of memory")
        real(self, parts, name, fingerprint, where, dtype)

    monkeypatch.setattr(StableDiffusionBackbone, "__init__", full)
    chosen = device.DeviceChoice(GPU, torch.float32, "Card A (CUDA)")
    monkeypatch.setattr(device, "choose", lambda *_: chosen)
    backbone = loading.load_backbone(family_folder("sd1"))
    assert backbone.device == CPU
    assert backbone.choice is not None
    assert backbone.choice.warnings == (
        "The GPU Card A was not used because the model does not fit into its free memory.",
    )
    with pytest.raises(ResourceError, match="load the model"):
        loading.load_backbone(family_folder("sd1"), "cuda")
