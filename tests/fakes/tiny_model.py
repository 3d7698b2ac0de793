"""A tiny random-weight model in the ordinary diffusers folder layout, made on the spot: true classes, small width."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_SENTENCE = (
    "a photo of woman man car with hair black brown blonde red smiling surprised glasses lipstick hat beard long curly "
    "bangs sunglasses pink blue green eyeshadow blush old grey person picture face white yellow on beach"
)
WORDS = tuple(_SENTENCE.split(" "))


def write_tokenizer(folder: Path, length: int = 24, pad: str = "<|endoftext|>") -> None:
    """CLIP tokenizer files whose merges make every word of `WORDS` one id; the end-of-text id is the highest, ``!`` is 0."""
    alphabet = [chr(c) for c in (*range(33, 127), *range(161, 173), *range(174, 256))]
    alphabet += [chr(256 + n) for n in range(256 - len(alphabet))]
    vocabulary = [*alphabet, *(c + "</w>" for c in alphabet)]
    merges: list[str] = []
    for word in WORDS:
        pieces = [*word[:-1], word[-1] + "</w>"]
        while len(pieces) > 1:
            merge = f"{pieces[0]} {pieces[1]}"
            pieces = [pieces[0] + pieces[1], *pieces[2:]]
            if merge not in merges:
                merges.append(merge)
                vocabulary.append(pieces[0])
    vocabulary = list(dict.fromkeys([*vocabulary, "<|startoftext|>", "<|endoftext|>"]))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps({word: n for n, word in enumerate(vocabulary)}))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
    special = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "pad_token": pad}
    config = {
        "tokenizer_class": "CLIPTokenizer",
        "model_max_length": length,
        "unk_token": "<|endoftext|>",
        **special,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


def write_tiny_model(folder: Path, latent_channels: int = 5, seed: int = 0, text_length: int = 24) -> Path:
    """A random Stable Diffusion 1 pipeline of ~100k parameters, 32x32 pictures, 8x8 latents."""
    import torch
    from diffusers import StableDiffusionPipeline

    torch.manual_seed(seed)
    tokenizer, text = _text_side(folder, text_length, 32)
    unet = _unet(
        latent_channels, 32, block_out_channels=(16, 32), attention_head_dim=2,
        down_block_types=("CrossAttnDownBlock2D",) * 2, up_block_types=("CrossAttnUpBlock2D",) * 2,
    )  # fmt: skip
    StableDiffusionPipeline(
        vae=_vae(latent_channels), text_encoder=text, tokenizer=tokenizer, unet=unet, scheduler=_scheduler(),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    ).save_pretrained(str(folder))  # fmt: skip
    return folder


def write_tiny_sd2(folder: Path, seed: int = 0, **schedule: Any) -> Path:
    """A random Stable Diffusion 2 pipeline: velocity, OpenCLIP's activation and padding, heads by level; in pieces.

    Args:
        schedule: changes of the scheduler's configuration, for example ``rescale_betas_zero_snr=True``.
    """
    import torch
    from diffusers import StableDiffusionPipeline

    torch.manual_seed(seed)
    tokenizer, text = _text_side(
        folder, 20, 48, hidden_act="gelu", num_hidden_layers=3, pad="!", eos_token_id=2
    )
    unet = _unet(
        6, 48, block_out_channels=(16, 32, 32), attention_head_dim=(2, 4, 4), use_linear_projection=True,
        upcast_attention=True, down_block_types=("CrossAttnDownBlock2D",) * 2 + ("DownBlock2D",),
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 2,
    )  # fmt: skip
    StableDiffusionPipeline(
        vae=_vae(6), text_encoder=text, tokenizer=tokenizer, unet=unet,
        scheduler=_scheduler(prediction_type="v_prediction", **schedule),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    ).save_pretrained(str(folder), max_shard_size="200KB")  # fmt: skip
    return folder


def write_tiny_sdxl(folder: Path, seed: int = 0) -> Path:
    """A random Stable Diffusion XL pipeline: two text encoders, no attention at the latents' own side, sizes told."""
    import torch
    from diffusers import StableDiffusionXLPipeline
    from transformers import CLIPTextModelWithProjection

    torch.manual_seed(seed)
    tokenizer, text = _text_side(folder, 24, 32)
    second, big = _text_side(
        folder, 24, 48, part="_2", kind=CLIPTextModelWithProjection, hidden_act="gelu", num_hidden_layers=3,
        projection_dim=40, pad="!", eos_token_id=2,
    )  # fmt: skip
    unet = _unet(
        7, 80, block_out_channels=(16, 32, 32), attention_head_dim=(2, 4, 4), use_linear_projection=True,
        down_block_types=("DownBlock2D",) + ("CrossAttnDownBlock2D",) * 2,
        up_block_types=("CrossAttnUpBlock2D",) * 2 + ("UpBlock2D",), transformer_layers_per_block=(1, 1, 2),
        addition_embed_type="text_time", addition_time_embed_dim=8, projection_class_embeddings_input_dim=88,
    )  # fmt: skip
    StableDiffusionXLPipeline(
        vae=_vae(7), text_encoder=text, text_encoder_2=big, tokenizer=tokenizer, tokenizer_2=second, unet=unet,
        scheduler=_scheduler(), force_zeros_for_empty_prompt=True, add_watermarker=False,
    ).save_pretrained(str(folder))  # fmt: skip
    return folder


def _text_side(
    folder: Path, length: int, width: int, part: str = "", kind: Any = None, pad: str = "<|endoftext|>", **config: Any
) -> tuple[Any, Any]:  # fmt: skip
    """A tokenizer and a text encoder of the tokenizer's vocabulary."""
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    write_tokenizer(folder / f"tokenizer{part}", length, pad)
    tokenizer = CLIPTokenizer.from_pretrained(str(folder / f"tokenizer{part}"))
    values = {
        "vocab_size": len(tokenizer), "hidden_size": width, "intermediate_size": 2 * width, "num_hidden_layers": 2,
        "num_attention_heads": 2, "max_position_embeddings": length, "projection_dim": width,
        "bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id,
    }  # fmt: skip
    return tokenizer, (kind or CLIPTextModel)(CLIPTextConfig(**{**values, **config}))


def _unet(latent_channels: int, text_width: int, **config: Any) -> Any:
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(
        sample_size=8, in_channels=latent_channels, out_channels=latent_channels, layers_per_block=1,
        cross_attention_dim=text_width, norm_num_groups=8, **config,
    )  # fmt: skip


def _vae(latent_channels: int) -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=(8, 8, 16), latent_channels=latent_channels, norm_num_groups=4, layers_per_block=1,
        down_block_types=("DownEncoderBlock2D",) * 3, up_block_types=("UpDecoderBlock2D",) * 3, sample_size=32,
    )  # fmt: skip


def _scheduler(**config: Any) -> Any:
    from diffusers import DDIMScheduler

    values = {
        "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "clip_sample": False,
        "set_alpha_to_one": False, "steps_offset": 1,
    }  # fmt: skip
    return DDIMScheduler(**{**values, **config})


TINY_FAMILIES = {"sd1": write_tiny_model, "sd2": write_tiny_sd2, "sdxl": write_tiny_sdxl}
