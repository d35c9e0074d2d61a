"""Evidence and findings as data in, short phrases out: the words that the text and the HTML view share.

Truth and bearing are always both said, since "met" alone means the opposite for an exclusion.
"""

from __future__ import annotations

from collections.abc import Iterable

from eligo.report.compared import distance_words, failed_bound, is_one_sided, limit_line, limit_words, nearness
from eligo.report.display import concept_name
from eligo.report.measures import Data, unit_words, value_of, value_words
from eligo.report.names import digits_of, lettered, measured_name, not_stated, reported, said_by, short_name, source
from eligo.report.stated import brief_concept, brief_link, concept_line, left_open, link_line, open_name
from eligo.vocabulary.variables import variables

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
    "missing": "no result in the record; measure it or look in the chart",
    "stale": "too old; repeat it",
    "no_reference_range": "its limit of normal is not known; see the laboratory's report",
    "unit_unknown": "the result has no unit that fits; see the laboratory's report",
    "implausible": "not plausible, so it decides nothing; check value and unit",
    "censored": "too coarse to decide; a result with a number is needed",
    "not_stated": "the record does not say; ask, or look in the chart",
    "unparsed": "the sentence was not understood; a person has to read it",
    "unread": "the value is not understood; a number or a grade is needed",
    "needs_attestation": "only a person can state this; it waits for a signature",
    "error": "the test failed; please report this",
}

FIND_OUT = "find out what is not stated"
STILL_SO = "too old to tell; state whether it still is so, or when it ended"

# What a finding is assumed by, by the code.
ASSUMED_BY = {
    "list_complete": "complete list",
    "assumed_by_caller": "the caller",
    "link_assumed": "link",
    "default_range": "default range",
    "score_part": "part of a score",
}

KEEPS_NOBODY_OUT = "keeps nobody out"
AT_ODDS = "{}: the answer is at odds with the record, or with another answer"
SETTLE = "find out which is right, and correct the record or the answer"
TO_JUDGE = "the record does not say; a person has to judge"
# How a part of a condition is told, by whether the condition holds.
CONDITION = {
    "NOT_MET": "not asked, since this does not hold: {}",
    "MET": "asked, since this holds: {}",
    "UNKNOWN": "whether this is asked is open: {}",
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


def headline(finding: Data) -> str:
    """Truth and bearing: "exclusion applies → blocks"; with who answered it, and what it is assumed by."""
    return f"{truth_line(finding)} → {bearing_line(finding)}"


def truth_line(finding: Data) -> str:
    """Whether the sentence holds, and who answered that."""
    return f"{SENTENCE[finding['kind'], finding['truth']]}{_answered(finding)}"


def bearing_line(finding: Data) -> str:
    """What follows from it, and what that rests on where it is assumed: "passes, assumed (complete list)"."""
    return f"{finding['bearing']}{f', {assumed_by(finding)}' if finding.get('assumed') else ''}"


def _answered(finding: Data) -> str:
    """Who answered what the truth rests on; of the sentence as a whole, or of parts of it."""
    if "answered" not in finding:
        return ""
    who = said_by(finding["answered"])
    return f", answered by {who}" if finding["truth"] != "UNKNOWN" else f", {AT_ODDS.format(who)}"


def assumed_by(finding: Data) -> str:
    """What a finding rests on that neither record nor rules say: "assumed (complete list)"."""
    return f"assumed ({', '.join(ASSUMED_BY[code] for code in finding['assumed'])})"


def passing(trial: Data) -> str:
    """How many criteria pass, and how many of them on an assumption: "13 pass, 9 of them assumed".

    Those that a person's answer decides are told too, with who it is.
    """
    passes = trial["passes"]
    count, assumed, answered = passes["count"], passes["assumed"], passes.get("answered", 0)
    if not count:
        return "none passes"
    text = f"{count} {'passes' if count == 1 else 'pass'}"
    text += f", {'it is' if count == 1 else f'{assumed} of them'} assumed" if assumed else ""
    if not answered:
        return text
    who = " and ".join(passes["answered_by"])
    return f"{text}, {'it is' if count == 1 else f'{answered} of them'} answered by {who}"


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


def blocking(finding: Data) -> list[Data]:
    """The fewest parts that make a criterion block, whatever the others say."""
    places = finding.get("enough")
    return [finding["evidence"][place] for place in places] if places else deciding(finding)


def spans(finding: Data) -> list[tuple[int, int]]:
    """Where the deciding words of the sentence stand."""
    found = [part for e in deciding(finding) for part in ([e] if "span" in e else e.get("parts", ()))]
    return [(part["span"][0], part["span"][1]) for part in found if "span" in part]


def blocker(finding: Data) -> str:
    """Why a criterion blocks, in a few words: "platelets 18 < 20 × 10⁹/L"; no more parts than are enough for it."""
    found = blocking(finding)
    if not found and "answered" in finding:
        return f"answered by {said_by(finding['answered'])}"
    return ", ".join(dict.fromkeys(map(_brief, found)))


def _brief(evidence: Data) -> str:
    """One deciding part in a few words."""
    return _bare(evidence) + (f" (answered by {said_by(evidence['answered'])})" if "answered" in evidence else "")


def _bare(evidence: Data) -> str:
    """The same without who answered it."""
    held = evidence["truth"] == "MET"
    if "limit" in evidence:
        value = value_words(value_of(evidence), digits_of(evidence))
        value = f"({value})" if is_one_sided(evidence) else value
        against = f" {limit_words(evidence)}" if held else f", not {limit_words(failed_bound(evidence))}"
        near = f" (near: {nearness(evidence)})" if "near" in evidence else ""
        name = short_name(evidence["variable"]) if "variable" in evidence else measured_name(evidence)
        name = measured_name(evidence) if "at" in evidence else name
        return f"{name} {value}{against}{near}"
    if "related" in evidence:
        return brief_link(evidence, held)
    if "concept" in evidence:
        return brief_concept(evidence, held)
    if "answered" in evidence and "name" in evidence:
        return str(evidence["name"])
    return "not understood" if evidence.get("reason") == "unparsed" else evidence.get("note", "")


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
        parts = deciding(finding)
        if not parts:  # what a person answers to the whole sentence is at odds with the record
            found["not_stated"][finding["id"]] = None
        for evidence in parts:
            if "reason" in evidence:
                name = open_name(evidence) or f"{finding['id']} {evidence.get('span')}"
                found[reason_of(evidence)][name] = None
    return {reason: list(map(open_words, names)) for reason, names in found.items() if names}


def plain(detail: str) -> str:
    """A message without the backticks that mark ids in it, which are told by their names; others stay.

    >>> plain("`inr` is missing"), plain("Crohn`s disease, by `inr`"), plain("a single ` stays")
    ('INR is missing', 'Crohn`s disease, by INR', 'a single ` stays')
    """
    found, (first, *rest) = [], detail.split("`")
    before = first
    while rest:
        within, after = rest[0], rest[1] if len(rest) > 1 else None
        if after is not None and within and not before[-1:].isalnum() and not after[:1].isalnum():
            found += [before, open_words(within)]
            before, rest = after, rest[2:]
        else:
            before, rest = f"{before}`{within}", rest[1:]
    return "".join([*found, before])


def reason_of(evidence: Data) -> str:
    """The reason of an open part; whether it was the sentence or the value that was not understood."""
    reason: str = evidence["reason"]
    return "unread" if reason == "unparsed" and "variable" in evidence else reason


def open_words(id: str) -> str:  # noqa: A002 - the word of the vocabulary
    """What people call what is open: an id of the vocabulary, or words that stand for themselves."""
    return short_name(id) if id in variables() else concept_name(id)


def evidence_line(evidence: Data) -> str:
    """One part of a finding in full: value, unit, as written, date, limit, distance, and what to do if it is open."""
    if "status" not in evidence and ("variable" in evidence or "value" in evidence):
        text = _value_line(evidence)
    elif "related" in evidence:
        text = link_line(evidence)
    elif "concept" in evidence:
        text = concept_line(evidence)
    elif "note" in evidence:
        text = f"{KEEPS_NOBODY_OUT} ({evidence['note']})" if evidence["note"] else KEEPS_NOBODY_OUT
    else:
        text = evidence.get("name", "")
    to_do = _to_do(evidence) if "reason" in evidence else ""
    said_before = "ruled_out_by" in evidence or evidence.get("reason") == "unparsed" or "missing" in evidence
    detail = "" if said_before else _detail(evidence)
    line = ": ".join(part for part in (text, to_do) if part) + (f" ({detail})" if detail else "")
    line += f" (answered by {said_by(evidence['answered'])})" if "answered" in evidence else ""
    return CONDITION.get(evidence.get("condition", ""), "{}").format(line)


def _detail(evidence: Data) -> str:
    """Why the part is open, or how it was decided."""
    return left_open(evidence) if "signs" in evidence else plain(evidence.get("detail", ""))


def _to_do(evidence: Data) -> str:
    """What a person can do about what is open; a link between two things that are there is for a person to judge."""
    if "answered" in evidence:
        return SETTLE
    linked = "related" in evidence and not any("reason" in part for part in evidence["parts"])
    if evidence.get("missing"):
        return FIND_OUT
    if evidence["reason"] == "stale" and "variable" not in evidence:
        return STILL_SO
    return TO_JUDGE if linked else TO_DO[reason_of(evidence)]


def _value_line(evidence: Data) -> str:
    name, limit = measured_name(evidence), limit_line(evidence)
    if "value" not in evidence:
        missing = evidence.get("missing")
        needs = f": {not_stated(missing)}" if missing else ""
        said = f', in the record as "{evidence["written"]}"' if "written" in evidence else ""
        return f"{name}{needs}{said}{f' (limit {limit})' if limit else ''}"
    value = f"{value_words(value_of(evidence), digits_of(evidence))}{unit_words(evidence.get('unit'))}"
    parts = [f"{name} {reported(evidence) or value}{source(evidence)}"]
    if limit:
        parts.append(f"limit {limit}")
    if "near" in evidence:
        parts.append(f"near: {nearness(evidence)}")
    elif "distance" in evidence:
        parts.append(distance_words(evidence))
    if "clash" in evidence:
        by_inputs = evidence["clash"]
        value = value_words(value_of(by_inputs), lettered(evidence.get("variable")))
        parts.append(f"but its inputs give {value}{source(by_inputs)}")
    if evidence.get("others"):
        parts.append(f"other results of that day: {', '.join(value_words(value_of(o)) for o in evidence['others'])}")
    return ", ".join(parts)
