"""Jobs and their results: dataclasses that hold everything a job needs. Standard library only.

Pictures and masks travel as encoded image files (``bytes``), never as paths: the same request runs in the caller's
process (command line) or is sent to the engine. What an engine answers at once (library, history, settings) is in
`s2edit_plugin.api.queries`. `operations` is the table of
all operations of an engine. The GIMP plug-in carries a copy of this package.
"""

from __future__ import annotations

from s2edit_plugin.api.base import OnNote, OnProgress, Preview, Progress, Request, TokenKind
from s2edit_plugin.api.editing import ApplyEdit, EditResult, EditSettings, RerunReport, RerunResult
from s2edit_plugin.api.events import REGION, Estimate, Event, EventKind, JobInfo, JobState
from s2edit_plugin.api.learning import LearnResult, LearnSettings, LearnToken
from s2edit_plugin.api.looking import (
    AttentionMap,
    Click,
    MakeMask,
    MaskResult,
    PeopleFound,
    PersonFound,
    PromptSuggestion,
    RecognisePeople,
    ShowAttention,
    SuggestPrompt,
)
from s2edit_plugin.api.models import (
    ImportModel,
    InstallModel,
    ModelReady,
    MoveModels,
    OpenedModel,
    OpenModel,
    VerifyModel,
)

__all__ = [
    "ApplyEdit",
    "AttentionMap",
    "Click",
    "EditResult",
    "EditSettings",
    "Estimate",
    "Event",
    "EventKind",
    "ImportModel",
    "InstallModel",
    "JobInfo",
    "JobState",
    "LearnResult",
    "LearnSettings",
    "LearnToken",
    "MakeMask",
    "MaskResult",
    "ModelReady",
    "MoveModels",
    "OnNote",
    "OnProgress",
    "OpenModel",
    "OpenedModel",
    "PeopleFound",
    "PersonFound",
    "Preview",
    "Progress",
    "PromptSuggestion",
    "REGION",
    "RecognisePeople",
    "Request",
    "RerunReport",
    "RerunResult",
    "ShowAttention",
    "SuggestPrompt",
    "TokenKind",
    "VerifyModel",
]
