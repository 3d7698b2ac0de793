"""Stage 1: the autoencoder that turns a 128x128 picture into 8 x 16 x 16 numbers and back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from torch import Tensor

from .common import (
    Average,
    LossMeter,
    Slice,
    autocast,
    load_json,
    load_state,
    pick_device,
    save_state,
    say,
    stream,
    torch_stream,
)
from .data import Bytes, Shards, draw_validation, to_signed
from .optimizer import Muon, clip
from .pool import Source, source_of

STAGE = "autoencoder"


@dataclass(frozen=True)
class Recipe:
    """Numbers of the stage; the defaults are for the real network, tests take smaller ones."""

    widths: tuple[int, ...] = (32, 64, 128, 128)
    latent_channels: int = 8
    groups: int = 8
    rate: float = 2e-3
    decoder_rate: float = 1e-3  # when only the decoder learns
    batch: int = 16
    gpu_batch: int = 256
    crop: int = 64
    crops_until: float = 0.5  # share of the time on crops (cheap and varied), then on whole pictures
    textures: float = 0.12  # share of natural textures
    focus: float = 8.0  # extra weight of eyes and lips: tiny areas, but the first that people look at
    edges: float = 0.5  # weight of the loss on image gradients, faded in because it collapses a fresh network
    kl: float = 1e-6
    decay: float = 0.998  # of the average weights


def build(recipe: Recipe) -> AutoencoderKL:
    """Fresh network whose posterior starts almost certain: unit noise at the start drowns the picture."""
    vae = AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * len(recipe.widths),
        up_block_types=("UpDecoderBlock2D",) * len(recipe.widths),
        block_out_channels=recipe.widths,
        layers_per_block=1,
        latent_channels=recipe.latent_channels,
        norm_num_groups=recipe.groups,
        sample_size=128,
        scaling_factor=1.0,
    )
    with torch.no_grad():
        vae.quant_conv.weight[recipe.latent_channels :] = 0.0
        vae.quant_conv.bias[recipe.latent_channels :] = -6.0
    return vae.to(memory_format=torch.channels_last)


def batch_of(
    drawn: Source,
    textures: Source,
    recipe: Recipe,
    rng: np.random.Generator,
    crop: int,
    count: int,
    side: int,
) -> tuple[Tensor, Tensor]:
    """Pictures (N, 3, crop, crop) in -1..1 and focus (N, 1, crop, crop) in 0..1, half of them mirrored.

    side: that of the whole pictures; crops prefer their middle, where the face is.
    """
    others = int(rng.binomial(count, recipe.textures)) if len(textures) else 0
    parts = []
    for source, number in ((drawn, count - others), (textures, others)):
        if number:
            spare = side - crop
            corners = np.clip(np.rint(rng.normal(spare / 2, spare / 4, (number, 2))), 0, spare).astype(
                np.int64
            )
            parts.append(source.crops(rng, corners, rng.random(number) < 0.5, crop))
    return torch.cat([rgb for rgb, _ in parts]), torch.cat([focus for _, focus in parts])


def loss_of(
    vae: AutoencoderKL, x: Tensor, focus: Tensor, noise: Tensor, recipe: Recipe, edges: float
) -> Tensor:
    """Weighted absolute and squared error, error of the image gradients, and a trace of KL divergence."""
    posterior = vae.encode(x).latent_dist
    mean, logvar = posterior.mean.float(), posterior.logvar.float()
    y = vae.decode(mean + torch.exp(0.5 * logvar) * noise).sample.float()
    weight = 1.0 + recipe.focus * focus
    error = y - x
    loss = (weight * (0.5 * error.abs() + 2.0 * error.square())).mean()
    if edges > 0.0:
        right = (error[..., :, 1:] - error[..., :, :-1]).abs().mean()
        down = (error[..., 1:, :] - error[..., :-1, :]).abs().mean()
        loss = loss + edges * (right + down)
    kl = 0.5 * (mean.square() + logvar.exp() - 1.0 - logvar).sum((1, 2, 3)).mean()
    return loss + recipe.kl * kl


@dataclass(frozen=True)
class Validation:
    """Unseen pictures, (N, 3, S, S) in -1..1, with the coverage of eyes and lips, (2, N, 1, S, S) in 0..1."""

    pictures: Tensor
    masks: Tensor

    @staticmethod
    def of(rgb: Bytes, masks: Bytes) -> Validation:
        """From what draw_validation returns."""
        coverage: NDArray[np.float32] = masks[:, :, None].astype(np.float32) / 255.0
        return Validation(torch.from_numpy(to_signed(rgb)), torch.from_numpy(coverage))

    @torch.no_grad()
    def psnr(self, vae: AutoencoderKL, device: torch.device, batch: int = 16) -> dict[str, float]:
        """Decibels of the decoded posterior mean: mean over pictures, and pooled inside the eyes and lips."""
        whole: list[float] = []
        sums, areas = torch.zeros(2), torch.zeros(2)
        for i in range(0, len(self.pictures), batch):
            x = self.pictures[i : i + batch].to(device)
            with autocast(device):
                y = vae.decode(vae.encode(x).latent_dist.mean).sample
            error = ((y.float().clamp(-1, 1) - x) / 2.0).square().cpu()
            whole += (-10.0 * torch.log10(error.mean((1, 2, 3)))).tolist()
            inside = self.masks[:, i : i + batch]
            sums += (inside * error).sum((1, 2, 3, 4)) / 3.0
            areas += inside.sum((1, 2, 3, 4))
        eyes, lips = (-10.0 * torch.log10((sums / areas.clamp_min(1e-6)).clamp_min(1e-10))).tolist()
        return {"psnr": float(np.mean(whole)), "psnr_eyes": eyes, "psnr_lips": lips}


@torch.no_grad()
def normalise_latents(vae: AutoencoderKL, pictures: Tensor, device: torch.device) -> None:
    """Rescale the latent channels to mean 0 and deviation 1, in place and without changing any picture.

    The encoder's last and the decoder's first layer are 1x1 convolutions, so the change folds into them exactly;
    diffusion then sees channels of equal size and the scaling factor is 1.
    """
    parts = [vae.encode(part.to(device)).latent_dist.mean for part in pictures.split(16)]
    means = torch.cat(parts)
    mu, sigma = means.mean((0, 2, 3)), means.std((0, 2, 3)).clamp_min(1e-4)
    n = len(mu)
    out, back = vae.quant_conv, vae.post_quant_conv
    back.bias += (back.weight[:, :, 0, 0] * mu).sum(1)
    back.weight *= sigma[None, :, None, None]
    out.bias[:n] = (out.bias[:n] - mu) / sigma
    out.weight[:n] /= sigma[:, None, None, None]
    out.bias[n:] -= 2.0 * sigma.log()


class _Training:
    """Network, optimizer and average weights, and the state file that they come from and go to.

    Args:
        released: a released model to continue where there is no state. decoder_only: see `train`.
    """

    def __init__(
        self, path: Path, device: torch.device, recipe: Recipe, released: Path | None, decoder_only: bool
    ) -> None:
        self.path, self.device, self.recipe, self.decoder_only = path, device, recipe, decoder_only
        self.counters: dict[str, Any] = {"steps": 0, "samples": 0, "minutes": 0.0, "fresh_since": 0}
        state = load_state(path)
        self.vae = self._network(state, released).to(device, memory_format=torch.channels_last).train()
        if decoder_only:
            self.vae.encoder.requires_grad_(False)
            self.vae.quant_conv.requires_grad_(False)
        self.rate = recipe.decoder_rate if decoder_only else recipe.rate
        self.optimizer = Muon(self.vae.named_parameters(), self.rate, weight_decay=0.0)
        self.average = Average(self.vae, recipe.decay)
        if state is not None and state["decoder_only"] == decoder_only:
            self.vae.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.average.load_state_dict(state["average"])
        elif state is not None:
            self.counters["fresh_since"] = self.counters["steps"]
        self.minutes_before, self.is_fresh = self.counters["minutes"], self.counters["steps"] == 0

    def _network(self, state: dict[str, Any] | None, released: Path | None) -> AutoencoderKL:
        """The state's network, else the released one, else a fresh one; sets the counters."""
        vae = build(self.recipe)
        if state is not None:
            self.counters = state["counters"]
            # The latents in use are those of the averaged, normalised network.
            vae.load_state_dict(state["ready" if self.decoder_only else "model"])
        elif released is not None and (released / "vae").exists():
            vae = AutoencoderKL.from_pretrained(released / "vae", dtype=torch.float32, use_safetensors=True)
            self.counters |= load_json(released / "model_card.json").get("counters", {}).get(STAGE, {})
            self.counters["fresh_since"] = self.counters["steps"]
        return vae

    def step(self, x: Tensor, focus: Tensor, noise: Tensor, budget: Slice) -> Tensor:
        """One step on a batch, see `batch_of` and `loss_of`; the loss, a scalar."""
        fade = min(max((budget.progress - 0.25) / 0.25, 0.0), 1.0) if self.is_fresh else 1.0
        with autocast(self.device):
            loss = loss_of(self.vae, x, focus, noise, self.recipe, self.recipe.edges * fade)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        clip(self.vae.parameters(), 1.0)
        taken = self.counters["steps"] - self.counters["fresh_since"]
        self.optimizer.set_rate(self.rate * budget.rate(taken))
        self.optimizer.step()
        self.average.update(self.vae)
        self.counters["steps"] += 1
        self.counters["samples"] += len(x)
        return loss

    def save(self, validation: Validation, budget: Slice) -> None:
        """Training resumes from the raw weights; what is used is the average, with normalised latents."""
        vae = self.vae
        with self.average.in_place_of(vae):
            vae.eval()
            own = {k: v.clone() for k, v in vae.state_dict().items()}
            report = validation.psnr(vae, self.device)
            if not self.decoder_only:
                normalise_latents(vae, validation.pictures, self.device)
            ready = {k: v.cpu().clone() for k, v in vae.state_dict().items()}
            vae.load_state_dict(own)
            vae.train()
        self.counters["minutes"] = self.minutes_before + budget.elapsed_minutes
        say(STAGE, " ".join(f"{k} {v:.2f}" for k, v in report.items()))
        save_state(
            self.path,
            {
                "model": vae.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "average": self.average.state_dict(),
                "counters": self.counters,
                "report": report,
                "ready": ready,
                "decoder_only": self.decoder_only,
                "config": {k: v for k, v in vae.config.items() if not k.startswith("_")},
            },
        )


def train(
    budget: Slice,
    state_dir: Path,
    device_name: str = "auto",
    recipe: Recipe | None = None,
    released: Path | None = None,
    decoder_only: bool = False,
    seed: int = 1,
    validate_on: int = 96,
) -> dict[str, Any]:
    """Train for a slice on the shards in state_dir/pictures; the state and its report are in autoencoder.safetensors.

    released: a released model to continue where there is no state. decoder_only: keep the latents exactly as
    they are, which a diffusion model that was trained on them needs.
    """
    recipe = recipe or Recipe()
    device = pick_device(device_name)
    torch.manual_seed(seed)
    path = state_dir / f"{STAGE}.safetensors"
    training = _Training(path, device, recipe, released, decoder_only)
    drawn, textures = (
        source_of(Shards(state_dir / "pictures", kind), device) for kind in ("train", "texture")
    )
    rgb, masks, _ = draw_validation(validate_on)
    validation = Validation.of(rgb, masks)
    batch = recipe.batch if device.type == "cpu" else recipe.gpu_batch
    samples_before, last_save, losses = training.counters["samples"], 0.0, LossMeter()
    for _ in budget.ticks():
        step = training.counters["steps"]
        # Crops would give a frozen encoder's latents the statistics of crops.
        crops = budget.progress < recipe.crops_until and not decoder_only
        count = batch if crops else max(batch // 2, 1)
        size = recipe.crop if crops else rgb.shape[1]
        x, focus = batch_of(drawn, textures, recipe, stream(seed, step), size, count, rgb.shape[1])
        x = x.contiguous(memory_format=torch.channels_last)
        side = size // 2 ** (len(recipe.widths) - 1)
        shape = (count, recipe.latent_channels, side, side)
        noise = torch.randn(shape, generator=torch_stream(seed, step, 1, device=device), device=device)
        losses.update(training.step(x, focus, noise, budget))
        if budget.done % 100 == 99:
            drawn.refresh()
            textures.refresh()
            speed = (training.counters["samples"] - samples_before) / (60.0 * budget.elapsed_minutes)
            say(STAGE, f"step {step + 1} loss {losses.value:.4f} {speed:.1f} crops/s, {len(drawn)} pictures")
        if budget.elapsed_minutes - last_save > 5.0:
            last_save = budget.elapsed_minutes
            training.save(validation, budget)
    training.save(validation, budget)
    return {"loss": losses.value, **(load_state(path) or {})["report"]}


def load_ready(state_dir: Path) -> AutoencoderKL | None:
    """The network to use: average weights, normalised latents; None before the first save."""
    state = load_state(state_dir / f"{STAGE}.safetensors")
    if state is None:
        return None
    vae = AutoencoderKL.from_config(state["config"])
    vae.load_state_dict(state["ready"])
    return vae.eval().to(memory_format=torch.channels_last)


@torch.no_grad()
def encode(vae: AutoencoderKL, rgb: Bytes, device: torch.device, batch: int = 32) -> NDArray[np.float16]:
    """Scaled posterior means of (N, S, S, 3) pictures: (N, 8, S/8, S/8), deviation about 1."""
    parts = []
    for i in range(0, len(rgb), batch):
        x = (
            torch.from_numpy(to_signed(rgb[i : i + batch]))
            .to(device)
            .contiguous(memory_format=torch.channels_last)
        )
        with autocast(device):
            mean = vae.encode(x).latent_dist.mean
        parts.append((mean.float() * vae.config.scaling_factor).half().cpu().numpy())
    return np.concatenate(parts)
