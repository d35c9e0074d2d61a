"""A concept or attestation and a situation in, all that a record can say of it out, as far as tests tell it apart.

What a record says is that the concept is ruled out, or that it is there, since when, until when, how often and with
which of the qualifiers that are asked for. What it can leave vague (suspected, undated) is no answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from eligo.criteria import Duration, Present
from eligo.evaluation.presence import Presence
from eligo.evaluation.window import shift
from eligo.outlook.edits import added, attested, ruled_out, stated
from eligo.outlook.situation import Situation, numbers
from eligo.outlook.values import Option
from eligo.patients.model import Fact, FactKind, FactStatus, PartialDate
from eligo.vocabulary.concepts import concepts

RULED_OUT = "ruled out"
_KIND: dict[str, FactKind] = {"procedure": "procedure", "medication": "medication"}  # all else is a condition
_ONE = timedelta(days=1)


def of_attestation(key: str) -> list[Option]:
    """Yes and no."""
    return [Option(word, partial(attested, key=key, held=held)) for word, held in (("yes", True), ("no", False))]


def of_concept(situation: Situation, concept: str) -> list[Option]:
    """Ruled out first, then everything that it can be."""
    seen = dict[tuple[Fact, ...], str]()
    for words, facts in _facts(situation, concept):
        seen.setdefault(facts, words)
    found = [Option(words, partial(stated, concept=concept, facts=facts)) for facts, words in seen.items()]
    return [Option(RULED_OUT, partial(ruled_out, concept=concept)), *found]


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
        test, answer = situation.engine.asked[number], situation.engine.tests[number]
        if isinstance(test, Present) and isinstance(answer, Presence) and concept in answer.family:
            found.append(test)
    return found


def _facts(situation: Situation, concept: str) -> Iterator[tuple[str, tuple[Fact, ...]]]:
    """The facts of a record that says that the concept is, was, or is planned, each with the words for it."""
    as_of, tests = situation.patient.as_of, asking(situation, concept)
    known = concepts().get(concept)
    kind = _KIND.get(known.kind, "condition") if known else "condition"
    asked = sorted({q for test in tests if (q := test.qualifier)})
    for qualifiers in dict.fromkeys(((), *((q,) for q in asked), tuple(asked))):
        with_words = "".join(f", {q}" for q in qualifiers)
        for words, status, start, end in _times(tests, kind, as_of):
            fact = Fact(concept, kind, status, _day(start), _day(end) if end else None, qualifiers)
            yield words + with_words, (fact,)
        most = max((test.count for test in tests), default=1)
        for count in range(2, most + 1):
            over: FactStatus = "resolved" if kind != "medication" else "active"
            days = [as_of - _ONE * i for i in range(count)]
            yield (
                f"{count} times{with_words}",
                tuple(Fact(concept, kind, over, _day(d), _day(d), qualifiers) for d in days),
            )


def _times(tests: list[Present], kind: FactKind, as_of: date) -> Iterator[tuple[str, FactStatus, date, date | None]]:
    """When it can have been: now, since long, over since each of the times that windows tell apart, planned."""
    over: FactStatus = "resolved" if kind != "medication" else "active"
    lasting = sorted({w.lasting.duration for t in tests if (w := t.window) and w.lasting}, key=str)
    backs = {d for t in tests if (w := t.window) for d in (w.within, w.ago.duration if w.ago else None) if d}
    if kind == "procedure":
        yield "present", "resolved", as_of, None
    else:
        yield "present", "active", as_of, None
        for length in lasting:
            yield f"present for exactly {length}", "active", shift(as_of, length, -1), None
            yield f"present for over {length}", "active", shift(as_of, length, -1) - _ONE, None
    for words, day in _past(backs, as_of):
        yield words, over, day, day if kind != "procedure" else None
        for length in lasting:
            yield f"{words}, for over {length}", over, shift(day, length, -1) - _ONE, day
    if not backs and (kind != "procedure" or any(t.status == "history" for t in tests)):
        yield "in the past", over, as_of - _ONE * 2, as_of - _ONE if kind != "procedure" else None
    if any(test.status == "planned" for test in tests):
        ahead = [w.within for t in tests if t.status == "planned" and (w := t.window) and w.within]
        days_ahead = {as_of + _ONE, *(shift(as_of, d) + i * _ONE for d in ahead for i in (0, 1))}
        for day in sorted(days_ahead):
            yield f"planned for {day}", "planned", day, None


def _past(backs: set[Duration], as_of: date) -> Iterator[tuple[str, date]]:
    """A day on either side of the first day of each window that reaches back, and that day itself."""
    ends = sorted({shift(as_of, back, -1) for back in backs}, reverse=True)
    if ends and ends[0] < as_of - _ONE:
        yield f"last after {ends[0]}", as_of - _ONE
    for end in ends:
        yield f"last on {end}", end
        yield f"last before {end}", end - _ONE


def _day(day: date) -> PartialDate:
    return PartialDate(day, day)
