"""The networks installed in a data folder, opened at first use and cached."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from s2edit_plugin.base_models.store import network_file
from s2edit_plugin.errors import ModelError
from s2edit_plugin.perception.networks.rembg_files import local_files
from s2edit_plugin.storage.paths import DataFolder, data_folder

if TYPE_CHECKING:
    from s2edit_plugin.perception.networks.captioner import Captioner
    from s2edit_plugin.perception.networks.face_parser import FaceParser
    from s2edit_plugin.perception.networks.sam import SegmentAnything
    from s2edit_plugin.perception.networks.sface import FaceRecogniser
    from s2edit_plugin.perception.networks.yunet import FaceDetector

__all__ = ["CAPTIONER", "FACE_PARSER", "SFACE", "YUNET", "Networks", "kept_open", "release"]

YUNET = ("yunet", "face_detection_yunet_2023mar.onnx")
SFACE = ("sface", "face_recognition_sface_2021dec.onnx")
FACE_PARSER = ("face-parser", "model.safetensors")
CAPTIONER = ("captioner", "model.safetensors")

T = TypeVar("T")
_Key = tuple[Any, ...]
_lock = threading.RLock()
_small: dict[str, tuple[_Key, Any]] = {}
_large: dict[str, tuple[_Key, Any]] = {}


class Networks:
    """The networks of one data folder.

    Each method returns None if the network is not installed, and raises ModelError if it is damaged.
    """

    def __init__(self, folder: DataFolder | None = None) -> None:
        self.folder = folder or data_folder()

    def has(self, name: str, file: str) -> Path | None:
        """The file of an installed network, None if it is not installed."""
        try:
            return network_file(self.folder, name, file)
        except ModelError:
            return None

    def face_detector(self) -> FaceDetector | None:
        """YuNet."""
        path = self.has(*YUNET)
        if path is None:
            return None
        from s2edit_plugin.perception.networks.yunet import FaceDetector

        return kept_open("yunet", [path], lambda: FaceDetector(path))

    def face_recogniser(self) -> FaceRecogniser | None:
        """SFace."""
        path = self.has(*SFACE)
        if path is None:
            return None
        from s2edit_plugin.perception.networks.sface import FaceRecogniser

        return kept_open("sface", [path], lambda: FaceRecogniser(path))

    def face_parser(self) -> FaceParser | None:
        """The SegFormer face parser."""
        path = self.has(*FACE_PARSER)
        if path is None:
            return None
        from s2edit_plugin.perception.networks.face_parser import FaceParser

        return kept_open("face-parser", [path], lambda: FaceParser(path.parent), large=True)

    def captioner(self) -> Captioner | None:
        """BLIP."""
        path = self.has(*CAPTIONER)
        if path is None:
            return None
        from s2edit_plugin.perception.networks.captioner import Captioner

        return kept_open("captioner", [path], lambda: Captioner(path.parent), large=True)

    def sam(self) -> SegmentAnything | None:
        """SAM, installed by this program or by rembg."""
        files = local_files("sam", self.folder)
        if not files:
            return None
        from s2edit_plugin.perception.networks.sam import SegmentAnything

        return kept_open("sam", files, lambda: SegmentAnything(*files), large=True)

    def examine(self) -> dict[str, str]:
        """Installed networks by name with their error, "" if they work. Opens all of them and closes them again."""
        found = {}
        for name, opener in self._openers().items():
            try:
                if opener() is not None:
                    found[name] = ""
            except ModelError as error:
                found[name] = str(error)
        release()
        return found

    def _openers(self) -> dict[str, Callable[[], object]]:
        return {
            "yunet": self.face_detector,
            "sface": self.face_recogniser,
            "face-parser": self.face_parser,
            "captioner": self.captioner,
            "sam": self.sam,
        }


def kept_open(name: str, files: list[Path], opener: Callable[[], T], *, large: bool = False) -> T:
    """A cached network, opened if it is not open or its files have changed. Errors of ``opener`` are passed on.

    Args:
        name: key of the cache. files: of the network.
        large: only the last used large network is kept, to save memory.
    """
    kept = _large if large else _small
    key = tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files)
    with _lock:
        if name in kept and kept[name][0] == key:
            opened: T = kept[name][1]
            return opened
        if large:
            kept.clear()  # before the next one is read
        kept.pop(name, None)
        network = opener()
        kept[name] = (key, network)
        return network


def release() -> None:
    """Close all networks, to free their memory."""
    with _lock:
        _small.clear()
        _large.clear()
