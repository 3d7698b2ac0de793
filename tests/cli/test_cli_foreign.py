"""``s2edit tokens export --format`` and embeddings in ``s2edit tokens import``, on a tiny model's folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from s2edit_plugin.backbones.fingerprint import fingerprint_folder
from s2edit_plugin.cli.main import main
from s2edit_plugin.library import Library
from s2edit_plugin.tokens.file import TokenRecord
from tests.fakes.tiny_model import write_tiny_model

Run = Callable[..., tuple[int, str, str]]
ROWS = np.arange(64, dtype=np.float16).reshape(2, 32) / 64


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(["tokens", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def embedding(tmp_path: Path) -> str:
    safetensors.numpy.save_file({"emb_params": ROWS}, tmp_path / "style.safetensors")
    return str(tmp_path / "style.safetensors")


def _add(model: Path, parameters: str, tensors: dict[str, np.ndarray]) -> None:
    record = TokenRecord(
        "identity", "anna", "me", "woman", "tiny", fingerprint_folder(model), consent="yes",
        settings={"parameters": parameters, "rank": 1},
    )  # fmt: skip
    Library().add(record, {"vectors": ROWS, **tensors})


def test_an_embedding_comes_in_and_goes_out_again(
    run: Run, model: Path, embedding: str, tmp_path: Path
) -> None:
    code, out, err = run(
        "import", embedding, "--as", "anna/me", "--class", "woman", "--model", str(model), "--yes-i-have-consent"
    )  # fmt: skip
    assert (code, out, err) == (0, "Imported anna/me, an embedding for the model 'tiny'.\n", "")
    token = Library().get("anna/me")
    assert (token.record.class_noun, token.record.base_model) == ("woman", "tiny")
    assert "consent" in token.record.consent

    code, out, err = run(
        "export", "anna/me", "--format", "textual-inversion", "--out", str(tmp_path / "me.safetensors")
    )
    assert (code, out) == (0, f"Wrote {tmp_path / 'me.safetensors'}.\n")
    assert 'note: In other programs write "me woman"' in err
    again = safetensors.numpy.load_file(tmp_path / "me.safetensors")
    assert np.array_equal(again["emb_params"], ROWS)


def test_a_folder_takes_the_tokens_own_name(run: Run, model: Path, tmp_path: Path) -> None:
    down, up = np.ones((1, 32), np.float16), np.ones((16, 1), np.float16)
    _add(
        model,
        "kv_lora",
        {f"parameters.a:attn2/{p}_{end}": t for p in "kv" for end, t in (("down", down), ("up", up))},
    )
    code, out, err = run("export", "anna/me", "--format", "lora", "--out", str(tmp_path), "--json")
    values = json.loads(out)
    assert (code, err) == (0, "")
    assert [Path(path).name for path in values["out"]] == ["anna-me.safetensors", "anna-me-lora.safetensors"]
    assert any("Load both files" in note for note in values["notes"])
    assert run("export", "anna/me", "--format", "lora", "--out", str(tmp_path))[0] == 1
    assert run("export", "anna/me", "--format", "lora", "--out", str(tmp_path), "--overwrite")[0] == 0


def test_custom_diffusion_loads_the_base_model(run: Run, model: Path, tmp_path: Path) -> None:
    widths = {"down_blocks:0": 16, "down_blocks:1": 32}
    layers = {f"{block}:attentions:0:transformer_blocks:0:attn2": width for block, width in widths.items()}
    deltas = {
        f"parameters.{layer}/{part}_matrix": np.ones((width, 32), np.float16)
        for layer, width in layers.items()
        for part in "kv"
    }
    _add(model, "kv_full", deltas)
    command = ("export", "anna/me", "--format", "custom-diffusion", "--out", str(tmp_path))
    code, _, err = run(*command)
    assert (code, "'tiny', not on 'small'" in err) == (1, True)
    assert run(*command, "--model", str(model))[0] == 0
    assert (tmp_path / "anna-me-custom-diffusion.safetensors").is_file()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("export", "anna/me", "--format", "lora", "--out", "{tmp}"), 1, "act on its own word only"),
        (("export", "anna/me", "--format", "textual-inversion", "--out", "{tmp}"), 1, "more than its vectors"),
        (("export", "anna/me", "--format", "textual-inversion", "--out", "{tmp}/x.pt"), 2, "end with .safetensors"),
        (("export", "anna/me", "--format", "lora", "--out", "{tmp}/no/x.safetensors"), 2, "no folder"),
        (("export", "anna/me", "--format", "lora", "--private", "--out", "{tmp}"), 2, "no place for thumbnail"),
        (("export", "anna/me", "--rank", "3", "--out", "{tmp}"), 2, "format lora"),
        (("export", "anna/you", "--format", "lora", "--out", "{tmp}"), 1, "no token anna/you"),
        (("export", "anna/me", "--format", "gguf", "--out", "{tmp}"), 2, "invalid choice"),
        (("import", "{tmp}/style.safetensors", "--class", "woman"), 2, "does not say whose"),
        (("import", "{tmp}/style.safetensors", "--as", "a/b"), 2, "class noun is missing"),
        (("import", "{tmp}/style.safetensors", "--as", "a/b", "--class", "woman"), 2, "consent"),
        (("import", "{tmp}/style.safetensors", "--as", "a/b", "--class", "x", "--model", "none"), 1, "no base model"),
        (("import", "{tmp}/style.pt"), 1, "pickle"),
        (("import", "{tmp}/text.safetensors"), 1, "damaged"),
        (("import", "{tmp}/none.safetensors"), 1, "no token file"),
        (("import", "{tmp}/large.safetensors"), 1, "far too large"),
    ],
)  # fmt: skip
def test_what_is_not_possible_is_one_sentence(
    run: Run, model: Path, embedding: str, tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    _add(model, "kv_token", {})
    (tmp_path / "style.pt").write_bytes(b"PK\x03\x04")
    (tmp_path / "text.safetensors").write_text("no tensors at all, just words in a file")
    with (tmp_path / "large.safetensors").open("wb") as stream:
        stream.truncate(65 * 1024 * 1024)
    before = sorted(tmp_path.iterdir())
    filled = [a.replace("{tmp}", str(tmp_path)) for a in arguments]
    if "import" in filled and "--model" not in filled:
        filled += ["--model", str(model)]
    got, out, err = run(*filled)
    assert (got, out) == (code, ""), err
    assert words in err.splitlines()[0]
    assert sorted(tmp_path.iterdir()) == before


def test_a_wrong_width_names_the_model(run: Run, embedding: str) -> None:
    code, _, err = run("import", embedding, "--as", "a/b", "--class", "hat", "--kind", "attribute")
    assert code == 1
    assert "vectors of 32 numbers, but the model 'small' takes" in err
