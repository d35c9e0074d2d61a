"""One trial's screening in, one sentence out: the shortest reason for its verdict that is true as it stands.

A blocker is told with as few of its parts as are enough for it; that others block too is always said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from eligo.criteria import Limit
from eligo.evaluation.phrases import phrases
from eligo.explain import NO_CRITERIA
from eligo.report.compared import failed_bound, limit_digits, limit_words, nearness, written_limit
from eligo.report.display import criterion, variable_name
from eligo.report.measures import (
    LONG,
    SIGNED,
    Data,
    amount_words,
    limits_of,
    number,
    unit_words,
    value_of,
    value_words,
)
from eligo.report.names import digits_of, in_canonical, listed, measured_name, reported, said_by
from eligo.report.stated import asked_concept, fact_text, link_name, missing_part, wanted
from eligo.report.terminal import clean
from eligo.report.words import MOST_NAMES, blocking, open_by_reason

# What is open, by reason: one thing, several of them; `{}` are their names, or how many they are.
OPEN: dict[str, tuple[str, str]] = {
    "missing": ("{} is missing", "{} are missing"),
    "stale": ("{} is too old", "{} are too old"),
    "no_reference_range": ("the limit of normal of {} is not known", "the limits of normal of {} are not known"),
    "unit_unknown": ("{} has no unit that fits", "{} have no unit that fits"),
    "implausible": ("{} is not plausible", "{} are not plausible"),
    "unread": ("{} is not understood", "{} are not understood"),
    "censored": ("{} is too coarse", "{} are too coarse"),
    "not_stated": ("{} is not stated", "{} facts are not stated"),
    "needs_attestation": ("{} is to be attested", "{} attestations are open"),
    "unparsed": ("1 sentence is not understood", "{} sentences are not understood"),
    "error": ("a test failed", "{} tests failed"),
}
COUNTED = frozenset({"not_stated", "needs_attestation", "unparsed", "error"})
MOST_FACTS = 4


def why(patient: str, trial: Data) -> str:
    """Say in one sentence why the trial has its verdict for the patient; `trial` is the trial's JSON data."""
    told = [reason(trial)] if trial["verdict"] == "ELIGIBLE" else [reason(trial), *_drafts(trial)]
    return f"{clean(patient)} is {trial['verdict'].lower()} for {trial['trial']}: {'; '.join(told)}."


def reason(trial: Data) -> str:
    """The shortest reason for the verdict of a trial that is true as it stands, without a final period."""
    told: dict[str, Callable[[Data], str]] = {"ELIGIBLE": _passes, "UNDETERMINED": _opens, "INELIGIBLE": _blocks}
    return " ".join(clean(told[trial["verdict"]](trial)).split())


def _passes(trial: Data) -> str:
    """That all criteria pass, and what of that rests on less than the record and reviewed rules."""
    arms = [arm["id"] for arm in trial.get("arms", ()) if arm["verdict"] == "ELIGIBLE"]
    counted = [f for f in trial["criteria"] if f["cohort"] is None or f["cohort"] in arms]
    of_arms = f" for {listed(f'arm {arm}' for arm in arms)}" if arms else ""
    text = f"all {len(counted)} criteria{of_arms} pass" if len(counted) > 1 else "its one criterion passes"
    return "".join(
        [text, *_by_assumption(counted), *_by_answers(counted), *(f", but {said}" for said in _drafts(trial))]
    )


def _by_assumption(findings: Sequence[Data]) -> Iterator[str]:
    """How many of the findings are assumed."""
    assumed = sum(1 for finding in findings if finding.get("assumed"))
    if assumed:
        yield f", {assumed} of them assumed" if len(findings) > 1 else ", by an assumption"


def _by_answers(findings: Sequence[Data]) -> Iterator[str]:
    """How many of the findings persons have answered, and who."""
    answered = [finding["answered"] for finding in findings if finding.get("answered")]
    if answered:
        who = listed(dict.fromkeys(reply["by"] for replies in answered for reply in replies))
        yield f", {len(answered)} of them answered by {who}" if len(findings) > 1 else f", answered by {who}"


def _drafts(trial: Data) -> Iterator[str]:
    """How many of the trial's criteria nobody has reviewed."""
    drafts = trial.get("drafts", 0)
    if drafts:
        are = "is a draft" if drafts == 1 else "are drafts"
        yield f"{drafts} of its {len(trial['criteria'])} criteria {are} that nobody has reviewed"


def _opens(trial: Data) -> str:
    found = {finding["id"]: finding for finding in trial["criteria"]}
    names = open_by_reason(found[id_] for id_ in trial["open"])
    waiting = [_open(reason, names[reason]) for reason in OPEN if reason in names]
    if not waiting:
        return NO_CRITERIA
    return f"nothing blocks{_outside(trial)}, but {listed(waiting)}"


def _outside(trial: Data) -> str:
    """The arms that criteria of their own block, of which something else is said."""
    blocked = [f"arm {arm['id']}" for arm in trial.get("arms", ()) if arm["verdict"] == "INELIGIBLE"]
    return f" outside {listed(blocked)}" if blocked else ""


def _open(reason: str, names: Sequence[str]) -> str:
    one, many = OPEN[reason]
    if reason in COUNTED:
        return one.format(names[0]) if len(names) == 1 else many.format(len(names))
    more = len(names) - MOST_NAMES
    shown = [*names[:MOST_NAMES], f"{more} more"] if more > 0 else names
    return (many if len(names) > 1 or _is_plural(names[0]) else one).format(listed(shown))


def _blocks(trial: Data) -> str:
    """A common blocker; or, where only the arms' own criteria block, one of each arm."""
    blocked = frozenset(trial["blocks"])
    blockers = [f for f in trial["criteria"] if f["bearing"] == "blocks" and f["id"] in blocked]
    common = [finding for finding in blockers if finding["cohort"] is None]
    if common:
        reasons = [_shortest(common)]
    else:
        of_arms = ((arm["id"], [f for f in blockers if f["cohort"] == arm["id"]]) for arm in trial["arms"])
        reasons = [f"in arm {arm}, {_shortest(found)}" for arm, found in of_arms]
    more = len(blockers) - len(reasons)
    if more:
        return "; ".join([*reasons, "1 more criterion blocks" if more == 1 else f"{more} more criteria block"])
    return "; ".join([*reasons, f"nothing else blocks{_outside(trial) if common else ''}"])


def _shortest(blockers: Iterable[Data]) -> str:
    """The reason of the blocker that takes the fewest parts; of several the nearest to its limit, then the shortest."""
    reasons = []
    for place, told in enumerate(blockers):
        parts = [
            part for part in blocking(told) if part.keys() & {"variable", "concept", "related", "answered"}
        ]  # the others hold for everybody
        text = _alone(told, parts[0]) if len(parts) == 1 else _together(told, parts) if parts else _always(told)
        apart = max((abs(part.get("distance_relative", 9e9)) for part in parts), default=0)
        reasons.append(((len(parts), apart, len(text), place), text))
    return min(reasons)[1]


def _alone(finding: Data, part: Data) -> str:
    near = f", a near miss ({nearness(part)})" if "near" in part else ""
    does = f"{_verb(finding, part)} {_asked(part)}".replace("rules out it", "rules it out")
    return f"{_fact(part)}, and {criterion(finding['id'])} {does}{near}"


def _together(finding: Data, parts: Sequence[Data]) -> str:
    """Several parts that block only together."""
    facts = [f"{_fact(part)}{_beside(part)}" for part in parts]
    more = len(facts) - MOST_FACTS
    shown = [*facts[:MOST_FACTS], f"{more} more such findings"] if more > 1 else facts
    verb = "excludes" if finding["kind"] == "exclusion" else "does not accept"
    return f"{listed(shown)}, which {criterion(finding['id'])} {verb} together"


def _beside(part: Data) -> str:
    """The limit that a value met; of a condition the value is enough."""
    return f" ({_against(part)})" if "limit" in part and "condition" not in part else ""


def _always(finding: Data) -> str:
    """A criterion that blocks whatever the record says, or by a person's answer to it as a whole."""
    if "answered" in finding:
        verb = "excludes" if finding["kind"] == "exclusion" else "asks for"
        said = "yes" if finding["truth"] == "MET" else "no"
        return f"the answer of {said_by(finding['answered'])} to what {criterion(finding['id'])} {verb} is {said}"
    return f"{criterion(finding['id'])} {'excludes everybody' if finding['kind'] == 'exclusion' else 'accepts nobody'}"


def _verb(finding: Data, part: Data) -> str:
    """What the criterion does with the part: an inclusion asks for it, an exclusion excludes it; or the opposite."""
    excludes = finding["kind"] == "exclusion"
    if part["truth"] == "MET":
        return "excludes" if excludes else "rules out"
    return "excludes all but" if excludes else "asks for"


def _fact(part: Data) -> str:
    """What the record says: "platelets were 18 × 10⁹/L on 2026-11-19"."""
    if "value" in part and "status" not in part:
        return _value(part)
    if "answered" in part:
        return _answer(part)
    if "variable" in part:  # what holds of everybody, such as being of either sex
        return f"{variable_name(part['variable'])} is not stated"
    if "related" in part:
        return _link(part)
    name = asked_concept(part)
    if "status" not in part:
        return f"{name} is stated as {'yes' if part['truth'] == 'MET' else 'no'}"
    if part.get("facts"):
        return f"{name} is in the record ({fact_text(part['facts'][0], part['concept'])})"
    if (by := phrases("absent_by").get(part.get("assumed_code", ""))) is not None:
        return f"{name} is assumed absent ({by})"
    what = "patient's sex" if part.get("detail_code") == "sex" else "record"
    return f"the {what} rules out {name}"


def _answer(part: Data) -> str:
    """What a person says of a part, without a value."""
    if "variable" in part or "name" in part:
        name = f"{measured_name(part)} {limit_words(part) or written_limit(part)}".rstrip()
    else:
        name = link_name(part) if "related" in part else asked_concept(part)
    return f"{name} is answered with {'yes' if part['truth'] == 'MET' else 'no'} by {said_by(part['answered'])}"


def _link(part: Data) -> str:
    """What the record says of two things that belong together: of the one that is missing, or of both."""
    if part["truth"] == "NOT_MET":
        return _fact(missing_part(part))
    held = [side for side in part["parts"] if side["truth"] == "MET"]
    return listed([_fact(side) for side in held])


def _value(part: Data) -> str:
    name = measured_name(part)
    value = value_of(part)
    if part.get("pick") in ("lowest", "highest"):
        name = f"the {part['pick']} {name}"
    own = reported(part)
    words = value_words(value, digits_of(part), LONG) + unit_words(part.get("unit"), value_words(value), LONG)
    said = f"{own} ({in_canonical(part)})" if own else words
    plural, when = _is_plural(name), part.get("date")
    verb = ("were" if when else "are") if plural else ("was" if when else "is")
    how = " by its inputs" if part.get("source") == "computed" else ""
    return f"{name} {verb} {said}{f' on {when}' if when else ''}{how}"


def _asked(part: Data) -> str:
    """What the sentence speaks of: "below 20 × 10⁹/L"."""
    if "limit" in part:
        return _limit(part)
    if "related" in part:
        return f"{link_name(part)}{' (which is assumed)' if part.get('assumed') and part['truth'] == 'MET' else ''}"
    # What is diagnosed is more than suspected, so that word would say nothing here.
    suspected = part.get("status") == "suspected" and part["truth"] == "MET"
    asked = wanted({**part, "status": "active"} if suspected else part, manner=SIGNED) if "status" in part else ""
    if asked:
        return f"{asked_concept(part)} ({asked})"
    return "it" if "value" not in part else asked_concept(part)


def _against(part: Data) -> str:
    return _limit(part) if part["truth"] == "MET" else f"not {_limit(part)}"


def _limit(part: Data) -> str:
    """The limit, of two bounds the one that fails; as the rules have it, with the canonical one behind."""
    told = failed_bound(part) if part["truth"] == "NOT_MET" else part
    text = " or ".join(map(number, part["values"])) if "values" in part else _rules_limit(told)
    asked = wanted({"status": "active", **part}, manner=SIGNED)
    text = f"{text} ({asked})" if asked else text
    return f"any value {text}" if part.get("pick") == "any" else text


def _rules_limit(part: Data) -> str:
    """A limit as the rules have it, with the canonical one behind where that is another and the rules lack it."""
    limits, own = limits_of(part), limits_of(part, "limits_written")
    if not own or all(map(_is_without_unit, own, limits)):
        return limit_words(part, LONG)
    text = written_limit(part, LONG, number)
    canonical = " and ".join(amount_words(limit, LONG, limit_digits(part)) for limit in limits)
    twin = Limit(**part["equivalent"]) if "equivalent" in part else None
    said = twin is not None and all(limit.unit == twin.unit for limit in limits)  # the source states it in both units
    return text if said else f"{text} ({canonical})"


def _is_without_unit(own: Limit, limit: Limit) -> bool:
    """Whether the rules have the very limit, but for the unit."""
    return (own.op, own.value) == (limit.op, limit.value) and own.unit is None and own.of is own.above is None


def _is_plural(name: str) -> bool:
    """Whether the name of a variable takes `are`."""
    return name.endswith("s") and not name.startswith("number of") and not name.endswith(("ss", "us", "is"))
