"""What ties two names, and which names behind it are of its list: `asthma requiring A or B`, `due to A, B or C`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Final

from eligo.reading.lexicon import words
from eligo.reading.line import ENDS, NEAR, SEPARATORS, LinePass
from eligo.reading.share import kind_named
from eligo.reading.tokens import Token
from eligo.vocabulary.concepts import concepts

_SCOPES: Final = frozenset(["OPEN", "SUCH", "EXCEPT", "IF", "UNLESS", "IFFIRST", "THEN", "MUST", "COLON"])
BOND: Final = frozenset(["BOND"])
_CONCEPT: Final = frozenset(["CONCEPT"])
_BOUND: Final = BOND | {"INNER"}  # behind one of these stands what is bonded
_MARKS: Final = _BOUND | _SCOPES | SEPARATORS | ENDS
# A list of names stands behind these.
_LISTING: Final = frozenset(["due_to", "unrelated_to", "associated_with", "with", "without"])
_OF_NAMES: Final = frozenset(["CONCEPT", "FILLER", "LIGHT", "QUAL", "STATUS"])
_NARROWING: Final = frozenset(["LIGHT", "QUAL", "STATUS", "OTHER", "OR", "AND", "COMMA"])
# What may be bonded by a small word.
NAMING: Final = frozenset(["CONCEPT", "FILLER", "ATTEST", "VAR", "QUAL", "STATUS", "NUM", "COMP", "OTHER"])
_FEW: Final = 8  # tokens: no more narrow one name
_TREATMENTS: Final = frozenset(["procedure", "medication", "state"])
# Said of a patient alone: the status of `or requiring B`.
OF_PATIENTS: Final = {"requiring": "now", "treated_with": "active"}


def listed(line: LinePass, i: int, token: Token) -> bool:
    """`asthma requiring A or B`: what is joined on is of the same kind as what is required."""
    mark, bond = line.last_here(_MARKS), line.last_here(BOND)
    if mark is None or bond is None or mark.type not in _BOUND:
        return False
    if _of_patients_again(line, i):
        return False
    noun = noun_behind(line, i) if bond.value != "that" and _waits_for_noun(line, mark, bond) else None
    if noun is not None and noun.type == "CONCEPT":
        return True
    if _of_one_list(line, i, mark, bond):
        return True
    following = _joined_on(line, i, mark, token, bond)
    if following is None or line.relates_next(i) or _begins_anew(line, following, bond):
        return False
    return _takes(line, i, bond, following, by_word=token.type != "COMMA" and mark.type == "BOND")


def _takes(line: LinePass, i: int, bond: Token, following: Token, *, by_word: bool) -> bool:
    """Whether the one name behind a separator is bonded as the one before it is."""
    if bond.value == "without" and by_word and following.type in ("CONCEPT", "VAR"):
        return True  # `without A or INR > 2`: with neither
    if bond.value == "with" and line.core == "VAR" and following.type == "CONCEPT" and line.limited():
        return _heads_all(line, bond)  # `heart failure with LVEF < 40 % or edema`
    if not line.core == following.type == "CONCEPT":
        return by_word and _on_no_concept(line, following, bond)
    if _says_again(line, i, bond):  # `attributable to A or to B`
        return True
    if bond.value in ("with", "without", "that"):
        return by_word
    return _of_a_kind(line, following, bond, line.tokens[i])


def _of_patients_again(line: LinePass, i: int) -> bool:
    """`due to A, or on B`: whether what is joined on is said of the patient."""
    behind = line.tokens[i + 1 : i + 2]
    return bool(behind) and behind[0].type == "STATUS" and line.written(behind[0]) in words("of_patients_again")


def noun_behind(line: LinePass, i: int) -> Token | None:
    """The name behind words that narrow it, or of which one does: `for acute or chronic hepatitis`."""
    return next((t for t in line.tokens[i + 1 : i + _FEW] if t.type not in _NARROWING), None)


def _waits_for_noun(line: LinePass, mark: Token, bond: Token) -> bool:
    """Whether nothing but words that narrow stands behind the word that bonds: `for acute`, `for acute, subacute`."""
    if line.last() != "QUAL" or (bond.value == "without" and line.written(bond) in words("denying")):
        return False  # `A that was not treated, or B`
    between = itertools.takewhile(lambda token: token is not mark, reversed(line.out[-_FEW:]))
    return all(token.type in _NARROWING for token in between)


def _of_one_list(line: LinePass, i: int, mark: Token, bond: Token) -> bool:
    """`due to A, B or C`, `with A, B`: names alone between commas, up to a word that closes their list, or its end."""
    if bond.value not in _LISTING or line.core not in ("CONCEPT", "FILLER"):
        return False
    closing = _closes(line.tokens[i])
    if closing and mark.type != "INNER":
        return False
    named = False
    for token in _without_brackets(line.tokens[i + 1 : i + NEAR]):
        if token.type in SEPARATORS:
            if not named or closing:
                return False
            named, closing = False, _closes(token)
        elif token.type in _OF_NAMES and not (token.type == "FILLER" and token.value):
            named = named or token.type in ("CONCEPT", "FILLER")
        else:
            return (closing or token.type in ENDS) and named and token.type not in ("REL", "NEG", "OPEN")
    return named


def _without_brackets(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens without the brackets behind the first of them."""
    depth = 0
    for i, token in enumerate(tokens):
        depth += token.type == "OPEN" and i > 0
        if not depth:
            yield token
        depth -= depth > 0 and token.type == "CLOSE"


def _closes(token: Token) -> bool:
    return token.type in ("AND", "OR") or token.value in ("and", "or")


def _heads_all(line: LinePass, bond: Token) -> bool:
    """Whether what something is bonded to stands in no list: nothing is joined before it."""
    return all(t.type not in SEPARATORS for t in line.out[-NEAR:] if t.end <= bond.start)


def _begins_anew(line: LinePass, following: Token, bond: Token) -> bool:
    """`asthma with COPD, or asthma of more than 20 years`: whether the name that something is bonded to comes again."""
    before = [t for t in line.out[-NEAR:] if t.type == "CONCEPT" and t.end <= bond.start]
    return following.type == "CONCEPT" and bool(before) and before[-1].value == following.value


def _joined_on(line: LinePass, i: int, mark: Token, token: Token, bond: Token) -> Token | None:
    """The name behind a separator; what closes a list may have words before it: `A, B, or ongoing use of C`.

    So may what is required: `requiring A or treatment with B`.
    """
    closes = mark.type == "INNER" and (token.type == "OR" or token.value == "or")
    limited = bond.value == "with" and line.core == "VAR" and line.limited()  # `with LVEF < 40 % or prior A`
    leading = ("LIGHT", "STATUS", "QUAL") if closes or limited else ("LIGHT",)
    behind = [t for t in line.tokens[i + 1 : i + 8] if t.type not in leading]
    if bond.value == "requiring":
        behind = [t for t in behind if t.type != "STATUS" or t.value != "used"]
    found = behind[0] if behind else None
    return found if found is not None and found.type in ("CONCEPT", "VAR") else None


def _says_again(line: LinePass, i: int, bond: Token) -> bool:
    """Whether the last word of what bonds stands behind the separator once more."""
    behind = line.tokens[i + 1 : i + 2]
    last = line.written(bond).split()[-1:]  # none where only the place bonds: `A received B`
    return bool(behind) and behind[0].type == "LIGHT" and [line.written(behind[0])] == last


def _on_no_concept(line: LinePass, following: Token, bond: Token) -> bool:
    """Whether both are limits behind `with`, or a treatment stands behind words that nobody knows."""
    if line.core == "VAR" or following.type == "VAR":  # `with A >= 180 or B >= 120`
        core = "VAR" if line.core == "CLOSE" else line.core  # `with systolic pressure (BP) >= 180`
        return core == following.type and bond.value == "with" and line.limited()
    treats = bond.value in OF_PATIENTS and kind_named(str(following.value)) in _TREATMENTS
    return line.core == "FILLER" and treats  # `requiring zorblax treatment or A`


def _of_a_kind(line: LinePass, following: Token, bond: Token, token: Token) -> bool:
    last = line.last_of(_CONCEPT)
    if last is None:
        return False
    causes = bond.value in ("due_to", "unrelated_to", "associated_with") and token.type != "COMMA"
    kinds = {kind_named(str(last.value)), kind_named(str(following.value))}
    return causes or kinds <= _TREATMENTS or (len(kinds) == 1 and "condition" not in kinds)


def bond_of(line: LinePass, i: int, written: str) -> str:
    """How a small word ties what follows to what stands before; the empty string where it does not."""
    if written == "for":
        return "due_to" if _indicated(line, i) else ""
    if written in words("bond_with"):
        return "with" if _bond_core(line) and line.follows(i, NAMING) else ""
    if written in words("bond_from"):
        return "from" if _bond_core(line) and line.follows(i, NAMING) else ""
    if written in words("bond_that"):
        return "that" if _described(line, i, written) and line.ahead(i) is not None else ""
    return ""


def _indicated(line: LinePass, i: int) -> bool:
    """`chemotherapy for a malignancy`: what is done or taken, and why."""
    last = line.out[-1 - line.bracket_begins()] if len(line.out) > line.bracket_begins() else None
    if last is None or last.type != "CONCEPT" or not _is_given(last):
        return False
    following = noun_behind(line, i)
    return following is not None and following.type == "CONCEPT" and kind_named(following.value) == "condition"


def _described(line: LinePass, i: int, written: str) -> bool:
    """Whether a fact stands before a word such as `who`; one that stands there twice begins a list of clauses."""
    if line.core == "CONCEPT" or not line.separated():
        return line.core == "CONCEPT"
    first = written.split()[0]
    again = any(line.written(token).split()[:1] == [first] for token in line.tokens[:i])
    return not again and line.core_before_separator() == "CONCEPT"


def _is_given(token: Token) -> bool:
    """Whether it is done or given for a reason: a procedure, a medication, a stay in hospital."""
    concept = concepts().get(str(token.value).split("|")[0])
    return concept is not None and (concept.kind in ("procedure", "medication") or concept.aspect == "exposure")


def _bond_core(line: LinePass) -> bool:
    if line.core in ("CONCEPT", "CLOSE", "VAR", "NUM", "FILLER"):
        return True
    if line.separated():
        return line.core_before_separator() in ("CONCEPT", "CLOSE")
    return line.bracket_begins() and bool(line.stack) and line.stack[-1][1] in ("CONCEPT", "CLOSE")
