"""A rule set file in, findings out: first every problem of the file, then what its criteria mean together."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from eligo.check.across import check_contradictions, check_dead_branches, check_subsumed
from eligo.check.entries import check_entries
from eligo.check.findings import CheckFinding, CheckSubject
from eligo.check.limits import check_boundaries, check_limits
from eligo.check.neighbours import check_neighbours
from eligo.check.registry import check_registry
from eligo.check.reviews import check_reviews
from eligo.check.unsettled import check_unsettled
from eligo.check.within import check_branches, check_sentences
from eligo.dataclass import dataclass
from eligo.errors import EligoError, Problem
from eligo.ruleset import RuleSet, loads
from eligo.yamltext import read_yaml

__all__ = ["CHECKS", "CheckFinding", "Checked", "check_text"]

# A new check is a function from a subject to findings, and a line here.
CHECKS: tuple[Callable[[CheckSubject], Iterable[CheckFinding]], ...] = (
    check_sentences,
    check_branches,
    check_contradictions,
    check_subsumed,
    check_dead_branches,
    check_limits,
    check_boundaries,
    check_registry,
    check_unsettled,
    check_reviews,
    check_neighbours,
    check_entries,
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of one file: its rule set where it has one, the findings, and those that a note explains."""

    ruleset: RuleSet | None
    findings: tuple[CheckFinding, ...]
    explained: tuple[CheckFinding, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether anything is an error."""
        return any(f.severity == "error" for f in self.findings)


def check_text(text: str, file: str | None = None) -> Checked:
    """Check one rule set: every problem of its form, or, where it has none, every finding about its meaning."""
    try:
        ruleset = loads(text, file)
    except EligoError as error:
        return Checked(None, tuple(map(_of_problem, error.problems)))
    subject = CheckSubject(ruleset, file, read_yaml(text, file))
    found = list(dict.fromkeys(f for check in CHECKS for f in check(subject)))
    found.sort(key=lambda f: (f.places[0].line or 0, f.code))
    explained = [f for f in found if _explained(f, ruleset)]
    return Checked(ruleset, tuple(f for f in found if f not in explained), tuple(explained))


def _of_problem(problem: Problem) -> CheckFinding:
    return CheckFinding(problem.code, problem.severity, problem.message, (), (problem.place,), problem.help)


def _explained(finding: CheckFinding, ruleset: RuleSet) -> bool:
    """Whether a note of one of the criteria says why the finding may stand."""
    start = f"check {finding.code}:"
    notes = [n for c in ruleset.criteria if c.id in finding.criteria for n in c.notes]
    return any(note.startswith(start) and note[len(start) :].strip() for note in notes)
