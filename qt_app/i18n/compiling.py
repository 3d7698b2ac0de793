"""Messages as Qt's translator reads them (the format of ``.qm`` files, see qtbase/src/corelib/kernel/qtranslator.cpp)."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from qt_app.i18n.messages import Message

__all__ = ["compiled"]

MAGIC = bytes.fromhex("3cb86418caef9c95cd211cbf60a1bddd")
HASHES, MESSAGES, NUMERUS, LANGUAGE = 0x42, 0x69, 0x88, 0xA7
END, TRANSLATION, SOURCE, CONTEXT, COMMENT = 1, 3, 6, 7, 8
# The rule "n == 1" of English, German and many others: the first form, else the second.
ONE_OR_MORE = bytes((0x01, 1))


def compiled(messages: Iterable[Message], language: str) -> bytes:
    """The finished messages as one block for ``QTranslator.loadFromData``."""
    offsets, body = [], bytearray()
    for message in messages:
        if message.is_finished(language):
            offsets.append((_hash(message.source.encode()), len(body)))
            body += _record(message)
    hashes = b"".join(struct.pack(">II", *pair) for pair in sorted(offsets))
    sections = (
        (LANGUAGE, language.encode()),
        (HASHES, hashes),
        (MESSAGES, bytes(body)),
        (NUMERUS, ONE_OR_MORE),
    )
    return MAGIC + b"".join(struct.pack(">BI", tag, len(data)) + data for tag, data in sections)


def _record(message: Message) -> bytes:
    record = bytearray()
    for form in message.forms:
        text = form.encode("utf-16-be")
        record += struct.pack(">BI", TRANSLATION, len(text)) + text
    for tag, text in ((COMMENT, b""), (SOURCE, message.source.encode()), (CONTEXT, message.context.encode())):
        record += struct.pack(">BI", tag, len(text)) + text
    return bytes(record) + bytes((END,))


def _hash(text: bytes) -> int:
    """The hash of ELF files."""
    value = 0
    for byte in text:
        value = ((value << 4) + byte) & 0xFFFFFFFF
        high = value & 0xF0000000
        value = (value ^ (high >> 24)) & ~high
    return value or 1
