"""Which name each limit of an item belongs to: syntax tree in, limits with their variable or name out.

The name stands before the limit in its clause, inside it ("over the age of 18"), right after it ("< 30 kg in weight"),
before the bracket that holds the limit, or in the clause before. A limit that finds no name is no comparison.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from eligo.dataclass import dataclass
from eligo.reading.ages import COUNTED, YOUNG, age_of_thing, of_something
from eligo.reading.lexicon import measured_by, words
from eligo.reading.names import REACH, Name, NameFinder, changed
from eligo.reading.neighbours import is_count
from eligo.reading.plausible import settled
from eligo.reading.stated import quantities
from eligo.reading.tokens import Token
from eligo.reading.tree import (
    Bracket,
    Clause,
    CountOf,
    Element,
    Limits,
    Node,
    TimeNode,
    WrittenLimit,
    amounts,
    type_of,
    units,
)
from eligo.reading.unmeasured import counts, no_measure
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables


class BoundLimits(NamedTuple):
    """Limits with the names that they hold for; none where they are a duration, a dose or a count."""

    limits: Limits
    names: tuple[Name, ...]


Names = tuple[Name, ...] | None  # None where a rule has no answer


@dataclass(slots=True)
class LimitsPlace:
    """Limits where they stand in their clause, with the name before them and, once sought, the one behind them."""

    elements: Sequence[Any]
    i: int
    limits: Limits
    unit: str | None
    outer: Name | None  # the name before the bracket that holds the clause
    timed: bool
    before: Name | None
    after: Name | None = None

    @property
    def first(self) -> WrittenLimit:
        """The first of the limits."""
        return self.limits.limits[0]

    @property
    def behind(self) -> Element | None:
        """What stands right behind the limits."""
        return self.elements[self.i + 1] if self.i + 1 < len(self.elements) else None


class Binder(NameFinder):
    """Walks the tree in reading order and remembers the last name."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.bound: list[BoundLimits] = []
        self.last: Name | None = None
        self.shared: tuple[Name, ...] = ()  # all names of the limits that were bound last, where they are several

    def node(self, node: Node, outer: Name | None = None) -> None:
        """Bind all limits of a node; `outer` is the name before the bracket that holds it."""
        waiting: list[Name] = []
        for unit, apart in units(node):
            if apart:
                waiting = []
            if apart in ("near", "far"):
                self.last = None
                outer = outer if apart == "near" else None
            alone = self._name_alone(unit) or self._words_alone(unit)
            if alone is not None:
                waiting.append(alone)
                self.last = alone
                continue
            self._waited(unit, outer, waiting)
            waiting = []

    def _waited(self, unit: Clause, outer: Name | None, waiting: list[Name]) -> None:
        """Bind a unit; `waiting` are names that stood alone before it ("AST and ALT <= 2.5 x ULN")."""
        before = len(self.bound)
        self._unit(unit, outer)
        if waiting and len(self.bound) > before:
            first = self.bound[before]
            later = bool(first.names) and first.names[0].span[0] > waiting[-1].span[0]
            if later and bool(first.names[0].variable) == bool(waiting[-1].variable):
                self.shared = (*waiting, *first.names)
                self.bound[before] = BoundLimits(first.limits, self.shared)

    def _name_alone(self, unit: Clause) -> Name | None:
        """The name of a unit that holds one variable and nothing else."""
        found: Name | None = None
        for element in unit.elements:
            if isinstance(element, Token) and element.type == "VAR" and found is None:
                found = Name(element.value, element.span)
            elif found is not None and self._belongs(element):
                found = found._replace(span=(found.span[0], element.span[1]))
            elif isinstance(element, Bracket):
                if _has_limits(element.item):
                    return None
            elif type_of(element) not in ("LIGHT", "GRADE", "PAIR", "FRESH"):
                return None
        return found

    def _belongs(self, element: Any) -> bool:
        """Whether an element behind a name is part of it: `creatinine level`, `total bilirubin (TBil)`."""
        if element.__class__ is Bracket:
            return self._alias(element) is not None
        return type_of(element) == "GRADE"

    def _words_alone(self, unit: Clause) -> Name | None:
        """`full-mouth plaque score (FMPS)`: words that no data file knows, with their short form, and nothing else."""
        if not any(e.__class__ is Bracket for e in unit.elements):
            return None
        named: list[Any] = [e for e in unit.elements if type_of(e) not in ("LIGHT", "GRADE")]
        if len(named) != 2 or type_of(named[0]) != "FILLER" or named[0].value:
            return None
        if named[1].__class__ is not Bracket or self._alias(named[1]) is None:
            return None
        return self.before(unit.elements, len(unit.elements))

    def _unit(self, unit: Clause, outer: Name | None) -> None:
        elements = unit.elements
        for i, element in enumerate(elements):
            if isinstance(element, Token):
                if element.type == "VAR":
                    self.last = Name(element.value, element.span)
            elif isinstance(element, Limits):
                self._limited(elements, i, _with_unit_behind(elements, i), outer)
            elif isinstance(element, TimeNode):
                if element.limits is not None:
                    self._limited(elements, i, element.limits, outer)
            elif isinstance(element, Bracket):
                name = self._before_bracket(elements, i) or self.last or outer
                last, self.last = self.last, None
                self.node(element.item, name)
                self.last = name or last

    def _limited(self, elements: Sequence[Any], i: int, limits: Limits, outer: Name | None) -> None:
        timed = elements[i].__class__ is TimeNode
        at = LimitsPlace(elements, i, limits, _unit(limits), outer, timed, self.before(elements, i))
        names = self._names(at)
        self._keep(at, names)
        if names:
            self.last = names[0]

    def _before_bracket(self, elements: Sequence[Any], i: int) -> Name | None:
        """The name before a bracket; `(<= 5 x ULN)` behind a condition that no value states is on what came before."""
        name = self.before(elements, i)
        if name is None or name.concept is None or self.last is None or self.last.variable is None:
            return name
        return name if measured_by(name.concept) else self.last

    def _keep(self, at: LimitsPlace, names: tuple[Name, ...]) -> None:
        """Bind the limits; a joined one with a unit that the name cannot have has a name of its own behind it."""
        names = quantities([changed(name, at.limits, self.text) for name in names], at.limits, self.text)
        likely = settled(at.limits, names[0]) if names else at.limits
        limits, names = (at.limits, ()) if likely is None else (likely, names)
        id_ = names[0].variable if names else None
        kept = 1
        while kept < len(limits.limits) and self._same_kind(id_, limits.limits[0], limits.limits[kept]):
            kept += 1
        if kept == len(limits.limits):
            self.bound.append(BoundLimits(limits, names))
            return
        first, rest = limits.limits[:kept], limits.limits[kept:]
        after = self.after(at.elements, at.i)
        self.bound.append(
            BoundLimits(Limits(first, limits.joins[: kept - 1], (limits.span[0], first[-1].span[1])), names)
        )
        self.bound.append(
            BoundLimits(Limits(rest, limits.joins[kept:], (rest[0].span[0], limits.span[1])), (after,) if after else ())
        )

    def _same_kind(self, id_: str | None, first: WrittenLimit, other: WrittenLimit) -> bool:
        a, b = first.bounds[0][1].unit, other.bounds[-1][1].unit
        if a is None or b is None or a.value == b.value:
            return True
        variable = variables().get(id_ or "")
        return variable is None or variable.takes(b.value) or not variable.takes(a.value)

    def _names(self, at: LimitsPlace) -> tuple[Name, ...]:
        """The names of the limits, by the first rule that gives an answer; no name is an answer too."""
        for rule in (
            self._unmeasured,
            self._inside,
            self._age,
            self._variable_before,
            self._name_behind,
            self._words_before,
            self._words_behind,
            self._carried,
            self._born,
        ):
            names = rule(at)
            if names is not None:
                return names
        return self._people(at)

    def _unmeasured(self, at: LimitsPlace) -> Names:
        return () if no_measure(self.text, at.limits, limited=at.behind.__class__ is Limits) else None

    def _inside(self, at: LimitsPlace) -> Names:
        """`over the age of 18`, `> NYHA class II`, `18 < age`."""
        word = next((t for t in at.first.inside if t.roles.get("VAR")), None)
        if word is not None:
            return (Name(word.roles["VAR"], word.span),)
        if at.first.form == "flipped":
            after = self.after(at.elements, at.i)
            return (after,) if after else ()
        return None

    def _age(self, at: LimitsPlace) -> Names:
        """A number with a word such as `old` is an age."""
        age = at.first.age or next((limit.age for limit in at.limits.limits if limit.age), None)
        if age is None:
            return None
        if age_of_thing(self.text, at.elements[max(0, at.i - REACH) : at.i], at.first, at.unit):
            return ()
        if at.unit not in _OF_AGES:
            return None
        unborn = not words("gestational").isdisjoint(self.text[age[0] : age[1]].lower().split())
        ages = ("gestational_age",) if unborn else ("age", "gestational_age")
        known = at.before or self.last
        if known is not None and known.variable in ages and (at.before or not self.after(at.elements, at.i)):
            return (known,)
        return (Name(ages[0], age),) if not unborn or at.unit != "a" else ()

    def _variable_before(self, at: LimitsPlace) -> Names:
        before = at.before
        return (before,) if before and before.variable and self.fits(before.variable, at.unit, at.limits) else None

    def _name_behind(self, at: LimitsPlace) -> Names:
        """The concept whose grade it is, or a name behind the limit that is better than one before it."""
        at.after = self.after(at.elements, at.i)
        grade = self._grade(at.before, at.after, at.outer)
        if grade is not None:
            return (grade,)
        if at.first.form == "bare":
            if at.after is not None and type_of(at.behind) == "VAR" and is_count(at.after.variable):
                return (at.after,)  # `one prior line of therapy`
            at.after = None
        unknown = at.before is None or at.before.variable is None
        if at.after and unknown and not at.timed and self._after_wins(at, at.after):
            return (at.after,)
        return None

    def _words_before(self, at: LimitsPlace) -> Names:
        """Words before the limit that the vocabulary does not have."""
        before, after = at.before, at.after
        if before is None or before.variable is not None or not self.may_name(before, at.unit, at.limits):
            return None
        scale = self.cited(at.elements, at.i) if before.graded else None
        if scale is not None:
            return (scale._replace(span=(before.span[0], scale.span[1])),)
        if before.generic:
            better = after or self.last or at.outer
            if (
                better
                and not better.generic
                and (not better.variable or self.fits(better.variable, at.unit, at.limits))
            ):
                return (better,)
        elif self._name_follows(before) and after is not None:
            return () if counts(at.limits, at.unit) else (after,)
        return (before,)

    def _words_behind(self, at: LimitsPlace) -> Names:
        """`less than 30 kg of body weight`."""
        if at.after is None:
            return None
        if not self.may_name(at.after, at.unit, at.limits):
            at.after = None
        elif at.outer is not None and at.first.bounds[0][1].of and at.after.variable is None:
            return ()  # `A <= 2.5 x ULN (<= 5 x ULN zorblax if B)`
        elif not at.timed and not counts(at.limits, at.unit):
            upper = all(op in ("lt", "le") for op, _ in at.first.bounds)
            counted = self.counted_of(at.elements, at.i, at.after)
            name = counted if upper else at.after._replace(of=counted.span[1])
            return (name if at.unit or name.variable else self.narrowed(at.elements, at.i, name),)
        return None

    def _carried(self, at: LimitsPlace) -> Names:
        """The name of the clause before, or before the bracket."""
        if at.before is not None or at.after is not None:
            return None
        bare = at.first.form == "bare"
        for name in (None if bare else self.last, None if self._goes_on(at) else at.outer):
            if name is not None and self.may_name(name, at.unit, at.limits):
                return self.shared if name in self.shared else (name,)
        return None

    def _goes_on(self, at: LimitsPlace) -> bool:
        """Whether words stand before the limit in its bracket, or after a bare one: `(10 is the worst)`."""
        end = at.i + REACH if at.first.form == "bare" else at.i
        seen = at.elements[max(0, at.i - REACH) : end]
        return any(type_of(e) == "FILLER" for e in seen)

    def _grade(self, before: Name | None, after: Name | None, outer: Name | None) -> Name | None:
        """`grade 3 or 4 hepatic encephalopathy`: the grade of the concept beside it."""
        if before is None or not before.graded:
            return None
        for name in (before, after, self.last, outer) if before.generic else (before,):
            concept = concepts().get(name.concept) if name is not None and name.concept else None
            if name is not None and concept is not None and concept.grade_variable:
                return Name(concept.grade_variable, name.span)
        return None

    def _after_wins(self, at: LimitsPlace, after: Name) -> bool:
        """Whether the name behind a limit is the better one: a variable right there, or a rating scale."""
        if after.variable is not None:
            return type_of(at.behind) == "VAR"
        written = self.text[after.span[0] : after.span[1]].lower().split()
        return any(w in words("scale_words") for w in written)

    def _name_follows(self, name: Name) -> bool:
        return self._last_word(name).lower() in words("name_follows")

    def _born(self, at: LimitsPlace) -> Names:
        """`born before 32 weeks`."""
        if at.unit != "wk":
            return None
        born = next((e for e in at.elements[: at.i] if e.__class__ is Token and e.value == "born"), None)
        return (Name("gestational_age", born.span),) if born is not None else None

    def _people(self, at: LimitsPlace) -> tuple[Name, ...]:
        """Years alone, or right after a word for people, are an age: `patients < 18`; kilograms are a weight."""
        if not self._of_people(at):
            return ()
        value = at.first.bounds[0][1].number.value
        of_fact = at.outer is not None and at.outer.concept is not None  # `cirrhosis (> 2 years)`
        counted = value < YOUNG and (of_fact or type_of(at.behind) in COUNTED)
        if at.unit == "a" and counted:  # `at least two years postmenopausal`
            return ()
        if at.unit is not None:
            unit = next(amount.unit for amount in amounts(at.limits) if amount.unit)
            return (Name("age" if at.unit == "a" else "weight", unit.span),)
        people = [t for t in at.elements[: at.i] if self._written(t) in words("adults")]
        if people and 1 <= value <= 100 and not counted:
            return (Name("age", people[-1].span),)
        return ()

    def _of_people(self, at: LimitsPlace) -> bool:
        """Whether nothing but small words and words for people stands before limits that may be those of a person."""
        if at.timed or at.i > REACH or at.unit not in _OF_PEOPLE:
            return False
        if at.first.form == "bare" or at.first.bounds[0][1].of:
            return False
        if of_something(self.text, at.elements[at.i + 1 : at.i + 3]):
            return False
        if type_of(at.behind) in ("EXCEPT", "UNLESS", "ATTEST"):
            return False
        return all(type_of(e) in _BEFORE_PEOPLE for e in at.elements[: at.i])


def _with_unit_behind(elements: Sequence[Any], i: int) -> Limits:
    """`3 < length < 9 cm`: the number before the name has the unit of the one behind it."""
    limits: Limits = elements[i]
    first = limits.limits[0]
    (op, amount), *others = first.bounds
    if first.form != "flipped" or others or amount.unit is not None or amount.of is not None:
        return limits
    behind = next((e for e in elements[i + 1 :] if e.__class__ is Limits), None)
    other = behind.limits[0].bounds[0][1] if behind is not None else None
    if other is None or other.unit is None or other.number.power:
        return limits
    made = first._replace(bounds=((op, amount._replace(unit=other.unit)),))
    return limits.of((made, *limits.limits[1:]))


_OF_PEOPLE: Final = (None, "a", "kg", "g", "[lb_av]")  # the units that an age or a weight without its name has
_OF_AGES: Final = (None, "a", "mo", "wk", "d", "h")
_BEFORE_PEOPLE: Final = frozenset(["LIGHT", "SEX", "GRADE", "GROUP", "WHO", "FRESH"])


def bind(tree: Node, text: str) -> list[BoundLimits]:
    """All limits of the item with their names, in reading order."""
    binder = Binder(text)
    binder.node(tree)
    return binder.bound


def _unit(limits: Limits) -> str | None:
    """The unit of the limits: that of the last amount that has one."""
    for amount in reversed(amounts(limits)):
        if amount.unit is not None:
            return amount.unit.value or "{score}"
    return None


def _has_limits(node: Node) -> bool:
    return any(e.__class__ in (Limits, CountOf, TimeNode) for unit, _ in units(node) for e in unit.elements)
