"""The names of quantities around a limit: the one before it, the one behind it, and whether they can be limited so."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from eligo.criteria import Span
from eligo.reading.lexicon import score_of, words
from eligo.reading.tokens import Token
from eligo.reading.tree import Bracket, Clause, Limits, amounts, type_of
from eligo.vocabulary.variables import variables


class Name(NamedTuple):
    """A name of a quantity in the text; `variable` is None where the vocabulary does not have it."""

    variable: str | None
    span: Span
    change: str | None = None  # "increase in": not the value itself but how it changed
    change_start: int = 0
    of: int = 0  # where the words end of what it counts, which is a part of its own: `more than 2 cycles of A`
    graded: bool = False  # `score`, `class` or the like stands with it
    generic: bool = False  # the words say only that there is a score; its name may follow
    hollow: bool = False  # the words say only that there is a range; its name stands before them
    concept: str | None = None  # the concept that the words name


TIME_CODES: Final = frozenset(["a", "mo", "wk", "d", "h", "min", "s"])
_AGO: Final = TIME_CODES - {"s"}  # the units of how long something is or was; seconds are also those of a clotting time


_STEP_OVER: Final = frozenset(
    [
        "",  # a time, an event
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


_NOMINAL: Final = frozenset(["FILLER", "CONCEPT"])
_NAMING: Final = _NOMINAL | {"VAR"}
_IN_ALIAS: Final = _NAMING | {"LIGHT", "GRADE"}


WORD: Final = re.compile(r"[^\s,;:()\[\]]+")


_NOUNS: Final = frozenset(
    ["index", "ratio", "level", "levels", "count", "rate", "concentration", "value", "activity", "titer"]
)


REACH: Final = 40  # no name is sought farther away than so many elements


_SIGNAL: Final = re.compile(r"(?:score|index|scale|ratio|ph|t-score|range|class|classification)$")  # TODO: data


_WEAK: Final = frozenset(["stage", "stages", "type", "category", "categories"])


_GENERIC: Final = frozenset(
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


_OF: Final = frozenset(["of", "of the", "in the", "in"])


_CHANGES: Final = ("up", "down", "change")


_HOLLOW: Final = frozenset(["normal", "range", "outside", "reference", "limits", "the"])


class NameFinder:
    """Finds names among the elements of a clause."""

    def __init__(self, text: str) -> None:
        self.text = text

    def before(self, elements: Sequence[Any], i: int) -> Name | None:
        """The name nearest before element `i`: a variable, or the words that no data file knows."""
        graded: Token | None = None
        changing: Token | None = None
        hollow: Name | None = None
        for j in range(i - 1, max(0, i - REACH) - 1, -1):
            element = elements[j]
            kind = type_of(element)
            if kind == "GRADE":
                graded = graded or element
            elif kind in _NAMING:
                if self._circumstance(elements, j):
                    continue
                name = self._named(elements, j, graded, changing)
                if not name.hollow:
                    return name
                hollow = hollow or name
            elif element.__class__ is Bracket:
                named = self._with_alias(elements, j, graded)
                if named is not None:
                    return named
            elif element.__class__ is Limits:
                return hollow
            elif kind == "LIGHT" and element.value in _CHANGES:
                changing = element
            elif kind not in _STEP_OVER:
                break
        return hollow or (self._grade_alone(elements[:i], graded) if graded is not None else None)

    def _named(self, elements: Sequence[Any], j: int, graded: Token | None, changing: Token | None) -> Name:
        """The name at `j`; `changing` is a word behind it that says how it changed: `PT prolonged`."""
        element = elements[j]
        if element.type != "VAR":
            return self._filler_name(elements, j, graded)
        change, at = self._change(elements, j)
        name = self._modified(elements, j, Name(element.value, element.span, change, at))
        if changing is None or name.variable is None or name.change is not None:
            return name
        start = name.span[0]
        return name._replace(change=changing.value, change_start=start, span=(start, changing.end))

    def _with_alias(self, elements: Sequence[Any], j: int, graded: Token | None) -> Name | None:
        """The name before a bracket that repeats it: `total bilirubin (TBil)`."""
        alias = self._alias(elements[j])
        if alias is None:
            return None
        outer = self.before(elements, j)
        if outer is not None and (outer.variable is not None or alias.variable is None):
            span = (outer.span[0], elements[j].span[1])
            return outer._replace(span=span, graded=graded is not None or outer.graded)
        return alias._replace(graded=graded is not None)

    def _grade_alone(self, before: Sequence[Any], graded: Token) -> Name:
        """`score >= 20`: there is a score, its name may follow; `performance status score` is a name."""
        at = next(j for j, element in enumerate(before) if element is graded)
        run = [graded, *itertools.takewhile(lambda e: type_of(e) == "GRADE", reversed(before[:at]))]
        written = [self._written(token) for token in run]
        specific = any(" " in words_ and not words_.endswith(("score", "scale")) for words_ in written)
        return Name(None, (run[-1].start, graded.end), graded=True, generic=not specific)

    def _change(self, elements: Sequence[Any], j: int) -> tuple[str | None, int]:
        for element in reversed(elements[max(0, j - 2) : j]):
            if type_of(element) == "CHANGE":
                return str(element.value), element.start
        return None, 0

    def _modified(self, elements: Sequence[Any], j: int, name: Name) -> Name:
        """A variable after a word such as `maternal` is another quantity."""
        if j and type_of(elements[j - 1]) == "FILLER":
            filler = elements[j - 1]
            found = list(WORD.finditer(self.text, filler.start, filler.end))
            last = found[-1][0].lower() if found else ""
            if last in words("modifiers") or self._other_quantity(last, name):
                return Name(None, (found[-1].start(), name.span[1]), name.change)
        return name

    def _other_quantity(self, word: str, name: Name) -> bool:
        """Whether an unknown word right before a name makes another one: `zorblax-creatinine`, `modified MELD`."""
        if "-" in word.strip("-"):
            return word not in words("same_quantity")
        variable = variables().get(name.variable or "")
        scale = variable is not None and variable.kind in ("score", "count")
        return word.endswith("-") or (scale and word.isalpha() and word not in words("plain_of_scores"))

    def _filler_name(self, elements: Sequence[Any], j: int, graded: Token | None) -> Name:
        """The last words of a run of unknown words, with a variable right before it (`BMI percentile`)."""
        filler = elements[j]
        found = list(WORD.finditer(self.text, filler.start, filler.end))[-5:]
        start, end = self._stretch(elements, j, found[0].start() if found else filler.start)
        if graded is not None:
            end = graded.end
        generic = all(w[0].lower() in _GENERIC for w in found) and start >= filler.start
        hollow = bool(found) and all(w[0].lower() in _HOLLOW for w in found)
        strong = graded is not None and self._written(graded) not in _WEAK
        concept = filler.value if filler.type == "CONCEPT" and start == filler.start else None
        return Name(
            None, (start, end), graded=strong, generic=generic and concept is None, hollow=hollow, concept=concept
        )

    def _stretch(self, elements: Sequence[Any], j: int, start: int) -> tuple[int, int]:
        """Where a name begins and ends whose words at `j` begin at `start`: with what it is of, and with a noun."""
        end: int = elements[j].end
        while (head := self._head(elements, j)) is not None:
            j = head
            start = elements[j].start
        if j and type_of(elements[j - 1]) in ("VAR", "CONCEPT"):
            start = elements[j - 1].start
        following: Any = elements[j + 1] if j + 1 < len(elements) else None
        if type_of(following) == "LIGHT" and self._written(following) in _NOUNS:
            end = following.end
        return start, end

    def _written(self, element: Any) -> str:
        return self.text[element.start : element.end].lower()

    def _circumstance(self, elements: Sequence[Any], j: int) -> bool:
        """Whether words only say when or where a value is found that is named before: `creatinine before surgery`."""
        if elements[j].type == "VAR":
            return False
        before = j - 1
        while before > 0 and type_of(elements[before]) in _NOMINAL:
            before -= 1
        said = elements[before]
        if not type_of(said) or self._written(said) not in words("circumstances"):
            return False
        return before > 0 and type_of(elements[before - 1]) == "VAR"

    def _head(self, elements: Sequence[Any], j: int) -> int | None:
        """The place of what the words at `j` are of: `deformity of the lower limbs`."""
        of = j - 1
        if j and type_of(elements[of]) == "LIGHT" and self._written(elements[of]) in ("the", "a", "an"):
            of -= 1
        if of < 1 or type_of(elements[of]) != "LIGHT" or self._written(elements[of]) not in _OF:
            return None
        return of - 1 if type_of(elements[of - 1]) in _NOMINAL else None

    def _alias(self, bracket: Bracket) -> Name | None:
        """The name in a bracket that holds nothing else: `(TBil)`."""
        unit = bracket.item
        if not isinstance(unit, Clause):
            return None
        types = [type_of(e) for e in unit.elements]
        if _NAMING.isdisjoint(types) or not _IN_ALIAS.issuperset(types):
            return None
        variable = next((e.value for e in unit.elements if isinstance(e, Token) and e.type == "VAR"), None)
        return Name(variable, bracket.span)

    def after(self, elements: Sequence[Any], i: int) -> Name | None:
        """The name right after element `i`, but for small words: `< 30 kg in weight`."""
        for element in elements[i + 1 : i + REACH]:
            if element.__class__ is Limits and element.limits[0].form == "ranged":
                continue  # "> 3 on a 0-10 scale"
            kind = type_of(element)
            if kind == "VAR":
                return Name(element.value, element.span)
            if kind in _NOMINAL:
                found = list(WORD.finditer(self.text, element.start, element.end))[:5]
                concept = element.value if kind == "CONCEPT" else None
                return Name(None, (element.start, found[-1].end() if found else element.end), concept=concept)
            if kind not in ("LIGHT", "GRADE", "QUAL"):
                return None
        return None

    def counted_of(self, elements: Sequence[Any], i: int, name: Name) -> Name:
        """`no more than 2 cycles of chemotherapy`: with what it counts, which need not be there at all."""
        behind = [e for e in elements[i + 1 : i + REACH] if type_of(e) not in ("QUAL", "STATUS")]
        at = next((j for j, e in enumerate(behind) if isinstance(e, Token) and e.start == name.span[0]), None)
        if at is None or [type_of(e) for e in behind[at : at + 3]] != ["FILLER", "LIGHT", "CONCEPT"]:
            return name
        of, what = behind[at + 1 : at + 3]
        return name._replace(span=(name.span[0], what.end)) if self._written(of) in _OF else name

    def narrowed(self, elements: Sequence[Any], i: int, name: Name) -> Name:
        """`more than one severe episode`: with the words between the limit and the name, which tell what is counted."""
        before = [e for e in elements[i + 1 : i + REACH] if isinstance(e, Token) and e.end <= name.span[0]]
        told = before and all(e.type in ("QUAL", "LIGHT") for e in before) and before[0].type == "QUAL"
        return name._replace(span=(before[0].start, name.span[1])) if told else name

    def cited(self, elements: Sequence[Any], i: int) -> Name | None:
        """The scale that is named behind a grade: `severity grade IV according to NYHA`."""
        behind = [e for e in elements[i + 1 : i + 5] if type_of(e) not in ("LIGHT", "SKIP")][:2]
        if [type_of(e) for e in behind] != ["CITE", "VAR"]:
            return None
        known = variables().get(str(behind[1].value))
        return Name(known.id, behind[1].span) if known is not None and known.kind == "ordinal" else None

    def stated(self, limits: Limits) -> bool:
        """Whether a bare number is stated as the value (`= 5`, `of 5`), not part of something else."""
        start = limits.span[0]
        return self.text[max(0, start - 12) : start].rstrip().endswith((" of", ":", "=", " is"))

    def _last_word(self, name: Name) -> str:
        written = self.text[name.span[0] : name.span[1]].split()
        return written[-1] if written else ""

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
        if unit in _AGO:
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
        form = limits.limits[0].form
        if unit in _AGO:
            return form != "bare" and name.concept is None and self._last_word(name).lower() in words("duration_names")
        if form == "compared":
            return name.span[1] - name.span[0] > 1 or limits.limits[0].bounds[0][0] != "eq"  # (n = 20)
        if form == "bare":
            return _scores(name) or (self._last_word(name).lower() in _WEAK and self.stated(limits))
        if form == "ranged" and unit is None and not self._between(limits):
            return _scores(name) or self.stated(limits) or self._takes_range(name)
        return True

    def _takes_range(self, name: Name) -> bool:
        """Whether a word or an acronym tells that a range behind it is one of its values: `pH 7.2-7.4`, `ABCD 2-4`."""
        last = self._last_word(name)
        if _SIGNAL.search(self.text[name.span[0] : name.span[1]].lower()):
            return True
        return name.concept is None and len(last) > 1 and last.strip("()[]").isupper()


def _scores(name: Name) -> bool:
    """Whether `score`, `class` or the like stands with a name that tells which."""
    return name.graded and not name.generic


_WORD_BEHIND: Final = re.compile(r"\W*([a-zA-Z]+)")
_WORD_AHEAD: Final = re.compile(r"([a-zA-Z]+)\W{0,2}$")


def following_word(text: str, end: int) -> str:
    """The word right behind a place, in lower case."""
    found = _WORD_BEHIND.match(text, end, end + 20)
    return found[1].lower() if found else ""


def preceding_word(text: str, start: int) -> str:
    """The word right before a place, in lower case."""
    found = _WORD_AHEAD.search(text[max(0, start - 20) : start])
    return found[1].lower() if found else ""


def changed(name: Name, limits: Limits, text: str) -> Name:
    """`decrease in platelets (< 20)`, `elevated A > 2` state the value; `decrease in hemoglobin > 2` how it changed."""
    if name.change is None:
        return _scored(name, limits) if name.variable else name
    op, amount = limits.limits[0].bounds[0]
    value = (name.change == "down" and op in ("lt", "le")) or (
        name.change == "up"
        and op in ("gt", "ge")
        and ((amount.of or amount.above) is not None or _tells_the_value(text, name))
    )
    return name._replace(change=None) if value else name._replace(variable=None, span=(name.change_start, name.span[1]))


def _tells_the_value(text: str, name: Name) -> bool:
    """Whether it begins with words that tell how a value is, and not by how much it changed."""
    written = text[name.change_start : name.span[1]].lower()
    return any(written.startswith(f"{word} ") for word in words("adjectives_of_values"))


def _scored(name: Name, limits: Limits) -> Name:
    """A number beyond the grades of an ordinal is on the score behind them."""
    score = score_of(name.variable or "")
    variable = variables().get(name.variable or "") if score else None
    if variable is None:
        return name
    values = [amount.number.value for amount in amounts(limits)]
    return name._replace(variable=score) if min(values) > max(variable.grades.values()) else name
