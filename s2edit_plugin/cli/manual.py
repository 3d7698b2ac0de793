"""The man page and docs/commands.md, generated from the definitions of the commands.

    python installer/manual.py docs/commands.md     regenerate the page of all commands

argparse's own help is not used: its layout changes with the terminal and with Python's version.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass

from s2edit_plugin import __version__

__all__ = ["Command", "commands_page", "describe", "man_page"]

ENVIRONMENT = {
    "S2EDIT_HOME": "where tokens, results, settings and models are kept, instead of the desktop's folder for data",
    "S2EDIT_DEBUG": "1 shows where an error comes from",
    "HF_ENDPOINT": "a mirror to download models from",
}
EXITS = {"0": "done", "1": "it failed, one sentence says why", "2": "wrong usage", "130": "cancelled"}


@dataclass(frozen=True)
class Option:
    """One argument of a command: its syntax and its help text."""

    names: str
    text: str


@dataclass(frozen=True)
class Command:
    """A command with its arguments.

    Attributes:
        name: with the program's, ``s2edit tokens list``. summary: one line. usage: the text after the name.
    """

    name: str
    summary: str
    usage: str
    options: tuple[Option, ...]


def describe(parser: argparse.ArgumentParser, summary: str = "") -> Iterator[Command]:
    """A parser's commands in their order, families before their verbs."""
    actions = [action for action in parser._actions if action.help != argparse.SUPPRESS]
    families = [action for action in actions if isinstance(action, argparse._SubParsersAction)]
    own = [action for action in actions if action not in families and "--help" not in action.option_strings]
    usage = " ".join([_usage(action) for action in own] + [str(family.metavar) for family in families])
    options = tuple(Option(_names(action), _text(action)) for action in own if action.help)
    yield Command(parser.prog, summary or _plain(parser.description or ""), usage, options)
    for family in families:
        helps = {action.dest: action.help or "" for action in family._choices_actions}
        for name, choice in family.choices.items():
            if name in helps:  # not a second name of the same command
                yield from describe(choice, _plain(helps[name]))


def commands_page(parser: argparse.ArgumentParser) -> str:
    """docs/commands.md."""
    lines = [
        "# Commands",
        "",
        "Written by `python installer/manual.py docs/commands.md` from the definitions of the commands; `man s2edit` "
        "says the same where `s2edit desktop install` was run.",
        "Every command takes `--help` and `--json`. Exit codes: "
        + ", ".join(f"{code} {meaning}" for code, meaning in EXITS.items())
        + ".",
    ]
    for command in describe(parser):
        level = "##" if len(command.name.split()) < 3 else "###"
        lines += ["", f"{level} {command.name}", "", _sentence(command.summary), "", "```"]
        lines += _folded(f"{command.name} {command.usage}"), "```"
        rows = [option for option in command.options if not option.names.startswith("--json")]
        lines += ["", *(f"- `{row.names}`: {row.text}" for row in rows)] if rows else []
    variables = [f"- `{name}`: {text}" for name, text in ENVIRONMENT.items()]
    return "\n".join([*lines, "", "## Environment", "", *variables]) + "\n"


def man_page(parser: argparse.ArgumentParser) -> str:
    """The page for ``man s2edit``, in man's own macros."""
    first, *rest = describe(parser)
    lines = [
        f'.TH S2EDIT 1 "" "S2Edit Studio {__version__}" "User commands"',
        ".SH NAME", "s2edit \\- learn a person from one photo, edit photos by text",
        ".SH SYNOPSIS", f".B s2edit\n{_roff(first.usage)}",
        ".SH DESCRIPTION", _roff(first.summary),
        ".SH OPTIONS", *_man_options(first),
        ".SH COMMANDS",
    ]  # fmt: skip
    for command in rest:
        lines += [f".SS {_roff(command.name)}", _roff(_sentence(command.summary)), ".PP"]
        lines += [f".B {_roff(command.name)}\n{_roff(command.usage)}".rstrip(), *_man_options(command)]
    lines.append(".SH ENVIRONMENT")
    for name, text in ENVIRONMENT.items():
        lines += [".TP", f".B {name}", _roff(text)]
    lines.append(".SH EXIT STATUS")
    for code, text in EXITS.items():
        lines += [".TP", f".B {code}", _roff(text)]
    return "\n".join([*lines, ".SH COPYRIGHT", "GPL-3.0-or-later."]) + "\n"


def _man_options(command: Command) -> list[str]:
    lines = []
    for option in command.options:
        lines += [".TP", f".B {_roff(option.names)}", _roff(option.text)]
    return lines


def _usage(action: argparse.Action) -> str:
    word = max(action.option_strings, key=len, default="")
    text = " ".join([part for part in (word, _value(action)) if part])
    repeated = isinstance(action, argparse._AppendAction)
    if not action.required and word:
        text = f"[{text}]"
    return f"{text}..." if repeated else text


def _names(action: argparse.Action) -> str:
    value = _value(action)
    if not action.option_strings:
        return value
    return ", ".join(f"{name} {value}".strip() for name in action.option_strings)


def _value(action: argparse.Action) -> str:
    """Placeholder of an argument's value, "" if it takes none."""
    if action.nargs == 0:
        return ""
    choices = ",".join(map(str, action.choices)) if action.choices is not None else ""
    name = str(action.metavar or (f"{{{choices}}}" if choices else action.dest.upper()))
    shapes = {"?": f"[{name}]", "*": f"[{name} ...]", "+": f"{name} [...]"}
    return shapes.get(str(action.nargs), name)


def _text(action: argparse.Action) -> str:
    values = {**vars(action), "prog": "s2edit"}
    return _plain(str(action.help) % values)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith(".") else f"{text}."


def _folded(text: str, width: int = 110) -> str:
    """A usage line in several, where it is long; what belongs together stays so."""
    lines, line = [], ""
    for part in re.findall(r"\[[^\]]*\](?:\.\.\.)?|\S+", text):
        if line and len(line) + len(part) >= width:
            lines.append(line)
            line = "       "
        line = f"{line} {part}" if line else part
    return "\n".join([*lines, line])


def _roff(text: str) -> str:
    """Text as man reads it: no letter is a command, no hyphen is typeset."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text[:1] in (".", "'") else text
