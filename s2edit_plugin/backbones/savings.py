"""Memory savings of a backbone, chosen by `backbones.memory.fallback`."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NOTHING", "Savings"]


@dataclass(frozen=True)
class Savings:
    """Savings of memory; the default saves nothing.

    Attributes:
        rows: largest number of rows computed at once, 0: all. A Prompt-to-Prompt pair always stays together.
        checkpointing: gradient checkpointing in learning.
        attention: largest number of picture positions whose self-attention is computed at once, 0: all.
        tiles: pictures are encoded and decoded one by one, large ones in tiles.
        offload: text encoder and autoencoder compute on the CPU.
        half: 16-bit numbers if the model was loaded in 32 bits.
        shrink: eighths by which the model's picture side is reduced, 0..4.
    """

    rows: int = 0
    checkpointing: bool = False
    attention: int = 0
    tiles: bool = False
    offload: bool = False
    half: bool = False
    shrink: int = 0


NOTHING = Savings()
"""No savings."""
