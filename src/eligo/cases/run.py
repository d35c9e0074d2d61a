"""A rule set and its cases in, failures and coverage out: every leaf is to be seen met, not met and unknown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from eligo.cases.file import Case
from eligo.check.implied import name_of
from eligo.criteria import STUDY_CONDITION, Always, Excepted, Leaf, Present, Related
from eligo.dataclass import dataclass
from eligo.errors import Place, did_you_mean
from eligo.evaluate import Engine
from eligo.explain import Finding, TrialScreening, explain
from eligo.plan import Plan, Untestable
from eligo.truth import Bearing, Truth
from eligo.vocabulary.concepts import concepts

EVERY = frozenset(Truth)


@dataclass(frozen=True, slots=True)
class Failure:
    """One way in which a case comes out other than expected."""

    case: str
    place: Place
    message: str

    def as_json(self) -> dict[str, object]:
        """The failure as JSON data."""
        place = {"file": self.place.file, "line": self.place.line}
        return {"case": self.case, "message": self.message, "place": place}


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A leaf of a criterion that no case made come out in some of the ways that it can."""

    criterion: str
    leaf: int
    name: str
    missing: tuple[Truth, ...]

    def as_json(self) -> dict[str, object]:
        """The gap as JSON data."""
        return {
            "criterion": self.criterion,
            "leaf": self.leaf + 1,
            "name": self.name,
            "missing": [t.name for t in self.missing],
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What came of the cases of one trial; `covered` of `coverable` ways of leaves were seen."""

    trial: str
    cases: int
    failures: tuple[Failure, ...]
    uncovered: tuple[Uncovered, ...]
    covered: int
    coverable: int

    @property
    def failed(self) -> int:
        """How many cases failed."""
        return len({f.case for f in self.failures})

    @property
    def coverage(self) -> float:
        """The share of the ways of leaves that was seen, in percent."""
        return 100 * self.covered / self.coverable if self.coverable else 100.0


def run_cases(plan: Plan, cases: Iterable[Case]) -> Report:
    """Screen the patient of every case, and hold the findings against what is expected."""
    engine = Engine([plan])
    chosen, failures = list(cases), list[Failure]()
    seen: dict[tuple[str, int], set[Truth]] = {}
    for case in chosen:
        screening = explain(engine, case.patient).trials[0]
        failures += _failures(case, screening)
        for finding in screening.findings:
            for i, evidence in enumerate(finding.evidence):
                seen.setdefault((finding.criterion.id, i), set()).add(evidence.truth)
    uncovered, covered, coverable = [], 0, 0
    for criterion in plan.criteria:
        for i, use in enumerate(criterion.uses):
            possible = _possible(plan, use.test)
            missing = possible - seen.get((criterion.id, i), set())
            covered, coverable = covered + len(possible) - len(missing), coverable + len(possible)
            if missing:
                uncovered.append(Uncovered(criterion.id, i, _name(use.leaf), tuple(sorted(missing, reverse=True))))
    return Report(plan.trial, len(chosen), tuple(failures), tuple(uncovered), covered, coverable)


def passes(engine: Engine, cases: Iterable[Case]) -> bool:
    """Whether every case comes out as expected, looking no further than the first that does not."""
    return all(not any(_failures(case, explain(engine, case.patient).trials[0])) for case in cases)


def _possible(plan: Plan, test: int) -> frozenset[Truth]:
    """The ways in which a leaf can come out."""
    match plan.tests[test]:
        case Always():
            return frozenset({Truth.MET})
        case Untestable():
            return frozenset({Truth.UNKNOWN})
        case Related(relation="due_to" | "associated_with"):  # no record says it
            return frozenset({Truth.UNKNOWN, Truth.NOT_MET})
        case Present(but_not=parts, concept=concept) if any(_takes_in(part, concept) for part in parts):
            return frozenset({Truth.UNKNOWN, Truth.NOT_MET})
    return EVERY


def _takes_in(part: Excepted, concept: str) -> bool:
    """Whether nobody can tell another one from what is excepted: it is all of the concept, or nobody knows what."""
    whole = part.qualifier is None and part.concept in concepts().ancestors(concept)
    return whole or part.concept == STUDY_CONDITION


def _name(leaf: Leaf) -> str:
    return leaf.note if isinstance(leaf, Always) else name_of(leaf)


def _failures(case: Case, screening: TrialScreening) -> Iterator[Failure]:
    """Each way in which a case comes out other than expected."""
    if case.verdict is not None and screening.verdict != case.verdict:
        yield _failure(case, f"the verdict is {screening.verdict.value}, not {case.verdict.value}")
    by_id = {finding.criterion.id: finding for finding in screening.findings}
    for bearing, expected in ((Bearing.BLOCKS, case.blocks), (Bearing.OPEN, case.open)):
        if expected is not None:
            yield from _differences(case, by_id, bearing, expected)
    for name, wanted in (case.findings or {}).items():
        found = by_id.get(name)
        if found is None:
            yield _unknown(case, name, by_id)
        elif found.bearing != wanted:
            yield _failure(case, f"`{name}` is {found.bearing.value}, not {wanted.value}")


def _differences(
    case: Case, by_id: dict[str, Finding], bearing: Bearing, expected: frozenset[str]
) -> Iterator[Failure]:
    for name in sorted(expected - by_id.keys()):
        yield _unknown(case, name, by_id)
    for name, finding in by_id.items():
        if (finding.bearing is bearing) != (name in expected):
            wanted = bearing.value if name in expected else f"not to be {bearing.value}"
            yield _failure(case, f"`{name}` is {finding.bearing.value}; expected {wanted}")


def _unknown(case: Case, name: str, known: Iterable[str]) -> Failure:
    nearest = did_you_mean(name, known)
    return _failure(case, f"there is no criterion `{name}`{f'; {nearest}' if nearest else ''}")


def _failure(case: Case, message: str) -> Failure:
    return Failure(case.name, case.place, message)
