"""What a job will cost, asked before it begins: without torch, and while the gpu thread is busy."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.backbones.memory.estimate import Place
from s2edit_plugin.backbones.memory.throughput import Computer, Paces
from s2edit_plugin.engine.server.handlers import estimates
from s2edit_plugin.engine.server.local import LocalClient
from s2edit_plugin.errors import ModelError, UsageError
from s2edit_plugin.storage.paths import DataFolder, bundled_model
from tests.fakes.fake_studio import FakeStudio

LEARN = api.LearnToken(b"", "anna", "me")
EDIT = api.ApplyEdit(b"", (), "")


@pytest.fixture
def studio() -> FakeStudio:
    return FakeStudio()


@pytest.fixture
def client(studio: FakeStudio) -> Iterator[LocalClient]:
    with LocalClient(make=studio.make, resume_delay=0.0, device="cpu") as client:
        yield client
        studio.release()


def test_an_estimate_loads_no_heavy_library() -> None:
    code = (
        "import sys; from s2edit_plugin import api; from s2edit_plugin.api import queries\n"
        "from s2edit_plugin.engine.server.local import LocalClient\n"
        "with LocalClient() as client:\n"
        "    print(client.call(queries.EstimateJob(learn=api.LearnToken(b'', 'anna', 'me'))).seconds > 0)\n"
        "print([name for name in ('torch', 'diffusers', 'transformers', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["True", "[]"]


def test_more_work_takes_longer_and_a_guess_is_called_one(client: LocalClient) -> None:
    learn = client.call(queries.EstimateJob(learn=LEARN))
    longer = api.LearnToken(b"", "anna", "me", settings=api.LearnSettings(steps_joint=1000, batch=8))
    assert client.call(queries.EstimateJob(learn=longer)).seconds > learn.seconds
    assert client.call(queries.EstimateJob(learn=longer)).memory_bytes > learn.memory_bytes
    assert client.call(queries.EstimateJob(edit=EDIT)).seconds > 0
    assert learn.device == "CPU, fp32"
    assert learn.fits
    assert 0 < learn.memory_bytes < learn.free_bytes
    assert learn.note == "The time is a cautious guess until one has run here."


def test_a_measured_pace_counts(client: LocalClient, data_home: Path) -> None:
    computer, paces = Computer(Place(), "CPU, 2 threads", "abc"), Paces(DataFolder(data_home))
    paces.remember("", "cpu", "auto", computer)
    paces.note(computer, LEARN, 1e15, 1.0)
    estimate = client.call(queries.EstimateJob(learn=LEARN))
    assert estimate.seconds < estimates.START_SECONDS + 2
    assert (estimate.device, estimate.note) == ("CPU, 2 threads, fp32", "")


def test_variants_load_the_model_and_invert_the_photo_once(client: LocalClient) -> None:
    one, two, four = (
        client.call(queries.EstimateJob(edit=EDIT, pixels=10**6, variants=count)).seconds
        for count in (1, 2, 4)
    )
    assert two > one + estimates.START_SECONDS / 100
    assert two < 2 * one - estimates.START_SECONDS  # which is counted once
    assert four - two == pytest.approx(2 * (two - one))
    for count in (0, -1, 10**9):
        with pytest.raises(UsageError, match="variants"):
            client.call(queries.EstimateJob(edit=EDIT, variants=count))


def test_a_large_photo_takes_longer_and_more_memory(client: LocalClient, data_home: Path) -> None:
    small, large = (
        client.call(queries.EstimateJob(edit=EDIT, pixels=pixels)) for pixels in (300_000, 100_000_000)
    )
    assert large.seconds > small.seconds + 100
    assert large.memory_bytes > small.memory_bytes + 2e9
    learn = client.call(queries.EstimateJob(learn=LEARN, pixels=100_000_000))
    assert learn.seconds > client.call(queries.EstimateJob(learn=LEARN)).seconds + 30
    paces = Paces(DataFolder(data_home))
    paces.note_photo((1000, 1000), 1e-3)  # says nothing about large ones
    assert client.call(queries.EstimateJob(edit=EDIT, pixels=100_000_000)).seconds == large.seconds
    paces.note_photo((4000, 5000), 4.0)  # 20 seconds for 100 megapixels
    known = client.call(queries.EstimateJob(edit=EDIT, pixels=100_000_000))
    assert known.seconds == pytest.approx(small.seconds + 20, abs=2)
    client.call(queries.ChangeSettings({"memory_limit_gb": 2.0}))
    assert not client.call(queries.EstimateJob(edit=EDIT, pixels=100_000_000)).fits
    assert client.call(queries.EstimateJob(edit=EDIT, pixels=300_000)).fits


def test_beside_a_graphics_card_a_large_photos_memory_is_said_in_words(
    client: LocalClient, data_home: Path
) -> None:
    Paces(DataFolder(data_home)).remember("", "cpu", "auto", Computer(Place("xpu", "fp16"), "Card A", "abc"))
    small, large = (
        client.call(queries.EstimateJob(edit=EDIT, pixels=pixels)) for pixels in (300_000, 100_000_000)
    )
    assert large.memory_bytes == small.memory_bytes
    assert "main memory" in large.note
    assert "main memory" not in small.note


def test_an_answer_comes_while_the_gpu_thread_is_busy(client: LocalClient, studio: FakeStudio) -> None:
    studio.hold()
    client.submit(LEARN)
    client.call(queries.ChangeSettings({"memory_limit_gb": 0.1}))
    estimate = client.call(queries.EstimateJob(learn=LEARN))
    assert not estimate.fits
    assert "Another job is running" in estimate.note


@pytest.mark.parametrize(
    ("limit", "note"), [(0.16, "smaller pieces"), (0.1, "may differ a little"), (0.001, "Even with all that saves memory")]
)  # fmt: skip
def test_a_job_that_does_not_fit_says_what_will_be_done(client: LocalClient, limit: float, note: str) -> None:
    roomy = client.call(queries.EstimateJob(learn=LEARN))
    client.call(queries.ChangeSettings({"memory_limit_gb": limit}))
    estimate = client.call(queries.EstimateJob(learn=LEARN))
    assert note in estimate.note
    assert not estimate.fits
    assert estimate.free_bytes == int(limit * 1e9)
    assert estimate.memory_bytes == roomy.memory_bytes
    assert estimate.seconds > roomy.seconds


def test_a_gpu_that_may_be_too_small_is_told_from_a_computer_that_is(
    client: LocalClient, data_home: Path
) -> None:
    paces = Paces(DataFolder(data_home))
    paces.remember("", "cpu", "auto", Computer(Place("xpu", "fp16"), "Card A", "abc"))
    estimate = client.call(queries.EstimateJob(edit=EDIT))
    assert (estimate.free_bytes, estimate.fits) == (0, True)  # what is free there is not known
    client.call(queries.ChangeSettings({"memory_limit_gb": 0.001}))
    assert client.call(queries.EstimateJob(edit=EDIT)).note.startswith("It may not fit.")


def test_a_loaded_model_is_asked_itself_unless_the_settings_want_another(
    client: LocalClient, studio: FakeStudio
) -> None:
    from s2edit_plugin.backbones.loading import load_backbone

    client.run(api.MakeMask(b"photo"))
    studio._backbone = load_backbone(bundled_model(), "cpu", "fp32")  # type: ignore[attr-defined]
    estimate = client.call(queries.EstimateJob(learn=LEARN))
    assert estimate.device.startswith("CPU, ")
    assert "thread" in estimate.device
    client.call(queries.ChangeSettings({"precision": "fp32"}))
    assert client.call(queries.EstimateJob(learn=LEARN)).device == "CPU, fp32"


def test_what_cannot_be_estimated_is_refused(client: LocalClient, tmp_path: Path) -> None:
    for request in (queries.EstimateJob(), queries.EstimateJob(learn=LEARN, edit=EDIT)):
        with pytest.raises(UsageError, match="one job"):
            client.call(request)
    with pytest.raises(UsageError, match="steps"):
        client.call(queries.EstimateJob(edit=api.ApplyEdit(b"", (), "", settings=api.EditSettings(steps=0))))
    huge = api.LearnToken(b"", "a", "b", settings=api.LearnSettings(batch=10**9))
    with pytest.raises(UsageError, match="batch"):
        client.call(queries.EstimateJob(learn=huge))
    client.call(queries.ChangeSettings({"model": "nowhere"}))
    with pytest.raises(ModelError):
        client.call(queries.EstimateJob(learn=LEARN))
    (tmp_path / "model_index.json").write_text(json.dumps({"_class_name": "StableDiffusionPipeline"}))
    client.call(queries.ChangeSettings({"model": str(tmp_path)}))
    with pytest.raises(ModelError):
        client.call(queries.EstimateJob(learn=LEARN))
