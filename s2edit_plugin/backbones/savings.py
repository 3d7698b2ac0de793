"""What a backbone spares to get along with less memory: one value, obeyed by the backbone, set by the ladder."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NOTHING", "Savings"]


@dataclass(frozen=True)
class Savings:
    """How a backbone computes; the default spares nothing.

    Attributes:
        rows: most rows of a batch at once, 0: all. A Prompt-to-Prompt pair always stays together.
        checkpointing: learning keeps few intermediate results and computes the others again.
        attention: most picture positions whose self-attention is computed at once, 0: all.
        tiles: pictures are encoded and decoded one after the other, large ones in tiles.
        offload: text encoder and autoencoder compute on the CPU.
        half: 16-bit numbers where the model was loaded in 32 bits.
        shrink: eighths by which the model's picture side is made smaller, 0..4.
    """

    rows: int = 0
    checkpointing: bool = False
    attention: int = 0
    tiles: bool = False
    offload: bool = False
    half: bool = False
    shrink: int = 0


NOTHING = Savings()
"""No savings: everything at once, in the model's own size and number format."""
