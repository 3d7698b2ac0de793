"""``s2edit settings``: show and change the stored settings."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from s2edit_plugin.api import queries
from s2edit_plugin.cli.output import Output, table
from s2edit_plugin.errors import Sentence, UsageError

__all__ = ["register"]

_WORDS = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "settings",
        parents=[common],
        help="show or change settings",
        description="Show all settings, or change one; a running engine and the window hear of it.",
        allow_abbrev=False,
    )
    parser.add_argument("name", metavar="NAME", nargs="?", help="the setting to show or change")
    parser.add_argument("value", metavar="VALUE", nargs="?", help="what it shall be; switches are on or off")
    parser.add_argument("--reset", action="store_true", help="what it is if nobody chooses")
    parser.set_defaults(run=run_settings)


def run_settings(args: argparse.Namespace, output: Output) -> int:
    """``s2edit settings [NAME [VALUE]]``.

    Raises:
        UsageError: there is no such setting, or it cannot have that value.
    """
    from s2edit_plugin.engine.server.local import connect_or_local
    from s2edit_plugin.storage.settings import Settings

    defaults = dataclasses.asdict(Settings())
    if args.reset and (args.name is None or args.value is not None):
        raise UsageError("A setting is reset by its name alone.", "`s2edit settings NAME --reset`")
    if args.name is not None and args.name not in defaults:
        raise UsageError(
            Sentence("There is no setting '{}'.", args.name[:40]),
            Sentence("Settings are: {}.", ", ".join(defaults)),
        )
    with connect_or_local() as client:
        if args.reset:
            changes = {args.name: defaults[args.name]}
        else:
            changes = {} if args.value is None else {args.name: _value(args.value, defaults[args.name])}
        request = queries.ChangeSettings(changes) if changes else queries.GetSettings()
        values = client.call(request).values
    if changes.keys() & {"certificate", "certificate_key"}:
        _try_certificate(output)
    shown = {name: value for name, value in values.items() if args.name in (None, name)}
    rows = [(name, _text(value), _text(defaults.get(name))) for name, value in shown.items()]
    output.result(shown, table(("setting", "value", "default"), rows))
    return 0


def _try_certificate(output: Output) -> None:
    """Warn immediately if results could not be signed with these settings. The setting stays: the other one may follow."""
    from s2edit_plugin.errors import S2EditError
    from s2edit_plugin.imaging.credentials.signing import signer
    from s2edit_plugin.storage.paths import data_folder

    try:
        signer(data_folder())
    except S2EditError as error:
        output.warning(str(error))


def _value(text: str, default: object) -> object:
    """Convert the typed text to the type of the setting; invalid values are refused by the settings."""
    if isinstance(default, bool):
        return _WORDS.get(text.lower(), text)
    if isinstance(default, float):
        try:
            return float(text)
        except ValueError:
            return text
    return text


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)
