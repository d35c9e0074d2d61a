"""A reading in, lines or JSON data out: the patient as understood, and the ledger of the record."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

from eligo.evaluation.entries import called
from eligo.evaluation.evidence import fact_json
from eligo.evaluation.evidence import reading_json as result_json
from eligo.evaluation.measures import unit_of
from eligo.patients.ledger import LedgerEntry, Reading, counts
from eligo.patients.model import Fact, Patient, Reply, Result
from eligo.patients.replies import reply_json
from eligo.report.display import concept_name, criterion_of, variable_name
from eligo.report.measures import SHORT, Data, as_written, number, unit_words
from eligo.report.names import in_canonical, reported
from eligo.report.stated import status_word
from eligo.report.terminal import Terminal, clean, wrap
from eligo.report.words import plain
from eligo.vocabulary.concepts import concepts, is_entry
from eligo.vocabulary.variables import variables

SCHEMA = "eligo.ledger/1"
_FIRST = ("variable", "concept", "attest", "op", "eq", "ge", "gt", "le", "lt", "limit", "unit")
_SIGNS = {str(op): sign for op, sign in SHORT.sign.items()}
_MOST = 5  # values of a variable that are shown


def reading_json(reading: Reading) -> dict[str, Any]:
    """The patient as understood, the ledger and the problems as JSON data."""
    return {
        "schema": SCHEMA,
        "patient": _patient_json(reading.patient) if reading.patient else None,
        "counts": counts(reading.ledger),
        "ledger": [entry.as_json() for entry in reading.ledger],
        "problems": [problem.as_json() for problem in reading.problems],
    }


def _patient_json(patient: Patient) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": patient.id,
        "as_of": patient.as_of.isoformat(),
        "birth": str(patient.birth) if patient.birth else None,
        "sex": patient.sex,
        "identifiers": dict(patient.identifiers) or None,
        "results": {v: [_result_json(r) for r in found] for v, found in patient.results.items()},
        "facts": [fact_json(fact) for found in patient.facts.values() for fact in found],
        "absent": sorted(patient.absent),
        "never": sorted(patient.never) or None,
        "complete": sorted(patient.complete),
        "in_part": sorted(patient.in_part) or None,
        "attested": dict(patient.attested),
        "answers": [reply_json(reply) for reply in patient.replies] or None,
    }
    return {key: value for key, value in data.items() if value is not None}


def _result_json(result: Result) -> dict[str, Any]:
    problem = {"problem": result.problem.value} if result.problem else {}
    ends = ("low", result.reference_low), ("high", result.reference_high)
    reference = {key: end for key, end in ends if end is not None and not math.isnan(end)}
    return result_json(result) | ({"reference": reference} if reference else {}) | problem


def patient_lines(reading: Reading, everything: bool, shape: Terminal) -> Iterator[str]:
    """The patient, the sums of the ledger, and what was refused; all of the ledger where that is asked for."""
    if reading.patient is not None:
        yield from _patient(reading.patient, shape)
        yield ""
    sums = counts(reading.ledger)
    parts = ", ".join(f"{n} {outcome}" for outcome, n in sums.items())
    yield shape.paint(f"ledger: {len(reading.ledger)} entries: {parts}", "bold")
    shown = (
        reading.ledger
        if everything
        else [e for e in reading.ledger if e.outcome == "refused" or (e.reason and e.used_as)]
    )
    for entry in shown:
        yield from wrap(_entry(entry), shape.width, "  ", "      ")
    if not everything:
        yield from _summed(reading.ledger, shape)


def _summed(ledger: tuple[LedgerEntry, ...], shape: Terminal) -> Iterator[str]:
    """What was not needed, by kind and reason, and the names that were understood without a code."""
    left = Counter((e.item.split("/")[0], e.text) for e in ledger if e.outcome == "not needed")
    for (kind, text), count in sorted(left.items()):
        yield from wrap(f"not needed: {count} x {clean(kind)}: {text}", shape.width, "  ", "      ")
    named = sum(e.by_name for e in ledger)
    if named:
        yield f"  {named} by name, where no code was known; `--all` lists them"


def _entry(entry: LedgerEntry) -> str:
    where = str(entry.place.path or entry.place.line or "")
    text = f"{clean(entry.item)}" + (f" ({clean(where)})" if where and where not in entry.item else "")
    text += f": {entry.outcome}"
    if entry.used_as:
        text += " as " + ", ".join(map(_called, entry.used_as))
    if entry.by_name:
        text += " (by its name)"
    said = plain(entry.text)
    return text + (f"; {said}" if entry.used_as and said else f": {said}" if said else "")


def _called(used: str) -> str:
    """What people call the variable or concept as which an entry is used; `no` before it rules it out."""
    id_ = used.removeprefix("no ")
    if "/" in id_:
        return criterion_of(id_)
    name = variable_name(id_) if id_ in variables() else concept_name(id_) if id_ in concepts() else id_
    return f"no {name}" if used.startswith("no ") else name


def _patient(patient: Patient, shape: Terminal) -> Iterator[str]:
    """Who it is, the values, the facts, and what else the record says."""
    born = f"born {patient.birth}" if patient.birth else "age unknown"
    about = [f"as of {patient.as_of.isoformat()}", born, patient.sex or "sex unknown"]
    yield shape.paint(f"{clean(patient.id)}   {', '.join(about)}", "bold")
    for variable, results in patient.results.items():
        yield from wrap(_results(results), shape.width, f"  {variable_name(variable)}: ", "      ")
    for fact in itertools.chain.from_iterable(patient.facts.values()):
        yield from wrap(_fact(fact), shape.width, "  ", "      ")
    yield from _lists(patient, shape)
    for system, value in patient.identifiers.items():
        yield from wrap(f"{clean(system)}: {clean(value)}", shape.width, "  identifier ", "      ")
    for topic, held in patient.attested.items():
        name = criterion_of(topic) if "/" in topic else concept_name(topic)
        yield from wrap(f"{clean(name)}: {'yes' if held else 'no'}", shape.width, "  attested: ", "      ")
    for reply in patient.replies:
        yield from wrap(_reply(reply), shape.width, "  ", "      ")


def _reply(reply: Reply) -> str:
    """An answer of a person: who, when, to what, and what was said."""
    data = reply_json(reply)
    asks = _asked(data.get("asks", {}))
    value = f"{data.get('value', '')}{f' {reply.unit}' if reply.unit else ''}"
    said = value if reply.answer is None else "yes" if reply.answer else "no"
    to = ", ".join(filter(None, (asks, criterion_of(reply.criterion) if reply.criterion else None)))
    return clean(f"answered by {reply.by} on {data['date']}: {to}: {said}")


def _asked(asks: Data) -> str:
    """What an answer asks: a name, a limit with its sign and its unit, and what else narrows it."""
    found = []
    for key in sorted(asks, key=lambda key: (*_FIRST, key).index(key)):
        part = str(asks[key])
        sign = _SIGNS.get(part if key == "op" else key)
        if key in ("variable", "concept", "attest"):
            found.append(_called(part))
        elif sign:
            found.append(sign if key == "op" else f"{sign} {part}")
        else:
            found.append(unit_words(part).strip() if key == "unit" else part if key == "limit" else f"{key} {part}")
    return " ".join(found)


def _lists(patient: Patient, shape: Terminal) -> Iterator[str]:
    """What the record rules out, and which of its lists are complete or are not."""
    if patient.absent:
        names = (_name(id_) + (" (ever)" if id_ in patient.never else "") for id_ in sorted(patient.absent))
        yield from wrap(", ".join(names), shape.width, "  absent: ", "      ")
    if patient.complete:
        yield f"  complete lists: {', '.join(sorted(patient.complete))}"
    if patient.in_part:
        yield f"  not complete, since a part is missing or not known: {', '.join(sorted(patient.in_part))}"


def _name(id_: str) -> str:
    """The name of a concept; of an entry of the dictionary also its id."""
    name = clean(called(id_) if is_entry(id_) else concept_name(id_))
    return f"{name} [{id_}]" if is_entry(id_) else name


def _fact(fact: Fact) -> str:
    """A fact with the words of the record for it, its status, its times and what narrows it."""
    data = fact_json(fact)
    times = [f"{word} {data[key]}" for word, key in (("from", "start"), ("to", "end")) if key in data]
    if data.get("start") and data.get("start") == data.get("end"):
        times = [f"{'for' if fact.status == 'planned' else 'on'} {data['start']}"]
    written = clean(fact.written)
    name = _name(fact.concept)
    same = {name.casefold(), fact.concept.casefold(), ""}
    named = f" ({written})" if written.casefold() not in same else ""
    return " ".join([f"{name}{named}: {status_word(fact.concept, fact.status)}", *times, *fact.qualifiers])


def _results(results: tuple[Result, ...]) -> str:
    """The latest values of a variable, and how many older ones there are."""
    more = f"; and {len(results) - _MOST} older" if len(results) > _MOST else ""
    return "; ".join(map(_result, results[:_MOST])) + more


def _as_written(result: Result) -> str:
    """The record's own words for a value, but for UCUM's year."""
    value = result.value if isinstance(result.value, str) else number(result.value or 0)
    return f"{value}{unit_words('a')}" if result.unit == "a" else as_written(result.written)


def _result(result: Result) -> str:
    data = _result_json(result)
    own = reported(data)
    converted = in_canonical({**data, "unit": unit_of(result.variable)})
    value = clean(f"{own} ({converted})" if own else _as_written(result))
    day = f" on {data['date']}" if "date" in data else ""
    remark = f" (remark: {clean(result.remark)})" if result.remark else ""
    return f"{value}{day}{remark}" + (
        f" (decides nothing: {result.problem.value.replace('_', ' ')})" if result.problem else ""
    )
