"""A studio that edits by turning colours over: quick, exact, the same every time. As a program it runs `s2edit` with it."""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from s2edit_plugin import api
from s2edit_plugin.cli import clients
from s2edit_plugin.cli.main import main
from s2edit_plugin.engine.server.local import LocalClient
from s2edit_plugin.errors import MaskError
from s2edit_plugin.imaging.reading import read_photo

SECONDS = "BATCH_TEST_SECONDS"
DIARY = "BATCH_TEST_DIARY"


class TurningStudio:
    """Turns colours over.

    Attributes:
        requests: what was asked. people: who is on a photo, by the colour of its first pixel's red. seconds: an edit takes.
    """

    def __init__(self, seconds: float = 0.0, diary: Path | None = None) -> None:
        self.requests: list[api.ApplyEdit] = []
        self.found = api.PeopleFound((), 0)
        self.seconds, self._diary = seconds, diary
        self.fail: BaseException | None = None

    def open_model(
        self, request: api.OpenModel, on_progress: api.OnProgress, on_note: api.OnNote
    ) -> api.OpenedModel:
        return api.OpenedModel("turning", "f" * 64, "cpu")

    def recognise(
        self, request: api.RecognisePeople, on_progress: api.OnProgress, on_note: api.OnNote
    ) -> api.PeopleFound:
        return self.found

    def edit(
        self, request: api.ApplyEdit, on_progress: api.OnProgress, on_note: api.OnNote
    ) -> api.EditResult:
        self.requests.append(request)
        if self._diary is not None:
            with self._diary.open("a") as stream:
                stream.write(f"{os.getpid()}\n")
        rgb = read_photo(request.photo).as_uint8_rgb()
        if self.fail is not None:
            raise self.fail
        for step in range(1, 5):
            time.sleep(self.seconds / 4)
            on_progress(api.Progress("editing", step, 4))
        if (rgb == 7).all():
            raise MaskError("The search for hair found nothing in the photo.", "Paint the mask.")
        return api.EditResult(png(255 - rgb), png(rgb[..., 0]), 0.1, False, "a photo", request.prompt)


def png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def photo(colour: int, side: int = 24) -> bytes:
    """A picture that no other colour gives."""
    pixels = np.full((side, side, 3), colour % 256, np.uint8)
    pixels[0, 0] = (colour // 256, 0, 0)
    return png(pixels)


def use(studio: TurningStudio) -> None:
    """Let the command line's clients compute with it."""

    def open_client(args: argparse.Namespace) -> LocalClient:
        return LocalClient(make=lambda *_: studio)  # type: ignore[arg-type, return-value]

    clients.open_client = open_client


def open_turning(home: Path, setup: Any) -> LocalClient:
    """What an actor of a Ray cluster computes with; see `ray_cluster.open_local`."""
    studio = TurningStudio(float(os.environ[SECONDS]), Path(os.environ[DIARY]))
    return LocalClient(home, make=lambda *_: studio)  # type: ignore[arg-type, return-value]


if __name__ == "__main__":
    use(TurningStudio(float(os.environ[SECONDS]), Path(os.environ[DIARY])))
    sys.exit(main())
