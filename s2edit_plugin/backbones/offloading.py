"""Memory savings of a Stable Diffusion model: its parts are moved, converted and tiled, and restored afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

import torch

from s2edit_plugin.backbones.device import try_device
from s2edit_plugin.backbones.savings import Savings
from s2edit_plugin.errors import ModelError, Sentence

__all__ = ["Offloadable", "Offloading", "pieces"]

CPU = torch.device("cpu")
Place = tuple[torch.device, torch.dtype]


class Offloadable(Protocol):
    """The part of a backbone that `Offloading` uses: networks, device, number format and sizes."""

    name: str
    device: torch.device
    dtype: torch.dtype
    unet: Any
    vae: Any
    text_encoders: Any
    latent_side: int
    resolution: int
    savings: Savings
    reload: Callable[[str], Any] | None

    def resized(self) -> None:
        """Update what depends on the latent side."""


class Offloading:
    """The savings of one backbone.

    Each part (``unet``, ``vae``, ``text``) has its own place (device and format as loaded) and its current one.
    """

    def __init__(self, backbone: Offloadable) -> None:
        self._backbone = backbone
        self._own: dict[str, Place] = {
            "unet": (backbone.device, backbone.dtype),
            "vae": (backbone.device, backbone.vae.dtype),
            "text": (backbone.device, torch.float32),
        }
        self._now: dict[str, Place | None] = dict(self._own)  # None: unknown after an error
        self._rounded: set[str] = set()  # parts with rounded weights, which must be read from the disk again
        self._side, self._resolution = backbone.latent_side, backbone.resolution
        self._tile = (backbone.vae.tile_sample_min_size, backbone.vae.tile_latent_min_size)

    def supported(self, wanted: Savings) -> Savings:
        """See `Backbone.supported`."""
        device, dtype = self._own["unet"]
        shrink = wanted.shrink if self._shrunk(wanted.shrink) else 0
        half = wanted.half and dtype == torch.float32 and self._backbone.reload is not None
        return replace(
            wanted,
            offload=wanted.offload and device.type != "cpu",
            half=half and self._half_format() is not None,
            shrink=shrink,
        )

    def apply(self, wanted: Savings) -> None:
        """See `Backbone.apply_savings`. Raises ModelError if rounded weights cannot be read again."""
        backbone = self._backbone
        half = self._half_format() if wanted.half else None
        device = self._own["unet"][0]
        places = dict(self._own)
        if half is not None:
            places |= {"unet": (device, half), "vae": (device, half)}
        if wanted.offload:
            # On the CPU the autoencoder computes in 32 bits: faster there, with the same weights.
            places |= {"vae": (CPU, torch.float32), "text": (CPU, torch.float32)}
        # First the changes that free memory, then those that need it.
        for part in sorted(places, key=lambda part: _bytes(places[part]) - _bytes(self._now[part])):
            self._put(part, places[part])
        backbone.dtype = places["unet"][1]
        self._tiles(wanted.tiles)
        if wanted.checkpointing:
            backbone.unet.enable_gradient_checkpointing()
        else:
            backbone.unet.disable_gradient_checkpointing()
        self._resize(self._shrunk(wanted.shrink) or self._side)
        backbone.savings = wanted

    def _put(self, part: str, place: Place) -> None:
        if self._now[part] == place:
            return
        networks = self._backbone.text_encoders if part == "text" else [getattr(self._backbone, part)]
        own, (device, dtype) = self._own[part], place
        self._now[part] = None
        if part in self._rounded and dtype == own[1]:
            self._restore(part, networks[0])
        if dtype.itemsize < own[1].itemsize:
            self._rounded.add(part)
        for network in networks:
            network.to(device, dtype)
            if part == "unet" and device.type == "cpu":
                network.to(memory_format=torch.channels_last)
        self._now[part] = place

    def _restore(self, part: str, network: Any) -> None:
        """Load a part's original weights again, on the CPU."""
        if self._backbone.reload is None:
            raise ModelError(Sentence("The model '{}' cannot be read again.", self._backbone.name))
        fresh = self._backbone.reload(part)
        network.load_state_dict(fresh.state_dict(), assign=True)
        network.requires_grad_(False)
        self._rounded.discard(part)

    def _half_format(self) -> torch.dtype | None:
        """A 16-bit format that works on this device, None without one."""
        device = self._own["unet"][0]
        return next((half for half in (torch.bfloat16, torch.float16) if not try_device(device, half)), None)

    def _tiles(self, on: bool) -> None:
        vae = self._backbone.vae
        vae.use_slicing = vae.use_tiling = on
        halved = (self._resolution // 2, self._side // 2)
        vae.tile_sample_min_size, vae.tile_latent_min_size = halved if on else self._tile

    def _shrunk(self, eighths: int) -> int:
        """The reduced latent side, 0 if it does not suit the U-Net's levels."""
        side, rest = divmod(self._side * (8 - eighths), 8)
        levels = len(self._backbone.unet.config.block_out_channels)
        return side if not rest and side % 2 ** (levels - 1) == 0 else 0

    def _resize(self, side: int) -> None:
        backbone = self._backbone
        if side != backbone.latent_side:
            backbone.latent_side = side
            backbone.resolution = self._resolution * side // self._side
            backbone.resized()


def _bytes(place: Place | None) -> int:
    return 0 if place is None or place[0].type == "cpu" else place[1].itemsize


def pieces(batch: int, most: int, pair: tuple[int, int] | None = None) -> list[list[int]]:
    """Split rows 0..batch-1 into pieces of at most ``most`` rows (0: one piece).

    Args:
        pair: two rows that stay together even if ``most`` is 1 (a Prompt-to-Prompt pair shares attention maps).
    """
    if most <= 0 or most >= batch:
        return [list(range(batch))]
    together = sorted(pair) if pair else []
    single = [row for row in range(batch) if row not in together]
    joining = max(0, most - len(together)) if together else 0
    first = [together + single[:joining]] if together else []
    rest = single[joining:]
    return first + [rest[start : start + most] for start in range(0, len(rest), most)]
