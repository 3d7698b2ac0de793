"""What is said of a person's own face: "green eyes", "freckles", "a big nose". Ranges in the middle have no word."""

from __future__ import annotations

from collections.abc import Mapping

from .identity import EYE_COLORS
from .scene import Scene

_EYE_WORDS = ("brown", "blue", "green", "grey")
# Trait -> (below this, said so), (above this, said so); the ends of the ranges in `identity`.
_ENDS: dict[str, tuple[tuple[float, str], tuple[float, str]]] = {
    "half_width": ((27.0, "a narrow face"), (31.5, "a round face")),
    "brow_h": ((1.3, "thin brows"), (2.4, "thick brows")),
    "nose_w": ((4.6, "a small nose"), (6.6, "a big nose")),
    "eye_h": ((3.2, "small eyes"), (4.4, "big eyes")),
}

TRAIT_WORDS: tuple[str, ...] = (
    *(f"{color} eyes" for color in _EYE_WORDS),
    *(
        "pale skin",
        "tan skin",
        "brown skin",
        "dark skin",
        "freckles",
        "a mole",
        "moles",
        "thin lips",
        "full lips",
    ),
    *(phrase for ends in _ENDS.values() for _, phrase in ends),
)
"""Every phrase that `trait_phrases` can give."""


def trait_phrases(scene: Scene) -> list[str]:
    """What can be said of, and seen on, the person in this picture; empty for cars. A subset of TRAIT_WORDS."""
    if scene.domain != "portrait":
        return []
    t, a = scene.identity.traits, scene.attributes
    said = [f"{_skin(t)} skin"]
    if a["glasses"] != "sunglasses":
        said.append(f"{_eyes(t)} eyes")
    if t["freckles"] > 0.0:
        said.append("freckles")
    if t["moles"] > 0.0:
        said.append("a mole" if t["moles"] == 1.0 else "moles")
    if a["expression"] != "surprised":
        lips = t["lip_up"] + t["lip_low"]
        said += ["full lips"] if lips > 8.4 else ["thin lips"] if lips < 5.8 else []
    hidden = {
        "brow_h": a["bangs"] != "none",
        "eye_h": a["glasses"] == "sunglasses" or a["expression"] != "neutral",
    }
    for name, ((low, small), (high, large)) in _ENDS.items():
        if not hidden.get(name, False):
            said += [small] if t[name] < low else [large] if t[name] > high else []
    return said


def _skin(t: Mapping[str, float]) -> str:
    level = t["skin_g"]
    return "pale" if level > 0.66 else "tan" if level > 0.42 else "brown" if level > 0.22 else "dark"


def _eyes(t: Mapping[str, float]) -> str:
    def distance(color: tuple[float, float, float]) -> float:
        # The iris is its colour times a level of 0.85 to 1.12: compare the proportions.
        ours = [t[f"iris_{c}"] / max(t["iris_r"] + t["iris_g"] + t["iris_b"], 1e-6) for c in "rgb"]
        return sum((o - c / sum(color)) ** 2 for o, c in zip(ours, color, strict=True))

    return _EYE_WORDS[min(range(len(EYE_COLORS)), key=lambda i: distance(EYE_COLORS[i]))]
