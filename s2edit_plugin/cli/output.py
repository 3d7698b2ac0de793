"""Output of the command line: results on standard output, everything else on standard error.

With ``--json`` standard output carries exactly one JSON object and standard error stays empty. Characters that the stream
cannot encode are written as escapes; an error of a stream does not undo the work.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from s2edit_plugin.api import OnProgress, Progress
from s2edit_plugin.errors import CancelledError, ResourceError, S2EditError, Sentence, UsageError

if TYPE_CHECKING:
    import tqdm

__all__ = ["Output", "harmless", "silence", "table"]

# Control characters but tab and line feed, and those that turn the direction of writing.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Output:
    """Where a command's results, errors and progress go.

    Args:
        as_json: one JSON object instead of text.
        out, err: streams; standard output and error by default.
    """

    def __init__(self, as_json: bool, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.as_json = as_json
        self._out = out if out is not None else sys.stdout
        self._err = err if err is not None else sys.stderr
        self._broken = False  # whether results cannot be printed

    def result(self, values: dict[str, Any], text: str) -> None:
        """The command's result: ``values`` with ``--json``, else ``text``.

        Raises:
            ResourceError: it cannot be printed. BrokenPipeError: the reader has closed the pipe.
        """
        shown = _as_json(values, self._out) if self.as_json else harmless(text)
        try:
            print(shown, file=self._out, flush=True)
        except BrokenPipeError:
            raise
        except OSError as error:
            self._broken = True
            silence(self._out)
            reason = error.strerror or type(error).__name__
            raise ResourceError(
                Sentence("It is done, but the answer could not be printed ({}).", reason),
                "See where the output of the command goes.",
            ) from error

    def warning(self, sentence: str) -> None:
        """A remark; the JSON result has its own list of them."""
        if not self.as_json:
            self._write_line(f"s2edit: note: {sentence}")

    def error(self, error: S2EditError) -> None:
        """One sentence, and the hint on a line of its own."""
        if self.as_json and not self._broken:
            with contextlib.suppress(OSError):
                print(_as_json(error.to_json(), self._out), file=self._out, flush=True)
                return
            silence(self._out)
        self._write_line(f"s2edit: {error.sentence}")
        if error.hint:
            self._write_line(f"        {error.hint}")

    def _write_line(self, text: str) -> None:
        with contextlib.suppress(OSError):  # there is no other place to report it, and no reason to stop
            print(harmless(text), file=self._err, flush=True)

    def confirm(self, question: str, sentence: str) -> None:
        """Ask once at a terminal before an irreversible action. Args: sentence: the error if not interactive.

        Raises:
            UsageError: not interactive, or ``--json``. CancelledError: the answer was no.
        """
        if self.as_json or not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise UsageError(sentence, "Add --yes to do it.")
        print(harmless(f"{question} [y/N] "), end="", file=self._err, flush=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise CancelledError()

    @contextlib.contextmanager
    def progress(self) -> Iterator[OnProgress]:
        """A callback that draws progress: a bar on a terminal, a line every 10 % elsewhere, nothing with ``--json``."""
        if self.as_json:
            yield lambda progress: None
        elif self._err is not None and self._err.isatty():
            bars = _Bars(self._err)
            try:
                yield bars
            finally:
                bars.close()
        else:
            yield _Lines(self._err)


def harmless(text: str) -> str:
    """Text without terminal control characters: token files, and the text in them, are untrusted."""
    return _OBEYED.sub("?", text)


def silence(stream: TextIO | None) -> None:
    """Redirect a failed stream to the null device, so that Python reports no error at exit."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # type: ignore[union-attr]


def _as_json(values: dict[str, Any], stream: TextIO) -> str:
    """JSON in the letters of the stream; names of files that are no text are escaped, as `json.loads` reads them."""
    plain = _without_pictures(values)
    shown = json.dumps(plain, ensure_ascii=False, indent=2, default=str)
    try:
        shown.encode("utf-8")
        shown.encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        shown = json.dumps(plain, indent=2, default=str)
    return shown


def _without_pictures(value: Any) -> Any:
    """JSON values without fields of bytes: pictures are in files, and JSON cannot hold them."""
    if isinstance(value, dict):
        return {key: _without_pictures(v) for key, v in value.items() if not isinstance(v, bytes)}
    if isinstance(value, list | tuple):
        return [_without_pictures(v) for v in value if not isinstance(v, bytes)]
    return value


class _Bars:
    """One tqdm bar a stage."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._stage = ""
        self._bar: tqdm.tqdm[Any] | None = None

    def __call__(self, progress: Progress) -> None:
        if self._bar is None or progress.stage != self._stage:
            from tqdm import tqdm

            self.close()
            self._stage = progress.stage
            scale = {"unit": "B", "unit_scale": True} if progress.unit == "bytes" else {}
            self._bar = tqdm(desc=progress.stage, file=self._stream, dynamic_ncols=True, leave=True, **scale)
        bar = self._bar
        bar.total = progress.total
        if progress.loss is not None:
            bar.set_postfix_str(f"loss {progress.loss:.4f}", refresh=False)
        bar.n = progress.step
        bar.refresh()

    def close(self) -> None:
        """Leave the terminal on a fresh line."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class _Lines:
    """A line whenever another tenth of a stage is done."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown: tuple[str, int] = ("", -1)

    def __call__(self, progress: Progress) -> None:
        tenth = 10 * progress.step // max(progress.total, 1)
        if (progress.stage, tenth) == self._shown or (tenth == 0 and self._shown[0] == progress.stage):
            return
        self._shown = (progress.stage, tenth)
        more = "" if progress.loss is None else f", loss {progress.loss:.4f}"
        if progress.unit == "bytes":
            more = f" of {progress.total / 1e6:,.{0 if progress.total >= 1e7 else 1}f} MB"
        left = "" if progress.seconds_left is None else f", {progress.seconds_left:.0f} s left"
        with contextlib.suppress(OSError):
            print(f"{progress.stage}: {10 * tenth} %{more}{left}", file=self._stream, flush=True)


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns of text, numbers to the right."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(headings), *cells]) for i in range(len(headings))]
    numeric = [
        bool(rows) and all(isinstance(row[i], int | float) for row in rows) for i in range(len(headings))
    ]

    def line(values: Sequence[str]) -> str:
        padded = [v.rjust(w) if n else v.ljust(w) for v, w, n in zip(values, widths, numeric, strict=True)]
        return "  ".join(padded).rstrip()

    return "\n".join([line(headings), line(["-" * w for w in widths]), *(line(row) for row in cells)])


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return "" if value is None else str(value)
