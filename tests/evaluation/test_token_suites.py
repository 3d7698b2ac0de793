"""Suites ``makeup``, ``two-people``, ``leakage`` and ``strength``: what they ask for, and small runs with scripted judges."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from s2edit_plugin.api import EditSettings, LearnSettings
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.evaluation.asked import Run
from s2edit_plugin.evaluation.methods import Method
from s2edit_plugin.evaluation.registry import find_suite
from tests.fakes.judges import ComparesPixels, SaysTheSame
from tests.fakes.tiny_model import write_tiny_model

LEARN = LearnSettings(steps_token=1, steps_joint=1, batch=1, parameters="kv_token")
QUICK = EditSettings(steps=2)


@pytest.fixture(autouse=True, scope="module")
def in_one_thread(one_thread: None) -> None:
    """The model is tiny."""


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Backbone:
    from s2edit_plugin.backbones.loading import load_backbone

    folder = tmp_path_factory.mktemp("models") / "tiny"
    return load_backbone(write_tiny_model(folder, text_length=77), "cpu")


@pytest.fixture
def judges(monkeypatch: pytest.MonkeyPatch) -> None:
    from s2edit_plugin.evaluation import leakage_suite, makeup_suite, strength_suite, two_people_suite

    for module in (leakage_suite, makeup_suite, strength_suite, two_people_suite):
        monkeypatch.setattr(module.AttributeJudge, "load", SaysTheSame)
    for module in (leakage_suite, makeup_suite, two_people_suite):
        monkeypatch.setattr(module.IdentityJudge, "load", ComparesPixels)


def _run(suite: str, backbone: Backbone, *methods: str, out: Path | None = None, quick: bool = True) -> Run:
    main = find_suite(suite).main
    return Run(suite, methods or ("main",), 1, 3, lambda _: None, backbone, out, quick, None, main)


def test_colour_statistics_by_hand() -> None:
    from s2edit_plugin.evaluation.makeup_suite import colour_statistics

    picture = np.full((8, 8, 3), 128, np.uint8)
    picture[2:6, 2:6] = np.arange(16, dtype=np.uint8).reshape(4, 4, 1) * 4 + 90
    reference = np.zeros((8, 8, 3), np.uint8)
    reference[:4] = (200, 30, 60)
    mask, part = np.zeros((8, 8), np.float32), np.zeros((8, 8), np.float32)
    mask[2:6, 2:6], part[:4] = 1, 1
    made = colour_statistics(picture, mask, reference, part)
    # The reference's part has one colour: all of the mask becomes it, and nothing else changes.
    assert np.abs(made[2:6, 2:6].astype(int) - (200, 30, 60)).max() <= 2
    assert np.array_equal(made[mask == 0], picture[mask == 0])
    assert np.array_equal(colour_statistics(picture, mask * 0, reference, part), picture)


def test_pairs_are_two_women_of_whom_one_wears_makeup() -> None:
    from s2edit_plugin.evaluation.makeup_suite import pairs

    lips, _, lids = pairs(3, 2)
    assert (lips.thing, lids.thing) == ("lipstick", "eyeshadow")
    for pair in (lips, lids):
        assert f"{pair.colour} {pair.thing}" in pair.worn
        assert pair.thing not in pair.bare.split()
        assert pair.thing not in pair.prompt.split()
        case = pair.shots[0].cases[0].answered
        assert case.changes == {pair.thing: pair.colour}
        assert not np.array_equal(pair.reference, pair.picture)
        assert case.answer.region.any()


def test_a_run_of_makeup_compares_all_rivals(
    tmp_path: Path, backbone: Backbone, judges: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s2edit_plugin.evaluation import makeup_suite

    monkeypatch.setitem(makeup_suite.METHODS, "s2edit", Method("s2edit", "a token", LEARN, QUICK))
    values = makeup_suite.run(_run("makeup", backbone, out=tmp_path))
    methods = values["methods"]
    assert list(methods) == ["s2edit", "words", "plain_words", "colour_statistics", "floor", "ceiling"]
    assert methods["ceiling"]["psnr_to_answer"] != methods["floor"]["psnr_to_answer"]
    # Statistics need no model: outside the region they change nothing.
    assert methods["colour_statistics"]["forwards"] == 0
    assert methods["colour_statistics"]["psnr_outside_pasted"] > methods["words"]["psnr_outside_drawn"]
    assert methods["words"]["psnr_to_answer"] != methods["plain_words"]["psnr_to_answer"]
    assert "| colour_statistics | lipstick | 1 |" in values["table"]
    assert (tmp_path / "eval.png").read_bytes().startswith(b"\x89PNG")
    json.dumps(values, allow_nan=False)


def test_two_people_stand_beside_each_other_and_come_apart_again() -> None:
    from s2edit_models.drawing import render

    from s2edit_plugin.evaluation.two_people_suite import apart, duos

    duo = duos(1, 4)[0]
    portraits = [render(scene, 128).rgb for scene in duo.scenes]
    for place, portrait in enumerate(portraits):
        assert np.array_equal(apart(duo.picture, place, portrait), portrait)
        assert not np.array_equal(duo.people[place].picture, portrait)
    assert {wanted.kind for wanted in duo.wanted} == {"left_hair", "right_smile", "hair_and_smile"}
    left, smile, _ = duo.wanted
    assert left.clauses[1] == duo.clauses[1] != left.clauses[0]
    assert smile.clauses[1].endswith("smiling")
    assert not left.answers[1].region.any()


def test_bleeding_is_what_the_other_person_shows(
    backbone: Backbone, judges: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s2edit_plugin.evaluation import two_people_suite as suite

    duo = suite.duos(1, 4)[0]
    wanted = duo.wanted[0]
    dyed = {"hair_color": wanted.changes[0]["hair_color"], "expression": "neutral"}
    made = suite._Duo(backbone, duo, (SaysTheSame(dyed), ComparesPixels(-1.0)))  # type: ignore[arg-type]
    row = made._judged(wanted, duo.picture, duo.picture)
    assert (row["success_drawn"], row["bleeds_drawn"], row["joint_pasted"]) == (1, 1, 0)
    assert row["identity_drawn"] == 1
    assert row["psnr_outside_drawn"] == 99
    other = suite._Duo(backbone, duo, (SaysTheSame({"hair_color": "green"}), ComparesPixels(2.0)))  # type: ignore[arg-type]
    row = other._judged(wanted, duo.picture, duo.picture)
    assert (row["success_drawn"], row["bleeds_drawn"], row["identity_pasted"]) == (0, 0, 0)


def test_a_run_of_two_people_gives_each_token_its_mask(
    backbone: Backbone, judges: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s2edit_plugin.evaluation import two_people_suite as suite

    for name in ("s2edit", "shared_masks"):
        monkeypatch.setitem(suite.METHODS, name, Method(name, "tokens", LEARN, QUICK))
    monkeypatch.setitem(suite.METHODS, "no_token", Method("no_token", "none", None, QUICK))
    duo = suite.duos(1, 3)[0]
    made = suite._Duo(backbone, duo, (SaysTheSame(), ComparesPixels()))  # type: ignore[arg-type]
    one, other = made._tokens(suite.METHODS["s2edit"])
    assert (one.name, other.name) == suite.NAMES
    assert one.mask is not None
    assert other.mask is not None
    assert float((one.mask * other.mask).sum()) == 0
    assert float(one.mask.sum()) > 0 < float(other.mask.sum())
    values = suite.run(_run("two-people", backbone))
    assert set(values["methods"]["s2edit"]["edits"]) == {"left_hair", "right_smile", "hair_and_smile"}
    ours, plain = values["methods"]["s2edit"], values["methods"]["no_token"]
    assert ours["similarity_drawn"] != plain["similarity_drawn"]
    assert "forwards" not in values["methods"]["floor"]
    # Of two steps: the inversion's, three rows a step, and in the first of three edits the unconditional source's.
    assert plain["forwards"] == pytest.approx(2 + 3 * 2 + 2 / 3, abs=1e-3)
    assert set(values["paired"]) == {"shared_masks", "no_token", "floor", "ceiling"}


def test_a_token_that_is_not_named_changes_nothing_and_one_without_mask_leaks(
    backbone: Backbone, judges: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s2edit_plugin.evaluation import leakage_suite, methods

    strong = LearnSettings(
        steps_token=3, steps_joint=5, batch=1, lr_token=0.5, parameters="kv_token", lr_joint=0.05
    )
    monkeypatch.setitem(methods.METHODS, "s2edit", Method("s2edit", "a token", strong, QUICK))
    unmasked = EditSettings(steps=2, mask_mode="none", isolation=False)
    monkeypatch.setitem(
        methods.METHODS, "ours_unmasked", Method("ours_unmasked", "everywhere", strong, unmasked)
    )
    values = leakage_suite.run(_run("leakage", backbone, "s2edit", "ours_unmasked"))
    ours, bare = (values["methods"][name]["edits"] for name in ("s2edit", "ours_unmasked"))
    assert ours["unnamed"]["psnr_without"] == bare["unnamed"]["psnr_without"] == 99
    assert ours["half"]["levels_inside"] > 0
    assert ours["half"]["levels_outside"] < bare["half"]["levels_outside"]


def test_strangers_have_one_noun_and_two_faces() -> None:
    from s2edit_plugin.evaluation.leakage_suite import strangers

    for pair in strangers(3, 1):
        assert pair.person.noun == pair.stranger.noun
        assert not np.array_equal(pair.person.picture, pair.stranger.picture)


def test_a_response_that_rises_and_ones_that_do_not() -> None:
    from s2edit_plugin.evaluation.strength_suite import response

    even = response([0, 1, 2, 3, 4], [0.0, 0.2, 0.4, 0.8, 1.0])
    assert even == {"rises": 1.0, "believed_rises": 1.0, "evenness": pytest.approx(1.0)}
    jump = response([0, 0, 0, 0, 4], [0.0, 0.0, 0.0, 0.0, 1.0])
    assert (jump["rises"], jump["evenness"]) == (1.0, pytest.approx(0.0))
    back = response([0, 3, 2, 3, 4], [0.0, 0.6, 0.3, 0.8, 1.0])
    assert (back["rises"], back["believed_rises"]) == (0.0, 0.0)
    assert response([0, 0, 0], [0.5, 0.5, 0.5])["rises"] == 0.0


def test_at_strength_0_the_photo_comes_back(
    backbone: Backbone, judges: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s2edit_plugin.evaluation import methods, strength_suite, trials

    monkeypatch.setitem(methods.METHODS, "no_token", Method("no_token", "none", None, QUICK))
    monkeypatch.setattr(trials, "find_regions", lambda rgb: {"subject": np.ones(rgb.shape[:2], np.float32)})
    values: dict[str, Any] = strength_suite.run(_run("strength", backbone, "no_token"))
    row = values["methods"]["no_token"]
    assert row["psnr_at_0"] > 60
    assert row["change_at_1"] > 0
    assert "believed_at_0.5" in row
    assert "believed_at_0.25" not in row
