"""Plans and a patient in, truths and verdicts out: each test is answered once per patient, for all trials that ask it.

Most tests ask for what a record does not mention. Their answers hang on sex, complete lists and policy alone, so they
are worked out once, for an empty record. The others run when they are wanted: the quick ones first, none once the
answer is settled.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final, Literal

from eligo.criteria import Always, Compare, OneOf, Present, Related
from eligo.evaluation.ages import AgeComparison, AgeThen
from eligo.evaluation.answers import Answer, Answers, Empty
from eligo.evaluation.assumed import guesses
from eligo.evaluation.attested import AttestedAnswer
from eligo.evaluation.chart import Chart, Outcome, Policy, SilentKey
from eligo.evaluation.clauses import Clauses, clauses_of
from eligo.evaluation.comparing import Choice, SexChoice
from eligo.evaluation.derive import other_sources, silent_key, tests_of
from eligo.evaluation.digest import Digest
from eligo.evaluation.picking import Picked
from eligo.evaluation.predicates import bits_of, predicate
from eligo.evaluation.presence import Presence, presence
from eligo.evaluation.relating import Relating, relating
from eligo.evaluation.replies import Given
from eligo.evaluation.stated_twice import comparison
from eligo.evaluation.truths import BLOCKS, MET, OPEN, PASSES, UNKNOWN
from eligo.patients.model import Patient
from eligo.plan import Attested, Plan, PlannedCriterion, Test, Untestable, compared_with
from eligo.truth import Bearing, Kind, Reason, Truth, Verdict, bearing, not_, verdict
from eligo.vocabulary.scores import SCORES
from eligo.vocabulary.variables import variables

if TYPE_CHECKING:
    from eligo.answers.asked import AskedByRules


SLOW = 3  # the cost of working out a score

_Key = tuple[Literal["male", "female"] | None, frozenset[str], frozenset[str]]

BEARINGS: Final[dict[Kind, tuple[Bearing, ...]]] = {
    "inclusion": tuple(bearing("inclusion", truth) for truth in Truth),
    "exclusion": tuple(bearing("exclusion", truth) for truth in Truth),
}
_PASSING: Final = BEARINGS["inclusion"]  # that a criterion passes is what the patient must meet
_DENIED: Final = tuple(not_(truth) for truth in Truth)


class Ready:
    """A criterion, what makes it pass as clauses, its leaves as they are written and as tested.

    `key` is `TRIAL/id`, `bearings` are what each truth does to the patient, `numbers` the tests of the leaves, `bits`
    all of them as bits. A predicate with too many clauses is a `tree`.
    """

    __slots__ = ("bearings", "bits", "clauses", "criterion", "including", "key", "numbers", "passing", "tree", "uses")

    def __init__(self, criterion: PlannedCriterion, plan: Plan, numbers: Sequence[int], costs: Sequence[int]) -> None:
        self.criterion, self.key = criterion, f"{plan.trial}/{criterion.id}"
        self.including, self.bearings = criterion.kind == "inclusion", BEARINGS[criterion.kind]
        self.uses = tuple((numbers[use.test], use.leaf, plan.tests[use.test]) for use in criterion.uses)
        self.numbers = tuple(number for number, _, _ in self.uses)
        self.bits = bits_of(self.numbers)
        self.clauses = clauses_of(criterion.tree, self.numbers, self.including)
        self.passing = Clauses(self.clauses or (), costs)
        self.tree = predicate(criterion.tree, self.numbers, costs) if self.clauses is None else None

    def holds(self, answers: Answers) -> Truth:
        """The truth of the predicate."""
        if self.tree is not None:
            return self.tree(answers)
        truth = self.passing.truth(answers)
        return truth if self.including else _DENIED[truth]

    def truth(self, answers: Answers) -> Truth:
        """The truth of the criterion, with what a person says of it as a whole."""
        truth = self.holds(answers)
        return truth if answers.given is None else answers.given.judged(self.key, truth, self.bits)


class TrialPart:
    """Criteria that must all pass, as clauses; those that are too many are `others`, with their predicates."""

    __slots__ = ("clauses", "criteria", "others")

    def __init__(self, criteria: Iterable[Ready], costs: Sequence[int]) -> None:
        self.criteria = tuple(criteria)
        clauses = [clause for ready in self.criteria for clause in ready.clauses or ()]
        self.clauses = Clauses(clauses, costs)
        self.others = tuple(ready for ready in self.criteria if ready.clauses is None)

    def weigh(self, answers: Answers) -> Bearing:
        """What the part does to the patient, looking no further than what blocks."""
        if answers.given is not None and answers.given.criteria:
            return self._each(answers)
        weight = _PASSING[self.clauses.truth(answers)]
        if weight is BLOCKS:
            return weight
        for ready in self.others:
            bears = ready.bearings[ready.holds(answers)]
            if bears is not PASSES:
                if bears is BLOCKS:
                    return bears
                weight = bears
        return weight

    def _each(self, answers: Answers) -> Bearing:
        """The same criterion by criterion, since a person has answered one as a whole."""
        weights = {ready.bearings[ready.truth(answers)] for ready in self.criteria}
        return BLOCKS if BLOCKS in weights else OPEN if OPEN in weights else PASSES


class Trial:
    """One plan, ready to meet patients; its arms come in the order of the plan's.

    `bits` are its tests, and `bits_of_each` those of each criterion; `drafts` are how many of these nobody reviewed.
    """

    __slots__ = ("arms", "bits", "bits_of_each", "common", "criteria", "drafts", "plan", "unstated")

    def __init__(self, plan: Plan, numbers: Sequence[int], costs: Sequence[int]) -> None:
        self.plan = plan
        self.criteria = tuple(Ready(criterion, plan, numbers, costs) for criterion in plan.criteria)
        self.bits = bits_of(number for ready in self.criteria for number in ready.numbers)
        self.bits_of_each = tuple(ready.bits for ready in self.criteria)
        self.drafts = sum(criterion.review == "draft" for criterion in plan.criteria)
        self.common = self._part(None, costs)
        self.arms = tuple(self._part(arm.id, costs) for arm in plan.arms)
        # A trial whose source states no criteria is met by nobody, whatever the registry's fields say.
        self.unstated = plan.states_no_criteria or all(c.origin == "registry" for c in plan.criteria)

    def _part(self, arm: str | None, costs: Sequence[int]) -> TrialPart:
        return TrialPart((ready for ready in self.criteria if ready.criterion.cohort == arm), costs)

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

    def counting(self, blocked: Collection[str | None], undecided: Collection[str | None]) -> frozenset[str | None]:
        """The arms whose criteria count for the trial, and None for the common ones.

        No arm's where one passes; else those of the arms that are not blocked, or of all where all are.
        """
        arms = [arm.id for arm in self.plan.arms]
        left = [arm for arm in arms if arm not in blocked]
        if any(arm not in undecided for arm in left):
            return frozenset((None,))
        return frozenset((None, *(left or arms)))

    def conclude(self, common: Bearing, arms: Sequence[Bearing]) -> Verdict:
        """The verdict of what the common criteria and each arm's own ones do to the patient: one arm is enough."""
        best = common
        if arms and common is not BLOCKS and PASSES not in arms:
            best = OPEN if OPEN in arms else BLOCKS
        found = VERDICT[best]
        return Verdict.UNDETERMINED if self.unstated and found is Verdict.ELIGIBLE else found


VERDICT: Final = {weight: verdict([weight]) for weight in Bearing}


class Engine:
    """All trials under one policy, with the tests that they share.

    `asked` are the tests as the plans have them, `tests` the functions that answer them, both by number; `readers` are
    the bits of the tests that look at an id, `rulers` of those that its absence settles. Where the plans are not those
    of rule sets, the caller says what these ask by `asked`, in which answers of persons are looked up.
    """

    def __init__(self, plans: Iterable[Plan], policy: Policy | None = None, asked: AskedByRules | None = None) -> None:
        self.policy = policy or Policy()
        self.tests: list[Answer] = []
        self.readers: dict[str, int] = {}
        self.rulers: dict[str, int] = {}
        self._numbers: dict[Test, int] = {}
        numbered = [(plan, [self._number(test) for test in plan.tests]) for plan in plans]
        self.asked = tuple(self._numbers)
        costs = [_cost(test) for test in self.asked]
        self.trials = tuple(Trial(plan, numbers, costs) for plan, numbers in numbered)
        self._inner = self._of_scores()
        self.digest = Digest(self.tests, self.readers.copy(), self.rulers.copy())
        every = (1 << len(self.asked)) - 1  # what scores ask besides is nobody else's
        for names in (self.readers, self.rulers):
            names.update({name: bits & every for name, bits in names.items()})
        self._guessing = {
            silence: bits_of(number for number, answer in enumerate(self.tests) if guesses(answer, silence))
            for silence in (True, False)
        }
        self._empty: dict[_Key, Empty] = {}
        self._asked = asked

    def _of_scores(self) -> dict[SilentKey, int]:
        """The tests of concepts that scores ask, which are tests like the others."""
        found: dict[SilentKey, int] = {}
        for score in dict.fromkeys(score for test in self.asked for score in _scores_of(test)):
            for answer in tests_of(score):
                key = silent_key(answer)
                if key not in found:
                    found[key] = self._added(answer, answer.reads)
        return found

    def _number(self, test: Test) -> int:
        """The number of a test, the same for equal ones."""
        number = self._numbers.get(test)
        if number is None:
            number = self._numbers[test] = self._added(*answer_of(test))
        return number

    def _added(self, answer: Answer, reads: frozenset[str]) -> int:
        """The number of a further test, which looks at these ids."""
        number = len(self.tests)
        self.tests.append(answer)
        bit = 1 << number
        for name in reads:
            self.readers[name] = self.readers.get(name, 0) | bit
        for name in answer.line if isinstance(answer, Presence | Relating) else reads:
            self.rulers[name] = self.rulers.get(name, 0) | bit
        return number

    def verdicts(self, patient: Patient) -> tuple[Verdict, ...]:
        """The verdict of each trial."""
        answers = self.answers(patient)
        return tuple([trial.verdict(answers) for trial in self.trials])

    def answers(self, patient: Patient) -> Answers:
        """The answers for a patient; what is not known by what each item of the record says alone is still pending."""
        chart = Chart(patient, self.policy)
        empty = self.empty(chart)
        met, unknown, not_met, pending = self.digest.truths(patient, chart, empty)
        chart.silent, chart.touched = empty.silent, met | unknown | not_met | pending
        said = self.given(patient)
        if said is not None:
            pending |= said.bits
            met, unknown, not_met = met & ~pending, unknown & ~pending, not_met & ~pending
        guessing = self._guessing[bool(chart.complete or chart.assumed)]
        answers = Answers(self.tests, chart, empty, pending, met | unknown | not_met, guessing, said)
        answers.met |= met
        answers.unknown |= unknown
        return answers.compare()

    def given(self, patient: Patient) -> Given | None:
        """What counts of the answers that persons gave; None where nothing does."""
        if not patient.replies:
            return None
        from eligo.answers.asked import AskedByRules  # lazily: most records hold no answers
        from eligo.answers.given import given

        if self._asked is None:
            self._asked = AskedByRules(trial.plan for trial in self.trials)
        return given(patient, self.policy, self._asked, self._numbers, self.tests)

    def empty(self, chart: Chart) -> Empty:
        """The answers for a record that mentions nothing but the same sex and the same lists, complete or in part."""
        key = (chart.sex, chart.patient.complete, chart.patient.in_part)
        known = self._empty.get(key)
        if known is None:
            blank = Chart(Patient("", date.min, sex=key[0], complete=key[1], in_part=key[2]), self.policy)
            numbers = range(len(self.tests))
            answers = Answers(self.tests, blank, Empty(blank), bits_of(numbers))
            outcomes = tuple([answers.outcome(number) for number in numbers])
            silent = {key: (1 << number, outcomes[number]) for key, number in self._inner.items()}
            known = self._empty[key] = Empty(blank, answers.met, answers.unknown, outcomes, silent)
        return known


def _scores_of(test: Test) -> list[str]:
    """The scores that a test may have to work out."""
    if not isinstance(test, Compare | OneOf):
        return []
    names = [test.variable or "", *(compared_with(test) if isinstance(test, Compare) else ())]
    return [name for name in names if name in SCORES]


def _cost(test: Test) -> int:
    """How long a test takes, by class: quick ones run first, since they may settle what slower ones need not."""
    if isinstance(test, Compare | OneOf) and test.variable in SCORES:
        return SLOW
    if isinstance(test, Related):
        return SLOW - 1
    return int(isinstance(test, Present)) + int(isinstance(test, Compare | Present) and test.window is not None)


def answer_of(test: Test) -> tuple[Answer, frozenset[str]]:
    """The function that answers a test, and the ids of everything in a record that it looks at."""
    match test:
        case Present():
            found = presence(test)
            return found, found.reads
        case Related():
            link = relating(test)
            return link, link.reads
        case Compare(variable="age", at=str()):
            then = AgeThen(test)
            return then, then.reads
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
            return AttestedAnswer(test), frozenset({test.topic, test.criterion})
        case Always():
            return _constant((MET, None, None, ())), frozenset()
        case Untestable(reason, detail):
            return _constant((UNKNOWN, Reason(reason), detail, ())), frozenset()


def _comparison(test: Compare) -> tuple[Answer, frozenset[str]]:
    variable = test.variable or ""
    more, reads = other_sources(variable, test.window)
    others = {}
    for other in compared_with(test):
        others[other], other_reads = other_sources(other)
        reads |= other_reads | {other}
    if test.pick != "latest":
        return Picked(test, others), reads | {variable}
    return comparison(test, more, others), reads | {variable}


def _constant(outcome: Outcome) -> Answer:
    return lambda chart: outcome
