"""Words that share a part become one token for several concepts: `acute or chronic liver failure`, `hepatitis A or E`.

Only names that the vocabulary has are made; a word that gives none stays as it is.
"""

from __future__ import annotations

import functools
import re
from typing import Final

from eligo.reading.lexicon import concept_named, relation_named, words
from eligo.reading.tokens import LACKS_NOUN, NO_NAME, Token
from eligo.vocabulary.concepts import concepts

_LISTING: Final = frozenset(["VAR", "COMMA", "OR", "AND", "JOIN", "SLASH", "LIGHT"])
_JOINS: Final = frozenset(["COMMA", "OR", "AND"])
_WORDS: Final = re.compile(r"[^\W_][\w'’-]*")
_TREATMENTS: Final = frozenset(["medication", "procedure"])
_LONGEST: Final = 6
_LEAST: Final = 3  # words of a name that says what comes of what
_GLOSSES: Final = (["OPEN", "CONCEPT", "CLOSE"], ["OPEN", "FILLER", "CLOSE"])
_LISTED: Final = frozenset(["OR", "AND", "COMMA", "JOIN"])
_BASED: Final = re.compile(r"-([a-z]+)\b", re.IGNORECASE)
_SHORTEST: Final = 3  # letters that the beginning and the end of a word have at least
MOST_TOKENS: Final = (
    4000  # no person writes an item that is longer; its limits are still found, but it is not read as a sentence
)


def share(tokens: list[Token], text: str) -> list[Token]:
    """Join each concept with the words beside it that lack only its first or its last words."""
    if len(tokens) > MOST_TOKENS:
        return tokens
    i = 0
    while i < len(tokens):
        kind = tokens[i].type
        if kind == "VAR" and "|" in str(tokens[i].value):
            _members(tokens, i)
        elif kind == "CONCEPT":
            i = _prefixed(tokens, _bracketed(tokens, i, text), text)
            _glossed(tokens, i, text)
            _ended_by(tokens, i, text)
            _based(tokens, i, text)
            _slashed_behind(tokens, i, text)
            if i + 2 < len(tokens) and tokens[i + 1].type in _JOINS:
                i = _forward(tokens, _related(tokens, i, text), text)
            if i and tokens[i - 1].type == "FILLER":
                i = _slashed(tokens, i, text)
            if i >= 2 and tokens[i - 1].type in _JOINS:
                i = _backward(tokens, i, text)
                _ended_alike(tokens, i, text)
        i += 1
    return tokens


def _members(tokens: list[Token], i: int) -> None:
    """`transaminases (AST, ALT)`: the bracket says which they are."""
    if i + 1 == len(tokens) or tokens[i + 1].type != "OPEN":
        return
    end = next((j for j in range(i + 2, len(tokens)) if tokens[j].type not in _LISTING), len(tokens))
    named = [str(token.value) for token in tokens[i + 2 : end] if token.type == "VAR"]
    if named and end < len(tokens) and tokens[end].type == "CLOSE" and all("|" not in id_ for id_ in named):
        tokens[i].value, tokens[i].end = "|".join(dict.fromkeys(named)), tokens[end].end
        del tokens[i + 1 : end + 1]


def _bracketed(tokens: list[Token], i: int, text: str) -> int:
    """`(ischemic) stroke`: words in a bracket before a name are part of it, where that is a name too."""
    if i < 3 or tokens[i - 1].type != "CLOSE" or tokens[i - 3].type != "OPEN":
        return i
    if tokens[i - 2].type not in ("FILLER", "QUAL"):
        return i
    opening, word, _, concept = tokens[i - 3 : i + 1]
    id_ = concept_named(f"{text[word.start : word.end]} {text[concept.start : concept.end]}")
    if id_ is None:
        return i
    concept.value, concept.start = id_, opening.start
    del tokens[i - 3 : i]
    return i - 3


def _glossed(tokens: list[Token], i: int, text: str) -> None:
    """`hepatitis B virus (HBV) infection`: an abbreviation in a bracket parts no name."""
    name, *gloss = tokens[i : i + 4]
    behind = tokens[i + 4] if len(tokens) > i + 4 else None
    if [t.type for t in gloss] not in _GLOSSES or behind is None or behind.type not in ("CONCEPT", "FILLER"):
        return
    if gloss[1].type == "CONCEPT" and gloss[1].value != name.value:
        return
    words_behind = list(_WORDS.finditer(text, behind.start, behind.end))
    for last in range(len(words_behind), 0, -1):
        end = words_behind[last - 1].end()
        id_ = concept_named(f"{text[name.start : name.end]} {text[behind.start : end]}")
        if id_ is not None:
            name.value, name.end = id_, end
            _take_until(tokens, i, end, text)
            return


def _prefixed(tokens: list[Token], i: int, text: str) -> int:
    """`hypo- or hyperkalemia`, `hypo/hyperthyroidism`: the beginning of a word, of which the next one has the end."""
    first = i - 1
    if first > 0 and tokens[first].type in _JOINS:
        first -= 1
        if first > 0 and text[tokens[first].start : tokens[first].end] == "-":
            first -= 1
    if first < 0 or tokens[first].type != "FILLER" or tokens[first].value:
        return i
    begun = list(_WORDS.finditer(text, tokens[first].start, tokens[first].end))[-1:]
    slashed = first == i - 1
    if not begun or text[begun[0].end() : tokens[first].end] != ("/" if slashed else ""):
        return i
    name = text[tokens[i].start : tokens[i].end]
    word = name.split()[0]
    ends = range(_SHORTEST, len(word) - _SHORTEST + 1)
    ids = {id_ for k in ends if (id_ := concept_named(f"{begun[0][0]}{name[k:]}"))}
    if len(ids) != 1 or ids == {str(tokens[i].value)}:
        return i
    _merge(tokens, i, ids.pop(), begun[0].start())
    kept = text[tokens[first].start : begun[0].start()].rstrip()
    if kept:
        tokens[first].end = tokens[first].start + len(kept)
        first += 1
    del tokens[first:i]
    return first


def _backward(tokens: list[Token], i: int, text: str) -> int:
    """`heart, lung or kidney disease`: give the words before the last words of the concept at `i`."""
    last = tokens[i]
    parts = [m[0] for m in _WORDS.finditer(text, last.start, last.end)]
    while i >= 2 and tokens[i - 1].type in _JOINS and tokens[i - 2].type in ("FILLER", "QUAL", "LIGHT", "STATUS"):
        word = tokens[i - 2]
        found = list(_WORDS.finditer(text, word.start, word.end))
        made = _completed(found, parts) if found and len(parts) > 1 and found[-1].end() == word.end else None
        if made is None:
            break
        start, id_ = made
        _narrow(tokens[i], found[0][0], text)
        _merge(tokens, i, id_, start)
        if start > word.start:
            before = Token(word.type, word.start, start, word.value)
            before.end = len(text[:start].rstrip())
            tokens[i - 2 : i] = [before]
            return i - 1
        del tokens[i - 2 : i]
        i -= 2
    return i


def _narrow(token: Token, first: str, text: str) -> None:
    """`allogeneic bone marrow or stem cell transplantation`: the first word is of the second name too."""
    own = str(token.value)
    id_ = concept_named(f"{first} {text[token.start : token.end]}") if kind_named(own) == "procedure" else None
    if id_ is not None and own in concepts().ancestors(id_):
        token.value = id_


def _slashed(tokens: list[Token], i: int, text: str) -> int:
    """`esophageal/gastric varices`: each of the words makes a concept with the one that follows."""
    filler, concept = tokens[i - 1], tokens[i]
    written = text[filler.start : filler.end].split()[-1]
    if "/" not in written:
        return i
    name = text[concept.start : concept.end]
    if written.endswith("/") and filler.end == concept.start:  # `coronary/peripheral artery bypass`
        other = concept_named(f"{written[:-1]} {name.partition(' ')[2]}") if " " in name else None
        ids = [other, str(concept.value)]
    else:
        ids = [concept_named(f"{word} {name}") for word in written.split("/")]
    if not all(ids):
        return i
    concept.value = "|".join(dict.fromkeys(str(id_) for id_ in ids))
    concept.start = filler.end - len(written)
    if concept.start == filler.start:
        del tokens[i - 1]
        return i - 1
    filler.end = len(text[: concept.start].rstrip())
    return i


def _completed(found: list[re.Match[str]], parts: list[str]) -> tuple[int, str] | None:
    """Where the words begin that make a concept with the last words of another, and that concept."""
    for first in range(max(0, len(found) - 3), len(found)):
        begun = " ".join(m[0] for m in found[first:])
        for k in range(1, len(parts)):
            id_ = concept_named(f"{begun} {' '.join(parts[k:])}")
            if id_ is not None:
                return found[first].start(), id_
    return None


def _related(tokens: list[Token], i: int, text: str) -> int:
    """`cirrhosis due to hepatitis B or alcohol`: a name that says why, where more reasons follow, is two names."""
    name, behind = tokens[i], tokens[i + 2]
    same = behind.type == "CONCEPT" and concept_named(text[name.start : behind.end]) is None
    parts = list(_WORDS.finditer(text, name.start, name.end))
    if len(parts) < _LEAST or not (same or behind.type == "FILLER") or not _closed_by_or(tokens, i + 1):
        return i
    for a in range(1, len(parts) - 1):
        for b in range(len(parts) - 1, a, -1):
            relation = relation_named(text[parts[a].start() : parts[b - 1].end()])
            what = concept_named(text[name.start : parts[a - 1].end()])
            why = concept_named(text[parts[b].start() : name.end])
            if relation and what and why:
                first = Token("CONCEPT", name.start, parts[a - 1].end(), what)
                between = Token("REL", parts[a].start(), parts[b - 1].end(), relation)
                tokens[i : i + 1] = [first, between, Token("CONCEPT", parts[b].start(), name.end, why)]
                return i + 2
    return i


def _closed_by_or(tokens: list[Token], i: int) -> bool:
    """Whether the separator at `i` is `or`, or the first of a list that `or` closes."""
    while i + 2 < len(tokens) and tokens[i].type == "COMMA" and tokens[i].value is None:
        i += 2
    return i < len(tokens) and "or" in (tokens[i].value, tokens[i].type.lower())


def _forward(tokens: list[Token], i: int, text: str) -> int:
    """`myocardial ischemia or infarction`: give the words after the first words of the concept at `i`."""
    first = tokens[i]
    parts = list(_WORDS.finditer(text, first.start, first.end))
    while i + 2 < len(tokens) and tokens[i + 1].type in _JOINS and tokens[i + 2].type in ("FILLER", "QUAL", "LIGHT"):
        word = tokens[i + 2]
        if word.type == "QUAL" and [t.type for t in tokens[i + 3 : i + 4]] == ["CONCEPT"]:
            return i  # `acute infection or severe asthma`: a name with a word of its own
        until = next(
            (t.start for t in tokens[i + 3 : i + 12] if t.type not in ("FILLER", "LIGHT", "CONCEPT")), len(text)
        )
        found = list(_WORDS.finditer(text, word.start, until))[:_LONGEST]
        made = _begun(found, parts) if found and found[0].start() == word.start else None
        if made is None:
            return i
        end, id_, whole = made
        shares, own = _with_end(first, text[first.start : first.end], whole, id_)
        own = None if _narrowed(tokens, i) else own
        if shares:
            first.type, first.value = ("CONCEPT", own) if own is not None else ("FILLER", None)
            if own is None:
                return i
        _merge(tokens, i, id_, first.start)
        tokens[i].end = end
        _take_until(tokens, i, end, text)
    return i


def _based(tokens: list[Token], i: int, text: str) -> None:
    """`platinum-based chemotherapy`: what a drug is part of is that drug, with whatever else."""
    found = _BASED.match(text, tokens[i].end)
    if found is None or found[1].lower() not in words("containing") or kind_named(str(tokens[i].value)) != "medication":
        return
    behind = next((t for t in tokens[i + 1 :] if t.end > found.end(1)), None)
    last = text[behind.start : behind.end].split()[-1].lower() if behind is not None else ""
    if (
        behind is not None
        and behind.type in ("CONCEPT", "FILLER")
        and behind.value != "logic"
        and last in words("regimens")
    ):
        tokens[i].end = behind.end
        _take_until(tokens, i, behind.end, text)


def _slashed_behind(tokens: list[Token], i: int, text: str) -> None:
    """`CYP3A4 inhibitors/inducers`: the word behind a slash shares the words before the last of the name."""
    behind = tokens[i + 1] if i + 1 < len(tokens) else None
    if behind is None or behind.type != "FILLER" or behind.start != tokens[i].end or text[behind.start] != "/":
        return
    word = _WORDS.match(text, behind.start + 1)
    begun = text[tokens[i].start : tokens[i].end].rpartition(" ")[0]
    id_ = concept_named(f"{begun} {word[0]}") if word is not None and begun else None
    if word is None or id_ is None or word.end() != behind.end:
        return
    ids = [str(tokens[i].value), id_]
    tokens[i].value, tokens[i].end = "|".join(dict.fromkeys(ids)), behind.end
    del tokens[i + 1]


def _take_until(tokens: list[Token], i: int, end: int, text: str) -> None:
    """Take out the tokens behind `i` up to `end`, and so much of the one that goes on there."""
    rest = [t for t in tokens[i + 2 :] if t.end > end]
    if rest and rest[0].start < end:
        while end < len(text) and text[end].isspace():
            end += 1
        rest[0].start = max(rest[0].start, end)
    tokens[i + 1 :] = rest


def _begun(found: list[re.Match[str]], parts: list[re.Match[str]]) -> tuple[int, str, list[str]] | None:
    """Where the words end that make a concept with the first words of another, that concept, and all of its words."""
    for last in range(len(found), 0, -1):
        for k in range(len(parts) - 1, 0, -1):
            own = [m[0] for m in found[:last]]
            begun = parts[0].string[parts[0].start() : parts[k - 1].end()]  # `alcohol and/or drug`
            id_ = concept_named(" ".join([begun, *own]))
            if id_ is not None:
                return found[last - 1].end(), id_, [*(m[0] for m in parts[:k]), *own]
    return None


def _ended_alike(tokens: list[Token], i: int, text: str) -> None:
    """`opioid or drug dependence`: a drug beside what comes of one shares its last word.

    Where that makes no name, it is no concept any more, but a part of what is not understood.
    """
    parts = [m[0] for m in _WORDS.finditer(text, tokens[i].start, tokens[i].end)]
    while i >= 2 and tokens[i - 1].type in _JOINS and tokens[i - 2].type == "CONCEPT":
        first = tokens[i - 2]
        shares, id_ = _with_end(first, text[first.start : first.end], parts, str(tokens[i].value))
        if not shares or (id_ is None and tokens[i - 1].type == "COMMA"):
            return
        id_ = None if _narrowed(tokens, i - 2) else id_
        if id_ is None:
            _no_concepts(tokens, i - 2)
            return
        first.value = id_
        i -= 2


def _ended_by(tokens: list[Token], i: int, text: str) -> None:
    """`tuberculosis or malaria treatment`: what ends the second name, which is none, is of the first one too."""
    if i < 2 or i + 1 == len(tokens) or tokens[i - 1].type not in ("OR", "AND") or tokens[i - 2].type != "CONCEPT":
        return
    end, kind = text[tokens[i + 1].start : tokens[i + 1].end].split(maxsplit=1)[:1], kind_named(str(tokens[i].value))
    ends = words("of_diseases") if kind == "condition" else words("of_drugs") if kind == "medication" else ()
    if end and end[0].lower() in ends and kind_named(str(tokens[i - 2].value)) == kind:
        _no_concepts(tokens, i - 2)


def _narrowed(tokens: list[Token], i: int) -> bool:
    """`active hepatitis B or hepatitis C treatment`: a disease that is active may be meant, or what is given for it."""
    before = tokens[i - 1] if i and kind_named(str(tokens[i].value)) == "condition" else None
    return before is not None and (before.type == "QUAL" or (before.type == "STATUS" and before.value == "waxing"))


def _no_concepts(tokens: list[Token], i: int) -> None:
    """Nothing is known of a name that is not whole, nor of those of its kind in the list before it."""
    kind = kind_named(str(tokens[i].value))
    tokens[i].type, tokens[i].value, tokens[i].roles = "FILLER", None, NO_NAME if _narrowed(tokens, i) else LACKS_NOUN
    while i >= 2 and tokens[i - 1].type == "COMMA" and tokens[i - 2].type == "CONCEPT":
        i -= 2
        if kind_named(str(tokens[i].value)) != kind:
            return
        tokens[i].type, tokens[i].value, tokens[i].roles = "FILLER", None, LACKS_NOUN


def _with_end(first: Token, name: str, parts: list[str], last: str) -> tuple[bool, str | None]:
    """Whether a name shares the end of another one that is of another kind, and the concept that it is then."""
    kind, other = kind_named(str(first.value)), kind_named(last)
    if kind == other or {kind, other} <= _TREATMENTS or "" in (kind, other):
        return False, None
    of_drugs = kind == "medication" and parts[-1].lower() in words("of_drugs")
    begun = [k for k in range(1, len(parts)) if kind_named(concept_named(" ".join(parts[:k]))) == kind]
    for k in range(1, len(parts)) if of_drugs else begun:
        id_ = concept_named(f"{name} {' '.join(parts[k:])}")
        if id_ is not None and kind_named(id_) == other:
            return True, id_
    return of_drugs or bool(begun), None


@functools.lru_cache(4096)
def kind_named(ids: str | None) -> str:
    """Of what kind the concept is, the first where bars part several; the empty string for what is none."""
    return concepts().kind((ids or "").split("|")[0]) or ""


def _merge(tokens: list[Token], i: int, id_: str, start: int) -> None:
    """Let the token at `i` stand for one concept more, from `start` on; its value is one id, or ids between bars."""
    token = tokens[i]
    ids = str(token.value).split("|")
    if id_ not in ids:
        ids = [id_, *ids] if start < token.start else [*ids, id_]
    token.value = "|".join(ids)
    token.start = min(token.start, start)
