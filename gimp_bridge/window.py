"""Open in S²Edit: a layer and the selection go to the desktop window, and its result comes back as a layer."""

from __future__ import annotations

import contextlib
import time
from typing import Any

from gi.repository import Gimp

from gimp_bridge import png
from gimp_bridge.link import Link
from gimp_bridge.memory import EditValues, Names, write_values
from gimp_bridge.pixels import grey_of_picture
from gimp_bridge.png import Pixels
from gimp_bridge.results import Finished, check_mode, insert_results
from gimp_bridge.scene import Scene, check_visible
from gimp_bridge.wording import layer_name
from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.engine.client import discovery
from s2edit_plugin.errors import CancelledError, EngineError, ImageError, S2EditError

__all__ = ["edit_in_window"]

ASK_SECONDS = 0.5
OPEN_SECONDS = 3.0  # within which a window that is there takes a picture
START_SECONDS = 60.0
AGAIN_SECONDS = 180.0  # within which a user has started a window again that ended
WAITING = "Edit the picture in S²Edit Studio, then choose File > Send back to GIMP there"
OPENING = "Opening S²Edit Studio"
SANDBOXED = "Start S²Edit Studio; the picture opens there"
AGAIN = "S²Edit Studio's window ended; the picture goes to the next one"


def edit_in_window(
    image: Gimp.Image, layer: Gimp.Layer, link: Link, seconds: float = 0.0, may_open: bool = True
) -> list[Gimp.Layer]:
    """Hand a layer and the selection over, wait, and put what comes back above the layer.

    Args:
        seconds: how long to wait for it; 0: as long as it takes.
        may_open: open the window where none is.

    Raises:
        CancelledError: it was closed there without a result. S2EditError: no window, or it crashed. The image is as it was.
    """
    check_visible(layer)
    with Scene(image, layer) as scene:
        check_mode(scene.source)
        view = scene.view
        selection = view.selection()
        pixels, alpha = view.read(view.whole)
    mask = b""
    if selection is not None:
        mask = png.encode(Pixels(view.width, view.height, 1, 8, selection.on(view.whole)))
    link.stay()
    offered = link.call(queries.HandOver(png.encode(pixels, view.icc), mask, _file_name(image)))
    back = _Waiting(link, offered.id, seconds, may_open).result()
    scene.check()  # meanwhile the user could do anything in GIMP
    made = png.decode(back.layer)
    if (made.width, made.height, made.depth) != (view.width, view.height, view.depth):
        raise ImageError(
            "The picture came back in another size or precision.", "Take it from S2Edit Studio's history."
        )
    name, memory = _remembered(back.edit, link, scene.source)
    finished = Finished(view.whole, made, alpha, grey_of_picture(back.mask), name, memory)
    return insert_results(view, [finished], name, scene.above, stack=scene.stack, lone=scene.is_lone)


def _file_name(image: Gimp.Image) -> str:
    """Of the file an image comes from, "" if none."""
    file = image.get_xcf_file() or image.get_imported_file() or image.get_exported_file()
    return (file.get_basename() or "") if file is not None else ""


class _Waiting:
    """Waits for a picture that was handed over. A window that crashes with it loses it to the next one, once: it may be the
    picture that it crashes of."""

    def __init__(self, link: Link, name: str, seconds: float, may_open: bool) -> None:
        self._link, self._name, self._may_open = link, name, may_open
        self._since = time.monotonic()  # it waits for a window
        self._end = self._since + seconds if seconds > 0 else None
        self._window = 0  # pid of the one that was opened
        self._taken = self._again = False

    def result(self) -> queries.Handover:
        """What came back. Raises S2EditError."""
        while True:
            found = self._link.call(queries.AskHandover(self._name))
            if found.state == "returned":
                return found
            if found.state == "closed":
                raise CancelledError("The picture was closed in S2Edit Studio without a result.")
            if self._end is not None and time.monotonic() > self._end:
                raise EngineError("No result came back from S2Edit Studio in time.")
            if found.state == "waiting":
                if self._taken:
                    self._begin_again()
                self._see_to_a_window()
            else:
                self._taken = True
                self._link.show(0.0, WAITING)
            Gimp.progress_pulse()  # also: that GIMP has gone is noticed by speaking to it only, and ends this process
            self._link.pause(ASK_SECONDS)

    def _begin_again(self) -> None:
        if self._again:
            raise _ended()
        self._taken, self._again = False, True
        self._since, self._window = time.monotonic(), 0
        self._link.show(0.0, AGAIN)

    def _see_to_a_window(self) -> None:
        waited = time.monotonic() - self._since
        if self._again and waited > AGAIN_SECONDS:
            raise _ended()
        if not self._may_open or waited < OPEN_SECONDS:
            return
        if discovery.is_sandboxed():
            self._link.show(0.0, SANDBOXED)
        elif not self._window:
            self._window = discovery.start_window(self._link.folder)
            self._link.show(0.0, OPENING)
        elif waited > START_SECONDS or not discovery.is_alive(self._window):
            said = discovery.last_words(self._link.folder / "engine" / discovery.WINDOW_OUTPUT_NAME)
            raise EngineError(
                "S2Edit Studio's window did not open.",
                f"It said: {said}" if said else "Start it, then try again.",
            )


def _ended() -> EngineError:
    return EngineError(
        "S2Edit Studio's window ended without a result.", "Start it again: it offers what was open there."
    )


def _remembered(edit: api.ApplyEdit | None, link: Link, layer: Gimp.Layer) -> tuple[str, bytes]:
    """The layer's name, and the settings to begin with the next time: empty where they are not known."""
    if edit is None:
        return "S²Edit", b""
    names = Names(link.call(queries.ListTokens()).tokens)
    given: dict[str, Any] = {"attribute": edit.tokens[1]} if len(edit.tokens) > 1 else {}
    settings = edit.settings
    values = EditValues(
        token=edit.tokens[0] if edit.tokens else "",
        prompt=edit.prompt,
        source_prompt=edit.source_prompt or "",
        suggestion=(edit.source_prompt or "") if edit.source_suggested else "",
        region=edit.region,
        strength=settings.strength,
        guidance=settings.guidance,
        seed=settings.seed,
        steps=settings.steps,
        layer=layer.get_tattoo(),
        **given,
    )
    memory = b""
    with contextlib.suppress(S2EditError):  # a token was deleted meanwhile
        memory = write_values(values, names)
    return layer_name(edit.source_prompt or edit.prompt, edit.prompt), memory
