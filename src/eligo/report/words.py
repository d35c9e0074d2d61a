"""Evidence and findings as data in, short phrases out: the words that the text and the HTML view share.

Truth and bearing are always both said, since "met" alone means the opposite for an exclusion.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from eligo.criteria import SYMBOL, Op
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables

Data = Mapping[str, Any]

SENTENCE = {
    ("inclusion", "MET"): "inclusion holds",
    ("inclusion", "NOT_MET"): "inclusion does not hold",
    ("inclusion", "UNKNOWN"): "inclusion unknown",
    ("exclusion", "MET"): "exclusion applies",
    ("exclusion", "NOT_MET"): "exclusion does not apply",
    ("exclusion", "UNKNOWN"): "exclusion unknown",
}

# What a person can do about each reason; `{}` is what is concerned.
TO_DO = {
    "missing": "not in the record; add a result",
    "stale": "too old; repeat it",
    "no_reference_range": "its limit of normal is not known; add the report's own `low` and `high`",
    "unit_unknown": "no unit that fits; add the unit of the report",
    "implausible": "not plausible, so it decides nothing; check value and unit",
    "censored": "too coarse to decide; a result with a number is needed",
    "not_stated": "the record does not say; state it, or list it under `absent`",
    "unparsed": "the sentence was not understood; a person has to read it",
    "unread": "the value is not understood; a number or a grade is needed",
    "needs_attestation": "only a person can state this; add it under `attested`",
    "error": "the test failed; please report this",
}

# How the summary of a trial counts what is open: singular, plural, and whether the names follow.
OPEN = {
    "missing": ("value missing", "values missing", True),
    "stale": ("too old", "too old", True),
    "no_reference_range": ("without limit of normal", "without limit of normal", True),
    "unit_unknown": ("without a unit that fits", "without a unit that fits", True),
    "implausible": ("implausible", "implausible", True),
    "unread": ("value not understood", "values not understood", True),
    "censored": ("too coarse", "too coarse", True),
    "needs_attestation": ("to attest", "to attest", False),
    "not_stated": ("not stated", "not stated", False),
    "unparsed": ("not understood", "not understood", False),
    "error": ("failed", "failed", False),
}
MOST_NAMES = 5

_LONG = re.compile(r"(?<![\w.*])[0-9]+\.[0-9]{3,}(?![\w*])")
_OPERATOR = re.compile(r"\b(?:lt|le|gt|ge|eq)\b")
_YEAR = re.compile(r"([0-9]) a\b")
_ABBREVIATION = re.compile(r"(?=(?:.*[A-Z]){2})[A-Za-z][A-Za-z0-9/-]{1,7}")
_LONG_NAME = 20  # characters; a summary says the abbreviation of a longer name


def number(value: float | str) -> str:
    """A number as short as it can be without changing it: at most 12 digits, no exponent below a million millions.

    >>> number(18.0), number(0.1), number(1500000.0)
    ('18', '0.1', '1500000')
    """
    if isinstance(value, str):
        return value
    text = f"{value:.12g}"
    return f"{value:.0f}" if "e+" in text and abs(value) < 1e15 else text


def rounded(value: float | str) -> str:
    """A number in five digits at most after the first that is not zero, unless it is whole."""
    return _LONG.sub(_five_digits, number(value))


def variable_name(id: str | None) -> str:  # noqa: A002 - the word of the vocabulary
    """What people call the variable."""
    known = variables().get(id) if id else None
    return known.name if known else (id or "").replace("_", " ")


def short_name(id: str) -> str:  # noqa: A002 - the word of the vocabulary
    """What a summary calls the variable: the first abbreviation of a long name, where it has one."""
    known = variables().get(id)
    if known is None or len(known.name) <= _LONG_NAME:
        return variable_name(id)
    return next((s for s in (*known.exact, *known.synonyms) if _ABBREVIATION.fullmatch(s)), known.name)


def concept_name(id: str) -> str:  # noqa: A002 - the word of the vocabulary
    """What people call the concept."""
    known = concepts().get(id)
    return known.name if known else id.replace("_", " ")


def headline(finding: Data) -> str:
    """Truth and bearing: "exclusion applies -> blocks"."""
    return f"{SENTENCE[finding['kind'], finding['truth']]} -> {finding['bearing']}"


def patient_line(screening: Data) -> str:
    """What the record says of the patient as a whole: "male, 48 y, as of 2026-11-20"."""
    age = screening.get("age")
    parts = [screening.get("sex") or "sex not stated", f"{age} y" if age is not None else "age not stated"]
    return ", ".join([*parts, f"as of {screening['as_of']}"])


def cohort_title(arm: Data | None) -> str:
    """What stands above the criteria of an arm, or of all arms."""
    return f"arm {arm['id']}, {arm['label']}: {arm['verdict']}" if arm else "every arm"


def deciding(finding: Data) -> list[Data]:
    """The evidence that makes the criterion's truth what it is."""
    return [e for e in finding["evidence"] if e["decides"]]


def spans(finding: Data) -> list[tuple[int, int]]:
    """Where the deciding words of the sentence stand."""
    return [(e["span"][0], e["span"][1]) for e in deciding(finding) if "span" in e]


def blocker(finding: Data) -> str:
    """Why a criterion blocks, in a few words: "platelets 18 < 20 10*9/L"."""
    return ", ".join(dict.fromkeys(map(_brief, deciding(finding))))


def _brief(evidence: Data) -> str:
    """One deciding part in a few words."""
    held = evidence["truth"] == "MET"
    if "limit" in evidence:
        value, limit = figures(evidence)
        value = f"({value})" if value[:1] in "<>" else value
        against = f" {limit}" if held else f", not {failed_bound(evidence, limit)}"
        near = f" (near: {nearness(evidence)})" if "near" in evidence else ""
        return f"{short_name(evidence['variable'])} {value}{against}{near}"
    if "concept" in evidence:
        return _brief_concept(evidence, held)
    return "not understood" if evidence.get("reason") == "unparsed" else evidence.get("note", "")


def _brief_concept(evidence: Data, held: bool) -> str:
    name = concept_name(evidence["concept"])
    if "status" not in evidence:  # something to attest
        return name if held else f"{name}: stated no"
    facts = evidence.get("facts", ())
    if not held:
        if not facts:
            return f"no {name}"
        asked = wanted(evidence)
        return f"{name}, but not {asked}" if asked else f"{name}: {facts[0]['status']}"
    kind = facts[0]["concept"] if facts else evidence["concept"]
    return f"{name}: {concept_name(kind)}" if kind != evidence["concept"] else name


def figures(evidence: Data) -> tuple[str, str]:
    """Value and limit in five digits each, or in all of theirs where five would make a near miss look like a hit."""
    value, limit = _years(number(evidence.get("value", "?"))), _years(evidence.get("limit", ""))
    short, short_limit = _LONG.sub(_five_digits, value), _LONG.sub(_five_digits, limit)
    if evidence.get("distance") and short in short_limit.split():
        return value, limit
    return short, short_limit


def failed_bound(evidence: Data, limit: str) -> str:
    """Of two bounds the one that the value fails, which is the one that the distance is from."""
    bounds = limit.split(" and ")
    if len(bounds) == 2 and "distance" in evidence:
        return bounds[0] if evidence["distance"] < 0 or "<" in bounds[0] else bounds[1]
    return limit


def _five_digits(match: re.Match[str]) -> str:
    return number(float(f"{float(match[0]):.5g}"))


def _years(text: str) -> str:
    """The text with UCUM's `a` written as people write a year."""
    return _YEAR.sub(r"\1 y", text)


def still_open(findings: Iterable[Data], all_names: bool = False) -> str:
    """What is missing for a verdict, counted: "2 values missing (creatinine, INR), 3 to attest, 6 not stated"."""
    parts = []
    for reason, names in open_by_reason(findings).items():
        one, many, with_names = OPEN[reason]
        most = len(names) if all_names else MOST_NAMES
        shown = f" ({', '.join(names[:most])}{' ...' if len(names) > most else ''})"
        named = with_names or (all_names and reason != "unparsed")
        parts.append(f"{len(names)} {one if len(names) == 1 else many}{shown if named else ''}")
    return ", ".join(parts)


def open_by_reason(findings: Iterable[Data]) -> dict[str, list[str]]:
    """The names of what is open, each once, by the reason, in the order of `OPEN`."""
    found: dict[str, dict[str, None]] = {reason: {} for reason in OPEN}
    for finding in findings:
        for evidence in deciding(finding):
            if "reason" in evidence:
                name = evidence.get("variable") or evidence.get("concept") or f"{finding['id']} {evidence.get('span')}"
                found[_reason(evidence)][name] = None
    return {reason: list(map(_open_name, names)) for reason, names in found.items() if names}


def _reason(evidence: Data) -> str:
    """The reason of an open part; whether it was the sentence or the value that was not understood."""
    reason: str = evidence["reason"]
    return "unread" if reason == "unparsed" and "variable" in evidence else reason


def _open_name(id: str) -> str:  # noqa: A002 - the word of the vocabulary
    return short_name(id) if id in variables() else concept_name(id)


def evidence_line(evidence: Data) -> str:
    """One part of a finding in full: value, unit, as written, date, limit, distance, and what to do if it is open."""
    if "variable" in evidence and "status" not in evidence:
        text = _value_line(evidence)
    elif "concept" in evidence:
        text = _concept_line(evidence)
    elif "note" in evidence:
        text = f"restricts nothing ({evidence['note']})" if evidence["note"] else "restricts nothing"
    else:
        text = evidence.get("name", "")
    to_do = TO_DO[_reason(evidence)] if "reason" in evidence else ""
    said_before = "ruled_out_by" in evidence or evidence.get("reason") == "unparsed"
    detail = "" if said_before else evidence.get("detail", "")
    return ": ".join(part for part in (text, to_do) if part) + (f" ({detail})" if detail else "")


def _value_line(evidence: Data) -> str:
    name = variable_name(evidence["variable"])
    value, limit = figures(evidence)
    limit = _limit(evidence, limit)
    if "value" not in evidence:
        missing = evidence.get("missing")
        needs = f", made of {', '.join(map(_input_name, missing))}" if missing else ""
        said = f", in the record as `{evidence['written']}`" if "written" in evidence else ""
        return f"{name}{needs}{said}{f' (limit {limit})' if limit else ''}"
    unit = _years(f"0 {evidence['unit']}")[1:] if "unit" in evidence else ""
    parts = [f"{name} {value}{unit}{_source(evidence)}"]
    if limit:
        parts.append(f"limit {limit}")
    if "near" in evidence:
        parts.append(f"near: {nearness(evidence)}")
    elif "distance" in evidence:
        parts.append(_distance(evidence))
    if "clash" in evidence:
        by_inputs = evidence["clash"]
        parts.append(f"but its inputs give {rounded(by_inputs['value'])}{_source(by_inputs)}")
    if evidence.get("others"):
        others = ", ".join(rounded(other.get("value", "?")) for other in evidence["others"])
        parts.append(f"other results of that day: {others}")
    return ", ".join(parts)


def _limit(evidence: Data, limit: str) -> str:
    """The limit without the unit that the value already has; a multiple with what it is a multiple of."""
    if "unit" in evidence and "value" in evidence:
        unit = _years(f"0 {evidence['unit']}")[1:]
        limit = limit.replace(f"{unit} and ", " and ").removesuffix(unit)
    notes = [evidence[key] for key in ("limit_written", "reference") if key in evidence]
    notes = [_LONG.sub(_five_digits, _years(note)) for note in notes]
    notes += [window(evidence)] if "window" in evidence else []
    return f"{limit} ({'; '.join(notes)})" if notes else limit


def window(evidence: Data) -> str:
    """The window with signs for the operators: "lasting >= 6 mo"."""
    signed = _OPERATOR.sub(lambda match: SYMBOL[cast(Op, match[0])], _years(evidence["window"]))
    return signed.replace("_", " ")


def _distance(evidence: Data, limit: str = "it") -> str:
    """How far the value is from its limit; of two bounds, from the one that it fails or is nearest to."""
    distance, own = evidence["distance"], evidence.get("distance_own")
    of_age = own is not None and evidence["variable"] == "age"
    if " and " in evidence["limit"] and (distance or not of_age):
        limit = _bound(evidence) if of_age else rounded(float(f"{evidence['value'] - distance:.12g}"))
    if distance == 0:
        return f"exactly at {limit}"
    side = "below" if distance < 0 else "above"
    if own is None:
        return f"{rounded(abs(distance))} {side} {limit}"
    in_own = f"{rounded(abs(own['value']))} {own['unit']}"
    return f"{in_own} {side} {limit}" if of_age else f"{rounded(abs(distance))} {side} {limit} ({in_own})"


def nearness(evidence: Data) -> str:
    """How near a failed comparison is: "2 below the limit, margin 10 %"."""
    return f"{_distance(evidence, 'the limit')}, margin {_years(evidence['margin'])}"


def _bound(evidence: Data) -> str:
    """Of two bounds the one that the distance is from."""
    bounds = evidence["limit"].split(" and ")
    above = evidence["distance"] > 0
    return str(bounds[above is (evidence["truth"] == "NOT_MET")]).lstrip("<>= ")


def _source(evidence: Data) -> str:
    """How the record has the value, and of when it is; or what it was worked out from."""
    parts = [evidence[key] for key in ("written", "date") if key in evidence]
    if evidence.get("source") == "birth":
        parts.append("from the birth date")
    elif evidence.get("inputs"):
        parts.append(f"from {_inputs(evidence)}")
    if evidence.get("missing"):
        parts.append(f"without {', '.join(map(_input_name, evidence['missing']))}")
    parts += [f"by {evidence['paper']}"] if "paper" in evidence else []
    parts += ["the unit is the site's"] if "unit_from" in evidence else []
    parts += [evidence["assumed"]] if "assumed" in evidence else []
    return f" ({', '.join(parts)})" if parts else ""


def _input_name(key: str) -> str:
    """What people call an input of a score: a variable, a concept, or the limit of normal or the baseline of one."""
    id_ = next((key.removesuffix(end) for end in ("_uln", "_baseline", "_control") if key.endswith(end)), key)
    name = variable_name(id_) if id_ in variables() else concept_name(id_)
    return name if id_ == key else f"{name} ({key.removeprefix(f'{id_}_').replace('uln', 'ULN')})"


def _inputs(evidence: Data) -> str:
    """What a value was worked out from; what is itself worked out comes with its own inputs."""
    found = []
    for part in evidence["inputs"]:
        if "variable" in part:
            unit = f" {part['unit']}" if "unit" in part else ""
            more = [part[key] for key in ("written", "date", "of") if key in part]
            more += [f"from {_inputs(part)}"] if part.get("inputs") else []
            about = f" ({', '.join(more)})" if more else ""
            found.append(f"{variable_name(part['variable'])} {rounded(part.get('value', '?'))}{unit}{about}")
        else:
            found.append(f"{concept_name(part['concept'])}: {part['status']}")
    return ", ".join(found)


def _concept_line(evidence: Data) -> str:
    name = concept_name(evidence["concept"])
    if "status" not in evidence:
        return name if "reason" in evidence else f"{name}: stated {'yes' if evidence['truth'] == 'MET' else 'no'}"
    asked = wanted(evidence)
    name = f"{name} ({asked})" if asked else name
    said = [fact_text(fact, evidence["concept"]) for fact in evidence.get("facts", ())]
    if "value" in evidence:
        said.append(f"{variable_name(evidence['variable'])} {rounded(evidence['value'])}{_source(evidence)}")
    if "ruled_out_by" in evidence:
        broader = evidence["ruled_out_by"] if evidence["ruled_out_by"] != evidence["concept"] else None
        said.append(f"ruled out with {concept_name(broader)}" if broader else "ruled out in the record")
    elif "assumed" in evidence and "value" not in evidence:
        said.append(evidence["assumed"])
    if not said and "reason" not in evidence and "detail" not in evidence:
        said.append("present" if evidence["truth"] == "MET" else "not present")
    return f"{name}: {'; '.join(said)}" if said else name


def wanted(evidence: Data) -> str:
    """What the sentence asks of the concept, beyond that it is there."""
    asked = [evidence.get("qualifier", ""), "" if evidence["status"] == "active" else evidence["status"]]
    asked += [f"{evidence['count']} times" if "count" in evidence else ""]
    asked += [window(evidence)] if "window" in evidence else []
    return ", ".join(part for part in asked if part)


def fact_text(fact: Data, asked: str) -> str:
    """A fact of the record; its concept only where it is a kind of the one that was asked for."""
    parts = [concept_name(fact["concept"])] if fact["concept"] != asked else []
    parts += [*fact.get("qualifiers", ()), fact["status"]]
    start, end = fact.get("start"), fact.get("end")
    if start and start == end:
        parts.append(f"on {start}")
    elif start:
        parts.append(f"{'from' if end else 'since'} {start}")
    if end and start != end:
        parts.append(f"until {end}")
    written = fact.get("written")
    known = {fact["concept"], concept_name(fact["concept"]).casefold()}
    return ", ".join(parts) + (f' ("{written}")' if written and written.casefold() not in known else "")
