"""How much of UCUM is understood: `python -m bench.units FOLDER` prints shares; `--refused` lists what is refused.

FOLDER holds the published tables and functional tests (`common_ucum.csv`, `ucum-tests.json`,
`UcumFunctionalTests.xml`). A unit occurs in laboratories where the table of common codes has it. A case passes, is
refused, or is wrong; none may be wrong: what is refused costs a question, what is wrong costs a patient.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from eligo.errors import EligoError
from eligo.vocabulary.units import to_canonical, ucum
from eligo.vocabulary.variables import Variable

Outcome = Literal["passed", "refused", "wrong"]

_XML = re.compile(r'value="(\S+)"\s+srcUnit="(\S+)"\s+dstUnit="(\S+)"\s+outcome="(\S+)"')


class Case(NamedTuple):
    """One conversion of the functional tests."""

    value: float
    unit: str
    to: str
    expected: float

    def outcome(self) -> Outcome:
        """Convert it; the published outcomes have two digits at least."""
        thing = Variable(id="thing", name="thing", kind="quantity", unit=ucum(self.to) or self.to)
        try:
            found = to_canonical(self.value, self.unit, thing)
        except EligoError:
            return "refused"
        return "passed" if math.isclose(found, self.expected, rel_tol=0.01) else "wrong"


def common_codes(folder: Path) -> list[str]:
    """The codes that laboratories use most, as the standard's publishers chose them."""
    return [row[1] for row in csv.reader((folder / "common_ucum.csv").read_text("utf-8").splitlines()) if row]


def conversions(folder: Path) -> Iterator[Case]:
    """The conversions of both functional tests; those by an atomic weight are of no analyte that has a name here."""
    for row in json.loads((folder / "ucum-tests.json").read_text("utf-8"))["convert"]:
        if "mol<->mass" not in row["reason"]:
            yield Case(float(row["conversionFactor"]), row["from"], row["to"], float(row["resultingConversionFactor"]))
    for value, unit, to, outcome in _XML.findall((folder / "UcumFunctionalTests.xml").read_text("utf-8")):
        yield Case(float(value), unit, to, float(outcome))


def refused_codes(folder: Path) -> list[str]:
    """The common codes that are not understood."""
    return sorted(code for code in common_codes(folder) if ucum(code) is None)


def main() -> int:
    """Print the shares."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--refused", action="store_true", help="list what is refused")
    options = arguments.parse_args()
    common, refused = set(common_codes(options.folder)), refused_codes(options.folder)
    cases = list(conversions(options.folder))
    in_laboratories = [case for case in cases if {case.unit, case.to} <= common]
    for name, chosen in (("of laboratories", in_laboratories), ("all", cases)):
        count = Counter(case.outcome() for case in chosen)
        print(
            f"conversions, {name}: {count['passed']} of {len(chosen)} passed, "
            f"{count['refused']} refused, {count['wrong']} wrong"
        )
    print(f"common codes: {len(common) - len(refused)} of {len(common)} known ({1 - len(refused) / len(common):.1%})")
    if options.refused:
        print("refused codes:", *refused, sep="\n  ")
        print("refused conversions:")
        for case in cases:
            if case.outcome() == "refused":
                print(f"  {case.unit} to {case.to}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
