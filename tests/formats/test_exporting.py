"""Exports: what they hold, what they leave out, and what a token's parameters do not allow."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import safetensors.numpy
import safetensors.torch

from s2edit_plugin.errors import (
    InputError,
    ModelError,
    S2EditError,
    TokenDamagedError,
    UsageError,
    WrongModelError,
)
from s2edit_plugin.formats.base_model import BaseModel
from s2edit_plugin.formats.exporting import Exported, export_token
from s2edit_plugin.tokens.file import parse_token

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone
    from s2edit_plugin.tokens.file import Token
    from tests.formats.conftest import MakeToken


def _export(token: Token, format: str, base: BaseModel | None = None, **options: Any) -> Exported:
    return export_token(token, format, "anna-me", base, **options)


@pytest.mark.parametrize(
    ("parameters", "format", "files"),
    [
        ("none", "textual-inversion", 1),
        ("kv_lora", "lora", 2),
        ("kv_full", "lora", 2),
        ("kv_lora", "custom-diffusion", 2),
        ("kv_token", "s2edit", 1),
    ],
)
def test_nothing_of_the_person_is_in_an_export(
    base: BaseModel, make_token: MakeToken, parameters: str, format: str, files: int
) -> None:
    exported = _export(make_token(parameters), format, base)
    assert len(exported.files) == files
    for data in exported.files.values():
        assert not any(mark in data for mark in (b"5" * 64, b"secret"))
    if format != "s2edit":
        assert not any(
            mark in data for data in exported.files.values() for mark in (b"anna", b"consent", b"s2edit")
        )


def test_a_private_copy_has_everything(make_token: MakeToken) -> None:
    token = make_token("kv_token")
    (data,) = _export(token, "s2edit", private=True).files.values()
    again = parse_token(data, "x")
    assert again.record == token.record
    assert all(np.array_equal(again.tensors[name], array) for name, array in token.tensors.items())


def test_the_embedding_is_what_the_token_holds(make_token: MakeToken) -> None:
    token = make_token("none", vectors=3)
    tensors = safetensors.numpy.load(_export(token, "textual-inversion").files["anna-me.safetensors"])
    assert list(tensors) == ["emb_params"]
    assert np.array_equal(tensors["emb_params"], token.tensors["vectors"])


@pytest.mark.parametrize(("total", "widths"), [(32, (12, 20)), (2048, ())])
def test_two_text_encoders_have_a_tensor_each(
    make_token: MakeToken, total: int, widths: tuple[int, ...]
) -> None:
    token = make_token("none", vectors=2)
    token.tensors["vectors"] = vectors = np.arange(2 * total, dtype=np.float32).reshape(2, total)
    base = SimpleNamespace(widths=widths)
    files = _export(token, "textual-inversion", base).files  # type: ignore[arg-type]
    tensors = safetensors.numpy.load(files["anna-me.safetensors"])
    assert set(tensors) == {"clip_l", "clip_g"}
    assert tensors["clip_l"].shape[1] == (widths or (768,))[0]
    assert np.array_equal(np.concatenate([tensors["clip_l"], tensors["clip_g"]], axis=1), vectors)


def test_a_low_rank_token_is_copied_number_by_number(make_token: MakeToken) -> None:
    token = make_token("kv_lora", rank=5)
    tensors = safetensors.numpy.load(_export(token, "lora").files["anna-me-lora.safetensors"])
    down = tensors["lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight"]
    stored = token.tensors["parameters.mid_block:attentions:0:transformer_blocks:0:attn2/k_down"]
    assert np.array_equal(down, stored)
    assert {float(array) for name, array in tensors.items() if name.endswith(".alpha")} == {5.0}


@pytest.mark.parametrize(
    ("parameters", "format", "settings", "words", "way_out"),
    [
        ("kv_token", "textual-inversion", {}, "kv_token", "--approximate"),
        ("kv_full", "textual-inversion", {}, "kv_full", "lora"),
        (
            "none",
            "textual-inversion",
            {"orthogonality": "project"},
            "after the text encoder",
            "--approximate",
        ),
        ("kv_token", "lora", {}, "its own word only", "kv_lora"),
        ("kv_vectors", "custom-diffusion", {}, "its own word only", "kv_full"),
        ("none", "lora", {}, "vectors alone", "textual-inversion"),
        ("none", "custom-diffusion", {}, "vectors alone", "textual-inversion"),
        ("kv_lora", "lora", {"orthogonality": "project"}, "after the text encoder", "--orthogonality soft"),
    ],
)
def test_what_a_format_cannot_hold_is_refused_with_a_way_out(
    make_token: MakeToken, parameters: str, format: str, settings: dict[str, Any], words: str, way_out: str
) -> None:
    with pytest.raises(InputError) as caught:
        _export(make_token(parameters, **settings), format)
    assert words in caught.value.sentence
    assert caught.value.sentence.count(". ") == 0
    assert way_out in caught.value.hint


def test_the_vectors_alone_can_be_asked_for_and_are_called_so(make_token: MakeToken) -> None:
    exported = _export(make_token("kv_token"), "textual-inversion", approximate=True)
    assert "not all of it" in exported.notes[0]
    assert "kv_token" in exported.notes[0]


def test_a_projection_in_embedding_space_needs_nothing_of_other_programs(make_token: MakeToken) -> None:
    token = make_token("none", orthogonality="project", orthogonality_space="embedding")
    assert "not all of it" not in " ".join(_export(token, "textual-inversion").notes)


def test_masks_and_isolation_are_named_where_they_stay_behind(make_token: MakeToken) -> None:
    assert "isolation" in " ".join(_export(make_token("none"), "textual-inversion").notes)
    plain = make_token("none", isolation=False, mask_mode="none")
    assert _export(plain, "textual-inversion").notes == (
        'In other programs write "anna-me woman" where the prompt names the woman.',
    )


@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("gguf", {}),
        ("lora", {"private": True}),
        ("s2edit", {"rank": 3}),
        ("lora", {"rank": 0}),
        ("lora", {"approximate": True}),
    ],
)
def test_options_of_another_format_are_refused(
    make_token: MakeToken, format: str, options: dict[str, Any]
) -> None:
    with pytest.raises(UsageError):
        _export(make_token("kv_lora"), format, **options)


def test_custom_diffusion_wants_the_base_model_the_token_was_learned_on(
    base: BaseModel, make_token: MakeToken
) -> None:
    token = make_token("kv_full")
    other = replace(token, record=token.record.replace(base_model_hash="another"))
    with pytest.raises(WrongModelError):
        _export(other, "custom-diffusion", base)
    with pytest.raises(ModelError, match="is not here"):
        _export(token, "custom-diffusion")


@pytest.mark.parametrize("family", ["sd1", "sd2", "sdxl"], indirect=True)
def test_a_model_is_read_as_it_is_loaded(backbone: Backbone, base: BaseModel) -> None:
    layers = backbone.attention_layers()
    assert base.attention_layers() == sorted(layer.name for layer in layers)
    assert sum(base.widths) == backbone.embedding_width
    places = [(layer.name, part) for layer in layers if layer.kind == "cross" for part in "kv"]
    for (layer, part), matrix in base.matrices(places).items():
        if part == "v":
            assert np.array_equal(matrix, backbone.value_projection(layer).numpy())


def test_half_precision_is_read_where_there_is_nothing_else(base: BaseModel, tmp_path: Path) -> None:
    shutil.copytree(base.folder, tmp_path / "half")
    weights = tmp_path / "half" / "unet" / "diffusion_pytorch_model.safetensors"
    half = {name: value.bfloat16() for name, value in safetensors.torch.load_file(weights).items()}
    place = [("mid_block.attentions.0.transformer_blocks.0.attn2", "k")]
    safetensors.torch.save_file(half, weights.with_name("diffusion_pytorch_model.fp16.safetensors"))
    whole = BaseModel(tmp_path / "half").matrices(place)
    assert np.array_equal(whole[place[0]], base.matrices(place)[place[0]])
    weights.unlink()
    rounded = BaseModel(tmp_path / "half").matrices(place)[place[0]]
    assert rounded.dtype == np.float32
    assert np.allclose(rounded, whole[place[0]], rtol=0.01)
    assert not np.array_equal(rounded, whole[place[0]])


def test_a_model_that_lacks_the_layers_or_is_damaged_is_one_sentence(
    base: BaseModel, make_token: MakeToken, tmp_path: Path
) -> None:
    token = make_token("kv_full")
    array = token.tensors.popitem()[1]
    token.tensors["parameters.another:attn2/k_matrix"] = token.tensors[
        "parameters.another:attn2/v_matrix"
    ] = array
    with pytest.raises((ModelError, TokenDamagedError)):
        _export(token, "custom-diffusion", base)
    shutil.copytree(base.folder, tmp_path / "cut")
    weights = tmp_path / "cut" / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ModelError, match="cannot be read"):
        BaseModel(tmp_path / "cut").attention_layers()


def test_files_are_not_written_over_unless_asked(make_token: MakeToken, tmp_path: Path) -> None:
    exported = _export(make_token("kv_lora"), "lora")
    (tmp_path / "anna-me-lora.safetensors").write_bytes(b"mine")
    with pytest.raises(S2EditError):
        exported.write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["anna-me-lora.safetensors"]
    paths = exported.write(tmp_path, overwrite=True)
    assert [path.read_bytes() for path in paths] == list(exported.files.values())
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in paths)


def test_the_embedding_comes_first_and_is_alone_where_nothing_else_is_learned(make_token: MakeToken) -> None:
    files = _export(make_token("kv_lora"), "lora").files
    assert list(files) == ["anna-me.safetensors", "anna-me-lora.safetensors"]
    assert list(_export(make_token("none"), "textual-inversion").files) == ["anna-me.safetensors"]


@pytest.mark.parametrize("lost", ["vectors", "k_up", "v_down"])
@pytest.mark.parametrize("format", ["lora", "custom-diffusion"])
def test_a_damaged_token_is_one_sentence(
    base: BaseModel, make_token: MakeToken, lost: str, format: str
) -> None:
    token = make_token("kv_lora")
    for name in [name for name in token.tensors if name.endswith(lost)]:
        del token.tensors[name]
    with pytest.raises(TokenDamagedError, match="do not fit its settings"):
        _export(token, format, base)
