"""How long the library takes with many tokens: ``python -m tests.benchmarks.library --tokens 10000``.

Listings are timed in processes of their own, as the command line would be. "first" has no index and reads every header;
"later" finds the index. "from disk": the token files (for "later" the index) were dropped from the page cache before.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from s2edit_plugin.library import Library
from s2edit_plugin.tokens.file import TokenRecord, token_bytes

TIMED = """
import sys, time
from pathlib import Path
from s2edit_plugin.library import Library
started = time.perf_counter()
found = {call}
print(time.perf_counter() - started, len(found))
"""


def fill(home: Path, tokens: int, people: int) -> int:
    """Write token files as learning makes them (100 KB of tensors are left away, 25 KB of pictures are not); bytes written."""
    rng = np.random.default_rng(0)
    thumbnail = _noise_png(rng)
    tensors = {"vectors": np.ones((2, 768), np.float16)}
    library = Library(home)
    written = 0
    for number in range(tokens):
        person, name = f"person{number % people:04}", f"token{number // people:04}"
        record = TokenRecord(
            kind="identity", person=person, name=name, class_noun="woman", base_model="small", base_model_hash="ab" * 32,
            source_prompt=f"a photo of a woman number {number} with long brown hair in a forest",
            attribute_words=("smiling", "red") * 12, settings={f"setting{n}": n for n in range(20)},
            source_image_hash=f"{number:064x}", thumbnail=thumbnail, crop=(0, 0, 512, 512),
            consent="The user confirmed the person's consent on 2026-01-02.", tags=("work", f"tag{number % 7}"),
        )  # fmt: skip
        path = library.folder.library / person / f"{name}.safetensors"
        path.parent.mkdir(parents=True, exist_ok=True)
        data = token_bytes(record, tensors)
        path.write_bytes(data)
        path.chmod(0o600)
        written += len(data)
    return written


def measure(home: Path) -> dict[str, Any]:
    """Seconds of each kind of listing."""
    library = Library(home)
    files = list(library.folder.library.rglob("*.safetensors"))
    time.sleep(0.1)  # what was written less than a tick ago is read twice
    figures = {"first, from disk": _timed(home, f"Library(Path({str(home)!r})).list()", drop=files)}
    library._store.index.remove()
    figures["first"] = _timed(home, f"Library(Path({str(home)!r})).list()")
    index = library._store.index.path
    figures["later, from disk"] = _timed(home, f"Library(Path({str(home)!r})).list()", drop=[index])
    figures["later"] = _timed(home, f"Library(Path({str(home)!r})).list()")
    figures["one person"] = _timed(home, f"Library(Path({str(home)!r})).list('person0000')")
    figures["search, two words"] = _timed(home, f"Library(Path({str(home)!r})).search('brown 4711')")
    figures["people"] = _timed(home, f"Library(Path({str(home)!r})).people()")
    return {"seconds": figures, "index_bytes": index.stat().st_size, "tokens": len(files)}


def _timed(home: Path, call: str, drop: list[Path] | None = None) -> float:
    for path in drop or []:
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)
    done = subprocess.run(
        [sys.executable, "-c", TIMED.format(call=call)], capture_output=True, text=True, check=True
    )
    return round(float(done.stdout.split()[0]), 3)


def _noise_png(rng: np.random.Generator) -> str:
    """A thumbnail that packs as badly as a photograph."""
    import io

    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(rng.integers(0, 200, (80, 80, 3), dtype=np.uint8)).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


def main() -> None:
    """Fill a library in a temporary folder and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=10_000)
    parser.add_argument("--people", type=int, default=500)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        written = fill(Path(folder), args.tokens, args.people)
        print(json.dumps(measure(Path(folder)) | {"token_bytes": written}, indent=1))


if __name__ == "__main__":
    main()
