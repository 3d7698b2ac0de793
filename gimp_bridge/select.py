"""Selecting: a mask that is found becomes the selection."""

from __future__ import annotations

from gi.repository import Gimp

from gimp_bridge import png
from gimp_bridge.engine_client import EngineClient
from gimp_bridge.pixels import grey_of_picture, select_mask
from gimp_bridge.scene import Scene
from s2edit_plugin import api

__all__ = ["select_subject"]


def select_subject(
    image: Gimp.Image, chosen: Gimp.Layer, method: str, how: Gimp.ChannelOps, grow: float, feather: float, engine: EngineClient,
) -> api.MaskResult:  # fmt: skip
    """Find something in the visible content of a layer and select it; returns what was found.

    Args:
        method: as `api.MakeMask`. grow, feather: in pixels of the layer.

    Raises:
        ImageError: the layer was removed meanwhile. S2EditError: from the engine.
    """
    with Scene(image, chosen) as scene:
        view = scene.view
        overview = view.overview()
    scale = overview.width / view.width
    request = api.MakeMask(png.encode(overview), method, grow=grow * scale, feather=feather * scale)
    result = engine.run(request, "Find a selection")
    scene.check()
    select_mask(view, grey_of_picture(result.mask), (overview.width, overview.height), how)
    return result
