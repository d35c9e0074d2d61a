"""A trial's `outlook` as data in, short plain strings out: what comes after the verdict, for every view.

Each function takes one part of the data. What the data does not say is not said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from eligo.outlook.phrases import Told
from eligo.report.answer_words import VERDICT, told
from eligo.report.display import concept_name, concept_question, criterion, display, variable_name
from eligo.report.measures import Data, limits_of, number, quantity, region_words, unit_words, value_of, value_words
from eligo.report.names import listed
from eligo.vocabulary.variables import variables

MOST_ASSUMED = 5  # names of what is assumed absent

# What to ask where a question has a value that will not do; `{}` is the variable.
_ASK_AGAIN = {
    "stale": "Repeat: {}",
    "no_reference_range": "Which limits of normal does the laboratory give for {}?",
    "unit_unknown": "In which unit was this measured: {}?",
    "implausible": "Are value and unit right: {}?",
    "censored": "Which number exactly: {}?",
    "error": "Check by hand: {}",
}
WHY = {
    "missing": "not in the record",
    "stale": "the result is too old",
    "no_reference_range": "its limit of normal is not known",
    "unit_unknown": "the result has no unit that fits",
    "implausible": "the result is not plausible",
    "censored": "the result is too coarse to decide",
    "not_stated": "the record does not say",
    "unparsed": "the result is not understood",
    "error": "its test failed; please report this",
}
_SETTLES = {"certain": "settles the verdict, whatever the answer", "may": "may settle the verdict"}
_SETTLES_BUT = {
    "certain": "settles the verdict, whatever the answer, apart from what is to be attested",
    "may": "may settle the verdict, apart from what is to be attested",
}
_WHY_FIXED = {
    "age": "age cannot be changed",
    "sex": "sex cannot be changed",
    "history": "it lies in the past",
}
_CAUSE = {
    "stale": "the result of {} is then too old",
    "answer": "the answer of a person is then too old",
    "window": "a time window for {} ends",
    "birthday": "the patient's birthday",
    "date": "a date of {} is reached",
}
_THEN = {"MET": "the sentence then holds", "NOT_MET": "the sentence then does not hold", "UNKNOWN": "then open"}


def name_of(item: Data) -> str:
    """What people call the variable or concept that an item is about."""
    return variable_name(item["variable"]) if "variable" in item else concept_name(item.get("concept", ""))


# --- what to ask next


def question(item: Data) -> str:
    """What to measure or to ask: "What was the latest INR?"."""
    why, name = item["why"], name_of(item)
    if why in _ASK_AGAIN:
        return _ASK_AGAIN[why].format(name)
    if "stated" in item:
        form = display()["asks"]["kind of what is stated"]
        return str(form.format(name, " or ".join(item["stated"])))
    if "variable" in item:
        known = variables().get(item["variable"])
        return (known.question if known else None) or f"What is the result: {name}?"
    return concept_question(item["concept"])


def why(item: Data) -> str:
    """Why it has to be asked: "the record does not say"."""
    return WHY[item["why"]]


def asked_by(item: Data) -> str:
    """Which criteria ask for it: "for I3 and A.E4"."""
    return f"for {listed(map(criterion, item['criteria']))}"


def settles(item: Data) -> str:
    """What the answer settles, strictly, or else once everything is attested."""
    if item["settles"] != "no":
        return _SETTLES[item["settles"]]
    return _SETTLES_BUT.get(item.get("settles_but_for_attestations", "no"), "leaves other criteria open")


def worth(item: Data) -> str:
    """How many verdicts a question could settle."""
    strict, granted = item["settles"], item["settles_but_for_attestations"]
    parts = [_count(strict["certain"], "settles"), _count(strict["may"], "may settle")]
    but = [_count(granted["certain"] - strict["certain"], "settles"), _count(_more(granted, strict), "may settle")]
    said = [part for part in parts if part]
    apart = [f"{part} once all is attested" for part in but if part]
    return ", ".join([*said, *apart]) or "settles nothing alone"


def _more(granted: Data, strict: Data) -> int:
    """The trials that it may settle only with attestations granted."""
    more = granted["certain"] + granted["may"] - strict["certain"] - strict["may"]
    return int(max(more - max(granted["certain"] - strict["certain"], 0), 0))


def _count(count: int, does: str) -> str:
    return f"{does} {count} verdict{'' if count == 1 else 's'}" if count > 0 else ""


def attestation(item: Data) -> str:
    """What only a person can state: "informed consent, for inclusion 9 (I9)"."""
    return f"{concept_name(item['concept'])}, {asked_by(item)}"


def to_read(ids: Iterable[str]) -> str:
    """Which sentences nobody but a person can judge; nothing where there are none."""
    ids = list(ids)
    return f"{listed(map(criterion, ids))}: a person has to read {'it' if len(ids) == 1 else 'them'}" if ids else ""


# --- what would have to change


def change(item: Data) -> str:
    """One change: "platelets ≥ 20 × 10⁹/L (now 18)"; what cannot change says why."""
    says = list(map(told, item.get("to_says", ())))
    if item.get("now") == "present" and {"ruled out", "in the past"} <= set(map(str, says)):
        says = [Told("no longer present")]
    regions = [limits_of({"limits": limits}) for limits in item.get("to_limits", ())]
    to = " or ".join([*map(str, says), *map(region_words, regions)])
    text = f"{name_of(item)} {to}"
    notes = [f"now {value_words(value_of({**item, 'value': item['now']}))}"] if item.get("now") is not None else []
    if item.get("fixed"):
        notes.append(_WHY_FIXED.get(item.get("why_fixed", ""), "this cannot be changed"))
    return f"{text} ({'; '.join(notes)})" if notes else text


def change_sets(changes: Data) -> list[str]:
    """Each of the smallest sets of changes: "platelets ≥ 20 × 10⁹/L (now 18) and hepatic encephalopathy ruled out"."""
    found = [listed(map(change, one["changes"])) for one in changes["sets"]]
    stopped = "the search stopped before it found a set of changes that would do"
    return found or ["no set of changes would do" if changes.get("complete", True) else stopped]


def after_changes(changes: Data) -> list[str]:
    """What is open after the first set, and whether every set was looked for."""
    if not changes["sets"]:
        return []
    then = changes.get("then_open", ())
    lines = [f"then still open: {listed(map(criterion, then))}"] if then else []
    return lines if changes.get("complete", True) else [*lines, "other such sets may exist"]


# --- what the verdict hangs on


def hangs_on(doubts: Iterable[Data]) -> list[str]:
    """The doubtful things, each with the verdict that it would give if it were otherwise."""
    lines, assumed = list[str](), dict[tuple[str, str, str], list[str]]()
    for item in doubts:
        if item["cause"] == "assumed_absent":
            assumed.setdefault((item["assumed"], item.get("if", "present"), VERDICT[item["verdict"]]), []).append(
                name_of(item)
            )
        else:
            lines.append(_other_value(item))
    for (by, otherwise, verdict), names in assumed.items():
        any_of = "it were" if len(names) == 1 else "one of them were"
        more = len(names) - MOST_ASSUMED
        shown = f"{len(names)} in all, such as {listed(names[:MOST_ASSUMED])}" if more > 1 else listed(names)
        lines.append(f"assumed absent ({by}): {shown}; if {any_of} {otherwise}: {verdict}")
    return lines


def _other_value(item: Data) -> str:
    name, unit = name_of(item), item.get("unit")
    if item["cause"] == "assumed_link":
        linked = f"{name} {item['related'].replace('_', ' ')} {concept_name(item['to'])}"
        said = f"{linked}: {item['assumed']}; were it not"
    elif item["cause"] == "same_day":
        when = f"of {item['date']}" if "date" in item else "of the same day"
        said = f"{name}: another result {when} is {value_words(value_of(item))}{unit_words(unit)}; with it"
    else:
        beyond = region_words(limits_of(item, "beyond_limits")) if "beyond" in item else "another"
        said = f"{name}: its {item['which']} is a default, {quantity(item['value'], unit)}; were it {beyond}"
    return f"{said}: {VERDICT[item['verdict']]}"


# --- until when


def holds_until(expiry: Data) -> str:
    """Until when the verdict holds, as the record stands."""
    if expiry.get("until") is None:
        return f"holds through {expiry['horizon']}, if the record stays as it is"
    return f"holds until {expiry['until']}, if the record stays as it is; {VERDICT[expiry['then']]} from the day after"


def expiry_causes(expiry: Data) -> list[str]:
    """What ends it: "I4: INR is then too old; then open"."""
    return list(_causes(expiry))


def _causes(expiry: Data) -> Iterator[str]:
    for cause in expiry.get("causes", ()):
        text = _CAUSE[cause["cause"]].format(name_of(cause) or "the record")
        yield "; ".join(filter(None, (f"{criterion(cause['id'])}: {text}", _THEN.get(cause.get("truth", ""), ""))))


# --- small words


def tally(trial: Data) -> list[tuple[str, str]]:
    """How many criteria block, are open and pass, and how many of those on an assumption: [("blocks", "1"), ...]."""
    passes = trial["passes"]
    counts = [("blocks", len(trial["blocks"])), ("open", len(trial["open"])), ("passes", passes["count"])]
    counts += [("assumed", passes["assumed"])] if passes["assumed"] else []
    counts += [("answered", passes["answered"])] if "answered" in passes else []
    return [(word, number(count)) for word, count in counts]


def verdict_words(trial: Data) -> str:
    """The verdict of a trial in words, a near miss as such."""
    return f"{VERDICT[trial['verdict']]}{', near miss' if trial.get('near') else ''}"
