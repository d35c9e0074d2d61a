"""Words that no data file knows, as names: "severe caries lesions" is of a condition, whatever caries is.

The last word of a name says of what kind the thing is, or the vocabulary's own name that stands there; `in` and `of` go
on to where it is: "fracture of the hip". Such a name becomes a concept of its own (`eligo.vocabulary.named`), so that
all that stands around it is read as it is around any other. What is not a name from its first word to its last stays
as it is, and with it what stands beside it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Final, NamedTuple, cast

from eligo.data import grammar_data
from eligo.reading.lexicon import words
from eligo.reading.tokens import LACKS_NOUN, NO_NAME, Roles, Token
from eligo.vocabulary.concept import singular
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.dictionary import dictionary
from eligo.vocabulary.named import (
    NAMED_KINDS,
    STATEMENT_KINDS,
    NamedKind,
    StatementKind,
    is_statement,
    statement_id,
)

_PREFIX: Final = 6  # letters; a longer word before a hyphen is one of its own
_QUOTED: Final = re.compile(rf'\b({"|".join((*NAMED_KINDS, *STATEMENT_KINDS))}) "([^"]*[^\W_][^"]*)"')
_NAMED: Final[Roles] = {"NAMED": True}  # of a name that is made here
_PLAIN: Final = frozenset(["", "-"])
_TIMES: Final = frozenset(["BEFORE", "SINCE", "AT", "AGO", "AFTER"])
_GLOSS: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_GLOSSED: Final = ["OPEN", "FILLER", "CLOSE"], ["OPEN", "CONCEPT", "CLOSE"]
_ABBREVIATION: Final = re.compile(r"(?=[^\W_]*[A-Z][^\W_]*[A-Z0-9])[^\W_]+(?:-[^\W_]+)*")
_KEPT: Final = 4096  # runs of words of which it is kept what they may be
_LONGEST: Final = 8  # words; what is longer is a sentence
_LONGEST_NAME: Final = 120  # characters
_MOST_BLANKS: Final = 2  # in a name of which only the words before it say the kind
JOINS: Final = frozenset(["OR", "AND", "COMMA"])
_SAID: Final = frozenset(["STATUS", "FILLER"])
_BOUNDS: Final = frozenset(
    ["STOP", "SEMI", "CLOSE", "SUBITEM", "CITE", "WITHIN", "LASTING", "AT", "BEFORE", "SINCE", "AGO"]
)
_ENDS: Final = frozenset(["STOP", "SEMI", "CLOSE", "SUBITEM"])
# A part that begins so takes no negation of the one before it.
_ANEW: Final = frozenset(["FRESH", "NEG", "COMP", "NUM", "VAR", "AGECOMP"])
_PARTS: Final = frozenset(["FILLER", "CONCEPT"])
WORD: Final = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_BETWEEN: Final = re.compile(r"[ -]{0,2}")
_KIND_OF_CONCEPT: Final[dict[str, NamedKind]] = {str(kind): kind for kind in NAMED_KINDS}


class _NamingWords:
    """The words of `grammar/names.yaml`."""

    def __init__(self) -> None:
        data = grammar_data("names.yaml")
        kinds = [(kind, data["kinds"][kind]) for kind in NAMED_KINDS]
        self.nouns: dict[str, NamedKind] = {noun: kind for kind, of in kinds for noun in of["nouns"]}
        self.endings: list[tuple[NamedKind, tuple[str, ...]]] = [(kind, tuple(of["endings"])) for kind, of in kinds]
        self.treatments = frozenset[str](data["treatments"])
        self.done = frozenset[str](data["done"])
        self.inside = frozenset[str](data["inside"])
        self.vague = frozenset[str]((*data["general"], *data["vague"]))
        self.examined = frozenset[str](data["examined"])
        self.adds_nothing = {kind: frozenset[str](data["adds_nothing"][kind]) for kind in NAMED_KINDS}
        self.denying = frozenset[str](data["denying_prefixes"])
        self.persons = frozenset[str](data["denied_persons"])
        self.of_the_study = frozenset[str](data["of_the_study"])
        self.found_by = frozenset[str](data["found_by"])
        self.adjectives: tuple[str, ...] = tuple(data["adjective_endings"])
        self.verb_endings: tuple[str, ...] = tuple(data["verb_endings"])
        self.body = frozenset[str](data["body_parts"])
        self.never = frozenset[str](data["never"])
        self.ordinals = frozenset[str](data["ordinals"])
        self.counted = frozenset[str](data["counted"])
        self.places: list[tuple[NamedKind, tuple[str, ...]]] = [(k, tuple(of)) for k, of in data["places"].items()]


_KNOWN: Final[list[_NamingWords]] = []  # once they are read


def _words() -> _NamingWords:
    if not _KNOWN:
        _KNOWN.append(_NamingWords())
    return _KNOWN[0]


class _Name(NamedTuple):
    """The token of a name, and where the next one begins."""

    token: Token
    end: int


def quoted(tokens: list[Token], text: str) -> list[Token]:
    """The tokens with `condition "renal medullary carcinoma"`, as rules are written in words, as what it stands for."""
    if '"' not in text:
        return tokens
    for match in _QUOTED.finditer(text):
        kind, words_ = match.groups()
        id_ = concepts().named(kind, words_) if kind in NAMED_KINDS else statement_id(cast(StatementKind, kind), words_)
        made = Token("ATTEST" if is_statement(id_) else "CONCEPT", *match.span(), id_)
        before = [t for t in tokens if t.start < match.start()]
        if before and before[-1].end > match.start():
            before[-1].end = len(text[: match.start()].rstrip())
        tokens = [*before, made, *(t for t in tokens if t.start >= match.end())]
    return tokens


def name(tokens: list[Token], text: str) -> list[Token]:
    """The tokens with every name that no data file knows as one concept."""
    if not any(t.type == "FILLER" and t.value is None for t in tokens):
        return tokens
    out: list[Token] = []
    i = 0
    while i < len(tokens):
        if _denies(tokens, i, text):
            tokens[i].type, tokens[i].value = "NEG", "refuted"
        found = _name_at(tokens, i, text) if tokens[i].type in _PARTS and not _found_by(tokens, i, text) else None
        if found is None:
            out.append(tokens[i])
            i += 1
            continue
        out.append(found.token)
        i = found.end
    return out


def _denies(tokens: Sequence[Token], i: int, text: str) -> bool:
    """`non-smokers`, `non-diabetic patients`: whether the token says what people are not."""
    if i + 1 == len(tokens) or tokens[i + 1].type not in ("CONCEPT", "ATTEST") or not _is_denying(tokens[i], text):
        return False
    who = tokens[i + 1]
    if who.type == "ATTEST":  # `non-English speaking`
        return who.start == tokens[i].end
    if who.start != tokens[i].end or not _is_person(text[who.start : who.end].casefold()):
        return False
    end = next((j for j in range(i + 2, len(tokens)) if tokens[j].type != "LIGHT"), len(tokens))
    if end < len(tokens) and tokens[end].type in JOINS:  # `non-pregnant and non-lactating`, `non-smoker or has not`
        return end + 1 < len(tokens) and (_is_denying(tokens[end + 1], text) or tokens[end + 1].type in _ANEW)
    return end == len(tokens) or tokens[end].type in _ENDS or tokens[end].type == "LASTING"


def _is_person(written: str) -> bool:
    """Whether words say what people are: "smoker", "pregnant women"."""
    first, _, people = written.partition(" ")
    return written in _words().persons or (first in _words().persons and people in words("adults"))


def _is_denying(token: Token, text: str) -> bool:
    return token.type == "FILLER" and text[token.start : token.end].casefold().rstrip("-") in _words().denying


def _name_at(tokens: Sequence[Token], i: int, text: str) -> _Name | None:
    """The name that begins with this token; None where it begins none, or where the vocabulary has all of it."""
    head_end = _run(tokens, i, text)
    end = head_end
    while (inner := _inside(tokens, end, text)) is not None:
        end = inner
    if all(t.type == "CONCEPT" for t in tokens[i:end] if t.type in _PARTS):
        return None
    span = tokens[i].start, tokens[end - 1].end
    if span[1] - span[0] > _LONGEST_NAME:
        return None
    if end == i + 2 == head_end and _adds_nothing(tokens[i], tokens[i + 1], text):
        return _Name(Token("CONCEPT", *span, tokens[i].value), end)
    said = _said(span, text)
    written = WORD.findall(said.casefold())
    kind = (
        _kind(tokens[head_end - 1], written, text)
        or _listed_kind(text[tokens[i].start : tokens[head_end - 1].end])
        or _kind_by_place(tokens, i, end, text)
    )
    if (
        kind is None
        or len(written) > _LONGEST
        or _lists_objects(tokens, end, written)
        or _says_with_what(tokens, end, written, text)
        or all(singular(word) in _words().vague for word in written)
    ):
        return None
    return _Name(Token("CONCEPT", *span, concepts().named(kind, said), _NAMED), end)


def _said(span: tuple[int, int], text: str) -> str:
    """The words of a name, without a bracket in it, or the hyphen that ties it to the next word."""
    said = text[span[0] : span[1]]
    if "(" in said or "[" in said:
        said = _GLOSS.sub(" ", said)
    if text[span[1] : span[1] + 1].isalpha():
        said = said.removesuffix("-")  # `tumor-related pain`
    return said


def _lists_objects(tokens: Sequence[Token], i: int, written: Sequence[str]) -> bool:
    """`zorblax intolerance, aspirin or heparin`: what is listed may be what is not tolerated, or taken."""
    behind = tokens[i + 1 : i + 2] if tokens[i : i + 1] and tokens[i].type == "COMMA" else []
    drugs = bool(behind) and behind[0].type == "CONCEPT" and kind_named_by(behind[0]) == "medication"
    return drugs and written[-1] in words("of_drugs")


def _says_with_what(tokens: Sequence[Token], i: int, written: Sequence[str], text: str) -> bool:
    """`combined treatment with interferon`: what stands before the noun may tell how, and name no other treatment."""
    behind = tokens[i : i + 1]
    said = text[behind[0].start : behind[0].end].casefold() if behind else ""
    return written[-1] in _words().treatments and said == "with"


def _found_by(tokens: Sequence[Token], i: int, text: str) -> bool:
    """Whether what begins here tells how or when a thing is found: "seen on zorbography", "prior to zorbectomy"."""
    before = tokens[i - 1] if i else None
    if before is None:
        return False
    cut = text[before.start : before.end] == "-" and before.end == tokens[i].start  # `total-body zorblaxectomy`
    return cut or before.type in _TIMES or text[before.start : before.end].casefold() in _words().found_by


def _adds_nothing(named: Token, behind: Token, text: str) -> bool:
    """Whether the word behind a name says only of what kind it is: "statin drugs"."""
    kind = kind_named_by(named) if named.type == "CONCEPT" else None
    word = singular(text[behind.start : behind.end].casefold())
    return kind is not None and behind.type == "FILLER" and word in _words().adds_nothing[kind]


def _run(tokens: Sequence[Token], i: int, text: str) -> int:
    """The end of the name's parts that stand side by side from token `i` on; `i` where it is no part of a name."""
    end = i
    while end < len(tokens):
        if _is_part(tokens[end], text) and (end == i or _beside(tokens, end, text)):
            end += 1
        elif end > i and _is_gloss(tokens, i, end, text):
            end += 4
        else:
            break
    return end


def _is_gloss(tokens: Sequence[Token], first: int, i: int, text: str) -> bool:
    """Whether token `i` begins a bracket with the other form of the name from `first` on, which goes on behind it.

    That is an abbreviation ("zorblax factor (ZF) disease"), or what one stands for ("ZF (zorblax factor) disease").
    """
    if [t.type for t in tokens[i : i + 3]] not in _GLOSSED or i + 3 >= len(tokens) or not _is_part(tokens[i + 3], text):
        return False
    before, inside = text[tokens[first].start : tokens[i - 1].end], text[tokens[i + 1].start : tokens[i + 1].end]
    if _ABBREVIATION.fullmatch(inside):
        return any(word.startswith(inside[0].casefold()) for word in before.casefold().replace("-", " ").split())
    short = before.rpartition(" ")[2]
    return _ABBREVIATION.fullmatch(short) is not None and short[0].casefold() == inside[0].casefold()


def _is_part(token: Token, text: str) -> bool:
    """Whether all words of a token may be part of a name."""
    if token.type == "CONCEPT":
        return kind_named_by(token) is not None and "|" not in str(token.value)  # `hepatitis B or C` are two
    if token.type != "FILLER" or token.value is not None or token.roles is LACKS_NOUN or token.roles is NO_NAME:
        return False
    return _may_name(text[token.start : token.end].casefold())


@functools.lru_cache(_KEPT)
def _may_name(written: str) -> bool:
    """Whether all of some words may be part of a name."""
    found = WORD.findall(written)
    if not found or not is_nameable(found):
        return False
    return WORD.sub("", written).strip(" '’") in _PLAIN and (written[-1] != "-" or len(found[-1]) < _PREFIX)


def is_nameable(written: Sequence[str]) -> bool:
    """Whether each of the words may be part of a name."""
    known = _words()
    for i, word in enumerate(written):
        of_name = word in known.ordinals and not known.counted.isdisjoint(written[i + 1 : i + 2])
        if (word in known.never and not of_name) or word.partition("-")[0] in known.of_the_study:
            return False
    return True


def is_vague(written: Sequence[str]) -> bool:
    """Whether words tell of no thing: "other medical or psychological conditions"."""
    return all(is_general(word) or word.endswith(_words().adjectives) for word in written)


def is_general(word: str) -> bool:
    """Whether a word tells of nothing by itself: "medical", "condition"."""
    return singular(word) in _words().vague or word in _words().vague


def is_made_here(token: Token) -> bool:
    """Whether a token is a name that the reader made of words."""
    return token.roles is _NAMED


def is_in_or_of(written: str) -> bool:
    """Whether a name tells what it is in or of: "fracture of the hip"."""
    said = f" {' '.join(written.casefold().split())} "
    return any(f" {inside} " in said for inside in _words().inside)


def is_noun(word: str) -> bool:
    """Whether nothing in the form of a word tells that it is a verb: "treated", "requiring"."""
    return not word.endswith(_words().verb_endings)


def tells_nothing(written: Sequence[str]) -> bool:
    """Whether words name no thing, and one of them a kind of things: "a medical condition", but no "renal disease"."""
    return bool(written) and all(is_general(word) or word in _words().examined for word in written)


def is_adjective(word: str) -> bool:
    """Whether a word tells which, and not what: an adjective, or a part of the body."""
    known = _words()
    return bool(WORD.fullmatch(word)) and (word in known.body or word.endswith(known.adjectives))


def _beside(tokens: Sequence[Token], i: int, text: str) -> bool:
    return _BETWEEN.fullmatch(text, tokens[i - 1].end, tokens[i].start) is not None


def _inside(tokens: Sequence[Token], i: int, text: str) -> int | None:
    """The end of what a name is in or of, where that begins at token `i`; None where nothing of it does."""
    j = i
    while j < len(tokens) and tokens[j].type == "LIGHT" and j < i + 2:
        j += 1
    if j == i or " ".join(text[tokens[i].start : tokens[j - 1].end].casefold().split()) not in _words().inside:
        return None
    end = _run(tokens, j, text)
    return end if end > j else None


def _kind(head: Token, written: Sequence[str], text: str) -> NamedKind | None:
    """The kind of thing that a name is of, by the last word of its head."""
    if head.type == "CONCEPT":
        return kind_named_by(head)
    last = WORD.findall(text[head.start : head.end].casefold())[-1]
    return kind_of_word(last, written)


def _listed_kind(name: str) -> NamedKind | None:
    """The kind of the thing that the dictionary has for a name, or for the last words of it."""
    found = dictionary().last(name.split())
    return found.kind if found is not None else None


def _kind_by_place(tokens: Sequence[Token], i: int, end: int, text: str) -> NamedKind | None:
    """The kind of what words before it call a disease or an operation: "diagnosis of zorblax", to the end of the part.

    An adjective or a verb may go on behind a join, so that none is taken there.
    """
    before = tokens[i - 1] if i else None
    behind = tokens[end].type if end < len(tokens) else "STOP"
    if before is None or before.type not in _SAID or behind not in _BOUNDS:
        return None
    name, said = text[tokens[i].start : tokens[end - 1].end], text[before.start : before.end].casefold()
    last = name.split()[-1].casefold()
    whole = not is_adjective(last) and is_noun(last) and name.count(" ") <= _MOST_BLANKS
    if not whole and _ABBREVIATION.fullmatch(name) is None:
        return None
    return next((kind for kind, places in _words().places if said.endswith(places)), None)


def kind_named_by(token: Token) -> NamedKind | None:
    """Of what kind a concept is; None where names of that kind cannot be made."""
    found = concepts().get(str(token.value).split("|")[0])
    return _KIND_OF_CONCEPT.get(found.kind) if found is not None else None


def kind_of_word(last: str, written: Sequence[str] = ()) -> NamedKind | None:
    """The kind that the last word of a name tells; None where it tells none."""
    known = _words()
    noun = singular(last.rpartition("-")[2])
    kind = known.nouns.get(noun)
    if kind is None:
        kind = next((kind for kind, endings in known.endings if len(noun) > 5 and noun.endswith(endings)), None)
    if kind == "medication" and noun in known.treatments and not known.done.isdisjoint(written):
        return "procedure"
    return kind
