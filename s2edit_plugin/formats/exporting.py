"""Export of a library token to files of other programs, as far as its parameters allow it.

                 textual-inversion     custom-diffusion      lora
    none         exact                 -                     -
    kv_token     vectors alone (*)     no                    no
    kv_vectors   vectors alone (*)     no                    no
    kv_full      vectors alone (*)     exact                 exact at full rank, else with its error stated
    kv_lora      vectors alone (*)     exact                 exact
    unet_lora    vectors alone (*)     no                    no

(*) only if the user accepts it (``approximate``). ``kv_token`` and ``kv_vectors`` act on the token's own columns, ``unet_lora``
inside a mask; matrices in other programs act on every word everywhere, so their formats cannot hold these parameters. Masks
and token isolation are never exported.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from s2edit_plugin.errors import InputError, ModelError, Sentence, TokenDamagedError, UsageError
from s2edit_plugin.formats import custom_diffusion, lora, textual_inversion
from s2edit_plugin.formats.base_model import BaseModel
from s2edit_plugin.storage.paths import write_atomic
from s2edit_plugin.tokens.file import PARAMETERS, Token, check_model, token_bytes

__all__ = ["FORMATS", "Exported", "check_options", "export_token"]

FORMATS = ("s2edit", "textual-inversion", "custom-diffusion", "lora")
OWN_COLUMNS = ("kv_token", "kv_vectors")
SUFFIX = ".safetensors"

Deltas = dict[tuple[str, str], np.ndarray]


@dataclass(frozen=True)
class Exported:
    """Files by name, the embedding first, and notes about them."""

    files: dict[str, bytes]
    notes: tuple[str, ...] = ()

    def write(self, folder: Path, *, overwrite: bool = False) -> list[Path]:
        """Write the files into a folder, each atomically and readable by the user only; returns their paths.

        Raises:
            InputError: one exists and ``overwrite`` is off; then none is written. ResourceError: a disk error.
        """
        paths = [folder / name for name in self.files]
        for path in paths:
            if path.exists() and not overwrite:
                raise InputError(
                    Sentence("{} exists already.", path), "Choose another file name, or add --overwrite."
                )
        for path, data in zip(paths, self.files.values(), strict=True):
            write_atomic(path, data, private=True)
        return paths


def check_options(
    format: str, *, private: bool = False, approximate: bool = False, rank: int | None = None
) -> None:
    """Refuse options of other formats before anything is read.

    Raises:
        UsageError: unknown format, or an option of another format.
    """
    if format not in FORMATS:
        raise UsageError(Sentence("'{}' is no format.", format[:40]), Sentence("Use {}.", ", ".join(FORMATS)))
    if private and format != "s2edit":
        raise UsageError(
            Sentence("A {} file has no place for thumbnail, mask and the photo's hash.", format),
            "Leave out --private.",
        )
    if rank is not None and (format != "lora" or rank < 1):
        raise UsageError("--rank is a whole number from 1 on, for the format lora.")
    if approximate and format != "textual-inversion":
        raise UsageError("--approximate is for the format textual-inversion.")


def export_token(
    token: Token,
    format: str,
    stem: str,
    model: BaseModel | None = None,
    *,
    private: bool = False,
    approximate: bool = False,
    rank: int | None = None,
) -> Exported:
    """A token in one of `FORMATS`.

    Args:
        stem: name of the files without suffix; the token's word in other programs.
        model: the token's base model or None; required by ``custom-diffusion``.
        private: ``s2edit`` only: include thumbnail, mask, the photo's hash, tags and notes.
        approximate: ``textual-inversion`` only: write the vectors of a token that also has other parameters.
        rank: ``lora`` of whole matrices: keep this rank; None: exact.

    Raises:
        UsageError: as `check_options`. InputError: the token's parameters do not allow the format.
        WrongModelError: not the token's base model. TokenDamagedError: a tensor is missing or has a wrong shape.
    """
    check_options(format, private=private, approximate=approximate, rank=rank)
    if format == "s2edit":
        record = token.record if private else token.record.without_private()
        return Exported({f"{stem}{SUFFIX}": token_bytes(record, token.tensors)})
    try:
        files = {f"{stem}{SUFFIX}": _embedding(token, model)}
        if format == "textual-inversion":
            first = _refuse_or_tell(token, approximate)
        else:
            _check_every_column(token, format)
            make = _custom_diffusion(token, model) if format == "custom-diffusion" else _lora(token, rank)
            files[f"{stem}-{format}{SUFFIX}"], first = make
    except (KeyError, IndexError, ValueError) as error:
        raise TokenDamagedError(
            Sentence(
                "The token {} is damaged: its parameters do not fit its settings.", token.record.full_name
            ),
            "Restore it from a backup or learn it again.",
        ) from error
    return Exported(files, (*first, *_notes(token, stem)))


def _embedding(token: Token, model: BaseModel | None) -> bytes:
    try:
        widths = model.widths if model else ()
    except ModelError:  # the widths are needed only for several text encoders
        widths = ()
    return textual_inversion.file_bytes(textual_inversion.split(token.tensors["vectors"], widths))


def _custom_diffusion(token: Token, model: BaseModel | None) -> tuple[bytes, list[str]]:
    if model is None:
        raise ModelError(
            Sentence(
                "The base model of {}, '{}', is not here, and a Custom Diffusion file holds matrices of it.",
                token.record.full_name,
                token.record.base_model,
            ),
            "Name it with --model.",
        )
    check_model(token.record, model.name, model.fingerprint)
    note = (
        "Load both files; in diffusers with load_textual_inversion and unet.load_attn_procs(..., _pipeline=pipeline): "
        "without the last argument diffusers 0.42 sets nothing."
    )
    return custom_diffusion.of_deltas(_deltas(token), model), [note]


def _lora(token: Token, rank: int | None) -> tuple[bytes, list[str]]:
    notes = ["Load both files, the LoRA at strength 1."]
    if _parameters(token) == "kv_lora":
        return lora.of_factors(_factors(token)).data, notes
    file = lora.of_matrices(_deltas(token), rank)
    if rank is not None:
        notes.append(f"At rank {rank} the LoRA misses {100 * file.error:.1f} % of what was learned.")
    return file.data, notes


def _parameters(token: Token) -> str:
    return str(token.record.settings.get("parameters", "none"))


def _notes(token: Token, stem: str) -> list[str]:
    noun, settings = token.record.class_noun, token.record.settings
    notes = [f'In other programs write "{stem} {noun}" where the prompt names the {noun}.']
    if settings.get("isolation", True) or settings.get("mask_mode", "bias") != "none":
        notes.append(
            "They know no masks and no token isolation: there the token acts on the whole picture and on the words after it."
        )
    return notes


def _refuse_or_tell(token: Token, approximate: bool) -> list[str]:
    """Notes about parameters an embedding file leaves out; InputError unless the user accepts it."""
    name, parameters = token.record.full_name, _parameters(token)
    why = ""
    if parameters != "none":
        why = f"{name} is more than its vectors: its parameters ({parameters}) have no place in an embedding file."
    elif _is_projected(token):
        why = f"{name} is kept clear of its attribute words after the text encoder, which other programs do not do."
    if why and not approximate:
        other = " Export it as lora." if parameters in ("kv_full", "kv_lora") else ""
        hint = f"Add --approximate to write its vectors alone, or learn it with --parameters none.{other}"
        raise InputError(Sentence("The token {}", why), hint)
    return [f"This is not all of it: the token {why}"] if why else []


def _check_every_column(token: Token, format: str) -> None:
    name, parameters = token.record.full_name, _parameters(token)
    what = "LoRA" if format == "lora" else "Custom Diffusion file"
    if parameters == "none":
        raise InputError(
            Sentence("The token {} is its vectors alone, so there is nothing for a {}.", name, what),
            "Export it as textual-inversion.",
        )
    if parameters in OWN_COLUMNS:
        raise InputError(
            Sentence(
                "The parameters of the token {} ({}) act on its own word only, but a {} acts on every word.",
                name,
                parameters,
                what,
            ),
            "Learn it with --parameters kv_lora or kv_full, or export its vectors alone: textual-inversion --approximate.",
        )
    if parameters == "unet_lora":
        raise InputError(
            Sentence(
                "The parameters of the token {} (unet_lora) act inside its mask only, but a {} acts on "
                "the whole picture.",
                name,
                what,
            ),
            "Learn it with --parameters kv_lora or kv_full, or export its vectors alone: textual-inversion --approximate.",
        )
    if _is_projected(token):
        raise InputError(
            Sentence(
                "The token {} is kept clear of its attribute words after the text encoder, which other "
                "programs do not do.",
                name,
            ),
            "Learn it with --orthogonality soft.",
        )


def _is_projected(token: Token) -> bool:
    """Whether the token has a hard constraint outside embedding space, which no file can store."""
    settings = token.record.settings
    return settings.get("orthogonality") == "project" and settings.get("orthogonality_space") != "embedding"


def _parts(token: Token) -> dict[tuple[str, str], np.ndarray]:
    """(layer, part) -> tensor of the token's parameters; in the file, layer names have ``:`` for ``.``."""
    named = {
        n.removeprefix(PARAMETERS): array for n, array in token.tensors.items() if n.startswith(PARAMETERS)
    }
    split = {tuple(name.rsplit("/", 1)): array for name, array in named.items()}
    return {(layer.replace(":", "."), part): array for (layer, part), array in split.items()}


def _places(parts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Every layer with ``k`` and ``v``. Raises ValueError if there is none."""
    layers = dict.fromkeys(layer for layer, _ in parts)
    if not layers:
        raise ValueError("no parameters")
    return [(layer, part) for layer in layers for part in "kv"]


def _factors(token: Token) -> dict[tuple[str, str], tuple[np.ndarray, np.ndarray]]:
    parts = _parts(token)
    return {(layer, p): (parts[layer, f"{p}_down"], parts[layer, f"{p}_up"]) for layer, p in _places(parts)}


def _deltas(token: Token) -> Deltas:
    """(layer, ``k`` or ``v``) -> (E, D), of ``kv_full`` as stored, of ``kv_lora`` in float32."""
    if _parameters(token) == "kv_lora":
        factors = _factors(token)
        return {
            place: up.astype(np.float32) @ down.astype(np.float32) for place, (down, up) in factors.items()
        }
    parts = _parts(token)
    return {(layer, p): parts[layer, f"{p}_matrix"] for layer, p in _places(parts)}
