"""Small worlds in, what trying everything finds out: the oracle of the answers that `eligo.outlook` works out.

It goes through records as a person would write them, and asks for nothing but verdicts.
"""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations

from eligo.criteria import Compare, Present, Related, presences
from eligo.evaluate import Engine, Ready, Trial
from eligo.evaluation.answers import Answers
from eligo.evaluation.window import shift
from eligo.outlook.edits import names_of
from eligo.outlook.effects import Question
from eligo.outlook.situation import Situation, known_as
from eligo.outlook.subjects import Subject
from eligo.patients.model import Patient
from eligo.patients.native import read_patient
from eligo.truth import Bearing, Truth, Verdict
from eligo.vocabulary.ages import lasting
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables
from tests.small_worlds import AS_OF, CONCEPTS, GRADES, LIMITS, Data

EVER = "history of "  # before a name under `absent`: it never was

UNDETERMINED = Verdict.UNDETERMINED
FEW = (0, 1, 14, 15, 30, 31, 91, 92, 93, 365, 366, 30_000)  # days on either side of the ends of windows, and the ends
# Days before the screening on which something can have been over: all around the ends of every window.
PAST = sorted(
    {0, 1, 2, 3, *(days + near for days in (14, 30, 31, 61, 91, 92, 365, 366) for near in (-1, 0, 1)), 30_000}
)


def read(data: Data) -> Patient:
    """The patient of a record."""
    return read_patient(json.dumps(data))


def values_of(variable: str) -> list[float]:
    """Values of a variable, close together, on and around all limits."""
    known = variables().get(variable)
    if known is not None and known.grades:
        return sorted({float(grade) for grade in known.grades.values()})
    if variable == "tumor_count":
        return [0, 1, 2, 3, 4, 5, 6]
    limits = set(LIMITS[variable][1]) if variable in LIMITS else {7.0, 10.0}
    if variable == "alt":  # the multiples of the report's upper limit of normal, and of the default ones
        references = known.references if known is not None else ()
        limits |= {factor * high for high in (50.0, *(r.high for r in references if r.high)) for factor in (1, 3)}
    close = {limit * factor for limit in limits for factor in (0.25, 0.5, 0.9, 0.999, 1, 1.001, 1.1, 1.5, 3)}
    scored = {1.7, 2.3, 2.4, 34.0, 34.3, 51.0, 52.0, 28.0, 35.0, 36.0}
    return sorted(value for value in close | scored if _plausible(variable, value))


@functools.cache
def _range(variable: str) -> tuple[float, float]:
    known = variables().get(variable)
    return (known.plausible if known else None) or (0, 1e9)


def _plausible(variable: str, value: float) -> bool:
    low, high = _range(variable)
    return low <= value <= high


def completions(data: Data, question: Question, engine: Engine, days: Sequence[int] = PAST) -> Iterator[Data]:
    """The record with every answer to a question that it can hold."""
    if question.kind == "fact":
        yield from facts(data, question.id, sorted({*days, *telling(data, question.id, engine)}), engine)
        return
    if question.id == "sex":
        yield from ({**data, "sex": sex} for sex in ("male", "female"))
    elif question.id == "age":
        for years in (0, 5, 17, 18, 19, 40, 64, 65, 66, 90):
            yield {**data, "birth_date": date(AS_OF.year - years, AS_OF.month, AS_OF.day).isoformat()}
    else:
        for value in values_of(question.id):
            yield measured(data, question.id, value)


def measured(data: Data, variable: str, value: float) -> Data:
    """The record with a value of today instead of those of today."""
    unit = LIMITS.get(variable, ("1",))[0]
    entry: Data = {"variable": variable, "value": value} | ({"unit": unit} if unit != "1" else {})
    kept = [o for o in data["observations"] if o["variable"] != variable or o.get("date", "9") < data["as_of"]]
    changed = {**data, "observations": [*kept, {**entry, "date": data["as_of"]}]}
    if variable == GRADES[0]:
        concept = "hepatic_encephalopathy"
        there = [fact for fact in data.get("conditions", ()) if fact["concept"] == concept and "status" not in fact]
        changed = without(changed, concept, concepts().descendants(concept) if value == 0 else {concept})
        changed["observations"] = [*kept, {**entry, "date": data["as_of"]}]
        if value == 0:
            changed["absent"] = [*changed["absent"], concept]
        elif there:  # what is graded goes on
            changed["conditions"] = [*changed["conditions"], *there]
    return changed


def without(data: Data, concept: str, gone: Collection[str]) -> Data:
    """The record without the facts of what is gone, without the concept's grade, and without what rules it out."""
    changed = copy.deepcopy(data)
    line = concepts().ancestors(concept)
    for where in set(CONCEPTS.values()):
        if where in changed:
            changed[where] = [entry for entry in changed[where] if entry["concept"] not in gone]
    changed["absent"] = [name for name in changed["absent"] if name.removeprefix(EVER) not in line]
    if concept == "hepatic_encephalopathy":
        changed["observations"] = [o for o in changed["observations"] if o["variable"] != GRADES[0]]
    return changed


def facts(data: Data, concept: str, days: Sequence[int], engine: Engine) -> Iterator[Data]:
    """The record with everything that it can say of a concept about which it says nothing yet."""
    where, ruled_out = CONCEPTS.get(concept, "procedures"), without(data, concept, concepts().descendants(concept))
    yield {**ruled_out, "absent": [*ruled_out["absent"], EVER + concept]}
    blank = without(data, concept, {concept})
    line = concepts().ancestors(concept)
    asked = [p for test in engine.asked if isinstance(test, Present | Related) for p in presences(test)]
    named = [(p, {p.concept, *(part.concept for part in p.but_not)}) for p in asked]
    about = [p for p, names in named if not line.isdisjoint(names)]
    narrowed = any(p.qualifier or any(part.qualifier for part in p.but_not) for p in about)
    now = any(p.status == "now" for p in about) or any(isinstance(test, Related) for test in engine.asked)
    for qualifiers in ([], ["severe"], ["mild"]) if narrowed else ([],):
        for back in days:
            day = (AS_OF - timedelta(days=back)).isoformat()
            start, end = {"conditions": ("onset", "abatement"), "procedures": ("date", "")}.get(where, ("start", "end"))
            entry: Data = {"concept": concept, start: day} | ({"qualifiers": qualifiers} if qualifiers else {})
            longest = lasting(concept)  # an entry that stays active for longer leaves open whether it still is so
            endless = longest is None or shift(AS_OF - timedelta(days=back), longest) >= AS_OF
            entries = [entry] if endless or not end or where != "conditions" else []
            if end and back:
                entries.append({**entry, end: day} | ({"status": "resolved"} if where == "conditions" else {}))
            if where == "procedures" and now:
                going_on: Data = {"concept": concept, "start": day, "status": "in-progress"}
                entries.append(going_on | ({"qualifiers": qualifiers} if qualifiers else {}))
            for entry in entries:
                yield {**blank, where: [*blank.get(where, ()), entry]}


def telling(data: Data, concept: str, engine: Engine) -> set[int]:
    """How many days ago facts were that the concept may be linked to, and birthdays that count."""
    found = set[int]()
    line = concepts().ancestors(concept)
    for test in engine.asked:
        if isinstance(test, Compare) and test.at in line:
            found |= birthdays(data)
        elif isinstance(test, Related) and not line.isdisjoint((test.what.concept, test.to.concept)):
            entries = [entry for where in set(CONCEPTS.values()) for entry in data.get(where, ())]
            said = [entry.get(key, "") for entry in entries for key in ("onset", "date", "start", "abatement", "end")]
            backs = {(AS_OF - date.fromisoformat(day)).days for day in said if day}
            found |= {back + near for back in backs for near in (-1, 0, 1) if back + near >= 0}
    return found


def birthdays(data: Data) -> set[int]:
    """How many days ago the patient was born, and of the ages of the rules; with the days beside them."""
    if "birth_date" not in data:
        return set()
    birth = date.fromisoformat(data["birth_date"])
    found = set[int]()
    for age in (0, 18, 19, 65, 66):
        year, day = birth.year + age, 28 if (birth.month, birth.day) == (2, 29) else birth.day
        turned = (AS_OF - date(year, birth.month, day)).days
        found |= {turned + near for near in (0, 1) if turned + near >= 0}
    return found


def settling(
    data: Data, question: Question, engine: Engine, stated: bool = False
) -> dict[str, tuple[set[Verdict], set[Verdict]]]:
    """The verdicts of each trial over all answers to a question: as they are, and with attestations granted.

    What is at odds with what the record decides is no answer to what it leaves open, where there is another. Of what is
    `stated`, an answer says of which kind it is, and nothing else.
    """
    found: dict[str, tuple[set[Verdict], set[Verdict]]] = {t.plan.trial: (set(), set()) for t in engine.trials}
    tried = list(completions(data, question, engine))
    if question.kind == "fact":
        tried = [changed for changed in tried if not _at_odds(data, changed, question, engine)] or tried
    if stated:
        tried = [changed for changed in tried if _is_of_a_kind(changed, question.id)] or tried
    for changed in tried:
        plain = engine.verdicts(read(changed))
        granted = engine.verdicts(read(_granted(changed)))
        for trial, strict, kind in zip(engine.trials, plain, granted, strict=True):
            found[trial.plan.trial][0].add(strict)
            found[trial.plan.trial][1].add(kind if strict is UNDETERMINED else strict)
    return found


def _is_of_a_kind(data: Data, concept: str) -> bool:
    """Whether a record says that the concept is there, and of which kind."""
    entries = [entry for entry in data.get("conditions", ()) if entry["concept"] == concept]
    return any(entry.get("qualifiers") and entry.get("status", "active") == "active" for entry in entries)


def _at_odds(data: Data, changed: Data, question: Question, engine: Engine) -> bool:
    """Whether a changed record turns a test round that is decided, and that a criterion hangs on."""
    situation = Situation(engine, read(data))
    bits = situation.narrowed(names_of(situation.patient, True, question.id)).bits
    before, after = situation.answers, Situation(engine, read(changed)).answers
    return bool(bits & ~before.unknown & ~after.unknown & (before.met ^ after.met))


def _granted(data: Data) -> Data:
    return {**data, "attested": {"informed_consent": True, **data.get("attested", {})}}


def first_change(engine: Engine, data: Data, days: int) -> list[tuple[date, Verdict] | None]:
    """For each trial the last day of its verdict and the next one, by reading the record as of every day."""
    before, text = engine.verdicts(read(data)), json.dumps(data)
    found: list[tuple[date, Verdict] | None] = [None] * len(before)
    for later in range(1, days + 1):
        day = AS_OF + timedelta(days=later)
        verdicts = engine.verdicts(read_patient(text, as_of=day))
        for i, verdict in enumerate(verdicts):
            if found[i] is None and verdict is not before[i]:
                found[i] = (day - timedelta(days=1), verdict)
        if None not in found:
            break
    return found


def changed(data: Data, subject: Subject, engine: Engine) -> Iterator[Data]:
    """The record with every other thing that it could say of what a change is about."""
    if subject.kind == "attestation":
        yield from ({**data, "attested": {**data.get("attested", {}), subject.id: held}} for held in (True, False))
    else:
        question = Question("fact" if subject.kind == "concept" else "measurement", subject.id)
        yield from completions(data, question, engine, FEW)


def smallest_changes(
    data: Data, engine: Engine, place: int, subjects: list[Subject], most: int
) -> set[frozenset[Subject]]:
    """The smallest sets of subjects of which some change leaves no criterion of a trial blocking, by trying all sets.

    A change may leave no criterion open for want of what was answered.
    """
    before, trial = Situation(engine, read(data)), engine.trials[place]
    for size in range(1, most + 1):
        tried = combinations(sorted(subjects), size)
        found = {frozenset(chosen) for chosen in tried if _works(data, chosen, before, trial)}
        if found:
            return found
    return set()


def does(data: Data, engine: Engine, place: int, chosen: Collection[Subject]) -> bool:
    """Whether some change of all these subjects leaves no criterion of a trial blocking."""
    return _works(data, tuple(sorted(chosen)), Situation(engine, read(data)), engine.trials[place])


def _works(data: Data, chosen: tuple[Subject, ...], before: Situation, trial: Trial) -> bool:
    records = [data]
    for subject in chosen:
        seen: dict[object, Data] = {}
        for record in records:
            for other in changed(record, subject, before.engine):
                after = _answers(before.engine, json.dumps(other))
                seen.setdefault((*after, *_hidden(other, chosen)), other)
        records = list(seen.values())
    found = (known_as(before.answers, *_answers(before.engine, json.dumps(record))) for record in records)
    return any(_lets_in(after, before.answers, trial) for after in found)


@functools.lru_cache(maxsize=10_000)
def _answers(engine: Engine, text: str) -> tuple[int, int]:
    """The tests that a record makes MET, and UNKNOWN: the same record is met on the way to many sets of changes."""
    found = Situation(engine, read_patient(text)).answers
    return found.met, found.unknown


def _hidden(data: Data, chosen: tuple[Subject, ...]) -> tuple[object, ...]:
    """What the answers do not show yet: what the sex rules out as long as it is what it is, a kind beside the whole."""
    ids = {subject.id for subject in chosen}
    shown = {"pregnancy"} if "sex" in ids else set[str]()
    shown |= {"malignancy", "liver_cancer"} if {"malignancy", "liver_cancer"} <= ids else set[str]()
    if not shown:
        return ()
    said = [entry for entry in data.get("conditions", ()) if entry["concept"] in shown]
    return (
        data.get("sex"),
        tuple(sorted(shown & {name.removeprefix(EVER) for name in data["absent"]})),
        json.dumps(said),
    )


def _lets_in(after: Answers, before: Answers, trial: Trial) -> bool:
    """Whether some arm neither blocks nor has a criterion open that lost an answer."""
    arms: list[str | None] = [arm.id for arm in trial.plan.arms]
    for arm in arms or [None]:
        criteria = [ready for ready in trial.criteria if ready.criterion.cohort in (None, arm)]
        blocked = any(ready.bearings[ready.holds(after)] is Bearing.BLOCKS for ready in criteria)
        if not blocked and not any(_open_for_want_of_what_was(ready, after, before) for ready in criteria):
            return True
    return False


def _open_for_want_of_what_was(ready: Ready, after: Answers, before: Answers) -> bool:
    """Whether the criterion is open, and with the old truths of what is no longer answered would not be."""
    old = known_as(after, after.met, after.unknown)
    for number, _, _ in ready.uses:
        bit = 1 << number
        if after.unknown & bit and not before.unknown & bit:
            old.unknown &= ~bit
            old.met = old.met & ~bit | before.met & bit
    return ready.holds(after) is Truth.UNKNOWN and ready.holds(old) is not Truth.UNKNOWN
