"""The answers of a patient's tests in, the facts that they are out: what is so, may be so, was so, and is not so now.

Of one test the latest day counts, and answers of that day that differ leave it open. An earlier positive answer stands
until a later one rules the condition out. Sources: the head of `grammar/findings.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from eligo.dataclass import dataclass, replace
from eligo.patients.answers import Answer, findings_data, read_answer
from eligo.patients.dates import EARLIEST, apart
from eligo.patients.diagnostic_tests import DiagnosticTest, loads
from eligo.patients.model import Fact, FactKind, FactStatus, PartialDate, Result
from eligo.patients.plausible import Ends
from eligo.patients.values import Number, Quantity, read_quantity
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables

_ABOUT_THE_SAME_TIME = timedelta(days=30)  # between an antibody that stays and the search for the virus itself
_KINDS: dict[str, FactKind] = {"procedure": "procedure", "medication": "medication"}


@dataclass(frozen=True, slots=True)
class Observed:
    """One answer of a test: on which day, and as the record has it."""

    test: DiagnosticTest
    answer: Answer
    day: PartialDate
    written: str


def answer_of(
    test: DiagnosticTest, value: str | Number, unit: str | None, reference: Ends, measured: bool
) -> Answer | None:
    """What a value says in words, or, for a number of a test that no variable measures, by its reference range."""
    quantity = read_quantity(value) if isinstance(value, str) else Quantity(value, value)
    said = read_answer(value, test.own) if isinstance(value, str) else None
    if said is not None or quantity is None:
        return said or test.other
    if measured or test.variable:
        return None
    high = reference.high
    if high is None or reference.unit not in (None, unit or quantity.unit):
        return "unclear"
    return "negative" if quantity.high <= high else "positive" if quantity.low > high else "unclear"


def not_detected(variable: str, day: PartialDate | None, written: str) -> Result:
    """The result of a virus that was not detected: less than the least sensitive assay finds."""
    return Result(
        variable, 0, loads()[variable].undetected, high_closed=False, date=day, written=written, value=written
    )


def conclude(observed: Sequence[Observed], as_of: date, birth: PartialDate | None) -> list[Fact]:
    """Make the facts of all answers of one patient."""
    by_test: dict[str, list[Observed]] = {}
    for one in observed:
        by_test.setdefault(one.test.id, []).append(one)
    first = min(birth.first if birth else EARLIEST, as_of)
    facts = [fact for found in by_test.values() for fact in _of_test(found, as_of, first)]
    refuted: dict[str, date] = {}
    for fact in facts:
        if fact.status == "refuted" and fact.end:
            refuted[fact.concept] = max(fact.end.last, refuted.get(fact.concept, date.min))
    return [f for f in facts if f.status != "suspected" or not _refuted_since(f, refuted)]


def _refuted_since(fact: Fact, refuted: Mapping[str, date]) -> bool:
    """Whether a better test of about the same time, or later, rules out what a first one left open."""
    if fact.concept not in refuted or fact.start is None:
        return False
    return fact.start.last <= refuted[fact.concept] + _ABOUT_THE_SAME_TIME


def _of_test(found: list[Observed], as_of: date, first: date) -> Iterable[Fact]:
    """The facts of one test: of its latest answer, and of earlier positive ones that it does not contradict."""
    days = sorted({one.day for one in found}, key=lambda d: (min(d.last, as_of), d.first), reverse=True)
    ruled_out = dict[str, PartialDate]()
    told = set[str]()
    for day in days:
        of_day = [one for one in found if one.day == day]
        answers = {one.answer for one in of_day}
        one = of_day[0] if len(answers) == 1 else replace(of_day[0], answer="unclear")
        for how, concept in _said(one):
            if how == "not now":
                if concept not in told and concept not in ruled_out and _counts(one, as_of):
                    yield _fact(one, concept, "refuted", one.day, one.day)
                ruled_out.setdefault(concept, one.day)
            elif concept not in told:
                told.add(concept)
                began = _began(found, one, concept, first)
                yield from _positive(one, concept, how, began, as_of, ruled_out.get(concept))


def _said(one: Observed) -> list[tuple[str, str]]:
    """What an answer says of which concepts; an unclear one leaves open what any other would say."""
    means = one.test.means
    if one.answer in means:
        return [(how, concept) for how, ids in means[one.answer].items() for concept in ids]
    if one.answer != "unclear":
        return []
    said = (c for of in means.values() for how, ids in of.items() if how in ("active", "suspected") for c in ids)
    return [("suspected", concept) for concept in dict.fromkeys(said)]


def _began(found: Sequence[Observed], one: Observed, concept: str, first: date) -> PartialDate:
    """When it began: between the last answer against it and the first one for it, as far as there are any."""
    says = {id(o): {how for how, c in _said(o) if c == concept} for o in found}
    against = [o.day.last for o in found if "not now" in says[id(o)] and o.day.last < one.day.last]
    since = max(against, default=None)
    run = [o.day.last for o in found if says[id(o)] & {"active", "suspected"} and (since is None or o.day.last > since)]
    last = min((day for day in run if day <= one.day.last), default=one.day.last)
    lower = since or first
    if one.test.longest is not None:
        lower = max(lower, apart(one.day.first, -one.test.longest))
    return PartialDate(min(lower, last), last)


def _positive(
    one: Observed, concept: str, how: str, began: PartialDate, as_of: date, ruled_out: PartialDate | None
) -> Iterable[Fact]:
    """The facts of an answer that says that something is, may be or was so."""
    test, age = one.test, (as_of - min(one.day.last, as_of)).days
    if how == "over":
        yield _fact(one, concept, "resolved", began, None)
    elif ruled_out is not None:
        if how == "active":
            yield _fact(
                one, concept, "resolved", began, PartialDate(min(one.day.first, ruled_out.last), ruled_out.last)
            )
    elif test.longest is not None and age > test.longest:
        if how == "active":
            until = apart(one.day.last, test.longest)
            yield _fact(one, concept, "resolved", began, PartialDate(one.day.first, until))
    elif how == "active" and (test.surely is None or age <= test.surely):
        yield _fact(one, concept, "active", began, None)
    else:
        yield _fact(one, concept, "suspected", began, None)


def _counts(one: Observed, as_of: date) -> bool:
    return one.test.counts is None or (as_of - min(one.day.last, as_of)).days <= one.test.counts


def _fact(one: Observed, concept: str, status: FactStatus, start: PartialDate | None, end: PartialDate | None) -> Fact:
    known = concepts().get(concept)
    kind = _KINDS.get(known.kind, "condition") if known else "condition"
    return Fact(concept, kind, status, start, end, (), f"{one.test.name}: {one.written}")


# --- viruses

_State = tuple[str, PartialDate, PartialDate, Result]  # how the latest results stand, since when, as of which day


def viral_load(
    results: Mapping[str, Sequence[Result]], facts: Mapping[str, Sequence[Fact]], as_of: date, birth: PartialDate | None
) -> list[Fact]:
    """Whether the virus is below detection, and since when, by the results of each virus that is measured.

    The viruses of conditions that the record has count; where it has none of them, all count, and nothing is certain.
    """
    measured = {v: found for v in loads() if (found := [r for r in results.get(v, ()) if _detected(r) is not None])}
    if not measured:
        return []
    concerned = [v for v in measured if any(_has(c, facts) for c in loads()[v].conditions)]
    first = min(birth.first if birth else EARLIEST, as_of)
    states = [_state(measured[v], as_of, first) for v in (concerned or measured)]
    written = "; ".join(sorted(f"{_name(r.variable)}: {r.written}" for _, _, _, r in states))
    fact = Fact(findings_data()["viral_load"]["concept"], "condition", "suspected", None, None, (), written)
    return [_of_states(fact, states, bool(concerned), as_of)]


def _of_states(fact: Fact, states: Sequence[_State], concerned: bool, as_of: date) -> Fact:
    """What the states of all viruses say together; those of a disease at hand (`concerned`) are sure."""
    statuses, latest = (
        {status for status, _, _, _ in states},
        max((day for _, _, day, _ in states), key=lambda d: d.last),
    )
    if statuses == {"above"} or (concerned and "above" in statuses):
        return replace(fact, status="refuted", start=latest, end=latest)
    if statuses != {"below"}:
        return fact
    began = max((b for _, b, _, _ in states), key=lambda b: (b.last, b.first))
    recent = (as_of - latest.last).days <= findings_data()["viral_load"]["counts"]
    return replace(fact, status="active" if concerned and recent else "suspected", start=began)


def _name(variable: str) -> str:
    known = variables().get(variable)
    return known.name if known else variable


def _has(concept: str, facts: Mapping[str, Sequence[Fact]]) -> bool:
    family = concepts().descendants(concept)
    return any(f.status in ("active", "resolved") for c in family & facts.keys() for f in facts[c])


def _detected(result: Result) -> str | None:
    """Whether a result is `below` what can be detected, `above` it, or so low that nobody can say (`low`)."""
    if result.problem is not None:
        return None
    load = loads()[result.variable]
    in_words = isinstance(result.value, str) and read_answer(result.value) == "negative"
    if result.low <= 0 and (in_words or result.high <= load.limit):
        return "below"
    return "above" if result.low > load.limit else "low"


def _state(results: Sequence[Result], as_of: date, first: date) -> _State:
    """How the latest results stand, since when, as of which day, and one of them."""
    dated = [(r.date or PartialDate(as_of, as_of), r) for r in results]
    dated.sort(key=lambda dr: (min(dr[0].last, as_of), dr[0].first), reverse=True)
    day = dated[0][0]
    newest = {_detected(r) or "low" for d, r in dated if d == day}
    status = newest.pop() if len(newest) == 1 else "low"
    last, before = day, None
    for when, result in dated:
        if _detected(result) != status:
            before = when
            break
        last = when
    lower = before.last if before else first
    return status, PartialDate(min(lower, last.last), last.last), day, dated[0][1]
