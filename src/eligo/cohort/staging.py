"""Expressions in, stages out: what stands in many places is worked out once, as a column that later stages name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from eligo.cohort.form import ColumnName, Expr, parts_of, with_parts

_LEAST = 6  # parts of an expression that is worth a column


class Staged:
    """Columns of stages, by name; those of each stage are over the columns of the ones before it."""

    def __init__(self, outputs: Mapping[str, Expr], prefix: str) -> None:
        self.prefix = prefix
        self._sizes: dict[Expr, int] = {}
        self._uses = _uses(outputs)
        self._made: dict[Expr, tuple[Expr, int]] = {}
        self.stages: list[dict[str, Expr]] = []
        self.outputs = {name: self._short(one)[0] for name, one in outputs.items()}

    def _short(self, expression: Expr) -> tuple[Expr, int]:
        """The expression with columns for what is shared, and the last stage that it needs."""
        found = self._made.get(expression)
        if found is not None:
            return found
        parts = [self._short(part) for part in parts_of(expression)]
        made, stage = with_parts(expression, [part for part, _ in parts]), max((at for _, at in parts), default=0)
        if self._uses[expression] > 1 and self._size(expression) >= _LEAST:
            if len(self.stages) <= stage:
                self.stages.append({})
            name = f"{self.prefix}{sum(map(len, self.stages))}"
            self.stages[stage][name] = made
            made, stage = ColumnName(name), stage + 1
        self._made[expression] = made, stage
        return made, stage

    def _size(self, expression: Expr) -> int:
        if expression not in self._sizes:
            self._sizes[expression] = 1 + sum(map(self._size, parts_of(expression)))
        return self._sizes[expression]


def _uses(outputs: Mapping[str, Expr]) -> Counter[Expr]:
    """In how many places each expression stands, those of a shared one counted once."""
    found, left = Counter[Expr](), list(outputs.values())
    while left:
        one = left.pop()
        found[one] += 1
        if found[one] == 1:
            left += parts_of(one)
    return found
