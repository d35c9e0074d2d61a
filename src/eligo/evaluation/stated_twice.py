"""A limit that a protocol states in two units in, a test of it out: a value is held against the one in its own unit.

Both are rounded, so that they are not quite the same limit: 12 mg/dL of bilirubin are 205.26 umol/L, not 205.
"""

from __future__ import annotations

import functools
from typing import cast

from eligo.criteria import Compare, Limit
from eligo.dataclass import replace
from eligo.evaluation.chart import Basis, Chart, Outcome, Reading
from eligo.evaluation.comparing import Comparison
from eligo.evaluation.derive import Source
from eligo.patients.model import Result
from eligo.truth import Reason, Truth
from eligo.vocabulary.units import same_dimension, ucum
from eligo.vocabulary.variables import variables


def comparison(test: Compare, more: tuple[Source, ...], others: dict[str, tuple[Source, ...]]) -> Comparison:
    """The test of one `Compare` leaf, whose limit may be stated twice."""
    return (Comparison if test.equivalent is None else StatedTwice)(test, more, others)


class StatedTwice(Comparison):
    """The test of a limit with an equivalent: `first` for the limit, which goes with the canonical unit, and `second`.

    A value in a third kind of unit, or where the two are different limits altogether, is decided where both agree.
    """

    __slots__ = ("first", "second", "unit")

    def __init__(self, test: Compare, more: tuple[Source, ...], others: dict[str, tuple[Source, ...]]) -> None:
        super().__init__(test, more, others)
        equivalent = cast(Limit, test.equivalent)
        self.unit = equivalent.unit
        self.first = Comparison(replace(test, equivalent=None), (), others)
        self.second = Comparison(replace(test, limits=(replace(equivalent, unit=None),), equivalent=None), (), others)

    def one(self, reading: Reading, chart: Chart) -> Outcome:
        """Hold the reading against the limit in its unit."""
        own = self._own(reading)
        if own is not None:
            return own.one(reading, chart)
        first, second = self.first.one(reading, chart), self.second.one(reading, chart)
        if first[0] is second[0]:
            return first
        return Truth.UNKNOWN, Reason.NOT_STATED, "stated_twice", (reading,)

    def held(self, basis: Basis) -> Compare:
        """The test that a value was held against."""
        own = self._own(basis) if isinstance(basis, Result) else None
        return (own or self.first).test

    def _own(self, reading: Reading) -> Comparison | None:
        if self.unit is None:
            return None
        if not isinstance(reading, Result) or reading.unit is None:
            return self.first
        which = unit_goes_with(reading.unit, self.unit, self.variable)
        return None if which is None else (self.first, self.second)[which]


@functools.lru_cache(maxsize=4096)
def unit_goes_with(unit: str, equivalent: str, variable: str) -> int | None:
    """Whether a unit goes with the canonical one (0) or with that of the equivalent (1); None where with neither."""
    known = variables().get(variable)
    canonical = known.unit if known else "1"
    for place, stated in enumerate((canonical, equivalent)):
        if ucum(unit) == ucum(stated):
            return place
    kin = [same_dimension(unit, stated) for stated in (canonical, equivalent)]
    return kin.index(True) if kin.count(True) == 1 else None
