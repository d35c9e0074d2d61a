"""A question of `eligo next` and what a person says to it in, the data of answers out: to each leaf that it decides.

What is said is put into the record, as `eligo next` does to foretell the verdict, and each open leaf that then is
decided is answered so. So an answer leads to what was foretold of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from eligo.answers.resolve import Resolved, asked_by, resolve, subject_of
from eligo.criteria import text_sha
from eligo.errors import Problem, did_you_mean
from eligo.evaluate import Ready, Trial
from eligo.outlook.effects import Effect, effects, effects_of
from eligo.outlook.facts import on_day
from eligo.outlook.phrases import Told
from eligo.outlook.questions import Asked
from eligo.outlook.situation import Situation, known_as
from eligo.outlook.values import ValueRegion
from eligo.patients.form import YES_NO
from eligo.patients.model import Reply, Result
from eligo.patients.replies import canonical
from eligo.report.answer_words import sayable, told_by
from eligo.truth import Reason, Truth
from eligo.worksheet.asking import OpenQuestion
from eligo.worksheet.table import said

_SHORT = {"y": "yes", "n": "no"}
_DATED = re.compile(r"(?:(?P<planned>planned) (?:for )?|(?:yes, )?(?:last )?(?:on )?)(?P<day>\d{4}-\d{2}-\d{2})")
_SIGNS = {"<=": "≤", ">=": "≥"}
_NOT_SETTLED = "this answer settles nothing that is open, so it is not kept"


class _Decided(NamedTuple):
    """The open tests that an answer decides, as bits: those that hold, and those that do not."""

    met: int
    not_met: int


def answer_data(situation: Situation, asking: OpenQuestion, text: str) -> Iterator[dict[str, Any] | Problem]:
    """The answers that what is said comes to: without who gives them, and when; or what is wrong with it.

    Each is to a leaf or to a criterion, with a note of what was said; a value is kept as a value.
    """
    asked = asking.asked[0]
    found = effects(situation, asked.question, asked.why)
    words = _words(asking, text)
    value: dict[str, Any] | None = None
    if words is not None:
        chosen = _meant(asking, found, words)
    elif asked.question.kind == "measurement":
        read = _value(asked, text)
        if isinstance(read, Problem):
            yield replace(read, severity="error")  # of a record it may be a warning; an answer says nothing else
            return
        value, chosen = read.data, [effect for effect in found if _meets(effect.answer, read.result)]
    else:
        option = _dated(situation, asking, text)
        if isinstance(option, Problem):
            yield option
            return
        chosen = list(option)
    subject = asked.question.id if value is not None and asked.why is not Reason.NO_REFERENCE_RANGE else None
    decided = _decided(situation, chosen)
    answers = list(_to_leaves(situation, decided, subject))
    note = f"{asking.name}: {text}"
    if value is not None and subject is not None and _holds_against_limits(situation, subject):
        yield value
    elif not answers:
        yield Problem("answer-settles-nothing", _NOT_SETTLED, help="write it into the record", severity="warning")
    for answer in answers:
        yield {**answer, "note": note}


# --- what is meant


def _words(asking: OpenQuestion, text: str) -> str | None:
    """The words of an answer that the question has, as it prints them; None for others."""
    plain = plain_words(_SHORT.get(text.casefold(), text))
    return next((words for words in _sayable(asking) if plain_words(words) == plain), None)


def _sayable(asking: OpenQuestion) -> Mapping[str, tuple[Told, ...]]:
    return sayable(asking.asked_data)


def plain_words(text: str) -> str:
    """Words as they are compared: without case, with the signs of print."""
    for typed, printed in _SIGNS.items():
        text = text.replace(typed, printed)
    return " ".join(text.casefold().rstrip("?. ").split())


def _meant(asking: OpenQuestion, found: Iterable[Effect], words: str) -> list[Effect]:
    """The effects of the answers that the words stand for."""
    told = set(_sayable(asking)[words])
    if asking.asked[0].question.kind == "fact" or all(isinstance(effect.answer, Told) for effect in found):
        return [effect for effect in found if effect.answer in told]
    regions = [
        answer.answer
        for one, data in zip(asking.asked, asking.asked_data, strict=True)
        for answer, as_data in zip(one.answers, data["answers"], strict=True)
        if told_by(as_data) in told and isinstance(answer.answer, ValueRegion)
    ]
    return [e for e in found if isinstance(e.answer, ValueRegion) and any(_lies_in(e.answer, r) for r in regions)]


def _lies_in(one: ValueRegion, other: ValueRegion) -> bool:
    """Whether a region is a part of another."""
    above = (one.low, not one.low_closed) >= (other.low, not other.low_closed)
    return above and (one.high, one.high_closed) <= (other.high, other.high_closed)


def _meets(region: Told | ValueRegion, result: Result) -> bool:
    """Whether a value can lie in a region; a word is compared as it is."""
    if isinstance(region, Told):
        return region.what == result.value
    if result.low > region.high or result.high < region.low:
        return False
    if result.low == region.high and not (result.low_closed and region.high_closed):
        return False
    return not (result.high == region.low and not (result.high_closed and region.low_closed))


class _Read(NamedTuple):
    """A value as an answer has it, and as a result."""

    data: dict[str, Any]
    result: Result


def _value(asked: Asked, text: str) -> _Read | Problem:
    """A value that a person gives."""
    variable = asked.question.id
    if text.casefold() in YES_NO or text.casefold() in _SHORT:
        return Problem("answer-value", "yes or no is no value", help="give the value, with its unit")
    data = {"asks": {"variable": variable}, **said(text, yes_no=False)}
    if variable in ("age", "sex"):
        read = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(?:a|y|years?)?", text) if variable == "age" else None
        if read is None:
            help_ = "give a number of years" if variable == "age" else "answer male or female"
            return Problem("answer-value", "this is no answer to the question", help=help_)
        return _Read(data, Result(variable, float(read[1]), float(read[1])))
    found = resolve(Reply("", date.min, canonical(data["asks"]), value=data["value"]))
    if not isinstance(found, Resolved) or found.result is None:
        return found[0] if not isinstance(found, Resolved) else Problem("answer-value", "the value cannot be used")
    return _Read(data, found.result)


def _dated(situation: Situation, asking: OpenQuestion, text: str) -> Iterable[Effect] | Problem:
    """The effect of a day on which something was, or for which it is planned."""
    match = _DATED.fullmatch(plain_words(text))
    try:
        day = date.fromisoformat(match["day"]) if match else None
    except ValueError:
        day = None
    if match is None or day is None or (day > situation.patient.as_of) is not bool(match["planned"]):
        return Problem("answer-words", "this is no answer to the question", help=unanswered(asking, text))
    return effects_of(situation, [on_day(situation, asking.key, day)])


# --- what it decides


def _decided(situation: Situation, chosen: Iterable[Effect]) -> _Decided:
    """The open tests of which all the effects say the same."""
    met = not_met = situation.answers.unknown & situation.bits
    none = True
    for effect in chosen:
        none = False
        met &= effect.bits & effect.met
        not_met &= effect.bits & ~effect.met & ~effect.unknown
    return _Decided(0, 0) if none else _Decided(met, not_met)


def _to_leaves(situation: Situation, decided: _Decided, subject: str | None) -> Iterator[dict[str, Any]]:
    """An answer to each leaf of an open trial that is decided, but for limits on the value that itself is kept."""
    done = set[str]()
    for trial in situation.trials:
        for ready in trial.criteria:
            for answer in _of_criterion(situation, trial, ready, decided, subject):
                key = canonical(answer)
                if key not in done:
                    done.add(key)
                    yield answer


def _of_criterion(
    situation: Situation, trial: Trial, ready: Ready, decided: _Decided, subject: str | None
) -> Iterator[dict[str, Any]]:
    """The answers to the leaves of a criterion, or to itself where a leaf cannot be answered alone."""
    by_itself = True
    for number, leaf, test in ready.uses:
        bit = 1 << number
        if not (decided.met | decided.not_met) & bit or (subject is not None and subject_of(test) == subject):
            continue
        asks = asked_by(leaf, test)
        if asks is None:
            by_itself = False
        else:
            yield {"asks": asks, "answer": "yes" if decided.met & bit else "no"}
    if by_itself:
        return
    before = situation.answers
    unknown = before.unknown & ~decided.met & ~decided.not_met
    truth = ready.truth(known_as(before, before.met | decided.met, unknown))
    if truth is not Truth.UNKNOWN:
        place, sha = f"{trial.plan.trial}/{ready.criterion.id}", text_sha(ready.criterion.text)
        yield {"criterion": place, "text_sha": sha, "answer": "yes" if truth is Truth.MET else "no"}


def _holds_against_limits(situation: Situation, variable: str) -> bool:
    """Whether a trial holds the very value against a limit, so that an answer with it is used."""
    uses = (test for trial in situation.trials for ready in trial.criteria for _, _, test in ready.uses)
    return variable not in ("age", "sex") and any(subject_of(test) == variable for test in uses)


def unanswered(asking: OpenQuestion, text: str) -> str:
    """What would be an answer to the question."""
    words = list(_sayable(asking))
    near = did_you_mean(text, words)
    return near or f"answer one of: {asking.takes}"
