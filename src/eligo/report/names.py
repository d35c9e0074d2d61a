"""Ids and numbers of evidence in, the words that people use for them out, and how a value came about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from eligo.criteria import SYMBOL, Op
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables

Data = Mapping[str, Any]

LONG = re.compile(r"(?<![\w.*])[0-9]+\.[0-9]{3,}(?![\w*])")
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
    return LONG.sub(five_digits, number(value))


def five_digits(match: re.Match[str]) -> str:
    return number(float(f"{float(match[0]):.5g}"))


def measured_name(evidence: Data) -> str:
    """What was measured: an age is that of today, where the evidence does not say when else."""
    at = evidence.get("at")
    return f"age at which {concept_name(at)} began" if at else variable_name(evidence["variable"])


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
    parts = [evidence[key] for key in ("written", "date") if key in evidence]
    if evidence.get("source") == "birth":
        parts.append("from the birth date" + (f" and {inputs(evidence)}" if "inputs" in evidence else ""))
    elif evidence.get("inputs"):
        parts.append(f"from {inputs(evidence)}")
    if evidence.get("missing"):
        parts.append(f"without {', '.join(map(input_name, evidence['missing']))}")
    parts += [f"by {evidence['paper']}"] if "paper" in evidence else []
    parts += [f"remark: {evidence['remark']}"] if "remark" in evidence else []
    parts += ["the unit is the site's"] if "unit_from" in evidence else []
    parts += [evidence["assumed"]] if "assumed" in evidence else []
    return f" ({', '.join(parts)})" if parts else ""


def input_name(key: str) -> str:
    """What people call an input of a score: a variable, a concept, or the limit of normal or the baseline of one."""
    id_ = next((key.removesuffix(end) for end in ("_uln", "_baseline", "_control") if key.endswith(end)), key)
    name = variable_name(id_) if id_ in variables() else concept_name(id_)
    return name if id_ == key else f"{name} ({key.removeprefix(f'{id_}_').replace('uln', 'ULN')})"


def inputs(evidence: Data) -> str:
    """What a value was worked out from; what is itself worked out comes with its own inputs."""
    found = []
    for part in evidence["inputs"]:
        if "variable" in part:
            unit = f" {part['unit']}" if "unit" in part else ""
            more = [part[key] for key in ("written", "date", "of") if key in part]
            more += [f"from {inputs(part)}"] if part.get("inputs") else []
            about = f" ({', '.join(more)})" if more else ""
            found.append(f"{variable_name(part['variable'])} {rounded(part.get('value', '?'))}{unit}{about}")
        else:
            since = f", since {part['start']}" if "start" in part else ""
            found.append(f"{concept_name(part['concept'])}: {part['status']}{since}")
    return ", ".join(found)
