"""Options of a request in, the arguments of a command out: by the command's own parser, with its own refusals.

Only options that name nothing on the server's disk can be asked for; those are given when the server is started.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from typing import NoReturn, Protocol

from eligo.errors import EligoError, Problem, did_you_mean
from eligo.report.terminal import clean

_SWITCH = {"true": True, "false": False}


class Command(Protocol):
    """The module of a command, as far as it is needed here."""

    def add_arguments(self, parser: argparse.ArgumentParser, /) -> None:
        """Define the options."""


class RefusingParser(argparse.ArgumentParser):
    """A parser that raises what is wrong, and never ends the process."""

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong with the arguments."""
        raise EligoError(Problem("usage", clean(message), help="/api/v1/openapi.json describes all options"))


def parser_of(command: Command) -> RefusingParser:
    """The parser of a command."""
    parser = RefusingParser(prog="eligo", add_help=False, allow_abbrev=False)
    command.add_arguments(parser)
    return parser


def actions_of(parser: argparse.ArgumentParser) -> Mapping[str, argparse.Action]:
    """The options of a parser by their names, without the dashes."""
    return {name.removeprefix("--"): action for action in parser._actions for name in action.option_strings}


def arguments(
    command: Command,
    allowed: Sequence[str],
    query: Iterable[tuple[str, str]],
    fixed: Iterable[str] = (),
) -> argparse.Namespace:
    """The arguments of a command as the options of a request state them; raise `EligoError` for others."""
    parser = parser_of(command)
    known = actions_of(parser)
    words, problems = list(fixed), list[Problem]()
    seen = set[str]()
    for name, value in query:
        if name not in allowed:
            help_text = did_you_mean(name, allowed) or f"there are {', '.join(allowed) or 'none'}"
            problems.append(Problem("unknown-option", f"there is no option `{clean(name)}`", help=help_text))
        elif name in seen and not isinstance(known[name], argparse._AppendAction):
            problems.append(Problem("usage", f"the option `{name}` is given twice", help="give it once"))
        elif known[name].nargs != 0:
            words.append(f"--{name}={value}")
        elif value not in _SWITCH:
            problems.append(Problem("usage", f"the option `{name}` is no switch", help="give true or false"))
        elif _SWITCH[value]:
            words.append(f"--{name}")
        seen.add(name)
    if problems:
        raise EligoError(problems)
    return parser.parse_args(words)
