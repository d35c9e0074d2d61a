"""Which tokens join, and what: words of scope take the separator before them, and each gets the part that it plays.

`X, if A`, `X; if A` and `X if A` are one thing. What a word of scope cannot do where it stands makes it a word of logic
that no rule used, which leaves its unit to a person.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from eligo.reading import clauses, heads
from eligo.reading.bonded import BOND, NAMING, OF_PATIENTS, bond_of, listed
from eligo.reading.lexicon import PLAIN_STATUSES, words
from eligo.reading.line import ENDS, LIMIT, NEAR, SEPARATORS, TAKEN, LinePass
from eligo.reading.share import kind_named
from eligo.reading.tokens import Token

_MEASURES: Final = LIMIT | {"VAR"}
_STATES: Final = _MEASURES | {"NEG", "ATTEST"}  # with these begins what is asked of some patients
_BRACKETED: Final = frozenset(["IF", "EXCEPT", "UNLESS", "COMP", "BETWEEN"])  # a bracket that begins so has a head
_BEFORE_ANEW: Final = SEPARATORS | {"", "THEN", "NEG", "OPEN", "STOP", "SUBITEM", "COLON"}  # behind these a unit begins


_FACT: Final = frozenset(["CONCEPT"])
_AT_THE_END: Final = frozenset(["IF", "EXCEPT", "UNLESS"])  # with these a bracket at the end of a list is of all of it
_WHOM: Final = frozenset(["IF", "SEX"])


def scope(tokens: list[Token], text: str) -> list[Token]:
    """The tokens with the words of scope settled; every character stays in exactly one token."""
    return _run(LinePass(tokens, text))


def _run(line: LinePass) -> list[Token]:
    """Settle every token."""
    for i, token in enumerate(line.tokens):
        if i == line.heads:
            line.begin(Token("COLON", token.start, token.start))
        step = _STEPS.get(token.type)
        if step is not None:
            step(line, i, token)
        else:
            line.add(token)
    return line.out


# --- brackets


def _open(line: LinePass, i: int, token: Token) -> None:
    following = line.ahead(i)
    if following is not None and following.type in _AT_THE_END and clauses.ends_list(line, i, following):
        return  # `A or B (unless C)` is `A or B, unless C`
    if following is not None and following.type in _BRACKETED:
        leads = following.type == "IF" and line.same_level(i, lambda _, t: t.type == "COMMA") >= 0
        heads_list = line.same_level(i, lambda _, t: t.type == "FOLLOWING" or line.is_colon(t)) >= 0
        if not leads and not heads_list:  # `X; (if A)`
            line.take_separator(token)
    line.stack.append((line.said, line.core, line.first, line.tied, line.scoped, line.bound))
    line.begin(token)


def _close(line: LinePass, i: int, token: Token) -> None:
    if line.stack:
        line.said, line.core, line.first, line.tied, line.scoped, line.bound = line.stack.pop()
    line.add(token)


# --- separators


def _comma(line: LinePass, i: int, token: Token) -> None:
    """The comma of `if A, B` or `A, in women B`, one among what is bonded, or one of a list."""
    if line.first and _asks(line, i):
        token.type, line.first, line.scoped = "THEN", False, "THEN"
    elif line.tied and line.follows(i, _STATES):
        token.type, line.tied, line.scoped = "NEXT", False, ""
    elif listed(line, i, token):
        token.type = "INNER"
    line.join(token)


def _semicolon(line: LinePass, i: int, token: Token) -> None:
    line.part()
    token.type = "COMMA" if line.bound else "SEMI"
    line.join(token)


def _connective(line: LinePass, i: int, token: Token) -> None:
    """`and` and `or`: before a list of its own, a limit for others, one more of what is bonded, or of a list."""
    word = token.type.lower()
    if not line.stack and _heads_list(line, i):  # `A and any of the following: B; C`
        line.part()
        token.type, token.value = "SEMI", word
    elif line.tied and line.follows(i, _MEASURES):
        token.type, token.value, line.tied, line.scoped = "NEXT", word, False, ""
    elif _with_more(line, token):
        line.unused(token, "logic")
        return
    elif listed(line, i, token):
        token.type, token.value = "INNER", word
    line.join(token)


def _with_more(line: LinePass, token: Token) -> bool:
    """`A requiring B or with C`, `A without B or with C`: whether C is said of A again, as which no rule reads it."""
    bond = line.last_here(BOND) if line.written(token) in words("or_with") else None
    return bond is not None and bond.value != "with"


def _heads_list(line: LinePass, i: int) -> bool:
    """Whether `any of the following` comes next, with a list behind its colon."""
    following = line.ahead(i)
    return (
        following is not None
        and following.type == "FOLLOWING"
        and not line.scoped
        and line.same_level(i, lambda _, token: line.is_colon(token)) >= 0
    )


def _asks(line: LinePass, i: int) -> bool:
    """Whether what is asked begins behind this comma; in `for patients with A, B or C` another condition does."""
    later = line.same_level(i, lambda j, token: token.type == "COMMA" or _for_others(line, j, token))
    last = later < 0 or line.tokens[later].type == "SEMI"
    following, behind = line.ahead(i), line.tokens[i + 1 : i + 2]
    if behind and line.previous() in ("SEX", "GROUP") and line.written(behind[0]) in words("fresh"):
        return True  # `if female, is pregnant, lactating or ...`
    if line.last() in ("LIGHT", "CONCEPT") and clauses.names_people(line, line.out[-1]):
        return True  # `for diabetic patients, A, B or C`
    return last or (following is not None and following.type in _STATES | {"SEX", "GROUP", "LIGHT"})


def _for_others(line: LinePass, i: int, token: Token) -> bool:
    """`in women, A; in men, B`: whether something else is asked of others behind a semicolon."""
    return token.type == "SEMI" and line.follows(i, _WHOM)


def _stop(line: LinePass, i: int, token: Token) -> None:
    if line.bound:  # in `(if A. B)` nothing but a list can stand
        token.type = "COMMA" if token.type == "STOP" else "LIGHT"
        line.join(token)
        return
    line.depth = 0
    line.begin(token)


# --- words of scope


def _except(line: LinePass, i: int, token: Token) -> None:
    following = line.ahead(i)
    if not line.said and not line.bracket_begins():
        line.unused(token)
        return
    if line.last() in ("AND", "OR"):
        line.unused(token)
        return
    unless = token.type == "UNLESS" or (following is not None and (following.type == "IF" or line.sexed(following)))
    of_a_condition = not unless and line.scoped in ("IF", "UNLESS")  # `B if A except C`: of A, or of B
    if line.bound or line.first or of_a_condition or line.deep():
        line.unused(token)
        return
    line.take_separator(token)
    if unless and following is not None:
        token.type = "UNLESS"
        following.type = "LIGHT" if following.type == "IF" else following.type
    line.tied = False
    line.scope(token)


def _relation(line: LinePass, i: int, token: Token) -> None:
    """`A requiring B`; `A, or requiring B` are two things."""
    mark = line.out[-1] if line.out else None
    if mark is not None and (mark.type == "OR" or (mark.type in TAKEN and mark.value == "or")):
        if token.value in OF_PATIENTS and line.last_of(BOND) is None:
            token.type, token.value = "STATUS", OF_PATIENTS[token.value]
            line.add(token)
        else:
            line.unused(token)
        return
    if mark is not None and mark.type == "SEMI" and token.value in OF_PATIENTS and len(line.tokens) > i + 1:
        line.unused(token)  # `A; treated with B`: a thing of its own, or of A
        return
    _bond(line, token, str(token.value))


def _bond(line: LinePass, token: Token, value: str) -> None:
    line.take_separator(token)
    token.type, token.value = "BOND", value
    line.bound = line.bound or line.bracket_begins()
    line.join(token)


def _such(line: LinePass, i: int, token: Token) -> None:
    if _describes(line, i, token):
        token.value = "that"
    if not line.said and not line.bracket_begins():
        token.type = "LIGHT"
        line.add(token)
        return
    line.take_separator(token)
    line.bound = line.bound or line.bracket_begins()
    line.join(token)


def _describes(line: LinePass, i: int, token: Token) -> bool:
    """`a melanoma that is refractory`: words that tell of what stands before them; behind a comma they define it."""
    behind = line.tokens[i + 1 : i + 2]
    apart = line.separated() or line.bracket_begins() or not line.said or (behind and behind[0].type == "COMMA")
    return not apart and line.written(token) in words("bond_that")


def _permit(line: LinePass, i: int, token: Token) -> None:
    """`A is allowed`: at the end of what is said, and not denied."""
    behind = line.tokens[i + 1 : i + 2]
    ends = not behind or behind[0].type in ENDS or behind[0].type == "SEMI"
    if line.said and ends and not line.scoped and line.previous() not in ("NEG", "MUST"):
        line.join(token)
    else:
        line.unused(token)


def _behind_limit(line: LinePass, i: int, token: Token) -> bool:
    """`hemoglobin >= 9 without transfusion`: right behind the limit of a value, before what must not be there."""
    plain = line.written(token) == "without" and line.core == "VAR" and not line.scoped
    return plain and line.last() in ("NUM", "UNIT", "NORMAL") and line.follows(i, _FACT)


def _negation(line: LinePass, i: int, token: Token) -> None:
    """`A without B`: after a fact a negation rules out what follows beside it; a limit holds unless there is B."""
    separated = line.separated()
    absent = line.written(token) in words("absent") and line.limited(skip=separated or line.bracket_begins())
    if absent or _behind_limit(line, i, token):
        token.type, token.value = "UNLESS", "absent"
        _except(line, i, token)
        return
    before = line.core_before_separator() if separated else line.core
    alone = line.written(token) in words("bond_without") or line.with_next(i, token) in words("bond_without")
    if before in ("CONCEPT", "CLOSE") and (not separated or alone) and line.follows(i, NAMING):
        _bond(line, token, "without")
    else:
        line.add(token)


def _status(line: LinePass, i: int, token: Token) -> None:
    """`renal disease undergoing dialysis`: a status between two facts joins them; `biopsy proven A` tells a method."""
    following = line.ahead(i)
    joins = line.core in ("CONCEPT", "VAR") and _of_type(following, "CONCEPT", "QUAL")
    joins = joins and line.previous() not in ("BOND", "BEFORE", "SINCE")  # `within 2 weeks before receiving B`
    hyphened = line.text[token.start - 1 : token.start] == "-"  # `biopsy-proven, invasive A`
    confirms = line.core == "CONCEPT" and line.written(token) in words("confirming")
    if confirms and (joins or hyphened or _of_type(following, "STATUS")) and _method(line):  # `biopsy proven active A`
        token.type, token.value = "NOTED", "method"
    elif joins:
        if token.value not in PLAIN_STATUSES or line.core == "CONCEPT":
            line.join(Token("BOND", token.start, token.start, "with"))
    elif line.written(token).startswith("with ") and line.separated() and line.core_before_separator() == "CONCEPT":
        _bond(line, Token("BOND", token.start, token.start), "with")  # `A; with a history of B`
    line.add(token)


def _of_type(token: Token | None, *types: str) -> bool:
    return token is not None and token.type in types


def _method(line: LinePass) -> bool:
    """Make a note of the procedure right before, by which something was found; whether it is one."""
    last = next((t for t in reversed(line.out[-2:]) if t.type != "LIGHT" or line.text[t.start] != "-"), None)
    if last is None or last.type != "CONCEPT" or kind_named(last.value) != "procedure":
        return False
    last.type, last.value, line.core = "NOTED", "method", ""
    return True


def _light(line: LinePass, i: int, token: Token) -> None:
    """A small word: a colon, a word that obliges or bonds, one with which another unit begins, or only grammar."""
    if line.is_colon(token) and i != line.colon_of_note:
        heads.colon(line, i, token)
        return
    if line.text[token.start : token.end] == "A" and line.last() == "CONCEPT":  # `zorblaxitis A`
        line.unused(token, "")
        return
    anew = line.last() in _BEFORE_ANEW
    written = line.written(token)
    if clauses.for_some(line, i, written):
        token.type, token.value = "IF", "in"
        clauses.condition(line, i, token)
        return
    if not anew and _obliges(line, written):
        token.type = line.scoped = "MUST"
        line.join(token)
        return
    bond = bond_of(line, i, written)
    if bond:
        _bond(line, token, bond)
        return
    if _makes_a_word(line, token, written):
        line.unused(token, "logic")
        return
    if written in words("found_by") and _method_next(line, i):
        line.tokens[i + 1].type = "NOTED"
    elif anew and line.said and written.split()[0] in words("fresh"):
        token.type = "FRESH"
    line.add(token)


def _makes_a_word(line: LinePass, token: Token, written: str) -> bool:
    """Whether a bond is part of a word: `radiation-induced or drug-induced pneumonitis` asks for no radiation."""
    return written in words("bond_from") and line.core == "CONCEPT" and line.text[token.start - 1 : token.start] == "-"


def _obliges(line: LinePass, written: str) -> bool:
    """Whether a word asks something of those who are named before it: `women of childbearing potential must`."""
    return written.split()[0] in words("obligations") and not line.only_grammar() and _musts(line)


def _method_next(line: LinePass, i: int) -> bool:
    """Whether a value stands before, and a procedure comes next: `>= 7 mmHg by catheterization`."""
    behind = line.tokens[i + 1 : i + 2] if line.core == "VAR" and line.limited() else []
    return bool(behind) and behind[0].type == "CONCEPT" and kind_named(behind[0].value) == "procedure"


def _musts(line: LinePass) -> bool:
    """Whether those of whom something is asked are named before: `women of childbearing potential must`."""
    seen: set[str] = set()
    depth = 0
    for token in reversed(line.out[-NEAR:]):
        depth += (token.type == "CLOSE") - (token.type == "OPEN")
        if token.type in ("STOP", "SUBITEM", "MUST", "THEN", "SEMI", "NEXT") or depth < 0:
            break
        seen.add(token.type)
    if line.scoped or line.bound:
        return False
    grouped = "GROUP" in seen and "FILLER" not in seen
    return line.core != "ATTEST" and ("SEX" in seen or "CONCEPT" in seen or grouped)


def _attest(line: LinePass, i: int, token: Token) -> None:
    if line.out and _obliges(line, line.written(token)):
        line.scoped = "MUST"
        line.join(Token("MUST", token.start, token.start))
    line.add(token)


def _edge(line: LinePass, i: int, token: Token) -> None:
    """`and`, `or` where they join nothing, but for `(or INR >= 1.5)`."""
    if token.value == "and" and line.bracket_begins():
        _bond(line, token, "with")  # `A (and received B)`: both
        return
    token.type = "OR" if token.value == "or" and line.bracket_begins() else "LIGHT"
    line.out.append(token)


_STEPS: Final[dict[str, Callable[[LinePass, int, Token], None]]] = {
    "OPEN": _open,
    "CLOSE": _close,
    "COMMA": _comma,
    "SEMI": _semicolon,
    **dict.fromkeys(("AND", "OR"), _connective),
    **dict.fromkeys(("STOP", "SUBITEM"), _stop),
    "IF": clauses.condition,
    "SEX": clauses.sex,
    **dict.fromkeys(("EXCEPT", "UNLESS"), _except),
    "REL": _relation,
    "SUCH": _such,
    "PERMIT": _permit,
    "NEG": _negation,
    "STATUS": _status,
    "LIGHT": _light,
    "ATTEST": _attest,
    "FOLLOWING": heads.following,
    **dict.fromkeys(("LEAD", "TRAIL"), _edge),
    "NOTE": heads.note,
}
