"""Embeddings of other programs: every layout comes in, everything else is refused in one sentence."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import safetensors.numpy
import safetensors.torch
import torch

from s2edit_plugin.backbones.attention import AttentionControl
from s2edit_plugin.errors import (
    ConsentError,
    InputError,
    ModelError,
    S2EditError,
    TokenDamagedError,
    UsageError,
)
from s2edit_plugin.formats.base_model import BaseModel
from s2edit_plugin.formats.exporting import export_token
from s2edit_plugin.formats.importing import (
    EmbeddingFacts,
    embedding_token,
    is_token_file,
    read_embedding,
)
from s2edit_plugin.method.conditioning import build_condition, row_tokens
from s2edit_plugin.tokens.file import token_bytes
from s2edit_plugin.workflows.token_io import to_active

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone
    from s2edit_plugin.tokens.file import Token
    from tests.formats.conftest import MakeToken


def _model(name: str, fingerprint: str, *widths: int) -> BaseModel:
    model = BaseModel(Path(name))
    vars(model).update(fingerprint=fingerprint, widths=widths)  # what its folder would say
    return model


TINY = _model("tiny", "f" * 64, 32)
SDXL = _model("sdxl", "e" * 64, 768, 1280)
FACTS = EmbeddingFacts("anna", "me", "Woman ", consent=True)
ROWS = np.arange(64, dtype=np.float32).reshape(2, 32) / 64


def import_embedding(data: bytes, label: str, model: BaseModel, facts: EmbeddingFacts) -> Token:
    return embedding_token(read_embedding(data, label), label, model, facts)


def _file(**tensors: np.ndarray) -> bytes:
    return safetensors.numpy.save(tensors)


@pytest.mark.parametrize(
    "data",
    [
        _file(emb_params=ROWS),
        safetensors.numpy.save({"<cat-toy>": ROWS}),
        safetensors.numpy.save({"string_to_param.*": ROWS, "string_to_token.*": np.array(265)}),
        _file(clip_l=ROWS),
        _file(emb_params=ROWS.astype(np.float64)),
        safetensors.torch.save({"emb_params": torch.from_numpy(ROWS).bfloat16()}),
    ],
    ids=["emb_params", "placeholder", "converted", "clip_l", "float64", "bfloat16"],
)
def test_every_layout_gives_the_same_token(data: bytes) -> None:
    token = import_embedding(data, "x.safetensors", TINY, FACTS)
    assert np.array_equal(token.tensors["vectors"], ROWS)
    record = token.record
    assert (record.full_name, record.class_noun, record.kind) == ("anna/me", "woman", "identity")
    assert (record.base_model, record.base_model_hash) == ("tiny", "f" * 64)
    assert record.settings["parameters"] == "none"
    assert record.settings["vectors"] == 2
    assert "consent" in record.consent


def test_half_precision_and_a_single_vector_stay_what_they_are() -> None:
    token = import_embedding(_file(emb_params=ROWS[0].astype(np.float16)), "x", TINY, FACTS)
    assert token.tensors["vectors"].shape == (1, 32)
    assert token.tensors["vectors"].dtype == np.float16


def test_two_text_encoders() -> None:
    small, large = np.ones((3, 768), np.float32), np.zeros((3, 1280), np.float16)
    token = import_embedding(_file(clip_g=large, clip_l=small), "x", SDXL, FACTS)
    assert np.array_equal(token.tensors["vectors"], np.concatenate([small, large], axis=1))


def test_an_exported_embedding_comes_back_the_same_and_works(
    backbone: Backbone, make_token: MakeToken, tiny_folder: Path
) -> None:
    token = make_token("none", vectors=3)
    (data,) = export_token(token, "textual-inversion", "x").files.values()
    model = BaseModel(tiny_folder)
    assert (model.fingerprint, model.widths) == (backbone.fingerprint, (32,))
    again = import_embedding(data, "x", model, FACTS)
    assert np.array_equal(again.tensors["vectors"], token.tensors["vectors"])

    def noise(one: object) -> torch.Tensor:
        active = to_active(one, backbone, None)  # type: ignore[arg-type]
        condition = build_condition(backbone, "a photo of a <anna/me> woman", [active])
        latents = torch.ones(1, backbone.latent_channels, backbone.latent_side, backbone.latent_side)
        with torch.no_grad(), backbone.control(AttentionControl([row_tokens(condition.layout, [active])])):
            return backbone.predict(latents, 300, [condition])

    assert torch.equal(noise(again), noise(token))


def test_our_own_tokens_are_told_apart(make_token: MakeToken) -> None:
    token = make_token("kv_token")
    assert is_token_file(token_bytes(token.record, token.tensors), "x.safetensors")
    assert not is_token_file(_file(emb_params=ROWS), "x.safetensors")
    assert not is_token_file(b"", "x.safetensors")


def _zip() -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({"string_to_param": 1}))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("style.pt", _zip()),
        ("style.bin", pickle.dumps({"<cat>": [1.0]}, protocol=2)),
        ("renamed.safetensors", pickle.dumps({"<cat>": [1.0]}, protocol=4)),
        ("renamed.safetensors", _zip()),
        ("model.ckpt", _file(emb_params=ROWS)),
    ],
)
def test_pickles_are_never_opened(name: str, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: object, **__: object) -> None:
        raise AssertionError("a pickle was opened")

    for place in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, place, explode)
    monkeypatch.setattr(torch, "load", explode)
    with pytest.raises(InputError, match="pickle file, which can run any program") as caught:
        import_embedding(data, name, TINY, FACTS)
    assert ".safetensors" in caught.value.hint


LORA = {"lora_unet_x_to_k.lora_down.weight": ROWS, "lora_unet_x_to_k.lora_up.weight": ROWS}
CUSTOM = {"x.attn2.processor.to_k_custom_diffusion.weight": ROWS}
MODEL = {"model.diffusion_model.input_blocks.0.0.weight": ROWS}


@pytest.mark.parametrize(
    ("tensors", "words"),
    [
        (LORA, "is a LoRA"),
        (CUSTOM, "is a Custom Diffusion file"),
        (MODEL, "is a model"),
        ({"one": ROWS, "two": ROWS}, "2 embeddings (one, two)"),
        ({"steps": np.array(3)}, "holds no embedding"),
        ({"clip_g": ROWS}, "second text encoder only"),
        ({"clip_l": ROWS, "clip_g": np.ones((3, 9), np.float32)}, "more vectors for one"),
        ({"emb_params": np.ones((2, 3, 4), np.float32)}, "2 x 3 x 4"),
        ({"emb_params": np.float32([1.0])[0:0]}, "numbers are 0"),
        ({"emb_params": np.ones((65, 32), np.float32)}, "1 to 64 vectors"),
        ({"emb_params": np.ones((2, 768), np.float32)}, "768 numbers, but the model 'tiny' takes 32"),
        ({"emb_params": np.array(1.0, np.float32)}, "a single number"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_other_files_are_refused_with_what_they_are(tensors: Mapping[str, np.ndarray], words: str) -> None:
    with pytest.raises(InputError) as caught:
        import_embedding(safetensors.numpy.save(dict(tensors)), "x.safetensors", TINY, FACTS)
    assert words in caught.value.sentence


def test_a_wrong_width_says_which_model_it_was_made_for() -> None:
    with pytest.raises(InputError, match=r"Stable Diffusion 2\.x"):
        import_embedding(_file(emb_params=np.ones((1, 1024), np.float32)), "x", TINY, FACTS)
    tensors = {"clip_l": np.ones((1, 768), np.float32), "clip_g": np.ones((1, 1280), np.float32)}
    with pytest.raises(InputError, match="SDXL"):
        import_embedding(_file(**tensors), "x", TINY, FACTS)


def test_damage_is_one_sentence_wherever_it_is() -> None:
    whole = _file(emb_params=ROWS)
    bad = ROWS.copy()
    bad[1, 5] = np.nan
    for data in [whole[:n] for n in range(len(whole))] + [whole + b"x", _file(emb_params=bad)]:
        with pytest.raises(TokenDamagedError, match="The file x is damaged"):
            import_embedding(data, "x", TINY, FACTS)


def test_random_damage_never_gives_anything_but_a_sentence() -> None:
    whole = _file(emb_params=ROWS)
    random = np.random.default_rng(0)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(random.integers(1, 6)):
            data[random.integers(len(data))] = random.integers(256)
        try:
            token = import_embedding(bytes(data), "x.safetensors", TINY, FACTS)
        except S2EditError:
            continue
        assert np.isfinite(token.tensors["vectors"]).all()


def test_a_person_needs_consent_and_a_thing_does_not() -> None:
    data = _file(emb_params=ROWS)
    with pytest.raises(ConsentError):
        import_embedding(data, "x", TINY, replace(FACTS, consent=False))
    token = import_embedding(data, "x", TINY, replace(FACTS, kind="attribute", consent=False))
    assert token.record.consent == ""


def test_the_class_noun_is_needed() -> None:
    with pytest.raises(UsageError, match="class noun"):
        import_embedding(_file(emb_params=ROWS), "x", TINY, replace(FACTS, class_noun=" "))


def test_a_model_without_text_encoders_takes_no_embeddings(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no text encoder"):
        BaseModel(tmp_path).widths  # noqa: B018 (reading it is the test)
    (tmp_path / "text_encoder").mkdir()
    (tmp_path / "text_encoder" / "config.json").write_text("[]")
    with pytest.raises(ModelError, match="damaged"):
        BaseModel(tmp_path).widths  # noqa: B018 (reading it is the test)
