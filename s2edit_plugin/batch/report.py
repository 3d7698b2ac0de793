"""The report of a batch: one self-contained HTML file without scripts."""

from __future__ import annotations

import base64
import html
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from s2edit_plugin import __version__
from s2edit_plugin.batch.entries import Entry, Pictures
from s2edit_plugin.batch.ledger import Ledger
from s2edit_plugin.batch.recipe import Recipe, recipe_text
from s2edit_plugin.storage.paths import atomic_file

__all__ = ["REPORT", "Summary", "write_report"]

REPORT = "report.html"
_STYLE = """
:root{color-scheme:light dark}body{font:15px/1.45 system-ui,sans-serif;max-width:1200px;margin:2em auto;padding:0 1em}
h1{font-size:1.5em}h2{font-size:1.2em;margin-top:2em}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.35em .6em;border-bottom:1px solid #8884}
td{overflow-wrap:anywhere}pre{background:#8881;padding:1em;overflow-x:auto}.failed{color:#c22}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(340px,1fr));gap:1.2em}
figure{margin:0}figure img{max-width:160px;max-height:160px;margin-right:6px}figcaption{font-size:.85em;overflow-wrap:anywhere}
small{opacity:.75}
"""


@dataclass(frozen=True)
class Summary:
    """Result of a run.

    Attributes:
        skipped: number of done photos whose result existed. ended: the error that stopped the run, "" for none.
    """

    total: int
    done: int
    failed: int
    skipped: int
    seconds: float
    model: str = ""
    ended: str = ""


def write_report(ledger: Ledger, recipe: Recipe, summary: Summary, path: Path | None = None) -> Path:
    """Write the report of a run, atomically; returns its path.

    Args:
        path: default: ``report.html`` in the folder of the results.

    Raises:
        ResourceError: the disk refused.
    """
    path = path or ledger.results / REPORT
    with atomic_file(path) as stream:
        for piece in _pieces(ledger, recipe, summary, path.absolute().parent):
            stream.write(piece.encode("utf-8", "replace"))
    return path


def _pieces(ledger: Ledger, recipe: Recipe, summary: Summary, folder: Path) -> Iterator[str]:
    yield (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Batch: {summary.done} of {summary.total} photos</title><style>{_STYLE}</style></head><body>"
    )
    yield f"<h1>{summary.done} of {summary.total} photos are done</h1>{_facts(summary)}"
    yield from _failures(ledger, summary)
    yield "<h2>Results</h2>"
    yield from _results(ledger, folder)
    yield f"<h2>Recipe</h2><pre>{_text(recipe_text(recipe))}</pre></body></html>"


def _facts(summary: Summary) -> str:
    facts = [
        f"{summary.done - summary.skipped} edited in {_duration(summary.seconds)}",
        f"{summary.skipped} were there already" if summary.skipped else "",
        f"{summary.failed} could not be done" if summary.failed else "",
        f"model {summary.model}" if summary.model else "",
        time.strftime("%Y-%m-%d %H:%M"),
        f"S²Edit Studio {__version__}",
    ]
    ended = f'<p class="failed">{_text(summary.ended)}</p>' if summary.ended else ""
    return f"<p>{_text(' · '.join(fact for fact in facts if fact))}</p>{ended}"


def _failures(ledger: Ledger, summary: Summary) -> Iterator[str]:
    if not summary.failed:
        return
    yield '<h2 class="failed">Not done</h2><table><tr><th>Photo</th><th>Reason</th></tr>'
    for entry in ledger.each():
        if entry.state == "failed" and entry.error:
            reason = f"{entry.error.get('sentence', '')} {entry.error.get('hint', '')}".strip()
            yield f"<tr><td>{_path(entry.source)}</td><td>{_text(reason)}</td></tr>"
    yield "</table>"


def _results(ledger: Ledger, folder: Path) -> Iterator[str]:
    """Results with pictures first, as a grid; the others as a list."""
    yield '<div class="grid">'
    bare = 0
    for entry in ledger.each():
        if entry.state != "done":
            continue
        pictures = ledger.pictures(entry)
        if pictures is None:
            bare += 1
        else:
            yield _figure(entry, pictures, ledger.results, folder)
    yield "</div>"
    if bare:
        yield f"<h2>{bare} more results, without pictures here</h2><ul>"
        for entry in ledger.each():
            if entry.state == "done" and ledger.pictures(entry) is None:
                yield f"<li>{_link(entry, ledger.results, folder)} {_caption(entry)}</li>"
        yield "</ul>"


def _figure(entry: Entry, pictures: Pictures, results: Path, folder: Path) -> str:
    images = "".join(
        f'<img loading="lazy" alt="{what}" src="data:image/jpeg;base64,{base64.b64encode(data).decode()}">'
        for what, data in (("before", pictures.before), ("after", pictures.after))
    )
    return (
        f"<figure>{images}<figcaption>{_link(entry, results, folder)} {_caption(entry)}</figcaption></figure>"
    )


def _link(entry: Entry, results: Path, folder: Path) -> str:
    target = (results / entry.out).absolute()
    inside = target.is_relative_to(folder)
    address = quote(str(target.relative_to(folder))) if inside else target.as_uri()
    return f'<a href="{html.escape(address)}">{_path(Path(entry.out))}</a>'


def _caption(entry: Entry) -> str:
    details = entry.details or {}
    facts = [
        ", ".join(map(str, details.get("tokens", ()))),
        f"{entry.seconds:.1f} s" if entry.seconds else "",
        *(f"same face: {cosine:.2f}" for cosine in details.get("identity", ())),
        f"a copy of {details['copy_of']}" if "copy_of" in details else "",
        *map(str, details.get("notes", ())),
    ]
    return f"<br><small>{_text(' · '.join(fact for fact in facts if fact))}</small>"


def _path(path: Path) -> str:
    return _text(str(path))


def _text(text: str) -> str:
    """Text for HTML; control characters of file names are shown as question marks."""
    shown = "".join(c if c.isprintable() or c == "\n" else "?" for c in text)
    return html.escape(shown)


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
