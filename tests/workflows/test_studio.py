"""Requests through the studio on a tiny random model: what must be exact is exact, bad input gets one sentence."""

from __future__ import annotations

import io
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin import api
from s2edit_plugin.errors import (
    CancelledError,
    ConsentError,
    ImageError,
    InputError,
    MaskError,
    PromptError,
    SafetyError,
    TokenDamagedError,
    TokenNotFoundError,
    UsageError,
    WrongModelError,
)
from s2edit_plugin.imaging.formats.png16 import encode_png16
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.perception.masks.found import FoundMask
from s2edit_plugin.workflows.people import forget_person
from tests.fakes.tiny_model import TINY_FAMILIES, write_tiny_model

if TYPE_CHECKING:
    from s2edit_plugin.workflows.studio import Studio

pytestmark = pytest.mark.usefixtures("one_thread")

SHORT = api.LearnSettings(steps_token=2, steps_joint=2, batch=1)
QUICK = api.EditSettings(steps=3)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def loaded(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """A studio whose model is loaded once for the whole file."""
    from s2edit_plugin.workflows.studio import Studio

    studio = Studio(tmp_path_factory.mktemp("home"), str(model), "cpu")
    assert studio.backbone.resolution == 32
    return studio


@pytest.fixture
def studio(loaded: Studio, tmp_path: Path) -> Studio:
    """The loaded studio with an empty library of its own."""
    return loaded.with_home(tmp_path / "home")


def _png(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, "PNG")
    return stream.getvalue()


def _rgb(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


def _photo(height: int = 90, width: int = 120, seed: int = 0) -> bytes:
    rng = np.random.default_rng(seed)
    small = rng.integers(40, 216, (9, 12, 3), dtype=np.uint8)
    return _png(np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)))


def _mask(height: int = 90, width: int = 120, box: tuple[int, int, int, int] = (20, 15, 80, 75)) -> bytes:
    mask = np.zeros((height, width), np.uint8)
    left, top, right, bottom = box
    mask[top:bottom, left:right] = 255
    return _png(mask)


def _learn(studio: Studio, **changes: object) -> api.LearnResult:
    request = api.LearnToken(
        _photo(), "anna", "me", "identity", "woman", subject_mask=_mask(), settings=SHORT, consent=True
    )
    return studio.learn(replace(request, **changes))  # type: ignore[arg-type]


def _request(**changes: object) -> api.ApplyEdit:
    request = api.ApplyEdit(
        _photo(), ("anna/me",), "a photo of a woman smiling", "a photo of a woman", subject_mask=_mask(),
        region_mask=_mask(box=(30, 30, 60, 60)), settings=QUICK,
    )  # fmt: skip
    return replace(request, **changes)  # type: ignore[arg-type]


def _psnr(one: np.ndarray, other: np.ndarray) -> float:
    mean = np.square(one.astype(float) - other.astype(float)).mean()
    return 99.0 if mean == 0 else float(10 * np.log10(255**2 / mean))


def test_learning_puts_a_token_into_the_library(studio: Studio) -> None:
    from s2edit_plugin.workflows.self_test import verify

    result = _learn(studio)
    assert result.name == "anna/me"
    assert result.steps == 4
    record = studio.library.record("anna/me")
    assert record.base_model_hash == studio.backbone.fingerprint
    assert record.source_prompt == "a photo of a woman"
    assert record.consent
    assert record.subject_mask
    assert (record.dtype, record.self_test["dtype"]) == ("float32", "float32")
    assert verify(studio.backbone, studio.library.get("anna/me")) == ""
    assert record.thumbnail_png.startswith(b"\x89PNG")
    assert Path(result.path).stat().st_size == result.size_bytes < 200 * 1024


def test_pixels_outside_the_region_are_the_photos_own(studio: Studio) -> None:
    _learn(studio)
    result = studio.edit(_request())
    before, after, region = _rgb(_photo()), _rgb(result.image), _rgb(result.region)
    assert before.shape == after.shape
    assert np.array_equal(before[region == 0], after[region == 0])
    assert not np.array_equal(before[region > 0], after[region > 0])
    assert region[:30].max() == 0


@pytest.mark.parametrize("family", ["sd2", "sdxl"])
def test_the_other_families_learn_and_edit_a_photo(family: str, tmp_path: Path) -> None:
    from s2edit_plugin.workflows.self_test import verify
    from s2edit_plugin.workflows.studio import Studio

    studio = Studio(tmp_path / "home", str(TINY_FAMILIES[family](tmp_path / family)), "cpu")
    _learn(studio)
    assert verify(studio.backbone, studio.library.get("anna/me")) == ""
    first, second = studio.edit(_request()), studio.edit(_request())
    before, after, region = _rgb(_photo()), _rgb(first.image), _rgb(first.region)
    assert np.array_equal(before[region == 0], after[region == 0])
    assert not np.array_equal(before, after)
    assert second.inversion_cached
    assert _psnr(after, _rgb(second.image)) >= 50
    same = studio.edit(_request(prompt="a photo of a woman", region_mask=None, region="none"))
    assert _psnr(before, _rgb(same.image)) >= 50


def test_an_edit_of_one_persons_photo_with_anothers_token_goes_with_either(studio: Studio) -> None:
    _learn(studio)
    _learn(studio, photo=_photo(seed=1), person="eva")
    studio.edit(_request(tokens=("eva/me",)))  # her token on anna's photo
    cached = list(studio.folder.cache.glob("eva/inversion-*"))
    assert len(cached) == 1
    studio.library.forget("anna")
    assert not any(path.exists() for path in cached)


def test_an_edit_caches_nothing_of_whom_was_forgotten_meanwhile(studio: Studio) -> None:
    _learn(studio)
    _learn(studio, photo=_photo(seed=1), person="eva")

    def forget(_: api.Progress) -> None:
        if studio.library.list("anna"):
            forget_person(studio.folder, "anna")

    result = studio.edit(_request(tokens=("eva/me",)), forget)
    assert not list(studio.folder.cache.rglob("inversion-*"))
    assert not result.history_id


def test_the_settings_choose_the_precision(model: Path, tmp_path: Path) -> None:
    from s2edit_plugin.storage.settings import change_settings
    from s2edit_plugin.workflows.studio import Studio

    studio = Studio(tmp_path / "home", str(model), "cpu")
    change_settings(studio.folder, precision="bf16")
    choice = studio.backbone.choice
    assert choice is not None
    assert choice.precision == "bf16" or choice.fell_back


@pytest.mark.parametrize(
    "change",
    [
        {"steps": 0}, {"steps": 501}, {"guidance": float("nan")}, {"strength": 1e9}, {"cross_steps": -0.1},
        {"self_steps": 2.0}, {"weights": {"woman": float("inf")}},
    ],
    ids=str,
)  # fmt: skip
def test_settings_out_of_range_are_refused(studio: Studio, change: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"from|takes"):
        studio.edit(_request(settings=replace(QUICK, **change)))


@pytest.mark.parametrize("size", [(90, 120), (61, 47), (600, 420)])
def test_an_unchanged_prompt_and_strength_zero_give_the_photo_back(
    studio: Studio, size: tuple[int, int]
) -> None:
    _learn(studio)
    height, width = size
    box = (width // 6, height // 6, width * 2 // 3, height * 5 // 6)
    photo, mask = _photo(height, width), _mask(height, width, box)
    whole = _request(photo=photo, subject_mask=mask, region_mask=None, region="none")
    same = studio.edit(replace(whole, prompt="a photo of a woman"))
    nothing = studio.edit(replace(whole, settings=replace(QUICK, strength=0.0)))
    for result in (same, nothing):
        assert _psnr(_rgb(photo), _rgb(result.image)) >= 50


def test_the_second_edit_of_a_photo_takes_the_inversion_from_the_cache(studio: Studio) -> None:
    _learn(studio)
    first = studio.edit(_request())
    again = studio.edit(_request())
    other_region = studio.edit(_request(region_mask=_mask(box=(40, 40, 70, 70))))
    other_photo = studio.edit(_request(photo=_photo(seed=1)))
    cached = [r.inversion_cached for r in (first, again, other_region, other_photo)]
    assert cached == [False, True, True, False]
    assert np.array_equal(_rgb(first.image), _rgb(again.image))


def test_a_token_works_on_another_photo_and_beside_an_attribute(studio: Studio) -> None:
    _learn(studio)
    _learn(studio, photo=_photo(seed=2), person="mia", token="lips", kind="attribute", class_noun="lipstick",
           prompt="a photo of a woman with lipstick", consent=False)  # fmt: skip
    result = studio.edit(
        _request(photo=_photo(seed=1), tokens=("anna/me", "mia/lips"), prompt="a photo of a woman")
    )
    assert result.source_prompt == "a photo of a <anna/me> woman"
    assert result.target_prompt == "a photo of a <anna/me> woman with <mia/lips> lipstick"
    assert not np.array_equal(_rgb(result.image), _rgb(_photo(seed=1)))


def test_a_source_prompt_is_stored_suggested_or_plain(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    _learn(studio, prompt="a photo of a woman with brown hair")
    suggestion = "a photo of a woman with red hair"
    monkeypatch.setattr(studio, "can_describe", lambda _: True)
    monkeypatch.setattr(studio, "describe", lambda *_: api.PromptSuggestion(suggestion))
    blonde = "a photo of a woman with blonde hair"
    own = studio.edit(_request(source_prompt=None, prompt=blonde))
    assert own.source_prompt == "a photo of a <anna/me> woman with brown hair"
    seen = studio.edit(_request(source_prompt="auto", prompt=blonde))
    assert seen.source_prompt == "a photo of a <anna/me> woman with red hair"
    other = studio.edit(_request(source_prompt=None, prompt=blonde, photo=_photo(seed=1)))
    assert other.source_prompt == "a photo of a <anna/me> woman with red hair"
    suggestion = f"a photo of a woman in a forest {'and forest ' * 20}"
    with pytest.raises(PromptError, match="too long"):  # what was seen is shortened, what is wanted is not
        studio.edit(_request(source_prompt="auto", prompt=f"{blonde} {'on a beach ' * 20}"))
    suggestion = "a photo of a red car"
    no_woman = studio.edit(_request(source_prompt=None, photo=_photo(seed=1)))
    assert no_woman.source_prompt == "a photo of a <anna/me> woman"


def test_a_suggestion_takes_nothing_away_and_what_the_user_wrote_does(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    suggestion = api.PromptSuggestion("a photo of a young woman with brown hair in a city", note="Looked at.")
    monkeypatch.setattr(studio, "can_describe", lambda _: True)
    monkeypatch.setattr(studio, "describe", lambda *_: suggestion)
    asked = _request(tokens=(), source_prompt="auto", prompt="a photo of a person with blonde hair smiling")
    auto = studio.edit(asked)
    assert auto.source_prompt == "a photo of a person with brown hair"
    assert "Looked at." in auto.warnings
    typed = studio.edit(replace(asked, source_prompt=suggestion.prompt))
    assert typed.source_prompt == suggestion.prompt
    shown = studio.edit(replace(asked, source_prompt=suggestion.prompt, source_suggested=True))
    assert shown.source_prompt == auto.source_prompt
    assert any("young, in a city" in note for note in shown.warnings)
    # A suggestion that was shown, and words of it left out, and nothing else: that is the edit.
    fewer = "a photo of a young woman with brown hair"
    less = studio.edit(replace(asked, prompt=fewer, source_prompt=suggestion.prompt, source_suggested=True))
    assert less.source_prompt == suggestion.prompt
    with pytest.raises(PromptError, match="nothing but what the photo seems to show"):
        studio.edit(replace(asked, prompt=fewer))


def test_a_target_that_names_nobody_is_completed_and_made_again_to_the_pixel(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    suggestion = api.PromptSuggestion("a photo of a young woman with brown hair in a city")
    monkeypatch.setattr(studio, "can_describe", lambda _: True)
    monkeypatch.setattr(studio, "describe", lambda *_: suggestion)
    result = studio.edit(_request(tokens=(), source_prompt="auto", prompt="(blonde:1.2) hair"))
    assert result.source_prompt == "a photo of a woman with brown hair"
    assert result.target_prompt == "a photo of a woman with blonde hair"
    assert studio.history.request(result.history_id).source_suggested
    assert studio.rerun(api.RerunResult(result.history_id)).equal


def test_a_grey_photo_stays_grey_or_takes_colours(studio: Studio) -> None:
    stream = io.BytesIO()
    Image.fromarray(_rgb(_photo())).convert("L").save(stream, "PNG")
    asked = _request(
        tokens=(), photo=stream.getvalue(), prompt="a photo of a woman with red hair", region="mask",
        settings=replace(QUICK, guidance=12.0, cross_steps=0.0, self_steps=0.0),
    )  # fmt: skip
    grey = studio.edit(asked)
    assert _rgb(grey.image).ndim == 2
    assert any("--in-colour" in note for note in grey.warnings)
    coloured = studio.edit(replace(asked, in_colour=True))
    made = _rgb(coloured.image)
    assert made.ndim == 3
    assert np.ptp(made[30:60, 30:60].astype(int), axis=2).max() > 3
    assert np.array_equal(made[:25, :, 0], _rgb(stream.getvalue())[:25])
    assert not any("grey" in note for note in coloured.warnings)
    assert studio.rerun(api.RerunResult(coloured.history_id)).equal


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("make her hair red", True), ("Please remove the glasses", True), ("add glasses", True), ("Turn it into night", True),
        ("a photo of a woman with make up", False), ("a photo of a woman", False), ("changing rooms", False),
        ("make up artist", False), ("red hair", False), ("take-off of a plane", False),
    ],
)  # fmt: skip
def test_commands_are_taken_as_descriptions_and_that_is_said(prompt: str, said: bool) -> None:
    from s2edit_plugin.workflows.scenes import understood

    assert any("reads like a command" in note for note in understood(_request(prompt=prompt))[1]) == said


def test_learning_and_masks_say_how_the_photo_was_read(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.BytesIO()
    Image.fromarray(_rgb(_photo())).save(stream, "GIF")
    notes = read_photo(stream.getvalue()).notes
    assert notes
    assert set(notes) <= set(_learn(studio, photo=stream.getvalue()).warnings)
    found = FoundMask(np.ones((90, 120), np.float32))
    monkeypatch.setattr(studio, "search_mask", lambda *_: found)
    assert studio.mask(api.MakeMask(stream.getvalue(), "grabcut")).photo_notes == notes


def test_the_stored_mask_serves_the_photo_it_was_learned_from(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    _learn(studio)
    monkeypatch.setattr(studio, "search_mask", lambda *_: pytest.fail("looked for the subject again"))
    studio.edit(_request(subject_mask=None))


def test_an_attribute_is_learned_in_its_part_but_the_model_sees_the_person(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = np.zeros((90, 120), np.float32)
    person[10:85, 30:95] = 1
    monkeypatch.setattr(studio, "search_mask", lambda *_: FoundMask(person))
    lips = _mask(box=(50, 50, 70, 58))
    _learn(studio, subject_mask=lips, token="lips", kind="attribute", class_noun="lipstick",
           prompt="a woman with lipstick")  # fmt: skip
    _learn(studio, subject_mask=lips, token="me")
    boxes = [studio.library.record(f"anna/{name}").crop for name in ("lips", "me")]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0][2] - boxes[0][0] >= 75 > boxes[1][2] - boxes[1][0]


def test_the_found_region_is_inside_the_photo(studio: Studio) -> None:
    _learn(studio)
    result = studio.edit(_request(region_mask=None, region="auto"))
    before, after, region = _rgb(_photo()), _rgb(result.image), _rgb(result.region)
    assert region.shape == before.shape[:2]
    assert np.array_equal(before[region == 0], after[region == 0])


@pytest.mark.parametrize("kind", ["colour", "grey", "sixteen"])
def test_the_layer_laid_over_the_photo_through_the_region_is_the_result(studio: Studio, kind: str) -> None:
    _learn(studio)
    rows = np.asarray(Image.open(io.BytesIO(_photo())))
    photo = {
        "colour": lambda: _photo(),
        "grey": lambda: _png(rows[..., 0].copy()),
        "sixteen": lambda: encode_png16(rows.astype(np.uint16) * 257),
    }[kind]()
    soft = np.zeros((90, 120), np.uint8)
    soft[30:60, 30:90] = np.linspace(0, 255, 60).astype(np.uint8)
    request = _request(photo=photo, region_mask=_png(soft), with_layer=True)
    result, whole = studio.edit(request), studio.edit(replace(request, with_layer=False))
    assert (result.image, whole.layer, whole.layer_box) == (b"", b"", ())
    assert studio.history.show(result.history_id).image
    left, top, right, bottom = result.layer_box
    margin = 14  # a fourth of the 59 columns in which the mask is not black
    assert (left, top, right, bottom) == (31 - margin, 30 - margin, 90 + margin, 60 + margin)
    before, after, layer = (read_photo(data) for data in (photo, whole.image, result.layer))
    part = (slice(top, bottom), slice(left, right))
    assert (layer.size, layer.depth, layer.grey, layer.alpha) == (
        (bottom - top, right - left),
        before.depth,
        before.grey,
        None,
    )
    soft = soft[part]
    share = (soft / 255)[..., None]
    mixed = before.pixels[part] * (1 - share) + layer.pixels * share
    inside_range = (layer.pixels > 0) & (layer.pixels < layer.white)  # a random model changes much
    assert inside_range[soft > 0].any()
    assert np.abs(mixed - after.pixels[part])[inside_range].max() <= 1
    # Where the mask is white the layer is the result, and it goes on where the mask is black.
    apart = layer.pixels[soft == 255].astype(int) - after.pixels[part][soft == 255]
    assert np.abs(apart).max() <= (1 if kind == "sixteen" else 0)
    assert (layer.pixels != before.pixels[part])[soft == 0].any()
    outside = np.ones(before.size, bool)
    outside[part] = False
    assert np.array_equal(before.pixels[outside], after.pixels[outside])


def test_a_result_says_how_alike_the_person_is(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    from s2edit_plugin.perception import identity

    _learn(studio)
    plain = studio.edit(_request())
    assert plain.identity is None
    assert "yunet and sface are not installed" in plain.identity_note
    seen = []

    def compare(before: np.ndarray, after: np.ndarray, networks: object, subject: np.ndarray) -> object:
        seen.append((before, after, subject))
        return identity.IdentityScore(0.8, True, "SFace", "The same person.")

    monkeypatch.setattr(identity, "compare", compare)
    scored = studio.edit(_request())
    assert (scored.identity, scored.identity_note) == (0.8, "The same person.")
    ((before, after, subject),) = seen
    assert before.shape == after.shape == (*subject.shape, 3)
    assert not np.array_equal(before, after)
    assert scored.image == plain.image

    def fail(*arguments: object) -> object:
        raise RuntimeError

    monkeypatch.setattr(identity, "compare", fail)
    failed = studio.edit(_request())
    assert failed.image == plain.image
    assert failed.identity is None
    assert failed.identity_note.endswith("cannot be told (RuntimeError).")


def test_cancelling_leaves_a_checkpoint_and_resuming_finishes(studio: Studio) -> None:
    whole = _learn(studio)
    tensors = studio.library.get("anna/me").tensors

    def stop(progress: api.Progress) -> None:
        if progress.step == 3:
            raise CancelledError

    request = api.LearnToken(
        _photo(), "anna", "two", "identity", "woman", subject_mask=_mask(), settings=SHORT, consent=True
    )
    with pytest.raises(CancelledError):
        studio.learn(request, stop)
    assert list(studio.folder.checkpoints.rglob("*.safetensors"))
    with pytest.raises(TokenNotFoundError):
        studio.library.get("anna/two")
    resumed = studio.learn(replace(request, resume=True))
    assert resumed.loss_last == whole.loss_last
    assert all(np.array_equal(tensors[k], v) for k, v in studio.library.get("anna/two").tensors.items())
    assert not list(studio.folder.checkpoints.rglob("*.safetensors"))


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"photo": b"not a picture"}, ImageError, "picture"),
        ({"photo": _png(np.zeros((1, 1, 3), np.uint8))}, ImageError, "1"),
        ({"subject_mask": _png(np.zeros((90, 120), np.uint8))}, MaskError, "empty"),
        ({"subject_mask": _mask(40, 40, (10, 10, 30, 30))}, MaskError, "40"),
        ({"class_noun": ""}, PromptError, "class noun"),
        ({"prompt": "a photo of a man"}, PromptError, "woman"),
        ({"prompt": "a woman " * 40}, PromptError, "too long"),
        ({"consent": False}, ConsentError, "consent"),
        ({"token": "con"}, InputError, "Windows keeps it"),
        ({"subject_mask": None, "subject": "nonsense"}, MaskError, "nonsense"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_learning_refuses_bad_input_in_one_sentence(
    studio: Studio, changes: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as caught:
        _learn(studio, **changes)
    sentence = str(caught.value)
    assert words.lower() in sentence.lower()
    assert "\n" not in sentence
    assert not list(studio.folder.root.rglob("*.safetensors"))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"tokens": ("anna/nobody",)}, TokenNotFoundError),
        ({"prompt": "a photo of a man"}, PromptError),
        ({"prompt": "a photo of a <bob/me> woman"}, PromptError),
        ({"region_mask": _mask(40, 40, (10, 10, 30, 30))}, MaskError),
        ({"photo": b""}, ImageError),
    ],
    ids=lambda value: str(value)[:40],
)
def test_editing_refuses_bad_input(
    studio: Studio, changes: dict[str, object], error: type[Exception]
) -> None:
    _learn(studio)
    with pytest.raises(error):
        studio.edit(_request(**changes))


def test_masks_are_refined(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    found = np.zeros((90, 120), np.float32)
    found[30:60, 30:60] = 1
    found[44:46, 44:46] = 0
    monkeypatch.setattr(studio, "search_mask", lambda *_: FoundMask(found))

    def area(**changes: object) -> float:
        result = studio.mask(replace(api.MakeMask(_photo()), **changes))  # type: ignore[arg-type]
        assert result.coverage == pytest.approx((_rgb(result.mask) / 255).mean(), abs=0.01)
        return result.coverage

    plain = area()
    assert area(fill_holes=True) == pytest.approx(900 / 10800, abs=1e-4)
    assert area(grow=4) > plain > area(grow=-4) > 0
    assert area(feather=6) == pytest.approx(plain, abs=0.01)
    assert area(invert=True) == pytest.approx(1 - plain)


def test_tokens_of_another_model_and_damaged_ones_are_refused(studio: Studio) -> None:
    result = _learn(studio)
    token = studio.library.get("anna/me")
    studio.library.add(token.record.replace(name="other", base_model_hash="f" * 64), token.tensors)
    with pytest.raises(WrongModelError):
        studio.edit(_request(tokens=("anna/other",)))
    path = Path(result.path)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(TokenDamagedError):
        studio.edit(_request())


def test_the_pace_of_jobs_is_remembered_but_not_of_those_that_were_held(studio: Studio) -> None:
    from s2edit_plugin.backbones.memory.operations import job_operations
    from s2edit_plugin.backbones.memory.throughput import Paces, computer_of

    def held(_: api.Progress) -> None:
        time.sleep(0.5)

    def pace(request: Any) -> tuple[float, bool]:
        return Paces(studio.folder).pace(computer_of(studio.backbone), request)

    learn = api.LearnToken(
        _photo(),
        "anna",
        "me",
        "identity",
        "woman",
        subject_mask=_mask(),
        settings=replace(SHORT, parameters="kv_token"),
        consent=True,
    )
    assert not pace(learn)[1]
    studio.learn(learn, held)
    measured, known = pace(learn)
    assert known
    assert studio.backbone.shape is not None
    assert measured > job_operations(studio.backbone.shape, learn) / (4 * 0.5)
    assert not pace(_request())[1]
    studio.edit(_request())
    assert pace(_request())[1]


# ---------------------------------------------------------------------- without a token


def test_an_edit_needs_no_token(studio: Studio) -> None:
    """A painted region and words: what everybody tries first. It is in the history, and is made again to the bit."""
    request = _request(tokens=(), subject_mask=None, source_prompt=None)
    result = studio.edit(request)
    before, after, region = _rgb(request.photo), _rgb(result.image), _rgb(result.region)
    assert np.array_equal(before[region == 0], after[region == 0])
    assert not np.array_equal(before, after)
    assert result.target_prompt == request.prompt
    assert result.source_prompt == "a photo of a woman"  # nobody here can say what a photograph shows
    assert studio.history.request(result.history_id).tokens == ()
    report = studio.rerun(api.RerunResult(result.history_id))
    assert report.equal
    again = studio.edit(replace(request, prompt="a photo of a woman with red hair"))
    assert again.inversion_cached


def test_without_token_and_mask_the_whole_photo_is_used_where_nothing_stands_out(studio: Studio) -> None:
    plain = _png(np.full((90, 120, 3), 120, np.uint8))
    request = api.ApplyEdit(
        plain, (), "a photo of a red wall", "a photo of a wall", region="none", settings=QUICK
    )
    result = studio.edit(request)
    assert result.warnings == ("No subject was found for certain: the whole photo is used.",)
    assert (_rgb(result.region) == 255).all()


@pytest.mark.parametrize("tokens", [(), ("anna/me",)])
def test_a_subject_that_is_not_found_does_not_stop_an_edit_with_a_mask(
    studio: Studio, tokens: tuple[str, ...]
) -> None:
    _learn(studio)
    plain = _png(np.full((90, 120, 3), 120, np.uint8))
    request = _request(photo=plain, tokens=tokens, subject_mask=None)
    result = studio.edit(request)
    told = "No subject was found in the photo: what is around the mask is used instead." in result.warnings
    assert told == bool(tokens)  # without a token nothing would act in a subject
    with pytest.raises(MaskError, match="found"):
        studio.edit(replace(request, tokens=("anna/me",), region_mask=None))


def test_the_region_can_be_the_subject_too(studio: Studio) -> None:
    _learn(studio)
    mask = _mask(box=(10, 10, 50, 70))
    as_subject = studio.edit(_request(subject="region", subject_mask=None, region_mask=mask))
    assert as_subject.warnings == ()
    with pytest.raises(UsageError, match="there is no mask"):
        studio.edit(_request(subject="region", subject_mask=None, region_mask=None))


def test_an_attribute_alone_is_brought_to_the_photo(studio: Studio) -> None:
    _learn(studio, token="lips", kind="attribute", class_noun="lipstick", consent=False)
    result = studio.edit(_request(tokens=("anna/lips",), prompt="a photo of a woman"))
    assert result.source_prompt == "a photo of a woman"
    assert result.target_prompt == "a photo of a woman with <anna/lips> lipstick"


def test_forgetting_a_person_finds_what_was_made_of_their_photo_without_a_token(studio: Studio) -> None:
    from s2edit_plugin.workflows.people import forget_person

    _learn(studio)
    theirs = studio.edit(_request(tokens=(), subject_mask=None))
    other = studio.edit(_request(photo=_photo(seed=5), tokens=(), subject_mask=None))
    assert len(list(studio.folder.cache.glob("*/inversion-*"))) == 2
    forget_person(studio.folder, "anna")
    with pytest.raises(UsageError, match="no such result"):
        studio.history.show(theirs.history_id)
    assert studio.history.show(other.history_id).image == other.image
    assert len(list(studio.folder.cache.glob("*/inversion-*"))) == 1


def test_sexual_prompts_are_refused_without_a_token_too(studio: Studio) -> None:
    with pytest.raises(SafetyError):
        studio.edit(_request(tokens=(), prompt="a photo of a naked woman"))


def test_a_mask_painted_at_45_percent_lays_that_much_of_the_change_over(studio: Studio) -> None:
    request = _request(tokens=(), subject_mask=None)
    faint = _png(np.rint(_rgb(_mask(box=(30, 30, 60, 60))) * 0.45).astype(np.uint8))
    full, half = studio.edit(request), studio.edit(replace(request, region_mask=faint))
    assert half.warnings == (
        "The mask is at most 45 % white: where it is, that much of the change is laid over the photo.",
    )
    before = _rgb(request.photo).astype(float)
    changes = [np.abs(_rgb(result.image) - before)[35:55, 35:55] for result in (full, half)]
    assert 0.35 < changes[1].mean() / changes[0].mean() < 0.55


def test_a_mask_whose_black_is_not_quite_black_does_not_pull_the_crop_over_the_photo(studio: Studio) -> None:
    request = _request(tokens=(), subject_mask=None)
    off = _png(np.maximum(_rgb(request.region_mask or b""), 1))
    one, other = studio.edit(request), studio.edit(replace(request, region_mask=off))
    assert one.image == other.image


def test_learning_says_what_it_took_for_the_subject(studio: Studio) -> None:
    alpha = 255 - _rgb(_mask())
    hole = _png(np.dstack([_rgb(_photo()), alpha]))
    heard: list[str] = []
    request = api.LearnToken(
        _photo(), "anna", "me", "identity", "woman", subject_mask=hole, settings=SHORT, consent=True
    )
    result = studio.learn(request, on_note=heard.append)
    assert result.warnings == (
        "The subject mask is a picture with a hole: the hole is the mask. Where the rest is meant, invert it.",
    )
    assert heard == list(result.warnings)


def test_weights_and_pasted_blocks_in_prompts(studio: Studio) -> None:
    """The same edit, however it is written; the history keeps what was written."""
    plain = _request(tokens=(), subject_mask=None, settings=replace(QUICK, weights={"smiling": 1.4}))
    pasted = "a photo of a woman (smiling:1.4)\u200b\nNegative prompt: nsfw, ugly\nSteps: 20, Seed: 3"
    one, other = studio.edit(plain), studio.edit(replace(plain, prompt=pasted, settings=QUICK))
    assert one.image == other.image
    assert other.target_prompt == "a photo of a woman smiling"
    assert other.warnings == (
        "The negative prompt and the settings pasted with the prompt are left out.",
        "Read as weights of words: smiling 1.4.",
    )
    assert studio.history.request(other.history_id).prompt == pasted
    assert studio.rerun(api.RerunResult(other.history_id)).equal
    with pytest.raises(PromptError, match="empty"):
        studio.edit(replace(plain, prompt="\u200b\nNegative prompt: ugly"))


def test_the_weight_of_a_token_leaves_no_name_in_the_journal(studio: Studio) -> None:
    _learn(studio)
    result = studio.edit(_request(settings=replace(QUICK, weights={"<anna/me>": 1.2})))
    assert "anna" not in str(studio.history.details(result.history_id).request)
    assert studio.history.request(result.history_id).settings.weights == {"<anna/me>": 1.2}
