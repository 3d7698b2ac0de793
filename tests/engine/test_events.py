"""The numbered events: what a listener that lags or comes back gets to hear."""

from __future__ import annotations

import pytest

from s2edit_plugin.api import REGION, Event, JobInfo
from s2edit_plugin.engine.server import events
from s2edit_plugin.engine.server.events import EventLog


def job(name: str) -> JobInfo:
    return JobInfo(name, "ApplyEdit", "Edit", "running", 20)


def test_a_listener_that_comes_back_hears_what_it_missed() -> None:
    log = EventLog()
    for kind in ("library", "history", "models"):
        log.publish(Event(kind))  # type: ignore[arg-type]
    heard = log.after(1)
    assert [event.kind for event in heard.events] == ["history", "models"]
    assert not heard.missed
    assert not log.after(3).events


def test_a_listener_that_was_away_too_long_is_told_so() -> None:
    log = EventLog(backlog=3)
    for _ in range(5):
        log.publish(Event("library"))
    assert log.after(1).missed
    assert not log.after(2).missed
    assert [event.number for event in log.after(0).events] == [3, 4, 5]


def test_a_number_of_another_engine_counts_as_missed() -> None:
    log = EventLog()
    log.publish(Event("library"))
    assert log.after(700).missed


def test_of_previews_only_each_jobs_newest_is_kept() -> None:
    log = EventLog()
    for picture in (b"1", b"2"):
        log.publish(Event("preview", job=job("a"), picture=picture))
        log.publish(Event("preview", job=job("b"), picture=picture))
    assert [event.picture for event in log.after(0).events] == [b"2", b"2"]
    assert not log.after(0).missed


def test_of_the_log_only_the_newest_records_are_kept_and_they_push_out_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(events, "LOG_BACKLOG", 2)
    log = EventLog(backlog=5)
    log.publish(Event("library"))
    for number in range(20):
        log.publish(Event("log", text=str(number)))
    assert [event.text for event in log.after(0).events] == ["", "18", "19"]
    assert not log.after(0).missed
    for _ in range(5):
        log.publish(Event("library"))
    log.publish(Event("log", text="20"))
    assert [event.text for event in log.after(0).events] == ["", "", "", "", "20"]
    assert log.after(0).missed


def test_wakers_are_called_until_they_are_removed() -> None:
    log = EventLog()
    woken: list[int] = []
    remove = log.add_waker(lambda: woken.append(log.number))
    log.publish(Event("library"))
    remove()
    log.publish(Event("library"))
    assert woken == [1]


def test_a_found_region_is_kept_beside_later_previews() -> None:
    log = EventLog()
    log.publish(Event("preview", job=job("a"), picture=b"mask", text=REGION))
    log.publish(Event("preview", job=job("a"), picture=b"1"))
    log.publish(Event("preview", job=job("a"), picture=b"2"))
    assert [event.picture for event in log.after(0).events] == [b"mask", b"2"]
