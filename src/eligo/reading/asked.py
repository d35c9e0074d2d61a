"""An item of which no part is understood, asked of a person in its own words: "sleeps by day, works at night".

It is one statement, whatever its words mean, as long as it is one sentence that says what is so: no heading, no
permission, no condition for some, no value, nothing that points to another place of the page, and no list of what
is known ("risk of stroke", not "risk of stroke or sepsis"). What denies it in front is a negation of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from eligo.criteria import Attest, Not, Predicate
from eligo.reading.item import ItemReading
from eligo.reading.lexicon import belongs_to, name_words
from eligo.reading.meaning.account import JOINS
from eligo.reading.meaning.context import Account
from eligo.reading.naming import is_general
from eligo.reading.neighbours import is_time_unit
from eligo.reading.silent import TELLING
from eligo.reading.tokens import Token
from eligo.truth import Kind
from eligo.vocabulary.named import statement_id

_TOLD: Final = TELLING - {"NUM", "CONCEPT"}
_JOINING: Final = (JOINS | {"OTHER"}) - {"STOP", "SEMI"}
# With one of these in it a line is more than one statement, or none.
_NO_STATEMENT: Final = frozenset(
    [
        *("STOP", "SEMI", "SUBITEM", "COLON", "IF", "IFFIRST", "THEN", "UNLESS", "NEXT", "PERMIT", "MUST", "FOLLOWING"),
        *("AGEUNIT", "AGECOMP", "AGEAFTER", "OLD"),
    ]
)
_FOR_SOME: Final = frozenset(["IF", "IFFIRST", "THEN", "UNLESS", "MUST"])  # who is not meant does what is asked
_MEASURED: Final = frozenset(["VAR", "HEDGE"])
_BEFORE: Final = frozenset(["LIGHT", "WHO"])
_MARKS: Final = frozenset(["STOP", "SEMI", "LIGHT"])
_LONGEST: Final = 400  # characters
_WORD: Final = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


def asked(tokens: Sequence[Token], types: frozenset[str], text: str, kind: Kind) -> ItemReading | None:
    """The item as one statement; None where it is none. It is for who has found that no part of it is understood."""
    stated = "ATTEST" in types
    if not (_of_a_person(tokens, types) if stated else _tells_no_more(tokens, types)):
        return None
    first, last = _ends(tokens, text)
    if first == last:
        return None
    refuses = stated and tokens[first].value == "refusal"  # `unwilling to comply or zorblax`
    denial = tokens[first] if tokens[first].type == "NEG" and not refuses else None
    body = tokens[first:last] if denial is None else tokens[first + 1 : last]
    if not _is_plain(denial, body, text, kind) or not _is_statement(body, text, refuses=refuses):
        return None
    forbidden = _NO_STATEMENT - _FOR_SOME if stated and kind == "inclusion" else _NO_STATEMENT
    if not forbidden.isdisjoint(t.type for t in body):
        return None
    span = body[0].start, body[-1].end
    leaf = Attest(statement_id("statement", text[slice(*span)]), span=span)
    predicate: Predicate = leaf if denial is None else Not(leaf)
    return ItemReading(predicate, (), account=_account(tokens, denial, span))


def _is_plain(denial: Token | None, body: Sequence[Token], text: str, kind: Kind) -> bool:
    """Whether it is clear who fulfils it: an exclusion that denies or obliges may keep out who does so, or does not."""
    if kind == "exclusion":
        return denial is None and not _obliges(body, text)
    return denial is None or denial.value == "plain"


def _tells_no_more(tokens: Sequence[Token], types: frozenset[str]) -> bool:
    """Whether nothing that is known is in it but times and the names of things, and no list of those."""
    if not types.isdisjoint(_TOLD) or ("CONCEPT" in types and not types.isdisjoint(_JOINING)):
        return False
    if any(token.type == "CONCEPT" and "|" in str(token.value) for token in tokens):  # `hepatitis B or C`
        return False
    return "NUM" not in types or all(map(_of_time, tokens, [*tokens[1:], None]))


def _ends(tokens: Sequence[Token], text: str) -> tuple[int, int]:
    """The place of the first token behind the words of grammar, and that behind the last one before the marks."""
    first, last = 0, len(tokens)
    while last and tokens[last - 1].type in _MARKS and not text[tokens[last - 1].start].isalnum():
        last -= 1
    while first < last and _tells_whom(tokens[first], text):
        first += 1
    return first, last


def _tells_whom(token: Token, text: str) -> bool:
    """Whether nothing but of whom a line speaks stands there: "patients with", "the subject has"."""
    of_whom = name_words("before_statements", "before_asked")
    return token.type in _BEFORE and of_whom.issuperset(_WORD.findall(text[token.start : token.end].casefold()))


def _obliges(body: Sequence[Token], text: str) -> bool:
    """Whether tokens tell what somebody must do."""
    obliging = name_words("obliging")
    return any(not obliging.isdisjoint(_WORD.findall(text[t.start : t.end].casefold())) for t in body)


def _of_a_person(tokens: Sequence[Token], types: frozenset[str]) -> bool:
    """Whether all that is known is what a person states, and of whom: women who agree to use contraception."""
    if not types.isdisjoint(_MEASURED):
        return False
    topics = [str(token.value) for token in tokens if token.type == "ATTEST"]
    named = {id_ for token in tokens if token.type == "CONCEPT" for id_ in str(token.value).split("|")}
    return named <= {concept for topic in topics for concept in belongs_to(topic)}


def _is_statement(body: Sequence[Token], text: str, *, refuses: bool) -> bool:
    """Whether tokens say one thing of a patient: several words of one sentence, not all of them known."""
    if not any(token.type == "FILLER" for token in body) or body[-1].type in ("OR", "AND"):
        return False
    if body[0].type in ("OR", "AND") or (body[0].type == "NEG" and not refuses):
        return False
    said = text[body[0].start : body[-1].end]
    if said.count("(") != said.count(")"):
        return False
    written = _WORD.findall(said.casefold())
    if (
        len(written) < 2
        or len(said) > _LONGEST
        or not name_words("not_asked").isdisjoint(written)
        or _tells_nothing(written)
    ):
        return False
    return text[body[-1].end :].strip()[:1] != ":"


def _tells_nothing(words: Sequence[str]) -> bool:
    """Whether words name no thing: "medical conditions", "study procedures"."""
    trial = name_words("for_one_trial", "of_the_study")
    return all(is_general(word) or word in trial or word.partition("-")[0] in trial for word in words)


def _of_time(token: Token, behind: Token | None) -> bool:
    """Whether a token is no number, or that of a time."""
    return token.type != "NUM" or is_time_unit(behind)


def _account(tokens: Sequence[Token], denial: Token | None, span: tuple[int, int]) -> tuple[Account, ...]:
    made = [Account((t.start, t.end), "grammar") for t in tokens if t.end <= span[0] and t is not denial]
    made += [Account((denial.start, denial.end), "modifier")] if denial is not None else []
    made.append(Account(span, "leaf"))
    return (*made, *(Account((t.start, t.end), "grammar") for t in tokens if t.start >= span[1]))
