"""The speed benchmark: what it counts, what it compares, how it is shown. Whether anything is fast is not tested."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

from s2edit_plugin.api import Progress
from s2edit_plugin.backbones.loading import load_backbone
from s2edit_plugin.backbones.random_weights import random_backbone
from s2edit_plugin.cli.main import main
from s2edit_plugin.errors import CancelledError, UsageError
from s2edit_plugin.library import Library
from s2edit_plugin.method.text import unconditional
from s2edit_plugin.storage.paths import DataFolder, models_package
from s2edit_plugin.tools import bench
from s2edit_plugin.tools.bench import Plan, bare_seconds, counted

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

QUICK = Plan(steps=2, steps_token=1, steps_joint=2, rounds=2)


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return load_backbone(device="cpu")


@pytest.fixture(scope="module")
def values(backbone: Backbone) -> dict[str, Any]:
    return bench.run(backbone, QUICK)


def _rows(job: dict[str, Any], *, back: bool) -> dict[int, int]:
    return {kind["rows"]: kind["count"] for kind in job["predictions"] if kind["back"] == back}


def test_predictions_are_counted_by_rows_and_way_back(backbone: Backbone) -> None:
    side, channels = backbone.latent_side, backbone.latent_channels
    empty = unconditional(backbone)
    with counted(backbone) as counts:
        for rows, back in ((1, False), (3, False), (3, False), (2, True)):
            with torch.set_grad_enabled(back):
                backbone.predict(torch.zeros(rows, channels, side, side), 500, [empty] * rows)
    assert counts == {(1, False): 1, (3, False): 2, (2, True): 1}
    assert "predict" not in vars(backbone)
    with pytest.raises(ZeroDivisionError), counted(backbone):
        raise ZeroDivisionError
    assert "predict" not in vars(backbone)


def test_the_bare_model_makes_the_same_predictions_but_not_more_than_say_something(
    backbone: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {(1, False): 2, (2, True): 1, (3, False): 50}
    clock = iter(range(100))
    monkeypatch.setattr(bench.time, "perf_counter", lambda: float(next(clock)))
    with counted(backbone) as made:
        seconds = bare_seconds(backbone, asked)
    assert made == {(1, False): 2, (2, True): 1, (3, False): bench.REPEATED}
    # Every kind took a second by this clock; fifty predictions take as much longer as there are more of them.
    assert seconds == pytest.approx(1 + 1 + 50 / bench.REPEATED)


def test_every_job_needs_what_its_method_says(values: dict[str, Any]) -> None:
    jobs = values["jobs"]
    assert list(jobs) == list(bench.GOALS)
    assert _rows(jobs["learn"], back=True) == {4: 3}  # a batch of four a step
    # Source, target and its unconditional twin at every step; inversion, and the source's twin, only the first time.
    for job in ("edit", "edit again"):
        assert _rows(jobs[job], back=True) == {}
        assert _rows(jobs[job], back=False)[3] == QUICK.steps
    first, again = (sum(r * n for r, n in _rows(jobs[j], back=False).items()) for j in ("edit", "edit again"))
    assert first == again + 2 * QUICK.steps


def test_a_ratio_is_the_jobs_time_over_the_bare_models(values: dict[str, Any]) -> None:
    one = bench.Measured("edit", 3.0, 2.0, {})
    assert one.ratio == 1.5
    for job, found in values["jobs"].items():
        assert len(found["ratios"]) == QUICK.rounds
        assert found["ratio"] == pytest.approx(sum(found["ratios"]) / 2)
        assert found["goal"] == bench.GOALS[job]
        assert min(found["bare"], found["seconds"]) > 0
    assert len(values["again"]["parts"]) == QUICK.rounds
    assert values["memory_gb"] is None
    json.dumps(values)


def test_it_can_be_cancelled(backbone: Backbone) -> None:
    heard: list[Progress] = []

    def cancel(progress: Progress) -> None:
        heard.append(progress)
        raise CancelledError()

    with pytest.raises(CancelledError):
        bench.run(backbone, QUICK, cancel)
    assert [(one.step, one.total) for one in heard] == [(1, QUICK.rounds + 1)]


# ---------------------------------------------------------------------- random weights


def _small_configs(folder: Path) -> Path:
    """The configurations of Stable Diffusion 1.x, but narrow and low."""
    changes: dict[str, dict[str, Any]] = {
        "unet": {"block_out_channels": [32, 32, 64, 64], "sample_size": 16, "cross_attention_dim": 32},
        "vae": {"block_out_channels": [32, 32, 32, 32]},
        "text_encoder": {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2},
        "scheduler": {},
    }  # fmt: skip
    for part, values in changes.items():
        name = "scheduler_config.json" if part == "scheduler" else "config.json"
        stored = json.loads((models_package() / "configs" / "sd1" / part / name).read_text())
        (folder / "sd1" / part).mkdir(parents=True)
        (folder / "sd1" / part / name).write_text(json.dumps(stored | values))
    return folder


def test_a_model_of_a_known_shape_with_random_weights_can_be_measured(tmp_path: Path) -> None:
    configs = _small_configs(tmp_path)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one = random_backbone("sd1", "cpu", "fp32", configs)
    other = random_backbone("sd1", "cpu", "fp32", configs)
    assert torch.equal(torch.get_rng_state(), before)
    assert (one.name, one.resolution, one.latent_channels, one.text_length) == ("sd1", 128, 4, 77)
    empty = unconditional(one)
    predicted = [
        model.predict(torch.ones(1, 4, 16, 16), 500, [unconditional(model)]) for model in (one, other)
    ]
    assert torch.equal(*predicted)
    assert empty.hidden.shape == (77, 32)
    found = bench.run(one, Plan(steps=2, steps_token=1, steps_joint=1, rounds=1))
    assert found["model"] == "sd1"
    assert found["jobs"]["edit"]["ratio"] > 0


def test_an_unknown_shape_is_one_sentence() -> None:
    with pytest.raises(UsageError, match="'dit' is no shape"):
        random_backbone("dit")


# ---------------------------------------------------------------------- the command


def test_the_command_shows_a_table_writes_a_file_and_leaves_the_library_alone(
    data_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "figures.json"
    words = ["bench", "--steps", "2", "--learn-steps", "2", "--rounds", "1", "--device", "cpu"]
    assert main([*words, "--out", str(out)]) == 0
    text = capsys.readouterr().out
    for job in bench.GOALS:
        assert f"\n{job} " in text
    assert "of the first one's time" in text
    written = json.loads(out.read_text())
    assert written["plan"] == {"steps": 2, "steps_token": 1, "steps_joint": 1, "rounds": 1}
    assert f"{written['jobs']['learn']['ratio']:.3f}" in text
    assert list(Library(DataFolder(data_home)).list()) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--rounds", "0"], "These numbers make no benchmark."),
        (["--learn-steps", "1"], "These numbers make no benchmark."),
        (["--model", "small", "--random", "sd1"], "A model has a name or a shape."),
        (["--random", "flux"], "'flux' is no shape."),
        (["--model", "nothing"], "There is no base model 'nothing'."),
        (["--out", "/"], "/ is a folder."),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(
    arguments: list[str], sentence: str, data_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", *arguments]) != 0
    assert sentence in capsys.readouterr().err
