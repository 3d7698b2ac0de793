"""What a picture shows: an identity, its attributes and the circumstances (nuisance)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

from .identity import car_traits, portrait_traits
from .streams import Draws

DOMAINS: tuple[str, ...] = ("portrait", "car")
SCENES: tuple[str, ...] = ("studio", "beach", "forest", "city")

ATTRIBUTES: dict[str, dict[str, tuple[str, ...]]] = {
    "portrait": {
        "hair_color": ("black", "brown", "blonde", "red", "grey"),
        "hair_style": ("short", "long", "curly"),
        "bangs": ("none", "bangs"),
        "expression": ("neutral", "smiling", "surprised"),
        "glasses": ("none", "glasses", "sunglasses"),
        "beard": ("none", "beard"),
        "lipstick": ("none", "red", "pink", "purple"),
        "eyeshadow": ("none", "blue", "green"),
        "blush": ("none", "blush"),
        "hat": ("none", "red", "blue"),
        "age": ("young", "old"),
    },
    "car": {
        "paint": ("red", "blue", "green", "white", "yellow"),
        "rack": ("none", "rack"),
        "lights": ("off", "on"),
        "stripe": ("none", "stripe"),
    },
}
"""Attribute values of each domain; the first value is the default."""

_ONLY: dict[str, str] = {"beard": "man", "lipstick": "woman", "eyeshadow": "woman"}
# Probability that an attribute takes a value other than its default; None is uniform over all values.
_RATE: dict[str, float | None] = {
    "hair_color": None,
    "hair_style": None,
    "bangs": 0.35,
    "expression": 0.6,
    "glasses": 0.45,
    "beard": 0.4,
    "lipstick": 0.5,
    "eyeshadow": 0.4,
    "blush": 0.3,
    "hat": 0.3,
    "age": 0.35,
    "paint": None,
    "rack": 0.4,
    "lights": 0.5,
    "stripe": 0.4,
}


@dataclass(frozen=True)
class Identity:
    """One person or car.

    seed: integer >= 0. domain: one of DOMAINS. noun: "woman", "man" or "car".
    traits: named numbers (lengths in 1/128 of the side, colours 0..1), never to be changed in place.
    """

    seed: int
    domain: str
    noun: str
    traits: Mapping[str, float]


@dataclass(frozen=True)
class Nuisance:
    """The circumstances of one picture, which identity and attributes do not depend on.

    scene: one of SCENES. light_x -0.75..0.75 (right is positive), light_y -0.75..-0.1 (above is negative),
    strength 0.85..1.12, warmth -1..1 (cold to warm). roll: radians, +-6 degrees. yaw -1..1, pitch -1..1:
    parallax of the inner features. scale 0.93..1.07. dx, dy: offset in units (+-3). flip: -1 or 1, where a
    car faces. cloth_r/g/b: 0..1. collar: 0 round, 1 open, 2 shirt. pattern: 0 plain, 1 stripes.
    """

    seed: int
    scene: str
    light_x: float
    light_y: float
    strength: float
    warmth: float
    roll: float
    yaw: float
    pitch: float
    scale: float
    dx: float
    dy: float
    flip: int
    cloth_r: float
    cloth_g: float
    cloth_b: float
    collar: int
    pattern: int


@dataclass(frozen=True)
class Scene:
    """Everything that one picture shows. `attributes` maps every attribute of the domain to its value."""

    identity: Identity
    attributes: Mapping[str, str]
    nuisance: Nuisance

    @staticmethod
    def of(
        identity_seed: int, attributes: int | Mapping[str, str], nuisance_seed: int, domain: str = "portrait"
    ) -> Scene:
        """Scene of an identity by its seed; `attributes` is a seed, or values (others are default)."""
        identity = sample_identity(identity_seed, domain)
        if isinstance(attributes, Mapping):
            values = {name: options[0] for name, options in ATTRIBUTES[domain].items()}
            return Scene(identity, values, sample_nuisance(nuisance_seed)).with_attributes(**attributes)
        return Scene(identity, sample_attributes(attributes, identity), sample_nuisance(nuisance_seed))

    @property
    def domain(self) -> str:
        """The identity's domain."""
        return self.identity.domain

    @property
    def seed(self) -> int:
        """The seed of sensor noise and background."""
        return self.nuisance.seed

    def with_attributes(self, **changes: str) -> Scene:
        """The same picture with some attributes changed; `scene=` changes the background.

        Raises ValueError for an unknown name or a value that this identity cannot have.
        """
        attributes, nuisance = dict(self.attributes), self.nuisance
        for name, value in changes.items():
            if value not in valid_values(self.identity, name):
                raise ValueError(f"{self.identity.noun}: {name} cannot be {value!r}")
            if name == "scene":
                nuisance = replace(nuisance, scene=value)
            else:
                attributes[name] = value
        return Scene(self.identity, attributes, nuisance)

    def with_traits(self, **traits: float) -> Scene:
        """The same picture of a person with some traits replaced."""
        return replace(self, identity=replace(self.identity, traits={**self.identity.traits, **traits}))

    def to_json(self) -> str:
        """This scene as a JSON text, with all traits spelled out."""
        identity = {**asdict(self.identity), "traits": dict(self.identity.traits)}
        return json.dumps(
            {"identity": identity, "attributes": dict(self.attributes), "nuisance": asdict(self.nuisance)}
        )

    @staticmethod
    def from_json(text: str) -> Scene:
        """The scene that `to_json` wrote."""
        data = json.loads(text)
        return Scene(Identity(**data["identity"]), data["attributes"], Nuisance(**data["nuisance"]))


def valid_values(identity: Identity, name: str) -> tuple[str, ...]:
    """Values that attribute `name` (or "scene") can take for this identity; the first is the default."""
    if name == "scene":
        return SCENES
    options = ATTRIBUTES[identity.domain].get(name)
    if options is None:
        raise ValueError(f"{identity.domain} has no attribute {name!r}")
    return options if _ONLY.get(name, identity.noun) == identity.noun else options[:1]


@lru_cache(maxsize=256)
def sample_identity(seed: int, domain: str = "portrait") -> Identity:
    """The identity of this seed (>= 0) in this domain."""
    if domain not in DOMAINS:
        raise ValueError(f"unknown domain {domain!r}")
    noun, traits = portrait_traits(seed) if domain == "portrait" else car_traits(seed)
    return Identity(seed, domain, noun, traits)


def sample_attributes(seed: int, identity: Identity) -> dict[str, str]:
    """Attribute values for this identity, each from its own stream; non-default values are frequent."""
    values = {}
    for name in ATTRIBUTES[identity.domain]:
        options, rate = valid_values(identity, name), _RATE[name]
        if len(options) == 1:
            values[name] = options[0]
            continue
        draws = Draws(seed, f"attribute:{name}")
        if rate is None:
            values[name] = options[draws.pick(len(options))]
        else:
            values[name] = options[1 + draws.pick(len(options) - 1)] if draws.chance(rate) else options[0]
    if values.get("glasses") == "sunglasses":
        values["eyeshadow"] = "none"  # not visible, so no caption should teach it
    return values


def sample_nuisance(seed: int) -> Nuisance:
    """Light, pose, background and clothes of this seed (>= 0)."""
    d = Draws(seed, "light")
    light: dict[str, Any] = {
        "light_x": d.u(-0.75, 0.75),
        "light_y": d.u(-0.75, -0.1),
        "strength": d.u(0.88, 1.12),
        "warmth": d.u(-1.0, 1.0),
    }
    d = Draws(seed, "pose")
    pose: dict[str, Any] = {
        "roll": d.u(-0.105, 0.105),
        "yaw": d.u(-1.0, 1.0),
        "pitch": d.u(-1.0, 1.0),
        "scale": d.u(0.93, 1.07),
        "dx": d.u(-3.0, 3.0),
        "dy": d.u(-2.0, 2.5),
        "flip": 1 - 2 * d.pick(2),
    }
    d = Draws(seed, "clothes")
    hue, level, white = d.u(0.0, 6.0), d.u(0.25, 0.85), d.u(0.0, 0.75)
    ramp = [min(max(abs((hue - shift) % 6.0 - 3.0) - 1.0, 0.0), 1.0) for shift in (0.0, 2.0, 4.0)]
    red, green, blue = (level * (white + (1.0 - white) * part) for part in ramp)
    clothes: dict[str, Any] = {
        "cloth_r": red,
        "cloth_g": green,
        "cloth_b": blue,
        "collar": d.pick(3),
        "pattern": d.pick(2),
    }
    scene = SCENES[Draws(seed, "scene").pick(len(SCENES))]
    return Nuisance(seed=seed, scene=scene, **light, **pose, **clothes)


def sample_scene(seed: int, domain: str | None = None) -> Scene:
    """A scene all of whose draws come from `seed` (>= 0); without a domain 85% are portraits."""
    if domain is None:
        domain = "portrait" if Draws(seed, "domain").chance(0.85) else "car"
    return Scene.of(seed, seed, seed, domain)
