"""Files of results, signed; and what the signatures of any file are worth. The child (`child`) does both."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from s2edit_plugin.errors import ImageError, InputError, ResourceError, S2EditError
from s2edit_plugin.imaging.credentials.areas import Area, changed_areas
from s2edit_plugin.imaging.credentials.statements import statements
from s2edit_plugin.imaging.formats.kinds import kind_of
from s2edit_plugin.imaging.provenance import DIGITAL_SOURCE_TYPE, NOTICE, is_our_result
from s2edit_plugin.imaging.reading import format_of, read_photo
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import load_settings

__all__ = ["READABLE", "credentials_of", "is_possible", "signed", "signer", "with_credentials"]

READABLE = ("JPEG", "PNG", "TIFF", "WEBP", "HEIC", "AVIF", "GIF")
NONE = "The file has no Content Credentials."
_SECONDS = 120
_XMP_AT_MOST = 1 << 20


def is_possible() -> bool:
    """Whether this machine can have the library at all: for Windows there is no build of it yet."""
    return sys.platform != "win32" or importlib.util.find_spec("c2pa") is not None


def with_credentials(
    folder: DataFolder, data: bytes, result: bytes, original: bytes = b""
) -> tuple[bytes, str]:
    """A result's file with Content Credentials, where the settings want them, and why it has none, "" where all is well.

    A file is never lost to its signature: where it cannot be signed, it comes as it was. What is no result of this program, a
    mask for example, or of another format, comes as it was too.

    Args:
        folder: where settings and key are. data: the file. result: the same picture, kept exactly: it says where it was edited.
            original: the file of the photo that was edited, b"": not at hand.
    """
    wanted = is_possible() and load_settings(folder).content_credentials
    if not wanted or format_of(data) is None or not is_our_result(data):
        return data, ""
    try:
        return signed(folder, data, original, _areas(result, original)), ""
    except S2EditError as error:
        return data, f"{NONE} {error}"


def signed(folder: DataFolder, data: bytes, original: bytes = b"", areas: Sequence[Area] = ()) -> bytes:
    """A result's file with a signed manifest; its pixels and everything else in it stay as they are.

    Args:
        data: JPEG, PNG, TIFF or WebP. original: the file of the photo that was edited; its own credentials are taken along, but
            for small pictures in them. b"": not at hand. areas: where it was edited.

    Raises:
        InputError: another format, or the user's own certificate cannot be used. ResourceError: the library is not there, or
        fails. UsageError: the settings name a certificate without its key.
    """
    format = format_of(data)
    if format is None:
        raise InputError("Only JPEG, PNG, TIFF and WebP files can be signed.")
    settings = load_settings(folder)
    request = {
        "do": "sign",
        "folder": str(folder.root),
        "certificate": settings.certificate,
        "certificate_key": settings.certificate_key,
        "format": format,
        "photo_format": kind_of(original) or "",
        "model": _model_of(data),
        "source_type": DIGITAL_SOURCE_TYPE,
        "notice": NOTICE,
        "areas": [list(area) for area in areas],
    }
    files = {"asset": data} | ({"photo": original} if original else {})
    _, made = _asked(request, files)
    if not made:
        raise ResourceError("The file could not be signed.")
    return made


def credentials_of(data: bytes) -> dict[str, Any] | None:
    """The report of the library about a file's manifests, signatures verified, without any network; None: there are none.

    Raises:
        InputError: they are damaged beyond reading, or the file is. ResourceError: the library is not there, or fails.
    """
    kind = kind_of(data)
    if kind not in READABLE:
        return None
    answer, _ = _asked({"do": "read", "format": kind}, {"asset": data})
    found: dict[str, Any] | None = answer["found"]
    return found


def signer(folder: DataFolder) -> dict[str, Any]:
    """Who signs results: ``signer`` (common name), ``until`` (ISO date), ``own`` (the user's own certificate).

    Raises:
        S2EditError: as `signed`.
    """
    settings = load_settings(folder)
    request = {
        "do": "who",
        "folder": str(folder.root),
        "certificate": settings.certificate,
        "certificate_key": settings.certificate_key,
    }
    return _asked(request, {})[0]


def _areas(result: bytes, original: bytes) -> list[Area]:
    """Where the result differs from the photo; the whole picture where that is not at hand, or cannot be read any more."""
    after = read_photo(result, "the result").pixels
    with contextlib.suppress(ImageError):
        return changed_areas(read_photo(original, "the photo").pixels, after)
    return [(0, 0, after.shape[1], after.shape[0])]


def _model_of(data: bytes) -> str:
    """The model's name, which stands in the file's XMP."""
    at = data.find(b"<Iptc4xmpExt:AISystemUsed>")
    said = statements(data[at : at + _XMP_AT_MOST]).get("ai_system", "") if at >= 0 else ""
    return said.partition(", ")[2] or said


def _asked(request: dict[str, Any], files: dict[str, bytes]) -> tuple[dict[str, Any], bytes]:
    """What the child answers, and the file that it made.

    Raises:
        S2EditError: what it answered, or that it failed.
    """
    with tempfile.TemporaryDirectory(prefix="s2edit-signing-") as name:
        place = Path(name)
        try:
            for file, content in files.items():
                (place / file).write_bytes(content)
            package = str(Path(__file__).resolve().parents[3])
            environment = os.environ | {"TMPDIR": name, "TEMP": name, "TMP": name, "PYTHONPATH": package}
            subprocess.run(
                [sys.executable, "-m", "s2edit_plugin.imaging.credentials.child"],
                cwd=name, env=environment, input=json.dumps(request).encode(), timeout=_SECONDS, check=False,
                capture_output=True,
            )  # fmt: skip
            answer: dict[str, Any] = json.loads((place / "answer.json").read_bytes())
            made = place / "signed"
            data = made.read_bytes() if made.exists() else b""
        except subprocess.TimeoutExpired as error:
            raise ResourceError("Content Credentials took too long.") from error
        except (OSError, ValueError) as error:  # it ended without an answer, or the disk is full
            raise ResourceError("The process for Content Credentials failed.") from error
    if "error" in answer:
        raise S2EditError.from_json(answer)
    return answer, data
