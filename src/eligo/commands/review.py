"""Walk through the open criteria of a trial: the words of the source, what is understood of them, and your answer.

Each answer is written at once, so that nothing is lost when you stop; what you did not answer stays a draft. The keys
are a (accept), w (say it in other words, and see how they are read), e (edit in $VISUAL or $EDITOR), t (a person has
to state it), n (not a criterion), u (undo the last answer), s (skip), q (quit), or the number of a reading. What is no
criterion stays in the file, and keeps nobody out; what was not understood is accepted only when you say so twice.

Each answer keeps a hash of the text and the predicate that it is about, by which `eligo check` notices a later change.
`--seal` adds it to reviews without one, which were written by hand; without TRIAL, in all rule sets of --rules.
"""

from __future__ import annotations

import argparse
import datetime
import getpass
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from eligo.commands.names import add_vocabulary
from eligo.commands.printing import say, say_json, say_lines
from eligo.commands.rulefiles import add_trial, folder, rule_files, the_trial_file
from eligo.criteria import Criterion, Unparsed, leaves
from eligo.dataclass import dataclass, field
from eligo.errors import EligoError, Place, Problem
from eligo.isolation import Isolated
from eligo.namedtuple import NamedTuple
from eligo.report.display import criterion_title, with_names, without_code
from eligo.report.measures import LONG_CODED
from eligo.report.problems import write_problems
from eligo.report.sentences import criterion_sentence, sentence
from eligo.report.terminal import terminal, wrap
from eligo.ruleset import loads
from eligo.textfile import linked, read_text, replace_text
from eligo.trials.reviewing import (
    JUDGEMENT,
    accept,
    attest,
    attestations,
    criterion_text,
    dismiss,
    edit,
    open_criteria,
    reword,
    seal,
)

EXAMPLES = """\
  eligo review NCT01234567 --rules drafts --by "A. Reader"
  eligo review drafts/NCT01234567.yaml --list
  eligo review --attestations
  eligo review --seal --rules drafts
"""

RULES_FAIL = 5
KEYS = "a accept, w other words, e edit, t person states it, n not a criterion, u undo, s skip, q quit"
YES = frozenset({"y", "yes"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    add_trial(parser)
    parser.add_argument("--by", metavar="NAME", help="who reviews (default: the name of the login)")
    parser.add_argument("--date", metavar="DATE", type=_date, help="the day of the review (default: today)")
    add_vocabulary(parser)
    parser.add_argument("--list", action="store_true", help="list what is open, and ask nothing")
    parser.add_argument("--attestations", action="store_true", help="list what a person can state, and ask nothing")
    seal_help = "add to reviews that lack it what they are of, so that a later change is noticed, and ask nothing"
    parser.add_argument("--seal", action="store_true", help=seal_help)
    parser.add_argument("--json", action="store_true", help="with a list, or --seal: one JSON object a line")


def _date(text: str) -> str:
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"`{text}` is no date like 2026-01-15") from None


def run(args: argparse.Namespace) -> int:
    """Ask about each open criterion, or list them."""
    if args.attestations:
        return _list_attestations(args.json)
    if args.seal:
        one = args.trial or args.trial_too
        files = [the_trial_file(args)] if one else rule_files([str(folder(args.rules))])
        return max([_seal(file, args.json) for file in files], default=0)
    file = the_trial_file(args)
    ruleset = loads(read_text(file), str(file))
    found, ids = open_criteria(ruleset), [c.id for c in ruleset.criteria]
    if args.list or args.json:
        for criterion in found:
            lines = _lines(criterion, ids, terminal(sys.stdout).width)
            if args.json:
                say_json(open_json(criterion))
            else:
                say_lines(lines)
        if not args.json:
            say("1 criterion is open" if len(found) == 1 else f"{len(found)} criteria are open")
        return 0
    date = args.date or datetime.date.today().isoformat()  # a fact about the review, which no screening reads
    return _ReviewDialog(file, args.by or getpass.getuser(), date).run([c.id for c in found])


def _seal(file: Path, as_json: bool) -> int:
    """Seal the reviews of one file; 1 where it cannot be read, 5 where a review was left."""
    with Isolated(Place(str(file))) as unit:
        text = read_text(file)
        found = seal(text, str(file))
        if found.sealed:
            replace_text(linked(file), text, found.text)
    if unit.failed:
        write_problems(unit.problems, as_json)
        return 1
    left = [criterion.id for criterion in found.left]
    if as_json:
        say_json({"file": str(file), "sealed": list(found.sealed), "left": left})
    else:
        say(f"{file}: {len(found.sealed)} {'review' if len(found.sealed) == 1 else 'reviews'} sealed")
    help_ = "correct the limit or `words` (`eligo check` shows the place), then seal again"
    message = "the review of `{}` is not sealed: a limit is not the one that its words state"
    write_problems([Problem("words-disagree", message.format(id_), Place(str(file)), help_) for id_ in left], as_json)
    return RULES_FAIL if left else 0


def _list_attestations(as_json: bool) -> int:
    if as_json:
        for name, meaning in attestations():
            say_json({"id": name, "name": meaning})
    else:
        say_lines(_attestations(terminal(sys.stdout).width))
    return 0


def _attestations(width: int) -> Iterator[str]:
    """What a person can state, an id a line."""
    for name, meaning in attestations():
        yield from wrap(meaning, width, f"{name}  ", "      ")


def open_json(criterion: Criterion) -> dict[str, object]:
    """What a reviewer has to see of a criterion, as JSON data."""
    ambiguous = criterion.ambiguous
    return {
        "id": criterion.id,
        "kind": criterion.kind,
        "cohort": criterion.cohort,
        "text": criterion.text,
        "sentence": criterion_sentence(criterion, LONG_CODED),
        "notes": list(criterion.notes),
        "readings": [sentence(r, manner=LONG_CODED) for r in ambiguous.readings] if ambiguous else [],
        "was": [
            {"text": w.text, "sentence": criterion_sentence(w, LONG_CODED), "review": w.review.state}
            for w in criterion.was
        ],
    }


def _lines(criterion: Criterion, ids: Sequence[str], width: int) -> Iterator[str]:
    """What a reviewer has to see, the source's words first."""
    said = [
        (f"{criterion_title(criterion.id)}  ", criterion.text),
        ("  understood as: ", criterion_sentence(criterion)),
        *(("  note: ", with_names(without_code(note), ids)) for note in criterion.notes),
    ]
    if criterion.ambiguous:
        said.append(("  may be read otherwise: ", criterion.ambiguous.why))
        said += [(f"  reading {n}: ", sentence(r)) for n, r in enumerate(criterion.ambiguous.readings, 1)]
    for former in criterion.was:
        by = f" by {former.review.by}" if former.review.by else ""
        said.append((f"  before the change ({former.review.state}{by}): ", former.text))
        said.append(("    understood as: ", criterion_sentence(former)))
    for first, words in said:
        yield from wrap(words, width, first, "      ")


class _Undone(Exception):  # noqa: N818 - no error; it leads back to a criterion
    """The last answer was taken back."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class _Answered(NamedTuple):
    """One answer: the criterion, and the file before and after it."""

    name: str
    before: str
    after: str


class _StopReviewing(Exception):  # noqa: N818 - no error; it ends the walk
    """The reviewer stops, or there is nothing more to read."""


@dataclass(slots=True)
class _ReviewDialog:
    """The questions about one file."""

    file: Path
    by: str
    date: str
    done: list[_Answered] = field(default_factory=list)

    def run(self, ids: list[str]) -> int:
        place = 0
        try:
            while place < len(ids):
                try:
                    self._about(ids[place], f"{place + 1} of {len(ids)}")
                    place += 1
                except _Undone as undone:
                    place = ids.index(undone.name)
        except _StopReviewing:
            say("")
        still = len(open_criteria(loads(read_text(self.file), str(self.file))))
        counted = "1 criterion" if len(self.done) == 1 else f"{len(self.done)} criteria"
        say(f"{counted} answered, {still} still open in {self.file}")
        return 0

    def _about(self, name: str, count: str) -> None:
        """Ask until there is an answer that the file can hold."""
        text = read_text(self.file)
        ruleset = loads(text, str(self.file))
        criterion = next((c for c in open_criteria(ruleset) if c.id == name), None)
        if criterion is None:  # somebody else has answered or removed it in the meantime
            return
        say_lines(["", *_lines(criterion, [c.id for c in ruleset.criteria], terminal(sys.stdout).width)])
        while True:
            key = _ask(f"{count} [{KEYS}] ").lower()
            if key in ("s", "skip"):
                return
            if key in ("q", "quit"):
                raise _StopReviewing
            if key in ("u", "undo"):
                self._undo()
                continue
            try:
                new = self._answer(key, text, criterion)
            except EligoError as error:
                write_problems(error.problems, as_json=False)
                continue
            if new is not None:
                self._write(name, text, new)  # where that fails, no other answer would come through either
                return

    def _answer(self, key: str, text: str, criterion: Criterion) -> str | None:
        """The new file; None where there is none yet."""
        name = criterion.id
        if key in ("a", "accept"):
            return accept(text, name, self.by, self.date) if _is_meant(criterion) else None
        if key in ("w", "words"):
            return self._in_other_words(text, criterion)
        if key.isdecimal():
            return accept(text, name, self.by, self.date, int(key) - 1)
        if key in ("t", "attest"):
            topic = _ask(f"what is stated, ? lists all [{JUDGEMENT}] ") or JUDGEMENT
            if topic == "?":
                say_lines(_attestations(terminal(sys.stdout).width))
                return None
            return attest(text, name, topic, self.by, self.date)
        if key in ("n", "not"):
            reason = _ask("why ")
            if not reason:
                say("nothing was changed: say why it is no criterion")
                return None
            return dismiss(text, name, self.by, self.date, reason)
        if key in ("e", "edit"):
            shown = criterion_text(text, name)
            written = _edited(shown)
            if written == shown:
                say("nothing was changed")
                return None
            # What was written is tried before the reason is asked for.
            edit(text, name, written, self.by, self.date, "-")
            return edit(text, name, written, self.by, self.date, _ask("why ") or "no reason given")
        say(KEYS)
        return None

    def _in_other_words(self, text: str, criterion: Criterion) -> str | None:
        """The file with the criterion as other words are read, once the reviewer has seen how they are."""
        said = _ask(f"the same in other words, as an {criterion.kind}: ")
        if not said:
            say("nothing was changed")
            return None
        new = reword(text, criterion.id, said, self.by, self.date)
        after = next(c for c in loads(new).criteria if c.id == criterion.id)
        say_lines(wrap(criterion_sentence(after), terminal(sys.stdout).width, "  understood as: ", "      "))
        if _ask("is this what the source means? [y yes, n no] ").lower() in YES:
            return new
        say("nothing was changed")
        return None

    def _undo(self) -> None:
        """Take the last answer back, and ask about its criterion again."""
        if not self.done:
            say("there is no answer to undo")
            return
        last = self.done[-1]
        replace_text(linked(self.file), last.after, last.before)
        self.done.pop()
        raise _Undone(last.name)

    def _write(self, name: str, old: str, new: str) -> None:
        replace_text(linked(self.file), old, new)
        self.done.append(_Answered(name, old, new))


def _is_meant(criterion: Criterion) -> bool:
    """Whether the reviewer accepts what is not understood as it is; all else is accepted at once."""
    if not any(isinstance(leaf, Unparsed) for leaf in leaves(criterion.predicate)):
        return True
    question = "this is not understood in all parts, and stays open for every patient; accept it so? [y yes, n no] "
    return _ask(question).lower() in YES


def _ask(question: str) -> str:
    """One line from the reviewer; through a pipe the question is shown all the same."""
    say(question, end="")
    line = sys.stdin.readline()
    if not line:
        raise _StopReviewing
    if not sys.stdin.isatty():
        say(line.rstrip("\n"))
    return line.strip()


def _edited(text: str) -> str:
    """The text after an editor had it."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory(prefix="eligo-") as folder:
        file = Path(folder) / "criterion.yaml"
        file.write_text(text, "utf-8")
        try:
            done = subprocess.run([*shlex.split(editor), str(file)], check=False)
        except (OSError, ValueError):
            done = None
        if done is None or done.returncode:
            message = f"the editor `{editor}` did not work"
            raise EligoError(Problem("editor", message, help="name another one in VISUAL or EDITOR"))
        return read_text(file)
