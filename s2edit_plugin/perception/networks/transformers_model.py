"""Loads a network of the transformers library from a folder: no downloads, no pickle, no missing weights."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from s2edit_plugin.base_models.bounds import check_config
from s2edit_plugin.errors import ModelError, Sentence
from s2edit_plugin.storage.paths import MAX_JSON, read_limited

__all__ = ["load", "weights_name"]


def weights_name(variant: str | None = None) -> str:
    """The file that holds the weights."""
    return "model.safetensors" if variant is None else f"model.{variant}.safetensors"


def load(kind: Any, folder: Path, title: str, variant: str | None = None) -> Any:
    """A model of a transformers class, in evaluation mode, on the CPU.

    Args:
        kind: the class. title: of the network in messages. variant: ``fp16`` if the file's name has it.

    Raises:
        ModelError: files are missing or damaged, or the weights belong to another network.
    """
    from transformers.utils import logging as chatter

    hint = "Its files may be damaged or another network's; remove and install it again."
    weights = weights_name(variant)
    if not (folder / weights).is_file():
        raise ModelError(Sentence("The file {} of {} is missing.", weights, title), hint)
    _check_config(folder, title, hint)
    chatter.disable_progress_bar()
    logging.getLogger("transformers").setLevel(logging.ERROR)
    try:
        model, loading = kind.from_pretrained(
            str(folder),
            variant=variant,
            local_files_only=True,
            use_safetensors=True,
            output_loading_info=True,
        )
    except Exception as error:  # safetensors' and tokenizers' errors derive from Exception alone
        raise ModelError(Sentence("{} cannot be loaded.", _capital(title)), hint) from error
    # transformers initialises missing weights at random with only a warning.
    if loading["missing_keys"] or loading["mismatched_keys"]:
        raise ModelError(Sentence("{} lacks a part of its weights.", _capital(title)), hint)
    return model.float().eval()


def _check_config(folder: Path, title: str, hint: str) -> None:
    """Check the configuration before a network is built from it. Raises ModelError."""
    try:
        values = json.loads(read_limited(folder / "config.json", MAX_JSON))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(Sentence("{} cannot be loaded.", _capital(title)), hint) from error
    check_config(values if isinstance(values, dict) else {}, _capital(title))


def _capital(title: str) -> str:
    return title[:1].upper() + title[1:]
