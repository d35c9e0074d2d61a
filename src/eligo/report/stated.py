"""What a record states of a concept, or of two that a sentence links, as evidence in; short phrases out."""

from __future__ import annotations

from collections.abc import Iterable

from eligo.criteria import STUDY_CONDITION
from eligo.report.display import concept_name, display, variable_name
from eligo.report.measures import SHORT, Data, Manner, unit_words, value_of, value_words, window_of, window_words
from eligo.report.names import age_text, is_whole, listed, source
from eligo.vocabulary.concepts import concepts

DONE = "done"  # of a procedure that is over
TRIAL_ITSELF = "what the trial is about"


def other_than(parts: Iterable[Data]) -> str:
    """The kinds that do not count: " other than hepatitis B or treated skin cancer"; nothing where there are none."""
    named = [
        TRIAL_ITSELF
        if part["concept"] == STUDY_CONDITION
        else " ".join(filter(None, (part.get("qualifier"), concept_name(part["concept"]))))
        for part in parts
    ]
    return (
        f" other than {' or '.join([', '.join(named[:-1]), named[-1]] if len(named) > 1 else named)}" if named else ""
    )


def asked_concept(evidence: Data) -> str:
    """The concept of the sentence, without the kinds of it that do not count."""
    return concept_name(evidence["concept"]) + other_than(evidence.get("but_not", ()))


def link_name(evidence: Data) -> str:
    """The two things of a sentence, with the word that links them: "asthma requiring systemic corticosteroids"."""
    return f" {evidence['related'].replace('_', ' ')} ".join(map(asked_concept, evidence["parts"]))


def open_name(evidence: Data) -> str | None:
    """What is open in the evidence: the id of a variable or concept, else the words for it; None for mere text."""
    if "related" in evidence:
        parts = [part for part in evidence["parts"] if "reason" in part]
        return parts[0]["concept"] if parts else link_name(evidence)
    if "at" in evidence:
        return f"first day of {concept_name(evidence['at'])}" if "value" not in evidence else evidence["variable"]
    if evidence.get("reason") == "missing" and "status" in evidence:
        return f"day of {concept_name(_undated(evidence))}"
    found: str | None = evidence.get("variable") or evidence.get("concept")
    return found


def _undated(evidence: Data) -> str:
    """Of what the day is missing: what a window counts from, or the thing itself."""
    anchor = evidence.get("window_parts", {}).get("anchor")
    of_anchor = anchor and evidence.get("detail_code") == "anchor_unknown"
    return str(anchor if of_anchor else evidence["concept"])


def concept_line(evidence: Data) -> str:
    """The concept with what is asked of it, and what the record says of that."""
    if "status" not in evidence:
        name = concept_name(evidence["concept"])
        return name if "reason" in evidence else f"{name}: stated {'yes' if evidence['truth'] == 'MET' else 'no'}"
    name, asked = asked_concept(evidence), wanted(evidence)
    name = f"{name} ({asked})" if asked else name
    said = _said(evidence)
    if not said and "reason" not in evidence and "detail" not in evidence:
        said = ["present" if evidence["truth"] == "MET" else "not present"]
    return f"{name}: {'; '.join(said)}" if said else name


def _said(evidence: Data) -> list[str]:
    """What the record says of the concept: facts, a value that tells of it, that it is ruled out, what is assumed."""
    said = [fact_text(fact, evidence["concept"]) for fact in evidence.get("facts", ())]
    if "value" in evidence:
        said.append(f"{variable_name(evidence['variable'])} {value_words(value_of(evidence))}{source(evidence)}")
    if "ruled_out_by" in evidence:
        broader = evidence["ruled_out_by"] if evidence["ruled_out_by"] != evidence["concept"] else None
        said.append(f"ruled out with {concept_name(broader)}" if broader else "ruled out in the record")
    elif "assumed" in evidence and "value" not in evidence:
        said.append(evidence["assumed"])
    return said


def left_open(evidence: Data) -> str:
    """What keeps the concept from being ruled out: "not ruled out: HBV DNA ≤ 20 IU/mL may be a sign of it"."""
    names = list(dict.fromkeys(concept_name(fact["concept"]) for fact in evidence.get("facts", ())))
    said = [f"{listed(names)} {'is' if len(names) == 1 else 'are'} on the list"] if names else []
    said += [f"{_sign(sign)} may be a sign of it" for sign in evidence["signs"]]
    return str(display()["details"]["may_be"]).format(", ".join(said))


def _sign(sign: Data) -> str:
    name, value = variable_name(sign["variable"]), value_of(sign)
    return name if value is None else f"{name} {value_words(value)}{unit_words(sign.get('unit'))}"


def link_line(evidence: Data) -> str:
    """What the record says of both things, and what was taken for granted."""
    said = [
        concept_line(part) for part in evidence["parts"] if part.keys() & {"facts", "value", "ruled_out_by", "assumed"}
    ]
    told = any(part.get("assumed") == evidence.get("assumed") for part in evidence["parts"])
    said += [evidence["assumed"]] if "assumed" in evidence and not told else []
    return f"{link_name(evidence)}: {'; '.join(said)}" if said else link_name(evidence)


def wanted(evidence: Data, manner: Manner = SHORT) -> str:
    """What the sentence asks of the concept, beyond that it is there."""
    asked = [evidence.get("qualifier", ""), "" if evidence["status"] == "active" else evidence["status"]]
    asked += [f"{evidence['count']} times" if "count" in evidence else ""]
    if (window := window_of(evidence)) is not None:
        asked.append(window_words(window, evidence["status"] == "planned", manner))
    return ", ".join(part for part in asked if part)


def status_word(concept: str, status: str) -> str:
    """How something stands, in a word; what is done once is not resolved, but done."""
    known = concepts().get(concept)
    return DONE if status == "resolved" and known is not None and known.kind == "procedure" else status


def fact_text(fact: Data, asked: str) -> str:
    """A fact of the record; its concept only where it is a kind of the one that was asked for."""
    parts = [concept_name(fact["concept"])] if fact["concept"] != asked else []
    parts += [*fact.get("qualifiers", ()), *_standing(fact)]
    written = fact.get("written")
    known = {fact["concept"], concept_name(fact["concept"]).casefold()}
    return ", ".join(parts) + (f' ("{written}")' if written and written.casefold() not in known else "")


def _standing(fact: Data) -> list[str]:
    """How a fact stands, since when and until when, and how long ago that is."""
    parts = [status_word(fact["concept"], fact["status"])]
    start, end = fact.get("start"), fact.get("end")
    if start and start == end:
        parts = [f"{DONE} on {start}"] if parts == [DONE] else [*parts, f"on {start}"]
    elif start:
        parts.append(f"{'from' if end else 'since'} {start}")
    if end and start != end:
        parts.append(f"until {end}")
    if fact.get("age_days") and fact["status"] != "planned":
        vague = "at least " if not is_whole(str(end or start)) else ""
        parts[-1] += f" ({vague}{age_text(fact['age_days'])}{' ago' if end else ''})"
    return parts


def brief_concept(evidence: Data, held: bool) -> str:
    """What blocks by a concept, in a few words."""
    name = asked_concept(evidence)
    if "status" not in evidence:  # something to attest
        return name if held else f"{name}: stated no"
    facts = evidence.get("facts", ())
    if not held:
        if not facts:
            return f"no {name}"
        asked = wanted(evidence)
        stands = status_word(facts[0]["concept"], facts[0]["status"])
        return f"{name}, but not {asked}" if asked else f"{name}: {stands}"
    kind = facts[0]["concept"] if facts else evidence["concept"]
    return f"{name}: {concept_name(kind)}" if kind != evidence["concept"] else name


def brief_link(evidence: Data, held: bool) -> str:
    """What blocks by two things that belong together, in a few words."""
    if held:
        return link_name(evidence) + (" (assumed)" if "assumed" in evidence else "")
    return brief_concept(missing_part(evidence), held)


def missing_part(evidence: Data) -> Data:
    """The side that the record does not have, which settles a link."""
    return next((part for part in evidence["parts"] if part["truth"] == "NOT_MET"), evidence["parts"][0])
