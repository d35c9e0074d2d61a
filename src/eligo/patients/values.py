"""One value as a record writes it ("18000 /uL", "<0.1 mg/dL", "II") to a `Result` in the canonical unit.

A value that cannot decide anything is not thrown away: it stays, with the reason in `Result.problem`, and never counts.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from eligo.errors import EligoError, Problem
from eligo.jsontext import shown
from eligo.namedtuple import NamedTuple
from eligo.patients.model import PartialDate, Result
from eligo.patients.plausible import NAN, NO_RANGE, Ends, is_slip, range_problem
from eligo.regex import regex
from eligo.truth import Reason
from eligo.vocabulary.scores import is_whole
from eligo.vocabulary.scoring import whole
from eligo.vocabulary.unit_spellings import says_no_unit
from eligo.vocabulary.units import to_canonical, ucum
from eligo.vocabulary.variables import Variable, spelling_key, variables

Number = int | float
Units = Mapping[str, str]  # the site's, by variable
NO_UNITS: Units = MappingProxyType({})
Measured = tuple[Result, tuple[Problem, ...]]

_CHECK = "check the value and its unit"
_FIGURE = regex(r"\s*[<>=≤≥~]*\s*[+-]?[.,]?\d")
_LONGEST = 200  # characters of a value: what is longer is a report, not a value
_KEPT = 16_384  # values that are kept, as they are written
_DATE, _new = Result._fields.index("date"), tuple.__new__
_LONGEST_INT = 300  # digits: a float holds no more
SITE_UNIT = "site_unit"  # the detail of a result whose unit the site's profile states

# A comma (or dot) before groups of three digits separates thousands; any other single comma is a decimal comma.
_NUMBER = (
    r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?"
    r"|[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]+"
    r"|[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}"
    # `5 109/L` is a lost 10^9, not 5109
    r"|[1-9][0-9]{0,2}(?:[ '’\u00a0\u2009\u202f](?!10[0-9])[0-9]{3})+(?:[.,][0-9]+)?"
    r"|[0-9]+[.,][0-9]+|[0-9]+|\.[0-9]+)"
    r"(?![0-9])(?![.,'’][0-9])(?:[eE][-+]?[0-9]{1,3}(?![0-9.]))?"
)
_QUANTITY = regex(
    rf"(<=|>=|=<|=>|[<>=≤≥⩽⩾＜＞])?\s*([-−+]?)({_NUMBER})(?:\s*(?:-|–|—|\bto\b)\s*({_NUMBER}))?\s*(.*)", re.DOTALL
)
_THOUSANDS = regex(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_POINT_THOUSANDS = regex(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+,[0-9]+|(?:\.[0-9]{3}){2,})")
_GROUPING = regex(r"[ '’\u00a0\u2009\u202f]")
_MOST_WORDS = 2  # of a unit as a message names it; what is longer is a remark
_UNIT_DIGITS = regex(r"10\s*(?:\^|\*\*?)?\s*-?[0-9]{1,2}(?![0-9])|1\.73|(?<=[A-Za-zµμ])[23]\b")
_POWER = regex(r"[x×X*·]?\s*10\s*(?:(?:\^|\*\*?)\s*([-+]?[0-9]{1,2})|([⁺⁻]?[⁰¹²³⁴-⁹]{1,2}))\s*(.*)", re.DOTALL)
_SUPERSCRIPT = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_COMPARATOR = {"≤": "<=", "⩽": "<=", "=<": "<=", "≥": ">=", "⩾": ">=", "=>": ">=", "＜": "<", "＞": ">", "=": ""}
_GRADE_RANGE = regex(r"\s*(?:-|–|—|/|\bto\b|\bor\b)\s*")
_NO_LABEL = regex(r"[<>=≤≥⩽⩾＜＞+~?−]|^-|\b[ivx0-9]+\s*[-–—/,.&]\s*[ivx0-9]+\b", re.IGNORECASE)
_WITH_SCORE = regex(r"\b([A-C])\s*\(?\s*[0-9]{1,2}(?:\s*points?)?\s*\)?\s*$")  # Child-Pugh `B8` is class B
_CAPITALS = regex(r"[a-c]|[ivx]+")
_GRADE_SIDE = regex(r"(<=|>=|=<|=>|[<>≤≥⩽⩾＜＞])\s*(.+)", re.DOTALL)


class Quantity(NamedTuple):
    """A number, or the interval that a comparator or a range stands for, with the unit as it is written."""

    low: Number
    high: Number
    low_closed: bool = True
    high_closed: bool = True
    unit: str | None = None


def read_quantity(text: str) -> Quantity | None:
    """Read a number with its unit; None where the text is a word, or can be read in two ways.

    >>> read_quantity("< 1,5 mg/dL")
    Quantity(low=-inf, high=1.5, low_closed=False, high_closed=False, unit='mg/dL')
    >>> read_quantity("18,000 /uL").low, read_quantity("trace")
    (18000, None)
    """
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        return None
    side, sign, first, second, unit = match.groups()
    side = _COMPARATOR.get(side or "", side or "")
    if unit[:1].isdigit() and not _POWER.match(unit):
        return None
    low = _number(first)
    if math.isinf(low):
        return None
    if sign in ("-", "−"):
        low = -low
    if second is None:
        return _interval(side, low, unit or None)
    high = _number(second)
    if math.isinf(high) or side or sign or low > high:
        return None
    return Quantity(low, high, unit=unit or None)


def written_digits(text: str) -> int | None:
    """How many digits a number is written with, those before the first that is not zero left out; None for a word.

    >>> written_digits("1.40 mg/dL"), written_digits("< 0.05"), written_digits("trace")
    (3, 1, None)
    """
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        return None
    figures = match[3].casefold().partition("e")[0]
    return len("".join(filter(str.isdecimal, figures)).lstrip("0"))


class _EnteredValue(NamedTuple):
    """What every result of an entry says of where it comes from, whatever is made of its value."""

    variable: str
    written: str
    value: str | Number
    unit: str | None

    def result(self, low: float, high: float, low_closed: bool = True, high_closed: bool = True) -> Result:
        """Make a result that can decide."""
        return Result(self.variable, low, high, low_closed, high_closed, None, self.written, self.value, self.unit)

    def useless(self, reason: Reason, code: str, message: str, help_: str) -> Measured:
        """Make a result that decides nothing, with the reason."""
        result = self.result(NAN, NAN)._replace(problem=reason, detail=message)
        return result, (Problem(code, message, help=help_, severity="warning"),)


def is_figure(value: str) -> bool:
    """Whether a value is a figure (`< 0.1 mg/dL`), not a finding (`positive`)."""
    return _FIGURE.match(value) is not None


def measure(
    variable: Variable,
    value: str | Number,
    unit: str | None = None,
    reference: Ends = NO_RANGE,
    day: PartialDate | None = None,
    usual: str | None = None,
) -> Measured:
    """Make the result of a variable from a value, its unit and the report's own reference range.

    `usual` is the unit in which the site reports the variable; it counts only where neither value nor `unit` has one.
    """
    # Laboratories write few digits, so that most values of a source were read before. Of zeros, one may be `-0.0`.
    if not value or variables().get(variable.id) is not variable:
        result, problems = _undated(variable, value, unit, reference, usual)
    else:
        result, problems = _read_before(variable.id, value, unit, reference, usual)
    return (result if day is None else _new(Result, (*result[:_DATE], day, *result[_DATE + 1 :]))), problems


@functools.lru_cache(maxsize=_KEPT, typed=True)
def _read_before(id_: str, value: str | Number, unit: str | None, reference: Ends, usual: str | None) -> Measured:
    """The same for a variable of the vocabulary by its id, without a day."""
    return _undated(cast(Variable, variables().get(id_)), value, unit, reference, usual)


def _undated(variable: Variable, value: str | Number, unit: str | None, reference: Ends, usual: str | None) -> Measured:
    written = f"{value} {unit}" if unit else str(value)
    entry = _EnteredValue(variable.id, written, value, unit)
    if variable.kind in ("ordinal", "category") and len(written) <= _LONGEST:
        in_words = _graded if variable.kind == "ordinal" else _categorised
        return in_words(variable, value, entry)
    read = _read(value)
    if read is None:
        help_ = "write a number with its unit, or leave it out"
        return entry.useless(Reason.UNPARSED, "value-unreadable", "the value is not a quantity", help_)
    if unit and read.unit and _differ(unit.strip(), read.unit):
        return entry.useless(Reason.UNIT_UNKNOWN, "unit-twice", "the value has two units", "keep one of the two")
    if isinstance(value, str):
        entry = entry._replace(value=read.low if read.low == read.high else value, unit=unit or read.unit)
    stated = (entry.unit or "").strip()
    if stated and not says_no_unit(stated):
        return _converted(variable, read, stated, reference, entry)
    return _without_unit(variable, read, reference, entry, usual)


def _differ(unit: str, other: str) -> bool:
    return unit != other and ucum(unit) != ucum(other)


def _read(value: str | Number) -> Quantity | None:
    if isinstance(value, str):
        return read_quantity(value) if len(value) <= _LONGEST else None
    return Quantity(value, value)


def _number(text: str) -> Number:
    text = _GROUPING.sub("", text)
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    elif _POINT_THOUSANDS.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    text = text.replace(",", ".")
    return int(text) if text.isdigit() and len(text) <= _LONGEST_INT else float(text)


def _interval(side: str | None, limit: Number, unit: str | None) -> Quantity:
    if not side:
        return Quantity(limit, limit, unit=unit)
    if side[0] == "<":
        return Quantity(-math.inf, limit, False, side == "<=", unit)
    return Quantity(limit, math.inf, side == ">=", False, unit)


# --- quantities


def _without_unit(
    variable: Variable,
    read: Quantity,
    reference: Ends,
    entry: _EnteredValue,
    usual: str | None,
) -> Measured:
    """Take a bare number in the site's unit, or, for a variable without dimension, in the only one that fits."""
    if usual:
        result, problems = _converted(variable, read, usual, reference, entry._replace(unit=usual))
        message = f"`{variable.id}` has no unit and is taken in the site's, `{usual}`"
        result = result if result.problem else result._replace(detail=SITE_UNIT)
        return result, (Problem("unit-of-site", message, help="add the unit", severity="warning"), *problems)
    unit = _only_unit(variable, read)
    if not unit:
        message, help_ = f"`{variable.id}` has no unit", "add one, such as " + _some_units(variable)
        return entry.useless(Reason.UNIT_UNKNOWN, "unit-missing", message, help_)
    result, problems = _converted(variable, read, unit, reference, entry)
    if unit == variable.unit == "1":
        return result, problems
    taken = "as a fraction" if unit == "1" else f"in the only one that fits, `{unit}`"
    message = f"`{variable.id}` has no unit and is taken {taken}"
    return result, (Problem("unit-inferred", message, help="add the unit", severity="warning"), *problems)


def _converted(variable: Variable, read: Quantity, unit: str, reference: Ends, entry: _EnteredValue) -> Measured:
    try:
        low = to_canonical(read.low, unit, variable)
        high = low if read.high == read.low else to_canonical(read.high, unit, variable)
    except EligoError as error:
        code = error.problems[0].code
        if code == "number-beyond":
            return entry.useless(Reason.IMPLAUSIBLE, "value-implausible", _implausible(variable), _CHECK)
        power = _POWER.fullmatch(unit)
        if code == "unit-unknown" and power:  # `1.2 x10^5 IU/mL`: the power belongs to the number
            scale = 10.0 ** int((power[1] or power[2]).translate(_SUPERSCRIPT))
            return _converted(variable, _scaled(read, scale), power[3].strip(), _scaled_range(reference, scale), entry)
        unknown = code == "unit-unknown"
        message = "the unit is not known" if unknown else f"{_unit_word(unit)} does not fit `{variable.id}`"
        return entry.useless(Reason.UNIT_UNKNOWN, code, message, "write one of " + _some_units(variable))
    if low == high and variable.kind == "score" and low % 1 and is_whole(variable.id):
        low = high = whole(low)
    result, problems = _checked(variable, entry.result(low, high, read.low_closed, read.high_closed))
    if reference == NO_RANGE:
        return result, problems
    own, problem = _own_range(variable, reference, unit)
    return result._replace(reference_low=own.low, reference_high=own.high), (*problems, *filter(None, (problem,)))


def _own_range(variable: Variable, stated: Ends, unit: str) -> tuple[Ends, Problem | None]:
    """The range of the report in the canonical unit, where it is one."""
    try:
        # A zero is added since a limit of `-0.0` is the same as one of 0, also for what was read before.
        low, high = (None if x is None else to_canonical(x, stated.unit or unit, variable) + 0.0 for x in stated[:2])
    except EligoError:
        message = f"the reference range is in a unit that does not fit `{variable.id}` and is not used"
        return NO_RANGE, Problem("reference-unit", message, help=_CHECK, severity="warning")
    return range_problem(variable, Ends(low, high), stated)


def _implausible(variable: Variable) -> str:
    return f"the value is outside what is plausible for `{variable.id}`"


def _only_unit(variable: Variable, read: Quantity) -> str:
    """The unit of a value without one, for a variable without dimension: where all that make it plausible agree.

    INVARIANT: a fraction and a percentage are never confused: `0.35` that could be 0.35 % or 35 % has no unit.
    """
    if variable.unit not in ("1", "%"):
        return ""
    units = dict.fromkeys((variable.unit, *variable.units, *variable.conversions))
    if len(units) == 1:
        return variable.unit
    least, most = variable.plausible or (-math.inf, math.inf)
    plausible: dict[tuple[float, float], str] = {}
    for unit in units:
        low, high = to_canonical(read.low, unit, variable), to_canonical(read.high, unit, variable)
        if high >= least and low <= most:
            plausible.setdefault((low, high), unit)
    return next(iter(plausible.values())) if len(plausible) == 1 else ""


def _checked(variable: Variable, result: Result) -> Measured:
    """Mark what no patient can have, and what only a slip of the unit explains."""
    least, most = variable.plausible or (-math.inf if variable.unit == "Cel" else 0, math.inf)
    below_zero = result.high <= 0 <= least and not result.high_closed  # `< 0`
    if least <= result.high and result.low <= most and not below_zero:
        number, unit = result.value, result.unit
        if isinstance(number, str) or number is None or not unit or not is_slip(variable, result.low, number, unit):
            return result, ()
        message = f"the value is so low for `{variable.id}` that its unit must be another one"
    else:
        message = _implausible(variable)
    problem = Problem("value-implausible", message, help=_CHECK, severity="warning")
    return result._replace(problem=Reason.IMPLAUSIBLE, detail=message), (problem,)


def _scaled(read: Quantity, scale: Number) -> Quantity:
    return read._replace(low=read.low * scale, high=read.high * scale)


def _scaled_range(stated: Ends, scale: Number) -> Ends:
    """The range in the unit that the value has without its power of ten."""
    if stated.unit is not None:
        return stated
    low, high = (None if end is None else end * scale for end in stated[:2])
    return Ends(low, high)


def _some_units(variable: Variable) -> str:
    return ", ".join(f"`{u}`" for u in (variable.units or (variable.unit,))[:4])


def _unit_word(unit: str) -> str:
    """A known unit as a message may name it: not where a number of the value, or a remark, may be part of it."""
    if re.search(r"[0-9]", _UNIT_DIGITS.sub("", unit)) or len(unit.split()) > _MOST_WORDS:
        return "the unit"
    return f"the unit `{shown(unit)}`"


# --- grades and categories


def _graded(variable: Variable, value: str | Number, entry: _EnteredValue) -> Measured:
    """Read a grade (`II`, `grade 2`, `B`, 3), a range of grades or a side of one (`>= 2`)."""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    side = _GRADE_SIDE.fullmatch(text)
    if side and (limit := _grade(variable, side[2])) is not None:
        return _graded_side(variable, _interval(_COMPARATOR.get(side[1], side[1]), limit, None), entry)
    ends = _grade_range(variable, text)
    if ends is not None:
        return entry.result(*ends), ()
    labels = (g.upper() if _CAPITALS.fullmatch(g) else g for g in variable.grades)
    help_ = "write one of " + ", ".join(f"`{label}`" for label in labels)
    return entry.useless(Reason.UNPARSED, "grade-unknown", f"this is no grade of `{variable.id}`", help_)


def _graded_side(variable: Variable, side: Quantity, entry: _EnteredValue) -> Measured:
    """The grades on one side of a limit: there is none between two, so that `< 1` ends at 0, and `> 0` begins at 1."""
    held = [grade for grade in variable.grades.values() if _holds(side, grade)]
    if not held:  # `< 0`
        return entry.useless(Reason.IMPLAUSIBLE, "value-implausible", _implausible(variable), _CHECK)
    if side.low == -math.inf:
        return entry.result(side.low, max(held), low_closed=False), ()
    return entry.result(min(held), side.high, high_closed=False), ()


def _grade_range(variable: Variable, text: str) -> tuple[float, float] | None:
    """The ends of a range of grades (`I-II`), or a single grade as both; None for what is neither."""
    parts = _GRADE_RANGE.split(text)
    if len(parts) == 2:
        low, high = _grade(variable, parts[0]), _grade(variable, parts[1])
        if low is not None and high is not None and low <= high:
            return low, high
    single = _grade(variable, text)
    return None if single is None else (single, single)


def _holds(read: Quantity, value: float) -> bool:
    """Whether an interval holds a value."""
    return (read.low < value or (read.low_closed and read.low == value)) and (
        value < read.high or (read.high_closed and value == read.high)
    )


def _grade(variable: Variable, label: str) -> float | None:
    """The number of a grade; words of the variable's own name may stand before it (`Child-Pugh B`)."""
    # INVARIANT: signs that a spelling key drops make no grade: `I-II` is not III, `>=2` is not 2, `1.5` is not 15.
    if _NO_LABEL.search(label):
        return None
    label = _WITH_SCORE.sub(r"\1", label)
    words = label.split()
    found = variable.grade(label)
    for start in range(1, len(words) if found is None else 0):
        lead = spelling_key(" ".join(words[:start]))
        if any(lead in spelling_key(name) for name in (variable.name, *variable.synonyms, *variable.exact)):
            found = variable.grade(" ".join(words[start:]))
        if found is not None:
            break
    return found


def _categorised(variable: Variable, value: str | Number, entry: _EnteredValue) -> Measured:
    found = variable.value(str(value))
    if found is not None:
        return entry._replace(value=found).result(NAN, NAN), ()
    help_ = "write one of " + ", ".join(f"`{v}`" for v in dict.fromkeys(variable.values.values()))
    return entry.useless(Reason.UNPARSED, "category-unknown", f"this is no value of `{variable.id}`", help_)
