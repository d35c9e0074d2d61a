"""Questions, changes, doubts and expiries in, JSON data out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from eligo.criteria import SYMBOL, Limit, Number, Present
from eligo.evaluation.chart import Chart
from eligo.evaluation.derive import age_of
from eligo.evaluation.distance import plain
from eligo.evaluation.measures import interval_json, limit_json, number_text, unit_of, value_of
from eligo.evaluation.phrases import phrases
from eligo.evaluation.presence import presence
from eligo.outlook.changes import Remedies, Remedy
from eligo.outlook.doubts import Doubt
from eligo.outlook.effects import Question
from eligo.outlook.expiry import Expiry
from eligo.outlook.phrases import Told, together
from eligo.outlook.questions import Asked, Open, PossibleAnswer
from eligo.outlook.situation import Situation
from eligo.outlook.subjects import Subject
from eligo.outlook.values import ValueRegion
from eligo.truth import Truth
from eligo.vocabulary.variables import variables


def question_json(question: Question) -> dict[str, Any]:
    """What is asked for."""
    key = "variable" if question.kind == "measurement" else "concept"
    return {"kind": question.kind, key: question.id}


def asked_json(asked: Asked) -> dict[str, Any]:
    """A question of one trial, with what each answer would do."""
    return {
        **question_json(asked.question),
        "why": asked.why.value,
        **({"stated": list(asked.stated)} if asked.stated else {}),
        "criteria": list(asked.criteria),
        "settles": asked.settles,
        "settles_but_for_attestations": asked.settles_but_for_attestations,
        "answers": [_answer_json(answer, asked) for answer in asked.answers],
    }


def _answer_json(answer: PossibleAnswer, asked: Asked) -> dict[str, Any]:
    variable = asked.question.id
    said = answer.answer
    data: dict[str, Any] = {"answer": answer_text(said, variable)}
    if isinstance(said, ValueRegion):
        data["limits"] = list(map(limit_json, _limits(said, variable)))
        if (unit := unit_of(variable)) is not None:
            data["unit"] = unit
            data |= _as_written(said, asked.written, variable)
    else:
        data["says"] = said.as_json()
    data |= {"verdict": answer.verdict.value, "but_for_attestations": answer.but_for_attestations.value}
    return data | ({"blocks": list(answer.blocks)} if answer.blocks else {})


def _as_written(region: ValueRegion, written: Mapping[float, tuple[Number, str]], variable: str) -> dict[str, Any]:
    """The region in the unit of the protocol, where each of its ends is a limit that the protocol has in that unit."""
    least, most = _beyond(variable)
    ends = [end for end in {region.low, region.high} if least < end < most]
    units = {written[end][1] for end in ends if end in written}
    if not ends or len(units) != 1 or any(end not in written for end in ends):
        return {}

    def own(end: float) -> float:
        return float(written[end][0]) if end in written else -math.inf if end <= least else math.inf

    found, unit = region._replace(low=own(region.low), high=own(region.high)), units.pop()
    limits = _bounds(found, (-math.inf, math.inf), unit)
    return {"answer_written": _text(limits), "unit_written": unit, "limits_written": list(map(limit_json, limits))}


def _beyond(variable: str) -> tuple[float, float]:
    """The ends of what is plausible."""
    known = variables().get(variable)
    return (known.plausible if known and variable != "age" else None) or (0.0, math.inf)


def open_json(found: Open) -> dict[str, Any]:
    """What only a person can settle: attestations, and sentences that were not understood."""
    attest = [{"concept": key, "criteria": list(criteria)} for key, criteria in found.attest.items()]
    return {"attest": attest, "read": list(found.read)}


def remedies_json(found: Remedies, situation: Situation) -> dict[str, Any]:
    """The smallest sets of changes."""
    sets = [
        {"fixed": any(c.fixed for c in changes), "changes": [_change_json(c, situation) for c in changes]}
        for changes in found.sets
    ]
    return {"sets": sets, "then_open": list(found.then_open), "complete": found.complete}


def _change_json(change: Remedy, situation: Situation) -> dict[str, Any]:
    subject = change.subject
    data: dict[str, Any] = {"variable" if subject.kind == "variable" else "concept": subject.id}
    data |= _now(subject, situation)
    data["unit"] = unit_of(subject.id) if subject.kind == "variable" else None
    said = together(answer for answer in change.to if isinstance(answer, Told))
    regions = [_limits(answer, subject.id) for answer in change.to if isinstance(answer, ValueRegion)]
    data["to"] = " or ".join([*map(str, said), *dict.fromkeys(map(_text, regions))])
    data["to_says"] = [one.as_json() for one in said] or None
    data["to_limits"] = [list(map(limit_json, limits)) for limits in dict.fromkeys(regions)] or None
    data["fixed"], data["why_fixed"] = change.fixed is not None, change.fixed
    return {key: value for key, value in data.items() if value is not None}


def _now(subject: Subject, situation: Situation) -> dict[str, Any]:
    """What the record says of the subject: a word, or its value, with the ends of one that is an interval."""
    chart = situation.answers.chart
    if subject.kind == "attestation":
        return {"now": "yes" if chart.attested.get(subject.id) else "no"}
    if subject.kind == "concept":
        return {"now": _standing(subject.id, chart)}
    if subject.id == "sex":
        return {"now": chart.sex}
    reading = age_of(chart) if subject.id == "age" else next(iter(chart.recorded(subject.id)), None)
    return {"now": value_of(reading), "interval": interval_json(reading)} if reading else {}


def _standing(concept: str, chart: Chart) -> str:
    """How the concept stands in the record."""
    if presence(Present(concept))(chart)[0] is Truth.MET:
        return "present"
    found = {fact.status for fact in chart.under.get(concept, ())}
    return "in the past" if "resolved" in found else "planned" if "planned" in found else "absent"


def doubt_json(doubt: Doubt) -> dict[str, Any]:
    """What the verdict hangs on."""
    data: dict[str, Any] = {"cause": doubt.cause}
    of_concept = doubt.cause in ("assumed_absent", "assumed_link")
    data["concept" if of_concept else "variable"] = doubt.id
    if doubt.link is not None:
        data |= {"related": doubt.link.relation, "to": doubt.link.to.concept}
    if doubt.other is not None:
        data |= {"value": value_of(doubt.other), "interval": interval_json(doubt.other)}
        data |= {"date": str(doubt.other.date) if doubt.other.date else None}
    if doubt.which is not None and doubt.value is not None and doubt.beyond is not None:
        beyond = _bounds(doubt.beyond, (0.0, math.inf), unit_of(doubt.id))
        data |= {
            "which": doubt.which,
            "value": plain(doubt.value),
            "beyond": _text(beyond),
            "beyond_limits": list(map(limit_json, beyond)),
        }
    data["unit"] = None if of_concept else unit_of(doubt.id)
    by, code = phrases("absent_by"), doubt.assumed or ""
    data["assumed"] = by.get(code) or phrases("assumed").get(code)
    data["if"] = doubt.answer
    data["verdict"] = doubt.verdict.value
    return {key: value for key, value in data.items() if value is not None}


def expiry_json(expiry: Expiry) -> dict[str, Any]:
    """Until when the verdict holds, and what ends it."""
    data: dict[str, Any] = {"until": expiry.until.isoformat() if expiry.until else None}
    data["horizon"] = expiry.horizon.isoformat()
    if expiry.then is not None:
        data["then"] = expiry.then.value
        data["causes"] = [
            {
                "id": turn.criterion,
                "cause": turn.cause,
                **({"variable" if turn.about in variables() else "concept": turn.about} if turn.about else {}),
                "truth": Truth(turn.truth).name,
            }
            for turn in expiry.turns
        ]
    return data


def answer_text(answer: Told | ValueRegion, variable: str) -> str:
    """An answer in words, or its bounds as a limit is written."""
    return str(answer) if isinstance(answer, Told) else _text(_limits(answer, variable))


def _limits(region: ValueRegion, variable: str) -> tuple[Limit, ...]:
    """The bounds of a region of a variable, in its canonical unit."""
    return _bounds(region, _beyond(variable), unit_of(variable))


def _bounds(region: ValueRegion, plausible: tuple[float, float], unit: str | None = None) -> tuple[Limit, ...]:
    """The bounds of a region, without those beyond which nothing is plausible; of a single value just that."""
    if region.low == region.high:
        return (Limit("eq", plain(region.low), unit),)
    least, most = plausible
    low = [Limit("ge" if region.low_closed else "gt", plain(region.low), unit)] if region.low > least else []
    high = [Limit("le" if region.high_closed else "lt", plain(region.high), unit)] if region.high < most else []
    return (*low, *high)


def _text(limits: Sequence[Limit]) -> str:
    """Bounds without their unit.

    >>> regions = ValueRegion(0, True, 12, False), ValueRegion(12, False, 15, True), ValueRegion(3, True, 3, True)
    >>> [_text(_bounds(region, (0, 100))) for region in regions]
    ['< 12', '> 12 and <= 15', '3']
    """
    signs = ("" if limit.op == "eq" else f"{SYMBOL[limit.op]} " for limit in limits)
    said = [f"{sign}{number_text(limit.value)}" for sign, limit in zip(signs, limits, strict=True)]
    return " and ".join(said) or "any value"
