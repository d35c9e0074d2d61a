"""A second, independent reading of UCUM codes: a code and the unit table in, base dimensions and factor out.

It knows the standard's grammar and table only, none of our words, so that the two can be held against each other.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from fractions import Fraction
from pathlib import Path

Dimension = dict[str, int]
Measure = tuple[Dimension, Fraction]

_NAMESPACE = "{http://unitsofmeasure.org/ucum-essence}"
_TOKEN = re.compile(r"\{[^}]*\}|[./()]|(?:\[[^\]]*\]|[^./(){}\[\]])+")
_ATOM = re.compile(r"(.*?)([+-]?[0-9]+)?")


class Ucum:
    """The unit table of `ucum-essence.xml`; special (not proportional) units are left out."""

    def __init__(self, essence: Path) -> None:
        root = ET.parse(essence).getroot()
        self.prefixes = {
            p.attrib["Code"]: Fraction(_child(p, "value").attrib["value"]) for p in root.findall(f"{_NAMESPACE}prefix")
        }
        self.base = {unit.attrib["Code"] for unit in root.findall(f"{_NAMESPACE}base-unit")}
        self.defined: dict[str, tuple[str, Fraction]] = {}
        self.metric: set[str] = set(self.base)
        for unit in root.findall(f"{_NAMESPACE}unit"):
            value = _child(unit, "value")
            if unit.attrib.get("isSpecial") == "yes" or "value" not in value.attrib:
                continue
            self.defined[unit.attrib["Code"]] = value.attrib["Unit"], Fraction(value.attrib["value"])
            if unit.attrib["isMetric"] == "yes":
                self.metric.add(unit.attrib["Code"])

    def measure(self, code: str) -> Measure | None:
        """Read a code by the standard's grammar, or None where the standard has no such unit."""
        tokens = _TOKEN.findall(code)
        try:
            found = self._term(tokens)
        except (LookupError, ValueError):
            return None
        return None if tokens else found

    def _term(self, tokens: list[str]) -> Measure:
        dimension: Dimension = {}
        factor = Fraction(1)
        sign = 1
        if tokens[0] == "/":
            tokens.pop(0)
            sign = -1
        while True:
            part, size = self._component(tokens)
            for name, exponent in part.items():
                dimension[name] = dimension.get(name, 0) + sign * exponent
            factor *= size**sign
            if not tokens or tokens[0] == ")":
                return {name: exponent for name, exponent in dimension.items() if exponent}, factor
            sign = {".": 1, "/": -1}[tokens.pop(0)]

    def _component(self, tokens: list[str]) -> Measure:
        token = tokens.pop(0)
        if token == "(":
            inner = self._term(tokens)
            if tokens.pop(0) != ")":
                raise ValueError(token)
            return inner
        if token.startswith("{"):
            return {}, Fraction(1)
        found = self._simple(token)
        if tokens and tokens[0].startswith("{"):
            tokens.pop(0)
        return found

    def _simple(self, token: str) -> Measure:
        if token.isdigit():
            return {}, Fraction(int(token))
        if token.startswith(("10*", "10^")):
            return {}, Fraction(10) ** int(token[3:] or 1)
        found = _ATOM.fullmatch(token)
        if found is None:
            raise ValueError(token)
        dimension, factor = self._unit(found[1])
        exponent = int(found[2] or 1)
        return {name: e * exponent for name, e in dimension.items()}, factor**exponent

    def _unit(self, symbol: str) -> Measure:
        if symbol in self.base:
            return {symbol: 1}, Fraction(1)
        if symbol in self.defined:
            code, value = self.defined[symbol]
            inner = self.measure(code)
            if inner is None:
                raise LookupError(symbol)
            # Arbitrary units are no pure numbers: each keeps a dimension of its own name.
            if symbol in {"[iU]", "[IU]"}:
                return {"[IU]": 1}, Fraction(1)
            return inner[0], inner[1] * value
        for prefix in sorted(self.prefixes, key=len, reverse=True):
            rest = symbol.removeprefix(prefix)
            if rest != symbol and rest in self.metric:
                dimension, factor = self._unit(rest)
                return dimension, factor * self.prefixes[prefix]
        raise LookupError(symbol)


def _child(element: ET.Element, name: str) -> ET.Element:
    found = element.find(_NAMESPACE + name)
    assert found is not None
    return found
