"""The command line as a whole: help, wrong usage, output, what importing it costs."""

from __future__ import annotations

import argparse
import errno
import io
import json
import os
import pty
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from s2edit_plugin.api import Progress
from s2edit_plugin.cli.files import NO_FILES, Files, still_in_history
from s2edit_plugin.cli.main import build_parser, main
from s2edit_plugin.cli.output import Output, table
from s2edit_plugin.errors import (
    ConsentError,
    ImageError,
    InputError,
    MaskError,
    PromptError,
    ResourceError,
)
from s2edit_plugin.tokens.consent import consent_note, require_consent
from s2edit_plugin.workflows import doctor

HEAVY = (
    "torch",
    "diffusers",
    "transformers",
    "numpy",
    "PIL",
    "scipy",
    "skimage",
    "safetensors",
    "tqdm",
    "rembg",
)


def all_parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield from all_parsers(child)


PARSERS = list(all_parsers(build_parser()))


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.prog)
def test_every_command_has_help_and_json(
    parser: argparse.ArgumentParser, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*parser.prog.split()[1:], "--help"])

    assert caught.value.code == 0
    assert "--json" in capsys.readouterr().out


def test_the_contract_is_complete() -> None:
    commands = {parser.prog.removeprefix("s2edit").strip() for parser in PARSERS}
    tokens = ["list", "show", "rename", "tag", "delete", "restore", "export", "import", "check"]
    assert {
        "demo",
        "learn",
        "edit",
        "mask",
        "caption",
        "eval",
        "doctor",
        "engine",
        "bench",
        "soak",
    } <= commands
    assert {f"tokens {verb}" for verb in tokens} <= commands
    models = ["list", "show", "install", "import", "verify", "remove", "use", "move"]
    assert {f"models {verb}" for verb in models} <= commands
    assert {f"person {verb}" for verb in ("list", "rename", "forget")} <= commands


@pytest.mark.parametrize("arguments", [["nosuch"], ["tokens"], ["tokens", "show"], ["learn", "--nosuch"]])
def test_wrong_usage_is_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "--help" in captured.err

    assert main([*arguments, "--json"]) == 2
    captured = capsys.readouterr()
    assert json.loads(captured.out)["error"] == "UsageError"
    assert captured.err == ""


def test_json_may_stand_before_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", "tokens", "list"]) == 0
    assert json.loads(capsys.readouterr().out) == {"tokens": []}


def test_importing_the_command_line_is_cheap() -> None:
    code = (
        "import sys; import s2edit_plugin, s2edit_plugin.api, s2edit_plugin.cli.main as m; m.build_parser();"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_it_runs_as_a_module_and_says_its_version() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "s2edit_plugin", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("s2edit 0.")


def test_a_reader_that_goes_away_is_no_failure() -> None:
    command = f"{sys.executable} -m s2edit_plugin tokens --help | true; {sys.executable} -m s2edit_plugin tokens list | true"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_table_aligns_numbers_to_the_right() -> None:
    assert table(("name", "n"), [("a", 5), ("bcdef", 10)]) == "name    n\n-----  --\na       5\nbcdef  10"


def test_errors_as_text_and_json() -> None:
    out, err = io.StringIO(), io.StringIO()
    Output(False, out, err).error(ImageError("No.", "Do."))
    assert (out.getvalue(), err.getvalue()) == ("", "s2edit: No.\n        Do.\n")

    out, err = io.StringIO(), io.StringIO()
    Output(True, out, err).error(ImageError("No.", "Do."))
    assert json.loads(out.getvalue()) == {"error": "ImageError", "sentence": "No.", "hint": "Do."}
    assert err.getvalue() == ""


def test_progress_without_a_terminal_is_a_line_every_tenth() -> None:
    err = io.StringIO()
    with Output(False, io.StringIO(), err).progress() as on_progress:
        for step in range(1, 301):
            on_progress(Progress("learning", step, 300))
        on_progress(Progress("saving", 1, 1))
    lines = err.getvalue().splitlines()

    assert len(lines) == 12
    assert lines[0] == "learning: 0 %"
    assert lines[10:] == ["learning: 100 %", "saving: 100 %"]


def test_progress_is_silent_with_json() -> None:
    err = io.StringIO()
    with Output(True, io.StringIO(), err).progress() as on_progress:
        on_progress(Progress("learning", 1, 2))
    assert err.getvalue() == ""


def test_progress_on_a_terminal_is_a_bar() -> None:
    leader, follower = pty.openpty()
    termios.tcsetwinsize(follower, (24, 100))
    with os.fdopen(follower, "w") as terminal:
        with Output(False, io.StringIO(), terminal).progress() as on_progress:
            on_progress(Progress("learning", 1, 2, loss=0.25))
            on_progress(Progress("saving", 1, 1))
        terminal.flush()
        shown = ""
        while "saving: 100%" not in shown:  # a terminal hands on what it has, in pieces
            shown += os.read(leader, 65536).decode()
    os.close(leader)
    assert "learning:  50%" in shown
    assert "loss 0.2500" in shown
    assert "saving: 100%" in shown


@pytest.mark.parametrize(
    ("answer", "agreed"), [("y", True), ("YES\n", True), ("", False), ("n", False), ("maybe", False)]
)
def test_consent_is_asked_once_on_a_terminal(answer: str, agreed: bool) -> None:
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return answer

    if agreed:
        assert require_consent("identity", "anna", False, interactive=True, ask=ask)
    else:
        with pytest.raises(ConsentError, match="anna"):
            require_consent("identity", "anna", False, interactive=True, ask=ask)
    assert len(asked) == 1
    assert "anna" in asked[0]


def test_consent_by_flag_asks_nobody() -> None:
    def ask(question: str) -> str:
        raise AssertionError(question)

    assert require_consent("identity", "anna", True, interactive=True, ask=ask)
    assert not require_consent("attribute", "anna", False, interactive=True, ask=ask)
    with pytest.raises(ConsentError) as caught:
        require_consent("identity", "anna", False, interactive=False, ask=ask)
    assert caught.value.exit_code == 2


def test_the_note_of_consent() -> None:
    assert consent_note("identity", True).startswith("The user confirmed")
    assert consent_note("attribute", True) == consent_note("identity", False) == ""


# ---------------------------------------------------------------------- streams and files that refuse


class Full(io.StringIO):
    """A stream on a full disk."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_letters_that_the_terminal_does_not_know_do_not_fail_what_was_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii", errors="strict"))
    with pytest.raises(SystemExit):
        main(["--help"])
    Output(as_json=False).result({}, "Wrote größe \udcff.png")
    assert "Wrote gr\\xf6\\xdfe \\udcff.png" in written.getvalue().decode("ascii")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_survives_every_encoding_and_names_that_are_no_text(encoding: str) -> None:
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding=encoding, errors="strict")
    values = {"out": "größe \udcff 写真.png", "note": "größe"}
    Output(as_json=True, out=stream).result(values, "")
    assert json.loads(written.getvalue().decode(encoding)) == values


def test_json_holds_no_pictures(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=True).result({"layer": b"", "parts": ({"thumbnail": b"PNG", "side": 3},)}, "")
    assert json.loads(capsys.readouterr().out) == {"parts": [{"side": 3}]}


def test_an_answer_that_cannot_be_printed_is_one_sentence(data_home: Path) -> None:
    with open("/dev/full", "w") as full:
        for arguments in (["settings"], ["settings", "--json"]):
            done = subprocess.run(
                [sys.executable, "-m", "s2edit_plugin", *arguments], stdout=full, stderr=subprocess.PIPE, text=True
            )  # fmt: skip
            assert done.returncode == 1
            assert done.stderr.splitlines()[0] == (
                "s2edit: It is done, but the answer could not be printed (No space left on device)."
            )
            assert len(done.stderr.splitlines()) == 2


def test_remarks_that_cannot_be_printed_stop_nothing() -> None:
    output = Output(as_json=False, err=Full())
    output.warning("A remark.")
    output.error(ImageError("An error."))
    with output.progress() as show:
        show(Progress("learning", 1, 2))


def test_a_folder_that_takes_no_file_is_noticed_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(dir: Path) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    monkeypatch.setattr("s2edit_plugin.cli.looking.perform", None)
    (tmp_path / "a.png").write_bytes(b"picture")
    assert main(["mask", str(tmp_path / "a.png"), "--out", str(tmp_path / "b.png")]) == 1
    assert f"The folder {tmp_path} cannot be written to." in capsys.readouterr().err


def test_what_cannot_be_written_is_said_to_be_in_the_history() -> None:
    for name, hint in (("x1", "history export x1 --out"), ("", "Free some space")):
        with pytest.raises(ResourceError, match="full") as caught, still_in_history(name):
            raise ResourceError("The disk is full.", "Free some space.")
        assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ImageError("The photo is damaged or cut short."), "anna.png is damaged or cut short."),
        (MaskError("The mask has 3 x 3 pixels."), "mask.png has 3 x 3 pixels."),
        (MaskError("The subject mask is empty."), "who.png is empty."),
        (MaskError("No face was found in the photo."), "anna.png: No face was found in the photo."),
        (PromptError("The prompt is empty."), "The prompt is empty."),
    ],
)
def test_errors_of_a_job_name_the_file(error: InputError, sentence: str) -> None:
    files = Files("anna.png", mask="mask.png", subject="who.png")
    named = files.named(error)
    assert (type(named), named.sentence) == (type(error), sentence)
    assert NO_FILES.named(error) is error


def test_after_pipx_the_doctor_advises_what_a_wheel_cannot_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_has", lambda name: name != "open_clip_torch")
    check = doctor.check_packages()
    assert check.ok
    assert check.remedy == "`python -m pip install --no-deps open_clip_torch` brings open_clip_torch."
    monkeypatch.setattr(doctor, "_has", lambda name: True)
    assert doctor.check_packages().remedy == ""
