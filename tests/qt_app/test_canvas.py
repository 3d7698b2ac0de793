"""The canvas: what is drawn where, zoom and pan, and tools driven by the mouse."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QImage, QPainter, QPointingDevice, QTabletEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QStyleOptionGraphicsItem
from pytestqt.qtbot import QtBot

from qt_app.model.document import Document, Result
from qt_app.model.mipmaps import Mipmaps, mipmap_level
from qt_app.model.tools import ToolState
from qt_app.ui.canvas.photo_item import PhotoItem
from qt_app.ui.canvas.screen import mark_pens
from qt_app.ui.canvas.tools import BrushTool, ClickTool, LassoTool, PolygonTool, ShapeTool
from qt_app.ui.canvas.view import CanvasView
from s2edit_plugin import api
from s2edit_plugin.imaging.reading import read_photo


def document(width: int = 400, height: int = 300) -> Document:
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[:, : width // 2] = (255, 0, 0)
    rgb[:, width // 2 :] = (0, 0, 255)
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, "PNG")
    return Document(stream.getvalue(), read_photo(stream.getvalue()), rgb)


def green(of: Document) -> Result:
    rgb = np.zeros_like(of.rgb)
    rgb[..., 1] = 255
    made = api.EditResult(b"", b"", 1.0, False, "a", "b")
    return Result(made, api.ApplyEdit(b"", (), "b"), rgb)


@pytest.fixture
def doc() -> Document:
    return document()


@pytest.fixture
def view(qtbot: QtBot, doc: Document) -> CanvasView:
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.show()
    view.show_document(doc)
    return view


def on_screen(view: CanvasView, x: float, y: float) -> tuple[int, int, int]:
    """The colour shown at a place of the photo."""
    place = view.mapFromScene(QPointF(x, y))
    colour = view.grab().toImage().pixelColor(place)
    return colour.red(), colour.green(), colour.blue()


def drag(
    view: CanvasView, *places: tuple[float, float], modifiers: Qt.KeyboardModifier | None = None
) -> None:
    viewport = view.viewport()
    points = [view.mapFromScene(QPointF(*place)) for place in places]
    left, keys = Qt.MouseButton.LeftButton, modifiers or Qt.KeyboardModifier.NoModifier
    QTest.mousePress(viewport, left, keys, points[0])
    for point in points[1:]:
        _move(view, point)
    QTest.mouseRelease(viewport, left, keys, points[-1])


def _move(view: CanvasView, point: QPoint) -> None:
    # QTest's own move does not hold the button.
    from PyQt6.QtCore import QEvent
    from PyQt6.QtGui import QMouseEvent
    from PyQt6.QtWidgets import QApplication

    viewport = view.viewport()
    assert viewport is not None
    left = Qt.MouseButton.LeftButton
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(point),
        QPointF(viewport.mapToGlobal(point)),
        left,
        left,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(viewport, event)


@pytest.mark.parametrize(("scale", "level"), [(1.0, 0), (0.51, 0), (0.5, 1), (0.24, 2), (0.001, 3), (8.0, 0)])
def test_the_level_has_at_least_the_screens_pixels(scale: float, level: int) -> None:
    assert mipmap_level(scale, 4) == level


def test_mipmaps_halve_to_a_small_size_and_keep_the_mean() -> None:
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 256, (1301, 2050, 3), dtype=np.uint8)
    mipmaps = Mipmaps(rgb)
    sizes = [(image.height(), image.width()) for image in mipmaps.images]
    assert sizes == [(1301, 2050), (651, 1025), (326, 513), (163, 257)]
    assert mipmaps.images[0].pixelColor(7, 9).getRgb()[:3] == tuple(rgb[9, 7])
    block = rgb[0:2, 0:2].astype(int).mean(axis=(0, 1))
    assert np.allclose(mipmaps.images[1].pixelColor(0, 0).getRgb()[:3], block, atol=0.51)


def test_the_photo_is_fitted_and_its_colours_are_right(view: CanvasView) -> None:
    assert on_screen(view, 50, 150) == (255, 0, 0)
    assert on_screen(view, 350, 150) == (0, 0, 255)
    assert view.zoom == pytest.approx(1.2, abs=0.05)


@pytest.mark.parametrize("zoom", [0.3, 3.0, 40.0])
def test_the_place_under_the_cursor_stays_when_zooming(view: CanvasView, zoom: float) -> None:
    at = QPoint(200, 170)
    before = view.mapToScene(at)
    view.set_zoom(zoom, at)
    after = view.mapFromScene(before)
    assert abs(after.x() - at.x()) <= 2
    assert abs(after.y() - at.y()) <= 2
    assert view.zoom == pytest.approx(zoom)


def test_the_middle_button_pans(view: CanvasView) -> None:
    view.set_zoom(2.0)
    before = view.mapFromScene(QPointF(100, 100))
    viewport = view.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.MiddleButton, pos=QPoint(100, 100))
    _move(view, QPoint(130, 90))
    QTest.mouseRelease(viewport, Qt.MouseButton.MiddleButton, pos=QPoint(130, 90))
    after = view.mapFromScene(QPointF(100, 100))
    assert (after.x() - before.x(), after.y() - before.y()) == (30, -10)


def test_a_result_is_shown_beside_and_instead_of_the_photo(view: CanvasView, doc: Document) -> None:
    doc.add_result(green(doc))
    assert on_screen(view, 50, 150) == (0, 255, 0)
    doc.compare = "before"
    assert on_screen(view, 50, 150) == (255, 0, 0)
    doc.compare = "split"
    doc.split = 0.25
    assert on_screen(view, 50, 150) == (255, 0, 0)
    assert on_screen(view, 150, 150) == (0, 255, 0)
    drag(view, (100, 150), (200, 150), (300, 150))
    assert doc.split == pytest.approx(0.75, abs=0.01)
    assert on_screen(view, 250, 150) == (0, 0, 255)


def test_the_brush_paints_where_the_mouse_goes_and_the_mask_shows(view: CanvasView, doc: Document) -> None:
    state = ToolState()
    state.size, state.hardness = 40, 1.0
    view.tool = BrushTool(doc, state, view.viewport().update)  # type: ignore[union-attr]
    doc.masks.layer.opacity = 1.0
    drag(view, (100, 100), (150, 100), (200, 100))
    pixels = doc.masks.layer.pixels
    assert pixels[100, 90] == pixels[100, 150] == pixels[100, 210] == 255
    assert pixels[140, 150] == 0
    shown = on_screen(view, 110, 110)
    assert shown[0] > 200
    assert shown[1] > 40  # the mask's red, not the photo's
    state.size = 60
    drag(view, (100, 100), (200, 100), modifiers=Qt.KeyboardModifier.AltModifier)
    assert not pixels.any()
    doc.masks.undo.undo()
    assert pixels.any()
    doc.masks.undo.undo()
    assert not pixels.any()


def test_shapes_lasso_and_polygon_fill(view: CanvasView, doc: Document) -> None:
    state, redraw = ToolState(), view.viewport().update  # type: ignore[union-attr]
    view.tool = ShapeTool(doc, state, redraw, ellipse=False)
    drag(view, (50, 50), (100, 90))
    assert doc.masks.layer.pixels[70, 75] == 255
    view.tool = ShapeTool(doc, state, redraw, ellipse=True)
    drag(view, (200, 50), (300, 150))
    assert doc.masks.layer.pixels[100, 250] == 255
    assert doc.masks.layer.pixels[55, 205] == 0
    view.tool = LassoTool(doc, state, redraw)
    drag(view, (50, 200), (150, 200), (150, 280), (50, 280))
    assert doc.masks.layer.pixels[240, 100] == 255
    view.tool = PolygonTool(doc, state, redraw)
    for corner in ((300, 200), (380, 200), (340, 280)):
        drag(view, corner)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert doc.masks.layer.pixels[220, 340] == 255
    assert doc.masks.undo.count() == 4


def test_escape_gives_a_stroke_up(view: CanvasView, doc: Document) -> None:
    view.tool = BrushTool(doc, ToolState(), view.viewport().update)  # type: ignore[union-attr]
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    assert doc.masks.layer.pixels.any()
    QTest.keyClick(view, Qt.Key.Key_Escape)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    assert not doc.masks.layer.pixels.any()
    assert doc.masks.undo.count() == 0


def test_a_click_picks_a_pixel_of_the_photo(view: CanvasView, doc: Document) -> None:
    picked: list[tuple[int, int, bool]] = []
    view.tool = ClickTool(doc, ToolState(), lambda: None, lambda x, y, takes: picked.append((x, y, takes)))
    drag(view, (123.5, 45.5))
    drag(view, (-20, 45))
    assert len(picked) == 1
    assert abs(picked[0][0] - 123) <= 1
    assert abs(picked[0][1] - 45) <= 1


def test_attention_is_laid_over_the_picture(view: CanvasView, doc: Document) -> None:
    heat = np.zeros((300, 400), np.uint8)
    heat[:, 300:] = 255
    doc.heat = heat
    assert on_screen(view, 50, 150) == (255, 0, 0)
    assert on_screen(view, 350, 150) != (0, 0, 255)
    doc.heat = None
    assert on_screen(view, 350, 150) == (0, 0, 255)


def pen(view: CanvasView, kind: QEvent.Type, place: tuple[float, float], pressure: float = 0.5) -> bool:
    """What a tablet sends; whether it was taken, else Qt makes the mouse's events of it."""
    at = QPointF(view.mapFromScene(QPointF(*place)))
    device = QPointingDevice.primaryPointingDevice()
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind == QEvent.Type.TabletMove else left
    event = QTabletEvent(
        kind, device, at, at, pressure, 0, 0, 0, 0, 0, Qt.KeyboardModifier.NoModifier, button, left
    )
    event.setAccepted(True)
    view.tabletEvent(event)
    return event.isAccepted()


def test_a_pens_pressure_makes_the_stroke_wider(view: CanvasView, doc: Document) -> None:
    state = ToolState()
    state.size, state.hardness = 40, 1.0
    view.use_tool(BrushTool(doc, state, view.redraw_marks))
    for row, pressure in ((80, 1.0), (220, 0.25)):
        assert pen(view, QEvent.Type.TabletPress, (100, row), pressure)
        assert pen(view, QEvent.Type.TabletMove, (300, row), pressure)
        assert pen(view, QEvent.Type.TabletRelease, (300, row), 0.0)
    heights = [
        int((doc.masks.layer.pixels[rows, 200] > 127).sum()) for rows in (slice(0, 150), slice(150, 300))
    ]
    assert heights[0] == pytest.approx(40, abs=2)
    assert heights[1] == pytest.approx(10, abs=2)
    assert doc.masks.undo.count() == 2


def test_a_pen_moves_the_picture_and_the_split_line_as_the_mouse_does(
    view: CanvasView, doc: Document
) -> None:
    """What the canvas does not take of a pen's events, Qt sends again as the mouse's."""
    view.use_tool(None)
    assert not pen(view, QEvent.Type.TabletPress, (100, 100))
    view.use_tool(BrushTool(doc, ToolState(), view.redraw_marks))
    QTest.keyPress(view, Qt.Key.Key_Space)
    assert not pen(view, QEvent.Type.TabletPress, (100, 100))
    QTest.keyRelease(view, Qt.Key.Key_Space)
    doc.add_result(green(doc))
    doc.compare, doc.split = "split", 0.5
    assert not pen(view, QEvent.Type.TabletPress, (200, 100))
    assert pen(view, QEvent.Type.TabletPress, (100, 100))
    assert pen(view, QEvent.Type.TabletMove, (200, 100))  # over the line, but the pen is down
    assert pen(view, QEvent.Type.TabletRelease, (200, 100))


def test_pan_and_zoom_are_the_same_from_right_to_left(view: CanvasView, qapp: QApplication) -> None:
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        at = QPoint(200, 170)
        before = view.mapToScene(at)
        view.set_zoom(4.0, at)
        after = view.mapToScene(at)
        assert after.x() == pytest.approx(before.x(), abs=1)
        QTest.keyClick(view, Qt.Key.Key_Right)
        assert view.mapToScene(at).x() > after.x()
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


@pytest.mark.parametrize(("ratio", "level"), [(1.0, 2), (2.0, 1)])
def test_on_small_pixels_the_picture_is_as_sharp_as_they_allow(
    ratio: float, level: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quarter of the size takes every fourth pixel of the photo, on a screen with double pixels every second."""
    item, taken = PhotoItem(document(2048, 1024)), []
    paint = Mipmaps.paint
    monkeypatch.setattr(Mipmaps, "paint", lambda self, painter, exposed, scale: (
        taken.append(mipmap_level(scale, len(self.images))), paint(self, painter, exposed, scale)
    ))  # fmt: skip
    screen = QImage(round(512 * ratio), round(256 * ratio), QImage.Format.Format_RGB32)
    screen.setDevicePixelRatio(ratio)
    option = QStyleOptionGraphicsItem()
    option.exposedRect = item.boundingRect()
    painter = QPainter(screen)
    painter.scale(0.25, 0.25)
    item.paint(painter, option)
    widths = [pen.widthF() for pen in mark_pens(painter)]
    painter.end()
    assert taken == [level]
    assert widths == [3 * ratio, ratio]
    assert screen.pixelColor(round(100 * ratio), round(100 * ratio)).red() == 255
    assert screen.pixelColor(round(500 * ratio), round(100 * ratio)).blue() == 255


def test_100_percent_is_one_pixel_of_the_screen(view: CanvasView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "devicePixelRatioF", lambda: 2.0)
    at = QPoint(200, 170)
    before = view.mapToScene(at)
    view.set_zoom(1.0, at)
    assert view.transform().m11() == pytest.approx(0.5)
    assert view.zoom == pytest.approx(1.0)
    assert view.mapToScene(at).x() == pytest.approx(before.x(), abs=3)
