"""Settings of an edit as they are stored in layers and images: token ids, no names of people. Does not import gi."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from gimp_bridge.ranges import GUIDANCE, LIMITS
from s2edit_plugin.api.queries import TokenInfo
from s2edit_plugin.errors import TokenError, TokenNotFoundError

__all__ = ["MISSING_TOKEN", "NO_TOKEN", "EditValues", "TokenNames", "read_values", "write_values"]

FORMAT = 1
MAX_BYTES = 64 * 1024  # bytes of a parasite; a larger one was not written by this plug-in
MAX_LENGTHS = {"prompt": 2000, "source_prompt": 2000, "suggestion": 2000}
MAX_LENGTH = 300  # characters of any other text
NO_TOKEN = "none"
MISSING_TOKEN = "A token of this edit is no longer in your library."
_REFERENCE = re.compile(r"<([^<>]{1,140})>")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class EditValues:
    """Settings of an edit: arguments of the dialog and of scripts, and the content of a parasite.

    Attributes:
        token: the subject's token, by id or as ``person/name``; "" or ``none`` for an edit by words alone.
        attribute: a token to transfer, "" for none.
        prompt, source_prompt: references by id or name; an empty source prompt is suggested by the engine.
        suggestion: the engine's suggestion for the source prompt; it counts as one while the user leaves it unchanged.
        region: which pixels may change: ``selection``, or as `api.ApplyEdit`; ``auto`` is the selection where there is one.
        subject: where the token acts: ``auto``, ``selection``, ``face``, ``word:W``, ``channel:NAME``, ...
        variants: how many results, with seeds from ``seed`` on. steps: 0 for the default number.
        layer: tattoo of the layer that was edited, 0 if it is not known.
    """

    token: str = ""
    attribute: str = ""
    prompt: str = ""
    source_prompt: str = ""
    suggestion: str = ""
    region: str = "auto"
    subject: str = "auto"
    strength: float = 1.0
    guidance: float = GUIDANCE
    seed: int = 0
    variants: int = 1
    steps: int = 0
    layer: int = 0

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens that take part, the subject's first."""
        return tuple(name for name in (self.token, self.attribute) if name and name != NO_TOKEN)


class TokenNames:
    """The library's tokens by id and by name."""

    def __init__(self, tokens: Sequence[TokenInfo]) -> None:
        self.tokens = tuple(tokens)
        self._ids = {info.name: info.id for info in tokens}
        self._names = {info.id: info.name for info in tokens if info.id}

    def find(self, token: str) -> TokenInfo:
        """A token by id or name.

        Raises:
            TokenError: none was chosen. TokenNotFoundError: it is not in the library.
        """
        if not self.tokens:
            raise TokenError(
                "Your library has no token yet.", "Learn one with Filters > S²Edit > Learn token…"
            )
        if not token:
            raise TokenError("No token was chosen.", "Choose one of your library.")
        plain = token.strip().removeprefix("<").removesuffix(">")
        name = self._names.get(plain, plain)
        found = next((info for info in self.tokens if info.name == name), None)
        if found is None and _ID.fullmatch(plain):
            raise TokenNotFoundError(MISSING_TOKEN, "Choose another one, or restore it in S2Edit Studio.")
        if found is None:
            raise TokenNotFoundError(
                f"The token {plain[:140]} is not in your library.", "Choose another one."
            )
        return found

    def all_of(self, values: EditValues) -> tuple[TokenInfo, ...]:
        """The tokens of an edit: the subject's first, those of its prompt last. Raises TokenError."""
        written = [match.group(1) for match in _REFERENCE.finditer(values.prompt)]
        found = [self.find(token) for token in (*values.tokens, *written)]
        return tuple(dict.fromkeys(found))

    def without_missing(self, prompt: str) -> str:
        """A prompt without references by id to tokens that are no longer in the library."""
        return " ".join(
            _REFERENCE.sub(
                lambda m: "" if _ID.fullmatch(m.group(1)) and m.group(1) not in self._names else m.group(0),
                prompt,
            ).split()
        )

    def with_names(self, prompt: str) -> str:
        """A prompt with ``<id>`` as ``<person/name>``."""
        return _REFERENCE.sub(lambda m: f"<{self._names.get(m.group(1), m.group(1))}>", prompt)

    def with_ids(self, prompt: str) -> str:
        """A prompt with ``<person/name>`` as ``<id>``."""
        return _REFERENCE.sub(lambda m: f"<{self._ids.get(m.group(1)) or m.group(1)}>", prompt)

    def id_of(self, token: str) -> str:
        """The id of a token given by name or id; "" for none."""
        return self.find(token).id if token and token != NO_TOKEN else ""


def write_values(values: EditValues, names: TokenNames) -> bytes:
    """The settings as bytes of a parasite."""
    kept = asdict(values) | {
        "format": FORMAT,
        "token": names.id_of(values.token),
        "attribute": names.id_of(values.attribute),
        "prompt": names.with_ids(values.prompt),
        "source_prompt": names.with_ids(values.source_prompt),
        "suggestion": names.with_ids(values.suggestion),
    }
    return json.dumps(kept).encode("ascii")  # GIMP's Python takes no byte above 127 for what it attaches


def read_values(data: bytes) -> EditValues | None:
    """What `write_values` wrote; None where it is nothing, damaged, out of range, or from a newer version.

    An image may come from anywhere: every value is checked. Unknown fields are left out.
    """
    if len(data) > MAX_BYTES:
        return None
    try:
        kept: Any = json.loads(data.decode("utf-8"))
        if not isinstance(kept, dict) or kept.get("format") != FORMAT:
            return None
        return EditValues(
            **{field.name: _checked_value(kept, field.name, field.default) for field in fields(EditValues)}
        )
    except (ValueError, RecursionError):
        return None


def _checked_value(kept: dict[str, Any], name: str, default: Any) -> Any:
    """A field's value. Raises ValueError where it is of another kind or out of range."""
    value = kept.get(name, default)
    if type(default) is float and type(value) is int and abs(value) < 2**53:
        value = float(value)
    if type(value) is not type(default):
        raise ValueError(name)
    if isinstance(value, str):
        if len(value) > MAX_LENGTHS.get(name, MAX_LENGTH) or "\0" in value:
            raise ValueError(name)
        value.encode()  # half of a surrogate pair is no text
    else:
        low, high = LIMITS[name]
        if not low <= value <= high:  # NaN neither
            raise ValueError(name)
    return value
