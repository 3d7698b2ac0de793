"""A captioner: a photo described in a sentence. BLIP (Li et al. 2022, arXiv 2201.12086), through transformers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from s2edit_plugin.errors import ModelError, Sentence
from s2edit_plugin.perception.networks.preprocessing import read_preprocessing
from s2edit_plugin.perception.networks.transformers_model import load

__all__ = ["Captioner"]

TITLE = "the captioner"
MOST_TOKENS = 30
BEAMS = 3


class Captioner:
    """BLIP from a folder that ``save_pretrained`` wrote, tokenizer included.

    Raises:
        ModelError: files are missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._preprocessing = read_preprocessing(folder, TITLE)
        from transformers import BertTokenizer, BlipForConditionalGeneration

        if not any((folder / name).is_file() for name in ("tokenizer.json", "vocab.txt")):
            raise ModelError(Sentence("The vocabulary of {} is missing.", TITLE), "Install it again.")
        self._model = load(BlipForConditionalGeneration, folder, TITLE)
        try:
            self._tokenizer = BertTokenizer.from_pretrained(str(folder), local_files_only=True)
        except Exception as error:  # the tokenizers' errors derive from Exception alone
            raise ModelError(
                Sentence("The vocabulary of {} is damaged.", TITLE), "Install it again."
            ) from error

    def describe(self, rgb: np.ndarray, beginning: str = "") -> str:
        """A description of a picture, uint8 (H, W, 3), lower case and without full stop.

        Args:
            beginning: words to continue; not repeated in the result.

        Raises:
            ModelError: the network fails.
        """
        import torch

        pixels = torch.from_numpy(self._preprocessing.apply(rgb))
        words = None
        if beginning:
            words = self._tokenizer(beginning, return_tensors="pt")["input_ids"]
        try:
            with torch.inference_mode():
                ids = self._model.generate(
                    pixel_values=pixels,
                    input_ids=words,
                    max_new_tokens=MOST_TOKENS,
                    num_beams=BEAMS,
                    do_sample=False,
                )
        except (RuntimeError, IndexError, ValueError) as error:
            raise ModelError("The captioner cannot be run.", "Install it again.") from error
        text: str = self._tokenizer.decode(ids[0], skip_special_tokens=True)
        text = " ".join(text.split())
        # The output begins with ``beginning`` in the tokenizer's spelling.
        start = (
            " ".join(self._tokenizer.decode(words[0], skip_special_tokens=True).split())
            if words is not None
            else ""
        )
        return text.removeprefix(start).strip(" .")
