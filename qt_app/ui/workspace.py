"""The central widget: tools, canvas, results, and the start page while no photo is open."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from qt_app.model.document import Document
from qt_app.model.studio import StudioState
from qt_app.observable import follow
from qt_app.ui.actions import Actions
from qt_app.ui.canvas.tools import BoxTool, BrushTool, ClickTool, LassoTool, PolygonTool, ShapeTool, Tool
from qt_app.ui.canvas.view import CanvasView
from qt_app.ui.results_strip import ResultsStrip
from qt_app.ui.start_page import StartPage
from qt_app.ui.tool_bar import ToolBar, ToolOptions
from qt_app.ui.view_bar import ViewBar

__all__ = ["Workspace"]


class Workspace(QWidget):
    """Shows the open photo and gives the canvas the selected tool.

    Args:
        view: made before this, since the actions need it.
    """

    def __init__(
        self, studio: StudioState, view: CanvasView, actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._studio = studio
        self.view = view
        self.tool_bar = ToolBar(actions)
        self.options = ToolOptions(studio.tools)
        self.start = StartPage(studio.documents, studio.preferences)
        self.bar = ViewBar(view, studio.documents, studio.editing, actions)
        self.results = ResultsStrip(studio.documents, actions)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.start)
        self.pages.addWidget(view)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.options, self.pages, self.bar, self.results):
            column.addWidget(widget, 1 if widget is self.pages else 0)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.tool_bar)
        row.addLayout(column, 1)
        follow(studio.documents, "document", self._show_document)
        follow(studio.tools, ("tool",), self._use_tool, now=False)
        follow(studio.tools, ("size",), view.redraw_marks, now=False)

    def _show_document(self, document: Document | None) -> None:
        self.view.show_document(document)
        self.pages.setCurrentWidget(self.start if document is None else self.view)
        for widget in (self.options, self.bar):
            widget.setVisible(document is not None)
        self.tool_bar.setEnabled(document is not None)
        self._use_tool()
        if document is not None:
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _use_tool(self) -> None:
        document = self._studio.documents.document
        self.view.use_tool(self._make_tool(document) if document is not None else None)

    def _make_tool(self, document: Document) -> Tool | None:
        state, redraw, masking = self._studio.tools, self.view.redraw_marks, self._studio.masking
        match state.tool:
            case "brush":
                return BrushTool(document, state, redraw)
            case "eraser":
                return BrushTool(document, state, redraw, erase=True)
            case "lasso":
                return LassoTool(document, state, redraw)
            case "polygon":
                return PolygonTool(document, state, redraw)
            case "rectangle" | "ellipse":
                return ShapeTool(document, state, redraw, ellipse=state.tool == "ellipse")
            case "wand":
                return ClickTool(document, state, redraw, masking.wand_at)
            case "click":
                return BoxTool(document, state, redraw, masking.select_at, masking.select_in)
        return None
