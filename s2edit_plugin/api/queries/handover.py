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
    """State of a transferred picture.

    Attributes:
        state: ``waiting`` for a window, ``taken`` by one, ``returned`` with a result, or ``closed`` there without one.
        layer: the result as a plain PNG of the picture's size, depth and colour space, as `api.EditResult.layer`.
        mask: area in which it may replace the picture, a grey PNG.
        edit: the last request, without its pictures; None if unknown.
    """

    id: str
    state: HandoverState
    layer: bytes = b""
    mask: bytes = b""
    edit: ApplyEdit | None = None


@dataclass(frozen=True)
class HandOver(Request[Handover]):
    """Send a picture to the window, or to the next one that is opened.

    It is kept as long as `AskHandover` is called every few seconds.

    Attributes:
        selection: a grey PNG of the picture's size, empty without a selection. title: of the picture.
    """

    photo: bytes
    selection: bytes = b""
    title: str = ""


@dataclass(frozen=True)
class AskHandover(Request[Handover]):
    """Query the state of a transferred picture; a result, or its end, is returned once."""

    id: str


@dataclass(frozen=True)
class TakenPicture:
    """A transferred picture, see `HandOver`; ``id`` is "" if none waits."""

    id: str = ""
    photo: bytes = b""
    selection: bytes = b""
    title: str = ""


@dataclass(frozen=True)
class TakeHandover(Request[TakenPicture]):
    """Take the oldest picture that waits for a window. The event ``handover`` announces new ones.

    It waits again after this client disconnects, for example by a crash.
    """


@dataclass(frozen=True)
class GiveBack(Request[Done]):
    """Return a result for a taken picture; without ``image``: it was closed.

    A result is accepted from any client, closing only from the client that took the picture.

    Attributes:
        image: the edited picture as an encoded file. region: the edit region, a grey PNG. edit: the request.
    """

    id: str
    image: bytes = b""
    region: bytes = b""
    edit: ApplyEdit | None = None
