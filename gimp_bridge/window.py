"""Open in S²Edit: a layer and the selection go to the desktop window, and its result comes back as a layer."""

from __future__ import annotations

import contextlib
import time
from typing import Any

from gi.repository import Gimp

from gimp_bridge import png
from gimp_bridge.engine_client import EngineClient
from gimp_bridge.pixels import grey_of_picture
from gimp_bridge.png import Pixels
from gimp_bridge.results import ResultLayer, check_mode, insert_results
from gimp_bridge.scene import Scene, check_visible
from gimp_bridge.settings_parasite import EditValues, TokenNames, write_values
from gimp_bridge.wording import layer_name
from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.engine.client import discovery, launching
from s2edit_plugin.errors import CancelledError, EngineError, ImageError, S2EditError

__all__ = ["edit_in_window"]

ASK_SECONDS = 0.5
OPEN_SECONDS = 3.0  # within which an open window takes an image
START_SECONDS = 60.0
RESTART_SECONDS = 180.0  # for the user to start a window again after a crash
WAITING = "Edit the picture in S²Edit Studio, then choose File > Send back to GIMP there"
OPENING = "Opening S²Edit Studio"
SANDBOXED = "Start S²Edit Studio; the picture opens there"
WINDOW_ENDED = "S²Edit Studio's window ended; the picture goes to the next one"


def edit_in_window(
    image: Gimp.Image, layer: Gimp.Layer, engine: EngineClient, seconds: float = 0.0, may_open: bool = True
) -> list[Gimp.Layer]:
    """Send a layer and the selection to the window, wait for the result, and insert it above the layer.

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
    engine.keep_registered()
    handover = engine.call(queries.HandOver(png.encode(pixels, view.icc), mask, _file_name(image)))
    returned = _HandoverWait(engine, handover.id, seconds, may_open).result()
    scene.check()  # meanwhile the user could do anything in GIMP
    pixels_back = png.decode(returned.layer)
    if (pixels_back.width, pixels_back.height, pixels_back.depth) != (view.width, view.height, view.depth):
        raise ImageError(
            "The picture came back in another size or precision.", "Take it from S2Edit Studio's history."
        )
    name, settings_bytes = _layer_settings(returned.edit, engine, scene.source)
    result = ResultLayer(view.whole, pixels_back, alpha, grey_of_picture(returned.mask), name, settings_bytes)
    return insert_results(
        view, [result], name, scene.above, stack=scene.stack, source_missing=scene.source_missing
    )


def _file_name(image: Gimp.Image) -> str:
    """Of the file an image comes from, "" if none."""
    file = image.get_xcf_file() or image.get_imported_file() or image.get_exported_file()
    return (file.get_basename() or "") if file is not None else ""


class _HandoverWait:
    """Waits for the result of an image handed to the window. After a crash the next window gets the image, once only: the image
    may be the cause of the crash."""

    def __init__(self, engine: EngineClient, name: str, seconds: float, may_open: bool) -> None:
        self._engine, self._name, self._may_open = engine, name, may_open
        self._since = time.monotonic()  # waiting for a window
        self._end = self._since + seconds if seconds > 0 else None
        self._window = 0  # pid of the one that was opened
        self._taken = self._restarted = False

    def result(self) -> queries.Handover:
        """What came back. Raises S2EditError."""
        while True:
            found = self._engine.call(queries.AskHandover(self._name))
            if found.state == "returned":
                return found
            if found.state == "closed":
                raise CancelledError("The picture was closed in S2Edit Studio without a result.")
            if self._end is not None and time.monotonic() > self._end:
                raise EngineError("No result came back from S2Edit Studio in time.")
            if found.state == "waiting":
                if self._taken:
                    self._wait_for_next_window()
                self._open_window_if_needed()
            else:
                self._taken = True
                self._engine.show(0.0, WAITING)
            Gimp.progress_pulse()  # also ends this process where GIMP is gone: only a call notices that
            self._engine.wait(ASK_SECONDS)

    def _wait_for_next_window(self) -> None:
        if self._restarted:
            raise _window_ended_error()
        self._taken, self._restarted = False, True
        self._since, self._window = time.monotonic(), 0
        self._engine.show(0.0, WINDOW_ENDED)

    def _open_window_if_needed(self) -> None:
        waited = time.monotonic() - self._since
        if self._restarted and waited > RESTART_SECONDS:
            raise _window_ended_error()
        if not self._may_open or waited < OPEN_SECONDS:
            return
        if discovery.is_sandboxed():
            self._engine.show(0.0, SANDBOXED)
        elif not self._window:
            self._window = launching.start_window(self._engine.folder)
            self._engine.show(0.0, OPENING)
        elif waited > START_SECONDS or not launching.is_alive(self._window):
            said = launching.last_words(self._engine.folder / "engine" / discovery.WINDOW_OUTPUT_NAME)
            raise EngineError(
                "S2Edit Studio's window did not open.",
                f"It said: {said}" if said else "Start it, then try again.",
            )


def _window_ended_error() -> EngineError:
    return EngineError(
        "S2Edit Studio's window ended without a result.", "Start it again: it offers what was open there."
    )


def _layer_settings(edit: api.ApplyEdit | None, engine: EngineClient, layer: Gimp.Layer) -> tuple[str, bytes]:
    """The result layer's name, and its settings for Edit again: b"" where they are unknown."""
    if edit is None:
        return "S²Edit", b""
    names = TokenNames(engine.call(queries.ListTokens()).tokens)
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
    settings_bytes = b""
    with contextlib.suppress(S2EditError):  # a token was deleted meanwhile
        settings_bytes = write_values(values, names)
    return layer_name(edit.source_prompt or edit.prompt, edit.prompt), settings_bytes
