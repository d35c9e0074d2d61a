"""Arguments in, exit code out: picks the command, and turns whatever goes wrong into a short message."""

from __future__ import annotations

import argparse
import atexit
import contextlib
import functools
import gc
import importlib
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any, NoReturn

from eligo.ending import Ended, emit, heed, open_streams, signals
from eligo.errors import EligoError, did_you_mean
from eligo.isolation import unexpected
from eligo.regex import regex
from eligo.report.problems import silence, write_error, write_problems
from eligo.report.terminal import clean, clean_lines
from eligo.version import __version__

HELP_WIDTH = 79
ERROR, USAGE, BROKEN_PIPE, INTERRUPTED = 1, 2, 141, 130  # the last two as a shell counts them: 128 + signal

# Each command: its module in `eligo.commands` (with a dot: in `eligo`), and its line in `eligo --help`. Only the one
# asked for is imported.
COMMANDS = {
    "new": ("new", "make a patient's record by questions and answers, or a template of what trials ask"),
    "screen": ("screen", "say for each patient and trial: eligible, ineligible or undetermined, and why"),
    "audit": ("audit", "explain a patient and a trial, criterion by criterion; keep and verify that"),
    "next": ("next", "say what to find out next: what could settle the most verdicts, and how"),
    "answer": ("answer", "ask a person what a record leaves open, and keep the answers with who and when"),
    "form": ("form", "write what trials ask as a worksheet to fill in, and read filled ones"),
    "warehouse": ("warehouse", "make sorted tables of many patients: from OMOP, FHIR or records of any kind"),
    "cohort": ("cohort", "count the patients of a warehouse against trials: eligible, blocked by what, and why open"),
    "index": ("index", "make an index of many rule sets, with which one patient meets all of them at once"),
    "find": ("find", "rank the trials of an index for one patient, with filters and the reasons"),
    "patient": ("patient", "show a patient as understood, and what became of every part of the record"),
    "parse": ("parse", "read eligibility text into predicates and comparisons"),
    "import": ("import_pages", "write draft rule sets from registry records or pages, and bring them up to date"),
    "review": ("review", "walk through the criteria that nobody has reviewed, and write the answers"),
    "serve": ("service.command", "serve all that over HTTP, to browsers and other programs"),
    "check": ("check", "find mistakes, contradictions and open decisions in rule sets"),
    "fmt": ("fmt", "write rule sets in their canonical form, comments kept"),
    "diff": ("diff", "compare two versions of a rule set, and say whose verdict flips"),
    "test": ("test", "run the cases beside the rule sets, with coverage"),
    "cases": ("cases", "make boundary patients from a rule set, to review and to freeze"),
    "explain": ("explain_rules", "say a rule set in plain sentences, for a clinician to sign"),
    "variables": ("variables", "list the variables that records and rules may name"),
    "concepts": ("concepts", "list the conditions, procedures and medications that are known, or find one"),
    "attestations": ("attestations", "list what only a person can state"),
    "convert": ("convert", "convert a value of a variable to another unit"),
    "schema": ("schema", "print the JSON Schema of an input or output"),
}

EXIT_CODES = """\
exit codes:
  0  done; for screen and audit: at least one verdict is ELIGIBLE
  1  an error: nothing could be screened, or what was asked for not be done
  2  wrong usage
  3  screen, audit: all verdicts are INELIGIBLE
  4  screen, audit: none is ELIGIBLE, some are UNDETERMINED
 10, 13, 14  as 0, 3 and 4, but a part of the input was refused (--strict: 1)
  5  check, fmt --check, test: the rules or their cases fail;
     audit --verify: something differs

`eligo COMMAND --help` shows the options and examples of a command.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code; no exception leaves here, unless ELIGO_DEBUG is set."""
    open_streams()
    try:
        with signals():
            return _main(list(sys.argv[1:] if argv is None else argv))
    except Ended as end:
        return 128 + end.number
    except KeyboardInterrupt:
        return INTERRUPTED


def _main(arguments: list[str]) -> int:
    _spare_the_collector()
    as_json = "--json" in arguments or "--jsonl" in arguments
    # JSON is UTF-8 wherever it is written; what people read is in the encoding of their terminal.
    encoding = "utf-8" if as_json or not {"schema", "form"}.isdisjoint(arguments[:1]) else None
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):  # a stream put there by another program
            stream.reconfigure(encoding=encoding, errors="backslashreplace")  # type: ignore[union-attr]  # `TextIO` hides it
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except SystemExit as done:  # argparse: --help, --version, wrong usage
        return done.code if isinstance(done.code, int) else USAGE
    except Exception as error:
        heed()  # it may be what other code made of a signal
        return _failed(error, as_json)
    return code


def _failed(error: Exception, as_json: bool) -> int:
    """Say what went wrong, and give the exit code."""
    if isinstance(error, EligoError):
        write_problems(error.problems, as_json)
        return ERROR
    if isinstance(error, BrokenPipeError):  # the reader of our output has gone
        silence(sys.stdout)
        return BROKEN_PIPE
    if os.environ.get("ELIGO_DEBUG"):
        raise error
    if isinstance(error, OSError):  # it may be the output's
        silence(sys.stdout)
    write_problems([unexpected(error)], as_json)
    return ERROR


@functools.cache
def _spare_the_collector() -> None:
    """Look for garbage less often, and not at the end: what a start makes lives on, and a search in it is in vain.

    This takes a fifth off the time of a whole `eligo screen one.json`.
    """
    gc.set_threshold(50_000)
    atexit.register(gc.freeze)


def _run(arguments: list[str]) -> int:
    parser = build_parser(arguments)
    if any(not word or (word.startswith("--") and word.find("=") == len(word) - 1) for word in arguments):
        parser.error("an argument is empty; was a variable of the shell not set?")
    args, unknown = parser.parse_known_args(arguments)
    if unknown:
        parser.unknown(unknown, args.usage())
    del args.usage  # of no use to the command, nor to other processes that get the arguments
    if getattr(args, "vocabulary", None) is not None:
        from eligo.commands.names import run_with_names  # lazily: few sites have such a file

        return run_with_names(args)
    code: int = args.run(args)
    return code


ALL_COMMANDS = "`eligo --help` lists all commands"
_NO_COMMAND = regex(r"argument COMMAND: invalid choice: '(.*?)'")
_OPTION = regex(r"--[a-z-]+")
# What others call a command, and what there is.
_MEANT = {
    "why": "eligo screen PATIENT --why TRIAL",
    "html": "eligo audit PATIENT --html FILE",
    "page": "eligo audit PATIENT --html FILE",
    "report": "eligo audit PATIENT --html FILE",
    "help": "eligo --help",
    "version": "eligo --version",
    "match": "eligo screen",
    "run": "eligo screen",
    "validate": "eligo check",
    "lint": "eligo check",
    "format": "eligo fmt",
    "compare": "eligo diff",
    "init": "eligo new",
    "create": "eligo new",
    "search": "eligo concepts WORD",
    "units": "eligo convert",
    "labs": "eligo variables",
}


class _Parser(argparse.ArgumentParser):
    """A parser whose usage and errors, which hold what the caller wrote, steer no terminal."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments, on one line, and which command may have been meant; exit."""
        asked = _NO_COMMAND.match(message)
        meant = _MEANT.get(asked[1].lower()) if asked else None
        near = f"did you mean `{meant}`?" if meant else did_you_mean(asked[1], COMMANDS) if asked else None
        said = f"there is no command `{asked[1]}`" if asked else message
        super().error(clean(said) + (f"\n  help: {near or ALL_COMMANDS}" if asked else ""))

    def unknown(self, arguments: Sequence[str], usage: str) -> NoReturn:
        """Say which arguments are not known, and which options of the usage may have been meant; exit."""
        options = dict.fromkeys(_OPTION.findall(usage))
        names = [word.partition("=")[0] for word in arguments if word.startswith("-")]
        near = next(filter(None, (did_you_mean(name, options) for name in names)), None)
        text = clean(f"unknown arguments: {' '.join(arguments)}")
        super().error(text + (f"\n  help: {near}" if near else ""))

    def _print_message(self, message: str, file: Any = None) -> None:
        if file is sys.stdout:  # what argparse writes may get lost without an error
            emit(clean_lines(message))
        elif message:
            write_error(clean_lines(message))


class _Command(_Parser):
    """The parser of one command: what is no option may stand anywhere among the options, all of it or some."""

    _mixed = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse the options first, and then what is left; argparse alone takes an optional word only at once."""
        if self._mixed:
            return super().parse_known_args(args, namespace)
        self._mixed = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._mixed = False


def build_parser(arguments: Sequence[str]) -> _Parser:
    """The parser of all commands, complete only for the one that `arguments` name."""
    parser = _Parser(
        prog="eligo",
        description="Eligibility criteria of trials as reviewable rules: read, screen, explain.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"eligo {__version__}")
    # `prog` is what argparse would find; finding it costs the import of several modules.
    commands = parser.add_subparsers(
        metavar="COMMAND", required=True, title="commands", prog="eligo", parser_class=_Command
    )
    chosen = next((a for a in arguments if not a.startswith("-")), None)
    # A command that comes first is the only one whose parser is asked; all of them take as long as reading a patient.
    first = {chosen: COMMANDS[chosen]} if chosen in COMMANDS and arguments[0] == chosen else COMMANDS
    for name, (module_name, summary) in first.items():
        module = _module(module_name) if name == chosen else None
        command = commands.add_parser(
            name,
            help=summary,
            description=_description(module) if module else None,
            epilog=_epilog(module) if module else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        if module:
            module.add_arguments(command)
            command.set_defaults(run=module.run, usage=command.format_usage)  # to write it takes several modules
    return parser


def _module(name: str) -> ModuleType:
    """The module of a command; `serve` stands on the other commands, and so above them."""
    return importlib.import_module(f"eligo.{name}" if "." in name else f"eligo.commands.{name}")


def _description(module: ModuleType) -> str:
    """What the module says of its command, in lines that a terminal of the usual width holds."""
    from textwrap import fill  # lazily: only a command that is asked for has a description

    return "\n\n".join(fill(part, HELP_WIDTH) for part in (module.__doc__ or "").split("\n\n"))


def _epilog(module: ModuleType) -> str:
    return f"examples:\n{module.EXAMPLES}"
