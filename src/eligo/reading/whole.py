"""What is not understood of a sentence, asked by the whole sentence: a fragment of it would be another question.

Where a sentence S says `A or x` and nobody knows what x says, `A or S` says the same as S, and so it is with every
join: of a predicate f in which what is not understood can only help, f(x) is S, and f(S) = f(f(x)) = f(x). Below a
negation, what denies S stands in its place. So what is understood decides by itself, and what is left is asked in the
words of the protocol, where nothing in it can be misread.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from typing import Final

from eligo.criteria import (
    JOINED,
    AllOf,
    Ambiguity,
    AnyOf,
    AtLeast,
    Attest,
    IfThen,
    Not,
    Predicate,
    Present,
    Span,
    Unparsed,
    leaves,
)
from eligo.dataclass import replace
from eligo.reading.item import ItemReading
from eligo.reading.lexicon import any_phrase, name_words
from eligo.reading.meaning.context import Account
from eligo.reading.meaning.joining import has_unread
from eligo.reading.neighbours import TIME_CODES, is_time_unit
from eligo.reading.tokens import Token
from eligo.truth import Kind
from eligo.vocabulary.named import is_named, statement_id

# With one of these a text is more than one statement, or none.
_NO_STATEMENT: Final = frozenset(["STOP", "SUBITEM", "COLON", "NEXT", "PERMIT"])
_FOR_SOME: Final = frozenset(["IF", "IFFIRST", "THEN", "UNLESS", "MUST"])
# What is not understood for one of these reasons may be a slip, or lets somebody in.
_DOUBTFUL: Final = frozenset(["contradiction", "idle", "permission", "second-sentence"])
_TIMES: Final = frozenset(["WITHIN", "LASTING", "BEFORE", "SINCE", "AGO"])
_REACHING: Final = frozenset(["NEG", "HEDGE", "STATUS", "IF", "UNLESS", "EXCEPT"])
_LONGEST: Final = 400  # characters
_WORD: Final = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_AROUND: Final = " \t\n.,;-•*"
_NUMBER: Final = r"(?:\d+[a-z]?|[ivx]+|[a-e])"  # of a part of a trial: "phase 1b", "cohort B"


def ask_rest(
    reading: ItemReading, tokens: Sequence[Token], text: str, kind: Kind, *, certain: bool = False
) -> ItemReading:
    """The reading with what is not understood asked by the whole sentence, where that is one statement.

    `certain`: it is known what is not understood, and that it changes nothing of the rest.
    """
    if not has_unread(reading.predicate) or not _can_be_asked(reading, tokens, text, kind):
        return reading
    span = _stated(text)
    whole = Attest(statement_id("statement", text[slice(*span)]), span=span)
    lost = [leaf.text for leaf in _not_understood(reading.predicate)]
    if not certain and _may_reach(reading.predicate, tokens, text):
        reading = reading._replace(predicate=Unparsed(text, span=(0, len(text))), ambiguity=None)
    apart = not isinstance(reading.predicate, Unparsed)
    notes = [f"`{words}` is not understood by itself: the whole sentence is asked" for words in lost if apart]
    return reading._replace(
        predicate=_asked(reading.predicate, whole, denied=False),
        ambiguity=_of_each(reading.ambiguity, whole),
        notes=(*reading.notes, *notes),
        not_read=(),
        account=tuple(_as_leaf(entry) for entry in reading.account),
    )


def _may_reach(predicate: Predicate, tokens: Sequence[Token], text: str) -> bool:
    """Whether what is not understood may be said of what is: a time, a negation, a purpose at the end of a list."""
    if _may_be_timed(predicate, tokens) or _may_be_told(predicate, text):
        return True
    lost = _spans(predicate)
    known = [leaf.span for leaf in leaves(predicate) if not isinstance(leaf, Unparsed) and leaf.span is not None]
    if isinstance(predicate, AllOf) and all(one[1] <= other[0] for one in known for other in lost):
        return False  # `A that is zorblaxed by B`: without A nothing of it is so
    return any(_reaches(span, tokens, text) for span in lost)


def _reaches(lost: Span, tokens: Sequence[Token], text: str) -> bool:
    """Whether a word with which more begins, or one that denies, stands among words that are not understood."""
    if _holds(lost, tokens, _REACHING):
        return True
    return not name_words("reaching_beyond").isdisjoint(_WORD.findall(text[slice(*lost)].casefold()))


def _may_be_timed(predicate: Predicate, tokens: Sequence[Token]) -> bool:
    """Whether a time that is not understood may be one of a fact that has none: `A within 4 weeks or 12 weeks`."""
    timed = any(_holds(span, tokens, _TIMES) or _is_length(span, tokens) for span in _spans(predicate))
    return timed and any(isinstance(leaf, Present) and leaf.window is None for leaf in leaves(predicate))


def _is_length(span: Span, tokens: Sequence[Token]) -> bool:
    """Whether it consists of a length of time, as the end of `A or B, < 6 months` does."""
    within = [token for token in tokens if span[0] <= token.start < span[1]]
    return bool(within) and within[-1].type == "UNIT" and within[-1].value in TIME_CODES and within[0].type == "COMP"


def _not_understood(predicate: Predicate) -> Iterator[Unparsed]:
    return (leaf for leaf in leaves(predicate) if isinstance(leaf, Unparsed))


def _spans(predicate: Predicate) -> list[Span]:
    """Where the words stand that are not understood."""
    return [leaf.span for leaf in _not_understood(predicate) if leaf.span is not None]


def _holds(span: Span, tokens: Sequence[Token], types: frozenset[str]) -> bool:
    """Whether a token of one of the types begins within a stretch of the text."""
    return any(span[0] <= token.start < span[1] and token.type in types for token in tokens)


def _may_be_told(predicate: Predicate, text: str) -> bool:
    """Whether words that are not understood may change what is understood right beside them, or deny it.

    `menstrual blood loss >= 80 mL`, `refractory to A, defined as ...`, `A and non-A`: the known words would mislead.
    """
    if isinstance(predicate, AllOf):
        lost = [part.span for part in predicate.parts if isinstance(part, Unparsed) and part.span is not None]
        known = [leaf.span for part in predicate.parts if not has_unread(part) for leaf in leaves(part) if leaf.span]
        if any(_touch(one, other, text) for one in lost for other in known):
            return True
    if isinstance(predicate, Not):
        return _may_be_told(predicate.part, text)
    return isinstance(predicate, JOINED) and any(_may_be_told(part, text) for part in predicate.parts)


def _touch(lost: Span, known: Span, text: str) -> bool:
    """Whether nothing that joins or narrows stands between words that are not understood and those that are."""
    behind = known[1] <= lost[0]
    between = text[known[1] : lost[0]] if behind else text[lost[1] : known[0]]
    if text[slice(*lost)].casefold().startswith(tuple(name_words("denying_beginnings"))):
        return True
    written = _WORD.findall(between.casefold())
    if not name_words("explaining_beside").isdisjoint(written):
        return True
    joined = "," in between or ";" in between or not name_words("joining_beside").isdisjoint(written)
    return not joined and not (behind and not name_words("narrowing_beside").isdisjoint(written))


def _of_each(ambiguity: Ambiguity | None, whole: Attest) -> Ambiguity | None:
    """The readings with the statement in place of what is not understood, as far as they still differ."""
    if ambiguity is None:
        return None
    readings = tuple(dict.fromkeys(_asked(one, whole, denied=False) for one in ambiguity.readings))
    return replace(ambiguity, readings=readings) if len(readings) > 1 else None


def _as_leaf(entry: Account) -> Account:
    return entry._replace(role="leaf") if entry.role == "unparsed" else entry


def _stated(text: str) -> Span:
    """Where the sentence stands without the marks around it."""
    return len(text) - len(text.lstrip(_AROUND)), len(text.rstrip(_AROUND))


def _asked(predicate: Predicate, whole: Attest, *, denied: bool) -> Predicate:
    """The predicate with the whole statement in place of each part that is not understood."""
    if isinstance(predicate, Unparsed):
        return Not(whole) if denied else whole
    if isinstance(predicate, Not):
        part = _asked(predicate.part, whole, denied=not denied)
        return part.part if isinstance(part, Not) and isinstance(predicate.part, Unparsed) else Not(part)
    if isinstance(predicate, IfThen):
        condition = _asked(predicate.condition, whole, denied=not denied)
        return replace(predicate, condition=condition, then=_asked(predicate.then, whole, denied=denied))
    if isinstance(predicate, (AllOf, AnyOf)):
        parts = tuple(dict.fromkeys(_asked(part, whole, denied=denied) for part in predicate.parts))
        if whole in parts:
            parts = tuple(part for part in parts if not _tells_no_more(predicate, part, whole))
        return parts[0] if len(parts) == 1 else type(predicate)(parts)
    if isinstance(predicate, AtLeast):
        return replace(predicate, parts=tuple(_asked(part, whole, denied=denied) for part in predicate.parts))
    return predicate


def _tells_no_more(joined: AllOf | AnyOf, part: Predicate, whole: Attest) -> bool:
    """Whether a part beside the sentence tells no more than that: a name in all of both; `S, or A and S` is S."""
    if isinstance(joined, AllOf):
        return isinstance(part, Present) and is_named(part.concept)
    return isinstance(part, AllOf) and whole in part.parts


def _can_be_asked(reading: ItemReading, tokens: Sequence[Token], text: str, kind: Kind) -> bool:
    """Whether an item is one statement about a patient, of which it is clear who fulfils it."""
    types = frozenset([token.type for token in _without_end(tokens)])
    if kind == "inclusion":  # all of its sentences are asked for, or say how
        types -= {"STOP"}
    if len(text) > _LONGEST or not types.isdisjoint(_NO_STATEMENT):
        return False
    if not types.isdisjoint(_FOR_SOME) and not _condition_read(reading.predicate):
        return False
    lost = [leaf.span for leaf in _not_understood(reading.predicate)]
    doubtful = _DOUBTFUL - {"second-sentence"} if kind == "inclusion" else _DOUBTFUL
    if any(not_read.code in doubtful for not_read in reading.not_read) or any(
        _tells_more(tokens, span, text) for span in lost
    ):
        return False
    return _is_one_statement(text) and (kind == "inclusion" or _rules_out(tokens, text))


def _without_end(tokens: Sequence[Token]) -> Sequence[Token]:
    """The tokens without the mark at the end of the sentence."""
    last = len(tokens)
    while last and tokens[last - 1].type in ("STOP", "SEMI", "LIGHT"):
        last -= 1
    return tokens[:last]


def _is_one_statement(text: str) -> bool:
    """Whether words say one thing: not of the page or of a part of the trial, no title, nothing that goes on."""
    said = text.casefold().strip(_AROUND)
    written = _WORD.findall(said)
    if len(written) < 2 or said.endswith(":") or said.count("(") != said.count(")"):
        return False
    if written[0] in _going_on() or written[-1] in _going_on():
        return False
    if not name_words("not_asked", "not_asked_whole").isdisjoint(written):
        return False
    named = any(part in said for part in name_words("parts_of_a_trial"))
    return not named or _part_of_a_trial().search(said) is None


@functools.cache
def _part_of_a_trial() -> re.Pattern[str]:
    """A part of a trial by its number: "phase 1b", "cohort B"."""
    return re.compile(rf"\b{any_phrase(name_words('parts_of_a_trial'))}\s+{_NUMBER}\b")


def _going_on() -> frozenset[str]:
    """Words with which a sentence neither begins nor ends."""
    return name_words("joining", "left_over")


def _rules_out(tokens: Sequence[Token], text: str) -> bool:
    """Whether it is clear that who does what an exclusion says is out: it denies and asks for nothing itself."""
    first = next((token for token in tokens if token.type not in ("LIGHT", "WHO")), None)
    if first is None or first.type == "NEG":
        return False
    said = f" {' '.join(_WORD.findall(text.casefold()))} "
    return not any(f" {words} " in said for words in name_words("obliging", "asking_for"))


def _tells_more(tokens: Sequence[Token], span: Span | None, text: str) -> bool:
    """Whether a number of no time, or somebody else, stands in a part that is not understood."""
    for i, token in enumerate(tokens):
        inside = span is None or (span[0] <= token.start and token.end <= span[1])
        if inside and (token.value == "others" or (token.type == "NUM" and not _of_a_time(tokens, i, text))):
            return True
    return False


def _of_a_time(tokens: Sequence[Token], i: int, text: str) -> bool:
    """Whether a number is of a length of time, or tells which of some events is meant: `4 weeks`, `visit 2`."""
    if i + 1 < len(tokens) and is_time_unit(tokens[i + 1]):
        return True
    for before in range(i - 1, -1, -1):
        written = _WORD.findall(text[tokens[before].start : tokens[before].end].casefold())
        if written:
            return written[-1] in name_words("numbered_events")
    return False


def _condition_read(predicate: Predicate) -> bool:
    """Whether something is asked of some alone, and it is understood of whom each time."""
    found = list(_conditions(predicate))
    return bool(found) and not any(map(has_unread, found))


def _conditions(predicate: Predicate) -> Iterator[Predicate]:
    if isinstance(predicate, IfThen):
        yield predicate.condition
        yield from _conditions(predicate.then)
    elif isinstance(predicate, (AllOf, AnyOf, AtLeast)):
        for part in predicate.parts:
            yield from _conditions(part)
    elif isinstance(predicate, Not):
        yield from _conditions(predicate.part)
