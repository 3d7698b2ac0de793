"""Formats numbers, sizes, times, dates, stages, progress and estimates for the user."""

from __future__ import annotations

import re

from PyQt6.QtCore import QCoreApplication, QDateTime, QLocale, Qt

from qt_app.i18n.engine_translation import translated
from s2edit_plugin.api import Estimate, Progress

_BEGINNING = re.compile(
    r"^\s*(?:an?\s+)?(?:photo|picture|portrait|image)\s+of\s+(?:(?:an?|the)\s+)?(?:<[^<>\s]+>\s*)?",
    re.IGNORECASE,
)

__all__ = [
    "brief",
    "cost_in_words",
    "day_and_time",
    "duration",
    "estimate_in_words",
    "number",
    "progress_in_words",
    "size_in_words",
    "stage_in_words",
    "time_left",
    "title_in_words",
]


def time_left(seconds: float | None) -> str:
    """``"2 min left"``, "" while unknown."""
    if seconds is None:
        return ""
    whole = max(0, round(seconds))
    translate = QCoreApplication.translate
    if whole < 60:
        return translate("wording", "%n s left", n=whole)
    if whole < 3600:
        return translate("wording", "%n min left", n=round(whole / 60))
    return translate("wording", "%n h left", n=round(whole / 3600))


def day_and_time(iso: str) -> str:
    """A time in ISO 8601 as local date and time; of today only the time."""
    moment = QDateTime.fromString(iso, Qt.DateFormat.ISODate).toLocalTime()
    if not moment.isValid():
        return iso
    short, locale = QLocale.FormatType.ShortFormat, QLocale()
    if moment.date() == QDateTime.currentDateTime().date():
        return locale.toString(moment.time(), short)
    return locale.toString(moment, short)


def brief(prompt: str) -> str:
    """A prompt for a narrow list: without the common beginning "a photo of a" and the subject's token."""
    return _BEGINNING.sub("", prompt, count=1).strip() or prompt


def number(value: float, digits: int) -> str:
    """A number with so many decimals, in the user's locale."""
    return QLocale().toString(float(value), "f", digits)


def size_in_words(count: int) -> str:
    """Bytes as ``"3.4 GB"`` (10^9), ``"12 MB"`` or ``"80 KB"``."""
    for limit, unit in ((10**9, "GB"), (10**6, "MB"), (10**3, "KB")):
        if count >= limit:
            value = count / limit
            return f"{number(value, 1 if value < 10 else 0)} {unit}"
    return f"{count} B"


def stage_in_words(stage: str) -> str:
    """The stage of a job, translated. Most are one word; some name a model: ``downloading sd15``."""
    translate = QCoreApplication.translate
    whole = {
        "learning": translate("wording", "learning"),
        "inverting": translate("wording", "inverting"),
        "optimizing the null text": translate("wording", "optimizing the null text"),
        "editing photos": translate("wording", "editing photos"),
        "editing": translate("wording", "editing"),
        "finding the region": translate("wording", "finding the region"),
        "looking": translate("wording", "looking"),
        "waiting for another program that changes the models": translate(
            "wording", "waiting for another program that changes the models"
        ),
        "checking what is here": translate("wording", "checking what is here"),
        "moving models": translate("wording", "moving models"),
    }
    begun = {
        "downloading": translate("wording", "downloading {0}"),
        "copying": translate("wording", "copying {0}"),
        "asking": translate("wording", "asking for {0}"),
        "checking": translate("wording", "checking {0}"),
        "importing": translate("wording", "importing {0}"),
        "hashing": translate("wording", "hashing {0}"),
    }
    verb, _, rest = stage.partition(" ")
    return whole.get(stage) or (
        begun[verb].format(rest.removeprefix("for ")) if rest and verb in begun else stage
    )


def title_in_words(title: str) -> str:
    """The title of a job: the engine's default titles are translated, others unchanged."""
    translate = QCoreApplication.translate
    known = {
        r"Learn ([^\s/]+/[^\s/]+)": translate("wording", "Learn {0}"),
        r"Edit with (.+)": translate("wording", "Edit with {0}"),
        r"Edit by text": translate("wording", "Edit by text"),
        r"Find a mask": translate("wording", "Find a mask"),
        r"Suggest a prompt": translate("wording", "Suggest a prompt"),
        "Recognise people": translate("wording", "Recognise people"),
        "Load the model": translate("wording", "Load the model"),
        r"Show where '(.+)' looks": translate("wording", "Show where “{0}” looks"),
        r"Make a result again": translate("wording", "Make a result again"),
        r"Download (.+)": translate("wording", "Download {0}"),
        r"Import a model": translate("wording", "Import a model"),
        r"Import (.+)": translate("wording", "Import {0}"),
        r"Check (.+)": translate("wording", "Check {0}"),
        r"Move the models": translate("wording", "Move the models"),
    }
    for pattern, words in known.items():
        if found := re.fullmatch(pattern, title):
            return words.format(*found.groups())
    return title


def progress_in_words(progress: Progress) -> str:
    """Progress of a job: ``"1.2 of 2.7 GB · 3 min left"`` or ``"30 of 80"``."""
    if progress.unit == "bytes":
        done, total = size_in_words(progress.step), size_in_words(progress.total)
    else:
        done, total = str(progress.step), str(progress.total)
    words = QCoreApplication.translate("wording", "{0} of {1}").format(done, total)
    left = time_left(progress.seconds_left)
    return f"{words} · {left}" if left else words


def duration(seconds: float) -> str:
    """``"40 s"``, ``"3 min"``, ``"1.5 h"``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{number(seconds / 3600, 1)} h"


def cost_in_words(estimate: Estimate | None) -> str:
    """``"≈ 2 min · 3.4 GB"``, "" while unknown."""
    if estimate is None:
        return ""
    parts = [f"≈ {duration(estimate.seconds)}"] if estimate.seconds else []
    parts += [size_in_words(estimate.memory_bytes)] if estimate.memory_bytes else []
    return " · ".join(parts)


def estimate_in_words(estimate: Estimate | None) -> str:
    """Time, memory, free memory, device and note of an estimate; "" while unknown."""
    if estimate is None:
        return ""
    translate = QCoreApplication.translate
    parts = []
    if estimate.seconds:
        parts.append(translate("wording", "about {0}").format(duration(estimate.seconds)))
    if estimate.memory_bytes:
        need = size_in_words(estimate.memory_bytes)
        free = size_in_words(estimate.free_bytes)
        parts.append(
            translate("wording", "{0} of memory, {1} are free").format(need, free)
            if estimate.free_bytes
            else translate("wording", "{0} of memory").format(need)
        )
    if estimate.device:
        parts.append(estimate.device)
    words = " · ".join(parts)
    return f"{words}\n{translated(estimate.note)}" if estimate.note else words
