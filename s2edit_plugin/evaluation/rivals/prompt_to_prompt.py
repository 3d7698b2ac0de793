"""Prompt-to-Prompt on an inverted picture, with the settings its authors published.

Source: Hertz et al. 2022, "Prompt-to-Prompt"; Mokady et al. 2023, "Null-text Inversion" (50 steps, guidance 7.5,
cross-attention replaced in .8 of the steps, self-attention in .5, 10 inner steps at most). The edit region stands in for its
local blend.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from s2edit_plugin.api import EditSettings
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.evaluation.rivals.task import Task
from s2edit_plugin.method.edit import EditOutcome, edit
from s2edit_plugin.method.invert import Inversion, invert

__all__ = ["PromptToPrompt"]


@dataclass(frozen=True)
class PromptToPrompt:
    """Attributes: inversion: ``null_text``, ``ddim`` or ``direct`` (then with the offset in the source branch alone)."""

    inversion: Literal["null_text", "ddim", "direct"] = "null_text"
    steps: int = 50
    guidance: float = 7.5
    cross_steps: float = 0.8
    self_steps: float = 0.5

    @property
    def settings(self) -> EditSettings:
        """The same as settings of our edit, which has this procedure in it."""
        return EditSettings(
            steps=self.steps,
            guidance=self.guidance,
            inversion=self.inversion,
            offset="source",
            cross_steps=self.cross_steps,
            self_steps=self.self_steps,
            shapes="kept",
            mask_mode="none",
            isolation=False,
        )

    def inverted(self, backbone: Backbone, task: Task) -> Inversion:
        """The inverted picture, with optimized null embeddings where that is the way."""
        return invert(backbone, task.latents, task.source, [], self.settings)

    def edit(self, backbone: Backbone, task: Task) -> EditOutcome:
        """See `Rival.edit`."""
        inversion = self.inverted(backbone, task)
        return edit(backbone, inversion, task.source, task.target, [], task.cells, self.settings)
