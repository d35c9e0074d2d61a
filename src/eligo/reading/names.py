"""The names of quantities around a limit: the one before it, the one behind it, and whether they can be limited so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from eligo.criteria import Span
from eligo.reading.lexicon import score_of, words
from eligo.reading.tokens import Token
from eligo.reading.tree import Bracket, Limits, Unit
from eligo.vocabulary.variables import variables


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


TIME_CODES = frozenset(["a", "mo", "wk", "d", "h", "min", "s"])


_STEP_OVER = frozenset(
    [
        "LIGHT",
        "GRADE",
        "QUAL",
        "STATUS",
        "SEX",
        "OLD",
        "AGEUNIT",
        "EVENT",
        "UNIT",
        "SKIP",
        "AFTER",
        "WHO",
        "GROUP",
        "FRESH",
        "UNTESTED",
        "HEDGE",
        "NEG",
    ]
)


_NOMINAL = frozenset(["FILLER", "CONCEPT"])


WORD = re.compile(r"[^\s,;:()\[\]]+")


_NOUNS = frozenset(
    ["index", "ratio", "level", "levels", "count", "rate", "concentration", "value", "activity", "titer"]
)


REACH = 40  # no name is sought farther away than so many elements


_SIGNAL = re.compile(r"(?:score|index|scale|ratio|ph|t-score|range|class|classification)$")  # TODO: data


_WEAK = frozenset(["stage", "stages", "type", "category", "categories"])


_GENERIC = frozenset(
    [
        "total",
        "minimum",
        "maximum",
        "sum",
        "cut-off",
        "cutoff",
        "off",
        "overall",
        "mean",
        "average",
        "baseline",
        "pain",
        "rated",
    ]
)


_CHANGES = ("up", "down", "change")


_HOLLOW = frozenset(["normal", "range", "outside", "reference", "limits", "the"])


class NameFinder:
    """Finds names among the elements of a clause."""

    def __init__(self, text: str) -> None:
        self.text = text

    def before(self, elements: Sequence[Any], i: int, start: int) -> Name | None:
        """The name nearest before element `i`: a variable, or the words that no data file knows."""
        graded: Token | None = None
        changing: Token | None = None
        hollow: Name | None = None
        for j in range(i - 1, max(start, i - REACH) - 1, -1):
            element = elements[j]
            kind = element.__class__
            if kind is Token and element.type == "GRADE":
                graded = graded or element
            elif kind is Token and element.type in ("VAR", "FILLER", "CONCEPT"):
                if self._circumstance(elements, j, start):
                    continue
                name = self._named(elements, j, graded)
                if changing is not None and name.variable and name.change is None:
                    name = name._replace(
                        change=changing.value, change_start=name.span[0], span=(name.span[0], changing.end)
                    )
                if not name.hollow:
                    return name
                hollow = hollow or name
            elif kind is Bracket:
                named = self._with_alias(elements, j, start, graded)
                if named is not None:
                    return named
            elif kind is Limits:
                return hollow
            elif kind is Token and element.type == "LIGHT" and element.value in _CHANGES:
                changing = element
            elif kind is Token and element.type not in _STEP_OVER:
                break
        return hollow or (self._grade_alone(graded) if graded is not None else None)

    def _named(self, elements: Sequence[Any], j: int, graded: Token | None) -> Name:
        element = elements[j]
        if element.type != "VAR":
            return self._filler_name(elements, j, graded)
        change, at = self._change(elements, j)
        return self._modified(elements, j, Name(element.value, (element.start, element.end), change, at))

    def _with_alias(self, elements: Sequence[Any], j: int, start: int, graded: Token | None) -> Name | None:
        """The name before a bracket that repeats it: `total bilirubin (TBil)`."""
        alias = self._alias(elements[j])
        if alias is None:
            return None
        outer = self.before(elements, j, start)
        if outer is not None and (outer.variable is not None or alias.variable is None):
            span = (outer.span[0], elements[j].span[1])
            return outer._replace(span=span, graded=graded is not None or outer.graded)
        return alias._replace(graded=graded is not None)

    def _grade_alone(self, graded: Token) -> Name:
        """`score >= 20`: there is a score, its name may follow; `performance status` is a name."""
        written = self.text[graded.start : graded.end].lower()
        specific = " " in written and not written.endswith(("score", "scale"))
        return Name(None, (graded.start, graded.end), graded=True, generic=not specific)

    def _change(self, elements: Sequence[Any], j: int) -> tuple[str | None, int]:
        for element in reversed(elements[max(0, j - 2) : j]):
            if element.__class__ is Token and element.type == "CHANGE":
                return str(element.value), element.start
        return None, 0

    def _modified(self, elements: Sequence[Any], j: int, name: Name) -> Name:
        """A variable after a word such as `maternal` is another quantity."""
        if j and elements[j - 1].__class__ is Token and elements[j - 1].type == "FILLER":
            filler = elements[j - 1]
            found = list(WORD.finditer(self.text, filler.start, filler.end))
            last = found[-1][0].lower() if found else ""
            if last in words("modifiers") or ("-" in last.strip("-") and last not in words("same_quantity")):
                return Name(None, (found[-1].start(), name.span[1]), name.change)
        return name

    def _filler_name(self, elements: Sequence[Any], j: int, graded: Token | None) -> Name:
        """The last words of a run of unknown words, with a variable right before it (`BMI percentile`)."""
        filler = elements[j]
        found = list(WORD.finditer(self.text, filler.start, filler.end))[-5:]
        start = found[0].start() if found else filler.start
        while (head := self._head(elements, j)) is not None:
            j = head
            start = elements[j].start
        if j and elements[j - 1].__class__ is Token and elements[j - 1].type in ("VAR", "CONCEPT"):
            start = elements[j - 1].start
        end = graded.end if graded is not None else filler.end
        following = elements[j + 1] if j + 1 < len(elements) and graded is None else None
        if (
            following.__class__ is Token
            and following.type == "LIGHT"
            and self.text[following.start : following.end].lower() in _NOUNS
        ):
            end = following.end
        generic = all(w[0].lower() in _GENERIC for w in found) and start >= filler.start
        hollow = bool(found) and all(w[0].lower() in _HOLLOW for w in found)
        strong = graded is not None and self.text[graded.start : graded.end].lower() not in _WEAK
        concept = filler.value if filler.type == "CONCEPT" and start == filler.start else None
        return Name(
            None, (start, end), graded=strong, generic=generic and concept is None, hollow=hollow, concept=concept
        )

    def _circumstance(self, elements: Sequence[Any], j: int, start: int) -> bool:
        """Whether words only say when or where a value is found that is named before: `creatinine before surgery`."""
        if elements[j].type == "VAR":
            return False
        before = j - 1
        while before > start and elements[before].__class__ is Token and elements[before].type in _NOMINAL:
            before -= 1
        said = elements[before]
        if said.__class__ is not Token or self.text[said.start : said.end].lower() not in words("circumstances"):
            return False
        named = elements[before - 1] if before > start else None
        return named.__class__ is Token and named.type == "VAR"

    def _head(self, elements: Sequence[Any], j: int) -> int | None:
        """The place of what the words at `j` are of: `deformity of the lower limbs`."""
        article = j and elements[j - 1].__class__ is Token and elements[j - 1].type == "LIGHT"
        written = self.text[elements[j - 1].start : elements[j - 1].end].lower() if article else ""
        of = j - 2 if written in ("the", "a", "an") else j - 1
        if of < 1 or not self._of(elements[of]):
            return None
        head = elements[of - 1]
        return of - 1 if head.__class__ is Token and head.type in _NOMINAL else None

    def _of(self, element: Any) -> bool:
        return (
            element.__class__ is Token
            and element.type == "LIGHT"
            and self.text[element.start : element.end].lower() in ("of", "of the", "in the", "in")
        )

    def _alias(self, bracket: Bracket) -> Name | None:
        """The name in a bracket that holds nothing else: `(TBil)`."""
        unit = bracket.item
        if not isinstance(unit, Unit):
            return None
        names = [e for e in unit.elements if e.__class__ is Token and e.type in ("VAR", "FILLER", "CONCEPT")]
        rest = [
            e
            for e in unit.elements
            if not (e.__class__ is Token and e.type in ("VAR", "FILLER", "LIGHT", "CONCEPT", "GRADE"))
        ]
        if not names or rest:
            return None
        variable = next((n.value for n in names if n.type == "VAR"), None)
        return Name(variable, bracket.span)

    def after(self, elements: Sequence[Any], i: int) -> Name | None:
        """The name right after element `i`, but for small words: `< 30 kg in weight`."""
        for element in elements[i + 1 : i + REACH]:
            if element.__class__ is Limits and element.limits[0].form == "ranged":
                continue  # "> 3 on a 0-10 scale"
            if element.__class__ is not Token:
                return None
            if element.type == "VAR":
                return Name(element.value, (element.start, element.end))
            if element.type in ("FILLER", "CONCEPT"):
                found = list(WORD.finditer(self.text, element.start, element.end))[:5]
                concept = element.value if element.type == "CONCEPT" else None
                return Name(None, (element.start, found[-1].end() if found else element.end), concept=concept)
            if element.type not in ("LIGHT", "GRADE", "QUAL"):
                return None
        return None

    def stated(self, limits: Limits) -> bool:
        """Whether a bare number is stated as the value (`= 5`, `of 5`), not part of something else."""
        start = limits.span[0]
        return self.text[max(0, start - 12) : start].rstrip().endswith((" of", ":", "=", " is"))

    def _acronym(self, name: Name) -> bool:
        last = self.text[name.span[0] : name.span[1]].split()[-1:]
        return bool(last) and len(last[0]) > 1 and last[0].strip("()[]").isupper()

    def _between(self, limits: Limits) -> bool:
        start = limits.span[0]
        return self.text[start : start + 4].isalpha()  # a word such as `between`, not a Roman numeral

    def fits(self, id_: str, unit: str | None, limits: Limits) -> bool:
        """Whether a variable can have this unit; a time fits only what is a time."""
        variable = variables().get(id_)
        if variable is None:
            return True
        if unit == "a" and variable.unit == "wk":  # weeks of gestation, but years without a period
            return False
        if unit in TIME_CODES and unit != "s":
            return variable.unit in TIME_CODES or unit in variable.units
        if unit == "s":
            return variable.takes("s")
        first = limits.limits[0]
        if first.form == "bare" and variable.kind not in ("ordinal", "score", "count"):
            return self.stated(limits) or first.bounds[0][1].of in ("ULN", "LLN")
        return True

    def may_name(self, name: Name, unit: str | None, limits: Limits) -> bool:
        if name.variable is not None:
            return self.fits(name.variable, unit, limits)
        written = self.text[name.span[0] : name.span[1]].lower()
        last = written.split()[-1] if written.split() else ""
        form = limits.limits[0].form
        if unit in TIME_CODES and unit != "s":
            return name.concept is None and last in words("duration_names") and form != "bare"
        if form == "compared" and limits.limits[0].bounds[0][0] == "eq" and len(written) <= 1:
            return False  # (n = 20)
        if form == "bare":
            return (name.graded and not name.generic) or (last in _WEAK and self.stated(limits))
        if form == "ranged" and not self._between(limits):
            return (
                (name.graded and not name.generic)
                or unit is not None
                or self.stated(limits)
                or bool(_SIGNAL.search(written))
                or (name.concept is None and self._acronym(name))
            )
        return True


_WORD_BEHIND = re.compile(r"\W*([a-zA-Z]+)")
_WORD_AHEAD = re.compile(r"([a-zA-Z]+)\W{0,2}$")


def following_word(text: str, end: int) -> str:
    """The word right behind a place, in lower case."""
    found = _WORD_BEHIND.match(text, end, end + 20)
    return found[1].lower() if found else ""


def preceding_word(text: str, start: int) -> str:
    """The word right before a place, in lower case."""
    found = _WORD_AHEAD.search(text[max(0, start - 20) : start])
    return found[1].lower() if found else ""


def changed(name: Name, limits: Limits) -> Name:
    """`decrease in platelets (< 20)` states the value; `decrease in hemoglobin > 2` how it changed."""
    if name.change is None:
        return _scored(name, limits) if name.variable else name
    op, amount = limits.limits[0].bounds[0]
    value = (name.change == "down" and op in ("lt", "le")) or (
        name.change == "up" and op in ("gt", "ge") and (amount.of or amount.above) is not None
    )
    return name._replace(change=None) if value else name._replace(variable=None, span=(name.change_start, name.span[1]))


def _scored(name: Name, limits: Limits) -> Name:
    """A number beyond the grades of an ordinal is on the score behind them."""
    score = score_of(name.variable or "")
    variable = variables().get(name.variable or "") if score else None
    if variable is None:
        return name
    values = [amount.number.value for limit in limits.limits for _, amount in limit.bounds]
    return name._replace(variable=score) if min(values) > max(variable.grades.values()) else name
