"""A concept or attestation and a situation in, all that a record can say of it out, as far as tests tell it apart.

What a record says is that the concept is ruled out, or that it is there, since when, until when, how often and with
which of the qualifiers that are asked for. What it can leave vague (suspected, undated, active for longer
than it can last) is no answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from itertools import product, zip_longest

from eligo.criteria import Duration, Present
from eligo.evaluation.ages import AgeThen
from eligo.evaluation.answers import numbers
from eligo.evaluation.derive import birth_days
from eligo.evaluation.presence import Presence
from eligo.evaluation.relating import Relating
from eligo.evaluation.window import outlasted, period, shift
from eligo.namedtuple import NamedTuple
from eligo.outlook.edits import added, attested, ruled_out, stated
from eligo.outlook.phrases import Told
from eligo.outlook.situation import Situation
from eligo.outlook.values import Option
from eligo.patients.dates import reached
from eligo.patients.model import Fact, FactKind, FactStatus, PartialDate
from eligo.vocabulary.ages import is_event
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.qualifiers import denied

RULED_OUT = Told("ruled out")
MOST_QUALIFIERS = 3
_KIND: dict[str, FactKind] = {"procedure": "procedure", "medication": "medication"}  # all else is a condition
_ONE = timedelta(days=1)
_Time = tuple[Told, FactStatus, date, date | None]


def of_attestation(key: str) -> list[Option]:
    """Yes and no."""
    return [Option(Told(word), partial(attested, key=key, held=held)) for word, held in (("yes", True), ("no", False))]


def of_concept(situation: Situation, concept: str) -> list[Option]:
    """Ruled out first, then everything that it can be."""
    seen = dict[tuple[Fact, ...], Told]()
    for words, facts in _facts(situation, concept):
        seen.setdefault(facts, words)
    found = [Option(words, partial(stated, concept=concept, facts=facts)) for facts, words in seen.items()]
    return [Option(RULED_OUT, partial(ruled_out, concept=concept)), *found]


def on_day(situation: Situation, concept: str, day: date) -> Option:
    """That it was on a day, and was over then; or that it is planned for one that is to come."""
    known = concepts().get(concept)
    kind = _KIND.get(known.kind, "condition") if known else "condition"
    times = _Times([], kind, is_event(concept), situation.patient.as_of, Days(frozenset(), frozenset()))
    planned = day > situation.patient.as_of
    end = None if planned or times.once else _day(day)
    fact = Fact(concept, kind, "planned" if planned else times.over, _day(day), end)
    return Option(Told(f"{'planned for' if planned else 'on'} {day}"), partial(stated, concept=concept, facts=(fact,)))


def beside(situation: Situation, concept: str, planned: bool) -> list[Option]:
    """Everything that it could be too, beside what the record says: `planned`, or there."""
    found = _facts(situation, concept)
    return [
        Option(words, partial(added, concept=concept, facts=facts))
        for words, facts in found
        if (facts[0].status == "planned") is planned
    ]


def asking(situation: Situation, concept: str) -> list[Present]:
    """The tests for which a fact of the concept counts."""
    found = []
    for number in numbers(situation.engine.readers.get(concept, 0) & situation.bits):
        answer = situation.engine.tests[number]
        sides = (answer.what, answer.to) if isinstance(answer, Relating) else (answer,)
        found += [side.test for side in sides if isinstance(side, Presence) and concept in side.family]
    return found


class Days(NamedTuple):
    """Days beside those of windows at which it makes a difference when a fact began, and when it was over."""

    starts: frozenset[date]
    ends: frozenset[date]


def telling_days(situation: Situation, concept: str) -> Days:
    """The days that follow from the rest of the record: birthdays for an age at an event, times of what is linked."""
    starts, ends = set[date](), set[date]()
    chart = situation.answers.chart
    birth = birth_days(chart)
    for number in numbers(situation.engine.readers.get(concept, 0) & situation.bits):
        answer = situation.engine.tests[number]
        if isinstance(answer, AgeThen) and concept in answer.family and isinstance(birth, PartialDate):
            starts.update(_birthdays(answer, birth))
        elif isinstance(answer, Relating):
            for side, other in ((answer.what, answer.to), (answer.to, answer.what)):
                for fact in chart.under.get(other.concept, ()) if concept in side.family else ():
                    when = period(fact, chart.as_of)
                    starts.update(when.end)
                    ends.update(when.start)
    starts, ends = {day for end in starts for day in _beside(end)}, {day for end in ends for day in _beside(end)}
    return Days(*(frozenset(day for day in days if day <= chart.as_of) for days in (starts, ends)))


def _birthdays(answer: AgeThen, birth: PartialDate) -> Iterator[date]:
    """The days on which an age turns that a test asks for, and the day of birth itself."""
    for day in (birth.first, birth.last):
        yield day
        for _, unit, value in answer.limits:
            for age in (int(value), int(value) + 1):
                found = reached(PartialDate(day, day), age, age, unit)
                if found is not None:
                    yield found.first


def _beside(day: date) -> tuple[date, ...]:
    """The day before, the day and the day after, as far as the calendar goes."""
    return tuple(day + _ONE * step for step in (-1, 0, 1) if date.min < day < date.max)


def _qualified(tests: list[Present]) -> Iterator[tuple[str, ...]]:
    """The qualifiers that a fact can state of those that are asked for: nothing of each, that it is so, that it is not.

    More than a few are not tried in all their combinations.
    """
    asked = sorted(
        {q for test in tests for q in (test.qualifier, *(part.qualifier for part in test.but_not)) if q is not None}
    )
    said = [((), (q,), (denied(q),)) for q in asked]
    if len(asked) <= MOST_QUALIFIERS:
        yield from dict.fromkeys(tuple(word for one in chosen for word in one) for chosen in product(*said))
    else:
        yield from dict.fromkeys(((), *(one for each in said for one in each), tuple(asked)))


def _facts(situation: Situation, concept: str) -> Iterator[tuple[Told, tuple[Fact, ...]]]:
    """The facts of a record that says that the concept is, was, or is planned, each with the words for it."""
    as_of, tests = situation.patient.as_of, asking(situation, concept)
    known = concepts().get(concept)
    kind = _KIND.get(known.kind, "condition") if known else "condition"
    times = _Times(tests, kind, is_event(concept), as_of, telling_days(situation, concept))
    most = max((test.count for test in tests), default=1)
    for qualifiers in _qualified(tests):
        for said, status, start, end in times.all():
            fact = Fact(concept, kind, status, _day(start), _day(end) if end else None, qualifiers)
            if not outlasted(fact, as_of):  # such an entry leaves open whether it still is so
                yield said.narrowed(*qualifiers), (fact,)
        for count in range(2, most + 1):
            several = [as_of - _ONE * i for i in range(count)]
            yield (
                Told(f"{count} times", qualifiers),
                tuple(Fact(concept, kind, times.over, _day(d), _day(d), qualifiers) for d in several),
            )


class _Times:
    """When something can have been, as far as tests tell it apart: what is said, status, beginning and end of each."""

    def __init__(self, tests: list[Present], kind: FactKind, passes: bool, as_of: date, days: Days) -> None:
        windows = [test.window for test in tests if test.window]
        self.once, self.passes = kind == "procedure", passes  # all else lasts; an event soon passes
        self.over: FactStatus = "active" if kind == "medication" else "resolved"
        self.tests, self.as_of, self.days = tests, as_of, days
        self.looks_back = any(t.window.looks_back for t in tests if t.window and t.status != "planned")
        began = {w.began for w in windows if w.began}
        self.lasting = sorted(began | {w.lasting.duration for w in windows if w.lasting}, key=str)
        self.backs = began | {w.within for w in windows if w.within} | {w.ago.duration for w in windows if w.ago}

    def all(self) -> Iterator[_Time]:
        """Now, since long, over since each of the times that windows tell apart, planned."""
        if self.once:
            yield Told("done today" if self.looks_back else "present"), "resolved", self.as_of, None
        if not self.once or self._asks("now"):
            yield from self._going_on()
        for said, day in _past(self.backs, self.as_of, self.days.ends | (self.days.starts if self.once else set())):
            yield from self._until(said, day)
        if not self.backs and not self.days.ends and (not self.once or self._asks("now", "history")):
            yield Told("in the past"), self.over, self.as_of - _ONE * 2, None if self.once else self.as_of - _ONE
        if self._asks("planned"):
            yield from self._planned()

    def _asks(self, *statuses: str) -> bool:
        return any(test.status in statuses for test in self.tests)

    def _going_on(self) -> Iterator[_Time]:
        there = "present now" if self.looks_back and self.passes else "present"  # undated it may have been at any time
        yield Told("in progress" if self.once else there), "active", self.as_of, None
        for length in self.lasting:
            yield Told(f"present for exactly {length}"), "active", shift(self.as_of, length, -1), None
            yield Told(f"present for over {length}"), "active", shift(self.as_of, length, -1) - _ONE, None
        for day in sorted(self.days.starts):
            yield Told(f"present since {day}"), "active", day, None

    def _until(self, said: Told, day: date) -> Iterator[_Time]:
        """What was over on a day; something done once has no beginning before it that could matter."""
        yield said, self.over, day, None if self.once else day
        for length in self.lasting:
            yield said.narrowed(f"for over {length}"), self.over, shift(day, length, -1) - _ONE, day
        for start in () if self.once else sorted(self.days.starts):
            if start < day:
                yield said.narrowed(f"since {start}"), self.over, start, day

    def _planned(self) -> Iterator[_Time]:
        ahead = [t.window.within for t in self.tests if t.status == "planned" and t.window and t.window.within]
        for day in sorted({self.as_of + _ONE, *(shift(self.as_of, d) + i * _ONE for d in ahead for i in (0, 1))}):
            yield Told(f"planned for {day}"), "planned", day, None


def _past(backs: set[Duration], as_of: date, more: frozenset[date]) -> Iterator[tuple[Told, date]]:
    """A day on either side of the first day of each window that reaches back, that day itself, and more days."""
    ends = sorted({shift(as_of, back, -1) for back in backs}, reverse=True)
    if (ends or more) and max((*ends, *more)) < as_of - _ONE:
        yield Told("last", (), "after", str(max((*ends, *more)))), as_of - _ONE
    for end, earlier in zip_longest(ends, ends[1:]):
        yield Told("last", (), "on", str(end)), end
        if earlier is None or earlier < end - _ONE:
            yield Told("last", (), "before", str(end), str(earlier) if earlier else None), end - _ONE
    for day in sorted(more - {as_of}):
        yield Told(f"on {day}"), day


def _day(day: date) -> PartialDate:
    return PartialDate(day, day)
