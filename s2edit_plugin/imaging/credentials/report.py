"""What the library found in a file's manifests, as a chain from the file back to what it was made of. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Action", "Link", "Report", "report"]

MOST_LINKS = 50
_CHANGED = (
    "assertion.dataHash.mismatch",
    "assertion.boxesHash.mismatch",
    "assertion.bmffHash.mismatch",
    "assertion.hashedURI.mismatch",
    "claimSignature.mismatch",
)
_UNTRUSTED = "signingCredential.untrusted"
_TEXT = 300  # characters of a statement; a manifest may come from anywhere


@dataclass(frozen=True)
class Action:
    """One thing that was done.

    Attributes:
        action: as C2PA calls it, ``c2pa.edited``. when: RFC 3339, "" if not said. software, description, model: "" if not said.
        source_type: IPTC's word, the last part of its address. areas: (left, top, width, height) in pixels or per cent.
    """

    action: str
    when: str = ""
    software: str = ""
    description: str = ""
    model: str = ""
    source_type: str = ""
    areas: tuple[tuple[float, float, float, float], ...] = ()
    unit: str = "pixel"


@dataclass(frozen=True)
class Link:
    """One manifest: who signed, and what was done.

    Attributes:
        title: what the picture is called. relationship: to the one before it in the chain: "", ``parentOf``, ``componentOf``.
        signer, issuer: names in the certificate. program: what made the claim. actions: in their order.
        failures: codes of what does not hold. thumbnail: whether it holds a small picture.
    """

    title: str
    relationship: str
    signer: str
    issuer: str
    program: str
    actions: tuple[Action, ...]
    failures: tuple[str, ...]
    thumbnail: bool


@dataclass(frozen=True)
class Report:
    """A file's Content Credentials.

    Attributes:
        state: ``intact``; ``changed``: the file is not the one that was signed; ``invalid``: another thing does not hold.
        trusted: the signer is on a list of trusted ones. failures: codes. chain: the file's own manifest first.
    """

    state: str
    trusted: bool
    failures: tuple[str, ...]
    chain: tuple[Link, ...]


def report(found: dict[str, Any]) -> Report:
    """The library's report (`library.read`) in these words; what it lacks or has in another form is left out."""
    manifests = _table(found.get("manifests"))
    results = _table(found.get("validation_results"))
    failures = _codes(_table(results.get("activeManifest")))
    state = "intact"
    if found.get("validation_state") not in ("Valid", "Trusted"):
        state = "changed" if any(code in _CHANGED for code in failures) else "invalid"
    chain: list[Link] = []
    _follow(manifests, str(found.get("active_manifest", "")), "", failures, chain, set())
    return Report(state, found.get("validation_state") == "Trusted", failures, tuple(chain))


def _follow(
    manifests: dict[str, Any], label: str, relationship: str, failures: tuple[str, ...], chain: list[Link], seen: set[str],
) -> None:  # fmt: skip
    manifest = _table(manifests.get(label))
    if not manifest or label in seen or len(chain) >= MOST_LINKS:
        return
    seen.add(label)
    signature = _table(manifest.get("signature_info"))
    chain.append(
        Link(
            title=_text(manifest.get("title")),
            relationship=relationship,
            signer=_text(signature.get("common_name")),
            issuer=_text(signature.get("issuer")),
            program=_program(_first(manifest.get("claim_generator_info")))
            or _text(manifest.get("claim_generator")),
            actions=tuple(_actions(manifest)),
            failures=failures,
            thumbnail=bool(manifest.get("thumbnail")),
        )
    )
    for ingredient in _rows(manifest.get("ingredients")):
        results = _table(_table(ingredient.get("validation_results")).get("activeManifest"))
        below = _text(ingredient.get("active_manifest"))
        _follow(manifests, below, _text(ingredient.get("relationship")), _codes(results), chain, seen)


def _actions(manifest: dict[str, Any]) -> list[Action]:
    made: list[Action] = []
    for assertion in _rows(manifest.get("assertions")):
        if _text(assertion.get("label")).startswith("c2pa.actions"):
            made += map(_action, _rows(_table(assertion.get("data")).get("actions"))[:100])
    return made


def _action(action: dict[str, Any]) -> Action:
    agent = action.get("softwareAgent")
    areas, unit = _areas(action)
    return Action(
        action=_text(action.get("action")),
        when=_text(action.get("when")),
        software=_program(agent) if isinstance(agent, dict) else _text(agent),
        description=_text(action.get("description")),
        model=_text(_table(action.get("parameters")).get("s2edit.model")),
        source_type=_text(action.get("digitalSourceType")).rsplit("/", 1)[-1],
        areas=areas,
        unit=unit,
    )


def _areas(action: dict[str, Any]) -> tuple[tuple[tuple[float, float, float, float], ...], str]:
    areas, unit = [], "pixel"
    for change in _rows(action.get("changes"))[:100]:
        for place in _rows(change.get("region")):
            shape = _table(place.get("shape"))
            origin = _table(shape.get("origin"))
            numbers = [origin.get("x"), origin.get("y"), shape.get("width"), shape.get("height")]
            if all(isinstance(number, int | float) for number in numbers):
                areas.append((float(numbers[0]), float(numbers[1]), float(numbers[2]), float(numbers[3])))  # type: ignore[arg-type]
                unit = _text(shape.get("unit")) or unit
    return tuple(areas), unit


def _codes(results: dict[str, Any]) -> tuple[str, ...]:
    """What failed. That the signer is unknown is said elsewhere and is no failure of the file."""
    codes = [_text(failure.get("code")) for failure in _rows(results.get("failure"))]
    return tuple(dict.fromkeys(code for code in codes if code and code != _UNTRUSTED))


def _program(info: object) -> str:
    table = _table(info)
    return " ".join(part for part in (_text(table.get("name")), _text(table.get("version"))) if part)


def _text(value: object) -> str:
    return " ".join(value.split())[:_TEXT] if isinstance(value, str) else ""


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _rows(value: object) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else None
