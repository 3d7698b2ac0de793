"""Compares the estimate of memory with what jobs really take: tensors alive at once, and memory of the process.

    python -m tests.benchmarks.memory_calibration [--shapes small,quarter,half,sd15] [--jobs learn1,learn4,...]

Models have random weights in the true classes; each job runs in a process of its own, whose memory before the job is taken off.
``process / estimate`` below 1 means that the estimate covers it. Needs Linux. SD1.5's shape takes 5 GB of disk for a while.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.fakes.tiny_model import write_tokenizer

ROOT = Path(__file__).resolve().parents[2]
# channels, layers, latent side, heads, width and layers of the text encoder, channels of the autoencoder
SHAPES: dict[str, tuple[tuple[int, ...], int, int, Any, int, int, tuple[int, ...]]] = {
    "quarter": ((80, 160, 320, 320), 2, 32, 8, 192, 4, (32, 64, 128, 128)),
    "half": ((160, 320, 640, 640), 2, 32, 8, 384, 6, (64, 128, 256, 256)),
    "sd15": ((320, 640, 1280, 1280), 2, 64, 8, 768, 12, (128, 256, 512, 512)),
}
JOBS = ("learn1", "learn4", "invert", "null_text", "edit", "encode", "decode")
PROMPT = "a photo of a <anna/me> woman with brown hair"


def write_model(folder: Path, name: str) -> Path:
    """A model of a shape with random weights, as small as its shape allows."""
    import torch
    from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    channels, layers, side, heads, width, text_layers, vae_channels = SHAPES[name]
    write_tokenizer(folder / "tokenizer", 77)
    tokenizer = CLIPTokenizer.from_pretrained(str(folder / "tokenizer"))
    levels, deep = len(channels), len(vae_channels)
    torch.manual_seed(0)
    text = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer), hidden_size=width, intermediate_size=4 * width, num_hidden_layers=text_layers,
            num_attention_heads=width // 64, max_position_embeddings=77, bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
        )
    )  # fmt: skip
    unet = UNet2DConditionModel(
        sample_size=side, in_channels=4, out_channels=4, block_out_channels=channels, layers_per_block=layers,
        cross_attention_dim=width, attention_head_dim=heads, norm_num_groups=16,
        down_block_types=("CrossAttnDownBlock2D",) * (levels - 1) + ("DownBlock2D",),
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * (levels - 1),
    )  # fmt: skip
    vae = AutoencoderKL(
        block_out_channels=vae_channels, latent_channels=4, norm_num_groups=16, layers_per_block=2,
        down_block_types=("DownEncoderBlock2D",) * deep, up_block_types=("UpDecoderBlock2D",) * deep, sample_size=side * 8,
    )  # fmt: skip
    scheduler = DDIMScheduler(
        beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False, steps_offset=1
    )
    pipeline = StableDiffusionPipeline(
        vae=vae, text_encoder=text, tokenizer=tokenizer, unet=unet, scheduler=scheduler, safety_checker=None,
        feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip
    pipeline.save_pretrained(str(folder))
    return folder


def job_of(folder: Path, name: str) -> tuple[Callable[[], Any], int, Any]:
    """A job on a loaded model, as short as shows its peak, what it is estimated to need beside the weights, the model."""
    import torch

    from s2edit_plugin import api
    from s2edit_plugin.backbones.loading import load_backbone
    from s2edit_plugin.backbones.memory.estimate import job_need
    from s2edit_plugin.backbones.parameters import create_parameters
    from s2edit_plugin.backbones.shape import shape_of_folder
    from s2edit_plugin.method.conditioning import ActiveToken, build_condition
    from s2edit_plugin.method.edit import edit
    from s2edit_plugin.method.invert import Inversion, invert
    from s2edit_plugin.method.learn import LearnTask, learn

    backbone = load_backbone(folder, "cpu", "fp32")
    size, side = backbone.resolution, backbone.latent_side
    latents = torch.randn(1, backbone.latent_channels, side, side)
    mask = torch.zeros(size, size)
    mask[size // 4 : size // 2, size // 4 : size // 2] = 1
    token = ActiveToken("anna/me", torch.randn(2, backbone.embedding_width),
                        create_parameters("kv_token", backbone.cross_layers()).requires_grad_(False), mask)  # fmt: skip
    source, target = (build_condition(backbone, p, [token]) for p in (PROMPT, f"{PROMPT} smiling"))
    editing = api.EditSettings(steps=1)
    request: Any = api.ApplyEdit(b"", (), "", settings=editing)
    stage = name.removesuffix("1").removesuffix("4")
    if stage == "learn":
        settings = api.LearnSettings(steps_token=1, steps_joint=1, batch=int(name[-1]))
        request = api.LearnToken(b"", "anna", "me", settings=settings)
        task = LearnTask("anna/me", PROMPT, latents, mask, "woman", ("smiling", "red hair"))
        run: Callable[[], Any] = lambda: learn(backbone, task, settings)  # noqa: E731
    elif stage in ("invert", "null_text"):
        how = replace(editing, inversion="null_text" if stage == "null_text" else "direct")
        request, stage = replace(request, settings=how), "invert"
        run = lambda: invert(backbone, latents, source, [token], how)  # noqa: E731
    elif stage == "edit":
        trajectory = Inversion("direct", latents.repeat(2, 1, 1, 1))
        run = lambda: edit(backbone, trajectory, source, target, [token], None, editing)  # noqa: E731
    elif stage == "encode":
        run = lambda: backbone.encode_picture(torch.zeros(1, 3, size, size))  # noqa: E731
    else:
        run = lambda: backbone.decode_latents(latents.repeat(2, 1, 1, 1))  # noqa: E731
    stages = job_need(shape_of_folder(folder), request).stages
    return run, max(stages["edit"], stages["decode"]) if stage == "edit" else stages[stage], backbone


def _memory(field: str) -> int:
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines[field].split()[0]) * 1024


def _child(folder: Path, name: str) -> None:
    from tests.fakes.allocations import peak_of

    run, estimate, backbone = job_of(folder, name)
    for part in (backbone.unet, backbone.vae, *backbone.text_encoders):
        # The weights lie in mapped files until they are used: they shall not count for the job.
        [float(weight.sum()) for weight in part.parameters()]
    before = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # forget the highest so far
    run()
    process = _memory("VmHWM") - before
    tensors = peak_of(run) if folder.name != "sd15" else 0
    print(json.dumps({"estimate": estimate, "tensors": tensors, "process": process}))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shapes", default="small,quarter")
    parser.add_argument("--jobs", default=",".join(JOBS))
    parser.add_argument("--child", nargs=2)
    arguments = parser.parse_args()
    if arguments.child:
        _child(Path(arguments.child[0]), arguments.child[1])
        return
    print(f"{'shape':8} {'job':10} {'estimate':>9} {'tensors':>9} {'process':>9}  process / estimate   (MB)")
    with tempfile.TemporaryDirectory() as temporary:
        for shape in arguments.shapes.split(","):
            folder = (
                ROOT / "models" / "small" if shape == "small" else write_model(Path(temporary) / shape, shape)
            )
            for job in arguments.jobs.split(","):
                command = [
                    sys.executable,
                    "-m",
                    "tests.benchmarks.memory_calibration",
                    "--child",
                    str(folder),
                    job,
                ]
                done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
                found = json.loads(done.stdout.splitlines()[-1])
                figures = " ".join(f"{found[key] / 1e6:9.1f}" for key in ("estimate", "tensors", "process"))
                print(f"{shape:8} {job:10} {figures}  {found['process'] / found['estimate']:.2f}", flush=True)


if __name__ == "__main__":
    main()
