"""The commands on tokens, people, models and the set-up."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from s2edit_plugin import doctor
from s2edit_plugin.cli.main import main
from s2edit_plugin.errors import ModelError
from s2edit_plugin.library import Library
from s2edit_plugin.tokenfile import TokenRecord
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
    import s2edit_plugin.evaluation as package

    asked: list[Any] = []

    def fake_run(*arguments: Any) -> dict[str, Any]:
        asked.append(arguments[:5])
        return {"table": "method  success", "figures": [1]}

    # In the place of the real module, whose imports load torch and the judges.
    monkeypatch.setattr(package, "benchmark", SimpleNamespace(run=fake_run), raising=False)
    assert run("eval", "--identities", "2", "--methods", "ours,p2p", "--out", str(tmp_path))[1][
        "figures"
    ] == [1]
    assert "success" in run("eval", text=True)[1]
    assert asked == [("portraits", ("ours", "p2p"), 2, 0, tmp_path), ("portraits", ("all",), 20, 0, None)]
    assert run("eval", "--identities", "0")[0] == 2
    assert run("eval", "--methods", ",")[0] == 2
