"""Which name each limit of an item belongs to: syntax tree in, limits with their variable or name out.

The name stands before the limit in its clause, inside it ("over the age of 18"), right after it ("< 30 kg in weight"),
before the bracket that holds the limit, or in the clause before. A limit that finds no name is no comparison.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from eligo.criteria import Span
from eligo.reading.lexicon import words
from eligo.reading.names import REACH, WORD, Name, NameFinder, changed, following_word, preceding_word
from eligo.reading.tokens import Token
from eligo.reading.tree import Bracket, Choice, Clause, Group, Limit, Limits, Window
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables


class Bound(NamedTuple):
    """Limits with the names that they hold for; none where they are a duration, a dose or a count."""

    limits: Limits
    names: tuple[Name, ...]


Names = tuple[Name, ...] | None  # None where a rule has no answer


@dataclass(slots=True)
class Place:
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
    def first(self) -> Limit:
        """The first of the limits."""
        return self.limits.limits[0]


class Binder(NameFinder):
    """Walks the tree in reading order and remembers the last name."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.bound: list[Bound] = []
        self.last: Name | None = None

    def group(self, group: Group, outer: Name | None = None) -> None:
        """Bind all limits of a group; `outer` is the name before the bracket that holds it."""
        if group.level == "chain":
            self._chain(group, outer)
            return
        waiting: list[Name] = []
        for i, part in enumerate(group.parts):
            if group.level in ("item", "text", "part") and i:
                self.last = None
            if group.level in ("item", "text") and i:
                outer = None
            if group.level == "list":
                waiting = self._listed(part, outer, waiting)
            else:
                self.group(part, outer)

    def _chain(self, chain: Group, outer: Name | None) -> None:
        self._listed(chain, outer, [])

    def _listed(self, chain: Group, outer: Name | None, waiting: list[Name]) -> list[Name]:
        """Bind a chain of clauses; `waiting` are names that stood alone before it ("AST and ALT <= 2.5 x ULN")."""
        for clause in chain.parts:
            alone = self._name_alone(clause)
            if alone is not None:
                waiting.append(alone)
                self.last = alone
                continue
            before = len(self.bound)
            self._clause(clause, outer)
            if waiting and len(self.bound) > before:
                first = self.bound[before]
                later = bool(first.names) and first.names[0].span[0] > waiting[-1].span[0]
                if later and first.names[0].variable:
                    self.bound[before] = Bound(first.limits, (*waiting, *first.names))
            waiting = []
        return waiting

    def _name_alone(self, clause: Clause) -> Name | None:
        """The name of a clause that holds one variable and nothing else."""
        found: Name | None = None
        for element in clause.elements:
            if element.__class__ is Token and element.type == "VAR" and found is None:
                found = Name(element.value, (element.start, element.end))
            elif not (element.__class__ is Token and element.type in ("LIGHT", "GRADE")) and not (
                element.__class__ is Bracket and not _has_limits(element.item)
            ):
                return None
        return found

    def _clause(self, clause: Clause, outer: Name | None) -> None:
        elements = clause.elements
        start = 0  # names before this place belong to limits that are already bound
        for i, element in enumerate(elements):
            kind = element.__class__
            if kind is Limits or kind is Choice or kind is Window:
                limits = element if kind is Limits else element.limits
                if limits is not None and kind is not Choice:
                    names = self._names(
                        Place(
                            elements, i, limits, _unit(limits), outer, kind is Window, self.before(elements, i, start)
                        )
                    )
                    self._keep(elements, i, limits, names)
                    if names:
                        self.last = names[0]
            elif kind is Bracket:
                name = self.before(elements, i, 0) or self.last or outer
                last, self.last = self.last, None
                self.group(element.item, name)
                self.last = name or last
            elif kind is Token and element.type == "VAR":
                self.last = Name(element.value, (element.start, element.end))

    def _keep(self, elements: Sequence[Any], i: int, limits: Limits, names: tuple[Name, ...]) -> None:
        """Bind the limits; a joined one with a unit that the name cannot have has a name of its own behind it."""
        names = tuple(changed(name, limits) for name in names)
        kept = len(limits.limits)
        if kept > 1 and names and names[0].variable:
            kept = next(
                (
                    k
                    for k in range(1, kept)
                    if not self._same_kind(names[0].variable, limits.limits[0], limits.limits[k])
                ),
                kept,
            )
        if kept == len(limits.limits):
            self.bound.append(Bound(limits, names))
            return
        first, rest = limits.limits[:kept], limits.limits[kept:]
        after = self.after(elements, i)
        self.bound.append(Bound(Limits(first, limits.joins[: kept - 1], (limits.span[0], first[-1].span[1])), names))
        self.bound.append(
            Bound(Limits(rest, limits.joins[kept:], (rest[0].span[0], limits.span[1])), (after,) if after else ())
        )

    def _same_kind(self, id_: str, first: Limit, other: Limit) -> bool:
        a, b = first.bounds[0][1].unit, other.bounds[-1][1].unit
        if a is None or b is None or a.value == b.value:
            return True
        variable = variables().get(id_)
        return variable is None or variable.takes(b.value) or not variable.takes(a.value)

    def _names(self, at: Place) -> tuple[Name, ...]:
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
        ):
            names = rule(at)
            if names is not None:
                return names
        return self._people(at)

    def _unmeasured(self, at: Place) -> Names:
        if at.first.form == "bare" and at.first.bounds[0][1].number.mixed:  # no side is named
            return ()
        scale = at.first.form == "ranged" and _scale_ends(at.first) and _limits_next(at.elements, at.i)
        return () if scale or self._no_measure(at.limits) else None

    def _inside(self, at: Place) -> Names:
        """`over the age of 18`, `> NYHA class II`, `18 < age`."""
        word = next((t for t in at.first.inside if t.roles and t.roles.get("VAR")), None)
        if word is not None and word.roles:
            return (Name(word.roles["VAR"], (word.start, word.end)),)
        if at.first.form == "flipped":
            after = self.after(at.elements, at.i)
            return (after,) if after else ()
        return None

    def _age(self, at: Place) -> Names:
        """A number with a word such as `old` is an age."""
        age = at.first.age or next((limit.age for limit in at.limits.limits if limit.age), None)
        if age is None:
            return None
        if at.first.age is not None and self._age_of_thing(at.elements, at.i, at.first.age, at.unit):
            return ()
        if at.unit not in (None, "a", "mo", "wk", "d", "h"):
            return None
        known = at.before or self.last
        if known and known.variable in _AGES and (at.before or not self.after(at.elements, at.i)):
            return (known,)
        return (Name("age", age),)

    def _variable_before(self, at: Place) -> Names:
        before = at.before
        return (before,) if before and before.variable and self.fits(before.variable, at.unit, at.limits) else None

    def _name_behind(self, at: Place) -> Names:
        """The concept whose grade it is, or a name behind the limit that is better than one before it."""
        at.after = self.after(at.elements, at.i)
        grade = self._grade(at.before, at.after, at.outer)
        if grade is not None:
            return (grade,)
        if at.first.form == "bare":
            at.after = None
        unknown = at.before is None or at.before.variable is None
        if at.after and unknown and not at.timed and self._after_wins(at.elements, at.i, at.after):
            return (at.after,)
        return None

    def _words_before(self, at: Place) -> Names:
        """Words before the limit that the vocabulary does not have."""
        before, after = at.before, at.after
        if before is None or before.variable is not None or not self.may_name(before, at.unit, at.limits):
            return None
        if before.generic:
            better = after or self.last or at.outer
            if (
                better
                and not better.generic
                and (not better.variable or self.fits(better.variable, at.unit, at.limits))
            ):
                return (better,)
        elif self._name_follows(before) and after is not None:
            return () if self._counts(at.limits, at.unit) else (after,)
        return (before,)

    def _words_behind(self, at: Place) -> Names:
        """`less than 30 kg of body weight`."""
        if at.after is None:
            return None
        if not self.may_name(at.after, at.unit, at.limits):
            at.after = None
        elif not at.timed and not self._counts(at.limits, at.unit):
            return (at.after,)
        return None

    def _carried(self, at: Place) -> Names:
        """The name of the clause before, or before the bracket."""
        if at.before is not None or at.after is not None:
            return None
        bare = at.first.form == "bare"
        for name in (None if bare else self.last, None if self._goes_on(at) else at.outer):
            if name is not None and self.may_name(name, at.unit, at.limits):
                return (name,)
        return None

    def _goes_on(self, at: Place) -> bool:
        """Whether words stand before the limit in its bracket, or after a bare one: `(10 is the worst)`."""
        end = at.i + REACH if at.first.form == "bare" else at.i
        seen = at.elements[max(0, at.i - REACH) : end]
        return any(e.__class__ is Token and e.type == "FILLER" for e in seen)

    def _age_of_thing(self, elements: Sequence[Any], i: int, age: Span, unit: str | None) -> bool:
        """`biopsy older than 6 months`: not the age of the patient."""
        if (
            unit in (None, "a")
            or self.text[age[0] : age[1]].lower()[:3] not in ("old", "you")
            or " " not in self.text[age[0] : age[1]]
        ):
            return False
        return any(e.__class__ is Token and e.type in ("CONCEPT", "FILLER") for e in elements[max(0, i - REACH) : i])

    def _grade(self, before: Name | None, after: Name | None, outer: Name | None) -> Name | None:
        """`grade 3 or 4 hepatic encephalopathy`: the grade of the concept beside it."""
        if before is None or not before.graded:
            return None
        for name in (before, after, self.last, outer) if before.generic else (before,):
            concept = concepts().get(name.concept) if name is not None and name.concept else None
            if name is not None and concept is not None and concept.grade_variable:
                return Name(concept.grade_variable, name.span)
        return None

    def _after_wins(self, elements: Sequence[Any], i: int, after: Name) -> bool:
        """Whether the name behind a limit is the better one: a variable right there, or a rating scale."""
        if after.variable is not None:
            return bool(elements[i + 1].__class__ is Token and elements[i + 1].type == "VAR")
        written = self.text[after.span[0] : after.span[1]].lower().split()
        return any(w in words("scale_words") for w in written)

    def _no_measure(self, limits: Limits) -> bool:
        """Whether the numbers are years of the calendar, a day of a month, `n = 20`, or the ends of a scale."""
        first = limits.limits[0]
        low = first.bounds[0][1]
        if preceding_word(self.text, limits.span[0]) in words("numbered"):
            return True
        for limit in limits.limits:
            for _, amount in limit.bounds:
                if amount.unit is None and amount.of is None and 1900 <= amount.number.value <= 2100:
                    return True
                if following_word(self.text, amount.span[1]) in words("months"):
                    return True
        if first.form == "bare" and low.unit is not None and low.unit.value == "{score}":
            return following_word(self.text, low.span[1]) in words("scale_words")  # a 10-point scale
        if first.form == "ranged" and low.number.value in (0, 1) and not first.inside:
            behind = self.text[limits.span[1] : limits.span[1] + 60].lower()
            return any(w in words("scale_words") for w in WORD.findall(behind)[:5])
        return False

    def _counts(self, limits: Limits, unit: str | None) -> bool:
        """Whether `at least one lesion` only counts things."""
        first = limits.limits[0]
        value = first.bounds[0][1].number.value
        return unit is None and first.bounds[0][0] == "ge" and value in (1, 2, 3) and first.bounds[0][1].of is None

    def _name_follows(self, name: Name) -> bool:
        written = self.text[name.span[0] : name.span[1]].lower().split()
        return bool(written) and written[-1] in words("name_follows")

    def _people(self, at: Place) -> tuple[Name, ...]:
        """Years alone, or right after a word for people, are an age: `patients < 18`; kilograms are a weight."""
        if at.timed or at.i > REACH or at.unit not in _OF_PEOPLE:
            return ()
        if at.first.form == "bare" or at.first.bounds[0][1].of:
            return ()
        before = at.elements[: at.i]
        after = at.elements[at.i + 1 : at.i + 2]
        if after and after[0].__class__ is Token and after[0].type in ("EXCEPT", "UNLESS", "ATTEST"):
            return ()
        if any(not (e.__class__ is Token and e.type in ("LIGHT", "SEX", "GRADE")) for e in before):
            return ()
        value = at.first.bounds[0][1].number.value
        counted = bool(after) and after[0].__class__ is Token and after[0].type in _COUNTED and value < _YOUNG
        if at.unit == "a" and counted:  # `at least two years postmenopausal`
            return ()
        if at.unit is not None:
            unit = next(a.unit for limit in at.limits.limits for _, a in limit.bounds if a.unit)
            return (Name("age" if at.unit == "a" else "weight", (unit.start, unit.end)),)
        people = [t for t in before if self.text[t.start : t.end].lower() in words("adults")]
        if people and 1 <= value <= 100 and not counted:
            return (Name("age", (people[-1].start, people[-1].end)),)
        return ()


_COUNTED = frozenset(["CONCEPT", "VAR", "QUAL", "STATUS", "FILLER"])
_YOUNG = 10  # below it a number of nothing is rather one of what follows: `patients must have at least one lesion`


def _scale_ends(limit: Limit) -> bool:
    (_, low), (_, high) = limit.bounds
    return low.number.value in (0, 1) and high.number.value in (5, 10, 100) and low.unit is None and high.unit is None


def _limits_next(elements: Sequence[Any], i: int) -> bool:
    """Whether another limit follows: `NRS 0-10 >= 4` names the ends of the scale first."""
    following = elements[i + 1 : i + 2]
    return bool(following) and following[0].__class__ is Limits


_OF_PEOPLE = (None, "a", "kg", "g", "[lb_av]")  # the units that an age or a weight without its name has
_AGES = frozenset(["age", "gestational_age"])


def bind(tree: Group, text: str) -> list[Bound]:
    """All limits of the item with their names, in reading order."""
    binder = Binder(text)
    binder.group(tree)
    return binder.bound


def _unit(limits: Limits) -> str | None:
    """The unit of the limits: that of the last amount that has one."""
    for limit in reversed(limits.limits):
        for _, amount in reversed(limit.bounds):
            if amount.unit is not None:
                return amount.unit.value or "{score}"
    return None


def _has_limits(group: Any) -> bool:
    return any(e.__class__ in (Limits, Choice, Window) for clause in clauses(group) for e in clause.elements)


def clauses(group: Any) -> Iterator[Clause]:
    """All clauses of a group in reading order, brackets not entered."""
    for part in group.parts:
        if part.__class__ is Clause:
            yield part
        else:
            yield from clauses(part)
