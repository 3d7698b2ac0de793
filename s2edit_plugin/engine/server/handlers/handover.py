"""Handing pictures over from GIMP to the window, and results back."""

from __future__ import annotations

import dataclasses
import io

from s2edit_plugin.api import queries
from s2edit_plugin.engine.server.handlers.context import QueryContext
from s2edit_plugin.errors import ImageError

__all__ = ["ask_handover", "give_back", "hand_over", "take_handover"]


def hand_over(context: QueryContext, request: queries.HandOver, client: str) -> queries.Handover:
    picture = queries.TakenPicture("", request.photo, request.selection, request.title)
    answer = context.image_transfers.offer(picture, client)
    context.changed("handover")
    return answer


def ask_handover(context: QueryContext, request: queries.AskHandover, client: str) -> queries.Handover:
    return context.image_transfers.ask(request.id)


def take_handover(context: QueryContext, request: queries.TakeHandover, client: str) -> queries.TakenPicture:
    picture = context.image_transfers.take(client)
    if picture.id:
        context.changed("handover")
    return picture


def give_back(context: QueryContext, request: queries.GiveBack, client: str) -> queries.Done:
    taken = context.image_transfers.picture(request.id)
    if not request.image:
        context.image_transfers.give_back(queries.Handover(request.id, "closed"), client)
    else:
        layer, mask = _difference(taken.photo, request.image, request.region)
        edit = request.edit
        if edit is not None:  # only its settings are needed
            edit = dataclasses.replace(edit, photo=b"", subject_mask=None, region_mask=None)
        context.image_transfers.give_back(queries.Handover(request.id, "returned", layer, mask, edit), client)
    context.changed("handover")
    return queries.Done("The picture was given back.")


def _difference(photo: bytes, image: bytes, region: bytes) -> tuple[bytes, bytes]:
    """A result as a plain PNG, and where it may be laid over the photo: in its region, and wherever it differs.

    Raises:
        ImageError: it is no picture, or no result of that photo.
    """
    import numpy as np
    from PIL import Image

    from s2edit_plugin.imaging.formats.plain_png import encode_plain_png
    from s2edit_plugin.imaging.reading import read_photo
    from s2edit_plugin.perception.masks.painted import read_mask

    before, after = read_photo(photo), read_photo(image)
    if before.size != after.size or before.depth != after.depth:
        raise ImageError(
            "This picture has another size or depth than the one from GIMP.",
            "Send back a result of the picture that came from there.",
        )
    shown = (before.pixels != after.pixels).any(axis=2)
    if region:
        shown |= read_mask(region, before.size) > 0
    stream = io.BytesIO()
    Image.fromarray(shown.astype(np.uint8) * 255).save(stream, "PNG", compress_level=1)
    layer = encode_plain_png(after.pixels[..., :1] if before.grey else after.pixels)
    return layer, stream.getvalue()
