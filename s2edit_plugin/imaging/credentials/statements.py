"""What an XMP packet says about the making of a picture, whoever wrote it. Standard library only.

Text, not an XML parser, and never more than a bounded piece of it: the packet comes from anywhere.
"""

from __future__ import annotations

import re
from html import unescape

__all__ = ["packet_in", "statements"]

_NAMES = {
    "CreatorTool": "creator_tool",
    "DigitalSourceType": "digital_source_type",
    "digitalsourcetype": "digital_source_type",
    "AISystemUsed": "ai_system",
    "AISystemVersionUsed": "ai_system_version",
    "AIPromptInformation": "ai_prompt",
    "Credit": "credit",
    "notice": "notice",
    "settings": "settings",
    "provenance": "provenance",
}
"""XMP's own, Dublin Core's, Photoshop's, IPTC's (2025.1) and ours (``s2edit:``); ``provenance`` says where a manifest lies."""
_OURS = ("notice", "settings")
_LONGEST = 1 << 16
_ELEMENT = re.compile(r"<([A-Za-z][\w-]{0,30}):(\w{1,30})(?:\s[^<>]{0,400})?>([^<>]{1,65536})</")
_ATTRIBUTE = re.compile(
    r"""\s([A-Za-z][\w-]{0,30}):(\w{1,30})\s?=\s?(?:"([^"]{0,65536})"|'([^']{0,65536})')"""
)
_LIST = re.compile(r"<[\w-]{1,30}:(?:Seq|Bag|Alt)>\s{0,100}<[\w-]{1,30}:li(?:\s[^<>]{0,200})?>", re.ASCII)
_BEGIN, _END = b"<x:xmpmeta", b"</x:xmpmeta>"
_MOST_PACKET = 4 << 20


def statements(packet: bytes | None) -> dict[str, str]:
    """The statements of `_NAMES` that a packet makes, by plain names; empty where it makes none or cannot be read."""
    if not packet:
        return {}
    try:
        text = packet[:_MOST_PACKET].decode("utf-8", "replace")
    except ValueError:
        return {}
    text = _LIST.sub("", text)
    found: dict[str, str] = {}
    for match in _ELEMENT.finditer(text):
        _take(found, match[1], match[2], match[3])
    for match in _ATTRIBUTE.finditer(text):
        _take(found, match[1], match[2], match[3] if match[3] is not None else match[4])
    return found


def packet_in(data: bytes) -> bytes | None:
    """An XMP packet anywhere in a file whose structure is not known here."""
    begin = data.find(_BEGIN)
    end = data.find(_END, begin, begin + _MOST_PACKET) if begin >= 0 else -1
    return data[begin : end + len(_END)] if end >= 0 else None


def _take(found: dict[str, str], prefix: str, name: str, value: str) -> None:
    if name not in _NAMES or (name in _OURS) != (prefix == "s2edit") or not value.strip():
        return
    found.setdefault(_NAMES[name], unescape(value.strip())[:_LONGEST])
