"""Measured throughput of jobs, stored on disk; conservative defaults before the first measurement.

A pace is the operations of a job (`operations`) divided by its seconds. It is stored for each device, number format, model and
kind of job, since small models reach a small part of a device's throughput. Does not import torch.
"""

from __future__ import annotations

import json
import logging
import math
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from s2edit_plugin.api import LearnToken, Request
from s2edit_plugin.backbones.memory.estimate import Place
from s2edit_plugin.backbones.memory.fallback import place_of
from s2edit_plugin.errors import ResourceError
from s2edit_plugin.storage.paths import DataFolder, write_atomic

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

__all__ = ["Computer", "Paces", "computer_of"]

FILE = "pace.json"
KEPT = 200  # paces and computers stored
# Operations a second; measured with the small model on a core of a rented machine: 2.3e10 to 3.5e10.
CPU_CORE = 1e10
GPU = {"fp32": 3e12, "bf16": 1e13, "fp16": 1e13}  # a small, older graphics card
APPLE = 1e12
PHOTO = "photo"  # key of the work on photos outside the model
SMALL_PHOTO = 4_000_000  # pixels
PIXELS_A_SECOND = 5e5  # measured with 100 megapixels on two cores of a rented machine


@dataclass(frozen=True)
class Computer:
    """A device with a model.

    Attributes:
        words: the device in words. fingerprint: of the model, or its name if it was never loaded.
    """

    place: Place
    words: str = ""
    fingerprint: str = ""

    def __str__(self) -> str:
        return "|".join((self.place.device, self.place.precision, self.words, self.fingerprint))


def computer_of(backbone: Backbone) -> Computer:
    """Device and model of a backbone."""
    words = backbone.choice.name if backbone.choice else str(backbone.device)
    return Computer(place_of(backbone), words, backbone.fingerprint)


class Paces:
    """The file of measurements. A damaged file counts as empty; errors of writing are ignored."""

    def __init__(self, folder: DataFolder) -> None:
        self._path = folder.cache / FILE

    def note(self, computer: Computer, request: Request[object], operations: float, seconds: float) -> None:
        """Store how long a job took, averaged with the previous value, so that one slow job counts half."""
        if operations <= 0 or not 0 < seconds < math.inf:
            return
        values, key, pace = self._read(), f"{computer}|{_kind(request)}", operations / seconds
        before = _number(values.get(key))
        values.pop(key, None)
        values[key] = pace if before is None else (pace + before) / 2
        self._write(values)

    def pace(self, computer: Computer, request: Request[object]) -> tuple[float, bool]:
        """Operations a second of a job, and whether they were measured with this model; else a low default."""
        values = self._read()
        measured = _number(values.get(f"{computer}|{_kind(request)}"))
        if measured is not None:
            return measured, True
        same = (computer.place.device, computer.place.precision, computer.words)
        others = [_number(value) for key, value in values.items() if tuple(key.split("|")[:3]) == same]
        return min([other for other in others if other is not None], default=_guess(computer.place)), False

    def note_photo(self, size: tuple[int, int], seconds: float) -> None:
        """Store how long reading, masking, pasting and writing a photo of this height and width took."""
        pixels = size[0] * size[1]
        if pixels < SMALL_PHOTO or not 0 < seconds < math.inf:
            return  # small photos say nothing about large ones
        values = self._read()
        before = _number(values.pop(PHOTO, None))
        pace = pixels / seconds
        self._write(values | {PHOTO: pace if before is None else (pace + before) / 2})

    def photo_pace(self) -> float:
        """Pixels a second of the work on a photo outside the model: measured, else a low default."""
        return _number(self._read().get(PHOTO)) or PIXELS_A_SECOND

    def remember(self, model: str, device: str, precision: str, computer: Computer) -> None:
        """Store the device that was chosen for a model with these settings."""
        values, key = self._read(), _asked(model, device, precision)
        place = computer.place
        found = [place.device, place.precision, computer.words, computer.fingerprint]
        if values.get(key) != found:
            values.pop(key, None)
            self._write(values | {key: found})

    def recall(self, model: str, device: str, precision: str) -> Computer | None:
        """The stored device for a model with these settings; None if it was never loaded."""
        match self._read().get(_asked(model, device, precision)):
            case [str(device), str(precision), str(words), str(fingerprint)]:
                return Computer(Place(device, precision), words, fingerprint)
        return None

    def _read(self) -> dict[str, Any]:
        try:
            values = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return values if isinstance(values, dict) else {}

    def _write(self, values: dict[str, Any]) -> None:
        newest = dict(list(values.items())[-KEPT:])
        try:
            write_atomic(self._path, json.dumps(newest, indent=1).encode(), private=True)
        except ResourceError as error:
            logging.getLogger(__name__).info("The pace was not written: %s", error.sentence)


def _kind(request: Request[object]) -> str:
    return "learn" if isinstance(request, LearnToken) else "edit"


def _asked(model: str, device: str, precision: str) -> str:
    return "|".join(("asked", model, device, precision))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and 0 < value < math.inf else None


def _guess(place: Place) -> float:
    if place.device == "cpu":
        return CPU_CORE * (os.cpu_count() or 1)
    return APPLE if place.device == "mps" else GPU[place.precision]
