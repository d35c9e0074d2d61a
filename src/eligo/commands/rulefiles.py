"""The rule set and cases files that a command's arguments name: files, folders, trials, or eligo's own."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from eligo.data import data_dir
from eligo.errors import EligoError, Place, Problem, did_you_mean

SUFFIXES = (".yaml", ".yml")
CASES = (".cases.yaml", ".cases.yml")


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Define `--rules`."""
    help_text = "rule set, or folder of them (default: ELIGO_RULES, else those that come with eligo)"
    parser.add_argument("--rules", metavar="PATH", help=help_text)


def add_trials(
    parser: argparse.ArgumentParser, kept_as: str = "trial", beside: argparse._ActionsContainer | None = None
) -> None:
    """Define which trials count; `beside` is the group of the options that go without `--trial`."""
    help_text = "for this trial only; repeatable"
    (beside or parser).add_argument("--trial", dest=kept_as, action="append", default=[], metavar="NCT", help=help_text)
    help_text = "for all trials but this one; repeatable"
    parser.add_argument("--exclude-trial", action="append", default=[], metavar="NCT", help=help_text)


def add_files(parser: argparse.ArgumentParser, help_text: str) -> None:
    """Define which files a command works on: those that are named, or those of `--rules`; and of which trials."""
    parser.add_argument("files", nargs="*", metavar="FILE", help=help_text)
    add_folder(parser)
    add_trials(parser)


def add_trial(parser: argparse.ArgumentParser) -> None:
    """Define the one trial of a command, and where its rules are."""
    help_text = "a trial, or the file of a rule set; may be left out where there is one alone"
    parser.add_argument("trial", metavar="TRIAL", nargs="?", help=help_text)
    parser.add_argument("--trial", dest="trial_too", metavar="NCT", help="the same as TRIAL")
    add_folder(parser)


def named_files(args: argparse.Namespace) -> list[Path]:
    """The rule set and cases files that `add_files` is about."""
    found = _files([*args.files, *([args.rules] if args.rules else [])])
    if not args.trial and not args.exclude_trial:
        return found
    rules = [path for path in found if not path.name.endswith(CASES)]
    wanted = {_of_trial(trial, rules) for trial in args.trial} or set(rules)
    wanted -= {_of_trial(trial, rules) for trial in args.exclude_trial}
    if not wanted:
        raise EligoError(Problem("no-rules", "no trial is left", help="leave out fewer with `--exclude-trial`"))
    return [path for path in found if path in wanted]


def the_trial_file(args: argparse.Namespace) -> Path:
    """The rule set that `add_trial` is about."""
    named = args.trial or args.trial_too
    if named:
        return trial_file(named, args.rules)
    found = rule_files([str(folder(args.rules))])
    if len(found) == 1:
        return found[0]
    help_text = f"name one of {', '.join(p.stem for p in found)}" if found else "name a trial, or its file"
    raise EligoError(Problem("no-trial", "nothing says which trial is meant", help=help_text))


def folder(given: str | None = None) -> Path:
    """The folder with rule sets."""
    return Path(given or os.environ.get("ELIGO_RULES") or data_dir("rules"))


def rule_files(names: Iterable[str]) -> list[Path]:
    """The rule set files that the arguments name, those of a folder for a folder; all of them for no argument."""
    return [p for p in _files(names) if not p.name.endswith(CASES)]


def case_files(files: Iterable[Path]) -> list[Path]:
    """The cases files among files; a rule set stands for the cases beside it."""
    found = []
    for path in files:
        beside = path if path.name.endswith(CASES) else path.with_suffix(".cases" + path.suffix)
        if beside.is_file() or path.name.endswith(CASES):
            found.append(beside)
    return list(dict.fromkeys(found))


def rules_of(cases: Path) -> Path:
    """The rule set that a cases file belongs to."""
    suffix = next(s for s in CASES if cases.name.endswith(s))
    return cases.with_name(cases.name.removesuffix(suffix) + suffix.removeprefix(".cases"))


def trial_file(trial: str, given: str | None) -> Path:
    """The rule set of a trial, or the file that is named itself."""
    if trial.endswith(SUFFIXES) and Path(trial).is_file():
        return Path(trial)
    return _of_trial(trial, [p for p in _in(folder(given)) if not p.name.endswith(CASES)])


def _of_trial(trial: str, files: Iterable[Path]) -> Path:
    """The rule set of a trial among files."""
    known = {p.stem.upper(): p for p in files}
    if trial.upper() in known:
        return known[trial.upper()]
    from eligo.ruleset import load  # lazily: it needs pydantic, and most commands have other doors

    for path in known.values():  # a file may have another name than its trial
        with contextlib.suppress(EligoError):
            if load(path).trial.upper() == trial.upper():
                return path
    nearest = did_you_mean(trial, [p.stem for p in known.values()])
    there = f"there are rules for {', '.join(p.stem for p in known.values()) or 'no trial'}"
    help_text = nearest or f"{there}; `--rules` names another folder"
    raise EligoError(Problem("unknown-trial", f"no rules for the trial `{trial}`", help=help_text))


def _files(names: Iterable[str]) -> list[Path]:
    paths = [Path(n) for n in names] or [folder()]
    return [file for path in paths for file in (_in(path) if path.is_dir() else [path])]


def _in(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    try:
        return sorted(p for p in path.iterdir() if p.name.endswith(SUFFIXES) and p.name[0] != ".")
    except OSError as error:
        why = (error.strerror or "unknown").lower()
        raise EligoError(Problem("rules-folder", f"the rules cannot be read: {why}", Place(str(path)))) from None
