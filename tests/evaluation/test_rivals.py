"""Published methods on a tiny random model: properties that each must have whatever the weights are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from s2edit_plugin.api import EditSettings
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.errors import ModelError, PromptError
from tests.fakes.tiny_model import write_tiny_model

if TYPE_CHECKING:
    from s2edit_plugin.evaluation.rivals.task import Task


@pytest.fixture(autouse=True, scope="module")
def in_one_thread(one_thread: None) -> None:
    """The model is tiny."""


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Backbone:
    from s2edit_plugin.backbones.loading import load_backbone

    return load_backbone(write_tiny_model(tmp_path_factory.mktemp("models") / "tiny"), "cpu")


@pytest.fixture(scope="module")
def task(backbone: Backbone) -> Task:
    """Black hair to red hair, inside the upper half."""
    from s2edit_plugin.evaluation.rivals.task import Task
    from s2edit_plugin.method.conditioning import build_condition
    from s2edit_plugin.method.generate import noise_of

    source, target = (
        build_condition(backbone, f"a photo of a woman with {colour} hair", []) for colour in ("black", "red")
    )
    cells = torch.zeros(32, 32)
    cells[:16] = 1
    return Task(0.8 * noise_of(backbone, 7), source, target, cells)


@pytest.fixture
def unchanged(backbone: Backbone) -> Iterator[None]:
    """The weights and the attention processors are afterwards what they were before."""
    network: Any = backbone.unet  # type: ignore[attr-defined]
    weights = {name: value.clone() for name, value in network.state_dict().items()}
    processors = dict(network.attn_processors)
    yield
    assert all(torch.equal(value, weights[name]) for name, value in network.state_dict().items())
    assert network.attn_processors == processors
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert not any(module._forward_hooks for module in network.modules() if "to_" in str(type(module)))


def _distance(made: Any) -> float:
    return float((made.target - made.source).abs().mean())


def _asked_for_itself(task: Task) -> Task:
    return replace(task, target=task.source)


@pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"
)  # diffusers' solver and NumPy 2
@pytest.mark.parametrize("name", ["sdedit", "null_text", "edit_friendly", "masactrl", "plug_and_play", "diffedit",
                                  "infedit", "ledits"])  # fmt: skip
def test_a_rival_changes_the_picture_and_is_the_same_twice(
    backbone: Backbone, task: Task, unchanged: None, name: str
) -> None:
    from s2edit_plugin.evaluation.methods import METHODS

    rival: Any = METHODS[name].rival
    rival = replace(rival, steps=10, **({"skip": 3} if name == "edit_friendly" else {}))
    one, again = rival.edit(backbone, task), rival.edit(backbone, task)
    assert one.target.shape == one.source.shape == (3, 32, 32)
    assert bool(torch.isfinite(one.target).all())
    assert _distance(one) > 1e-4
    assert torch.equal(one.target, again.target)


def test_sdedit_changes_nothing_at_strength_0_and_all_at_1(backbone: Backbone, task: Task) -> None:
    from s2edit_plugin.evaluation.rivals.sdedit import SDEdit
    from s2edit_plugin.evaluation.rivals.task import outcome

    nothing = SDEdit(strength=0, steps=10).edit(backbone, task)
    assert torch.equal(nothing.source, nothing.target)
    assert torch.equal(nothing.source, outcome(backbone, task.latents, task.latents).source)
    some, much = (_distance(SDEdit(strength=s, steps=10).edit(backbone, task)) for s in (0.2, 1.0))
    assert 0 < some < much


def test_null_text_follows_the_picture_better_than_plain_ddim(backbone: Backbone, task: Task) -> None:
    from s2edit_plugin.evaluation.rivals.prompt_to_prompt import PromptToPrompt

    itself = replace(_asked_for_itself(task), cells=None)

    def lost(inversion: Any) -> float:
        # At little guidance: a random model has little that its null text could take back.
        method = PromptToPrompt(inversion, steps=10, guidance=2.0)
        made = method.edit(backbone, itself)
        clean = (backbone.decode_latents(task.latents)[0] / 2 + 0.5).clamp(0, 1)
        return float((made.source - clean).square().mean())

    assert lost("null_text") < 0.95 * lost("ddim")


def test_edit_friendly_noise_gives_the_picture_back_exactly(backbone: Backbone, task: Task) -> None:
    from s2edit_plugin.evaluation.rivals.edit_friendly import EditFriendly

    alike = EditFriendly(steps=10, skip=0, source_guidance=3.0, target_guidance=3.0)
    assert _distance(alike.edit(backbone, _asked_for_itself(task))) < 1e-4
    stronger = replace(alike, target_guidance=8.0)
    assert _distance(stronger.edit(backbone, _asked_for_itself(task))) > 1e-3
    kept, free = (_distance(replace(alike, skip=s).edit(backbone, task)) for s in (8, 0))
    assert kept < free


def test_masactrl_under_the_same_prompt_is_plain_reconstruction(backbone: Backbone, task: Task) -> None:
    from s2edit_plugin.evaluation.rivals.masactrl import MasaCtrl

    same = MasaCtrl(steps=10, guidance=1.0)
    itself = _asked_for_itself(task)
    # The target starts where the source is, so that at guidance 1 the source has nothing else to say.
    without = replace(same, first_layer=1.0)
    assert _distance(same.edit(backbone, itself)) == pytest.approx(
        _distance(without.edit(backbone, itself)), rel=0.05
    )
    # Under another prompt the source's answers keep the picture.
    strong = replace(same, guidance=7.5, first_layer=0.0, first_step=0.0)
    free = replace(strong, first_layer=1.0)
    assert not torch.equal(strong.edit(backbone, task).target, free.edit(backbone, task).target)


def test_plug_and_play_without_features_is_ddim_under_the_target_prompt(
    backbone: Backbone, task: Task
) -> None:
    from s2edit_plugin.evaluation.rivals.plug_and_play import PlugAndPlay, _modules
    from s2edit_plugin.evaluation.rivals.task import guided, outcome
    from s2edit_plugin.method import text
    from s2edit_plugin.method.invert import ddim_inversion

    attention, features = _modules(backbone)
    assert attention
    assert features == ["up_blocks.1.resnets.1.conv2"]
    free = PlugAndPlay(steps=10, attention_steps=0, feature_steps=0)
    empty = text.unconditional(backbone)
    latents = ddim_inversion(backbone, task.latents, empty, [], EditSettings(steps=10))[-1][None]
    with torch.no_grad():
        for timestep in backbone.schedule.timesteps(10):
            said = guided(backbone, latents, timestep, task.target, 7.5)
            latents = backbone.schedule.step(latents, said, timestep, 10)
    plain = outcome(backbone, task.latents, latents)
    assert torch.allclose(free.edit(backbone, task).target, plain.target, atol=1e-4)
    for one in ({"attention_steps": 1.0}, {"feature_steps": 1.0}):
        assert not torch.allclose(replace(free, **one).edit(backbone, task).target, plain.target, atol=1e-4)


def test_diffedit_keeps_all_where_the_prompts_agree_and_what_lies_outside_its_mask(
    backbone: Backbone, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s2edit_plugin.evaluation.rivals import diffedit

    method = diffedit.DiffEdit(steps=10)
    itself = method.edit(backbone, _asked_for_itself(task))
    assert torch.equal(itself.source, itself.target)
    mask = method.mask(backbone, task)
    assert set(mask.unique().tolist()) == {0.0, 1.0}
    given: dict[str, torch.Tensor] = {}

    def outcome(_: Any, source: torch.Tensor, target: torch.Tensor) -> None:
        given.update(source=source, target=target)

    monkeypatch.setattr(diffedit, "outcome", outcome)
    method.edit(backbone, task)
    differs = (given["source"] != given["target"]).any(dim=1, keepdim=True).float()
    assert torch.equal(differs, mask)


def test_infedit_gives_the_picture_back_under_the_same_prompt_and_guidance(
    backbone: Backbone, task: Task
) -> None:
    from s2edit_plugin.evaluation.rivals.infedit import InfEdit

    alike = InfEdit(target_guidance=1.0)
    assert _distance(alike.edit(backbone, _asked_for_itself(task))) < 1e-4
    assert _distance(alike.edit(backbone, task)) > 1e-3


@pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"
)  # diffusers' solver and NumPy 2
def test_ledits_gives_the_picture_back_where_no_word_changes_and_changes_little_of_it_else(
    backbone: Backbone, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s2edit_plugin.evaluation.rivals import ledits

    method = ledits.LEDITS(steps=10)
    assert _distance(method.edit(backbone, _asked_for_itself(task))) < 1e-4
    assert _distance(replace(method, guidance=0.0).edit(backbone, task)) < 1e-4
    narrow, wide = (_distance(replace(method, threshold=t).edit(backbone, task)) for t in (0.95, 0.0))
    assert 0 < narrow < wide
    difference = torch.zeros(1, 5, 8, 8)
    difference[:, :, 2, 3] = 1
    assert method._largest(difference)[0, 0, 2, 3] == 1
    seen = torch.arange(64.0).view(8, 8)
    assert method._attended(seen, 16).mean() < 0.2


def test_dreambooth_learns_its_picture_and_leaves_the_model_alone(
    backbone: Backbone, task: Task, unchanged: None
) -> None:
    from s2edit_plugin.evaluation.rivals.dreambooth import DreamBooth, named, weights_of
    from s2edit_plugin.method.conditioning import build_condition
    from s2edit_plugin.method.generate import noise_of

    prompt = "a photo of a woman with hair"
    weights = DreamBooth(steps=30, rate=2e-3, class_pictures=1).learn(backbone, task.latents, prompt, "woman")
    condition = build_condition(backbone, named(prompt, "woman"), [])

    def error() -> float:
        at = torch.tensor([500])
        noise = noise_of(backbone, 99)
        noisy = backbone.schedule.add_noise(task.latents, noise, at)
        with torch.no_grad():
            return float((backbone.predict(noisy, at, [condition]) - noise).square().mean())

    before = error()
    with weights_of(backbone, weights):
        assert error() < before
    assert error() == before
    with pytest.raises(PromptError, match="woman"):
        named("a photo of a man", "woman")


def test_a_flow_model_is_refused_in_a_sentence(backbone: Backbone, monkeypatch: pytest.MonkeyPatch) -> None:
    from s2edit_plugin.backbones.schedule import FlowSchedule
    from s2edit_plugin.evaluation.rivals.stochastic import steps_of

    monkeypatch.setattr(backbone, "schedule", FlowSchedule())
    with pytest.raises(ModelError, match="diffusion"):
        steps_of(backbone, 4)


def test_noisy_steps_are_those_of_diffusers(backbone: Backbone) -> None:
    from diffusers import DDIMScheduler

    from s2edit_plugin.evaluation.rivals.stochastic import steps_of
    from s2edit_plugin.method.generate import noise_of

    scheduler = DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False,
        set_alpha_to_one=False, steps_offset=1,
    )  # fmt: skip
    scheduler.set_timesteps(10)
    latents, said, noise = (noise_of(backbone, seed) for seed in (1, 2, 3))
    for step in steps_of(backbone, 10):
        theirs = scheduler.step(said, step.timestep, latents, eta=1.0, variance_noise=noise).prev_sample
        ours = step.mean(latents, said) + step.sigma(1.0) * noise
        assert torch.allclose(ours, theirs, atol=1e-4)
