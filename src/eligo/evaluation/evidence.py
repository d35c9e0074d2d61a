"""One leaf and its outcome in, evidence out: what the record holds, the limit it met, and how far it is from it.

Values and limits are in the canonical unit, so that they can be compared by eye; what the record and the protocol wrote
stands beside them where it differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from eligo.criteria import (
    Always,
    Attest,
    Compare,
    Excepted,
    Leaf,
    Limit,
    Number,
    OneOf,
    Present,
    Related,
    Window,
)
from eligo.evaluation.assumed import ASSUMED
from eligo.evaluation.chart import Basis, Derived, Normal, Reading, Ruled
from eligo.evaluation.distance import Distance, distance
from eligo.evaluation.entries import entry_json
from eligo.evaluation.measures import (
    interval_json,
    limit_json,
    limits_text,
    met,
    normal_json,
    number_text,
    reference_text,
    unit_of,
    value_of,
    window_json,
    window_text,
)
from eligo.evaluation.phrases import phrases
from eligo.evaluation.presence import BROADER_ONLY, MAY_BE
from eligo.evaluation.replies import ANSWERED
from eligo.margin import Margin
from eligo.namedtuple import NamedTuple
from eligo.patients.model import Fact, PartialDate, Reply, Result
from eligo.patients.values import SITE_UNIT, written_digits
from eligo.plan import Test
from eligo.truth import Reason, Truth
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.scores import SCORES
from eligo.vocabulary.units import ucum
from eligo.vocabulary.variables import variables


class Evidence(NamedTuple):
    """What one leaf met in the record.

    `leaf` is the leaf as it is written, `test` what was tested; `basis` are the results, facts and exclusions that the
    answer rests on, `normals` what each limit of the test is a multiple of, `clash` what a stated score comes to by its
    own inputs, where that is another value, `ages` the completed age in the unit of each limit of an age, `parts` the
    evidence of the two things that a leaf links, `as_of` the day on which what it rests on is as old as it says,
    `assumed` what a value that was worked out takes for granted, `answered` what persons said of it.
    """

    leaf: Leaf
    test: Test
    truth: Truth
    reason: Reason | None
    detail: str | None
    basis: tuple[Basis, ...]
    normals: tuple[Normal | None, ...]
    clash: Derived | None = None
    ages: tuple[int | None, ...] = ()
    parts: tuple[Evidence, ...] = ()
    as_of: date | None = None
    assumed: tuple[str, ...] = ()
    answered: tuple[Reply, ...] = ()

    @property
    def distance(self) -> Number | None:
        """The value minus the limit that it fails, or else is nearest to, in the canonical unit."""
        apart = self.apart
        return apart.value if apart else None

    @property
    def apart(self) -> Distance | None:
        """How far the value is from that limit; None for what is no single value."""
        return self._from(self.basis[0]) if self.basis else None

    def is_near(self, margin: Margin) -> bool:
        """Whether a value within the margin of its limit gives this answer, so that a little more could turn it."""
        if not isinstance(self.test, Compare) or self.truth is Truth.UNKNOWN or not self.basis:
            return False
        if self.test.at is not None:
            return False  # an age in the past turns no more
        if self.test.pick == "any" and self.truth is Truth.MET and any(li.op[0] != "g" for li in self.test.limits):
            return False  # the basis is the highest value of those that fit, and the others need not be near
        found = map(self._from, self.basis)
        return all(one is not None and margin.covers(one.value, one.limit) for one in found)

    def _from(self, reading: Basis) -> Distance | None:
        if not isinstance(self.leaf, Compare) or not isinstance(self.test, Compare):
            return None
        if not isinstance(reading, Result | Derived) or reading.problem is not None or reading.low != reading.high:
            return None
        return distance(self.leaf, self.test, reading.low, self.normals, self.ages)

    def _detail(self) -> dict[str, str]:
        """Why it is open, or how it was decided: in words, and by its code where it is not what a reader said."""
        code, first = self.detail, self.basis[0] if self.basis else None
        if self.truth is not Truth.UNKNOWN and isinstance(first, Derived) and first.origin == "computed":
            code = "all_agree" if first.missing or first.low != first.high else None
        if code is None or code in ASSUMED or self.detail == ANSWERED:
            return {}
        words = phrases("details").get(code)
        if words is None:
            return {"detail": code}
        name = {BROADER_ONLY: _names, MAY_BE: _left_open}.get(code)
        return {"detail": words.format(name(self.basis)) if name else words, "detail_code": code}

    def _limits(self) -> Iterable[tuple[Limit, Normal | None]]:
        limits = self.test.limits if isinstance(self.test, Compare) else ()
        return zip(limits, self.normals or (None,) * len(limits), strict=True)

    def as_json(self) -> dict[str, Any]:
        """The evidence as JSON data; what does not apply is left out."""
        data: dict[str, Any] = {
            "span": list(self.leaf.span) if self.leaf.span else None,
            "truth": self.truth.name,
            "reason": self.reason,
            **self._detail(),
            **_assumed(self.detail if self.detail in ASSUMED else None),
        }
        match self.leaf:
            case Compare() | OneOf():
                data |= self._measured(self.leaf)
            case Present():
                data |= self._stated(self.leaf)
            case Related(_, relation, _):
                data |= {"related": relation, "parts": [part.as_json() for part in self.parts]}
            case Attest(topic):
                data["concept"] = topic
            case Always(note):
                data["note"] = note
        if "score_part" in self.assumed:
            data = _assumed("score_part") | data
        if self.answered:
            data["answered"] = [answer_json(reply) for reply in self.answered]
        return {key: value for key, value in data.items() if value is not None}

    def _measured(self, leaf: Compare | OneOf) -> dict[str, Any]:
        unit = unit_of(leaf.variable or "")
        reading = self.basis[0] if self.basis and isinstance(self.basis[0], Result | Derived) else None
        data: dict[str, Any] = {"variable": leaf.variable, "name": leaf.name, "unit": unit}
        if reading is not None:
            data |= reading_json(reading, self.as_of)
        if len(self.basis) > 1:
            data["others"] = [reading_json(b, self.as_of) for b in self.basis[1:] if isinstance(b, Result | Derived)]
        if self.clash is not None:
            data["clash"] = reading_json(self.clash, self.as_of)
        if isinstance(leaf, OneOf):
            data["limit"] = "one of " + ", ".join(map(number_text, leaf.values))
            return data | {"values": list(leaf.values)}
        if leaf.at is not None:
            data["at"] = leaf.at
            data["facts"] = [fact_json(b, self.as_of) for b in self.basis if isinstance(b, Fact)] or None
        return data | self._compared(leaf, unit)

    def _compared(self, leaf: Compare, unit: str | None) -> dict[str, Any]:
        """The limits of a comparison, and how far the value is from them."""
        limits = list(self._limits())
        written, twin = limits_text(leaf.limits), leaf.equivalent
        if twin is not None:
            written += f" ({number_text(twin.value)}{f' {twin.unit}' if twin.unit else ''})"
        if leaf.variable is None and self.basis:  # a person gave the value
            against, limit = list(leaf.limits), written
        else:
            against = [met(one, normal, unit) for one, normal in limits]
            limit = limits_text(against)
        data: dict[str, Any] = {
            **_window(leaf.window),
            "pick": leaf.pick if leaf.pick != "latest" else None,
            "limit": limit or None,
            "limits": list(map(limit_json, against)) or None,
            "equivalent": limit_json(twin) if twin is not None else None,
        }
        if written != limit:
            data |= {"limit_written": written, "limits_written": list(map(limit_json, leaf.limits))}
        apart = self.apart
        if apart is not None:
            data["distance"] = apart.value
            data["distance_own"] = {"value": apart.own, "unit": apart.unit} if apart.own is not None else None
            data["distance_relative"] = apart.relative
        for one, normal in limits:
            if normal is not None:
                return data | {"reference": reference_text(one, normal, unit), "normal": normal_json(one, normal)}
        return data

    def _stated(self, leaf: Present) -> dict[str, Any]:
        facts = [fact_json(b, self.as_of) for b in self.basis if isinstance(b, Fact)]
        data: dict[str, Any] = {
            "concept": leaf.concept,
            "entry": entry_json(leaf.concept),
            "status": leaf.status,
            "qualifier": leaf.qualifier,
            "count": leaf.count if leaf.count > 1 else None,
            "but_not": [excepted_json(part) for part in leaf.but_not] or None,
            **_window(leaf.window),
            "facts": facts or None,
            "signs": self._signs() or None,
            "ruled_out_by": next((b.concept for b in self.basis if isinstance(b, Ruled)), None),
        }
        grade = next((b for b in self.basis if isinstance(b, Result | Derived)), None)
        return data | ({"variable": grade.variable} | reading_json(grade, self.as_of) if grade else {})

    def _signs(self) -> list[dict[str, Any]]:
        """The values for which silence does not rule the concept out."""
        found = self.basis if self.detail == MAY_BE else ()
        return [basis_json(one, self.as_of) for one in found if isinstance(one, Result)]


def answer_json(reply: Reply) -> dict[str, str]:
    """Who answered, and when."""
    note = {"note": reply.note} if reply.note else {}
    return {"by": reply.by, "date": reply.day.isoformat()} | note


def _left_open(basis: Iterable[Basis]) -> str:
    """What keeps a concept from being ruled out: "latent tuberculosis is on the list"."""
    facts = [one for one in basis if isinstance(one, Fact)]
    signs = [one for one in basis if isinstance(one, Result)]
    parts = [f"{_names(facts)} {'is' if len({f.concept for f in facts}) == 1 else 'are'} on the list"] if facts else []
    return ", ".join([*parts, *(f"{_sign_text(sign)} may be a sign of it" for sign in signs)])


def _names(basis: Iterable[Basis]) -> str:
    found = dict.fromkeys(_name(one.concept) for one in basis if isinstance(one, Fact))
    *first, last = found
    return f"{', '.join(first)} and {last}" if first else last


def _name(concept: str) -> str:
    known = concepts().get(concept)
    return known.name if known else concept


def _sign_text(sign: Result) -> str:
    known, unit = variables().get(sign.variable), unit_of(sign.variable)
    return f"{known.name if known else sign.variable} {number_text(value_of(sign))}{f' {unit}' if unit else ''}"


def reading_json(reading: Reading, as_of: date | None = None) -> dict[str, Any]:
    """A value with its date and age, as the record wrote it where that differs, or with what it was derived from."""
    data = _recorded(reading, as_of) if isinstance(reading, Result) else _worked_out(reading, as_of)
    return {key: value for key, value in data.items() if value is not None}


def _recorded(result: Result, as_of: date | None) -> dict[str, Any]:
    unit, value = unit_of(result.variable), value_of(result)
    data: dict[str, Any] = {
        "value": value,
        "interval": interval_json(result),
        "date": str(result.date) if result.date else None,
        "age_days": _days(result.date.first if result.date else None, as_of),
    }
    converted = result.unit is not None and unit is not None and ucum(result.unit) != unit
    # A comma is read, as a point or as nothing; what it was read as can be checked only where it is shown.
    if converted or number_text(value) != number_text(result.value) or "," in result.written:
        data["written"] = result.written or None
    of_site = result.detail == SITE_UNIT
    if converted and result.problem is None:
        data["reported"] = f"{result.written}{f' {result.unit}' if of_site else ''}"
        data["digits"] = written_digits(result.written)
        data["converted"] = f"{data['reported']} = {number_text(value)} {unit}"
    return data | {"unit_from": "site" if of_site else None, "remark": result.remark}


def _worked_out(reading: Derived, as_of: date | None) -> dict[str, Any]:
    return {
        "value": value_of(reading),
        "interval": interval_json(reading),
        "source": reading.origin,
        "of": reading.detail if reading.origin == "limit" else None,
        "paper": SCORES[reading.variable].source if reading.origin == "computed" else None,
        **_assumed(reading.detail if reading.detail in phrases("assumed") else None),
        "inputs": [basis_json(part, as_of) for part in reading.inputs] or None,
        "missing": list(reading.missing) or None,
    }


def basis_json(part: Basis, as_of: date | None = None) -> dict[str, Any]:
    """One thing that an answer rests on."""
    if isinstance(part, Fact):
        return fact_json(part, as_of)
    if isinstance(part, Ruled):
        assumed = part.assumed if part.assumed in ASSUMED else None
        return {"concept": part.concept, "status": "absent"} | _assumed(assumed)
    unit = unit_of(part.variable)
    return {"variable": part.variable} | ({"unit": unit} if unit else {}) | reading_json(part, as_of)


def fact_json(fact: Fact, as_of: date | None = None) -> dict[str, Any]:
    """One condition, procedure or medication of the record; its age counts from its end, else from its start.

    Where a date is known in part, a result is told as old as it can be, and a fact as old as it must be.
    """
    day = fact.end or fact.start
    data: Mapping[str, Any] = {
        "concept": fact.concept,
        "entry": entry_json(fact.concept),
        "status": fact.status,
        "start": str(fact.start) if fact.start else None,
        "end": str(fact.end) if fact.end else None,
        "age_days": _days(_least(day, as_of) if day else None, as_of),
        "qualifiers": list(fact.qualifiers) or None,
        "written": fact.written or None,
    }
    return {key: value for key, value in data.items() if value is not None}


def _least(day: PartialDate, as_of: date | None) -> date:
    """The last day that it can have been, up to the day of the screening."""
    return min(day.last, as_of) if as_of is not None and day.first <= as_of else day.last


def _days(day: date | None, as_of: date | None) -> int | None:
    """How many days ago it was; None for what is not dated, or is still to come."""
    return None if day is None or as_of is None or day > as_of else (as_of - day).days


def excepted_json(part: Excepted) -> dict[str, str]:
    """A kind that does not count."""
    return {"concept": part.concept} | ({"qualifier": part.qualifier} if part.qualifier else {})


def _assumed(code: str | None) -> dict[str, str]:
    """What is taken for granted, by its code and in words."""
    return {} if code is None else {"assumed": phrases("assumed")[code], "assumed_code": code}


def _window(window: Window | None) -> dict[str, Any]:
    return {} if window is None else {"window": window_text(window), "window_parts": window_json(window)}
