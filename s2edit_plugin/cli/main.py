"""Entry point of ``s2edit``: the parser, and the one place where errors become a sentence and an exit code."""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
import warnings
from collections.abc import Sequence
from typing import NoReturn

from s2edit_plugin import __version__
from s2edit_plugin.cli import (
    batch,
    bench,
    desktop,
    engine,
    evaluation,
    gimp,
    history,
    inspecting,
    looking,
    maintenance,
    models,
    people,
    photos,
    preferences,
    soak,
    tokens,
    window,
)
from s2edit_plugin.cli.output import Output, silence
from s2edit_plugin.engine.client.discovery import hold_environment
from s2edit_plugin.errors import CancelledError, ResourceError, S2EditError, Sentence, UsageError

__all__ = ["build_parser", "main"]

DEBUG_VARIABLE = "S2EDIT_DEBUG"
# Output of libraries would hide the one important sentence.
QUIET = {
    "TRANSFORMERS_VERBOSITY": "error",
    "DIFFUSERS_VERBOSITY": "error",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
}


class Parser(argparse.ArgumentParser):
    """Raises instead of printing usage and exiting, so that ``--json`` holds for wrong arguments too."""

    def error(self, message: str) -> NoReturn:
        """Wrong arguments as one sentence.

        Raises:
            UsageError: always.
        """
        raise UsageError(
            f"{message[:1].upper()}{message[1:]}.".replace("..", "."), Sentence("See `{} --help`.", self.prog)
        )


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands. Loads nothing heavy: ``s2edit --help`` must be quick."""
    parser = Parser(
        prog="s2edit",
        description="Learn a person from one photo into a token, then edit photos by text and keep the person. "
        "Without a command the window opens: s2edit [--language CODE] [--theme NAME] [PHOTO].",
        epilog="Set S2EDIT_HOME to keep tokens elsewhere, S2EDIT_DEBUG=1 to see where an error comes from.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"s2edit {__version__}")
    parser.add_argument(
        "--json", action="store_true", help="print the result or the error as one JSON object"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    common = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    # SUPPRESS: the sub-command's absent flag must not undo `s2edit --json tokens list`.
    common.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON object instead of text"
    )
    for family in (
        photos,
        batch,
        looking,
        inspecting,
        tokens,
        people,
        history,
        models,
        preferences,
        engine,
        gimp,
        desktop,
        evaluation,
        bench,
        soak,
        maintenance,
    ):
        family.register(commands, common)
    parser.set_defaults(parser=parser)  # for the man page
    return parser


def commands_of(parser: argparse.ArgumentParser) -> set[str]:
    """The names of a parser's commands."""
    families = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return {name for family in families for name in family.choices}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0, 1 for a failure, 2 for wrong usage, 130 when cancelled."""
    if argv is None:
        hold_environment()
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        # Another encoding must not cause a failure; a file name that is no valid text is printed unchanged.
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")
    output = Output(as_json="--json" in arguments)
    try:
        return _run(arguments, output)
    except S2EditError as error:
        output.error(error)
        return error.exit_code
    except KeyboardInterrupt:
        output.error(CancelledError())
        return CancelledError.exit_code
    except BrokenPipeError:
        silence(sys.stdout)  # `s2edit tokens list | head` is no failure
        return 0
    except MemoryError:
        output.error(
            ResourceError("There was not enough memory.", "Close other programs or use a smaller photo.")
        )
        return 1
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE):
            raise
        output.error(_unexpected(error))
        return 1


def _run(arguments: list[str], output: Output) -> int:
    parser = build_parser()
    for_window = window.window_arguments(arguments, commands_of(parser))
    if for_window is not None:
        return window.open_window(output.as_json, for_window)
    args = parser.parse_args(arguments)
    if args.command is None:
        return window.open_window(output.as_json)
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if os.environ.get(DEBUG_VARIABLE):
        logging.basicConfig()
    else:
        warnings.simplefilter("ignore")
    code: int | None = args.run(args, output)
    return code or 0


def _unexpected(error: Exception) -> S2EditError:
    """Report an unexpected exception without a traceback."""
    detail = " ".join(str(error).split())[:200].rstrip(".")
    return S2EditError(
        Sentence(
            "Something went wrong inside S2Edit ({}{}{}).",
            type(error).__name__,
            ": " if detail else "",
            detail,
        ),
        Sentence("Run the command again with {}=1 to see where, and report it.", DEBUG_VARIABLE),
    )


if __name__ == "__main__":
    sys.exit(main())
