"""DreamBooth: the whole U-Net learns the picture under a rare word, and its class under drawings of its own.

Source: Ruiz et al. 2023, "DreamBooth", section 3 (identifier before the class noun, prior preservation of weight 1; 5e-6, 400
to 800 steps for Stable Diffusion as its users have it). The text encoder stays as it is. Then edited by Prompt-to-Prompt.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from s2edit_plugin.backbones.attention import AttentionControl
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.errors import NumericalError, PromptError, Sentence
from s2edit_plugin.evaluation.rivals.rows import unet_of
from s2edit_plugin.method.conditioning import build_condition
from s2edit_plugin.method.generate import noise_of, sample

__all__ = ["DreamBooth", "named", "weights_of"]

IDENTIFIER = "sks"


@dataclass(frozen=True)
class DreamBooth:
    """Attributes: class_pictures: drawn once for prior preservation. prior: its weight, 0: without."""

    steps: int = 800
    rate: float = 5e-6
    class_pictures: int = 16
    prior: float = 1.0
    seed: int = 0

    def learn(self, backbone: Backbone, latents: Tensor, prompt: str, noun: str) -> dict[str, Tensor]:
        """Weights of the U-Net after learning a picture; the backbone's own are as before.

        Args:
            latents: (1, C, s, s). prompt: what the picture shows. noun: its class noun, which the prompt contains.

        Raises:
            PromptError: it does not. NumericalError: the loss is not finite.
        """
        network, schedule = unet_of(backbone), backbone.schedule
        generator = torch.Generator().manual_seed(self.seed)
        learned = build_condition(backbone, named(prompt, noun), [])
        plain = build_condition(backbone, f"a photo of a {noun}", [])
        count = self.class_pictures if self.prior > 0 else 0
        drawn = [sample(backbone, noise_of(backbone, 5_000 + i), [plain]) for i in range(count)]
        before = {name: value.detach().clone() for name, value in network.state_dict().items()}
        parameters = list(network.parameters())
        try:
            for parameter in parameters:
                parameter.requires_grad_(True)
            optimizer = torch.optim.AdamW(parameters, lr=self.rate)
            for _ in range(self.steps):
                parts = [(latents, learned)]
                if drawn:
                    parts.append((drawn[int(torch.randint(len(drawn), (), generator=generator))], plain))
                clean = torch.cat([part for part, _ in parts])
                noise = torch.randn(clean.shape, generator=generator).to(backbone.device)
                times = schedule.at(torch.rand(len(parts), generator=generator)).to(backbone.device)
                noisy = schedule.add_noise(clean, noise, times)
                # Under an (empty) control attention is computed so that its way back is quick on a CPU.
                with torch.enable_grad(), backbone.control(AttentionControl([[] for _ in parts], "none")):
                    said = backbone.predict(noisy, times, [condition for _, condition in parts])
                    errors = F.mse_loss(said, schedule.target(clean, noise, times), reduction="none")
                    each = errors.mean(dim=(1, 2, 3))
                    loss = each[0] + self.prior * each[1:].sum()
                    optimizer.zero_grad(set_to_none=True)
                    loss.backward()
                if not bool(torch.isfinite(loss.detach())):
                    raise NumericalError(
                        "Learning gave a number that is not finite.", "Try a smaller learning rate."
                    )
                optimizer.step()
            return {name: value.detach().clone() for name, value in network.state_dict().items()}
        finally:
            for parameter in parameters:
                parameter.requires_grad_(False)
                parameter.grad = None
            network.load_state_dict(before)


def named(prompt: str, noun: str) -> str:
    """A prompt with the identifier before the class noun. Raises PromptError where the noun is not in it."""
    words = prompt.split(" ")
    if noun not in words:
        raise PromptError(Sentence("The prompt does not contain the class noun '{}'.", noun))
    place = words.index(noun)
    return " ".join([*words[:place], IDENTIFIER, *words[place:]])


@contextmanager
def weights_of(backbone: Backbone, weights: dict[str, Tensor]) -> Iterator[None]:
    """The backbone with other weights of the U-Net, while the block runs."""
    network = unet_of(backbone)
    before = {name: value.detach().clone() for name, value in network.state_dict().items()}
    network.load_state_dict(weights)
    try:
        yield
    finally:
        network.load_state_dict(before)
