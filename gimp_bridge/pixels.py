"""Layers, selections and masks to bytes and back.

Colours are read and written in the image's own colour space with its curve ("R'G'B'"): babl's format names can carry the space,
plain ones would convert to sRGB. Masks are 0..255 without any curve; where GIMP keeps a channel with a curve, its numbers are
read and written as they are.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from gi.repository import Babl, GdkPixbuf, Gegl, Gimp, GLib

from gimp_bridge.crop_box import Box, Selection, fitted_size
from gimp_bridge.png import Pixels
from s2edit_plugin.errors import EngineError, ImageError, MaskError

__all__ = [
    "LayerView", "grey_of_picture", "is_soft", "load_pixbuf", "select_mask", "single_layer", "write_mask", "write_pixels",
]  # fmt: skip

SRGB = "R'G'B' u8"
ABYSS = Gegl.AbyssPolicy.NONE
# Bytes above which GIMP adds the alpha itself. Before its first conversion it tries a tenth of a second which way is fastest.
CONVERSION_LIMIT = 4 * 1024 * 1024
LINEAR = (
    Gimp.Precision.U8_LINEAR, Gimp.Precision.U16_LINEAR, Gimp.Precision.U32_LINEAR, Gimp.Precision.HALF_LINEAR,
    Gimp.Precision.FLOAT_LINEAR, Gimp.Precision.DOUBLE_LINEAR,
)  # fmt: skip


def single_layer(image: Gimp.Image, drawables: Sequence[Gimp.Drawable]) -> Gimp.Layer:
    """The one layer that is to be worked on; a mask stands for its layer.

    Raises:
        ImageError: none or several are chosen, it is no layer, or the image is of a kind that cannot be edited.
    """
    if len(drawables) != 1:
        raise ImageError("S2Edit works on one layer.", "Choose a single layer, then try again.")
    layer = drawables[0]
    # GIMP makes the mask active of a result that was undone and done again.
    if isinstance(layer, Gimp.LayerMask):
        layer = Gimp.Layer.from_mask(layer)
    if image.get_floating_sel() is not None:
        raise ImageError(
            "There is a floating selection.", "Anchor it or make it a layer first (Layer > Anchor Layer)."
        )
    if not isinstance(layer, Gimp.Layer):
        raise ImageError("S2Edit works on layers.", "Choose a layer, not a channel.")
    if image.get_base_type() == Gimp.ImageBaseType.INDEXED:
        raise ImageError(
            "This image has indexed colours.", "Convert it with Image > Mode > RGB, then try again."
        )
    return layer


def _rectangle(box: Box) -> Gegl.Rectangle:
    return Gegl.Rectangle.new(box.left, box.top, box.width, box.height)


def _read(drawable: Gimp.Drawable, box: Box, name: str) -> bytes:
    return bytes(drawable.get_buffer().get(_rectangle(box), 1.0, name, ABYSS))


def write_pixels(drawable: Gimp.Drawable, box: Box, name: str, data: bytes) -> None:
    """Write a part of a drawable. Args: name: of the format of ``data``."""
    buffer = drawable.get_buffer()
    buffer.set(_rectangle(box), name, data)
    buffer.flush()
    drawable.update(box.left, box.top, box.width, box.height)


class LayerView:
    """A layer and how its pixels are read.

    Args:
        shown: of the layer's size, in another image, where the pixels are read in its place.
    """

    def __init__(self, image: Gimp.Image, layer: Gimp.Layer, shown: Gimp.Layer | None = None) -> None:
        self.image, self.layer, self._shown = image, layer, layer if shown is None else shown
        self.width, self.height = layer.get_width(), layer.get_height()
        self.whole = Box(0, 0, self.width, self.height)
        _, self.x, self.y = layer.get_offsets()
        self.depth = 8 if image.get_precision() == Gimp.Precision.U8_NON_LINEAR else 16
        self.grey = bool(layer.is_gray())
        self.linear = image.get_precision() in LINEAR
        self._space = Babl.format_get_space(layer.get_format())

    @property
    def icc(self) -> bytes:
        """The image's colour profile, empty where it has none."""
        profile = self.image.get_color_profile()
        return b"" if profile is None else bytes(profile.get_icc_profile())

    def read(self, box: Box) -> tuple[Pixels, bytes]:
        """Colours of a part of the layer, and its alpha, which is empty where everything is opaque."""
        channels = 1 if self.grey else 3
        if not self._shown.has_alpha():
            data = _read(self._shown, box, self._format(False))
            return Pixels(box.width, box.height, channels, self.depth, data), b""
        both = _samples(_read(self._shown, box, self._format(True)), self.depth)
        count = channels + 1
        alpha, colours = both[channels::count], both
        del colours[channels::count]
        opacity = alpha.tobytes()
        if opacity.count(255) == len(opacity):
            opacity = b""
        return Pixels(box.width, box.height, channels, self.depth, colours.tobytes()), opacity

    def is_unchanged(self) -> bool:
        """Whether results of this view still fit the layer; its place may be another one, which is noted."""
        _, self.x, self.y = self.layer.get_offsets()
        now = LayerView(self.image, self.layer)
        return all(
            getattr(now, name) == getattr(self, name)
            for name in ("width", "height", "depth", "grey", "linear")
        )

    def overview(self) -> Pixels:
        """A reduced copy in sRGB at 8 bits, to find things in."""
        width, height = fitted_size(self.width, self.height)
        data, width, height, _ = self._shown.get_thumbnail_data(width, height)
        if data is None or not width or not height:
            raise ImageError("GIMP gave no reduced copy of the layer.", "Try again.")
        own = Babl.get_name(self._shown.get_format())
        if own == SRGB:
            return Pixels(width, height, 3, 8, bytes(data.get_data()))
        area = Gegl.Rectangle.new(0, 0, width, height)
        buffer = Gegl.Buffer.new(own, 0, 0, width, height)
        buffer.set(area, own, data.get_data())
        return Pixels(width, height, 3, 8, bytes(buffer.get(area, 1.0, SRGB, ABYSS)))

    def selection(self) -> Selection | None:
        """The selection on this layer, None where nothing is selected. Raises MaskError if it lies outside the layer."""
        _, there, left, top, right, bottom = Gimp.Selection.bounds(self.image)
        if not there:
            return None
        box = Box(left, top, right, bottom).moved(-self.x, -self.y).within(self.whole)
        mask = b"" if box.is_empty else _read(self.image.get_selection(), box.moved(self.x, self.y), "Y u8")
        if not any(mask):
            raise MaskError(
                "The selection does not touch the layer.", "Select a part of the layer, or nothing."
            )
        return Selection(box, mask)

    def channel(self, name: str) -> Gimp.Channel:
        """A channel of the image. Raises MaskError where there is none of this name."""
        found = self.image.get_channel_by_name(name)
        if found is None:
            raise MaskError(f"The image has no channel named '{name[:80]}'.", "See the Channels dialog.")
        return found

    def read_channel(self, channel: Gimp.Channel, box: Box) -> bytes:
        """A channel on a part of the layer, 0..255 as it is shown in the Channels dialog."""
        return _read(channel, box.moved(self.x, self.y), _mask_format(channel))

    def layer_mask(self, box: Box) -> bytes:
        """The layer's own mask on a part of it, empty where it has none that is applied."""
        mask = self.layer.get_mask()
        if mask is None or not self.layer.get_apply_mask():
            return b""
        return _read(mask, box, _mask_format(mask))

    def with_alpha(self, pixels: Pixels, alpha: bytes) -> tuple[str, bytes]:
        """A format's name and the bytes to write: colours with the alpha that was read with them, else opaque."""
        if not alpha:
            if len(pixels.data) > CONVERSION_LIMIT:
                return self._format(False), pixels.data
            alpha = b"\xff" * (pixels.width * pixels.height * (pixels.depth // 8))
        count = pixels.channels + 1
        both = _samples(bytes(pixels.width * pixels.height * count * (pixels.depth // 8)), pixels.depth)
        colours = _samples(pixels.data, pixels.depth)
        for channel in range(pixels.channels):
            both[channel::count] = colours[channel :: pixels.channels]
        both[pixels.channels :: count] = _samples(alpha, pixels.depth)
        return self._format(True), both.tobytes()

    def _format(self, alpha: bool) -> str:
        name = f"{'Y' if self.grey else 'R' + chr(39) + 'G' + chr(39) + 'B'}'{'A' if alpha else ''} u{self.depth}"
        return str(Babl.get_name(Babl.format_with_space(name, self._space)))


def _samples(data: bytes, depth: int) -> array[int]:
    return array("B" if depth == 8 else "H", data)


def _mask_format(channel: Gimp.Channel) -> str:
    """Eight bits of a channel's own numbers: with the curve where GIMP keeps them with one."""
    return "Y' u8" if str(Babl.get_name(channel.get_format())).startswith("Y'") else "Y u8"


def write_mask(mask: Gimp.Channel, box: Box, data: bytes) -> None:
    """Write a part of a mask, a byte a pixel."""
    write_pixels(mask, box, _mask_format(mask), data)


def is_soft(alpha: bytes) -> bool:
    """Whether anything is neither opaque nor fully transparent."""
    return alpha.count(0) + alpha.count(255) < len(alpha)


# ---------------------------------------------------------------------- pictures of the engine


def load_pixbuf(data: bytes) -> GdkPixbuf.Pixbuf:
    """An encoded picture, for showing or for masks. Raises EngineError where it cannot be read."""
    loader = GdkPixbuf.PixbufLoader()
    try:
        loader.write(data)
        loader.close()
    except GLib.Error as error:
        raise EngineError("The engine sent a picture that cannot be read.", "Restart it.") from error
    return loader.get_pixbuf()


def grey_of_picture(data: bytes, part: Box | None = None, size: tuple[int, int] | None = None) -> bytes:
    """An 8-bit grey picture as a byte a pixel; a part of it, at another size if one is given."""
    picture = load_pixbuf(data)
    if part is not None:
        picture = picture.new_subpixbuf(part.left, part.top, part.width, part.height).copy()
    if size is not None and size != (picture.get_width(), picture.get_height()):
        picture = picture.scale_simple(*size, GdkPixbuf.InterpType.BILINEAR)
    width, step, stride = picture.get_width(), picture.get_n_channels(), picture.get_rowstride()
    rows = picture.read_pixel_bytes().get_data()
    starts = range(0, picture.get_height() * stride, stride)
    return b"".join(rows[start : start + width * step : step] for start in starts)


def select_mask(view: LayerView, mask: bytes, small: tuple[int, int], how: Gimp.ChannelOps) -> None:
    """Select by a mask that was found in a reduced copy of the layer; GIMP enlarges it. One undo step.

    Args:
        mask: a byte a pixel of the copy. small: the copy's width and height.
    """
    image = view.image
    active = [
        (image.set_selected_layers, image.get_selected_layers()),
        (image.set_selected_channels, image.get_selected_channels()),
        (image.set_selected_paths, image.get_selected_paths()),
    ]
    image.undo_group_start()
    try:
        # GIMP selects by a layer's alpha; alpha has no curve.
        kind = (
            Gimp.ImageType.GRAYA_IMAGE
            if view.image.get_base_type() == Gimp.ImageBaseType.GRAY
            else (Gimp.ImageType.RGBA_IMAGE)
        )
        layer = Gimp.Layer.new(image, "S2Edit", *small, kind, 100.0, Gimp.LayerMode.NORMAL)
        layer.set_visible(False)
        image.insert_layer(layer, None, 0)
        both = bytearray(2 * len(mask))
        both[1::2] = mask
        write_pixels(layer, Box(0, 0, *small), "Y'A u8", bytes(both))
        if small != (view.width, view.height):
            Gimp.context_push()
            Gimp.context_set_interpolation(Gimp.InterpolationType.CUBIC)
            layer.scale(view.width, view.height, False)
            Gimp.context_pop()
        layer.set_offsets(view.x, view.y)
        image.select_item(how, layer)
        image.remove_layer(layer)
        # GIMP made the new one active, and a neighbour after it.
        for choose, items in active:
            if items:
                choose(items)
    finally:
        image.undo_group_end()
