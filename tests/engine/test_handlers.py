"""Calls, answered from a real data folder: every one of the contract, without torch and without the gpu thread."""

from __future__ import annotations

import inspect
import subprocess
import sys
import threading
import time
import typing
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from s2edit_plugin import api
from s2edit_plugin.api import Event, queries
from s2edit_plugin.api.operations import OPERATIONS, Operation
from s2edit_plugin.engine.protocol import wire
from s2edit_plugin.engine.server.dispatch import handler_of
from s2edit_plugin.engine.server.local import LocalClient
from s2edit_plugin.errors import (
    ConsentError,
    InputError,
    LicenceError,
    ModelError,
    TokenDamagedError,
    TokenNotFoundError,
    UsageError,
)
from s2edit_plugin.library import Library
from s2edit_plugin.storage.paths import DataFolder, bundled_model
from s2edit_plugin.tokens.file import TokenRecord
from s2edit_plugin.tokens.runs import Kept, Run
from s2edit_plugin.workflows import doctor
from s2edit_plugin.workflows.studio import Studio
from tests.fakes.fake_studio import FakeStudio
from tests.fakes.png import png64


@pytest.fixture
def library(data_home: Path) -> Library:
    library = Library(DataFolder(data_home))
    for number, name in enumerate(("anna/me", "anna/lips", "bob/me")):
        person, _, token = name.partition("/")
        record = TokenRecord(
            kind="attribute" if token == "lips" else "identity", person=person, name=token, class_noun="woman",
            base_model="small", base_model_hash=f"{number:02}", thumbnail=png64() if token == "me" else "",
            subject_mask=png64(), settings={"rank": 2}, attribute_words=("red",), tags=("holiday",) if number else (),
            consent="agreed" if token == "me" else "", source_prompt="a photo of a woman", source_image_hash="ab" * 32,
        )  # fmt: skip
        library.add(record, {"vectors": np.full((2, 4), number + 1, dtype=np.float16)})
    return library


@pytest.fixture
def client(library: Library) -> Iterator[LocalClient]:
    studio = FakeStudio()
    with LocalClient(make=studio.make, resume_delay=0.0) as client:
        yield client


def names(client: LocalClient, **request: object) -> list[str]:
    return [token.name for token in client.call(queries.ListTokens(**request)).tokens]  # type: ignore[arg-type]


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.request.__name__)
def test_every_operation_has_a_handler_that_takes_what_it_is_given(operation: Operation) -> None:
    given = {
        "gpu": "self request on_progress on_note",
        "disk": "folder request on_progress",
        "query": "context request",
    }
    handler = getattr(Studio, operation.handler) if operation.lane == "gpu" else handler_of(operation)
    parameters = inspect.signature(handler).parameters
    assert list(parameters) == given[operation.lane].split() + ["client"] * operation.needs_client
    taken = typing.get_type_hints(handler)["request"]
    assert taken is operation.request


def test_a_job_has_a_priority_and_a_query_changes_nothing_by_the_table() -> None:
    assert all(operation.priority > 0 for operation in OPERATIONS.values())
    assert not any(operation.changes for operation in OPERATIONS.values() if operation.lane == "query")


def test_answering_loads_neither_torch_nor_the_network_libraries() -> None:
    code = (
        "import sys; from s2edit_plugin.api import queries; from s2edit_plugin.engine.server.local import LocalClient\n"
        "with LocalClient() as client:\n"
        "    for kind in (queries.ListTokens, queries.ListPeople, queries.ListResumable, queries.ListModels,\n"
        "                 queries.GetSettings,\n"
        "                 queries.GetStatus, queries.ListJobs, queries.CheckLibrary, queries.ReadLog, queries.Diagnose):\n"
        "        client.call(kind())\n"
        "print([name for name in ('torch', 'diffusers', 'transformers', 'huggingface_hub', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---------------------------------------------------------------------- the library


def test_tokens_are_listed_searched_and_shown(client: LocalClient) -> None:
    assert names(client) == ["anna/lips", "anna/me", "bob/me"]
    assert names(client, person="anna") == ["anna/lips", "anna/me"]
    assert names(client, search="holiday ANNA") == ["anna/lips"]
    details = client.call(queries.ShowToken("anna/me"))
    assert details.info.kind == "identity"
    assert details.info.attribute_words == ("red",)
    assert details.settings == {"rank": 2}
    assert details.thumbnail.startswith(b"\x89PNG")
    assert details.subject_mask.startswith(b"\x89PNG")
    assert Path(details.path).is_file()
    assert wire.decode(queries.TokenDetails, wire.plain(details)) == details
    with pytest.raises(TokenNotFoundError):
        client.call(queries.ShowToken("anna/nobody"))
    with pytest.raises(InputError):
        client.call(queries.ShowToken("../../etc/passwd"))


def test_tokens_of_another_model_and_damaged_ones_are_told(client: LocalClient, library: Library) -> None:
    from s2edit_plugin.backbones.fingerprint import fingerprint_folder

    fingerprint = fingerprint_folder(bundled_model())
    library.add(
        library.record("anna/me").replace(name="fits", base_model_hash=fingerprint),
        {"v": np.ones(2, np.float16)},
    )
    path = library.path("bob/me")
    path.write_bytes(path.read_bytes()[:60])
    tokens = {token.name: token for token in client.call(queries.ListTokens()).tokens}
    assert tokens["anna/fits"].usable
    assert not tokens["anna/me"].usable
    assert not tokens["anna/me"].problem
    assert not tokens["bob/me"].usable
    assert tokens["bob/me"].problem
    with pytest.raises(TokenDamagedError):
        client.call(queries.ShowToken("bob/me"))


def test_thumbnails_come_together_and_what_has_none_is_left_out(client: LocalClient) -> None:
    pictures = client.call(queries.Thumbnails(("anna/me", "anna/lips", "bob/me", "eva/me"))).pictures
    assert sorted(pictures) == ["anna/me", "bob/me"]
    with pytest.raises(UsageError):
        client.call(queries.Thumbnails(("anna/me",) * 5000))
    with pytest.raises(UsageError):
        client.call(queries.Thumbnails(("anna/me",), what="secrets"))


def test_tokens_are_changed_and_everybody_hears_it(client: LocalClient) -> None:
    heard: list[Event] = []
    client.subscribe(heard.append)
    info = client.call(queries.ChangeToken("anna/me", "portrait", ("x", "y"), (), "my notes"))
    assert (info.name, info.tags, info.notes) == ("anna/portrait", ("x", "y"), "my notes")
    info = client.call(queries.ChangeToken("anna/portrait", "bob/friend", remove_tags=("x",)))
    assert (info.name, info.tags, info.notes) == ("bob/friend", ("y",), "my notes")
    copy = client.call(queries.DuplicateToken("bob/friend", "bob/twin"))
    assert copy.name == "bob/twin"
    assert copy.id != info.id
    assert client.call(queries.DeleteTokens(("bob/twin", "bob/friend", "bob/twin"))).count == 2
    assert sorted(names(client, trash=True)) == ["bob/friend", "bob/twin"]
    assert client.call(queries.RestoreToken("bob/twin")).name == "bob/twin"
    client.run(api.MakeMask(b"photo"))
    assert sum(event.kind == "library" for event in heard) >= 5


def test_deleting_several_is_all_or_nothing(client: LocalClient) -> None:
    with pytest.raises(TokenNotFoundError):
        client.call(queries.DeleteTokens(("anna/me", "anna/nobody")))
    assert "anna/me" in names(client)


def test_people(client: LocalClient) -> None:
    anna, _ = client.call(queries.ListPeople()).people
    assert (anna.name, anna.tokens, anna.thumbnail_of, anna.consent) == ("anna", 2, "anna/me", "agreed")
    client.call(queries.ChangePerson("anna", "ann", "a friend"))
    ann, _ = client.call(queries.ListPeople()).people
    assert (ann.name, ann.notes) == ("ann", "a friend")
    with pytest.raises(TokenNotFoundError):
        client.call(queries.ChangePerson("anna", notes="x"))


def test_a_person_is_forgotten_in_memory_too(client: LocalClient) -> None:
    edit = api.ApplyEdit(b"photo", ("anna/me",), "smiling", settings=api.EditSettings(steps=1))
    other = api.ApplyEdit(b"photo", ("bob/me",), "smiling", settings=api.EditSettings(steps=1))
    for request in (edit, other):
        client.run(request)
    done = client.call(queries.ForgetPerson("anna"))
    assert done.count == 2
    assert names(client) == ["bob/me"]
    assert [job.title for job in client.call(queries.ListJobs()).jobs] == ["Edit with bob/me"]
    with pytest.raises(TokenNotFoundError):
        client.call(queries.ForgetPerson("anna"))


def test_tokens_and_people_go_out_and_come_in(client: LocalClient) -> None:
    token = client.call(queries.ExportToken("anna/me"))
    person = client.call(queries.ExportPerson("anna"))
    assert token.file_name.endswith(".safetensors")
    with pytest.raises(InputError):
        client.call(queries.ImportFile(token.data, token.file_name))  # the name is taken
    came = client.call(queries.ImportFile(token.data, token.file_name, "eva/me"))
    assert [info.name for info in came.tokens] == ["eva/me"]
    replaced = client.call(queries.ImportFile(token.data, token.file_name, replace=True))
    assert [info.name for info in replaced.tokens] == ["anna/me"]
    client.call(queries.ForgetPerson("anna"))
    came = client.call(queries.ImportFile(person.data, person.file_name))
    assert [info.name for info in came.tokens] == ["anna/lips", "anna/me"]
    came = client.call(queries.ImportFile(person.data, person.file_name, "carla"))
    assert [info.name for info in came.tokens] == ["carla/lips", "carla/me"]


@pytest.mark.parametrize(
    "data", [b"", b"x", b"PK\x03\x04", b"\x80\x04pickle", bytes(100), b"\xff" * 8 + b"{}"]
)
def test_what_is_no_token_does_not_come_in(client: LocalClient, data: bytes) -> None:
    with pytest.raises((InputError, TokenDamagedError)):
        client.call(queries.ImportFile(data, "file.safetensors", "anna/new", "woman", consent=True))
    assert "anna/new" not in names(client)


def test_embeddings_come_in_and_go_out(client: LocalClient, library: Library) -> None:
    import json
    import struct

    from s2edit_plugin.formats.base_model import BaseModel

    width = BaseModel.named(library.folder).widths[0]
    header = {"emb_params": {"dtype": "F32", "shape": [1, width], "data_offsets": [0, 4 * width]}}
    head = json.dumps(header).encode()
    data = struct.pack("<Q", len(head)) + head + np.ones(width, np.float32).tobytes()
    with pytest.raises(UsageError):
        client.call(queries.ImportFile(data, "cat.safetensors"))
    with pytest.raises(ConsentError):
        client.call(queries.ImportFile(data, "cat.safetensors", "eva/me", "woman"))
    came = client.call(queries.ImportFile(data, "cat.safetensors", "eva/me", "woman", consent=True))
    assert came.tokens[0].usable
    exported = client.call(queries.ExportToken("eva/me", "textual-inversion"))
    assert exported.file_name.endswith(".safetensors")
    for wrong in (queries.ExportToken("eva/me", "docx"), queries.ExportToken("eva/me", "lora", private=True)):
        with pytest.raises(UsageError):
            client.call(wrong)


def test_the_library_is_checked_and_repaired(client: LocalClient, library: Library) -> None:
    assert client.call(queries.CheckLibrary()) == queries.LibraryReport(3)
    path = library.path("bob/me")
    path.write_bytes(path.read_bytes()[:60])
    report = client.call(queries.CheckLibrary())
    assert (report.checked, len(report.problems), report.repaired) == (3, 1, ())
    assert client.call(queries.CheckLibrary(repair=True)).repaired
    assert client.call(queries.CheckLibrary()).problems == ()


def test_runs_that_were_cut_off_are_offered_and_given_up(client: LocalClient, library: Library) -> None:
    request = api.LearnToken(b"a photo", "anna", "new", class_noun="woman", consent=True)
    Run(library.folder, "anna", "new").keep(Kept(request, "id", "", {}, 7))
    (run,) = client.call(queries.ListResumable()).runs
    assert (run.person, run.token, run.total, run.request.photo, run.request.resume) == (
        "anna",
        "new",
        7,
        b"a photo",
        True,
    )
    client.call(queries.DropResumable("anna", "new"))
    assert client.call(queries.ListResumable()).runs == ()
    with pytest.raises(UsageError):
        client.call(queries.DropResumable("anna", "new"))


# ---------------------------------------------------------------------- models and machine


def test_models_are_listed_chosen_and_removed(client: LocalClient) -> None:
    listed = client.call(queries.ListModels())
    assert (listed.models[0].name, listed.models[0].in_use) == ("small", True)
    assert listed.free_bytes > 0
    with pytest.raises(ModelError):
        client.call(queries.UseModel("sd15"))
    with pytest.raises(LicenceError):
        client.run(api.InstallModel("sd15"))
    client.call(queries.AcceptLicence("sd15"))
    accepted = {model.name: model.licence_accepted for model in client.call(queries.ListModels()).models}
    assert accepted["sd15"]
    for wrong in (
        queries.RemoveModel("sd15"),
        queries.AcceptLicence("nothing"),
        queries.RemoveModel("../library"),
    ):
        with pytest.raises((ModelError, UsageError)):
            client.call(wrong)
    client.call(queries.UseModel(""))


def test_models_are_imported_checked_and_moved_on_the_disk_lane(client: LocalClient, tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        client.run(api.ImportModel(str(tmp_path / "nothing")))
    heard: list[Event] = []
    ready = client.run(api.ImportModel(str(bundled_model()), "mine"), heard.append)
    assert ready.name == "mine"
    assert any(event.kind == "progress" for event in heard)
    assert client.run(api.VerifyModel("mine")).size_bytes == ready.size_bytes
    client.run(api.MoveModels(str(tmp_path / "elsewhere")))
    listed = client.call(queries.ListModels())
    assert listed.folder == str(tmp_path / "elsewhere")
    client.call(queries.UseModel("mine"))
    assert client.call(queries.GetSettings()).values["model"] == "mine"
    client.call(queries.RemoveModel("mine"))
    assert client.call(queries.GetSettings()).values["model"] == ""


def test_settings_are_read_and_changed(client: LocalClient) -> None:
    assert client.call(queries.GetSettings()).values["device"] == "auto"
    assert client.call(queries.ChangeSettings({"device": "cpu"})).values["device"] == "cpu"
    for wrong in (
        {"devise": 1},
        {"device": 1},
        {"precision": "int4"},
        {"models_folder": None},
        {"device": {"a": 1}},
    ):
        with pytest.raises(UsageError):
            client.call(queries.ChangeSettings(wrong))  # type: ignore[arg-type]


def test_the_log_is_read_from_its_end(client: LocalClient, data_home: Path) -> None:
    assert client.call(queries.ReadLog()).text == ""
    (data_home / "engine").mkdir(parents=True)
    (data_home / "engine" / "engine.log").write_bytes(b"".join(b"line %d\n" % n for n in range(1000)))
    assert client.call(queries.ReadLog(2)).text == "line 998\nline 999"
    for wrong in (0, -1, 10**9):
        with pytest.raises(UsageError):
            client.call(queries.ReadLog(wrong))


def test_who_asks_for_the_doctor_while_it_is_at_work_gets_its_findings(
    client: LocalClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, go_on, runs = threading.Event(), threading.Event(), []

    def examine(folder: DataFolder) -> list[doctor.Check]:
        runs.append(folder)
        began.set()
        assert go_on.wait(10)
        return [doctor.Check("Python", True, str(len(runs)))]

    monkeypatch.setattr(doctor, "examine_apart", examine)
    found: list[str] = []
    ask = [
        threading.Thread(target=lambda: found.append(client.call(queries.Diagnose()).checks[0].finding))
        for _ in range(3)
    ]
    for thread in ask:
        thread.start()
    assert began.wait(10)
    time.sleep(0.2)  # the others have asked by now
    go_on.set()
    for thread in ask:
        thread.join(10)
    assert found == ["1", "1", "1"]
    assert client.call(queries.Diagnose()).checks[0].finding == "2"


def test_a_doctor_that_breaks_off_or_hangs_is_a_finding(
    client: LocalClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "python"
    for code, limit, words in (("exit 1", 60, "broke off"), ("exec sleep 60", 0.2, "not ready")):
        script.write_text(f"#!/bin/sh\n{code}\n")
        script.chmod(0o700)
        monkeypatch.setattr(doctor.sys, "executable", str(script))
        monkeypatch.setattr(doctor, "LONGEST", limit)
        (check,) = client.call(queries.Diagnose()).checks
        assert not check.ok
        assert words in check.finding
        assert "doctor" in check.remedy
