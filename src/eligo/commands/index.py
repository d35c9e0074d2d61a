"""Make an index of many rule sets, with which `screen --index` and `find` meet a patient in a fraction of a second.

Equal tests and equal parts of predicates are kept once for all trials. Where the file is there already, only what is
new or has changed is read; the trials of files that are no longer named are left out.
"""

from __future__ import annotations

import argparse
import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from eligo.bounds import MEGABYTE
from eligo.commands.crowd import in_order, process_count
from eligo.commands.names import add_vocabulary
from eligo.commands.printing import say_json, say_lines
from eligo.commands.progress import Progress
from eligo.commands.rulefiles import folder, rule_files
from eligo.errors import EligoError, Place, Problem
from eligo.files import read_bytes
from eligo.isolation import Isolated
from eligo.namedtuple import NamedTuple
from eligo.report.problems import write_problems

if TYPE_CHECKING:
    from eligo.index.build import FileState
    from eligo.index.entry import TrialEntry
    from eligo.index.making import IndexMaker
    from eligo.index.opened import OpenedIndex

EXAMPLES = """\
  eligo index rules -o trials.index
  eligo index rules more_rules/NCT06884904.yaml -o trials.index
  eligo index rules -o trials.index --anew --json
"""

REFUSED, ERROR = 10, 1
_OF_OTHERS = frozenset({"index-code", "index-vocabulary", "index-damaged"})  # old indexes that are made anew
_AT_ONCE = 32  # files that go to another process together


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    help_text = "rule sets, or folders of them (default: ELIGO_RULES, else those that come with eligo)"
    parser.add_argument("rules", nargs="*", metavar="RULES", help=help_text)
    help_text = "the index: made, or brought up to date where it is there"
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help=help_text)
    parser.add_argument("--anew", action="store_true", help="read all rule sets, whatever the file holds")
    add_vocabulary(parser)
    help_text = "use so many cores to read many rule sets (default: all)"
    parser.add_argument("--processes", type=process_count, metavar="N", help=help_text)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def check_numpy() -> None:
    """Say how to get numpy where it is missing."""
    import importlib.util  # lazily: most commands need no library but their own

    if importlib.util.find_spec("numpy") is None:
        raise EligoError(Problem("no-numpy", "an index needs the package `numpy`", help="pip install 'eligo[index]'"))


class IndexedFile(NamedTuple):
    """What came of a rule set file: its trial, or, where an index has it, the hash alone."""

    path: str
    file: FileState | None
    sha256: str
    entry: TrialEntry | None
    problems: tuple[Problem, ...]


_known: dict[str, frozenset[str]] = {}  # by the name of an index, the hashes of the files that it is of


def _start(args: argparse.Namespace) -> None:
    """Make this process ready; one that was forked is ready already."""
    if args.output not in _known:
        old, _ = _old(args)
        _known[args.output] = frozenset(_numbers(old)) if old else frozenset()


def run(args: argparse.Namespace) -> int:
    """Make the index, and say what is in it."""
    check_numpy()
    from eligo.index.making import IndexMaker  # lazily, as all of the package: it needs numpy

    _known.clear()
    files = rule_files(args.rules)
    old, warnings = _old(args)
    write_problems(warnings, args.json)
    maker, made = IndexMaker(old), _Made(old, args.json)
    with Progress("rule sets") as progress:
        paths = [str(path) for path in files]
        for done in in_order(paths, _read_all, _start, args, args.processes, _lost, _AT_ONCE):
            made.take(done, maker)
            progress.step()
    if not maker.builder.rows:
        help_text = "name rule sets, or folders of them"
        raise EligoError(Problem("no-rules", "there is no rule set to index", help=help_text))
    folders = [str(path.absolute()) for path in map(Path, args.rules or [folder()]) if path.is_dir()]
    size = maker.write(Path(args.output), folders, made.refused)
    made.say(maker, size, args)
    return REFUSED if made.refused else 0


class _Made:
    """What became of the files so far."""

    def __init__(self, old: OpenedIndex | None, as_json: bool) -> None:
        self.count: Counter[str] = Counter()
        self.refused = list[str]()
        self._old, self._as_json = old, as_json
        self._numbers = _numbers(old) if old is not None else {}
        self._trials = dict[str, str]()

    def take(self, done: IndexedFile, maker: IndexMaker) -> None:
        """Add the trial of a file, or say why not."""
        number = self._numbers.get(done.sha256) if done.entry is None else None
        if done.problems or done.file is None or (done.entry is None and number is None):
            self._refuse(done.path, done.problems)
            return
        trial = done.entry.trial if done.entry is not None else self._name(number or 0)
        if trial in self._trials:
            message = f"the trial `{trial}` has rules in another file too"
            help_text = f"keep one of the two: the other one is `{self._trials[trial]}`"
            self._refuse(done.path, [Problem("duplicate-trial", message, Place(done.path), help_text)])
            return
        self._trials[trial] = done.path
        if done.entry is None:
            maker.keep(number or 0, done.file)
            self.count["kept"] += 1
        else:
            maker.add(done.entry, done.file)
            self.count["changed" if self._old and self._old.number(trial) is not None else "new"] += 1

    def _name(self, number: int) -> str:
        return self._old.names[number] if self._old is not None else ""

    def _refuse(self, path: str, problems: Iterable[Problem]) -> None:
        self.refused.append(str(Path(path).absolute()))
        write_problems(problems, self._as_json)

    def say(self, maker: IndexMaker, size: int, args: argparse.Namespace) -> None:
        """Say what the index holds now."""
        gone = len(set(self._old.names.all()) - self._trials.keys()) if self._old is not None else 0
        counts = {word: self.count[word] for word in ("new", "changed", "kept")} | {"gone": gone}
        trials, tests, joins = len(maker.builder.rows), len(maker.builder.tests), len(maker.builder.joins)
        if self._as_json:
            data = {"index": args.output, "trials": trials, **counts, "refused": len(self.refused)}
            say_json({**data, "tests": tests, "joins": joins, "bytes": size})
            return
        what = ", ".join(f"{number} {word}" for word, number in counts.items() if number)
        megabytes = f"{size / MEGABYTE:.1f} MB"
        lines = [f"{args.output}: {trials} trials ({what}), {tests} distinct tests, {megabytes}"]
        say_lines([*lines, *([f"{len(self.refused)} files were refused"] if self.refused else [])])


def _old(args: argparse.Namespace) -> tuple[OpenedIndex | None, list[Problem]]:
    """The index that is there already; where it is of no use, a warning says why all is read."""
    from eligo.index.opened import OpenedIndex  # lazily, too

    path = Path(args.output)
    if not path.exists():
        return None, []
    try:
        old = OpenedIndex(path)
    except EligoError as error:
        problem = error.problems[0]
        if problem.code not in _OF_OTHERS:  # whatever it is, it is not ours to replace
            raise
        message = f"{problem.message}, so all rule sets are read"
        return None, [Problem(problem.code, message, problem.place, severity="warning")]
    return (None if args.anew else old), []


def _numbers(old: OpenedIndex) -> dict[str, int]:
    """The trials of an index by the hash of their files."""
    return {row.tobytes().hex(): number for number, row in enumerate(old.sha256)}


def _read_all(paths: list[str]) -> list[IndexedFile]:
    known = next(iter(_known.values()))
    return [_read(path, known) for path in paths]


def _read(path: str, known: frozenset[str]) -> IndexedFile:
    """Read a rule set file; whatever goes wrong is part of the result."""
    from eligo.index.build import FileState
    from eligo.index.entry import entry_of

    file, sha256, entry = None, "", None
    with Isolated(Place(path)) as unit:
        found = Path(path).stat()
        data = read_bytes(path, regular=True)
        sha256 = hashlib.sha256(data).hexdigest()
        file = FileState(str(Path(path).absolute()), found.st_size, found.st_mtime_ns)
        if sha256 not in known:
            entry = entry_of(data, path)
    return IndexedFile(path, file, sha256, entry, unit.problems)


def _lost(path: str) -> IndexedFile:
    message = "the process that read the file was killed"
    return IndexedFile(path, None, "", None, (Problem("process-killed", message, Place(path)),))
