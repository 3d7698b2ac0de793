"""Stage 2: the text encoder and the U-Net, trained together on the latents of the drawn pictures."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor
from transformers import CLIPTokenizer

from ..drawing import captions
from ..drawing.names import NAME_PLACEHOLDER
from . import autoencoder, naming, release
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
    torch_stream,
)
from .data import WORDINGS, Shard, Shards, draw_validation
from .denoiser import (
    STAGE,
    Captions,
    Networks,
    PlainAttention,
    Recipe,
    add_noise,
    build,
    build_scheduler,
    released,
    timestep_chances,
    tokenise,
)
from .optimizer import Muon, clip
from .pool import Pool
from .tokenizer import build_tokenizer


class Latents:
    """Latents of all drawn shards and their captions' token ids; new shards are taken in by `refresh`.

    Latents are kept in the state folder under a fingerprint of the autoencoder, so they are made once.
    """

    def __init__(
        self, vae: AutoencoderKL, tokenizer: CLIPTokenizer, state_dir: Path, device: torch.device
    ) -> None:
        weights = b"".join(p.detach().cpu().numpy().tobytes() for p in vae.encoder.parameters())
        self.folder = state_dir / f"latents-{hashlib.sha256(weights).hexdigest()[:12]}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.vae, self.tokenizer, self.device = vae.to(device), tokenizer, device
        self.shards = Shards(state_dir / "pictures", "train")
        self.dropped = self.shards.drop_stale()
        self.used: set[str] = set()
        self.values, self.tokens, self.traits = Pool(device), Pool(device), Pool(device)
        self.empty = tokenise(tokenizer, [""]).to(device)
        self.fast = device.type != "cpu"
        self.refresh(at_most=128 if self.fast else 16)

    def refresh(self, at_most: int | None = None) -> None:
        """Take in shards that are not in use yet: all that have latents, and `at_most` that need them made.

        Encoding costs a CPU about as much as a training step for as many pictures, so it is spread over the training.
        """
        if at_most is None:
            at_most = 32 if self.fast else 2
        self.shards.refresh()
        taken: list[Shard] = []
        for name, shard in self.shards.found.items():
            path = self.folder / f"{name}.npy"
            if name in self.used:
                continue
            if not path.exists():
                if at_most == 0:
                    continue
                at_most -= 1
                part = path.with_suffix(".part.npy")
                batch = 256 if self.fast else 32
                np.save(part, autoencoder.encode(self.vae, shard.rgb, self.device, batch))
                part.replace(path)
            self.values.append(np.load(path))
            self.used.add(name)
            taken.append(shard)
        if taken:
            # One call for all of them: the tokenizer spreads a large list over the processor's cores.
            texts = [text for shard in taken for texts in shard.captions() for text in texts]
            ids = tokenise(self.tokenizer, texts).to(torch.int16)
            self.tokens.append(ids.view(-1, WORDINGS, ids.shape[1]).numpy())
            people = [naming.trait_vector(scene.identity) for shard in taken for scene in shard.scenes()]
            self.traits.append(np.stack(people))

    def __len__(self) -> int:
        return len(self.values)

    def pick(self, generator: torch.Generator, count: int, recipe: Recipe) -> tuple[Tensor, Captions]:
        """`count` random latents, (N, 8, 16, 16), with one wording of each, on the device."""
        device = self.device

        def share(part: float) -> Tensor:
            return torch.rand(count, generator=generator, device=device) < part

        which = torch.randint(len(self), (count,), generator=generator, device=device)
        wording = torch.randint(WORDINGS, (count,), generator=generator, device=device)
        empty = share(recipe.no_caption)
        ids = self.tokens.filled()[which, wording].long()
        noise = torch.randn(count, recipe.text_width, generator=generator, device=device)
        captions = Captions(
            torch.where(empty[:, None], self.empty, ids),
            self.traits.filled()[which],
            share(recipe.isolated),
            share(recipe.words_alone) & ~empty,
            recipe.name_noise * naming.SCALE * noise,
        )
        return self.values.filled()[which].float(), captions


@dataclass(frozen=True)
class Validation:
    """Unseen latents, captions, noise and timesteps, always the same."""

    noisy: Tensor
    noise: Tensor
    timesteps: Tensor
    tokens: Tensor
    named: Tensor
    traits: Tensor

    @staticmethod
    def of(
        vae: AutoencoderKL, tokenizer: CLIPTokenizer, alphas: Tensor, device: torch.device, count: int
    ) -> Validation:
        """The first `count` pictures of the validation split, at timesteps spread over the schedule."""
        rgb, _, scenes = draw_validation(count)
        clean = torch.from_numpy(autoencoder.encode(vae, rgb, device)).float()
        noise = torch.randn(clean.shape, generator=torch_stream(0, 5))
        timesteps = torch.linspace(20, 979, count).long()
        texts = [captions.describe(scene) for scene in scenes]
        nouns = [scene.identity.noun for scene in scenes]
        named = [
            text.replace(noun, f"{NAME_PLACEHOLDER} {noun}", 1)
            for text, noun in zip(texts, nouns, strict=True)
        ]
        traits = np.stack([naming.trait_vector(scene.identity) for scene in scenes])
        return Validation(
            add_noise(clean, noise, alphas[timesteps]),
            noise,
            timesteps,
            tokenise(tokenizer, texts),
            tokenise(tokenizer, named),
            torch.from_numpy(traits),
        )

    @torch.no_grad()
    def losses(self, networks: Networks, device: torch.device, batch: int = 64) -> dict[str, float]:
        """Mean squared error of the noise: with the captions, with other pictures' ones, by words alone, with names
        (other words not seeing them), and with other people's names."""
        everyone = torch.ones(len(self.tokens), dtype=torch.bool)
        ways = {
            "loss": Captions(self.tokens),
            "loss_other_captions": Captions(self.tokens.roll(1, 0)),
            "loss_words_alone": Captions(self.tokens, words_alone=everyone),
            "loss_named": Captions(self.named, self.traits, everyone),
            "loss_other_names": Captions(self.named, self.traits.roll(1, 0), everyone),
        }
        return {name: self._loss(networks, captions, device, batch) for name, captions in ways.items()}

    def _loss(self, networks: Networks, captions: Captions, device: torch.device, batch: int) -> float:
        total = 0.0
        for i in range(0, len(self.noisy), batch):
            part = slice(i, i + batch)
            cut = {
                name: value[part].to(device) for name, value in vars(captions).items() if value is not None
            }
            with autocast(device):
                guess = networks(
                    self.noisy[part].to(device), self.timesteps[part].to(device), Captions(**cut)
                )
            total += float((guess.float().cpu() - self.noise[part]).square().mean((1, 2, 3)).sum())
        return total / len(self.noisy)


class _Training:
    """Networks, optimizer and average weights, and the state file that they come from and go to."""

    def __init__(
        self,
        path: Path,
        device: torch.device,
        recipe: Recipe,
        networks: Networks,
        counters: dict[str, Any],
        state: dict[str, Any] | None,
    ) -> None:
        """Args: counters: of the networks. state: what `load_state` gave; it replaces networks and counters."""
        self.path, self.device, self.recipe = path, device, recipe
        self.networks, self.counters = networks.to(device).train(), counters
        if device.type == "cpu":
            networks.unet.set_attn_processor(PlainAttention())
        self.optimizer = Muon(
            networks.named_parameters(),
            recipe.rate,
            adam_scale=recipe.table_scale,
            slow=("text_encoder.", recipe.text_scale),
        )
        self.average = Average(networks, recipe.decay)
        if state is not None:
            networks.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.average.load_state_dict(state["average"])
            self.counters = state["counters"]
        self.minutes_before = self.counters["minutes"]
        self.alphas = build_scheduler().alphas_cumprod.to(device)
        self.chances = timestep_chances(self.alphas, recipe.snr_limit, recipe.snr_floor)

    def step(self, latents: Tensor, captions: Captions, generator: torch.Generator, budget: Slice) -> Tensor:
        """One step on a batch of clean latents, (N, C, S, S), and their captions; the loss, a scalar."""
        count = len(latents)
        timesteps = torch.multinomial(self.chances, count, replacement=True, generator=generator)
        noise = torch.randn(latents.shape, generator=generator, device=self.device)
        noisy = add_noise(latents, noise, self.alphas[timesteps])
        with autocast(self.device):
            guess = self.networks(noisy.contiguous(memory_format=torch.channels_last), timesteps, captions)
        loss = (guess.float() - noise).square().mean()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        clip(self.networks.parameters(), 1.0)
        taken = self.counters["steps"] - self.counters["fresh_since"]
        self.optimizer.set_rate(self.recipe.rate * budget.rate(taken))
        self.optimizer.step()
        self.average.update(self.networks)
        self.counters["steps"] += 1
        self.counters["samples"] += count
        return loss

    def save(self, validation: Validation, budget: Slice) -> dict[str, float]:
        """Write the state; returns the losses of the average weights on the validation pictures."""
        with self.average.in_place_of(self.networks.eval()):
            report = validation.losses(self.networks, self.device)
        self.networks.train()
        self.counters["minutes"] = self.minutes_before + budget.elapsed_minutes
        say(STAGE, f"step {self.counters['steps']} " + " ".join(f"{k} {v:.4f}" for k, v in report.items()))
        save_state(
            self.path,
            {
                "model": self.networks.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "average": self.average.state_dict(),
                "counters": self.counters,
                "report": report,
            },
        )
        return report


def _autoencoder(state_dir: Path, release_dir: Path | None) -> AutoencoderKL:
    """The one in the state, else the released one. Raises FileNotFoundError where there is neither."""
    vae = autoencoder.load_ready(state_dir)
    if vae is None and release_dir is not None and (release_dir / "model_card.json").exists():
        vae = AutoencoderKL.from_pretrained(release_dir / "vae", dtype=torch.float32, use_safetensors=True)
    if vae is None:
        raise FileNotFoundError(f"no autoencoder in {state_dir}: train that stage first")
    return vae.eval()


def _start(
    path: Path, device: torch.device, recipe: Recipe, tokenizer: CLIPTokenizer, release_dir: Path | None
) -> tuple[AutoencoderKL, _Training]:
    """The autoencoder, and the training where its state, else the released networks, left off."""
    # Networks before autoencoder: fresh weights take the first numbers of torch's generator.
    networks = build(recipe, tokenizer)
    vae = _autoencoder(path.parent, release_dir).to(device)
    counters: dict[str, Any] = {"steps": 0, "samples": 0, "minutes": 0.0, "fresh_since": 0}
    state = load_state(path)
    if state is None and release_dir is not None:
        done = load_json(release_dir / "model_card.json").get("counters", {}).get(STAGE)
        if done:
            networks = released(release_dir, tokenizer, recipe)
            counters |= {**done, "fresh_since": done["steps"]}
    return vae, _Training(path, device, recipe, networks, counters, state)


def train(
    budget: Slice,
    state_dir: Path,
    device_name: str = "auto",
    release_dir: Path | None = None,
    release_every: float = 20.0,
    recipe: Recipe | None = None,
    seed: int = 2,
    validate_on: int = 256,
) -> dict[str, Any]:
    """Train for a slice; the state is diffusion.safetensors in state_dir, releases of the average go to release_dir."""
    recipe = recipe or Recipe()
    device = pick_device(device_name)
    torch.manual_seed(seed)
    tokenizer = build_tokenizer()
    vae, training = _start(state_dir / f"{STAGE}.safetensors", device, recipe, tokenizer, release_dir)
    latents = Latents(vae, tokenizer, state_dir, device)
    say(STAGE, f"{len(latents)} latents ({latents.dropped} stale shards dropped)")
    validation = Validation.of(vae, tokenizer, training.alphas.cpu(), device, validate_on)
    batch = recipe.batch if device.type == "cpu" else recipe.gpu_batch
    samples_before, losses = training.counters["samples"], LossMeter()
    last_release, last_save = -release_every / 2.0, 0.0
    for _ in budget.ticks():
        step = training.counters["steps"]
        generator = torch_stream(seed, step, device=device)
        x, texts = latents.pick(generator, batch, recipe)
        losses.update(training.step(x, texts, generator, budget))
        if budget.done % 100 == 99:
            latents.refresh()
            speed = (training.counters["samples"] - samples_before) / (60.0 * budget.elapsed_minutes)
            line = f"step {step + 1} loss {losses.value:.4f} {speed:.1f} samples/s, {len(latents)} latents"
            say(STAGE, line)
        if budget.elapsed_minutes - last_save > 5.0:
            last_save = budget.elapsed_minutes
            training.save(validation, budget)
            if release_dir is not None and last_save - last_release > release_every:
                last_release = last_save
                release.release(state_dir, release_dir, recipe)
    report = training.save(validation, budget)
    if release_dir is not None:
        release.release(state_dir, release_dir, recipe)
    return {"running_loss": losses.value, **report}
