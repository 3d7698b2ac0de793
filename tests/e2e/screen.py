"""A screen that nobody sees."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator

__all__ = ["xvfb"]


@contextlib.contextmanager
def xvfb() -> Iterator[str]:
    """An X server of our own; the name of its display."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=(writing,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writing)
    try:
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()
