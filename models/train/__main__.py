"""Trains the bundled models: `python -m s2edit_models.train all --minutes 240`.

Stages: autoencoder, diffusion (also releases to models/small), judges, masks, or all in this order. Each call
is a slice that resumes from the state folder, or from the released folder where there is no state. Once there is
a diffusion model, the autoencoder stage trains the decoder only. `draw` only draws pictures (also the judges'),
`release` writes models/small from the state, `sheet` draws a grid of samples, `measure` has the attribute judge
look for the prompts' words in samples.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from . import common

# Share of the minutes of `all` that each stage gets.
SHARES = {"autoencoder": 0.25, "diffusion": 0.60, "judges": 0.11, "masks": 0.04}
PICTURES, TEXTURES = 60_000, 1_536


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="s2edit_models.train", description=__doc__)
    parser.add_argument("what", choices=["all", *SHARES, "sheet", "measure", "release", "draw"])
    parser.add_argument("--minutes", type=float, default=60.0, help="length of this slice")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument(
        "--state", type=Path, default=common.STATE_DIR, help="folder to resume from and save to"
    )
    parser.add_argument(
        "--release", type=Path, default=common.RELEASE_DIR, help="folder of the released model"
    )
    parser.add_argument("--release-every", type=float, default=20.0, help="minutes between releases")
    parser.add_argument("--pictures", type=int, default=PICTURES, help="how many training pictures to draw")
    parser.add_argument("--workers", type=int, default=common.drawing_processes(), help="drawing processes")
    parser.add_argument(
        "--chunks", type=int, default=24, help="pictures of the judges and the mask network, 960 each at most"
    )
    parser.add_argument(
        "--encoder",
        action="store_true",
        help="autoencoder: also change the latents although a diffusion model was trained on them",
    )
    parser.add_argument("--out", type=Path, default=Path("sheet.png"), help="picture that `sheet` writes")
    return parser.parse_args(arguments)


def run_stage(stage: str, minutes: float, options: argparse.Namespace) -> None:
    """One slice of one stage. Stages are imported when they run, so that each works alone."""
    from . import data

    if stage == "judges":
        from . import judges

        judges.train(minutes, options.state / "judges", options.device, options.chunks)
        return
    if stage == "masks":
        from . import mask_network

        mask_network.train(minutes, options.state / "judges", options.device, chunks=options.chunks)
        return
    from . import autoencoder, diffusion

    pictures = options.state / "pictures"
    if stage == "autoencoder":
        data.draw_first(pictures)
    with data.drawing(pictures, options.pictures, TEXTURES, options.workers):
        if stage == "autoencoder":
            counters = common.load_json(options.release / "model_card.json").get("counters", {})
            built_upon = (options.state / "diffusion.safetensors").exists() or "diffusion" in counters
            autoencoder.train(
                common.Slice(minutes),
                options.state,
                options.device,
                released=options.release,
                decoder_only=built_upon and not options.encoder,
            )
        else:
            diffusion.train(
                common.Slice(minutes), options.state, options.device, options.release, options.release_every
            )


def main(arguments: list[str] | None = None) -> None:
    """Run what the command line asks for."""
    options = parse(arguments)
    if options.what == "all":
        for stage, share in SHARES.items():
            run_stage(stage, options.minutes * share, options)
    elif options.what in SHARES:
        run_stage(options.what, options.minutes, options)
    elif options.what == "draw":
        from . import data, judge_data

        data.draw_all(options.state / "pictures", options.pictures, TEXTURES, options.workers)
        judge_data.PictureStore(options.state / "judges").grow(options.chunks, workers=options.workers)
    elif options.what == "release":
        from . import release

        release.release(options.state, options.release)
    else:
        from . import sheet

        if options.what == "measure":
            common.say("measure", str(sheet.measure(options.release)))
        else:
            sheet.main(options.release, options.out)


if __name__ == "__main__":
    main()
