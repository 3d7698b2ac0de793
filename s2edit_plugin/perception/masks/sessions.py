"""Allowed rembg sessions: the bundled region network and networks already on the disk.

Two of rembg's sessions (``atlascloud`` and ``withoutbg``) upload the picture, its default model is a 1 GB download under
non-commercial terms, and every local session downloads its model on first use. So sessions are opened only here, by a name on
a list, with explicit providers, and with downloads replaced by an error.
"""

from __future__ import annotations

import importlib.util
import sys
import types
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from s2edit_plugin.api.regions import DRAWN_REGIONS
from s2edit_plugin.errors import ModelError, Sentence
from s2edit_plugin.perception.networks.onnx_network import session_options
from s2edit_plugin.perception.networks.rembg_files import LOCAL_NETWORKS, local_files
from s2edit_plugin.storage.paths import DataFolder, models_package

if TYPE_CHECKING:
    from rembg.sessions.base import BaseSession

__all__ = ["LOCAL_NETWORKS", "OWN_SESSION", "available", "open_session", "region_file"]

OWN_SESSION = "regions"
"""Channels of the region network, in order."""

_ALLOWED = tuple(name for name in LOCAL_NETWORKS if name != "sam")
_SIDE = 128


def region_file() -> Path:
    """Path of the bundled region network."""
    return models_package() / "masks" / "regions.onnx"


def available(folder: DataFolder | None = None) -> tuple[str, ...]:
    """Names that `open_session` can open now."""
    names = [OWN_SESSION] if region_file().is_file() else []
    return (*names, *(name for name in _ALLOWED if local_files(name, folder)))


def open_session(
    name: str, providers: Sequence[str] | None = None, folder: DataFolder | None = None
) -> BaseSession:
    """Open one of the allowed sessions.

    Args:
        name: ``regions`` or a key of `LOCAL_NETWORKS`, except ``sam`` (see `networks.sam`).
        providers: ONNX Runtime execution providers, None: ``CPUExecutionProvider`` alone.
        folder: the data folder installed networks are looked for in, None: the usual one.

    Returns:
        A rembg session: ``session.predict(PIL image)`` gives grey PIL masks of the picture's size.

    Raises:
        ModelError: the name is not on the list (sessions that upload pictures are not), its file is not on
            this machine, the file is damaged, a provider is unknown, or rembg is not installed. Nothing is
            ever downloaded.
    """
    if name != OWN_SESSION and name not in _ALLOWED:
        raise ModelError(
            Sentence("The mask network {} is not allowed.", repr(name)),
            Sentence("Choose one of {}; they all run on this machine.", ", ".join((OWN_SESSION, *_ALLOWED))),
        )
    chosen = _checked_providers(providers)
    try:
        _skip_matting()
        session_class = _region_session() if name == OWN_SESSION else _offline_session(name, folder)
        return session_class(name, session_options(), providers=chosen)
    except ModelError:
        raise
    except ImportError as error:
        raise ModelError("rembg is not installed.", "Install it with: pip install 'rembg[cpu]'") from error
    except Exception as error:  # ONNX Runtime has no common base for what a damaged file raises
        raise ModelError(
            Sentence("The mask network {} cannot be opened.", repr(name)),
            Sentence("Its file may be damaged: {}", error),
        ) from error


def _skip_matting() -> None:
    """Let rembg's sessions be imported without rembg itself.

    Importing rembg imports its unused matting, which numba compiles at the first start for half a minute on two cores. It also
    changes torch's number of threads, which changes rounding.

    Raises:
        ImportError: rembg is not installed.
    """
    if "rembg" in sys.modules:
        return
    spec = importlib.util.find_spec("rembg")
    if spec is None or spec.submodule_search_locations is None:
        raise ImportError("rembg")
    bare = types.ModuleType("rembg")
    bare.__spec__, bare.__path__ = spec, list(spec.submodule_search_locations)
    sys.modules["rembg"] = bare


def _checked_providers(providers: Sequence[str] | None) -> list[str]:
    chosen = list(providers) if providers else ["CPUExecutionProvider"]
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelError(
            "onnxruntime is not installed.", "Install it with: pip install onnxruntime"
        ) from error
    known = onnxruntime.get_available_providers()
    for provider in chosen:
        if provider not in known:
            raise ModelError(
                Sentence("This onnxruntime has no {}.", repr(provider)),
                Sentence("It has {}; install the matching package.", ", ".join(known)),
            )
    return chosen


@cache
def _offline_session(name: str, folder: DataFolder | None) -> type[BaseSession]:
    """The network's rembg class with downloads replaced by a search for local files."""
    from rembg.sessions import sessions

    base: Any = sessions[name]
    if not base.is_local():
        raise ModelError(
            Sentence("The mask network {} would upload the picture.", repr(name)), "Choose another one."
        )

    class Offline(base):  # type: ignore[misc]
        """Runs only with files that are already there."""

        @classmethod
        def download_models(cls, *args: Any, **kwargs: Any) -> Any:
            paths = local_files(name, folder)
            if not paths:
                raise ModelError(
                    Sentence("The mask network {} is not on this machine.", repr(name)),
                    Sentence(
                        "Run `s2edit models install {}`, or use {}, which is bundled.",
                        name,
                        repr(OWN_SESSION),
                    ),
                )
            return paths[0]

    return Offline


@cache
def _region_session() -> type[BaseSession]:
    """The session of the bundled network; a function, so that rembg is imported on first use."""
    from rembg.sessions.base import BaseSession

    class RegionSession(BaseSession):
        """One sigmoid mask for each of `DRAWN_REGIONS`, from a picture of any size."""

        def maps(self, rgb: np.ndarray) -> dict[str, np.ndarray]:
            """uint8 ``(H, W, 3)`` to a float32 mask 0..1 ``(H, W)`` for each region."""
            height, width = rgb.shape[:2]
            side = max(height, width)
            top, left = (side - height) // 2, (side - width) // 2
            # As in training, pictures that are not square are padded by repeating their edges.
            margins = ((top, side - height - top), (left, side - width - left), (0, 0))
            square = np.pad(rgb, margins, mode="edge") if height != width else rgb
            small = Image.fromarray(square).resize(
                (_SIDE, _SIDE), Image.Resampling.BOX if side > 2 * _SIDE else Image.Resampling.BILINEAR
            )
            picture = np.asarray(small, dtype=np.float32).transpose(2, 0, 1)[None] / 255.0
            regions = self.inner_session.run(None, {self.inner_session.get_inputs()[0].name: picture})[0][0]
            result = {}
            for name, region in zip(DRAWN_REGIONS, regions, strict=True):
                mask = region.astype(np.float32)
                if side != _SIDE:
                    large = Image.fromarray(mask, mode="F").resize((side, side), Image.Resampling.BILINEAR)
                    mask = np.asarray(large)
                result[name] = np.clip(mask[top : top + height, left : left + width], 0.0, 1.0)
            return result

        def predict(self, img: Image.Image, *args: Any, **kwargs: Any) -> list[Image.Image]:
            """Grey masks of the picture's size in the order of `DRAWN_REGIONS`."""
            maps = self.maps(np.asarray(img.convert("RGB")))
            return [Image.fromarray((mask * 255.0 + 0.5).astype(np.uint8)) for mask in maps.values()]

        @classmethod
        def download_models(cls, *args: Any, **kwargs: Any) -> str:
            """The bundled file; nothing is downloaded."""
            if not region_file().is_file():
                raise ModelError(
                    "The bundled mask network is missing.",
                    "Install the program again, or train it with: python -m s2edit_models.train masks",
                )
            return str(region_file())

        @classmethod
        def name(cls, *args: Any, **kwargs: Any) -> str:
            """The name of this session."""
            return OWN_SESSION

    return RegionSession
