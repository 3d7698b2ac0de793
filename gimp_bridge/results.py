"""Results as layers: created, inserted in one undo step, with their settings as a parasite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gi.repository import Gimp

from gimp_bridge.crop_box import Box
from gimp_bridge.pixels import LayerView, is_soft, write_mask, write_pixels
from gimp_bridge.png import Pixels
from s2edit_plugin.errors import ImageError

__all__ = ["ResultLayer", "write_parasite", "read_parasite", "check_mode", "insert_results"]

SETTINGS_PARASITE = "s2edit-settings"
GROUP_PARASITE = "s2edit-group"
COPIED_PROPERTIES = (
    "mode",
    "opacity",
    "blend_space",
    "composite_space",
    "composite_mode",
)  # the mode sets the others
NORMAL_MODES = (Gimp.LayerMode.NORMAL, Gimp.LayerMode.NORMAL_LEGACY)


@dataclass(frozen=True)
class ResultLayer:
    """One result.

    Attributes:
        box: which part of the layer was edited. pixels, alpha, mask: of that part; a byte a pixel of the mask; the alpha that
            was seen, empty where everything was opaque.
        name: the new layer's. settings: content of its parasite.
    """

    box: Box
    pixels: Pixels
    alpha: bytes
    mask: bytes
    name: str
    settings: bytes


def write_parasite(item: Gimp.Item | Gimp.Image, settings: bytes, name: str = SETTINGS_PARASITE) -> None:
    """Store bytes below 128 in an item or image; they are saved with it."""
    flags = Gimp.PARASITE_PERSISTENT | (Gimp.PARASITE_UNDOABLE if isinstance(item, Gimp.Item) else 0)
    item.attach_parasite(Gimp.Parasite.new(name, flags, list(settings)))


def read_parasite(item: Gimp.Item | Gimp.Image, name: str = SETTINGS_PARASITE) -> bytes:
    """The content of a parasite, which any program may have written; empty if there is none."""
    parasite = item.get_parasite(name)
    # Bytes above 127 come as negative numbers.
    return b"" if parasite is None else bytes(value & 0xFF for value in parasite.get_data() or ())


def check_mode(source: Gimp.Layer) -> None:
    """Raises ImageError for a group whose layers mix with what lies below it: its visible pixels are not its own."""
    if source.get_mode() == Gimp.LayerMode.PASS_THROUGH and source.get_opacity() < 100.0:
        raise _pass_through_error()


def _pass_through_error() -> ImageError:
    return ImageError(
        "This group's mode is Pass through, and what lies below shines through it.",
        "Set its mode to Normal, or edit one of its layers.",
    )


def insert_results(
    view: LayerView, results: Sequence[ResultLayer], group_name: str, above: Gimp.Layer, *,
    stack: Sequence[Gimp.Layer] = (), source_missing: bool = False, replaces: Gimp.Layer | None = None,
) -> list[Gimp.Layer]:  # fmt: skip
    """Insert results above a layer, with the edited layer's size and offsets, several in a group; in one undo step.

    A layer that is half transparent, or in another mode, keeps its look only if the result is mixed with it first: layer and
    result are moved into a group then, which gets the layer's mode and opacity.

    Args:
        group_name: of the group, for several. above: the edited layer, or an earlier result that would hide the new one.
        stack: the layers that were seen, the edited one first.
        source_missing: the edited layer is a result whose source is gone: no mask, mode or opacity is applied.
        replaces: an earlier result that they replace; it is hidden.

    Raises:
        ImageError: the visible layers cannot be combined with a result.
    """
    image, source = view.image, view.layer
    masks = [b"" if source_missing else view.layer_mask(result.box) for result in results]
    soft = any(is_soft(result.alpha) for result in results) or any(map(is_soft, masks))
    clipped = not source_missing and (soft or not _is_plain(source))
    if source_missing and soft:
        raise ImageError(
            "The layer is gone that this result was made from.", "Merge the visible layers, then edit again."
        )
    if source.get_mode() == Gimp.LayerMode.PASS_THROUGH:
        if soft:
            raise _pass_through_error()
        clipped = False
    layers = [
        _make_layer(view, result, b"" if clipped else mask, clipped and len(results) == 1)
        for result, mask in zip(results, masks, strict=True)
    ]
    image.undo_group_start()
    try:
        if clipped and not _is_isolated(source):
            parent, position = _isolate(image, stack or (source,), above), 0
        else:
            parent, position = above.get_parent(), image.get_item_position(above)
        if len(results) > 1:
            group = Gimp.GroupLayer.new(image, group_name)
            image.insert_layer(group, parent, position)
            _mix_as(group, view.linear, clipped)
            parent, position = group, 0
        for layer in reversed(layers):
            image.insert_layer(layer, parent, position)
            layer.set_offsets(view.x, view.y)
            layer.set_edit_mask(False)
            layer.set_visible(layer is layers[0])  # several above one another would mix
        if replaces is not None and replaces.is_valid():
            replaces.set_visible(False)
    finally:
        image.undo_group_end()
    return layers


def _make_layer(view: LayerView, result: ResultLayer, layer_mask: bytes, clipped: bool) -> Gimp.Layer:
    """A result as a layer that is not in the image yet."""
    kind = Gimp.ImageType.GRAYA_IMAGE if view.grey else Gimp.ImageType.RGBA_IMAGE
    layer = Gimp.Layer.new(
        view.image, result.name, view.width, view.height, kind, 100.0, Gimp.LayerMode.NORMAL
    )
    _mix_as(layer, view.linear, clipped)
    # What is clipped gets its outline from what lies below.
    write_pixels(layer, result.box, *view.with_alpha(result.pixels, b"" if clipped else result.alpha))
    mask = layer.create_mask(Gimp.AddMaskType.BLACK)
    layer.add_mask(mask)
    write_mask(mask, result.box, bytes(map(min, result.mask, layer_mask)) if layer_mask else result.mask)
    if result.settings:
        write_parasite(layer, result.settings)
    return layer


def _is_plain(source: Gimp.Layer) -> bool:
    return source.get_mode() in NORMAL_MODES and source.get_opacity() >= 100.0


def _is_isolated(source: Gimp.Layer) -> bool:
    """Whether a layer lies at the bottom of a group that `_isolate` made."""
    parent = source.get_parent()
    if parent is None or not read_parasite(parent, GROUP_PARASITE) or not _is_plain(source):
        return False
    return bool(parent.get_children()[-1].get_id() == source.get_id())


def _isolate(image: Gimp.Image, stack: Sequence[Gimp.Layer], above: Gimp.Layer) -> Gimp.GroupLayer:
    """A group in a layer's place, with its mode and opacity, that holds it and the results above it."""
    source = stack[0]
    group = Gimp.GroupLayer.new(image, f"{source.get_name()} with edits")
    image.insert_layer(group, source.get_parent(), image.get_item_position(above))
    kept = [getattr(source, f"get_{name}")() for name in COPIED_PROPERTIES]
    for layer in stack:
        if not image.reorder_item(layer, group, 0):
            raise ImageError(
                f"The layer “{layer.get_name()}” cannot be moved.", "Take its locks off, then try again."
            )
    source.set_mode(Gimp.LayerMode.NORMAL)
    source.set_opacity(100.0)
    for name, value in zip(COPIED_PROPERTIES, kept, strict=True):
        getattr(group, f"set_{name}")(value)
    write_parasite(group, b"1", GROUP_PARASITE)
    return group


def _mix_as(layer: Gimp.Layer, linear: bool, clipped: bool) -> None:
    """Soft edges are mixed in the picture's own curve, as the engine mixes them. Changing the curve and back would change the
    last bits of linear images outside the mask too."""
    spaces = Gimp.LayerColorSpace
    layer.set_composite_space(spaces.RGB_LINEAR if linear else spaces.RGB_NON_LINEAR)
    if clipped:
        # Half transparent above half transparent would be less transparent.
        layer.set_composite_mode(Gimp.LayerCompositeMode.CLIP_TO_BACKDROP)
