"""An engine and a patient in, until when each verdict holds out, if nothing is added to the record, and what ends it.

Answers change only on days that follow from a date of the record and a duration of a rule: a result grows too old, a
window closes or opens, a birthday. Those days are found and looked at in order; no other day can differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Literal, cast

from eligo.answers.asked import longest_age
from eligo.answers.resolve import Resolved, resolve
from eligo.criteria import Compare, Duration, OneOf, Present, Related, TimeUnit, Window, presences
from eligo.dataclass import dataclass, replace
from eligo.evaluate import Engine, Trial
from eligo.evaluation.answers import Answers, numbers
from eligo.evaluation.chart import Chart, Outcome
from eligo.evaluation.derive import birth_days
from eligo.evaluation.replies import ANSWERED
from eligo.evaluation.window import shift
from eligo.outlook.edits import today
from eligo.outlook.situation import standing
from eligo.patients.model import Fact, PartialDate, Patient, Reply, Result
from eligo.plan import Test
from eligo.truth import Reason, Truth, Verdict
from eligo.vocabulary.ages import event_time, is_event, lasting
from eligo.vocabulary.variables import variables

YEARS = 2
# A month later is up to three days off the same distance in days, since months differ in length.
AROUND = range(-3, 5)

Cause = Literal["stale", "answer", "window", "birthday", "date"]


@dataclass(frozen=True, slots=True)
class Turn:
    """A criterion that has another truth on the day after: by which variable or concept, and why."""

    criterion: str
    truth: Truth
    cause: Cause
    about: str


@dataclass(frozen=True, slots=True)
class Expiry:
    """The last day on which the verdict holds, None where it holds until the `horizon`; then what, and by what."""

    horizon: date
    until: date | None = None
    then: Verdict | None = None
    turns: tuple[Turn, ...] = ()


def expiries(engine: Engine, patient: Patient, trials: Iterable[Trial]) -> dict[str, Expiry]:
    """Until when the verdict of each trial holds."""
    horizon = shift(patient.as_of, Duration(YEARS, "a"))
    patient = _dated(patient)
    answers = engine.answers(patient)
    waiting = {trial.plan.trial: (trial, trial.verdict(answers)) for trial in trials}
    found = {name: Expiry(horizon) for name in waiting}
    for day in turning_days(engine, patient, horizon):
        if not waiting:
            break
        answers = engine.answers(_on(patient, day))
        for name, (trial, before) in list(waiting.items()):
            after = trial.verdict(answers)
            if after is not before:
                eve = engine.answers(_on(patient, day - timedelta(1)))
                turned = list(_turns(engine, trial, eve, answers))
                counting = {id_ for one in (eve, answers) for ids in standing(trial, one) for id_ in ids}
                # Where one arm takes the place of another, what turned stood in no list of the trial's.
                turns = tuple([turn for turn in turned if turn.criterion in counting] or turned)
                found[name] = Expiry(horizon, day - timedelta(1), after, turns)
                del waiting[name]
    return found


def _dated(patient: Patient) -> Patient:
    """The record with the day of the screening at each value without a date, as which it counts."""
    day = today(patient)
    results = {
        name: tuple(result if result.date else result._replace(date=day) for result in found)
        for name, found in patient.results.items()
    }
    return replace(patient, results=results)


def _on(patient: Patient, day: date) -> Patient:
    """The record as it is read as of a later day: what ends by then has ended."""
    over = {now: then for now, then in patient.ending if then.end is not None and then.end.first <= day}
    if not over:
        return replace(patient, as_of=day)
    facts = {concept: tuple(over.get(fact, fact) for fact in found) for concept, found in patient.facts.items()}
    return replace(patient, as_of=day, facts=facts)


def turning_days(engine: Engine, patient: Patient, horizon: date) -> list[date]:
    """All days after the screening on which any answer can differ from that of the day before."""
    days = set(_birthdays(engine, patient))
    for name, results in patient.results.items():
        days |= _turning(engine, name, results, _ages(engine, name))
    for reply in patient.replies:
        days |= _grown_old(engine, reply)
    for name, facts in patient.facts.items():
        ahead = [then for _, then in patient.ending if then.concept == name]
        days |= _turning(engine, name, (*facts, *ahead), _lasting(name))
    return sorted(day for day in days if patient.as_of < day <= horizon)


def _grown_old(engine: Engine, reply: Reply) -> set[date]:
    """The days on which an answer begins or ceases to count."""
    found, days = resolve(reply) if reply.asks is not None else None, {reply.day}
    if isinstance(found, Resolved) and found.subject in variables() and found.result is not None:
        days |= _turning(engine, found.subject or "", (found.result,), _ages(engine, found.subject or ""))
    longest = longest_age(reply)
    return days | set(_around(reply.day, longest) if longest is not None else ())


def _turning(engine: Engine, name: str, entries: Sequence[Result | Fact], lasts: Iterable[Duration]) -> set[date]:
    """The days on which an answer can turn by the dates of one thing's entries, which count for so long."""
    tests = [engine.asked[number] for number in numbers(engine.readers.get(name, 0))]
    if not tests:
        return set()
    lengths = {length for test in tests for length in _lengths(test)} | set(lasts)
    days = set[date]()
    for day in {day for entry in entries for day in _days(entry)}:
        days |= {day, day + timedelta(1)} if day < date.max else {day}
        days.update(found for length in lengths for found in _around(day, length))
    return days


def _days(entry: Result | Fact) -> Iterator[date]:
    """The first and the last day of each date of an entry."""
    dates = (entry.date,) if isinstance(entry, Result) else (entry.start, entry.end)
    for known in dates:
        if known is not None:
            yield from (known.first, known.last)


def _lengths(test: Test) -> Iterator[Duration]:
    """The durations that a test counts in, forwards and back: what is planned comes nearer."""
    for window in _windows(test):
        bounds = [bound.duration for bound in (window.ago, window.lasting) if bound]
        for length in (*bounds, *filter(None, (window.within, window.began))):
            yield from (length, replace(length, value=-length.value))


def _windows(test: Test) -> list[Window]:
    parts = (test.what, test.to) if isinstance(test, Related) else (test,)
    return [part.window for part in parts if isinstance(part, Compare | Present) and part.window is not None]


def _ages(engine: Engine, variable: str) -> Iterator[Duration]:
    """How old a result of the variable may be."""
    for longest in (engine.policy.longest_age(variable), engine.policy.stated_age(variable)):
        if longest is not None:
            yield longest


def _lasting(concept: str) -> Iterator[Duration]:
    """How long an entry of the concept can go on."""
    yield from filter(None, (lasting(concept), lasting(concept, visit=True)))
    if is_event(concept):
        yield event_time()


def _around(day: date, length: Duration) -> list[date]:
    moved = shift(day, length)
    near = timedelta(max(AROUND))
    return [moved + timedelta(offset) for offset in AROUND] if date.min + near < moved < date.max - near else []


def _birthdays(engine: Engine, patient: Patient) -> Iterator[date]:
    """The days on which an age turns that a test looks at; for a score every birthday."""
    birth = birth_days(Chart(patient, engine.policy))
    if not isinstance(birth, PartialDate):
        return
    for number in numbers(engine.readers.get("age", 0)):
        test = engine.asked[number]
        if isinstance(test, Compare) and test.variable == "age":
            ages = {(limit.value + more, cast(TimeUnit, limit.unit)) for limit in test.limits for more in (0, 1)}
        else:
            years = patient.as_of.year - birth.first.year
            ages = {(year, "a") for year in range(years - 1, years + YEARS + 2)}
        for day in (birth.first, birth.last):
            for age, unit in ages:
                yield from _around(day, Duration(age, unit))


def _turns(engine: Engine, trial: Trial, eve: Answers, answers: Answers) -> Iterator[Turn]:
    """The criteria whose truth turns overnight in a way that bears on the verdict, and what turns them."""
    for ready in trial.criteria:
        before, after = ready.truth(eve), ready.truth(answers)
        if before is after:
            continue
        for number, _, test in ready.uses:
            old, new = eve.outcome(number), answers.outcome(number)
            if old[0] is not new[0]:
                cause = "answer" if ANSWERED in (old[2], new[2]) else _cause(test, new)
                yield Turn(ready.criterion.id, after, cause, _about(test))
                break
        else:  # an answer to the whole sentence
            yield Turn(ready.criterion.id, after, "answer", "")


def _cause(test: Test, outcome: Outcome) -> Cause:
    if outcome[1] is Reason.STALE:
        return "stale"
    if isinstance(test, Compare | OneOf) and test.variable == "age":
        return "birthday" if isinstance(test, OneOf) or test.at is None else "date"
    if isinstance(test, Present) and test.status == "planned":
        return "date"
    return "window" if _windows(test) else "date"


def _about(test: Test) -> str:
    """The variable or concept of a test."""
    if isinstance(test, Present | Related):
        return presences(test)[0].concept
    return (test.variable if isinstance(test, Compare | OneOf) else None) or ""
