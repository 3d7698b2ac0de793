"""Results as layers: made, put into the image in one step of undo, and what is kept in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gi.repository import Gimp

from gimp_bridge.framing import Box
from gimp_bridge.pixels import LayerView, is_soft, write_mask, write_pixels
from gimp_bridge.png import Pixels
from s2edit_plugin.errors import ImageError

__all__ = ["Finished", "attach", "attached", "check_mode", "insert_results"]

MEMORY = "s2edit-settings"
ISOLATED = "s2edit-group"
CARRIED = ("mode", "opacity", "blend_space", "composite_space", "composite_mode")  # the mode sets the others
PLAIN_MODES = (Gimp.LayerMode.NORMAL, Gimp.LayerMode.NORMAL_LEGACY)


@dataclass(frozen=True)
class Finished:
    """One result.

    Attributes:
        box: which part of the layer was edited. pixels, alpha, mask: of that part; a byte a pixel of the mask; the alpha that
            was seen, empty where everything was opaque.
        name: the new layer's. memory: what is kept in it.
    """

    box: Box
    pixels: Pixels
    alpha: bytes
    mask: bytes
    name: str
    memory: bytes


def attach(item: Gimp.Item | Gimp.Image, memory: bytes, name: str = MEMORY) -> None:
    """Keep bytes below 128 in an item or image; they are saved with it."""
    flags = Gimp.PARASITE_PERSISTENT | (Gimp.PARASITE_UNDOABLE if isinstance(item, Gimp.Item) else 0)
    item.attach_parasite(Gimp.Parasite.new(name, flags, list(memory)))


def attached(item: Gimp.Item | Gimp.Image, name: str = MEMORY) -> bytes:
    """What `attach` or anybody else kept there, empty if nothing."""
    parasite = item.get_parasite(name)
    # Bytes above 127 come as negative numbers.
    return b"" if parasite is None else bytes(value & 0xFF for value in parasite.get_data() or ())


def check_mode(source: Gimp.Layer) -> None:
    """Raises ImageError for a group whose layers mix with what lies below it: what is seen of it is not its own."""
    if source.get_mode() == Gimp.LayerMode.PASS_THROUGH and source.get_opacity() < 100.0:
        raise _passing()


def _passing() -> ImageError:
    return ImageError(
        "This group's mode is Pass through, and what lies below shines through it.",
        "Set its mode to Normal, or edit one of its layers.",
    )


def insert_results(
    view: LayerView, results: Sequence[Finished], group_name: str, above: Gimp.Layer, *,
    stack: Sequence[Gimp.Layer] = (), lone: bool = False, hides: Gimp.Layer | None = None,
) -> list[Gimp.Layer]:  # fmt: skip
    """Put results above a layer as layers of the edited one's size and place, several into a group; in one undo step.

    What lies half transparent, or in another mode, over a background looks as it did only if the result is part of it: layer
    and result come into a group then that has the layer's mode and opacity.

    Args:
        group_name: of the group, for several. above: the edited layer, or an earlier result that would hide the new one.
        stack: the layers that were seen, the edited one first. lone: results look as what was seen, whatever the layer has.
        hides: a result that they stand for; it is hidden.

    Raises:
        ImageError: what was seen cannot be put together with a result.
    """
    image, source = view.image, view.layer
    masks = [b"" if lone else view.own_mask(result.box) for result in results]
    soft = any(is_soft(result.alpha) for result in results) or any(map(is_soft, masks))
    clipped = not lone and (soft or not _is_plain(source))
    if lone and soft:
        raise ImageError(
            "The layer is gone that this result was made from.", "Merge the visible layers, then edit again."
        )
    if source.get_mode() == Gimp.LayerMode.PASS_THROUGH:
        if soft:
            raise _passing()
        clipped = False
    layers = [
        _made(view, result, b"" if clipped else mask, clipped and len(results) == 1)
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
        if hides is not None and hides.is_valid():
            hides.set_visible(False)
    finally:
        image.undo_group_end()
    return layers


def _made(view: LayerView, result: Finished, own_mask: bytes, clipped: bool) -> Gimp.Layer:
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
    write_mask(mask, result.box, bytes(map(min, result.mask, own_mask)) if own_mask else result.mask)
    if result.memory:
        attach(layer, result.memory)
    return layer


def _is_plain(source: Gimp.Layer) -> bool:
    return source.get_mode() in PLAIN_MODES and source.get_opacity() >= 100.0


def _is_isolated(source: Gimp.Layer) -> bool:
    """Whether a layer lies at the bottom of a group that `_isolate` made."""
    parent = source.get_parent()
    if parent is None or not attached(parent, ISOLATED) or not _is_plain(source):
        return False
    return bool(parent.get_children()[-1].get_id() == source.get_id())


def _isolate(image: Gimp.Image, stack: Sequence[Gimp.Layer], above: Gimp.Layer) -> Gimp.GroupLayer:
    """A group in a layer's place, with its mode and opacity, that holds it and the results above it."""
    source = stack[0]
    group = Gimp.GroupLayer.new(image, f"{source.get_name()} with edits")
    image.insert_layer(group, source.get_parent(), image.get_item_position(above))
    kept = [getattr(source, f"get_{name}")() for name in CARRIED]
    for layer in stack:
        if not image.reorder_item(layer, group, 0):
            raise ImageError(
                f"The layer “{layer.get_name()}” cannot be moved.", "Take its locks off, then try again."
            )
    source.set_mode(Gimp.LayerMode.NORMAL)
    source.set_opacity(100.0)
    for name, value in zip(CARRIED, kept, strict=True):
        getattr(group, f"set_{name}")(value)
    attach(group, b"1", ISOLATED)
    return group


def _mix_as(layer: Gimp.Layer, linear: bool, clipped: bool) -> None:
    """Soft edges are mixed in the picture's own curve, as the engine mixes them. Changing the curve and back would change the
    last bits of linear images outside the mask too."""
    spaces = Gimp.LayerColorSpace
    layer.set_composite_space(spaces.RGB_LINEAR if linear else spaces.RGB_NON_LINEAR)
    if clipped:
        # Half transparent above half transparent would be less transparent.
        layer.set_composite_mode(Gimp.LayerCompositeMode.CLIP_TO_BACKDROP)
