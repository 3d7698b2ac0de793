"""The plug-in is put into a real GIMP by the command, and learns and selects there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from s2edit_plugin.api import queries
from tests.e2e.gimp.workplace import Workplace


def test_the_command_installs_the_plugin_and_gimp_knows_it(installed: dict[str, Any]) -> None:
    assert installed["exit"] == 0, installed
    (check,) = installed["checks"]
    assert check["ok"]
    assert "knows all" in check["finding"]


def test_a_person_is_learned_from_a_layer(workplace: Workplace, learned: dict[str, Any]) -> None:
    assert learned["person"]["status"] == "success", learned
    assert learned["person"]["token"] == ["anna/me"]
    with workplace.client() as client:
        details = client.call(queries.ShowToken("anna/me"))
    assert details.info.consent
    assert details.settings["steps_token"] + details.settings["steps_joint"] == 2


def test_a_person_is_not_learned_without_consent(learned: dict[str, Any]) -> None:
    assert learned["without consent"]["status"] == "execution-error"
    assert "consent" in learned["without consent"]["message"]


def test_an_attribute_is_learned_in_the_selection(workplace: Workplace, learned: dict[str, Any]) -> None:
    assert learned["attribute"]["status"] == "success", learned
    with workplace.client() as client:
        info = client.call(queries.ShowToken("mia/lips")).info
    assert (info.kind, info.class_noun) == ("attribute", "lipstick")


def test_lips_are_selected(learned: dict[str, Any]) -> None:
    assert learned["select"]["status"] == "success"
    (coverage,) = learned["select"]["coverage"]
    assert 0.0005 < coverage < 0.05


def test_learning_leaves_the_image_alone(learned: dict[str, Any]) -> None:
    assert learned["layers"] == 1


@pytest.mark.parametrize("fault", ["run bit", "old", "gone"])
def test_doctor_says_what_is_wrong(workplace: Workplace, installed: dict[str, Any], fault: str) -> None:
    started = workplace.profile / "plug-ins" / "s2edit" / "s2edit.py"
    text, mode = started.read_text(), started.stat().st_mode
    try:
        if fault == "run bit":
            started.chmod(0o644)
        elif fault == "old":
            started.write_text(text + "# changed\n")
        else:
            started.unlink()
        environment = os.environ | {
            "S2EDIT_HOME": str(workplace.data),
            "GIMP3_DIRECTORY": str(workplace.profile),
        }
        words = [sys.executable, "-m", "s2edit_plugin", "gimp", "doctor", "--json"]
        done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    finally:
        started.write_text(text)
        started.chmod(mode)
    (check,) = json.loads(done.stdout)["checks"]
    assert done.returncode == 1
    assert not check["ok"]
    assert {"run bit": "run bit", "old": "differs", "gone": "missing"}[fault] in check["finding"]
    assert "s2edit gimp install" in check["remedy"]
