"""A small stand-in for ``gi``: enough of GIMP to call what no batch run reaches. Everything that is done is written down."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Channel", "Image", "Layer", "LayerMask", "fake_gi"]


class _Names:
    """An enumeration, or a class, whose every attribute is its name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return f"{self._name}.{name}"


class _Flags(int):
    """Flags that can be put together."""

    def __or__(self, other: int) -> _Flags:
        return _Flags(int(self) | int(other))


class _FlagNames:
    def __getattr__(self, name: str) -> _Flags:
        return _Flags(1 << (len(name) % 20))


class PlugIn:
    """`Gimp.PlugIn`."""

    __gtype__ = "PlugIn"


class Channel:
    """`Gimp.Channel`."""


class Layer:
    """`Gimp.Layer` as far as it is looked at before any pixel is read."""

    @staticmethod
    def from_mask(mask: LayerMask) -> Layer:
        return mask.layer


class LayerMask(Channel):
    """`Gimp.LayerMask`."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer


class Image:
    """`Gimp.Image`: ``kind`` of colours, ``floating``: the floating selection."""

    def __init__(self, kind: str = "ImageBaseType.RGB", floating: object = None) -> None:
        self.kind, self.floating = kind, floating

    def get_base_type(self) -> str:
        return self.kind

    def get_floating_sel(self) -> object:
        return self.floating


class Procedure:
    """`Gimp.ImageProcedure`: writes down what is added to it, and what a run gave."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.added: list[tuple[str, tuple[Any, ...]]] = []

    def get_name(self) -> str:
        return self.name

    def new_return_values(self, status: str, error: Any) -> Values:
        return Values(status, error)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *arguments: self.added.append((name, arguments))


class Values:
    """`Gimp.ValueArray`."""

    def __init__(self, status: str, error: Any) -> None:
        self.status, self.error = status, error
        self.results: dict[int, Any] = {}

    def remove(self, place: int) -> None:
        self.results.pop(place, None)

    def insert(self, place: int, value: Any) -> None:
        self.results[place] = value


class _Choice:
    @staticmethod
    def new() -> Any:
        made = types.SimpleNamespace(words=[])
        made.add = lambda word, *rest: made.words.append(word)
        return made


class _GError(Exception):
    def __init__(self, message: str = "", domain: str = "", code: int = 0) -> None:
        super().__init__(message)
        self.message = message


def _modules(told: list[tuple[Any, ...]]) -> dict[str, types.ModuleType]:
    def tell(name: str) -> Any:
        return lambda *arguments: told.append((name, *arguments))

    gimp = types.ModuleType("gi.repository.Gimp")
    for name in (
        "progress_init",
        "progress_update",
        "progress_set_text",
        "progress_pulse",
        "progress_end",
        "displays_flush",
        "main",
    ):
        setattr(gimp, name, tell(name))
    names = (
        "RunMode", "PDBStatusType", "PDBProcType", "ChannelOps", "ImageBaseType", "Precision", "ImageType", "LayerMode",
        "LayerColorSpace", "LayerCompositeMode", "AddMaskType", "InterpolationType", "Parasite", "Selection", "GroupLayer",
        "ProcedureConfig", "ValueArray", "Drawable", "Item",
    )  # fmt: skip
    for name in names:
        setattr(gimp, name, _Names(name))
    gimp.__dict__.update(
        PlugIn=PlugIn, Layer=Layer, LayerMask=LayerMask, Channel=Channel, Image=Image, Procedure=Procedure, Choice=_Choice,
        ProcedureSensitivityMask=_FlagNames(), PARAM_DONT_SERIALIZE=1 << 10, PARASITE_PERSISTENT=1, PARASITE_UNDOABLE=2,
        ImageProcedure=types.SimpleNamespace(new=lambda plugin, name, *rest: Procedure(name)),
    )  # fmt: skip
    gegl = types.ModuleType("gi.repository.Gegl")
    gegl.__dict__.update(
        AbyssPolicy=_Names("AbyssPolicy"), init=tell("gegl_init"), Rectangle=_Names("Rectangle")
    )
    glib = types.ModuleType("gi.repository.GLib")
    glib.__dict__.update(Error=_GError, getenv=lambda name: None, quark_from_string=tell("quark"))
    gobject = types.ModuleType("gi.repository.GObject")
    gobject.__dict__.update(
        ParamFlags=types.SimpleNamespace(READWRITE=3), TYPE_STRING="string", TYPE_DOUBLE="double", TYPE_STRV="strings",
        Value=lambda kind, value: (kind, value),
    )  # fmt: skip
    gobject.ParamFlags = type("ParamFlags", (int,), {"READWRITE": 3})  # type: ignore[attr-defined]
    repository = types.ModuleType("gi.repository")
    gi = types.ModuleType("gi")
    gi.__dict__.update(require_version=tell("require_version"), repository=repository)
    found = {"gi": gi, "gi.repository": repository}
    others = {name: types.ModuleType(f"gi.repository.{name}") for name in ("Babl", "GdkPixbuf")}
    for name, module in {"Gimp": gimp, "Gegl": gegl, "GLib": glib, "GObject": gobject, **others}.items():
        setattr(repository, name, module)
        found[f"gi.repository.{name}"] = module
    return found


@contextmanager
def fake_gi() -> Iterator[list[tuple[Any, ...]]]:
    """``gi`` is the fake one, and the plug-in's modules are loaded with it; gives the list of what is told to GIMP."""
    told: list[tuple[Any, ...]] = []
    before = {
        name: module for name, module in sys.modules.items() if name.split(".")[0] in ("gi", "gimp_bridge")
    }
    for name in before:
        del sys.modules[name]
    sys.modules.update(_modules(told))
    try:
        yield told
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] in ("gi", "gimp_bridge")]:
            del sys.modules[name]
        sys.modules.update(before)
