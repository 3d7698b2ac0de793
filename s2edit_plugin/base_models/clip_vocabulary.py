"""CLIP's vocabulary, which single-file checkpoints do not contain, from the installed package ``open_clip_torch``.

Only its data file is read; the package is not imported, since it needs torchvision. The output equals the hub's tokenizer
folders byte for byte: 49,408 entries, the merges in the order they were learned.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import shutil
from functools import cache
from pathlib import Path

from s2edit_plugin.base_models.digests import digest_bytes
from s2edit_plugin.errors import ModelError

__all__ = ["MERGES_SHA256", "VOCABULARY_SHA256", "write_tokenizer"]

# As in `models/catalogue.toml`: tokenizer/vocab.json and tokenizer/merges.txt of Stable Diffusion on the hub.
VOCABULARY_SHA256 = "e089ad92ba36837a0d31433e555c8f45fe601ab5c221d4f607ded32d9f7a4349"
MERGES_SHA256 = "9fd691f7c8039210e0fced15865466c65820d09b63988b0174bfe25de299051a"

_FILE = "bpe_simple_vocab_16e6.txt.gz"
_MERGES = 49152 - 256 - 2  # as in CLIP's SimpleTokenizer
_PRINTABLE = (range(33, 127), range(161, 173), range(174, 256))
_REPAIR = "Run `sh installer/run.sh repair` in the checkout."


def write_tokenizer(folder: Path, config: Path) -> None:
    """Write a tokenizer folder: ``vocab.json``, ``merges.txt`` and the given ``tokenizer_config.json``.

    Raises:
        ModelError: the package is missing, or its file is of an unknown version. OSError: a disk error.
    """
    vocabulary, merges = _files()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_bytes(vocabulary)
    (folder / "merges.txt").write_bytes(merges)
    shutil.copyfile(config, folder / "tokenizer_config.json")


@cache
def _files() -> tuple[bytes, bytes]:
    """``vocab.json`` and ``merges.txt``."""
    try:
        text = gzip.decompress(_data_file().read_bytes()).decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ModelError(
            "CLIP's vocabulary in the package open_clip_torch cannot be read.", _REPAIR
        ) from error
    merges = text.split("\n")[1 : _MERGES + 1]
    printable = [chr(code) for span in _PRINTABLE for code in span]
    # The other bytes are mapped to code points from 256 on, so that every byte has a printable character.
    alphabet = [*printable, *(chr(256 + n) for n in range(256 - len(printable)))]
    words = [
        *alphabet,
        *(letter + "</w>" for letter in alphabet),
        *("".join(merge.split()) for merge in merges),
    ]
    words += ["<|startoftext|>", "<|endoftext|>"]
    ids = {word: number for number, word in enumerate(words)}
    vocabulary = (json.dumps(ids, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
    merges_file = ("#version: 0.2\n" + "\n".join(merges) + "\n").encode()
    if (digest_bytes(vocabulary), digest_bytes(merges_file)) != (
        f"sha256:{VOCABULARY_SHA256}",
        f"sha256:{MERGES_SHA256}",
    ):
        raise ModelError("The package open_clip_torch holds another vocabulary than CLIP's.", _REPAIR)
    return vocabulary, merges_file


def _data_file() -> Path:
    spec = importlib.util.find_spec("open_clip")  # does not import it
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(folder) / _FILE).is_file():
            return Path(folder) / _FILE
    raise ModelError(
        "Importing a single file needs the package open_clip_torch for CLIP's vocabulary.", _REPAIR
    )
