"""Results through the studio on a tiny random model: in the history before they are returned, and made again to the bit."""

from __future__ import annotations

import io
import logging
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.engine.server.local import LocalClient
from s2edit_plugin.errors import ResourceError, SafetyError, TokenNotFoundError, UsageError, WrongModelError
from s2edit_plugin.history import History
from s2edit_plugin.imaging import reading
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.storage.settings import change_settings
from s2edit_plugin.workflows.people import rename_person
from tests.fakes.safety_checkers import add_safety_checker
from tests.fakes.tiny_model import write_tiny_model
from tests.fakes.waiting import wait_until

if TYPE_CHECKING:
    from s2edit_plugin.workflows.studio import Studio

SHORT = api.LearnSettings(steps_token=2, steps_joint=2, batch=1)
QUICK = api.EditSettings(steps=3, seed=2)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """A studio with a token, whose model is loaded once for the whole file."""
    from s2edit_plugin.workflows.studio import Studio

    model = write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")
    studio = Studio(tmp_path_factory.mktemp("home"), str(model), "cpu")
    studio.learn(
        api.LearnToken(
            _photo(), "anna", "me", "identity", "woman", subject_mask=_mask(), settings=SHORT, consent=True
        )
    )
    return studio


@pytest.fixture
def studio(loaded: Studio, tmp_path: Path) -> Studio:
    """The loaded studio with a library and history of its own that know anna."""
    shutil.copytree(loaded.folder.library, tmp_path / "home" / "library")
    return loaded.with_home(tmp_path / "home")


def _png(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, "PNG")
    return stream.getvalue()


def _photo(seed: int = 0, mode: str = "RGB") -> bytes:
    small = np.random.default_rng(seed).integers(40, 216, (6, 8, 3), dtype=np.uint8)
    return _png(np.asarray(Image.fromarray(small).resize((80, 60), Image.Resampling.BICUBIC).convert(mode)))


def _mask() -> bytes:
    mask = np.zeros((60, 80), np.uint8)
    mask[10:50, 15:60] = 255
    return _png(mask)


def _request(**changes: object) -> api.ApplyEdit:
    request = api.ApplyEdit(
        _photo(), ("anna/me",), "a photo of a woman smiling", "a photo of a woman", subject_mask=_mask(),
        region_mask=_mask(), settings=QUICK,
    )  # fmt: skip
    return replace(request, **changes)  # type: ignore[arg-type]


def test_a_result_is_in_the_journal_before_it_is_returned(studio: Studio) -> None:
    result = studio.edit(_request())
    journal = History(studio.folder)  # as another process sees it
    details = journal.show(result.history_id)
    assert details.image == result.image
    assert details.region == result.region
    assert details.request == replace(_request(), source_prompt=result.source_prompt)
    assert details.entry.tokens == ("anna/me",)
    record = journal.details(result.history_id)
    assert record.machine.model_hash == studio.backbone.fingerprint
    assert (record.machine.device, record.machine.dtype) == ("cpu", "float32")
    assert record.tokens == (studio.library.record("anna/me").id,)
    assert record.pixels == studio.library.record("anna/me").source_image_hash
    with Image.open(io.BytesIO(journal.thumbnails([result.history_id])[result.history_id])) as small:
        assert small.size == (80, 60)


def test_a_learned_token_is_a_row(loaded: Studio) -> None:
    (entry,) = loaded.history.list(queries.ListHistory(kind="learn")).entries
    assert entry.tokens == ("anna/me",)
    assert loaded.history.learned(entry.id).settings == SHORT
    assert loaded.history.picture(entry.id) == loaded.library.thumbnail("anna/me")


def test_a_jpegs_result_is_kept_to_the_last_bit(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    from s2edit_plugin.imaging.reading import read_photo
    from s2edit_plugin.imaging.writing import encode_photo
    from s2edit_plugin.workflows import editing

    stream = io.BytesIO()
    with Image.open(io.BytesIO(_photo(3))) as image:
        image.save(stream, "JPEG", quality=70)
    request = _request(photo=stream.getvalue())
    result = studio.edit(request)
    before, after = read_photo(request.photo), read_photo(result.image)
    with Image.open(io.BytesIO(result.region)) as region:
        outside = np.asarray(region) == 0
    assert np.array_equal(before.pixels[outside], after.pixels[outside])
    assert studio.history.details(result.history_id).picture == "picture.png"
    assert studio.history.picture(result.history_id) == result.image
    assert studio.rerun(api.RerunResult(result.history_id)).equal
    # As versions did that kept a JPEG: its pixels are compared with those of the same compression.
    monkeypatch.setattr(editing, "encode_exactly", encode_photo)
    old = studio.edit(request)
    monkeypatch.undo()
    assert studio.history.details(old.history_id).picture == "picture.jpg"
    assert studio.rerun(api.RerunResult(old.history_id)).equal


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA"])
def test_the_same_settings_give_the_same_picture_to_the_bit(studio: Studio, mode: str) -> None:
    """From a cold and a warm cache, on a photo that the token has not seen, with a region that the model finds."""
    changes = {"photo": _photo(3, mode), "region_mask": None}
    first = studio.edit(_request(**changes))
    again = studio.edit(_request(**changes, prompt="a photo of a woman with red hair"))
    assert (first.inversion_cached, again.inversion_cached) == (False, True)
    for result in (first, again):
        for path in studio.folder.cache.rglob("*.safetensors"):
            path.unlink()
        for _ in range(2):
            report = studio.rerun(api.RerunResult(result.history_id))
            assert (report.equal, report.max_difference) == (True, 0.0)
            assert report.image == result.image
            assert report.sentence == "Every pixel is the same."
    assert studio.history.list().total == 2


def test_tokens_are_found_after_renaming(studio: Studio) -> None:
    name = studio.edit(_request(prompt="a photo of a <anna/me> woman smiling")).history_id
    studio.library.rename("anna/me", "summer")
    studio.library.rename_person("anna", "eva")
    report = studio.rerun(api.RerunResult(name))
    assert report.equal
    assert studio.history.show(name).entry.tokens == ("eva/summer",)
    assert studio.history.request(name).prompt == "a photo of a <eva/summer> woman smiling"


def test_listing_follows_tokens_that_were_renamed(studio: Studio) -> None:
    studio.edit(_request())
    studio.library.rename("anna/me", "eva/me")
    studio.history.follow(studio.library)
    assert studio.history.list(queries.ListHistory(token="eva/me")).total == 1


def test_a_deleted_or_replaced_token_is_named_with_what_brings_it_back(studio: Studio) -> None:
    name = studio.edit(_request()).history_id
    token = studio.library.get("anna/me")
    studio.library.delete("anna/me")
    with pytest.raises(TokenNotFoundError, match="anna/me of this result was deleted") as caught:
        studio.rerun(api.RerunResult(name))
    assert caught.value.hint == "`s2edit tokens restore anna/me` brings it back."

    other = token.record.replace(id="dddddddd-0000-4000-8000-000000000004")
    studio.library.add(other, token.tensors)
    with pytest.raises(TokenNotFoundError, match="was replaced by another token of that name") as caught:
        studio.rerun(api.RerunResult(name))
    assert "tokens restore anna/me" in caught.value.hint

    studio.library.rename("anna/me", "another")
    studio.library.restore("anna/me")
    assert studio.rerun(api.RerunResult(name)).equal
    studio.library.delete("anna/me")
    studio.library.empty_trash()
    with pytest.raises(TokenNotFoundError, match="is not in the trash"):
        studio.rerun(api.RerunResult(name))


def test_another_model_is_named(studio: Studio, tmp_path: Path) -> None:
    from s2edit_plugin.workflows.studio import Studio

    name = studio.edit(_request()).history_id
    for folder, words in (
        ("other", "the model 'tiny', not with 'other'"),
        ("tiny", "another version of the model"),
    ):
        model = write_tiny_model(tmp_path / folder, seed=1)
        with pytest.raises(WrongModelError, match=words):
            Studio(studio.folder.root, str(model), "cpu").rerun(api.RerunResult(name))


def test_a_difference_is_measured_and_explained(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    result = studio.edit(_request())
    real = studio.backbone.decode_latents
    threads = torch.get_num_threads()
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads + 3)
    monkeypatch.setattr(
        studio.backbone,
        "decode_latents",
        lambda latents: real(latents) + 0.05 * torch.arange(len(latents)).view(-1, 1, 1, 1),
    )
    report = studio.rerun(api.RerunResult(result.history_id))
    assert not report.equal
    assert 0 < report.max_difference <= 255
    assert f"threads {threads} then, {threads + 3} now" in report.sentence


def test_what_cannot_be_made_again_says_so(studio: Studio, loaded: Studio) -> None:
    (learned,) = loaded.history.list(queries.ListHistory(kind="learn")).entries
    with pytest.raises(UsageError, match="learned token"):
        loaded.rerun(api.RerunResult(learned.id))
    with pytest.raises(UsageError, match="no such result"):
        studio.rerun(api.RerunResult("20261125-101010123456-abcdef"))


def test_the_journal_can_be_switched_off(studio: Studio) -> None:
    change_settings(studio.folder, keep_history=False)
    result = studio.edit(_request())
    assert (result.history_id, result.warnings) == ("", ())
    assert not studio.folder.history.exists()


def test_the_journal_keeps_to_its_size_but_always_keeps_the_newest(studio: Studio) -> None:
    change_settings(studio.folder, history_limit_gb=1e-9)
    names = [studio.edit(_request(settings=replace(QUICK, seed=seed))).history_id for seed in range(3)]
    assert [entry.id for entry in studio.history.list().entries] == names[-1:]


def test_a_journal_that_cannot_be_written_costs_nobody_the_result(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> str:
        raise ResourceError("The disk is full: the history was not changed.")

    monkeypatch.setattr(studio.history, "record", full)
    with caplog.at_level(logging.WARNING):
        result = studio.edit(_request())
    assert result.image
    assert result.history_id == ""
    assert result.warnings == (
        "The result is not in the history: The disk is full: the history was not changed.",
    )
    assert "anna" not in caplog.text


def test_a_file_says_more_than_edited_by_ai_only_when_asked_to(studio: Studio) -> None:
    names = (b"anna", b"smiling", b"s2edit:settings")
    plain = studio.edit(_request()).image
    assert b"edited by AI" in plain
    assert not any(name in plain for name in names)
    assert all(name in studio.edit(_request(embed_settings=True)).image for name in names)
    change_settings(studio.folder, embed_settings=True)
    assert all(name in studio.edit(_request()).image for name in names)
    assert not any(name in studio.edit(_request(embed_settings=False)).image for name in names)


def test_forgetting_leaves_nothing_in_the_whole_data_folder(studio: Studio) -> None:
    """Names, prompts, ids, photo, result, latents: the test reads every byte below the data folder."""
    studio.learn(
        api.LearnToken(
            _photo(7), "ben", "me", "identity", "man", subject_mask=_mask(), settings=SHORT, consent=True,
            prompt="a photo of a man with a hat",
        )
    )  # fmt: skip
    prompt = "a photo of a <anna/me> woman with beard"
    result = studio.edit(_request(prompt=prompt, photo=_photo(4)))
    studio.edit(
        _request(tokens=("ben/me", "anna/me"), prompt="a photo of a man smiling", source_prompt="a man")
    )
    kept = studio.edit(_request(tokens=("ben/me",), prompt="a photo of a man smiling", source_prompt="a man",
                                photo=_photo(7)))  # fmt: skip
    record = studio.library.record("anna/me")
    marks = [
        b"anna",
        record.id.encode(),
        b"with beard",
        _photo(4)[200:300],
        _photo()[200:300],
        result.image[-200:-100],
    ]
    marks += [record.source_image_hash.encode(), record.thumbnail.encode()[200:300]]
    assert _holding(studio.folder.root, marks)

    gone = studio.forget("anna")

    assert gone.elsewhere == 2
    assert _holding(studio.folder.root, marks) == []
    assert [entry.id for entry in studio.history.list().entries] == [kept.history_id]
    assert list((studio.folder.cache).rglob("*anna*")) == []
    with pytest.raises(TokenNotFoundError):
        studio.forget("anna")


def test_an_edit_that_is_running_while_its_person_is_forgotten_leaves_nothing(studio: Studio) -> None:
    record = studio.library.record("anna/me")

    def forget(progress: api.Progress) -> None:
        if (progress.stage, progress.step) == ("editing", 2):
            studio.forget("anna")

    result = studio.edit(_request(prompt="a photo of a <anna/me> woman with beard"), forget)
    assert result.image
    assert result.history_id == ""
    assert result.warnings == (
        "The result is not in the history: A person of this result was forgotten while it was made.",
    )
    marks = [b"anna", record.id.encode(), b"with beard", _photo()[200:300], result.image[-200:-100]]
    assert _holding(studio.folder.root, marks) == []
    assert list(studio.folder.cache.rglob("*.safetensors")) == []


def test_the_engine_tells_of_results_and_makes_them_again(studio: Studio) -> None:
    heard: list[str] = []
    with LocalClient(studio.folder.root, make=lambda *_: studio) as client:
        client.subscribe(lambda event: heard.append(event.kind))
        result = client.run(_request())
        assert client.call(queries.ShowHistory(result.history_id)).image == result.image
        pictures = client.call(queries.Thumbnails((result.history_id, "anna/me"), "history")).pictures
        assert list(pictures) == [result.history_id]
        report = client.run(api.RerunResult(result.history_id))
        assert (report.equal, report.image) == (True, result.image)
        wait_until(lambda: heard.count("history") == 1)
        client.call(queries.ForgetPerson("anna"))
        assert client.call(queries.ListHistory()).total == 0
        with pytest.raises(UsageError):
            client.run(api.RerunResult(result.history_id))
        wait_until(lambda: heard.count("history") == 2)


def test_renaming_a_person_keeps_the_journal_in_step(studio: Studio) -> None:
    name = studio.edit(_request()).history_id
    rename_person(studio.folder, "anna", "eva")
    assert studio.history.request(name).tokens == ("eva/me",)
    assert studio.history.list(queries.ListHistory(person="eva")).total == 1
    assert studio.rerun(api.RerunResult(name)).equal


def test_the_safety_checker_of_the_base_model_is_asked(loaded: Studio, tmp_path: Path) -> None:
    from s2edit_plugin.workflows.studio import Studio

    model = write_tiny_model(tmp_path / "tiny")
    studio = Studio(tmp_path / "home", str(model), "cpu")
    shutil.copytree(loaded.folder.library, studio.folder.library)
    for objects in (False, True):
        for part in ("safety_checker", "feature_extractor"):
            shutil.rmtree(model / part, ignore_errors=True)
        add_safety_checker(model, objects=objects)
        if objects:
            with pytest.raises(SafetyError, match="took the result for sexual"):
                studio.edit(_request())
        else:
            assert studio.edit(_request()).image
    assert studio.history.list().total == 1
    change_settings(studio.folder, safety_checker=False)
    assert studio.edit(_request()).image


def test_sexual_prompts_are_refused_with_a_person(studio: Studio) -> None:
    for changes in ({"prompt": "a photo of a naked woman"}, {"source_prompt": "a photo of a naked woman"}):
        with pytest.raises(SafetyError):
            studio.edit(_request(**changes))
    asked = api.LearnToken(_photo(), "eva", "me", "identity", "woman", prompt="a naked woman", consent=True)
    with pytest.raises(SafetyError):
        studio.learn(asked)
    assert studio.history.list(queries.ListHistory(kind="")).total == 0


def _holding(root: Path, marks: list[bytes]) -> list[str]:
    """Files below a folder that hold one of the marks, in their bytes or their names."""
    found = []
    for path in root.rglob("*"):
        text = str(path.relative_to(root)).encode()
        data = path.read_bytes() if path.is_file() else b""
        if any(mark in data or mark in text for mark in marks):
            found.append(str(path.relative_to(root)))
    return found


@pytest.mark.parametrize("changes", [{}, {"in_colour": True, "region_mask": None}])
def test_an_edit_decodes_its_photo_once(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    """Counted at the readers of all formats, which every module that reads a photo comes to; with layer and history."""
    decoded: list[bytes] = []

    def counting(reader: Callable[..., Photo]) -> Callable[..., Photo]:
        def read(data: bytes, kind: Any, subject: str) -> Photo:
            decoded.append(data)
            return reader(data, kind, subject)

        return read

    readers = {kind: counting(reader) for kind, reader in reading._READERS.items()}
    monkeypatch.setattr(reading, "_READERS", readers)
    request = _request(photo=_photo(mode="L"), with_layer=True, **changes)
    result = studio.edit(request)
    assert result.history_id
    assert result.layer
    assert decoded.count(request.photo) == 1
