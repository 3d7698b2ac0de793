"""Pictures that GIMP hands over: opened with the selection as the edit region, and a result sent back there.

A window that crashed gets the picture again when it is restarted, and opens again what it had made of it, in whatever order.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from PyQt6.QtCore import QTimer, pyqtSignal

from qt_app.engine import EngineLink
from qt_app.model.document import Document, Documents
from qt_app.model.messages import Messages
from qt_app.model.observable import Observable, Property
from qt_app.model.pictures import decoded_mask
from qt_app.model.tasks import Background
from s2edit_plugin.api import queries
from s2edit_plugin.errors import EngineGoneError, S2EditError, UsageError

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
        self._coming: queries.TakenPicture | None = None
        self._held: queries.TakenPicture | None = None
        self._asking = self._missed = False
        documents.document_changed.connect(self._document_changed)
        # A moment later what was opened is there.
        documents.opening_changed.connect(lambda _: QTimer.singleShot(0, self._go_on))
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
        region = document.masks.layers["region"]
        version = region.version

        def done(_: queries.Done) -> None:
            if self.current == name:
                self._hold(None)
            document.keep(result)
            region.keep(version)  # GIMP has the result's mask, also that of one that was recovered
            self._messages.note(self.tr("The result is in GIMP, as a layer."))

        self._link.ask(queries.GiveBack(name, result.made.image, result.made.region, edit), done)

    def farewell(self) -> queries.GiveBack | None:
        """What the engine is to hear when the window is closed; None for nothing."""
        name = self.current
        self._hold(None)
        return queries.GiveBack(name) if name else None

    # ------------------------------------------------------------------ inside

    def _look(self) -> None:
        """Take a picture that waits, one at a time and while nothing else is being opened."""
        self._missed = self._asking or self._coming is not None or bool(self._documents.opening)
        if self._missed:
            return
        self._asking = True
        self._link.ask(queries.TakeHandover(), self._taken, self._not_taken)

    def _not_taken(self, error: S2EditError) -> None:
        self._asking = False
        if not isinstance(error, EngineGoneError):  # it is looked for again when an engine is there
            self._messages.error(error)

    def _taken(self, picture: queries.TakenPicture) -> None:
        self._asking = False
        if picture.id and picture.id != self.current:  # else the engine took a broken connection for our end
            self._coming = picture
            self._receive()
        elif picture.id or self._missed:
            self._look()

    def _receive(self) -> None:
        """Open the picture that comes, unless it is open already: brought back after a crash before the engine was there."""
        coming, document = self._coming, self._documents.document
        if coming is None or self._asking or self._documents.opening:
            return
        if document is not None and document.origin == coming.id:
            self._arrived(document)
            return
        self._asking = True
        agreed = self.may_open()
        self._asking = False
        if agreed:
            title = coming.title or self.tr("Picture from GIMP")
            self._documents.open_bytes(coming.photo, title, failed=self._failed, origin=coming.id)
        else:
            self._coming = None
            self._link.ask(queries.GiveBack(coming.id))

    def _go_on(self) -> None:
        """Something was opened, or not."""
        if self._coming is not None:
            self._receive()
        elif self._missed:
            self._look()

    def _document_changed(self, document: Document | None) -> None:
        held, coming = self._held, self._coming
        if held is not None and document is not None and document.origin == held.id:
            self._select(document, held.selection)  # opened again, with what was made of it
            return
        if held is not None:  # another picture is in its place
            self._link.ask(queries.GiveBack(held.id), failed=lambda _: None)
            self._hold(None)
        if coming is not None and document is not None and document.origin == coming.id:
            self._arrived(document)

    def _arrived(self, document: Document) -> None:
        coming, self._coming = self._coming, None
        if coming is None:
            return
        if self._held is not None:
            self._link.ask(queries.GiveBack(self._held.id), failed=lambda _: None)
        self._hold(coming)
        self._select(document, coming.selection)
        self._messages.note(self.tr("When it is edited, choose File > Send back to GIMP."))
        self.opened.emit(document)
        self._look()  # another one may wait

    def _hold(self, picture: queries.TakenPicture | None) -> None:
        self._held = picture
        self.current = picture.id if picture is not None else ""

    def _failed(self) -> None:
        """The picture that was coming could not be read; the window has said so."""
        coming, self._coming = self._coming, None
        if coming is not None:
            self._link.ask(queries.GiveBack(coming.id), failed=lambda _: None)

    def _select(self, document: Document, selection: bytes) -> None:
        """The selection as the edit region, where there is none yet."""
        if not selection:
            return
        height, width = document.rgb.shape[:2]

        def ready(mask: np.ndarray) -> None:
            if not document.masks.layers["region"].touched:
                document.masks.replace("region", mask, self.tr("Selection of GIMP"))
                document.masks.layers["region"].keep()

        self._background.run(lambda: decoded_mask(selection, (height, width), "the selection"), ready)
