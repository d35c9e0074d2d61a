"""Ids and numbers of evidence in, the words that people use for them out, and how a value came about."""

from __future__ import annotations

from collections.abc import Iterable

from eligo.report.display import concept_name, variable_name
from eligo.report.measures import (
    Data,
    Digits,
    as_written,
    limits_of,
    rounded,
    telling_digits,
    unit_words,
    value_of,
    value_words,
)
from eligo.vocabulary.variables import variables

_TOLD_IN_DAYS = 100
AGE_FROM = {"birth": "from the birth date", "age": "from the age in the record"}
_LONG_NAME = 20  # characters; a summary says the abbreviation of a longer name
_LONGEST_ABBREVIATION = 8


def lettered(id: str | None, digits: Digits = rounded) -> Digits:  # noqa: A002 - the word of the vocabulary
    """How to write numbers of a variable: by its letters, where its grades have those and no numbers.

    >>> lettered("child_pugh_class")(2), lettered("nyha_class")(3)
    ('B', '3')
    """
    known = variables().get(id or "")
    letters = {float(value): label.upper() for label, value in known.grades.items()} if known else {}
    if not letters or not all(len(label) == 1 and label in "ABCDEF" for label in letters.values()):
        return digits
    return lambda value: letters.get(float(value)) or digits(value)


def measured_name(evidence: Data) -> str:
    """What was measured: an age is that of today, where the evidence does not say when else."""
    at = evidence.get("at")
    return (
        f"age at which {concept_name(at)} began"
        if at
        else variable_name(evidence.get("variable") or evidence.get("name"))
    )


def said_by(answers: Iterable[Data]) -> str:
    """Who answered, and when: "AB on 2026-11-20 and CD on 2026-11-21"."""
    return " and ".join(dict.fromkeys(f"{one['by']} on {one['date']}" for one in answers))


def short_name(id: str) -> str:  # noqa: A002 - the word of the vocabulary
    """What a summary calls the variable: the first abbreviation of a long name, where it has one."""
    known = variables().get(id)
    if known is None or len(variable_name(id)) <= _LONG_NAME:
        return variable_name(id)
    return next((s for s in (*known.exact, *known.synonyms) if _is_abbreviation(s)), variable_name(id))


def _is_abbreviation(word: str) -> bool:
    """Whether a name is a short one with capitals: `INR`, `HbA1c`, `SpO2/FiO2`."""
    plain = word.replace("-", "").replace("/", "")
    short = 1 < len(word) <= _LONGEST_ABBREVIATION and word[0].isalpha()
    return short and plain.isascii() and plain.isalnum() and sum(map(str.isupper, word)) > 1


def source(evidence: Data, digits: Digits = rounded) -> str:
    """How the record has the value, and of when it is; or what it was worked out from."""
    parts = [in_canonical(evidence)] if reported(evidence) else _written(evidence)
    parts += [dated(evidence)] if "date" in evidence else []
    if evidence.get("source") in AGE_FROM:
        parts.append(
            AGE_FROM[evidence["source"]] + (f" and {inputs(evidence, digits)}" if "inputs" in evidence else "")
        )
    elif evidence.get("inputs"):
        parts.append(f"from {inputs(evidence, digits)}")
    parts += [f"by {evidence['paper']}"] if "paper" in evidence else []
    parts += [f"remark: {evidence['remark']}"] if "remark" in evidence else []
    parts += ["the unit is the site's"] if "unit_from" in evidence else []
    parts += [evidence["assumed"]] if "assumed" in evidence else []
    text = "; ".join(filter(None, (", ".join(parts), not_stated(evidence.get("missing", ())))))
    return f" ({text})" if text else ""


def _written(part: Data) -> list[str]:
    """The record's own words for a value, where they say more than the value does."""
    return [as_written(part["written"])] if "written" in part else []


def not_stated(keys: Iterable[str]) -> str:
    """Which inputs of a score the record does not have: "vasopressors and lactate are not stated"."""
    found = list(map(input_name, keys))
    return f"{listed(found)} {'is' if len(found) == 1 else 'are'} not stated" if found else ""


def listed(parts: Iterable[str]) -> str:
    """Parts joined as a person would: "a, b and c".

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    found = list(parts)
    return " and ".join(filter(None, (", ".join(found[:-1]), found[-1]))) if found else ""


def reported(evidence: Data) -> str | None:
    """The value as the laboratory wrote it, where eligo converted it: "1.4 mg/dL"."""
    found: str | None = evidence.get("reported")
    return None if found is None else as_written(found)


def in_canonical(evidence: Data) -> str:
    """The value in the canonical unit: "124 µmol/L"."""
    return f"{value_words(value_of(evidence), digits_of(evidence))}{unit_words(evidence.get('unit'))}"


def digits_of(evidence: Data) -> Digits:
    """How to write a value in as many digits as are known, and as tell on which side of its limits it is."""
    limits = [limit.value for limit in limits_of(evidence) if limit.of is None and limit.above is None]
    limits += [value for value in evidence.get("values", ()) if not isinstance(value, str)]
    digits = telling_digits(value_of(evidence), limits, evidence.get("digits", 5) if reported(evidence) else None)
    return lettered(evidence.get("variable"), digits)


def dated(part: Data) -> str:
    """The date with its age: "2026-11-18, 2 d old", "2026-10, up to 50 d old"."""
    if not part.get("age_days"):
        return str(part["date"])
    vague = "" if is_whole(part["date"]) else "up to "
    return f"{part['date']}, {vague}{age_text(part['age_days'])} old"


def is_whole(day: str) -> bool:
    """Whether a date is known to the day."""
    return len(day) == len("2026-11-20")


def age_text(days: int) -> str:
    """A number of days in a unit in which it is easily told.

    >>> age_text(44), age_text(200), age_text(2800)
    ('44 d', '6 mo', '7 y')
    """
    if days < _TOLD_IN_DAYS:
        return f"{days} d"
    return f"{int(days / 30.4375)} mo" if days < 2 * 365.25 else f"{int(days / 365.25)} y"


def input_name(key: str) -> str:
    """What people call an input of a score: a variable, a concept, or the limit of normal or the baseline of one."""
    id_ = next((key.removesuffix(end) for end in ("_uln", "_baseline", "_control") if key.endswith(end)), key)
    name = variable_name(id_) if id_ in variables() else concept_name(id_)
    return name if id_ == key else f"{name} ({key.removeprefix(f'{id_}_').replace('uln', 'ULN')})"


def inputs(evidence: Data, digits: Digits = rounded) -> str:
    """What a value was worked out from; what is itself worked out comes with its own inputs."""
    found = []
    for part in evidence["inputs"]:
        if "variable" in part:
            more = _written(part)
            more += [dated(part)] if "date" in part else []
            more += [part["of"]] if "of" in part else []
            more += [f"from {inputs(part, digits)}"] if part.get("inputs") else []
            about = f" ({', '.join(more)})" if more else ""
            said = f"{value_words(value_of(part), lettered(part['variable'], digits))}{unit_words(part.get('unit'))}"
            found.append(f"{variable_name(part['variable'])} {said}{about}")
        else:
            since = f", since {part['start']}" if "start" in part else ""
            found.append(f"{concept_name(part['concept'])}: {part['status']}{since}")
    return ", ".join(found)
