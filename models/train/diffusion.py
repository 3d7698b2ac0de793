"""Stage 2: the text encoder and the U-Net, trained together on the latents of the drawn pictures."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from diffusers.models.attention_processor import Attention
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from ..drawing import captions
from ..drawing.names import SOMEBODY
from . import autoencoder, naming, release
from .common import (
    Average,
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
from .optimizer import Muon, clip
from .pool import Pool
from .tokenizer import LENGTH, build_tokenizer

STAGE = "diffusion"
SAMPLE = "a photo of a woman with long brown hair wearing glasses in a forest"
STREAM_GROWTH = 12.0  # of the text encoder's residual stream; weights that are beyond it are scaled back


@dataclass(frozen=True)
class Recipe:
    """Numbers of the stage; the defaults are for the real network, tests take smaller ones."""

    widths: tuple[int, ...] = (64, 128, 192)
    heads: tuple[int, ...] = (2, 4, 6)
    groups: int = 16
    latent_channels: int = 8
    latent_size: int = 16
    text_width: int = 192
    text_layers: int = 3
    text_heads: int = 6
    rate: float = 2e-3
    text_scale: float = (
        0.25  # rate of the text encoder's matrices: faster, they drown the words in what they add
    )
    table_scale: float = 0.5  # AdamW's rate (embeddings, norms, biases) as a share of Muon's
    batch: int = 64
    gpu_batch: int = 512
    no_caption: float = 0.1  # for classifier-free guidance
    words_alone: float = 0.4  # share of captions whose end-of-text and padding nobody may attend to
    isolated: float = 0.6  # share of named captions whose other words do not see the name
    name_noise: float = (
        0.1  # on a name's embedding, as a share of its spread: neighbours mean nearly the same
    )
    decay: float = 0.999  # of the average weights
    snr_limit: float = 5.0
    snr_floor: float = 0.25


def build_scheduler() -> DDIMScheduler:
    """The noise schedule of Stable Diffusion."""
    return DDIMScheduler(
        num_train_timesteps=1000,
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
        prediction_type="epsilon",
    )


@dataclass(frozen=True)
class Captions:
    """Captions of a batch.

    tokens: (N, 48) ids. traits: (N, `naming.WIDTH`) of the people, for the names in them; None where no caption
    has a name. isolated: (N,) bool, other words do not see the name. words_alone: (N,) bool, end-of-text and
    padding are hidden from the U-Net, so that the words themselves must say what they mean.
    """

    tokens: Tensor
    traits: Tensor | None = None
    isolated: Tensor | None = None
    words_alone: Tensor | None = None
    name_noise: Tensor | None = None


class Networks(nn.Module):
    """What this stage trains: captions' tokens -> text states -> noise in a latent."""

    def __init__(self, text_encoder: CLIPTextModel, unet: UNet2DConditionModel, somebody: int) -> None:
        """Args: somebody: id of the word that stands for a name."""
        super().__init__()
        self.text_encoder = text_encoder
        self.unet = unet.to(memory_format=torch.channels_last)
        self.namer = naming.Namer(text_encoder.config.hidden_size)
        self.somebody, self.end = somebody, text_encoder.config.eos_token_id

    def forward(self, noisy: Tensor, timesteps: Tensor, captions: Captions) -> Tensor:
        """(N, C, S, S) noisy latents, (N,) timesteps 0..999 -> the noise, (N, C, S, S)."""
        tokens = captions.tokens
        if captions.traits is None:
            states = self.text_encoder(tokens).last_hidden_state
        else:
            names = self.namer(captions.traits)
            if captions.name_noise is not None:
                names = names + captions.name_noise
            isolated = captions.isolated
            if isolated is None:
                isolated = torch.zeros(len(tokens), dtype=torch.bool, device=tokens.device)
            states = naming.text_states(self.text_encoder, tokens, self.somebody, names, isolated)
        keep = None
        if captions.words_alone is not None:
            keep = ~((tokens == self.end) & captions.words_alone[:, None])
        return self.unet(noisy, timesteps, states, encoder_attention_mask=keep).sample


def build(recipe: Recipe, tokenizer: CLIPTokenizer) -> Networks:
    """Fresh networks; every residual branch of the U-Net starts at zero, so that signals pass from the start."""
    text = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=recipe.text_width,
            intermediate_size=4 * recipe.text_width,
            projection_dim=recipe.text_width,
            num_hidden_layers=recipe.text_layers,
            num_attention_heads=recipe.text_heads,
            max_position_embeddings=LENGTH,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    levels = len(recipe.widths)
    unet = UNet2DConditionModel(
        sample_size=recipe.latent_size,
        in_channels=recipe.latent_channels,
        out_channels=recipe.latent_channels,
        down_block_types=("CrossAttnDownBlock2D",) * levels,
        mid_block_type="UNetMidBlock2DCrossAttn",
        up_block_types=("CrossAttnUpBlock2D",) * levels,
        block_out_channels=recipe.widths,
        layers_per_block=1,
        cross_attention_dim=recipe.text_width,
        attention_head_dim=recipe.heads,  # diffusers calls the number of heads so
        norm_num_groups=recipe.groups,
    )
    with torch.no_grad():
        for name, parameter in unet.named_parameters():
            if ".conv2." in name or ".proj_out." in name or name.startswith("conv_out"):
                parameter.zero_()
    return Networks(text, unet, id_of_somebody(tokenizer))


def id_of_somebody(tokenizer: CLIPTokenizer) -> int:
    """Id of the word that stands for a name in training captions."""
    return int(tokenizer.convert_tokens_to_ids(f"{SOMEBODY}</w>"))


def released(folder: Path, tokenizer: CLIPTokenizer, recipe: Recipe) -> Networks:
    """The networks of a released folder, whose vocabulary may be an older one; names are learned anew."""
    networks = build(recipe, tokenizer)
    old = CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=torch.float32, use_safetensors=True)
    old_ids = CLIPTokenizer.from_pretrained(folder / "tokenizer").get_vocab()
    naming.adopt_vocabulary(networks.text_encoder, tokenizer, old, old_ids)
    growth = naming.stream_growth(
        networks.text_encoder,
        tokenise(tokenizer, [SAMPLE]),
    )
    if growth > STREAM_GROWTH:
        naming.let_words_through(networks.text_encoder, STREAM_GROWTH / growth)
    unet = UNet2DConditionModel.from_pretrained(folder / "unet", dtype=torch.float32, use_safetensors=True)
    return Networks(networks.text_encoder, unet, networks.somebody)


class PlainAttention:
    """Attention as plain matrix products: PyTorch's fused kernel has a very slow backward pass on CPUs."""

    def __call__(
        self,
        attn: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        **_: Any,
    ) -> Tensor:
        """(N, P, C) places attend to themselves or to (N, T, D) text states; the result is (N, P, C)."""
        source = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        n, places = hidden_states.shape[:2]
        query, key, value = attn.to_q(hidden_states), attn.to_k(source), attn.to_v(source)
        width = query.shape[-1] // attn.heads

        def split(x: Tensor) -> Tensor:
            return x.view(n, -1, attn.heads, width).transpose(1, 2).reshape(n * attn.heads, -1, width)

        scores = torch.bmm(split(query * width**-0.5), split(key).transpose(1, 2))
        if attention_mask is not None:  # (N, 1, T), zero or very negative
            scores = scores + attention_mask.repeat_interleave(attn.heads, 0)
        mixed = torch.bmm(torch.softmax(scores, -1), split(value))
        return attn.to_out[0](mixed.view(n, attn.heads, places, width).transpose(1, 2).reshape(n, places, -1))


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


def timestep_chances(alphas: Tensor, limit: float, floor: float) -> Tensor:
    """How often to train each timestep, (1000,) summing to 1.

    In proportion to the min-SNR weight min(SNR, limit) / SNR: drawing the steps that count more often has the
    expected gradient of weighting the loss, with less noise. The floor keeps the nearly clean steps alive.
    """
    snr = alphas / (1.0 - alphas)
    weight = (snr.clamp_max(limit) / snr).clamp_min(floor)
    return weight / weight.sum()


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
        named = [text.replace(noun, f"{SOMEBODY} {noun}", 1) for text, noun in zip(texts, nouns, strict=True)]
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


def tokenise(tokenizer: CLIPTokenizer, texts: list[str]) -> Tensor:
    """(N, 48) token ids, padded with end-of-text as in Stable Diffusion."""
    return tokenizer(
        texts, padding="max_length", max_length=LENGTH, truncation=True, return_tensors="pt"
    ).input_ids


def add_noise(clean: Tensor, noise: Tensor, alphas: Tensor) -> Tensor:
    """Latents (N, C, S, S) at the noise levels whose cumulated alphas are (N,)."""
    a = alphas.view(-1, 1, 1, 1)
    return a.sqrt() * clean + (1.0 - a).sqrt() * noise


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
    networks = build(recipe, tokenizer)
    vae = autoencoder.load_ready(state_dir)
    path = state_dir / f"{STAGE}.safetensors"
    state = load_state(path)
    counters: dict[str, Any] = {"steps": 0, "samples": 0, "minutes": 0.0, "fresh_since": 0}
    if release_dir is not None and (release_dir / "model_card.json").exists():
        if vae is None:
            vae = AutoencoderKL.from_pretrained(
                release_dir / "vae", dtype=torch.float32, use_safetensors=True
            )
        if state is None and (done := load_json(release_dir / "model_card.json")["counters"].get(STAGE)):
            networks = released(release_dir, tokenizer, recipe)
            counters |= {**done, "fresh_since": done["steps"]}
    if vae is None:
        raise FileNotFoundError(f"no autoencoder in {state_dir}: train that stage first")
    vae = vae.eval().to(device)
    networks.to(device).train()
    if device.type == "cpu":
        networks.unet.set_attn_processor(PlainAttention())
    optimizer = Muon(
        networks.named_parameters(),
        recipe.rate,
        adam_scale=recipe.table_scale,
        slow=("text_encoder.", recipe.text_scale),
    )
    average = Average(networks, recipe.decay)
    if state is not None:
        networks.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        average.load_state_dict(state["average"])
        counters = state["counters"]

    alphas = build_scheduler().alphas_cumprod
    latents = Latents(vae, tokenizer, state_dir, device)
    say(STAGE, f"{len(latents)} latents ({latents.dropped} stale shards dropped)")
    validation = Validation.of(vae, tokenizer, alphas, device, validate_on)
    alphas = alphas.to(device)
    chances = timestep_chances(alphas, recipe.snr_limit, recipe.snr_floor)
    before, last_release, last_save = dict(counters), -release_every / 2.0, 0.0
    running: Tensor | None = None
    batch = recipe.batch if device.type == "cpu" else recipe.gpu_batch

    def save() -> dict[str, float]:
        with average.in_place_of(networks.eval()):
            report = validation.losses(networks, device)
        networks.train()
        counters["minutes"] = before["minutes"] + budget.elapsed_minutes
        say(STAGE, f"step {counters['steps']} " + " ".join(f"{k} {v:.4f}" for k, v in report.items()))
        save_state(
            path,
            {
                "model": networks.state_dict(),
                "optimizer": optimizer.state_dict(),
                "average": average.state_dict(),
                "counters": counters,
                "report": report,
            },
        )
        return report

    for _ in budget.ticks():
        step = counters["steps"]
        generator = torch_stream(seed, step, device=device)
        x, texts = latents.pick(generator, batch, recipe)
        timesteps = torch.multinomial(chances, batch, replacement=True, generator=generator)
        noise = torch.randn(x.shape, generator=generator, device=device)
        noisy = add_noise(x, noise, alphas[timesteps]).contiguous(memory_format=torch.channels_last)
        with autocast(device):
            guess = networks(noisy, timesteps, texts)
        loss = (guess.float() - noise).square().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        clip(networks.parameters(), 1.0)
        optimizer.set_rate(recipe.rate * budget.rate(step - counters["fresh_since"]))
        optimizer.step()
        average.update(networks)
        counters["steps"] += 1
        counters["samples"] += batch
        # Read only when it is shown: reading makes the CPU wait for the GPU.
        running = loss.detach() if running is None else running.lerp(loss.detach(), 0.02)
        if budget.done % 100 == 99:
            latents.refresh()
            speed = (counters["samples"] - before["samples"]) / (60.0 * budget.elapsed_minutes)
            say(
                STAGE,
                f"step {step + 1} loss {float(running):.4f} {speed:.1f} samples/s, {len(latents)} latents",
            )
        if budget.elapsed_minutes - last_save > 5.0:
            last_save = budget.elapsed_minutes
            save()
            if release_dir is not None and last_save - last_release > release_every:
                last_release = last_save
                release.release(state_dir, release_dir, recipe)
    report = save()
    if release_dir is not None:
        release.release(state_dir, release_dir, recipe)
    return {"running_loss": float("nan") if running is None else float(running), **report}
