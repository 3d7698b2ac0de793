"""Texts for the user: layer names, progress, time left, errors. Does not import gi."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from s2edit_plugin.errors import S2EditError

if TYPE_CHECKING:  # imports here delay GIMP's start, when it queries the procedures
    from s2edit_plugin.api import Estimate, JobInfo
    from s2edit_plugin.api.queries import TokenInfo

__all__ = [
    "LOADING", "PRESETS", "cost_text", "fraction_of", "hint_in_gimp", "layer_name", "progress_text", "error_text", "time_left",
    "token_text",
]  # fmt: skip

LOADING = "Loading the model"
PRESETS = {
    "smile": "Smile", "surprise": "Surprised", "older": "Older", "younger": "Younger", "hair-black": "Black hair",
    "hair-brown": "Brown hair", "hair-blonde": "Blonde hair", "hair-red": "Red hair", "lipstick": "Red lipstick",
    "glasses": "Glasses", "sunglasses": "Sunglasses",
}  # fmt: skip
"""The ready-made edits by the names that `s2edit_plugin.api.presets` knows them by."""
_REFERENCE = re.compile(r"<[^<>\s]{1,140}>")
_WORD = re.compile(r"[\w'’-]+")
_LONGEST = 60  # characters of a layer's name
_FILLERS = frozenset(
    ("a", "an", "the", "of", "in", "on", "at", "with", "and", "by", "to", "wearing", "is", "looking")
)
_STAGES = {"inverting": (0.0, 0.4), "editing": (0.4, 1.0)}


def layer_name(source: str, target: str, attribute: str = "", number: int = 0) -> str:
    """The name of a result's layer: what was changed, "hair: brown → blonde". No token is named, for it may name a person.

    Args:
        source, target: the prompts. attribute: class noun of an attribute that was brought, "" for none.
        number: of the variant, from 1; 0 for none.
    """
    before, after = (_plain(prompt) for prompt in (source, target))
    changes = _changes(_WORD.findall(before), _WORD.findall(after))
    if attribute:
        changes.append(f"+ {attribute}")
    text = ", ".join(changes)
    if not text or len(text) > _LONGEST:
        text = after or attribute
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1].rstrip() + "…"
    text = text or "S²Edit"
    return f"{text} ({number})" if number else text


def _plain(prompt: str) -> str:
    return " ".join(_REFERENCE.sub(" ", prompt).split())


def _changes(before: list[str], after: list[str]) -> list[str]:
    """What differs, in words."""
    found = []
    matcher = difflib.SequenceMatcher(
        None, [word.lower() for word in before], [word.lower() for word in after], False
    )
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        old = " ".join(word for word in before[start:end] if word.lower() not in _FILLERS)
        new = " ".join(word for word in after[new_start:new_end] if word.lower() not in _FILLERS)
        if kind == "equal" or not (old or new):
            continue
        if old and new:
            of = after[new_end] if new_end < len(after) and after[new_end].lower() not in _FILLERS else ""
            found.append(f"{of}: {old} → {new}" if of else f"{old} → {new}")
        else:
            found.append(f"+ {new}" if new else f"− {old}")
    return found


def progress_text(job: JobInfo, ahead: str = "", ready: bool = True) -> str:
    """The state of a job as a line for the progress bar.

    Args:
        ahead: title of the job that it waits for. ready: the model it needs was loaded before.
    """
    if job.state == "queued":
        return f"Waiting for another job of the engine{f' ({ahead})' if ahead else ''}"
    if job.state == "paused":
        return "Paused in S2Edit Studio"
    progress = job.progress
    if progress is None:
        return "Getting ready" if ready else LOADING
    text = f"{progress.stage[:1].upper()}{progress.stage[1:]}, step {progress.step} of {progress.total}"
    left = "" if progress.seconds_left is None else time_left(progress.seconds_left)
    return f"{text}, {left}" if left else text


def time_left(seconds: float) -> str:
    """Roughly how long something still takes, in words."""
    if seconds < 1.5:
        return "a second left"
    if seconds < 90:
        return f"about {round(seconds)} seconds left"
    return f"about {round(seconds / 60)} minutes left"


def cost_text(estimate: Estimate) -> str:
    """The estimated duration of a job: "" where it is unknown."""
    if estimate.seconds <= 0:
        return estimate.note
    seconds = estimate.seconds
    time = "a second" if seconds < 1.5 else f"{round(seconds)} seconds"
    if seconds >= 90:
        time = f"{round(seconds / 60)} minutes"
    text = f"It will take about {time}{f' on {estimate.device}' if estimate.device else ''}."
    return f"{text} {estimate.note}".strip()


def fraction_of(job: JobInfo) -> float:
    """How much of a job is done, 0..1, over all its stages; -1 while it is unknown."""
    progress = job.progress
    if progress is None or progress.total <= 0:
        return -1.0
    done = min(1.0, progress.step / progress.total)
    start, end = _STAGES.get(progress.stage, (0.0, 1.0))
    return start + (end - start) * done


def token_text(info: TokenInfo) -> str:
    """A token described in one or two lines."""
    what = "a person" if info.kind == "identity" else "an attribute"
    parts = [f"{info.name}: {what} ({info.class_noun})", f"learned on {info.base_model}"]
    if info.created:
        parts.append(info.created[:10])
    if info.tags:
        parts.append("tags: " + ", ".join(info.tags))
    if not info.usable:
        parts.append("not for the model in use")
    line = " · ".join(parts)
    return f"{line}\n{info.problem}" if info.problem else line


_STUDIO = "S2Edit Studio (Filters > S²Edit > Open in S²Edit)"
_HINTS = (
    (r"e\.g\. --class (\w+)", r"for example \1, in the field Class noun"),
    (r"(?:Run )?`s2edit models install ([\w-]+)[^`]*`", r"Install \1 in S2Edit Studio (Models)"),
    (r"Change --steps", "Change the number of steps"),
    (r"(?:Add|Name one with|Name it with|Use) --(?:token|with) \S+", "Choose a token in the dialog"),
    (r"(?:Add|with) --yes-i-have-consent", "Tick the box that the person agrees"),
    (r"Paint or name one with --mask", "Select something"),
    (r"--mask\b", "the field Region"),
    (r"--subject\b", "the field Subject"),
    (r"--source-prompt\b", "the field Now it shows"),
    (r"--prompt\b", "the field Prompt"),
    (r"--seed\b", "the seed"),
    (r"`s2edit learn[^`]*`", "Filters > S²Edit > Learn token…"),
    (r"`s2edit tokens[^`]*`", "Filters > S²Edit > Token library…"),
)
_COMMAND = re.compile(r"`s2edit (?!gimp)[^`]*`|(?<!\w)--[a-z]")
_SENTENCES = re.compile(r"(?<=[.!?])\s+")


def hint_in_gimp(hint: str) -> str:
    """A hint of the engine without options of the command line: what to do in GIMP, or in the program's window."""
    for pattern, words in _HINTS:
        hint = re.sub(pattern, words, hint)
    help_there = f"Open {_STUDIO} for that."
    kept = [help_there if _COMMAND.search(one) else one for one in _SENTENCES.split(hint)]
    return " ".join(dict.fromkeys(kept))


def error_text(error: BaseException) -> str:
    """An error as GIMP shows it: sentence and hint; never a traceback."""
    if isinstance(error, S2EditError):
        return f"{error.sentence} {hint_in_gimp(error.hint)}".strip()
    detail = " ".join(str(error).split())[:200].rstrip(".")
    return f"Something went wrong in the S2Edit plug-in ({type(error).__name__}{': ' if detail else ''}{detail})."
