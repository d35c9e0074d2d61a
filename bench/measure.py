"""One measured figure, with the target that it should stay under."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """What was measured; `target` is the largest value that is good enough, None where none is set."""

    name: str
    value: float
    unit: str
    target: float | None = None

    @property
    def good(self) -> bool:
        """Whether the target is kept."""
        return self.target is None or self.value <= self.target
