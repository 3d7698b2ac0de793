"""The visible layers that an edit starts from, merged, and the place of the next result.

A result lies above the layer it was made from, black outside its box, and GIMP makes it the active one. So an edit of a result
is an edit of what is seen: the layer it came from with every visible result up to it, put together in an image of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from gi.repository import Gimp

from gimp_bridge.pixels import LayerView
from gimp_bridge.results import read_parasite
from gimp_bridge.settings_parasite import read_values
from s2edit_plugin.errors import ImageError

__all__ = ["Scene", "check_visible"]


class Scene:
    """The visible layers that an edit starts from. Its ``view`` reads their pixels while it is open.

    Args:
        chosen: the layer that the user chose. again: without ``chosen``, a result that is to be replaced.

    Attributes:
        source: the layer the results belong to; its alpha, mask, mode and opacity are theirs.
        stack: the visible layers, from below. above: the layer above which results are inserted.
        replaces: the result that a new one replaces.
        source_missing: ``chosen`` is a result whose source layer is gone: all layers below it are included.
    """

    def __init__(self, image: Gimp.Image, chosen: Gimp.Layer, again: bool = False) -> None:
        self.image, self.chosen = image, chosen
        found = _source_of(image, chosen)
        self.source_missing = found is None
        self.source = chosen if found is None else found
        self.above = self._top()
        self.stack = self._visible_layers(again)
        self.replaces = chosen if again and not _is_same(chosen, self.source) else None
        self._copy: Gimp.Image | None = None
        self._view: LayerView | None = None

    @property
    def title(self) -> str:
        """The edited layers in words."""
        name = self.source.get_name()
        count = len(self.stack) - 1
        if self.source_missing:
            return f"{name} and what lies below it"
        return name if not count else f"{name} with {count} layer{'s' if count > 1 else ''} above it"

    @property
    def view(self) -> LayerView:
        """The source with the pixels that are seen."""
        if self._view is None:
            shown = None
            if len(self.stack) > 1 or self.source_missing or self.source.get_filters():
                self._copy, shown = _merged(self.image, self.source, self.stack, self.source_missing)
            self._view = LayerView(self.image, self.source, shown)
        return self._view

    def close(self) -> None:
        """Delete the temporary image. The view's pixels cannot be read any more; its sizes and offsets stay."""
        if self._copy is not None:
            self._copy.delete()
            self._copy = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def check(self) -> None:
        """Raises ImageError where the user removed the source layer meanwhile, or changed its size or format."""
        view = self._view
        if not (self.image.is_valid() and self.source.is_valid()):
            raise ImageError(
                "The layer is gone that was edited.", "The result is in S2Edit Studio's history."
            )
        if not self.above.is_valid():
            self.above = self.source
        if view is not None and not view.is_unchanged():
            raise ImageError(
                "The layer has another size or another kind of colours now than when the edit began.",
                "Undo that and edit again; the result is in S2Edit Studio's history.",
            )

    def _top(self) -> Gimp.Layer:
        """The chosen layer, or its ancestor among the source's siblings; for a source with results above it, the topmost."""
        chosen, siblings = self.chosen, _siblings(self.image, self.source)
        while chosen is not None and not _contains(siblings, chosen):
            chosen = chosen.get_parent()
        if chosen is None:
            return self.chosen
        if not _is_same(chosen, self.source):
            return chosen
        place = next(number for number, layer in enumerate(siblings) if _is_same(layer, chosen))
        tattoo = self.source.get_tattoo()
        while place and _is_result_of(siblings[place - 1], tattoo):
            place -= 1
        return siblings[place]

    def _visible_layers(self, again: bool) -> tuple[Gimp.Layer, ...]:
        if _is_same(self.chosen, self.source) and not self.source_missing:
            return (self.source,)
        siblings = list(reversed(_siblings(self.image, self.source)))
        names = [layer.get_id() for layer in siblings]
        if self.above.get_id() not in names:
            return (self.source,)
        first = 0 if self.source_missing else names.index(self.source.get_id())
        end = names.index(self.above.get_id()) + (0 if again and not self.source_missing else 1)
        seen = [layer for layer in siblings[first:end] if layer.get_visible() or _is_same(layer, self.source)]
        return tuple(seen) or (self.source,)


def check_visible(chosen: Gimp.Layer) -> None:
    """Raises ImageError where the layer, or a group around it, is hidden or fully transparent."""
    layer = chosen
    while layer is not None:
        if not layer.get_visible():
            what = "The layer" if _is_same(layer, chosen) else f"The group “{layer.get_name()}” of this layer"
            raise ImageError(
                f"{what} is hidden.", "Show it with its eye in the Layers dialog, then try again."
            )
        if layer.get_opacity() <= 0.0:
            what = "The layer" if _is_same(layer, chosen) else f"The group “{layer.get_name()}” of this layer"
            raise ImageError(f"{what} has an opacity of 0.", "Raise it in the Layers dialog, then try again.")
        layer = layer.get_parent()


def _source_of(image: Gimp.Image, chosen: Gimp.Layer) -> Gimp.Layer | None:
    """The layer that a result was made from; ``chosen`` itself where it is no result; None where it is gone."""
    values = read_values(read_parasite(chosen))
    if values is None or not values.layer:
        return chosen
    found = image.get_layer_by_tattoo(values.layer)
    if found is None or _is_same(found, chosen):
        return None
    # A result that was brought from another image may name any layer here.
    same = (found.get_width(), found.get_height()) == (chosen.get_width(), chosen.get_height())
    return found if same else None


def _siblings(image: Gimp.Image, layer: Gimp.Layer) -> list[Gimp.Layer]:
    """A layer and its siblings, from the top."""
    parent = layer.get_parent()
    return list(image.get_layers() if parent is None else parent.get_children())


def _is_result_of(layer: Gimp.Layer, tattoo: int) -> bool:
    values = read_values(read_parasite(layer))
    if values is not None:
        return values.layer == tattoo
    return layer.is_group() and any(_is_result_of(child, tattoo) for child in layer.get_children())


def _is_same(one: Gimp.Item, other: Gimp.Item) -> bool:
    return bool(one.get_id() == other.get_id())


def _contains(layers: Sequence[Gimp.Layer], layer: Gimp.Layer) -> bool:
    return any(_is_same(one, layer) for one in layers)


def _merged(
    image: Gimp.Image, source: Gimp.Layer, stack: Sequence[Gimp.Layer], as_they_are: bool
) -> tuple[Gimp.Image, Gimp.Layer]:
    """Layers put together on the source's rectangle in an image of their own, with their effects.

    Args:
        as_they_are: with the source's mask, mode and opacity too; else these are the results' as well, and not of the pixels.
    """
    _, left, top = source.get_offsets()
    size = (source.get_width(), source.get_height())
    made = Gimp.Image.new_with_precision(*size, image.get_base_type(), image.get_precision())
    try:
        made.undo_disable()
        profile = image.get_color_profile()
        if profile is not None:
            made.set_color_profile(profile)
        for layer in stack:
            _, x, y = layer.get_offsets()
            copy = Gimp.Layer.new_from_drawable(layer, made)
            made.insert_layer(copy, None, 0)
            copy.set_offsets(x - left, y - top)
            copy.set_visible(True)
            if _is_same(layer, source) and not as_they_are:
                if copy.get_mask() is not None:
                    copy.remove_mask(Gimp.MaskApplyMode.DISCARD)
                copy.set_mode(Gimp.LayerMode.NORMAL)
                copy.set_opacity(100.0)
        shown = made.merge_visible_layers(Gimp.MergeType.CLIP_TO_IMAGE)
        shown.resize_to_image_size()
    except BaseException:
        made.delete()
        raise
    return made, shown
