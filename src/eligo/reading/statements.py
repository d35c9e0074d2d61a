"""What only a person can state, where no data file knows all its words: "able to swallow capsules", "lives near by".

The words that a part begins with say what kind of statement it is; it goes on to the end of its sentence, or to the
next part that says something known. All of it is one attestation, which is asked for in its own words, so that nothing
in it can be misread: neither what it joins nor what it denies.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple, cast

from eligo.data import grammar_data
from eligo.reading.lexicon import any_phrase, words
from eligo.reading.naming import is_vague
from eligo.reading.share import kind_named
from eligo.reading.tokens import Token
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.named import StatementKind, statement_id

_JOINS: Final = frozenset(["OR", "AND", "COMMA"])
# Where a statement ends, outside of brackets.
_ENDS: Final = frozenset(
    ["STOP", "SEMI", "SUBITEM", "COLON", "UNLESS", "IF", "IFFIRST", "THEN", "NEXT", "CLOSE", "PERMIT"]
)
_BEGINS: Final = _ENDS | _JOINS | {"OPEN"} - {"CLOSE"}
_BESIDE_VAGUE: Final = frozenset(["FILLER", "LIGHT", "QUAL", "OTHER", "STATUS"])
_OPINION: Final = "investigator_judgement"
_MAY_BEGIN: Final = frozenset(["FILLER", "LIGHT", "NOTED"])
_BEFORE: Final = frozenset(["LIGHT", "WHO", "FRESH", "MUST", "NEG", "SEX", "GROUP"])
# What says something by itself: a part with one of these is no more of the statement before it.
_TELLING: Final = frozenset(
    ["CONCEPT", "VAR", "NUM", "ATTEST", "STATUS", "NEG", "SEX", "GROUP", "HEDGE", "MUST", "FOLLOWING"]
)
_DEEDS: Final = ["FILLER"], ["ATTEST"]
_TIMES: Final = frozenset(["WITHIN", "SINCE", "LASTING"])
_AGES: Final = frozenset(["OLD", "AGECOMP", "AGEUNIT"])
_WHOM: Final = frozenset(["SEX", "GROUP"])
_TIMED: Final = frozenset(
    ["WITHIN", "SINCE", "LASTING", "BEFORE", "AT", "EVENT", "NUM", "UNIT", "COMP", "AFTER", "AGO", "TO"]
)
_AVOIDED: Final = _TIMED | {"FILLER", "QUAL", "OTHER"}
_OBJECTS: Final = frozenset(["CONCEPT", "FILLER", "QUAL", "EVENT"])
_MOST_BEFORE: Final = 24  # words of grammar before a statement
_WORD: Final = re.compile(r"[^\W_]+(?:[-'’/][^\W_]+)*")
_LETTERS: Final = re.compile(r"\w*")
_GOES_ON: Final = re.compile(r"[\w-]")


class _StatementWords:
    """How statements begin, with the kind of each; the words that go on with one, and that may precede one."""

    def __init__(self) -> None:
        data = grammar_data("names.yaml")
        self.kinds: dict[str, StatementKind] = {}
        for kind in cast(tuple[StatementKind, ...], tuple(data["statements"])):
            of = data["statements"][kind]
            self.kinds.update(dict.fromkeys((*of["before_to"], *of["alone"]), kind))
        before_to = any_phrase(word for of in data["statements"].values() for word in of["before_to"])
        join = r"\s*(?:,\s*(?:and|or)?|and/or|and|or|/)\s*"
        begins = rf"({before_to})(?:{join}(?:{before_to}))*\s+(?:not\s+)?(?:to|of)\b"
        self.before_to = re.compile(begins, re.IGNORECASE)
        self.alone: dict[str, list[str]] = {}  # by their first letters, the longest before the others
        alone = [phrase for of in data["statements"].values() for phrase in of["alone"]]
        for phrase in sorted(alone, key=len, reverse=True):
            self.alone.setdefault(_letters(phrase, 0), []).append(phrase)
        self.first = frozenset(phrase.split()[0] for phrase in self.kinds)
        self.denying = frozenset[str](data["denying"])
        self.verbs = frozenset[str](data["statement_verbs"])
        self.adjectives = frozenset[str](data["statement_adjectives"])
        self.avoiding = frozenset[str](data["avoiding"])
        self.anew = frozenset[str](data["begin_clauses"])
        self.incomplete = frozenset[str](data["incomplete_statements"])
        self.before = frozenset[str](data["before_statements"])
        self.behind = frozenset[str](data["statements_behind"])
        self.occasions = frozenset[str](data["occasions"])

    def begin(self, text: str, token: Token) -> tuple[str, int] | None:
        """The words with which a statement begins at a token, and where they and what joins them end; None for none."""
        found = self.before_to.match(text, token.start)
        if found is not None:
            return " ".join(found[1].casefold().split()), found.end()
        for phrase in self.alone.get(_letters(text, token.start), ()):
            end = token.start + len(phrase)
            if text[token.start : end].casefold() == phrase and _GOES_ON.match(text, end) is None:
                return phrase, end
        return None


def _letters(text: str, start: int) -> str:
    """The letters that follow one another from a place on, as small ones: `right` of "Right-handed"."""
    found = _LETTERS.match(text, start)
    return found[0].casefold() if found is not None else ""


_KNOWN: Final[list[_StatementWords]] = []  # once they are read


def _words() -> _StatementWords:
    if not _KNOWN:
        _KNOWN.append(_StatementWords())
    return _KNOWN[0]


class _Begun(NamedTuple):
    """A statement: its kind, where its first words end, whether they deny all that follows, and stand behind `that`."""

    kind: StatementKind
    end: int
    denies: bool
    behind: bool


def state(tokens: list[Token], text: str) -> list[Token]:
    """The tokens with every statement as one attestation."""
    out: list[Token] = []
    i = 0
    while i < len(tokens):
        if not _may_begin(tokens[i], text):
            out.append(tokens[i])
            i += 1
            continue
        before = out[:-1] if _is_opinion(tokens[i]) and out and out[-1].type == "COMMA" else out
        found = _begun(tokens, i, before, text)
        end = _end(tokens, i, found, text) if found is not None else i
        if found is None or end == i or _is_cut(text[tokens[i].start : tokens[end - 1].end].casefold()):
            out.append(tokens[i])
            i += 1
            continue
        whole = _vague(before, text)
        start = out[whole].start if whole < len(before) else tokens[i].start
        for comma in out[len(before) :]:
            comma.type, comma.value = "LIGHT", None
        del out[whole if whole < len(before) else len(out) :]
        opinion = any(map(_is_opinion, tokens[i:end]))
        id_ = _OPINION if opinion else statement_id(found.kind, _written(tokens, start, end, text))
        out.append(Token("ATTEST", start, tokens[end - 1].end, id_))
        i = end
    return out


def _is_cut(written: str) -> bool:
    """Whether a statement lacks what it is about, or ends within a bracket that is never closed."""
    return written in _words().incomplete or written.count("(") > written.count(")")


def _may_begin(token: Token, text: str) -> bool:
    """Whether a statement may begin with a token: with its first word, or with an opinion."""
    if token.type in _MAY_BEGIN or (token.type == "NEG" and token.value == "refusal"):
        return first_word(text, token) in _words().first
    return _is_opinion(token)


def _written(tokens: Sequence[Token], start: int, end: int, text: str) -> str:
    """The words of a statement up to token `end`; what parts an exception from it says nothing."""
    said, at = "", start
    for i, token in enumerate(tokens[:end]):
        if token.start >= start and _before_exception(tokens, i):
            said, at = said + text[at : token.start], token.end
    return said + text[at : tokens[end - 1].end]


def _begun(tokens: Sequence[Token], i: int, before: Sequence[Token], text: str) -> _Begun | None:
    """The statement that begins with this token, which may begin one; None where none does."""
    token, words = tokens[i], _words()
    opinion = _is_opinion(token)
    if opinion and before and _last(before[-1], text) in words.behind:
        return _Begun("judgement", token.end, denies=False, behind=True)
    if opinion or not _begins_part(before, text):
        return None
    found = words.begin(text, token)
    if found is None:
        return None
    first, end = found
    behind = bool(before) and _last(before[-1], text) in words.behind
    return _Begun(words.kinds[first], end, first in words.denying, behind)


def _vague(before: Sequence[Token], text: str) -> int:
    """The place from which on nothing is said but of what kind a statement is, as in "any medical condition that".

    That is the end, where a statement does not begin behind such a word, or something is named before it.
    """
    place = len(before)
    start = _vague_part(before, place, text) if before and _last(before[-1], text) in _words().behind else None
    while start is not None:
        place = start
        joined = place > 0 and before[place - 1].type in _JOINS
        start = _vague_part(before, place - 1, text) if joined else None
    return place


def _vague_part(before: Sequence[Token], end: int, text: str) -> int | None:
    """The place of the first token of a part up to token `end` that tells of no thing; None where it tells of one."""
    start = end
    while start and before[start - 1].type in _BESIDE_VAGUE:
        start -= 1
    if start and before[start - 1].type not in _BEGINS and before[start - 1].type not in _BEFORE:
        return None
    named = [t for t in before[start:end] if t.type == "FILLER"]
    vague = bool(named) and all(is_vague(_WORD.findall(text[t.start : t.end].casefold())) for t in named)
    return start if vague else None


def first_word(text: str, token: Token) -> str:
    """The first word of a token, in small letters; the empty string where it has none."""
    found = text[token.start : token.end].replace("/", " ").split(maxsplit=1)
    return found[0].casefold() if found else ""


def _last(token: Token, text: str) -> str:
    return " ".join(_WORD.findall(text[token.start : token.end].casefold())[-1:])


def _is_opinion(token: Token) -> bool:
    """Whether it is somebody's opinion: "in the opinion of the investigator"."""
    return token.type == "ATTEST" and token.value == _OPINION


def _begins_part(before: Sequence[Token], text: str) -> bool:
    """Whether nothing but words of grammar, and of whom it is, stands before in the same part."""
    for token in reversed(before[-_MOST_BEFORE:]):
        if token.type in _BEGINS:
            return token.type != "OPEN"  # what a bracket says is of what stands before it
        if _last(token, text) in _words().behind:
            return True
        if token.type in _BEFORE:
            continue
        written = _WORD.findall(text[token.start : token.end].casefold())
        if token.type not in ("FILLER", "STATUS") or not _words().before.issuperset(written):
            return False  # `the patient had adequate organ function`
    return len(before) <= _MOST_BEFORE


def _end(tokens: Sequence[Token], i: int, begun: _Begun, text: str) -> int:
    """The end of the statement that begins with token `i`.

    That is `i` where its own part holds a value, whom it is said of, or an attestation that is known.
    """
    behind = next((j for j in range(i, len(tokens)) if tokens[j].end >= begun.end), len(tokens) - 1)
    end = _part_end(tokens, behind)
    behind_it = [text[token.start : token.end].casefold() for token in tokens[end : end + 1]]
    if begun.behind and not _words().occasions.isdisjoint(behind_it):
        end = _part_end(tokens, end + 1)  # `that may worsen when receiving zorblax`
    own = {token.type for token in tokens[i:end] if not _is_opinion(token)}
    several = not _JOINS.isdisjoint(token.type for token in tokens[i:behind])  # `unable or unwilling to comply`
    if text[tokens[i].start : begun.end].casefold() in _words().adjectives and _of_one_sex(tokens, behind + 1):
        return behind + 1  # `healthy men`: healthy, and a man
    if ("ATTEST" in own and not several) or _says_other(own, behind_that=begun.behind):
        return i
    return _whole_end(tokens, i, end, begun.denies, text)


def _whole_end(tokens: Sequence[Token], i: int, end: int, denies: bool, text: str) -> int:
    """The end of a statement with the parts that say more of it; `end` is that of its own part."""
    avoids = _avoids(text[tokens[i].start : tokens[end - 1].end])
    while end < len(tokens) and tokens[end].type in _JOINS and not _tells_whom(tokens, end + 1, text):
        more = _goes_on(tokens, end + 1, denies, text) or _is_object_too(tokens, end, text)
        if not (more or (avoids and _is_avoided(tokens, end + 1))):
            break
        end = _part_end(tokens, end + 1)
    return end


def _tells_whom(tokens: Sequence[Token], i: int, text: str) -> bool:
    """`unable to stop, or who have a psychosis`: whether something else is said of the patients."""
    following = next((t for t in tokens[i : i + 2] if t.type not in _JOINS), None)
    return following is not None and first_word(text, following) in _words().anew


def _is_object_too(tokens: Sequence[Token], i: int, text: str) -> bool:
    """`treatment for asthma or gout`, `at risk of A or B`: whether word `i` joins one more object, a disease too."""
    part = tokens[i + 1 : _part_end(tokens, i + 1)]
    if tokens[i].type == "COMMA" or not i or not _is_disease(tokens[i - 1]):
        return False
    before = next((t for t in reversed(tokens[: i - 1]) if t.type != "QUAL"), None)
    governed = before is not None and (before.type == "LIGHT" or _last(before, text) == "of")
    return governed and bool(part) and all(token.type == "QUAL" or _is_disease(token) for token in part)


def _is_disease(token: Token) -> bool:
    return token.type == "CONCEPT" and kind_named(str(token.value)) == "condition"


def _says_other(types: set[str], *, behind_that: bool) -> bool:
    """Whether a part with these types says what a statement does not: a value, an age, of whom it is, or when.

    A time belongs to a statement, unless that stands behind a word such as `that`: it may be of what is before it.
    """
    measured = "NUM" in types and ("VAR" in types or not types.isdisjoint(_AGES))
    return measured or not types.isdisjoint(_WHOM) or (behind_that and not types.isdisjoint(_TIMES))


def _of_one_sex(tokens: Sequence[Token], i: int) -> bool:
    """Whether a sex begins with token `i`, and its sentence has no other one, nor an age group."""
    end = next((j for j in range(i, len(tokens)) if tokens[j].type == "STOP"), len(tokens))
    whom = [j for j in range(i, end) if tokens[j].type in _WHOM]
    return whom == [i] and tokens[i].type == "SEX"


def _part_end(tokens: Sequence[Token], i: int) -> int:
    """The end of the part that begins with token `i`: the next join or end that stands in no bracket of it."""
    depth = 0
    for j in range(i, len(tokens)):
        kind = tokens[j].type
        if kind == "OPEN":
            depth += 1
        elif kind == "CLOSE" and depth:
            depth -= 1
        elif not depth and (_before_items(tokens, j) or _parts(tokens, j)):
            return j
    return len(tokens)


def _before_exception(tokens: Sequence[Token], i: int) -> bool:
    """Whether it parts a statement from its exception: "in good health, except for hypertension"."""
    return tokens[i].type in ("SEMI", "COMMA") and tokens[i + 1 : i + 2] != [] and tokens[i + 1].type == "EXCEPT"


def _parts(tokens: Sequence[Token], i: int) -> bool:
    """Whether it ends or joins parts."""
    return (tokens[i].type in _ENDS or tokens[i].type in _JOINS) and not _before_exception(tokens, i)


def _before_items(tokens: Sequence[Token], i: int) -> bool:
    """Whether it is a colon or a dash before numbered items."""
    mark = tokens[i].type == "LIGHT" and tokens[i].end == tokens[i].start + 1
    return mark and [token.type for token in tokens[i + 1 : i + 2]] == ["SUBITEM"]


def _is_treatment(token: Token) -> bool:
    """Whether it is something that is done or given, as the object of what somebody is able or willing to do."""
    found = concepts().get(str(token.value).split("|")[0])
    return found is not None and found.kind in ("procedure", "medication")


def _behind_a_drug(token: Token, text: str) -> bool:
    """`administration` behind the name of a drug says no more of what somebody is able to do than the name."""
    return token.type == "STATUS" and text[token.start : token.end].casefold() in words("behind_medication")


def _avoids(written: str) -> bool:
    """Whether it is of what somebody leaves off: "agrees to refrain from alcohol", "not to use drugs"."""
    said = f" {' '.join(_WORD.findall(written.casefold()))} "
    return any(f" {phrase} " in said for phrase in _words().avoiding)


def _is_avoided(tokens: Sequence[Token], i: int) -> bool:
    """Whether the part that begins with token `i` is one more thing that is left off, or for how long that is."""
    part = [token for token in tokens[i : _part_end(tokens, i)] if token.type != "LIGHT"]
    return bool(part) and all(token.type in _AVOIDED or _is_taken(token) for token in part)


def _is_taken(token: Token) -> bool:
    """Whether it is something that goes on while it is taken or done, or a word that says no more than that."""
    if token.type == "STATUS":
        return token.value in ("meanwhile", "used")
    found = concepts().get(str(token.value).split("|")[0]) if token.type == "CONCEPT" else None
    return _is_treatment(token) or (found is not None and found.aspect == "exposure")


def _goes_on(tokens: Sequence[Token], i: int, denied: bool, text: str) -> bool:
    """Whether the part that begins with token `i` says more of the statement before it.

    So does a known attestation where it is denied as well: "inability to understand or give consent".
    """
    part = tokens[i : _part_end(tokens, i)]
    if not part:
        return False
    if all(_is_opinion(token) or token.type == "LIGHT" for token in part):
        return True
    said = [token.type for token in part if token.type != "LIGHT" and not _behind_a_drug(token, text)]
    if set(said) <= _OBJECTS and all(_is_treatment(token) for token in part if token.type == "CONCEPT"):
        return True
    first = _WORD.search(text, part[0].start)
    deed = first is not None and first[0].casefold() in _words().verbs and said[:1] in _DEEDS[: 1 + denied]
    return deed or _TELLING.isdisjoint(said)
