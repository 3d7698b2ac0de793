"""What a run keeps until it is complete, what an edit costs, and what all suites report alike."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from s2edit_plugin.errors import CancelledError
from s2edit_plugin.evaluation.asked import Run
from s2edit_plugin.evaluation.cost import metered
from s2edit_plugin.evaluation.kept import Cell, Kept
from s2edit_plugin.evaluation.methods import Method
from s2edit_plugin.evaluation.metrics import mse, ssim
from s2edit_plugin.evaluation.registry import SUITES

ONE, OTHER = Method("s2edit", "one"), Method("no_token", "other")


def _pictures(level: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    picture = np.full((4, 4, 3), level, np.uint8)
    return picture, picture + 1, np.ones((4, 4), np.float32)


def test_a_cell_comes_back_and_belongs_to_its_subject_method_and_run(tmp_path: Path) -> None:
    kept = Kept(tmp_path, "portraits", 3)
    kept.store(0, ONE, Cell([("smile", {"psnr": 1.5})], [_pictures(7)]))
    cell = kept.load(0, ONE, True)
    assert cell is not None
    assert cell.rows == [("smile", {"psnr": 1.5})]
    assert np.array_equal(cell.pictures[0][1], _pictures(7)[1])
    assert kept.load(1, ONE, False) is None
    assert kept.load(0, OTHER, False) is None
    assert Kept(tmp_path, "portraits", 4).load(0, ONE, False) is None
    kept.store(1, ONE, Cell([("smile", {})], []))
    assert kept.load(1, ONE, False) is not None
    assert kept.load(1, ONE, True) is None  # its pictures are wanted and were not kept


def test_a_damaged_cell_is_made_again_and_a_complete_run_leaves_nothing(tmp_path: Path) -> None:
    kept = Kept(tmp_path, "portraits")
    kept.store(0, ONE, Cell([], []))
    kept.store(0, OTHER, Cell([], []))
    (file, *_) = (f for f in tmp_path.rglob("*.npz") if kept.load(0, ONE, False) is not None)
    for one in tmp_path.rglob("*.npz"):
        one.write_bytes(b"PK\x03\x04 cut off")
    assert file.exists()
    assert kept.load(0, ONE, False) is None
    kept.clear([ONE])
    assert len(list(tmp_path.rglob("*.npz"))) == 1  # another run's method stays
    kept.clear([OTHER])
    assert list(tmp_path.iterdir()) == []
    nothing = Kept(None)
    nothing.store(0, ONE, Cell([], []))
    assert nothing.load(0, ONE, False) is None
    nothing.clear([ONE])


@dataclass
class _Maker:
    """Two edits by a method: its figure is as long as its name."""

    subject: Any
    made: list[tuple[int, str]] = field(default_factory=list)

    def results(self, method: Method) -> Iterator[Any]:
        from s2edit_plugin.evaluation.benchmark import Result

        self.made.append((self.subject.index, method.name))
        for kind in ("a", "b"):
            row = {"good": float(len(method.name)), "joint_pasted": float(method.name == "s2edit")}
            yield Result(kind, row, _pictures(len(method.name)))


def test_a_comparison_goes_on_within_a_person_and_shows_the_same_sheet(tmp_path: Path) -> None:
    from s2edit_plugin.evaluation.benchmark import Plan, compare
    from s2edit_plugin.evaluation.report import Shown

    made: list[tuple[int, str]] = []
    subjects = [SimpleNamespace(index=i) for i in range(2)]
    stops = {"at": (1, "no_token")}

    class Stopping(_Maker):
        def results(self, method: Method) -> Iterator[Any]:
            if stops.get("at") == (self.subject.index, method.name):
                raise CancelledError
            return super().results(method)

    def asked(out: Path) -> Run:
        model: Any = SimpleNamespace(name="model", fingerprint="f")
        return Run("portraits", (), 2, 0, lambda _: None, model, out)

    plan = Plan(
        subjects,
        [ONE, OTHER],
        lambda subject: Stopping(subject, made),
        lambda _: [Shown(kind, _pictures(3)[0]) for kind in "ab"],
        (("good", "good", "{:.0f}"),),
        ("good", "joint_pasted", "nothing"),
    )
    with pytest.raises(CancelledError):
        compare(asked(tmp_path / "cut"), plan)
    assert made == [(0, "s2edit"), (0, "no_token"), (1, "s2edit")]
    stops.clear()
    resumed = compare(asked(tmp_path / "cut"), plan)
    assert made[3:] == [(1, "no_token")]
    whole = compare(asked(tmp_path / "whole"), plan)
    assert {**resumed, "seconds": 0, "table": ""} == {**whole, "seconds": 0, "table": ""}
    assert (tmp_path / "cut" / "eval.png").read_bytes() == (tmp_path / "whole" / "eval.png").read_bytes()
    assert [f.name for f in (tmp_path / "cut").iterdir()] == ["eval.png"]
    # A figure that nobody has is not compared, and the test counts edits that only one has.
    assert resumed["paired"] == {"no_token": {"good": [-2.0, -2.0], "joint_pasted": [1.0, 1.0]}}
    assert resumed["mcnemar"] == {"no_token": pytest.approx(2 * 0.5**4)}
    assert "McNemar" in resumed["table"]


def test_seconds_forwards_and_memory_are_counted() -> None:
    network = torch.nn.Linear(3, 3)
    backbone: Any = SimpleNamespace(unet=network, device=torch.device("cpu"))
    with metered(backbone) as cost:
        network(torch.zeros(4, 3))
        network(torch.zeros(2, 3))
        time.sleep(0.05)
    network(torch.zeros(1, 3))
    assert cost.forwards == 6
    assert cost.seconds >= 0.05
    assert cost.memory > 10
    assert not network._forward_pre_hooks


def test_ssim_and_mse_by_hand() -> None:
    rng = np.random.default_rng(0)
    one = rng.integers(0, 255, (32, 32, 3)).astype(np.uint8)
    other = one.copy()
    other[:, 16:] = rng.integers(0, 255, (32, 16, 3))
    left = np.zeros((32, 32), bool)
    left[:, :10] = True
    assert ssim(one, one) == pytest.approx(1)
    assert ssim(one, other, left) == pytest.approx(1)
    assert ssim(one, other, ~left) < 0.7
    assert mse(one, one) == 0
    assert mse(np.zeros((2, 2, 3), np.uint8), np.full((2, 2, 3), 51, np.uint8)) == pytest.approx(0.04)
    assert np.isnan(mse(one, one, np.zeros((32, 32), bool)))


def test_every_suite_says_what_it_is_and_its_defaults_are_methods_of_it() -> None:
    from s2edit_plugin.evaluation import makeup_suite, region_suite, two_people_suite
    from s2edit_plugin.evaluation.methods import MAIN, METHODS
    from s2edit_plugin.evaluation.pie_bench import real_methods

    known = {
        "makeup": makeup_suite.METHODS,
        "two-people": two_people_suite.METHODS,
        "region": region_suite.METHODS,
        "pie-bench": real_methods(),
        "photos": real_methods(),
    }
    for name, suite in SUITES.items():
        assert suite.words
        assert set(suite.main) <= set(known.get(name, METHODS))
    assert SUITES["portraits"].main == MAIN
