"""Plans and a patient in, truths and verdicts out: each test is answered once per patient, for all trials that ask it.

Most tests ask for what a record does not mention. Their answers hang on sex, complete lists and policy alone, so they
are worked out once, for an empty record. The others run when they are wanted: the quick ones first, none once the
answer is settled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from eligo.criteria import Always, Compare, Leaf, OneOf, Present
from eligo.evaluation.chart import Chart, Outcome, Policy
from eligo.evaluation.comparing import AgeComparison, Choice, Comparison, SexChoice
from eligo.evaluation.derive import other_sources
from eligo.evaluation.picking import Picked
from eligo.evaluation.presence import Presence, presence
from eligo.patients.model import Patient
from eligo.plan import MULTIPLES, Attested, Join, Plan, PlannedCriterion, Test, Tree, Untestable
from eligo.truth import Bearing, Kind, Reason, Truth, Verdict, at_least, bearing, not_, verdict
from eligo.vocabulary.scores import SCORES
from eligo.vocabulary.variables import variables

# Bound once: in Python 3.11 every look-up of an enum's member is a function call.
MET, UNKNOWN, NOT_MET = Truth.MET, Truth.UNKNOWN, Truth.NOT_MET
PASSES, BLOCKS, OPEN = Bearing.PASSES, Bearing.BLOCKS, Bearing.OPEN

SLOW = 3  # the cost of working out a score

Answer = Callable[[Chart], Outcome]
Holds = Callable[["Answers"], Truth]
_Key = tuple[Literal["male", "female"] | None, frozenset[str]]

BEARINGS: dict[Kind, tuple[Bearing, ...]] = {
    "inclusion": tuple(bearing("inclusion", truth) for truth in Truth),
    "exclusion": tuple(bearing("exclusion", truth) for truth in Truth),
}
_NOT = tuple(not_(truth) for truth in Truth)


class Answers:
    """A patient's answers, as sets of bits: the tests that are MET, those that are UNKNOWN, those that did not run yet.

    Only a test that looks at something in the record is ever `pending`. Those that are `ruled` are sure to be NOT_MET,
    since all that they look at is what is ruled out; they run when their evidence is wanted. `touched` are both.
    `found` are the outcomes of those that ran, `empty` those of all tests for an empty record.
    """

    __slots__ = ("chart", "empty", "found", "met", "pending", "tests", "touched", "unknown")

    def __init__(self, tests: Sequence[Answer], chart: Chart, empty: Empty, pending: int, ruled: int = 0) -> None:
        self.tests, self.chart, self.empty, self.pending = tests, chart, empty, pending
        self.touched = pending | ruled
        untouched = ~self.touched
        self.met, self.unknown = empty.met & untouched, empty.unknown & untouched
        self.found: dict[int, Outcome] = {}

    def run(self, number: int) -> Truth:
        """Run a pending test."""
        try:
            outcome = self.tests[number](self.chart)
        except Exception as error:
            outcome = failed(error)
        self.found[number] = outcome
        bit = 1 << number
        self.pending &= ~bit
        truth = outcome[0]
        if truth is MET:
            self.met |= bit
        elif truth is UNKNOWN:
            self.unknown |= bit
        return truth

    def outcome(self, number: int) -> Outcome:
        """The whole outcome of a test."""
        if not self.touched >> number & 1:
            return self.empty.outcomes[number]
        if number not in self.found:
            self.run(number)
        return self.found[number]


def failed(error: Exception) -> Outcome:
    """The outcome of a test that broke: its criteria stay open; they are never dropped, and never decided by it."""
    return UNKNOWN, Reason.ERROR, type(error).__name__, ()


class Empty(NamedTuple):
    """The answers for a record that mentions nothing; `kept` is for what others work out from them."""

    met: int
    unknown: int
    outcomes: tuple[Outcome, ...]
    chart: Chart
    kept: dict[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """A criterion, its predicate as a function, its leaves as they are written and as tested, and its tests' bits.

    `bearings` are what each truth does to the patient.
    """

    criterion: PlannedCriterion
    holds: Holds
    bearings: tuple[Bearing, ...]
    uses: tuple[tuple[int, Leaf, Test], ...]
    bits: int


def _ready(criterion: PlannedCriterion, plan: Plan, numbers: Sequence[int], costs: Sequence[int]) -> Ready:
    uses = tuple((numbers[use.test], use.leaf, plan.tests[use.test]) for use in criterion.uses)
    of_uses = [number for number, _, _ in uses]
    return Ready(criterion, _holds(criterion.tree, of_uses, costs), BEARINGS[criterion.kind], uses, _bits(of_uses))


class Part:
    """Criteria that must all pass: the quick ones of a single leaf, which are weighed at one stroke, and the others.

    `bearing` keeps the order of truths, so the least of many inclusions and the greatest of many exclusions tell all.
    """

    __slots__ = ("including", "others")

    def __init__(self, criteria: Iterable[Ready], costs: Sequence[int]) -> None:
        single: dict[Kind, list[int]] = {"inclusion": [], "exclusion": []}
        others: list[tuple[int, int, Ready]] = []
        for ready in criteria:
            numbers = [number for number, _, _ in ready.uses]
            cost = max((costs[number] for number in numbers), default=0)
            if isinstance(ready.criterion.tree, int) and cost < SLOW:
                single[ready.criterion.kind] += numbers
            else:
                others.append((cost, len(numbers), ready))
        others.sort(key=lambda item: item[:2])
        self.including = _all(single["inclusion"], [], costs)
        self.others = (
            (_any(single["exclusion"], [], costs), BEARINGS["exclusion"]),
            *((ready.holds, ready.bearings) for _, _, ready in others),
        )

    def weigh(self, answers: Answers) -> Bearing:
        """What the part does to the patient, looking no further than what blocks."""
        weight = BEARINGS["inclusion"][self.including(answers)]
        if weight is BLOCKS:
            return weight
        for holds, bearings in self.others:
            bears = bearings[holds(answers)]
            if bears is not PASSES:
                if bears is BLOCKS:
                    return bears
                weight = bears
        return weight


class Trial:
    """One plan, ready to meet patients; its arms come in the order of the plan's, `bits` are its tests."""

    __slots__ = ("arms", "bits", "common", "criteria", "plan", "unstated")

    def __init__(self, plan: Plan, numbers: Sequence[int], costs: Sequence[int]) -> None:
        self.plan = plan
        self.criteria = tuple(_ready(criterion, plan, numbers, costs) for criterion in plan.criteria)
        self.bits = _bits(number for ready in self.criteria for number, _, _ in ready.uses)
        self.common = self._part(None, costs)
        self.arms = tuple(self._part(arm.id, costs) for arm in plan.arms)
        # A trial whose source states no criteria is met by nobody, whatever the registry's fields say.
        self.unstated = plan.states_no_criteria or all(c.origin == "registry" for c in plan.criteria)

    def _part(self, arm: str | None, costs: Sequence[int]) -> Part:
        return Part((ready for ready in self.criteria if ready.criterion.cohort == arm), costs)

    def verdict(self, answers: Answers) -> Verdict:
        """The verdict alone: as `conclude` over all criteria, without looking at more of them than it takes."""
        common = self.common.weigh(answers)
        if common is BLOCKS or not self.arms:
            return self.conclude(common, ())
        arms = []
        for arm in self.arms:
            arms.append(arm.weigh(answers))
            if arms[-1] is PASSES:
                break
        return self.conclude(common, arms)

    def conclude(self, common: Bearing, arms: Sequence[Bearing]) -> Verdict:
        """The verdict of what the common criteria and each arm's own ones do to the patient: one arm is enough."""
        best = common
        if arms and common is not BLOCKS and PASSES not in arms:
            best = OPEN if OPEN in arms else BLOCKS
        found = VERDICT[best]
        return Verdict.UNDETERMINED if self.unstated and found is Verdict.ELIGIBLE else found


VERDICT = {weight: verdict([weight]) for weight in Bearing}


class Engine:
    """All trials under one policy, with the tests that they share.

    `asked` are the tests as the plans have them, `tests` the functions that answer them, both by number; `readers` are
    the bits of the tests that look at an id, `rulers` of those that its absence settles.
    """

    def __init__(self, plans: Iterable[Plan], policy: Policy | None = None) -> None:
        self.policy = policy or Policy()
        self.tests: list[Answer] = []
        self._readers: dict[str, set[int]] = {}
        self._rulers: dict[str, set[int]] = {}
        self._numbers: dict[Test, int] = {}
        numbered = [(plan, [self._number(test) for test in plan.tests]) for plan in plans]
        self.asked = tuple(self._numbers)
        costs = [_cost(test) for test in self.asked]
        self.trials = tuple(Trial(plan, numbers, costs) for plan, numbers in numbered)
        self.readers = {name: _bits(found) for name, found in self._readers.items()}
        self.rulers = {name: _bits(found) for name, found in self._rulers.items()}
        self._concepts = _bits(number for number, answer in enumerate(self.tests) if isinstance(answer, Presence))
        self._empty: dict[_Key, Empty] = {}

    def _number(self, test: Test) -> int:
        """The number of a test, the same for equal ones."""
        number = self._numbers.get(test)
        if number is None:
            number = self._numbers[test] = len(self.tests)
            answer, reads = _answer(test)
            self.tests.append(answer)
            for name in reads:
                self._readers.setdefault(name, set()).add(number)
            for name in answer.line if isinstance(answer, Presence) else reads:
                self._rulers.setdefault(name, set()).add(number)
        return number

    def verdicts(self, patient: Patient) -> tuple[Verdict, ...]:
        """The verdict of each trial."""
        answers = self.answers(patient)
        return tuple([trial.verdict(answers) for trial in self.trials])

    def answers(self, patient: Patient) -> Answers:
        """The answers for a patient, those that the record matters for still pending."""
        readers = self.readers
        pending = readers.get("age", 0) if patient.birth is not None else 0
        for names in (patient.results, patient.facts, patient.attested):
            for name in names:
                if name in readers:
                    pending |= readers[name]
        ruled, rulers = 0, self.rulers
        for name in patient.absent:
            if name in rulers:
                ruled |= rulers[name]
        # A score or grade does not end with what is ruled out; a concept does, unless the record says more of it.
        pending |= ruled & ~self._concepts
        chart = Chart(patient, self.policy)
        return Answers(self.tests, chart, self.empty(chart), pending, ruled & ~pending)

    def empty(self, chart: Chart) -> Empty:
        """The answers for a record that mentions nothing but the same sex and the same complete lists."""
        key = (chart.sex, chart.patient.complete)
        known = self._empty.get(key)
        if known is None:
            blank = Chart(Patient("", date.min, sex=key[0], complete=key[1]), self.policy)
            numbers = range(len(self.tests))
            answers = Answers(self.tests, blank, Empty(0, 0, (), blank, {}), _bits(numbers))
            outcomes = tuple([answers.outcome(number) for number in numbers])
            known = self._empty[key] = Empty(answers.met, answers.unknown, outcomes, blank, {})
        return known


def _bits(numbers: Iterable[int]) -> int:
    return sum(1 << number for number in set(numbers))


def _cost(test: Test) -> int:
    """How long a test takes, by class: quick ones run first, since they may settle what slower ones need not."""
    if isinstance(test, Compare | OneOf) and test.variable in SCORES:
        return SLOW
    return int(isinstance(test, Present)) + int(isinstance(test, Compare | Present) and test.window is not None)


def _holds(tree: Tree, numbers: Sequence[int], costs: Sequence[int]) -> Holds:
    """The predicate as a function of the answers, which runs what is pending only as far as it must."""
    if isinstance(tree, int):
        return _one(numbers[tree])
    leaves = [numbers[part] for part in tree.parts if isinstance(part, int)]
    nested = [_holds(part, numbers, costs) for part in tree.parts if isinstance(part, Join)]
    if tree.how == "all":
        return _all(leaves, nested, costs)
    if tree.how == "any":
        return _any(leaves, nested, costs)
    parts = [*nested, *map(_one, leaves)]
    if tree.how == "not":
        (part,) = parts
        return lambda answers: _NOT[part(answers)]
    return lambda answers: at_least(tree.count, [part(answers) for part in parts])


def _one(number: int) -> Holds:
    """The truth of a single leaf."""
    bit = 1 << number

    def holds(answers: Answers) -> Truth:
        if answers.pending & bit:
            return answers.run(number)
        return MET if answers.met & bit else UNKNOWN if answers.unknown & bit else NOT_MET

    return holds


def _all(leaves: Iterable[int], nested: Sequence[Holds], costs: Sequence[int]) -> Holds:
    """Kleene `and` of leaves and of what is nested among them."""
    ordered, bits = _ordered(leaves, costs)

    def holds(answers: Answers) -> Truth:
        waiting = answers.pending & bits
        if (answers.met | answers.unknown | waiting) & bits != bits:
            return NOT_MET
        if waiting:
            for number, bit in ordered:
                if waiting & bit and answers.run(number) is NOT_MET:
                    return NOT_MET
        truth = MET if answers.met & bits == bits else UNKNOWN
        for part in nested:
            one = part(answers)
            if one is NOT_MET:
                return one
            if one is UNKNOWN:
                truth = one
        return truth

    return holds


def _any(leaves: Iterable[int], nested: Sequence[Holds], costs: Sequence[int]) -> Holds:
    """Kleene `or` of leaves and of what is nested among them."""
    ordered, bits = _ordered(leaves, costs)

    def holds(answers: Answers) -> Truth:
        if answers.met & bits:
            return MET
        waiting = answers.pending & bits
        if waiting:
            for number, bit in ordered:
                if waiting & bit and answers.run(number) is MET:
                    return MET
        truth = UNKNOWN if answers.unknown & bits else NOT_MET
        for part in nested:
            one = part(answers)
            if one is MET:
                return one
            if one is UNKNOWN:
                truth = one
        return truth

    return holds


def _ordered(leaves: Iterable[int], costs: Sequence[int]) -> tuple[tuple[tuple[int, int], ...], int]:
    """Tests with their bits, the quick ones first; and all the bits."""
    numbers = sorted(set(leaves), key=lambda number: costs[number])
    return tuple((number, 1 << number) for number in numbers), _bits(numbers)


def _answer(test: Test) -> tuple[Answer, frozenset[str]]:
    """The function that answers a test, and the ids of everything in a record that it looks at."""
    match test:
        case Present():
            found = presence(test)
            return found, found.reads
        case Compare() if test.variable == "age":
            return AgeComparison(test), frozenset({"age"})
        case Compare():
            return _comparison(test)
        case OneOf(variable="sex"):
            return SexChoice(test), frozenset({"sex"})
        case OneOf():
            known = variables().get(test.variable or "")
            more, reads = other_sources(test.variable or "")
            grades = known.grades.values() if known else ()
            return Choice(test, more, map(float, grades)), reads | {test.variable or ""}
        case Attested():
            return _attested(test), frozenset({test.topic, test.criterion})
        case Always():
            return _constant((MET, None, None, ())), frozenset()
        case Untestable(reason, detail):
            return _constant((UNKNOWN, Reason(reason), detail, ())), frozenset()


def _comparison(test: Compare) -> tuple[Answer, frozenset[str]]:
    variable = test.variable or ""
    more, reads = other_sources(variable, test.window)
    others = {}
    for limit in test.limits:
        if limit.of is not None and limit.of not in MULTIPLES:
            others[limit.of], other_reads = other_sources(limit.of)
            reads |= other_reads | {limit.of}
    if test.pick != "latest":
        return Picked(test, others), reads | {variable}
    return Comparison(test, more, others), reads | {variable}


def _attested(test: Attested) -> Answer:
    unknown: Outcome = (UNKNOWN, Reason.NEEDS_ATTESTATION, None, ())

    def answer(chart: Chart) -> Outcome:
        stated = chart.attested.get(test.criterion, chart.attested.get(test.topic))
        return unknown if stated is None else (MET if stated else NOT_MET, None, None, ())

    return answer


def _constant(outcome: Outcome) -> Answer:
    return lambda chart: outcome
