"""What makes and changes masks beside the hand: automatic methods, clicks, the wand, refinements, files.

Whatever takes time runs in the engine or on a thread, and comes back as one step of undo of the mask it was asked for.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from PyQt6.QtCore import pyqtSignal

from qt_app.i18n.engine_words import spoken
from qt_app.model.document import Document, Documents
from qt_app.model.jobs import JobItem, Jobs
from qt_app.model.mask_paint import flood
from qt_app.model.messages import Messages
from qt_app.model.observable import Observable, Property
from qt_app.model.pictures import decoded_mask, painted_mask
from qt_app.model.tasks import Background
from qt_app.model.tools import ToolState
from s2edit_plugin import api
from s2edit_plugin.errors import ImageError, S2EditError, UsageError

__all__ = ["METHODS", "MaskingState"]

METHODS = ("auto", "face", "hair", "lips", "eyes", "skin", "glasses", "hat")
"""Automatic masks by name; beside them ``word:W`` for anything a prompt can name."""

R = TypeVar("R")
RETRIES = 5


class MaskingState(Observable):
    """What the mask panel shows, and what the tools that take time do.

    Signals: ``<name>_changed`` of each; document_changed: another photo is open.

    Attributes:
        combine: what becomes of a mask that was found: ``replace``, ``add`` or ``subtract``.
        amount: pixels for feather, grow and shrink.
        word: what ``find_word`` looks for.
        busy: how many answers are awaited.
        doubt: why the mask found last may be wrong, "" where it is sure. others: methods that find what may have been meant.
    """

    document_changed = pyqtSignal(object)
    combine_changed = pyqtSignal(object)
    amount_changed = pyqtSignal(object)
    word_changed = pyqtSignal(object)
    busy_changed = pyqtSignal(object)
    doubt_changed = pyqtSignal(object)
    others_changed = pyqtSignal(object)
    combine = Property("replace")
    amount = Property(8)
    word = Property("")
    busy = Property(0)
    doubt = Property("")
    others = Property[tuple[str, ...]](())

    def __init__(
        self, jobs: Jobs, documents: Documents, background: Background, messages: Messages, tools: ToolState
    ) -> None:
        super().__init__()
        self._jobs, self._documents, self._background = jobs, documents, background
        self._messages, self._tools = messages, tools
        self._running: list[str] = []
        self._others: dict[
            str, tuple[str, ...]
        ] = {}  # method -> what the next searches with it take, in turn
        documents.document_changed.connect(lambda _: self._others.clear())
        documents.document_changed.connect(self.document_changed)
        documents.document_changed.connect(lambda _: self._heard("", ()))

    def _heard(self, doubt: str, others: tuple[str, ...]) -> None:
        self.doubt, self.others = doubt, others

    @property
    def document(self) -> Document | None:
        """The open photo."""
        return self._documents.document

    # ------------------------------------------------------------------ found by the engine

    def find(self, method: str) -> None:
        """Find a mask by one of `METHODS` or ``word:W`` and combine it with the active one.

        On a photo of several people the same method again takes the next person.
        """
        asked, *rest = self._others.get(method, (method,))
        if rest:
            self._others[method] = (*rest, asked)
        text = self.tr("Find {0}").format(self.named(method))
        self._make(api.MakeMask(b"", asked), self.combine, text)

    def _offer(self, answer: api.MaskResult) -> None:
        """Say what there is to know of a mask that was found, and keep what else could have been meant."""
        if answer.others:
            self._others[answer.method] = (*answer.others, f"{answer.method}:1")
        if answer.note:
            more = self.tr("Find it once more to take the next person.") if answer.others else ""
            self._messages.note(answer.note, more)
        self._heard("" if answer.sure else spoken(answer.note), answer.others)

    def named(self, method: str) -> str:
        """What a method finds, in the user's words."""
        names = {
            "auto": self.tr("person"), "face": self.tr("face"), "hair": self.tr("hair"), "lips": self.tr("lips"),
            "eyes": self.tr("eyes"), "skin": self.tr("skin"), "glasses": self.tr("glasses"), "hat": self.tr("hat"),
        }  # fmt: skip
        kind, _, number = method.partition(":")
        if number.isdigit() and kind in names:  # one of several
            return f"{names[kind]} {number}"
        return names.get(method, method.removeprefix("word:"))

    def find_word(self) -> None:
        """Find what ``word`` names."""
        word = self.word.strip()
        if word:
            self.find(f"word:{word}")
        else:
            self._messages.error(
                UsageError(
                    self.tr("No word was given."), self.tr("Write what to look for, for example scarf.")
                )
            )

    def select_at(self, column: int, row: int, takes: bool) -> None:
        """Select what was clicked on, in pixels of the photo; ``takes``: take it out of the mask."""
        request = api.MakeMask(b"", "click", points=(api.Click(column + 0.5, row + 0.5),))
        self._make(request, "subtract" if takes else "add", self.tr("Click to select"))

    def select_in(self, box: tuple[float, float, float, float], takes: bool) -> None:
        """Select the thing in a rectangle (left, top, right, bottom)."""
        request = api.MakeMask(b"", "click", box=box)
        self._make(request, "subtract" if takes else "add", self.tr("Click to select"))

    def cancel(self) -> None:
        """Stop the engine's search for masks."""
        for job_id in self._running:
            self._jobs.cancel(job_id)

    # ------------------------------------------------------------------ the wand

    def wand_at(self, column: int, row: int, takes: bool) -> None:
        """Take in what has the colour of a place, by the tool's tolerance."""
        document = self.document
        if document is None:
            return
        rgb, tolerance, contiguous = document.rgb, self._tools.tolerance, self._tools.contiguous
        name = document.masks.active
        self._background_change(
            document,
            name,
            lambda pixels: _combined(
                pixels,
                flood(rgb, (column, row), tolerance, contiguous).astype(np.uint8) * 255,
                "subtract" if takes else "add",
            ),
            self.tr("Magic wand"),
        )

    # ------------------------------------------------------------------ refinements of the active mask

    def feather(self) -> None:
        """Soften the edge by ``amount`` pixels."""
        self._refine("feather", self.tr("Feather"), self.amount)

    def grow(self) -> None:
        """Widen by ``amount`` pixels."""
        self._refine("grow", self.tr("Grow"), self.amount)

    def shrink(self) -> None:
        """Narrow by ``amount`` pixels."""
        self._refine("shrink", self.tr("Shrink"), self.amount)

    def fill_holes(self) -> None:
        """Fill what is enclosed."""
        self._refine("fill_holes", self.tr("Fill holes"))

    def invert(self) -> None:
        """Swap inside and outside."""
        document = self.document
        if document is not None:
            document.masks.adopt()
            name = document.masks.active
            document.masks.replace(name, 255 - document.masks.layers[name].pixels, self.tr("Invert"))

    def select_all(self) -> None:
        """Everything is inside."""
        document = self.document
        if document is not None:
            whole = np.full(document.rgb.shape[:2], 255, np.uint8)
            document.masks.replace(document.masks.active, whole, self.tr("Select all"))

    def clear(self) -> None:
        """Empty the active mask; it is found by itself again."""
        if self.document is not None:
            self.document.masks.clear(self.tr("Clear mask"))

    def swap_layers(self) -> None:
        """Work on the other mask."""
        if self.document is not None:
            masks = self.document.masks
            masks.active = "subject" if masks.active == "region" else "region"

    def copy_from_other(self) -> None:
        """Make the active mask like the other one."""
        document = self.document
        if document is not None:
            masks = document.masks
            other = masks.layers["subject" if masks.active == "region" else "region"]
            masks.replace(masks.active, other.pixels, self.tr("Copy mask"))

    # ------------------------------------------------------------------ files

    def load(self, path: str) -> None:
        """Read the active mask from a picture of the photo's size."""
        document = self.document
        if document is None:
            return
        size, name = (document.rgb.shape[0], document.rgb.shape[1]), document.masks.active
        text = self.tr("Load mask")

        def read() -> tuple[np.ndarray, tuple[str, ...]]:
            try:
                data = Path(path).read_bytes()
            except OSError as error:
                raise ImageError(f"{path} cannot be read ({error.strerror}).", "Check the file.") from error
            return painted_mask(data, size, Path(path).name)

        def loaded(read: tuple[np.ndarray, tuple[str, ...]]) -> None:
            pixels, notes = read
            for note in notes:
                self._messages.note(note)
            document.masks.replace(name, pixels, text)
            document.masks.layers[name].keep()  # it is what lies in the file

        self._await(read, loaded)

    def save(self, path: str) -> None:
        """Write the active mask as a grey PNG."""
        document = self.document
        if document is None:
            return
        layer = document.masks.layer
        pixels, version = layer.pixels.copy(), layer.version

        def write() -> None:
            from s2edit_plugin.perception.masks.painted import encode_mask
            from s2edit_plugin.storage.paths import write_atomic

            write_atomic(Path(path), encode_mask(pixels.astype(np.float32) / 255))

        self._await(write, lambda _: layer.keep(version))

    # ------------------------------------------------------------------ inside

    def _make(self, request: api.MakeMask, combine: str, text: str) -> None:
        document = self.document
        if document is None:
            self._messages.error(UsageError(self.tr("Open a photo first.")))
            return
        name, size = document.masks.active, (document.rgb.shape[0], document.rgb.shape[1])
        ids: list[str] = []

        def has_item(item: JobItem) -> None:
            ids.append(item.id)
            self._running.append(item.id)

        def over() -> None:
            self._running = [job_id for job_id in self._running if job_id not in ids]
            self.busy -= 1

        def failed(error: S2EditError) -> None:
            over()
            self._messages.error(error)

        def found(answer: api.MaskResult) -> None:
            over()
            self._offer(answer)
            self._await(
                lambda: decoded_mask(answer.mask, size, "the mask"),
                lambda pixels: self._combine(document, name, pixels, combine, text),
            )

        self.busy += 1
        self._heard("", ())
        self._jobs.start(
            dataclasses.replace(request, photo=document.data), found, failed, on_item=has_item, title=text
        )

    def _combine(self, document: Document, name: str, found: np.ndarray, combine: str, text: str) -> None:
        if combine != "replace" and name == document.masks.active:
            document.masks.adopt()
        layer = document.masks.layers[name]
        document.masks.replace(name, _combined(layer.pixels, found, combine), text)
        layer.visible = True

    def _refine(self, function: str, text: str, *amounts: float) -> None:
        document = self.document
        if document is None:
            return

        def change(pixels: np.ndarray) -> np.ndarray:
            from s2edit_plugin.perception.masks import refine

            mask = pixels.astype(np.float32) / 255
            made: np.ndarray = getattr(refine, function)(mask, *amounts)
            return np.rint(np.clip(made, 0, 1) * 255).astype(np.uint8)

        self._background_change(document, document.masks.active, change, text)

    def _background_change(
        self,
        document: Document,
        name: str,
        change: Callable[[np.ndarray], np.ndarray],
        text: str,
        tries: int = RETRIES,
    ) -> None:
        """Put a mask through a function on a thread; if it was painted on meanwhile, do it again with what it is now."""
        if name == document.masks.active:
            document.masks.adopt()
        layer = document.masks.layers[name]
        before = layer.pixels.copy()

        def made(pixels: np.ndarray) -> None:
            if tries and not np.array_equal(layer.pixels, before):
                self._background_change(document, name, change, text, tries - 1)
            else:
                document.masks.replace(name, pixels, text)
                layer.visible = True

        self._await(lambda: change(before), made)

    def _await(self, work: Callable[[], R], then: Callable[[R], None]) -> None:
        self.busy += 1

        def done(answer: R) -> None:
            self.busy -= 1
            then(answer)

        def failed(error: S2EditError) -> None:
            self.busy -= 1
            self._messages.error(error)

        self._background.run(work, done, failed)


def _combined(pixels: np.ndarray, found: np.ndarray, combine: str) -> np.ndarray:
    """uint8 (H, W) both; ``combine`` as in `MaskingState`."""
    if combine == "add":
        return np.maximum(pixels, found)
    return np.minimum(pixels, 255 - found) if combine == "subtract" else found
