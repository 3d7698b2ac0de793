"""Calls that bring a picture from GIMP to the window and its result back. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from s2edit_plugin.api import ApplyEdit, Request
from s2edit_plugin.api.queries.done import Done

__all__ = ["AskHandover", "GiveBack", "HandOver", "Handover", "HandoverState", "TakeHandover", "TakenPicture"]

HandoverState = Literal["waiting", "taken", "returned", "closed"]


@dataclass(frozen=True)
class Handover:
    """How it stands with a picture that was handed over.

    Attributes:
        state: ``waiting`` for a window, ``taken`` by one, ``returned`` with a result, or ``closed`` there without one.
        layer: the result as a plain PNG of the picture's size, depth and colour space, as `api.EditResult.layer`.
        mask: where it may be laid over the picture, a grey PNG.
        edit: what was asked for last, without its pictures; None where it is not known.
    """

    id: str
    state: HandoverState
    layer: bytes = b""
    mask: bytes = b""
    edit: ApplyEdit | None = None


@dataclass(frozen=True)
class HandOver(Request[Handover]):
    """Give a picture to the window, or to the next one that is opened.

    It is kept as long as `AskHandover` is called every few seconds.

    Attributes:
        selection: a grey PNG of the picture's size, empty where nothing is selected. title: what the picture is called.
    """

    photo: bytes
    selection: bytes = b""
    title: str = ""


@dataclass(frozen=True)
class AskHandover(Request[Handover]):
    """How it stands with a picture that was handed over; a result, or its end, is told once."""

    id: str


@dataclass(frozen=True)
class TakenPicture:
    """A picture that was handed over, see `HandOver`; ``id`` is "" where none waits."""

    id: str = ""
    photo: bytes = b""
    selection: bytes = b""
    title: str = ""


@dataclass(frozen=True)
class TakeHandover(Request[TakenPicture]):
    """Take the oldest picture that waits for a window. The event ``handover`` says when there may be one.

    It waits again when this client hears no events any more, because it crashed for example.
    """


@dataclass(frozen=True)
class GiveBack(Request[Done]):
    """Give a result of a picture that was taken back to where it came from; without ``image``: it was closed.

    A result counts whoever has taken the picture meanwhile; that it was closed counts from who has it.

    Attributes:
        image: the edited picture as an encoded file. region: where it was edited, a grey PNG. edit: what was asked for.
    """

    id: str
    image: bytes = b""
    region: bytes = b""
    edit: ApplyEdit | None = None
