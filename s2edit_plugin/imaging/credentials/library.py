"""c2pa-python, told to keep quiet: no network, no thumbnails. Loaded in the child alone (`child`)."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from s2edit_plugin.imaging.credentials.certificates import USES
from s2edit_plugin.imaging.credentials.manifest import parent, thumbnails_of

__all__ = ["MIMES", "SETTINGS", "read", "sign"]

MIMES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "TIFF": "image/tiff",
    "WEBP": "image/webp",
    "HEIC": "image/heic",
    "AVIF": "image/avif",
    "GIF": "image/gif",
}
"""What the library reads; the first four are signed."""

SETTINGS: dict[str, Any] = {
    # Whatever a file names, nothing is fetched: no manifest from elsewhere, no revocation list, from no host at all.
    "core": {"allowed_network_hosts": [], "allow_redirects": False},
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_sign": True},
    "trust": {"trust_config": "\n".join(USES) + "\n"},
    # By default a small picture of the result and one of the unedited photo would be put in.
    "builder": {"thumbnail": {"enabled": False}},
}


def sign(
    asset: Path, mime: str, made: dict[str, Any], key: dict[str, Any], before: Path | None, mime_before: str
) -> bytes:
    """The file with a signed manifest in it.

    Args:
        asset: the result. made: `manifest.definition`. key: ``chain``, ``key``, ``algorithm``.
        before: the photo that was edited.

    Raises:
        c2pa.C2paError: the library refused.
    """
    import c2pa

    with _context() as context, _signer(key) as signer, c2pa.Builder(json.dumps(made), context) as builder:
        # Without the photo, what was opened is a picture of which nothing is known: the result stands in, which says no more.
        source = asset if before is None else before
        with open(source, "rb") as stream:
            builder.add_ingredient_from_stream(
                json.dumps(parent()), mime if before is None else mime_before, stream
            )
        out = io.BytesIO()
        with open(asset, "rb") as stream:
            builder.sign(signer, mime, stream, out)
        return out.getvalue()


def thumbnails(file: Path, mime: str) -> list[str]:
    """Addresses of the thumbnails that a file's manifests hold.

    Raises:
        c2pa.C2paError: the file or its manifests are damaged.
    """
    with _context() as context, open(file, "rb") as stream:
        reader = _reader(mime, stream, context)
        if reader is None:
            return []
        with reader:
            return thumbnails_of(json.loads(reader.detailed_json()))


def read(file: Path, mime: str) -> dict[str, Any] | None:
    """What the library finds in a file's manifests; None where there are none.

    Raises:
        c2pa.C2paError: the file or its manifests are damaged.
    """
    with _context() as context, open(file, "rb") as stream:
        reader = _reader(mime, stream, context)
        if reader is None:
            return None
        with reader:
            found: dict[str, Any] = json.loads(reader.json())
            return found


def _reader(mime: str, stream: Any, context: Any) -> Any:
    """What reads a file's manifests; None where it has none, or names an address of some, which nobody asks."""
    import c2pa

    try:
        return c2pa.Reader.try_create(mime, stream, context=context)
    except c2pa.C2paError as error:
        if str(error).startswith(("Remote:", "RemoteManifest:")):
            return None
        raise


def _context() -> Any:
    import c2pa

    return c2pa.Context(c2pa.Settings.from_dict(SETTINGS))


def _signer(key: dict[str, Any]) -> Any:
    import c2pa

    # No address of a time stamping service: it would be asked at every signature.
    info = c2pa.C2paSignerInfo(key["algorithm"].encode(), key["chain"].encode(), key["key"].encode(), None)
    return c2pa.Signer.from_info(info)
