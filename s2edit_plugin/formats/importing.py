"""Import of other programs' embeddings as library tokens, and recognition of other kinds of files.

An embedding contains only vectors: the user states the base model, the class noun and whether it shows a person; a person's
likeness needs consent, as for learning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import PurePath
from typing import Any

import numpy as np

from s2edit_plugin import api
from s2edit_plugin.errors import InputError, Sentence, TokenDamagedError, UsageError
from s2edit_plugin.formats import textual_inversion
from s2edit_plugin.formats.base_model import BaseModel
from s2edit_plugin.tokens.consent import consent_note, require_consent
from s2edit_plugin.tokens.file import (
    FOREIGN_DTYPES,
    METADATA_KEY,
    Token,
    TokenRecord,
    read_arrays,
    read_table,
)

__all__ = ["UNNAMED", "EmbeddingFacts", "embedding_token", "is_token_file", "read_embedding"]

MAX_FILE = 64 * 1024 * 1024
"""Bytes; 64 vectors for SDXL's two text encoders in float32 are half a megabyte."""
_PICKLES = (".pt", ".bin", ".pth", ".ckpt", ".pkl")
UNNAMED = "The file"
"""The label of data without a file name."""
_MADE_FOR = {
    (768,): "Stable Diffusion 1.x",
    (1024,): "Stable Diffusion 2.x",
    (768, 1280): "SDXL",
}


@dataclass(frozen=True)
class EmbeddingFacts:
    """Facts stated by the user. ``consent``: of the person shown, for identity tokens."""

    person: str
    name: str
    class_noun: str
    kind: api.TokenKind = "identity"
    consent: bool = False


def is_token_file(data: bytes, label: str) -> bool:
    """Whether a file is a token of this program, possibly damaged; False: possibly an embedding.

    Raises:
        InputError: another kind of file, with the reason why it is not imported.
    """
    suffix = PurePath(label).suffix.lower()
    if data[:2] in (b"PK", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05") or suffix in _PICKLES:
        raise InputError(
            Sentence(
                "{} is a pickle file, which can run any program when it is opened, so it is not read here.",
                label,
            ),
            "Convert it to .safetensors in the program it came from.",
        )
    return METADATA_KEY.encode() in data[: 8 + _header_length(data)]


def read_embedding(data: bytes, label: str) -> list[np.ndarray]:
    """The vectors (n, W) of a textual-inversion embedding, one array a text encoder, float16 or float32.

    Args:
        label: name of the file, for errors.

    Raises:
        InputError: no embedding. TokenDamagedError: cut off, malformed, NaN inside.
    """
    is_token_file(data, label)  # refuses pickles
    return textual_inversion.vectors_of(_read(data, label), label)


def embedding_token(vectors: list[np.ndarray], label: str, model: BaseModel, facts: EmbeddingFacts) -> Token:
    """A token with parameters ``none`` from vectors of `read_embedding`.

    Args:
        model: the base model that the embedding was made for.

    Raises:
        InputError: it does not fit the model. UsageError: the class noun is missing.
        ConsentError: an identity token without consent.
    """
    widths = tuple(array.shape[1] for array in vectors)
    if widths != model.widths:
        raise _wrong_width(label, widths, model)
    noun = facts.class_noun.strip().lower()
    if not noun:
        raise UsageError("The class noun is missing.", "Say what the embedding shows, e.g. --class woman.")
    require_consent(facts.kind, facts.person, facts.consent, interactive=False)
    settings = api.LearnSettings(
        steps_token=0, steps_joint=0, vectors=len(vectors[0]), parameters="none", orthogonality="none"
    )
    record = TokenRecord(
        kind=facts.kind,
        person=facts.person,
        name=facts.name,
        class_noun=noun,
        base_model=model.name,
        base_model_hash=model.fingerprint,
        source_prompt=f"a photo of a {noun}",
        settings=asdict(settings) | {"imported": "textual-inversion"},
        region="imported",
        consent=consent_note(facts.kind, facts.consent),
    )
    # Concatenated, as in the backbones; float32 represents half precision exactly.
    return Token(record, {"vectors": vectors[0] if len(vectors) == 1 else np.concatenate(vectors, axis=1)})


def _header_length(data: bytes) -> int:
    return min(int.from_bytes(data[:8], "little"), len(data))


def _read(data: bytes, label: str) -> dict[str, np.ndarray]:
    try:
        stream = BytesIO(data)
        _, table = read_table(stream, len(data), label, FOREIGN_DTYPES)
        _refuse_other_kinds(table, len(data), label)
        return read_arrays(stream, table, label, FOREIGN_DTYPES)
    except TokenDamagedError as error:
        sentence = error.sentence.replace("no token file", "no safetensors file")
        sentence = sentence.replace(
            f"The token file {label}", label if label == UNNAMED else f"The file {label}", 1
        )
        raise TokenDamagedError(sentence, "Save it again in the program it came from.") from error


def _refuse_other_kinds(table: Mapping[str, Any], size: int, label: str) -> None:
    names = " ".join(table)
    if "custom_diffusion" in names:
        kind = "a Custom Diffusion file"
    elif "lora" in names.lower() or ".hada_" in names or ".lokr_" in names:
        kind = "a LoRA"
    elif len(table) > 100 or size > MAX_FILE or "model.diffusion_model." in names:
        kind = "a model"
    else:
        return
    hint = (
        "Import it with `s2edit models import`."
        if kind == "a model"
        else "Import the embedding that belongs to it."
    )
    raise InputError(
        Sentence("{} is {}; only tokens and textual-inversion embeddings can be imported.", label, kind), hint
    )


def _wrong_width(label: str, widths: tuple[int, ...], model: BaseModel) -> InputError:
    made_for = _MADE_FOR.get(widths)
    return InputError(
        Sentence(
            "{} has vectors of {} numbers, but the model '{}' takes {}.",
            label,
            _numbers(widths),
            model.name,
            _numbers(model.widths),
        ),
        Sentence("It was made for {}; choose such a model.", made_for)
        if made_for
        else "Choose the model it was made for.",
    )


def _numbers(widths: tuple[int, ...]) -> str:
    return " and ".join(map(str, widths))
