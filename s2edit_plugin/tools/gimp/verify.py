"""Checks by starting GIMP whether it has loaded the plug-in; GIMP ignores failing plug-ins silently."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from s2edit_plugin.tools.gimp.profiles import PROFILE_VARIABLE, Profile

__all__ = ["PROCEDURES", "Verdict", "verify"]

PROCEDURES = (
    "plug-in-s2edit-edit", "plug-in-s2edit-edit-again", "plug-in-s2edit-learn", "plug-in-s2edit-transfer",
    "plug-in-s2edit-select", "plug-in-s2edit-open", "plug-in-s2edit-tokens",
)  # fmt: skip
_SECONDS = 300.0
_MARK = "S2EDIT-FOUND"
_CODE = f"""
from gi.repository import Gimp
pdb = Gimp.get_pdb()
names = {PROCEDURES!r}
print({_MARK!r}, *[name for name in names if pdb.procedure_exists(name)], flush=True)
"""


@dataclass(frozen=True)
class Verdict:
    """Whether GIMP has the plug-in's procedures. ``sentence``: in words. ``remedy``: advice, or ""."""

    ok: bool
    sentence: str
    remedy: str = ""


def verify(profile: Profile, environ: Mapping[str, str] | None = None) -> Verdict:
    """Start the profile's GIMP once without a window and look for the procedures."""
    if not profile.console:
        return Verdict(
            False,
            f"No GIMP {profile.version} was found that could be asked.",
            "Install gimp-console (on Debian it comes with gimp), or name it with --gimp.",
        )
    words = [*profile.console, "-idf", "--batch-interpreter=python-fu-eval", "-b", _CODE, "--quit"]
    environment = dict(os.environ if environ is None else environ)
    if profile.way in ("native", "chosen"):
        environment[PROFILE_VARIABLE] = str(profile.folder)
    for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"):
        environment.pop(name, None)  # ours, not GIMP's
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False,
            env=environment, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        sentence = f"GIMP did not answer within {_SECONDS:.0f} seconds."
        return Verdict(False, sentence, "Start GIMP once, then try again.")
    except OSError as error:
        return Verdict(False, f"GIMP cannot be started ({error.strerror}).", "Name it with --gimp.")
    return _judged(done.stdout, done.stdout + done.stderr)


def _judged(said: str, everything: str) -> Verdict:
    line = next((line for line in said.splitlines() if _MARK in line), None)
    if line is None:
        if "python-fu-eval" in everything:
            return Verdict(
                False,
                "This GIMP has no Python, which every Python plug-in needs.",
                "Install GIMP's Python support (on Debian: gir1.2-gimp-3.0 and python3-gi).",
            )
        return Verdict(False, "GIMP did not come up without a window.", _last(everything))
    found = line.partition(_MARK)[2].split()
    missing = [name for name in PROCEDURES if name not in found]
    if not missing:
        return Verdict(True, f"GIMP knows all {len(found)} procedures: Filters > S²Edit.")
    why = _reason(everything)
    if len(missing) < len(PROCEDURES):
        return Verdict(False, f"GIMP lacks {', '.join(missing)}.{why}", "Run `s2edit gimp install`.")
    return Verdict(
        False,
        f"GIMP does not know the plug-in although its files are there.{why}",
        "If GIMP is set to other plug-in folders (Preferences > Folders > Plug-ins), add this one.",
    )


def _reason(said: str) -> str:
    """The last line of a traceback of the plug-in, if it printed one."""
    lines = said.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("Traceback")]
    if not starts or not any("s2edit" in line for line in lines[starts[-1] :]):
        return ""
    for line in lines[starts[-1] + 1 :]:
        if line and not line.startswith(" "):
            return f" It failed: {line[:200]}"
    return ""


def _last(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return f"It said: {lines[-1][:200]}" if lines else "It said nothing."
