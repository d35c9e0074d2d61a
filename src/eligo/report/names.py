"""Ids and numbers of evidence in, the words that people use for them out, and how a value came about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from eligo.criteria import SYMBOL, Op
from eligo.report.display import concept_name, variable_name
from eligo.vocabulary.variables import variables

Data = Mapping[str, Any]

LONG = re.compile(r"(?<![\w.*])[0-9]+\.[0-9]{3,}(?![\w*])")
_OPERATOR = re.compile(r"\b(?:lt|le|gt|ge|eq)\b")
_YEAR = re.compile(r"([0-9]) a\b")
_ABBREVIATION = re.compile(r"(?=(?:.*[A-Z]){2})[A-Za-z][A-Za-z0-9/-]{1,7}")
_NUMBER = re.compile(r"(?<![\w.*])-?[0-9]+(?:\.[0-9]+)?(?![\w*]*[*])")
_NOT_DIGIT = re.compile(r"[^0-9]")
_TOLD_IN_DAYS = 100
AGE_FROM = {"birth": "from the birth date", "age": "from the age in the record"}
_LONG_NAME = 20  # characters; a summary says the abbreviation of a longer name


def lettered(id: str | None, text: str) -> str:  # noqa: A002 - the word of the vocabulary
    """The text with the letters of a scale that has no numbers for its grades.

    >>> lettered("child_pugh_class", "one of 2, 3"), lettered("nyha_class", "3")
    ('one of B, C', '3')
    """
    known = variables().get(id or "")
    letters = {number(float(value)): label.upper() for label, value in known.grades.items()} if known else {}
    if not letters or not all(len(label) == 1 and label in "ABCDEF" for label in letters.values()):
        return text
    return _NUMBER.sub(lambda match: letters.get(match[0], match[0]), text)


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
    return LONG.sub(five_digits, number(value))


def five_digits(match: re.Match[str]) -> str:
    return number(float(f"{float(match[0]):.5g}"))


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
    return next((s for s in (*known.exact, *known.synonyms) if _ABBREVIATION.fullmatch(s)), variable_name(id))


def years(text: str) -> str:
    """The text with UCUM's `a` written as people write a year."""
    return _YEAR.sub(r"\1 y", text)


def window(evidence: Data) -> str:
    """The window with signs for the operators: "lasting >= 6 mo"; one of a planned thing looks ahead."""
    signed = _OPERATOR.sub(lambda match: SYMBOL[cast(Op, match[0])], years(evidence["window"])).replace("_", " ")
    ahead = evidence.get("status") == "planned" and " of " not in signed
    return re.sub(r"^within ", "within the next ", signed) if ahead else signed


def source(evidence: Data) -> str:
    """How the record has the value, and of when it is; or what it was worked out from."""
    own = reported(evidence)
    parts = [in_canonical(evidence)] if own else [evidence["written"]] if "written" in evidence else []
    parts += [dated(evidence)] if "date" in evidence else []
    if evidence.get("source") in AGE_FROM:
        parts.append(AGE_FROM[evidence["source"]] + (f" and {inputs(evidence)}" if "inputs" in evidence else ""))
    elif evidence.get("inputs"):
        parts.append(f"from {inputs(evidence)}")
    parts += [f"by {evidence['paper']}"] if "paper" in evidence else []
    parts += [f"remark: {evidence['remark']}"] if "remark" in evidence else []
    parts += ["the unit is the site's"] if "unit_from" in evidence else []
    parts += [evidence["assumed"]] if "assumed" in evidence else []
    text = "; ".join(filter(None, (", ".join(parts), not_stated(evidence.get("missing", ())))))
    return f" ({text})" if text else ""


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
    return evidence["converted"].rpartition(" = ")[0] if "converted" in evidence else None


def in_canonical(evidence: Data) -> str:
    """The value in the canonical unit: "124 umol/L"."""
    unit = f" {evidence['unit']}" if "unit" in evidence else ""
    return years(f"{known_digits(evidence, evidence.get('limit', ''))}{unit}")


def known_digits(evidence: Data, limit: str) -> str:
    """The value in as many digits as are known: of a conversion those that the laboratory wrote, three at least.

    More are said where fewer would put it on the other side of a limit, or on the limit.
    """
    exact = number(evidence.get("value", "?"))
    bounds = [float(bound) for bound in _NUMBER.findall(LONG.sub(five_digits, limit))]
    exact_bounds = [float(bound) for bound in _NUMBER.findall(limit)]
    own = reported(evidence)
    wrote = len(_NOT_DIGIT.sub("", _NUMBER.findall(own)[0]).lstrip("0")) if own and _NUMBER.findall(own) else 5
    for digits in range(max(3, wrote) if own else 5, 12):
        said = in_digits(exact, digits)
        if _sides(said, bounds) == _sides(exact, exact_bounds):
            return said
    return exact


def _sides(value: str, bounds: Iterable[float]) -> list[int]:
    """For each number of a value and each bound whether it lies below, on or above it."""
    found = [float(part) for part in _NUMBER.findall(value)]
    return [(part > bound) - (part < bound) for part in found for bound in bounds]


def in_digits(text: str, most: int) -> str:
    """The text with its long numbers in at most so many digits, those before the point always kept."""

    def short(match: re.Match[str]) -> str:
        value = float(match[0])
        return number(round(value) if abs(value) >= 10**most else float(f"{value:.{most}g}"))

    return LONG.sub(short, text)


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


def _rounded(part: Data) -> str:
    return lettered(part["variable"], rounded(part.get("value", "?")))


def inputs(evidence: Data) -> str:
    """What a value was worked out from; what is itself worked out comes with its own inputs."""
    found = []
    for part in evidence["inputs"]:
        if "variable" in part:
            unit = f" {part['unit']}" if "unit" in part else ""
            more = [dated(part) if key == "date" else part[key] for key in ("written", "date", "of") if key in part]
            more += [f"from {inputs(part)}"] if part.get("inputs") else []
            about = f" ({', '.join(more)})" if more else ""
            found.append(f"{variable_name(part['variable'])} {_rounded(part)}{unit}{about}")
        else:
            since = f", since {part['start']}" if "start" in part else ""
            found.append(f"{concept_name(part['concept'])}: {part['status']}{since}")
    return ", ".join(found)
