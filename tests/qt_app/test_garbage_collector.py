"""Cycles with Qt's objects in them are taken apart on the window's thread, however much is made on others."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from PyQt6.QtCore import QObject

from qt_app.garbage_collector import GarbageCollector


@pytest.fixture
def collector() -> Iterator[GarbageCollector]:
    before, enabled = gc.get_threshold(), gc.isenabled()
    gc.set_threshold(50, 1, 1)
    collector = GarbageCollector()
    yield collector
    collector.stop()
    gc.set_threshold(*before)
    if not enabled:
        gc.disable()


def test_only_the_windows_thread_takes_cycles_apart(collector: GarbageCollector) -> None:
    ended_on: list[threading.Thread] = []

    class Photo(QObject):
        def __del__(self) -> None:
            ended_on.append(threading.current_thread())

    def leave_one() -> None:
        photo = Photo()
        photo.itself = photo  # type: ignore[attr-defined]

    def make_many() -> list[list[int]]:
        return [[number] for number in range(5000)]

    leave_one()
    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(make_many).result()
    assert made
    assert ended_on == []
    collector.collect()
    assert ended_on == [threading.main_thread()]


def test_the_collector_works_by_itself_again_after_it_was_stopped() -> None:
    collector = GarbageCollector()
    assert not gc.isenabled()
    collector.stop()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_a_generation_is_left_alone_until_its_turn_comes(collector: GarbageCollector) -> None:
    gc.collect()
    collector.collect()
    counts = [generation["collections"] for generation in gc.get_stats()]
    collector.collect()
    assert [generation["collections"] for generation in gc.get_stats()] == counts
