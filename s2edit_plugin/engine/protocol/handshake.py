"""Mutual authentication of engine and client by a shared secret, without sending it. Standard library only.

The first request on a connection is ``GET /v1/prove?nonce=<32 hexadecimal digits>``, without any secret. The engine answers
``{"nonce", "proof"}``: its own nonce, and an HMAC-SHA256 over both nonces with the secret as key. The client checks it and
sends its own proof with every later request of this connection (``Authorization: S2Edit <proof>``). So a program that listens
on the port of a crashed engine gets neither the secret nor a photo, and cannot reuse a proof on another connection. Tools
like `curl` may send the secret itself (``Authorization: Bearer``).
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
    """32 random hexadecimal digits."""
    return secrets.token_hex(16)


def is_nonce(text: object) -> bool:
    """Whether this has the form of a nonce."""
    return isinstance(text, str) and _NONCE.match(text) is not None


def proof(secret: str, side: Literal["engine", "client"], client_nonce: str, engine_nonce: str) -> str:
    """Proof of knowledge of the secret: 64 hexadecimal digits."""
    message = f"s2edit 1 {side} {client_nonce} {engine_nonce}"
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def is_right(shown: object, wanted: str) -> bool:
    """Constant-time comparison of two proofs."""
    return isinstance(shown, str) and bool(wanted) and hmac.compare_digest(shown.encode(), wanted.encode())
