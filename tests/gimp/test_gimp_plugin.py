"""The plug-in with a small fake of ``gi``: what no batch run of GIMP reaches."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from s2edit_plugin.api import queries
from s2edit_plugin.engine.client import discovery, launching
from s2edit_plugin.errors import CancelledError, EngineError, ImageError, S2EditError
from s2edit_plugin.tools.gimp.verify import PROCEDURES
from tests.fakes.fake_gi import Channel, Image, Layer, LayerMask, Procedure, fake_gi


@pytest.fixture
def told() -> Iterator[list[tuple[Any, ...]]]:
    with fake_gi() as told:
        yield told


@pytest.fixture
def plugin(told: list[tuple[Any, ...]]) -> ModuleType:
    return importlib.import_module("gimp_bridge.plugin")


# ---------------------------------------------------------------------- procedures


def test_every_procedure_is_declared_with_its_place_in_the_menu(plugin: ModuleType) -> None:
    made = plugin.S2Edit()
    assert set(made.do_query_procedures()) == set(PROCEDURES)
    for name in made.do_query_procedures():
        procedure = made.do_create_procedure(name)
        added = dict(procedure.added)
        assert added["add_menu_path"] == ("<Image>/Filters/S²Edit",)
        assert added["set_menu_label"][0]
        assert any("return_value" in what for what, _ in procedure.added)
        arguments = [values[0] for what, values in procedure.added if what.endswith("_argument")]
        assert len(arguments) == len(set(arguments))


def test_names_of_people_are_not_kept_in_gimps_own_files(plugin: ModuleType) -> None:
    made = plugin.S2Edit()
    for name, private in (
        ("plug-in-s2edit-learn", {"person", "name", "prompt"}),
        ("plug-in-s2edit-tokens", {"token", "value", "search"}),
    ):
        added = made.do_create_procedure(name).added
        texts = {values[0]: values[-1] for what, values in added if what == "add_string_argument"}
        assert {key for key, flags in texts.items() if flags & 1 << 10} >= private


# Buttons that GIMP puts into every dialog of a procedure.
GIMPS_OWN = ("_Load Saved Settings", "_Save Settings", "_Help", "_Reset", "_Cancel")


EDIT_BESIDE = ["Ed_it", "Suggest _what it shows", "Read_y-made edits", "Ad_vanced"]
FOR_SCRIPTS = ("replace", "resume")


def _keys(labels: list[str]) -> list[str]:
    return [label.partition("_")[2][:1].lower() for label in labels]


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("edit", EDIT_BESIDE),
        ("edit-again", EDIT_BESIDE),
        ("transfer", EDIT_BESIDE),
        ("learn", ["L_earn", "Suggest _what it shows", "Ad_vanced"]),
        ("select", ["Selec_t"]),
    ],
)
def test_no_two_parts_of_a_dialog_have_the_same_key(plugin: ModuleType, name: str, beside: list[str]) -> None:
    added = plugin.S2Edit().do_create_procedure(f"plug-in-s2edit-{name}").added
    fields = [
        values[1] for what, values in added if what.endswith("_argument") and values[0] not in FOR_SCRIPTS
    ]
    keys = _keys([*fields, *beside, *GIMPS_OWN])
    assert "" not in keys
    assert len(keys) == len(set(keys)), sorted(keys)


def test_no_two_menu_entries_have_the_same_key(plugin: ModuleType) -> None:
    made = plugin.S2Edit()
    labels = [
        dict(made.do_create_procedure(name).added)["set_menu_label"][0] for name in made.do_query_procedures()
    ]
    assert len(set(_keys(labels))) == len(PROCEDURES)


@pytest.mark.parametrize(
    ("raised", "status", "sentence"),
    [
        (EngineError("The engine is away.", "Start it."), "EXECUTION_ERROR", "The engine is away. Start it."),
        (CancelledError(), "CANCEL", ""),
        (KeyError("x"), "EXECUTION_ERROR", "Something went wrong in the S2Edit plug-in (KeyError: 'x')."),
    ],
)
def test_whatever_goes_wrong_gimp_gets_a_sentence_and_its_bar_is_taken_away(
    plugin: ModuleType, told: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch,
    raised: Exception, status: str, sentence: str,
) -> None:  # fmt: skip
    def fails(*arguments: Any) -> None:
        raise raised

    monkeypatch.setattr(importlib.import_module("gimp_bridge.handlers"), "run_select", fails)
    monkeypatch.setattr(plugin.logging, "disable", lambda level: None)
    given = plugin.run(Procedure("plug-in-s2edit-select"), "NONINTERACTIVE", Image(), [Layer()], None, None)
    assert given.status == f"PDBStatusType.{status}"
    assert (given.error.message if given.error else "") == sentence
    assert ("progress_end",) in told


def test_results_are_given_to_gimp_in_their_order(
    plugin: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = importlib.import_module("gimp_bridge.handlers")
    monkeypatch.setattr(handlers, "run_select", lambda *arguments: [("double", 0.5), ("string", "x")])
    monkeypatch.setattr(plugin.logging, "disable", lambda level: None)
    given = plugin.run(Procedure("plug-in-s2edit-select"), "NONINTERACTIVE", Image(), [Layer()], None, None)
    assert given.status == "PDBStatusType.SUCCESS"
    assert given.results == {1: ("double", 0.5), 2: ("string", "x")}


# ---------------------------------------------------------------------- which layer


def test_what_is_no_single_layer_of_a_usable_image_is_refused_in_a_sentence(
    told: list[tuple[Any, ...]],
) -> None:
    single_layer = importlib.import_module("gimp_bridge.pixels").single_layer
    layer = Layer()
    assert single_layer(Image(), [layer]) is layer
    assert single_layer(Image(), [LayerMask(layer)]) is layer
    for image, drawables, sentence in (
        (Image(), [], "one layer"),
        (Image(), [layer, layer], "one layer"),
        (Image(), [Channel()], "works on layers"),
        (Image(floating=object()), [layer], "floating selection"),
        (Image("ImageBaseType.INDEXED"), [layer], "indexed colours"),
    ):
        with pytest.raises(ImageError, match=sentence):
            single_layer(image, drawables)


# ---------------------------------------------------------------------- progress


def test_gimps_bar_hears_what_is_new_only(told: list[tuple[Any, ...]]) -> None:
    show = importlib.import_module("gimp_bridge.progress").progress_in_bar("S²Edit")
    for fraction, text in ((0.0, "Starting"), (0.5, "Editing"), (0.5, "Editing"), (0.6, "")):
        show(fraction, text, b"")
    assert told == [
        ("progress_init", "S²Edit"), ("progress_set_text", "Starting"), ("progress_update", 0.0),
        ("progress_set_text", "Editing"), ("progress_update", 0.5), ("progress_update", 0.6),
    ]  # fmt: skip


# ---------------------------------------------------------------------- waiting for the window


class FakeEngine:
    """Answers in turn how it stands with the picture; the last one again and again."""

    def __init__(self, folder: Path, *states: str) -> None:
        self.folder, self.states, self.shown = folder, list(states), list[str]()

    def call(self, request: queries.AskHandover) -> queries.Handover:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return queries.Handover(request.id, state)  # type: ignore[arg-type]

    def show(self, fraction: float, text: str) -> None:
        self.shown.append(text)

    def wait(self, seconds: float) -> None:
        pass


@pytest.fixture
def window(told: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = importlib.import_module("gimp_bridge.window")
    monkeypatch.setattr(module, "OPEN_SECONDS", 0.0)
    monkeypatch.setattr(discovery, "is_sandboxed", lambda: False)
    return module


def test_a_window_is_opened_once_where_none_takes_the_picture(
    window: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(launching, "start_window", lambda folder: opened.append(folder) or 7)
    monkeypatch.setattr(launching, "is_alive", lambda pid: pid == 7)
    engine = FakeEngine(tmp_path, "waiting", "waiting", "waiting", "taken", "returned")
    assert window._HandoverWait(engine, "x", 0.0, True).result().state == "returned"
    assert opened == [tmp_path]
    assert engine.shown == [window.OPENING, window.WAITING]


def test_a_window_that_ends_at_once_says_why(
    window: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "window.log").write_text("s2edit: The window needs a screen, and there is none.\n")
    monkeypatch.setattr(launching, "start_window", lambda folder: 7)
    monkeypatch.setattr(launching, "is_alive", lambda pid: False)
    with pytest.raises(EngineError, match=r"did not open\. It said: .*needs a screen"):
        window._HandoverWait(FakeEngine(tmp_path, "waiting"), "x", 0.0, True).result()


def test_in_a_sandbox_the_user_is_asked_to_start_the_program(
    window: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(discovery, "is_sandboxed", lambda: True)
    engine = FakeEngine(tmp_path, "waiting", "taken", "returned")
    assert window._HandoverWait(engine, "x", 0.0, True).result().state == "returned"
    assert engine.shown == [window.SANDBOXED, window.WAITING]


def test_a_window_that_crashes_with_the_picture_is_opened_once_more(
    window: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(launching, "start_window", lambda folder: opened.append(folder) or 7)
    monkeypatch.setattr(launching, "is_alive", lambda pid: True)
    engine = FakeEngine(tmp_path, "taken", "waiting", "taken", "returned")
    assert window._HandoverWait(engine, "x", 0.0, True).result().state == "returned"
    assert engine.shown == [window.WAITING, window.WINDOW_ENDED, window.OPENING, window.WAITING]
    engine = FakeEngine(tmp_path, "waiting", "taken", "waiting", "taken", "waiting")
    with pytest.raises(EngineError, match="ended without a result") as caught:
        window._HandoverWait(engine, "x", 0.0, True).result()
    assert "offers what was open" in caught.value.hint
    assert len(opened) == 3


def test_without_a_new_window_the_waiting_for_it_ends(
    window: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(window, "RESTART_SECONDS", 0.0)
    engine = FakeEngine(tmp_path, "taken", "waiting")
    with pytest.raises(EngineError, match="ended without a result"):
        window._HandoverWait(engine, "x", 0.0, False).result()
    assert engine.shown == [window.WAITING, window.WINDOW_ENDED]


def test_waiting_ends_when_it_was_to_end_or_the_picture_is_closed(window: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(S2EditError, match="in time"):
        window._HandoverWait(FakeEngine(tmp_path, "waiting"), "x", 0.01, False).result()
    with pytest.raises(S2EditError, match="closed"):
        window._HandoverWait(FakeEngine(tmp_path, "taken", "closed"), "x", 0.0, False).result()
