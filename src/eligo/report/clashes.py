"""A screening as data in, a line for each score out whose stated value is not what its own inputs give."""

from __future__ import annotations

from functools import partial

from eligo.report.display import variable_name
from eligo.report.measures import Data, in_digits, number, value_of, value_words
from eligo.report.names import lettered, source


def clash_lines(screening: Data) -> list[str]:
    """Both values of each such score, and what the second one was worked out from."""
    found = {
        evidence["variable"]: evidence
        for trial in screening["trials"]
        for finding in trial.get("criteria", ())
        for evidence in finding["evidence"]
        if "clash" in evidence
    }
    return [_line(name, evidence, evidence["clash"]) for name, evidence in found.items()]


def _line(name: str, stated: Data, clash: Data) -> str:
    short = partial(in_digits, most=3)
    inputs = source({key: part for key, part in clash.items() if key not in ("paper", "of")}, short)
    computed = value_words(value_of(clash), lettered(name, short))
    said = f"{variable_name(name)} {value_words(value_of(stated), lettered(name, number))}"
    return f"{said} is stated, but its inputs give {computed}{inputs}; the stated one counts"
