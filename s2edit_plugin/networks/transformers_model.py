"""Loading a network of the transformers library from a folder: never fetched, never pickled, never half."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from s2edit_plugin.errors import ModelError

__all__ = ["load"]

WEIGHTS = "model.safetensors"


def load(kind: Any, folder: Path, title: str) -> Any:
    """A model of a transformers class, in evaluation mode, on the CPU.

    Args:
        kind: the class. title: what the network is, for sentences.

    Raises:
        ModelError: files are missing or damaged, or the weights are those of another network.
    """
    from transformers.utils import logging as chatter

    hint = "Its files may be damaged or another network's; remove and install it again."
    if not (folder / WEIGHTS).is_file():
        raise ModelError(f"The file {WEIGHTS} of {title} is missing.", hint)
    chatter.disable_progress_bar()
    logging.getLogger("transformers").setLevel(logging.ERROR)
    try:
        model, told = kind.from_pretrained(
            str(folder), local_files_only=True, use_safetensors=True, output_loading_info=True
        )
    except Exception as error:  # safetensors' and tokenizers' errors derive from Exception alone
        raise ModelError(f"{_capital(title)} cannot be loaded.", hint) from error
    # Weights that are not in the file would be drawn by lot, and a warning is all that transformers says.
    if told["missing_keys"] or told["mismatched_keys"]:
        raise ModelError(f"{_capital(title)} lacks a part of its weights.", hint)
    return model.float().eval()


def _capital(title: str) -> str:
    return title[:1].upper() + title[1:]
