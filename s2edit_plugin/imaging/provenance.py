"""XMP of result files: states that they were edited by AI, with IPTC's vocabulary.

By default it contains only this, program and model: no prompt, no names, no settings.
See https://cv.iptc.org/newscodes/digitalsourcetype/ and the IPTC Photo Metadata Standard 2025.1 (AI properties).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from s2edit_plugin import __version__

__all__ = [
    "DIGITAL_SOURCE_TYPE",
    "NOTICE",
    "PROGRAM",
    "Provenance",
    "is_our_result",
    "ours_alone",
    "xmp_packet",
]

DIGITAL_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
NOTICE = "edited by AI"
PROGRAM = f"S2Edit Studio {__version__}"

_HEAD = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
_RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
_RDF_END = "</rdf:RDF>"
_TAIL = '</x:xmpmeta><?xpacket end="w"?>'
_NAMESPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    'xmlns:s2edit="urn:s2edit:1.0/"'
)
_LARGEST_TAG = 1 << 16  # characters
_LONGEST_NAME = 64  # of ours, with what ends it
_OURS = (
    "xmp:CreatorTool",
    "Iptc4xmpExt:DigitalSourceType",
    "Iptc4xmpExt:AISystemUsed",
    "s2edit:notice",
    "s2edit:settings",
)


@dataclass(frozen=True)
class Provenance:
    """Facts about the making of a result, written into its file.

    Attributes:
        model: name of the base model.
        settings: prompt, token names and settings to include; None, the default: not included.
    """

    model: str
    settings: Mapping[str, object] | None = None


def xmp_packet(provenance: Provenance, existing: bytes | None = None) -> bytes:
    """The XMP packet of a result.

    Args:
        provenance: what to say.
        existing: the photo's packet. Its statements (author, copyright, rating) are kept, those in our words replaced.

    Returns:
        The packet in UTF-8.
    """
    properties = {
        "xmp:CreatorTool": PROGRAM,
        "Iptc4xmpExt:DigitalSourceType": DIGITAL_SOURCE_TYPE,
        "Iptc4xmpExt:AISystemUsed": f"{PROGRAM}, {provenance.model}",
        "s2edit:notice": NOTICE,
    }
    if provenance.settings is not None:
        properties["s2edit:settings"] = json.dumps(
            dict(provenance.settings), ensure_ascii=False, sort_keys=True
        )
    lines = "".join(f"<{name}>{_clean(value)}</{name}>" for name, value in properties.items())
    description = f'<rdf:Description rdf:about="" {_NAMESPACES}>{lines}</rdf:Description>'
    before, after = _around(existing)
    return (before + description + after).encode()


def is_our_result(data: bytes) -> bool:
    """Whether a file is a result as this program wrote it: other programs put their own name there when they save."""
    return b"<xmp:CreatorTool>S2Edit Studio " in data and f"<s2edit:notice>{NOTICE}<".encode() in data


def ours_alone(packet: bytes) -> bytes | None:
    """Of a packet of `xmp_packet` what this program said, without the photographer's; None where it said nothing."""
    start = packet.rfind(f'<rdf:Description rdf:about="" {_NAMESPACES}>'.encode())
    end = packet.find(b"</rdf:Description>", start) + len(b"</rdf:Description>")
    if start < 0 or end <= start:
        return None
    return (_HEAD + _RDF).encode() + packet[start:end] + (_RDF_END + _TAIL).encode()


def _clean(value: str) -> str:
    """Text as XML allows it: escaped, without control characters."""
    return escape(re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]", "", value))


def _around(existing: bytes | None) -> tuple[str, str]:
    """What stands before and after our description. Text, not an XML parser: the packet comes from anywhere."""
    fresh = (_HEAD + _RDF, _RDF_END + _TAIL)
    if not existing:
        return fresh
    try:
        text = existing.decode().strip("\x00")
    except UnicodeDecodeError:
        return fresh
    if text.count(_RDF_END) != 1:
        return fresh
    text = _without_ours(text)
    before, after = text.split(_RDF_END)
    return before, _RDF_END + after


def _without_ours(text: str) -> str:
    """XMP without the properties in our words, as elements and as attributes, in one pass from tag to tag.

    No pattern ever sees more than one tag, and none of more than `_LARGEST_TAG`: foreign packets of megabytes took hours.
    """
    if not any(name in text for name in _OURS):
        return text
    pieces = text.split("<")
    kept = [pieces[0]]
    at = 1
    while at < len(pieces):
        tag, end, behind = pieces[at].partition(">")
        name = tag[:_LONGEST_NAME].rstrip("/").split(None, 1)[0] if tag[:1].isalpha() else ""
        at += 1
        if name in _OURS and end and tag.endswith("/"):
            kept.append(behind)
        elif name in _OURS and end and at < len(pieces) and pieces[at].startswith(f"/{name}>"):
            kept.append(pieces[at].partition(">")[2])
            at += 1
        else:
            kept += ("<", _without_our_attributes(tag), end, behind)
    return "".join(kept)


def _without_our_attributes(tag: str) -> str:
    if len(tag) > _LARGEST_TAG:
        return tag
    for name in _OURS:
        if name in tag:
            tag = re.sub(rf"""\s{name}\s*=\s*("[^"]*"|'[^']*')""", "", tag)
    return tag
