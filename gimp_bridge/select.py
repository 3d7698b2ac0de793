"""Selecting: a mask that is found becomes the selection."""

from __future__ import annotations

from gi.repository import Gimp

from gimp_bridge import png
from gimp_bridge.link import Link
from gimp_bridge.pixels import LayerView, grey_of_picture, select_mask
from s2edit_plugin import api

__all__ = ["select_subject"]


def select_subject(
    view: LayerView, method: str, how: Gimp.ChannelOps, grow: float, feather: float, link: Link
) -> float:
    """Find something in a layer and select it; returns which part of the layer it covers.

    Args:
        method: as `api.MakeMask`. grow, feather: in pixels of the layer.
    """
    overview = view.overview()
    scale = overview.width / view.width
    request = api.MakeMask(png.encode(overview), method, grow=grow * scale, feather=feather * scale)
    result = link.run(request, "Find a selection")
    select_mask(view, grey_of_picture(result.mask), (overview.width, overview.height), how)
    return result.coverage
