"""A number as protocols write it: decimal commas, powers of ten (lost superscripts too), `140/90`, `16 0/7`, `4+3`."""

from __future__ import annotations

import math
import re
from typing import Final, NamedTuple

from eligo.criteria import Number as Value

_THOUSANDS: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_LAKHS: Final = re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}")
_DOTTED: Final = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
_ONE_GROUP: Final = re.compile(r"\d{1,3},\d{3}")
_DECIMAL_COMMA: Final = re.compile(r"\d+,\d{1,2}")
_LIST: Final = re.compile(r"\d(?:,\d)+")
_SPACED: Final = re.compile(r"(?<![\d.,])\d{1,3}(?: \d{3})+(?![\d.,])(?=\s*[/a-zμ%])")
_LONGEST_POWER: Final = 2  # digits of a power of ten
_BARE_POWER: Final = re.compile(r"\s?\^\s?(\d+)|([⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})")
_EXPONENT: Final = re.compile(r"e\+?(\d{1,2})(?![\w.,])")
_SIGN: Final = re.compile(r"\s*[x×*·]\s*|\s+")
_WEEKS_DAYS: Final = re.compile(r"\s?\+\s?([0-6])(?=\s*(?:w|\)|-|–|days?\b|and\b|to\b|$))|\s+([0-6])/7(?!\d)")
_SUM: Final = re.compile(r"(?:\+|\s\+\s)([1-5])(?![\d/+]|[.,]\d)(?:\s?=\s?(\d{1,2}))?(?!\s*(?:w|days?\b))")
_FRACTION: Final = re.compile(r"\s?/\s?(\d+(?:\.\d+)?)(?![\d/,])(?!\s*mm?3)")
_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_LOST: Final = frozenset({3, 4, 5, 6, 8, 9, 10, 11, 12})  # powers that a lost superscript may be: `109/L`, `106/mL`


class Number(NamedTuple):
    """A number's value and, where it was written so, its power of ten, its second half (`140/90`), its list (`0,1`)."""

    value: Value
    end: int
    power: int = 0
    second: Value | None = None
    several: tuple[Value, ...] = ()
    mixed: bool = False  # in two units: `37 weeks 6 days`
    label: str | None = None  # the letter of a grade (`B`)
    other: Value | None = None  # what it is where its comma or point is read the other way: `100.000`
    summed: bool = False  # written as a sum: `4+3`
    finer: str | None = None  # the grade where a letter divides it: `IIIB`
    days: int | None = None  # of a number of weeks, where it is written with days: `34 6/7`


def read_number(text: str, start: int, digits: str) -> Number:
    """The number at `start` of the folded text, whose digits are `digits`; `end` is where its last character ends."""
    end, written = start + len(digits), digits
    several: tuple[float, ...] = ()
    if "," in digits or "." in digits:
        digits, several = _plain(digits)
    elif end < len(text) and text[end] == " " and (spaced := _SPACED.match(text, start)):
        digits, end = spaced[0].replace(" ", ""), spaced.end()
    value, other = _either(written, digits)
    longer = _longer(text, end, value, digits)
    if longer is not None:
        return longer
    whole = value.is_integer() and "." not in digits
    return Number(int(value) if whole else value, end, several=several, other=other)


_EXACT: Final = 1e16  # below it a float is written out digit by digit
_POINTS: Final = (
    ".,;·•‧⋅∙・'’´`_\u00ad\u200b\u200c\u200d\u2060\ufeff"  # what may part the digits of one number, seen or unseen
)
_PARTS: Final = "¼-¾⅐-⅟↉"  # fractions in one character
_SMALL: Final = "²³¹⁰-⁹₀-₉"
_SIGNS: Final = "Ⅰ-ↈ①-⓿❶-➓"  # roman numbers and numbers in circles, each in one character
# A letter before a digit that is no part of a unit ("m2") or a product: `1b5`.
_SLIP: Final = r"(?![mMxXeE])[^\W\d_](?=\d)"
# What makes nothing of a number: `5±`, `0x10`.
_VAIN: Final = r"[\^‰‱]|[×·~±∓/](?=\s*(?:$|[,;.)\]]))|[xX](?=\s*$)|[xX*](?=\d)"
_GOES_ON: Final = re.compile(
    rf" ?[{_PARTS}]|[{_SMALL}]|[{_SIGNS}]|{_SLIP}|{_VAIN}|[{_POINTS}]{{1,3}}(?=[\d{_PARTS}])| ?[eE][-+]?\d+|\d+"
)
_NEVER: Final = frozenset(" )%-<>=")  # as nearly always behind a number; none of them goes on with it
_NEVER_BEHIND_BLANK: Final = frozenset(map(chr, range(128))) - {"e", "E"}


def runs_on(text: str, end: int) -> int:
    """Where the digits, points and fractions end that touch a number and are no part of it; `end` where none do.

    >>> runs_on("INR < 1•5 or", 7), runs_on("INR < 1 or", 7)
    (9, 7)
    """
    follow = text[end : end + 1]
    if not follow or (follow in _NEVER and (follow != " " or text[end + 1 : end + 2] in _NEVER_BEHIND_BLANK)):
        return end
    while (more := _GOES_ON.match(text, end)) is not None:
        end = more.end()
    return end


_HALVES: Final = {"¼": 0.25, "½": 0.5, "¾": 0.75}
_GRADES: Final = frozenset({1, 2, 3, 4, 5})  # what may be the first part of a sum
_WEEKS: Final = 45  # no pregnancy has so many


def _longer(text: str, end: int, value: float, digits: str) -> Number | None:
    """The number together with what stands behind its digits; None where nothing behind them is part of it."""
    half = _HALVES.get(text[end : end + 1])
    if half is not None:
        return Number(value + half, end + 1)
    if digits == "10" and (bare := _BARE_POWER.match(text, end)):
        return Number(_raised(1, (bare[1] or bare[2]).translate(_RAISED)), bare.end())
    if digits != "10" and (exponent := _EXPONENT.match(text, end)):  # of `10e5` nobody can tell whether it is 10^5
        return Number(_raised(value, exponent[1]), exponent.end(), int(exponent[1]))
    follow = text[end : end + 3].lstrip()[:1]
    if follow == "":
        return None
    if follow in "x×*·1" and (product := _times_power(text, end, value)) is not None:
        return product
    if follow == "+" and (total := _sum(text, end, value)) is not None:
        return total
    if follow in "+/0123456" and (weeks := _with_days(text, end, value)) is not None:
        return weeks
    if follow == "/" and (found := _FRACTION.match(text, end)):
        return Number(value, found.end(), second=float(found[1]))
    return None


def _sum(text: str, end: int, value: float) -> Number | None:
    """`4+3`, `3 + 4 = 7`: two grades added up, where the sum that is written is that of the two."""
    found = _SUM.match(text, end) if value in _GRADES else None
    if found is None:
        return None
    total = int(value) + int(found[1])
    return Number(total, found.end(), summed=True) if found[2] is None or int(found[2]) == total else None


def _with_days(text: str, end: int, value: float) -> Number | None:
    """`34 6/7`, `34+6`: a number of weeks with the days behind it; None where there are none."""
    found = _WEEKS_DAYS.match(text, end) if value < _WEEKS else None
    if found is None:
        return None
    days = int(found[1] or found[2])
    return Number(round(value + days / 7, 6), found.end(), days=int(value) * 7 + days)


def _either(written: str, digits: str) -> tuple[float, Value | None]:
    """The value of digits with a decimal point, and what else they may mean: `100.000` and `1,500` part thousands."""
    if _DOTTED.fullmatch(written):
        whole = int(written.replace(".", ""))
        return (float(written), whole) if written.count(".") == 1 else (float(whole), None)
    decimal = float(written.replace(",", ".")) if _ONE_GROUP.fullmatch(written) else None
    return float(digits) if digits.count(".") <= 1 else math.nan, decimal


def _plain(digits: str) -> tuple[str, tuple[float, ...]]:
    """Digits with a decimal point; where a comma may also part a list of single digits (`0,1`), the list too."""
    if _THOUSANDS.fullmatch(digits) or _LAKHS.fullmatch(digits):
        return digits.replace(",", ""), ()
    several = tuple(float(d) for d in digits.split(",")) if _LIST.fullmatch(digits) else ()
    if _DECIMAL_COMMA.fullmatch(digits):
        return digits.replace(",", "."), several
    if several:
        return digits.split(",")[0], several
    return (digits.replace(",", "") if "." in digits else "nan"), ()


def _times_power(text: str, end: int, value: float) -> Number | None:
    """`1.5 x 10^9`, `100 x 109`: the number times the power of ten behind it; None where there is none."""
    sign = _SIGN.match(text, end)
    if not sign:
        return None
    marked = sign[0].strip() != ""
    if not text.startswith("10", sign.end()):
        return None
    rest = _AFTER_TEN.match(text, sign.end() + 2)
    if rest is None:
        return None
    raised = rest["raised"]
    written = raised.translate(_RAISED) if raised else rest["plain"]
    power = int(written[:3])
    clear = raised or rest["caret"] or rest["bracket"]
    if not clear and not (marked and power in _LOST):
        return None
    return Number(_raised(value, written), rest.end(), power)


def _raised(value: float, power: str) -> float:
    """The value times this power of ten; one that nobody can reckon with is infinite, and so no number of a limit.

    >>> _raised(1.5, "9"), _raised(5, "99999999")
    (1500000000.0, inf)
    """
    return float(f"{value!r}e{power}") if value < _EXACT and len(power) <= _LONGEST_POWER else math.inf


_AFTER_TEN: Final = re.compile(
    r"\s?(?:(?P<caret>\^|\*\*|\*|e)\s?)?(?P<bracket>[({\[])?"
    r"(?:(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})|(?P<plain>\d+))(?![\d.,])(?(bracket)[)}\]])"
)
