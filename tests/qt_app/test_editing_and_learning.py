"""From the panels' state to the engine and back: requests, results, variants, pause, consent, presets."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from qt_app.engine import EngineLink
from qt_app.model.studio import StudioState
from s2edit_plugin import api
from s2edit_plugin.api import presets, queries
from s2edit_plugin.api.presets import EDIT_PRESETS, EditPreset, apply_preset
from s2edit_plugin.errors import MaskError
from tests.fakes.engine_client import FakeClient


def picture(colour: tuple[int, int, int] = (200, 120, 90)) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def studio(engine: FakeClient, tmp_path: Path, qtbot: QtBot) -> Iterator[StudioState]:
    """A studio on a fake engine with one token and an open photo."""
    engine.world.add_token("anna/me", source_prompt="a photo of a woman with long brown hair in a forest")
    state = StudioState(EngineLink(lambda: engine), tmp_path)
    state.link.start()
    state.documents.open_bytes(picture())
    qtbot.waitUntil(lambda: bool(state.library.tokens) and state.documents.document is not None)
    yield state
    state.close()


def test_an_edit_goes_out_with_its_settings_and_comes_back_as_a_result(
    studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    edit, document = studio.editing, studio.documents.document
    assert document is not None
    assert edit.problem
    edit.add_token("anna/me")
    assert edit.problem
    edit.prompt = "a photo of a woman smiling"
    edit.strength, edit.seed, edit.weights = 0.5, 7, {"smiling": 1.5}
    assert edit.problem == ""
    edit.start()
    qtbot.waitUntil(lambda: bool(edit.running))
    request = engine.submitted[-1]
    assert isinstance(request, api.ApplyEdit)
    assert (request.tokens, request.prompt, request.source_prompt) == (("anna/me",), edit.prompt, None)
    assert (request.settings.strength, request.settings.seed) == (0.5, 7)
    assert request.settings.weights == {"smiling": 1.5}
    assert request.subject_mask is None
    assert request.region_mask is None
    engine.finish(api.EditResult(picture((0, 255, 0)), b"", 1.0, False, "a", "b", warnings=("Tight.",)))
    qtbot.waitUntil(lambda: document.result is not None)
    assert document.result is not None
    assert document.result.rgb[0, 0].tolist() == [0, 255, 0]
    assert edit.running == ()
    assert studio.messages.current is not None
    assert studio.messages.current.sentence == "Tight."


def test_painted_masks_go_with_the_edit(studio: StudioState, engine: FakeClient, qtbot: QtBot) -> None:
    document = studio.documents.document
    assert document is not None
    document.masks.replace("region", np.full((40, 60), 255, np.uint8), "all")
    studio.editing.add_token("anna/me")
    studio.editing.prompt = "smiling woman"
    studio.editing.start()
    qtbot.waitUntil(lambda: bool(engine.submitted))
    mask = engine.submitted[-1].region_mask
    assert mask is not None
    with Image.open(io.BytesIO(mask)) as image:
        assert (image.size, image.mode) == ((60, 40), "L")


def test_variants_are_jobs_with_seeds_of_their_own_and_cancel_stops_all(
    studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    edit = studio.editing
    edit.prompt, edit.variants, edit.seed = "a photo of <anna/me> smiling", 3, 5
    edit.start()
    qtbot.waitUntil(lambda: len(edit.running) == 3)
    assert sorted(request.settings.seed for request in engine.submitted) == [5, 6, 7]
    edit.cancel()
    qtbot.waitUntil(lambda: edit.running == ())
    assert studio.messages.current is None


def test_what_is_missing_is_said_and_nothing_is_sent(studio: StudioState, engine: FakeClient) -> None:
    studio.editing.start()
    studio.learning.person = "no/name"
    studio.learning.start()
    assert engine.submitted == []
    assert studio.messages.current is not None


def test_a_suggestion_becomes_the_source_prompt(
    studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    studio.editing.suggest()
    assert studio.editing.suggesting
    qtbot.waitUntil(lambda: engine.running is not None)
    engine.finish(api.PromptSuggestion("a photo of a woman", note="It looks like a car."))
    qtbot.waitUntil(lambda: studio.editing.source_prompt == "a photo of a woman")
    assert not studio.editing.suggesting
    assert studio.messages.current is not None
    assert "looks like a car" in studio.messages.current.sentence


def test_a_grey_photo_may_get_colours_and_a_colour_photo_has_them(studio: StudioState) -> None:
    edit, document = studio.editing, studio.documents.document
    assert document is not None
    edit.prompt, edit.in_colour = "a photo of a woman with red hair", True
    assert not edit.request(document, 0).in_colour
    document.photo = dataclasses.replace(document.photo, grey=True)
    assert edit.is_grey
    asked = edit.request(document, 0)
    assert asked.in_colour
    edit.in_colour = False
    assert not edit.request(document, 0).in_colour
    edit.edit_again(asked)
    assert edit.in_colour


def test_a_suggestion_counts_as_seen_while_nobody_changes_it(
    studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    edit = studio.editing
    document = studio.documents.document
    assert document is not None
    edit.prompt, edit.source_prompt = "a photo of a woman smiling", "a photo of a woman"
    assert not edit.request(document, 0).source_suggested
    edit.suggest()
    qtbot.waitUntil(lambda: engine.running is not None)
    assert engine.submitted[-1] == api.SuggestPrompt(document.data, "woman")
    engine.finish(api.PromptSuggestion("a photo of a woman in a city"))
    qtbot.waitUntil(lambda: not edit.suggesting)
    request = edit.request(document, 0)
    assert request.source_suggested
    edit.source_prompt = "a photo of a young woman in a city"
    assert not edit.request(document, 0).source_suggested
    edit.edit_again(request)
    assert edit.request(document, 0).source_suggested
    edit.source_prompt = ""
    assert not edit.request(document, 0).source_suggested


def test_a_preset_starts_from_the_tokens_own_prompt(studio: StudioState) -> None:
    edit = studio.editing
    edit.add_token("anna/me")
    edit.use_preset(next(preset for preset in EDIT_PRESETS if preset.id == "hair-blonde"))
    assert edit.prompt == "a photo of a woman with long blonde hair in a forest"
    edit.use_preset(next(preset for preset in EDIT_PRESETS if preset.id == "lipstick"))
    assert edit.region == "lips"


def chip(name: str) -> EditPreset:
    return next(preset for preset in EDIT_PRESETS if preset.id == name)


def test_presets_keep_the_token_and_do_not_pile_up(studio: StudioState) -> None:
    edit = studio.editing
    edit.source_prompt = "a photo of a woman with long brown hair in a forest"
    edit.prompt = "a photo of a <anna/me> woman with long brown hair in a forest"
    edit.use_preset(chip("smile"))
    assert edit.prompt == "a photo of a <anna/me> woman with long brown hair smiling in a forest"
    edit.source_prompt, edit.prompt = "", "a photo of a <anna/me> woman in a forest"
    edit.use_preset(chip("hair-blonde"))
    assert edit.prompt == "a photo of a <anna/me> woman with blonde hair in a forest"
    edit.use_preset(chip("smile"))
    assert edit.prompt == "a photo of a <anna/me> woman smiling in a forest"
    edit.prompt += " at night"  # what was written by hand stays
    edit.use_preset(chip("glasses"))
    assert "smiling" in edit.prompt
    assert "at night" in edit.prompt


def test_a_token_that_finds_no_place_in_a_presets_words_stays_in_the_edit(
    studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    engine.world.add_token("mia/lips", kind="attribute", class_noun="lipstick")
    qtbot.waitUntil(lambda: studio.library.token("mia/lips") is not None)
    edit, document = studio.editing, studio.documents.document
    assert document is not None
    edit.source_prompt = "a photo of a woman in a forest"
    edit.prompt = "a photo of a <anna/me> woman wearing <mia/lips> lipstick in a forest"
    edit.use_preset(chip("smile"))
    assert edit.prompt == "a photo of a <anna/me> woman smiling in a forest"
    assert set(edit.request(document, 0).tokens) == {"anna/me", "mia/lips"}


def test_a_preset_without_a_token_speaks_of_what_the_prompt_does(studio: StudioState) -> None:
    edit = studio.editing
    edit.source_prompt = "a photo of a man in a park"
    edit.use_preset(chip("older"))
    assert edit.prompt == "a photo of an old man in a park"


def test_an_edit_needs_no_token_and_says_what_that_means(
    studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    edit = studio.editing
    edit.prompt = "a photo of a woman smiling"
    assert edit.problem == ""
    assert "token" in edit.hint
    edit.start()
    qtbot.waitUntil(lambda: bool(edit.running))
    assert engine.submitted[-1].tokens == ()
    edit.add_token("anna/me")
    assert edit.hint == ""


@pytest.mark.parametrize("search", ["", "nothing like it"])
@pytest.mark.parametrize("old", [False, True])
def test_the_prompt_after_learning_is_of_what_was_learned(
    studio: StudioState, engine: FakeClient, qtbot: QtBot, search: str, old: bool
) -> None:
    if old:  # a token of this name that was of something else
        engine.world.add_token("bea/me", class_noun="person", source_prompt="a person")
        qtbot.waitUntil(lambda: studio.library.token("bea/me") is not None)
    studio.library.search = search
    engine.world.add_token(
        "bea/me", class_noun="woman", source_prompt="a photo of a woman with black hair on a beach"
    )
    studio.editing.insert_learned("bea/me")  # before the library has heard of it
    qtbot.waitUntil(lambda: bool(studio.editing.prompt))
    assert studio.editing.prompt == "a photo of a <bea/me> woman with black hair on a beach"
    engine.world.add_token("cleo/car", class_noun="car", source_prompt="a photo of a red car on a road")
    studio.editing.insert_learned("cleo/car")  # nobody has changed the prompt: it gives way
    qtbot.waitUntil(lambda: "<cleo/car>" in studio.editing.prompt)
    assert studio.editing.prompt == "a photo of a red <cleo/car> car on a road"
    studio.editing.prompt = "a photo of a woman at night"
    studio.editing.insert_learned("bea/me")
    qtbot.waitUntil(lambda: "<bea/me>" in studio.editing.prompt)
    assert studio.editing.prompt == "a photo of a <bea/me> woman at night"


def test_what_the_search_does_not_find_is_known_all_the_same(
    studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    studio.library.search = "nothing like it"
    qtbot.waitUntil(lambda: studio.library.tokens == ())
    assert studio.library.token("anna/me") is not None
    studio.library.search = ""
    qtbot.waitUntil(lambda: [token.name for token in studio.library.tokens] == ["anna/me"])


@pytest.mark.parametrize(
    ("name", "prompt", "expected"),
    [
        ("smile", "a photo of a woman in a forest", "a photo of a woman smiling in a forest"),
        ("smile", "a photo of a woman looking surprised", "a photo of a woman smiling"),
        ("older", "a photo of a young woman", "a photo of an old woman"),
        ("older", "a photo of a <a/b> woman", "a photo of an old <a/b> woman"),
        ("hair-red", "a photo of a woman on a beach", "a photo of a woman with red hair on a beach"),
        ("sunglasses", "a woman wearing glasses", "a woman wearing sunglasses"),
        ("makeup", "a photo of a woman", "a photo of a woman"),
    ],
)
def test_presets_reword_prompts(name: str, prompt: str, expected: str) -> None:
    preset = next(preset for preset in EDIT_PRESETS if preset.id == name)
    assert apply_preset(prompt, preset, "woman") == expected


def test_attention_is_shown_over_the_photo(studio: StudioState, engine: FakeClient, qtbot: QtBot) -> None:
    document = studio.documents.document
    assert document is not None
    studio.editing.prompt = "a photo of <anna/me> smiling"
    studio.editing.show_attention("smiling")
    qtbot.waitUntil(lambda: engine.running is not None)
    stream = io.BytesIO()
    Image.new("L", (60, 40), 99).save(stream, "PNG")
    engine.finish(api.AttentionMap(stream.getvalue(), "smiling"))
    qtbot.waitUntil(lambda: document.heat is not None)
    assert document.heat is not None
    assert document.heat.shape == (40, 60)


def test_learning_asks_for_consent_once_a_person_and_goes_out_whole(
    studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    learn = studio.learning
    learn.person = "bea"
    assert "agrees" in learn.problem
    learn.consent = True
    learn.attribute_words, learn.preset = "smiling, red hair ,", "quick"
    assert learn.problem == ""
    learn.start()
    qtbot.waitUntil(lambda: learn.job is not None)
    request = engine.submitted[-1]
    assert isinstance(request, api.LearnToken)
    assert (request.attribute_words, request.settings.steps_token) == (("smiling", "red hair"), 20)
    assert request.consent
    engine.finish()
    qtbot.waitUntil(lambda: learn.job is None)
    learn.person = "cleo"
    assert not learn.consent


def test_learning_pauses_resumes_and_fails_with_its_sentence(
    studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    learn = studio.learning
    learn.person, learn.kind = "bea", "attribute"
    learn.start()
    qtbot.waitUntil(lambda: learn.job is not None and engine.running is not None)
    asked = engine.submitted[-1]
    assert isinstance(asked, api.LearnToken)
    assert (asked.settings.steps_token, asked.settings.steps_joint) == presets.usual_steps("attribute")
    learn.toggle_pause()
    qtbot.waitUntil(lambda: bool(learn.job and learn.job.info and learn.job.info.state == "paused"))
    learn.toggle_pause()
    qtbot.waitUntil(lambda: engine.running is not None)
    engine.fail(MaskError("No subject was found.", "Paint it."))
    qtbot.waitUntil(lambda: learn.job is None)
    assert studio.messages.current is not None
    assert studio.messages.current.sentence == "No subject was found."


def test_a_run_that_was_cut_off_is_offered_and_goes_on(
    studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    request = api.LearnToken(picture(), "bea", "me", consent=True)
    engine.world.resumable.append(queries.Resumable("bea", "me", 50, 160, "2026-01-01T00:00:00Z", request))
    studio.learning._request_resumable()
    qtbot.waitUntil(lambda: len(studio.learning.resumable) == 1)
    studio.learning.resume_run(studio.learning.resumable[0])
    qtbot.waitUntil(lambda: bool(engine.submitted))
    assert engine.submitted[-1].resume


def test_every_preset_says_what_it_costs_and_again_when_something_changed(
    studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    seconds = {20: 20.0, 60: 45.0, 180: 120.0}
    engine.answers[queries.EstimateJob] = lambda request: (
        api.Estimate(seconds[request.learn.settings.steps_token], 10**9, 10**10, True)
        if request.learn is not None
        else api.Estimate(9.0 * request.variants, 10**9, 10**10, True)
    )
    engine.tell(api.Event("settings"))
    edit, estimates = studio.editing, studio.estimates
    wanted = {"quick": 20.0, "balanced": 45.0, "best": 120.0}
    qtbot.waitUntil(lambda: {name: one.seconds for name, one in estimates.learn.items()} == wanted)
    edit.variants = 3
    qtbot.waitUntil(lambda: estimates.edit is not None and estimates.edit.seconds == 27.0)
    engine.answers[queries.EstimateJob] = MaskError("No.")
    edit.start()
    engine.tell(api.Event("models"))
    qtbot.waitUntil(lambda: estimates.learn == {} and estimates.edit is None)


def test_the_weight_of_a_word_that_is_not_in_the_prompt_is_left_out(studio: StudioState) -> None:
    edit, document = studio.editing, studio.documents.document
    assert document is not None
    edit.prompt = "a photo of a <anna/me> woman smiling"
    edit.weights = {"smiling": 1.5, "red hair": 2.0, "<anna/me>": 0.5}
    assert edit.request(document, 0).settings.weights == {"smiling": 1.5, "<anna/me>": 0.5}
    assert edit.unweighted_words() == ["woman"]
    edit.prompt = "a photo of a <anna/me> woman with hair"
    assert edit.request(document, 0).settings.weights == {"red hair": 2.0, "<anna/me>": 0.5}


def test_learning_that_a_closed_window_left_is_shown_paused_and_ends_here(
    studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    learn = studio.learning
    other = engine.submit(
        api.LearnToken(picture(), "bea", "me", consent=True), keep=True, title="Learn bea/me"
    )
    qtbot.waitUntil(lambda: learn.job is not None and learn.job.id == other.id)
    engine.step(loss=0.5)
    qtbot.waitUntil(lambda: learn.job is not None and bool(learn.job.losses))
    learn.toggle_pause()
    qtbot.waitUntil(lambda: bool(learn.job and learn.job.info and learn.job.info.state == "paused"))
    learn.cancel()
    qtbot.waitUntil(lambda: learn.job is None)
    engine.submit(api.LearnToken(picture(), "bea", "me", consent=True), keep=False)  # somebody else's
    qtbot.waitUntil(lambda: len(studio.jobs.items) == 2)
    assert learn.job is None


def test_learning_that_was_taken_up_goes_with_its_engine(
    studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    engine.submit(api.LearnToken(picture(), "bea", "me", consent=True), keep=True)
    qtbot.waitUntil(lambda: studio.learning.job is not None)
    engine.die()
    qtbot.waitUntil(lambda: studio.learning.job is None)
    engine.revive()
    qtbot.waitUntil(lambda: studio.link.state == "connected")
