"""The soak itself: it sees what goes wrong. And a minute of it, and some kills, on a real engine with a tiny model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from s2edit_plugin.cli.main import main
from s2edit_plugin.library import Library
from s2edit_plugin.tokens.file import TokenRecord
from s2edit_plugin.tools.soak.inspection import inspect
from s2edit_plugin.tools.soak.mixed import growth_per_hour
from tests.fakes.tiny_model import write_tiny_model

MIXED_SECONDS, ALL_MIXED_SECONDS = 75, 3600
KILLS, ALL_KILLS = 2, 200


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


def token(folder: Path, name: str) -> TokenRecord:
    record = TokenRecord("attribute", "anna", name, "woman", "tiny", "0" * 64)
    Library(folder).add(record, {"vectors": np.zeros((1, 4), np.float16)})
    return record


def test_growth_is_seen_and_warming_up_is_none() -> None:
    steady = [(float(second), 500 if second > 20 else 25 * second) for second in range(100)]
    assert growth_per_hour(steady) == (500, 500, 0.0)
    rising = [(float(second), 1000 * second) for second in range(3601)]
    first, last, per_hour = growth_per_hour(rising)
    assert first < last
    assert per_hour == pytest.approx(3_600_000, rel=0.2)
    assert growth_per_hour([(0.0, 1)]) == (0, 0, 0.0)


def test_an_inspection_finds_nothing_in_a_sound_folder(tmp_path: Path) -> None:
    records = [token(tmp_path, "one"), token(tmp_path, "two")]
    Library(tmp_path).delete("anna/two")
    assert inspect(tmp_path, {record.id for record in records}) == []


def test_an_inspection_finds_what_is_lost_and_what_is_damaged(tmp_path: Path) -> None:
    record = token(tmp_path, "one")
    path = Library(tmp_path).path("anna/one")
    assert inspect(tmp_path, {record.id, "another"}) == ["The token another is lost."]
    path.write_bytes(path.read_bytes()[:-1])
    assert any("damaged" in problem for problem in inspect(tmp_path, set()))


def test_mixed_jobs_of_three_clients_leave_everything_sound_and_memory_does_not_grow(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    seconds = ALL_MIXED_SECONDS if request.config.getoption("--all") else MIXED_SECONDS
    values = _soak(capsys, tiny, tmp_path, "--minutes", str(seconds / 60), "--clients", "3")
    assert values["ok"], values
    done = values["mixed"]["actions"]
    assert {"learn", "edit", "mask", "rename", "delete", "history"} <= set(done), done
    assert sum(done.values()) >= 20


def test_an_engine_killed_at_random_moments_loses_nothing(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    kills = ALL_KILLS if request.config.getoption("--all") else KILLS
    values = _soak(capsys, tiny, tmp_path, "--minutes", "0", "--kills", str(kills))
    assert values["ok"], values
    assert values["kills"]["kills"] == kills
    assert values["kills"]["tokens_promised"] > 0


def _soak(
    capsys: pytest.CaptureFixture[str], model: Path, folder: Path, *arguments: str
) -> dict[str, dict[str, dict[str, int]]]:
    capsys.readouterr()
    code = main(
        ["soak", "--json", "--steps", "2", "--model", str(model), "--data", str(folder / "data"), *arguments]
    )
    values: dict[str, dict[str, dict[str, int]]] = json.loads(capsys.readouterr().out)
    assert code == (0 if values["ok"] else 1)
    return values
