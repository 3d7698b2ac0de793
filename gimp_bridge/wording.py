"""Words for the user: names of layers, progress, time left. No GIMP in here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from s2edit_plugin.errors import S2EditError

if TYPE_CHECKING:  # GIMP waits for what is imported here, also when it only asks what there is
    from s2edit_plugin.api import JobInfo
    from s2edit_plugin.calls import TokenInfo

__all__ = ["fraction_of", "layer_name", "progress_text", "said", "time_left", "token_text"]

_REFERENCE = re.compile(r"<([^<>\s]{1,140})>")
_LONGEST = 60  # characters of a layer's name
_ID = 8  # characters of a token's id in a layer's name
_STAGES = {"inverting": (0.0, 0.4), "editing": (0.4, 1.0)}


def layer_name(prompt: str, number: int = 0) -> str:
    """The name of a result's layer: its prompt, references to tokens cut to the beginning of their ids.

    Args:
        prompt: with references by id. number: of the variant, from 1; 0 for none.
    """
    text = _REFERENCE.sub(lambda match: f"<{match.group(1)[:_ID]}>", " ".join(prompt.split()))
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1].rstrip() + "…"
    return f"{text} ({number})" if number else text


def progress_text(job: JobInfo, ahead: str = "") -> str:
    """What a job does now, in a line for GIMP's bar.

    Args:
        ahead: title of the job that it waits for.
    """
    if job.state == "queued":
        return f"Waiting for another job of the engine{f' ({ahead})' if ahead else ''}"
    if job.state == "paused":
        return "Paused in S2Edit Studio"
    progress = job.progress
    if progress is None:
        return "Getting ready"
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


def fraction_of(job: JobInfo) -> float:
    """How much of a job is done, 0..1, over all its stages."""
    progress = job.progress
    if progress is None or progress.total <= 0:
        return 0.0
    done = min(1.0, progress.step / progress.total)
    start, end = _STAGES.get(progress.stage, (0.0, 1.0))
    return start + (end - start) * done


def token_text(info: TokenInfo) -> str:
    """What is known of a token, in a line or two."""
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


def said(error: BaseException) -> str:
    """An error as GIMP shows it: sentence and hint; never a traceback."""
    if isinstance(error, S2EditError):
        return str(error)
    detail = " ".join(str(error).split())[:200].rstrip(".")
    return f"Something went wrong in the S2Edit plug-in ({type(error).__name__}{': ' if detail else ''}{detail})."
