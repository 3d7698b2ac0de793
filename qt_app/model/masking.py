"""Making and changing masks without painting: automatic methods, clicks, the wand, refinements, files.

Work that takes time runs in the engine or on a thread; its result is one undo step of the mask that was active at its start.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from qt_app.i18n.engine_translation import translated
from qt_app.model.background import Background
from qt_app.model.decoding import decoded_mask, painted_mask
from qt_app.model.document import Document, Documents, read_file
from qt_app.model.jobs import JobItem, Jobs
from qt_app.model.mask_paint import flood
from qt_app.model.messages import Messages
from qt_app.model.tools import ToolState
from qt_app.observable import Observable, Property, follow
from s2edit_plugin import api
from s2edit_plugin.api.regions import PARTS
from s2edit_plugin.errors import S2EditError, UsageError

__all__ = ["METHODS", "MaskingState"]

METHODS = ("auto", "face", *PARTS)
"""Automatic methods; in addition ``word:W`` finds anything a prompt can name."""

R = TypeVar("R")
RETRIES = 5


class MaskingState(Observable):
    """What the mask panel shows, and the mask operations that take time.

    Attributes:
        documents: the open photo. combine: how a found mask changes the active one: ``replace``, ``add``, ``subtract``.
        amount: pixels for feather, grow and shrink. word: what ``find_word`` looks for. busy: number of running operations.
        doubt: why the last found mask may be wrong, "" where it is certain. others: methods for the alternatives.
    """

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
        self.documents = documents
        self._jobs, self._background, self._messages, self._tools = jobs, background, messages, tools
        self._running: list[str] = []
        self._rotation: dict[
            str, tuple[str, ...]
        ] = {}  # method -> the methods that its next uses take, in turn
        follow(documents, ("document",), self._forget_alternatives, now=False)

    def _forget_alternatives(self) -> None:
        self._rotation.clear()
        self.doubt, self.others = "", ()

    @property
    def document(self) -> Document | None:
        """The open photo."""
        return self.documents.document

    # ------------------------------------------------------------------ found by the engine

    def find(self, method: str) -> None:
        """Find a mask by one of `METHODS` or ``word:W`` and combine it with the active one.

        On a photo of several people, using the same method again takes the next person.
        """
        current, *rest = self._rotation.get(method, (method,))
        if rest:
            self._rotation[method] = (*rest, current)
        text = self.tr("Find {0}").format(self.named(method))
        self._make(api.MakeMask(b"", current), self.combine, text)

    def _show_alternatives(self, answer: api.MaskResult) -> None:
        """Show the note on a found mask and its alternatives, and store these for the method's next use."""
        if answer.others:
            self._rotation[answer.method] = (*answer.others, f"{answer.method}:1")
        if answer.note:
            more = self.tr("Find it once more to take the next person.") if answer.others else ""
            self._messages.note(answer.note, more)
        self.doubt, self.others = "" if answer.sure else translated(answer.note), answer.others

    def named(self, method: str) -> str:
        """A method's name in the user's language."""
        names = {
            "auto": self.tr("person"), "face": self.tr("face"), "hair": self.tr("hair"), "lips": self.tr("lips"),
            "eyes": self.tr("eyes"), "skin": self.tr("skin"), "glasses": self.tr("glasses"), "hat": self.tr("hat"),
        }  # fmt: skip
        kind, _, number = method.partition(":")
        if number.isdigit() and kind in names:  # one of several
            return f"{names[kind]} {number}"
        return names.get(method, method.removeprefix("word:"))

    def find_word(self) -> None:
        """Find what ``word`` describes."""
        word = self.word.strip()
        if word:
            self.find(f"word:{word}")
        else:
            self._messages.error(
                UsageError(
                    self.tr("No word was given."), self.tr("Write what to look for, for example scarf.")
                )
            )

    def select_at(self, column: int, row: int, subtract: bool) -> None:
        """Select the object at a pixel of the photo; ``subtract``: remove it from the mask."""
        request = api.MakeMask(b"", "click", points=(api.Click(column + 0.5, row + 0.5),))
        self._make(request, "subtract" if subtract else "add", self.tr("Click to select"))

    def select_in(self, box: tuple[float, float, float, float], subtract: bool) -> None:
        """Select the object in a rectangle (left, top, right, bottom)."""
        request = api.MakeMask(b"", "click", box=box)
        self._make(request, "subtract" if subtract else "add", self.tr("Click to select"))

    def cancel(self) -> None:
        """Cancel the engine's running mask jobs."""
        for job_id in self._running:
            self._jobs.cancel(job_id)

    # ------------------------------------------------------------------ the wand

    def wand_at(self, column: int, row: int, subtract: bool) -> None:
        """Add the pixels of similar colour, by the tool's tolerance."""
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
                "subtract" if subtract else "add",
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
        """Fill enclosed holes."""
        self._refine("fill_holes", self.tr("Fill holes"))

    def invert(self) -> None:
        """Swap inside and outside."""
        document = self.document
        if document is not None:
            document.masks.adopt()
            name = document.masks.active
            document.masks.replace(name, 255 - document.masks.layers[name].pixels, self.tr("Invert"))

    def select_all(self) -> None:
        """Make the active mask cover the whole photo."""
        document = self.document
        if document is not None:
            whole = np.full(document.rgb.shape[:2], 255, np.uint8)
            document.masks.replace(document.masks.active, whole, self.tr("Select all"))

    def clear(self) -> None:
        """Empty the active mask; it is determined automatically again."""
        if self.document is not None:
            self.document.masks.clear(self.tr("Clear mask"))

    def swap_layers(self) -> None:
        """Make the other mask active."""
        if self.document is not None:
            masks = self.document.masks
            masks.active = "subject" if masks.active == "region" else "region"

    def copy_from_other(self) -> None:
        """Copy the other mask to the active one."""
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
            return painted_mask(read_file(path), size, Path(path).name)

        def loaded(read: tuple[np.ndarray, tuple[str, ...]]) -> None:
            pixels, notes = read
            for note in notes:
                self._messages.note(note)
            document.masks.replace(name, pixels, text)
            document.masks.layers[name].mark_saved()

        self._run(read, loaded)

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

        self._run(write, lambda _: layer.mark_saved(version))

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

        def set_busy(busy: bool) -> None:
            self._running = [job_id for job_id in self._running if job_id not in ids]
            self.busy += 1 if busy else -1

        def found(answer: api.MaskResult) -> None:
            self._show_alternatives(answer)
            self._run(
                lambda: decoded_mask(answer.mask, size, "the mask"),
                lambda pixels: self._combine(document, name, pixels, combine, text),
            )

        self.doubt, self.others = "", ()
        request = dataclasses.replace(request, photo=document.data)
        self._jobs.start(request, found, on_item=has_item, on_busy=set_busy, title=text)

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
        """Apply a function to a mask on a thread; if the mask was painted on meanwhile, do it again with the new mask."""
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

        self._run(lambda: change(before), made)

    def _run(self, work: Callable[[], R], then: Callable[[R], None]) -> None:
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
