"""The two masks of a photo, subject (where a token acts) and edit region (what may change), with unlimited undo."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QUndoCommand, QUndoStack

from qt_app.model.mask_paint import Rect
from qt_app.observable import Observable, Property

__all__ = ["LAYERS", "MaskLayer", "MaskPair"]

LAYERS = ("subject", "region")
TILE = 128


class MaskLayer(Observable):
    """One mask of a photo.

    Signals:
        changed(Rect): pixels in this rectangle have changed.

    Attributes:
        name: ``subject`` or ``region``. pixels: uint8 (H, W), 0..255.
        touched: the user or a method has set it; an untouched mask is determined automatically (``auto``).
        found: uint8 (H, W), the region that a running edit determined, shown until the mask is touched; None: none.
    """

    changed = pyqtSignal(object)
    touched = Property(False)
    found = Property[np.ndarray | None](None, identity=True)
    visible = Property(True)
    opacity = Property(0.45)
    colour = Property("#e0455e")

    def __init__(self, name: str, shape: tuple[int, int], colour: str) -> None:
        super().__init__()
        self.name = name
        self.pixels = np.zeros(shape, np.uint8)
        # The pixels before the current change: a second array, since a copy at each stroke is slow on a large photo.
        self.settled = np.zeros(shape, np.uint8)
        self.colour = colour
        self._version = 0  # of the pixels
        self._saved = 0  # the version that is in a file, or in the history with a result
        self._encoded: tuple[int, bytes] | None = None
        self.changed.connect(self._increment_version)

    @property
    def whole(self) -> Rect:
        """The rectangle of the whole mask."""
        return Rect(0, 0, self.pixels.shape[1], self.pixels.shape[0])

    @property
    def shown(self) -> np.ndarray | None:
        """The pixels to draw: the mask, or the found region in its place; None: none."""
        return self.pixels if self.touched else self.found

    @property
    def version(self) -> int:
        """Counts the changes of the pixels."""
        return self._version

    @property
    def unsaved(self) -> bool:
        """Whether it has painted pixels that are saved nowhere else."""
        return self.touched and self._version != self._saved and bool(self.pixels.any())

    def mark_saved(self, version: int | None = None) -> None:
        """Note that the mask is saved elsewhere, as it is now or was in a version."""
        self._saved = self._version if version is None else version

    def as_float(self) -> np.ndarray:
        """float32 (H, W) in [0, 1]."""
        return self.pixels.astype(np.float32) / 255

    def as_png(self) -> bytes | None:
        """The mask as a grey PNG for the engine, None if untouched.

        Takes 0.2 s for a large photo, then is cached until the mask changes: call it on a thread first.
        """
        if not self.touched:
            return None
        version = self._version
        if self._encoded is None or self._encoded[0] != version:
            self._encoded = version, _as_png(self.pixels)
        return self._encoded[1]

    def _increment_version(self, _: Rect) -> None:
        self._version += 1


class MaskPair(Observable):
    """Both masks of a photo and their undo history.

    A change has two phases, so that a stroke shows while it is drawn and is one undo step: `begin` starts it, the pixels are
    changed in place with `touch` marking the changed rectangle, and `commit` pushes the undo step.
    """

    active = Property("region")

    def __init__(self, shape: tuple[int, int]) -> None:
        super().__init__()
        self.layers = {
            "subject": MaskLayer("subject", shape, "#3d8bfd"),
            "region": MaskLayer("region", shape, "#e0455e"),
        }
        self.undo = QUndoStack()
        self._changing = False
        self._was_touched = False
        self._dirty = Rect(0, 0, 0, 0)

    @property
    def layer(self) -> MaskLayer:
        """The active mask, which tools change."""
        return self.layers[self.active]

    def encode(self) -> None:
        """Fill the cache of `MaskLayer.as_png`; for a thread."""
        for layer in self.layers.values():
            layer.as_png()

    @property
    def changing(self) -> bool:
        """Whether a change was begun and not committed yet."""
        return self._changing

    def adopt(self) -> None:
        """Make the region found by a running edit the active mask, as one undo step, so that it can be corrected."""
        layer = self.layer
        if not layer.touched and layer.found is not None:
            self.replace(layer.name, layer.found, self.tr("found region"))

    def begin(self) -> MaskLayer:
        """Start a change of the active mask, or of the region found for it."""
        self.adopt()
        layer = self.layer
        self._changing, self._was_touched, self._dirty = True, layer.touched, Rect(0, 0, 0, 0)
        return layer

    def touch(self, rect: Rect) -> None:
        """Mark a rectangle of the active mask as changed."""
        self._dirty = self._dirty.united(rect)
        self.layer.touched = True
        if not rect.is_empty:
            self.layer.changed.emit(rect)

    def rollback(self) -> None:
        """Discard the change that was begun."""
        if self._changing:
            layer, rect = self.layer, self._dirty
            layer.pixels[rect.window] = layer.settled[rect.window]
            layer.touched = self._was_touched
            self._changing = False
            layer.changed.emit(rect)

    def commit(self, text: str) -> None:
        """Push the change as one undo step named ``text``, unless no pixel differs."""
        if self._changing:
            self._changing = False
            self._push(self.layer, self._dirty, self._was_touched, text)

    def replace(self, layer_name: str, pixels: np.ndarray, text: str, touched: bool = True) -> None:
        """Set a whole mask, uint8 (H, W), as one undo step."""
        layer = self.layers[layer_name]
        was, layer.touched = layer.touched, touched
        layer.pixels[:] = pixels
        self._push(layer, layer.whole, was, text)
        layer.changed.emit(layer.whole)

    def transform(self, text: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
        """Apply a function of float32 (H, W) in [0, 1] to the active mask, as one undo step."""
        self.adopt()
        made = change(self.layer.as_float())
        self.replace(self.active, np.rint(np.clip(made, 0, 1) * 255).astype(np.uint8), text)

    def clear(self, text: str) -> None:
        """Empty the active mask; it is determined automatically again."""
        self.replace(self.active, np.zeros_like(self.layer.pixels), text, touched=False)

    def _push(self, layer: MaskLayer, rect: Rect, was_touched: bool, text: str) -> None:
        tiles = _tiles(layer.settled, layer.pixels, rect)
        layer.settled[rect.window] = layer.pixels[rect.window]
        if tiles or layer.touched != was_touched:
            self.undo.push(_MaskChange(layer, tiles, was_touched, text))


@dataclass(frozen=True)
class _Tile:
    """A square of a mask before and after a change, compressed: most tiles have one value."""

    rect: Rect
    before: bytes
    after: bytes


class _MaskChange(QUndoCommand):
    """An undo step."""

    def __init__(self, layer: MaskLayer, tiles: list[_Tile], was_touched: bool, text: str) -> None:
        super().__init__(text)
        self._layer, self._tiles = layer, tiles
        self._touched = (was_touched, layer.touched)
        self._fresh = True

    def undo(self) -> None:
        """Restore the pixels before the change."""
        self._apply(0)

    def redo(self) -> None:
        """Restore the pixels after the change. A stack also calls this on push, when nothing is left to do."""
        if self._fresh:
            self._fresh = False
        else:
            self._apply(1)

    def _apply(self, which: int) -> None:
        rect = Rect(0, 0, 0, 0)
        for tile in self._tiles:
            part = self._layer.pixels[tile.rect.window]
            _unpack(tile.after if which else tile.before, part)
            self._layer.settled[tile.rect.window] = part
            rect = rect.united(tile.rect)
        self._layer.touched = self._touched[which]
        self._layer.changed.emit(rect)


def _as_png(pixels: np.ndarray) -> bytes:
    import io

    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def _tiles(before: np.ndarray, after: np.ndarray, rect: Rect) -> list[_Tile]:
    """The squares of a rectangle that differ."""
    tiles = []
    for top in range(rect.top // TILE * TILE, rect.bottom, TILE):
        for left in range(rect.left // TILE * TILE, rect.right, TILE):
            tile = Rect(left, top, min(left + TILE, after.shape[1]), min(top + TILE, after.shape[0]))
            old, new = before[tile.window], after[tile.window]
            if not np.array_equal(old, new):
                tiles.append(_Tile(tile, _packed(old), _packed(new)))
    return tiles


def _packed(part: np.ndarray) -> bytes:
    """A square of a mask, compressed: one byte if all its pixels are equal, as in most squares."""
    first = part[0, 0]
    if (part == first).all():
        return bytes((int(first),))
    return zlib.compress(np.ascontiguousarray(part).tobytes(), 1)


def _unpack(data: bytes, part: np.ndarray) -> None:
    part[:] = (
        data[0] if len(data) == 1 else np.frombuffer(zlib.decompress(data), np.uint8).reshape(part.shape)
    )
