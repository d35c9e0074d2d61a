"""A site's profile (YAML) in, a `Site` out: its limits of normal, its units, how old a result may be, its margins.

Everything comes out in canonical units. The file is read strictly, and all that is wrong with it comes in one error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError

from eligo.bounds import LARGEST
from eligo.criteria import NO_LIMIT, Duration
from eligo.dataclass import dataclass, field
from eligo.errors import EligoError, Problem, did_you_mean
from eligo.margin import Margin, as_distance
from eligo.ruleset.nodes import no_longer_than_life
from eligo.textfile import read_text
from eligo.vocabulary.units import to_canonical
from eligo.vocabulary.variables import Reference, Variable, variables
from eligo.yamltext import Path, YamlText, read_yaml

AGE = r"^([0-9]+(\.[0-9]+)? (h|d|wk|mo|a)|none)$"

Number = Annotated[int | float, Field(allow_inf_nan=False, ge=-LARGEST, le=LARGEST)]
AgeText = Annotated[
    str,
    Field(pattern=AGE, examples=["14 d", "3 mo"], description="a number and h, d, wk, mo or a; or none"),
    AfterValidator(lambda text: text if text == "none" else no_longer_than_life(text)),
]
UnitText = Annotated[str, Field(min_length=1, examples=["mg/dL"], description="UCUM, or a laboratory's spelling")]


class _Strict(BaseModel):
    """Refuses unknown keys and converts nothing."""

    model_config = ConfigDict(extra="forbid", strict=True)


class RangeNode(_Strict):
    """One reference range: for one sex, or for both."""

    low: Number | None = None
    high: Number | None = None
    unit: UnitText | None = Field(None, description="else the variable's `unit` in this file")
    sex: Literal["male", "female"] | None = None
    source: str | None = Field(None, description="where the site has it from")


def _form(data: Any) -> str:
    return "several" if isinstance(data, list) else "one"


Ranges = Annotated[
    Annotated[RangeNode, Tag("one")] | Annotated[list[RangeNode], Tag("several")],
    Discriminator(_form),
]


class MarginNode(_Strict):
    """How near to a limit is near: `percent` of the limit, or a distance `by` in a unit."""

    percent: Number | None = Field(None, gt=0)
    by: Number | None = Field(None, gt=0)
    unit: UnitText | None = Field(None, description="of `by`; else the variable's `unit` in this file")


class VariableNode(_Strict):
    """What the site says of one variable."""

    unit: UnitText | None = Field(None, description="the unit of a value that has none in a record")
    reference: Ranges | None = Field(None, description="limits of normal, where the report has none")
    max_age: AgeText | None = Field(None, description="older results decide nothing")
    margin: MarginNode | None = None


class SiteNode(_Strict):
    """The profile of one site: what its laboratory and its protocols office have settled for all trials."""

    site: Annotated[str, Field(min_length=1, description="the name that explanations show")]
    max_age: AgeText | None = Field(None, description="for every variable that has none of its own")
    complete: list[Literal["conditions", "procedures", "medications"]] = Field(
        default=[], description="lists of which the site's records hold all; what they do not mention is absent"
    )
    variables: dict[str, VariableNode] = Field(default={}, description="by id or any name of the variable")


@dataclass(frozen=True, slots=True)
class Site:
    """One site; every mapping is by variable, and ranges and margins are in canonical units."""

    name: str
    ranges: Mapping[str, tuple[Reference, ...]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    max_age: Duration | None = None
    max_ages: Mapping[str, Duration] = field(default_factory=dict)
    margins: Mapping[str, Margin] = field(default_factory=dict)
    complete: frozenset[str] = frozenset()


def load(path: str | FilePath) -> Site:
    """Read a profile; raise `EligoError` with every problem that it has."""
    return loads(read_text(FilePath(path)), str(path))


def loads(text: str, file: str | None = None) -> Site:
    """Read a profile from text; `file` is what problems name."""
    document = read_yaml(text, file)
    if not isinstance(document.data, dict):
        message = "the file is empty" if document.data is None else "a site's profile is a mapping with `site:`"
        raise EligoError(Problem("site-shape", message, document.place((), file), "see `eligo schema site`"))
    try:
        node = SiteNode.model_validate(document.data)
    except ValidationError as error:
        raise EligoError(dict.fromkeys(_problem(e, document, file) for e in error.errors())) from None
    reader = _SiteReader(node, document, file)
    site = reader.read()
    if reader.problems:
        raise EligoError(sorted(reader.problems, key=lambda p: (p.place.line or 0, p.place.column or 0)))
    return site


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a site's profile, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **SiteNode.model_json_schema()}


class _SiteReader:
    """Turns a profile of the right form into a `Site`, and collects what does not fit the vocabulary."""

    def __init__(self, node: SiteNode, document: YamlText, file: str | None) -> None:
        self.node, self.document, self.file = node, document, file
        self.problems: list[Problem] = []

    def read(self) -> Site:
        """Read every variable."""
        ranges, units, ages, margins = {}, {}, {}, {}
        for variable, node, path in self._variables():
            if node.unit is not None and self._converted(1, node.unit, variable, (*path, "unit")) is not None:
                units[variable.id] = node.unit
            found = tuple(self._ranges(variable, node, path))
            if found:
                ranges[variable.id] = found
            if node.max_age is not None:
                ages[variable.id] = _duration(node.max_age)
            margin = self._margin(variable, node, path)
            if margin is not None:
                margins[variable.id] = margin
        longest = _duration(self.node.max_age) if self.node.max_age is not None else None
        return Site(self.node.site, ranges, units, longest, ages, margins, frozenset(self.node.complete))

    def _variables(self) -> Iterator[tuple[Variable, VariableNode, Path]]:
        seen: dict[str, str] = {}
        for name, node in self.node.variables.items():
            path = ("variables", name)
            variable = variables().get(name) or variables().find(name)
            if variable is None:
                help_ = variables().suggest(name) or "`eligo variables` lists all of them"
                self._complain("unknown-variable", f"unknown variable `{name}`", path, help_)
            elif variable.id in seen:
                message = f"`{name}` is the same variable as `{seen[variable.id]}`"
                self._complain("duplicate-variable", message, path, "keep one of the two")
            else:
                seen[variable.id] = name
                yield variable, node, path

    def _ranges(self, variable: Variable, node: VariableNode, path: Path) -> Iterator[Reference]:
        given = node.reference if isinstance(node.reference, list) else [node.reference] if node.reference else []
        of: list[str | None] = []
        for i, one in enumerate(given):
            here = (*path, "reference", i) if isinstance(node.reference, list) else (*path, "reference")
            found = self._range(variable, one, one.unit or node.unit, here)
            if one.sex in of or (of and None in (one.sex, *of)):
                self._complain(
                    "range-twice", f"`{variable.id}` has two ranges for one sex", here, "keep one of the two"
                )
            of.append(one.sex)
            if found is not None:
                yield found

    def _range(self, variable: Variable, node: RangeNode, unit: str | None, path: Path) -> Reference | None:
        if node.low is None and node.high is None:
            self._complain("range-empty", "a reference range needs `low`, `high` or both", path)
            return None
        if node.low is not None and node.high is not None and node.low > node.high:
            self._complain("range-order", f"the range of `{variable.id}` is upside down", path, "`low` is above `high`")
            return None
        low = self._limit(node.low, "low", unit, variable, path)
        high = self._limit(node.high, "high", unit, variable, path) if low is not _REFUSED else _REFUSED
        if low is _REFUSED or high is _REFUSED:
            return None
        return Reference(low, high, node.sex, node.source or self.node.site)

    def _limit(self, value: float | None, key: str, unit: str | None, variable: Variable, path: Path) -> float | None:
        """The limit in the canonical unit; NaN for one that was refused."""
        if value is None:
            return None
        found = self._converted(value, unit, variable, path)
        if found is None:
            return _REFUSED
        least, most = variable.plausible or (found, found)
        if not least <= found <= most:
            message = f"`{key}` is outside what is plausible for `{variable.id}`"
            self._complain("range-implausible", message, (*path, key), "check the number and its unit")
        return found

    def _margin(self, variable: Variable, node: VariableNode, path: Path) -> Margin | None:
        given, here = node.margin, (*path, "margin")
        if given is None:
            return None
        if (given.percent is None) == (given.by is None):
            self._complain("margin-form", "a margin is either `percent` or `by`", here, "give one of the two")
            return None
        if given.percent is not None:
            return Margin(given.percent / 100, relative=True)
        unit = given.unit or node.unit
        if self._converted(given.by or 0, unit, variable, here) is None:
            return None
        try:
            return Margin(as_distance(given.by or 0, unit or "1", variable), relative=False)
        except EligoError as error:
            problem = error.problems[0]
            self._complain(problem.code, problem.message, here, problem.help)
            return None

    def _converted(self, value: float, unit: str | None, variable: Variable, path: Path) -> float | None:
        if unit is None and variable.unit != "1":
            help_ = f"add `unit`, such as `{variable.unit}`"
            self._complain("unit-missing", f"the numbers of `{variable.id}` have no unit", path, help_)
            return None
        try:
            return to_canonical(value, unit or "1", variable)
        except EligoError as error:
            problem = error.problems[0]
            self._complain(problem.code, problem.message, path, problem.help)
            return None

    def _complain(self, code: str, message: str, path: Path, help_: str | None = None) -> None:
        problem = Problem(code, message, self.document.place(path, self.file), help_)
        if problem not in self.problems:
            self.problems.append(problem)


_REFUSED = float("nan")


def _duration(text: str) -> Duration:
    if text == "none":
        return NO_LIMIT
    value, unit = text.split()
    number = float(value)
    return Duration(int(number) if number == int(number) else number, unit)  # type: ignore[arg-type]  # the pattern allows only time units


def _problem(error: Mapping[str, Any], document: YamlText, file: str | None) -> Problem:
    """A validation error, at its line, in the words of the house."""
    path = tuple(p for p in error["loc"] if p not in ("one", "several", "int", "float"))  # the tags of unions
    last = str(path[-1]) if path else ""
    place = document.place(path, file)
    if error["type"] == "extra_forbidden":
        return Problem(
            "unknown-key", f"unknown key `{last}`", place, did_you_mean(last, _keys()) or "see `eligo schema site`"
        )
    if error["type"] == "missing":
        return Problem("missing-key", f"the key `{last}` is missing", place, "see `eligo schema site`")
    message = "input should be a number" if error["loc"][-1] in ("int", "float") else str(error["msg"])
    if error["type"] == "string_pattern_mismatch":
        message = "this is not a length of time, write it like `14 d`"
    return Problem("site-value", f"`{last}`: {message[0].lower()}{message[1:].rstrip('.')}", place)


def _keys() -> set[str]:
    return {key for node in (SiteNode, VariableNode, RangeNode, MarginNode) for key in node.model_fields}
