"""A reviewed criterion in, out whether its review still stands: the predicate is what was reviewed, and what it says.

A review keeps a hash of text and predicate (`of`). A part of the predicate keeps its words: where these state numbers,
its limit is one of them, and where they name a side, it is the limit's. What no longer agrees has lost its review.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator

from eligo.criteria import Compare, Criterion, Limit, ReviewState, leaves
from eligo.data import grammar_data
from eligo.dataclass import fields, is_dataclass
from eligo.regex import regex

_HASH = 12  # hex digits
_EXPONENT = regex(r"(?<![\w.])\d+(?:\.\d+)?[eE][+-]?\d{1,2}(?!\w)")  # `2.5E+5`
_NUMBER = regex(r"(?<![A-Za-z0-9^*⁰-⁹])\d+(?:[ ,.']\d+)*|(?<=[x×*])\d+(?:[.,]\d+)*")
_SCALED = regex(r"\^|\*|\d[eE]\d|[x×]\s*10|[⁰¹²³⁴⁵⁶⁷⁸⁹]|thousand|million|lakh|\d\s?[kKmM]\b", re.IGNORECASE)
_POWER = regex(r"(?:\^|\*|10\s?[eE]|\d[eE])\s?(\d+)")
_THOUSANDS = range(-18, 19, 3)  # powers of ten by which units of counts differ
_OTHER_WAY = regex(r"\b(?:no|not|never|without|unless|except|exclud\w*|worse|better|cannot|n't|neither|nor)\b|[≮≯]")
_FRACTION = regex(r"(\d+(?:\.\d+)?)\s*[/:]\s*(\d+(?:\.\d+)?)")
_SUM = regex(r"(\d+)\s*\+\s*(\d+)")  # a Gleason score of 3 + 4
_VULGAR = "½¼¾⅓⅔"
_MOST_POWERS = 9
_LOW, _HIGH = "low", "high"
_SIDE = {"lt": _LOW, "le": _LOW, "gt": _HIGH, "ge": _HIGH}
_WORDS_OF_SIDES = ("comparators", "after", "age_comparators", "age_after", "or_equal_short")


def review_state(criterion: Criterion) -> ReviewState:
    """The state of the review that stands: a review that was lost leaves a draft."""
    state = criterion.review.state
    if state == "draft" or (is_as_reviewed(criterion) and not any(disagreeing(criterion))):
        return state
    return "draft"


def is_as_reviewed(criterion: Criterion) -> bool:
    """Whether text and predicate are those that were reviewed, as far as the review says which these were."""
    return criterion.review.of in (None, meaning_sha(criterion))


def meaning_sha(criterion: Criterion) -> str:
    """A short hash of what a reviewer approves: kind, text and predicate; spaces and spans do not count."""
    text = " ".join(criterion.text.split())
    said = "\n".join([criterion.kind, text, _canonical(criterion.predicate)])
    return hashlib.sha256(said.encode()).hexdigest()[:_HASH]


def disagreeing(criterion: Criterion) -> Iterator[tuple[Compare, str]]:
    """The comparisons that do not say what their own words say, each with the words."""
    for leaf in leaves(criterion.predicate):
        if isinstance(leaf, Compare) and leaf.span is not None:
            words = criterion.text[slice(*leaf.span)]
            if not _has_limits(leaf, words) or not _has_side(leaf, words):
                yield leaf, words


def _canonical(value: object) -> str:
    """A value as text; of a node what counts when two are compared, without what is as it is by default."""
    if is_dataclass(value) and not isinstance(value, type):
        given = [
            (f.name, getattr(value, f.name)) for f in fields(value) if f.compare and getattr(value, f.name) != f.default
        ]
        return f"{type(value).__name__}({','.join(f'{name}={_canonical(part)}' for name, part in given)})"
    if isinstance(value, tuple):
        return f"({','.join(map(_canonical, value))})"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{float(value):.12g}"
    return str(value)


# --- numbers


def _has_limits(leaf: Compare, words: str) -> bool:
    """Whether the words state the limits; so it is where they state no number, or scale one in a way of their own."""
    stated = set() if any(sign in words for sign in _VULGAR) else set(_stated(words))
    if not stated or _SCALED.search(words):
        return not stated or all(_is_scaled(limit, stated, words) for limit in leaf.limits)
    missing = sum(not _is_stated(limit, stated) for limit in leaf.limits)
    # A bound of a range may stand before the name, outside of the words (`18 ≤ age < 70`); days may be given as weeks.
    allowed = len(leaf.limits) - 1 if len(_NUMBER.findall(words)) < len(leaf.limits) else 0
    in_days = any(limit.unit == "d" for limit in leaf.limits) and "week" in words.casefold()
    return missing <= allowed or in_days or _is_counted(leaf, words)


def _stated(words: str) -> Iterator[float]:
    """The numbers that words may state: a comma may group digits or be a decimal one."""
    for match in _NUMBER.finditer(words):
        plain = match[0].replace(" ", "").replace("'", "")
        for written in (plain, plain.replace(",", ""), plain.replace(",", "."), plain.replace(".", "")):
            try:
                yield float(written)
            except ValueError:
                continue
        yield from map(float, re.findall(r"\d+(?:\.\d+)?", match[0]))
    yield from map(float, _EXPONENT.findall(words))
    yield from (float(a) / float(b) for a, b in _FRACTION.findall(words) if float(b))
    yield from (float(a) + float(b) for a, b in _SUM.findall(words))


def _is_stated(limit: Limit, stated: set[float]) -> bool:
    return abs(limit.value) in stated or any(abs(abs(limit.value) - n) <= 1e-6 * n for n in stated) or limit.value == 1


def _is_scaled(limit: Limit, stated: set[float], words: str) -> bool:
    """Whether the limit is a stated number times a power of ten that the words name, or by which units differ."""
    powers = {*_THOUSANDS, *(sign * int(p) for p in _POWER.findall(words)[:_MOST_POWERS] for sign in (1, -1))}
    value = abs(limit.value)
    return any(abs(value - n * 10.0**power) <= 1e-6 * value for n in stated for power in powers if abs(power) < 99)


def _is_counted(leaf: Compare, words: str) -> bool:
    """Whether the words write a number out: `two` beside digits that are not the limit's."""
    lower = words.casefold()
    known: dict[str, float] = grammar_data("phrases.yaml")["number_words"]
    written = {float(n) for word, n in known.items() if re.search(rf"\b{re.escape(str(word))}\b", lower)}
    return bool(written) and all(abs(limit.value) in written for limit in leaf.limits)


# --- sides


def _has_side(leaf: Compare, words: str) -> bool:
    """Whether the words name the side of the limit; so it is where they name none, both, or turn it round."""
    if words[:1].isdigit():  # `120 ms < PR`
        return True
    if len(leaf.limits) != 1 or leaf.limits[0].op not in _SIDE or _OTHER_WAY.search(words.casefold()):
        return True
    named = {_sides()[match[0]] for match in _side_words().finditer(words.casefold())}
    return len(named) != 1 or _SIDE[leaf.limits[0].op] in named


@functools.cache
def _sides() -> dict[str, str]:
    """The words of comparators, each with its side."""
    phrases = grammar_data("phrases.yaml")
    return {
        word.casefold(): side
        for table in _WORDS_OF_SIDES
        for op, side in _SIDE.items()
        for word in phrases[table].get(op, ())
        if len(word) > 1 or word in "<>≤≥"
    }


@functools.cache
def _side_words() -> re.Pattern[str]:
    """Any of the words, the longest first, none of them inside another word."""
    known = sorted(_sides(), key=len, reverse=True)
    return re.compile("|".join(rf"(?<!\w){re.escape(w)}(?!\w)" if w[0].isalpha() else re.escape(w) for w in known))
