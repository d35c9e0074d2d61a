"""A screening as data in, a line for each score out whose stated value is not what its own inputs give."""

from __future__ import annotations

from eligo.report.display import variable_name
from eligo.report.names import Data, in_digits, lettered, number, source


def clash_lines(screening: Data) -> list[str]:
    """Both values of each such score, and what the second one was worked out from."""
    found = {
        evidence["variable"]: evidence
        for trial in screening["trials"]
        for finding in trial.get("criteria", ())
        for evidence in finding["evidence"]
        if "clash" in evidence
    }
    return [_line(name, evidence["value"], evidence["clash"]) for name, evidence in found.items()]


def _line(name: str, stated: float | str, clash: Data) -> str:
    inputs = in_digits(source({key: part for key, part in clash.items() if key not in ("paper", "of")}), 3)
    computed = lettered(name, in_digits(number(clash["value"]), 3))
    said = f"{variable_name(name)} {lettered(name, number(stated))}"
    return f"{said} is stated, but its inputs give {computed}{inputs}; the stated one counts"
