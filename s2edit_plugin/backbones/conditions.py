"""The conditioning of a base model: text features, their layout, and size conditioning."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

__all__ = ["Condition", "SizeConditioning", "Layout"]


@dataclass(frozen=True)
class Layout:
    """Positions of a prompt's words in the text encoder's input.

    Attributes:
        prompt: as written, with references. words: `api.prompts.words` of it.
        columns: for each word its columns. tokens: full token name -> its columns. ids: (L,) vocabulary ids; a token's
        columns hold the first id of the word after it as a placeholder. end: column of the end-of-text id.
    """

    prompt: str
    words: tuple[str, ...]
    columns: tuple[tuple[int, ...], ...]
    tokens: dict[str, tuple[int, ...]]
    ids: tuple[int, ...]
    end: int


@dataclass(frozen=True)
class SizeConditioning:
    """Size conditioning (SDXL): how the model's square crop was cut from its picture.

    Source: Podell et al. 2023, "SDXL", section 2.2 (micro-conditioning).

    Attributes:
        original: height and width before resizing, pixels. corner: pixels cut away at top and left after resizing.
    """

    original: tuple[int, int]
    corner: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Condition:
    """Everything a prediction depends on beside latents and timestep; one for each row of a batch.

    Attributes:
        hidden: (L, D) text features. pooled: (P,) feature of the whole prompt, None for models without one.
        layout: positions of the words. framing: size conditioning, None: a picture of the model's own size.
    """

    hidden: Tensor
    pooled: Tensor | None
    layout: Layout
    framing: SizeConditioning | None = None
