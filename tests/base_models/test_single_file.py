"""Single-file checkpoints: told apart by what is in them, converted, and the same pictures come out of them."""

from __future__ import annotations

import hashlib
import json
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from s2edit_plugin.api import Progress
from s2edit_plugin.base_models import clip_vocabulary, placing, resolve, single_file, store
from s2edit_plugin.base_models.catalogue import find_entry
from s2edit_plugin.base_models.families import recognise
from s2edit_plugin.base_models.importing import import_model
from s2edit_plugin.base_models.records import read_record
from s2edit_plugin.base_models.single_file import convert
from s2edit_plugin.base_models.weights import TensorInfo, differences, read_header, shapes_of, write_weights
from s2edit_plugin.errors import CancelledError, ModelError, UsageError
from s2edit_plugin.storage.paths import DataFolder, models_package
from s2edit_plugin.storage.settings import models_folder
from tests.fakes.ldm_checkpoint import ldm_tensors, networks_of, tiny_configs, write_checkpoint

SHIPPED = models_package() / "configs"
FAMILIES = ("sd1", "sd2", "sdxl")
Networks = dict[str, Any]


@pytest.fixture(scope="module")
def configs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_configs(SHIPPED, tmp_path_factory.mktemp("configs"))


@pytest.fixture(scope="module")
def networks(configs: Path) -> Callable[[str], Networks]:
    made: dict[str, Networks] = {}

    def of(family: str) -> Networks:
        if family not in made:
            made[family] = networks_of(configs, family)
        return made[family]

    return of


@pytest.fixture
def checkpoint(
    networks: Callable[[str], Networks], configs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Path]:
    """Writes a checkpoint of tiny networks; the small configurations stand in for the shipped ones."""
    monkeypatch.setattr(single_file, "models_package", lambda: configs.parent / "package")
    (configs.parent / "package").mkdir(exist_ok=True)
    if not (configs.parent / "package" / "configs").exists():
        (configs.parent / "package" / "configs").symlink_to(configs)

    def write(family: str, dtype: Any = None, name: str = "model.safetensors", **more: Any) -> Path:
        return write_checkpoint(tmp_path / name, networks(family), family, dtype, **more)

    return write


# ---------------------------------------------------------------------- the shipped configurations


@pytest.mark.parametrize("family", FAMILIES)
def test_the_full_size_networks_take_every_tensor_of_a_checkpoint(family: str) -> None:
    """On the meta device: names and shapes of the original programs become exactly those of the networks."""
    networks = networks_of(SHIPPED, family, "meta")
    tensors = ldm_tensors(networks, family)
    header = {name: TensorInfo("F16", tuple(t.shape)) for name, t in tensors.items()}
    assert recognise(header, "file") == family
    for part in single_file._parts(family):
        config = json.loads((SHIPPED / family / part.folder / "config.json").read_text())
        renamed = single_file._renamed(part, header, tensors.__getitem__, config)
        shapes = {name: tuple(t.shape) for name, t in renamed.items()}
        assert differences(shapes_of(part.kind, config), shapes) == ""


# Numbers of parameters and of tensors as published for these networks.
PUBLISHED = {
    "sd1": {"unet": (859_520_964, 686), "vae": (83_653_863, 248), "text_encoder": (123_060_480, 196)},
    "sd2": {"unet": (865_910_724, 686), "vae": (83_653_863, 248), "text_encoder": (340_387_840, 372)},
    "sdxl": {
        "unet": (2_567_463_684, 1680),
        "vae": (83_653_863, 248),
        "text_encoder": (123_060_480, 196),
        "text_encoder_2": (694_659_840, 517),
    },
}


@pytest.mark.parametrize("family", FAMILIES)
def test_the_configurations_describe_the_published_networks(family: str) -> None:
    networks = networks_of(SHIPPED, family, "meta")
    for part, (parameters, tensors) in PUBLISHED[family].items():
        state = networks[part].state_dict()
        assert (sum(t.numel() for t in state.values()), len(state)) == (parameters, tensors), part


@pytest.mark.parametrize(
    ("name", "family"), [("sd15", "sd1"), ("sd21", "sd2"), ("sd21-base", "sd2"), ("sdxl", "sdxl")]
)
def test_the_files_of_the_catalogue_have_the_size_of_these_networks(name: str, family: str) -> None:
    """Two bytes a parameter and a header of a few dozen bytes a tensor: an independent check of both."""
    sizes = {
        file.path.split("/")[0]: file.size
        for file in find_entry(name).files
        if file.path.endswith(".safetensors")
    }
    for part, (parameters, tensors) in PUBLISHED[family].items():
        header = sizes[part] - 2 * parameters
        assert 60 * tensors < header < 200 * tensors, part


def test_known_tensors_of_the_original_checkpoints_have_their_shapes() -> None:
    known = {
        "sd1": {
            "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": (320, 768),
            "model.diffusion_model.output_blocks.11.0.skip_connection.weight": (320, 640, 1, 1),
            "first_stage_model.decoder.mid.attn_1.q.weight": (512, 512, 1, 1),
            "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight": (49408, 768),
        },
        "sd2": {
            "model.diffusion_model.input_blocks.2.1.transformer_blocks.0.attn2.to_k.weight": (320, 1024),
            "cond_stage_model.model.transformer.resblocks.0.attn.in_proj_weight": (3072, 1024),
            "cond_stage_model.model.transformer.resblocks.23.ln_1.bias": (1024,),
        },
        "sdxl": {
            "model.diffusion_model.input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight": (640, 2048),
            "model.diffusion_model.input_blocks.7.1.transformer_blocks.9.attn2.to_k.weight": (1280, 2048),
            "model.diffusion_model.label_emb.0.0.weight": (1280, 2816),
            "conditioner.embedders.0.transformer.text_model.encoder.layers.11.mlp.fc1.weight": (3072, 768),
            "conditioner.embedders.1.model.text_projection": (1280, 1280),
        },
    }
    for family, shapes in known.items():
        tensors = ldm_tensors(networks_of(SHIPPED, family, "meta"), family)
        assert {name: tuple(tensors[name].shape) for name in shapes} == shapes


# ---------------------------------------------------------------------- what comes out


@pytest.mark.parametrize("family", FAMILIES)
def test_an_imported_checkpoint_predicts_the_same_noise(
    family: str, checkpoint: Callable[..., Path], networks: Callable[[str], Networks], folder: DataFolder
) -> None:
    done = import_model(folder, checkpoint(family), "mine")
    place = resolve(folder, "mine")
    record = read_record(place)
    assert record is not None
    assert (record.family, record.prediction, record.size) == (family, "epsilon", done.size_bytes)
    pipeline = load(place, family)
    for part, network in networks(family).items():
        assert_equal(network, getattr(pipeline, part))

    torch.manual_seed(1)
    unet, latents = networks(family)["unet"], torch.randn(2, 4, 8, 8)
    hidden = torch.randn(2, 77, unet.config.cross_attention_dim)
    more = {}
    if family == "sdxl":
        more = {"added_cond_kwargs": {"text_embeds": torch.randn(2, 64), "time_ids": torch.ones(2, 6)}}
    with torch.no_grad():
        noise = [network(latents, 500, hidden, **more).sample for network in (unet, pipeline.unet)]
        words = pipeline.tokenizer("a photo of a woman", padding="max_length", return_tensors="pt").input_ids
        features = [
            n(words).last_hidden_state for n in (networks(family)["text_encoder"], pipeline.text_encoder)
        ]
        pictures = [n.decode(latents).sample for n in (networks(family)["vae"], pipeline.vae)]
    for one, other in (noise, features, pictures):
        assert torch.equal(one, other)


def load(place: Path, family: str) -> Any:
    import diffusers

    diffusers.utils.logging.disable_progress_bar()
    kind = diffusers.StableDiffusionXLPipeline if family == "sdxl" else diffusers.StableDiffusionPipeline
    return kind.from_pretrained(str(place), local_files_only=True, use_safetensors=True)


def assert_equal(one: Any, other: Any) -> None:
    first, second = one.state_dict(), other.state_dict()
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_the_numbers_keep_their_format(checkpoint: Callable[..., Path], folder: DataFolder) -> None:
    import_model(folder, checkpoint("sd1", torch.float16), "half")
    import_model(folder, checkpoint("sd1", torch.bfloat16), "brain")
    for name, dtype in (("half", "F16"), ("brain", "BF16")):
        file = resolve(folder, name) / "unet" / "diffusion_pytorch_model.safetensors"
        assert {info.dtype for info in read_header(file).values()} == {dtype}


def test_the_averaged_weights_go_before_those_for_training(
    checkpoint: Callable[..., Path], networks: Callable[[str], Networks], configs: Path, folder: DataFolder
) -> None:
    averaged = networks_of(configs, "sd1", seed=9)
    tensors = ldm_tensors(averaged, "sd1")
    unet = [name for name in tensors if name.startswith("model.diffusion_model.")]
    ema = {f"model_ema.{''.join(name.split('.')[1:])}": tensors[name] for name in unet}
    done = import_model(folder, checkpoint("sd1", **ema), "mine")
    assert "averaged (EMA)" in done.sentence
    assert_equal(averaged["unet"], load(resolve(folder, "mine"), "sd1").unet)


def test_early_files_without_a_level_in_their_names(
    checkpoint: Callable[..., Path], networks: Callable[[str], Networks], folder: DataFolder
) -> None:
    prefix = "cond_stage_model.transformer."
    old = {n: t for n, t in ldm_tensors(networks("sd1"), "sd1").items() if n.startswith(prefix)}
    renamed = {name.replace("text_model.", ""): tensor for name, tensor in old.items()}
    import_model(folder, checkpoint("sd1", **dict.fromkeys(old), **renamed), "mine")
    assert_equal(networks("sd1")["text_encoder"], load(resolve(folder, "mine"), "sd1").text_encoder)


@pytest.mark.parametrize(("spread", "prediction", "side"), [(0.05, "epsilon", 8), (0.2, "v_prediction", 12)])
def test_velocity_is_told_from_the_weights_of_2x(
    spread: float, prediction: str, side: int, checkpoint: Callable[..., Path], folder: DataFolder
) -> None:
    bias = torch.tensor([-spread, spread] * 8)
    telling = {"model.diffusion_model.output_blocks.11.1.transformer_blocks.0.norm1.bias": bias}
    done = import_model(folder, checkpoint("sd2", **telling), "mine")
    assert prediction in done.sentence
    pipeline = load(resolve(folder, "mine"), "sd2")
    assert (pipeline.scheduler.config.prediction_type, pipeline.unet.config.sample_size) == (prediction, side)


def test_the_user_or_the_file_may_say_what_is_predicted(
    checkpoint: Callable[..., Path], folder: DataFolder
) -> None:
    import_model(folder, checkpoint("sd2"), "told", prediction="v_prediction")
    assert load(resolve(folder, "told"), "sd2").scheduler.config.prediction_type == "v_prediction"
    import_model(folder, checkpoint("sdxl", v_pred=torch.zeros(1), ztsnr=torch.zeros(1)), "xl")
    scheduler = load(resolve(folder, "xl"), "sdxl").scheduler.config
    assert (scheduler.prediction_type, scheduler.rescale_betas_zero_snr) == ("v_prediction", True)
    with pytest.raises(UsageError, match="no kind of prediction"):
        import_model(folder, checkpoint("sd1"), "x", prediction="velocity")


# ---------------------------------------------------------------------- what is refused


LATE = {
    "sd1": "cond_stage_model.transformer.text_model.final_layer_norm.bias",
    "sdxl": "conditioner.embedders.1.model.ln_final.bias",
}


@pytest.mark.parametrize("family", LATE)
@pytest.mark.parametrize("fault", ["F8_E4M3", "F64", "missing", "shape"])
def test_every_part_is_checked_before_anything_is_written(
    checkpoint: Callable[..., Path], tmp_path: Path, family: str, fault: str
) -> None:
    """The text encoder comes last: a file that was no good there crashed after gigabytes had been written."""
    made = {
        "F8_E4M3": torch.zeros(8, dtype=torch.float8_e4m3fn),
        "F64": torch.zeros(8, dtype=torch.float64),
        "missing": None,
        "shape": torch.zeros(7),
    }[fault]
    name = LATE[family]
    size = read_header(checkpoint(family))[name].shape
    tensor = made if made is None or fault == "shape" else torch.zeros(size, dtype=made.dtype)
    with pytest.raises(ModelError, match=fault if fault[0] == "F" else "built otherwise"):
        convert(checkpoint(family, **{name: tensor}), tmp_path / "out", lambda _: None)
    assert not (tmp_path / "out").exists()


def test_a_file_that_diffusers_cannot_put_in_order_is_one_sentence(
    checkpoint: Callable[..., Path], tmp_path: Path
) -> None:
    gone = "cond_stage_model.model.transformer.resblocks.0.attn.in_proj_weight"
    flat = torch.zeros(3)
    with pytest.raises(ModelError, match="built otherwise"):
        convert(checkpoint("sd2", **{gone: flat}), tmp_path / "out", lambda _: None)
    assert not (tmp_path / "out").exists()


HARMLESS = {
    "sd1": (
        "cond_stage_model.transformer.text_projection.weight",
        "cond_stage_model.transformer.logit_scale",
        "model.diffusion_model.adapter.weight",
        "cond_stage_model.transformer.vision_model.embeddings.class_embedding",
    ),
    "sdxl": (
        "conditioner.embedders.0.transformer.text_projection.weight",
        "conditioner.embedders.1.model.logit_scale",
    ),
}


@pytest.mark.parametrize("family", HARMLESS)
def test_harmless_tensors_of_others_are_ignored_and_said(
    checkpoint: Callable[..., Path], folder: DataFolder, family: str
) -> None:
    import_model(folder, checkpoint(family), "plain")
    more = {name: torch.zeros(4, 4) for name in HARMLESS[family]} | {"control.note": torch.zeros(1)}
    said = import_model(folder, checkpoint(family, **more), "with-more").sentence
    assert f"{len(more)} tensors that the model does not need were ignored" in said
    for part in ("unet", "vae", "text_encoder"):
        files = [
            next((models_folder(folder) / name / part).glob("*.safetensors"))
            for name in ("plain", "with-more")
        ]
        assert read_header(files[0]).keys() == read_header(files[1]).keys(), part


def header(*names: str, **shapes: tuple[int, ...]) -> dict[str, TensorInfo]:
    listed = dict.fromkeys(names, (1,)) | {name.replace("__", "."): shape for name, shape in shapes.items()}
    return {name: TensorInfo("F16", shape) for name, shape in listed.items()}


UNET = "model.diffusion_model."
IN = {
    f"{UNET}input_blocks.0.0.weight": TensorInfo("F16", (320, 4, 3, 3)),
    f"{UNET}out.2.weight": TensorInfo("F16", (4, 320, 3, 3)),
}


@pytest.mark.parametrize(
    ("tensors", "what"),
    [
        (header("lora_unet_down_blocks_0.lora_down.weight", "x"), "is a LoRA"),
        (header("control_model.input_blocks.0", "x"), "is a ControlNet"),
        (header("emb_params"), "textual-inversion"),
        (header("unet.x", "down_blocks.0.resnets.0.conv1.weight"), "one part of a model"),
        (header("double_blocks.0.x", "y"), "is a transformer"),
        (header(f"{UNET}joint_blocks.0.x"), "is a transformer"),
        (header("first_stage_model.x", "y"), "autoencoder"),
        (header("a", "b"), "no model that was recognised"),
        ({}, "no model that was recognised"),
        (header(f"{UNET}x"), "no model that was recognised"),
        (IN | header("control_model.x"), "holds a ControlNet"),
        (IN | header("edm_mean", "first_stage_model.x"), "another kind of noise"),
        (IN, "no autoencoder"),
        (IN | header("first_stage_model.x"), "no text encoder"),
        (IN | header("first_stage_model.x", "conditioner.embedders.0.model.x"), "refiner"),
        (IN | {f"{UNET}input_blocks.0.0.weight": TensorInfo("F16", (320, 9, 3, 3))}, "inpainting"),
    ],
)
def test_what_is_no_such_model_is_told_what_it_is(tensors: dict[str, TensorInfo], what: str) -> None:
    with pytest.raises(ModelError, match=what) as caught:
        recognise(tensors, "file.safetensors")
    assert caught.value.hint


def test_another_number_of_layers_is_refused(checkpoint: Callable[..., Path], folder: DataFolder) -> None:
    gone = f"{UNET}input_blocks.1.1.transformer_blocks.0.attn1.to_q.weight"
    with pytest.raises(ModelError, match="1 tensors are missing") as caught:
        import_model(folder, checkpoint("sd1", **{gone: None}), "mine")
    assert "looks like Stable Diffusion 1" in str(caught.value)
    assert store.installed_models(folder) == []
    assert not placing.staging(models_folder(folder), "mine").exists()


def test_numbers_of_eight_bits_are_refused(checkpoint: Callable[..., Path], folder: DataFolder) -> None:
    odd = {f"{UNET}out.2.bias": torch.zeros(4, dtype=torch.float8_e4m3fn)}
    with pytest.raises(ModelError, match="F8_E4M3"):
        import_model(folder, checkpoint("sd1", **odd), "mine")


def malformed() -> dict[str, bytes]:
    def file(table: Any, data: bytes = b"\0" * 8, length: int | None = None) -> bytes:
        text = table if isinstance(table, bytes) else json.dumps(table).encode()
        return struct.pack("<Q", len(text) if length is None else length) + text + data

    whole = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    return {
        "empty": b"",
        "short": b"\1\0\0",
        "huge-header": file({}, length=2**62),
        "no-json": file(b"{"),
        "list": file([1]),
        "overlap": file({"a": whole, "b": whole}),
        "beyond": file({"a": whole | {"data_offsets": [0, 800]}}),
        "negative": file({"a": whole | {"data_offsets": [-8, 0]}}),
        "wrong-shape": file({"a": whole | {"shape": [3]}}),
        "overflow": file({"a": whole | {"shape": [2**62, 2**62]}}),
        "wrong-dtype": file({"a": whole | {"dtype": "F99"}}),
        "cut-off": file({"a": whole}, b"\0" * 4),
        "appended": file({"a": whole}, b"\0" * 40),
        "pickle": b"\x80\x04\x95\x10\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
    }


@pytest.mark.parametrize("kind", malformed())
def test_a_malformed_file_is_one_sentence(kind: str, folder: DataFolder, tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes(malformed()[kind])
    with pytest.raises(ModelError, match="no safetensors file, or it is damaged"):
        import_model(folder, file)
    assert store.installed_models(folder) == []


# ---------------------------------------------------------------------- the vocabulary


def test_the_vocabulary_is_byte_for_byte_clips() -> None:
    vocabulary, merges = clip_vocabulary._files()
    assert hashlib.sha256(vocabulary).hexdigest() == clip_vocabulary.VOCABULARY_SHA256
    assert hashlib.sha256(merges).hexdigest() == clip_vocabulary.MERGES_SHA256
    # The same hashes stand in the catalogue for the hub's files.
    digests = {file.path: file.digest for file in find_entry("sd21").files}
    assert digests["tokenizer/vocab.json"] == f"sha256:{clip_vocabulary.VOCABULARY_SHA256}"
    assert digests["tokenizer/merges.txt"] == f"sha256:{clip_vocabulary.MERGES_SHA256}"
    ids = json.loads(vocabulary)
    assert len(ids) == 49408
    assert [ids[f"{word}</w>"] for word in ("a", "of", "photo", "woman")] == [320, 539, 1125, 2308]
    assert (ids["<|startoftext|>"], ids["<|endoftext|>"]) == (49406, 49407)


def test_the_tokenizer_reads_it(tmp_path: Path) -> None:
    from transformers import CLIPTokenizer

    clip_vocabulary.write_tokenizer(tmp_path, SHIPPED / "sd1" / "tokenizer" / "tokenizer_config.json")
    tokenizer = CLIPTokenizer.from_pretrained(str(tmp_path))
    assert tokenizer("a photo of a woman").input_ids == [49406, 320, 1125, 539, 320, 2308, 49407]
    assert (tokenizer.model_max_length, tokenizer.pad_token_id) == (77, 49407)
    clip_vocabulary.write_tokenizer(tmp_path, SHIPPED / "sd2" / "tokenizer" / "tokenizer_config.json")
    assert CLIPTokenizer.from_pretrained(str(tmp_path)).pad_token_id == 0


def test_without_the_package_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clip_vocabulary._files.cache_clear()
    monkeypatch.setattr(clip_vocabulary.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="open_clip_torch") as caught:
        clip_vocabulary.write_tokenizer(tmp_path, tmp_path)
    assert "repair" in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"no gzip", None])
def test_another_vocabulary_is_refused(
    content: bytes | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import gzip

    file = tmp_path / "vocabulary.gz"
    file.write_bytes(gzip.compress(b"header\na b\n") if content is None else content)
    clip_vocabulary._files.cache_clear()
    monkeypatch.setattr(clip_vocabulary, "_data_file", lambda: file)
    with pytest.raises(ModelError, match="vocabulary"):
        clip_vocabulary.write_tokenizer(tmp_path, tmp_path)
    clip_vocabulary._files.cache_clear()


# ---------------------------------------------------------------------- cost


def test_weights_are_written_as_safetensors_writes_them(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    tensors = {
        "a": torch.randn(3, 5).T,  # not contiguous
        "b": torch.randn(7).bfloat16(),
        "c": torch.zeros(0, 4, dtype=torch.float16),
        "d": torch.tensor(1.5),
    }
    counted: list[int] = []
    write_weights(tmp_path / "x" / "w.safetensors", tensors, counted.append)
    back = load_file(tmp_path / "x" / "w.safetensors")
    assert back.keys() == tensors.keys()
    assert all(torch.equal(back[name], tensors[name]) for name in tensors)
    assert sum(counted) == sum(t.numel() * t.element_size() for t in tensors.values())


def anonymous_memory() -> int:
    """Bytes of this process that are not mapped from files."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="memory by kind is told by Linux alone")
def test_a_conversion_takes_little_memory(tmp_path: Path) -> None:
    """A model of 200 MB is converted with far less than that in memory, mapped files not counted."""
    configs = tiny_configs(SHIPPED, tmp_path / "configs", hidden_size=1024, num_attention_heads=4)
    networks = networks_of(configs, "sd1")
    file = write_checkpoint(tmp_path / "model.safetensors", networks, "sd1")
    del networks
    assert file.stat().st_size > 200_000_000
    used = [anonymous_memory()]
    convert(file, tmp_path / "out", lambda n: used.append(anonymous_memory()), configs=configs)
    assert max(used) - used[0] < 60_000_000


@pytest.mark.parametrize("stage", ["importing mine", "hashing mine"])
def test_a_cancelled_import_leaves_nothing(
    stage: str, checkpoint: Callable[..., Path], folder: DataFolder
) -> None:
    def stop(progress: Progress) -> None:
        if progress.stage == stage:
            raise CancelledError()

    with pytest.raises(CancelledError):
        import_model(folder, checkpoint("sd1"), "mine", stop)
    assert store.installed_models(folder) == []
    assert not placing.staging(models_folder(folder), "mine").exists()


def test_converting_needs_no_network_and_no_hub(
    checkpoint: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert convert(checkpoint("sd1"), tmp_path / "out", lambda n: None).family == "sd1"
