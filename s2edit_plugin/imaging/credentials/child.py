"""A process of its own that signs and reads Content Credentials: ``python -m s2edit_plugin.imaging.credentials.child``.

c2pa-python is native code that takes files from anywhere apart: here it can cost nobody a picture, and neither window nor
engine loads it. The request comes on standard input (so no key lies in a temporary file), pictures are files of the working
folder: ``asset``, and ``photo`` if there is one. It writes ``answer.json``, and ``signed`` where something was signed.
"""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path
from typing import Any

from s2edit_plugin.errors import InputError, ResourceError, S2EditError, Sentence
from s2edit_plugin.imaging.credentials import library
from s2edit_plugin.imaging.credentials.certificates import SigningKey, signing_key
from s2edit_plugin.imaging.credentials.manifest import definition
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import Settings

__all__ = ["main"]

ASSET, PHOTO, SIGNED, ANSWER = "asset", "photo", "signed", "answer.json"


def main() -> int:
    """Do what is asked; failures stand in the answer."""
    request: dict[str, Any] = json.load(sys.stdin)
    try:
        answer = _DOING[request["do"]](request)
    except S2EditError as error:
        answer = error.to_json()
    except ImportError as error:
        answer = ResourceError(
            Sentence("The library for Content Credentials is not installed ({}).", error.name),
            "Run `sh installer/run.sh repair` in the checkout.",
        ).to_json()
    except Exception as error:
        # C2paError, and whatever its native part throws at odd files.
        answer = InputError(Sentence("Content Credentials failed ({}).", _short(error))).to_json()
    Path(ANSWER).write_text(json.dumps(answer), encoding="utf-8")
    return 0


def _sign(request: dict[str, Any]) -> dict[str, Any]:
    key = _key(request)
    mime = library.MIMES[request["format"]]
    photo, mime_photo = Path(PHOTO), library.MIMES.get(request["photo_format"], "")
    known = bool(mime_photo) and photo.exists()
    when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def made(redact: list[str]) -> dict[str, Any]:
        said = (request["model"], request["source_type"], request["notice"], request["areas"])
        return definition(mime, *said, when=when, redact=redact)

    values = {"chain": key.chain.decode(), "key": key.key.decode(), "algorithm": key.algorithm}
    chained = known
    try:
        redact = library.thumbnails(photo, mime_photo) if known else []
        data = library.sign(Path(ASSET), mime, made(redact), values, photo if known else None, mime_photo)
    except Exception:
        if not known:
            raise
        # Credentials of the photo that are too damaged to be taken along, or that do not let its picture be taken out.
        chained = False
        data = library.sign(Path(ASSET), mime, made([]), values, None, "")
    Path(SIGNED).write_bytes(data)
    return {"signer": key.name, "own": key.own, "chained": chained}


def _read(request: dict[str, Any]) -> dict[str, Any]:
    return {"found": library.read(Path(ASSET), library.MIMES[request["format"]])}


def _who(request: dict[str, Any]) -> dict[str, Any]:
    key = _key(request)
    return {"signer": key.name, "until": key.until.date().isoformat(), "own": key.own}


def _key(request: dict[str, Any]) -> SigningKey:
    settings = Settings(certificate=request["certificate"], certificate_key=request["certificate_key"])
    return signing_key(DataFolder(Path(request["folder"])), settings)


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__


_DOING = {"sign": _sign, "read": _read, "who": _who}

if __name__ == "__main__":
    sys.exit(main())
