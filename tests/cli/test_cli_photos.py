"""The commands on photos, with a studio that only remembers what it was asked."""

from __future__ import annotations

import argparse
import dataclasses
import io
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from s2edit_plugin import api
from s2edit_plugin.cli import clients, photos
from s2edit_plugin.cli.main import main
from s2edit_plugin.cli.output import Output
from s2edit_plugin.engine.server.local import LocalClient
from s2edit_plugin.errors import NumericalError
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.tokens.runs import Kept, Run


def png(side: int = 16, mode: str = "RGB") -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, (side, side), 1).save(buffer, "PNG")
    return buffer.getvalue()


class FakeStudio:
    """Answers at once and keeps the requests."""

    def __init__(self) -> None:
        self.requests: list[Any] = []
        self.models: list[str | None] = []
        self.fail: BaseException | None = None
        self.interrupt_at = -1

    def _take(self, request: Any, on_progress: api.OnProgress | None = None) -> None:
        self.requests.append(request)
        for step in range(1, 5):
            if step == self.interrupt_at:
                os.kill(os.getpid(), signal.SIGINT)
            while on_progress is not None:
                on_progress(api.Progress("working", step, 4, loss=0.5 / step, seconds_left=4.0 - step))
                if step != self.interrupt_at:
                    break
                time.sleep(0.01)  # until it is stopped
        if self.fail is not None:
            raise self.fail

    def learn(
        self, request: api.LearnToken, on_progress: api.OnProgress, on_note: api.OnNote
    ) -> api.LearnResult:
        on_note("It goes on.")
        self._take(request, on_progress)
        return api.LearnResult(f"{request.person}/{request.token}", "/x", 2048, 0.5, 0.1, 0.01, 3.0, 300)

    def edit(
        self, request: api.ApplyEdit, on_progress: api.OnProgress, on_note: api.OnNote
    ) -> api.EditResult:
        self._take(request, on_progress)
        return api.EditResult(
            png(), png(mode="L"), 1.0, False, "a woman", request.prompt, ("The face is small.",)
        )

    def mask(self, request: api.MakeMask, on_progress: api.OnProgress, on_note: api.OnNote) -> api.MaskResult:
        self._take(request)
        return api.MaskResult(png(mode="L"), request.method, 0.25)

    def suggest(
        self, request: api.SuggestPrompt, on_progress: api.OnProgress, on_note: api.OnNote
    ) -> api.PromptSuggestion:
        self._take(request)
        return api.PromptSuggestion("a photo of a woman", "somebody")


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> FakeStudio:
    fake = FakeStudio()
    monkeypatch.setattr(photos, "_studio", lambda args: fake)

    def open_client(args: argparse.Namespace) -> LocalClient:
        fake.models.append(args.model)
        return LocalClient(make=lambda *_: fake)  # type: ignore[arg-type, return-value]

    monkeypatch.setattr(clients, "open_client", open_client)
    return fake


@pytest.fixture
def photo(tmp_path: Path) -> str:
    (tmp_path / "photo of me.png").write_bytes(png())
    return str(tmp_path / "photo of me.png")


Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Call:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


LEARN = ("--person", "anna", "--token", "me")


def test_learn_hands_everything_over(run: Call, studio: FakeStudio, photo: str) -> None:
    code, out, err = run(
        "learn", photo, *LEARN, "--class", "woman", "--subject", "word:hair", "--prompt", "a photo of a woman",
        "--steps", "10", "--seed", "3", "--resume", "--yes-i-have-consent", "--attribute-words", "red, smiling,",
    )  # fmt: skip
    (request,) = studio.requests

    assert code == 0
    assert "Learned anna/me" in out
    assert "working: 100 %, loss 0.1250, 0 s left" in err
    assert request.photo == Path(photo).read_bytes()
    assert (request.person, request.token, request.kind, request.class_noun) == (
        "anna",
        "me",
        "identity",
        "woman",
    )
    assert (request.subject, request.subject_mask, request.prompt) == (
        "word:hair",
        None,
        "a photo of a woman",
    )
    assert request.attribute_words == ("red", "smiling")
    assert (request.settings.steps_token, request.settings.steps_joint, request.settings.seed) == (4, 6, 3)
    assert request.resume
    assert request.consent


def test_learn_without_steps_takes_the_defaults(run: Call, studio: FakeStudio, photo: str) -> None:
    assert run("learn", photo, *LEARN, "--yes-i-have-consent")[0] == 0
    assert studio.requests[0].settings == api.LearnSettings()
    assert run("learn", photo, *LEARN, "--kind", "attribute", "--class", "lipstick")[0] == 0
    assert studio.requests[1].settings == api.LearnSettings(steps_token=30, steps_joint=50)


def test_learn_with_a_mask_file(run: Call, studio: FakeStudio, photo: str, tmp_path: Path) -> None:
    (tmp_path / "mask.png").write_bytes(png(mode="L"))
    run("learn", photo, *LEARN, "--yes-i-have-consent", "--subject", str(tmp_path / "mask.png"))
    assert studio.requests[0].subject_mask == png(mode="L")


def test_a_long_job_is_announced_with_its_time_and_memory(run: Call, studio: FakeStudio, photo: str) -> None:
    code, _, err = run("learn", photo, *LEARN, "--class", "woman", "--yes-i-have-consent")
    assert code == 0
    assert err.startswith("s2edit: note: About ")
    assert " GB of memory on " in err.splitlines()[0]
    _, _, err = run("learn", photo, *LEARN, "--class", "woman", "--yes-i-have-consent", "--steps", "50000")
    assert " h and " in err.splitlines()[0] or " min and " in err.splitlines()[0]
    _, out, err = run("learn", photo, *LEARN, "--class", "woman", "--yes-i-have-consent", "--json")
    assert err == ""
    assert json.loads(out)["name"] == "anna/me"


def test_the_announcement_knows_the_photos_size(run: Call, studio: FakeStudio, tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.new("L", (9000, 9000)).save(stream, "PNG")
    (tmp_path / "large.png").write_bytes(stream.getvalue())
    small, large = tmp_path / "small.png", tmp_path / "large.png"
    small.write_bytes(png())
    memory = []
    for photo in (small, large):
        _, _, err = run("learn", str(photo), *LEARN, "--class", "woman", "--yes-i-have-consent")
        memory.append(float(err.split(" and ")[1].split()[0]))
    assert memory[1] > memory[0] + 1.5
    assert (
        clients._pixels(b"")
        == clients._pixels(b"\x89PNG\r\n\x1a\n")
        == clients._pixels(b"II*\0" + b"\xff" * 99)
        == 0
    )


def test_a_job_that_waits_for_another_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    class Waiting:
        def __init__(self, state: api.JobState) -> None:
            self._state = state

        def info(self) -> api.JobInfo:
            return api.JobInfo("1", "MakeMask", "Find a mask", self._state, 0)

    output = Output(as_json=False)
    said: list[str] = []
    monkeypatch.setattr(output, "warning", said.append)
    states: tuple[api.JobState, ...] = ("running", "done", "queued")
    for state in states:
        assert said == []
        clients._report_waiting([Waiting(state)], output)  # type: ignore[list-item]
    assert said == ["The engine is busy with another job; this one waits for it."]
    clients._report_waiting([], output)
    assert len(said) == 1


def test_how_the_photo_was_read_is_said_with_a_mask(
    run: Call, studio: FakeStudio, photo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = api.MaskResult(
        png(mode="L"), "auto", 0.25, "Not sure.", photo_notes=("The first picture is used.",)
    )
    monkeypatch.setattr(studio, "mask", lambda *_: answer)
    code, _, err = run("mask", photo, "--method", "auto", "--out", str(tmp_path / "m.png"))
    assert code == 0
    assert [line for line in err.splitlines() if "first picture" in line]
    assert "Not sure." in err


def test_identity_tokens_need_consent(run: Call, studio: FakeStudio, photo: str) -> None:
    code, out, err = run("learn", photo, *LEARN)

    assert (code, out, studio.requests) == (2, "", [])
    assert err.splitlines()[0].count(".") == 1
    assert "consent" in err
    assert "--yes-i-have-consent" in err


def test_attribute_tokens_need_none(run: Call, studio: FakeStudio, photo: str) -> None:
    assert run("learn", photo, *LEARN, "--kind", "attribute")[0] == 0
    assert not studio.requests[0].consent


def test_edit_hands_everything_over(run: Call, studio: FakeStudio, photo: str, tmp_path: Path) -> None:
    out_file = tmp_path / "out.png"
    code, out, err = run(
        "edit", photo, "--token", "anna/me", "--with", "bea/lips", "--prompt", "a <anna/me> woman with <eva/hat>",
        "--source-prompt", "auto", "--in-colour", "--mask", "word:lips", "--strength", "0.5", "--steps", "7", "--guidance", "3",
        "--inversion", "ddim", "--control", "refine", "--weight", "Red=1.5", "--seed", "4",
        "--cross-steps", "0.2", "--self-steps", "0.3", "--out", str(out_file), "--region-out", str(tmp_path / "r.png"),
    )  # fmt: skip
    (request,) = studio.requests

    assert code == 0, err
    assert f"Wrote {out_file}" in out
    assert "note: The face is small." in err
    assert out_file.read_bytes() == png()
    assert (tmp_path / "r.png").read_bytes() == png(mode="L")
    assert request.tokens == ("anna/me", "bea/lips", "eva/hat")
    assert (request.source_prompt, request.region, request.subject) == ("auto", "word:lips", "auto")
    assert request.in_colour
    assert request.settings == api.EditSettings(
        steps=7, guidance=3.0, strength=0.5, inversion="ddim", control="refine", weights={"red": 1.5}, seed=4,
        cross_steps=0.2, self_steps=0.3,
    )  # fmt: skip


def test_edit_defaults_are_those_of_the_api(
    run: Call, studio: FakeStudio, photo: str, tmp_path: Path
) -> None:
    assert run("edit", photo, "--prompt", "a <anna/me> woman", "--out", str(tmp_path / "o.png"))[0] == 0
    assert studio.requests[0] == api.ApplyEdit(Path(photo).read_bytes(), ("anna/me",), "a <anna/me> woman")


def test_edit_without_a_token(run: Call, studio: FakeStudio, photo: str, tmp_path: Path) -> None:
    words = ("--prompt", "a red car", "--subject", "region", "--mask", "word:car")
    shown = tmp_path / "region.png"
    assert run("edit", photo, *words, "--out", str(tmp_path / "o.png"), "--show-region", str(shown))[0] == 0
    assert shown.read_bytes() == png(mode="L")
    expected = api.ApplyEdit(Path(photo).read_bytes(), (), "a red car", subject="region", region="word:car")
    assert studio.requests[0] == expected


@pytest.mark.parametrize(
    ("suffix", "kind"), [(".jpg", "JPEG"), (".webp", "WEBP"), (".tiff", "TIFF"), (".PNG", "PNG")]
)
def test_the_name_of_the_result_decides_its_format(
    run: Call, studio: FakeStudio, photo: str, tmp_path: Path, suffix: str, kind: str
) -> None:
    assert (
        run("edit", photo, "--token", "anna/me", "--prompt", "x", "--out", str(tmp_path / f"o{suffix}"))[0]
        == 0
    )
    with Image.open(tmp_path / f"o{suffix}") as picture:
        assert (picture.format, picture.size) == (kind, (16, 16))


def test_json_is_one_object_and_nothing_else(
    run: Call, studio: FakeStudio, photo: str, tmp_path: Path
) -> None:
    arguments = (
        "edit",
        photo,
        "--token",
        "anna/me",
        "--prompt",
        "x",
        "--out",
        str(tmp_path / "o.png"),
        "--json",
    )
    code, out, err = run(*arguments)
    values = json.loads(out)

    assert (code, err) == (0, "")
    assert values["out"] == str(tmp_path / "o.png")
    assert values["warnings"] == ["The face is small."]
    assert "image" not in values


def test_clicks_and_boxes_are_handed_over(run: Call, studio: FakeStudio, photo: str, tmp_path: Path) -> None:
    out = str(tmp_path / "mask.png")
    code, _, _ = run(
        "mask", photo, "--click", "3,4.5", "--click", "1,2", "--click-outside", "0,0", "--box", "1,1,7,6", "--out", out
    )  # fmt: skip
    assert code == 0
    (request,) = studio.requests
    assert request.method == "click"
    assert request.points == (api.Click(3, 4.5), api.Click(1, 2), api.Click(0, 0, inside=False))
    assert request.box == (1, 1, 7, 6)
    for wrong in (("--click", "3"), ("--click", "a,b"), ("--click", "nan,1"), ("--box", "1,2,3")):
        code, _, err = run("mask", photo, *wrong, "--out", out)
        assert code == 2
        assert "numbers with commas between them" in err


def test_mask_and_caption(run: Call, studio: FakeStudio, photo: str, tmp_path: Path) -> None:
    code, out, _ = run("mask", photo, "--method", "hair", "--out", str(tmp_path / "m.png"))
    assert (code, "25.0 %" in out) == (0, True)
    assert (tmp_path / "m.png").read_bytes() == png(mode="L")
    assert run("caption", photo) == (0, "a photo of a woman\n", "")
    assert json.loads(run("caption", photo, "--class", "woman", "--json")[1]) == {
        "caption": "a photo of a woman",
        "seen_by": "somebody",
        "note": "",
    }
    assert studio.requests[-1] == api.SuggestPrompt(Path(photo).read_bytes(), "woman")


def test_demo(run: Call, studio: FakeStudio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from s2edit_plugin.tools import demo

    def fake_run(out: Path, on_progress: api.OnProgress, given: Any) -> dict[str, Any]:
        assert given is studio
        return {"sheet": str(out / "sheet.png")}

    monkeypatch.setattr(demo, "run", fake_run)
    code, out, _ = run("demo", "--out", str(tmp_path / "demo"))
    assert code == 0
    assert "sheet.png" in out
    (tmp_path / "file").write_text("")
    assert run("demo", "--out", str(tmp_path / "file"))[0] == 2


EDIT = ("--token", "anna/me", "--prompt", "x")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("caption", "{tmp}/none.png"), 1, "There is no file"),
        (("caption", "{tmp}"), 1, "is a folder"),
        (("caption", "{tmp}/empty.png"), 1, "is empty"),
        (("learn", "{photo}", "--person", "../x", "--token", "me"), 1, "cannot be a person's name"),
        (("learn", "{photo}", "--person", "x", "--token", "a/b"), 1, "cannot be a token name"),
        (("learn", "{photo}", *LEARN, "--steps", "0"), 2, "whole number"),
        (("learn", "{photo}", *LEARN, "--steps", "many"), 2, "whole number"),
        (("learn", "{photo}", *LEARN, "--vectors", "9"), 2, "1 to 8 vectors"),
        (("learn", "{photo}", *LEARN, "--parameters", "kv_token", "--rank", "3"), 2, "kv_token is 1 to 2"),
        (("learn", "{photo}", *LEARN, "--rank", "3"), 2, "needs to know of what"),
        (("learn", "{photo}", *LEARN, "--parameters", "kv_lora", "--rank", "65"), 2, "kv_lora is 1 to 64"),
        (("learn", "{photo}", *LEARN, "--subject", "nothere.png"), 1, "no mask file"),
        (("learn", "{photo}", *LEARN, "--subject", "none"), 1, "not possible here"),
        (("learn", "{photo}", *LEARN, "--subject", "word:"), 1, "needs a word"),
        (("learn", "{photo}", "--token", "me"), 2, "--person"),
        (("edit", "{photo}", "--prompt", "x", "--token", "anna", "--out", "{tmp}/o.png"), 1, "no token name"),
        (("edit", "{photo}", "--prompt", "a <x> y", "--token", "a/b", "--out", "{tmp}/o.png"), 1, "no token"),
        (("edit", "{photo}", *EDIT), 2, "--out"),
        (("edit", "{photo}", *EDIT, "--out", "{tmp}"), 2, "is a folder"),
        (("edit", "{photo}", *EDIT, "--out", "{tmp}/no/o.png"), 2, "no folder"),
        (("edit", "{photo}", *EDIT, "--out", "{tmp}/o.xyz"), 2, "no picture format"),
        (("edit", "{photo}", *EDIT, "--out", "{tmp}/o.png", "--strength", "nan"), 2, "not a number"),
        (("edit", "{photo}", *EDIT, "--out", "{tmp}/o.png", "--strength", "2"), 2, "not a number"),
        (("edit", "{photo}", *EDIT, "--out", "{tmp}/o.png", "--weight", "red"), 2, "no weight"),
        (("edit", "{photo}", *EDIT, "--out", "{tmp}/o.png", "--weight", "=2"), 2, "no weight"),
        (("mask", "{photo}", "--method", "{photo}", "--out", "{tmp}/o.png"), 2, "not a file"),
        (("mask", "{photo}", "--method", "nose", "--out", "{tmp}/o.png"), 1, "no method"),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_bad_input_is_one_sentence(
    run: Call, studio: FakeStudio, photo: str, tmp_path: Path, arguments: tuple[str, ...], code: int, words: str,
    as_json: bool,
) -> None:  # fmt: skip
    (tmp_path / "empty.png").write_bytes(b"")
    before = sorted(tmp_path.iterdir())
    filled = [a.replace("{tmp}", str(tmp_path)).replace("{photo}", photo) for a in arguments]
    got, out, err = run(*filled, *(["--json"] if as_json else []))
    sentence = json.loads(out)["sentence"] if as_json else err.splitlines()[0]

    assert got == code
    assert words in sentence
    assert sentence.endswith(".")
    assert (err if as_json else out) == ""
    assert studio.requests == []
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("failure", "code", "words"),
    [
        (NumericalError("The loss became infinite.", "Try less."), 1, "s2edit: The loss became infinite."),
        (KeyboardInterrupt(), 1, "Something went wrong inside S2Edit (KeyboardInterrupt)."),
        (MemoryError(), 1, "not enough memory"),
        (ValueError("a\nb"), 1, "Something went wrong inside S2Edit (ValueError)."),
    ],
)
def test_a_failure_writes_nothing_and_shows_no_traceback(
    run: Call,
    studio: FakeStudio,
    photo: str,
    tmp_path: Path,
    failure: BaseException,
    code: int,
    words: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    studio.fail = failure
    got, out, err = run("edit", photo, *EDIT, "--out", str(tmp_path / "o.png"))

    assert (got, out) == (code, "")
    assert words in err
    assert "Traceback" not in err
    assert not (tmp_path / "o.png").exists()
    caplog.clear()  # where it happened is in the log, which nobody sees


def test_debugging_shows_where(
    run: Call,
    studio: FakeStudio,
    photo: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("S2EDIT_DEBUG", "1")
    studio.fail = ValueError("x")
    assert run("caption", photo)[0] == 1
    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.exc_info
    assert str(record.exc_info[1]) == "x"
    caplog.clear()


def test_the_studio_gets_model_and_device(monkeypatch: pytest.MonkeyPatch) -> None:
    from s2edit_plugin.workflows import studio as studio_module

    made: list[dict[str, Any]] = []
    monkeypatch.setattr(studio_module, "Studio", lambda **options: made.append(options))
    photos._studio(argparse.Namespace(model="sd15", device="cpu"))
    photos._studio(argparse.Namespace(model=None, device=None))
    assert made == [{"model": "sd15", "device": "cpu"}, {"model": None, "device": "auto"}]


@pytest.fixture
def kept(data_home: Path) -> api.LearnToken:
    """A run that was cut off."""
    settings = api.LearnSettings(steps_token=2, steps_joint=5, seed=8)
    request = api.LearnToken(b"a photo", "anna", "me", class_noun="woman", settings=settings, consent=True)
    Run(DataFolder(data_home), "anna", "me").keep(Kept(request, "id", "sd15", {}, 7))
    return request


def test_a_run_goes_on_without_the_photo(run: Call, studio: FakeStudio, kept: api.LearnToken) -> None:
    code, out, err = run("learn", "--resume", *LEARN)
    assert (code, "Learned anna/me" in out, "note: It goes on." in err) == (0, True, True)
    assert studio.requests == [dataclasses.replace(kept, resume=True)]
    assert studio.models == ["sd15"]
    run("learn", "--resume", *LEARN, "--model", "another")
    assert studio.models == ["sd15", "another"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (LEARN, "photo to learn from is missing"),
        (("--resume", "--person", "anna", "--token", "other"), "nothing to resume for anna/other"),
        (("--resume", *LEARN, "--steps", "9"), "--steps cannot change"),
        (("--resume", *LEARN, "--class", "man"), "--class cannot change"),
        (("--resume", *LEARN, "--attribute-words", "x"), "--attribute-words cannot change"),
    ],
)
def test_without_a_photo_there_must_be_a_run_to_go_on_with(
    run: Call, studio: FakeStudio, kept: api.LearnToken, arguments: tuple[str, ...], words: str
) -> None:
    code, _, err = run("learn", *arguments)
    assert (code, studio.requests) == (2, [])
    assert words in err.splitlines()[0]


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C interrupts, also where the tests were started in the background with it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("step", [1, 2])
def test_an_interrupt_lets_the_step_finish_and_the_state_be_kept(
    run: Call, studio: FakeStudio, photo: str, step: int
) -> None:
    studio.interrupt_at = step
    code, out, err = run("learn", photo, *LEARN, "--yes-i-have-consent")
    assert (code, out) == (130, "")
    assert f"Learning anna/me stopped at step {step} of 4." in err
    assert "s2edit learn --resume --person anna --token me" in err


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_of_an_edit_writes_nothing(
    run: Call, studio: FakeStudio, photo: str, tmp_path: Path
) -> None:
    studio.interrupt_at = 1
    code, _, err = run("edit", photo, *EDIT, "--out", str(tmp_path / "o.png"))
    assert (code, err.splitlines()[-1]) == (130, "s2edit: Cancelled.")
    assert not (tmp_path / "o.png").exists()
