"""A record in, the answers to most tests out, by what each of its items says alone, without running one of them.

What an item says alone to the tests that look at it is the same for all items of its sort: a value between the same two
limits, an entry that goes on, a denial. It is found out once for each sort, by the tests themselves, in a record that
holds nothing else; after that it is looked up. Where items differ on a test, where their sort is not enough, and where
the test is not steady (`eligo.evaluation.steady`), it stays pending, and runs when it is wanted.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Final

from eligo.dataclass import replace
from eligo.evaluation.answers import Answer, Empty, numbers, ran
from eligo.evaluation.chart import CONFLICT, Chart
from eligo.evaluation.comparing import slack
from eligo.evaluation.derive import age_in
from eligo.evaluation.presence import Presence
from eligo.evaluation.steady import is_lasting, is_steady, turning
from eligo.evaluation.truths import MET, UNKNOWN
from eligo.patients.model import Patient, Result
from eligo.truth import Reason
from eligo.vocabulary.relations import relations

# What items say: the tests that one says are MET, UNKNOWN, NOT_MET, and those that have to run, as bits of one number.
# So what all items of a record say is the bitwise `or` of what each of them does.
Said = int

_HIGH: Final = 2  # places of a result's fields
_LOW_CLOSED: Final = 3
_HIGH_CLOSED: Final = 4
_UNIT: Final = 8
_LOW_END: Final = 9
_HIGH_END: Final = 10
_PROBLEM: Final = 11
_MOST: Final = 20_000  # sorts of items that are kept for one set of lists


# The tests that are MET, UNKNOWN and NOT_MET by what the items of a record say, and those that have to run, as bits.
Truths = tuple[int, int, int, int]


class Steps:
    """The values of a variable at which tests turn, in their order, and what a value at or between them says.

    `asked` are the tests that hang on the latest value alone, `rest` what the others say to any value.
    """

    __slots__ = ("asked", "limits", "rest", "said", "slack")

    def __init__(self, limits: set[float], asked: int, rest: Said) -> None:
        self.limits, self.asked, self.rest = sorted(limits), asked, rest
        self.slack = [slack(limit) for limit in self.limits]
        self.said: list[Said | None] = [None] * (2 * len(limits) + 1)

    def place(self, value: float) -> int | None:
        """The place of a value, odd ones for the limits; None for one that is all but a limit, and not it."""
        limits, near = self.limits, self.slack
        place = bisect_left(limits, value)
        if place < len(limits):
            if limits[place] == value:
                return 2 * place + 1
            if limits[place] - value <= near[place]:
                return None
        if place and value - limits[place - 1] <= near[place - 1]:
            return None
        return 2 * place


class Digest:
    """The tests of an engine, and what is known of what items say to them.

    `readers` are the bits of the tests that look at an id, `rulers` of those that its absence settles; `width` is the
    number of the tests, `concepts` those of a concept, `affirming` the steady ones among them, and `past` those that
    ask for what was.
    """

    __slots__ = ("affirming", "concepts", "every", "past", "readers", "rulers", "steady", "tests", "width")

    def __init__(self, tests: Sequence[Answer], readers: Mapping[str, int], rulers: Mapping[str, int]) -> None:
        self.tests, self.readers, self.rulers = tests, readers, rulers
        self.width, self.every = len(tests), (1 << len(tests)) - 1
        self.steady = self.concepts = self.past = 0
        for number, answer in enumerate(tests):
            bit = 1 << number
            if is_steady(answer):
                self.steady |= bit
            if isinstance(answer, Presence):
                self.past |= bit if answer.voting.past else 0
                self.concepts |= bit
        self.affirming = self.concepts & self.steady

    def truths(self, patient: Patient, chart: Chart, empty: Empty) -> Truths:
        """What the items of a record say together."""
        said = self._of_results(chart, empty) | self._of_facts(chart, empty) | self._of_denials(chart, empty)
        if chart.attested:
            said |= self._of_statements(chart, empty)
        if patient.birth is not None and "age" in self.readers:
            said |= self._of_birth(chart, empty)
        width, every = self.width, self.every
        met, unknown, not_met = said & every, said >> width & every, said >> 2 * width & every
        # One item that affirms a concept is enough beside others that only leave it open.
        unknown &= ~(met & self.affirming)
        pending = said >> 3 * width | met & unknown | met & not_met | unknown & not_met
        return met & ~pending, unknown & ~pending, not_met & ~pending, pending

    def run(self, bits: int) -> Said:
        """What an item says of which nothing is known: that all tests that look at it have to run."""
        return bits << 3 * self.width

    # --- values

    def _of_results(self, chart: Chart, empty: Empty) -> Said:
        said, readers, known, oldest, latest = 0, self.readers, empty.results, chart.oldest, chart.latest
        for variable, results in chart.results.items():
            if variable not in readers or not results:
                continue
            first = results[0]
            value = first.low
            # A point of today's latest day; by place, since to look a name of a named tuple up takes longer.
            plain = value == first[_HIGH] and first[_LOW_CLOSED] and first[_HIGH_CLOSED] and first[_PROBLEM] is None
            if not plain or not chart.first_alone(results, oldest[variable]):
                said |= self.run(readers[variable])
                continue
            alone = latest[variable] = results if len(results) == 1 else results[:1]
            sort = variable, first[_UNIT], first[_LOW_END], first[_HIGH_END]
            steps = known.get(sort)
            if steps is None:
                steps = known[sort] = self._steps(variable, first, empty)
            place = steps.place(value)
            if place is None:
                said |= self.run(readers[variable])
                continue
            one = steps.said[place]
            if one is None:
                record = Patient("", chart.as_of, results={variable: alone})
                one = steps.said[place] = steps.rest | self._alone(steps.asked, self.steady, record, empty)
            said |= one
        return said

    def _steps(self, variable: str, reading: Result, empty: Empty) -> Steps:
        """Where values of a variable turn tests, in a unit and with the limits of a report."""
        limits, asked, rest = set[float](), 0, 0
        for number in numbers(self.readers[variable]):
            found = turning(self.tests[number], variable, reading, empty.chart) if self.steady >> number & 1 else None
            if found is None:
                rest |= 1 << number
            else:
                limits.update(found)
                asked |= 1 << number
        if any(limit != limit for limit in limits):  # a report whose limits nobody can tell
            return Steps(set(), 0, self.run(self.readers[variable]))
        return Steps(limits, asked, self.run(rest))

    # --- entries, denials, statements, age

    def _of_facts(self, chart: Chart, empty: Empty) -> Said:
        said, readers, known, as_of = 0, self.readers, empty.items, chart.as_of
        for concept, facts in chart.facts.items():
            if ":" in concept:
                said |= self.run(readers.get(concept, 0) | self.reached(concept))
            elif concept in readers:
                for fact in facts:
                    if fact.end is not None or fact.qualifiers:
                        said |= self.run(readers[concept])
                        continue
                    start = fact.start
                    sort = concept, fact.kind, fact.status, fact.visit, start is None or start.last < as_of
                    one = known.get(sort)
                    if one is None:
                        alone = Patient("", as_of, facts={concept: (fact,)})
                        steady = self.steady if is_lasting(fact, as_of) else 0
                        one = known[sort] = self._alone(readers[concept], steady, alone, empty)
                    said |= one
        return said

    def reached(self, id_: str) -> int:
        """The bits of the tests to which a thing that the vocabulary does not have can make a difference."""
        bits = 0
        for name in relations().reach(id_):
            bits |= self.readers.get(name, 0)
        return bits

    def _of_denials(self, chart: Chart, empty: Empty) -> Said:
        said, rulers, known, absent, never = 0, self.rulers, empty.items, chart.absent, chart.never
        for name in absent | never if never else absent:
            if name in rulers:
                sort = name, name in absent, name in never
                one = known.get(sort)
                if one is None:
                    now, ever = rulers[name] & ~self.past, rulers[name] & self.past
                    ruled = (now if sort[1] else 0) | (ever if sort[2] else 0)
                    denied = frozenset((name,))
                    # All that rules a concept out says the same of it, at whatever time it is asked for.
                    alone = Patient("", chart.as_of, absent=denied & absent, never=denied & never)
                    one = known[sort] = self._alone(ruled, self.steady | self.concepts, alone, empty)
                said |= one
        return said

    def _of_statements(self, chart: Chart, empty: Empty) -> Said:
        said, readers, known = 0, self.readers, empty.items
        for name, value in chart.attested.items():
            if name in readers:
                sort = name, value, "attested"
                one = known.get(sort)
                if one is None:
                    alone = Patient("", chart.as_of, attested={name: value})
                    one = known[sort] = self._alone(readers[name], self.steady, alone, empty)
                said |= one
        return said

    def _of_birth(self, chart: Chart, empty: Empty) -> Said:
        ages, readers = age_in(chart, "a"), self.readers["age"]
        if not isinstance(ages, tuple) or ages[0] != ages[1]:
            return self.run(readers)
        sort = "age", ages[0], "a"
        one = empty.items.get(sort)
        if one is None:
            alone = Patient("", chart.as_of, chart.patient.birth)
            one = empty.items[sort] = self._alone(readers, self.steady, alone, empty)
        return one

    # --- what is not known yet

    def _alone(self, bits: int, steady: int, alone: Patient, empty: Empty) -> Said:
        """What an item says, by the tests themselves, in a record that holds nothing else but the same lists.

        Where it makes no difference to a test, it says nothing; tests that are not `steady` have to run.
        """
        if len(empty.items) + len(empty.results) > _MOST:
            empty.items.clear()
            empty.results.clear()
        of = empty.chart
        alone = replace(alone, sex=of.sex, complete=of.patient.complete, in_part=of.patient.in_part)
        chart = Chart(alone, of.policy)
        met = unknown = not_met = pending = 0
        for number in numbers(bits):
            bit = 1 << number
            outcome = ran(self.tests[number], chart) if steady & bit else None
            if outcome is None or outcome[2] == CONFLICT or outcome[1] is Reason.ERROR:
                pending |= bit
            elif outcome != empty.outcomes[number]:
                if outcome[0] is MET:
                    met |= bit
                elif outcome[0] is UNKNOWN:
                    unknown |= bit
                else:
                    not_met |= bit
        width = self.width
        return met | unknown << width | not_met << 2 * width | pending << 3 * width
