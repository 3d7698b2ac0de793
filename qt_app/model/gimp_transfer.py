"""Pictures sent by GIMP: opened with GIMP's selection as the edit region; a result is sent back.

After a crash the restarted window gets the picture again, and restores the results of it from its session, in either order.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from PyQt6.QtCore import QTimer, pyqtSignal

from qt_app.engine import EngineLink
from qt_app.model.background import Background
from qt_app.model.decoding import decoded_mask
from qt_app.model.document import Document, Documents
from qt_app.model.messages import Messages
from qt_app.observable import Observable, Property, follow
from s2edit_plugin.api import queries
from s2edit_plugin.errors import EngineGoneError, S2EditError, UsageError

__all__ = ["GimpTransferState"]


class GimpTransferState(Observable):
    """The picture that GIMP sent, and whether it is the open one.

    Signals:
        opened(Document): a picture from GIMP is open now.

    Attributes:
        current: id of the transfer that the open picture came by, "" for any other picture.
    """

    opened = pyqtSignal(object)
    current = Property("")

    def __init__(
        self, link: EngineLink, documents: Documents, background: Background, messages: Messages
    ) -> None:
        super().__init__()
        self._link, self._documents = link, documents
        self._background, self._messages = background, messages
        self._incoming: queries.TakenPicture | None = None
        self._open: queries.TakenPicture | None = None
        self._requesting = self._postponed = False
        follow(documents, "document", self._document_changed, now=False)
        # Delayed, since ``opening`` is reset just before the document is set.
        documents.opening_changed.connect(lambda _: QTimer.singleShot(0, self._opening_ended))
        link.on_event("handover", self._fetch)
        link.connected.connect(self._fetch)

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
                self._set_open(None)
            document.mark_saved(result)
            region.mark_saved(version)  # GIMP has the result's mask, also that of a restored result
            self._messages.note(self.tr("The result is in GIMP, as a layer."))

        self._link.ask(queries.GiveBack(name, result.output.image, result.output.region, edit), done)

    def closing_request(self) -> queries.GiveBack | None:
        """The last request to the engine when the window is closed; None for none."""
        name = self.current
        self._set_open(None)
        return queries.GiveBack(name) if name else None

    # ------------------------------------------------------------------ inside

    def _fetch(self) -> None:
        """Request the next picture, unless one is being received or opened."""
        self._postponed = self._requesting or self._incoming is not None or bool(self._documents.opening)
        if self._postponed:
            return
        self._requesting = True
        self._link.ask(queries.TakeHandover(), self._fetched, self._fetch_failed)

    def _fetch_failed(self, error: S2EditError) -> None:
        self._requesting = False
        if not isinstance(error, EngineGoneError):  # it is fetched again when an engine is there
            self._messages.error(error)

    def _fetched(self, picture: queries.TakenPicture) -> None:
        self._requesting = False
        # The current id comes again where the engine took a broken connection for the end of this window.
        if picture.id and picture.id != self.current:
            self._incoming = picture
            self._receive()
        elif picture.id or self._postponed:
            self._fetch()

    def _receive(self) -> None:
        """Open the incoming picture, unless it is open already: restored after a crash before the engine was there."""
        incoming, document = self._incoming, self._documents.document
        if incoming is None or self._requesting or self._documents.opening:
            return
        if document is not None and document.origin == incoming.id:
            self._received(document)
            return
        self._requesting = True
        agreed = self._documents.may_close()
        self._requesting = False
        if agreed:
            title = incoming.title or self.tr("Picture from GIMP")
            self._documents.open_bytes(incoming.photo, title, failed=self._failed, origin=incoming.id)
        else:
            self._incoming = None
            self._link.ask(queries.GiveBack(incoming.id))

    def _opening_ended(self) -> None:
        """A picture was opened, or could not be."""
        if self._incoming is not None:
            self._receive()
        elif self._postponed:
            self._fetch()

    def _document_changed(self, document: Document | None) -> None:
        opened, incoming = self._open, self._incoming
        if opened is not None and document is not None and document.origin == opened.id:
            self._select(document, opened.selection)  # restored from the session
            return
        if opened is not None:  # replaced by another picture
            self._link.ask(queries.GiveBack(opened.id), failed=lambda _: None)
            self._set_open(None)
        if incoming is not None and document is not None and document.origin == incoming.id:
            self._received(document)

    def _received(self, document: Document) -> None:
        incoming, self._incoming = self._incoming, None
        if incoming is None:
            return
        if self._open is not None:
            self._link.ask(queries.GiveBack(self._open.id), failed=lambda _: None)
        self._set_open(incoming)
        self._select(document, incoming.selection)
        self._messages.note(self.tr("When it is edited, choose File > Send back to GIMP."))
        self.opened.emit(document)
        self._fetch()  # there may be another one

    def _set_open(self, picture: queries.TakenPicture | None) -> None:
        self._open = picture
        self.current = picture.id if picture is not None else ""

    def _failed(self) -> None:
        """The incoming picture could not be read; the message was shown."""
        incoming, self._incoming = self._incoming, None
        if incoming is not None:
            self._link.ask(queries.GiveBack(incoming.id), failed=lambda _: None)

    def _select(self, document: Document, selection: bytes) -> None:
        """Make the selection the edit region, if that is untouched."""
        if not selection:
            return
        height, width = document.rgb.shape[:2]

        def ready(mask: np.ndarray) -> None:
            if not document.masks.layers["region"].touched:
                document.masks.replace("region", mask, self.tr("Selection of GIMP"))
                document.masks.layers["region"].mark_saved()

        self._background.run(lambda: decoded_mask(selection, (height, width), "the selection"), ready)
