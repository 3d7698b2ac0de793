"""Pictures that GIMP hands over: opened with the selection as the edit region, and a result sent back there."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from PyQt6.QtCore import pyqtSignal

from qt_app.engine import EngineLink
from qt_app.model.document import Document, Documents
from qt_app.model.messages import Messages
from qt_app.model.observable import Observable, Property
from qt_app.model.pictures import decoded_mask
from qt_app.model.tasks import Background
from s2edit_plugin import calls
from s2edit_plugin.errors import S2EditError, UsageError

__all__ = ["HandoverState"]


class HandoverState(Observable):
    """What was handed over, and whether the open picture is it.

    Signals:
        current_changed(str). opened(Document): a picture of GIMP is open now.

    Attributes:
        current: id of the handover that the open picture belongs to, "" where it is another picture.
        may_open: asked before a picture takes the place of the open one.
    """

    current_changed = pyqtSignal(object)
    opened = pyqtSignal(object)
    current = Property("")

    def __init__(
        self, link: EngineLink, documents: Documents, background: Background, messages: Messages
    ) -> None:
        super().__init__()
        self._link, self._documents = link, documents
        self._background, self._messages = background, messages
        self.may_open: Callable[[], bool] = lambda: True
        self._coming: calls.TakenPicture | None = None
        self._asking = False
        documents.document_changed.connect(self._document_changed)
        link.happened.connect(lambda event: self._look() if event.kind == "handover" else None)
        link.state_changed.connect(lambda state: self._look() if state == "connected" else None)

    @property
    def problem(self) -> str:
        """Why nothing can be sent back now, "" if it can."""
        document = self._documents.document
        if not self.current or document is None:
            return self.tr("This picture did not come from GIMP.")
        if document.result is None:
            return self.tr("Show a result first.")
        return ""

    def send_back(self) -> None:
        """Give the result on show to GIMP."""
        document, name = self._documents.document, self.current
        result = document.result if document is not None else None
        if self.problem or document is None or result is None:
            self._messages.error(UsageError(self.problem))
            return
        edit = dataclasses.replace(result.request, photo=b"", subject_mask=None, region_mask=None)

        def done(_: calls.Done) -> None:
            if self.current == name:
                self.current = ""
            document.saved = True
            self._messages.note(self.tr("The result is in GIMP, as a layer."))

        self._link.ask(calls.GiveBack(name, result.made.image, result.made.region, edit), done)

    def farewell(self) -> calls.GiveBack | None:
        """What the engine is to hear when the window is closed; None for nothing."""
        name, self.current = self.current, ""
        return calls.GiveBack(name) if name else None

    # ------------------------------------------------------------------ inside

    def _look(self) -> None:
        """Take a picture that waits, one at a time."""
        if self._asking or self._coming is not None:
            return
        self._asking = True
        self._link.ask(calls.TakeHandover(), self._taken, self._not_taken)

    def _not_taken(self, error: S2EditError) -> None:
        self._asking = False
        self._messages.error(error)

    def _taken(self, picture: calls.TakenPicture) -> None:
        self._asking = False
        if not picture.id:
            return
        if not self.may_open():
            self._link.ask(calls.GiveBack(picture.id))
            return
        self._coming = picture
        title = picture.title or self.tr("Picture from GIMP")
        self._documents.open_bytes(picture.photo, title, failed=self._failed)

    def _document_changed(self, document: Document | None) -> None:
        coming, before = self._coming, self.current
        mine = coming is not None and document is not None and document.data is coming.photo
        if before:  # another picture is in its place
            self._link.ask(calls.GiveBack(before), failed=lambda _: None)
        self.current = coming.id if mine and coming is not None else ""
        if not mine or coming is None or document is None:
            return
        self._coming = None
        if coming.selection:
            self._select(document, coming.selection)
        self._messages.note(self.tr("When it is edited, choose File > Send back to GIMP."))
        self.opened.emit(document)
        self._look()  # another one may wait

    def _failed(self) -> None:
        """The picture that was coming could not be read; the window has said so."""
        coming, self._coming = self._coming, None
        if coming is not None:
            self._link.ask(calls.GiveBack(coming.id), failed=lambda _: None)

    def _select(self, document: Document, selection: bytes) -> None:
        height, width = document.rgb.shape[:2]

        def ready(mask: np.ndarray) -> None:
            document.masks.replace("region", mask, self.tr("Selection of GIMP"))

        self._background.run(lambda: decoded_mask(selection, (height, width), "the selection"), ready)
