"""How ages in the text of registry records agree with the records' own fields: `python -m bench.registry DIR`.

DIR holds records of the registry's API v2, one a file. A bound is what an inclusion item of no arm asks of every
patient. The registry counts completed years, and its limits are inclusive: `below 18 years` agrees with a maximum of
18, as most write it, and of 17, as it should be.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.measure import Measure
from eligo.criteria import AllOf, Compare, Duration, Limit, Predicate
from eligo.pages.document import Page
from eligo.reading.parse import read_item
from eligo.trials import read_record

Side = Literal["minimum", "maximum"]

FLOOR = 0.97
_DAYS = {"a": 365.25, "mo": 365.25 / 12, "wk": 7.0, "d": 1.0, "h": 1 / 24, "min": 1 / 1440}
_NEAR = 0.01  # 52 weeks are a year


@dataclass(frozen=True, slots=True)
class Bound:
    """An age that an item's text states, beside the field of its record."""

    trial: str
    side: Side
    stated: Limit
    field: Duration | None

    @property
    def agrees(self) -> bool:
        """Whether both say the same."""
        if self.field is None or self.stated.unit is None:
            return False
        strict = {"gt": 1, "lt": -1}.get(self.stated.op, 0)
        stated = (self.stated.value * _DAYS[self.stated.unit], (self.stated.value + strict) * _DAYS[self.stated.unit])
        field = self.field.value * _DAYS[self.field.unit]
        return any(abs(days - field) <= _NEAR * field for days in stated)


def bounds(folder: Path) -> Iterator[Bound]:
    """Every bound on the age that a record of the folder states in its text."""
    for path in sorted(folder.glob("*.json")):
        yield from _of_page(read_record(path.read_text("utf-8"), path.name))


def _of_page(page: Page) -> Iterator[Bound]:
    for item in page.items:
        if item.section == "inclusion" and item.cohort is None:
            for limit in _ages(read_item(item.text, item.section).predicate):
                if limit.op in ("gt", "ge"):
                    yield Bound(page.trial or "", "minimum", limit, page.registry.minimum_age)
                elif limit.op in ("lt", "le"):
                    yield Bound(page.trial or "", "maximum", limit, page.registry.maximum_age)


def _ages(predicate: Predicate) -> Iterator[Limit]:
    """The limits on the age that hold wherever the predicate holds."""
    if isinstance(predicate, AllOf):
        for part in predicate.parts:
            yield from _ages(part)
    elif isinstance(predicate, Compare) and predicate.variable == "age":
        yield from predicate.limits


def measure(folder: Path) -> Measure:
    """The share of the bounds that agree."""
    found = list(bounds(folder))
    share = sum(bound.agrees for bound in found) / max(len(found), 1)
    return Measure("ages in text, agreeing with the registry", share, "", FLOOR, at_least=True, floor=True)


def main() -> int:
    """Print the share that agrees, and each bound that does not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR")
    found = list(bounds(parser.parse_args().folder))
    agreeing = sum(bound.agrees for bound in found)
    print(f"{agreeing} of {len(found)} bounds on the age agree with the field: {agreeing / max(len(found), 1):.1%}")
    for bound in found:
        if not bound.agrees:
            print(f"  {bound.trial} {bound.side}: text {bound.stated.op} {bound.stated.value}, field {bound.field}")
    return 0 if agreeing >= FLOOR * len(found) else 1


if __name__ == "__main__":
    sys.exit(main())
