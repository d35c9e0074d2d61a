"""One numeric or ordinal comparison as the text states it: name, bounds as written, unit, and where each stands."""

from __future__ import annotations

from typing import Any, NamedTuple

from eligo.criteria import Number, Span


class StatedComparison(NamedTuple):
    """A stated comparison, before negation or exclusion turns it.

    `variable` is None for a quantity whose name is not in the vocabulary. Numbers are as written, with powers of ten
    multiplied out; `unit` is UCUM, or the words as written, or `ULN` and its like. `values` lists grades.
    """

    variable: str | None
    name: str | None
    name_span: Span | None
    span: Span
    low: Number | None = None
    low_inclusive: bool = False
    high: Number | None = None
    high_inclusive: bool = False
    values: tuple[Number | str, ...] = ()
    unit: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The comparison as the JSON of `eligo parse --jsonl`."""
        return {
            "variable": self.variable,
            "name": self.name,
            "name_span": list(self.name_span) if self.name_span else None,
            "low": self.low,
            "low_inclusive": self.low_inclusive,
            "high": self.high,
            "high_inclusive": self.high_inclusive,
            "values": list(self.values),
            "unit": self.unit,
            "span": list(self.span),
        }
