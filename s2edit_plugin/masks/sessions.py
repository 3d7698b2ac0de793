"""rembg sessions that this program may open: its own region network and networks already on the disk.

rembg can do more than find masks on this machine: two of its sessions (``atlascloud`` and ``withoutbg``)
upload the picture, its default model is a 1 GB download under non-commercial terms, and every local
session downloads its model on first use.
So sessions are opened only here, by a name on a list, with the providers named, and with downloading
replaced by an error.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from s2edit_plugin.errors import ModelError
from s2edit_plugin.paths import data_folder, models_package
from s2edit_plugin.settings import models_folder

if TYPE_CHECKING:
    from rembg.sessions.base import BaseSession

__all__ = ["LOCAL_NETWORKS", "OWN_SESSION", "REGIONS", "available", "open_session", "region_file"]

OWN_SESSION = "regions"
REGIONS: tuple[str, ...] = ("subject", "face", "hair", "lips", "eyes", "skin")
"""Channels of the region network, in order."""

LOCAL_NETWORKS: dict[str, tuple[str, ...]] = {
    "birefnet-general": ("birefnet-general.onnx",),
    "birefnet-general-lite": ("birefnet-general-lite.onnx",),
    "birefnet-portrait": ("birefnet-portrait.onnx",),
    "isnet-general-use": ("isnet-general-use.onnx",),
    "sam": ("sam_vit_b_01ec64.encoder.onnx", "sam_vit_b_01ec64.decoder.onnx"),
    "silueta": ("silueta.onnx",),
    "u2net": ("u2net.onnx",),
    "u2net_human_seg": ("u2net_human_seg.onnx",),
    "u2netp": ("u2netp.onnx",),
}
"""rembg networks that run on this machine under terms that allow any use (Apache 2.0, MIT); their files."""

_SIDE = 128


def region_file() -> Path:
    """Where the bundled region network lies."""
    return models_package() / "masks" / "regions.onnx"


def available() -> tuple[str, ...]:
    """Names that `open_session` can open right now."""
    names = [OWN_SESSION] if region_file().is_file() else []
    return (*names, *(name for name in LOCAL_NETWORKS if _local_files(name)))


def open_session(name: str, providers: Sequence[str] | None = None) -> BaseSession:
    """Open one of the allowed sessions.

    Args:
        name: ``regions`` or a key of `LOCAL_NETWORKS`; there is no default.
        providers: ONNX Runtime execution providers, None: ``CPUExecutionProvider`` alone.

    Returns:
        A rembg session: ``session.predict(PIL image)`` gives grey PIL masks of the picture's size.

    Raises:
        ModelError: the name is not on the list (sessions that upload pictures are not), its file is not on
            this machine, the file is damaged, a provider is unknown, or rembg is not installed. Nothing is
            ever downloaded.
    """
    if name != OWN_SESSION and name not in LOCAL_NETWORKS:
        raise ModelError(
            f"The mask network {name!r} is not allowed.",
            f"Choose one of {', '.join((OWN_SESSION, *LOCAL_NETWORKS))}; they all run on this machine.",
        )
    chosen = _checked_providers(providers)
    try:
        session_class = _region_session() if name == OWN_SESSION else _offline_session(name)
        return session_class(name, _options(), providers=chosen)
    except ModelError:
        raise
    except ImportError as error:
        raise ModelError("rembg is not installed.", "Install it with: pip install 'rembg[cpu]'") from error
    except Exception as error:  # ONNX Runtime has no common base for what a damaged file raises
        raise ModelError(
            f"The mask network {name!r} cannot be opened.", f"Its file may be damaged: {error}"
        ) from error


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
                f"This onnxruntime has no {provider!r}.",
                f"It has {', '.join(known)}; install the matching package.",
            )
    return chosen


def _options() -> Any:
    """Session options that keep to ``OMP_NUM_THREADS`` as the rest of the program does."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    threads = os.environ.get("OMP_NUM_THREADS", "")
    if threads.isdigit():
        options.intra_op_num_threads = int(threads)
        options.inter_op_num_threads = int(threads)
    return options


def _homes(name: str) -> list[Path]:
    """Where this network may lie: among the installed models, then where rembg keeps it (new layout, old flat one)."""
    xdg = os.environ.get("XDG_DATA_HOME", "")
    legacy = os.environ.get("U2NET_HOME") or (f"{xdg}/.u2net" if xdg else "~/.u2net")
    home = (
        os.environ.get("U2NET_HOME")
        or os.environ.get("REMBG_HOME")
        or (f"{xdg}/rembg" if xdg else "~/.rembg")
    )
    installed = models_folder(data_folder()) / name
    return [installed, Path(home).expanduser() / "models" / name, Path(legacy).expanduser()]


def _local_files(name: str) -> list[Path]:
    """The files of a network where all of them lie in one folder, else []."""
    for home in _homes(name):
        paths = [home / file for file in LOCAL_NETWORKS[name]]
        if all(path.is_file() for path in paths):
            return paths
    return []


@cache
def _offline_session(name: str) -> type[BaseSession]:
    """The rembg class of this network with downloading replaced by looking for its files."""
    from rembg.sessions import sessions

    base: Any = sessions[name]
    if not base.is_local():
        raise ModelError(f"The mask network {name!r} would upload the picture.", "Choose another one.")

    class Offline(base):  # type: ignore[misc]
        """Runs only with files that are already there."""

        @classmethod
        def download_models(cls, *args: Any, **kwargs: Any) -> Any:
            paths = _local_files(name)
            if not paths:
                raise ModelError(
                    f"The mask network {name!r} is not on this machine.",
                    f"Run `s2edit models install {name}`, or use {OWN_SESSION!r}, which is bundled.",
                )
            return paths[0] if len(paths) == 1 else tuple(paths)

    class OfflineSam(Offline):
        """rembg's SAM session takes no providers; this one hands them on."""

        def __init__(self, model_name: str, sess_opts: Any, *, providers: list[str]) -> None:
            import onnxruntime

            self.model_name = model_name
            encoder, decoder = self.download_models()
            self.encoder = onnxruntime.InferenceSession(str(encoder), sess_opts, providers=providers)
            self.decoder = onnxruntime.InferenceSession(str(decoder), sess_opts, providers=providers)

    return OfflineSam if name == "sam" else Offline


@cache
def _region_session() -> type[BaseSession]:
    """The session of the bundled network; a function, so that rembg is imported on first use."""
    from rembg.sessions.base import BaseSession

    class RegionSession(BaseSession):
        """One sigmoid mask for each of `REGIONS`, from a picture of any size."""

        def maps(self, rgb: np.ndarray) -> dict[str, np.ndarray]:
            """uint8 ``(H, W, 3)`` to a float32 mask 0..1 ``(H, W)`` for each region."""
            height, width = rgb.shape[:2]
            side = max(height, width)
            top, left = (side - height) // 2, (side - width) // 2
            # Repeated edges are what the network was trained with beside pictures that are not square.
            margins = ((top, side - height - top), (left, side - width - left), (0, 0))
            square = np.pad(rgb, margins, mode="edge") if height != width else rgb
            small = Image.fromarray(square).resize(
                (_SIDE, _SIDE), Image.Resampling.BOX if side > 2 * _SIDE else Image.Resampling.BILINEAR
            )
            picture = np.asarray(small, dtype=np.float32).transpose(2, 0, 1)[None] / 255.0
            regions = self.inner_session.run(None, {self.inner_session.get_inputs()[0].name: picture})[0][0]
            result = {}
            for name, region in zip(REGIONS, regions, strict=True):
                mask = region.astype(np.float32)
                if side != _SIDE:
                    large = Image.fromarray(mask, mode="F").resize((side, side), Image.Resampling.BILINEAR)
                    mask = np.asarray(large)
                result[name] = np.clip(mask[top : top + height, left : left + width], 0.0, 1.0)
            return result

        def predict(self, img: Image.Image, *args: Any, **kwargs: Any) -> list[Image.Image]:
            """Grey masks of the picture's size in the order of `REGIONS`."""
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
