"""How engine and client prove to each other that they know the secret, without sending it. Standard library only.

The first request on a connection is ``GET /v1/prove?nonce=<32 hexadecimal digits>``, without any secret. The engine answers
``{"nonce", "proof"}``: a nonce of its own, and a HMAC-SHA256 over both that only who knows the secret can make. The client
checks it and shows a proof of its own with every later request of this connection (``Authorization: S2Edit <proof>``). So a
program that has taken the port of an engine that crashed gets neither the secret nor a photo, and nothing it hears can be used
on another connection. `curl` and its kind may still show the secret itself (``Authorization: Bearer``).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import Literal

__all__ = ["PROVE_PATH", "SCHEME", "is_nonce", "is_right", "new_nonce", "proof"]

PROVE_PATH, SCHEME = "/v1/prove", "S2Edit"
_NONCE = re.compile(r"[0-9a-f]{32}\Z")


def new_nonce() -> str:
    """32 hexadecimal digits that nobody has seen."""
    return secrets.token_hex(16)


def is_nonce(text: object) -> bool:
    """Whether this has the form of a nonce."""
    return isinstance(text, str) and _NONCE.match(text) is not None


def proof(secret: str, side: Literal["engine", "client"], client_nonce: str, engine_nonce: str) -> str:
    """What a side shows to prove that it knows the secret: 64 hexadecimal digits."""
    message = f"s2edit 1 {side} {client_nonce} {engine_nonce}"
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def is_right(shown: object, wanted: str) -> bool:
    """Whether what was shown is what was wanted, in the same time wherever they differ."""
    return isinstance(shown, str) and bool(wanted) and hmac.compare_digest(shown.encode(), wanted.encode())
