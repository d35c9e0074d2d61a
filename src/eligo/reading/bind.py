"""Which name each limit of an item belongs to: syntax tree in, limits with their variable or name out.

The name stands before the limit in its clause, inside it ("over the age of 18"), right after it ("< 30 kg in weight"), before the
bracket that holds the limit, or in the clause before. A limit that finds no name is no comparison.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from eligo.criteria import Span
from eligo.reading.lexicon import words
from eligo.reading.tokens import Token
from eligo.reading.tree import Bracket, Choice, Clause, Group, Limit, Limits, Window
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables

TIME_CODES = frozenset(["a", "mo", "wk", "d", "h", "min", "s"])
_NOMINAL = frozenset(["FILLER", "CONCEPT"])
_STEP_OVER = frozenset(["LIGHT", "GRADE", "QUAL", "STATUS", "SEX", "OLD", "AGEUNIT", "EVENT", "UNIT", "SKIP", "AFTER", "IF", "UNTESTED", "HEDGE", "NEG"])
_WORD = re.compile(r"[^\s,;:()\[\]]+")
_NOUNS = frozenset(["index", "ratio", "level", "levels", "count", "rate", "concentration", "value", "activity", "titer"])
_REACH = 40  # no name is sought farther away than so many elements
_SIGNAL = re.compile(r"(?:score|index|scale|ratio|ph|t-score|range|class|classification)$")  # TODO: data
_WEAK = frozenset(["stage", "stages", "type", "category", "categories"])
_GENERIC = frozenset(["total", "minimum", "maximum", "sum", "cut-off", "cutoff", "off", "overall", "mean", "average", "baseline", "pain", "rated"])
_HOLLOW = frozenset(["normal", "range", "outside", "reference", "limits", "the"])


class Name(NamedTuple):
    """A name of a quantity in the text; `variable` is None where the vocabulary does not have it."""

    variable: str | None
    span: Span
    change: str | None = None  # "increase in": not the value itself but how it changed
    change_start: int = 0
    graded: bool = False  # `score`, `class` or the like stands with it
    generic: bool = False  # the words say only that there is a score; its name may follow
    hollow: bool = False  # the words say only that there is a range; its name stands before them
    concept: str | None = None  # the concept that the words name


class Bound(NamedTuple):
    """Limits with the names that they hold for; none where they are a duration, a dose or a count."""

    limits: Limits
    names: tuple[Name, ...]


class Binder:
    """Walks the tree in reading order and remembers the last name."""

    def __init__(self, text: str) -> None:
        self.text = text
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
                if first.names and first.names[0].span[0] > waiting[-1].span[0] and clause.elements:
                    if first.names[0].variable:
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
                    names = self._names(elements, i, start, limits, outer, kind is Window)
                    self._keep(elements, i, limits, names)
                    if names:
                        self.last = names[0]
            elif kind is Bracket:
                name = self._before(elements, i, 0) or self.last or outer
                last, self.last = self.last, None
                self.group(element.item, name)
                self.last = name or last
            elif kind is Token and element.type == "VAR":
                self.last = Name(element.value, (element.start, element.end))

    def _keep(self, elements: Sequence[Any], i: int, limits: Limits, names: tuple[Name, ...]) -> None:
        """Bind the limits; where a joined one has a unit that the name cannot have, it has a name of its own behind it."""
        names = tuple(_changed(name, limits) for name in names)
        kept = len(limits.limits)
        if kept > 1 and names and names[0].variable:
            kept = next((k for k in range(1, kept) if not self._same_kind(names[0].variable, limits.limits[0], limits.limits[k])), kept)
        if kept == len(limits.limits):
            self.bound.append(Bound(limits, names))
            return
        first, rest = limits.limits[:kept], limits.limits[kept:]
        after = self._after(elements, i)
        self.bound.append(Bound(Limits(first, limits.joins[: kept - 1], (limits.span[0], first[-1].span[1])), names))
        self.bound.append(Bound(Limits(rest, limits.joins[kept:], (rest[0].span[0], limits.span[1])), (after,) if after else ()))

    def _same_kind(self, id_: str, first: Limit, other: Limit) -> bool:
        a, b = first.bounds[0][1].unit, other.bounds[-1][1].unit
        if a is None or b is None or a.value == b.value:
            return True
        variable = variables().get(id_)
        return variable is None or b.value in (variable.unit, *variable.units) or a.value not in (variable.unit, *variable.units)

    def _names(
        self, elements: Sequence[Any], i: int, start: int, limits: Limits, outer: Name | None, timed: bool
    ) -> tuple[Name, ...]:
        first = limits.limits[0]
        unit = _unit(limits)
        before = self._before(elements, i, start)
        if self._no_measure(limits) or (first.form == "ranged" and _scale_ends(first) and _limits_next(elements, i)):
            return ()
        bare = first.form == "bare"
        inside = next((t for t in first.inside if t.roles and t.roles.get("VAR")), None)
        age = first.age or next((limit.age for limit in limits.limits if limit.age), None)
        if inside is not None:
            return (Name("age", (inside.start, inside.end)),)
        if first.form == "flipped":
            after = self._after(elements, i)
            return (after,) if after else ()
        if age is not None and first.age is not None and self._age_of_thing(elements, i, first.age, unit):
            return ()
        if age is not None and unit in (None, "a", "mo", "wk", "d", "h"):
            known = before or self.last
            if known and known.variable in _AGES and (before or not self._after(elements, i)):
                return (known,)
            return (Name("age", age),)
        if before is not None and before.variable and self._fits(before.variable, unit, limits):
            return (before,)
        after = self._after(elements, i)
        grade = self._grade(before, after, outer)
        if grade is not None:
            return (grade,)
        if bare:
            after = None
        if after is not None and not timed and (before is None or before.variable is None) and self._after_wins(elements, i, after):
            return (after,)
        if before is not None and before.variable is None and self._may_name(before, unit, limits):
            if before.generic:
                better = after or self.last or outer
                if better is not None and not better.generic and (better.variable is None or self._fits(better.variable, unit, limits)):
                    return (better,)
            elif self._name_follows(before) and after is not None:
                return () if self._counts(limits, unit) else (after,)
            return (before,)
        if after is not None and self._may_name(after, unit, limits) and not timed and not self._counts(limits, unit):
            return (after,)
        if after is not None and not self._may_name(after, unit, limits):
            after = None
        for name in (None if bare else self.last, outer):
            if before is None and after is None and name is not None and self._may_name(name, unit, limits):
                return (name,)
        return self._people(elements, i, limits, unit, timed)

    def _age_of_thing(self, elements: Sequence[Any], i: int, age: Span, unit: str | None) -> bool:
        """`biopsy older than 6 months`: not the age of the patient."""
        if unit in (None, "a") or self.text[age[0] : age[1]].lower()[:3] not in ("old", "you") or " " not in self.text[age[0] : age[1]]:
            return False
        return any(e.__class__ is Token and e.type in ("CONCEPT", "FILLER") for e in elements[max(0, i - _REACH) : i])

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
        for limit in limits.limits:
            for _, amount in limit.bounds:
                if amount.unit is None and amount.of is None and 1900 <= amount.number.value <= 2100:
                    return True
                if _following_word(self.text, amount.span[1]) in words("months"):
                    return True
        if first.form == "ranged" and low.number.value in (0, 1) and not first.inside:
            behind = self.text[limits.span[1] : limits.span[1] + 60].lower()
            return any(w in words("scale_words") for w in _WORD.findall(behind)[:5])
        return False

    def _counts(self, limits: Limits, unit: str | None) -> bool:
        """Whether `at least one lesion` only counts things."""
        first = limits.limits[0]
        value = first.bounds[0][1].number.value
        return unit is None and first.bounds[0][0] == "ge" and value in (1, 2, 3) and first.bounds[0][1].of is None

    def _name_follows(self, name: Name) -> bool:
        written = self.text[name.span[0] : name.span[1]].lower().split()
        return bool(written) and written[-1] in words("name_follows")

    def _fits(self, id_: str, unit: str | None, limits: Limits) -> bool:
        """Whether a variable can have this unit; a time fits only what is a time."""
        variable = variables().get(id_)
        if variable is None:
            return True
        if unit in TIME_CODES and unit != "s":
            return variable.unit in TIME_CODES or unit in variable.units
        if unit == "s":
            return "s" in (variable.unit, *variable.units)
        if limits.limits[0].form == "bare" and variable.kind not in ("ordinal", "score", "count"):
            return self._stated(limits)
        return True

    def _stated(self, limits: Limits) -> bool:
        """Whether a bare number is stated as the value (`= 5`, `of 5`), not part of something else."""
        start = limits.span[0]
        return self.text[max(0, start - 12) : start].rstrip().endswith((" of", ":", "=", " is"))

    def _may_name(self, name: Name, unit: str | None, limits: Limits) -> bool:
        if name.variable is not None:
            return self._fits(name.variable, unit, limits)
        written = self.text[name.span[0] : name.span[1]].lower()
        last = written.split()[-1] if written.split() else ""
        form = limits.limits[0].form
        if unit in TIME_CODES and unit != "s":
            return last in words("duration_names") and form != "bare"
        if form == "compared" and limits.limits[0].bounds[0][0] == "eq" and len(written) <= 1:
            return False  # (n = 20)
        if form == "bare":
            return (name.graded and not name.generic) or (last in _WEAK and self._stated(limits))
        if form == "ranged" and not self._between(limits):
            return (name.graded and not name.generic) or unit is not None or self._stated(limits) or bool(_SIGNAL.search(written)) or (name.concept is None and self._acronym(name))
        return True

    def _acronym(self, name: Name) -> bool:
        last = self.text[name.span[0] : name.span[1]].split()[-1:]
        return bool(last) and len(last[0]) > 1 and last[0].strip("()[]").isupper()

    def _between(self, limits: Limits) -> bool:
        return self.text[limits.span[0]].isalpha()

    def _before(self, elements: Sequence[Any], i: int, start: int) -> Name | None:
        """The name nearest before element `i`: a variable, or the words that no data file knows."""
        j = i - 1
        start = max(start, i - _REACH)
        graded: Token | None = None
        hollow: Name | None = None
        while j >= start:
            element = elements[j]
            kind = element.__class__
            if kind is Token:
                if element.type == "VAR":
                    change, at = self._change(elements, j)
                    return self._modified(elements, j, Name(element.value, (element.start, element.end), change, at))
                if element.type in ("FILLER", "CONCEPT"):
                    name = self._filler_name(elements, j, graded)
                    if not name.hollow:
                        return name
                    hollow = hollow or name
                if element.type == "GRADE":
                    graded = graded or element
                elif element.type not in _STEP_OVER and element.type != "CHANGE":
                    break
            elif kind is Bracket:
                alias = self._alias(element)
                if alias is not None:
                    outer = self._before(elements, j, start)
                    if outer is not None and (outer.variable is not None or alias.variable is None):
                        return outer._replace(span=(outer.span[0], element.span[1]), graded=graded is not None or outer.graded)
                    return alias._replace(graded=graded is not None)
            elif kind is Limits:
                return hollow
            j -= 1
        if hollow is not None:
            return hollow
        if graded is not None:
            written = self.text[graded.start : graded.end].lower()
            specific = " " in written and not written.endswith(("score", "scale"))
            return Name(None, (graded.start, graded.end), graded=True, generic=not specific)
        return None

    def _change(self, elements: Sequence[Any], j: int) -> tuple[str | None, int]:
        for element in reversed(elements[max(0, j - 2) : j]):
            if element.__class__ is Token and element.type == "CHANGE":
                return str(element.value), element.start
        return None, 0

    def _modified(self, elements: Sequence[Any], j: int, name: Name) -> Name:
        """A variable after a word such as `maternal` is another quantity."""
        if j and elements[j - 1].__class__ is Token and elements[j - 1].type == "FILLER":
            filler = elements[j - 1]
            found = list(_WORD.finditer(self.text, filler.start, filler.end))
            if found and found[-1][0].lower() in words("modifiers"):
                return Name(None, (found[-1].start(), name.span[1]), name.change)
        return name

    def _filler_name(self, elements: Sequence[Any], j: int, graded: Token | None) -> Name:
        """The last words of a run of unknown words, with a variable right before it (`BMI percentile`)."""
        filler = elements[j]
        found = list(_WORD.finditer(self.text, filler.start, filler.end))[-5:]
        start = found[0].start() if found else filler.start
        while j >= 2 and self._of(elements[j - 1]) and elements[j - 2].__class__ is Token and elements[j - 2].type in _NOMINAL:
            j -= 2
            start = elements[j].start
        if j and elements[j - 1].__class__ is Token and elements[j - 1].type in ("VAR", "CONCEPT"):
            start = elements[j - 1].start
        end = graded.end if graded is not None else filler.end
        following = elements[j + 1] if j + 1 < len(elements) and graded is None else None
        if following.__class__ is Token and following.type == "LIGHT" and self.text[following.start : following.end].lower() in _NOUNS:
            end = following.end
        generic = all(w[0].lower() in _GENERIC for w in found) and start >= filler.start
        hollow = bool(found) and all(w[0].lower() in _HOLLOW for w in found)
        strong = graded is not None and self.text[graded.start : graded.end].lower() not in _WEAK
        concept = filler.value if filler.type == "CONCEPT" and start == filler.start else None
        return Name(None, (start, end), graded=strong, generic=generic and concept is None, hollow=hollow, concept=concept)

    def _of(self, element: Any) -> bool:
        return element.__class__ is Token and element.type == "LIGHT" and self.text[element.start : element.end].lower() in ("of", "of the", "in the", "in")

    def _alias(self, bracket: Bracket) -> Name | None:
        """The name in a bracket that holds nothing else: `(TBil)`."""
        clause = _only_clause(bracket.item)
        if clause is None:
            return None
        names = [e for e in clause.elements if e.__class__ is Token and e.type in ("VAR", "FILLER", "CONCEPT")]
        rest = [e for e in clause.elements if not (e.__class__ is Token and e.type in ("VAR", "FILLER", "LIGHT", "CONCEPT", "GRADE"))]
        if not names or rest:
            return None
        variable = next((n.value for n in names if n.type == "VAR"), None)
        return Name(variable, bracket.span)

    def _after(self, elements: Sequence[Any], i: int) -> Name | None:
        """The name right after element `i`, but for small words: `< 30 kg in weight`."""
        for element in elements[i + 1 : i + _REACH]:
            if element.__class__ is Limits and element.limits[0].form == "ranged":
                continue  # "> 3 on a 0-10 scale"
            if element.__class__ is not Token:
                return None
            if element.type == "VAR":
                return Name(element.value, (element.start, element.end))
            if element.type in ("FILLER", "CONCEPT"):
                found = list(_WORD.finditer(self.text, element.start, element.end))[:5]
                concept = element.value if element.type == "CONCEPT" else None
                return Name(None, (element.start, found[-1].end() if found else element.end), concept=concept)
            if element.type not in ("LIGHT", "GRADE", "QUAL"):
                return None
        return None

    def _people(
        self, elements: Sequence[Any], i: int, limits: Limits, unit: str | None, timed: bool
    ) -> tuple[Name, ...]:
        """Years alone, or right after a word for people, are an age: `patients < 18`, `over 18 years`."""
        first = limits.limits[0]
        if timed or i > _REACH or unit not in (None, "a", "kg", "g", "[lb_av]") or first.form == "bare" or first.bounds[0][1].of:
            return ()
        before = [e for e in elements[:i] if not (e.__class__ is Token and e.type in ("LIGHT", "SEX", "GRADE"))]
        if before:
            return ()
        if unit in ("kg", "g", "[lb_av]"):
            unit_token = next(a.unit for limit in limits.limits for _, a in limit.bounds if a.unit)
            return (Name("weight", (unit_token.start, unit_token.end)),)
        if unit == "a":
            unit_token = next(a.unit for limit in limits.limits for _, a in limit.bounds if a.unit)
            return (Name("age", (unit_token.start, unit_token.end)),)
        people = [t for t in elements[:i] if t.__class__ is Token and self.text[t.start : t.end].lower() in words("adults")]
        value = first.bounds[0][1].number.value
        if people and 1 <= value <= 100:
            return (Name("age", (people[-1].start, people[-1].end)),)
        return ()


def _scale_ends(limit: Limit) -> bool:
    (_, low), (_, high) = limit.bounds
    return low.number.value in (0, 1) and high.number.value in (5, 10, 100) and low.unit is None and high.unit is None


def _limits_next(elements: Sequence[Any], i: int) -> bool:
    """Whether another limit follows: `NRS 0-10 >= 4` names the ends of the scale first."""
    following = elements[i + 1 : i + 2]
    return bool(following) and following[0].__class__ is Limits


def _changed(name: Name, limits: Limits) -> Name:
    """`decrease in platelets (< 20)` states the value; `decrease in hemoglobin > 2` how it changed, which is another quantity."""
    if name.change is None:
        return name
    op, amount = limits.limits[0].bounds[0]
    value = (name.change == "down" and op in ("lt", "le")) or (name.change == "up" and op in ("gt", "ge") and amount.of is not None)
    return name._replace(change=None) if value else name._replace(variable=None, span=(name.change_start, name.span[1]))


_AGES = frozenset(["age", "gestational_age"])


def bind(tree: Group, text: str) -> list[Bound]:
    """All limits of the item with their names, in reading order."""
    binder = Binder(text)
    binder.group(tree)
    return binder.bound


def _following_word(text: str, end: int) -> str:
    found = re.match(r"\W*([a-zA-Z]+)", text[end : end + 20])
    return found[1].lower() if found else ""


def _unit(limits: Limits) -> str | None:
    """The unit of the limits: that of the last amount that has one."""
    for limit in reversed(limits.limits):
        for _, amount in reversed(limit.bounds):
            if amount.unit is not None:
                return amount.unit.value or "{score}"
    return None


def _only_clause(group: Any) -> Clause | None:
    while group.__class__ is Group:
        if len(group.parts) != 1:
            return None
        group = group.parts[0]
    return group if group.__class__ is Clause else None


def _has_limits(group: Any) -> bool:
    return any(e.__class__ in (Limits, Choice, Window) for clause in clauses(group) for e in clause.elements)


def clauses(group: Any) -> Iterator[Clause]:
    """All clauses of a group in reading order, brackets not entered."""
    for part in group.parts:
        if part.__class__ is Clause:
            yield part
        else:
            yield from clauses(part)
