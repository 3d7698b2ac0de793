"""Data of a base model for the formats, read from its folder (diffusers layout) without loading it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from s2edit_plugin.base_models import resolve
from s2edit_plugin.errors import ModelError, Sentence
from s2edit_plugin.storage.paths import MAX_JSON, DataFolder, read_limited
from s2edit_plugin.storage.settings import load_settings

__all__ = ["BaseModel"]


@dataclass(frozen=True)
class BaseModel:
    """A base model by its folder."""

    folder: Path

    @staticmethod
    def named(folder: DataFolder, name: str | None = None) -> BaseModel:
        """An installed model, a folder, or None for the chosen model. Raises ModelError."""
        return BaseModel(resolve(folder, load_settings(folder).model if name is None else name))

    @property
    def name(self) -> str:
        """Name as stored in tokens."""
        return self.folder.name

    @cached_property
    def fingerprint(self) -> str:
        """Hash of its weights, which are all read."""
        from s2edit_plugin.backbones.fingerprint import fingerprint_folder

        return fingerprint_folder(self.folder)

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """Widths of a token's embedding vector in each text encoder.

        Raises:
            ModelError: no text encoder, or damaged.
        """
        widths = []
        for encoder in ("text_encoder", "text_encoder_2"):
            try:
                text = read_limited(self.folder / encoder / "config.json", MAX_JSON)
                widths.append(int(json.loads(text)["hidden_size"]))
            except FileNotFoundError:
                continue
            except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
                raise ModelError(
                    Sentence(
                        "The model '{}' is damaged: its {} has no sound config.json.", self.name, encoder
                    )
                ) from error
        if not widths:
            raise ModelError(Sentence("The model '{}' has no text encoder for embeddings.", self.name))
        return tuple(widths)

    def attention_layers(self) -> list[str]:
        """Names of the U-Net's attention layers, self-attention included. Raises ModelError."""
        return sorted(
            name.removesuffix(".to_q.weight") for name in self._unet if name.endswith(".to_q.weight")
        )

    def matrices(self, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], np.ndarray]:
        """The U-Net's own key and value matrices (E, D) float32. Args: places: (layer, ``k`` or ``v``). Raises ModelError."""
        import safetensors

        found: dict[tuple[str, str], np.ndarray] = {}
        for layer, part in places:
            name = f"{layer}.to_{part}.weight"
            if name not in self._unet:
                raise ModelError(Sentence("The model '{}' has no layer {}.", self.name, layer))
            with safetensors.safe_open(self._unet[name], framework="pt") as file:  # numpy knows no bfloat16
                found[layer, part] = file.get_tensor(name).float().numpy()
        return found

    @cached_property
    def _unet(self) -> dict[str, Path]:
        """Tensor name -> file of the U-Net's weights, the same files as loaded for learning and editing."""
        import safetensors

        from s2edit_plugin.backbones.folder import read_folder

        variant = read_folder(self.folder).variants["unet"]
        files = [
            file
            for file in sorted((self.folder / "unet").glob("*.safetensors"))
            if ".non_ema" not in file.name and (".fp16" in file.name) == (variant == "fp16")
        ]
        found: dict[str, Path] = {}
        try:
            for path in files:
                with safetensors.safe_open(path, framework="pt") as file:
                    found |= dict.fromkeys(file.keys(), path)
        except (OSError, safetensors.SafetensorError) as error:
            raise ModelError(
                Sentence("The U-Net of the model '{}' cannot be read.", self.name), "Install it again."
            ) from error
        return found
