"""One measured figure, with the target that it should keep."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """What was measured.

    `target` is the largest value that is good enough, with `at_least` the smallest; None where none is set. A `floor`
    is a target whose miss is a failure: it depends on the code alone, not on how busy the machine is.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    at_least: bool = False
    floor: bool = False

    @property
    def good(self) -> bool:
        """Whether the target is kept."""
        if self.target is None:
            return True
        return self.value >= self.target if self.at_least else self.value <= self.target

    @property
    def failed(self) -> bool:
        """Whether a floor is missed."""
        return self.floor and not self.good

    @property
    def digits(self) -> int:
        """How many decimals are worth showing."""
        return 3 if self.value <= 1 else 2 if self.value < 100 else 0
