"""Single-file checkpoints in the layout of the original programs (LDM, SGM), made of networks in the diffusers layout.

The names are mapped by hand, from the published programs, the other way round than diffusers' converters do it: what those
make of the result must be the networks again. With widths of a few channels a whole model has a few megabytes.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

__all__ = ["ldm_tensors", "networks_of", "tiny_configs", "write_checkpoint"]

Tensors = dict[str, Any]

_TEXT = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 2}
_SMALL = {
    "unet": {"block_out_channels": [16, 32, 32, 32], "norm_num_groups": 8, "sample_size": 8},
    "vae": {"block_out_channels": [8, 8, 16, 16], "norm_num_groups": 4, "sample_size": 64},
    "text_encoder": _TEXT | {"projection_dim": 32},
}
_TINY: dict[str, dict[str, dict[str, Any]]] = {
    "sd1": {
        "unet": {"cross_attention_dim": 32, "attention_head_dim": 2},
        "text_encoder": {"num_hidden_layers": 2},
    },
    "sd2": {"unet": {"cross_attention_dim": 32, "attention_head_dim": [2, 4, 4, 4]}, "text_encoder": {}},
    "sdxl": {
        "unet": {
            "block_out_channels": [16, 32, 32],
            "cross_attention_dim": 96,
            "attention_head_dim": [2, 4, 4],
            "transformer_layers_per_block": [1, 2, 2],
            "addition_time_embed_dim": 8,
            "projection_class_embeddings_input_dim": 6 * 8 + 64,
        },
        "text_encoder": {"num_hidden_layers": 2},
        "text_encoder_2": {
            "hidden_size": 64,
            "intermediate_size": 64,
            "num_attention_heads": 2,
            "num_hidden_layers": 2,
            "projection_dim": 64,
        },
    },
}


def tiny_configs(shipped: Path, target: Path, **text: Any) -> Path:
    """The shipped configurations with small widths; ``text`` changes the first text encoder's."""
    for family, changes in _TINY.items():
        for file in sorted((shipped / family).rglob("*.json")):
            values = json.loads(file.read_text())
            part = file.parent.name
            if file.name == "config.json":
                values |= (
                    _SMALL.get(part, {}) | changes.get(part, {}) | (text if part == "text_encoder" else {})
                )
            place = target / file.relative_to(shipped)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(json.dumps(values))
    return target


def networks_of(configs: Path, family: str, device: str = "cpu", seed: int = 0) -> dict[str, Any]:
    """Random networks of a family by folder name; on the device ``meta`` they take no memory."""
    import diffusers
    import torch
    import transformers

    torch.manual_seed(seed)
    networks: dict[str, Any] = {}
    with torch.device(device):
        for part in sorted(path.parent.name for path in (configs / family).glob("*/config.json")):
            config = json.loads((configs / family / part / "config.json").read_text())
            if part.startswith("text_encoder"):
                kind = getattr(transformers, config["architectures"][0])
                networks[part] = kind(transformers.CLIPTextConfig(**config)).eval()
            else:
                networks[part] = getattr(diffusers, config["_class_name"]).from_config(config).eval()
    return networks


def ldm_tensors(networks: dict[str, Any], family: str) -> Tensors:
    """All tensors under the names of the original programs, with what such files hold besides."""
    tensors = {f"model.diffusion_model.{name}": t for name, t in _unet(networks["unet"]).items()}
    tensors |= {f"first_stage_model.{name}": t for name, t in _vae(networks["vae"]).items()}
    if family == "sd1":
        tensors |= _clip(networks["text_encoder"], "cond_stage_model.transformer.")
    elif family == "sd2":
        prefix = "cond_stage_model.model."
        tensors |= {f"{prefix}{name}": t for name, t in _open_clip(networks["text_encoder"]).items()}
        tensors |= _last_layer(tensors, prefix)
    else:
        tensors |= _clip(networks["text_encoder"], "conditioner.embedders.0.transformer.")
        second = _open_clip(networks["text_encoder_2"])
        tensors |= {f"conditioner.embedders.1.model.{name}": t for name, t in second.items()}
    return tensors


def write_checkpoint(
    path: Path, networks: dict[str, Any], family: str, dtype: Any = None, **more: Any
) -> Path:
    """A checkpoint file; ``more`` are further tensors, ``None`` takes one out."""
    from safetensors.torch import save_file

    tensors = ldm_tensors(networks, family) | more
    kept = {name: t.detach().contiguous() for name, t in tensors.items() if t is not None}
    save_file({name: t.to(dtype) if dtype and t.is_floating_point() else t for name, t in kept.items()}, path)
    return path


def _unet(unet: Any) -> Tensors:
    with_attention = {
        name.rsplit(".", 1)[0] for name, _ in unet.named_modules() if name.endswith(".attentions")
    }
    plain = {
        "time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2",
        "add_embedding.linear_1": "label_emb.0.0", "add_embedding.linear_2": "label_emb.0.2",
        "conv_in": "input_blocks.0.0", "conv_norm_out": "out.0", "conv_out": "out.2",
    }  # fmt: skip
    inside = {
        "norm1": "in_layers.0", "conv1": "in_layers.2", "norm2": "out_layers.0", "conv2": "out_layers.3",
        "time_emb_proj": "emb_layers.1", "conv_shortcut": "skip_connection",
    }  # fmt: skip

    def place(name: str) -> str:
        for ours, theirs in plain.items():
            if name.startswith(ours + "."):
                return theirs + name.removeprefix(ours)
        side, number, kind, index, rest = _split(name)
        if side == "mid_block":
            block = f"middle_block.{2 * int(index) if kind == 'resnets' else 2 * int(index) + 1}"
        elif kind == "downsamplers":
            return f"input_blocks.{3 * (number + 1)}.0.op.{rest.removeprefix('conv.')}"
        elif kind == "upsamplers":
            return (
                f"output_blocks.{3 * number + 2}.{2 if f'up_blocks.{number}' in with_attention else 1}.{rest}"
            )
        else:
            first = "input_blocks" if side == "down_blocks" else "output_blocks"
            at = 3 * number + int(index) + (1 if side == "down_blocks" else 0)
            block = f"{first}.{at}.{0 if kind == 'resnets' else 1}"
        if kind == "resnets":
            head, _, tail = rest.partition(".")
            rest = f"{inside[head]}.{tail}"
        return f"{block}.{rest}"

    return {place(name): tensor for name, tensor in unet.state_dict().items()}


def _split(name: str) -> tuple[str, int, str, str, str]:
    match = re.fullmatch(r"(down_blocks|up_blocks)\.(\d+)\.(\w+)\.(\d+)\.(.+)", name)
    if match:
        return match[1], int(match[2]), match[3], match[4], match[5]
    match = re.fullmatch(r"(mid_block)\.(\w+)\.(\d+)\.(.+)", name)
    assert match, name
    return match[1], 0, match[2], match[3], match[4]


def _vae(vae: Any) -> Tensors:
    blocks = len(vae.config.block_out_channels)
    tensors: Tensors = {}
    for name, tensor in vae.state_dict().items():
        new = re.sub(r"down_blocks\.(\d+)\.resnets\.", r"down.\1.block.", name)
        new = re.sub(r"down_blocks\.(\d+)\.downsamplers\.0\.", r"down.\1.downsample.", new)
        new = re.sub(r"up_blocks\.(\d+)\.resnets\.", lambda m: f"up.{blocks - 1 - int(m[1])}.block.", new)
        new = re.sub(
            r"up_blocks\.(\d+)\.upsamplers\.0\.", lambda m: f"up.{blocks - 1 - int(m[1])}.upsample.", new
        )
        new = re.sub(r"mid_block\.resnets\.(\d)\.", lambda m: f"mid.block_{int(m[1]) + 1}.", new)
        if "mid_block.attentions.0." in new:
            new = new.replace("mid_block.attentions.0.", "mid.attn_1.").replace("group_norm.", "norm.")
            new = new.replace("to_out.0.", "proj_out.").replace("to_", "")
            if new.endswith(".weight") and tensor.ndim == 2:
                tensor = tensor[:, :, None, None]  # a convolution over one pixel there
        new = new.replace("conv_shortcut", "nin_shortcut").replace("conv_norm_out", "norm_out")
        tensors[new] = tensor
    return tensors


def _clip(encoder: Any, prefix: str) -> Tensors:
    import torch

    tensors = {f"{prefix}text_model.{name}": tensor for name, tensor in encoder.state_dict().items()}
    length = encoder.config.max_position_embeddings
    return tensors | {f"{prefix}text_model.embeddings.position_ids": torch.arange(length)[None]}


def _open_clip(encoder: Any) -> Tensors:
    import torch

    state = {name.removeprefix("text_model."): tensor for name, tensor in encoder.state_dict().items()}
    plain = {
        "embeddings.token_embedding.weight": "token_embedding.weight",
        "embeddings.position_embedding.weight": "positional_embedding",
        "final_layer_norm.weight": "ln_final.weight", "final_layer_norm.bias": "ln_final.bias",
    }  # fmt: skip
    inside = {
        "layer_norm1": "ln_1", "layer_norm2": "ln_2", "mlp.fc1": "mlp.c_fc", "mlp.fc2": "mlp.c_proj",
        "self_attn.out_proj": "attn.out_proj",
    }  # fmt: skip
    tensors: Tensors = {theirs: state[ours] for ours, theirs in plain.items()}
    for layer in range(encoder.config.num_hidden_layers):
        ours, theirs = f"encoder.layers.{layer}", f"transformer.resblocks.{layer}"
        for end in ("weight", "bias"):
            parts = [state[f"{ours}.self_attn.{kind}_proj.{end}"] for kind in "qkv"]
            tensors[f"{theirs}.attn.in_proj_{end}"] = torch.cat(parts)
            for old, new in inside.items():
                tensors[f"{theirs}.{new}.{end}"] = state[f"{ours}.{old}.{end}"]
    width = encoder.config.hidden_size
    projection = state.get("text_projection.weight")
    device = state["final_layer_norm.bias"].device
    tensors["text_projection"] = (
        projection.T if projection is not None else torch.zeros(width, width, device=device)
    )
    tensors["logit_scale"] = torch.zeros((), device=device)
    return tensors


def _last_layer(tensors: Tensors, prefix: str) -> Tensors:
    """The 24th layer, which files have and Stable Diffusion 2 does not use."""
    last = f"{prefix}transformer.resblocks.22."
    return {
        name.replace(".22.", ".23."): tensor + 1 for name, tensor in tensors.items() if name.startswith(last)
    }
