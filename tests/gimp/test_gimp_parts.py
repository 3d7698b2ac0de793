"""The plug-in's parts that know no GIMP: files, frames, words, settings that are kept."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

import s2edit_plugin
from gimp_bridge import png
from gimp_bridge.changes import changed_pixels
from gimp_bridge.crop_box import Box, Selection, bounds_of_mask, cut, fitted_size, scaled_up, square_around
from gimp_bridge.png import Pixels
from gimp_bridge.settings_parasite import EditValues, TokenNames, read_values, write_values
from gimp_bridge.wording import (
    PRESETS,
    cost_text,
    error_text,
    fraction_of,
    hint_in_gimp,
    layer_name,
    progress_text,
    token_text,
)
from s2edit_plugin.api import Estimate, JobInfo, Progress, presets
from s2edit_plugin.api.queries import TokenInfo
from s2edit_plugin.errors import EngineError, S2EditError, TokenError, TokenNotFoundError
from s2edit_plugin.imaging.crop import subject_crop
from s2edit_plugin.imaging.formats.plain_png import encode_plain_png
from s2edit_plugin.imaging.reading import read_photo

ME, LIPS = "884ed3ce-df38-4843-a32a-5cc04e17692f", "11111111-2222-3333-4444-555555555555"
NAMES = TokenNames((TokenInfo("anna/me", "anna", ME), TokenInfo("mia/lips", "mia", LIPS, kind="attribute")))


# ---------------------------------------------------------------------- files


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_survive_the_way_to_the_engine_and_back(kind: type, channels: int) -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, np.iinfo(kind).max, (70, 90, channels), dtype=kind, endpoint=True)
    data = png.encode(Pixels(90, 70, channels, 8 * pixels.itemsize, pixels.tobytes()))
    photo = read_photo(data)
    assert (photo.depth, photo.grey) == (8 * pixels.itemsize, channels == 1)
    assert np.array_equal(photo.pixels[..., :channels], pixels)
    for back in (png.decode(data), png.decode(encode_plain_png(pixels))):
        assert (back.width, back.height, back.channels, back.depth) == (90, 70, channels, 8 * pixels.itemsize)
        assert back.data == pixels.tobytes()


def test_the_colour_profile_goes_along() -> None:
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = png.encode(Pixels(64, 64, 3, 8, bytes(64 * 64 * 3)), icc)
    assert read_photo(data).icc == icc


def test_large_pictures_are_not_packed_and_masks_are() -> None:
    assert len(png.encode(Pixels(2000, 1500, 3, 8, bytes(9_000_000)))) > 9_000_000
    assert len(png.encode(Pixels(200, 150, 3, 8, bytes(90_000)))) < 9_000
    assert len(png.encode(Pixels(2000, 1500, 1, 8, bytes(3_000_000)))) < 30_000


@pytest.mark.parametrize("width", [700, 10_921, 10_922, 10_923, 30_000])
def test_rows_longer_than_a_block_are_not_packed_either(width: int) -> None:
    height = 3_000_000 // (
        6 * width
    )  # at 16 bits a row of 10,923 pixels does not fit into one block any more
    pixels = np.random.default_rng(width).integers(0, 65_536, (height, width, 3), dtype=np.uint16)
    data = png.encode(Pixels(width, height, 3, 16, pixels.tobytes()))
    assert np.array_equal(read_photo(data).pixels, pixels)
    assert png.decode(data).data == pixels.tobytes()


@pytest.mark.parametrize(
    ("box", "kept"),
    [
        (Box(0, 0, 8, 6), "whole"),
        (Box(2, 1, 5, 4), "itself"),
        (Box(3, 2, 8, 6), "a corner"),
        (Box(4, 3, 5, 4), "inside"),
        (Box(6, 0, 8, 2), "beside"),
    ],
)
def test_the_selection_on_another_part(box: Box, kept: str) -> None:
    whole = np.zeros((6, 8), np.uint8)
    whole[1:4, 2:5] = np.arange(10, 19).reshape(3, 3)
    selection = Selection(Box(2, 1, 5, 4), whole[1:4, 2:5].tobytes())
    expected = whole[box.top : box.bottom, box.left : box.right]
    assert selection.on(box) == expected.tobytes(), kept


@pytest.mark.parametrize("damage", ["cut", "other", "filtered", "nothing"])
def test_a_picture_that_cannot_be_read_is_a_sentence(damage: str) -> None:
    data = png.encode(Pixels(8, 8, 3, 8, bytes(192)))
    if damage == "filtered":
        stream = io.BytesIO()
        Image.fromarray(np.arange(192, dtype=np.uint8).reshape(8, 8, 3)).resize((64, 64)).save(stream, "PNG")
        data = stream.getvalue()
    bad = {"cut": data[:60], "other": b"GIF89a", "filtered": data, "nothing": b""}[damage]
    with pytest.raises(EngineError, match="cannot be read"):
        png.decode(bad)


# ---------------------------------------------------------------------- frames


def test_a_small_copy_has_the_layers_proportions() -> None:
    assert fitted_size(6000, 4000) == (1024, 683)
    assert fitted_size(500, 300) == (500, 300)
    # The engine takes no picture narrower than 16 pixels: its refusal would speak of the copy, not of the layer.
    assert fitted_size(3000, 20) == (2400, 16)
    assert fitted_size(100_000, 10) == (100_000, 10)


def test_bounds_are_those_of_what_is_more_than_half_selected() -> None:
    mask = np.zeros((20, 30), np.uint8)
    mask[5:9, 10:14] = 200
    mask[0, 0] = 100
    assert bounds_of_mask(mask.tobytes(), 30) == Box(10, 5, 14, 9)
    assert bounds_of_mask(bytes(600), 30) is None
    assert cut(mask.tobytes(), 30, Box(8, 4, 15, 10)) == mask[4:10, 8:15].tobytes()
    assert scaled_up(Box(10, 5, 14, 9), (30, 20), (95, 61)) == Box(31, 15, 45, 28)


@pytest.mark.parametrize("seed", range(40))
def test_the_frame_holds_the_crop_that_the_engine_would_cut_out(seed: int) -> None:
    rng = np.random.default_rng(seed)
    width, height = (int(side) for side in rng.integers(200, 900, 2))

    def box() -> Box:
        left, top = int(rng.integers(0, width - 20)), int(rng.integers(0, height - 20))
        return Box(left, top, int(rng.integers(left + 10, width)), int(rng.integers(top + 10, height)))

    subject, selection = box(), box() if seed % 2 else None
    frame = square_around(subject, selection, width, height)
    masks = [np.zeros((height, width), np.float32) for _ in range(2)]
    for mask, part in zip(masks, (subject, selection or subject), strict=True):
        mask[part.top : part.bottom, part.left : part.right] = 1
    crop = subject_crop(masks[0], masks[1])
    inside = Box(crop.x, crop.y, crop.x + crop.side, crop.y + crop.side).within(Box(0, 0, width, height))
    assert inside == frame
    assert subject.joined(selection).within(frame) == subject.joined(selection)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_change_is_found_where_somebody_can_see_it(kind: type) -> None:
    rng, step = np.random.default_rng(3), 1 if kind is np.uint8 else 257
    before = (rng.integers(0, 200, (300, 400, 3)) * step).astype(kind)
    box, mask = Box(50, 40, 350, 240), np.zeros((200, 300), np.uint8)
    mask[20:150, 30:200] = 255

    def places(after: np.ndarray) -> list[tuple[int, int]]:
        pixels = [
            Pixels(one.shape[1], one.shape[0], 3, 8 * one.itemsize, one.tobytes()) for one in (before, after)
        ]
        return changed_pixels(pixels[0], pixels[1], mask.tobytes(), box)

    same = before[box.top : box.bottom, box.left : box.right].copy()
    assert places(same) == []
    assert places(same + kind(step)) == []  # type: ignore[operator]
    beside = same.copy()
    beside[160:, :] += kind(90 * step)  # type: ignore[operator]
    assert places(beside) == []
    one_pixel = same.copy()
    one_pixel[71, 33] += kind(40 * step)  # type: ignore[operator]
    assert places(one_pixel) == [(83, 111)]
    found = places(same + kind(50 * step))  # type: ignore[operator]
    assert len(found) > 20
    assert {(80 <= x < 250, 60 <= y < 190) for x, y in found} == {(True, True)}


# ---------------------------------------------------------------------- words


def job(state: str = "running", progress: Progress | None = None) -> JobInfo:
    return JobInfo("x", "ApplyEdit", "Edit", state, 1, progress=progress)  # type: ignore[arg-type]


def test_progress_is_told_in_words_with_the_time_left() -> None:
    assert progress_text(job("queued")) == "Waiting for another job of the engine"
    assert (
        progress_text(job("queued"), "Learn anna/me")
        == "Waiting for another job of the engine (Learn anna/me)"
    )
    assert progress_text(job("paused")) == "Paused in S2Edit Studio"
    assert progress_text(job()) == "Getting ready"
    assert progress_text(job(), ready=False) == "Loading the model"
    assert progress_text(job(progress=Progress("editing", 3, 30))) == "Editing, step 3 of 30"
    for seconds, words in (
        (0.4, "a second left"),
        (42.0, "about 42 seconds left"),
        (200.0, "about 3 minutes left"),
    ):
        told = progress_text(job(progress=Progress("inverting", 3, 30, seconds_left=seconds)))
        assert told == f"Inverting, step 3 of 30, {words}"


def test_the_bar_goes_through_all_stages_of_an_edit_once() -> None:
    reports = [Progress(stage, step, 10) for stage in ("inverting", "editing") for step in range(11)]
    parts = [fraction_of(job(progress=report)) for report in reports]
    assert parts == sorted(parts)
    assert (parts[0], parts[-1]) == (0.0, 1.0)
    assert fraction_of(job()) < 0  # nobody knows yet


BROWN = "a photo of a young woman with long brown hair in a forest"


@pytest.mark.parametrize(
    ("source", "target", "name"),
    [
        (BROWN, BROWN.replace("brown", "blonde"), "hair: brown → blonde"),
        (BROWN, BROWN.replace("woman", "<anna/me> woman").replace("brown", "red"), "hair: brown → red"),
        (BROWN, BROWN.replace("in a", "smiling in a"), "+ smiling"),
        (f"{BROWN} wearing glasses", BROWN, "− glasses"),
        (
            BROWN,
            BROWN.replace("young", "old").replace("brown", "grey"),
            "woman: young → old, hair: brown → grey",
        ),
        (BROWN, BROWN, BROWN),
        ("a cat", "x" * 100, "x" * 59 + "…"),
        ("", "", "S²Edit"),
        ("a <anna/me> woman", "a woman", "a woman"),
    ],
)
def test_layers_are_called_after_what_changed_without_names_of_people(
    source: str, target: str, name: str
) -> None:
    assert layer_name(source, target) == name


def test_a_layers_name_tells_the_attribute_and_the_variant() -> None:
    assert layer_name(BROWN, BROWN, "lipstick") == "+ lipstick"
    assert layer_name("a woman", "a man", number=2) == "woman → man (2)"


@pytest.mark.parametrize(
    ("hint", "here"),
    [
        (
            "Say what the photo shows, e.g. --class woman.",
            "Say what the photo shows, for example woman, in the field Class noun.",
        ),
        ("Change --steps.", "Change the number of steps."),
        ("Run `s2edit models install yunet`.", "Install yunet in S2Edit Studio (Models)."),
        ("Paint or name one with --mask.", "Select something."),
        ("Run `s2edit gimp install`, then restart GIMP.", "Run `s2edit gimp install`, then restart GIMP."),
        ("Choose another file name.", "Choose another file name."),
        ("", ""),
    ],
)  # fmt: skip
def test_hints_name_what_there_is_in_gimp(hint: str, here: str) -> None:
    assert hint_in_gimp(hint) == here


def test_no_hint_of_the_engine_names_an_option_in_gimp() -> None:
    """Whatever the engine's files say."""
    root = Path(s2edit_plugin.__file__).parent
    quoted = re.compile(r'"([^"\n]*(?:--[a-z]|`s2edit )[^"\n]*)"')
    found = [hint for file in root.rglob("*.py") for hint in quoted.findall(file.read_text("utf-8"))]
    assert len(found) > 20
    for hint in found:
        if "s2edit gimp" not in hint:
            assert not re.search(r"(?<!\w)--[a-z]|`s2edit ", hint_in_gimp(hint)), hint


def test_every_ready_made_edit_is_offered_but_those_for_a_token() -> None:
    assert set(PRESETS) == {preset.id for preset in presets.EDIT_PRESETS if preset.words}


def test_the_cost_is_told_beforehand() -> None:
    assert cost_text(Estimate(20.4, 0, 0, True, "the CPU")) == "It will take about 20 seconds on the CPU."
    assert (
        cost_text(Estimate(240.0, 0, 0, True, note="It is a guess."))
        == "It will take about 4 minutes. It is a guess."
    )
    assert cost_text(Estimate(0.9, 0, 0, True)) == "It will take about a second."
    assert cost_text(Estimate(0.0, 0, 0, True)) == ""


def test_an_unforeseen_error_is_one_sentence_too() -> None:
    assert error_text(S2EditError("It is away.", "Look.")) == "It is away. Look."
    assert error_text(ValueError("a\nb.")) == "Something went wrong in the S2Edit plug-in (ValueError: a b)."
    assert error_text(ValueError()) == "Something went wrong in the S2Edit plug-in (ValueError)."


def test_a_token_is_described_in_a_line() -> None:
    info = TokenInfo(
        "anna/me", "anna", class_noun="woman", base_model="small", created="2026-11-25T10:00", tags=("a", "b")
    )
    assert token_text(info) == "anna/me: a person (woman) · learned on small · 2026-11-25 · tags: a, b"
    lame = TokenInfo(
        "mia/lips",
        "mia",
        kind="attribute",
        class_noun="lipstick",
        base_model="x",
        usable=False,
        problem="Torn.",
    )
    assert (
        token_text(lame)
        == "mia/lips: an attribute (lipstick) · learned on x · not for the model in use\nTorn."
    )


# ---------------------------------------------------------------------- what is kept


def test_settings_are_kept_by_ids_and_read_again_whatever_the_tokens_are_called_now() -> None:
    values = EditValues(
        "anna/me",
        "mia/lips",
        "a <anna/me> woman",
        "a <mia/lips> woman",
        "a <mia/lips> woman",
        strength=0.5,
        seed=4,
    )
    kept = write_values(values, NAMES)
    assert not {name for name in (b"anna", b"mia") if name in kept}
    back = read_values(kept)
    assert back is not None
    assert (back.token, back.attribute, back.strength, back.seed) == (ME, LIPS, 0.5, 4)
    assert back.source_prompt == back.suggestion == f"a <{LIPS}> woman"  # still nobody's words
    renamed = TokenNames((TokenInfo("eva/me", "eva", ME),))
    assert renamed.with_names(back.prompt) == "a <eva/me> woman"
    assert renamed.find(back.token).name == "eva/me"


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"format": 2}', b'{"format": 1, "seed": "x"}', b"\xff", b"[" * 100_000]
)
def test_what_others_left_in_an_image_is_passed_over(data: bytes) -> None:
    assert read_values(data) is None


@pytest.mark.parametrize(
    "field",
    [
        {"variants": 0}, {"variants": 9}, {"seed": 2**63}, {"seed": -1}, {"steps": 10**9}, {"layer": 2**40}, {"layer": -1},
        {"strength": 1e300}, {"strength": float("nan")}, {"guidance": 10**400}, {"prompt": "x" * 2001}, {"prompt": "a\0b"},
        {"prompt": "\ud800"}, {"token": "x" * 301}, {"subject": 3}, {"seed": True},
    ],
)  # fmt: skip
def test_values_out_of_range_are_passed_over(field: dict[str, object]) -> None:
    assert read_values(json.dumps({"format": 1, **field}).encode()) is None
    assert read_values(b" " * 70_000 + b'{"format": 1}') is None


def test_what_is_kept_is_ascii_and_any_prompt_survives() -> None:
    """GIMP's Python refuses bytes above 127 in what it attaches."""
    for prompt in ("eine Frau mit grünem Hut", "женщина улыбается", "微笑む女性", "a smile 😀"):
        kept = write_values(EditValues("anna/me", prompt=prompt), NAMES)
        assert max(kept) < 128
        back = read_values(kept)
        assert back is not None
        assert back.prompt == prompt


def test_what_a_later_version_added_is_left_out_and_what_is_missing_is_usual() -> None:
    data = json.dumps({"format": 1, "steps": 7, "strength": 1, "colour": "red"}).encode()
    assert read_values(data) == EditValues(steps=7)


def test_tokens_that_were_deleted_are_left_out_and_said_without_their_ids() -> None:
    gone = "99999999-2222-3333-4444-555555555555"
    assert NAMES.without_missing(f"a <{gone}> woman with <{LIPS}> lips") == f"a woman with <{LIPS}> lips"
    with pytest.raises(TokenNotFoundError, match="A token of this edit is no longer in your library"):
        NAMES.find(gone)
    with pytest.raises(TokenNotFoundError):
        NAMES.all_of(EditValues(ME, prompt=f"a <{gone}> woman"))


def test_an_edit_takes_the_tokens_of_its_prompt_too_or_none() -> None:
    both = NAMES.all_of(EditValues(ME, prompt="a <anna/me> woman with <mia/lips> lips"))
    assert [info.name for info in both] == ["anna/me", "mia/lips"]
    assert NAMES.all_of(EditValues("none", prompt="a cat")) == NAMES.all_of(EditValues(prompt="a cat")) == ()
    assert b'"token": ""' in write_values(EditValues("none", prompt="a cat"), TokenNames(()))


def test_a_token_that_is_missing_is_a_sentence() -> None:
    with pytest.raises(TokenError, match="no token yet"):
        TokenNames(()).find("anna/me")
    with pytest.raises(TokenError, match="No token was chosen"):
        NAMES.find("")
    with pytest.raises(TokenNotFoundError, match="eva/me is not in your library"):
        NAMES.find("<eva/me>")
