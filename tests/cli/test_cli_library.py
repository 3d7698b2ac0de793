"""The commands on tokens, people, models and the set-up."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from s2edit_plugin.cli.main import main
from s2edit_plugin.errors import ConsentError, ModelError
from s2edit_plugin.library import Library
from s2edit_plugin.tokens.file import TokenRecord
from s2edit_plugin.workflows import doctor
from tests.fakes.png import png64

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command twice over: its JSON and its exit code. With ``text=True`` both streams as text."""

    def call(*arguments: str, text: bool = False) -> tuple[int, Any]:
        code = main([*arguments] if text else [*arguments, "--json"])
        captured = capsys.readouterr()
        return code, captured.out + captured.err if text else json.loads(captured.out)

    return call


@pytest.fixture(autouse=True)
def library(data_home: Path) -> Library:
    library = Library()
    record = TokenRecord(
        kind="identity", person="anna", name="me", class_noun="woman", base_model="small", base_model_hash="00",
        thumbnail=png64(), source_image_hash="ab" * 32, settings={"rank": 2}, attribute_words=("red",),
        consent="agreed",
    )  # fmt: skip
    library.add(record, {"vectors": np.ones((2, 4), dtype=np.float16)})
    return library


def test_list_and_show(run: Run) -> None:
    code, values = run("tokens", "list")
    assert code == 0
    assert [token["token"] for token in values["tokens"]] == ["anna/me"]
    assert "identity" in run("tokens", "list", text=True)[1]
    assert run("tokens", "list", "--person", "eva")[1] == {"tokens": []}

    code, values = run("tokens", "show", "anna/me")
    assert values["class_noun"] == "woman"
    assert values["thumbnail"] == f"{len(png64())} characters of base64"
    shown = run("tokens", "show", "anna/me", text=True)[1]
    assert "rank=2" in shown
    assert "attribute words" in shown


def test_rename_tag_delete_restore(run: Run) -> None:
    assert run("tokens", "rename", "anna/me", "portrait")[1]["token"] == "anna/portrait"
    assert run("tokens", "tag", "anna/portrait", "x", "y")[1]["tags"] == ["x", "y"]
    assert run("tokens", "tag", "anna/portrait", "--remove", "x")[1]["tags"] == ["y"]
    assert run("tokens", "delete", "anna/portrait")[0] == 0
    assert run("tokens", "list")[1] == {"tokens": []}
    assert [token["token"] for token in run("tokens", "list", "--trash")[1]["tokens"]] == ["anna/portrait"]
    assert run("tokens", "restore", "anna/portrait")[0] == 0
    assert "anna/portrait" in run("tokens", "list", text=True)[1]


def test_export_and_import(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "a.safetensors"
    assert run("tokens", "export", "anna/me", "--out", str(target))[1]["private"] is False
    assert run("tokens", "import", str(target))[0] == 1
    assert run("tokens", "import", str(target), "--as", "eva/friend")[1]["token"] == "eva/friend"
    assert run("tokens", "import", str(tmp_path))[0] == 2
    code, values = run("tokens", "import", str(tmp_path / "none"))
    assert (code, values["error"]) == (1, "TokenNotFoundError")
    assert run("tokens", "export", "anna/me", "--out", str(tmp_path / "no" / "x"))[0] == 2
    assert run("tokens", "export", "anna/me", "--out", str(tmp_path))[0] == 0


def test_check_finds_damage(run: Run, library: Library) -> None:
    assert run("tokens", "check") == (0, {"checked": 1, "damaged": [], "repaired": 0, "findings": []})
    path = library.path("anna/me")
    path.write_bytes(path.read_bytes()[:50])

    code, values = run("tokens", "check")
    assert (code, len(values["damaged"])) == (1, 1)
    assert "damaged" in run("tokens", "check", text=True)[1]
    assert run("tokens", "list")[1]["tokens"][0]["problem"]
    assert "damaged" in run("tokens", "list", text=True)[1]
    code, values = run("tokens", "show", "anna/me")
    assert (code, values["error"]) == (1, "TokenDamagedError")


def test_an_unknown_token_is_one_sentence(run: Run) -> None:
    for verb in (("show",), ("delete",), ("restore",), ("tag",), ("rename", "x"), ("export", "--out", "x")):
        code, values = run("tokens", verb[0], "anna/you", *verb[1:])
        assert (code, values["error"]) == (1, "TokenNotFoundError")
        assert "anna/me" in values["hint"]


def test_people(run: Run) -> None:
    (anna,) = run("person", "list")[1]["people"]
    assert (anna["person"], anna["tokens"], anna["consent"]) == ("anna", 1, "agreed")
    assert run("person", "rename", "anna", "eva")[1] == {"person": "eva", "tokens": 1}
    code, values = run("person", "forget", "eva")
    assert (code, values["error"]) == (2, "UsageError")
    assert "--yes" in values["hint"]
    assert run("person", "forget", "eva", "--yes")[1]["tokens"] == 1
    assert "nobody" in run("person", "list", text=True)[1]
    assert run("person", "forget", "eva", "--yes")[0] == 1


def test_forgetting_asks_on_a_terminal(run: Run, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        answer = "n\n"

        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return self.answer

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert run("person", "forget", "anna", text=True)[0] == 130
    assert library.people() == ["anna"]
    Terminal.answer = "y\n"
    assert run("person", "forget", "anna", text=True)[0] == 0
    assert library.people() == []


def test_doctor_fails_with_what_to_do(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    good = doctor.Check("Python", True, "3.11")
    monkeypatch.setattr(doctor, "examine", lambda: [good])
    assert run("doctor")[1]["ok"] is True
    monkeypatch.setattr(doctor, "examine", lambda: [good, doctor.Check("disk", False, "full", "Free some.")])

    code, values = run("doctor")
    assert (code, values["ok"], values["checks"][1]["remedy"]) == (1, False, "Free some.")
    assert "to do: Free some." in run("doctor", text=True)[1]


def test_doctor_turns_every_failure_into_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Path:
        raise ModelError("The bundled model is missing.", "Get it.")

    def broken() -> Any:
        raise RuntimeError("no kernel image\nis available")

    monkeypatch.setattr(doctor, "bundled_model", missing)
    monkeypatch.setattr(doctor, "check_device", broken)
    findings = {check.name: check for check in doctor.examine()}

    assert findings["Python"].ok
    assert (findings["bundled model"].ok, findings["bundled model"].remedy) == (False, "Get it.")
    assert findings["device"].finding == "RuntimeError: no kernel image is available"


def test_doctor_tries_a_real_kernel() -> None:
    check = doctor.check_device()
    assert check.ok
    assert "torch" in check.finding


@pytest.mark.parametrize(
    ("installed", "expected"),
    [
        (["numpy"], []),
        (["onnxruntime", "onnx"], ["onnxruntime"]),
        (["onnxruntime_gpu", "ONNXRuntime"], ["onnxruntime", "onnxruntime-gpu"]),
    ],
)
def test_two_onnxruntimes_are_found(installed: list[str], expected: list[str]) -> None:
    assert doctor.onnxruntime_distributions(installed) == expected


def test_doctor_leaves_nothing_in_the_data_folder(data_home: Path) -> None:
    before = sorted(data_home.rglob("*"))
    assert doctor.check_data_folder().ok
    assert doctor.check_disk().ok
    assert sorted(data_home.rglob("*")) == before


def test_doctor_says_when_the_data_folder_is_unusable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("S2EDIT_HOME", str(tmp_path / "file" / "below"))
    check = doctor._guarded("data folder", doctor.check_data_folder)
    assert not check.ok
    assert check.remedy


def test_eval(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from s2edit_plugin.cli import evaluation

    asked: list[Any] = []
    looks: list[bool] = []

    def fake_run(*arguments: Any, quick: bool) -> dict[str, Any]:
        asked.append(arguments[:5])
        looks.append(quick)
        return {"table": "method  success", "figures": [1]}

    # In the place of the real function, which loads torch and the judges.
    monkeypatch.setattr(evaluation, "run", fake_run)
    assert run("eval", "--identities", "2", "--methods", "ours,p2p", "--out", str(tmp_path))[1][
        "figures"
    ] == [1]
    assert "success" in run("eval", text=True)[1]
    assert asked == [("portraits", ("ours", "p2p"), 2, 0, tmp_path), ("portraits", ("main",), 20, 0, None)]
    asked.clear()
    assert run("eval", "--quick", "--suite", "token")[0] == 0
    assert asked == [("token", ("main",), 4, 0, None)]
    assert looks == [False, False, True]
    assert run("eval", "--identities", "0")[0] == 2
    assert run("eval", "--methods", ",")[0] == 2
    asked.clear()
    wrong = [("--suite", "landscapes"), ("--suite", "photos"), ("--suite", "portraits", "--data", str(tmp_path)),
             ("--suite", "pie-bench", "--data", str(tmp_path / "nowhere"))]  # fmt: skip
    for arguments in wrong:
        assert run("eval", *arguments)[0] == 2
    # Nobody's likeness is learned without consent, on photos as anywhere else.
    assert run("eval", "--suite", "photos", "--data", str(tmp_path))[0] == 2
    assert not asked


def test_search_notes_and_copies(run: Run) -> None:
    assert run("tokens", "note", "anna/me") == (0, {"token": "anna/me", "notes": ""})
    assert "no notes" in run("tokens", "note", "anna/me", text=True)[1]
    assert run("tokens", "note", "anna/me", "for the book")[1]["notes"] == "for the book"
    assert run("tokens", "duplicate", "anna/me")[1]["token"] == "anna/me-2"
    assert run("tokens", "duplicate", "anna/me", "eva/x")[1]["token"] == "eva/x"
    assert run("tokens", "note", "anna/me-2", "--clear")[1]["notes"] == ""
    assert run("tokens", "note", "anna/me", "x", "--clear")[0] == 2

    found = run("tokens", "list", "--search", "BOOK anna")[1]["tokens"]
    assert [token["token"] for token in found] == ["anna/me"]
    assert found[0]["has_thumbnail"]
    assert "thumbnail" not in found[0]
    assert run("tokens", "list", "--search", "nothing", text=True)[1] == "There is no such token.\n"
    assert "for the book" in run("tokens", "show", "anna/me", text=True)[1]


def test_the_trash_is_emptied_when_somebody_says_so(run: Run, library: Library) -> None:
    run("tokens", "delete", "anna/me")
    assert run("tokens", "list", "--trash", "--search", "woman")[1]["tokens"]
    code, values = run("tokens", "empty-trash")
    assert (code, values["error"]) == (2, "UsageError")
    assert run("tokens", "empty-trash", "--yes", "--older-than", "1")[1] == {"removed": 0}
    assert run("tokens", "empty-trash", "--older-than", "-1")[0] == 2
    assert run("tokens", "empty-trash", "--yes", "--person", "eva")[1] == {"removed": 0}
    assert run("tokens", "empty-trash", "--yes")[1] == {"removed": 1}
    assert run("tokens", "list", "--trash", text=True)[1] == "The trash is empty.\n"


def test_notes_on_people(run: Run) -> None:
    assert run("person", "note", "anna", "my sister\nlives in Rome")[1]["notes"] == "my sister\nlives in Rome"
    assert "my sister …" in run("person", "list", text=True)[1]
    assert run("person", "note", "anna", "--clear")[1]["notes"] == ""
    assert run("person", "note", "eva")[1]["error"] == "TokenNotFoundError"


def test_a_whole_person_out_and_in(run: Run, library: Library, tmp_path: Path) -> None:
    run("tokens", "duplicate", "anna/me", "hat")
    file = tmp_path / "anna.zip"
    assert run("person", "export", "anna", "--out", str(file))[1]["out"] == str(file)
    assert run("person", "export", "anna", "--out", str(file))[1]["error"] == "InputError"
    code, values = run("tokens", "import", str(file))
    assert (code, values["hint"]) == (2, f"Use `s2edit person import {file}`.")
    assert run("person", "import", str(file))[1]["error"] == "InputError"
    came = run("person", "import", str(file), "--on-clash", "rename")[1]
    assert came["renamed"] == {"hat": "hat-2", "me": "me-2"}
    shown = run("person", "import", str(file), "--on-clash", "replace", text=True)[1]
    assert "The anna/me that was here is in the trash." in shown
    assert run("person", "import", str(file), "--as", "eva")[1]["tokens"] == ["eva/hat", "eva/me"]
    assert run("person", "import", str(tmp_path))[0] == 2
    assert run("person", "import", str(library.path("eva/me")))[1]["error"] == "TokenDamagedError"


def test_importing_an_identity_without_consent_asks_once(
    run: Run, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(library.record("anna/me").replace(name="bare", consent=""), {"v": np.ones(2, np.float16)})
    file = str(library.export("anna/bare", tmp_path / "bare"))
    code, values = run("tokens", "import", file, "--as", "eva/x")
    assert (code, values["error"]) == (2, "ConsentError")
    assert "--yes-i-have-consent" in values["hint"]
    assert run("tokens", "import", file, "--as", "eva/x", "--yes-i-have-consent")[0] == 0

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    Terminal.answer, Terminal.asked = "n\n", 0
    assert run("tokens", "import", file, "--as", "eva/y", text=True)[0] == 2
    Terminal.answer = "y\n"
    assert run("tokens", "import", file, "--as", "eva/y", text=True)[0] == 0
    assert Terminal.asked == 2
    assert library.consent_of("eva")


class Terminal:
    """Somebody who answers."""

    answer = "y\n"
    asked = 0

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        Terminal.asked += 1
        return self.answer


def test_check_repairs_and_says_each_thing_in_a_sentence(run: Run, library: Library) -> None:
    library.add(library.record("anna/me"), library.get("anna/me").tensors)
    path = library.path("anna/me")
    path.write_bytes(path.read_bytes()[:-1])
    code, values = run("tokens", "check")
    assert code == 1
    assert values["damaged"][0]["token"] == "anna/me"
    assert "--repair" in run("tokens", "check", text=True)[1]
    code, values = run("tokens", "check", "--repair")
    assert (code, values["damaged"], values["repaired"]) == (0, [], 1)
    assert values["findings"][0]["done"].startswith("It was replaced by its newest sound copy")
    assert run("tokens", "check", text=True)[1] == "1 token files checked, 0 damaged.\n"


def test_check_tries_the_tokens_on_the_model(
    run: Run, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    import s2edit_plugin

    made: list[Any] = []
    bad = {"anna/me": "The token anna/me has no effect here, though it had one where it was learned."}
    results = [
        SimpleNamespace(passed=3, skipped=1, problems={}),
        SimpleNamespace(passed=2, skipped=1, problems=bad),
    ]
    # In the place of the real modules, whose imports load torch.
    fake_test = SimpleNamespace(verify_library=lambda backbone, lib: results.pop(0))
    fake_studio = SimpleNamespace(
        Studio=lambda *a: made.append(a) or SimpleNamespace(backbone=SimpleNamespace(name="small"))
    )
    monkeypatch.setitem(sys.modules, "s2edit_plugin.workflows.self_test", fake_test)
    monkeypatch.setitem(sys.modules, "s2edit_plugin.workflows.studio", fake_studio)
    monkeypatch.setattr(s2edit_plugin, "self_test", fake_test, raising=False)
    code, values = run("tokens", "check", "--self-test", "--model", "sd15", "--device", "cpu")
    assert (code, values["self_test"]["passed"], made) == (0, 3, [(None, "sd15", "cpu")])
    code, text = run("tokens", "check", "--self-test", text=True)
    assert code == 1
    assert bad["anna/me"] in text
    assert "2 tokens passed their self-test on 'small', 1 did not, 1 were skipped" in text


def test_words_from_a_token_file_cannot_drive_the_terminal(run: Run, library: Library) -> None:
    evil = library.record("anna/me").replace(name="evil", class_noun="\x1b[2Jwoman\u202e", notes="a\x07b")
    library.add(evil, {"v": np.ones(2, np.float16)})
    for command in (("list",), ("show", "anna/evil"), ("note", "anna/evil")):
        shown = run("tokens", *command, text=True)[1]
        assert not any(c in shown for c in "\x1b\x07\u202e")


@pytest.mark.parametrize("family", ["tokens", "person"])
def test_every_verb_has_help(run: Run, family: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([family, "--help"])
    verbs = re.findall(r"^    ([a-z][a-z-]+)  ", capsys.readouterr().out, re.MULTILINE)
    assert len(verbs) >= 6
    for verb in verbs:
        with pytest.raises(SystemExit) as caught:
            main([family, verb, "--help"])
        assert caught.value.code == 0
        assert "--json" in capsys.readouterr().out


def test_learning_again_at_a_terminal_asks_only_once_a_person(library: Library) -> None:
    from s2edit_plugin.tokens.consent import consent_note, require_consent

    def ask(_: str) -> str:
        raise AssertionError("asked again")

    known = library.consent_of
    assert require_consent("identity", "anna", False, interactive=True, ask=ask, known=known)
    assert consent_note("identity", True, known("anna")) == "agreed"
    with pytest.raises(ConsentError):  # a script says it each time
        require_consent("identity", "anna", False, interactive=False, known=known)
    with pytest.raises(ConsentError):
        require_consent("identity", "bob", False, interactive=True, ask=lambda _: "no", known=known)
