"""What a model's folder may hold, and one clear sentence for each thing that it may not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from s2edit_plugin.backbones.fingerprint import fingerprint_folder
from s2edit_plugin.backbones.folder import read_folder
from s2edit_plugin.backbones.loading import load_backbone
from s2edit_plugin.backbones.sdxl import StableDiffusionXLBackbone
from s2edit_plugin.backbones.stable_diffusion import noise_schedule
from s2edit_plugin.errors import ModelError

FamilyFolder = Callable[[str], Path]


@pytest.fixture
def copy(family_folder: FamilyFolder, tmp_path: Path) -> Callable[[str], Path]:
    """A copy of a family's folder to spoil; the weights are links."""

    def made(family: str) -> Path:
        target = tmp_path / "model"

        def place(source: str, there: str) -> None:
            if source.endswith(".json"):
                shutil.copyfile(source, there)
            else:
                Path(there).symlink_to(source)

        shutil.copytree(family_folder(family), target, copy_function=place)
        return target

    return made


def _change(file: Path, **values: Any) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))


def _refused(folder: Path) -> str:
    with pytest.raises(ModelError) as caught:
        load_backbone(folder, "cpu", "fp32")
    assert caught.value.sentence.endswith(".")
    assert caught.value.hint
    return caught.value.sentence


def test_the_family_is_told_by_the_pipelines_class(family_folder: FamilyFolder, copy: FamilyFolder) -> None:
    assert read_folder(family_folder("sd2")).family == "sd"
    assert isinstance(load_backbone(family_folder("sdxl"), "cpu"), StableDiffusionXLBackbone)
    changed = copy("sdxl")
    _change(changed / "model_index.json", _class_name="StableDiffusionXLImg2ImgPipeline")
    assert read_folder(changed).family == "sdxl"


@pytest.mark.parametrize("kind", ["FluxPipeline", "StableDiffusion3Pipeline", "os.system", None])
def test_an_unknown_pipeline_is_named(copy: FamilyFolder, kind: str | None) -> None:
    folder = copy("sd1")
    _change(folder / "model_index.json", _class_name=kind)
    assert f"of the kind '{kind}', which S2Edit Studio cannot use" in _refused(folder)


def test_no_model_is_said(tmp_path: Path) -> None:
    assert "There is no model in the folder 'nowhere'" in _refused(tmp_path / "nowhere")
    (tmp_path / "one.safetensors").write_bytes(b"")
    assert "is a file, not a model's folder" in _refused(tmp_path / "one.safetensors")


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("scheduler/scheduler_config.json", "scheduler/scheduler_config.json is missing"),
        ("unet/config.json", "unet/config.json is missing"),
        ("tokenizer/vocab.json", "tokenizer/vocab.json is missing"),
        ("vae/diffusion_pytorch_model.safetensors", "the weights of its vae are missing"),
    ],
)
def test_a_missing_file_is_named(copy: FamilyFolder, gone: str, said: str) -> None:
    folder = copy("sd1")
    (folder / gone).unlink()
    if gone.startswith("tokenizer"):
        (folder / "tokenizer" / "tokenizer.json").unlink(missing_ok=True)
    assert f"The model 'model' is incomplete: {said}" in _refused(folder)


def test_a_piece_that_is_missing_is_said(copy: FamilyFolder) -> None:
    folder = copy("sd2")
    next((folder / "unet").glob("*-00001-of-*.safetensors")).unlink()
    assert "The unet of the model 'model' cannot be loaded" in _refused(folder)


@pytest.mark.parametrize("text", ["[]", "{", "\xff\xfe", "[" * 100_000])
def test_a_damaged_configuration_is_said(copy: FamilyFolder, text: str) -> None:
    folder = copy("sd1")
    (folder / "unet" / "config.json").write_bytes(text.encode("latin-1"))
    assert "is damaged: unet/config.json cannot be read" in _refused(folder)


def test_a_configuration_without_sense_is_said(copy: FamilyFolder) -> None:
    folder = copy("sd1")
    _change(folder / "unet" / "config.json", in_channels="many")
    assert "its configuration makes no sense" in _refused(folder)


@pytest.mark.parametrize("size", [0, 5, 100, 2000])
def test_a_truncated_weight_file_is_said(copy: FamilyFolder, size: int) -> None:
    folder = copy("sd1")
    file = folder / "unet" / "diffusion_pytorch_model.safetensors"
    start = file.read_bytes()[:size]
    file.unlink()
    file.write_bytes(start)
    assert "The unet of the model 'model' cannot be loaded" in _refused(folder)


def test_missing_tensors_are_counted(copy: FamilyFolder) -> None:
    from safetensors.torch import load_file, save_file

    folder = copy("sd1")
    for part, name in (("unet", "diffusion_pytorch_model"), ("text_encoder", "model")):
        file = folder / part / f"{name}.safetensors"
        whole = load_file(file)
        file.unlink()
        save_file(dict(list(whole.items())[1:]), file, metadata={"format": "pt"})
        assert f"1 tensors of its {part} are missing" in _refused(folder)
        save_file(whole, file, metadata={"format": "pt"})
    load_backbone(folder, "cpu")


def test_pickled_weights_are_never_loaded(copy: FamilyFolder) -> None:
    folder = copy("sd1")
    (folder / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    (folder / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"\x80\x04")
    assert "is a pickled file, which may hold programs and is never loaded" in _refused(folder)


@pytest.mark.parametrize(
    ("channels", "task"),
    [(11, "for inpainting"), (10, "for editing by instructions"), (7, "for another task")],
)
def test_a_unet_for_another_task_is_refused(copy: FamilyFolder, channels: int, task: str) -> None:
    folder = copy("sd1")
    _change(folder / "unet" / "config.json", in_channels=channels)
    assert f"is made {task}, not for text to picture (its U-Net takes {channels} channels" in _refused(folder)


def test_the_refiner_is_refused(copy: FamilyFolder) -> None:
    folder = copy("sdxl")
    kind = "StableDiffusionXLImg2ImgPipeline"
    _change(folder / "model_index.json", _class_name=kind, text_encoder=[None, None], tokenizer=[None, None])
    assert "is the SDXL refiner" in _refused(folder)
    parts = {
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
    }
    _change(folder / "model_index.json", **parts)
    _change(folder / "unet" / "config.json", projection_class_embeddings_input_dim=80)
    assert "wants to be told other sizes" in _refused(folder)


@pytest.mark.parametrize(
    ("part", "entry"),
    [
        ("unet", ["os", "system"]),
        ("text_encoder", ["transformers", "T5EncoderModel"]),
        ("vae", None),
        ("tokenizer", "x"),
    ],
)
def test_only_known_classes_are_taken(copy: FamilyFolder, part: str, entry: Any) -> None:
    folder = copy("sd1")
    _change(folder / "model_index.json", **{part: entry})
    assert f"has a {part} of the kind" in _refused(folder)


def test_parts_of_different_models_are_refused(copy: FamilyFolder) -> None:
    folder = copy("sd1")
    _change(folder / "unet" / "config.json", cross_attention_dim=48)
    assert "do not belong together: its text features have 32 numbers, its U-Net reads 48" in _refused(folder)


def test_half_precision_files_are_used_where_there_are_no_others(copy: FamilyFolder) -> None:
    folder = copy("sdxl")
    expected = load_backbone(folder, "cpu", "fp32")
    for part in ("unet", "vae", "text_encoder", "text_encoder_2"):
        for file in (folder / part).glob("*.safetensors"):
            file.rename(file.with_name(file.name.replace(".safetensors", ".fp16.safetensors")))
    found = load_backbone(folder, "cpu", "fp32")
    layer = found.cross_layers()[0].name
    assert torch.equal(found.value_projection(layer), expected.value_projection(layer))
    assert read_folder(folder).variants == dict.fromkeys(
        ("unet", "vae", "text_encoder", "text_encoder_2"), "fp16"
    )


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"_class_name": "FlowMatchEulerDiscreteScheduler", "shift": 3.0}, "FlowMatchEulerDiscreteScheduler"),
        ({"_class_name": "EDMEulerScheduler", "sigma_max": 80.0}, "EDMEulerScheduler"),
        ({"beta_schedule": "invented"}, "does not know"),
        ({"beta_schedule": "linear", "prediction_type": "flow_prediction"}, "predicts 'flow_prediction'"),
        ({"beta_schedule": "linear", "timestep_spacing": "random"}, "does not know"),
        (
            {"beta_schedule": "linear", "rescale_betas_zero_snr": True, "timestep_spacing": "trailing"},
            "predicts noise but starts where there is nothing else to see",
        ),
    ],
)
def test_an_unknown_noise_schedule_is_refused(config: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        noise_schedule(config, "x")


def test_the_schedule_is_read_from_any_schedulers_configuration() -> None:
    """Stable Diffusion 1.5 comes with PNDM, XL with Euler; what they share is how the model was trained."""
    pndm = {
        "_class_name": "PNDMScheduler", "beta_end": 0.012, "beta_schedule": "scaled_linear", "beta_start": 0.00085,
        "num_train_timesteps": 1000, "set_alpha_to_one": False, "skip_prk_steps": True, "steps_offset": 1,
        "trained_betas": None,
    }  # fmt: skip
    euler = {
        **pndm, "_class_name": "EulerDiscreteScheduler", "interpolation_type": "linear", "use_karras_sigmas": False,
        "timestep_spacing": "leading", "prediction_type": "epsilon", "sample_max_value": 1.0,
    }  # fmt: skip
    one, other = noise_schedule(pndm, "sd15"), noise_schedule(euler, "sdxl")
    assert torch.equal(one.alphas_cumprod, other.alphas_cumprod)
    assert one.final_alpha == other.final_alpha == float(one.alphas_cumprod[0])
    assert one.timesteps(50) == other.timesteps(50)
    assert one.timesteps(50)[0] == 981


def test_the_fingerprint_knows_both_text_encoders(copy: FamilyFolder) -> None:
    folder = copy("sdxl")
    before = fingerprint_folder(folder)
    _change(folder / "text_encoder_2" / "config.json", dropout=0.5)
    assert fingerprint_folder(folder) != before


def test_a_large_models_fingerprint_is_kept_until_a_file_changes(
    copy: FamilyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s2edit_plugin.backbones import fingerprint

    folder = copy("sd1")
    plain = fingerprint_folder(folder)
    assert not (folder / fingerprint.KEPT).exists()
    monkeypatch.setattr(fingerprint, "KEEP_FROM", 0)
    assert fingerprint_folder(folder) == plain
    monkeypatch.setattr(fingerprint.hashlib, "sha256", None)  # whatever hashes now fails
    assert fingerprint_folder(folder) == plain
    monkeypatch.undo()
    monkeypatch.setattr(fingerprint, "KEEP_FROM", 0)
    _change(folder / "unet" / "config.json", dropout=0.5)
    changed = fingerprint_folder(folder)
    assert changed != plain
    (folder / fingerprint.KEPT).write_text("{")
    assert fingerprint_folder(folder) == changed


def test_a_folder_of_others_cannot_say_which_weights_it_holds(
    copy: FamilyFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unpacked folder brings the file that keeps the hash along, with the sizes and times that it has been given."""
    from s2edit_plugin.backbones import fingerprint

    monkeypatch.setattr(fingerprint, "KEEP_FROM", 0)
    folder = copy("sd1")
    true = fingerprint_folder(folder)
    theirs = tmp_path / "theirs"
    shutil.copytree(folder, theirs, copy_function=shutil.copy2)
    kept = theirs / fingerprint.KEPT
    kept.write_text(kept.read_text().replace(true, "0" * 64))
    assert fingerprint_folder(theirs) == true
